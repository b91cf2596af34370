//! Asking suppliers who a customer is and what a bill comes to. No money moves, so what gets no answer is simply asked
//! elsewhere, and what a stop interrupts is asked again at the next start.

use std::sync::Arc;
use std::time::Duration;

use chrono::Datelike as _;

use super::Shop;
use super::apply_event::TRIES;
use super::network::priced;
use super::suppliers::{Supplier, Turn};
use konter_core::agent::Agent;
use konter_core::catalog::ProductKind;
use konter_core::ids::{AgentId, InquiryId, OrderId, ProductCode};
use konter_core::inquiry::{Answered, Got, Inquiry, InquiryState, Quote, expires_at};
use konter_core::ledger::AccountId;
use konter_core::order::card::Verdict;
use konter_core::order::refusal::{Refused, Why};
use konter_core::order::{BillKey, FailureReason, Final, Order, OrderState, Period, claims, of_customer, view};
use konter_core::outcome;
use konter_core::outcome::{Doubt, FailureKind, InquiryReading, Reading, Sending};
use konter_core::pricing::Tariff;
use konter_reply::{BillCard, BillStage, CustomerCard, PriceLine, ReceiptForm, Reply, ShownBecause};
use konter_store::{Commit, CommitError, Say, Shard, StoreError, Versioned};
use konter_suppliers::{Buy, Response};

/// How long a reseller waits without a word.
const ANNOUNCE_AFTER: Duration = Duration::from_secs(2);
/// How much longer an offer waits for a meter's owner: a customer stands at the counter.
const OFFER_AFTER: Duration = Duration::from_secs(6);
/// Waits between the same inquiry and itself while a supplier is still looking: short at first, since most take a
/// moment, and about a minute together, since nobody stands at a counter for longer.
const WAITS: [Duration; 10] = [
    Duration::from_millis(300),
    Duration::from_millis(700),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(3),
    Duration::from_secs(5),
    Duration::from_secs(8),
    Duration::from_secs(10),
    Duration::from_secs(12),
    Duration::from_secs(15),
];
/// Products offered for a customer.
const PRODUCTS_SHOWN: usize = 8;

impl Shop {
    /// Finds out in the background, and says what came of it.
    pub(super) fn spawn_inquire(self: &Arc<Self>, id: InquiryId) {
        let shop = Arc::clone(self);
        self.tasks.spawn(async move {
            if let Err(error) = shop.inquire(id).await {
                tracing::error!(inquiry = %id, %error, "an inquiry stopped; it is taken up at the next start");
            }
        });
    }

