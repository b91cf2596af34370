//! One supplier's settings.

use std::fmt;
use std::time::Duration;

use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Tz;
use ipnet::IpNet;
use secrecy::SecretString;

use super::source::{Source, number, shorten};
use super::{range, time_zone, web_address};
use konter_core::ids::SupplierId;
use konter_core::money::Rupiah;
use konter_core::routing::{Limits, USUAL_AT_ONCE};
use konter_suppliers::protocol::Now;
use konter_suppliers::{Options, Protocol, ProtocolKind, SettingError, recipe};

/// Seconds: the longest that a supplier's document gives for an answer.
const DEFAULT_TIMEOUT_SECS: u16 = 60;
/// Seconds. Longer than this nobody at a counter waits; the order is pending by then anyway.
const MOST_TIMEOUT_SECS: u16 = 600;
/// Requests under way at one supplier at once. Each takes a file handle, and systems give a program some thousand.
const MOST_AT_ONCE: u16 = 1024;
/// Requests a second: more than any supplier bears.
const MOST_PER_SECOND: u16 = 1000;
/// Whole rupiah.
const MOST_LOW_BALANCE: i64 = 1_000_000_000_000;
/// Characters of a callback secret: it stands in an address.
const LONGEST_CALLBACK_SECRET: usize = 128;

/// A supplier as the settings describe it, its protocol ready to use.
pub struct SupplierSettings {
    pub id: SupplierId,
    pub kind: ProtocolKind,
    /// Holds the credentials.
    pub protocol: Box<dyn Protocol>,
    pub url: BaseUrl,
    /// How long one request may take.
    pub timeout: Duration,
    /// Whose callbacks are believed; empty: nobody's, unless the secret matches.
    pub callback_ips: Vec<IpNet>,
    /// Extra path segment that a callback must carry.
    pub callback_secret: Option<SecretString>,
    /// Daily window in which nothing is sent.
    pub cutoff: Option<CutOff>,
    /// How much is sent to it.
    pub limits: Limits,
    /// What stands between a game's user and its zone.
    pub zone_separator: String,
}

impl fmt::Debug for SupplierSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SupplierSettings")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("url", &self.url)
            .field("timeout", &self.timeout)
            .field("callback_ips", &self.callback_ips)
            .field("callback_secret", &self.callback_secret)
            .field("cutoff", &self.cutoff)
            .field("limits", &self.limits)
            .field("zone_separator", &self.zone_separator)
            .finish_non_exhaustive()
    }
}

impl SupplierSettings {
    /// `None` when something needed is missing or wrong; all of it is noted in `source`.
    pub(super) fn read(source: &Source<'_>, id: SupplierId) -> Option<Self> {
        let prefix = format!("SUPPLIER_{}_", id.as_str().to_uppercase());
        let name = |suffix: &str| format!("{prefix}{suffix}");
        let kind = match source.raw(&name("PROTOCOL")).and_then(|given| recipe_named(given.trim())) {
            Some(given) => {
                let problem = format!("`{given}` is a recipe: write `recipe` here, and {}={given}", name("RECIPE"));
                source.note(SettingError { name: name("PROTOCOL"), problem });
                None
            }
            None => source.required(&name("PROTOCOL"), "kiosampm", protocol_kind),
        };
        let url = source.required(&name("URL"), "https://supplier.example.com:8443/api", BaseUrl::parse);
        let timeout =
            source.value(&name("TIMEOUT_SECS"), "60", number(1, MOST_TIMEOUT_SECS)).unwrap_or(DEFAULT_TIMEOUT_SECS);
        let callback_ips = source.list(&name("CALLBACK_IPS"), "203.0.113.7,198.51.100.0/24", range);
        let callback_secret = source.value(&name("CALLBACK_SECRET"), "k3b4d2f1a9", callback_secret);
        let cutoff = source.value(&name("CUTOFF"), "23:30-00:30", cutoff);
        let limits = limits(source, &name);
        let zone_separator = source.value(&name("ZONE_SEPARATOR"), "|", zone_separator);
        let Some(kind) = kind else {
            // What the protocol would read is not known.
            source.do_not_judge(&prefix);
            return None;
        };
        let cutoff = cutoff.unwrap_or_else(|| CutOff::usual(kind));
        let zone_separator = zone_separator.unwrap_or_else(|| kind.zone_separator().to_owned());
        if kind == ProtocolKind::Teleanjar && zone_separator == "|" {
            let problem = "teleanjar parts its own fields by `|`; take another".to_owned();
            source.note(SettingError { name: name("ZONE_SEPARATOR"), problem });
        }
        let protocol = configure(source, kind, &prefix);
        let (protocol, url) = (protocol?, url?);
        let timeout = Duration::from_secs(timeout.into());
        Some(Self { id, kind, protocol, url, timeout, callback_ips, callback_secret, cutoff, limits, zone_separator })
    }
}

