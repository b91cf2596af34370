//! Characters as an old printer has them: ASCII, with letters instead of question marks where there is a letter.

/// Printable ASCII only. The nearest letters for what is not, nothing for marks that stand on another letter, `?` for
/// what has no likeness at all.
pub(super) fn to_ascii(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' '..='~' => folded.push(c),
            // Full-width forms stand in the order of ASCII.
            '\u{ff01}'..='\u{ff5e}' => {
                folded.extend(u32::from(c).checked_sub(0xff01 - 0x21).and_then(char::from_u32));
            }
            '\u{300}'..='\u{36f}' => {}
            c if c.is_control() => {}
            c if c.is_whitespace() => folded.push(' '),
            c => folded.push_str(likeness(c).unwrap_or("?")),
        }
    }
    folded
}

fn likeness(c: char) -> Option<&'static str> {
    LIKE.iter().find(|(_, like)| like.contains(c)).map(|(ascii, _)| *ascii)
}

const LIKE: [(&str, &str); 83] = [
    ("A", "ÀÁÂÃÄÅĀĂĄǍȀȂẠẢẤẦẨẪẬẮẰẲẴẶ"),
    ("a", "àáâãäåāăąǎȁȃạảấầẩẫậắằẳẵặª"),
    ("AE", "Æ"),
    ("ae", "æ"),
    ("C", "ÇĆĈĊČ"),
    ("c", "çćĉċč"),
    ("D", "ÐĎĐ"),
    ("d", "ðďđ"),
    ("E", "ÈÉÊËĒĔĖĘĚȄȆẸẺẼẾỀỂỄỆ"),
    ("e", "èéêëēĕėęěȅȇẹẻẽếềểễệ"),
    ("G", "ĜĞĠĢ"),
    ("g", "ĝğġģ"),
    ("H", "ĤĦ"),
    ("h", "ĥħ"),
    ("I", "ÌÍÎÏĨĪĬĮİǏỈỊ"),
    ("i", "ìíîïĩīĭįıǐỉị"),
    ("J", "Ĵ"),
    ("j", "ĵ"),
    ("K", "Ķ"),
    ("k", "ķĸ"),
    ("L", "ĹĻĽĿŁ"),
    ("l", "ĺļľŀł"),
    ("N", "ÑŃŅŇŊ"),
    ("n", "ñńņňŉŋ"),
    ("O", "ÒÓÔÕÖØŌŎŐƠǑȌỌỎỐỒỔỖỘỚỜỞỠỢ"),
    ("o", "òóôõöøōŏőơǒȍọỏốồổỗộớờởỡợº"),
    ("OE", "Œ"),
    ("oe", "œ"),
    ("R", "ŔŖŘ"),
    ("r", "ŕŗř"),
    ("S", "ŚŜŞŠȘ"),
    ("s", "śŝşšșſ"),
    ("ss", "ß"),
    ("T", "ŢŤŦȚ"),
    ("t", "ţťŧț"),
    ("TH", "Þ"),
    ("th", "þ"),
    ("U", "ÙÚÛÜŨŪŬŮŰŲƯǓỤỦỨỪỬỮỰ"),
    ("u", "ùúûüũūŭůűųưǔụủứừửữự"),
    ("W", "Ŵ"),
    ("w", "ŵ"),
    ("Y", "ÝŶŸỲỴỶỸ"),
    ("y", "ýÿŷỳỵỷỹ"),
    ("Z", "ŹŻŽ"),
    ("z", "źżž"),
    ("'", "‘’‚‛′´ʼʻ‹›"),
    ("\"", "“”„‟″«»"),
    ("-", "‐‑‒–—―−"),
    ("...", "…"),
    ("*", "•·∙●◦★☆"),
    ("x", "×"),
    ("/", "÷⁄∕"),
    ("!", "¡"),
    ("?", "¿"),
    ("|", "¦│┃"),
    ("_", "‗"),
    ("+-", "±"),
    ("0", "⁰₀"),
    ("1", "¹₁"),
    ("2", "²₂"),
    ("3", "³₃"),
    ("4", "⁴₄"),
    ("5", "⁵₅"),
    ("6", "⁶₆"),
    ("7", "⁷₇"),
    ("8", "⁸₈"),
    ("9", "⁹₉"),
    ("1/4", "¼"),
    ("1/2", "½"),
    ("3/4", "¾"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("JPY", "¥"),
    ("c", "¢"),
    ("(C)", "©"),
    ("(R)", "®"),
    ("TM", "™"),
    ("No", "№"),
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
            ("株😀", "??"),
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
