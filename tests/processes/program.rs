//! The program as its owner meets it: commands, exit codes, what is said and where, and what is never said.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::support::bot_api::BotApi;
use crate::support::program::{Ended, Running, Settings, free_port};
use crate::support::site::{ADMIN, BUDI, PATIENCE, say, suppliers};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A shop with a chat and no suppliers.
fn shop(folder: &Path, api: &BotApi) -> Settings {
    Settings::new()
        .chat(api)
        .listening()
        .set("KONTER_CATALOG", empty_catalog(folder))
        .set("KONTER_DATA_DIR", folder.join("data").display())
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

#[tokio::test]
async fn without_a_command_it_explains_itself() {
    let folder = folder();
    let help = Settings::new().run(folder.path(), &[]).await;
    assert_eq!(help.code, Some(0), "{help:?}");
    for command in ["demo", "run", "simulate", "check", "read", "audit", "log", "backup", "restore"] {
        assert!(help.out.contains(command), "{command} is missing: {}", help.out);
    }
}

#[tokio::test]
async fn a_reply_on_stdin_is_read_without_any_settings() {
    let folder = folder();
    let program = Settings::new();
    let success = "R#12 S10.081234567890 SUKSES. SN/Ref: 0041002345678901. Saldo 100.000 - 10.600 = 89.400";
    for supplier in ["otomax", "OTOMAX"] {
        let read = program.run_with(folder.path(), &["read", supplier], &format!("\u{feff}{success}\r\n")).await;
        assert_eq!(read.code, Some(0), "{read:?}");
        let said: serde_json::Value = serde_json::from_str(&read.out).unwrap();
        let wanted = serde_json::json!({
            "outcome": "success", "reference": "12", "product": "S10", "destination": "081234567890",
            "serial": "0041002345678901", "price": 10_600, "balance": 89_400, "reason": null,
        });
        assert_eq!(said, wanted);
    }
    for (supplier, reply) in [("kiosampm", success), ("xgateway", "<xml"), ("digiflazz", "{"), ("teleanjar", "")] {
        let read = program.run_with(folder.path(), &["read", supplier], reply).await;
        assert_eq!(read.code, Some(0), "{supplier}: {read:?}");
        assert!(read.out.starts_with("{\"outcome\":") && read.out.ends_with("}\n"), "{supplier}: {read:?}");
    }
    assert_ended(&program.run_with(folder.path(), &["read", "nosuch"], success).await, 2, &["nosuch", "otomax"]);
    let broken = write(folder.path(), "mine.toml", "name = \"mine\"\norder = 1\n");
    assert_ended(&program.run_with(folder.path(), &["read", &broken], success).await, 2, &["mine.toml", "line 2"]);
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
    let kios = |catalog: String| Settings::new().listening().set("KONTER_CATALOG", catalog);
    let missing = folder.path().join("missing.csv").display().to_string();
    assert_ended(&kios(missing).run(folder.path(), &["check"]).await, 1, &["KONTER_CATALOG", "missing.csv"]);
    let stranger = format!("{COLUMNS}S10,S10,Pulsa,telkomsel,topup,10000,10500,kios,S10,,10150,1,yes\n");
    let stranger = write(folder.path(), "stranger.csv", &stranger);
    let named = ["warning: ", "stranger.csv: 1 product has no route", "kios", "KONTER_SUPPLIERS"];
    assert_ended(&kios(stranger).run(folder.path(), &["check"]).await, 0, &named);
    // Beside a supplier that is set up, a name that is nearly its own is a slip.
    let slip = format!("{COLUMNS}S10,S10,Pulsa,telkomsel,topup,10000,10500,kois,S10,,10150,1,yes\n");
    let own = kios(write(folder.path(), "slip.csv", &slip))
        .set("KONTER_SUPPLIERS", "kios")
        .set("SUPPLIER_KIOS_PROTOCOL", "kiosampm")
        .set("SUPPLIER_KIOS_URL", "http://127.0.0.1:9")
        .set("SUPPLIER_KIOS_MEMBER_ID", "AB1234")
        .set("SUPPLIER_KIOS_PIN", "123456")
        .set("SUPPLIER_KIOS_PASSWORD", "kucing-hitam")
        .set("SUPPLIER_KIOS_CALLBACK_IPS", "127.0.0.1");
    assert_ended(&own.run(folder.path(), &["check"]).await, 1, &["slip.csv: line 2", "supplier", "kois"]);
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

/// A catalog in which the cost of one route has passed the price.
fn below_cost(folder: &Path) -> String {
    let row = |code: &str, price, supplier: &str, cost| {
        format!("{code},Telkomsel,Pulsa,telkomsel,topup,20000,{price},{supplier},{code},,{cost},1,yes\n")
    };
    let rows = [row("S20", 19_000, "kios", 19_900), row("S25", 25_500, "kios", 25_100)];
    write(folder, "below.csv", &[COLUMNS, &rows.concat()].concat())
}

fn with_kios(settings: Settings) -> Settings {
    settings
        .set("KONTER_SUPPLIERS", "kios")
        .set("SUPPLIER_KIOS_PROTOCOL", "kiosampm")
        .set("SUPPLIER_KIOS_URL", "http://127.0.0.1:9")
        .set("SUPPLIER_KIOS_MEMBER_ID", "M1")
        .set("SUPPLIER_KIOS_PIN", "1234")
        .set("SUPPLIER_KIOS_PASSWORD", "geheim")
}

#[tokio::test]
async fn check_names_prices_below_cost_and_they_stop_nothing() {
    let folder = folder();
    let settings = with_kios(Settings::new().listening()).set("KONTER_CATALOG", below_cost(folder.path()));
    let ended = settings.run(folder.path(), &["check"]).await;
    assert_ended(&ended, 0, &["warning: ", "below.csv: S20 at kios: its price 19.000 is below its cost 19.900"]);
    assert!(!ended.err.contains("S25") && !ended.err.contains("all is well"), "{ended:?}");
}

#[tokio::test]
async fn the_first_import_tells_the_owners_of_prices_below_cost_and_no_later_start_does() {
    let folder = folder();
    let api = BotApi::start().await;
    let settings = with_kios(shop(folder.path(), &api)).set("KONTER_CATALOG", below_cost(folder.path()));
    let told =
        |api: &BotApi| api.said(ADMIN).iter().filter(|said| said.contains("S20: jual 19.000, modal 19.900")).count();
    for _start in 1..=2 {
        let before = api.calls("getupdates").len();
        let mut running = settings.start(folder.path(), &["run"]);
        let at_work = api.comes(PATIENCE, |api| api.calls("getupdates").len() > before && told(api) > 0).await;
        assert!(at_work, "{}\n{:#?}", running.err(), api.said(ADMIN));
        assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
        // What it says is kept over both starts.
        assert_eq!(running.err().matches("S20 at kios: its price 19.000").count(), 1, "{}", running.err());
    }
    assert_eq!(told(&api), 1);
}

#[tokio::test]
async fn check_tells_of_variables_that_nothing_reads() {
    let folder = folder();
    let settings = Settings::new()
        .listening()
        .set("KONTER_CATALOG", empty_catalog(folder.path()))
        .set("KONTER_ADMIN", "telegram:1");
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
    let cases = [
        (fine().set("TELOXIDE_TOKEN", "geheim"), "TELOXIDE_TOKEN"),
        (fine().set("KONTER_SUPPLIERS", "kios"), "SUPPLIER_KIOS_PROTOCOL"),
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

    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    for looking in
        [&["audit"][..], &["log"], &["books"], &["rebuild"], &["rebuild", "--force"], &["backup", "shop.backup"]]
    {
        assert_ended(&settings.run(folder.path(), looking).await, 2, &["KONTER_DATA_DIR: there is no shop in"]);
        assert_eq!(fs::read_dir(&data).unwrap().count(), 0, "{looking:?} of an empty folder made a shop");
    }

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

    forge(&data);
    // The state has seen other books. Without it nothing is left but the journal's own chain.
    let forged = settings.run(folder.path(), &["audit"]).await;
    assert_ended(&forged, 1, &["is not the one that stood there before"]);
    assert!(!forged.err.contains("A shop that runs"), "{forged:?}");
    fs::remove_dir_all(data.join("state")).unwrap();
    assert_ended(&settings.run(folder.path(), &["audit"]).await, 1, &["do not add up"]);
}

/// Makes 100000 into 900000 wherever it stands in the books, past the program, with hashes that fit.
fn forge(data: &Path) {
    const SUM: &[u8] = b"100000";
    /// What each file begins with; of a record, what its hash covers before the rows, and the hash.
    const FILE: usize = 32;
    const HEAD: usize = 28;
    const HASH: usize = 16;
    let books = fs::read_dir(data.join("books")).unwrap().map(|file| file.unwrap().path());
    let mut books: Vec<_> = books.filter(|path| path.extension().is_some_and(|ending| ending == "book")).collect();
    books.sort();
    let (mut forged, mut last): (u32, Option<[u8; HASH]>) = (0, None);
    for path in books {
        let mut bytes = fs::read(&path).unwrap();
        let mut records = &mut bytes[FILE..];
        while records.len() > HEAD + HASH && records[..12] != [0; 12] {
            let length = u32::from_be_bytes(records[..4].try_into().unwrap());
            let (record, rest) = records.split_at_mut(HEAD + HASH + usize::try_from(length).unwrap());
            let (head, rows) = record.split_at_mut(HEAD);
            let (hash, rows) = rows.split_at_mut(HASH);
            while let Some(place) = rows.windows(SUM.len()).position(|at| at == SUM) {
                rows[place] = b'9';
                forged += 1;
            }
            if let Some(last) = last {
                head[12..].copy_from_slice(&last);
            }
            hash.copy_from_slice(&Sha256::new().chain_update(&*head).chain_update(&*rows).finalize()[..HASH]);
            last = <[u8; HASH]>::try_from(&*hash).ok();
            records = rest;
        }
        fs::write(path, bytes).unwrap();
    }
    assert!(forged > 0, "no sum was found");
}

#[track_caller]
fn assert_sound(ended: &Ended) {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.contains("the books are right") && ended.out.contains("100.000"), "{ended:?}");
}

#[tokio::test]
async fn the_state_is_made_anew_and_the_books_are_printed() {
    let folder = folder();
    let (api, data) = (BotApi::start().await, folder.path().join("data"));
    let settings = shop(folder.path(), &api);
    assert_ended(&settings.run(folder.path(), &["rebuild"]).await, 2, &["KONTER_DATA_DIR"]);
    let mut running = settings.start(folder.path(), &["run"]);
    say(&api, BUDI, "DAFTAR.Budi Cell.739154", (BUDI, "Kode agen")).await;
    say(&api, ADMIN, "/deposit KR0001 100000", (BUDI, "Deposit masuk")).await;
    let beside = settings.run(folder.path(), &["books"]).await;
    assert_eq!(beside.code, Some(0), "{beside:?}");
    assert!(
        beside.out.lines().any(|line| line.starts_with("{\"record\":") && line.contains("Budi Cell")),
        "{beside:?}"
    );
    for refused in ["rebuild", "audit"] {
        assert_ended(&settings.run(folder.path(), &[refused]).await, 1, &["another process has"]);
    }
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());

    let rebuilt = settings.run(folder.path(), &["rebuild"]).await;
    assert_sound(&rebuilt);
    let last = settings.run(folder.path(), &["books", "--from", "1000000"]).await;
    assert_eq!((last.code, last.out.as_str()), (Some(0), ""));

    // Rubbish where sled was: nobody has to do anything.
    fs::write(data.join("state/db"), "rubbish").unwrap();
    assert_sound(&settings.run(folder.path(), &["audit"]).await);

    // Books that are damaged behind what the state has: made anew, and nothing is lost.
    let book = fs::read_dir(data.join("books")).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read(&book).unwrap();
    let mut damaged = whole.clone();
    damaged[32 + 50] ^= 1;
    fs::write(&book, &damaged).unwrap();
    assert_ended(&settings.run(folder.path(), &["audit"]).await, 1, &["is damaged at record 1", "konter books"]);
    let forced = settings.run(folder.path(), &["rebuild", "--force"]).await;
    assert_sound(&forced);
    assert_ended(&forced, 0, &["before-restore-"]);
    assert_sound(&settings.run(folder.path(), &["audit"]).await);
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

/// Who may look into it: nobody else, whatever umask the shop is started with, and however an earlier start left it.
#[cfg(unix)]
#[tokio::test]
async fn the_data_dir_is_its_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let data = folder.path().join("data");
    for is_first in [true, false] {
        let api = BotApi::start().await;
        let mut running = shop(folder.path(), &api).start(folder.path(), &["run"]);
        at_work(&api, &running).await;
        say(&api, BUDI, "/start", (BUDI, "")).await;
        assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
        assert_eq!(running.err().contains("others could look into the data dir"), !is_first, "{}", running.err());
        let mut paths = vec![data.clone()];
        while let Some(path) = paths.pop() {
            let found = fs::metadata(&path).unwrap();
            assert_eq!(found.permissions().mode() & 0o077, 0, "{}", path.display());
            if found.is_dir() {
                paths.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            }
            // As a start under the usual umask left it.
            let open = if found.is_dir() { 0o755 } else { 0o644 };
            fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();
        }
    }
}

#[tokio::test]
async fn a_running_shop_hands_its_backup_to_who_can_read_its_data_dir() {
    let folder = folder();
    let api = BotApi::start().await;
    let port = free_port();
    let settings = shop(folder.path(), &api).set("KONTER_LISTEN", format!("127.0.0.1:{port}"));
    let mut running = settings.start(folder.path(), &["run"]);
    at_work(&api, &running).await;
    let secret = fs::read_to_string(folder.path().join("data/backup.token")).unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = || client.post(format!("http://127.0.0.1:{port}/backup"));
    for (request, status) in [
        (ask(), 401),
        (ask().bearer_auth("0".repeat(64)), 401),
        (ask().bearer_auth(secret.trim()), 200),
        (ask().bearer_auth(secret.trim()).header("x-forwarded-for", "127.0.0.1"), 403),
    ] {
        assert_eq!(request.send().await.unwrap().status().as_u16(), status);
    }
    let file = folder.path().join("shop.backup").display().to_string();
    assert_ended(&settings.run(folder.path(), &["backup", &file]).await, 0, &["rows"]);
    fs::remove_file(folder.path().join("data/backup.token")).unwrap();
    assert_ended(&settings.run(folder.path(), &["backup", &file, "--force"]).await, 1, &["backup.token"]);
    assert_eq!(running.stop("TERM").await, Some(0));
    assert!(!running.err().contains(secret.trim()));
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

/// A shop whose one supplier is at this address.
fn with_supplier(folder: &Path, api: &BotApi, address: std::net::SocketAddr) -> Settings {
    let mut settings = shop(folder, api)
        .set("KONTER_SUPPLIERS", "kios")
        .set("SUPPLIER_KIOS_PROTOCOL", "kiosampm")
        .set("SUPPLIER_KIOS_URL", format!("http://{address}"))
        .set("SUPPLIER_KIOS_CUTOFF", "none")
        .set("KONTER_CATALOG", one_product(folder));
    for name in ["MEMBER_ID", "PIN", "PASSWORD"] {
        settings = settings.set(&format!("SUPPLIER_KIOS_{name}"), "geheim");
    }
    settings
}

async fn order_one(api: &BotApi) {
    say(api, BUDI, "DAFTAR.Budi Cell.739154", (BUDI, "Kode agen")).await;
    say(api, ADMIN, "/deposit KR0001 100000", (BUDI, "Deposit masuk")).await;
    say(api, BUDI, "S10.081234567890.739154", (BUDI, "diproses")).await;
}

/// A stop waits for a supplier's answer that is under way, and the reseller still hears it.
#[tokio::test]
async fn a_stop_lets_a_purchase_under_way_finish() {
    let folder = folder();
    let api = BotApi::start().await;
    let supplier = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = with_supplier(folder.path(), &api, supplier.local_addr().unwrap());
    let mut running = settings.start(folder.path(), &["run"]);
    let (told, stopping) = tokio::sync::oneshot::channel();
    let answering = tokio::spawn(answer_when(supplier, stopping));
    order_one(&api).await;
    running.signal("TERM");
    running.says("finishing what is under way").await;
    told.send(()).unwrap();
    assert_eq!(running.end().await.code(), Some(0), "{}", running.err());
    answering.await.unwrap();
    assert!(api.said(BUDI).iter().any(|said| said.contains("SUKSES. S10 ke 081234567890")), "{:#?}", api.said(BUDI));
}

/// Answers the first order with a success, but not before it is told to.
async fn answer_when(listener: tokio::net::TcpListener, told: tokio::sync::oneshot::Receiver<()>) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut request = vec![0; 4096];
    let length = stream.read(&mut request).await.unwrap();
    let request = String::from_utf8_lossy(&request[..length]).into_owned();
    let (_, reference) = request.split_once("refid=").unwrap();
    let reference: String = reference.chars().take_while(char::is_ascii_digit).collect();
    told.await.unwrap();
    let money = "Sisa saldo Rp.9-Rp. 1=Rp. 8";
    let body = format!("#71#S10#ke:081234567890#SUKSES#SN:0041002345678901# {money}#Reffid:{reference}#");
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(answer.as_bytes()).await.unwrap();
}

/// A supplier that never answers: a stop waits for it, and a second signal does not.
#[tokio::test]
async fn a_second_signal_ends_a_stop_at_once() {
    let folder = folder();
    let api = BotApi::start().await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = with_supplier(folder.path(), &api, silent.local_addr().unwrap());
    let mut running = settings.start(folder.path(), &["run"]);
    order_one(&api).await;
    running.signal("TERM");
    running.says("finishing what is under way").await;
    let began = std::time::Instant::now();
    assert_eq!(running.stop("TERM").await, Some(1), "{}", running.err());
    assert!(began.elapsed() < Duration::from_secs(10), "waited for the supplier all the same");
    assert!(running.err().contains("ending at once"), "{}", running.err());

    // Nothing is lost: the order is in doubt, its price held, and the books are sound.
    assert_eq!(settings.run(folder.path(), &["audit"]).await.code, Some(0));
    let mut running = settings.start(folder.path(), &["run"]);
    say(&api, ADMIN, "/pending", (ADMIN, "S10")).await;
    running.kill();
}

fn one_product(folder: &Path) -> String {
    write(
        folder,
        "one.csv",
        &format!("{COLUMNS}S10,Telkomsel,Pulsa,telkomsel,topup,10000,10500,kios,S10,,10150,1,yes\n"),
    )
}

#[tokio::test]
async fn a_shop_with_a_pepper_does_not_open_without_it_or_with_another() {
    let folder = folder();
    let api = BotApi::start().await;
    let plain = shop(folder.path(), &api);
    let peppered = |pepper: &str| plain.clone().set("KONTER_PIN_PEPPER", pepper);
    let ours = peppered("geheim-geheim-geheim");
    assert_ended(&peppered("geheim").run(folder.path(), &["run"]).await, 2, &["KONTER_PIN_PEPPER", "16"]);

    let mut running = plain.start(folder.path(), &["run"]);
    say(&api, BUDI, "DAFTAR.Budi Cell.739154", (BUDI, "Kode agen")).await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    let mut running = ours.start(folder.path(), &["run"]);
    say(&api, BUDI, "SAL.739154", (BUDI, "Saldo 0")).await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    let other = peppered("geheim-geheim-geheim!");
    for (settings, problem) in [(&plain, "is missing"), (&other, "is not the one")] {
        let ended = settings.run(folder.path(), &["run"]).await;
        assert_ended(&ended, 2, &["KONTER_PIN_PEPPER", problem, "/resetpin", "KONTER_PIN_PEPPER_LOST"]);
        assert!(!ended.err.contains("geheim"), "{ended:?}");
    }
    let mut running = ours.start(folder.path(), &["run"]);
    say(&api, BUDI, "GP.739154.739154", (BUDI, "PIN belum diganti")).await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());

    let lost = other.set("KONTER_PIN_PEPPER_LOST", "yes");
    let mut running = lost.start(folder.path(), &["run"]);
    say(&api, BUDI, "SAL.739154", (BUDI, "PIN salah")).await;
    say(&api, ADMIN, "/resetpin KR0001", (BUDI, "direset admin")).await;
    say(&api, BUDI, "GP.739154.739154", (BUDI, "PIN sudah diganti")).await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
}

