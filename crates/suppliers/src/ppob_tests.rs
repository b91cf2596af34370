use proptest::prelude::*;

use super::*;
use crate::json::tests::{callback, configured, mutated, response};
use konter_core::outcome::{Bill, Sending};

const ACCEPTED: &str = include_str!("../../../tests/fixtures/ppob/accepted.json");
const FOUND: &str = include_str!("../../../tests/fixtures/ppob/found.json");
const REPORT: &str = include_str!("../../../tests/fixtures/ppob/report.txt");
/// The document shows no inquiry; this is its reply format with a text as such gateways write it.
const INQUIRY: &str = include_str!("../../../tests/fixtures/ppob/inquiry.json");

const BUY: Buy<'static> = Buy::first(Reference(1_795_248_000_000_001), "S10", "08123214214", ProductKind::Topup);
const BILL: Buy<'static> = Buy { sku: "CEKPLN", kind: ProductKind::Bill, inquiry: Some("6748325"), ..BUY };
const TOKEN: Buy<'static> = Buy { kind: ProductKind::Token, ..BUY };

fn ppob() -> Ppob {
    configured(&[("USERNAME", "User1"), ("TOKEN", "tok3n")], Ppob::configure).unwrap()
}

#[test]
fn a_serial_that_a_bare_ampersand_cut_off_is_doubt() {
    for (query, is_doubt) in [
        (REPORT.replace("0123456789", "0123&456"), true),
        (REPORT.replace("0123456789", "0123&"), false),
        (REPORT.replace("Sn=0123456789", "sn"), false),
        (format!("debug&{}&x=1", REPORT.trim()), false),
    ] {
        assert_eq!(doubt(report(&query)), is_doubt.then_some(Doubt::NotUnderstood), "{query}");
    }
}

fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
}

fn reply(body: &str) -> Reading {
    ppob().read_purchase(&BUY, &response(body))
}

fn report(query: &str) -> Reading {
    ppob().read_callback(&BUY, &callback(query))
}

fn delivered(sn: &str) -> Outcome {
    Outcome::Success(Delivery { sn: sn.to_owned(), ..Delivery::default() })
}

fn told(details: &Details) -> Vec<(Detail, &str)> {
    details.iter().map(|(detail, value)| (*detail, value.as_str())).collect()
}

fn doubt(reading: Reading) -> Option<Doubt> {
    if let Outcome::Unknown(doubt) = reading.outcome { Some(doubt) } else { None }
}

#[test]
fn wants_username_and_token() {
    assert_eq!(configured(&[], Ppob::configure).err().unwrap(), ["USERNAME", "TOKEN"]);
    assert_eq!(ppob().secrets().into_iter().map(reveal).collect::<Vec<_>>(), ["tok3n"]);
}

