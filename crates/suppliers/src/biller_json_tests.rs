use proptest::prelude::*;

use super::*;
use crate::json::tests::{callback, configured, mutated, response};
use konter_core::catalog::ProductKind;
use konter_core::money::Rupiah;
use konter_core::outcome::{Delivery, Detail};

const PENDING: &str = include_str!("../../../tests/fixtures/biller-json/pending.json");
const GAGAL: &str = include_str!("../../../tests/fixtures/biller-json/gagal.json");
const REVERSAL_GAGAL: &str = include_str!("../../../tests/fixtures/biller-json/reversal-gagal.txt");
const REVERSAL_SUKSES: &str = include_str!("../../../tests/fixtures/biller-json/reversal-sukses.txt");

const BUY: Buy<'static> = Buy::first(Reference(1_795_248_000_000_001), "s5", "081234567890", ProductKind::Topup);

fn biller() -> BillerJson {
    configured(&[("USER", "usertesting"), ("PASSWORD", "rahasia")], BillerJson::configure).unwrap()
}

fn reply(body: &str) -> Reading {
    biller().read_purchase(&BUY, &response(body))
}

fn reversal(query: &str) -> Reading {
    biller().read_callback(&BUY, &callback(query))
}

fn doubt(reading: Reading) -> Option<Doubt> {
    if let Outcome::Unknown(doubt) = reading.outcome { Some(doubt) } else { None }
}

#[test]
fn wants_user_and_password() {
    assert_eq!(configured(&[], BillerJson::configure).err().unwrap(), ["USER", "PASSWORD"]);
    let biller = biller();
    assert_eq!(biller.secrets().into_iter().map(reveal).collect::<Vec<_>>(), ["rahasia"]);
}

#[test]
fn destinations_of_two_parts_or_with_dots_are_found_in_any_form() {
    let told = |ours: &'static str, theirs: &str| {
        let text =
            format!(r#"{{"status":true,"trxid":"1795248000000001","reason":"Transaksi s5.{theirs} sedang diproses"}}"#);
        biller().read_purchase(&Buy { dest: ours, ..BUY }, &response(text.as_str())).outcome
    };
    for (ours, theirs) in [
        ("156378300|8483", "156378300|8483"),
        ("156378300|8483", "156378300 (8483)"),
        ("156378300|8483", "156378300(8483)"),
        ("budi.cell@example.com", "budi.cell@example.com"),
        ("NamaKu#IDN1", "NamaKu#IDN1"),
        ("Budi Gamer#ID7", "Budi Gamer#ID7"),
        // What somebody is called says nothing of the order.
        ("Gagal Terus#ID7", "Gagal Terus#ID7"),
    ] {
        assert_eq!(told(ours, theirs), Outcome::Pending, "{ours} {theirs}");
    }
    for (ours, theirs) in [
        ("156378300|8483", "156378300"),
        ("budi.cell@example.com", "budi@example.com"),
        ("Budi Gamer#ID7", "Budi Gamer#ID70"),
    ] {
        assert_eq!(told(ours, theirs), Outcome::Unknown(Doubt::OtherDestination), "{ours} {theirs}");
    }
}

