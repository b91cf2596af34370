//! The filters templates can use besides minijinja's own: `rp`, `salin`, `jam`, `waktu`, `operator`.

use chrono::DateTime;
use chrono_tz::Tz;
use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind};

use super::rendered::{COPY_BEGIN, COPY_END};
use konter_core::money::Rupiah;

/// Registers them; times are shown in `tz`.
pub(super) fn register(env: &mut Environment<'_>, tz: Tz) {
    env.add_filter("rp", |value: &Value| rp(value));
    env.add_filter("salin", |value: &Value| salin(value));
    env.add_filter("jam", move |value: &Value| time(value, tz, "%H:%M"));
    env.add_filter("waktu", move |value: &Value| time(value, tz, "%d/%m %H:%M"));
    env.add_filter("operator", |value: &Value| text(value).map(|name| operator_name(&name).to_owned()));
}

/// `89.500`. A supplier's own field that is not a plain number stays as it is.
fn rp(value: &Value) -> Result<String, Error> {
    match value.as_i64() {
        Some(amount) => Ok(Rupiah::new(amount).to_string()),
        None => text(value),
    }
}

/// Marks a part that can be copied with one tap.
fn salin(value: &Value) -> Result<String, Error> {
    text(value).map(|text| format!("{COPY_BEGIN}{text}{COPY_END}"))
}

/// Times come into templates as they are stored: `2026-11-21T07:05:00Z`.
fn time(value: &Value, tz: Tz, format: &str) -> Result<String, Error> {
    let at = value.as_str().and_then(|at| DateTime::parse_from_rfc3339(at).ok());
    let at = at.ok_or_else(|| unfit("this is not a time; it may be missing here: test it with `if` first"))?;
    Ok(at.with_timezone(&tz).format(format).to_string())
}

fn text(value: &Value) -> Result<String, Error> {
    if value.is_none() || value.is_undefined() {
        return Err(unfit("this value can be missing here: test it with `if` first"));
    }
    Ok(value.to_string())
}

fn unfit(problem: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, problem)
}

/// How an operator writes its own name; a name that is not in the catalog's list stays as it is.
pub fn operator_name(name: &str) -> &str {
    match name {
        "telkomsel" => "Telkomsel",
        "byu" => "by.U",
        "indosat" => "Indosat",
        "xl" => "XL",
        "axis" => "AXIS",
        "tri" => "Tri",
        "smartfren" => "Smartfren",
        other => other,
    }
}
