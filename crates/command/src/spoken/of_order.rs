//! What is said of an order that there is, or that is to be only later: a reply of the shop's own that is sent back, a serial
//! number with a complaint, a day to come.

use super::question::{Heard, NOT};
use super::signals::LATER;
use super::small::Talk;
use super::{about, wish, words};
use crate::meaning::{Command, OrdersQuery};
use crate::read::{Atom, Cursor, NamedAs};
use konter_core::ids::ProductCode;

/// `SUKSES. S10 ke 0812… SN: …`, `S10 ke 0812… sedang diproses`: what has become of that order is told. It is no wish.
pub(super) fn sent_back(heard: &Heard<'_>) -> Option<Command> {
    let atoms = heard.said.atoms;
    let is_verdict = |atom: &Atom<'_>| matches!(atom.text.trim_matches(':'), "SUKSES" | "GAGAL");
    // `tolong diproses ya` asks for it.
    let goes_on = heard.phrase(&["sedang diproses", "akan diproses"]);
    let names_a_product = |atom: &Atom<'_>| {
        let code = atom.text.parse::<ProductCode>().ok().filter(|_| !atom.is_digits());
        code.is_some_and(|code| (heard.said.context.kinds)(&code, NamedAs::Code).is_some())
    };
    let is_whom = |pair: &[Atom<'_>]| matches!(pair, [product, to] if names_a_product(product) && to.is("ke"));
    let dest = heard.dest()?;
    if !(goes_on || atoms.iter().any(is_verdict)) || !atoms.windows(2).any(is_whom) {
        return None;
    }
    let numbered = atoms.iter().find(|atom| about::follows_a_hash(heard.said, atom)).and_then(about::numbered);
    Some(match numbered {
        Some(order) => Command::Orders(OrdersQuery { number: Some(order), ..OrdersQuery::default() }),
        None => Command::Talk(Talk::NotArrived { dest: Some(dest) }),
    })
}

/// `SN 1234-5678-9012-3456-7890 kok ga bisa dipakai`
pub(super) fn serial(heard: &Heard<'_>) -> Option<Command> {
    /// Digits of one that is told from a number with a PIN behind it.
    const FEWEST: usize = 20;
    /// The same behind a word that names it.
    const FEWEST_NAMED: usize = 12;
    const NAMES: &str = "sn snnya serial token tokennya kode kodenya voucher";
    const FAULTY: &str =
        "salah ditolak error gagal invalid palsu dipakai kepakai terpakai kenapa knp expired kadaluarsa hangus";
    let digits = |atom: &Atom<'_>| atom.text.chars().filter(char::is_ascii_digit).collect::<String>();
    let is_part = |atom: &&Atom<'_>| atom.text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let atoms = heard.said.atoms;
    let from = atoms.iter().position(|atom| is_part(&atom))?;
    let serial: String = atoms.get(from..)?.iter().take_while(is_part).map(digits).collect();
    let is_named = from
        .checked_sub(1)
        .and_then(|at| atoms.get(at))
        .is_some_and(|atom| words::is_in(NAMES, &words::plain(atom.text.trim_matches(':'))));
    let is_phone = serial.starts_with("08") || serial.starts_with("62");
    let is_one = serial.len() >= FEWEST || (is_named && !is_phone && serial.len() >= FEWEST_NAMED);
    let is_all = heard.said.text.bytes().filter(u8::is_ascii_digit).count() == serial.len();
    (is_one && is_all && (heard.has_any(NOT) || heard.has(FAULTY))).then_some(Command::Talk(Talk::OfSerial { serial }))
}

/// `nanti s5 0812…`, `besok isi s10 ke 0812…`: what would be an order without the words that put it off.
pub(super) fn later(said: Cursor<'_>) -> Option<Command> {
    let plain = |atom: &Atom<'_>| words::plain(atom.text.trim_matches(|c: char| !c.is_alphanumeric()));
    let puts_off = |atom: &Atom<'_>| words::is_in(LATER, &plain(atom));
    if !said.atoms.iter().any(puts_off) {
        return None;
    }
    let kept: Vec<Atom<'_>> =
        said.atoms.iter().filter(|atom| !puts_off(atom) && !words::is_in("dulu dlu", &plain(atom))).copied().collect();
    let wish::Read::Wish(wish) = wish::read(said.over(&kept))? else { return None };
    let names_something = wish.nominal.is_some() || wish.sort.is_some() || wish.brand.is_some();
    (wish.code.is_some() || (wish.dest.is_some() && names_something)).then_some(Command::Talk(Talk::Later))
}
