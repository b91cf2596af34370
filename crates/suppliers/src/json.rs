//! What the JSON suppliers share: objects read tolerantly, values believed only when their meaning is clear, and the
//! comparison of those values with the order.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::protocol::{Body, Callback, fields};
use konter_core::ids::Reference;
use konter_core::money::Rupiah;
use konter_core::outcome::Doubt;

/// Replies hold a few KiB, a bill of many months some tens. More is no reply of these documents.
const LONGEST_REPLY: usize = 1 << 20;

/// Whole numbers up to here survive servers that keep every number as a double.
const LARGEST_EXACT: u64 = 1 << 53;

/// A JSON value. Numbers are kept as they are, names in lower case.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Integer(i128),
    Fraction(f64),
    Text(String),
    List(Vec<Self>),
    Object(Object),
}

/// A JSON object whose names are found in any letter case. A name that stands twice makes the whole reply unreadable:
/// one cannot know which of the two was meant.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Object(BTreeMap<String, Json>);

/// Reads a reply that must be one JSON object.
pub(super) fn read_object(text: &str) -> Result<Object, Doubt> {
    match read(text)? {
        Json::Object(object) => Ok(object),
        _ => Err(Doubt::NotUnderstood),
    }
}

/// Reads a reply that must be JSON, whatever it is.
pub(super) fn read(text: &str) -> Result<Json, Doubt> {
    read_within(text, LONGEST_REPLY)
}

/// The same of at most so many bytes.
pub(super) fn read_within(text: &str, longest: usize) -> Result<Json, Doubt> {
    if text.len() > longest {
        return Err(Doubt::TooLarge);
    }
    serde_json::from_str(text).or_else(|_| serde_json::from_str(&mend(text))).map_err(|_| Doubt::NotUnderstood)
}

/// Mends what the documents' own examples show and strict JSON forbids: a comma before a closing bracket, a raw line
/// break inside a string, and a backslash before a character that JSON gives no escape (`\|` in receipts), which then
/// stands for itself. One pass, no nesting; everything else stays as wrong as it was.
fn mend(text: &str) -> String {
    let mut mended = String::with_capacity(text.len() + 16);
    let mut in_string = false;
    let mut after_value = false; // whether the last thing outside a string could end a value
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\n' if in_string => mended.push_str("\\n"),
            '\r' if in_string => mended.push_str("\\r"),
            '\\' if in_string => match chars.next_if(|&(_, next)| "\"\\/bfnrtu".contains(next)) {
                Some((_, escape)) => mended.extend(['\\', escape]),
                None => mended.push_str("\\\\"),
            },
            '"' => {
                in_string = !in_string;
                after_value = true;
                mended.push(c);
            }
            ',' if !in_string && after_value && closes_next(text.get(at + 1..).unwrap_or_default()) => {}
            _ => {
                if !in_string && !c.is_whitespace() {
                    after_value = c == '}' || c == ']' || c.is_ascii_alphanumeric();
                }
                mended.push(c);
            }
        }
    }
    mended
}

fn closes_next(rest: &str) -> bool {
    rest.trim_start().starts_with(['}', ']'])
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Fraction(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut object = BTreeMap::new();
        while let Some((name, value)) = entries.next_entry::<String, Json>()? {
            if object.insert(name.trim().to_ascii_lowercase(), value).is_some() {
                return Err(de::Error::custom("a name stands twice"));
            }
        }
        Ok(Json::Object(Object(object)))
    }
}

impl Json {
    /// What stands at a path of names and places; a list of one is what is in it, where the path names no place.
    pub(super) fn at(&self, path: &[String]) -> Option<&Self> {
        path.iter().try_fold(self, |value, step| match value {
            Self::Object(object) => object.get(step),
            Self::List(items) => match (step.parse::<usize>(), items.as_slice()) {
                (Ok(place), _) => items.get(place),
                (Err(_), [Self::Object(only)]) => only.get(step),
                _ => None,
            },
            _ => None,
        })
    }

    /// A scalar as trimmed text; `None` when it is empty, no scalar, or absent.
    pub(super) fn text(&self) -> Option<String> {
        let text = match self {
            Self::Text(text) => text.trim().to_owned(),
            Self::Integer(number) => number.to_string(),
            Self::Fraction(number) => number.to_string(),
            Self::Null | Self::Bool(_) | Self::List(_) | Self::Object(_) => return None,
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// Whole rupiah, given as a number or as text.
    pub(super) fn amount(&self) -> Option<Rupiah> {
        match self {
            Self::Integer(number) => i64::try_from(*number).ok().map(Rupiah::new),
            Self::Fraction(number) if number.fract() == 0.0 => format!("{number:.0}").parse().ok(),
            Self::Text(text) => super::amount::amount(text),
            _ => None,
        }
    }
}

impl Object {
    /// An object of pairs; one that stands twice must say the same twice.
    pub(super) fn of_pairs<'p>(pairs: impl Iterator<Item = (&'p str, &'p str)>) -> Result<Self, Doubt> {
        let mut object = BTreeMap::new();
        for (name, value) in pairs {
            let value = Json::Text(value.to_owned());
            match object.insert(name.trim().to_ascii_lowercase(), value.clone()) {
                Some(other) if other != value => return Err(Doubt::Contradictory),
                _ => {}
            }
        }
        Ok(Self(object))
    }

    /// `name` in lower case.
    pub(super) fn get(&self, name: &str) -> Option<&Json> {
        self.0.get(name)
    }

    /// See [`Json::text`].
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.text()
    }

