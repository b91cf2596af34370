use proptest::prelude::*;

use super::*;
use crate::json::tests::{configured, mutated, response};
use konter_core::ids::Reference;
use konter_core::money::Rupiah;
use konter_core::outcome::{Delivery, Detail, Details, Doubt, FailureKind, Inquiry, Outcome};

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/fixtures/teleanjar/", $name, ".json"))
    };
}

const INQUIRY_POSTPAID: &str = fixture!("inquiry-postpaid");
const INQUIRY_SCANNED: &str = fixture!("inquiry-postpaid-scanned");
const INQUIRY_PREPAID: &str = fixture!("inquiry-prepaid");
const INQUIRY_NONTAGLIS: &str = fixture!("inquiry-nontaglis");
const INQUIRY_TELKOM: &str = fixture!("inquiry-telkom");
const PAYMENT_POSTPAID: &str = fixture!("payment-postpaid");
const PAYMENT_PREPAID: &str = fixture!("payment-prepaid");
const PAYMENT_NONTAGLIS: &str = fixture!("payment-nontaglis");
const PAYMENT_TELKOM: &str = fixture!("payment-telkom");

const POSTPAID: Buy<'static> = Buy {
    inquiry: Some("D8BA"),
    ..Buy::first(Reference(1_795_248_000_000_001), "PLNPOST", "123456789282", ProductKind::Bill)
};
const PAID_POSTPAID: Buy<'static> = Buy { dest: "123456792482", ..POSTPAID };
const NONTAGLIS: Buy<'static> = Buy { sku: "PLNNON", dest: "5311000928219", ..POSTPAID };
const TELKOM: Buy<'static> = Buy { sku: "TELKOM", dest: "023158334621", ..POSTPAID };
const PREPAID: Buy<'static> = Buy {
    sku: "PLNPRE",
    dest: "55000002604",
    denom: Some(Rupiah::new(20_000)),
    max_cost: None,
    kind: ProductKind::Token,
    inquiry: Some("5D51"),
    ..POSTPAID
};
const PAID_PREPAID: Buy<'static> = Buy { dest: "12345678901", ..PREPAID };

fn tele() -> Teleanjar {
    let settings = [("PARTNER_ID", "MITRA7"), ("USERNAME", "budi"), ("PASSWORD", "rahasia"), ("API_KEY", "K3Y")];
    configured(&settings, Teleanjar::configure).unwrap()
}

fn now() -> NaiveDateTime {
    NaiveDateTime::parse_from_str("2018-05-30 15:02:26", "%Y-%m-%d %H:%M:%S").unwrap()
}

fn inquire(buy: &Buy<'_>, body: &str) -> InquiryReading {
    tele().read_inquiry(buy, &response(body))
}

fn found(buy: &Buy<'_>, body: &str) -> Inquiry {
    match inquire(buy, body) {
        InquiryReading::Found(inquiry) => inquiry,
        other => panic!("{other:?}"),
    }
}

fn pay(buy: &Buy<'_>, body: &str) -> Reading {
    tele().read_purchase(buy, &response(body))
}

/// A success and everything in it but the receipt.
fn paid(buy: &Buy<'_>, body: &str) -> (Reading, String, Details) {
    let mut reading = pay(buy, body);
    let Outcome::Success(Delivery { sn, mut details }) = reading.outcome else { panic!("{reading:?}") };
    assert!(details.remove(&Detail::Receipt).unwrap().starts_with("\u{1b}@||"));
    reading.outcome = Outcome::Pending; // said separately
    (reading, sn, details)
}

fn accounts(trx: &str, charged: i64, balance: i64) -> Reading {
    Reading {
        outcome: Outcome::Pending,
        supplier_trx: Some(trx.to_owned()),
        charged: Some(Rupiah::new(charged)),
        supplier_balance: Some(Rupiah::new(balance)),
    }
}

fn details(pairs: &[(Detail, &str)]) -> Details {
    pairs.iter().map(|&(detail, text)| (detail, text.to_owned())).collect()
}

#[test]
fn wants_four_settings_and_hides_all_that_holds_the_password() {
    let missing = configured(&[], Teleanjar::configure).err().unwrap();
    assert_eq!(missing, ["PARTNER_ID", "USERNAME", "PASSWORD", "API_KEY"]);
    let tele = tele();
    let secrets: Vec<_> = tele.secrets().into_iter().map(reveal).collect();
    assert_eq!(secrets, ["rahasia", "K3Y", "budi|rahasia", "YnVkaXxyYWhhc2lh"]);
}

