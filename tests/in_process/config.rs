//! Settings: what each variable means, what happens without it, and how mistakes are told.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use chrono::{NaiveTime, TimeDelta};
use konter::config::{BaseUrl, Checked, CutOff, LogFormat, Registration, Settings, SupplierSettings};
use konter_core::agent::Locale;
use konter_core::deposit::Terms;
use konter_core::pricing::MarginCap;
use konter_suppliers::ProtocolKind;
use konter_suppliers::protocol::Now;
use secrecy::ExposeSecret;

const LONG_BANK: &str =
    "BCA 0123456789012345678901234567890123456789 a.n. Toko Berkah Jaya Makmur Sentosa Abadi Sejahtera di Pasar Baru";
const TOKEN: &str = "123456789:AAE-top_SECRET";

/// Everything a supplier of each protocol needs besides its address.
const CREDENTIALS: [(&str, &[&str]); 5] = [
    ("kiosampm", &["MEMBER_ID", "PIN", "PASSWORD"]),
    ("xgateway", &["USER_ID", "PIN"]),
    ("biller-json", &["USER", "PASSWORD"]),
    ("ppob", &["USERNAME", "TOKEN"]),
    ("teleanjar", &["PARTNER_ID", "USERNAME", "PASSWORD", "API_KEY"]),
];

type Variables = BTreeMap<String, String>;

fn variables(pairs: &[(&str, &str)]) -> Variables {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// A complete supplier `s1` of this protocol, with `pairs` added.
fn with_supplier(protocol: &str, pairs: &[(&str, &str)]) -> Variables {
    let mut all = variables(&[
        ("KONTER_SUPPLIERS", "s1"),
        ("SUPPLIER_S1_PROTOCOL", protocol),
        ("SUPPLIER_S1_URL", "http://127.0.0.1:9001"),
    ]);
    let needed = CREDENTIALS.iter().find(|(name, _)| *name == protocol).map_or(&[][..], |(_, needed)| needed);
    all.extend(needed.iter().map(|name| (format!("SUPPLIER_S1_{name}"), "hidden-credential".to_owned())));
    all.extend(variables(pairs));
    all
}

fn check(variables: &Variables) -> Checked {
    Settings::check(&|name| variables.get(name).cloned(), variables.keys().cloned())
}

fn read(pairs: &[(&str, &str)]) -> Settings {
    check(&variables(pairs)).settings.unwrap()
}

#[test]
fn an_owner_is_a_person() {
    for number in [-1_001_234_567_890_i64, -100_200, 0, 1_087_968_824, 777_000, 136_817_688] {
        let owner = format!("telegram:{number}");
        let told = mistakes(&variables(&[("KONTER_ADMINS", &format!("telegram:1001,{owner}"))]));
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            ["KONTER_ADMINS", &owner, "no person", "private chat"].iter().all(|part| told[0].contains(part)),
            "{told:?}"
        );
    }
    assert_eq!(read(&[("KONTER_ADMINS", "telegram:1001,console:admin")]).policy.admins.len(), 2);
}

fn supplier(variables: &Variables) -> SupplierSettings {
    check(variables).settings.unwrap().suppliers.remove(0)
}

fn mistakes(variables: &Variables) -> Vec<String> {
    check(variables).settings.unwrap_err().iter().map(ToString::to_string).collect()
}

fn warnings(variables: &Variables) -> Vec<String> {
    check(variables).warnings.iter().map(ToString::to_string).collect()
}

fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
}

