//! What banks tell of an account: lines of a statement, pasted or as a file, and messages about single transfers. Read for
//! amounts that have come in; whose they are, the tickets' amounts say.
//!
//! Every bank writes in its own way and changes it, so nothing here knows a bank's layout. An amount counts where something
//! says that it is one (`Rp`, groups of three, a fraction, `CR` behind it), and as come in where something says so. A balance
//! is never taken for a payment. What is left in doubt is told as such: somebody else's money is never given away on a guess.

mod date;
mod form;
mod line;
mod table;

pub use table::{is_statement, read_table};

use chrono::NaiveDate;

use crate::money::Rupiah;

/// Text looked at: a statement of some months.
const LONGEST: usize = 512 * 1024;
/// Lines told at once.
pub const MOST_LINES: usize = 2_000;
/// Smaller amounts are fees and interest.
const LEAST: Rupiah = Rupiah::new(1_000);
/// Characters of a line that are shown.
const SHOWN: usize = 60;

/// An amount that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    pub amount: Rupiah,
    pub flow: Flow,
    /// The day it is booked on. Of several the one that speaks most against it: one to come, or the first.
    pub day: Option<NaiveDate>,
    /// What stands around it, cut short.
    pub line: String,
    /// The word that leaves it in doubt whether it has come in to stay: it may be part of a name.
    pub doubt: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    In,
    /// Said to have come in, though not as banks write it.
    Told,
    Out,
    /// Nothing says which.
    Unclear,
}

impl Flow {
    /// Whether it is said to have come in, by whomever.
    #[must_use]
    pub const fn is_in(self) -> bool {
        matches!(self, Self::In | Self::Told)
    }
}

/// Everything that moved, in the order it is told. `today` gives dates without a year one.
#[must_use]
pub fn read(text: &str, today: NaiveDate) -> Vec<Moved> {
    let end = (0..=LONGEST.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let text = text.get(..end).unwrap_or_default();
    // A message says in one line that something came, and in the next how much. Of several, each line speaks for itself.
    let whole = line::flow_of(text);
    let undone_lines = undone_lines(text, today);
    let notices = notices(text, today);
    let mut moved = Vec::new();
    let mut day = None;
    // Where the lines of one payment begin, and the last of them that says nothing of its own.
    let (mut begins, mut bare) = (0, None);
    for ((one, undone), notice) in text.lines().zip(undone_lines).zip(notices) {
        let dated = date::leading(one, today);
        if dated.is_some() {
            (begins, bare) = (moved.len(), None);
        }
        day = dated.or(day);
        let amounts = line::amounts(one);
        for &(amount, own) in &amounts {
            // KlikBCA's page has the amount once more, alone on a line, among the words about the payment.
            if own != Flow::Unclear && bare == Some(amount) {
                moved.truncate(begins);
            }
            let is_bare = own == Flow::Unclear && day.is_some() && moved.len() == begins;
            let flow = if own == Flow::Unclear { whole.unwrap_or(own) } else { own };
            let (is_marked, notice) = (line::is_marked(one), notice.filter(|notice| notice.amount == amount));
            let is_plain = notice.is_some() || is_marked && form::is_statement(one, dated.is_some());
            // Its form says so, though no word of it does.
            let flow = if flow == Flow::Unclear && notice.is_some() { Flow::In } else { flow };
            let doubt = undone.filter(|_| flow != Flow::Out);
            let is_sure = doubt.is_none() && !may_be_balance(one, &amounts, amount);
            let flow = match flow {
                Flow::In if !is_sure => Flow::Unclear,
                Flow::In if !is_plain => Flow::Told,
                flow => flow,
            };
            let of_line = || dated.or_else(|| worst(&date::all(one, today), today)).or(day);
            push(&mut moved, (amount, flow, doubt), notice.map_or_else(of_line, |notice| notice.day), one);
            bare = is_bare.then_some(amount).filter(|_| moved.len() == begins + 1);
        }
    }
    doubt_what_went_out_again(&mut moved);
    moved
}

/// A bank's or a wallet's message about one payment.
#[derive(Clone, Copy)]
struct Notice {
    amount: Rupiah,
    day: Option<NaiveDate>,
}

/// For each line the notice it belongs to. A text is one notice, or one beside the other; what stands between them shows
/// that somebody else wrote it.
fn notices(text: &str, today: NaiveDate) -> Vec<Option<Notice>> {
    let of =
        |text: &str| form::credit(text).map(|amount| Notice { amount, day: worst(&date::all(text, today), today) });
    let lines: Vec<&str> = text.lines().collect();
    if let Some(notice) = of(text) {
        return vec![Some(notice); lines.len()];
    }
    let mut found = Vec::with_capacity(lines.len());
    for part in lines.split_inclusive(|line| line.trim().is_empty()) {
        let said = part.join("\n");
        match of(&said) {
            Some(notice) => found.extend(std::iter::repeat_n(Some(notice), part.len())),
            None => found.extend(part.iter().map(|line| of(line))),
        }
    }
    let is_banks = |(line, notice): (&&str, &Option<Notice>)| {
        notice.is_some() || line.trim().is_empty() || line::is_marked(line) || line::flow_of(line) == Some(Flow::Out)
    };
    if lines.iter().zip(&found).all(is_banks) { found } else { vec![None; lines.len()] }
}

/// The day that speaks most against a payment of today.
fn worst(days: &[NaiveDate], today: NaiveDate) -> Option<NaiveDate> {
    days.iter().max().filter(|day| **day > today).or_else(|| days.iter().min()).copied()
}

/// One line tells of one payment: without marks, what stands behind its amount may be the balance.
fn may_be_balance(line: &str, amounts: &[(Rupiah, Flow)], amount: Rupiah) -> bool {
    amounts.first().is_some_and(|(first, _)| *first != amount) && !line::is_marked(line)
}

/// For each line the word by which the payment it belongs to came to nothing: its own lines say so, from the one that begins with a
/// day to the next, or what stands before all of them.
fn undone_lines(text: &str, today: NaiveDate) -> Vec<Option<&'static str>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut begins: Vec<usize> =
        (0..lines.len()).filter(|at| lines.get(*at).is_some_and(|one| date::leading(one, today).is_some())).collect();
    begins.insert(0, 0);
    begins.push(lines.len());
    let mut undone = Vec::with_capacity(lines.len());
    for pair in begins.windows(2) {
        let &[from, to] = pair else { continue };
        let of_all = undone.first().copied().flatten().filter(|_| begins.get(1).is_some_and(|first| *first > 0));
        let said = lines.get(from..to).unwrap_or_default().join("\n");
        undone.extend(std::iter::repeat_n(of_all.or_else(|| form::undone_by(&said)), to - from));
    }
    undone
}

