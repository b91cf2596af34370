//! Questions and complaints, as people type them.

use super::second_thoughts::is_bare_no;
use super::signals::{ALREADY, CALL_OFF, COMES_TRUE, DO_NOT, FIRST, GIVEN_UP, MISTAKEN, NO, NOT_YET, YESTERDAY};
use super::small::Talk;
use super::wish::Wish;
use super::words;
use super::{about, account, below, prices, quantity, services, slips};
use crate::deposit::{MIN_TICKET, proof_words, sounds_like_proof};
use crate::meaning::{Command, OrdersQuery, ReportKind};
use crate::network::command::NetworkCommand;
use crate::preference::command::PreferenceCommand;
use crate::read::{Atom, Cursor, DateArg, NEW_PIN_DIGITS, Target, Typed, date, destination};
use crate::receipt::command::ReceiptOf;
use konter_core::destination::Destination;
use konter_core::money::Rupiah;

pub(super) const HOW: &str = "cara caranya carane piye kumaha fitur fiturnya gimana gmn gmana gimna bagaimana bgmn \
    bgaimana how \
    bingung pake pakai makenya menu format formatnya panduan petunjuk bantu bantuan help tutorial contoh";
pub(super) const HOW_MUCH: &str = "berapa brp brapa brpa bpr berapaan brpan berapakah berape piro piroan pinten sabaraha barapo \
    pira sabarahaan brapaan much how";
const FILLER: &str = "where's murah termurah paling rb ribu k sisa sisanya cek ck check chek ngecek lihat liat lht lihatin tau tahu info infonya \
    tinggal tgl ada masih msh kah yg yang di ini itu akun dari sih nya ku kok kira kira2 untuk utk buat dengan sama \
    dan do you tell give what what's whats is left much how show today now list daftar dftr lagi lg pada semua smua \
    lengkap terbaru update new apa aja jadi totalnya total jumlah dulu dlu kalau kalo klo mana gimana terakhir \
    trakhir tadi td barusan hari hr kemarin kmrn bisa bs boleh gw kasih kirim kirimin share ready redi produk jual \
    jualan are your our besok bsk naik turun kapan can have get print 2x 3x";
pub(super) const PRICE: &str = "harga harganya hrg hrga hargae hargane hargana haragnya harge rega regane reganya pricelist price \
    prices tarif daftarharga listharga pl promo promosi diskon discount";
/// Beside what should have come: it has not, or nobody knows.
pub(super) const NOT: &[&str] = &[
    NO,
    NOT_YET,
    "urung gurung kok koq kq mana lama lamaa not gada hasnt hasn't didn't didnt doesn't never where still dimana kapan",
];
pub(super) const ARRIVED: &str = "got asup mlebu masuk msk masok masuknya masuk2 nyampe sampai sampe smpe terkirim kekirim terisi keisi nambah \
    bertambah keluar kluar muncul datang dtg dateng berhasil diterima received arrived come arrive masup \
        nyampek diproses \
    sukses in ngisi dikirim kekirim kirim2 mlebet lebet nampi";
/// Complaints in themselves.
const STUCK: &str = "nyangkut pending pendng stuck gagal ggl kepotong kepotongan terpotong kesedot refund berkurang \
    kurang lemot delay nyantol failed fail eror error kembar dobel double duplikat";
pub(super) const GOODS: &str = "pulsa pulsanya token tokennya tokenku paket paketnya kuota kuotanya trx transaksi transaksinya \
    trxnya sn snnya orderan order orderannya isian voucher pesanan pesananku transaksiku data listrik stroom strum";
const MONEY: &str = "saldo saldonya deposit depo deponya depositnya depositku topupan transfer tf trf tranfer \
    transferan tfan uang duit topup";
const WRONG: &str = "harusnya nomor nomer no nmr nomornya kirim isi ngisi tujuan ketik input orang pencet tulis order beli \
    number pilih produk kode nominal amount nomernya nomere nomerku nomorku noku hp angka digit send sent tf";
