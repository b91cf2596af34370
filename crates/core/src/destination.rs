//! Where an order goes: a phone number, a meter, a customer's number at somebody else's, a game's user. The product
//! decides how it is read ([`DestKind`]); only a phone is ever rewritten.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::catalog::DestKind;
use crate::phone::{NotAPhone, Phone, PrefixTable};

/// Fewest digits of a customer number that is recognised anywhere: one more than a PIN can have.
pub const MIN_CUSTOMER_DIGITS: usize = 9;
/// Fewest digits of a customer number where its place leaves no doubt (game ids, water bills).
pub const MIN_SHORT_CUSTOMER_DIGITS: usize = 6;
/// Most digits: suppliers take no more.
pub const MAX_CUSTOMER_DIGITS: usize = 20;
/// Electricity meters have 11 digits, customer numbers 12.
pub const METER_DIGITS: std::ops::RangeInclusive<usize> = 11..=12;
/// Letters and digits of a game's server: `2001`, `os_asia`.
const ZONE_LENGTH: std::ops::RangeInclusive<usize> = 1..=12;
/// Characters of a destination with letters: an e-mail address is the longest.
pub const TEXT_LENGTH: std::ops::RangeInclusive<usize> = 3..=40;

/// A destination in its one written form, so that the same number is always the same text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Destination {
    /// A phone number, national form.
    Phone(Phone),
    /// A meter as typed: digits only.
    Meter(String),
    /// A card, game or customer number as typed, or a number of which only the place tells what it is: digits only.
    Customer(String),
    /// A game's user and server: `12345678(2001)`.
    Zoned(Zoned),
    /// With letters, as typed.
    Text(String),
}

impl Destination {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Phone(phone) => phone.as_str(),
            Self::Meter(text) | Self::Customer(text) | Self::Text(text) => text,
            Self::Zoned(zoned) => &zoned.0,
        }
    }

    pub const fn phone(&self) -> Option<&Phone> {
        match self {
            Self::Phone(phone) => Some(phone),
            Self::Meter(_) | Self::Customer(_) | Self::Zoned(_) | Self::Text(_) => None,
        }
    }

    /// What keeps a product that reads its destinations as `kind` from being ordered for it. `sure`: the catalog says
    /// itself that they are digits.
    #[must_use]
    pub fn fault(&self, kind: DestKind, sure: bool, prefixes: &PrefixTable) -> Option<DestinationFault> {
        let is_phone = |digits: &str| reads_as_phone(digits, prefixes);
        match (kind, self) {
            (DestKind::Phone, Self::Phone(phone)) if phone.is_mobile() => None,
            (DestKind::Phone, _) => Some(DestinationFault::NotAPhone),
            (DestKind::Meter, Self::Phone(_)) => Some(DestinationFault::PhoneNotMeter),
            (DestKind::Meter, Self::Meter(digits) | Self::Customer(digits)) => meter_fault(digits, prefixes),
            (DestKind::Digits, Self::Customer(digits)) => {
                let lacks_zero = !sure && digits.starts_with('8') && is_phone(&format!("0{digits}"));
                lacks_zero.then_some(DestinationFault::LacksZero)
            }
            (DestKind::IdZone, Self::Zoned(_)) | (DestKind::Text, Self::Text(_)) => None,
            (DestKind::IdZone, _) => Some(DestinationFault::NeedsZone),
            (DestKind::Digits, Self::Zoned(_)) => Some(DestinationFault::TwoParts),
            (DestKind::Digits | DestKind::Meter, Self::Text(_)) => Some(DestinationFault::Letters),
            (DestKind::Digits | DestKind::Meter | DestKind::Text, _) => Some(DestinationFault::Unreadable),
        }
    }

    /// Whether digits without a product's code, `20.62812345678.1234`, could be a phone number as well as a meter.
    pub fn is_phone_or_meter(&self, prefixes: &PrefixTable) -> bool {
        let Self::Customer(digits) = self else { return false };
        let national = digits.strip_prefix("62").unwrap_or(digits);
        national.starts_with('8') && reads_as_phone(&format!("0{national}"), prefixes)
    }
}

