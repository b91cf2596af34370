//! Log lines that anybody outside can cause: of each kind the first is logged at once, then one a minute with the count
//! and the last address. One connection that sends refused requests would otherwise fill the disk.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// Of each kind one line is logged in so long.
pub const SAY_EVERY: Duration = Duration::from_secs(60);
/// Kinds told apart: some twenty causes at each of the suppliers set up. A guard against a caller that passes on a name
/// from outside.
const MOST_KINDS: usize = 500;
/// Whose line it is when it is no supplier's that we know.
pub const NOBODY: &str = "unknown";

/// The process has one log, so all of it shares one account of what was logged.
pub static LOG: LogThrottle = LogThrottle::new();

/// Whose it is, and what happened.
type Kind = (String, &'static str);

pub struct LogThrottle(Mutex<BTreeMap<Kind, Said>>);

struct Said {
    at: Instant,
    more: u64,
    last: Option<IpAddr>,
}

impl LogThrottle {
    const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// Whether a line is to be logged now; otherwise it has been counted.
    pub fn is_due(&self, whose: &str, what: &'static str, from: Option<IpAddr>) -> bool {
        let (mut kinds, now) = (self.0.lock(), Instant::now());
        let mut kind = (whose.to_owned(), what);
        if kinds.len() >= MOST_KINDS && !kinds.contains_key(&kind) {
            "others".clone_into(&mut kind.0);
        }
        if let Some(said) = kinds.get_mut(&kind) {
            said.more += 1;
            said.last = from;
            return false;
        }
        kinds.insert(kind, Said { at: now, more: 0, last: None });
        true
    }

    /// Logs that something was refused, or counts it.
    pub fn say(&self, whose: &str, what: &'static str, from: IpAddr) {
        if self.is_due(whose, what, Some(from)) {
            tracing::warn!(supplier = whose, %from, "{what}");
        }
    }

    /// Logs how many more there were of each kind, some time after its last line.
    pub fn say_rest(&self) {
        self.say_since(SAY_EVERY);
    }

    /// The same at once: nothing follows.
    pub fn say_all(&self) {
        self.say_since(Duration::ZERO);
    }

    fn say_since(&self, age: Duration) {
        let now = Instant::now();
        self.0.lock().retain(|(whose, what), said| {
            if now - said.at < age {
                return true;
            }
            let more = std::mem::take(&mut said.more);
            if more > 0 {
                let last = said.last.map(tracing::field::display);
                tracing::warn!(supplier = whose, more, last, "{what}");
                said.at = now;
            }
            // One that has just been told of again has its minute before it.
            more > 0
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[tokio::test(start_paused = true)]
    async fn a_flood_is_a_line_a_minute() {
        let log = LogThrottle::new();
        let waiting = || log.0.lock().values().map(|said| said.more).sum::<u64>();
        let flood = || (0..100).filter(|_| log.is_due("kios", "x", Some(FROM))).count();
        assert_eq!(flood(), 1, "the first is logged at once");
        assert_eq!(waiting(), 99);
        log.say_rest();
        assert_eq!(waiting(), 99, "not yet");
        tokio::time::advance(SAY_EVERY).await;
        log.say_rest();
        assert_eq!(waiting(), 0);
        assert_eq!(flood(), 0, "the line with the count was this minute's");
        tokio::time::advance(SAY_EVERY).await;
        log.say_rest();
        tokio::time::advance(SAY_EVERY).await;
        log.say_rest();
        assert!(log.0.lock().is_empty());
        assert_eq!(flood(), 1, "after a quiet minute the first is logged at once again");
    }

    #[tokio::test(start_paused = true)]
    async fn names_from_outside_fill_neither_memory_nor_log() {
        let log = LogThrottle::new();
        let logged = (0..4 * MOST_KINDS).filter(|n| log.is_due(&n.to_string(), "x", None)).count();
        assert!(logged <= MOST_KINDS + 1);
        assert!(log.0.lock().len() <= MOST_KINDS + 1);
    }
}
