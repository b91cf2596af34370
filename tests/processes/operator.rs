//! Whoever installs the program and keeps it running: where its settings come from, what `check` finds, what it says of
//! itself, and how it speaks to a service manager.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use crate::support::bot_api::BotApi;
use crate::support::files::root;
use crate::support::program::{Ended, Running, Settings, free_port};
use crate::support::site::{PATIENCE, Site, suppliers};
use serde_json::Value;
use tempfile::TempDir;

const COLUMNS: &str = "code,name,category,operator,kind,nominal,price,supplier,sku,denom,cost,priority,open\n";

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A catalog without products, a port of its own.
fn usual(folder: &Path) -> Settings {
    let catalog = folder.join("empty.csv");
    fs::write(&catalog, COLUMNS).unwrap();
    Settings::new().set("KONTER_CATALOG", catalog.display()).listening()
}

/// In this folder itself, where its `.env` is.
async fn run_in(folder: &Path, settings: &Settings, arguments: &[&str]) -> Ended {
    for name in ["out", "err"] {
        let _ = fs::remove_file(folder.join(name));
    }
    let mut running = settings.start(folder, arguments);
    let code = running.end().await.code();
    Ended { code, out: running.out(), err: running.err(), left: Vec::new() }
}

#[track_caller]
fn assert_ended(ended: &Ended, code: i32, told: &[&str]) {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    for words in told {
        assert!(ended.err.contains(words), "{words:?} is not said: {}", ended.err);
    }
}

async fn health(settings: &Settings) -> reqwest::Response {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.get(settings.url("/health")).send().await.unwrap()
}

#[tokio::test]
async fn a_settings_file_that_is_named_must_be_there_and_is_read_by_every_command() {
    let home = folder();
    let commands: [&[&str]; 11] = [
        &["demo"],
        &["run"],
        &["simulate"],
        &["check"],
        &["health"],
        &["audit"],
        &["migrate-store", "--to", "folder"],
        &["log"],
        &["backup", "copy"],
        &["restore", "copy"],
        &["man"],
    ];
    fs::write(home.path().join("broken.env"), "KONTER_LOCALE=id\nTELOXIDE_TOKEN='geheim\n").unwrap();
    for command in commands {
        let with = |file: &'static str| [&["--env-file", file], command].concat();
        assert_ended(&run_in(home.path(), &Settings::new(), &with("no.env")).await, 2, &["--env-file", "no.env"]);
        let code = if command == ["check"] { 1 } else { 2 };
        let ended = run_in(home.path(), &Settings::new(), &with("broken.env")).await;
        assert_ended(&ended, code, &["broken.env line 2, TELOXIDE_TOKEN: a quote is opened and not closed"]);
        assert!(!ended.err.contains("geheim"), "{ended:?}");
    }
}

#[tokio::test]
async fn the_command_line_says_where_settings_and_data_are() {
    let home = folder();
    let own = home.path().join("own.env");
    fs::write(home.path().join(".env"), "KONTER_LOCALE=klingon\n").unwrap();
    fs::write(&own, "KONTER_DATA_DIR=from-the-file\nKONTER_TIMEZONE=Asia/Makassar\n").unwrap();
    let own = own.display().to_string();
    let settings = usual(home.path());
    assert_ended(&run_in(home.path(), &settings, &["check"]).await, 1, &[".env line 1, KONTER_LOCALE"]);
    // Before the command or behind it.
    let told = ["from-the-file; Asia/Makassar", "all is well"];
    assert_ended(&run_in(home.path(), &settings, &["check", "--env-file", &own]).await, 0, &told);
    let told = ["/elsewhere; Asia/Makassar"];
    let arguments = ["--env-file", &own, "--data-dir", "elsewhere", "check"];
    assert_ended(&run_in(home.path(), &settings, &arguments).await, 0, &told);
    assert!(
        !home.path().join("elsewhere").exists() && !home.path().join("from-the-file").exists(),
        "check made a folder"
    );

    let open = ["run", "--env-file", &own, "--data-dir", "elsewhere"];
    let mut running = settings.start(home.path(), &open);
    running.says("konter is open").await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    assert!(home.path().join("elsewhere/books").exists());
    assert_ended(&run_in(home.path(), &settings, &arguments).await, 0, &["all is well"]);
    let catalog = home.path().join("empty.csv");
    std::fs::write(&catalog, std::fs::read_to_string(&catalog).unwrap() + "\n").unwrap();
    let told = ["note: catalog: ", "is read only by the first start"];
    assert_ended(&run_in(home.path(), &settings, &arguments).await, 0, &told);
    let audit = ["audit", "--env-file", &own];
    assert_ended(&run_in(home.path(), &settings, &audit).await, 2, &["there is no shop in from-the-file"]);
    assert_ended(&run_in(home.path(), &settings, &[&audit[..], &["--data-dir", "elsewhere"]].concat()).await, 0, &[]);
}