#[test]
fn nothing_set_means_the_documented_defaults() {
    let settings = read(&[]);
    assert!(settings.telegram.is_none());
    assert!(settings.policy.admins.is_empty() && settings.suppliers.is_empty() && settings.trusted_proxies.is_empty());
    assert_eq!(settings.data_dir, Path::new("./data"));
    assert!(settings.database_url.is_none());
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.catalog, Path::new("./catalog.csv"));
    assert_eq!((settings.policy.locale, settings.locales_dir, settings.prefixes), (Locale::Id, None, None));
    assert_eq!(settings.time_zone, chrono_tz::Asia::Jakarta);
    assert_eq!(settings.policy.stale_after, TimeDelta::minutes(30));
    assert_eq!(settings.policy.summary_at, Some(time(23, 55)));
    assert_eq!(settings.policy.registration, Registration::Approve);
    assert_eq!(settings.policy.margin_cap, MarginCap::default());
    assert_eq!(settings.policy.deposits, Terms::default());
}

#[test]
fn an_empty_variable_counts_as_absent() {
    let settings = read(&[("KONTER_LISTEN", ""), ("TELOXIDE_TOKEN", " "), ("KONTER_ADMINS", ",")]);
    assert!(settings.telegram.is_none());
    assert_eq!(settings.listen.port(), 8080);
}

#[test]
fn every_general_setting_is_read() {
    let settings = read(&[
        ("TELOXIDE_TOKEN", TOKEN),
        ("TELOXIDE_API_URL", "http://127.0.0.1:8081"),
        ("TELEGRAM_WEBHOOK_URL", "https://shop.example.com/bot"),
        ("KONTER_ADMINS", "telegram:1001, telegram:1002"),
        ("KONTER_DATA_DIR", "/srv/konter"),
        ("DATABASE_URL", "postgres://konter:pw@db/konter"),
        ("KONTER_LISTEN", "[::]:80"),
        ("KONTER_TRUSTED_PROXIES", "10.1.2.3/8,::1"),
        ("KONTER_CATALOG", "mine.csv"),
        ("KONTER_LOCALE", "EN"),
        ("KONTER_LOCALES_DIR", "words"),
        ("KONTER_PREFIXES", "prefixes.csv"),
        ("KONTER_TIMEZONE", "Asia/Makassar"),
        ("KONTER_STALE_MINUTES", "5"),
        ("KONTER_INQUIRY_MINUTES", "10"),
        ("KONTER_SUMMARY_AT", "06:30"),
        ("KONTER_PRICE_LISTS", "Auto"),
        ("KONTER_REGISTRATION", "open"),
        ("KONTER_MARGIN_MAX_PERCENT", "25"),
        ("KONTER_BANKS", "BCA 1234567890 a.n. Budi; ; BRI 0987-6543-21 "),
        ("KONTER_TICKET_HOURS", "72"),
        ("KONTER_DEPOSIT_ASK_ABOVE", "2500000"),
        ("KONTER_OPERATOR_DEPOSIT_DAILY", "5000000"),
    ]);
    let telegram = settings.telegram.unwrap();
    assert_eq!(telegram.token.expose_secret(), TOKEN);
    assert_eq!(telegram.api_url.unwrap().as_str(), "http://127.0.0.1:8081/");
    assert_eq!(telegram.webhook_url.unwrap().as_str(), "https://shop.example.com/bot");
    let admins: Vec<_> = settings.policy.admins.iter().map(ToString::to_string).collect();
    assert_eq!(admins, ["telegram:1001", "telegram:1002"]);
    assert_eq!(settings.data_dir, Path::new("/srv/konter"));
    assert_eq!(settings.database_url.unwrap().expose_secret(), "postgres://konter:pw@db/konter");
    assert_eq!(settings.listen.to_string(), "[::]:80");
    let proxies: Vec<_> = settings.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(proxies, ["10.0.0.0/8", "::1/128"]);
    assert_eq!(settings.catalog, Path::new("mine.csv"));
    assert_eq!(settings.policy.locale, Locale::En);
    assert_eq!(settings.locales_dir.as_deref(), Some(Path::new("words")));
    assert_eq!(settings.prefixes.as_deref(), Some(Path::new("prefixes.csv")));
    assert_eq!(settings.time_zone, chrono_tz::Asia::Makassar);
    assert_eq!(settings.policy.stale_after, TimeDelta::minutes(5));
    assert_eq!(settings.policy.summary_at, Some(time(6, 30)));
    assert_eq!(read(&[("KONTER_SUMMARY_AT", "Off")]).policy.summary_at, None);
    assert_eq!(settings.policy.price_lists, konter::config::PriceLists::Auto);
    assert_eq!(settings.policy.inquiry_valid_for, TimeDelta::minutes(10));
    assert_eq!(settings.policy.registration, Registration::Open);
    assert_eq!(settings.policy.margin_cap.percent(), 25);
    assert_eq!(settings.policy.deposits.banks, ["BCA 1234567890 a.n. Budi", "BRI 0987-6543-21"]);
    assert_eq!(settings.policy.deposits.valid_for, Some(TimeDelta::hours(72)));
    assert_eq!(settings.policy.deposits.ask_above.get(), 2_500_000);
    assert_eq!(settings.policy.deposits.operator_daily.map(konter_core::money::Rupiah::get), Some(5_000_000));
}

