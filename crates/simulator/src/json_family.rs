//! Suppliers that take orders by HTTPS and answer in JSON: Digiflazz, IAK, `TokoVoucher`, Apigames, Tripay. Each proves an
//! order by a hash over our reference or by a key, and a report by a hash, a constant, or the whole body's HMAC.

use axum::http::Method;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use serde_json::{Value, json};
use sha1::Sha1;

use super::Kind;
use super::book::{Book, Order, Repeats, Sale, Traded};
use super::customer::Customer;
use super::price_list;
use super::scenario::{Refusal, Scenario, Word};
use super::text::{Moment, digits, hex, is_destination, is_field, price, token};
use super::turn::{Asked, Fields, JSON, Report, Turn};

/// Account and key at each of them, whatever each calls them.
const ACCOUNT: &str = "DEMO";
const KEY: &str = "rahasia-demo-json";
const WEBHOOK_SECRET: &str = "rahasia-webhook";
const PIN: &str = "864219";

pub(super) const fn credentials(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::Digiflazz => &[("SET_USERNAME", ACCOUNT), ("SET_KEY", KEY), ("SET_WEBHOOK_SECRET", WEBHOOK_SECRET)],
        Kind::Iak => &[("SET_USERNAME", ACCOUNT), ("SET_KEY", KEY)],
        Kind::Tokovoucher => &[("SET_MEMBER", ACCOUNT), ("SET_SECRET", KEY)],
        Kind::Apigames => &[("SET_MERCHANT", ACCOUNT), ("SET_SECRET", KEY)],
        _ => &[
            ("SET_KEY", KEY),
            ("SET_PIN", PIN),
            ("SET_PHONE", "081234567890"),
            ("SET_CALLBACK_SECRET", WEBHOOK_SECRET),
        ],
    }
}

pub(super) fn turn(kind: Kind, book: &Book, asked: &Asked<'_>, now: Moment) -> Turn {
    let (fields, path) = (asked.fields(), asked.uri.path());
    let server = Server { kind, book, now };
    let post = *asked.method == Method::POST;
    let answer = match (kind, post, path) {
        (Kind::Digiflazz, true, "/transaction") => return server.digiflazz(&fields),
        (Kind::Digiflazz, true, "/cek-saldo") if fields.get("sign") == signed("", &[ACCOUNT, KEY, "depo"]) => {
            json!({"data": {"deposit": book.balance()}})
        }
        (Kind::Digiflazz, true, "/price-list") if fields.get("sign") == signed("", &[ACCOUNT, KEY, "pricelist"]) => {
            price_list::list(kind)
        }
        (Kind::Iak, true, "/api/pricelist") if fields.get("sign") == signed("", &[ACCOUNT, KEY, "pl"]) => {
            price_list::list(kind)
        }
        (Kind::Digiflazz, true, "/inquiry-pln") => look_up(kind, fields.get("customer_no"), fields.get("sign")),
        (Kind::Iak, true, "/api/inquiry-pln") => look_up(kind, fields.get("customer_id"), fields.get("sign")),
        (Kind::Iak, true, "/api/top-up" | "/api/check-status") => return server.iak(&fields, path == "/api/top-up"),
        (Kind::Iak, true, "/api/check-balance") if fields.get("sign") == signed("", &[ACCOUNT, KEY, "bl"]) => {
            json!({"data": {"balance": book.balance(), "message": "SUCCESS", "rc": "00"}})
        }
        (Kind::Tokovoucher, true, "/v1/transaksi" | "/v1/transaksi/status")
        | (Kind::Apigames, true, "/v2/transaksi" | "/v2/transaksi/status") => {
            return server.voucher(&fields, !path.ends_with("/status"));
        }
        (Kind::Tokovoucher, false, "/member") | (Kind::Apigames, false, "/merchant/DEMO")
            if fields.get("signature") == signed(":", &[ACCOUNT, KEY]) =>
        {
            json!({"status": 1, "data": {"member_code": ACCOUNT, "saldo": book.balance()}})
        }
        (Kind::Tripay, ..) if asked.header("authorization") != format!("Bearer {KEY}") => {
            json!({"success": false, "message": "Unauthenticated."})
        }
        (Kind::Tripay, true, "/transaksi/pembelian") => return server.tripay(&fields),
        (Kind::Tripay, false, "/histori/transaksi/detail") => match book.find(fields.get("api_trxid")) {
            Some(sale) => json!({"success": true, "data": tripay_detail(&sale, sale.standing)}),
            None => json!({"success": false, "message": "Data transaksi tidak ditemukan"}),
        },
        (Kind::Tripay, false, "/ceksaldo") => json!({"success": true, "data": book.balance()}),
        _ => return Turn::no_such_address(),
    };
    Turn::say(JSON, answer.to_string())
}

