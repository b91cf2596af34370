//! The day, or days, a report is asked for.

use chrono::NaiveDate;

use super::atom::Atom;
use super::cursor::Cursor;
use super::pin::Pin;
use super::problem::{Part, Problem};

/// A day as typed. What "today" is, only the shop's clock knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateArg {
    Today,
    Yesterday,
    /// From its first day to today; weeks begin on Monday.
    ThisWeek,
    ThisMonth,
    /// All of it.
    LastWeek,
    LastMonth,
    /// More than can be shown at once.
    Year,
    /// 1 to 31: the last such day that is not in the future.
    DayOfMonth(u8),
    /// Day and month, the year left out: the last such day that is not in the future.
    DayAndMonth {
        day: u8,
        month: u8,
    },
    Day(NaiveDate),
    /// So many days, today the last of them.
    LastDays(u8),
    /// All of the last such month that has begun.
    Month(u8),
    /// From the first to the last, both included; the first is not the later one.
    Range(NaiveDate, NaiveDate),
}

impl DateArg {
    /// The range from this day to that one; `None` when it is none.
    pub fn until(self, last: Self) -> Option<Self> {
        match (self, last) {
            (Self::Day(from), Self::Day(to)) if from <= to => Some(Self::Range(from, to)),
            _ => None,
        }
    }
}

/// What a report's arguments may hold: a date or two, and a PIN, in any order. `None` for the date is today.
pub fn date_and_pin(cursor: &mut Cursor<'_>) -> Result<(Option<DateArg>, Option<Pin>), Problem> {
    let (mut date, mut pin) = (None, None);
    while let Some(atom) = cursor.peek() {
        if date.is_some() && cursor.take_if(|atom| atom.is("S/D") || atom.is("SD") || atom.is("-")).is_some() {
            continue;
        }
        if let Some(found) = take(cursor)? {
            let joined = date.take().map_or(Some(found), |first: DateArg| first.until(found));
            date = Some(joined.ok_or_else(|| Problem::unfit(Part::Date, atom.text))?);
        } else if pin.is_none()
            && let Some(found) = cursor.pin()
        {
            pin = Some(found);
        } else {
            cursor.finish()?;
        }
    }
    Ok((date, pin))
}

/// A date at the cursor, if there is one. Bare digits that are no date are left there: they may be a PIN.
pub fn take(cursor: &mut Cursor<'_>) -> Result<Option<DateArg>, Problem> {
    if let [day, month, year, ..] = cursor.atoms
        && let Some(date) = dotted(day, month, year)
    {
        cursor.skip(3);
        return Ok(Some(DateArg::Day(date)));
    }
    if let Some((date, count)) = said(cursor.atoms).or_else(|| named(cursor.atoms)) {
        cursor.skip(count);
        return Ok(Some(date));
    }
    let Some(atom) = cursor.peek() else { return Ok(None) };
    let found = match atom.text {
        _ if atom.is_digits() => digits(atom.text),
        _ if looks_written(atom.text) => Some(written(atom.text).ok_or_else(|| Problem::unfit(Part::Date, atom.text))?),
        _ => None,
    };
    if found.is_some() {
        cursor.take();
    }
    Ok(found)
}

