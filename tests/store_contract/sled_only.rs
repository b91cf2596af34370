//! What only a store on a disk has to answer for.

use std::path::{Path, PathBuf};
use std::{fs, io};

use konter_store::StoreError;
use konter_store::audit::audit;
use konter_store::sled_store::{Limits, SledOptions, SledStore, write_raw};

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
        let engine = Sled::with(Limits { calm: usize::MAX, full, segment: 10_000, base: 40_000 });
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
        let key = engine.store().snapshot().await.unwrap().next_page().unwrap().pop().unwrap().0;
        assert!(key.ends_with(b"schema"), "a new store has no other row");
        engine.store().close().await.unwrap();
        write_raw(engine.path(), vec![(key, Some(version.into()))]).unwrap();
        let error = SledStore::open(engine.path(), SledOptions::default()).err().unwrap();
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_an_error_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let mut permissions = fs::metadata(&data).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&data, permissions.clone()).unwrap();
    if fs::write(data.join("probe"), "x").is_ok() {
        eprintln!("skipped: whoever runs this test may write anywhere (root)");
        return;
    }
    let error = SledStore::open(&data, SledOptions::default()).err().unwrap();
    assert!(error.to_string().contains("denied"), "{error}");
    assert_eq!(fs::read_dir(&data).unwrap().count(), 0, "nothing half-made");
}