/// Each line of the log is an object of its own, and what is about an order says which.
#[tokio::test]
async fn the_log_can_be_read_by_programs() {
    let folder = folder();
    let api = BotApi::start().await;
    let simulators = suppliers().await;
    write(folder.path(), ".env", "KONTER_LOG_FORMAT=json\n");
    let settings = shop(folder.path(), &api).catalog().simulators(&simulators);
    let mut running = settings.start(folder.path(), &["run"]);
    say(&api, BUDI, "DAFTAR.Budi Cell.739154", (BUDI, "Kode agen")).await;
    say(&api, ADMIN, "/deposit KR0001 100000", (BUDI, "Deposit masuk")).await;
    say(&api, BUDI, "S5.081312345600.739154", (BUDI, "SUKSES")).await;
    say(&api, BUDI, "S5.081312345605.739154", (BUDI, "081312345605")).await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    simulators.stop().await;
    let lines: Vec<serde_json::Value> = running
        .err()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no object: {line}")))
        .collect();
    let about = |line: &&serde_json::Value| {
        line["order"] == "1" || line["spans"].as_array().is_some_and(|spans| spans.iter().any(|s| s["order"] == "1"))
    };
    let messages: Vec<&str> = lines.iter().filter(about).filter_map(|line| line["message"].as_str()).collect();
    for expected in ["order placed", "order is final"] {
        assert!(messages.contains(&expected), "{expected} is missing: {messages:?}");
    }
}

