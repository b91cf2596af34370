//! The shipped recipes and what holds for every recipe, read from their files as they are now.

mod guards;
mod orders;
mod otomax;
mod prices;
mod shipped;

use chrono::{DateTime, NaiveDateTime, TimeDelta};

use super::{Recipe, Supplier};
use crate::protocol::{Buy, Now, Options, Response};
use konter_core::catalog::ProductKind;
use konter_core::ids::Reference;

const BUY: Buy<'static> = Buy::first(Reference(1_700_000_000_001), "S10", "081234567890", ProductKind::Topup);

/// A file of the repository, read now: whoever edits a recipe sees the effect without building anew.
fn file(path: &str) -> String {
    std::fs::read_to_string(format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn recipe(name: &str) -> Recipe {
    let path = format!("recipes/{name}.toml");
    Recipe::parse(&path, &file(&path)).unwrap_or_else(|fault| panic!("{fault}"))
}

/// A shipped recipe with settings; those that are not given are named like themselves.
fn supplier(name: &str, settings: &[(&str, &str)]) -> Supplier {
    let lookup = |variable: &str| {
        let setting = variable.strip_prefix("SET_")?.to_lowercase();
        let given = settings.iter().find(|(name, _)| *name == setting).map(|(_, value)| (*value).to_owned());
        given.or_else(|| (!setting.contains("url") && !setting.contains("secret")).then(|| format!("my-{setting}")))
    };
    let lookup =
        |variable: &str| lookup(variable).or_else(|| (variable == "SET_SECRET").then(|| "my-secret".to_owned()));
    Supplier::with(recipe(name), &Options::new(&lookup)).unwrap()
}

fn answer(text: &str) -> Response {
    Response { content_type: None, body: text.as_bytes().to_vec() }
}

fn noon() -> NaiveDateTime {
    (DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::hours(12)).naive_utc()
}

fn now_after(seconds: i64) -> Now {
    let utc = DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
    Now { utc, local: utc.naive_utc() }
}
