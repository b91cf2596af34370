//! Suppliers in a box: HTTP servers that behave as the suppliers' own documents say, and misbehave on demand. Five of
//! them speak the protocols that the shop has in code, the others those that it reads from a recipe.
//!
//! `konter demo` and `konter simulate` run them; tests and benchmarks buy from them. They are written from the
//! documents alone and share no code with the clients in `supplier`, so that a misreading on one side shows up.
//! What a purchase does is chosen by the last digits of its destination: see [`TABLE`].
//! Nothing here may use `supplier` or any other part of the shop, and no part of the shop that handles real money may
//! use this.
#![forbid(unsafe_code)]

mod biller_json;
mod book;
mod courier;
mod customer;
mod json_family;
mod kiosampm;
mod ppob;
mod price_list;
mod receipt;
mod scenario;
mod server;
mod teleanjar;
mod text;
mod text_family;
mod turn;
mod wire;
mod xgateway;
mod xmlrpc;

#[cfg(test)]
mod described_tests;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

pub use book::{Bought, START_BALANCE};
pub use scenario::{LISTED_ENDING, Scenario, ScenarioRow, TABLE};

use book::Book;
use courier::Courier;
use server::Stand;

/// Which supplier a simulator plays, one per protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Kiosampm,
    Xgateway,
    BillerJson,
    Ppob,
    Teleanjar,
    Digiflazz,
    Iak,
    Tokovoucher,
    Apigames,
    Tripay,
    Otomax,
    Irs,
    Okeconnect,
}

impl Kind {
    /// Those the shop has a protocol of its own for.
    pub const ALL: [Self; 5] = [Self::Kiosampm, Self::Xgateway, Self::BillerJson, Self::Ppob, Self::Teleanjar];
    /// Those it has a recipe for.
    pub const DESCRIBED: [Self; 8] = [
        Self::Digiflazz,
        Self::Iak,
        Self::Tokovoucher,
        Self::Apigames,
        Self::Tripay,
        Self::Otomax,
        Self::Irs,
        Self::Okeconnect,
    ];

    /// Every one of them.
    pub fn every() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().chain(Self::DESCRIBED)
    }

    /// The protocol's name in the settings, or the recipe's.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kiosampm => "kiosampm",
            Self::Xgateway => "xgateway",
            Self::BillerJson => "biller-json",
            Self::Ppob => "ppob",
            Self::Teleanjar => "teleanjar",
            Self::Digiflazz => "digiflazz",
            Self::Iak => "iak",
            Self::Tokovoucher => "tokovoucher",
            Self::Apigames => "apigames",
            Self::Tripay => "tripay",
            Self::Otomax => "otomax",
            Self::Irs => "irs",
            Self::Okeconnect => "okeconnect",
        }
    }

    /// What the settings need besides address and credentials, as (setting suffix, value).
    pub fn protocol(self) -> Vec<(&'static str, &'static str)> {
        if Self::ALL.contains(&self) {
            vec![("PROTOCOL", self.name())]
        } else {
            vec![("PROTOCOL", "recipe"), ("RECIPE", self.name())]
        }
    }

    /// The supplier id the demo gives it; callbacks go to the address of that name.
    pub const fn supplier_id(self) -> &'static str {
        match self {
            Self::Kiosampm => "kios",
            Self::Xgateway => "xgate",
            Self::BillerJson => "biller",
            Self::Ppob => "ppob",
            Self::Teleanjar => "tele",
            Self::Digiflazz => "digi",
            Self::Tokovoucher => "toko",
            Self::Apigames => "games",
            Self::Okeconnect => "oke",
            Self::Iak | Self::Tripay | Self::Otomax | Self::Irs => self.name(),
        }
    }

    /// What this simulator believes, as (setting suffix, value): `("MEMBER_ID", "DEMO")` is `SUPPLIER_KIOS_MEMBER_ID`.
    pub const fn credentials(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Kiosampm => {
                &[("MEMBER_ID", kiosampm::MEMBER_ID), ("PIN", kiosampm::PIN), ("PASSWORD", kiosampm::PASSWORD)]
            }
            Self::Xgateway => &[("USER_ID", xgateway::USER_ID), ("PIN", xgateway::PIN)],
            Self::BillerJson => &[("USER", biller_json::USER), ("PASSWORD", biller_json::PASSWORD)],
            Self::Ppob => &[("USERNAME", ppob::USERNAME), ("TOKEN", ppob::TOKEN)],
            Self::Teleanjar => &[
                ("PARTNER_ID", teleanjar::PARTNER_ID),
                ("USERNAME", teleanjar::USERNAME),
                ("PASSWORD", teleanjar::PASSWORD),
                ("API_KEY", teleanjar::API_KEY),
            ],
            Self::Digiflazz | Self::Iak | Self::Tokovoucher | Self::Apigames | Self::Tripay => {
                json_family::credentials(self)
            }
            Self::Otomax | Self::Irs | Self::Okeconnect => text_family::credentials(self),
        }
    }

    const fn index(self) -> usize {
        self as usize
    }
}

/// How many there are.
const KINDS: usize = Kind::ALL.len() + Kind::DESCRIBED.len();

