//! Which chat's turn it is. Holds names and times only; what is to be said stays in the store. Pure: the time is given.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use tokio::time::Instant;

use super::deliver::Progress;
use super::pace::{Backoff, Pace, Rate};
use crate::ids::ChatId;

/// What came of one visit to a chat's outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Telegram took a message.
    Sent { more: bool },
    /// Something was done that costs no pace: a deletion, a row dropped.
    Done { more: bool },
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
    Resting,
    /// `firm`: waking it does not bring the time forward.
    Due {
        at: Instant,
        firm: bool,
    },
    /// Being visited; `again` when something new came meanwhile.
    Busy {
        again: bool,
    },
}

struct Chat {
    state: State,
    pace: Pace,
    failures: u32,
    progress: Progress,
}

pub(super) struct Queue {
    chats: HashMap<ChatId, Chat>,
    due: BTreeSet<(Instant, ChatId)>,
    rate: Rate,
    backoff: Backoff,
}

impl Queue {
    pub fn new(rate: Rate, backoff: Backoff) -> Self {
        Self { chats: HashMap::new(), due: BTreeSet::new(), rate, backoff }
    }

    /// Something waits for this chat.
    pub fn wake(&mut self, id: ChatId, now: Instant) {
        let chat = self.chats.entry(id.clone()).or_insert_with(|| Chat {
            state: State::Resting,
            pace: Pace::rested(now),
            failures: 0,
            progress: Progress::default(),
        });
        match &mut chat.state {
            State::Busy { again } => *again = true,
            State::Due { firm: true, .. } => {}
            State::Due { at, firm: false } => {
                self.due.remove(&(*at, id.clone()));
                schedule(&mut self.due, chat, id, now.max(chat.pace.ready_at(self.rate, now)), false);
            }
            State::Resting => {
                schedule(&mut self.due, chat, id, chat.pace.ready_at(self.rate, now), false);
            }
        }
    }

    /// When the next chat is due.
    pub fn next_due(&self) -> Option<Instant> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Takes a chat that is due, for a visit.
    pub fn start(&mut self, now: Instant) -> Option<(ChatId, Progress)> {
        if self.next_due()? > now {
            return None;
        }
        let (_, id) = self.due.pop_first()?;
        let chat = self.chats.get_mut(&id)?;
        chat.state = State::Busy { again: false };
        Some((id, std::mem::take(&mut chat.progress)))
    }

    /// Ends a visit.
    pub fn finish(&mut self, id: ChatId, progress: Progress, step: Step, now: Instant) {
        let Some(chat) = self.chats.get_mut(&id) else { return };
        let again = matches!(chat.state, State::Busy { again: true });
        chat.progress = progress;
        chat.failures = if step == Step::Failed { chat.failures.saturating_add(1) } else { 0 };
        if matches!(step, Step::Sent { .. }) {
            chat.pace.take(self.rate, now);
        }
        let ready = chat.pace.ready_at(self.rate, now);
        let (at, firm) = match step {
            Step::Sent { more } | Step::Done { more } if more || again => (ready, false),
            Step::Idle | Step::Later(_) if again => (ready, false),
            Step::Sent { .. } | Step::Done { .. } | Step::Idle => {
                chat.state = State::Resting;
                return;
            }
            Step::Later(wait) => (now + wait, false),
            Step::Flooded(wait) => (now + wait, true),
            Step::Failed => (now + self.backoff.wait(chat.failures), true),
        };
        schedule(&mut self.due, chat, id, at, firm);
    }

    /// Forgets chats there is nothing to remember of.
    pub fn prune(&mut self, now: Instant) {
        self.chats.retain(|_, chat| !matches!(chat.state, State::Resting) || !chat.pace.is_rested(now));
    }
}

fn schedule(due: &mut BTreeSet<(Instant, ChatId)>, chat: &mut Chat, id: ChatId, at: Instant, firm: bool) {
    chat.state = State::Due { at, firm };
    due.insert((at, id));
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn queue() -> Queue {
        Queue::new(Rate { interval: SECOND, burst: 2 }, Backoff { first: SECOND, longest: 4 * SECOND })
    }

    fn finish(queue: &mut Queue, step: Step, now: Instant) -> Option<Duration> {
        let (id, progress) = queue.start(now).expect("a chat is due");
        queue.finish(id, progress, step, now);
        queue.next_due().map(|at| at - now)
    }

    #[test]
    fn a_chat_has_one_visit_at_a_time_and_hears_of_what_came_meanwhile() {
        let (mut queue, now) = (queue(), Instant::now());
        let chat = ChatId::telegram(1);
        queue.wake(chat.clone(), now);
        queue.wake(chat.clone(), now);
        let (id, progress) = queue.start(now).unwrap();
        assert!(queue.start(now).is_none());
        queue.wake(chat, now);
        assert!(queue.start(now).is_none());
        queue.finish(id, progress, Step::Idle, now);
        assert_eq!(finish(&mut queue, Step::Idle, now), None);
    }

    #[test]
    fn messages_keep_the_pace_and_deletions_do_not_count() {
        let (mut queue, now) = (queue(), Instant::now());
        queue.wake(ChatId::telegram(1), now);
        assert_eq!(finish(&mut queue, Step::Sent { more: true }, now), Some(Duration::ZERO));
        assert_eq!(finish(&mut queue, Step::Done { more: true }, now), Some(Duration::ZERO));
        assert_eq!(finish(&mut queue, Step::Sent { more: true }, now), Some(SECOND));
    }

    #[test]
    fn waking_brings_forward_what_may_be() {
        let (mut queue, now) = (queue(), Instant::now());
        let chat = ChatId::telegram(1);
        queue.wake(chat.clone(), now);
        assert_eq!(finish(&mut queue, Step::Later(9 * SECOND), now), Some(9 * SECOND));
        queue.wake(chat.clone(), now);
        assert_eq!(finish(&mut queue, Step::Flooded(9 * SECOND), now), Some(9 * SECOND));
        queue.wake(chat, now);
        assert_eq!(queue.next_due(), Some(now + 9 * SECOND));
    }

    #[test]
    fn a_failing_chat_backs_off_alone() {
        let (mut queue, now) = (queue(), Instant::now());
        queue.wake(ChatId::telegram(1), now);
        assert!(finish(&mut queue, Step::Failed, now).unwrap() >= SECOND / 2);
        queue.wake(ChatId::telegram(2), now);
        assert_eq!(queue.next_due(), Some(now));
    }

    #[test]
    fn a_rested_chat_is_forgotten() {
        let (mut queue, now) = (queue(), Instant::now());
        queue.wake(ChatId::telegram(1), now);
        finish(&mut queue, Step::Sent { more: false }, now);
        queue.prune(now);
        assert_eq!(queue.chats.len(), 1, "its pace still counts");
        queue.prune(now + 2 * SECOND);
        assert_eq!(queue.chats.len(), 0);
    }
}
