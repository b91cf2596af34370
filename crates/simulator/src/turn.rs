//! What passes between the HTTP server and a protocol: a request read, an answer to give, a callback to send.

use axum::extract::Query;
use axum::http::{HeaderMap, Method, Uri};

use super::scenario::{Course, Step, Way};

/// A request, read whole.
pub(super) struct Asked<'a> {
    pub method: &'a Method,
    pub uri: &'a Uri,
    pub headers: &'a HeaderMap,
    pub body: &'a str,
}

impl Asked<'_> {
    /// The fields of the query string; none when it cannot be read.
    pub fn query(&self) -> Vec<(String, String)> {
        Query::try_from_uri(self.uri).map(|Query(fields)| fields).unwrap_or_default()
    }

    /// The fields of query and body together: a JSON object's members as texts, or a form's.
    pub fn fields(&self) -> Fields {
        let mut fields = self.query();
        match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(self.body) {
            Ok(members) => fields.extend(members.into_iter().map(|(name, value)| match value {
                serde_json::Value::String(text) => (name, text),
                other => (name, other.to_string()),
            })),
            Err(_) => fields.extend(form(self.body)),
        }
        Fields(fields)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

fn form(body: &str) -> Vec<(String, String)> {
    let uri = format!("/?{body}").parse::<Uri>();
    uri.ok().and_then(|uri| Query::try_from_uri(&uri).ok()).map(|Query(fields)| fields).unwrap_or_default()
}

/// Fields of a request by their names.
pub(super) struct Fields(pub Vec<(String, String)>);

impl Fields {
    /// Empty when missing.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }
}

pub(super) const TEXT: &str = "text/plain; charset=utf-8";
pub(super) const HTML: &str = "text/html; charset=utf-8";
pub(super) const XML: &str = "text/xml; charset=utf-8";
pub(super) const JSON: &str = "application/json";

/// What is answered, before anything goes wrong on the way.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub media: &'static str,
    pub body: String,
}

/// An answer with its fate, and what follows.
#[derive(Debug)]
pub(super) struct Turn {
    pub answer: Answer,
    pub way: Way,
    /// The purchase that the steps belong to.
    pub index: usize,
    pub steps: &'static [Step],
}

impl Turn {
    /// An answer that nothing follows.
    pub fn say(media: &'static str, body: String) -> Self {
        Self::with_status(200, media, body)
    }

    pub fn with_status(status: u16, media: &'static str, body: String) -> Self {
        Self { answer: Answer { status, media, body }, way: Way::Whole, index: 0, steps: &[] }
    }

    /// This protocol has no such address, or not for this method.
    pub fn no_such_address() -> Self {
        Self::with_status(404, TEXT, "Not Found".to_owned())
    }

    /// The answer to a new purchase.
    pub fn follow(self, index: usize, course: &Course) -> Self {
        Self { way: course.way, index, steps: course.steps, ..self }
    }
}

/// A callback as the protocol writes it; the courier knows the address.
#[derive(Clone, Debug, Default)]
pub(super) struct Report {
    /// Already encoded; empty for none.
    pub query: String,
    /// Present: POST of this media type and text; absent: GET.
    pub body: Option<(&'static str, String)>,
    /// What proves where it comes from.
    pub header: Option<(&'static str, String)>,
}

impl Report {
    /// In the address; already encoded.
    pub fn query(query: String) -> Self {
        Self { query, ..Self::default() }
    }

    /// By POST.
    pub fn body(media: &'static str, text: String) -> Self {
        Self { body: Some((media, text)), ..Self::default() }
    }

    /// With a header.
    pub fn proven(self, name: &'static str, value: String) -> Self {
        Self { header: Some((name, value)), ..self }
    }
}
