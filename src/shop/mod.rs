//! The running shop: decisions of the pure core carried out against the store and the suppliers. It knows no chat
//! service and no HTTP server; the fronts bring messages in and carry replies out.

mod alarm;
mod alerts;
mod announcing;
mod answer;
mod apply_event;
mod assembly;
mod background;
mod backups;
mod bills;
mod buying;
mod callbacks;
mod charges;
mod choice;
mod day_closing;
mod day_proof;
mod dead_letters;
mod decisions;
mod degraded_mode;
mod deposits;
mod dialogs;
mod drift;
mod earned;
mod guide;
pub mod h2h;
mod in_flight;
mod inbox;
mod inquiring;
mod keypad;
mod languages;
mod leaving;
mod measure;
mod network;
mod notices;
mod on_sale;
mod open_orders;
mod outbox;
mod pepper;
pub mod pins;
mod price_lists;
mod process;
mod rate_limit;
mod reports;
mod requests;
mod rounds;
mod routing;
mod schedule;
mod scheduler;
pub mod seal;
mod sharing;
mod sources;
mod staff;
mod stock;
mod summary;
pub mod suppliers;
pub mod unread;

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::{mpsc, watch};

pub use callbacks::CallbackFate;
pub use measure::Health;

use crate::clock::{Elsewhere, ShopClock};
use crate::config::{BackupSettings, Policy};
use konter_core::agent::Locale;
use konter_core::catalog::Catalog;
use konter_core::ids::{ChatId, OrderId, SupplierId};
use konter_core::phone::PrefixTable;
use konter_core::staff::Roster;
use konter_reply::{KeepingReply, Reply, UnreadWhy};
use konter_store::{InboxMessage, Leases, Shard, Store, StoreError, Word};
use konter_suppliers::Callback;

/// What the shop needs of its chat service besides messages.
#[async_trait]
pub trait ChatService: Send + Sync + 'static {
    /// The bot's name, for the pointer in groups; `None` until the service has told it.
    fn bot_name(&self) -> Option<String>;

    /// A file that was sent by chat, at most `limit` bytes; `None` when it cannot be had.
    async fn fetch(&self, id: &str, limit: usize) -> Option<Vec<u8>>;

    /// Says something past the outbox, for when nothing can be stored. It can be lost.
    async fn tell(&self, chat: &ChatId, locale: Locale, reply: Reply);

    /// What a message of the bot's is called (`Reply::pad`), and when what it says was decided; `None` where that is not
    /// known any more.
    fn shown(&self, chat: &ChatId, message: &str) -> Option<(Option<String>, DateTime<Utc>)> {
        let _ = (chat, message);
        None
    }

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

/// One shop, put together of its parts in `assembly`. Each part knows only what it uses; here is what the rest of the
/// program asks of them.
pub struct Shop {
    pub store: Store,
    /// What of the work is this process's.
    pub share: Arc<Leases>,
    pub clock: ShopClock,
    pub suppliers: Arc<suppliers::Suppliers>,
    process: process::Process,
    stock: Arc<stock::Stock>,
    staff: Arc<staff::Staff>,
    alerts: Arc<alerts::Alerts>,
    deposits: Arc<deposits::Deposits>,
    failures: Arc<degraded_mode::StoreFailures>,
    take_over: degraded_mode::TakeOver,
    inquiries: Arc<inquiring::Inquiries>,
    callbacks: Arc<callbacks::Callbacks>,
    scheduler: Arc<scheduler::Scheduler>,
    intake: Arc<inbox::Intake>,
    trading: h2h::Trading,
    sharing: Arc<sharing::Sharing>,
    unread: Arc<unread::Unread>,
    drift: Arc<drift::Drift>,
    days: Arc<day_proof::DayProof>,
    gauges: measure::Gauges,
    background: background::Background,
}

