//! What resellers ask about those below them, and admins about the whole network.

use crate::read::{AgentRef, Pin};
use konter_core::ids::{ProductCode, TransferId};
use konter_core::money::Rupiah;
use konter_core::phone::Phone;
use konter_core::pricing::GroupName;
use konter_core::staff::Role::{self, Owner, Viewer};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkCommand {
    /// Somebody new below.
    RegisterDownline(DownlineRequest),
    /// Those directly below, from page 1 on.
    Downlines { page: usize, pin: Option<Pin> },
    /// One of those below.
    Downline { agent: AgentRef, pin: Option<Pin> },
    /// What those below pay more.
    Markup(MarkupRequest),
    /// Keeps one below from ordering, or lets it in again.
    Block { agent: AgentRef, block: bool, pin: Option<Pin> },
    /// The invitation; a new one in its place when `renew`.
    Invite { renew: bool },
    /// Yes to a transfer.
    Confirm { number: u32 },
    /// Asks for a transfer back.
    TakeBack { of: TransferRef, pin: Option<Pin> },
    /// A transfer that can be read in several ways, each with another reseller; which of them exist decides.
    TransferEither(Vec<Transfer>),
}

/// Somebody to be registered below who asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DownlineRequest {
    pub name: String,
    pub town: Option<String>,
    pub phone: Phone,
    pub markup: Option<Rupiah>,
    /// A first balance, from who registers.
    pub deposit: Option<Rupiah>,
    /// Of who registers.
    pub pin: Option<Pin>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkupRequest {
    pub whom: MarkupWhom,
    pub change: MarkupChange,
    pub pin: Option<Pin>,
}

/// Whom a markup is for, as typed. A name that is nobody's may still be a product's: the catalog knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkupWhom {
    All,
    Product(ProductCode),
    Agent(AgentRef),
    Both(AgentRef, ProductCode),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkupChange {
    Show,
    /// Zero or more.
    Set(Rupiah),
    /// The less specific one counts again.
    Remove,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    pub agent: AgentRef,
    /// Above zero.
    pub amount: Rupiah,
    pub pin: Option<Pin>,
}

/// A transfer as its sender names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferRef {
    /// The one just sent.
    Latest,
    /// By its number.
    Number(TransferId),
    /// By whom it went to, and how much it was.
    To { agent: AgentRef, amount: Option<Rupiah> },
}

/// Price groups, and who is below whom: what admins do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdminNetwork {
    /// All price groups.
    Groups,
    /// One of them.
    Group { name: GroupName },
    /// What a group pays more, or less; `force`: also below cost.
    Margin { name: GroupName, margin: Rupiah, force: bool },
    /// Without a price, the group's margin counts for the product again.
    Price { name: GroupName, product: ProductCode, price: Option<Rupiah>, force: bool },
    /// Into a group; without one, out of its own.
    Assign { agent: AgentRef, name: Option<GroupName> },
    /// Directly below the shop when there is no upline.
    Move { agent: AgentRef, upline: Option<AgentRef> },
}

impl AdminNetwork {
    /// The least role that may.
    #[must_use]
    pub const fn needs(&self) -> Role {
        match self {
            Self::Groups | Self::Group { .. } => Viewer,
            // All of these change what somebody pays.
            Self::Margin { .. } | Self::Price { .. } | Self::Assign { .. } | Self::Move { .. } => Owner,
        }
    }
}
