//! What messages are called that something waits under, where their number is not known: whoever types has tapped nothing,
//! so only the front knows which message a keypad or a question stands under.

use konter_core::ids::{AgentId, BroadcastId, InquiryId, OrderId, TicketId};

use super::booking::BookingReply;
use super::deposit::TicketSays;
use super::model::Reply;
use super::network::NetworkReply;
use super::staff::DeskReply;
use super::talk::TalkReply;
use konter_core::order::card::OrderLine;

const PREFIX: &str = "pad:";
const TICKET: &str = "pad:ticket:";
const ORDERS: &str = "pad:orders:";
const NEWCOMER: &str = "pad:newcomer:";

/// The message that shows this offer, or these orders of one message.
#[must_use]
pub fn pad_of_offer(guide: u64) -> String {
    format!("{PREFIX}offer:{guide}")
}

/// The message that shows this command, which waits for its PIN.
#[must_use]
pub fn pad_of_line(id: u64) -> String {
    format!("{PREFIX}line:{id}")
}

/// The message that shows this bill.
#[must_use]
pub fn pad_of_bill(inquiry: InquiryId) -> String {
    format!("{PREFIX}bill:{inquiry}")
}

/// The message that asks this, by the chat's number of it.
#[must_use]
pub fn pad_of_question(number: u32) -> String {
    format!("{PREFIX}question:{number}")
}

/// The message that asks whether to send this announcement.
#[must_use]
pub fn pad_of_announcement(id: BroadcastId) -> String {
    format!("{PREFIX}announcement:{id}")
}

/// The message that shows those who work here a ticket, or somebody who has registered.
fn pad_of_ticket(id: TicketId) -> String {
    format!("{TICKET}{id}")
}

fn pad_of_newcomer(code: AgentId) -> String {
    format!("{NEWCOMER}{code}")
}

/// The ticket that a message of this name shows.
#[must_use]
pub fn ticket_of_pad(pad: &str) -> Option<TicketId> {
    pad.strip_prefix(TICKET)?.parse().ok()
}

/// Who has registered, where a message of this name shows that.
#[must_use]
pub fn newcomer_of_pad(pad: &str) -> Option<AgentId> {
    pad.strip_prefix(NEWCOMER)?.parse().ok()
}

/// The orders that a message of this name shows to those who work here.
#[must_use]
pub fn orders_of_pad(pad: &str) -> Vec<OrderId> {
    let orders = pad.strip_prefix(ORDERS).unwrap_or_default();
    orders.split(',').filter_map(|order| order.parse().ok()).collect()
}

fn pad_of_orders<'a>(lines: impl Iterator<Item = &'a OrderLine>) -> Option<String> {
    let orders: Vec<String> = lines.map(|line| line.order.to_string()).collect();
    (!orders.is_empty()).then(|| format!("{ORDERS}{}", orders.join(",")))
}

/// Whether a message is called by what it shows.
pub fn is_pad(message: &str) -> bool {
    message.starts_with(PREFIX)
}

impl Reply {
    /// What its message is called, where something may wait under it.
    pub fn pad(&self) -> Option<String> {
        match self {
            Self::Choose(card) => Some(pad_of_offer(card.guide)),
            Self::Bill(card) => Some(pad_of_bill(card.inquiry)),
            Self::Ticket(says) => match &**says {
                TicketSays::Card { card, .. } => Some(pad_of_ticket(card.ticket)),
                _ => None,
            },
            Self::AlertOverdue(card) => pad_of_orders(std::iter::once(&card.card.line)),
            Self::AdminOrder(card) => pad_of_orders(std::iter::once(&card.line)),
            Self::AdminPending { orders, .. } => pad_of_orders(orders.iter().map(|card| &card.line)),
            Self::AlertComplaint(card) => pad_of_orders(card.orders.iter()),
            Self::AlertNewAgent(card) => Some(pad_of_newcomer(card.code)),
            Self::Talk(talk) => match &**talk {
                TalkReply::AskPin { id, .. } => Some(pad_of_offer(*id)),
                TalkReply::PinFor { id, .. } => Some(pad_of_line(*id)),
                _ => None,
            },
            Self::Network(network) => match &**network {
                NetworkReply::TransferAsk(card) => Some(pad_of_question(card.number)),
                _ => None,
            },
            Self::Booking(booking) => match &**booking {
                BookingReply::Ask(card) => Some(pad_of_question(card.number)),
                _ => None,
            },
            Self::Desk(desk) => match &**desk {
                DeskReply::Broadcast(card) => Some(pad_of_announcement(card.broadcast)),
                _ => None,
            },
            _ => None,
        }
    }
}
