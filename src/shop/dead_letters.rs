//! Replies that cannot be said are set aside, and the admins are told, once.

use std::sync::Arc;
use std::time::Duration;

use super::alerts::Alerts;
use super::outbox::Outbox;
use super::process::Process;
use konter_reply::Reply;
use konter_store::{Commit, DeadLetters as Rows, StoreError};

/// Time between looks: such a row holds up nothing, it only must not be forgotten.
const LOOK_EVERY: Duration = Duration::from_secs(600);

pub(super) struct DeadLetters {
    pub process: Process,
    pub alerts: Arc<Alerts>,
    pub outbox: Outbox,
}

impl DeadLetters {
    /// Sets aside what cannot be said, until the shop stops.
    pub async fn run(self: Arc<Self>) {
        loop {
            if self.process.share.leads()
                && let Err(error) = self.set_aside().await
            {
                tracing::error!(%error, "replies that cannot be said could not be set aside; trying again");
            }
            tokio::select! {
                () = self.process.stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Sets aside every row of the outbox that cannot be read, and tells the admins of all they do not know of.
    async fn set_aside(&self) -> Result<(), StoreError> {
        let rows = self.process.store.unreadable_outbox().await?;
        let new = rows.len() + self.process.store.dead_letter_count().await?.untold;
        if new == 0 {
            return Ok(());
        }
        tracing::error!(replies = new, "replies that cannot be said are set aside");
        let mut commit = Commit::new(self.process.clock.utc());
        commit.outgoing = self.alerts.to_admins(&Reply::AlertSetAside { replies: new });
        commit.dead_letters = Rows { rows, told: true };
        self.outbox.say(commit).await
    }
}
