//! A supplier that speaks as `OtomaX` servers do, to a shop that reads it by the shipped recipe. What it says is the same
//! as the others'; only the words are its own.

use std::sync::{Arc, LazyLock};

use konter_core::outcome::FailureKind;
use konter_suppliers::protocol::Options;
use konter_suppliers::recipe::{Recipe, Supplier};
use konter_suppliers::{Callback, Protocol, Request};

use super::supplier::Truth;
use super::way::Asked;
use super::wire::{Form, Line, Says};

/// Its place among the suppliers.
pub const SPOKEN: usize = 4;
/// What it says is left of our deposit.
const DEPOSIT: i64 = 100_000_000;

/// The shop's side: the recipe and nothing else.
pub fn recipe() -> Box<dyn Protocol> {
    /// Read once: its expressions take longer to build than a whole run takes.
    static OTOMAX: LazyLock<Arc<Recipe>> = LazyLock::new(|| Arc::new(Recipe::load("otomax").unwrap()));
    let settings = [("SET_MEMBERID", "KR0001"), ("SET_PIN", "1234"), ("SET_PASSWORD", "kata-sandi-rahasia")];
    let lookup = |name: &str| settings.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    Box::new(Supplier::with(Arc::clone(&OTOMAX), &Options::new(&lookup)).unwrap())
}

/// What a request names, and whether it only asks.
pub fn asked(request: &Request) -> (Asked, bool) {
    let field = |name: &str| request.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!((request.path.as_ref(), field("memberID")), ("/trx", Some("KR0001")));
    let asked = Asked {
        reference: field("refID").unwrap().parse().unwrap(),
        dest: field("dest").unwrap().to_owned(),
        is_bill: false,
        denom: field("qty").unwrap().parse().unwrap(),
        product: field("product").unwrap().to_owned(),
    };
    (asked, field("check") == Some("1"))
}

/// The line in its words: of an order, or in answer to a question about one.
pub fn words(line: &Line, answers_question: bool) -> String {
    let Line { reference, sn, cost, .. } = line;
    let truth = match line.says {
        Says::Plain(truth) | Says::Before(truth) => truth,
        Says::RepeatRefused(_) => return format!("R#{reference} GAGAL. Pin salah. Saldo 1.000"),
        Says::NotKnown => return format!("R#{reference} TIDAK ADA transaksi. Tidak ada data. Saldo {DEPOSIT}"),
    };
    let before = DEPOSIT + cost;
    match (truth, answers_question) {
        (Truth::Pending, false) => format!("R#{reference} akan diproses @12:00. Saldo {DEPOSIT}"),
        (Truth::Pending, true) => {
            format!("Mhn tunggu trx sblmnya selesai: R#{reference} @12:00, status Menunggu Jawaban. Saldo {DEPOSIT}")
        }
        (Truth::Delivered, false) => {
            format!("R#{reference} SUKSES. SN/Ref: {sn}. Saldo {before} - {cost} = {DEPOSIT} @12:01")
        }
        (Truth::Delivered, true) => {
            format!("R#{reference} sdh pernah jam 12:00, status Sukses. SN/Ref: {sn}. Hrg {cost} Saldo {DEPOSIT}")
        }
        (Truth::Refused(kind), false) => format!("R#{reference} GAGAL. {}. Saldo {DEPOSIT}", reason(kind)),
        (Truth::Refused(kind), true) => {
            format!("R#{reference} sdh pernah jam 12:00, status Gagal. {}. Saldo {DEPOSIT}", reason(kind))
        }
    }
}

/// None of these can be what a question is refused with.
const fn reason(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::WrongNumber => "Nomor tujuan salah",
        FailureKind::NumberBlocked => "Nomor diblokir",
        FailureKind::ProductClosed => "Produk ditutup",
        FailureKind::ProductDisturbed => "Produk sedang gangguan",
        FailureKind::Reversed => "Dibatalkan operator",
        _ => "Transaksi tidak dapat dilayani",
    }
}

/// The line as a report, in one form or another.
pub fn callback(line: &Line, form: Form) -> Callback {
    let encoded = |text: &str| text.replace('#', "%23").replace('=', "%3D").replace('/', "%2F");
    let (reference, message) = (line.reference, words(line, false));
    let plain = encoded(&message).replace(' ', "+");
    match form {
        Form::Plain => Callback::read(format!("refid={reference}&message={plain}"), b""),
        Form::Spaced => Callback::read(format!("refid={reference}&message={}%0D%0A", plain.replace(".+", ".++")), b""),
        Form::OtherOrder => Callback::read(format!("message={plain}&status=20&refid={reference}"), b""),
        Form::InTheAddress => Callback::read(String::new(), format!("refid={reference}&message={plain}").as_bytes()),
    }
}
