//! Which chat's turn it is. Holds names and times only; what is to be said stays in the store. Pure: the time is given.
//!
//! Chats that are due go by the class of what waits for them. That is known once their outbox was looked at: a chat that
//! was woken is looked at first, and says at once what is as urgent as whatever else is due.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use tokio::time::Instant;

use super::pace::{Backoff, Pace, Rate};
use super::progress::Progress;
use konter_core::ids::ChatId;
use konter_store::Class;

/// Of so many turns one goes to alerts and announcements, however much else is due: none of them waits for ever.
const TURNS: u32 = 8;
/// Strangers written to at the same time: should Telegram answer slowly, they must not take everybody's place.
const STRANGERS_AT_ONCE: usize = 4;

/// What came of one visit to a chat's outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Telegram took a message.
    Sent { more: bool },
    /// Something was done that costs no pace: a deletion, a row dropped.
    Done { more: bool },
    /// What waits is less urgent than what else is due, and was left.
    Lower(Class),
    /// Nothing waits.
    Idle,
    /// Only deletions wait, and not before this has passed; a new row may be looked at sooner.
    Later(Duration),
    /// Telegram wants to hear nothing for this chat until then.
    Flooded(Duration),
    /// It did not work; nothing is known to be wrong with the row.
    Failed,
}

enum State {
    /// Nothing waits.
    Resting,
    /// `firm`: waking it does not bring the time forward.
    Due { at: Instant, firm: bool },
    /// Being visited; `again` when something new came meanwhile.
    Busy { again: bool },
}

struct Chat {
    state: State,
    /// Since when it has been due. It keeps its place among others while it is looked at.
    since: Instant,
    /// Of what waits; `None` until it was looked at.
    class: Option<Class>,
    pace: Pace,
    failures: u32,
    progress: Progress,
}

/// A chat whose turn it is.
pub(super) struct Turn {
    pub chat: ChatId,
    pub progress: Progress,
    /// What waits is said when it is of this class, or a more urgent one.
    pub least: Class,
}

pub(super) struct Queue {
    chats: HashMap<ChatId, Chat>,
    /// By class; a chat that was not looked at yet stands with the most urgent.
    due: Due,
    rate: Rate,
    backoff: Backoff,
    strangers: Strangers,
    turns: u32,
}

/// What chats that are nobody's may take of what Telegram allows.
struct Strangers {
    rate: Rate,
    pace: Pace,
    under_way: usize,
}

impl Strangers {
    /// When the next may be written to; `None` until one that is under way has ended.
    fn ready_at(&self, now: Instant) -> Option<Instant> {
        (self.under_way < STRANGERS_AT_ONCE).then(|| self.pace.ready_at(self.rate, now))
    }
}

impl Queue {
    /// `rate` is one chat's, `strangers` that of all chats together that are nobody's.
    pub fn new(rate: Rate, strangers: Rate, backoff: Backoff, now: Instant) -> Self {
        let strangers = Strangers { rate: strangers, pace: Pace::rested(now), under_way: 0 };
        Self { chats: HashMap::new(), due: BTreeMap::new(), rate, backoff, strangers, turns: 0 }
    }

    /// Something waits for this chat. `false`: it is not looked at before a pause is over.
    pub fn wake(&mut self, id: ChatId, now: Instant) -> bool {
        let chat = self.chats.entry(id.clone()).or_insert_with(|| Chat {
            state: State::Resting,
            since: now,
            class: None,
            pace: Pace::rested(now),
            failures: 0,
            progress: Progress::default(),
        });
        match &mut chat.state {
            State::Busy { again } => *again = true,
            State::Due { firm: true, .. } => return false,
            State::Due { at, firm: false } => {
                let (at, class) = (*at, chat.class.take().unwrap_or(Class::Final));
                if let Some(due) = self.due.get_mut(&class) {
                    due.remove(&(at, id.clone()));
                }
                // Whoever writes often must not lose its place each time.
                schedule(&mut self.due, chat, id, at.min(chat.pace.ready_at(self.rate, now)), false);
            }
            State::Resting => {
                chat.class = None;
                schedule(&mut self.due, chat, id, chat.pace.ready_at(self.rate, now), false);
            }
        }
        true
    }