/// Said of a serial number that does not do what it should.
pub(super) const FAULTY: &str = "salah ditolak error invalid palsu dipakai kepakai terpakai expired kadaluarsa hangus diinput dimasukin dimasukkan gabisa gakbisa gbisa gabs gbs";
/// Pressed without wanting to.
const SLIPPED: &str = "mistake kepencet kepijet kepijit ketekan kepencett keklik kesenggol ketriger";
const RECEIPT: &str =
    "struk struknya strk strook nota notanya resi kwitansi kwitansinya kuitansi cetak print setruk receipt";
pub(super) const UNDO: &[&str] =
    &[CALL_OFF, GIVEN_UP, "dibatalkan dibatalin membatalkan dicancel cancelled refund direfund refunded"];

/// Words that may stand in a question without changing what it asks.
pub(super) fn is_filler(word: &str) -> bool {
    let plain = words::plain(word);
    words::is_courtesy(word) || words::is_in(HOW_MUCH, &plain) || words::is_in(FILLER, &plain)
}

pub(super) fn is_price(word: &str) -> bool {
    let plain = words::plain(word);
    words::is_in(PRICE, &plain) || words::is_drawn_out(PRICE, &plain)
}

pub(super) struct Heard<'a> {
    pub(super) said: Cursor<'a>,
    pub(super) words: Vec<String>,
    /// Some atom has a digit.
    pub(super) counts: bool,
}

impl<'a> Heard<'a> {
    pub(super) fn of(said: Cursor<'a>) -> Self {
        let letters = |atom: &Atom<'_>| atom.text.chars().any(char::is_alphabetic);
        let word = |atom: &Atom<'_>| words::plain(atom.text.trim_matches(|c: char| !c.is_alphanumeric()));
        Self {
            said,
            words: said.atoms.iter().filter(|atom| letters(atom)).map(word).collect(),
            counts: said.atoms.iter().any(|atom| atom.text.bytes().any(|b| b.is_ascii_digit())),
        }
    }

    pub(super) fn has(&self, list: &str) -> bool {
        self.words.iter().any(|word| words::is_in(list, word) || words::is_drawn_out(list, word))
    }

    pub(super) fn has_any(&self, lists: &[&str]) -> bool {
        lists.iter().any(|list| self.has(list))
    }

    /// Whether nothing but these, and words that change nothing, stands in it.
    pub(super) fn only(&self, lists: &[&str]) -> bool {
        self.words.iter().all(|word| is_filler(word) || lists.iter().any(|list| words::is_in(list, word)))
    }

    pub(super) fn first(&self) -> &str {
        self.words.iter().find(|word| !words::is_courtesy(word)).map_or("", String::as_str)
    }

    /// Whether one of these stands in it, word for word: `apa ini|ini apa`.
    pub(super) fn phrase(&self, phrases: &str) -> bool {
        let text = format!(" {} ", self.words.join(" "));
        phrases.split('|').any(|phrase| text.contains(&format!(" {phrase} ")))
    }

