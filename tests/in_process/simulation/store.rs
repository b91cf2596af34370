//! The store as the shop sees it: every word to it takes a while, so that others come in between and a crash finds any
//! moment; after every commit the books are looked at. What is in it outlives the shop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use konter_core::agent::Agent;
use konter_core::broadcast::{Broadcast, Tally};
use konter_core::catalog::Product;
use konter_core::deposit::{Claim, Ticket};
use konter_core::habits::Habits;
use konter_core::ids::{
    AgentId, BroadcastId, ChatId, InquiryId, OrderId, ProductCode, Reference, SupplierId, TicketId,
};
use konter_core::inquiry::Inquiry;
use konter_core::ledger::{Account, AccountId, Entry, Hold};
use konter_core::money::Rupiah;
use konter_core::network::{InviteCode, Invited};
use konter_core::order::{BillKey, Order, SerialKey, SlotKey};
use konter_core::pricing::{GroupName, PriceGroup};
use konter_core::question::Question;
use konter_core::routing::Steering;
use konter_core::staff::Staff;
use konter_store::{
    Act, Answered, Commit, CommitError, Committed, Cut, Depths, InboxMessage, MessageKey, OutboxRow, Outgoing,
    PepperMark, Restored, Sequence, SetAside, Shown, Store, StoreError,
};

use super::engine::at_once;
use super::sabotage::{Sabotage, in_the_way, remembered, seen, spoil};
use super::stage::Stage;

/// Milliseconds one word to the store takes: mostly, and now and then, when others overtake.
const MOSTLY: u64 = 6;
const AT_TIMES: u64 = 300;

pub struct SlowStore {
    stage: Arc<Stage>,
    /// The disk is full, or gone: nothing can be written until the next start.
    broken: AtomicBool,
    /// Whether the first write that fails has been made all the same; nobody can know.
    failures: AtomicU8,
}

impl SlowStore {
    pub fn new(stage: &Arc<Stage>) -> Self {
        Self { stage: Arc::clone(stage), broken: AtomicBool::new(false), failures: AtomicU8::new(0) }
    }

    pub fn break_disk(&self) {
        self.broken.store(true, Ordering::Relaxed);
    }

    async fn takes_a_while(&self) {
        let slowest = if self.stage.world.fault(8) { AT_TIMES } else { MOSTLY };
        self.stage.world.pause(1, slowest).await;
    }

    fn write(&self, commit: Commit) -> Result<Committed, CommitError> {
        write(&self.stage, commit)
    }

    fn log(&self, commit: &Commit) {
        let orders: Vec<String> = commit
            .orders
            .iter()
            .map(|o| format!("#{} v{} {:?}", o.row.id.0, o.row.version, o.row.current().map(|a| (a.step, &a.outcome))))
            .collect();
        let answers = commit.answers.as_ref().map(|(key, _)| key.to_string()).unwrap_or_default();
        self.stage.world.log(format_args!(
            "commit [{answers}] {} postings, {} says {}",
            commit.postings.len(),
            commit.says.len(),
            orders.join(", ")
        ));
    }

    /// Whether it says that a purchase is about to leave.
    fn sends(commit: &Commit) -> bool {
        commit.answers.is_none() && commit.orders.iter().any(|order| order.row.is_in_flight())
    }
}

/// Writes, and looks at what came of it.
pub fn write(stage: &Stage, mut commit: Commit) -> Result<Committed, CommitError> {
    let meant = commit.clone();
    let beside = stage.pay_withheld(&commit);
    spoil(stage, &mut commit);
    let result = at_once(stage.store().commit(commit));
    match &result {
        Ok(Committed::Done) => {
            stage.books.lock().committed(stage, &meant);
            if !beside.postings.is_empty() {
                write(stage, beside)?;
            }
        }
        Ok(Committed::Repeated(_)) => {
            let mut books = stage.books.lock();
            books.saw("a message answered before".to_owned());
            books.refused(stage, &meant);
        }
        Err(error) => {
            if matches!(error, CommitError::Conflict(_)) {
                stage.books.lock().saw("a conflict".to_owned());
            }
            stage.world.log(format_args!("refused: {error}"));
            if matches!(error, CommitError::Store(_)) {
                stage.world.violated(format!("the shop and its books disagree: {error}"));
            }
            stage.books.lock().refused(stage, &meant);
        }
    }
    result
}

