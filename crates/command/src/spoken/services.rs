//! A company's name and a customer's number: that company's bill, or none. `indihome 1223…`, `bpjs 0001…`.

use super::question::{Heard, is_filler};
use super::words;
use crate::bill::looked_up as bill_looked_up;
use crate::meaning::Command;
use crate::preference::command::{Ask, PreferenceCommand};
use crate::read::{Atom, Cursor, NamedAs, PriceFilter};
use konter_core::ids::ProductCode;

/// Bills by what people call them, and the names that a catalog may have for them.
const SERVICES: &[(&str, &[&str])] = &[
    ("indihome indihom indhome speedy wifi internet telkom telepon telpon", &["TELKOM", "INDIHOME"]),
    ("pdam air ledeng pam water", &["PDAM", "AIR"]),
    ("bpjs jkn", &["BPJS"]),
    ("pgn", &["PGN", "GAS"]),
    ("nontaglis nontagihan", &["PLNNON", "TAGLIS"]),
    ("fif adira baf wom bfi leasing cicilan angsuran kredit multifinance", &[]),
    ("pbb pajak samsat", &["PBB", "SAMSAT"]),
];
/// Of what is sold by a number that has nothing to do with bills.
const SOLD_OTHERWISE: &str = "token pulsa paket pket kuota kwota data voucher game tiket deposit depo saldo";
/// What electricity is called: its numbers are read where they are asked about.
const ELECTRICITY: &str = "pln listrik listerik lstrik token meter meteran";

/// It is shown before it is paid; what nobody sells here is said to be so.
pub(super) fn bill(said: Cursor<'_>) -> Option<Command> {
    /// Of a customer's number; fewer digits may be a PIN.
    const FEWEST: usize = 7;
    let heard = Heard::of(said);
    let customer = heard.only_number().filter(|number| number.len() >= FEWEST && !number.starts_with("08"))?;
    let is_code = |word: &String| {
        word.parse::<ProductCode>().is_ok_and(|code| (said.context.kinds)(&code, NamedAs::Code).is_some())
    };
    // What is sold by its code is read by that.
    if heard.has(SOLD_OTHERWISE) || heard.words.iter().any(is_code) {
        return None;
    }
    let product = heard.words.iter().find_map(|word| named(said, word))?;
    Some(Command::BillPayment { product, customer, pin: None, reference: None })
}

/// `wifi`, `topup ml`: a service or a game and nothing else. Whose bill it is is asked, and what there is of the game told.
pub(super) fn alone(heard: &Heard<'_>) -> Option<Command> {
    const BESIDE: &str = "diamond dm diamonds voucher vocer topup top up main beli isi bayar";
    let is_other = |word: &&String| !is_filler(word) && !words::is_in(BESIDE, word);
    let meant: Vec<&str> = heard.words.iter().filter(is_other).map(String::as_str).collect();
    if heard.counts || meant.is_empty() || meant.iter().any(|word| words::sort(word).is_some()) {
        return None;
    }
    let whole = meant.concat();
    let game = words::game(&whole).or_else(|| ["ML", "FF"].into_iter().find(|code| whole.eq_ignore_ascii_case(code)));
    if let Some(code) = game {
        return Some(Command::Prices { filters: vec![PriceFilter::Word(code.to_owned())] });
    }
    // `telpon` alone asks for a call.
    let is_service =
        |word: &&str| !word.starts_with("tel") && SERVICES.iter().any(|(service, _)| words::is_in(service, word));
    let product = meant.iter().all(is_service).then(|| named(heard.said, meant.first()?)).flatten()?;
    Some(Command::Preference(PreferenceCommand::Ask(Ask::Customer(product))))
}

pub(super) fn named(said: Cursor<'_>, word: &str) -> Option<ProductCode> {
    /// A shorter word of a bill's name may stand in any sentence.
    const SHORTEST: usize = 4;
    let is_sold = |code: &ProductCode| (said.context.kinds)(code, NamedAs::Bill).is_some();
    let typed: ProductCode = word.parse().ok().filter(|_| word.chars().all(char::is_alphabetic))?;
    let Some((_, names)) = SERVICES.iter().find(|(service, _)| words::is_in(service, word)) else {
        let is_one = word.len() >= SHORTEST && !words::is_in(ELECTRICITY, word) && !words::is_courtesy(word);
        return Some(typed).filter(|typed| is_one && is_sold(typed));
    };
    let mut sold = names.iter().filter_map(|name| name.parse::<ProductCode>().ok()).filter(is_sold);
    // Its own name first: a catalog may part what is one elsewhere.
    Some(typed.clone()).filter(is_sold).or_else(|| sold.next()).or(Some(typed))
}

/// `cek pdam 12345678`, `bayar pdam`: a bill, which is shown before it is paid.
pub(super) fn asked(said: Cursor<'_>) -> Option<Command> {
    const FEWEST: usize = 5; // digits of a customer's number
    let meant: Vec<Atom<'_>> = said.atoms.iter().filter(|atom| !words::is_courtesy(atom.text)).copied().collect();
    let [verb, what, number @ ..] = meant.as_slice() else { return None };
    let is_word = what.text.chars().all(char::is_alphabetic);
    let code = what.text.parse::<ProductCode>().ok().filter(|_| is_word)?;
    (said.context.kinds)(&code, NamedAs::Bill)?;
    let looks = words::is_in("cek ck check tagihan bayar byr pay", &words::plain(verb.text));
    match number {
        [] if looks => Some(Command::Preference(PreferenceCommand::Ask(Ask::Customer(code)))),
        [only]
            if looks
                && only.is_digits()
                && only.text.len() >= FEWEST
                && !words::is_in("bayar byr pay", &words::plain(verb.text)) =>
        {
            bill_looked_up(said.over(meant.get(1..)?))
        }
        _ => None,
    }
}
