//! One visit to one chat's outbox: one message or file sent, one edit made, or one deletion tried. A row leaves the outbox when Telegram has
//! taken it, or when it is certain that Telegram never will.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use teloxide::payloads::DeleteMessage;
use teloxide::types::{ChatId as Peer, InlineKeyboardMarkup, MessageId};
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use super::digest;
use super::post::{self, Below, Upload};
use super::progress::{Forget, Form, Progress, RowProgress, overtaken};
use super::queue::Step;
use super::text::{self, Part};
use super::verdict::{Verdict, reads_so_already, verdict};
use super::{Api, ApiError, Timing};
use crate::front::{Button, File, FileKind, Text, Wording};
use konter_core::ids::{Channel, ChatId};
use konter_store::{Class, Commit, Leases, Outbox, OutboxRow, Outgoing, Payload, StoreError};

/// Rows looked at in one visit: the next one, and a few to know whether more waits.
const WINDOW: usize = 8;
/// Looked at when the first ones are all deletions that failed before.
const WIDE_WINDOW: usize = 500;
/// Alerts looked at when many wait; of the shortest, so many fit into one message.
const DIGEST_WINDOW: usize = 60;
/// How often a message that Telegram refuses for an unknown reason is offered before it is given up.
const REFUSALS: u32 = 3;
/// A file this large gets more time, and is given up when the line is too slow for it: replies wait behind it.
const LARGE_FILE: usize = 4 << 20;
/// Bytes a second that a shop's line takes up at least.
const SLOWEST_LINE: usize = 64 << 10;
/// How often a deletion or an edit is tried while Telegram is out of order: with the longest wait between them, half an
/// hour.
const TRIES: u32 = 60;

/// Telegram's number of a chat; `None` for a chat of another channel.
pub(super) fn peer(chat: &ChatId) -> Option<Peer> {
    match chat.channel {
        Channel::Telegram => chat.id.parse().ok().map(Peer),
        Channel::Console => None,
    }
}

pub(super) struct Courier {
    pub store: Arc<dyn Outbox>,
    pub share: Arc<Leases>,
    pub api: Arc<Api>,
    pub wording: Arc<dyn Wording>,
    pub timing: Timing,
}

