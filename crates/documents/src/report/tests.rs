//! Files against what went into them.

use std::io::{Cursor, Read as _};

use chrono::NaiveDate;

use super::*;
use konter_core::money::Rupiah;
use konter_core::report::{Ranking, Share, ShopCard, Slots, Span, Tally};

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
}

fn busy() -> Tally {
    Tally {
        orders: 6,
        delivered: 3,
        failed: 2,
        reversed: 1,
        open: 1,
        sales: Rupiah::new(41_750),
        held: Rupiah::new(10_500),
        cost: Rupiah::new(40_900),
        uplines: Rupiah::new(250),
    }
}

/// One day's report.
fn sample() -> ShopCard {
    let rest =
        Tally { orders: 2, delivered: 2, sales: Rupiah::new(20_000), cost: Rupiah::new(20_500), ..Tally::default() };
    let ranking = |code: &str, name: &str| Ranking {
        shares: vec![Share { code: code.to_owned(), name: name.to_owned(), tally: busy() }],
        left_out: 2,
        rest,
    };
    ShopCard {
        span: Span::day(day(21)),
        total: busy(),
        before: None,
        slots: Slots::Hours(vec![busy(); 24]),
        products: ranking("S10", "Telkomsel 10.000"),
        suppliers: ranking("kios", ""),
        agents: ranking("KR0001", "Budi Cell"),
        paid_in: Rupiah::new(500_000),
        paid_out: Rupiah::new(5_000),
        open_now: 1,
        held_now: Rupiah::new(10_500),
    }
}

fn labels() -> Labels {
    let word = |text: &str| text.to_owned();
    Labels {
        title: word("Penjualan dan laba"),
        total: word("Total"),
        hours: word("Jam"),
        days: word("Hari"),
        products: word("Produk"),
        suppliers: word("Supplier"),
        resellers: word("Agen"),
        others: word("lainnya"),
        table: word("tabel"),
        code: word("kode"),
        name: word("nama"),
        orders: word("trx"),
        delivered: word("berhasil"),
        failed: word("gagal"),
        reversed: word("batal"),
        open: word("terbuka"),
        sales: word("penjualan"),
        cost: word("modal"),
        uplines: word("markup upline"),
        margin: word("laba"),
        thousand: word("rb"),
        million: word("jt"),
        billion: word("M"),
    }
}

/// A reseller that hopes its name is worked out on the owner's computer.
fn with_a_nasty_name() -> ShopCard {
    let mut card = sample();
    for (n, name) in ["=HYPERLINK(\"http://x\",\"y\")", "+62", "-1", "@SUM(A1)", "\tx", "Toko \"A\", B", "  =1"]
        .into_iter()
        .enumerate()
    {
        let mut share = card.agents.shares[0].clone();
        share.code = format!("KR{:04}", n + 2);
        name.clone_into(&mut share.name);
        card.agents.shares.push(share);
    }
    card
}

#[test]
fn a_csv_has_every_figure_and_no_formula() {
    let bytes = csv::csv(&with_a_nasty_name(), &labels()).unwrap();
    let text = std::str::from_utf8(&bytes).unwrap();
    assert!(text.starts_with('\u{feff}'));
    insta::assert_snapshot!("csv", text.trim_start_matches('\u{feff}').replace('\r', ""));
    let mut table = ::csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    for row in table.records() {
        let row = row.unwrap();
        for text in row.iter().take(3) {
            assert!(!text.trim_start().starts_with(['=', '+', '-', '@', '\t']), "{row:?}");
        }
        assert!(row.iter().skip(3).all(|number| number.parse::<i64>().is_ok()), "{row:?}");
    }
}

/// A file inside a spreadsheet.
fn part(book: &[u8], name: &str) -> String {
    let mut book = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut text = String::new();
    book.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_spreadsheet_opens_and_has_a_sheet_for_each_table() {
    let card = with_a_nasty_name();
    let book = xlsx::xlsx(&card, &labels()).unwrap();
    assert_eq!(xlsx::xlsx(&card, &labels()).unwrap(), book, "the same figures, the same bytes");
    let names = part(&book, "xl/workbook.xml");
    for name in ["Total", "Jam", "Produk", "Supplier", "Agen"] {
        assert!(names.contains(&format!("<sheet name=\"{name}\"")), "{names}");
    }
    let agents = part(&book, "xl/worksheets/sheet5.xml");
    assert!(!agents.contains("<f>"), "{agents}");
    let strings = part(&book, "xl/sharedStrings.xml");
    assert!(strings.contains("'=HYPERLINK") && strings.contains("'@SUM") && strings.contains("'+62"), "{strings}");
    // Row 2 of the first sheet: all figures as numbers.
    let total = part(&book, "xl/worksheets/sheet1.xml");
    let value = |cell: &str| {
        let rest = total.split_once(&format!("<c r=\"{cell}\"")).unwrap().1;
        rest.split_once("<v>").unwrap().1.split_once("</v>").unwrap().0.parse::<f64>().unwrap()
    };
    let expected = [6.0, 3.0, 2.0, 1.0, 1.0, 41_750.0, 40_900.0, 250.0, 600.0];
    for (cell, expected) in ["C2", "D2", "E2", "F2", "G2", "H2", "I2", "J2", "K2"].into_iter().zip(expected) {
        assert!((value(cell) - expected).abs() < 0.5, "{cell}: {} is not {expected}", value(cell));
    }
}

#[test]
fn a_language_whose_words_do_not_do_as_names_of_sheets_still_gets_a_spreadsheet() {
    let labels = Labels { total: "a/b".to_owned(), products: "x".repeat(40), hours: String::new(), ..labels() };
    let book = xlsx::xlsx(&sample(), &labels).unwrap();
    assert!(part(&book, "xl/workbook.xml").contains("<sheet name=\"Sheet1\""));
}

#[test]
fn charts_are_drawn_of_anything() {
    let busy = |slots| ShopCard { slots, ..sample() };
    let at = |sales, cost| Tally {
        orders: 1,
        delivered: 1,
        sales: Rupiah::new(sales),
        cost: Rupiah::new(cost),
        ..Tally::default()
    };
    let shape = [0, 0, 0, 0, 0, 1, 3, 6, 8, 9, 7, 8, 12, 11, 8, 7, 8, 10, 13, 15, 12, 8, 4, 2];
    let hours = shape.map(|n| at(n * 152_500, n * 148_700 + if n == 10 { 9_000 } else { 0 }));
    let mut loss = hours;
    loss[13].cost = Rupiah::new(11 * 152_500 + 21_000);
    let month = Span::new(day(1), day(30)).unwrap();
    let days =
        month.days().zip(1..).map(|(day, n)| (day, at(n * 1_310_000 % 9_000_000, n * 1_270_000 % 8_700_000))).collect();
    for (name, card) in [
        ("hours", busy(Slots::Hours(hours.to_vec()))),
        ("loss", busy(Slots::Hours(loss.to_vec()))),
        ("days", ShopCard { span: month, ..busy(Slots::Days(days)) }),
        ("empty", busy(Slots::Hours(vec![Tally::default(); 24]))),
        ("huge", busy(Slots::Hours(vec![at(i64::MAX, 0), at(0, i64::MAX)]))),
        ("none", busy(Slots::Days(Vec::new()))),
    ] {
        let png = chart::chart(&card, &labels()).unwrap();
        let reader = png::Decoder::new(Cursor::new(&png)).read_info().unwrap();
        assert_eq!((reader.info().width, reader.info().height), (1_080, 960), "{name}");
    }
}
