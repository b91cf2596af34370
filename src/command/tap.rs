//! What buttons say. A tap comes in as a message's text, but only a real tap is read as one: typed by hand it means
//! nothing.

use std::fmt;

use crate::ids::{InquiryId, OrderId};

/// Nothing people type begins so.
const MARK: &str = "!";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tap {
    /// Pay this bill: asks for the PIN.
    Pay(InquiryId),
    Cancel(InquiryId),
    /// A key of the pad the PIN for this bill is tapped on.
    Key(InquiryId, PadKey),
    Receipt(OrderId),
    /// Yes or no to a transfer; the number is the question's.
    Send(u32),
    DoNotSend(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PadKey {
    Digit(u8),
    /// Takes the last digit back.
    Back,
    Done,
}

impl fmt::Display for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pay(id) => write!(f, "{MARK}pay {id}"),
            Self::Cancel(id) => write!(f, "{MARK}cancel {id}"),
            Self::Key(id, PadKey::Digit(digit)) => write!(f, "{MARK}pin {id} {digit}"),
            Self::Key(id, PadKey::Back) => write!(f, "{MARK}pin {id} back"),
            Self::Key(id, PadKey::Done) => write!(f, "{MARK}pin {id} ok"),
            Self::Receipt(order) => write!(f, "{MARK}receipt {order}"),
            Self::Send(number) => write!(f, "{MARK}send {number}"),
            Self::DoNotSend(number) => write!(f, "{MARK}keep {number}"),
        }
    }
}

impl Tap {
    /// Reads a button's data; `None` when it is not one of these.
    #[must_use]
    pub fn read(data: &str) -> Option<Self> {
        let mut words = data.strip_prefix(MARK)?.split(' ');
        let (verb, id) = (words.next()?, words.next()?);
        let tap = match verb {
            "pay" => Self::Pay(id.parse().ok()?),
            "cancel" => Self::Cancel(id.parse().ok()?),
            "receipt" => Self::Receipt(id.parse().ok()?),
            "send" => Self::Send(id.parse().ok()?),
            "keep" => Self::DoNotSend(id.parse().ok()?),
            "pin" => {
                let key = match words.next()? {
                    "back" => PadKey::Back,
                    "ok" => PadKey::Done,
                    digit => PadKey::Digit(digit.parse().ok().filter(|digit| *digit <= 9)?),
                };
                Self::Key(id.parse().ok()?, key)
            }
            _ => return None,
        };
        words.next().is_none().then_some(tap)
    }

    /// The same without what was tapped of a PIN: for whatever is kept.
    #[must_use]
    pub fn without_secret(self) -> String {
        match self {
            Self::Key(id, PadKey::Digit(_)) => format!("{MARK}pin {id}"),
            other => other.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tap_reads_back_and_fits_a_button() {
        let id = InquiryId(u64::MAX);
        let keys = (0..=9).map(PadKey::Digit).chain([PadKey::Back, PadKey::Done]).map(|key| Tap::Key(id, key));
        for tap in keys.chain([
            Tap::Pay(id),
            Tap::Cancel(id),
            Tap::Receipt(OrderId(u64::MAX)),
            Tap::Send(u32::MAX),
            Tap::DoNotSend(7),
        ]) {
            let data = tap.to_string();
            assert_eq!(Tap::read(&data), Some(tap), "{data}");
            assert!(data.len() <= 64, "{data}");
        }
    }

    #[test]
    fn anything_else_is_none() {
        for data in ["", "!", "!pay", "!pay x", "!pay 1 2", "pay 1", "!pin 1", "!pin 1 10", "!pin 1 ok ok", "SAL"] {
            assert_eq!(Tap::read(data), None, "{data:?}");
        }
    }

    #[test]
    fn what_is_kept_of_a_tap_holds_no_digit_of_a_pin() {
        let kept = |digit| Tap::Key(InquiryId(7), PadKey::Digit(digit)).without_secret();
        assert_eq!(kept(1), kept(2));
    }
}
