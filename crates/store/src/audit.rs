//! Audits a store: its journal recounted, and everything else compared with that.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures::{StreamExt as _, TryStreamExt as _};

use super::indexes::Indexes;
use super::opening::bring_forward;
use super::{Snapshot, Store, StoreError};
use konter_core::ids::{AgentId, OrderId};
use konter_core::ledger::audit::{AuditReport, Due, Recount};
use konter_core::ledger::{AccountId, Entry, EntryKind, Hold, Reason};
use konter_core::money::Rupiah;
use konter_core::network::{Transfer, transfer_of_note};
use konter_core::order::{Order, OrderState, Withheld};
use konter_core::pricing::Margin;

/// Lines read at once: the journal is longer than memory.
const PAGE: usize = 5_000;
/// How hard an audit works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    /// With all the machine has.
    Alone,
    /// Half the time, and with one reader at a time: whoever orders meanwhile must not notice.
    BesideWork,
}

impl Pace {
    /// Orders looked up at the same time.
    const fn lookups(self) -> usize {
        match self {
            Self::Alone => 16,
            Self::BesideWork => 1,
        }
    }

    /// Rests as long as the last page took.
    async fn rest(self, page: Duration) {
        if self == Self::BesideWork {
            tokio::time::sleep(page).await;
        }
    }
}

/// How often the ends are compared anew when the shop goes on working meanwhile.
const TRIES: u32 = 1_000;

/// Works every balance out again from the journal and checks every invariant of the books. May run while the shop works.
///
/// # Errors
/// When the store cannot be read. What is wrong in it stands in the report.
pub async fn audit(store: &Store) -> Result<AuditReport, StoreError> {
    audit_at(store, Pace::Alone).await
}

/// The same, slowly, for a shop that is at work.
///
/// # Errors
/// As [`audit`].
pub async fn audit_beside_work(store: &Store) -> Result<AuditReport, StoreError> {
    audit_at(store, Pace::BesideWork).await
}

async fn audit_at(store: &Store, pace: Pace) -> Result<AuditReport, StoreError> {
    let mut count = Recount::default();
    for (key, row) in store.opening().await? {
        bring_forward(&mut count, &key, &row)?;
    }
    let mut seen_open = BTreeSet::new();
    for _ in 0..TRIES {
        read_journal(store, pace, &mut count, &mut seen_open).await?;
        let (accounts, holds) = (store.accounts().await?, store.holds().await?);
        let problems = compare_orders(store, &holds, &seen_open).await?;
        // Every change of an account, a hold or an order's being open comes with a line of the journal.
        if store.journal(count.last_seq(), 1).await?.is_empty() {
            // Beside the work it would keep rows from settling; there, every backup is looked at like that.
            let uneven = if pace == Pace::Alone { compare_indexes(store).await? } else { Vec::new() };
            for problem in problems.into_iter().chain(uneven) {
                count.differs(problem);
            }
            return Ok(count.compare(&accounts, &holds));
        }
    }
    Err(StoreError::Unavailable("the books never stood still long enough to compare them".to_owned()))
}

/// Reads on to the journal's end; notes the orders it names that are open.
async fn read_journal(
    store: &Store,
    pace: Pace,
    count: &mut Recount,
    seen_open: &mut BTreeSet<OrderId>,
) -> Result<(), StoreError> {
    loop {
        let began = Instant::now();
        let lines = store.journal(count.last_seq(), PAGE).await?;
        let Some(last) = lines.last() else { return Ok(()) };
        if last.seq <= count.last_seq() {
            return Err(StoreError::Corrupt { what: "journal", problem: "its lines do not count up".to_owned() });
        }
        for entry in &lines {
            count.entry(entry);
        }
        // Captures and releases name the order of their hold, so only the others are looked up.
        let first_words = lines.iter().filter(|entry| matches!(entry.kind, EntryKind::Hold | EntryKind::Transfer));
        for (id, order) in look_up(store, pace, first_words.filter_map(|entry| entry.order).collect()).await? {
            if let Some(order) = &order {
                // Whatever changes it comes with another line that names it, so the last look is the one that counts.
                count.owes(id, due(order.agent, order.price, &order.state, &order.margins, &order.withheld));
            }
            match order {
                None => count.differs(format!("the journal names order {id}, which is not stored")),
                Some(order) if order.is_open() => {
                    seen_open.insert(id);
                }
                Some(_) => {}
            }
        }
        for entry in lines.iter().filter(|entry| entry.reason == Reason::TransferBack) {
            if !is_of_its_transfer(store, entry).await? {
                count.differs(format!("line {} takes back what no transfer's row says went back", entry.seq));
            }
        }
        pace.rest(began.elapsed()).await;
    }
}

