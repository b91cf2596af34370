//! The days a report is about.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// Days from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    from: NaiveDate,
    to: NaiveDate,
}

impl Span {
    /// A month: more is a matter for a spreadsheet, and reading it would keep a chat waiting.
    pub const MOST_DAYS: u64 = 31;

    pub const fn day(day: NaiveDate) -> Self {
        Self { from: day, to: day }
    }

    /// `None` when the first is the later one, or there are too many days.
    pub fn new(from: NaiveDate, to: NaiveDate) -> Option<Self> {
        let days = u64::try_from((to - from).num_days()).ok()?;
        (days < Self::MOST_DAYS).then_some(Self { from, to })
    }

    pub const fn from(&self) -> NaiveDate {
        self.from
    }

    pub const fn to(&self) -> NaiveDate {
        self.to
    }

    pub fn is_one_day(&self) -> bool {
        self.from == self.to
    }

    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        (self.from..=self.to).contains(&day)
    }

    pub fn days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let last = self.to;
        self.from.iter_days().take_while(move |day| *day <= last)
    }

    /// The day before, for a report of one day.
    #[must_use]
    pub fn day_before(&self) -> Option<Self> {
        self.is_one_day().then(|| self.from.checked_sub_days(Days::new(1)).map(Self::day)).flatten()
    }
}
