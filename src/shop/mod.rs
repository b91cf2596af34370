//! The running shop: decisions of the pure core carried out against the store and the suppliers. It knows no chat
//! service and no HTTP server; the fronts bring messages in and carry replies out.

mod alarm;
mod alerts;
mod announcing;
mod answer;
mod apply_event;
mod backups;
mod buying;
mod callbacks;
mod charges;
mod choice;
mod day_closing;
mod dead_letters;
mod degraded_mode;
mod drift;
mod earned;
mod guide;
pub mod h2h;
mod in_flight;
mod inbox;
mod inquiring;
mod keypad;
mod measure;
mod network;
mod on_sale;
mod open_orders;
mod pepper;
pub mod pins;
mod price_lists;
mod rate_limit;
mod reports;
mod routing;
mod scheduler;
pub mod seal;
mod sharing;
mod staff;
mod summary;
pub mod suppliers;
pub mod unread;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use parking_lot::{Mutex, RwLock};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

pub use callbacks::CallbackFate;
pub use measure::Health;

use crate::clock::ShopClock;
use crate::config::{PriceLists, Registration};
use konter_core::agent::Locale;
use konter_core::catalog::{Catalog, Product};
use konter_core::deposit::Terms;
use konter_core::ids::{ChatId, InquiryId, OrderId, Reference};
use konter_core::phone::PrefixTable;
use konter_core::pricing::MarginCap;
use konter_core::staff::Roster;
use konter_reply::Reply;
use konter_store::{Leases, Store, StoreError};

/// What the owner has decided about how the shop works.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Owners that no chat can change.
    pub admins: Vec<ChatId>,
    pub locale: Locale,
    pub registration: Registration,
    /// What all uplines of an order may earn together.
    pub margin_cap: MarginCap,
    /// An order message older than this is answered, not executed.
    pub stale_after: TimeDelta,
    /// How long a bill that was shown may be paid, at most to the end of its day.
    pub inquiry_valid_for: TimeDelta,
    /// Where resellers pay in, and how long a deposit ticket is open.
    pub deposits: Terms,
    /// When the owners are told the day's figures, by the shop's wall; `None`: never.
    pub summary_at: Option<NaiveTime>,
    /// What is done with suppliers' price lists.
    pub price_lists: PriceLists,
    /// Days that are over stay as they are for so many days more; then they are closed.
    pub close_days_after: u32,
    /// Whether reports to resellers' programs may go into private networks.
    pub private_reports: bool,
}

/// What the shop needs of its chat service besides messages.
#[async_trait]
pub trait ChatService: Send + Sync + 'static {
    /// The bot's name, for the pointer in groups; `None` until the service has told it.
    fn bot_name(&self) -> Option<String>;

    /// A file that was sent by chat, at most `limit` bytes; `None` when it cannot be had.
    async fn fetch(&self, id: &str, limit: usize) -> Option<Vec<u8>>;

    /// Says something past the outbox, for when nothing can be stored. It can be lost.
    async fn tell(&self, chat: &ChatId, locale: Locale, reply: Reply);

    /// Whether a word can be shown for a moment where this tap was made. `tap` is the number of the message it came as.
    fn shows_toast(&self, tap: &str) -> bool {
        let _ = tap;
        false
    }

    /// A tap has been dealt with: its button need not wait any more, and shows the word if there is one. It can be lost.
    fn answer_tap(&self, tap: &str, locale: Locale, toast: Option<Reply>) {
        let _ = (tap, locale, toast);
    }
}

/// A chat service that has no name and no files, and whose outbox is all there is.
pub struct NoChatService;

#[async_trait]
impl ChatService for NoChatService {
    fn bot_name(&self) -> Option<String> {
        None
    }

    async fn fetch(&self, _: &str, _: usize) -> Option<Vec<u8>> {
        None
    }

    async fn tell(&self, _: &ChatId, _: Locale, _: Reply) {}
}

/// What a shop is made of.
pub struct Parts {
    pub store: Store,
    pub clock: ShopClock,
    pub policy: Policy,
    pub prefixes: PrefixTable,
    pub suppliers: suppliers::Suppliers,
    pub catalog: Catalog,
    pub chats: Arc<dyn ChatService>,
    /// What new PINs are hashed with besides their salt.
    pub pepper: Option<pins::Pepper>,
    /// What messages are sealed with before they are stored, where they come from outside.
    pub seal: Option<seal::Seal>,
}

/// What is logged inside is about this order.
fn of_order(id: OrderId) -> tracing::Span {
    tracing::info_span!("order", order = %id)
}

