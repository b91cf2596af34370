//! One decision as the store sees it.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::class::number_of;
use super::{Class, DeadLetters, NewPepper};
use konter_core::agent::{Agent, Locale};
use konter_core::broadcast::Broadcast;
use konter_core::catalog::Product;
use konter_core::deposit::Ticket;
use konter_core::ids::{AgentId, BroadcastId, ChatId, OrderId, Reference, SupplierId};
use konter_core::inquiry::Inquiry;
use konter_core::ledger::{AccountId, Posting, Refusal};
use konter_core::money::Rupiah;
use konter_core::network::{Invited, Transfer};
use konter_core::order::Order;
use konter_core::order::refusal::Refused;
use konter_core::preferences::Preferences;
use konter_core::price_list::{Margins, PriceListRow};
use konter_core::pricing::PriceGroup;
use konter_core::question::Question;
use konter_core::routing::SupplierOverrides;
use konter_core::staff::{Allowance, Staff};
use konter_reply::Reply;

/// Everything one decision changes. It happens whole or not at all, and is durable before anyone hears of it.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    pub at: DateTime<Utc>,
    /// What is being answered, with a fingerprint of its content (no secret in it): the same again changes nothing.
    pub answers: Option<(MessageKey, u64)>,
    /// The chat it answers, when that is nobody's: what is said there goes after everything else.
    pub stranger: Option<ChatId>,
    /// The topic of a chat that is answered: what is said to that chat stands there.
    pub topic: Option<(ChatId, i32)>,
    pub agents: Vec<Versioned<Agent>>,
    pub orders: Vec<Versioned<Order>>,
    /// Inquiries; a new one takes the place of the reseller's earlier one about the same product and customer.
    pub inquiries: Vec<Versioned<Inquiry>>,
    /// Applied in this order.
    pub postings: Vec<Posting>,
    /// Products written as given.
    pub products: Vec<Product>,
    /// Products as they were when this was decided: a conflict where the store has others by now.
    pub replaces: Vec<Product>,
    pub outgoing: Vec<Say>,
    /// Taken from the outbox: the chat's own service has them.
    pub sent: Vec<(ChatId, u64)>,
    /// Stored before they are acknowledged to where they came from.
    pub received: Vec<InboxMessage>,
    /// Taken from the inbox: handled by this very decision.
    pub handled: Option<MessageKey>,
    pub acts: Vec<Act>,
    /// Deposit tickets. One that is accepted comes with its posting.
    pub tickets: Vec<Versioned<Ticket>>,
    /// Transfers: each comes with its posting, and one that is taken back with that one's reverse.
    pub transfers: Vec<Versioned<Transfer>>,
    /// The shop's day the owners are told the figures of. A conflict when that day, or a later one, has been told.
    pub summarised: Option<NaiveDate>,
    pub network: NetworkRows,
    /// A restored store is taken over: every open order has been put in doubt.
    pub taken_over: bool,
    /// A pepper that is used for the first time. A conflict when another process was faster.
    pub pepper: Option<NewPepper>,
    /// Rows of the outbox that cannot be said.
    pub dead_letters: DeadLetters,
    pub routing: RoutingRows,
    pub desk: DeskRows,
    /// What resellers have arranged for themselves.
    pub preferences: Vec<Versioned<Preferences>>,
    /// Why the message it answers placed no order; kept with the answer.
    pub refused: Option<Refused>,
}

/// Rows about uplines and downlines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetworkRows {
    pub groups: Vec<Versioned<PriceGroup>>,
    /// Written as given.
    pub invited: Vec<Invited>,
    /// Chats that have registered, or need not any more.
    pub uninvited: Vec<ChatId>,
}

/// Rows about where orders are bought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoutingRows {
    pub supplier_overrides: Vec<Versioned<SupplierOverrides>>,
    pub price_lists: Vec<Versioned<PriceListRow>>,
    pub margins: Option<Versioned<Margins>>,
    /// Written as given.
    pub shown: Vec<Shown>,
    /// Orders whose alerts need not be found any more.
    pub unshown: Vec<OrderId>,
}

/// An alert about an order as its chat's own service has it: there it can be edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    pub order: OrderId,
    pub chat: ChatId,
    /// The channel's own id of the message.
    pub message: String,
}

