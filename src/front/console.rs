//! The console: one terminal that speaks as a reseller and as an admin. What `konter demo` talks through.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;

use super::Wording;
use crate::ids::{Channel, ChatId};
use crate::store::{Commit, CommitError, InboxMessage, Outgoing, Payload, Store, StoreError};

/// Rows taken from the outbox at a time.
const ROWS_AT_ONCE: usize = 20;

/// The chat a reseller types in.
#[must_use]
pub fn reseller() -> ChatId {
    ChatId::console("reseller")
}

/// The chat of lines that start with `/`.
#[must_use]
pub fn admin() -> ChatId {
    ChatId::console("admin")
}

/// Numbers lines, so that each is a message of its own also in a later run on the same data.
pub struct Lines(AtomicU64);

impl Lines {
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        Self(AtomicU64::new(u64::try_from(now.timestamp_micros()).unwrap_or_default()))
    }

    /// A typed line as a message; `None` for an empty one.
    #[must_use]
    pub fn message(&self, line: &str, now: DateTime<Utc>) -> Option<InboxMessage> {
        let text = line.trim();
        if text.is_empty() {
            return None;
        }
        let chat = if text.starts_with('/') { admin() } else { reseller() };
        let message = self.0.fetch_add(1, Ordering::Relaxed).to_string();
        let sender = "demo".to_owned();
        Some(InboxMessage {
            chat,
            message,
            text: text.to_owned(),
            sent_at: now,
            private: true,
            sender,
            tapped: None,
            is_caption: false,
        })
    }
}

/// Prints what waits for the console's chats, as it comes up, until the sender is gone.
pub async fn print_replies(
    store: Arc<dyn Store>,
    wording: Arc<dyn Wording>,
    mut waiting: mpsc::UnboundedReceiver<ChatId>,
) {
    while let Some(chat) = waiting.recv().await {
        if chat.channel == Channel::Console
            && let Err(error) = print_chat(store.as_ref(), wording.as_ref(), &chat).await
        {
            tracing::error!(%chat, %error, "replies could not be read");
        }
    }
}

async fn print_chat(store: &dyn Store, wording: &dyn Wording, chat: &ChatId) -> Result<(), StoreError> {
    loop {
        let rows = store.outbox(chat, ROWS_AT_ONCE).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in &rows {
            if matches!(row.payload, Payload::Reply(_)) {
                print_row(wording, row);
            }
        }
        let mut commit = Commit::new(Utc::now());
        commit.said = rows.into_iter().map(|row| (row.chat, row.seq)).collect();
        match store.commit(commit).await {
            Ok(_) => {}
            Err(CommitError::Store(error)) => return Err(error),
            Err(other) => return Err(StoreError::Unavailable(other.to_string())),
        }
    }
}

fn print_row(wording: &dyn Wording, row: &Outgoing) {
    let text = wording.render(row).body;
    let speaker = if row.chat == admin() { "konter → admin" } else { "konter" };
    let mut out = std::io::stdout().lock();
    // A closed pipe is the reader's wish to hear no more.
    let _ = writeln!(out, "{speaker}: {}", text.replace('\n', "\n    "));
    let _ = out.flush();
}
