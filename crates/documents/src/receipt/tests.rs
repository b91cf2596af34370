//! Receipts as customers see them: as text, as a printer's bytes and as pictures; and that nothing from outside gets
//! through that is not text.

use std::fmt::Write as _;

use chrono::{NaiveDate, NaiveDateTime};
use proptest::prelude::*;

use super::*;
use crate::receipt::ReceiptCard;
use konter_core::catalog::ProductKind;
use konter_core::ids::OrderId;
use konter_core::money::Rupiah;
use konter_core::outcome::{Bill, Detail, Details};

const POSTPAID: &str = include_str!("../../../../tests/fixtures/teleanjar/payment-postpaid.json");
const PREPAID: &str = include_str!("../../../../tests/fixtures/teleanjar/payment-prepaid.json");
const NONTAGLIS: &str = include_str!("../../../../tests/fixtures/teleanjar/payment-nontaglis.json");
const TELKOM: &str = include_str!("../../../../tests/fixtures/teleanjar/payment-telkom.json");

const TOKEN: &str = "6722 0840 8781 8484 1314";

/// `info_struk` of an answer as the document writes it.
fn info_struk(answer: &str) -> String {
    let (_, from) = answer.split_once("\"info_struk\": \"").expect("a receipt");
    let (raw, _) = from.split_once("\",\n  \"saldo\"").expect("the balance after it");
    raw.replace("\\u001b", "\u{1b}").replace("\\u0010", "\u{10}").replace("\\u0001", "\u{1}").replace("\\\"", "\"")
}

fn local() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2018, 5, 30).and_then(|day| day.and_hms_opt(15, 2, 26)).expect("a day")
}

/// The built-in Indonesian labels.
fn labels() -> Labels {
    let word = |text: &str| text.to_owned();
    Labels {
        title_topup: word("STRUK PEMBELIAN"),
        title_token: word("STRUK PEMBELIAN TOKEN LISTRIK"),
        title_bill: word("STRUK PEMBAYARAN TAGIHAN"),
        order: word("Trx"),
        product: word("Produk"),
        destination: word("No Tujuan"),
        customer: word("No Pelanggan"),
        buyer_phone: word("No HP"),
        meter: word("No Meter"),
        customer_id: word("ID Pel"),
        name: word("Nama"),
        tariff: word("Tarif/Daya"),
        registration_number: word("No Registrasi"),
        transaction_name: word("Transaksi"),
        kwh: word("Jml KWH"),
        token_amount: word("Rp Token"),
        vat: word("PPN"),
        street_light_tax: word("PPJ"),
        stamp: word("Meterai"),
        instalment: word("Angsuran"),
        admin: word("Admin"),
        reference: word("No Ref"),
        sn: word("SN"),
        token: word("TOKEN"),
        period: word("Periode"),
        meter_stand: word("Stand Meter"),
        arrears: word("Tunggakan"),
        months: word("bulan"),
        amount: word("Tagihan"),
        subtotal: word("Jumlah"),
        bill_total: word("Total Tagihan"),
        more_periods: word("Periode lain"),
        counter_fee: word("Biaya Loket"),
        total: word("TOTAL BAYAR"),
        price: word("HARGA"),
        cut: word("(struk terlalu panjang)"),
    }
}

fn details<const N: usize>(fields: [(Detail, &str); N]) -> Details {
    fields.into_iter().map(|(detail, value)| (detail, value.to_owned())).collect()
}

fn pulsa() -> ReceiptCard {
    ReceiptCard {
        shop: "Berkah Cell".to_owned(),
        footer: None,
        order: OrderId(1207),
        product: "S10".parse().expect("a code"),
        product_name: "Telkomsel 10.000".to_owned(),
        kind: ProductKind::Topup,
        dest: "081234567890".to_owned(),
        sn: "0041003456789012345".to_owned(),
        details: Details::new(),
        bills: Vec::new(),
        buyer_phone: None,
        price: None,
        at: local().and_utc(),
    }
}

