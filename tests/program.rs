//! The program as its owner meets it: commands, exit codes, what is said and where, and what is never said.

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/bot_api.rs"]
mod bot_api;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bot_api::{BotApi, TOKEN};
use chrono::Utc;
use konter::simulator::{self, Kind, Pace, SimulatorConfig};
use program::{Ended, Running, Settings, free_port};
use tempfile::TempDir;

const ADMIN: i64 = 1001;
const BUDI: i64 = 2001;
const PATIENCE: Duration = Duration::from_secs(60);

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A shop with a chat and no suppliers.
fn shop(folder: &Path, api: &BotApi) -> Settings {
    Settings::new()
        .set("TELOXIDE_TOKEN", TOKEN)
        .set("TELOXIDE_API_URL", &api.url)
        .set("KONTER_ADMINS", format!("telegram:{ADMIN}"))
        .set("KONTER_REGISTRATION", "open")
        .set("KONTER_CATALOG", empty_catalog(folder))
        .set("KONTER_DATA_DIR", folder.join("data").display())
        .set("KONTER_LISTEN", format!("127.0.0.1:{}", free_port()))
}

const COLUMNS: &str = "code,name,category,operator,kind,nominal,price,supplier,sku,denom,cost,priority,open\n";

fn empty_catalog(folder: &Path) -> String {
    write(folder, "empty.csv", COLUMNS)
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// It ended so, and named each of these on stderr.
#[track_caller]
fn assert_ended(ended: &Ended, code: i32, named: &[&str]) {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    for name in named {
        assert!(ended.err.contains(name), "{name:?} is not named: {ended:?}");
    }
}

/// Waits until the program speaks to Telegram: from then on it also hears signals.
async fn at_work(api: &BotApi, running: &Running) {
    let came = api.comes(PATIENCE, |api| !api.calls("getupdates").is_empty()).await;
    assert!(came, "never asks for messages; it said: {}", running.err());
}

/// Someone writes, and is told something with these words in it.
async fn say(api: &BotApi, chat: i64, text: &str, hears: (i64, &str)) {
    static UPDATES: AtomicI64 = AtomicI64::new(1);
    let mut update = bot_api::message(UPDATES.fetch_add(1, Ordering::Relaxed), chat, text);
    update["message"]["date"] = Utc::now().timestamp().into();
    api.push([update]);
    let came = api.comes(PATIENCE, |api| api.said(hears.0).iter().any(|said| said.contains(hears.1))).await;
    assert!(came, "{text:?} never leads to {hears:?}: {:#?}", api.said(hears.0));
}

/// Whether a number stands somewhere by itself, not as a part of a longer one.
fn stands_in(text: &str, number: &str) -> bool {
    text.match_indices(number).any(|(at, _)| {
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        !digit(text[..at].chars().next_back()) && !digit(text[at + number.len()..].chars().next())
    })
}

#[tokio::test]
async fn without_a_command_it_explains_itself() {
    let folder = folder();
    let help = Settings::new().run(folder.path(), &[]).await;
    assert_eq!(help.code, Some(0), "{help:?}");
    for command in ["demo", "run", "simulate", "check", "audit", "log", "backup", "restore"] {
        assert!(help.out.contains(command), "{command} is missing: {}", help.out);
    }
}

#[tokio::test]
async fn wrong_usage_ends_with_2() {
    let folder = folder();
    for (arguments, named) in
        [(&["sell"][..], "sell"), (&["run", "--fast"], "--fast"), (&["backup"], "FILE"), (&["--check"], "--check")]
    {
        assert_ended(&Settings::new().run(folder.path(), arguments).await, 2, &[named]);
    }
}

#[tokio::test]
async fn check_names_every_mistake_and_shows_no_secret() {
    let folder = folder();
    let row = |code: &str, price: &str, supplier: &str| {
        format!("{code},Telkomsel,Pulsa,telkomsel,topup,10000,{price},{supplier},{code},,10150,1,yes\n")
    };
    let catalog =
        [COLUMNS, &row("S10", "10500", "kios"), &row("S20", "murah", "kios"), &row("SAL", "5000", "kios")].concat();
    let settings = Settings::new()
        .set("TELOXIDE_TOKEN", "geheim")
        .set("TELEGRAM_WEBHOOK_URL", "http://shop.example.com")
        .set("KONTER_ADMINS", "telegram:1001,budi")
        .set("KONTER_LISTEN", "nowhere")
        .set("KONTER_TIMEZONE", "Asia/Bandung")
        .set("KONTER_REGISTRATION", "maybe")
        .set("KONTER_STALE_MINUTES", "-5")
        .set("KONTER_CATALOG", write(folder.path(), "wrong.csv", &catalog))
        .set("KONTER_SUPPLIERS", "kios,xgate,biller")
        .set("SUPPLIER_KIOS_PROTOCOL", "kiosampm")
        .set("SUPPLIER_KIOS_URL", "ftp://user:geheim@kios.example.com")
        .set("SUPPLIER_KIOS_PASSWORD", "geheim")
        .set("SUPPLIER_XGATE_PROTOCOL", "xgatewy")
        .set("SUPPLIER_XGATE_PIN", "geheim")
        .set("SUPPLIER_BILLER_PROTOCOL", "biller-json")
        .set("SUPPLIER_BILLER_CALLBACK_SECRET", "geheim/geheim")
        .set("SUPPLIER_BILLER_CUTOFF", "midnight")
        .set("DATABASE_URL", "mysql://konter:geheim@localhost/konter");
    let ended = settings.run(folder.path(), &["check"]).await;
    let named = [
        "TELOXIDE_TOKEN",
        "TELEGRAM_WEBHOOK_URL",
        "KONTER_ADMINS",
        "KONTER_LISTEN",
        "KONTER_TIMEZONE",
        "KONTER_REGISTRATION",
        "KONTER_STALE_MINUTES",
        "SUPPLIER_KIOS_URL",
        "SUPPLIER_KIOS_MEMBER_ID",
        "SUPPLIER_KIOS_PIN",
        "SUPPLIER_XGATE_PROTOCOL",
        "SUPPLIER_XGATE_URL",
        "SUPPLIER_BILLER_URL",
        "SUPPLIER_BILLER_USER",
        "SUPPLIER_BILLER_PASSWORD",
        "SUPPLIER_BILLER_CALLBACK_SECRET",
        "SUPPLIER_BILLER_CUTOFF",
        "DATABASE_URL",
        "wrong.csv: line 3, price",
        "wrong.csv: line 4, code",
    ];
    assert_ended(&ended, 1, &named);
    assert!(!ended.err.contains("geheim") && !ended.out.contains("geheim"), "a secret is shown: {ended:?}");
}

#[tokio::test]
async fn check_reads_the_files_that_the_settings_name() {
    let folder = folder();
    let kios = |catalog: String| Settings::new().set("KONTER_CATALOG", catalog);
    let missing = folder.path().join("missing.csv").display().to_string();
    assert_ended(&kios(missing).run(folder.path(), &["check"]).await, 1, &["KONTER_CATALOG", "missing.csv"]);
    let stranger = format!("{COLUMNS}S10,S10,Pulsa,telkomsel,topup,10000,10500,kios,S10,,10150,1,yes\n");
    let stranger = write(folder.path(), "stranger.csv", &stranger);
    assert_ended(&kios(stranger).run(folder.path(), &["check"]).await, 1, &["stranger.csv: line 2, supplier", "kios"]);
    let fine = || kios(empty_catalog(folder.path()));
    let locales = folder.path().join("locales");
    fs::create_dir(&locales).unwrap();
    write(&locales, "id.toml", "[order]\npendingg = 'x'\n");
    let wording = fine().set("KONTER_LOCALES_DIR", locales.display());
    assert_ended(&wording.run(folder.path(), &["check"]).await, 1, &["KONTER_LOCALES_DIR", "pendingg"]);
    let prefixes = write(folder.path(), "prefixes.csv", "prefix,operator\n0812,nobody\n");
    let prefixes = fine().set("KONTER_PREFIXES", prefixes);
    assert_ended(&prefixes.run(folder.path(), &["check"]).await, 1, &["KONTER_PREFIXES", "nobody"]);
}

#[tokio::test]
async fn check_tells_of_variables_that_nothing_reads() {
    let folder = folder();
    let settings =
        Settings::new().set("KONTER_CATALOG", empty_catalog(folder.path())).set("KONTER_ADMIN", "telegram:1");
    assert_ended(&settings.run(folder.path(), &["check"]).await, 0, &["KONTER_ADMIN:", "KONTER_ADMINS?"]);
}

#[tokio::test]
async fn run_and_check_refuse_what_is_no_database() {
    let folder = folder();
    for url in [
        "mysql://konter:geheim@localhost/konter",
        "postgres://konter:geheim@localhost:port/konter",
        "postgres://konter:geheim@localhost/konter?geheim=yes",
        "postgres://konter:geheim@localhost/konter?sslmode=require",
    ] {
        let settings = Settings::new().set("KONTER_CATALOG", empty_catalog(folder.path())).set("DATABASE_URL", url);
        for (command, code) in [("run", 2), ("check", 1)] {
            let ended = settings.run(folder.path(), &[command]).await;
            assert_ended(&ended, code, &["DATABASE_URL"]);
            assert!(!ended.err.contains("geheim"), "{ended:?}");
        }
    }
}

#[tokio::test]
async fn run_with_wrong_settings_ends_with_2_and_their_names() {
    let folder = folder();
    let catalog = empty_catalog(folder.path());
    let fine = || Settings::new().set("KONTER_CATALOG", &catalog);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let cases = [
        (fine().set("TELOXIDE_TOKEN", "geheim"), "TELOXIDE_TOKEN"),
        (fine().set("KONTER_SUPPLIERS", "kios"), "SUPPLIER_KIOS_PROTOCOL"),
        (fine().set("KONTER_LISTEN", taken.local_addr().unwrap()), "KONTER_LISTEN"),
        (fine().set("KONTER_CATALOG", "missing.csv"), "KONTER_CATALOG"),
    ];
    for (settings, named) in cases {
        let ended = settings.run(folder.path(), &["run"]).await;
        assert_ended(&ended, 2, &[named]);
        assert!(!ended.err.contains("geheim"), "{ended:?}");
    }
}

#[tokio::test]
async fn settings_come_from_a_file_beside_the_program_too_and_a_broken_one_is_not_quoted() {
    let folder = folder();
    let cases = [("KONTER_LISTEN=nowhere\n", "KONTER_LISTEN"), ("TELOXIDE_TOKEN='geheim\n", ".env")];
    for (text, named) in cases {
        let here = tempfile::tempdir_in(folder.path()).unwrap();
        write(here.path(), ".env", text);
        let mut running = Settings::new().start(here.path(), &["run"]);
        assert_eq!(running.end().await.code(), Some(2), "{}", running.err());
        assert!(running.err().contains(named) && !running.err().contains("geheim"), "{}", running.err());
    }
    // One further up is somebody else's.
    write(folder.path(), ".env", "KONTER_LISTEN=nowhere\n");
    let ended = Settings::new().run(folder.path(), &["run"]).await;
    assert!(!ended.err.contains("KONTER_LISTEN"), "{ended:?}");
}

#[tokio::test]
async fn audit_tells_a_sound_shop_from_a_missing_and_a_forged_one() {
    let folder = folder();
    let api = BotApi::start().await;
    let settings = shop(folder.path(), &api);
    assert_ended(&settings.run(folder.path(), &["audit"]).await, 2, &["KONTER_DATA_DIR"]);
    assert!(!folder.path().join("data").exists(), "looking at a missing shop made one");

    fs::create_dir(folder.path().join("data")).unwrap();
    assert_eq!(settings.run(folder.path(), &["audit"]).await.code, Some(0));

    let mut running = settings.start(folder.path(), &["run"]);
    say(&api, BUDI, "DAFTAR.Budi Cell.739154", (BUDI, "Kode agen")).await;
    say(&api, ADMIN, "/deposit KR0001 100000", (BUDI, "Deposit masuk")).await;
    assert_ended(&settings.run(folder.path(), &["audit"]).await, 1, &["data"]);
    assert_ended(&settings.run(folder.path(), &["log"]).await, 1, &["data", "/log 50"]);
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    let sound = settings.run(folder.path(), &["audit"]).await;
    assert_eq!(sound.code, Some(0), "{sound:?}");
    assert!(sound.out.contains("100.000"), "{sound:?}");
    let log = settings.run(folder.path(), &["log", "5"]).await;
    assert_eq!(log.code, Some(0), "{log:?}");
    assert!(log.out.contains(&format!("telegram:{ADMIN}  /deposit KR0001 100000")), "{log:?}");

    forge(&folder.path().join("data"));
    let forged = settings.run(folder.path(), &["audit"]).await;
    assert_ended(&forged, 1, &["do not add up"]);
}

/// Makes 100000 into 900000 wherever it stands, past the program.
fn forge(data: &Path) {
    const SUM: &[u8] = b"100000";
    let store = sled::Config::new().path(data).flush_every_ms(None).open().unwrap();
    let mut forged = 0;
    for row in store.iter() {
        let (key, row) = row.unwrap();
        let mut row = row.to_vec();
        let places: Vec<usize> =
            row.windows(SUM.len()).enumerate().filter(|(_, at)| *at == SUM).map(|(at, _)| at).collect();
        for &place in &places {
            row[place] = b'9';
        }
        if !places.is_empty() {
            store.insert(key, row).unwrap();
            forged += 1;
        }
    }
    store.flush().unwrap();
    assert!(forged > 0, "no sum was found");
}

#[tokio::test]
async fn the_demo_sells_over_a_pipe_and_leaves_nothing_behind() {
    let folder = folder();
    let talk = "S10.081234567890.1234\nSAL\nHARGA.S10\nS10.081234567811.1234\n/supplier\n";
    let ended = Settings::new().run_with(folder.path(), &["demo"], talk).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for words in ["SUKSES. S10 ke 081234567890", "SN: ", "Saldo 89.500", "GAGAL. S10 ke 081234567811", "kiosampm"] {
        assert!(ended.out.contains(words), "{words:?} is missing: {}", ended.out);
    }
    assert!(ended.left.is_empty(), "left behind: {:?}", ended.left);
}

#[tokio::test]
async fn the_demo_looks_up_pays_and_hands_over_paper() {
    let folder = folder();
    let talk = "CEKPLN.14027480390\nTAG.PLNPOST.520010502267\nBAYAR.PLNPOST.520010502267.1234\nSTRUK.1.62000\n";
    let settings = Settings::new().set("KONTER_DATA_DIR", folder.path().join("data").display());
    let ended = settings.run_with(folder.path(), &["demo"], talk).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for said in ["PELANGGAN PLN 14027480390", "Total bayar 60.500", "SUKSES. PLNPOST ke 520010502267", "Rp 62.000"] {
        assert!(ended.out.contains(said), "{said:?} is not said: {}", ended.out);
    }
    for (name, begins) in [("struk-1.png", &b"\x89PNG"[..]), ("struk-1.bin", b"\x1b@")] {
        let path = folder.path().join("data/struk").join(name);
        assert!(ended.out.contains(&path.display().to_string()), "{name} is not named: {}", ended.out);
        assert!(fs::read(&path).unwrap().starts_with(begins), "{name}");
    }
}

#[tokio::test]
async fn the_demo_keeps_its_data_where_it_is_told_to() {
    let folder = folder();
    let settings = Settings::new().set("KONTER_DATA_DIR", folder.path().join("kept").display());
    assert_eq!(settings.run_with(folder.path(), &["demo"], "S10.081234567890.1234\n").await.code, Some(0));
    let again = settings.run_with(folder.path(), &["demo"], "SAL\n").await;
    assert!(again.out.contains("Saldo 89.500"), "{again:?}");
}

#[tokio::test]
async fn a_shop_runs_on_what_simulate_prints() {
    let folder = folder();
    let api = BotApi::start().await;
    let listen = format!("127.0.0.1:{}", free_port());
    let suppliers = folder.path().join("suppliers");
    fs::create_dir(&suppliers).unwrap();
    let callbacks = format!("http://{listen}");
    let mut simulators = Settings::new().start(&suppliers, &["simulate", "--callbacks", &callbacks]);
    simulators.says("Ctrl-C ends").await;
    let mut settings = shop(folder.path(), &api).catalog().set("KONTER_LISTEN", &listen);
    for line in simulators.out().lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.split_once('=').unwrap();
        settings = settings.set(name, value);
    }
    assert_ended(&settings.run(folder.path(), &["check"]).await, 0, &["all is well"]);

    let mut running = settings.start(folder.path(), &["run"]);
    say(&api, BUDI, "DAFTAR.Budi Cell.739154", (BUDI, "Kode agen")).await;
    say(&api, ADMIN, "/deposit KR0001 100000", (BUDI, "Deposit masuk")).await;
    say(&api, BUDI, "S10.081234567890.739154", (BUDI, "SUKSES. S10 ke 081234567890")).await;
    // This supplier tells its success only by calling back.
    say(&api, BUDI, "T5.089612345690.739154", (BUDI, "SUKSES. T5 ke 089612345690")).await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    assert_eq!(simulators.stop("INT").await, Some(0), "{}", simulators.err());
}

