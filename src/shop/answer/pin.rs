//! PINs: what counts as a try, and choosing another one.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::outbox::say;
use super::pin_shown::{digit_groups, speaks_of_a_pin};
use super::{Answer, Request};
use konter_command::{MASK, NEW_PIN_DIGITS, Pin, PinFault, lone_pins};
use konter_core::agent::{Agent, AgentStatus, PinChange, PinState, WrongPin};
use konter_core::order::refusal::Why;
use konter_reply::Reply;

/// Old and new PIN the wrong way round, once more: so long it is the same change, and later one back.
const SAME_WORDS_WITHIN: TimeDelta = TimeDelta::days(1);

/// What became of a PIN.
#[derive(Clone, Copy)]
pub(super) enum Tried {
    /// It is the reseller's.
    Fits,
    /// It counts as a try.
    Wrong { tries_left: u8 },
    /// Too many were wrong: none is tried before then.
    Locked { until: DateTime<Utc> },
    /// The reseller's has fewer digits or more: it was not tried, so that digits meant as a date or a sum lock nobody out.
    /// Whoever guesses learns the length from it, and nothing else.
    OtherLength,
    /// An admin has reset the reseller's: there is none to try.
    Reset {
        /// The time for choosing another one is over.
        over: bool,
        /// It is chosen from the main chat.
        elsewhere: bool,
    },
}

/// A PIN that does not fit.
struct Wrong;

impl Tried {
    /// How it is answered, unless it fits.
    pub(super) const fn refusal(self) -> Option<Reply> {
        match self {
            Self::Fits => None,
            Self::Wrong { tries_left } => Some(Reply::PinWrong { tries_left }),
            Self::Locked { until } => Some(Reply::PinLocked { until }),
            Self::OtherLength => Some(Reply::PinOtherLength),
            Self::Reset { over, elsewhere } => Some(Reply::PinReset { over, elsewhere }),
        }
    }

    /// The same for an order.
    pub(super) const fn admits(self) -> Result<(), Why> {
        match self {
            Self::Fits => Ok(()),
            Self::Wrong { tries_left } => Err(Why::PinWrong { tries_left }),
            Self::Locked { until } => Err(Why::PinLocked { until }),
            Self::OtherLength => Err(Why::PinOtherLength),
            Self::Reset { over, elsewhere } => Err(Why::PinReset { over, elsewhere }),
        }
    }
}

