//! What is not done for ever: answering the same wrong text from a program gone astray, passing one reseller's words on
//! to the admins.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

use crate::ids::{AgentId, ChatId};

/// Answers to the same wrong text: a person reads the first, and perhaps the second.
const ANSWERS: u32 = 3;
/// Answers to wrong texts of any kind: whoever has not found it after so many needs a person, or is a program.
const ANSWERS_IN_ALL: u32 = 20;
/// After this long it is answered anew.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::minutes(10);

/// What reaches the admins' chats at a reseller's word. Those chats also hold what moves money, and must not be buried.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Bother {
    Complaint,
    /// A proof of a transfer; more than complaints, for somebody may send several pictures of one.
    Proof,
    /// Somebody registered below.
    Registration,
}

impl Bother {
    /// How often in how long.
    const fn allowed(self) -> (usize, TimeDelta) {
        match self {
            Self::Complaint => (5, TimeDelta::minutes(10)),
            Self::Proof => (10, TimeDelta::minutes(10)),
            Self::Registration => (30, TimeDelta::hours(24)),
        }
    }
}

#[derive(Default)]
pub(super) struct Patience {
    /// What each chat said last that meant nothing.
    nonsense: Mutex<HashMap<ChatId, Nonsense>>,
    bothers: Mutex<HashMap<(AgentId, Bother), Times>>,
}

/// Oldest first.
type Times = VecDeque<DateTime<Utc>>;

struct Nonsense {
    /// A fingerprint of it.
    text: u64,
    times: u32,
    /// With all others since `first`.
    in_all: u32,
    first: DateTime<Utc>,
}

impl Patience {
    /// Whether a text that means nothing is to be answered.
    pub fn bears(&self, chat: &ChatId, text: u64, now: DateTime<Utc>) -> bool {
        let mut last = self.nonsense.lock();
        last.retain(|_, nonsense| now - nonsense.first < FORGOTTEN_AFTER);
        let said = last.entry(chat.clone()).or_insert(Nonsense { text, times: 0, in_all: 0, first: now });
        if said.text != text {
            *said = Nonsense { text, times: 0, ..*said };
        }
        said.times = said.times.saturating_add(1);
        said.in_all = said.in_all.saturating_add(1);
        said.times <= ANSWERS && said.in_all <= ANSWERS_IN_ALL
    }

    /// Whether the admins may be bothered once more.
    ///
    /// # Errors
    /// When it may be tried again.
    pub fn bother(&self, agent: AgentId, what: Bother, now: DateTime<Utc>) -> Result<(), TimeDelta> {
        let (most, within) = what.allowed();
        let mut bothers = self.bothers.lock();
        bothers.retain(|(_, what), times| times.back().is_some_and(|last| now - *last < what.allowed().1));
        let times = bothers.entry((agent, what)).or_default();
        while times.front().is_some_and(|first| now - *first >= within) {
            times.pop_front();
        }
        match times.front() {
            Some(first) if times.len() >= most => Err(within - (now - *first)),
            _ => {
                times.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_nonsense_is_answered_three_times_and_later_again() {
        let (patience, chat) = (Patience::default(), ChatId::telegram(1));
        let at = |minutes| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        let answered: Vec<bool> = (0..5).map(|_| patience.bears(&chat, 7, at(0))).collect();
        assert_eq!(answered, [true, true, true, false, false]);
        assert!(patience.bears(&ChatId::telegram(2), 7, at(0)), "another chat is another matter");
        assert!(patience.bears(&chat, 8, at(1)), "another text as well");
        assert!(patience.bears(&chat, 7, at(2)));
        assert!((0..2).all(|_| patience.bears(&chat, 7, at(2))));
        assert!(!patience.bears(&chat, 7, at(2)));
        assert!(patience.bears(&chat, 7, at(13)));
    }

    #[test]
    fn changing_nonsense_is_answered_twenty_times() {
        let (patience, chat, now) = (Patience::default(), ChatId::telegram(1), DateTime::UNIX_EPOCH);
        let answered = (0..50).filter(|text| patience.bears(&chat, *text, now)).count();
        assert_eq!(answered, 20);
    }

    #[test]
    fn admins_are_bothered_so_often_in_so_long() {
        let patience = Patience::default();
        let at = |minutes| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        let complain = |agent, minutes| patience.bother(AgentId(agent), Bother::Complaint, at(minutes));
        assert!((0..5).all(|minute| complain(1, minute).is_ok()));
        assert_eq!(complain(1, 6), Err(TimeDelta::minutes(4)));
        assert_eq!(complain(2, 6), Ok(()), "another reseller is another matter");
        assert_eq!(patience.bother(AgentId(1), Bother::Proof, at(6)), Ok(()), "and so is another word");
        assert_eq!((complain(1, 10), complain(1, 10)), (Ok(()), Err(TimeDelta::minutes(1))));
    }
}
