//! Cutting a message into atoms.

/// What stands between two atoms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// Nothing before it.
    Start,
    /// White space only: may stand inside a phone number.
    Space,
    /// One dot: may stand inside a phone number too.
    Dot,
    /// One comma: together with the dot, what groups the digits of an amount.
    Comma,
    /// `#` right before it: may belong to a name, `NamaKu#IDN1`.
    Hash,
    /// Any other separator, or several.
    Hard,
}

/// A piece of a message between separators.
#[derive(Clone, Copy, Debug)]
pub struct Atom<'a> {
    pub text: &'a str,
    /// What stands before it.
    pub gap: Gap,
    /// Where it begins in the message.
    pub start: usize,
}

impl Atom<'_> {
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }

    pub fn is_digits(&self) -> bool {
        !self.text.is_empty() && self.text.bytes().all(|b| b.is_ascii_digit())
    }

    /// A repeat number: one digit.
    pub const fn repeat(&self) -> Option<u8> {
        match self.text.as_bytes() {
            [digit @ b'1'..=b'9'] => Some(*digit - b'0'),
            _ => None,
        }
    }
}

const fn is_separator(c: char) -> bool {
    matches!(c, '.' | '#' | '*' | ',' | ';') || c.is_ascii_whitespace()
}

/// The atoms of a cleaned message; `dash_too` cuts at dashes as well.
pub fn atoms(text: &str, dash_too: bool) -> Vec<Atom<'_>> {
    let cuts = |c: char| is_separator(c) || (dash_too && c == '-');
    let mut atoms = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(skip) = rest.find(|c| !cuts(c)) else { break };
        let gap_text = rest.get(..skip).unwrap_or_default();
        let start = at + skip;
        let body = rest.get(skip..).unwrap_or_default();
        let piece = body.get(..body.find(cuts).unwrap_or(body.len())).unwrap_or_default();
        let gap = if atoms.is_empty() { Gap::Start } else { gap_of(gap_text) };
        atoms.push(Atom { text: piece, gap, start });
        at = start + piece.len();
    }
    atoms
}

fn gap_of(text: &str) -> Gap {
    if text.trim_start_matches(' ') == "#" {
        return Gap::Hash;
    }
    match text.trim() {
        // A number does not go on in the next line.
        "" if text.contains('\n') => Gap::Hard,
        "" => Gap::Space,
        "." => Gap::Dot,
        "," => Gap::Comma,
        _ => Gap::Hard,
    }
}
