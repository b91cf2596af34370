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
    pub form: Form,
    pub refusals: u32,
}

impl RowProgress {
    pub const fn new(seq: u64) -> Self {
        Self { seq, parts: 0, longest: text::LONGEST, plain: false, bare: false, form: Form::Own, refusals: 0 }
    }

    /// Whether this row was offered and something about it was not liked, or a part of it is said: then it goes alone.
    pub const fn was_refused(&self, seq: u64) -> bool {
        self.seq == seq && (self.parts > 0 || self.plain || self.bare || self.refusals > 0)
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
    /// The row to take up: a deletion that failed before comes only when nothing else waits.
    pub fn choose<'a>(&self, rows: &'a [Outgoing], now: Instant) -> Option<&'a Outgoing> {
        let ready = |row: &&Outgoing| self.forgets.get(&row.seq).is_some_and(|forget| forget.not_before <= now);
        self.begun(rows).or_else(|| self.fresh(rows)).or_else(|| rows.iter().find(ready))
    }

    /// Whether the row to take up is surely among these, however many are behind them.
    pub fn sees_next(&self, rows: &[Outgoing]) -> bool {
        self.begun(rows).is_some() || self.row.parts == 0 && self.fresh(rows).is_some()
    }

    /// How long until a deletion is tried again, when these rows are all that wait.
    pub fn next_forget(&mut self, rows: &[Outgoing], now: Instant) -> Option<Duration> {
        self.forgets.retain(|seq, _| rows.iter().any(|row| row.seq == *seq));
        let next = self.forgets.values().map(|forget| forget.not_before).min()?;
        Some(next.saturating_duration_since(now))
    }

    /// The row of which Telegram has a part already: the rest follows it, whatever came meanwhile.
    fn begun<'a>(&self, rows: &'a [Outgoing]) -> Option<&'a Outgoing> {
        rows.iter().find(|row| self.row.parts > 0 && row.seq == self.row.seq)
    }

    /// The first row but for deletions that failed before.
    fn fresh<'a>(&self, rows: &'a [Outgoing]) -> Option<&'a Outgoing> {
        rows.iter().find(|row| !self.forgets.contains_key(&row.seq))
    }
}

/// The edits of a message that a later one makes needless: someone who taps digits leaves one per tap.
pub(super) fn overtaken<'a>(rows: &'a [Outgoing], edited: &str) -> Vec<&'a Outgoing> {
    let of_it = |row: &&Outgoing| matches!(&row.payload, Payload::Edit { message, .. } if message == edited);
    let mut edits: Vec<&Outgoing> = rows.iter().filter(of_it).collect();
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
        assert_eq!(seq(progress.choose(&rows(&[1, 2]), now)), Some(2));
        assert_eq!(seq(progress.choose(&rows(&[1]), now)), None);
        assert_eq!(seq(progress.choose(&rows(&[1]), now + SECOND)), Some(1));
        assert!(progress.sees_next(&rows(&[1, 2])) && !progress.sees_next(&rows(&[1])));
        assert_eq!(progress.next_forget(&rows(&[1]), now), Some(SECOND));
        assert_eq!(progress.next_forget(&rows(&[2]), now), None, "it is gone");
    }

    #[test]
    fn what_was_begun_is_finished_before_what_came_in_front_of_it() {
        let mut progress = Progress { row: RowProgress::new(5), ..Progress::default() };
        assert_eq!(seq(progress.choose(&rows(&[3, 5]), Instant::now())), Some(3), "nothing of it was said yet");
        progress.row.parts = 1;
        assert_eq!(seq(progress.choose(&rows(&[3, 5]), Instant::now())), Some(5));
        assert!(!progress.sees_next(&rows(&[3, 4])), "it stands further behind");
    }
}
