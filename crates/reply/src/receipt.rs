//! The shapes a receipt is handed over in.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use konter_core::order::card::OrderLine;

/// The shapes a receipt is handed over in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptForm {
    /// Letters of one width in the chat.
    Text,
    /// A picture that looks like paper.
    Picture,
    /// Bytes for a thermal printer.
    Printer,
}

/// Why there is no receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(const_into_str, prefix = "receipt.", serialize_all = "snake_case")]
pub enum ReceiptProblem {
    /// Nothing delivered fits; `asked` is what was asked for.
    NoSuchOrder { asked: String },
    /// It is not delivered, or not yet.
    NotDelivered(Box<OrderLine>),
    /// The head or the foot is too long.
    TooLong { longest: usize },
}
