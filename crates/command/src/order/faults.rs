//! What is told of a message that was meant as an order and is none.

use super::parts::{Opening, what};
use super::reader::search;
use super::request::{BadOrder, OrderRequest};
use crate::read::{
    Atom, Cursor, Gap, MAX_PIN_DIGITS, MIN_PIN_DIGITS, NEW_PIN_DIGITS, NamedAs, Part, Problem, Typed, is_pin, redact,
    shape::targets,
};
use konter_core::catalog::DestKind;
use konter_core::destination::DestinationFault;
use konter_core::order::request::What;

/// `S10.0812345.1234`: taken as one number in two pieces it would be an order without a PIN. It is a number that is too
/// short and a PIN, which must not be shown back as part of a number.
pub(super) fn short_number(atoms: &[Atom<'_>], request: &OrderRequest) -> Option<BadOrder> {
    let ([line], None, [.., number, pin]) = (request.lines.as_slice(), &request.pin, atoms) else { return None };
    let pin_like = NEW_PIN_DIGITS.contains(&pin.text.len()) && pin.text.bytes().all(|b| b.is_ascii_digit());
    let in_two_pieces = pin_like && line.dest.as_str().ends_with(pin.text) && number.text.starts_with(['0', '+', '6']);
    in_two_pieces.then(|| {
        let problem = Problem::Destination(DestinationFault::TooShort, Typed::new(number.text));
        BadOrder::new(Some(line.what.clone()), problem)
    })
}

pub(super) fn opens_like_an_order(args: Cursor<'_>) -> bool {
    let number = |at: usize| args.atoms.get(at..).is_some_and(|rest| !targets(rest, false).is_empty());
    let product = args.atoms.first().is_some_and(|first| what(first, args.context.is_word).is_some());
    (product && number(1)) || number(0)
}

/// A product that is sold, and behind it what cannot be its destination: which word it is, or which form it should have.
pub(super) fn misformed(args: Cursor<'_>, starts: &[(usize, Opening)]) -> Option<BadOrder> {
    /// More is a talk, not an order.
    const LONGEST: usize = 8;
    /// A number in groups, and a PIN.
    const FEWEST_GROUPS: usize = 3;
    /// Digits of one; what is longer is a number by itself.
    const LARGEST_GROUP: usize = 6;
    let atoms = args.atoms;
    if atoms.len() > LONGEST || !atoms.iter().any(|atom| digits_in(atom.text) >= MIN_PIN_DIGITS) {
        return None;
    }
    let (product, kind, at) = starts.iter().find_map(|&(at, _)| match what(atoms.get(at)?, args.context.is_word) {
        Some((What::Code(code), _)) => (args.context.kinds)(&code, NamedAs::Code).map(|kind| (code, kind, at + 1)),
        _ => None,
    })?;
    let next = atoms.get(at)?;
    let shown = Typed::new(&redact(next.text));
    let is_group = |atom: &Atom<'_>| atom.is_digits() && atom.text.len() <= LARGEST_GROUP;
    let groups = atoms.get(at..).filter(|rest| rest.iter().all(is_group)).unwrap_or_default();
    let wordy = next.text.chars().all(char::is_alphabetic);
    let problem = match kind {
        DestKind::IdZone => Problem::Destination(DestinationFault::NeedsZone, shown),
        DestKind::Text => Problem::Destination(DestinationFault::NotItsForm, shown),
        DestKind::Phone | DestKind::Meter | DestKind::Digits if groups.len() >= FEWEST_GROUPS => {
            let fault =
                if kind == DestKind::Phone { DestinationFault::NotAPhone } else { DestinationFault::NotItsForm };
            // All but the last, which may be the PIN.
            let number: Vec<&str> = groups.iter().rev().skip(1).rev().map(|atom| atom.text).collect();
            Problem::Destination(fault, Typed::new(&number.join(" ")))
        }
        // Of a longer talk about a product nothing is to be bought.
        _ if wordy && atoms.get(at + 1).is_none_or(|atom| digits_in(atom.text) <= MAX_PIN_DIGITS) => return None,
        _ if wordy => Problem::unfit(Part::Destination, next.text),
        _ => return None,
    };
    Some(BadOrder::new(Some(What::Code(product)), problem))
}

/// What stands beside an order.
fn beside(request: OrderRequest, rest: &[Atom<'_>]) -> BadOrder {
    let rest = rest.iter().map(|atom| atom.text).collect::<Vec<_>>().join(" ");
    let line = request.lines.into_iter().next();
    let (what, dest) = line.map(|line| (line.what, line.dest)).unzip();
    BadOrder { what, dest, problem: Problem::leftover(&rest) }
}

fn digits_in(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// An order with something before or after it, or one that lacks its destination.
pub(super) fn begun(args: Cursor<'_>, starts: &[(usize, Opening)]) -> Option<BadOrder> {
    const FEWEST: usize = 2; // product and number
    const LOOK_BACK: usize = 10; // a longer text behind an order is a talk, not a slip
    let atoms = args.atoms;
    for end in (FEWEST..atoms.len()).rev().take(LOOK_BACK) {
        let order = atoms.get(..end)?;
        if let Some(request) = search(args.over(order), starts, false).requests.pop() {
            // The word `PIN` before the PIN is what is too much.
            let from = end - usize::from(atoms.get(end - 1)?.is("PIN"));
            return Some(
                short_number(order, &request).unwrap_or_else(|| beside(request, atoms.get(from..).unwrap_or_default())),
            );
        }
    }
    // What is not parted by blanks was meant to be a format.
    if let [first, order @ ..] = atoms
        && order.first().is_some_and(|next| next.gap != Gap::Space)
        && let Some(request) = search(args.over(order), &[(0, Opening::Plain)], false).requests.pop()
        && request.lines.iter().all(|line| matches!(&line.what, What::Code(code) if digits_in(code.as_str()) > 0))
    {
        return Some(short_number(order, &request).unwrap_or_else(|| beside(request, &[*first])));
    }
    match atoms {
        [product, pin] if is_pin(pin.text) => match what(product, args.context.is_word) {
            Some((What::Code(code), _)) if code.as_str().bytes().any(|b| b.is_ascii_digit()) => {
                Some(BadOrder::new(Some(What::Code(code)), Problem::Missing(Part::Destination)))
            }
            _ => None,
        },
        _ => None,
    }
}
