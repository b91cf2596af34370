//! Replies that cannot be said are set aside, and the admins are told, once.

use std::sync::Arc;
use std::time::Duration;

use super::Shop;
use konter_core::ids::ChatId;
use konter_reply::Reply;
use konter_store::{Commit, CommitError, DeadLetters, StoreError};

/// Time between looks: such a row holds up nothing, it only must not be forgotten.
const LOOK_EVERY: Duration = Duration::from_secs(600);

impl Shop {
    /// Sets aside what cannot be said, until the shop stops.
    pub(super) async fn set_dead_letters_aside(self: Arc<Self>) {
        loop {
            if self.share.leads()
                && let Err(error) = self.set_aside_now().await
            {
                tracing::error!(%error, "replies that cannot be said could not be set aside; trying again");
            }
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Sets aside every row of the outbox that cannot be read, and tells the admins of all they do not know of.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn set_aside_now(&self) -> Result<(), StoreError> {
        let rows = self.store.unreadable_outbox().await?;
        let new = rows.len() + self.store.dead_letter_count().await?.untold;
        if new == 0 {
            return Ok(());
        }
        tracing::error!(replies = new, "replies that cannot be said are set aside");
        let mut commit = Commit::new(self.clock.utc());
        commit.outgoing = self.alerts.to_admins(&Reply::AlertSetAside { replies: new });
        commit.dead_letters = DeadLetters { rows, told: true };
        let chats: Vec<ChatId> = commit.outgoing.iter().map(|say| say.chat.clone()).collect();
        match self.store.commit(commit).await {
            Ok(_) => {
                self.alerts.notify(&chats);
                Ok(())
            }
            Err(CommitError::Store(error)) => Err(error),
            Err(other) => Err(StoreError::Unavailable(other.to_string())),
        }
    }
}
