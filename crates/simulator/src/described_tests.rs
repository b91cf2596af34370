//! The suppliers that the shop has recipes for, against what their documents print.

use axum::http::{HeaderMap, Method, Uri};
use serde_json::{Value, json};

use super::book::Book;
use super::scenario::Word;
use super::text::now;
use super::turn::{Asked, Report};
use super::{Kind, json_family, text_family};

/// A supplier that is asked without a network.
struct Desk {
    kind: Kind,
    book: Book,
}

impl Desk {
    fn open(kind: Kind) -> Self {
        Self { kind, book: Book::open(kind) }
    }

    fn ask(&self, method: &Method, path: &str, body: &str) -> String {
        let (uri, mut headers): (Uri, _) = (path.parse().unwrap(), HeaderMap::new());
        headers.insert("authorization", "Bearer rahasia-demo-json".parse().unwrap());
        let asked = Asked { method, uri: &uri, headers: &headers, body };
        let turn = match self.kind {
            Kind::Otomax | Kind::Irs | Kind::Okeconnect => text_family::turn(self.kind, &self.book, &asked, now()),
            _ => json_family::turn(self.kind, &self.book, &asked, now()),
        };
        turn.answer.body
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        serde_json::from_str(&self.ask(&Method::POST, path, &body.to_string())).unwrap()
    }

    /// How the first order is reported.
    fn report(&self, word: Word) -> Report {
        let sale = self.book.settle(0, word).unwrap();
        match self.kind {
            Kind::Otomax | Kind::Irs | Kind::Okeconnect => text_family::report(self.kind, &sale, word),
            _ => json_family::report(self.kind, &sale, word),
        }
    }
}

fn md5(text: &str) -> String {
    use ::md5::Digest as _;
    super::text::hex(&::md5::Md5::digest(text))
}

#[test]
fn digiflazz_takes_the_same_request_for_a_question() {
    let desk = Desk::open(Kind::Digiflazz);
    let order = |dest: &str, sign: &str| json!({"username": "DEMO", "buyer_sku_code": "xld10", "customer_no": dest, "ref_id": "7", "sign": sign});
    let sign = md5("DEMOrahasia-demo-json7");
    let refused = desk.post("/transaction", &order("087800001230", "0"));
    assert_eq!((&refused["data"]["rc"], &refused["data"]["status"]), (&json!("41"), &json!("Gagal")));
    for _ in 0..2 {
        let told = desk.post("/transaction", &order("087800001230", &sign));
        assert_eq!((&told["data"]["rc"], &told["data"]["status"]), (&json!("00"), &json!("Sukses")), "{told}");
        assert_eq!(told["data"]["sn"].as_str().unwrap().len(), 16);
    }
    assert_eq!(desk.book.bought()[0].times_delivered, 1);
    let Report { body: Some((_, body)), header: Some((name, proof)), .. } = desk.report(Word::Success) else {
        panic!()
    };
    assert_eq!((name, proof.len()), ("X-Hub-Signature", "sha1=".len() + 40), "{body}");
}

#[test]
fn a_meter_is_looked_up_by_its_number() {
    for (kind, path, name) in
        [(Kind::Digiflazz, "/inquiry-pln", "customer_no"), (Kind::Iak, "/api/inquiry-pln", "customer_id")]
    {
        let desk = Desk::open(kind);
        let ask = |meter: &str, sign: &str| desk.post(path, &json!({"username": "DEMO", name: meter, "sign": sign}));
        let signed = |meter: &str| ask(meter, &md5(&format!("DEMOrahasia-demo-json{meter}")));
        assert_eq!(signed("14027480300")["data"]["meter_no"], "14027480300");
        assert_ne!(signed("14027480311")["data"]["rc"], "00", "no such meter");
        assert_ne!(ask("14027480300", "x")["data"]["rc"], "00");
    }
}

#[test]
fn iak_answers_in_numbers_and_reports_in_texts() {
    let desk = Desk::open(Kind::Iak);
    let sign = md5("DEMOrahasia-demo-json7");
    let order =
        json!({"username": "DEMO", "ref_id": "7", "customer_id": "081234560011", "product_code": "S10", "sign": sign});
    let told = desk.post("/api/top-up", &order);
    assert_eq!(
        (&told["data"]["status"], &told["data"]["rc"]),
        (&json!(0), &json!("39")),
        "the first answer is always this"
    );
    let other = json!({"username": "DEMO", "ref_id": "8", "sign": md5("DEMOrahasia-demo-json8")});
    assert_eq!(desk.post("/api/check-status", &other)["data"]["rc"], "06");
    let Report { body: Some((_, body)), .. } = desk.report(Word::Success) else { panic!() };
    let data = &serde_json::from_str::<Value>(&body).unwrap()["data"];
    assert_eq!((&data["status"], &data["price"], &data["sign"]), (&json!("1"), &json!("9000"), &json!(sign)));
}