/// How much is sent to a supplier, and when its deposit is low.
fn limits(source: &Source<'_>, name: &dyn Fn(&str) -> String) -> Limits {
    let at_once = source.value(&name("CONCURRENCY"), "32", number(1, MOST_AT_ONCE));
    let per_second = source.value(&name("RATE"), "10", rate).flatten();
    let low_balance = source.value(&name("LOW_BALANCE"), "500000", low_balance);
    Limits { at_once: at_once.unwrap_or(USUAL_AT_ONCE), per_second, low_balance }
}

/// `none`, or what cannot be part of an id or a zone.
fn zone_separator(text: &str) -> Result<String, String> {
    const SEPARATORS: [&str; 8] = ["|", "-", "/", ",", ".", "#", ":", ";"];
    match SEPARATORS.iter().find(|separator| **separator == text) {
        Some(separator) => Ok((*separator).to_owned()),
        None if text.eq_ignore_ascii_case("none") => Ok(String::new()),
        None => Err(format!("must be one of {}, or none", SEPARATORS.join(" "))),
    }
}

/// Requests a second, or `none`.
fn rate(text: &str) -> Result<Option<u16>, String> {
    if text.eq_ignore_ascii_case("none") { Ok(None) } else { number(1, MOST_PER_SECOND)(text).map(Some) }
}

fn low_balance(text: &str) -> Result<Rupiah, String> {
    text.parse()
        .ok()
        .filter(|amount| (1..=MOST_LOW_BALANCE).contains(amount))
        .map(Rupiah::new)
        .ok_or_else(|| format!("`{}` is not an amount of whole rupiah", shorten(text)))
}

/// The protocol with its own settings, whose mistakes get their full names.
fn configure(source: &Source<'_>, kind: ProtocolKind, prefix: &str) -> Option<Box<dyn Protocol>> {
    let lookup = |suffix: &str| source.raw(&format!("{prefix}{suffix}"));
    let options = Options::new(&lookup);
    let protocol = kind.configure(&options);
    // What it must read as it says is tried before anything is believed that it reads.
    if kind == ProtocolKind::Recipe
        && protocol.is_some()
        && let Some(name) = lookup("RECIPE")
    {
        for fault in recipe::check(&name).err().unwrap_or_default() {
            options.report("RECIPE", &fault.to_string());
        }
    }
    for SettingError { name, problem } in options.into_errors() {
        source.note(SettingError { name: format!("{prefix}{name}"), problem });
    }
    protocol
}

fn recipe_named(text: &str) -> Option<&'static str> {
    recipe::shipped::names().find(|name| name.eq_ignore_ascii_case(text))
}

fn protocol_kind(text: &str) -> Result<ProtocolKind, String> {
    let names = || ProtocolKind::ALL.map(ProtocolKind::name).join(", ");
    ProtocolKind::from_name(&text.to_lowercase()).ok_or_else(|| format!("must be one of: {}", names()))
}

/// It must survive as one path segment, unchanged by any encoding. The value is never quoted.
fn callback_secret(text: &str) -> Result<SecretString, String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if text.len() <= LONGEST_CALLBACK_SECRET && text.bytes().all(plain) {
        Ok(text.into())
    } else {
        Err(format!("must be at most {LONGEST_CALLBACK_SECRET} letters, digits, `-` or `_`"))
    }
}