    /// When the next chat is due.
    pub fn next_due(&self, now: Instant) -> Option<Instant> {
        let first = |(class, due): (&Class, &BTreeSet<(Instant, ChatId)>)| {
            let at = due.first()?.0;
            if *class == Class::Stranger { Some(at.max(self.strangers.ready_at(now)?)) } else { Some(at) }
        };
        self.due.iter().filter_map(first).min()
    }

    /// Takes a chat that is due, for a visit.
    pub fn start(&mut self, now: Instant) -> Option<Turn> {
        let ready: Vec<Class> =
            self.due.iter().filter(|(class, due)| self.is_ready(**class, due, now)).map(|(class, _)| *class).collect();
        self.turns = self.turns.wrapping_add(1);
        let is_theirs = |class: &&Class| matches!(class, Class::Alert | Class::Announcement);
        let unhurried = ready.iter().find(is_theirs).filter(|_| self.turns.is_multiple_of(TURNS));
        let class = *unhurried.or(ready.first())?;
        let (since, id) = self.due.get_mut(&class)?.pop_first()?;
        let chat = self.chats.get_mut(&id)?;
        chat.since = since;
        chat.state = State::Busy { again: false };
        let least = match chat.class {
            Some(class) => class,
            None => ready
                .iter()
                .copied()
                .find(|other| *other != Class::Final)
                .unwrap_or(Class::Announcement)
                .min(Class::Announcement),
        };
        if chat.class == Some(Class::Stranger) {
            self.strangers.pace.take(self.strangers.rate, now);
            self.strangers.under_way += 1;
        }
        Some(Turn { chat: id, progress: std::mem::take(&mut chat.progress), least })
    }

    fn is_ready(&self, class: Class, due: &BTreeSet<(Instant, ChatId)>, now: Instant) -> bool {
        let may = class != Class::Stranger || self.strangers.ready_at(now).is_some_and(|at| at <= now);
        may && due.first().is_some_and(|(at, _)| *at <= now)
    }

    /// Ends a visit.
    pub fn finish(&mut self, id: ChatId, progress: Progress, step: Step, now: Instant) {
        let Some(chat) = self.chats.get_mut(&id) else { return };
        let again = matches!(chat.state, State::Busy { again: true });
        chat.progress = progress;
        chat.failures = if step == Step::Failed { chat.failures.saturating_add(1) } else { 0 };
        if chat.class == Some(Class::Stranger) {
            self.strangers.under_way = self.strangers.under_way.saturating_sub(1);
        }
        if matches!(step, Step::Sent { .. }) {
            chat.pace.take(self.rate, now);
        }
        // What failed is offered again as what it is.
        let known = if matches!(step, Step::Failed | Step::Flooded(_)) { chat.class } else { None };
        chat.class = known.filter(|_| !again);
        let ready = chat.pace.ready_at(self.rate, now);
        let (at, firm) = match step {
            Step::Sent { more } | Step::Done { more } if more || again => (ready, false),
            Step::Idle | Step::Later(_) if again => (ready, false),
            Step::Lower(_) if again => (chat.since, false),
            Step::Sent { .. } | Step::Done { .. } | Step::Idle => {
                chat.state = State::Resting;
                return;
            }
            Step::Lower(class) => {
                chat.class = Some(class);
                (chat.since, false)
            }
            Step::Later(wait) => (now + wait, false),
            Step::Flooded(wait) => {
                chat.pace.exhaust(self.rate, now + wait);
                (now + wait, true)
            }
            Step::Failed => (now + self.backoff.wait(chat.failures), true),
        };
        schedule(&mut self.due, chat, id, at, firm);
    }

    /// Forgets chats there is nothing to remember of.
    pub fn prune(&mut self, now: Instant) {
        self.chats.retain(|_, chat| !matches!(chat.state, State::Resting) || !chat.pace.is_rested(now));
    }
}

type Due = BTreeMap<Class, BTreeSet<(Instant, ChatId)>>;

