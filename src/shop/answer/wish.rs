//! Wishes in everyday words, and orders without a PIN: what would be bought is shown, and the PIN is asked for.

use super::super::guide::{Awaits, Guide, MeterOwner, Several};
use super::super::keypad::PadId;
use super::super::sources::Waits;
use super::account::{no_such_product, price_line};
use super::guide::has_wrong_pin;
use super::order::not_shown;
use super::pin_shown::is_a_pin_alone;
use super::preference::{Again, fingerprint_of, says};
use super::talk::talk;
use super::{Answer, Request, can_forget, forget};
use konter_command::{NEW_PIN_DIGITS, OrderRequest, Pin, PriceFilter, Sort, Topic, Wish};
use konter_core::agent::Agent;
use konter_core::catalog::{Catalog, DestKind, Product, ProductKind};
use konter_core::destination::{Destination, METER_DIGITS};
use konter_core::money::Rupiah;
use konter_core::order::refusal::Near;
use konter_core::order::request::{OrderLine, What};
use konter_reply::{AskFor, AskedLine, ChooseStage, Misread, PreferenceReply, PriceLine, Reply, TalkReply};
use konter_store::{Payload, Say, StoreError};

/// Digits of the shortest number in use.
const FEWEST_OF_A_PHONE: usize = 9;

/// Products named in place of what there is none of.
const MOST_NEAR: usize = 6;
/// Products offered at once.
const MOST_OFFERED: usize = 24;