/// What came in and is told to have gone out, or in doubt, as well: which of the two counts needs a person.
fn doubt_what_went_out_again(moved: &mut [Moved]) {
    let others: std::collections::BTreeSet<Rupiah> =
        moved.iter().filter(|one| !one.flow.is_in()).map(|one| one.amount).collect();
    for one in moved.iter_mut().filter(|one| one.flow == Flow::In && others.contains(&one.amount)) {
        one.flow = Flow::Unclear;
    }
}

/// The lines that are told at once, and whether there are more.
#[must_use]
pub fn cut(moved: &[Moved]) -> (&[Moved], bool) {
    moved.get(..MOST_LINES).map_or((moved, false), |first| (first, moved.len() > MOST_LINES))
}

/// Whether a text tells as banks do of money that has come in: then it is read as such, and not as what somebody types.
#[must_use]
pub fn tells_of_income(text: &str, today: NaiveDate) -> bool {
    read(text, today).iter().any(|moved| moved.flow == Flow::In)
}

/// Whether a text names amounts as come in, however it does, or as not come after all.
#[must_use]
pub fn may_tell_of_income(text: &str, today: NaiveDate) -> bool {
    read(text, today).iter().any(|moved| moved.flow.is_in() || moved.doubt.is_some())
}

/// Whether a text is written as banks and wallets write, whatever came of the money: an amount with its currency among
/// their words.
#[must_use]
pub fn is_like_a_banks(text: &str) -> bool {
    const FEWEST_WORDS: usize = 4;
    let is_of_money = text.lines().any(line::names_currency);
    let has_its_words = form::has_banks_words(text) || line::flow_of(text).is_some() || form::undone_by(text).is_some();
    is_of_money && has_its_words && text.split_whitespace().count() >= FEWEST_WORDS
}

type Told = (Rupiah, Flow, Option<&'static str>);

fn push(moved: &mut Vec<Moved>, (amount, flow, doubt): Told, day: Option<NaiveDate>, line: &str) {
    // One more says that there are more.
    if amount >= LEAST && moved.len() <= MOST_LINES {
        moved.push(Moved { amount, flow, day, line: crate::clean::clean(line, SHOWN), doubt });
    }
}

#[cfg(test)]
mod tests;
