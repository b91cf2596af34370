//! What messages are called that something waits under, where their number is not known: whoever types has tapped nothing,
//! so only the front knows which message a keypad or a question stands under.

use konter_core::ids::{BroadcastId, InquiryId};

use super::booking::BookingReply;
use super::model::Reply;
use super::network::NetworkReply;
use super::staff::DeskReply;
use super::talk::TalkReply;

const PREFIX: &str = "pad:";

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

/// Whether a message is called by what it shows.
#[must_use]
pub fn is_pad(message: &str) -> bool {
    message.starts_with(PREFIX)
}

impl Reply {
    /// What its message is called, where something may wait under it.
    #[must_use]
    pub fn pad(&self) -> Option<String> {
        match self {
            Self::Choose(card) => Some(pad_of_offer(card.guide)),
            Self::Bill(card) => Some(pad_of_bill(card.inquiry)),
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
