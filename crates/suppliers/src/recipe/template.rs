//! Texts with values in them: `{ref}`, `{dest.2?}`, `{now:%Y-%m-%d}`, `{settings.pin}`, `{sku|upper}`.
//!
//! A value with `?` may be missing; whatever it stands in is then left out. `{{` and `}}` are braces.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::NaiveDateTime;
use chrono::format::{Item, StrftimeItems};

use konter_core::destination::Zoned;

use super::super::protocol::Buy;

/// A text ready to be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Plain(String),
    Value { value: Value, filters: Vec<Filter>, optional: bool },
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Ref,
    Sku,
    Dest,
    /// What stands before a zone.
    DestId,
    DestZone,
    Amount,
    MaxCost,
    /// What the inquiry gave us to quote.
    Quote,
    Now(String),
    Setting(String),
    Sign(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    Upper,
    Lower,
    Trim,
    Digits,
    /// As a number, where the value is all of a JSON member.
    Int,
}

/// What the values are.
pub(super) struct Values<'a> {
    pub buy: Option<&'a Buy<'a>>,
    /// A reference where there is no order.
    pub reference: Option<&'a str>,
    pub now: NaiveDateTime,
    pub settings: &'a dyn Fn(&str) -> Option<&'a str>,
    pub signs: &'a dyn Fn(&str) -> Option<String>,
}

/// Names that templates may use besides the values of the order.
#[derive(Default)]
pub(super) struct Names {
    pub settings: BTreeSet<String>,
    pub signs: BTreeSet<String>,
}

/// A filled-in text, and whether it is to be a number.
pub(super) struct Filled {
    pub text: String,
    pub is_number: bool,
}

impl Template {
    /// The error says what is wrong in words that follow a field's name.
    pub fn parse(text: &str, names: &Names) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, behind) = rest.split_at(at);
            plain.push_str(before);
            if let Some(after) = behind.strip_prefix("{{") {
                plain.push('{');
                rest = after;
            } else if let Some(after) = behind.strip_prefix("}}") {
                plain.push('}');
                rest = after;
            } else if behind.starts_with('}') {
                return Err("has a `}` without `{`; a brace as such is written `}}`".to_owned());
            } else {
                let end = behind.find('}').ok_or("has a `{` without `}`; a brace as such is written `{{`")?;
                if !plain.is_empty() {
                    pieces.push(Piece::Plain(std::mem::take(&mut plain)));
                }
                pieces.push(value(behind.get(1..end).unwrap_or_default(), names)?);
                rest = behind.get(end + 1..).unwrap_or_default();
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Plain(plain));
        }
        Ok(Self(pieces))
    }

    /// `None` where a value is missing that may be.
    pub fn fill(&self, values: &Values<'_>) -> Option<Filled> {
        let mut text = String::new();
        let mut is_number = false;
        for piece in &self.0 {
            match piece {
                Piece::Plain(plain) => text.push_str(plain),
                Piece::Value { value, filters, optional } => {
                    let found = value.of(values).filter(|found| !found.is_empty());
                    if found.is_none() && *optional {
                        return None;
                    }
                    let filtered = filters.iter().fold(found.unwrap_or_default(), |text, filter| filter.apply(text));
                    is_number = self.0.len() == 1 && filters.contains(&Filter::Int);
                    text.push_str(&filtered);
                }
            }
        }
        Some(Filled { text, is_number })
    }

    pub fn text(&self, values: &Values<'_>) -> Option<String> {
        self.fill(values).map(|filled| filled.text)
    }

    /// Whether our reference is in it.
    pub fn names_reference(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Value { value: Value::Ref, .. }))
    }

    /// Its parts, each encoded for its place in an address; what the recipe wrote itself stays as it is.
    pub fn path(&self, values: &Values<'_>) -> String {
        let mut path = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Plain(plain) => path.push_str(plain),
                Piece::Value { value: value @ Value::Setting(_), .. } => {
                    path.push_str(&value.of(values).unwrap_or_default());
                }
                Piece::Value { value, filters, .. } => {
                    let found = value.of(values).unwrap_or_default();
                    encode(&mut path, &filters.iter().fold(found, |text, filter| filter.apply(text)));
                }
            }
        }
        path
    }
}

