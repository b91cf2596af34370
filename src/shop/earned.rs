//! What uplines earn, by day, from their own lines of the journal.

use chrono::NaiveDate;

use super::reports::Reports;
use konter_core::ids::AgentId;
use konter_core::ledger::{AccountId, Reason};
use konter_core::money::Rupiah;
use konter_store::StoreError;

/// Lines read at once.
const LINES_AT_ONCE: usize = 200;

impl Reports {
    /// Margins paid to a reseller less those taken back: on this day, and on the day before.
    pub(super) async fn earned(&self, agent: AgentId, today: NaiveDate) -> Result<[Rupiah; 2], StoreError> {
        let mut sums = [0_i64; 2];
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
                let sum = match &mut sums {
                    [now, _] if day == today => now,
                    [_, before] if Some(day) == today.pred_opt() => before,
                    _ => continue,
                };
                match line.reason {
                    Reason::Margin if line.credit == account => *sum = sum.saturating_add(line.amount.get()),
                    Reason::MarginReversal if line.debit == account => *sum = sum.saturating_sub(line.amount.get()),
                    _ => {}
                }
            }
            after = lines.last().filter(|_| lines.len() == LINES_AT_ONCE).map(|last| last.seq);
        }
        Ok(sums.map(Rupiah::new))
    }
}