impl Courier {
    /// Says what waits first, when it is at least as urgent as `least`.
    pub async fn visit(&self, chat: &ChatId, progress: &mut Progress, least: Class) -> Step {
        let Some(peer) = peer(chat) else { return Step::Idle };
        let rows = match self.window(chat, progress).await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::error!(%chat, %error, "the outbox cannot be read");
                return Step::Failed;
            }
        };
        if !self.share.holds(chat) {
            // Reading took so long that another process has the chat now.
            return Step::Idle;
        }
        let more = rows.len() > 1;
        if let Some(row) = progress.choose(&rows, Instant::now()) {
            if row.class > least {
                return Step::Lower(row.class);
            }
            if digest::is_plain(row)
                && more
                && !progress.row.was_refused(row.seq)
                && let Some(step) = self.say_together(peer, chat, row.seq, progress).await
            {
                return step;
            }
            return match &row.payload {
                Payload::Reply(_) => self.say(peer, row, progress, more).await,
                Payload::Edit { message, .. } => self.edit(peer, row, message, &rows, progress).await,
                Payload::Copy { from, message } => self.copy(peer, row, (from, message), progress, more).await,
                Payload::Forget { message } => self.forget(peer, row, message, progress, more).await,
            };
        }
        progress.next_forget(&rows, Instant::now()).map_or(Step::Idle, Step::Later)
    }

    /// The first rows, as many as it takes to see past the deletions that wait, and the row that was begun.
    async fn window(&self, chat: &ChatId, progress: &Progress) -> Result<Vec<Outgoing>, StoreError> {
        let rows = self.store.outbox(chat, WINDOW).await?;
        if rows.len() < WINDOW || progress.sees_next(&rows) {
            return Ok(rows);
        }
        self.store.outbox(chat, WIDE_WINDOW).await
    }

    /// Sends many alerts as one message. `None`: they are not many, or go one by one for another reason.
    async fn say_together(&self, peer: Peer, chat: &ChatId, first: u64, progress: &mut Progress) -> Option<Step> {
        let rows = self.store.outbox(chat, DIGEST_WINDOW).await.ok()?;
        let from = rows.iter().position(|row| row.seq == first)?;
        let (together, part) = digest::gather(&rows[from..], |row| self.words(row))?;
        let more = rows.len() > together.len();
        let row = *together.first()?;
        progress.row = RowProgress::new(row.seq);
        self.share.saying(&row.chat, row.seq);
        let answer = self.send(peer, part, None, Below::default()).await;
        if answer.as_ref().is_err_and(was_surely_not_said) {
            self.share.said(&row.chat, row.seq);
        }
        Some(match answer {
            Ok(_) => self.take_out(&together, true, None, progress, Step::Sent { more }).await,
            Err(error) => self.unsaid(row, progress, &error, None, more).await,
        })
    }

    /// Sends the next part of a row.
    async fn say(&self, peer: Peer, row: &Outgoing, progress: &mut Progress, more: bool) -> Step {
        if progress.row.seq != row.seq {
            progress.row = RowProgress::new(row.seq);
        }
        let file = self.file(row, &mut progress.row).await;
        let Some(words) = self.words(row) else { return self.set_aside(row, progress, more).await };
        let sent = progress.row;
        let parts = text::parts(&words, sent.longest);
        let count = parts.len().max(usize::from(file.is_some()));
        if sent.parts >= count {
            // Else Telegram has it, and the store did not take note last time.
            if count == 0 && sent.parts == 0 {
                tracing::error!(chat = %row.chat, seq = row.seq, "a reply without words is dropped");
            }
            return self.finish(row, progress, Step::Done { more }).await;
        }
        let mut part = parts.into_iter().nth(sent.parts).unwrap_or_default();
        if sent.plain {
            part.entities.clear();
        }
        let with_buttons = sent.parts + 1 == count && !sent.bare;
        let topic = row.topic.filter(|_| !sent.bare);
        let below = if with_buttons {
            Below { buttons: buttons(row, &words.buttons), keyboard: words.keyboard.clone(), topic }
        } else {
            Below { topic, ..Below::default() }
        };
        let kind = file.as_ref().and_then(|file| sent.form.of(file.kind));
        let large = file.as_ref().is_some_and(|file| file.bytes.len() > LARGE_FILE);
        let began = Instant::now();
        self.share.saying(&row.chat, row.seq);
        let answer = self.send(peer, part, file.zip(kind), below).await;
        if sent.parts == 0 && answer.as_ref().is_err_and(was_surely_not_said) {
            self.share.said(&row.chat, row.seq);
        }
        match answer {
            Ok(message) => {
                progress.row.parts += 1;
                if progress.row.parts < count {
                    return Step::Sent { more: true };
                }
                self.finish_shown(row, message, progress, Step::Sent { more }).await
            }
            Err(error) => {
                let too_slow = large && began.elapsed() >= self.timing.upload;
                self.unsaid(row, progress, &error, kind.map(|kind| (kind, too_slow)), more).await
            }
        }
    }

    /// A row in words; `None` when putting it into words breaks down.
    fn words(&self, row: &Outgoing) -> Option<Text> {
        let again = self.share.is_doubted(&row.chat, row.seq);
        let render = || if again { self.wording.render_again(row) } else { self.wording.render(row) };
        catch_unwind(AssertUnwindSafe(render)).ok()
    }

    /// Takes a row that cannot be said out of the way of those behind it. It is kept, and the shop tells the admins.
    async fn set_aside(&self, row: &Outgoing, progress: &mut Progress, more: bool) -> Step {
        tracing::error!(chat = %row.chat, seq = row.seq, "a reply cannot be put into words and is set aside");
        let mut commit = Commit::new(Utc::now());
        commit.dead_letters.rows.push(OutboxRow::of(&row.chat, row.seq));
        // An announcement counts whom it does not reach.
        commit.take_out(row, false);
        self.leave(&[row], commit, progress, Step::Done { more }).await
    }

    /// The file that goes with a row's next part.
    async fn file(&self, row: &Outgoing, sent: &mut RowProgress) -> Option<File> {
        if sent.parts > 0 {
            return None;
        }
        let file = if sent.form == Form::Words { None } else { self.make(row, sent).await };
        sent.longest = if file.is_some() { text::LONGEST_CAPTION } else { text::LONGEST };
        file
    }

    async fn make(&self, row: &Outgoing, sent: &mut RowProgress) -> Option<File> {
        let (wording, copy) = (Arc::clone(&self.wording), row.clone());
        if let Ok(file) = spawn_blocking(move || wording.file(&copy)).await {
            return file;
        }
        tracing::error!(chat = %row.chat, seq = row.seq, "a file cannot be made; its words go alone");
        sent.form = Form::Words;
        None
    }

    async fn send(
        &self,
        peer: Peer,
        part: Part,
        file: Option<(File, FileKind)>,
        below: Below,
    ) -> Result<Option<String>, ApiError> {
        let sent = match file {
            None => self.api.call(&post::message(peer, part, below), self.timing.call).await?,
            Some((file, kind)) => {
                let seconds = u64::try_from(file.bytes.len() / SLOWEST_LINE).unwrap_or_default();
                let Upload { method, form } = post::upload(peer, file, kind, part, below)?;
                self.api.upload(method, form, self.timing.upload + Duration::from_secs(seconds)).await?
            }
        };
        Ok(sent.read::<MessageId>().map(|id| self.api.ids().stored(id)))
    }

    /// Decides what becomes of a row that Telegram did not take; `file` is what its file went as, and whether the line
    /// was too slow for it.
    async fn unsaid(
        &self,
        row: &Outgoing,
        progress: &mut Progress,
        error: &ApiError,
        file: Option<(FileKind, bool)>,
        more: bool,
    ) -> Step {
        let (chat, seq) = (&row.chat, row.seq);
        let sent = &mut progress.row;
        let kind = file.map(|(kind, _)| kind);
        match (verdict(error), kind) {
            (Verdict::Wait(wait), _) => {
                tracing::info!(%chat, seconds = wait.as_secs(), "Telegram wants a pause in this chat");
                Step::Flooded(wait)
            }
            (Verdict::Again, _) if file.is_some_and(|(_, too_slow)| too_slow) => {
                sent.refusals += 1;
                if sent.refusals < REFUSALS {
                    return Step::Failed;
                }
                lower(sent, FileKind::Document, error)
            }
            (Verdict::Again, _) => {
                tracing::warn!(%chat, seq, %error, "a reply waits until Telegram can be reached");
                Step::Failed
            }
            (Verdict::Never, _) => {
                tracing::warn!(%chat, seq, %error, "a reply is dropped: this chat cannot be written to");
                self.give_up(row, progress, Step::Done { more }).await
            }
            (Verdict::Marks, _) if !sent.plain => {
                tracing::error!(%chat, seq, %error, "a reply is sent again without marks");
                sent.plain = true;
                Step::Done { more: true }
            }
            (Verdict::Buttons, _) if !sent.bare => {
                tracing::error!(%chat, seq, %error, "a reply is sent again without its buttons and its topic");
                sent.bare = true;
                Step::Done { more: true }
            }
            (Verdict::File, Some(kind)) => lower(sent, kind, error),
            (Verdict::Marks | Verdict::Buttons | Verdict::File | Verdict::Odd, kind) => {
                sent.refusals += 1;
                if sent.refusals < REFUSALS {
                    tracing::warn!(%chat, seq, %error, "a reply is refused and will be offered again");
                    return Step::Failed;
                }
                if let Some(kind) = kind {
                    return lower(sent, kind, error);
                }
                tracing::error!(%chat, seq, %error, "a reply is dropped: Telegram keeps refusing it");
                self.give_up(row, progress, Step::Done { more }).await
            }
        }
    }

    /// Puts other words in place of a message's. Only while Telegram cannot be reached does it wait.
    async fn edit(
        &self,
        peer: Peer,
        row: &Outgoing,
        message: &str,
        rows: &[Outgoing],
        progress: &mut Progress,
    ) -> Step {
        let more = rows.len() > 1;
        let overtaken = overtaken(rows, message);
        if overtaken.iter().any(|edit| edit.seq == row.seq) {
            return self.take_out(&overtaken, true, None, progress, Step::Done { more }).await;
        }
        let Some(words) = self.words(row) else { return self.set_aside(row, progress, more).await };
        let part = text::parts(&words, text::LONGEST).into_iter().next();
        let (Some(id), Some(part)) = (self.api.ids().own(message), part) else {
            tracing::warn!(chat = %row.chat, seq = row.seq, "an edit without words, or of another bot's message, is dropped");
            return self.finish(row, progress, Step::Done { more }).await;
        };
        let edit = post::edit(peer, MessageId(id), part, buttons(row, &words.buttons));
        let Err(error) = self.api.call(&edit, self.timing.call).await else {
            return self.finish(row, progress, Step::Sent { more }).await;
        };
        self.not_shown(row, progress, &error, more).await
    }

    /// Shows a message of another chat, a picture for example. What must be known is said elsewhere, so only while
    /// Telegram cannot be reached does it wait.
    async fn copy(
        &self,
        peer: Peer,
        row: &Outgoing,
        (from, message): (&ChatId, &str),
        progress: &mut Progress,
        more: bool,
    ) -> Step {
        let (chat, seq) = (&row.chat, row.seq);
        let (Some(from), Some(id)) = (self::peer(from), self.api.ids().own(message)) else {
            tracing::warn!(%chat, seq, "a message of another channel or another bot cannot be shown here");
            return self.finish(row, progress, Step::Done { more }).await;
        };
        let copy = post::copy(peer, from, MessageId(id));
        let Err(error) = self.api.call(&copy, self.timing.call).await else {
            return self.finish(row, progress, Step::Sent { more }).await;
        };
        self.not_shown(row, progress, &error, more).await
    }

    /// What becomes of an edit or a copy that Telegram did not take: neither holds up the replies behind it for long.
    async fn not_shown(&self, row: &Outgoing, progress: &mut Progress, error: &ApiError, more: bool) -> Step {
        let (chat, seq) = (&row.chat, row.seq);
        match verdict(error) {
            Verdict::Wait(wait) => {
                tracing::info!(%chat, seconds = wait.as_secs(), "Telegram wants a pause in this chat");
                return Step::Flooded(wait);
            }
            Verdict::Again if worth_another_try(row, progress, error) => {
                tracing::warn!(%chat, seq, %error, "an edit or a copy waits until Telegram can be reached");
                return Step::Failed;
            }
            _ if reads_so_already(error) => tracing::debug!(%chat, seq, "a message reads so already"),
            // Gone, too old, a picture: it tells nothing that is not told elsewhere.
            Verdict::Again | Verdict::Never | Verdict::Marks | Verdict::Buttons | Verdict::File | Verdict::Odd => {
                tracing::warn!(%chat, seq, %error, "an edit or a copy is dropped");
            }
        }
        self.finish(row, progress, Step::Done { more }).await
    }

    /// Deletes a message. It may wait, but replies do not wait for it.
    async fn forget(&self, peer: Peer, row: &Outgoing, message: &str, progress: &mut Progress, more: bool) -> Step {
        let Some(id) = self.api.ids().own(message) else {
            return self.finish(row, progress, Step::Done { more }).await;
        };
        let deletion = DeleteMessage::new(peer, MessageId(id));
        let Err(error) = self.api.call(&deletion, self.timing.forget).await else {
            return self.finish(row, progress, Step::Done { more }).await;
        };
        let tries = progress.forgets.get(&row.seq).map_or(0, |forget| forget.tries) + 1;
        let wait = match &error {
            ApiError::RetryAfter(wait) => *wait,
            ApiError::Network(_) | ApiError::BadToken(_) => self.timing.backoff.wait(tries),
            ApiError::Down(_) if tries < TRIES => self.timing.backoff.wait(tries),
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
        self.take_out(&[row], true, None, progress, step).await
    }

    /// The same for one that the chat has, as what, should somebody ask for it later.
    async fn finish_shown(&self, row: &Outgoing, message: Option<String>, progress: &mut Progress, step: Step) -> Step {
        self.take_out(&[row], true, message, progress, step).await
    }

    /// The same for one that the chat will never have.
    async fn give_up(&self, row: &Outgoing, progress: &mut Progress, step: Step) -> Step {
        self.take_out(&[row], false, None, progress, step).await
    }

    async fn take_out(
        &self,
        rows: &[&Outgoing],
        reached: bool,
        message: Option<String>,
        progress: &mut Progress,
        step: Step,
    ) -> Step {
        let mut commit = Commit::new(Utc::now());
        for row in rows {
            if let Some(message) = &message {
                commit.note_shown(row, message);
            }
            commit.take_out(row, reached);
        }
        self.leave(rows, commit, progress, step).await
    }

    /// Commits that rows leave the outbox.
    async fn leave(&self, rows: &[&Outgoing], commit: Commit, progress: &mut Progress, step: Step) -> Step {
        for row in rows {
            progress.forgets.remove(&row.seq);
        }
        match self.store.commit(commit).await {
            Ok(_) => {
                if rows.iter().any(|row| row.seq == progress.row.seq) {
                    progress.row = RowProgress::default();
                }
                for row in rows {
                    self.share.undoubt(&row.chat, row.seq);
                    self.share.said(&row.chat, row.seq);
                }
                step
            }
            // The next visit remembers how many parts Telegram has: nothing is sent twice.
            Err(error) => {
                let (chat, seqs) = (rows.first().map(|row| &row.chat), rows.iter().map(|row| row.seq));
                let seqs: Vec<u64> = seqs.collect();
                tracing::error!(?chat, ?seqs, %error, "what was said cannot be marked so");
                Step::Failed
            }
        }
    }
}