impl Request<'_> {
    /// Checks a PIN. When it does not fit, the answer counts the try and says so.
    pub(super) async fn pin_fits(&self, agent: &Agent, pin: &Pin, answer: &mut Answer) -> bool {
        match self.try_pin(agent, pin, answer).await.refusal() {
            None => true,
            Some(refusal) => {
                answer.reply(refusal);
                false
            }
        }
    }

    /// Tries a PIN and keeps count in the answer, without a word.
    pub(super) async fn try_pin(&self, agent: &Agent, pin: &Pin, answer: &mut Answer) -> Tried {
        match self.look_at_pin(agent, pin, answer).await {
            Ok(tried) => tried,
            Err(Wrong) => self.count_wrong(agent, answer),
        }
    }

    /// The same, but that a wrong one is not counted yet.
    async fn look_at_pin(&self, agent: &Agent, pin: &Pin, answer: &mut Answer) -> Result<Tried, Wrong> {
        if let Some(until) = self.locked(agent, answer) {
            return Ok(Tried::Locked { until });
        }
        if agent.pin.was_reset() {
            let elsewhere = !agent.is_main_chat(&self.message.chat);
            return Ok(Tried::Reset { over: !agent.pin.may_be_chosen(self.at), elsewhere });
        }
        if !is_as_long(agent, pin) {
            return Ok(Tried::OtherLength);
        }
        if self.shop.pins.fits(agent.id, &agent.pin.hash, pin.expose()).await {
            self.shop.renewal.renew_hash(agent, pin);
            if agent.pin.has_failures() || agent.pin.digits.is_none() {
                answer.alter_agent(agent, |after| {
                    after.pin.succeed();
                    after.pin.digits = Some(pin.digits());
                });
            }
            return Ok(Tried::Fits);
        }
        Err(Wrong)
    }

    /// Words as others may read them: their writer's own PIN leaves to nobody. What is told by it, only others see.
    pub(super) async fn without_own_pin(&self, agent: &Agent, text: &str) -> String {
        /// More than that are not told apart, as each may take a while, and all hidden.
        const TRIED: usize = 4;
        let groups = digit_groups(text);
        // Beside the word for it each that stands alone may be one, the new one as well.
        let mut own = if speaks_of_a_pin(text) { lone_pins(text) } else { Vec::new() };
        let mut tried: Vec<&str> = Vec::new();
        for (_, digits) in &groups {
            let is_as_long = agent.pin.digits.is_none_or(|own| own == digits.len());
            if !is_as_long || own.contains(digits) || tried.contains(&digits.as_str()) {
                continue;
            }
            tried.push(digits);
            if tried.len() > TRIED || self.shop.pins.fits(agent.id, &agent.pin.hash, digits).await {
                own.push(digits.clone());
            }
        }
        let (mut out, mut end) = (String::with_capacity(text.len()), 0);
        for (place, digits) in &groups {
            if place.start < end || !own.contains(digits) {
                continue;
            }
            out.push_str(text.get(end..place.start).unwrap_or_default());
            out.push_str(MASK);
            end = place.end;
        }
        out.push_str(text.get(end..).unwrap_or_default());
        out
    }

    /// What somebody is told who asks to change a PIN that an admin has reset: there is no old one.
    pub(super) fn pin_was_reset(&self) -> Option<Reply> {
        let agent = self.agent.as_ref().filter(|agent| agent.status == AgentStatus::Active && agent.pin.was_reset())?;
        let elsewhere = !agent.is_main_chat(&self.message.chat);
        Some(Reply::PinReset { over: !agent.pin.may_be_chosen(self.at), elsewhere })
    }

    /// Until when no PIN of this reseller is looked at.
    fn locked(&self, agent: &Agent, answer: &mut Answer) -> Option<DateTime<Utc>> {
        let until = agent.pin.locked(self.at)?;
        if agent.pin.clone().begin_lock_anew(self.at) {
            answer.alter_agent(agent, |after| {
                after.pin.begin_lock_anew(self.at);
            });
        }
        Some(until)
    }

    fn count_wrong(&self, agent: &Agent, answer: &mut Answer) -> Tried {
        let mut wrong = WrongPin::TriesLeft(0);
        answer.alter_agent(agent, |after| wrong = after.pin.fail(self.at));
        match wrong {
            WrongPin::TriesLeft(tries_left) => Tried::Wrong { tries_left },
            WrongPin::LockedUntil(until) => {
                tracing::warn!(agent = %agent.id, %until, "locked after wrong PINs");
                metrics::counter!("konter_pin_locks_total").increment(1);
                Tried::Locked { until }
            }
        }
    }

    /// Old and new PIN in either order. A message is one try, however it is read; what can only be the new one is not tried.
    pub(super) async fn change_pin(&self, first: &Pin, second: &Pin, answer: &mut Answer) {
        let Some(agent) = self.active_agent(answer) else { return };
        if agent.pin.may_be_chosen(self.at) && agent.is_main_chat(&self.message.chat) {
            self.choose_pin(&agent, first, second, answer).await;
            return;
        }
        // Read the other way round it would change the PIN back.
        if self.made_last_change(&agent, first, second).await {
            answer.reply(Reply::PinChanged { easy: false });
            return;
        }
        let (mut refusal, mut is_wrong) = (None, false);
        for (old, new) in [(first, second), (second, first)] {
            if !agent.pin.was_reset() && old.fit_as_new().is_err() {
                continue; // nobody has such a PIN
            }
            match self.look_at_pin(&agent, old, answer).await {
                Ok(Tried::Fits) => {
                    if self.replace_pin(&agent, old, new, answer).await
                        && let Some(typed) = self.shop.pins.hash(&both(first, second)).await
                    {
                        let until = (old != first).then(|| self.at + SAME_WORDS_WITHIN);
                        let change = Some(PinChange { typed, until });
                        answer.alter_agent(&agent, |after| after.pin.change = change);
                    }
                    return;
                }
                Ok(tried) => refusal = tried.refusal(),
                Err(Wrong) => is_wrong = true,
            }
            if first == second {
                break;
            }
        }
        if is_wrong {
            refusal = self.count_wrong(&agent, answer).refusal();
        }
        answer
            .reply(refusal.unwrap_or_else(|| unfit(first).or_else(|| unfit(second)).unwrap_or(Reply::PinOtherLength)));
    }

    /// Whether these are the words that made the last change, once more. While no PIN is looked at, neither are these: whoever
    /// knows the old one would find the new one so.
    async fn made_last_change(&self, agent: &Agent, first: &Pin, second: &Pin) -> bool {
        let change = agent.pin.change.as_ref().filter(|change| change.until.is_none_or(|until| self.at < until));
        let Some(change) = change.filter(|_| agent.pin.locked(self.at).is_none()) else { return false };
        self.shop.pins.fits(agent.id, &change.typed, &both(first, second)).await
    }

    /// Whether it was.
    async fn replace_pin(&self, agent: &Agent, old: &Pin, new: &Pin, answer: &mut Answer) -> bool {
        // The other one may have been tried before it.
        answer.alter_agent(agent, |after| after.pin.succeed());
        if old == new {
            answer.reply(Reply::PinSame);
            false
        } else {
            self.set_pin(agent, new, answer).await
        }
    }

    /// After a reset: the new PIN twice, so that a slip does not lock its owner out.
    async fn choose_pin(&self, agent: &Agent, first: &Pin, second: &Pin, answer: &mut Answer) {
        if first == second {
            let _ = self.set_pin(agent, first, answer).await;
        } else {
            answer.reply(Reply::PinReset { over: false, elsewhere: false });
        }
    }

    async fn set_pin(&self, agent: &Agent, new: &Pin, answer: &mut Answer) -> bool {
        if let Some(unfit) = unfit(new) {
            answer.reply(unfit);
            false
        } else if let Some(hash) = self.shop.pins.hash(new.expose()).await {
            answer.alter_agent(agent, |after| after.pin = PinState::new(hash, new.digits()));
            answer.reply(Reply::PinChanged { easy: new.is_a_run() });
            let (chat, name) = (self.message.chat.to_string(), agent.identities.name_of(&self.message.chat));
            let told = Reply::PinChangedElsewhere { chat, name: name.map(str::to_owned) };
            for other in agent.chats.iter().filter(|other| **other != self.message.chat) {
                answer.commit.outgoing.push(say(other, agent.locale, told.clone()));
            }
            true
        } else {
            answer.reply(Reply::TryAgain { order: false });
            false
        }
    }
}

/// Old and new PIN as they were typed.
fn both(first: &Pin, second: &Pin) -> String {
    format!("{}.{}", first.expose(), second.expose())
}

/// Whether it has as many digits as the reseller's PIN; where that is not known, as any PIN has.
fn is_as_long(agent: &Agent, pin: &Pin) -> bool {
    agent.pin.digits.map_or_else(|| NEW_PIN_DIGITS.contains(&pin.digits()), |digits| digits == pin.digits())
}

/// Why it may not become a PIN.
fn unfit(pin: &Pin) -> Option<Reply> {
    match pin.fit_as_new() {
        Ok(()) => None,
        Err(PinFault::Length) => Some(Reply::PinUnfit),
        Err(PinFault::EqualDigits) => Some(Reply::PinEqualDigits),
    }
}
