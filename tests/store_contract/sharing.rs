//! What of the work is whose, when several processes share one database.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use konter_core::ids::{ChatId, SupplierId};
use konter_core::staff::{Role, Staff};
use konter_reply::Reply;
use konter_store::{Commit, DeskRows, Leases, Notification, Shard, Store, Versioned, Word};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::postgres::{self, Cluster, Database};
use crate::support::*;
use crate::wire::Wire;

/// For what takes a lease and a few rounds.
const PATIENCE: Duration = Duration::from_secs(40);
const LEASE: Duration = Duration::from_secs(6);
/// A look at everybody's parts.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// A process as far as its store goes. It can die: everything of it ends where it stands.
struct Process {
    runtime: Option<Runtime>,
    store: Store,
    share: Arc<Leases>,
    words: UnboundedReceiver<Word>,
}

impl Process {
    async fn join(database: &Database) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let database = database.clone();
        let joining = runtime.spawn(async move {
            let engine = database.engine().await;
            engine.join().await.unwrap();
            Store::new(engine)
        });
        let store = joining.await.unwrap();
        let words = store.words().unwrap();
        Self { runtime: Some(runtime), share: store.share(), store, words }
    }

    /// Without a word to anybody.
    fn die(&mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }

    async fn leave(&mut self) {
        let store = self.store.clone();
        self.runtime.as_ref().unwrap().spawn(async move { store.close().await.unwrap() }).await.unwrap();
        self.die();
    }

    fn parts(&self) -> usize {
        self.share.shards().len()
    }

    /// Waits for a word like this.
    async fn hears(&mut self, what: &str, mut wanted: impl FnMut(&Word) -> bool) -> Word {
        let wait = async {
            loop {
                let word = self.words.recv().await.expect("words go on");
                if wanted(&word) {
                    return word;
                }
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| panic!("never hears {what}"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn becomes(what: &str, so: impl Fn() -> bool) {
    let started = Instant::now();
    while !so() {
        assert!(started.elapsed() < PATIENCE, "never so: {what}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// The parts of these, once each has so many.
async fn settle(processes: &[&Process], wanted: &[usize]) {
    let parts = || processes.iter().map(|process| process.parts()).collect::<Vec<_>>();
    becomes(&format!("parts {wanted:?}"), || parts() == wanted).await;
}

/// A chat of a process's, by its number.
fn number_in(share: &Leases) -> i64 {
    (1..1_000).find(|n| share.holds(&chat(*n))).unwrap()
}

fn gained(word: &Word) -> bool {
    matches!(word, Word::Gained { .. })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_are_shared_out_fairly_and_whole() {
    let Some(database) = postgres::database().await else { return };
    let mut first = Process::join(&database).await;
    assert_eq!(first.parts(), 64);
    assert!(first.share.leads());
    let mut second = Process::join(&database).await;
    settle(&[&first, &second], &[32, 32]).await;
    assert!(first.share.leads(), "who leads goes on leading");
    let third = Process::join(&database).await;
    becomes("three shares", || {
        let parts = [first.parts(), second.parts(), third.parts()];
        parts.iter().sum::<usize>() == 64 && parts.iter().all(|parts| (20..=22).contains(parts))
    })
    .await;
    // Whoever leaves is not waited for.
    let left = Instant::now();
    second.leave().await;
    settle(&[&first, &third], &[32, 32]).await;
    assert!(left.elapsed() < LEASE, "{:?}", left.elapsed());
    first.leave().await;
    settle(&[&third], &[64]).await;
    assert!(third.share.leads());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_dies_is_missed_after_its_lease_and_what_it_said_is_in_doubt() {
    let Some(database) = postgres::database().await else { return };
    let mut first = Process::join(&database).await;
    let mut second = Process::join(&database).await;
    settle(&[&first, &second], &[32, 32]).await;
    while second.words.try_recv().is_ok() {}
    let died = Instant::now();
    first.die();
    let word = second.hears("of the orphans", gained).await;
    assert!(died.elapsed() + Duration::from_secs(2) >= LEASE, "a lease is not broken: {:?}", died.elapsed());
    let Word::Gained { shards, orphaned } = word else { unreachable!() };
    assert!(orphaned && !shards.is_empty());
    settle(&[&second], &[64]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doubt_goes_along_with_its_part_to_whoever_has_it_next() {
    let Some(database) = postgres::database().await else { return };
    let mut first = Process::join(&database).await;
    first.share.open(&Shard::all().collect::<Vec<_>>());
    first.share.doubt(chat(1), 7..=7);
    let busy = first.share.enter(&chat(2)).unwrap();
    first.share.saying(&chat(3), 8);
    first.share.saying(&chat(4), 9);
    first.share.said(&chat(4), 9);
    let mut second = Process::join(&database).await;
    first.leave().await;
    drop(busy);
    let mut orphans: Vec<Shard> = Vec::new();
    settle(&[&second], &[64]).await;
    while let Ok(word) = second.words.try_recv() {
        if let Word::Gained { shards, orphaned: true } = word {
            orphans.extend(shards);
        }
    }
    orphans.sort();
    let mut wanted = [1, 2, 3].map(|n| Shard::of(&chat(n))).to_vec();
    wanted.sort();
    wanted.dedup();
    assert_eq!(orphans, wanted);
}

/// Whoever cannot reach the database stops believing before anybody else begins.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_cut_off_stops_before_another_begins_and_comes_back() {
    let Some(cluster) = Cluster::of_its_own() else { return };
    let wire = Wire::to(cluster.port()).await;
    let first = Process::join(&cluster.database().at_port(cluster.port(), wire.port())).await;
    let mut second = Process::join(&cluster.database()).await;
    settle(&[&first, &second], &[32, 32]).await;
    while second.words.try_recv().is_ok() {}
    let watched = Arc::clone(&first.share);
    wire.hold(true);
    second.hears("of the orphans", gained).await;
    assert_eq!(watched.shards(), [], "two believe to hold the same");
    assert!(!watched.leads());
    settle(&[&second], &[64]).await;
    wire.hold(false);
    settle(&[&first, &second], &[32, 32]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_joins_over_connections_that_break() {
    let Some(cluster) = Cluster::of_its_own() else { return };
    // Its tables are made.
    cluster.database().open().await.close().await.unwrap();
    let wire = Wire::to(cluster.port()).await;
    let wired = cluster.database().at_port(cluster.port(), wire.port());
    wire.cut_one_of(30, 20_261_121);
    for _ in 0..10 {
        let mut process = Process::join(&wired).await;
        process.leave().await;
    }
    assert!(wire.cuts() > 5, "only {} were cut", wire.cuts());
}

/// A database that was away longer than a process believes in its lease, and shorter than the lease.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_a_processs_without_its_knowing_is_taken_up_again() {
    let Some(cluster) = Cluster::of_its_own() else { return };
    let wire = Wire::to(cluster.port()).await;
    let mut only = Process::join(&cluster.database().at_port(cluster.port(), wire.port())).await;
    let share = Arc::clone(&only.share);
    while only.words.try_recv().is_ok() {}
    wire.hold(true);
    becomes("nothing believed", || share.shards().is_empty()).await;
    // Had it not been looked for, this would go on for ever.
    postgres::execute(&cluster.database().url, "UPDATE work SET until = now() + interval '1 hour'").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    wire.hold(false);
    let word = only.hears("of its own parts", gained).await;
    let Word::Gained { shards, orphaned } = word else { unreachable!() };
    assert_eq!((shards.len(), orphaned), (64, false), "nobody else had them");
    assert_eq!(share.shards().len(), 64);
    // An answer that was lost: the database has given what nobody was told of.
    let mut second = Process::join(&cluster.database()).await;
    settle(&[&only, &second], &[32, 32]).await;
    while second.words.try_recv().is_ok() {}
    let part = only.share.shards()[0].number();
    let sql = format!(
        "UPDATE work SET owner = (SELECT owner FROM work WHERE part = {}) WHERE part = {part}",
        second.share.shards()[0].number()
    );
    postgres::execute(&cluster.database().url, &sql).await;
    let is_it = |word: &Word| matches!(word, Word::Gained { shards, orphaned: true } if shards[0].number() == part);
    second.hears("of a part nobody gave it", is_it).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_part_is_two_processes_at_any_moment() {
    let Some(cluster) = Cluster::of_its_own() else { return };
    let wire = Wire::to(cluster.port()).await;
    let shares: Arc<parking_lot::Mutex<Vec<Arc<Leases>>>> = Arc::default();
    let (is_over, looks) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let watching = std::thread::spawn({
        let (shares, is_over, looks) = (Arc::clone(&shares), Arc::clone(&is_over), Arc::clone(&looks));
        move || {
            while !is_over.load(Ordering::Relaxed) {
                let shares = shares.lock().clone();
                for part in Shard::all() {
                    // Looked at twice: it may have been given away between two looks, and not back.
                    let first: Vec<bool> = shares.iter().map(|share| share.has(part)).collect();
                    let both = shares.iter().zip(first).filter(|(share, had)| *had && share.has(part)).count();
                    assert!(both < 2, "{part:?} is held by {both}");
                }
                looks.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(LOOK_EVERY);
            }
        }
    });
    let join = async |database: Database| {
        let process = Process::join(&database).await;
        shares.lock().push(Arc::clone(&process.share));
        process
    };
    let wired = cluster.database().at_port(cluster.port(), wire.port());
    let stays = join(wired.clone()).await;
    let mut dies = join(cluster.database()).await;
    let mut leaves = join(cluster.database()).await;
    // Something is always under way somewhere.
    let busy: Vec<_> = (1..200).filter_map(|n| stays.share.enter(&chat(n))).collect();
    tokio::time::sleep(Duration::from_secs(3)).await;
    drop(busy);
    wire.hold(true);
    tokio::time::sleep(Duration::from_secs(3)).await;
    dies.die();
    tokio::time::sleep(Duration::from_secs(4)).await;
    wire.hold(false);
    let back = join(cluster.database()).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    leaves.leave().await;
    becomes("two shares", || stays.parts() == 32 && back.parts() == 32).await;
    is_over.store(true, Ordering::Relaxed);
    watching.join().unwrap();
    assert!(looks.load(Ordering::Relaxed) > 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_busy_stays_until_it_is_done_and_comes_back_when_nobody_wants_it() {
    let Some(database) = postgres::database().await else { return };
    let mut first = Process::join(&database).await;
    let share = Arc::clone(&first.share);
    let one_each: BTreeMap<Shard, ChatId> = (1..3_000).map(chat).map(|chat| (Shard::of(&chat), chat)).collect();
    assert_eq!(one_each.len(), 64);
    let mut busy: BTreeMap<Shard, _> =
        one_each.iter().map(|(part, chat)| (*part, share.enter(chat).unwrap())).collect();
    let mut second = Process::join(&database).await;
    let leaving = || one_each.values().filter(|chat| share.enter(chat).is_none()).count();
    becomes("some leave", || leaving() > 0).await;
    assert!(leaving() <= 8, "the rest is worked on meanwhile");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(second.parts(), 0, "what is busy is not given away");
    let (going, chat) = one_each.iter().find(|(_, chat)| share.enter(chat).is_none()).unwrap();
    assert!(share.holds(chat), "and what is under way is finished");
    busy.remove(going);
    settle(&[&second], &[1]).await;
    assert!(second.share.has(*going) && !share.has(*going));
    while first.words.try_recv().is_ok() {}
    second.leave().await;
    first.hears("that it may go on", gained).await;
    becomes("everything may begin again", || leaving() == 0).await;
    assert_eq!(first.parts(), 64);
    // What only waits for a supplier goes at once.
    let waiting: BTreeMap<Shard, _> = busy.iter().map(|(part, busy)| (*part, busy.rest())).collect();
    let third = Process::join(&database).await;
    settle(&[&first, &third], &[32, 32]).await;
    for (part, wait) in waiting {
        assert_eq!(wait.is_over_and_still_ours(), !third.share.has(part));
    }
}

fn staff(n: i64) -> Staff {
    Staff { chat: chat(n), version: 1, role: Some(Role::Viewer), by: chat(1), at: now() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_holds_a_chat_hears_of_what_others_commit_for_it() {
    let Some(database) = postgres::database().await else { return };
    let mut first = Process::join(&database).await;
    let mut second = Process::join(&database).await;
    settle(&[&first, &second], &[32, 32]).await;
    let theirs = number_in(&second.share);
    let agent = u32::try_from(theirs).unwrap();
    let commits: [(Commit, Notification); 5] = [
        (Commit { received: vec![message(theirs, "1")], ..commit() }, Notification::Inbox(chat(theirs))),
        (
            Commit { outgoing: vec![say(theirs, Reply::TryAgain { order: true })], ..commit() },
            Notification::Outbox(chat(theirs)),
        ),
        (deposit(agent, 100_000), Notification::Settings),
        (place(order(1, agent, "081")), Notification::Order(konter_core::ids::OrderId(1))),
        (
            Commit {
                desk: DeskRows { staff: vec![Versioned { expected: None, row: staff(5) }], ..DeskRows::default() },
                ..commit()
            },
            Notification::Settings,
        ),
    ];
    for (commit, notification) in commits {
        let moves_money_only = !commit.postings.is_empty() && commit.orders.is_empty();
        first.store.commit(commit).await.unwrap();
        if !moves_money_only {
            second.hears(&format!("{notification:?}"), |word| *word == Word::Notified(notification.clone())).await;
        }
    }
    first
        .store
        .notify_others(Notification::Check { order: konter_core::ids::OrderId(1), by_person: true })
        .await
        .unwrap();
    let check = Word::Notified(Notification::Check { order: konter_core::ids::OrderId(1), by_person: true });
    second.hears("a check", |word| *word == check).await;
    // Of its own chats nobody needs to be told.
    let mine = number_in(&first.share);
    first
        .store
        .commit(Commit { outgoing: vec![say(mine, Reply::TryAgain { order: true })], ..commit() })
        .await
        .unwrap();
    first
        .store
        .commit(Commit { outgoing: vec![say(theirs, Reply::TryAgain { order: true })], ..commit() })
        .await
        .unwrap();
    let of_mine = Word::Notified(Notification::Outbox(chat(mine)));
    let last = Word::Notified(Notification::Outbox(chat(theirs)));
    let heard = second.hears("the last", |word| *word == of_mine || *word == last).await;
    assert_eq!(heard, last);
    // Whoever could not listen for a while looks at everything.
    let listeners = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
        WHERE datname = current_database() AND query = 'LISTEN konter'";
    postgres::execute(&database.url, listeners).await;
    for process in [&mut first, &mut second] {
        process.hears("that it missed something", |word| *word == Word::Missed).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn places_at_a_supplier_are_for_all_processes_together() {
    const PLACES: u16 = 2;
    let Some(database) = postgres::database().await else { return };
    let mut processes = Vec::new();
    for _ in 0..3 {
        processes.push(Process::join(&database).await);
    }
    let kios: SupplierId = "kios".parse().unwrap();
    let (under_way, most, done) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0));
    let work = processes.iter().flat_map(|process| [process; 4]).map(|process| async {
        for _ in 0..5 {
            let place = loop {
                if let Some(place) = process.store.take_place(&kios, PLACES).await.unwrap() {
                    break place;
                }
                tokio::time::sleep(LOOK_EVERY).await;
            };
            let now = under_way.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(now, Ordering::SeqCst);
            tokio::time::sleep(LOOK_EVERY).await;
            under_way.fetch_sub(1, Ordering::SeqCst);
            process.store.free_place(&kios, place).await.unwrap();
            done.fetch_add(1, Ordering::SeqCst);
        }
    });
    futures::future::join_all(work).await;
    assert_eq!((done.load(Ordering::SeqCst), most.load(Ordering::SeqCst)), (60, usize::from(PLACES)));
    // One dies with a place, one goes on with one: a lease later the first one's is free.
    assert!(processes[0].store.take_place(&kios, PLACES).await.unwrap().is_some());
    assert!(processes[1].store.take_place(&kios, PLACES).await.unwrap().is_some());
    processes[0].die();
    assert_eq!(processes[2].store.take_place(&kios, PLACES).await.unwrap(), None);
    postgres::execute(&database.url, "UPDATE supplier_places SET until = now() + interval '2 seconds'").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(processes[2].store.take_place(&kios, PLACES).await.unwrap().is_some());
    assert_eq!(processes[2].store.take_place(&kios, PLACES).await.unwrap(), None, "what is in use is renewed");
    // Whoever leaves gives back what it has.
    processes[1].leave().await;
    assert!(processes[2].store.take_place(&kios, PLACES).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_about_to_stop_gives_everything_away_and_takes_nothing() {
    let Some(database) = postgres::database().await else { return };
    let mut first = Process::join(&database).await;
    let second = Process::join(&database).await;
    settle(&[&first, &second], &[32, 32]).await;
    let held = chat(number_in(&first.share));
    let busy = first.share.enter(&held).unwrap();
    first.store.retire();
    settle(&[&first, &second], &[1, 63]).await;
    assert!(first.share.enter(&held).is_none() && first.share.holds(&held));
    drop(busy);
    settle(&[&first, &second], &[0, 64]).await;
    assert_eq!(second.share.members(), 1, "limits are whole again");
    first.leave().await;
    assert_eq!(second.parts(), 64);
}
