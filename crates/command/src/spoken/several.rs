//! A list of wishes, one a line: `✅ 0812… 10rb`. They are shown together, and bought with one PIN.

use super::quantity;
use super::wish::{self, Wish};
use super::words;
use crate::meaning::Command;
use crate::order::request::{MAX_ORDERS_PER_MESSAGE, OrderRequest};
use crate::read::{Atom, Cursor, NamedAs, atoms, is_pin};
use konter_core::catalog::DestKind;
use konter_core::destination::Destination;
use konter_core::ids::ProductCode;
use konter_core::order::request::{OrderLine, What};
use konter_core::phone::Phone;

/// `None` where a line says anything else, or holds what may be a PIN.
pub(super) fn read(said: Cursor<'_>) -> Option<Command> {
    if let Some(orders) = one_product(said) {
        return Some(orders);
    }
    let mut lines = Vec::new();
    // `10 ke 0812… dan 20 ke 0813…`, `10rb 0812…, 5rb 0813…`
    for line in said
        .text
        .lines()
        .flat_map(|line| line.split(" dan "))
        .flat_map(|line| line.split(" DAN "))
        .flat_map(|line| line.split(", "))
    {
        let pieces = atoms(line, false);
        let counts = line.bytes().any(|b| b.is_ascii_digit());
        let heads = |word: &str| words::is_courtesy(word) || words::is_ordering(word) || words::sort(word).is_some();
        if !counts && pieces.iter().all(|atom| !atom.text.contains('?') && heads(atom.text.trim_matches(':'))) {
            continue;
        }
        let line = Cursor::new(line, &pieces, said.context);
        if quantity::read(line).is_some() {
            return None;
        }
        let wish::Read::Wish(wish) = wish::read(line)? else { return None };
        lines.push(ordered(wish)?);
    }
    let fits = (2..=MAX_ORDERS_PER_MESSAGE).contains(&lines.len());
    let is_twice = |at: usize, line: &OrderLine| {
        lines.iter().skip(at + 1).any(|other: &OrderLine| other.dest == line.dest && other.what == line.what)
    };
    let has_twice = lines.iter().enumerate().any(|(at, line)| is_twice(at, line));
    (fits && !has_twice).then_some(Command::Order(OrderRequest { lines, pin: None, reference: None }))
}

/// `s10: 0812…, 0813…, 0857… pin 1234`: the PIN is not tried.
fn one_product(said: Cursor<'_>) -> Option<Command> {
    let changes_nothing = |atom: &&Atom<'_>| {
        let word = atom.text.trim_matches(|c: char| !c.is_alphanumeric());
        word.is_empty() || words::is_courtesy(word) || words::is_ordering(word) || words::is_to(word)
    };
    let bare = |atom: &Atom<'_>| atom.text.trim_matches(|c: char| !c.is_alphanumeric() && c != '+').to_owned();
    let kept: Vec<String> = said.atoms.iter().filter(|atom| !changes_nothing(atom)).map(bare).collect();
    let [code, numbers @ ..] = kept.as_slice() else { return None };
    let numbers = match numbers {
        [numbers @ .., word, pin] if words::is_pin_word(word) && is_pin(pin) => numbers,
        [numbers @ .., pin] if is_pin(pin) => numbers,
        numbers => numbers,
    };
    let code = code.parse::<ProductCode>().ok()?;
    if said.text.contains('?') || (said.context.kinds)(&code, NamedAs::Code) != Some(DestKind::Phone) {
        return None;
    }
    let phones: Vec<Phone> = numbers.iter().map(|number| number.parse().ok()).collect::<Option<_>>()?;
    let is_twice = phones.iter().enumerate().any(|(at, phone)| phones.iter().skip(at + 1).any(|other| other == phone));
    let line = |phone| OrderLine {
        what: What::Code(code.clone()),
        dest: Destination::Phone(phone),
        nth: 1,
        buyer_phone: None,
    };
    ((2..=MAX_ORDERS_PER_MESSAGE).contains(&phones.len()) && !is_twice).then(|| {
        let lines = phones.into_iter().map(line).collect();
        Command::Order(OrderRequest { lines, pin: None, reference: None })
    })
}

/// By its code, or by the face value that its number's operator has.
fn ordered(wish: Wish) -> Option<OrderLine> {
    let Wish { code, sort, brand, nominal, size, dest, held_pin, times } = wish;
    let is_credit = matches!(sort, None | Some(words::Sort::Credit)) && !brand.as_deref().is_some_and(words::is_wallet);
    let what = code.map(What::Code).or_else(|| nominal.filter(|_| is_credit).map(What::Nominal))?;
    let dest = dest.filter(|_| !held_pin && size.is_none() && times < 2)?;
    Some(OrderLine { what, dest, nth: 1, buyer_phone: None })
}
