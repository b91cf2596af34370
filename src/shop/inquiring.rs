//! Asking suppliers who a customer is and what a bill comes to. No money moves, so what gets no answer is simply asked
//! elsewhere, and what a stop interrupts is asked again at the next start.

use std::sync::Arc;
use std::time::Duration;

use chrono::{Datelike as _, TimeDelta};

use super::bills::{Bills, Payer, again, paid_before, said, shown};
use super::choice::Offers;
use super::in_flight::InFlight;
use super::network::{Network, priced};
use super::outbox::Outbox;
use super::process::Process;
use super::requests::Requests;
use super::stock::Stock;
use super::suppliers::Suppliers;
use konter_core::agent::Agent;
use konter_core::catalog::ProductKind;
use konter_core::ids::InquiryId;
use konter_core::inquiry::{Answered, Got, Inquiry, InquiryState};
use konter_core::ledger::AccountId;
use konter_core::order::refusal::{Refused, Why};
use konter_core::order::{Order, of_customer};
use konter_core::outcome;
use konter_core::outcome::{FailureKind, InquiryReading, Sending};
use konter_core::pricing::Tariff;
use konter_reply::{BillStage, CustomerCard, PriceLine, Reply, ShownBecause};
use konter_store::{Commit, Say, Shard, StoreError, Versioned};
use konter_suppliers::Buy;

/// How many times longer than for a word an offer waits for a meter's owner besides: a customer stands at the counter.
const OFFERS_AFTER: u32 = 3;
/// Products offered for a customer.
const PRODUCTS_SHOWN: usize = 8;

/// Looks customers and bills up. Of the shop it knows whom to ask, what is on sale to whom, and whom to tell.
pub(super) struct Inquiries {
    pub process: Process,
    pub suppliers: Arc<Suppliers>,
    pub requests: Arc<Requests>,
    pub stock: Arc<Stock>,
    pub network: Arc<Network>,
    pub outbox: Outbox,
    pub offers: Arc<Offers>,
    pub bills: Arc<Bills>,
    pub at_work: InFlight<InquiryId>,
    pub announce_after: Duration,
    /// Nobody waits for one that is older.
    pub stale_after: TimeDelta,
}

impl Inquiries {
    /// Finds out in the background, and says what came of it.
    pub fn spawn(self: &Arc<Self>, id: InquiryId) {
        let inquiries = Arc::clone(self);
        self.process.tasks.spawn(async move {
            if let Err(error) = inquiries.inquire(id).await {
                tracing::error!(inquiry = %id, %error, "an inquiry stopped; it is taken up at the next start");
            }
        });
    }