#[test]
fn orders_as_documented_and_knows_no_other_call() {
    let request = biller().purchase(&BUY, NaiveDateTime::default());
    insta::assert_snapshot!(request.reveal(), @r#"
    POST /service/in/json
    Content-Type: application/json

    {"user":"usertesting","sign":"50308ab333b49d15bba46f4cd4b607eb","trxid":"1795248000000001","cmd":"trx","idpel":"081234567890","produk":"s5"}
    "#);
    let now = crate::protocol::Now { utc: chrono::DateTime::UNIX_EPOCH, local: NaiveDateTime::default() };
    assert_eq!(biller().status(&BUY, now.utc, &now), None);
    assert_eq!(biller().balance(now.local), None);
    assert_eq!(biller().inquiry(&BUY, now.local), None);
}

#[test]
fn reads_the_documented_replies() {
    let pending = Reading {
        outcome: Outcome::Pending,
        supplier_trx: None,
        charged: Some(Rupiah::new(5_000)),
        supplier_balance: Some(Rupiah::new(1_356_424)),
    };
    assert_eq!(reply(PENDING), pending);
    assert_eq!(reply(&PENDING.replace("trxid", "ftrxid")), pending);
    assert_eq!(reply(&PENDING.replace("\"1795248000000001\"", "1795248000000001")), pending);
    assert_eq!(reply(&PENDING.replace("\"tujuan\"", "\"Tujuan\"").replace("\"081234", "\"6281234")), pending);
    assert_eq!(reply(&PENDING.replace("true", "\"True\"").replace("sedang diproses", "SEDANG  Diproses")), pending);
    for (reason, kind) in [
        ("GAGAL Produk tidak tersedia (ROUTE)", FailureKind::ProductClosed),
        ("GAGAL silakan coba lagi (DEDUCT)", FailureKind::Refused),
        ("GAGAL Produk tidak Aktif", FailureKind::ProductClosed),
        ("Gagal karena sebab lain", FailureKind::Refused),
    ] {
        let body = GAGAL.replace("GAGAL silakan coba lagi (DEDUCT)", reason);
        assert_eq!(reply(&body), Reading::new(Outcome::Failed(kind)), "{reason}");
    }
}

#[test]
fn replies_that_prove_nothing_are_unknown() {
    for (body, expected) in [
        (PENDING.replace("1795248000000001", "21160325359742"), Doubt::OtherReference),
        (PENDING.replace("trxid", "other"), Doubt::OtherReference),
        (PENDING.replace("\"user\"", "\"ftrxid\": \"21160325359742\", \"user\""), Doubt::OtherReference),
        (GAGAL.replace("\"1795248000000001\"", "null"), Doubt::OtherReference),
        (GAGAL.replace("\"s5\"", "\"s10\""), Doubt::OtherProduct),
        (GAGAL.replace("\"081234567890\"", "\"081234567891\""), Doubt::OtherDestination),
        (GAGAL.replace("\"081234567890\"", "\"0812xxxxxx\""), Doubt::OtherDestination),
        (GAGAL.replace("s5.081234567890", "s5.081234567891"), Doubt::OtherDestination),
        (GAGAL.replace("false", "true"), Doubt::Contradictory),
        (PENDING.replace("true", "false"), Doubt::Contradictory),
        (PENDING.replace("diproses", "diproses GAGAL"), Doubt::Contradictory),
        (GAGAL.replace("GAGAL silakan", "GAGAL cek koneksi, silakan"), Doubt::Contradictory),
        (GAGAL.replace("GAGAL silakan", "GAGAL, diulang otomatis, silakan"), Doubt::Contradictory),
        (GAGAL.replace("GAGAL silakan", "belum GAGAL silakan"), Doubt::Contradictory),
        (PENDING.replace("sedang diproses", "SUKSES"), Doubt::Unlisted("Transaksi s5.081234567890 SUKSES".to_owned())),
        (PENDING.replace("sedang diproses", "diantrekan"), Doubt::Unlisted("diantrekan".to_owned())),
        (GAGAL.replace("GAGAL", "KEGAGALAN"), Doubt::Unlisted("KEGAGALAN silakan coba lagi DEDUCT".to_owned())),
        (GAGAL.replace("false", "0"), Doubt::NotUnderstood),
        (GAGAL.replace("\"reason\"", "\"alasan\""), Doubt::NotUnderstood),
        (GAGAL.replace("\"user\"", "\"status\": true, \"user\""), Doubt::NotUnderstood),
        (GAGAL[..GAGAL.len() - 20].to_owned(), Doubt::NotUnderstood),
        ("<html>502 Bad Gateway</html>".to_owned(), Doubt::NotUnderstood),
        (String::new(), Doubt::NotUnderstood),
        ("x".repeat(10 << 20), Doubt::TooLarge),
    ] {
        assert_eq!(doubt(reply(&body)), Some(expected), "{}", &body[..body.len().min(400)]);
    }
}

#[test]
fn reads_the_documented_reversals() {
    assert_eq!(biller().callback_reference(&callback(REVERSAL_SUKSES)), Some(BUY.reference));
    assert_eq!(
        reversal(REVERSAL_SUKSES),
        Reading {
            outcome: Outcome::Success(Delivery { sn: "11111111111".to_owned(), ..Delivery::default() }),
            supplier_trx: None,
            charged: Some(Rupiah::new(201_200)),
            supplier_balance: Some(Rupiah::new(99_999_999)),
        }
    );
    assert_eq!(
        reversal(REVERSAL_GAGAL),
        Reading {
            supplier_balance: Some(Rupiah::new(99_999_999)),
            ..Reading::new(Outcome::Failed(FailureKind::Refused))
        }
    );
    let as_printed = |text: &str| text.replace("s5.", "s5.+");
    assert_eq!(reversal(&as_printed(REVERSAL_SUKSES)), reversal(REVERSAL_SUKSES));
    assert_eq!(
        doubt(reversal(&as_printed(REVERSAL_SUKSES).replace("s5.+081", "s5.+082"))),
        Some(Doubt::OtherDestination)
    );
    let closed = REVERSAL_GAGAL.replace("GAGAL,", "GAGAL+Produk+tidak+Aktif,");
    assert_eq!(reversal(&closed).outcome, Outcome::Failed(FailureKind::ProductClosed));
}

#[test]
fn serial_numbers_may_hold_anything() {
    for serial in ["6722-0840-8781-8484-1314/BUDI, SH/R1/1300VA/32,5", "Saldo: 5", "A, Harga lama 7", "x9/Tgl: y, z"] {
        let query = REVERSAL_SUKSES.replace("11111111111", &serial.replace(' ', "+"));
        let Outcome::Success(delivery) = reversal(&query).outcome else { panic!("{serial}") };
        assert_eq!(delivery.sn, serial);
    }
}

#[test]
fn prose_in_the_place_of_a_serial_is_doubt_and_a_token_product_wants_a_token() {
    for prose in ["GAGAL", "Menunggu jawaban provider.", "Nomor Tujuan Salah", "error_require_login", "-", "0", "null"]
    {
        let query = REVERSAL_SUKSES.replace("11111111111", &prose.replace(' ', "+"));
        assert_eq!(reversal(&query), Reading::unknown(Doubt::NoSerial), "{prose}");
    }
    let token = Buy { kind: ProductKind::Token, ..BUY };
    assert_eq!(biller().read_callback(&token, &callback(REVERSAL_SUKSES)), Reading::unknown(Doubt::NoSerial));
}

#[test]
fn a_token_in_the_serial_is_shown_apart() {
    let buy = Buy { kind: ProductKind::Token, ..BUY };
    let sn = "6722-0840-8781-8484-1314/BUDI, SH/R1/1300VA/32,5";
    let query = REVERSAL_SUKSES.replace("11111111111", &sn.replace(' ', "+"));
    let Outcome::Success(delivery) = biller().read_callback(&buy, &callback(&query)).outcome else { panic!() };
    assert_eq!(delivery.sn, sn);
    let told: Vec<_> = delivery.details.iter().map(|(detail, value)| (*detail, value.as_str())).collect();
    let expected = [
        (Detail::Token, "6722-0840-8781-8484-1314"),
        (Detail::CustomerName, "BUDI, SH"),
        (Detail::Tariff, "R1"),
        (Detail::Power, "1300VA"),
        (Detail::Kwh, "32,5"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn reversals_that_prove_nothing_are_unknown() {
    for (query, expected) in [
        (REVERSAL_SUKSES.replace("refid=1795248000000001", "refid=1"), Doubt::OtherReference),
        (REVERSAL_SUKSES.replace("refid=", "id="), Doubt::OtherReference),
        (format!("refid=1795248000000001&refid=7&{REVERSAL_SUKSES}"), Doubt::Contradictory),
        (REVERSAL_SUKSES.replace("product=s5", "product=banktrf"), Doubt::OtherProduct),
        (REVERSAL_SUKSES.replace("dest=081234567890", "dest=2222222222"), Doubt::OtherDestination),
        (REVERSAL_SUKSES.replace("s5.081234567890", "s5.2222222222"), Doubt::OtherDestination),
        (REVERSAL_SUKSES.replace("qty=1", "qty=2"), Doubt::Contradictory),
        (REVERSAL_SUKSES.replace("status=0", "status=1"), Doubt::Contradictory),
        (REVERSAL_GAGAL.replace("status=1", "status=0"), Doubt::Contradictory),
        (REVERSAL_GAGAL.replace("GAGAL", "tidak+GAGAL"), Doubt::Contradictory),
        (REVERSAL_GAGAL.replace("GAGAL", "GAGAL+refund,+trx+sukses"), Doubt::Contradictory),
        (REVERSAL_GAGAL.replace("GAGAL", "GAGAL,+SUKSES+sebelumnya,+SN:+0041"), Doubt::Contradictory),
        (REVERSAL_GAGAL.replace("GAGAL,", "GAGAL,+SN:+0041002345678901,"), Doubt::Contradictory),
        (format!("{}&status=1", REVERSAL_SUKSES.trim()), Doubt::Contradictory),
        (REVERSAL_SUKSES.replace("status=0", "status=00"), Doubt::Unlisted("00".to_owned())),
        (REVERSAL_SUKSES.replace("SUKSES", "SUKSES+GAGAL"), Doubt::Contradictory),
        (REVERSAL_SUKSES.replace("SUKSES", "BERES"), Doubt::Unlisted("BERES".to_owned())),
        (REVERSAL_SUKSES.replace("11111111111", ""), Doubt::NoSerial),
        (REVERSAL_SUKSES.replace("SN:+11111111111,", ""), Doubt::NoSerial),
        (REVERSAL_SUKSES.replace("message=", "pesan="), Doubt::NotUnderstood),
        (REVERSAL_SUKSES.replace("status=", "s="), Doubt::NotUnderstood),
    ] {
        assert_eq!(doubt(reversal(&query)), Some(expected), "{query}");
    }
    for query in ["", "refid=", "refid=abc", "refid=%2B1", "refid=99999999999999999999999"] {
        assert_eq!(biller().callback_reference(&callback(query)), None, "{query}");
    }
}

#[test]
fn a_bare_ampersand_cuts_no_serial_short() {
    for sn in ["11&22", "11&22&33", "11&b=c,+d", "11&sn"] {
        let query = REVERSAL_SUKSES.replace("11111111111", sn);
        let Outcome::Success(delivery) = reversal(&query).outcome else { panic!("{query}") };
        assert_eq!(delivery.sn, sn.replace('+', " "));
        let form = callback(&query);
        let posted = Callback { form: form.query, body: form.raw_query.into_bytes(), ..Callback::default() };
        assert_eq!(biller().read_callback(&BUY, &posted), reversal(&query));
    }
    for more in ["&time=10:32:12", "&qty=1", "&sign=ab=cd"] {
        let reading = reversal(&format!("{}{more}", REVERSAL_SUKSES.trim()));
        assert_eq!(reading, reversal(REVERSAL_SUKSES), "{more}");
    }
}

fn is_final(reading: &Reading) -> bool {
    matches!(reading.outcome, Outcome::Success(_) | Outcome::Failed(_))
}

proptest! {
    #[test]
    fn bytes_never_panic_and_decide_nothing(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let text = String::from_utf8_lossy(&body).into_owned();
        prop_assert!(!is_final(&biller().read_purchase(&BUY, &response(body))));
        prop_assert!(!is_final(&reversal(&text)));
    }

    #[test]
    fn damaged_replies_decide_only_with_our_reference(body in mutated(&[PENDING, GAGAL])) {
        let text = String::from_utf8_lossy(&body).into_owned();
        if is_final(&biller().read_purchase(&BUY, &response(body))) {
            prop_assert!(text.contains("1795248000000001"), "{}", text);
        }
    }

    #[test]
    fn damaged_reversals_decide_only_with_our_reference(body in mutated(&[REVERSAL_GAGAL, REVERSAL_SUKSES])) {
        let text = String::from_utf8_lossy(&body).into_owned();
        if is_final(&reversal(&text)) {
            prop_assert!(text.contains("1795248000000001"), "{}", text);
        }
    }
}
