//! A file as lines of cells, as spreadsheets save it: `,` `;` or tab between the cells.

use std::borrow::Cow;

use ::csv::{ReaderBuilder, StringRecord, Trim};

use super::decode::decode;
use super::fault::{RowError, RowFault};
use super::limits::{LARGEST_FILE, MOST_ROWS, column_named};

/// Lines of cells. White space around a cell's text is gone.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub rows: Vec<TableRow>,
    /// Why there are no more rows, where the file goes on.
    pub broken: Option<RowError>,
}

#[derive(Clone, Debug)]
pub struct TableRow {
    /// Counted from 1, as the program shows it that the file is opened with.
    pub line: u64,
    pub cells: StringRecord,
}

/// Lines above the table looked at: titles and dates stand there.
pub(super) const LINES_OF_TITLES: usize = 10;
/// Names of our columns by which a line is taken for the header: other tables share a name or two.
pub(super) const OURS: usize = 5;
/// A line in front of the header, by which a spreadsheet program is told what stands between the cells.
const SAYS_SEPARATOR: &str = "sep=";

impl Table {
    /// A file's bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        if bytes.len() > LARGEST_FILE {
            return Self::broken(RowFault::FileTooLarge);
        }
        let text = decode(bytes);
        // A program, a picture, a workbook cut off: nothing that could be shown.
        if text.contains('\0') { Self::broken(RowFault::NoWorkbook) } else { Self::of_lines(&text) }
    }

    pub fn of_text(text: &str) -> Self {
        if text.len() > LARGEST_FILE { Self::broken(RowFault::FileTooLarge) } else { Self::of_lines(text) }
    }

    fn of_lines(text: &str) -> Self {
        let text = unify_line_ends(text.strip_prefix('\u{feff}').unwrap_or(text));
        let (separator, text) = match told_separator(&text) {
            // Its line stays, so that lines are counted as an editor does.
            Some((separator, rest)) => (separator, Cow::Borrowed(rest)),
            None => (likely_separator(&text), text),
        };
        cut(&text, separator)
    }

    /// Whether it is a catalog, with or without mistakes: one of its first lines names the columns.
    pub fn is_catalog(&self) -> bool {
        self.rows.iter().take(LINES_OF_TITLES).any(|row| columns_named(row) >= OURS)
    }

    /// Nothing could be read.
    pub const fn broken(fault: RowFault) -> Self {
        Self { rows: Vec::new(), broken: Some(RowError { line: 1, column: None, fault }) }
    }
}

/// Line ends become `\n`: spreadsheets on Windows write `\r\n`, and the CSV reader counts lines by `\n`.
fn unify_line_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(text) }
}

/// What a first line of `sep=;` says, and all that follows it.
fn told_separator(text: &str) -> Option<(u8, &str)> {
    let (line, _) = text.split_once('\n')?;
    let told = line.trim_matches('"');
    let (name, separator) = told.split_at_checked(SAYS_SEPARATOR.len())?;
    let separator = *separator.as_bytes().first().filter(|byte| byte.is_ascii() && **byte != b'"')?;
    name.eq_ignore_ascii_case(SAYS_SEPARATOR).then_some((separator, text.get(line.len()..)?))
}

/// What parts most of a header's names; without a header, what stands there most often.
fn likely_separator(text: &str) -> u8 {
    const SEPARATORS: [char; 3] = [',', ';', '\t'];
    let head = || text.lines().filter(|line| !line.trim().is_empty()).take(LINES_OF_TITLES);
    let known = |separator: char| {
        let named =
            |line: &str| line.split(separator).filter(|cell| column_named(cell.trim_matches('"')).is_some()).count();
        head().map(named).max().unwrap_or_default()
    };
    let stands = |separator: char| head().map(|line| line.matches(separator).count()).sum::<usize>();
    let likely = SEPARATORS.into_iter().rev().max_by_key(|&separator| (known(separator), stands(separator)));
    likely.and_then(|separator| u8::try_from(separator).ok()).unwrap_or(b',')
}

/// How many of the catalog's columns a line names. A supplier's list has a price too: only beside a cost are our columns
/// known by other words than their own.
pub(super) fn columns_named(row: &TableRow) -> usize {
    let named: Vec<(&str, bool)> = row.cells.iter().filter_map(column_named).collect();
    let has = |wanted: &str| named.iter().any(|(column, _)| *column == wanted);
    if has("price") && has("cost") && has("supplier") {
        return named.len();
    }
    named.iter().filter(|(_, is_own)| *is_own).count()
}

fn cut(text: &str, separator: u8) -> Table {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let mut lines = Lines { text: text.as_bytes(), seen: 0, line: 1 };
    let mut table = Table::default();
    let mut cells = StringRecord::new();
    loop {
        let start = reader.position().byte();
        let more = reader.read_record(&mut cells);
        let line = lines.number(start);
        let fault = match more {
            Ok(false) => return table,
            Ok(true) if cells.iter().all(str::is_empty) => continue, // spreadsheets leave rows of bare commas behind
            // One more than rows, for the header, and the titles above it.
            Ok(true) if table.rows.len() <= MOST_ROWS + LINES_OF_TITLES => {
                table.rows.push(TableRow { line, cells: std::mem::take(&mut cells) });
                continue;
            }
            Ok(true) => RowFault::TooManyRows,
            Err(_) => RowFault::Unreadable,
        };
        table.broken = Some(RowError { line, column: None, fault });
        return table;
    }
}

/// Counts lines from byte positions, which the CSV reader gives for the end of the record before: blank lines that it
/// skips lie between.
struct Lines<'a> {
    text: &'a [u8],
    seen: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line on which the record that begins at or after `byte` stands. Positions must not go back.
    fn number(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX).min(self.text.len());
        let passed = self.text.get(self.seen..byte).unwrap_or_default();
        let blank = self.text.get(byte..).unwrap_or_default().iter().take_while(|&&b| b == b'\n').count();
        self.line += passed.iter().filter(|&&b| b == b'\n').map(|_| 1).sum::<u64>() + blank as u64;
        self.seen = byte + blank;
        self.line
    }
}
