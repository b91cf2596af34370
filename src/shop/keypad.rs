//! PINs as they are tapped on a keypad of buttons. They live in memory only, so that no digit is ever written down, not
//! even in the inbox; what a restart forgets is tapped again.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::{Mutex, MutexGuard};

use crate::command::{MAX_PIN_DIGITS, PadKey, Pin};
use crate::ids::{ChatId, InquiryId};

/// Nobody looks for a PIN that long; what was begun is forgotten.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::minutes(5);

/// Keys tapped on one pad: somebody who corrects that often is playing.
const MOST_KEYS: usize = 64;

/// One keypad a chat: opening another closes the one before.
#[derive(Default)]
pub(super) struct Keypads {
    pads: Mutex<HashMap<ChatId, Keypad>>,
    /// Digits of taps that are stored but not handled yet, by the tap's number.
    kept: Mutex<HashMap<String, (u8, DateTime<Utc>)>>,
}

/// What a PIN is tapped for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PadId {
    Bill(InquiryId),
    /// What was chosen by buttons, by the number of its offer.
    Order(u64),
}

struct Keypad {
    of: PadId,
    /// The message it stands under.
    message: Option<String>,
    /// Keys in the order they were tapped, each with its tap: a tap that is handled twice counts once.
    keys: Vec<(String, PadKey)>,
    /// The tap, or the typed message, that handed the PIN in.
    done: Option<String>,
    used_at: DateTime<Utc>,
}

/// What a tap on a key leads to.
pub(super) enum Tapped {
    /// So many digits are there.
    Digits(usize),
    Entered(Pin),
    /// Too few digits for any PIN.
    TooShort,
    /// The keypad is not open any more, or has been handed in.
    Closed,
}

impl Keypads {
    /// Opens an empty keypad.
    pub fn open(&self, chat: &ChatId, of: PadId, message: Option<&str>, now: DateTime<Utc>) {
        let mut pads = self.pads(now);
        let message = message.map(str::to_owned);
        pads.insert(chat.clone(), Keypad { of, message, keys: Vec::new(), done: None, used_at: now });
    }

    /// Closes this keypad, if it is open.
    pub fn close(&self, chat: &ChatId, of: PadId) {
        let mut pads = self.pads.lock();
        if pads.get(chat).is_some_and(|pad| pad.of == of) {
            pads.remove(chat);
        }
    }

    /// All keypads but those nobody is using any more.
    fn pads(&self, now: DateTime<Utc>) -> MutexGuard<'_, HashMap<ChatId, Keypad>> {
        let mut pads = self.pads.lock();
        pads.retain(|_, pad| now - pad.used_at < FORGOTTEN_AFTER);
        pads
    }

    /// Keeps a tapped digit until its tap is handled, so that the tap can be written down without it.
    pub fn keep(&self, tap: &str, digit: u8, now: DateTime<Utc>) {
        let mut kept = self.kept.lock();
        kept.retain(|_, (_, at)| now - *at < FORGOTTEN_AFTER);
        kept.insert(tap.to_owned(), (digit, now));
    }

    /// What a chat's keypad is open for, and the message it stands under: a PIN may also be typed, which hands it
    /// in. The same message again has the same answer.
    pub fn typed(&self, chat: &ChatId, message: &str, now: DateTime<Utc>) -> Option<(PadId, Option<String>)> {
        let mut pads = self.pads(now);
        let pad = pads.get_mut(chat)?;
        if pad.done.as_deref().is_some_and(|done| done != message) {
            return None;
        }
        pad.done = Some(message.to_owned());
        Some((pad.of, pad.message.clone()))
    }

    /// Takes a tap. The same tap again has the same answer.
    pub fn tap(&self, chat: &ChatId, of: PadId, tap: &str, key: PadKey, now: DateTime<Utc>) -> Tapped {
        let key = match key {
            PadKey::Kept => self.kept.lock().get(tap).map(|(digit, _)| PadKey::Digit(*digit)),
            key => Some(key),
        };
        let mut pads = self.pads(now);
        let pad = pads.get_mut(chat).filter(|pad| pad.of == of);
        let pad = pad.filter(|pad| pad.done.as_deref().is_none_or(|done| done == tap));
        // A digit that a restart forgot is tapped again, on an empty pad.
        let (Some(pad), Some(key)) = (pad, key) else { return Tapped::Closed };
        pad.used_at = now;
        if key == PadKey::Done {
            let typed = digits(&pad.keys);
            return match typed.parse() {
                Ok(pin) => {
                    pad.done = Some(tap.to_owned());
                    Tapped::Entered(pin)
                }
                Err(_) => Tapped::TooShort,
            };
        }
        let count = digits(&pad.keys).len();
        let is_new = pad.keys.iter().all(|(known, _)| known != tap);
        let has_place = if key == PadKey::Back { count > 0 } else { count < MAX_PIN_DIGITS };
        if is_new && has_place && pad.keys.len() < MOST_KEYS {
            pad.keys.push((tap.to_owned(), key));
        }
        Tapped::Digits(digits(&pad.keys).len())
    }
}