#[test]
fn asks_and_pays_as_documented() {
    insta::assert_snapshot!(tele().inquiry(&POSTPAID, now()).unwrap().reveal(), @r#"
    POST /tele-api-v2/h2h/trx/inquiry
    X-API-KEY: K3Y
    Content-Type: application/json

    {"uuid":"MITRA7","ppid":"YnVkaXxyYWhhc2lh","udata":"UExOUE9TVHwxMjM0NTY3ODkyODI=","dtime":"2018-05-30 15:02:26","ket":"1795248000000001","X-API-KEY":"K3Y","signature":"f9a7c78204c8cdabc74ff1f10e3442e0"}
    "#);
    insta::assert_snapshot!(tele().purchase(&PREPAID, now()).reveal(), @r#"
    POST /tele-api-v2/h2h/trx/payment
    X-API-KEY: K3Y
    Content-Type: application/json

    {"uuid":"MITRA7","ppid":"YnVkaXxyYWhhc2lh","udata":"UExOUFJFfDU1MDAwMDAyNjA0fDVENTF8MjAwMDA=","dtime":"2018-05-30 15:02:26","ket":"1795248000000001","X-API-KEY":"K3Y","signature":"287550786df50c7d03674865b147835f"}
    "#);
    for (buy, respid, expected, signature) in [
        (POSTPAID, None, "PLNPOST|123456789282", "f9a7c78204c8cdabc74ff1f10e3442e0"),
        (POSTPAID, Some("D8BA"), "PLNPOST|123456789282|D8BA", "2afb7d185c208fbdc4febae0b24ecc1f"),
        (PREPAID, None, "PLNPRE|55000002604|20000", "519ab152ba4ec1a55a6f0f1f93d7d571"),
        (PREPAID, Some("5D51"), "PLNPRE|55000002604|5D51|20000", "287550786df50c7d03674865b147835f"),
    ] {
        assert_eq!(udata(&buy, respid), expected);
        assert_eq!(tele().signature("2018-05-30 15:02:26", expected), signature);
    }
}

#[test]
fn has_no_way_to_ask_again() {
    let now = crate::protocol::Now { utc: chrono::DateTime::UNIX_EPOCH, local: now() };
    assert_eq!(tele().status(&POSTPAID, now.utc, &now), None);
    assert_eq!(tele().balance(now.local), None);
    for kind in [ProductKind::Topup, ProductKind::Token, ProductKind::Bill] {
        assert!(tele().inquiry_first(kind));
    }
}

#[test]
fn inquires_pln_postpaid() {
    let inquiry = found(&POSTPAID, INQUIRY_POSTPAID);
    assert_eq!(inquiry.quote, "D8BA9284D292D7D4D277A7F64CFBEA84");
    assert_eq!(inquiry.total, Some(Rupiah::new(302_500)));
    assert_eq!(inquiry.supplier_balance, Some(Rupiah::new(901_256_709)));
    let [bill] = inquiry.bills.as_slice() else { panic!() };
    assert_eq!((bill.period.as_str(), bill.amount, bill.admin), ("MEI18", Rupiah::new(300_000), Rupiah::new(2_500)));
    let mut fields = inquiry.details;
    assert!(fields.remove(&Detail::Receipt).unwrap().starts_with("INFORMASI TAGIHAN LISTRIK||IDPEL"));
    let expected = [
        (Detail::CustomerId, "123456789282"),
        (Detail::CustomerName, "SUBSCRIBER NAME"),
        (Detail::Tariff, "R1"),
        (Detail::Power, "1300VA"),
        (Detail::Period, "MEI18"),
        (Detail::Admin, "2500"),
    ];
    assert_eq!(fields, details(&expected));
}

#[test]
fn reads_the_scans_own_faults() {
    let inquiry = found(&POSTPAID, INQUIRY_SCANNED);
    assert_eq!(inquiry.details[&Detail::CustomerName], "SUBSCRIBER\nNAME");
    assert!(inquiry.details[&Detail::Receipt].contains("TARIF\\|DAYA"));
    assert_eq!(inquiry.total, Some(Rupiah::new(302_500)));
}

/// Everything an inquiry tells but its receipt, which is checked to begin so.
fn told(inquiry: &Inquiry, receipt: &str) -> Details {
    let mut details = inquiry.details.clone();
    assert!(details.remove(&Detail::Receipt).unwrap().starts_with(receipt));
    details
}

#[test]
fn inquires_pln_prepaid_and_its_denominations() {
    for dest in ["55000002604", "100456789024"] {
        let inquiry = found(&Buy { dest, ..PREPAID }, INQUIRY_PREPAID);
        assert_eq!((inquiry.total, inquiry.bills.len(), inquiry.denoms.len()), (None, 0, 9));
        assert_eq!(inquiry.denoms.first(), Some(&Rupiah::new(20_000)));
        let expected = [
            (Detail::CustomerName, "Person 24"),
            (Detail::Meter, "55000002604"),
            (Detail::CustomerId, "100456789024"),
            (Detail::Tariff, "R3"),
            (Detail::Power, "7000VA"),
            (Detail::Admin, "1500"),
        ];
        assert_eq!(told(&inquiry, "INFORMASI PELANGGAN PREPAID||"), details(&expected));
    }
    let closed = Buy { denom: Some(Rupiah::new(25_000)), ..PREPAID };
    assert_eq!(inquire(&closed, INQUIRY_PREPAID), InquiryReading::Failed(FailureKind::ProductClosed));
}

#[test]
fn inquires_nontaglis_and_telkom() {
    let inquiry = found(&NONTAGLIS, INQUIRY_NONTAGLIS);
    assert_eq!(inquiry.total, Some(Rupiah::new(1_007_500)));
    let expected = [
        (Detail::CustomerName, "calle nagesh"),
        (Detail::CustomerId, "123456790282"),
        (Detail::Admin, "7500"),
        (Detail::RegistrationNumber, "5311000928219"),
        (Detail::TransactionName, "Tambah Daya"),
    ];
    assert_eq!(told(&inquiry, "INFORMASI PEMBAYARAN NONTAGLIS||"), details(&expected));
    let inquiry = found(&TELKOM, INQUIRY_TELKOM);
    assert_eq!(inquiry.total, Some(Rupiah::new(659_707)));
    let expected = [
        (Detail::CustomerName, "Pelanggan 250"),
        (Detail::CustomerId, "023158334621"),
        (Detail::Admin, "2500"),
        (Detail::Period, "4b2b77ebb7e"),
    ];
    assert_eq!(told(&inquiry, "INFORMASI TAGIHAN ||"), details(&expected));
}

#[test]
fn inquiries_fail_by_another_code_and_are_unknown_by_anything_else() {
    let refused = InquiryReading::Failed(FailureKind::Refused);
    assert_eq!(inquire(&POSTPAID, r#"{"response": "SWT:0014", "info": "IDPEL SALAH"}"#), refused);
    for (buy, body, expected) in [
        (POSTPAID, INQUIRY_POSTPAID.replace("123456789282", "123456789283"), Doubt::OtherDestination),
        (POSTPAID, INQUIRY_POSTPAID.replace("\"idpel\"", "\"id\""), Doubt::OtherDestination),
        (POSTPAID, INQUIRY_POSTPAID.replace("302500", "null"), Doubt::NotUnderstood),
        (POSTPAID, INQUIRY_POSTPAID.replace("302500", "-302500"), Doubt::NotUnderstood),
        (POSTPAID, INQUIRY_POSTPAID.replace("302500", "302500.5"), Doubt::NotUnderstood),
        (POSTPAID, INQUIRY_POSTPAID.replace(": 300000", ": 400000"), Doubt::Contradictory),
        (POSTPAID, INQUIRY_POSTPAID.replace("\"total\"", "\"jumlah\""), Doubt::OtherProduct),
        (POSTPAID, INQUIRY_POSTPAID.replace("respid", "id"), Doubt::NotUnderstood),
        (POSTPAID, INQUIRY_POSTPAID.replace("respdata", "data"), Doubt::NotUnderstood),
        (TELKOM, INQUIRY_TELKOM.replace("\"00\"", "\"14\""), Doubt::Contradictory),
        (PREPAID, INQUIRY_PREPAID.replace("50000,", "\"x\","), Doubt::NotUnderstood),
        (Buy { dest: "123456789282", ..PREPAID }, INQUIRY_POSTPAID.to_owned(), Doubt::OtherProduct),
        (POSTPAID, INQUIRY_POSTPAID[..300].to_owned(), Doubt::NotUnderstood),
        (POSTPAID, r#"{"response": ""}"#.to_owned(), Doubt::NotUnderstood),
        (POSTPAID, r#"{"response": "SWT:0000", "respid": "1", "respdata": []}"#.to_owned(), Doubt::NotUnderstood),
        (POSTPAID, "<html>SWT:0000</html>".to_owned(), Doubt::NotUnderstood),
    ] {
        assert_eq!(inquire(&buy, &body), InquiryReading::Unknown(expected), "{body}");
    }
}

#[test]
fn pays_several_months_of_pln_postpaid() {
    let (reading, sn, fields) = paid(&PAID_POSTPAID, PAYMENT_POSTPAID);
    assert_eq!(reading, accounts("5b0e5b344088e", 1_555_000, 901_256_709));
    assert_eq!(sn, "E29AF7F5547E4C68B928908A551DAB34");
    let expected = [
        (Detail::CustomerId, "123456792482"),
        (Detail::CustomerName, "carlton nas\"ser"),
        (Detail::Tariff, "R1"),
        (Detail::Power, "210000VA"),
        (Detail::Period, "FEB16, MAR16"),
        (Detail::Paid, "1555000"),
        (Detail::Admin, "5000"),
        (Detail::UtilityReference, "E29AF7F5547E4C68B928908A551DAB34"),
        (Detail::MeterStand, "00000000-00000000, 00000000-00000000"),
    ];
    assert_eq!(fields, details(&expected));
    // Both months paid: nothing is owed. Where 21 and then 20 more are, the customer must be told of the 20.
    let (_, _, fields) = paid(&PAID_POSTPAID, &PAYMENT_POSTPAID.replace("\"sisatungg\": ", "\"sisatungg\": 2"));
    assert_eq!(fields[&Detail::Arrears], "20");
}

#[test]
fn buys_a_pln_token() {
    let (reading, sn, fields) = paid(&PAID_PREPAID, PAYMENT_PREPAID);
    assert_eq!(reading, accounts("5acc5b7eee074", 22_400, 901_256_709));
    assert_eq!(sn, "67220840878184841314");
    let expected = [
        (Detail::Token, "6722 0840 8781 8484 1314"),
        (Detail::CustomerName, "Person 24"),
        (Detail::Meter, "12345678901"),
        (Detail::CustomerId, "100456789024"),
        (Detail::Tariff, "R3"),
        (Detail::Power, "7000VA"),
        (Detail::Kwh, "35"),
        (Detail::TokenAmount, "22500"),
        (Detail::Paid, "22400"),
        (Detail::Admin, "1500"),
        (Detail::Stamp, "3224"),
        (Detail::Vat, "2250"),
        (Detail::StreetLightTax, "19"),
        (Detail::Instalment, "7141"),
        (Detail::UtilityReference, "72195342CF8A47E59CAC9475AF48234B"),
        (Detail::Message, "Info Lebih Lanjut Hub 123 atau pln.co.id"),
    ];
    assert_eq!(fields, details(&expected));
}

#[test]
fn pays_nontaglis_and_telkom() {
    let (reading, sn, fields) = paid(&NONTAGLIS, PAYMENT_NONTAGLIS);
    assert_eq!(reading, accounts("5b626fb565a0f", 1_007_500, 1_132_651));
    assert_eq!(sn, "702CA2EF240E42D5A732E74251822025");
    let expected = [
        (Detail::CustomerName, "calle nagesh"),
        (Detail::CustomerId, "123456790282"),
        (Detail::Paid, "1007500"),
        (Detail::Admin, "7500"),
        (Detail::UtilityReference, "702CA2EF240E42D5A732E74251822025"),
        (Detail::RegistrationNumber, "5311000928219"),
        (Detail::TransactionName, "Tambah Daya"),
        (Detail::Message, "Hemat Listrik & Ayo Bebas Narkoba"),
    ];
    assert_eq!(fields, details(&expected));
    let (reading, sn, fields) = paid(&TELKOM, PAYMENT_TELKOM);
    assert_eq!(reading, accounts("52D16F98B50C4FD1B9068481A1683077", 659_707, 7_157_361));
    assert_eq!(sn, "52D16F98B50C4FD1B9068481A1683077");
    let expected = [
        (Detail::CustomerName, "Pelanggan 250"),
        (Detail::CustomerId, "023158334621"),
        (Detail::Paid, "659707"),
        (Detail::Admin, "2500"),
        (Detail::UtilityReference, "4b2b77ebb7e"),
    ];
    assert_eq!(fields, details(&expected));
}

#[test]
fn the_receipt_is_kept_as_printed() {
    let Outcome::Success(delivery) = pay(&PAID_PREPAID, PAYMENT_PREPAID).outcome else { panic!() };
    let receipt = &delivery.details[&Detail::Receipt];
    for part in ["\u{1b}@||BANK MEGA", "|40014002\\|DEV H2H|", ":|\u{1b}!\u{10}6722 0840 8781 8484 1314 \u{1b}!\u{1}|"]
    {
        assert!(receipt.contains(part), "{part}");
    }
}

#[test]
fn payments_that_prove_nothing_are_unknown() {
    for (buy, body, expected) in [
        (PAID_PREPAID, PAYMENT_PREPAID.replace("SWT:0000", "SWT:0005"), Doubt::Unlisted("SWT:0005".to_owned())),
        (PAID_PREPAID, PAYMENT_PREPAID.replace("SWT:0000", ""), Doubt::NotUnderstood),
        (PAID_PREPAID, PAYMENT_PREPAID.replace("6722 0840", "6722"), Doubt::NoSerial),
        (PAID_PREPAID, PAYMENT_PREPAID.replace("\"token\"", "\"t\""), Doubt::NoSerial),
        (PREPAID, PAYMENT_PREPAID.to_owned(), Doubt::OtherDestination),
        (Buy { kind: ProductKind::Bill, ..PAID_PREPAID }, PAYMENT_PREPAID.to_owned(), Doubt::OtherProduct),
        (Buy { kind: ProductKind::Token, ..TELKOM }, PAYMENT_TELKOM.to_owned(), Doubt::OtherProduct),
        (PAID_POSTPAID, PAYMENT_POSTPAID.replacen("123456792482", "123456792483", 1), Doubt::OtherDestination),
        (PAID_POSTPAID, PAYMENT_POSTPAID.replacen("\"billreff\"", "\"b\"", 1), Doubt::NoSerial),
        (PAID_POSTPAID, PAYMENT_POSTPAID.replacen("\"total\"", "\"t\"", 1), Doubt::NotUnderstood),
        (TELKOM, PAYMENT_TELKOM.replace("\"rc\": \"00\"", "\"rc\": \"68\""), Doubt::Contradictory),
        (TELKOM, PAYMENT_TELKOM.replace("\"respdata\"", "\"data\""), Doubt::NotUnderstood),
        (TELKOM, PAYMENT_TELKOM[..500].to_owned(), Doubt::NotUnderstood),
        (TELKOM, PAYMENT_TELKOM.replace("},\n  ],", "},\n  ,],"), Doubt::NotUnderstood),
        (TELKOM, "<html></html>".to_owned(), Doubt::NotUnderstood),
        (TELKOM, "x".repeat(10 << 20), Doubt::TooLarge),
    ] {
        let outcome = pay(&buy, &body).outcome;
        assert_eq!(outcome, Outcome::Unknown(expected), "{}", &body[..body.len().min(2000)]);
    }
}

#[test]
fn a_doubtful_payment_still_shows_the_balance() {
    let reading = pay(&TELKOM, &PAYMENT_TELKOM.replace("SWT:0000", "SWT:0068"));
    assert_eq!(reading.outcome, Outcome::Unknown(Doubt::Unlisted("SWT:0068".to_owned())));
    assert_eq!(reading.supplier_balance, Some(Rupiah::new(7_157_361)));
}

/// Without what may stand between a number's digits; a zero in front proves nothing either. See `same_destination`.
fn bare_text(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().filter(|c| !" +-.()".contains(*c)).collect()
}

proptest! {
    #[test]
    fn bytes_never_panic_and_decide_nothing(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let body = response(body);
        prop_assert!(matches!(tele().read_purchase(&PAID_PREPAID, &body).outcome, Outcome::Unknown(_)));
        prop_assert!(matches!(tele().read_inquiry(&PREPAID, &body), InquiryReading::Unknown(_)));
    }

    #[test]
    fn damaged_payments_never_fail_and_succeed_only_for_our_customer(
        body in mutated(&[PAYMENT_POSTPAID, PAYMENT_PREPAID, PAYMENT_NONTAGLIS, PAYMENT_TELKOM]),
    ) {
        let text = bare_text(&body);
        for buy in [PAID_POSTPAID, PAID_PREPAID, NONTAGLIS, TELKOM] {
            match tele().read_purchase(&buy, &response(body.clone())).outcome {
                Outcome::Success(_) => {
                    prop_assert!(text.contains("SWT:0000"));
                    prop_assert!(text.contains(buy.dest.trim_start_matches('0')), "{}", text);
                }
                other => prop_assert!(matches!(other, Outcome::Unknown(_)), "{:?}", other),
            }
        }
    }

    #[test]
    fn damaged_inquiries_are_found_only_for_our_customer(
        body in mutated(&[INQUIRY_POSTPAID, INQUIRY_PREPAID, INQUIRY_NONTAGLIS, INQUIRY_TELKOM, INQUIRY_SCANNED]),
    ) {
        let text = bare_text(&body);
        for buy in [POSTPAID, PREPAID, NONTAGLIS, TELKOM] {
            if let InquiryReading::Found(_) = tele().read_inquiry(&buy, &response(body.clone())) {
                prop_assert!(text.contains(buy.dest.trim_start_matches('0')), "{}", text);
            }
        }
    }
}
