//! PINs as they are tapped on a keypad of buttons. They live in memory only, so that no digit is ever written down; what
//! a restart forgets is tapped again.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

use crate::command::{MAX_PIN_DIGITS, PadKey, Pin};
use crate::ids::{ChatId, InquiryId};

/// Nobody looks for a PIN that long; what was begun is forgotten.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::minutes(5);

/// One keypad a chat: opening another closes the one before.
#[derive(Default)]
pub(super) struct Keypads(Mutex<HashMap<ChatId, Keypad>>);

struct Keypad {
    inquiry: InquiryId,
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
    /// Opens an empty keypad, unless it is open already.
    pub fn open(&self, chat: &ChatId, inquiry: InquiryId, message: Option<&str>, now: DateTime<Utc>) {
        let mut pads = self.0.lock();
        pads.retain(|_, pad| now - pad.used_at < FORGOTTEN_AFTER);
        let open = pads.get(chat).is_some_and(|pad| pad.inquiry == inquiry && pad.done.is_none());
        if !open {
            pads.insert(
                chat.clone(),
                Keypad { inquiry, message: message.map(str::to_owned), keys: Vec::new(), done: None, used_at: now },
            );
        }
    }

    pub fn close(&self, chat: &ChatId) {
        self.0.lock().remove(chat);
    }

    /// The inquiry a chat's keypad is open for, and the message it stands under: a PIN may also be typed, which hands it
    /// in. The same message again has the same answer.
    pub fn typed(&self, chat: &ChatId, message: &str, now: DateTime<Utc>) -> Option<(InquiryId, Option<String>)> {
        let mut pads = self.0.lock();
        let pad = pads.get_mut(chat).filter(|pad| now - pad.used_at < FORGOTTEN_AFTER)?;
        if pad.done.as_deref().is_some_and(|done| done != message) {
            return None;
        }
        pad.done = Some(message.to_owned());
        Some((pad.inquiry, pad.message.clone()))
    }

    /// Takes a tap. The same tap again has the same answer.
    pub fn tap(&self, chat: &ChatId, inquiry: InquiryId, tap: &str, key: PadKey, now: DateTime<Utc>) -> Tapped {
        let mut pads = self.0.lock();
        let pad = pads.get_mut(chat).filter(|pad| pad.inquiry == inquiry && now - pad.used_at < FORGOTTEN_AFTER);
        let Some(pad) = pad.filter(|pad| pad.done.as_deref().is_none_or(|done| done == tap)) else {
            return Tapped::Closed;
        };
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
        let is_new = pad.keys.iter().all(|(known, _)| known != tap);
        let is_full = digits(&pad.keys).len() >= MAX_PIN_DIGITS && key != PadKey::Back;
        if is_new && !is_full {
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
            PadKey::Done => {}
        }
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    const BILL: InquiryId = InquiryId(7);

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
        assert!(closed(pads.tap(&chat(), InquiryId(8), "ok", PadKey::Done, DateTime::UNIX_EPOCH)));
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
