//! As much of a store as a front sees: an outbox.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use konter_core::agent::{Agent, Locale};
use konter_core::catalog::Product;
use konter_core::ids::{AgentId, ChatId, OrderId, Reference, SupplierId};
use konter_core::ledger::{Account, AccountId, Entry, Hold};
use konter_core::order::{Order, SerialKey, SlotKey};
use konter_reply::Reply;
use konter_store::{
    Act, Answered, Class, Commit, CommitError, Committed, InboxMessage, MessageKey, OutboxRow, Outgoing, Payload,
    Sequence, Store, StoreError,
};
use parking_lot::Mutex;

use super::bot_api::BotApi;

pub struct Outbox {
    rows: Mutex<BTreeMap<u64, Outgoing>>,
    /// Rows that were set aside.
    pub aside: Mutex<Vec<u64>>,
    /// Commits that fail, from now on.
    pub broken: AtomicUsize,
    /// Told of every change.
    api: BotApi,
}

impl Outbox {
    pub fn new(api: &BotApi) -> Self {
        Self { rows: Mutex::default(), aside: Mutex::default(), broken: AtomicUsize::new(0), api: api.clone() }
    }

    /// Puts a text for a chat into the outbox.
    pub fn say(&self, chat: i64, text: &str) {
        self.put(chat, Payload::Reply(Box::new(Reply::NotOffered { feature: text.to_owned() })));
    }

    #[allow(dead_code, reason = "not every test needs it")]
    pub fn say_all(&self, chat: i64, texts: &[String]) {
        for text in texts {
            self.say(chat, text);
        }
    }

    /// Puts a text for an earlier message into the outbox.
    #[allow(dead_code, reason = "not every test needs it")]
    pub fn edit(&self, chat: i64, message: &str, text: &str) {
        let reply = Box::new(Reply::NotOffered { feature: text.to_owned() });
        self.put(chat, Payload::Edit { message: message.to_owned(), reply });
    }

    #[allow(dead_code, reason = "not every test needs it")]
    pub fn copy(&self, chat: i64, from: &ChatId, message: &str) {
        self.put(chat, Payload::Copy { from: from.clone(), message: message.to_owned() });
    }

    #[allow(dead_code, reason = "not every test needs it")]
    pub fn forget(&self, chat: i64, message: &str) {
        self.put(chat, Payload::Forget { message: message.to_owned() });
    }

    fn put(&self, chat: i64, payload: Payload) {
        let mut rows = self.rows.lock();
        let seq = rows.last_key_value().map_or(1, |(seq, _)| seq + 1);
        let chat = ChatId::telegram(chat);
        rows.insert(
            seq,
            Outgoing { seq, at: Utc::now(), chat, locale: Locale::Id, payload, class: Class::Answer, balance: None },
        );
    }

    pub fn is_empty(&self) -> bool {
        self.rows.lock().is_empty()
    }

    #[allow(dead_code, reason = "not every test needs it")]
    pub fn holds(&self, chat: i64) -> bool {
        self.rows.lock().values().any(|row| row.chat == ChatId::telegram(chat))
    }
}

