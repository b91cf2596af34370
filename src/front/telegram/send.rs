//! The pump that carries the outbox to Telegram: in order within a chat, chats side by side, within Telegram's limits.
//! It holds only the names of chats that have something waiting, so an outage of any length costs no memory.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::task::{self, JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::deliver::{Courier, peer};
use super::pace::{Pace, Rate};
use super::progress::Progress;
use super::queue::{Queue, Step, Turn};
use super::{Api, Timing};
use crate::front::Wording;
use konter_core::ids::ChatId;
use konter_store::Outbox;

/// Chats visited at once. Telegram takes some 30 messages per second and answers within a fraction of one.
const AT_ONCE: usize = 32;
/// On a stop, messages on their way get this long to arrive: cut off, they would be said twice.
const GRACE: Duration = Duration::from_secs(5);

/// Tells the pump which chats have something waiting. Clones speak to the same pump.
#[derive(Clone, Default)]
pub struct Waker(Arc<Waiting>);

#[derive(Default)]
struct Waiting {
    chats: Mutex<BTreeSet<ChatId>>,
    bell: Notify,
}

impl Waker {
    /// There is something in this chat's outbox. Chats of other channels are passed over.
    pub fn notify(&self, chat: &ChatId) {
        if peer(chat).is_some() {
            self.0.chats.lock().insert(chat.clone());
            self.0.bell.notify_one();
        }
    }

    async fn woken(&self) -> BTreeSet<ChatId> {
        self.0.bell.notified().await;
        std::mem::take(&mut *self.0.chats.lock())
    }
}

/// Carries the outbox to Telegram.
pub struct Pump {
    courier: Arc<Courier>,
    waker: Waker,
    timing: Timing,
}

type Visit = (ChatId, Progress, Step);

/// What a running pump knows.
struct Run {
    queue: Queue,
    visits: JoinSet<Visit>,
    /// Whom a visit is to, should it end without a word.
    visited: HashMap<task::Id, ChatId>,
    pace: Pace,
}

impl Pump {
    pub(super) fn new(
        store: Arc<dyn Outbox>,
        api: Arc<Api>,
        wording: Arc<dyn Wording>,
        waker: Waker,
        timing: Timing,
    ) -> Self {
        let share = store.share();
        Self { courier: Arc::new(Courier { store, share, api, wording, timing }), waker, timing }
    }

    /// Delivers until `cancel`. Begins with what an earlier run left.
    pub async fn run(self, cancel: CancellationToken) {
        let mut run = Run {
            queue: Queue::new(self.timing.chat, self.timing.strangers, self.timing.backoff, Instant::now()),
            visits: JoinSet::new(),
            visited: HashMap::new(),
            pace: Pace::rested(Instant::now()),
        };
        let mut rescan = interval(self.timing.rescan);
        rescan.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let wake_at = self.start_due(&mut run);
            tokio::select! {
                () = cancel.cancelled() => break,
                chats = self.waker.woken() => {
                    let now = Instant::now();
                    for chat in chats {
                        run.queue.wake(chat, now);
                    }
                }
                Some(ended) = run.visits.join_next_with_id() => run.settle(ended, self.overall()),
                () = sleep_until(wake_at.unwrap_or_else(Instant::now)), if wake_at.is_some() => {}
                _ = rescan.tick() => self.rescan(&mut run.queue).await,
            }
        }
        let last = async { while run.visits.join_next().await.is_some() {} };
        if timeout(GRACE, last).await.is_err() {
            tracing::warn!("stopped with replies on their way to Telegram; they may be said twice");
        }
    }

    /// What Telegram allows is for all processes together.
    fn overall(&self) -> Rate {
        self.timing.overall.among(self.courier.share.members())
    }

    /// Starts the visits that are due and allowed; returns when to look again, unless a visit's end comes first.
    fn start_due(&self, run: &mut Run) -> Option<Instant> {
        loop {
            if run.visits.len() >= AT_ONCE {
                return None;
            }
            let now = Instant::now();
            let overall = self.overall();
            let at = run.queue.next_due(now)?.max(run.pace.ready_at(overall, now));
            if at > now {
                return Some(at);
            }
            let Turn { chat, mut progress, least } = run.queue.start(now)?;
            let Some(busy) = self.courier.share.attend(&chat) else {
                // Another process's to say; should it become this one's again, its rows are found anew.
                run.queue.finish(chat, Progress::default(), Step::Idle, now);
                continue;
            };
            run.pace.take(overall, now);
            let courier = Arc::clone(&self.courier);
            let name = chat.clone();
            let visit = run.visits.spawn(async move {
                let step = courier.visit(&chat, &mut progress, least).await;
                drop(busy);
                (chat, progress, step)
            });
            run.visited.insert(visit.id(), name);
        }
    }

    /// Finds chats nobody named: at the start, and should a name ever get lost.
    async fn rescan(&self, queue: &mut Queue) {
        let now = Instant::now();
        queue.prune(now);
        match self.courier.store.waiting_chats().await {
            Ok(chats) => {
                for chat in chats.into_iter().filter(|chat| peer(chat).is_some()) {
                    queue.wake(chat, now);
                }
            }
            Err(error) => tracing::error!(%error, "chats with waiting replies cannot be listed"),
        }
    }
}

impl Run {
    fn settle(&mut self, ended: Result<(task::Id, Visit), JoinError>, overall: Rate) {
        let now = Instant::now();
        match ended {
            Ok((id, (chat, progress, step))) => {
                self.visited.remove(&id);
                if matches!(step, Step::Lower(_)) {
                    self.pace.give_back(overall);
                }
                self.queue.finish(chat, progress, step, now);
            }
            Err(error) => {
                let Some(chat) = self.visited.remove(&error.id()) else { return };
                tracing::error!(%chat, "a reply could not be put together");
                self.queue.finish(chat, Progress::default(), Step::Failed, now);
            }
        }
    }
}
