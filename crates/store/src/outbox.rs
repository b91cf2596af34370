//! As much of the store as a front needs: what waits to be said, and taking it out.

use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt as _};

use super::{Commit, CommitError, Committed, Leases, Outgoing, Store, StoreError};
use konter_core::ids::ChatId;

pub trait Outbox: Send + Sync + 'static {
    /// Chats that have something waiting to be said.
    fn waiting_chats(&self) -> BoxFuture<'_, Result<Vec<ChatId>, StoreError>>;
    /// What waits for one chat, oldest first. All of it is durable.
    fn outbox<'a>(&'a self, chat: &'a ChatId, limit: usize) -> BoxFuture<'a, Result<Vec<Outgoing>, StoreError>>;
    /// Notes what was said, shown or set aside.
    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, CommitError>>;
    /// Whose chats are this process's to speak to.
    fn share(&self) -> Arc<Leases> {
        Leases::alone()
    }
}

impl Outbox for Store {
    fn waiting_chats(&self) -> BoxFuture<'_, Result<Vec<ChatId>, StoreError>> {
        self.waiting_chats().boxed()
    }

    fn outbox<'a>(&'a self, chat: &'a ChatId, limit: usize) -> BoxFuture<'a, Result<Vec<Outgoing>, StoreError>> {
        self.outbox(chat, limit).boxed()
    }

    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, CommitError>> {
        (**self).commit(commit)
    }

    fn share(&self) -> Arc<Leases> {
        self.share()
    }
}
