//! What one attempt's supplier has said of its end, from whichever way: the same outcome again is no news, whatever its bytes.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::outcome::Outcome;

/// Where a supplier's word came from. Only a report may take a success back by itself: it is the documents' own way of
/// reversing, while a direct answer may simply be older than the report that overtook it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Answer,
    Check,
    Report,
}

/// A final outcome, heard for the first time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    pub said: FinalOutcome,
    pub from: Source,
    pub at: DateTime<Utc>,
    /// Whether the admins know that it contradicts the books.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub told: bool,
}

/// What tells two final outcomes apart: how it ended, and with which serial number. Why it failed does not matter: one
/// supplier words the same failure in several ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinalOutcome {
    Success { serial: String },
    Failed,
}

impl FinalOutcome {
    /// `None` where an outcome is no end.
    pub(super) fn of(outcome: &Outcome) -> Option<Self> {
        match outcome {
            Outcome::Success(delivery) => Some(Self::Success { serial: normalised(&delivery.sn) }),
            Outcome::Failed(_) => Some(Self::Failed),
            Outcome::Pending | Outcome::Unknown(_) => None,
        }
    }

    pub(super) const fn is_success(&self) -> bool {
        matches!(self, Self::Success { .. })
    }
}

/// Letters and digits alone: how a serial is spaced and grouped is not what tells two apart.
fn normalised(serial: &str) -> String {
    serial.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Whether a serial number stands in another one, as a token does beside whose meter it is.
pub(super) fn is_part_of(part: &str, whole: &str) -> bool {
    normalised(whole).contains(&normalised(part))
}

/// The fewest digits of a serial number that no other order can have by chance or by its nature. Shorter ones are counters
/// that begin anew, and one without any may be the customer's name, the same for every order to a wallet.
const FEWEST_DIGITS: usize = 6;

/// The shortest part of a destination (a game's zone has four digits) that is looked for in a serial number.
const SHORTEST_PART: usize = 4;

/// The serial number as it is compared between orders to one destination; `None` where the same may stand on two of them
/// rightfully. The destination itself, which wallets and games print beside their customer's name, does not count.
pub(super) fn comparable(serial: &str, dest: &str) -> Option<String> {
    let mut normal = normalised(serial);
    for own in dest.split(|c: char| !c.is_alphanumeric()).map(normalised) {
        let domestic = own.trim_start_matches('0');
        if domestic.len() >= SHORTEST_PART {
            normal = normal.replace(domestic, "");
        }
    }
    (normal.chars().filter(char::is_ascii_digit).count() >= FEWEST_DIGITS).then_some(normal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_are_compared_where_they_tell_orders_apart() {
        for (serial, expected) in [
            ("0041002345678901", Some("0041002345678901")),
            ("1234-5678-9012-3456-7890/budi", Some("12345678901234567890BUDI")),
            ("R230512.1911.2100F1", Some("R23051219112100F1")),
            ("DANA DIANA CONTOH 621597343042654", Some("DANADIANACONTOH621597343042654")),
            // The wallet's own number, and its customer's name.
            ("DIANA CONTOH 081234567890", None),
            ("DIANA CONTOH +62 812-3456-7890", None),
            ("DIANA CONTOH", None),
            ("12345", None),
            ("", None),
        ] {
            assert_eq!(comparable(serial, "081234567890").as_deref(), expected, "{serial}");
        }
        assert_eq!(comparable("NamaKu 156378300 (8483)", "156378300|8483"), None, "a player and nothing else");
        assert_eq!(comparable("NamaKu 156378300 trx 990017", "156378300|8483").as_deref(), Some("NAMAKUTRX990017"));
    }
}
