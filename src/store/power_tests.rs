//! What a power cut leaves of sled's file: everything up to the last sync, and of what was written after it any part, in
//! any order, or rubbish. Whatever it is, the store opens and everything that was answered is there. Where sled was opened
//! again meanwhile, its old snapshot may be left, its new one, or both.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::DateTime;
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, RngCore as _, SeedableRng as _};

use super::audit::audit;
use super::sled_store::{LogLimits, ReopenLimits, SledOptions, SledStore};
use super::{Commit, Payload, Say, Store};
use crate::agent::Locale;
use crate::ids::{AgentId, ChatId};
use crate::ledger::{AccountId, Posting, Reason};
use crate::money::Rupiah;
use crate::reply::Reply;

/// The smallest part of a file that a disk writes whole.
const SECTOR: usize = 512;
/// Power cuts tried, each with another remainder of what was not synced.
const CUTS: usize = 54;
const COMMITS: u64 = 150;

/// sled's snapshots by their names.
type Snapshots = BTreeMap<PathBuf, Vec<u8>>;

/// The file right before a sync, and what of it was durable already.
struct Moment {
    durable: Vec<u8>,
    written: Vec<u8>,
    /// At the sync before, and now.
    snapshots: [Snapshots; 2],
    /// Commits answered by then.
    answered: u64,
}

/// A disk under observation.
#[derive(Default)]
struct Disk {
    durable: Vec<u8>,
    snapshots: Snapshots,
    moments: Vec<Moment>,
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
    Commit { postings: vec![posting], says: vec![say], said, ..Commit::new(DateTime::UNIX_EPOCH) }
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

fn snapshots(folder: &Path) -> Snapshots {
    let files = fs::read_dir(folder).unwrap().map(|file| PathBuf::from(file.unwrap().file_name()));
    let snapshots = files.filter(|name| name.to_str().is_some_and(|name| name.starts_with("snap.")));
    // One may go while they are read.
    snapshots.filter_map(|name| Some((name.clone(), fs::read(folder.join(name)).ok()?))).collect()
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

/// One way the disk may look after the cut.
fn remainder(moment: &Moment, choices: &mut StdRng) -> Vec<u8> {
    let length = moment.durable.len().max(moment.written.len());
    let mut left = moment.durable.clone();
    left.resize(length, 0);
    for start in (0..moment.written.len()).step_by(SECTOR) {
        let end = (start + SECTOR).min(moment.written.len());
        let (old, new) = (left[start..end].to_vec(), &moment.written[start..end]);
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
        left.truncate(moment.durable.len());
    }
    left
}

/// A store with a past, opened; its file as it is synced; and the folder as it was when it was opened.
async fn work(options: SledOptions, seed: u64) -> (tempfile::TempDir, PathBuf, Vec<Moment>) {
    let folder = tempfile::tempdir().unwrap();
    let (data, before) = (folder.path().join("data"), folder.path().join("before"));
    let past = SledStore::open(&data, options).unwrap();
    for n in 1..=40 {
        past.commit(deposit(n)).await.unwrap();
    }
    past.close().await.unwrap();
    drop(past);

    let (disk, answered) = (Arc::new(Mutex::new(Disk::default())), Arc::new(AtomicU64::new(40)));
    let mut choices = StdRng::seed_from_u64(seed);
    let store = SledStore::open_synced(&data, options, |log| {
        let (disk, answered, db) = (disk.clone(), answered.clone(), data.join("db"));
        copy(&data, &before);
        *disk.lock() = Disk { durable: fs::read(&db).unwrap(), snapshots: snapshots(&data), moments: Vec::new() };
        let data = data.clone();
        let watched = Mutex::new(move || {
            let (written, now) = (fs::read(&db)?, snapshots(&data));
            let mut disk = disk.lock();
            if disk.snapshots != now || choices.random_bool(0.3) {
                let (durable, answered) = (disk.durable.clone(), answered.load(Ordering::SeqCst));
                let snapshots = [disk.snapshots.clone(), now.clone()];
                disk.moments.push(Moment { durable, written: written.clone(), snapshots, answered });
            }
            log.sync_data()?;
            (disk.durable, disk.snapshots) = (written, now);
            Ok(())
        });
        Box::new(move || (watched.lock())())
    })
    .unwrap();
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
    let all_settle = SledOptions { log: LogLimits { calm: 0, full: 10_000 }, ..waits };
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
            fs::write(after.join("db"), remainder(moment, &mut choices)).unwrap();
            leave_snapshots(moment, &after, &mut choices);
            let what = format!("seed {seed}, {options:?}, cut {cut}, {} answered", moment.answered);
            let store =
                SledStore::open(&after, SledOptions::default()).unwrap_or_else(|error| panic!("{what}: {error}"));
            let report = audit(&store).await.unwrap();
            assert!(report.is_clean(), "{what}: {report}");
            let there = moment.answered..=moment.answered + 1;
            assert!(there.contains(&report.entries), "{what}: {} lines are there", report.entries);
            drop(store);
            fs::remove_dir_all(after).unwrap();
        }
    }
}
