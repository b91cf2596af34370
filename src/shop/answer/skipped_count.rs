//! Repeat numbers that skip one: `S10 0812… 5 1234` where there was no fourth. A digit that strayed in would pass the guard
//! against ordering twice, so such an order is shown first, with the number that is next.

use super::order::refuse;
use super::preference::Again;
use super::talk::talk;
use super::{Answer, Request};
use konter_command::OrderRequest;
use konter_core::agent::Agent;
use konter_core::order::SlotKey;
use konter_core::order::refusal::{Refused, Why};
use konter_core::order::request::OrderLine;
use konter_reply::TalkReply;
use konter_store::StoreError;

/// In a chat the second order of the same is ordered whether or not there was a first: who types it with its signs says that he
/// means another one. A digit after a blank may be how many somebody wants.
const SECOND: u8 = 2;

impl Request<'_> {
    /// The same of a program, which is told the number that is next. Its counter is no sign of meaning: it may be a slip like any other.
    pub(super) async fn program_skips(
        &self,
        agent: &Agent,
        request: &OrderRequest,
    ) -> Result<Option<Refused>, StoreError> {
        for line in request.lines.iter().filter(|line| line.nth >= SECOND) {
            let Some(again) = self.skipping(request, line).await? else { continue };
            let next = match self.next_repeat(agent, &again).await? {
                Ok(next) => next,
                Err(refused) => return Ok(Some(refused)),
            };
            let why = if next == 1 { "yang pertama belum ada," } else { "untuk isi lagi" };
            let words = format!("counter={} melompat, {why} pakai counter={next} dan refID baru", line.nth);
            let Again { product, dest, .. } = again;
            return Ok(Some(Refused { product: product.to_string(), dest, why: Why::Program { words } }));
        }
        Ok(None)
    }

    /// Whether something is ordered with a number that skips one, with its PIN or without. Then nothing of the message is
    /// ordered.
    pub(super) async fn skips_a_count(&self, request: &OrderRequest, answer: &mut Answer) -> Result<bool, StoreError> {
        let stale = self.at - self.message.sent_at > self.shop.policy.stale_after;
        if stale {
            return Ok(false);
        }
        let is_format = || is_between_signs(SECOND, &self.message.text);
        for line in request.lines.iter().filter(|line| line.nth > SECOND || (line.nth == SECOND && !is_format())) {
            if let Some(again) = self.skipping(request, line).await? {
                self.ask_for_the_next(request, line, &again, answer).await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What a line orders, if the one before it was neither ordered today nor stands in the same message.
    async fn skipping(&self, request: &OrderRequest, line: &OrderLine) -> Result<Option<Again>, StoreError> {
        let before = OrderLine { nth: line.nth - 1, ..line.clone() };
        // What cannot be ordered is refused for that.
        let (Some(agent), Ok(candidate)) = (&self.agent, self.resolve(&before)) else { return Ok(None) };
        let is_the_one_before =
            |other: &OrderLine| other.what == line.what && other.dest == line.dest && other.nth == before.nth;
        if request.lines.iter().any(is_the_one_before) {
            return Ok(None);
        }
        let product = candidate.product.code.clone();
        let slot =
            SlotKey::new(agent.id, self.shop.clock.day_of(self.at), product.clone(), &candidate.dest, before.nth);
        let skips = self.shop.store.order_in_slot(&slot, self.at).await?.is_none();
        Ok(skips.then(|| Again { product, dest: candidate.dest, buyer_phone: line.buyer_phone.clone() }))
    }

    async fn ask_for_the_next(
        &self,
        request: &OrderRequest,
        line: &OrderLine,
        again: &Again,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let next = match self.next_repeat(&agent, again).await? {
            Ok(next) => next,
            Err(refused) => {
                refuse(&agent, answer, refused);
                return Ok(());
            }
        };
        let (product, dest) = (again.product.clone(), again.dest.clone());
        let is_shown = request.lines.len() == 1;
        answer.reply(talk(TalkReply::CountSkipped { product, dest, typed: line.nth, next, is_shown }));
        if is_shown {
            self.offer_order(&agent, again, next, answer).await?;
        }
        Ok(())
    }
}

/// Whether signs part the count from all that stands beside it. `S10*2 0812…` may say how many are wanted.
fn is_between_signs(count: u8, text: &str) -> bool {
    const SIGNS: [char; 3] = ['.', '#', '*'];
    let count = count.to_string();
    let words: Vec<&str> = text.split_whitespace().collect();
    let stands_at_a_blank = |(at, word): (usize, &&str)| {
        let counts = |word: &&str| word.bytes().any(|b| b.is_ascii_digit());
        let goes_on = words.iter().skip(at + 1).any(counts);
        let ends = goes_on && word.strip_suffix(&count).is_some_and(|before| before.ends_with(SIGNS));
        let began = words.iter().take(at).any(counts);
        let begins = began && word.strip_prefix(&count).is_some_and(|behind| behind.starts_with(SIGNS));
        **word == count || ends || begins
    };
    text.contains(SIGNS) && !words.iter().enumerate().any(stands_at_a_blank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_at_a_blank_may_be_how_many_are_wanted() {
        for text in [
            "S10.2.081234567890.1234",
            "S10*2*081234567890*1234",
            "2.S10.081234567890.1234",
            "tolong S10.0812.1234.2 ya",
        ] {
            assert!(is_between_signs(2, text), "{text}");
        }
        for text in ["s10*2 081234567890 1234", "S10 2 081234567890 1234", "S10.081234567890 2 1234", "s10 2.0812.1234"]
        {
            assert!(!is_between_signs(2, text), "{text}");
        }
    }
}
