//! A whole shop from a folder into a database, and back. All rows move as the rules know them, so that both sides are
//! the same shop in every respect; their audits and [`compare`] prove it. Nobody may use either side meanwhile.

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
/// When the database is not empty, or either side fails; then it is as empty as before, and no shop starts on it.
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

/// What is not the same on both sides beside the books: their audits tell whether those are, to the journal's last digest.
///
/// # Errors
/// When either side cannot be read.
pub async fn compare(one: &Store, other: &Store) -> Result<Vec<&'static str>, StoreError> {
    let mut differences = Vec::new();
    let mut note = |what, same: bool| differences.extend((!same).then_some(what));
    let (theirs, ours) = tokio::try_join!(one.open_orders(), other.open_orders())?;
    note("the open orders", theirs == ours);
    let (theirs, ours) = tokio::try_join!(one.inbox(), other.inbox())?;
    note("the inbox", theirs == ours);
    let (theirs, ours) = tokio::try_join!(one.products(), other.products())?;
    note("the products", theirs == ours);
    let (theirs, ours) = tokio::try_join!(one.waiting_chats(), other.waiting_chats())?;
    note("the outbox", theirs == ours);
    let (theirs, ours) = tokio::try_join!(one.agents(None, usize::MAX), other.agents(None, usize::MAX))?;
    note("the resellers", theirs == ours);
    Ok(differences)
}
