//! Events onto orders: read, step, commit, and read again when someone else was faster.

use chrono::{DateTime, Utc};

use super::Shop;
use super::charges::Charges;
use konter_core::ids::{ChatId, OrderId};
use konter_core::ledger::{AccountId, Posting, Reason};
use konter_core::order::asking::CHECK_WINDOW;
use konter_core::order::{AdminNotice, Event, Notice, Order, ResellerNotice, Step, step_with};
use konter_core::outcome::{Doubt, Outcome, Reading};
use konter_store::{Act, Commit, CommitError, Committed, MessageKey, Payload, Say, StoreError, Versioned};

/// Tries before a contended row is given up. Each loss means that another writer won, so progress is being made.
pub(super) const TRIES: usize = 16;

/// What else belongs into the commit of an event.
#[derive(Clone, Debug, Default)]
pub(super) struct Along {
    /// The callback or message that the event answers.
    pub answers: Option<(MessageKey, u64)>,
    pub handled: Option<MessageKey>,
    pub outgoing: Vec<Say>,
    pub act: Option<Act>,
}

/// What an event did.
#[derive(Clone, Debug)]
pub(super) enum Applied {
    Changed(Box<Order>),
    /// Nothing to change; the order as it is.
    Unchanged(Box<Order>),
    NoSuchOrder,
}

impl Shop {
    /// Applies an event to an order and commits what follows from it.
    pub(super) async fn apply(&self, id: OrderId, event: &Event, along: &Along) -> Result<Applied, StoreError> {
        for _ in 0..TRIES {
            let Some(order) = self.store.order(id).await? else { return Ok(Applied::NoSuchOrder) };
            let at = self.clock.utc();
            let fresh = self.fresh_reference(at).await?;
            let funds = self.funds_of(&order).await?;
            let event = self.unless_serial_is_anothers(&order, event).await?;
            let Some(step) = step_with(&order, event, &funds, fresh, at) else {
                // Whoever asked may now tell a supplier that it has been heard.
                self.store.settled().await?;
                return Ok(Applied::Unchanged(Box::new(order)));
            };
            let changed = step.order.clone();
            let dearer = Charges::heard_of(&step.notices);
            let commit = self.commit_of(&order, step, along, at).await?;
            let chats: Vec<ChatId> = commit.outgoing.iter().map(|say| say.chat.clone()).collect();
            match self.store.commit(commit).await {
                Ok(Committed::Done) => {
                    self.charges.tell(dearer, at);
                    self.after_step(&order, &changed, &chats);
                    return Ok(Applied::Changed(Box::new(changed)));
                }
                Ok(Committed::Repeated(_)) => {
                    let order = self.store.order(id).await?;
                    return Ok(order.map_or(Applied::NoSuchOrder, |order| Applied::Unchanged(Box::new(order))));
                }
                Err(CommitError::Conflict(_)) => {}
                Err(CommitError::Store(error)) => return Err(error),
                Err(error @ (CommitError::Refused(_) | CommitError::OtherContent(_))) => {
                    // The state machine and the books disagree: stop here rather than guess.
                    tracing::error!(order = %id, %error, "an event was refused by the books");
                    return Err(StoreError::Corrupt { what: "order", problem: error.to_string() });
                }
            }
        }
        Err(StoreError::Unavailable(format!("order {id} kept changing")))
    }

    /// A success whose serial number another order to the same destination shows already, whoever's that is: this is that
    /// order's word. The store refuses such a commit, so it is looked up only after a refusal.
    async fn unless_serial_is_anothers(&self, order: &Order, event: &Event) -> Result<Event, StoreError> {
        let Event::Supplier { from, reference, reading, raw } = event else { return Ok(event.clone()) };
        let Outcome::Success(delivery) = &reading.outcome else { return Ok(event.clone()) };
        let Some(key) = order.serial_key_of(&delivery.sn) else { return Ok(event.clone()) };
        let reading = match self.store.order_of_serial(&key).await?.filter(|other| *other != order.id) {
            Some(other) => {
                tracing::warn!(order = %order.id, %other, "its serial number is another order's");
                Reading { outcome: Outcome::Unknown(Doubt::SerialTaken(other)), ..reading.clone() }
            }
            None => reading.clone(),
        };
        Ok(Event::Supplier { from: *from, reference: *reference, reading, raw: raw.clone() })
    }

