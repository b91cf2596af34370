//! Makes text from people and suppliers safe to show: one line, nothing invisible, nothing that turns the reading
//! direction, no endless novels.

/// Names of people, products and categories.
pub const NAME: usize = 60;
/// A destination or a code as somebody typed it.
pub const TYPED: usize = 40;
/// What a supplier said, whole: as much as is kept of it.
pub const RAW: usize = crate::outcome::KEPT_REPLY;
/// What a supplier said in short: the longest message of the documents, that of a token with its customer, has some 400.
pub const SAID: usize = 600;
/// A sentence: a note, a reason.
pub const SENTENCE: usize = 300;
/// A serial number. Never cut short in practice: a part of one is worth nothing to the customer.
pub const SERIAL: usize = 500;

/// The text on one line without characters that cannot be seen, at most `longest` characters.
#[must_use]
pub fn clean(text: &str, longest: usize) -> String {
    let mut cleaned = String::with_capacity(text.len().min(4 * longest));
    let mut left = longest;
    for c in text.trim().chars() {
        let c = if is_break(c) { ' ' } else { c };
        if is_invisible(c) {
            continue;
        }
        if left == 0 {
            cleaned.truncate(cleaned.trim_end().len());
            cleaned.push('…');
            return cleaned;
        }
        left -= 1;
        cleaned.push(c);
    }
    cleaned.trim().to_owned()
}

/// Empty lines kept between two others: one parts paragraphs, more only push away what stands below.
const EMPTY_LINES: usize = 1;

/// The text as it was laid out, for what people write to people: line by line as [`clean`] has it, `longest` characters in
/// all, without empty lines at its ends.
#[must_use]
pub fn clean_lines(text: &str, longest: usize) -> String {
    let text = text.replace("\r\n", "\n");
    let (mut cleaned, mut left, mut empty) = (String::with_capacity(text.len().min(4 * longest)), longest, 0);
    for line in text.split(is_line_end) {
        let line = clean(line, left);
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !cleaned.is_empty() {
            cleaned.extend(std::iter::repeat_n('\n', 1 + empty.min(EMPTY_LINES)));
        }
        empty = 0;
        left = left.saturating_sub(line.chars().count());
        cleaned.push_str(&line);
        if line.ends_with('…') && left == 0 {
            break;
        }
    }
    cleaned
}

const fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

const fn is_break(c: char) -> bool {
    c == '\t' || is_line_end(c)
}

/// Control, format, direction, filler, tag, variation and private-use characters. The private ones matter most: the
/// filter that marks what can be copied uses two of them.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_removed_and_what_is_long_is_cut() {
        for (raw, shown) in [
            ("  BUDI  ", "BUDI"),
            ("two\r\nlines", "two  lines"),
            ("a\u{202e}b\u{200b}c\u{feff}d\u{e000}e\u{7}f", "abcdef"),
            ("\u{200b} \u{1b}[1m ", "[1m"),
            ("Ñandú 株式会社", "Ñandú 株式会社"),
            ("0123456789", "0123456789"),
            ("0123456789\u{200b}", "0123456789"),
            ("01234567890", "0123456789…"),
        ] {
            assert_eq!(clean(raw, 10), shown, "{raw:?}");
        }
    }
    #[test]
    fn what_people_write_keeps_its_lines_and_cannot_push_anything_away() {
        for (raw, shown) in [
            (
                "Harga baru:\nS10 10.600\r\nS20 20.500\n\nTerima kasih",
                "Harga baru:\nS10 10.600\nS20 20.500\n\nTerima kasih",
            ),
            ("\n\n a \n\n\n\n\u{200b}\n b\u{2028}c \n\n", "a\n\nb\nc"),
            ("satu  dua\tiga", "satu  dua iga"),
            ("a\u{202e}\nb\u{e000}", "a\nb"),
            ("\u{200b}\n\n", ""),
        ] {
            assert_eq!(clean_lines(raw, 100), shown, "{raw:?}");
        }
        assert_eq!(clean_lines("abc\ndef\nghi", 5), "abc\nde…");
        assert_eq!(clean_lines(&"\n".repeat(10_000), 5), "");
    }
}
