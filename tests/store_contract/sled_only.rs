//! What only a store on a disk has to answer for.

use std::fs;

use konter::store::sled_store::{SledOptions, SledStore};
use konter::store::{Store, StoreError};

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
    let again = open(engine.path());
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
    let store = open(&path);
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
