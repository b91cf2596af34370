//! Decided answers carried out: one commit, and only then what follows from it.

use std::sync::Arc;

use super::ChatService;
use super::announcing::Announcing;
use super::answer::Answer;
use super::buying::Purchasing;
use super::inquiring::Inquiries;
use super::outbox::Outbox;
use super::price_lists::PriceListWatch;
use super::schedule::Schedule;
use super::staff::Staff;
use super::stock::Stock;
use super::suppliers::Suppliers;
use konter_core::ledger::Refusal;
use konter_core::order::Order;
use konter_core::staff::Staff as StaffRow;
use konter_store::{CommitError, Committed, InboxMessage, StoreError, Versioned};

pub(super) struct Decisions {
    pub outbox: Outbox,
    pub chats: Arc<dyn ChatService>,
    pub stock: Arc<Stock>,
    pub suppliers: Arc<Suppliers>,
    pub staff: Arc<Staff>,
    pub announcing: Arc<Announcing>,
    pub schedule: Arc<Schedule>,
    pub purchasing: Arc<Purchasing>,
    pub inquiries: Arc<Inquiries>,
    pub price_lists: Arc<PriceListWatch>,
}

impl Decisions {
    /// `false`: something changed meanwhile; decide again.
    pub async fn commit(&self, message: &InboxMessage, answer: Answer) -> Result<bool, StoreError> {
        let locale = answer.locale;
        let Answer { mut commit, buy, check, inquire, price_list, toast, .. } = answer;
        let products = commit.products.clone();
        let orders: Vec<Versioned<Order>> = commit.orders.clone();
        let supplier_overrides: Vec<_> = commit.routing.supplier_overrides.iter().map(|row| row.row.clone()).collect();
        let price_lists: Vec<_> = commit.routing.price_lists.iter().map(|row| row.row.clone()).collect();
        let staff: Vec<StaffRow> = commit.desk.staff.iter().map(|staff| staff.row.clone()).collect();
        let announces = !commit.desk.broadcasts.is_empty();
        commit.answers = Some((message.key(), commit.answers.map_or(0, |(_, fingerprint)| fingerprint)));
        commit.handled = Some(message.key());
        // One change of products after the other, so that the catalog in memory is never an older one.
        let change = if products.is_empty() { None } else { Some((self.stock.change().await, products)) };
        let (committed, left) = self.purchasing.commit_and_send(&self.outbox, commit, &buy).await;
        match committed {
            Ok(Committed::Repeated(_)) => Ok(true),
            Ok(Committed::Done) => {
                if let Some((change, products)) = change {
                    change.take(products);
                }
                self.suppliers.steer(supplier_overrides);
                self.suppliers.learn_breaks(&price_lists);
                self.staff.take(staff);
                if announces {
                    self.announcing.begin();
                }
                for order in &orders {
                    note_placed(order);
                    self.schedule.note(left.as_ref().unwrap_or(&order.row));
                }
                for id in buy.into_iter().filter(|_| left.is_none()) {
                    self.purchasing.spawn_buy(id);
                }
                for (id, asker) in check {
                    self.purchasing.spawn_check(id, asker);
                }
                for id in inquire {
                    self.inquiries.spawn(id);
                }
                if let Some(supplier) = price_list {
                    self.price_lists.spawn(supplier, message.chat.clone());
                }
                if message.tapped.is_some() {
                    self.chats.answer_tap(&message.message, locale, toast);
                }
                Ok(true)
            }
            Err(CommitError::Conflict(_) | CommitError::Refused(Refusal::InsufficientFunds { .. })) => {
                if let Some((change, _)) = change {
                    // Somebody else has changed them, perhaps in another process.
                    change.reload().await?;
                }
                Ok(false)
            }
            Err(CommitError::Refused(refusal)) => Err(StoreError::Unavailable(refusal.to_string())),
            Err(CommitError::OtherContent(key)) => {
                tracing::error!(%key, "the same message came again with another content; the first one stands");
                Ok(true)
            }
            Err(CommitError::Store(error)) => Err(error),
        }
    }
}

/// Counts an order that is new.
fn note_placed(Versioned { expected, row }: &Versioned<Order>) {
    if expected.is_none() {
        metrics::counter!("konter_orders_placed_total").increment(1);
        tracing::info!(order = %row.id, agent = %row.agent, product = %row.product, "order placed");
    }
}
