//! A PIN: digits that must never be seen again once they are read.

use std::fmt;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// Fewest digits read as a PIN; some shops hand out three.
pub const MIN_PIN_DIGITS: usize = 3;
/// Most digits read as a PIN: always fewer than a phone number has.
pub const MAX_PIN_DIGITS: usize = 8;
/// What a new PIN may be long.
pub const NEW_PIN_DIGITS: std::ops::RangeInclusive<usize> = 4..=6;

/// A PIN as typed. It prints as `***`.
#[derive(Clone)]
pub struct Pin(SecretString);

/// The text is no PIN; it is not repeated here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a PIN is {MIN_PIN_DIGITS} to {MAX_PIN_DIGITS} digits")]
pub struct NotAPin;

impl Pin {
    /// The digits: only for hashing and comparing.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether it may become a reseller's PIN: 4 to 6 digits, not all the same.
    #[must_use]
    pub fn is_fit_as_new(&self) -> bool {
        let digits = self.expose().as_bytes();
        NEW_PIN_DIGITS.contains(&digits.len()) && digits.iter().any(|digit| Some(digit) != digits.first())
    }
}

impl FromStr for Pin {
    type Err = NotAPin;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if is_pin(text) { Ok(Self(SecretString::from(text))) } else { Err(NotAPin) }
    }
}

impl PartialEq for Pin {
    fn eq(&self, other: &Self) -> bool {
        self.expose().as_bytes().ct_eq(other.expose().as_bytes()).into()
    }
}

impl Eq for Pin {}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Whether the text has the shape of a PIN.
pub(super) fn is_pin(text: &str) -> bool {
    (MIN_PIN_DIGITS..=MAX_PIN_DIGITS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}
