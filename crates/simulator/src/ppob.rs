//! ppob: JSON over `POST /trx/topup` and `/trx/payment`, signed in the headers; the end of an order comes by a report.

use axum::http::Method;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::Kind;
use super::book::{Book, Inquiry, LookedUp, Order, Repeats, Sale, Traded};
use super::customer::{Customer, bill, owed};
use super::scenario::{Refusal, Scenario, Word};
use super::text::{Moment, digits, encoded, hex, is_destination, is_field, price, token};
use super::turn::{Asked, JSON, Report, Turn};

pub(super) const USERNAME: &str = "demo";
pub(super) const TOKEN: &str = "token-demo-ppob";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Request {
    code: String,
    dest: String,
    refid: Value,
    /// The document says `ing_id`, which can only be a misprint.
    #[serde(alias = "ing_id")]
    inq_id: Value,
}

/// Fields in the document's order.
#[derive(Serialize)]
struct Response<'a> {
    code: &'a str,
    destination: &'a str,
    message: String,
    ref_id: Value,
    sn: String,
    status: &'static str,
    trx_id: u64,
}

impl Response<'_> {
    fn say(&self) -> Turn {
        Turn::say(JSON, serde_json::to_string(self).unwrap_or_default())
    }
}

pub(super) fn turn(book: &Book, asked: &Asked<'_>, now: Moment) -> Turn {
    if asked.method != Method::POST {
        return Turn::no_such_address();
    }
    let payment = match asked.uri.path() {
        "/trx/topup" => false,
        "/trx/payment" => true,
        _ => return Turn::no_such_address(),
    };
    let Ok(request) = serde_json::from_str::<Request>(asked.body) else {
        return Request::default().refused("format json salah");
    };
    if !is_signed(asked) {
        return request.refused("signature salah");
    }
    let reference = scalar(&request.refid);
    if !is_field(&reference) {
        return request.refused("refid salah");
    }
    if payment {
        return pay(book, &request, reference, now);
    }
    if !is_field(&request.code) || !is_destination(&request.dest) {
        return request.refused("format salah");
    }
    if is_inquiry(&request.code) { inquire(book, &request, &reference) } else { topup(book, request, reference, now) }
}

