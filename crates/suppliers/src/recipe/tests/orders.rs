//! Recipes in the shop's hands: what is believed, and when it may be asked.

use super::*;
use crate::Callback;
use crate::client::masked;
use crate::protocol::{Proof, Protocol};
use konter_core::outcome::{Doubt, FailureKind, FirstSending, InquiryReading, Outcome};

fn read(supplier: &Supplier, text: &str) -> Outcome {
    supplier.read_purchase(&BUY, &answer(text)).outcome
}

fn report(query: &str) -> Callback {
    Callback::read(query.to_owned(), b"")
}

#[test]
fn only_a_reply_about_our_order_decides_it() {
    let otomax = supplier("otomax", &[]);
    let sold = "R#1700000000001 S10.081234567890 SUKSES. SN: 0041002345678901. Saldo 100.000 - 10.600 = 89.400";
    let reading = otomax.read_purchase(&BUY, &answer(sold));
    assert!(matches!(&reading.outcome, Outcome::Success(delivery) if delivery.sn == "0041002345678901"), "{reading:?}");
    assert_eq!(reading.charged.map(konter_core::money::Rupiah::get), Some(10_600));
    assert_eq!(reading.supplier_balance.map(konter_core::money::Rupiah::get), Some(89_400));
    for (ours, theirs, doubt) in [
        ("R#1700000000001", "R#1700000000002", Doubt::OtherReference),
        ("R#1700000000001 ", "", Doubt::OtherReference),
        ("S10.", "S20.", Doubt::OtherProduct),
        ("081234567890", "081234567891", Doubt::OtherDestination),
    ] {
        assert_eq!(read(&otomax, &sold.replace(ours, theirs)), Outcome::Unknown(doubt), "{theirs}");
    }
    for same in ["6281234567890", "0812XXXX7890"] {
        assert!(matches!(read(&otomax, &sold.replace("081234567890", same)), Outcome::Success(_)), "{same}");
    }
    assert_eq!(
        read(&otomax, "R#1700000000001 S10.081234567890 GAGAL. Nomor tujuan salah. Saldo 89.400"),
        Outcome::Failed(FailureKind::WrongNumber)
    );
}

/// An IRS server that takes an order says no more than that. Unheard, a failure that it reports later would be in doubt.
#[test]
fn a_bare_word_of_taking_counts_where_its_server_says_no_more() {
    let irs = supplier("irs", &[]);
    for taken in ["PROSES", "proses", " Proses\r\n"] {
        assert_eq!(read(&irs, taken), Outcome::Pending, "{taken}");
        assert_eq!(irs.read_status(&BUY, &answer(taken)).outcome, Outcome::Unknown(Doubt::OtherReference), "{taken}");
    }
    for other in ["PROSES GAGAL", "PROSES 12", "<html>PROSES</html>", "R#1 PROSES", ""] {
        assert!(matches!(read(&irs, other), Outcome::Unknown(_)), "{other}");
    }
    assert_eq!(read(&supplier("otomax", &[]), "PROSES"), Outcome::Unknown(Doubt::OtherReference));
}

#[test]
fn an_earlier_orders_state_settles_a_question_and_never_a_first_sending() {
    let otomax = supplier("otomax", &[]);
    let earlier =
        "R#1700000000001 S10.081234567890 sdh pernah jam 18:46, status Sukses. SN/Ref: 0041002345678901. Saldo 1";
    assert_eq!(read(&otomax, earlier), Outcome::Unknown(Doubt::EarlierOrder));
    let asked = otomax.read_status(&BUY, &answer(earlier)).outcome;
    assert!(matches!(asked, Outcome::Success(_)), "{asked:?}");
    let mut of_another = BUY;
    of_another.sent.first = FirstSending::AnotherOrders;
    assert_eq!(otomax.read_status(&of_another, &answer(earlier)).outcome, Outcome::Unknown(Doubt::EarlierOrder));
    // A refusal of the question says nothing of what was asked about.
    let refused = answer("R#1700000000001 S10.081234567890 GAGAL. Saldo tidak cukup. Saldo 1.000");
    assert!(matches!(otomax.read_status(&BUY, &refused).outcome, Outcome::Unknown(Doubt::Inconclusive(_))));
    let failed = answer("R#1700000000001 S10.081234567890 sdh pernah jam 18:46, status Gagal. Nomor salah. Saldo 1");
    assert!(matches!(otomax.read_status(&BUY, &failed).outcome, Outcome::Failed(_)));
}

