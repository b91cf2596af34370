//! The made-up protocol between shop and suppliers: one line of text each way. The real ones have fixtures of their own.

use chrono::{DateTime, NaiveDateTime, Utc};
use konter_core::catalog::ProductKind;
use konter_core::ids::Reference;
use konter_core::money::Rupiah;
use konter_core::outcome::{Bill, Delivery, Details, Doubt, FailureKind, Inquiry, InquiryReading, Outcome, Reading};
use konter_suppliers::protocol::Now;
use konter_suppliers::{Body, Buy, Callback, Protocol, Request, Response};
use secrecy::SecretString;

use super::sabotage::Sabotage;
use super::supplier::{SUPPLIERS, Truth};

pub const KINDS: [FailureKind; 8] = [
    FailureKind::WrongNumber,
    FailureKind::NumberBlocked,
    FailureKind::ProductClosed,
    FailureKind::ProductDisturbed,
    FailureKind::SupplierFunds,
    FailureKind::Refused,
    FailureKind::BillPaid,
    FailureKind::Reversed,
];

/// What a line says of the order it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// How it stands.
    Plain(Truth),
    /// "Already bought": how the earlier purchase of the same product and number stands. In answer to a repeat that is
    /// mostly the very same one.
    Before(Truth),
    /// The repeat itself was refused; of the first sending it says nothing.
    RepeatRefused(FailureKind),
    NotKnown,
}

/// One line, as both sides write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub reference: Reference,
    pub says: Says,
    pub sn: String,
    pub cost: i64,
}

/// The same line written in several ways, as suppliers' programs do from one report to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Plain,
    Spaced,
    OtherOrder,
    InTheAddress,
}

pub const FORMS: [Form; 4] = [Form::Plain, Form::Spaced, Form::OtherOrder, Form::InTheAddress];

/// Twenty digits, which every kind of product takes for a serial number.
pub fn serial(reference: Reference) -> String {
    format!("{:020}", reference.0)
}

/// The same with a letter that depends on the order.
fn anew(sn: &str, reference: Reference) -> String {
    let letter = char::from(b'A' + u8::try_from(reference.0 % 26).unwrap_or_default());
    format!("{sn}{letter}")
}

fn words_of(truth: Truth) -> String {
    match truth {
        Truth::Pending => "pending".to_owned(),
        Truth::Delivered => "success".to_owned(),
        Truth::Refused(kind) => format!("failed:{}", number_of(kind)),
    }
}

fn number_of(kind: FailureKind) -> usize {
    KINDS.iter().position(|known| *known == kind).unwrap_or(5)
}

fn truth_of(words: &str) -> Option<Truth> {
    match words {
        "pending" => Some(Truth::Pending),
        "success" => Some(Truth::Delivered),
        _ => Some(Truth::Refused(*KINDS.get(words.strip_prefix("failed:")?.parse::<usize>().ok()?)?)),
    }
}

impl Line {
    /// About a purchase of its own.
    pub fn of(reference: Reference, truth: Truth, cost: i64) -> Self {
        Self { reference, says: Says::Plain(truth), sn: serial(reference), cost }
    }

    fn status(&self) -> String {
        match self.says {
            Says::Plain(truth) => words_of(truth),
            Says::Before(truth) => format!("before:{}", words_of(truth)),
            Says::RepeatRefused(kind) => format!("refused:{}", number_of(kind)),
            Says::NotKnown => "unknown".to_owned(),
        }
    }

    pub fn text(&self) -> String {
        format!("sim|{}|{}|{}|{}", self.reference, self.status(), self.sn, self.cost)
    }

    pub fn callback(&self, form: Form) -> Callback {
        let (reference, status, sn, cost) = (self.reference, self.status(), &self.sn, self.cost);
        let body = match form {
            Form::Plain => self.text(),
            Form::Spaced => format!(" sim | {reference} |  {status} | {sn}|{cost} \r\n"),
            Form::OtherOrder => format!("sn={sn}&cost={cost}&status={status}&ref={reference}"),
            Form::InTheAddress => {
                let raw_query = format!("ref={reference}&status={status}&sn={sn}&cost={cost}");
                return Callback { raw_query, ..Callback::default() };
            }
        };
        Callback { body: body.into_bytes(), ..Callback::default() }
    }

    /// Reads a line in any of its forms.
    pub fn read(text: &str) -> Option<Self> {
        let [reference, status, sn, cost] = if text.contains('=') {
            let named = |name: &str| text.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            [named("ref")?, named("status")?, named("sn")?, named("cost")?]
        } else {
            let fields: Vec<&str> = text.split('|').map(str::trim).collect();
            let ["sim", reference, status, sn, cost] = fields.as_slice() else { return None };
            [*reference, *status, *sn, *cost]
        };
        let says = if let Some(words) = status.strip_prefix("before:") {
            Says::Before(truth_of(words)?)
        } else if let Some(kind) = status.strip_prefix("refused:") {
            Says::RepeatRefused(*KINDS.get(kind.parse::<usize>().ok()?)?)
        } else if status == "unknown" {
            Says::NotKnown
        } else {
            Says::Plain(truth_of(status)?)
        };
        let sn = sn.to_owned();
        Some(Self { reference: reference.parse().ok()?, says, sn, cost: cost.parse().ok()? })
    }

    pub fn of_callback(callback: &Callback) -> Option<Self> {
        Self::read(if callback.body.is_empty() {
            &callback.raw_query
        } else {
            std::str::from_utf8(&callback.body).ok()?
        })
    }
}