/// `GW-signature = sha256(username + datetime + token)`.
fn is_signed(asked: &Asked<'_>) -> bool {
    let stamp = asked.header("gw-datetime");
    let signature = hex(&Sha256::digest(format!("{USERNAME}{stamp}{TOKEN}")));
    NaiveDateTime::parse_from_str(stamp, "%Y-%m-%d %H:%M:%S").is_ok()
        && asked.header("gw-username") == USERNAME
        && asked.header("gw-signature") == signature
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

/// The document prints references as numbers.
fn reference_value(reference: &str) -> Value {
    match reference.parse::<u64>() {
        Ok(number) if number.to_string() == reference => Value::from(number),
        Ok(_) | Err(_) => Value::from(reference),
    }
}

impl Request {
    fn refused(&self, message: &str) -> Turn {
        let response = Response {
            code: &self.code,
            destination: &self.dest,
            message: message.to_owned(),
            ref_id: reference_value(&scalar(&self.refid)),
            sn: String::new(),
            status: "Failed",
            trx_id: 0,
        };
        response.say()
    }
}

fn topup(book: &Book, request: Request, reference: String, now: Moment) -> Turn {
    let price = price(&request.code);
    trade(book, Order { reference, product: request.code, dest: request.dest, price }, now)
}

/// "Request utk trx Postpaid": pays what an earlier inquiry found.
fn pay(book: &Book, request: &Request, reference: String, now: Moment) -> Turn {
    let Some(Inquiry { product, dest, grown, .. }) = book.inquiry(&number_key(&scalar(&request.inq_id))) else {
        return request.refused("inquiry tidak ditemukan");
    };
    let price = owed(&bill(&dest, grown));
    trade(book, Order { reference, product, dest, price }, now)
}

fn trade(book: &Book, order: Order, now: Moment) -> Turn {
    match book.trade(order, Repeats::Remembered, now) {
        Traded::Earlier(sale) => reply(&sale, sale.standing, Some("trx sebelumnya ditemukan")).say(),
        Traded::New(shown, course) => reply(&shown, course.says, None).say().follow(shown.index, &course),
    }
}

/// The document leaves open which codes look a customer up; these prefixes are this simulator's.
fn is_inquiry(code: &str) -> bool {
    let code = code.to_ascii_uppercase();
    code.starts_with("INQ") || code.starts_with("CEK")
}

fn number_key(number: &str) -> String {
    format!("number {number}")
}

fn reference_key(reference: &str) -> String {
    format!("reference {reference}")
}

/// How often scenario 28 answers Waiting.
const WAITS: u32 = 2;

/// An inquiry is ordered like anything else; it is answered at once, because nothing is bought.
fn inquire(book: &Book, request: &Request, reference: &str) -> Turn {
    let (code, dest) = (&request.code, &request.dest);
    if let Some(refusal) = Scenario::of(Kind::Ppob, dest).refuses_inquiry() {
        return request.refused(reason(refusal));
    }
    let inquiry = match book.ask_again(&reference_key(reference)) {
        Some(earlier) => earlier,
        None => match book.inquire_bill(code, dest, |_| reference_key(reference)) {
            LookedUp::Owed(inquiry) => inquiry,
            LookedUp::Paid => return request.refused("tagihan sudah dibayar"),
            LookedUp::Full => return request.refused("sistem penuh"),
        },
    };
    let Inquiry { number, product, dest, grown, asked } = &inquiry;
    if *asked <= WAITS && Scenario::of(Kind::Ppob, dest) == Scenario::BillWaits {
        return waiting(&inquiry, reference);
    }
    book.remember(number_key(&number.to_string()), inquiry.clone());
    let (name, total) = (Customer::of(dest).name, owed(&bill(dest, *grown)));
    let message = if *asked > 1 {
        "trx sebelumnya ditemukan".to_owned()
    } else {
        format!("inquiry sukses, nama {name}, total {total}")
    };
    let response = Response {
        code: product,
        destination: dest,
        message,
        ref_id: reference_value(reference),
        sn: format!("{name}/TOTAL:{total}"),
        status: "Success",
        trx_id: *number,
    };
    response.say()
}

fn waiting(inquiry: &Inquiry, reference: &str) -> Turn {
    let message = if inquiry.asked > 1 { "trx sebelumnya ditemukan" } else { "request trx diterima" };
    let response = Response {
        code: &inquiry.product,
        destination: &inquiry.dest,
        message: message.to_owned(),
        ref_id: reference_value(reference),
        sn: String::new(),
        status: "Waiting",
        trx_id: inquiry.number,
    };
    response.say()
}

fn reply<'a>(sale: &'a Sale, word: Word, message: Option<&str>) -> Response<'a> {
    let own_message = match word {
        Word::Failed(refusal) => reason(refusal),
        Word::Success | Word::Pending | Word::Unlisted => "request trx diterima",
    };
    Response {
        code: &sale.product,
        destination: &sale.dest,
        message: message.unwrap_or(own_message).to_owned(),
        ref_id: reference_value(&sale.reference),
        sn: if word == Word::Success { serial(sale) } else { String::new() },
        status: match word {
            Word::Success => "Success",
            Word::Pending => "Waiting",
            Word::Failed(_) => "Failed",
            Word::Unlisted => "Ditunda",
        },
        trx_id: sale.number,
    }
}

/// The document lists no reasons; these are this simulator's words.
const fn reason(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::WrongNumber => "nomor tujuan salah",
        Refusal::NumberExpired => "nomor kadaluarsa",
        Refusal::NumberInactive => "nomor tidak aktif / diblokir",
        Refusal::SupplierDisturbed => "produk sedang gangguan",
        Refusal::OperatorDisturbed => "gangguan di operator / biller",
        Refusal::UnknownProduct => "kode produk tidak dikenal / ditutup",
        Refusal::DepositTooSmall => "saldo tidak cukup",
        Refusal::CutOff => "sistem cut off",
        Refusal::Repeated => "trx berulang ditolak",
        Refusal::Reversed => "trx dibatalkan",
        Refusal::Plain | Refusal::Listed(_) => "trx gagal",
    }
}

/// "Topup Report", with the letter case the document prints.
pub(super) fn report(sale: &Sale, word: Word) -> Report {
    let (status, serial) = match word {
        Word::Success => ("Success", serial(sale)),
        Word::Failed(_) => ("Failed", String::new()),
        Word::Pending | Word::Unlisted => ("Pending", String::new()),
    };
    let [reference, serial, product, dest] =
        [&sale.reference, &serial, &sale.product, &sale.dest].map(|field| encoded(field, "+"));
    let query = format!("ref_id={reference}&status={status}&Sn={serial}&Code={product}&destination={dest}");
    Report::query(query)
}

fn serial(sale: &Sale) -> String {
    if sale.product.to_ascii_uppercase().starts_with("PLN") {
        let Customer { name, segment, power, .. } = Customer::of(&sale.dest);
        format!("{}/{name}/{segment}/{power}VA/13,5", token(&sale.reference, '-'))
    } else {
        digits(&sale.reference, 16)
    }
}
