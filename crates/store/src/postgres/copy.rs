//! All rows as the rules know them, out of a database and into one: what another engine keeps can move in, and out again.

use std::collections::BTreeMap;
use std::ops::Range;

use deadpool_postgres::{ClientWrapper, Object, Pool};
use tokio::sync::mpsc;
use tokio_postgres::Row;

use super::fetch::content;
use super::link::{Trouble, ask, ask_once, connection, tell, together};
use super::migrate::{FILLING, set_sequences};
use super::tables::{Index, Statements, Table};
use super::value::Param;
use super::writer::{MOVE_TIP, number, writes};
use crate::kv::{Direction, after_prefix};
use crate::rows::{self, COUNTER_NAME, SCHEMA, SCHEMA_NAME, decode, encode};
use crate::snapshot::RowSource;
use crate::{RawRow, StoreError, keys};
use konter_core::ids::{AgentId, OrderId};
use konter_core::ledger::AccountId;

pub(crate) type Page = Result<Vec<RawRow>, StoreError>;

/// Rows read or written at once.
const ROWS_AT_ONCE: usize = 2_000;

/// Whoever takes the rows may be slow.
const BEGIN_READING: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; \
    SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL statement_timeout = 0";
const TIP: &str = "SELECT seq, digest, counter FROM tip";
const ORDERS_OF_AGENTS: &str =
    "SELECT agent_id, id FROM orders WHERE (agent_id, id) > ($1, $2) ORDER BY agent_id, id LIMIT $3";
const ACCOUNTS: &str = "SELECT account FROM accounts";
const LINES_OF: &str = "SELECT seq FROM (\
    (SELECT seq FROM journal WHERE debit = $1 AND seq > $2 ORDER BY seq LIMIT $3) UNION ALL \
    (SELECT seq FROM journal WHERE credit = $1 AND credit <> 'sales' AND seq > $2 ORDER BY seq LIMIT $3)\
    ) AS line ORDER BY seq LIMIT $3";

/// The rows on their way out.
pub(super) struct Pages(pub mpsc::Receiver<Page>);

impl RowSource for Pages {
    fn next_page(&mut self) -> Page {
        let broken_off = || Err(StoreError::Unavailable("the rows broke off".to_owned()));
        self.0.blocking_recv().unwrap_or_else(broken_off)
    }
}

/// Where the rows of a part of the keys come from.
#[derive(Clone, Debug)]
enum Source {
    Table(Index),
    /// A row that has a place of its own here.
    Fixed(Vec<u8>),
    OrdersOfAgents,
    LinesOf(AccountId),
}

type Part = (Range<Vec<u8>>, Source);

/// Every row as it stands at one moment, a page at a time in order of the keys. Writers go on meanwhile.
pub(super) async fn read_all(pool: &Pool, pages: mpsc::Sender<Page>) {
    if let Err(trouble) = read_pages(pool, &pages).await {
        let _ = pages.send(Err(trouble.into())).await;
    }
}

async fn read_pages(pool: &Pool, pages: &mpsc::Sender<Page>) -> Result<(), Trouble> {
    // It ends with a transaction open, so it does not go back into the pool.
    let client = Object::take(connection(pool).await?);
    let lead = [ask(&client, TIP, Vec::new()).await?, ask(&client, ACCOUNTS, Vec::new()).await?];
    let begun = together([tell(&client, BEGIN_READING)].into_iter().chain(lead).collect()).await?;
    let tip = begun.get(1).and_then(|rows| rows.first());
    let counter: i64 = tip.ok_or_else(|| corrupt("it has no tip"))?.try_get(2)?;
    let accounts: Vec<AccountId> =
        begun.get(2).into_iter().flatten().map(account_in).collect::<Result<_, Trouble>>()?;
    for (range, source) in sources(counter, accounts)? {
        match source {
            Source::Fixed(row) => {
                if pages.send(Ok(vec![(range.start, row)])).await.is_err() {
                    return Ok(());
                }
            }
            source => {
                let mut walk = Walk { source, range, last: None };
                while let Some(page) = walk.next(&client).await? {
                    if pages.send(Ok(page)).await.is_err() {
                        return Ok(());
                    }
                }
            }
        }
    }
    // An end that is said: without it, nothing of this counts.
    let _ = pages.send(Ok(Vec::new())).await;
    Ok(())
}