impl Request<'_> {
    /// Something is wanted. What is missing is asked for; what is complete is shown, never bought at once.
    pub(super) async fn wish(&self, wish: Wish, answer: &mut Answer) -> Result<(), StoreError> {
        if self.agent.is_none() && self.role().is_some() {
            // Whoever only works here looks at prices.
            return self.prices(&filters(&wish), answer).await;
        }
        if self.agent.is_none() && wish.dest.is_none() {
            answer.reply(talk(TalkReply::JoinForPrices));
            return Ok(());
        }
        let Some(agent) = self.customer(answer).await? else { return Ok(()) };
        if self.wish_is_a_transfer(&wish, answer).await? {
            return Ok(());
        }
        let (wish, several) = self.of_the_list(self.with_what_was_said_before(wish));
        if let (Some(dest), [_, _, ..]) = (&wish.dest, several.as_slice()) {
            return self.offer_list(dest, several, answer).await;
        }
        let offered = self.shop.dialogs.guides.latest(&self.message.chat, self.at);
        let is_for_what_is_offered = || offered.is_some_and(|guide| self.may_mean(Waits::Order(guide.id)));
        // `s5`, as an answer to the list of a number that is not offered for any more.
        if wish.dest.is_none() && self.replies_to_a_card() && !is_for_what_is_offered() {
            return self.answered_else(answer).await;
        }
        match &wish.dest {
            None => self.ask_number(&agent, wish, answer).await,
            Some(dest) => self.offer_wish(&agent, &wish, dest, answer).await,
        }
    }

    /// A number right after its product, or a product right after its number or in answer to its list.
    fn with_what_was_said_before(&self, wish: Wish) -> Wish {
        let (chat, dialogs) = (&self.message.chat, &self.shop.dialogs);
        let is_bare = wish.code.is_none() && wish.brand.is_none() && wish.nominal.is_none() && wish.sort.is_none();
        let offered = dialogs.guides.latest(chat, self.at).filter(|guide| self.may_mean(Waits::Order(guide.id)));
        let awaited = dialogs.guides.awaited(chat, &self.message.message, self.at).filter(|awaited| match awaited {
            // Its list may be shown only later, with the meter's owner.
            Awaits::Product(dest) => {
                self.may_mean(Waits::Answer) || offered.as_ref().is_some_and(|guide| guide.dest == *dest)
            }
            Awaits::Bill(_)
            | Awaits::Wish(_)
            | Awaits::ShopName
            | Awaits::ShopPin(_)
            | Awaits::Deposit
            | Awaits::Zone { .. }
            | Awaits::Which(_) => self.may_mean(Waits::Answer),
        });
        let answered = offered.filter(|_| self.message.replies_to.is_some()).map(|guide| guide.dest);
        if awaited.is_some() {
            dialogs.sources.answers(chat, &self.message.message);
        }
        match (awaited, answered) {
            (Some(Awaits::Wish(asked)), _) if is_bare => Wish { dest: wish.dest, held_pin: wish.held_pin, ..asked },
            (Some(Awaits::Product(dest)), _) | (_, Some(dest)) if !is_bare && wish.dest.is_none() => {
                let dest = konter_command::destination_alone(&dest).filter(|dest| self.may_go_to(&wish, dest));
                Wish { dest, ..wish }
            }
            _ => wish,
        }
    }

    /// Whether what is named now can be for the number that was offered for: `paket data xl` after a number of another
    /// operator's is a question of its own.
    pub(super) fn may_go_to(&self, wish: &Wish, dest: &Destination) -> bool {
        let catalog = self.shop.catalog();
        let named = match &wish.code {
            Some(code) => catalog.get(code).into_iter().collect(),
            None => candidates(&catalog, wish),
        };
        let operators = dest.phone().map(|phone| self.shop.trade.prefixes.operators_of(phone)).unwrap_or_default();
        // A game's number is its own, whatever digits it has.
        let reads_so = |product: &Product| match dest {
            Destination::Phone(_) => product.dest_kind() == DestKind::Phone,
            Destination::Meter(_) | Destination::Customer(_) => product.kind == ProductKind::Token,
            Destination::Zoned(_) | Destination::Text(_) => false,
        };
        let is_of_another = |product: &Product| {
            product.operator.as_ref().is_some_and(|wants| !operators.iter().any(|of| of.as_str() == wants))
        };
        named.is_empty() || named.iter().any(|product| reads_so(product) && !is_of_another(product))
    }

    /// To which number? Asked once it is clear what is wanted; else what there is is told.
    async fn ask_number(&self, agent: &Agent, wish: Wish, answer: &mut Answer) -> Result<(), StoreError> {
        let catalog = self.shop.catalog();
        let is_token = wish.sort == Some(Sort::Token);
        if wish.code.is_none() && wish.nominal.is_none() {
            let found = candidates(&catalog, &wish);
            match (&wish.brand, wish.sort) {
                (None, None | Some(Sort::Credit)) => self.lists_everything(),
                _ => self.lists(wish.clone(), found.iter().map(|product| product.code.clone())),
            }
            match (&wish.brand, wish.sort) {
                (None, Some(Sort::Token)) => answer.reply(says(PreferenceReply::Ask(AskFor::Meter))),
                (None, _) => {
                    let preferences = self.shop.store.preferences(agent.id).await?;
                    let favourites = preferences.favourites.iter().map(|(name, _)| name.clone()).collect();
                    answer.reply(says(PreferenceReply::Ask(AskFor::Phone { favourites })));
                }
                (Some(_), Some(Sort::Data)) => self.show_prices(&found, &wish, answer).await?,
                (Some(_), _) => self.prices(&filters(&wish), answer).await?,
            }
            self.await_number(wish, answer);
            return Ok(());
        }
        let found = match &wish.code {
            Some(code) => catalog.get(code).into_iter().collect(),
            None => candidates(&catalog, &wish),
        };
        let is_one_kind = wish.code.is_some() || wish.brand.is_some() || is_token;
        if found.is_empty()
            && let Wish { code: None, brand: None, sort: None, nominal: Some(sum), .. } = &wish
            && self.order_of_sum(*sum, answer).await?
        {
            return Ok(());
        }
        match found.as_slice() {
            // `dana 100`, where there are 10 and 20.
            [] if wish.brand.is_some() && wish.code.is_none() => {
                let of_any_sum = Wish { nominal: None, size: None, ..wish.clone() };
                let near = candidates(&catalog, &of_any_sum).into_iter();
                let near = near.map(|product| Near { code: product.code.clone(), name: product.name.clone() });
                answer.reply(Reply::NoPrices { filter: described(&wish), near: near.take(MOST_NEAR).collect() });
            }
            [] => answer.reply(no_such_product(&catalog, &described(&wish))),
            [product, ..] if product.kind == ProductKind::Bill => {
                self.await_next(Awaits::Bill(product.code.clone()));
                let (product, name) = (product.code.clone(), product.name.clone());
                answer.reply(says(PreferenceReply::Ask(AskFor::Customer { product, name })));
                return Ok(());
            }
            [product, rest @ ..] if is_one_kind && (rest.is_empty() || is_token) => {
                let price = self.own_price_line(product).await?;
                let (meter, zone) = (product.dest_kind() == DestKind::Meter, product.dest_kind() == DestKind::IdZone);
                answer.reply(talk(TalkReply::NumberFor { product: price, meter, zone }));
            }
            _ => match wish.nominal {
                Some(nominal) => answer.reply(talk(TalkReply::NumberForSum { nominal })),
                None => answer.reply(says(PreferenceReply::Ask(AskFor::Phone { favourites: Vec::new() }))),
            },
        }
        self.await_number(wish, answer);
        Ok(())
    }

    pub(super) fn await_next(&self, what: Awaits) {
        self.shop.dialogs.guides.await_next(&self.message.chat, what, self.at);
        self.leads_to(Waits::Answer);
    }

    fn await_number(&self, wish: Wish, answer: &mut Answer) {
        if !answer.commit.outgoing.is_empty() {
            self.await_next(Awaits::Wish(wish));
        }
    }

    async fn show_prices(&self, found: &[&Product], wish: &Wish, answer: &mut Answer) -> Result<(), StoreError> {
        let mut lines = Vec::with_capacity(found.len());
        for product in found {
            lines.push(self.own_price_line(product).await?);
        }
        if lines.is_empty() {
            answer.reply(no_such_product(&self.shop.catalog(), &described(wish)));
        } else {
            answer.reply(Reply::Prices { lines, left_out: 0 });
        }
        Ok(())
    }

    async fn own_price_line(&self, product: &Product) -> Result<PriceLine, StoreError> {
        let price = self.own_prices(std::slice::from_ref(product)).await?.pop().flatten();
        let line = price_line(product);
        Ok(PriceLine { price: price.unwrap_or(line.price), ..line })
    }

    async fn offer_wish(
        &self,
        agent: &Agent,
        wish: &Wish,
        dest: &Destination,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let catalog = self.shop.catalog();
        let offer =
            |product: &Product| Again { product: product.code.clone(), dest: dest.to_string(), buyer_phone: None };
        if let Some(product) = wish.code.as_ref().and_then(|code| catalog.get(code)) {
            return self.offer_counted(agent, &offer(product), (1, wish.times), answer).await;
        }
        let mut found = self.fitting(candidates(&catalog, wish), wish, dest);
        if wish.nominal.is_some() {
            // Of what is the same for whoever asks, the cheapest.
            found.truncate(1);
        }
        match found.as_slice() {
            [product] => self.offer_counted(agent, &offer(product), (1, wish.times), answer).await,
            [] => {
                // `shopeepay 50`, where there are 10 and 20.
                let of_any_sum = Wish { nominal: None, size: None, ..wish.clone() };
                let mut near = self.fitting(candidates(&catalog, &of_any_sum), wish, dest);
                let is_data = wish.sort == Some(Sort::Data);
                near.retain(|product| is_data || (wish.brand.is_some() && product.operator.is_none()));
                let instead = match near.as_slice() {
                    [] => self.products_for(dest),
                    near => near.iter().take(MOST_OFFERED).map(|product| (*product).clone()).collect(),
                };
                let described = described(wish);
                if instead.is_empty() && described.is_empty() {
                    let problem = Some(Misread::DestinationUnreadable { text: dest.to_string() });
                    let nearest = self.order_example().unwrap_or_else(|| Topic::Order.example().to_owned());
                    answer.reply(Reply::NotUnderstood { problem, nearest });
                    return Ok(());
                }
                if instead.is_empty() {
                    answer.reply(no_such_product(&catalog, &described));
                    return Ok(());
                }
                // The list is something else than what was asked for.
                if wish.nominal.is_some() || wish.size.is_some() {
                    answer.reply(Reply::NoPrices { filter: described, near: Vec::new() });
                }
                self.offer_list(dest, instead, answer).await
            }
            several => {
                let several = several.iter().take(MOST_OFFERED).map(|product| (*product).clone()).collect();
                self.offer_list(dest, several, answer).await
            }
        }
    }

    /// Those that can go to this number. One that was named goes to the check of orders, which says why it cannot.
    fn fitting<'c>(&self, found: Vec<&'c Product>, wish: &Wish, dest: &Destination) -> Vec<&'c Product> {
        let operators = dest.phone().map(|phone| self.shop.trade.prefixes.operators_of(phone)).unwrap_or_default();
        let fits = |product: &&Product| match dest {
            Destination::Phone(_) if wish.brand.is_some() => product.kind == ProductKind::Topup,
            Destination::Phone(_) => {
                wish.sort == Some(Sort::Token)
                    || product.operator.as_ref().is_some_and(|wants| operators.iter().any(|of| of.as_str() == wants))
            }
            Destination::Meter(digits) | Destination::Customer(digits) => {
                product.kind == ProductKind::Token && METER_DIGITS.contains(&digits.len())
            }
            Destination::Zoned(_) | Destination::Text(_) => false,
        };
        found.into_iter().filter(fits).collect()
    }

    /// One of several that are wanted: that it is one, and how the next is ordered, is said with it.
    pub(super) async fn offer_counted(
        &self,
        agent: &Agent,
        again: &Again,
        (nth, times): (u8, u8),
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let said = answer.commit.outgoing.len();
        self.offer_first(agent, again, nth, answer).await?;
        let is_choice =
            |say: &Say| matches!(&say.payload, Payload::Reply(reply) if matches!(**reply, Reply::Choose(_)));
        let is_shown = answer.commit.outgoing.iter().skip(said).any(is_choice) || !answer.inquire.is_empty();
        if times > 1 && is_shown {
            let (product, dest) = (again.product.clone(), again.dest.clone());
            answer.reply(talk(TalkReply::OneAtATime { product, dest, times, next: nth.saturating_add(1) }));
            // What is to be tapped stands last.
            answer.commit.outgoing.get_mut(said..).into_iter().for_each(|new| new.rotate_right(1));
        }
        Ok(())
    }

    /// What would be ordered, with a keypad; what has been ordered today is told at once.
    async fn offer_first(&self, agent: &Agent, again: &Again, nth: u8, answer: &mut Answer) -> Result<(), StoreError> {
        if let Some(refused) = self.zone_may_be_the_pin(again) {
            if can_forget(self.message.chat.channel) {
                forget(answer, self.message);
            }
            let user = refused.dest.clone();
            not_shown(agent, answer, refused);
            self.await_next(Awaits::Zone { product: again.product.clone(), user });
            return Ok(());
        }
        if let Some(refused) = self.ordered_before(agent, again, nth).await? {
            not_shown(agent, answer, refused);
            return Ok(());
        }
        self.offer_order(agent, again, nth, answer).await
    }

    /// An order that lacks its PIN, from a person: it is shown, and the PIN asked for. `false` where it must be refused.
    pub(super) async fn ask_pin(&self, request: &OrderRequest, answer: &mut Answer) -> Result<bool, StoreError> {
        let stale = self.at - self.message.sent_at > self.shop.policy.stale_after;
        if request.pin.is_some() || request.reference.is_some() || !self.message.private || stale {
            return Ok(false);
        }
        let Some(agent) = self.active_agent(answer) else { return Ok(true) };
        let mut asked = Vec::with_capacity(request.lines.len());
        let (mut lines, mut refusals, mut again) = (Vec::new(), Vec::new(), None);
        for line in &request.lines {
            let candidate = match self.resolve(line) {
                Ok(candidate) => candidate,
                Err(refused) if request.lines.len() > 1 => {
                    refusals.push(refused);
                    continue;
                }
                Err(refused) => {
                    // A bill is looked up, and shown before it is paid.
                    let Some(bill) = self.bill_of(line) else {
                        not_shown(&agent, answer, refused);
                        return Ok(true);
                    };
                    self.offer_order(&agent, &bill, line.nth, answer).await?;
                    return Ok(true);
                }
            };
            let product = self.own_price_line(&candidate.product).await?;
            let this = Again {
                product: candidate.product.code.clone(),
                dest: candidate.dest.clone(),
                buyer_phone: line.buyer_phone.clone(),
            };
            if request.lines.len() > 1
                && let Some(refused) = self.zone_may_be_the_pin(&this)
            {
                refusals.push(refused);
                continue;
            }
            again = Some(this);
            asked.push(AskedLine { product, dest: candidate.dest, nth: line.nth });
            lines.push(line.clone());
        }
        // Which of them cannot be ordered stands before those that can.
        for refused in refusals {
            not_shown(&agent, answer, refused);
        }
        match (again, lines.as_slice()) {
            (None, _) => {}
            (Some(again), [line]) => self.offer_first(&agent, &again, line.nth, answer).await?,
            _ => self.ask_pin_for_several(OrderRequest { lines, ..request.clone() }, asked, answer),
        }
        Ok(true)
    }

    fn bill_of(&self, line: &OrderLine) -> Option<Again> {
        let What::Code(code) = &line.what else { return None };
        let is_bill = self.shop.catalog().get(code).is_some_and(|product| product.kind == ProductKind::Bill);
        is_bill.then(|| Again { product: code.clone(), dest: line.dest.to_string(), buyer_phone: None })
    }

    fn ask_pin_for_several(&self, request: OrderRequest, lines: Vec<AskedLine>, answer: &mut Answer) {
        let total = lines.iter().fold(Rupiah::ZERO, |sum, line| sum.checked_add(line.product.price).unwrap_or(sum));
        let id = fingerprint_of(&self.message.message);
        let chat = &self.message.chat;
        self.shop.dialogs.guides.drop_unshown(chat);
        self.shop.dialogs.keypads.open(chat, PadId::Several(id), None, self.at);
        self.shop.dialogs.guides.hold(chat, Several { id, request, total, at: self.at });
        self.leads_to(Waits::Several(id));
        answer.reply(talk(TalkReply::AskPin { id, lines, total }));
    }

    /// The PIN for orders that were shown together. At other prices nothing is ordered, and they are shown anew.
    pub(super) async fn typed_pin_for_several(
        &self,
        id: u64,
        pin: &Pin,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let chat = &self.message.chat;
        let Some(several) = self.shop.dialogs.guides.held(chat, id, self.at) else {
            answer.reply(Reply::ButtonTooOld);
            return Ok(());
        };
        let mut total = Rupiah::ZERO;
        for line in &several.request.lines {
            let Ok(candidate) = self.resolve(line) else { continue };
            let price = self.own_price_line(&candidate.product).await?.price;
            total = total.checked_add(price).unwrap_or(total);
        }
        if total != several.total {
            if !self.ask_pin(&several.request, answer).await? {
                // One of them cannot be ordered any more: what is shown is not what would be bought.
                answer.reply(Reply::ButtonTooOld);
            }
            return Ok(());
        }
        self.take_order(&OrderRequest { pin: Some(pin.clone()), ..several.request }, None, answer).await?;
        if has_wrong_pin(answer) {
            self.shop.dialogs.keypads.open_anew(chat, PadId::Several(id), None, self.at);
        }
        Ok(())
    }

    /// Products for one number, as buttons.
    pub(super) async fn offer_list(
        &self,
        dest: &Destination,
        products: Vec<Product>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let guide = Guide {
            id: fingerprint_of(&self.message.message),
            dest: dest.to_string(),
            prices: self.own_prices(&products).await?,
            products: products.into_iter().map(|product| product.code).collect(),
            chosen: None,
            nth: 1,
            buyer_phone: None,
            placed: None,
            owner: MeterOwner::NotAsked,
            at: self.at,
        };
        if self.choose_card(&guide, ChooseStage::List).shelves.is_empty() {
            self.lists(Wish::default(), guide.products.iter().cloned());
        } else if konter_command::destination_alone(&self.message.text).is_some() {
            self.lists_everything();
        }
        self.await_next(Awaits::Product(guide.dest.clone()));
        self.offer(guide, ChooseStage::List, answer).await
    }

    /// A number, after it was asked to which a wish goes. `false` when it is none.
    pub(super) async fn asked_destination(&self, wish: Wish, answer: &mut Answer) -> Result<bool, StoreError> {
        let catalog = self.shop.catalog();
        let kind = wish.code.as_ref().and_then(|code| catalog.get(code)).map(Product::dest_kind);
        let text = &self.message.text;
        let dest = match kind {
            Some(kind) => konter_command::destination_of(kind, text).ok(),
            None => konter_command::destination_alone(text),
        };
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let is_bare = text.chars().all(|c| !c.is_alphabetic());
        // Where a phone number is asked for, the beginning of one is no PIN.
        if is_bare
            && digits < FEWEST_OF_A_PHONE
            && text.trim().starts_with("08")
            && kind.is_none_or(|kind| kind == DestKind::Phone)
        {
            // It may be all the same.
            if is_a_pin_alone(text) && can_forget(self.message.chat.channel) {
                forget(answer, self.message);
            }
            answer.reply(talk(TalkReply::ShortNumber));
            self.await_number(wish, answer);
            return Ok(true);
        }
        let is_number = is_bare && !NEW_PIN_DIGITS.contains(&digits);
        if let (Some(DestKind::IdZone), None, true, Some(product)) = (kind, &dest, is_number, &wish.code) {
            self.ask_zone(product.clone(), text.trim(), answer);
            return Ok(true);
        }
        let Some(dest) = dest.filter(|_| is_number) else { return Ok(false) };
        self.shop.dialogs.sources.answers(&self.message.chat, &self.message.message);
        // A meter is no phone, whatever was asked for.
        let is_meter = kind == Some(DestKind::Phone)
            && METER_DIGITS.contains(&dest.as_str().len())
            && !text.trim().starts_with(['0', '6', '+']);
        let only_looked = is_meter || (wish.code.is_none() && wish.nominal.is_none());
        if only_looked && !self.may_go_to(&wish, &dest) {
            return Ok(false);
        }
        self.wish(Wish { dest: Some(dest), ..wish }, answer).await?;
        Ok(true)
    }
}