    /// The number that is spoken of.
    pub(super) fn dest(&self) -> Option<String> {
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

    pub(super) fn sum(&self) -> Option<Rupiah> {
        words::sums(self.said).into_iter().find(|sum| *sum >= Rupiah::new(MIN_TICKET))
    }
}

pub(super) fn read(said: Cursor<'_>) -> Option<Command> {
    let heard = Heard::of(said);
    let order: [fn(&Heard<'_>) -> Option<Command>; 28] = [
        account::pin,
        account::lost,
        account::language,
        account::who_am_i,
        about::order,
        prices::disturbance,
        about::bill,
        services::alone,
        below::read,
        drop_ticket,
        money_not_in,
        shrunk,
        below::wrong_transfer,
        undo,
        not_arrived,
        about::shop,
        proof,
        prices::changes,
        prices::read,
        balance,
        report,
        deposit,
        below::transfer_to_a_name,
        receipt,
        repeat,
        admin,
        join,
        orders,
    ];
    order.into_iter().find_map(|ask| ask(&heard)).or_else(|| help(&heard))
}

/// `batal tiket`
fn drop_ticket(heard: &Heard<'_>) -> Option<Command> {
    let ticket = heard.has("tiket tiketnya ticket deposit depo topup") && !heard.has(GOODS);
    (ticket && heard.has_any(UNDO) && heard.dest().is_none()).then_some(Command::Talk(Talk::DropTicket))
}

fn money_not_in(heard: &Heard<'_>) -> Option<Command> {
    let sought =
        heard.has("mana where") && heard.has("deposit depositku depositnya topup topupan") && heard.only(&[MONEY]);
    let late = (heard.has(MONEY) && (not_yet(heard) || heard.has("ditolak"))) || sought;
    // Who wants it back paid for something.
    let wants_back = heard.has("balikin balikkan kembalikan kembaliin refund");
    (late && !wants_back && !heard.has(GOODS) && heard.dest().is_none()).then_some(Command::Talk(Talk::MoneyNotIn))
}

/// `riwayat saldo`, `kok saldo saya berkurang`: what it went for stands in the statement.
fn shrunk(heard: &Heard<'_>) -> Option<Command> {
    let less = heard.has(
        "berkurang kurang kepotong terpotong kesedot habis susut menyusut hilang ilang raib lenyap ludes less missing \
        segini segitu",
    );
    let of_balance = heard.words.iter().any(|word| words::is_balance(word)) || heard.has("uang duit duwit money");
    let statement = Command::Report { kind: ReportKind::Statement, date: None, pin: None };
    if heard.has("riwayat history histori statement") && (of_balance || heard.has("statement")) && !heard.counts {
        return Some(statement);
    }
    // `siapa yg saldonya mau habis`
    if less && of_balance && heard.has("siapa sapa") {
        return Some(Command::Network(NetworkCommand::Downlines { page: 1, pin: None }));
    }
    (less && of_balance && !heard.has(GOODS) && heard.dest().is_none()).then_some(statement)
}

fn undo(heard: &Heard<'_>) -> Option<Command> {
    let wrong = (heard.has(MISTAKEN) && heard.has(WRONG)) || heard.has(SLIPPED);
    let beside = |one: &[&str], two: &str| {
        let has = |word: &str| one.iter().any(|list| words::is_in(list, word));
        heard.words.windows(2).any(|pair| matches!(pair, [a, b] if has(a) && words::is_in(two, b)))
    };
    // `ga jadi`, `jangan dikirim`; but `jangan lupa` asks for it.
    let denied = beside(&[NO, DO_NOT], COMES_TRUE)
        || beside(&[NO, DO_NOT], "usah")
        || beside(&[DO_NOT], &format!("dikirim diproses isi deh deng ya {FIRST}"));
    let unwanted = heard.has_any(UNDO)
        || denied
        || words::is_in(DO_NOT, heard.first())
        || (heard.words.len() <= 3 && heard.has(DO_NOT))
        || heard.phrase("never mind|forget it|don't send|dont send|do not send|don't buy");
    // `eh jangan yg barusan`
    let unwanted = unwanted || (heard.has(DO_NOT) && !heard.counts && is_bare_no(heard.said.text));
    // `harusnya 0812…`: nothing went there.
    let is_the_right_one = heard.has("harusnya seharusnya mestinya") && heard.only_number().is_some();
    (wrong || unwanted).then(|| Command::Talk(Talk::Undo { dest: heard.dest().filter(|_| !is_the_right_one) }))
}

/// `belum masuk`; in Sundanese `can asup`, whose first word is an English one too.
fn not_yet(heard: &Heard<'_>) -> bool {
    (heard.has_any(NOT) && heard.has(ARRIVED)) || heard.phrase("can asup|can lebet|can nepi|can dugi")
}

fn not_arrived(heard: &Heard<'_>) -> Option<Command> {
    let asks =
        heard.has(ALREADY) && (heard.said.text.contains('?') || (heard.has("apakah apa") && heard.dest().is_some()));
    let in_english = words::is_in("has have did is", heard.first()) && heard.has(GOODS);
    // A reply of the shop's own that was pasted.
    let reported = heard.has("sukses gagal") && heard.has("sn saldo harga trx") && heard.dest().is_some();
    let late = not_yet(heard) || ((asks || in_english) && heard.has(ARRIVED)) || reported;
    let stuck = heard.has(STUCK)
        && (heard.has(GOODS)
            || heard.has_any(NOT)
            || heard.has(MONEY)
            || heard.has("kenapa knp knapa gimana gmn kok why masih msh mulu melulu terus trus trs daritadi sejam")
            || heard.dest().is_some()
            || heard.only(&[STUCK]));
    let asked = heard.has(GOODS)
        && heard.has("mana gimana gmn bagaimana kapan kemana where lama nasib kabar")
        && !heard.has("cara caranya harga format formatnya");
    let serial = !heard.has(RECEIPT)
        && heard.has("sn snnya tokennya serial")
        && (heard.has("minta mnta mana where kirim tolong belum blm kosong palsu salah invalid")
            || heard.only(&["sn snnya tokennya"]));
    // `token ga bisa dipakai`, `sn nya ga valid`
    let is_faulty = heard.has("sn snnya token tokennya serial kode kodenya voucher vouchernya")
        && (heard.has(FAULTY) || (heard.has(NO) && heard.has("bisa bs dipakai valid kebaca terbaca")))
        && !heard.has(PRICE)
        && !heard.has(HOW_MUCH)
        && !heard.has("beli isi order mau produk pin format");
    // `token 20 nomornya berapa`, `kode tokennya berapa`
    let number_of_a_token = heard.has("token tokennya tokn listrik strum stroom")
        && (heard.has("nomornya nomernya kodenya angkanya snnya")
            || heard.phrase(
                "nomor token|nomor tokennya|kode token|kode tokennya|no token|no tokennya|angka token|angka tokennya",
            ))
        && heard.has(HOW_MUCH)
        && !heard.has(PRICE);
    let waits = heard.phrase(
        "kok lama|lama banget|lama bgt|lama amat|lama sekali|lama ya|lama nih|masih nunggu|\
            masih menunggu|still waiting|lama kali|lama bener",
    ) || (heard.has("masih msh still")
        && heard.has("proses prosesnya diproses berjalan jalan otw processing"))
        || (heard.has(ALREADY) && heard.has("jam menit") && heard.has("mana kok masih nunggu ini"))
        || (heard.has("lama lamaa lelet lemot")
            && heard.only(&["lama lamaa lelet lemot banget bgt amat bot sistem server"]));
    // `yang tadi udah belum?`
    let done_or_not = heard.has(ALREADY)
        && heard.has(NOT_YET)
        && heard.only(&[GOODS, ARRIVED, ALREADY, NOT_YET])
        && (heard.has(GOODS) || heard.has("tadi td barusan"));
    // `kirim ulang token yg tadi`
    let sent_again_of = heard.has("ulang ulangi ulangin")
        && heard.has("kirim kirimin kirimkan")
        && heard.has(GOODS)
        && heard.has("tadi td barusan kemarin")
        && !heard.counts;
    // `kirim ulang aja ke 0812…`: whether it has come stands before that.
    let sent_again = heard.has("ulang ulangi ulangin")
        && heard.only(&["kirim kirimin kirimkan proses ulang ulangi ulangin ke nomor"])
        && heard.only_number().is_some();
    // `pulsanya belum`
    let yet = heard.has(GOODS) && heard.has(NOT_YET) && heard.only(&[&[GOODS], NOT].concat());
    (late
        || yet
        || done_or_not
        || sent_again
        || sent_again_of
        || stuck
        || asked
        || serial
        || is_faulty
        || number_of_a_token
        || (waits && !heard.has(MONEY)))
    .then(|| Command::Talk(Talk::NotArrived { dest: heard.dest() }))
}

fn proof(heard: &Heard<'_>) -> Option<Command> {
    let text = heard.said.text;
    // `makasih udah transfer` thanks for one that was received.
    if heard.words.first().is_some_and(|word| words::is_thanks(word)) && !heard.counts && sounds_like_proof(text) {
        return Some(Command::Talk(Talk::Thanks));
    }
    // `tr KR0002 10800 kalo dia udah bayar` is to send something.
    let sends = heard.only_agent().is_some() && super::says_send(text);
    (sounds_like_proof(text) && heard.dest().is_none() && !sends)
        .then(|| Command::Proof { text: Typed::whole(&proof_words(text)), pin: None })
}

fn is_figure(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
}

/// `Saldo 89.500`, `saldo tinggal 1500`: what there is. A sum as it is asked for is a wish for more: `saldo 100 rb`, `saldo 100k`.
fn tells_a_balance(heard: &Heard<'_>) -> bool {
    let is_asked_for =
        |word: &String| !is_figure(word) && (words::is_number(word) || word.starts_with(|c: char| c.is_ascii_digit()));
    heard.has("saldo saldonya balance")
        && !heard.has("deposit depo dep depositnya setor nyetor setoran rb ribu k jt juta")
        && !heard.words.iter().any(is_asked_for)
}

/// `min deposit berapa`: how little may be paid in.
fn asks_the_least(heard: &Heard<'_>) -> bool {
    heard.has("minimal minimum paling minim min.")
        || heard
            .words
            .windows(2)
            .any(|pair| matches!(pair, [min, what] if min == "min" && words::is_in("deposit depo dep topup isi", what)))
}

/// To be told the balance does no harm: whoever asks for it may say more beside.
fn balance(heard: &Heard<'_>) -> Option<Command> {
    const MOST_STRANGERS: usize = 3;
    const MONEY: &str = "deposit depo depositku uang duit duwit money";
    const ASKED: &str = "cek ck check lihat liat info infokan infoin tau tahu sisa sisanya kantun cekin cekno tinggal tgl left remaining \
        remain masih msh have";
    let named = heard.words.iter().any(|word| words::is_balance(word));
    let is_asked = heard.has(ASKED) || heard.has(HOW_MUCH);
    // `duit saya tinggal berapa`
    let money = heard.has(MONEY) && heard.has("sisa sisanya tinggal tgl left berapa brp cek");
    let is_known = |word: &&String| words::is_balance(word) || is_filler(word) || words::is_in(MONEY, word);
    let strangers = heard.words.iter().filter(|word| !is_known(word)).count();
    let wants_more = heard.has("isi tambah topup minta mau kirim nambah top add")
        && !(heard.has(ASKED) || heard.has("berapa brp brapa piro much"));
    let about_something_else = heard.has(GOODS)
        || heard.words.iter().any(|word| words::is_wallet(word))
        || heard.has("downline agen minimal min.");
    // `siti saldonya berapa`
    let of_somebody = heard.has("saldonya sisanya") && heard.words.first().is_some_and(|word| !is_known(&word));
    if of_somebody && named && is_asked && strangers == 1 && !heard.counts && !about_something_else {
        return Some(Command::Network(NetworkCommand::Downlines { page: 1, pin: None }));
    }
    let is_one = (named && strangers == 0)
        || ((named || money) && is_asked && strangers <= MOST_STRANGERS && !about_something_else);
    // `kenapa saldo saya 0`
    let counts = heard.said.atoms.iter().any(|atom| atom.text != "0" && atom.text.bytes().any(|b| b.is_ascii_digit()));
    if heard.has("deposit depo dep topup") && heard.has(HOW_MUCH) && asks_the_least(heard) && !heard.counts {
        return Some(Command::Deposit { amount: None, bank: None, pin: None });
    }
    let is_told = tells_a_balance(heard) && heard.words.iter().all(|word| is_known(&word) || is_figure(word));
    ((is_one && !counts || is_told) && !wants_more).then_some(Command::Balance { pin: None })
}

fn report(heard: &Heard<'_>) -> Option<Command> {
    const SALES: &str = "rekap rekapan rekapnya rkp laporan lap omset omzet penjualan pnjualan pendapatan jualan \
        untung laba keuntungan profit report reports recap revenue sales sold terjual laku lakunya";
    const LINES: &str = "mutasi mutasinya mutasian mts";
    const DAYS: &str = "hari ini hr kemarin kmrn kmaren kemaren today today's yesterday yesterday's tadi harian \
        sekarang dapet dapat dpt saldo transaksi trx bulan bln bulanan minggu mggu mingguan pekan month month's monthly week weekly \
        this last lalu lewat kemaren tgl tanggal tg terakhir belakangan";
    let kind = if heard.has(LINES) {
        ReportKind::Statement
    } else if heard.has(SALES) {
        ReportKind::Sales
    } else {
        return None;
    };
    // `omset tgl 5`: nothing but the day may count, or name a month.
    let day = (0..heard.said.atoms.len()).find_map(|at| date::named(heard.said.atoms.get(at..)?));
    let fits = |word: &String| {
        date::is_month(word)
            || is_filler(word)
            || words::is_in(SALES, word)
            || words::is_in(LINES, word)
            || words::is_in(DAYS, word)
    };
    let days = heard.counted().count();
    if days > usize::from(day.is_some()) || !heard.words.iter().all(fits) {
        return None;
    }
    Some(Command::Report { kind, date: day.map(|(day, _)| day).or_else(|| days_spoken_of(heard)), pin: None })
}

/// `bulan ini`, `bulan lalu`, `minggu ini`, `kemarin`; `None` is today.
fn days_spoken_of(heard: &Heard<'_>) -> Option<DateArg> {
    let before = heard.has(YESTERDAY) || heard.has("yesterday's lalu lewat last");
    if heard.has("bulan bln bulanan month month's monthly") {
        return Some(if before { DateArg::LastMonth } else { DateArg::ThisMonth });
    }
    if heard.has("minggu mggu mingguan pekan week weekly") {
        return Some(if before { DateArg::LastWeek } else { DateArg::ThisWeek });
    }
    before.then_some(DateArg::Yesterday)
}

fn deposit(heard: &Heard<'_>) -> Option<Command> {
    const BALANCE: &str =
        "tiket ticket saldo deposit depo dep saldonya depositnya balance funds uang duit duwit setor nyetor setoran";
    const MORE: &str = "bikin bikinin buatin carane carana piye kumaha bgmn isi ngisi tambah nambah tambahin topup top mau arep bade hoyong pengin cara caranya gimana \
        gmn bagaimana minta beli \
        isiin add how deposit depo bayar can";
    const ACCOUNT: &str = "rek rekening norek rekeningnya reknya noreknya rekeninge";
    const REST: &str = "up no nomor nomer rb ribu jt juta k rp tf trf transfer ke bank toko sebesar senilai bca \
        lewat lwt via pakai pake bri bni mandiri bsi akan mo pengen do where kemana dimana";
    if heard.dest().is_some() || heard.words.iter().any(|word| words::is_wallet(word)) {
        return None;
    }
    // `cara deposit 100rb gimana` asks how, and opens none.
    let asks_how = heard.has("cara caranya carane carana gimana gmn gmana bagaimana bgmn how kumaha piye");
    let sum = heard.sum().filter(|_| !asks_how);
    // `mau tf 100rb`
    let announces = heard.has("mau mo akan pengen mw") && heard.has("tf trf transfer setor bayar") && sum.is_some();
    // `topp up 50000`: a slip begins nothing.
    let slips = |pair: &[String]| matches!(pair, [top, up] if words::is_drawn_out("top", top) && up == "up");
    let is_slip = |word: &String| words::is_drawn_out("topup", word) && word != "topup";
    if let Some(sum) = sum.filter(|_| heard.words.windows(2).any(slips) || heard.words.iter().any(is_slip)) {
        return Some(slips::ticket_meant(sum));
    }
    // `top up 50000`
    let tops_up = heard.phrase("top up") && sum.is_some();
    let more =
        announces || tops_up || (heard.has(BALANCE) && (heard.has(MORE) || (sum.is_some() && !tells_a_balance(heard))));
    let account = heard.has(ACCOUNT)
        || (asks_how && heard.has(BALANCE))
        || heard.phrase(
            "transfer kemana|tf kemana|transfer ke mana|tf ke mana|bayar kemana|bayar ke mana|\
            where do i transfer|where to transfer",
        );
    let words_fit = heard.words.iter().all(|word| {
        let is_sum = word.starts_with(|c: char| c.is_ascii_digit()) || word.starts_with("rp") || words::is_number(word);
        is_sum || is_filler(word) || [BALANCE, MORE, ACCOUNT, REST].iter().any(|list| words::is_in(list, word))
    });
    ((more || account) && words_fit).then(|| Command::Deposit { amount: sum.filter(|_| more), bank: None, pin: None })
}

fn receipt(heard: &Heard<'_>) -> Option<Command> {
    const REST: &str = "token tokennya pulsa listrik trx transaksi buatin bikin bikinin send jual harga";
    if heard.has("bukti") && heard.has("pembelian pembeliannya beli belinya") && !heard.counts {
        return Some(Command::Receipt { of: ReceiptOf::Latest, price: None });
    }
    if !heard.has(RECEIPT) || !heard.only(&[RECEIPT, REST]) {
        return None;
    }
    match heard.dest() {
        // Which of the orders to it, those tell.
        Some(dest) => Some(Command::Orders(OrdersQuery { dest: Some(dest), ..OrdersQuery::default() })),
        None => (!heard.counts).then_some(Command::Receipt { of: ReceiptOf::Latest, price: None }),
    }
}

fn repeat(heard: &Heard<'_>) -> Option<Command> {
    const AGAIN: &str = "ulang ulangi ulangin diulang again repeat baleni";
    const REST: &str = "isi isiin order beli pesan pesen trx transaksi kayak kyk sm kaya seperti sekali orderan same \
        once one ke nomor nomer no kali buah satu dua tiga empat lima x sebelumnya \
        more as before last";
    let again = heard.has(AGAIN)
        || (heard.has("lagi") && heard.has("isi isiin order sekali beli pesan pesen sama"))
        || heard.first() == "lagi"
        || heard.phrase(
            "sm kyk|sama kyk|sm kayak|sama kayak tadi|sama kaya tadi|sama seperti tadi|same as before|\
            once more",
        );
    let only = heard.words.iter().all(|word| words::is_in(AGAIN, word) || words::is_in(REST, word) || is_filler(word));
    // `isi lagi aja yg 0812…`, `lagi ke 0812…`: what there is for that number is shown.
    if again && only {
        let dest = heard.dest().filter(|_| heard.counted().count() <= 2);
        if let Some(dest) = dest.and_then(|dest| destination::destination_alone(&dest)) {
            let held_pin = heard.counted().count() > 1;
            return Some(Command::Wish(Wish { dest: Some(dest), held_pin, ..Wish::default() }));
        }
    }
    // `2 lagi`, `2 lagi 1234`: shown is one, and that it is one.
    let is_counted = heard.counted().filter(|atom| !NEW_PIN_DIGITS.contains(&atom.text.len())).count() <= 1
        && quantity::times_said(heard.said).is_some();
    let again = again || (is_counted && heard.has("lagi lg"));
    (again && only && (!heard.counts || is_counted)).then_some(Command::Preference(PreferenceCommand::Repeat))
}

fn admin(heard: &Heard<'_>) -> Option<Command> {
    // How one may pay here is the shop's to say.
    const WAYS: &str = "qris tunai cash utang ngutang hutang ngebon kasbon tempo";
    const REACH: &str = "hubungi kontak contact ngomong bicara ngobrol telpon telepon tlp wa whatsapp chat sambungkan \
        nomor nomer no komplain complain komplen lapor ngadu panggil butuh perlu cari talk speak reach call human";
    if heard.has(WAYS) && !heard.counts && heard.only(&[WAYS, "bayar byr pakai pake bisa terima cod"]) {
        return Some(Command::Talk(Talk::WantsAdmin));
    }
    let person = heard.has("admin min cs owner operator adminnya ownernya pemilik orang orangnya manusia human person");
    let calls = heard.has("telpon telepon telfon telponan") && heard.dest().is_none();
    let is_sought = (heard.has("adminnya adminny csnya ownernya") && heard.has("mana dimana dmn ada where"))
        || (heard.has("admin cs owner") && heard.has("mana dimana dmn where"))
        || (heard.has("jawab jwb bales balas respon reply answer")
            && heard.only(&["jawab jwb bales balas respon reply answer"]));
    let complains = is_sought || heard.first().starts_with("kompl") || heard.has("komplain complain komplen");
    (((heard.has(REACH) && person)
        || calls
        || complains
        || (heard.has("siapa") && heard.has("admin adminnya owner ownernya")))
        && !heard.counts)
        .then_some(Command::Talk(Talk::WantsAdmin))
}

fn join(heard: &Heard<'_>) -> Option<Command> {
    const BECOMES: &str = "agen reseller member mitra downline seller anggota agent";
    const JOIN: &str = "daftar daftarnya pendaftaran pendaftarannya daftarin dftar gabung bergabung join registrasi \
        register mendaftar ndaftar regis";
    let becomes = heard.has("jadi menjadi become be") && heard.has(BECOMES);
    let wants = (heard.has(JOIN) || heard.phrase("sign up|pengen jualan|mau jualan|pingin jualan"))
        && !heard.has(PRICE)
        && !heard.has("produk kode nomor downline");
    ((wants || becomes) && !heard.counts).then_some(Command::Talk(Talk::WantsToJoin))
}

fn orders(heard: &Heard<'_>) -> Option<Command> {
    const ORDERS: &str = "transaksi trx trxku transaksiku riwayat history histori transaction transactions status \
        statusnya orderan pesanan orderanku";
    const REST: &str = "pembelian saya ini hari pulsa token order orders nomor ke no last latest recent of \
        hp nohp tujuan tujuannya pengisian isian sn nomer yang";
    let latest = heard.has("orders order") && heard.has("last latest recent terakhir trakhir");
    let looks = matches!(heard.first(), "cek" | "check" | "ck" | "lihat");
    // `cek yg tadi`
    let of_before = heard.has("tadi td barusan terakhir trakhir") && !heard.counts;
    if !(heard.has(ORDERS) || latest || (looks && (heard.dest().is_some() || of_before)))
        || !heard.only(&[ORDERS, REST])
    {
        return None;
    }
    let dest = heard.dest();
    if heard.counts && dest.is_none() {
        return None;
    }
    let yesterday = heard.has(YESTERDAY).then_some(DateArg::Yesterday);
    Some(Command::Orders(OrdersQuery { dest, date: yesterday, ..OrdersQuery::default() }))
}

fn help(heard: &Heard<'_>) -> Option<Command> {
    let what_it_does = heard.phrase("bisa apa|bisa ngapain|apa saja yang|what can");
    ((heard.has(HOW) || what_it_does) && !heard.counts && heard.dest().is_none())
        .then_some(Command::Help { topic: None })
}
