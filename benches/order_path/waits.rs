//! How long single callers waited, how long the processors worked, and what was written: throughput alone would show none of it.

use std::time::{Duration, Instant};

/// Started before what is counted.
pub struct Watch {
    started: Instant,
    worked: Duration,
    written: u64,
}

impl Watch {
    pub fn start() -> Self {
        Self { started: Instant::now(), worked: worked(), written: written() }
    }
}

/// What was counted.
#[derive(Default)]
pub struct Waits {
    each: Vec<Duration>,
    together: Duration,
    worked: Duration,
    written: u64,
}

impl Waits {
    /// Notes what was done since the watch was started, and gives the time it took.
    pub fn note(&mut self, watch: &Watch, each: Vec<Duration>) -> Duration {
        let taken = watch.started.elapsed();
        self.each.extend(each);
        self.together += taken;
        self.worked += worked().saturating_sub(watch.worked);
        self.written += written().saturating_sub(watch.written);
        taken
    }

    /// Prints what criterion does not. The processors' time and the bytes are the whole process's, and hardly depend on what
    /// else the machine is doing.
    pub fn print(mut self, what: &str, at_once: usize) {
        self.each.sort_unstable();
        let at = |percent: usize| {
            let place = self.each.len().saturating_sub(1) * percent / 100;
            self.each.get(place).map_or(0.0, |wait| wait.as_secs_f64() * 1e3)
        };
        let count = f64::from(u32::try_from(self.each.len()).unwrap_or(u32::MAX)).max(1.0);
        let rate = count / self.together.as_secs_f64().max(f64::MIN_POSITIVE);
        let worked = self.worked.as_secs_f64() * 1e6 / count;
        let written = self.written / u64::try_from(self.each.len()).unwrap_or(u64::MAX).max(1);
        println!(
            "{what}/{at_once}: {rate:.0} a second, p50 {:.2} ms, p99 {:.2} ms, {worked:.0} us of processor and {written} bytes to \
             the disk each ({count} of them)\n",
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

/// Bytes this process has had written to a disk, in whole pages; nothing where Linux's `/proc` is missing, or on a tmpfs.
fn written() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = io.lines().find_map(|line| line.strip_prefix("write_bytes: "));
    line.and_then(|bytes| bytes.parse().ok()).unwrap_or(0)
}
