//! What a text of kiosAMPM says ("Data Respon Transaksi" and "Format Balasan", version 1.3). Every format is
//! `#trxid#product#ke:dest#…#Reffid:refid#`; the part between may itself hold `#`, so it is read from both ends inwards.

use super::super::amount::{amount, leading_amount, same_destination, strip_word};
use super::super::denial::{denies_failure, names_serial};
use super::super::protocol::{Buy, Named, gist_of};
use super::super::serial;
use konter_core::ids::Reference;
use konter_core::money::Rupiah;
use konter_core::outcome::{Doubt, FailureKind, FirstSending, Outcome, Reading};

/// A reply's formats have a few hundred characters; what is far longer is something else.
pub(super) const LONGEST: usize = 16 * 1024;

/// On what occasion a text came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occasion {
    /// The answer to the order.
    Purchase,
    /// The answer to the same request sent again. Only row 12 speaks of the first sending.
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
    /// Who has refused.
    by: By,
}

/// Who refuses with a failure row, and so whether it can be a report's word about a repetition.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// The operator, or kiosAMPM for what lies with the order itself: it would say the same of the first sending.
    Operator,
    /// kiosAMPM, for a reason of the moment, or because the first sending was delivered.
    Door,
}

const FAILURES: [FailureRow; 12] = [
    row(4, "Transaksi tidak dapat diproses", FailureKind::Refused, By::Operator),
    row(5, "Dibatalkan provider", FailureKind::Refused, By::Operator),
    row(
        6,
        "Nomor tujuan tdk dpt di proses krn trx gagal berturut-turut (max 5x), Silahkan Hubungi CS",
        FailureKind::NumberBlocked,
        By::Door,
    ),
    row(7, "Produk Sedang Gangguan", FailureKind::ProductDisturbed, By::Door),
    row(8, "Produk Sedang Gangguan Pada Operator", FailureKind::ProductDisturbed, By::Operator),
    row(9, "Kode Produk Salah. Silahkan Hubungi CS, ketik PRODUK", FailureKind::ProductUnknown, By::Door),
    row(10, "Nomor tujuan salah, periksa kembali nomor anda", FailureKind::WrongNumber, By::Operator),
    row(11, "Saldo Tidak Cukup", FailureKind::SupplierFunds, By::Door),
    row(13, "Paket Data Sudah terisi", FailureKind::AlreadyActive, By::Door),
    row(14, "Nomor Kadaluarsa", FailureKind::NumberExpired, By::Operator),
    row(15, "Nomor belum/ tidak aktif/ sudah tidak aktif", FailureKind::NumberInactive, By::Operator),
    row(16, "CutOff/ Timeout, silahkan ulangi beberapa saat kemudian", FailureKind::CutOff, By::Door),
];

const fn row(row: u8, ket: &'static str, kind: FailureKind, by: By) -> FailureRow {
    FailureRow { row, ket, kind, by }
}

/// Words of row 12's `[status]` that speak of an order still under way.
const UNDER_WAY: [&str; 4] = ["pending", "diproses", "dalam proses", "menunggu"];

/// The fixed ends of every format, and what stands between them.
struct Frame<'t> {
    trx: &'t str,
    product: &'t str,
    /// From the destination on: `dest#middle`, and either may hold `#`.
    rest: &'t str,
    reference: &'t str,
}

impl<'t> Frame<'t> {
    /// Destination and middle, when the destination holds as many `#` as ours does.
    fn parted(&self, ours: &str) -> Option<(&'t str, &'t str)> {
        let (at, _) = self.rest.match_indices('#').nth(ours.matches('#').count())?;
        let (dest, middle) = self.rest.split_at(at);
        Some((dest.trim(), middle.strip_prefix('#')?.trim()))
    }
}

fn frame(text: &str) -> Option<Frame<'_>> {
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    let mut head = text.strip_prefix('#')?.splitn(3, '#');
    let (trx, product) = (head.next()?.trim(), head.next()?.trim());
    let (rest, tail) = head.next()?.strip_suffix('#')?.rsplit_once('#')?;
    let rest = strip_word(rest.trim_start(), "ke:").filter(|rest| rest.contains('#'))?;
    let reference = strip_word(tail.trim(), "Reffid:").or_else(|| strip_word(tail.trim(), "Refid:"))?.trim();
    Some(Frame { trx, product, rest, reference })
}

/// Whether a text has the form of one reply.
pub(super) fn is_one(text: &str) -> bool {
    frame(text).is_some()
}

/// What stands between the fixed ends, for a person.
pub(super) fn gist(text: &str) -> Option<String> {
    let (_, middle) = frame(text)?.rest.split_once('#')?;
    gist_of(&middle.split('#').collect::<Vec<_>>())
}

