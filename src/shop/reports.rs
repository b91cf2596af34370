//! Figures of days, read from the store page by page: what is kept in memory meanwhile grows with products and
//! resellers, not with orders, and what is read is the days asked for, whatever lies before or after them.

use chrono::{DateTime, TimeDelta, Utc};

use konter_command::Page;
use konter_core::agent::Agent;
use konter_core::ids::{AgentId, OrderId};
use konter_core::ledger::{AccountId, Entry};
use konter_core::money::Rupiah;
use konter_core::network::{sides_of_note, transfer_of_note};
use konter_core::order::Order;
use konter_core::report::ShopCard;
use konter_core::report::Span;
use konter_core::report::{About, Book, Movement, Share, Tally, movement};
use konter_reply::{ProductSales, SalesCard, StatementCard, StatementLine, TransferWhom};
use konter_store::{Store, StoreError};

use crate::clock::ShopClock;

/// Rows read at once: a longer read would keep the store's writer waiting, and the last one reads behind the days.
const ROWS_AT_ONCE: usize = 200;
/// The same for one reseller, who orders less and whose orders are looked up one by one.
const OWN_ROWS_AT_ONCE: usize = 50;
/// Orders placed side by side can have numbers in another order than their moments, and a day's first may be decided
/// before midnight and numbered after it. What is further apart than this was placed by a clock that was set.
const AROUND_MIDNIGHT: TimeDelta = TimeDelta::minutes(10);
/// Products a reseller is shown.
const PRODUCTS_SHOWN: usize = 30;
/// Parts of a kind in a report that is a text.
pub(super) const SHOWN: usize = 10;
/// Parts of a kind in a file: the row of the outbox that carries them must stay far below what a row may have.
pub(super) const IN_A_FILE: usize = 500;
/// Lines of a statement on one page: a message that is still read at a glance.
const LINES: usize = 15;
/// Lines of the journal read for one page, at once: half of them change nothing that can be spent.
const LINES_AT_ONCE: usize = 40;

/// When the days of a span begin and have ended.
struct Bounds {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

impl Bounds {
    fn is_before(&self, order: &Order) -> bool {
        order.created_at < self.start - AROUND_MIDNIGHT
    }

    fn is_behind(&self, order: &Order) -> bool {
        order.created_at >= self.end + AROUND_MIDNIGHT
    }
}

/// Reads the figures. Of the shop it knows what is stored, and where its days begin.
pub(super) struct Reports {
    pub store: Store,
    pub clock: ShopClock,
}

impl Reports {
    /// `None` at the far ends of the calendar, where no order is.
    fn bounds(&self, span: Span) -> Option<Bounds> {
        let (start, end) = (self.clock.start_of(span.from())?, self.clock.start_of(span.to().succ_opt()?)?);
        // Room for looking around both ends.
        start.checked_sub_signed(AROUND_MIDNIGHT)?;
        end.checked_add_signed(AROUND_MIDNIGHT)?;
        Some(Bounds { start, end })
    }

    /// Every order of some days.
    async fn book(&self, span: Span) -> Result<Book, StoreError> {
        let mut book = Book::new(span);
        let Some(bounds) = self.bounds(span) else { return Ok(book) };
        let mut next = self.store.first_order_since(bounds.start - AROUND_MIDNIGHT).await?;
        while let Some(first) = next {
            let orders = self.store.orders_from(first, ROWS_AT_ONCE).await?;
            for order in orders.iter().filter(|order| !bounds.is_behind(order)) {
                book.take(order, self.clock.local(order.created_at));
            }
            let last = orders.last().filter(|last| orders.len() == ROWS_AT_ONCE && !bounds.is_behind(last));
            next = last.map(|last| OrderId(last.id.0.saturating_add(1)));
        }
        Ok(book)
    }

    /// Every order of a reseller on some days.
    async fn own_book(&self, agent: AgentId, span: Span) -> Result<Book, StoreError> {
        let mut book = Book::new(span);
        let Some(bounds) = self.bounds(span) else { return Ok(book) };
        let mut before = self.store.first_order_since(bounds.end + AROUND_MIDNIGHT).await?;
        loop {
            let orders = self.store.orders_of(agent, None, before, OWN_ROWS_AT_ONCE).await?;
            for order in &orders {
                book.take(order, self.clock.local(order.created_at));
            }
            match orders.last().filter(|last| orders.len() == OWN_ROWS_AT_ONCE && !bounds.is_before(last)) {
                Some(last) => before = Some(last.id),
                None => return Ok(book),
            }
        }
    }

