//! Looking a customer or a bill up, and paying what was shown.

use chrono::TimeDelta;

use super::super::bills::{Payer, again, bill_card, paid_before};
use super::super::keypad::PadId;
use super::super::sources::Waits;
use super::account::no_such_product;
use super::order::{already_ordered, refuse};
use super::{Answer, Request};
use konter_command::{Pin, PreferenceCommand, destination_of};
use konter_core::agent::Agent;
use konter_core::catalog::ProductKind;
use konter_core::ids::{InquiryId, OrderId, ProductCode, Reference};
use konter_core::inquiry::{Ask, BillWord, Counter, Found, Inquiry, InquiryState, Purpose, Quote, meter_asks};
use konter_core::ledger::{AccountId, Posting};
use konter_core::money::Rupiah;
use konter_core::order::refusal::{Refused, Why};
use konter_core::order::request::MAX_NTH;
use konter_core::order::{Order, OrderBill, OrderState, claims, new_attempt, of_customer};
use konter_core::outcome::Sending;
use konter_core::pricing::Tariff;
use konter_core::routing::Availability;
use konter_reply::{BillStage, Reply, ShownBecause};
use konter_store::{Sequence, StoreError, Versioned};
use konter_suppliers::Buy;

/// Questions a reseller may have open at once: each costs a supplier a request, and none costs the reseller anything.
const MOST_RUNNING: usize = 5;
/// Longer than any supplier is asked; what still has no answer then was lost, and may be asked anew.
const RUNNING_AT_MOST: TimeDelta = TimeDelta::minutes(3);

/// A customer or a bill as a message names it.
pub(super) struct Wanted {
    pub product: Option<ProductCode>,
    pub customer: String,
    pub reference: Option<String>,
}

impl Wanted {
    fn name(&self) -> String {
        self.product.as_ref().map_or_else(|| "PLN".to_owned(), ToString::to_string)
    }

    fn refused(&self, why: Why) -> Refused {
        Refused { product: self.name(), dest: self.customer.clone(), why }
    }
}

