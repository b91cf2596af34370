//! Sentences about one thing that is named in them: an order by its own number, a transfer, a bill, a customer's number.

use super::question::Heard;
use super::small::Talk;
use super::{is_spoken, services};
use crate::meaning::{Command, OrdersQuery};
use crate::preference::command::{Ask, PreferenceCommand};
use crate::read::{Atom, Cursor, NamedAs, PriceFilter};
use konter_core::destination::METER_DIGITS;
use konter_core::ids::{OrderId, ProductCode};

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

/// `berapa tagihan listrik saya 5300…`, `mau bayar pdam`, `siapa nama pemilik meter 1402…`.
pub(super) fn bill(heard: &Heard<'_>) -> Option<Command> {
    const BILL: &str = "tagihan tagihannya rekening rek bill iuran tunggakan";
    const PAYS: &str = "bayar byr bayarin bayarkan dibayarkan mbayar pay lunasi lunasin";
    const LOOKS: &str = "berapa brp brapa cek ck check how much";
    const SOLD_OTHERWISE: &str = "token pulsa paket kuota data voucher game tiket deposit depo";
    const TOLD: &str = "gagal ggl pending belum blm blom masuk sudah udah udh dah sdh kok kenapa batal salah";
    if heard.has(SOLD_OTHERWISE) || heard.has(TOLD) || heard.said.text.contains(" #") {
        return asked_whose(heard);
    }
    let of_electricity = || heard.has("listrik listerik lstrik pln electricity").then(|| "PLN".parse().ok()).flatten();
    let product: Option<ProductCode> =
        of_electricity().or_else(|| heard.words.iter().find_map(|word| services::named(heard.said, word)));
    let customer = heard.only_number();
    let looked_up =
        |product, customer| Some(Command::BillInquiry { product, customer, amount: None, pin: None, reference: None });
    let speaks_of_bills = heard.has(BILL) || heard.has(PAYS);
    let context = &heard.said.context;
    let is_sold = |product: &ProductCode| !context.knows_products || (context.kinds)(product, NamedAs::Bill).is_some();
    match (product, customer) {
        (Some(product), _) if speaks_of_bills && !is_sold(&product) => {
            Some(Command::Prices { filters: vec![PriceFilter::Word(product.to_string())] })
        }
        (Some(product), Some(customer)) if speaks_of_bills || (heard.has(LOOKS) && !heard.has("status")) => {
            // A meter's number behind `cek pln` is its owner's name that is asked for.
            let is_meter = heard.has("pln") && !speaks_of_bills;
            if is_meter { asked_whose(heard) } else { looked_up(product, customer) }
        }
        // A customer's number of electricity, when nothing else is said of it.
        (None, Some(customer))
            if heard.has(BILL) && METER_DIGITS.contains(&customer.len()) && !customer.starts_with("08") =>
        {
            looked_up("PLN".parse().ok()?, customer)
        }
        (Some(product), None) if speaks_of_bills && !heard.counts => {
            Some(Command::Preference(PreferenceCommand::Ask(Ask::Customer(product))))
        }
        _ => asked_whose(heard),
    }
}

fn asked_whose(heard: &Heard<'_>) -> Option<Command> {
    let customer = heard.only_number()?;
    let asks_whose = heard.has("siapa pemilik pemiliknya punya nama namanya who whose owner");
    let is_meter = METER_DIGITS.contains(&customer.len()) && !customer.starts_with("08");
    // `cek nama 0812…`
    if customer.starts_with("08")
        && matches!(heard.first(), "cek" | "ck" | "check" | "lihat")
        && heard.has("nama namanya name")
    {
        return Some(Command::Talk(Talk::WhoseNumber));
    }
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
    const BACK: &str = "balikin balikkan kembalikan kembaliin balik kembali pulangin dikembalikan dibalikin back";
    const MONEY: &str = "uang uangku uangnya duit duwit duitnya saldonya saldoku money";
    const OPENS: &str = "buka bukanya tutup tutupnya libur open close closed aktif online";
    const REST: &str = "admin adminnya cs csnya jam sampai sampe toko tokonya konter kiosnya counter hari ini besok malam ga gak nggak ngga enggak \
        tidak are you what time";
    let talk = |said| Some(Command::Talk(said));
    let leaves = heard.phrase("pindah server|pindah konter|server lain|pindah upline|ganti upline")
        || (heard.has("upline") && heard.has("pindah ganti"));
    if leaves {
        return talk(Talk::WantsAdmin);
    }
    if heard.counts {
        return None;
    }
    let scolds = heard.has(
        "penipu penipuan nipu tipu ditipu ketipu tipuan scam scammer scammed fraud maling kecewa mengecewakan payah \
        jelek bego gblk gblg tlol anjing anj bgst goblok goblog tolol bodoh bangsat kampret ngaco dirugikan ridiculous terrible useless",
    ) || heard.phrase("ga guna|gak guna|ga berguna|ga becus|tidak becus");
    let somebody = heard.has("admin adminnya cs csnya owner ownernya min");
    let unanswered = somebody
        && (heard.has("tidur molor")
            || (heard
                .has("jawab jwb dijawab balas bales dibalas respon ngerespon merespon reply replies answer angkat")
                && heard.has("ga gak g gk nggak ngga tidak tdk belum blm mana kok kenapa not why lama")));
    let wants_back = heard.has(BACK) && heard.has(MONEY);
    let once_more = heard.has("kalinya") && heard.has("kedua ketiga keempat ke");
    if scolds || unanswered || wants_back || once_more {
        return talk(Talk::WantsAdmin);
    }
    if heard.phrase("where is my money|where's my money|mana uang|mana duit|uang saya mana") {
        return talk(Talk::MoneyNotIn);
    }
    if heard.has(OPENS) && heard.has("jam hari besok libur toko konter you today kapan") && heard.only(&[OPENS, REST]) {
        return talk(Talk::Hours);
    }
    let who = heard.phrase("ini siapa|siapa ini|ini bot|ini robot|who is this|are you a bot");
    if who || (heard.has("bot robot") && heard.only(&["bot robot siapa ini apakah"])) {
        return talk(Talk::Hours);
    }
    None
}

fn has_digit(atom: &Atom<'_>) -> bool {
    atom.text.bytes().any(|b| b.is_ascii_digit())
}

impl Heard<'_> {
    /// The number that is spoken of, where no other digit stands: one more could be a PIN, a code or a sum.
    pub(super) fn only_number(&self) -> Option<String> {
        const ABROAD: usize = 2; // `+62` for `0`
        let dest = self.dest()?;
        let mixed = |atom: &&Atom<'_>| has_digit(atom) && atom.text.chars().any(char::is_alphabetic);
        let typed: String =
            self.said.atoms.iter().flat_map(|atom| atom.text.chars()).filter(char::is_ascii_digit).collect();
        let is_all = typed.ends_with(dest.trim_start_matches('0')) && typed.len() <= dest.len() + ABROAD;
        (is_all && !self.said.atoms.iter().any(|atom| mixed(&atom))).then_some(dest)
    }
}