/// The report of how an order stands.
pub(super) fn report(kind: Kind, sale: &Sale, word: Word) -> Report {
    let by_reference = || signed(":", &[ACCOUNT, KEY, &sale.reference]);
    match kind {
        Kind::Digiflazz => {
            let body = json!({"data": digiflazz_data(sale, word)}).to_string();
            let proof = format!("sha1={}", keyed(WEBHOOK_SECRET, &body));
            Report::body(JSON, body).proven("X-Hub-Signature", proof)
        }
        Kind::Iak => {
            let mut data = iak_data(sale, word);
            if let Value::Object(members) = &mut data {
                // What is a number in an answer is a text here.
                members
                    .values_mut()
                    .filter(|value| value.is_number())
                    .for_each(|value| *value = value.to_string().into());
                members.insert("sign".to_owned(), signed("", &[ACCOUNT, KEY, &sale.reference]).into());
            }
            Report::body(JSON, json!({"data": data}).to_string())
        }
        Kind::Tokovoucher => Report::body(JSON, tokovoucher_data(sale, word).to_string())
            .proven("X-TokoVoucher-Authorization", by_reference()),
        Kind::Apigames => {
            Report::body(JSON, apigames_data(sale, word).to_string()).proven("X-Apigames-Authorization", by_reference())
        }
        // A list of one.
        _ => Report::body(JSON, json!([tripay_detail(sale, word)]).to_string())
            .proven("X-Callback-Secret", WEBHOOK_SECRET.to_owned()),
    }
}

struct Server<'a> {
    kind: Kind,
    book: &'a Book,
    now: Moment,
}

impl Server<'_> {
    /// Buys, or tells how the first order of the reference stands where it is not bought again.
    fn trade(
        &self,
        [reference, product, dest]: [&str; 3],
        repeats: Repeats,
        say: impl Fn(&Sale, Word) -> Value,
    ) -> Turn {
        let order = Order {
            reference: reference.to_owned(),
            product: product.to_owned(),
            dest: dest.to_owned(),
            price: price(product),
        };
        match self.book.trade(order, repeats, self.now) {
            Traded::Earlier(sale) => Turn::say(JSON, say(&sale, sale.standing).to_string()),
            Traded::New(shown, course) => {
                Turn::say(JSON, say(&shown, course.says).to_string()).follow(shown.index, &course)
            }
        }
    }

    /// The same request is order and question: a reference is bought once in 90 days.
    fn digiflazz(&self, fields: &Fields) -> Turn {
        let order = ["ref_id", "buyer_sku_code", "customer_no"].map(|name| fields.get(name));
        let refused = |rc: &str, why: &str| {
            let data = json!({"ref_id": order[0], "status": "Gagal", "rc": rc, "message": why, "sn": "", "price": 0});
            Turn::say(JSON, json!({"data": data}).to_string())
        };
        if fields.get("username") != ACCOUNT || fields.get("sign") != signed("", &[ACCOUNT, KEY, order[0]]) {
            return refused("41", "Signature tidak valid");
        }
        if !is_order(order) || !fields.get("commands").is_empty() {
            return refused("40", "Payload Error");
        }
        let remembered = Repeats::RememberedFor(chrono::TimeDelta::days(90));
        self.trade(order, remembered, |sale, word| json!({"data": digiflazz_data(sale, word)}))
    }

    fn iak(&self, fields: &Fields, buys: bool) -> Turn {
        let order = ["ref_id", "product_code", "customer_id"].map(|name| fields.get(name));
        let say = |rc: &str, why: &str| {
            let data = json!({"ref_id": order[0], "status": 2, "rc": rc, "message": why});
            Turn::say(JSON, json!({"data": data}).to_string())
        };
        if fields.get("username") != ACCOUNT || fields.get("sign") != signed("", &[ACCOUNT, KEY, order[0]]) {
            return say("204", "WRONG AUTHENTICATION");
        }
        if !buys {
            let Some(sale) = self.book.find(order[0]) else { return say("06", "TRANSACTION NOT FOUND") };
            return Turn::say(JSON, json!({"data": iak_data(&sale, sale.standing)}).to_string());
        }
        if !is_order(order) {
            return say("203", "NUMBER IS TOO LONG");
        }
        // "Resending a ref_id is a status check".
        self.trade(order, Repeats::Remembered, |sale, word| json!({"data": iak_data(sale, word)}))
    }

    /// Game vouchers: a question has an address of its own, and an order that is sent again is bought again.
    fn voucher(&self, fields: &Fields, buys: bool) -> Turn {
        let zone = fields.get("server_id");
        let dest =
            if zone.is_empty() { fields.get("tujuan").to_owned() } else { format!("{}|{zone}", fields.get("tujuan")) };
        let order = [fields.get("ref_id"), fields.get("produk"), &dest];
        let say = |sale: &Sale, word: Word| match self.kind {
            Kind::Tokovoucher => tokovoucher_data(sale, word),
            _ => json!({"status": 1, "data": apigames_data(sale, word)}),
        };
        let error = |why: &str| Turn::say(JSON, json!({"status": 0, "error_msg": why}).to_string());
        let account = if self.kind == Kind::Tokovoucher { "member_code" } else { "merchant_id" };
        if fields.get(account) != ACCOUNT || fields.get("signature") != signed(":", &[ACCOUNT, KEY, order[0]]) {
            return error("Signature tidak sesuai");
        }
        if !buys {
            return self.book.find(order[0]).map_or_else(
                || error("Transaksi tidak ditemukan"),
                |sale| Turn::say(JSON, say(&sale, sale.standing).to_string()),
            );
        }
        if !is_order(order) {
            return error("Parameter tidak lengkap");
        }
        self.trade(order, Repeats::BuyAgain, say)
    }

    fn tripay(&self, fields: &Fields) -> Turn {
        let dest = if fields.get("inquiry") == "PLN" { "no_meter_pln" } else { "phone" };
        let order = ["api_trxid", "code", dest].map(|name| fields.get(name));
        if fields.get("pin") != PIN || !is_order(order) {
            return Turn::say(JSON, json!({"success": false, "message": "PIN atau data salah"}).to_string());
        }
        // Whether an order sent again buys again is not documented.
        self.trade(order, Repeats::BuyAgain, |sale, word| match word {
            Word::Failed(refusal) => json!({"success": false, "message": reason(refusal)}),
            Word::Unlisted => json!({"success": "tertunda", "message": "Menunggu konfirmasi"}),
            Word::Success | Word::Pending => json!({
                "success": true, "message": "Pembelian sedang diproses", "trxid": sale.number, "api_trxid": sale.reference,
            }),
        })
    }
}

