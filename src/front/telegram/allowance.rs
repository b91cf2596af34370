//! What Telegram grants the bot as a whole: a rate, and less of it after Telegram has said that it was too much. Pure:
//! the time is given.

use std::time::Duration;

use tokio::time::Instant;

use super::pace::{Pace, Rate};
use konter_core::ids::ChatId;

/// A refusal says how long to wait, and not whether one chat or the whole bot was too fast. So many chats refused, with
/// nothing taken in between, mean the bot.
const REFUSALS: usize = 3;
/// By then it is tried again, whatever Telegram said: if only some chats were meant, the others must not wait.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// After each pause the bot is slower by this, and comes back to its own pace in about a minute.
const SLOWER: f64 = 1.25;
const SLOWEST: f64 = 8.0;
const RECOVERY: f64 = 0.998;

pub(super) struct Allowance {
    rate: Rate,
    pace: Pace,
    /// Chats refused since something was taken.
    refused: Vec<ChatId>,
    /// How many times as long as planned from one call to the next.
    slowness: f64,
    shut_until: Instant,
}

impl Allowance {
    pub fn new(rate: Rate, now: Instant) -> Self {
        Self { rate, pace: Pace::rested(now), refused: Vec::new(), slowness: 1.0, shut_until: now }
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
        self.refused.clear();
        self.slowness = (self.slowness * RECOVERY).max(1.0);
    }

    /// Telegram wants to hear nothing for so long. Whether that is about the whole bot.
    pub fn refused(&mut self, chat: &ChatId, wait: Duration, now: Instant) -> bool {
        if self.refused.len() < REFUSALS && !self.refused.contains(chat) {
            self.refused.push(chat.clone());
        }
        let is_bots = self.refused.len() >= REFUSALS;
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
    fn some_chats_refusals_stop_nobody_else() {
        let now = Instant::now();
        let mut allowance = Allowance::new(RATE, now);
        for _ in 0..5 {
            for chat in [1, 2] {
                assert!(!allowance.refused(&ChatId::telegram(chat), 3_600 * SECOND, now));
            }
        }
        for chat in 3..9 {
            allowance.granted();
            assert!(!allowance.refused(&ChatId::telegram(chat), 3_600 * SECOND, now));
        }
        assert_eq!(allowance.ready_at(1, now), now);
    }

    #[test]
    fn many_refusals_stop_the_bot_for_as_long_as_telegram_says_and_not_for_ever() {
        for (told, pause) in [(7, 7), (3_600, 60)] {
            let now = Instant::now();
            let mut allowance = Allowance::new(RATE, now);
            let told = told * SECOND;
            assert_eq!(
                [1, 2, 3].map(|chat| allowance.refused(&ChatId::telegram(chat), told, now)),
                [false, false, true]
            );
            assert_eq!(allowance.ready_at(1, now), now + pause * SECOND);
            // Still too much when it is tried again: by whomever.
            let later = now + pause * SECOND;
            assert!(allowance.refused(&ChatId::telegram(1), SECOND, later));
            assert_eq!(allowance.ready_at(1, later), later + SECOND);
        }
    }

    #[test]
    fn after_a_pause_it_goes_slower_and_recovers() {
        let mut now = Instant::now();
        let mut allowance = Allowance::new(RATE, now);
        // All that were on their way are refused together: one pause, one step.
        for chat in 1..=9 {
            allowance.refused(&ChatId::telegram(chat), SECOND, now);
        }
        now += SECOND;
        let wait = |allowance: &mut Allowance, now| {
            allowance.take(1, now);
            let wait = allowance.ready_at(1, now) - now;
            allowance.give_back(1);
            wait
        };
        assert_eq!(wait(&mut allowance, now), RATE.interval.mul_f64(SLOWER));
        (0..1_000).for_each(|_| allowance.granted());
        assert_eq!(wait(&mut allowance, now), RATE.interval);
        for chat in 1..99 {
            allowance.refused(&ChatId::telegram(chat), SECOND, now);
            now += 2 * SECOND;
        }
        assert_eq!(wait(&mut allowance, now), RATE.interval.mul_f64(SLOWEST));
    }
}
