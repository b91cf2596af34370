//! No secret leaves the program's memory: after a busy run, with everything going wrong that can, every byte it has
//! written is searched for every secret it was given.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::support::bot_api::{self, BotApi, Mishap, TOKEN};
use crate::support::files::files;
use crate::support::program::{Running, Settings};
use crate::support::site::{ADMIN, BUDI, PATIENCE, Site, say, write};
use konter_simulator::Kind;

const PINS: [&str; 4] = ["739154", "246802", "864209", "517263"];
const PEPPER: &str = "pepper-PEPPER-pepper-PEPPER";
const CALLBACK_SECRET: &str = "callbackSECRETcallback";
/// Of the supplier that cannot be reached; its protocol puts both into the address.
const LOST_PIN: &str = "rahasiaPINhilang";
const LOST_PASSWORD: &str = "rahasiaSANDIhilang";
/// Digits that are fewer than this stand in amounts and times by chance.
const SHORTEST_IN_FILES: usize = 6;

async fn shop() -> Site {
    let mut site = Site::new().await;
    let catalog = fs::read_to_string(site.settings.get("KONTER_CATALOG")).unwrap();
    let lost = "AX9,Axis 9.000,Pulsa,axis,topup,9000,9900,hilang,AX9,,9100,1,yes\n";
    let with_lost = site.folder.path().join("catalog.csv");
    fs::write(&with_lost, catalog + lost).unwrap();
    site = site.set("KONTER_CATALOG", with_lost.display()).set("KONTER_PIN_PEPPER", PEPPER).set("RUST_LOG", "debug");
    let suppliers = Kind::ALL.map(Kind::supplier_id).join(",") + ",hilang";
    site = site.set("KONTER_SUPPLIERS", suppliers).set("SUPPLIER_KIOS_CALLBACK_SECRET", CALLBACK_SECRET);
    for (name, value) in [
        ("PROTOCOL", "kiosampm"),
        ("URL", "http://127.0.0.1:1"),
        ("CUTOFF", "none"),
        ("MEMBER_ID", "hilang"),
        ("PIN", LOST_PIN),
        ("PASSWORD", LOST_PASSWORD),
    ] {
        site = site.set(&format!("SUPPLIER_HILANG_{name}"), value);
    }
    site
}

fn secrets() -> Vec<String> {
    let mut secrets: Vec<String> = [TOKEN, PEPPER, CALLBACK_SECRET, LOST_PIN, LOST_PASSWORD]
        .iter()
        .chain(&PINS)
        .map(|s| (*s).to_owned())
        .collect();
    let is_name = |name: &str| matches!(name, "MEMBER_ID" | "USER_ID" | "USER" | "USERNAME" | "PARTNER_ID");
    for kind in Kind::ALL {
        let values = kind.credentials().iter().filter(|(name, _)| !is_name(name)).map(|(_, value)| (*value).to_owned());
        secrets.extend(values);
    }
    secrets
}

/// Whether a secret stands in these bytes; one of digits only where no other digit touches it.
fn holds(bytes: &[u8], secret: &str) -> bool {
    let digits = secret.bytes().all(|b| b.is_ascii_digit());
    let touches = |at: Option<&u8>| digits && at.is_some_and(u8::is_ascii_digit);
    bytes.windows(secret.len()).enumerate().any(|(at, window)| {
        window == secret.as_bytes()
            && !touches(at.checked_sub(1).and_then(|before| bytes.get(before)))
            && !touches(bytes.get(at + secret.len()))
    })
}

#[track_caller]
fn assert_clean(what: &str, bytes: &[u8], secrets: &[String]) {
    for secret in secrets {
        if holds(bytes, secret) {
            let text = String::from_utf8_lossy(bytes);
            let line = text.lines().find(|line| line.contains(secret.as_str())).unwrap_or_default();
            panic!("{secret} stands in {what}: {}", line.chars().take(2_000).collect::<String>());
        }
    }
}

