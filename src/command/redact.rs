//! Making a message fit for a log.

use crate::phone::{MAX_DIGITS, clean};

use super::pin::{MAX_PIN_DIGITS, MIN_PIN_DIGITS};

/// Longest run of digits that is left alone: a number with its country code. A longer one may end in a PIN.
const LONGEST_NUMBER: usize = MAX_DIGITS + 1;
/// Longest message kept in a log.
const LONGEST: usize = 500;

/// The text with every run of digits that could be, or hide, a PIN replaced by `***`, cut to a length a log can bear.
/// A three-digit run right after a letter stays: it is the end of a product code such as `S100`.
#[must_use]
pub fn redact(text: &str) -> String {
    let text: String = clean(&text.chars().take(LONGEST).collect::<String>());
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
        let (digits, after) = from.split_at(end);
        out.push_str(before);
        out.push_str(if could_hide_a_pin(before, digits) { "***" } else { digits });
        rest = after;
    }
    out.push_str(rest);
    out
}

fn could_hide_a_pin(before: &str, digits: &str) -> bool {
    let ends_a_code = digits.len() == MIN_PIN_DIGITS && before.ends_with(|c: char| c.is_ascii_alphabetic());
    let pin_long = (MIN_PIN_DIGITS..=MAX_PIN_DIGITS).contains(&digits.len());
    (pin_long && !ends_a_code) || digits.len() > LONGEST_NUMBER
}
