//! All reads, over any engine.

use std::ops::{ControlFlow, Range};

use chrono::{DateTime, Utc};

use super::kv::{Direction, Kv, Query, after_prefix, under};
use super::opening::account_id;
use super::rows::{self, CardsOf, InboxRow, SCHEMA_NAME, SlotRow, decode};
use super::{Act, InboxMessage, Outgoing, StoreError, keys, slots};
use konter_core::agent::Agent;
use konter_core::broadcast::Tally;
use konter_core::catalog::Product;
use konter_core::deposit::{Claim, Ticket};
use konter_core::ids::{AgentId, BroadcastId, ChatId, InquiryId, OrderId, ProductCode, TicketId};
use konter_core::inquiry::Inquiry;
use konter_core::ledger::{Account, AccountId, Entry, Hold};
use konter_core::money::Rupiah;
use konter_core::order::{BillKey, Order, SlotKey, same_dest};
use konter_core::preferences::Preferences;
use konter_core::price_list::Margins;
use konter_core::pricing::PriceGroup;

pub(super) const CONTINUE: ControlFlow<()> = ControlFlow::Continue(());
pub(super) const BREAK: ControlFlow<()> = ControlFlow::Break(());

/// A key and what stands under it.
type Row = (Vec<u8>, Vec<u8>);

/// Goes on until `limit` rows are there.
pub(super) fn until<T>(found: &[T], limit: usize) -> ControlFlow<()> {
    if found.len() < limit { CONTINUE } else { BREAK }
}

/// What an engine's rows say.
pub(super) struct Reader<'a, K: ?Sized>(pub &'a K);

