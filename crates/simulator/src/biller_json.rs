//! biller-json v1.0.0: JSON over `POST /service/in/json`; the end of an order comes by a reversal call.

use axum::http::Method;
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};

use super::book::{Book, Order, Repeats, Sale, Traded};
use super::customer::Customer;
use super::scenario::{Refusal, Word};
use super::text::{Moment, digits, encoded, grouped, hex, is_destination, is_field, price, token};
use super::turn::{Asked, JSON, Report, Turn};

pub(super) const USER: &str = "usertesting";
pub(super) const PASSWORD: &str = "rahasia-biller";

#[derive(Deserialize)]
#[serde(default)]
struct Request {
    user: String,
    sign: String,
    trxid: String,
    cmd: String,
    idpel: String,
    produk: String,
}

impl Default for Request {
    fn default() -> Self {
        let empty = String::new;
        Self { user: empty(), sign: empty(), trxid: empty(), cmd: empty(), idpel: empty(), produk: empty() }
    }
}

/// In the order the document prints the fields; `saldo` is only in the pending example.
#[derive(Serialize)]
struct Response<'a> {
    total: i64,
    status: bool,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    saldo: Option<String>,
    trxtime: String,
    elapsed: f64,
    trxid: &'a str,
    user: &'a str,
    kodeproduk: &'a str,
    tujuan: &'a str,
}

pub(super) fn turn(book: &Book, asked: &Asked<'_>, now: Moment) -> Turn {
    if (asked.method, asked.uri.path()) != (&Method::POST, "/service/in/json") {
        return Turn::no_such_address();
    }
    let Ok(request) = serde_json::from_str::<Request>(asked.body) else {
        return Turn::say(JSON, r#"{"total":0,"status":false,"reason":"Format JSON salah"}"#.to_owned());
    };
    if let Some(fault) = request.fault() {
        let reason = format!("Transaksi {}.{} GAGAL {fault}", request.produk, request.idpel);
        return Turn::say(JSON, request.refused(reason, now));
    }
    let order =
        Order { price: price(&request.produk), reference: request.trxid, product: request.produk, dest: request.idpel };
    // What a repeated trxid does is not documented. This one buys again, so that a client that resends is caught.
    match book.trade(order, Repeats::BuyAgain, now) {
        Traded::Earlier(sale) => Turn::say(JSON, reply(&sale, sale.standing)),
        Traded::New(shown, course) => Turn::say(JSON, reply(&shown, course.says)).follow(shown.index, &course),
    }
}

impl Request {
    fn fault(&self) -> Option<&'static str> {
        let sign = hex(&Md5::digest(format!("{USER}{PASSWORD}{}", self.trxid)));
        if self.user != USER || self.sign != sign {
            Some("user atau sign salah")
        } else if !self.cmd.eq_ignore_ascii_case("trx")
            || !is_field(&self.trxid)
            || !is_field(&self.produk)
            || !is_destination(&self.idpel)
        {
            Some("format salah")
        } else {
            None
        }
    }

    fn refused(&self, reason: String, now: Moment) -> String {
        let response = Response {
            total: 0,
            status: false,
            reason,
            saldo: None,
            trxtime: stamp(now),
            elapsed: elapsed(&self.trxid),
            trxid: &self.trxid,
            user: &self.user,
            kodeproduk: &self.produk,
            tujuan: &self.idpel,
        };
        serde_json::to_string(&response).unwrap_or_default()
    }
}

fn stamp(at: Moment) -> String {
    at.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

/// Some fraction of a second with many digits, as the document has it.
fn elapsed(reference: &str) -> f64 {
    format!("0.{}", digits(reference, 16)).parse().unwrap_or(0.5)
}

fn reply(sale: &Sale, word: Word) -> String {
    let Sale { product, dest, .. } = sale;
    let failed = matches!(word, Word::Failed(_));
    let what = match word {
        Word::Failed(refusal) => format!("GAGAL {}", reason(refusal)),
        Word::Unlisted => "DITUNDA".to_owned(),
        Word::Pending | Word::Success => "sedang diproses".to_owned(),
    };
    let response = Response {
        total: if failed { 0 } else { sale.price },
        status: !failed,
        reason: format!("Transaksi {product}.{dest} {what}"),
        saldo: (!failed).then(|| sale.after.to_string()),
        trxtime: stamp(sale.at),
        elapsed: elapsed(&sale.reference),
        trxid: &sale.reference,
        user: USER,
        kodeproduk: product,
        tujuan: dest,
    };
    serde_json::to_string(&response).unwrap_or_default()
}

/// "LIST REASON GAGAL".
const fn reason(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::SupplierDisturbed | Refusal::OperatorDisturbed | Refusal::CutOff | Refusal::Listed(1) => {
            "Produk tidak tersedia (ROUTE)"
        }
        Refusal::UnknownProduct | Refusal::Listed(3) => "Produk tidak Aktif",
        Refusal::WrongNumber
        | Refusal::NumberExpired
        | Refusal::NumberInactive
        | Refusal::DepositTooSmall
        | Refusal::Plain
        | Refusal::Repeated
        | Refusal::Reversed
        | Refusal::Listed(_) => "silakan coba lagi (DEDUCT)",
    }
}

/// "REVERSAL": 0 is success, 1 is failure.
pub(super) fn report(sale: &Sale, word: Word) -> Report {
    let Sale { product, dest, reference, .. } = sale;
    let (balance, time) = (grouped(sale.after), sale.at.format("%d/%m %H:%M:%S"));
    let (status, message) = if word == Word::Success {
        let (serial, price) = (serial(sale), grouped(sale.price));
        (0, format!("Transaksi {product}.{dest} SUKSES, SN: {serial}, Saldo: Rp{balance}, Harga: {price}, Tgl: {time}"))
    } else {
        (1, format!("Transaksi {product}.{dest} GAGAL, Saldo: Rp{balance}, Tgl: {time}"))
    };
    let fields = [reference, product, dest, &message].map(|field| encoded(field, "+"));
    let [reference, product, dest, message] = fields;
    let query = format!("status={status}&refid={reference}&product={product}&qty=1&dest={dest}&message={message}");
    Report::query(query)
}

fn serial(sale: &Sale) -> String {
    if sale.product.to_ascii_uppercase().starts_with("PLN") {
        let Customer { name, segment, power, .. } = Customer::of(&sale.dest);
        format!("{}/{name}/{segment}/{power}VA/13,5", token(&sale.reference, '-'))
    } else {
        digits(&sale.reference, 11)
    }
}
