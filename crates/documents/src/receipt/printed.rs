//! Reads the receipt a supplier has printed itself, as teleanjar sends it in `info_struk` (document, "Contoh Response"
//! 1 to 4): `|` ends a line, `\|` is a bar, and ESC starts a printer's command. Of the commands, only the reset and the
//! print mode are carried out; all others are left out whole, and so is every other control character.

use super::{Align, Line, Side, Size, Style, Underline, Weight};
use konter_core::clean::clean;

const ESC: char = '\u{1b}';
const FS: char = '\u{1c}';
const GS: char = '\u{1d}';

/// Bits of `ESC ! n`. Font B (0x01) is left alone: a line of it holds more letters than ours, and a broken line is
/// worse than a bigger one.
const BOLD: u8 = 0x08;
const DOUBLE_HEIGHT: u8 = 0x10;
const DOUBLE_WIDTH: u8 = 0x20;
const UNDERLINE: u8 = 0x80;

/// A line longer than this is no line of a receipt; the rest of it is not kept.
const LONGEST_LINE: usize = 8_000;
/// Empty lines kept in a row.
const MOST_GAPS: usize = 2;
/// Columns a label may take, its colon included.
const WIDEST_LABEL: usize = 18;

/// The lines of a supplier's receipt; none when there is nothing to see on it. Empty lines at both ends are left out.
pub(super) fn lines(printed: &str) -> Vec<Line> {
    let mut reader = Reader::default();
    let mut rest = printed.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '|' => reader.end_line(),
            '\\' if rest.next_if_eq(&'|').is_some() => reader.push('|'),
            // The document's lines are broken where its page ends, and its tabs are spaces.
            '\r' if rest.peek() == Some(&'\n') => {}
            '\r' | '\n' | '\t' => reader.push(' '),
            ESC | GS | FS => reader.command(c, &mut rest),
            c if c.is_control() => {}
            c => reader.push(c),
        }
    }
    reader.end_line();
    reader.finish()
}

#[derive(Default)]
struct Reader {
    lines: Vec<Line>,
    line: String,
    /// The strongest style of the line's letters: a token must not become small because a word stands before it.
    line_style: Style,
    style: Style,
    gaps: usize,
}

impl Reader {
    fn push(&mut self, c: char) {
        self.line.push(c);
        if !c.is_whitespace() {
            self.line_style = self.line_style.or(self.style);
        }
    }

    fn end_line(&mut self) {
        let style = std::mem::take(&mut self.line_style);
        let line = std::mem::take(&mut self.line);
        let text = clean(&line, LONGEST_LINE);
        if text.is_empty() {
            self.gaps += 1;
            return;
        }
        if !self.lines.is_empty() {
            self.lines.extend(std::iter::repeat_n(Line::Gap, self.gaps.min(MOST_GAPS)));
        }
        self.gaps = 0;
        let indent: String = line.chars().take_while(|c| *c == ' ').take(WIDEST_LABEL).collect();
        self.lines.push(as_field(format!("{indent}{text}"), style));
    }

    fn finish(self) -> Vec<Line> {
        self.lines
    }

    /// Takes a command and its parameters off the text. It never reaches beyond its line: what a printer would swallow
    /// there is text somebody paid for.
    fn command(&mut self, introducer: char, rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
        let Some(name) = rest.next_if(|c| *c != '|') else { return };
        let mut parameter = || rest.next_if(|c| *c != '|' && *c <= '\u{ff}').and_then(|c| u8::try_from(c).ok());
        match parameters(introducer, name) {
            // No command: the letter is text.
            None if !name.is_control() => self.push(name),
            None => {}
            Some(Parameters::Reset) => self.style = Style::PLAIN,
            Some(Parameters::PrintMode) => self.style = parameter().map_or(self.style, print_mode),
            Some(Parameters::Count(count)) => skip(usize::from(count), parameter),
            Some(Parameters::UntilNul) => while parameter().is_some_and(|byte| byte != 0) {},
            Some(Parameters::Cut) => {
                // From 65 on, the distance to feed follows.
                let feeds = parameter().is_some_and(|how| how >= 65);
                skip(usize::from(feeds), parameter);
            }
            Some(Parameters::Length) => {
                skip(1, &mut parameter);
                let (low, high) = (parameter().unwrap_or_default(), parameter().unwrap_or_default());
                skip(usize::from(u16::from_le_bytes([low, high])), parameter);
            }
            Some(Parameters::Dots) => skip(usize::MAX, parameter),
        }
    }
}

