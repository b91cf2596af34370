//! Who works at the shop, kept in memory beside the store: every message and tap asks for its sender's role.

use std::collections::HashMap;

use parking_lot::Mutex;
use tokio::sync::watch;

use konter_core::ids::ChatId;
use konter_core::staff::{Role, Roster, Staff as Row};
use konter_store::{Store, StoreError};

pub(super) struct Staff {
    store: Store,
    roster: watch::Sender<Roster>,
    /// What people call themselves, as far as they have written since the start: those who work here, and others for a while.
    names: Mutex<HashMap<ChatId, String>>,
}

impl Staff {
    /// The owners of the settings, and those who were given a role by chat.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load(store: Store, owners: Vec<ChatId>) -> Result<Self, StoreError> {
        let staff = Self { store, roster: watch::Sender::new(Roster::new(owners)), names: Mutex::default() };
        staff.reload().await?;
        Ok(staff)
    }

    /// Takes over what other processes have changed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reload(&self) -> Result<(), StoreError> {
        self.take(self.store.staff().await?);
        Ok(())
    }

    /// Takes over rows that have been stored.
    pub fn take(&self, rows: Vec<Row>) {
        if !rows.is_empty() {
            self.roster.send_modify(|roster| rows.into_iter().for_each(|row| roster.learn(row)));
        }
    }

    /// Everybody who works here, and word of every change.
    pub fn roster(&self) -> watch::Receiver<Roster> {
        self.roster.subscribe()
    }

    /// Takes note of what somebody is called.
    pub fn saw(&self, chat: &ChatId, name: &str) {
        /// Names kept of those who may come to work here.
        const MOST: usize = 10_000;
        let name = name.trim();
        if !name.is_empty() {
            let mut names = self.names.lock();
            if names.len() >= MOST {
                names.retain(|chat, _| self.role_of(chat).is_some());
            }
            names.insert(chat.clone(), name.to_owned());
        }
    }

    pub fn name_of(&self, chat: &ChatId) -> Option<String> {
        self.names.lock().get(chat).cloned()
    }

    pub fn role_of(&self, chat: &ChatId) -> Option<Role> {
        self.roster.borrow().role(chat)
    }
}
