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

use super::allowance::Allowance;
use super::cards::Cards;
use super::deliver::{Courier, Visited, peer};
use super::pace::Rate;
use super::progress::Progress;
use super::queue::{Queue, Step, Turn};
use super::{Api, Timing};
use crate::front::Wording;
use konter_core::ids::ChatId;
use konter_store::Outbox;

/// Chats visited at once. Telegram takes some 30 messages per second and answers within a fraction of one.
const AT_ONCE: usize = 32;
const DELETIONS_AT_ONCE: usize = 8;
/// While Telegram takes no more from the bot, deletions make room for messages for so long.
const ROOM: Duration = Duration::from_secs(30);
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

type Visit = (ChatId, Progress, Visited);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Errand {
    Say,
    Delete,
}

/// What a running pump knows of one kind of visit.
struct Track {
    errand: Errand,
    at_once: usize,
    queue: Queue,
    visits: JoinSet<Visit>,
    /// Whom a visit is to, should it end without a word.
    visited: HashMap<task::Id, ChatId>,
    allowance: Allowance,
}

impl Track {
    fn new(errand: Errand, at_once: usize, rate: Rate, timing: &Timing) -> Self {
        let now = Instant::now();
        Self {
            errand,
            at_once,
            queue: Queue::new(timing.chat, timing.strangers, timing.backoff, now),
            visits: JoinSet::new(),
            visited: HashMap::new(),
            allowance: Allowance::new(rate, now),
        }
    }
}

struct Run {
    replies: Track,
    deletions: Track,
}

impl Pump {
    pub(super) fn new(
        store: Arc<dyn Outbox>,
        api: Arc<Api>,
        wording: Arc<dyn Wording>,
        waker: Waker,
        timing: Timing,
        cards: Arc<Cards>,
    ) -> Self {
        let share = store.share();
        Self { courier: Arc::new(Courier { store, share, api, wording, timing, cards }), waker, timing }
    }

    /// Delivers until `cancel`. Begins with what an earlier run left.
    pub async fn run(self, cancel: CancellationToken) {
        let mut run = Run {
            replies: Track::new(Errand::Say, AT_ONCE, self.timing.overall, &self.timing),
            deletions: Track::new(Errand::Delete, DELETIONS_AT_ONCE, self.timing.deletions, &self.timing),
        };
        let mut rescan = interval(self.timing.rescan);
        rescan.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = [self.start_due(&mut run.replies), self.start_due(&mut run.deletions)];
            let wake_at = due.into_iter().flatten().min();
            tokio::select! {
                () = cancel.cancelled() => break,
                chats = self.waker.woken() => {
                    let now = Instant::now();
                    for chat in chats {
                        run.wake(chat, now);
                    }
                }
                Some(ended) = run.replies.visits.join_next_with_id() => run.settle(Errand::Say, ended, self.members()),
                Some(ended) = run.deletions.visits.join_next_with_id() => run.settle(Errand::Delete, ended, self.members()),
                () = sleep_until(wake_at.unwrap_or_else(Instant::now)), if wake_at.is_some() => {}
                _ = rescan.tick() => self.rescan(&mut run).await,
            }
        }
        let last = async {
            while run.replies.visits.join_next().await.is_some() {}
            while run.deletions.visits.join_next().await.is_some() {}
        };
        if timeout(GRACE, last).await.is_err() {
            tracing::warn!("stopped with replies on their way to Telegram; they may be said twice");
        }
    }

    /// What Telegram allows is for all processes together.
    fn members(&self) -> u32 {
        self.courier.share.members()
    }

    /// Starts the visits that are due and allowed; returns when to look again, unless a visit's end comes first.
    fn start_due(&self, track: &mut Track) -> Option<Instant> {
        loop {
            if track.visits.len() >= track.at_once {
                return None;
            }
            let now = Instant::now();
            let at = track.queue.next_due(now)?.max(track.allowance.ready_at(self.members(), now));
            if at > now {
                return Some(at);
            }
            let Turn { chat, mut progress, least } = track.queue.start(now)?;
            let Some(busy) = self.courier.share.attend(&chat) else {
                // Another process's to say; should it become this one's again, its rows are found anew.
                track.queue.finish(chat, Progress::default(), Step::Idle, now);
                continue;
            };
            track.allowance.take(self.members(), now);
            let (courier, errand) = (Arc::clone(&self.courier), track.errand);
            let name = chat.clone();
            let visit = track.visits.spawn(async move {
                let visited = match errand {
                    Errand::Say => courier.visit(&chat, &mut progress, least).await,
                    Errand::Delete => courier.sweep(&chat, &mut progress).await.into(),
                };
                drop(busy);
                (chat, progress, visited)
            });
            track.visited.insert(visit.id(), name);
        }
    }

    /// Finds chats nobody named: at the start, and should a name ever get lost.
    async fn rescan(&self, run: &mut Run) {
        let now = Instant::now();
        run.replies.queue.prune(now);
        run.deletions.queue.prune(now);
        match self.courier.store.waiting_chats().await {
            Ok(chats) => {
                for chat in chats.into_iter().filter(|chat| peer(chat).is_some()) {
                    run.wake(chat, now);
                }
            }
            Err(error) => tracing::error!(%error, "chats with waiting replies cannot be listed"),
        }
    }
}

impl Run {
    /// Something waits for this chat: what, the next visit sees.
    fn wake(&mut self, chat: ChatId, now: Instant) {
        if !self.replies.queue.wake(chat.clone(), now) {
            self.deletions.queue.wake(chat, now);
        }
    }

    fn settle(&mut self, errand: Errand, ended: Result<(task::Id, Visit), JoinError>, members: u32) {
        let now = Instant::now();
        let track = match errand {
            Errand::Say => &mut self.replies,
            Errand::Delete => &mut self.deletions,
        };
        let (id, (chat, progress, Visited { step, deletions })) = match ended {
            Ok(ended) => ended,
            Err(error) => {
                let Some(chat) = track.visited.remove(&error.id()) else { return };
                tracing::error!(%chat, "a reply could not be put together");
                track.queue.finish(chat, Progress::default(), Step::Failed, now);
                return;
            }
        };
        track.visited.remove(&id);
        let mut is_too_much = false;
        match step {
            Step::Sent { .. } | Step::Done { .. } => track.allowance.granted(),
            Step::Flooded(wait) => is_too_much = track.allowance.refused(&chat, wait, now),
            Step::Lower(_) | Step::Idle | Step::Later(_) => track.allowance.give_back(members),
            Step::Failed => {}
        }
        track.queue.finish(chat.clone(), progress, step, now);
        if is_too_much {
            tracing::warn!("Telegram takes no more messages from this bot for now");
            self.deletions.allowance.pause(ROOM, now);
        }
        // While replies wait for Telegram, nobody sees what else has come.
        if deletions || matches!(step, Step::Flooded(_) | Step::Failed) {
            self.deletions.queue.wake(chat, now);
        }
    }
}
