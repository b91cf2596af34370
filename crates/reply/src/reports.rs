//! Reports as files, in a reader's language.

use super::fields::Fields;
use super::receipts::{ReplyFile, ReplyFileKind};
use super::says::ReportForm;
use super::words::Say;
use konter_core::clean::{NAME, clean};
use konter_core::report::ShopCard;
use konter_documents::report::{Labels, chart, csv, xlsx};

/// The labels, each a text of its own.
pub(super) fn labels(say: &Say<'_>) -> Labels {
    let label = |key| clean(&say(key, Fields::new()), NAME);
    Labels {
        title: label("sheet.title"),
        total: label("sheet.total"),
        hours: label("sheet.hours"),
        days: label("sheet.days"),
        products: label("sheet.products"),
        suppliers: label("sheet.suppliers"),
        resellers: label("sheet.resellers"),
        others: label("sheet.others"),
        table: label("sheet.table"),
        code: label("sheet.code"),
        name: label("sheet.name"),
        orders: label("sheet.orders"),
        delivered: label("sheet.delivered"),
        failed: label("sheet.failed"),
        reversed: label("sheet.reversed"),
        open: label("sheet.open"),
        sales: label("sheet.sales"),
        cost: label("sheet.cost"),
        uplines: label("sheet.uplines"),
        margin: label("sheet.margin"),
        thousand: label("sheet.thousand"),
        million: label("sheet.million"),
        billion: label("sheet.billion"),
    }
}

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
