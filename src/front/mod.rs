//! Where words come in and go out. A front turns what a chat service delivers into inbox messages, hands them to the
//! desk before it acknowledges them, and carries the outbox to the service. It decides nothing: no rule of the shop, no
//! money and no wording lives here.

pub mod console;
pub mod telegram;

use std::ops::Range;

use async_trait::async_trait;

use crate::store::{InboxMessage, Outgoing, StoreError};

/// What a front hands its messages to.
#[async_trait]
pub trait Desk: Send + Sync + 'static {
    /// Stores all messages durably, in this order, and arranges for their handling. Returns when they are stored: only
    /// then does the front acknowledge them. The same message may come again; it is still one message.
    async fn receive(&self, messages: Vec<InboxMessage>) -> Result<(), StoreError>;
}

/// What turns a row of the outbox into words.
pub trait Wording: Send + Sync + 'static {
    fn render(&self, row: &Outgoing) -> Text;
}

/// A text to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    pub body: String,
    /// Byte ranges of `body` that a tap should copy, such as a token.
    pub copy: Vec<Range<usize>>,
}
