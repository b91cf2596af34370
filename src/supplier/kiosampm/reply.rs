//! What a text of kiosAMPM says ("Data Respon Transaksi" and "Format Balasan", version 1.3). Every format is
//! `#trxid#product#ke:dest#…#Reffid:refid#`; the part between may itself hold `#`, so it is read from both ends inwards.

use super::super::amount::{amount, is_serial, leading_amount, same_destination, strip_word};
use super::super::protocol::{Buy, Delivery, Doubt, FailureKind, Outcome, Reading, gist_of};
use super::super::token_serial;
use crate::catalog::ProductKind;
use crate::ids::Reference;
use crate::money::Rupiah;

/// A reply's formats have a few hundred characters; what is far longer is something else.
pub(super) const LONGEST: usize = 16 * 1024;

/// On what occasion a text came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occasion {
    /// The answer to the order.
    Purchase,
    /// The answer to the same request sent again: it may refuse the repeat and say nothing of the first.
    Repeat,
    /// A report sent to us.
    Report,
}

/// The explanation (`ket`) of a failure that the document lists.
struct FailureRow {
    /// "Format Balasan", row.
    row: u8,
    ket: &'static str,
    kind: FailureKind,
    says_of_repeat: Says,
}

/// What a failure row says when it answers a repeated request in place of row 12.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    /// The operator has spoken about the order.
    Fate,
    /// kiosAMPM may have turned the repeat away before it looked at the refid.
    Nothing,
}

const FAILURES: [FailureRow; 12] = [
    row(4, "Transaksi tidak dapat diproses", FailureKind::Refused, Says::Fate),
    row(5, "Dibatalkan provider", FailureKind::Refused, Says::Fate),
    row(
        6,
        "Nomor tujuan tdk dpt di proses krn trx gagal berturut-turut (max 5x), Silahkan Hubungi CS",
        FailureKind::NumberBlocked,
        Says::Nothing,
    ),
    row(7, "Produk Sedang Gangguan", FailureKind::ProductDisturbed, Says::Nothing),
    row(8, "Produk Sedang Gangguan Pada Operator", FailureKind::ProductDisturbed, Says::Fate),
    row(9, "Kode Produk Salah. Silahkan Hubungi CS, ketik PRODUK", FailureKind::ProductUnknown, Says::Nothing),
    row(10, "Nomor tujuan salah, periksa kembali nomor anda", FailureKind::WrongNumber, Says::Fate),
    row(11, "Saldo Tidak Cukup", FailureKind::SupplierFunds, Says::Nothing),
    row(13, "Paket Data Sudah terisi", FailureKind::AlreadyActive, Says::Fate),
    row(14, "Nomor Kadaluarsa", FailureKind::NumberExpired, Says::Fate),
    row(15, "Nomor belum/ tidak aktif/ sudah tidak aktif", FailureKind::NumberInactive, Says::Fate),
    row(16, "CutOff/ Timeout, silahkan ulangi beberapa saat kemudian", FailureKind::CutOff, Says::Nothing),
];

const fn row(row: u8, ket: &'static str, kind: FailureKind, says_of_repeat: Says) -> FailureRow {
    FailureRow { row, ket, kind, says_of_repeat }
}

/// Words of row 12's `[status]` and of a `ket` that speak of an order still under way.
const UNDER_WAY: [&str; 4] = ["pending", "diproses", "dalam proses", "menunggu"];

/// The fixed ends of every format, and what stands between them.
struct Frame<'t> {
    trx: &'t str,
    product: &'t str,
    dest: &'t str,
    middle: &'t str,
    reference: &'t str,
}

fn frame(text: &str) -> Option<Frame<'_>> {
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    let mut head = text.strip_prefix('#')?.splitn(4, '#');
    let (trx, product, dest) = (head.next()?.trim(), head.next()?.trim(), head.next()?.trim());
    let (middle, tail) = head.next()?.strip_suffix('#')?.rsplit_once('#')?;
    let reference = strip_word(tail.trim(), "Reffid:").or_else(|| strip_word(tail.trim(), "Refid:"))?.trim();
    Some(Frame { trx, product, dest: strip_word(dest, "ke:")?.trim(), middle: middle.trim(), reference })
}

/// Whether a text has the form of one reply.
pub(super) fn is_one(text: &str) -> bool {
    frame(text).is_some()
}

