//! The forms in which banks and wallets tell that money came in. A list of what is no payment never ends, so a notice
//! counts only where all of it is of the phrases below, with places for names, numbers and days, and nothing between.

use chrono::NaiveDate;

use super::{date, line};
use crate::money::Rupiah;
use crate::written;

/// A notice is not longer.
const LONGEST: usize = 1_000;
/// Words of a name with what stands beside it: a bank, an account.
const NAME_WORDS: usize = 8;

/// What says by itself that money came in.
const CAME: &str = "transfer masuk, trf masuk, dana masuk, uang masuk, saldo masuk, kredit masuk, transaksi masuk, pembayaran masuk, \
    kiriman masuk, setoran masuk, dana diterima, uang diterima, kr otomatis, dikreditkan, dikredit, \
    mendapat transfer, mendapatkan transfer, menerima transfer masuk, menerima transfer, menerima dana, \
    menerima uang, menerima pembayaran, menerima saldo, menerima kiriman, terima transfer, menerima, \
    you have received, you've received, you received, has been credited, credited";
/// What says so only beside whom it is from.
const GIVEN: &str = "diterima, received";
/// What says so only beside the shop's own account.
const ARRIVED: &str = "masuk";
/// What is moved, and how it is told.
const BESIDE: &str = "pembayaran qris, pembayaran, transfer, kiriman, uang, dana, payment, sebesar, senilai, sejumlah, sebanyak, \
    nominal, jumlah, pada, tgl, tanggal, pukul, pkl, jam, wib, wita, wit, telah, berhasil, baru saja, hore, hai, \
    anda, kamu, notifikasi, notif, m-transfer, senin, selasa, rabu, kamis, jumat, sabtu, minggu";
const BANKS: &str = "m-transfer, livin' by mandiri, livin by mandiri, livin, m-bca, mybca, klikbca, bca mobile, bca, brimo, bri, bni mobile, \
    wondr by bni, wondr, bni, mandiri, bsi mobile, byond, bsi, btn, cimb niaga, cimb, octo mobile, octo, permata, \
    danamon, seabank, bank jago, jago, jenius, blu, neobank, bank neo, allo bank, superbank, dana, gopay merchant, \
    gopay, ovo, shopeepay, linkaja, qris, bi-fast, bifast";
const ACCOUNT: &str = "rekening, rek, tabungan, dompet, akun, saldo, account, your account";
const OWNER: &str = "anda, kamu, your";
const REFERENCE: &str = "no. referensi, no referensi, referensi, no. ref, no ref, ref, rrn, id transaksi, stan, info";
const REMARK: &str = "berita, keterangan, ket, catatan, pesan, note";
const BALANCE: &str = "saldo, sisa saldo, balance";
/// What banks add in a sentence of its own.
const ADVICE: &str =
    "cek, bukan anda, jika, hubungi, info, jangan, waspada, terima kasih, terimakasih, untuk info, abaikan";
/// What ends a name, however it is written.
const NO_NAME: &str = "ke pada tgl tanggal sebesar senilai sejumlah rp idr saldo berita ket keterangan catatan masuk diterima telah \
    berhasil sudah belum melalui via oleh untuk pukul jam tadi kemarin besok nanti bukan palsu test tes contoh simulasi";
/// Who pays from here, not to here.
const OUR_SIDE: &str = "rek rekening saldo dompet akun anda kamu saya sumber";

/// What a notice has said up to now.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a phrase that may stand anywhere")]
struct Said {
    came: bool,
    given: bool,
    arrived: bool,
    /// Whom it is from.
    from: bool,
    /// The account is the reader's own.
    ours: bool,
    /// A merchant's notice.
    qris: bool,
    amount: Option<Rupiah>,
}

/// The amount that a notice says has come in; `None` where it is no notice of one payment.
pub(super) fn credit(text: &str) -> Option<Rupiah> {
    if text.len() > LONGEST {
        return None;
    }
    let mut said = Said::default();
    let (mut rest, mut starts) = (text.trim(), true);
    while !rest.is_empty() {
        let behind = take(rest, starts, &mut said)?;
        // A sentence begins behind a stop or a line's end.
        let (skipped, next) = skip(behind);
        starts = skipped.contains(['.', '!', '\n', ';']);
        rest = next;
    }
    let came = said.came || (said.given && (said.from || said.qris)) || (said.arrived && said.ours);
    said.amount.filter(|_| came)
}

