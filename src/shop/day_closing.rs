//! Closes days that are over: their rows leave the store's engine for a compact file, so that a data folder stays small.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;

use konter_store::{Store, StoreError};

use crate::clock::ShopClock;

/// Time between looks at the clock; a day is closed weeks after it is over, so an hour is soon enough.
const LOOK_EVERY: Duration = Duration::from_secs(60 * 60);
/// After the start, so that what waits is seen to first.
const FIRST_LOOK: Duration = Duration::from_secs(60);
/// Between two days, so that catching up with a year of them is not noticed.
const BETWEEN_DAYS: Duration = Duration::from_secs(1);

pub(super) struct DayClosing {
    pub store: Store,
    pub clock: ShopClock,
    /// Days that stay with the engine after they are over.
    pub after_days: u32,
    pub stop: CancellationToken,
}

impl DayClosing {
    /// Closes each day when it is time, until the shop stops.
    pub(super) async fn run(self: Arc<Self>) {
        let mut pause = FIRST_LOOK;
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            pause = match self.close_next().await {
                Ok(true) => BETWEEN_DAYS,
                Ok(false) => LOOK_EVERY,
                Err(error) => {
                    tracing::error!(%error, "a day could not be closed; nothing is lost, and it is tried again in an hour");
                    LOOK_EVERY
                }
            };
        }
    }

    /// Closes the first day that is due. `false`: there is none.
    async fn close_next(&self) -> Result<bool, StoreError> {
        let now = self.clock.utc();
        let Some(first) = self.store.first_unclosed(now).await? else { return Ok(false) };
        let ends = self.clock.next_midnight(first);
        if ends + TimeDelta::days(self.after_days.into()) > now {
            return Ok(false);
        }
        let day = self.clock.day_of(first);
        let rows = self.store.close_day(day, ends, now).await?;
        if rows == 0 {
            tracing::warn!(%day, "a day is due to be closed, and nothing of it can be: has the clock been set back?");
        }
        tracing::debug!(%day, rows, "day closed");
        Ok(rows > 0)
    }
}