/// What stands between the fixed ends, for a person.
pub(super) fn gist(text: &str) -> Option<String> {
    let middle = frame(text)?.middle;
    gist_of(&middle.split('#').collect::<Vec<_>>())
}

/// The reference a reply names, when it is one we could have given.
pub(super) fn reference(text: &str) -> Option<Reference> {
    let written = frame(text)?.reference;
    let reference: Reference = written.parse().ok()?;
    // `+7` and `007` parse, but we never wrote them.
    (reference.to_string() == written).then_some(reference)
}

/// Reads a reply for this order.
pub(super) fn read(buy: &Buy<'_>, text: &str, occasion: Occasion) -> Reading {
    let Some(frame) = frame(text) else { return Reading::unknown(Doubt::NotUnderstood) };
    if frame.reference != buy.reference.to_string() {
        return Reading::unknown(Doubt::OtherReference);
    }
    if !frame.product.eq_ignore_ascii_case(buy.sku) {
        return Reading::unknown(Doubt::OtherProduct);
    }
    if !same_destination(frame.dest, buy.dest) {
        return Reading::unknown(Doubt::OtherDestination);
    }
    // Two replies run together: the ends would be of different orders.
    let middle_lower = lower(frame.middle);
    if middle_lower.contains("#reffid:") || middle_lower.contains("#refid:") {
        return Reading::unknown(Doubt::Contradictory);
    }
    let mut reading = middle(buy, frame.middle, occasion);
    reading.supplier_trx = Some(frame.trx.to_owned()).filter(|trx| !trx.is_empty());
    reading
}

/// The part that differs from row to row: a status, and after its last `#` the money.
fn middle(buy: &Buy<'_>, middle: &str, occasion: Occasion) -> Reading {
    let Some((status, money)) = middle.rsplit_once('#') else { return Reading::unknown(Doubt::NotUnderstood) };
    let (status, money) = (status.trim(), money.trim());
    if let Some((word, serial)) = status.split_once('#')
        && word.trim().eq_ignore_ascii_case("SUKSES")
    {
        return success(buy, serial.trim(), money);
    }
    let Some(balance) = strip_word(money, "Saldo") else { return Reading::unknown(Doubt::NotUnderstood) };
    let mut reading = Reading::new(other_status(buy, status, occasion));
    reading.supplier_balance = amount(balance);
    reading
}

/// Row 1: `SUKSES#SN:[sn]# Sisa saldo Rp.A-Rp. B=Rp. C`.
fn success(buy: &Buy<'_>, serial: &str, money: &str) -> Reading {
    let (Some(serial), Some(money)) = (strip_word(serial, "SN:"), strip_word(money, "Sisa saldo")) else {
        return Reading::unknown(Doubt::NotUnderstood);
    };
    let mut reading = Reading::new(delivered(buy, serial));
    if let Some((charged, balance)) = charge(money) {
        reading.charged = Some(charged);
        reading.supplier_balance = Some(balance);
    }
    reading
}

/// `Rp.A-Rp. B=Rp. C` as (B, C), believed only when the sum is right.
fn charge(money: &str) -> Option<(Rupiah, Rupiah)> {
    let (before, rest) = leading_amount(money)?;
    let (charged, rest) = leading_amount(rest.trim_start().strip_prefix('-')?)?;
    let after = amount(rest.trim_start().strip_prefix('=')?)?;
    (before.checked_sub(charged) == Some(after) && !charged.is_negative()).then_some((charged, after))
}

fn delivered(buy: &Buy<'_>, serial: &str) -> Outcome {
    let serial = serial.trim();
    if !is_serial(serial) {
        return Outcome::Unknown(Doubt::NoSerial);
    }
    let mut delivery = Delivery { sn: serial.to_owned(), ..Delivery::default() };
    if buy.kind == ProductKind::Token {
        delivery.details = token_serial::read(serial).details;
    }
    Outcome::Success(delivery)
}

