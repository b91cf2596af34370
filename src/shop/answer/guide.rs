//! Orders by buttons, and the buttons of the greeting.

use super::super::guide::Guide;
use super::super::keypad::{PadId, Shown, Tapped};
use super::super::network::priced;
use super::account::price_line;
use super::habit::{Again, destination};
use super::order::Placed;
use super::{Answer, Request};
use konter_command::{OrderRequest, PadTap, Pin};
use konter_core::catalog::{Product, ProductKind};
use konter_core::destination::{Destination, METER_DIGITS};
use konter_core::money::Rupiah;
use konter_core::order::refusal::Why;
use konter_core::order::request::{OrderLine, What};
use konter_reply::{ChooseCard, ChooseStage, PriceLine, Reply};
use konter_store::{Payload, Say, StoreError};

/// Products offered at once: as many buttons as a chat shows without scrolling far.
const MOST_OFFERED: usize = 24;

impl Request<'_> {
    /// A number alone: what can be bought for it. `false` when there is nothing, or it is no number.
    pub(super) async fn offer_for_number(&self, answer: &mut Answer) -> Result<bool, StoreError> {
        let Some(dest) = konter_command::destination_alone(&self.message.text) else { return Ok(false) };
        if !self.agent.as_ref().is_some_and(|agent| agent.status == konter_core::agent::AgentStatus::Active) {
            return Ok(false);
        }
        let products = self.products_for(&dest);
        if products.is_empty() {
            return Ok(false);
        }
        self.offer_list(&dest, products, answer).await?;
        Ok(true)
    }

    /// The open products of the number's operator, or tokens for a meter: by category and face value.
    pub(super) fn products_for(&self, dest: &Destination) -> Vec<Product> {
        let catalog = self.shop.catalog();
        let fits = |product: &&Product| match dest {
            Destination::Phone(phone) => {
                let operators = self.shop.prefixes.operators_of(phone);
                product.kind == ProductKind::Topup
                    && product.operator.as_ref().is_some_and(|wants| operators.iter().any(|of| of.as_str() == wants))
            }
            Destination::Meter(digits) | Destination::Customer(digits) => {
                product.kind == ProductKind::Token && METER_DIGITS.contains(&digits.len())
            }
            Destination::Zoned(_) | Destination::Text(_) => false,
        };
        let mut products: Vec<&Product> = catalog.iter().filter(|product| product.is_open()).filter(fits).collect();
        // Face values first, smallest first; then what has none, such as data, by price.
        products.sort_by_key(|product| (product.nominal.is_none(), product.nominal, product.price, &product.code));
        if dest.phone().is_none() {
            products.dedup_by_key(|product| product.nominal);
        }
        products.into_iter().take(MOST_OFFERED).cloned().collect()
    }

    /// An order as it is typed here, of something that is on sale; `None` when nothing fits the number.
    pub(super) fn order_example(&self) -> Option<String> {
        /// What stands for a customer's number wherever a format is shown.
        const NUMBER: &str = "081234567890";
        /// Rupiah: the face value everybody sells.
        const USUAL: i64 = 10_000;
        let products = self.products_for(&NUMBER.parse().ok()?);
        let usual = products.iter().find(|product| product.nominal == Some(Rupiah::new(USUAL)));
        usual.or(products.first()).map(|product| format!("{}.{NUMBER}.PIN", product.code))
    }

    /// What products cost this reseller now.
    pub(super) async fn own_prices(&self, products: &[Product]) -> Result<Vec<Option<Rupiah>>, StoreError> {
        let Some(agent) = &self.agent else { return Ok(vec![None; products.len()]) };
        let tariff = self.shop.tariff(agent).await?;
        Ok(products.iter().map(|product| priced(&tariff, product).map(|(product, _)| product.price)).collect())
    }

    /// At the prices that were offered, whatever has become of them: what is paid is what was shown.
    pub(super) fn choose_card(&self, guide: &Guide, stage: ChooseStage) -> ChooseCard {
        let catalog = self.shop.catalog();
        let offered = guide.products.iter().zip(&guide.prices);
        let line =
            |(code, price): (_, &Option<Rupiah>)| {
                let line = price_line(catalog.get(code)?);
                // Buttons count places, so one that has no price keeps its own.
                Some(price.map_or_else(
                    || PriceLine { open: false, ..line.clone() },
                    |price| PriceLine { price, ..line.clone() },
                ))
            };
        ChooseCard {
            guide: guide.id,
            dest: guide.dest.clone(),
            products: offered.filter_map(line).collect(),
            chosen: guide.chosen,
            nth: guide.nth,
            stage,
        }
    }

    fn restage_choice(&self, under: Option<&str>, guide: &Guide, stage: ChooseStage, answer: &mut Answer) {
        let Some(message) = under else { return };
        let reply = Box::new(Reply::Choose(Box::new(self.choose_card(guide, stage))));
        answer.commit.outgoing.push(Say {
            chat: self.message.chat.clone(),
            locale: answer.locale,
            payload: Payload::Edit { message: message.to_owned(), reply },
            balance_of: None,
        });
    }

    pub(super) fn tapped_choice(&self, id: u64, index: usize, answer: &mut Answer) {
        if self.active_agent(answer).is_none() {
            return;
        }
        let chat = &self.message.chat;
        let Some(guide) = self.shop.guides.choose(chat, id, index, self.at) else {
            answer.reply(Reply::ButtonTooOld);
            return;
        };
        let under = self.message.tapped.as_deref();
        let shown = self.shop.keypads.open(chat, PadId::Order(id), under, self.at);
        self.restage_choice(under, &guide, enter_pin(shown), answer);
    }

    pub(super) fn tapped_no_choice(&self, id: u64, answer: &mut Answer) {
        let chat = &self.message.chat;
        if let Some(guide) = self.shop.guides.get(chat, id, self.at) {
            self.restage_choice(self.message.tapped.as_deref(), &guide, ChooseStage::Cancelled, answer);
        }
        self.shop.keypads.close(chat, PadId::Order(id));
        self.shop.guides.forget(chat, id);
    }

    pub(super) async fn tapped_order_key(&self, id: u64, on: PadTap, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let chat = &self.message.chat;
        let Some(guide) = self.shop.guides.get(chat, id, self.at) else {
            answer.reply(Reply::ButtonTooOld);
            return Ok(());
        };
        let under = self.message.tapped.as_deref();
        let pad = PadId::Order(id);
        let tap = || self.shop.keypads.tap(chat, pad, &self.message.message, on, agent.pin.digits, self.at);
        let tapped = match tap() {
            Tapped::Closed => {
                self.shop.keypads.open_anew(chat, pad, under, self.at);
                tap()
            }
            tapped => tapped,
        };
        match tapped {
            Tapped::Shown(shown) => self.restage_choice(under, &guide, enter_pin(shown), answer),
            Tapped::Entered(pin) => self.order_chosen(&guide, under, &pin, answer).await?,
            Tapped::TooShort | Tapped::Closed => answer.reply(Reply::PinTooShort),
            Tapped::TooLong => answer.reply(Reply::PinOtherLength),
            Tapped::Unclear(shown) => {
                answer.reply(Reply::PinTapsUnclear);
                self.restage_choice(under, &guide, enter_pin(shown), answer);
            }
            Tapped::HandedIn => {}
        }
        Ok(())
    }

    /// A PIN typed while a keypad is open for an order.
    pub(super) async fn typed_order_pin(
        &self,
        id: u64,
        under: Option<&str>,
        pin: &Pin,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(guide) = self.shop.guides.get(&self.message.chat, id, self.at) else {
            answer.reply(Reply::ButtonTooOld);
            return Ok(());
        };
        self.order_chosen(&guide, under, pin, answer).await
    }

    /// What was chosen becomes an order as if it had been typed: the same checks, the same answers. Only that its price was
    /// shown: when that has changed nothing is ordered, and the new one is shown.
    async fn order_chosen(
        &self,
        guide: &Guide,
        under: Option<&str>,
        pin: &Pin,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let Some(code) = guide.chosen.and_then(|index| guide.products.get(index)) else {
            answer.reply(Reply::ButtonTooOld);
            return Ok(());
        };
        let line = OrderLine {
            what: What::Code(code.clone()),
            dest: destination(&self.shop.catalog(), code, &guide.dest),
            nth: guide.nth,
            buyer_phone: guide.buyer_phone.clone(),
        };
        let request = OrderRequest { lines: vec![line], pin: Some(pin.clone()), reference: None };
        let shown = guide.chosen.and_then(|index| guide.prices.get(index).copied()).flatten();
        let stage = match self.order_at(request, shown, answer).await? {
            Placed::Order(order) => {
                self.shop.guides.place(&self.message.chat, guide.id);
                ChooseStage::Placed { order }
            }
            Placed::PriceChanged => {
                self.restage_choice(under, guide, ChooseStage::Cancelled, answer);
                let (product, dest, buyer_phone) = (code.clone(), guide.dest.clone(), guide.buyer_phone.clone());
                return self.offer_order(&agent, &Again { product, dest, buyer_phone }, guide.nth, answer).await;
            }
            Placed::Nothing => {
                if under.is_none() && has_wrong_pin(answer) {
                    // Nothing can be tapped below what was said: the next PIN is typed as this one was.
                    self.shop.keypads.open_anew(&self.message.chat, PadId::Order(guide.id), None, self.at);
                }
                ChooseStage::List
            }
        };
        self.restage_choice(under, guide, stage, answer);
        Ok(())
    }
}

const fn enter_pin(Shown { digits, taps }: Shown) -> ChooseStage {
    ChooseStage::EnterPin { digits, taps }
}

/// Whether an order was refused for its PIN, which may be typed once more.
pub(super) fn has_wrong_pin(answer: &Answer) -> bool {
    answer.commit.outgoing.iter().any(|say| match &say.payload {
        Payload::Reply(reply) => {
            matches!(&**reply, Reply::OrderRefused(refused) if matches!(refused.why, Why::PinWrong { .. } | Why::PinOtherLength))
        }
        _ => false,
    })
}
