//! What admins set for suppliers, and where alerts about orders stand.

use konter_core::ids::OrderId;
use konter_core::routing::{Pause, SupplierOverrides};
use konter_store::{Commit, CommitError, RoutingRows, Shown, Versioned};

use super::engines::Engine;
use crate::support::*;

fn steer(expected: Option<u32>, row: SupplierOverrides) -> Commit {
    let routing = RoutingRows { supplier_overrides: vec![Versioned { expected, row }], ..RoutingRows::default() };
    Commit { routing, ..commit() }
}

fn of(supplier: &str) -> SupplierOverrides {
    SupplierOverrides::of(supplier.parse().unwrap()).next()
}

pub async fn what_is_set_for_a_supplier_is_changed_by_who_has_read_it(engine: impl Engine) {
    let store = engine.store();
    assert_eq!(store.all_supplier_overrides().await.unwrap(), []);
    let pause = Pause { by: chat(9), at: now(), reason: Some("deposit habis".to_owned()) };
    let paused = SupplierOverrides { paused: Some(pause), ..of("xgate") };
    store.commit(steer(None, paused.clone())).await.unwrap();
    store.commit(steer(None, of("kios"))).await.unwrap();
    for expected in [None, Some(2)] {
        let late = store.commit(steer(expected, paused.next())).await;
        assert!(matches!(late, Err(CommitError::Conflict(_))), "{late:?}");
    }
    let ranked = SupplierOverrides { priority: Some(2), paused: None, ..paused.next() };
    store.commit(steer(Some(1), ranked.clone())).await.unwrap();
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(store.all_supplier_overrides().await.unwrap(), [of("kios"), ranked]);
}

pub async fn alerts_are_found_by_their_order_until_they_are_settled(engine: impl Engine) {
    let store = engine.store();
    let shown = |order, to, message: &str| Shown { order: OrderId(order), chat: chat(to), message: message.to_owned() };
    let note = |rows: Vec<Shown>| Commit { routing: RoutingRows { shown: rows, ..RoutingRows::default() }, ..commit() };
    let settle =
        |order| Commit { routing: RoutingRows { unshown: vec![OrderId(order)], ..RoutingRows::default() }, ..commit() };
    store.commit(note(vec![shown(1, 8, "100"), shown(1, 9, "200"), shown(2, 8, "101")])).await.unwrap();
    store.commit(note(vec![shown(1, 9, "201")])).await.unwrap();
    let found = |order| {
        let store = store.clone();
        async move { store.shown(OrderId(order)).await.unwrap() }
    };
    assert_eq!(found(1).await, [shown(1, 8, "100"), shown(1, 9, "201")]);
    store.commit(settle(1)).await.unwrap();
    assert_eq!(found(1).await, []);
    assert_eq!(found(2).await, [shown(2, 8, "101")]);
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(store.shown(OrderId(2)).await.unwrap().len(), 1);
}
