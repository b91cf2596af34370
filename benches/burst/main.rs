//! A rush: 1,000 orders from 100 chats within 10 s, and how long each waits for SUKSES while the Bot API takes 30 messages
//! a second from the bot and one a second for a chat, and refuses what is over.
//!
//! `cargo bench --bench burst`. The real program, against Bot APIs that forgive short bursts, forgive none,
//! and count deletions among messages.

#[allow(dead_code, reason = "tests use the rest")]
#[path = "../../tests/support/bot_api.rs"]
mod bot_api;
#[path = "../floods/limits.rs"]
mod limits;
#[allow(dead_code, reason = "tests use the rest")]
#[path = "../../tests/support/program.rs"]
mod program;
#[allow(dead_code, reason = "floods use the rest")]
#[path = "../floods/site.rs"]
mod site;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;

use limits::Limits;
use site::{RESELLER, Site};

const CHATS: i64 = 100;
const EACH: usize = 10;
const WITHIN: Duration = Duration::from_secs(10);
const REST: Duration = Duration::from_secs(40);
/// What 99 of a hundred may wait at most, and how many messages may be refused.
const LIMIT: Duration = Duration::from_secs(6);
const REFUSED: u64 = 20;

fn main() {
    // `cargo test` builds and starts benches too, to see that they run; a rush is not meant then.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for (name, limits) in [
        ("short bursts forgiven", Limits::telegrams()),
        ("to the letter", Limits::strict()),
        ("deletions counted too", Limits::with_deletions()),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        runtime.block_on(async {
            let mut site = Site::open(folder.path(), CHATS, limits).await;
            // Until nothing is left of what its beginning cost.
            tokio::time::sleep(REST).await;
            rush(&mut site, name).await;
            site.close().await;
        });
    }
}

/// An order on its way.
struct Waiting {
    chat: i64,
    since: Instant,
    /// How long until SUKSES, each time it was said.
    told: Vec<Duration>,
}

async fn rush(site: &mut Site, name: &str) {
    let mut chats: Vec<i64> = (RESELLER..RESELLER + CHATS).flat_map(|chat| [chat; EACH]).collect();
    chats.shuffle(&mut StdRng::seed_from_u64(1));
    let orders = u32::try_from(chats.len()).expect("few");
    let (first, refused_before, deleted_before) = (site.calls(), site.refused(), site.deletions());
    let began = Instant::now();
    let mut rush = Rush { waiting: HashMap::new(), seen: first, messages: 0 };
    for (place, chat) in (0..).zip(chats) {
        let at = began + WITHIN * place / orders;
        tokio::time::sleep(at.saturating_duration_since(Instant::now())).await;
        let (order, dest) = site.order_to();
        site.write(chat, &order);
        rush.waiting.insert(dest, Waiting { chat, since: Instant::now(), told: Vec::new() });
        rush.look(site);
    }
    site.comes(|site| rush.look(site)).await;
    let took = began.elapsed();
    let deleted = |site: &Site| site.deletions().0 - deleted_before.0;
    let deleted_then = deleted(site);
    site.comes(|site| deleted(site) == rush.waiting.len()).await;
    let deletions = began.elapsed();
    let mut waits: Vec<Duration> = rush.waiting.values().filter_map(|order| order.told.first().copied()).collect();
    waits.sort_unstable();
    let at = |percent: usize| waits.get((waits.len() * percent).div_ceil(100).saturating_sub(1)).copied();
    let seconds =
        |wait: Option<Duration>| wait.map_or("never".to_owned(), |wait| format!("{:.2} s", wait.as_secs_f64()));
    let lost = rush.waiting.len() - waits.len();
    let twice = rush.waiting.values().filter(|order| order.told.len() > 1).count();
    let refused = site.refused() - refused_before;
    let fine = |fine: bool| if fine { "within" } else { "ABOVE" };
    println!("{orders} orders from {CHATS} chats in {} s, {name}:", WITHIN.as_secs());
    println!("  SUKSES after {} (median), {} (p99), {} (last)", seconds(at(50)), seconds(at(99)), seconds(at(100)));
    let p99 = at(99).is_some_and(|wait| wait <= LIMIT) && lost == 0;
    println!("  p99 {} the limit of {} s; lost {lost}, told twice {twice}", fine(p99), LIMIT.as_secs());
    println!(
        "  {} messages sent in {:.1} s; {refused} refused ({} the limit of {REFUSED})",
        rush.messages,
        took.as_secs_f64(),
        fine(refused < REFUSED),
    );
    println!("  {deleted_then} PINs deleted by then, {} after {:.1} s", deleted(site), deletions.as_secs_f64());
}

struct Rush {
    /// By where it goes.
    waiting: HashMap<String, Waiting>,
    /// Calls looked at.
    seen: usize,
    messages: usize,
}

impl Rush {
    /// Notes what has been told since; whether every order has been.
    fn look(&mut self, site: &Site) -> bool {
        for (place, chat, text) in site.texts_from(self.seen) {
            self.seen = place + 1;
            self.messages += 1;
            for words in text.split("\n\n").filter(|words| words.contains("SUKSES")) {
                let dest = words.split_once(" ke ").map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit));
                let order = dest.and_then(|dest| self.waiting.get_mut(&dest.collect::<String>()));
                if let Some(order) = order.filter(|order| order.chat == chat) {
                    order.told.push(order.since.elapsed());
                }
            }
        }
        self.waiting.values().all(|order| !order.told.is_empty())
    }
}
