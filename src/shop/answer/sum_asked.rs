//! How much is paid in, in answer to the ways of paying in.

use super::pin_shown::may_be_a_pin;
use super::{Answer, Request};
use konter_command::MIN_TICKET;
use konter_core::money::Rupiah;
use konter_store::StoreError;

impl Request<'_> {
    /// `100rb`, right after it was told how to pay in. `false` when it says anything else.
    pub(super) async fn asked_sum(&self, answer: &mut Answer) -> Result<bool, StoreError> {
        const UNITS: [&str; 10] = ["rp", "rb", "ribu", "rebu", "k", "jt", "juta", "ya", "aja", "kak"];
        const LEAST: i64 = 10;
        let text = self.message.text.to_lowercase();
        let says_more = |word: &str| !word.is_empty() && !UNITS.contains(&word);
        if text.split(|c: char| !c.is_alphabetic()).any(says_more) || text.contains('?') {
            return Ok(false);
        }
        let sums = konter_command::sums_said(&text);
        let [sum] = sums.as_slice() else { return Ok(false) };
        let thousands = (LEAST..MIN_TICKET).contains(&sum.get());
        let sum = if thousands { Rupiah::new(sum.get() * 1_000) } else { *sum };
        // What is not round may be a PIN.
        if sum.get() < MIN_TICKET || may_be_a_pin(sum) || text.trim().starts_with('0') {
            return Ok(false);
        }
        self.ticket(Some(sum), None, None, answer).await?;
        Ok(true)
    }
}
