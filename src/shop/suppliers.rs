//! The suppliers as the running shop has them: protocol, connection, and how they have been doing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::{Mutex, RwLock};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::clock::next_midnight;
use crate::config::{CutOff, SUPPLIERS_ZONE};
use konter_core::destination::Zoned;
use konter_core::ids::SupplierId;
use konter_core::money::Rupiah;
use konter_core::order::RawReply;
use konter_core::order::asking::Repeat;
use konter_core::outcome::{Doubt, Outcome, Reading};
use konter_core::price_list::{Breaks, PriceListRow};
use konter_core::routing::{Availability, BELIEVED_FOR, Door, Limits, Pass, Sign, SupplierOverrides, Traffic};
use konter_suppliers::client::{Client, SendError, Transport, masked};
use konter_suppliers::protocol::Now;
use konter_suppliers::{Callback, Protocol, ProtocolKind, Request, Response};

/// Characters kept of what a reply says in short: more than any document's message has.
const LONGEST_GIST: usize = 1_000;

/// One supplier, ready to be asked.
pub struct Supplier {
    pub id: SupplierId,
    pub kind: ProtocolKind,
    pub protocol: Box<dyn Protocol>,
    pub cutoff: Option<CutOff>,
    pub limits: Limits,
    zone_separator: String,
    transport: Box<dyn Transport>,
    permits: Semaphore,
    under_way: AtomicUsize,
    health: Mutex<Health>,
    traffic: Mutex<Traffic>,
    overrides: RwLock<SupplierOverrides>,
    /// Products' own breaks, and the version of the row that told them.
    breaks: RwLock<(u32, Breaks)>,
}

/// An order on its way at a supplier; dropping it, also by a panic or a cancelled task, ends that.
pub struct OnItsWay<'a> {
    supplier: &'a Supplier,
    pass: Pass,
}

impl Drop for OnItsWay<'_> {
    fn drop(&mut self) {
        self.supplier.traffic.lock().leave(&self.pass);
    }
}

/// A place among the requests under way.
pub struct Turn<'a> {
    _here: Option<SemaphorePermit<'a>>,
    /// Among all processes, where there are fewer places than processes.
    _everywhere: Option<Place>,
}

/// A request while it is under way; counted until it is dropped, also by a cancelled task.
struct UnderWay<'a>(&'a AtomicUsize);

