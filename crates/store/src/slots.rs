//! Which order keeps the same from being placed once more: for the reads that decide, and again inside the commit, where
//! two chats may meet.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::rows::{SlotRow, decode};
use super::{StoreError, keys};
use konter_core::ids::OrderId;
use konter_core::order::SlotKey;

/// How soon after an order the same one is taken for a repetition by itself, whatever the day: a client that sends again,
/// or somebody impatient, does so within minutes, also over midnight.
const REPEATED_WITHIN: TimeDelta = TimeDelta::minutes(10);

/// The part of an order that tells when it was placed.
#[derive(Deserialize)]
struct Placed {
    created_at: DateTime<Utc>,
}

/// The order in the way of one that is placed at a moment: today's, one of any day that is still open, or one of the day
/// before that was placed only just now.
pub(super) fn in_the_way(
    slot: &SlotKey,
    at: DateTime<Utc>,
    get: impl Fn(&[u8]) -> Result<Option<Vec<u8>>, StoreError>,
) -> Result<Option<OrderId>, StoreError> {
    let taker = |key: Vec<u8>| -> Result<Option<OrderId>, StoreError> {
        let row: Option<SlotRow> = get(&key)?.map(|bytes| decode("slot", &bytes)).transpose()?;
        Ok(row.and_then(|row| row.taken_by))
    };
    // All before any is judged: where rows are fetched, this is one round trip.
    let (today, open) = (taker(keys::slot(slot))?, taker(keys::open_slot(slot))?);
    let Some(before) = slot.day_before().map(|slot| taker(keys::slot(&slot))).transpose()?.flatten() else {
        return Ok(open.or(today));
    };
    let row: Option<Placed> = get(&keys::order(before))?.map(|bytes| decode("order", &bytes)).transpose()?;
    let is_recent = row.is_some_and(|order| at - order.created_at < REPEATED_WITHIN);
    Ok(open.or(today).or(Some(before).filter(|_| is_recent)))
}
