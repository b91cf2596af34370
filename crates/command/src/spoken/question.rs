//! Questions and complaints, as people type them.

use super::small::Talk;
use super::wish::Wish;
use super::words;
use crate::deposit::{MIN_TICKET, proof_words, sounds_like_proof};
use crate::habit::command::HabitCommand;
use crate::meaning::{Command, OrdersQuery, ReportKind};
use crate::network::command::{NetworkCommand, TransferRef};
use crate::read::{Atom, Cursor, DateArg, NamedAs, PriceFilter, Target, Typed, amount, destination, nominal};
use crate::receipt::command::ReceiptOf;
use konter_core::destination::Destination;
use konter_core::money::Rupiah;

const HOW: &str = "cara caranya carane gimana gmn gmana gimna bagaimana bgmn bgaimana how bingung pake pakai makenya menu \
        format formatnya panduan petunjuk bantu bantuan help tutorial contoh";
const HOW_MUCH: &str = "berapa brp brapa brpa bpr berapaan brpan berapakah much how";
const FILLER: &str = "rb ribu k sisa sisanya cek ck check chek ngecek lihat liat lht lihatin tau tahu info infonya tinggal tgl \
        ada masih msh kah yg yang di ini itu akun dari sih nya ku kok kira kira2 untuk utk buat dengan sama dan \
        what is left much how show today now list daftar dftr lagi pada semua smua lengkap terbaru update new apa \
        aja jadi totalnya total jumlah dulu dlu kalau kalo klo mana gimana terakhir trakhir tadi td barusan hari \
        hr kemarin kmrn bisa bs boleh gw kasih kirim kirimin share ready redi produk jual jualan";
const PRICE: &str = "harga harganya hrg hrga hargae rega pricelist price prices tarif daftarharga listharga pl";
const LOST: &str = "lupa lupaa lali klupaan kelupaan hilang ilang reset resetin direset apa gatau tau tahu ingat inget \
        terkunci kekunci dikunci keblokir terblokir diblokir salah forgot lost forget locked error gabisa bisa";
const PINS: &str = "pin pinnya pinku pinny sandi password lupapin";
const NOT: &str = "belum blm blom blum lom lum belom tidak tdk tak ga gak gk nggak ngga enggak engga kagak ndak kok koq kq \
        mana lama not gada where hasn't still dimana durung kapan lamaa";
const ARRIVED: &str = "masuk msk masok masuknya masuk2 nyampe sampai sampe smpe terkirim kekirim terisi keisi nambah bertambah \
        keluar kluar muncul datang dtg dateng berhasil diterima received arrived come arrive mlebu diproses \
        sukses in ngisi";
/// Complaints in themselves.
const STUCK: &str = "nyangkut pending pendng stuck gagal ggl kepotong kepotongan terpotong kesedot refund berkurang kurang \
        lemot delay nyantol failed fail eror error kembar";
const GOODS: &str = "pulsa pulsanya token tokennya tokenku paket paketnya kuota kuotanya trx transaksi transaksinya trxnya sn \
        snnya orderan order orderannya isian voucher pesanan pesananku transaksiku data listrik stroom strum";
const MONEY: &str =
    "saldo saldonya deposit depo deponya depositnya transfer tf trf tranfer transferan tfan uang duit topup";
const WRONG: &str = "nomor nomer no nmr nomornya kirim isi ngisi tujuan ketik input orang pencet tulis order beli number pilih \
        produk kode nominal";
const RECEIPT: &str = "struk struknya nota notanya resi kwitansi cetak print setruk receipt";
const UNDO: &str = "batal batalin batalkan dibatalkan dibatalin membatalkan cancel cancle cancelin dicancel gajadi urungkan \
        stop undo refund";

/// Words that may stand in a question without changing what it asks.
pub(super) fn is_filler(word: &str) -> bool {
    let plain = words::plain(word);
    words::is_courtesy(word) || words::is_in(HOW_MUCH, &plain) || words::is_in(FILLER, &plain)
}

pub(super) fn is_price(word: &str) -> bool {
    words::is_in(PRICE, &words::plain(word))
}

