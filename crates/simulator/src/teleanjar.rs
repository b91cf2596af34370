//! teleanjar v1.4: JSON over `POST /tele-api-v2/h2h/trx/inquiry` and `/payment`. A payment's answer is its last word.

mod fault;
mod rows;

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDateTime;
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};

use super::Kind;
use super::book::{Book, LookedUp, Order, Repeats, Sale, Traded};
use super::customer::{Customer, Month, bill, owed};
use super::receipt::{self, Stub, TokenParts};
use super::scenario::{Refusal, Scenario, Twist, Word};
use super::text::{Moment, digits, hex, is_field, someone_else, token};
use super::turn::{Asked, JSON, Turn};
use fault::Fault;
use rows::{PaidMonth, PaidNonTaglis, Row};

pub(super) const PARTNER_ID: &str = "DEMO001";
pub(super) const USERNAME: &str = "demo";
pub(super) const PASSWORD: &str = "rahasia-tele";
pub(super) const API_KEY: &str = "kunci-demo-tele";

/// `rp_admin` of a token, whole rupiah.
const TOKEN_ADMIN: i64 = 350;
/// `available_token` of the document's example, whole rupiah.
const TOKENS: [i64; 9] = [20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 5_000_000, 10_000_000, 50_000_000];

#[derive(Default, Deserialize)]
#[serde(default)]
struct Request {
    uuid: String,
    ppid: String,
    udata: String,
    dtime: String,
    #[serde(rename = "X-API-KEY")]
    key: String,
    signature: String,
}

/// Both answers in one; an inquiry has `info`, a payment `info_struk`, Telkom an `rc`.
#[derive(Default, Serialize)]
struct Response {
    #[serde(rename = "response")]
    code: String,
    respid: String,
    respdata: Vec<Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info_struk: Option<String>,
    saldo: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    rc: Option<&'static str>,
}

#[derive(Clone, Copy)]
enum Service {
    Postpaid,
    Prepaid,
    NonTaglis,
    Telkom,
}

impl Service {
    /// The document names the products but not their codes; any other code that comes with a denomination is a token.
    fn of(product: &str, denomination: Option<i64>) -> Option<Self> {
        match product {
            "PLNPOST" => Some(Self::Postpaid),
            "PLNPRE" => Some(Self::Prepaid),
            "PLNNON" => Some(Self::NonTaglis),
            "TELKOM" => Some(Self::Telkom),
            _ => denomination.map(|_| Self::Prepaid),
        }
    }
}

pub(super) fn turn(book: &Book, asked: &Asked<'_>, now: Moment) -> Turn {
    if asked.method != Method::POST {
        return Turn::no_such_address();
    }
    let payment = match asked.uri.path() {
        "/tele-api-v2/h2h/trx/inquiry" => false,
        "/tele-api-v2/h2h/trx/payment" => true,
        _ => return Turn::no_such_address(),
    };
    let refuse = |fault: Fault| {
        let balance = if matches!(fault, Fault::Access) { 0 } else { book.balance() };
        say(&refusal(payment, fault.code(), fault.text(), balance))
    };
    let Ok(mut request) = serde_json::from_str::<Request>(asked.body) else { return refuse(Fault::Format) };
    if request.key.is_empty() {
        asked.header("x-api-key").clone_into(&mut request.key);
    }
    let Some(udata) = request.open() else { return refuse(Fault::Access) };
    let parts: Vec<&str> = udata.split('|').collect();
    if !parts.iter().all(|part| is_field(part)) {
        return refuse(Fault::Format);
    }
    match (payment, parts.as_slice()) {
        (false, &[product, dest]) => inquire(book, product, dest, None),
        (false, &[product, dest, denom]) => inquire(book, product, dest, denom.parse().ok()),
        (true, &[product, dest, respid]) => pay(book, &Payment { product, dest, respid, denom: None }, now),
        (true, &[product, dest, respid, denom]) => {
            pay(book, &Payment { product, dest, respid, denom: denom.parse().ok() }, now)
        }
        _ => Err(Fault::Format),
    }
    .unwrap_or_else(refuse)
}