#[test]
fn orders_as_documented_and_asks_with_the_same_order() {
    let first = at("2024-05-26 08:34:56");
    insta::assert_snapshot!(ppob().purchase(&BUY, first).reveal(), @r#"
    POST /trx/topup
    GW-username: User1
    GW-datetime: 2024-05-26 08:34:56
    GW-signature: 0fa2c8f5dd0b6f7e03b009c28b91047892363868639667b77b5d8d948482e47e
    Content-Type: application/json

    {"code":"S10","dest":"08123214214","refid":1795248000000001}
    "#);
    for buy in [BUY, BILL, TOKEN] {
        let later = Now { utc: DateTime::UNIX_EPOCH, local: at("2024-05-26 09:00:00") };
        assert_eq!(ppob().status(&buy, later.utc, &later), Some(ppob().purchase(&buy, later.local)));
        assert!(ppob().purchase(&buy, later.local).body == ppob().purchase(&buy, first).body);
    }
    assert_eq!(ppob().balance(first), None);
}

#[test]
fn a_bill_is_asked_for_under_another_reference_than_it_is_paid() {
    let now = at("2024-05-26 08:34:56");
    assert_eq!(ppob().inquiry(&BUY, now), None);
    insta::assert_snapshot!(ppob().inquiry(&BILL, now).unwrap().reveal(), @r#"
    POST /trx/topup
    GW-username: User1
    GW-datetime: 2024-05-26 08:34:56
    GW-signature: 0fa2c8f5dd0b6f7e03b009c28b91047892363868639667b77b5d8d948482e47e
    Content-Type: application/json

    {"code":"CEKPLN","dest":"08123214214","refid":6298847627370497}
    "#);
    insta::assert_snapshot!(ppob().purchase(&BILL, now).reveal(), @r#"
    POST /trx/payment
    GW-username: User1
    GW-datetime: 2024-05-26 08:34:56
    GW-signature: 0fa2c8f5dd0b6f7e03b009c28b91047892363868639667b77b5d8d948482e47e
    Content-Type: application/json

    {"inq_id":6748325,"refid":1795248000000001}
    "#);
}

#[test]
fn reads_every_documented_status() {
    for body in [ACCEPTED, FOUND] {
        for (word, expected) in [
            ("Waiting", Outcome::Pending),
            ("PENDING", Outcome::Pending),
            ("failed", Outcome::Failed(FailureKind::Refused)),
        ] {
            let reading = reply(&body.replace("Waiting", word));
            let trx = Some("6748324".to_owned());
            assert_eq!(reading, Reading { supplier_trx: trx, ..Reading::new(expected) }, "{word}");
        }
    }
    let success = FOUND.replace("Waiting", "Success").replace("\"sn\":\"\"", "\"sn\":\"0123456789\"");
    assert_eq!(reply(&success).outcome, delivered("0123456789"));
    assert_eq!(reply(&success.replace("1795248000000001", "\"1795248000000001\"")).outcome, delivered("0123456789"));
    assert_eq!(reply(&success.replace("S10", "s10").replace("\"0812", "\"62812")).outcome, delivered("0123456789"));
}

#[test]
fn a_repeat_that_is_refused_says_nothing_of_the_first() {
    let again = |body: &str| ppob().read_status(&BUY, &response(body)).outcome;
    let refused = ACCEPTED.replace("Waiting", "Failed");
    assert_eq!(again(&refused), Outcome::Unknown(Doubt::Inconclusive("Failed".to_owned())));
    assert_eq!(reply(&refused).outcome, Outcome::Failed(FailureKind::Refused));
    assert_eq!(again(&FOUND.replace("Waiting", "Failed")), Outcome::Failed(FailureKind::Refused));
    assert_eq!(again(ACCEPTED), Outcome::Pending);
    assert_eq!(again(FOUND), Outcome::Pending);
}

#[test]
fn prose_in_the_place_of_a_serial_is_doubt() {
    for prose in
        ["Menunggu jawaban provider.", "Nomor Tujuan Salah", "error_require_login", "-", "0", "sedang diproses"]
    {
        let query = REPORT.replace("0123456789", &prose.replace(' ', "%20"));
        assert_eq!(report(&query), Reading::unknown(Doubt::NoSerial), "{prose}");
        let body = FOUND.replace("Waiting", "Success").replace("\"sn\":\"\"", &format!("\"sn\":\"{prose}\""));
        assert_eq!(doubt(reply(&body)), Some(Doubt::NoSerial), "{prose}");
    }
}

#[test]
fn replies_that_prove_nothing_are_unknown() {
    let failed = ACCEPTED.replace("Waiting", "Failed");
    let saying = |name: &str, words: &str| {
        let mut reply: serde_json::Value = serde_json::from_str(&failed).unwrap();
        reply[name] = words.into();
        reply.to_string()
    };
    for (body, expected) in [
        (failed.replace("1795248000000001", "11"), Doubt::OtherReference),
        (failed.replace("1795248000000001", "1795248000000001.5"), Doubt::OtherReference),
        (failed.replace("1795248000000001", "[1795248000000001]"), Doubt::OtherReference),
        (failed.replace("\"ref_id\":1795248000000001,", ""), Doubt::OtherReference),
        (failed.replace("S10", "S20"), Doubt::OtherProduct),
        (failed.replace("08123214214", "08123214215"), Doubt::OtherDestination),
        (failed.replace("Failed", "Gagal"), Doubt::Unlisted("Gagal".to_owned())),
        (failed.replace("\"Failed\"", "null"), Doubt::NotUnderstood),
        (failed.replace("\"sn\"", "\"Status\":\"Success\",\"sn\""), Doubt::NotUnderstood),
        (failed.replace("Failed", "Success"), Doubt::NoSerial),
        (saying("message", "sukses, SN menyusul"), Doubt::Contradictory),
        (saying("message", "masih diproses"), Doubt::Contradictory),
        (saying("message", "gagal cek koneksi ke provider"), Doubt::Contradictory),
        (saying("sn", "0041002345678901"), Doubt::Contradictory),
        (failed.replace('}', ""), Doubt::NotUnderstood),
        ("<html></html>".to_owned(), Doubt::NotUnderstood),
        ("null".to_owned(), Doubt::NotUnderstood),
        ("x".repeat(10 << 20), Doubt::TooLarge),
    ] {
        assert_eq!(doubt(reply(&body)), Some(expected), "{}", &body[..body.len().min(300)]);
    }
}

#[test]
fn reads_reports_whose_names_vary_in_case() {
    assert_eq!(ppob().callback_reference(&callback(REPORT)), Some(BUY.reference));
    assert_eq!(report(REPORT), Reading::new(delivered("0123456789")));
    assert_eq!(report(&REPORT.replace("Sn=", "sn=").replace("ref_id", "Ref_ID")).outcome, delivered("0123456789"));
    assert_eq!(report(&REPORT.replace("Success", "Pending")).outcome, Outcome::Pending);
    let failed = REPORT.replace("Success", "Failed");
    assert_eq!(report(&failed.replace("0123456789", "")).outcome, Outcome::Failed(FailureKind::Refused));
    // What failed has no serial number; only what takes a success back may name it.
    assert_eq!(report(&failed).outcome, Outcome::Unknown(Doubt::Contradictory));
    let delivered_before = Buy { sent: Sending { delivered: true, ..BUY.sent }, ..BUY };
    assert_eq!(
        ppob().read_callback(&delivered_before, &callback(&failed)).outcome,
        Outcome::Failed(FailureKind::Refused)
    );
    // The document calls it Success; a number is not promised.
    assert_eq!(report(&REPORT.replace("0123456789", "")).outcome, delivered(""));
}

#[test]
fn reports_that_prove_nothing_are_unknown() {
    for (query, expected) in [
        (REPORT.replace("1795248000000001", "1"), Doubt::OtherReference),
        (REPORT.replace("1795248000000001", "6298847627370497"), Doubt::OtherReference),
        (REPORT.replace("S10", "S20"), Doubt::OtherProduct),
        (REPORT.replace("08123214214", "0812"), Doubt::OtherDestination),
        (REPORT.replace("Success", "Waiting list"), Doubt::Unlisted("Waiting list".to_owned())),
        (REPORT.replace("status=Success", "s=Success"), Doubt::NotUnderstood),
        (format!("{}&Status=Failed", REPORT.trim()), Doubt::Contradictory),
        (String::new(), Doubt::OtherReference),
    ] {
        assert_eq!(doubt(report(&query)), Some(expected), "{query}");
    }
}

#[test]
fn a_token_is_delivered_only_with_its_digits() {
    let read = |sn: &str| ppob().read_callback(&TOKEN, &callback(&REPORT.replace("0123456789", sn))).outcome;
    let sn = "6722-0840-8781-8484-1314/BUDI/R1/1300VA/32,5";
    let Outcome::Success(delivery) = read(sn) else { panic!() };
    let expected = [
        (Detail::Token, "6722-0840-8781-8484-1314"),
        (Detail::CustomerName, "BUDI"),
        (Detail::Tariff, "R1"),
        (Detail::Power, "1300VA"),
        (Detail::Kwh, "32,5"),
    ];
    assert_eq!((delivery.sn.as_str(), told(&delivery.details)), (sn, expected.to_vec()));
    // Two tokens: the whole serial is shown, none of them is chosen.
    let Outcome::Success(delivery) = read("67220840878184841314/11112222333344445555") else { panic!() };
    assert!(delivery.details.is_empty());
    for sn in ["", "0123456789", "6722-0840-8781-8484-131/BUDI"] {
        assert_eq!(read(sn), Outcome::Unknown(Doubt::NoSerial), "{sn}");
    }
}

#[test]
fn reads_an_inquiry_under_its_own_reference_only() {
    let read = |body: &str| ppob().read_inquiry(&BILL, &response(body));
    let InquiryReading::Found(found) = read(INQUIRY) else { panic!() };
    assert_eq!((found.quote.as_str(), found.total), ("6748325", Some(Rupiah::new(102_500))));
    let expected = [
        (Detail::CustomerName, "SUBSCRIBER NAME"),
        (Detail::Admin, "2500"),
        (Detail::Message, "NAMA: SUBSCRIBER NAME, TAGIHAN: 100.000, ADMIN: 2.500, TOTAL: 102.500"),
    ];
    assert_eq!(told(&found.details), expected);
    let (amount, admin, total) = (Rupiah::new(100_000), Rupiah::new(2_500), Rupiah::new(102_500));
    assert_eq!(found.bills, [Bill { period: String::new(), amount, admin, total }]);
    for word in ["Waiting", "pending"] {
        assert_eq!(read(&INQUIRY.replace("Success", word)), InquiryReading::Pending, "{word}");
    }
    assert_eq!(read(&INQUIRY.replace("Success", "Failed")), InquiryReading::Failed(FailureKind::Refused));
    for (body, expected) in [
        (INQUIRY.replace("6298847627370497", "1795248000000001"), Doubt::OtherReference),
        (INQUIRY.replace("Success", "Ok"), Doubt::Unlisted("Ok".to_owned())),
        (INQUIRY.replace("6748325", "null"), Doubt::NotUnderstood),
        (INQUIRY.replace("CEKPLN", "CEKPAM"), Doubt::OtherProduct),
    ] {
        assert_eq!(read(&body), InquiryReading::Unknown(expected), "{body}");
    }
    // Nothing said of an inquiry is ever the payment's outcome.
    let reading = ppob().read_purchase(&BILL, &response(INQUIRY));
    assert_eq!(doubt(reading), Some(Doubt::OtherReference));
}

#[test]
fn a_paid_bill_tells_whose_it_was_and_what_was_paid() {
    let paid = FOUND.replace("Waiting", "Success").replace("S10", "CEKPLN");
    let read =
        |sn: &str| ppob().read_purchase(&BILL, &response(paid.replace("\"sn\":\"\"", &format!("\"sn\":\"{sn}\""))));
    let Outcome::Success(delivery) = read("REF:7A9B/NAMA:BUDI/BLTH:MEI26/TOTAL:102.500").outcome else { panic!() };
    let expected = [
        (Detail::CustomerName, "BUDI"),
        (Detail::Paid, "102500"),
        (Detail::UtilityReference, "7A9B"),
        (Detail::Period, "MEI26"),
    ];
    assert_eq!(told(&delivery.details), expected);
    let Outcome::Success(delivery) = read("0123456789").outcome else { panic!() };
    assert!(delivery.details.is_empty());
}

#[test]
fn a_total_is_read_only_where_the_text_names_one() {
    for (text, expected) in [
        ("TAGIHAN: 100.000, ADMIN: 2.500, TOTAL: 102.500", Some(102_500)),
        ("Total Bayar=Rp102500/ADM=2500", Some(102_500)),
        ("TOTAL TAGIHAN Rp. 102,500.", Some(102_500)),
        ("Total: 5.000; Total Bayar: 5.000", Some(5_000)),
        ("Total: 5.000; Total Bayar: 7.500", None),
        ("TOTAL LEMBAR: 2, TOTAL: 5.000", None),
        ("SUBTOTAL: 5.000", None),
        ("TAGIHAN: 5.000", None),
        ("TOTAL: 0", None),
        ("total", None),
        ("TOTAL: é", None),
    ] {
        assert_eq!(stated_total(&[text]), expected.map(Rupiah::new), "{text}");
    }
}

fn is_final(reading: &Reading) -> bool {
    matches!(reading.outcome, Outcome::Success(_) | Outcome::Failed(_))
}

const FAILED: &str =
    r#"{"code":"S10","destination":"08123214214","message":"","ref_id":1795248000000001,"sn":"","status":"Failed"}"#;
const SUCCESS: &str =
    r#"{"code":"S10","destination":"08123214214","message":"","ref_id":1795248000000001,"sn":"7","status":"Success"}"#;

proptest! {
    #[test]
    fn bytes_never_panic_and_decide_nothing(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let text = String::from_utf8_lossy(&body).into_owned();
        totals_in(&text);
        prop_assert!(!is_final(&report(&text)));
        prop_assert!(!is_final(&ppob().read_purchase(&BUY, &response(body))));
    }

    #[test]
    fn damaged_replies_decide_only_with_our_reference(body in mutated(&[ACCEPTED, FOUND, FAILED, SUCCESS])) {
        let text = String::from_utf8_lossy(&body).into_owned();
        if is_final(&ppob().read_purchase(&BUY, &response(body))) {
            prop_assert!(text.contains("1795248000000001"), "{}", text);
        }
    }

    #[test]
    fn damaged_reports_decide_only_with_our_reference(body in mutated(&[REPORT])) {
        let text = String::from_utf8_lossy(&body).into_owned();
        if is_final(&report(&text)) {
            prop_assert!(text.contains("1795248000000001"), "{}", text);
        }
    }

    #[test]
    fn an_inquiry_never_shares_a_reference(a in 0..1_u64 << 52, b in 0..1_u64 << 52) {
        prop_assert_ne!(inquiry_reference(Reference(a)).0, b);
        prop_assert!(inquiry_reference(Reference(a)).0 < 1 << 53);
        prop_assert_eq!(a == b, inquiry_reference(Reference(a)) == inquiry_reference(Reference(b)));
    }
}
