//! What programs read: one line, always in the same words, whatever language the reseller reads and whatever words an
//! operator has put in place of the shop's own. Each begins with the program's reference, product and number.
//!
//! `akan diproses`, `SUKSES` and `GAGAL` each stand in their own answer only; what is not known has none of them.

use std::net::IpAddr;

use super::{Query, Turned};
use konter_core::clean::{NAME, SENTENCE, SERIAL, TYPED, clean};
use konter_core::destination::DestinationFault;
use konter_core::money::Rupiah;
use konter_core::order::card::{OrderLine, Verdict};
use konter_core::order::refusal::{Refused, Why};
use konter_core::order::{FailureReason, Order};
use konter_core::outcome::{Detail, FailureKind};
use konter_reply::Reply;
use konter_store::{Outgoing, Payload};

/// What keeps a proven request from being an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoOrder {
    /// No product or no number.
    Incomplete,
    /// More than one piece, or an amount of its own.
    Quantity,
    Counter,
    /// The reseller may not order yet.
    Waiting,
    Blocked,
}

impl NoOrder {
    /// As its reference keeps it.
    pub fn refused(self, query: &Query, contact: Option<&str>) -> Refused {
        let words = match self {
            Self::Incomplete => "Format salah: product dan dest wajib diisi".to_owned(),
            Self::Quantity => "qty tidak didukung".to_owned(),
            Self::Counter => "counter harus 1 sampai 9".to_owned(),
            Self::Waiting => "Akun belum disetujui admin".to_owned(),
            Self::Blocked => format!("Akun diblokir, hubungi {}", whom(contact)),
        };
        let (product, dest) = (query.text("product").to_uppercase(), query.text("dest").to_owned());
        Refused { product, dest, why: Why::Program { words } }
    }
}

/// `R#abc S10.081234567890`, as the request names them.
fn head(query: &Query) -> String {
    let reference = query.reference().unwrap_or_default();
    let product = clean(&query.text("product").to_uppercase(), TYPED);
    let dest = clean(query.text("dest"), TYPED);
    match (product.is_empty(), dest.is_empty()) {
        (true, true) => format!("R#{reference}"),
        (false, true) | (true, false) => format!("R#{reference} {product}{dest}"),
        (false, false) => format!("R#{reference} {product}.{dest}"),
    }
}

fn head_of(line: &OrderLine) -> String {
    let reference = line.client_reference.as_deref().unwrap_or_default();
    format!("R#{reference} {}.{}", line.product, clean(&line.dest, TYPED))
}

/// How an order stands.
pub(super) fn status(line: &OrderLine, balance: Rupiah) -> String {
    let head = head_of(line);
    match line.verdict {
        Verdict::Open => format!("{head} akan diproses. Saldo {balance}"),
        // A dash would be read as a serial number that is none, and the success as doubtful.
        Verdict::Success => match serial(line) {
            Some(serial) => format!("{head} SUKSES. SN: {serial}. Saldo {balance}"),
            None => format!("{head} SUKSES. Saldo {balance}"),
        },
        Verdict::Failed => {
            let reason = line.reason.as_ref().map_or_else(|| "transaksi ditolak operator".to_owned(), reason);
            format!("{head} GAGAL. {reason}. Saldo {balance}")
        }
    }
}

/// The order that a row tells a program of: its end, or what that was corrected to. `None` for what programs are not told.
pub fn line_of(row: &Outgoing) -> Option<&OrderLine> {
    let Payload::Reply(reply) = &row.payload else { return None };
    match &**reply {
        Reply::OrderSuccess(line)
        | Reply::OrderFailed(line)
        | Reply::OrderReversed(line)
        | Reply::OrderDeliveredLate(line) => Some(line),
        _ => None,
    }
}

/// The same as a report: its reference and the line.
#[must_use]
pub fn report(row: &Outgoing) -> Option<(String, String)> {
    let line = line_of(row)?;
    Some((line.client_reference.clone()?, status(line, row.balance.unwrap_or_default())))
}

