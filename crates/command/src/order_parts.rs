//! The parts of an order, each recognised by its own shape: which atoms can be a product, a number, a repeat.

use super::atom::{Atom, Gap};
use super::typed::Typed;
use super::words;
use konter_core::destination::{
    Destination, DestinationFault, MIN_CUSTOMER_DIGITS, MIN_SHORT_CUSTOMER_DIGITS, digits_of, is_masked,
};
use konter_core::ids::ProductCode;
use konter_core::money::Rupiah;
use konter_core::order::request::{MAX_NTH, What};
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
pub(super) const SHORT: std::ops::Range<usize> = MIN_SHORT_CUSTOMER_DIGITS..MIN_CUSTOMER_DIGITS;

/// A number that may be where an order goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Good(Destination),
    /// Fewer digits than a number has anywhere: good only where nothing else can be meant.
    Short(Destination),
    /// A user's id and, apart from it, a zone that could be a PIN: good only where a PIN follows that is another number.
    Apart(Destination, String),
    Bad(DestinationFault, Typed),
}

/// The product or nominal an atom names. A code that starts with a repeat number gives that too (`2S10`).
pub(super) fn what(atom: &Atom<'_>) -> Option<(What, Option<u8>)> {
    if let Some(nominal) = nominal(atom) {
        return Some((What::Nominal(nominal), None));
    }
    if is_masked(atom.text) || atom.text.starts_with('0') || words::is_reserved(atom.text) {
        return None;
    }
    let mut letters = atom.text.chars();
    let repeat = letters.next().and_then(|c| c.to_digit(10)).and_then(|n| u8::try_from(n).ok());
    if let Some(n @ 2..=MAX_NTH) = repeat
        && letters.as_str().starts_with(|c: char| c.is_ascii_alphabetic())
        && letters.as_str().len() > 1
    {
        return Some((What::Code(letters.as_str().parse().ok()?), Some(n)));
    }
    Some((What::Code(atom.text.parse::<ProductCode>().ok()?), None))
}

/// A nominal: under 1000 in thousands, from there on a round sum, so that a PIN is not taken for one.
pub(super) fn nominal(atom: &Atom<'_>) -> Option<Rupiah> {
    const HIGHEST: i64 = 10_000_000;
    const ROUND: i64 = 500;
    if !atom.is_digits() || atom.text.starts_with('0') || atom.text.len() > MIN_CUSTOMER_DIGITS {
        return None;
    }
    match atom.text.parse().ok()? {
        thousands @ 1..1000 => Some(Rupiah::new(thousands * 1000)),
        rupiah @ 1000..=HIGHEST if rupiah % ROUND == 0 => Some(Rupiah::new(rupiah)),
        _ => None,
    }
}

/// A repeat number: one digit.
pub(super) fn nth(atom: &Atom<'_>) -> Option<u8> {
    match atom.text.as_bytes() {
        [digit @ b'1'..=b'9'] => Some(digit - b'0'),
        _ => None,
    }
}

/// Every number that can begin at the first of these atoms, and how many atoms it takes. More than one means that
/// its end is in doubt. With `lenient`, numbers that cannot be used are given too, to say what is wrong with them.
pub(super) fn targets(atoms: &[Atom<'_>], lenient: bool) -> Vec<(Target, usize)> {
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
pub(super) fn phones_in_pieces(atoms: &[Atom<'_>]) -> Vec<(Phone, usize)> {
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