/// A face value or a size, and nothing that says of what.
pub(super) fn is_sum_alone(wish: &Wish) -> bool {
    let says_what = wish.code.is_some() || wish.brand.is_some() || (wish.sort.is_some() && wish.size.is_none());
    (wish.nominal.is_some() || wish.size.is_some()) && !says_what
}

/// The open products that a wish may mean, without looking at its number: by face value, then price.
pub(super) fn candidates<'c>(catalog: &'c Catalog, wish: &Wish) -> Vec<&'c Product> {
    let is_of_sort = |product: &Product| match wish.sort {
        Some(Sort::Token) => product.kind == ProductKind::Token,
        Some(Sort::Data) => {
            product.kind == ProductKind::Topup && product.operator.is_some() && product.nominal.is_none()
        }
        Some(Sort::Credit) => {
            product.kind == ProductKind::Topup && product.operator.is_some() && product.nominal.is_some()
        }
        None => product.kind != ProductKind::Bill,
    };
    let is_of_brand = |product: &Product| match (&wish.brand, &product.operator) {
        (None, _) => true,
        (Some(brand), Some(operator)) => brand == operator,
        (Some(brand), None) => {
            let named = format!("{} {}", product.name, product.code).to_lowercase().replace(' ', "");
            named.contains(brand.as_str())
        }
    };
    let costs = |product: &Product| wish.nominal.is_none_or(|nominal| product.nominal == Some(nominal));
    let mut found: Vec<&Product> = catalog
        .iter()
        .filter(|product| product.is_open() && costs(product) && is_of_sort(product) && is_of_brand(product))
        .collect();
    if let Some(size) = wish.size_named() {
        found.retain(|product| has_size(&product.name, &size));
    }
    found.sort_by_key(|product| (product.nominal.is_none(), product.nominal, product.price, &product.code));
    found
}