/// `kemarin`, `bulan ini`, `minggu lalu`; and of how many words.
fn said(atoms: &[Atom<'_>]) -> Option<(DateArg, usize)> {
    const WORDS: [(&str, DateArg); 27] = [
        ("HARI INI", DateArg::Today),
        ("HARIINI", DateArg::Today),
        ("TODAY", DateArg::Today),
        ("KEMARIN", DateArg::Yesterday),
        ("KMRN", DateArg::Yesterday),
        ("YESTERDAY", DateArg::Yesterday),
        ("MINGGU INI", DateArg::ThisWeek),
        ("THIS WEEK", DateArg::ThisWeek),
        ("MINGGU LALU", DateArg::LastWeek),
        ("MINGGU KEMARIN", DateArg::LastWeek),
        ("LAST WEEK", DateArg::LastWeek),
        ("BULAN INI", DateArg::ThisMonth),
        ("BLN INI", DateArg::ThisMonth),
        ("BULANINI", DateArg::ThisMonth),
        ("THIS MONTH", DateArg::ThisMonth),
        ("BULAN LALU", DateArg::LastMonth),
        ("BLN LALU", DateArg::LastMonth),
        ("BULAN KEMARIN", DateArg::LastMonth),
        ("LAST MONTH", DateArg::LastMonth),
        ("TAHUN INI", DateArg::Year),
        ("THN INI", DateArg::Year),
        ("TAHUN LALU", DateArg::Year),
        ("SETAHUN", DateArg::Year),
        ("TAHUNAN", DateArg::Year),
        ("THIS YEAR", DateArg::Year),
        // By themselves the one that runs.
        ("MINGGUAN", DateArg::ThisWeek),
        ("BULANAN", DateArg::ThisMonth),
    ];
    WORDS.into_iter().find_map(|(words, date)| {
        let count = words.split(' ').count();
        let same = atoms.len() >= count && words.split(' ').zip(atoms).all(|(word, atom)| atom.is(word));
        same.then_some((date, count))
    })
}

/// `tgl 5`, `5 november`, `bulan november`, `3 hari terakhir`; and of how many words.
pub fn named(atoms: &[Atom<'_>]) -> Option<(DateArg, usize)> {
    const MOST_DAYS: u8 = 31;
    let is = |at: usize, words: &[&str]| atoms.get(at).is_some_and(|atom| words.iter().any(|word| atom.is(word)));
    let number = |at: usize| {
        let atom = atoms.get(at).filter(|atom| atom.is_digits() && atom.text.len() <= 2)?;
        atom.text.parse().ok().filter(|day| (1..=MOST_DAYS).contains(day))
    };
    let month = |at: usize| atoms.get(at).and_then(|atom| month(atom.text));
    let from = usize::from(is(0, &["TGL", "TANGGAL", "TG"]));
    if let (Some(day), Some(month)) = (number(from), month(from + 1)) {
        return Some((DateArg::DayAndMonth { day, month }, from + 2));
    }
    if from == 1 {
        return number(1).map(|day| (DateArg::DayOfMonth(day), 2));
    }
    if is(1, &["HARI", "DAYS"]) && is(2, &["TERAKHIR", "TRAKHIR", "BELAKANGAN", "BELAKANG"]) {
        return number(0).map(|days| (DateArg::LastDays(days), 3));
    }
    let from = usize::from(is(0, &["BULAN", "BLN"]));
    month(from).map(|month| (DateArg::Month(month), from + 1))
}

/// A month by its name.
fn month(word: &str) -> Option<u8> {
    const NAMES: [&str; 12] = [
        "JANUARI JANUARY JAN",
        "FEBRUARI FEBRUARY PEBRUARI FEB",
        "MARET MARCH",
        "APRIL APR",
        "MEI MAY",
        "JUNI JUNE JUN",
        "JULI JULY JUL",
        "AGUSTUS AUGUST AGUST AGS",
        "SEPTEMBER SEPT SEP",
        "OKTOBER OCTOBER OKT OCT",
        "NOVEMBER NOPEMBER NOV NOP",
        "DESEMBER DECEMBER DES DEC",
    ];
    let is = |names: &&str| names.split(' ').any(|name| word.eq_ignore_ascii_case(name));
    NAMES.iter().position(is).and_then(|at| u8::try_from(at + 1).ok())
}

pub fn is_month(word: &str) -> bool {
    month(word).is_some()
}

/// `25`, `250709`, `80618`, `25072009`, `20090725`.
fn digits(text: &str) -> Option<DateArg> {
    let part = |from: usize, to: usize| text.get(from..to);
    match text.len() {
        1 | 2 => text.parse().ok().filter(|day| (1..=31).contains(day)).map(DateArg::DayOfMonth),
        5 => date(part(0, 1)?, part(1, 3)?, part(3, 5)?).map(DateArg::Day),
        6 => date(part(0, 2)?, part(2, 4)?, part(4, 6)?).map(DateArg::Day),
        8 => date(part(0, 2)?, part(2, 4)?, part(4, 8)?)
            .or_else(|| date(part(6, 8)?, part(4, 6)?, part(0, 4)?))
            .map(DateArg::Day),
        _ => None,
    }
}

/// `13.03.16` came as three atoms.
fn dotted(day: &Atom<'_>, month: &Atom<'_>, year: &Atom<'_>) -> Option<NaiveDate> {
    let short = |atom: &Atom<'_>| atom.is_digits() && atom.text.len() <= 2;
    let all_short = short(day) && short(month) && year.is_digits();
    all_short.then(|| date(day.text, month.text, year.text)).flatten()
}

/// Digits with slashes or dashes between them: meant as a date, right or wrong.
fn looks_written(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.contains(['/', '-'])
        && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'/' | b'-'))
}

/// `25/07/09`, `21-03-2012`, `2012-03-21`, `25/10`.
fn written(text: &str) -> Option<DateArg> {
    const YEAR: usize = 4;
    let parts: Vec<&str> = text.split(['/', '-']).collect();
    match parts.as_slice() {
        [year, month, day] if year.len() == YEAR => date(day, month, year).map(DateArg::Day),
        [day, month, year] => date(day, month, year).map(DateArg::Day),
        [day, month] if day.len() <= 2 && month.len() <= 2 => {
            // 2000 was a leap year: the 29th of February is a day of some year.
            date(day, month, "2000")?;
            Some(DateArg::DayAndMonth { day: day.parse().ok()?, month: month.parse().ok()? })
        }
        _ => None,
    }
}

fn date(day: &str, month: &str, year: &str) -> Option<NaiveDate> {
    const CENTURY: i32 = 2000; // nobody asks a shop of today for the last one
    let years = match (year.len(), year.parse::<i32>().ok()?) {
        (2, short) => CENTURY + short,
        (4, long) if (CENTURY..CENTURY + 100).contains(&long) => long,
        _ => return None,
    };
    NaiveDate::from_ymd_opt(years, month.parse().ok()?, day.parse().ok()?)
}