/// With the fields of xgateway's serial number.
fn token() -> ReceiptCard {
    ReceiptCard {
        product: "PLN20".parse().expect("a code"),
        product_name: "Token PLN 20.000".to_owned(),
        kind: ProductKind::Token,
        dest: "14012345678".to_owned(),
        sn: "67220840878184841314".to_owned(),
        details: details([
            (Detail::Token, TOKEN),
            (Detail::CustomerName, "BUDI SANTOSO"),
            (Detail::Tariff, "R1"),
            (Detail::Power, "1300VA"),
            (Detail::Kwh, "13,5"),
        ]),
        buyer_phone: Some("081234567890".to_owned()),
        ..pulsa()
    }
}

fn full_token() -> ReceiptCard {
    let mut card = token();
    card.details.extend(details([
        (Detail::Meter, "14012345678"),
        (Detail::CustomerId, "532100456789"),
        (Detail::TokenAmount, "18500"),
        (Detail::Vat, "0"),
        (Detail::StreetLightTax, "1500"),
        (Detail::Stamp, "0"),
        (Detail::Instalment, "0"),
        (Detail::Admin, "2500"),
        (Detail::UtilityReference, "72195342CF8A47E59CAC9475AF48234B"),
    ]));
    ReceiptCard { price: Some(Rupiah::new(22_000)), footer: Some("Terima kasih\nSimpan struk ini".to_owned()), ..card }
}

fn month(period: &str, amount: i64) -> Bill {
    Bill {
        period: period.to_owned(),
        amount: Rupiah::new(amount),
        admin: Rupiah::new(2_500),
        total: Rupiah::new(amount + 2_500),
    }
}

fn bill(months: &[Bill]) -> ReceiptCard {
    ReceiptCard {
        product: "PLNPASCA".parse().expect("a code"),
        product_name: "PLN Pascabayar".to_owned(),
        kind: ProductKind::Bill,
        dest: "123456792482".to_owned(),
        sn: "E29AF7F5547E4C68B928908A551DAB34".to_owned(),
        details: details([
            (Detail::CustomerId, "123456792482"),
            (Detail::CustomerName, "carlton nas\"ser"),
            (Detail::Tariff, "R1"),
            (Detail::Power, "210000VA"),
            (Detail::Period, "FEB16, MAR16"),
            (Detail::Admin, "5000"),
            (Detail::MeterStand, "00012345-00012400"),
            (Detail::Arrears, "1"),
            (Detail::UtilityReference, "E29AF7F5547E4C68B928908A551DAB34"),
        ]),
        bills: months.to_vec(),
        ..pulsa()
    }
}

fn two_months() -> ReceiptCard {
    bill(&[month("FEB16", 500_000), month("MAR16", 1_050_000)])
}

fn printed(answer: &str, card: ReceiptCard) -> ReceiptCard {
    with_receipt(&info_struk(answer), card)
}

fn with_receipt(text: &str, mut card: ReceiptCard) -> ReceiptCard {
    card.details.insert(Detail::Receipt, text.to_owned());
    card
}

fn laid_out(card: &ReceiptCard) -> Receipt {
    lay_out(card, &labels(), local())
}

fn shown(card: &ReceiptCard) -> String {
    text::text(&laid_out(card))
}

#[test]
fn a_receipt_for_every_kind_of_product() {
    let footer = Some("Terima kasih".to_owned());
    insta::assert_snapshot!("topup", shown(&pulsa()));
    let game = ReceiptCard {
        price: Some(Rupiah::new(12_000)),
        footer: footer.clone(),
        buyer_phone: Some("085711112222".to_owned()),
        sn: "UniPin voucher 4A7C-99F0-12BD-77E1 / serial GRN-20180530-000000123456789".to_owned(),
        ..pulsa()
    };
    insta::assert_snapshot!("topup_with_price", shown(&game));
    insta::assert_snapshot!("token_few_fields", shown(&token()));
    insta::assert_snapshot!("token_all_fields", shown(&full_token()));
    insta::assert_snapshot!("bill_one_month", shown(&bill(&[month("FEB16", 500_000)])));
    insta::assert_snapshot!(
        "bill_two_months",
        shown(&ReceiptCard { price: Some(Rupiah::new(1_560_000)), footer, ..two_months() })
    );
}

