//! Durable holds: the commit the shop makes when it accepts an order.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use konter_core::agent::Locale;
use konter_core::ids::{AgentId, ChatId};
use konter_core::ledger::{AccountId, Posting};
use konter_core::money::Rupiah;
use konter_core::order::Order;
use konter_store::sled_store::{SledOptions, SledStore};
use konter_store::{Commit, InboxMessage, Payload, Say, Store, Versioned};
use tempfile::TempDir;

use crate::support;
use crate::waits::{Waits, Watch};

const AGENTS: u32 = 1_000;
/// What each has; no run comes near using it up.
const BALANCE: i64 = 1_000_000_000_000;
/// Messages stored together before the watch starts.
const RECEIVED_AT_ONCE: usize = 500;
const PRICE: i64 = 10_500;

/// A store with resellers in it.
pub struct Holds {
    store: Store,
    placed: u64,
    folder: TempDir,
}

impl Holds {
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::new(SledStore::open(&folder.path().join("store"), SledOptions::default()).expect("a store"));
        let mut commit = Commit::new(now());
        commit.postings = (1..=AGENTS).map(deposit).collect();
        store.commit(commit).await.expect("deposits");
        Self { store, placed: 0, folder }
    }

    /// Places so many orders, each caller one after the other. Their messages are in the inbox before the watch starts.
    pub async fn run(&mut self, callers: usize, count: u64, waits: &mut Waits) -> Duration {
        let mut work = vec![Vec::new(); callers];
        for (place, id) in (self.placed + 1..=self.placed + count).enumerate() {
            work[place % callers].push(id);
        }
        self.placed += count;
        let mut hands = Vec::with_capacity(callers);
        for ids in work {
            for some in ids.chunks(RECEIVED_AT_ONCE) {
                let received = some.iter().map(|&id| message(id)).collect();
                self.store.commit(Commit { received, ..Commit::new(now()) }).await.expect("received");
            }
            hands.push(ids.into_iter().map(hold).collect::<Vec<_>>());
        }
        let watch = Watch::start();
        let tasks: Vec<_> =
            hands.into_iter().map(|commits| tokio::spawn(caller(self.store.clone(), commits))).collect();
        let mut each = Vec::new();
        for task in tasks {
            each.extend(task.await.expect("a caller ends well"));
        }
        waits.note(&watch, each)
    }

    /// How many holds a second the disk would take if there were nothing else: as many bytes as so many write together, appended to
    /// a file and synced.
    pub fn limit_of_disk(&self, together: u32) -> f64 {
        /// What a hold writes to the books.
        const BYTES: usize = 2_400;
        const SYNCS: u32 = 300;
        let path = self.folder.path().join("limit");
        let mut file = File::create(&path).expect("a file");
        let group = vec![b'x'; BYTES * usize::try_from(together).expect("few")];
        let began = Instant::now();
        for _ in 0..SYNCS {
            file.write_all(&group).and_then(|()| file.sync_data()).expect("synced");
        }
        let taken = began.elapsed();
        std::fs::remove_file(path).expect("removed");
        f64::from(SYNCS * together) / taken.as_secs_f64()
    }

    /// Of all its files.
    pub fn bytes(&self) -> u64 {
        size(self.folder.path())
    }

    pub async fn close(self) {
        self.store.close().await.expect("closes");
    }
}

fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let size_of = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => size(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    };
    entries.map(size_of).sum()
}

async fn caller(store: Store, commits: Vec<Commit>) -> Vec<Duration> {
    let mut waits = Vec::with_capacity(commits.len());
    for commit in commits {
        let asked = Instant::now();
        store.commit(commit).await.expect("held");
        waits.push(asked.elapsed());
    }
    waits
}

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn deposit(agent: u32) -> Posting {
    Posting::paid_in(AgentId(agent), Rupiah::new(BALANCE), None)
}

fn agent_of(id: u64) -> AgentId {
    AgentId(u32::try_from(id % u64::from(AGENTS)).unwrap_or(0) + 1)
}

fn chat_of(id: u64) -> ChatId {
    ChatId::telegram(i64::from(agent_of(id).0))
}

fn message(id: u64) -> InboxMessage {
    InboxMessage {
        sender: "Budi".to_owned(),
        ..InboxMessage::new(chat_of(id), id.to_string(), format!("S10.{}.1234", dest(id)), now())
    }
}

fn dest(id: u64) -> String {
    format!("0812{:08}", id * 7919 % 100_000_000)
}

fn hold(id: u64) -> Commit {
    let order = order(id);
    let mut commit = Commit::new(now());
    commit.answers = Some((message(id).key(), id));
    commit.handled = Some(message(id).key());
    commit.postings.push(Posting::Hold {
        order: order.id,
        debit: AccountId::Agent(order.agent),
        credit: AccountId::Sales,
        amount: order.price,
    });
    let payload = Payload::Forget { message: id.to_string() };
    commit.outgoing.push(Say::new(order.chat.clone(), Locale::Id, payload));
    commit.orders.push(Versioned { expected: None, row: order });
    commit
}

fn order(id: u64) -> Order {
    Order {
        agent: agent_of(id),
        chat: chat_of(id),
        day: now().date_naive(),
        price: Rupiah::new(PRICE),
        attempts: vec![support::attempt(id)],
        created_at: now(),
        updated_at: now(),
        ..support::order(id, 1, &dest(id))
    }
}
