//! A receipt as plain text, for a block of letters of one width.

use super::{Align, COLUMNS, Letters, Receipt, Row};

/// Lines of at most [`COLUMNS`] letters, with no line end after the last.
#[must_use]
pub fn text(receipt: &Receipt) -> String {
    let rows: Vec<String> = receipt.rows(Letters::OneSize).iter().map(line).collect();
    let text = rows.join("\n");
    // Chats take white space off the start of a message, and the first line would lose its place.
    if text.starts_with([' ', '\n']) { format!("{}\n{text}", "=".repeat(COLUMNS)) } else { text }
}

fn line(row: &Row) -> String {
    match row {
        Row::Gap => String::new(),
        Row::Rule => rule(),
        Row::Text { text, align: Align::Left, .. } => text.trim_end().to_owned(),
        Row::Text { text, align: Align::Centre, .. } => {
            let room = COLUMNS.saturating_sub(text.chars().count());
            format!("{:left$}{text}", "", left = room / 2)
        }
    }
}

pub(super) fn rule() -> String {
    "-".repeat(COLUMNS)
}
