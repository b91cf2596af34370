//! What every supplier protocol is to the rest of the shop: requests built, responses read, no I/O.

mod message;
mod options;

use chrono::{DateTime, NaiveDateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

use konter_core::catalog::ProductKind;
use konter_core::ids::Reference;
use konter_core::money::Rupiah;
use konter_core::outcome::{Doubt, InquiryReading, Reading, Sending};
use konter_core::price_list::Listed;

pub use message::{
    Body, Callback, LARGEST_LIST, LARGEST_REPLY, Method, Name, Request, Response, fields, percent_decoded,
};
pub use options::{Options, SettingError};

/// One purchase as a protocol sees it.
#[derive(Clone, Copy, Debug)]
pub struct Buy<'a> {
    /// Our reference of this attempt.
    pub reference: Reference,
    /// The supplier's product code.
    pub sku: &'a str,
    /// Phone number, meter or customer number.
    pub dest: &'a str,
    /// The supplier's denomination, whole rupiah, where its protocol wants one.
    pub denom: Option<Rupiah>,
    /// The most it may cost before the shop loses on it; `None` for a bill, whose amount was shown.
    pub max_cost: Option<Rupiah>,
    pub kind: ProductKind,
    /// What the inquiry before this payment gave us to quote, when there was one.
    pub inquiry: Option<&'a str>,
    /// What a later word can be about.
    pub sent: Sending,
}

impl<'a> Buy<'a> {
    /// A first try, of one amount, which nothing was asked about before.
    pub const fn first(reference: Reference, sku: &'a str, dest: &'a str, kind: ProductKind) -> Self {
        let sent = Sending::NOT_YET;
        Self { reference, sku, dest, denom: None, max_cost: None, kind, inquiry: None, sent }
    }
}

/// A supplier's protocol, configured with our credentials. Every `build` is a pure function of its arguments; every
/// `read_*` must return [`Outcome::Unknown`] for whatever its document does not explicitly call success or failure,
/// and must never panic, whatever the bytes.
pub trait Protocol: Send + Sync {
    /// Whether a purchase of this kind begins with an inquiry whose result the payment must quote.
    fn inquiry_first(&self, kind: ProductKind) -> bool {
        let _ = kind;
        false
    }

    /// Asks who or what would be paid for. No money moves. `None` where the document knows no inquiry.
    fn inquiry(&self, buy: &Buy<'_>, now: NaiveDateTime) -> Option<Request> {
        let _ = (buy, now);
        None
    }

    /// Reads the answer to [`Protocol::inquiry`].
    fn read_inquiry(&self, buy: &Buy<'_>, response: &Response) -> InquiryReading {
        let _ = (buy, response);
        InquiryReading::Unknown(Doubt::NotUnderstood)
    }

    /// Our deposit with the supplier, where any answer of its mentions it.
    fn read_deposit(&self, response: &Response) -> Option<Rupiah> {
        let _ = response;
        None
    }

