//! What can be read of a store: each read once, over the rows of whichever engine there is (`Reader`). A read that only
//! looks one row up is spelled out here; what takes more stands in `read*`.

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

#[allow(clippy::redundant_closure_for_method_calls, reason = "a method's path is not general enough over lifetimes")]
impl Store {
    // Resellers.

    pub async fn agent(&self, id: AgentId) -> Result<Option<Agent>, StoreError> {
        self.read("agent", move |rows| rows.agent(id)).await
    }

    pub async fn agent_of_chat(&self, chat: &ChatId) -> Result<Option<Agent>, StoreError> {
        let key = keys::agent_of_chat(chat);
        self.read("agent_of_chat", move |rows| rows.agent_at(&key)).await
    }

    pub async fn agent_of_phone(&self, phone: &str) -> Result<Option<Agent>, StoreError> {
        let key = keys::agent_of_phone(phone);
        self.read("agent_of_phone", move |rows| rows.agent_at(&key)).await
    }

    /// Whose invitation this is.
    pub async fn agent_of_invite(&self, code: &InviteCode) -> Result<Option<Agent>, StoreError> {
        let key = keys::invite(code);
        self.read("agent_of_invite", move |rows| rows.agent_at(&key)).await
    }

    /// Whose chat may join by this code.
    pub async fn agent_of_joining(&self, code: &InviteCode) -> Result<Option<Agent>, StoreError> {
        let key = keys::joining(code);
        self.read("agent_of_joining", move |rows| rows.agent_at(&key)).await
    }

    /// In order of their codes, from `after` on.
    pub async fn agents(&self, after: Option<AgentId>, limit: usize) -> Result<Vec<Agent>, StoreError> {
        self.read("agents", move |rows| rows.agents(after, limit)).await
    }

    /// Those directly below a reseller, in order of their codes, from after `after` on.
    pub async fn downlines(
        &self,
        of: AgentId,
        after: Option<AgentId>,
        limit: usize,
    ) -> Result<Vec<AgentId>, StoreError> {
        self.read("downlines", move |rows| rows.downlines(of, after, limit)).await
    }

    /// Whose link a chat came by, if it has not registered since.
    pub async fn invited(&self, chat: &ChatId) -> Result<Option<Invited>, StoreError> {
        let key = keys::invited(chat);
        self.read("invited", move |rows| rows.row("invited chat", &key)).await
    }

    /// What a reseller has arranged for itself; [`Preferences::none`] until it has.
    pub async fn preferences(&self, agent: AgentId) -> Result<Preferences, StoreError> {
        self.read("preferences", move |rows| {
            Ok(rows.row("preferences", &keys::preferences(agent))?.unwrap_or_else(|| Preferences::none(agent)))
        })
        .await
    }

    // The ledger.

    pub async fn account(&self, id: &AccountId) -> Result<Account, StoreError> {
        let id = id.clone();
        self.read("account", move |rows| rows.account(&id)).await
    }

    pub async fn accounts(&self) -> Result<Vec<(AccountId, Account)>, StoreError> {
        self.read("accounts", |rows| rows.accounts()).await
    }

    pub async fn holds(&self) -> Result<Vec<Hold>, StoreError> {
        self.read("holds", |rows| rows.holds()).await
    }

    /// The journal in order, from after `after` on.
    pub async fn journal(&self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.read("journal", move |rows| rows.journal(after, limit)).await
    }

    /// One account's lines of the journal, newest first, before `before`.
    pub async fn statement(&self, id: &AccountId, before: Option<u64>, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let id = id.clone();
        self.read("statement", move |rows| rows.statement(&id, before, limit)).await
    }

    /// One account's lines of the journal, oldest first, after `after`.
    pub async fn statement_after(&self, id: &AccountId, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let id = id.clone();
        self.read("statement_after", move |rows| rows.statement_after(&id, after, limit)).await
    }

    /// The first line of the journal that was written at a moment or later.
    pub async fn first_entry_since(&self, at: DateTime<Utc>) -> Result<Option<u64>, StoreError> {
        self.read("first_entry_since", move |rows| rows.first_entry_since(at)).await
    }

    // Orders.

    pub async fn order(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        self.read("order", move |rows| rows.order(id)).await
    }

    /// The order to a destination that shows this serial number.
    pub async fn order_of_serial(&self, key: &SerialKey) -> Result<Option<OrderId>, StoreError> {
        let key = keys::serial(key);
        self.read("order_of_serial", move |rows| rows.row("serial", &key)).await
    }

    pub async fn order_of_reference(
        &self,
        supplier: &SupplierId,
        reference: Reference,
    ) -> Result<Option<Order>, StoreError> {
        let key = keys::reference(supplier, reference);
        self.read("order_of_reference", move |rows| match rows.row("reference", &key)? {
            Some(id) => rows.order(id),
            None => Ok(None),
        })
        .await
    }

