//! What reports read.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use konter_core::ids::OrderId;
use konter_core::ledger::{AccountId, Entry, Posting, Reason};
use konter_core::order::Order;
use konter_store::{Commit, CommitError};

use super::engines::Engine;
use crate::support::*;

fn minute(n: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(n)
}

/// Every third number has an order, placed in that minute; each is two lines of the journal, in two commits.
pub async fn a_moment_finds_the_first_order_and_the_first_line_since(engine: impl Engine) {
    let store = engine.store();
    assert_eq!(store.first_order_since(minute(0)).await.unwrap(), None);
    assert_eq!(store.first_entry_since(minute(0)).await.unwrap(), None);
    store.commit(Commit { at: minute(-60), ..deposit(1, 10_000_000) }).await.unwrap();
    for n in (3..=90_u32).step_by(3) {
        let at = minute(i64::from(n));
        let order = Order { created_at: at, ..order(u64::from(n), 1, &format!("08{n}")) };
        store.commit(Commit { at, ..place(order.clone()) }).await.unwrap();
        store.commit(Commit { at: at + TimeDelta::seconds(30), ..succeed(&order) }).await.unwrap();
    }
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    let journal = store.journal(0, 1_000).await.unwrap();
    let orders = store.orders_from(OrderId(0), 1_000).await.unwrap();
    assert_eq!((journal.len(), orders.len()), (61, 30));
    for seconds in (-4_000..6_000).step_by(10) {
        let at = now() + TimeDelta::seconds(seconds);
        let order = orders.iter().find(|order| order.created_at >= at).map(|order| order.id);
        assert_eq!(store.first_order_since(at).await.unwrap(), order, "{seconds}");
        let line = journal.iter().find(|entry| entry.at >= at).map(|entry| entry.seq);
        assert_eq!(store.first_entry_since(at).await.unwrap(), line, "{seconds}");
    }
}

pub async fn orders_are_read_on_from_any_number(engine: impl Engine) {
    let store = engine.store();
    store.commit(deposit(1, 10_000_000)).await.unwrap();
    for n in [2, 3, 7, 8, 9, 300] {
        store.commit(place(order(n, 1, &format!("08{n}")))).await.unwrap();
    }
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    for (first, limit, expected) in [
        (0, 9, &[2, 3, 7, 8, 9, 300][..]),
        (3, 2, &[3, 7]),
        (4, 3, &[7, 8, 9]),
        (300, 9, &[300]),
        (301, 9, &[]),
        (u64::MAX, 9, &[]),
        (0, 0, &[]),
    ] {
        let found = store.orders_from(OrderId(first), limit).await.unwrap();
        assert_eq!(found.iter().map(|order| order.id.0).collect::<Vec<_>>(), expected, "{first}, {limit}");
    }
}

pub async fn statements_page_forwards_through_one_account(engine: impl Engine) {
    let store = engine.store();
    for n in 1..=60_u32 {
        store.commit(deposit(n % 3 + 1, i64::from(n))).await.unwrap();
    }
    let paid = Posting::transfer(deposits(1), AccountId::Sales, rp(5), Reason::Order, None);
    store.commit(Commit { postings: vec![paid], ..commit() }).await.unwrap();
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    let all = store.journal(0, 100).await.unwrap();
    for id in [deposits(1), deposits(2), deposits(99), AccountId::Cash] {
        let expected: Vec<Entry> =
            all.iter().filter(|entry| entry.debit == id || entry.credit == id).cloned().collect();
        let mut paged: Vec<Entry> = Vec::new();
        while let after = paged.last().map_or(0, |entry| entry.seq)
            && let page = store.statement_after(&id, after, 7).await.unwrap()
            && !page.is_empty()
        {
            assert!(page.len() <= 7);
            paged.extend(page);
        }
        assert_eq!(paged, expected, "{id}");
        assert_eq!(store.statement_after(&id, u64::MAX, 7).await.unwrap(), []);
        assert_eq!(store.statement_after(&id, 0, 0).await.unwrap(), []);
    }
}

pub async fn a_day_is_summarised_once(engine: impl Engine) {
    let store = engine.store();
    let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
    let tell = |day| Commit { summarised: Some(day), ..commit() };
    assert_eq!(store.last_summary().await.unwrap(), None);
    store.commit(tell(day(20))).await.unwrap();
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    for told in [20, 19] {
        let error = store.commit(Commit {
            outgoing: vec![say(1, konter_reply::Reply::TryAgain { order: true })],
            ..tell(day(told))
        });
        assert!(matches!(error.await.unwrap_err(), CommitError::Conflict(_)));
    }
    assert_eq!(store.outbox(&chat(1), 9).await.unwrap(), []);
    store.commit(tell(day(22))).await.unwrap();
    assert_eq!(store.last_summary().await.unwrap(), Some(day(22)));
}
