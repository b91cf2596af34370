//! Our clock held against Telegram's. What counts as late is judged by ours all the same: two clocks would be one rule too
//! many. But a shop that refuses every order, or none, for an hour must not do so silently.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

use super::alerts::Alerts;
use super::process::Process;
use crate::clock::Elsewhere;
use konter_core::order::refusal::Why;
use konter_reply::{KeepingReply, Reply, TransferProblem};

const TELL_AGAIN_AFTER: TimeDelta = TimeDelta::hours(1);
/// One look can be wrong: a machine that slept reads an old answer.
const LOOKS: u32 = 2;

pub(super) struct Drift {
    process: Process,
    alerts: Arc<Alerts>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How far ahead we are.
    off: Option<TimeDelta>,
    looks: u32,
    /// When the admins were told, by the other clock.
    told: Option<DateTime<Utc>>,
}

impl State {
    /// What is to be told, if anything.
    fn look(&mut self, ours: DateTime<Utc>, said: Elsewhere) -> Option<KeepingReply> {
        let theirs = match said {
            Elsewhere::Now(theirs) | Elsewhere::NotBefore(theirs) => theirs,
        };
        let off = ours - theirs;
        if off.abs() <= Drift::TOLERATED {
            (self.off, self.looks) = (None, 0);
            return self.told.take().map(|_| KeepingReply::ClockRight);
        }
        // An old message says nothing.
        if off > TimeDelta::zero() && matches!(said, Elsewhere::NotBefore(_)) {
            return None;
        }
        self.looks = self.looks.saturating_add(1);
        if self.looks < LOOKS {
            return None;
        }
        self.off = Some(off);
        if self.told.is_some_and(|told| theirs - told < TELL_AGAIN_AFTER) {
            return None;
        }
        self.told = Some(theirs);
        Some(KeepingReply::ClockWrong { minutes: off.num_minutes().abs(), ahead: off > TimeDelta::zero() })
    }
}

impl Drift {
    pub fn new(process: Process, alerts: Arc<Alerts>) -> Self {
        Self { process, alerts, state: Mutex::default() }
    }

    /// Hears what time it is elsewhere.
    pub fn compare(&self, said: Elsewhere) {
        let Some(reply) = self.state.lock().look(self.process.clock.utc(), said) else { return };
        if let KeepingReply::ClockWrong { minutes, ahead } = &reply {
            tracing::warn!(minutes, ahead, "the clock of this machine is wrong by Telegram's");
        } else {
            tracing::info!("the clock of this machine is right again");
        }
        let alerts = Arc::clone(&self.alerts);
        self.process.tasks.spawn(async move {
            if let Err(error) = alerts.tell_admins(&Reply::Keeping(reply)).await {
                tracing::warn!(%error, "the admins cannot be told about the clock");
            }
        });
    }

    /// How far ahead our clock is, when it is known to be wrong.
    pub fn clock_off(&self) -> Option<TimeDelta> {
        self.state.lock().off
    }

    /// More than an answer is ever under way, far less than the shortest stale limit that makes sense.
    pub const TOLERATED: TimeDelta = TimeDelta::minutes(2);

    /// Why a message is too old to be carried out.
    pub fn why_stale(&self, age: TimeDelta) -> Why {
        match self.clock_off() {
            Some(_) => Why::StaleByWrongClock,
            None => Why::Stale { minutes: age.num_minutes() },
        }
    }

    pub fn why_transfer_stale(&self, age: TimeDelta) -> TransferProblem {
        match self.clock_off() {
            Some(_) => TransferProblem::StaleByWrongClock,
            None => TransferProblem::Stale { minutes: age.num_minutes() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRONG: fn(i64, bool) -> Option<KeepingReply> =
        |minutes, ahead| Some(KeepingReply::ClockWrong { minutes, ahead });

    #[test]
    fn a_wrong_clock_is_told_once_an_hour_and_once_when_it_is_right() {
        let (mut state, start) = (State::default(), DateTime::<Utc>::UNIX_EPOCH);
        let mut look = |minutes: i64, off: i64| {
            let theirs = start + TimeDelta::minutes(minutes);
            state.look(theirs + TimeDelta::minutes(off), Elsewhere::Now(theirs))
        };
        assert_eq!([look(0, 2), look(1, 60), look(2, 1), look(3, 60)], [None, None, None, None], "one look is none");
        assert_eq!([look(4, 60), look(5, 60), look(63, 60)], [WRONG(60, true), None, None]);
        assert_eq!(look(64, 60), WRONG(60, true));
        assert_eq!([look(65, 0), look(66, 0)], [Some(KeepingReply::ClockRight), None]);
        assert_eq!([look(67, -61), look(68, -61)], [None, WRONG(61, false)]);
    }

    #[test]
    fn an_old_message_says_nothing_of_the_clock_and_one_from_the_future_does() {
        let (mut state, ours) = (State::default(), DateTime::<Utc>::UNIX_EPOCH);
        let mut look = |minutes| state.look(ours, Elsewhere::NotBefore(ours + TimeDelta::minutes(minutes)));
        assert_eq!([look(-60), look(-60), look(-60)], [None, None, None]);
        assert_eq!([look(60), look(60), look(-60)], [None, WRONG(60, false), None]);
        assert_eq!(look(-1), Some(KeepingReply::ClockRight));
    }
}
