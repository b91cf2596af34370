//! `XGateway`, "Spesifikasi H2H-XML Topup & Payment Gateway", version 1.2: XML-RPC over POST. Here: the requests, and
//! which answer is believed. The XML is in `xml.rs`, the code table in `codes.rs`, the free text in `message.rs`,
//! what was delivered in `delivery.rs`.

mod codes;
mod delivery;
mod message;
mod xml;

#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use secrecy::SecretString;

use self::codes::Says;
use self::message::{Key, Subject, Text, Word};
use self::xml::{Malformed, Members, Message};
use super::amount::{amount, same_destination};
use super::denial::denies_failure;
use super::protocol::{
    Body, Buy, Callback, Named, Now, Options, Protocol, Request, Response, gist_of, reveal as text_of,
};
use super::serial::is_serial;
use konter_core::catalog::ProductKind;
use konter_core::ids::Reference;
use konter_core::outcome::{Detail, Doubt, FailureKind, Inquiry, InquiryReading, Outcome, Reading};

/// "URL", sections III.1 to III.3.
const PATH: &str = "/st24";

/// How long after the first sending the same REQUESTID is still a question. Section II: within 24 hours it is one,
/// afterwards it would buy again; the hour between is for clocks that differ.
const REPEAT_IS_SAFE: TimeDelta = TimeDelta::hours(23);

/// How a token is bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TokenWay {
    /// III.3: one request, whose repetition asks for its status.
    Direct,
    /// III.2: a query first, then a topup under the same REQUESTID.
    Query,
}

/// A client's access to `XGateway`.
#[derive(Debug)]
pub struct Xgateway {
    user_id: SecretString,
    pin: SecretString,
    token_way: TokenWay,
}

/// On what occasion a reply came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Occasion {
    Purchase,
    /// The same request again: the answer may refuse the repeat and say nothing of the first.
    Repeat,
    Callback,
}

impl Xgateway {
    /// Settings `_USER_ID`, `_PIN` and `_TOKEN` (`direct` or `query`).
    pub fn configure(options: &Options<'_>) -> Option<Self> {
        let user_id = options.secret("USER_ID");
        let pin = options.secret("PIN");
        let ways = [("direct", TokenWay::Direct), ("query", TokenWay::Query)];
        let token_way = options.choice("TOKEN", TokenWay::Direct, &ways);
        Some(Self { user_id: user_id?, pin: pin?, token_way: token_way? })
    }

    fn call(&self, method: &str, buy: &Buy<'_>) -> Request {
        let reference = buy.reference.to_string();
        let members = [
            ("MSISDN", text_of(&self.user_id)),
            ("REQUESTID", &reference),
            ("PIN", text_of(&self.pin)),
            ("NOHP", buy.dest),
            ("NOM", buy.sku),
        ];
        Request::post(PATH, vec![], Some(Body { content_type: "text/xml", text: xml::call(method, &members) }))
    }

    fn order(&self, buy: &Buy<'_>) -> Request {
        let method = match (buy.kind, buy.inquiry) {
            // III.2.b: must be preceded by its query. The order's own quote decides and not the setting, so that a
            // status check repeats what was sent also after the setting was changed.
            (ProductKind::Token, Some(_)) => "PLNPrepaidTopup",
            // III.3.
            (ProductKind::Token, None) => "PLNPrepaidDirectTopup",
            // III.1. The document has no section on bills (its history names one): such a product is unknown there.
            (ProductKind::Topup | ProductKind::Bill, _) => "topUpRequest",
        };
        self.call(method, buy)
    }
}

impl Protocol for Xgateway {
    fn inquiry_first(&self, kind: ProductKind) -> bool {
        kind == ProductKind::Token && self.token_way == TokenWay::Query
    }

    fn can_check(&self) -> bool {
        true
    }

    /// Section II: within 24 hours, whatever the day.
    fn repeat_outlives_day(&self) -> bool {
        true
    }

    /// Section III.2.a. The query carries the REQUESTID of the purchase that follows, as the document's examples do.
    fn inquiry(&self, buy: &Buy<'_>, _: NaiveDateTime) -> Option<Request> {
        match buy.kind {
            ProductKind::Token => Some(self.call("PLNPrepaidQuery", buy)),
            ProductKind::Topup | ProductKind::Bill => None,
        }
    }

    fn read_inquiry(&self, buy: &Buy<'_>, response: &Response) -> InquiryReading {
        match Answer::of(buy, &response.text()) {
            Ok(answer) => answer.inquiry(buy),
            Err(doubt) => InquiryReading::Unknown(doubt),
        }
    }

    fn purchase(&self, buy: &Buy<'_>, _: NaiveDateTime) -> Request {
        self.order(buy)
    }

    fn read_purchase(&self, buy: &Buy<'_>, response: &Response) -> Reading {
        read(buy, &response.text(), Occasion::Purchase)
    }