/// `Telkomsel Data 1 GB 30 hari` has `1GB`; `11 GB` has not.
fn has_size(name: &str, size: &str) -> bool {
    let name = name.to_uppercase();
    let words: Vec<&str> = name.split_whitespace().collect();
    words.contains(&size) || words.windows(2).any(|pair| pair.concat() == size)
}

/// A wish as the filters of a price list.
fn filters(wish: &Wish) -> Vec<PriceFilter> {
    let word = |word: &str| PriceFilter::Word(word.to_uppercase());
    if let Some(code) = &wish.code {
        return vec![word(code.as_str())];
    }
    match (&wish.brand, wish.sort, wish.nominal) {
        // Its codes are shorter.
        (Some(brand), ..) if brand == "shopeepay" => vec![word("SHOPEE")],
        (Some(brand), ..) => vec![word(brand)],
        (None, Some(Sort::Token), _) => vec![word("TOKEN")],
        (None, Some(Sort::Data), _) => vec![word("DATA")],
        (None, _, Some(nominal)) => vec![PriceFilter::Nominal(nominal)],
        (None, _, None) => Vec::new(),
    }
}

/// A wish in words, for saying that there is no such thing.
pub(super) fn described(wish: &Wish) -> String {
    let sort = wish.sort.map(|sort| match sort {
        Sort::Credit => "pulsa",
        Sort::Data => "data",
        Sort::Token => "token",
    });
    let parts = [
        wish.code.as_ref().map(ToString::to_string),
        sort.map(str::to_owned),
        wish.brand.clone(),
        wish.nominal.map(|nominal| nominal.to_string()),
        wish.size_named(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
