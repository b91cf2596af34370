//! Why something is done, behind a command that takes nothing more: `/blokir KR0001 nunggak`.

use super::signals::{CALL_OFF, COMES_TRUE, DO_NOT, GIVEN_UP, IF, LATER, MISTAKEN, NO, NOT_YET, WAIT};
use super::words::{is_courtesy, is_in, plain};
use crate::admin::command::{AdminCommand, AdminDesk};
use crate::read::{Problem, Words};
use crate::routing::command::AdminRouting;
use konter_core::ids::AgentId;

/// Characters of a reason.
const LONGEST: usize = 200;
/// Digits of what is no sum.
const LONG_NUMBER: usize = 8;
/// They add nothing.
const FILLS: &str = "lagi dulu sekarang aja saja dong";
/// They say that something else is meant, or not this.
const OTHERWISE: &str = "atau bukan tapi tp kecuali selain dan sama juga plus salah terus lalu trus";
/// In front they say where, or for whom: more of the command.
const NARROWS: &str = "di dari ke pada khusus hanya cuma untuk buat semua yang yg";
/// They give a reason, and are nobody's name.
const BECAUSE: &str = "karena krn sebab gara lagi dulu sedang gangguan kosong habis abis error eror down mati rusak \
    maintenance perbaikan stok stock lemot lambat trouble ya dong";
/// They begin what is to be done at another time.
const AT: &str = "nanty malam malem sore siang pagi subuh jam pukul pkl mulai tanggal tgl minggu tonight at";
/// They end it at some time.
const UNTIL: &str = "sampai sampe smp smpe sd s/d hingga sampek until till selama";
const SPANS: &str = "jam menit hari minggu bulan hours minutes days";

/// They say that whoever writes is not sure.
const UNSURE: &str = "mungkin kayaknya kayanya kyknya kayake sepertinya spertinya kali ragu entah gatau gatahu coba atau eh maaf \
    sori sorry";
/// They say why it is taken back.
const TAKEN_BY: &str = "salah slh keliru kliru kelebihan lebih double dobel dua batal ditarik tarik ralat";
/// Of a note they say that another sum or somebody else is meant.
const REDIRECTS: &str = "buat untuk utk ke harusnya seharusnya kurang";
/// A number behind them is no sum.
const COUNTED: &str = "jam pukul pkl tgl tanggal tiket no nomor trx";

/// Of an order they say that it is open, that it came, or that somebody else says so.
const OPEN: &str = "pending diterima katanya harusnya seharusnya kepotong nambah proses diproses timeout rto tau tahu yakin jelas \
    pasti sukses berhasil terkirim delivered";
/// They go on with another one.
const OTHERWISE_SAID: &str = "dan dgn dengan and serta atau";
/// Of what failed they are said, as they stand.
const FAILED: &str = "gagal gagalkan failed fail failure gangguan ganguan ditolak tolak reject rejected \
    dibatalkan batal dibatalin cancel cancelled limit diblokir terblokir blokir hangus expired kadaluarsa kedaluwarsa \
    tenggang salah slh keliru kurang kelebihan mati maintenance perbaikan kosong habis abis tutup ditutup close closed nonaktif \
    invalid wrong refund direfund dikembalikan kembali refused unavailable digagalkan rusak";
/// Behind a no they say the same.
const CAME: &str = "masuk sukses berhasil terkirim sampai bisa dapat dpt aktif terdaftar valid dikenal ditemukan \
    tersedia ada sesuai cocok delivered diterima";
/// They stand beside them.
const OF_ORDERS: &str = "nomor nomornya no nomer nmr hp tujuan meter id idpel pelanggan customer number digit input ketik data produk \
    produknya barang paket voucher kuota pulsa token tagihan stok stoknya stock out of transaksi saldo deposit batas masa jaringan \
    trx order operator provider supplier pusat server sistem system biller oleh dari di ke karena krn kata ternyata kirim cs admin dinyatakan konfirmasi \
    dikonfirmasi sudah sdh sedang lagi by the was is not sama yang nya kak ya memang";

/// Whether a reason leaves it at that, an order failed: it says so in plain words, or nothing that may mean otherwise. All else
/// is asked about: the price goes back by it.
#[must_use]
pub fn says_why_it_failed(reason: &str) -> bool {
    let said = words(reason);
    says_failed(reason, &said) || !may_mean_otherwise(reason, &said)
}

/// A second order, a serial number, a success, a doubt, or no reason at all.
fn may_mean_otherwise(reason: &str, said: &[String]) -> bool {
    const SERIAL_DIGITS: usize = 6;
    let has = |lists: &[&str]| said.iter().any(|word| lists.iter().any(|list| is_in(list, word)));
    let is_number = |word: &String| word.bytes().all(|b| b.is_ascii_digit());
    let is_no = |word: &String| is_in(NO, word);
    let names = said.first().is_none_or(is_number)
        || said.windows(2).any(|pair| is_in("trx ref reff order", &pair[0]) && is_number(&pair[1]))
        || (has(&["sn serial"]) && said.iter().any(|word| word.len() >= SERIAL_DIGITS && is_number(word)));
    let has_come = said.iter().enumerate().any(|(at, word)| {
        let before = at.checked_sub(1).and_then(|before| said.get(before));
        word == "masuk" && !before.is_some_and(is_no)
    });
    let denies = said.iter().position(is_no).is_some_and(|no| said.iter().skip(no).any(|word| word == "gagal"))
        || said.last().is_some_and(is_no);
    let is_empty =
        said.iter().all(|word| is_courtesy(word) || is_in(FILLS, word) || is_in("alasan alasannya reason", word));
    names
        || has_come
        || denies
        || is_empty
        || reason.contains('?')
        || has(&[UNSURE, IF, LATER, NOT_YET, OPEN, OTHERWISE_SAID])
}

