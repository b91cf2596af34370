//! What only a store on a disk has to answer for.

use std::path::{Path, PathBuf};
use std::{fs, io};

use konter_store::StoreError;
use konter_store::audit::audit;
use konter_store::sled_store::{LogLimits, SEGMENT, SledOptions, SledStore};

use super::engines::{Engine, Sled, open};
use crate::support::*;

fn impatient() -> SledOptions {
    SledOptions { lock_patience: std::time::Duration::ZERO, ..SledOptions::default() }
}

#[tokio::test]
async fn a_folder_is_opened_once() {
    let engine = Sled::new();
    let second = SledStore::open(engine.path(), impatient()).err().unwrap();
    assert!(second.to_string().contains("another process"), "{second}");
}

#[tokio::test]
async fn a_closed_store_refuses_and_frees_its_folder() {
    let engine = Sled::new();
    let store = engine.store();
    store.commit(deposit(1, 500)).await.unwrap();
    store.close().await.unwrap();
    store.close().await.unwrap();
    assert!(store.commit(deposit(1, 500)).await.is_err());
    assert!(matches!(store.holds().await, Err(StoreError::Unavailable(_))));
    let again = open(engine.path(), SledOptions::default());
    assert_eq!(again.account(&deposits(1)).await.unwrap().available(), rp(500));
}

#[tokio::test]
async fn a_damaged_snapshot_is_set_aside_and_nothing_is_lost() {
    let mut engine = Sled::new();
    // The snapshot is written when a store with a log is opened.
    for _ in 0..3 {
        engine.store().commit(deposit(1, 500)).await.unwrap();
        engine = engine.reopen();
    }
    let path = engine.path().to_owned();
    engine.store().close().await.unwrap();
    let snapshots: Vec<_> = fs::read_dir(&path)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|file| file.file_name().unwrap().to_string_lossy().starts_with("snap."))
        .collect();
    assert!(!snapshots.is_empty());
    for snapshot in &snapshots {
        let bytes: Vec<u8> = fs::read(snapshot).unwrap().iter().map(|byte| byte ^ 0x55).collect();
        fs::write(snapshot, bytes).unwrap();
    }
    let store = open(&path, SledOptions::default());
    assert_eq!(store.account(&deposits(1)).await.unwrap().available(), rp(1_500));
    assert!(path.join("damaged-1").is_dir());
}

#[tokio::test]
async fn nothing_ever_goes_to_blobs() {
    let engine = Sled::new();
    let store = engine.store();
    store.commit(deposit(1, 1_000_000_000)).await.unwrap();
    for id in 1..=40 {
        let mut order = order(id, 1, &format!("08{id}"));
        order.product_name = "x".repeat(60_000);
        store.commit(place(order)).await.unwrap();
    }
    store.close().await.unwrap();
    assert_eq!(fs::read_dir(engine.path().join("blobs")).unwrap().count(), 0);
}

/// Every file below a folder, and how long it is.
fn listed(folder: &Path) -> io::Result<Vec<(PathBuf, u64)>> {
    let mut found = Vec::new();
    for file in fs::read_dir(folder)? {
        let file = file?;
        if file.file_type()?.is_dir() {
            found.extend(listed(&file.path())?);
        } else {
            found.push((file.path(), file.metadata()?.len()));
        }
    }
    found.sort();
    Ok(found)
}

/// The files as they are at one moment, which is what a crash leaves. While the store moves rows on its own the moment is
/// tried again.
fn copy(from: &Path, to: &Path) {
    let at_once = || -> io::Result<bool> {
        let before = listed(from)?;
        for (file, _) in &before {
            let copied = to.join(file.strip_prefix(from).expect("a file below it"));
            fs::create_dir_all(copied.parent().expect("a folder"))?;
            fs::copy(file, copied)?;
        }
        Ok(listed(from)? == before)
    };
    while !at_once().unwrap_or(false) {
        let _ = fs::remove_dir_all(to);
        std::thread::yield_now();
    }
}

#[tokio::test]
async fn what_was_answered_survives_a_crash() {
    for full in [0, 20_000, usize::MAX] {
        let engine = Sled::with(LogLimits { calm: usize::MAX, full, file: 10_000 });
        let store = engine.store();
        store.commit(deposit(1, 1_000_000_000)).await.unwrap();
        let copies = tempfile::tempdir().unwrap();
        for id in 1..=60_u64 {
            let order = order(id, 1, &format!("08{id}"));
            store.commit(place(order.clone())).await.unwrap();
            if id % 2 == 0 {
                store.commit(succeed(&order)).await.unwrap();
            }
            if id % 20 == 7 {
                let crashed = copies.path().join(id.to_string());
                copy(engine.path(), &crashed);
                let after = open(&crashed, SledOptions::default());
                let orders = after.orders_of(order.agent, None, None, 100).await.unwrap();
                assert_eq!(orders.len() as u64, id, "full at {full}");
                let report = audit(&after).await.unwrap();
                assert!(report.is_clean(), "full at {full}: {report}");
            }
        }
    }
}

#[tokio::test]
async fn a_store_of_another_version_is_refused() {
    for (version, said) in [("99", "a newer konter (schema 99"), ("1", "an older konter (schema 1")] {
        let engine = Sled::new();
        engine.store().close().await.unwrap();
        let raw = sled::Config::new().path(engine.path()).segment_size(SEGMENT).open().unwrap();
        let schema = raw.iter().find(|row| row.as_ref().unwrap().0.ends_with(b"schema")).unwrap().unwrap();
        raw.insert(schema.0, version).unwrap();
        drop(raw);
        let error = SledStore::open(engine.path(), SledOptions::default()).err().unwrap();
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[tokio::test]
async fn a_folder_of_something_else_is_refused() {
    // Made with sled's own settings, and with ours.
    for config in [sled::Config::new(), sled::Config::new().segment_size(SEGMENT)] {
        let folder = tempfile::tempdir().unwrap();
        let raw = config.path(folder.path()).open().unwrap();
        raw.insert("other", "data").unwrap();
        drop(raw);
        let error = SledStore::open(folder.path(), SledOptions::default()).err().unwrap();
        assert!(error.to_string().contains("something else"), "{error}");
    }
}
