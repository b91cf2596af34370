//! How much memory the real program takes while a shop grows: resellers register, are paid in for, and order, and every
//! reply reaches a Bot API that answers at once. What is asked of it: less than [`LIMIT`] at the end, and nothing that
//! grows with the number of orders.
//!
//! `cargo bench --bench memory`. `KONTER_BENCH_RESELLERS` (1,000) and `KONTER_BENCH_ORDERS` (50,000) make it smaller. The
//! program keeps Telegram's limits, some 25 calls a second; with ten orders a message the full run takes 40 minutes.
//! `KONTER_BENCH_DIR` names a folder whose disk is meant.

#[allow(dead_code, reason = "tests use the rest")]
#[path = "../../tests/support/bot_api.rs"]
mod bot_api;
#[allow(dead_code, reason = "tests use the rest")]
#[path = "../../tests/support/program.rs"]
mod program;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bot_api::{BotApi, TOKEN};
use konter_simulator::{Kind, Pace, SimulatorConfig, Simulators};
use program::{Running, Settings, free_port};

const RESELLERS: u64 = 1_000;
const ORDERS: u64 = 50_000;
/// MiB at the end.
const LIMIT: u64 = 120;
/// MiB that may come on top between a fifth of the orders and the last: what the allocator rounds up, and the log's rows
/// that wait to settle.
const GROWTH: u64 = 10;
/// Stages the orders are reported in.
const STAGES: u64 = 5;

const ADMIN: i64 = 1001;
const FIRST_RESELLER: i64 = 5_001;
const PIN: &str = "739154";
/// Whole rupiah; what an order of [`PRODUCT`] costs, rounded up.
const COST: u64 = 12_000;
const PRODUCT: &str = "S10";
/// As many as one message may hold: each costs a reply, the PIN only one deletion.
const ORDERS_A_MESSAGE: u64 = 10;
/// Registrations, or deposits, or messages with orders, under way at once. More registrations are refused.
const AT_ONCE: u64 = 40;
/// What no stage takes without anything coming.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK_EVERY: Duration = Duration::from_millis(200);

fn main() {
    // `cargo test` builds and starts benches too, to see that they run; filling a shop is not meant then.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let resellers = setting("KONTER_BENCH_RESELLERS", RESELLERS);
    let orders = setting("KONTER_BENCH_ORDERS", ORDERS).div_ceil(ORDERS_A_MESSAGE) * ORDERS_A_MESSAGE;
    let folder = std::env::var_os("KONTER_BENCH_DIR").map_or_else(tempfile::tempdir, tempfile::tempdir_in);
    let folder = folder.expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut site = Site::open(folder.path()).await;
        site.run(resellers, orders).await;
        assert_eq!(site.shop.stop("TERM").await, Some(0), "a clean stop");
    });
}

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual).max(1)
}

/// The shop, everybody it talks to, and what it has said.
struct Site {
    shop: Running,
    api: BotApi,
    _simulators: Simulators,
    metrics: String,
    data: PathBuf,
    updates: i64,
    /// Calls to the Bot API that have been looked at.
    seen: usize,
    heard: Heard,
}

/// Replies that resellers got, by what they begin with.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Heard {
    registered: u64,
    paid_in: u64,
    delivered: u64,
    other: u64,
}

impl Site {
    async fn open(folder: &Path) -> Self {
        let api = BotApi::start().await;
        let simulators = konter_simulator::start(SimulatorConfig::loopback(Pace::Instant)).await.expect("simulators");
        for kind in Kind::ALL {
            simulators.set_balance(kind, 1_000_000_000_000);
        }
        let listen = format!("127.0.0.1:{}", free_port());
        let mut settings = Settings::new()
            .catalog()
            .simulators(&simulators)
            .set("TELOXIDE_TOKEN", TOKEN)
            .set("TELOXIDE_API_URL", &api.url)
            .set("KONTER_ADMINS", format!("telegram:{ADMIN}"))
            .set("KONTER_REGISTRATION", "open")
            .set("KONTER_DATA_DIR", folder.join("data").display())
            .set("KONTER_LISTEN", &listen)
            // As the unit does.
            .set("MALLOC_ARENA_MAX", 2)
            .set("MALLOC_MMAP_THRESHOLD_", 131_072)
            .set("MALLOC_TRIM_THRESHOLD_", 4_194_304);
        for kind in Kind::ALL {
            settings = settings.set(&format!("SUPPLIER_{}_RATE", kind.supplier_id().to_uppercase()), 200);
        }
        let shop = settings.start(folder, &["run"]);
        let metrics = format!("http://{listen}/metrics");
        let data = folder.join("data");
        let site =
            Self { shop, api, _simulators: simulators, metrics, data, updates: 1, seen: 0, heard: Heard::default() };
        let began = Instant::now();
        while site.waiting().await.is_none() {
            assert!(began.elapsed() < PATIENCE, "never opens; it said: {}", program::tail(&site.shop.err()));
            tokio::time::sleep(LOOK_EVERY).await;
        }
        site
    }

