//! What is remembered of a chat between two visits, and which row of its outbox comes next. Pure: the time is given.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::text;
use crate::front::FileKind;
use konter_store::{Outgoing, Payload};

/// What must be remembered of a chat between two visits. Losing it costs a repeated message, never a lost one.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The reply being sent.
    pub row: RowProgress,
    /// Rows of one message that Telegram has and the store does not know of yet.
    pub together: Vec<u64>,
    /// Rows that go one by one: together, Telegram did not like them.
    pub alone: Vec<u64>,
    /// Deletions that wait for another try, by their row.
    pub forgets: BTreeMap<u64, Forget>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RowProgress {
    pub seq: u64,
    /// Parts of it that Telegram has. A file goes with the first.
    pub parts: usize,
    /// The longest part, in UTF-16 units: words under a file are shorter.
    pub longest: usize,
    /// Sent without what is marked in it: Telegram did not like the marks.
    pub plain: bool,
    /// Sent without its buttons: Telegram did not like them.
    pub bare: bool,
    /// Sent outside of its topic: that is closed or gone.
    pub astray: bool,
    pub form: Form,
    pub refusals: u32,
}

impl RowProgress {
    pub fn new(seq: u64) -> Self {
        Self { seq, longest: text::LONGEST, ..Self::default() }
    }

    /// Whether this row was offered and something about it was not liked, or a part of it is said: then it goes alone.
    pub const fn was_refused(&self, seq: u64) -> bool {
        self.seq == seq && (self.parts > 0 || self.plain || self.bare || self.astray || self.refusals > 0)
    }
}

/// What a row with a file goes as; each is for when Telegram refused the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    #[default]
    Own,
    Document,
    Words,
}

impl Form {
    /// What a file goes as; `None`: it does not go.
    pub const fn of(self, kind: FileKind) -> Option<FileKind> {
        match self {
            Self::Own => Some(kind),
            Self::Document => Some(FileKind::Document),
            Self::Words => None,
        }
    }

    /// What is left when it was refused as this.
    pub const fn below(kind: FileKind) -> Self {
        match kind {
            FileKind::Picture => Self::Document,
            FileKind::Document => Self::Words,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Forget {
    pub tries: u32,
    pub not_before: Instant,
}

impl Progress {
    /// Takes up a row, if it is not the one that was taken up last.
    pub fn begin(&mut self, seq: u64) {
        if self.row.seq != seq {
            self.row = RowProgress::new(seq);
            self.together.clear();
        }
    }

    /// These have left the outbox.
    pub fn forget(&mut self, rows: &[&Outgoing]) {
        for row in rows {
            self.forgets.remove(&row.seq);
            self.alone.retain(|seq| *seq != row.seq);
        }
        if rows.iter().any(|row| row.seq == self.row.seq) {
            self.row = RowProgress::default();
            self.together.clear();
        }
    }

    /// The reply to take up: one of which Telegram has a part already is finished first, whatever came meanwhile.
    pub fn choose<'a>(&self, replies: &[&'a Outgoing]) -> Option<&'a Outgoing> {
        let begun = |row: &&&Outgoing| self.row.parts > 0 && row.seq == self.row.seq;
        replies.iter().find(begun).or_else(|| replies.first()).copied()
    }

    /// The deletion to try: one that failed before comes only when there is no other.
    pub fn choose_deletion<'a>(&self, deletions: &[&'a Outgoing], now: Instant) -> Option<&'a Outgoing> {
        let fresh = |row: &&&Outgoing| !self.forgets.contains_key(&row.seq);
        let ready = |row: &&&Outgoing| self.forgets.get(&row.seq).is_some_and(|forget| forget.not_before <= now);
        deletions.iter().find(fresh).or_else(|| deletions.iter().find(ready)).copied()
    }

    /// How long until a deletion is tried again, when these rows are all that wait.
    pub fn next_forget(&mut self, rows: &[&Outgoing], now: Instant) -> Option<Duration> {
        self.forgets.retain(|seq, _| rows.iter().any(|row| row.seq == *seq));
        let next = self.forgets.values().map(|forget| forget.not_before).min()?;
        Some(next.saturating_duration_since(now))
    }
}

/// The edits of a message that a later one makes needless: someone who taps digits leaves one per tap.
pub(super) fn overtaken<'a>(rows: &[&'a Outgoing], edited: &str) -> Vec<&'a Outgoing> {
    let of_it = |row: &&Outgoing| matches!(&row.payload, Payload::Edit { message, .. } if message == edited);
    let mut edits: Vec<&Outgoing> = rows.iter().copied().filter(of_it).collect();
    edits.pop();
    edits
}

#[cfg(test)]
mod tests {
    use chrono::Utc;

    use super::*;
    use konter_core::agent::Locale;
    use konter_core::ids::ChatId;
    use konter_store::Class;

    const SECOND: Duration = Duration::from_secs(1);

    fn rows(seqs: &[u64]) -> Vec<Outgoing> {
        let row = |seq: &u64| Outgoing {
            seq: *seq,
            at: Utc::now(),
            chat: ChatId::telegram(9),
            locale: Locale::Id,
            payload: Payload::Forget { message: "55".to_owned() },
            class: Class::Answer,
            balance: None,
            topic: None,
        };
        seqs.iter().map(row).collect()
    }

    fn seq(row: Option<&Outgoing>) -> Option<u64> {
        row.map(|row| row.seq)
    }

    #[test]
    fn a_deletion_that_failed_lets_the_others_pass_and_comes_when_it_may() {
        let now = Instant::now();
        let mut progress = Progress::default();
        progress.forgets.insert(1, Forget { tries: 1, not_before: now + SECOND });
        let rows = rows(&[1, 2]);
        let (both, first, second) = ([&rows[0], &rows[1]], [&rows[0]], [&rows[1]]);
        assert_eq!(seq(progress.choose_deletion(&both, now)), Some(2));
        assert_eq!(seq(progress.choose_deletion(&first, now)), None);
        assert_eq!(seq(progress.choose_deletion(&first, now + SECOND)), Some(1));
        assert_eq!(progress.next_forget(&first, now), Some(SECOND));
        assert_eq!(progress.next_forget(&second, now), None, "it is gone");
    }

    #[test]
    fn what_was_begun_is_finished_before_what_came_in_front_of_it() {
        let mut progress = Progress { row: RowProgress::new(5), ..Progress::default() };
        let rows = rows(&[3, 5]);
        let rows: Vec<&Outgoing> = rows.iter().collect();
        assert_eq!(seq(progress.choose(&rows)), Some(3), "nothing of it was said yet");
        progress.row.parts = 1;
        assert_eq!(seq(progress.choose(&rows)), Some(5));
    }
}
