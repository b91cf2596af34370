//! One visit to one chat's outbox: one message sent, or one deletion tried. A row leaves the outbox when Telegram has
//! taken it, or when it is certain that Telegram never will.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use teloxide::payloads::{DeleteMessage, SendMessage};
use teloxide::types::{ChatId as Peer, LinkPreviewOptions, MessageId};
use tokio::time::Instant;

use super::queue::Step;
use super::text::{self, Part};
use super::{Api, ApiError, Timing};
use crate::front::Wording;
use crate::ids::{Channel, ChatId};
use crate::store::{Commit, Outgoing, Payload, Store, StoreError};

/// Rows looked at in one visit: the next one, and a few to know whether more waits.
const WINDOW: usize = 8;
/// Looked at when the first ones are all deletions that failed before.
const WIDE_WINDOW: usize = 500;
/// How often a message that Telegram refuses for an unknown reason is offered before it is given up.
const REFUSALS: u8 = 3;
/// How often a deletion is tried while Telegram is out of order: with the longest wait between them, half an hour.
const FORGET_TRIES: u32 = 60;

/// What must be remembered of a chat between two visits. Losing it costs a repeated message, never a lost one.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The reply being sent.
    row: RowProgress,
    /// Deletions that wait for another try.
    forgets: BTreeMap<u64, Forget>,
}

#[derive(Clone, Copy, Debug, Default)]
struct RowProgress {
    seq: u64,
    /// Parts of it that Telegram has.
    parts: usize,
    /// Sent without what a tap copies: Telegram did not like the marks.
    plain: bool,
    refusals: u8,
}

#[derive(Clone, Copy, Debug)]
struct Forget {
    tries: u32,
    not_before: Instant,
}

/// Telegram's number of a chat; `None` for a chat of another channel.
pub(super) fn peer(chat: &ChatId) -> Option<Peer> {
    match chat.channel {
        Channel::Telegram => chat.id.parse().ok().map(Peer),
        Channel::Console => None,
    }
}

pub(super) struct Courier {
    pub store: Arc<dyn Store>,
    pub api: Arc<Api>,
    pub wording: Arc<dyn Wording>,
    pub timing: Timing,
}

impl Courier {
    pub async fn visit(&self, chat: &ChatId, progress: &mut Progress) -> Step {
        let Some(peer) = peer(chat) else { return Step::Idle };
        let rows = match self.window(chat, progress).await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::error!(%chat, %error, "the outbox cannot be read");
                return Step::Failed;
            }
        };
        let more = rows.len() > 1;
        if let Some(row) = choose(&rows, progress, Instant::now()) {
            return match &row.payload {
                Payload::Reply(_) | Payload::Edit { .. } => self.say(peer, row, progress, more).await,
                Payload::Forget { message } => self.forget(peer, row, message, progress, more).await,
            };
        }
        progress.forgets.retain(|seq, _| rows.iter().any(|row| row.seq == *seq));
        let next = progress.forgets.values().map(|forget| forget.not_before).min();
        next.map_or(Step::Idle, |at| Step::Later(at.saturating_duration_since(Instant::now())))
    }

    /// The oldest rows, as many as it takes to see past the deletions that wait.
    async fn window(&self, chat: &ChatId, progress: &Progress) -> Result<Vec<Outgoing>, StoreError> {
        let rows = self.store.outbox(chat, WINDOW).await?;
        if rows.len() < WINDOW || fresh(&rows, progress).is_some() {
            return Ok(rows);
        }
        self.store.outbox(chat, WIDE_WINDOW).await
    }

    /// Sends the next part of a row.
    async fn say(&self, peer: Peer, row: &Outgoing, progress: &mut Progress, more: bool) -> Step {
        if progress.row.seq != row.seq {
            progress.row = RowProgress { seq: row.seq, ..RowProgress::default() };
        }
        let parts = text::parts(&self.wording.render(row), text::LONGEST);
        let count = parts.len();
        let Some(part) = parts.into_iter().nth(progress.row.parts) else {
            // Else Telegram has it, and the store did not take note last time.
            if count == 0 {
                tracing::error!(chat = %row.chat, seq = row.seq, "a reply without words is dropped");
            }
            return self.finish(row, progress, Step::Done { more }).await;
        };
        let message = message(peer, part, progress.row.plain);
        match self.api.call(&message, self.timing.call).await {
            Ok(_) => {
                progress.row.parts += 1;
                if progress.row.parts < count {
                    return Step::Sent { more: true };
                }
                self.finish(row, progress, Step::Sent { more }).await
            }
            Err(error) => self.unsaid(row, progress, &error, more).await,
        }
    }

    /// Decides what becomes of a row that Telegram did not take.
    async fn unsaid(&self, row: &Outgoing, progress: &mut Progress, error: &ApiError, more: bool) -> Step {
        let (chat, seq) = (&row.chat, row.seq);
        match verdict(error) {
            Verdict::Wait(wait) => {
                tracing::info!(%chat, seconds = wait.as_secs(), "Telegram wants a pause in this chat");
                Step::Flooded(wait)
            }
            Verdict::Again => {
                tracing::warn!(%chat, seq, %error, "a reply waits until Telegram can be reached");
                Step::Failed
            }
            Verdict::Never => {
                tracing::warn!(%chat, seq, %error, "a reply is dropped: this chat cannot be written to");
                self.finish(row, progress, Step::Done { more }).await
            }
            Verdict::Marks if !progress.row.plain => {
                tracing::error!(%chat, seq, %error, "a reply is sent again without marks");
                progress.row.plain = true;
                Step::Done { more: true }
            }
            Verdict::Marks | Verdict::Odd => {
                progress.row.refusals += 1;
                if progress.row.refusals < REFUSALS {
                    tracing::warn!(%chat, seq, %error, "a reply is refused and will be offered again");
                    return Step::Failed;
                }
                tracing::error!(%chat, seq, %error, "a reply is dropped: Telegram keeps refusing it");
                self.finish(row, progress, Step::Done { more }).await
            }
        }
    }

    /// Deletes a message. It may wait, but replies do not wait for it.
    async fn forget(&self, peer: Peer, row: &Outgoing, message: &str, progress: &mut Progress, more: bool) -> Step {
        let Ok(id) = message.parse() else { return self.finish(row, progress, Step::Done { more }).await };
        let deletion = DeleteMessage::new(peer, MessageId(id));
        let Err(error) = self.api.call(&deletion, self.timing.forget).await else {
            return self.finish(row, progress, Step::Done { more }).await;
        };
        let tries = progress.forgets.get(&row.seq).map_or(0, |forget| forget.tries) + 1;
        let wait = match &error {
            ApiError::RetryAfter(wait) => *wait,
            ApiError::Network(_) | ApiError::BadToken(_) => self.timing.backoff.wait(tries),
            ApiError::Down(_) if tries < FORGET_TRIES => self.timing.backoff.wait(tries),
            // Older than 48 hours, already gone, no right to: it will never work.
            ApiError::Down(_) | ApiError::Refused { .. } | ApiError::Conflict(_) => {
                tracing::debug!(chat = %row.chat, %error, "a message stays where it is");
                return self.finish(row, progress, Step::Done { more }).await;
            }
        };
        progress.forgets.insert(row.seq, Forget { tries, not_before: Instant::now() + wait });
        Step::Done { more: true }
    }

    /// Takes a row out of the outbox.
    async fn finish(&self, row: &Outgoing, progress: &mut Progress, step: Step) -> Step {
        progress.forgets.remove(&row.seq);
        let mut commit = Commit::new(Utc::now());
        commit.said.push((row.chat.clone(), row.seq));
        match self.store.commit(commit).await {
            Ok(_) => step,
            // The next visit remembers how many parts Telegram has: nothing is sent twice.
            Err(error) => {
                tracing::error!(chat = %row.chat, seq = row.seq, %error, "what was said cannot be marked so");
                Step::Failed
            }
        }
    }
}

