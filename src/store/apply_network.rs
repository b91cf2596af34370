//! Who is below whom, price groups; and that margins are paid exactly while their order is
//! a success.

use serde::Deserialize;

use super::apply::{Stage, check_version, corrupt};
use super::kv::Kv;
use super::rows::{decode, encode};
use super::{Commit, CommitError, NetworkRows, StoreError, keys};
use crate::agent::Agent;
use crate::ids::AgentId;
use crate::ledger::{Posting, Reason};
use crate::network::DEEPEST;
use crate::order::{OrderState, margins};
use crate::pricing::PriceGroup;

/// Uplines looked through for a circle. More than a chain may have: two moves at the same time may make one a little
/// longer than was allowed, and that must not look like a circle.
const LOOKED_THROUGH: usize = 4 * DEEPEST;

/// The part of an order that decides who has earned what.
#[derive(Deserialize)]
struct Earning {
    version: u32,
    state: OrderState,
}

impl<K: Kv> Stage<'_, K> {
    pub(super) fn network(&mut self, rows: &NetworkRows) -> Result<(), CommitError> {
        for group in &rows.groups {
            let key = keys::price_group(&group.row.name);
            let stored: Option<PriceGroup> = self.get(&key)?.map(|bytes| decode("price group", &bytes)).transpose()?;
            let name = || format!("price group {}", group.row.name);
            check_version(stored.map(|stored| stored.version), group.expected, group.row.version, name)?;
            self.put(key, encode("price group", &group.row)?);
        }
        for invited in &rows.invited {
            self.put(keys::invited(&invited.chat), encode("invited chat", invited)?);
        }
        for chat in &rows.uninvited {
            self.delete(keys::invited(chat));
        }
        Ok(())
    }

    /// Keeps the indexes of a reseller's place, and refuses a circle: whoever decided has not seen what came meanwhile.
    pub(super) fn agent_network(&mut self, before: Option<&Agent>, row: &Agent) -> Result<(), CommitError> {
        let upline = row.network.upline;
        let upline_before = before.and_then(|agent| agent.network.upline);
        if upline_before != upline {
            if let Some(upline) = upline {
                self.check_no_circle(row.id, upline)?;
                self.put(keys::downline(upline, row.id), Vec::new());
            }
            if let Some(before) = upline_before {
                self.delete(keys::downline(before, row.id));
            }
        }
        let code_before = before.and_then(|agent| agent.network.invite.as_ref());
        if code_before != row.network.invite.as_ref() {
            if let Some(code) = &row.network.invite {
                self.claim(keys::invite(code), row.id, || format!("the invitation of {}", row.id))?;
            }
            if let Some(code) = code_before {
                self.delete(keys::invite(code));
            }
        }
        Ok(())
    }

    fn check_no_circle(&self, agent: AgentId, upline: AgentId) -> Result<(), CommitError> {
        let mut above = Some(upline);
        for _ in 0..LOOKED_THROUGH {
            match above {
                None => return Ok(()),
                Some(id) if id == agent => break,
                Some(id) => {
                    let Some(bytes) = self.get(&keys::agent(id))? else {
                        return Err(CommitError::Conflict(format!("upline {id}")));
                    };
                    above = decode::<Agent>("agent", &bytes)?.network.upline;
                }
            }
        }
        Err(CommitError::Conflict(format!("the uplines of {agent}")))
    }

    /// The postings of margins in a commit are those that its orders' becoming a success, or no success any more, make
    /// due.
    pub(super) fn check_margins(&self, commit: &Commit) -> Result<(), CommitError> {
        let is_margin =
            |p: &&Posting| matches!(p, Posting::Transfer { reason: Reason::Margin | Reason::MarginReversal, .. });
        let mut due = Vec::new();
        for order in commit.orders.iter().filter(|order| !order.row.margins.is_empty()) {
            let row = &order.row;
            let before: Option<Earning> =
                self.get(&keys::order(row.id))?.map(|bytes| decode("order", &bytes)).transpose()?;
            if before.as_ref().map(|before| before.version) != order.expected {
                return Err(CommitError::Conflict(format!("order {}", row.id)));
            }
            let total = row.margins.iter().try_fold(0_i64, |sum, margin| sum.checked_add(margin.amount.get()));
            if total.is_none_or(|total| total > row.price.get()) {
                return Err(wrong(format!("order {} owes its uplines more than its price", row.id)).into());
            }
            due.extend(margins::due(before.is_some_and(|before| before.state.is_success()), row));
        }
        if commit.postings.iter().filter(is_margin).eq(&due) {
            Ok(())
        } else {
            Err(wrong("its margins are not those that are due".to_owned()).into())
        }
    }
}

fn wrong(problem: String) -> StoreError {
    corrupt("commit", problem)
}
