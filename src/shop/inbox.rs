//! The counter: messages come in, are stored, are answered one after the other per chat.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::answer::{Answer, Context, answer, is_order};
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

/// How long a message may be in being answered before it is stored by itself. Longer than a PIN takes to be proven.
const AT_ONCE: Duration = Duration::from_millis(100);

/// Taps of one chat that wait in line. Further ones are left out: whoever taps thousands of times would wait for all of
/// them before the next words are read.
const MOST_TAPS: usize = 60;

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
    /// The channel's ids of those that wait and of the one being handled: somebody may tap thousands of times.
    known: HashSet<String>,
    current: String,
}

impl Queues {
    /// Adds a message that does not stand in line yet; `true` when nobody works on its chat.
    fn push(&self, message: InboxMessage) -> bool {
        let mut queues = self.lines.lock();
        let idle = !queues.contains_key(&message.chat);
        let line = queues.entry(message.chat.clone()).or_default();
        if line.known.insert(message.message.clone()) {
            line.waiting.push_back(message);
        }
        idle
    }

    /// Takes an idle chat for a message that is handled at once; `false` when somebody works on the chat.
    fn reserve(&self, message: &InboxMessage) -> bool {
        let mut queues = self.lines.lock();
        let Entry::Vacant(line) = queues.entry(message.chat.clone()) else { return false };
        let current = message.message.clone();
        line.insert(Line { waiting: VecDeque::new(), known: HashSet::from([current.clone()]), current });
        true
    }

    /// The chat's next message; with none left the chat is idle again.
    fn pop(&self, chat: &ChatId) -> Option<InboxMessage> {
        let mut queues = self.lines.lock();
        let line = queues.get_mut(chat)?;
        let next = line.waiting.pop_front();
        match &next {
            Some(message) => {
                let done = std::mem::replace(&mut line.current, message.message.clone());
                line.known.remove(&done);
            }
            None => drop(queues.remove(chat)),
        }
        next
    }

    /// Leaves out taps that only show something, beyond those a line may hold, and gives them: the button stays, it can be
    /// tapped again. What decides something or is a PIN's digit is never left out.
    fn leave_out_taps(&self, messages: &mut Vec<InboxMessage>) -> Vec<InboxMessage> {
        let lines = self.lines.lock();
        let mut taps = HashMap::<ChatId, usize>::new();
        let is_left_out = |message: &mut InboxMessage| {
            if !may_be_left_out(message) {
                return false;
            }
            let waiting = || {
                let line = lines.get(&message.chat);
                line.map_or(0, |line| line.waiting.iter().filter(|waits| may_be_left_out(waits)).count())
            };
            let taps = taps.entry(message.chat.clone()).or_insert_with(waiting);
            *taps += 1;
            *taps > MOST_TAPS
        };
        messages.extract_if(.., is_left_out).collect()
    }

    /// Forgets what waits: it is in the inbox, for whoever has the chat now.
    fn drop_line(&self, chat: &ChatId) {
        self.lines.lock().remove(chat);
    }
}

