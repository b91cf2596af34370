//! `konter migrate-store`: the shop's books from the data dir into the database, or back.

use std::path::Path;
use std::sync::Arc;

use clap::ValueEnum;
use secrecy::SecretString;

use super::Failure;
use super::environment::Environment;
use super::open::{MOVED, fault, open_dir};
use konter_core::ledger::audit::AuditReport;
use konter_store::postgres::PostgresStore;
use konter_store::{Store, StoreError, audit, moving};

/// Where a shop can be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Place {
    /// `DATABASE_URL`
    Database,
    /// `KONTER_DATA_DIR`
    Folder,
}

/// Moves a stopped shop. What it leaves behind is kept as it was, and marked so that no shop is run there again.
///
/// # Errors
/// [`Failure::Wrong`] when there is no shop to move or no place for it; [`Failure::Fault`] when the books do not add up, on
/// either side, or differ. Then the shop is where it was.
pub async fn migrate_store(environment: &Environment, to: Place) -> Result<(), Failure> {
    let settings = environment.settings_alone()?;
    let Some(address) = &settings.database_url else {
        return Err(Failure::Wrong("DATABASE_URL: is needed to move a shop into it or out of it".to_owned()));
    };
    let folder = settings.data_dir.as_path();
    match to {
        Place::Database => into_database(folder, address).await?,
        Place::Folder => into_folder(address, folder).await?,
    }
    Ok(())
}

async fn into_database(folder: &Path, address: &SecretString) -> Result<(), Failure> {
    if !folder.join("books").exists() {
        return Err(Failure::Wrong(format!("KONTER_DATA_DIR: there is no shop in {}", folder.display())));
    }
    fill_database(folder, address).await?;
    let words = "This shop has moved to a database (konter migrate-store). Sold from here as well, every balance would be\n\
        spent twice.\n";
    std::fs::write(folder.join(MOVED), words).map_err(fault)?;
    eprintln!("The shop is in the database now. {} is kept as it was, and opened no more.", folder.display());
    Ok(())
}

/// Copies a folder's shop into an empty database, each audited and both compared. The folder is left as it was.
///
/// # Errors
/// [`Failure::Fault`] when the database is not empty, the books of either do not add up, or differ.
pub(super) async fn fill_database(folder: &Path, address: &SecretString) -> Result<AuditReport, Failure> {
    let from = open_dir(folder).await?;
    let report = prove(&from, "the data dir").await?;
    let database = claim(PostgresStore::open_to_fill(address).await).await?;
    moving::to_database(&from, &database).await.map_err(of_database)?;
    let to = Store::over(database);
    agree(&from, &report, &to).await?;
    from.close().await.map_err(fault)?;
    to.close().await.map_err(fault)?;
    Ok(report)
}

async fn into_folder(address: &SecretString, folder: &Path) -> Result<(), Failure> {
    let is_empty = std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty {
        return Err(Failure::Wrong(format!("KONTER_DATA_DIR: {} is not empty", folder.display())));
    }
    let database = claim(PostgresStore::open(address).await).await?;
    database.has_shop().await.map_err(of_database)?;
    let from = Store::over(database.clone());
    let report = prove(&from, "the database").await?;
    moving::to_folder(&from, folder).await.map_err(fault)?;
    let to = open_dir(folder).await?;
    agree(&from, &report, &to).await?;
    database.mark_moved().await.map_err(of_database)?;
    from.close().await.map_err(fault)?;
    to.close().await.map_err(fault)?;
    eprintln!("The shop is in {} now: take DATABASE_URL away. The database is kept as it was.", folder.display());
    Ok(())
}

async fn claim(opened: Result<PostgresStore, StoreError>) -> Result<Arc<PostgresStore>, Failure> {
    let store = opened.map_err(of_database)?;
    store.claim_alone().await.map_err(of_database)?;
    Ok(Arc::new(store))
}

fn of_database(error: impl std::fmt::Display) -> Failure {
    Failure::Fault(format!("DATABASE_URL: {error}"))
}

async fn prove(store: &Store, place: &str) -> Result<AuditReport, Failure> {
    let report = audit::audit(store).await.map_err(fault)?;
    println!("{place}:\n{report}");
    if report.is_clean() { Ok(report) } else { Err(Failure::Fault(format!("the books in {place} do not add up"))) }
}

/// Both sides are the same shop. `report`: of the books where it comes from.
async fn agree(from: &Store, report: &AuditReport, to: &Store) -> Result<(), Failure> {
    let moved = prove(to, "what was moved").await?;
    let mut differences = moving::compare(from, to).await.map_err(fault)?;
    differences.extend((moved != *report).then_some("the books"));
    if differences.is_empty() {
        return Ok(());
    }
    Err(Failure::Fault(format!("what was moved is not the same: {}", differences.join(", "))))
}
