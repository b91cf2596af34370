//! xgateway v1.2: XML-RPC over `POST /st24`.

use axum::http::Method;
use chrono::TimeDelta;

use super::Kind;
use super::book::{Book, Order, Repeats, Sale, Traded};
use super::customer::Customer;
use super::scenario::{Refusal, Scenario, Word};
use super::text::{Moment, denomination, digits, is_destination, is_field, price, token};
use super::turn::{Asked, Report, Turn, XML};
use super::xmlrpc::{Call, response};

pub(super) const USER_ID: &str = "demo";
pub(super) const PIN: &str = "5678";

/// "Batasan duplikasi `trx_id`": within this time a repeated id is a status check, after it a new purchase.
const REMEMBERED: TimeDelta = TimeDelta::hours(24);
/// "max 20 digit".
const LONGEST_REQUEST_ID: usize = 20;

pub(super) fn turn(book: &Book, asked: &Asked<'_>, now: Moment) -> Turn {
    if (asked.method, asked.uri.path()) != (&Method::POST, "/st24") {
        return Turn::no_such_address();
    }
    let Some(call) = Call::read(asked.body) else { return refused("", "01") };
    let request_id = call.member("REQUESTID");
    if call.member("MSISDN") != USER_ID || call.member("PIN") != PIN {
        return refused(request_id, "02");
    }
    let (product, dest) = (call.member("NOM"), call.member("NOHP"));
    if !is_field(request_id) || !is_field(product) || !is_destination(dest) || request_id.len() > LONGEST_REQUEST_ID {
        return refused(request_id, "01");
    }
    let order = Order {
        reference: request_id.to_owned(),
        product: product.to_owned(),
        dest: dest.to_owned(),
        price: price(product),
    };
    // "topUpRequest" and "TopupRequest" are both in the document.
    match call.method.to_ascii_lowercase().as_str() {
        "plnprepaidquery" => query(book, &order),
        "plnprepaidtopup" if book.inquiry(&query_key(product, dest)).is_none() => refused(request_id, "10"),
        "topuprequest" | "plnprepaiddirecttopup" | "plnprepaidtopup" => trade(book, order, now),
        _ => refused(request_id, "01"),
    }
}

/// "Update Status (Callback)": the same XML as the answer, by POST.
pub(super) fn report(sale: &Sale, word: Word) -> Report {
    Report::body(XML, reply(sale, word))
}

fn trade(book: &Book, order: Order, now: Moment) -> Turn {
    match book.trade(order, Repeats::RememberedFor(REMEMBERED), now) {
        Traded::Earlier(sale) => Turn::say(XML, reply(&sale, sale.standing)),
        Traded::New(shown, course) => Turn::say(XML, reply(&shown, course.says)).follow(shown.index, &course),
    }
}

fn query_key(product: &str, dest: &str) -> String {
    format!("{product}#{dest}")
}

/// "Inquiry". Its request id is not remembered: the document gives query and topup the same one in its examples.
fn query(book: &Book, order: &Order) -> Turn {
    let Order { reference, product, dest, .. } = order;
    if let Some(refusal) = Scenario::of(Kind::Xgateway, dest).refuses_inquiry() {
        return refused(reference, &code(Word::Failed(refusal)));
    }
    let Some(inquiry) = book.inquire(product, dest, |_| query_key(product, dest)) else {
        return refused(reference, "09");
    };
    let Customer { name, meter, id, segment, power } = Customer::of(dest);
    let message = format!(
        "QUERY {product} ke {dest}, SUKSES. METER={meter}, IDPEL={id}, NAMA={name}, DAYA={segment} /{power} VA"
    );
    Turn::say(XML, answer("00", reference, &message, "", &inquiry.number.to_string()))
}

/// A refusal that is no transaction: no id of ours, no balance.
fn refused(request_id: &str, code: &str) -> Turn {
    Turn::say(XML, answer(code, request_id, meaning(code), "", ""))
}

fn answer(code: &str, request_id: &str, message: &str, serial: &str, number: &str) -> String {
    response(&[
        ("RESPONSECODE", code),
        ("REQUESTID", request_id),
        ("MESSAGE", message),
        ("SN", serial),
        ("TRANSACTIONID", number),
    ])
}

fn reply(sale: &Sale, word: Word) -> String {
    let code = code(word);
    let serial = if word == Word::Success { serial(sale) } else { String::new() };
    answer(&code, &sale.reference, &message(sale, word, &code, &serial), &serial, &sale.number.to_string())
}

