//! Sentences about one thing that is named in them: an order by its own number, a transfer, a bill, a customer's number.

use super::question::Heard;
use super::small::Talk;
use super::{is_spoken, words};
use crate::meaning::{Command, OrdersQuery};
use crate::network::command::{NetworkCommand, TransferRef};
use crate::network::transfer;
use crate::read::{Atom, Cursor, NamedAs, amount};
use konter_core::destination::METER_DIGITS;
use konter_core::ids::{AgentId, OrderId, ProductCode};

const SENT: &str = "transfer tf trf tranfer transferan transferannya saldo saldonya";

/// `cek trx #12 dong`, `transaksi 3 statusnya apa`.
pub(super) fn order(heard: &Heard<'_>) -> Option<Command> {
    const ORDER: &str = "trx trxku transaksi transaksiku transaksinya status statusnya order orderan pesanan";
    const REST: &str = "nomor no nomer nmr sudah udah sdh belum blm masuk sukses berhasil";
    /// More digits may be a PIN, where nothing says that they number an order.
    const MOST_BARE: usize = 3;
    let mut counted = heard.said.atoms.iter().filter(|atom| has_digit(atom));
    let (Some(number), None) = (counted.next(), counted.next()) else { return None };
    let order = numbered(number)?;
    let is_marked = follows_a_hash(heard.said, number);
    let is_bare = number.text.len() <= MOST_BARE && heard.has("trx transaksi transaksinya status statusnya");
    let is_certain = (is_marked && (heard.has(ORDER) || number.text.len() <= MOST_BARE)) || is_bare;
    (is_certain && heard.only(&[ORDER, REST]))
        .then(|| Command::Orders(OrdersQuery { number: Some(order), ..OrdersQuery::default() }))
}

/// The number of an order, as replies show it behind `#`.
pub fn numbered(atom: &Atom<'_>) -> Option<OrderId> {
    const MOST: usize = 9;
    let fits = atom.is_digits() && atom.text.len() <= MOST && !atom.text.starts_with('0');
    atom.text.parse().ok().filter(|_| fits).map(OrderId)
}

/// Whether a `#` that parts nothing else stands before it: `trx #12`, not `CEK#12`.
pub fn follows_a_hash(said: Cursor<'_>, atom: &Atom<'_>) -> bool {
    let before = said.text.get(..atom.start).and_then(|before| before.strip_suffix('#'));
    before.is_some_and(|before| !before.ends_with(char::is_alphanumeric))
}

/// `salah transfer 20000 ke KR0002`, `balikin transfer yang ke KR0002`.
pub(super) fn transfer_back(heard: &Heard<'_>) -> Option<Command> {
    const BACK: &str = "balikin balikkan balikan kembalikan kembaliin tarik tarikin salah slh keliru kliru wrong";
    const REST: &str = "kirim ngirim kekirim orang akun agen downline tujuan sebesar rp tolong ke to";
    let agent = heard.only_agent()?;
    let others: Vec<&Atom<'_>> =
        heard.said.atoms.iter().filter(|atom| has_digit(atom) && atom.text.parse::<AgentId>().is_err()).collect();
    let amount = match others.as_slice() {
        [] => None,
        [sum] => Some(amount::read(sum.text, false).ok()?),
        _ => return None,
    };
    let rest = |word: &String| {
        word.bytes().any(|b| b.is_ascii_digit())
            || super::question::is_filler(word)
            || [BACK, SENT, REST].iter().any(|list| words::is_in(list, word))
    };
    let of = TransferRef::To { agent: crate::read::AgentRef::Code(agent), amount };
    (heard.has(BACK) && heard.has(SENT) && heard.words.iter().all(rest))
        .then_some(Command::Network(NetworkCommand::TakeBack { of, pin: None }))
}

/// `tf saldo kr0003 10000 1234`: a transfer with words between its parts.
pub(super) fn transfer_with_words(heard: &Heard<'_>) -> Option<Command> {
    heard.only_agent()?;
    let is_verb = |atom: &Atom<'_>| words::is_in("tf trf transfer tr kirim", &words::plain(atom.text));
    let [verb, rest @ ..] = heard.said.atoms else { return None };
    let kept: Vec<Atom<'_>> =
        rest.iter().filter(|atom| !words::is_in("saldo ke sebesar pin", &words::plain(atom.text))).copied().collect();
    is_verb(verb).then(|| transfer::transfer(heard.said.over(&kept)).ok()).flatten()
}

