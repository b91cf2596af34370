//! Months as billers write them. Two spellings of one month must be one month: that is what keeps a bill from being paid
//! twice.

/// Names of months by their first three letters, Indonesian and English.
const NAMES: [(&str, u32); 17] = [
    ("JAN", 1),
    ("FEB", 2),
    ("PEB", 2),
    ("MAR", 3),
    ("APR", 4),
    ("MEI", 5),
    ("MAY", 5),
    ("JUN", 6),
    ("JUL", 7),
    ("AGU", 8),
    ("AUG", 8),
    ("AGS", 8),
    ("SEP", 9),
    ("OKT", 10),
    ("OCT", 10),
    ("NOP", 11),
    ("NOV", 11),
];
/// December has two spellings as well; kept apart so that the table above stays in order.
const DECEMBER: [&str; 2] = ["DES", "DEC"];
/// Digits of `202605` and `052026`.
const YEAR_AND_MONTH: usize = 6;
/// No bill is older.
const EARLIEST_YEAR: u32 = 2000;
const LATEST_YEAR: u32 = 2099;

/// The months a text names, as `2026-05`: `MEI26`, `Mei 2026`, `202605`, `05/2026`, `FEB26, MAR26`. `None` where any part
/// of it is something else, such as a reference.
#[must_use]
pub fn months(text: &str) -> Option<Vec<String>> {
    let upper = text.trim().to_uppercase();
    let mut months: Vec<String> = Vec::new();
    let mut name: Option<u32> = None;
    for word in upper.split(|c: char| c.is_whitespace() || ",;&+".contains(c)).filter(|word| !word.is_empty()) {
        // `MEI 2026`: the year comes as a word of its own.
        if let Some(month) = name.take() {
            months.push(written(year(word)?, month)?);
        } else if let Some(month) = named(word) {
            name = Some(month);
        } else {
            months.push(one(word)?);
        }
    }
    (name.is_none() && !months.is_empty()).then_some(months)
}

/// A whole month in one word.
fn one(word: &str) -> Option<String> {
    let letters = word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len());
    let (name, rest) = word.split_at(letters);
    if !name.is_empty() {
        return written(year(rest.trim_start_matches(['-', '/', '\'']))?, named(name)?);
    }
    if let Some((first, second)) = word.split_once(['-', '/']) {
        return match (first.len(), second.len()) {
            (4, 1 | 2) => written(year(first)?, second.parse().ok()?),
            (1 | 2, 4 | 2) => written(year(second)?, first.parse().ok()?),
            _ => None,
        };
    }
    if word.len() != YEAR_AND_MONTH || !word.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let year_first = word.split_at(4);
    let month_first = word.split_at(2);
    let read = |year_of: &str, month: &str| written(year(year_of)?, month.parse().ok()?);
    read(year_first.0, year_first.1).or_else(|| read(month_first.1, month_first.0))
}

fn named(word: &str) -> Option<u32> {
    if !word.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let start = word.get(..3)?;
    if DECEMBER.contains(&start) {
        return Some(12);
    }
    NAMES.iter().find(|(name, _)| *name == start).map(|(_, month)| *month)
}

/// `26`, `2026`.
fn year(word: &str) -> Option<u32> {
    let number: u32 = Some(word).filter(|word| word.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?;
    match word.len() {
        2 => Some(EARLIEST_YEAR + number),
        4 if (EARLIEST_YEAR..=LATEST_YEAR).contains(&number) => Some(number),
        _ => None,
    }
}

fn written(year: u32, month: u32) -> Option<String> {
    (1..=12).contains(&month).then(|| format!("{year}-{month:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_one_month_however_it_is_written() {
        for text in [
            "MEI26", "mei26", "MEI2026", "Mei 2026", "MAY 26", "MEI-26", "202605", "2026-05", "05/2026", "5-2026",
            "052026",
        ] {
            assert_eq!(months(text), Some(vec!["2026-05".to_owned()]), "{text}");
        }
        assert_eq!(months("DES25, JAN26").unwrap(), ["2025-12", "2026-01"]);
        assert_eq!(months("FEB26+MAR26;APR 2026").unwrap(), ["2026-02", "2026-03", "2026-04"]);
    }

    #[test]
    fn a_reference_is_no_month() {
        for text in
            ["", " ", "4b2b77ebb7e", "9c34d832683", "MEI", "20260", "13/2026", "201813", "FEB26 dst", "1999", "MARET"]
        {
            assert_eq!(months(text), None, "{text}");
        }
    }
}