/// Whose meter it is.
fn look_up(kind: Kind, customer: &str, sign: &str) -> Value {
    let [unsigned, no_such] = if kind == Kind::Iak { ["204", "14"] } else { ["41", "54"] };
    let refused = |rc: &str, why: &str| json!({"data": {"customer_no": customer, "rc": rc, "message": why}});
    if sign != signed("", &[ACCOUNT, KEY, customer]) {
        return refused(unsigned, "Signature tidak valid");
    }
    if !is_destination(customer) || Scenario::of(kind, customer).refuses_inquiry().is_some() {
        return refused(no_such, "Nomor Tujuan Salah");
    }
    let Customer { name, meter, id, segment, power } = Customer::of(customer);
    json!({"data": {
        "customer_no": customer, "rc": "00", "message": "Transaksi Sukses", "meter_no": meter, "subscriber_id": id,
        "name": name, "segment_power": format!("{segment} /{power:09}"),
    }})
}

fn is_order([reference, product, dest]: [&str; 3]) -> bool {
    is_field(reference) && is_field(product) && is_destination(dest)
}

fn digiflazz_data(sale: &Sale, word: Word) -> Value {
    let (status, rc, message) = match word {
        Word::Success => ("Sukses", "00", "Transaksi Sukses"),
        Word::Pending => ("Pending", "03", "Transaksi Pending"),
        Word::Unlisted => ("Diproses", "97", "Menunggu konfirmasi"),
        Word::Failed(refusal) => ("Gagal", digiflazz_code(refusal), reason(refusal)),
    };
    #[expect(clippy::cast_precision_loss, reason = "a deposit has far fewer digits")]
    let balance = sale.after as f64;
    json!({
        "ref_id": sale.reference, "customer_no": sale.dest, "buyer_sku_code": sale.product, "message": message,
        "status": status, "rc": rc, "sn": serial(sale, word), "buyer_last_saldo": balance, "price": sale.price,
        "tele": "", "wa": "",
    })
}

const fn digiflazz_code(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::WrongNumber => "54",
        Refusal::NumberExpired | Refusal::NumberInactive => "51",
        Refusal::SupplierDisturbed => "55",
        Refusal::OperatorDisturbed => "71",
        Refusal::UnknownProduct => "43",
        Refusal::DepositTooSmall => "44",
        Refusal::CutOff => "58",
        Refusal::Repeated => "63",
        Refusal::Reversed => "74",
        Refusal::Plain | Refusal::Listed(_) => "02",
    }
}

