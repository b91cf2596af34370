//! A code that was written apart or ran into its number: `s.10.0812…`, `S-10 0812…`, `s100812…`. What it may be is shown.

use super::wish::{self, Wish};
use super::words;
use crate::read::{Cursor, NamedAs, atoms};
use konter_core::ids::ProductCode;

/// Digits of a phone number.
const PHONE: std::ops::RangeInclusive<usize> = 10..=13;

pub(super) fn read(said: Cursor<'_>) -> Option<Wish> {
    let text = said.text.trim();
    let letters = text.find(|c: char| !c.is_ascii_alphabetic()).filter(|letters| (1..=4).contains(letters))?;
    let (letters, rest) = text.split_at(letters);
    // `dana 20 0812…`: a service and a face value.
    if words::brand(letters).is_some() || words::sort(letters).is_some() {
        return None;
    }
    let is_phone = |rest: &str| rest.starts_with("08") && PHONE.contains(&digits(rest));
    let is_sold = |count: &str| {
        let code = format!("{letters}{count}").parse::<ProductCode>();
        !count.is_empty() && code.is_ok_and(|code| (said.context.kinds)(&code, NamedAs::Code).is_some())
    };
    let (count, number) = if let Some(rest) = rest.strip_prefix(['.', '-', ' ']) {
        let (count, number) = rest.split_at(digits(rest));
        (count, number.strip_prefix(['.', '-', ' '])?)
    } else {
        // `s10081…`: where the code may end in two ways, nobody knows.
        let ends_at = |at: &usize| rest.get(..*at).is_some_and(is_sold) && rest.get(*at..).is_some_and(is_phone);
        let mut ends = (1..digits(rest)).filter(ends_at);
        rest.split_at(ends.next().filter(|_| ends.next().is_none())?)
    };
    if !is_sold(count) || !is_phone(number) {
        return None;
    }
    let text = format!("{letters}{count} {}", number.replace('.', " "));
    let pieces = atoms(&text, false);
    match wish::read(Cursor::new(&text, &pieces, said.context))? {
        wish::Read::Wish(wish) => Some(wish).filter(|wish| wish.code.is_some() && wish.dest.is_some()),
        wish::Read::Bad(_) => None,
    }
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}
