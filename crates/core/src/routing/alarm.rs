//! How admins hear of orders that need a person: one card each, as long as they are few.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

/// Cards told within [`WITHIN`]; of more, one message with their number says all a person can take in.
pub const MOST_CARDS: usize = 5;
const WITHIN: TimeDelta = TimeDelta::minutes(15);
/// A digest waits for so long, so that it counts what comes together.
pub const GATHER: TimeDelta = TimeDelta::minutes(1);
/// And never comes sooner after the one before.
const EVERY: TimeDelta = TimeDelta::minutes(15);

/// What has been told lately.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alarm {
    cards: VecDeque<DateTime<Utc>>,
    owed_since: Option<DateTime<Utc>>,
    told: Option<DateTime<Utc>>,
}

impl Alarm {
    /// So many orders more need a person. `true`: each is told by its own card; `false`: a digest is owed.
    #[must_use]
    pub fn more(&mut self, count: usize, now: DateTime<Utc>) -> bool {
        self.cards.retain(|at| now - *at < WITHIN);
        if self.owed_since.is_none() && self.cards.len() + count <= MOST_CARDS {
            self.cards.extend(std::iter::repeat_n(now, count));
            return true;
        }
        self.owe(now);
        false
    }

    /// A digest is owed, whatever was told before.
    pub fn owe(&mut self, now: DateTime<Utc>) {
        self.owed_since.get_or_insert(now);
    }

    /// Whether it is time for the digest that is owed.
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        let rested = self.told.is_none_or(|told| now - told >= EVERY);
        rested && self.owed_since.is_some_and(|since| now - since >= GATHER)
    }

    /// The digest was told, or there was nothing to tell.
    pub fn told(&mut self, now: DateTime<Utc>) {
        (self.owed_since, self.told) = (None, Some(now));
    }
}
