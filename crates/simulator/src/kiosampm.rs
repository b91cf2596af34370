//! kiosampm v1.3: HTTP GET with credentials in the query, answers in plain text between `#`.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha1::{Digest as _, Sha1};

use super::book::{Book, Order, Repeats, Sale, Traded};
use super::customer::Customer;
use super::scenario::{Refusal, Word};
use super::text::{Moment, digits, encoded, grouped, is_destination, is_field, price, token};
use super::turn::{Asked, Fields, Report, TEXT, Turn};

pub(super) const MEMBER_ID: &str = "DEMO";
pub(super) const PIN: &str = "5678";
pub(super) const PASSWORD: &str = "rahasia-kios";

/// The command of a signed balance request; no order's `product|dest|refid` looks like it.
const CHECK_BALANCE: &str = "CheckBalance";

pub(super) fn turn(book: &Book, asked: &Asked<'_>, now: Moment) -> Turn {
    let fields = Fields(asked.query());
    match (asked.method, asked.uri.path()) {
        (&Method::GET, "/trx") => trade(book, &fields, now),
        (&Method::GET, "/balance") => balance(book, &fields),
        _ => Turn::no_such_address(),
    }
}

/// The text of "Data Respon Transaksi", as a report. The document names the URL but not the form; suppliers of this
/// family use all three of these, so this one takes turns.
pub(super) fn report(sale: &Sale, word: Word) -> Report {
    let text = reply(sale, word);
    match sale.number % 3 {
        0 => Report::query(format!("message={}", encoded(&text, "+"))),
        1 => Report::query(encoded(&text, "%20")),
        _ => Report::body(TEXT, text),
    }
}

fn trade(book: &Book, fields: &Fields, now: Moment) -> Turn {
    let order = Order {
        reference: fields.get("refid").to_owned(),
        product: fields.get("product").to_owned(),
        dest: fields.get("dest").to_owned(),
        price: price(fields.get("product")),
    };
    if !is_field(&order.reference) || !is_field(&order.product) || !is_destination(&order.dest) {
        return Turn::say(TEXT, "GAGAL; Format salah.".to_owned());
    }
    let covered = format!("{}|{}|{}", order.product, order.dest, order.reference);
    if !is_member(fields, &covered) {
        let Order { reference, product, dest, .. } = order;
        return Turn::say(
            TEXT,
            format!("#0#{product}#ke:{dest}#GAGAL; MemberID/PIN/Password Salah.#Saldo Rp.0#Reffid:{reference} #"),
        );
    }
    match book.trade(order, Repeats::Remembered, now) {
        Traded::Earlier(sale) => Turn::say(TEXT, repeated(&sale, book.balance())),
        Traded::New(shown, course) => Turn::say(TEXT, reply(&shown, course.says)).follow(shown.index, &course),
    }
}

fn balance(book: &Book, fields: &Fields) -> Turn {
    let text = if is_member(fields, CHECK_BALANCE) {
        format!("Saldo Rp.{}", grouped(book.balance()))
    } else {
        "GAGAL; MemberID/PIN/Password Salah.".to_owned()
    };
    Turn::say(TEXT, text)
}

/// `asked` is what the signature covers besides the credentials.
fn is_member(fields: &Fields, asked: &str) -> bool {
    if fields.get("memberid") != MEMBER_ID {
        return false;
    }
    match fields.get("sign") {
        "" => fields.get("pin") == PIN && fields.get("password") == PASSWORD,
        // "OtomaX|CheckBalance|<memberid>|..." but "OtomaX|<memberid>|<product>|...": the command comes first.
        sign if asked == CHECK_BALANCE => sign == otomax_sign(&format!("{CHECK_BALANCE}|{MEMBER_ID}|{PIN}|{PASSWORD}")),
        sign => sign == otomax_sign(&format!("{MEMBER_ID}|{asked}|{PIN}|{PASSWORD}")),
    }
}

/// The engine's published formula over everything that follows `OtomaX|`: url-safe base64 of the raw sha1.
pub(super) fn otomax_sign(rest: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha1::digest(format!("OtomaX|{rest}")))
}