struct Heard<'a> {
    said: Cursor<'a>,
    words: Vec<String>,
    /// Some atom has a digit.
    counts: bool,
}

impl Heard<'_> {
    fn has(&self, list: &str) -> bool {
        self.words.iter().any(|word| words::is_in(list, word))
    }

    /// Whether nothing but these, and words that change nothing, stands in it.
    fn only(&self, lists: &[&str]) -> bool {
        self.words.iter().all(|word| is_filler(word) || lists.iter().any(|list| words::is_in(list, word)))
    }

    fn first(&self) -> &str {
        self.words.iter().find(|word| !words::is_courtesy(word)).map_or("", String::as_str)
    }

    fn phrase(&self, phrases: &[&str]) -> bool {
        let text = format!(" {} ", self.words.join(" "));
        phrases.iter().any(|phrase| text.contains(&format!(" {phrase} ")))
    }

    /// The number that is spoken of.
    fn dest(&self) -> Option<String> {
        const FEWEST: usize = 9; // fewer may be a PIN, a day or a sum
        (0..self.said.atoms.len()).find_map(|at| {
            let here = self.said.atoms.get(at..)?;
            let found = destination::targets(None, here, false);
            found.into_iter().rev().find_map(|(target, _)| match target {
                Target::Good(dest @ (Destination::Phone(_) | Destination::Customer(_)))
                    if dest.as_str().len() >= FEWEST =>
                {
                    Some(dest.to_string())
                }
                _ => None,
            })
        })
    }

    fn sum(&self) -> Option<Rupiah> {
        (0..self.said.atoms.len()).find_map(|at| {
            let mut here = self.said.over(self.said.atoms.get(at..)?);
            amount::take(&mut here).ok().filter(|sum| *sum >= Rupiah::new(MIN_TICKET))
        })
    }
}

