//! Days as statements write them at the start of a line: `30/11`, `30-11-2026`, `2026-11-30`, `30 Nov 2026`.

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
    let mut years = [today.year() + 1, today.year(), today.year() - 1].into_iter();
    years.find_map(|year| NaiveDate::from_ymd_opt(year, month, day).filter(|date| *date - today <= AHEAD))
}

/// Behind `30/11 10:20` stands an hour.
const fn is_year(number: u32) -> bool {
    matches!(number, 25..=99 | 2_025..=2_099)
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
