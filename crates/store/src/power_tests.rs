//! What a power cut leaves of the books and of sled's folder: everything up to the last sync of each file, and of what was
//! written after it any part, in any order, or rubbish. Whatever it is, the store opens, everything that was answered is
//! there, and sled has the rows that the books have.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::DateTime;
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, RngExt as _, SeedableRng as _};

use super::audit::audit;
use super::engine::Engine as _;
use super::kv::{Direction, Kv as _};
use super::sled_kv::HIGH_WATER_MARK;
use super::sled_store::{Limits, SledOptions, SledStore};
use super::writer::Synced;
use super::{Commit, Payload, RawRow, Say, Store};
use konter_core::agent::Locale;
use konter_core::ids::{AgentId, ChatId};
use konter_core::ledger::Posting;
use konter_core::money::Rupiah;
use konter_reply::Reply;

/// The smallest part of a file that a disk writes whole.
const SECTOR: usize = 512;
/// Power cuts tried, each with another remainder of what was not synced.
const CUTS: usize = 54;
const COMMITS: u64 = 150;

/// Files by their names below the data dir.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// The data dir right before a sync, and what of it was durable already.
struct Moment {
    durable: Files,
    written: Files,
    /// Commits answered by then.
    answered: u64,
}

/// A disk under observation.
#[derive(Default)]
struct Disk {
    durable: Files,
    moments: Vec<Moment>,
}

impl Disk {
    /// What a sync makes durable: of the books the newest file, and with the first sync of a new one the folder, and so that
    /// others were removed; of sled its file. A base gets its name only when it is durable.
    fn synced(&mut self, what: Synced, written: &Files) {
        let newest = written.keys().rfind(|name| is(name, "book"));
        if newest.is_some_and(|newest| !self.durable.contains_key(newest)) {
            self.durable.retain(|name, _| name.starts_with("state") || written.contains_key(name));
        }
        for (name, bytes) in written {
            let is_synced = match what {
                Synced::Books => Some(name) == newest,
                Synced::State => name == Path::new("state/db"),
            };
            if is_synced || is(name, "base") {
                self.durable.insert(name.clone(), bytes.clone());
            }
        }
    }
}

fn is(name: &Path, ending: &str) -> bool {
    name.extension().is_some_and(|found| found == ending)
}

/// Line `n` of the journal, with something to say that grows and goes again.
pub(super) fn deposit(n: u64) -> Commit {
    let posting = Posting::paid_in(AgentId(1), Rupiah::new(i64::try_from(n).unwrap()), None);
    let text = "x".repeat(usize::try_from(n % 7).unwrap() * 900);
    let payload = Payload::Reply(Box::new(Reply::NotOffered { feature: text }));
    let say = Say::new(ChatId::telegram(1), Locale::Id, payload);
    let said = if n > 20 { vec![(ChatId::telegram(1), n - 20)] } else { Vec::new() };
    Commit { postings: vec![posting], outgoing: vec![say], sent: said, ..Commit::new(DateTime::UNIX_EPOCH) }
}

/// One way a file may look after the cut.
fn remainder(durable: &[u8], written: &[u8], choices: &mut StdRng) -> Vec<u8> {
    let mut left = durable.to_vec();
    left.resize(durable.len().max(written.len()), 0);
    for start in (0..written.len()).step_by(SECTOR) {
        let end = (start + SECTOR).min(written.len());
        let (old, new) = (left[start..end].to_vec(), &written[start..end]);
        if old == new {
            continue;
        }
        match choices.random_range(0..10) {
            0..4 => {}
            4..8 => left[start..end].copy_from_slice(new),
            // Rubbish where it was being written; what stood there before stays.
            _ => {
                let first = old.iter().zip(new).position(|(old, new)| old != new).unwrap_or(0);
                choices.fill_bytes(&mut left[start + first..end]);
            }
        }
    }
    // The file's new length may not have come through either.
    if choices.random_bool(0.3) {
        left.truncate(durable.len());
    }
    left
}

/// Every file of the store. What is made and removed meanwhile is looked at again.
fn files(data: &Path) -> Files {
    let look = || {
        let mut files = Files::new();
        let mut folders = vec![PathBuf::new()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(data.join(&folder)).ok()?.map(Result::unwrap) {
                let name = folder.join(entry.file_name());
                if entry.file_type().ok()?.is_dir() {
                    folders.push(name);
                } else {
                    files.insert(name.clone(), fs::read(data.join(&name)).ok()?);
                }
            }
        }
        Some(files)
    };
    let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
    loop {
        let (first, second) = (look(), look());
        if let (Some(first), Some(second)) = (first, second)
            && names(&first) == names(&second)
        {
            return first;
        }
    }
}

