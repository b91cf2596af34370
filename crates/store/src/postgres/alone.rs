//! That nobody moves a shop while others run it. Whoever runs it has a lock together with all who do; whoever moves it has
//! the lock alone.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Object, Pool};
use parking_lot::Mutex;
use tokio::sync::mpsc::UnboundedSender;

use super::link::{Trouble, connection};
use crate::writer::Job;

/// "konteR" in ASCII, unlike the lock of migrations.
const ALONE: &str = "SELECT pg_try_advisory_lock(118083885098322)";
const TOGETHER: &str = "SELECT pg_try_advisory_lock_shared(118083885098322)";
const STANDING: &str = "SELECT moved_at IS NOT NULL, filling_since IS NOT NULL FROM tip";
/// How often the holder looks whether it still is.
const LOOK_EVERY: Duration = Duration::from_millis(500);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lock {
    Alone,
    Together,
}

/// What a database's shop may be besides whole and here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub has_moved: bool,
    /// A restore or a move into it was broken off.
    pub is_half_filled: bool,
}

pub(super) async fn standing(client: &ClientWrapper) -> Result<Standing, Trouble> {
    let tip = client.query_one(STANDING, &[]).await?;
    Ok(Standing { has_moved: tip.try_get(0)?, is_half_filled: tip.try_get(1)? })
}

/// Takes the lock. It is held as long as the connection lives. With it, how the shop stands.
///
/// # Errors
/// [`Trouble::Overtaken`] when another process has it in a way that does not allow this.
pub(super) async fn take(pool: &Pool, lock: Lock) -> Result<(ClientWrapper, Standing), Trouble> {
    let client = Object::take(connection(pool).await?);
    let lock = match lock {
        Lock::Alone => ALONE,
        Lock::Together => TOGETHER,
    };
    if !client.query_one(lock, &[]).await?.try_get::<_, bool>(0)? {
        return Err(Trouble::Overtaken);
    }
    let standing = standing(&client).await?;
    Ok((client, standing))
}

/// Keeps the lock, also when the connection is lost. When another process has taken it meanwhile, nothing more is
/// written here.
pub(super) async fn keep(
    mut client: ClientWrapper,
    lock: Lock,
    pool: Pool,
    jobs: Arc<Mutex<Option<UnboundedSender<Job>>>>,
) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if !client.is_closed() {
            continue;
        }
        match take(&pool, lock).await {
            Ok((new, _)) => client = new,
            Err(Trouble::Overtaken) => {
                tracing::error!(
                    "another konter has taken this database over meanwhile; this one writes nothing any more"
                );
                drop(jobs.lock().take());
                return;
            }
            Err(_) => {}
        }
    }
}
