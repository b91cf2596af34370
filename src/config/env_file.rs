//! What is wrong with a settings file that cannot be read. A line may hold a secret, so no value is ever quoted.

use std::fmt;

/// Lines that one value may stand on.
const MOST_LINES: usize = 50;

/// The first line of a settings file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenLine {
    /// Counted from 1, as an editor shows it.
    pub line: usize,
    /// The variable it sets, where that can be told.
    pub name: Option<String>,
    problem: Problem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    /// By far the most common slip.
    Blanks,
    OpenQuote,
    NoAssignment,
    Other,
}

impl BrokenLine {
    /// The first one in a file; `None` where all of it can be read.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.strip_prefix('\u{feff}').unwrap_or(text).lines().collect();
        let mut at = 0;
        while at < lines.len() {
            let last = lines.len().min(at + MOST_LINES);
            let whole = (at + 1..=last).find(|end| lines.get(at..*end).is_some_and(can_be_read));
            match whole {
                Some(end) => at = end,
                None => return Some(Self::of(at + 1, lines.get(at).copied().unwrap_or_default())),
            }
        }
        None
    }

    fn of(line: usize, text: &str) -> Self {
        let is_variable = |name: &str| {
            let mut letters = name.bytes();
            letters.next().is_some_and(|b| b.is_ascii_uppercase())
                && letters.all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        };
        let text = text.trim();
        let Some((name, value)) = text.strip_prefix("export ").unwrap_or(text).split_once('=') else {
            return Self { line, name: None, problem: Problem::NoAssignment };
        };
        let name = Some(name.trim().to_owned()).filter(|name| is_variable(name));
        let value = value.trim();
        let is_quoted = value.starts_with(['"', '\'']);
        let problem = if !can_be_read(&[text]) && value.matches(['"', '\'']).count() % 2 == 1 {
            Problem::OpenQuote
        } else if !is_quoted && value.contains(char::is_whitespace) {
            Problem::Blanks
        } else {
            Problem::Other
        };
        Self { line, name, problem }
    }
}

impl fmt::Display for BrokenLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(name) = &self.name {
            write!(f, ", {name}")?;
        }
        f.write_str(": ")?;
        match self.problem {
            Problem::Blanks => {
                let name = self.name.as_deref().unwrap_or("NAME");
                write!(f, "a value with blanks in it must be quoted: {name}=\"…\"")
            }
            Problem::OpenQuote => f.write_str("a quote is opened and not closed"),
            Problem::NoAssignment => f.write_str("is neither NAME=value nor a comment (#)"),
            Problem::Other => f.write_str("cannot be read; put the value between single quotes"),
        }
    }
}

fn can_be_read(lines: &[&str]) -> bool {
    dotenvy::from_read_iter(lines.join("\n").as_bytes()).all(|entry| entry.is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn told(text: &str) -> String {
        BrokenLine::find(text).unwrap().to_string()
    }

    #[test]
    fn the_line_and_its_variable_are_named_and_no_value() {
        let blanks = "# a comment\n\nKONTER_LOCALE=id\nKONTER_BANKS=BCA 123 a.n. Budi\nKONTER_LISTEN=x\n";
        assert_eq!(told(blanks), "line 4, KONTER_BANKS: a value with blanks in it must be quoted: KONTER_BANKS=\"…\"");
        let open = "KONTER_LOCALE=id\nTELOXIDE_TOKEN='geheim\nKONTER_LISTEN=x\n";
        assert_eq!(told(open), "line 2, TELOXIDE_TOKEN: a quote is opened and not closed");
        assert_eq!(told("geheim\n"), "line 1: is neither NAME=value nor a comment (#)");
        for text in ["geheim geheim=1 2\n", "A=\\geheim\n", "A='geheim'x y\n", "A=\"geheim\n\nB=1\n"] {
            assert!(!told(text).contains("geheim"), "{text}");
        }
    }

    #[test]
    fn what_can_be_read_is_not_blamed() {
        let fine = "\u{feff}export A=1\r\nB=\"several words\"\nC='two\nlines'\nD=1 # a comment\n\n#E=a b\n";
        assert_eq!(BrokenLine::find(fine), None);
        assert_eq!(told(&format!("{fine}F=a b\n")).split(':').next(), Some("line 8, F"));
    }
}
