//! Where everything is kept. A decision becomes one [`Commit`]: all of it is durable when `commit` returns, or none of
//! it happened. Reads that answer a chat cost what their result costs. No rules of the business live here but those a
//! commit enforces: funds, versions, unique keys.
#![forbid(unsafe_code)]

mod apply;
mod apply_bills;
mod apply_desk;
mod apply_habits;
mod apply_network;
mod apply_reports;
mod apply_routing;
mod apply_tickets;
mod aside;
pub mod audit;
mod blocks;
pub mod census;
mod class;
mod commit;
mod cut;
mod depths;
mod fill;
mod indexes;
mod keys;
mod kv;
mod layers;
mod log;
mod log_files;
pub mod memory;
pub mod moving;
mod pepper;
pub mod postgres;
mod read;
mod read_desk;
mod read_network;
mod read_reports;
mod read_routing;
mod read_tickets;
mod reads;
mod restored;
mod rows;
pub mod share;
mod sitting;
mod sled_cut;
mod sled_handle;
mod sled_kv;
mod sled_log;
mod sled_open;
pub mod sled_store;
mod slots;
mod witness;
mod writer;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use tokio::sync::mpsc;

pub use aside::{Aside, OutboxRow, SetAside};
pub use class::Class;
pub use depths::Depths;
pub use pepper::{NewPepper, PepperMark};

pub use commit::{
    Act, Answered, CardShown, Commit, CommitError, Committed, DeskRows, InboxMessage, MessageKey, NetworkRows,
    Outgoing, Payload, RoutingRows, Say, Shown, StoreError, Told, Versioned,
};
pub use cut::{Cut, RawRow};
pub use fill::fill;
pub use restored::Restored;
pub use share::{Busy, Nudge, Rest, Shard, Share, Word};
pub use sitting::sitting;
pub use sled_open::is_in_use;

use konter_core::agent::Agent;
use konter_core::broadcast::{Broadcast, Tally};
use konter_core::catalog::Product;
use konter_core::deposit::{Claim, Ticket};
use konter_core::habits::Habits;
use konter_core::ids::{
    AgentId, BroadcastId, ChatId, InquiryId, OrderId, ProductCode, Reference, SupplierId, TicketId,
};
use konter_core::inquiry::Inquiry;
use konter_core::ledger::{Account, AccountId, Entry, Hold};
use konter_core::money::Rupiah;
use konter_core::network::{InviteCode, Invited};
use konter_core::order::{BillKey, Order, SerialKey, SlotKey};
use konter_core::pricing::{GroupName, PriceGroup};
use konter_core::question::Question;
use konter_core::routing::Steering;
use konter_core::staff::Staff;

/// Numbers the store hands out; each is given once, gaps are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequence {
    Order,
    Agent,
    Ticket,
    Broadcast,
}