/// What a line answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum To {
    Purchase,
    Repeat,
    /// It is a report.
    Nothing,
}

/// The shop's side of it.
pub struct Wire {
    pub supplier: usize,
    pub sabotage: Option<Sabotage>,
    pub secret: SecretString,
}

impl Wire {
    fn request(path: &'static str, buy: &Buy<'_>) -> Request {
        let denom = buy.denom.map_or(0, Rupiah::get);
        let bill = u8::from(buy.kind == ProductKind::Bill);
        let text = format!("{}|{}|{bill}|{denom}|{}", buy.reference, buy.dest, buy.sku);
        let body = Some(Body { content_type: "text/plain", text });
        Request::post(path, Vec::new(), body)
    }

    fn does(&self, sabotage: Sabotage) -> bool {
        self.sabotage == Some(sabotage)
    }

    fn read(&self, buy: &Buy<'_>, line: Option<Line>, to: To) -> Reading {
        let Some(line) = line else { return self.doubt(Doubt::NotUnderstood) };
        if line.reference != buy.reference {
            return self.doubt(Doubt::OtherReference);
        }
        let outcome = match line.says {
            Says::Before(_) if to != To::Repeat && !self.does(Sabotage::BelievesEarlierOrders) => {
                Outcome::Unknown(Doubt::EarlierOrder)
            }
            Says::RepeatRefused(kind) if self.does(Sabotage::BelievesRefusedRepeats) => Outcome::Failed(kind),
            Says::RepeatRefused(_) if to == To::Repeat || (to == To::Nothing && buy.sent.may_be_refused_again()) => {
                Outcome::Unknown(Doubt::Inconclusive("refused".to_owned()))
            }
            Says::Plain(Truth::Delivered) | Says::Before(Truth::Delivered) => {
                let spells = self.does(Sabotage::SpellsSerialsAnew) || self.does(Sabotage::BelievesEarlierOrders);
                let sn = if spells { anew(&line.sn, buy.reference) } else { line.sn };
                Outcome::Success(Delivery { sn, details: Details::new() })
            }
            Says::Plain(Truth::Pending) | Says::Before(Truth::Pending) => Outcome::Pending,
            Says::Plain(Truth::Refused(kind)) | Says::Before(Truth::Refused(kind)) | Says::RepeatRefused(kind) => {
                Outcome::Failed(kind)
            }
            Says::NotKnown => return self.doubt(Doubt::Inconclusive("unknown".to_owned())),
        };
        let charged = matches!(outcome, Outcome::Success(_)).then(|| Rupiah::new(line.cost));
        Reading { charged, ..Reading::new(outcome) }
    }

    fn doubt(&self, doubt: Doubt) -> Reading {
        if self.does(Sabotage::CallsUnknownFailure) {
            return Reading::new(Outcome::Failed(FailureKind::Refused));
        }
        Reading::unknown(doubt)
    }
}

impl Protocol for Wire {
    fn inquiry_first(&self, kind: ProductKind) -> bool {
        kind == ProductKind::Bill || (kind == ProductKind::Token && SUPPLIERS[self.supplier].0 == "delta")
    }

    fn inquiry(&self, buy: &Buy<'_>, _: NaiveDateTime) -> Option<Request> {
        (buy.kind != ProductKind::Topup).then(|| Self::request("/inquiry", buy))
    }

    fn read_inquiry(&self, _: &Buy<'_>, response: &Response) -> InquiryReading {
        let text = response.text();
        let fields: Vec<&str> = text.split('|').collect();
        match fields.as_slice() {
            ["bill", quote, amount] => {
                let total = Rupiah::new(amount.parse().unwrap());
                let bill = Bill { period: "202611".to_owned(), amount: total, admin: Rupiah::ZERO, total };
                let is_bill = total.is_positive();
                InquiryReading::Found(Inquiry {
                    quote: (*quote).to_owned(),
                    bills: is_bill.then_some(bill).into_iter().collect(),
                    total: is_bill.then_some(total),
                    ..Inquiry::default()
                })
            }
            ["paid"] => InquiryReading::Failed(FailureKind::BillPaid),
            ["wait"] => InquiryReading::Pending,
            _ => InquiryReading::Unknown(Doubt::NotUnderstood),
        }
    }

    fn purchase(&self, buy: &Buy<'_>, _: NaiveDateTime) -> Request {
        Self::request("/purchase", buy)
    }

    fn read_purchase(&self, buy: &Buy<'_>, response: &Response) -> Reading {
        self.read(buy, Line::read(&response.text()), To::Purchase)
    }

    fn can_check(&self) -> bool {
        SUPPLIERS[self.supplier].1
    }

    fn reports(&self) -> bool {
        SUPPLIERS[self.supplier].2
    }

    fn status(&self, buy: &Buy<'_>, _: DateTime<Utc>, _: &Now) -> Option<Request> {
        self.can_check().then(|| Self::request("/status", buy))
    }

    fn read_status(&self, buy: &Buy<'_>, response: &Response) -> Reading {
        self.read(buy, Line::read(&response.text()), To::Repeat)
    }

    fn callback_reference(&self, callback: &Callback) -> Option<Reference> {
        Some(Line::of_callback(callback)?.reference)
    }

    fn read_callback(&self, buy: &Buy<'_>, callback: &Callback) -> Reading {
        self.read(buy, Line::of_callback(callback), To::Nothing)
    }

    fn secrets(&self) -> Vec<&SecretString> {
        vec![&self.secret]
    }
}