/// A card about a reseller as its chat's own service has it: a reply to it is a word to that reseller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardShown {
    pub chat: ChatId,
    /// The channel's own id of the message.
    pub message: String,
    pub agent: AgentId,
}

impl Commit {
    pub fn new(at: DateTime<Utc>) -> Self {
        Self { at, ..Self::default() }
    }

    /// Whether it answers a message with words, and changes nothing else.
    pub fn only_says(&self) -> bool {
        let no_rows =
            self.agents.is_empty() && self.orders.is_empty() && self.inquiries.is_empty() && self.tickets.is_empty();
        let no_other = self.transfers.is_empty()
            && self.postings.is_empty()
            && self.products.is_empty()
            && self.acts.is_empty()
            && self.preferences.is_empty();
        let no_groups = self.network == NetworkRows::default() && self.routing == RoutingRows::default();
        no_rows && no_other && no_groups && self.desk == DeskRows::default()
    }

    /// Notes that a row of the outbox stands as `message` now, if anybody will ask for it.
    pub fn note_shown(&mut self, row: &Outgoing, message: &str) {
        let Payload::Reply(reply) = &row.payload else { return };
        let (chat, message) = (row.chat.clone(), message.to_owned());
        match &**reply {
            Reply::AlertOverdue(card) => {
                self.routing.shown.push(Shown { order: card.card.line.order, chat, message });
            }
            Reply::AlertComplaint(card) => self.desk.cards.push(CardShown { chat, message, agent: card.agent.code }),
            _ => {}
        }
    }

    /// Takes a row out of the outbox. `reached` says whether the chat has it now; a message of an announcement is
    /// counted so.
    pub fn take_out(&mut self, row: &Outgoing, reached: bool) {
        let (chat, seq) = (row.chat.clone(), row.seq);
        if let Payload::Reply(reply) = &row.payload
            && let Some(broadcast) = reply.broadcast()
        {
            self.desk.broadcast_results.push(BroadcastResult { broadcast, chat: chat.clone(), seq, reached });
        }
        self.sent.push((chat, seq));
    }
}

/// Rows about those who work here and about announcements.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeskRows {
    pub staff: Vec<Versioned<Staff>>,
    pub broadcasts: Vec<Versioned<Broadcast>>,
    /// One a chat: a newer one takes the place of the one before.
    pub questions: Vec<Versioned<Question>>,
    pub allowances: Vec<Versioned<Allowance>>,
    /// Cards about resellers that a chat has now.
    pub cards: Vec<CardShown>,
    /// Messages of announcements whose fate is known, taken from the outbox by this very commit.
    pub broadcast_results: Vec<BroadcastResult>,
}

/// What became of one message of an announcement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BroadcastResult {
    pub broadcast: BroadcastId,
    pub chat: ChatId,
    /// The outbox row's.
    pub seq: u64,
    pub reached: bool,
}

/// A row with the version it was decided on: `None` for a row that must not exist yet. The row itself already carries
/// its new version.
#[derive(Clone, Debug, PartialEq)]
pub struct Versioned<T> {
    pub expected: Option<u32>,
    pub row: T,
}

/// What makes an incoming word the same word again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MessageKey {
    /// A chat message; `message` is the channel's own id of it.
    Chat { chat: ChatId, message: String },
    /// A supplier's callback; `content` is a hash of what it says.
    Callback { supplier: SupplierId, reference: Reference, content: u64 },
}

impl fmt::Display for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chat { chat, message } => write!(f, "{chat}/{message}"),
            Self::Callback { supplier, reference, content } => {
                write!(f, "callback:{supplier}/{reference}/{content:016x}")
            }
        }
    }
}

/// The record that a message has been answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    pub fingerprint: u64,
    pub at: DateTime<Utc>,
    /// Orders it placed.
    pub orders: Vec<OrderId>,
    /// Why it placed none, where a program asked: that is its answer for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
}

/// Something to be said; becomes an [`Outgoing`] row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Say {
    pub chat: ChatId,
    pub locale: Locale,
    pub payload: Payload,
    /// The account whose available balance, as this commit leaves it, belongs into the text.
    pub balance_of: Option<AccountId>,
    /// The topic of the chat it stands in; without one the commit's, where that is of this chat.
    pub topic: Option<i32>,
}