#[test]
fn each_malformed_setting_is_told_with_its_name_and_an_example() {
    for (name, value, problem) in [
        ("TELOXIDE_TOKEN", "123456789", "is not a bot token as BotFather gives it"),
        ("TELOXIDE_TOKEN", "bot:AAE", "is not a bot token as BotFather gives it"),
        ("TELOXIDE_TOKEN", "123456789:AA E", "is not a bot token as BotFather gives it"),
        ("TELOXIDE_API_URL", "localhost:8081", "must begin with http:// or https://"),
        ("TELEGRAM_WEBHOOK_URL", "http://shop.example.com", "must begin with https://"),
        ("TELEGRAM_WEBHOOK_URL", "https://", "is not an address"),
        ("TELEGRAM_WEBHOOK_URL", "https://a.example/?x=1", "must end before any ? or #"),
        ("KONTER_ADMINS", "1001", "`1001` is not a chat identity such as telegram:1001"),
        ("KONTER_ADMINS", "telegram:1,telegram:1", "names `telegram:1` twice"),
        ("DATABASE_URL", "mysql://localhost/konter", "must begin with postgres://"),
        ("KONTER_LISTEN", "8080", "`8080` is not an address with a port"),
        ("KONTER_TRUSTED_PROXIES", "proxy.local", "`proxy.local` is neither an address nor a CIDR range"),
        ("KONTER_LOCALE", "jv", "must be one of: id, en"),
        ("KONTER_TIMEZONE", "WIB", "`WIB` is not a time zone's name"),
        ("KONTER_STALE_MINUTES", "0", "must be a whole number from 1 to 1440"),
        ("KONTER_INQUIRY_MINUTES", "0", "must be a whole number from 1 to 1440"),
        ("KONTER_SUMMARY_AT", "24:00", "`24:00` is neither a time (HH:MM) nor `off`"),
        ("KONTER_SUMMARY_AT", "malam", "`malam` is neither a time (HH:MM) nor `off`"),
        ("KONTER_STALE_MINUTES", "half an hour", "must be a whole number from 1 to 1440"),
        ("KONTER_TICKET_HOURS", "0", "must be a whole number from 1 to 72"),
        ("KONTER_TICKET_HOURS", "73", "must be a whole number from 1 to 72"),
        ("KONTER_DEPOSIT_ASK_ABOVE", "-1", "must be an amount in whole rupiah, from 0 to 1000000000"),
        ("KONTER_DEPOSIT_ASK_ABOVE", "10 juta", "must be an amount in whole rupiah, from 0 to 1000000000"),
        ("KONTER_BANKS", "BCA 1;BCA 1", "names `BCA 1` twice"),
        ("KONTER_BANKS", "BCA 1; -", "`-` names no account"),
        ("KONTER_BANKS", "1;2;3;4;5;6;7;8;9;10;11", "names 11 accounts, at most 10 are shown"),
        ("KONTER_BANKS", LONG_BANK, "`BCA 012345678901234567890123456789012345` is longer than 100 characters"),
        ("KONTER_MARGIN_MAX_PERCENT", "101", "must be a whole number from 0 to 100"),
        ("KONTER_MARGIN_MAX_PERCENT", "half", "must be a whole number from 0 to 100"),
        ("KONTER_REGISTRATION", "yes", "must be one of: open, approve, closed"),
        ("KONTER_PRICE_LISTS", "yes", "must be one of: ask, auto, off"),
        ("KONTER_SUPPLIERS", "Kios-1", "`Kios-1` is not a supplier id ([a-z0-9]+)"),
    ] {
        let told = mistakes(&variables(&[(name, value)]));
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with(&format!("{name}: {problem}; for example {name}=")), "{}", told[0]);
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let told = mistakes(&variables(&[
        ("KONTER_LISTEN", "x"),
        ("KONTER_TIMEZONE", "x"),
        ("KONTER_SUPPLIERS", "a,b"),
        ("SUPPLIER_A_PROTOCOL", "smoke-signals"),
        ("SUPPLIER_A_TIMEOUT_SECS", "0"),
        ("SUPPLIER_B_PROTOCOL", "ppob"),
        ("SUPPLIER_B_URL", "ftp://b.example"),
        ("SUPPLIER_B_CALLBACK_IPS", "somewhere"),
        ("SUPPLIER_B_CALLBACK_SECRET", "a/b"),
        ("SUPPLIER_B_CUTOFF", "late"),
        ("SUPPLIER_B_CONCURRENCY", "0"),
        ("SUPPLIER_B_RATE", "fast"),
        ("SUPPLIER_B_LOW_BALANCE", "-5"),
    ]));
    let mut names: Vec<_> = told.iter().map(|line| line.split(':').next().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "KONTER_LISTEN",
            "KONTER_TIMEZONE",
            "SUPPLIER_A_PROTOCOL",
            "SUPPLIER_A_TIMEOUT_SECS",
            "SUPPLIER_A_URL",
            "SUPPLIER_B_CALLBACK_IPS",
            "SUPPLIER_B_CALLBACK_SECRET",
            "SUPPLIER_B_CONCURRENCY",
            "SUPPLIER_B_CUTOFF",
            "SUPPLIER_B_LOW_BALANCE",
            "SUPPLIER_B_RATE",
            "SUPPLIER_B_TOKEN",
            "SUPPLIER_B_URL",
            "SUPPLIER_B_USERNAME",
        ]
    );
}

