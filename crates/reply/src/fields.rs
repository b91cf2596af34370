//! What a text is given: named values.

use std::collections::BTreeMap;

use minijinja::value::Value;

use konter_core::clean::clean;

/// Renders the text of a key; never fails.
pub(super) type Say<'a> = dyn Fn(&str, Fields) -> String + 'a;

#[derive(Clone, Debug, Default)]
pub(super) struct Fields(BTreeMap<&'static str, Value>);

impl Fields {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// A value that is safe as it is: a number, a flag, other fields, one of our own words.
    pub(super) fn set(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.put(name, value);
        self
    }

    pub(super) fn put(&mut self, name: &'static str, value: impl Into<Value>) {
        self.0.insert(name, value.into());
    }

    /// A text from outside.
    pub(super) fn text(self, name: &'static str, text: &str, longest: usize) -> Self {
        self.set(name, clean(text, longest))
    }

    /// `none` where there is no such value.
    pub(super) fn get(&self, name: &str) -> Value {
        self.0.get(name).cloned().unwrap_or_else(|| Value::from(()))
    }

    /// The value as a number; 0 where it is none.
    pub(super) fn number(&self, name: &str) -> i64 {
        self.get(name).as_i64().unwrap_or_default()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The names that are not there are there, but missing: a text can test them.
    pub(super) fn fill(&mut self, names: &[&'static str]) {
        for name in names {
            self.0.entry(name).or_insert_with(|| Value::from(()));
        }
    }

    /// For a text that may be empty: then it counts as missing.
    pub(super) fn none_if_empty(&mut self, name: &'static str) {
        if self.get(name).as_str() == Some("") {
            self.put(name, ());
        }
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

/// Reads one value.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub say: &'a Say<'a>,
    /// The most characters a string has.
    pub longest: usize,
    /// Whether a string keeps its lines.
    pub in_lines: bool,
    /// Whether it lies in something that only admins are shown.
    pub for_admins: bool,
}
