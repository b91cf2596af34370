//! How long the shop takes to open with much history behind it: the real program, from its start until `/health` says
//! that orders can be taken. Three ways it may have ended before: a clean stop, a kill while nothing went on, and a kill in
//! a flood of orders, when most is left to be read back. Before that: what a backup takes in which 100 orders are new.
//!
//! `cargo bench --bench start`. `KONTER_BENCH_ORDERS` sets how many orders are stored (1,000,000); `KONTER_BENCH_DIR`
//! names a folder to keep and use again, else one below the temporary folder is filled and removed.

mod backups;
mod history;
#[path = "../../tests/support/store.rs"]
mod support;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const DEFAULT_ORDERS: u64 = 1_000_000;
/// Of them not final: what a start has to look at.
const OPEN: u64 = 200;
const STARTS: usize = 5;
/// What a start may take.
const LIMIT: Duration = Duration::from_secs(1);
/// What an order may take on the disk, with a year of them there.
const MOST_BYTES: u64 = 2_000;
/// What making the state anew may take.
const REBUILD_LIMIT: Duration = Duration::from_secs(60);
const PATIENCE: Duration = Duration::from_secs(300);
/// Orders placed before the kill in a flood: nearly as many as the log holds.
const FLOOD: u64 = 30_000;
/// With this the bench places orders beginning with the number that it says, and dies.
const FLOOD_FROM: &str = "KONTER_BENCH_FLOOD_FROM";

fn main() {
    // `cargo test` builds and starts benches too, to see that they run; filling a store is not meant then.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let orders = std::env::var("KONTER_BENCH_ORDERS").ok().and_then(|n| n.parse().ok()).unwrap_or(DEFAULT_ORDERS);
    let kept = std::env::var_os("KONTER_BENCH_DIR").map(PathBuf::from);
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = kept.unwrap_or_else(|| temporary.path().to_owned());
    let data = folder.join("data");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Some(first) = std::env::var(FLOOD_FROM).ok().and_then(|first| first.parse().ok()) {
        runtime.block_on(history::flood_and_die(&data, first, FLOOD));
    }
    if !data.exists() {
        let began = Instant::now();
        runtime.block_on(history::fill(&data, orders, OPEN));
        println!("filled with {orders} orders in {:.1?}", began.elapsed());
    }
    std::fs::write(folder.join("catalog.csv"), konter_core::catalog::SAMPLE).expect("the catalog");
    let (all, days) = (size(&data), size(&data.join("days")));
    println!(
        "data dir: {} MiB, of it {} MiB closed days; {} bytes an order ({} the limit of {MOST_BYTES})",
        all >> 20,
        days >> 20,
        all / orders.max(1),
        if all / orders.max(1) <= MOST_BYTES { "within" } else { "ABOVE" }
    );
    runtime.block_on(backups::measure(&folder));
    rebuild(&folder);
    let mut floods = Floods::new(&folder);
    for (before, how) in
        [(Before::Stop, "a clean stop"), (Before::Kill, "a kill"), (Before::Flood, "a kill in a flood of orders")]
    {
        let mut times = Vec::new();
        let mut memory = 0;
        for round in 0..=STARTS {
            if before == Before::Flood {
                floods.next();
            }
            let (mut shop, time) = start(&folder);
            // The first one starts after whatever was there.
            if round > 0 {
                memory = memory.max(resident(shop.id()));
                times.push(time);
            }
            end(&mut shop, before != Before::Stop);
        }
        times.sort_unstable();
        let median = times[STARTS / 2];
        println!(
            "start after {how}: median {} ms ({} the limit of {} ms), slowest {} ms, {} MiB resident",
            median.as_millis(),
            if median < LIMIT { "within" } else { "ABOVE" },
            LIMIT.as_millis(),
            times[STARTS - 1].as_millis(),
            memory >> 10
        );
    }
}

/// The state made anew from the books, and all of it proven.
fn rebuild(folder: &Path) {
    let state = |data: &Path| size(&data.join("state")) >> 20;
    let (data, began) = (folder.join("data"), Instant::now());
    let before = state(&data);
    std::fs::remove_dir_all(data.join("state")).expect("there is a state");
    let (mut shop, time) = start(folder);
    end(&mut shop, false);
    println!(
        "start without the state, which is made anew: {:.1} s ({} the limit of {} s); {before} MiB before, {} after",
        time.as_secs_f64(),
        if time < REBUILD_LIMIT { "within" } else { "ABOVE" },
        REBUILD_LIMIT.as_secs(),
        state(&data)
    );
    println!("with the stop behind it {:.1?}", began.elapsed());
}

/// How the shop ended before it is started.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Stop,
    Kill,
    Flood,
}

/// Floods the store again and again, each time with orders it does not have.
struct Floods {
    folder: PathBuf,
    next: u64,
}

impl Floods {
    fn new(folder: &Path) -> Self {
        // By the clock, so that a folder that is kept can be flooded again: any number above the history's.
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time after 1970");
        Self { folder: folder.to_owned(), next: now.as_secs() * 1_000 }
    }

    fn next(&mut self) {
        let flood = Command::new(std::env::current_exe().expect("this program"))
            .env("KONTER_BENCH_DIR", &self.folder)
            .env(FLOOD_FROM, self.next.to_string())
            .status();
        assert!(flood.expect("a flood").success());
        self.next += FLOOD;
    }
}

/// Starts the program and waits until it can take orders.
fn start(folder: &Path) -> (Child, Duration) {
    let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port");
    let log = std::fs::File::create(folder.join("log")).expect("a log");
    let began = Instant::now();
    let shop = Command::new(env!("CARGO_BIN_EXE_konter"))
        .arg("run")
        .current_dir(folder)
        .env_clear()
        .envs(history::supplier_settings())
        .env("KONTER_LISTEN", address.to_string())
        .env("KONTER_CATALOG", folder.join("catalog.csv"))
        .env("KONTER_DATA_DIR", folder.join("data"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("the program starts");
    while !is_healthy(address) {
        assert!(began.elapsed() < PATIENCE, "never opens; see {}", folder.join("log").display());
        std::thread::sleep(Duration::from_millis(2));
    }
    (shop, began.elapsed())
}

fn is_healthy(address: SocketAddr) -> bool {
    let asked = TcpStream::connect(address).and_then(|mut stream| {
        stream.write_all(b"GET /health HTTP/1.1\r\nHost: konter\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    });
    asked.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

fn end(shop: &mut Child, kill: bool) {
    if kill {
        shop.kill().expect("killed");
    } else {
        let stopped = Command::new("kill").args(["-TERM", &shop.id().to_string()]).status();
        assert!(stopped.expect("kill").success());
    }
    shop.wait().expect("ended");
}

/// KiB of a process's memory.
fn resident(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or(0)
}

/// Bytes of all files below a folder.
fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => size(&entry.path()),
            Ok(meta) => meta.len(),
            Err(_) => 0,
        })
        .sum()
}
