//! A PIN alone that nothing was open for: what it may have been meant for is said, and nothing is bought with it.

use super::super::guide::{Awaits, MeterOwner};
use super::super::sources::Waits;
use super::talk::talk;
use super::{Answer, Request};
use konter_core::order::view;
use konter_reply::TalkReply;
use konter_store::StoreError;

impl Request<'_> {
    pub(super) async fn lone_pin(&self, answer: &mut Answer) -> Result<(), StoreError> {
        /// Orders under way that are named.
        const MOST_SHOWN: usize = 3;
        /// Orders looked through for those.
        const SEARCHED: usize = 20;
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let (chat, guides) = (&self.message.chat, &self.shop.dialogs.guides);
        let waits = self.shop.dialogs.keypads.waiting(chat, self.at).is_some();
        let offered = guides.latest(chat, self.at);
        let asked = match guides.bills(chat, self.at).first().copied() {
            Some(bill) => self.shop.store.inquiry(bill).await?.is_some_and(|bill| bill.is_asking()),
            None => false,
        };
        let checking = asked || offered.as_ref().is_some_and(|guide| matches!(guide.owner, MeterOwner::Asked(_)));
        let choose = offered.is_some();
        let orders = self.orders_to(&agent, None, SEARCHED).await?;
        let lines = orders.iter().filter(|order| order.is_open()).take(MOST_SHOWN).map(view::line).collect();
        let said = answer.commit.outgoing.len();
        // The bill that was shown last is shown once more, with its keypad.
        let is_shown = guides.bills(chat, self.at).into_iter().any(|bill| self.may_mean(Waits::Bill(bill)));
        let bill = !waits && !checking && is_shown && self.asked_to_pay(answer).await?;
        let asked = self.is_asked_still();
        answer.reply(talk(TalkReply::LonePin { waits, choose, checking, bill, asked, lines }));
        answer.commit.outgoing.get_mut(said..).into_iter().for_each(|new| new.rotate_right(1));
        Ok(())
    }

    /// Whether a number is asked for that the PIN is not, and that is waited for all the same.
    fn is_asked_still(&self) -> bool {
        let (chat, guides) = (&self.message.chat, &self.shop.dialogs.guides);
        let asked = guides.awaited(chat, &self.message.message, self.at);
        let asked = asked.filter(|asked| matches!(asked, Awaits::Wish(_) | Awaits::Bill(_)));
        let Some(asked) = asked else { return false };
        guides.await_next(chat, asked, self.at);
        true
    }
}