    /// The order that keeps another one of the slot from being placed at this moment: today's, one of an earlier day that
    /// is still open, or one of the day before that was placed within minutes.
    pub async fn order_in_slot(&self, slot: &SlotKey, at: DateTime<Utc>) -> Result<Option<Order>, StoreError> {
        let slot = slot.clone();
        self.read("order_in_slot", move |rows| rows.order_in_slot(&slot, at)).await
    }

    /// The order that pays a bill, or has paid it.
    pub async fn order_of_bill(&self, key: &BillKey) -> Result<Option<Order>, StoreError> {
        let key = key.clone();
        self.read("order_of_bill", move |rows| rows.order_of_bill(&key)).await
    }

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

    /// Everybody's orders to a destination, newest first. Those that went through are known by their serial numbers, of any
    /// day, and open ones are few; all others are looked for among the newest `searched`.
    pub async fn orders_to(&self, dest: &str, searched: usize, limit: usize) -> Result<Vec<Order>, StoreError> {
        let dest = dest.to_owned();
        self.read("orders_to", move |rows| rows.everybodys_orders_to(&dest, searched, limit)).await
    }

    /// Orders from a number on, oldest first.
    pub async fn orders_from(&self, first: OrderId, limit: usize) -> Result<Vec<Order>, StoreError> {
        self.read("orders_from", move |rows| rows.orders_from(first, limit)).await
    }

    /// Every order that is not final, oldest first.
    pub async fn open_orders(&self) -> Result<Vec<Order>, StoreError> {
        self.read("open_orders", |rows| rows.open_orders()).await
    }

    /// The first order that was placed at a moment or later. Orders placed side by side, whose numbers and moments may
    /// cross, can stand before it: whoever must not miss any asks for a little earlier.
    pub async fn first_order_since(&self, at: DateTime<Utc>) -> Result<Option<OrderId>, StoreError> {
        self.read("first_order_since", move |rows| rows.first_order_since(at)).await
    }

    /// Where the alerts about an order stand.
    pub async fn shown(&self, order: OrderId) -> Result<Vec<Shown>, StoreError> {
        self.read("shown", move |rows| rows.under("alert", keys::shown_of(order))).await
    }

    pub async fn inquiry(&self, id: InquiryId) -> Result<Option<Inquiry>, StoreError> {
        self.read("inquiry", move |rows| rows.inquiry(id)).await
    }

    /// A reseller's latest inquiry about a product and a customer.
    pub async fn inquiry_of(
        &self,
        agent: AgentId,
        product: &ProductCode,
        customer: &str,
    ) -> Result<Option<Inquiry>, StoreError> {
        let (product, customer) = (product.clone(), customer.to_owned());
        self.read("inquiry_of", move |rows| rows.inquiry_of(agent, &product, &customer)).await
    }

    /// Inquiries without an answer, oldest first.
    pub async fn asking(&self) -> Result<Vec<Inquiry>, StoreError> {
        self.read("asking", |rows| rows.asking()).await
    }

    // What the shop sells, to whom for how much, and where it buys.

    pub async fn products(&self) -> Result<Vec<Product>, StoreError> {
        self.read("products", |rows| rows.products()).await
    }

    /// Every price group that was ever changed, by name.
    pub async fn price_groups(&self) -> Result<Vec<PriceGroup>, StoreError> {
        self.read("price_groups", |rows| rows.price_groups()).await
    }

    pub async fn price_group(&self, name: &GroupName) -> Result<Option<PriceGroup>, StoreError> {
        let key = keys::price_group(name);
        self.read("price_group", move |rows| rows.row("price group", &key)).await
    }

    /// What is set for suppliers; those with nothing set are missing.
    pub async fn all_supplier_overrides(&self) -> Result<Vec<SupplierOverrides>, StoreError> {
        self.read("all_supplier_overrides", |rows| rows.under("supplier_overrides", keys::all_supplier_overrides()))
            .await
    }

    /// What is known of suppliers' price lists; those that were never asked for are missing.
    pub async fn price_lists(&self) -> Result<Vec<PriceListRow>, StoreError> {
        self.read("price_lists", |rows| rows.under("price list", keys::price_lists())).await
    }

    pub async fn price_list(&self, supplier: &SupplierId) -> Result<Option<PriceListRow>, StoreError> {
        let key = keys::price_list(supplier);
        self.read("price_list", move |rows| rows.row("price list", &key)).await
    }

    /// What selling prices are made of costs by.
    pub async fn margins(&self) -> Result<Margins, StoreError> {
        let row = self.read("margins", |rows| rows.row("margins", &keys::margins())).await?;
        Ok(row.unwrap_or_default())
    }

    // Messages.

    pub async fn inbox(&self) -> Result<Vec<InboxMessage>, StoreError> {
        self.read("inbox", |rows| rows.inbox()).await
    }

    /// Whether and how a message or callback has been answered.
    pub async fn answered(&self, key: &MessageKey) -> Result<Option<Answered>, StoreError> {
        let key = keys::answered(key);
        self.read("answered", move |rows| rows.row("answered message", &key)).await
    }