impl<'a> UnderWay<'a> {
    fn one_of(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A place that is given back when this is dropped.
pub struct Place(Option<Box<dyn FnOnce() + Send + Sync>>);

impl Place {
    pub fn new(give_back: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(give_back)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(give_back) = self.0.take() {
            give_back();
        }
    }
}

/// What was last seen of a supplier.
#[derive(Clone, Debug, Default)]
pub struct Health {
    pub last_ok: Option<DateTime<Utc>>,
    /// As it was told, what it means, and when.
    pub last_error: Option<(String, &'static str, DateTime<Utc>)>,
    asked_balance: Option<DateTime<Utc>>,
    /// An order would have cost more than is there.
    kept_away: Option<DateTime<Utc>>,
}

impl Supplier {
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn new(
        id: SupplierId,
        kind: ProtocolKind,
        protocol: Box<dyn Protocol>,
        url: &str,
        timeout: Duration,
        cutoff: Option<CutOff>,
    ) -> Result<Self, reqwest::Error> {
        Ok(Self::over(id, kind, protocol, Box::new(Client::new(url, timeout)?), cutoff))
    }

    /// A supplier reached by other means than HTTP.
    pub fn over(
        id: SupplierId,
        kind: ProtocolKind,
        protocol: Box<dyn Protocol>,
        transport: Box<dyn Transport>,
        cutoff: Option<CutOff>,
    ) -> Self {
        let limits = Limits::default();
        Self {
            overrides: RwLock::new(SupplierOverrides::of(id.clone())),
            breaks: RwLock::default(),
            id,
            kind,
            protocol,
            cutoff,
            zone_separator: kind.zone_separator().to_owned(),
            transport,
            permits: Semaphore::new(usize::from(limits.at_once)),
            under_way: AtomicUsize::new(0),
            limits,
            health: Mutex::default(),
            traffic: Mutex::default(),
        }
    }

    /// The same within other limits.
    #[must_use]
    pub fn within(mut self, limits: Limits) -> Self {
        self.permits = Semaphore::new(usize::from(limits.at_once));
        self.limits = limits;
        self
    }

    /// The same, with this between the parts of a destination that has two.
    #[must_use]
    pub fn parting_zones_by(mut self, separator: String) -> Self {
        self.zone_separator = separator;
        self
    }

    /// A destination as this supplier wants it.
    #[must_use]
    pub fn written<'d>(&self, dest: &'d str) -> Cow<'d, str> {
        match Zoned::parts(dest) {
            Some((id, zone)) => Cow::Owned(format!("{id}{}{zone}", self.zone_separator)),
            None => Cow::Borrowed(dest),
        }
    }

    /// What is set for it.
    #[must_use]
    pub fn supplier_overrides(&self) -> SupplierOverrides {
        self.overrides.read().clone()
    }

    /// Takes over what is stored. Rows are stored one after the other but may be told in another order.
    pub fn steer(&self, row: SupplierOverrides) {
        let mut supplier_overrides = self.overrides.write();
        if row.version > supplier_overrides.version {
            *supplier_overrides = row;
        }
    }

    /// Takes over the products' breaks as they are stored; see [`Self::steer`].
    pub fn learn_breaks(&self, row: &PriceListRow) {
        let mut breaks = self.breaks.write();
        if row.version > breaks.0 {
            *breaks = (row.version, row.breaks.clone());
        }
    }

    /// A product's own daily break. Suppliers write it by their clock.
    fn break_of(&self, sku: &str) -> Option<CutOff> {
        let pause = self.breaks.read().1.of(sku)?;
        Some(CutOff { from: pause.from, to: pause.to, zone: Some(SUPPLIERS_ZONE) })
    }

    /// Whether it, or only this product there, is in its break.
    fn rests(&self, sku: &str, now: &Now) -> bool {
        self.in_cutoff(now) || self.break_of(sku).is_some_and(|pause| pause.contains(now))
    }

    /// Whether an order of this cost can be sent now.
    #[must_use]
    pub fn availability(&self, sku: &str, cost: Rupiah, now: &Now) -> Availability {
        if self.rests(sku, now) {
            Availability::CutOff
        } else if self.overrides.read().paused.is_some() || !self.is_ready(sku, cost, now.utc) {
            Availability::Resting
        } else {
            Availability::Ready
        }
    }

    fn is_ready(&self, sku: &str, cost: Rupiah, now: DateTime<Utc>) -> bool {
        let traffic = self.traffic.lock();
        let (is_ready, is_covered) = (traffic.is_ready(sku, cost, now), traffic.funds.cover(cost, now));
        drop(traffic);
        if !is_covered {
            self.health.lock().kept_away = Some(now);
        }
        is_ready
    }

    /// When the break ends that it is in.
    #[must_use]
    pub fn break_ends(&self, now: &Now) -> Option<DateTime<Utc>> {
        self.cutoff.as_ref()?.left(now).map(|left| now.utc + left)
    }

    /// When a product of it can be bought again that is in its own break, or in the supplier's.
    #[must_use]
    pub fn product_break_ends(&self, sku: &str, now: &Now) -> Option<DateTime<Utc>> {
        let own = self.break_of(sku).and_then(|pause| pause.left(now)).map(|left| now.utc + left);
        self.break_ends(now).max(own)
    }

    /// Lets an order through, if it still may go.
    #[must_use]
    pub fn let_through(&self, sku: &str, cost: Rupiah, now: &Now) -> Option<OnItsWay<'_>> {
        if self.rests(sku, now) || self.overrides.read().paused.is_some() {
            return None;
        }
        let pass = self.traffic.lock().enter(sku, cost, now.utc)?;
        Some(OnItsWay { supplier: self, pass })
    }

