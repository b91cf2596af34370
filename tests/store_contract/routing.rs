//! What admins set for suppliers, and where alerts about orders stand.

use konter_core::ids::OrderId;
use konter_core::price_list::{MarginRule, Margins, PriceListRow, RoundTo};
use konter_core::pricing::PriceStep;
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

pub async fn a_price_list_and_the_margins_are_changed_by_who_has_read_them(engine: impl Engine) {
    let store = engine.store();
    let lists = |expected, row: &PriceListRow| {
        let price_lists = vec![Versioned { expected, row: row.clone() }];
        Commit { routing: RoutingRows { price_lists, ..RoutingRows::default() }, ..commit() }
    };
    let rules = |expected, row: &Margins| {
        let margins = Some(Versioned { expected, row: row.clone() });
        Commit { routing: RoutingRows { margins, ..RoutingRows::default() }, ..commit() }
    };
    let kios = PriceListRow { count: 7, ..PriceListRow::of("kios".parse().unwrap()).next() };
    store.commit(lists(None, &kios)).await.unwrap();
    let asked = PriceListRow { asked_at: Some(now()), ..kios.next() };
    for expected in [None, Some(2)] {
        let late = store.commit(lists(expected, &asked)).await;
        assert!(matches!(late, Err(CommitError::Conflict(_))), "{late:?}");
    }
    store.commit(lists(Some(1), &asked)).await.unwrap();
    assert_eq!(store.margins().await.unwrap(), Margins::default());
    let rule = MarginRule { above: PriceStep::Percent(250), round: Some(RoundTo::Hundred) };
    let margins = Margins { version: 1, rules: [("Pulsa XL".to_owned(), rule)].into() };
    store.commit(rules(None, &margins)).await.unwrap();
    let late = store.commit(rules(None, &margins)).await;
    assert!(matches!(late, Err(CommitError::Conflict(_))), "{late:?}");
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(store.price_lists().await.unwrap(), std::slice::from_ref(&asked));
    assert_eq!(store.price_list(&asked.supplier).await.unwrap(), Some(asked));
    assert_eq!(store.margins().await.unwrap(), margins);
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