/// What lies on the disk, byte for byte, and what a program that opens it would find.
fn assert_files_are_clean(data: &Path, secrets: &[String]) {
    let long: Vec<String> = secrets.iter().filter(|secret| secret.len() >= SHORTEST_IN_FILES).cloned().collect();
    let files = files(data);
    assert!(!files.is_empty());
    for path in &files {
        assert_clean(&path.display().to_string(), &fs::read(path).unwrap(), &long);
    }
    let rows = sled::Config::new().path(data.join("state")).flush_every_ms(None).open().unwrap();
    assert!(!rows.is_empty());
    for row in rows.iter() {
        let (key, row) = row.unwrap();
        assert_clean("a row's key", &key, &long);
        assert_clean("a row", &row, &long);
    }
}

/// Whether messages lay there: what is not found was not merely never written. One that is answered at once never does.
fn had_messages(data: &Path) -> bool {
    files(data).iter().any(|path| fs::read(path).unwrap().windows(7).any(|bytes| bytes == b"sealed "))
}

async fn trade(api: &BotApi) {
    // Telegram lets a bot say one thing per second in a chat, so there are several.
    let chats = BUDI..BUDI + 6;
    for chat in chats.clone() {
        say(api, chat, "DAFTAR.Budi Cell.739154", (chat, "Kode agen")).await;
        say(api, ADMIN, &format!("/deposit telegram:{chat} 1000000"), (chat, "Deposit masuk")).await;
    }
    let orders = [
        ["S5.081312345600", "S5.081312345604", "S5.081312345609"],
        ["S5.081312345611", "S10.081312345614", "I5.085712345600"],
        ["I5.085712345605", "I5.085712345608", "I5.085712345624"],
        ["T5.089612345600", "T5.089612345604", "SM5.088112345600"],
        ["SM5.088112345608", "TKN20.14012345600", "AX9.083112345600"],
        ["TKN20.14012345626", "PLN20.86012345600", "PLN20.86012345609"],
    ];
    for nth in 0..3 {
        for (chat, orders) in chats.clone().zip(orders) {
            let dest = orders[nth].split_once('.').unwrap().1;
            say(api, chat, &format!("{}.739154", orders[nth]), (chat, dest)).await;
        }
    }
}

/// PINs where they do not belong, and wrong ones.
async fn stumble(api: &BotApi) {
    say(api, BUDI, "S5.081312345677.246802", (BUDI, "PIN salah")).await;
    say(api, BUDI, "GP.739154.864209", (BUDI, "PIN sudah diganti")).await;
    say(api, BUDI + 1, "S10 081312345600 739154 739154 apa ini", (BUDI + 1, "GAGAL")).await;
    for (chat, text) in [
        (BUDI + 1, "739154"),
        (BUDI + 2, "TIKET.100000.739154"),
        (BUDI + 2, "KOMPLAIN.tolong dicek.739154"),
        (BUDI + 3, "S10..0813.739154.739154.517263"),
        (BUDI + 4, "TR.KR0001.1000.246802"),
        (BUDI + 5, "REG.Sari.081298765432.0.739154"),
        (BUDI + 9, "DAFTAR.X.517263"),
    ] {
        let before = api.said(chat).len();
        write(api, chat, text);
        assert!(api.comes(PATIENCE, |api| api.said(chat).len() > before).await, "{text:?} is not answered");
    }
}

async fn forge(settings: &Settings) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let said = [("message", "#71#S5#ke:081312345600#SUKSES#SN:0041#Sisa saldo Rp.9-Rp. 1=Rp. 8#Reffid:17#")];
    for (path, status) in [
        (format!("/callback/kios/{CALLBACK_SECRET}"), 404),
        ("/callback/kios/wrong".to_owned(), 403),
        ("/callback/kios".to_owned(), 403),
    ] {
        let answer = client.get(settings.url(&path)).query(&said).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path}");
    }
}

async fn told_by(settings: &Settings) -> Vec<u8> {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut told = Vec::new();
    for path in ["/metrics", "/health"] {
        let answer = client.get(settings.url(path)).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        told.extend(answer.bytes().await.unwrap());
    }
    told
}

fn written(running: &Running) -> Vec<u8> {
    (running.err() + &running.out()).into_bytes()
}