    /// What was paid in on some days, and what was taken back.
    async fn paid(&self, span: Span) -> Result<(Rupiah, Rupiah), StoreError> {
        let (mut paid_in, mut paid_out) = (0_i64, 0_i64);
        let Some(bounds) = self.bounds(span) else { return Ok((Rupiah::ZERO, Rupiah::ZERO)) };
        let mut before = self.store.first_entry_since(bounds.end).await?;
        loop {
            let entries = self.store.statement(&AccountId::Cash, before, ROWS_AT_ONCE).await?;
            for entry in entries.iter().filter(|entry| entry.at >= bounds.start && entry.at < bounds.end) {
                let sum = if entry.debit == AccountId::Cash { &mut paid_in } else { &mut paid_out };
                *sum = sum.saturating_add(entry.amount.get());
            }
            match entries.last().filter(|last| entries.len() == ROWS_AT_ONCE && last.at >= bounds.start) {
                Some(last) => before = Some(last.seq),
                None => return Ok((Rupiah::new(paid_in), Rupiah::new(paid_out))),
            }
        }
    }

    /// A reseller's own sales, with the day before beside those of one day.
    pub(super) async fn sales_card(&self, agent: &Agent, span: Span) -> Result<SalesCard, StoreError> {
        let book = self.own_book(agent.id, span).await?;
        let before = match span.day_before() {
            Some(day) => Some(self.own_book(agent.id, day).await?),
            None => None,
        };
        let mut products = products_sold(&book, before.as_ref());
        let left_out = products.len().saturating_sub(PRODUCTS_SHOWN);
        products.truncate(PRODUCTS_SHOWN);
        Ok(SalesCard {
            code: agent.id,
            name: agent.name.clone(),
            span,
            total: *book.total(),
            left_out,
            products,
            before: before.as_ref().map(|book| *book.total()),
        })
    }

    /// The whole shop's figures, with the `most` biggest of each kind.
    pub(super) async fn shop_card(&self, span: Span, most: usize) -> Result<ShopCard, StoreError> {
        let book = self.book(span).await?;
        let before = match span.day_before() {
            Some(day) => Some(*self.book(day).await?.total()),
            None => None,
        };
        let (paid_in, paid_out) = self.paid(span).await?;
        let holds = self.store.holds().await?;
        let held = holds.iter().fold(0_i64, |sum, hold| sum.saturating_add(hold.amount.get()));
        let mut agents = book.agents(most);
        for share in &mut agents.shares {
            if let Ok(id) = share.code.parse()
                && let Some(agent) = self.store.agent(id).await?
            {
                share.name = agent.name;
            }
        }
        Ok(ShopCard {
            span,
            total: *book.total(),
            before,
            slots: book.slots(),
            products: book.products(most),
            suppliers: book.suppliers(most),
            agents,
            paid_in,
            paid_out,
            open_now: u64::try_from(holds.len()).unwrap_or(u64::MAX),
            held_now: Rupiah::new(held),
        })
    }

    /// A page of a reseller's statement; of some days only, if given. Where the page is gone, the newest one.
    pub(super) async fn statement_card(
        &self,
        agent: &Agent,
        page: Page,
        days: Option<Span>,
    ) -> Result<StatementCard, StoreError> {
        let mut card = StatementCard {
            code: agent.id,
            name: agent.name.clone(),
            days,
            lines: Vec::new(),
            older: None,
            newer: None,
        };
        let Some(lines) = self.lines_of(agent.id, days).await? else { return Ok(card) };
        let mut found = match page {
            Page::Last => Vec::new(),
            Page::Before(line) => self.older(&lines, Some(line), LINES).await?,
            Page::After(line) => self.newer(&lines, line, LINES).await?,
        };
        if found.is_empty() {
            found = self.older(&lines, None, LINES).await?;
        }
        found.sort_by_key(|(entry, _)| entry.seq);
        if let (Some((first, _)), Some((last, _))) = (found.first(), found.last()) {
            let older = !self.older(&lines, Some(first.seq), 1).await?.is_empty();
            let newer = !self.newer(&lines, last.seq, 1).await?.is_empty();
            (card.older, card.newer) = (older.then_some(first.seq), newer.then_some(last.seq));
        }
        for (entry, movement) in found {
            card.lines.push(self.statement_line(entry, movement).await?);
        }
        Ok(card)
    }

