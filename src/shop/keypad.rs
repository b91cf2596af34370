//! PINs as they are tapped on a keypad of buttons. They live in memory only, so that no digit is ever written down, not
//! even in the inbox; what a restart forgets is tapped again.
//!
//! **Repeats.** Some clients send one tap as two, with nothing in common but the button. A tap says which keypad it was
//! made on (`PadTap::drawn`), so the same key tapped on the keypad as it was drawn next is a digit of its own. The same
//! key on the same keypad is either a repeat or a fast finger: how long it took tells nothing, because taps come in
//! batches. It is shown as a repeat, and kept. Which it was, the length of the reseller's PIN decides when the PIN is
//! handed in; where that leaves two PINs, neither is tried. So a repeat is never counted as a wrong PIN, one hand-in
//! never tries two, and `1123` can be tapped fast.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::{Mutex, MutexGuard};

use konter_command::{MAX_PIN_DIGITS, PadKey, PadTap, Pin};
use konter_core::ids::{ChatId, InquiryId};

/// Nobody looks for a PIN that long; what was begun is forgotten.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::minutes(5);

/// Keys tapped on one pad: somebody who corrects that often is playing.
const MOST_KEYS: usize = 64;

/// Digits on one pad, repeats included: every digit of the longest PIN people choose may be one. It also bounds how many
/// PINs they can be read as.
const MOST_DIGITS: usize = 12;

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
    /// Several orders of one message. Their PIN is typed.
    Several(u64),
    /// A command that was typed without its PIN.
    Line(u64),
}

/// Whether something else was written since the keypad was shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Interrupted {
    #[default]
    No,
    /// By this message, and no other.
    By(String),
    Long,
}

struct Keypad {
    of: PadId,
    /// The message it stands under.
    message: Option<String>,
    /// In the order they were tapped.
    strokes: Vec<Stroke>,
    /// The strokes before this one are not part of the PIN any more.
    from: usize,
    /// The tap, or the typed message, that handed the PIN in.
    done: Option<String>,
    /// Something else was written meanwhile: a PIN typed now may be meant for that.
    interrupted: Interrupted,
    /// What may be its PIN or another sum has been asked about.
    doubted: bool,
    used_at: DateTime<Utc>,
}

/// A key that was tapped.
struct Stroke {
    /// A tap that is handled twice counts once.
    tap: String,
    key: PadKey,
    drawn: Option<u16>,
    /// Perhaps the client's repeat of an earlier one.
    repeat: bool,
}

/// What a keypad shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    /// Digits that are no repeats.
    pub digits: usize,
    /// All keys, for telling the next taps apart.
    pub taps: u16,
}

/// What a tap on a key leads to.
pub(super) enum Tapped {
    Shown(Shown),
    Entered(Pin),
    /// Too few digits for a PIN, or for this reseller's.
    TooShort,
    /// More digits than the reseller's PIN has.
    TooLong,
    /// The digits can be read as several PINs. The keypad is empty now.
    Unclear(Shown),
    /// The PIN has been handed in: a repeat that came late.
    HandedIn,
    /// The keypad is not open any more.
    Closed,
}

/// What the taps on a keypad come to.
enum Read {
    Pin(Pin),
    TooShort,
    TooLong,
    Unclear,
}

impl Keypads {
    /// Opens a keypad. One that is open already stays as it is: the tap that asks for it may be a repeat.
    pub fn open(&self, chat: &ChatId, of: PadId, message: Option<&str>, now: DateTime<Utc>) -> Shown {
        let mut pads = self.pads(now);
        let is_open = |pad: &Keypad| pad.of == of && pad.message.as_deref() == message && pad.done.is_none();
        if let Some(pad) = pads.get_mut(chat).filter(|pad| is_open(pad)) {
            pad.used_at = now;
            pad.interrupted = Interrupted::No;
            return pad.shown();
        }
        pads.insert(chat.clone(), Keypad::new(of, message, now));
        Shown::default()
    }

