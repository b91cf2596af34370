//! How long a receipt takes: laid out as text, as a printer's bytes, and drawn as a picture. A reseller waits for it
//! with a customer at the counter, and a picture is drawn on a thread that others wait for: no form may take longer
//! than 50 ms, a bill of twelve months included.
//!
//! `cargo bench --bench receipt`

use std::hint::black_box;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use konter_core::catalog::ProductKind;
use konter_core::ids::OrderId;
use konter_core::money::Rupiah;
use konter_core::outcome::{Bill, Detail};
use konter_documents::receipt::ReceiptCard;
use konter_documents::receipt::{Labels, Receipt, escpos, lay_out, picture, text};

fn at() -> NaiveDateTime {
    DateTime::<Utc>::UNIX_EPOCH.naive_utc()
}

fn token() -> ReceiptCard {
    let details = [
        (Detail::Token, "6722 0840 8781 8484 1314"),
        (Detail::CustomerName, "BUDI SANTOSO"),
        (Detail::Meter, "14012345678"),
        (Detail::Tariff, "R1"),
        (Detail::Power, "1300VA"),
        (Detail::Kwh, "13,5"),
        (Detail::TokenAmount, "18500"),
        (Detail::UtilityReference, "72195342CF8A47E59CAC9475AF48234B"),
    ];
    ReceiptCard {
        shop: "Berkah Cell".to_owned(),
        footer: Some("Terima kasih".to_owned()),
        order: OrderId(1207),
        product: "PLN20".parse().expect("a code"),
        product_name: "Token PLN 20.000".to_owned(),
        kind: ProductKind::Token,
        dest: "14012345678".to_owned(),
        sn: "67220840878184841314".to_owned(),
        details: details.map(|(detail, value)| (detail, value.to_owned())).into_iter().collect(),
        bills: Vec::new(),
        buyer_phone: Some("081234567890".to_owned()),
        price: Some(Rupiah::new(22_000)),
        at: DateTime::UNIX_EPOCH,
    }
}

/// A year, as the supplier's own receipt has it: some forty lines for each month.
fn year() -> ReceiptCard {
    let mut card = token();
    let month = "PT. BANK|NO METER : 14012345678|NAMA : BUDI SANTOSO|STAND METER: 00000000-00000000||".repeat(8);
    card.details.insert(Detail::Receipt, month.repeat(12));
    let month = |n| Bill {
        period: format!("BULAN {n}"),
        amount: Rupiah::new(500_000),
        admin: Rupiah::new(2_500),
        total: Rupiah::new(502_500),
    };
    ReceiptCard { kind: ProductKind::Bill, bills: (1..=12).map(month).collect(), ..card }
}

fn labels() -> Labels {
    let word = |word: &str| word.to_owned();
    Labels {
        title_token: word("STRUK PEMBELIAN TOKEN LISTRIK"),
        title_bill: word("STRUK PEMBAYARAN TAGIHAN"),
        order: word("Trx"),
        product: word("Produk"),
        name: word("Nama"),
        meter: word("No Meter"),
        tariff: word("Tarif/Daya"),
        reference: word("No Ref"),
        token: word("TOKEN"),
        price: word("HARGA"),
        ..Labels::default()
    }
}

fn receipts(c: &mut Criterion) {
    let labels = labels();
    for (name, card) in [("token", token()), ("year", year())] {
        let mut group = c.benchmark_group(name);
        group.warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
        let lay_out = || -> Receipt { lay_out(black_box(&card), &labels, at()) };
        group.bench_function("text", |b| b.iter(|| text::text(&lay_out())));
        group.bench_function("printer", |b| b.iter(|| escpos::bytes(&lay_out())));
        group.bench_function("picture", |b| b.iter(|| picture::picture(&lay_out())));
    }
}

criterion_group!(benches, receipts);
criterion_main!(benches);