/// The oldest row but for deletions that failed before.
fn fresh<'a>(rows: &'a [Outgoing], progress: &Progress) -> Option<&'a Outgoing> {
    rows.iter().find(|row| !progress.forgets.contains_key(&row.seq))
}

/// The row to take up: a deletion that failed before comes only when nothing else waits.
fn choose<'a>(rows: &'a [Outgoing], progress: &Progress, now: Instant) -> Option<&'a Outgoing> {
    let ready = |row: &&Outgoing| progress.forgets.get(&row.seq).is_some_and(|forget| forget.not_before <= now);
    fresh(rows, progress).or_else(|| rows.iter().find(ready))
}

fn message(peer: Peer, part: Part, plain: bool) -> SendMessage {
    let mut message = SendMessage::new(peer, part.body);
    if !plain && !part.entities.is_empty() {
        message.entities = Some(part.entities);
    }
    // An address in a reply is no reason for a picture.
    message.link_preview_options = Some(LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    });
    message
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Wait(Duration),
    Again,
    /// This chat will not take anything, ever.
    Never,
    /// Telegram does not like what is marked in the text.
    Marks,
    /// Refused for a reason we do not know.
    Odd,
}

/// Telegram's words (in lower case) for a chat that cannot be written to, beside a 403.
const GONE: [&str; 7] = [
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "upgraded to a supergroup",
    "chat_write_forbidden",
    "not enough rights to send",
    "have no rights to send",
];

fn verdict(error: &ApiError) -> Verdict {
    match error {
        ApiError::RetryAfter(wait) => Verdict::Wait(*wait),
        // A wrong token is the operator's to mend; no reply is lost meanwhile.
        ApiError::BadToken(_) | ApiError::Conflict(_) | ApiError::Down(_) | ApiError::Network(_) => Verdict::Again,
        ApiError::Refused { code: 403, .. } => Verdict::Never,
        ApiError::Refused { description, .. } => {
            let words = description.to_lowercase();
            if GONE.iter().any(|gone| words.contains(gone)) {
                Verdict::Never
            } else if words.contains("entit") {
                Verdict::Marks
            } else {
                Verdict::Odd
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_hopeless_chat_loses_its_replies_at_once() {
        let refused = |code, description: &str| ApiError::Refused { code, description: description.to_owned() };
        for (error, expected) in [
            (refused(403, "Forbidden: bot was blocked by the user"), Verdict::Never),
            (refused(400, "Bad Request: chat not found"), Verdict::Never),
            (refused(400, "Bad Request: group chat was upgraded to a supergroup chat"), Verdict::Never),
            (refused(400, "Bad Request: can't parse entities: unsupported"), Verdict::Marks),
            (refused(400, "Bad Request: message is not modified"), Verdict::Odd),
            (refused(400, "Bad Request: message text is empty"), Verdict::Odd),
            (ApiError::Down(502), Verdict::Again),
            (ApiError::BadToken(401), Verdict::Again),
            (ApiError::Network(String::new()), Verdict::Again),
            (ApiError::RetryAfter(Duration::from_secs(3)), Verdict::Wait(Duration::from_secs(3))),
        ] {
            assert_eq!(verdict(&error), expected, "{error}");
        }
    }
}
