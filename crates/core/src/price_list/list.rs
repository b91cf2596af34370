//! A list as it was read.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};

use crate::catalog::LARGEST_AMOUNT;
use crate::money::Rupiah;

/// Products of a list: several times the longest known.
pub const MOST_ROWS: usize = 50_000;

/// One product of a list. What the list does not say, or says in two ways, is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The supplier's own code.
    pub sku: String,
    pub cost: Option<Rupiah>,
    pub open: Option<bool>,
    /// Whether it has a daily break, and when.
    pub pause: Option<Option<Break>>,
}

impl Listed {
    /// A cost that a product can have: some lists show open amounts as 0 or less.
    #[must_use]
    pub fn usable(cost: Rupiah) -> Option<Rupiah> {
        Some(cost).filter(|cost| cost.is_positive() && *cost <= LARGEST_AMOUNT)
    }
}

/// As recorded lists write it: `10800 open 23:45-00:15`.
impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cost {
            Some(cost) => write!(f, "{}", cost.get())?,
            None => f.write_str("no price")?,
        }
        match self.open {
            Some(true) => f.write_str(" open")?,
            Some(false) => f.write_str(" closed")?,
            None => {}
        }
        match self.pause.flatten() {
            Some(pause) => write!(f, " {pause}"),
            None => Ok(()),
        }
    }
}

/// A product's daily break, by the supplier's clock. It may span midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Break {
    pub from: NaiveTime,
    /// First moment outside again; never equal to `from`.
    pub to: NaiveTime,
}

impl Break {
    /// What a list writes into its two fields. `None`: that is no time of day. One that ends where it begins is none, and
    /// so is one of more than half a day: a slip must not keep a product away for good.
    #[must_use]
    pub fn read(from: &str, to: &str) -> Option<Option<Self>> {
        let (from, to) = (time(from)?, time(to)?);
        let length = to - from;
        let length = if length < TimeDelta::zero() { length + TimeDelta::days(1) } else { length };
        Some(Some(Self { from, to }).filter(|_| length > TimeDelta::zero() && length <= TimeDelta::hours(12)))
    }
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from.format("%H:%M"), self.to.format("%H:%M"))
    }
}

/// `23:45`, `0:5`, `24:00`.
fn time(text: &str) -> Option<NaiveTime> {
    let mut parts = text.trim().split([':', '.']);
    let (hour, minute): (u32, u32) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let seconds = parts.next().is_none_or(|seconds| seconds.bytes().all(|b| b.is_ascii_digit()));
    let midnight = if hour == 24 && minute == 0 { 0 } else { hour };
    NaiveTime::from_hms_opt(midnight, minute, 0).filter(|_| seconds && parts.next().is_none())
}

/// Products' daily breaks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Breaks(BTreeMap<String, Break>);

impl Breaks {
    /// A product's, by the supplier's code.
    #[must_use]
    pub fn of(&self, sku: &str) -> Option<Break> {
        if self.0.is_empty() { None } else { self.0.get(&folded(sku)).copied() }
    }

    pub(super) fn set(&mut self, sku: &str, pause: Option<Break>) {
        match pause {
            Some(pause) => drop(self.0.insert(folded(sku), pause)),
            None => drop(self.0.remove(&folded(sku))),
        }
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    pub(super) fn are_none(&self) -> bool {
        self.0.is_empty()
    }
}

/// Why a list is not used at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum ListFault {
    /// An error page, another format, too much of it.
    Unreadable,
    /// It names no product.
    Empty,
    /// Less than half of what it had.
    Shrunk { before: usize, now: usize },
    /// Most costs are many times what they were, or a fraction.
    Unit { count: usize },
}

/// A list's products by code, in any letter case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List(BTreeMap<String, Listed>);

impl List {
    /// A product that stands there twice is known as far as both say the same.
    pub fn new(rows: impl IntoIterator<Item = Listed>) -> Self {
        let mut list = BTreeMap::<String, Listed>::new();
        for row in rows {
            match list.get_mut(&folded(&row.sku)) {
                None => drop(list.insert(folded(&row.sku), row)),
                Some(known) => {
                    known.cost = known.cost.filter(|_| known.cost == row.cost);
                    known.open = known.open.filter(|_| known.open == row.open);
                    known.pause = known.pause.filter(|_| known.pause == row.pause);
                }
            }
        }
        Self(list)
    }

    pub fn get(&self, sku: &str) -> Option<&Listed> {
        self.0.get(&folded(sku))
    }

    pub fn skus(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// A code as it is looked for.
pub(super) fn folded(sku: &str) -> String {
    sku.trim().to_lowercase()
}
