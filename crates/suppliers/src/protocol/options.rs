//! One supplier's settings, as its protocol reads them.

use std::cell::RefCell;

use secrecy::SecretString;

/// One supplier's own settings, by their names without `SUPPLIER_<ID>_`. Mistakes are collected, so that a check can
/// report all of them at once.
pub struct Options<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    errors: RefCell<Vec<SettingError>>,
}

/// A setting that is missing or malformed, and what to do about it. Never holds the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct SettingError {
    pub name: String,
    pub problem: String,
}

impl<'a> Options<'a> {
    #[must_use]
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, errors: RefCell::default() }
    }

    /// A setting that must be there and not be empty.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<SecretString> {
        let value = (self.lookup)(name).filter(|value| !value.is_empty());
        if value.is_none() {
            self.report(name, "is missing; this protocol needs it");
        }
        value.map(SecretString::from)
    }

    /// A setting that may be missing.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// A setting with a few possible values and a default.
    #[must_use]
    pub fn choice<T: Copy>(&self, name: &str, default: T, choices: &[(&str, T)]) -> Option<T> {
        let Some(value) = (self.lookup)(name).filter(|value| !value.is_empty()) else { return Some(default) };
        let found = choices.iter().find(|(word, _)| value.eq_ignore_ascii_case(word)).map(|&(_, choice)| choice);
        if found.is_none() {
            let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
            self.report(name, &format!("must be one of: {}", words.join(", ")));
        }
        found
    }

    /// Notes a mistake in one setting.
    pub fn report(&self, name: &str, problem: &str) {
        self.errors.borrow_mut().push(SettingError { name: name.to_owned(), problem: problem.to_owned() });
    }

    /// All mistakes noted so far.
    #[must_use]
    pub fn into_errors(self) -> Vec<SettingError> {
        self.errors.into_inner()
    }
}