/// "Format Balasan", rows 1 to 16 except 12.
fn reply(sale: &Sale, word: Word) -> String {
    let Sale { number, product, dest, reference, .. } = sale;
    let time = sale.at.format("%H:%M:%S");
    let status = match word {
        Word::Success => {
            let (before, price, after) = (grouped(sale.before), grouped(sale.price), grouped(sale.after));
            let serial = serial(sale);
            return format!(
                "#{number}#{product}#ke:{dest}#SUKSES#SN:{serial}# Sisa saldo Rp.{before}-Rp. {price}=Rp. {after}#Reffid:{reference}#"
            );
        }
        Word::Pending if dest.ends_with("9903") => {
            format!("masih dalam proses {time}. Mohon ditunggu, lebih dari 15mnt Silahkan hubungi CS.")
        }
        Word::Pending => format!("akan diproses {time}."),
        Word::Unlisted => "DITUNDA; Menunggu konfirmasi.".to_owned(),
        Word::Failed(Refusal::Listed(12)) => format!("GAGAL; sudah pernah jam {time} SN/Ref: ."),
        Word::Failed(refusal) => format!("GAGAL; {}", reason(refusal)),
    };
    let balance = grouped(sale.after);
    format!("#{number}#{product}#ke:{dest}#{status}#Saldo Rp.{balance}#Reffid:{reference} #")
}

/// Row 12. The earlier order's own product and destination stand in it, whatever was asked for this time.
fn repeated(sale: &Sale, balance: i64) -> String {
    let Sale { number, product, dest, reference, .. } = sale;
    let (status, serial) = match sale.standing {
        Word::Success => ("SUKSES", serial(sale)),
        Word::Pending | Word::Unlisted => ("PENDING", String::new()),
        Word::Failed(_) => ("GAGAL", String::new()),
    };
    let (time, balance) = (sale.at.format("%H:%M:%S"), grouped(balance));
    format!(
        "#{number}#{product}#ke:{dest}#{status}; sudah pernah jam {time} SN/Ref: {serial}.#Saldo Rp.{balance}#Reffid:{reference} #"
    )
}

const fn reason(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Plain => listed(4),
        Refusal::Reversed => listed(5),
        Refusal::Repeated => listed(6),
        Refusal::SupplierDisturbed => listed(7),
        Refusal::OperatorDisturbed => listed(8),
        Refusal::UnknownProduct => listed(9),
        Refusal::WrongNumber => listed(10),
        Refusal::DepositTooSmall => listed(11),
        Refusal::NumberExpired => listed(14),
        Refusal::NumberInactive => listed(15),
        Refusal::CutOff => listed(16),
        Refusal::Listed(row) => listed(row),
    }
}

/// What follows `GAGAL; ` in each row; row 12 is written elsewhere.
const fn listed(row: u8) -> &'static str {
    match row {
        5 => "Dibatalkan provider.",
        6 => "Nomor tujuan tdk dpt di proses krn trx gagal berturut-turut (max 5x), Silahkan Hubungi CS.",
        7 => "Produk Sedang Gangguan.",
        8 => "Produk Sedang Gangguan Pada Operator.",
        9 => "Kode Produk Salah. Silahkan Hubungi CS, ketik PRODUK.",
        10 => "Nomor tujuan salah, periksa kembali nomor anda.",
        11 => "Saldo Tidak Cukup.",
        13 => "Paket Data Sudah terisi.",
        14 => "Nomor Kadaluarsa.",
        15 => "Nomor belum/ tidak aktif/ sudah tidak aktif.",
        16 => "CutOff/ Timeout, silahkan ulangi beberapa saat kemudian.",
        _ => "Transaksi tidak dapat diproses.",
    }
}

fn serial(sale: &Sale) -> String {
    if sale.product.starts_with("PLN") {
        let Customer { name, segment, power, .. } = Customer::of(&sale.dest);
        format!("{}/{name}/{segment}/{power}VA/13,5", token(&sale.reference, '-'))
    } else {
        digits(&sale.reference, 16)
    }
}
