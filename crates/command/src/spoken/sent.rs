//! A PIN that is sent alone, and words that send balance.

use super::{is_empty, second_thoughts, small, tidy, words};
use crate::read::{Atom, Context, Cursor, NEW_PIN_DIGITS, Pin, amount, atoms, has_phone, is_pin, spaced_pin};
use konter_core::ids::AgentId;
use konter_core::money::Rupiah;
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

/// They send balance.
pub(super) const SENDS: &str = "kirim kirimin kirimkan ngirim tf trf tr transfer oper operin send";

/// What is sent, and to whom where that is said by a code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    pub amount: Option<Rupiah>,
    pub to: Option<AgentId>,
}

/// `kirim 20000 ke Melati Cell`, where these are the words of names; in a change, `eh 5000 aja`. A PIN behind all of it is held.
///
/// # Errors
/// What else is said: nothing is sent then.
pub fn sent_to(text: &str, names: &[String]) -> Result<Sent, String> {
    let text = tidy::tidy(&clean(text));
    let pieces = atoms(&text, false);
    let mut rest = Cursor::new(&text, &pieces, Context::NONE);
    let mut sent = Sent::default();
    while let Some(atom) = rest.peek() {
        let word = words::plain(atom.text.trim_matches(|c: char| !c.is_alphanumeric()));
        let mut behind = rest;
        let is_of_it = names.contains(&word)
            || is_empty(atom)
            || words::is_courtesy(&word)
            || words::is_pin_word(&word)
            || words::is_to(&word)
            || words::is_balance(&word)
            || words::is_in(SENDS, &word)
            || words::is_in("sebesar senilai uang duit", &word);
        let ends = || rest.atoms.iter().skip(1).all(|atom| is_empty(atom) || words::is_courtesy(atom.text));
        let is_held = sent.amount.is_some() && is_pin(atom.text) && ends();
        if is_of_it || is_held {
            rest.skip(1);
        } else if let (Ok(code), None) = (word.parse(), sent.to) {
            sent.to = Some(code);
            rest.skip(1);
        } else if let (Ok(amount), None) = (amount::take(&mut behind), sent.amount) {
            sent.amount = Some(amount);
            rest = behind;
        } else {
            let said: Vec<&str> = rest.atoms.iter().map(|atom| atom.text).collect();
            match words::spoken_sum(&said).filter(|_| sent.amount.is_none()) {
                Some((amount, count)) => {
                    sent.amount = Some(amount);
                    rest.skip(count);
                }
                None => return Err(atom.text.to_owned()),
            }
        }
    }
    Ok(sent)
}

/// Whether a message opens with a word for sending, as balance is sent: `kirim 10000 ke 0812…`.
#[must_use]
pub fn says_send(text: &str) -> bool {
    let text = tidy::tidy(&clean(text));
    let pieces = atoms(&text, false);
    let meant = pieces.iter().find(|atom| !is_empty(atom) && !words::is_courtesy(atom.text));
    meant.is_some_and(|word| words::is_in(SENDS, &words::plain(word.text)))
}

/// `tr KR0002 10000 dan s10 0812…`: balance for a reseller, and a number besides.
pub(super) fn sends_and_orders(said: Cursor<'_>) -> bool {
    let names_one = said.atoms.iter().any(|atom| atom.text.parse::<AgentId>().is_ok());
    says_send(said.text) && names_one && has_phone(said.atoms)
}