pub(super) fn read(said: Cursor<'_>) -> Option<Command> {
    let letters = |atom: &Atom<'_>| atom.text.chars().any(char::is_alphabetic);
    let word = |atom: &Atom<'_>| words::plain(atom.text.trim_matches(|c: char| !c.is_alphanumeric()));
    let heard = Heard {
        said,
        words: said.atoms.iter().filter(|atom| letters(atom)).map(word).collect(),
        counts: said.atoms.iter().any(|atom| atom.text.bytes().any(|b| b.is_ascii_digit())),
    };
    let order: [fn(&Heard<'_>) -> Option<Command>; 16] = [
        pin,
        money_not_in,
        shrunk,
        wrong_transfer,
        undo,
        not_arrived,
        proof,
        prices,
        balance,
        report,
        deposit,
        receipt,
        repeat,
        admin,
        join,
        orders,
    ];
    order.into_iter().find_map(|ask| ask(&heard)).or_else(|| help(&heard))
}

fn pin(heard: &Heard<'_>) -> Option<Command> {
    if !heard.has(PINS) || heard.counts {
        return None;
    }
    if heard.has("ganti gantii ubah rubah change ngganti mengganti") {
        return Some(Command::Help { topic: Some("PIN".to_owned()) });
    }
    (heard.has(LOST) || heard.has(NOT)).then_some(Command::Talk(Talk::LostPin))
}

fn money_not_in(heard: &Heard<'_>) -> Option<Command> {
    let late = heard.has(MONEY) && heard.has(NOT) && heard.has(ARRIVED);
    (late && !heard.has(GOODS) && heard.dest().is_none()).then_some(Command::Talk(Talk::MoneyNotIn))
}

/// `kok saldo saya berkurang`: what it went for stands in the statement.
fn shrunk(heard: &Heard<'_>) -> Option<Command> {
    let less = heard.has("berkurang kurang kepotong terpotong kesedot habis susut menyusut");
    let of_balance = heard.words.iter().any(|word| words::is_balance(word));
    let statement = Command::Report { kind: ReportKind::Statement, date: None, pin: None };
    (less && of_balance && !heard.has(GOODS) && !heard.counts).then_some(statement)
}

/// `salah transfer`: balance that went to the wrong downline. A wrong number or code is an order's.
fn wrong_transfer(heard: &Heard<'_>) -> Option<Command> {
    const SENT: &str = "transfer tf trf tranfer transferan saldo saldonya";
    const WHOM: &str = "kirim ngirim kekirim orang akun agen downline tujuan";
    let wrong = heard.has("salah slh keliru kliru wrong") && heard.has(SENT);
    let asked = NetworkCommand::TakeBack { of: TransferRef::Latest, pin: None };
    let only = heard.only(&["salah slh keliru kliru wrong", SENT, WHOM, UNDO]);
    (wrong && only && !heard.counts).then_some(Command::Network(asked))
}

fn undo(heard: &Heard<'_>) -> Option<Command> {
    let wrong = heard.has("salah slh keliru kliru wrong") && heard.has(WRONG);
    let unwanted = heard.has(UNDO)
        || words::is_in("jangan jgn jng", heard.first())
        || heard.phrase(&[
            "ga jadi",
            "gak jadi",
            "nggak jadi",
            "ngga jadi",
            "tidak jadi",
            "tdk jadi",
            "gk jadi",
            "g jadi",
            "ndak jadi",
            "jangan jadi",
            "jangan dikirim",
            "jangan diproses",
            "jgn diproses",
            "jangan dulu",
            "jgn dulu",
        ]);
    (wrong || unwanted).then(|| Command::Talk(Talk::Undo { dest: heard.dest() }))
}

fn not_arrived(heard: &Heard<'_>) -> Option<Command> {
    let asks = heard.said.text.contains('?') && heard.has("udah sudah sdh udh dah");
    let late = (heard.has(NOT) || asks) && heard.has(ARRIVED);
    let stuck = heard.has(STUCK)
        && (heard.has(GOODS)
            || heard.has(NOT)
            || heard.has(MONEY)
            || heard.has("kenapa knp knapa gimana gmn kok why masih msh")
            || heard.dest().is_some()
            || heard.only(&[STUCK]));
    let asked = heard.has(GOODS)
        && heard.has("mana gimana gmn bagaimana kapan kemana where lama nasib kabar")
        && !heard.has("cara caranya harga format formatnya");
    let serial = !heard.has(RECEIPT)
        && heard.has("sn snnya tokennya")
        && (heard.has("minta mnta mana kirim tolong belum blm kosong") || heard.only(&["sn snnya tokennya"]));
    (late || stuck || asked || serial).then(|| Command::Talk(Talk::NotArrived { dest: heard.dest() }))
}

fn proof(heard: &Heard<'_>) -> Option<Command> {
    let text = heard.said.text;
    (sounds_like_proof(text) && heard.dest().is_none())
        .then(|| Command::Proof { text: Typed::whole(&proof_words(text)), pin: None })
}

/// What a question about prices names.
#[derive(Default)]
struct Named {
    codes: Vec<PriceFilter>,
    brand: Option<&'static str>,
    sort: Option<words::Sort>,
    nominal: Option<Rupiah>,
    /// What else may be a category.
    others: Vec<PriceFilter>,
}

impl Named {
    fn read(heard: &Heard<'_>) -> Self {
        const LONGEST_CODE: usize = 10;
        let mut named = Self::default();
        for atom in heard.said.atoms {
            let text = atom.text.trim_matches(|c: char| !c.is_alphanumeric());
            let has = |is: fn(&u8) -> bool| text.bytes().any(|b| is(&b));
            let is_sold = |code| (heard.said.context.kinds)(&code, NamedAs::Code).is_some();
            let is_code = text.parse().is_ok_and(is_sold)
                || (has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) && text.len() <= LONGEST_CODE);
            let begins = text.starts_with(|c: char| c.is_ascii_digit());
            let with_unit = begins.then(|| amount::read(text, false).ok()).flatten();
            let sum = nominal(&Atom { text, ..*atom }).or_else(|| with_unit.filter(|sum| sum.get() >= MIN_TICKET));
            let is_code = is_code && sum.is_none();
            let changes_nothing = text.is_empty()
                || atom.is_digits()
                || is_filler(text)
                || is_price(text)
                || words::is_ordering(text)
                || words::is_balance(text);
            if is_code {
                named.codes.push(PriceFilter::Word(text.to_uppercase()));
            } else if let Some(brand) = words::brand(text) {
                named.brand = Some(brand);
            } else if let Some(sort) = words::sort(text) {
                named.sort = Some(if named.sort == Some(words::Sort::Token) { words::Sort::Token } else { sort });
            } else if let Some(sum) = sum {
                named.nominal = Some(sum);
            } else if !changes_nothing {
                named.others.push(PriceFilter::Word(text.to_uppercase()));
            }
        }
        named
    }

    const fn is_something(&self) -> bool {
        !self.codes.is_empty() || self.brand.is_some() || self.sort.is_some() || self.nominal.is_some()
    }

    /// One thing by its sort and operator is a wish, whose price is shown with it; all else is a price list.
    fn command(self) -> Command {
        let Self { mut codes, brand, sort, nominal, mut others } = self;
        let narrowed = brand.is_some() && (nominal.is_some() || sort == Some(words::Sort::Data));
        if codes.is_empty() && others.is_empty() && narrowed {
            return Command::Wish(Wish { brand: brand.map(str::to_owned), sort, nominal, ..Wish::default() });
        }
        codes.extend(brand.map(|brand| PriceFilter::Word(brand.to_uppercase())));
        codes.extend(match sort {
            Some(words::Sort::Token) => Some(PriceFilter::Word("TOKEN".to_owned())),
            Some(words::Sort::Data) => Some(PriceFilter::Word("DATA".to_owned())),
            Some(words::Sort::Credit) | None => None,
        });
        codes.append(&mut others);
        if codes.is_empty() {
            codes.extend(nominal.map(PriceFilter::Nominal));
        }
        Command::Prices { filters: codes }
    }
}

