use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::Store;
use crate::power_tests::deposit;
use crate::sled_store::{SledOptions, SledStore};
use konter_core::ids::AgentId;
use konter_core::ledger::AccountId;
use konter_core::money::Rupiah;

async fn balance(store: &Store) -> Rupiah {
    store.account(&AccountId::Agent(AgentId(1))).await.unwrap().available()
}

/// A store whose syncs of one kind of file fail as long as the disk is broken. All rows are applied at once.
fn open(path: &Path, broken: &Arc<AtomicBool>, kind: Synced) -> Store {
    let limits = Limits { calm: 0, full: 0, ..Limits::default() };
    let broken = Arc::clone(broken);
    let sync: Syncing = Arc::new(move |what, file| {
        let fails = what == kind && broken.load(Ordering::SeqCst);
        if fails { Err(std::io::Error::other("no disk")) } else { file.sync_data() }
    });
    Store::new(SledStore::open_synced(path, SledOptions { limits, ..SledOptions::default() }, sync).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_failed_sync_nothing_is_written_and_nothing_unsynced_is_seen() {
    let (folder, broken) = (tempfile::tempdir().unwrap(), Arc::default());
    let store = open(folder.path(), &broken, Synced::Books);
    assert!(store.commit(deposit(1)).await.is_ok());
    broken.store(true, Ordering::SeqCst);
    assert!(matches!(store.commit(deposit(10)).await, Err(CommitError::Store(StoreError::Unavailable(_)))));
    broken.store(false, Ordering::SeqCst);
    assert!(
        matches!(store.commit(deposit(100)).await, Err(CommitError::Store(StoreError::Unavailable(_)))),
        "never again"
    );
    assert_eq!(balance(&store).await, Rupiah::new(1));
    assert!(store.failed().await.to_string().contains("no disk"));
}

#[tokio::test(flavor = "multi_thread")]
async fn when_sled_cannot_take_any_more_nothing_is_written_and_nothing_answered_is_lost() {
    let (folder, broken) = (tempfile::tempdir().unwrap(), Arc::default());
    let store = open(folder.path(), &broken, Synced::State);
    let mut answered = 0;
    for n in 0..1_000 {
        if n == 5 {
            broken.store(true, Ordering::SeqCst);
        }
        match store.commit(deposit(1)).await {
            Ok(_) => answered += 1,
            Err(error) => {
                assert!(error.to_string().contains("no disk"), "{error}");
                break;
            }
        }
    }
    assert!((5..1_000).contains(&answered), "{answered}");
    assert!(store.failed().await.to_string().contains("no disk"));
    assert_eq!(balance(&store).await, Rupiah::new(answered));
    drop(store);
    let again = open(folder.path(), &Arc::default(), Synced::State);
    assert_eq!(balance(&again).await, Rupiah::new(answered));
}
