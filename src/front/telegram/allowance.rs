//! What Telegram grants the bot as a whole: a rate, and less of it after Telegram has said that it was too much. Pure:
//! the time is given.

use std::time::Duration;

use tokio::time::Instant;

use super::pace::{Pace, Rate};

/// A refusal says how long to wait, and not whether one chat or the whole bot was too fast. So many refusals, with nothing
/// taken in between, mean the bot.
const REFUSALS: u32 = 2;
/// By then it is tried again, whatever Telegram said: if only some chats were meant, the others must not wait.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// After each pause the bot is slower by this, and comes back to its own pace in about a minute.
const SLOWER: f64 = 1.25;
const SLOWEST: f64 = 8.0;
const RECOVERY: f64 = 0.998;

pub(super) struct Allowance {
    rate: Rate,
    pace: Pace,
    refusals: u32,
    /// How many times as long as planned from one call to the next.
    slowness: f64,
    shut_until: Instant,
}

impl Allowance {
    pub fn new(rate: Rate, now: Instant) -> Self {
        Self { rate, pace: Pace::rested(now), refusals: 0, slowness: 1.0, shut_until: now }
    }

    /// When the next call may go. What Telegram allows is for all processes together.
    pub fn ready_at(&self, members: u32, now: Instant) -> Instant {
        self.pace.ready_at(self.rate_for(members), now).max(self.shut_until)
    }

    pub fn take(&mut self, members: u32, now: Instant) {
        self.pace.take(self.rate_for(members), now);
    }

    /// Counts one less: the last one did not call.
    pub fn give_back(&mut self, members: u32) {
        self.pace.give_back(self.rate_for(members));
    }

    /// Telegram took something.
    pub fn granted(&mut self) {
        self.refusals = 0;
        self.slowness = (self.slowness * RECOVERY).max(1.0);
    }

    /// Telegram wants to hear nothing for so long. Whether that is about the whole bot.
    pub fn refused(&mut self, wait: Duration, now: Instant) -> bool {
        self.refusals = self.refusals.saturating_add(1);
        let is_bots = self.refusals >= REFUSALS;
        if is_bots {
            if self.shut_until <= now {
                self.slowness = (self.slowness * SLOWER).min(SLOWEST);
            }
            self.pause(wait.min(LONGEST_PAUSE), now);
        }
        is_bots
    }

    pub fn pause(&mut self, wait: Duration, now: Instant) {
        self.shut_until = self.shut_until.max(now + wait);
    }

    fn rate_for(&self, members: u32) -> Rate {
        let rate = self.rate.among(members);
        Rate { interval: rate.interval.mul_f64(self.slowness), ..rate }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const RATE: Rate = Rate { interval: Duration::from_millis(100), burst: 1 };

    #[test]
    fn one_chat_s_refusal_stops_nobody_else() {
        let now = Instant::now();
        let mut allowance = Allowance::new(RATE, now);
        for _ in 0..5 {
            assert!(!allowance.refused(3_600 * SECOND, now));
            allowance.granted();
        }
        assert_eq!(allowance.ready_at(1, now), now);
    }

    #[test]
    fn refusals_in_a_row_stop_the_bot_for_as_long_as_telegram_says_and_not_for_ever() {
        for (told, pause) in [(7, 7), (3_600, 60)] {
            let now = Instant::now();
            let mut allowance = Allowance::new(RATE, now);
            assert!(!allowance.refused(told * SECOND, now));
            assert!(allowance.refused(told * SECOND, now));
            assert_eq!(allowance.ready_at(1, now), now + pause * SECOND);
        }
    }

    #[test]
    fn after_a_pause_it_goes_slower_and_recovers() {
        let mut now = Instant::now();
        let mut allowance = Allowance::new(RATE, now);
        // All that were on their way are refused together: one pause, one step.
        for _ in 0..9 {
            allowance.refused(SECOND, now);
        }
        now += SECOND;
        let wait = |allowance: &mut Allowance| {
            allowance.take(1, now);
            let wait = allowance.ready_at(1, now) - now;
            allowance.give_back(1);
            wait
        };
        assert_eq!(wait(&mut allowance), RATE.interval.mul_f64(SLOWER));
        (0..1_000).for_each(|_| allowance.granted());
        assert_eq!(wait(&mut allowance), RATE.interval);
        for _ in 0..99 {
            allowance.refused(SECOND, now);
            now += 2 * SECOND;
        }
        let slowest = RATE.interval.mul_f64(SLOWEST);
        allowance.take(1, now);
        assert_eq!(allowance.ready_at(1, now), now + slowest);
    }
}