#[test]
fn each_protocol_says_which_of_its_settings_are_missing() {
    for (protocol, needed) in CREDENTIALS {
        for missing in needed {
            let mut all = with_supplier(protocol, &[]);
            assert!(check(&all).settings.is_ok(), "{protocol}: {:?}", check(&all).settings);
            all.remove(&format!("SUPPLIER_S1_{missing}"));
            let told = mistakes(&all);
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].starts_with(&format!("SUPPLIER_S1_{missing}: is missing")), "{}", told[0]);
        }
    }
}

#[test]
fn a_supplier_has_its_defaults() {
    let all = with_supplier("ppob", &[]);
    let ppob = supplier(&all);
    assert_eq!((ppob.id.as_str(), ppob.kind), ("s1", ProtocolKind::Ppob));
    assert_eq!(ppob.url.as_str(), "http://127.0.0.1:9001");
    assert_eq!(ppob.timeout, Duration::from_secs(60));
    assert!(ppob.callback_ips.is_empty() && ppob.callback_secret.is_none() && ppob.cutoff.is_none());
    assert_eq!(ppob.limits, konter_core::routing::Limits { at_once: 256, per_second: None, low_balance: None });
}

#[test]
fn how_much_is_sent_to_a_supplier_can_be_set() {
    let set = [("SUPPLIER_S1_CONCURRENCY", "8"), ("SUPPLIER_S1_RATE", "10"), ("SUPPLIER_S1_LOW_BALANCE", "500000")];
    let low_balance = Some(konter_core::money::Rupiah::new(500_000));
    let limits = konter_core::routing::Limits { at_once: 8, per_second: Some(10), low_balance };
    assert_eq!(supplier(&with_supplier("ppob", &set)).limits, limits);
    assert_eq!(supplier(&with_supplier("ppob", &[("SUPPLIER_S1_RATE", "none")])).limits.per_second, None);
}

