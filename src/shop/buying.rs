//! Taking an order to its suppliers. Every send is preceded by the commit that says it may have happened.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tracing::Instrument as _;

use super::apply_event::{Along, Applied, OrderEvents};
use super::bills::Bills;
use super::deposits::Deposits;
use super::in_flight::{InFlight, Shift};
use super::of_order;
use super::on_sale::OnSale;
use super::process::Process;
use super::requests::Requests;
use super::routing::LONGEST_WAIT;
use super::schedule::Schedule;
use super::suppliers::{Supplier, Suppliers, Turn};
use konter_core::catalog::Route;
use konter_core::ids::OrderId;
use konter_core::order::asking::{CHECK_WINDOW, has_arrived};
use konter_core::order::schedule::{CHECK_STEP, FIRST_CHECK};
use konter_core::order::{Attempt, AttemptStep, Event, Order, Seen, Source};
use konter_core::outcome::{InquiryReading, Outcome, Reading, Sending};
use konter_core::routing::{Availability, Sign, sign_of};
use konter_store::{Notification, StoreError, WorkGuard};
use konter_suppliers::client::SendError;
use konter_suppliers::protocol::Now;
use konter_suppliers::{Buy, Request, Response};

/// How long an order waits for a place at a busy supplier while there is another one.
const BUSY_PATIENCE: Duration = Duration::from_secs(3);

/// `dest` is the order's destination as the supplier wants it written.
pub(super) fn buy_of<'a>(order: &'a Order, attempt: &'a Attempt, dest: &'a str) -> Buy<'a> {
    Buy {
        reference: attempt.reference,
        sku: &attempt.route.sku,
        dest,
        denom: attempt.route.denom,
        max_cost: order.most_it_may_cost(attempt),
        kind: order.kind,
        inquiry: attempt.quote.as_deref(),
        sent: Sending {
            first: attempt.first,
            repeated: attempt.checks > 0,
            delivered: matches!(attempt.outcome, Some(Outcome::Success(_))),
        },
    }
}

/// Who wants to know what became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asker {
    /// The shop by itself: only as long as the question cannot buy by surprise.
    Shop,
    /// An admin, who has been told that it may.
    Person,
}

/// Buys orders, and asks what became of them. What comes of it goes through [`OrderEvents`].
pub(super) struct Purchasing {
    pub process: Process,
    pub suppliers: Arc<Suppliers>,
    pub requests: Arc<Requests>,
    pub deposits: Arc<Deposits>,
    pub on_sale: OnSale,
    pub bills: Arc<Bills>,
    pub events: Arc<OrderEvents>,
    pub schedule: Arc<Schedule>,
    /// One an order: who sends it, or says what became of sending it.
    pub buyers: InFlight<OrderId>,
    /// One an order: who asks what became of it.
    pub checkers: Arc<InFlight<OrderId>>,
    pub announce_after: Duration,
    /// Nobody waits for an order that is older.
    pub stale_after: TimeDelta,
}

impl Purchasing {
    /// Sends an order in the background.
    pub fn spawn_buy(self: &Arc<Self>, id: OrderId) {
        let purchasing = Arc::clone(self);
        let buying = async move {
            if let Err(error) = purchasing.buy(id).await {
                tracing::error!(%error, "buying stopped; it is taken up at the next start");
            }
        };
        self.process.tasks.spawn(buying.instrument(of_order(id)));
    }

    /// Asks in the background what became of an order.
    pub fn spawn_check(self: &Arc<Self>, id: OrderId, asker: Asker) {
        let purchasing = Arc::clone(self);
        let checking = async move {
            if let Err(error) = purchasing.check(id, asker).await {
                tracing::error!(%error, "status check failed");
            }
        };
        self.process.tasks.spawn(checking.instrument(of_order(id)));
    }

