//! What can be read of a store: each read once, over the rows of whichever engine there is (`Reader`). A read that only
//! looks rows up is spelled out here; what takes more is a method of the reader's of the same name (`read*`).

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Act, Answered, DeadLetterCount, Depths, InboxMessage, MessageKey, OutboxRow, Outgoing, PepperMark, RawRow,
    Restored, Shown, Store, StoreError, keys,
};
use konter_core::agent::Agent;
use konter_core::broadcast::{Broadcast, Tally};
use konter_core::catalog::Product;
use konter_core::deposit::{Claim, Ticket};
use konter_core::ids::{
    AgentId, BroadcastId, ChatId, InquiryId, OrderId, ProductCode, Reference, SupplierId, TicketId, TransferId,
};
use konter_core::inquiry::Inquiry;
use konter_core::ledger::{Account, AccountId, Entry, Hold};
use konter_core::money::Rupiah;
use konter_core::network::{InviteCode, Invited, Transfer};
use konter_core::order::{BillKey, Order, SerialKey, SlotKey};
use konter_core::preferences::Preferences;
use konter_core::price_list::{Margins, PriceListRow};
use konter_core::pricing::{GroupName, PriceGroup};
use konter_core::question::Question;
use konter_core::routing::SupplierOverrides;
use konter_core::staff::{Allowance, Staff};

