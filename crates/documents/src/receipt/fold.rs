//! Characters as an old printer has them: ASCII, with letters instead of question marks where there is a letter.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Printable ASCII only. The nearest letters for what is not, nothing for marks that stand on another letter, `?` for
/// what has no likeness at all.
pub(super) fn to_ascii(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' '..='~' => folded.push(c),
            c if c.is_control() || is_combining_mark(c) => {}
            c if c.is_whitespace() => folded.push(' '),
            c => match likeness(c) {
                Some(like) => folded.push_str(like),
                None => folded.push_str(&decomposed(c)),
            },
        }
    }
    folded
}

/// A letter without its marks, a full-width or raised form as a plain one (Unicode's compatibility decomposition).
fn decomposed(c: char) -> String {
    let parts = std::iter::once(c).nfkd().filter(|part| !is_combining_mark(*part));
    let plain: Option<String> = parts
        .map(|part| match part {
            ' '..='~' => Some(part),
            // In fractions.
            '⁄' => Some('/'),
            _ => None,
        })
        .collect();
    plain.filter(|plain| !plain.is_empty()).unwrap_or_else(|| "?".to_owned())
}

fn likeness(c: char) -> Option<&'static str> {
    LIKE.iter().find(|(_, like)| like.contains(c)).map(|(ascii, _)| *ascii)
}

/// What Unicode does not decompose, or to something else.
const LIKE: [(&str, &str); 43] = [
    ("AE", "Æ"),
    ("ae", "æ"),
    ("D", "ÐĐ"),
    ("d", "ðđ"),
    ("H", "Ħ"),
    ("h", "ħ"),
    ("i", "ı"),
    ("k", "ĸ"),
    ("L", "ĿŁ"),
    ("l", "ŀł"),
    ("N", "Ŋ"),
    ("n", "ŉŋ"),
    ("O", "Ø"),
    ("o", "ø"),
    ("OE", "Œ"),
    ("oe", "œ"),
    ("ss", "ß"),
    ("T", "Ŧ"),
    ("t", "ŧ"),
    ("TH", "Þ"),
    ("th", "þ"),
    ("'", "‘’‚‛′´ʼʻ‹›"),
    ("\"", "“”„‟″«»"),
    ("-", "‐‑‒–—―−"),
    ("*", "•·∙●◦★☆"),
    ("x", "×"),
    ("/", "÷∕"),
    ("!", "¡"),
    ("?", "¿"),
    ("|", "¦│┃"),
    ("_", "‗"),
    ("+-", "±"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("JPY", "¥"),
    ("c", "¢"),
    ("(C)", "©"),
    ("(R)", "®"),
    (" deg", "°"),
    ("->", "→"),
    ("<-", "←"),
    ("<=", "≤"),
    (">=", "≥"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_keep_their_likeness() {
        for (text, ascii) in [
            ("René & André", "Rene & Andre"),
            ("Rene\u{301}", "Rene"),
            ("ÑANDÚ ŁÓDŹ straße", "NANDU LODZ strasse"),
            ("“Toko” – Jl. No…", "\"Toko\" - Jl. No..."),
            ("ＡＢＣ１２３", "ABC123"),
            ("a\u{a0}b\tc\nd\u{1b}e", "a bcde"),
            ("株각㈱😀", "????"),
            ("Ĳǅ№™½⁰…", "IJDzNoTM1/20..."),
        ] {
            assert_eq!(to_ascii(text), ascii, "{text:?}");
        }
    }

    #[test]
    fn likenesses_are_printable_and_stand_in_one_row_only() {
        let mut seen = std::collections::BTreeSet::new();
        for (ascii, like) in LIKE {
            assert!(ascii.chars().all(|c| matches!(c, ' '..='~')), "{ascii}");
            for c in like.chars() {
                assert!(!c.is_ascii() && seen.insert(c), "{c}");
            }
        }
    }
}
