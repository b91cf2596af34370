//! What replies about those who work here hold, about found and renamed resellers, whole categories and announcements on
//! their way.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::admin::AgentCard;
use super::desk::{BelowCost, PriceChange};
use konter_core::ids::{AgentId, BroadcastId, ChatId, ProductCode, SupplierId};
use konter_core::money::Rupiah;
use konter_core::order::card::OrderLine;
use konter_core::staff::Role;

/// A reply about the desk and its people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "desk", rename_all = "snake_case")]
#[strum(const_into_str, prefix = "staff.", serialize_all = "snake_case")]
pub enum DeskReply {
    /// Whoever asked may not, and who may.
    RoleNeeded { needs: Role, has: Role },
    #[strum(serialize = "list")]
    Staff { lines: Vec<StaffLine> },
    /// `role`: `None` where it was taken away.
    #[strum(serialize = "set")]
    RoleSet { lines: Vec<StaffLine>, role: Option<Role> },
    /// The text is the problem's.
    RoleRefused { problem: RoleProblem },
    /// What may be added to accounts in a day from now on, by each of these together; `None`: no limit.
    LimitSet { lines: Vec<StaffLine>, limit: Option<Rupiah> },
    /// To whom it is about.
    YourLimit { limit: Option<Rupiah> },
    /// To whom it is about.
    #[strum(serialize = "yours")]
    YourRole { role: Option<Role> },
    /// `text`: what was looked for.
    Found { text: String, agents: Vec<AgentCard>, left_out: usize },
    /// Everybody's orders to a number, newest first; those that failed are looked for among the shop's newest `searched`.
    OrdersTo {
        dest: String,
        lines: Vec<OrderTo>,
        searched: usize,
        #[serde(default)]
        older: bool,
    },
    /// A reseller, by an admin.
    Renamed { agent: AgentId, before: String, after: String },
    /// The longest name there may be.
    RenameRefused { most: usize },
    /// To the reseller.
    YourName { name: String },
    /// Opened or closed.
    Category(CategoryCard),
    /// `name`: as it was typed; `near`: what may be meant.
    /// `product`: what is called so is one.
    NoSuchCategory {
        name: String,
        near: Vec<String>,
        #[serde(default)]
        product: Option<ProductCode>,
    },
    /// A category's prices, the first of those that changed. `restored`: as they were before.
    Repriced { category: String, count: usize, lines: Vec<PriceChange>, left_out: usize, restored: bool },
    /// There is no change of a category's prices to take back.
    NothingToRestore,
    /// The question whether to send it, and what has become of it.
    Broadcast(BroadcastCard),
    /// What the first catalog sells below its cost, and how many more there are.
    BelowCost { rows: Vec<BelowCost>, more: usize },
    /// The question is over, or there is none of this number.
    BroadcastGone,
    /// It cannot be done at another time, or for so long; `line`: what does it now.
    NotLater { line: String, words: String },
    /// A blocked reseller has a role all the same.
    StillWorksHere { agent: AgentId, name: String, role: Role },
    /// Why it was done stands in the log.
    ReasonKept { reason: String },
    /// To somebody who works here: what the shop still needs, or how it stands.
    Welcome(Box<FirstSteps>),
    /// A new reseller's card once it is decided.
    AgentDecided(Box<AgentDecided>),
}

/// An order and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderTo {
    pub line: OrderLine,
    pub agent: AgentId,
    pub name: String,
}

/// How far a shop has got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstSteps {
    pub name: String,
    pub role: Role,
    pub bot: Option<String>,
    pub suppliers: Vec<SupplierStep>,
    pub products: usize,
    pub resellers: usize,
    /// Of these, those that wait for approval.
    pub waiting: usize,
    /// Whether any reseller has ever paid in.
    pub paid_in: bool,
    pub open_orders: usize,
    pub tickets: usize,
    /// The account of whoever sells as well.
    #[serde(default)]
    pub own: Option<AgentId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplierStep {
    pub supplier: SupplierId,
    pub deposit: Option<Rupiah>,
}

/// Who was let in, or turned away, by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentDecided {
    pub code: AgentId,
    pub name: String,
    pub approved: bool,
    pub by: String,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffLine {
    pub chat: ChatId,
    pub role: Option<Role>,
    /// By the settings, not by chat.
    pub configured: bool,
    /// Also a reseller.
    pub agent: Option<AgentId>,
    pub name: Option<String>,
    /// What it may add to accounts in a day, and has added today; `None`: as much as there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily: Option<Daily>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Daily {
    pub limit: Rupiah,
    pub booked: Rupiah,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(const_into_str, prefix = "staff.", serialize_all = "snake_case")]
pub enum RoleProblem {
    /// An owner by the settings, which only the settings change.
    Configured { chat: ChatId },
    /// Somebody must stay who may do everything.
    LastOwner,
    /// The reseller has no chat that could have a role.
    NoChat { agent: AgentId },
    /// A group, or an account that stands for anonymous admins: anybody could act in its name.
    NoPerson { chat: ChatId },
    /// Only operators are limited: owners are not, and others add nothing.
    NotLimited { chat: ChatId, role: Option<Role> },
    /// It has that role, or none, already.
    Same { role: Option<Role> },
}

/// A category opened or closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryCard {
    pub name: String,
    pub open: bool,
    pub changed: usize,
    /// They were so before.
    pub already: usize,
    /// Which these are, a few of them: undoing it would open or close them too.
    pub already_codes: Vec<String>,
}

/// An announcement, as whoever sends it sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroadcastCard {
    pub broadcast: BroadcastId,
    pub text: String,
    pub chats: usize,
    pub reached: usize,
    pub unreachable: usize,
    pub stage: BroadcastStage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BroadcastStage {
    Asked,
    Cancelled,
    Sending,
    Done,
}
