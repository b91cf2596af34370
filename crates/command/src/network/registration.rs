//! Registering a downline, in the orders of many servers.

use super::command::{DownlineRequest, NetworkCommand};
use super::markup::{grouped, number, sum};
use crate::meaning::Command;
use crate::read::{Atom, Cursor, Part, Pin, Problem, Typed, is_pin, name_and_town, phones_in_pieces};
use konter_core::destination::{DestinationFault, is_masked};
use konter_core::money::Rupiah;
use konter_core::phone::Phone;

/// A lone number behind a phone's is a markup up to here, a PIN from here on: PINs have four digits or more.
const PIN_ALONE: usize = 4;

/// Name, phone, town, markup and PIN in the orders of many servers: what stands before the phone and has letters is the
/// name and the town; the numbers at the end are first balance, markup and PIN.
pub(super) fn registration(args: Cursor<'_>) -> Result<Command, Problem> {
    let (phone, at, count) = phone_among(args.atoms)?;
    let before = args.atoms.get(..at).unwrap_or_default();
    let after = args.atoms.get(at + count..).unwrap_or_default();
    let (words, numbers, pin_first) = match before {
        // <pin>.<phone>.<markup>.<name>.<balance>
        [pin] if is_pin(pin.text) => (Name::after_markup(after), Numbers::around(after)?, pin.text.parse().ok()),
        [] => {
            let words = Name::before_numbers(after);
            (words, Numbers::behind(after.get(words.len()..).unwrap_or_default())?, None)
        }
        words => (Name::bare(words), Numbers::behind(after)?, None),
    };
    let (name, town) = name_and_town(args.text, words).ok_or(Problem::Missing(Part::Name))?;
    if !name.chars().any(char::is_alphabetic) {
        return Err(Problem::unfit(Part::Name, name));
    }
    let town = town.filter(|town| !town.eq_ignore_ascii_case("HP")).map(str::to_owned);
    let Numbers { deposit, markup, pin } = numbers;
    let pin = pin_first.or(pin);
    let request = DownlineRequest { name: name.to_owned(), town, phone, markup, deposit, pin };
    Ok(Command::Network(NetworkCommand::RegisterDownline(request)))
}

/// The one phone number, where it begins and how many atoms it takes.
fn phone_among(atoms: &[Atom<'_>]) -> Result<(Phone, usize, usize), Problem> {
    if let Some(masked) = atoms.iter().find(|atom| is_masked(atom.text)) {
        return Err(Problem::Destination(DestinationFault::Unreadable, Typed::new(masked.text)));
    }
    let whole = |(at, atom): (usize, &Atom<'_>)| Some((atom.text.parse::<Phone>().ok()?, at, 1));
    let mut found: Vec<_> = atoms.iter().enumerate().filter_map(whole).collect();
    if found.is_empty() {
        for at in 0..atoms.len() {
            let here = atoms.get(at..).unwrap_or_default();
            found.extend(phones_in_pieces(here).into_iter().map(|(phone, count)| (phone, at, count)));
        }
    }
    if found.len() > 1 {
        return Err(Problem::Ambiguous);
    }
    found.pop().ok_or(Problem::Missing(Part::Destination))
}

/// Where a name stands behind a phone number.
struct Name;

impl Name {
    /// Without the words around a name: `daftar downline baru nama Siti nomor 0812…`.
    fn bare<'a, 'b>(typed: &'a [Atom<'b>]) -> &'a [Atom<'b>] {
        let mut atoms = typed;
        let any = |atom: &Atom<'_>, words: &[&str]| words.iter().any(|word| atom.is(word));
        // `Baru Jaya` may be a name.
        if let [first, rest @ ..] = atoms
            && any(first, &["DOWNLINE", "DL", "DONLINE"])
        {
            atoms = rest;
            if let [next, rest @ ..] = atoms
                && any(next, &["BARU"])
            {
                atoms = rest;
            }
        }
        while let [word, rest @ ..] = atoms
            && any(word, &["DONG", "YA", "MIN", "KAK", "TOLONG", "ATAS"])
        {
            atoms = rest;
        }
        if let [first, rest @ ..] = atoms
            && any(first, &["NAMA", "NAMANYA", "BERNAMA"])
        {
            atoms = rest;
        }
        // `Raja HP` is a shop.
        let is_told = atoms.len() < typed.len();
        while let [rest @ .., last] = atoms
            && (any(last, &["NOMOR", "NOMER", "NOMORNYA", "NOHP"])
                || (is_told && any(last, &["NO", "HP", "WA", "TELP"])))
        {
            atoms = rest;
        }
        atoms
    }

    fn before_numbers<'a, 'b>(atoms: &'a [Atom<'b>]) -> &'a [Atom<'b>] {
        let numbers = atoms.iter().rev().take_while(|atom| number(atom).is_some()).count();
        atoms.get(..atoms.len() - numbers).unwrap_or_default()
    }

    fn after_markup<'a, 'b>(atoms: &'a [Atom<'b>]) -> &'a [Atom<'b>] {
        let rest = if atoms.first().and_then(number).is_some() { atoms.get(1..) } else { Some(atoms) };
        Self::before_numbers(rest.unwrap_or_default())
    }
}

#[derive(Default)]
struct Numbers {
    deposit: Option<Rupiah>,
    markup: Option<Rupiah>,
    pin: Option<Pin>,
}

impl Numbers {
    /// `[[<balance>.]<markup>.]<pin>`, or the markup alone.
    fn behind(atoms: &[Atom<'_>]) -> Result<Self, Problem> {
        // The last one may be a PIN of any length.
        let (before, last) = atoms.split_at(atoms.len().saturating_sub(1));
        let grouped = grouped(before);
        let last = last.iter().map(|atom| atom.text);
        let numbers: Vec<&str> = grouped.iter().map(|number| number.text.as_str()).chain(last).collect();
        let markup = |text: &str| sum(text).map(Some).ok_or_else(|| Problem::unfit(Part::Amount, text));
        let pin = |text: &str| text.parse().map(Some).map_err(|_| Problem::unfit(Part::Pin, text));
        match *numbers.as_slice() {
            [] => Ok(Self::default()),
            [only] if is_pin(only) && only.len() >= PIN_ALONE => Ok(Self { pin: pin(only)?, ..Self::default() }),
            [only] => Ok(Self { markup: markup(only)?, ..Self::default() }),
            [first, last] => Ok(Self { deposit: None, markup: markup(first)?, pin: pin(last)? }),
            [deposit, second, last] => {
                let deposit = markup(deposit)?.filter(|deposit| deposit.is_positive());
                Ok(Self { deposit, markup: markup(second)?, pin: pin(last)? })
            }
            [_, _, _, more, ..] => Err(Problem::leftover(more)),
        }
    }

    /// The markup before a name, a first balance behind it.
    fn around(atoms: &[Atom<'_>]) -> Result<Self, Problem> {
        let markup = atoms.first().and_then(number);
        let rest = if markup.is_some() { atoms.get(1..).unwrap_or_default() } else { atoms };
        let behind = rest.get(Name::before_numbers(rest).len()..).unwrap_or_default();
        let deposit = behind.first().and_then(number).filter(|deposit| deposit.is_positive());
        match behind {
            [] | [_] => Ok(Self { deposit, markup, pin: None }),
            [_, more, ..] => Err(Problem::leftover(more.text)),
        }
    }
}
