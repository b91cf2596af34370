//! Breaks text to the paper's width. Nothing is cut off: a part of a serial number is worth nothing.

use super::{COLUMNS, Side};

/// A value needs at least so many columns beside its label; otherwise it begins under it.
const NARROWEST_VALUE: usize = 8;

/// The text in pieces of at most `width` letters, between words where there are some. What fits stays as it is.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let letters: Vec<char> = text.trim_end().chars().collect();
    let mut pieces = Vec::new();
    let mut rest = letters.as_slice();
    while rest.len() > width {
        let (piece, after) = rest.split_at(break_at(rest, width));
        pieces.push(trim_end(piece).iter().collect());
        rest = trim_start(after);
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(rest.iter().collect());
    }
    pieces
}

/// Where a text longer than `width` is broken: at the last space that has a word before it, else in the word, after a
/// dash or a slash if one stands in the row's second half.
fn break_at(text: &[char], width: usize) -> usize {
    let first_word = text.iter().position(|c| *c != ' ').unwrap_or(0);
    let window = text.get(..=width).unwrap_or(text);
    let space = window.iter().rposition(|c| *c == ' ').filter(|at| *at > first_word);
    let joint =
        || text.get(width / 2..width)?.iter().rposition(|c| matches!(c, '-' | '/')).map(|at| width / 2 + at + 1);
    space.or_else(joint).unwrap_or(width)
}

fn trim_start(text: &[char]) -> &[char] {
    let from = text.iter().position(|c| *c != ' ').unwrap_or(text.len());
    text.get(from..).unwrap_or_default()
}

fn trim_end(text: &[char]) -> &[char] {
    let to = text.iter().rposition(|c| *c != ' ').map_or(0, |last| last + 1);
    text.get(..to).unwrap_or_default()
}

/// A label and its value on as many rows as they need.
pub(super) fn field(label: &str, value: &str, side: Side) -> Vec<String> {
    let indent = label.chars().count();
    let room = COLUMNS.saturating_sub(indent);
    if room < NARROWEST_VALUE {
        let mut rows = wrap(label, COLUMNS);
        rows.extend(wrap(value, COLUMNS).into_iter().map(|row| placed(row, COLUMNS, side)));
        return rows;
    }
    let pieces = wrap(value, room).into_iter().map(|piece| placed(piece, room, side));
    pieces
        .enumerate()
        .map(|(nth, piece)| if nth == 0 { format!("{label}{piece}") } else { format!("{:indent$}{piece}", "") })
        .map(|row| row.trim_end().to_owned())
        .collect()
}

fn placed(piece: String, room: usize, side: Side) -> String {
    match side {
        Side::Left => piece,
        Side::Right => format!("{piece:>room$}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_breaks_between_words_and_long_words_break_where_the_paper_ends() {
        for (text, rows) in [
            ("", vec![""]),
            ("0123456789", vec!["0123456789"]),
            ("a  b", vec!["a  b"]),
            ("  indented", vec!["  indented"]),
            ("one two three four", vec!["one two", "three four"]),
            ("one two  three four", vec!["one two", "three four"]),
            ("0123456789abc", vec!["0123456789", "abc"]),
            ("012345-789abc", vec!["012345-", "789abc"]),
            ("012-456789/abc", vec!["012-456789", "/abc"]),
            ("012-456789abc", vec!["012-456789", "abc"]),
            ("one 0123456789abc", vec!["one", "0123456789", "abc"]),
            ("0123456789 ", vec!["0123456789"]),
            ("0123456789  x", vec!["0123456789", "x"]),
            ("            x", vec!["", "x"]),
        ] {
            assert_eq!(wrap(text, 10), rows, "{text:?}");
        }
    }

    #[test]
    fn long_values_go_on_under_their_beginning() {
        let name = "KELUARGA BESAR HAJI MUHAMMAD SOLEH";
        assert_eq!(
            field("Nama       : ", name, Side::Left),
            ["Nama       : KELUARGA BESAR HAJI", "             MUHAMMAD SOLEH"]
        );
        assert_eq!(field("Admin : ", "Rp 2.500", Side::Right), ["Admin :                 Rp 2.500"]);
        assert_eq!(field("VSI REF : ", "", Side::Left), ["VSI REF :"]);
        let label = "A label that leaves no room : ";
        assert_eq!(field(label, "Rp 2.500", Side::Left), [label.trim_end(), "Rp 2.500"]);
    }
}
