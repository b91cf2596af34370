//! A row of the table of commands: the words that open one, who may give it, what it does, how it is typed, how it is read.

use super::meaning::Command;
use super::read::{Cursor, Problem};
use super::said::Said;
use super::topic::Topic;
use konter_core::staff::Role;

/// How what stands behind a format's word is read.
#[derive(Clone, Copy)]
pub(super) enum Read {
    /// Whatever stands there, this is meant: the format owns the word.
    Always(fn(Cursor<'_>) -> Result<Command, Problem>),
    /// This is meant if the arguments say so; asked before the word's owner.
    When(fn(Cursor<'_>) -> Option<Result<Command, Problem>>),
}

/// One way of typing a command.
#[derive(Clone, Copy)]
pub struct Format {
    /// Several formats may tell of one topic; the first in the table is its example.
    pub topic: Topic,
    /// In upper case; admins' with their slash, in lower case.
    pub words: &'static [&'static str],
    /// One line.
    pub meaning: &'static str,
    /// A line that is typed right.
    pub example: &'static str,
    /// The least role the example needs; `None` for everybody.
    pub least: Option<Role>,
    /// More lines that open with the same words, where they need another role.
    pub also: &'static [(&'static str, Role)],
    /// How those who leave the slash out say it.
    pub(super) said: &'static [Said],
    /// What is suggested to somebody who misspells one of the words.
    pub(super) hint: Option<Topic>,
    /// Whether `CEK` may stand in front of the words: `CEK SALDO`.
    pub(super) behind_cek: bool,
    read: Read,
}

impl Format {
    const fn new(topic: Topic, words: &'static [&'static str], meaning: &'static str, read: Read) -> Self {
        Self {
            topic,
            words,
            meaning,
            example: "",
            least: None,
            also: &[],
            said: &[],
            hint: None,
            behind_cek: false,
            read,
        }
    }

    /// A format that owns its words.
    pub(super) const fn always(
        topic: Topic,
        words: &'static [&'static str],
        meaning: &'static str,
        example: &'static str,
        read: fn(Cursor<'_>) -> Result<Command, Problem>,
    ) -> Self {
        Self { example, hint: Some(topic), ..Self::new(topic, words, meaning, Read::Always(read)) }
    }

    /// A format whose words mean something else with other arguments.
    pub(super) const fn when(
        topic: Topic,
        words: &'static [&'static str],
        meaning: &'static str,
        example: &'static str,
        read: fn(Cursor<'_>) -> Option<Result<Command, Problem>>,
    ) -> Self {
        Self { example, ..Self::new(topic, words, meaning, Read::When(read)) }
    }

    pub(super) const fn least(self, role: Role) -> Self {
        Self { least: Some(role), ..self }
    }

    pub(super) const fn also(self, also: &'static [(&'static str, Role)]) -> Self {
        Self { also, ..self }
    }

    pub(super) const fn said(self, said: &'static [Said]) -> Self {
        Self { said, ..self }
    }

    pub(super) const fn hinting(self, hint: Option<Topic>) -> Self {
        Self { hint, ..self }
    }

    pub(super) const fn behind_cek(self) -> Self {
        Self { behind_cek: true, ..self }
    }

    /// Whether the word is one of its words; letter case does not matter.
    pub(super) fn has(&self, word: &str) -> bool {
        self.words.iter().any(|known| word.eq_ignore_ascii_case(known))
    }

    pub(super) const fn owns_its_words(&self) -> bool {
        matches!(self.read, Read::Always(_))
    }

    /// The command, or what is wrong with its arguments; `None` when they mean something else.
    pub(super) fn read(&self, args: Cursor<'_>) -> Option<Command> {
        let read = match self.read {
            Read::Always(read) => Some(read(args)),
            Read::When(read) => read(args),
        };
        read.map(|read| read.unwrap_or_else(|problem| Command::incomplete(self.topic, problem)))
    }

    /// The least role that any of its lines needs.
    #[must_use]
    pub fn least_of_any(&self) -> Option<Role> {
        let also = self.also.iter().map(|(_, role)| Some(*role));
        also.chain([self.least]).min().flatten()
    }
}
