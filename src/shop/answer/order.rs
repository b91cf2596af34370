//! Orders: everything is checked, then all that can be accepted is held in one commit.

use std::collections::HashMap;

use chrono::{NaiveDate, TimeDelta};

use super::super::drift::Drift;
use super::super::network::priced;
use super::super::routing::LONGEST_WAIT;
use super::misread::misread;
use super::talk::talk;
use super::{Answer, Request, kind_of};
use konter_command::{BadOrder, Command, OrderRequest, Problem, Topic};
use konter_core::agent::Agent;
use konter_core::catalog::DestKind;
use konter_core::destination::DestinationFault;
use konter_core::ids::{OrderId, Reference};
use konter_core::ledger::{AccountId, Posting};
use konter_core::money::Rupiah;
use konter_core::order::accept::{self, Candidate, ProductResolver};
use konter_core::order::refusal::{Refused, Why};
use konter_core::order::request::{MAX_NTH, OrderLine, What};
use konter_core::order::{Order, OrderState, SlotKey, new_attempt, view};
use konter_core::outcome::Details;
use konter_core::pricing::{Margin, Tariff};
use konter_reply::{Reply, RoutingReply, TalkReply};
use konter_store::{Sequence, StoreError, Versioned};

/// What became of an order whose price was shown before.
pub(super) enum Placed {
    Order(OrderId),
    /// Refused, because its price is another one by now.
    PriceChanged,
    Nothing,
}