fn schedule(due: &mut Due, chat: &mut Chat, id: ChatId, at: Instant, firm: bool) {
    chat.state = State::Due { at, firm };
    due.entry(chat.class.unwrap_or(Class::Final)).or_default().insert((at, id));
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn queue(now: Instant) -> Queue {
        let strangers = Rate { interval: SECOND, burst: 1 };
        Queue::new(Rate { interval: SECOND, burst: 2 }, strangers, Backoff { first: SECOND, longest: 4 * SECOND }, now)
    }

    fn finish(queue: &mut Queue, step: Step, now: Instant) -> Option<Duration> {
        let turn = queue.start(now).expect("a chat is due");
        queue.finish(turn.chat, turn.progress, step, now);
        queue.next_due(now).map(|at| at - now)
    }

    /// A chat in whose outbox something of this class was seen to wait.
    fn waits(queue: &mut Queue, chat: i64, class: Class, now: Instant) {
        queue.wake(ChatId::telegram(chat), now);
        let turn = queue.start(now).expect("it is looked at first");
        assert_eq!(turn.chat, ChatId::telegram(chat));
        queue.finish(turn.chat, turn.progress, Step::Lower(class), now);
    }

    fn says_next(queue: &mut Queue, now: Instant) -> Option<i64> {
        let turn = queue.start(now)?;
        let chat = turn.chat.id.parse().unwrap();
        queue.finish(turn.chat, turn.progress, Step::Sent { more: false }, now);
        Some(chat)
    }

    #[test]
    fn a_chat_has_one_visit_at_a_time_and_hears_of_what_came_meanwhile() {
        let now = Instant::now();
        let mut queue = queue(now);
        let chat = ChatId::telegram(1);
        queue.wake(chat.clone(), now);
        queue.wake(chat.clone(), now);
        let turn = queue.start(now).unwrap();
        assert!(queue.start(now).is_none());
        queue.wake(chat, now);
        assert!(queue.start(now).is_none());
        queue.finish(turn.chat, turn.progress, Step::Idle, now);
        assert_eq!(finish(&mut queue, Step::Idle, now), None);
    }

    #[test]
    fn messages_keep_the_pace_and_deletions_do_not_count() {
        let now = Instant::now();
        let mut queue = queue(now);
        queue.wake(ChatId::telegram(1), now);
        assert_eq!(finish(&mut queue, Step::Sent { more: true }, now), Some(Duration::ZERO));
        assert_eq!(finish(&mut queue, Step::Done { more: true }, now), Some(Duration::ZERO));
        assert_eq!(finish(&mut queue, Step::Sent { more: true }, now), Some(SECOND));
    }

    #[test]
    fn whoever_is_woken_again_and_again_keeps_its_place() {
        let start = Instant::now();
        let mut queue = queue(start);
        let mut said = Vec::new();
        for tick in 0..60_u32 {
            let now = start + tick * SECOND;
            // Three chats have something new all the time, and one message a second goes out.
            for chat in 1..=3 {
                queue.wake(ChatId::telegram(chat), now);
            }
            said.extend(says_next(&mut queue, now));
        }
        for chat in 1..=3 {
            assert_eq!(said.iter().filter(|said| **said == chat).count(), 20, "{said:?}");
        }
    }

    #[test]
    fn looking_costs_no_place() {
        let start = Instant::now();
        let mut queue = queue(start);
        queue.wake(ChatId::telegram(1), start);
        for tick in 1..=9 {
            let now = start + tick * SECOND / 10;
            let turn = queue.start(now).unwrap();
            assert_eq!(turn.chat, ChatId::telegram(1));
            queue.finish(turn.chat, turn.progress, Step::Lower(Class::Answer), now);
            waits(&mut queue, i64::from(tick) + 1, Class::Answer, now);
            queue.wake(ChatId::telegram(1), now);
        }
        assert_eq!(says_next(&mut queue, start + SECOND), Some(1));
    }

    #[test]
    fn waking_brings_forward_what_may_be() {
        let now = Instant::now();
        let mut queue = queue(now);
        let chat = ChatId::telegram(1);
        queue.wake(chat.clone(), now);
        assert_eq!(finish(&mut queue, Step::Later(9 * SECOND), now), Some(9 * SECOND));
        queue.wake(chat.clone(), now);
        assert_eq!(finish(&mut queue, Step::Flooded(9 * SECOND), now), Some(9 * SECOND));
        queue.wake(chat, now);
        assert_eq!(queue.next_due(now), Some(now + 9 * SECOND));
    }

    #[test]
    fn a_failing_chat_backs_off_alone() {
        let now = Instant::now();
        let mut queue = queue(now);
        queue.wake(ChatId::telegram(1), now);
        assert!(finish(&mut queue, Step::Failed, now).unwrap() >= SECOND / 2);
        queue.wake(ChatId::telegram(2), now);
        assert_eq!(queue.next_due(now), Some(now));
    }

    #[test]
    fn a_rested_chat_is_forgotten() {
        let now = Instant::now();
        let mut queue = queue(now);
        queue.wake(ChatId::telegram(1), now);
        finish(&mut queue, Step::Sent { more: false }, now);
        queue.prune(now);
        assert_eq!(queue.chats.len(), 1, "its pace still counts");
        queue.prune(now + 2 * SECOND);
        assert_eq!(queue.chats.len(), 0);
    }

    #[test]
    fn the_most_urgent_goes_first_whoever_came_first() {
        let now = Instant::now();
        let mut queue = queue(now);
        for (chat, class) in [(5, Class::Stranger), (4, Class::Announcement), (3, Class::Alert), (2, Class::Answer)] {
            waits(&mut queue, chat, class, now);
        }
        queue.wake(ChatId::telegram(1), now);
        let said: Vec<i64> = std::iter::from_fn(|| says_next(&mut queue, now)).collect();
        assert_eq!(said, [1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_chat_not_looked_at_says_what_is_as_urgent_as_the_others() {
        let now = Instant::now();
        let mut queue = queue(now);
        queue.wake(ChatId::telegram(1), now);
        let turn = queue.start(now).unwrap();
        assert_eq!(turn.least, Class::Announcement, "alone it says anything, but to strangers");
        queue.finish(turn.chat, turn.progress, Step::Idle, now);
        waits(&mut queue, 2, Class::Alert, now);
        queue.wake(ChatId::telegram(1), now);
        assert_eq!(queue.start(now).map(|turn| turn.least), Some(Class::Alert));
    }

    #[test]
    fn strangers_have_a_share_and_no_more() {
        let now = Instant::now();
        let mut queue = queue(now);
        for chat in 1..=3 {
            waits(&mut queue, chat, Class::Stranger, now);
        }
        assert_eq!(says_next(&mut queue, now), Some(1));
        assert_eq!(says_next(&mut queue, now), None);
        assert_eq!(queue.next_due(now), Some(now + SECOND), "nobody looks before that");
        assert_eq!(says_next(&mut queue, now + SECOND), Some(2));
    }

    #[test]
    fn strangers_that_telegram_is_slow_with_leave_room() {
        let now = Instant::now();
        let mut queue = queue(now);
        for chat in 1..=9 {
            waits(&mut queue, chat, Class::Stranger, now);
        }
        let mut under_way: Vec<Turn> = (0..9).filter_map(|second| queue.start(now + second * SECOND)).collect();
        assert_eq!((under_way.len(), queue.next_due(now + 9 * SECOND)), (STRANGERS_AT_ONCE, None));
        let turn = under_way.pop().unwrap();
        queue.finish(turn.chat, turn.progress, Step::Sent { more: false }, now + 9 * SECOND);
        assert!(queue.start(now + 9 * SECOND).is_some());
    }

    #[test]
    fn alerts_wait_long_for_answers_and_not_for_ever() {
        let now = Instant::now();
        let mut queue = queue(now);
        waits(&mut queue, 1_000, Class::Alert, now);
        for chat in 0..20 {
            queue.wake(ChatId::telegram(chat), now);
        }
        let said: Vec<i64> = std::iter::from_fn(|| says_next(&mut queue, now)).collect();
        let place = said.iter().position(|chat| *chat == 1_000).unwrap();
        assert!((1..8).contains(&place), "{said:?}");
    }

    #[test]
    fn news_for_a_stranger_is_looked_at_as_if_it_were_anybodys() {
        let now = Instant::now();
        let mut queue = queue(now);
        waits(&mut queue, 1, Class::Stranger, now);
        queue.wake(ChatId::telegram(1), now);
        assert_eq!(
            queue.start(now).map(|turn| turn.least),
            Some(Class::Announcement),
            "it may have registered meanwhile"
        );
    }
}
