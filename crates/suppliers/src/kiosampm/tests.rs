use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;
use crate::json::tests::configured;
use konter_core::catalog::ProductKind;
use konter_core::outcome::{Detail, FailureKind, FirstSending, Outcome, Sending};

/// One line per row of "Format Balasan", in its order.
const ROWS: &str = include_str!("../../../../tests/fixtures/kiosampm/replies.txt");

const BUY: Buy<'static> = Buy::first(Reference(1_700_000_000_001), "S10", "081234567890", ProductKind::Topup);

fn supplier(sign: &'static str) -> Kiosampm {
    let settings = [("MEMBER_ID", "YUSUF"), ("PIN", "1144"), ("PASSWORD", "abcd"), ("SIGN", sign)];
    configured(&settings, Kiosampm::configure).unwrap()
}

fn row(number: usize) -> &'static str {
    ROWS.lines().nth(number - 1).unwrap()
}

fn answer(text: &str) -> Response {
    Response { content_type: None, body: text.as_bytes().to_vec() }
}

fn read(text: &str) -> Reading {
    supplier("none").read_purchase(&BUY, &answer(text))
}

fn read_again(text: &str) -> Outcome {
    supplier("none").read_status(&BUY, &answer(text)).outcome
}

fn rp(amount: i64) -> Rupiah {
    Rupiah::new(amount)
}

fn sold(outcome: Outcome) -> String {
    match outcome {
        Outcome::Success(delivery) => delivery.sn,
        other => panic!("no success: {other:?}"),
    }
}

fn noon() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2024, 3, 1).unwrap().and_hms_opt(12, 0, 0).unwrap()
}

#[test]
fn destinations_of_two_parts_or_with_hashes_are_found_in_any_form() {
    let told = |ours, theirs: &str| {
        let text = row(1).replace("ke:081234567890", &format!("ke:{theirs}"));
        assert!(text.contains(theirs), "{text}");
        supplier("none").read_purchase(&Buy { dest: ours, ..BUY }, &answer(&text)).outcome
    };
    for (ours, theirs) in [
        ("156378300|8483", "156378300|8483"),
        ("156378300|8483", "156378300(8483)"),
        ("156378300|8483", "156378300 (8483)"),
        ("156378300-8483", "156378300|8483"),
        ("NamaKu#IDN1", "NamaKu#IDN1"),
        ("NamaKu#IDN1", "NAMAKU#IDN1"),
        ("62812345678", "62812345678"),
    ] {
        assert!(matches!(told(ours, theirs), Outcome::Success(_)), "{ours} {theirs}");
    }
    for (ours, theirs) in [
        ("156378300|8483", "156378300|8484"),
        ("156378300|8483", "156378300"),
        ("NamaKu#IDN1", "NamaKu#IDN2"),
        ("NamaKu", "NamaKu#IDN1"),
        ("62812345678", "0812345678"),
    ] {
        assert!(matches!(told(ours, theirs), Outcome::Unknown(_)), "{ours} {theirs}");
    }
}

