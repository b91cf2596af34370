//! What the buttons below reports say.

use std::fmt;

use chrono::NaiveDate;

use konter_core::report::Span;

/// Which lines of a statement to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The newest.
    Last,
    /// Those before a line of the journal.
    Before(u64),
    /// Those after it.
    After(u64),
}

/// The files a shop's report can be had as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportFile {
    Chart,
    Csv,
    Xlsx,
}

impl ReportFile {
    pub const ALL: [Self; 3] = [Self::Chart, Self::Csv, Self::Xlsx];

    const fn name(self) -> &'static str {
        match self {
            Self::Chart => "chart",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

impl fmt::Display for ReportFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last => f.write_str("last"),
            Self::Before(line) => write!(f, "before {line}"),
            Self::After(line) => write!(f, "after {line}"),
        }
    }
}

/// `chart 2026-11-21 2026-11-30`.
pub(super) fn file<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<(ReportFile, Span)> {
    let name = words.next()?;
    let file = ReportFile::ALL.into_iter().find(|file| file.name() == name)?;
    Some((file, span(&mut words)?))
}

/// `before 12`, `after 12 2026-11-21 2026-11-21`, `last`.
pub(super) fn page<'a>(words: impl Iterator<Item = &'a str>) -> Option<(Page, Option<Span>)> {
    let mut words = words.peekable();
    let page = match words.next()? {
        "last" => Page::Last,
        "before" => Page::Before(words.next()?.parse().ok()?),
        "after" => Page::After(words.next()?.parse().ok()?),
        _ => return None,
    };
    match words.peek() {
        None => Some((page, None)),
        Some(_) => Some((page, Some(span(&mut words)?))),
    }
}

/// Two days and nothing else.
fn span<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<Span> {
    let mut day = || words.next()?.parse::<NaiveDate>().ok();
    let span = Span::new(day()?, day()?)?;
    words.next().is_none().then_some(span)
}

#[cfg(test)]
mod tests {
    use super::super::Tap;
    use super::*;

    #[test]
    fn every_button_of_a_report_reads_back_and_fits() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let span = Span::new(day("2026-11-01"), day("2026-11-30")).unwrap();
        let files = ReportFile::ALL.map(|file| Tap::Report(file, span));
        let pages = [Page::Last, Page::Before(u64::MAX), Page::After(u64::MAX)];
        let pages = pages.into_iter().flat_map(|page| [None, Some(span)].map(|days| Tap::Statement(page, days)));
        for tap in files.into_iter().chain(pages) {
            let data = tap.to_string();
            assert_eq!(Tap::read(&data), Some(tap), "{data}");
            assert!(data.len() <= 64, "{data}");
        }
    }

    #[test]
    fn anything_else_is_none() {
        for data in [
            "!report",
            "!report csv",
            "!report pdf 2026-11-01 2026-11-01",
            "!report csv 2026-11-01",
            "!report csv 2026-11-02 2026-11-01",
            "!report csv 2026-01-01 2026-11-01",
            "!report csv 2026-11-01 2026-11-01 x",
            "!statement",
            "!statement before",
            "!statement before x",
            "!statement last 2026-11-01",
            "!statement last 2026-11-01 2026-11-01 x",
        ] {
            assert_eq!(Tap::read(data), None, "{data:?}");
        }
    }
}