impl Say {
    pub const fn new(chat: ChatId, locale: Locale, payload: Payload) -> Self {
        Self { chat, locale, payload, balance_of: None, topic: None }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payload {
    /// Say it.
    Reply(Box<Reply>),
    /// Delete a message that held a PIN.
    Forget { message: String },
    /// Put another text, and other buttons, in place of a reply that was said before. Where the channel cannot, or the
    /// message is gone, nothing is lost: it tells nothing that is not told elsewhere.
    Edit { message: String, reply: Box<Reply> },
    /// Show a message of another chat here, as it is: what is only seen, such as a picture. Where the channel cannot, it
    /// is left out: what must be known stands in a reply.
    Copy { from: ChatId, message: String },
}

/// A row of the outbox: kept until the chat's own service has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Its place in the chat's line: rows go in this order.
    pub seq: u64,
    pub at: DateTime<Utc>,
    pub chat: ChatId,
    pub locale: Locale,
    pub payload: Payload,
    #[serde(default)]
    pub class: Class,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<Rupiah>,
    /// The topic of the chat it stands in, where the channel has topics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<i32>,
}

impl Outgoing {
    /// Grows with every row that is said, whatever its chat.
    pub const fn number(&self) -> u64 {
        number_of(self.seq)
    }

    /// Whether one may go right behind the other, as far as their urgency goes.
    pub const fn is_in_lane_of(&self, other: &Self) -> bool {
        self.seq - self.number() == other.seq - other.number()
    }
}

/// A row of the inbox: a message received and not handled yet. It can hold a PIN, and is deleted when handled.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxMessage {
    pub chat: ChatId,
    /// The channel's own id of the message.
    pub message: String,
    pub text: String,
    /// When it was written, by the channel's clock.
    pub sent_at: DateTime<Utc>,
    /// Not in a group.
    pub private: bool,
    /// What the sender calls themself, for greetings.
    #[serde(default)]
    pub sender: String,
    /// For a tap on a button: the message the button stands under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tapped: Option<String>,
    /// The text is what stands under a picture or a file.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_caption: bool,
    /// The channel's id of the message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replies_to: Option<String>,
    /// The topic of the chat it stands in, where the channel has topics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<i32>,
    /// The language of the sender's app, where the channel tells it and it is one of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaks: Option<Locale>,
}

impl InboxMessage {
    /// Something typed in a chat of one, by somebody without a name.
    pub fn new(chat: ChatId, message: String, text: String, sent_at: DateTime<Utc>) -> Self {
        let (sender, tapped, replies_to, topic, speaks) = (String::new(), None, None, None, None);
        Self {
            chat,
            message,
            text,
            sent_at,
            private: true,
            sender,
            tapped,
            is_caption: false,
            replies_to,
            topic,
            speaks,
        }
    }

    #[must_use]
    pub fn key(&self) -> MessageKey {
        MessageKey::Chat { chat: self.chat.clone(), message: self.message.clone() }
    }
}

impl fmt::Debug for InboxMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "message {} ({} bytes, text hidden)", self.key(), self.text.len())
    }
}

/// An admin's act, for the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    pub at: DateTime<Utc>,
    pub by: ChatId,
    /// The command as typed, and what it changed from what to what; no admin's command holds a secret.
    pub what: String,
}

/// What became of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Committed {
    Done,
    /// It has been answered before; nothing changed.
    Repeated(Answered),
}

#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// A row changed since it was read, or a unique place (slot, chat, reference) was taken: read again, decide again.
    #[error("{0} changed meanwhile")]
    Conflict(String),
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The key was answered before with another content.
    #[error("{0} was answered before with another content")]
    OtherContent(MessageKey),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The store itself failed. What a failed commit would have changed is either whole or absent after the next start.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the store cannot be used: {0}")]
    Unavailable(String),
    #[error("a stored {what} cannot be read: {problem}")]
    Corrupt { what: &'static str, problem: String },
    #[error("the store cannot be used: another process has {0} open")]
    InUse(String),
    /// What was asked can be asked again in a while; nothing is wrong with the store.
    #[error("{0}")]
    Busy(&'static str),
}

impl From<StoreError> for std::io::Error {
    fn from(error: StoreError) -> Self {
        Self::other(error)
    }
}
