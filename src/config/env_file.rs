//! A settings file, line by line: which variable stands where, and every line that cannot be read. A line may hold a
//! secret, so no value is ever quoted.

use std::collections::BTreeMap;
use std::fmt;

/// Lines that one value may stand on.
const MOST_LINES: usize = 50;

/// What a settings file sets, and what is wrong with it.
#[derive(Debug, Default)]
pub struct EnvFile {
    /// Assignments that can be read, in the file's order.
    pub entries: Vec<Entry>,
    pub faults: Vec<Fault>,
    /// What can be read and hardly means what it says.
    pub doubts: Vec<Fault>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Counted from 1, as an editor shows it.
    pub line: usize,
    pub name: String,
    /// The assignment as it stands, to be taken over as it is.
    pub text: String,
}

/// Something wrong at one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
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
    /// As word processors and chats make of straight ones.
    CurlyQuotes,
    NoAssignment,
    /// Whose value would count differs from one reader of such files to the next.
    SetBefore {
        line: usize,
    },
    /// `$` begins another variable's name, and a password loses its end without a word.
    Dollar,
    /// What follows is taken for a remark.
    Hash,
    /// Read as the end of a line.
    LineBreak,
    /// Quotes within a value are taken out of it.
    InnerQuote,
    Other,
}

impl EnvFile {
    pub fn read(text: &str) -> Self {
        let lines: Vec<&str> = text.strip_prefix('\u{feff}').unwrap_or(text).lines().collect();
        let mut file = Self::default();
        let mut first_set: BTreeMap<String, usize> = BTreeMap::new();
        let mut at = 0;
        while at < lines.len() {
            let line = at + 1;
            let Some((end, name)) = assignment(&lines, at) else {
                file.faults.push(Fault::of(line, lines.get(at).copied().unwrap_or_default()));
                at += 1;
                continue;
            };
            let text = lines.get(at..end).unwrap_or_default().join("\n");
            at = end;
            // A comment or an empty line.
            let Some(name) = name else { continue };
            if let Some(before) = first_set.get(&name) {
                file.faults.push(Fault { line, name: Some(name), problem: Problem::SetBefore { line: *before } });
                continue;
            }
            first_set.insert(name.clone(), line);
            if let Some(problem) = doubt(&text) {
                file.doubts.push(Fault { line, name: Some(name.clone()), problem });
            }
            file.entries.push(Entry { line, name, text });
        }
        file
    }
}

/// The end of what begins at line `at`, and the variable it sets; `None` where it cannot be read.
fn assignment(lines: &[&str], at: usize) -> Option<(usize, Option<String>)> {
    let last = lines.len().min(at + MOST_LINES);
    for end in at + 1..=last {
        if end > at + 1 && lines.get(end - 1).is_some_and(|line| begins_another(line)) {
            // Whatever quotes may stand behind it: the one before was not closed.
            return None;
        }
        let text = lines.get(at..end)?.join("\n");
        let mut entries = dotenvy::from_read_iter(text.as_bytes());
        match entries.next() {
            None => return Some((end, None)),
            Some(Ok((name, _))) if entries.next().is_none() => return Some((end, Some(name))),
            Some(_) => {}
        }
    }
    None
}

/// `NAME=…`, as konter's own variables are named.
fn begins_another(line: &str) -> bool {
    named(line).is_some_and(|(name, _)| name.is_some())
}

