//! A whole shop from a folder into a database, and back. All rows move as the rules know them, so that both sides are
//! the same shop in every respect; [`compare`] proves it. Nobody may use either side meanwhile.

use std::fs::{self, File};
use std::path::Path;

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::kv::{Batch, Direction, Kv as _};
use super::postgres::{Page, PostgresStore, RawRow};
use super::read::until;
use super::rows::SCHEMA_NAME;
use super::sled_kv::SledKv;
use super::sled_store::SledStore;
use super::{Store, StoreError, keys};

/// Rows read at once.
const ROWS_AT_ONCE: usize = 2_000;
/// Pages read and not written yet.
const PAGES_AHEAD: usize = 4;
/// The keys of all rows. The engine's own are between and behind them, see [`super::sled_kv`].
const KEYS: [(u8, u8); 2] = [(0, b'w'), (b'w' + 1, b'~')];

/// Puts every row of a folder into a database that has none.
///
/// # Errors
/// When the database is not empty, or either side fails; then the database is as empty as before.
pub async fn to_database(folder: &SledStore, database: &PostgresStore) -> Result<(), StoreError> {
    let (pages, waiting) = mpsc::channel(PAGES_AHEAD);
    let (filled, read) = tokio::join!(database.fill(waiting), read_folder(folder, pages));
    read.and(filled)
}

async fn read_folder(folder: &SledStore, pages: mpsc::Sender<Page>) -> Result<(), StoreError> {
    for (first, end) in KEYS {
        let mut start = vec![first];
        loop {
            let page = page_of(folder, start.clone(), end)?;
            let Some((last, _)) = page.last() else { break };
            start.clone_from(last);
            start.push(0); // the next key there can be
            if pages.send(Ok(page)).await.is_err() {
                return Ok(()); // whoever writes them has failed, and says so
            }
        }
    }
    // An end that is said: without it, nothing of this counts.
    let _ = pages.send(Ok(Vec::new())).await;
    Ok(())
}

fn page_of(folder: &SledStore, start: Vec<u8>, end: u8) -> Result<Vec<RawRow>, StoreError> {
    let mut page: Vec<RawRow> = Vec::new();
    folder.with_rows(|rows| {
        rows.scan(start..vec![end], Direction::Up, &mut |key, row| {
            page.push((key.to_vec(), row.to_vec()));
            Ok(until(&page, ROWS_AT_ONCE))
        })
    })?;
    Ok(page)
}

/// Makes a store of a database's rows in a folder that has none.
///
/// # Errors
/// When the folder is not empty, or either side fails; then nothing in the folder counts.
pub async fn to_folder(database: &PostgresStore, folder: &Path) -> Result<(), StoreError> {
    let (folder, mut pages) = (folder.to_owned(), database.pages(PAGES_AHEAD));
    let writing = spawn_blocking(move || {
        let kv = SledKv::new(sled::open(&folder).map_err(|error| failed("making a store", &error))?)?;
        if !kv.is_empty() {
            return Err(StoreError::Unavailable(format!("there is a store in {}", folder.display())));
        }
        let mut is_whole = false;
        // Without its version no store is opened, so that comes last.
        let (version, mut versions) = (keys::meta(SCHEMA_NAME), Batch::new());
        while let Some(page) = pages.blocking_recv() {
            let page = page?;
            is_whole = page.is_empty();
            let rows = page.into_iter().map(|(key, row)| (key, Some(row)));
            let (last, rows): (Batch, Batch) = rows.partition(|(key, _)| *key == version);
            kv.write(rows)?;
            versions.extend(last);
        }
        if !is_whole {
            return Err(StoreError::Unavailable("the rows broke off".to_owned()));
        }
        kv.flush()?;
        kv.write(versions)?;
        kv.flush()?;
        drop(kv);
        sync_all(&folder).map_err(|error| failed("syncing the folder", &error))
    });
    writing.await.map_err(|error| failed("writing the folder", &error))?
}

fn sync_all(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        File::open(entry.path())?.sync_all()?;
    }
    File::open(folder)?.sync_all()
}

fn failed(what: &str, error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Unavailable(format!("{what} failed: {error}"))
}

/// What is not the same on both sides: every balance, every hold, every open order, the journal to its last digest.
///
/// # Errors
/// When either side cannot be read.
pub async fn compare(one: &dyn Store, other: &dyn Store) -> Result<Vec<String>, StoreError> {
    let mut differences = Vec::new();
    let (theirs, ours) = tokio::try_join!(one.accounts(), other.accounts())?;
    for (id, account) in &theirs {
        if !ours.contains(&(id.clone(), *account)) {
            differences.push(format!("the balance of {id}"));
        }
    }
    let mut note = |what: &str, same: bool| {
        if !same {
            differences.push(what.to_owned());
        }
    };
    note("the number of accounts", theirs.len() == ours.len());
    let (theirs, ours) = tokio::try_join!(one.holds(), other.holds())?;
    note("the holds", theirs == ours);
    let (theirs, ours) = tokio::try_join!(one.open_orders(), other.open_orders())?;
    note("the open orders", theirs == ours);
    let (theirs, ours) = tokio::try_join!(one.inbox(), other.inbox())?;
    note("the inbox", theirs == ours);
    let (theirs, ours) = tokio::try_join!(one.products(), other.products())?;
    note("the products", theirs == ours);
    let (theirs, ours) = tokio::try_join!(one.waiting_chats(), other.waiting_chats())?;
    note("the outbox", theirs == ours);
    note("the journal", last_lines(one).await? == last_lines(other).await?);
    note("the resellers", agents(one).await? == agents(other).await?);
    Ok(differences)
}

/// The journal's last line: its digest stands for all before it.
async fn last_lines(store: &dyn Store) -> Result<Option<crate::ledger::Entry>, StoreError> {
    const LINES_AT_ONCE: usize = 5_000;
    let mut last = None;
    loop {
        let after = last.as_ref().map_or(0, |line: &crate::ledger::Entry| line.seq);
        match store.journal(after, LINES_AT_ONCE).await?.pop() {
            Some(line) => last = Some(line),
            None => return Ok(last),
        }
    }
}

async fn agents(store: &dyn Store) -> Result<Vec<crate::agent::Agent>, StoreError> {
    store.agents(None, usize::MAX).await
}