impl Request {
    /// Checks every credential and the signature, then returns the plain `udata`.
    fn open(&self) -> Option<String> {
        let plain = |encoded: &str| String::from_utf8(STANDARD.decode(encoded).ok()?).ok();
        let (ppid, udata) = (plain(&self.ppid)?, plain(&self.udata)?);
        let Self { uuid, dtime, key, .. } = self;
        let signature = hex(&Md5::digest(format!("tele-android-{uuid}{dtime}{ppid}{udata}{key}-indonesia")));
        let believed = uuid == PARTNER_ID
            && ppid == format!("{USERNAME}|{PASSWORD}")
            && key == API_KEY
            && NaiveDateTime::parse_from_str(dtime, "%Y-%m-%d %H:%M:%S").is_ok()
            && self.signature == signature;
        believed.then_some(udata)
    }
}

fn say(response: &Response) -> Turn {
    Turn::say(JSON, serde_json::to_string(response).unwrap_or_default())
}

fn refusal(payment: bool, code: &str, text: &str, saldo: i64) -> Response {
    let text = Some(text.to_owned());
    let (info, info_struk) = if payment { (None, text) } else { (text, None) };
    Response { code: code.to_owned(), info, info_struk, saldo, ..Response::default() }
}

const SUCCESS: &str = "SWT:0000";

/// 32 hexadecimal digits in upper case, as the document's.
fn respid(number: u64) -> String {
    hex(&Md5::digest(format!("respid {number}"))).to_uppercase()
}

fn inquire(book: &Book, product: &str, dest: &str, denomination: Option<i64>) -> Result<Turn, Fault> {
    let service = Service::of(product, denomination).ok_or(Fault::UnknownProduct)?;
    if let Some(refusal) = Scenario::of(Kind::Teleanjar, dest).refuses_inquiry() {
        return Err(Fault::Refused(refusal));
    }
    let full = Fault::Refused(Refusal::SupplierDisturbed);
    let inquiry = match service {
        Service::Prepaid => book.inquire(product, dest, respid).ok_or(full)?,
        Service::Postpaid | Service::NonTaglis | Service::Telkom => match book.inquire_bill(product, dest, respid) {
            LookedUp::Owed(inquiry) => inquiry,
            LookedUp::Paid => return Err(Fault::BillPaid),
            LookedUp::Full => return Err(full),
        },
    };
    let (respdata, info, rc) = looked_up(service, dest, inquiry.grown);
    Ok(say(&Response {
        code: SUCCESS.to_owned(),
        respid: respid(inquiry.number),
        respdata,
        info: Some(info),
        saldo: book.balance(),
        rc,
        ..Response::default()
    }))
}

fn looked_up(service: Service, dest: &str, grown: i64) -> (Vec<Row>, String, Option<&'static str>) {
    let customer = Customer::of(dest);
    match service {
        Service::Postpaid => {
            let customer = Customer { id: dest.to_owned(), ..customer };
            let bill = bill(dest, grown);
            let info = receipt::postpaid_info(&customer, &bill, owed(&bill));
            (bill.iter().map(|&month| month_row(&customer, month, None)).collect(), info, None)
        }
        Service::Prepaid => {
            let info = receipt::prepaid_info(&customer);
            let Customer { name, meter, id, segment, power } = customer;
            let row = Row::Meter {
                nometer: meter,
                idpel: id,
                nama: name,
                tarif: segment,
                daya: format!("{power}VA"),
                rp_admin: TOKEN_ADMIN,
                available_token: TOKENS,
            };
            (vec![row], info, None)
        }
        Service::NonTaglis => {
            let (registration, month) = (registration(dest), connection_fee(dest, grown));
            let info = receipt::nontaglis_info(&registration, &customer, month);
            (vec![nontaglis_row(registration, customer, month, None)], info, None)
        }
        Service::Telkom => {
            let (reference, month) = telephone_bill(dest, grown);
            let month = Month { name: &reference, ..month };
            let row = Row::Bill {
                idpel: dest.to_owned(),
                nama: customer.name,
                blth: reference.clone(),
                tarif: "",
                daya: String::new(),
                tagihan: month.amount,
                admin: month.admin,
                total: month.total(),
                paid: None,
            };
            (vec![row], receipt::telkom_info(dest, customer.name, month), Some("00"))
        }
    }
}