#[test]
fn a_failure_reported_after_a_question_counts_unless_it_may_be_the_questions() {
    let mut asked = BUY;
    asked.sent.repeated = true;
    let told = |name: &str, buy: &Buy<'_>, reason: &str| {
        let named =
            if name == "irs" { "clientid=1700000000001&statuscode=2&msg" } else { "refid=1700000000001&message" };
        let query = format!("{named}=R%231700000000001 S10.081234567890 GAGAL. {reason}. Saldo 1.000");
        let outcome = supplier(name, &[]).read_callback(buy, &report(&query)).outcome;
        assert!(matches!(outcome, Outcome::Failed(_) | Outcome::Unknown(Doubt::Inconclusive(_))), "{outcome:?}");
        matches!(outcome, Outcome::Failed(_))
    };
    // Reason, and whether it counts where the question says that it is one, and where it looks like the order.
    for (reason, marked, unmarked) in [
        ("Nomor tujuan salah", true, true),
        ("Dibatalkan provider", true, false),
        ("Produk sedang gangguan", true, false),
        ("Saldo tidak cukup", false, false),
        ("Pin salah", false, false),
    ] {
        assert_eq!(told("otomax", &asked, reason), marked, "{reason}");
        assert_eq!(told("irs", &asked, reason), unmarked, "{reason}");
        assert!(told("otomax", &BUY, reason) && told("irs", &BUY, reason), "{reason}");
    }
}

#[test]
fn a_token_product_is_delivered_by_a_token_only() {
    let otomax = supplier("otomax", &[]);
    let buy = Buy { kind: ProductKind::Token, sku: "PLN20", dest: "14027412301", ..BUY };
    let read = |sn: &str| {
        let text = format!("R#1700000000001 PLN20.14027412301 SUKSES. SN: {sn}. Saldo 1.000");
        otomax.read_purchase(&buy, &answer(&text)).outcome
    };
    assert!(matches!(read("6722-0840-8781-8481-1234/BUDI/R1/1300VA/13,5"), Outcome::Success(_)));
    assert_eq!(read("0041002345678901"), Outcome::Unknown(Doubt::NoSerial));
    assert_eq!(read(""), Outcome::Unknown(Doubt::NoSerial));
}

#[test]
fn a_question_waits_its_time_and_ends_before_it_would_buy() {
    for (name, allowed, refused) in [
        ("otomax", [60, 19 * 3_600].as_slice(), [0, 59, 20 * 3_600].as_slice()),
        ("digiflazz", &[60, 89 * 86_400 - 1], &[59, 89 * 86_400]),
        ("tokovoucher", &[600], &[599]),
    ] {
        let supplier = supplier(name, &[]);
        let asks = |age: i64| supplier.status(&BUY, DateTime::UNIX_EPOCH, &now_after(age)).is_some();
        assert!(supplier.can_check());
        for age in allowed {
            assert!(asks(*age), "{name} {age}");
        }
        for age in refused {
            assert!(!asks(*age), "{name} {age}");
        }
    }
    let asked = supplier("otomax", &[]).status(&BUY, DateTime::UNIX_EPOCH, &now_after(90)).unwrap().reveal();
    assert!(asked.contains("check=1"), "{asked}");
    let bill = Buy { kind: ProductKind::Bill, inquiry: Some("1"), ..BUY };
    let asked = supplier("digiflazz", &[]).status(&bill, DateTime::UNIX_EPOCH, &now_after(90)).unwrap().reveal();
    assert!(asked.contains("status-pasca"), "never the payment again: {asked}");
}

