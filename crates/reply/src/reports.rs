//! Reports as files, in a reader's language.

use super::receipts::{ReplyFile, ReplyFileKind};
use super::report::ReportForm;
use konter_core::report::ShopCard;
use konter_documents::report::{Labels, chart, csv, xlsx};

/// The report as a file; `None` for a form that is a text.
pub(super) fn file(form: ReportForm, card: &ShopCard, labels: &Labels) -> Option<ReplyFile> {
    let document = |ending, bytes| ReplyFile { name: name(card, ending), kind: ReplyFileKind::Document, bytes };
    // What is left when the wanted form cannot be made: the figures themselves.
    let plain = || csv::csv(card, labels).ok().map(|bytes| document("csv", bytes));
    match form {
        ReportForm::Text | ReportForm::Summary => None,
        ReportForm::Csv => plain(),
        ReportForm::Xlsx => xlsx::xlsx(card, labels).ok().map(|bytes| document("xlsx", bytes)).or_else(plain),
        ReportForm::Chart => match chart::chart(card, labels) {
            Ok(bytes) => Some(ReplyFile { name: name(card, "png"), kind: ReplyFileKind::Picture, bytes }),
            Err(_) => plain(),
        },
    }
}

/// `laporan-2026-11-21.csv`.
fn name(card: &ShopCard, ending: &str) -> String {
    let (from, to) = (card.span.from(), card.span.to());
    if card.span.is_one_day() { format!("laporan-{from}.{ending}") } else { format!("laporan-{from}_{to}.{ending}") }
}