#[tokio::test]
async fn what_is_no_text_file_is_refused_before_it_is_read() {
    let folder = folder();
    let fifo = folder.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let large = folder.path().join("large.csv");
    fs::File::create(&large).unwrap().set_len(75 << 20).unwrap();
    for (path, named) in [("/dev/zero".into(), "is no file"), (fifo, "is no file"), (large, "75 MiB")] {
        let settings = Settings::new().set("KONTER_CATALOG", path.display());
        assert_ended(&settings.run(folder.path(), &["check"]).await, 1, &["KONTER_CATALOG", named]);
        assert_ended(&settings.run(folder.path(), &["run"]).await, 2, &["KONTER_CATALOG", named]);
    }
    let settings = Settings::new().set("KONTER_CATALOG", empty_catalog(folder.path()));
    let env = folder.path().join(".env");
    fs::write(&env, "KONTER_LOCALE=en\0\nKONTER_ADMINS=geheim\n").unwrap();
    let mut refused = settings.start(folder.path(), &["check"]);
    assert_eq!(refused.end().await.code(), Some(1));
    assert!(refused.err().contains("NUL") && !refused.err().contains("geheim"), "{}", refused.err());
    fs::remove_file(&env).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &env).unwrap();
    let mut refused = settings.start(folder.path(), &["run"]);
    assert_eq!(refused.end().await.code(), Some(2));
    assert!(refused.err().contains(".env is no file"), "{}", refused.err());
}

