//! Numbers by their shape alone: which atoms can be a phone number, or a customer's.

use super::atom::{Atom, Gap};
use super::typed::Typed;
use konter_core::destination::{
    Destination, DestinationFault, MIN_CUSTOMER_DIGITS, MIN_SHORT_CUSTOMER_DIGITS, digits_of, is_masked,
};
use konter_core::phone::Phone;

/// Shortest mobile number in use; a shorter one is only read where it stands in one piece.
const SHORTEST_IN_PIECES: usize = 9;
/// Longest mobile number in use.
const LONGEST_IN_PIECES: usize = 13;
/// How many digits one piece of a number has when people write it in pieces.
const PIECE: std::ops::RangeInclusive<usize> = 2..=6;
/// The same after a country code, or with dashes or brackets in it, which no PIN has: `+62 81234567890`.
const LONG_PIECE: std::ops::RangeInclusive<usize> = 2..=12;

/// Digits of a customer number that could as well be a PIN.
pub const SHORT: std::ops::Range<usize> = MIN_SHORT_CUSTOMER_DIGITS..MIN_CUSTOMER_DIGITS;

/// A number that may be where an order goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// It can go there.
    Good(Destination),
    /// Fewer digits than a number has anywhere: good only where nothing else can be meant.
    Short(Destination),
    /// A user's id and, apart from it, a zone that could be a PIN: good where a PIN follows that is another number, and
    /// `spaced` from the id where no PIN follows at all.
    Apart { dest: Destination, zone: String, spaced: bool },
    /// It cannot, and why.
    Bad(DestinationFault, Typed),
}

/// Every number that can begin at the first of these atoms, and how many atoms it takes. More than one means that
/// its end is in doubt. With `lenient`, numbers that cannot be used are given too, to say what is wrong with them.
pub fn targets(atoms: &[Atom<'_>], lenient: bool) -> Vec<(Target, usize)> {
    let Some(first) = atoms.first() else { return Vec::new() };
    let whole = first.text.parse::<Destination>();
    if let Ok(dest) = whole {
        return vec![(Target::Good(dest), 1)];
    }
    let mut found: Vec<_> =
        phones_in_pieces(atoms).into_iter().map(|(p, n)| (Target::Good(Destination::Phone(p)), n)).collect();
    let digits = digits_of(first.text);
    match (&digits, whole) {
        (Some(digits), _) if SHORT.contains(&digits.len()) && !looks_like_a_phone(first.text) => {
            found.push((Target::Short(Destination::Customer(digits.clone())), 1));
        }
        (Some(digits), Err(fault)) if lenient && found.is_empty() => {
            // With fewer digits, or at the end of a message, it may as well be a PIN, which must not be repeated.
            const LEAST: usize = 5;
            let mobile = digits.starts_with("08") || first.text.contains('+');
            let placed = mobile || (looks_like_a_phone(first.text) && atoms.len() > 1);
            if fault == DestinationFault::TooLong || (placed && digits.len() >= LEAST) {
                found.push((Target::Bad(fault, Typed::new(first.text)), 1));
            }
        }
        _ => {}
    }
    if lenient && is_masked(first.text) {
        found.push((Target::Bad(DestinationFault::Unreadable, Typed::new(first.text)), 1));
    }
    found
}

fn looks_like_a_phone(text: &str) -> bool {
    let text = text.trim_start_matches('(');
    text.starts_with('0') || text.starts_with('+')
}

/// Phone numbers written in pieces with the same kind of gap between all of them: `0812 3456 7890`, `+62 812…`,
/// `0812.3456.7890`. Dashes that stand alone between pieces (`0812 - 3456`) are passed over.
pub fn phones_in_pieces(atoms: &[Atom<'_>]) -> Vec<(Phone, usize)> {
    let mut found = Vec::new();
    let Some(first) = atoms.first() else { return found };
    let opening = first.text.trim_start_matches('(').trim_end_matches(')');
    let country = matches!(opening, "62" | "+62");
    if !(country || looks_like_a_phone(first.text)) {
        return found;
    }
    let Some(mut number) = digits_of(first.text).filter(|digits| piece_sizes(first.text).contains(&digits.len()))
    else {
        return found;
    };
    let plus = if opening.starts_with('+') { "+" } else { "" };
    let mut gap: Option<Gap> = None;
    let mut pieces = 1;
    for (i, atom) in atoms.iter().enumerate().skip(1) {
        if !matches!(atom.gap, Gap::Space | Gap::Dot) || gap.is_some_and(|gap| gap != atom.gap) {
            break;
        }
        gap = Some(atom.gap);
        if atom.text.bytes().all(|b| b == b'-') {
            continue;
        }
        let sizes = if country && pieces == 1 { LONG_PIECE } else { piece_sizes(atom.text) };
        match digits_of(atom.text) {
            Some(piece) if sizes.contains(&piece.len()) && !atom.text.starts_with('+') => number.push_str(&piece),
            _ => break,
        }
        pieces += 1;
        match format!("{plus}{number}").parse::<Phone>() {
            Ok(phone) if (SHORTEST_IN_PIECES..=LONGEST_IN_PIECES).contains(&phone.as_str().len()) => {
                found.push((phone, i + 1));
            }
            _ => {}
        }
        if number.len() > LONGEST_IN_PIECES + 1 {
            break;
        }
    }
    found
}

fn piece_sizes(text: &str) -> std::ops::RangeInclusive<usize> {
    if text.contains(['-', '(', ')']) { LONG_PIECE } else { PIECE }
}

/// Whether the atoms hold a phone number, readable or masked.
pub fn has_phone(atoms: &[Atom<'_>]) -> bool {
    (0..atoms.len()).any(|at| {
        let here = atoms.get(at..).unwrap_or_default();
        here.first().is_some_and(|atom| is_masked(atom.text) || atom.text.parse::<Phone>().is_ok())
            || !phones_in_pieces(here).is_empty()
    })
}
