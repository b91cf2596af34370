//! Words that are kept as they were typed: names, and what is passed on to the admins.

use super::amount::nominal;
use super::atom::{Atom, Gap};
use super::cursor::Cursor;
use super::pin::Pin;
use super::problem::{Part, Problem};
use super::redact::without_order_pins;
use super::typed::Typed;

/// What is passed on to admins. A PIN before or behind the words is not part of them.
pub fn words_for_admins(args: Cursor<'_>) -> Result<(Typed, Option<Pin>), Problem> {
    const LEAST: usize = 4; // `10.300` may be a time or a price; three-digit PINs are rare
    let pin = |atom: &Atom<'_>| atom.text.parse::<Pin>().ok().filter(|_| atom.text.len() >= LEAST);
    // A round sum at the end is an amount: `K.1234.….BCA.100000`.
    let behind = match args.atoms {
        [first, .., last] if last.gap != Gap::Space && (nominal(last).is_none() || pin(first).is_none()) => pin(last),
        _ => None,
    };
    let before = match args.atoms {
        [only] => pin(only),
        [first, second, ..] if second.gap != Gap::Space && behind.is_none() => pin(first),
        _ => None,
    };
    let from = usize::from(before.is_some());
    let to = args.atoms.len() - usize::from(behind.is_some());
    let (Some(first), Some(last)) = (args.atoms.get(from), args.atoms.get(..to).and_then(<[_]>::last)) else {
        return Err(Problem::Missing(Part::Text));
    };
    // Without a PIN behind them, the last signs belong to the words.
    let end = if behind.is_some() { last.end() } else { args.text.len() };
    let text = args.text.get(first.start..end).unwrap_or_default();
    Ok((Typed::whole(&without_order_pins(text)), before.or(behind)))
}

/// The first of these words that a single gap other than white space ends, and the rest: a name and a town.
pub fn name_and_town<'a>(text: &'a str, atoms: &[Atom<'_>]) -> Option<(&'a str, Option<&'a str>)> {
    let (first, last) = (atoms.first()?, atoms.last()?);
    let slice = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    match atoms.iter().skip(1).find(|atom| atom.gap != Gap::Space) {
        None => Some((slice(first.start, last.end()), None)),
        Some(next) => {
            let name = slice(first.start, next.start).trim_end_matches(|c: char| !c.is_alphanumeric());
            Some((name, Some(slice(next.start, last.end()))))
        }
    }
}