fn iak_data(sale: &Sale, word: Word) -> Value {
    let (status, rc, message) = match word {
        Word::Success => (1, "00", "SUCCESS"),
        Word::Pending => (0, "39", "PROCESS"),
        Word::Unlisted => (4, "199", "ON HOLD"),
        Word::Failed(Refusal::DepositTooSmall) => (2, "17", "INSUFFICIENT DEPOSIT"),
        Word::Failed(Refusal::UnknownProduct) => (2, "20", "CODE NOT FOUND"),
        Word::Failed(_) => (2, "07", "FAILED"),
    };
    let mut data = json!({
        "ref_id": sale.reference, "status": status, "product_code": sale.product, "customer_id": sale.dest,
        "price": sale.price, "message": message, "balance": sale.after, "tr_id": sale.number, "rc": rc,
    });
    if let (Word::Success, Value::Object(members)) = (word, &mut data) {
        members.insert("sn".to_owned(), serial(sale, word).into());
    }
    data
}

fn tokovoucher_data(sale: &Sale, word: Word) -> Value {
    let (status, message, sn) = match word {
        Word::Success => ("sukses", "Transaksi sukses", serial(sale, word)),
        Word::Pending => ("pending", "Transaksi akan segera diproses", String::new()),
        Word::Unlisted => ("ditinjau", "Menunggu konfirmasi", String::new()),
        // The reason stands in the serial's place.
        Word::Failed(refusal) => ("gagal", "Transaksi gagal", reason(refusal).to_owned()),
    };
    json!({
        "status": status, "message": message, "sn": sn, "ref_id": sale.reference, "trx_id": format!("T{}", sale.number),
        "produk": sale.product, "sisa_saldo": sale.after, "price": sale.price,
    })
}

fn apigames_data(sale: &Sale, word: Word) -> Value {
    let Sale { reference, product, dest, .. } = sale;
    // There is something in the serial's place before there is one.
    let (status, sn) = match word {
        Word::Success => ("Sukses", serial(sale, word)),
        Word::Pending => ("Proses", "BSK.AFULP".to_owned()),
        Word::Unlisted => ("Validasi Provider", "BSK.AFULP".to_owned()),
        Word::Failed(_) => ("Gagal", String::new()),
    };
    let why = if let Word::Failed(refusal) = word { reason(refusal) } else { "" };
    json!({
        "trx_id": format!("T{}", sale.number), "ref_id": reference, "destination": dest, "product_code": product,
        "message": format!("R#{reference} {product}.{dest}, status {}. {why}", status.to_uppercase()),
        "status": status, "sn": sn, "last_balance": sale.after.to_string(), "product_detail": {"price_rp": sale.price},
    })
}

fn tripay_detail(sale: &Sale, word: Word) -> Value {
    let Sale { product, dest, .. } = sale;
    let sn = serial(sale, word);
    let (status, note) = match word {
        Word::Success => (1, format!("Trx {product} {dest} SUKSES. SN: {sn}")),
        Word::Pending | Word::Unlisted => (0, format!("Trx {product} {dest} sedang diproses")),
        Word::Failed(refusal) => (2, format!("Trx {product} {dest} GAGAL. {}", reason(refusal))),
    };
    let at = sale.at.format("%Y-%m-%d %H:%M:%S").to_string();
    json!({
        "trxid": sale.number, "api_trxid": sale.reference, "via": "API", "code": product, "produk": product,
        "harga": sale.price.to_string(), "target": dest, "mtrpln": "-", "note": note, "token": sn, "status": status,
        "saldo_before_trx": sale.before, "saldo_after_trx": sale.after, "created_at": at, "updated_at": at, "tagihan": null,
    })
}

const fn reason(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::WrongNumber => "Nomor Tujuan Salah",
        Refusal::NumberExpired => "Nomor Tujuan Kadaluarsa",
        Refusal::NumberInactive => "Nomor Tujuan Diblokir",
        Refusal::SupplierDisturbed => "Produk Sedang Gangguan",
        Refusal::OperatorDisturbed => "Produk Sedang Gangguan Operator",
        Refusal::UnknownProduct => "Produk Tidak Ditemukan",
        Refusal::DepositTooSmall => "Saldo Tidak Cukup",
        Refusal::CutOff => "Sedang Cut Off",
        Refusal::Repeated => "Produk Tidak Mendukung Multi Transaksi",
        Refusal::Reversed => "Transaksi Refund",
        Refusal::Plain | Refusal::Listed(_) => "Transaksi Gagal",
    }
}

/// Empty as long as there is none.
fn serial(sale: &Sale, word: Word) -> String {
    if word != Word::Success {
        return String::new();
    }
    if !sale.product.to_ascii_uppercase().starts_with("PLN") {
        return digits(&sale.reference, 16);
    }
    let Customer { name, segment, power, .. } = Customer::of(&sale.dest);
    format!("{}/{name}/{segment} /{power:09}/13.5", token(&sale.reference, '-'))
}

/// The MD5 of these, with this between them.
fn signed(between: &str, parts: &[&str]) -> String {
    hex(&Md5::digest(parts.join(between)))
}

/// The HMAC of a text.
fn keyed(key: &str, text: &str) -> String {
    // It takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(text.as_bytes());
    hex(&mac.finalize().into_bytes())
}