fn digits(keys: &[(String, PadKey)]) -> String {
    let mut digits = String::new();
    for (_, key) in keys {
        match key {
            PadKey::Digit(digit) => digits.push(char::from(b'0' + digit % 10)),
            PadKey::Back => drop(digits.pop()),
            PadKey::Done | PadKey::Kept => {}
        }
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    const BILL: PadId = PadId::Bill(InquiryId(7));

    fn chat() -> ChatId {
        ChatId::telegram(1)
    }

    fn tap(pads: &Keypads, id: &str, key: PadKey) -> String {
        match pads.tap(&chat(), BILL, id, key, DateTime::UNIX_EPOCH) {
            Tapped::Digits(count) => count.to_string(),
            Tapped::Entered(pin) => pin.expose().to_owned(),
            Tapped::TooShort => "short".to_owned(),
            Tapped::Closed => "closed".to_owned(),
        }
    }

    fn pad_with(digits: &[u8]) -> Keypads {
        let pads = Keypads::default();
        pads.open(&chat(), BILL, Some("5"), DateTime::UNIX_EPOCH);
        for (n, digit) in digits.iter().enumerate() {
            tap(&pads, &format!("t{n}"), PadKey::Digit(*digit));
        }
        pads
    }

    #[test]
    fn a_pin_is_tapped_corrected_and_handed_in_once() {
        let pads = pad_with(&[1, 2, 9]);
        assert_eq!(tap(&pads, "back", PadKey::Back), "2");
        assert_eq!(tap(&pads, "a", PadKey::Digit(3)), "3");
        assert_eq!(tap(&pads, "a", PadKey::Digit(3)), "3", "the same tap twice is one tap");
        assert_eq!(tap(&pads, "b", PadKey::Digit(4)), "4");
        assert_eq!(tap(&pads, "ok", PadKey::Done), "1234");
        assert_eq!(tap(&pads, "ok", PadKey::Done), "1234", "handled again, the same tap says the same");
        assert_eq!(tap(&pads, "ok2", PadKey::Done), "closed");
        assert_eq!(tap(&pads, "c", PadKey::Digit(5)), "closed");
    }

    #[test]
    fn a_tap_is_stored_without_its_digit() {
        let pads = pad_with(&[1]);
        pads.keep("k", 7, DateTime::UNIX_EPOCH);
        assert_eq!(tap(&pads, "k", PadKey::Kept), "2");
        assert_eq!(tap(&pads, "forgotten", PadKey::Kept), "closed");
        assert_eq!(tap(&pads, "a", PadKey::Digit(8)), "3");
        assert_eq!(tap(&pads, "ok", PadKey::Done), "178");
    }

    #[test]
    fn closing_one_bills_pad_leaves_anothers_open() {
        let pads = pad_with(&[1, 2, 3, 4]);
        pads.close(&chat(), PadId::Bill(InquiryId(8)));
        assert_eq!(tap(&pads, "ok", PadKey::Done), "1234");
        pads.close(&chat(), BILL);
        assert_eq!(tap(&pads, "ok", PadKey::Done), "closed");
    }

    #[test]
    fn too_few_digits_are_no_pin_and_too_many_are_not_taken() {
        assert_eq!(tap(&pad_with(&[1]), "ok", PadKey::Done), "short");
        assert_eq!(tap(&pad_with(&[1; 20]), "x", PadKey::Digit(1)), MAX_PIN_DIGITS.to_string());
    }

    #[test]
    fn a_keypad_is_for_one_bill_one_chat_and_a_few_minutes() {
        let pads = pad_with(&[1, 2, 3, 4]);
        let later = DateTime::UNIX_EPOCH + FORGOTTEN_AFTER;
        let closed = |tapped| matches!(tapped, Tapped::Closed);
        assert!(closed(pads.tap(&ChatId::telegram(2), BILL, "ok", PadKey::Done, DateTime::UNIX_EPOCH)));
        assert!(closed(pads.tap(&chat(), PadId::Bill(InquiryId(8)), "ok", PadKey::Done, DateTime::UNIX_EPOCH)));
        assert!(closed(pads.tap(&chat(), BILL, "ok", PadKey::Done, later)));
        assert_eq!(pads.typed(&chat(), "8", later), None);
    }

    #[test]
    fn a_pin_may_be_typed_once_instead() {
        let (pads, now) = (pad_with(&[1]), DateTime::UNIX_EPOCH);
        assert_eq!(pads.typed(&chat(), "8", now), Some((BILL, Some("5".to_owned()))));
        assert_eq!(pads.typed(&chat(), "8", now), Some((BILL, Some("5".to_owned()))), "handled again");
        assert_eq!(pads.typed(&chat(), "9", now), None);
        assert_eq!(tap(&pads, "ok", PadKey::Done), "closed");
    }
}
