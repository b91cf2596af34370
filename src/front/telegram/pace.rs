//! How fast, and how long to wait. Pure: the time is given.

use std::time::Duration;

use tokio::time::Instant;

/// A steady rate that forgives short bursts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub interval: Duration,
    /// How many may go at once after a rest.
    pub burst: u32,
}

impl Rate {
    /// One's part of it among so many.
    #[must_use]
    pub fn among(self, members: u32) -> Self {
        Self { interval: self.interval * members.max(1), burst: (self.burst / members.max(1)).max(1) }
    }
}

/// How much of a rate has been used. It holds the moment until which the steady rate is spoken for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    spoken_for: Instant,
}

impl Pace {
    pub const fn rested(now: Instant) -> Self {
        Self { spoken_for: now }
    }

    /// When the next one may go.
    pub fn ready_at(&self, rate: Rate, now: Instant) -> Instant {
        let credit = rate.interval * rate.burst.saturating_sub(1);
        self.spoken_for.checked_sub(credit).unwrap_or(now).max(now)
    }

    /// Counts one less: the last one did not go.
    pub fn give_back(&mut self, rate: Rate) {
        self.spoken_for = self.spoken_for.checked_sub(rate.interval).unwrap_or(self.spoken_for);
    }

    /// Counts one that goes now.
    pub fn take(&mut self, rate: Rate, now: Instant) {
        self.spoken_for = self.spoken_for.max(now) + rate.interval;
    }

    /// From then on one goes at each interval: a burst only after a rest.
    pub fn exhaust(&mut self, rate: Rate, at: Instant) {
        self.spoken_for = self.spoken_for.max(at + rate.interval * rate.burst.saturating_sub(1));
    }

    /// Whether nothing is left to remember.
    pub fn is_rested(&self, now: Instant) -> bool {
        self.spoken_for <= now
    }
}

/// Waits that double after each failure in a row, between two bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    pub first: Duration,
    pub longest: Duration,
}

impl Backoff {
    /// The wait after that many failures in a row. The second half of it is chance, so that all who failed together do
    /// not come back together.
    pub fn wait(self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(16);
        let whole = self.first.saturating_mul(1 << doublings).min(self.longest);
        whole.mul_f64(0.5 + rand::random::<f64>() / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { interval: Duration::from_secs(1), burst: 3 };

    #[test]
    fn a_burst_goes_at_once_then_one_per_interval() {
        let start = Instant::now();
        let mut pace = Pace::rested(start);
        let mut now = start;
        let mut went = Vec::new();
        for _ in 0..6 {
            now = pace.ready_at(RATE, now);
            pace.take(RATE, now);
            went.push((now - start).as_secs());
        }
        assert_eq!(went, [0, 0, 0, 1, 2, 3]);
    }

    #[test]
    fn rest_gives_the_burst_back_and_no_more() {
        let start = Instant::now();
        let mut pace = Pace::rested(start);
        for _ in 0..3 {
            pace.take(RATE, start);
        }
        let later = start + Duration::from_secs(100);
        assert!(pace.is_rested(later) && !pace.is_rested(start));
        for _ in 0..3 {
            assert_eq!(pace.ready_at(RATE, later), later);
            pace.take(RATE, later);
        }
        assert_eq!(pace.ready_at(RATE, later), later + RATE.interval);
    }

    #[test]
    fn after_a_flood_there_is_no_burst() {
        let start = Instant::now();
        let (mut pace, at) = (Pace::rested(start), start + 5 * RATE.interval);
        pace.exhaust(RATE, at);
        assert_eq!(pace.ready_at(RATE, start), at);
        pace.take(RATE, at);
        assert_eq!(pace.ready_at(RATE, at), at + RATE.interval);
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let backoff = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(30) };
        for (failures, whole) in [(0, 1), (1, 1), (2, 2), (5, 16), (6, 30), (1_000, 30)] {
            let wait = backoff.wait(failures);
            let whole = Duration::from_secs(whole);
            assert!(wait >= whole / 2 && wait <= whole, "{failures}: {wait:?}");
        }
    }
}
