//! Reports: a day's sales, the statement, the shop's day. Which days were meant is worked out in `span`.

pub mod span;

use super::admin::command::AdminCommand;
use super::format::Format;
use super::meaning::{Command, ReportKind};
use super::read::{Cursor, Problem, date_and_pin};
use super::said::Said;
use super::topic::Topic;
use konter_core::staff::Role::Viewer;

pub(super) const FORMATS: &[Format] = &[
    Format::always(
        Topic::Sales,
        &["REKAP", "RKP", "LAP", "LAPORAN", "LAPH", "RT", "L", "R"],
        "sales of a day, or of several",
        "LAP.25/07/26",
        |args| report(ReportKind::Sales, args),
    ),
    Format::always(
        Topic::Statement,
        &["MUTASI", "MUT", "REK", "INFOTRF"],
        "every movement of the balance",
        "MUTASI",
        |args| report(ReportKind::Statement, args),
    ),
    Format::when(Topic::AdminRecap, &["/rekap"], "the shop's day", "/rekap 25/07/26", recap)
        .least(Viewer)
        .also(&[("/rekap", Viewer)])
        .said(RECAP),
];

const RECAP: &[Said] = &[
    Said::as_line("/rekap kemarin", &[DEPOSITED, "kemarin kmrn kemaren kmaren"]).beside(BESIDE_DEPOSITS),
    Said::as_line("/rekap", &[DEPOSITED, "hari sehari", "berapa brp total jumlah ada"]).beside(BESIDE_DEPOSITS),
    Said::as_line(
        "/rekap",
        &[
            "jualan jualannya penjualan omset omzet laba untung transaksi trx laku terjual pendapatan",
            "gimana gmn berapa brp hari ini how toko total",
        ],
    )
    .beside("sudah udah sampai sekarang dapat")
    .unless(OTHER_DAYS),
    Said::as_line("/rekap", &["laporan rekap rekapan rekapnya laba omset omzet penjualan"])
        .beside("toko hari ini per agen produk supplier kirim excel gambar minta")
        .unless(OTHER_DAYS),
];
/// What has come in is told with the day's figures.
const DEPOSITED: &str = "deposit depositnya depo setoran pemasukan uang duit";
const BESIDE_DEPOSITS: &str = "masuk agen toko total jumlah berapa ini yang sudah hari semua";
/// With its day it is read as a report.
const OTHER_DAYS: &str = "kemarin kmrn kemaren minggu bulan tanggal tgl lalu";

fn report(kind: ReportKind, mut args: Cursor<'_>) -> Result<Command, Problem> {
    let (date, pin) = date_and_pin(&mut args)?;
    Ok(Command::Report { kind, date, pin })
}

/// `None` with a PIN: that is how a reseller asks for its own day.
fn recap(mut args: Cursor<'_>) -> Option<Result<Command, Problem>> {
    match date_and_pin(&mut args) {
        Ok((date, None)) => Some(Ok(Command::Admin(AdminCommand::Recap { date }))),
        Ok((_, Some(_))) => None,
        Err(problem) => Some(Err(problem)),
    }
}
