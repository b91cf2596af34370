//! Resellers: who they are, where they chat, and the state of their PIN. Pure data and rules; hashing a PIN is the
//! shell's business, because it is slow.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, ChatId};
use crate::network::Network;
use crate::preferences::Identities;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    pub id: AgentId,
    /// Counts the writes of this row; a commit names the one it has read.
    pub version: u32,
    pub name: String,
    pub status: AgentStatus,
    /// Blocked without having been let in: the shop did not accept the registration.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub turned_away: bool,
    pub pin: PinState,
    pub chats: Vec<ChatId>,
    /// In national form, `08…`.
    #[serde(default)]
    pub phones: Vec<String>,
    pub locale: Locale,
    /// At the top of receipts; the reseller's name where it is not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt_shop: Option<String>,
    /// At the bottom of receipts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt_footer: Option<String>,
    /// Orders that find every supplier in its nightly break wait for the end of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits_for_break: bool,
    /// Whom it is below, and what it adds for those below.
    #[serde(default, skip_serializing_if = "Network::is_plain")]
    pub network: Network,
    /// What its chats are called, and which may join.
    #[serde(default, skip_serializing_if = "Identities::is_plain")]
    pub identities: Identities,
    pub created_at: DateTime<Utc>,
}

impl Agent {
    /// A reseller that may order and has arranged nothing yet.
    pub fn new(id: AgentId, name: String, pin: PinState, chats: Vec<ChatId>, created_at: DateTime<Utc>) -> Self {
        Self {
            id,
            version: 1,
            name,
            status: AgentStatus::Active,
            turned_away: false,
            pin,
            chats,
            phones: Vec::new(),
            locale: Locale::default(),
            receipt_shop: None,
            receipt_footer: None,
            waits_for_break: false,
            network: Network::default(),
            identities: Identities::default(),
            created_at,
        }
    }

    /// The first of its chats: the one it was registered from, or what took that one's place. What needs no PIN and is
    /// not everybody's who helps at the counter is done from there alone.
    pub fn is_main_chat(&self, chat: &ChatId) -> bool {
        self.chats.first() == Some(chat)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AgentStatus {
    /// Registered, an admin has yet to approve.
    Waiting,
    Active,
    Blocked,
}

/// A reply's language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    #[default]
    Id,
    En,
}

impl Locale {
    pub const ALL: [Self; 2] = [Self::Id, Self::En];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::En => "en",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.name() == name)
    }
}

/// Wrong tries in a row before the account is locked.
pub const PIN_TRIES: u8 = 3;
/// The first lock; each further one in a row doubles it.
const FIRST_LOCK: TimeDelta = TimeDelta::minutes(15);
/// Doubling stops here: a day is long enough to make guessing pointless, and an owner can reset the PIN.
const LONGEST_LOCK: TimeDelta = TimeDelta::hours(24);

/// After a reset by an admin: long enough for somebody who reads messages once a day.
const CHOOSE_WITHIN: TimeDelta = TimeDelta::hours(24);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinState {
    /// argon2 in PHC form.
    pub hash: String,
    /// How many digits it has, so that digits meant as something else are not taken for a try. `None`: stored before
    /// this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digits: Option<usize>,
    /// Wrong tries since the last right one or the last lock.
    #[serde(default)]
    pub wrong: u8,
    /// Locks since the last right PIN.
    #[serde(default)]
    pub locks: u8,
    #[serde(default)]
    pub locked_until: Option<DateTime<Utc>>,
    /// No PIN fits; until then the reseller may choose a new one without an old one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_until: Option<DateTime<Utc>>,
    /// How this PIN was chosen in place of another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<PinChange>,
}

/// The words of a change of PIN, old and new in either order: the same words again change nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinChange {
    /// argon2 of both, as they were typed.
    pub typed: String,
    /// The new one stood first, so that the same words may once want the old one back. Until then they are a repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// What a wrong PIN leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongPin {
    TriesLeft(u8),
    LockedUntil(DateTime<Utc>),
}

impl PinState {
    /// The hash of a PIN of so many digits.
    pub const fn new(hash: String, digits: usize) -> Self {
        Self { hash, digits: Some(digits), wrong: 0, locks: 0, locked_until: None, reset_until: None, change: None }
    }

    /// As an admin resets it.
    pub fn reset(now: DateTime<Utc>) -> Self {
        let reset_until = Some(now + CHOOSE_WITHIN);
        Self { hash: String::new(), digits: None, wrong: 0, locks: 0, locked_until: None, reset_until, change: None }
    }

