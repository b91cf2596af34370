//! Spells out the reads of [`super::Store`] for an engine that has `read` (a closure over its rows) and `sequences`;
//! writing and closing are the engine's own.

use std::sync::atomic::{AtomicU64, Ordering};

use super::kv::Kv;
use super::read::Reader;
use super::{Sequence, StoreError};
use konter_core::ids::Reference;

/// The numbers a store hands out. They are in no row until a commit uses them, so they start over behind the highest
/// one stored.
#[derive(Debug, Default)]
pub(super) struct Sequences {
    order: AtomicU64,
    agent: AtomicU64,
    reference: AtomicU64,
    ticket: AtomicU64,
    broadcast: AtomicU64,
}

impl Sequences {
    pub(super) fn load<K: Kv>(rows: &Reader<'_, K>) -> Result<Self, StoreError> {
        let last = rows.last_numbers()?;
        Ok(Self {
            order: last.order.into(),
            agent: last.agent.into(),
            reference: rows.last_reference()?.into(),
            ticket: last.ticket.into(),
            broadcast: last.broadcast.into(),
        })
    }

    pub(super) fn next(&self, sequence: Sequence) -> u64 {
        let last = match sequence {
            Sequence::Order => &self.order,
            Sequence::Agent => &self.agent,
            Sequence::Ticket => &self.ticket,
            Sequence::Broadcast => &self.broadcast,
        };
        last.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(super) fn next_reference(&self, floor: u64) -> Reference {
        let next = |last: u64| floor.max(last).saturating_add(1);
        let before = self.reference.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last)));
        Reference(next(before.unwrap_or_else(|last| last)))
    }
}

/// All of them, for an engine that keeps the rows as the rules write them.
macro_rules! store_with_reads {
    (impl $engine:ty { $($own:tt)* }) => {
        super::reads::store_with_plain_reads! {
        impl $engine {
        $($own)*

        async fn next(&self, sequence: Sequence) -> Result<u64, StoreError> {
            Ok(self.sequences.next(sequence))
        }

        async fn next_reference(&self, floor: u64) -> Result<Reference, StoreError> {
            Ok(self.sequences.next_reference(floor))
        }

        async fn journal(&self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
            self.read(move |rows| rows.journal(after, limit)).await
        }

        async fn statement(&self, id: &AccountId, before: Option<u64>, limit: usize) -> Result<Vec<Entry>, StoreError> {
            let id = id.clone();
            self.read(move |rows| rows.statement(&id, before, limit)).await
        }

        async fn orders_of(
            &self,
            agent: AgentId,
            dest: Option<&str>,
            before: Option<OrderId>,
            limit: usize,
        ) -> Result<Vec<Order>, StoreError> {
            let dest = dest.map(str::to_owned);
            self.read(move |rows| rows.orders_of(agent, dest.as_deref(), before, limit)).await
        }

        async fn order(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
            self.read(move |rows| rows.order(id)).await
        }

        async fn outbox(&self, chat: &ChatId, limit: usize) -> Result<Vec<Outgoing>, StoreError> {
            let chat = chat.clone();
            self.read(move |rows| rows.outbox(&chat, limit)).await
        }

        async fn waiting_chats(&self) -> Result<Vec<ChatId>, StoreError> {
            self.read(|rows| rows.waiting_chats()).await
        }

        async fn first_order_since(&self, at: DateTime<Utc>) -> Result<Option<OrderId>, StoreError> {
            self.read(move |rows| rows.first_order_since(at)).await
        }

        async fn first_entry_since(&self, at: DateTime<Utc>) -> Result<Option<u64>, StoreError> {
            self.read(move |rows| rows.first_entry_since(at)).await
        }

        async fn statement_after(&self, id: &AccountId, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
            let id = id.clone();
            self.read(move |rows| rows.statement_after(&id, after, limit)).await
        }
        }
        }
    };
}

