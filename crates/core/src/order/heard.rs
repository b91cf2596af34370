//! What one attempt's supplier has said of its end, from whichever way: the same word again is no news, whatever its bytes.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::model::Attempt;
use super::step::Source;
use crate::outcome::Outcome;

/// Words remembered of one attempt: one failure and a few serial numbers at most are ever said. What comes beyond could
/// only contradict what is decided, and moves nothing; those that decided came first and are never dropped.
const MOST_HEARD: usize = 8;

/// A final word, heard for the first time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    pub said: FinalWord,
    pub from: Source,
    pub at: DateTime<Utc>,
    /// Whether the admins know that it contradicts the books.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub told: bool,
}

/// What tells two final words apart: how it ended, and with which serial number. Why it failed does not matter: one
/// supplier words the same failure in several ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinalWord {
    Success { serial: String },
    Failed,
}

impl FinalWord {
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

/// Remembers a word; whether it was heard before.
pub(super) fn note(attempt: &mut Attempt, said: &FinalWord, from: Source, at: DateTime<Utc>) -> bool {
    let known = attempt.heard.iter().any(|heard| heard.said == *said);
    let is_decided = matches!(attempt.outcome, Some(Outcome::Success(_) | Outcome::Failed(_)));
    if !known && attempt.heard.len() >= MOST_HEARD && is_decided {
        return true;
    }
    if let Some(heard) = attempt.heard.iter_mut().find(|heard| heard.said == *said) {
        // A report is the more certain way of the two.
        if from == Source::Report && heard.from != Source::Report {
            (heard.from, heard.told) = (from, false);
        }
    } else {
        attempt.heard.push(Heard { said: said.clone(), from, at, told: false });
    }
    known
}

/// Whether a report has said otherwise than this word of another way, which may simply be older.
pub(super) fn is_outranked(attempt: &Attempt, said: &FinalWord, from: Source) -> bool {
    let otherwise = |heard: &Heard| heard.from == Source::Report && heard.said.is_success() != said.is_success();
    from != Source::Report && attempt.heard.iter().any(otherwise)
}

/// Notes that the admins are told of a contradiction; whether they had been before.
pub(super) fn tell(attempt: &mut Attempt, said: &FinalWord) -> bool {
    match attempt.heard.iter_mut().find(|heard| heard.said == *said) {
        Some(heard) => std::mem::replace(&mut heard.told, true),
        // One beyond the limit: so many have been told already.
        None => true,
    }
}

/// Letters and digits alone: how a serial is spaced and grouped is not what tells two apart.
fn normalised(serial: &str) -> String {
    serial.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
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