/// One shop. Everything in it is shared; every change goes through the store's commit.
pub struct Shop {
    pub store: Store,
    /// What of the work is this process's.
    pub share: Arc<Leases>,
    pub clock: ShopClock,
    pub policy: Policy,
    pub prefixes: PrefixTable,
    pub suppliers: suppliers::Suppliers,
    catalog: RwLock<Arc<Catalog>>,
    pins: pins::Pins,
    schedule: scheduler::Schedule,
    open_orders: open_orders::OpenOrders,
    alarms: alarm::Alarms,
    charges: charges::Charges,
    buyers: in_flight::InFlight<OrderId>,
    checkers: in_flight::InFlight<OrderId>,
    inquirers: in_flight::InFlight<InquiryId>,
    queues: inbox::Queues,
    /// Held by whoever changes products, from the commit until the catalog in memory has them.
    stocking: tokio::sync::Mutex<()>,
    keypads: keypad::Keypads,
    guides: guide::Guides,
    rate_limits: rate_limit::RateLimits,
    /// Catalogs sent by chat that wait for their button, the latest of each admin.
    imports: Mutex<HashMap<ChatId, answer::Import>>,
    chats: Arc<dyn ChatService>,
    seal: Option<seal::Seal>,
    /// The clock was set, for who looks at suppliers' price lists.
    price_list_time: Notify,
    /// Who works here.
    roster: watch::Sender<Roster>,
    announcing: announcing::Announcing,
    /// The clock was set.
    new_time: Notify,
    /// The same for who makes backups.
    backup_time: Arc<Notify>,
    alert_throttle: degraded_mode::AlertThrottle,
    drift: drift::Drift,
    unread: unread::Unread,
    programs: h2h::Programs,
    /// When the shop was put back from a backup, if it ever was.
    restored_at: OnceLock<DateTime<Utc>>,
    alerts: Arc<alerts::Alerts>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Shop {
    /// A shop at rest, and the names of chats that have something waiting in the outbox as they come up.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open(parts: Parts) -> Result<(Arc<Self>, mpsc::UnboundedReceiver<ChatId>), StoreError> {
        let programs = h2h::Programs::new(&parts);
        let Parts { store, clock, policy, prefixes, suppliers, catalog, chats, pepper, seal } = parts;
        let (outbox, waiting) = mpsc::unbounded_channel();
        let roster = watch::Sender::new(Roster::new(policy.admins.clone()));
        let alerts = Arc::new(alerts::Alerts {
            store: store.clone(),
            clock: clock.clone(),
            locale: policy.locale,
            roster: roster.subscribe(),
            outbox,
        });
        let shop = Self {
            share: store.share(),
            store,
            clock,
            policy,
            prefixes,
            suppliers,
            catalog: RwLock::new(Arc::new(catalog)),
            pins: pins::Pins::new(pepper),
            schedule: scheduler::Schedule::default(),
            open_orders: open_orders::OpenOrders::default(),
            alarms: alarm::Alarms::default(),
            charges: charges::Charges::default(),
            buyers: in_flight::InFlight::default(),
            checkers: in_flight::InFlight::default(),
            inquirers: in_flight::InFlight::default(),
            queues: inbox::Queues::default(),
            stocking: tokio::sync::Mutex::new(()),
            keypads: keypad::Keypads::default(),
            guides: guide::Guides::default(),
            rate_limits: rate_limit::RateLimits::default(),
            imports: Mutex::default(),
            chats,
            seal,
            price_list_time: Notify::new(),
            roster,
            announcing: announcing::Announcing::default(),
            new_time: Notify::new(),
            backup_time: Arc::default(),
            alert_throttle: degraded_mode::AlertThrottle::default(),
            drift: drift::Drift::default(),
            unread: unread::Unread::default(),
            programs,
            restored_at: OnceLock::new(),
            alerts,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
        };
        shop.load_staff().await?;
        Ok((Arc::new(shop), waiting))
    }

    /// The catalog as it is now.
    #[must_use]
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog.read())
    }

    /// Takes changed products into the catalog that is being sold from, once they are stored.
    fn restock(&self, products: Vec<Product>) {
        if !products.is_empty() {
            let mut catalog = self.catalog.write();
            let mut changed = Catalog::clone(&catalog);
            for product in products {
                changed.put(product);
            }
            *catalog = Arc::new(changed);
        }
    }

    /// Starts the work that goes on by itself.
    pub fn start(self: &Arc<Self>) {
        self.tasks.spawn(Arc::clone(self).run_schedule());
        self.tasks.spawn(Arc::clone(self).tell_summaries());
        let closing = day_closing::DayClosing {
            store: self.store.clone(),
            clock: self.clock.clone(),
            after_days: self.policy.close_days_after,
            stop: self.stop.clone(),
        };
        self.tasks.spawn(closing.run());
        self.tasks.spawn(Arc::clone(self).set_dead_letters_aside());
        self.tasks.spawn(Arc::clone(self).look_after_suppliers());
        self.tasks.spawn(Arc::clone(self).watch_price_lists());
        self.tasks.spawn(Arc::clone(self).watch_announcements());
    }

    /// Stops taking up work and waits for what is under way, at most `patience`; the rest is recovered at the next
    /// start.
    pub async fn stop(&self, patience: std::time::Duration) {
        self.stop.cancel();
        if self.share.members() > 1 {
            // The others go on meanwhile with what is idle here.
            self.store.retire();
        }
        self.tasks.close();
        if tokio::time::timeout(patience, self.tasks.wait()).await.is_err() {
            tracing::warn!("stopped with requests under way; they are taken up at the next start");
        }
    }

    fn spawn_buy(self: &Arc<Self>, id: OrderId) {
        let shop = Arc::clone(self);
        let buying = async move {
            if let Err(error) = shop.buy(id).await {
                tracing::error!(%error, "buying stopped; it is taken up at the next start");
            }
        };
        self.tasks.spawn(buying.instrument(of_order(id)));
    }

    async fn fresh_reference(&self, at: DateTime<Utc>) -> Result<Reference, StoreError> {
        self.store.next_reference(u64::try_from(at.timestamp_micros()).unwrap_or_default()).await
    }
}
