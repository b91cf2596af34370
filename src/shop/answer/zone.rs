//! The zone of a game's user: marked as such, or asked for.

use super::super::guide::Awaits;
use super::order::not_shown;
use super::preference::Again;
use super::{Answer, Request, can_forget, forget};
use konter_command::{MASK, NEW_PIN_DIGITS, Wish};
use konter_core::catalog::DestKind;
use konter_core::destination::DestinationFault;
use konter_core::ids::ProductCode;
use konter_core::order::refusal::{Refused, Why};
use konter_store::StoreError;

/// They mark a zone as one.
const MARKS: [&str; 6] = ["(", "zona", "zone", "server", "srv", "svr"];

impl Request<'_> {
    /// `ml86 12345678 8264`: where as many digits as the PIN has stand behind a game's user, and nothing says that they are the
    /// zone, they are not shown, and sent to nobody.
    pub(super) fn zone_may_be_the_pin(&self, again: &Again) -> Option<Refused> {
        let (user, zone) = again.dest.strip_suffix(')')?.split_once('(')?;
        let text = self.message.text.to_lowercase();
        let is_named = MARKS.iter().any(|mark| text.contains(mark));
        let is_typed = text.contains(user);
        (is_typed && !is_named && self.has_length_of_the_pin(zone)).then(|| needs_its_zone(&again.product, user))
    }

    /// A user alone: the zone is asked for.
    pub(super) fn ask_zone(&self, product: ProductCode, user: &str, answer: &mut Answer) {
        let Some(agent) = self.active_agent(answer) else { return };
        // It may be the PIN.
        let shown = if NEW_PIN_DIGITS.contains(&user.len()) { MASK } else { user };
        not_shown(&agent, answer, needs_its_zone(&product, shown));
        self.await_next(Awaits::Zone { product, user: user.to_owned() });
    }

    /// `ml86 12345678`: a user, and nothing that could be the PIN, so that nothing has failed. `false` where more stands there.
    pub(super) fn lacks_only_its_zone(&self, product: &ProductCode, answer: &mut Answer) -> bool {
        let is_long = |word: &&str| word.len() >= *NEW_PIN_DIGITS.start() && word.bytes().all(|b| b.is_ascii_digit());
        let mut groups = self.message.text.split(|c: char| !c.is_alphanumeric()).filter(is_long);
        let (Some(user), None) = (groups.next(), groups.next()) else { return false };
        self.ask_zone(product.clone(), user, answer);
        if NEW_PIN_DIGITS.contains(&user.len()) {
            self.await_next(Awaits::Wish(Wish { code: Some(product.clone()), ..Wish::default() }));
        }
        true
    }

    /// `(2001)`, `zona 2001`, right after it was asked for. As many digits as the PIN has, and nothing that says what they are, may
    /// be that. `false` where something else is said.
    pub(super) async fn asked_zone(
        &self,
        product: ProductCode,
        user: &str,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        /// Digits of a user: no zone has as many.
        const FEWEST: usize = 7;
        let text = self.message.text.to_lowercase();
        let wish = |dest| Wish { code: Some(product.clone()), dest: Some(dest), ..Wish::default() };
        if let Ok(whole) = konter_command::destination_of(DestKind::IdZone, &text) {
            self.wish(wish(whole), answer).await?;
            return Ok(true);
        }
        let is_beside = |word: &str| word.is_empty() || MARKS.contains(&word) || ["nya", "ya", "kak"].contains(&word);
        let is_alone = text.split(|c: char| !c.is_alphabetic()).all(is_beside) && !text.contains('?');
        let mut groups = text.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty());
        let (Some(zone), None, true) = (groups.next(), groups.next(), is_alone) else { return Ok(false) };
        if zone.len() >= FEWEST {
            self.ask_zone(product, zone, answer);
            return Ok(true);
        }
        let dest = format!("{user}({zone})");
        if MARKS.iter().any(|mark| text.contains(mark)) || !self.has_length_of_the_pin(zone) {
            let Ok(dest) = konter_command::destination_of(DestKind::IdZone, &dest) else { return Ok(false) };
            self.shop.dialogs.sources.answers(&self.message.chat, &self.message.message);
            self.wish(wish(dest), answer).await?;
            return Ok(true);
        }
        if can_forget(self.message.chat.channel) {
            forget(answer, self.message);
        }
        self.ask_zone(product, user, answer);
        Ok(true)
    }

    fn has_length_of_the_pin(&self, digits: &str) -> bool {
        let length = self.agent.as_ref().and_then(|agent| agent.pin.digits);
        length.is_none_or(|length| length == digits.len())
    }
}

fn needs_its_zone(product: &ProductCode, user: &str) -> Refused {
    let example = format!("{product}.{user}(2001).PIN");
    let why = Why::NotItsDestination { fault: DestinationFault::NeedsZone, example };
    Refused { product: product.to_string(), dest: user.to_owned(), why }
}