impl<K: Kv + ?Sized> Reader<'_, K> {
    pub(super) fn row<T: serde::de::DeserializeOwned>(
        &self,
        what: &'static str,
        key: &[u8],
    ) -> Result<Option<T>, StoreError> {
        self.0.get(key)?.map(|bytes| decode(what, &bytes)).transpose()
    }

    /// All rows of a kind.
    pub(super) fn rows<T: serde::de::DeserializeOwned>(
        &self,
        what: &'static str,
        kind: u8,
    ) -> Result<Vec<T>, StoreError> {
        self.under(what, keys::all(kind))
    }

    /// All rows under a prefix.
    pub(super) fn under<T: serde::de::DeserializeOwned>(
        &self,
        what: &'static str,
        prefix: impl Into<Vec<u8>>,
    ) -> Result<Vec<T>, StoreError> {
        self.gather(under(prefix.into()), Direction::Up, usize::MAX, |_, row| decode(what, row).map(Some))
    }

    /// What the rows of a range give, until so many are there.
    pub(super) fn gather<T>(
        &self,
        range: Range<Vec<u8>>,
        direction: Direction,
        limit: usize,
        give: impl Fn(&[u8], &[u8]) -> Result<Option<T>, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        if limit > 0 {
            self.0.scan(range, direction, &mut |key, row| {
                found.extend(give(key, row)?);
                Ok(until(&found, limit))
            })?;
        }
        Ok(found)
    }

    /// The same as they stand, with their keys.
    pub(super) fn raw(&self, prefix: impl Into<Vec<u8>>) -> Result<Vec<Row>, StoreError> {
        let row = |key: &[u8], row: &[u8]| Ok(Some((key.to_vec(), row.to_vec())));
        self.gather(under(prefix.into()), Direction::Up, usize::MAX, row)
    }

    /// What an index of the engine's own says; `None` where the keys must tell.
    pub(super) fn query<T: serde::de::DeserializeOwned>(
        &self,
        what: &'static str,
        query: &Query,
    ) -> Result<Option<Vec<T>>, StoreError> {
        let Some(rows) = self.0.query(query)? else { return Ok(None) };
        rows.iter().map(|row| decode(what, row)).collect::<Result<_, _>>().map(Some)
    }

    /// Whether the rows name the version they were written in, as all but an empty store's do.
    ///
    /// # Errors
    /// When it is not this program's.
    pub(super) fn has_schema(&self) -> Result<bool, StoreError> {
        let schema: Option<u32> = self.row("schema version", &keys::meta(SCHEMA_NAME))?;
        schema.map(rows::check_schema).transpose().map(|schema| schema.is_some())
    }

    /// The highest key under a prefix, if any.
    pub(super) fn last_key(&self, prefix: Vec<u8>) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.last_key(prefix)
    }

    /// The number that it ends with; 0 where there is none.
    pub(super) fn last_number(&self, prefix: Vec<u8>) -> Result<u64, StoreError> {
        Ok(self.last_key(prefix)?.and_then(|key| keys::last_number(&key)).unwrap_or(0))
    }

    pub(super) fn last_agent(&self) -> Result<u64, StoreError> {
        let id: Option<Agent> = match self.last_key(keys::all(keys::AGENT))? {
            Some(key) => self.row("agent", &key)?,
            None => None,
        };
        Ok(id.map_or(0, |agent| u64::from(agent.id.0)))
    }

    pub(super) fn last_reference(&self) -> Result<u64, StoreError> {
        Ok(self.last_key(keys::all(keys::REFERENCE))?.and_then(|key| keys::number_at(&key, 1)).unwrap_or(0))
    }

    pub(super) fn agent(&self, id: AgentId) -> Result<Option<Agent>, StoreError> {
        self.row("agent", &keys::agent(id))
    }

    pub(super) fn agent_at(&self, key: &[u8]) -> Result<Option<Agent>, StoreError> {
        match self.row("agent's key", key)? {
            Some(id) => self.agent(id),
            None => Ok(None),
        }
    }

    pub(super) fn agents(&self, after: Option<AgentId>, limit: usize) -> Result<Vec<Agent>, StoreError> {
        let mut range = under(keys::all(keys::AGENT));
        if let Some(after) = after {
            range.start = after_prefix(&keys::agent(after));
        }
        self.gather(range, Direction::Up, limit, |_, row| decode("agent", row).map(Some))
    }

    pub(super) fn preferences(&self, agent: AgentId) -> Result<Preferences, StoreError> {
        Ok(self.row("preferences", &keys::preferences(agent))?.unwrap_or_else(|| Preferences::none(agent)))
    }

    pub(super) fn account(&self, id: &AccountId) -> Result<Account, StoreError> {
        Ok(self.row("account", &keys::account(id))?.unwrap_or_default())
    }

    pub(super) fn accounts(&self) -> Result<Vec<(AccountId, Account)>, StoreError> {
        self.gather(under(keys::all(keys::ACCOUNT)), Direction::Up, usize::MAX, |key, row| {
            Ok(Some((account_id(key)?, decode("account", row)?)))
        })
    }

    pub(super) fn holds(&self) -> Result<Vec<Hold>, StoreError> {
        self.rows("hold", keys::HOLD)
    }

    pub(super) fn journal(&self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let mut found: Vec<Entry> = Vec::new();
        if limit == 0 {
            return Ok(found);
        }
        if let Some(lines) = self.query("journal entry", &Query::Journal { after, limit })? {
            return Ok(lines);
        }
        let next = after.saturating_add(1);
        let mut range = under(keys::all(keys::JOURNAL));
        range.start = self.pack_with(next)?.map_or_else(|| keys::journal(next), |(key, _)| key);
        self.0.scan(range, Direction::Up, &mut |_, pack| {
            for entry in rows::unpack(pack) {
                let entry = entry?;
                if entry.seq > after && found.len() < limit {
                    found.push(entry);
                }
            }
            Ok(until(&found, limit))
        })?;
        Ok(found)
    }

    /// The last pack of the journal that starts at or before a line, under its key.
    pub(super) fn pack_with(&self, seq: u64) -> Result<Option<Row>, StoreError> {
        let mut found = None;
        let range = keys::journal(0)..after_prefix(&keys::journal(seq));
        self.0.scan(range, Direction::Down, &mut |key, pack| {
            found = Some((key.to_vec(), pack.to_vec()));
            Ok(BREAK)
        })?;
        Ok(found)
    }

    pub(super) fn entry(&self, seq: u64) -> Result<Entry, StoreError> {
        let missing = || StoreError::Corrupt { what: "journal", problem: format!("line {seq} is missing") };
        let (key, pack) = self.pack_with(seq)?.ok_or_else(missing)?;
        let skip = keys::last_number(&key).and_then(|first| usize::try_from(seq.checked_sub(first)?).ok());
        let line = pack.split(|&byte| byte == b'\n').nth(skip.ok_or_else(missing)?).ok_or_else(missing)?;
        decode("journal entry", line)
    }

    pub(super) fn statement(
        &self,
        id: &AccountId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let before = before.unwrap_or(u64::MAX);
        if limit == 0 {
            return Ok(Vec::new());
        }
        rows::must_have_lines(id)?;
        if let Some(lines) = self.query("journal entry", &Query::LinesBefore { account: id.clone(), before, limit })? {
            return Ok(lines);
        }
        let range = keys::line(id, 0)..keys::line(id, before);
        let seqs = self.gather(range, Direction::Down, limit, |key, _| Ok(keys::last_number(key)))?;
        seqs.into_iter().map(|seq| self.entry(seq)).collect()
    }

    pub(super) fn order(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        self.row("order", &keys::order(id))
    }

    pub(super) fn order_at(&self, key: &[u8]) -> Result<Option<Order>, StoreError> {
        match self.row("reference", key)? {
            Some(id) => self.order(id),
            None => Ok(None),
        }
    }

    fn orders(&self, ids: impl IntoIterator<Item = OrderId>) -> Result<Vec<Order>, StoreError> {
        ids.into_iter().filter_map(|id| self.order(id).transpose()).collect()
    }

    pub(super) fn order_in_slot(&self, slot: &SlotKey, at: DateTime<Utc>) -> Result<Option<Order>, StoreError> {
        match slots::in_the_way(slot, at, |key| self.0.get(key))? {
            Some(id) => self.order(id),
            None => Ok(None),
        }
    }

    pub(super) fn orders_of(
        &self,
        agent: AgentId,
        dest: Option<&str>,
        before: Option<OrderId>,
        limit: usize,
    ) -> Result<Vec<Order>, StoreError> {
        let before = before.unwrap_or(OrderId(u64::MAX));
        if limit == 0 {
            return Ok(Vec::new());
        }
        let query = Query::OrdersOf { agent, dest: dest.map(str::to_owned), before: before.0, limit };
        if let Some(orders) = self.query("order", &query)? {
            return Ok(orders);
        }
        if let Some(dest) = dest {
            return self.orders(self.ids_of_orders_to(agent, dest, before, limit)?);
        }
        let range = keys::order_of_agent(agent, OrderId(0))..keys::order_of_agent(agent, before);
        self.orders(self.gather(range, Direction::Down, limit, |key, _| Ok(keys::last_number(key).map(OrderId)))?)
    }

    /// Slots stand by day, orders are wanted by number. Numbers follow the days but for orders placed together at
    /// midnight, so one day more than needed is read and then all are sorted.
    fn ids_of_orders_to(
        &self,
        agent: AgentId,
        dest: &str,
        before: OrderId,
        limit: usize,
    ) -> Result<Vec<OrderId>, StoreError> {
        let prefix = keys::slots_to(agent, dest);
        let skip = prefix.len();
        let mut ids: Vec<OrderId> = Vec::new();
        let mut enough_on = None;
        self.0.scan(under(prefix), Direction::Down, &mut |key, bytes| {
            let day = keys::day_of_slot(key, skip).unwrap_or(0);
            if enough_on.is_some_and(|enough| day + 1 < enough) {
                return Ok(BREAK);
            }
            let row: SlotRow = decode("slot", bytes)?;
            ids.extend(row.orders.into_iter().filter(|&id| id < before));
            if ids.len() >= limit {
                enough_on.get_or_insert(day);
            }
            Ok(CONTINUE)
        })?;
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids.truncate(limit);
        Ok(ids)
    }

    pub(super) fn orders_to(&self, dest: &str, searched: usize, limit: usize) -> Result<Vec<Order>, StoreError> {
        let mut delivered: Vec<OrderId> = Vec::new();
        self.0.scan(under(keys::serials_to(dest)), Direction::Up, &mut |_, bytes| {
            delivered.push(decode("serial", bytes)?);
            Ok(CONTINUE)
        })?;
        let mut found = self.orders(delivered)?;
        let newest = keys::order(OrderId(0))..keys::order(OrderId(u64::MAX));
        let newest: Vec<Order> =
            self.gather(newest, Direction::Down, searched, |_, bytes| decode("order", bytes).map(Some))?;
        let others = newest.into_iter().chain(self.open_orders()?);
        found.extend(others.filter(|order| same_dest(&order.dest) == same_dest(dest)));
        found.sort_unstable_by_key(|order| std::cmp::Reverse(order.id));
        found.dedup_by_key(|order| order.id);
        found.truncate(limit);
        Ok(found)
    }

    pub(super) fn order_of_bill(&self, key: &BillKey) -> Result<Option<Order>, StoreError> {
        let payers: Option<Vec<OrderId>> = self.row("bill", &keys::bill(key))?;
        let Some(id) = payers.and_then(|payers| payers.first().copied()) else { return Ok(None) };
        // Of a day that is lost: the bill is paid, and nobody can say by what.
        let lost = || StoreError::Corrupt { what: "bill", problem: format!("order {id} has paid it, and is lost") };
        self.order(id)?.ok_or_else(lost).map(Some)
    }

    pub(super) fn inquiry(&self, id: InquiryId) -> Result<Option<Inquiry>, StoreError> {
        self.row("inquiry", &keys::inquiry(id))
    }

    pub(super) fn inquiry_of(
        &self,
        product: &ProductCode,
        customer: &str,
        agent: AgentId,
    ) -> Result<Option<Inquiry>, StoreError> {
        let Some(id) = self.row("inquiry's key", &keys::inquiry_of(agent, customer, product))? else {
            return Ok(None);
        };
        // It may have gone on to another product since.
        Ok(self.inquiry(id)?.filter(|inquiry| inquiry.ask.product == *product))
    }

    pub(super) fn asking(&self) -> Result<Vec<Inquiry>, StoreError> {
        let range = under(keys::all(keys::ASKING));
        let ids = self.gather(range, Direction::Up, usize::MAX, |key, _| Ok(keys::last_number(key).map(InquiryId)))?;
        ids.into_iter().filter_map(|id| self.inquiry(id).transpose()).collect()
    }

    pub(super) fn open_orders(&self) -> Result<Vec<Order>, StoreError> {
        let mut orders = self.orders(self.holds()?.into_iter().map(|hold| hold.order))?;
        // One may have become final since its hold was read.
        orders.retain(Order::is_open);
        Ok(orders)
    }

    pub(super) fn margins(&self) -> Result<Margins, StoreError> {
        Ok(self.row("margins", &keys::margins())?.unwrap_or_default())
    }

    pub(super) fn products(&self) -> Result<Vec<Product>, StoreError> {
        let mut products: Vec<Product> = self.rows("product", keys::PRODUCT)?;
        products.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(products)
    }

    /// In the order they came.
    pub(super) fn inbox(&self) -> Result<Vec<InboxMessage>, StoreError> {
        let mut rows: Vec<InboxRow> = self.rows("inbox message", keys::INBOX)?;
        rows.sort_by_key(|row| row.seq);
        Ok(rows.into_iter().map(|row| row.message).collect())
    }

    /// Jumps from chat to chat, whatever waits for each.
    pub(super) fn waiting_chats(&self) -> Result<Vec<ChatId>, StoreError> {
        if let Some(mut chats) = self.query("outgoing message's chat", &Query::WaitingChats)? {
            chats.sort_by_cached_key(keys::outbox_of);
            return Ok(chats);
        }
        let mut range = under(keys::all(keys::OUTBOX));
        let mut chats = Vec::new();
        loop {
            let mut first: Option<Outgoing> = None;
            self.0.scan(range.clone(), Direction::Up, &mut |_, bytes| {
                // One that cannot be read is not said, and holds up nothing: it is set aside.
                first = decode("outgoing message", bytes).ok();
                Ok(if first.is_some() { BREAK } else { CONTINUE })
            })?;
            let Some(row) = first else { return Ok(chats) };
            range.start = after_prefix(&keys::outbox_of(&row.chat));
            chats.push(row.chat);
        }
    }

    pub(super) fn rows_for(&self, chat: &ChatId, limit: usize) -> Result<Vec<Outgoing>, StoreError> {
        let range = under(keys::outbox_of(chat));
        self.gather(range, Direction::Up, limit, |_, row| Ok(decode("outgoing message", row).ok()))
    }

    pub(super) fn acts(&self, limit: usize) -> Result<Vec<Act>, StoreError> {
        self.gather(under(keys::all(keys::ACT)), Direction::Down, limit, |_, row| decode("act", row).map(Some))
    }

    pub(super) fn card_shown(&self, chat: &ChatId, message: &str) -> Result<Option<AgentId>, StoreError> {
        let cards: Option<CardsOf> = self.row("cards of a chat", &keys::cards(chat))?;
        Ok(cards.and_then(|cards| cards.agent_of(message)))
    }

    pub(super) fn sending(&self) -> Result<Vec<(BroadcastId, Tally)>, StoreError> {
        self.gather(under(keys::tallies()), Direction::Up, usize::MAX, |key, row| {
            let tally = decode("announcement's tally", row)?;
            Ok(keys::last_number(key).map(|id| (BroadcastId(id), tally)))
        })
    }

    pub(super) fn downlines(
        &self,
        of: AgentId,
        after: Option<AgentId>,
        limit: usize,
    ) -> Result<Vec<AgentId>, StoreError> {
        let prefix = keys::downlines_of(of);
        let skip = prefix.len();
        let mut range = under(prefix);
        if let Some(after) = after {
            range.start = after_prefix(&keys::downline(of, after));
        }
        self.gather(range, Direction::Up, limit, |key, _| Ok(keys::agent_at(key, skip)))
    }

    pub(super) fn price_groups(&self) -> Result<Vec<PriceGroup>, StoreError> {
        let mut groups: Vec<PriceGroup> = self.rows("price group", keys::PRICE_GROUP)?;
        groups.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(groups)
    }

    pub(super) fn ticket(&self, id: TicketId) -> Result<Option<Ticket>, StoreError> {
        self.row("ticket", &keys::ticket(id))
    }

    pub(super) fn undecided_tickets(&self, agent: AgentId) -> Result<Vec<Ticket>, StoreError> {
        let mut claims: Vec<Claim> = self.under("ticket's amount", keys::tickets_of(agent))?;
        claims.sort_by_key(|claim| std::cmp::Reverse(claim.ticket));
        let tickets = claims.into_iter().filter_map(|claim| self.ticket(claim.ticket).transpose());
        // One may have been decided since its claim was read.
        tickets.filter(|ticket| ticket.as_ref().map_or(true, Ticket::is_undecided)).collect()
    }

    pub(super) fn pays_taken(&self, from: Rupiah, to: Rupiah) -> Result<Vec<Claim>, StoreError> {
        let range = keys::ticket_of_pay(from)..after_prefix(&keys::ticket_of_pay(to));
        self.gather(range, Direction::Up, usize::MAX, |_, row| decode("ticket's amount", row).map(Some))
    }
}