#[test]
fn an_order_for_vouchers_that_is_sent_again_is_bought_again() {
    for (kind, path, account) in
        [(Kind::Tokovoucher, "/v1/transaksi", "member_code"), (Kind::Apigames, "/v2/transaksi", "merchant_id")]
    {
        let desk = Desk::open(kind);
        let sign = md5("DEMO:rahasia-demo-json:7");
        let order = json!({"ref_id": "7", "produk": "FF5", "tujuan": "4645", "server_id": "77", account: "DEMO", "signature": sign});
        desk.post(path, &order);
        let status = desk.post(&format!("{path}/status"), &order);
        assert_eq!(desk.book.bought()[0].times_delivered, 1, "{status}");
        desk.post(path, &order);
        assert_eq!((desk.book.bought()[0].times_delivered, &*desk.book.bought()[0].dest), (2, "4645|77"));
        let Report { header: Some((_, proof)), .. } = desk.report(Word::Success) else { panic!() };
        assert_eq!(proof, sign);
    }
}

#[test]
fn tripay_reports_a_list_of_one() {
    let desk = Desk::open(Kind::Tripay);
    let form = "inquiry=I&code=S10&phone=081234567890&api_trxid=7&pin=864219";
    assert!(desk.ask(&Method::POST, "/transaksi/pembelian", form).contains(r#""success":true"#));
    assert!(desk.ask(&Method::GET, "/histori/transaksi/detail?api_trxid=7", "").contains(r#""status":0"#));
    assert!(desk.ask(&Method::GET, "/histori/transaksi/detail?api_trxid=8", "").contains(r#""success":false"#));
    let Report { body: Some((_, body)), .. } = desk.report(Word::Success) else { panic!() };
    let list: Vec<Value> = serde_json::from_str(&body).unwrap();
    assert_eq!((list.len(), &list[0]["status"], &list[0]["harga"]), (1, &json!(1), &json!("9000")));
}

#[test]
fn servers_of_one_line_tell_orders_from_questions() {
    for (kind, order, check) in [
        (
            Kind::Otomax,
            "/trx?memberID=DM0001&pin=7731&password=rahasia-demo-teks&product=S10&dest=081200&refID=7",
            "&check=1",
        ),
        (
            Kind::Okeconnect,
            "/trx?memberID=DM0001&pin=7731&password=rahasia-demo-teks&product=S10&dest=081200&refID=7",
            "&check=1",
        ),
        (
            Kind::Irs,
            "/api?id=DM0001&pin=7731&user=demo&pass=rahasia-demo-teks&kodeproduk=S10&tujuan=081200&idtrx=7",
            "",
        ),
    ] {
        let desk = Desk::open(kind);
        let get = |path: &str| desk.ask(&Method::GET, path, "");
        if !check.is_empty() {
            assert!(get(&format!("{order}{check}")).starts_with("TIDAK ADA transaksi"), "{kind:?}");
            assert!(get("/trx?memberID=DM0001&pin=1&password=x&product=S10&dest=081200&refID=7").contains("Pin Salah"));
        }
        let taken = get(order);
        assert!(["akan diproses", "PROSES"].iter().any(|word| taken.contains(word)), "{kind:?}: {taken}");
        let waits = get(&format!("{order}{check}"));
        assert!(waits.contains("status Menunggu Jawaban"), "{kind:?}: {waits}");
        let report = desk.report(Word::Success);
        assert!(report.query.contains("SUKSES"), "{report:?}");
        let done = get(&format!("{order}{check}"));
        assert!(done.contains("status Sukses. SN: ") && done.contains("pernah jam"), "{kind:?}: {done}");
        assert_eq!(desk.book.bought()[0].times_delivered, 1);
    }
}

/// The published example of the engine.
#[test]
fn a_signature_does_in_the_place_of_pin_and_password() {
    assert_eq!(super::kiosampm::otomax_sign("YUSUF|X10|08123456789|2140669|1144|abcd"), "Cp9NLVuKWBt5Sey_uMlYsvnKvJI");
    let desk = Desk::open(Kind::Otomax);
    let sign = super::kiosampm::otomax_sign("DM0001|S10|081200|7|7731|rahasia-demo-teks");
    let told = desk.ask(&Method::GET, &format!("/trx?memberID=DM0001&product=S10&dest=081200&refID=7&sign={sign}"), "");
    assert!(told.contains("akan diproses"), "{told}");
    let told = desk.ask(&Method::GET, &format!("/trx?memberID=DM0001&product=S10&dest=081200&refID=8&sign={sign}"), "");
    assert!(told.contains("Pin Salah"), "{told}");
}
