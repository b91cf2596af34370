//! What a corrected order moves when those it concerns have spent what they had of it.

use std::collections::BTreeMap;

use super::*;
use crate::ids::AgentId;
use crate::ledger::AccountId;
use crate::order::margins::concerned;
use crate::order::{Funds, Withheld, step_with};
use crate::pricing::Margin;

const BUYER: AgentId = AgentId(1);
const ROOT: AgentId = AgentId(8);
const NEAR: AgentId = AgentId(9);

/// An order of 10,500 with margins of 300 and 200, and what everybody has, as far as this order moved it.
struct Tale {
    order: Order,
    has: BTreeMap<AccountId, i64>,
}

impl Tale {
    /// Its price is held.
    fn new() -> Self {
        let margin = |agent, amount| Margin { agent, amount: Rupiah::new(amount) };
        let order = Order { margins: vec![margin(ROOT, 300), margin(NEAR, 200)], ..order(&[]) };
        let has = [(AccountId::Agent(BUYER), -10_500)].into();
        let mut tale = Self { order, has };
        tale.apply(Event::Sending);
        tale
    }

    fn spends(&mut self, agent: AgentId, amount: i64) {
        *self.has.entry(AccountId::Agent(agent)).or_default() -= amount;
    }

    fn apply(&mut self, event: Event) -> Vec<ResellerNotice> {
        let mut funds = Funds::default();
        for agent in concerned(&self.order) {
            funds.set(agent, Rupiah::new(self.has.get(&AccountId::Agent(agent)).copied().unwrap_or_default()));
        }
        let Some(step) = step_with(&self.order, event, &funds, SECOND, at()) else { return Vec::new() };
        for posting in step.postings {
            match posting {
                Posting::Release { .. } => *self.has.entry(AccountId::Agent(BUYER)).or_default() += 10_500,
                Posting::Transfer { debit, credit, amount, .. } => {
                    *self.has.entry(debit).or_default() -= amount.get();
                    *self.has.entry(credit).or_default() += amount.get();
                }
                Posting::Hold { .. } | Posting::Capture { .. } => {}
            }
        }
        self.order = step.order;
        let to_reseller = |notice| match notice {
            Notice::Reseller(reply) => Some(reply),
            Notice::Admins(_) => None,
        };
        step.notices.into_iter().filter_map(to_reseller).collect()
    }

    fn succeeds(&mut self) -> Vec<ResellerNotice> {
        self.apply(admin(AdminVerdict::Success { sn: "0123456789".to_owned() }))
    }

    fn fails(&mut self) -> Vec<ResellerNotice> {
        self.apply(admin(AdminVerdict::Failed { reason: "no".to_owned() }))
    }

    /// What the buyer, the root and the one near the buyer have, and what waits.
    fn stand(&self) -> [i64; 4] {
        let accounts =
            [BUYER, ROOT, NEAR].map(AccountId::Agent).into_iter().chain([AccountId::Withheld(self.order.id)]);
        let has: Vec<i64> = accounts.map(|account| self.has.get(&account).copied().unwrap_or_default()).collect();
        has.try_into().unwrap()
    }
}

#[test]
fn corrections_undo_exactly_what_was_done_where_nobody_is_short() {
    let mut tale = Tale::new();
    tale.spends(BUYER, -10_500);
    for _ in 0..3 {
        tale.succeeds();
        assert_eq!(tale.stand(), [0, 300, 200, 0]);
        tale.fails();
        assert_eq!(tale.stand(), [10_500, 0, 0, 0]);
        assert_eq!(tale.order.withheld, []);
    }
}

#[test]
fn a_refund_waits_for_what_uplines_have_spent_and_for_no_more() {
    let mut tale = Tale::new();
    tale.succeeds();
    tale.spends(ROOT, 100);
    tale.spends(NEAR, 200);
    let said = tale.fails();
    assert_eq!(tale.stand(), [-300, -100, -200, 300]);
    assert!(matches!(&said[..], [ResellerNotice::Reversed(line)] if line.withheld == Rupiah::new(300)), "{said:?}");
    let waits = |until, amount| Withheld { to: BUYER, amount: Rupiah::new(amount), until };
    assert_eq!(tale.order.withheld, [waits(ROOT, 100), waits(NEAR, 200)]);
    tale.spends(NEAR, -199);
    assert_eq!(tale.apply(Event::Settle), []);
    assert_eq!(tale.stand(), [-300, -100, -1, 300]);
    tale.spends(ROOT, -100);
    assert_eq!(tale.apply(Event::Settle).len(), 1, "its buyer is told");
    assert_eq!(tale.stand(), [-200, 0, -1, 200]);
    tale.spends(NEAR, -1);
    tale.apply(Event::Settle);
    assert_eq!(tale.stand(), [0, 0, 0, 0]);
    assert_eq!(tale.apply(Event::Settle), []);
}

#[test]
fn what_had_not_come_back_is_not_charged_again() {
    let mut tale = Tale::new();
    tale.succeeds();
    tale.spends(ROOT, 300);
    tale.fails();
    assert_eq!(tale.stand(), [-300, -300, 0, 300]);
    // Something else has brought the buyer enough for what it is charged now.
    tale.spends(BUYER, -20_000);
    let said = tale.succeeds();
    assert_eq!(tale.stand(), [20_000 - 10_500, 0, 200, 0]);
    assert!(
        matches!(&said[..], [ResellerNotice::DeliveredLate(line)] if line.withheld == Rupiah::new(300)),
        "{said:?}"
    );
    tale.fails();
    assert_eq!(tale.stand(), [20_000 - 300, -300, 0, 300], "it has still spent what it was paid first");
}

#[test]
fn margins_wait_until_the_buyer_has_paid_for_what_came_late() {
    let mut tale = Tale::new();
    tale.fails();
    tale.spends(BUYER, 1);
    tale.succeeds();
    assert_eq!(tale.stand(), [-10_501, 0, 0, 500]);
    tale.spends(BUYER, -10_500);
    tale.apply(Event::Settle);
    assert_eq!(tale.stand(), [-1, 0, 0, 500], "all of it, or nothing");
    tale.fails();
    assert_eq!(tale.stand(), [10_499, 0, 0, 0], "what nobody was paid is taken from nobody");
    tale.spends(BUYER, -1);
    tale.succeeds();
    assert_eq!(tale.stand(), [0, 300, 200, 0]);
}
