//! One visit to one chat's outbox to delete a message, a PIN in most cases. Deletions have visits and a pace of their own:
//! replies do not wait for them, and they do not wait for replies that Telegram takes no more of.

use teloxide::payloads::DeleteMessage;
use teloxide::types::{ChatId as Peer, MessageId};
use tokio::time::Instant;

use super::ApiError;
use super::deliver::{Courier, TRIES, peer};
use super::progress::{Forget, Progress};
use super::queue::Step;
use konter_core::ids::ChatId;
use konter_store::{Outgoing, Payload, StoreError};

/// Deletions looked at in one visit.
const WINDOW: usize = 8;
/// Looked at when the first ones all failed before.
const WIDE_WINDOW: usize = 500;

impl Courier {
    pub async fn sweep(&self, chat: &ChatId, progress: &mut Progress) -> Step {
        let Some(peer) = peer(chat) else { return Step::Idle };
        let rows = match self.deletions(chat, progress).await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::error!(%chat, %error, "the outbox cannot be read");
                return Step::Failed;
            }
        };
        if !self.share.holds(chat) {
            // Reading took so long that another process has the chat now.
            return Step::Idle;
        }
        let waiting: Vec<&Outgoing> = rows.iter().filter(|row| message(row).is_some()).collect();
        let more = waiting.len() > 1;
        match progress.choose_deletion(&waiting, Instant::now()) {
            Some(row) => self.forget(peer, row, progress, more).await,
            None => progress.next_forget(&waiting, Instant::now()).map_or(Step::Idle, Step::Later),
        }
    }

    /// The first rows, as many as it takes to see past those that failed before. Deletions come first.
    async fn deletions(&self, chat: &ChatId, progress: &Progress) -> Result<Vec<Outgoing>, StoreError> {
        let rows = self.store.outbox(chat, WINDOW).await?;
        if rows.len() < WINDOW || rows.iter().any(|row| !progress.forgets.contains_key(&row.seq)) {
            return Ok(rows);
        }
        self.store.outbox(chat, WIDE_WINDOW).await
    }

    async fn forget(&self, peer: Peer, row: &Outgoing, progress: &mut Progress, more: bool) -> Step {
        let Some(id) = message(row).and_then(|message| self.api.ids().own(message)) else {
            return self.finish(row, progress, Step::Done { more }).await;
        };
        let deletion = DeleteMessage::new(peer, MessageId(id));
        let Err(error) = self.api.call(&deletion, self.timing.forget).await else {
            return self.finish(row, progress, Step::Done { more }).await;
        };
        let tries = progress.forgets.get(&row.seq).map_or(0, |forget| forget.tries) + 1;
        let wait = match &error {
            ApiError::RetryAfter(wait) => return Step::Flooded(*wait),
            ApiError::Network(_) | ApiError::BadToken(_) => self.timing.backoff.wait(tries),
            ApiError::Down(_) if tries < TRIES => self.timing.backoff.wait(tries),
            // Older than 48 hours, already gone, no right to: it will never work.
            ApiError::Down(_) | ApiError::Refused { .. } | ApiError::Conflict(_) => {
                tracing::debug!(chat = %row.chat, %error, "a message stays where it is");
                return self.finish(row, progress, Step::Done { more }).await;
            }
        };
        progress.forgets.insert(row.seq, Forget { tries, not_before: Instant::now() + wait });
        Step::Done { more: true }
    }
}

/// The message a row deletes.
fn message(row: &Outgoing) -> Option<&str> {
    match &row.payload {
        Payload::Forget { message } => Some(message),
        Payload::Reply(_) | Payload::Edit { .. } | Payload::Copy { .. } => None,
    }
}
