//! Regular looks at what nobody else comes back to: what is owed to the admins, and our deposits at the suppliers.

use std::sync::Arc;
use std::time::Duration;

use super::alarm::Alarms;
use super::deposits::Deposits;
use super::process::Process;
use super::unread::Unread;

/// Time between looks.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// How long is waited for balances at each look.
const BALANCE_PATIENCE: Duration = Duration::from_secs(10);

pub(super) struct Rounds {
    pub process: Process,
    pub alarms: Arc<Alarms>,
    pub unread: Arc<Unread>,
    pub deposits: Arc<Deposits>,
}

impl Rounds {
    /// Goes round until the shop stops.
    pub async fn run(self: Arc<Self>) {
        let mut clock_set = self.process.clock_set();
        loop {
            if let Err(error) = self.alarms.tell_digest().await {
                tracing::error!(%error, "the admins could not be told of orders that need a person; trying again");
            }
            if let Err(error) = self.alarms.tell_losses().await {
                tracing::error!(%error, "the admins could not be told of what is sold at a loss");
            }
            self.unread.tell().await;
            let asking = tokio::time::timeout(BALANCE_PATIENCE, self.deposits.refresh());
            // A supplier that does not answer must not keep the admins from hearing of the others.
            let _ = self.process.stop.run_until_cancelled(asking).await;
            if !self.process.pause(LOOK_EVERY, &mut clock_set).await {
                return;
            }
        }
    }
}