    /// Opens an empty one in any case.
    pub fn open_anew(&self, chat: &ChatId, of: PadId, message: Option<&str>, now: DateTime<Utc>) {
        self.pads(now).insert(chat.clone(), Keypad::new(of, message, now));
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

    /// Something else was written in a chat: from here on its keypad takes taps only. A PIN alone would buy what is not in
    /// its writer's mind any more.
    pub fn interrupt(&self, chat: &ChatId, message: &str) {
        self.interrupt_others(chat, message, None);
    }

    /// A button was tapped: the same, unless it is a key of this very keypad.
    pub fn interrupt_others(&self, chat: &ChatId, message: &str, of: Option<PadId>) {
        if let Some(pad) = self.pads.lock().get_mut(chat).filter(|pad| Some(pad.of) != of) {
            pad.interrupted = match &pad.interrupted {
                Interrupted::No => Interrupted::By(message.to_owned()),
                Interrupted::By(before) if before == message => Interrupted::By(message.to_owned()),
                Interrupted::By(_) | Interrupted::Long => Interrupted::Long,
            };
        }
    }

    /// What a chat's keypad is open for, if no PIN has been handed in.
    pub fn waiting(&self, chat: &ChatId, now: DateTime<Utc>) -> Option<PadId> {
        self.pads(now).get(chat).filter(|pad| pad.done.is_none()).map(|pad| pad.of)
    }

    /// Whether this keypad stands under that message, as a tap has told.
    pub fn stands_under(&self, chat: &ChatId, of: PadId, message: &str) -> bool {
        self.pads.lock().get(chat).is_some_and(|pad| pad.of == of && pad.message.as_deref() == Some(message))
    }

    /// Asks, once a keypad, whether digits are meant as its PIN; `false` where that was asked, or something came between.
    pub fn doubt(&self, chat: &ChatId) -> bool {
        let mut pads = self.pads.lock();
        let pad = pads.get_mut(chat).filter(|pad| pad.interrupted == Interrupted::No && pad.done.is_none());
        pad.is_some_and(|pad| !std::mem::replace(&mut pad.doubted, true))
    }

    /// A message says that it is for this very keypad, whatever came between.
    pub fn mean(&self, chat: &ChatId, of: PadId) {
        if let Some(pad) = self.pads.lock().get_mut(chat).filter(|pad| pad.of == of) {
            pad.interrupted = Interrupted::No;
        }
    }

    /// This message was about the keypad itself, and nothing else came between: the PIN may still be typed. `false`: it
    /// may not, as something else did.
    pub fn resume(&self, chat: &ChatId, message: &str) -> bool {
        let mut pads = self.pads.lock();
        let Some(pad) = pads.get_mut(chat).filter(|pad| pad.interrupted == Interrupted::By(message.to_owned())) else {
            return false;
        };
        pad.interrupted = Interrupted::No;
        true
    }

    /// Whether this message is the first that was written since the chat's keypad was shown.
    pub fn is_first_since(&self, chat: &ChatId, message: &str) -> bool {
        self.pads.lock().get(chat).is_some_and(|pad| match &pad.interrupted {
            Interrupted::No => true,
            Interrupted::By(first) => first == message,
            Interrupted::Long => false,
        })
    }

    /// What a chat's keypad is open for, and the message it stands under: a PIN may also be typed, which hands it
    /// in. The same message again has the same answer.
    pub fn typed(&self, chat: &ChatId, message: &str, now: DateTime<Utc>) -> Option<(PadId, Option<String>)> {
        let mut pads = self.pads(now);
        let pad = pads.get_mut(chat).filter(|pad| pad.interrupted == Interrupted::No)?;
        if pad.done.as_deref().is_some_and(|done| done != message) {
            return None;
        }
        pad.done = Some(message.to_owned());
        Some((pad.of, pad.message.clone()))
    }

    /// Takes a tap for a PIN of so many digits, where that is known. The same tap again has the same answer.
    pub fn tap(
        &self,
        chat: &ChatId,
        of: PadId,
        tap: &str,
        on: PadTap,
        length: Option<usize>,
        now: DateTime<Utc>,
    ) -> Tapped {
        let key = match on.key {
            PadKey::Kept => self.kept.lock().get(tap).map(|(digit, _)| PadKey::Digit(*digit)),
            key => Some(key),
        };
        let mut pads = self.pads(now);
        let Some(pad) = pads.get_mut(chat).filter(|pad| pad.of == of) else { return Tapped::Closed };
        if pad.done.as_deref().is_some_and(|done| done != tap) {
            return Tapped::HandedIn;
        }
        // A digit that a restart forgot is tapped again, on an empty pad.
        let Some(key) = key else { return Tapped::Closed };
        pad.used_at = now;
        if key != PadKey::Done {
            pad.strike(tap, key, on.drawn);
            return Tapped::Shown(pad.shown());
        }
        match pad.read(length) {
            Read::Pin(pin) => {
                pad.done = Some(tap.to_owned());
                Tapped::Entered(pin)
            }
            Read::TooShort => Tapped::TooShort,
            Read::TooLong => Tapped::TooLong,
            Read::Unclear => {
                pad.from = pad.strokes.len();
                Tapped::Unclear(pad.shown())
            }
        }
    }
}

impl Keypad {
    fn new(of: PadId, message: Option<&str>, now: DateTime<Utc>) -> Self {
        let message = message.map(str::to_owned);
        let (strokes, done, interrupted) = (Vec::new(), None, Interrupted::No);
        Self { of, message, strokes, from: 0, done, interrupted, doubted: false, used_at: now }
    }