#[test]
fn a_suppliers_own_receipt_is_kept_as_printed() {
    let prepaid = ReceiptCard { price: Some(Rupiah::new(25_000)), ..token() };
    insta::assert_snapshot!("teleanjar_prepaid", shown(&printed(PREPAID, prepaid)));
    let postpaid = ReceiptCard { price: Some(Rupiah::new(1_560_000)), ..two_months() };
    insta::assert_snapshot!("teleanjar_postpaid", shown(&printed(POSTPAID, postpaid)));
    let nontaglis = ReceiptCard { sn: "702CA2EF240E42D5A732E74251822025".to_owned(), ..bill(&[]) };
    insta::assert_snapshot!("teleanjar_nontaglis", shown(&printed(NONTAGLIS, nontaglis)));
    let telkom = ReceiptCard { sn: "52D16F98B50C4FD1B9068481A1683077".to_owned(), ..bill(&[]) };
    insta::assert_snapshot!("teleanjar_telkom", shown(&printed(TELKOM, telkom)));
}

#[test]
fn what_is_bought_stands_on_every_receipt_whole() {
    let digits: String = TOKEN.chars().filter(char::is_ascii_digit).collect();
    let sn = "AB12".repeat(100);
    for (card, wanted) in [
        (token(), digits.clone()),
        (printed(PREPAID, token()), digits.clone()),
        // Their receipt without the token, or cut before it.
        (with_receipt("STRUK|NO METER : 123", token()), digits.clone()),
        (ReceiptCard { details: Details::new(), ..token() }, digits),
        (ReceiptCard { sn: sn.clone(), ..pulsa() }, sn.clone()),
        (with_receipt("STRUK", ReceiptCard { sn: sn.clone(), ..bill(&[]) }), sn.clone()),
        (ReceiptCard { kind: ProductKind::Token, sn: sn.clone(), ..pulsa() }, sn.clone()),
        (with_receipt("a|\u{1b}@||", ReceiptCard { sn: sn.clone(), ..token() }), "67220840878184841314".to_owned()),
    ] {
        let squeezed: String = shown(&card).chars().filter(|c| c.is_alphanumeric()).collect();
        assert!(squeezed.contains(&wanted), "{}", shown(&card));
    }
}

#[test]
fn the_customer_pays_what_the_reseller_says_and_no_other_price_is_told() {
    let total = 1_555_000;
    for (card, price, says, says_not) in [
        (pulsa(), None, vec![], vec!["Rp", "HARGA", "TOTAL"]),
        (pulsa(), Some(12_000), vec!["HARGA", "Rp 12.000"], vec!["TOTAL", "Biaya"]),
        (two_months(), None, vec!["Total Tagihan"], vec!["TOTAL BAYAR", "Biaya"]),
        (two_months(), Some(total), vec!["TOTAL BAYAR", "Rp 1.555.000"], vec!["Biaya"]),
        (two_months(), Some(total + 5_000), vec!["Biaya Loket   :         Rp 5.000", "Rp 1.560.000"], vec![]),
        (two_months(), Some(total - 1), vec!["TOTAL BAYAR", "Rp 1.554.999"], vec!["Biaya"]),
        (bill(&[]), Some(5_000), vec!["TOTAL BAYAR", "Rp 5.000"], vec!["Biaya", "Total Tagihan"]),
    ] {
        let shown = shown(&ReceiptCard { price: price.map(Rupiah::new), ..card });
        for part in says {
            assert!(shown.contains(part), "{part} in\n{shown}");
        }
        for part in says_not {
            assert!(!shown.contains(part), "{part} not in\n{shown}");
        }
    }
}