    /// Takes up what was being looked up when the shop last stopped. Nobody waits any more for what is old.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn recover_inquiries(self: &Arc<Self>) -> Result<usize, StoreError> {
        self.recover_inquiries_of(&Shard::all().collect::<Vec<_>>()).await
    }

    /// The same for some parts of the work.
    pub(super) async fn recover_inquiries_of(self: &Arc<Self>, shards: &[Shard]) -> Result<usize, StoreError> {
        let mut asking = self.store.asking().await?;
        asking.retain(|inquiry| shards.contains(&Shard::of(&inquiry.chat)) && self.share.holds(&inquiry.chat));
        let count = asking.len();
        for inquiry in asking {
            if self.clock.utc() - inquiry.created_at > self.policy.stale_after {
                let done = inquiry.with(InquiryState::Done);
                let refused = inquiry_refused(&inquiry, Why::InquiryRefused { kind: None });
                self.settle(&inquiry, done, vec![refused]).await?;
            } else {
                self.spawn_inquire(inquiry.id);
            }
        }
        Ok(count)
    }

    async fn inquire(self: &Arc<Self>, id: InquiryId) -> Result<(), StoreError> {
        let Some(_at_work) = self.inquirers.enter(id) else { return Ok(()) };
        let work = self.ask_around(id);
        tokio::pin!(work);
        tokio::select! {
            result = &mut work => return result,
            () = tokio::time::sleep(ANNOUNCE_AFTER) => {}
        }
        self.announce_inquiry(id).await?;
        tokio::select! {
            result = &mut work => return result,
            () = tokio::time::sleep(OFFER_AFTER) => {}
        }
        self.offer_unnamed(id).await?;
        work.await
    }

    /// An offer that has waited long enough for a name is made without it; the name follows when it is known.
    async fn offer_unnamed(&self, id: InquiryId) -> Result<(), StoreError> {
        let Some(inquiry) = self.store.inquiry(id).await?.filter(Inquiry::is_asking) else { return Ok(()) };
        let Some(offer) = self.offer_named(&inquiry, None) else { return Ok(()) };
        let mut commit = Commit::new(self.clock.utc());
        commit.outgoing.push(offer);
        self.store.commit(commit).await.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        self.alerts.notify(std::slice::from_ref(&inquiry.chat));
        Ok(())
    }

    async fn announce_inquiry(&self, id: InquiryId) -> Result<(), StoreError> {
        let Some(inquiry) = self.store.inquiry(id).await?.filter(Inquiry::is_asking) else { return Ok(()) };
        let reply = Reply::InquiryPending { product: inquiry.asked.clone(), customer: inquiry.customer.clone() };
        let mut commit = Commit::new(self.clock.utc());
        commit.outgoing.push(Self::say(&inquiry.chat, inquiry.locale, reply));
        self.store.commit(commit).await.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        self.alerts.notify(std::slice::from_ref(&inquiry.chat));
        Ok(())
    }

    /// Asks one supplier after the other until one knows.
    async fn ask_around(self: &Arc<Self>, id: InquiryId) -> Result<(), StoreError> {
        // Ends: each round has one supplier less to ask.
        let mut busy = None;
        while let Some(inquiry) = self.store.inquiry(id).await?.filter(Inquiry::is_asking) {
            // Another process's to ask: it hears of it.
            busy = busy.or_else(|| self.share.enter(&inquiry.chat));
            let Some(busy) = busy.as_ref().filter(|_| self.share.holds(&inquiry.chat)) else { return Ok(()) };
            let waiting = busy.rest();
            let got = self.ask(&inquiry).await;
            drop(waiting);
            if self.stop.is_cancelled() && got == Got::Nothing {
                return Ok(());
            }
            let now = self.clock.utc();
            let until = expires_at(now, self.policy.inquiry_valid_for, self.clock.next_midnight(now));
            let (after, says) = match inquiry.answered(got, until) {
                Answered::AskOn(mut after) => {
                    after.reference = self.fresh_reference(now).await?;
                    (after, Vec::new())
                }
                Answered::Customer(after, found) => {
                    let says = self.customer_found(&inquiry, &found).await?;
                    (after, says)
                }
                Answered::Bill(after) => self.bill_found(&inquiry, after).await?,
                Answered::Refused(after, kind) => {
                    let says = self.nobody_knows(&inquiry, kind).await?;
                    (after, says)
                }
            };
            self.settle(&inquiry, after, says).await?;
        }
        Ok(())
    }

    /// One supplier's answer.
    async fn ask(&self, inquiry: &Inquiry) -> Got {
        let now = self.clock.now();
        let Some(supplier) = self.suppliers.get(&inquiry.ask.route.supplier).filter(|s| !s.in_cutoff(&now)) else {
            return Got::Nothing;
        };
        let dest = supplier.written(&inquiry.customer);
        let buy = Buy {
            reference: inquiry.reference,
            sku: &inquiry.ask.route.sku,
            dest: &dest,
            denom: inquiry.ask.route.denom,
            max_cost: None,
            kind: inquiry.ask.kind,
            inquiry: None,
            sent: Sending::NOT_YET,
        };
        match self.look_up(supplier, &mut None, &buy).await {
            Some((InquiryReading::Found(found), _)) => Got::Found(found),
            Some((InquiryReading::Failed(kind), _)) => Got::Refused(kind),
            Some((InquiryReading::Pending | InquiryReading::Unknown(_), _)) | None => Got::Nothing,
        }
    }

    /// Asks one supplier, and again while it is still looking. A place among the supplier's requests is held only while
    /// one is under way: looking things up must never keep orders from being bought. `None`: no answer.
    pub(super) async fn look_up<'s>(
        &self,
        supplier: &'s Supplier,
        turn: &mut Option<Turn<'s>>,
        buy: &Buy<'_>,
    ) -> Option<(InquiryReading, Response)> {
        let mut waits = WAITS.into_iter();
        loop {
            let now = self.clock.now();
            let request = supplier.protocol.inquiry(buy, now.local)?;
            let held = match turn.take() {
                Some(held) => held,
                None => self.turn(supplier).await,
            };
            let sent = supplier.send(&held, &request, "inquiry", now.utc).await;
            let response = match sent {
                Ok(response) => response,
                Err(error) => {
                    tracing::warn!(supplier = %supplier.id, reference = %buy.reference, %error, "inquiry failed");
                    return None;
                }
            };
            let reading = supplier.protocol.read_inquiry(buy, &response);
            match (&reading, waits.next()) {
                (InquiryReading::Pending, Some(wait)) => {
                    drop(held);
                    self.stop.run_until_cancelled(tokio::time::sleep(wait)).await?;
                    continue;
                }
                (InquiryReading::Found(found), _) => supplier.saw_balance(found.supplier_balance, now.utc),
                (InquiryReading::Unknown(doubt), _) => warn_of(supplier, buy, doubt),
                (InquiryReading::Failed(_) | InquiryReading::Pending, _) => {}
            }
            *turn = Some(held);
            return Some((reading, response));
        }
    }

    /// Writes what became of an inquiry and says it. Somebody else may have been faster, or the reseller has asked anew:
    /// then this answer is nobody's.
    async fn settle(&self, before: &Inquiry, after: Inquiry, says: Vec<Say>) -> Result<(), StoreError> {
        let mut commit = Commit::new(self.clock.utc());
        let chats: Vec<_> = says.iter().map(|say| say.chat.clone()).collect();
        commit.outgoing = says;
        commit.inquiries.push(Versioned { expected: Some(before.version), row: after });
        match self.store.commit(commit).await {
            Ok(_) => {
                self.alerts.notify(&chats);
                Ok(())
            }
            Err(CommitError::Conflict(_)) => Ok(()),
            Err(CommitError::Store(error)) => Err(error),
            Err(other) => Err(StoreError::Unavailable(other.to_string())),
        }
    }

    async fn customer_found(&self, inquiry: &Inquiry, found: &outcome::Inquiry) -> Result<Vec<Say>, StoreError> {
        let Some(agent) = self.store.agent(inquiry.agent).await? else { return Ok(Vec::new()) };
        if let Some(offer) = self.offer_named(inquiry, Some(&of_customer(found.details.clone()))) {
            return Ok(vec![offer]);
        }
        let tariff = self.tariff(&agent).await?;
        let details = of_customer(found.details.clone());
        let products = self.tokens_for(found, &tariff);
        let guide = self.offer_tokens(inquiry, &details, &products);
        let customer = inquiry.customer.clone();
        let client_reference = inquiry.client_reference.clone();
        let card = CustomerCard { customer, details, products, guide, client_reference };
        Ok(vec![Self::say(&inquiry.chat, inquiry.locale, Reply::Customer(Box::new(card)))])
    }

    /// What can be bought for a customer: the open tokens, by face value, that its supplier has on offer.
    fn tokens_for(&self, found: &outcome::Inquiry, tariff: &Tariff) -> Vec<PriceLine> {
        let catalog = self.catalog();
        let on_offer = |product: &&konter_core::catalog::Product| {
            product.kind == ProductKind::Token
                && product.is_open()
                && (found.denoms.is_empty() || product.nominal.is_none_or(|nominal| found.denoms.contains(&nominal)))
        };
        let mut products: Vec<_> = catalog.iter().filter(on_offer).collect();
        products.sort_by_key(|product| (product.nominal, product.price, &product.code));
        products.dedup_by_key(|product| product.nominal);
        products.truncate(PRODUCTS_SHOWN);
        let own = products.into_iter().filter_map(|product| priced(tariff, product));
        own.map(|(product, _)| super::answer::price_line(&product)).collect()
    }

    /// A bill that was found is shown, unless it is paid already.
    async fn bill_found(&self, before: &Inquiry, after: Inquiry) -> Result<(Inquiry, Vec<Say>), StoreError> {
        let InquiryState::Shown(quote) = &after.state else { return Ok((after, Vec::new())) };
        let earlier = self.payer_of(&after.ask.product, &after.customer, quote).await?;
        if let Some(earlier) = earlier {
            let says = match self.store.agent(after.agent).await? {
                Some(agent) => refused_as_paid(before, &agent, &earlier),
                None => Vec::new(),
            };
            return Ok((before.with(InquiryState::Done), says));
        }
        let because = match after.purpose {
            konter_core::inquiry::Purpose::Look => ShownBecause::Asked,
            konter_core::inquiry::Purpose::Pay => ShownBecause::PaymentAsked,
        };
        let says = vec![shown(&after, quote, BillStage::Payable(because))];
        Ok((after, says))
    }

    /// No supplier tells. A bill is often refused because it has been paid: then its reseller is told where and when.
    async fn nobody_knows(&self, inquiry: &Inquiry, kind: Option<FailureKind>) -> Result<Vec<Say>, StoreError> {
        /// Orders to one customer, newest first: few of one month.
        const LOOKED_AT: usize = 20;
        // No document has a code of its own for every case: a plain refusal may be one because the bill is paid.
        let may_mean_paid =
            matches!(kind, Some(FailureKind::BillPaid | FailureKind::BillUnavailable | FailureKind::Refused));
        let may_be_paid = inquiry.ask.kind == ProductKind::Bill && may_mean_paid;
        if may_be_paid && let Some(agent) = self.store.agent(inquiry.agent).await? {
            let today = self.clock.day_of(self.clock.utc());
            let this_month = |order: &&Order| {
                order.product == inquiry.ask.product
                    && order.takes_slot()
                    && (order.day.year(), order.day.month()) == (today.year(), today.month())
            };
            let orders = self.store.orders_of(agent.id, Some(&inquiry.customer), None, LOOKED_AT).await?;
            if let Some(earlier) = orders.iter().find(this_month) {
                return Ok(refused_as_paid(inquiry, &agent, earlier));
            }
        }
        if kind.is_some_and(FailureKind::is_about_customer) {
            self.withdraw_offer(inquiry);
        } else if let Some(offer) = self.offer_named(inquiry, None) {
            // The name cannot be had now; the token can.
            return Ok(vec![offer]);
        }
        Ok(vec![inquiry_refused(inquiry, Why::InquiryRefused { kind })])
    }

    /// The order that pays one of a bill's periods, or has paid it.
    pub(super) async fn payer_of(
        &self,
        product: &ProductCode,
        customer: &str,
        quote: &Quote,
    ) -> Result<Option<Order>, StoreError> {
        let day = self.clock.day_of(self.clock.utc());
        let claims = claims(&quote.found.bills, quote.total, day).into_iter().map(Period::Claim);
        for period in std::iter::once(Period::Any).chain(claims) {
            let key = BillKey::new(product, customer, period);
            if let Some(order) = self.store.order_of_bill(&key).await? {
                return Ok(Some(order));
            }
        }
        Ok(None)
    }

    /// A payment was stopped because the bill has changed: it is shown as it is now, to be paid anew.
    pub(super) async fn show_changed(&self, order: &Order, found: outcome::Inquiry) -> Result<(), StoreError> {
        let stopped =
            matches!(&order.state, OrderState::Final(Final { failure: Some(FailureReason::BillChanged), .. }));
        let Some(bill) = order.bill.as_ref().filter(|_| stopped) else { return Ok(()) };
        let Some(paid) = self.store.inquiry(bill.inquiry).await? else { return Ok(()) };
        for _ in 0..TRIES {
            let now = self.clock.utc();
            let id = InquiryId(self.fresh_reference(now).await?.0);
            let anew = Inquiry {
                id,
                version: 0,
                chat: order.chat.clone(),
                reference: id.reference(),
                state: InquiryState::Asking,
                untried: Vec::new(),
                created_at: now,
                ..paid.clone()
            };
            let until = expires_at(now, self.policy.inquiry_valid_for, self.clock.next_midnight(now));
            let Answered::Bill(row) = anew.answered(Got::Found(found.clone()), until) else { return Ok(()) };
            let InquiryState::Shown(quote) = &row.state else { return Ok(()) };
            let mut commit = Commit::new(now);
            commit.outgoing.push(shown(&row, quote, BillStage::Payable(ShownBecause::Changed)));
            commit.inquiries.push(Versioned { expected: None, row });
            match self.store.commit(commit).await {
                Ok(_) => {
                    self.alerts.notify(std::slice::from_ref(&order.chat));
                    return Ok(());
                }
                Err(CommitError::Conflict(_)) => {}
                Err(CommitError::Store(error)) => return Err(error),
                Err(other) => return Err(StoreError::Unavailable(other.to_string())),
            }
        }
        Ok(())
    }
}

