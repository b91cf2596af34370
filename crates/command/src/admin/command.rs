//! What is asked by those who work at the shop, and which role each needs at least.

use crate::deposit::ticket_ref::TicketRef;
use crate::network::command::AdminNetwork;
use crate::read::{AgentRef, DateArg};
use crate::routing::command::AdminRouting;
use konter_core::destination::Destination;
use konter_core::ids::{AgentId, BroadcastId, OrderId, ProductCode, TransferId};
use konter_core::money::Rupiah;
use konter_core::pricing::PriceStep;
use konter_core::staff::Role::{self, Operator, Owner, Viewer};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdminCommand {
    /// Never zero; negative takes back. `forced`: also where it takes the balance below zero.
    Deposit { agent: AgentRef, amount: Rupiah, note: Option<String>, forced: bool },
    /// `amount`: what has come, where it is not what the ticket says.
    AcceptTicket { ticket: TicketRef, amount: Option<Rupiah> },
    /// Nothing has come for it.
    RefuseTicket { ticket: TicketRef, reason: Option<String> },
    /// All of them, or one.
    Agents { agent: Option<AgentRef> },
    /// Lets a newcomer in.
    Approve { agent: AgentRef },
    /// Keeps a reseller from ordering.
    Block { agent: AgentRef },
    /// Lets a reseller order again.
    Unblock { agent: AgentRef },
    /// The old one counts no more; a new one is chosen.
    ResetPin { agent: AgentRef },
    /// `forced`: also below cost.
    SellPrice { product: ProductCode, price: NewPrice, forced: bool },
    /// Sells it no more.
    CloseProduct { product: ProductCode },
    /// Sells it again.
    OpenProduct { product: ProductCode },
    /// The catalog as a file.
    Catalog,
    /// The orders that need a person.
    Pending,
    /// An order; `raw`: all that suppliers said of it.
    Order { id: OrderId, raw: bool },
    /// Asks the supplier; `forced`: also where the question may be the first purchase.
    Recheck { id: OrderId, forced: bool },
    /// It was delivered.
    Success { id: OrderId, sn: String },
    /// It was not delivered: the money goes back.
    Failure { id: OrderId, reason: String },
    /// Every supplier: balance, state, last error.
    Suppliers,
    /// An announcement to every reseller.
    Broadcast { text: String },
    /// Words for one reseller.
    Answer { agent: AgentRef, text: String },
    /// Who did what.
    /// `date`: of some days.
    Log { count: Option<usize>, date: Option<DateArg> },
    /// The shop's day; `None` is today. A reseller's `/rekap` is the reseller's own.
    Recap { date: Option<DateArg> },
    /// Price groups, and who is below whom.
    Network(AdminNetwork),
    /// Where orders are bought.
    Routing(AdminRouting),
    /// Those who work here, finding resellers, categories, announcements that wait for a yes.
    Desk(AdminDesk),
    /// Another one, and why.
    Remarked { command: Box<Self>, remark: String },
}

/// A selling price as an owner types it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewPrice {
    /// Zero or more.
    To(Rupiah),
    /// So much more, or less.
    By(PriceStep),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdminDesk {
    /// Who works here.
    Staff,
    /// `role`: `None` takes it away.
    SetRole { who: AgentRef, role: Option<Role> },
    /// What one of them may add to accounts in a day; `None`: what the settings say.
    SetLimit { who: AgentRef, limit: Option<Rupiah> },
    /// Takes a transfer back without the receiver's consent.
    TakeBack { transfer: TransferId, reason: String },
    /// Resellers, by a part of name, number or code.
    Find { text: String },
    /// Everybody's orders to one number.
    OrdersTo { dest: Destination },
    /// A reseller.
    Rename { agent: AgentRef, name: String },
    /// Opens or closes everything in a category.
    SetCategory { name: String, open: bool },
    /// Raises or lowers the price of everything in a category.
    Reprice { name: String, step: PriceStep },
    /// The catalog as a workbook.
    CatalogWorkbook,
    /// Takes back the last of these.
    RestorePrices,
    /// What was done about one reseller.
    LogOf { agent: AgentId },
    /// The answer to the question whether to send an announcement.
    DecideBroadcast { id: BroadcastId, send: bool },
}

impl AdminCommand {
    /// What is to be done, and why where that is said.
    #[must_use]
    pub fn without_remark(self) -> (Self, Option<String>) {
        match self {
            Self::Remarked { command, remark } => (*command, Some(remark)),
            command => (command, None),
        }
    }

    /// The command itself.
    #[must_use]
    pub const fn named(&self) -> &Self {
        match self {
            Self::Remarked { command, .. } => command,
            command => command,
        }
    }

    /// The least role that may.
    #[must_use]
    pub const fn needs(&self) -> Role {
        match self {
            Self::Remarked { command, .. } => command.needs(),
            Self::Agents { .. }
            | Self::Pending
            | Self::Order { .. }
            | Self::Suppliers
            | Self::Catalog
            | Self::Log { .. }
            | Self::Recap { .. } => Viewer,
            // Corrections are the owner's: money goes out, or somebody ends below zero.
            Self::Deposit { amount, forced, .. } => {
                if *forced || amount.is_negative() {
                    Owner
                } else {
                    Operator
                }
            }
            Self::AcceptTicket { .. }
            | Self::RefuseTicket { .. }
            | Self::Approve { .. }
            | Self::Block { .. }
            | Self::Unblock { .. }
            | Self::ResetPin { .. }
            | Self::OpenProduct { .. }
            | Self::CloseProduct { .. }
            | Self::Recheck { .. }
            | Self::Success { .. }
            | Self::Failure { .. }
            | Self::Answer { .. } => Operator,
            Self::SellPrice { .. } | Self::Broadcast { .. } => Owner,
            Self::Network(command) => command.needs(),
            Self::Routing(command) => command.needs(),
            Self::Desk(command) => command.needs(),
        }
    }
}

impl AdminDesk {
    /// The least role that may.
    #[must_use]
    pub const fn needs(&self) -> Role {
        match self {
            Self::Staff | Self::Find { .. } | Self::OrdersTo { .. } | Self::CatalogWorkbook | Self::LogOf { .. } => {
                Viewer
            }
            Self::Rename { .. } | Self::SetCategory { .. } | Self::TakeBack { .. } => Operator,
            Self::SetRole { .. }
            | Self::SetLimit { .. }
            | Self::Reprice { .. }
            | Self::RestorePrices
            | Self::DecideBroadcast { .. } => Owner,
        }
    }
}
