//! A shop moves from a folder into a database and back, and is the same shop.

use std::sync::Arc;

use konter_core::ids::OrderId;
use konter_store::audit::audit;
use konter_store::sled_store::{Limits, SledOptions};
use konter_store::{Sequence, Store, moving};

use super::engines::{Engine, Postgres, Sled, open};
use super::random::{everything, trade};
use crate::support::*;

/// A busy shop in a folder, its books partly in a base, with people and a look-up in it.
async fn busy() -> Sled {
    let engine = Sled::with(Limits { calm: 0, full: 20_000, segment: 10_000, base: 50_000 });
    let store = engine.store();
    for n in 1..=3 {
        store.commit(register(n)).await.unwrap();
    }
    trade(&store, 400).await;
    drop(store);
    engine.reopen()
}

async fn is_the_same(one: &Store, other: &Store) {
    assert_eq!(moving::compare(one, other).await.unwrap(), Vec::<&str>::new());
    assert_eq!(everything(one).await, everything(other).await);
    let report = audit(other).await.unwrap();
    assert!(report.is_clean() && report == audit(one).await.unwrap(), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_moves_into_a_database_and_back() {
    let Some(engine) = Postgres::start().await else { return };
    let (sled, database) = (busy().await, engine.database());
    let (folder, into) = (&sled.store(), Arc::new(database.engine().await));
    let postgres = Store::over(into.clone());
    moving::to_database(folder, &into).await.unwrap();
    is_the_same(folder, &postgres).await;
    let full = moving::to_database(folder, &into).await.unwrap_err();
    assert!(full.to_string().contains("already"), "{full}");

    let back = tempfile::tempdir().unwrap();
    let back_there = back.path().join("store");
    moving::to_folder(&postgres, &back_there).await.unwrap();
    let again = open(&back_there, SledOptions::default());
    is_the_same(folder, &again).await;
    assert!(moving::to_folder(&postgres, sled.path()).await.is_err(), "a folder in use is left alone");

    // They go on alike, and no number is given twice.
    let last = folder.orders_from(OrderId(1), 10_000).await.unwrap().pop().unwrap();
    for store in [&postgres, &again] {
        assert!(store.next(Sequence::Order).await.unwrap() > last.id.0);
        assert!(store.next(Sequence::Agent).await.unwrap() > 3);
        store.commit(place(order(10_000, 1, "0899"))).await.unwrap();
        store.commit(succeed(&order(10_000, 1, "0899"))).await.unwrap();
    }
    is_the_same(&postgres, &again).await;
}

/// Nothing of a move counts before all of it is there, and what there is of it is no new shop.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_breaks_off_leaves_nothing() {
    let Some(engine) = Postgres::start().await else { return };
    let (sled, database) = (busy().await, engine.database());
    let into = Arc::new(database.engine().await);
    let postgres = Store::over(into.clone());
    let sql = "ALTER TABLE tip ADD CONSTRAINT stays_empty CHECK (seq = 0)";
    crate::postgres::execute(&database.url, sql).await;
    assert!(moving::to_database(&sled.store(), &into).await.is_err());
    assert_eq!(postgres.journal(0, 9).await.unwrap(), []);
    assert_eq!(postgres.agents(None, 9).await.unwrap(), []);
    crate::postgres::execute(&database.url, "ALTER TABLE tip DROP CONSTRAINT stays_empty").await;
    for refused in [database.engine().await.join().await, database.engine().await.has_shop().await] {
        let said = refused.unwrap_err().to_string();
        assert!(said.contains("broken off") && said.contains("konter restore"), "{said}");
    }
    moving::to_database(&sled.store(), &into).await.unwrap();
    into.has_shop().await.unwrap();
    into.join().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_database_is_no_shop_to_look_at() {
    let Some(engine) = Postgres::start().await else { return };
    let said = engine.database().engine().await.has_shop().await.unwrap_err().to_string();
    assert!(said.contains("there is no shop in it"), "{said}");
}