#[test]
fn printer_commands_are_carried_out_or_left_out_whole() {
    for (raw, rows) in [
        ("a|b", vec!["a", "b"]),
        (r"R1\|1300VA\x", vec![r"R1|1300VA\x"]),
        ("||a||||b||", vec!["a", "", "", "b"]),
        ("a\r\nb\nc\td", vec!["a b c d"]),
        ("\u{1b}@a\u{1b}!\u{1}b\u{1b}d\u{5}c\u{1b}a1d", vec!["abcd"]),
        ("\u{1d}!\u{11}a\u{1d}V1b\u{1d}VA\u{3}c\u{1d}(kABCd", vec!["abc"]),
        ("\u{1d}(k\u{2}\u{0}xyd", vec!["d"]),
        ("\u{1b}p\u{0}\u{19}\u{19}a\u{1b}D\u{8}\u{10}\u{0}b\u{1c}&c\u{1b}*!\u{1}\u{0}dots|e", vec!["abc", "e"]),
        // No command, or one that its line does not finish.
        ("\u{1b}Za\u{1b}|b\u{1b}p|c\u{1d}", vec!["Za", "b", "c"]),
        ("\u{7}\u{8}\u{0}a\u{9b}b\u{202e}\u{200b}c", vec!["abc"]),
        ("\u{1b}@|\u{1b}!\u{8}| \u{200b} |", vec![]),
    ] {
        let lines = Receipt { lines: printed::lines(raw) };
        let read: Vec<String> = lines
            .rows(Letters::OneSize)
            .into_iter()
            .map(|row| match row {
                Row::Text { text, .. } => text,
                Row::Gap | Row::Rule => String::new(),
            })
            .collect();
        assert_eq!(read, rows, "{raw:?}");
    }
}

#[test]
fn the_print_mode_makes_letters_bold_big_and_underlined() {
    let tall = Style { size: Size::Tall, ..Style::PLAIN };
    for (raw, styles) in [
        ("a|\u{1b}!\u{8}b|c|\u{1b}@d", vec![Style::PLAIN, Style::BOLD, Style::BOLD, Style::PLAIN]),
        (
            "\u{1b}!\u{30}a|\u{1b}!\u{20}b",
            vec![Style { size: Size::Large, ..Style::PLAIN }, Style { size: Size::Wide, ..Style::PLAIN }],
        ),
        ("\u{1b}!\u{80}a", vec![Style { underline: Underline::Single, ..Style::PLAIN }]),
        // The strongest in the line counts, and one without letters does not.
        ("TOKEN \u{1b}!\u{10}6722 \u{1b}!\u{1}|a", vec![tall, Style::PLAIN]),
        ("a\u{1b}!\u{10} \u{1b}!\u{1}", vec![Style::PLAIN]),
    ] {
        let found: Vec<Style> = printed::lines(raw)
            .iter()
            .map(|line| match line {
                Line::Text { style, .. } | Line::Field { style, .. } => *style,
                Line::Gap | Line::Rule => Style::PLAIN,
            })
            .collect();
        assert_eq!(found, styles, "{raw:?}");
    }
}

/// A printer's bytes for people: a line for each row, commands by name.
fn read_bytes(bytes: &[u8]) -> String {
    let mut out = String::new();
    let mut rest = bytes;
    loop {
        rest = match rest {
            [] => return out,
            [0x1b, b'@', rest @ ..] => {
                out += "<reset>";
                rest
            }
            [0x1b, b't', 0, rest @ ..] => {
                out += "<PC437>\n";
                rest
            }
            [0x1b, b'a', n @ 0..=1, rest @ ..] => {
                out += ["<left>", "<centre>"][usize::from(*n)];
                rest
            }
            [0x1b, b'E', n @ 0..=1, rest @ ..] => {
                out += ["<normal>", "<bold>"][usize::from(*n)];
                rest
            }
            [0x1b, b'-', n @ 0..=1, rest @ ..] => {
                out += ["<no line>", "<underline>"][usize::from(*n)];
                rest
            }
            [0x1d, b'!', n @ (0 | 1 | 0x10 | 0x11), rest @ ..] => {
                let _ = write!(out, "<size {n:02x}>");
                rest
            }
            [0x1b, b'd', 1, rest @ ..] => {
                out += "\n";
                rest
            }
            [0x1b, b'd', 4, rest @ ..] => {
                out += "<feed 4>";
                rest
            }
            [0x1d, b'V', 66, 0] => {
                out += "<cut>";
                &[]
            }
            [c @ b' '..=b'~', rest @ ..] => {
                out.push(char::from(*c));
                rest
            }
            other => panic!("unknown: {:02x?} after {out}", &other[..other.len().min(8)]),
        }
    }
}