fn month_row(customer: &Customer, month: Month<'_>, paid: Option<PaidMonth>) -> Row {
    Row::Bill {
        idpel: customer.id.clone(),
        nama: customer.name,
        blth: month.name.to_owned(),
        tarif: customer.segment,
        daya: format!("{}VA", customer.power),
        tagihan: month.amount,
        admin: month.admin,
        total: month.total(),
        paid,
    }
}

fn nontaglis_row(registration: String, customer: Customer, month: Month<'_>, paid: Option<PaidNonTaglis>) -> Row {
    Row::NonTaglis {
        nama_transaksi: "Tambah Daya",
        nomor_registrasi: registration,
        tanggal_registrasi: "25SEP16",
        idpel: customer.id,
        nama: customer.name,
        tagihan: month.amount,
        admin: month.admin,
        total: month.total(),
        paid,
    }
}

/// Thirteen digits; a customer id of twelve has one too.
fn registration(dest: &str) -> String {
    if dest.len() == 12 { digits(dest, 13) } else { dest.to_owned() }
}

fn connection_fee(dest: &str, grown: i64) -> Month<'static> {
    const ADMIN: i64 = 7500;
    Month { name: "", amount: bill(dest, 0).first().map_or(0, |month| month.amount) * 4 + grown, admin: ADMIN }
}

/// A telephone bill is one row; what stands for its month is a reference.
fn telephone_bill(dest: &str, grown: i64) -> (String, Month<'static>) {
    let mut reference = hex(&Md5::digest(dest));
    reference.truncate(11);
    let month = bill(dest, 0).first().copied().unwrap_or(Month { name: "", amount: 0, admin: 0 });
    let month = Month { amount: month.amount + grown, ..month };
    (reference, month)
}

struct Payment<'a> {
    product: &'a str,
    dest: &'a str,
    respid: &'a str,
    denom: Option<i64>,
}

/// Nothing is said of a repeated payment, so each one pays.
fn pay(book: &Book, payment: &Payment<'_>, now: Moment) -> Result<Turn, Fault> {
    let &Payment { product, dest, respid, denom } = payment;
    let service = Service::of(product, denom).ok_or(Fault::UnknownProduct)?;
    let inquiry = book
        .inquiry(respid)
        .filter(|inquiry| inquiry.product == product && inquiry.dest == dest)
        .ok_or(Fault::UnknownInquiry)?;
    let price = match service {
        Service::Postpaid => owed(&bill(dest, inquiry.grown)),
        Service::Prepaid => denom.filter(|denom| TOKENS.contains(denom)).ok_or(Fault::WrongToken)? + TOKEN_ADMIN,
        Service::NonTaglis => connection_fee(dest, inquiry.grown).total(),
        Service::Telkom => telephone_bill(dest, inquiry.grown).1.total(),
    };
    let order = Order { reference: respid.to_owned(), product: product.to_owned(), dest: dest.to_owned(), price };
    let (shown, course) = match book.trade(order, Repeats::BuyAgain, now) {
        Traded::New(shown, course) => (shown, course),
        Traded::Earlier(_) => return Err(Fault::Refused(Refusal::Repeated)),
    };
    let response = match course.says {
        Word::Success if course.twist == Twist::StrangersRows => with_strangers_rows(service, &shown, inquiry.grown),
        Word::Success => paid(service, &shown, inquiry.grown),
        Word::Pending | Word::Unlisted => refusal(true, "SWT:0068", "TRANSAKSI SEDANG DIPROSES", shown.after),
        Word::Failed(reason) => {
            let fault = Fault::Refused(reason);
            refusal(true, fault.code(), fault.text(), shown.after)
        }
    };
    Ok(say(&response).follow(shown.index, &course))
}

/// The right answer, and behind its rows those of somebody else.
fn with_strangers_rows(service: Service, sale: &Sale, grown: i64) -> Response {
    let mut stranger = sale.clone();
    stranger.dest = someone_else(&sale.dest);
    let mut response = paid(service, sale, grown);
    response.respdata.extend(paid(service, &stranger, 0).respdata);
    response
}

