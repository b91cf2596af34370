//! Cutting a message into atoms, and walking over them.

use super::problem::{Part, Problem};
use super::{Kinds, NO_KINDS};

/// What stands between two atoms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
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
pub(super) struct Atom<'a> {
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
}

const fn is_separator(c: char) -> bool {
    matches!(c, '.' | '#' | '*' | ',' | ';') || c.is_ascii_whitespace()
}

/// The atoms of a cleaned message; `dash_too` cuts at dashes as well.
pub(super) fn atoms(text: &str, dash_too: bool) -> Vec<Atom<'_>> {
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

/// Walks over the atoms of a command's arguments. What is left at the end is an error, never ignored.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub text: &'a str,
    pub atoms: &'a [Atom<'a>],
    pub kinds: &'a Kinds<'a>,
}

impl<'a> Cursor<'a> {
    pub const fn new(text: &'a str, atoms: &'a [Atom<'a>]) -> Self {
        Self { text, atoms, kinds: NO_KINDS }
    }

    /// The same, knowing how products read their destinations.
    pub const fn knowing(self, kinds: &'a Kinds<'a>) -> Self {
        Self { kinds, ..self }
    }

    pub fn peek(&self) -> Option<&'a Atom<'a>> {
        self.atoms.first()
    }

    pub fn take(&mut self) -> Option<&'a Atom<'a>> {
        let (first, rest) = self.atoms.split_first()?;
        self.atoms = rest;
        Some(first)
    }

    /// Takes the next atom if it is one.
    pub fn take_if(&mut self, wanted: impl Fn(&Atom<'a>) -> bool) -> Option<&'a Atom<'a>> {
        if self.peek().is_some_and(wanted) { self.take() } else { None }
    }

    pub fn skip(&mut self, count: usize) {
        self.atoms = self.atoms.get(count..).unwrap_or_default();
    }

    pub const fn is_empty(&self) -> bool {
        self.atoms.is_empty()
    }

    /// What has not been taken, as it was typed.
    pub fn rest(&self) -> &'a str {
        self.peek().and_then(|atom| self.text.get(atom.start..)).unwrap_or_default().trim()
    }

    /// Takes a PIN, if there is one.
    pub fn pin(&mut self) -> Option<super::Pin> {
        let pin = self.peek()?.text.parse().ok()?;
        self.take();
        Some(pin)
    }

    /// A PIN, if there is one, and nothing after it.
    pub fn last_pin(&mut self) -> Result<Option<super::Pin>, Problem> {
        let pin = self.pin();
        self.finish().map(|()| pin)
    }

    /// The next atom, which must be there.
    pub fn need(&mut self, part: Part) -> Result<&'a Atom<'a>, Problem> {
        self.take().ok_or(Problem::Missing(part))
    }

    pub fn finish(&self) -> Result<(), Problem> {
        if self.is_empty() { Ok(()) } else { Err(Problem::leftover(self.rest())) }
    }
}
