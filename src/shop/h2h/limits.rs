//! How often a program may ask, and how often wrongly. Kept in memory, and apart from the PIN's lock in the chat: whoever
//! tries secrets here locks nobody out there.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use ipnet::IpNet;
use parking_lot::Mutex;
use tokio::time::Instant;

use konter_core::agent::PinState;
use konter_core::ids::AgentId;

/// Requests of one reseller's program, and from one address: what a busy server sends, and a burst of its backlog.
const OF_MEMBER: Rate = Rate { each: Duration::from_millis(5), burst: 2_000 };
const OF_ADDRESS: Rate = Rate { each: Duration::from_millis(2), burst: 4_000 };
/// Wrong tries at one reseller in an hour, from wherever they come: with a PIN and a password to guess they lead nowhere.
const WRONG_AN_HOUR: u32 = 100;
const AN_HOUR: TimeDelta = TimeDelta::hours(1);
/// Callers remembered; beyond it those forget who have nothing to lose.
const MOST_REMEMBERED: usize = 20_000;
/// What one customer of an IPv6 network can call from any address of.
const V6_HOUSE: u8 = 64;

#[derive(Clone, Copy)]
struct Rate {
    each: Duration,
    burst: u32,
}

/// Requests let through, by who makes them. A bucket is kept as the moment it will be full again.
struct Buckets<K> {
    rate: Rate,
    full_at: Mutex<HashMap<K, Instant>>,
}

impl<K: Eq + Hash> Buckets<K> {
    fn new(rate: Rate) -> Self {
        Self { rate, full_at: Mutex::default() }
    }

    fn admit(&self, key: K, now: Instant) -> bool {
        let mut full_at = self.full_at.lock();
        if full_at.len() >= MOST_REMEMBERED {
            full_at.retain(|_, full| *full > now);
        }
        let full = full_at.get(&key).copied().unwrap_or(now).max(now) + self.rate.each;
        let fits = full.duration_since(now) <= self.rate.each * self.rate.burst;
        if fits {
            full_at.insert(key, full);
        }
        fits
    }
}

pub(super) struct Limits {
    members: Buckets<AgentId>,
    addresses: Buckets<IpAddr>,
    /// Wrong tries at a reseller from one address.
    tries: Mutex<HashMap<(AgentId, IpAddr), PinState>>,
    /// Wrong tries at a reseller since a moment.
    wrong: Mutex<HashMap<AgentId, (DateTime<Utc>, u32)>>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            members: Buckets::new(OF_MEMBER),
            addresses: Buckets::new(OF_ADDRESS),
            tries: Mutex::default(),
            wrong: Mutex::default(),
        }
    }
}

impl Limits {
    pub fn admit_member(&self, agent: AgentId) -> bool {
        self.members.admit(agent, Instant::now())
    }

    pub fn admit_address(&self, from: IpAddr) -> bool {
        self.addresses.admit(house(from), Instant::now())
    }

    /// Whether no secret of this caller is looked at.
    pub fn is_locked(&self, agent: AgentId, from: IpAddr, now: DateTime<Utc>) -> bool {
        let tries = self.tries.lock().get(&(agent, house(from))).is_some_and(|tries| tries.locked(now).is_some());
        let in_all = self
            .wrong
            .lock()
            .get(&agent)
            .is_some_and(|(since, wrong)| *wrong >= WRONG_AN_HOUR && (now - *since).abs() < AN_HOUR);
        tries || in_all
    }

    pub fn fail(&self, agent: AgentId, from: IpAddr, now: DateTime<Utc>) {
        let mut tries = self.tries.lock();
        if tries.len() >= MOST_REMEMBERED {
            tries.retain(|_, tries| tries.locked(now).is_some());
        }
        let key = (agent, house(from));
        let wrong = tries.entry(key).or_insert_with(|| PinState::new(String::new(), 0)).fail(now);
        drop(tries);
        tracing::warn!(%agent, %from, ?wrong, "a program's PIN, password or signature is wrong");
        let mut in_all = self.wrong.lock();
        let (since, wrong) = in_all.entry(agent).or_insert((now, 0));
        if (now - *since).abs() >= AN_HOUR {
            (*since, *wrong) = (now, 0);
        }
        *wrong = wrong.saturating_add(1);
    }

    pub fn succeed(&self, agent: AgentId, from: IpAddr) {
        self.tries.lock().remove(&(agent, house(from)));
    }
}

/// Whose requests are counted together.
fn house(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => IpNet::new(ip.into(), V6_HOUSE).map_or(IpAddr::V6(ip), |net| net.network()),
        ip @ IpAddr::V4(_) => ip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_burst_is_let_through_and_then_so_many_a_second() {
        let buckets = Buckets::new(Rate { each: Duration::from_millis(100), burst: 5 });
        let start = Instant::now();
        let admitted = |at: Duration, tries: usize| (0..tries).filter(|_| buckets.admit(1, start + at)).count();
        assert_eq!(admitted(Duration::ZERO, 20), 5);
        assert_eq!(admitted(Duration::from_millis(100), 20), 1);
        assert_eq!(admitted(Duration::from_secs(60), 20), 5);
        assert!(buckets.admit(2, start), "another one's");
    }

    #[test]
    fn three_wrong_tries_lock_the_address_that_made_them() {
        let (limits, agent, start) = (Limits::default(), AgentId(1), DateTime::<Utc>::UNIX_EPOCH);
        let later = |minutes| start + TimeDelta::minutes(minutes);
        for _ in 0..3 {
            assert!(!limits.is_locked(agent, ip("203.0.113.7"), start));
            limits.fail(agent, ip("203.0.113.7"), start);
        }
        assert!(limits.is_locked(agent, ip("203.0.113.7"), later(14)));
        assert!(!limits.is_locked(agent, ip("203.0.113.8"), later(14)), "another address");
        assert!(!limits.is_locked(AgentId(2), ip("203.0.113.7"), later(14)), "another reseller");
        assert!(!limits.is_locked(agent, ip("203.0.113.7"), later(15)));
        limits.fail(agent, ip("2001:db8::1"), start);
        limits.succeed(agent, ip("2001:db8::2"));
        assert_eq!(limits.tries.lock().len(), 1, "one customer's network is one caller");
    }

    #[test]
    fn guessing_from_everywhere_leads_nowhere() {
        let (limits, agent, start) = (Limits::default(), AgentId(1), DateTime::<Utc>::UNIX_EPOCH);
        for n in 0..WRONG_AN_HOUR {
            limits.fail(agent, ip(&format!("198.51.{}.{}", n / 50, n % 50)), start);
        }
        assert!(limits.is_locked(agent, ip("203.0.113.7"), start));
        assert!(!limits.is_locked(agent, ip("203.0.113.7"), start + AN_HOUR));
    }
}
