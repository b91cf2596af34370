use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use chrono::DateTime;

use super::*;
use crate::Commit;
use crate::read::Reader;
use crate::sled_handle::SledHandle;
use crate::sled_kv::SledKv;
use crate::sled_open::durable_files;
use konter_core::ids::AgentId;
use konter_core::ledger::{AccountId, Posting, Reason};
use konter_core::money::Rupiah;

fn deposit(amount: i64) -> Commit {
    let (debit, credit) = (AccountId::Cash, AccountId::Agent(AgentId(1)));
    let (reason, amount) = (Reason::Deposit, Rupiah::new(amount));
    let posting = Posting::Transfer { debit, credit, amount, reason, order: None, note: None, may_overdraw: false };
    Commit { postings: vec![posting], ..Commit::new(DateTime::UNIX_EPOCH) }
}

#[test]
fn after_a_failed_sync_nothing_is_written_and_nothing_unsynced_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let (sled, _) = SledHandle::open(folder.path(), SledOptions::default()).unwrap();
    let log = Log::open(SledKv::new(sled), folder.path(), 1 << 20).unwrap();
    let file = durable_files(folder.path()).unwrap();
    let layers = log.layers().clone();
    let broken = Arc::new(AtomicBool::new(false));
    let disk = broken.clone();
    let sync = Box::new(
        move |_, _: &File| if disk.load(Ordering::SeqCst) { Err(std::io::Error::other("no disk")) } else { Ok(()) },
    );
    let writer = Writer::new(log, no_days(), file, Tip::default(), SledOptions::default(), sync, None);
    let (jobs, waiting) = mpsc::channel();
    let thread = std::thread::spawn(move || writer.run(&waiting, &tokio::sync::watch::Sender::default()));
    let commit = |amount| {
        let (answer, answered) = oneshot::channel();
        let job = Job { commit: Prepared::new(deposit(amount)).unwrap(), answer };
        jobs.send(Work::Commit(job)).unwrap();
        answered.blocking_recv().unwrap()
    };
    assert!(commit(1).is_ok());
    broken.store(true, Ordering::SeqCst);
    assert!(matches!(commit(10), Err(CommitError::Store(StoreError::Unavailable(_)))));
    broken.store(false, Ordering::SeqCst);
    assert!(matches!(commit(100), Err(CommitError::Store(StoreError::Unavailable(_)))), "never again");
    let balance = Reader(&layers).account(&AccountId::Agent(AgentId(1))).unwrap().available();
    assert_eq!(balance, Rupiah::new(1));
    drop(jobs);
    thread.join().unwrap();
}

#[test]
fn after_a_failed_reopening_nothing_is_written_and_everyone_is_told_why() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    // Every group settles, and sled is flushed with every second one.
    let log = LogLimits { calm: 0, full: 0, file: 0 };
    let at_once = SledOptions { log, reopen: ReopenLimits { calm: 0, full: 0 }, ..SledOptions::default() };
    let (sled, _) = SledHandle::open(&data, at_once).unwrap();
    let log = Log::open(SledKv::new(sled), &data, log.file).unwrap();
    let file = durable_files(&data).unwrap();
    let writer = Writer::new(log, no_days(), file, Tip::default(), at_once, Box::new(|_, _| Ok(())), None);
    let (jobs, waiting) = mpsc::channel();
    let commit = |amount| {
        let (answer, answered) = oneshot::channel();
        jobs.send(Work::Commit(Job { commit: Prepared::new(deposit(amount)).unwrap(), answer })).unwrap();
        answered
    };
    let (first, second) = (commit(1), commit(2));
    // A folder where sled's file should be: it will not open.
    std::fs::rename(&data, folder.path().join("away")).unwrap();
    std::fs::create_dir_all(data.join("db")).unwrap();
    let thread = std::thread::spawn(move || writer.run(&waiting, &tokio::sync::watch::Sender::default()));
    for answered in [first, second] {
        assert!(answered.blocking_recv().unwrap().is_ok(), "it was durable before");
    }
    let refused = (3..6).find_map(|amount| commit(amount).blocking_recv().unwrap().err());
    let Some(CommitError::Store(StoreError::Unavailable(problem))) = refused else { panic!("{refused:?}") };
    assert!(problem.contains("cannot be opened again"), "{problem}");
    drop(jobs);
    thread.join().unwrap();
}

fn no_days() -> Arc<Days> {
    let folder = tempfile::tempdir().unwrap();
    Arc::new(Days::open(folder.path(), &std::collections::BTreeMap::default()).unwrap())
}
