//! One visit to one chat's outbox: one message or file sent, or one edit made; or, in a visit of its own, one deletion
//! tried. A row leaves the outbox when Telegram has taken it, or when it is certain that Telegram never will.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use teloxide::types::{ChatId as Peer, InlineKeyboardMarkup, MessageId};
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use super::batch::{self, Batch};
use super::cards::Cards;
use super::post::{self, Below, Upload};
use super::progress::{Form, Progress, RowProgress, overtaken};
use super::queue::Step;
use super::text::{self, Part};
use super::verdict::{Verdict, reads_so_already, verdict};
use super::{Api, ApiError, Timing};
use crate::front::{Button, File, FileKind, Text, Wording};
use konter_core::ids::{Channel, ChatId};
use konter_reply::is_pad;
use konter_store::{Class, Commit, Leases, Outbox, OutboxRow, Outgoing, Payload, StoreError};

/// Rows looked at in one visit: of the shortest, so many fit into one message.
const WINDOW: usize = 64;
/// Looked at when the first ones are all deletions.
const WIDE_WINDOW: usize = 500;
/// How often a message that Telegram refuses for an unknown reason is offered before it is given up.
const REFUSALS: u32 = 3;
/// A file this large gets more time, and is given up when the line is too slow for it: replies wait behind it.
const LARGE_FILE: usize = 4 << 20;
/// Bytes a second that a shop's line takes up at least.
const SLOWEST_LINE: usize = 64 << 10;
/// How often a deletion or an edit is tried while Telegram is out of order: with the longest wait between them, half an
/// hour.
pub(super) const TRIES: u32 = 60;

/// Telegram's number of a chat; `None` for a chat of another channel.
pub(super) fn peer(chat: &ChatId) -> Option<Peer> {
    match chat.channel {
        Channel::Telegram => chat.id.parse().ok().map(Peer),
        Channel::Console | Channel::H2h => None,
    }
}

pub(super) struct Courier {
    pub store: Arc<dyn Outbox>,
    pub share: Arc<Leases>,
    pub api: Arc<Api>,
    pub wording: Arc<dyn Wording>,
    pub timing: Timing,
    pub cards: Arc<Cards>,
}

/// What a visit found and did.
pub(super) struct Visited {
    pub step: Step,
    /// Messages of this chat wait to be deleted.
    pub deletions: bool,
}

impl From<Step> for Visited {
    fn from(step: Step) -> Self {
        Self { step, deletions: false }
    }
}

