//! Servers that resellers run on `OtomaX`, IRS and their relatives: HTTP GET, one line of text, every owner with words of
//! their own. These three take an order first and tell its end by a report to our address.

use super::Kind;
use super::book::{Book, Order, Repeats, Sale, Traded};
use super::customer::Customer;
use super::kiosampm::otomax_sign;
use super::price_list;
use super::scenario::{Refusal, Word};
use super::text::{Moment, digits, encoded, grouped, is_destination, is_field, price, token};
use super::turn::{Asked, Fields, JSON, Report, TEXT, Turn};
use axum::http::Method;

const MEMBER_ID: &str = "DM0001";
const PIN: &str = "7731";
const PASSWORD: &str = "rahasia-demo-teks";
/// Key and address of `OkeConnect`'s price list.
const PRICE_KEY: &str = "kunci-harga-demo";
const PRICE_LIST: &str = "/harga/json";

pub(super) const fn credentials(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::Irs => &[("SET_ID", MEMBER_ID), ("SET_PIN", PIN), ("SET_USER", "demo"), ("SET_PASS", PASSWORD)],
        Kind::Okeconnect => &[
            ("SET_MEMBERID", MEMBER_ID),
            ("SET_PIN", PIN),
            ("SET_PASSWORD", PASSWORD),
            ("SET_PRICE_ID", PRICE_KEY),
            ("SET_PRICE_URL", PRICE_LIST),
        ],
        _ => &[("SET_MEMBERID", MEMBER_ID), ("SET_PIN", PIN), ("SET_PASSWORD", PASSWORD)],
    }
}

pub(super) fn turn(kind: Kind, book: &Book, asked: &Asked<'_>, now: Moment) -> Turn {
    let fields = if *asked.method == Method::GET { Fields(asked.query()) } else { asked.fields() };
    match (kind, asked.uri.path()) {
        (Kind::Otomax | Kind::Okeconnect, "/trx") | (Kind::Irs, "/api") => trade(kind, book, &fields, now),
        (Kind::Okeconnect, PRICE_LIST) if fields.get("id") == PRICE_KEY => {
            Turn::say(JSON, price_list::list(kind).to_string())
        }
        (Kind::Otomax, "/balance") | (Kind::Okeconnect, "/trx/balance") => {
            let text = if is_member(kind, &fields, "CheckBalance") {
                format!("Saldo {}", dotted(book.balance()))
            } else {
                "GAGAL. Pin Salah".to_owned()
            };
            Turn::say(TEXT, text)
        }
        _ => Turn::no_such_address(),
    }
}

/// What the fields are called: our reference, the product, the destination.
const fn names(kind: Kind) -> [&'static str; 3] {
    match kind {
        Kind::Irs => ["idtrx", "kodeproduk", "tujuan"],
        _ => ["refID", "product", "dest"],
    }
}

fn trade(kind: Kind, book: &Book, fields: &Fields, now: Moment) -> Turn {
    let [reference, product, dest] = names(kind).map(|name| fields.get(name));
    let refused = |why: &str| Turn::say(TEXT, format!("R#0 {product}.{dest} GAGAL. {why}"));
    if !is_field(reference) || !is_field(product) || !is_destination(dest) {
        return Turn::say(TEXT, "GAGAL. Format salah".to_owned());
    }
    if !is_member(kind, fields, &format!("{product}|{dest}|{reference}")) {
        return refused("Pin Salah");
    }
    if kind != Kind::Irs && fields.get("check") == "1" {
        let text = match book.find(reference) {
            Some(sale) => repeated(kind, &sale, book.balance()),
            None => format!("TIDAK ADA transaksi Tujuan {dest} pada tgl {}. Tidak ada data.", now.format("%d/%m/%Y")),
        };
        return Turn::say(TEXT, text);
    }
    let order = Order {
        reference: reference.to_owned(),
        product: product.to_owned(),
        dest: dest.to_owned(),
        price: price(product),
    };
    // The next day, or without a check where there is one, it is a new order.
    match book.trade(order, Repeats::RememberedFor(chrono::TimeDelta::days(1)), now) {
        Traded::Earlier(sale) => Turn::say(TEXT, repeated(kind, &sale, book.balance())),
        Traded::New(shown, course) => {
            // "First answer often only PROSES".
            let is_curt = kind == Kind::Irs && course.says == Word::Pending && shown.number.is_multiple_of(2);
            let text = if is_curt { "PROSES".to_owned() } else { line(kind, &shown, course.says) };
            Turn::say(TEXT, text).follow(shown.index, &course)
        }
    }
}

/// `asked` is what a signature covers besides the credentials.
fn is_member(kind: Kind, fields: &Fields, asked: &str) -> bool {
    if kind == Kind::Irs {
        return [("id", MEMBER_ID), ("pin", PIN), ("user", "demo"), ("pass", PASSWORD)]
            .iter()
            .all(|(name, value)| fields.get(name) == *value);
    }
    let (member, sign) = (fields.get("memberID"), fields.get("sign"));
    if !sign.is_empty() {
        let covered = if asked == "CheckBalance" { format!("{asked}|{member}") } else { format!("{member}|{asked}") };
        return member == MEMBER_ID && sign == otomax_sign(&format!("{covered}|{PIN}|{PASSWORD}"));
    }
    [("memberID", MEMBER_ID), ("pin", PIN), ("password", PASSWORD)]
        .iter()
        .all(|(name, value)| fields.get(name) == *value)
}

