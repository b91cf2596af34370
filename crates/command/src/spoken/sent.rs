//! A PIN that is sent alone, and words that send balance.

use super::{is_empty, second_thoughts, small, tidy, words};
use crate::read::{Atom, Cursor, NEW_PIN_DIGITS, Pin, atoms, has_phone, is_pin, spaced_pin};
use konter_core::ids::AgentId;
use konter_core::phone::clean;

/// A PIN that is typed: alone, or named as one: `pin 1234`, `pinnya 1234 kak`. Where one `is_awaited`, also between
/// courtesies: `1234 ya`.
#[must_use]
pub fn pin_said(text: &str, is_awaited: bool) -> Option<Pin> {
    if let Ok(pin) = text.trim().parse() {
        return Some(pin);
    }
    // `4 8 2 1`
    if let Some(pin) = spaced_pin(text).filter(|_| is_awaited) {
        return pin.parse().ok();
    }
    if second_thoughts::is_denied(text) {
        return None;
    }
    let text = tidy::tidy(&clean(text));
    let pieces = atoms(&text, false);
    let (pins, rest): (Vec<&Atom<'_>>, Vec<&Atom<'_>>) =
        pieces.iter().partition(|atom| NEW_PIN_DIGITS.contains(&atom.text.len()) && is_pin(atom.text));
    let [pin] = pins.as_slice() else { return None };
    let is_named = rest.first().is_some_and(|first| words::is_pin_word(first.text));
    let changes_nothing = |atom: &&Atom<'_>| {
        let agrees = || is_awaited && words::is_in(small::YES, &words::plain(atom.text));
        words::is_pin_word(atom.text)
            || ((is_empty(atom) || words::is_courtesy(atom.text) || agrees()) && !atom.text.contains('?'))
    };
    ((is_named || is_awaited) && rest.iter().all(changes_nothing)).then(|| pin.text.parse().ok()).flatten()
}

/// Whether a message opens with a word for sending, as balance is sent: `kirim 10000 ke 0812…`.
#[must_use]
pub fn says_send(text: &str) -> bool {
    let text = tidy::tidy(&clean(text));
    let pieces = atoms(&text, false);
    let meant = pieces.iter().find(|atom| !is_empty(atom) && !words::is_courtesy(atom.text));
    meant.is_some_and(|word| {
        words::is_in("kirim kirimin kirimkan ngirim tf trf tr transfer oper operin send", &words::plain(word.text))
    })
}

/// `tr KR0002 10000 dan s10 0812…`: balance for a reseller, and a number besides.
pub(super) fn sends_and_orders(said: Cursor<'_>) -> bool {
    let names_one = said.atoms.iter().any(|atom| atom.text.parse::<AgentId>().is_ok());
    says_send(said.text) && names_one && has_phone(said.atoms)
}