    async fn commit_of(
        &self,
        before: &Order,
        step: Step,
        along: &Along,
        at: DateTime<Utc>,
    ) -> Result<Commit, StoreError> {
        let Step { order, postings, mut notices } = step;
        let charged = postings.iter().find_map(|posting| match posting {
            Posting::Transfer { reason: Reason::LateDelivery, amount, .. } => Some(*amount),
            _ => None,
        });
        if let Some(charged) = charged
            && self.store.account(&AccountId::Agent(order.agent)).await?.available() < charged
        {
            mark_overdrawn(&mut notices);
        }
        self.charges.leave_out_told(&mut notices, at);
        let mut commit = Commit::new(at);
        commit.outgoing = along.outgoing.clone();
        commit.outgoing.extend(self.says_of(&order, notices).await?);
        commit.outgoing.extend(self.overdrawn_uplines(&order, &postings).await?);
        if let Some((edits, id)) = self.settle_alerts(before, &order).await? {
            commit.outgoing.extend(edits);
            commit.routing.unshown.push(id);
        }
        commit.orders.push(Versioned { expected: Some(before.version), row: order });
        commit.postings = postings;
        commit.answers.clone_from(&along.answers);
        commit.handled.clone_from(&along.handled);
        commit.acts.extend(along.act.clone());
        Ok(commit)
    }

    /// Notices as rows for the outbox.
    pub(super) async fn says_of(&self, order: &Order, notices: Vec<Notice>) -> Result<Vec<Say>, StoreError> {
        let mut says = Vec::new();
        for notice in notices {
            match notice {
                Notice::Reseller(notice) => {
                    for chat in self.chats_for(order, &notice).await? {
                        says.push(Say {
                            chat,
                            locale: order.locale,
                            payload: Payload::Reply(Box::new(notice.clone().into())),
                            balance_of: Some(AccountId::Agent(order.agent)),
                        });
                    }
                }
                Notice::Admins(notice) => says.extend(self.alerts.to_admins(&notice.into())),
            }
        }
        Ok(says)
    }

    /// Where a notice goes. A program hears how its orders end; of what takes back an end it was told, and of money that
    /// moves later, a person hears as well.
    async fn chats_for(&self, order: &Order, notice: &ResellerNotice) -> Result<Vec<ChatId>, StoreError> {
        if order.chat.program_of().is_none() {
            return Ok(vec![self.chat_for(order).await?]);
        }
        Ok(match notice {
            // The answer to its request has said so.
            ResellerNotice::Pending(_) => Vec::new(),
            ResellerNotice::Success(_) | ResellerNotice::Failed(_) => vec![order.chat.clone()],
            ResellerNotice::Reversed(_) | ResellerNotice::DeliveredLate(_) => {
                vec![order.chat.clone(), self.chat_for(order).await?]
            }
            ResellerNotice::WithheldPaid { .. } => vec![self.chat_for(order).await?],
        })
    }

    /// Where an order is answered: where it was asked for. A chat that has left the reseller since hears nothing more,
    /// least of all a token.
    async fn chat_for(&self, order: &Order) -> Result<ChatId, StoreError> {
        let agent = self.store.agent(order.agent).await?;
        let chats = agent.map(|agent| agent.chats).unwrap_or_default();
        let left = !chats.contains(&order.chat);
        Ok(chats.into_iter().next().filter(|_| left).unwrap_or_else(|| order.chat.clone()))
    }

    /// Whether there is still a way of asking what became of an order.
    pub(super) fn can_check(&self, order: &Order, at: DateTime<Utc>) -> bool {
        let sent_at = order.current().and_then(|attempt| attempt.sent_at);
        self.ask_until(order).is_some() && sent_at.is_some_and(|sent_at| at - sent_at < CHECK_WINDOW)
    }

    fn after_step(&self, before: &Order, after: &Order, chats: &[ChatId]) {
        if before.is_open() && !after.is_open() {
            let verdict = konter_core::order::view::line(after).verdict;
            let supplier = after.current().map(|attempt| attempt.route.supplier.to_string()).unwrap_or_default();
            let labels = [("supplier", supplier), ("verdict", format!("{verdict:?}").to_lowercase())];
            metrics::counter!("konter_orders_final_total", &labels).increment(1);
            let took = (after.updated_at - after.created_at).to_std().unwrap_or_default();
            metrics::histogram!("konter_order_seconds", &labels).record(took.as_secs_f64());
            tracing::info!(order = %after.id, ?verdict, "order is final");
        }
        self.watch(before, after);
        self.schedule(after);
        self.alerts.notify(chats);
    }
}

fn mark_overdrawn(notices: &mut [Notice]) {
    for notice in notices {
        if let Notice::Admins(AdminNotice::Contradiction { overdrawn, .. }) = notice {
            *overdrawn = true;
        }
    }
}