#[tokio::test]
async fn check_warns_of_ranges_that_believe_everybody_and_of_short_secrets() {
    let folder = folder();
    let with = |proxies: &str, ips: &str, secret: &str| {
        Settings::new()
            .listening()
            .set("KONTER_CATALOG", empty_catalog(folder.path()))
            .set("KONTER_TRUSTED_PROXIES", proxies)
            .set("KONTER_SUPPLIERS", "biller")
            .set("SUPPLIER_BILLER_PROTOCOL", "biller-json")
            .set("SUPPLIER_BILLER_URL", "https://biller.example.com")
            .set("SUPPLIER_BILLER_USER", "budi")
            .set("SUPPLIER_BILLER_PASSWORD", "rahasia")
            .set("SUPPLIER_BILLER_CALLBACK_IPS", ips)
            .set("SUPPLIER_BILLER_CALLBACK_SECRET", secret)
    };
    let ended = with("0.0.0.0/0", "203.0.113.7,::/0", "x").run(folder.path(), &["check"]).await;
    let named = [
        "KONTER_TRUSTED_PROXIES: believes nearly every address",
        "SUPPLIER_BILLER_CALLBACK_IPS: believes nearly every address there is (::/0)",
        "SUPPLIER_BILLER_CALLBACK_SECRET: has fewer than 16",
    ];
    assert_ended(&ended, 0, &named);
    let ended = with("10.0.0.0/8", "203.0.113.0/24", "0123456789abcdef").run(folder.path(), &["check"]).await;
    assert!(ended.code == Some(0) && !ended.err.contains("warning"), "{ended:?}");
}