async fn is_of_its_transfer(store: &Store, entry: &Entry) -> Result<bool, StoreError> {
    let Some(id) = entry.note.as_deref().and_then(transfer_of_note) else { return Ok(false) };
    let sent = store.transfer(id).await?.filter(Transfer::is_back);
    let sides = |sent: &Transfer| (AccountId::Agent(sent.to), AccountId::Agent(sent.from), sent.amount);
    Ok(sent.is_some_and(|sent| sides(&sent) == (entry.debit.clone(), entry.credit.clone(), entry.amount)))
}

/// What does not agree of indexes and rows, in a copy that stands still.
async fn compare_indexes(store: &Store) -> Result<Vec<String>, StoreError> {
    let first = walk(store.snapshot().await?, Indexes::default()).await?;
    match first.second() {
        None => Ok(first.finish()),
        Some(second) => Ok(walk(store.snapshot().await?, second).await?.finish()),
    }
}

async fn walk(mut snapshot: Snapshot, mut indexes: Indexes) -> Result<Indexes, StoreError> {
    let walking = tokio::task::spawn_blocking(move || {
        loop {
            let page = snapshot.next_page()?;
            if page.is_empty() {
                return Ok(indexes);
            }
            for (key, row) in page {
                indexes.row(&key, &row)?;
            }
        }
    });
    walking.await.map_err(|_| StoreError::Unavailable("a read was broken off".to_owned()))?
}

/// Who must have what of an order.
pub(super) fn due(buyer: AgentId, price: Rupiah, state: &OrderState, margins: &[Margin], withheld: &[Withheld]) -> Due {
    let waits: i64 = withheld.iter().fold(0, |sum, part| sum.saturating_add(part.amount.get()));
    let of = |agent| withheld.iter().filter(move |part| part.to == agent).map(|part| part.amount.get());
    let mut shares: Vec<(AccountId, Rupiah)> = Vec::new();
    if state.is_success() {
        shares.extend(margins.iter().map(|margin| {
            let left = of(margin.agent).fold(margin.amount.get(), i64::saturating_sub);
            (AccountId::Agent(margin.agent), Rupiah::new(left))
        }));
    }
    let paid = if state.is_success() { price } else { Rupiah::new(of(buyer).fold(0, i64::saturating_add)) };
    Due { buyer: AccountId::Agent(buyer), price, paid, waits: Rupiah::new(waits), shares }
}

async fn look_up(
    store: &Store,
    pace: Pace,
    ids: BTreeSet<OrderId>,
) -> Result<BTreeMap<OrderId, Option<Order>>, StoreError> {
    let lookups = ids.into_iter().map(|id| async move { store.order(id).await.map(|order| (id, order)) });
    futures::stream::iter(lookups).buffer_unordered(pace.lookups()).try_collect().await
}

/// An order is open exactly as long as its price is held.
async fn compare_orders(
    store: &Store,
    holds: &[Hold],
    seen_open: &BTreeSet<OrderId>,
) -> Result<Vec<String>, StoreError> {
    let holds: BTreeMap<OrderId, &Hold> = holds.iter().map(|hold| (hold.order, hold)).collect();
    let orders = look_up(store, Pace::Alone, holds.keys().chain(seen_open).copied().collect()).await?;
    let problem = |(id, order): (OrderId, Option<Order>)| match (order, holds.get(&id)) {
        (Some(order), hold) => unfit_hold(id, order.agent, order.price, order.is_open(), hold.copied()),
        (None, Some(_)) => Some(format!("a hold is kept for order {id}, which is not stored")),
        (None, None) => None,
    };
    Ok(orders.into_iter().filter_map(problem).collect())
}

/// What is wrong with an order's hold, or with its having none.
pub(super) fn unfit_hold(
    id: OrderId,
    agent: AgentId,
    price: Rupiah,
    is_open: bool,
    hold: Option<&Hold>,
) -> Option<String> {
    match (is_open, hold) {
        (false, None) => None,
        (true, Some(hold)) if hold.amount == price && hold.debit == AccountId::Agent(agent) => None,
        (true, Some(Hold { amount, debit, .. })) => {
            Some(format!("open order {id} of {agent} costs {price}, its hold is {amount} of {debit}"))
        }
        (true, None) => Some(format!("open order {id} has no hold")),
        (false, Some(_)) => Some(format!("final order {id} still has its hold")),
    }
}