/// All keys there can be, in order, with where their rows come from.
fn sources(counter: i64, accounts: Vec<AccountId>) -> Result<Vec<Part>, StoreError> {
    let mut own: BTreeMap<Vec<u8>, (Vec<u8>, Source)> = BTreeMap::new();
    for (index, table) in Table::all().iter().enumerate().filter(|(_, table)| !table.prefix.is_empty()) {
        own.insert(table.prefix.to_vec(), (after_prefix(table.prefix), Source::Table(index)));
    }
    own.insert(vec![keys::ORDER_OF_AGENT], (after_prefix(&[keys::ORDER_OF_AGENT]), Source::OrdersOfAgents));
    for account in accounts.into_iter().filter(rows::has_lines) {
        let first = keys::line(&account, 0);
        own.insert(first, (after_prefix(&keys::line(&account, u64::MAX)), Source::LinesOf(account)));
    }
    let counter = encode("counter", &counter)?;
    for (name, row) in [(COUNTER_NAME, counter), (SCHEMA_NAME, encode("schema version", &SCHEMA)?)] {
        let key = keys::meta(name);
        let mut end = key.clone();
        end.push(0);
        own.insert(key, (end, Source::Fixed(row)));
    }
    let others = Table::all().iter().position(|table| table.prefix.is_empty());
    let others = others.ok_or_else(|| corrupt("there is no table for other rows"))?;
    let (mut all, mut from) = (Vec::new(), Vec::new());
    for (start, (end, source)) in own {
        if from < start {
            all.push((from.clone()..start.clone(), Source::Table(others)));
        }
        from.clone_from(&end);
        all.push((start..end, source));
    }
    all.push((from..vec![u8::MAX; 8], Source::Table(others)));
    Ok(all)
}

/// On its way through one source.
struct Walk {
    source: Source,
    range: Range<Vec<u8>>,
    last: Option<RawRow>,
}

impl Walk {
    /// The next rows; `None` when that was all.
    async fn next(&mut self, client: &ClientWrapper) -> Result<Option<Vec<RawRow>>, Trouble> {
        let page = match &self.source {
            Source::Table(index) => self.of_table(client, *index).await?,
            Source::OrdersOfAgents => self.orders_of_agents(client).await?,
            Source::LinesOf(account) => self.lines_of(client, account).await?,
            Source::Fixed(_) => Vec::new(),
        };
        self.last = page.last().cloned();
        Ok((!page.is_empty()).then_some(page))
    }

    async fn of_table(&self, client: &ClientWrapper, index: Index) -> Result<Vec<RawRow>, Trouble> {
        let unknown = || corrupt("there is no such table");
        let table = Table::all().get(index).ok_or_else(unknown)?;
        let statements = Statements::of(index).ok_or_else(unknown)?;
        let mut range = self.range.clone();
        if let Some((last, _)) = &self.last {
            range.start.clone_from(last);
            range.start.push(0); // the next key there can be
        }
        let (from, to) = table.bounds(&range)?;
        let rows = ask_once(client, statements.walk(Direction::Up), vec![from, to, limit()]).await?;
        Ok(rows.iter().map(|row| Ok((table.key_of(row)?, content(row, 1)?))).collect::<Result<_, StoreError>>()?)
    }

