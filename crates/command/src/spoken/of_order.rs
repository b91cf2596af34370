//! What is said of an order that there is, or that is to be only later: a reply of the shop's own that is sent back, a serial
//! number with a complaint, a day to come.

use super::question::{FAULTY, Heard, NOT};
use super::signals::LATER;
use super::small::Talk;
use super::{about, tidy, wish, words};
use crate::meaning::{Command, OrdersQuery};
use crate::read::{Atom, Context, Cursor, NamedAs, atoms, is_pin};
use konter_core::ids::ProductCode;
use konter_core::phone::clean;

/// `SUKSES. S10 ke 0812… SN: …`, `S10 ke 0812… sedang diproses`: what has become of that order is told. It is no wish.
pub(super) fn sent_back(heard: &Heard<'_>) -> Option<Command> {
    let atoms = heard.said.atoms;
    let is_verdict = |atom: &Atom<'_>| matches!(atom.text.trim_matches(':'), "SUKSES" | "GAGAL");
    // `tolong diproses ya` asks for it.
    let goes_on = heard.phrase("sedang diproses|akan diproses");
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
    (is_one && is_all && (heard.has_any(NOT) || heard.has(FAULTY) || heard.has("gagal kenapa knp")))
        .then_some(Command::Talk(Talk::OfSerial { serial }))
}

/// What is said of an order that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterFailure {
    /// Why, or whether its money is back.
    Asks,
    /// It is to be tried again.
    Again,
}

/// `kenapa`, `uangnya balik ga`, `coba lagi 4821`: nothing else stands in it.
#[must_use]
pub fn after_failure(text: &str) -> Option<AfterFailure> {
    const WHY: &str = "kenapa knp knapa napa kok kog koq mengapa alasan alasannya sebab sebabnya gagal ggl gagalnya gmn gimana why failed";
    const BACK: &str = "balik balikin kembali kembaliin dikembalikan dibalikin refund direfund kebalik back refunded";
    const MONEY: &str = "uang uangnya uangku duit duitnya saldo saldonya saldoku dana potong kepotong terpotong";
    const AGAIN: &str = "lagi lg ulang ulangi ulangin again retry";
    const TRIES: &str = "coba cobain cobalah kirim kirimin isi isiin proses diproses order try";
    const REST: &str = "apa apaan apakah ga gak gk g nggak ngga enggak tidak tdk belum blm sudah udah udh dah kan bisa itu pinnya pin tadi td yang yg ini nya";
    let text = tidy::tidy(&clean(text));
    let pieces = atoms(&text, false);
    let heard = Heard::of(Cursor::new(&text, &pieces, Context::NONE));
    let lists = [WHY, BACK, MONEY, AGAIN, TRIES, REST];
    let is_known = |word: &String| words::is_courtesy(word) || lists.iter().any(|list| words::is_in(list, word));
    let digits_are_a_pin =
        pieces.iter().filter(|atom| atom.text.bytes().any(|b| b.is_ascii_digit())).all(|atom| is_pin(atom.text));
    if heard.words.is_empty() || !heard.words.iter().all(is_known) || !digits_are_a_pin {
        return None;
    }
    if heard.has(AGAIN) && (heard.has(TRIES) || heard.has("ulang ulangi ulangin")) {
        return Some(AfterFailure::Again);
    }
    (!heard.counts && (heard.has(WHY) || heard.has(BACK))).then_some(AfterFailure::Asks)
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