#[test]
fn printers_get_ascii_and_a_few_commands() {
    let card =
        ReceiptCard { shop: "Toko René".to_owned(), footer: Some("“Terima kasih” 😀".to_owned()), ..token() };
    insta::assert_snapshot!("escpos_token", read_bytes(&escpos::bytes(&laid_out(&card))));
    let printed = printed(PREPAID, token());
    insta::assert_snapshot!("escpos_teleanjar", read_bytes(&escpos::bytes(&laid_out(&printed))));
}

/// Width, height, and the dots as brightness.
fn decoded(png: &[u8]) -> (usize, usize, Vec<u8>) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
    decoder.set_transformations(png::Transformations::EXPAND);
    let (info, dots) = whole_frame(decoder);
    assert_eq!(info.color_type, png::ColorType::Rgb);
    let (width, height) = (usize::try_from(info.width).unwrap(), usize::try_from(info.height).unwrap());
    (width, height, dots.chunks(3).map(|dot| dot[0]).collect())
}

fn whole_frame(decoder: png::Decoder<std::io::Cursor<&[u8]>>) -> (png::OutputInfo, Vec<u8>) {
    let mut reader = decoder.read_info().expect("a PNG");
    let mut dots = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut dots).expect("a whole PNG");
    (info, dots)
}

/// The share of dark dots between two rows of ordinary letters' tops.
fn ink(png: &[u8], top: usize, bottom: usize) -> usize {
    let (width, _, dots) = decoded(png);
    dots[top * width..bottom * width].iter().filter(|dot| **dot < 128).count()
}

fn drawn(card: &ReceiptCard) -> picture::Picture {
    picture::picture(&laid_out(card)).expect("a picture")
}

#[test]
fn pictures_show_the_token_big() {
    let picture = drawn(&token());
    let (width, height, _) = decoded(&picture.png);
    assert_eq!((width, height), (picture::WIDTH, usize::try_from(picture.height).unwrap()));
    assert!(picture.png.len() < 60_000, "{} bytes", picture.png.len());

    // The token's two large rows, its rule and the paper's edge below are the end of this receipt.
    let token_rows = (height - 44 - 26 - 2 * 70, height - 44 - 26);
    assert!(ink(&picture.png, token_rows.0, token_rows.1) > 5_000);
    assert_eq!(ink(&picture.png, height - 40, height), 0);
    let mut none = token();
    none.details.remove(&Detail::Token);
    none.sn.clear();
    assert!(drawn(&none).height < picture.height);
    assert!(drawn(&full_token()).height > picture.height);
}

#[test]
fn letters_the_font_lacks_are_left_out() {
    let name = |name: &str| {
        let mut card = token();
        card.details.insert(Detail::CustomerName, name.to_owned());
        let picture = drawn(&card);
        ink(&picture.png, 0, usize::try_from(picture.height).unwrap())
    };
    assert_eq!(name("Budi 株"), name("Budi"));
    assert_ne!(name("Budi"), name("Budi S"));
}

