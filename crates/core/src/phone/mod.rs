//! Phone numbers as Indonesians write them, and which operator a prefix belongs to.
//! Pure: no I/O. What a message means is in `command`; here is only the number itself.

mod clean;
mod operator;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use clean::clean;
pub use operator::{Operator, PrefixError, PrefixFault, PrefixTable, UnknownOperator};

/// Shortest national number read: a landline with its area code.
pub const MIN_DIGITS: usize = 9;
/// Longest national number: the numbering plan ends there. One digit more is a typing mistake.
pub const MAX_DIGITS: usize = 13;

/// A phone number in national form: digits, starting with a single `0` (`081234567890`, `0317625555`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

/// Why a text is no phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAPhone {
    #[error("a phone number has digits, and only spaces, dashes, dots and brackets between them")]
    OtherCharacters,
    #[error("a phone number starts with 0, 62 or +62")]
    OtherStart,
    #[error("a phone number has at least {MIN_DIGITS} digits")]
    TooShort,
    #[error("a phone number has at most {MAX_DIGITS} digits")]
    TooLong,
}

impl Phone {
    /// The national form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a mobile number (`08…`), the only kind an operator's prefix can be read from.
    pub fn is_mobile(&self) -> bool {
        self.0.starts_with("08")
    }

    /// `digits` without any separator; `international` when a `+` stood before them.
    fn from_digits(digits: &str, international: bool) -> Result<Self, NotAPhone> {
        let subscriber = match (digits.strip_prefix("62"), digits.strip_prefix('0')) {
            // `+62 0812…` is a common slip: the trunk zero does not belong there, and its meaning is plain.
            (Some(rest), _) if international => rest.strip_prefix('0').unwrap_or(rest),
            // Without the plus only mobile numbers are written so; `6221…` may be any customer number.
            (Some(rest), _) if rest.starts_with('8') => rest,
            (_, Some(rest)) if !international => rest,
            _ => return Err(NotAPhone::OtherStart),
        };
        if subscriber.starts_with('0') {
            return Err(NotAPhone::OtherStart);
        }
        match subscriber.len() + 1 {
            0..MIN_DIGITS => Err(NotAPhone::TooShort),
            MIN_DIGITS..=MAX_DIGITS => Ok(Self(format!("0{subscriber}"))),
            _ => Err(NotAPhone::TooLong),
        }
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Phone {
    type Err = NotAPhone;

    /// Any way people write it: `0812-3456-7890`, `+62 812…`, `62812…`, `(0812) 3456 7890`, full-width digits.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = clean(text);
        let text = text.trim();
        let text = text.strip_prefix('(').unwrap_or(text);
        let (text, international) = text.strip_prefix('+').map_or((text, false), |rest| (rest, true));
        let mut digits = String::with_capacity(MAX_DIGITS + 2);
        for c in text.chars() {
            match c {
                '0'..='9' if digits.len() > MAX_DIGITS + 1 => return Err(NotAPhone::TooLong),
                '0'..='9' => digits.push(c),
                ' ' | '-' | '.' | '(' | ')' => {}
                _ => return Err(NotAPhone::OtherCharacters),
            }
        }
        if digits.is_empty() {
            return Err(NotAPhone::OtherCharacters);
        }
        Self::from_digits(&digits, international)
    }
}

impl Serialize for Phone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Phone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