fn skip(count: usize, mut parameter: impl FnMut() -> Option<u8>) {
    for _ in 0..count {
        if parameter().is_none() {
            return;
        }
    }
}

fn print_mode(bits: u8) -> Style {
    let doubled = |bit| if bits & bit == 0 { 1 } else { 2 };
    Style {
        weight: if bits & BOLD == 0 { Weight::Normal } else { Weight::Bold },
        size: Size::of(doubled(DOUBLE_WIDTH), doubled(DOUBLE_HEIGHT)),
        underline: if bits & UNDERLINE == 0 { Underline::None } else { Underline::Single },
    }
}

/// What follows a command's two letters.
#[derive(Clone, Copy)]
enum Parameters {
    Reset,
    PrintMode,
    /// So many bytes that mean nothing here.
    Count(u8),
    Cut,
    UntilNul,
    /// A byte, then two with the number of those that follow, low byte first.
    Length,
    /// The dots of an image, up to the line's end.
    Dots,
}

/// Epson, "ESC/POS Application Programming Guide", the format line of each command. `None` for what is none.
const fn parameters(introducer: char, name: char) -> Option<Parameters> {
    use Parameters::{Count, Cut, Dots, Length, PrintMode, Reset, UntilNul};
    Some(match (introducer, name) {
        (ESC, '@') => Reset,
        (ESC, '!') => PrintMode,
        (ESC, '2' | '<' | 'L' | 'S' | 'i' | 'm' | 'v' | '\u{c}') | (GS, ':') | (FS, '&' | '.') => Count(0),
        (
            ESC,
            ' ' | '%' | '-' | '3' | '=' | '?' | 'E' | 'G' | 'J' | 'K' | 'M' | 'R' | 'T' | 'U' | 'V' | 'a' | 'd' | 'e'
            | 'r' | 't' | 'u' | '{',
        )
        | (GS, '!' | '#' | '/' | 'B' | 'E' | 'H' | 'I' | 'T' | 'a' | 'b' | 'f' | 'h' | 'r' | 'w')
        | (FS, '!' | '-' | 'C' | 'W') => Count(1),
        (ESC, '$' | '\\' | 'c' | 'f') | (GS, '$' | 'L' | 'P' | 'W' | '\\') | (FS, '?' | 'S' | 'p') => Count(2),
        (ESC, 'p') | (GS, '^') => Count(3),
        (ESC, 'W') => Count(8),
        (GS, 'V') => Cut,
        (ESC, 'D') | (GS, 'k') => UntilNul,
        (ESC | GS | FS, '(') => Length,
        (ESC, '*' | '&') | (GS, '*' | 'v' | '8') | (FS, 'q' | '2') => Dots,
        _ => return None,
    })
}

/// `NO METER : 123…` as a label and its value, so that a long value can go on below its beginning.
fn as_field(text: String, style: Style) -> Line {
    if style.size == Size::Normal
        && let Some((label, after)) = text.split_once(": ")
    {
        let value = after.trim_start();
        let gap = after.len() - value.len();
        let label = format!("{label}: {:gap$}", "");
        if label.chars().count() <= WIDEST_LABEL {
            return Line::Field { label, value: value.to_owned(), side: Side::Left, style };
        }
    }
    Line::text(text, Align::Left, style)
}