/// The parts of an assignment: its variable, where it has a name like one, and the value as it stands.
fn named(text: &str) -> Option<(Option<&str>, &str)> {
    let text = text.trim();
    let (name, value) = text.strip_prefix("export ").unwrap_or(text).split_once('=')?;
    let is_variable = |name: &&str| {
        let mut letters = name.bytes();
        letters.next().is_some_and(|b| b.is_ascii_uppercase())
            && letters.all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    Some((Some(name.trim()).filter(is_variable), value.trim()))
}

/// What is read as something else than it looks like, most likely without its writer knowing. Between single quotes all stands
/// for itself, and a sign behind a backslash.
fn doubt(text: &str) -> Option<Problem> {
    let value = named(text).map_or("", |(_, value)| value);
    let bare = ["\\\\", "\\$", "\\\"", "\\'"].iter().fold(value.to_owned(), |bare, sign| bare.replace(sign, ""));
    let quote = bare.chars().next().filter(|sign| matches!(sign, '"' | '\''));
    // A remark begins behind the quotes, or with a blank behind its #.
    let hash = bare.find(" #").filter(|_| quote.is_none());
    let end = quote.and_then(|quote| bare.find(&format!("{quote} #")).map(|at| at + 1)).or(hash);
    let value = end.and_then(|end| bare.get(..end)).unwrap_or(&bare).trim_end();
    let quoted = quote.map(|quote| value.rfind(quote).and_then(|end| value.get(1..end)).unwrap_or_default());
    let is_plain = quote != Some('\'');
    let has_inner = match (quote, quoted) {
        (Some(quote), Some(within)) => within.contains(quote),
        _ => value.contains(['"', '\'']),
    };
    if is_plain && quoted.unwrap_or(value).contains('$') {
        Some(Problem::Dollar)
    } else if hash.and_then(|at| bare.get(at + 2..)).is_some_and(|rest| rest.starts_with(|c: char| c != ' ')) {
        Some(Problem::Hash)
    } else if is_plain && quoted.unwrap_or(value).contains("\\n") {
        Some(Problem::LineBreak)
    } else {
        has_inner.then_some(Problem::InnerQuote)
    }
}

impl Fault {
    fn of(line: usize, text: &str) -> Self {
        let Some((name, value)) = named(text) else {
            return Self { line, name: None, problem: Problem::NoAssignment };
        };
        let is_quoted = value.starts_with(['"', '\'']);
        let problem = if value.matches(['"', '\'']).count() % 2 == 1 {
            Problem::OpenQuote
        } else if value.starts_with(['\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}']) {
            Problem::CurlyQuotes
        } else if !is_quoted && value.contains(char::is_whitespace) {
            Problem::Blanks
        } else {
            Problem::Other
        };
        Self { line, name: name.map(ToOwned::to_owned), problem }
    }
}

impl fmt::Display for Fault {
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
            Problem::CurlyQuotes => f.write_str("has curly quotes; use straight ones (\" or ')"),
            Problem::NoAssignment => f.write_str("is neither NAME=value nor a comment (#)"),
            Problem::SetBefore { line } => {
                write!(f, "is set already, in line {line}: leave one of the two")
            }
            Problem::Dollar => {
                f.write_str("a $ begins the name of another variable here; put the value between single quotes")
            }
            Problem::Hash => f.write_str("what stands behind the # is left out; put the value between single quotes"),
            Problem::LineBreak => f.write_str("\\n is read as a new line; put the value between single quotes"),
            Problem::InnerQuote => {
                f.write_str("quotes within the value are left out; put it between quotes of the other kind")
            }
            Problem::Other => f.write_str("cannot be read; put the value between single quotes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        EnvFile::read(text).faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_line_and_its_variable_are_named_and_no_value() {
        let blanks = "a value with blanks in it must be quoted";
        for (text, expected) in [
            (
                "# a comment\n\nKONTER_LOCALE=id\nKONTER_BANKS=geheim 123 a.n. Budi\nKONTER_LISTEN=x\n",
                vec![format!("line 4, KONTER_BANKS: {blanks}: KONTER_BANKS=\"…\"")],
            ),
            (
                "KONTER_LOCALE=id\nTELOXIDE_TOKEN='geheim\nKONTER_LISTEN=x\n",
                vec!["line 2, TELOXIDE_TOKEN: a quote is opened and not closed".to_owned()],
            ),
            // The next quoted value does not close it.
            (
                "KONTER_BANKS=\"geheim 1\nKONTER_CUTOFF=\"23:30-00:30\"\nKONTER_LISTEN=x y\n",
                vec![
                    "line 1, KONTER_BANKS: a quote is opened and not closed".to_owned(),
                    format!("line 3, KONTER_LISTEN: {blanks}: KONTER_LISTEN=\"…\""),
                ],
            ),
            ("geheim\n", vec!["line 1: is neither NAME=value nor a comment (#)".to_owned()]),
            ("KONTER_LISTEN: geheim\n", vec!["line 1: is neither NAME=value nor a comment (#)".to_owned()]),
            (
                "export SUPPLIER_KIOS_PIN=1\r\n\r\nSUPPLIER_KIOS_PIN=geheim\r\n",
                vec!["line 3, SUPPLIER_KIOS_PIN: is set already, in line 1: leave one of the two".to_owned()],
            ),
            (
                "KONTER_BANKS=\u{201c}geheim 1 a.n. Budi\u{201d}\n",
                vec!["line 1, KONTER_BANKS: has curly quotes; use straight ones (\" or ')".to_owned()],
            ),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
        for text in ["geheim geheim=1 2\n", "A=\\geheim\n", "A='geheim'x y\n", "A=\"geheim\n\nB=1\n"] {
            let told = told(text);
            assert!(!told.is_empty() && !told.concat().contains("geheim"), "{text}: {told:?}");
        }
    }

    #[test]
    fn what_can_be_read_is_not_blamed() {
        let fine = "\u{feff}export A=1\r\nB=\"several words\"\nC='two\nlines'\nD=1 # a comment\n\n#E=a b\nF = x\nG=\n";
        let read = EnvFile::read(fine);
        assert!(read.faults.is_empty() && read.doubts.is_empty(), "{read:?}");
        let found: Vec<_> = read.entries.iter().map(|entry| (entry.line, entry.name.as_str())).collect();
        assert_eq!(found, [(1, "A"), (2, "B"), (3, "C"), (5, "D"), (8, "F"), (9, "G")]);
        assert_eq!(told(&format!("{fine}H=a b\n"))[0].split(':').next(), Some("line 10, H"));
    }

    #[test]
    fn what_reads_otherwise_than_it_looks_is_pointed_out() {
        for (text, expected) in [
            ("A=ab #cd\n", Some("what stands behind the # is left out")),
            ("A=ab # a remark\n", None),
            ("A='ab #cd'\n", None),
            ("A=\"ab #cd\"\n", None),
            ("A=\"ab\" #cd\n", None),
            ("A=a\\nb\n", Some("\\n is read as a new line")),
            ("A=\"a\\nb\"\n", Some("\\n is read as a new line")),
            ("A='a\\nb'\n", None),
            ("A=\"a\\\\nb\"\n", None),
            ("A='it''s'\n", Some("quotes within the value are left out")),
            ("A=it\"s\"\n", Some("quotes within the value are left out")),
            ("A=\"it's\"\n", None),
            ("A='{\"a\":1}'\n", None),
            ("A='ab' # it's a remark\n", None),
        ] {
            let read = EnvFile::read(text);
            let told: Vec<String> = read.doubts.iter().chain(&read.faults).map(ToString::to_string).collect();
            let is_told = |expected: &str| told.len() == 1 && told[0].contains(expected);
            assert!(expected.map_or(told.is_empty(), is_told), "{text}: {told:?}");
        }
    }

    #[test]
    fn a_dollar_that_takes_something_away_is_pointed_out() {
        let doubts = |text: &str| EnvFile::read(text).doubts.len();
        for (text, count) in
            [("A=pa$word\n", 1), ("A=\"pa$ word\"\n", 1), ("A='pa$word'\n", 0), ("A=pa\\$word\n", 0), ("A=1 # $\n", 0)]
        {
            assert_eq!(doubts(text), count, "{text}");
        }
        // Where the reader loses the closing quote over it.
        assert_eq!(told("A=\"geheim$x\"\n"), ["line 1, A: cannot be read; put the value between single quotes"]);
    }
}