impl Request<'_> {
    /// Whose meter or bill it is; without a product, whoever is behind a number of electricity.
    pub(super) async fn look_up(
        &self,
        wanted: Wanted,
        chosen_amount: bool,
        pin: Option<&Pin>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        // A PIN is not needed to look something up, but a wrong one counts. In talk such digits may be anything.
        let is_format = self.message.text.contains(['.', '#', '*']);
        if let Some(pin) = pin.filter(|_| is_format)
            && !self.pin_fits(&agent, pin, answer).await
        {
            return Ok(());
        }
        match self.whom_to_ask(&wanted) {
            Ok(Found { asks }) if chosen_amount => {
                let product = asks.first().map(|ask| ask.product.to_string()).unwrap_or_default();
                let example = format!("TAG.{product}.{}", wanted.customer);
                not_looked_up(&agent, &wanted, Why::AmountNotChosen { example }, answer);
            }
            Ok(found) => self.begin(&agent, wanted, found, Purpose::Look, answer).await?,
            Err(why) => not_looked_up(&agent, &wanted, why, answer),
        }
        Ok(())
    }

    /// Pays the bill that was last shown. What was not shown, or not lately, is shown first.
    pub(super) async fn pay_bill(
        &self,
        mut wanted: Wanted,
        pin: Option<&Pin>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let age = self.at - self.message.sent_at;
        if age > self.shop.policy.stale_after {
            refuse(&agent, answer, wanted.refused(self.shop.drift.why_stale(age)));
            return Ok(());
        }
        let product = match self.bill_product(&wanted) {
            Ok(product) => product,
            // Without a PIN nothing was ordered.
            Err(Why::UnknownProduct { .. }) if pin.is_none() && wanted.reference.is_none() => {
                answer.reply(no_such_product(&self.shop.catalog(), &wanted.name()));
                return self.preference(PreferenceCommand::Ask(konter_command::Ask::Bills), answer).await;
            }
            Err(why) => {
                refuse(&agent, answer, wanted.refused(why));
                return Ok(());
            }
        };
        wanted.product = Some(product.clone());
        // A program, which has a reference, is told that nothing was paid.
        if pin.is_none() && wanted.reference.is_none() {
            return self.look_up(wanted, false, None, answer).await;
        }
        if let Err(why) = self.admit_payment(&agent, &wanted, pin, answer).await {
            refuse(&agent, answer, wanted.refused(why));
            return Ok(());
        }
        let shown = self.shop.store.inquiry_of(&product, &wanted.customer, agent.id).await?;
        match shown {
            Some(inquiry) if inquiry.payable(self.at).is_some() => {
                self.shop.dialogs.keypads.close(&self.message.chat, PadId::Bill(inquiry.id));
                self.pay(&agent, &inquiry, wanted.reference, answer).await?;
            }
            shown => {
                // Another day it may be another bill.
                let today = self.shop.clock.day_of(self.at);
                if let Some(earlier) = self.order_of(shown.as_ref()).await?
                    && earlier.takes_slot()
                    && earlier.day == today
                {
                    refuse_paid(&agent, &wanted, &earlier, answer);
                    return Ok(());
                }
                match self.whom_to_ask(&wanted) {
                    Ok(found) => self.begin(&agent, wanted, found, Purpose::Pay, answer).await?,
                    Err(why) => refuse(&agent, answer, wanted.refused(why)),
                }
            }
        }
        Ok(())
    }

    async fn order_of(&self, inquiry: Option<&Inquiry>) -> Result<Option<Order>, StoreError> {
        match inquiry.and_then(super::super::bills::order_of) {
            Some(id) => self.shop.store.order(id).await,
            None => Ok(None),
        }
    }

    async fn admit_payment(
        &self,
        agent: &Agent,
        wanted: &Wanted,
        pin: Option<&Pin>,
        answer: &mut Answer,
    ) -> Result<(), Why> {
        let Some(pin) = pin else {
            let product = wanted.product.as_ref().map(ToString::to_string).unwrap_or_default();
            return Err(Why::PinMissing { example: format!("BAYAR.{product}.{}.PIN", wanted.customer) });
        };
        self.try_pin(agent, pin, answer).await.admits()
    }

    pub(super) fn whom_to_ask(&self, wanted: &Wanted) -> Result<Found, Why> {
        self.at_the_counter(|counter| match &wanted.product {
            Some(product) => counter.bill(&BillWord(product), &wanted.customer),
            None => meter_asks(counter, &wanted.customer),
        })
    }

    fn bill_product(&self, wanted: &Wanted) -> Result<ProductCode, Why> {
        let Some(word) = &wanted.product else { return Err(Why::UnknownProduct { near: Vec::new() }) };
        self.at_the_counter(|counter| {
            counter.product(&BillWord(word), &wanted.customer).map(|product| product.code.clone())
        })
    }

    fn at_the_counter<T>(&self, ask: impl FnOnce(&Counter<'_>) -> T) -> T {
        let now = self.shop.clock.now();
        let can_tell = |id: &_, kind: ProductKind| {
            let Some(supplier) = self.shop.trade.suppliers.get(id) else { return Availability::NotSetUp };
            // Whether its document knows an inquiry for this kind is the same for every destination.
            let (reference, sent) = (Reference(0), Sending::NOT_YET);
            let buy = Buy { reference, sku: "", dest: "", denom: None, max_cost: None, kind, inquiry: None, sent };
            if supplier.protocol.inquiry(&buy, now.local).is_none() {
                Availability::NotSetUp
            } else {
                // A look-up costs nothing.
                supplier.availability("", Rupiah::ZERO, &now)
            }
        };
        let catalog = self.shop.catalog();
        ask(&Counter {
            catalog: &catalog,
            prefixes: &self.shop.trade.prefixes,
            can_tell: &can_tell,
            read: destination_of,
        })
    }

    /// The question with the reseller's own fee in place of the catalog's: what is shown is what is paid.
    fn as_priced(&self, tariff: &Tariff, ask: Ask) -> Option<Ask> {
        let catalog = self.shop.catalog();
        let priced = tariff.price(catalog.get(&ask.product)?)?;
        Some(Ask { fee: priced.price, margins: priced.margins, ..ask })
    }

    /// Notes the question; it is asked once that is stored.
    pub(super) async fn begin(
        &self,
        agent: &Agent,
        wanted: Wanted,
        found: Found,
        purpose: Purpose,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let tariff = self.shop.trade.network.tariff(agent).await?;
        let mut asks: Vec<Ask> = found.asks.into_iter().filter_map(|ask| self.as_priced(&tariff, ask)).collect();
        if asks.is_empty() {
            not_begun(agent, &wanted, purpose, Why::NoSupplier, answer);
            return Ok(());
        }
        let ask = asks.remove(0);
        let running = self.shop.store.inquiry_of(&ask.product, &wanted.customer, agent.id).await?;
        let fresh = |inquiry: &Inquiry| self.at - inquiry.created_at < RUNNING_AT_MOST;
        let is_running = running.as_ref().is_some_and(|running| running.is_asking() && fresh(running));
        if is_running || self.too_many_running(agent).await? {
            not_begun(agent, &wanted, purpose, Why::InquiryRunning, answer);
            return Ok(());
        }
        let id = InquiryId(self.shop.fresh_reference(self.at).await?.0);
        let row = Inquiry {
            id,
            version: 1,
            agent: agent.id,
            chat: self.message.chat.clone(),
            topic: self.message.topic,
            locale: agent.locale,
            asked: wanted.name(),
            customer: wanted.customer,
            purpose,
            client_reference: wanted.reference,
            ask,
            reference: id.reference(),
            untried: asks,
            refusal: None,
            state: InquiryState::Asking,
            created_at: self.at,
        };
        answer.commit.inquiries.push(Versioned { expected: None, row });
        answer.inquire.push(id);
        self.shop.dialogs.guides.note_bill(&self.message.chat, id, self.at);
        self.leads_to(Waits::Bill(id));
        Ok(())
    }

    async fn too_many_running(&self, agent: &Agent) -> Result<bool, StoreError> {
        let asking = self.shop.store.asking().await?;
        let own =
            asking.iter().filter(|inquiry| inquiry.agent == agent.id && self.at - inquiry.created_at < RUNNING_AT_MOST);
        Ok(own.count() >= MOST_RUNNING)
    }

    /// Places the order of a bill that may be paid. The PIN has been checked.
    pub(super) async fn pay(
        &self,
        agent: &Agent,
        inquiry: &Inquiry,
        client_reference: Option<String>,
        answer: &mut Answer,
    ) -> Result<Option<OrderId>, StoreError> {
        let Some(quote) = inquiry.payable(self.at) else { return Ok(None) };
        // It may have been paid since.
        if self.shop.restored.may_be_forgotten(inquiry.created_at) {
            refuse_expired(agent, inquiry, answer);
            return Ok(None);
        }
        let refused = |why| Refused { product: inquiry.ask.product.to_string(), dest: inquiry.customer.clone(), why };
        match self.shop.bills.payer_of(&inquiry.ask.product, &inquiry.customer, quote).await? {
            Payer::Nobody => {}
            Payer::Unread => {
                refuse(agent, answer, refused(Why::BillPaidElsewhere));
                return Ok(None);
            }
            Payer::Order(earlier) => {
                let wanted = Wanted {
                    product: Some(inquiry.ask.product.clone()),
                    customer: inquiry.customer.clone(),
                    reference: None,
                };
                refuse_paid(agent, &wanted, &earlier, answer);
                return Ok(None);
            }
        }
        if let Err(why) = self.is_sold(inquiry, quote.total) {
            refuse(agent, answer, refused(why));
            return Ok(None);
        }
        let available = self.shop.store.account(&AccountId::Agent(agent.id)).await?.available();
        if available < quote.price {
            let missing = quote.price.checked_sub(available).unwrap_or(quote.price);
            refuse(agent, answer, refused(Why::BalanceShort { price: quote.price, missing }));
            return Ok(None);
        }
        let draft = self.draft(agent, inquiry, quote, client_reference);
        let order = match self.with_free_slot(draft).await? {
            Ok(order) => order,
            Err(why) => {
                refuse(agent, answer, refused(why));
                return Ok(None);
            }
        };
        let id = order.id;
        answer.commit.postings.push(Posting::Hold {
            order: id,
            debit: AccountId::Agent(agent.id),
            credit: AccountId::Sales,
            amount: order.price,
        });
        let paid = inquiry.with(InquiryState::Paid { order: id, quote: quote.clone() });
        answer.commit.inquiries.push(Versioned { expected: Some(inquiry.version), row: paid });
        answer.commit.orders.push(Versioned { expected: None, row: order });
        answer.buy.push(id);
        Ok(Some(id))
    }

    /// Whether what was shown is still on sale, and its supplier awake.
    fn is_sold(&self, inquiry: &Inquiry, total: Rupiah) -> Result<(), Why> {
        let catalog = self.shop.catalog();
        let same = |route: &konter_core::catalog::Route| route.supplier == inquiry.ask.route.supplier && route.open;
        let product = catalog.get(&inquiry.ask.product).ok_or(Why::Closed)?;
        if !product.routes.iter().any(same) {
            return Err(Why::Closed);
        }
        let (route, now) = (&inquiry.ask.route, self.shop.clock.now());
        let cost = route.cost.checked_add(total).unwrap_or(total);
        match self.shop.trade.suppliers.availability(route, cost, &now) {
            Availability::Ready => Ok(()),
            Availability::CutOff => Err(Why::CutOff { until: self.shop.trade.suppliers.break_ends([route], &now) }),
            Availability::Resting => Err(Why::SuppliersRest),
            Availability::NotSetUp => Err(Why::NoSupplier),
        }
    }

    /// The order but for its number, reference and place.
    fn draft(&self, agent: &Agent, inquiry: &Inquiry, quote: &Quote, client_reference: Option<String>) -> Order {
        let day = self.shop.clock.day_of(self.at);
        Order {
            id: OrderId(0),
            version: 1,
            agent: agent.id,
            chat: self.message.chat.clone(),
            topic: self.message.topic,
            locale: agent.locale,
            product: inquiry.ask.product.clone(),
            product_name: inquiry.ask.product_name.clone(),
            kind: ProductKind::Bill,
            dest: inquiry.customer.clone(),
            nth: 1,
            day,
            buyer_phone: None,
            client_reference,
            price: quote.price,
            margins: inquiry.ask.margins.clone(),
            withheld: Vec::new(),
            bill: Some(OrderBill {
                inquiry: inquiry.id,
                bills: quote.found.bills.clone(),
                total: quote.total,
                claims: claims(&quote.found.bills, quote.total, day),
            }),
            customer: of_customer(quote.found.details.clone()),
            // A bill is paid where it was looked up: elsewhere it may be another amount.
            untried: Vec::new(),
            attempts: vec![new_attempt(Reference(0), inquiry.ask.route.clone())],
            state: OrderState::Open,
            waits_until: None,
            announced: false,
            escalated: false,
            corrected: false,
            created_at: self.at,
            updated_at: self.at,
        }
    }

    /// What keeps a bill from being paid twice are its periods; an earlier one of the same customer on the same day is
    /// another bill, so the order takes the first place that is free.
    async fn with_free_slot(&self, mut order: Order) -> Result<Result<Order, Why>, StoreError> {
        let mut earlier = None;
        for nth in 1..=MAX_NTH {
            order.nth = nth;
            if let Some(other) = self.shop.store.order_in_slot(&order.slot(), self.at).await? {
                earlier = Some(other);
                continue;
            }
            order.id = OrderId(self.shop.store.next(Sequence::Order).await?);
            let reference = self.shop.fresh_reference(self.at).await?;
            order.attempts.iter_mut().for_each(|attempt| attempt.reference = reference);
            return Ok(Ok(order));
        }
        let today = order.day;
        Ok(Err(already_ordered(&earlier.unwrap_or(order), String::new(), today)))
    }

    /// Puts the bill's message in another stage.
    pub(super) fn restage(
        &self,
        under: Option<&str>,
        (inquiry, quote): (&Inquiry, &Quote),
        stage: BillStage,
        answer: &mut Answer,
    ) {
        self.show_in_place(under, Reply::Bill(Box::new(bill_card(inquiry, quote, stage))), answer);
    }

    /// The stage that offers payment.
    pub(super) const fn payable() -> BillStage {
        BillStage::Payable(ShownBecause::Asked)
    }
}

