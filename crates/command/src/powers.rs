//! What a role may do: the least role that each admin's command, button and format needs. One table, and nothing of it
//! anywhere else.

use super::admin::AdminCommand;
use super::admin_desk::AdminDesk;
use super::admin_network::AdminNetwork;
use super::problem::Topic;
use super::routing::AdminRouting;
use super::tap::Tap;
use konter_core::staff::Role::{self, Operator, Owner, Viewer};

/// For a file with a catalog.
pub const IMPORTS: Role = Owner;
/// Told unasked what needs somebody to act.
pub const ALERTED: Role = Operator;
/// Told the day's figures.
pub const SUMMARISED: Role = Owner;
/// Registers without waiting for anybody.
pub const APPROVED: Role = Operator;

impl AdminCommand {
    /// The least role that may.
    #[must_use]
    pub const fn needs(&self) -> Role {
        match self {
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
            Self::Network(command) => match command {
                AdminNetwork::Groups | AdminNetwork::Group { .. } => Viewer,
                // All of these change what somebody pays.
                AdminNetwork::Margin { .. }
                | AdminNetwork::Price { .. }
                | AdminNetwork::Assign { .. }
                | AdminNetwork::Move { .. } => Owner,
            },
            Self::Routing(command) => match command {
                AdminRouting::Show { .. } => Viewer,
                AdminRouting::Pause { .. } | AdminRouting::Resume { .. } | AdminRouting::RouteOpen { .. } => Operator,
                // Both change what an order costs the shop.
                AdminRouting::Priority { .. } | AdminRouting::RoutePriority { .. } => Owner,
            },
            Self::Desk(command) => match command {
                AdminDesk::Staff | AdminDesk::Find { .. } | AdminDesk::LogOf { .. } => Viewer,
                AdminDesk::Rename { .. } | AdminDesk::SetCategory { .. } => Operator,
                AdminDesk::SetRole { .. } | AdminDesk::DecideBroadcast { .. } => Owner,
            },
        }
    }
}

impl Tap {
    /// The least role that may; `None` for what is a reseller's.
    #[must_use]
    pub const fn needs(&self) -> Option<Role> {
        match self {
            Self::Report(..) => Some(Viewer),
            Self::AcceptTicket(_)
            | Self::RefuseTicket(_)
            | Self::AskAgain(_)
            | Self::Delivered(_)
            | Self::NotDelivered(_)
            | Self::SurelyNotDelivered(_)
            | Self::Reconsider(_) => Some(Operator),
            Self::Import(_) | Self::CancelImport(_) | Self::SendBroadcast(_) | Self::DropBroadcast(_) => Some(Owner),
            Self::Pay(_)
            | Self::Cancel(_)
            | Self::Key(..)
            | Self::Receipt(_)
            | Self::Choose(..)
            | Self::NoChoice(_)
            | Self::OrderKey(..)
            | Self::Statement(..)
            | Self::Yes(_)
            | Self::No(_)
            | Self::Repeat(_) => None,
        }
    }
}

impl Topic {
    /// The least role this format is for; `None` for everybody.
    #[must_use]
    pub const fn needs(self) -> Option<Role> {
        match self {
            Self::AdminAgents
            | Self::AdminPending
            | Self::AdminOrder
            | Self::AdminSuppliers
            | Self::AdminCatalog
            | Self::AdminLog
            | Self::AdminRecap
            | Self::AdminFind => Some(Viewer),
            Self::AdminDeposit
            | Self::AdminAccept
            | Self::AdminRefuse
            | Self::AdminApprove
            | Self::AdminBlock
            | Self::AdminOpen
            | Self::AdminResetPin
            | Self::AdminClose
            | Self::AdminRecheck
            | Self::AdminSuccess
            | Self::AdminFailure
            | Self::AdminAnswer
            | Self::AdminRename => Some(Operator),
            Self::AdminRoute
            | Self::AdminPrice
            | Self::AdminBroadcast
            | Self::AdminGroups
            | Self::AdminMove
            | Self::AdminRoles => Some(Owner),
            Self::Order
            | Self::Balance
            | Self::Prices
            | Self::Orders
            | Self::Deposit
            | Self::ChangePin
            | Self::Register
            | Self::Meter
            | Self::BillInquiry
            | Self::BillPayment
            | Self::Receipt
            | Self::Transfer
            | Self::Sales
            | Self::Statement
            | Self::Complaint
            | Self::Help
            | Self::Language
            | Self::DownlineRegistration
            | Self::Downlines
            | Self::CancelOrder
            | Self::Queue
            | Self::Markup
            | Self::Invite
            | Self::Confirm
            | Self::Chats
            | Self::Favourites
            | Self::Selling
            | Self::SellingList
            | Self::Rename => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Command, parse};
    use super::*;

    fn needs(text: &str) -> Role {
        match parse(text) {
            Command::Admin(command) => command.needs(),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn looking_working_and_deciding_are_told_apart() {
        let looks = "/agen, /agen KR0001, /cari budi, /pending, /order 12, /supplier, /katalog, /log, /log KR0001, \
            /rekap, /peran, /grup, /grup agent";
        let works = "/deposit KR0001 100000, /acc 12, /tolak 12, /setujui KR0001, /blokir KR0001, /buka KR0001, \
            /resetpin KR0001, /tutup S10, /buka S10, /tutup kategori Data, /buka *DATA, /cekulang 12, /sukses 12 SN, \
            /gagal 12 salah, /balas KR0001 halo, /nama KR0001 Berkah";
        let decides = "/deposit KR0001 -5000, /deposit KR0001 5000 --paksa, /hargajual S10 10500, /siaran halo, \
            /kirimsiaran 3, /batalsiaran 3, /peran KR0001 operator, /peran telegram:7 hapus, /grup agent -100, \
            /grup agent S10 10300, /grup KR0001 agent, /pindah KR0003 KR0002";
        for (least, texts) in [(Viewer, looks), (Operator, works), (Owner, decides)] {
            for text in texts.split(", ") {
                assert_eq!(needs(text), least, "{text}");
            }
        }
    }

    /// What is offered as the nearest format can also be done.
    #[test]
    fn every_format_needs_what_its_example_needs() {
        for topic in Topic::ALL {
            let example = match parse(topic.example()) {
                Command::Admin(command) => Some(command.needs()),
                _ => None,
            };
            assert_eq!(topic.needs(), example, "{topic:?}");
        }
    }
}
