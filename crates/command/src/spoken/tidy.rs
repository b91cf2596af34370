//! A message without what adds nothing to it: quotes, emoji, the numbering of lines.

use crate::read::is_pin;

/// Signs that part or belong to what is read; every other one becomes a blank.
const KEPT: &[char] = &['.', '#', '*', ',', ';', '-', '+', '(', ')', '|', '/', ':', '=', '&', '@', '?', '_', '\''];

/// The text as it is read, line by line.
pub(super) fn tidy(text: &str) -> String {
    let lines: Vec<&str> = unwrapped(text).lines().map(without_sender).collect();
    let numbers: Vec<Option<(usize, &str)>> = lines.iter().map(|line| numbered(line)).collect();
    let counted = numbers.iter().flatten().map(|(number, _)| *number);
    let all_in_order = counted.clone().eq(1..=counted.clone().count());
    let several = counted.count() > 1;
    let unnumbered = |line: &'_ str, number: Option<(usize, &'_ str)>| match number {
        // One alone may be a face value or a repeat number.
        Some((1, rest)) if !several && rest.starts_with(|c: char| c.is_alphabetic()) => blanked(rest),
        Some((_, rest)) if several && all_in_order => blanked(rest),
        _ => blanked(line),
    };
    lines.iter().zip(numbers).map(|(line, number)| unnumbered(line, number)).collect::<Vec<_>>().join("\n")
}

/// Whether a line of it begins as another chat's copies do.
pub(super) fn is_copied(text: &str) -> bool {
    text.lines().any(|line| without_sender(line) != line)
}

/// `[29/11 10.12] Bu Ani: s10 0812…`, as another chat copies it.
fn without_sender(line: &str) -> &str {
    const LONGEST: usize = 30; // letters of a name
    let said = || {
        let (stamp, rest) = line.trim_start().strip_prefix('[')?.split_once(']')?;
        let is_stamp = stamp.bytes().filter(u8::is_ascii_digit).count() >= 3
            && stamp.bytes().all(|b| b.is_ascii_digit() || b"/.:, -APMapm".contains(&b));
        let (name, words) = rest.split_once(':')?;
        (is_stamp && name.len() <= LONGEST).then_some(words)
    };
    said().unwrap_or(line)
}

/// Without what stands around all of it: `(s10 0812…)`, `_s10 0812…_`.
fn unwrapped(text: &str) -> &str {
    let text = text.trim();
    let around = |opens: char, closes: char| {
        let inner = text.strip_prefix(opens)?.strip_suffix(closes)?;
        (!inner.contains([opens, closes])).then_some(inner)
    };
    around('(', ')').or_else(|| around('_', '_')).unwrap_or(text)
}

/// `1. S10 …`, `2) X5 …`.
fn numbered(line: &str) -> Option<(usize, &str)> {
    const MOST_DIGITS: usize = 2;
    let line = line.trim_start();
    let end = line.find(|c: char| !c.is_ascii_digit()).filter(|end| (1..=MOST_DIGITS).contains(end))?;
    let (number, rest) = line.split_at(end);
    let inner = rest.trim_start().strip_prefix(['.', ')'])?;
    let is_apart = inner.starts_with(char::is_whitespace) || rest.starts_with(')');
    is_apart.then(|| number.parse().ok().map(|number| (number, inner.trim_start())))?
}

fn blanked(line: &str) -> String {
    let chars: Vec<char> = line.chars().collect();
    let near = |at: Option<usize>, is: fn(&char) -> bool| at.and_then(|at| chars.get(at)).is_some_and(is);
    let between = |at: usize, is: fn(&char) -> bool| near(at.checked_sub(1), is) && near(at.checked_add(1), is);
    let kept = |(at, &c): (usize, &char)| match c {
        '\'' if !between(at, |c| c.is_alphabetic()) => ' ',
        // Between digits they may be a time, or part what is ordered.
        ':' | '=' if !between(at, char::is_ascii_digit) => ' ',
        // Without it a part of a hundred would be rupiah.
        '%' if near(at.checked_sub(1), char::is_ascii_digit) => c,
        _ if c.is_alphanumeric() || c.is_whitespace() || KEPT.contains(&c) => c,
        _ => ' ',
    };
    parted_from_pin(&chars.iter().enumerate().map(kept).collect::<String>())
}

/// `pin1234`: the word apart from the digits behind it.
fn parted_from_pin(line: &str) -> String {
    const WORD: usize = "pin".len();
    let grown = |word: &str| {
        let digits =
            word.get(WORD..).filter(|_| word.get(..WORD).is_some_and(|start| start.eq_ignore_ascii_case("pin")))?;
        is_pin(digits).then(|| format!("pin {digits}"))
    };
    line.split_inclusive(char::is_whitespace)
        .map(|piece| {
            let word = piece.trim_end();
            grown(word).map_or_else(
                || piece.to_owned(),
                |apart| format!("{apart}{}", piece.get(word.len()..).unwrap_or_default()),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_adds_nothing_is_left_out() {
        for (text, tidied) in [
            ("`S10.081234567890.1234`", " S10.081234567890.1234 "),
            ("1. S10 0812\n2. X5 0878\nPIN: 1234", "S10 0812\nX5 0878\nPIN  1234"),
            ("1) S10 0812", "S10 0812"),
            ("5. 081234567890.1234", "5. 081234567890.1234"),
            ("1. 081234567890.1234", "1. 081234567890.1234"),
            ("2. S10 0812", "2. S10 0812"),
            ("10. 0812\n5. 0813", "10. 0812\n5. 0813"),
            ("S10 0812 🙏🏻", "S10 0812   "),
            ("jam 10:30, assalamu'alaikum 'min'", "jam 10:30, assalamu'alaikum  min "),
            ("markup 10% ya", "markup 10% ya"),
            ("S10 0812 1234?", "S10 0812 1234?"),
            ("(s10 0812 1234)", "s10 0812 1234"),
            ("_s10 0812 1234_", "s10 0812 1234"),
            ("(021) 7654321", "(021) 7654321"),
            ("(0812) 3456 (7890)", "(0812) 3456 (7890)"),
            ("s10 0812 pin1234 ya", "s10 0812 pin 1234 ya"),
            ("pin12 pinus1234", "pin12 pinus1234"),
            ("[29/11 10.12] Bu Ani: s10 0812", " s10 0812"),
            ("[s10 0812] ani: x", " s10 0812  ani  x"),
        ] {
            assert_eq!(tidy(text), tidied, "{text:?}");
        }
    }
}