    /// A string exactly as it came, printer codes and spaces included; `None` when it is empty.
    pub(super) fn verbatim(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Json::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// See [`Json::amount`].
    pub(super) fn amount(&self, name: &str) -> Option<Rupiah> {
        self.get(name)?.amount()
    }

    /// `true` or `false`, as such or as a word.
    pub(super) fn truth(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Json::Bool(value) => Some(*value),
            Json::Text(word) if word.trim().eq_ignore_ascii_case("true") => Some(true),
            Json::Text(word) if word.trim().eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// The objects of a list; `None` when it is no list of objects.
    pub(super) fn objects(&self, name: &str) -> Option<Vec<&Self>> {
        let Json::List(items) = self.get(name)? else { return None };
        items.iter().map(|item| if let Json::Object(object) = item { Some(object) } else { None }).collect()
    }

    /// Checks that a field names our reference: at least one of `names` is there, and each that is there agrees.
    pub(super) fn must_name(&self, reference: Reference, names: &[&str]) -> Result<(), Doubt> {
        let mut given = names.iter().filter_map(|name| self.get(name)).filter(|value| **value != Json::Null).peekable();
        if given.peek().is_none() {
            return Err(Doubt::OtherReference);
        }
        let ours = given.all(|value| value.text().as_deref().and_then(self::reference) == Some(reference));
        if ours { Ok(()) } else { Err(Doubt::OtherReference) }
    }

    /// Checks product and destination where they are given; absent, null and empty say nothing.
    pub(super) fn must_match(&self, field: &str, same: impl Fn(&str) -> bool, doubt: Doubt) -> Result<(), Doubt> {
        match self.get(field) {
            None | Some(Json::Null) => Ok(()),
            Some(Json::Text(text)) if text.trim().is_empty() => Ok(()),
            Some(value) if value.text().is_some_and(|text| same(&text)) => Ok(()),
            Some(_) => Err(doubt),
        }
    }
}

/// A value of a body we send.
#[derive(Clone, Copy)]
pub(super) enum Sent<'a> {
    Text(&'a str),
    Number(u64),
}

impl<'a> Sent<'a> {
    /// A number where the text is one that every JSON reader gives back digit for digit, else text.
    pub(super) fn number_or_text(text: &'a str) -> Self {
        match text.parse::<u64>() {
            Ok(number) if number < LARGEST_EXACT && number.to_string() == text => Self::Number(number),
            _ => Self::Text(text),
        }
    }

    /// Our reference: a number, unless it grew past what doubles keep.
    pub(super) fn reference(reference: Reference, text: &'a str) -> Self {
        if reference.0 < LARGEST_EXACT { Self::Number(reference.0) } else { Self::Text(text) }
    }
}

/// A JSON object as a request's body, its fields in the order given.
pub(super) fn body(fields: &[(&str, Sent<'_>)]) -> Body {
    let fields: Vec<_> = fields
        .iter()
        .map(|&(name, value)| {
            let value = match value {
                Sent::Text(text) => serde_json::Value::from(text),
                Sent::Number(number) => serde_json::Value::from(number),
            };
            format!("{}:{value}", serde_json::Value::from(name))
        })
        .collect();
    Body { content_type: "application/json", text: format!("{{{}}}", fields.join(",")) }
}

/// A reference as suppliers give it back: digits only.
pub(super) fn reference(text: &str) -> Option<Reference> {
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok().map(Reference) } else { None }
}

/// Whether a supplier's product code is the one ordered.
pub(super) fn same_product(ours: &str, theirs: &str) -> bool {
    ours.trim().eq_ignore_ascii_case(theirs.trim())
}

/// A parameter of a report, `Err` when it stands there twice with different values.
pub(super) fn param<'c>(callback: &'c Callback, name: &str) -> Result<Option<&'c str>, Doubt> {
    let first = callback.param(name);
    let agree = callback.params(name).all(|value| Some(value) == first);
    if agree { Ok(first.map(str::trim)) } else { Err(Doubt::Contradictory) }
}

/// The parameter of a report that is free text, whole also where it holds a bare `&`: what follows that is no parameter
/// of the document's (`known`), and has either no value or one of the `labels` that only stand in such a text.
pub(super) fn free_text(callback: &Callback, name: &str, known: &[&str], labels: &[&str]) -> Option<String> {
    let body = callback.text();
    let form = fields(if callback.form.is_empty() { "" } else { &body });
    let mut whole: Option<String> = None;
    let mut goes_on = false;
    for (field, value) in fields(&callback.raw_query).chain(form) {
        let is_known = known.iter().any(|known| field.eq_ignore_ascii_case(known));
        let is_labelled = value.as_ref().is_some_and(|value| {
            let value = value.to_ascii_lowercase();
            labels.iter().any(|label| value.contains(label))
        });
        if field.eq_ignore_ascii_case(name) {
            // The second of two is judged by `param`.
            goes_on = whole.is_none();
            whole = whole.or(value);
        } else if goes_on && !is_known && (value.is_none() || is_labelled) {
            let value = value.map(|value| format!("={value}")).unwrap_or_default();
            whole = whole.map(|text| format!("{text}&{field}{value}"));
        } else {
            goes_on = false;
        }
    }
    whole.map(|text| text.trim().to_owned())
}

/// The 20 digits of an electricity token, when the text is exactly that, spaces and hyphens aside.
pub(super) fn token_digits(text: &str) -> Option<String> {
    const TOKEN_DIGITS: usize = 20;
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    (digits.len() == TOKEN_DIGITS && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// Digits in groups of four, as a token is printed.
pub(super) fn in_fours(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 4);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && i % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

/// An unlisted word or code, short enough for a message to the owner.
pub(super) fn unlisted(text: &str) -> Doubt {
    const SHOWN: usize = 80;
    Doubt::Unlisted(text.trim().chars().take(SHOWN).collect())
}

#[cfg(test)]
#[path = "json_tests.rs"]
pub(super) mod tests;
