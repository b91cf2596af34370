//! What must hold when any bytes stand in a list of a backup or in one of its parts, with every checksum around them right: it
//! is put back, or an error says what is wrong and nothing is left behind. The fuzz target plays it with inputs it makes up,
//! `tests/in_process/fuzz_corpus.rs` with those that were kept.

use std::fs;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use konter::backup;
use konter::backup::set::{self, Listed, Manifest, PARTS, Proof};
use konter_core::ids::AgentId;
use konter_core::ledger::Posting;
use konter_core::money::Rupiah;
use konter_store::sled_store::{SledOptions, SledStore};
use konter_store::{Commit, Store};
use sha2::{Digest as _, Sha256};

/// A backup: its list, and what stands in each part.
pub struct Set {
    pub list: Manifest,
    pub parts: Vec<Vec<u8>>,
}

/// A small shop's backup, with a base, records and a closed day.
pub fn small_set() -> Set {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, backups) = (folder.path().join("data"), folder.path().join("backups"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let limits = konter_store::sled_store::Limits { base: 0, segment: 1, ..Default::default() };
    runtime.block_on(async {
        let store = Store::new(SledStore::open(&data, SledOptions { limits, ..Default::default() }).expect("a store"));
        for day in 0..3 {
            store.commit(deposit(DateTime::UNIX_EPOCH + TimeDelta::days(day))).await.expect("a commit");
        }
        let first = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        store.close_day(DateTime::UNIX_EPOCH.date_naive(), first, first).await.expect("a day");
        store.commit(deposit(first)).await.expect("a commit");
        let parts = store.parts().await.expect("a store at rest").expect("a folder's");
        set::make(&parts, first, &backups, Proof::All).expect("a backup");
        store.close().await.expect("a store at rest");
    });
    let list = Manifest::read(&set::newest(&backups).expect("a backup")).expect("a list");
    let read = |listed: &Listed| fs::read(backups.join(PARTS).join(&listed.file)).expect("a part");
    Set { parts: list.parts.iter().map(read).collect(), list }
}

fn deposit(at: DateTime<Utc>) -> Commit {
    let mut commit = Commit::new(at);
    commit.postings.push(Posting::paid_in(AgentId(1), Rupiah::new(2_500), None));
    commit
}

/// The lines of a list that its checksum stands for, behind the first.
pub fn lines(list: &Manifest) -> String {
    let of = serde_json::to_string(&list.of).expect("JSON");
    list.parts.iter().fold(of + "\n", |text, part| text + &serde_json::to_string(part).expect("JSON") + "\n")
}

/// The first byte says where the others stand: 0 in the list, behind its first line; n in part n.
pub fn set(whole: &Set, data: &[u8]) {
    let Some((&place, bytes)) = data.split_first() else { return };
    let (mut list, mut parts) = (whole.list.clone(), whole.parts.clone());
    let text = match usize::from(place).checked_sub(1) {
        None => String::from_utf8_lossy(bytes).into_owned(),
        Some(number) => {
            let number = number % parts.len();
            parts[number] = bytes.to_vec();
            list.parts[number].bytes = bytes.len() as u64;
            list.parts[number].sha256 = hex(bytes);
            lines(&list)
        }
    };
    let text = format!("konter manifest 1\n{text}");
    let folder = tempfile::tempdir().expect("a folder");
    let (file, data) = (folder.path().join("backup.manifest"), folder.path().join("data"));
    fs::write(&file, format!("{text}sha256 {}\n", hex(text.as_bytes()))).expect("a list");
    fs::create_dir(folder.path().join(PARTS)).expect("a folder");
    for (listed, part) in whole.list.parts.iter().zip(&parts) {
        fs::write(folder.path().join(PARTS).join(&listed.file), part).expect("a part");
    }
    put_back(&file, &data);
}

fn put_back(file: &Path, data: &Path) {
    match backup::restore(file, data, false, None, Utc::now()) {
        Ok(restoring) => {
            restoring.take_place().expect("an empty data dir");
            // It may be no shop for all that: then it says so.
            let _ = SledStore::open(data, SledOptions::default());
        }
        Err(error) => {
            assert!(!error.to_string().is_empty(), "{error:?}");
            let left: Vec<_> = fs::read_dir(data).into_iter().flatten().collect();
            assert!(left.is_empty(), "{error}, and this is left: {left:?}");
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
