//! Who is below whom, price groups; and that margins are paid exactly while their order is
//! a success.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::apply::{Stage, corrupt};
use super::kv::Kv;
use super::rows::encode;
use super::{Commit, CommitError, NetworkRows, StoreError, keys};
use konter_core::agent::Agent;
use konter_core::ids::{AgentId, OrderId};
use konter_core::ledger::{AccountId, Posting, Reason};
use konter_core::network::DEEPEST;
use konter_core::order::margins::{self, Before, Stand};
use konter_core::order::{OrderState, Withheld};

/// Uplines looked through for a circle. More than a chain may have: two moves at the same time may make one a little
/// longer than was allowed, and that must not look like a circle.
const LOOKED_THROUGH: usize = 4 * DEEPEST;

/// The part of an order that decides who has earned what.
#[derive(Deserialize)]
struct Earning {
    version: u32,
    state: OrderState,
    #[serde(default)]
    withheld: Vec<Withheld>,
}

impl<K: Kv> Stage<'_, K> {
    pub(super) fn network(&mut self, rows: &NetworkRows) -> Result<(), CommitError> {
        for group in &rows.groups {
            let (key, name) = (keys::price_group(&group.row.name), || format!("price group {}", group.row.name));
            self.versioned("price group", key, group, group.row.version, name)?;
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
                    let agent: Option<Agent> = self.row("agent", &keys::agent(id))?;
                    let gone = || CommitError::Conflict(format!("upline {id}"));
                    above = agent.ok_or_else(gone)?.network.upline;
                }
            }
        }
        Err(CommitError::Conflict(format!("the uplines of {agent}")))
    }

    /// The margins and corrections in a commit are those that its orders' becoming a success, or no success any more, or
    /// the end of a wait makes due. Gives what the orders that may withhold something were before.
    pub(super) fn check_margins(&self, commit: &Commit) -> Result<Vec<(usize, Before)>, CommitError> {
        let mut due = Vec::new();
        let mut befores = Vec::new();
        for (index, order) in commit.orders.iter().enumerate().filter(|(_, order)| !order.row.margins.is_empty()) {
            let row = &order.row;
            let stored: Option<Earning> = self.row("order", &keys::order(row.id))?;
            if stored.as_ref().map(|stored| stored.version) != order.expected {
                return Err(CommitError::Conflict(format!("order {}", row.id)));
            }
            let total = row.margins.iter().try_fold(0_i64, |sum, margin| sum.checked_add(margin.amount.get()));
            if total.is_none_or(|total| total > row.price.get()) {
                return Err(wrong(format!("order {} owes its uplines more than its price", row.id)).into());
            }
            let before = stored.map_or(Before { stand: Stand::Open, withheld: Vec::new() }, |stored| Before {
                stand: Stand::of(&stored.state),
                withheld: stored.withheld,
            });
            due.extend(margins::postings(row, &before, Stand::of(&row.state), &row.withheld));
            befores.push((index, before));
        }
        let corrected = |id: &OrderId| befores.iter().any(|(index, _)| commit.orders[*index].row.id == *id);
        let is_share = |posting: &&Posting| match posting {
            Posting::Transfer { reason: Reason::Margin | Reason::MarginReversal | Reason::Withheld, .. } => true,
            Posting::Transfer { reason: Reason::Reversal | Reason::LateDelivery, order, .. } => {
                order.as_ref().is_some_and(corrected)
            }
            _ => false,
        };
        if commit.postings.iter().filter(is_share).eq(&due) {
            Ok(befores)
        } else {
            Err(wrong("its margins and corrections are not those that are due".to_owned()).into())
        }
    }

    /// What an order withholds is what its debtors cannot pay *now*: whoever decided may have seen what is spent since.
    /// Asked when everything is posted.
    pub(super) fn check_withheld(&self, commit: &Commit, befores: &[(usize, Before)]) -> Result<(), CommitError> {
        if let Some(order) = commit.orders.iter().find(|o| !o.row.withheld.is_empty() && o.row.margins.is_empty()) {
            return Err(wrong(format!("order {} withholds what is nobody's", order.row.id)).into());
        }
        for (index, before) in befores {
            let row = &commit.orders[*index].row;
            let now = Stand::of(&row.state);
            let mut left = BTreeMap::new();
            for agent in margins::concerned(row).filter(|_| before.stand != Stand::Open) {
                left.insert(agent, self.account(&AccountId::Agent(agent))?.available());
            }
            let left = |agent: AgentId| left.get(&agent).copied().unwrap_or_default();
            // Nobody has to pay out at once what may go; what is still owed must stay.
            let stays = |part: &Withheld| !left(part.until).is_negative() || row.withheld.contains(part);
            let is_right = if before.stand == now {
                row.withheld.iter().all(|part| before.withheld.contains(part)) && before.withheld.iter().all(stays)
            } else {
                row.withheld == margins::withheld(row, before, now, left)
            };
            if !is_right {
                return Err(CommitError::Conflict(format!("what is withheld of order {}", row.id)));
            }
        }
        Ok(())
    }
}

fn wrong(problem: String) -> StoreError {
    corrupt("commit", problem)
}