#[async_trait]
impl Store for Outbox {
    async fn commit(&self, commit: Commit) -> Result<Committed, CommitError> {
        let take_one = |left: usize| left.checked_sub(1);
        if self.broken.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take_one).is_ok() {
            return Err(StoreError::Unavailable("disk full".into()).into());
        }
        let is_aside = |row: &Outgoing| commit.aside.rows.contains(&OutboxRow::of(&row.chat, row.seq));
        let mut aside = self.aside.lock();
        self.rows.lock().retain(|seq, row| {
            if is_aside(row) {
                aside.push(*seq);
            }
            !is_aside(row)
        });
        for (_, seq) in commit.said.into_iter().filter(|(_, seq)| !aside.contains(seq)) {
            self.rows.lock().remove(&seq).expect("a row is taken out once");
        }
        drop(aside);
        self.api.changed();
        Ok(Committed::Done)
    }

    async fn waiting_chats(&self) -> Result<Vec<ChatId>, StoreError> {
        let chats: BTreeSet<ChatId> = self.rows.lock().values().map(|row| row.chat.clone()).collect();
        Ok(chats.into_iter().collect())
    }

    async fn outbox(&self, chat: &ChatId, limit: usize) -> Result<Vec<Outgoing>, StoreError> {
        Ok(self.rows.lock().values().filter(|row| row.chat == *chat).take(limit).cloned().collect())
    }

    async fn next(&self, _: Sequence) -> Result<u64, StoreError> {
        unimplemented!()
    }
    async fn next_reference(&self, _: u64) -> Result<Reference, StoreError> {
        unimplemented!()
    }
    async fn agent(&self, _: AgentId) -> Result<Option<Agent>, StoreError> {
        unimplemented!()
    }
    async fn agent_of_chat(&self, _: &ChatId) -> Result<Option<Agent>, StoreError> {
        unimplemented!()
    }
    async fn agent_of_phone(&self, _: &str) -> Result<Option<Agent>, StoreError> {
        unimplemented!()
    }
    async fn agents(&self, _: Option<AgentId>, _: usize) -> Result<Vec<Agent>, StoreError> {
        unimplemented!()
    }
    async fn account(&self, _: &AccountId) -> Result<Account, StoreError> {
        unimplemented!()
    }
    async fn accounts(&self) -> Result<Vec<(AccountId, Account)>, StoreError> {
        unimplemented!()
    }
    async fn holds(&self) -> Result<Vec<Hold>, StoreError> {
        unimplemented!()
    }
    async fn journal(&self, _: u64, _: usize) -> Result<Vec<Entry>, StoreError> {
        unimplemented!()
    }
    async fn statement(&self, _: &AccountId, _: Option<u64>, _: usize) -> Result<Vec<Entry>, StoreError> {
        unimplemented!()
    }
    async fn order(&self, _: OrderId) -> Result<Option<Order>, StoreError> {
        unimplemented!()
    }
    async fn order_of_reference(&self, _: &SupplierId, _: Reference) -> Result<Option<Order>, StoreError> {
        unimplemented!()
    }
    async fn order_of_serial(&self, _: &SerialKey) -> Result<Option<OrderId>, StoreError> {
        unimplemented!()
    }
    async fn order_in_slot(&self, _: &SlotKey, _: DateTime<Utc>) -> Result<Option<Order>, StoreError> {
        unimplemented!()
    }
    async fn orders_of(
        &self,
        _: AgentId,
        _: Option<&str>,
        _: Option<OrderId>,
        _: usize,
    ) -> Result<Vec<Order>, StoreError> {
        unimplemented!()
    }
    async fn order_of_bill(&self, _: &konter_core::order::BillKey) -> Result<Option<Order>, StoreError> {
        unimplemented!()
    }
    async fn inquiry(
        &self,
        _: konter_core::ids::InquiryId,
    ) -> Result<Option<konter_core::inquiry::Inquiry>, StoreError> {
        unimplemented!()
    }
    async fn inquiry_of(
        &self,
        _: AgentId,
        _: &konter_core::ids::ProductCode,
        _: &str,
    ) -> Result<Option<konter_core::inquiry::Inquiry>, StoreError> {
        unimplemented!()
    }
    async fn asking(&self) -> Result<Vec<konter_core::inquiry::Inquiry>, StoreError> {
        unimplemented!()
    }
    async fn open_orders(&self) -> Result<Vec<Order>, StoreError> {
        unimplemented!()
    }
    async fn products(&self) -> Result<Vec<Product>, StoreError> {
        unimplemented!()
    }
    async fn inbox(&self) -> Result<Vec<InboxMessage>, StoreError> {
        unimplemented!()
    }
    async fn answered(&self, _: &MessageKey) -> Result<Option<Answered>, StoreError> {
        unimplemented!()
    }
    async fn acts(&self, _: usize) -> Result<Vec<Act>, StoreError> {
        unimplemented!()
    }
    async fn ticket(&self, _: konter_core::ids::TicketId) -> Result<Option<konter_core::deposit::Ticket>, StoreError> {
        unimplemented!()
    }
    async fn undecided_tickets(&self, _: AgentId) -> Result<Vec<konter_core::deposit::Ticket>, StoreError> {
        unimplemented!()
    }
    async fn pays_taken(
        &self,
        _: konter_core::money::Rupiah,
        _: konter_core::money::Rupiah,
    ) -> Result<Vec<konter_core::deposit::Claim>, StoreError> {
        unimplemented!()
    }
    async fn downlines(&self, _: AgentId, _: Option<AgentId>, _: usize) -> Result<Vec<AgentId>, StoreError> {
        unimplemented!()
    }
    async fn agent_of_invite(&self, _: &konter_core::network::InviteCode) -> Result<Option<Agent>, StoreError> {
        unimplemented!()
    }
    async fn price_groups(&self) -> Result<Vec<konter_core::pricing::PriceGroup>, StoreError> {
        unimplemented!()
    }
    async fn price_group(
        &self,
        _: &konter_core::pricing::GroupName,
    ) -> Result<Option<konter_core::pricing::PriceGroup>, StoreError> {
        unimplemented!()
    }
    async fn card_shown(&self, _: &ChatId, _: &str) -> Result<Option<AgentId>, StoreError> {
        unimplemented!()
    }
    async fn question(&self, _: &ChatId) -> Result<Option<konter_core::question::Question>, StoreError> {
        unimplemented!()
    }
    async fn invited(&self, _: &ChatId) -> Result<Option<konter_core::network::Invited>, StoreError> {
        unimplemented!()
    }
    async fn restored(&self) -> Result<Option<konter_store::Restored>, StoreError> {
        unimplemented!()
    }

    async fn cut(&self) -> Result<konter_store::Cut, StoreError> {
        unimplemented!()
    }

    async fn close(&self) -> Result<(), StoreError> {
        Ok(())
    }
    // Reports.
    async fn first_order_since(&self, _: DateTime<Utc>) -> Result<Option<OrderId>, StoreError> {
        unimplemented!()
    }
    async fn orders_from(&self, _: OrderId, _: usize) -> Result<Vec<Order>, StoreError> {
        unimplemented!()
    }
    async fn first_entry_since(&self, _: DateTime<Utc>) -> Result<Option<u64>, StoreError> {
        unimplemented!()
    }
    async fn statement_after(&self, _: &AccountId, _: u64, _: usize) -> Result<Vec<Entry>, StoreError> {
        unimplemented!()
    }
    async fn last_summary(&self) -> Result<Option<chrono::NaiveDate>, StoreError> {
        unimplemented!()
    }
    async fn pepper(&self) -> Result<Option<konter_store::PepperMark>, StoreError> {
        unimplemented!()
    }
    async fn unreadable_outbox(&self) -> Result<Vec<konter_store::OutboxRow>, StoreError> {
        unimplemented!()
    }
    async fn set_aside(&self) -> Result<konter_store::SetAside, StoreError> {
        unimplemented!()
    }
    async fn depths(&self) -> Result<konter_store::Depths, StoreError> {
        unimplemented!()
    }
    // Routing.
    async fn steerings(&self) -> Result<Vec<konter_core::routing::Steering>, StoreError> {
        unimplemented!()
    }
    async fn shown(&self, _: OrderId) -> Result<Vec<konter_store::Shown>, StoreError> {
        unimplemented!()
    }
    // The desk.
    async fn staff(&self) -> Result<Vec<konter_core::staff::Staff>, StoreError> {
        unimplemented!()
    }
    async fn broadcast(
        &self,
        _: konter_core::ids::BroadcastId,
    ) -> Result<Option<konter_core::broadcast::Broadcast>, StoreError> {
        unimplemented!()
    }
    async fn sending(&self) -> Result<Vec<(konter_core::ids::BroadcastId, konter_core::broadcast::Tally)>, StoreError> {
        unimplemented!()
    }
    // Habits.
    async fn habits(&self, _: AgentId) -> Result<konter_core::habits::Habits, StoreError> {
        unimplemented!()
    }
    async fn agent_of_joining(&self, _: &konter_core::network::InviteCode) -> Result<Option<Agent>, StoreError> {
        unimplemented!()
    }
}
