//! The response codes: "6. Kode Respon", version 1.2.

use super::xml::Scalar;
use konter_core::outcome::{Doubt, FailureKind};

/// A code that the document calls "Gagal", and that says so of the order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FailureRow {
    /// "6. Kode Respon", column Kode.
    pub code: &'static str,
    pub kind: FailureKind,
    /// Whether it tells the order's fate when it answers the same request sent again, or is called back after that. Not
    /// when the repetition can have been turned away for its own sake: our credentials, address, deposit and limits, a
    /// system or biller that is down and a product that is closed are looked at before the first one is, and a bill that
    /// is paid or gone may be so because the first one paid it.
    pub tells_fate: bool,
}

/// What a code says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Says {
    Success,
    Pending,
    Failed(&'static FailureRow),
    Nothing(Doubt),
}

const FAILURES: [FailureRow; 24] = [
    refused_request("01", FailureKind::Refused),
    refused_request("02", FailureKind::AccountRefused),
    refused_request("05", FailureKind::ProductUnknown),
    refused_request("06", FailureKind::ProductDisturbed),
    failed("07", FailureKind::WrongNumber),
    refused_request("09", FailureKind::SupplierDisturbed),
    refused_request("10", FailureKind::Refused),
    // "Transaksi tidak ditemukan (API Get Status)": to a first request it is the listed failure; to a repeat it may
    // come while the first is still on its way.
    refused_request("11", FailureKind::Refused),
    failed("12", FailureKind::NumberExpired),
    failed("13", FailureKind::NumberBlocked),
    refused_request("14", FailureKind::ProductDisturbed),
    refused_request("17", FailureKind::Refused),
    refused_request("18", FailureKind::SupplierFunds),
    refused_request("19", FailureKind::ProductClosed),
    failed("21", FailureKind::Reversed),
    refused_request("22", FailureKind::ProductClosed),
    failed("23", FailureKind::Refused),
    // 24 and 26 belong to bills, whose section the document lacks.
    refused_request("24", FailureKind::BillUnavailable),
    refused_request("26", FailureKind::BillPaid),
    refused_request("31", FailureKind::AccountRefused),
    refused_request("33", FailureKind::AccountRefused),
    // "Biller menolak perulangan transaksi": the repetition may be ours.
    refused_request("34", FailureKind::Refused),
    refused_request("35", FailureKind::CutOff),
    refused_request("36", FailureKind::SupplierLimit),
];

/// Called "Gagal", but a time-out (03), a duplicate (04) and an internal error (08) say nothing of the order.
const INCONCLUSIVE: [&str; 3] = ["03", "04", "08"];

const fn failed(code: &'static str, kind: FailureKind) -> FailureRow {
    FailureRow { code, kind, tells_fate: true }
}

const fn refused_request(code: &'static str, kind: FailureKind) -> FailureRow {
    FailureRow { code, kind, tells_fate: false }
}

pub(super) fn meaning(code: Option<&Scalar>) -> Says {
    let Some(code) = code.filter(|code| !code.text.is_empty()) else { return Says::Nothing(Doubt::NotUnderstood) };
    // Sent as a number, `00` has lost its zeros. As a string a lone `0` is simply not listed.
    let padded = if code.is_int && code.text.len() == 1 { format!("0{}", code.text) } else { code.text.clone() };
    match padded.as_str() {
        "00" => Says::Success,
        "68" => Says::Pending,
        code if INCONCLUSIVE.contains(&code) => Says::Nothing(Doubt::Inconclusive(code.to_owned())),
        code => match FAILURES.iter().find(|row| row.code == code) {
            Some(row) => Says::Failed(row),
            None => Says::Nothing(Doubt::Unlisted(excerpt(code))),
        },
    }
}

/// A code as people will be shown it.
pub(super) fn excerpt(code: &str) -> String {
    const SHOWN: usize = 20;
    code.chars().take(SHOWN).collect()
}
