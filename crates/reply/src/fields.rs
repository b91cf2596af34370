//! What a template is given: named values, built by hand so that every text from outside is cleaned on its way in.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use minijinja::value::Value;

use konter_core::clean::clean;
use konter_core::money::Rupiah;

#[derive(Clone, Debug, Default)]
pub(super) struct Fields(BTreeMap<&'static str, Value>);

impl Fields {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// A value that is safe as it is: a number, a flag, a list of fields, one of our own words.
    pub(super) fn set(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.insert(name, value.into());
        self
    }

    /// A text from outside, or anything that prints as one.
    pub(super) fn text(self, name: &'static str, text: impl AsRef<str>, longest: usize) -> Self {
        let text = clean(text.as_ref(), longest);
        self.set(name, text)
    }

    /// The same where it may be missing; empty counts as missing.
    pub(super) fn maybe(self, name: &'static str, text: Option<impl AsRef<str>>, longest: usize) -> Self {
        let text = text.map(|text| clean(text.as_ref(), longest)).filter(|text| !text.is_empty());
        self.set(name, text)
    }

    /// Something with a form of its own, such as a code: printed as it prints itself.
    pub(super) fn code(self, name: &'static str, code: &impl ToString) -> Self {
        self.set(name, code.to_string())
    }

    pub(super) fn money(self, name: &'static str, amount: impl Into<Option<Rupiah>>) -> Self {
        self.set(name, amount.into().map(Rupiah::get))
    }

    pub(super) fn time(self, name: &'static str, at: impl Into<Option<DateTime<Utc>>>) -> Self {
        self.set(name, at.into().map(|at| at.timestamp()))
    }

    pub(super) fn list(self, name: &'static str, items: impl IntoIterator<Item = Fields>) -> Self {
        self.set(name, items.into_iter().map(Value::from).collect::<Value>())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.keys().copied()
    }
}

impl From<Fields> for Value {
    fn from(fields: Fields) -> Self {
        Self::from_pairs(fields.0)
    }
}
