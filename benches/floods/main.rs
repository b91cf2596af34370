//! Floods in seconds: how long a reseller waits for SUKSES, and an admin for the answer to `/deposit`, while very many
//! others write to the bot. The real program talks to a Bot API that keeps Telegram's limits and refuses what is over.
//!
//! `cargo bench --bench floods`. Each flood comes all at once, with an order and a deposit behind it, and a few more of
//! both while its answers wait. `KONTER_BENCH_PERCENT` makes the floods smaller or larger.

#[allow(dead_code, reason = "tests use the rest")]
#[path = "../../tests/support/bot_api.rs"]
mod bot_api;
mod limits;
#[allow(dead_code, reason = "tests use the rest")]
#[path = "../../tests/support/program.rs"]
mod program;
#[allow(dead_code, reason = "the burst uses the rest")]
mod site;

use std::time::{Duration, Instant};

use serde_json::Value;

use limits::Limits;
use site::{ADMIN, Awaited, RESELLER, Site};

/// What a reseller and an admin may wait.
const SUKSES_LIMIT: Duration = Duration::from_secs(3);
const ANSWER_LIMIT: Duration = Duration::from_secs(4);
/// MiB that a flood may leave behind: what the allocator rounds up.
const GROWTH: u64 = 10;
/// Orders and deposits in one flood, and the time from one to the next.
const ROUNDS: u32 = 4;
const PAUSE: Duration = Duration::from_secs(5);
/// Enough for all turns that PINs are hashed in to have their memory before anything is measured.
const RESELLERS: i64 = 4;
const FIRST_STRANGER: i64 = 1_000_000;
const FIRST_GROUP: i64 = -1_001_000_000;

fn main() {
    // `cargo test` builds and starts benches too, to see that they run; flooding a shop is not meant then.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let percent = std::env::var("KONTER_BENCH_PERCENT").ok().and_then(|n| n.parse().ok()).unwrap_or(100);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for flood in Flood::ALL {
        let folder = tempfile::tempdir().expect("a folder");
        runtime.block_on(async {
            let mut site = Site::open(folder.path(), RESELLERS, Limits::telegrams()).await;
            flood.run(&mut site, percent).await;
            site.close().await;
        });
    }
}

#[derive(Clone, Copy)]
enum Flood {
    /// Chats that are nobody's say six things each.
    Talk,
    /// One account writes the same in one group after the other.
    Groups,
    Strangers,
    Registrations,
    /// Buttons, old ones and made up ones, of resellers and of nobody.
    Taps,
}

impl Flood {
    const ALL: [Self; 5] = [Self::Talk, Self::Groups, Self::Strangers, Self::Registrations, Self::Taps];

    const fn size(self) -> i64 {
        match self {
            Self::Talk => 300,
            Self::Groups => 500,
            Self::Strangers => 2_000,
            Self::Registrations => 600,
            Self::Taps => 30_000,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Talk => "strangers with six lines each",
            Self::Groups => "groups with one command",
            Self::Strangers => "strangers with one line",
            Self::Registrations => "registrations",
            Self::Taps => "taps",
        }
    }

    fn updates(self, shop: &mut Site, size: i64) -> Vec<Value> {
        let strangers = FIRST_STRANGER..FIRST_STRANGER + size;
        match self {
            Self::Talk => ["halo", "min", "SALDO", "S10.081234567890.1234", "harga", "P"]
                .iter()
                .flat_map(|line| strangers.clone().map(move |chat| (chat, line)))
                .map(|(chat, line)| shop.message(chat, line))
                .collect(),
            Self::Groups => {
                (0..size).map(|group| shop.in_group(FIRST_GROUP - group, FIRST_STRANGER, "/saldo@konter_bot")).collect()
            }
            Self::Strangers => strangers.map(|chat| shop.message(chat, "halo")).collect(),
            Self::Registrations => {
                strangers.map(|chat| shop.message(chat, &format!("DAFTAR.Baru {chat}.480263"))).collect()
            }
            Self::Taps => {
                let chats = [RESELLER + 1, RESELLER + 2, FIRST_STRANGER, FIRST_STRANGER + 1, FIRST_STRANGER + 2];
                let buttons = ["!no 1", "!again 1", "!receipt 1", "!old 1"];
                let taps = (0..size).zip(chats.into_iter().cycle().zip(buttons.into_iter().cycle()));
                taps.map(|(_, (chat, button))| shop.tap(chat, button)).collect()
            }
        }
    }

    async fn run(self, site: &mut Site, percent: i64) {
        let many = (self.size() * percent / 100).max(1);
        let ((before, _), refused_before) = (site.memory(), site.refused());
        let updates = self.updates(site, many);
        let began = Instant::now();
        site.push(updates);
        let (mut sukses, mut answers) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            tokio::time::sleep((PAUSE * round).saturating_sub(began.elapsed())).await;
            let (ordered, answered) = order_and_deposit(site, round).await;
            sukses.push(ordered);
            answers.push(answered);
        }
        let all = if site.taken_in().await { "" } else { ", NOT ALL of which were taken in" };
        let (after, most) = site.memory();
        println!("{many} {}{all}:", self.name());
        println!("  SUKSES after {}", judged(&sukses, SUKSES_LIMIT));
        println!("  the admin's answer after {}", judged(&answers, ANSWER_LIMIT));
        let verdict = verdict(after.saturating_sub(before) <= GROWTH);
        println!("  {before} MiB before, {after} after, {most} at most ({verdict} the limit of {GROWTH} MiB more)");
        let (refused, handles) = (site.refused() - refused_before, site.handles());
        println!("  {refused} messages refused by Telegram's limits; {handles} file handles at most");
    }
}

/// How long each waits for what it wants; `None`: nobody would wait so long.
async fn order_and_deposit(site: &mut Site, round: u32) -> (Option<Duration>, Option<Duration>) {
    let from = site.calls();
    let amount = 7_321 + round;
    let order = site.order();
    let began = Instant::now();
    site.write(RESELLER, &order);
    site.write(ADMIN, &format!("/deposit telegram:{} {amount}", RESELLER + 1));
    let dotted = format!("{}.{:03}", amount / 1_000, amount % 1_000);
    let all = [Awaited { chat: RESELLER, words: "SUKSES".to_owned() }, Awaited { chat: ADMIN, words: dotted }];
    let heard = site.hear(from, &all).await;
    let waited = |place: usize| heard.get(place).copied().flatten().map(|at| at.duration_since(began));
    (waited(0), waited(1))
}

fn judged(waits: &[Option<Duration>], limit: Duration) -> String {
    let each = waits.iter().map(|wait| wait.map_or("never".to_owned(), |wait| format!("{:.2}", wait.as_secs_f64())));
    let fine = waits.iter().all(|wait| wait.is_some_and(|wait| wait <= limit));
    format!("{} s ({} the limit of {} s)", each.collect::<Vec<_>>().join(", "), verdict(fine), limit.as_secs())
}

const fn verdict(fine: bool) -> &'static str {
    if fine { "within" } else { "ABOVE" }
}
