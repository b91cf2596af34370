//! Requests as recipes describe them.

use super::super::protocol::{Body, LARGEST_REPLY, Method, Name, Request};
use super::fault::{Fault, Source};
use super::schema;
use super::template::{Names, Template, Values};

/// A request ready to be built.
#[derive(Clone, Debug)]
pub(super) struct Call {
    method: Method,
    path: Template,
    query: Vec<(String, Template)>,
    headers: Vec<(String, Template)>,
    body: Option<Content>,
    accepts: Vec<u16>,
}

#[derive(Clone, Debug)]
enum Content {
    Json(Member),
    Form(Vec<(String, Template)>),
}

/// A value of a JSON body. Numbers and truths stay what they are.
#[derive(Clone, Debug)]
enum Member {
    Fixed(serde_json::Value),
    Text(Template),
    List(Vec<Member>),
    Object(Vec<(String, Member)>),
}

impl Call {
    pub fn compile(source: &Source<'_>, field: &str, written: &schema::Call, names: &Names) -> Result<Self, Fault> {
        let (method, path) = match (&written.get, &written.post) {
            (Some(path), None) => (Method::Get, path),
            (None, Some(path)) => (Method::Post, path),
            _ => return Err(source.of("", field, "needs either `get` or `post`, with the path")),
        };
        if !path.starts_with(['/', '{']) {
            return Err(source.of(
                path,
                field,
                "the path must begin with `/`, or with the setting that holds its server",
            ));
        }
        let template = |text: &str, name: &str| {
            Template::parse(text, names).map_err(|why| source.of(text, &format!("{field}.{name}"), why))
        };
        let all = |pairs: &schema::Templates| -> Result<Vec<(String, Template)>, Fault> {
            pairs.iter().map(|(name, text)| Ok((name.clone(), template(text, name)?))).collect()
        };
        let body = match (&written.json, &written.form) {
            (Some(_), Some(_)) => return Err(source.of("", field, "has both `json` and `form`")),
            (Some(table), None) => Some(Content::Json(member(&toml::Value::Table(table.clone()), &template)?)),
            (None, Some(form)) => Some(Content::Form(all(form)?)),
            (None, None) => None,
        };
        if let Some(wrong) = written.headers.keys().find(|name| !is_header(name)) {
            return Err(source.of(wrong, field, format!("`{wrong}` is no name of a header")));
        }
        if method == Method::Get && body.is_some() {
            return Err(source.of("", field, "a GET has no body"));
        }
        Ok(Self {
            method,
            path: template(path, "path")?,
            query: all(&written.query)?,
            headers: all(&written.headers)?,
            body,
            accepts: written.accepts.clone(),
        })
    }

    /// The same with more in its query.
    pub fn with_query(&self, more: Vec<(String, Template)>) -> Self {
        let mut call = self.clone();
        call.query.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        call.query.extend(more);
        call
    }

    /// Whether our reference, or what an inquiry gave us in its place, goes out with it.
    pub fn names_reference(&self) -> bool {
        let in_pairs = |pairs: &[(String, Template)]| pairs.iter().any(|(_, value)| value.names_reference());
        self.path.names_reference()
            || in_pairs(&self.query)
            || match &self.body {
                Some(Content::Json(member)) => member.names_reference(),
                Some(Content::Form(pairs)) => in_pairs(pairs),
                None => false,
            }
    }

    pub fn request(&self, values: &Values<'_>) -> Request {
        let pairs = |pairs: &[(String, Template)]| -> Vec<(Name, String)> {
            let filled =
                pairs.iter().filter_map(|(name, value)| Some((Name::Owned(name.clone()), value.text(values)?)));
            filled.collect()
        };
        let body = self.body.as_ref().map(|body| match body {
            Content::Json(member) => {
                let value = member.fill(values).unwrap_or(serde_json::Value::Null);
                Body { content_type: "application/json", text: value.to_string() }
            }
            Content::Form(form) => {
                Body { content_type: "application/x-www-form-urlencoded", text: encoded(&pairs(form)) }
            }
        });
        Request {
            method: self.method,
            path: Name::Owned(self.path.path(values)),
            query: pairs(&self.query),
            // A line break in a value would be another header.
            headers: pairs(&self.headers)
                .into_iter()
                .map(|(name, value)| (name, value.replace(['\r', '\n'], "")))
                .collect(),
            body,
            accepts: self.accepts.clone(),
            largest: LARGEST_REPLY,
        }
    }
}

fn is_header(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn encoded(pairs: &[(Name, String)]) -> String {
    reqwest::Url::parse_with_params("http://form", pairs)
        .ok()
        .and_then(|url| url.query().map(str::to_owned))
        .unwrap_or_default()
}

fn member(value: &toml::Value, template: &dyn Fn(&str, &str) -> Result<Template, Fault>) -> Result<Member, Fault> {
    Ok(match value {
        toml::Value::String(text) => Member::Text(template(text, "json")?),
        toml::Value::Integer(number) => Member::Fixed((*number).into()),
        toml::Value::Float(number) => Member::Fixed((*number).into()),
        toml::Value::Boolean(truth) => Member::Fixed((*truth).into()),
        toml::Value::Datetime(time) => Member::Fixed(time.to_string().into()),
        toml::Value::Array(items) => {
            Member::List(items.iter().map(|item| member(item, template)).collect::<Result<_, _>>()?)
        }
        toml::Value::Table(table) => Member::Object(
            table
                .iter()
                .map(|(name, value)| Ok((name.clone(), member(value, template)?)))
                .collect::<Result<_, Fault>>()?,
        ),
    })
}

impl Member {
    /// `None`: it is left out.
    fn fill(&self, values: &Values<'_>) -> Option<serde_json::Value> {
        Some(match self {
            Self::Fixed(value) => value.clone(),
            Self::Text(template) => {
                let filled = template.fill(values)?;
                let number = filled.text.parse::<u64>().ok().filter(|_| filled.is_number);
                number.map_or_else(|| filled.text.into(), Into::into)
            }
            Self::List(items) => items.iter().filter_map(|item| item.fill(values)).collect(),
            Self::Object(members) => {
                let members = members.iter().filter_map(|(name, value)| Some((name.clone(), value.fill(values)?)));
                serde_json::Value::Object(members.collect())
            }
        })
    }

    fn names_reference(&self) -> bool {
        match self {
            Self::Fixed(_) => false,
            Self::Text(template) => template.names_reference(),
            Self::List(items) => items.iter().any(Self::names_reference),
            Self::Object(members) => members.iter().any(|(_, value)| value.names_reference()),
        }
    }
}