    /// Takes the buyer's place of an order; `None` while somebody is buying it.
    pub fn enter(&self, id: OrderId) -> Option<Shift<'_, OrderId>> {
        self.buyers.enter(id)
    }

    /// Sends an order that is ready, and goes on to its next routes as far as that is safe. One buyer an order: a
    /// second one finds the first at work and leaves it to that.
    pub async fn buy(&self, id: OrderId) -> Result<(), StoreError> {
        let Some(_at_work) = self.buyers.enter(id) else { return Ok(()) };
        self.buy_on(id, None).await
    }

    /// Goes on with an order, for whoever has entered it.
    pub async fn buy_on(&self, id: OrderId, mut busy: Option<WorkGuard>) -> Result<(), StoreError> {
        let mut next = self.process.store.order(id).await?;
        while let Some(order) = next.filter(Order::is_open) {
            // Another process's to buy: it hears of it.
            busy = busy.or_else(|| self.process.share.enter(&order.chat));
            let Some(busy) = busy.as_ref().filter(|_| self.process.share.holds(&order.chat)) else { return Ok(()) };
            let ready = order.current().filter(|attempt| attempt.step == AttemptStep::Ready);
            let Some(attempt) = ready.filter(|_| !self.process.stop.is_cancelled()) else { return Ok(()) };
            if order.is_queued() && self.waits_on(&order).await? {
                return Ok(());
            }
            let cost = order.expected_cost(attempt);
            let now = self.process.clock.now();
            let ready = |s: &&Supplier| s.availability(&attempt.route.sku, cost, &now) == Availability::Ready;
            if let Some(supplier) = self.suppliers.get(&attempt.route.supplier).filter(ready) {
                let sending = self.send_purchase(busy, supplier, &order, attempt);
                self.announced(order.id, Box::pin(sending)).await?;
            } else {
                self.events.apply(id, &Event::Unsendable { reference: attempt.reference }, &Along::default()).await?;
            }
            next = self.process.store.order(id).await?;
        }
        Ok(())
    }

    /// Whether an order that waits for the end of a break has to wait on. One that nobody waits for any more is given up,
    /// as it would be after a stop.
    async fn waits_on(&self, order: &Order) -> Result<bool, StoreError> {
        let now = self.process.clock.now();
        if order.waits_until.is_some_and(|until| now.utc < until) {
            return Ok(true);
        }
        if now.utc - order.ripe_since() > self.stale_after {
            self.events.apply(order.id, &Event::Abandoned, &Along::default()).await?;
            return Ok(true);
        }
        let routes = || order.current().map(|attempt| &attempt.route).into_iter().chain(&order.untried);
        let cost = |route: &Route| route.cost;
        let is_ready =
            routes().any(|route| self.suppliers.availability(route, cost(route), &now) == Availability::Ready);
        match self.suppliers.break_ends(routes(), &now) {
            Some(until) if !is_ready && until - order.created_at <= LONGEST_WAIT => {
                self.events.apply(order.id, &Event::Rests { until }, &Along::default()).await?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Something that is being done for an order, announced to the reseller when it takes long.
    pub async fn announced(
        &self,
        id: OrderId,
        mut work: Pin<Box<impl Future<Output = Result<(), StoreError>>>>,
    ) -> Result<(), StoreError> {
        tokio::select! {
            result = &mut work => return result,
            () = tokio::time::sleep(self.announce_after) => {}
        }
        tokio::join!(self.announce(id), work).1
    }

    async fn announce(&self, id: OrderId) {
        if let Err(error) = self.events.apply(id, &Event::Slow, &Along::default()).await {
            tracing::error!(%error, "could not announce the order");
        }
    }

    async fn send_purchase(
        &self,
        held: &WorkGuard,
        supplier: &Supplier,
        order: &Order,
        attempt: &Attempt,
    ) -> Result<(), StoreError> {
        let waiting = held.rest();
        // A supplier that is busy is waited for, but not while another one could have it.
        let turn = if order.untried.is_empty() {
            Some(self.requests.turn(supplier).await)
        } else {
            tokio::time::timeout(BUSY_PATIENCE, self.requests.turn(supplier)).await.ok()
        };
        if !waiting.is_over_and_still_ours() || self.process.stop.is_cancelled() {
            return Ok(());
        }
        if let Some(event) = self.on_sale.withdrawn(order, attempt).await? {
            return self.events.apply(order.id, &event, &Along::default()).await.map(drop);
        }
        let (sku, cost) = (&attempt.route.sku, order.expected_cost(attempt));
        let let_through = || supplier.let_through(sku, cost, &self.process.clock.now());
        let Some((turn, _on_its_way)) = turn.and_then(|turn| Some((turn, let_through()?))) else {
            let event = Event::Unsendable { reference: attempt.reference };
            return self.events.apply(order.id, &event, &Along::default()).await.map(drop);
        };
        let mut turn = Some(turn);
        let asking = held.rest();
        let event = if supplier.protocol.inquiry_first(order.kind) {
            self.inquire_first(supplier, &mut turn, order, attempt).await
        } else {
            Event::Sending
        };
        // What a stop cut short has not left: it is taken up at the next start.
        if self.process.stop.is_cancelled() && matches!(event, Event::Unsendable { .. }) {
            return Ok(());
        }
        let turn = match turn {
            Some(turn) => turn,
            None => self.requests.turn(supplier).await,
        };
        if !asking.is_over_and_still_ours() {
            return Ok(());
        }
        let Applied::Changed(order) = self.events.apply(order.id, &event, &Along::default()).await? else {
            return Ok(());
        };
        if let Event::Quoted { inquiry, .. } = event {
            self.bills.show_changed(&order, inquiry).await?;
        }
        let Some(attempt) = order.current().filter(|now| now.reference == attempt.reference) else { return Ok(()) };
        if attempt.step != AttemptStep::Sent {
            return Ok(());
        }
        self.send_noted(held, supplier, &turn, (&order, attempt)).await
    }

    /// Sends an attempt whose row says that it leaves.
    pub async fn send_noted(
        &self,
        held: &WorkGuard,
        supplier: &Supplier,
        turn: &Turn<'_>,
        (order, attempt): (&Order, &Attempt),
    ) -> Result<(), StoreError> {
        let now = self.process.clock.now();
        let dest = supplier.written(&order.dest);
        let buy = buy_of(order, attempt, &dest);
        let request = supplier.protocol.purchase(&buy, now.local);
        let is_ours = self.process.share.holds(&order.chat);
        // From here on the part may be given away: the row says that a request is under way, and this process tells how
        // it went.
        let sending = held.rest();
        let sent = if is_ours {
            supplier.send(turn, &request, "purchase", now.utc).await
        } else {
            // This process hung for so long that another has the order now: it must not go out behind its back.
            Err(SendError::NotSent("the order is another process's now".to_owned()))
        };
        drop(sending);
        let event = match sent {
            Ok(response) => {
                let reading = supplier.protocol.read_purchase(&buy, &response);
                self.word(supplier, attempt, Source::Answer, reading, "purchase", &response)
            }
            Err(SendError::NotSent(problem)) => {
                tracing::warn!(supplier = %supplier.id, problem, "not sent");
                Event::NeverLeft { reference: attempt.reference }
            }
            Err(SendError::MaybeSent(doubt, problem)) => {
                tracing::warn!(supplier = %supplier.id, problem, "in doubt");
                Event::Supplier {
                    from: Source::Answer,
                    reference: attempt.reference,
                    reading: Reading::unknown(doubt),
                    raw: Some(supplier.raw_reply(self.process.clock.utc(), "purchase", &problem)),
                }
            }
        };
        self.events.apply(order.id, &event, &Along::default()).await?;
        self.deposits.look_at(supplier).await;
        Ok(())
    }

    /// Asks whom or what would be paid for; no money moves.
    async fn inquire_first<'s>(
        &self,
        supplier: &'s Supplier,
        turn: &mut Option<Turn<'s>>,
        order: &Order,
        attempt: &Attempt,
    ) -> Event {
        let dest = supplier.written(&order.dest);
        let (buy, reference) = (buy_of(order, attempt, &dest), attempt.reference);
        match self.requests.look_up(supplier, turn, &buy).await {
            Some((InquiryReading::Found(inquiry), _)) => Event::Quoted { reference, inquiry },
            Some((InquiryReading::Failed(kind), _)) => Event::InquiryRefused { reference, kind },
            Some((InquiryReading::Unknown(doubt), _)) => {
                let sign = sign_of(&Outcome::Unknown(doubt));
                supplier.saw(buy.sku, order.expected_cost(attempt), sign, self.process.clock.utc());
                Event::Unsendable { reference }
            }
            Some((InquiryReading::Pending, _)) => Event::Unsendable { reference },
            None => {
                // A look-up that a stop cut short says nothing.
                if !self.process.stop.is_cancelled() {
                    supplier.saw(buy.sku, order.expected_cost(attempt), Sign::Bad, self.process.clock.utc());
                }
                Event::Unsendable { reference }
            }
        }
    }

    /// What can still be seen of a purchase in doubt where nobody will ever tell: an inquiry moves no money, and shows our
    /// deposit and whether the bill is still there.
    pub async fn observe(&self, order: &Order) -> Option<Seen> {
        let attempt = order.current().filter(|attempt| attempt.step == AttemptStep::Sent)?;
        let supplier = self.suppliers.get(&attempt.route.supplier)?;
        if supplier.protocol.can_check() || supplier.protocol.reports() || attempt.balance_after.is_some() {
            return None;
        }
        let dest = supplier.written(&order.dest);
        let mut buy = buy_of(order, attempt, &dest);
        buy.inquiry = None;
        let (_, response) = self.requests.look_up(supplier, &mut None, &buy).await?;
        let raw = supplier.raw_reply(self.process.clock.utc(), "inquiry", &response.text());
        let balance = supplier.protocol.read_deposit(&response);
        Some(Seen { reference: attempt.reference, balance, raw })
    }

    /// Asks what became of an order, where that is safe; one question at a time. `false`: it cannot be asked.
    pub async fn check(&self, id: OrderId, asker: Asker) -> Result<bool, StoreError> {
        let Some(_at_work) = self.checkers.enter(id) else { return Ok(true) };
        let Some(order) = self.process.store.order(id).await?.filter(|order| !order.is_in_flight()) else {
            return Ok(false);
        };
        let Some(held) = self.process.share.enter(&order.chat) else {
            self.process
                .store
                .notify_others(Notification::Check { order: id, by_person: asker == Asker::Person })
                .await?;
            return Ok(true);
        };
        let _waiting = held.rest();
        let supplier = order.current().and_then(|attempt| self.suppliers.get(&attempt.route.supplier));
        let Some(supplier) = supplier else { return Ok(false) };
        // A place among the requests may be long in coming; what may be asked is judged when it is there.
        let turn = self.requests.turn(supplier).await;
        let now = self.process.clock.now();
        let Some(order) = self.process.store.order(id).await?.filter(Order::is_open) else { return Ok(true) };
        let Some(attempt) = order.current().filter(|attempt| attempt.route.supplier == supplier.id) else {
            return Ok(true);
        };
        // Whoever asks for it: never more often than once a minute.
        if attempt.checked_at.is_some_and(|at| now.utc - at < CHECK_STEP.max(supplier.protocol.check_every())) {
            return Ok(true);
        }
        let dest = supplier.written(&order.dest);
        let buy = buy_of(&order, attempt, &dest);
        let Some(request) = self.question(supplier, &order, &buy, asker, &now) else { return Ok(false) };
        // Durable before it leaves: also after a crash, and in any process, a word may be about the repetition.
        let asking = Event::Asking { reference: attempt.reference };
        let Applied::Changed(noted) = self.events.apply(id, &asking, &Along::default()).await? else { return Ok(true) };
        let is_same = noted.current().is_some_and(|current| current.reference == attempt.reference);
        // During its nightly break a supplier refuses everything; its refusal would say nothing of this order.
        if !noted.is_open() || !is_same || supplier.in_cutoff(&now) {
            return Ok(true);
        }
        match supplier.send(&turn, &request, "status", now.utc).await {
            Ok(response) => {
                let reading = supplier.protocol.read_status(&buy, &response);
                let event = self.word(supplier, attempt, Source::Check, reading, "status", &response);
                self.events.apply(id, &event, &Along::default()).await?;
            }
            Err(error) => tracing::warn!(supplier = %supplier.id, %error, "status check failed"),
        }
        Ok(true)
    }

    /// The request that asks about the current attempt, if this one may ask now.
    fn question(&self, supplier: &Supplier, order: &Order, buy: &Buy<'_>, asker: Asker, now: &Now) -> Option<Request> {
        let attempt = order.current().filter(|attempt| attempt.step == AttemptStep::Sent)?;
        let sent_at = attempt.sent_at.filter(|sent_at| now.utc - *sent_at < CHECK_WINDOW)?;
        let until = self.schedule.ask_until(order)?;
        // Before that the purchase may still be on its way, and the question would overtake it.
        let is_early = now.utc - sent_at < FIRST_CHECK && !has_arrived(attempt);
        if asker == Asker::Shop && (is_early || now.utc >= until) {
            return None;
        }
        supplier.protocol.status(buy, sent_at, now)
    }

    fn word(
        &self,
        supplier: &Supplier,
        attempt: &Attempt,
        from: Source,
        reading: Reading,
        to: &str,
        response: &Response,
    ) -> Event {
        let at = self.process.clock.utc();
        supplier.saw_balance(reading.supplier_balance, at);
        let reading = supplier.kept(reading);
        if let Outcome::Unknown(doubt) = &reading.outcome {
            tracing::warn!(supplier = %supplier.id, reference = %attempt.reference, ?doubt, to, "reply not understood");
        }
        let raw = supplier.raw_reply(at, to, &response.text());
        Event::Supplier { from, reference: attempt.reference, reading, raw: Some(raw) }
    }
}
