//! What every supplier protocol is to the rest of the shop: requests built, responses read, no I/O.

use std::borrow::Cow;
use std::cell::RefCell;

use chrono::{DateTime, NaiveDateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

use konter_core::catalog::ProductKind;
use konter_core::ids::Reference;
use konter_core::money::Rupiah;
use konter_core::outcome::{Doubt, InquiryReading, Reading, Sending};
use konter_core::price_list::Listed;

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
    #[must_use]
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

/// A request as a value. It holds secrets: `Debug` leaves query, headers and body out.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    pub method: Method,
    /// Appended to the supplier's base address; begins with `/`, already percent-encoded.
    pub path: Name,
    /// Decoded pairs; the client percent-encodes them.
    pub query: Vec<(Name, String)>,
    pub headers: Vec<(Name, String)>,
    pub body: Option<Body>,
    /// HTTP statuses besides 2xx whose body is an answer.
    pub accepts: Vec<u16>,
    /// The longest answer read, bytes; a longer one is none.
    pub largest: usize,
}

/// The longest reply about an order. The documents' longest receipts stay under 10 KiB.
pub const LARGEST_REPLY: usize = 256 * 1024;
/// The longest price list: several times that of the supplier with the most products.
pub const LARGEST_LIST: usize = 8 * 1024 * 1024;

/// A name or path in a request: fixed in code, or read from a recipe.
pub type Name = Cow<'static, str>;

#[derive(Clone, PartialEq, Eq)]
pub struct Body {
    pub content_type: &'static str,
    pub text: String,
}

impl Request {
    /// A GET of a fixed path.
    #[must_use]
    pub fn get(path: &'static str, query: Vec<(&'static str, String)>) -> Self {
        Self { query: named(query), ..Self::empty(Method::Get, path) }
    }

    /// A POST to a fixed path.
    #[must_use]
    pub fn post(path: &'static str, headers: Vec<(&'static str, String)>, body: Option<Body>) -> Self {
        Self { headers: named(headers), body, ..Self::empty(Method::Post, path) }
    }

    fn empty(method: Method, path: &'static str) -> Self {
        let (path, largest) = (Name::Borrowed(path), LARGEST_REPLY);
        Self { method, path, query: vec![], headers: vec![], body: None, accepts: vec![], largest }
    }
}

fn named(pairs: Vec<(&'static str, String)>) -> Vec<(Name, String)> {
    pairs.into_iter().map(|(name, value)| (Name::Borrowed(name), value)).collect()
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {} (contents hidden)", self.method, self.path)
    }
}

impl Request {
    /// The whole request as text with nothing hidden: for snapshot tests of test credentials only.
    #[cfg(test)]
    #[must_use]
    pub fn reveal(&self) -> String {
        use std::fmt::Write as _;
        let mut text =
            format!("{:?} {}", self.method, self.path).to_uppercase().replace(&self.path.to_uppercase(), &self.path);
        for (i, (name, value)) in self.query.iter().enumerate() {
            let _ = write!(text, "\n{} {name}={value}", if i == 0 { "?" } else { "&" });
        }
        for (name, value) in &self.headers {
            let _ = write!(text, "\n{name}: {value}");
        }
        if let Some(body) = &self.body {
            let _ = write!(text, "\nContent-Type: {}\n\n{}", body.content_type, body.text);
        }
        text
    }
}

/// A whole answer with a 2xx status or one that its request accepts, at most the client's size limit. Other statuses
/// never reach a protocol: the documents give them no meaning, so they are `Unknown`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    pub content_type: Option<String>,
    pub body: Vec<u8>,
}

impl Response {
    /// The body as text: UTF-8 with or without a byte order mark, else read byte for byte as latin-1, which every
    /// charset seen from these suppliers shares in the characters that matter.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        decode(&self.body)
    }
}

/// A report, reversal or callback as it reached our address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Callback {
    /// As it stood in the address, still percent-encoded.
    pub raw_query: String,
    /// Decoded pairs of the query.
    pub query: Vec<(String, String)>,
    /// Decoded pairs of the body, where it is a form.
    pub form: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Names in lower case. Never kept: they may hold secrets.
    pub headers: Vec<(String, String)>,
}

impl Callback {
    /// What came in at a supplier's address: the query as it stood there, and its pairs decoded, likewise those of a body
    /// that is a form.
    #[must_use]
    pub fn read(raw_query: String, body: &[u8]) -> Self {
        let mut callback = Self { raw_query, body: body.to_vec(), ..Self::default() };
        callback.query = pairs(&callback.raw_query);
        if is_form(&callback.text()) {
            callback.form = pairs(&callback.text());
        }
        callback
    }

