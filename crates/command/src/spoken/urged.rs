//! Words that urge: `jangan lama2 ya`, `ga pake lama`. They open with a no, and take nothing back.

use super::signals::{DO_NOT, NO};
use super::words::{is_in, plain};
use crate::read::{Atom, atoms};

const SLOW: &str = "lama lama2 lama-lama lamalama lamaa kelamaan telat telat2 lambat lelet lemot ngaret";
const TAKES: &str = "pake pakai pk pke pakek usah";
const TILL: &str = "sampe sampai smp smpe ampe";

/// The text without them. What a sign or a line parts is two things: `jangan, lama`.
pub(super) fn without(text: &str) -> Option<String> {
    let pieces = atoms(text, false);
    let words: Vec<String> = pieces.iter().map(|atom| plain(atom.text)).collect();
    let is = |list: &str, at: usize| words.get(at).is_some_and(|word| is_in(list, word));
    let goes_on = |at: usize| is_one_phrase(text, pieces.get(at - 1), pieces.get(at));
    let end_of = |from: usize| {
        let slow_at = match (is(DO_NOT, from), is(NO, from)) {
            (true, _) if is(TAKES, from + 1) || is(TILL, from + 1) => from + 2,
            (true, _) => from + 1,
            (_, true) if is(TAKES, from + 1) => from + 2,
            _ => return None,
        };
        let end = (slow_at..words.len()).take_while(|&at| is(SLOW, at)).last()? + 1;
        (from + 1..end).all(goes_on).then_some(end)
    };
    let (from, end) = (0..words.len()).find_map(|from| Some((from, end_of(from)?)))?;
    let (start, end) = (pieces.get(from)?.start, pieces.get(end - 1)?.end());
    Some(format!("{}{}", text.get(..start)?, text.get(end..)?))
}

fn is_one_phrase(text: &str, before: Option<&Atom<'_>>, atom: Option<&Atom<'_>>) -> bool {
    let gap = before.zip(atom).and_then(|(before, atom)| text.get(before.end()..atom.start));
    gap.is_some_and(|gap| gap.chars().all(|c| c == ' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_urges_is_told_from_what_takes_back() {
        for (text, left) in [
            ("s10 jangan lama2 ya", "s10  ya"),
            ("s10 jgn lama lama", "s10 "),
            ("s10 jangan sampe telat ya", "s10  ya"),
            ("s10 ga pake lama", "s10 "),
            ("jangan lama-lama s10", " s10"),
        ] {
            assert_eq!(without(text).as_deref(), Some(left), "{text}");
        }
        for text in ["s10 jangan", "s10 jangan dulu lama", "s10 jangan, lama", "s10 jangan\nlama", "s10 ga lama", ""] {
            assert_eq!(without(text), None, "{text}");
        }
    }
}
