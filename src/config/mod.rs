//! Settings: the environment's variables as typed values, every mistake told at once. Reading is pure: it is given a
//! way to look variables up and touches neither files nor the process's environment. No secret's value is ever part
//! of an error.

mod addresses;
mod backup;
mod deposit;
mod env_file;
mod placeholder;
mod risky;
mod source;
mod supplier;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Tz;
use ipnet::IpNet;
use reqwest::Url;
use secrecy::SecretString;
use tokio_postgres::config::SslMode;

pub use addresses::parse_range;
pub use backup::{BackupSettings, SHORTEST_PASSPHRASE};
pub use env_file::EnvFile;
pub use konter_suppliers::SettingError;
pub use supplier::{BaseUrl, CutOff, SUPPLIERS_ZONE, SupplierSettings};

use konter_core::agent::Locale;
use konter_core::clean::clean;
use konter_core::deposit::Terms;
use konter_core::ids::{ChatId, SupplierId};
use konter_core::pricing::MarginCap;
use source::{Source, number, one_of};

/// Where sled lives unless `KONTER_DATA_DIR` says otherwise.
pub const DEFAULT_DATA_DIR: &str = "./data";
/// Imported into an empty store unless `KONTER_CATALOG` says otherwise.
pub const DEFAULT_CATALOG: &str = "./catalog.csv";
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
const DEFAULT_INQUIRY_MINUTES: u16 = 15;
/// No bill may be paid past its day anyway.
const MOST_INQUIRY_MINUTES: u16 = 24 * 60;
const DEFAULT_STALE_MINUTES: u16 = 30;
/// Late reports, complaints and corrections come within weeks.
const DEFAULT_CLOSE_DAYS_AFTER: u32 = 40;
/// Yesterday's orders still change.
const FEWEST_OPEN_DAYS: u16 = 2;
const MOST_OPEN_DAYS: u16 = 3_650;
/// Late enough to hold nearly the whole day, and still on it.
const DEFAULT_SUMMARY_AT: Option<NaiveTime> = NaiveTime::from_hms_opt(23, 55, 0);
/// A day: an order older than that was placed for a need that has passed.
const MOST_STALE_MINUTES: u16 = 24 * 60;

/// Everything an operator can set.
#[derive(Debug)]
pub struct Settings {
    /// `None`: the Telegram front is off.
    pub telegram: Option<TelegramSettings>,
    pub policy: Policy,
    pub data_dir: PathBuf,
    /// A well-formed `postgres://` address; it holds a password.
    pub database_url: Option<SecretString>,
    pub listen: SocketAddr,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    pub catalog: PathBuf,
    /// The operator's own wording.
    pub locales_dir: Option<PathBuf>,
    /// The operator's own table of phone prefixes, in place of the built-in one.
    pub prefixes: Option<PathBuf>,
    pub time_zone: Tz,
    pub backups: BackupSettings,
    pub suppliers: Vec<SupplierSettings>,
    /// Mixed into every hash of a PIN.
    pub pin_pepper: Option<SecretString>,
    /// The pepper that PINs were hashed with is gone for good: they fit no more, and the shop opens all the same.
    pub pin_pepper_is_lost: bool,
    pub log_format: LogFormat,
}

/// [`Policy::announce_after`], which is no setting: on a machine that is busy with tests it is longer.
pub const ANNOUNCE_AFTER: Duration = Duration::from_secs(2);

/// What the owner has decided about how the shop works.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Owners that no chat can change.
    pub admins: Vec<ChatId>,
    pub locale: Locale,
    pub registration: Registration,
    /// What all uplines of an order may earn together.
    pub margin_cap: MarginCap,
    /// An order message older than this is answered, not executed.
    pub stale_after: TimeDelta,
    /// How long a reseller waits without a word: what takes longer is announced as being processed.
    pub announce_after: Duration,
    /// How long a bill that was shown may be paid, at most to the end of its day.
    pub inquiry_valid_for: TimeDelta,
    /// Where resellers pay in, and how long a deposit ticket is open.
    pub deposits: Terms,
    /// When the owners are told the day's figures, by the shop's wall; `None`: never.
    pub summary_at: Option<NaiveTime>,
    /// What is done with suppliers' price lists.
    pub price_lists: PriceLists,
    /// Days that are over stay as they are for so many days more; then they are closed.
    pub close_days_after: u32,
    /// Whether reports to resellers' programs may go into private networks.
    pub private_reports: bool,
    /// Whom resellers write to, as `KONTER_CONTACT` names it.
    pub contact: Option<String>,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    #[default]
    Text,
    /// One object a line, for programs that collect logs.
    Json,
}

