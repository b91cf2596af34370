//! Messages to those who work here.

use tokio::sync::watch;

use super::outbox::{Outbox, say};
use crate::clock::ShopClock;
use konter_command::powers;
use konter_core::agent::Locale;
use konter_core::ids::ChatId;
use konter_core::staff::{Role, Roster};
use konter_reply::Reply;
use konter_store::{Commit, Say, StoreError};

pub(super) struct Alerts {
    pub outbox: Outbox,
    pub clock: ShopClock,
    pub locale: Locale,
    pub roster: watch::Receiver<Roster>,
}

impl Alerts {
    /// The same reply to everybody who may act on it.
    pub fn to_admins(&self, reply: &Reply) -> Vec<Say> {
        self.to_staff(powers::ALERTED, reply)
    }

    /// The same reply to everybody of a role or a higher one.
    pub fn to_staff(&self, least: Role, reply: &Reply) -> Vec<Say> {
        let to = |chat: &ChatId| say(chat, self.locale, reply.clone());
        self.roster.borrow().at_least(least).map(to).collect()
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
        self.outbox.say(commit).await
    }
}