/// Takes one phrase off the start.
fn take<'a>(rest: &'a str, starts: bool, said: &mut Said) -> Option<&'a str> {
    if starts && said.amount.is_some() && phrase(rest, ADVICE).is_some() {
        return Some(rest.find('\n').and_then(|end| rest.get(end..)).unwrap_or_default());
    }
    if let Some(behind) = phrase(rest, CAME) {
        said.came = true;
        return Some(behind);
    }
    if let Some(behind) = rest.strip_prefix("CR ").filter(|_| said.amount.is_none()) {
        said.came = true;
        let (amount, behind) = amount(behind.trim_start(), true)?;
        said.amount = Some(amount);
        return Some(name(behind.trim_start()).unwrap_or(behind));
    }
    if let Some(behind) = phrase(rest, GIVEN) {
        said.given = true;
        return Some(behind);
    }
    if let Some(behind) = phrase(rest, ARRIVED) {
        said.arrived = true;
        return Some(behind);
    }
    if let Some(behind) = phrase(rest, "dari, from") {
        said.from = true;
        return name(behind.trim_start_matches([' ', ':']));
    }
    if let Some(behind) = phrase(rest, "ke, to") {
        said.ours = true;
        return account(behind);
    }
    if let Some(behind) = phrase(rest, "via, melalui") {
        return phrase(behind.trim_start(), BANKS);
    }
    if let Some(behind) = phrase(rest, REMARK).and_then(|behind| behind.trim_start().strip_prefix(':')) {
        return Some(behind.find('\n').and_then(|end| behind.get(end..)).unwrap_or_default());
    }
    if let Some(behind) = phrase(rest, REFERENCE) {
        let behind = behind.trim_start_matches([' ', '.', ':', '#']);
        let word = word(behind);
        return word.contains(|c: char| c.is_ascii_digit()).then(|| behind.get(word.len()..)).flatten();
    }
    if let Some(behind) = phrase(rest, BALANCE).and_then(balance) {
        return Some(behind);
    }
    if phrase(rest, "rekening, rek").is_some() {
        return account(rest);
    }
    if let Some(behind) = date::at(rest, NaiveDate::default()).map(|(_, len)| len).or_else(|| time(rest)) {
        return rest.get(behind..);
    }
    if let Some((amount, behind)) = amount(rest, said.came || said.given) {
        match said.amount {
            None => said.amount = Some(amount),
            Some(known) if known == amount => {}
            Some(_) => return None,
        }
        return Some(columns_balance(rest, behind).unwrap_or(behind));
    }
    if let Some(behind) = phrase(rest, BESIDE).or_else(|| phrase(rest, BANKS)) {
        let taken = rest.get(..rest.len() - behind.len()).unwrap_or_default();
        said.qris |= taken.to_lowercase().contains("qris");
        return Some(behind);
    }
    None
}

/// Blanks and marks between phrases; what is asked, bracketed or taken away is none of them.
fn skip(text: &str) -> (&str, &str) {
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let behind = at + c.len_utf8();
        let is_dash = c == '-' && text.get(behind..).is_some_and(|rest| rest.starts_with([' ', '\n']));
        if !(c.is_whitespace() || matches!(c, ',' | ':' | '.' | '!' | ';' | '|') || is_dash) {
            break;
        }
        at = behind;
    }
    text.split_at_checked(at).unwrap_or(("", text))
}

/// What stands behind the longest of some phrases that a text begins with.
fn phrase<'a>(text: &'a str, known: &str) -> Option<&'a str> {
    let fits = |phrase: &str| {
        let (start, rest) = text.split_at_checked(phrase.len())?;
        let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-' && phrase.len() < 3);
        (start.eq_ignore_ascii_case(phrase) && ends).then_some(rest)
    };
    known.split(", ").filter_map(fits).min_by_key(|rest| rest.len())
}