    /// Chats that have something waiting to be said.
    pub async fn waiting_chats(&self) -> Result<Vec<ChatId>, StoreError> {
        self.read("waiting_chats", |rows| rows.waiting_chats()).await
    }

    /// What waits for one chat, oldest first. All of it is durable: it is said outside.
    pub async fn outbox(&self, chat: &ChatId, limit: usize) -> Result<Vec<Outgoing>, StoreError> {
        let chat = chat.clone();
        let rows = self.read("outbox", move |rows| rows.outbox(&chat, limit)).await?;
        if let Some(last) = rows.iter().map(Outgoing::number).max() {
            self.engine().settled(last).await?;
        }
        Ok(rows)
    }

    /// Rows of the outbox that cannot be read. [`Self::outbox`] and [`Self::waiting_chats`] pass over them.
    pub async fn unreadable_outbox(&self) -> Result<Vec<OutboxRow>, StoreError> {
        self.read("unreadable_outbox", |rows| rows.unreadable_outbox()).await
    }

    /// How many rows have been set aside.
    pub async fn dead_letter_count(&self) -> Result<DeadLetterCount, StoreError> {
        self.read("dead_letter_count", |rows| rows.dead_letter_count()).await
    }

    /// How much waits in the inbox and the outbox.
    pub async fn depths(&self) -> Result<Depths, StoreError> {
        self.read("depths", |rows| rows.depths()).await
    }

    // Deposits.

    pub async fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, StoreError> {
        self.read("ticket", move |rows| rows.ticket(id)).await
    }

    /// A reseller's tickets that nobody has decided about, newest first. One whose time is long over may be missing.
    pub async fn undecided_tickets(&self, agent: AgentId) -> Result<Vec<Ticket>, StoreError> {
        self.read("undecided_tickets", move |rows| rows.undecided_tickets(agent)).await
    }

    /// Which tickets the amounts to pay from `from` to `to` belong to, or belonged to last.
    pub async fn pays_taken(&self, from: Rupiah, to: Rupiah) -> Result<Vec<Claim>, StoreError> {
        self.read("pays_taken", move |rows| rows.pays_taken(from, to)).await
    }

    // Transfers.

    pub async fn transfer(&self, id: TransferId) -> Result<Option<Transfer>, StoreError> {
        self.read("transfer", move |rows| rows.row("transfer", &keys::transfer(id))).await
    }

    // The desk.

    /// Admin acts, newest first.
    pub async fn acts(&self, limit: usize) -> Result<Vec<Act>, StoreError> {
        self.read("acts", move |rows| rows.acts(limit)).await
    }

    /// Every row about a role, also those that give none any more.
    pub async fn staff(&self) -> Result<Vec<Staff>, StoreError> {
        self.read("staff", |rows| rows.under("role", keys::all_staff())).await
    }

    /// What a chat that works here may add to accounts in a day, and has added.
    pub async fn allowance(&self, chat: &ChatId) -> Result<Option<Allowance>, StoreError> {
        let key = keys::allowance(chat);
        self.read("allowance", move |rows| rows.row("allowance", &key)).await
    }

    pub async fn broadcast(&self, id: BroadcastId) -> Result<Option<Broadcast>, StoreError> {
        self.read("broadcast", move |rows| rows.row("announcement", &keys::broadcast(id))).await
    }

    /// Announcements on their way, with what has become of their messages so far.
    pub async fn sending(&self) -> Result<Vec<(BroadcastId, Tally)>, StoreError> {
        self.read("sending", |rows| rows.sending()).await
    }

    /// A chat's latest question.
    pub async fn question(&self, chat: &ChatId) -> Result<Option<Question>, StoreError> {
        let key = keys::question(chat);
        self.read("question", move |rows| rows.row("question", &key)).await
    }

    /// Whose card a message of a chat is, if it is one of the latest.
    pub async fn card_shown(&self, chat: &ChatId, message: &str) -> Result<Option<AgentId>, StoreError> {
        let (chat, message) = (chat.clone(), message.to_owned());
        self.read("card_shown", move |rows| rows.card_shown(&chat, &message)).await
    }

    /// The last day the owners were told the figures of.
    pub async fn last_summary(&self) -> Result<Option<NaiveDate>, StoreError> {
        self.read("last_summary", |rows| rows.last_summary()).await
    }

    // The store itself.

    /// The mark of a store that came out of a backup.
    pub async fn restored(&self) -> Result<Option<Restored>, StoreError> {
        self.read("restored", |rows| rows.restored()).await
    }

    /// Rows of balances brought forward; none where all lines of the journal are counted.
    pub(super) async fn opening(&self) -> Result<Vec<RawRow>, StoreError> {
        self.read("opening", |rows| rows.raw(keys::all(keys::OPENING))).await
    }

    /// The mark of the pepper PINs are hashed with, once there has been one.
    pub async fn pepper(&self) -> Result<Option<PepperMark>, StoreError> {
        self.read("pepper", |rows| rows.pepper()).await
    }
}