impl Shop {
    /// A shop at rest, and the names of chats that have something waiting in the outbox as they come up.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open(parts: Parts) -> Result<(Arc<Self>, mpsc::UnboundedReceiver<ChatId>), StoreError> {
        assembly::assemble(parts).await
    }

    /// Starts the work that goes on by itself.
    pub fn start(&self) {
        self.process.tasks.spawn(Arc::clone(&self.scheduler).run());
        self.background.start(&self.process);
    }

    /// Makes backups by itself from now on, until the shop stops.
    pub fn start_backups(&self, settings: BackupSettings) {
        if let Some(backups) = backups::Backups::new(&self.process, Arc::clone(&self.alerts), settings) {
            self.process.tasks.spawn(backups.run());
        }
    }

    /// Reads the closed days' files, and puts what is damaged back out of the backups in this folder. `true`: each is whole, or is
    /// so again.
    pub async fn prove_days(&self, backups: &Path) -> bool {
        self.days.look(backups).await
    }

    /// The same once a day, and whenever a day could not be read.
    pub async fn watch_days(&self, backups: &Path) {
        self.days.watch(backups).await;
    }

    /// Stops taking up work and waits for what is under way, at most `patience`; the rest is recovered at the next
    /// start.
    pub async fn stop(&self, patience: std::time::Duration) {
        self.process.stop.cancel();
        if self.share.members() > 1 {
            // The others go on meanwhile with what is idle here.
            self.store.retire();
        }
        self.process.tasks.close();
        if tokio::time::timeout(patience, self.process.tasks.wait()).await.is_err() {
            tracing::warn!("stopped with requests under way; they are taken up at the next start");
        }
    }

    /// Takes up every order that was open when the shop last stopped. What may have been in the middle of leaving is
    /// in doubt from here on.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn recover(&self) -> Result<usize, StoreError> {
        let just_told = self.take_over.run().await?;
        self.deposits.load_overrides().await?;
        let all: Vec<Shard> = Shard::all().collect();
        self.scheduler.recover(&all, &all, just_told).await
    }

    /// Takes up what was being looked up when the shop last stopped.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn recover_inquiries(&self) -> Result<usize, StoreError> {
        self.inquiries.recover(&Shard::all().collect::<Vec<_>>()).await
    }

    /// Takes up what was received and not handled before the shop last stopped.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn recover_inbox(&self) -> Result<usize, StoreError> {
        self.intake.recover().await
    }

    /// Takes part beside other processes: from now on, whatever becomes this one's is taken up.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn begin_together(&self, words: mpsc::UnboundedReceiver<Word>) -> Result<(), StoreError> {
        self.take_over.run().await?;
        self.deposits.load_overrides().await?;
        self.process.tasks.spawn(Arc::clone(&self.sharing).run(words));
        Ok(())
    }

    /// Takes over what admins have set for suppliers. Before anything is bought.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load_supplier_overrides(&self) -> Result<(), StoreError> {
        self.deposits.load_overrides().await
    }

    /// Stores messages, and only then returns: from here on they are ours. They are answered in the background.
    ///
    /// # Errors
    /// When they could not be stored; then they must not be acknowledged to where they came from.
    pub async fn receive(&self, messages: Vec<InboxMessage>) -> Result<(), StoreError> {
        self.intake.receive(messages).await
    }

    /// Answers one message at once.
    ///
    /// # Errors
    /// When the store fails; the message stays in the inbox.
    pub async fn handle(&self, message: &InboxMessage) -> Result<(), StoreError> {
        self.intake.handle(message).await
    }

    /// Takes a callback. `believed` says whether its sender is who it should be. Once begun it is carried through,
    /// also when the sender hangs up.
    ///
    /// # Errors
    /// When the store fails; the supplier should then try again.
    pub async fn callback(
        &self,
        id: SupplierId,
        believed: bool,
        callback: Callback,
    ) -> Result<CallbackFate, StoreError> {
        self.callbacks.take(id, believed, callback).await
    }

    /// A report ended unread. `said` is what it held, where its sender is believed.
    pub fn unread(&self, supplier: Option<&SupplierId>, why: UnreadWhy, from: IpAddr, said: Option<&str>) {
        self.unread.hear(supplier, why, from, said);
    }

    /// What a program's order, or question about one, is answered with.
    pub async fn program_trades(&self, query: &h2h::Query, from: h2h::Caller) -> String {
        self.trading.answer_trade(query, from).await
    }

    /// What a program that asks for its balance is answered with.
    pub async fn program_balance(&self, query: &h2h::Query, from: h2h::Caller) -> String {
        self.trading.answer_balance(query, from).await
    }

    /// The catalog as it is now.
    #[must_use]
    pub fn catalog(&self) -> Arc<Catalog> {
        self.stock.catalog()
    }

    /// Everybody who works here, and word of every change.
    #[must_use]
    pub fn roster(&self) -> watch::Receiver<Roster> {
        self.staff.roster()
    }

    /// Whether nothing new is taken up any more.
    pub fn is_stopping(&self) -> bool {
        self.process.stop.is_cancelled()
    }

    /// Whether the shop can take orders.
    ///
    /// # Errors
    /// Why it cannot.
    pub async fn health(&self) -> Result<Health, String> {
        self.gauges.health().await
    }

    /// Puts how things stand now into the metrics; the rest is counted as it happens.
    pub async fn measure(&self) {
        self.gauges.measure().await;
    }

    /// Hears what time it is elsewhere.
    pub fn compare_clock(&self, said: Elsewhere) {
        self.drift.compare(said);
    }

    /// Looks at once at whatever waits for a moment: for whoever moves the clock.
    pub fn look_again(&self) {
        self.process.tell_clock_set();
    }

    /// Tells the admins, past the outbox, that the store has failed for good.
    pub fn tell_store_failed(&self, error: &StoreError) {
        let said = match error {
            StoreError::Unavailable(_) => error.clone(),
            other => StoreError::Unavailable(other.to_string()),
        };
        self.failures.tell(&[], &said);
    }

    /// Tells the admins that a shop whose store had failed is at work again.
    ///
    /// # Errors
    /// When that cannot be stored: then it is not.
    pub async fn tell_store_works(&self) -> Result<(), StoreError> {
        let at = self.clock.utc();
        self.alerts.tell_admins(&Reply::Keeping(KeepingReply::StoreWorks { at })).await
    }
}
