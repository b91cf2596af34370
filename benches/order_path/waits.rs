//! How long single callers waited, and how long the processors worked: throughput alone would not show either.

use std::time::{Duration, Instant};

/// Started before what is counted.
pub struct Watch {
    started: Instant,
    worked: Duration,
}

impl Watch {
    pub fn start() -> Self {
        Self { started: Instant::now(), worked: worked() }
    }
}

/// What was counted.
#[derive(Default)]
pub struct Waits {
    each: Vec<Duration>,
    together: Duration,
    worked: Duration,
}

impl Waits {
    /// Notes what was done since the watch was started, and gives the time it took.
    pub fn note(&mut self, watch: &Watch, each: Vec<Duration>) -> Duration {
        let taken = watch.started.elapsed();
        self.each.extend(each);
        self.together += taken;
        self.worked += worked().saturating_sub(watch.worked);
        taken
    }

    /// Prints what criterion does not. The processors' time is the whole process's, and hardly depends on what else the
    /// machine is doing.
    pub fn print(mut self, what: &str, at_once: usize) {
        self.each.sort_unstable();
        let at = |percent: usize| {
            let place = self.each.len().saturating_sub(1) * percent / 100;
            self.each.get(place).map_or(0.0, |wait| wait.as_secs_f64() * 1e3)
        };
        let count = f64::from(u32::try_from(self.each.len()).unwrap_or(u32::MAX)).max(1.0);
        let rate = count / self.together.as_secs_f64().max(f64::MIN_POSITIVE);
        let worked = self.worked.as_secs_f64() * 1e6 / count;
        println!(
            "{what}/{at_once}: {rate:.0} a second, p50 {:.2} ms, p99 {:.2} ms, {worked:.0} us of processor each ({count} of them)\n",
            at(50),
            at(99)
        );
    }
}

/// The processors' time this process has used; nothing where Linux's `/proc` is missing.
fn worked() -> Duration {
    /// Linux counts it in hundredths of a second on every machine.
    const TICK: Duration = Duration::from_millis(10);
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the program's name in brackets: state, ten numbers, then user and system time.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<u32>().ok()).map(|ticks| TICK * ticks).sum()
}
