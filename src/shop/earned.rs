//! What uplines earn, by day and by downline, from their own lines of the journal.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::reports::Reports;
use konter_core::ids::{AgentId, OrderId};
use konter_core::ledger::{AccountId, Entry, Reason};
use konter_core::money::Rupiah;
use konter_reply::Earned;
use konter_store::StoreError;

/// Lines read at once.
const LINES_AT_ONCE: usize = 200;
/// Orders looked up for whose they are; what is beyond counts in the sums alone.
const ORDERS_LOOKED_UP: usize = 1_000;

/// Of today, and of the day before.
type Sums = [i64; 2];

impl Reports {
    /// Margins paid to a reseller less those taken back, on this day and on the day before: all of them, and those by whose
    /// orders they came, the biggest first.
    pub(super) async fn earned(
        &self,
        agent: AgentId,
        today: NaiveDate,
    ) -> Result<([Rupiah; 2], Vec<Earned>), StoreError> {
        let by_order = self.earned_by_order(agent, today).await?;
        let mut all = Sums::default();
        let mut buyers: BTreeMap<AgentId, Sums> = BTreeMap::new();
        // The newest first.
        for (nth, (order, sums)) in by_order.into_iter().rev().enumerate() {
            add(&mut all, sums);
            if nth < ORDERS_LOOKED_UP
                && let Some(order) = self.store.order(order).await?
            {
                add(buyers.entry(order.agent).or_default(), sums);
            }
        }
        let mut earned = Vec::new();
        for (code, [today, yesterday]) in buyers.into_iter().filter(|(_, sums)| *sums != Sums::default()) {
            let name = self.store.agent(code).await?.map(|agent| agent.name).unwrap_or_default();
            earned.push(Earned { code, name, today: Rupiah::new(today), yesterday: Rupiah::new(yesterday) });
        }
        earned.sort_by_key(|one| std::cmp::Reverse((one.today, one.yesterday)));
        Ok((all.map(Rupiah::new), earned))
    }

    async fn earned_by_order(&self, agent: AgentId, today: NaiveDate) -> Result<BTreeMap<OrderId, Sums>, StoreError> {
        let mut by_order: BTreeMap<OrderId, Sums> = BTreeMap::new();
        let account = AccountId::Agent(agent);
        let since = today.pred_opt().and_then(|day| self.clock.start_of(day));
        let first = match since {
            Some(since) => self.store.first_entry_since(since).await?,
            None => None,
        };
        let mut after = first.map(|first| first.saturating_sub(1));
        while let Some(seq) = after {
            let lines = self.store.statement_after(&account, seq, LINES_AT_ONCE).await?;
            for line in &lines {
                let day = self.clock.day_of(line.at);
                let place = match day {
                    _ if day == today => 0,
                    _ if Some(day) == today.pred_opt() => 1,
                    _ => continue,
                };
                if let (Some(order), Some(amount)) = (line.order, margin(line, &account)) {
                    let mut sums = Sums::default();
                    if let Some(sum) = sums.get_mut(place) {
                        *sum = amount;
                    }
                    add(by_order.entry(order).or_default(), sums);
                }
            }
            after = lines.last().filter(|_| lines.len() == LINES_AT_ONCE).map(|last| last.seq);
        }
        Ok(by_order)
    }
}

/// What a line gave an upline; negative where it took it back.
fn margin(line: &Entry, account: &AccountId) -> Option<i64> {
    match line.reason {
        Reason::Margin if line.credit == *account => Some(line.amount.get()),
        Reason::MarginReversal if line.debit == *account => line.amount.get().checked_neg(),
        _ => None,
    }
}

fn add(sums: &mut Sums, more: Sums) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum = sum.saturating_add(more);
    }
}
