//! Metrics and the documents about them: each figure that is documented exists, and each that exists is documented.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use crate::support::bot_api::BotApi;
use crate::support::files::{root, sources};
use crate::support::program::{Running, free_port};
use crate::support::site::{ADMIN, BUDI, PATIENCE, Site, hears, write};
use chrono::{DateTime, TimeDelta, Utc};
use konter::telemetry::{Kind, METRICS};
use konter_store::Store;
use konter_store::sled_store::{SledOptions, SledStore};
use regex::Regex;

type Names = BTreeSet<String>;

fn read(path: &str) -> String {
    fs::read_to_string(root(path)).unwrap()
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

#[test]
fn every_metric_in_the_sources_is_in_the_list() {
    let recorded = Regex::new(r#"(?:counter|gauge|histogram)!\(\s*"(konter_[a-z0-9_]+)""#).unwrap();
    let mut found = Names::new();
    for path in ["src", "crates"].iter().flat_map(|folder| sources(&root(folder))) {
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
    for (chat, text, words) in talk {
        let since = api.said(*chat).len();
        write(api, *chat, text);
        hears(api, running, *chat, since, &[words]).await;
    }
}

async fn metrics(site: &Site) -> String {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.get(site.settings.url("/metrics")).send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn a_busy_shop_shows_every_metric() {
    let site = Site::new().await.set("SUPPLIER_KIOS_LOW_BALANCE", "50000");
    let mut running = site.start();
    // The third supplier tells its success by calling back.
    let talk = [
        (BUDI, "DAFTAR.Budi Cell.739154", "Kode agen"),
        (ADMIN, "/deposit KR0001 100000", "KR0001"),
        (BUDI, "S5.081312345600.739154", "SUKSES"),
        (BUDI, "T5.089612345690.739154", "SUKSES. T5"),
    ];
    hold(&site.api, &running, &talk).await;
    // What a stranger writes names no figure.
    let hostile = "/h2h/trx?memberID=KR0001%22%7D%20evil%201&product=%22%0Aevil&dest=0812&refID=evil&pin=1";
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let told = client.get(site.settings.url(hostile)).send().await.unwrap().text().await.unwrap();
    assert!(told.contains("memberID tidak dikenal"), "{told}");
    let began = Instant::now();
    loop {
        let text = metrics(&site).await;
        assert!(!text.contains("evil"), "{text}");
        let shown = names(&text);
        assert!(shown.is_subset(&known()), "not in the list: {:?}", shown.difference(&known()));
        // The first backup comes after an hour.
        let awaited = |name: &String| !name.starts_with("konter_backup_");
        if known().iter().filter(|name| awaited(name)).all(|name| shown.contains(name)) {
            assert!(text.contains("konter_supplier_seconds_bucket{"), "{text}");
            assert!(text.contains("konter_h2h_requests_total{outcome=\"not_set_up\"} 1\n"), "{text}");
            break;
        }
        assert!(began.elapsed() < PATIENCE, "never shown: {:?}\n{text}", known().difference(&shown));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    site.simulators.stop().await;
}

/// Nobody can count the books then, and nobody is told to stop: what is asked for now does not need that day.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_day_calls_for_no_stop() {
    let site = Site::new().await.set("KONTER_BACKUP_EVERY", "off");
    let mut running = site.start();
    let talk = [
        (BUDI, "DAFTAR.Budi Cell.739154", "Kode agen"),
        (ADMIN, "/deposit KR0001 100000", "KR0001"),
        (BUDI, "S5.081312345600.739154", "SUKSES"),
    ];
    hold(&site.api, &running, &talk).await;
    let (data, ends) = (site.folder.path().join("data"), Utc::now());
    // A start reads the last day that is closed: another one.
    let talk = ["S5.081312345700.739154", "S5.081312345800.739154"].map(|order| (BUDI, order, "SUKSES"));
    hold(&site.api, &running, &talk).await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    let store = Store::new(SledStore::open(&data, SledOptions::default()).unwrap());
    for (day, ends) in [(ends - TimeDelta::days(1), ends), (ends, DateTime::<Utc>::MAX_UTC)] {
        assert!(store.close_day(day.date_naive(), ends, DateTime::<Utc>::MAX_UTC).await.unwrap() > 0);
    }
    store.close().await.unwrap();
    let day = fs::read_dir(data.join("days")).unwrap().map(|day| day.unwrap().path()).min().unwrap();
    let mut bytes = fs::read(&day).unwrap();
    // In its first block: the shop opens.
    bytes[20] ^= 1;
    fs::write(&day, bytes).unwrap();

    let mut running = site.start();
    running.says("CLOSED DAYS CANNOT BE READ").await;
    let told = metrics(&site).await;
    assert!(told.contains("\nkonter_closed_days_damaged 1\n") && !told.contains("\nkonter_books_sound "), "{told}");
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    assert!(!running.err().contains("THE BOOKS"), "{}", running.err());
    site.simulators.stop().await;
}

/// One supplier is not there, another in its break, a third stopped: each shows as what it is.
#[tokio::test]
async fn what_keeps_orders_from_a_supplier_is_shown() {
    // By the shop's clock, and never over before this test is.
    let now = Utc::now() + TimeDelta::hours(7);
    let time = |hours| (now + TimeDelta::hours(hours)).format("%H:%M").to_string();
    let site = Site::new()
        .await
        .set("KONTER_TIMEZONE", "Asia/Jakarta")
        .set("SUPPLIER_KIOS_CUTOFF", format!("{}-{}", time(-1), time(2)))
        .set("SUPPLIER_XGATE_URL", format!("http://127.0.0.1:{}", free_port()))
        .set("SUPPLIER_XGATE_LOW_BALANCE", "50000");
    let mut running = site.start();
    let gone = ["01", "02", "03", "04", "05"].map(|end| format!("S10.0812345678{end}.739154"));
    let mut talk = vec![
        (BUDI, "DAFTAR.Budi Cell.739154", "Kode agen"),
        (ADMIN, "/deposit KR0001 100000", "KR0001"),
        (ADMIN, "/supplier tele jeda", "tele"),
        (BUDI, "ANTRI.YA", ""),
        (BUDI, "S5.081234567890.739154", "diproses"),
        (BUDI, "S5.081234567891.739154", "diproses"),
    ];
    talk.extend(gone.iter().map(|order| (BUDI, order.as_str(), "GAGAL")));
    hold(&site.api, &running, &talk).await;
    let shown = metrics(&site).await;
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
    site.simulators.stop().await;
}
