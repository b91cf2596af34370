//! The day's figures for the owners, once a day at the hour they have set.

use std::sync::Arc;
use std::time::Duration;

use chrono::{NaiveDate, NaiveTime};

use super::Shop;
use super::reports::SHOWN;
use konter_command::powers;
use konter_core::ids::ChatId;
use konter_core::report::Span;
use konter_reply::{Reply, ReportForm};
use konter_store::{Commit, CommitError, StoreError};

/// Time between looks at the clock: it may be set, and nobody minds half a minute.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// An hour before it is taken for the morning after.
const NOON: NaiveTime = match NaiveTime::from_hms_opt(12, 0, 0) {
    Some(noon) => noon,
    None => NaiveTime::MIN,
};

impl Shop {
    /// Tells each day's figures when it is time, until the shop stops.
    pub(super) async fn tell_summaries(self: Arc<Self>) {
        let Some(hour) = self.policy.summary_at else { return };
        let mut told = None;
        loop {
            let day = self.due_day(hour);
            if day != told && self.share.leads() {
                match self.tell_summary(day).await {
                    Ok(()) => told = day,
                    Err(error) => tracing::error!(%error, "the day's figures could not be told; trying again"),
                }
            }
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.new_time.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// The latest day whose figures should have been told.
    fn due_day(&self, hour: NaiveTime) -> Option<NaiveDate> {
        let now = self.clock.now().local;
        let told_today = told_on(now.date(), hour);
        if now.time() >= hour { told_today } else { told_today?.pred_opt() }
    }

    /// Tells a day's figures unless they have been told. A day that a stop has kept from being told is told late; the
    /// day before the shop's first is not told at all.
    async fn tell_summary(&self, day: Option<NaiveDate>) -> Result<(), StoreError> {
        let somebody = self.roster.borrow().at_least(powers::SUMMARISED).next().is_some();
        let Some(day) = day.filter(|_| somebody) else { return Ok(()) };
        let at = self.clock.utc();
        let last = self.store.last_summary().await?;
        if last.is_some_and(|last| last >= day) {
            return Ok(());
        }
        let card = Box::new(self.shop_card(Span::day(day), SHOWN).await?);
        if last.is_none() && day != self.clock.day_of(at) && card.total.orders == 0 {
            return Ok(());
        }
        let mut commit = Commit::new(at);
        commit.outgoing =
            self.alerts.to_staff(powers::SUMMARISED, &Reply::ShopReport { form: ReportForm::Summary, card });
        let chats: Vec<ChatId> = commit.outgoing.iter().map(|say| say.chat.clone()).collect();
        commit.summarised = Some(day);
        match self.store.commit(commit).await {
            Ok(_) => {
                self.alerts.notify(&chats);
                Ok(())
            }
            // Another process has told it.
            Err(CommitError::Conflict(_)) => Ok(()),
            Err(CommitError::Store(error)) => Err(error),
            Err(other) => Err(StoreError::Unavailable(other.to_string())),
        }
    }
}

/// The day whose figures are told at this hour of `today`: in the morning it is the one that has ended.
fn told_on(today: NaiveDate, hour: NaiveTime) -> Option<NaiveDate> {
    if hour < NOON { today.pred_opt() } else { Some(today) }
}
