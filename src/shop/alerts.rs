//! Messages to those who work here, and word to the fronts that something waits to be said.

use tokio::sync::{mpsc, watch};

use crate::clock::ShopClock;
use konter_command::powers;
use konter_core::agent::Locale;
use konter_core::ids::ChatId;
use konter_core::staff::{Role, Roster};
use konter_reply::Reply;
use konter_store::{Commit, Payload, Say, Store, StoreError};

pub(super) struct Alerts {
    pub store: Store,
    pub clock: ShopClock,
    pub locale: Locale,
    pub roster: watch::Receiver<Roster>,
    pub outbox: mpsc::UnboundedSender<ChatId>,
}

impl Alerts {
    /// The same reply to everybody who may act on it.
    pub fn to_admins(&self, reply: &Reply) -> Vec<Say> {
        self.to_staff(powers::ALERTED, reply)
    }

    /// The same reply to everybody of a role or a higher one.
    pub fn to_staff(&self, least: Role, reply: &Reply) -> Vec<Say> {
        let say = |chat: &ChatId| Say {
            chat: chat.clone(),
            locale: self.locale,
            payload: Payload::Reply(Box::new(reply.clone())),
            balance_of: None,
        };
        self.roster.borrow().at_least(least).map(say).collect()
    }

    /// Says something to the admins that is part of no other commit.
    ///
    /// # Errors
    /// When it cannot be stored: then it is not said.
    pub async fn tell_admins(&self, reply: &Reply) -> Result<(), StoreError> {
        self.tell(powers::ALERTED, reply).await
    }

    /// The same to everybody of a role or a higher one.
    ///
    /// # Errors
    /// When it cannot be stored: then it is not said.
    pub async fn tell(&self, least: Role, reply: &Reply) -> Result<(), StoreError> {
        let mut commit = Commit::new(self.clock.utc());
        commit.outgoing = self.to_staff(least, reply);
        let chats: Vec<ChatId> = commit.outgoing.iter().map(|say| say.chat.clone()).collect();
        self.store.commit(commit).await.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        self.notify(&chats);
        Ok(())
    }

    /// Tells the fronts which chats have something waiting.
    pub fn notify(&self, chats: &[ChatId]) {
        for chat in chats {
            // Nobody listens while the shop is being put together or taken down: the rows are in the store.
            let _ = self.outbox.send(chat.clone());
        }
    }
}