    /// The same with the headers it came with.
    #[must_use]
    pub fn with_headers(mut self, headers: impl Iterator<Item = (String, String)>) -> Self {
        self.headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
        self
    }

    /// A header, `name` in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text; see [`Response::text`].
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        decode(&self.body)
    }

    /// A parameter, of the query or of a posted form, by its name in any letter case: the documents' own examples vary.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params(name).next()
    }

    /// Every value that a parameter is given.
    pub fn params(&self, name: &str) -> impl Iterator<Item = &str> {
        let pairs = self.query.iter().chain(&self.form);
        pairs.filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Everything it says, as it came.
    #[must_use]
    pub fn raw(&self) -> String {
        match (self.raw_query.as_str(), self.text()) {
            (query, body) if body.is_empty() => query.to_owned(),
            ("", body) => body.into_owned(),
            (query, body) => format!("{query} {body}"),
        }
    }
}

fn pairs(encoded: &str) -> Vec<(String, String)> {
    fields(encoded).map(|(name, value)| (name, value.unwrap_or_default())).collect()
}

/// Programs post forms under any content type or none, so the text itself tells: it begins with a name and `=`.
fn is_form(text: &str) -> bool {
    let name = text.trim_start().split_once('=').map_or("", |(name, _)| name);
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// The fields of a query or a form, decoded; one without `=` has no value.
pub fn fields(encoded: &str) -> impl Iterator<Item = (String, Option<String>)> + '_ {
    let decoded = |part: &str| percent_decoded(part, b' ');
    let fields = encoded.split('&').filter(|field| !field.is_empty());
    fields.map(move |field| match field.split_once('=') {
        Some((name, value)) => (decoded(name), Some(decoded(value))),
        None => (decoded(field), None),
    })
}

/// Percent-encoded text, in which `+` stands for `plus`. What is no UTF-8 is read as latin-1, as in [`Response::text`].
#[must_use]
pub fn percent_decoded(encoded: &str, plus: u8) -> String {
    let hex = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut bytes = encoded.as_bytes();
    while let [first, rest @ ..] = bytes {
        let (byte, rest) = match (first, rest) {
            (b'%', [high, low, rest @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, rest),
                _ => (b'%', bytes.get(1..).unwrap_or_default()),
            },
            (b'+', rest) => (plus, rest),
            (&byte, rest) => (byte, rest),
        };
        decoded.push(byte);
        bytes = rest;
    }
    match String::from_utf8(decoded) {
        Ok(text) => text,
        Err(error) => error.into_bytes().into_iter().map(char::from).collect(),
    }
}

fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&b| char::from(b)).collect()),
    }
}

/// One supplier's own settings, by their names without `SUPPLIER_<ID>_`. Mistakes are collected, so that a check can
/// report all of them at once.
pub struct Options<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    errors: RefCell<Vec<SettingError>>,
}

/// A setting that is missing or malformed, and what to do about it. Never holds the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct SettingError {
    pub name: String,
    pub problem: String,
}

impl<'a> Options<'a> {
    #[must_use]
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, errors: RefCell::default() }
    }

    /// A setting that must be there and not be empty.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<SecretString> {
        let value = (self.lookup)(name).filter(|value| !value.is_empty());
        if value.is_none() {
            self.report(name, "is missing; this protocol needs it");
        }
        value.map(SecretString::from)
    }

    /// A setting that may be missing.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// A setting with a few possible values and a default.
    #[must_use]
    pub fn choice<T: Copy>(&self, name: &str, default: T, choices: &[(&str, T)]) -> Option<T> {
        let Some(value) = (self.lookup)(name).filter(|value| !value.is_empty()) else { return Some(default) };
        let found = choices.iter().find(|(word, _)| value.eq_ignore_ascii_case(word)).map(|&(_, choice)| choice);
        if found.is_none() {
            let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
            self.report(name, &format!("must be one of: {}", words.join(", ")));
        }
        found
    }

    /// Notes a mistake in one setting.
    pub fn report(&self, name: &str, problem: &str) {
        self.errors.borrow_mut().push(SettingError { name: name.to_owned(), problem: problem.to_owned() });
    }

    /// All mistakes noted so far.
    #[must_use]
    pub fn into_errors(self) -> Vec<SettingError> {
        self.errors.into_inner()
    }
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
