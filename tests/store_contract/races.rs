//! Many at once.

use std::time::Duration;

use konter_core::agent::Agent;
use konter_core::ids::OrderId;
use konter_core::order::Order;
use konter_store::audit::audit;
use konter_store::{Commit, CommitError, Committed, Store, Versioned};

use super::engines::Engine;
use crate::support::*;

async fn all(store: &Store, commits: Vec<Commit>) -> Vec<Result<Committed, CommitError>> {
    let tasks: Vec<_> = commits
        .into_iter()
        .map(|commit| {
            let store = store.clone();
            tokio::spawn(async move { store.commit(commit).await })
        })
        .collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

pub async fn racing_orders_never_overdraw(engine: impl Engine) {
    let store = engine.store();
    store.commit(deposit(1, 10 * 10_500 + 10_499)).await.unwrap();
    let results = all(&store, (1..=100).map(|id| place(order(id, 1, &format!("08{id}")))).collect()).await;
    let placed = results.iter().filter(|result| matches!(result, Ok(Committed::Done))).count();
    let refused = results.iter().filter(|result| matches!(result, Err(CommitError::Refused(_)))).count();
    assert_eq!((placed, refused), (10, 90));
    assert_eq!(store.account(&deposits(1)).await.unwrap().available(), rp(10_499));
    assert_eq!(store.open_orders().await.unwrap().len(), 10);
    assert!(audit(&store).await.unwrap().is_clean());
}

/// Whoever books by hand writes the receiver's row: of several that were decided on the same books, one stands.
pub async fn of_bookings_decided_on_the_same_books_one_stands(engine: impl Engine) {
    let store = engine.store();
    store.commit(register(1)).await.unwrap();
    let booked = Agent { version: 2, ..agent(1) };
    let booking =
        || Commit { agents: vec![Versioned { expected: Some(1), row: booked.clone() }], ..deposit(1, 100_000) };
    let results = all(&store, (0..5).map(|_| booking()).collect()).await;
    let stand = results.iter().filter(|result| result.is_ok()).count();
    let conflicts = results.iter().filter(|result| matches!(result, Err(CommitError::Conflict(_)))).count();
    assert_eq!((stand, conflicts), (1, 4), "{results:?}");
    assert_eq!(store.account(&deposits(1)).await.unwrap().available(), rp(100_000));
}

pub async fn two_orders_race_for_one_slot(engine: impl Engine) {
    let store = engine.store();
    store.commit(deposit(1, 10_000_000)).await.unwrap();
    for round in 0..20 {
        let dest = format!("08{round}");
        let results = all(&store, (1..=2).map(|n| place(order(round * 2 + n, 1, &dest))).collect()).await;
        let won = results.iter().filter(|result| result.is_ok()).count();
        let lost = results.iter().filter(|result| matches!(result, Err(CommitError::Conflict(_)))).count();
        assert_eq!((won, lost), (1, 1), "{results:?}");
    }
    assert_eq!(store.holds().await.unwrap().len(), 20);
}

/// Two chats of one reseller, one before midnight and one after it.
pub async fn two_orders_race_for_one_slot_over_midnight(engine: impl Engine) {
    let store = engine.store();
    store.commit(deposit(1, 10_000_000)).await.unwrap();
    for round in 0..20 {
        let dest = format!("08{round}");
        let before = order(round * 2 + 1, 1, &dest);
        let after = Order { day: before.day.succ_opt().unwrap(), ..order(round * 2 + 2, 1, &dest) };
        let results = all(&store, vec![place(before), place(after)]).await;
        let won = results.iter().filter(|result| result.is_ok()).count();
        let lost = results.iter().filter(|result| matches!(result, Err(CommitError::Conflict(_)))).count();
        assert_eq!((won, lost), (1, 1), "{results:?}");
    }
    assert_eq!(store.holds().await.unwrap().len(), 20);
}

pub async fn the_same_message_handled_twice_at_once_orders_once(engine: impl Engine) {
    let store = engine.store();
    store.commit(deposit(1, 10_000_000)).await.unwrap();
    let commits = (1..=10).map(|n| {
        let order = order(n, 1, &format!("08{n}"));
        Commit { answers: Some((key(1, "5"), 5)), ..place(order) }
    });
    let results = all(&store, commits.collect()).await;
    let done = results.iter().filter(|result| matches!(result, Ok(Committed::Done))).count();
    let repeated: Vec<OrderId> = results
        .iter()
        .filter_map(
            |result| if let Ok(Committed::Repeated(answered)) = result { Some(answered.orders[0]) } else { None },
        )
        .collect();
    assert_eq!((done, repeated.len()), (1, 9));
    let open = store.open_orders().await.unwrap();
    assert_eq!(open.len(), 1);
    assert!(repeated.iter().all(|id| *id == open[0].id));
}

/// Commits and reads of every kind at once, in time.
pub async fn a_hundred_tasks_do_not_hang(engine: impl Engine) {
    let store = engine.store();
    store.commit(deposit(1, 1_000_000_000)).await.unwrap();
    let tasks: Vec<_> = (1..=100_u64)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                for round in 0..5 {
                    let order = order(n * 10 + round, 1, &format!("08{n}x{round}"));
                    store.commit(place(order.clone())).await.unwrap();
                    assert_eq!(store.order(order.id).await.unwrap().as_ref(), Some(&order), "reads see own writes");
                    store.commit(if round % 2 == 0 { succeed(&order) } else { fail(&order) }).await.unwrap();
                    assert!(!store.order(order.id).await.unwrap().unwrap().is_open());
                }
            })
        })
        .collect();
    let auditor = store.clone();
    let work = async {
        for task in tasks {
            task.await.unwrap();
        }
        let report = audit(&auditor).await.unwrap();
        assert!(report.is_clean(), "{report}");
        assert_eq!((report.holds, report.kinds["holds"].0), (0, 500));
    };
    tokio::time::timeout(Duration::from_secs(60), work).await.expect("it ends in time");
}