/// A moment of a shop's wall in Jakarta, on whatever day.
fn on_the_wall(at: chrono::NaiveTime) -> Now {
    let local = chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap().and_time(at);
    Now { utc: local.and_utc() - chrono::TimeDelta::hours(7), local }
}

#[test]
fn a_break_says_how_long_it_goes_on() {
    let left = |window: &str, (hour, minute)| {
        CutOff::parse(window).unwrap().left(&on_the_wall(time(hour, minute))).map(|left| left.num_minutes())
    };
    for (now, minutes) in
        [((23, 30), Some(60)), ((23, 40), Some(50)), ((0, 0), Some(30)), ((0, 29), Some(1)), ((0, 30), None)]
    {
        assert_eq!(left("23:30-00:30", now), minutes, "{now:?}");
    }
    assert_eq!(left("12:00-13:00", (12, 59)), Some(1));
    assert_eq!(left("12:00-13:00", (11, 59)), None);
}

#[test]
fn a_cut_off_can_be_by_the_suppliers_own_clock() {
    // The shop is in Makassar, an hour ahead of Jakarta.
    let shop =
        |jakarta| Now { local: on_the_wall(jakarta).local + chrono::TimeDelta::hours(1), ..on_the_wall(jakarta) };
    let own = CutOff::parse("23:30-00:30").unwrap();
    for jakarta in ["23:30-00:30 Asia/Jakarta", "23:30 - 00:30  Asia/Jakarta ", "23:30\u{2013}00:30 Asia/Jakarta"] {
        let named = CutOff::parse(jakarta).unwrap();
        assert_eq!(named.zone, Some(chrono_tz::Tz::Asia__Jakarta), "{jakarta}");
        for (hour, minute, is_inside) in
            [(23, 29, false), (23, 30, true), (0, 29, true), (0, 30, false), (22, 45, false)]
        {
            assert_eq!(named.contains(&shop(time(hour, minute))), is_inside, "{hour}:{minute} in Jakarta");
        }
        assert_eq!(named.left(&shop(time(23, 40))).map(|left| left.num_minutes()), Some(50));
        assert_eq!(named.until_next(&shop(time(23, 0))).num_minutes(), 30);
    }
    assert!(own.contains(&shop(time(22, 45))), "without a zone the shop's own clock counts");
    assert!(!own.contains(&shop(time(23, 40))));
}

#[test]
fn a_cut_off_in_an_unknown_zone_stops_the_start_by_its_name() {
    for bad in ["23:30-00:30 Asia/Jakrta", "23:30-00:30 WIBB", "Asia/Jakarta", "23:30-00:30 Asia/Jakarta x"] {
        let told = mistakes(&with_supplier("ppob", &[("SUPPLIER_S1_CUTOFF", bad)]));
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("SUPPLIER_S1_CUTOFF: "), "{told:?}");
    }
}

#[test]
fn every_setting_of_a_supplier_is_read() {
    let all = with_supplier(
        "ppob",
        &[
            ("SUPPLIER_S1_TIMEOUT_SECS", "15"),
            ("SUPPLIER_S1_CALLBACK_IPS", "203.0.113.7, 198.51.100.0/24"),
            ("SUPPLIER_S1_CALLBACK_SECRET", "k3b4-d2_F1"),
            ("SUPPLIER_S1_CUTOFF", "22:00-01:15"),
        ],
    );
    let ppob = supplier(&all);
    assert_eq!(ppob.timeout, Duration::from_secs(15));
    let ips: Vec<_> = ppob.callback_ips.iter().map(ToString::to_string).collect();
    assert_eq!(ips, ["203.0.113.7/32", "198.51.100.0/24"]);
    assert_eq!(ppob.callback_secret.unwrap().expose_secret(), "k3b4-d2_F1");
    assert_eq!(ppob.cutoff, Some(CutOff { from: time(22, 0), to: time(1, 15), zone: None }));
}

