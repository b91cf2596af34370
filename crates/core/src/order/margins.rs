//! What uplines earn with an order, and what everybody gets back of one that did not stay as it was.
//!
//! One rule: **whatever cannot be taken from somebody is withheld from whoever it was meant for.** An upline that has
//! spent the margin that is taken back goes below zero by it, and the buyer waits for that much of its refund; a buyer
//! that has spent the refund of what was delivered after all goes below zero, and its uplines wait for their margins.
//! What waits stands in [`AccountId::Withheld`], and is paid out once the debtor is not below zero any more. So nobody
//! ever gets out of an order what another one has yet to pay in.

use std::collections::BTreeMap;

use super::model::{Final, Order, OrderState};
use super::withheld::Withheld;
use crate::ids::AgentId;
use crate::ledger::{AccountId, Posting, Reason};
use crate::money::Rupiah;

/// How far an order has got, as far as money is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    Open,
    Delivered,
    Undelivered,
}

impl Stand {
    pub const fn of(state: &OrderState) -> Self {
        match state {
            OrderState::Open => Self::Open,
            OrderState::Final(Final { failure: None, .. }) => Self::Delivered,
            OrderState::Final(Final { failure: Some(_), .. }) => Self::Undelivered,
        }
    }
}

/// What an order had moved before something happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    pub stand: Stand,
    pub withheld: Vec<Withheld>,
}

impl Before {
    pub fn of(order: &Order) -> Self {
        Self { stand: Stand::of(&order.state), withheld: order.withheld.clone() }
    }
}

/// What the resellers of an order can spend; whoever is missing is taken to have enough.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Funds(BTreeMap<AgentId, Rupiah>);

impl Funds {
    pub fn set(&mut self, agent: AgentId, available: Rupiah) {
        self.0.insert(agent, available);
    }

    /// What a reseller can spend after these postings.
    fn after(&self, agent: AgentId, postings: &[Posting]) -> Rupiah {
        let Some(available) = self.0.get(&agent) else { return Rupiah::ZERO };
        let account = AccountId::Agent(agent);
        Rupiah::new(postings.iter().fold(available.get(), |sum, posting| match posting {
            Posting::Transfer { debit, amount, .. } if *debit == account => sum.saturating_sub(amount.get()),
            Posting::Transfer { credit, amount, .. } if *credit == account => sum.saturating_add(amount.get()),
            _ => sum,
        }))
    }
}

/// The resellers whose money a correction of this order asks about: its buyer, and its uplines.
pub fn concerned(order: &Order) -> impl Iterator<Item = AgentId> + '_ {
    let may_be_corrected = !order.is_open() && !order.margins.is_empty();
    let everybody = std::iter::once(order.agent).chain(order.margins.iter().map(|margin| margin.agent));
    everybody.filter(move |_| may_be_corrected)
}

/// Takes an order's money from where it stood to where it stands `now`: what is withheld then, and the postings.
#[must_use]
pub fn moved(order: &Order, now: Stand, funds: &Funds) -> (Vec<Withheld>, Vec<Posting>) {
    let before = Before::of(order);
    // What is taken from a debtor does not depend on what somebody else has to wait for.
    let taken = postings(order, &before, now, &[]);
    let withheld = withheld(order, &before, now, |agent| funds.after(agent, &taken));
    let postings = postings(order, &before, now, &withheld);
    (withheld, postings)
}

/// What must be withheld. `left` is what a debtor can spend once everything else of the change is posted.
#[must_use]
pub fn withheld(order: &Order, before: &Before, now: Stand, left: impl Fn(AgentId) -> Rupiah) -> Vec<Withheld> {
    match (before.stand, now) {
        // However little of it was taken only now: what an upline is below zero, it may owe to this very order.
        (Stand::Delivered, Stand::Undelivered) => order
            .margins
            .iter()
            .map(|margin| {
                let missing = left(margin.agent).get().min(0).saturating_neg();
                Withheld { to: order.agent, amount: margin.amount.min(Rupiah::new(missing)), until: margin.agent }
            })
            .filter(|withheld| withheld.amount.is_positive())
            .collect(),
        (Stand::Undelivered, Stand::Delivered) if left(order.agent).is_negative() => order
            .margins
            .iter()
            .map(|margin| Withheld { to: margin.agent, amount: margin.amount, until: order.agent })
            .collect(),
        (Stand::Delivered, Stand::Delivered) | (Stand::Undelivered, Stand::Undelivered) => {
            let waits = |withheld: &&Withheld| left(withheld.until).is_negative();
            before.withheld.iter().filter(waits).cloned().collect()
        }
        (Stand::Undelivered, Stand::Delivered) | (Stand::Open, _) | (_, Stand::Open) => Vec::new(),
    }
}

/// The postings between two stands of an order, besides what becomes of its hold: everything goes by way of sales.
#[must_use]
pub fn postings(order: &Order, before: &Before, now: Stand, withheld: &[Withheld]) -> Vec<Posting> {
    let mut postings = Vec::new();
    let mut post = |account: AccountId, difference: i64, given: Reason, taken: Reason| {
        let amount = Rupiah::new(difference.saturating_abs());
        let (debit, credit, reason) =
            if difference > 0 { (AccountId::Sales, account, given) } else { (account, AccountId::Sales, taken) };
        // What happened cannot be refused: whoever has spent it goes below zero.
        let may_overdraw = matches!(debit, AccountId::Agent(_));
        if difference != 0 {
            postings.push(Posting::Transfer {
                debit,
                credit,
                amount,
                reason,
                order: Some(order.id),
                note: None,
                may_overdraw,
            });
        }
    };
    // A hold pays with its capture, and is given back with its release.
    if before.stand != Stand::Open {
        let difference = paid(order, before.stand, &before.withheld).saturating_sub(paid(order, now, withheld));
        post(AccountId::Agent(order.agent), difference, Reason::Reversal, Reason::LateDelivery);
    }
    for margin in &order.margins {
        let has = |stand, withheld: &[Withheld]| match stand {
            Stand::Delivered => margin.amount.get().saturating_sub(owed(margin.agent, withheld)),
            Stand::Open | Stand::Undelivered => 0,
        };
        let difference = has(now, withheld).saturating_sub(has(before.stand, &before.withheld));
        post(AccountId::Agent(margin.agent), difference, Reason::Margin, Reason::MarginReversal);
    }
    let waits = |withheld: &[Withheld]| withheld.iter().fold(0_i64, |sum, part| sum.saturating_add(part.amount.get()));
    let difference = waits(withheld).saturating_sub(waits(&before.withheld));
    post(AccountId::Withheld(order.id), difference, Reason::Withheld, Reason::Withheld);
    postings
}

/// What the buyer has paid for the order, all in all.
fn paid(order: &Order, stand: Stand, withheld: &[Withheld]) -> i64 {
    match stand {
        Stand::Delivered => order.price.get(),
        Stand::Open | Stand::Undelivered => owed(order.agent, withheld),
    }
}

/// What waits for a reseller.
fn owed(agent: AgentId, withheld: &[Withheld]) -> i64 {
    withheld.iter().filter(|part| part.to == agent).fold(0, |sum, part| sum.saturating_add(part.amount.get()))
}

impl Order {
    /// What of its refund its reseller is still waiting for.
    pub fn refund_withheld(&self) -> Rupiah {
        Rupiah::new(owed(self.agent, &self.withheld))
    }
}