/// Which order a reply names, and why it refuses.
pub(super) fn named(text: &str) -> Named {
    let Some(frame) = frame(text) else { return Named::default() };
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let (dest, middle) = frame.rest.split_once('#').unwrap_or((frame.rest, ""));
    let ket =
        middle.split('#').next().and_then(|status| status.split_once(';')).map(|(_, ket)| ket.trim_end_matches('.'));
    Named {
        reference: some(frame.reference),
        product: some(frame.product),
        dest: some(dest),
        reason: ket.and_then(some),
    }
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
    let Some((_, frame_middle)) = frame.parted(buy.dest).filter(|(dest, _)| same_destination(dest, buy.dest)) else {
        return Reading::unknown(Doubt::OtherDestination);
    };
    // Two replies run together: the ends would be of different orders.
    let middle_lower = lower(frame_middle);
    if middle_lower.contains("#reffid:") || middle_lower.contains("#refid:") {
        return Reading::unknown(Doubt::Contradictory);
    }
    let mut reading = middle(buy, frame_middle, occasion);
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
    serial::delivery(buy.kind, serial).map_or_else(Outcome::Unknown, Outcome::Success)
}

fn other_status(buy: &Buy<'_>, status: &str, occasion: Occasion) -> Outcome {
    let lower = lower(status);
    // Row 12 first: its status word is one of the others'.
    if let Some(at) = lower.find("; sudah pernah jam") {
        let (earlier, rest) = status.split_at(at);
        // A reference never sent before has no earlier order: whatever this speaks of, it is not this one. Where the first
        // sending was answered so, its repetition may be answered with the same one.
        let is_another_orders = buy.sent.first == FirstSending::AnotherOrders;
        return match occasion {
            Occasion::Repeat if !is_another_orders => earlier_order(buy, earlier.trim(), rest),
            _ => Outcome::Unknown(Doubt::EarlierOrder),
        };
    }
    // Rows 2 and 3.
    if lower.starts_with("akan diproses") || lower.starts_with("masih dalam proses") {
        return Outcome::Pending;
    }
    match status.split_once(';').map_or((status, ""), |(word, ket)| (word, ket)) {
        (word, ket) if is_failed(word) => failure(buy, ket, occasion),
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

/// `GAGAL; SN:…`, `GAGAL; …` and nothing but a serial number: what failed has none.
fn names_a_delivery(ket: &str) -> bool {
    names_serial(ket) || serial::is_number_of_a_delivery(ket.trim_end_matches('.'))
}

fn is_failed(word: &str) -> bool {
    word.trim().trim_end_matches('.').eq_ignore_ascii_case("GAGAL")
}

/// `GAGAL; [ket].`: the status is explicit whatever the explanation is ("Data Respon Transaksi": Status, ket). Only an
/// explanation that denies it makes it doubtful, or one that may be about a repeated request and not about the order: an
/// answer to a repetition always ("Paket Data Sudah terisi" is what a delivered one looks like), a report where it may
/// refuse the repetition.
fn failure(buy: &Buy<'_>, ket: &str, occasion: Occasion) -> Outcome {
    let written = letters(ket);
    let listed = FAILURES.iter().find(|row| letters(row.ket) == written);
    let of_customer = reason_of_customer(ket);
    let is_doubtful = match occasion {
        Occasion::Purchase => false,
        Occasion::Repeat => true,
        // "After a lost answer only row 12": the next question brings it.
        Occasion::Report if buy.sent.first == FirstSending::Lost => true,
        Occasion::Report => {
            let may_be_the_doors = listed.map_or(of_customer.is_none(), |row| row.by == By::Door);
            may_be_the_doors && buy.sent.may_be_refused_again()
        }
    };
    match listed {
        None if denies_failure(ket) || (!buy.sent.delivered && names_a_delivery(ket)) => {
            Outcome::Unknown(Doubt::Contradictory)
        }
        Some(row) if is_doubtful => Outcome::Unknown(Doubt::Inconclusive(format!("row {}", row.row))),
        None if is_doubtful => Outcome::Unknown(Doubt::Inconclusive(excerpt(ket))),
        Some(row) => Outcome::Failed(row.kind),
        None => Outcome::Failed(of_customer.unwrap_or(FailureKind::Refused)),
    }
}

/// Explanations that the document does not list and the customer can do something about: all of a row's words stand in
/// them. The supplier's own text is never passed on.
const OF_CUSTOMER: [(&[&str], FailureKind); 6] = [
    // "Unreg Dahulu Paket Lama."
    (&["unreg", "paket"], FailureKind::OldPackage),
    // "Nomor tidak terdaftar di DANA." "IP tidak terdaftar" is about us.
    (&["nomor", "tidak terdaftar"], FailureKind::NotRegistered),
    (&["nomor", "belum terdaftar"], FailureKind::NotRegistered),
    // "Nomor luar area/cluster."
    (&["luar area"], FailureKind::OutsideArea),
    (&["luar cluster"], FailureKind::OutsideArea),
    (&["luar zona"], FailureKind::OutsideArea),
];

fn reason_of_customer(ket: &str) -> Option<FailureKind> {
    let lower = lower(ket);
    OF_CUSTOMER.iter().find(|(words, _)| words.iter().all(|word| lower.contains(word))).map(|(_, kind)| *kind)
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