#[tokio::test]
async fn signals_stop_it_and_a_second_one_is_refused() {
    let folder = folder();
    let second = folder.path().join("second");
    fs::create_dir(&second).unwrap();
    for signal in ["TERM", "INT"] {
        let api = BotApi::start().await;
        let settings = shop(folder.path(), &api);
        let mut running = settings.start(folder.path(), &["run"]);
        at_work(&api, &running).await;
        let other = settings.set("KONTER_LISTEN", format!("127.0.0.1:{}", free_port()));
        assert_ended(&other.run(&second, &["run"]).await, 1, &["another process has", "data"]);
        assert_eq!(running.stop(signal).await, Some(0), "{}", running.err());
    }
}

#[tokio::test]
async fn nothing_secret_is_ever_written_to_the_log() {
    let folder = folder();
    let api = BotApi::start().await;
    let simulators = simulator::start(SimulatorConfig::loopback(Pace::Instant)).await.unwrap();
    let listen = format!("127.0.0.1:{}", free_port());
    simulators.set_callback_base(format!("http://{listen}"));
    let settings = shop(folder.path(), &api)
        .catalog()
        .simulators(&simulators)
        .set("KONTER_LISTEN", &listen)
        .set("RUST_LOG", "debug");
    let mut running = settings.start(folder.path(), &["run"]);
    // Telegram lets a bot say one thing per second in a chat, so there are several.
    let chats = BUDI..BUDI + 6;
    for chat in chats.clone() {
        say(&api, chat, "DAFTAR.Budi Cell.739154", (chat, "Kode agen")).await;
        say(&api, ADMIN, &format!("/deposit telegram:{chat} 1000000"), (chat, "Deposit masuk")).await;
    }
    let orders = [
        ["S5.081312345600", "S5.081312345604", "S5.081312345609"],
        ["S5.081312345611", "S10.081312345614", "I5.085712345600"],
        ["I5.085712345605", "I5.085712345608", "I5.085712345624"],
        ["T5.089612345600", "T5.089612345604", "SM5.088112345600"],
        ["SM5.088112345608", "TKN20.14012345600", "TKN20.14012345605"],
        ["TKN20.14012345626", "PLN20.86012345600", "PLN20.86012345609"],
    ];
    for nth in 0..3 {
        for (chat, orders) in chats.clone().zip(orders) {
            let dest = orders[nth].split_once('.').unwrap().1;
            say(&api, chat, &format!("{}.739154", orders[nth]), (chat, dest)).await;
        }
    }
    say(&api, BUDI, "S5.081312345677.246802", (BUDI, "PIN")).await;
    say(&api, BUDI, "GP.739154.864209", (BUDI, "PIN sudah diganti")).await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    // Nobody listens any more: what the network says of its errors is part of it.
    simulators.stop().await;

    let log = running.err() + &running.out();
    let mut secrets: Vec<&str> = vec![TOKEN, "739154", "246802", "864209"];
    let is_secret = |name: &str| !matches!(name, "MEMBER_ID" | "USER_ID" | "USER" | "USERNAME" | "PARTNER_ID");
    for kind in Kind::ALL {
        secrets.extend(kind.credentials().iter().filter(|(name, _)| is_secret(name)).map(|(_, value)| *value));
    }
    for secret in secrets {
        let shown =
            if secret.bytes().all(|b| b.is_ascii_digit()) { stands_in(&log, secret) } else { log.contains(secret) };
        let line = log.lines().find(|line| line.contains(secret));
        assert!(!shown, "{secret} stands in the log: {line:?}");
    }
    assert!(log.contains("DEBUG"), "the log is not as chatty as this test wants it");
}
