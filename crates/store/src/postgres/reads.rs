//! Reads that the database's own indexes and sequences answer.

use chrono::{DateTime, Utc};
use tokio_postgres::Row;

use super::ahead::Reading;
use super::fetch::content;
use super::link::{ask_once, connection};
use super::reader::Wish;
use super::value::Param;
use super::{PATIENCE, PostgresStore, patiently};
use crate::rows::{decode, has_lines};
use crate::{Sequence, StoreError, keys, sitting};
use konter_core::ids::{AgentId, ChatId, OrderId};
use konter_core::ledger::{AccountId, Entry};
use konter_core::order::Order;

const LINES: &str = "SELECT row FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2";
/// Sales stands in nearly every line and has no index, so its lines are walked.
const SALES_BEFORE: &str =
    "SELECT row FROM journal WHERE (debit = $1 OR credit = $1) AND seq < $2 ORDER BY seq DESC LIMIT $3";
const SALES_AFTER: &str =
    "SELECT row FROM journal WHERE (debit = $1 OR credit = $1) AND seq > $2 ORDER BY seq LIMIT $3";
const LINES_BEFORE: &str = "SELECT row FROM (\
    (SELECT seq, row FROM journal WHERE debit = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3) UNION ALL \
    (SELECT seq, row FROM journal WHERE credit = $1 AND credit <> 'sales' AND seq < $2 ORDER BY seq DESC LIMIT $3)\
    ) AS line ORDER BY seq DESC LIMIT $3";
const LINES_AFTER: &str = "SELECT row FROM (\
    (SELECT seq, row FROM journal WHERE debit = $1 AND seq > $2 ORDER BY seq LIMIT $3) UNION ALL \
    (SELECT seq, row FROM journal WHERE credit = $1 AND credit <> 'sales' AND seq > $2 ORDER BY seq LIMIT $3)\
    ) AS line ORDER BY seq LIMIT $3";
const ORDERS_OF: &str = "SELECT row FROM orders WHERE agent_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
const ORDERS_TO: &str =
    "SELECT row FROM orders WHERE agent_id = $1 AND dest = $4 AND id < $2 ORDER BY id DESC LIMIT $3";
const WAITING_CHATS: &str = "SELECT DISTINCT chat FROM outbox";
pub(super) const FIRST_ORDER: &str = "SELECT id FROM orders WHERE created_at >= $1 ORDER BY created_at, id LIMIT 1";
pub(super) const FIRST_LINE: &str = "SELECT seq FROM journal WHERE at >= $1 ORDER BY at, seq LIMIT 1";
fn bound(number: u64) -> Param {
    Param::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

fn limited(limit: usize) -> Param {
    Param::Number(i64::try_from(limit).unwrap_or(i64::MAX))
}

fn number_in(rows: &[Row]) -> Result<Option<u64>, StoreError> {
    let bad = || StoreError::Corrupt { what: "number", problem: "it is not where it should be".to_owned() };
    let Some(row) = rows.first() else { return Ok(None) };
    let number: i64 = row.try_get(0).map_err(|_| bad())?;
    u64::try_from(number).map(Some).map_err(|_| bad())
}

fn decoded<T: serde::de::DeserializeOwned>(what: &'static str, rows: &[Row]) -> Result<Vec<T>, StoreError> {
    rows.iter().map(|row| decode(what, &content(row, 0)?)).collect()
}

impl PostgresStore {
    async fn rows(&self, statement: &'static str, params: Vec<Param>) -> Result<Vec<Row>, StoreError> {
        let attempt = || async {
            let client = connection(&self.pool).await?;
            ask_once(&client, statement, params.clone()).await
        };
        patiently(PATIENCE, attempt, StoreError::from).await
    }

    pub(super) async fn next_number(&self, sequence: Sequence) -> Result<u64, StoreError> {
        if sequence == Sequence::Order
            && let Some(number) = sitting::current().and_then(|sitting| Reading::take_number(&sitting))
        {
            return Ok(number);
        }
        let wish = || Wish { number: Some(sequence), ..Wish::default() };
        let granted = patiently(PATIENCE, || self.grant(wish()), StoreError::from).await?;
        granted.number.ok_or_else(|| StoreError::Unavailable("the database gives no number".to_owned()))
    }

    pub(super) async fn lines(&self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        decoded("journal entry", &self.rows(LINES, vec![bound(after), limited(limit)]).await?)
    }

    pub(super) async fn lines_before(
        &self,
        id: &AccountId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let statement = if has_lines(id) { LINES_BEFORE } else { SALES_BEFORE };
        let params = vec![Param::Text(id.to_string()), bound(before.unwrap_or(u64::MAX)), limited(limit)];
        decoded("journal entry", &self.rows(statement, params).await?)
    }

    pub(super) async fn lines_after(&self, id: &AccountId, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let statement = if has_lines(id) { LINES_AFTER } else { SALES_AFTER };
        let params = vec![Param::Text(id.to_string()), bound(after), limited(limit)];
        decoded("journal entry", &self.rows(statement, params).await?)
    }

    pub(super) async fn orders_before(
        &self,
        agent: AgentId,
        dest: Option<&str>,
        before: Option<OrderId>,
        limit: usize,
    ) -> Result<Vec<Order>, StoreError> {
        let before = before.map_or(u64::MAX, |before| before.0);
        let mut params = vec![Param::Number(agent.0.into()), bound(before), limited(limit)];
        let statement = match dest {
            None => ORDERS_OF,
            Some(dest) => {
                params.push(Param::Text(dest.to_owned()));
                ORDERS_TO
            }
        };
        decoded("order", &self.rows(statement, params).await?)
    }

    /// In the order of their keys, as every store gives them.
    pub(super) async fn chats_with_outgoing(&self) -> Result<Vec<ChatId>, StoreError> {
        let bad = || StoreError::Corrupt { what: "outgoing message", problem: "its chat is none".to_owned() };
        let rows = self.rows(WAITING_CHATS, Vec::new()).await?;
        let chat = |row: &Row| row.try_get::<_, &str>(0).ok()?.parse().ok();
        let mut chats: Vec<ChatId> =
            rows.iter().map(|row| chat(row).ok_or_else(bad)).collect::<Result<_, StoreError>>()?;
        chats.sort_by_cached_key(keys::outbox_of);
        Ok(chats)
    }

    pub(super) async fn first_number_since(
        &self,
        statement: &'static str,
        at: DateTime<Utc>,
    ) -> Result<Option<u64>, StoreError> {
        number_in(&self.rows(statement, vec![Param::Time(at)]).await?)
    }
}
