//! Hashes of PINs that were made before there was a pepper: made anew when their PIN is next typed, on the side.

use std::sync::Arc;

use super::pins::Pins;
use super::process::Process;
use konter_command::Pin;
use konter_core::agent::Agent;
use konter_store::{Commit, CommitError, Versioned};

pub(super) struct Renewal {
    pub process: Process,
    pub pins: Arc<Pins>,
}

impl Renewal {
    /// Makes a reseller's hash anew, where it is older than the pepper. The PIN has just been seen to fit.
    pub fn renew_hash(&self, agent: &Agent, pin: &Pin) {
        if !self.pins.is_stale(&agent.pin.hash) {
            return;
        }
        let (process, pins) = (self.process.clone(), Arc::clone(&self.pins));
        let (agent, pin) = (agent.clone(), pin.clone());
        self.process.tasks.spawn(async move {
            let Some(hash) = pins.hash(pin.expose()).await else { return };
            // What the reseller's answer changes meanwhile is not to be undone: the row is read again.
            let Ok(Some(now)) = process.store.agent(agent.id).await else { return };
            if now.pin.hash != agent.pin.hash {
                return;
            }
            let mut row = now.clone();
            row.version += 1;
            row.pin.hash = hash;
            let mut commit = Commit::new(process.clock.utc());
            commit.agents.push(Versioned { expected: Some(now.version), row });
            match process.store.commit(commit).await {
                Ok(_) => tracing::info!(agent = %agent.id, "this PIN is hashed with the pepper now"),
                // The next right PIN is another chance.
                Err(CommitError::Conflict(_)) => {}
                Err(error) => tracing::warn!(agent = %agent.id, %error, "a PIN's hash could not be renewed"),
            }
        });
    }
}