/// Whether Telegram has answered, and not with a yes.
const fn was_surely_not_said(error: &ApiError) -> bool {
    match error {
        ApiError::RetryAfter(_) | ApiError::BadToken(_) | ApiError::Conflict(_) | ApiError::Refused { .. } => true,
        ApiError::Down(_) | ApiError::Network(_) => false,
    }
}

/// A file refused as `kind` goes as less from now on.
fn lower(sent: &mut RowProgress, kind: FileKind, error: &ApiError) -> Step {
    sent.form = Form::below(kind);
    sent.refusals = 0;
    tracing::warn!(seq = sent.seq, %error, refused = ?kind, instead = ?sent.form, "a file is refused and goes otherwise");
    Step::Done { more: true }
}

/// Whether an edit is tried again: what Telegram alone breaks down over must not hold up the replies behind it.
fn worth_another_try(row: &Outgoing, progress: &mut Progress, error: &ApiError) -> bool {
    if progress.row.seq != row.seq {
        progress.row = RowProgress::new(row.seq);
    }
    if matches!(error, ApiError::Down(_)) {
        progress.row.refusals += 1;
    }
    progress.row.refusals < TRIES
}

/// A row's buttons in Telegram's terms.
fn buttons(row: &Outgoing, wanted: &[Vec<Button>]) -> InlineKeyboardMarkup {
    let (keyboard, left_out) = post::keyboard(wanted);
    if left_out > 0 {
        tracing::error!(chat = %row.chat, seq = row.seq, left_out, "buttons Telegram cannot show are left out");
    }
    keyboard
}
