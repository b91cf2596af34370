//! How much is sent to one supplier: at once, and in a second.

use chrono::{DateTime, TimeDelta, Utc};

use crate::money::Rupiah;

/// What the owner allows at one supplier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests under way at once.
    pub at_once: u16,
    /// Requests begun in a second; `None`: as many as come.
    pub per_second: Option<u16>,
    /// The owners are told when our deposit there falls below this.
    pub low_balance: Option<Rupiah>,
}

/// Enough for a busy shop, and it keeps a slow supplier from taking every file handle the machine has.
pub const USUAL_AT_ONCE: u16 = 256;

impl Default for Limits {
    fn default() -> Self {
        Self { at_once: USUAL_AT_ONCE, per_second: None, low_balance: None }
    }
}

/// Spaces requests evenly: no burst, because a supplier that counts by the second counts in seconds of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// The next one may begin then.
    next: Option<DateTime<Utc>>,
}

impl Rate {
    /// Books the next free place; gives how long it is until then. Of so many that the rate is for, this is one.
    #[must_use]
    pub fn book(&mut self, per_second: Option<u16>, members: u32, now: DateTime<Utc>) -> TimeDelta {
        let Some(per_second) = per_second.filter(|n| *n > 0) else { return TimeDelta::zero() };
        let step = TimeDelta::microseconds(1_000_000 * i64::from(members.max(1)) / i64::from(per_second));
        // A place far ahead was booked before the clock was set back.
        let ahead = self.next.filter(|next| *next - now <= LONGEST_QUEUE).unwrap_or(now);
        let place = ahead.max(now);
        self.next = Some(place + step);
        place - now
    }

    /// Books a place that is free now, for the only process; `false`: there is none.
    #[must_use]
    pub fn book_now(&mut self, per_second: Option<u16>, now: DateTime<Utc>) -> bool {
        let is_free = self.next.is_none_or(|next| next <= now || next - now > LONGEST_QUEUE);
        is_free && self.book(per_second, 1, now).is_zero()
    }
}

/// Nobody waits longer than this for a place; what looks like more is a clock that was set.
const LONGEST_QUEUE: TimeDelta = TimeDelta::minutes(10);