    /// The order itself. `now` is the shop's local time.
    fn purchase(&self, buy: &Buy<'_>, now: NaiveDateTime) -> Request;

    /// Reads the answer to [`Protocol::purchase`].
    fn read_purchase(&self, buy: &Buy<'_>, response: &Response) -> Reading;

    /// Whether the document knows a safe way of asking what became of an order.
    fn can_check(&self) -> bool {
        false
    }

    /// How long to wait between two questions about an order, where that is longer than usual.
    fn check_every(&self) -> chrono::TimeDelta {
        chrono::TimeDelta::zero()
    }

    /// Whether the document promises that a question about an earlier day's purchase that has arrived stays a question.
    fn repeat_outlives_day(&self) -> bool {
        false
    }

    /// Whether the supplier reports final states to our address by itself.
    fn reports(&self) -> bool {
        true
    }

    /// Asks what became of an order, in the way the document calls safe; `None` where it knows none, or where asking
    /// now could buy again.
    fn status(&self, buy: &Buy<'_>, first_sent: DateTime<Utc>, now: &Now) -> Option<Request> {
        let _ = (buy, first_sent, now);
        None
    }

    /// Reads the answer to [`Protocol::status`].
    fn read_status(&self, buy: &Buy<'_>, response: &Response) -> Reading {
        self.read_purchase(buy, response)
    }

    /// Asks for our deposit's balance; `None` where the document knows no way.
    fn balance(&self, now: NaiveDateTime) -> Option<Request> {
        let _ = now;
        None
    }

    /// Reads the answer to [`Protocol::balance`].
    fn read_balance(&self, response: &Response) -> Option<Rupiah> {
        let _ = response;
        None
    }

    /// Our reference that a report, reversal or callback names; `None` when it names none that could be ours.
    fn callback_reference(&self, callback: &Callback) -> Option<Reference> {
        let _ = callback;
        None
    }

    /// Reads a callback for the order its reference names.
    fn read_callback(&self, buy: &Buy<'_>, callback: &Callback) -> Reading {
        let _ = (buy, callback);
        Reading::unknown(Doubt::NotUnderstood)
    }

    /// What a reply says to a person: its code, its serial number and its message, picked out of the format around them;
    /// `None` where they cannot be found.
    fn gist(&self, reply: &str) -> Option<String> {
        let _ = reply;
        None
    }

    /// The same of a report.
    fn gist_of_report(&self, callback: &Callback) -> Option<String> {
        let parts = ["status", "sn", "message"].map(|name| callback.param(name).unwrap_or_default());
        gist_of(&parts).or_else(|| self.gist(&callback.text()))
    }

    /// What a callback proves of its sender by itself, besides the address it came from.
    fn proof(&self, callback: &Callback) -> Proof {
        let _ = callback;
        Proof::None
    }

    /// Whether a callback only tries out whether we are there.
    fn is_ping(&self, callback: &Callback) -> bool {
        let _ = callback;
        false
    }

    /// Which order a reply names, for reading it without one; what it does not name stays empty.
    fn named(&self, reply: &str) -> Named {
        let _ = reply;
        Named::default()
    }

    /// Asks for the supplier's products and prices; `None` where the document knows no way.
    fn prices(&self, now: NaiveDateTime) -> Option<Request> {
        let _ = now;
        None
    }

    /// How long the supplier wants between two questions for its products and prices, at least.
    fn prices_every(&self) -> chrono::TimeDelta {
        chrono::TimeDelta::minutes(5)
    }

    /// Reads the answer to [`Protocol::prices`]; `None` where it is no list.
    fn read_prices(&self, response: &Response) -> Option<Vec<Listed>> {
        let _ = response;
        None
    }

    /// Every secret that could stand in a request or a reply, to be masked in whatever is kept.
    fn secrets(&self) -> Vec<&SecretString>;
}

/// What a callback proves of its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Nothing: its address decides.
    None,
    /// Its sender knows a secret, but any word can be put behind that: a constant, or a hash of the reference. Its address
    /// decides all the same.
    Sender,
    /// All that it says is signed: it is believed wherever it comes from.
    Content,
    /// It should prove something and does not: it is never believed.
    Wrong,
}

impl Proof {
    /// Whether a callback is believed, given whether its address and secret path are.
    #[must_use]
    pub const fn believes(self, by_address: bool) -> bool {
        match self {
            Self::None | Self::Sender => by_address,
            Self::Content => true,
            Self::Wrong => false,
        }
    }
}

/// The order that a reply is about, as it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    pub reference: Option<String>,
    pub product: Option<String>,
    pub dest: Option<String>,
    /// In the supplier's words, where it refuses.
    pub reason: Option<String>,
}

/// What a report's query string names, by the names of its parameters for reference, product, destination and reason.
pub(super) fn named_in_query(text: &str, [reference, product, dest, reason]: [&str; 4]) -> Named {
    let callback = Callback::read(text.trim().trim_start_matches('?').to_owned(), b"");
    let some = |name: &str| callback.param(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    Named { reference: some(reference), product: some(product), dest: some(dest), reason: some(reason) }
}

/// One moment, as the clock and as the shop's wall show it.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    pub utc: DateTime<Utc>,
    pub local: NaiveDateTime,
}

/// The parts of a [`Protocol::gist`] that say something; `None` when none does.
pub(super) fn gist_of(parts: &[&str]) -> Option<String> {
    let parts: Vec<String> = parts.iter().map(|part| part.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    Some(parts.join(" | ")).filter(|gist| !gist.is_empty())
}

/// Shorthand for protocol files: the text of a credential, for the request being built.
pub(super) fn reveal(secret: &SecretString) -> &str {
    secret.expose_secret()
}

/// Lower-case hexadecimal, as signatures are written.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
