//! Reports that could not be read. Each is in the log, one by one as long as they are few; those of a supplier itself are told
//! to the admins with what they said, since not every supplier can be asked again.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use tokio::runtime::Handle;

use super::alerts::Alerts;
use super::outbox::Outbox;
use super::process::Process;
use super::suppliers::Suppliers;
use crate::log_throttle::{LOG, NOBODY};
use konter_core::ids::SupplierId;
use konter_reply::{Reply, RoutingReply, UnreadReport, UnreadWhy};
use konter_store::{Commit, StoreError};
use konter_suppliers::percent_decoded;

/// Admins hear of a supplier's unread reports at once, and then no more often than this.
const TELL_EVERY: TimeDelta = TimeDelta::minutes(15);
/// Reports shown of those told together, the first ones: what is wrong with them is mostly the same.
const MOST_SHOWN: usize = 5;
/// Characters of each: the documents' own have a few hundred.
const LONGEST_SHOWN: usize = 1_000;

/// Hears of them, and tells.
pub(super) struct Unread {
    process: Process,
    suppliers: Arc<Suppliers>,
    alerts: Arc<Alerts>,
    outbox: Outbox,
    debts: Debts,
}

/// What the admins have not been told yet, by supplier.
#[derive(Default)]
struct Debts {
    owed: Mutex<BTreeMap<SupplierId, Owed>>,
}

#[derive(Default)]
struct Owed {
    told: Option<DateTime<Utc>>,
    count: usize,
    shown: Vec<UnreadReport>,
}

impl Debts {
    fn owe(&self, supplier: &SupplierId, report: UnreadReport) {
        let mut suppliers = self.owed.lock();
        let owed = suppliers.entry(supplier.clone()).or_default();
        owed.count += 1;
        if owed.shown.len() < MOST_SHOWN {
            owed.shown.push(report);
        }
    }

    /// What is to be told now; it counts as told.
    fn due(&self, now: DateTime<Utc>) -> Vec<RoutingReply> {
        let mut suppliers = self.owed.lock();
        let due = suppliers
            .iter_mut()
            .filter(|(_, owed)| owed.count > 0 && owed.told.is_none_or(|told| now - told >= TELL_EVERY));
        due.map(|(supplier, owed)| {
            owed.told = Some(now);
            RoutingReply::AlertUnreadReports {
                supplier: supplier.clone(),
                count: std::mem::take(&mut owed.count),
                reports: std::mem::take(&mut owed.shown),
            }
        })
        .collect()
    }

    /// It could not be told after all.
    fn owe_again(&self, replies: Vec<RoutingReply>) {
        let mut suppliers = self.owed.lock();
        for reply in replies {
            let RoutingReply::AlertUnreadReports { supplier, count, mut reports } = reply else { continue };
            let owed = suppliers.entry(supplier).or_default();
            reports.append(&mut owed.shown);
            reports.truncate(MOST_SHOWN);
            *owed = Owed { told: None, count: owed.count + count, shown: reports };
        }
    }
}

impl Unread {
    pub fn new(process: Process, suppliers: Arc<Suppliers>, alerts: Arc<Alerts>, outbox: Outbox) -> Self {
        Self { process, suppliers, alerts, outbox, debts: Debts::default() }
    }

    /// A report ended unread. `said` is what it held, where its sender is believed.
    pub fn hear(self: &Arc<Self>, supplier: Option<&SupplierId>, why: UnreadWhy, from: IpAddr, said: Option<&str>) {
        let known = supplier.and_then(|supplier| self.suppliers.get(supplier));
        LOG.say(known.map_or(NOBODY, |supplier| supplier.id.as_str()), in_log(why), from);
        let (Some(known), Some(said)) = (known, said) else { return };
        // Masked before it is cut, so that no piece of a secret is left.
        let said = known.masked(&percent_decoded(said, b' ')).chars().take(LONGEST_SHOWN).collect();
        self.debts.owe(&known.id, UnreadReport { why, said });
        // A request may be dropped together with the runtime; what is owed is then in the log.
        if Handle::try_current().is_ok() {
            let unread = Arc::clone(self);
            self.process.tasks.spawn(async move { unread.tell().await });
        }
    }

    /// Tells the admins of unread reports, when that is due.
    pub async fn tell(&self) {
        let due = self.debts.due(self.process.clock.utc());
        if due.is_empty() {
            return;
        }
        if let Err(error) = self.say(&due).await {
            tracing::error!(%error, "the admins could not be told of reports that were not read; trying again");
            self.debts.owe_again(due);
        }
    }

    async fn say(&self, due: &[RoutingReply]) -> Result<(), StoreError> {
        let mut commit = Commit::new(self.process.clock.utc());
        commit.outgoing =
            due.iter().flat_map(|reply| self.alerts.to_admins(&Reply::Routing(Box::new(reply.clone())))).collect();
        self.outbox.say(commit).await
    }
}

const fn in_log(why: UnreadWhy) -> &'static str {
    match why {
        UnreadWhy::NoSuchSupplier => "a report is not read: no such supplier",
        UnreadWhy::NotBelieved => "a report is not read: its sender's address or secret is not the supplier's",
        UnreadWhy::NoSuchOrder => "a report is not read: it names no order of ours",
        UnreadWhy::NotUnderstood => "a report is not read: it says nothing that can be believed of its order",
        UnreadWhy::Cut => "a report is not read: a bare # cut it off",
        UnreadWhy::TooLarge => "a report is not read: it is too large",
        UnreadWhy::Broken => "a report is not read: it ended before it had come whole",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admins_are_told_at_once_and_then_together() {
        let (unread, biller) = (Debts::default(), "biller".parse().unwrap());
        let at = |minutes| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        let owe = |said: &str| {
            unread.owe(&biller, UnreadReport { why: UnreadWhy::NoSuchOrder, said: said.to_owned() });
        };
        let due = |minutes| {
            let count = |reply: &RoutingReply| match reply {
                RoutingReply::AlertUnreadReports { count, reports, .. } => (*count, reports.len()),
                _ => (0, 0),
            };
            unread.due(at(minutes)).iter().map(count).collect::<Vec<_>>()
        };
        assert_eq!(due(0), []);
        owe("1");
        assert_eq!(due(0), [(1, 1)]);
        (0..100).for_each(|_| owe("2"));
        assert_eq!(due(14), []);
        assert_eq!(due(15), [(100, MOST_SHOWN)]);
        owe("3");
        let failed = unread.due(at(30));
        owe("4");
        unread.owe_again(failed);
        assert_eq!(due(30), [(2, 2)], "what could not be told is owed again");
        assert_eq!(due(60), []);
    }
}
