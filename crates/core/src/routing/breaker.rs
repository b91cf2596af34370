//! A circuit breaker: after enough bad signs in a row nothing is sent for a while, then one order is let through to see.

use chrono::{DateTime, TimeDelta, Utc};

/// Bad signs in a row after which it opens. One or two happen to every supplier; five in a row are no accident, and no
/// more than so many resellers wait in vain.
pub const OPENS_AFTER: u32 = 5;
/// How long it stays open at first: most disturbances are over by then.
const FIRST_REST: TimeDelta = TimeDelta::seconds(30);
/// Each probe that fails doubles the rest, up to this: a supplier that is back must not go unnoticed for long.
const LONGEST_REST: TimeDelta = TimeDelta::minutes(5);

/// Whether orders go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Everything goes through.
    Closed,
    /// Nothing goes through until then.
    Open { until: DateTime<Utc> },
    /// One order may go through to see whether it works again; `probing` while one does.
    HalfOpen { probing: bool },
}

impl Door {
    /// Every state's name, as figures and documents have it.
    pub const NAMES: [&str; 3] = ["closed", "half_open", "open"];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::HalfOpen { .. } => "half_open",
            Self::Open { .. } => "open",
        }
    }

    /// Whether an order may go through.
    pub const fn lets_through(self) -> bool {
        matches!(self, Self::Closed | Self::HalfOpen { probing: false })
    }
}

/// The circuit breaker. "Closed" is the healthy state, as with fuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    /// Bad signs since the last good one.
    bad: u32,
    /// Since it opened: until when it rests, and how long that was.
    resting: Option<(DateTime<Utc>, TimeDelta)>,
    /// The order that is on its way to see, by its number.
    probing: Option<u32>,
    /// Orders sent to see so far.
    probes: u32,
}

/// How an order goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    Plain,
    /// To see whether it works again.
    Probe(u32),
}

impl Breaker {
    /// Its state at a moment.
    #[must_use]
    pub fn door(&self, now: DateTime<Utc>) -> Door {
        match self.resting {
            None => Door::Closed,
            Some((until, rest)) if now < until && until - now <= rest => Door::Open { until },
            // Over; also where the clock was set back by more than the rest.
            Some(_) => Door::HalfOpen { probing: self.probing.is_some() },
        }
    }

    /// Lets an order through, if one may go.
    #[must_use]
    pub fn enter(&mut self, now: DateTime<Utc>) -> Option<Entry> {
        match self.door(now) {
            Door::Closed => Some(Entry::Plain),
            Door::HalfOpen { probing: false } => {
                self.probes = self.probes.wrapping_add(1);
                self.probing = Some(self.probes);
                Some(Entry::Probe(self.probes))
            }
            Door::Open { .. } | Door::HalfOpen { probing: true } => None,
        }
    }

    /// An order is back, perhaps without a sign: if it was the probe, another may go.
    pub fn leave(&mut self, entry: Entry) {
        if let Entry::Probe(number) = entry
            && self.probing == Some(number)
        {
            self.probing = None;
        }
    }

    pub const fn good(&mut self) {
        *self = Self { bad: 0, resting: None, probing: None, probes: self.probes };
    }

    /// Bad signs of orders that left before it opened change nothing while it rests.
    pub fn bad(&mut self, now: DateTime<Utc>) {
        self.bad = self.bad.saturating_add(1);
        match (self.door(now), self.resting) {
            (Door::Closed, _) if self.bad >= OPENS_AFTER => self.rest(now, FIRST_REST),
            (Door::HalfOpen { .. }, Some((_, rest))) => self.rest(now, (rest * 2).min(LONGEST_REST)),
            (Door::Closed | Door::Open { .. } | Door::HalfOpen { .. }, _) => {}
        }
    }

    fn rest(&mut self, now: DateTime<Utc>, rest: TimeDelta) {
        (self.resting, self.probing) = (Some((now + rest, rest)), None);
    }
}