fn prices(heard: &Heard<'_>) -> Option<Command> {
    const SOLD: &str = "ready redi ada jual tersedia kosong aman";
    if heard.dest().is_some() {
        return None;
    }
    let named = Named::read(heard);
    let how_much = heard.has(HOW_MUCH) && !heard.words.iter().any(|word| words::is_balance(word));
    let meant = heard.has(PRICE) || (named.others.is_empty() && named.is_something() && (how_much || heard.has(SOLD)));
    // `jual harga …` sets one's own.
    (meant && !(heard.has(PRICE) && heard.has("jual"))).then(|| named.command())
}

fn balance(heard: &Heard<'_>) -> Option<Command> {
    let named = heard.words.iter().any(|word| words::is_balance(word));
    let only = heard.words.iter().all(|word| words::is_balance(word) || is_filler(word));
    let wants_more = heard.has("isi tambah topup minta mau kirim nambah")
        && !heard.has("cek ck lihat liat info tau tahu sisa berapa brp");
    (named && only && !heard.counts && !wants_more).then_some(Command::Balance { pin: None })
}

fn report(heard: &Heard<'_>) -> Option<Command> {
    const SALES: &str = "rekap rekapan rekapnya rkp laporan lap omset omzet penjualan pnjualan pendapatan jualan untung laba \
        keuntungan profit sales";
    const LINES: &str = "mutasi mutasinya mutasian";
    const DAYS: &str =
        "hari ini hr kemarin kmrn kmaren kemaren today yesterday tadi harian sekarang saldo transaksi trx";
    let kind = if heard.has(LINES) {
        ReportKind::Statement
    } else if heard.has(SALES) {
        ReportKind::Sales
    } else {
        return None;
    };
    if heard.counts || !heard.only(&[SALES, LINES, DAYS]) {
        return None;
    }
    let yesterday = heard.has("kemarin kmrn kmaren kemaren yesterday");
    Some(Command::Report { kind, date: yesterday.then_some(DateArg::Yesterday), pin: None })
}