#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Applies a decision atomically and durably.
    async fn commit(&self, commit: Commit) -> Result<Committed, CommitError>;

    /// The next number of a sequence.
    async fn next(&self, sequence: Sequence) -> Result<u64, StoreError>;
    /// A reference no attempt has had, larger than `floor` (microseconds of the clock) and than any before it.
    async fn next_reference(&self, floor: u64) -> Result<Reference, StoreError>;

    async fn agent(&self, id: AgentId) -> Result<Option<Agent>, StoreError>;
    async fn agent_of_chat(&self, chat: &ChatId) -> Result<Option<Agent>, StoreError>;
    async fn agent_of_phone(&self, phone: &str) -> Result<Option<Agent>, StoreError>;
    /// In order of their codes, from `after` on.
    async fn agents(&self, after: Option<AgentId>, limit: usize) -> Result<Vec<Agent>, StoreError>;

    async fn account(&self, id: &AccountId) -> Result<Account, StoreError>;
    async fn accounts(&self) -> Result<Vec<(AccountId, Account)>, StoreError>;
    async fn holds(&self) -> Result<Vec<Hold>, StoreError>;
    /// The journal in order, from after `after` on.
    async fn journal(&self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError>;
    /// One account's lines of the journal, newest first, before `before`.
    async fn statement(&self, id: &AccountId, before: Option<u64>, limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// The order to a destination that shows this serial number.
    async fn order_of_serial(&self, key: &SerialKey) -> Result<Option<OrderId>, StoreError>;

    async fn order(&self, id: OrderId) -> Result<Option<Order>, StoreError>;
    async fn order_of_reference(
        &self,
        supplier: &SupplierId,
        reference: Reference,
    ) -> Result<Option<Order>, StoreError>;
    /// The order that keeps another one of the slot from being placed at this moment: today's, one of an earlier day that
    /// is still open, or one of the day before that was placed within minutes.
    async fn order_in_slot(&self, slot: &SlotKey, at: DateTime<Utc>) -> Result<Option<Order>, StoreError>;
    /// A reseller's orders, newest first, before `before`; to one destination when given.
    async fn orders_of(
        &self,
        agent: AgentId,
        dest: Option<&str>,
        before: Option<OrderId>,
        limit: usize,
    ) -> Result<Vec<Order>, StoreError>;
    /// The order that pays a bill, or has paid it.
    async fn order_of_bill(&self, key: &BillKey) -> Result<Option<Order>, StoreError>;
    async fn inquiry(&self, id: InquiryId) -> Result<Option<Inquiry>, StoreError>;
    /// A reseller's latest inquiry about a product and a customer.
    async fn inquiry_of(
        &self,
        agent: AgentId,
        product: &ProductCode,
        customer: &str,
    ) -> Result<Option<Inquiry>, StoreError>;
    /// Inquiries without an answer, oldest first.
    async fn asking(&self) -> Result<Vec<Inquiry>, StoreError>;
    /// Every order that is not final, oldest first.
    async fn open_orders(&self) -> Result<Vec<Order>, StoreError>;

    async fn products(&self) -> Result<Vec<Product>, StoreError>;

    async fn inbox(&self) -> Result<Vec<InboxMessage>, StoreError>;
    /// Whether and how a message or callback has been answered.
    async fn answered(&self, key: &MessageKey) -> Result<Option<Answered>, StoreError>;
    /// Chats that have something waiting to be said.
    async fn waiting_chats(&self) -> Result<Vec<ChatId>, StoreError>;
    /// What waits for one chat, oldest first.
    async fn outbox(&self, chat: &ChatId, limit: usize) -> Result<Vec<Outgoing>, StoreError>;
    /// Admin acts, newest first.
    async fn acts(&self, limit: usize) -> Result<Vec<Act>, StoreError>;

    async fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, StoreError>;
    /// A reseller's tickets that nobody has decided about, newest first. One whose time is long over may be missing.
    async fn undecided_tickets(&self, agent: AgentId) -> Result<Vec<Ticket>, StoreError>;
    /// Which tickets the amounts to pay from `from` to `to` belong to, or belonged to last.
    async fn pays_taken(&self, from: Rupiah, to: Rupiah) -> Result<Vec<Claim>, StoreError>;
    // Reports. Numbers of orders and lines grow with time, so what came since a moment is found without an index.
    /// The first order that was placed at a moment or later. Orders placed side by side, whose numbers and moments may
    /// cross, can stand before it: whoever must not miss any asks for a little earlier.
    async fn first_order_since(&self, at: DateTime<Utc>) -> Result<Option<OrderId>, StoreError>;
    /// Orders from a number on, oldest first.
    async fn orders_from(&self, first: OrderId, limit: usize) -> Result<Vec<Order>, StoreError>;
    /// The first line of the journal that was written at a moment or later.
    async fn first_entry_since(&self, at: DateTime<Utc>) -> Result<Option<u64>, StoreError>;
    /// One account's lines of the journal, oldest first, after `after`.
    async fn statement_after(&self, id: &AccountId, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError>;
    /// The last day the owners were told the figures of.
    async fn last_summary(&self) -> Result<Option<NaiveDate>, StoreError>;
    // Uplines and downlines.
    /// Those directly below a reseller, in order of their codes, from after `after` on.
    async fn downlines(&self, of: AgentId, after: Option<AgentId>, limit: usize) -> Result<Vec<AgentId>, StoreError>;
    /// Whose invitation this is.
    async fn agent_of_invite(&self, code: &InviteCode) -> Result<Option<Agent>, StoreError>;
    /// Every price group that was ever changed, by name.
    async fn price_groups(&self) -> Result<Vec<PriceGroup>, StoreError>;
    async fn price_group(&self, name: &GroupName) -> Result<Option<PriceGroup>, StoreError>;
    /// Whose link a chat came by, if it has not registered since.
    async fn invited(&self, chat: &ChatId) -> Result<Option<Invited>, StoreError>;
    // The desk.
    /// Every row about a role, also those that give none any more.
    async fn staff(&self) -> Result<Vec<Staff>, StoreError>;
    async fn broadcast(&self, id: BroadcastId) -> Result<Option<Broadcast>, StoreError>;
    /// A chat's latest question.
    async fn question(&self, chat: &ChatId) -> Result<Option<Question>, StoreError>;
    /// Whose card a message of a chat is, if it is one of the latest.
    async fn card_shown(&self, chat: &ChatId, message: &str) -> Result<Option<AgentId>, StoreError>;
    /// Announcements on their way, with what has become of their messages so far.
    async fn sending(&self) -> Result<Vec<(BroadcastId, Tally)>, StoreError>;
    // Habits.
    /// What a reseller has arranged for itself; [`Habits::none`] until it has.
    async fn habits(&self, agent: AgentId) -> Result<Habits, StoreError>;
    /// Whose chat may join by this code.
    async fn agent_of_joining(&self, code: &InviteCode) -> Result<Option<Agent>, StoreError>;

    // Backups.
    /// The mark of a store that came out of a backup.
    async fn restored(&self) -> Result<Option<Restored>, StoreError>;
    /// All rows as they stand between two commits; the shop goes on meanwhile. One at a time.
    async fn cut(&self) -> Result<Cut, StoreError>;

    /// The mark of the pepper PINs are hashed with, once there has been one.
    async fn pepper(&self) -> Result<Option<PepperMark>, StoreError>;

    // What cannot be said.
    /// Rows of the outbox that cannot be read. [`Store::outbox`] and [`Store::waiting_chats`] pass over them.
    async fn unreadable_outbox(&self) -> Result<Vec<OutboxRow>, StoreError>;
    /// How many rows have been set aside.
    async fn set_aside(&self) -> Result<SetAside, StoreError>;
    /// How much waits in the inbox and the outbox.
    async fn depths(&self) -> Result<Depths, StoreError>;

    // Routing.
    /// What is set for suppliers; those with nothing set are missing.
    async fn steerings(&self) -> Result<Vec<Steering>, StoreError>;
    /// Where the alerts about an order stand.
    async fn shown(&self, order: OrderId) -> Result<Vec<Shown>, StoreError>;

    /// Waits until the store has failed for good: nothing is written any more before it is opened anew. For ever where a
    /// failure passes by itself.
    async fn failed(&self) -> StoreError {
        std::future::pending().await
    }

    // Several processes.
    /// What of the work is this process's: all of it, unless the store is shared.
    fn share(&self) -> Arc<Share> {
        Share::alone()
    }
    /// What this process is told about its part of the work, once; `None` when all of it is its own.
    fn words(&self) -> Option<mpsc::UnboundedReceiver<Word>> {
        None
    }
    /// Tells the other processes something that no commit of this one tells them.
    async fn nudge(&self, _: Nudge) -> Result<(), StoreError> {
        Ok(())
    }
    /// Takes one of so many places for requests at a supplier, among all processes; `None` while all are taken.
    async fn take_place(&self, _: &SupplierId, _of: u16) -> Result<Option<u16>, StoreError> {
        Ok(Some(0))
    }
    async fn free_place(&self, _: &SupplierId, _: u16) -> Result<(), StoreError> {
        Ok(())
    }
    /// This process is about to stop: what it holds goes to the others, as it becomes idle.
    fn retire(&self) {}
    // Far away.
    /// An order as this process last knew it, which others may have changed long ago. Only for whoever commits what it
    /// decides with the order's version, and reads the order itself when that is a conflict, or when there is nothing to
    /// decide.
    async fn order_as_known(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        self.order(id).await
    }
    /// Returns once everything is durable that can have been read so far. Whoever tells somebody outside what it has read,
    /// without a commit of its own, waits for this; [`Store::outbox`] does so itself.
    async fn settled(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Makes everything durable and lets go of the files.
    async fn close(&self) -> Result<(), StoreError>;
}

#[cfg(test)]
mod power_tests;