#[derive(Debug)]
pub struct TelegramSettings {
    pub token: SecretString,
    /// `None`: Telegram's own.
    pub api_url: Option<Url>,
    /// Public https address; `None`: long polling.
    pub webhook_url: Option<Url>,
}

/// Who may become a reseller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Everyone, at once.
    Open,
    /// Those an admin approves.
    Approve,
    /// Nobody new.
    Closed,
}

const REGISTRATIONS: [(&str, Registration); 3] =
    [("open", Registration::Open), ("approve", Registration::Approve), ("closed", Registration::Closed)];

/// What is done with suppliers' price lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PriceLists {
    /// Asked for by itself; an owner applies what has changed.
    #[default]
    Ask,
    /// Applied by itself, unless something looks wrong.
    Auto,
    /// Asked for only by an owner.
    Off,
}

const PRICE_LISTS: [(&str, PriceLists); 3] =
    [("ask", PriceLists::Ask), ("auto", PriceLists::Auto), ("off", PriceLists::Off)];

/// What a check of the settings found.
#[derive(Debug)]
pub struct Checked {
    pub settings: Result<Settings, Vec<SettingError>>,
    /// Variables that change nothing, most likely misspelt.
    pub warnings: Vec<SettingError>,
}

impl Settings {
    /// The settings that `lookup` gives by variable name. An empty variable counts as absent. The error holds every
    /// mistake.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, Vec<SettingError>> {
        Self::check(lookup, std::iter::empty()).settings
    }

    /// As [`Settings::read`], and tells which of the variables in `names` look like konter's but are read by nothing.
    pub fn check(lookup: &dyn Fn(&str) -> Option<String>, names: impl IntoIterator<Item = String>) -> Checked {
        let source = Source::new(lookup);
        let settings = Self::read_from(&source);
        placeholder::report(&source);
        let mut warnings = source.unread(names);
        if settings.telegram.is_none() && source.has("TELEGRAM_WEBHOOK_URL") {
            let problem = "has no effect without TELOXIDE_TOKEN".to_owned();
            warnings.push(SettingError { name: "TELEGRAM_WEBHOOK_URL".to_owned(), problem });
        }
        warnings.extend(settings.risky());
        let errors = source.into_errors();
        Checked { settings: if errors.is_empty() { Ok(settings) } else { Err(errors) }, warnings }
    }

    /// Reads all there is; where `source` noted a mistake, something harmless stands in its place.
    fn read_from(source: &Source<'_>) -> Self {
        let ids = source
            .list("KONTER_SUPPLIERS", "kios,xgate", |id| id.parse::<SupplierId>().map_err(|error| error.to_string()));
        let data_dir = source.path("KONTER_DATA_DIR").unwrap_or_else(|| DEFAULT_DATA_DIR.into());
        Self {
            telegram: TelegramSettings::read(source),
            policy: Policy::read(source),
            backups: backup::read(source, &data_dir),
            data_dir,
            database_url: source.value("DATABASE_URL", "postgres://konter:password@localhost/konter", database_url),
            listen: source.value("KONTER_LISTEN", "127.0.0.1:8080", listen).unwrap_or(DEFAULT_LISTEN),
            trusted_proxies: source.list("KONTER_TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8", range),
            catalog: source.path("KONTER_CATALOG").unwrap_or_else(|| DEFAULT_CATALOG.into()),
            locales_dir: source.path("KONTER_LOCALES_DIR"),
            prefixes: source.path("KONTER_PREFIXES"),
            time_zone: source.value("KONTER_TIMEZONE", "Asia/Jakarta", time_zone).unwrap_or(Tz::Asia__Jakarta),
            pin_pepper: source.value("KONTER_PIN_PEPPER", "the-output-of-openssl-rand-base64-24", pin_pepper),
            pin_pepper_is_lost: source.value("KONTER_PIN_PEPPER_LOST", "no", yes_or_no).unwrap_or(false),
            log_format: source.value("KONTER_LOG_FORMAT", "text", LogFormat::parse).unwrap_or_default(),
            suppliers: ids.into_iter().filter_map(|id| SupplierSettings::read(source, id)).collect(),
        }
    }

    /// The supplier of this id, when it is configured.
    pub fn supplier(&self, id: &SupplierId) -> Option<&SupplierSettings> {
        self.suppliers.iter().find(|supplier| supplier.id == *id)
    }

    /// The ids of all configured suppliers.
    #[must_use]
    pub fn supplier_ids(&self) -> Vec<SupplierId> {
        self.suppliers.iter().map(|supplier| supplier.id.clone()).collect()
    }
}