/// `berapa tagihan listrik saya 5300…`, `siapa nama pemilik meter 1402…`.
pub(super) fn bill(heard: &Heard<'_>) -> Option<Command> {
    let customer = heard.only_number()?;
    if heard.has("tagihan tagihannya rekening bill") && heard.has("berapa brp brapa cek ck check how much") {
        let named = |word: &String| {
            let code = word.parse::<ProductCode>().ok()?;
            (heard.said.context.kinds)(&code, NamedAs::Bill).map(|_| code)
        };
        let electricity = || heard.has("listrik listerik pln").then(|| "PLN".parse().ok()).flatten();
        let product = electricity().or_else(|| heard.words.iter().find_map(named))?;
        return Some(Command::BillInquiry { product, customer, amount: None, pin: None, reference: None });
    }
    let asks_whose = heard.has("siapa pemilik pemiliknya punya nama namanya who whose owner");
    let is_meter = heard.has("meter meteran token listrik pln") && METER_DIGITS.contains(&customer.len());
    (asks_whose && is_meter).then_some(Command::Meter { customer, pin: None, reference: None })
}

/// A sentence about one number with nothing in it that could be an order's other parts: `tadi 0812… gimana ya`.
pub(super) fn of_number(said: Cursor<'_>) -> Option<Command> {
    /// Digits: more are a program's.
    const LONGEST: usize = 14;
    let heard = Heard::of(said);
    let is_product = |word: &String| {
        word.parse::<ProductCode>().is_ok_and(|code| (said.context.kinds)(&code, NamedAs::Code).is_some())
    };
    if heard.words.is_empty() || !is_spoken(said) || heard.words.iter().any(is_product) {
        return None;
    }
    let dest = heard.only_number().filter(|dest| dest.len() <= LONGEST)?;
    Some(Command::Talk(Talk::OfNumber { dest }))
}

/// What is said about the shop and its people, and is no order's business.
pub(super) fn shop(heard: &Heard<'_>) -> Option<Command> {
    const BACK: &str = "balikin balikkan kembalikan kembaliin balik kembali pulangin";
    const MONEY: &str = "uang uangku duit duwit money";
    const OPENS: &str = "buka bukanya tutup tutupnya libur open close closed";
    const REST: &str = "jam sampai sampe toko tokonya konter kiosnya counter hari ini besok malam ga gak nggak ngga enggak \
        tidak are you what time";
    if heard.counts {
        return None;
    }
    let talk = |said| Some(Command::Talk(said));
    let scolds = heard.has(
        "penipu penipuan nipu tipu ditipu ketipu tipuan scam scammer scammed fraud maling \
        kecewa mengecewakan payah jelek",
    );
    let unanswered = heard.has("admin adminnya cs csnya owner ownernya min")
        && heard.has("jawab jwb dijawab balas bales dibalas respon ngerespon merespon reply replies answer angkat")
        && heard.has("ga gak g gk nggak ngga tidak tdk belum blm mana kok kenapa not why lama");
    let wants_back = heard.has(BACK) && heard.has(MONEY);
    if scolds || unanswered || wants_back {
        return talk(Talk::WantsAdmin);
    }
    if heard.phrase(&["where is my money", "where's my money", "mana uang", "mana duit", "uang saya mana"]) {
        return talk(Talk::MoneyNotIn);
    }
    if heard.has(OPENS) && heard.has("jam hari besok libur toko konter you today") && heard.only(&[OPENS, REST]) {
        return talk(Talk::Hours);
    }
    let english =
        heard.has("english inggris inglish") && heard.has("speak can bisa use pakai bahasa talk in please pls dong");
    english.then_some(Command::Language { to: Some(crate::meaning::Language::English) })
}

fn has_digit(atom: &Atom<'_>) -> bool {
    atom.text.bytes().any(|b| b.is_ascii_digit())
}

impl Heard<'_> {
    /// The one reseller that is named by a code.
    fn only_agent(&self) -> Option<AgentId> {
        let mut agents = self.said.atoms.iter().filter_map(|atom| atom.text.parse::<AgentId>().ok());
        agents.next().filter(|_| agents.next().is_none())
    }

    /// The number that is spoken of, where no other digit stands: one more could be a PIN, a code or a sum.
    fn only_number(&self) -> Option<String> {
        const ABROAD: usize = 2; // `+62` for `0`
        let dest = self.dest()?;
        let mixed = |atom: &&Atom<'_>| has_digit(atom) && atom.text.chars().any(char::is_alphabetic);
        let typed: String =
            self.said.atoms.iter().flat_map(|atom| atom.text.chars()).filter(char::is_ascii_digit).collect();
        let is_all = typed.ends_with(dest.trim_start_matches('0')) && typed.len() <= dest.len() + ABROAD;
        (is_all && !self.said.atoms.iter().any(|atom| mixed(&atom))).then_some(dest)
    }
}
