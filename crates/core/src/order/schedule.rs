//! When an open order wants attention next, and what for. A pure function of the order, so that a restart needs
//! nothing but the open orders.

use chrono::{DateTime, TimeDelta, Utc};

use super::model::{Attempt, AttemptStep, Order};
use super::restored::is_forgotten;
use crate::ids::OrderId;
use crate::outcome::Outcome;

/// The first status check; most suppliers are done by then.
pub const FIRST_CHECK: TimeDelta = TimeDelta::seconds(30);
/// Later checks are never closer together than this…
pub const CHECK_STEP: TimeDelta = TimeDelta::seconds(60);
/// …and never further apart than this.
const SLOWEST_CHECK: TimeDelta = TimeDelta::minutes(15);
/// Milliseconds.
const MOST_JITTER_MS: u64 = 2_000;
/// The longest "pending" any of the documents speaks of (kiosampm v1.3, Periode Transaksi); then a person looks.
pub const OVERDUE: TimeDelta = TimeDelta::minutes(15);

/// How a supplier's later words reach us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ways {
    /// Until when the shop may ask again by itself; `None` where that cannot be asked at all. See [`super::asking`].
    pub ask_until: Option<DateTime<Utc>>,
    /// It reports by itself.
    pub report: bool,
}

/// What an open order is waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Todo {
    /// Send the purchase (or the inquiry before it).
    Buy,
    /// Ask what became of it.
    Check,
    /// Tell the admins.
    Escalate,
}

/// What is due next, and when, as it looks `now`: a question that was not asked in time is not asked any more. `None`:
/// nothing but a word from outside can move it.
#[must_use]
pub fn next(order: &Order, ways: Ways, now: DateTime<Utc>) -> Option<(DateTime<Utc>, Todo)> {
    let attempt = order.current().filter(|_| order.is_open())?;
    match attempt.step {
        AttemptStep::Ready => Some((order.waits_until.unwrap_or(order.updated_at), Todo::Buy)),
        AttemptStep::NotSent => None,
        AttemptStep::Sent => {
            let check = next_check(order.id, attempt, ways).filter(|_| ways.ask_until.is_some_and(|until| now < until));
            let escalate = next_escalation(order, attempt, ways, check.is_some());
            let (check, escalate) = (check.map(|at| (at, Todo::Check)), escalate.map(|at| (at, Todo::Escalate)));
            [check, escalate].into_iter().flatten().min_by_key(|(at, _)| *at)
        }
    }
}

fn next_check(id: OrderId, attempt: &Attempt, ways: Ways) -> Option<DateTime<Utc>> {
    let undecided = matches!(attempt.outcome, Some(Outcome::Pending | Outcome::Unknown(_))) && !is_forgotten(attempt);
    let until = ways.ask_until.filter(|_| undecided)?;
    let asked = attempt.checked_at.or(attempt.sent_at)?;
    let at = asked + wait_before_check(attempt.checks) + jitter(id, attempt.checks);
    (at < until).then_some(at)
}

/// 30 s, then 1, 2, 4, 8 and at most 15 minutes.
fn wait_before_check(checks_made: u16) -> TimeDelta {
    match checks_made {
        0 => FIRST_CHECK,
        n => (CHECK_STEP * 2_i32.pow(u32::from(n - 1).min(8))).min(SLOWEST_CHECK),
    }
}

/// Later by up to two seconds, so that orders sent together do not ask together; the same for the same order and check,
/// so that a restart plans what was planned before.
fn jitter(id: OrderId, checks_made: u16) -> TimeDelta {
    // Numbers next to each other must not end up next to each other.
    let mixed = (id.0 ^ (u64::from(checks_made) << 48)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    TimeDelta::milliseconds(i64::try_from(mixed % MOST_JITTER_MS).unwrap_or(0))
}

/// A person looks when it takes too long; sooner where nobody will tell, and where the shop may not ask any more.
fn next_escalation(order: &Order, attempt: &Attempt, ways: Ways, asks_again: bool) -> Option<DateTime<Utc>> {
    if order.escalated {
        return None;
    }
    let overdue = attempt.sent_at? + OVERDUE;
    let Some(Outcome::Unknown(doubt)) = &attempt.outcome else { return Some(overdue) };
    Some(match ways.ask_until {
        _ if doubt.is_for_a_person() => order.updated_at,
        None if !ways.report => order.updated_at,
        Some(until) if !asks_again => overdue.min(until),
        _ => overdue,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_slow_down_and_never_come_closer_than_a_minute() {
        let minutes: Vec<i64> = (1..8).map(|n| wait_before_check(n).num_minutes()).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 15, 15, 15]);
        assert_eq!(wait_before_check(0), TimeDelta::seconds(30));
        assert_eq!(wait_before_check(u16::MAX), SLOWEST_CHECK);
    }
}
