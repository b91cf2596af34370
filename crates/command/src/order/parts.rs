//! What is ordered, by the shape of an atom, and what may stand before orders.

use crate::read::{Atom, nominal};
use konter_core::destination::is_masked;
use konter_core::ids::ProductCode;
use konter_core::order::request::{MAX_NTH, What};

/// The product or nominal an atom names. A code that starts with a repeat number gives that too (`2S10`).
pub(super) fn what(atom: &Atom<'_>, is_word: fn(&str) -> bool) -> Option<(What, Option<u8>)> {
    if let Some(nominal) = nominal(atom) {
        return Some((What::Nominal(nominal), None));
    }
    if is_masked(atom.text) || atom.text.starts_with('0') || is_word(atom.text) {
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

/// What stood before the orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    Plain,
    /// `#2.`: the repeat number before everything.
    Nth(u8),
    /// `I2.`: the same, but it could itself be a code in front of a repeat number, so a code must follow.
    NthOfCode(u8),
    /// `Ulang.`: once more; a number behind it counts the repetitions, so 1 means the second order.
    Again,
    /// `PLN.<meter>.<nominal>.<pin>`: number first, nominal, with a PIN.
    Pln,
    /// `M.`: no short customer numbers, because elsewhere it sets a markup (`M.S10.100000.1234`).
    Multi,
}

impl Opening {
    pub(super) const fn nth(self) -> Option<u8> {
        match self {
            Self::Nth(n) | Self::NthOfCode(n) => Some(n),
            Self::Plain | Self::Again | Self::Pln | Self::Multi => None,
        }
    }

    /// Whether it says something of a single order.
    pub(super) const fn needs_single(self) -> bool {
        match self {
            Self::Nth(_) | Self::NthOfCode(_) | Self::Again | Self::Pln => true,
            Self::Plain | Self::Multi => false,
        }
    }

    /// Whether a product code, or else a nominal, may follow.
    pub(super) const fn allows(self, code: bool) -> bool {
        match self {
            Self::NthOfCode(_) => code,
            Self::Pln => !code,
            Self::Plain | Self::Nth(_) | Self::Again | Self::Multi => true,
        }
    }
}
