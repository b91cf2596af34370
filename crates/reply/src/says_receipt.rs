//! The shapes a receipt is handed over in.

use serde::{Deserialize, Serialize};

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