#[test]
fn limits_hold_and_say_so() {
    let months: Vec<Bill> = (0..200).map(|n| month(&format!("M{n}"), 1_000)).collect();
    let text = shown(&bill(&months));
    assert!(text.contains("Periode lain  : +140") && text.contains("Rp 700.000"), "{text}");
    assert!(text.contains("E29AF7F5547E4C68"), "{text}");

    let text = shown(&with_receipt(&"a|".repeat(4_000), token()));
    assert!(text.contains("(struk terlalu panjang)") && text.contains(TOKEN), "{text}");
    assert!(text.lines().count() < MOST_PRINTED_ROWS + 20);

    let footer = shown(&ReceiptCard { footer: Some("x\n".repeat(500)), ..pulsa() });
    assert!(footer.lines().count() < 30, "{footer}");
    let long = shown(&ReceiptCard { footer: Some("q".repeat(500)), shop: "y".repeat(500), ..pulsa() });
    assert_eq!((long.matches('q').count(), long.matches('y').count()), (LONGEST_FOOTER, LONGEST_SHOP));
    assert!(long.ends_with('…'), "{long}");
}

#[test]
fn months_that_add_up_to_too_much_have_no_total() {
    let text =
        shown(&ReceiptCard { price: Some(Rupiah::new(1)), ..bill(&[month("A", 1), month("B", i64::MAX - 2_500)]) });
    assert!(!text.contains("Total Tagihan") && text.contains("TOTAL BAYAR"), "{text}");
}

/// The words of this file are those of the language file.
/// Whatever is on it, a receipt is one: its text has no control characters and fits the paper, its bytes are known
/// commands, its picture can be decoded.
fn check(card: &ReceiptCard) {
    let text = shown(card);
    assert!(!text.chars().any(|c| c != '\n' && c.is_control()), "{text:?}");
    assert!(text.lines().all(|line| line.chars().count() <= COLUMNS), "{text}");
    read_bytes(&escpos::bytes(&laid_out(card)));
    let png = drawn(card).png;
    let (info, _) = whole_frame(png::Decoder::new(std::io::Cursor::new(&png)));
    assert_eq!(usize::try_from(info.width), Ok(picture::WIDTH));
}

#[test]
fn hostile_words_make_a_receipt_all_the_same() {
    for text in [
        String::new(),
        "\u{1b}".repeat(10_000),
        "x".repeat(10_000),
        "\u{1b}!\u{30}".repeat(1_000) + &"9".repeat(5_000),
        "\u{1d}(k\u{ff}\u{ff}".repeat(500),
        "😀👨‍👩‍👧\u{202e}\u{2066}\u{200d}\u{feff}مرحبا\u{300}".repeat(100),
        "|".repeat(10_000),
        "\\|".repeat(5_000),
        ": ".repeat(5_000),
        "Tail\u{e000}\u{e001}\u{10ffff}\u{0}".repeat(10),
    ] {
        check(&with_receipt(&text, ReceiptCard { footer: Some(text.clone()), ..full_token() }));
        let details = details([(Detail::CustomerName, text.as_str()), (Detail::Kwh, &text), (Detail::Admin, &text)]);
        let (sn, dest, product_name) = (text.clone(), text.clone(), text.clone());
        check(&ReceiptCard { details, shop: text, sn, dest, product_name, ..pulsa() });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_words_make_a_receipt(printed in any::<String>(), codes in "[\u{1b}\u{1c}\u{1d}!@(kVpa\u{0}-\u{20}|0-9 :é]{0,200}", sn in ".{0,80}") {
        check(&with_receipt(&printed, ReceiptCard { sn: sn.clone(), shop: codes.clone(), ..token() }));
        check(&with_receipt(&codes, ReceiptCard { sn, footer: Some(printed), ..two_months() }));
    }
}

#[test]
fn what_the_fonts_lack_is_left_out_of_a_picture() {
    let with = |footer: &str| drawn(&ReceiptCard { footer: Some(footer.to_owned()), ..token() }).png;
    assert_eq!(with("Terima kasih \u{1F64F}"), with("Terima kasih"));
    assert!(picture::is_drawn("Terima kasih – “ya”") && !picture::is_drawn("Makasih \u{1F64F}"));
}
