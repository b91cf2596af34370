//! A list of wishes, one a line: `✅ 0812… 10rb`. They are shown together, and bought with one PIN.

use super::wish::{self, Wish};
use super::words;
use crate::meaning::Command;
use crate::order::request::{MAX_ORDERS_PER_MESSAGE, OrderRequest};
use crate::read::{Cursor, atoms};
use konter_core::order::request::{OrderLine, What};

/// `None` where a line says anything else, or holds what may be a PIN.
pub(super) fn read(said: Cursor<'_>) -> Option<Command> {
    let mut lines = Vec::new();
    for line in said.text.lines() {
        let pieces = atoms(line, false);
        let counts = line.bytes().any(|b| b.is_ascii_digit());
        let heads = |word: &str| words::is_courtesy(word) || words::is_ordering(word) || words::sort(word).is_some();
        if !counts && pieces.iter().all(|atom| !atom.text.contains('?') && heads(atom.text.trim_matches(':'))) {
            continue;
        }
        let wish::Read::Wish(wish) = wish::read(Cursor::new(line, &pieces, said.context))? else { return None };
        lines.push(ordered(wish)?);
    }
    let fits = (2..=MAX_ORDERS_PER_MESSAGE).contains(&lines.len());
    let is_twice = |at: usize, line: &OrderLine| {
        lines.iter().skip(at + 1).any(|other: &OrderLine| other.dest == line.dest && other.what == line.what)
    };
    let has_twice = lines.iter().enumerate().any(|(at, line)| is_twice(at, line));
    (fits && !has_twice).then_some(Command::Order(OrderRequest { lines, pin: None, reference: None }))
}

/// By its code, or by the face value that its number's operator has.
fn ordered(wish: Wish) -> Option<OrderLine> {
    let Wish { code, sort, brand, nominal, dest, held_pin } = wish;
    let is_credit = matches!(sort, None | Some(words::Sort::Credit)) && !brand.as_deref().is_some_and(words::is_wallet);
    let what = code.map(What::Code).or_else(|| nominal.filter(|_| is_credit).map(What::Nominal))?;
    let dest = dest.filter(|_| !held_pin)?;
    Some(OrderLine { what, dest, nth: 1, buyer_phone: None })
}