/// Puts what may be left after a cut into a folder.
fn leave(moment: &Moment, data: &Path, choices: &mut StdRng) {
    let put = |name: &Path, bytes: &[u8]| {
        fs::create_dir_all(data.join(name).parent().unwrap()).unwrap();
        fs::write(data.join(name), bytes).unwrap();
    };
    for (name, durable) in &moment.durable {
        // Removed, and that may not be durable.
        if !moment.written.contains_key(name) && choices.random_bool(0.5) {
            put(name, durable);
        }
    }
    for (name, written) in &moment.written {
        let durable = moment.durable.get(name).map(Vec::as_slice);
        // It has its name because it is durable.
        if is(name, "base") {
            put(name, written);
            continue;
        }
        // Never synced: it may not be there at all.
        if durable.is_some() || !name.starts_with("state") || choices.random_bool(0.7) {
            put(name, &remainder(durable.unwrap_or_default(), written, choices));
        }
    }
    fs::create_dir_all(data.join("state/blobs")).unwrap();
    // Somebody takes it for the cause of the trouble.
    if choices.random_bool(0.2) {
        fs::remove_dir_all(data.join("state")).unwrap();
    }
}

/// A store with a past, opened again and worked on; what its disk looked like at every sync.
async fn work(data: &Path, options: SledOptions, seed: u64) -> Vec<Moment> {
    let past = Store::new(SledStore::open(data, options).unwrap());
    for n in 1..=40 {
        past.commit(deposit(n)).await.unwrap();
    }
    past.close().await.unwrap();
    drop(past);

    let (disk, answered) = (Arc::new(Mutex::new(Disk::default())), Arc::new(AtomicU64::new(40)));
    disk.lock().durable = files(data);
    let watched = {
        let (disk, answered, data) = (Arc::clone(&disk), Arc::clone(&answered), data.to_owned());
        let choices = Mutex::new(StdRng::seed_from_u64(seed));
        move |what: Synced, file: &File| {
            // One sync at a time: what the other thread writes meanwhile is not durable by this one.
            let mut disk = disk.lock();
            let written = files(&data);
            if what == Synced::State || choices.lock().random_bool(0.3) {
                let (durable, answered) = (disk.durable.clone(), answered.load(Ordering::SeqCst));
                disk.moments.push(Moment { durable, written: written.clone(), answered });
            }
            file.sync_data()?;
            disk.synced(what, &written);
            Ok(())
        }
    };
    let store = Store::new(SledStore::open_synced(data, options, Arc::new(watched)).unwrap());
    for n in 41..=COMMITS {
        store.commit(deposit(n)).await.unwrap();
        answered.store(n, Ordering::SeqCst);
    }
    store.close().await.unwrap();
    std::mem::take(&mut disk.lock().moments)
}

/// The rows that sled and memory have, and those that the books have.
pub(super) async fn rows(store: &SledStore) -> [Vec<RawRow>; 2] {
    let mut served = Vec::new();
    let all = Vec::new()..vec![HIGH_WATER_MARK];
    let walk = store.layers().scan(all, Direction::Up, &mut |key, row| {
        served.push((key.to_vec(), row.to_vec()));
        Ok(std::ops::ControlFlow::Continue(()))
    });
    walk.unwrap();
    [served, store.snapshot().await.unwrap().all().unwrap()]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_power_cut_everything_answered_is_there() {
    let seed = std::env::var("KONTER_TEST_SEED").map_or_else(|_| rand::random(), |seed| seed.parse().unwrap());
    let cuts = std::env::var("KONTER_TEST_CUTS").map_or(CUTS, |cuts| cuts.parse().unwrap());
    eprintln!("seed {seed}, {cuts} cuts");
    let waits = Limits::default();
    let applies = Limits { calm: 0, full: 10_000, segment: 6_000, ..waits };
    let rolls = Limits { base: 15_000, ..applies };
    for limits in [waits, applies, rolls] {
        let options = SledOptions { limits, ..SledOptions::default() };
        let folder = tempfile::tempdir().unwrap();
        let moments = work(&folder.path().join("data"), options, seed).await;
        let mut choices = StdRng::seed_from_u64(seed);
        for cut in 0..cuts / 3 {
            let moment = moments.choose(&mut choices).unwrap();
            let after = folder.path().join(format!("cut-{cut}"));
            leave(moment, &after, &mut choices);
            let what = format!("seed {seed}, {limits:?}, cut {cut}, {} answered", moment.answered);
            let store = SledStore::open(&after, options).unwrap_or_else(|error| panic!("{what}: {error}"));
            let [served, kept] = rows(&store).await;
            assert!(served == kept, "{what}: sled has other rows than the books");
            let store = Store::new(store);
            let report = audit(&store).await.unwrap();
            assert!(report.is_clean(), "{what}: {report}");
            let there = moment.answered..=moment.answered + 1;
            assert!(there.contains(&report.entries), "{what}: {} lines are there", report.entries);
            drop(store);
            fs::remove_dir_all(after).unwrap();
        }
    }
}
