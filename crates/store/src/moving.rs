//! A whole shop from a folder into a database, and back. All rows move as the rules know them, so that both sides are
//! the same shop in every respect; [`compare`] proves it. Nobody may use either side meanwhile.

use std::path::Path;

use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::kv::Batch;
use super::postgres::PostgresStore;
use super::sled_store::{begin_with, write_into};
use super::{Store, StoreError};

/// Pages read and not written yet.
const PAGES_AHEAD: usize = 4;

/// Puts every row of a folder into a database that has none.
///
/// # Errors
/// When the database is not empty, or either side fails; then the database is as empty as before.
pub async fn to_database(folder: &Store, database: &PostgresStore) -> Result<(), StoreError> {
    let mut snapshot = folder.snapshot().await?;
    let (pages, waiting) = mpsc::channel(PAGES_AHEAD);
    let reading = spawn_blocking(move || {
        loop {
            let page = snapshot.next_page();
            // An empty page is the end, and is said.
            let is_last = page.as_ref().map_or(true, Vec::is_empty);
            if pages.blocking_send(page).is_err() || is_last {
                return;
            }
        }
    });
    let filled = database.fill(waiting).await;
    reading.await.map_err(|error| failed("reading the folder", &error))?;
    filled
}

/// Makes a store of a database's rows in a folder that has none.
///
/// # Errors
/// When the folder is not empty, or either side fails; then nothing in the folder counts.
pub async fn to_folder(database: &Store, folder: &Path) -> Result<(), StoreError> {
    let (folder, mut snapshot) = (folder.to_owned(), database.snapshot().await?);
    let writing = spawn_blocking(move || {
        begin_with(&folder, || snapshot.next_page())?;
        // The first start has nothing left to make.
        write_into(&folder, |_| Ok(Batch::new()))
    });
    writing.await.map_err(|error| failed("writing the folder", &error))?
}

fn failed(what: &str, error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Unavailable(format!("{what} failed: {error}"))
}

/// What is not the same on both sides: every balance, every hold, every open order, the journal to its last digest.
///
/// # Errors
/// When either side cannot be read.
pub async fn compare(one: &Store, other: &Store) -> Result<Vec<String>, StoreError> {
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
async fn last_lines(store: &Store) -> Result<Option<konter_core::ledger::Entry>, StoreError> {
    const LINES_AT_ONCE: usize = 5_000;
    let mut last = None;
    loop {
        let after = last.as_ref().map_or(0, |line: &konter_core::ledger::Entry| line.seq);
        match store.journal(after, LINES_AT_ONCE).await?.pop() {
            Some(line) => last = Some(line),
            None => return Ok(last),
        }
    }
}

async fn agents(store: &Store) -> Result<Vec<konter_core::agent::Agent>, StoreError> {
    store.agents(None, usize::MAX).await
}
