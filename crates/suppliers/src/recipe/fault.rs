//! What is wrong with a recipe, and where.

use std::fmt;
use std::ops::Range;

/// A mistake in a recipe's file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Fault {
    /// The recipe's name or path.
    pub file: String,
    /// 1 is the first; `None` where the file itself is the mistake.
    pub line: Option<usize>,
    /// Which part of the file, such as `order.query.dest`.
    pub field: String,
    pub problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if !self.field.is_empty() {
            write!(f, ", {}", self.field)?;
        }
        write!(f, ": {}", self.problem)
    }
}

/// The file being read, to say where something in it is.
pub(super) struct Source<'s> {
    pub file: &'s str,
    pub text: &'s str,
}

impl Source<'_> {
    pub fn fault(&self, line: Option<usize>, field: &str, problem: impl Into<String>) -> Fault {
        Fault { file: self.file.to_owned(), line, field: field.to_owned(), problem: problem.into() }
    }

    /// A mistake in what stands at a place.
    pub fn at(&self, span: &Range<usize>, field: &str, problem: impl Into<String>) -> Fault {
        self.fault(Some(self.line(span.start)), field, problem)
    }

    /// A mistake in a value, found by its text.
    pub fn of(&self, value: &str, field: &str, problem: impl Into<String>) -> Fault {
        let at = self.text.find(value).filter(|_| !value.is_empty()).or_else(|| self.section(field));
        self.fault(at.map(|at| self.line(at)), field, problem)
    }

    /// What the reader of TOML, or the schema, does not like.
    pub fn unreadable(&self, error: &toml::de::Error) -> Fault {
        let line = error.span().map(|span| self.line(span.start));
        let key = line.and_then(|line| self.text.lines().nth(line - 1)).map(key_of).unwrap_or_default();
        let problem = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
        self.fault(line, key, problem)
    }

    pub fn line(&self, at: usize) -> usize {
        self.text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
    }

    /// Where the table begins that a field is in.
    fn section(&self, field: &str) -> Option<usize> {
        let table = field.split('.').next()?;
        self.text.find(&format!("[{table}"))
    }
}

/// What a line of TOML names: its key or its table.
fn key_of(line: &str) -> &str {
    let line = line.trim();
    if line.starts_with('[') {
        return line.trim_matches(['[', ']']);
    }
    line.split_once('=').map_or("", |(key, _)| key.trim())
}
