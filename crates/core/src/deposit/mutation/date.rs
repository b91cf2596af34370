//! Days as statements write them at the start of a line, and as notices write them anywhere: `30/11`, `30-11-2026`,
//! `2026-11-30`, `30 Nov 2026`.

use chrono::{Datelike as _, NaiveDate, TimeDelta};

/// Letters of a line looked at: what stands further behind is a reference.
const LOOKED_AT: usize = 24;

/// Days ahead that a day without a year may lie: a bank books on the next working day, and people mistype. What lies further
/// ahead is last year's.
const AHEAD: TimeDelta = TimeDelta::days(7);

/// The day a line begins with. Without a year it is the latest that is not far to come.
pub(super) fn leading(line: &str, today: NaiveDate) -> Option<NaiveDate> {
    let start: String = line.chars().take(LOOKED_AT).collect();
    let start = start.trim_start_matches(|c: char| !c.is_alphanumeric());
    let mut parts = start.split(|c: char| !c.is_alphanumeric());
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next());
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() <= 4);
    if first.len() == 4 {
        return NaiveDate::from_ymd_opt(i32::try_from(number(first)?).ok()?, number(second)?, number(third?)?);
    }
    let day = number(first).filter(|_| first.len() <= 2)?;
    let month = number(second).filter(|_| second.len() <= 2).or_else(|| month(second))?;
    let year = third.filter(|year| matches!(year.len(), 2 | 4)).and_then(number).filter(|year| is_year(*year));
    let year = year.map(|year| if year < 100 { 2_000 + year } else { year }).and_then(|year| i32::try_from(year).ok());
    if let Some(year) = year {
        return NaiveDate::from_ymd_opt(year, month, day);
    }
    without_year(month, day, today)
}

/// Behind `30/11 10:20` stands an hour.
const fn is_year(number: u32) -> bool {
    matches!(number, 25..=99 | 2_025..=2_099)
}

/// The day a text begins with, as notices write it among their words, and how long it is: `30/11`, `30/11/26`, `30.11.2026`,
/// `30 Nov 2026`, `Nov 30, 2026`, `2026-11-30`.
pub(super) fn at(text: &str, today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let mut parts = Parts { text, at: 0 };
    let first = parts.word()?;
    let number = |text: &str| text.parse::<u32>().ok();
    let short = |text: &&str| matches!(text.len(), 1 | 2);
    let (day, month, year);
    if first.len() == 4 && number(first).is_some_and(|year| (2_000..2_100).contains(&year)) {
        let mark = parts.mark("-/.")?;
        month = number(parts.word().filter(short)?)?;
        parts.given(mark)?;
        day = number(parts.word().filter(short)?)?;
        year = number(first);
    } else if is_month(first) {
        parts.mark(" ")?;
        month = self::month(first)?;
        day = number(parts.word().filter(short)?)?;
        year = parts.year(" ,");
    } else {
        day = number(Some(first).filter(short)?)?;
        let mark = parts.mark("/-. ")?;
        let second = parts.word()?;
        if let Some(named) = self::month(second).filter(|_| is_month(second)) {
            month = named;
            year = parts.year(" -/.,'");
        } else {
            month = number(Some(second).filter(short).filter(|_| mark != ' ')?)?;
            year = parts.year(&mark.to_string());
            // Without a year it may be an hour, or anything.
            if year.is_none() && mark == '.' {
                return None;
            }
        }
    }
    if text.get(parts.at..).is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '/')) {
        return None;
    }
    let year = year.map(|year| if year < 100 { 2_000 + year } else { year }).and_then(|year| i32::try_from(year).ok());
    let date = match year {
        Some(year) => NaiveDate::from_ymd_opt(year, month, day),
        None => without_year(month, day, today),
    };
    Some((date?, parts.at))
}

/// All days of a text.
pub(super) fn all(text: &str, today: NaiveDate) -> Vec<NaiveDate> {
    let mut days = Vec::new();
    let (mut at, mut before) = (0, ' ');
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let starts =
            rest.starts_with(char::is_alphanumeric) && !before.is_alphanumeric() && !matches!(before, '/' | '*');
        let found = if starts { self::at(rest, today) } else { None };
        let len = found.map_or_else(|| rest.chars().next().map_or(1, char::len_utf8), |(_, len)| len);
        days.extend(found.map(|(day, _)| day));
        before = rest.get(..len).and_then(|taken| taken.chars().next_back()).unwrap_or(' ');
        at += len;
    }
    days
}

/// A text taken apart from its start.
struct Parts<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parts<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Digits, or letters.
    fn word(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let is_digit = rest.starts_with(|c: char| c.is_ascii_digit());
        let goes_on = |c: char| if is_digit { c.is_ascii_digit() } else { c.is_alphabetic() };
        let word = rest.get(..rest.find(|c: char| !goes_on(c)).unwrap_or(rest.len()))?;
        self.at += word.len();
        Some(word).filter(|word| !word.is_empty())
    }

    fn mark(&mut self, marks: &str) -> Option<char> {
        let mark = self.rest().chars().next().filter(|mark| marks.contains(*mark))?;
        self.at += mark.len_utf8();
        Some(mark)
    }

    fn given(&mut self, mark: char) -> Option<char> {
        self.mark(&mark.to_string())
    }

    /// A year behind some of these marks; what else stands there is left.
    fn year(&mut self, marks: &str) -> Option<u32> {
        let start = self.at;
        while self.mark(marks).is_some() {}
        let year = if self.at == start { None } else { self.word() };
        let ends = !self.rest().starts_with(|c: char| c.is_alphanumeric() || c == ':');
        let is_grouped =
            self.rest().strip_prefix(['.', ',']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let year = year.filter(|year| matches!(year.len(), 2 | 4) && ends && !is_grouped);
        let year = year
            .and_then(|year| year.parse().ok())
            .filter(|year| (20..100).contains(year) || (2_000..2_100).contains(year));
        if year.is_none() {
            self.at = start;
        }
        year
    }
}

/// The latest such day that is not far to come.
fn without_year(month: u32, day: u32, today: NaiveDate) -> Option<NaiveDate> {
    let mut years = [today.year() + 1, today.year(), today.year() - 1].into_iter();
    years.find_map(|year| NaiveDate::from_ymd_opt(year, month, day).filter(|date| *date - today <= AHEAD))
}

/// Whether a word is a month's name, in full or its first three letters.
pub(super) fn is_month(word: &str) -> bool {
    const NAMES: &str = "januari january februari february pebruari maret march april mei may juni june juli july agustus \
        august september oktober october november nopember desember december mrt agt sept";
    let word = word.to_lowercase();
    word.len() >= 3 && NAMES.split_whitespace().any(|name| name == word || name.get(..3) == Some(&word))
}

fn month(name: &str) -> Option<u32> {
    const MONTHS: [[&str; 2]; 12] = [
        ["jan", "jan"],
        ["feb", "peb"],
        ["mar", "mrt"],
        ["apr", "apr"],
        ["mei", "may"],
        ["jun", "jun"],
        ["jul", "jul"],
        ["agu", "aug"],
        ["sep", "sep"],
        ["okt", "oct"],
        ["nov", "nop"],
        ["des", "dec"],
    ];
    let start = name.to_lowercase();
    let start = start.get(..3)?;
    MONTHS.iter().zip(1..).find(|(names, _)| names.contains(&start)).map(|(_, number)| number)
}