impl Courier {
    /// Says what waits first, when something that waits is at least as urgent as `least`.
    pub async fn visit(&self, chat: &ChatId, progress: &mut Progress, least: Class) -> Visited {
        let Some(peer) = peer(chat) else { return Step::Idle.into() };
        let rows = match self.window(chat, progress).await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::error!(%chat, %error, "the outbox cannot be read");
                return Step::Failed.into();
            }
        };
        if !self.share.holds(chat) {
            // Reading took so long that another process has the chat now.
            return Step::Idle.into();
        }
        let deletions = rows.iter().any(is_deletion);
        Visited { step: self.speak(peer, &rows, progress, least).await, deletions }
    }

    async fn speak(&self, peer: Peer, rows: &[Outgoing], progress: &mut Progress, least: Class) -> Step {
        let outdated = batch::outdated(rows);
        let is_outdated = |row: &Outgoing| outdated.iter().any(|known| known.seq == row.seq);
        let replies: Vec<&Outgoing> = rows.iter().filter(|row| !is_deletion(row) && !is_outdated(row)).collect();
        let (Some(row), Some(class)) = (progress.choose(&replies), replies.iter().map(|row| row.class).min()) else {
            return Step::Idle;
        };
        // A chat is as urgent as the most urgent of what waits: the rest stands in its way.
        if class > least {
            return Step::Lower(class);
        }
        if !outdated.is_empty() {
            let step = self.take_out(&outdated, true, None, progress, Step::Idle).await;
            if step == Step::Failed {
                return step;
            }
        }
        let more = replies.len() > 1;
        let together = self.say_together(peer, row, &replies, progress).await;
        if let Some(step) = together {
            return step;
        }
        match &row.payload {
            Payload::Reply(_) => self.say(peer, row, progress, more).await,
            Payload::Edit { message, .. } => self.edit(peer, row, message, &replies, progress).await,
            Payload::Copy { from, message } => self.copy(peer, row, (from, message), progress, more).await,
            Payload::Forget { .. } => Step::Idle,
        }
    }

    /// The first rows: as many as it takes to see past the deletions, and to the row that was begun.
    async fn window(&self, chat: &ChatId, progress: &Progress) -> Result<Vec<Outgoing>, StoreError> {
        let rows = self.store.outbox(chat, WINDOW).await?;
        let is_begun = progress.row.parts > 0;
        let sees_next = |row: &Outgoing| if is_begun { row.seq == progress.row.seq } else { !is_deletion(row) };
        if rows.len() < WINDOW || rows.iter().any(sees_next) {
            return Ok(rows);
        }
        self.store.outbox(chat, WIDE_WINDOW).await
    }

    /// Sends what waits from `row` on as one message; `None`: it goes by itself.
    async fn say_together(
        &self,
        peer: Peer,
        row: &Outgoing,
        replies: &[&Outgoing],
        progress: &mut Progress,
    ) -> Option<Step> {
        progress.begin(row.seq);
        if !progress.together.is_empty() {
            // Telegram has it, and the store did not take note last time.
            let said: Vec<&Outgoing> =
                replies.iter().copied().filter(|row| progress.together.contains(&row.seq)).collect();
            let more = replies.len() > said.len();
            return Some(self.take_out(&said, true, None, progress, Step::Done { more }).await);
        }
        if progress.row.was_refused(row.seq) || progress.alone.contains(&row.seq) {
            return None;
        }
        let waiting = replies.iter().position(|reply| reply.seq == row.seq).and_then(|first| replies.get(first..))?;
        let behind = (Utc::now() - row.at).to_std().is_ok_and(|late| late >= self.timing.behind);
        let Batch { rows, part, buttons, keyboard } = batch::gather(waiting, behind, |row| self.words(row))?;
        let more = replies.len() > rows.len();
        self.share.saying(&row.chat, row.seq);
        let below = Below { buttons: self::buttons(row, &buttons), keyboard, topic: row.topic };
        let answer = self.send(peer, part, None, below).await;
        if answer.as_ref().is_err_and(was_surely_not_said) {
            self.share.said(&row.chat, row.seq);
        }
        let Err(error) = answer else {
            progress.row.parts = 1;
            progress.together = rows.iter().map(|row| row.seq).collect();
            return Some(self.take_out(&rows, true, None, progress, Step::Sent { more }).await);
        };
        Some(match verdict(&error) {
            Verdict::Wait(_) | Verdict::Again => self.unsaid(row, progress, &error, None, more).await,
            Verdict::Never => {
                tracing::warn!(chat = %row.chat, replies = rows.len(), %error, "replies are dropped: this chat cannot be written to");
                self.take_out(&rows, false, None, progress, Step::Done { more }).await
            }
            Verdict::Marks | Verdict::Buttons | Verdict::Topic | Verdict::File | Verdict::Odd => {
                tracing::error!(chat = %row.chat, replies = rows.len(), %error, "replies are refused together and go one by one");
                progress.alone = rows.iter().map(|row| row.seq).collect();
                Step::Done { more: true }
            }
        })
    }

    /// Sends the next part of a row.
    async fn say(&self, peer: Peer, row: &Outgoing, progress: &mut Progress, more: bool) -> Step {
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
        let topic = row.topic.filter(|_| !sent.astray);
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
                tracing::error!(%chat, seq, %error, "a reply is sent again without its buttons");
                sent.bare = true;
                Step::Done { more: true }
            }
            (Verdict::Topic, _) if !sent.astray => {
                tracing::warn!(%chat, seq, %error, "a reply is sent again outside of its topic");
                sent.astray = true;
                Step::Done { more: true }
            }
            (Verdict::File, Some(kind)) => lower(sent, kind, error),
            (Verdict::Marks | Verdict::Buttons | Verdict::Topic | Verdict::File | Verdict::Odd, kind) => {
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
        rows: &[&Outgoing],
        progress: &mut Progress,
    ) -> Step {
        let more = rows.len() > 1;
        let named = self.cards.message_of(&row.chat, message);
        let message = named.as_deref().unwrap_or(message);
        if is_pad(message) {
            return self.finish(row, progress, Step::Done { more }).await;
        }
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
            Verdict::Again if worth_another_try(progress, error) => {
                tracing::warn!(%chat, seq, %error, "an edit or a copy waits until Telegram can be reached");
                return Step::Failed;
            }
            _ if reads_so_already(error) => tracing::debug!(%chat, seq, "a message reads so already"),
            // Gone, too old, a picture: it tells nothing that is not told elsewhere.
            _ => {
                tracing::warn!(%chat, seq, %error, "an edit or a copy is dropped");
            }
        }
        self.finish(row, progress, Step::Done { more }).await
    }

    /// Takes a row out of the outbox.
    pub(super) async fn finish(&self, row: &Outgoing, progress: &mut Progress, step: Step) -> Step {
        self.take_out(&[row], true, None, progress, step).await
    }

    /// The same for one that the chat has, as what, should somebody ask for it later.
    async fn finish_shown(&self, row: &Outgoing, message: Option<String>, progress: &mut Progress, step: Step) -> Step {
        if let (Payload::Reply(reply), Some(message)) = (&row.payload, &message) {
            self.cards.note(&row.chat, message, reply.pad(), row.at);
        }
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
        match self.store.commit(commit).await {
            Ok(_) => {
                progress.forget(rows);
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

const fn is_deletion(row: &Outgoing) -> bool {
    matches!(row.payload, Payload::Forget { .. })
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
fn worth_another_try(progress: &mut Progress, error: &ApiError) -> bool {
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