/// How fast the suppliers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As a person would see it.
    Demo,
    /// For tests and benchmarks.
    Instant,
}

impl Pace {
    /// Time between a request and its answer.
    pub const fn answer_delay(self) -> Duration {
        match self {
            Self::Demo => Duration::from_millis(300),
            Self::Instant => Duration::ZERO,
        }
    }

    /// Time between a purchase and its callback, and between a callback and its correction.
    pub const fn callback_delay(self) -> Duration {
        match self {
            Self::Demo => Duration::from_secs(3),
            Self::Instant => Duration::from_millis(30),
        }
    }

    /// The answer of scenario 10; in the demo it is longer than the 60 s a client waits by default.
    pub const fn slow_answer_delay(self) -> Duration {
        match self {
            Self::Demo => Duration::from_secs(75),
            Self::Instant => Duration::from_secs(3),
        }
    }

    /// Wait before a callback that was not taken is sent again.
    pub const fn retry_delay(self) -> Duration {
        match self {
            Self::Demo => Duration::from_secs(3),
            Self::Instant => Duration::from_millis(500),
        }
    }
}

/// How the simulators are set up.
#[derive(Clone)]
pub struct SimulatorConfig {
    /// One address per [`Kind::every`], in that order; port 0 takes any free one.
    pub listen: [SocketAddr; KINDS],
    /// The shop's base address, `http://127.0.0.1:8080`; callbacks go to `{base}/callback/<supplier id>[/<secret>]`.
    /// Without one no callback is sent (what it would have told happens all the same).
    pub callback_base: Option<String>,
    pub callback_secret: Option<String>,
    pub pace: Pace,
}

impl SimulatorConfig {
    /// All of them on loopback, on free ports, without a shop to call back yet.
    pub fn loopback(pace: Pace) -> Self {
        let anywhere = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        Self { listen: [anywhere; KINDS], callback_base: None, callback_secret: None, pace }
    }
}

/// Running simulators. Dropping them stops them; [`Simulators::stop`] also waits until they have.
pub struct Simulators {
    addresses: [SocketAddr; KINDS],
    books: Vec<Arc<Book>>,
    callback_base: Arc<RwLock<Option<String>>>,
    tasks: TaskTracker,
    stop: DropGuard,
}

/// Binds the addresses and serves on them, on the tokio runtime this is called from.
pub async fn start(config: SimulatorConfig) -> std::io::Result<Simulators> {
    let stop = CancellationToken::new();
    // From here on: an address that cannot be bound must not leave the others being served.
    let guard = stop.clone().drop_guard();
    let tasks = TaskTracker::new();
    let callback_base = Arc::new(RwLock::new(config.callback_base));
    let courier = Courier::new(Arc::clone(&callback_base), config.callback_secret, config.pace)?;
    let books: Vec<Arc<Book>> = Kind::every().map(|kind| Arc::new(Book::open(kind))).collect();
    let mut addresses = config.listen;
    for ((kind, book), address) in Kind::every().zip(&books).zip(&mut addresses) {
        let listener = TcpListener::bind(*address).await?;
        *address = listener.local_addr()?;
        let stand = Stand {
            kind,
            pace: config.pace,
            book: Arc::clone(book),
            courier: courier.clone(),
            tasks: tasks.clone(),
            stop: stop.clone(),
        };
        tasks.spawn(server::serve(listener, stand));
    }
    Ok(Simulators { addresses, books, callback_base, tasks, stop: guard })
}

impl Simulators {
    /// The base address of one supplier, for `SUPPLIER_<ID>_URL`.
    #[must_use]
    pub fn url(&self, kind: Kind) -> String {
        // There is an address for each.
        self.addresses.get(kind.index()).map_or_else(String::new, |address| format!("http://{address}"))
    }

    /// Callbacks from now on go to this base address.
    pub fn set_callback_base(&self, base: String) {
        *self.callback_base.write() = Some(base);
    }

    /// See [`Kind::credentials`].
    pub const fn credentials(kind: Kind) -> &'static [(&'static str, &'static str)] {
        kind.credentials()
    }

    /// What was really delivered, all suppliers, in the order of the first delivery of each reference.
    #[must_use]
    pub fn bought(&self) -> Vec<Bought> {
        self.books.iter().flat_map(|book| book.bought()).collect()
    }

    /// What is left of the shop's deposit at one supplier, in whole rupiah.
    #[must_use]
    pub fn balance(&self, kind: Kind) -> i64 {
        self.books.get(kind.index()).map_or(0, |book| book.balance())
    }

    /// Leaves the shop so much of its deposit at one supplier, in whole rupiah: a top-up, or sales elsewhere.
    pub fn set_balance(&self, kind: Kind, rupiah: i64) {
        if let Some(book) = self.books.get(kind.index()) {
            book.set_balance(rupiah);
        }
    }

    /// Stops listening, drops callbacks that have not left, and waits a moment for what is being answered.
    pub async fn stop(self) {
        const PATIENCE: Duration = Duration::from_secs(2);
        drop(self.stop);
        self.tasks.close();
        let _ = tokio::time::timeout(PATIENCE, self.tasks.wait()).await;
    }
}