/// The line of a new order and of its report.
fn line(kind: Kind, sale: &Sale, word: Word) -> String {
    let Sale { number, product, dest, reference, .. } = sale;
    let (before, price, after, time) =
        (dotted(sale.before), dotted(sale.price), dotted(sale.after), sale.at.format("%H:%M"));
    let head = match kind {
        Kind::Irs => format!("Lancar BOS. TrxID={reference} kode {product} ke {dest}"),
        Kind::Okeconnect => format!("T#{number} R#{reference} Produk {product} {product}.{dest}"),
        _ => format!("R#{reference} {product}.{dest}"),
    };
    match word {
        Word::Success => {
            let label = if kind == Kind::Otomax { "SN/Ref" } else { "SN" };
            format!("{head} SUKSES. {label}: {}. Saldo {before} - {price} = {after} @{time}", serial(sale))
        }
        Word::Pending => format!("{head} akan diproses. Saldo {before} - {price} = {after} @{time}"),
        Word::Unlisted => format!("{head} ditahan. Saldo {after} @{time}"),
        Word::Failed(refusal) => format!("{head} GAGAL. {}. Saldo {after} @{time}", reason(refusal)),
    }
}

/// The line that tells of an order sent before.
fn repeated(kind: Kind, sale: &Sale, balance: i64) -> String {
    let Sale { number, product, dest, reference, .. } = sale;
    let (time, balance, price) = (sale.at.format("%H:%M"), dotted(balance), dotted(sale.price));
    let order = match kind {
        Kind::Irs => format!("Lancar BOS. TrxID={reference} kode {product} ke {dest}"),
        _ => format!("R#{reference} Produk {product} {product}.{dest}"),
    };
    let been = if kind == Kind::Okeconnect { "sudah pernah" } else { "sdh pernah" };
    match sale.standing {
        Word::Success => {
            format!("{order} {been} jam {time}, status Sukses. SN: {}. Hrg {price} Saldo {balance}", serial(sale))
        }
        Word::Failed(refusal) => {
            format!("{order} {been} jam {time}, status Gagal. {}. Saldo {balance}", reason(refusal))
        }
        Word::Pending | Word::Unlisted => {
            format!(
                "Mhn tunggu trx sblmnya selesai: T#{number} {order} @{time}, status Menunggu Jawaban. Saldo {balance}"
            )
        }
    }
}

/// The report: the text in a parameter, and with IRS the facts in others, written as they are.
pub(super) fn report(kind: Kind, sale: &Sale, word: Word) -> Report {
    let text = line(kind, sale, word);
    let Sale { number, product, dest, reference, .. } = sale;
    let query = match kind {
        Kind::Irs => {
            let (status, sn) =
                if word == Word::Success { (1, format!("sn={}", serial(sale))) } else { (2, "sn".to_owned()) };
            format!(
                "serverid={number}&clientid={reference}&statuscode={status}&kp={product}&msisdn={dest}&{sn}&msg={text}"
            )
        }
        // The richer form: the engine's own number of the outcome besides.
        Kind::Otomax if number.is_multiple_of(2) => {
            let status = if word == Word::Success { 20 } else { 40 };
            let (text, price) = (encoded(&text, "%20"), sale.price);
            format!("t={number}&refid={reference}&status={status}&price={price}&message={text}")
        }
        _ => format!("refid={reference}&message={}", encoded(&text, "+")),
    };
    Report::query(query)
}

const fn reason(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::WrongNumber => "Nomor tujuan salah",
        Refusal::NumberExpired => "Nomor kadaluarsa",
        Refusal::NumberInactive => "Nomor tidak aktif",
        Refusal::SupplierDisturbed => "Produk sedang gangguan",
        Refusal::OperatorDisturbed => "Operator sedang gangguan",
        Refusal::UnknownProduct => "Kode produk salah",
        Refusal::DepositTooSmall => "Saldo tidak cukup",
        Refusal::CutOff => "Sedang cut off",
        Refusal::Repeated => "Nomor sudah diisi berkali-kali",
        Refusal::Reversed => "Dibatalkan operator",
        Refusal::Plain | Refusal::Listed(_) => "Transaksi tidak dapat dilayani",
    }
}

fn serial(sale: &Sale) -> String {
    if !sale.product.to_ascii_uppercase().starts_with("PLN") {
        return digits(&sale.reference, 16);
    }
    let Customer { name, segment, power, .. } = Customer::of(&sale.dest);
    format!("{}/{name}/{segment}/{power}VA/13.5", token(&sale.reference, '-'))
}

fn dotted(amount: i64) -> String {
    grouped(amount).replace(',', ".")
}
