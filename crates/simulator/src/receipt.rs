//! The texts teleanjar sends for showing and printing: `|` ends a line, `\|` is a bar, ESC starts a printer code.

use std::fmt::Write as _;

use super::customer::{Customer, Month};
use super::text::grouped;

/// Printer reset.
const RESET: &str = "\u{1b}@";
const DOUBLE_HEIGHT: &str = "\u{1b}!\u{10}";
const NORMAL_HEIGHT: &str = "\u{1b}!\u{1}";
const RULE: &str = "--------------------------------";

/// What every receipt carries.
pub(super) struct Stub {
    /// `2018-05-30 15:02:26`
    pub time: String,
    /// `20180530150226`
    pub stamp: String,
    pub reference: String,
    pub hash: String,
}

impl Stub {
    fn head(&self, bank: &str, title: &str) -> String {
        format!("||{bank}|40014002\\|DEV H2H|{}||{title}||", self.time)
    }

    fn cashier(&self) -> String {
        format!("CA\\|tester40014002\\|{}|{}|||", self.stamp, self.hash)
    }
}

fn lines_of_bill(month: Month<'_>) -> String {
    let (amount, admin, total) = (grouped(month.amount), grouped(month.admin), grouped(month.total()));
    format!("BLTH       : {}|TAGIHAN    : Rp. {amount}|ADMIN      : Rp. {admin}|TOTAL      : Rp. {total}|", month.name)
}

