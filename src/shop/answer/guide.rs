//! Orders by buttons, and the buttons of the greeting.

use super::super::guide::{Guide, MeterOwner};
use super::super::keypad::{PadId, Shown};
use super::super::network::priced;
use super::super::sources::Waits;
use super::bill::Wanted;
use super::order::Placed;
use super::preference::{Again, destination};
use super::price_tab::shelves;
use super::{Answer, Request};
use konter_command::{OrderRequest, PadTap, Pin, Wish};
use konter_core::catalog::{DestKind, Product, ProductKind};
use konter_core::destination::{Destination, METER_DIGITS};
use konter_core::inquiry::{Ask, Purpose};
use konter_core::money::Rupiah;
use konter_core::order::refusal::Why;
use konter_core::order::request::{OrderLine, What};
use konter_reply::{ChooseCard, ChooseStage, Reply};
use konter_store::{Payload, StoreError};

/// Products of one category offered at once: as many buttons as a chat shows without scrolling far.
const MOST_OFFERED: usize = 24;
/// Categories offered for one number.
const MOST_SHELVES: usize = 8;

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

    /// Shows an offer. For a meter its owner's name is asked for first, and the offer shown with it.
    pub(super) async fn offer(
        &self,
        mut guide: Guide,
        stage: ChooseStage,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let chat = &self.message.chat;
        guide.owner = self.ask_owner(&guide, answer).await?;
        // While the name is asked for nothing has been shown yet that a PIN could be for.
        if !matches!(guide.owner, MeterOwner::Asked(_)) {
            if guide.chosen.is_some() {
                self.shop.dialogs.keypads.open(chat, PadId::Order(guide.id), None, self.at);
            }
            answer.reply(Reply::Choose(Box::new(self.choose_card(&guide, stage))));
        }
        self.leads_to(Waits::Order(guide.id));
        self.shop.dialogs.guides.offer(chat, guide);
        Ok(())
    }

    /// Asks the suppliers whose meter it is, where that is what is offered for and one of them can tell.
    async fn ask_owner(&self, guide: &Guide, answer: &mut Answer) -> Result<MeterOwner, StoreError> {
        let catalog = self.shop.catalog();
        let is_token = |code| catalog.get(code).is_some_and(|product| product.kind == ProductKind::Token);
        if !guide.products.iter().all(is_token) {
            return Ok(MeterOwner::NotAsked);
        }
        let (said, asked) = (answer.commit.outgoing.len(), answer.inquire.len());
        let wanted = Wanted { product: None, customer: guide.dest.clone(), reference: None };
        // Who only knows bills would show one in the place of the tokens that were asked for.
        let knows_meters = |ask: &Ask| ask.kind == ProductKind::Token;
        let (Ok(mut found), Some(agent)) = (self.whom_to_ask(&wanted), self.active_agent(answer)) else {
            return Ok(MeterOwner::Unknown);
        };
        if !found.asks.iter().any(knows_meters) {
            return Ok(MeterOwner::Unknown);
        }
        // A number that came alone may be a bill's; whoever said more has said tokens.
        if konter_command::destination_alone(&self.message.text).is_none() {
            found.asks.retain(knows_meters);
        }
        self.begin(&agent, wanted, found, Purpose::Look, answer).await?;
        // Nobody can be asked, or is asked already: the offer does without.
        let inquiry = answer.inquire.get(asked).copied();
        if inquiry.is_none() {
            answer.commit.outgoing.truncate(said);
        }
        Ok(inquiry.map_or(MeterOwner::Unknown, MeterOwner::Asked))
    }

    /// The open products of the number's operator, and wallets, or tokens for a meter: by category and face value.
    pub(super) fn products_for(&self, dest: &Destination) -> Vec<Product> {
        let catalog = self.shop.catalog();
        let operators = dest.phone().map(|phone| self.shop.trade.prefixes.operators_of(phone)).unwrap_or_default();
        let fits = |product: &&Product| match dest {
            Destination::Phone(_) => {
                let is_its_operators = |wants: &String| operators.iter().any(|of| of.as_str() == wants);
                let is_wallet = product.dest_kind() == DestKind::Phone && !operators.is_empty();
                product.kind == ProductKind::Topup && product.operator.as_ref().map_or(is_wallet, is_its_operators)
            }
            Destination::Meter(digits) | Destination::Customer(digits) => {
                product.kind == ProductKind::Token && METER_DIGITS.contains(&digits.len())
            }
            Destination::Zoned(_) | Destination::Text(_) => false,
        };
        let fitting = catalog.iter().filter(|product| product.is_open()).filter(fits);
        let sorted = |(_, mut products): (&str, Vec<&Product>)| {
            // Face values first, smallest first; then what has none, such as data, by price.
            products.sort_by_key(|product| (product.nominal.is_none(), product.nominal, product.price, &product.code));
            if dest.phone().is_none() {
                products.dedup_by_key(|product| product.nominal);
            }
            products.into_iter().take(MOST_OFFERED).cloned().collect::<Vec<_>>()
        };
        let all: Vec<Product> = shelves(fitting).into_iter().take(MOST_SHELVES).flat_map(sorted).collect();
        // Wallets alone are no reason to take a number for something to buy.
        if dest.phone().is_some() && all.iter().all(|product| product.operator.is_none()) { Vec::new() } else { all }
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
        let tariff = self.shop.trade.network.tariff(agent).await?;
        Ok(products.iter().map(|product| priced(&tariff, product).map(|(product, _)| product.price)).collect())
    }

    pub(super) fn choose_card(&self, guide: &Guide, stage: ChooseStage) -> ChooseCard {
        self.shop.offers.card(guide, stage, None)
    }

    pub(super) fn restage_choice(&self, under: Option<&str>, guide: &Guide, stage: ChooseStage, answer: &mut Answer) {
        self.show_in_place(under, Reply::Choose(Box::new(self.choose_card(guide, stage))), answer);
    }

    /// Another category of the same offer.
    pub(super) fn tapped_shelf(&self, id: u64, place: usize, answer: &mut Answer) {
        let Some(guide) = self.shop.dialogs.guides.get(&self.message.chat, id, self.at) else {
            self.stale(answer);
            return;
        };
        let card = self.shop.offers.card(&guide, ChooseStage::List, Some(place));
        self.lists(Wish::default(), card.products.iter().map(|line| line.code.clone()));
        self.show_in_place(self.message.tapped.as_deref(), Reply::Choose(Box::new(card)), answer);
    }

    pub(super) fn tapped_choice(&self, id: u64, index: usize, answer: &mut Answer) {
        if self.active_agent(answer).is_none() {
            return;
        }
        let chat = &self.message.chat;
        let Some(guide) = self.shop.dialogs.guides.choose(chat, id, index, self.at) else {
            self.stale(answer);
            return;
        };
        let under = self.message.tapped.as_deref();
        let shown = self.shop.dialogs.keypads.open(chat, PadId::Order(id), under, self.at);
        self.restage_choice(under, &guide, enter_pin(shown), answer);
    }

    pub(super) fn tapped_no_choice(&self, id: u64, answer: &mut Answer) {
        let (chat, under) = (&self.message.chat, self.message.tapped.as_deref());
        match self.shop.dialogs.guides.get(chat, id, self.at) {
            // What is ordered is not taken back by a button that came too late.
            Some(guide @ Guide { placed: Some(order), .. }) => {
                return self.restage_choice(under, &guide, ChooseStage::Placed { order }, answer);
            }
            Some(guide) => self.restage_choice(under, &guide, ChooseStage::Cancelled, answer),
            None => self.stale(answer),
        }
        self.shop.dialogs.keypads.close(chat, PadId::Order(id));
        self.shop.dialogs.guides.forget(chat, id);
    }

    pub(super) async fn tapped_order_key(&self, id: u64, on: PadTap, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let Some(guide) = self.shop.dialogs.guides.get(&self.message.chat, id, self.at) else {
            self.stale(answer);
            return Ok(());
        };
        let under = self.message.tapped.as_deref();
        let restage = |shown, answer: &mut Answer| self.restage_choice(under, &guide, enter_pin(shown), answer);
        match self.tapped_pad(&agent, PadId::Order(id), on, restage, answer) {
            Some(pin) => self.order_chosen(&guide, under, &pin, answer).await,
            None => Ok(()),
        }
    }

    /// A PIN typed while a keypad is open for an order.
    pub(super) async fn typed_order_pin(
        &self,
        id: u64,
        under: Option<&str>,
        pin: &Pin,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(guide) = self.shop.dialogs.guides.get(&self.message.chat, id, self.at) else {
            self.stale(answer);
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
            self.stale(answer);
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
                self.shop.dialogs.guides.place(&self.message.chat, guide.id, order);
                ChooseStage::Placed { order }
            }
            Placed::PriceChanged => {
                self.restage_choice(under, guide, ChooseStage::Cancelled, answer);
                let (product, dest, buyer_phone) = (code.clone(), guide.dest.clone(), guide.buyer_phone.clone());
                return self.offer_order(&agent, &Again { product, dest, buyer_phone }, guide.nth, answer).await;
            }
            Placed::Nothing => {
                if under.is_none() && has_wrong_pin(answer) {
                    // The next PIN is typed as this one was.
                    self.shop.dialogs.keypads.open_anew(&self.message.chat, PadId::Order(guide.id), None, self.at);
                    return Ok(());
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
