//! Rate limits: replies to unrecognised messages and to strangers, messages from resellers to the admins.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

use konter_core::ids::{AgentId, ChatId, OrderId};

/// Answers to the same wrong text: a person reads the first, and perhaps the second.
const ANSWERS: u32 = 3;
/// Answers to wrong texts of any kind: whoever has not found it after so many needs a person, or is a program.
const ANSWERS_IN_ALL: u32 = 20;
/// After this long it is answered anew.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::minutes(10);
/// Answers to a chat that is nobody's, the last of them that there are no more for a while: the first says how to
/// register, and four questions are what a person has.
const TO_A_STRANGER: u32 = 5;
/// The same once so many answers have gone to strangers: then most of them are programs.
const TO_ONE_OF_A_CROWD: u32 = 3;
const A_CROWD: u32 = 200;
/// The same where it asks about registering; and where it tries to register, and may have got the format wrong, or waits for an admin's yes.
const TO_A_NEWCOMER: u32 = 8;
const TO_A_GROUP: u32 = 1;
/// Answers to all chats together that are nobody's. What is said beyond waits for minutes and is read by no person.
const TO_STRANGERS: u32 = 1_000;
/// Answers to one reseller's or admin's chat in a minute; beyond it a program is writing, and what waits is counted.
const TO_ONE: u32 = 30;
const A_MINUTE: TimeDelta = TimeDelta::minutes(1);
/// How often what is over is forgotten: looking through all of it costs time.
const SWEPT_EVERY: TimeDelta = TimeDelta::minutes(1);

/// What reaches the admins' chats, or another reseller's, at a reseller's word. Those chats also hold what moves money, and must
/// not be buried.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum AdminMessage {
    Complaint,
    /// A proof of a transfer; more than complaints, for somebody may send several pictures of one.
    Proof,
    /// Somebody registered below.
    Registration,
    /// A transfer is asked for again. It goes to its receiver, who must not be worn down either.
    TakeBack,
}

impl AdminMessage {
    /// How often in how long.
    const fn allowed(self) -> (usize, TimeDelta) {
        match self {
            Self::Complaint => (5, TimeDelta::minutes(10)),
            Self::Proof => (10, TimeDelta::minutes(10)),
            Self::TakeBack => (5, TimeDelta::hours(1)),
            Self::Registration => (30, TimeDelta::hours(24)),
        }
    }
}

pub(super) struct RateLimits {
    /// What each chat said last that meant nothing.
    nonsense: Mutex<HashMap<ChatId, Nonsense>>,
    admin_messages: Mutex<HashMap<(AgentId, AdminMessage), Times>>,
    strangers: Mutex<Counts<(ChatId, Stranger)>>,
    all_strangers: Mutex<Counts<()>>,
    known: Mutex<Counts<ChatId>>,
    /// Orders the admins were told of by a button: by which tap, and when.
    complaints: Mutex<HashMap<OrderId, (String, DateTime<Utc>)>>,
}

/// What a chat that is nobody's wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Stranger {
    Talks,
    /// It asks what somebody asks who may become a reseller.
    Asks,
    /// It tries to register, or has and may not order.
    Registers,
    IsGroup,
}

/// What becomes of a text that means nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bears {
    Answer,
    /// It is told that more like it gets no answer for a while.
    Last,
    Silence,
}

/// How often something happened since it first did, within a while.
struct Counts<K> {
    within: TimeDelta,
    since: HashMap<K, (DateTime<Utc>, u32)>,
    swept: DateTime<Utc>,
}

impl<K: Eq + Hash> Counts<K> {
    fn new(within: TimeDelta) -> Self {
        Self { within, since: HashMap::new(), swept: DateTime::UNIX_EPOCH }
    }

    /// How often it has been.
    fn so_far(&self, key: &K, now: DateTime<Utc>) -> u32 {
        let times = self.since.get(key).filter(|(first, _)| (now - *first).abs() < self.within);
        times.map_or(0, |(_, times)| *times)
    }