fn may_be_left_out(message: &InboxMessage) -> bool {
    message.tapped.is_some() && Tap::read(&message.text).is_none_or(|tap| tap.only_shows())
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

    /// Makes messages ours, and only then returns: each is stored, or what it is answered with is, but for taps that are left
    /// out. They are answered in the background.
    ///
    /// # Errors
    /// When they could not be stored; then they must not be acknowledged to where they came from.
    pub async fn receive(self: &Arc<Self>, mut messages: Vec<InboxMessage>) -> Result<(), StoreError> {
        for tap in self.queues.leave_out_taps(&mut messages) {
            self.decisions.chats.answer_tap(&tap.message, self.context.policy.locale, Some(Reply::TapAgainLater));
        }
        for message in &mut messages {
            // A digit of a PIN for another process travels as messages do, sealed.
            if self.process.share.holds(&message.chat) || self.seal.is_none() {
                self.keep_digit(message);
            }
        }
        let intake = Arc::clone(self);
        // A task of its own: once begun it is carried through, also when a webhook's sender hangs up.
        let storing = self.process.tasks.spawn(async move {
            let (first, messages) = intake.answer_at_once(messages).await;
            if !messages.is_empty() {
                intake.store_received(&messages).await?;
                intake.put_in_line(messages).await;
            }
            for answered in first {
                let lost = |_| Err(StoreError::Unavailable("answering a message failed inside".to_owned()));
                answered.await.unwrap_or_else(lost)?;
            }
            Ok(())
        });
        storing.await.unwrap_or_else(|_| Err(StoreError::Unavailable("storing messages failed inside".to_owned())))
    }

    async fn store_received(&self, messages: &[InboxMessage]) -> Result<(), StoreError> {
        let mut commit = Commit::new(self.process.clock.utc());
        commit.received = messages.iter().map(|message| self.sealed(message)).collect::<Result<_, _>>()?;
        let error = match self.process.store.commit(commit).await {
            Ok(_) => return Ok(()),
            Err(CommitError::Store(error)) => error,
            Err(other) => StoreError::Unavailable(other.to_string()),
        };
        self.failures.tell(messages, &error);
        Err(error)
    }

    /// Begins to answer those that nothing of their chat comes before, and gives when each is ours, and the others.
    ///
    /// What answers a message at once also says that it came: an order costs one sync less, and no row that is written only
    /// to be deleted.
    async fn answer_at_once(
        self: &Arc<Self>,
        messages: Vec<InboxMessage>,
    ) -> (Vec<oneshot::Receiver<Result<(), StoreError>>>, Vec<InboxMessage>) {
        // With several processes a message is put in line by reading the inbox.
        if self.process.share.members() >= 2 || self.process.stop.is_cancelled() {
            return (Vec::new(), messages);
        }
        let mut times = HashMap::<ChatId, usize>::new();
        for message in &messages {
            *times.entry(message.chat.clone()).or_default() += 1;
        }
        let _in_turn = self.queues.intake.lock().await;
        let (mut first, mut others) = (Vec::new(), Vec::new());
        for message in messages {
            // Were the first of two lost and the second kept, they would be answered in the wrong order.
            let is_alone = times.get(&message.chat) == Some(&1);
            if is_alone && self.process.share.is_open(&message.chat) && self.queues.reserve(&message) {
                let (ours, is_ours) = oneshot::channel();
                first.push(is_ours);
                let intake = Arc::clone(self);
                self.process.tasks.spawn(async move {
                    let chat = message.chat.clone();
                    if intake.answer_or_store(message, ours).await {
                        intake.work_off(&chat).await;
                    } else {
                        intake.queues.drop_line(&chat);
                        // Others of the chat may have been stored meanwhile.
                        intake.look_again_later();
                    }
                });
            } else {
                others.push(message);
            }
        }
        (first, others)
    }

    /// Answers a message that is not stored, and stores it when that takes long or fails. `false`: its chat cannot be served
    /// now.
    async fn answer_or_store(
        self: &Arc<Self>,
        message: InboxMessage,
        ours: oneshot::Sender<Result<(), StoreError>>,
    ) -> bool {
        let busy = self.process.share.attend(&message.chat);
        let mut handling = Box::pin(async {
            match &busy {
                Some(_) => self.handle_caught(&message).await,
                None => Err(None),
            }
        });
        let soon = tokio::time::timeout(AT_ONCE, &mut handling).await;
        if let Ok(Ok(())) = soon {
            let _ = ours.send(Ok(()));
            return true;
        }
        let storing = async {
            let stored = self.store_received(std::slice::from_ref(&message)).await;
            let is_stored = stored.is_ok();
            let _ = ours.send(stored);
            is_stored
        };
        // What was begun goes on meanwhile, and to its end: it may hold what the store waits for, and its commit may stand.
        let (is_stored, handled) =
            if let Ok(handled) = soon { (storing.await, handled) } else { tokio::join!(storing, handling) };
        if !is_stored || busy.is_none() {
            return false;
        }
        self.after_fault(&message, handled).await;
        true
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
            self.context.dialogs.keypads.keep(&message.message, digit, self.process.clock.utc());
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
                self.process.tasks.spawn(async move { intake.work_off(&chat).await });
            }
        }
    }

    /// Answers what stands in a chat's line, one after the other.
    async fn work_off(self: &Arc<Self>, chat: &ChatId) {
        while let Some(message) = self.queues.pop(chat) {
            // Whatever a stop leaves in the queue is in the inbox, and answered at the next start, or now by another process.
            let Some(_busy) = self.process.share.attend(chat).filter(|_| !self.process.stop.is_cancelled()) else {
                return self.queues.drop_line(chat);
            };
            let handled = self.handle_caught(&message).await;
            self.after_fault(&message, handled).await;
        }
    }

    /// A fault in handling one message must not take the chat, let alone the shop, with it. `None`: it panicked.
    async fn handle_caught(self: &Arc<Self>, message: &InboxMessage) -> Result<(), Option<StoreError>> {
        AssertUnwindSafe(self.handle(message)).catch_unwind().await.map_or(Err(None), |handled| handled.map_err(Some))
    }

    /// What becomes of a message that is in the inbox and could not be handled.
    async fn after_fault(self: &Arc<Self>, message: &InboxMessage, handled: Result<(), Option<StoreError>>) {
        let key = message.key();
        match handled {
            Ok(()) => {}
            Err(Some(error @ StoreError::Unavailable(_))) => {
                tracing::error!(%key, %error, "message not handled; it stays in the inbox and is tried again");
                self.failures.tell(std::slice::from_ref(message), &error);
                self.look_again_later();
            }
            Err(error) => {
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
        let sorry = Answer::of(message, self.context.policy.locale, Reply::TryAgain { order: is_order(message) });
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

#[cfg(test)]
mod tests {
    use super::*;

    fn tap(number: usize, text: &str) -> InboxMessage {
        InboxMessage {
            tapped: Some("1".to_owned()),
            ..InboxMessage::new(
                ChatId::telegram(1),
                format!("tap{number}"),
                text.to_owned(),
                chrono::DateTime::UNIX_EPOCH,
            )
        }
    }

    #[test]
    fn a_line_holds_so_many_taps_and_every_key_and_word() {
        let queues = Queues::default();
        let mut messages: Vec<InboxMessage> = (0..MOST_TAPS - 1).map(|n| tap(n, "!receipt 1")).collect();
        assert!(queues.leave_out_taps(&mut messages).is_empty());
        for message in messages {
            queues.push(message);
        }
        let key = Tap::Key(
            konter_core::ids::InquiryId(1),
            konter_command::PadTap { key: konter_command::PadKey::Done, drawn: None },
        );
        let words = InboxMessage { tapped: None, ..tap(1_003, "SAL") };
        let elsewhere = InboxMessage { chat: ChatId::telegram(2), ..tap(1_004, "!receipt 1") };
        let mut more =
            vec![tap(1_000, "!receipt 2"), tap(1_001, "!receipt 3"), tap(1_002, &key.to_string()), words, elsewhere];
        let left: Vec<String> = queues.leave_out_taps(&mut more).into_iter().map(|tap| tap.message).collect();
        assert_eq!((left.as_slice(), more.len()), (&["tap1001".to_owned()][..], 4));
    }
}