fn not_begun(agent: &Agent, wanted: &Wanted, purpose: Purpose, why: Why, answer: &mut Answer) {
    match purpose {
        Purpose::Look => not_looked_up(agent, wanted, why, answer),
        Purpose::Pay => refuse(agent, answer, wanted.refused(why)),
    }
}

/// Nothing was ordered, so nothing failed; a program, which has a reference, reads every answer as an order's.
fn not_looked_up(agent: &Agent, wanted: &Wanted, why: Why, answer: &mut Answer) {
    if wanted.reference.is_some() {
        refuse(agent, answer, wanted.refused(why));
    } else {
        answer.reply_with_balance(agent, Reply::LookUpRefused(wanted.refused(why)));
    }
}

/// Paid before: the reseller who paid it gets the receipt once more.
fn refuse_paid(agent: &Agent, wanted: &Wanted, earlier: &Order, answer: &mut Answer) {
    refuse(agent, answer, wanted.refused(paid_before(earlier, agent.id)));
    if let Some(receipt) = again(agent, earlier) {
        answer.reply(receipt);
    }
}

/// That a button is too old, with the text that looks the bill up again.
pub(super) fn refuse_expired(agent: &Agent, inquiry: &Inquiry, answer: &mut Answer) {
    let product = inquiry.ask.product.to_string();
    let example = format!("TAG.{product}.{}", inquiry.customer);
    let why = Why::InquiryExpired { example };
    refuse(agent, answer, Refused { product, dest: inquiry.customer.clone(), why });
}