    fn strike(&mut self, tap: &str, key: PadKey, drawn: Option<u16>) {
        let same = |stroke: &Stroke| stroke.key == key && stroke.drawn == drawn;
        let repeat = match drawn {
            Some(_) => self.strokes.iter().any(same),
            // Buttons that do not say where they were drawn: what follows directly.
            None => self.strokes.last().is_some_and(same),
        };
        let digits = self.digits();
        let has_place = match key {
            PadKey::Back => !digits.is_empty(),
            _ if repeat => digits.len() < MOST_DIGITS,
            _ => digits.len() < MOST_DIGITS && sure(&digits).count() < MAX_PIN_DIGITS,
        };
        let is_new = self.strokes.iter().all(|stroke| stroke.tap != tap);
        if is_new && has_place && self.strokes.len() < MOST_KEYS {
            self.strokes.push(Stroke { tap: tap.to_owned(), key, drawn, repeat });
        }
    }

    /// The digits that stand there, each with whether it may be a repeat.
    fn digits(&self) -> Vec<(char, bool)> {
        let mut digits: Vec<(char, bool)> = Vec::new();
        for stroke in self.strokes.iter().skip(self.from) {
            match stroke.key {
                PadKey::Digit(digit) => digits.push((char::from(b'0' + digit % 10), stroke.repeat)),
                // What is taken back is the last digit that is shown, with its repeats.
                PadKey::Back if !stroke.repeat => while digits.pop().is_some_and(|(_, repeat)| repeat) {},
                PadKey::Back | PadKey::Done | PadKey::Kept => {}
            }
        }
        digits
    }

    fn shown(&self) -> Shown {
        let taps = u16::try_from(self.strokes.len()).unwrap_or(u16::MAX);
        Shown { digits: sure(&self.digits()).count(), taps }
    }

