//! The books of a backup proven while its rows stream by, in order of their keys: accounts, holds, journal, orders. As
//! the audit of a store, without anything to look up in.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::audit::{due, unfit_hold};
use super::indexes::Indexes;
use super::opening::{account_id, bring_forward};
use super::rows::{decode, unpack};
use super::{StoreError, keys};
use konter_core::ids::{AgentId, OrderId};
use konter_core::ledger::audit::{AuditReport, Recount};
use konter_core::ledger::{Account, AccountId, EntryKind, Hold};
use konter_core::money::Rupiah;
use konter_core::order::{OrderState, Withheld};
use konter_core::pricing::Margin;

/// The part of an order that the books are about.
#[derive(Deserialize)]
struct OrderBooks {
    id: OrderId,
    agent: AgentId,
    price: Rupiah,
    #[serde(default)]
    margins: Vec<Margin>,
    #[serde(default)]
    withheld: Vec<Withheld>,
    state: OrderState,
}

/// What is kept of the rows seen so far.
#[derive(Default)]
pub struct Census {
    count: Recount,
    accounts: Vec<(AccountId, Account)>,
    holds: HashMap<OrderId, Hold>,
    /// Orders the journal names that have not come yet.
    awaited: HashSet<OrderId>,
    indexes: Indexes,
    last_key: Vec<u8>,
}

impl Census {
    /// Takes the next row.
    ///
    /// # Errors
    /// When it cannot be read, or does not come behind the one before it.
    pub fn row(&mut self, key: &[u8], row: &[u8]) -> Result<(), StoreError> {
        if key <= self.last_key.as_slice() {
            return Err(StoreError::Corrupt { what: "backup", problem: "its rows are not in order".to_owned() });
        }
        self.last_key.clear();
        self.last_key.extend_from_slice(key);
        self.indexes.row(key, row)?;
        if bring_forward(&mut self.count, key, row)? {
            return Ok(());
        }
        match key.split_first() {
            Some((&keys::ACCOUNT, _)) => {
                self.accounts.push((account_id(key)?, decode("account", row)?));
                Ok(())
            }
            Some((&keys::HOLD, _)) => {
                let hold: Hold = decode("hold", row)?;
                self.holds.insert(hold.order, hold);
                Ok(())
            }
            Some((&keys::JOURNAL, _)) => self.journal(row),
            Some((&keys::ORDER, _)) => {
                self.order(&decode("order", row)?);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn journal(&mut self, pack: &[u8]) -> Result<(), StoreError> {
        for entry in unpack(pack) {
            let entry = entry?;
            if entry.seq <= self.count.begins_behind() {
                continue;
            }
            self.count.entry(&entry);
            let first_word = matches!(entry.kind, EntryKind::Hold | EntryKind::Transfer);
            self.awaited.extend(entry.order.filter(|_| first_word));
        }
        Ok(())
    }

    fn order(&mut self, order: &OrderBooks) {
        self.awaited.remove(&order.id);
        self.count.owes(order.id, due(order.agent, order.price, &order.state, &order.margins, &order.withheld));
        let (is_open, hold) = (matches!(order.state, OrderState::Open), self.holds.get(&order.id));
        if let Some(problem) = unfit_hold(order.id, order.agent, order.price, is_open, hold) {
            self.count.differs(problem);
        }
    }

    /// What the rows add up to.
    #[must_use]
    pub fn finish(mut self) -> AuditReport {
        for id in std::mem::take(&mut self.awaited) {
            self.count.differs(format!("the journal names order {id}, which is not there"));
        }
        for problem in std::mem::take(&mut self.indexes).finish() {
            self.count.differs(problem);
        }
        let holds: Vec<Hold> = self.holds.into_values().collect();
        self.count.compare(&self.accounts, &holds)
    }
}
