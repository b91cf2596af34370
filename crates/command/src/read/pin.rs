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

    /// How many digits it has.
    #[must_use]
    pub fn digits(&self) -> usize {
        self.expose().len()
    }

    /// Whether it may become a reseller's PIN: 4 to 6 digits, not all the same.
    ///
    /// # Errors
    /// What keeps it from being one.
    pub fn fit_as_new(&self) -> Result<(), PinFault> {
        let digits = self.expose().as_bytes();
        if !NEW_PIN_DIGITS.contains(&digits.len()) {
            Err(PinFault::Length)
        } else if digits.iter().all(|digit| Some(digit) == digits.first()) {
            Err(PinFault::EqualDigits)
        } else {
            Ok(())
        }
    }

    /// Whether its digits count up or down by one, such as `1234`, or `0987` along the keys: taken, though everybody tries
    /// those first.
    #[must_use]
    pub fn is_a_run(&self) -> bool {
        let follows = |one: u8, two: u8| one.checked_add(1) == Some(two) || (one, two) == (b'9', b'0');
        let steps = |up: bool| {
            self.expose().as_bytes().windows(2).all(|pair| match pair {
                [one, two] if up => follows(*one, *two),
                [one, two] => follows(*two, *one),
                _ => false,
            })
        };
        steps(true) || steps(false)
    }
}

/// Why a PIN may not become a reseller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinFault {
    Length,
    EqualDigits,
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
pub fn is_pin(text: &str) -> bool {
    (MIN_PIN_DIGITS..=MAX_PIN_DIGITS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_pin_is_refused_for_what_is_wrong_with_it() {
        let fit = |text: &str| text.parse::<Pin>().unwrap().fit_as_new();
        for text in ["1234", "1112", "123456", "2525"] {
            assert_eq!(fit(text), Ok(()), "{text}");
        }
        for text in ["123", "111", "1234567"] {
            assert_eq!(fit(text), Err(PinFault::Length), "{text}");
        }
        for text in ["1111", "000000"] {
            assert_eq!(fit(text), Err(PinFault::EqualDigits), "{text}");
        }
    }

    #[test]
    fn what_everybody_tries_first_counts_up_or_down() {
        let run = |text: &str| text.parse::<Pin>().unwrap().is_a_run();
        assert!(["1234", "123456", "4321", "0123", "7890", "0987"].into_iter().all(run));
        assert!(!["1235", "1243", "9013", "2525"].into_iter().any(run));
    }
}