    /// What is known of its traffic.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.traffic.lock().clone()
    }

    /// Takes a sign of how it is doing.
    pub fn saw(&self, sku: &str, cost: Rupiah, sign: Sign, at: DateTime<Utc>) {
        let mut traffic = self.traffic.lock();
        let before = traffic.door(at);
        traffic.saw(sku, cost, sign, at);
        let after = traffic.door(at);
        drop(traffic);
        match (before, after) {
            (Door::Closed | Door::HalfOpen { .. }, Door::Open { until }) => {
                metrics::counter!("konter_supplier_breaker_opened_total", "supplier" => self.id.to_string())
                    .increment(1);
                tracing::warn!(supplier = %self.id, %until, "out of order: nothing is sent for a while");
            }
            (Door::Open { .. } | Door::HalfOpen { .. }, Door::Closed) => {
                tracing::info!(supplier = %self.id, "works again");
            }
            _ => {}
        }
    }

    /// An order there ended, so long after it was sent.
    pub fn ended(&self, success: bool, took: TimeDelta) {
        self.traffic.lock().ended(success, took);
    }

    /// Something was delivered and its reply told no balance.
    pub fn spent(&self, cost: Rupiah) {
        self.traffic.lock().funds.spent(cost);
    }

    /// Whether an order was kept away lately because our deposit did not cover it.
    pub fn was_short(&self, now: DateTime<Utc>) -> bool {
        let kept_away = self.health.lock().kept_away;
        self.traffic.lock().funds.was_short(now) || kept_away.is_some_and(|at| now - at < BELIEVED_FOR)
    }

    /// Whether it is time to ask for the balance; asking counts, whatever comes of it.
    #[must_use]
    pub fn may_ask_balance(&self, now: DateTime<Utc>, every: TimeDelta) -> bool {
        let mut health = self.health.lock();
        let may = health.asked_balance.is_none_or(|at| now - at >= every);
        if may {
            health.asked_balance = Some(now);
        }
        may
    }

    /// The breaker's state.
    #[must_use]
    pub fn door(&self, now: DateTime<Utc>) -> Door {
        self.traffic.lock().door(now)
    }

    /// Requests under way now, of any kind.
    pub fn requests_under_way(&self) -> usize {
        self.under_way.load(Ordering::Relaxed)
    }

    /// The deposit as last told.
    #[must_use]
    pub fn balance(&self) -> Option<(Rupiah, DateTime<Utc>)> {
        self.traffic.lock().funds.known()
    }

    /// What the same request again would be, for a purchase that left then.
    #[must_use]
    pub fn repeat(&self, sent: &Now) -> Repeat {
        let zone = self.cutoff.and_then(|cutoff| cutoff.zone).unwrap_or(SUPPLIERS_ZONE);
        let midnight = next_midnight(zone, sent.utc);
        let day_ends = self.cutoff.map_or(midnight, |cutoff| midnight.min(sent.utc + cutoff.until_next(sent)));
        Repeat { day_ends, outlives_day: self.protocol.repeat_outlives_day() }
    }

    #[must_use]
    pub fn in_cutoff(&self, now: &Now) -> bool {
        self.cutoff.as_ref().is_some_and(|cutoff| cutoff.contains(now))
    }

    /// Waits for a place among the requests under way. Whoever buys takes it before committing that something leaves:
    /// an order that only waits has not left.
    ///
    /// Limits are for all processes of the shop together: with so many `members` each request takes as many places here,
    /// and where that is more than there are, `place` is one among all of them.
    pub async fn turn(&self, members: u32, place: Option<Place>) -> Turn<'_> {
        let places = members.clamp(1, u32::from(self.limits.at_once).max(1));
        // Never closed; were it, going on without a place would only be impolite.
        let permit = self.permits.acquire_many(places).await.ok();
        let booked = self.traffic.lock().rate.book(self.limits.per_second, members, Utc::now());
        if let Ok(wait) = booked.to_std()
            && !wait.is_zero()
        {
            tokio::time::sleep(wait).await;
        }
        Turn { _here: permit, _everywhere: place }
    }

    /// A place among the requests under way, for the only process, if one is free now.
    #[must_use]
    pub fn turn_now(&self) -> Option<Turn<'_>> {
        let permit = self.permits.try_acquire().ok()?;
        let is_free = self.traffic.lock().rate.book_now(self.limits.per_second, Utc::now());
        is_free.then_some(Turn { _here: Some(permit), _everywhere: None })
    }

    /// Sends one request.
    ///
    /// # Errors
    /// See [`SendError`].
    pub async fn send(
        &self,
        _: &Turn<'_>,
        request: &Request,
        what: &'static str,
        now: DateTime<Utc>,
    ) -> Result<Response, SendError> {
        let started = std::time::Instant::now();
        let _under_way = UnderWay::one_of(&self.under_way);
        let result = self.transport.send(request).await;
        let outcome = match &result {
            Ok(_) => "answered",
            Err(SendError::NotSent(_)) => "not_sent",
            Err(SendError::MaybeSent(Doubt::Timeout, _)) => "timeout",
            Err(SendError::MaybeSent(..)) => "broken",
        };
        let labels = [("supplier", self.id.to_string()), ("request", what.to_owned()), ("outcome", outcome.to_owned())];
        metrics::histogram!("konter_supplier_seconds", &labels).record(started.elapsed().as_secs_f64());
        let mut health = self.health.lock();
        match &result {
            Ok(_) => health.last_ok = Some(now),
            Err(error) => health.last_error = Some((error.to_string(), error.trouble(), now)),
        }
        result
    }

    /// Asks for our deposit's balance, where the supplier's document knows a way.
    pub async fn ask_balance(&self, turn: &Turn<'_>, now: Now) {
        let Some(request) = self.protocol.balance(now.local).filter(|_| !self.in_cutoff(&now)) else { return };
        match self.send(turn, &request, "balance", now.utc).await {
            Ok(response) => self.saw_balance(self.protocol.read_balance(&response), now.utc),
            Err(error) => tracing::warn!(supplier = %self.id, %error, "the deposit's balance is not known"),
        }
    }

    /// Keeps a balance the supplier mentioned.
    pub fn saw_balance(&self, balance: Option<Rupiah>, at: DateTime<Utc>) {
        if let Some(balance) = balance {
            self.traffic.lock().funds.told(balance, at);
        }
    }

    #[must_use]
    pub fn health(&self) -> Health {
        self.health.lock().clone()
    }

    /// A reading as it may be kept: what it quotes of the reply is masked, and nothing in it is longer than a row bears.
    #[must_use]
    pub fn kept(&self, mut reading: Reading) -> Reading {
        match &mut reading.outcome {
            Outcome::Unknown(Doubt::Unlisted(words) | Doubt::Inconclusive(words)) => *words = self.masked(words),
            Outcome::Success(delivery) => delivery.shorten(),
            Outcome::Unknown(_) | Outcome::Failed(_) | Outcome::Pending => {}
        }
        reading
    }

    /// An answer as it is kept with its attempt.
    #[must_use]
    pub fn raw_reply(&self, at: DateTime<Utc>, to: &str, text: &str) -> RawReply {
        self.raw(at, to, text, self.protocol.gist(text))
    }

    /// The same of a report.
    #[must_use]
    pub fn raw_report(&self, at: DateTime<Utc>, callback: &Callback) -> RawReply {
        self.raw(at, "callback", &callback.raw(), self.protocol.gist_of_report(callback))
    }

    fn raw(&self, at: DateTime<Utc>, to: &str, text: &str, gist: Option<String>) -> RawReply {
        let gist = self.masked(&gist.unwrap_or_default()).chars().take(LONGEST_GIST).collect();
        RawReply { at, to: to.to_owned(), text: self.masked(text), gist }
    }

    /// A reply as it may be kept and shown.
    #[must_use]
    pub fn masked(&self, reply: &str) -> String {
        masked(reply, &self.protocol.secrets())
    }
}

/// All suppliers by id.
#[derive(Default)]
pub struct Suppliers(BTreeMap<SupplierId, Supplier>);

impl Suppliers {
    pub fn new(suppliers: Vec<Supplier>) -> Self {
        Self(suppliers.into_iter().map(|supplier| (supplier.id.clone(), supplier)).collect())
    }

    pub fn get(&self, id: &SupplierId) -> Option<&Supplier> {
        self.0.get(id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Supplier> {
        self.0.values()
    }
}
