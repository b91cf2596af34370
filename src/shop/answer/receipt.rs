//! Receipts for a reseller's customers.

use super::talk::talk;
use super::{Answer, Request};
use konter_command::{DateArg, ReceiptAs, ReceiptLine, ReceiptOf};
use konter_core::agent::Agent;
use konter_core::catalog::ProductKind;
use konter_core::ids::{Channel, OrderId};
use konter_core::money::Rupiah;
use konter_core::order::card::Verdict;
use konter_core::order::{Order, OrderState, view};
use konter_documents::receipt::picture::is_drawn;
use konter_documents::receipt::{LONGEST_FOOTER, LONGEST_SHOP, ReceiptCard};
use konter_reply::{ReceiptForm, ReceiptProblem, Reply, TalkReply};
use konter_store::StoreError;

/// Orders looked through for the one whose receipt is wanted.
const ORDERS_SEARCHED: usize = 100;
/// A number that is no order's, and as large and as round as a price.
const FEWEST_OF_A_PRICE: u64 = 5_000;
const ROUND: u64 = 500;
/// Takes away what was set.
const NOTHING: &str = "-";

impl Request<'_> {
    pub(super) async fn receipt(
        &self,
        of: &ReceiptOf,
        price: Option<Rupiah>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        match of {
            ReceiptOf::Order(id) => self.receipt_of_order(*id, price, answer).await,
            ReceiptOf::Latest => self.receipt_found(None, None, price, answer).await,
            ReceiptOf::Customer { dest, date } => self.receipt_found(Some(dest), *date, price, answer).await,
        }
    }

    pub(super) async fn receipt_of_order(
        &self,
        id: OrderId,
        price: Option<Rupiah>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        // Another reseller's order is no business of this one: it is as if it were not there.
        match self.shop.store.order(id).await?.filter(|order| order.agent == agent.id) {
            Some(order) => {
                let own = self.own_price(&agent, &order).await?;
                hand_over(&agent, &order, price.or(own), answer);
                hint_below(&order, price, answer);
            }
            // `struk 22000`: what the customer pays for the latest.
            None if price.is_none() && id.0 >= FEWEST_OF_A_PRICE && id.0.is_multiple_of(ROUND) => {
                let price = i64::try_from(id.0).ok().map(Rupiah::new);
                self.receipt_found(None, None, price, answer).await?;
            }
            None => answer.reply(no_such(format!("#{id}"))),
        }
        Ok(())
    }

    /// A button under a receipt: the same in another shape.
    pub(super) async fn tapped_receipt(
        &self,
        form: ReceiptAs,
        id: OrderId,
        price: Option<Rupiah>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let Some(order) = self.shop.store.order(id).await?.filter(|order| order.agent == agent.id) else {
            self.stale(answer);
            return Ok(());
        };
        let form = match form {
            ReceiptAs::Text => ReceiptForm::Text,
            ReceiptAs::Printer => ReceiptForm::Printer,
        };
        hand_over_as(&[form], &agent, &order, price, answer);
        Ok(())
    }

    /// The receipt of the latest order, or of the latest to a customer, that was delivered.
    async fn receipt_found(
        &self,
        dest: Option<&str>,
        date: Option<DateArg>,
        price: Option<Rupiah>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let today = self.shop.clock.day_of(self.at);
        let orders = self.orders_to(&agent, dest, ORDERS_SEARCHED).await?;
        // `struk yang token tadi`
        let says_token = |word: &str| word.eq_ignore_ascii_case("token");
        let of_token = self.message.text.split(|c: char| !c.is_alphanumeric()).any(says_token);
        let asked: Vec<&Order> = orders
            .iter()
            .filter(|order| !of_token || order.kind == ProductKind::Token)
            .filter(|order| date.is_none_or(|date| super::account::is_on(date, order.day, today)))
            .collect();
        let delivered = asked.iter().find(|order| view::line(order).verdict == Verdict::Success);
        match delivered.or(asked.first()) {
            Some(order) => {
                // The latest has none: that it failed is told before the receipt of the one before.
                if let Some(latest) = asked.first().filter(|latest| latest.id != order.id) {
                    let (lines, dest) = (vec![view::line(latest)], Some(latest.dest.clone()));
                    answer.reply(talk(TalkReply::NotArrived { lines, dest }));
                }
                let own = self.own_price(&agent, order).await?;
                hand_over(&agent, order, price.or(own), answer);
                hint_below(order, price, answer);
            }
            None => answer.reply(no_such(dest.unwrap_or_default().to_owned())),
        }
        Ok(())
    }

    /// Sets, or shows, what stands at the top and at the bottom of the reseller's receipts.
    pub(super) fn receipt_line(&self, line: &ReceiptLine, answer: &mut Answer) {
        let Some(agent) = self.active_agent(answer) else { return };
        let mut after = agent.clone();
        let (slot, text, longest) = match line {
            ReceiptLine::Shop(text) => (&mut after.receipt_shop, text, LONGEST_SHOP),
            ReceiptLine::Footer(text) => (&mut after.receipt_footer, text, LONGEST_FOOTER),
        };
        if let Some(text) = text.as_deref().map(str::trim) {
            if text.chars().count() > longest {
                answer.reply(Reply::ReceiptRefused { problem: ReceiptProblem::TooLong { longest } });
                return;
            }
            *slot = Some(text.to_owned()).filter(|text| text != NOTHING && !text.is_empty());
        }
        let changed = after != agent;
        let (shop, footer) = (shop_of(&after), after.receipt_footer.clone());
        let undrawn = !is_drawn(&shop) || !footer.as_deref().is_none_or(is_drawn);
        answer.reply(Reply::ReceiptHead { shop, footer, changed, undrawn });
        if changed {
            answer.write_agent(&agent, after);
        }
    }
}