#[tokio::test]
async fn no_secret_is_ever_written_anywhere() {
    let Site { folder, api, simulators, settings } = shop().await;
    let mut running = settings.start(folder.path(), &["run"]);
    trade(&api).await;
    stumble(&api).await;
    forge(&settings).await;
    assert_clean("/metrics or /health", &told_by(&settings).await, &secrets());
    // What has come and is not answered yet when the program dies is on the disk.
    api.set_outage(Some(Mishap::Page(502)));
    tokio::time::timeout(PATIENCE, async {
        while !running.err().contains("messages cannot be received") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .unwrap();
    api.set_outage(None);
    (0..50).for_each(|n| write(&api, BUDI + n % 6, &format!("S5.0813123457{n:02}.739154")));
    api.comes(PATIENCE, |api| api.said(BUDI).iter().any(|said| said.contains("0813123457"))).await;
    running.kill();

    // Nobody listens any more: what the network says of its errors is part of it.
    simulators.stop().await;
    let asked = api.calls("getupdates").len();
    let mut running = settings.start(folder.path(), &["run"]);
    // Before it asks for messages it does not hear signals either.
    assert!(api.comes(PATIENCE, |api| api.calls("getupdates").len() > asked).await, "it does not start again");
    let came = api.comes(PATIENCE, |api| api.said(BUDI + 1).iter().any(|said| said.contains("081312345749"))).await;
    assert!(came, "what was in the inbox is not answered: {:#?}", api.said(BUDI + 1));
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());

    let log = written(&running);
    assert_clean("the log", &log, &secrets());
    assert!(holds(&log, "DEBUG"), "the log is not as chatty as this test wants it");
    assert!(had_messages(&folder.path().join("data")));
    assert_files_are_clean(&folder.path().join("data"), &secrets());
}

#[tokio::test]
async fn the_webhooks_own_secrets_are_not_written_either() {
    let site = shop().await.set("TELEGRAM_WEBHOOK_URL", "https://shop.example.com");
    let Site { folder, api, settings, .. } = &site;
    let mut running = settings.start(folder.path(), &["run"]);
    assert!(api.comes(PATIENCE, |api| !api.calls("setwebhook").is_empty()).await, "{}", running.err());
    let call = &api.calls("setwebhook")[0].body;
    let header = call["secret_token"].as_str().unwrap().to_owned();
    let path = call["url"].as_str().unwrap().strip_prefix("https://shop.example.com").unwrap().to_owned();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for (header, status) in [("wrong", 401), (header.as_str(), 200)] {
        let update = bot_api::message(1, BUDI, "DAFTAR.Budi Cell.739154").to_string();
        let request = client.post(settings.url(&path)).header("x-telegram-bot-api-secret-token", header);
        assert_eq!(request.body(update).send().await.unwrap().status().as_u16(), status);
    }
    assert!(api.comes(PATIENCE, |api| !api.said(BUDI).is_empty()).await);
    let told = told_by(settings).await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    let mut secrets = secrets();
    secrets.extend([header, path.rsplit_once('/').unwrap().1.to_owned()]);
    assert_clean("/metrics or /health", &told, &secrets);
    assert_clean("the log", &written(&running), &secrets);
    assert_files_are_clean(&folder.path().join("data"), &secrets);
}

/// Mistakes in the settings are told without what was set.
#[tokio::test]
async fn wrong_settings_are_told_without_their_values() {
    let Site { folder, settings, .. } = &shop().await;
    for (name, value) in [
        ("TELOXIDE_TOKEN", "geheimTOKEN"),
        ("KONTER_PIN_PEPPER", "geheimPEPPER"),
        ("SUPPLIER_KIOS_CALLBACK_SECRET", "geheim/SECRET"),
        ("SUPPLIER_KIOS_URL", "http://geheim:geheim@kios.example.com"),
        ("DATABASE_URL", "mysql://konter:geheim@localhost/konter"),
        ("KONTER_LISTEN", "nowhere"),
    ] {
        for command in ["check", "run"] {
            let ended = settings.clone().set(name, value).run(folder.path(), &[command]).await;
            assert!(ended.err.contains(name), "{ended:?}");
            let told = (ended.out + &ended.err).into_bytes();
            assert_clean(command, &told, &[secrets(), vec!["geheim".to_owned()]].concat());
        }
    }
}