fn deposit(heard: &Heard<'_>) -> Option<Command> {
    const BALANCE: &str = "saldo deposit depo dep saldonya depositnya";
    const MORE: &str = "isi ngisi tambah nambah tambahin topup top mau cara caranya gimana gmn bagaimana minta beli isiin add how \
        deposit depo bayar";
    const ACCOUNT: &str = "rek rekening norek rekeningnya reknya noreknya";
    const REST: &str =
        "up no nomor nomer rb ribu jt juta k rp tf transfer ke bank toko sebesar senilai bca bri bni mandiri bsi";
    if heard.dest().is_some() || heard.words.iter().any(|word| words::is_wallet(word)) {
        return None;
    }
    let more = heard.has(BALANCE) && heard.has(MORE);
    let account = heard.has(ACCOUNT)
        || heard.phrase(&[
            "transfer kemana",
            "tf kemana",
            "transfer ke mana",
            "tf ke mana",
            "bayar kemana",
            "bayar ke mana",
        ]);
    let words_fit = heard.words.iter().all(|word| {
        let is_sum = word.starts_with(|c: char| c.is_ascii_digit()) || word.starts_with("rp");
        is_sum
            || is_filler(word)
            || [BALANCE, MORE, ACCOUNT, REST].iter().any(|list| words::is_in(list, word))
            || word == "kemana"
    });
    ((more || account) && words_fit).then(|| Command::Deposit {
        amount: heard.sum().filter(|_| more),
        bank: None,
        pin: None,
    })
}

fn receipt(heard: &Heard<'_>) -> Option<Command> {
    const REST: &str = "token tokennya pulsa listrik trx transaksi buatin bikin bikinin";
    (heard.has(RECEIPT) && !heard.counts && heard.only(&[RECEIPT, REST]))
        .then_some(Command::Receipt { of: ReceiptOf::Latest, price: None })
}

fn repeat(heard: &Heard<'_>) -> Option<Command> {
    const AGAIN: &str = "ulang ulangi ulangin diulang again repeat";
    const REST: &str = "isi isiin order beli trx transaksi kayak seperti sekali orderan";
    let again =
        heard.has(AGAIN) || (heard.has("lagi") && heard.has("isi isiin order sekali beli")) || heard.first() == "lagi";
    let only = heard.words.iter().all(|word| words::is_in(AGAIN, word) || words::is_in(REST, word) || is_filler(word));
    (again && only && !heard.counts).then_some(Command::Habit(HabitCommand::Repeat))
}

fn admin(heard: &Heard<'_>) -> Option<Command> {
    const REACH: &str = "hubungi kontak contact ngomong bicara ngobrol telpon telepon tlp wa whatsapp chat sambungkan nomor nomer \
        no komplain complain komplen lapor ngadu panggil";
    let person = heard.has("admin min cs owner operator adminnya ownernya pemilik orang manusia");
    let complains = heard.first().starts_with("kompl") || heard.has("komplain complain komplen");
    (((heard.has(REACH) && person) || complains) && !heard.counts).then_some(Command::Talk(Talk::WantsAdmin))
}

fn join(heard: &Heard<'_>) -> Option<Command> {
    const JOIN: &str = "daftar daftarin dftar gabung bergabung join registrasi register mendaftar ndaftar regis";
    let becomes = heard.has("jadi menjadi") && heard.has("agen reseller member mitra downline seller anggota");
    let wants = heard.has(JOIN) && !heard.has(PRICE) && !heard.has("produk kode nomor downline");
    ((wants || becomes) && !heard.counts).then_some(Command::Talk(Talk::WantsToJoin))
}

fn orders(heard: &Heard<'_>) -> Option<Command> {
    const ORDERS: &str =
        "transaksi trx trxku transaksiku riwayat history histori status statusnya orderan pesanan orderanku";
    const REST: &str = "saya ini hari pulsa token order nomor ke no";
    if !(heard.has(ORDERS) || (heard.first() == "cek" && heard.dest().is_some())) || !heard.only(&[ORDERS, REST]) {
        return None;
    }
    let dest = heard.dest();
    if heard.counts && dest.is_none() {
        return None;
    }
    let yesterday = heard.has("kemarin kmrn").then_some(DateArg::Yesterday);
    Some(Command::Orders(OrdersQuery { dest, date: yesterday, ..OrdersQuery::default() }))
}

fn help(heard: &Heard<'_>) -> Option<Command> {
    (heard.has(HOW) && !heard.counts && heard.dest().is_none()).then_some(Command::Help { topic: None })
}