#[test]
fn a_signed_report_is_believed_and_a_hash_of_the_reference_never_by_itself() {
    let body =
        r#"{"data":{"ref_id":"1700000000001","status":"Sukses","rc":"00","sn":"1234567890","buyer_sku_code":"S10"}}"#;
    let posted = |header: &str, value: &str| {
        Callback::read(String::new(), body.as_bytes()).with_headers([(header.to_owned(), value.to_owned())].into_iter())
    };
    let digiflazz = supplier("digiflazz", &[("webhook_secret", "rahasia")]);
    let mac = super::super::sign::keyed(super::super::schema::Hash::Sha1, b"rahasia", body.as_bytes());
    let signature = format!("sha1={}", crate::protocol::hex(&mac));
    let signed = posted("X-Hub-Signature", &signature);
    assert_eq!(digiflazz.proof(&signed), Proof::Content);
    assert!(digiflazz.proof(&signed).believes(false));
    assert_eq!(digiflazz.callback_reference(&signed), Some(BUY.reference));
    assert!(matches!(digiflazz.read_callback(&BUY, &signed).outcome, Outcome::Success(_)));
    for forged in [posted("X-Hub-Signature", "sha1=00"), posted("X-Other", &signature)] {
        assert_eq!(digiflazz.proof(&forged), Proof::Wrong);
        assert!(!digiflazz.proof(&forged).believes(true));
    }
    assert_eq!(supplier("digiflazz", &[]).proof(&signed), Proof::None, "without a secret its address decides");
    let ping = Callback::read(String::new(), br#"{"sed":"x","hook_id":"1","hook":{}}"#);
    assert!(digiflazz.is_ping(&ping) && !digiflazz.is_ping(&signed));

    let toko = supplier("tokovoucher", &[("member", "M1"), ("secret", "S1")]);
    let body = r#"{"status":"sukses","sn":"ABC123-77","ref_id":"1700000000001","produk":"S10"}"#;
    let hash = {
        use md5::{Digest as _, Md5};
        crate::protocol::hex(&Md5::digest("M1:S1:1700000000001"))
    };
    let posted = Callback::read(String::new(), body.as_bytes())
        .with_headers([("X-TokoVoucher-Authorization".to_owned(), hash)].into_iter());
    assert_eq!(toko.proof(&posted), Proof::Sender);
    assert!(!toko.proof(&posted).believes(false) && toko.proof(&posted).believes(true));
}

#[test]
fn an_irs_report_is_the_parameters_and_a_text_of_another_order_is_doubt() {
    let irs = supplier("irs", &[]);
    let said = |query: &str| irs.read_callback(&BUY, &report(query)).outcome;
    let sold = "clientid=1700000000001&statuscode=1&kp=S10&msisdn=081234567890&sn=19051780162192";
    assert!(matches!(said(sold), Outcome::Success(_)));
    let failed = sold.replace("statuscode=1", "statuscode=2");
    assert!(matches!(said(&failed.replace("19051780162192", "")), Outcome::Failed(_)));
    assert_eq!(said(&failed), Outcome::Unknown(Doubt::Contradictory), "what failed has no serial number");
    for words in ["sedang diproses", "pending", "menunggu jawaban", "trx sukses, callback gagal", "sudah masuk"] {
        let text = failed.replace("19051780162192", "") + "&msg=" + words;
        assert_eq!(said(&text), Outcome::Unknown(Doubt::Contradictory), "{words}");
    }
    for words in ["pending", "R#1700000000001 S10.081234567890 sedang diproses"] {
        assert_eq!(
            said(&format!("{sold}&msg={}", words.replace('#', "%23"))),
            Outcome::Unknown(Doubt::Contradictory),
            "{words}"
        );
    }
    assert_eq!(said(&format!("{sold}&msg=REFID:17 S10 SUKSES")), Outcome::Unknown(Doubt::Contradictory));
    assert_eq!(said(&format!("{sold}&clientid=5")), Outcome::Unknown(Doubt::Contradictory));
    assert_eq!(irs.callback_reference(&report("clientid=007&statuscode=1")), None);
}

#[test]
fn a_bill_is_looked_up_and_paid_by_its_quote() {
    let digiflazz = supplier("digiflazz", &[]);
    let bill = Buy { kind: ProductKind::Bill, sku: "pln", dest: "530000000001", ..BUY };
    assert!(digiflazz.inquiry_first(ProductKind::Bill) && !digiflazz.inquiry_first(ProductKind::Token));
    let found = r#"{"data":{"ref_id":"1700000000001","customer_name":"BUDI","status":"Sukses","rc":"00","price":11000,
        "selling_price":11000,"desc":{"tarif":"R1","daya":1300,"detail":[{"periode":"202601","nilai_tagihan":"8000",
        "admin":"2500","denda":"500"}]}}}"#;
    let InquiryReading::Found(inquiry) = digiflazz.read_inquiry(&bill, &answer(found)) else { panic!("not found") };
    assert_eq!((inquiry.total.map(konter_core::money::Rupiah::get), inquiry.bills.len()), (Some(11_000), 1));
    let other = found.replace("1700000000001", "1700000000002");
    assert_eq!(digiflazz.read_inquiry(&bill, &answer(&other)), InquiryReading::Unknown(Doubt::OtherReference));
}

#[test]
fn secrets_are_masked_and_missing_settings_are_named() {
    let otomax = supplier("otomax", &[("pin", "987654321"), ("password", "kata-sandi")]);
    let kept = masked("GAGAL. pin 987654321, password kata-sandi, my-memberid", &otomax.secrets());
    assert_eq!(kept, "GAGAL. pin ***, password ***, my-memberid");
    let nothing = |_: &str| None;
    let options = Options::new(&nothing);
    assert!(Supplier::with(recipe("otomax"), &options).is_none());
    let missing: Vec<String> = options.into_errors().into_iter().map(|error| error.name).collect();
    assert_eq!(missing, ["SET_MEMBERID", "SET_PASSWORD", "SET_PIN"]);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in proptest::prelude::any::<String>()) {
        for name in ["otomax", "digiflazz"] {
            let supplier = supplier(name, &[]);
            let outcome = supplier.read_purchase(&BUY, &answer(&text)).outcome;
            proptest::prop_assert!(!matches!(outcome, Outcome::Success(_)));
            let _ = supplier.read_callback(&BUY, &report(&text));
        }
    }
}
