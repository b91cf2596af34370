//! `konter rebuild` and `konter books`: what a stopped shop's folder holds, made anew from its books, and printed.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use chrono::Utc;
use tokio::task::spawn_blocking;

use super::Failure;
use super::environment::Environment;
use super::open::{MOVED, fault, has_shop, known_from_backups, may_be_opened, open_dir, put_days_back, unopened};
use crate::backup::Restoring;
use crate::config::Settings;
use konter_core::ledger::audit::AuditReport;
use konter_store::{Salvaged, StoreError, audit, rebuild as rebuild_state, salvage, show_books};

/// Makes the state anew from the books. `force`: makes books and state anew from whatever can be read of either.
///
/// # Errors
/// [`Failure::Wrong`] when there is no shop in the data dir; [`Failure::Fault`] when it is running, when nothing can be read,
/// or when the books do not add up.
pub async fn rebuild(environment: &Environment, force: bool) -> Result<(), Failure> {
    let settings = environment.settings_alone()?;
    let data = data_dir(&settings)?;
    let came_to = known_from_backups(&settings).await?;
    if force {
        // Where the books themselves have to be mended first, nobody knows which days there were.
        if let Err(problem) = put_days_back(&settings).await {
            tracing::debug!(%problem, "no closed day is put back");
        }
        return from_what_is_left(data, came_to).await;
    }
    // As `run` does: what is right here may not be the shop that was to be put back.
    may_be_opened(&data)?;
    let dir = data.clone();
    blocking(move || rebuild_state(&dir, came_to)).await.map_err(|error| unopened(&settings, &error))?;
    put_days_back(&settings).await?;
    let report = prove(&data).await?;
    println!("{report}");
    if report.is_clean() { Ok(()) } else { Err(Failure::Fault("the books do not add up".to_owned())) }
}

async fn from_what_is_left(data: PathBuf, came_to: u64) -> Result<(), Failure> {
    let (at, shown) = (Utc::now(), data.display().to_string());
    let failed = move |error: StoreError| Failure::Fault(format!("{shown}: {error}"));
    let restoring = Restoring::begin(&data, at).map_err(fault)?;
    let (from, into) = (data.clone(), restoring.built_in());
    let made = blocking(move || salvage(&from, &into, at, came_to)).await.map_err(failed);
    let made = match made {
        Ok(made) => prove(&restoring.built_in()).await.map(|report| (made, report)),
        Err(failure) => Err(failure),
    };
    let (made, report) = made.inspect_err(|_| restoring.give_up())?;
    println!("{report}");
    if !report.is_clean() {
        restoring.give_up();
        let words = "what can be read does not add up; nothing was changed. Put a backup back with `konter restore`";
        return Err(Failure::Fault(words.to_owned()));
    }
    let aside = spawn_blocking(move || restoring.take_place()).await.map_err(fault)?.map_err(fault)?;
    tell(&made, report.holds);
    if let Some(aside) = aside {
        eprintln!("what was there is in {}", aside.display());
    }
    Ok(())
}

fn tell(made: &Salvaged, open: usize) {
    match made.up_to {
        None => eprintln!("Books and state are made anew."),
        Some(record) => {
            eprintln!("Books and state are made anew as of record {record}. Whatever was written after it is lost.");
        }
    }
    if !made.lost_days.is_empty() {
        let days: Vec<String> = made.lost_days.iter().map(ToString::to_string).collect();
        eprintln!(
            "Lost are the closed days {}: no whole copy of their files was found. Their orders, reports and statements cannot be\n\
             shown any more, and what is said of one of those orders later is not understood. Every balance is what it was; from here\n\
             on the books are counted from these balances, not from the first line.",
            days.join(", ")
        );
    }
    if *made == Salvaged::default() {
        eprintln!("Nothing is lost.");
        return;
    }
    eprintln!(
        "Open orders: {open}. At its next start the shop puts those in doubt that might have gone elsewhere since: they are not\n\
         bought or asked about by itself, a person must look at each (/pending). Those that their supplier had taken, and that\n\
         could go nowhere else, it asks about as ever. Messages from before now are answered, not carried out, and a reseller's program orders again once its reseller has switched it on anew."
    );
}

async fn prove(dir: &Path) -> Result<AuditReport, Failure> {
    let store = open_dir(dir).await?;
    let report = audit::audit(&store).await.map_err(fault);
    store.close().await.map_err(fault)?;
    report
}

/// Prints the books' records as lines of JSON, also while the shop runs.
///
/// # Errors
/// [`Failure::Wrong`] when there is no shop in the data dir; [`Failure::Fault`] where the books cannot be read any further.
pub async fn books(environment: &Environment, from: u64) -> Result<(), Failure> {
    let data = data_dir(&environment.settings_alone()?)?;
    let printing = move || {
        let mut out = BufWriter::new(std::io::stdout().lock());
        let shown = show_books(&data, from, &mut out);
        // A closed pipe is the reader's wish to see no more.
        let is_over = out.flush().is_err_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe);
        if is_over { Ok(()) } else { shown }
    };
    blocking(printing).await.map_err(fault)
}

fn data_dir(settings: &Settings) -> Result<PathBuf, Failure> {
    let data = &settings.data_dir;
    if settings.database_url.is_some() || data.join(MOVED).exists() {
        let words = "this shop keeps its rows in a database, which has no books of this kind";
        return Err(Failure::Wrong(format!("DATABASE_URL: {words}")));
    }
    has_shop(settings)?;
    Ok(data.clone())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let broken_off = |_| StoreError::Unavailable("it was broken off".to_owned());
    spawn_blocking(work).await.map_err(broken_off)?
}