fn warn_of(supplier: &Supplier, buy: &Buy<'_>, doubt: &Doubt) {
    let doubt = supplier.kept(Reading::unknown(doubt.clone())).outcome;
    tracing::warn!(supplier = %supplier.id, reference = %buy.reference, ?doubt, "inquiry without a usable answer");
}

/// What a reseller may know of an order that pays a bill already: all of its own, nothing of another's.
pub(super) fn paid_before(earlier: &Order, agent: AgentId) -> Why {
    if earlier.agent == agent {
        Why::BillPaidBefore { earlier: Box::new(view::line(earlier)) }
    } else {
        Why::BillPaidElsewhere
    }
}

/// Refused because it is paid, with the receipt where that is the reseller's own.
fn refused_as_paid(inquiry: &Inquiry, agent: &Agent, earlier: &Order) -> Vec<Say> {
    let receipt = again(agent, earlier).map(|reply| Shop::say(&inquiry.chat, inquiry.locale, reply));
    let refused = inquiry_refused(inquiry, paid_before(earlier, inquiry.agent));
    std::iter::once(refused).chain(receipt).collect()
}

fn inquiry_refused(inquiry: &Inquiry, why: Why) -> Say {
    let refused = Refused { product: inquiry.asked.clone(), dest: inquiry.customer.clone(), why };
    let mut say = Shop::say(&inquiry.chat, inquiry.locale, Reply::OrderRefused(refused));
    say.balance_of = Some(AccountId::Agent(inquiry.agent));
    say
}