impl Policy {
    fn read(source: &Source<'_>) -> Self {
        let minutes = |name, most, usual: u16| {
            TimeDelta::minutes(source.value(name, &usual.to_string(), number(1, most)).unwrap_or(usual).into())
        };
        Self {
            admins: source.list("KONTER_ADMINS", "telegram:1001,telegram:1002", owner),
            locale: source.value("KONTER_LOCALE", "id", locale).unwrap_or_default(),
            registration: source
                .value("KONTER_REGISTRATION", "approve", one_of(REGISTRATIONS))
                .unwrap_or(Registration::Approve),
            margin_cap: source.value("KONTER_MARGIN_MAX_PERCENT", "50", margin_cap).unwrap_or_default(),
            stale_after: minutes("KONTER_STALE_MINUTES", MOST_STALE_MINUTES, DEFAULT_STALE_MINUTES),
            announce_after: ANNOUNCE_AFTER,
            inquiry_valid_for: minutes("KONTER_INQUIRY_MINUTES", MOST_INQUIRY_MINUTES, DEFAULT_INQUIRY_MINUTES),
            deposits: deposit::read(source),
            summary_at: source.value("KONTER_SUMMARY_AT", "23:55", time_or_off).unwrap_or(DEFAULT_SUMMARY_AT),
            price_lists: source.value("KONTER_PRICE_LISTS", "ask", one_of(PRICE_LISTS)).unwrap_or_default(),
            close_days_after: source
                .value("KONTER_CLOSE_DAYS_AFTER", "40", number(FEWEST_OPEN_DAYS, MOST_OPEN_DAYS))
                .map_or(DEFAULT_CLOSE_DAYS_AFTER, u32::from),
            private_reports: source.value("KONTER_H2H_PRIVATE_REPORTS", "no", yes_or_no).unwrap_or(false),
            contact: source.value("KONTER_CONTACT", "@toko_berkah", contact),
        }
    }
}

impl TelegramSettings {
    fn read(source: &Source<'_>) -> Option<Self> {
        let token = source.value("TELOXIDE_TOKEN", "123456789:AAF-the-rest-as-BotFather-gave-it", token);
        let api_url =
            source.value("TELOXIDE_API_URL", "http://localhost:8081", |text| web_address(text, &["http", "https"]));
        let webhook_url =
            source.value("TELEGRAM_WEBHOOK_URL", "https://shop.example.com", |text| web_address(text, &["https"]));
        Some(Self { token: token?, api_url, webhook_url })
    }
}

impl LogFormat {
    fn parse(text: &str) -> Result<Self, String> {
        one_of([("text", Self::Text), ("json", Self::Json)])(text)
    }

    /// What the environment says. Logging begins before the other settings are read, and their mistakes are logged: one
    /// in this setting is told with theirs.
    #[must_use]
    pub fn of_environment(lookup: &dyn Fn(&str) -> Option<String>) -> Self {
        lookup("KONTER_LOG_FORMAT").and_then(|text| Self::parse(text.trim()).ok()).unwrap_or_default()
    }
}

