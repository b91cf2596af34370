//! Commits that say something: once they are durable, the fronts hear which chats have something waiting.

use tokio::sync::mpsc;

use konter_core::agent::Locale;
use konter_core::ids::ChatId;
use konter_reply::Reply;
use konter_store::{Commit, CommitError, Committed, Payload, Say, Store, StoreError};

#[derive(Clone)]
pub(super) struct Outbox {
    store: Store,
    waiting: mpsc::UnboundedSender<ChatId>,
}

impl Outbox {
    pub const fn new(store: Store, waiting: mpsc::UnboundedSender<ChatId>) -> Self {
        Self { store, waiting }
    }

    /// Commits, and tells the fronts whom something is said to.
    ///
    /// # Errors
    /// See [`CommitError`]; then nothing is said.
    pub async fn commit(&self, commit: Commit) -> Result<Committed, CommitError> {
        let mut chats: Vec<ChatId> = commit.outgoing.iter().map(|say| say.chat.clone()).collect();
        chats.dedup();
        let committed = self.store.commit(commit).await?;
        if matches!(committed, Committed::Done) {
            self.notify(&chats);
        }
        Ok(committed)
    }

    /// The same of what no other commit can be in the way of.
    ///
    /// # Errors
    /// When it cannot be stored: then it is not said.
    pub async fn say(&self, commit: Commit) -> Result<(), StoreError> {
        self.commit(commit).await.map(drop).map_err(fault)
    }

    /// Commits unless something has changed meanwhile; `false` when it has.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn say_unless_changed(&self, commit: Commit) -> Result<bool, StoreError> {
        match self.commit(commit).await {
            Ok(_) => Ok(true),
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(other) => Err(fault(other)),
        }
    }

    /// Tells the fronts which chats have something waiting.
    pub fn notify(&self, chats: &[ChatId]) {
        for chat in chats {
            // Nobody listens while the shop is being put together or taken down: the rows are in the store.
            let _ = self.waiting.send(chat.clone());
        }
    }
}

/// Why a commit failed that the books had no reason to refuse.
fn fault(error: CommitError) -> StoreError {
    match error {
        CommitError::Store(error) => error,
        other => StoreError::Unavailable(other.to_string()),
    }
}

/// A reply as a row of the outbox.
pub(super) fn say(chat: &ChatId, locale: Locale, reply: Reply) -> Say {
    Say::new(chat.clone(), locale, Payload::Reply(Box::new(reply)))
}
