//! Where an order goes: a phone number, or a customer's number at somebody else's.

use std::fmt;
use std::str::FromStr;

use crate::phone::{NotAPhone, Phone};

/// Fewest digits of a customer number that is recognised anywhere: one more than a PIN can have.
pub const MIN_CUSTOMER_DIGITS: usize = 9;
/// Fewest digits of a customer number where its place leaves no doubt (game ids, water bills).
pub const MIN_SHORT_CUSTOMER_DIGITS: usize = 6;
/// Most digits: suppliers take no more.
pub const MAX_CUSTOMER_DIGITS: usize = 20;

/// A destination in its one written form, so that the same number is always the same text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Destination {
    /// A phone number, national form.
    Phone(Phone),
    /// A meter, card, game or customer number: digits only.
    Customer(String),
}

impl Destination {
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Phone(phone) => phone.as_str(),
            Self::Customer(digits) => digits,
        }
    }

    #[must_use]
    pub const fn phone(&self) -> Option<&Phone> {
        match self {
            Self::Phone(phone) => Some(phone),
            Self::Customer(_) => None,
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What is wrong with a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DestinationFault {
    #[error("the destination cannot be read as a number")]
    Unreadable,
    #[error("the destination has too few digits")]
    TooShort,
    #[error("the destination has too many digits")]
    TooLong,
}

impl FromStr for Destination {
    type Err = DestinationFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = digits_of(text).ok_or(DestinationFault::Unreadable)?;
        match text.parse::<Phone>() {
            Ok(phone) => Ok(Self::Phone(phone)),
            // Where it can only be meant as a phone number, a wrong length is a typing mistake.
            Err(fault) if means_a_phone(text, &digits) => Err(match fault {
                NotAPhone::TooShort => DestinationFault::TooShort,
                NotAPhone::TooLong => DestinationFault::TooLong,
                NotAPhone::OtherCharacters | NotAPhone::OtherStart => DestinationFault::Unreadable,
            }),
            Err(_) if digits.len() < MIN_CUSTOMER_DIGITS => Err(DestinationFault::TooShort),
            Err(_) if digits.len() > MAX_CUSTOMER_DIGITS => Err(DestinationFault::TooLong),
            Err(_) => Ok(Self::Customer(digits)),
        }
    }
}

fn means_a_phone(text: &str, digits: &str) -> bool {
    text.contains('+') || digits.starts_with("08") || (digits.starts_with("628") && digits.len() >= 11)
}

/// The digits of a number written with dashes, brackets or a leading `+`; `None` when anything else is in it.
pub(super) fn digits_of(text: &str) -> Option<String> {
    let body = text.trim_start_matches('(');
    let body = body.strip_prefix('+').unwrap_or(body);
    let starts_well = body.starts_with(|c: char| c.is_ascii_digit());
    let only_number = body.chars().all(|c| matches!(c, '0'..='9' | '-' | '(' | ')' | ' '));
    if !starts_well || !only_number {
        return None;
    }
    Some(body.chars().filter(char::is_ascii_digit).collect())
}

/// `0812xxxx`, `4245XXXXXXX`, `0857…`: a number with digits hidden, as people copy it from an example.
pub(super) fn is_masked(text: &str) -> bool {
    const VISIBLE: usize = 3; // fewer, and it may be a product code such as 3XL
    const HIDDEN: usize = 2;
    let text = text.trim_start_matches(['+', '(']);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let hidden = text.bytes().filter(|b| matches!(b, b'x' | b'X')).count();
    digits >= VISIBLE
        && hidden >= HIDDEN
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| matches!(c, '0'..='9' | 'x' | 'X' | '-' | '(' | ')'))
}