fn says_failed(reason: &str, said: &[String]) -> bool {
    let negates = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| said.get(before));
        before.is_some_and(|word| is_in(NO, word) || word == "not")
    };
    let fits = |(at, word): (usize, &String)| {
        if is_in(CAME, word) {
            return negates(at);
        }
        let is_no = is_in(NO, word) || word == "not";
        (is_no && at + 1 < said.len()) || is_in(OF_ORDERS, word) || (is_in(FAILED, word) && !negates(at))
    };
    let says_so = said.iter().any(|word| is_in(FAILED, word) || is_in(CAME, word));
    says_so && !reason.contains('?') && said.iter().enumerate().all(fits)
}

/// Whether a note says no more than how money came (`tf BCA 1234567890 Budi`), or where it is taken back, why: no other
/// sum, nobody else, no doubt.
#[must_use]
pub fn says_how_paid(note: &str, takes_back: bool) -> bool {
    let said = words(note);
    let denies = |word: &String| {
        let lists: &[&str] = &[NO, NOT_YET, IF, LATER, DO_NOT, CALL_OFF, MISTAKEN, OTHERWISE, UNSURE, REDIRECTS];
        lists.iter().any(|list| is_in(list, word)) && !(takes_back && is_in(TAKEN_BY, word))
    };
    // An account's number is long, an hour or a day has its mark or its word.
    let is_sum = |(at, piece): (usize, &str)| {
        let digits = piece.bytes().filter(u8::is_ascii_digit).count();
        let before = at.checked_sub(1).and_then(|before| note.split_whitespace().nth(before)).map(plain);
        let is_counted = before.is_some_and(|word| is_in(COUNTED, &word)) || piece.contains([':', '/', '#']);
        digits > 0 && digits < LONG_NUMBER && !is_counted
    };
    let names_another = said.iter().any(|word| word.parse::<AgentId>().is_ok());
    let has_sum = note.split_whitespace().enumerate().any(is_sum);
    !said.iter().any(denies) && !has_sum && !names_another && !note.contains('?')
}

/// The part of a command in which its own words say that it may not be meant.
pub(super) fn in_doubt(command: &AdminCommand) -> Option<&str> {
    let has = |text: &str, lists: &[&str]| words(text).iter().any(|word| lists.iter().any(|list| is_in(list, word)));
    let is_no_text = |text: &str| !text.chars().any(char::is_alphabetic) || text.contains('?');
    let (text, is_in_doubt) = match command {
        AdminCommand::RefuseTicket { reason: Some(reason), .. } => {
            (reason.as_str(), is_no_text(reason) || has(reason, &[UNSURE]))
        }
        AdminCommand::Desk(AdminDesk::Rename { name, .. }) => {
            let is_code = name.split_whitespace().any(|word| word.parse::<AgentId>().is_ok());
            (name.as_str(), is_no_text(name) || has(name, &[DO_NOT]) || is_code)
        }
        AdminCommand::Routing(AdminRouting::Pause { reason, .. }) => {
            let lists = [CALL_OFF, DO_NOT, GIVEN_UP, MISTAKEN, NOT_YET, UNSURE];
            let gives_up = words(reason).windows(2).any(|pair| match pair {
                [no, comes] => is_in(NO, no) && is_in(COMES_TRUE, comes),
                _ => false,
            });
            (reason.as_str(), has(reason, &lists) || gives_up)
        }
        _ => return None,
    };
    is_in_doubt.then_some(text)
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(plain).collect()
}

/// Whether words say when, and that is not from now on for good.
#[must_use]
pub fn says_when(words: &str) -> bool {
    let words: Vec<String> = words
        .split_whitespace()
        .map(|word| plain(word.trim_matches(|c: char| !c.is_alphanumeric())))
        .filter(|word| !word.is_empty())
        .collect();
    let counts = |pair: &[String]| match pair {
        [count, span] => count.bytes().all(|b| b.is_ascii_digit()) && is_in(SPANS, span),
        _ => false,
    };
    words.first().is_some_and(|first| is_in(AT, first))
        || words.iter().any(|word| is_in(LATER, word) || is_in(UNTIL, word) || is_in(WAIT, word))
        || words.iter().any(|word| word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit()))
        || words.windows(2).any(counts)
}

/// Whether the word begins a reason, and is nobody's name.
pub(crate) fn gives_a_reason(word: &str) -> bool {
    is_in(BECAUSE, &plain(word))
}

/// The command with the words behind it.
pub(crate) fn remarked(command: AdminCommand, rest: &Words<'_>) -> Result<AdminCommand, Problem> {
    let text = rest.0.trim();
    let words = words(text);
    if words.iter().all(|word| is_courtesy(word) || is_in(FILLS, word)) && !text.contains(|c: char| c.is_ascii_digit())
    {
        return Ok(command);
    }
    let is_other = |word: &String| {
        [CALL_OFF, DO_NOT, GIVEN_UP, IF, MISTAKEN, WAIT, OTHERWISE, UNSURE].iter().any(|list| is_in(list, word))
            || word.bytes().any(|b| b.is_ascii_digit())
    };
    let narrows = words.first().is_some_and(|word| is_in(NARROWS, word));
    let is_more = narrows || (words.iter().any(is_other) && !says_when(text));
    if is_more || text.chars().count() > LONGEST || text.contains(['/', '?']) {
        rest.finish()?;
    }
    Ok(AdminCommand::Remarked { command: Box::new(command), remark: text.to_owned() })
}