impl Request<'_> {
    /// One order at the price it was `shown` with, where it was.
    pub(super) async fn order_at(
        &self,
        request: OrderRequest,
        shown: Option<Rupiah>,
        answer: &mut Answer,
    ) -> Result<Placed, StoreError> {
        let price_changed = self.take_order(&request, shown, answer).await?;
        let placed = answer.commit.orders.first().map(|order| order.row.id);
        Ok(match placed {
            Some(order) => Placed::Order(order),
            None if price_changed => Placed::PriceChanged,
            None => Placed::Nothing,
        })
    }

    pub(super) async fn order(&self, request: OrderRequest, answer: &mut Answer) -> Result<(), StoreError> {
        if let Some(nearest) = self.typed_for_another_server(&request) {
            answer.reply(Reply::NotUnderstood { problem: None, nearest });
            return Ok(());
        }
        if self.may_be_of_the_list(&request, answer).await? {
            return Ok(());
        }
        if self.names_no_product(&request) {
            self.not_understood(Topic::Order, Some(&Problem::Ambiguous), self.example(Topic::Order), answer);
            return Ok(());
        }
        if self.skips_a_count(&request, answer).await? || self.ask_pin(&request, answer).await? {
            return Ok(());
        }
        self.take_order(&request, None, answer).await?;
        // `coba lagi` is of this one.
        if let ([OrderLine { what: What::Code(product), dest, .. }], true) =
            (request.lines.as_slice(), answer.commit.orders.is_empty())
        {
            let (chat, guides) = (&self.message.chat, &self.shop.dialogs.guides);
            guides.note_refused(chat, product.clone(), dest.to_string(), self.at);
        }
        Ok(())
    }

    /// `S10 0812… jangan 0813… 1234`: a word between two numbers is no product, and which of the numbers is meant nobody
    /// knows. Nothing of it is bought.
    fn names_no_product(&self, request: &OrderRequest) -> bool {
        let catalog = self.shop.catalog();
        let is_word = |what: &What| match what {
            What::Code(code) => !code.as_str().bytes().any(|b| b.is_ascii_digit()) && catalog.get(code).is_none(),
            What::Nominal(_) => false,
        };
        request.lines.len() > 1 && request.lines.iter().any(|line| is_word(&line.what))
    }

    /// `ZS10`: elsewhere a Z before a code orders it for the second time today. How that is typed here.
    fn typed_for_another_server(&self, request: &OrderRequest) -> Option<String> {
        let [line] = request.lines.as_slice() else { return None };
        let What::Code(code) = &line.what else { return None };
        let catalog = self.shop.catalog();
        let meant = code.as_str().strip_prefix('Z')?.parse().ok()?;
        let is_meant = catalog.get(code).is_none() && catalog.get(&meant).is_some();
        is_meant.then(|| format!("{meant}.2.{}.PIN", line.dest))
    }

    /// Whether something was refused because it is not at the price it was shown with.
    pub(super) async fn take_order(
        &self,
        request: &OrderRequest,
        shown: Option<Rupiah>,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(false) };
        let age = self.at - self.message.sent_at;
        if age > self.shop.policy.stale_after {
            for line in &request.lines {
                let why = self.shop.drift.why_stale(age);
                refuse(&agent, answer, Refused { product: line.what.to_string(), dest: line.dest.to_string(), why });
            }
            return Ok(false);
        }
        // What cannot be ordered as it stands holds no PIN either: `recharge 0812… 5000`, `s5 8123456 7890`.
        let is_tried = request.lines.iter().any(|line| match self.resolve(line) {
            Ok(_) => true,
            Err(refused) => {
                matches!(refused.why, Why::Closed | Why::CutOff { .. } | Why::NoSupplier | Why::SuppliersRest)
            }
        });
        if is_tried && let Err(why) = self.admit(&agent, request, answer).await {
            if let Some(line) = request.lines.first() {
                let (product, dest) = (line.what.to_string(), line.dest.to_string());
                refuse(&agent, answer, Refused { product, dest, why });
            }
            return Ok(false);
        }
        self.ring_up_all(&agent, request, shown, answer).await
    }

    /// The same for a reseller that has been let in.
    pub(super) async fn ring_up_all(
        &self,
        agent: &Agent,
        request: &OrderRequest,
        shown: Option<Rupiah>,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        let mut price_changed = false;
        let mut checkout = Checkout {
            request: self,
            agent,
            tariff: self.shop.trade.network.tariff(agent).await?,
            available: self.shop.store.account(&AccountId::Agent(agent.id)).await?.available(),
            shown,
            taken: HashMap::new(),
        };
        for line in &request.lines {
            let candidate = match self.resolve(line) {
                Ok(candidate) => candidate,
                // `nitip 0812… 10000`
                Err(refused) if self.is_said(request, &line.what, &refused.why) => {
                    not_shown(agent, answer, refused);
                    continue;
                }
                Err(refused) => {
                    refuse(agent, answer, refused);
                    continue;
                }
            };
            match checkout.ring_up(candidate, request.reference.as_deref()).await? {
                Ok(order) => {
                    answer.commit.postings.push(Posting::Hold {
                        order: order.id,
                        debit: AccountId::Agent(agent.id),
                        credit: AccountId::Sales,
                        amount: order.price,
                    });
                    Self::buy_or_wait(agent, &order, answer);
                    answer.commit.orders.push(Versioned { expected: None, row: order });
                }
                Err(refused) => {
                    price_changed |= matches!(refused.why, Why::PriceChanged { .. });
                    refuse(agent, answer, refused);
                }
            }
        }
        Ok(price_changed)
    }

    /// Whether it is only a word that stands where a code would, with a sum where the PIN would, as when people talk.
    fn is_said(&self, request: &OrderRequest, what: &What, why: &Why) -> bool {
        const ROUND: u32 = 500;
        let is_word = matches!(what, What::Code(code) if code.as_str().chars().all(char::is_alphabetic));
        let sum = request.pin.as_ref().and_then(|pin| pin.expose().parse::<u32>().ok());
        is_word
            && request.reference.is_none()
            && sum.is_some_and(|sum| sum.is_multiple_of(ROUND))
            && matches!(why, Why::UnknownProduct { .. })
            && !self.message.text.contains(['.', '#', '*'])
    }

    /// An accepted order is bought at once, or told when it will be.
    fn buy_or_wait(agent: &Agent, order: &Order, answer: &mut Answer) {
        match order.waits_until {
            None => answer.buy.push(order.id),
            Some(until) => {
                let queued = RoutingReply::Queued { line: view::line(order), until };
                answer.reply_with_balance(agent, Reply::Routing(Box::new(queued)));
            }
        }
    }

    /// Whether the PIN lets a request in.
    async fn admit(&self, agent: &Agent, request: &OrderRequest, answer: &mut Answer) -> Result<(), Why> {
        let Some(pin) = &request.pin else {
            let lines: Vec<_> = request.lines.iter().map(|line| format!("{}.{}", line.what, line.dest)).collect();
            return Err(Why::PinMissing { example: format!("{}.PIN", lines.join(".")) });
        };
        self.try_pin(agent, pin, answer).await.admits()
    }

    /// Several lines, of which some are no orders: each of those is told as if it stood alone, and that nothing of the message
    /// was ordered. `false` where they are not to be told apart.
    pub(super) fn bad_lines(&self, answer: &mut Answer) -> bool {
        /// Refused one by one.
        const MOST_TOLD: usize = 3;
        let catalog = self.shop.catalog();
        let read = |line: &str| konter_command::parse_with(line, &|code, named| kind_of(&catalog, code, named));
        let lines: Vec<Command> = self.message.text.lines().filter(|line| !line.trim().is_empty()).map(read).collect();
        let bad: Vec<&BadOrder> = lines
            .iter()
            .filter_map(|line| match line {
                Command::BadOrder(bad) if bad.what.is_some() => Some(bad),
                _ => None,
            })
            .collect();
        let is_order = |line: &&Command| match line {
            Command::Order(_) => true,
            Command::Wish(wish) => wish.dest.is_some(),
            _ => false,
        };
        let others = lines.iter().filter(is_order).count();
        if bad.is_empty() || others == 0 || self.active_agent(answer).is_none() {
            return false;
        }
        bad.iter().take(MOST_TOLD).for_each(|bad| self.bad_order(bad, answer));
        answer.reply(talk(TalkReply::OthersNotSent { others }));
        true
    }

    /// Meant as an order, but not one as typed: nothing is ordered, and what is wrong is said.
    pub(super) fn bad_order(&self, bad: &BadOrder, answer: &mut Answer) {
        let Some(agent) = self.active_agent(answer) else { return };
        if let (Problem::Destination(DestinationFault::NeedsZone, _), Some(What::Code(code))) =
            (&bad.problem, &bad.what)
            && self.lacks_only_its_zone(code, answer)
        {
            return;
        }
        let catalog = self.shop.catalog();
        let product = match &bad.what {
            Some(What::Code(code)) => catalog.get(code),
            Some(What::Nominal(_)) | None => None,
        };
        let refused = match (&bad.problem, &bad.what, &bad.dest) {
            (Problem::Destination(fault, dest), Some(what), _) => {
                let dest = dest.to_string();
                let usual = || self.example(Topic::Order);
                let why = Why::of_destination(*fault, || {
                    product.map_or_else(usual, |product| accept::example(product, *fault, &dest))
                });
                Some(Refused { product: what.to_string(), dest, why })
            }
            // Any word may be meant as a part of a name, and a second number as a zone.
            (Problem::Leftover(text), Some(what), Some(dest))
                if product.is_none_or(|product| !matches!(product.dest_kind(), DestKind::Text | DestKind::IdZone)) =>
            {
                // Digits that are left over may belong to the number.
                let is_sure = !text.to_string().starts_with(|c: char| c.is_ascii_digit());
                let example = if is_sure { format!("{what}.{dest}.PIN") } else { self.example(Topic::Order) };
                let why = Why::Leftover { text: text.to_string(), example };
                Some(Refused { product: what.to_string(), dest: dest.to_string(), why })
            }
            _ => None,
        };
        if let Some(refused) = refused {
            refuse(&agent, answer, refused);
            return;
        }
        // Of what goes elsewhere than to a phone, the usual example would mislead.
        let own = product.filter(|product| product.dest_kind() != DestKind::Phone);
        let nearest = own.map_or_else(
            || self.example(Topic::Order),
            |product| format!("{}.{}.PIN", product.code, product.dest_kind().example()),
        );
        let is_sold = product.is_some()
            || matches!(bad.what, Some(What::Nominal(_)))
            || self.message.text.contains(['.', '#', '*']);
        if bad.what.is_some() && is_sold {
            let problem = Some(misread(&bad.problem));
            answer.reply_with_balance(&agent, Reply::OrderNotUnderstood { problem, nearest });
        } else {
            self.not_understood(Topic::Order, Some(&bad.problem), nearest, answer);
        }
    }

    pub(super) fn resolve(&self, line: &OrderLine) -> Result<Candidate, Refused> {
        let now = self.shop.clock.now();
        let resolver = ProductResolver {
            catalog: &self.shop.catalog(),
            prefixes: &self.shop.trade.prefixes,
            availability: &|route| self.shop.trade.suppliers.availability(route, route.cost, &now),
            rank: &|route| self.shop.trade.suppliers.rank(route),
        };
        let candidate = resolver.resolve(line)?;
        if !candidate.waits {
            return Ok(candidate);
        }
        let until = self.shop.trade.suppliers.break_ends(&candidate.routes, &now);
        let may_wait = self.agent.as_ref().is_some_and(|agent| agent.waits_for_break);
        if may_wait && until.is_some_and(|until| until - now.utc <= LONGEST_WAIT) {
            return Ok(candidate);
        }
        Err(Refused { product: line.what.to_string(), dest: candidate.dest, why: Why::CutOff { until } })
    }
}

