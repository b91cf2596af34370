//! `konter backup` and `konter restore`.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret as _;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use super::Failure;
use super::environment::Environment;
use super::health::reachable;
use super::migrate::fill_database;
use super::open::{Use, fault, has_shop, open_dir, open_store};
use super::private::token_of_running_shop;
use crate::backup::{self, BackupError, Made};
use crate::config::Settings;
use konter_store::sled_store::{SledOptions, SledStore};
use konter_store::{Snapshot, Store, StoreError, audit, is_in_use};

/// For the shop to begin; from then on it only has to keep sending.
const CONNECT: Duration = Duration::from_secs(10);
/// Between two pieces of a backup under way.
const STALL: Duration = Duration::from_secs(60);

/// In the data dir: where a backup is read that goes into a database.
pub(super) const ON_THE_WAY: &str = "restoring-into-database";

/// Copies the shop into a file: from the running shop when there is one, else from its data dir.
///
/// # Errors
/// [`Failure::Wrong`] when the file exists or there is no shop; [`Failure::Fault`] when it cannot be copied, or its books
/// do not add up.
pub async fn backup(environment: &Environment, file: &Path, force: bool) -> Result<(), Failure> {
    let settings = environment.settings_alone()?;
    has_shop(&settings)?;
    if file.exists() && !force {
        return Err(wrong_or_fault(BackupError::Exists(file.display().to_string())));
    }
    if settings.database_url.is_some() {
        let store = open_store(&settings, Use::Looking).await?;
        let (snapshot, made_at) = (store.snapshot().await.map_err(fault)?, Utc::now());
        let made = from_snapshot(snapshot, made_at, file, force).await;
        store.close().await.map_err(fault)?;
        return told(file, &made?);
    }
    let made = match open_stopped(&settings.data_dir).await {
        Ok(store) => {
            let (snapshot, made_at) = (store.snapshot().await.map_err(fault)?, Utc::now());
            let made = from_snapshot(snapshot, made_at, file, force).await;
            store.close().await.map_err(fault)?;
            made?
        }
        Err(StoreError::InUse(_)) => from_running_shop(&settings, file, force).await?,
        Err(error) => return Err(Failure::Fault(format!("{}: {error}", settings.data_dir.display()))),
    };
    told(file, &made)
}

fn told(file: &Path, made: &Made) -> Result<(), Failure> {
    eprintln!("{}: {} rows, {} bytes, as of {}", file.display(), made.rows, made.bytes, made.made_at);
    println!("{}", made.report);
    if made.report.is_clean() { Ok(()) } else { Err(Failure::Fault("the books do not add up".to_owned())) }
}

async fn open_stopped(dir: &Path) -> Result<Store, StoreError> {
    let dir = dir.to_owned();
    let opening = spawn_blocking(move || SledStore::open(&dir, SledOptions::default()).map(Store::new));
    opening.await.unwrap_or_else(|_| Err(StoreError::Unavailable("opening it was broken off".to_owned())))
}

async fn from_snapshot(snapshot: Snapshot, made_at: DateTime<Utc>, file: &Path, force: bool) -> Result<Made, Failure> {
    let file = file.to_owned();
    blocking(move || backup::make(snapshot, made_at, &file, force)).await
}

/// The shop streams it; here it is written and proven.
async fn from_running_shop(settings: &Settings, file: &Path, force: bool) -> Result<Made, Failure> {
    let listen = settings.listen;
    let token = token_of_running_shop(&settings.data_dir).map_err(|error| {
        let path = settings.data_dir.join(backup::TOKEN);
        Failure::Fault(format!("the shop is running, and its secret cannot be read: {}: {error}", path.display()))
    })?;
    let url = format!("http://{}/backup", reachable(listen));
    let client = reqwest::Client::builder().connect_timeout(CONNECT).read_timeout(STALL).no_proxy().build();
    let asked = client.map_err(fault)?.post(&url).bearer_auth(token.expose_secret()).send().await;
    let response = asked.map_err(|error| {
        let why = error.without_url();
        Failure::Fault(format!("the shop is running, but does not answer on KONTER_LISTEN ({listen}): {why}"))
    })?;
    if !response.status().is_success() {
        let (status, said) = (response.status(), response.text().await.unwrap_or_default());
        return Err(Failure::Fault(format!("the shop does not hand out a backup: {status} {}", said.trim())));
    }
    let file = file.to_owned();
    blocking(move || backup::keep(&file, force, |out| Handle::current().block_on(save(response, out)))).await
}

async fn save(mut response: reqwest::Response, out: File) -> Result<(), BackupError> {
    let lost = |error| BackupError::File("writing the backup".to_owned(), error);
    let mut out = BufWriter::new(out);
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => out.write_all(&chunk).map_err(lost)?,
            Ok(None) => return out.flush().map_err(lost),
            Err(_) => return Err(BackupError::CutOff),
        }
    }
}

