//! What a power cut leaves of sled's file and of the log's: everything up to the last sync, and of what was written after it
//! any part, in any order, or rubbish. Whatever it is, the store opens and everything that was answered is there. Where sled
//! was opened again meanwhile, its old snapshot may be left, its new one, or both; a file of the log that was removed may be
//! back.

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
use super::sled_store::{LogLimits, ReopenLimits, SledOptions, SledStore};
use super::writer::Synced;
use super::{Commit, Payload, Say, Store};
use konter_core::agent::Locale;
use konter_core::ids::{AgentId, ChatId};
use konter_core::ledger::{AccountId, Posting, Reason};
use konter_core::money::Rupiah;
use konter_reply::Reply;

/// The smallest part of a file that a disk writes whole.
const SECTOR: usize = 512;
/// Power cuts tried, each with another remainder of what was not synced.
const CUTS: usize = 54;
const COMMITS: u64 = 150;

/// Files by their names.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// The folder right before a sync, and what of it was durable already.
struct Moment {
    /// sled's file and the log's.
    durable: Files,
    written: Files,
    /// At the sync before, and now.
    snapshots: [Files; 2],
    /// Commits answered by then.
    answered: u64,
}

/// A disk under observation.
#[derive(Default)]
struct Disk {
    durable: Files,
    snapshots: Files,
    moments: Vec<Moment>,
}

impl Disk {
    /// What a sync makes durable. The log's file is the last one; beginning one has made the folder durable, and with it
    /// that others were removed.
    fn synced(&mut self, what: Synced, written: Files) {
        let is_new = |name: &PathBuf| is_log(name) && !self.durable.contains_key(name);
        if written.keys().any(is_new) {
            self.durable.retain(|name, _| written.contains_key(name));
        }
        for (name, bytes) in written {
            if is_log(&name) == (what == Synced::Log) {
                self.durable.insert(name, bytes);
            }
        }
    }
}

fn is_log(name: &Path) -> bool {
    name.to_string_lossy().starts_with("log.")
}

/// Line `n` of the journal, with something to say that grows and goes again.
fn deposit(n: u64) -> Commit {
    let (debit, credit) = (AccountId::Cash, AccountId::Agent(AgentId(1)));
    let amount = Rupiah::new(i64::try_from(n).unwrap());
    let posting = Posting::Transfer {
        debit,
        credit,
        amount,
        reason: Reason::Deposit,
        order: None,
        note: None,
        may_overdraw: false,
    };
    let text = "x".repeat(usize::try_from(n % 7).unwrap() * 900);
    let say = Say {
        chat: ChatId::telegram(1),
        locale: Locale::Id,
        payload: Payload::Reply(Box::new(Reply::NotOffered { feature: text })),
        balance_of: None,
    };
    let said = if n > 20 { vec![(ChatId::telegram(1), n - 20)] } else { Vec::new() };
    Commit { postings: vec![posting], outgoing: vec![say], sent: said, ..Commit::new(DateTime::UNIX_EPOCH) }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let copied = to.join(file.file_name());
        if file.file_type().unwrap().is_dir() {
            copy(&file.path(), &copied);
        } else {
            fs::copy(file.path(), copied).unwrap();
        }
    }
}

fn files(folder: &Path, wanted: impl Fn(&str) -> bool) -> Files {
    let files = fs::read_dir(folder).unwrap().map(|file| PathBuf::from(file.unwrap().file_name()));
    let files = files.filter(|name| name.to_str().is_some_and(&wanted));
    // One may go while they are read.
    files.filter_map(|name| Some((name.clone(), fs::read(folder.join(name)).ok()?))).collect()
}

fn snapshots(folder: &Path) -> Files {
    files(folder, |name| name.starts_with("snap."))
}

fn synced_files(folder: &Path) -> Files {
    files(folder, |name| name == "db" || name.starts_with("log."))
}

