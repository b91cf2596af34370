//! What replies about uplines and downlines hold.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::booking::Doubts;
use konter_core::agent::AgentStatus;
use konter_core::ids::{AgentId, OrderId, ProductCode, TransferId};
use konter_core::money::Rupiah;
use konter_core::network::InviteCode;
use konter_core::pricing::GroupName;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "network", rename_all = "snake_case")]
#[strum(const_into_str, prefix = "network.", serialize_all = "snake_case")]
pub enum NetworkReply {
    // Transfers.
    /// A large sum: is it meant?
    TransferAsk(TransferCard),
    /// To the sender. `number`: by it the transfer can be asked for again. `unasked`: its receiver has no chat, so that only
    /// the shop can take it back.
    TransferSent {
        to: AgentId,
        name: String,
        amount: Rupiah,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<TransferId>,
        #[serde(default)]
        unasked: bool,
    },
    /// To who has been sent something.
    TransferReceived { from: AgentId, name: String, amount: Rupiah },
    /// The text is the problem's.
    TransferRefused { problem: TransferProblem },

    // Transfers that are asked for again.
    /// To the receiver: its sender asks for it. Nothing has moved.
    TakeBackAsk(TakeBackCard),
    /// To the sender: the receiver has been asked, and may answer until then.
    TakeBackAsked { number: TransferId, to: AgentId, name: String, amount: Rupiah, until: DateTime<Utc> },
    /// To the sender: several were sent lately.
    TakeBackWhich { lines: Vec<TransferLine> },
    /// To the sender: the receiver does not give it back.
    TakeBackDeclined { number: TransferId, to: AgentId, name: String, amount: Rupiah },
    /// To the sender: it is back. `reason`: the shop's, where the receiver was not asked.
    TransferReturned { number: TransferId, to: AgentId, name: String, amount: Rupiah, reason: Option<String> },
    /// To the receiver: it is the sender's again.
    TransferGone { number: TransferId, from: AgentId, name: String, amount: Rupiah, reason: Option<String> },
    /// The text is the problem's.
    TakeBackRefused { problem: TakeBackProblem },

    // Registering.
    /// Somebody registered asks to register somebody, in words that may be about itself; `example`: below, with the PIN.
    RegisterBelow { code: AgentId, name: String, example: String },
    #[strum(serialize = "registered")]
    DownlineRegistered(NewDownline),
    /// The text is the problem's.
    DownlineRefused { problem: DownlineProblem },
    /// To an upline: somebody registered by its invitation.
    #[strum(serialize = "joined")]
    DownlineJoined { code: AgentId, name: String, waiting: bool },
    /// Its own link, to be shared.
    Invitation { link: InviteLink, renewed: bool },
    /// To who came by an invitation: how to register.
    Invited { upline: String },
    /// The link is nobody's any more.
    InvitationUnknown,
    /// To who came by the link to an account that was waiting for them.
    ChatJoined { code: AgentId, name: String },

    // Those below.
    /// A page of those directly below.
    Downlines { lines: Vec<DownlineLine>, page: usize, more: bool },
    /// One of them, in full.
    Downline { line: DownlineLine, phones: Vec<String>, products: Vec<ProductMarkup> },
    /// What one of them may do now. `changed`: it was otherwise before. `by_shop`: only an admin can change it.
    DownlineBlock { code: AgentId, name: String, status: AgentStatus, changed: bool, by_shop: bool },
    /// `name`: as it was typed.
    NoSuchDownline { name: String },
    /// All that is set.
    Markups { all: Rupiah, products: Vec<ProductMarkup>, downlines: Vec<DownlineMarkup>, left_out: usize },
    /// What is added now: for one downline or all, for one product or all. `removed`: its own one was taken away, and
    /// the less specific one counts again.
    MarkupSet { downline: Option<AgentId>, product: Option<ProductCode>, amount: Rupiah, removed: bool },
    /// The text is the problem's.
    MarkupRefused { problem: MarkupProblem },

    // To admins.
    /// All price groups.
    Groups { groups: Vec<GroupCard> },
    /// One of them, after a change.
    Group(GroupCard),
    /// What the reseller pays from now on.
    GroupAssigned { agent: AgentId, name: String, group: GroupName },
    /// The text is the problem's.
    GroupRefused { problem: GroupProblem },
    /// `None`: directly below the shop.
    Moved { agent: AgentId, name: String, upline: Option<AgentId> },
    /// The text is the problem's.
    MoveRefused { problem: MoveProblem },
    /// More of a refund came back, because those it waited for are not below zero any more.
    /// `left`: what still waits.
    WithheldPaid { order: OrderId, amount: Rupiah, left: Rupiah },
    /// Margins taken back took an upline below zero.
    #[strum(serialize = "upline_overdrawn")]
    AlertUplineOverdrawn { agent: AgentId, order: OrderId, amount: Rupiah },
}

/// A transfer to be confirmed, and what has become of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferCard {
    pub number: u32,
    pub to: AgentId,
    pub name: String,
    pub amount: Rupiah,
    pub until: DateTime<Utc>,
    pub stage: TransferStage,
    /// Why it is asked, besides its size.
    #[serde(default, skip_serializing_if = "Doubts::is_none")]
    pub doubts: Doubts,
}

/// A transfer that its sender asks for, as the receiver sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakeBackCard {
    pub number: TransferId,
    pub from: AgentId,
    pub name: String,
    pub amount: Rupiah,
    /// When it was sent.
    pub at: DateTime<Utc>,
    pub until: Option<DateTime<Utc>>,
    pub stage: TakeBackStage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TakeBackStage {
    Asked,
    /// It is the sender's again.
    Given,
    Kept,
    Expired,
}

