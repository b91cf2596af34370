//! How long single callers waited: throughput alone would not show it.

use std::time::{Duration, Instant};

/// Waits, and how many a second there were over the time they took together.
#[derive(Default)]
pub struct Waits {
    each: Vec<Duration>,
    together: Duration,
}

impl Waits {
    /// Notes what was counted since `started`, and gives the time.
    pub fn note(&mut self, started: Instant, each: Vec<Duration>) -> Duration {
        let taken = started.elapsed();
        self.each.extend(each);
        self.together += taken;
        taken
    }

    /// Prints what criterion does not.
    pub fn print(mut self, what: &str, at_once: usize) {
        self.each.sort_unstable();
        let at = |percent: usize| {
            let place = self.each.len().saturating_sub(1) * percent / 100;
            self.each.get(place).map_or(0.0, |wait| wait.as_secs_f64() * 1e3)
        };
        let count = f64::from(u32::try_from(self.each.len()).unwrap_or(u32::MAX));
        let rate = count / self.together.as_secs_f64().max(f64::MIN_POSITIVE);
        println!("{what}/{at_once}: {rate:.0} a second, p50 {:.2} ms, p99 {:.2} ms, of {count}\n", at(50), at(99));
    }
}
