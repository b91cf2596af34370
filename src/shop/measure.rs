//! What `/health` and `/metrics` tell. Both are asked every few seconds: nothing here reads more than is waiting, and
//! one row a reseller.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Serialize;

use super::day_proof::DayProof;
use super::drift::Drift;
use super::h2h::Fate;
use super::open_orders::Stage;
use super::process::Process;
use super::schedule::Schedule;
use super::stock::Stock;
use super::suppliers::{Supplier, Suppliers};
use konter_core::ledger::AccountId;
use konter_core::money::Rupiah;
use konter_core::routing::Door;
use konter_store::{Commit, StoreError};

/// Ages that open orders are counted by, in seconds: a minute, when the admins are asked, an hour, a day.
pub const AGES: [i64; 4] = [60, 900, 3_600, 86_400];

/// Reports of one program that are counted; of more it is said that there are so many.
const REPORTS_COUNTED: usize = 1_000;

/// What `/health` tells. A program that takes no reports is its reseller's matter, and no reason to call the shop unwell.
#[derive(Clone, Debug, Serialize)]
pub struct Health {
    pub status: &'static str,
    pub open_orders: usize,
    pub suppliers: usize,
    /// How far ahead our clock is of Telegram's, when it is wrong. Orders are judged by it all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_ahead_seconds: Option<i64>,
    /// Closed days whose files are damaged, and in no backup. Everything else works.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub damaged_days: Vec<NaiveDate>,
}

/// Reads how things stand.
pub(super) struct Gauges {
    pub process: Process,
    pub suppliers: Arc<Suppliers>,
    pub stock: Arc<Stock>,
    pub schedule: Arc<Schedule>,
    pub drift: Arc<Drift>,
    pub days: Arc<DayProof>,
}

impl Gauges {
    /// Whether the shop can take orders.
    ///
    /// # Errors
    /// Why it cannot.
    pub async fn health(&self) -> Result<Health, String> {
        // A commit with nothing in it goes the way of every commit, and writes nothing.
        self.process.store.commit(Commit::new(self.process.clock.utc())).await.map_err(|error| error.to_string())?;
        if self.stock.catalog().is_empty() {
            return Err("the catalog is empty".to_owned());
        }
        let open_orders = self.schedule.open_now().placed.len();
        let clock_ahead_seconds = self.drift.clock_off().map(|off| off.num_seconds());
        Ok(Health {
            status: "ok",
            open_orders,
            suppliers: self.suppliers.iter().count(),
            clock_ahead_seconds,
            damaged_days: self.days.lacking(),
        })
    }

    /// Puts how things stand now into the metrics; the rest is counted as it happens.
    pub async fn measure(&self) {
        self.measure_open();
        metrics::gauge!("konter_processes").set(f64::from(self.process.share.members()));
        metrics::gauge!("konter_work_parts").set(number(self.process.share.shards().len()));
        self.measure_suppliers();
        if let Err(error) = self.measure_store().await {
            tracing::warn!(%error, "not everything could be measured");
        }
    }

    fn measure_open(&self) {
        let now = self.process.clock.utc();
        let open = self.schedule.open_now();
        for stage in Stage::ALL {
            let count = open.stages.get(&stage).copied().unwrap_or(0);
            metrics::gauge!("konter_orders_open", "stage" => stage.name()).set(number(count));
        }
        for age in AGES {
            let older = open.placed.iter().filter(|placed| now - **placed >= TimeDelta::seconds(age)).count();
            metrics::gauge!("konter_orders_open_older", "seconds" => age.to_string()).set(number(older));
        }
        let oldest = open.placed.iter().min().map_or(0, |placed| (now - *placed).num_seconds().max(0));
        metrics::gauge!("konter_oldest_open_order_seconds").set(whole(oldest));
    }

