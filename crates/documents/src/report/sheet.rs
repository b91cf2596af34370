//! A shop's figures as tables, for every kind of spreadsheet.

use super::labels::Labels;
use konter_core::report::ShopCard;
use konter_core::report::Tally;
use konter_core::report::{Ranking, Slots};

/// A table: its name, what its lines are about, the lines.
pub(super) struct Sheet {
    pub name: String,
    pub lines: Vec<Line>,
}

pub(super) struct Line {
    pub code: String,
    pub name: String,
    pub tally: Tally,
}

/// Figures of a line, and the names of their columns.
pub(super) const FIGURES: usize = 9;

pub(super) fn columns(labels: &Labels) -> [&str; FIGURES] {
    [
        &labels.orders,
        &labels.delivered,
        &labels.failed,
        &labels.reversed,
        &labels.open,
        &labels.sales,
        &labels.cost,
        &labels.uplines,
        &labels.margin,
    ]
}

pub(super) fn figures(tally: &Tally) -> [i64; FIGURES] {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    [
        count(tally.orders),
        count(tally.delivered),
        count(tally.failed),
        count(tally.reversed),
        count(tally.open),
        tally.sales.get(),
        tally.cost.get(),
        tally.uplines.get(),
        tally.margin().get(),
    ]
}

pub(super) fn sheets(card: &ShopCard, labels: &Labels) -> Vec<Sheet> {
    let line = |code: String, tally: Tally| Line { code, name: String::new(), tally };
    let (name, slots) = match &card.slots {
        Slots::Hours(hours) => {
            let hour = |(hour, tally): (usize, &Tally)| line(format!("{hour:02}:00"), *tally);
            (&labels.hours, hours.iter().enumerate().map(hour).collect())
        }
        Slots::Days(days) => (&labels.days, days.iter().map(|(day, tally)| line(day.to_string(), *tally)).collect()),
    };
    let total = Line { code: days(card), name: String::new(), tally: card.total };
    vec![
        Sheet { name: labels.total.clone(), lines: vec![total] },
        Sheet { name: name.clone(), lines: slots },
        ranked(&labels.products, &card.products, labels),
        ranked(&labels.suppliers, &card.suppliers, labels),
        ranked(&labels.resellers, &card.agents, labels),
    ]
}

fn days(card: &ShopCard) -> String {
    let (from, to) = (card.span.from(), card.span.to());
    if from == to { from.to_string() } else { format!("{from} - {to}") }
}

fn ranked(name: &str, ranking: &Ranking, labels: &Labels) -> Sheet {
    let mut lines: Vec<Line> = ranking
        .shares
        .iter()
        .map(|share| Line { code: safe(&share.code), name: safe(&share.name), tally: share.tally })
        .collect();
    if ranking.left_out > 0 {
        let code = format!("{} ({})", labels.others, ranking.left_out);
        lines.push(Line { code, name: String::new(), tally: ranking.rest });
    }
    Sheet { name: name.to_owned(), lines }
}

/// A text that a spreadsheet takes for nothing but a text. What begins like a formula would be worked out when the file
/// is opened, and a reseller chooses its own name.
pub(super) fn safe(text: &str) -> String {
    let first = text.trim_start_matches([' ', '\u{a0}', '\u{feff}']).chars().next();
    match first {
        Some('=' | '+' | '-' | '@' | '|' | '%' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            format!("'{text}")
        }
        _ => text.to_owned(),
    }
}
