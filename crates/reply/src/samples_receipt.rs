//! A receipt of every kind, for the samples.

use super::says::{ReceiptForm, Reply};
use konter_core::catalog::ProductKind;
use konter_core::ids::BadName;
use konter_core::money::Rupiah;
use konter_core::order::card::OrderLine;
use konter_core::outcome::{Bill, Detail, Details};
use konter_documents::receipt::ReceiptCard;

/// `topup` and `token` are delivered orders.
pub(super) fn receipts(topup: &OrderLine, token: &OrderLine) -> Result<Vec<Reply>, BadName> {
    let mut fields = token.details.clone();
    fields.remove(&Detail::Receipt);
    let own = ReceiptCard { details: fields, price: Some(Rupiah::new(22_000)), ..card(token, ProductKind::Token) };
    let printed = ReceiptCard { buyer_phone: None, ..card(token, ProductKind::Token) };
    let bare = ReceiptCard { footer: None, buyer_phone: None, ..card(topup, ProductKind::Topup) };
    let cards = [card(topup, ProductKind::Topup), bare, own.clone(), printed, bill(topup)?];
    let text = cards.map(|card| Reply::Receipt { form: ReceiptForm::Text, card: Box::new(card) });
    let files = [ReceiptForm::Picture, ReceiptForm::Printer];
    let files = files.map(|form| Reply::Receipt { form, card: Box::new(own.clone()) });
    Ok(text.into_iter().chain(files).collect())
}

fn card(line: &OrderLine, kind: ProductKind) -> ReceiptCard {
    ReceiptCard {
        shop: "Berkah Cell".to_owned(),
        footer: Some("Terima kasih".to_owned()),
        order: line.order,
        product: line.product.clone(),
        product_name: line.product_name.clone(),
        kind,
        dest: line.dest.clone(),
        sn: line.sn.clone(),
        details: line.details.clone(),
        bills: Vec::new(),
        buyer_phone: Some("081234567890".to_owned()),
        price: None,
        at: line.at,
    }
}

fn bill(line: &OrderLine) -> Result<ReceiptCard, BadName> {
    let months = [("FEB16", 500_000), ("MAR16", 1_050_000)];
    let details = [
        (Detail::CustomerId, "123456792482"),
        (Detail::CustomerName, "CARLTON NASSER"),
        (Detail::Tariff, "R1"),
        (Detail::Power, "2200VA"),
        (Detail::UtilityReference, "E29AF7F5547E4C68B928908A551DAB34"),
    ];
    Ok(ReceiptCard {
        product: "PLNPASCA".parse()?,
        product_name: "PLN Pascabayar".to_owned(),
        dest: "123456792482".to_owned(),
        sn: "E29AF7F5547E4C68B928908A551DAB34".to_owned(),
        details: details.map(|(detail, value)| (detail, value.to_owned())).into_iter().collect::<Details>(),
        bills: months.map(|(period, amount)| month(period, amount)).to_vec(),
        price: Some(Rupiah::new(1_560_000)),
        ..card(line, ProductKind::Bill)
    })
}

fn month(period: &str, amount: i64) -> Bill {
    const ADMIN: i64 = 2_500;
    let (total, amount, admin) = (Rupiah::new(amount + ADMIN), Rupiah::new(amount), Rupiah::new(ADMIN));
    Bill { period: period.to_owned(), amount, admin, total }
}