fn word(text: &str) -> &str {
    text.get(..text.find(char::is_whitespace).unwrap_or(text.len())).unwrap_or_default()
}

fn is_of(word: &str, list: &str) -> bool {
    list.split_whitespace().any(|one| one.eq_ignore_ascii_case(word))
}

/// What stands behind a name: words with a capital, and numbers.
fn name(text: &str) -> Option<&str> {
    let (mut rest, mut words) = (text, 0);
    loop {
        let word = word(rest);
        let bare = word.trim_end_matches([',', '.', ':', ';', '!']);
        let is_money = bare.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("rp"))
            && bare.ends_with(|c: char| c.is_ascii_digit());
        let starts = bare.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || c == '*');
        let is_plain = bare.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '\'' | '-' | '*' | '&' | '/'));
        let is_day = words > 0 && (date::at(rest, NaiveDate::default()).is_some() || time(rest).is_some());
        let is_amount = words > 0 && bare.contains(['.', ',']) && written::amount(bare).is_some();
        if bare.is_empty() || is_money || !starts || !is_plain || is_day || is_amount || is_of(bare, NO_NAME) {
            break;
        }
        if words == 0 && is_of(bare, OUR_SIDE) || words == NAME_WORDS {
            return None;
        }
        words += 1;
        let behind = rest.get(bare.len()..)?;
        rest = behind;
        if bare.len() < word.len() {
            break;
        }
        // The name stands below the number it is from.
        rest = behind.trim_start_matches([' ', '\u{a0}']);
        if let Some(below) = rest.strip_prefix('\n') {
            let line = below.lines().next().unwrap_or_default();
            let is_name = !line.is_empty() && line.chars().all(|c| c.is_uppercase() || c == ' ');
            if !is_name {
                break;
            }
            rest = below;
        }
    }
    (words > 0).then_some(rest)
}

/// The reader's own account: `rekening Anda`, `rek BCA 0987xxxx2100`, `1370012345678`; nobody's name.
fn account(text: &str) -> Option<&str> {
    let mut rest = text.trim_start_matches([' ', '.']);
    let mut is_told = false;
    loop {
        let number = word(rest).trim_end_matches([',', '.', ':', ';', '!']);
        let is_number = number.len() >= 4
            && number.contains(|c: char| c.is_ascii_digit())
            && number.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | 'x' | 'X' | '-'));
        let behind = if is_number { rest.get(number.len()..) } else { None };
        let told = behind.or_else(|| phrase(rest, OWNER));
        is_told |= told.is_some();
        let Some(behind) = told.or_else(|| phrase(rest, ACCOUNT)).or_else(|| phrase(rest, BANKS)) else { break };
        rest = behind.trim_start_matches([' ', '.']);
        // The sentence is over.
        if is_told && behind.starts_with(". ") || behind.starts_with('\n') {
            break;
        }
    }
    is_told.then_some(rest)
}

/// What stands behind a balance.
fn balance(text: &str) -> Option<&str> {
    const OF: &str = "akhir, sekarang, anda, kamu, saat ini, rekening, menjadi, efektif, tersedia";
    let mut rest = text.trim_start_matches([' ', ':']);
    for _ in 0..4 {
        if let Some((_, behind)) = amount(rest, true) {
            return Some(behind);
        }
        rest = phrase(rest, OF).or_else(|| phrase(rest, BANKS))?.trim_start_matches([' ', ':']);
    }
    None
}

/// `450,236.00 1,250,618.00`: the second is the balance.
fn columns_balance<'a>(rest: &str, behind: &'a str) -> Option<&'a str> {
    let has_fraction = |text: &str| text.ends_with(".00") || text.ends_with(",00");
    let taken = rest.get(..rest.len() - behind.len())?;
    let next = behind.trim_start_matches(' ');
    let (_, after) = amount(next, false)?;
    let balance = next.get(..next.len() - after.len())?;
    (has_fraction(taken) && has_fraction(balance)).then_some(after)
}

