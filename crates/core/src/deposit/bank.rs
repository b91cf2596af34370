//! The shop's bank accounts, as the operator wrote them down.

/// Digits of an account's number; fewer are a year, a branch or a street.
const FEWEST_DIGITS: usize = 5;

/// An account taken apart, so that its number can be copied alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankAccount<'a> {
    pub before: &'a str,
    /// Empty where no number stands in it.
    pub number: &'a str,
    pub after: &'a str,
}

impl<'a> BankAccount<'a> {
    /// The first run of digits (with dashes and dots between them) that is long enough is the number.
    pub fn read(text: &'a str) -> Self {
        let text = text.trim();
        let mut from = 0;
        while let Some(start) = text.get(from..).and_then(|rest| rest.find(|c: char| c.is_ascii_digit())) {
            let (before, rest) = text.split_at(from + start);
            let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '-' || c == '.')).unwrap_or(rest.len());
            let number = rest.get(..end).unwrap_or_default().trim_end_matches(['-', '.']);
            if number.bytes().filter(u8::is_ascii_digit).count() >= FEWEST_DIGITS {
                let after = rest.get(number.len()..).unwrap_or_default();
                return Self { before: before.trim_end(), number, after: after.trim_start() };
            }
            from += start + end.max(1);
        }
        Self { before: text, number: "", after: "" }
    }
}

/// The accounts with those of the bank that was named before the others.
#[must_use]
pub fn named_first(accounts: &[String], bank: Option<&str>) -> Vec<String> {
    let mut sorted = accounts.to_vec();
    if let Some(bank) = bank.map(str::to_lowercase) {
        sorted.sort_by_key(|account| !account.to_lowercase().contains(&bank));
    }
    sorted
}
