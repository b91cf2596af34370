//! What is said to a supplier and what it says: requests, their replies, and its reports, as values.

use std::borrow::Cow;

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
    pub fn get(path: &'static str, query: Vec<(&'static str, String)>) -> Self {
        Self { query: named(query), ..Self::empty(Method::Get, path) }
    }

    /// A POST to a fixed path.
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
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text; see [`Response::text`].
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        decode(&self.body)
    }

    /// A parameter, of the query or of a posted form, by its name in any letter case: the documents' own examples vary.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params(name).next()
    }

    /// Every value that a parameter is given.
    pub fn params(&self, name: &str) -> impl Iterator<Item = &str> {
        let pairs = self.query.iter().chain(&self.form);
        pairs.filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Everything it says, as it came.
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