    /// Where an account's lines of some days lie in the journal; `None` when there are none yet.
    async fn lines_of(&self, agent: AgentId, days: Option<Span>) -> Result<Option<Lines>, StoreError> {
        let account = AccountId::Agent(agent);
        let Some(days) = days else { return Ok(Some(Lines { account, from: 0, end: None })) };
        let Some(bounds) = self.bounds(days) else { return Ok(None) };
        let Some(from) = self.store.first_entry_since(bounds.start).await? else { return Ok(None) };
        Ok(Some(Lines { account, from, end: self.store.first_entry_since(bounds.end).await? }))
    }

    /// At most `limit` changes of a balance before a line, newest first.
    async fn older(
        &self,
        lines: &Lines,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(Entry, Movement)>, StoreError> {
        let mut found = Vec::new();
        let mut before = before.into_iter().chain(lines.end).min();
        loop {
            let entries = self.store.statement(&lines.account, before, LINES_AT_ONCE).await?;
            before = entries.last().map(|last| last.seq);
            let is_last = entries.len() < LINES_AT_ONCE;
            for entry in entries {
                if entry.seq < lines.from || found.len() == limit {
                    return Ok(found);
                }
                found.extend(movement(&entry, &lines.account).map(|movement| (entry, movement)));
            }
            if is_last || found.len() == limit {
                return Ok(found);
            }
        }
    }

    /// At most `limit` changes of a balance after a line, oldest first.
    async fn newer(&self, lines: &Lines, after: u64, limit: usize) -> Result<Vec<(Entry, Movement)>, StoreError> {
        let mut found = Vec::new();
        let mut after = after.max(lines.from.saturating_sub(1));
        loop {
            let entries = self.store.statement_after(&lines.account, after, LINES_AT_ONCE).await?;
            after = entries.last().map_or(after, |last| last.seq);
            let is_last = entries.len() < LINES_AT_ONCE;
            for entry in entries {
                if lines.end.is_some_and(|end| entry.seq >= end) || found.len() == limit {
                    return Ok(found);
                }
                found.extend(movement(&entry, &lines.account).map(|movement| (entry, movement)));
            }
            if is_last || found.len() == limit {
                return Ok(found);
            }
        }
    }

    async fn statement_line(&self, entry: Entry, movement: Movement) -> Result<StatementLine, StoreError> {
        let order = match entry.order {
            Some(id) => self.store.order(id).await?.map(|order| (id, order.product, order.dest)),
            None => None,
        };
        let Movement { amount, balance, about } = movement;
        let moved = matches!(about, About::Transfer | About::TransferBack);
        let sides = entry.note.as_deref().filter(|_| moved).and_then(sides_of_note);
        let (mut whom, mut note) = (None, entry.note);
        if let Some((from, to)) = sides {
            let agent = if amount.is_negative() { to } else { from };
            let name = self.store.agent(agent).await?.map(|agent| agent.name).unwrap_or_default();
            whom = Some(TransferWhom { agent, name, back: matches!(about, About::TransferBack) });
            note = note.as_deref().and_then(transfer_of_note).map(|number| format!("transfer #{number}"));
        }
        Ok(StatementLine { line: entry.seq, at: entry.at, amount, balance, about, order, whom, note })
    }
}

/// What was sold of each product, the most first, and then what was sold only the day before.
fn products_sold(book: &Book, before: Option<&Book>) -> Vec<ProductSales> {
    let all = |book: &Book| book.products(usize::MAX).shares;
    let only_before =
        before.map(all).unwrap_or_default().into_iter().filter(|share| book.product(&share.code).is_empty());
    let only_before = only_before.map(|share| Share { tally: Tally::default(), ..share });
    let sold = all(book).into_iter().chain(only_before).filter_map(|share| {
        let before = before.map(|book| book.product(&share.code));
        Some(ProductSales { product: share.code.parse().ok()?, name: share.name, tally: share.tally, before })
    });
    sold.filter(|sold| sold.tally.delivered > 0 || sold.before.is_some_and(|before| before.delivered > 0)).collect()
}

/// An account's lines of the journal from one on, up to another.
struct Lines {
    account: AccountId,
    from: u64,
    end: Option<u64>,
}
