//! What replies about uplines and downlines hold.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::says_booking::Doubts;
use konter_core::agent::AgentStatus;
use konter_core::ids::{AgentId, OrderId, ProductCode};
use konter_core::money::Rupiah;
use konter_core::network::InviteCode;
use konter_core::pricing::GroupName;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "network", rename_all = "snake_case")]
pub enum NetworkReply {
    // Transfers.
    /// A large sum: is it meant?
    TransferAsk(TransferCard),
    TransferSent {
        to: AgentId,
        name: String,
        amount: Rupiah,
    },
    /// To who has been sent something.
    TransferReceived {
        from: AgentId,
        name: String,
        amount: Rupiah,
    },
    TransferRefused {
        problem: TransferProblem,
    },

    // Registering.
    DownlineRegistered(NewDownline),
    DownlineRefused {
        problem: DownlineProblem,
    },
    /// To an upline: somebody registered by its invitation.
    DownlineJoined {
        code: AgentId,
        name: String,
        waiting: bool,
    },
    Invitation {
        link: InviteLink,
        renewed: bool,
    },
    /// To who came by an invitation: how to register.
    Invited {
        upline: String,
    },
    /// The link is nobody's any more.
    InvitationUnknown,
    /// To who came by the link to an account that was waiting for them.
    ChatJoined {
        code: AgentId,
        name: String,
    },

    // Those below.
    Downlines {
        lines: Vec<DownlineLine>,
        page: usize,
        more: bool,
    },
    Downline {
        line: DownlineLine,
        phones: Vec<String>,
        products: Vec<ProductMarkup>,
    },
    NoSuchDownline {
        name: String,
    },
    Markups {
        all: Rupiah,
        products: Vec<ProductMarkup>,
        downlines: Vec<DownlineMarkup>,
        left_out: usize,
    },
    MarkupSet {
        /// For one of them, or for all.
        downline: Option<AgentId>,
        product: Option<ProductCode>,
        /// What is added now.
        amount: Rupiah,
        /// Its own one was taken away, and the less specific one counts again.
        removed: bool,
    },
    MarkupRefused {
        problem: MarkupProblem,
    },

    // To admins.
    Groups {
        groups: Vec<GroupCard>,
    },
    Group(GroupCard),
    GroupAssigned {
        agent: AgentId,
        name: String,
        group: GroupName,
    },
    GroupRefused {
        problem: GroupProblem,
    },
    Moved {
        agent: AgentId,
        name: String,
        upline: Option<AgentId>,
    },
    MoveRefused {
        problem: MoveProblem,
    },
    /// More of a refund came back, because those it waited for are not below zero any more.
    WithheldPaid {
        order: OrderId,
        amount: Rupiah,
        /// What still waits.
        left: Rupiah,
    },
    /// Margins taken back took an upline below zero.
    AlertUplineOverdrawn {
        agent: AgentId,
        order: OrderId,
        amount: Rupiah,
    },
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferStage {
    Asked,
    Sent,
    Cancelled,
    Expired,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum TransferProblem {
    /// Nobody of this name is below the sender.
    NotDownline {
        name: String,
    },
    ToSelf,
    Blocked {
        code: AgentId,
    },
    Short {
        amount: Rupiah,
        missing: Rupiah,
    },
    /// Several of the readings name a reseller below the sender.
    Ambiguous,
    Stale {
        minutes: i64,
    },
    StaleByWrongClock,
    /// No question of this number waits for an answer.
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

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum DownlineProblem {
    Closed,
    PhoneTaken {
        phone: String,
    },
    NameTooLong,
    /// No more levels below.
    TooDeep {
        most: usize,
    },
    Markup {
        highest: Rupiah,
    },
    Short {
        amount: Rupiah,
        missing: Rupiah,
    },
    /// A first balance that would have to be confirmed.
    DepositTooLarge {
        most: Rupiah,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownlineLine {
    pub code: AgentId,
    pub name: String,
    pub status: AgentStatus,
    pub balance: Rupiah,
    /// What the asking reseller adds; `None` for who is further down.
    pub markup: Option<Rupiah>,
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

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum MarkupProblem {
    TooHigh {
        highest: Rupiah,
    },
    /// More than is left of what all uplines together may earn.
    OverShare {
        /// `None`: no product has room for it.
        product: Option<ProductCode>,
        highest: Rupiah,
        percent: u8,
    },
    TooMany {
        most: usize,
    },
    /// Only for those directly below.
    NotDirect {
        name: String,
    },
    NoSuchProduct {
        product: String,
    },
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

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum GroupProblem {
    /// It would be sold below its cost.
    PriceBelowCost {
        product: ProductCode,
        lowest: Rupiah,
    },
    /// This product would be.
    MarginBelowCost {
        product: ProductCode,
        lowest: Rupiah,
    },
    Fixed {
        name: GroupName,
    },
    NoSuch {
        name: GroupName,
    },
    /// Who has an upline pays what the upline asks.
    HasUpline {
        agent: AgentId,
        upline: AgentId,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum MoveProblem {
    /// The new upline is the reseller itself, or below it.
    Circle {
        upline: AgentId,
    },
    TooDeep {
        most: usize,
    },
    Same,
}