/// Those that any engine reads alike. The others are for an engine of its own indexes and sequences to give. New reads
/// belong here.
macro_rules! store_with_plain_reads {
    (impl $engine:ty { $($own:tt)* }) => {
        #[async_trait]
        impl Store for $engine {
        $($own)*

        async fn agent(&self, id: AgentId) -> Result<Option<Agent>, StoreError> {
            self.read(move |rows| rows.agent(id)).await
        }

        async fn agent_of_chat(&self, chat: &ChatId) -> Result<Option<Agent>, StoreError> {
            let chat = chat.clone();
            self.read(move |rows| rows.agent_of_chat(&chat)).await
        }

        async fn agent_of_phone(&self, phone: &str) -> Result<Option<Agent>, StoreError> {
            let phone = phone.to_owned();
            self.read(move |rows| rows.agent_of_phone(&phone)).await
        }

        async fn agents(&self, after: Option<AgentId>, limit: usize) -> Result<Vec<Agent>, StoreError> {
            self.read(move |rows| rows.agents(after, limit)).await
        }

        async fn account(&self, id: &AccountId) -> Result<Account, StoreError> {
            let id = id.clone();
            self.read(move |rows| rows.account(&id)).await
        }

        async fn accounts(&self) -> Result<Vec<(AccountId, Account)>, StoreError> {
            self.read(|rows| rows.accounts()).await
        }

        async fn holds(&self) -> Result<Vec<Hold>, StoreError> {
            self.read(|rows| rows.holds()).await
        }

        async fn order_of_reference(
            &self,
            supplier: &SupplierId,
            reference: Reference,
        ) -> Result<Option<Order>, StoreError> {
            let supplier = supplier.clone();
            self.read(move |rows| rows.order_of_reference(&supplier, reference)).await
        }

        async fn order_of_serial(&self, key: &SerialKey) -> Result<Option<OrderId>, StoreError> {
            let key = key.clone();
            self.read(move |rows| rows.order_of_serial(&key)).await
        }

        async fn order_in_slot(&self, slot: &SlotKey, at: DateTime<Utc>) -> Result<Option<Order>, StoreError> {
            let slot = slot.clone();
            self.read(move |rows| rows.order_in_slot(&slot, at)).await
        }

        async fn order_of_bill(&self, key: &BillKey) -> Result<Option<Order>, StoreError> {
            let key = key.clone();
            self.read(move |rows| rows.order_of_bill(&key)).await
        }

        async fn inquiry(&self, id: InquiryId) -> Result<Option<Inquiry>, StoreError> {
            self.read(move |rows| rows.inquiry(id)).await
        }

        async fn inquiry_of(
            &self,
            agent: AgentId,
            product: &ProductCode,
            customer: &str,
        ) -> Result<Option<Inquiry>, StoreError> {
            let (product, customer) = (product.clone(), customer.to_owned());
            self.read(move |rows| rows.inquiry_of(agent, &product, &customer)).await
        }

        async fn asking(&self) -> Result<Vec<Inquiry>, StoreError> {
            self.read(|rows| rows.asking()).await
        }

        async fn open_orders(&self) -> Result<Vec<Order>, StoreError> {
            self.read(|rows| rows.open_orders()).await
        }

        async fn products(&self) -> Result<Vec<Product>, StoreError> {
            self.read(|rows| rows.products()).await
        }

        async fn inbox(&self) -> Result<Vec<InboxMessage>, StoreError> {
            self.read(|rows| rows.inbox()).await
        }

        async fn answered(&self, key: &MessageKey) -> Result<Option<Answered>, StoreError> {
            let key = key.clone();
            self.read(move |rows| rows.answered(&key)).await
        }

        async fn acts(&self, limit: usize) -> Result<Vec<Act>, StoreError> {
            self.read(move |rows| rows.acts(limit)).await
        }

        async fn ticket(&self, id: konter_core::ids::TicketId) -> Result<Option<konter_core::deposit::Ticket>, StoreError> {
            self.read(move |rows| rows.ticket(id)).await
        }

        async fn undecided_tickets(&self, agent: AgentId) -> Result<Vec<konter_core::deposit::Ticket>, StoreError> {
            self.read(move |rows| rows.undecided_tickets(agent)).await
        }

        async fn pays_taken(
            &self,
            from: konter_core::money::Rupiah,
            to: konter_core::money::Rupiah,
        ) -> Result<Vec<konter_core::deposit::Claim>, StoreError> {
            self.read(move |rows| rows.pays_taken(from, to)).await
        }

        async fn orders_from(&self, first: OrderId, limit: usize) -> Result<Vec<Order>, StoreError> {
            self.read(move |rows| rows.orders_from(first, limit)).await
        }

        async fn last_summary(&self) -> Result<Option<NaiveDate>, StoreError> {
            self.read(|rows| rows.last_summary()).await
        }

        async fn downlines(
            &self,
            of: AgentId,
            after: Option<AgentId>,
            limit: usize,
        ) -> Result<Vec<AgentId>, StoreError> {
            self.read(move |rows| rows.downlines(of, after, limit)).await
        }

        async fn agent_of_invite(&self, code: &InviteCode) -> Result<Option<Agent>, StoreError> {
            let code = code.clone();
            self.read(move |rows| rows.agent_of_invite(&code)).await
        }

        async fn price_groups(&self) -> Result<Vec<PriceGroup>, StoreError> {
            self.read(|rows| rows.price_groups()).await
        }

        async fn price_group(&self, name: &GroupName) -> Result<Option<PriceGroup>, StoreError> {
            let name = name.clone();
            self.read(move |rows| rows.price_group(&name)).await
        }

        async fn question(&self, chat: &ChatId) -> Result<Option<Question>, StoreError> {
            let chat = chat.clone();
            self.read(move |rows| rows.question(&chat)).await
        }

        async fn card_shown(&self, chat: &ChatId, message: &str) -> Result<Option<AgentId>, StoreError> {
            let (chat, message) = (chat.clone(), message.to_owned());
            self.read(move |rows| rows.card_shown(&chat, &message)).await
        }

        async fn invited(&self, chat: &ChatId) -> Result<Option<Invited>, StoreError> {
            let chat = chat.clone();
            self.read(move |rows| rows.invited(&chat)).await
        }

        async fn restored(&self) -> Result<Option<crate::Restored>, StoreError> {
            self.read(|rows| rows.restored()).await
        }

        async fn pepper(&self) -> Result<Option<crate::PepperMark>, StoreError> {
            self.read(|rows| rows.pepper()).await
        }

        async fn unreadable_outbox(&self) -> Result<Vec<crate::OutboxRow>, StoreError> {
            self.read(|rows| rows.unreadable_outbox()).await
        }

        async fn set_aside(&self) -> Result<crate::SetAside, StoreError> {
            self.read(|rows| rows.set_aside()).await
        }

        async fn depths(&self) -> Result<crate::Depths, StoreError> {
            self.read(|rows| rows.depths()).await
        }

        async fn steerings(&self) -> Result<Vec<konter_core::routing::Steering>, StoreError> {
            self.read(|rows| rows.steerings()).await
        }

        async fn shown(&self, order: OrderId) -> Result<Vec<crate::Shown>, StoreError> {
            self.read(move |rows| rows.shown(order)).await
        }

        async fn staff(&self) -> Result<Vec<konter_core::staff::Staff>, StoreError> {
            self.read(|rows| rows.staff()).await
        }

        async fn broadcast(
            &self,
            id: konter_core::ids::BroadcastId,
        ) -> Result<Option<konter_core::broadcast::Broadcast>, StoreError> {
            self.read(move |rows| rows.broadcast(id)).await
        }

        async fn sending(&self) -> Result<Vec<(konter_core::ids::BroadcastId, konter_core::broadcast::Tally)>, StoreError> {
            self.read(|rows| rows.sending()).await
        }

        async fn habits(&self, agent: AgentId) -> Result<konter_core::habits::Habits, StoreError> {
            self.read(move |rows| rows.habits(agent)).await
        }

        async fn agent_of_joining(&self, code: &InviteCode) -> Result<Option<Agent>, StoreError> {
            let code = code.clone();
            self.read(move |rows| rows.agent_of_joining(&code)).await
        }
        }
    };
}

pub(super) use {store_with_plain_reads, store_with_reads};
