//! Receipts and reports as a reader gets them: in its language, and as files.

use konter_core::agent::Locale;
use konter_core::report::ShopCard;
use konter_core::report::Span;
use konter_documents::receipt::ReceiptCard;

use crate::{ReceiptForm, Reply, ReportForm, Texts, samples};

fn receipt() -> ReceiptCard {
    let cards = samples().unwrap().into_iter().filter_map(|sample| match sample.reply {
        Reply::Receipt { form: ReceiptForm::Picture, card } => Some(*card),
        _ => None,
    });
    cards.into_iter().next().unwrap()
}

fn report(form: ReportForm) -> ShopCard {
    let cards = samples().unwrap().into_iter().filter_map(|sample| match sample.reply {
        Reply::ShopReport { form: found, card } if found == form => Some(*card),
        _ => None,
    });
    cards.into_iter().next().unwrap()
}

#[test]
fn a_receipt_is_in_the_resellers_language() {
    let texts = Texts::builtin(chrono_tz::Asia::Jakarta);
    let card = receipt();
    let receipt = |form| Reply::Receipt { form, card: Box::new(card.clone()) };
    let text = texts.render(Locale::Id, &receipt(ReceiptForm::Text), None);
    let whole = 0..text.body.len();
    assert_eq!(text.fixed.as_slice(), std::slice::from_ref(&whole));
    assert!(text.body.contains("No Meter"), "{}", text.body);
    assert!(texts.file(Locale::Id, &receipt(ReceiptForm::Text)).is_none());
    let english = texts.render(Locale::En, &receipt(ReceiptForm::Text), None).body;
    assert!(english.contains("Meter No"), "{english}");

    let order = card.order;
    let picture = texts.file(Locale::Id, &receipt(ReceiptForm::Picture)).expect("a file");
    assert_eq!(picture.name, format!("struk-{order}.png"));
    assert!(picture.bytes.starts_with(b"\x89PNG"));
    let printer = texts.file(Locale::Id, &receipt(ReceiptForm::Printer)).expect("a file");
    assert_eq!(printer.name, format!("struk-{order}.bin"));
    let text = String::from_utf8_lossy(&printer.bytes).into_owned();
    assert!(text.contains("No Meter") && text.contains(&card.dest), "{text}");
    assert!(texts.render(Locale::Id, &receipt(ReceiptForm::Printer), None).body.starts_with("Struk PLN20"));
}

#[test]
fn every_form_is_handed_over_in_each_language() {
    let texts = Texts::builtin(chrono_tz::Asia::Jakarta);
    for locale in Locale::ALL {
        for (form, name) in [
            (ReportForm::Text, None),
            (ReportForm::Summary, None),
            (ReportForm::Chart, Some("laporan-2026-11-21.png")),
            (ReportForm::Csv, Some("laporan-2026-11-21.csv")),
            (ReportForm::Xlsx, Some("laporan-2026-11-21.xlsx")),
        ] {
            let file = texts.file(locale, &Reply::ShopReport { form, card: Box::new(report(form)) });
            assert_eq!(file.map(|file| file.name).as_deref(), name);
        }
    }
    let first = chrono::NaiveDate::from_ymd_opt(2026, 11, 1).unwrap();
    let month = Span::new(first, first + chrono::Days::new(29)).unwrap();
    let card = Box::new(ShopCard { span: month, ..report(ReportForm::Csv) });
    let file = texts.file(Locale::Id, &Reply::ShopReport { form: ReportForm::Csv, card }).unwrap();
    assert_eq!(file.name, "laporan-2026-11-01_2026-11-30.csv");
    assert!(std::str::from_utf8(&file.bytes).unwrap().contains("penjualan,modal,markup upline,laba"));
}