    fn measure_suppliers(&self) {
        let now = self.process.clock.utc();
        let waiting = self.schedule.open_now().waiting;
        for supplier in self.suppliers.iter() {
            measure_supplier(supplier, now);
            let count = waiting.get(&supplier.id).copied().unwrap_or(0);
            let label = ("supplier", supplier.id.to_string());
            metrics::gauge!("konter_supplier_orders_waiting", &[label]).set(number(count));
        }
    }

    async fn measure_store(&self) -> Result<(), StoreError> {
        let (mut held, mut deposited) = (Rupiah::ZERO, Rupiah::ZERO);
        for (id, account) in self.process.store.accounts().await? {
            if matches!(id, AccountId::Agent(_)) {
                held = held.checked_add(account.pending_debits).unwrap_or(held);
                deposited = deposited.checked_add(account.available()).unwrap_or(deposited);
            }
        }
        metrics::gauge!("konter_held_rupiah").set(whole(held.get()));
        metrics::gauge!("konter_resellers_rupiah").set(whole(deposited.get()));
        let waiting = self.process.store.depths().await?;
        metrics::gauge!("konter_inbox_messages").set(number(waiting.inbox));
        metrics::gauge!("konter_outbox_messages").set(number(waiting.outbox));
        let letters = self.process.store.dead_letter_count().await?;
        metrics::gauge!("konter_outbox_set_aside").set(number(letters.told + letters.untold));
        self.measure_programs().await
    }

    /// Resellers' programs: what waits for their addresses.
    async fn measure_programs(&self) -> Result<(), StoreError> {
        for fate in Fate::ALL {
            // There from the start, as nought: an alert can tell nothing from not happening.
            metrics::counter!("konter_h2h_requests_total", "outcome" => fate.name()).increment(0);
        }
        for fate in ["taken", "not_taken", "given_up"] {
            metrics::counter!("konter_h2h_reports_total", "fate" => fate).increment(0);
        }
        let (now, mut waiting, mut oldest) = (self.process.clock.utc(), 0, TimeDelta::zero());
        for chat in self.process.store.waiting_chats().await?.into_iter().filter(|chat| chat.program_of().is_some()) {
            let rows = self.process.store.outbox(&chat, REPORTS_COUNTED).await?;
            waiting += rows.len();
            oldest = rows.iter().map(|row| now - row.at).max().unwrap_or_default().max(oldest);
        }
        metrics::gauge!("konter_h2h_reports_waiting").set(number(waiting));
        metrics::gauge!("konter_h2h_oldest_report_seconds").set(whole(oldest.num_seconds()));
        Ok(())
    }
}

fn measure_supplier(supplier: &Supplier, now: DateTime<Utc>) {
    let label = [("supplier", supplier.id.to_string())];
    let door = supplier.door(now).name();
    for state in Door::NAMES {
        let labels = [label[0].clone(), ("state", state.to_owned())];
        metrics::gauge!("konter_supplier_breaker", &labels).set(flag(state == door));
    }
    // There from the start, as nought: an alert can tell nothing from not happening.
    metrics::counter!("konter_supplier_breaker_opened_total", &label).increment(0);
    metrics::gauge!("konter_supplier_paused", &label).set(flag(supplier.supplier_overrides().paused.is_some()));
    metrics::gauge!("konter_supplier_requests_under_way", &label).set(number(supplier.requests_under_way()));
    if let Some((balance, _)) = supplier.balance() {
        metrics::gauge!("konter_supplier_balance_rupiah", &label).set(whole(balance.get()));
    }
    if let Some(level) = supplier.limits.low_balance {
        metrics::gauge!("konter_supplier_low_balance_rupiah", &label).set(whole(level.get()));
    }
}

fn flag(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}

/// Whole rupiah and counts stay far below 2^53: nothing is lost.
#[expect(clippy::cast_precision_loss, reason = "metrics are floats")]
const fn whole(number: i64) -> f64 {
    number as f64
}

fn number(count: usize) -> f64 {
    whole(i64::try_from(count).unwrap_or(i64::MAX))
}