/// The receipt of a bill that its reseller wanted to pay once more.
pub(super) fn again(agent: &Agent, earlier: &Order) -> Option<Reply> {
    let paid = earlier.agent == agent.id && view::line(earlier).verdict == Verdict::Success;
    paid.then(|| {
        let card = Box::new(super::answer::receipt_card(agent, earlier, None));
        Reply::Receipt { form: ReceiptForm::Text, card }
    })
}

fn shown(inquiry: &Inquiry, quote: &Quote, stage: BillStage) -> Say {
    Shop::say(&inquiry.chat, inquiry.locale, Reply::Bill(Box::new(bill_card(inquiry, quote, stage))))
}

/// A bill as replies show it.
pub(super) fn bill_card(inquiry: &Inquiry, quote: &Quote, stage: BillStage) -> BillCard {
    BillCard {
        inquiry: inquiry.id,
        product: inquiry.ask.product.clone(),
        product_name: inquiry.ask.product_name.clone(),
        customer: inquiry.customer.clone(),
        details: of_customer(quote.found.details.clone()),
        bills: quote.found.bills.clone(),
        total: quote.total,
        fee: quote.price.checked_sub(quote.total).unwrap_or(quote.price),
        price: quote.price,
        expires_at: quote.expires_at,
        client_reference: inquiry.client_reference.clone(),
        stage,
    }
}

/// The stage a bill is at, for a button tapped under it.
pub(super) fn stage_of(inquiry: &Inquiry, now: chrono::DateTime<chrono::Utc>) -> Option<(&Quote, BillStage)> {
    match &inquiry.state {
        InquiryState::Shown(quote) if now < quote.expires_at => Some((quote, BillStage::Payable(ShownBecause::Asked))),
        InquiryState::Shown(quote) => Some((quote, BillStage::Expired)),
        InquiryState::Paid { order, quote } => Some((quote, BillStage::Paying { order: *order })),
        InquiryState::Asking | InquiryState::Done | InquiryState::Cancelled => None,
    }
}

/// The order an inquiry led to.
pub(super) const fn order_of(inquiry: &Inquiry) -> Option<OrderId> {
    match &inquiry.state {
        InquiryState::Paid { order, .. } => Some(*order),
        _ => None,
    }
}