/// What the customer needs: of a token also whose meter it is, as every server writes it.
fn serial(line: &OrderLine) -> Option<String> {
    let sn = clean(&line.sn, SERIAL);
    let of_token = [Detail::CustomerName, Detail::Tariff, Detail::Power, Detail::Kwh];
    let details = of_token.iter().filter_map(|detail| line.details.get(detail));
    let is_token = line.details.contains_key(&Detail::Token);
    let parts: Vec<String> = std::iter::once(sn)
        .chain(details.filter(|_| is_token).map(|text| clean(text, TYPED)))
        .filter(|part| !part.is_empty())
        .collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// An order that was not accepted. Kept with its reference, it is never bought.
pub(super) fn refused(query: &Query, refused: &Refused, balance: Rupiah) -> String {
    format!("{} GAGAL. {}. Saldo {balance}", head(query), refusal(&refused.why))
}

/// A field stands there twice, with two values: which order is meant is anybody's guess.
pub(super) fn contradictory(query: &Query) -> String {
    unknown(query, "satu parameter diisi dua kali")
}

/// Nothing is known under such a reference, and nothing can be.
pub(super) fn bad_reference() -> String {
    "GAGAL. Format salah: refID wajib diisi, paling banyak 64 huruf, angka atau - _ . / :".to_owned()
}

/// The reference has another order.
pub(super) fn other_order(query: &Query, order: &Order, has_failed: bool, balance: Rupiah) -> String {
    let (head, dest) = (head(query), clean(&order.dest, TYPED));
    let used = format!("refID sudah dipakai untuk {}.{dest}, pakai refID baru", order.product);
    if has_failed {
        return format!("{head} GAGAL. {used}. Saldo {balance}");
    }
    // Whoever knows its orders by their references alone would take the other one for failed.
    format!("{}. Saldo {balance}", unknown(query, &used))
}

/// The reference was refused before, for another product or number.
pub(super) fn used_up(query: &Query, balance: Rupiah) -> String {
    format!("{} GAGAL. refID sudah dipakai, pakai refID baru. Saldo {balance}", head(query))
}

pub(super) fn no_such(query: &Query, balance: Rupiah) -> String {
    format!("{} TIDAK ADA transaksi. Tidak ada data. Saldo {balance}", head(query))
}

/// It may have been bought before the shop was restored from a backup.
pub(super) fn in_doubt(query: &Query, contact: Option<&str>) -> String {
    let why = format!("server baru dipulihkan, hubungi {} dan aktifkan lagi API lewat chat", whom(contact));
    unknown(query, &why)
}

/// Whom to turn to.
fn whom(contact: Option<&str>) -> String {
    contact.map_or_else(|| "admin".to_owned(), |contact| clean(contact, NAME))
}

pub(super) fn busy(query: &Query) -> String {
    unknown(query, "terlalu banyak permintaan, coba lagi nanti")
}

pub(super) fn disturbed(query: &Query) -> String {
    unknown(query, "sistem sedang gangguan, coba lagi dengan refID yang sama")
}

/// A question about what is being decided at this moment.
pub(super) fn under_way(query: &Query) -> String {
    unknown(query, "permintaan yang sama sedang dikerjakan, coba lagi")
}

/// Took longer than a program waits.
#[must_use]
pub fn slow(query: &Query) -> String {
    unknown(query, "server lambat, coba lagi dengan refID yang sama")
}

fn unknown(query: &Query, why: &str) -> String {
    format!("{} belum ada kepastian: {why}", head(query))
}

/// Who cannot prove to be the reseller's program is told of no order, least of all that it failed: the reference may have one, and
/// cannot be kept as refused, or anybody could use up references.
pub(super) fn turned_away(query: &Query, turned: Turned, contact: Option<&str>) -> String {
    unknown(query, &why(turned, contact))
}

pub(super) fn balance(balance: Rupiah) -> String {
    format!("Saldo {balance}")
}

pub(super) fn balance_refused(turned: Turned, contact: Option<&str>) -> String {
    format!("Ditolak. {}.", why(turned, contact))
}

fn why(turned: Turned, contact: Option<&str>) -> String {
    let text = match turned {
        Turned::NotSetUp => "memberID tidak dikenal atau API belum aktif",
        Turned::NotAllowedFrom(ip) => return not_allowed(ip),
        Turned::UnknownAddress => return format!("Alamat IP tidak diketahui, hubungi {}", whom(contact)),
        Turned::Wrong => "PIN, password atau sign salah",
        Turned::Locked => "Terlalu banyak percobaan salah, tunggu 15 menit",
        Turned::OtherPin => "PIN sudah diganti, aktifkan lagi lewat chat: API.password.PIN",
    };
    text.to_owned()
}

fn not_allowed(ip: IpAddr) -> String {
    format!("Alamat IP {ip} belum didaftarkan, ketik di chat: APIIP.{ip}.PIN")
}

/// Why an order failed. What lies between the shop and its suppliers has one neutral text.
fn reason(reason: &FailureReason) -> String {
    let text = match reason {
        FailureReason::Supplier(kind) => of_supplier(*kind),
        FailureReason::Unreachable => "produk sedang gangguan",
        FailureReason::BillChanged => "tagihan berubah sejak dicek",
        FailureReason::Cancelled => "dibatalkan sebelum dikirim",
        FailureReason::Closed => "produk sedang ditutup",
        FailureReason::PriceChanged { .. } => "harga berubah sebelum sempat dibeli",
        FailureReason::Admin(words) => {
            let words = clean(words, SENTENCE);
            return if has_verdict(&words) { "dibatalkan admin".to_owned() } else { words };
        }
    };
    text.to_owned()
}

/// Words of people must not read like another answer.
fn has_verdict(words: &str) -> bool {
    let words = words.to_lowercase();
    ["sukses", "diproses", "gagal", "sn:", "saldo"].iter().any(|verdict| words.contains(verdict))
}

const fn of_supplier(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::WrongNumber => "nomor tujuan salah",
        FailureKind::NumberExpired => "nomor tujuan dalam masa tenggang atau kedaluwarsa",
        FailureKind::NumberInactive => "nomor tujuan tidak aktif",
        FailureKind::NumberBlocked => "nomor tujuan diblokir",
        FailureKind::AlreadyActive => "paket masih aktif di nomor ini",
        FailureKind::OldPackage => "paket lama masih aktif di nomor ini",
        FailureKind::NotRegistered => "nomor tujuan belum terdaftar di layanan ini",
        FailureKind::OutsideArea => "nomor tujuan di luar area produk ini",
        FailureKind::BillUnavailable => "tagihan belum tersedia",
        FailureKind::BillPaid => "tagihan sudah dibayar",
        FailureKind::ProductClosed => "produk sedang ditutup",
        FailureKind::CutOff => "sedang cut off, coba lagi nanti",
        FailureKind::Refused => "transaksi ditolak operator",
        FailureKind::Reversed => "transaksi dibatalkan operator",
        FailureKind::ProductUnknown
        | FailureKind::ProductDisturbed
        | FailureKind::SupplierFunds
        | FailureKind::SupplierLimit
        | FailureKind::SupplierDisturbed
        | FailureKind::AccountRefused => "produk sedang gangguan",
    }
}

