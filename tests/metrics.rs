//! Metrics and the documents about them: each figure that is documented exists, and each that exists is documented.

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/bot_api.rs"]
mod bot_api;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/program.rs"]
mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bot_api::{BotApi, TOKEN};
use chrono::{TimeDelta, Utc};
use konter::telemetry::{Kind, METRICS};
use konter_simulator::{Pace, SimulatorConfig};
use program::{Running, Settings, free_port};
use regex::Regex;

const BUDI: i64 = 2001;
const PATIENCE: Duration = Duration::from_secs(60);

type Names = BTreeSet<String>;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The names of metrics in a text; those of a histogram's parts count as its own.
fn names(text: &str) -> Names {
    let name = Regex::new(r"\bkonter_[a-z0-9_]+").unwrap();
    let histograms: Vec<&str> =
        METRICS.iter().filter(|(_, kind, _)| *kind == Kind::Histogram).map(|row| row.0).collect();
    name.find_iter(text)
        .map(|found| {
            let name = found.as_str();
            let part = ["_bucket", "_sum", "_count"].iter().find_map(|part| name.strip_suffix(part));
            part.filter(|whole| histograms.contains(whole)).unwrap_or(name).to_owned()
        })
        .collect()
}

fn known() -> Names {
    METRICS.iter().map(|(name, _, _)| (*name).to_owned()).collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(sources(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn every_metric_in_the_sources_is_in_the_list() {
    let recorded = Regex::new(r#"(?:counter|gauge|histogram)!\(\s*"(konter_[a-z0-9_]+)""#).unwrap();
    let mut found = Names::new();
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = fs::read_to_string(&path).unwrap();
        found.extend(recorded.captures_iter(&text).map(|capture| capture[1].to_owned()));
    }
    assert_eq!(found, known());
}

#[test]
fn the_documents_name_every_metric_and_no_other() {
    for path in ["docs/metrics.md", "docs/grafana/konter.json"] {
        let named: Names = names(&read(path)).into_iter().filter(|name| !name.ends_with("_konter")).collect();
        assert_eq!(named, known(), "{path}");
    }
    let alerts = names(&read("docs/alerts.yml"));
    assert!(alerts.is_subset(&known()), "{:?}", alerts.difference(&known()));
    assert!(serde_json::from_str::<serde_json::Value>(&read("docs/grafana/konter.json")).is_ok());
}

/// Says each line once the one before has been answered.
async fn hold(api: &BotApi, running: &Running, talk: &[(i64, &str, &str)]) {
    for (number, (chat, text, hears)) in (1..).zip(talk) {
        let since = api.said(*chat).len();
        let mut update = bot_api::message(number, *chat, text);
        update["message"]["date"] = Utc::now().timestamp().into();
        api.push([update]);
        let heard = |api: &BotApi| api.said(*chat).iter().skip(since).any(|said| said.contains(hears));
        assert!(api.comes(PATIENCE, heard).await, "{text}: {:?} {}", api.said(*chat), running.err());
    }
}

async fn metrics(listen: &str) -> String {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.get(format!("http://{listen}/metrics")).send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn a_busy_shop_shows_every_metric() {
    let folder = tempfile::tempdir().unwrap();
    let api = BotApi::start().await;
    let simulators = konter_simulator::start(SimulatorConfig::loopback(Pace::Instant)).await.unwrap();
    let listen = format!("127.0.0.1:{}", free_port());
    simulators.set_callback_base(format!("http://{listen}"));
    let settings = Settings::new()
        .catalog()
        .simulators(&simulators)
        .set("TELOXIDE_TOKEN", TOKEN)
        .set("TELOXIDE_API_URL", &api.url)
        .set("KONTER_ADMINS", "telegram:1001")
        .set("KONTER_REGISTRATION", "open")
        .set("KONTER_DATA_DIR", folder.path().join("data").display())
        .set("KONTER_LISTEN", &listen)
        .set("SUPPLIER_KIOS_LOW_BALANCE", "50000");
    let mut running = settings.start(folder.path(), &["run"]);
    // The third supplier tells its success by calling back.
    let talk = [
        (BUDI, "DAFTAR.Budi Cell.739154", "Kode agen"),
        (1001, "/deposit KR0001 100000", "KR0001"),
        (BUDI, "S5.081312345600.739154", "SUKSES"),
        (BUDI, "T5.089612345690.739154", "SUKSES. T5"),
    ];
    hold(&api, &running, &talk).await;
    let began = Instant::now();
    loop {
        let text = metrics(&listen).await;
        let shown = names(&text);
        assert!(shown.is_subset(&known()), "not in the list: {:?}", shown.difference(&known()));
        // The first backup comes after an hour.
        let awaited = |name: &String| !name.starts_with("konter_backup_");
        if known().iter().filter(|name| awaited(name)).all(|name| shown.contains(name)) {
            assert!(text.contains("konter_supplier_seconds_bucket{"), "{text}");
            break;
        }
        assert!(began.elapsed() < PATIENCE, "never shown: {:?}\n{text}", known().difference(&shown));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    simulators.stop().await;
}

/// One supplier is not there, another in its break, a third stopped: each shows as what it is.
#[tokio::test]
async fn what_keeps_orders_from_a_supplier_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let api = BotApi::start().await;
    let simulators = konter_simulator::start(SimulatorConfig::loopback(Pace::Instant)).await.unwrap();
    let listen = format!("127.0.0.1:{}", free_port());
    // By the shop's clock, and never over before this test is.
    let now = Utc::now() + TimeDelta::hours(7);
    let time = |hours| (now + TimeDelta::hours(hours)).format("%H:%M").to_string();
    let settings = Settings::new()
        .catalog()
        .simulators(&simulators)
        .set("TELOXIDE_TOKEN", TOKEN)
        .set("TELOXIDE_API_URL", &api.url)
        .set("KONTER_ADMINS", "telegram:1001")
        .set("KONTER_REGISTRATION", "open")
        .set("KONTER_TIMEZONE", "Asia/Jakarta")
        .set("KONTER_DATA_DIR", folder.path().join("data").display())
        .set("KONTER_LISTEN", &listen)
        .set("SUPPLIER_KIOS_CUTOFF", format!("{}-{}", time(-1), time(2)))
        .set("SUPPLIER_XGATE_URL", format!("http://127.0.0.1:{}", free_port()))
        .set("SUPPLIER_XGATE_LOW_BALANCE", "50000");
    let mut running = settings.start(folder.path(), &["run"]);
    let gone = ["01", "02", "03", "04", "05"].map(|end| format!("S10.0812345678{end}.739154"));
    let mut talk = vec![
        (BUDI, "DAFTAR.Budi Cell.739154", "Kode agen"),
        (1001, "/deposit KR0001 100000", "KR0001"),
        (1001, "/supplier tele jeda", "tele"),
        (BUDI, "ANTRI.YA", ""),
        (BUDI, "S5.081234567890.739154", "diproses"),
        (BUDI, "S5.081234567891.739154", "diproses"),
    ];
    talk.extend(gone.iter().map(|order| (BUDI, order.as_str(), "GAGAL")));
    hold(&api, &running, &talk).await;
    let shown = metrics(&listen).await;
    for line in [
        "konter_supplier_breaker{supplier=\"xgate\",state=\"open\"} 1",
        "konter_supplier_breaker{supplier=\"xgate\",state=\"closed\"} 0",
        "konter_supplier_breaker{supplier=\"kios\",state=\"closed\"} 1",
        "konter_supplier_breaker_opened_total{supplier=\"xgate\"} 1",
        "konter_supplier_breaker_opened_total{supplier=\"kios\"} 0",
        "konter_supplier_orders_waiting{supplier=\"kios\"} 2",
        "konter_supplier_orders_waiting{supplier=\"xgate\"} 0",
        "konter_supplier_paused{supplier=\"tele\"} 1",
        "konter_supplier_paused{supplier=\"kios\"} 0",
        "konter_supplier_requests_under_way{supplier=\"kios\"} 0",
        "konter_supplier_low_balance_rupiah{supplier=\"xgate\"} 50000",
    ] {
        assert!(shown.lines().any(|there| there == line), "{line} is not in\n{shown}");
    }
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    simulators.stop().await;
}
