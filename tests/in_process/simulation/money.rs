//! Who may spend what: the resellers together against what was paid in and what delivered orders keep, and bookings that
//! may be the same money twice.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use konter_core::ids::{AgentId, OrderId, TransferId};
use konter_core::ledger::{AccountId, Entry, EntryKind, Reason};
use konter_core::network::transfer_of_note;
use konter_store::{Commit, MessageKey};

use super::books::{Books, Sums};
use super::rules::Rule;
use super::stage::Stage;

/// The same sum to the same reseller within this time is mostly the same money.
const SAME_AGAIN_WITHIN: TimeDelta = TimeDelta::minutes(10);
/// No reseller pays in so much at once.
const BEYOND_USUAL: i64 = 50_000_000;

/// What of the journal matters here.
#[derive(Default)]
pub struct Tally {
    /// Paid in by all resellers, less what they were paid out.
    paid_in: i128,
    /// What admins have taken from resellers that did not have it.
    forced: i128,
    /// Orders that were ever charged after they had been refunded: their buyers may have had nothing left.
    charged_late: std::collections::BTreeSet<OrderId>,
    /// What each order has been charged, less what it got back.
    charged: BTreeMap<OrderId, i128>,
    /// What was sent from whom to whom, until it went back.
    sent: BTreeMap<TransferId, (AccountId, AccountId, i128)>,
    /// When a sum was last booked to a reseller.
    booked: BTreeMap<(AgentId, i64), chrono::DateTime<chrono::Utc>>,
}

/// Whether whoever wrote this has been asked before.
fn is_yes(texts: &[String]) -> bool {
    texts.iter().any(|text| text.starts_with("YA") || text.ends_with('!'))
}

impl Books {
    fn texts(&self, key: Option<&MessageKey>) -> &[String] {
        key.and_then(|key| self.texts.get(key)).map(Vec::as_slice).unwrap_or_default()
    }

    /// A line of the journal that moved money at once; `available` is what its debit has left.
    pub fn tally(&mut self, stage: &Stage, entry: &Entry, available: i128, commit: &Commit) {
        let amount = i128::from(entry.amount.get());
        if matches!(entry.reason, Reason::Deposit | Reason::Correction) {
            let is_in = matches!(entry.credit, AccountId::Agent(_));
            self.tally.paid_in += if is_in { amount } else { -amount };
            if !is_in && available < 0 {
                self.tally.forced += amount.min(-available);
            }
        }
        let order = entry.order.unwrap_or(OrderId(0));
        match (entry.kind, entry.reason) {
            (EntryKind::Capture, _) => *self.tally.charged.entry(order).or_default() += amount,
            (_, Reason::LateDelivery) => {
                self.tally.charged_late.insert(order);
                *self.tally.charged.entry(order).or_default() += amount;
            }
            (_, Reason::Reversal) => *self.tally.charged.entry(order).or_default() -= amount,
            _ => {}
        }
        self.booked(stage, entry, commit);
        self.sent_and_back(stage, entry, commit);
    }

    /// A transfer goes back once, all of it, to who sent it, at its receiver's tap or an admin's yes.
    fn sent_and_back(&mut self, stage: &Stage, entry: &Entry, commit: &Commit) {
        let amount = i128::from(entry.amount.get());
        let Some(id) = entry.note.as_deref().and_then(transfer_of_note) else { return };
        match entry.reason {
            Reason::Transfer => {
                self.tally.sent.insert(id, (entry.debit.clone(), entry.credit.clone(), amount));
            }
            Reason::TransferBack => {
                let back = (entry.credit.clone(), entry.debit.clone(), amount);
                if self.tally.sent.remove(&id) != Some(back) {
                    stage.world.violated(format!("nothing like it was sent, or it went back before: {entry:?}"));
                }
                let texts = self.texts(commit.answers.as_ref().map(|(key, _)| key));
                let is_tap = texts.iter().any(|text| *text == format!("!giveback {id}"));
                if !is_tap && !is_yes(texts) {
                    stage.world.breaks(Rule::Unconsented, format!("{texts:?} takes back {entry:?}"));
                }
                let by = if is_tap { "its receiver" } else { "the shop" };
                self.saw(format!("a transfer goes back by {by}"));
            }
            _ => {}
        }
    }

    fn booked(&mut self, stage: &Stage, entry: &Entry, commit: &Commit) {
        let AccountId::Agent(to) = entry.credit else { return };
        let Some((key, _)) = &commit.answers else { return };
        if !matches!(entry.reason, Reason::Deposit | Reason::Transfer | Reason::Correction) {
            return;
        }
        let texts = self.texts(Some(key));
        let (is_yes, said) = (is_yes(texts), format!("{texts:?}"));
        let before = self.tally.booked.insert((to, entry.amount.get()), entry.at);
        let again = before.filter(|before| (TimeDelta::zero()..SAME_AGAIN_WITHIN).contains(&(entry.at - *before)));
        if let Some(before) = again
            && !is_yes
        {
            stage.world.breaks(Rule::BookedTwice, format!("{said} books what was booked at {before}: {entry:?}"));
        }
        if again.is_some() {
            self.saw("the same sum again after a yes".to_owned());
        }
        if entry.amount.get() >= BEYOND_USUAL && !is_yes {
            stage.world.breaks(Rule::BeyondUsual, format!("{said} books {entry:?}"));
        }
    }

    /// After a commit: nobody spends what nobody paid in, and no order is charged or refunded twice.
    pub fn is_covered(&self, stage: &Stage) {
        for (id, charged) in &self.tally.charged {
            let Some(order) = self.orders.get(id) else { continue };
            if *charged < 0 || *charged > i128::from(order.price.get()) {
                stage.world.violated(format!("order {id} has been charged {charged} in all; {order:?}"));
            }
        }
        let available = |sums: &Sums| sums[1] - sums[0] - sums[2];
        let agents = self.sums.iter().filter(|(id, _)| matches!(id, AccountId::Agent(_)));
        let spendable: i128 = agents.map(|(_, sums)| available(sums).max(0) + sums[2]).sum();
        // What is not the uplines' of a delivered order is the shop's. A late delivery's buyer may owe it.
        let kept: i128 = self
            .orders
            .values()
            .filter(|order| order.is_success() && !self.tally.charged_late.contains(&order.id))
            .map(|order| {
                let margins: i64 = order.margins.iter().map(|margin| margin.amount.get()).sum();
                i128::from(order.price.get() - margins)
            })
            .sum();
        let most = self.tally.paid_in - kept + self.tally.forced;
        if spendable > most {
            let what =
                format!("{spendable} can be spent or is held, {} were paid in, {kept} are kept", self.tally.paid_in);
            stage.world.breaks(Rule::Spendable, format!("{what}: {} too much", spendable - most));
        }
    }

    /// An admin's decision, typed, that turns a final order round.
    pub fn asked_first(&self, stage: &Stage, commit: &Commit, id: OrderId) {
        let texts = self.texts(commit.answers.as_ref().map(|(key, _)| key));
        let is_typed = texts.iter().any(|text| text.starts_with("/sukses") || text.starts_with("/gagal"));
        if is_typed && !is_yes(texts) {
            stage.world.breaks(Rule::AsksFirst, format!("{texts:?} turns order {id} round at once"));
        }
    }
}
