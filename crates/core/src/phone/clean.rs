//! What a keyboard or a copy and paste leaves in a text without anybody seeing it.

/// The text with its look-alikes made plain: full-width letters and digits, digits of other scripts, odd dashes and
/// spaces become ASCII; invisible marks (zero width, direction, soft hyphen, emoji variation) vanish; control
/// characters become spaces, line ends stay.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars().filter_map(plain).collect()
}

fn plain(c: char) -> Option<char> {
    match c {
        '\u{00AD}'
        | '\u{034F}'
        | '\u{061C}'
        | '\u{180E}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{20E3}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' => None,
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0),
        '\u{0660}'..='\u{0669}' => digit(c, 0x0660),
        '\u{06F0}'..='\u{06F9}' => digit(c, 0x06F0),
        '\u{1D7CE}'..='\u{1D7FF}' => char::from_digit((u32::from(c) - 0x1D7CE) % 10, 10),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' => Some('-'),
        '\u{3002}' | '\u{FF61}' => Some('.'),
        '\n' => Some('\n'),
        _ if c.is_whitespace() || c.is_control() => Some(' '),
        _ => Some(c),
    }
}

fn digit(c: char, zero: u32) -> Option<char> {
    char::from_digit(u32::from(c) - zero, 10)
}
