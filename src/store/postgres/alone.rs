//! That one process at a time runs a shop on a database. Several could write to it, see `writer`; but who buys which
//! order, who says what and who listens to Telegram is not shared out yet.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Object, Pool};
use parking_lot::Mutex;
use tokio::sync::mpsc::UnboundedSender;

use super::link::{Trouble, connection};
use crate::store::writer::Job;

/// "konteR" in ASCII, unlike the lock of migrations.
const LOCK: &str = "SELECT pg_try_advisory_lock(118083885098322)";
/// How often the holder looks whether it still is.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Takes the lock. It is held as long as the connection lives.
///
/// # Errors
/// [`Trouble::Overtaken`] when another process has it.
pub(super) async fn take(pool: &Pool) -> Result<ClientWrapper, Trouble> {
    let client = Object::take(connection(pool).await?);
    if client.query_one(LOCK, &[]).await?.try_get(0)? { Ok(client) } else { Err(Trouble::Overtaken) }
}

/// Keeps the lock, also when the connection is lost. When another process has taken it meanwhile, nothing more is
/// written here.
pub(super) async fn keep(mut client: ClientWrapper, pool: Pool, jobs: Arc<Mutex<Option<UnboundedSender<Job>>>>) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if !client.is_closed() {
            continue;
        }
        match take(&pool).await {
            Ok(new) => client = new,
            Err(Trouble::Overtaken) => {
                tracing::error!("another konter has taken over this database; this one writes nothing any more");
                drop(jobs.lock().take());
                return;
            }
            Err(_) => {}
        }
    }
}