    /// Whether there is no PIN, so that nothing typed can be a try at it.
    pub const fn was_reset(&self) -> bool {
        self.reset_until.is_some()
    }

    /// Whether a new PIN may be chosen without the old one.
    #[must_use]
    pub fn may_be_chosen(&self, now: DateTime<Utc>) -> bool {
        // Never longer than it was given, also when the clock has been put back since.
        self.reset_until.is_some_and(|until| now < until && until - now <= CHOOSE_WITHIN)
    }

    /// Until when no PIN is looked at; `None` when one may be tried.
    #[must_use]
    pub fn locked(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.locked_until.filter(|&until| now < until).map(|until| until.min(now + self.lock_length()))
    }

    /// A lock that would end later than one begun now: the clock has been put back since. It begins anew, so that it
    /// neither falls nor lasts for ever. `false`: nothing to do.
    pub fn begin_lock_anew(&mut self, now: DateTime<Utc>) -> bool {
        let latest = now + self.lock_length();
        let is_beyond = self.locked_until.is_some_and(|until| until > latest);
        if is_beyond {
            self.locked_until = Some(latest);
        }
        is_beyond
    }

    /// How long the latest lock lasts.
    fn lock_length(&self) -> TimeDelta {
        let doublings = u32::from(self.locks.saturating_sub(1)).min(16);
        (FIRST_LOCK * 2_i32.pow(doublings)).min(LONGEST_LOCK)
    }

    /// Counts a wrong try.
    pub fn fail(&mut self, now: DateTime<Utc>) -> WrongPin {
        self.wrong = self.wrong.saturating_add(1);
        if self.wrong < PIN_TRIES {
            return WrongPin::TriesLeft(PIN_TRIES - self.wrong);
        }
        self.wrong = 0;
        self.locks = self.locks.saturating_add(1);
        let until = now + self.lock_length();
        self.locked_until = Some(until);
        WrongPin::LockedUntil(until)
    }

    /// Whether a right PIN has something to forget.
    pub const fn has_failures(&self) -> bool {
        self.wrong > 0 || self.locks > 0 || self.locked_until.is_some()
    }

    /// Forgets earlier wrong tries.
    pub fn succeed(&mut self) {
        (self.wrong, self.locks, self.locked_until) = (0, 0, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_wrong_pins_lock_for_fifteen_minutes_then_for_twice_as_long() {
        let start = DateTime::<Utc>::UNIX_EPOCH;
        let mut pin = PinState::new(String::new(), 4);
        assert_eq!(pin.fail(start), WrongPin::TriesLeft(2));
        assert_eq!(pin.fail(start), WrongPin::TriesLeft(1));
        let first = start + TimeDelta::minutes(15);
        assert_eq!(pin.fail(start), WrongPin::LockedUntil(first));
        assert_eq!((pin.locked(start), pin.locked(first)), (Some(first), None));
        pin.fail(first);
        pin.fail(first);
        assert_eq!(pin.fail(first), WrongPin::LockedUntil(first + TimeDelta::minutes(30)));
        pin.succeed();
        assert_eq!(pin.fail(first), WrongPin::TriesLeft(2));
    }

    #[test]
    fn a_clock_put_back_neither_ends_a_lock_nor_makes_it_endless() {
        let (start, quarter) = (DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(1_000), TimeDelta::minutes(15));
        let mut pin = PinState::new(String::new(), 4);
        for _ in 0..PIN_TRIES {
            pin.fail(start);
        }
        assert!(!pin.begin_lock_anew(start + TimeDelta::minutes(1)), "nothing is wrong with the clock");
        let year_ago = start - TimeDelta::days(365);
        assert_eq!(pin.locked(year_ago), Some(year_ago + quarter));
        assert!(pin.begin_lock_anew(year_ago));
        assert!(!pin.begin_lock_anew(year_ago + TimeDelta::minutes(1)));
        assert!(pin.locked(year_ago + quarter - TimeDelta::seconds(1)).is_some());
        assert_eq!(pin.locked(year_ago + quarter), None);

        let reset = PinState::reset(start);
        assert!(reset.may_be_chosen(start) && !reset.may_be_chosen(year_ago));
    }

    #[test]
    fn no_lock_is_longer_than_a_day() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let mut pin = PinState { locks: u8::MAX, wrong: PIN_TRIES - 1, ..PinState::new(String::new(), 4) };
        assert_eq!(pin.fail(now), WrongPin::LockedUntil(now + TimeDelta::days(1)));
    }
}
