//! Closed days' files held against what the books say of them: at the start, once a day, and when one could not be read. Nothing
//! else in the data dir has their rows, so one that is damaged is put back out of the backups at once, and the owners hear of it.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use parking_lot::Mutex;
use tokio::task::spawn_blocking;

use super::alerts::Alerts;
use super::process::Process;
use crate::backup::{BackupError, set};
use konter_core::staff::Role;
use konter_reply::{DayList, KeepingReply, Reply};
use konter_store::StoreError;
use konter_store::parts::{Part, PartFile};

/// Files that nobody writes rarely change, and reading a year of them takes seconds.
const LOOK_EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// Whoever asks about a day that cannot be put back meets the damage each time, and there may be damage that no look finds.
const NOT_AGAIN_FOR: Duration = Duration::from_secs(10 * 60);

pub(super) struct DayProof {
    process: Process,
    alerts: Arc<Alerts>,
    /// Damaged or missing, and not in the backups.
    lacking: Mutex<Vec<NaiveDate>>,
}

/// A day whose file was not what was written.
struct Damaged {
    day: NaiveDate,
    is_back: bool,
}

/// What came of reading all of them.
#[derive(Default)]
struct Looked {
    damaged: Vec<Damaged>,
    /// How many could not be looked at.
    unread: usize,
}

impl DayProof {
    pub fn new(process: Process, alerts: Arc<Alerts>) -> Self {
        Self { process, alerts, lacking: Mutex::default() }
    }

    /// Days that cannot be read, as far as is known.
    pub fn lacking(&self) -> Vec<NaiveDate> {
        self.lacking.lock().clone()
    }

    /// Reads every file once, half the time. `true`: each is whole, or is so again.
    pub async fn look(&self, backups: &Path) -> bool {
        let Looked { damaged, unread } = match self.mend(backups).await {
            Ok(looked) => looked,
            Err(error) => {
                tracing::error!(%error, "the closed days cannot be looked at; trying again in a day");
                return false;
            }
        };
        let days = |is_back| damaged.iter().filter(move |day| day.is_back == is_back).map(|damaged| damaged.day);
        let lacking: Vec<NaiveDate> = days(false).collect();
        #[expect(clippy::cast_precision_loss, reason = "metrics are floats")]
        metrics::gauge!("konter_closed_days_damaged").set(lacking.len() as f64);
        let known = std::mem::replace(&mut *self.lacking.lock(), lacking.clone());
        let new: Vec<NaiveDate> = days(false).filter(|day| !known.contains(day)).collect();
        let back: Vec<NaiveDate> = days(true).collect();
        for (days, reply) in [
            (back, KeepingReply::DaysPutBack as fn(DayList) -> KeepingReply),
            (new, KeepingReply::DaysDamaged as fn(DayList) -> KeepingReply),
        ] {
            if !days.is_empty()
                && let Err(error) = self.alerts.tell(Role::Owner, &Reply::Keeping(reply(DayList::of(&days)))).await
            {
                tracing::error!(%error, "the owners cannot be told of damaged days");
            }
        }
        lacking.is_empty() && unread == 0
    }

    /// Looks again, until nobody waits for it any more.
    pub async fn watch(&self, backups: &Path) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.process.store.day_damaged() => {}
            }
            self.look(backups).await;
            tokio::time::sleep(NOT_AGAIN_FOR).await;
        }
    }

    async fn mend(&self, backups: &Path) -> Result<Looked, StoreError> {
        let mut all = Looked::default();
        let Some(parts) = self.process.store.parts().await? else { return Ok(all) };
        let (books, files) = (Arc::<str>::from(parts.books()), parts.days());
        drop(parts);
        let count = files.len();
        for file in files {
            let (began, books, backups) = (Instant::now(), Arc::clone(&books), backups.to_owned());
            let looked = spawn_blocking(move || look_at(&file, &books, &backups)).await;
            let broken_off = |_| Err(StoreError::Unavailable("it was broken off".to_owned()));
            match looked.unwrap_or_else(broken_off) {
                Ok(damaged) => all.damaged.extend(damaged),
                Err(error) => {
                    tracing::error!(%error, "a closed day cannot be looked at; trying again in a day");
                    all.unread += 1;
                }
            }
            tokio::time::sleep(began.elapsed()).await;
        }
        if count > 0 && all.damaged.is_empty() && all.unread == 0 {
            tracing::info!(days = count, "the closed days are whole");
        }
        Ok(all)
    }
}

fn look_at(file: &PartFile, books: &str, backups: &Path) -> Result<Option<Damaged>, StoreError> {
    let Part::Day { day, .. } = &file.part else { return Ok(None) };
    match file.prove(books) {
        Err(error @ StoreError::Corrupt { .. }) => {
            tracing::error!(%error, "a closed day is damaged");
            let back = set::put_day_back(file, books, backups);
            let failed = |error: &BackupError| tracing::error!(%error, %day, "it cannot be put back");
            Ok(Some(Damaged { day: *day, is_back: back.inspect_err(failed).unwrap_or(false) }))
        }
        proven => proven.map(|()| None),
    }
}
