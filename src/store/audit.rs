//! Audits a store: its journal recounted, and everything else compared with that.

use std::collections::{BTreeSet, HashMap};

use futures::StreamExt as _;

use super::{Store, StoreError};
use crate::ids::OrderId;
use crate::ledger::audit::{AuditReport, Recount};
use crate::ledger::{AccountId, Entry, EntryKind, Hold};
use crate::order::Order;

/// Lines read at once: the journal is longer than memory.
const PAGE: usize = 5_000;
/// Orders looked up at the same time.
const LOOKUPS: usize = 16;
/// How often the ends are compared anew when the shop goes on working meanwhile.
const TRIES: u32 = 1_000;

/// Works every balance out again from the journal and checks every invariant of the books. May run while the shop works.
///
/// # Errors
/// When the store cannot be read. What is wrong in it stands in the report.
pub async fn audit(store: &dyn Store) -> Result<AuditReport, StoreError> {
    let mut count = Recount::default();
    for _ in 0..TRIES {
        read_journal(store, &mut count).await?;
        let (accounts, holds, open) = (store.accounts().await?, store.holds().await?, store.open_orders().await?);
        // Every change of an account, a hold or an order's being open comes with a line of the journal.
        if store.journal(count.last_seq(), 1).await?.is_empty() {
            compare_open_orders(&mut count, &holds, &open);
            return Ok(count.compare(&accounts, &holds));
        }
    }
    Err(StoreError::Unavailable("the books never stood still long enough to compare them".to_owned()))
}

async fn read_journal(store: &dyn Store, count: &mut Recount) -> Result<(), StoreError> {
    loop {
        let page = store.journal(count.last_seq(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        let is_forward = last.seq > count.last_seq();
        for entry in &page {
            count.entry(entry);
        }
        for order in missing_orders(store, &page).await? {
            count.differs(format!("the journal names order {order}, which is not stored"));
        }
        if !is_forward {
            return Err(StoreError::Corrupt { what: "journal", problem: "its lines do not count up".to_owned() });
        }
    }
}

/// Captures and releases name the order of their hold, so only the others are looked up.
async fn missing_orders(store: &dyn Store, page: &[Entry]) -> Result<Vec<OrderId>, StoreError> {
    let first_words = page.iter().filter(|entry| matches!(entry.kind, EntryKind::Hold | EntryKind::Transfer));
    let named: BTreeSet<OrderId> = first_words.filter_map(|entry| entry.order).collect();
    let lookups = named.into_iter().map(|id| async move { (id, store.order(id).await) });
    let mut answers = futures::stream::iter(lookups).buffer_unordered(LOOKUPS);
    let mut missing = Vec::new();
    while let Some((id, order)) = answers.next().await {
        if order?.is_none() {
            missing.push(id);
        }
    }
    missing.sort_unstable();
    Ok(missing)
}

fn compare_open_orders(count: &mut Recount, holds: &[Hold], open: &[Order]) {
    let mut open: HashMap<OrderId, &Order> = open.iter().map(|order| (order.id, order)).collect();
    for hold in holds {
        match open.remove(&hold.order) {
            Some(order) if order.price == hold.amount && hold.debit == AccountId::Agent(order.agent) => {}
            Some(order) => count.differs(format!(
                "order {} of {} costs {}, its hold is {} of {}",
                order.id, order.agent, order.price, hold.amount, hold.debit
            )),
            None => count.differs(format!("a hold is kept for order {}, which is not open", hold.order)),
        }
    }
    for id in open.into_keys() {
        count.differs(format!("open order {id} has no hold"));
    }
}