/// The reads, passed on as they are, or through what may be sabotaged.
macro_rules! slowly {
    ($($read:ident($($name:ident: $type:ty),*) -> $found:ty $(, $through:path)?;)*) => {
        #[async_trait]
        impl Store for SlowStore {
            async fn commit(&self, commit: Commit) -> Result<Committed, CommitError> {
                self.takes_a_while().await;
                self.log(&commit);
                if self.broken.load(Ordering::Relaxed) {
                    let first = self.failures.swap(1, Ordering::Relaxed) == 0;
                    if first && self.stage.world.percent(50) {
                        let _ = self.write(commit);
                    }
                    return Err(StoreError::Unavailable("no space left on device".to_owned()).into());
                }
                if self.stage.world.does(Sabotage::SendsBeforeDurable) && Self::sends(&commit) {
                    let stage = Arc::clone(&self.stage);
                    tokio::spawn(async move {
                        stage.world.pause(1, 60).await;
                        let _ = write(&stage, commit);
                    });
                    return Ok(Committed::Done);
                }
                let result = self.write(commit);
                // Durable, and nobody has heard of it yet.
                self.takes_a_while().await;
                result
            }

            async fn answered(&self, key: &MessageKey) -> Result<Option<Answered>, StoreError> {
                self.takes_a_while().await;
                if self.stage.world.does(Sabotage::ForgetsAnswered) {
                    return Ok(None);
                }
                at_once(self.stage.store().answered(key))
            }

            $(
                async fn $read(&self $(, $name: $type)*) -> Result<$found, StoreError> {
                    self.takes_a_while().await;
                    let found = at_once(self.stage.store().$read($($name),*))?;
                    $(let found = $through(&self.stage, found);)?
                    Ok(found)
                }
            )*
        }
    };
}

slowly! {
    next(sequence: Sequence) -> u64;
    next_reference(floor: u64) -> Reference;
    agent(id: AgentId) -> Option<Agent>;
    agent_of_chat(chat: &ChatId) -> Option<Agent>;
    agent_of_phone(phone: &str) -> Option<Agent>;
    agents(after: Option<AgentId>, limit: usize) -> Vec<Agent>;
    account(id: &AccountId) -> Account;
    accounts() -> Vec<(AccountId, Account)>;
    holds() -> Vec<Hold>;
    journal(after: u64, limit: usize) -> Vec<Entry>;
    statement(id: &AccountId, before: Option<u64>, limit: usize) -> Vec<Entry>, seen;
    order(id: OrderId) -> Option<Order>, remembered;
    order_of_reference(supplier: &SupplierId, reference: Reference) -> Option<Order>, remembered;
    order_of_serial(key: &SerialKey) -> Option<OrderId>;
    order_in_slot(slot: &SlotKey, at: DateTime<Utc>) -> Option<Order>, in_the_way;
    orders_of(agent: AgentId, dest: Option<&str>, before: Option<OrderId>, limit: usize) -> Vec<Order>, remembered;
    order_of_bill(key: &BillKey) -> Option<Order>, remembered;
    inquiry(id: InquiryId) -> Option<Inquiry>;
    inquiry_of(agent: AgentId, product: &ProductCode, customer: &str) -> Option<Inquiry>;
    asking() -> Vec<Inquiry>;
    open_orders() -> Vec<Order>, remembered;
    products() -> Vec<Product>;
    inbox() -> Vec<InboxMessage>;
    waiting_chats() -> Vec<ChatId>;
    outbox(chat: &ChatId, limit: usize) -> Vec<Outgoing>;
    acts(limit: usize) -> Vec<Act>;
    ticket(id: TicketId) -> Option<Ticket>;
    undecided_tickets(agent: AgentId) -> Vec<Ticket>;
    pays_taken(from: Rupiah, to: Rupiah) -> Vec<Claim>;
    first_order_since(at: DateTime<Utc>) -> Option<OrderId>;
    orders_from(first: OrderId, limit: usize) -> Vec<Order>, remembered;
    first_entry_since(at: DateTime<Utc>) -> Option<u64>;
    statement_after(id: &AccountId, after: u64, limit: usize) -> Vec<Entry>;
    last_summary() -> Option<NaiveDate>;
    downlines(of: AgentId, after: Option<AgentId>, limit: usize) -> Vec<AgentId>;
    agent_of_invite(code: &InviteCode) -> Option<Agent>;
    price_groups() -> Vec<PriceGroup>;
    price_group(name: &GroupName) -> Option<PriceGroup>;
    question(chat: &ChatId) -> Option<Question>;
    card_shown(chat: &ChatId, message: &str) -> Option<AgentId>;
    invited(chat: &ChatId) -> Option<Invited>;
    staff() -> Vec<Staff>;
    broadcast(id: BroadcastId) -> Option<Broadcast>;
    sending() -> Vec<(BroadcastId, Tally)>;
    habits(agent: AgentId) -> Habits;
    agent_of_joining(code: &InviteCode) -> Option<Agent>;
    restored() -> Option<Restored>;
    cut() -> Cut;
    pepper() -> Option<PepperMark>;
    unreadable_outbox() -> Vec<OutboxRow>;
    set_aside() -> SetAside;
    depths() -> Depths;
    steerings() -> Vec<Steering>;
    shown(order: OrderId) -> Vec<Shown>;
    close() -> ();
}