fn paid(service: Service, sale: &Sale, grown: i64) -> Response {
    let stub = Stub {
        time: sale.at.format("%Y-%m-%d %H:%M:%S").to_string(),
        stamp: sale.at.format("%Y%m%d%H%M%S").to_string(),
        reference: sale.reference.clone(),
        hash: hex(&Md5::digest(format!("receipt {}", sale.number))),
    };
    let customer = Customer::of(&sale.dest);
    let (respdata, info_struk, rc) = match service {
        Service::Postpaid => paid_months(sale, customer, &bill(&sale.dest, grown), &stub),
        Service::Prepaid => paid_token(sale, customer, &stub),
        Service::NonTaglis => {
            let (registration, month) = (registration(&sale.dest), connection_fee(&sale.dest, grown));
            let text = receipt::nontaglis(&registration, &customer, month, &stub);
            let paid = PaidNonTaglis {
                pesan: "Hemat Listrik & Ayo Bebas Narkoba",
                waktu_transaksi: stub.time,
                billreff: stub.reference,
            };
            (vec![nontaglis_row(registration, customer, month, Some(paid))], text, None)
        }
        Service::Telkom => paid_telephone(sale, &customer, telephone_bill(&sale.dest, grown), stub),
    };
    // In the examples `billreff` is the inquiry's respid; the payment's own is a new short one, but for Telkom.
    let respid = match service {
        Service::Telkom => sale.reference.clone(),
        Service::Postpaid | Service::Prepaid | Service::NonTaglis => format!("5b{:011x}", sale.number),
    };
    let info_struk = Some(info_struk);
    Response { code: SUCCESS.to_owned(), respid, respdata, info: None, info_struk, saldo: sale.after, rc }
}

fn paid_months(
    sale: &Sale,
    customer: Customer,
    bill: &[Month<'_>],
    stub: &Stub,
) -> (Vec<Row>, String, Option<&'static str>) {
    let customer = Customer { id: sale.dest.clone(), ..customer };
    let rows = bill.iter().enumerate().map(|(i, &month)| {
        let paid = PaidMonth {
            stan_awal: "00000000",
            stan_akhir: "00000000",
            sisatungg: bill.len() - i - 1,
            billreff: stub.reference.clone(),
            service_unit_phone: "02123124123",
            waktu_transaksi: stub.time.clone(),
        };
        month_row(&customer, month, Some(paid))
    });
    (rows.collect(), receipt::postpaid(&customer, bill, stub), None)
}

fn paid_token(sale: &Sale, customer: Customer, stub: &Stub) -> (Vec<Row>, String, Option<&'static str>) {
    let face = sale.price - TOKEN_ADMIN;
    let (vat, lighting_tax) = (face / 11, face / 40);
    let parts = TokenParts {
        admin: TOKEN_ADMIN,
        stamp_duty: 0,
        vat,
        lighting_tax,
        instalment: 0,
        stroom: face - vat - lighting_tax,
        total: sale.price,
        kwh: face / 1500,
    };
    let token = token(&sale.reference, ' ');
    let text = receipt::prepaid(&customer, &parts, &token, stub);
    let row = Row::Token {
        nometer: customer.meter,
        idpel: customer.id,
        nama: customer.name,
        tarif: customer.segment,
        daya: format!("{}VA", customer.power),
        rp_ppn: parts.vat,
        rp_ppj: parts.lighting_tax,
        rp_materai: parts.stamp_duty,
        rp_angsuran: parts.instalment,
        rp_token: parts.stroom,
        rp_admin: parts.admin,
        rp_total: parts.total,
        kwh: parts.kwh,
        // The document's token ends with a space.
        token: format!("{token} "),
        pesan: "Info Lebih Lanjut Hub 123 atau pln.co.id",
        callpln: "021234567890",
        waktu_transaksi: stub.time.clone(),
        billreff: stub.reference.clone(),
    };
    (vec![row], text, None)
}

fn paid_telephone(
    sale: &Sale,
    customer: &Customer,
    (reference, month): (String, Month<'_>),
    stub: Stub,
) -> (Vec<Row>, String, Option<&'static str>) {
    let slip = digits(&sale.reference, 6);
    let text = receipt::telkom(&sale.dest, customer.name, &slip, Month { name: &reference, ..month }, &stub);
    let row = Row::Telkom {
        noslip: slip,
        nopel: sale.dest.clone(),
        nama: customer.name,
        tagihan: month.amount,
        admin: month.admin,
        total: month.total(),
        referensi: reference,
        waktu_transaksi: stub.time,
        billreff: stub.reference,
    };
    (vec![row], text, Some("00"))
}
