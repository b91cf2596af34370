//! Whether what nobody could read was meant as an order. GAGAL is said of orders only.

use super::{tidy, words};
use crate::read::{Atom, Context, Cursor, Gap, Kinds, NamedAs, atoms, nominal};
use crate::table::is_reserved;
use konter_core::ids::{AgentId, ProductCode};
use konter_core::phone::clean;

/// A number of more digits is one that something goes to, with the PIN behind it or cut short.
const FEWEST_DIGITS: usize = 7;
/// More is a story, whatever numbers stand in it.
const MOST_WORDS: usize = 8;

/// Whether a product or a face value is named first and a number behind it, or the other way round.
#[must_use]
pub fn was_to_order(text: &str, kinds: &Kinds<'_>) -> bool {
    let text = tidy::tidy(&clean(text));
    let pieces = atoms(&text, false);
    let said = Cursor::new(&text, &pieces, Context { kinds, knows_products: true, ..Context::NONE });
    let adds_nothing = |atom: &Atom<'_>| {
        words::is_courtesy(atom.text)
            || words::is_ordering(atom.text)
            || words::is_to(atom.text)
            || !has_letters_or_digits(atom)
    };
    let meant: Vec<&Atom<'_>> = pieces.iter().filter(|atom| !adds_nothing(atom)).collect();
    let words = meant.iter().filter(|atom| atom.text.chars().filter(|c| c.is_alphabetic()).count() > 1).count();
    let [first, behind @ ..] = meant.as_slice() else { return false };
    if words > MOST_WORDS || text.contains("://") {
        return false;
    }
    let next_gap = behind.first().map_or(Gap::Start, |next| next.gap);
    if names_a_product(said, first) || nominal(first).is_some() || (next_gap != Gap::Space && may_be_a_code(first)) {
        return holds_a_number(behind);
    }
    is_number(first) && behind.iter().any(|next| names_a_product(said, next))
}

fn has_letters_or_digits(atom: &Atom<'_>) -> bool {
    atom.text.chars().any(char::is_alphanumeric)
}

/// A product that is sold, or what looks like the code of one: letters, then digits.
fn names_a_product(said: Cursor<'_>, atom: &Atom<'_>) -> bool {
    let Ok(code) = atom.text.parse::<ProductCode>() else { return false };
    let letters = atom.text.trim_end_matches(|c: char| c.is_ascii_digit());
    let looks_like_one =
        (1..atom.text.len()).contains(&letters.len()) && letters.bytes().all(|b| b.is_ascii_alphabetic());
    let is_sold = (said.context.kinds)(&code, NamedAs::Code).is_some() && !atom.is_digits();
    is_sold || (looks_like_one && atom.text.parse::<AgentId>().is_err())
}

/// Another server's code, where signs part it from what follows.
fn may_be_a_code(atom: &Atom<'_>) -> bool {
    const LONGEST: usize = 8;
    atom.text.len() <= LONGEST && atom.text.bytes().all(|b| b.is_ascii_alphanumeric()) && !is_reserved(atom.text)
}

fn is_number(atom: &Atom<'_>) -> bool {
    let begins = atom.text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '('));
    begins && digits(atom) >= FEWEST_DIGITS && !atom.text.contains('/')
}

/// Also one in pieces.
fn holds_a_number(atoms: &[&Atom<'_>]) -> bool {
    let mut run = 0;
    atoms.iter().any(|atom| {
        run = if atom.text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '(')) {
            run + digits(atom)
        } else {
            0
        };
        // `O8I234567890`
        run.max(digits(atom)) >= FEWEST_DIGITS
    })
}

fn digits(atom: &Atom<'_>) -> usize {
    atom.text.bytes().filter(u8::is_ascii_digit).count()
}