    /// Takes up what was being looked up of some parts of the work when the shop last stopped, or another process did.
    /// Nobody waits any more for what is old.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn recover(self: &Arc<Self>, shards: &[Shard]) -> Result<usize, StoreError> {
        let mut asking = self.process.store.asking().await?;
        asking.retain(|inquiry| shards.contains(&Shard::of(&inquiry.chat)) && self.process.share.holds(&inquiry.chat));
        let count = asking.len();
        for inquiry in asking {
            if self.process.clock.utc() - inquiry.created_at > self.stale_after {
                let done = inquiry.with(InquiryState::Done);
                let refused = inquiry_refused(&inquiry, Why::InquiryRefused { kind: None });
                self.settle(&inquiry, done, vec![refused]).await?;
            } else {
                self.spawn(inquiry.id);
            }
        }
        Ok(count)
    }

    async fn inquire(&self, id: InquiryId) -> Result<(), StoreError> {
        let Some(_at_work) = self.at_work.enter(id) else { return Ok(()) };
        let work = self.ask_around(id);
        tokio::pin!(work);
        tokio::select! {
            result = &mut work => return result,
            () = tokio::time::sleep(self.announce_after) => {}
        }
        self.announce(id).await?;
        tokio::select! {
            result = &mut work => return result,
            () = tokio::time::sleep(self.announce_after * OFFERS_AFTER) => {}
        }
        self.offer_unnamed(id).await?;
        work.await
    }

    /// An offer that has waited long enough for a name is made without it; the name follows when it is known.
    async fn offer_unnamed(&self, id: InquiryId) -> Result<(), StoreError> {
        let Some(inquiry) = self.process.store.inquiry(id).await?.filter(Inquiry::is_asking) else { return Ok(()) };
        let Some(offer) = self.offers.named(&inquiry, None) else { return Ok(()) };
        let mut commit = Commit::new(self.process.clock.utc());
        commit.outgoing.push(offer);
        self.outbox.say(commit).await
    }

    async fn announce(&self, id: InquiryId) -> Result<(), StoreError> {
        let Some(inquiry) = self.process.store.inquiry(id).await?.filter(Inquiry::is_asking) else { return Ok(()) };
        let reply = Reply::InquiryPending { product: inquiry.asked.clone(), customer: inquiry.customer.clone() };
        let mut commit = Commit::new(self.process.clock.utc());
        commit.outgoing.push(said(&inquiry, reply));
        self.outbox.say(commit).await
    }

    /// Asks one supplier after the other until one knows.
    async fn ask_around(&self, id: InquiryId) -> Result<(), StoreError> {
        // Ends: each round has one supplier less to ask.
        let mut busy = None;
        while let Some(inquiry) = self.process.store.inquiry(id).await?.filter(Inquiry::is_asking) {
            // Another process's to ask: it hears of it.
            busy = busy.or_else(|| self.process.share.enter(&inquiry.chat));
            let Some(busy) = busy.as_ref().filter(|_| self.process.share.holds(&inquiry.chat)) else { return Ok(()) };
            let waiting = busy.rest();
            let got = self.ask(&inquiry).await;
            drop(waiting);
            if self.process.stop.is_cancelled() && got == Got::Nothing {
                return Ok(());
            }
            let now = self.process.clock.utc();
            let (after, says) = match inquiry.answered(got, self.bills.expire_at(now)) {
                Answered::AskOn(mut after) => {
                    after.reference = self.process.fresh_reference(now).await?;
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
        let now = self.process.clock.now();
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
        match self.requests.look_up(supplier, &mut None, &buy).await {
            Some((InquiryReading::Found(found), _)) => Got::Found(found),
            Some((InquiryReading::Failed(kind), _)) => Got::Refused(kind),
            Some((InquiryReading::Pending | InquiryReading::Unknown(_), _)) | None => Got::Nothing,
        }
    }

    /// Writes what became of an inquiry and says it. Somebody else may have been faster, or the reseller has asked anew:
    /// then this answer is nobody's.
    async fn settle(&self, before: &Inquiry, after: Inquiry, says: Vec<Say>) -> Result<(), StoreError> {
        let mut commit = Commit::new(self.process.clock.utc());
        commit.outgoing = says;
        commit.inquiries.push(Versioned { expected: Some(before.version), row: after });
        self.outbox.say_unless_changed(commit).await.map(drop)
    }

    async fn customer_found(&self, inquiry: &Inquiry, found: &outcome::Inquiry) -> Result<Vec<Say>, StoreError> {
        let Some(agent) = self.process.store.agent(inquiry.agent).await? else { return Ok(Vec::new()) };
        if let Some(offer) = self.offers.named(inquiry, Some(&of_customer(found.details.clone()))) {
            return Ok(vec![offer]);
        }
        let tariff = self.network.tariff(&agent).await?;
        let details = of_customer(found.details.clone());
        let products = self.tokens_for(found, &tariff);
        let guide = self.offers.tokens(inquiry, &details, &products);
        let customer = inquiry.customer.clone();
        let client_reference = inquiry.client_reference.clone();
        let card = CustomerCard { customer, details, products, guide, client_reference };
        Ok(vec![said(inquiry, Reply::Customer(Box::new(card)))])
    }

    /// What can be bought for a customer: the open tokens, by face value, that its supplier has on offer.
    fn tokens_for(&self, found: &outcome::Inquiry, tariff: &Tariff) -> Vec<PriceLine> {
        let catalog = self.stock.catalog();
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
        let says = match self.bills.payer_of(&after.ask.product, &after.customer, quote).await? {
            Payer::Nobody => None,
            Payer::Unread => Some(vec![inquiry_refused(before, Why::BillPaidElsewhere)]),
            Payer::Order(earlier) => {
                let agent = self.process.store.agent(after.agent).await?;
                Some(agent.map(|agent| refused_as_paid(before, &agent, &earlier)).unwrap_or_default())
            }
        };
        if let Some(says) = says {
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
        if may_be_paid && let Some(agent) = self.process.store.agent(inquiry.agent).await? {
            let today = self.process.clock.day_of(self.process.clock.utc());
            let this_month = |order: &&Order| {
                order.product == inquiry.ask.product
                    && order.takes_slot()
                    && (order.day.year(), order.day.month()) == (today.year(), today.month())
            };
            let orders = match self.process.store.orders_of(agent.id, Some(&inquiry.customer), None, LOOKED_AT).await {
                // A closed day that is damaged. The supplier's own word is what is left to say.
                Err(StoreError::Corrupt { what, problem }) => {
                    tracing::error!(inquiry = %inquiry.id, what, %problem, "earlier orders to a customer cannot be read");
                    Vec::new()
                }
                orders => orders?,
            };
            if let Some(earlier) = orders.iter().find(this_month) {
                return Ok(refused_as_paid(inquiry, &agent, earlier));
            }
        }
        if kind.is_some_and(FailureKind::is_about_customer) {
            self.offers.withdraw(inquiry);
        } else if let Some(offer) = self.offers.named(inquiry, None) {
            // The name cannot be had now; the token can.
            return Ok(vec![offer]);
        }
        Ok(vec![inquiry_refused(inquiry, Why::InquiryRefused { kind })])
    }
}

/// Refused because it is paid, with the receipt where that is the reseller's own.
fn refused_as_paid(inquiry: &Inquiry, agent: &Agent, earlier: &Order) -> Vec<Say> {
    let receipt = again(agent, earlier).map(|reply| said(inquiry, reply));
    let refused = inquiry_refused(inquiry, paid_before(earlier, inquiry.agent));
    std::iter::once(refused).chain(receipt).collect()
}

fn inquiry_refused(inquiry: &Inquiry, why: Why) -> Say {
    let refused = Refused { product: inquiry.asked.clone(), dest: inquiry.customer.clone(), why };
    let is_order = inquiry.purpose == konter_core::inquiry::Purpose::Pay || inquiry.client_reference.is_some();
    let reply = if is_order { Reply::OrderRefused(refused) } else { Reply::LookUpRefused(refused) };
    Say { balance_of: Some(AccountId::Agent(inquiry.agent)), ..said(inquiry, reply) }
}
