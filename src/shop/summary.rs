//! The day's figures for the owners, once a day at the hour they have set.

use std::sync::Arc;
use std::time::Duration;

use chrono::{NaiveDate, NaiveTime};

use super::alerts::Alerts;
use super::outbox::Outbox;
use super::process::Process;
use super::reports::{Reports, SHOWN};
use konter_command::powers;
use konter_core::report::Span;
use konter_reply::{Reply, ReportForm};
use konter_store::{Commit, StoreError};

/// Time between looks at the clock: it may be set, and nobody minds half a minute.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// An hour before it is taken for the morning after.
const NOON: NaiveTime = match NaiveTime::from_hms_opt(12, 0, 0) {
    Some(noon) => noon,
    None => NaiveTime::MIN,
};

pub(super) struct Summaries {
    pub process: Process,
    pub reports: Arc<Reports>,
    pub alerts: Arc<Alerts>,
    pub outbox: Outbox,
    /// By the shop's wall.
    pub hour: NaiveTime,
}

impl Summaries {
    /// Tells each day's figures when it is time, until the shop stops.
    pub async fn run(self: Arc<Self>) {
        let mut clock_set = self.process.clock_set();
        let mut told = None;
        loop {
            let day = self.due_day();
            if day != told && self.process.share.leads() {
                match self.tell(day).await {
                    Ok(()) => told = day,
                    Err(error) => tracing::error!(%error, "the day's figures could not be told; trying again"),
                }
            }
            if !self.process.pause(LOOK_EVERY, &mut clock_set).await {
                return;
            }
        }
    }

    /// The latest day whose figures should have been told.
    fn due_day(&self) -> Option<NaiveDate> {
        let now = self.process.clock.now().local;
        let told_today = told_on(now.date(), self.hour);
        if now.time() >= self.hour { told_today } else { told_today?.pred_opt() }
    }

    /// Tells a day's figures unless they have been told. A day that a stop has kept from being told is told late; the
    /// day before the shop's first is not told at all.
    async fn tell(&self, day: Option<NaiveDate>) -> Result<(), StoreError> {
        let somebody = self.alerts.roster.borrow().at_least(powers::SUMMARISED).next().is_some();
        let Some(day) = day.filter(|_| somebody) else { return Ok(()) };
        let at = self.process.clock.utc();
        let last = self.process.store.last_summary().await?;
        if last.is_some_and(|last| last >= day) {
            return Ok(());
        }
        let card = Box::new(self.reports.shop_card(Span::day(day), SHOWN).await?);
        if last.is_none() && day != self.process.clock.day_of(at) && card.total.orders == 0 {
            return Ok(());
        }
        let mut commit = Commit::new(at);
        commit.outgoing =
            self.alerts.to_staff(powers::SUMMARISED, &Reply::ShopReport { form: ReportForm::Summary, card });
        commit.summarised = Some(day);
        // Where it has changed, another process has told it.
        self.outbox.say_unless_changed(commit).await.map(drop)
    }
}

/// The day whose figures are told at this hour of `today`: in the morning it is the one that has ended.
fn told_on(today: NaiveDate, hour: NaiveTime) -> Option<NaiveDate> {
    if hour < NOON { today.pred_opt() } else { Some(today) }
}
