//! Who works at the shop, kept in memory beside the store: every message and tap asks for its sender's role.

use tokio::sync::watch;

use super::Shop;
use konter_core::ids::ChatId;
use konter_core::staff::{Role, Roster, Staff};
use konter_store::StoreError;

impl Shop {
    /// Reads the roles that were given by chat; before that only the owners of the settings have one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load_staff(&self) -> Result<(), StoreError> {
        self.learn_staff(self.store.staff().await?);
        Ok(())
    }

    /// Everybody who works here, and word of every change.
    #[must_use]
    pub fn roster(&self) -> watch::Receiver<Roster> {
        self.roster.subscribe()
    }

    /// Takes over rows that have been stored.
    pub(super) fn learn_staff(&self, rows: Vec<Staff>) {
        if !rows.is_empty() {
            self.roster.send_modify(|roster| rows.into_iter().for_each(|row| roster.learn(row)));
        }
    }

    pub(super) fn role_of(&self, chat: &ChatId) -> Option<Role> {
        self.roster.borrow().role(chat)
    }
}
