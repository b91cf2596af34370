//! A PIN alone that nothing was open for: what it may have been meant for is said, and nothing is bought with it.

use super::super::guide::MeterOwner;
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
        let bill = !waits && !checking && self.asked_to_pay(answer).await?;
        answer.reply(talk(TalkReply::LonePin { waits, choose, checking, bill, lines }));
        answer.commit.outgoing.get_mut(said..).into_iter().for_each(|new| new.rotate_right(1));
        Ok(())
    }
}