/// Percent-encodes all but what needs no encoding in any part of an address.
fn encode(into: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

fn value(text: &str, names: &Names) -> Result<Piece, String> {
    let mut parts = text.split('|');
    let name = parts.next().unwrap_or_default().trim();
    let (name, optional) = name.strip_suffix('?').map_or((name, false), |name| (name, true));
    let filters = parts.map(filter).collect::<Result<Vec<_>, _>>()?;
    let value = match name {
        "ref" => Value::Ref,
        "sku" => Value::Sku,
        "dest" => Value::Dest,
        "dest.1" => Value::DestId,
        "dest.2" => Value::DestZone,
        "amount" => Value::Amount,
        "max_cost" => Value::MaxCost,
        "quote" => Value::Quote,
        _ => named(name, names)?,
    };
    Ok(Piece::Value { value, filters, optional })
}

fn named(name: &str, names: &Names) -> Result<Value, String> {
    if let Some(format) = name.strip_prefix("now:") {
        let known = StrftimeItems::new(format).all(|item| !matches!(item, Item::Error));
        return if known { Ok(Value::Now(format.to_owned())) } else { Err(format!("`{format}` is no form of time")) };
    }
    if let Some(setting) = name.strip_prefix("settings.") {
        return if names.settings.contains(setting) {
            Ok(Value::Setting(setting.to_owned()))
        } else {
            Err(format!("`settings.{setting}` is not described in [settings]"))
        };
    }
    if let Some(sign) = name.strip_prefix("sign.") {
        return if names.signs.contains(sign) {
            Ok(Value::Sign(sign.to_owned()))
        } else {
            Err(format!("there is no [sign.{sign}] (one signature cannot be part of another)"))
        };
    }
    Err(format!(
        "`{{{name}}}` is no value; there are ref, sku, dest, dest.1, dest.2, amount, max_cost, quote, now:…, settings.… and sign.…"
    ))
}

fn filter(name: &str) -> Result<Filter, String> {
    match name.trim() {
        "upper" => Ok(Filter::Upper),
        "lower" => Ok(Filter::Lower),
        "trim" => Ok(Filter::Trim),
        "digits" => Ok(Filter::Digits),
        "int" => Ok(Filter::Int),
        other => Err(format!("`|{other}` is no filter; there are upper, lower, trim, digits and int")),
    }
}

impl Filter {
    fn apply(self, text: String) -> String {
        match self {
            Self::Upper => text.to_uppercase(),
            Self::Lower => text.to_lowercase(),
            Self::Trim => text.trim().to_owned(),
            Self::Digits => text.chars().filter(char::is_ascii_digit).collect(),
            Self::Int => text,
        }
    }
}

impl Value {
    fn of(&self, values: &Values<'_>) -> Option<String> {
        let buy = values.buy;
        match self {
            Self::Ref => buy.map_or_else(|| values.reference.map(str::to_owned), |buy| Some(buy.reference.to_string())),
            Self::Sku => buy.map(|buy| buy.sku.to_owned()),
            Self::Dest => buy.map(|buy| buy.dest.to_owned()),
            Self::DestId => buy.map(|buy| parts(buy.dest).0.into_owned()),
            Self::DestZone => buy.and_then(|buy| parts(buy.dest).1.map(str::to_owned)),
            Self::Amount => buy.and_then(|buy| buy.denom).map(|denom| denom.get().to_string()),
            Self::MaxCost => buy.and_then(|buy| buy.max_cost).map(|cost| cost.get().to_string()),
            Self::Quote => buy.and_then(|buy| buy.inquiry).map(str::to_owned),
            Self::Now(format) => Some(values.now.format(format).to_string()),
            Self::Setting(name) => (values.settings)(name).map(str::to_owned),
            Self::Sign(name) => (values.signs)(name),
        }
    }
}

/// User and zone of a destination that has both, however the shop parts them.
fn parts(dest: &str) -> (Cow<'_, str>, Option<&str>) {
    if let Some((id, zone)) = Zoned::parts(dest) {
        return (Cow::Borrowed(id), Some(zone));
    }
    match dest.split_once('|') {
        Some((id, zone)) => (Cow::Borrowed(id), Some(zone)),
        None => (Cow::Borrowed(dest), None),
    }
}