/// An amount at the start: with its currency or groups, or where one is to come.
fn amount(text: &str, is_due: bool) -> Option<(Rupiah, &str)> {
    let named = ["rp", "idr"].into_iter().find_map(|name| {
        let (start, rest) = text.split_at_checked(name.len())?;
        start.eq_ignore_ascii_case(name).then(|| rest.trim_start_matches([' ', '.', '\u{a0}']))
    });
    let digits = named.unwrap_or(text);
    let end = digits.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ','))).unwrap_or(digits.len());
    let number = digits.get(..end)?.trim_end_matches(['.', ',']);
    let behind = digits.get(number.len()..)?;
    let behind = behind.strip_prefix(",-").unwrap_or(behind);
    let is_whole = !behind.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | ':' | '*' | '#'));
    let is_told = named.is_some() || number.contains(['.', ',']) || is_due && number.len() >= 4;
    let amount = written::amount(number).filter(|amount| amount.is_positive() && is_whole && is_told)?;
    Some((amount, behind))
}

/// How long an hour at the start is: `10:21`, `10.21.05`.
fn time(text: &str) -> Option<usize> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.'))).unwrap_or(text.len());
    let told = text.get(..end)?.trim_end_matches(['.', ':']);
    let mut parts = told.split([':', '.']);
    let hour = parts.next().filter(|hour| matches!(hour.len(), 1 | 2))?;
    let rest: Vec<&str> = parts.collect();
    let is_time = hour.parse::<u8>().is_ok_and(|hour| hour < 24)
        && matches!(rest.len(), 1 | 2)
        && rest.iter().all(|part| part.len() == 2 && part.parse::<u8>().is_ok_and(|part| part < 60));
    let ends = text.get(told.len()..).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
    (is_time && ends).then_some(told.len())
}

/// Whether a line with a mark or columns is a statement's, not somebody's words.
pub(super) fn is_statement(text: &str, is_dated: bool) -> bool {
    const FOREIGN: &str = "usd sgd myr eur aud jpy hkd cny sar pend";
    let is_cells = text.contains([';', '\t', '|', '"']) || {
        let cells =
            text.match_indices(',').filter(|(at, _)| text.get(at + 1..).is_some_and(|rest| !rest.starts_with(' ')));
        cells.count() >= 3
    };
    let is_foreign = text.split(|c: char| !c.is_alphanumeric()).any(|word| is_of(word, FOREIGN));
    let behind = if is_dated { text.trim_start_matches(|c: char| !c.is_alphabetic()) } else { text };
    // A month's name, a currency.
    let is_small = |word: &str| word.chars().any(char::is_lowercase) && !date::is_month(word) && !is_of(word, "rp idr");
    let is_talk = behind.split(|c: char| !c.is_alphabetic()).any(is_small);
    let is_asked = text.contains('?') || text.trim_start().starts_with('[');
    let is_columns = is_dated && text.contains("  ") && line::has_columns(text);
    !is_foreign && !is_asked && (is_cells || is_columns || !is_talk)
}

/// Whether it names a bank or a wallet, or says as they do that money came in.
pub(super) fn has_banks_words(text: &str) -> bool {
    let starts = text
        .char_indices()
        .filter(|(at, _)| !text.get(..*at).is_some_and(|before| before.ends_with(char::is_alphanumeric)));
    starts.filter_map(|(at, _)| text.get(at..)).any(|rest| phrase(rest, BANKS).or_else(|| phrase(rest, CAME)).is_some())
}

/// That it failed, was taken back or is put right, whatever stands beside it.
const UNDONE: &str = "gagal ggl batal dibatalkan pembatalan dikembalikan pengembalian kembali refund reversal reversed \
    reverse rev rvsl retur return returned koreksi correction ditolak tolak tertunda ditunda tertahan ditahan pending \
    failed fail cancel cancelled canceled rejected declined kadaluarsa kedaluwarsa expired belum blm blom not void";

/// The word by which the lines of one payment say that nothing came of it.
pub(super) fn undone_by(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    text.split(|c: char| !c.is_alphanumeric()).find_map(|word| UNDONE.split_whitespace().find(|known| *known == word))
}
