//! Answering taps: it stops a button's hourglass, which stops by itself, and may show a word where the button is. The shop
//! answers a tap once it has dealt with it; what it takes longer for is answered without a word. For that there is one
//! small pool for the whole process, and of many taps the oldest go unanswered.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use teloxide::payloads::AnswerCallbackQuery;
use teloxide::types::CallbackQueryId;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::Api;

/// Answered side by side, each on a connection of its own: one slow answer keeps no other hourglass turning.
const AT_ONCE: usize = 8;
/// Taps that wait. Telegram takes no answer after some fifteen seconds; the pool gives about so many in that time.
const MOST_WAITING: usize = 512;

/// How long the shop may take before a hourglass is stopped without a word. Telegram waits some fifteen seconds, people less.
const HOLD: Duration = Duration::from_millis(700);

/// Taps that nobody has answered yet: whoever takes one answers it, since Telegram minds the first answer only.
#[derive(Default)]
pub(super) struct Held(Mutex<HashSet<String>>);

impl Held {
    /// Whether it has not been answered; from now on it has.
    pub(super) fn take(&self, tap: &str) -> bool {
        self.0.lock().remove(tap)
    }
}

/// Ends with its owner, answers under way included.
pub(super) struct Taps {
    queue: Arc<Queue>,
    held: Arc<Held>,
    _pool: JoinSet<()>,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<VecDeque<String>>,
    come: Notify,
}

impl Queue {
    /// The oldest that does not fit is dropped.
    fn put(&self, taps: impl IntoIterator<Item = String>) {
        let mut waiting = self.waiting.lock();
        waiting.extend(taps);
        let too_many = waiting.len().saturating_sub(MOST_WAITING);
        waiting.drain(..too_many);
        let woken = waiting.len().min(AT_ONCE);
        drop(waiting);
        (0..woken).for_each(|_| self.come.notify_one());
    }

    async fn next(&self) -> String {
        loop {
            let come = self.come.notified();
            if let Some(tap) = self.waiting.lock().pop_front() {
                return tap;
            }
            come.await;
        }
    }
}

impl Taps {
    pub(super) fn start(api: &Arc<Api>, held: &Arc<Held>, patience: Duration) -> Self {
        let queue = Arc::new(Queue::default());
        let mut pool = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (api, queue) = (Arc::clone(api), Arc::clone(&queue));
            pool.spawn(async move {
                loop {
                    let tap = CallbackQueryId(queue.next().await);
                    if let Err(error) = api.call(&AnswerCallbackQuery::new(tap), patience).await {
                        tracing::debug!(%error, "a button's tap was not answered");
                    }
                }
            });
        }
        Self { queue, held: Arc::clone(held), _pool: pool }
    }

    /// Nobody waits for it and nothing is lost without it.
    pub(super) fn answer(&self, taps: Vec<String>) {
        self.queue.put(taps);
    }

    /// The shop is about to have them, and may answer them as soon as it has.
    pub(super) fn note(&self, taps: &[String]) {
        self.held.0.lock().extend(taps.iter().cloned());
    }

    /// It has not got them: they come again.
    pub(super) fn forget(&self, taps: &[String]) {
        let mut held = self.held.0.lock();
        for tap in taps {
            held.remove(tap);
        }
    }

    /// It has them. What it has not answered in a moment is answered without a word.
    pub(super) fn hold(&self, taps: Vec<String>) {
        if taps.is_empty() {
            return;
        }
        let (queue, held) = (Arc::clone(&self.queue), Arc::clone(&self.held));
        tokio::spawn(async move {
            tokio::time::sleep(HOLD).await;
            queue.put(taps.into_iter().filter(|tap| held.take(tap)));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn of_too_many_taps_the_oldest_go_unanswered() {
        let queue = Queue::default();
        for batch in 0..300 {
            queue.put((0..100).map(|tap| format!("{}", batch * 100 + tap)));
        }
        assert_eq!(queue.waiting.lock().len(), MOST_WAITING);
        assert_eq!(queue.next().await, (30_000 - MOST_WAITING).to_string());
    }
}