/// Puts a shop back from a backup, or from the newest of a folder, and audits it before it takes its place: the data dir's, or
/// that of an empty database where one is set.
///
/// # Errors
/// [`Failure::Wrong`] when there is a shop in the data dir and `force` is not said; [`Failure::Fault`] when the backup is
/// not whole, a shop is running, the database is not empty, or the books do not add up.
pub async fn restore(environment: &Environment, file: &Path, force: bool) -> Result<(), Failure> {
    let settings = environment.settings_alone()?;
    let (data, from, passphrase) = (settings.data_dir.clone(), file.to_owned(), settings.backups.passphrase.clone());
    if let Some(address) = &settings.database_url {
        // A folder of its own: a shop that the data dir holds is not touched, and what a broken-off restore left goes.
        let by_the_way = data.join(ON_THE_WAY);
        let read = by_the_way.clone();
        let restoring = blocking(move || {
            let _ = std::fs::remove_dir_all(&read);
            backup::restore(&from, &read, false, passphrase.as_ref(), Utc::now())
        });
        let filled = match restoring.await {
            Ok(restoring) => fill_database(&restoring.built_in(), address).await.map(|report| (restoring, report)),
            Err(failure) => Err(failure),
        };
        let _ = std::fs::remove_dir_all(&by_the_way);
        let (restoring, report) = filled?;
        let holds = report.holds;
        eprintln!(
            "The database of DATABASE_URL: the shop as of {}, from {}",
            restoring.made_at,
            restoring.from.display()
        );
        tell_what_is_missing(restoring.newer.as_ref(), holds);
        return Ok(());
    }
    let restoring = blocking(move || {
        nobody_at_work(&data)?;
        backup::restore(&from, &data, force, passphrase.as_ref(), Utc::now())
    })
    .await?;
    let report = match prove(restoring.built_in()).await {
        Ok(report) => report,
        Err(failure) => {
            restoring.give_up();
            return Err(failure);
        }
    };
    println!("{report}");
    if !report.is_clean() && !force {
        restoring.give_up();
        let words = "the backup's books do not add up, nothing was put back; --force puts it back all the same";
        return Err(Failure::Fault(words.to_owned()));
    }
    let (made_at, from, data) = (restoring.made_at, restoring.from.clone(), settings.data_dir.clone());
    let newer = restoring.newer.clone();
    let aside = blocking(move || {
        // A shop that was starting when this began is at work by now; one that starts now refuses to.
        nobody_at_work(&data).inspect_err(|_| restoring.give_up())?;
        restoring.take_place()
    })
    .await?;
    eprintln!("{}: the shop as of {made_at}, from {}", settings.data_dir.display(), from.display());
    if let Some(aside) = aside {
        eprintln!("what was there is in {}", aside.display());
    }
    tell_what_is_missing(newer.as_ref(), report.holds);
    if report.is_clean() { Ok(()) } else { Err(Failure::Fault("the books do not add up".to_owned())) }
}

fn tell_what_is_missing(newer: Option<&(DateTime<Utc>, PathBuf)>, holds: usize) {
    eprintln!("Whatever happened after that moment is not in the books.");
    if let Some((at, path)) = newer {
        eprintln!(
            "WARNING: there is a newer backup beside this one, of {at}: {}\n\
             If that one was meant, put it back with --force before the shop is started.",
            path.display()
        );
    }
    match holds {
        0 => eprintln!("No order was open then."),
        open => eprintln!(
            "Open then: {open}. At its next start the shop puts those in doubt that might have gone elsewhere since: they are not\n\
             bought or asked about by itself, a person must look at each (/pending). Those that their supplier had taken, and\n\
             that could go nowhere else, it asks about as ever."
        ),
    }
}

fn nobody_at_work(data: &Path) -> Result<(), BackupError> {
    if is_in_use(data) { Err(StoreError::InUse(data.display().to_string()).into()) } else { Ok(()) }
}

async fn prove(dir: PathBuf) -> Result<konter_core::ledger::audit::AuditReport, Failure> {
    let store = open_dir(&dir).await?;
    let report = audit::audit(&store).await.map_err(fault);
    store.close().await.map_err(fault)?;
    report
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, Failure> {
    spawn_blocking(work).await.map_err(fault)?.map_err(wrong_or_fault)
}

fn wrong_or_fault(error: BackupError) -> Failure {
    match error {
        error @ (BackupError::Exists(_) | BackupError::NotEmpty(_)) => {
            Failure::Wrong(format!("{error}; --force does it all the same"))
        }
        error @ (BackupError::Encrypted | BackupError::WrongPassphrase) => Failure::Wrong(error.to_string()),
        error => Failure::Fault(error.to_string()),
    }
}