/// Puts the old snapshots, the new ones or all into a folder that is to look as after the cut.
fn leave_snapshots(moment: &Moment, folder: &Path, choices: &mut StdRng) {
    for name in snapshots(folder).into_keys() {
        fs::remove_file(folder.join(name)).unwrap();
    }
    let [old, new] = &moment.snapshots;
    let left = [vec![old], vec![new], vec![old, new]];
    for (name, bytes) in left[choices.random_range(0..3)].iter().copied().flatten() {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

/// Puts what may be left of the synced files there.
fn leave_files(moment: &Moment, folder: &Path, choices: &mut StdRng) {
    for name in synced_files(folder).into_keys() {
        fs::remove_file(folder.join(name)).unwrap();
    }
    for (name, durable) in &moment.durable {
        // Removed, and that may not be durable.
        if !moment.written.contains_key(name) && choices.random_bool(0.5) {
            fs::write(folder.join(name), durable).unwrap();
        }
    }
    for (name, written) in &moment.written {
        let durable = moment.durable.get(name).map(Vec::as_slice).unwrap_or_default();
        fs::write(folder.join(name), remainder(durable, written, choices)).unwrap();
    }
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

/// A store with a past, opened; its file as it is synced; and the folder as it was when it was opened.
async fn work(options: SledOptions, seed: u64) -> (tempfile::TempDir, PathBuf, Vec<Moment>) {
    let folder = tempfile::tempdir().unwrap();
    let (data, before) = (folder.path().join("data"), folder.path().join("before"));
    let past = Store::new(SledStore::open(&data, options).unwrap());
    for n in 1..=40 {
        past.commit(deposit(n)).await.unwrap();
    }
    past.close().await.unwrap();
    drop(past);

    let (disk, answered) = (Arc::new(Mutex::new(Disk::default())), Arc::new(AtomicU64::new(40)));
    let mut choices = StdRng::seed_from_u64(seed);
    let store = SledStore::open_synced(&data, options, || {
        let (disk, answered, data) = (disk.clone(), answered.clone(), data.clone());
        copy(&data, &before);
        *disk.lock() = Disk { durable: synced_files(&data), snapshots: snapshots(&data), moments: Vec::new() };
        let watched = Mutex::new(move |what: Synced, file: &File| {
            let (written, now) = (synced_files(&data), snapshots(&data));
            let mut disk = disk.lock();
            if disk.snapshots != now || what == Synced::Sled || choices.random_bool(0.3) {
                let (durable, answered) = (disk.durable.clone(), answered.load(Ordering::SeqCst));
                let snapshots = [disk.snapshots.clone(), now.clone()];
                disk.moments.push(Moment { durable, written: written.clone(), snapshots, answered });
            }
            file.sync_data()?;
            disk.synced(what, written);
            disk.snapshots = now;
            Ok(())
        });
        Box::new(move |what, file| (watched.lock())(what, file))
    })
    .unwrap();
    let store = Store::new(store);
    for n in 41..=COMMITS {
        store.commit(deposit(n)).await.unwrap();
        answered.store(n, Ordering::SeqCst);
    }
    store.close().await.unwrap();
    let moments = std::mem::take(&mut disk.lock().moments);
    (folder, before, moments)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_power_cut_everything_answered_is_there() {
    let seed = std::env::var("KONTER_TEST_SEED").map_or_else(|_| rand::random(), |seed| seed.parse().unwrap());
    let cuts = std::env::var("KONTER_TEST_CUTS").map_or(CUTS, |cuts| cuts.parse().unwrap());
    eprintln!("seed {seed}, {cuts} cuts");
    let waits = SledOptions::default();
    let all_settle = SledOptions { log: LogLimits { calm: 0, full: 10_000, file: 6_000 }, ..waits };
    let opens_again = SledOptions { reopen: ReopenLimits { calm: 20_000, full: 60_000 }, ..all_settle };
    for options in [waits, all_settle, opens_again] {
        let (folder, before, moments) = work(options, seed).await;
        let mut choices = StdRng::seed_from_u64(seed);
        let reopened: Vec<_> = moments.iter().filter(|moment| moment.snapshots[0] != moment.snapshots[1]).collect();
        assert!(reopened.is_empty() || options.reopen.full < ReopenLimits::default().full);
        assert!(!reopened.is_empty() || options.reopen.full == ReopenLimits::default().full, "it was not opened again");
        for cut in 0..cuts / 3 {
            let around_a_reopening = reopened.choose(&mut choices).filter(|_| cut % 2 == 0);
            let moment = around_a_reopening.copied().or(moments.choose(&mut choices)).unwrap();
            let after = folder.path().join(format!("cut-{cut}"));
            copy(&before, &after);
            leave_files(moment, &after, &mut choices);
            leave_snapshots(moment, &after, &mut choices);
            let what = format!("seed {seed}, {options:?}, cut {cut}, {} answered", moment.answered);
            let store =
                SledStore::open(&after, SledOptions::default()).unwrap_or_else(|error| panic!("{what}: {error}"));
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
