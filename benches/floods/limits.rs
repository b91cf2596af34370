//! Telegram's limits as its documents tell them: about 30 messages a second from a bot, one a second for a chat, with a
//! short burst. Whoever goes beyond is refused, with the seconds to wait, and until they are over as well.

use std::collections::HashMap;
use std::time::{Duration, Instant};

#[derive(Clone, Copy)]
struct Rate {
    a_second: f64,
    burst: f64,
}

pub struct Limits {
    all: Rate,
    each: Rate,
    counts_deletions: bool,
    overall: Bucket,
    chats: HashMap<i64, Bucket>,
}

impl Limits {
    /// As Telegram tells them.
    pub fn telegrams() -> Self {
        Self::of(30.0, 3.0)
    }

    /// To the letter: no burst at all in a chat, and hardly one from the bot.
    #[allow(dead_code, reason = "not every bench needs it")]
    pub fn strict() -> Self {
        Self::of(3.0, 1.0)
    }

    /// As Telegram tells them, and deletions are messages too as far as the bot's limit goes.
    #[allow(dead_code, reason = "not every bench needs it")]
    pub fn with_deletions() -> Self {
        Self { counts_deletions: true, ..Self::telegrams() }
    }

    /// With so long a burst from the bot, and in a chat.
    fn of(all: f64, each: f64) -> Self {
        Self {
            all: Rate { a_second: 30.0, burst: all },
            each: Rate { a_second: 1.0, burst: each },
            counts_deletions: false,
            overall: Bucket::default(),
            chats: HashMap::new(),
        }
    }

    /// Takes a call for a chat, or says how many seconds must pass first.
    pub fn take(&mut self, method: &str, chat: i64, now: Instant) -> Result<(), u64> {
        let is_deletion = method == "deletemessage";
        if is_deletion && !self.counts_deletions {
            return Ok(());
        }
        let mut chat = (!is_deletion).then(|| self.chats.entry(chat).or_default());
        let of_chat = chat.as_mut().map_or(Duration::ZERO, |chat| chat.wait(self.each, now));
        let wait = self.overall.wait(self.all, now).max(of_chat);
        if wait > Duration::ZERO {
            return Err(wait.as_secs() + u64::from(wait.subsec_nanos() > 0));
        }
        self.overall.left -= 1.0;
        if let Some(chat) = chat {
            chat.left -= 1.0;
        }
        Ok(())
    }
}

/// What may still be sent.
#[derive(Default)]
struct Bucket {
    left: f64,
    /// When that was so; `None` before the first message.
    at: Option<Instant>,
    shut_until: Option<Instant>,
}

impl Bucket {
    /// How long until a message may be sent. Whoever is told to wait is not heard before that.
    fn wait(&mut self, rate: Rate, now: Instant) -> Duration {
        let rested = self.at.map_or(f64::MAX, |at| (now - at).as_secs_f64() * rate.a_second);
        self.left = (self.left + rested).min(rate.burst);
        self.at = Some(now);
        if self.left < 1.0 && self.shut_until.is_none_or(|until| until <= now) {
            let seconds = ((1.0 - self.left) / rate.a_second).ceil();
            self.shut_until = Some(now + Duration::from_secs_f64(seconds));
        }
        self.shut_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }
}
