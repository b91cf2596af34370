//! Walking over the atoms of a message, and what may be asked beyond its own text.

use super::atom::Atom;
use super::pin::Pin;
use super::problem::{Part, Problem};
use konter_core::catalog::DestKind;
use konter_core::ids::ProductCode;

/// How the product of a code reads its destinations; `None` where there is no such product.
pub type Kinds<'a> = dyn Fn(&ProductCode, NamedAs) -> Option<DestKind> + 'a;

/// What a word names a product for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedAs {
    /// By its code, to order it or to keep it.
    Code,
    /// To look up or pay a bill: also by a part of its name.
    Bill,
}

/// What a reader may ask beyond the text.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub kinds: &'a Kinds<'a>,
    /// Whether a code that is no product's is known to be none.
    pub knows_products: bool,
    /// Whether a word opens a command: it is no product's code then.
    pub is_word: fn(&str) -> bool,
    /// A machine client's own reference.
    pub reference: Option<&'a str>,
}

impl Context<'_> {
    /// No product, no command and no reference is known.
    pub const NONE: Context<'static> =
        Context { kinds: &|_, _| None, knows_products: false, is_word: |_| false, reference: None };

    pub fn reference(&self) -> Option<String> {
        self.reference.map(str::to_owned)
    }
}

/// Walks over the atoms of a command's arguments. What is left at the end is an error, never ignored.
#[derive(Clone, Copy)]
pub struct Cursor<'a> {
    pub text: &'a str,
    pub atoms: &'a [Atom<'a>],
    pub context: Context<'a>,
}

impl<'a> Cursor<'a> {
    pub const fn new(text: &'a str, atoms: &'a [Atom<'a>], context: Context<'a>) -> Self {
        Self { text, atoms, context }
    }

    /// Other atoms of the same message.
    pub const fn over<'b>(self, atoms: &'b [Atom<'b>]) -> Cursor<'b>
    where
        'a: 'b,
    {
        Cursor { text: self.text, atoms, context: self.context }
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
    pub fn pin(&mut self) -> Option<Pin> {
        let pin = self.peek()?.text.parse().ok()?;
        self.take();
        Some(pin)
    }

    /// Whether something is told or asked: a product that is sold, a day, a question, a no. No name has that in it.
    pub fn is_no_name(&self) -> bool {
        const WORDS: &[&str] = &[
            "KEMARIN",
            "KMRN",
            "KEMAREN",
            "KMAREN",
            "TADI",
            "BARUSAN",
            "BESOK",
            "TGL",
            "TANGGAL",
            "TRX",
            "TRANSAKSI",
            "SYARAT",
            "SYARATNYA",
            "GIMANA",
            "GMN",
            "BAGAIMANA",
            "KENAPA",
            "KOK",
            "BELUM",
            "BLM",
            "BATAL",
            "GA",
            "GAK",
            "TIDAK",
        ];
        let is_sold = |atom: &Atom<'_>| {
            !atom.is_digits()
                && atom.text.parse().is_ok_and(|code| (self.context.kinds)(&code, NamedAs::Code).is_some())
        };
        self.atoms.iter().any(|atom| is_sold(atom) || WORDS.iter().any(|word| atom.is(word)))
    }

    /// A PIN, if there is one, and nothing after it.
    pub fn last_pin(&mut self) -> Result<Option<Pin>, Problem> {
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
