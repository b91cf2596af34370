//! References without asking for each. A process takes a stretch of numbers for itself, as long as the clock needs for it,
//! and counts on from the clock within it. No two processes have a stretch in common, so no reference is given twice,
//! whether or not it ever comes into a commit.

use std::ops::Range;

use deadpool_postgres::Pool;
use parking_lot::Mutex;
use tokio::sync::Mutex as Gate;

use super::link::{Trouble, ask_once, connection};
use super::value::Param;
use super::{PATIENCE, patiently};
use crate::StoreError;

/// Numbers in a stretch: a minute of the clock's microseconds. Several processes' references run so far ahead of the clock.
const STRETCH: u64 = 60_000_000;
/// The row is locked until the end of the statement only, so two processes get different stretches.
const TAKE: &str = "UPDATE reference_numbers SET last = greatest(last, $1) + $2 RETURNING last";

#[derive(Default)]
pub(super) struct References {
    left: Mutex<Range<u64>>,
    taking: Gate<()>,
}

impl References {
    /// The next one above `floor`.
    pub(super) async fn next(&self, pool: &Pool, floor: u64) -> Result<u64, StoreError> {
        loop {
            if let Some(reference) = self.draw(floor) {
                return Ok(reference);
            }
            let _taking = self.taking.lock().await;
            // Whoever was first has taken one for all.
            if let Some(reference) = self.draw(floor) {
                return Ok(reference);
            }
            let floor = floor.max(self.left.lock().start.saturating_sub(1));
            let taken = patiently(PATIENCE, || take(pool, floor), StoreError::from).await?;
            *self.left.lock() = taken;
        }
    }

    fn draw(&self, floor: u64) -> Option<u64> {
        let mut left = self.left.lock();
        let next = left.start.max(floor.saturating_add(1));
        (next < left.end).then(|| {
            left.start = next + 1;
            next
        })
    }
}

/// Takes a stretch above `floor`.
async fn take(pool: &Pool, floor: u64) -> Result<Range<u64>, Trouble> {
    let number = |number: u64| Param::Number(i64::try_from(number).unwrap_or(i64::MAX));
    let rows = ask_once(&*connection(pool).await?, TAKE, vec![number(floor), number(STRETCH)]).await?;
    let none = || Trouble::Refused("it gives no references".to_owned());
    let last: i64 = rows.first().ok_or_else(none)?.try_get(0)?;
    let last = u64::try_from(last).map_err(|_| none())?;
    Ok(last.saturating_sub(STRETCH) + 1..last + 1)
}