/// A supplier's base address: http or https, a host, perhaps a port and a path prefix, no slash at the end.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// The address without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address with a protocol's path, which begins with `/`, appended.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// The error says what is wrong in words that follow a name; it never quotes the address.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = web_address(text, &["http", "https"])?;
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({})", self.0)
    }
}

/// Where the suppliers of these documents are, and what their times mean.
pub const SUPPLIERS_ZONE: Tz = Tz::Asia__Jakarta;

/// A window of every day. It may span midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CutOff {
    /// First moment inside.
    pub from: NaiveTime,
    /// First moment outside again; never equal to `from`.
    pub to: NaiveTime,
    /// Whose clock is meant; `None`: the shop's.
    pub zone: Option<Tz>,
}

impl CutOff {
    /// The window a protocol has when nothing is set: kiosampm's document closes the service around midnight.
    pub fn usual(kind: ProtocolKind) -> Option<Self> {
        match kind {
            ProtocolKind::Kiosampm => Some(Self {
                from: NaiveTime::from_hms_opt(23, 30, 0)?,
                to: NaiveTime::from_hms_opt(0, 30, 0)?,
                zone: Some(SUPPLIERS_ZONE),
            }),
            ProtocolKind::Xgateway
            | ProtocolKind::BillerJson
            | ProtocolKind::Ppob
            | ProtocolKind::Teleanjar
            | ProtocolKind::Recipe => None,
        }
    }

    #[must_use]
    pub fn contains(&self, now: &Now) -> bool {
        let time = self.time_of(now);
        if self.from < self.to { (self.from..self.to).contains(&time) } else { time >= self.from || time < self.to }
    }

    /// How long it goes on from a moment inside it; `None` outside.
    #[must_use]
    pub fn left(&self, now: &Now) -> Option<TimeDelta> {
        self.contains(now).then(|| until(self.time_of(now), self.to))
    }

    /// How long until it begins the next time.
    #[must_use]
    pub fn until_next(&self, now: &Now) -> TimeDelta {
        until(self.time_of(now), self.from)
    }

    fn time_of(&self, now: &Now) -> NaiveTime {
        self.zone.map_or_else(|| now.local.time(), |zone| now.utc.with_timezone(&zone).time())
    }

    /// `23:30-00:30`, perhaps with a time zone behind it; the error says what is wrong in words that follow a name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let no_window = || format!("`{}` is not a window of two times of day, nor `none`", shorten(text));
        let time = |text: &str| NaiveTime::parse_from_str(text.trim(), "%H:%M").ok();
        let (window, zone) = text.find(|c: char| c.is_alphabetic()).map_or((text, None), |at| {
            let (window, zone) = text.split_at(at);
            (window, Some(zone.trim()))
        });
        let ends = window.split_once(['-', '–']).and_then(|(from, to)| Some((time(from)?, time(to)?)));
        let (from, to) = ends.ok_or_else(no_window)?;
        if from == to {
            return Err("begins and ends at the same time".to_owned());
        }
        let zone = zone.map(time_zone).transpose()?;
        Ok(Self { from, to, zone })
    }
}

/// From one time of day to another, always later.
fn until(from: NaiveTime, to: NaiveTime) -> TimeDelta {
    let until = to - from;
    if until <= TimeDelta::zero() { until + TimeDelta::days(1) } else { until }
}

fn cutoff(text: &str) -> Result<Option<CutOff>, String> {
    if text.eq_ignore_ascii_case("none") { Ok(None) } else { CutOff::parse(text).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_s_name_in_place_of_a_protocol_s_is_told_as_what_it_is() {
        let given = |name: &str| (name == "SUPPLIER_KIOS_PROTOCOL").then(|| "OtomaX".to_owned());
        let source = Source::new(&given);
        assert!(SupplierSettings::read(&source, "kios".parse().unwrap()).is_none());
        let told: Vec<String> = source.into_errors().iter().map(ToString::to_string).collect();
        let told = told.join("\n");
        assert!(told.contains("write `recipe` here, and SUPPLIER_KIOS_RECIPE=otomax"), "{told}");
    }
}