/// A phone given for a meter is an everyday slip, and no customer's number of electricity begins like one.
fn meter_fault(digits: &str, prefixes: &PrefixTable) -> Option<DestinationFault> {
    let abroad = digits.strip_prefix("62").filter(|_| digits.len() >= *METER_DIGITS.end());
    let national = abroad.map_or_else(|| digits.to_owned(), |rest| format!("0{rest}"));
    if reads_as_phone(&national, prefixes) {
        Some(DestinationFault::PhoneNotMeter)
    } else if digits.len() < *METER_DIGITS.start() {
        Some(DestinationFault::TooShort)
    } else if digits.len() > *METER_DIGITS.end() {
        Some(DestinationFault::TooLong)
    } else {
        None
    }
}

/// Whether digits are a mobile number in national form whose prefix is some operator's.
fn reads_as_phone(digits: &str, prefixes: &PrefixTable) -> bool {
    digits.starts_with("08")
        && digits.parse::<Phone>().is_ok_and(|phone| phone.is_mobile() && !prefixes.operators_of(&phone).is_empty())
}

/// A user's id and its zone, in the one form they are shown and kept in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Zoned(String);

impl Zoned {
    /// `None` when it cannot be one.
    pub fn new(id: &str, zone: &str) -> Option<Self> {
        let id_fits = (MIN_ID_DIGITS..=MAX_CUSTOMER_DIGITS).contains(&id.len()) && is_digits(id);
        let zone_fits = ZONE_LENGTH.contains(&zone.len())
            && zone.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !["PIN", "ZONE", "ZONA", "SERVER", "ID"].iter().any(|word| zone.eq_ignore_ascii_case(word));
        (id_fits && zone_fits).then(|| Self(format!("{id}({zone})")))
    }

    /// Both parts of a destination that is kept in this form; `None` for any other.
    #[must_use]
    pub fn parts(kept: &str) -> Option<(&str, &str)> {
        let (id, zone) = kept.strip_suffix(')')?.split_once('(')?;
        Self::new(id, zone).map(|_| (id, zone))
    }

    /// One piece of a message: `12345678(2001)`, `12345678|2001`, `12345678-2001`, `12345678/2001`.
    pub fn in_one_piece(text: &str) -> Option<Self> {
        let (id, zone) = text.split_once(['(', '|', '-', '/'])?;
        let zone = if text.contains('(') { zone.strip_suffix(')')? } else { zone };
        Self::new(id, zone)
    }
}

/// Digits of a game's user: some early ones have few.
const MIN_ID_DIGITS: usize = 4;

/// What is wrong with a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum DestinationFault {
    #[error("the destination cannot be read as a number")]
    Unreadable,
    #[error("the destination has too few digits")]
    TooShort,
    #[error("the destination has too many digits")]
    TooLong,
    #[error("the product goes to phone numbers")]
    NotAPhone,
    #[error("a phone number where a meter belongs")]
    PhoneNotMeter,
    #[error("it looks like a phone number without its zero")]
    LacksZero,
    #[error("it may be a phone number or a meter")]
    PhoneOrMeter,
    #[error("the zone is missing")]
    NeedsZone,
    #[error("two numbers where the product takes one")]
    TwoParts,
    #[error("letters where the product takes digits")]
    Letters,
    #[error("it does not have the form of what the product takes")]
    NotItsForm,
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Of a number alone, without a product: a phone where it has the form of one.
impl FromStr for Destination {
    type Err = DestinationFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains(['(', '|'])
            && let Some(zoned) = Zoned::in_one_piece(text).filter(|_| !text.starts_with(['0', '(']))
        {
            return Ok(Self::Zoned(zoned));
        }
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

pub fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The digits of a number written with dashes, brackets or a leading `+`; `None` when anything else is in it.
pub fn digits_of(text: &str) -> Option<String> {
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
pub fn is_masked(text: &str) -> bool {
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