    fn read(&self, length: Option<usize>) -> Read {
        let digits = self.digits();
        let (fewest, most) = (sure(&digits).count(), digits.len());
        let Some(length) = length else {
            return match sure(&digits).collect::<String>().parse() {
                Ok(_) if most > fewest => Read::Unclear,
                Ok(pin) => Read::Pin(pin),
                Err(_) => Read::TooShort,
            };
        };
        if fewest > length {
            return Read::TooLong;
        }
        if most < length {
            return Read::TooShort;
        }
        let pins = readings(&digits, length - fewest);
        match (pins.first().and_then(|pin| pin.parse().ok()), pins.len()) {
            (Some(pin), 1) => Read::Pin(pin),
            (None, _) => Read::TooShort,
            _ => Read::Unclear,
        }
    }
}

fn sure(digits: &[(char, bool)]) -> impl Iterator<Item = char> {
    digits.iter().filter(|(_, repeat)| !repeat).map(|(digit, _)| *digit)
}

/// What can be read when so many of the repeats are digits of their own.
fn readings(digits: &[(char, bool)], own: usize) -> BTreeSet<String> {
    let mut read = BTreeSet::from([(String::new(), own)]);
    for &(digit, repeat) in digits {
        let mut longer = BTreeSet::new();
        for (text, own) in read {
            let left = if repeat { own.checked_sub(1) } else { Some(own) };
            if let Some(left) = left {
                longer.insert((format!("{text}{digit}"), left));
            }
            if repeat {
                longer.insert((text, own));
            }
        }
        read = longer;
    }
    read.into_iter().filter(|(_, own)| *own == 0).map(|(text, _)| text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BILL: PadId = PadId::Bill(InquiryId(7));
    const LENGTH: Option<usize> = Some(4);

    fn chat() -> ChatId {
        ChatId::telegram(1)
    }

    fn told(tapped: Tapped) -> String {
        match tapped {
            Tapped::Shown(shown) => shown.digits.to_string(),
            Tapped::Entered(pin) => pin.expose().to_owned(),
            Tapped::TooShort => "short".to_owned(),
            Tapped::TooLong => "long".to_owned(),
            Tapped::Unclear(shown) => format!("unclear {}", shown.digits),
            Tapped::HandedIn => "handed in".to_owned(),
            Tapped::Closed => "closed".to_owned(),
        }
    }

    fn tap_on(pads: &Keypads, id: &str, key: PadKey, drawn: Option<u16>) -> String {
        told(pads.tap(&chat(), BILL, id, PadTap { key, drawn }, LENGTH, DateTime::UNIX_EPOCH))
    }

    /// Taps the key on the keypad as it stands.
    fn tap(pads: &Keypads, id: &str, key: PadKey) -> String {
        let taps = pads.pads.lock().get(&chat()).map_or(0, |pad| pad.shown().taps);
        tap_on(pads, id, key, Some(taps))
    }

    fn opened() -> Keypads {
        let pads = Keypads::default();
        pads.open(&chat(), BILL, Some("5"), DateTime::UNIX_EPOCH);
        pads
    }

    fn pad_with(digits: &[u8]) -> Keypads {
        let pads = opened();
        for (n, digit) in digits.iter().enumerate() {
            tap(&pads, &format!("t{n}"), PadKey::Digit(*digit));
        }
        pads
    }

    /// Hands in what was tapped: digits, each on the keypad as it was drawn after so many taps; `None` does not say.
    fn handed_in(taps: &[(u8, Option<u16>)]) -> String {
        let pads = opened();
        for (n, (digit, drawn)) in taps.iter().enumerate() {
            tap_on(&pads, &format!("t{n}"), PadKey::Digit(*digit), *drawn);
        }
        tap(&pads, "ok", PadKey::Done)
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
        assert_eq!(tap(&pads, "ok2", PadKey::Done), "handed in");
        assert_eq!(tap(&pads, "c", PadKey::Digit(5)), "handed in");
        let pads = pad_with(&[1, 1, 2, 3]);
        assert_eq!(tap(&pads, "ok", PadKey::Done), "1123", "the same key on the keypad as drawn next");
    }

    #[test]
    fn a_tap_that_the_client_repeats_is_one_digit() {
        for drawn in [Some(0), None] {
            let tapped = [1, 1, 2, 3, 4].map(|digit| (digit, drawn));
            assert_eq!(handed_in(&tapped), "1234", "{drawn:?}");
        }
        let pads = opened();
        for id in ["a", "b"] {
            assert_eq!(tap_on(&pads, id, PadKey::Digit(1), Some(0)), "1");
        }
        // The repeat comes when the keypad is drawn anew, and another digit is there.
        assert_eq!(handed_in(&[(1, Some(0)), (2, Some(1)), (1, Some(0)), (3, Some(2)), (4, Some(3))]), "1234");
        // Each tap comes twice.
        let each: Vec<(u8, Option<u16>)> =
            [1, 1, 2, 2, 1, 1, 3, 3].into_iter().zip((0..8).map(|n| Some(n / 2 * 2))).collect();
        assert_eq!(handed_in(&each), "1213");
    }

    #[test]
    fn a_fast_finger_may_tap_a_digit_twice() {
        for (digits, pin) in [([1, 1, 2, 3], "1123"), ([2, 5, 2, 5], "2525"), ([7, 7, 7, 8], "7778")] {
            assert_eq!(handed_in(&digits.map(|digit| (digit, Some(0)))), pin);
        }
        assert_eq!(handed_in(&[1, 1, 2, 3].map(|digit| (digit, None))), "1123");
    }

    #[test]
    fn taps_that_can_be_two_pins_are_none() {
        let pads = opened();
        for (id, digit) in ["a", "b", "c", "d", "e"].into_iter().zip([1, 1, 2, 2, 3]) {
            tap_on(&pads, id, PadKey::Digit(digit), Some(0));
        }
        assert_eq!(tap(&pads, "ok", PadKey::Done), "unclear 0", "1123 or 1223");
        assert_eq!(tap(&pads, "f", PadKey::Digit(1)), "1");
        // Without a length, nothing can be decided.
        let tapped = [("g", 1), ("h", 1), ("i", 2), ("j", 3)];
        let pads = opened();
        for (id, digit) in tapped {
            tap_on(&pads, id, PadKey::Digit(digit), Some(0));
        }
        let ok = PadTap { key: PadKey::Done, drawn: Some(0) };
        let read = pads.tap(&chat(), BILL, "ok", ok, None, DateTime::UNIX_EPOCH);
        assert_eq!(told(read), "unclear 0");
    }

    #[test]
    fn what_is_taken_back_goes_with_its_repeats() {
        let pads = pad_with(&[9]);
        tap_on(&pads, "again", PadKey::Digit(9), Some(0));
        assert_eq!(tap_on(&pads, "back", PadKey::Back, Some(1)), "0");
        assert_eq!(tap_on(&pads, "back again", PadKey::Back, Some(1)), "0");
        for (id, digit) in [("a", 1), ("b", 2), ("c", 3), ("d", 4)] {
            tap(&pads, id, PadKey::Digit(digit));
        }
        assert_eq!(tap_on(&pads, "back at the end", PadKey::Back, Some(9)), "3");
        assert_eq!(tap_on(&pads, "its repeat", PadKey::Back, Some(9)), "3");
        tap(&pads, "e", PadKey::Digit(4));
        assert_eq!(tap(&pads, "ok", PadKey::Done), "1234");
    }

    #[test]
    fn a_repeated_choice_does_not_empty_the_keypad() {
        let pads = pad_with(&[1, 2]);
        let shown = pads.open(&chat(), BILL, Some("5"), DateTime::UNIX_EPOCH);
        assert_eq!(shown, Shown { digits: 2, taps: 2 });
        tap(&pads, "c", PadKey::Digit(3));
        tap(&pads, "d", PadKey::Digit(4));
        assert_eq!(tap(&pads, "ok", PadKey::Done), "1234");
        assert_eq!(pads.open(&chat(), BILL, Some("5"), DateTime::UNIX_EPOCH), Shown::default(), "after a wrong PIN");
    }

    #[test]
    fn a_tap_is_stored_without_its_digit() {
        let pads = pad_with(&[1]);
        pads.keep("k", 7, DateTime::UNIX_EPOCH);
        assert_eq!(tap(&pads, "k", PadKey::Kept), "2");
        assert_eq!(tap(&pads, "forgotten", PadKey::Kept), "closed");
        assert_eq!(tap(&pads, "a", PadKey::Digit(8)), "3");
        assert_eq!(tap(&pads, "b", PadKey::Digit(9)), "4");
        assert_eq!(tap(&pads, "ok", PadKey::Done), "1789");
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
    fn too_few_digits_or_too_many_are_no_pin_and_can_be_mended() {
        let pads = pad_with(&[1]);
        assert_eq!(tap(&pads, "ok", PadKey::Done), "short");
        for (id, digit) in [("a", 2), ("b", 3), ("c", 4), ("d", 5)] {
            tap(&pads, id, PadKey::Digit(digit));
        }
        assert_eq!(tap(&pads, "ok2", PadKey::Done), "long");
        tap(&pads, "back", PadKey::Back);
        assert_eq!(tap(&pads, "ok3", PadKey::Done), "1234");
        assert_eq!(tap(&pad_with(&[1; 20]), "x", PadKey::Digit(1)), MAX_PIN_DIGITS.to_string());
    }

    #[test]
    fn a_keypad_is_for_one_bill_one_chat_and_a_few_minutes() {
        let pads = pad_with(&[1, 2, 3, 4]);
        let later = DateTime::UNIX_EPOCH + FORGOTTEN_AFTER;
        let closed = |chat: ChatId, of, now| {
            let ok = PadTap { key: PadKey::Done, drawn: None };
            matches!(pads.tap(&chat, of, "ok", ok, LENGTH, now), Tapped::Closed)
        };
        assert!(closed(ChatId::telegram(2), BILL, DateTime::UNIX_EPOCH));
        assert!(closed(chat(), PadId::Bill(InquiryId(8)), DateTime::UNIX_EPOCH));
        assert!(closed(chat(), BILL, later));
        assert_eq!(pads.typed(&chat(), "8", later), None);
    }

    #[test]
    fn a_pin_typed_after_something_else_is_not_this_keypads() {
        let (pads, now) = (pad_with(&[1]), DateTime::UNIX_EPOCH);
        pads.interrupt(&chat(), "m");
        assert_eq!(pads.typed(&chat(), "8", now), None);
        assert_ne!(tap(&pads, "9", PadKey::Digit(2)), "closed", "it still takes taps");
        pads.open(&chat(), BILL, Some("5"), now);
        assert_eq!(pads.typed(&chat(), "8", now), Some((BILL, Some("5".to_owned()))), "asked for again");
    }

    #[test]
    fn a_pin_may_be_typed_once_instead() {
        let (pads, now) = (pad_with(&[1]), DateTime::UNIX_EPOCH);
        assert_eq!(pads.typed(&chat(), "8", now), Some((BILL, Some("5".to_owned()))));
        assert_eq!(pads.typed(&chat(), "8", now), Some((BILL, Some("5".to_owned()))), "handled again");
        assert_eq!(pads.typed(&chat(), "9", now), None);
        assert_eq!(tap(&pads, "ok", PadKey::Done), "handed in");
    }
}