/// A transfer that could be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferLine {
    pub number: TransferId,
    pub to: AgentId,
    pub name: String,
    pub amount: Rupiah,
    pub at: DateTime<Utc>,
    /// Its receiver has no chat: nobody can be asked.
    #[serde(default)]
    pub unasked: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[strum(const_into_str, prefix = "network.take_back_", serialize_all = "snake_case")]
pub enum TakeBackProblem {
    /// The sender has sent none, or not that one, within the minutes in which it may ask.
    NoneRecent { minutes: i64 },
    /// It was sent too long ago for its sender to ask.
    TooLate { number: TransferId, minutes: i64 },
    /// It is asked for, and waits for the receiver.
    Waits { number: TransferId, until: DateTime<Utc> },
    /// The receiver has said no, or nothing.
    Unanswered { number: TransferId },
    /// It is the sender's again.
    Done { number: TransferId },
    /// One of both is blocked: only the shop can.
    Blocked { code: AgentId },
    /// The receiver has no chat it could be asked in.
    NoChat { number: TransferId, code: AgentId },
    /// The receiver has less by now. Nothing moves in parts.
    Spent { code: AgentId, amount: Rupiah, available: Rupiah },
    /// To those who work here: there is none of this number.
    NoSuch { number: TransferId },
    /// To those who work here: it was sent too long ago.
    TooOld { number: TransferId, days: i64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferStage {
    Asked,
    Sent,
    Cancelled,
    Expired,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[strum(const_into_str, prefix = "network.transfer_", serialize_all = "snake_case")]
pub enum TransferProblem {
    /// Nobody of this name is below the sender.
    NotDownline { name: String },
    /// Sender and receiver are one.
    ToSelf,
    /// The receiver is.
    Blocked { code: AgentId },
    /// Of the sender's balance.
    Short { amount: Rupiah, missing: Rupiah },
    /// Several of the readings name a reseller below the sender.
    Ambiguous,
    /// The message waited too long.
    Stale { minutes: i64 },
    /// It seems so, but our clock is wrong.
    StaleByWrongClock,
    /// No question of this number waits for an answer.
    #[strum(serialize = "nothing")]
    NothingToConfirm,
}

/// A reseller that was just registered; its PIN is told here and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewDownline {
    pub code: AgentId,
    pub name: String,
    pub phone: String,
    pub pin: ToldOnce,
    pub markup: Rupiah,
    pub deposit: Option<Rupiah>,
    pub link: InviteLink,
}

/// A secret that its reader must see: it prints, but not in `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ToldOnce(pub String);

impl fmt::Debug for ToldOnce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Where an invitation leads; without a bot's name only the code is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteLink {
    pub bot: Option<String>,
    pub code: InviteCode,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[strum(const_into_str, prefix = "network.", serialize_all = "snake_case")]
pub enum DownlineProblem {
    #[strum(serialize = "register_closed")]
    Closed,
    /// Somebody is registered with it.
    PhoneTaken { phone: String },
    /// For a receipt.
    NameTooLong,
    /// No more levels below.
    TooDeep { most: usize },
    #[strum(serialize = "markup_too_high")]
    Markup { highest: Rupiah },
    #[strum(serialize = "transfer_short")]
    Short { amount: Rupiah, missing: Rupiah },
    /// A first balance that would have to be confirmed.
    DepositTooLarge { most: Rupiah },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownlineLine {
    pub code: AgentId,
    pub name: String,
    pub status: AgentStatus,
    pub balance: Rupiah,
    /// What the asking reseller adds; `None` for who is further down.
    pub markup: Option<Rupiah>,
    /// Whether that was set for this downline; else it is what counts for all.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductMarkup {
    pub product: ProductCode,
    pub amount: Rupiah,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownlineMarkup {
    pub code: AgentId,
    pub amount: Rupiah,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[strum(const_into_str, prefix = "network.markup_", serialize_all = "snake_case")]
pub enum MarkupProblem {
    /// For one order.
    TooHigh { highest: Rupiah },
    /// More than is left of what all uplines together may earn.
    /// `product`: `None` where no product has room for it.
    OverShare { product: Option<ProductCode>, highest: Rupiah, percent: u8 },
    /// More special ones than are kept.
    TooMany { most: usize },
    /// Only for those directly below.
    NotDirect { name: String },
    #[strum(serialize = "no_product")]
    NoSuchProduct { product: String },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupCard {
    pub name: GroupName,
    pub margin: Rupiah,
    /// Prices of its own.
    pub prices: Vec<ProductMarkup>,
    pub left_out: usize,
    /// It pays the catalog's prices and cannot be changed.
    pub fixed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[strum(const_into_str, prefix = "network.", serialize_all = "snake_case")]
pub enum GroupProblem {
    /// It would be sold below its cost.
    PriceBelowCost { product: ProductCode, lowest: Rupiah },
    /// This product would be.
    MarginBelowCost { product: ProductCode, lowest: Rupiah },
    #[strum(serialize = "group_fixed")]
    Fixed { name: GroupName },
    #[strum(serialize = "no_such_group")]
    NoSuch { name: GroupName },
    /// Who has an upline pays what the upline asks.
    #[strum(serialize = "group_has_upline")]
    HasUpline { agent: AgentId, upline: AgentId },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[strum(const_into_str, prefix = "network.move_", serialize_all = "snake_case")]
pub enum MoveProblem {
    /// The new upline is the reseller itself, or below it.
    Circle { upline: AgentId },
    /// More levels than a network has.
    TooDeep { most: usize },
    /// It is there already.
    Same,
}
