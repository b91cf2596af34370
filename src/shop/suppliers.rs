//! The suppliers as the running shop has them: protocol, connection, and how they have been doing.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::config::CutOff;
use crate::ids::SupplierId;
use crate::money::Rupiah;
use crate::order::schedule::Ways;
use crate::supplier::client::{Client, SendError, Transport, masked};
use crate::supplier::protocol::Now;
use crate::supplier::{Doubt, Outcome, Protocol, ProtocolKind, Reading, Request, Response};

/// Requests under way at one supplier at once: enough for a busy shop, and it keeps a slow supplier from taking every
/// file handle the machine has.
const REQUESTS_AT_ONCE: usize = 256;

/// One supplier, ready to be asked.
pub struct Supplier {
    pub id: SupplierId,
    pub kind: ProtocolKind,
    pub protocol: Box<dyn Protocol>,
    pub cutoff: Option<CutOff>,
    transport: Box<dyn Transport>,
    permits: Semaphore,
    health: Mutex<Health>,
}

/// A place among the requests under way.
pub struct Turn<'a>(#[expect(dead_code, reason = "held, not read")] Option<SemaphorePermit<'a>>);

/// What was last seen of a supplier.
#[derive(Clone, Debug, Default)]
pub struct Health {
    pub balance: Option<(Rupiah, DateTime<Utc>)>,
    pub last_ok: Option<DateTime<Utc>>,
    pub last_error: Option<(String, DateTime<Utc>)>,
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
    #[must_use]
    pub fn over(
        id: SupplierId,
        kind: ProtocolKind,
        protocol: Box<dyn Protocol>,
        transport: Box<dyn Transport>,
        cutoff: Option<CutOff>,
    ) -> Self {
        let permits = Semaphore::new(REQUESTS_AT_ONCE);
        Self { id, kind, protocol, cutoff, transport, permits, health: Mutex::default() }
    }

    #[must_use]
    pub fn ways(&self) -> Ways {
        Ways { check: self.protocol.can_check(), report: self.protocol.reports() }
    }

    #[must_use]
    pub fn in_cutoff(&self, now: &Now) -> bool {
        self.cutoff.as_ref().is_some_and(|cutoff| cutoff.contains(now.local.time()))
    }

    /// Waits for a place among the requests under way. Whoever buys takes it before committing that something leaves:
    /// an order that only waits has not left.
    pub async fn turn(&self) -> Turn<'_> {
        // Never closed; were it, going on without a place would only be impolite.
        Turn(self.permits.acquire().await.ok())
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
            Err(error) => health.last_error = Some((error.to_string(), now)),
        }
        result
    }

    /// Asks for our deposit's balance, where the supplier's document knows a way.
    pub async fn ask_balance(&self, now: Now) {
        let Some(request) = self.protocol.balance(now.local).filter(|_| !self.in_cutoff(&now)) else { return };
        match self.send(&self.turn().await, &request, "balance", now.utc).await {
            Ok(response) => self.saw_balance(self.protocol.read_balance(&response), now.utc),
            Err(error) => tracing::warn!(supplier = %self.id, %error, "the deposit's balance is not known"),
        }
    }

    /// Keeps a balance the supplier mentioned.
    pub fn saw_balance(&self, balance: Option<Rupiah>, at: DateTime<Utc>) {
        if let Some(balance) = balance {
            self.health.lock().balance = Some((balance, at));
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
    #[must_use]
    pub fn new(suppliers: Vec<Supplier>) -> Self {
        Self(suppliers.into_iter().map(|supplier| (supplier.id.clone(), supplier)).collect())
    }

    #[must_use]
    pub fn get(&self, id: &SupplierId) -> Option<&Supplier> {
        self.0.get(id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Supplier> {
        self.0.values()
    }
}
