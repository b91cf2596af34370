//! How many of something: `2x s10 0812…`, `s10 0812… dua kali`. A message orders one of each; what is counted is shown as
//! one, and how the next is sent is said beside it.

use super::wish::{self, Wish};
use super::{tidy, words};
use crate::read::{Atom, Context, Cursor, Gap, NamedAs, atoms};
use konter_core::ids::ProductCode;
use konter_core::phone::clean;

pub(super) fn read(said: Cursor<'_>) -> Option<Wish> {
    if said.text.contains('\n') || said.atoms.iter().any(|atom| atom.text.contains('?')) {
        return None;
    }
    (0..said.atoms.len()).find_map(|at| {
        let (times, count) = counted(said, at)?;
        let mut kept = said.atoms.to_vec();
        kept.drain(at..at + count);
        let wish::Read::Wish(wish) = wish::read_without_strangers(said.over(&kept))? else { return None };
        (wish.code.is_some() || wish.nominal.is_some()).then_some(Wish { times, ..wish })
    })
}

/// How many, and in how many words that is said.
fn counted(said: Cursor<'_>, at: usize) -> Option<(u8, usize)> {
    const TIMES: &str = "x kali kl kalinya buah biji pcs lembar";
    let here = said.atoms.get(at)?;
    let behind = said.atoms.get(at + 1);
    let is = |atom: &Atom<'_>, list: &str| words::is_in(list, &words::plain(atom.text));
    if let Some(times) = glued(said, here.text) {
        return Some((times, 1));
    }
    if let (Some(times), Some(next)) = (number(here), behind)
        && is(next, TIMES)
    {
        return Some((times, 2));
    }
    if let Some(times) = behind.and_then(number)
        && is(here, "x sebanyak")
    {
        return Some((times, 2));
    }
    // `beli 2 s10`, `s10 dua 0812…`
    let next_to = |atom: Option<&Atom<'_>>| atom.is_some_and(|atom| is_sold(said, atom.text));
    let before = at.checked_sub(1).and_then(|at| said.atoms.get(at));
    let is_apart = |atom: &&Atom<'_>| matches!(atom.gap, Gap::Space | Gap::Start);
    let counts = behind.filter(is_apart).is_some_and(|next| next_to(Some(next)) || words::sort(next.text).is_some())
        || (!here.is_digits() && next_to(before));
    number(here).filter(|_| is_apart(&here) && counts).map(|times| (times, 1))
}

/// `2 lagi`, `lagi 3x`: how many, where nothing else counts.
#[must_use]
pub fn times_said_in(text: &str) -> Option<u8> {
    let text = clean(text);
    times_said(Cursor::new(&text, &atoms(&text, false), Context::NONE))
}

/// `yang kedua`, `no 2`: which of several that were listed, counted from 1, where nothing else is said.
#[must_use]
pub fn ordinal_said(text: &str) -> Option<usize> {
    const NAMES: [&str; 3] = ["pertama kesatu first", "second", "third"];
    let text = tidy::tidy(&clean(text));
    let pieces = atoms(&text, false);
    let plain = |atom: &Atom<'_>| words::plain(atom.text.trim_matches(|c: char| !c.is_alphanumeric()));
    let read = |word: &str| {
        let counted = word
            .strip_prefix("ke")
            .map(|rest| rest.trim_start_matches('-'))
            .filter(|rest| !rest.is_empty())
            .unwrap_or(word);
        let digit = words::digit(counted).or_else(|| counted.parse().ok()).and_then(|digit| digit.to_digit(10));
        let named = NAMES.iter().position(|names| words::is_in(names, word)).map(|at| at + 1);
        named.or(digit.and_then(|digit| digit.try_into().ok())).filter(|number| *number > 0)
    };
    let mut said = pieces.iter().map(plain).filter(|word| {
        let adds_nothing = words::is_courtesy(word) || words::points(word) || words::is_to(word);
        !word.is_empty() && !adds_nothing && !words::is_in("ke pilih", word)
    });
    let ordinal = read(&said.next()?)?;
    said.next().is_none().then_some(ordinal)
}

pub(super) fn times_said(said: Cursor<'_>) -> Option<u8> {
    let mut found = said.atoms.iter().filter_map(|atom| glued(said, atom.text).or_else(|| number(atom)));
    found.next().filter(|_| found.next().is_none())
}

fn is_sold(said: Cursor<'_>, word: &str) -> bool {
    let code = word.parse::<ProductCode>().ok().filter(|_| word.chars().any(char::is_alphabetic));
    code.is_some_and(|code| (said.context.kinds)(&code, NamedAs::Code).is_some())
}

/// `2x`, `x2`, `2kali`; but `X5` where that is sold.
fn glued(said: Cursor<'_>, word: &str) -> Option<u8> {
    let word = word.to_lowercase();
    let times = word.strip_suffix('x').or_else(|| word.strip_suffix("kali")).or_else(|| word.strip_prefix('x'))?;
    times.parse().ok().filter(|times| SEVERAL.contains(times)).filter(|_| !is_sold(said, &word))
}

fn number(atom: &Atom<'_>) -> Option<u8> {
    let digit = words::digit(&words::plain(atom.text)).and_then(|digit| digit.to_digit(10)?.try_into().ok());
    digit.or_else(|| atom.text.parse().ok().filter(|_| atom.text.len() == 1)).filter(|times| SEVERAL.contains(times))
}

/// More than a digit may be anything.
const SEVERAL: std::ops::RangeInclusive<u8> = 2..=9;

#[cfg(test)]
mod tests {
    use super::ordinal_said;

    #[test]
    fn one_of_several_is_named_by_its_place() {
        for (text, place) in [
            ("yang kedua", Some(2)),
            ("yg ke 2 kak", Some(2)),
            ("no 3", Some(3)),
            ("pertama aja", Some(1)),
            ("ke-2", Some(2)),
            ("the second", Some(2)),
            ("yang mana", None),
            ("kedua batal", None),
            ("2 3", None),
            ("20", None),
            ("", None),
        ] {
            assert_eq!(ordinal_said(text), place, "{text}");
        }
    }
}
