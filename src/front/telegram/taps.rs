//! Answering taps: it stops a button's hourglass, which stops by itself, and may show a word where the button is. The shop
//! answers a tap once it has dealt with it; what it takes longer for is answered without a word. For that there is one
//! small pool for the whole process, and of many taps the oldest go unanswered.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use teloxide::payloads::AnswerCallbackQuery;
use teloxide::types::CallbackQueryId;
use tokio::sync::{Notify, oneshot};
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
pub(super) struct Held {
    open: Mutex<HashMap<String, Way>>,
    queue: Queue,
}

/// How a tap is answered.
enum Way {
    /// By a call of its own.
    Call,
    /// In the response to the webhook that brought it.
    Response(oneshot::Sender<Option<String>>),
}

impl Held {
    /// Whether it waits for an answer.
    pub(super) fn holds(&self, tap: &str) -> bool {
        self.open.lock().contains_key(tap)
    }

    /// Answers a tap that waits, with a word if there is one. `false` when it has been answered.
    pub(super) fn answer(&self, tap: &str, words: Option<String>) -> bool {
        let way = self.open.lock().remove(tap);
        match way {
            None => false,
            Some(Way::Call) => {
                self.queue.put([Due { tap: tap.to_owned(), words }]);
                true
            }
            Some(Way::Response(response)) => response.send(words).is_ok(),
        }
    }

    /// A webhook has brought it, and its response waits for what the shop says.
    pub(super) fn respond_to(&self, tap: &str) -> oneshot::Receiver<Option<String>> {
        let (response, said) = oneshot::channel();
        self.open.lock().insert(tap.to_owned(), Way::Response(response));
        said
    }

    /// What the shop says to it; nothing where that takes too long.
    pub(super) async fn words(&self, tap: &str, said: oneshot::Receiver<Option<String>>) -> Option<String> {
        let words = tokio::time::timeout(HOLD, said).await;
        self.forget(tap);
        words.ok().and_then(Result::ok).flatten()
    }

    pub(super) fn forget(&self, tap: &str) {
        self.open.lock().remove(tap);
    }
}

/// An answer to be given.
#[derive(Debug, PartialEq, Eq)]
struct Due {
    tap: String,
    words: Option<String>,
}

impl Due {
    const fn without_words(tap: String) -> Self {
        Self { tap, words: None }
    }
}

/// Ends with its owner, answers under way included.
pub(super) struct Taps {
    held: Arc<Held>,
    _pool: JoinSet<()>,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<VecDeque<Due>>,
    come: Notify,
}

impl Queue {
    /// The oldest that does not fit is dropped.
    fn put(&self, due: impl IntoIterator<Item = Due>) {
        let mut waiting = self.waiting.lock();
        waiting.extend(due);
        let too_many = waiting.len().saturating_sub(MOST_WAITING);
        waiting.drain(..too_many);
        let woken = waiting.len().min(AT_ONCE);
        drop(waiting);
        (0..woken).for_each(|_| self.come.notify_one());
    }

    async fn next(&self) -> Due {
        loop {
            let come = self.come.notified();
            if let Some(due) = self.waiting.lock().pop_front() {
                return due;
            }
            come.await;
        }
    }
}

impl Taps {
    pub(super) fn start(api: &Arc<Api>, held: &Arc<Held>, patience: Duration) -> Self {
        let mut pool = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (api, held) = (Arc::clone(api), Arc::clone(held));
            pool.spawn(async move {
                loop {
                    let Due { tap, words } = held.queue.next().await;
                    let mut answer = AnswerCallbackQuery::new(CallbackQueryId(tap));
                    answer.text = words;
                    if let Err(error) = api.call(&answer, patience).await {
                        tracing::debug!(%error, "a button's tap was not answered");
                    }
                }
            });
        }
        Self { held: Arc::clone(held), _pool: pool }
    }

    /// Nobody waits for it and nothing is lost without it.
    pub(super) fn answer(&self, taps: Vec<String>) {
        self.held.queue.put(taps.into_iter().map(Due::without_words));
    }

    /// The shop is about to have them, and may answer them as soon as it has.
    pub(super) fn note(&self, taps: &[String]) {
        self.held.open.lock().extend(taps.iter().map(|tap| (tap.clone(), Way::Call)));
    }

    /// It has not got them: they come again.
    pub(super) fn forget(&self, taps: &[String]) {
        for tap in taps {
            self.held.forget(tap);
        }
    }

    /// It has them. What it has not answered in a moment is answered without a word.
    pub(super) fn hold(&self, taps: Vec<String>) {
        if taps.is_empty() {
            return;
        }
        let held = Arc::clone(&self.held);
        tokio::spawn(async move {
            tokio::time::sleep(HOLD).await;
            for tap in taps {
                held.answer(&tap, None);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_the_shop_says_in_time_is_the_webhooks_response() {
        let held = Held::default();
        let said = held.respond_to("1");
        assert!(held.holds("1") && held.answer("1", Some("Sudah tidak berlaku".to_owned())));
        assert_eq!(held.words("1", said).await.as_deref(), Some("Sudah tidak berlaku"));
        let late = held.respond_to("2");
        assert_eq!(held.words("2", late).await, None);
        assert!(!held.answer("2", Some("terlambat".to_owned())), "it has been answered without a word");
        let (first, again) = (held.respond_to("3"), held.respond_to("3"));
        assert_eq!(held.words("3", first).await, None, "the same update, brought again");
        drop(again);
        assert!(held.open.lock().is_empty() && held.queue.waiting.lock().is_empty());
    }

    #[tokio::test]
    async fn of_too_many_taps_the_oldest_go_unanswered() {
        let queue = Queue::default();
        for batch in 0..300 {
            queue.put((0..100).map(|tap| Due::without_words(format!("{}", batch * 100 + tap))));
        }
        assert_eq!(queue.waiting.lock().len(), MOST_WAITING);
        assert_eq!(queue.next().await.tap, (30_000 - MOST_WAITING).to_string());
    }
}
