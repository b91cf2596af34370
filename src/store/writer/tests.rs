use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use chrono::DateTime;

use super::*;
use crate::ids::AgentId;
use crate::ledger::{AccountId, Posting, Reason};
use crate::money::Rupiah;
use crate::store::Commit;
use crate::store::read::Reader;
use crate::store::sled_handle::SledHandle;
use crate::store::sled_kv::SledKv;

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
    let log = Log::open(SledKv::new(sled)).unwrap();
    let layers = log.layers().clone();
    let broken = Arc::new(AtomicBool::new(false));
    let disk = broken.clone();
    let sync =
        Box::new(move || if disk.load(Ordering::SeqCst) { Err(std::io::Error::other("no disk")) } else { Ok(()) });
    let writer = Writer::new(log, Tip::default(), SledOptions::default(), sync, None);
    let (jobs, waiting) = mpsc::channel();
    let thread = std::thread::spawn(move || writer.run(&waiting));
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