    /// Section II: the same REQUESTID again is answered with the first one's status.
    fn status(&self, buy: &Buy<'_>, first_sent: DateTime<Utc>, now: &Now) -> Option<Request> {
        let age = now.utc.signed_duration_since(first_sent);
        (TimeDelta::zero()..REPEAT_IS_SAFE).contains(&age).then(|| self.order(buy))
    }

    fn read_status(&self, buy: &Buy<'_>, response: &Response) -> Reading {
        read(buy, &response.text(), Occasion::Repeat)
    }

    /// Section III.4: a POST of the same XML as the reply.
    fn callback_reference(&self, callback: &Callback) -> Option<Reference> {
        let Ok(Message::Struct(members)) = xml::read(&callback.text()) else { return None };
        let written = request_id(&members);
        let reference: Reference = written.parse().ok()?;
        // `+7` and `007` parse, but we never wrote them.
        (reference.to_string() == written).then_some(reference)
    }

    fn read_callback(&self, buy: &Buy<'_>, callback: &Callback) -> Reading {
        read(buy, &callback.text(), Occasion::Callback)
    }

    fn named(&self, reply: &str) -> Named {
        let Ok(Message::Struct(members)) = xml::read(reply) else { return Named::default() };
        let text = Text::read(field(&members, "MESSAGE"), "");
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Named {
            reference: some(request_id(&members)),
            product: text.head.and_then(|head| some(head.product)),
            dest: text
                .head
                .and_then(|head| some(head.dest))
                .or_else(|| text.get(Key::Detail(Detail::Meter)).and_then(some)),
            reason: text.get(Key::Explanation).or(Some(field(&members, "MESSAGE"))).and_then(some),
        }
    }

    fn gist(&self, reply: &str) -> Option<String> {
        match xml::read(reply).ok()? {
            Message::Struct(members) => {
                let message = field(&members, "MESSAGE");
                let sn = Some(field(&members, "SN")).filter(|sn| !message.contains(sn)).unwrap_or_default();
                gist_of(&[field(&members, "RESPONSECODE"), sn, message])
            }
            Message::Fault(fault) => gist_of(&["fault", field(&fault, "FAULTCODE"), field(&fault, "FAULTSTRING")]),
        }
    }

    fn secrets(&self) -> Vec<&SecretString> {
        vec![&self.user_id, &self.pin]
    }
}

fn request_id(members: &Members) -> &str {
    field(members, "REQUESTID")
}

fn field<'m>(members: &'m Members, name: &str) -> &'m str {
    members.get(name).map_or("", |scalar| scalar.text.as_str())
}

fn read(buy: &Buy<'_>, text: &str, occasion: Occasion) -> Reading {
    match Answer::of(buy, text) {
        Ok(answer) => answer.reading(buy, occasion),
        Err(doubt) => Reading::unknown(doubt),
    }
}

/// A reply that is about our order.
struct Answer {
    members: Members,
}

impl Answer {
    /// The reply, when its reference and, where its text names them, product and destination are the order's.
    fn of(buy: &Buy<'_>, text: &str) -> Result<Self, Doubt> {
        let members = match xml::read(text) {
            Ok(Message::Struct(members)) => members,
            Ok(Message::Fault(fault)) => {
                return Err(Doubt::Unlisted(format!("fault {}", codes::excerpt(field(&fault, "FAULTCODE")))));
            }
            Err(Malformed::TooLong) => return Err(Doubt::TooLarge),
            Err(Malformed::NotAResponse) => return Err(Doubt::NotUnderstood),
            Err(Malformed::TwoValues) => return Err(Doubt::Contradictory),
        };
        if request_id(&members) != buy.reference.to_string() {
            return Err(Doubt::OtherReference);
        }
        let answer = Self { members };
        if let Some(head) = answer.text(buy).head {
            if !head.product.eq_ignore_ascii_case(buy.sku) {
                return Err(Doubt::OtherProduct);
            }
            if !same_destination(head.dest, buy.dest) {
                return Err(Doubt::OtherDestination);
            }
        }
        Ok(answer)
    }