    async fn run(&mut self, resellers: u64, orders: u64) {
        let idle = self.report("idle");
        for n in 0..resellers {
            self.write(chat(n), &format!("DAFTAR.Konter {n}.{PIN}"));
            self.until(|heard| heard.registered + AT_ONCE > n).await;
        }
        self.until(|heard| heard.registered == resellers).await;
        self.report(&format!("{resellers} resellers registered"));
        let each = (orders / resellers + ORDERS_A_MESSAGE) * COST;
        for n in 0..resellers {
            self.write(ADMIN, &format!("/deposit telegram:{} {each}", chat(n)));
            self.until(|heard| heard.paid_in + AT_ONCE > n).await;
        }
        self.until(|heard| heard.paid_in == resellers).await;
        self.report("paid in for");
        let mut first = idle;
        for stage in 1..=STAGES {
            let until = orders * stage / STAGES / ORDERS_A_MESSAGE;
            for n in orders * (stage - 1) / STAGES / ORDERS_A_MESSAGE..until {
                let line = |line| format!("{PRODUCT}.0812{:06}00.", n * ORDERS_A_MESSAGE + line);
                let lines = (0..ORDERS_A_MESSAGE).map(line).collect::<Vec<_>>().concat();
                self.write(chat(n % resellers), &format!("{lines}{PIN}"));
                self.until(|heard| heard.delivered / ORDERS_A_MESSAGE + AT_ONCE > n).await;
            }
            let delivered = until * ORDERS_A_MESSAGE;
            self.until(|heard| heard.delivered == delivered).await;
            let now = self.report(&format!("{delivered} orders delivered"));
            first = if stage == 1 { now } else { first };
        }
        // The admin's replies come at one a second.
        let began = Instant::now();
        while self.waiting().await != Some(0) {
            assert!(began.elapsed() < PATIENCE + Duration::from_secs(3 * resellers), "replies are never delivered");
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let last = self.report("all replies delivered");
        let verdict = |fine: bool| if fine { "within" } else { "ABOVE" };
        println!("at the end {last} MiB, {} the limit of {LIMIT}", verdict(last < LIMIT));
        let grown = last.saturating_sub(first);
        println!(
            "{grown} MiB more than after a fifth of the orders, {} the limit of {GROWTH}",
            verdict(grown <= GROWTH)
        );
        println!("{} other replies to resellers", self.heard.other);
    }

    /// Someone writes a message.
    fn write(&mut self, chat: i64, text: &str) {
        self.updates += 1;
        let mut update = bot_api::message(self.updates, chat, text);
        update["message"]["date"] = chrono::Utc::now().timestamp().into();
        self.api.push([update]);
    }

    /// Waits until enough was heard; whatever is heard meanwhile shows that something goes on.
    async fn until(&mut self, enough: impl Fn(&Heard) -> bool) {
        let mut latest = Instant::now();
        loop {
            let before = self.heard;
            self.listen();
            if enough(&self.heard) {
                return;
            }
            if self.heard != before {
                latest = Instant::now();
            }
            assert!(
                latest.elapsed() < PATIENCE,
                "nothing comes any more; it said: {}",
                program::tail(&self.shop.err())
            );
            let seen = self.seen;
            self.api.comes(LOOK_EVERY, |api| api.calls_made() > seen).await;
        }
    }

    fn listen(&mut self) {
        let made = self.api.calls_made();
        for (call, to, text) in self.api.texts_from(self.seen) {
            if call >= made || to == ADMIN {
                continue;
            }
            // Who is behind is told of several things in one message.
            for about in text.split("\n\n") {
                let count = if about.starts_with("SUKSES") {
                    &mut self.heard.delivered
                } else if about.starts_with("Pendaftaran diterima") {
                    &mut self.heard.registered
                } else if about.starts_with("Deposit masuk") {
                    &mut self.heard.paid_in
                } else {
                    &mut self.heard.other
                };
                *count += 1;
            }
        }
        self.seen = made;
    }

    /// Replies that are not delivered yet; `None` while the shop cannot tell.
    async fn waiting(&self) -> Option<u64> {
        let text = reqwest::get(&self.metrics).await.ok()?.text().await.ok()?;
        let line = text.lines().find(|line| line.starts_with("konter_outbox_messages "))?;
        line.split([' ', '.']).nth(1)?.parse().ok()
    }

    /// Prints what the program takes now, in MiB.
    fn report(&self, stage: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.shop.pid())).unwrap_or_default();
        let kib = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
            line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0)
        };
        let (now, most, file) = (kib("VmRSS:") >> 10, kib("VmHWM:") >> 10, kib("RssFile:") >> 10);
        let books = book_bytes(&self.data) >> 20;
        println!(
            "{stage}: {now} MiB resident, {file} of them the program's own file, {most} at most so far; {books} MiB of books"
        );
        now
    }
}

/// Bytes of the books' files below a folder.
fn book_bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => book_bytes(&entry.path()),
            Ok(meta) if entry.file_name().to_string_lossy().ends_with(".book") => meta.len(),
            _ => 0,
        })
        .sum()
}

fn chat(reseller: u64) -> i64 {
    FIRST_RESELLER + i64::try_from(reseller).expect("few")
}
