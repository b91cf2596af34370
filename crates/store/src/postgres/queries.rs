//! Reads that the database's own indexes answer. Each gives one column of JSON.

use super::value::Param;
use crate::kv::Query;

const LINES: &str = "SELECT row FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2";
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
const WAITING_CHATS: &str = "SELECT to_json(chat) FROM (SELECT DISTINCT chat FROM outbox) AS waiting";
const FIRST_ORDER: &str = "SELECT to_json(id) FROM orders WHERE created_at >= $1 ORDER BY created_at, id LIMIT 1";
const FIRST_LINE: &str = "SELECT to_json(seq) FROM journal WHERE at >= $1 ORDER BY at, seq LIMIT 1";

/// How the database is asked.
pub(super) fn statement(query: &Query) -> (&'static str, Vec<Param>) {
    match query {
        Query::Journal { after, limit } => (LINES, vec![bound(*after), limited(*limit)]),
        Query::LinesBefore { account, before, limit } => {
            (LINES_BEFORE, vec![Param::Text(account.to_string()), bound(*before), limited(*limit)])
        }
        Query::LinesAfter { account, after, limit } => {
            (LINES_AFTER, vec![Param::Text(account.to_string()), bound(*after), limited(*limit)])
        }
        Query::OrdersOf { agent, dest, before, limit } => {
            let mut params = vec![Param::Number(agent.0.into()), bound(*before), limited(*limit)];
            params.extend(dest.clone().map(Param::Text));
            (if dest.is_some() { ORDERS_TO } else { ORDERS_OF }, params)
        }
        Query::FirstOrder(at) => (FIRST_ORDER, vec![Param::Time(*at)]),
        Query::FirstLine(at) => (FIRST_LINE, vec![Param::Time(*at)]),
        Query::WaitingChats => (WAITING_CHATS, Vec::new()),
    }
}

fn bound(number: u64) -> Param {
    Param::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

fn limited(limit: usize) -> Param {
    Param::Number(i64::try_from(limit).unwrap_or(i64::MAX))
}