/// A shop's `.env` names the shop's own data, in which no demo is to be played.
#[tokio::test]
async fn a_demo_in_a_shops_folder_leaves_the_shop_alone() {
    let home = folder();
    fs::write(home.path().join(".env"), "KONTER_DATA_DIR=data\nKONTER_LOCALE='\n").unwrap();
    let ended = run_in(home.path(), &Settings::new(), &["demo"]).await;
    assert_ended(&ended, 0, &[]);
    assert!(!home.path().join("data").exists());
    let ended = run_in(home.path(), &Settings::new(), &["demo", "--data-dir", "toy"]).await;
    assert_ended(&ended, 0, &[]);
    assert!(home.path().join("toy/books").exists());
}

#[tokio::test]
async fn every_mistake_of_a_settings_file_is_told_with_its_line_and_variable() {
    let home = folder();
    let text = "\u{feff}# konter\r\nexport KONTER_LOCALE=id\r\nKONTER_TIMEZONE=Mars/Olympus\r\n\
                KONTER_BANKS=geheim 1 a.n. Budi\r\nKONTER_STALE_MINUTES=soon\r\nKONTER_LOCALE=en\r\nSUPPLIER_KIOS_PIN='geheim\r\n";
    let env = home.path().join(".env");
    fs::write(&env, text).unwrap();
    let told = [
        ".env line 3, KONTER_TIMEZONE: `Mars/Olympus` is not a time zone's name",
        ".env line 4, KONTER_BANKS: a value with blanks in it must be quoted",
        ".env line 5, KONTER_STALE_MINUTES: must be a whole number",
        ".env line 6, KONTER_LOCALE: is set already, in line 2",
        ".env line 7, SUPPLIER_KIOS_PIN: a quote is opened and not closed",
    ];
    for (command, code) in [("check", 1), ("run", 2)] {
        let ended = run_in(home.path(), &usual(home.path()), &[command]).await;
        assert_ended(&ended, code, &told);
        assert!(!ended.err.contains("geheim"), "{}", ended.err);
    }
    // What stands in the environment counts, and is no line of the file's.
    fs::write(&env, "KONTER_TIMEZONE=Mars/Olympus\nKONTER_STALE_MINUTES=soon\nKONTER_LOCALE=klingon\n").unwrap();
    let settings = usual(home.path()).set("KONTER_TIMEZONE", "Venus");
    for (command, code) in [("check", 1), ("run", 2), ("audit", 2)] {
        let ended = run_in(home.path(), &settings, &[command]).await;
        let told = [".env line 2, KONTER_STALE_MINUTES", ".env line 3, KONTER_LOCALE", "KONTER_TIMEZONE: `Venus`"];
        assert_ended(&ended, code, &told);
        assert!(told.map(|words| ended.err.find(words)).is_sorted(), "as they stand in the file: {}", ended.err);
        assert!(!ended.err.contains("line 1"), "{}", ended.err);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_settings_file_with_secrets_that_everybody_can_read_is_pointed_out() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = folder();
    let env = home.path().join(".env");
    for (text, mode, is_told) in [
        ("KONTER_PIN_PEPPER='sixteen-or-more!'\n", 0o644, true),
        ("KONTER_PIN_PEPPER='sixteen-or-more!'\n", 0o640, false),
        ("KONTER_LOCALE=id\n", 0o644, false),
    ] {
        fs::write(&env, text).unwrap();
        fs::set_permissions(&env, fs::Permissions::from_mode(mode)).unwrap();
        let ended = run_in(home.path(), &usual(home.path()), &["check"]).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(
            ended.err.contains("everybody on this machine can read it"),
            is_told,
            "{text} {mode:o}: {}",
            ended.err
        );
    }
}

#[tokio::test]
async fn check_says_all_is_well_only_of_what_can_start_and_work() {
    let home = folder();
    let occupied = TcpListener::bind("127.0.0.1:0").unwrap();
    let supplier = |name: &str, value: &str| {
        let protocols = [("XGATE", "xgateway", ["USER_ID", "PIN"]), ("BILLER", "biller-json", ["USER", "PASSWORD"])];
        let settings = usual(home.path()).set("KONTER_SUPPLIERS", "xgate,biller").set(name, value);
        protocols.into_iter().fold(settings, |settings, (id, protocol, credentials)| {
            let of = |name: &str| format!("SUPPLIER_{id}_{name}");
            let settings = settings.set(&of("PROTOCOL"), protocol).set(&of("URL"), "http://127.0.0.1:9");
            credentials.into_iter().fold(settings, |settings, name| settings.set(&of(name), "4711"))
        })
    };
    let token = "8123456789:AAsecretSECRETsecretSECRETsecret";
    for (settings, code, told) in [
        (usual(home.path()).set("TELOXIDE_TOKEN", token), 1, "KONTER_ADMINS: is missing"),
        (
            usual(home.path()).set("KONTER_DATA_DIR", "/proc/konter"),
            1,
            "KONTER_DATA_DIR: /proc/konter cannot be written",
        ),
        (usual(home.path()).set("KONTER_LISTEN", occupied.local_addr().unwrap()), 1, "another program listens there"),
        (usual(home.path()).set("KONTER_LISTEN", "192.0.2.1:8080"), 1, "is no address of this machine"),
        (
            usual(home.path()).set("KONTER_LISTEN", format!("0.0.0.0:{}", free_port())),
            0,
            "KONTER_LISTEN: 0.0.0.0 is every address",
        ),
        (
            usual(home.path()).set("KONTER_BACKUP_DIR", "/proc/copies"),
            0,
            "KONTER_BACKUP_DIR: /proc/copies cannot be written",
        ),
        (
            usual(home.path()).set("KONTER_BACKUP_DIR", "/proc/copies"),
            0,
            "/proc/copies: 0 MiB are free, a backup needs 65",
        ),
        (usual(home.path()).set("KONTER_PIN_PEPPER", "…"), 1, "KONTER_PIN_PEPPER: is still the example's"),
        (supplier("SUPPLIER_XGATE_CALLBACK_IPS", "203.0.113.7"), 0, "SUPPLIER_BILLER_CALLBACK_IPS: is not set, nor is"),
        (
            supplier("SUPPLIER_BILLER_CALLBACK_SECRET", "0123456789abcdef"),
            0,
            "SUPPLIER_XGATE_CALLBACK_IPS: is not set, nor is",
        ),
    ] {
        let ended = run_in(home.path(), &settings, &["check"]).await;
        assert_ended(&ended, code, &[told]);
        assert!(!ended.err.contains("all is well") && !ended.err.contains(token), "{}", ended.err);
    }
    assert_ended(&run_in(home.path(), &usual(home.path()), &["check"]).await, 0, &["all is well"]);
    let with_bot = || usual(home.path()).set("TELOXIDE_TOKEN", token).set("KONTER_ADMINS", "telegram:1001");
    let ended = run_in(home.path(), &with_bot(), &["check"]).await;
    assert_ended(&ended, 0, &["note: KONTER_CONTACT is not set", "all is well"]);
    let ended = run_in(home.path(), &with_bot().set("KONTER_CONTACT", "@toko_berkah"), &["check"]).await;
    assert!(!ended.err.contains("KONTER_CONTACT"), "{}", ended.err);
    assert!(!home.path().join("data").exists(), "what was tried is gone");
}

/// After a power cut a tunnel may be up later than the shop: a service manager has to try again (code 2 says that it need not).
#[tokio::test]
async fn a_start_without_its_address_is_worth_another() {
    let home = folder();
    let settings = usual(home.path()).set("KONTER_LISTEN", "192.0.2.1:8080");
    assert_ended(
        &run_in(home.path(), &settings, &["run"]).await,
        1,
        &["192.0.2.1:8080: is no address of this machine"],
    );
    let occupied = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = usual(home.path()).set("KONTER_LISTEN", occupied.local_addr().unwrap());
    assert_ended(&run_in(home.path(), &settings, &["run"]).await, 1, &["another program listens there"]);
    assert!(!home.path().join("data").exists(), "no shop begins without its address");
    fs::write(home.path().join("data"), "x").unwrap();
    for command in ["run", "audit"] {
        assert_ended(&run_in(home.path(), &usual(home.path()), &[command]).await, 2, &["data is no folder"]);
    }
}

/// Whoever asks before the start hears what the start would say.
#[tokio::test]
async fn check_refuses_the_books_that_a_start_refuses() {
    let home = folder();
    let (settings, data) = (usual(home.path()), home.path().join("data"));
    let mut running = settings.start(home.path(), &["run"]);
    running.says("konter is open").await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    let (books, whole) = (data.join("books"), home.path().join("whole"));
    fs::rename(&books, &whole).unwrap();
    let only_begin = || {
        for file in fs::read_dir(&whole).unwrap() {
            fs::write(books.join(file.unwrap().file_name()), b"").unwrap();
        }
    };
    for (told, spoil) in [
        ("they are gone, and a shop was kept here", (&|| {}) as &dyn Fn()),
        ("they are gone, and a shop was kept here", &|| fs::create_dir(&books).unwrap()),
        ("their end is lost", &only_begin),
    ] {
        spoil();
        for command in ["check", "run"] {
            let refused = run_in(home.path(), &settings, &[command]).await;
            assert_ended(&refused, 1, &[told, "konter restore --force"]);
        }
    }
    fs::remove_dir_all(&books).unwrap();
    fs::rename(&whole, &books).unwrap();
    assert_ended(&run_in(home.path(), &settings, &["check"]).await, 0, &["all is well"]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_shop_that_is_closed_to_this_user_is_not_said_to_be_missing() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = folder();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let settings = usual(home.path());
    let mut running = settings.start(home.path(), &["run"]);
    running.says("konter is open").await;
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    let Some(other) = Settings::other_user() else { return };
    for closed in ["data", "data/books"] {
        let set = |mode| fs::set_permissions(home.path().join(closed), fs::Permissions::from_mode(mode)).unwrap();
        set(0o700);
        let told = format!("{closed} cannot be read by the user nobody");
        for arguments in [&["audit"][..], &["log"], &["books"], &["rebuild"], &["backup", "copy"], &["run"]] {
            let mut running = settings.start_by(&other, home.path(), arguments);
            let code = running.end().await.code();
            let ended = Ended { code, out: running.out(), err: running.err(), left: Vec::new() };
            assert_ended(&ended, 2, &["KONTER_DATA_DIR", &told, "sudo -u root konter"]);
            for name in ["out", "err"] {
                fs::remove_file(home.path().join(name)).unwrap();
            }
        }
        set(0o755);
    }
}

/// The port is taken by the very shop that is checked.
#[tokio::test]
async fn check_beside_a_running_shop_finds_no_mistake_in_it() {
    let (home, elsewhere) = (folder(), folder());
    let settings = usual(home.path()).set("KONTER_DATA_DIR", home.path().join("data").display());
    let mut running = settings.start(elsewhere.path(), &["run"]);
    running.says("konter is open").await;
    assert_ended(&run_in(home.path(), &settings, &["check"]).await, 0, &["a shop is at work in"]);
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
}

#[tokio::test]
async fn check_online_asks_the_bot_and_the_balances_and_shows_no_secret() {
    let home = folder();
    let (api, simulators) = (BotApi::start().await, suppliers().await);
    let settings = usual(home.path()).chat(&api).simulators(&simulators);
    let ended = run_in(home.path(), &settings, &["check", "--online"]).await;
    let told = ["Telegram knows this bot as @konter_bot", "kios: our balance is ", "tele: knows no question"];
    assert_ended(&ended, 0, &told);
    assert_eq!(api.calls_made(), 1, "nothing else is asked of Telegram");
    let quiet = run_in(home.path(), &settings, &["check"]).await;
    assert!(api.calls_made() == 1 && !quiet.err.contains("our balance"), "{}", quiet.err);

    let gone = settings
        .set("TELOXIDE_TOKEN", "8123456789:another-geheim")
        .set("SUPPLIER_KIOS_URL", format!("http://127.0.0.1:{}", free_port()))
        .set("SUPPLIER_KIOS_PASSWORD", "geheim");
    let ended = run_in(home.path(), &gone, &["check", "--online"]).await;
    assert_ended(
        &ended,
        1,
        &["TELOXIDE_TOKEN: Telegram does not know this token", "SUPPLIER_KIOS_URL: could not connect"],
    );
    assert!(!ended.err.contains("geheim"), "{}", ended.err);
    simulators.stop().await;
}

#[tokio::test]
async fn the_program_says_which_it_is_at_its_start_in_its_health_and_in_its_figures() {
    let site = Site::new().await;
    let mut running = site.start();
    running.says("konter is open").await;
    let (log, version) = (running.err(), env!("CARGO_PKG_VERSION"));
    let first = log.lines().next().unwrap();
    let data = site.folder.path().join("data").display().to_string();
    let about = [version, &data, "Asia/Jakarta", "owners=1", "kios (kiosampm), xgate (xgateway)"];
    assert!(about.iter().all(|part| first.contains(part)), "{first}");

    site.api.until("messages are asked for", |api| !api.calls("getupdates").is_empty()).await;
    let told: Value = health(&site.settings).await.json().await.unwrap();
    assert_eq!(
        (&told["status"], &told["version"], &told["owners"]),
        (&"ok".into(), &version.into(), &1.into()),
        "{told}"
    );
    assert_eq!(
        (&told["data_dir"], &told["time_zone"], &told["suppliers"]),
        (&data.into(), &"Asia/Jakarta".into(), &5.into())
    );
    assert!(told["telegram"]["state"] == "connected" && told["telegram"]["since"].is_string(), "{told}");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let figures = client.get(site.settings.url("/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(figures.contains(&format!("konter_build_info{{version=\"{version}\"}} 1")), "{figures}");
    // Strangers, who come through a proxy, hear that it is open, and no more.
    let asked = client.get(site.settings.url("/health")).header("x-forwarded-for", "203.0.113.9");
    let told: Value = asked.send().await.unwrap().json().await.unwrap();
    assert!(told["status"] == "ok" && told["version"].is_null() && told["telegram"].is_null(), "{told}");
    let ended = site.run(&site.settings, &["health"]).await;
    assert!(ended.code == Some(0) && ended.out.contains("\"status\":\"ok\""), "{ended:?}");

    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    assert_ended(&site.run(&site.settings, &["health"]).await, 1, &["no shop answers on KONTER_LISTEN"]);
    site.simulators.stop().await;
}

#[tokio::test]
async fn health_says_how_telegram_is_reached() {
    use crate::support::bot_api::Mishap;
    let site = Site::new().await;
    site.api.set_outage(Some(Mishap::Page(502)));
    let mut running = site.start();
    let telegram = async |state: &str| {
        let came = tokio::time::timeout(PATIENCE, async {
            loop {
                let told: Value = health(&site.settings).await.json().await.unwrap();
                assert_eq!(told["status"], "ok", "orders come by other ways too");
                if told["telegram"]["state"] == state {
                    break told["telegram"].clone();
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        came.await.unwrap_or_else(|_| panic!("never {state}"))
    };
    running.says("konter is open").await;
    let told = telegram("failing").await;
    assert!(told["last_error"]["what"].as_str().unwrap().contains("502"), "{told}");
    site.api.set_outage(None);
    let told = telegram("connected").await;
    assert!(told["last_error"]["at"].is_string(), "the last one is still told: {told}");
    assert_eq!(running.stop("TERM").await, Some(0), "{}", running.err());
    site.simulators.stop().await;
}

/// As systemd listens to a service of `Type=notify` with a watchdog.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_service_manager_is_told_when_the_shop_opens_lives_and_stops() {
    use std::os::unix::net::UnixDatagram;
    let home = folder();
    let socket = home.path().join("notify");
    let manager = UnixDatagram::bind(&socket).unwrap();
    manager.set_read_timeout(Some(PATIENCE)).unwrap();
    let settings = usual(home.path()).set("NOTIFY_SOCKET", socket.display()).set("WATCHDOG_USEC", 200_000);
    let hear = move || {
        let mut bytes = [0; 1024];
        let length = manager.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    };
    let mut running: Running = settings.start(home.path(), &["run"]);
    let opened = hear();
    assert!(opened.starts_with("READY=1\nSTATUS=konter ") && running.err().contains("konter is open"), "{opened}");
    assert_eq!(hear(), "WATCHDOG=1");
    assert_eq!(hear(), "WATCHDOG=1");
    running.signal("TERM");
    let mut told = hear();
    while told == "WATCHDOG=1" {
        told = hear();
    }
    assert!(told.starts_with("STOPPING=1"), "{told}");
    assert_eq!(running.end().await.code(), Some(0), "{}", running.err());
}

#[tokio::test]
async fn shells_and_readers_of_manuals_are_served() {
    let home = folder();
    let run = async |arguments: &[&str]| run_in(home.path(), &Settings::new(), arguments).await;
    for shell in ["bash", "zsh", "fish"] {
        let ended = run(&["completions", shell]).await;
        assert!(ended.code == Some(0) && ended.out.contains("migrate-store"), "{shell}: {ended:?}");
    }
    let ended = run(&["man"]).await;
    assert!(ended.code == Some(0) && ended.out.contains(".TH konter 1"), "{ended:?}");
    assert_eq!(run(&["man", "pages"]).await.code, Some(0));
    assert!(home.path().join("pages/konter-check.1").exists());
}

/// What is shipped for a service runs the program as it is, and keeps to what `systemd-analyze security` wants.
#[test]
fn the_units_name_commands_and_options_there_are() {
    use clap::Parser as _;
    for unit in ["contrib/konter.service", "contrib/konter@.service"] {
        let text = fs::read_to_string(root(unit)).unwrap();
        // Not checked first: what fails before the main process is started again for ever.
        let commands: Vec<&str> = text.lines().filter(|line| line.starts_with("Exec")).collect();
        let [command] = commands.as_slice() else { panic!("{unit}: {commands:?}") };
        let command = command.strip_prefix("ExecStart=").unwrap();
        assert!(konter::cli::Cli::try_parse_from(command.split(' ')).is_ok(), "{unit}: {command}");
        for setting in [
            "Type=notify",
            "WatchdogSec=",
            "CapabilityBoundingSet=\n",
            "SystemCallFilter=@system-service",
            "ReadWritePaths=",
        ] {
            assert!(text.contains(setting), "{unit}: {setting}");
        }
    }
}

/// A file called `.env` compose reads too, as its caller, who may not; and what is copied into an image stays in it.
#[test]
fn a_container_s_settings_are_for_konter_alone() {
    use clap::Parser as _;
    let compose = fs::read_to_string(root("contrib/compose.yaml")).unwrap();
    let command = compose.lines().find_map(|line| line.trim().strip_prefix("command: [")?.strip_suffix(']')).unwrap();
    let command = std::iter::once("konter").chain(command.split(", "));
    assert!(konter::cli::Cli::try_parse_from(command).is_ok(), "{compose}");
    assert!(compose.contains("- ./konter.env:") && !compose.contains("./.env"), "{compose}");
    let left_out = fs::read_to_string(root(".dockerignore")).unwrap();
    assert!(left_out.lines().any(|line| line == "**/*.env"), "{left_out}");
}