#[test]
fn an_order_carries_its_credentials_in_the_query() {
    insta::assert_snapshot!(supplier("none").purchase(&BUY, noon()).reveal(), @r"
    GET /trx
    ? memberid=YUSUF
    & dest=081234567890
    & product=S10
    & refid=1700000000001
    & pin=1144
    & password=abcd
    ");
    insta::assert_snapshot!(supplier("none").balance(noon()).unwrap().reveal(), @r"
    GET /balance
    ? memberid=YUSUF
    & pin=1144
    & password=abcd
    ");
}

#[test]
fn a_signed_order_carries_neither_pin_nor_password() {
    let buy = Buy { reference: Reference(2_140_669), sku: "X10", dest: "08123456789", ..BUY };
    insta::assert_snapshot!(supplier("otomax").purchase(&buy, noon()).reveal(), @r"
    GET /trx
    ? memberid=YUSUF
    & dest=08123456789
    & product=X10
    & refid=2140669
    & sign=Cp9NLVuKWBt5Sey_uMlYsvnKvJI
    ");
    let balance = supplier("OtomaX").balance(noon()).unwrap().reveal();
    let expected = signature(&["OtomaX", "CheckBalance", "YUSUF", "1144", "abcd"]);
    assert!(balance.ends_with(&format!("& sign={expected}")), "{balance}");
    assert!(!balance.contains("pin=") && !balance.contains("password="));
}

#[test]
fn settings_are_all_needed_and_named_when_missing() {
    let lookup = |name: &str| (name == "SIGN").then(|| "md5".to_owned());
    let options = Options::new(&lookup);
    assert!(Kiosampm::configure(&options).is_none());
    let names: Vec<_> = options.into_errors().into_iter().map(|error| error.name).collect();
    assert_eq!(names, ["MEMBER_ID", "PIN", "PASSWORD", "SIGN"]);
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!("{:?}", supplier("none"));
    assert!(!shown.contains("1144") && !shown.contains("abcd"), "{shown}");
}

#[test]
fn a_status_check_is_the_same_request_while_the_refid_is_surely_remembered() {
    let supplier = supplier("none");
    let sent: DateTime<Utc> = noon().and_utc();
    let ask = |later: TimeDelta| supplier.status(&BUY, sent, &Now { utc: sent + later, local: noon() });
    assert_eq!(ask(TimeDelta::minutes(2)), Some(supplier.purchase(&BUY, noon())));
    assert_eq!(ask(TimeDelta::hours(22)), Some(supplier.purchase(&BUY, noon())));
    assert_eq!(ask(TimeDelta::hours(23)), None);
    assert_eq!(ask(TimeDelta::seconds(-1)), None);
}

#[test]
fn every_documented_failure_has_its_reason() {
    for (number, kind) in [
        (4, FailureKind::Refused),
        (5, FailureKind::Refused),
        (6, FailureKind::NumberBlocked),
        (7, FailureKind::ProductDisturbed),
        (8, FailureKind::ProductDisturbed),
        (9, FailureKind::ProductUnknown),
        (10, FailureKind::WrongNumber),
        (11, FailureKind::SupplierFunds),
        (13, FailureKind::AlreadyActive),
        (14, FailureKind::NumberExpired),
        (15, FailureKind::NumberInactive),
        (16, FailureKind::CutOff),
    ] {
        let reading = read(row(number));
        assert_eq!(reading.outcome, Outcome::Failed(kind), "row {number}");
        assert_eq!(reading.supplier_trx.as_deref(), Some("88100101"), "row {number}");
        assert_eq!(reading.supplier_balance, Some(rp(if number == 11 { 8_000 } else { 10_250_000 })), "row {number}");
        assert_eq!(reading.charged, None, "row {number}");
    }
}

#[test]
fn success_has_its_serial_and_what_it_cost() {
    let reading = read(row(1));
    assert_eq!(sold(reading.outcome), "0041002345678901");
    assert_eq!(reading.charged, Some(rp(10_150)));
    assert_eq!(reading.supplier_balance, Some(rp(10_239_850)));
    assert_eq!(reading.supplier_trx.as_deref(), Some("88100101"));
}

#[test]
fn pending_is_pending() {
    assert_eq!(read(row(2)).outcome, Outcome::Pending);
    assert_eq!(read(row(3)).outcome, Outcome::Pending);
    assert_eq!(read(row(2)).supplier_balance, Some(rp(10_239_850)));
}

#[test]
fn a_repeat_tells_the_earlier_orders_status() {
    let with = |status: &str| row(12).replace("SUKSES;", &format!("{status};"));
    assert_eq!(sold(read_again(row(12))), "0041002345678901");
    assert_eq!(read_again(&with("gagal")), Outcome::Failed(FailureKind::Refused));
    for status in ["Pending", "akan diproses", "masih dalam proses 14:03", "Menunggu jawaban"] {
        assert_eq!(read_again(&with(status)), Outcome::Pending, "{status}");
    }
    assert_eq!(read_again(&with("SUKSES diproses")), Outcome::Unknown(Doubt::Contradictory));
    assert_eq!(read_again(&with("Refund")), Outcome::Unknown(Doubt::Unlisted("refund".to_owned())));
    let token = row(12).replace("0041002345678901", "12345678901234567890/A.B. #2: C/R1/900.5");
    assert_eq!(sold(read_again(&token)), "12345678901234567890/A.B. #2: C/R1/900.5");
}

/// Row 12 answers a repeated reference; the first sending of one has no earlier order that could be ours.
#[test]
fn an_earlier_order_is_not_believed_on_the_first_sending() {
    assert_eq!(read(row(12)).outcome, Outcome::Unknown(Doubt::EarlierOrder));
    assert_eq!(read_again(&row(12).replace("0041002345678901.", ".")), Outcome::Unknown(Doubt::NoSerial));
    assert_eq!(read_again(&row(12).replace("SN/Ref:", "")), Outcome::Unknown(Doubt::NotUnderstood));
}

fn report_after(sent: Sending, text: &str) -> Outcome {
    let callback = Callback { body: text.as_bytes().to_vec(), ..Callback::default() };
    supplier("none").read_callback(&Buy { sent, ..BUY }, &callback).outcome
}

const LOST: Sending = Sending { first: FirstSending::Lost, repeated: false, delivered: false };
const REPEATED: Sending = Sending { first: FirstSending::Accepted, repeated: true, delivered: false };

/// Where the first sending was answered with another order's fate, so may be every repetition of it.
#[test]
fn another_orders_fate_is_never_this_ones_then_or_later() {
    let sent = Sending { first: FirstSending::AnotherOrders, repeated: true, delivered: false };
    let buy = Buy { sent, ..BUY };
    assert_eq!(supplier("none").read_status(&buy, &answer(row(12))).outcome, Outcome::Unknown(Doubt::EarlierOrder));
    let now = Now { utc: noon().and_utc(), local: noon() };
    assert_eq!(supplier("none").status(&buy, now.utc, &now), None, "the same again could buy");
    for sent in [Sending::NOT_YET, LOST, REPEATED, sent] {
        assert_eq!(report_after(sent, row(12)), Outcome::Unknown(Doubt::EarlierOrder), "{sent:?}");
        assert_eq!(sold(report_after(sent, row(1))), "0041002345678901", "{sent:?}");
    }
}

#[test]
fn a_report_that_may_refuse_the_repeat_is_no_failure() {
    for number in [6, 7, 9, 11, 13, 16] {
        for sent in [LOST, REPEATED, Sending { first: FirstSending::AnotherOrders, repeated: false, delivered: false }]
        {
            let expected = Outcome::Unknown(Doubt::Inconclusive(format!("row {number}")));
            assert_eq!(report_after(sent, row(number)), expected, "row {number} {sent:?}");
        }
    }
    for number in [4, 5, 8, 10, 14, 15] {
        assert!(matches!(report_after(REPEATED, row(number)), Outcome::Failed(_)), "row {number}");
        let expected = Outcome::Unknown(Doubt::Inconclusive(format!("row {number}")));
        assert_eq!(report_after(LOST, row(number)), expected, "row {number}: only row 12 settles a lost answer");
    }
    let unlisted = row(4).replace("Transaksi tidak dapat diproses", "Trx ganda ditolak");
    // Also of what was sent once: its network may have brought it twice.
    for sent in [REPEATED, Sending::NOT_YET] {
        assert!(matches!(report_after(sent, &unlisted), Outcome::Unknown(_)));
    }
    let unlisted = row(4).replace("Transaksi tidak dapat diproses", "Kode produk salah");
    assert!(matches!(report_after(REPEATED, &unlisted), Outcome::Unknown(_)));
    assert_eq!(report_after(Sending::NOT_YET, &unlisted), Outcome::Failed(FailureKind::Refused));
}

#[test]
fn reasons_the_customer_can_act_on_are_told_apart() {
    for (ket, kind) in [
        ("Unreg Dahulu Paket Lama", FailureKind::OldPackage),
        ("Nomor tidak terdaftar di DANA", FailureKind::NotRegistered),
        ("Nomor belum terdaftar di OVO", FailureKind::NotRegistered),
        ("Nomor luar area/cluster", FailureKind::OutsideArea),
        ("IP tidak terdaftar", FailureKind::Refused),
    ] {
        let text = row(4).replace("Transaksi tidak dapat diproses", ket);
        assert_eq!(read(&text).outcome, Outcome::Failed(kind), "{ket}");
        assert!(matches!(read_again(&text), Outcome::Unknown(_)), "{ket}");
    }
    assert!(FailureKind::OldPackage.is_about_customer(), "nobody else is asked");
}

#[test]
fn prose_in_the_place_of_a_serial_is_doubt_and_a_token_product_wants_a_token() {
    for prose in
        ["Menunggu jawaban provider.", "Nomor Tujuan Salah", "error_require_login", "sedang diproses", "-", "0"]
    {
        let text = row(1).replace("0041002345678901", prose);
        assert_eq!(read(&text).outcome, Outcome::Unknown(Doubt::NoSerial), "{prose}");
        assert_eq!(
            read_again(&row(12).replace("0041002345678901", prose)),
            Outcome::Unknown(Doubt::NoSerial),
            "{prose}"
        );
    }
    let token = Buy { kind: ProductKind::Token, ..BUY };
    assert_eq!(supplier("none").read_purchase(&token, &answer(row(1))).outcome, Outcome::Unknown(Doubt::NoSerial));
}

#[test]
fn the_utilitys_reference_is_kept() {
    let serial = "0143 4804 9579 5519 9674/BUDI CONTOH/R1/1300 VA/63,0KWH/PLNREF:1TKT21R3741822360221/IDPEL:181800619334/RPTOKEN:90.909,00";
    let token = Buy { kind: ProductKind::Token, ..BUY };
    let text = row(1).replace("0041002345678901", serial);
    let Outcome::Success(delivery) = supplier("none").read_purchase(&token, &answer(&text)).outcome else { panic!() };
    let told = |detail| delivery.details.get(&detail).map(String::as_str);
    assert_eq!(told(Detail::UtilityReference), Some("1TKT21R3741822360221"));
    assert_eq!(told(Detail::CustomerId), Some("181800619334"));
    assert_eq!(told(Detail::TokenAmount), Some("90909"));
}

#[test]
fn a_report_whose_parameter_names_another_reference_is_doubt() {
    let with = |name: &str, value: &str| Callback {
        query: vec![(name.to_owned(), value.to_owned()), ("message".to_owned(), row(1).to_owned())],
        ..Callback::default()
    };
    let outcome = |callback: &Callback| supplier("none").read_callback(&BUY, callback).outcome;
    for name in ["refid", "RefID", "reffid", "ref_id"] {
        assert_eq!(outcome(&with(name, "999")), Outcome::Unknown(Doubt::Contradictory), "{name}");
        assert_eq!(sold(outcome(&with(name, " 1700000000001"))), "0041002345678901", "{name}");
    }
    for (name, value) in [("refid", ""), ("trxid", "999")] {
        assert_eq!(sold(outcome(&with(name, value))), "0041002345678901", "{name}");
    }
    let form = Callback { body: format!("refid=999&message={}", encoded(row(1))).into_bytes(), ..Callback::default() };
    assert_eq!(outcome(&form), Outcome::Unknown(Doubt::Contradictory));
}

#[test]
fn a_repeat_that_is_refused_says_nothing_of_the_first() {
    for number in [4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16] {
        let expected = Outcome::Unknown(Doubt::Inconclusive(format!("row {number}")));
        assert_eq!(read_again(row(number)), expected, "row {number}");
    }
    let unlisted = row(4).replace("Transaksi tidak dapat diproses", "IP tidak terdaftar");
    assert_eq!(read_again(&unlisted), Outcome::Unknown(Doubt::Inconclusive("IP tidak terdaftar.".to_owned())));
    assert_eq!(read(&unlisted).outcome, Outcome::Failed(FailureKind::Refused));
}

#[test]
fn a_serial_may_hold_the_separators() {
    for serial in
        ["1/2.3:4 5", "A1#B2", "#", "12345678901234567890/BUDI, S.E. #7/R1/1300VA/33.5", "SN:1", "Saldo Rp.5#x"]
    {
        let text = row(1).replace("0041002345678901", serial);
        match read(&text).outcome {
            Outcome::Success(delivery) => assert_eq!(delivery.sn, serial),
            other => assert!(serial == "#" && other == Outcome::Unknown(Doubt::NoSerial), "{serial}: {other:?}"),
        }
    }
}

#[test]
fn a_token_in_the_serial_is_shown_apart() {
    let buy = Buy { kind: ProductKind::Token, ..BUY };
    let text = row(1).replace("0041002345678901", "12345678901234567890/BUDI/R1/1300VA/33.5");
    let Outcome::Success(delivery) = supplier("none").read_purchase(&buy, &answer(&text)).outcome else { panic!() };
    assert_eq!(delivery.details.get(&Detail::Token).map(String::as_str), Some("1234-5678-9012-3456-7890"));
    assert!(delivery.sn.ends_with("/BUDI/R1/1300VA/33.5"));
    let expected = [
        (Detail::Token, "1234-5678-9012-3456-7890"),
        (Detail::CustomerName, "BUDI"),
        (Detail::Tariff, "R1"),
        (Detail::Power, "1300VA"),
        (Detail::Kwh, "33.5"),
    ];
    let told: Vec<_> = delivery.details.iter().map(|(detail, value)| (*detail, value.as_str())).collect();
    assert_eq!(told, expected);
    // Row 12 tells the same.
    let again = row(12).replace("0041002345678901", &delivery.sn);
    let reading = supplier("none").read_status(&buy, &answer(&again));
    assert_eq!(reading.outcome, Outcome::Success(delivery));
}

#[test]
fn spaces_letter_case_and_number_forms_do_not_matter() {
    for (from, to) in [
        ("#S10#", "#s10#"),
        ("081234567890", "6281234567890"),
        ("ke:081234567890", "Ke: +62 812-3456-7890"),
        ("SUKSES", "Sukses"),
        ("Reffid:1700000000001#", "reffid: 1700000000001 #\r\n"),
        ("#88100101", "\u{feff}#88100101"),
        ("10,239,850", "10.239.850"),
    ] {
        let text = row(1).replace(from, to);
        let text = text.trim_start_matches('\u{feff}');
        assert_eq!(sold(read(text).outcome), "0041002345678901", "{to}");
    }
    let pending = row(2).replace("akan diproses", "AKAN  DIPROSES").replace("AKAN  ", "Akan ");
    assert_eq!(read(&pending).outcome, Outcome::Pending);
}

#[test]
fn amounts_that_do_not_add_up_are_not_believed() {
    let reading = read(&row(1).replace("Rp. 10,150", "Rp. 10,151"));
    assert_eq!((reading.charged, reading.supplier_balance), (None, None));
    assert!(matches!(reading.outcome, Outcome::Success(_)));
}

#[test]
fn what_the_document_does_not_call_success_or_failure_is_unknown() {
    let success = row(1);
    let hostile = [
        (String::new(), Doubt::NotUnderstood),
        ("#".to_owned(), Doubt::NotUnderstood),
        ("#".repeat(500), Doubt::NotUnderstood),
        ("#".repeat(10_000_000), Doubt::NotUnderstood),
        ("<html><body>502 Bad Gateway</body></html>".to_owned(), Doubt::NotUnderstood),
        (format!("<html>{success}</html>"), Doubt::NotUnderstood),
        (success.trim_end_matches('#').to_owned(), Doubt::NotUnderstood),
        (success.replace("#Reffid:1700000000001#", "#"), Doubt::NotUnderstood),
        (success.replace("Reffid:1700000000001", "Reffid:"), Doubt::OtherReference),
        (success.replace("Reffid:1700000000001", "Reffid:1700000000002"), Doubt::OtherReference),
        (success.replace("Reffid:1700000000001", "Reffid:01700000000001"), Doubt::OtherReference),
        (success.replace("Reffid:1700000000001", "Reffid:+1700000000001"), Doubt::OtherReference),
        (success.replace("#S10#", "#S100#"), Doubt::OtherProduct),
        (success.replace("ke:081234567890", "ke:081234567891"), Doubt::OtherDestination),
        (success.replace("ke:081234567890", "ke:"), Doubt::OtherDestination),
        (success.replace("ke:081234567890", "081234567890"), Doubt::NotUnderstood),
        (success.replace("0041002345678901", ""), Doubt::NoSerial),
        (success.replace("0041002345678901", " - "), Doubt::NoSerial),
        (success.replace("SN:", ""), Doubt::NotUnderstood),
        (success.replace(" Sisa saldo", ""), Doubt::NotUnderstood),
        (row(4).replace("GAGAL;", "BATAL;"), Doubt::Unlisted("BATAL".to_owned())),
        (row(4).replace("GAGAL;", "SUKSES;"), Doubt::Unlisted("SUKSES".to_owned())),
        (row(4).replace("tidak dapat diproses", "sedang diproses"), Doubt::Contradictory),
        (row(4).replace("Transaksi tidak dapat diproses", "gagal cek koneksi"), Doubt::Contradictory),
        (row(4).replace("Transaksi tidak dapat diproses", "percobaan ke-1 gagal"), Doubt::Contradictory),
        (row(4).replace("Transaksi tidak dapat diproses", "SN:0041002345678901"), Doubt::Contradictory),
        (row(4).replace("Transaksi tidak dapat diproses", "0041002345678901"), Doubt::Contradictory),
        (success.replace("0041002345678901", "Berhasil dialihkan ke server 2"), Doubt::NoSerial),
        (row(4).replace("Transaksi tidak", "SUKSES; tidak"), Doubt::Contradictory),
        (format!("{success}{}", row(4)), Doubt::Contradictory),
        (format!("{}\n{success}", row(4)), Doubt::Contradictory),
    ];
    for (text, doubt) in hostile {
        let shown: String = text.chars().take(200).collect();
        assert_eq!(read(&text), Reading { outcome: Outcome::Unknown(doubt), ..read(&text) }, "{shown}");
    }
}

#[test]
fn a_reply_that_is_not_ours_tells_nothing_at_all() {
    let reading = read(&row(1).replace("Reffid:17", "Reffid:18"));
    assert_eq!(reading, Reading::unknown(Doubt::OtherReference));
}

fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut all, byte| {
        if byte.is_ascii_alphanumeric() {
            all.push(char::from(byte));
        } else {
            let _ = write!(all, "%{byte:02X}");
        }
        all
    })
}

#[test]
fn a_report_is_found_wherever_it_stands() {
    let text = row(1);
    let pairs = |pairs: &[(&str, &str)]| pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    let callbacks = [
        Callback { query: pairs(&[("message", text)]), raw_query: encoded(text), ..Callback::default() },
        Callback { query: pairs(&[("id", "7"), ("x", text)]), ..Callback::default() },
        Callback { raw_query: encoded(text), query: pairs(&[(text, "")]), ..Callback::default() },
        Callback { raw_query: format!("msg={}&ts=1", encoded(text)), ..Callback::default() },
        Callback { raw_query: encoded(text).replace("%20", "+"), ..Callback::default() },
        Callback { raw_query: encoded(text).replace("%3D", "="), ..Callback::default() },
        Callback { body: text.as_bytes().to_vec(), ..Callback::default() },
        Callback { body: format!("message={}", encoded(text)).into_bytes(), ..Callback::default() },
    ];
    let supplier = supplier("none");
    for callback in callbacks {
        assert_eq!(supplier.callback_reference(&callback), Some(BUY.reference), "{callback:?}");
        assert_eq!(sold(supplier.read_callback(&BUY, &callback).outcome), "0041002345678901", "{callback:?}");
    }
}

#[test]
fn a_report_of_failure_is_failure_whatever_the_row() {
    for number in (4..=11).chain(13..=16) {
        let callback = Callback { body: row(number).as_bytes().to_vec(), ..Callback::default() };
        let outcome = supplier("none").read_callback(&BUY, &callback).outcome;
        assert!(matches!(outcome, Outcome::Failed(_)), "row {number}: {outcome:?}");
    }
}

#[test]
fn a_callback_that_is_no_report_names_no_order() {
    let both = Callback {
        query: vec![("a".to_owned(), row(1).to_owned()), ("b".to_owned(), row(4).to_owned())],
        ..Callback::default()
    };
    let page = Callback { body: format!("<p>{}</p>", row(1)).into_bytes(), ..Callback::default() };
    let broken = Callback { raw_query: "%23%%2%zz%23%F".to_owned(), ..Callback::default() };
    let signed = Callback { body: row(1).replace("Reffid:", "Reffid:+").into_bytes(), ..Callback::default() };
    for callback in [both, page, broken, signed, Callback::default()] {
        assert_eq!(supplier("none").callback_reference(&callback), None, "{callback:?}");
        let outcome = supplier("none").read_callback(&BUY, &callback).outcome;
        assert!(matches!(outcome, Outcome::Unknown(_)), "{callback:?}");
    }
}

#[test]
fn a_balance_is_the_first_marked_amount() {
    for (text, expected) in [
        ("Saldo Rp.10,239,850", Some(rp(10_239_850))),
        ("#YUSUF#Saldo: 1.250.000#", Some(rp(1_250_000))),
        ("Yth KR001, sisa saldo Rp. -101.000 per 12:00", Some(rp(-101_000))),
        ("Terpakai, Rp 5.000 dari Rp 9.000", Some(rp(5_000))),
        ("{\"balance\":\"89500\"}", Some(rp(89_500))),
        ("89500", Some(rp(89_500))),
        (
            "Informasi Akun\n Nama\t: Corp 12\n ID\t: AB123\n Saldo\t: 14.324.472\n Bonus\t: 250.000\n",
            Some(rp(14_324_472)),
        ),
        ("GAGAL; IP 36.37.85.130 tidak terdaftar", None),
        ("error 404", None),
        ("<html>Rp 5.000</html>", None),
        ("", None),
    ] {
        assert_eq!(supplier("none").read_balance(&answer(text)), expected, "{text}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        let supplier = supplier("none");
        let response = Response { content_type: None, body: body.clone() };
        let text = response.text().into_owned();
        let callback = Callback { raw_query: text.clone(), query: vec![(text.clone(), text)], body, ..Callback::default() };
        prop_assert!(matches!(supplier.read_purchase(&BUY, &response).outcome, Outcome::Unknown(_)));
        prop_assert!(matches!(supplier.read_callback(&BUY, &callback).outcome, Outcome::Unknown(_)));
        let _ = supplier.callback_reference(&callback);
        let _ = supplier.read_balance(&response);
    }

    #[test]
    fn a_spoilt_reply_decides_nothing_unless_its_names_are_intact(
        number in 1_usize..=16,
        at in any::<proptest::sample::Index>(),
        length in 0_usize..12,
        put in "[#:;.=0-9A-Za-z /%\u{e9}]{0,6}",
    ) {
        let mut characters: Vec<char> = row(number).chars().collect();
        let from = at.index(characters.len());
        let to = (from + length).min(characters.len());
        characters.splice(from..to, put.chars());
        let text: String = characters.into_iter().collect();
        for outcome in [read(&text).outcome, read_again(&text)] {
            if matches!(outcome, Outcome::Success(_) | Outcome::Failed(_)) {
                let tail: String = text.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
                prop_assert!(tail.ends_with("id:1700000000001#"), "{}", text);
            }
        }
    }
}