    async fn orders_of_agents(&self, client: &ClientWrapper) -> Result<Vec<RawRow>, Trouble> {
        let last = self.last.as_ref();
        let agent = last.and_then(|(key, _)| keys::agent_at(key, 1)).map_or(-1, |agent| i64::from(agent.0));
        let order = last.and_then(|(key, _)| keys::last_number(key)).unwrap_or(0);
        let rows = ask_once(client, ORDERS_OF_AGENTS, vec![Param::Number(agent), number(order)?, limit()]).await?;
        rows.iter()
            .map(|row| {
                let agent =
                    u32::try_from(row.try_get::<_, i64>(0)?).map_err(|_| corrupt("an agent's number is none"))?;
                Ok((keys::order_of_agent(AgentId(agent), OrderId(unsigned(row.try_get(1)?)?)), Vec::new()))
            })
            .collect()
    }

    async fn lines_of(&self, client: &ClientWrapper, account: &AccountId) -> Result<Vec<RawRow>, Trouble> {
        let last = self.last.as_ref().and_then(|(key, _)| keys::last_number(key)).unwrap_or(0);
        let params = vec![Param::Text(account.to_string()), number(last)?, limit()];
        let rows = ask_once(client, LINES_OF, params).await?;
        rows.iter().map(|row| Ok((keys::line(account, unsigned(row.try_get(0)?)?), Vec::new()))).collect()
    }
}

fn account_in(row: &Row) -> Result<AccountId, Trouble> {
    row.try_get::<_, &str>(0)?.parse().map_err(|_| corrupt("an account's name is none").into())
}

fn limit() -> Param {
    Param::Number(i64::try_from(ROWS_AT_ONCE).unwrap_or(i64::MAX))
}

fn unsigned(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| corrupt("a number is below zero"))
}

fn corrupt(problem: &str) -> StoreError {
    StoreError::Corrupt { what: "database", problem: problem.to_owned() }
}

/// Whether nothing was ever kept in it.
pub(super) async fn is_empty(client: &ClientWrapper) -> Result<bool, Trouble> {
    const IS_EMPTY: &str = "SELECT (SELECT seq = 0 AND counter = 0 FROM tip) AND NOT EXISTS (SELECT FROM products) \
        AND NOT EXISTS (SELECT FROM agents) AND NOT EXISTS (SELECT FROM other_rows)";
    Ok(client.query_one(IS_EMPTY, &[]).await?.try_get(0)?)
}

/// Puts rows into a database that has none, all or nothing. Nobody else may use it meanwhile. Where it is broken off, the database
/// says so, and is no new shop.
pub(super) async fn write_all(pool: &Pool, mut pages: mpsc::Receiver<Page>) -> Result<(), Trouble> {
    const BEGIN: &str = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; SET CONSTRAINTS ALL DEFERRED; \
        UPDATE tip SET filling_since = NULL";
    let client = Object::take(connection(pool).await?);
    if !is_empty(&client).await? {
        return Err(Trouble::Refused("there is a shop in it already".to_owned()));
    }
    together(vec![tell(&client, FILLING), tell(&client, BEGIN)]).await?;
    let mut end = (0, "0".repeat(64), 0);
    let mut is_whole = false;
    while let Some(page) = pages.recv().await {
        let (mut batch, page) = (Vec::new(), page?);
        is_whole = page.is_empty();
        for (key, row) in page {
            if key == keys::meta(SCHEMA_NAME) {
                rows::check_schema(decode("schema version", &row)?)?;
            } else if key == keys::meta(COUNTER_NAME) {
                end.2 = decode("counter", &row)?;
            } else {
                if key.first() == Some(&keys::JOURNAL)
                    && let Some(line) = rows::unpack(&row).next_back().transpose()?
                {
                    (end.0, end.1) = (line.seq, line.digest.to_string());
                }
                batch.push((key, Some(row)));
            }
        }
        together(writes(&client, batch).await?).await?;
    }
    if !is_whole {
        return Err(Trouble::Refused("the rows broke off".to_owned()));
    }
    let tip = vec![number(end.0)?, Param::Text(end.1), number(end.2)?];
    together(vec![ask(&client, MOVE_TIP, tip).await?]).await?;
    set_sequences(&client).await?;
    together(vec![tell(&client, "COMMIT")]).await?;
    Ok(())
}