/// Reads, one a line: the reader's method of that name with the same arguments, or what another finds `@` a key. Arguments in
/// brackets are borrowed, and taken along.
macro_rules! reads {
    ($($(#[$doc:meta])* $see:vis fn $name:ident$([$($own:ident: $from:ty),*])?($($arg:ident: $of:ty),*) -> $found:ty $(= $look:ident$(($what:literal))? @ $key:expr)?;)*) => {
        impl Store {
            $($(#[$doc])* $see async fn $name(&self $($(, $own: &$from)*)? $(, $arg: $of)*) -> Result<$found, StoreError> {
                $($(let $own = $own.to_owned();)*)?
                reads!(self, $name($($(&$own,)*)? $($arg),*) $(, $look$(($what))? @ $key)?)
            })*
        }
    };
    ($store:ident, $name:ident($($arg:expr),* $(,)?)) => {
        $store.read(stringify!($name), move |rows| rows.$name($($arg),*)).await
    };
    ($store:ident, $name:ident($($arg:expr),* $(,)?), $look:ident$(($what:literal))? @ $key:expr) => {{
        let key = $key;
        $store.read(stringify!($name), move |rows| rows.$look($($what,)? key.as_slice())).await
    }};
}

// Resellers.
reads! {
    pub fn agent(id: AgentId) -> Option<Agent>;
    pub fn agent_of_chat(chat: &ChatId) -> Option<Agent> = agent_at @ keys::agent_of_chat(chat);
    pub fn agent_of_phone(phone: &str) -> Option<Agent> = agent_at @ keys::agent_of_phone(phone);
    /// Whose invitation this is.
    pub fn agent_of_invite(code: &InviteCode) -> Option<Agent> = agent_at @ keys::invite(code);
    /// Whose chat may join by this code.
    pub fn agent_of_joining(code: &InviteCode) -> Option<Agent> = agent_at @ keys::joining(code);
    /// In order of their codes, from `after` on.
    pub fn agents(after: Option<AgentId>, limit: usize) -> Vec<Agent>;
    /// Those directly below a reseller, in order of their codes, from after `after` on.
    pub fn downlines(of: AgentId, after: Option<AgentId>, limit: usize) -> Vec<AgentId>;
    /// Whose link a chat came by, if it has not registered since.
    pub fn invited(chat: &ChatId) -> Option<Invited> = row("invited chat") @ keys::invited(chat);
    /// What a reseller has arranged for itself; [`Preferences::none`] until it has.
    pub fn preferences(agent: AgentId) -> Preferences;
}

// The ledger.
reads! {
    pub fn account[id: AccountId]() -> Account;
    /// One account's lines of the journal, newest first, before `before`.
    pub fn statement[id: AccountId](before: Option<u64>, limit: usize) -> Vec<Entry>;
    /// One account's lines of the journal, oldest first, after `after`.
    pub fn statement_after[id: AccountId](after: u64, limit: usize) -> Vec<Entry>;
    pub fn accounts() -> Vec<(AccountId, Account)>;
    pub fn holds() -> Vec<Hold>;
    /// The journal in order, from after `after` on.
    pub fn journal(after: u64, limit: usize) -> Vec<Entry>;
    /// The first line of the journal that was written at a moment or later.
    pub fn first_entry_since(at: DateTime<Utc>) -> Option<u64>;
}

// Orders and inquiries.
reads! {
    pub fn order(id: OrderId) -> Option<Order>;
    /// The order to a destination that shows this serial number.
    pub fn order_of_serial(key: &SerialKey) -> Option<OrderId> = row("serial") @ keys::serial(key);
    pub fn order_of_reference(supplier: &SupplierId, reference: Reference) -> Option<Order> =
        order_at @ keys::reference(supplier, reference);
    /// The order that keeps another one of the slot from being placed at this moment: today's, one of an earlier day that
    /// is still open, or one of the day before that was placed within minutes.
    pub fn order_in_slot[slot: SlotKey](at: DateTime<Utc>) -> Option<Order>;
    /// The order that pays a bill, or has paid it.
    pub fn order_of_bill[key: BillKey]() -> Option<Order>;
    /// Everybody's orders to a destination, newest first. Those that went through are known by their serial numbers, of any
    /// day, and open ones are few; all others are looked for among the newest `searched`.
    pub fn orders_to[dest: str](searched: usize, limit: usize) -> Vec<Order>;
    /// Orders from a number on, oldest first.
    pub fn orders_from(first: OrderId, limit: usize) -> Vec<Order>;
    /// Every order that is not final, oldest first.
    pub fn open_orders() -> Vec<Order>;
    /// The first order that was placed at a moment or later. Orders placed side by side, whose numbers and moments may
    /// cross, can stand before it: whoever must not miss any asks for a little earlier.
    pub fn first_order_since(at: DateTime<Utc>) -> Option<OrderId>;
    /// Where the alerts about an order stand.
    pub fn shown(order: OrderId) -> Vec<Shown> = under("alert") @ keys::shown_of(order);
    pub fn inquiry(id: InquiryId) -> Option<Inquiry>;
    /// A reseller's latest inquiry about a product and a customer.
    pub fn inquiry_of[product: ProductCode, customer: str](agent: AgentId) -> Option<Inquiry>;
    /// Inquiries without an answer, oldest first.
    pub fn asking() -> Vec<Inquiry>;
}

// What the shop sells, to whom for how much, and where it buys.
reads! {
    pub fn products() -> Vec<Product>;
    /// Every price group that was ever changed, by name.
    pub fn price_groups() -> Vec<PriceGroup>;
    pub fn price_group(name: &GroupName) -> Option<PriceGroup> = row("price group") @ keys::price_group(name);
    /// What is set for suppliers; those with nothing set are missing.
    pub fn all_supplier_overrides() -> Vec<SupplierOverrides> =
        under("supplier_overrides") @ keys::all_supplier_overrides();
    /// What is known of suppliers' price lists; those that were never asked for are missing.
    pub fn price_lists() -> Vec<PriceListRow> = under("price list") @ keys::price_lists();
    pub fn price_list(supplier: &SupplierId) -> Option<PriceListRow> = row("price list") @ keys::price_list(supplier);
    /// What selling prices are made of costs by.
    pub fn margins() -> Margins;
}

// Messages.
reads! {
    pub fn inbox() -> Vec<InboxMessage>;
    /// Whether and how a message or callback has been answered.
    pub fn answered(key: &MessageKey) -> Option<Answered> = row("answered message") @ keys::answered(key);
    /// As [`Self::outbox`], but perhaps not durable yet.
    fn rows_for[chat: ChatId](limit: usize) -> Vec<Outgoing>;
    /// Chats that have something waiting to be said.
    pub fn waiting_chats() -> Vec<ChatId>;
    /// Rows of the outbox that cannot be read. [`Self::outbox`] and [`Self::waiting_chats`] pass over them.
    pub fn unreadable_outbox() -> Vec<OutboxRow>;
    /// How many rows have been set aside.
    pub fn dead_letter_count() -> DeadLetterCount;
    /// How much waits in the inbox and the outbox.
    pub fn depths() -> Depths;
}

// Deposits and transfers.
reads! {
    pub fn ticket(id: TicketId) -> Option<Ticket>;
    /// A reseller's tickets that nobody has decided about, newest first. One whose time is long over may be missing.
    pub fn undecided_tickets(agent: AgentId) -> Vec<Ticket>;
    /// Which tickets the amounts to pay from `from` to `to` belong to, or belonged to last.
    pub fn pays_taken(from: Rupiah, to: Rupiah) -> Vec<Claim>;
    pub fn transfer(id: TransferId) -> Option<Transfer> = row("transfer") @ keys::transfer(id);
}

// The desk.
reads! {
    /// Admin acts, newest first.
    pub fn acts(limit: usize) -> Vec<Act>;
    /// Every row about a role, also those that give none any more.
    pub fn staff() -> Vec<Staff> = under("role") @ keys::all_staff();
    /// What a chat that works here may add to accounts in a day, and has added.
    pub fn allowance(chat: &ChatId) -> Option<Allowance> = row("allowance") @ keys::allowance(chat);
    pub fn broadcast(id: BroadcastId) -> Option<Broadcast> = row("announcement") @ keys::broadcast(id);
    /// Announcements on their way, with what has become of their messages so far.
    pub fn sending() -> Vec<(BroadcastId, Tally)>;
    /// A chat's latest question.
    pub fn question(chat: &ChatId) -> Option<Question> = row("question") @ keys::question(chat);
    /// Whose card a message of a chat is, if it is one of the latest.
    pub fn card_shown[chat: ChatId, message: str]() -> Option<AgentId>;
    /// The last day the owners were told the figures of.
    pub fn last_summary() -> Option<NaiveDate>;
}

// The store itself.
reads! {
    /// The mark of a store that came out of a backup.
    pub fn restored() -> Option<Restored>;
    /// Rows of balances brought forward; none where all lines of the journal are counted.
    pub(super) fn opening() -> Vec<RawRow> = raw @ keys::all(keys::OPENING);
    /// The mark of the pepper PINs are hashed with, once there has been one.
    pub fn pepper() -> Option<PepperMark>;
}

impl Store {
    /// A reseller's orders, newest first, before `before`; to one destination when given.
    pub async fn orders_of(
        &self,
        agent: AgentId,
        dest: Option<&str>,
        before: Option<OrderId>,
        limit: usize,
    ) -> Result<Vec<Order>, StoreError> {
        let dest = dest.map(str::to_owned);
        self.read("orders_of", move |rows| rows.orders_of(agent, dest.as_deref(), before, limit)).await
    }

    /// What waits for one chat, oldest first. All of it is durable: it is said outside.
    pub async fn outbox(&self, chat: &ChatId, limit: usize) -> Result<Vec<Outgoing>, StoreError> {
        let rows = self.rows_for(chat, limit).await?;
        if let Some(last) = rows.iter().map(Outgoing::number).max() {
            (**self).settled(last).await?;
        }
        Ok(rows)
    }
}
