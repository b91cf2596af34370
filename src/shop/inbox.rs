//! The counter: messages come in, are stored, are answered one after the other per chat.

use std::collections::{HashMap, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use parking_lot::Mutex;

use super::answer::{Answer, Context, answer};
use super::apply_event::TRIES;
use super::decisions::Decisions;
use super::degraded_mode::StoreFailures;
use super::process::Process;
use super::seal::Seal;
use konter_command::Tap;
use konter_core::ids::ChatId;
use konter_reply::Reply;
use konter_store::{Commit, CommitError, InboxMessage, Shard, StoreError};

/// How long a message waits that met a failing store.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(10);

/// Messages of one chat are handled in the order they came; different chats do not wait for each other.
#[derive(Default)]
pub(super) struct Queues {
    lines: Mutex<HashMap<ChatId, Line>>,
    /// The inbox is about to be looked at again.
    will_look: AtomicBool,
    /// Held while messages are put in line: what was read from the inbox comes before what is stored meanwhile.
    intake: tokio::sync::Mutex<()>,
}

/// One chat's messages.
#[derive(Default)]
struct Line {
    waiting: VecDeque<InboxMessage>,
    /// The channel's id of the one being handled.
    current: String,
}

impl Queues {
    /// Adds a message that does not stand in line yet; `true` when nobody works on its chat.
    fn push(&self, message: InboxMessage) -> bool {
        let mut queues = self.lines.lock();
        let idle = !queues.contains_key(&message.chat);
        let line = queues.entry(message.chat.clone()).or_default();
        let is_known = line.current == message.message || line.waiting.iter().any(|m| m.message == message.message);
        if idle || !is_known {
            line.waiting.push_back(message);
        }
        idle
    }

    /// The chat's next message; with none left the chat is idle again.
    fn pop(&self, chat: &ChatId) -> Option<InboxMessage> {
        let mut queues = self.lines.lock();
        let line = queues.get_mut(chat)?;
        let next = line.waiting.pop_front();
        match &next {
            Some(message) => line.current.clone_from(&message.message),
            None => drop(queues.remove(chat)),
        }
        next
    }

    /// Forgets what waits: it is in the inbox, for whoever has the chat now.
    fn drop_line(&self, chat: &ChatId) {
        self.lines.lock().remove(chat);
    }
}

/// Takes messages in, has them answered one after the other, and carries out what is decided.
pub(super) struct Intake {
    process: Process,
    context: Arc<Context>,
    decisions: Arc<Decisions>,
    failures: Arc<StoreFailures>,
    /// What messages are sealed with before they are stored, where they come from outside.
    seal: Option<Seal>,
    queues: Queues,
}

impl Intake {
    pub fn new(
        process: Process,
        context: Arc<Context>,
        decisions: Arc<Decisions>,
        failures: Arc<StoreFailures>,
        seal: Option<Seal>,
    ) -> Self {
        Self { process, context, decisions, failures, seal, queues: Queues::default() }
    }

    /// Stores messages, and only then returns: from here on they are ours. They are answered in the background.
    ///
    /// # Errors
    /// When they could not be stored; then they must not be acknowledged to where they came from.
    pub async fn receive(self: &Arc<Self>, mut messages: Vec<InboxMessage>) -> Result<(), StoreError> {
        for message in &mut messages {
            // A digit of a PIN for another process travels as messages do, sealed.
            if self.process.share.holds(&message.chat) || self.seal.is_none() {
                self.keep_digit(message);
            }
        }
        let intake = Arc::clone(self);
        // A task of its own: once begun it is carried through, also when a webhook's sender hangs up.
        let storing = self.process.tasks.spawn(async move {
            let mut commit = Commit::new(intake.process.clock.utc());
            commit.received = messages.iter().map(|message| intake.sealed(message)).collect::<Result<_, _>>()?;
            let error = match intake.process.store.commit(commit).await {
                Ok(_) => None,
                Err(CommitError::Store(error)) => Some(error),
                Err(other) => Some(StoreError::Unavailable(other.to_string())),
            };
            if let Some(error) = error {
                intake.failures.tell(&messages, &error);
                return Err(error);
            }
            intake.put_in_line(messages).await;
            Ok(())
        });
        storing.await.unwrap_or_else(|_| Err(StoreError::Unavailable("storing messages failed inside".to_owned())))
    }

    /// A message as it may lie on the disk.
    fn sealed(&self, message: &InboxMessage) -> Result<InboxMessage, StoreError> {
        let Some(seal) = &self.seal else { return Ok(message.clone()) };
        seal.close(message).ok_or_else(|| StoreError::Unavailable("a message cannot be sealed".to_owned()))
    }

    /// A digit of a PIN that was tapped is kept in memory: what is stored of the tap does not hold it.
    fn keep_digit(&self, message: &mut InboxMessage) {
        let tap = message.tapped.as_ref().and_then(|_| Tap::read(&message.text)).map(Tap::without_secret);
        if let Some((tap, Some(digit))) = tap {
            self.context.keypads.keep(&message.message, digit, self.process.clock.utc());
            message.text = tap.to_string();
        }
    }

    /// Puts messages in line that were just stored.
    async fn put_in_line(self: &Arc<Self>, messages: Vec<InboxMessage>) {
        if self.process.share.members() < 2 {
            let intake = self.queues.intake.lock().await;
            self.enqueue(messages);
            drop(intake);
            return;
        }
        // Another process may have stored an earlier message of the same chat, and its word of that be on its way.
        if messages.iter().any(|message| self.process.share.is_open(&message.chat))
            && let Err(error) = self.recover().await
        {
            tracing::error!(%error, "the inbox cannot be read; trying again");
            self.look_again_later();
        }
    }

    /// Takes up what was received and not handled before the shop last stopped, or by another process.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn recover(self: &Arc<Self>) -> Result<usize, StoreError> {
        self.take_in(&[]).await
    }

    /// The same, and from now on messages of these parts are answered as they come: all that is older stands in line.
    pub async fn take_in(self: &Arc<Self>, opening: &[Shard]) -> Result<usize, StoreError> {
        let _intake = self.queues.intake.lock().await;
        let mut waiting = self.process.store.inbox().await?;
        self.process.share.open(opening);
        waiting.retain(|message| self.process.share.is_open(&message.chat));
        let count = waiting.len();
        let mut readable = Vec::with_capacity(count);
        for stored in waiting {
            let Some(seal) = &self.seal else {
                readable.push(stored);
                continue;
            };
            let key = stored.key();
            if let Some(mut message) = seal.open(stored.clone()) {
                self.keep_digit(&mut message);
                readable.push(message);
            } else {
                tracing::warn!(%key, "a message was sealed with another secret; it is answered with an apology");
                self.apologise(&stored).await;
            }
        }
        self.enqueue(readable);
        Ok(count)
    }

    fn enqueue(self: &Arc<Self>, messages: Vec<InboxMessage>) {
        // What is another process's, or not taken up yet, is found in the inbox.
        for message in messages.into_iter().filter(|message| self.process.share.is_open(&message.chat)) {
            let chat = message.chat.clone();
            if self.queues.push(message) {
                let intake = Arc::clone(self);
                self.process.tasks.spawn(async move {
                    while let Some(message) = intake.queues.pop(&chat) {
                        // Whatever a stop leaves in the queue is in the inbox, and answered at the next start, or now by
                        // another process.
                        let Some(_busy) =
                            intake.process.share.attend(&chat).filter(|_| !intake.process.stop.is_cancelled())
                        else {
                            return intake.queues.drop_line(&chat);
                        };
                        intake.handle_safely(&message).await;
                    }
                });
            }
        }
    }

    /// A fault in handling one message must not take the chat, let alone the shop, with it.
    async fn handle_safely(self: &Arc<Self>, message: &InboxMessage) {
        let key = message.key();
        match AssertUnwindSafe(self.handle(message)).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(error @ StoreError::Unavailable(_))) => {
                tracing::error!(%key, %error, "message not handled; it stays in the inbox and is tried again");
                self.failures.tell(std::slice::from_ref(message), &error);
                self.look_again_later();
            }
            fault => {
                let error = fault.ok().and_then(Result::err);
                tracing::error!(%key, ?error, "handling a message failed inside; it is answered with an apology");
                self.apologise(message).await;
            }
        }
    }

    /// Takes what stayed in the inbox up again in a while. Once at a time, however many messages stayed there.
    fn look_again_later(self: &Arc<Self>) {
        if self.queues.will_look.swap(true, Ordering::AcqRel) {
            return;
        }
        let intake = Arc::clone(self);
        self.process.tasks.spawn(async move {
            if intake.process.stop.run_until_cancelled(tokio::time::sleep(TRY_AGAIN_AFTER)).await.is_none() {
                return;
            }
            intake.queues.will_look.store(false, Ordering::Release);
            if let Err(error) = intake.recover().await {
                tracing::error!(%error, "the inbox cannot be read; trying again");
                intake.look_again_later();
            }
        });
    }

    /// Answers that it did not work and may be said again.
    async fn apologise(self: &Arc<Self>, message: &InboxMessage) {
        let sorry = Answer::of(message, self.context.policy.locale, Reply::TryAgain);
        if let Err(error) = self.decisions.commit(message, sorry).await {
            tracing::error!(key = %message.key(), %error, "the apology could not be stored");
        }
    }

    /// Answers one message: decides on what is known, commits, and decides anew when something changed meanwhile.
    ///
    /// # Errors
    /// When the store fails; the message stays in the inbox.
    pub async fn handle(self: &Arc<Self>, message: &InboxMessage) -> Result<(), StoreError> {
        let older = self.context.restored.as_of_now(message);
        let message = older.as_ref().unwrap_or(message);
        let started = std::time::Instant::now();
        for _ in 0..TRIES {
            if self.process.store.answered(&message.key()).await?.is_some() {
                return Ok(());
            }
            let answer = answer(&self.context, message).await?;
            if self.decisions.commit(message, answer).await? {
                metrics::histogram!("konter_answer_seconds").record(started.elapsed().as_secs_f64());
                return Ok(());
            }
        }
        Err(StoreError::Unavailable(format!("message {} kept being overtaken", message.key())))
    }
}
