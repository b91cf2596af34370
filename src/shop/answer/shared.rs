//! What several families of answers need.

use konter_command::AgentRef;
use konter_core::deposit::Decider;
use konter_core::money::Rupiah;
use konter_reply::{BookingReply, NetworkReply, Reply};

pub(super) fn network(reply: NetworkReply) -> Reply {
    Reply::Network(Box::new(reply))
}

/// A reply about bookings.
pub(super) fn booking(reply: BookingReply) -> Reply {
    Reply::Booking(Box::new(reply))
}

/// The number a reseller was named by, where it was. Resellers type their numbers themselves, so none proves whose it is.
pub(super) fn phone_of(name: &AgentRef) -> Option<String> {
    match name {
        AgentRef::Phone(phone) => Some(phone.to_string()),
        AgentRef::Code(_) | AgentRef::Chat(_) | AgentRef::Other(_) => None,
    }
}

pub(super) fn shown_decider(by: &Decider) -> String {
    if by.name.trim().is_empty() { by.chat.to_string() } else { format!("{} ({})", by.name.trim(), by.chat) }
}

/// How sure whoever books is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sure {
    /// Asks where it is a large step.
    No,
    /// A yes covers what could be seen when it was asked for: the account's lines up to this one.
    Yes { seen: u64 },
}

impl Sure {
    pub const fn seen(self) -> u64 {
        match self {
            Self::No => 0,
            Self::Yes { seen } => seen,
        }
    }
}

/// An admin's decision about a ticket.
pub(super) enum TicketDecision {
    /// With what has come, where it is not what the ticket says.
    Accept(Option<Rupiah>),
    Refuse(Option<String>),
}