/// Characters. A short one could be guessed together with the PINs. The value is never quoted.
const SHORTEST_PEPPER: usize = 16;

fn pin_pepper(text: &str) -> Result<SecretString, String> {
    if text.chars().count() < SHORTEST_PEPPER {
        return Err(format!("must have at least {SHORTEST_PEPPER} characters"));
    }
    Ok(text.into())
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("must be yes or no".to_owned()),
    }
}

/// A bot token is the bot's number, a colon and letters, digits, `_` or `-`. The value is never quoted.
fn token(text: &str) -> Result<SecretString, String> {
    let well_formed = text.split_once(':').is_some_and(|(bot, key)| {
        !bot.is_empty()
            && bot.bytes().all(|b| b.is_ascii_digit())
            && !key.is_empty()
            && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    });
    if well_formed { Ok(text.into()) } else { Err("is not a bot token as BotFather gives it".to_owned()) }
}

/// An absolute address with a host. It may hold credentials, so it is never quoted.
fn web_address(text: &str, schemes: &[&str]) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|_| "is not an address".to_owned())?;
    if !schemes.contains(&url.scheme()) {
        return Err(format!("must begin with {}://", schemes.join(":// or ")));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("has no host".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not have a user name or password in it".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must end before any ? or #".to_owned());
    }
    Ok(url)
}

/// An owner is a person: a group's buttons would be everybody's, and nobody could say who moved money.
fn owner(text: &str) -> Result<ChatId, String> {
    let chat = text.parse::<ChatId>().map_err(|error| error.to_string())?;
    if chat.is_person() {
        return Ok(chat);
    }
    Err(format!(
        "`{chat}` is no person but a group, a channel or Telegram's account for what is written anonymously: name each \
         owner's private chat instead"
    ))
}

fn database_url(text: &str) -> Result<SecretString, String> {
    let url = Url::parse(text).map_err(|_| "is not an address".to_owned())?;
    if !["postgres", "postgresql"].contains(&url.scheme()) {
        return Err("must begin with postgres://".to_owned());
    }
    // The driver's own words can quote the address.
    let understood = text.parse::<tokio_postgres::Config>();
    let config = understood.map_err(|_| "has something in it that is not understood".to_owned())?;
    if config.get_ssl_mode() == SslMode::Require {
        return Err(
            "sslmode=require cannot be had in this version: connect through a local socket or a tunnel".to_owned()
        );
    }
    Ok(text.into())
}

fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("`{}` is not an address with a port", source::shorten(text)))
}

fn range(text: &str) -> Result<IpNet, String> {
    parse_range(text).ok_or_else(|| format!("`{}` is neither an address nor a CIDR range", source::shorten(text)))
}

fn locale(text: &str) -> Result<Locale, String> {
    let names = || Locale::ALL.map(Locale::name).join(", ");
    Locale::from_name(&text.to_lowercase()).ok_or_else(|| format!("must be one of: {}", names()))
}

/// Stands in the middle of sentences, so it is one short line.
fn contact(text: &str) -> Result<String, String> {
    const LONGEST: usize = 60;
    let shown = clean(text, LONGEST + 1);
    if shown.is_empty() || shown.chars().count() > LONGEST || text.contains(['\n', '\r']) {
        return Err(format!("must be one line of at most {LONGEST} letters, such as @toko_berkah or 0812-3456-7890"));
    }
    Ok(shown)
}

fn time_zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| format!("`{}` is not a time zone's name", source::shorten(text)))
}

fn margin_cap(text: &str) -> Result<MarginCap, String> {
    let percent = number(0, u16::from(MarginCap::HIGHEST))(text)?;
    u8::try_from(percent).ok().and_then(MarginCap::new).ok_or_else(|| format!("{percent} is too much"))
}

/// `23:55`, or `off`.
fn time_or_off(text: &str) -> Result<Option<NaiveTime>, String> {
    if text.eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    let time = NaiveTime::parse_from_str(text, "%H:%M");
    time.map(Some).map_err(|_| format!("`{}` is neither a time (HH:MM) nor `off`", source::shorten(text)))
}
