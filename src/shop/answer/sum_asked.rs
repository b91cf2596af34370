//! Sums where a sum was asked for, or a PIN: how much is paid in, and how much else is wanted than what waits for its PIN.

use super::super::guide::HeldLine;
use super::super::keypad::PadId;
use super::pin_shown::may_be_a_pin;
use super::talk::talk;
use super::{Answer, Request, can_forget, forget};
use konter_command::{MIN_TICKET, Pin};
use konter_core::catalog::Product;
use konter_core::money::Rupiah;
use konter_reply::TalkReply;
use konter_store::StoreError;

impl Request<'_> {
    /// `15000 aja`, while something waits for its PIN: another sum is meant, so that what was shown is not. What may be both is
    /// asked about once, and not tried.
    pub(super) async fn is_another_sum(&self, pin: &Pin, answer: &mut Answer) -> Result<bool, StoreError> {
        const STEP: u32 = 500;
        const ONLY: [&str; 5] = ["aja", "aj", "saja", "ae", "doang"];
        let (chat, dialogs) = (&self.message.chat, &self.shop.dialogs);
        let Some(pad) = dialogs.keypads.waiting(chat, self.at) else { return Ok(false) };
        let is_round = pin.expose().parse().is_ok_and(|sum: u32| sum > 0 && sum.is_multiple_of(STEP));
        if !is_round || dialogs.guides.awaited(chat, &self.message.message, self.at).is_some() {
            return Ok(false);
        }
        let is_as_long = self.agent.as_ref().and_then(|agent| agent.pin.digits).is_none_or(|it| it == pin.digits());
        let says_so = self.message.text.to_lowercase().split_whitespace().any(|word| ONLY.contains(&word));
        let is_answered = if !is_as_long || says_so {
            self.changed(answer).await? || self.drop_what_waits(answer).await?
        } else if self.has_a_sum(pad, pin) && dialogs.keypads.doubt(chat) {
            answer.reply(talk(TalkReply::SumOrPin));
            true
        } else {
            false
        };
        if is_answered && is_as_long && can_forget(chat.channel) {
            forget(answer, self.message);
        }
        Ok(is_answered)
    }

    /// Whether what waits could be wanted with this sum as well: a transfer, a markup, credit of another face value.
    fn has_a_sum(&self, pad: PadId, sum: &Pin) -> bool {
        let (chat, guides) = (&self.message.chat, &self.shop.dialogs.guides);
        match pad {
            PadId::Line(id) => {
                let is_sum =
                    |held: HeldLine| held.line.rsplit('.').next().is_some_and(|last| last.parse::<u32>().is_ok());
                guides.held_line(chat, id, self.at).is_some_and(is_sum)
            }
            PadId::Order(id) => {
                let catalog = self.shop.catalog();
                let guide = guides.get(chat, id, self.at);
                let shown = guide.and_then(|guide| catalog.get(guide.products.get(guide.chosen?)?).cloned());
                let nominal = sum.expose().parse().ok().map(Rupiah::new);
                shown.filter(|shown| shown.nominal.is_some()).is_some_and(|shown| {
                    let is_its_kind = |it: &&Product| it.operator == shown.operator && it.is_open();
                    catalog.iter().filter(is_its_kind).any(|it| it.nominal == nominal)
                })
            }
            PadId::Bill(_) | PadId::Several(_) => false,
        }
    }

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