fn no_such(asked: String) -> Reply {
    Reply::ReceiptRefused { problem: ReceiptProblem::NoSuchOrder { asked } }
}

pub(super) fn shop_of(agent: &Agent) -> String {
    agent.receipt_shop.clone().unwrap_or_else(|| agent.name.clone())
}

/// A receipt, or why there is none: a picture whose buttons give the other shapes. A terminal shows no pictures, so there
/// it is all of them.
fn hand_over(agent: &Agent, order: &Order, price: Option<Rupiah>, answer: &mut Answer) {
    let all = [ReceiptForm::Text, ReceiptForm::Picture, ReceiptForm::Printer];
    let forms = if answer.chat.channel == Channel::Console { &all[..] } else { &[ReceiptForm::Picture] };
    hand_over_as(forms, agent, order, price, answer);
}

/// `STRUK 1 1`: what is sold below what it cost is rarely meant.
fn hint_below(order: &Order, price: Option<Rupiah>, answer: &mut Answer) {
    if let Some(price) = price.filter(|price| *price < order.price && order.is_success()) {
        answer.reply(Reply::ReceiptBelow { order: order.id, price, paid: order.price });
    }
}

fn hand_over_as(forms: &[ReceiptForm], agent: &Agent, order: &Order, price: Option<Rupiah>, answer: &mut Answer) {
    let line = view::line(order);
    if line.verdict != Verdict::Success {
        answer.reply(Reply::ReceiptRefused { problem: ReceiptProblem::NotDelivered(Box::new(line)) });
        return;
    }
    let card = receipt_card(agent, order, price);
    for form in forms {
        answer.reply(Reply::Receipt { form: *form, card: Box::new(card.clone()) });
    }
}

/// A delivered order as it is put on paper. A bill is never handed over for less than its reseller paid: where no price is
/// said, what was paid stands there, its fee on top of what the supplier's own receipt shows.
pub(in crate::shop) fn receipt_card(agent: &Agent, order: &Order, price: Option<Rupiah>) -> ReceiptCard {
    let line = view::line(order);
    let at = match &order.state {
        OrderState::Final(end) => end.at,
        OrderState::Open => order.created_at,
    };
    let price = price.or_else(|| order.bill.is_some().then_some(order.price));
    ReceiptCard {
        shop: shop_of(agent),
        footer: agent.receipt_footer.clone(),
        order: order.id,
        product: order.product.clone(),
        product_name: order.product_name.clone(),
        kind: order.kind,
        dest: order.dest.clone(),
        sn: line.sn,
        details: line.details,
        bills: order.bill.as_ref().map(|bill| bill.bills.clone()).unwrap_or_default(),
        buyer_phone: order.buyer_phone.clone(),
        price,
        at,
    }
}