#[test]
fn only_kiosampm_has_a_cut_off_of_its_own_and_it_can_be_switched_off() {
    let midnight = Some(CutOff::parse("23:30-00:30 Asia/Jakarta").unwrap());
    for (protocol, _) in CREDENTIALS {
        let expected = midnight.filter(|_| protocol == "kiosampm");
        assert_eq!(supplier(&with_supplier(protocol, &[])).cutoff, expected, "{protocol}");
        let off = with_supplier(protocol, &[("SUPPLIER_S1_CUTOFF", "none")]);
        assert_eq!(supplier(&off).cutoff, None, "{protocol}");
    }
}

#[test]
fn a_cut_off_may_span_midnight() {
    for (window, inside, outside) in [
        ("23:30-00:30", &[(23, 30), (23, 59), (0, 0), (0, 29)][..], &[(0, 30), (12, 0), (23, 29)][..]),
        ("01:00-02:00", &[(1, 0), (1, 59)], &[(2, 0), (0, 59), (13, 30)]),
        ("23:00 - 00:00", &[(23, 0), (23, 59)], &[(0, 0), (22, 59)]),
    ] {
        let window = CutOff::parse(window).unwrap();
        for &(hour, minute) in inside {
            assert!(window.contains(&on_the_wall(time(hour, minute))), "{window:?} {hour}:{minute}");
        }
        for &(hour, minute) in outside {
            assert!(!window.contains(&on_the_wall(time(hour, minute))), "{window:?} {hour}:{minute}");
        }
    }
    for bad in ["", "23:30", "23:30-", "24:00-01:00", "09:00-09:00", "9-10"] {
        assert!(CutOff::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_base_address_keeps_its_port_and_prefix_and_loses_its_last_slash() {
    for (text, kept) in [
        ("http://127.0.0.1:9001", "http://127.0.0.1:9001"),
        ("https://h2h.example.com/", "https://h2h.example.com"),
        ("https://h2h.example.com:8443/api/v2/", "https://h2h.example.com:8443/api/v2"),
        ("http://[::1]:9001/x", "http://[::1]:9001/x"),
    ] {
        let url = BaseUrl::parse(text).unwrap();
        assert_eq!(url.as_str(), kept);
        assert_eq!(url.join("/trx"), format!("{kept}/trx"));
    }
    for bad in [
        "",
        "h2h.example.com",
        "ftp://h2h.example.com",
        "http://",
        "http://user:pw@h2h.example.com",
        "http://h2h.example.com/trx?pin=1",
        "http://h2h.example.com/#trx",
    ] {
        assert!(BaseUrl::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn variables_that_nothing_reads_are_told() {
    let all = with_supplier(
        "ppob",
        &[
            ("KONTER_ADMIN", "telegram:1"),
            ("KONTER_FOO", "1"),
            ("SUPPLIER_S1_USERNAM", "x"),
            ("SUPPLIER_S1_API_KEY", "x"),
            ("SUPPLIER_OTHER_URL", "http://127.0.0.1"),
            ("PATH", "/bin"),
            ("TELOXIDE_PROXY", "http://127.0.0.1"),
            ("konter_locale", "en"),
            ("Supplier_S1_Url", "http://127.0.0.1"),
        ],
    );
    assert_eq!(
        warnings(&all),
        [
            "KONTER_ADMIN: nothing reads this; did you mean KONTER_ADMINS?",
            "KONTER_FOO: nothing reads this",
            "SUPPLIER_OTHER_URL: nothing reads this: KONTER_SUPPLIERS does not name `other`",
            "SUPPLIER_S1_API_KEY: nothing reads this",
            "SUPPLIER_S1_USERNAM: nothing reads this; did you mean SUPPLIER_S1_USERNAME?",
            "Supplier_S1_Url: nothing reads this: names are written in capitals, SUPPLIER_S1_URL",
            "konter_locale: nothing reads this: names are written in capitals, KONTER_LOCALE",
        ]
    );
    assert_eq!(
        warnings(&variables(&[("TELEGRAM_WEBHOOK_URL", "https://shop.example.com")])),
        ["TELEGRAM_WEBHOOK_URL: has no effect without TELOXIDE_TOKEN"]
    );
}

#[test]
fn complete_settings_have_no_warnings() {
    for (protocol, _) in CREDENTIALS {
        let none: [&str; 0] = [];
        assert_eq!(warnings(&with_supplier(protocol, &[])), none, "{protocol}");
    }
    let unknown = with_supplier("ppob", &[("SUPPLIER_S1_PROTOCOL", "popb")]);
    assert!(warnings(&unknown).is_empty(), "what an unknown protocol reads is not known");
}

#[test]
fn no_secret_is_shown() {
    let all = with_supplier(
        "teleanjar",
        &[
            ("TELOXIDE_TOKEN", TOKEN),
            ("DATABASE_URL", "postgres://konter:hidden-password@db/konter"),
            ("SUPPLIER_S1_CALLBACK_SECRET", "hidden-path"),
        ],
    );
    let settings = format!("{:?}", check(&all).settings.unwrap());
    assert!(!settings.contains("hidden") && !settings.contains("SECRET"), "{settings}");

    let broken = with_supplier(
        "teleanjar",
        &[
            ("TELOXIDE_TOKEN", "123456789:AAE top_SECRET"),
            ("TELOXIDE_API_URL", "http://hidden:hidden@localhost"),
            ("DATABASE_URL", "hidden:hidden-password@db/konter"),
            ("SUPPLIER_S1_URL", "http://h2h.example.com/?pin=hidden"),
            ("SUPPLIER_S1_CALLBACK_SECRET", "hidden path"),
            ("SUPPLIER_S1_API_KEY", ""),
            ("SUPPLIER_S1_PASWORD", "hidden"),
        ],
    );
    let checked = check(&broken);
    let told = format!("{checked:?}");
    assert_eq!(checked.settings.unwrap_err().len(), 6);
    assert!(!told.contains("hidden") && !told.contains("SECRET;") && !told.contains("top_SECRET"), "{told}");
}

/// Every setting `.env.example` shows, commented out or not, as it would be read with the comment mark taken away.
fn example() -> Variables {
    include_str!("../../.env.example")
        .lines()
        .map(|line| line.strip_prefix('#').unwrap_or(line))
        .filter_map(|line| line.split_once('='))
        .filter(|(name, _)| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        })
        .map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned()))
        .collect()
}

/// What an owner puts in the place of an example's values.
const OWN: [(&str, &str); 22] = [
    ("TELOXIDE_TOKEN", TOKEN),
    ("KONTER_ADMINS", "telegram:1001"),
    ("KONTER_BANKS", "BCA 1 a.n. Budi"),
    ("KONTER_BACKUP_PASSPHRASE", "other words of ours"),
    ("KONTER_PIN_PEPPER", "c2l4dGVlbi1vci1tb3Jl"),
    ("SUPPLIER_KIOS_CALLBACK_SECRET", "0123456789abcdef"),
    ("SUPPLIER_KIOS_MEMBER_ID", "M1"),
    ("SUPPLIER_KIOS_PIN", "1"),
    ("SUPPLIER_KIOS_PASSWORD", "p"),
    ("SUPPLIER_XGATE_USER_ID", "1"),
    ("SUPPLIER_XGATE_PIN", "1"),
    ("SUPPLIER_BILLER_USER", "u"),
    ("SUPPLIER_BILLER_PASSWORD", "p"),
    ("SUPPLIER_PPOB_USERNAME", "u"),
    ("SUPPLIER_PPOB_TOKEN", "t"),
    ("SUPPLIER_TELE_PARTNER_ID", "1"),
    ("SUPPLIER_TELE_USERNAME", "u"),
    ("SUPPLIER_TELE_PASSWORD", "p"),
    ("SUPPLIER_TELE_API_KEY", "k"),
    ("SUPPLIER_RELASI_SET_MEMBERID", "M1"),
    ("SUPPLIER_RELASI_SET_PIN", "1"),
    ("SUPPLIER_RELASI_SET_PASSWORD", "p"),
];

#[test]
fn values_of_the_example_are_told_until_ones_own_stand_there() {
    let told = mistakes(&example());
    for (name, _) in OWN {
        let words = format!("{name}: is still the example's: put your own here");
        assert!(told.contains(&words), "{words}: {told:?}");
    }
    assert_eq!(told.len(), OWN.len(), "{told:?}");
}

#[test]
fn the_example_file_is_valid_with_everything_switched_on() {
    let mut all = example();
    all.extend(OWN.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let checked = check(&all);
    assert!(checked.warnings.is_empty(), "{:?}", checked.warnings);
    let settings = checked.settings.unwrap();
    let kinds: Vec<_> = settings.suppliers.iter().map(|supplier| supplier.kind).collect();
    assert_eq!(kinds, ProtocolKind::ALL, "one example of each protocol");
}

#[test]
fn the_example_file_is_valid_as_it_stands() {
    let entries: Result<Vec<_>, _> = dotenvy::from_read_iter(include_bytes!("../../.env.example").as_slice()).collect();
    let all: Variables = entries.unwrap().into_iter().collect();
    let checked = check(&all);
    assert!(checked.settings.is_ok() && checked.warnings.is_empty(), "{checked:?}");
}

#[test]
fn the_example_file_names_every_setting() {
    let asked = std::cell::RefCell::new(std::collections::BTreeSet::new());
    let all = example();
    let _ = Settings::read(&|name| {
        asked.borrow_mut().insert(name.to_owned());
        all.get(name).cloned()
    });
    // Settings common to all suppliers are shown with the first one only.
    let common = [
        "TIMEOUT_SECS",
        "CALLBACK_IPS",
        "CALLBACK_SECRET",
        "CUTOFF",
        "CONCURRENCY",
        "RATE",
        "LOW_BALANCE",
        "ZONE_SEPARATOR",
    ];
    let missing: Vec<_> = asked
        .into_inner()
        .into_iter()
        .filter(|name| !all.contains_key(name))
        .filter(|name| !(name.starts_with("SUPPLIER_") && common.iter().any(|suffix| name.ends_with(suffix))))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    for suffix in common {
        assert!(all.keys().any(|name| name.ends_with(suffix)), "{suffix}");
    }
}

#[test]
fn the_pepper_is_long_and_never_shown_and_the_log_has_a_form() {
    let none = read(&[]);
    assert!(none.pin_pepper.is_none() && !none.pin_pepper_is_lost && none.log_format == LogFormat::Text);
    let all = read(&[
        ("KONTER_PIN_PEPPER", "sixteen-or-more!"),
        ("KONTER_PIN_PEPPER_LOST", "Yes"),
        ("KONTER_LOG_FORMAT", "JSON"),
    ]);
    assert_eq!(all.pin_pepper.as_ref().unwrap().expose_secret(), "sixteen-or-more!");
    assert!(all.pin_pepper_is_lost && all.log_format == LogFormat::Json);
    assert!(!format!("{all:?}").contains("sixteen-or"));
    for (name, value) in [
        ("KONTER_PIN_PEPPER", "fifteen-or-less"),
        ("KONTER_PIN_PEPPER_LOST", "vanished"),
        ("KONTER_LOG_FORMAT", "xml-like"),
    ] {
        let told = mistakes(&variables(&[(name, value)]));
        assert!(matches!(told.as_slice(), [only] if only.starts_with(name) && !only.contains(value)), "{told:?}");
    }
}