/// Why an order is not accepted.
fn refusal(why: &Why) -> String {
    let text = match why {
        Why::UnknownProduct { .. } | Why::NoProductForNominal { .. } => "Kode produk tidak ada",
        Why::Closed => "Produk sedang ditutup",
        Why::OtherOperator { .. } => "Nomor tujuan bukan dari operator produk ini",
        Why::UnknownPrefix => "Awalan nomor tujuan tidak dikenal",
        Why::TooShort => "Nomor tujuan kurang panjang",
        Why::TooLong => "Nomor tujuan terlalu panjang",
        Why::Unreadable => "Nomor tujuan tidak terbaca",
        Why::NotItsDestination { fault, .. } => of_destination(*fault),
        Why::Leftover { .. } => "Format salah",
        Why::BalanceShort { price, missing } => return format!("Saldo tidak cukup, harga {price}, kurang {missing}"),
        Why::AlreadyOrdered { again, .. } => return already(again),
        Why::PriceChanged { .. } => "Harga berubah",
        Why::Stale { .. } | Why::StaleByWrongClock => "Permintaan terlalu lama",
        Why::BillNeedsInquiry { .. } | Why::NotABill { .. } | Why::AmountNotChosen { .. } => {
            "Produk tagihan belum bisa lewat API, bayar lewat chat"
        }
        Why::InquiryRefused { .. } | Why::InquiryRunning | Why::InquiryExpired { .. } => "Tagihan perlu dicek dulu",
        Why::BillPaidBefore { .. } | Why::BillPaidElsewhere => "Tagihan sudah dibayar",
        Why::CutOff { .. } => "Sedang cut off, coba lagi nanti",
        Why::NoSupplier | Why::SuppliersRest => "Produk sedang gangguan",
        Why::Program { words } => return words.clone(),
        Why::PinMissing { .. }
        | Why::PinWrong { .. }
        | Why::PinLocked { .. }
        | Why::PinOtherLength
        | Why::PinReset { .. } => "PIN salah",
    };
    text.to_owned()
}

/// `again` is how the same is typed once more, `S10.2.0812….PIN`.
fn already(again: &str) -> String {
    let counter = again.split('.').nth(1).filter(|nth| nth.len() == 1);
    let next = counter.map(|nth| format!(", untuk isi lagi pakai counter={nth} dan refID baru")).unwrap_or_default();
    format!("Sudah pernah ke nomor ini dengan refID lain{next}")
}

const fn of_destination(fault: DestinationFault) -> &'static str {
    match fault {
        DestinationFault::NotAPhone => "Tujuan produk ini nomor HP",
        DestinationFault::PhoneNotMeter => "Ini nomor HP, bukan nomor meter",
        DestinationFault::LacksZero => "Nomor HP ditulis dengan 0 di depan",
        DestinationFault::PhoneOrMeter | DestinationFault::Unreadable | DestinationFault::NotItsForm => {
            "Nomor tujuan tidak terbaca"
        }
        DestinationFault::NeedsZone => "Butuh ID dan zona, misalnya 12345678(2001)",
        DestinationFault::TwoParts => "Tujuan produk ini satu nomor saja",
        DestinationFault::Letters => "Tujuan produk ini angka saja",
        DestinationFault::TooShort => "Nomor tujuan kurang panjang",
        DestinationFault::TooLong => "Nomor tujuan terlalu panjang",
    }
}

#[cfg(test)]
mod tests;