    /// Counts once more, and says how often that is.
    fn count(&mut self, key: K, now: DateTime<Utc>) -> u32 {
        let within = self.within;
        let is_over = move |first: DateTime<Utc>| (now - first).abs() >= within;
        if (now - self.swept).abs() >= SWEPT_EVERY {
            self.since.retain(|_, (first, _)| !is_over(*first));
            self.swept = now;
        }
        let (first, times) = self.since.entry(key).or_insert((now, 0));
        if is_over(*first) {
            (*first, *times) = (now, 0);
        }
        *times = times.saturating_add(1);
        *times
    }
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            nonsense: Mutex::default(),
            admin_messages: Mutex::default(),
            strangers: Mutex::new(Counts::new(FORGOTTEN_AFTER)),
            all_strangers: Mutex::new(Counts::new(FORGOTTEN_AFTER)),
            known: Mutex::new(Counts::new(A_MINUTE)),
            complaints: Mutex::default(),
        }
    }
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

impl RateLimits {
    /// Whether a chat that is nobody's is answered. A group is not told that it is the last time.
    pub fn bears_stranger(&self, chat: &ChatId, what: Stranger, now: DateTime<Utc>) -> Bears {
        let crowd = self.all_strangers.lock().so_far(&(), now);
        let most = match what {
            Stranger::Talks if crowd >= A_CROWD => TO_ONE_OF_A_CROWD,
            Stranger::Talks => TO_A_STRANGER,
            Stranger::Asks | Stranger::Registers => TO_A_NEWCOMER,
            Stranger::IsGroup => TO_A_GROUP,
        };
        let times = self.strangers.lock().count((chat.clone(), what), now);
        if times > most || self.all_strangers.lock().count((), now) > TO_STRANGERS {
            Bears::Silence
        } else if times == most && what != Stranger::IsGroup {
            Bears::Last
        } else {
            Bears::Answer
        }
    }

    /// Whether the admins have not been told of this order in a while. The same tap handled again has the same answer.
    pub fn is_new_complaint(&self, order: OrderId, tap: &str, now: DateTime<Utc>) -> bool {
        let mut complaints = self.complaints.lock();
        complaints.retain(|_, (_, at)| (now - *at).abs() < FORGOTTEN_AFTER);
        let (by, _) = complaints.entry(order).or_insert_with(|| (tap.to_owned(), now));
        by == tap
    }

    /// Whether so much is said to a chat that what waits for it must be counted.
    pub fn is_busy(&self, chat: &ChatId, now: DateTime<Utc>) -> bool {
        self.known.lock().count(chat.clone(), now) > TO_ONE
    }

    /// Whether a text that means nothing is to be answered.
    pub fn bears(&self, chat: &ChatId, text: u64, now: DateTime<Utc>) -> Bears {
        let mut last = self.nonsense.lock();
        last.retain(|_, nonsense| (now - nonsense.first).abs() < FORGOTTEN_AFTER);
        let said = last.entry(chat.clone()).or_insert(Nonsense { text, times: 0, in_all: 0, first: now });
        if said.text != text {
            *said = Nonsense { text, times: 0, ..*said };
        }
        said.times = said.times.saturating_add(1);
        said.in_all = said.in_all.saturating_add(1);
        match (said.times, said.in_all) {
            (..ANSWERS, ..ANSWERS_IN_ALL) => Bears::Answer,
            (ANSWERS, ..=ANSWERS_IN_ALL) | (..ANSWERS, ANSWERS_IN_ALL) => Bears::Last,
            _ => Bears::Silence,
        }
    }