fn other_status(buy: &Buy<'_>, status: &str, occasion: Occasion) -> Outcome {
    let lower = lower(status);
    // Row 12 first: its status word is one of the others'.
    if let Some(at) = lower.find("; sudah pernah jam") {
        let (earlier, rest) = status.split_at(at);
        // A reference never sent before has no earlier order: whatever this speaks of, it is not this one.
        return match occasion {
            Occasion::Purchase => Outcome::Unknown(Doubt::Inconclusive("sudah pernah".to_owned())),
            _ => earlier_order(buy, earlier.trim(), rest),
        };
    }
    // Rows 2 and 3.
    if lower.starts_with("akan diproses") || lower.starts_with("masih dalam proses") {
        return Outcome::Pending;
    }
    match status.split_once(';').map_or((status, ""), |(word, ket)| (word, ket)) {
        (word, ket) if is_failed(word) => failure(ket, occasion),
        (word, _) => Outcome::Unknown(Doubt::Unlisted(excerpt(word))),
    }
}

/// Row 12: `[status]; sudah pernah jam [jam] SN/Ref: [sn].`
fn earlier_order(buy: &Buy<'_>, status: &str, rest: &str) -> Outcome {
    const SERIAL: &str = "sn/ref:";
    let Some(serial) = lower(rest).find(SERIAL).and_then(|at| rest.get(at + SERIAL.len()..)) else {
        return Outcome::Unknown(Doubt::NotUnderstood);
    };
    let serial = serial.trim();
    if status.eq_ignore_ascii_case("SUKSES") {
        return delivered(buy, serial.strip_suffix('.').unwrap_or(serial));
    }
    if is_failed(status) {
        return Outcome::Failed(FailureKind::Refused);
    }
    let status = lower(status);
    let under_way = UNDER_WAY.iter().any(|word| status.contains(word));
    match (under_way, status.contains("sukses") || status.contains("gagal")) {
        (true, false) => Outcome::Pending,
        (true, true) => Outcome::Unknown(Doubt::Contradictory),
        (false, _) => Outcome::Unknown(Doubt::Unlisted(excerpt(&status))),
    }
}

fn is_failed(word: &str) -> bool {
    word.trim().trim_end_matches('.').eq_ignore_ascii_case("GAGAL")
}

/// `GAGAL; [ket].`: the status is explicit whatever the explanation is ("Data Respon Transaksi": Status, ket). Only an
/// explanation that denies it makes it doubtful, or one that may be about a repeated request and not about the order.
fn failure(ket: &str, occasion: Occasion) -> Outcome {
    let written = letters(ket);
    match FAILURES.iter().find(|row| letters(row.ket) == written) {
        Some(row) if occasion == Occasion::Repeat && row.says_of_repeat == Says::Nothing => {
            Outcome::Unknown(Doubt::Inconclusive(format!("row {}", row.row)))
        }
        Some(row) => Outcome::Failed(row.kind),
        None => unlisted_failure(ket, occasion),
    }
}

fn unlisted_failure(ket: &str, occasion: Occasion) -> Outcome {
    let lower = lower(ket);
    let denies = ["sukses", "berhasil"].iter().chain(&UNDER_WAY).any(|word| lower.contains(word));
    if denies {
        Outcome::Unknown(Doubt::Contradictory)
    } else if occasion == Occasion::Repeat {
        Outcome::Unknown(Doubt::Inconclusive(excerpt(ket)))
    } else {
        Outcome::Failed(FailureKind::Refused)
    }
}

/// The answer to a balance request, which the document does not show: the first amount that is marked as one, by
/// being all there is, by the word for balance, or by `Rp`.
pub(super) fn balance(text: &str) -> Option<Rupiah> {
    const MARKS: [&str; 3] = ["saldo", "balance", "rp"];
    let text = text.trim();
    let lower = lower(text);
    if text.len() > LONGEST || text.contains('<') || lower.contains("gagal") {
        return None;
    }
    let marked = |mark: &str| {
        lower.match_indices(mark).find_map(|(at, _)| {
            if text.get(..at)?.ends_with(char::is_alphanumeric) {
                return None;
            }
            let figure =
                text.get(at + mark.len()..)?.trim_start_matches(|c: char| c.is_whitespace() || ".:=\"'".contains(c));
            leading_amount(figure).map(|(amount, _)| amount)
        })
    };
    amount(text).or_else(|| MARKS.into_iter().find_map(marked))
}

/// Same length as the text, so that a place found in one is the same place in the other.
fn lower(text: &str) -> String {
    text.to_ascii_lowercase()
}

/// Letters and digits alone: how spaces and stops are set is not what tells two explanations apart.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

/// A status word as people will be shown it.
fn excerpt(text: &str) -> String {
    const SHOWN: usize = 60;
    text.trim().chars().take(SHOWN).collect()
}