/// That the same was ordered before; `today` is the shop's.
pub(super) fn already_ordered(earlier: &Order, again: String, today: NaiveDate) -> Why {
    Why::AlreadyOrdered { earlier: Box::new(view::line(earlier)), again, another_day: earlier.day != today }
}

pub(super) fn refuse(agent: &Agent, answer: &mut Answer, refused: Refused) {
    answer.reply_with_balance(agent, Reply::OrderRefused(refused));
}

/// Why something is not shown that would have been ordered with its PIN: nothing was ordered, so nothing failed.
pub(super) fn not_shown(agent: &Agent, answer: &mut Answer, refused: Refused) {
    answer.reply_with_balance(agent, Reply::LookUpRefused(refused));
}

/// One message's orders being rung up: what is left of the balance, and which slots this very message takes.
struct Checkout<'a> {
    request: &'a Request<'a>,
    agent: &'a Agent,
    tariff: Tariff,
    available: Rupiah,
    /// The price it was offered at, where it was.
    shown: Option<Rupiah>,
    taken: HashMap<SlotKey, Order>,
}

impl Checkout<'_> {
    async fn ring_up(
        &mut self,
        candidate: Candidate,
        client_reference: Option<&str>,
    ) -> Result<Result<Order, Refused>, StoreError> {
        let store = &self.request.shop.store;
        let Some((product, margins)) = priced(&self.tariff, &candidate.product) else {
            return Ok(Err(Refused {
                product: candidate.product.code.to_string(),
                dest: candidate.dest,
                why: Why::Closed,
            }));
        };
        let order = self.draft(Candidate { product, ..candidate }, margins, client_reference);
        let slot = order.slot();
        let earlier = match self.taken.get(&slot) {
            Some(earlier) => Some(earlier.clone()),
            None => match store.order_in_slot(&slot, self.request.at).await? {
                None => self.ordered_on_a_later_day(&slot).await?,
                earlier => earlier,
            },
        };
        let refused = |why| Refused { product: order.product.to_string(), dest: order.dest.clone(), why };
        if let Some(earlier) = earlier {
            let again = self.text_for_another(&order, &slot).await?;
            return Ok(Err(refused(already_ordered(&earlier, again, slot.day))));
        }
        if let Some(shown) = self.shown.filter(|shown| *shown != order.price) {
            return Ok(Err(refused(Why::PriceChanged { shown, price: order.price })));
        }
        if self.available < order.price {
            let missing = order.price.checked_sub(self.available).unwrap_or(order.price);
            return Ok(Err(refused(Why::BalanceShort { price: order.price, missing })));
        }
        let order = self.number(order).await?;
        self.available = self.available.checked_sub(order.price).unwrap_or(Rupiah::ZERO);
        self.taken.insert(slot, order.clone());
        Ok(Ok(order))
    }

    /// With a clock that is behind, what was ordered today was ordered on a later day.
    async fn ordered_on_a_later_day(&self, slot: &SlotKey) -> Result<Option<Order>, StoreError> {
        /// Orders to one number, newest first: few of a day.
        const LOOKED_AT: usize = 20;
        let (Request { shop, message, at, .. }, zero) = (self.request, TimeDelta::zero());
        if message.sent_at - *at < Drift::TOLERATED && shop.drift.clock_off().is_none_or(|off| off > zero) {
            return Ok(None);
        }
        let orders = shop.store.orders_of(self.agent.id, Some(&slot.dest), None, LOOKED_AT).await?;
        let is_same = |order: &Order| order.takes_slot() && SlotKey { day: slot.day, ..order.slot() } == *slot;
        Ok(orders.into_iter().find(|order| order.day > slot.day && is_same(order)))
    }

    /// The order but for its number and reference, which only an accepted order gets.
    fn draft(&self, candidate: Candidate, margins: Vec<Margin>, client_reference: Option<&str>) -> Order {
        let Candidate { product, mut routes, waits, dest, nth, buyer_phone } = candidate;
        let now = self.request.shop.clock.now();
        let waits_until = if waits { self.request.shop.trade.suppliers.break_ends(&routes, &now) } else { None };
        let first = routes.remove(0);
        Order {
            id: OrderId(0),
            version: 1,
            agent: self.agent.id,
            chat: self.request.message.chat.clone(),
            topic: self.request.message.topic,
            locale: self.agent.locale,
            product: product.code,
            product_name: product.name,
            kind: product.kind,
            dest,
            nth,
            day: self.request.shop.clock.day_of(self.request.at),
            buyer_phone,
            client_reference: client_reference.map(ToOwned::to_owned),
            price: product.price,
            margins,
            withheld: Vec::new(),
            bill: None,
            customer: Details::new(),
            untried: routes,
            attempts: vec![new_attempt(Reference(0), first)],
            state: OrderState::Open,
            waits_until,
            // Who is told when it will be bought needs not be told that it takes time.
            announced: waits_until.is_some(),
            escalated: false,
            corrected: false,
            created_at: self.request.at,
            updated_at: self.request.at,
        }
    }

    async fn number(&self, mut order: Order) -> Result<Order, StoreError> {
        order.id = OrderId(self.request.shop.store.next(Sequence::Order).await?);
        let reference = self.request.shop.fresh_reference(self.request.at).await?;
        for attempt in &mut order.attempts {
            attempt.reference = reference;
        }
        Ok(order)
    }

    /// The text that orders the same once more: with the first repeat number that is free. Empty when all are taken.
    async fn text_for_another(&self, order: &Order, slot: &SlotKey) -> Result<String, StoreError> {
        let store = &self.request.shop.store;
        for nth in slot.nth + 1..=MAX_NTH {
            let slot = SlotKey { nth, ..slot.clone() };
            if !self.taken.contains_key(&slot) && store.order_in_slot(&slot, self.request.at).await?.is_none() {
                return Ok(format!("{}.{nth}.{}.PIN", order.product, order.dest));
            }
        }
        Ok(String::new())
    }
}