    /// Whether the admins may be bothered once more.
    ///
    /// # Errors
    /// When it may be tried again.
    pub fn allow_admin_message(&self, agent: AgentId, what: AdminMessage, now: DateTime<Utc>) -> Result<(), TimeDelta> {
        let (most, within) = what.allowed();
        let mut admin_messages = self.admin_messages.lock();
        admin_messages.retain(|(_, what), times| times.back().is_some_and(|last| now - *last < what.allowed().1));
        let times = admin_messages.entry((agent, what)).or_default();
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
        let (limits, chat) = (RateLimits::default(), ChatId::telegram(1));
        let at = |minutes| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        let answered: Vec<Bears> = (0..5).map(|_| limits.bears(&chat, 7, at(0))).collect();
        assert_eq!(answered, [Bears::Answer, Bears::Answer, Bears::Last, Bears::Silence, Bears::Silence]);
        let bears = |text, minutes| limits.bears(&chat, text, at(minutes));
        assert_eq!(limits.bears(&ChatId::telegram(2), 7, at(0)), Bears::Answer, "another chat is another matter");
        assert_eq!(bears(8, 1), Bears::Answer, "another text as well");
        assert_eq!([bears(7, 2), bears(7, 2), bears(7, 2)], [Bears::Answer, Bears::Answer, Bears::Last]);
        assert_eq!(bears(7, 2), Bears::Silence);
        assert_eq!(bears(7, 13), Bears::Answer);
    }

    #[test]
    fn a_stranger_is_answered_seldom_and_helped_to_register() {
        let (limits, chat) = (RateLimits::default(), ChatId::telegram(1));
        let at = |seconds| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let bears = |what, seconds| limits.bears_stranger(&chat, what, at(seconds));
        let answered = |what, seconds| bears(what, seconds) != Bears::Silence;
        let talk: Vec<i64> = (0..600).filter(|second| answered(Stranger::Talks, *second)).collect();
        assert_eq!(talk, [0, 1, 2, 3, 4]);
        assert_eq!((0..9).filter(|_| answered(Stranger::Registers, 599)).count(), 8);
        assert_eq!((0..9).filter(|_| answered(Stranger::IsGroup, 599)).count(), 1);
        let again: Vec<Bears> = (660..666).map(|second| bears(Stranger::Talks, second)).collect();
        let told = [[Bears::Answer; 4].as_slice(), &[Bears::Last, Bears::Silence]].concat();
        assert_eq!(again, told, "the next time it comes by");
    }

    #[test]
    fn however_many_strangers_write_so_many_are_answered() {
        let (limits, now) = (RateLimits::default(), DateTime::UNIX_EPOCH);
        let bears = |chat, now| limits.bears_stranger(&ChatId::telegram(chat), Stranger::Talks, now);
        let answered = |chat: &i64| bears(*chat, now) != Bears::Silence;
        let talks = |chat: i64| (0..6).filter(|_| answered(&chat)).count();
        assert_eq!((talks(9_001), (0..195).filter(answered).count(), talks(9_002)), (5, 195, 3), "in a crowd fewer");
        assert_eq!((200..5_000).filter(answered).count(), 1_000 - 5 - 195 - 3);
        let later = now + TimeDelta::minutes(10);
        assert_eq!(bears(1, later), Bears::Answer);
        assert_eq!(limits.strangers.lock().since.len(), 1, "what is over is forgotten");
    }

    #[test]
    fn changing_nonsense_is_answered_twenty_times() {
        let (limits, chat, now) = (RateLimits::default(), ChatId::telegram(1), DateTime::UNIX_EPOCH);
        let answered: Vec<Bears> = (0..50).map(|text| limits.bears(&chat, text, now)).collect();
        let (told, silent) = answered.split_at(20);
        assert_eq!(
            (told.last(), told.iter().filter(|bears| **bears == Bears::Answer).count()),
            (Some(&Bears::Last), 19)
        );
        assert!(silent.iter().all(|bears| *bears == Bears::Silence));
    }

    #[test]
    fn admins_are_bothered_so_often_in_so_long() {
        let limits = RateLimits::default();
        let at = |minutes| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        let complain =
            |agent, minutes| limits.allow_admin_message(AgentId(agent), AdminMessage::Complaint, at(minutes));
        assert!((0..5).all(|minute| complain(1, minute).is_ok()));
        assert_eq!(complain(1, 6), Err(TimeDelta::minutes(4)));
        assert_eq!(complain(2, 6), Ok(()), "another reseller is another matter");
        assert_eq!(
            limits.allow_admin_message(AgentId(1), AdminMessage::Proof, at(6)),
            Ok(()),
            "and so is another word"
        );
        assert_eq!((complain(1, 10), complain(1, 10)), (Ok(()), Err(TimeDelta::minutes(1))));
    }
}