    fn text(&self, buy: &Buy<'_>) -> Text<'_> {
        Text::read(field(&self.members, "MESSAGE"), buy.dest)
    }

    fn says(&self) -> Says {
        codes::meaning(self.members.get("RESPONSECODE"))
    }

    /// The serial: the field of its own, else the one in the text.
    fn serial<'a>(&'a self, text: &Text<'a>) -> Option<&'a str> {
        let own = field(&self.members, "SN");
        if is_serial(own) { Some(own) } else { text.get(Key::Serial).filter(|sn| is_serial(sn)) }
    }

    fn transaction<'a>(&'a self, text: &Text<'a>) -> Option<&'a str> {
        let own = field(&self.members, "TRANSACTIONID");
        if own.is_empty() { text.get(Key::TransactionId) } else { Some(own) }
    }

    fn reading(&self, buy: &Buy<'_>, occasion: Occasion) -> Reading {
        let text = self.text(buy);
        let mut reading = Reading::new(self.outcome(buy, &text, occasion));
        reading.supplier_trx = self.transaction(&text).map(str::to_owned);
        reading.charged = text.get(Key::Charged).and_then(amount).filter(|charged| !charged.is_negative());
        reading.supplier_balance = text.get(Key::Balance).and_then(amount);
        reading
    }

    fn outcome(&self, buy: &Buy<'_>, text: &Text<'_>, occasion: Occasion) -> Outcome {
        let contradictory = Outcome::Unknown(Doubt::Contradictory);
        let of_query = text.head.is_some_and(|head| head.subject == Subject::Query);
        match self.says() {
            Says::Success if is_other(text.word, Word::Success) => contradictory,
            // The answer to the query, which has the same REQUESTID: it tells nothing of the purchase.
            Says::Success if of_query => Outcome::Unknown(Doubt::NoSerial),
            Says::Pending if of_query => Outcome::Unknown(Doubt::Inconclusive("68".to_owned())),
            Says::Failed(row) if of_query => Outcome::Unknown(Doubt::Inconclusive(row.code.to_owned())),
            Says::Success => match delivery::read(buy, self.serial(text), text) {
                Ok(delivery) => Outcome::Success(delivery),
                Err(doubt) => Outcome::Unknown(doubt),
            },
            Says::Pending if is_other(text.word, Word::Pending) => contradictory,
            Says::Pending => Outcome::Pending,
            Says::Failed(_) if is_other(text.word, Word::Failed) => contradictory,
            Says::Failed(row) if may_be_refused_again(buy, occasion) && !row.tells_fate => {
                Outcome::Unknown(Doubt::Inconclusive(row.code.to_owned()))
            }
            // A refusal that comes with a serial; only what takes a success back may name it.
            Says::Failed(row)
                if row.kind != FailureKind::Reversed && !buy.sent.delivered && self.serial(text).is_some() =>
            {
                contradictory
            }
            Says::Failed(row)
                if row.kind != FailureKind::Reversed && denies_failure(field(&self.members, "MESSAGE")) =>
            {
                contradictory
            }
            Says::Failed(row) => Outcome::Failed(row.kind),
            Says::Nothing(doubt) => Outcome::Unknown(doubt),
        }
    }

    fn inquiry(&self, buy: &Buy<'_>) -> InquiryReading {
        let text = self.text(buy);
        match self.says() {
            Says::Success if is_other(text.word, Word::Success) => InquiryReading::Unknown(Doubt::Contradictory),
            Says::Success => self.customer(buy, &text).map_or_else(InquiryReading::Unknown, InquiryReading::Found),
            Says::Failed(_) if is_other(text.word, Word::Failed) => InquiryReading::Unknown(Doubt::Contradictory),
            Says::Failed(row) => InquiryReading::Failed(row.kind),
            Says::Pending => InquiryReading::Unknown(Doubt::Inconclusive("68".to_owned())),
            Says::Nothing(doubt) => InquiryReading::Unknown(doubt),
        }
    }

    /// "Contoh RESPON Inquiry Berhasil".
    fn customer(&self, buy: &Buy<'_>, text: &Text<'_>) -> Result<Inquiry, Doubt> {
        match text.head {
            Some(head) if head.subject == Subject::Topup => return Err(Doubt::Contradictory),
            Some(_) => {}
            None => {
                let is_ours = |number: Option<&str>| number.is_some_and(|number| same_destination(number, buy.dest));
                if !is_ours(text.get(Key::Detail(Detail::Meter))) && !is_ours(text.get(Key::Detail(Detail::CustomerId)))
                {
                    return Err(Doubt::OtherDestination);
                }
            }
        }
        let details = delivery::customer(text);
        if details.is_empty() {
            return Err(Doubt::NotUnderstood);
        }
        // The payment quotes nothing but its own REQUESTID; that there is a quote says that a query came before.
        let quote = self.transaction(text).map_or_else(|| buy.reference.to_string(), str::to_owned);
        let supplier_balance = text.get(Key::Balance).and_then(amount);
        Ok(Inquiry { quote, details, supplier_balance, ..Inquiry::default() })
    }
}

/// Whether a refusal may be about the same request sent again.
const fn may_be_refused_again(buy: &Buy<'_>, occasion: Occasion) -> bool {
    match occasion {
        Occasion::Purchase => false,
        Occasion::Repeat => true,
        Occasion::Callback => buy.sent.may_be_refused_again(),
    }
}

/// Whether the text's own word denies what the code says. A text without one denies nothing.
fn is_other(word: Option<Word>, expected: Word) -> bool {
    word.is_some_and(|word| word != expected)
}
