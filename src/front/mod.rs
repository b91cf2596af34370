//! Where words come in and go out. A front turns what a chat service delivers into inbox messages, hands them to the
//! inbox before it acknowledges them, and carries the outbox to the service. It decides nothing: no rule of the shop, no
//! money and no wording lives here.

pub mod console;
pub mod h2h;
pub mod telegram;

use async_trait::async_trait;

pub use konter_reply::{Button, Rendered as Text, ReplyFile as File, ReplyFileKind as FileKind};
use konter_store::{InboxMessage, Outgoing, StoreError};

/// What a front hands its messages to.
#[async_trait]
pub trait Inbox: Send + Sync + 'static {
    /// Stores all messages durably, in this order, and arranges for their handling. Returns when they are stored: only
    /// then does the front acknowledge them. The same message may come again; it is still one message.
    async fn receive(&self, messages: Vec<InboxMessage>) -> Result<(), StoreError>;
}

/// What turns a row of the outbox into words.
pub trait Wording: Send + Sync + 'static {
    fn render(&self, row: &Outgoing) -> Text;
    /// The same for one that may have been said before, by a process that is gone.
    fn render_again(&self, row: &Outgoing) -> Text {
        self.render(row)
    }

    /// The file a row is, where it is one: then its text is the words under it. May take a while; not to be called on a
    /// thread that serves others.
    fn file(&self, row: &Outgoing) -> Option<File> {
        let _ = row;
        None
    }
}