/// `MESSAGE`, with the document's own spaces. As in its examples, the id in the text of a pending or a PLN answer is
/// not the `TRANSACTIONID`.
fn message(sale: &Sale, word: Word, code: &str, serial: &str) -> String {
    let Sale { product, dest, number, after, price, .. } = sale;
    let other_number = number.wrapping_add(1_000_000);
    match word {
        Word::Success if is_electricity(product) => {
            let Electricity { customer: Customer { name, meter, id, segment, power }, kwh, .. } = Electricity::of(sale);
            let (face, token) = (denomination(product), token(&sale.reference, '-'));
            let stroom = face - 4 * LEVY;
            format!(
                "ISI {product} KE {dest} , SUKSES. SAL={after},HRG={price},ID={other_number},SN={serial},\
                 METER={meter},IDPEL={id},NAMA={name},DAYA={segment}/{power},REF=APL{other_number},RPBAYAR={face},ADMIN=0,\
                 METERAI={LEVY}.0,PPN={LEVY}.0,PPJ={LEVY}.0,ANGSURAN={LEVY}.0,RPTOKEN={stroom}.0,KWH=kWh{kwh}.0,TOKEN={token}"
            )
        }
        Word::Success => format!("ISI {product} KE {dest} , SUKSES. SAL={after},HRG={price},ID={number},SN={serial}"),
        Word::Pending => format!("ISI {product} KE {dest}, PENDING. SAL={after}, ID={other_number}, KET="),
        Word::Unlisted => format!("ISI {product} KE {dest}, DITUNDA. SAL={after}, ID={number}, KET="),
        Word::Failed(_) => {
            format!("ISI {product} KE {dest}, GAGAL. SAL={after}, ID={number}, KET={}", meaning(code))
        }
    }
}

/// Each of stamp duty, taxes and instalment in the document's example, whole rupiah.
const LEVY: i64 = 2000;

struct Electricity {
    customer: Customer,
    kwh: i64,
}

impl Electricity {
    fn of(sale: &Sale) -> Self {
        const RUPIAH_PER_KWH: i64 = 1500;
        let mut customer = Customer::of(&sale.dest);
        if customer.name == "BUDI & SONS, CV" {
            customer.name = "BUDI-&-SONS,-CV";
        }
        Self { customer, kwh: (denomination(&sale.product) / RUPIAH_PER_KWH).max(1) }
    }
}

fn is_electricity(product: &str) -> bool {
    product.starts_with("PLN")
}

/// "Keterangan SN": `PLNA` and a denomination gives token, name, kWh, segment and power; `PLN` the bare token.
fn serial(sale: &Sale) -> String {
    if sale.product.starts_with("PLNA") {
        let Electricity { customer: Customer { name, segment, power, .. }, kwh, .. } = Electricity::of(sale);
        format!("{}/{name}/kWh{kwh},0/{segment}/{power}", token(&sale.reference, '-'))
    } else if is_electricity(&sale.product) {
        token(&sale.reference, '-')
    } else {
        digits(&sale.reference, 16)
    }
}

fn code(word: Word) -> String {
    let code = match word {
        Word::Success => "00",
        Word::Pending => "68",
        Word::Unlisted => "77",
        Word::Failed(refusal) => match refusal {
            Refusal::WrongNumber => "07",
            Refusal::NumberExpired => "12",
            Refusal::NumberInactive => "13",
            Refusal::SupplierDisturbed => "09",
            Refusal::OperatorDisturbed => "14",
            Refusal::UnknownProduct => "05",
            Refusal::DepositTooSmall => "18",
            Refusal::CutOff => "35",
            Refusal::Plain => "23",
            Refusal::Repeated => "34",
            Refusal::Reversed => "21",
            Refusal::Listed(code) => return format!("{code:02}"),
        },
    };
    code.to_owned()
}

/// "Kode Respon". 07 in the words of the failure example.
fn meaning(code: &str) -> &'static str {
    match code {
        "00" => "Transaksi Sukses",
        "01" => "Format HTTP Request tidak valid",
        "02" => "User / Password /IP tidak terdaftar",
        "03" => "Transaksi timeout",
        "04" => "Duplikasi trx_id (dalam 1 jam)",
        "05" => "Kode produk tidak dikenal",
        "06" => "Gangguan koneksi biller",
        "07" => "Nomor tidak ditemukan",
        "08" => "Internal Error",
        "09" => "Sistem dalam proses pemeliharaan",
        "10" => "Ref Code tidak valid / expired",
        "11" => "Transaksi tidak ditemukan (API Get Status)",
        "12" => "Nomor pelanggan kadaluarsa (expired)",
        "13" => "Nomor pelanggan sedang diblokir",
        "14" => "Gangguan biller",
        "17" => "Duplikasi transaksi reversal",
        "18" => "Saldo deposit tidak cukup",
        "19" => "Harga produk belum di set",
        "21" => "Refund (Transaksi digagalkan)",
        "22" => "Produk sementara ditutup",
        "23" => "Gagal Biller",
        "24" => "Tagihan tidak tersedia",
        "26" => "Tagihan telah dibayar",
        "31" => "Invalid Signature",
        "33" => "Account API Klien diblokir",
        "34" => "Biller menolak perulangan transaksi",
        "35" => "System Cut Off Inprogress",
        "36" => "Akun mencapai batas maksimal limit provider",
        "68" => "Transaksi Pending",
        _ => "",
    }
}
