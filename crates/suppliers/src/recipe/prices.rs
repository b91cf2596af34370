//! A supplier's price list by recipe.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use konter_core::clean::{self, clean};
use konter_core::money::Rupiah;
use konter_core::price_list::{Break, Listed, MOST_ROWS};

use super::call::Call;
use super::fault::{Fault, Source};
use super::schema;
use super::template::Names;
use super::tree::{Pointer, Tree, amount_of, text_of};
use crate::json::{self, Json};
use crate::protocol::LARGEST_LIST;

/// Between two questions, where the file does not say.
pub(super) const USUALLY_EVERY: TimeDelta = TimeDelta::minutes(5);
/// No file makes the shop ask more often.
const FEWEST_SECS: u32 = 60;

/// `[prices]`, compiled.
#[derive(Debug)]
pub(super) struct Prices {
    pub call: Call,
    /// Not asked for more often.
    pub every: TimeDelta,
    /// Asked for only where this setting is set.
    pub when: Option<String>,
    list: Pointer,
    code: Pointer,
    price: Pointer,
    open: Vec<(Pointer, Vec<String>)>,
    cutoff: Option<(Pointer, Pointer)>,
}

impl Prices {
    pub fn compile(source: &Source<'_>, written: &schema::Prices, names: &Names) -> Result<Self, Fault> {
        let one = |text: &str| Pointer::parse(source, text, "prices");
        let maybe = |text: &Option<String>| text.as_deref().map(one).transpose();
        let open = |open: &BTreeMap<String, Vec<String>>| {
            let lower = |words: &[String]| words.iter().map(|word| word.to_lowercase()).collect();
            open.iter().map(|(text, words)| Ok((one(text)?, lower(words)))).collect::<Result<_, Fault>>()
        };
        if let Some(name) = written.when.as_ref().filter(|name| !names.settings.contains(*name)) {
            return Err(source.of(name, "prices.when", format!("`{name}` is not described in [settings]")));
        }
        let secs = written.not_before_secs;
        if secs.is_some_and(|secs| secs < FEWEST_SECS) {
            return Err(source.of("[prices]", "prices", format!("`not_before_secs` is at least {FEWEST_SECS}")));
        }
        let cutoff = match (maybe(&written.cutoff_from)?, maybe(&written.cutoff_to)?) {
            (Some(from), Some(to)) => Some((from, to)),
            (None, None) => None,
            _ => return Err(source.of("[prices]", "prices", "needs both `cutoff_from` and `cutoff_to`, or neither")),
        };
        Ok(Self {
            call: Call::compile(source, "prices.call", &written.call, names)?,
            every: secs.map_or(USUALLY_EVERY, |secs| TimeDelta::seconds(secs.into())),
            when: written.when.clone(),
            list: one(&written.list)?,
            code: one(&written.code)?,
            price: one(&written.price)?,
            open: open(&written.open)?,
            cutoff,
        })
    }

    /// The products that have a code; `None` where there is no list, or one that is too long.
    pub fn read(&self, text: &str) -> Option<Vec<Listed>> {
        let root = json::read_within(text, LARGEST_LIST).ok()?;
        let Json::List(rows) = self.list.find(&Tree { root: &root, inner: &root })? else { return None };
        (rows.len() <= MOST_ROWS).then(|| rows.iter().filter_map(|row| self.row(row)).collect())
    }

    fn row(&self, row: &Json) -> Option<Listed> {
        let tree = Tree { root: row, inner: row };
        let text = |pointer: &Pointer| pointer.find(&tree).and_then(text_of);
        let is_one_of = |said: String, words: &[String]| words.contains(&said.to_lowercase());
        let is_open =
            |(pointer, words): &(Pointer, Vec<String>)| text(pointer).is_some_and(|said| is_one_of(said, words));
        let sku = clean(&text(&self.code)?, clean::TYPED);
        (!sku.is_empty()).then(|| Listed {
            sku,
            cost: self.price.find(&tree).and_then(cost_of),
            open: (!self.open.is_empty()).then(|| self.open.iter().all(is_open)),
            pause: self.cutoff.as_ref().and_then(|(from, to)| Break::read(&text(from)?, &text(to)?)),
        })
    }
}

/// A cost in whole rupiah: what is left of one counts as a whole, so that no sale loses it.
fn cost_of(value: &Json) -> Option<Rupiah> {
    let cost = match value {
        Json::Fraction(number) => format!("{:.0}", number.ceil()).parse().ok()?,
        other => amount_of(other)?,
    };
    Listed::usable(cost)
}
