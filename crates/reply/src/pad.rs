//! What messages with a keypad are called where their number is not known: whoever types a PIN has tapped nothing, so only
//! the front knows which message the keypad stands under.

use konter_core::ids::InquiryId;

use super::model::Reply;

const PREFIX: &str = "pad:";

/// The message that shows this offer.
#[must_use]
pub fn pad_of_offer(guide: u64) -> String {
    format!("{PREFIX}offer:{guide}")
}

/// The message that shows this bill.
#[must_use]
pub fn pad_of_bill(inquiry: InquiryId) -> String {
    format!("{PREFIX}bill:{inquiry}")
}

/// Whether a message is called by what it shows.
#[must_use]
pub fn is_pad(message: &str) -> bool {
    message.starts_with(PREFIX)
}

impl Reply {
    /// What its message is called, where a keypad may stand under it.
    #[must_use]
    pub fn pad(&self) -> Option<String> {
        match self {
            Self::Choose(card) => Some(pad_of_offer(card.guide)),
            Self::Bill(card) => Some(pad_of_bill(card.inquiry)),
            _ => None,
        }
    }
}
