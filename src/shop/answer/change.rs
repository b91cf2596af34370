//! A change of what was shown with its keypad and is not bought: it is shown anew, and what was shown before is withdrawn.

use super::super::guide::Guide;
use super::super::keypad::PadId;
use super::super::sources::Waits;
use super::wish::candidates;
use super::{Answer, Request, can_forget, forget, kind_of};
use konter_command::{AgentRef, Sent, Sort, Wish};
use konter_core::catalog::{Product, ProductKind};
use konter_core::money::Rupiah;
use konter_store::StoreError;

impl Request<'_> {
    /// `false` where nothing is changed by this message.
    pub(super) async fn changed(&self, answer: &mut Answer) -> Result<bool, StoreError> {
        if self.changed_transfer(answer).await? {
            return Ok(true);
        }
        let catalog = self.shop.catalog();
        let said = konter_command::change_said(&self.message.text, &|code, named| kind_of(&catalog, code, named));
        let Some(change) = said else { return Ok(false) };
        let Some(shown) = self.changeable() else { return Ok(false) };
        let Some(product) = shown.chosen.and_then(|at| catalog.get(shown.products.get(at)?)) else { return Ok(false) };
        let held_pin = change.to.held_pin;
        let Some(wish) = self.instead_of(product, &shown.dest, change.to, change.is_said) else { return Ok(false) };
        if held_pin && can_forget(self.message.chat.channel) {
            forget(answer, self.message);
        }
        self.withdraw(Waits::Order(shown.id), answer).await?;
        // What is changed was shown after any list.
        self.lists_everything();
        self.wish(wish, answer).await?;
        Ok(true)
    }

    /// `eh 5000 aja`, `ke KR0022 aja`, right after a transfer was shown.
    async fn changed_transfer(&self, answer: &mut Answer) -> Result<bool, StoreError> {
        const SAYS: [&str; 9] = ["eh", "ups", "ganti", "ubah", "salah", "jadi", "maksudnya", "harusnya", "ralat"];
        const LEAST: Rupiah = Rupiah::new(1_000);
        let (chat, dialogs) = (&self.message.chat, &self.shop.dialogs);
        let Some(held) = dialogs.guides.latest_line(chat, self.at) else { return Ok(false) };
        let waits = dialogs.keypads.waiting(chat, self.at) == Some(PadId::Line(held.id));
        let is_next = self.message.replies_to.is_some() || dialogs.keypads.is_first_since(chat, &self.message.message);
        let (Some(agent), Some(amount), Some((to, _)), true) =
            (&self.agent, held.amount, held.about, waits && is_next && self.may_mean(Waits::Line(held.id)))
        else {
            return Ok(false);
        };
        let (amount, to) = match konter_command::sent_to(&self.message.text, &SAYS.map(str::to_owned)) {
            Ok(Sent { amount: Some(other), to: None }) if other >= LEAST => (other, to),
            Ok(Sent { amount: None, to: Some(other) }) => (amount, other),
            _ => return Ok(false),
        };
        self.withdraw(Waits::Line(held.id), answer).await?;
        self.transfer_without_pin(agent, &AgentRef::Code(to), amount, answer).await?;
        Ok(true)
    }

    /// What waits for its PIN here, and was shown right before this message or is what it replies to.
    fn changeable(&self) -> Option<Guide> {
        let (chat, dialogs) = (&self.message.chat, &self.shop.dialogs);
        let shown = dialogs.guides.latest(chat, self.at)?;
        let waits = dialogs.keypads.waiting(chat, self.at) == Some(PadId::Order(shown.id));
        let is_meant = match self.message.replies_to {
            Some(_) => self.may_mean(Waits::Order(shown.id)),
            None => dialogs.keypads.is_first_since(chat, &self.message.message),
        };
        (waits && is_meant).then_some(shown)
    }

    /// The whole of what is wanted now; `None` where a product alone is not for the number that was shown, and may be for
    /// another one.
    fn instead_of(&self, shown: &Product, dest: &str, to: Wish, is_said: bool) -> Option<Wish> {
        if to.dest.is_some() {
            let same = Wish { code: Some(shown.code.clone()), dest: to.dest.clone(), ..Wish::default() };
            if to.dest.as_ref().is_some_and(|dest| self.may_go_to(&same, dest)) {
                return Some(same);
            }
            // Of another operator, the same face value.
            let nominal = shown.nominal.filter(|_| shown.operator.is_some())?;
            return Some(Wish { nominal: Some(nominal), dest: to.dest, ..Wish::default() });
        }
        let mut wish = Wish { held_pin: false, ..to };
        if wish.code.is_none() {
            wish.nominal = wish.nominal.or(shown.nominal.filter(|_| wish.size.is_none()));
        }
        if wish.code.is_none() && wish.brand.is_none() && wish.sort.is_none() {
            wish.sort = (shown.kind == ProductKind::Token).then_some(Sort::Token);
            if shown.operator.is_none() {
                wish.brand = konter_command::goods_said(&shown.name).1.map(str::to_owned);
            }
        }
        // `1` may be meant for a list, or be a slip.
        let is_sold = wish.code.is_some() || !candidates(&self.shop.catalog(), &wish).is_empty();
        let kept = konter_command::destination_alone(dest).filter(|dest| self.may_go_to(&wish, dest));
        ((kept.is_some() && is_sold) || is_said).then_some(Wish { dest: kept, ..wish })
    }
}