pub(super) fn postpaid_info(customer: &Customer, bill: &[Month<'_>], total: i64) -> String {
    let Customer { name, id, segment, power, .. } = customer;
    let months: Vec<String> = bill.iter().map(|&month| lines_of_bill(month)).collect();
    format!(
        "INFORMASI TAGIHAN LISTRIK||IDPEL      : {id}|NAMA       : {name}|TARIF\\DAYA : {segment}\\{power}VA||{}{RULE}|TOTAL BAYAR: Rp. {}|",
        months.join("|"),
        grouped(total)
    )
}

pub(super) fn prepaid_info(customer: &Customer) -> String {
    let Customer { name, meter, segment, power, .. } = customer;
    format!("INFORMASI PELANGGAN PREPAID||NO.METER   : {meter}|NAMA       : {name}|TARIF\\DAYA : {segment}\\{power}VA|")
}

pub(super) fn nontaglis_info(registration: &str, customer: &Customer, month: Month<'_>) -> String {
    let (name, total) = (customer.name, grouped(month.total()));
    format!(
        "INFORMASI PEMBAYARAN NONTAGLIS||TRANSAKSI      : Tambah Daya|NO. REGISTASI  : {registration}|TGL REGISTASI  : 25SEP16|NAMA           : {name}||{}{RULE}|TOTAL BAYAR: Rp. {total}|",
        lines_of_bill(Month { name: "", ..month })
    )
}

pub(super) fn telkom_info(number: &str, name: &str, month: Month<'_>) -> String {
    format!(
        "INFORMASI TAGIHAN ||NO.PEL     : {number}|NAMA       : {name}||{}{RULE}|TOTAL BAYAR: Rp. {}|",
        lines_of_bill(month),
        grouped(month.total())
    )
}

const PROOF: &str = "PLN menyatakan struk ini|sebagai bukti pembayaran|yang sah.||";

pub(super) fn postpaid(customer: &Customer, bill: &[Month<'_>], stub: &Stub) -> String {
    let Customer { name, id, segment, power, .. } = customer;
    let mut text = RESET.to_owned();
    for (paid, month) in bill.iter().enumerate() {
        let left = bill.len() - paid - 1;
        let (still_owed, gap) = if left > 0 {
            (format!("Anda masih memiliki|sisatunggakan {left} bulan||"), "|")
        } else {
            (String::new(), "||")
        };
        let head = stub.head("PT. BANK BUKOPIN, TBK", "STRUK PEMBAYARAN TAGIHAN LISTRIK");
        // The second and later months start without the blank lines of the first.
        text.push_str(if paid == 0 { &head } else { head.trim_start_matches('|') });
        let _ = write!(
            text,
            "IDPEL      : {id}|NAMA       : {name}|TARIF\\|DAYA : {segment}\\|{power}VA|BL\\|TH      : {}|STAND METER: 00000000-00000000|RP TAG PLN : {}|VSI REF :|{}||{PROOF}{still_owed}ADMIN BANK : {}|TOTAL BAYAR: {}{gap}TERIMAKASIH||Rincian tagihan dapat diakses|di www.pln.co.id||Informasi Hubungi|Contact Center : 123|Atau Hub. PLN Terdekat : 02123124123||{}",
            month.name,
            grouped(month.amount),
            stub.reference,
            grouped(month.admin),
            grouped(month.total()),
            stub.cashier()
        );
    }
    text
}

/// The money in a token, whole rupiah.
pub(super) struct TokenParts {
    pub admin: i64,
    pub stamp_duty: i64,
    pub vat: i64,
    pub lighting_tax: i64,
    pub instalment: i64,
    pub stroom: i64,
    pub total: i64,
    pub kwh: i64,
}

pub(super) fn prepaid(customer: &Customer, parts: &TokenParts, token: &str, stub: &Stub) -> String {
    let Customer { name, meter, id, segment, power } = customer;
    let TokenParts { admin, stamp_duty, vat, lighting_tax, instalment, stroom, total, kwh } = parts;
    let [admin, stamp_duty, vat, lighting_tax, instalment, stroom, total] =
        [admin, stamp_duty, vat, lighting_tax, instalment, stroom, total].map(|amount| grouped(*amount));
    format!(
        "{RESET}{}NO METER   : {meter}|IDPEL      : {id}|NAMA       : {name}|TARIF\\|DAYA : {segment}\\|{power}VA|VSI REF :|{}|RP BAYAR   : Rp.{total}|ADMIN BANK : Rp. {admin}|METERAI    : Rp. {stamp_duty}|PPN        : Rp. {vat}|PPJ        : Rp. {lighting_tax}|ANGSURAN   : Rp. {instalment}|RP STROOM\\|TOKEN: Rp.{stroom}|JML KWH    : {kwh}.0|STROOM\\|TOKEN :|{DOUBLE_HEIGHT}{token} {NORMAL_HEIGHT}|Info Lebih Lanjut Hub 123 atau pln.co.id|CA\\|dev240014002\\|{}|{}|",
        stub.head("BANK MEGA SYARIAH", "STRUK PEMBELIAN LISTRIK PRABAYAR"),
        stub.reference,
        stub.stamp,
        stub.hash
    )
}

pub(super) fn nontaglis(registration: &str, customer: &Customer, month: Month<'_>, stub: &Stub) -> String {
    let Customer { name, id, .. } = customer;
    let (amount, admin, total) = (grouped(month.amount), grouped(month.admin), grouped(month.total()));
    format!(
        "{RESET}{}TRANSAKSI      : Tambah Daya|NO REGISTRASI  : {registration}|TGL REGISTRASI : 25SEP16|NAMA PELANGGAN : {name}|ID PELANGGAN   : {id}|BIAYA PLN      : {amount}|VSI REF :|{}||{PROOF}ADMIN BANK     : {admin}|TOTAL BAYAR    : {total}||Hemat Listrik & Ayo Bebas Narkoba|{}",
        stub.head("PT. BANK BUKOPIN, TBK", "STRUK NON TAGIHAN LISTRIK"),
        stub.reference,
        stub.cashier()
    )
}

pub(super) fn telkom(number: &str, name: &str, slip: &str, month: Month<'_>, stub: &Stub) -> String {
    let (amount, admin, total) = (grouped(month.amount), grouped(month.admin), grouped(month.total()));
    format!(
        "{RESET}{}NO SLIP     : {slip}|NO JASTEL   : {number}|NAMA        : {name}|BILLREFF    :|{}||TAGIHAN|  Reff{}: {amount}||BIAYA ADM   :   {admin}|TOTAL BYR   : {total}||TELKOM menyatakan struk ini|sebagai bukti pembayaran|yang sah||{}",
        stub.head("PPOB TELEANJAR", "STRUK PEMBAYARAN|TAGIHAN TELKOM GROUP"),
        stub.reference,
        month.name,
        stub.cashier()
    )
}
