//! Receiving by asking. Asking with an offset acknowledges everything below it, so the next question waits until the
//! inbox has stored the last answer.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use serde_json::Value;
use serde_json::value::RawValue;
use teloxide::payloads::{DeleteWebhook, GetUpdates};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::taps::{Held, Taps};
use super::update::{self, Incoming};
use super::{ALLOWED, Api, ApiError, Stopped, Timing, tell_broken};
use crate::clock::Elsewhere;
use crate::front::Inbox;

/// The most updates in one answer that Telegram allows.
const BATCH: u8 = 100;
/// On top of the time Telegram holds a question: for the way there and back.
const WAY: Duration = Duration::from_secs(15);
/// Without updates for that long, the offset is forgotten: after a quiet week Telegram starts counting anew, perhaps
/// below it. All that came before has been acknowledged by then.
const QUIET: Duration = Duration::from_secs(3600);
/// Something that answers "nothing" at once, although asked to wait, is not asked faster than this.
const PAUSE: Duration = Duration::from_millis(200);

/// Receives until `cancel`.
pub(super) async fn poll(
    api: &Arc<Api>,
    inbox: &dyn Inbox,
    held: &Arc<Held>,
    timing: &Timing,
    cancel: &CancellationToken,
) -> Result<(), Stopped> {
    let taps = Taps::start(api, held, timing.call);
    let mut poller = Poller {
        api,
        inbox,
        timing,
        taps,
        offset: None,
        heard: Instant::now(),
        webhook_gone: false,
        has_failed: false,
    };
    let mut failures = 0;
    loop {
        let wait = match poller.turn(cancel).await {
            Turn::Cancelled => return Ok(()),
            Turn::Received => {
                works_again(&mut failures);
                continue;
            }
            Turn::Nothing { took } => {
                works_again(&mut failures);
                PAUSE.saturating_sub(took)
            }
            Turn::Failed(Trouble::Api(ApiError::BadToken(401))) => return Err(Stopped::BadToken),
            Turn::Failed(trouble) => {
                failures += 1;
                // More and more seldom: a night without Telegram is a dozen lines, not a thousand.
                if failures.is_power_of_two() {
                    tracing::warn!(%trouble, failures, "messages cannot be received from Telegram");
                }
                poller.has_failed = true;
                poller.after(&trouble, failures)
            }
        };
        if cancel.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
            return Ok(());
        }
    }
}

fn works_again(failures: &mut u32) {
    if *failures > 0 {
        tracing::info!(failures, "messages come from Telegram again");
        *failures = 0;
    }
}

struct Poller<'a> {
    api: &'a Arc<Api>,
    inbox: &'a dyn Inbox,
    timing: &'a Timing,
    taps: Taps,
    offset: Option<i32>,
    /// When the last update came.
    heard: Instant,
    /// Telegram answers no questions while it has a webhook.
    webhook_gone: bool,
    /// The last question failed. The next one is not held open: its answer tells that all is well again.
    has_failed: bool,
}

enum Turn {
    Received,
    Nothing { took: Duration },
    Failed(Trouble),
    Cancelled,
}

#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    Store(#[from] konter_store::StoreError),
    #[error("updates without a number cannot be acknowledged")]
    NoNumber,
}

impl Poller<'_> {
    async fn turn(&mut self, cancel: &CancellationToken) -> Turn {
        let began = Instant::now();
        // Only the question is given up on a stop: what has been received is stored whole.
        let asked = cancel.run_until_cancelled(self.ask()).await;
        let batch = match asked {
            None => return Turn::Cancelled,
            Some(Err(error)) => return Turn::Failed(error.into()),
            Some(Ok(batch)) => batch,
        };
        if batch.is_empty() {
            if self.heard.elapsed() > QUIET {
                self.offset = None;
            }
            return Turn::Nothing { took: began.elapsed() };
        }
        self.heard = Instant::now();
        match self.keep(&batch).await {
            Ok(()) => Turn::Received,
            Err(trouble) => Turn::Failed(trouble),
        }
    }

    async fn ask(&mut self) -> Result<Vec<Value>, ApiError> {
        if !self.webhook_gone {
            match self.api.call(&DeleteWebhook::new(), self.timing.call).await {
                Ok(_) => {}
                Err(error @ ApiError::BadToken(401)) => return Err(error),
                // If there is one, the question below is refused and this comes again.
                Err(error) => tracing::warn!(%error, "an earlier webhook may still be set"),
            }
            self.webhook_gone = true;
        }
        let mut question = GetUpdates::new();
        question.offset = self.offset;
        question.limit = Some(BATCH);
        let held = if self.has_failed { Duration::ZERO } else { self.timing.poll };
        question.timeout = Some(u32::try_from(held.as_secs()).unwrap_or(u32::MAX));
        question.allowed_updates = Some(ALLOWED.to_vec());
        let answer = self.api.call(&question, self.timing.poll + WAY).await?;
        self.has_failed = false;
        let batch: Vec<Box<RawValue>> = answer.read().ok_or(ApiError::Down(200))?;
        Ok(batch.iter().map(|raw| update::parse(raw)).collect())
    }

    /// Stores a batch; only then moves the offset, which acknowledges it.
    async fn keep(&mut self, batch: &[Value]) -> Result<(), Trouble> {
        let now = Utc::now();
        let mut messages = Vec::new();
        let (mut taps, mut foreign) = (Vec::new(), Vec::new());
        for update in batch {
            match update::read(update, now) {
                Incoming::Message(message) => {
                    // Of a tap only our own clock tells.
                    self.api.tells_time(Elsewhere::NotBefore(message.sent_at));
                    messages.push(message);
                }
                Incoming::Tap { message, tap } => {
                    messages.push(message);
                    taps.push(tap);
                }
                Incoming::ForeignTap { tap } => foreign.push(tap),
                Incoming::Ignored => {}
                Incoming::Broken => tell_broken(update),
            }
        }
        let last = batch.iter().filter_map(update::number).max().ok_or(Trouble::NoNumber);
        for message in &mut messages {
            self.api.ids().store(message);
        }
        if !messages.is_empty() {
            // The shop may be done with a tap as soon as it is stored.
            self.taps.note(&taps);
            let stored = self.inbox.receive(messages).await;
            if stored.is_ok() {
                self.taps.hold(taps);
            } else {
                self.taps.forget(&taps);
            }
            stored?;
        }
        let next = i32::try_from(last?.saturating_add(1)).map_err(|_| Trouble::NoNumber)?;
        self.offset = Some(next);
        self.taps.answer(foreign);
        Ok(())
    }

    /// How long to wait after a failure.
    fn after(&mut self, trouble: &Trouble, failures: u32) -> Duration {
        match trouble {
            Trouble::Api(ApiError::RetryAfter(wait)) => *wait,
            Trouble::Api(ApiError::Conflict(_)) => {
                self.webhook_gone = false;
                self.timing.backoff.wait(failures)
            }
            Trouble::Api(_) | Trouble::Store(_) | Trouble::NoNumber => self.timing.backoff.wait(failures),
        }
    }
}
