//! What only a store that others use at the same time, over a network, has to answer for.

use std::collections::BTreeSet;
use std::time::Duration;

use konter_core::ledger::AccountId;
use konter_reply::Reply;
use konter_store::audit::audit;
use konter_store::postgres::PostgresStore;
use konter_store::{Commit, CommitError, Committed, Sequence, Store, StoreError};
use tokio_postgres::NoTls;

use super::engines::{Engine, Postgres};
use crate::postgres::{self, Cluster, Database};
use crate::support::*;
use crate::wire::{Cut, Wire};

/// As many stores as processes, on one database.
async fn processes(count: usize) -> Option<(Database, Vec<Store>)> {
    let database = postgres::database().await?;
    let mut stores = Vec::new();
    for _ in 0..count {
        stores.push(database.open().await);
    }
    Some((database, stores))
}

async fn rows(database: &Database, sql: &str) -> Vec<tokio_postgres::Row> {
    let (client, connection) = tokio_postgres::connect(&database.url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client.query(sql, &[]).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_share_one_journal_and_never_overdraw() {
    let Some((_, stores)) = processes(4).await else { return };
    stores[0].commit(deposit(1, 100 * 10_500)).await.unwrap();
    let tasks: Vec<_> = (0..200_usize)
        .map(|n| {
            let store = stores[n % stores.len()].clone();
            tokio::spawn(async move { store.commit(place(order(n as u64 + 1, 1, &format!("08{n}")))).await })
        })
        .collect();
    let mut placed = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => placed += 1,
            Err(CommitError::Refused(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(placed, 100);
    for store in &stores {
        assert_eq!(store.account(&deposits(1)).await.unwrap().available(), rp(0));
        let report = audit(store).await.unwrap();
        assert!(report.is_clean(), "{report}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_on_what_another_process_has_changed_is_a_conflict() {
    let Some((_, stores)) = processes(2).await else { return };
    stores[0].commit(deposit(1, 1_000_000)).await.unwrap();
    for n in 1..=20_u64 {
        let order = order(n, 1, &format!("08{n}"));
        stores[0].commit(place(order.clone())).await.unwrap();
        let both = tokio::join!(stores[0].commit(succeed(&order)), stores[1].commit(fail(&order)));
        let done = [&both.0, &both.1].iter().filter(|result| result.is_ok()).count();
        let late = [&both.0, &both.1].iter().filter(|result| matches!(result, Err(CommitError::Conflict(_)))).count();
        assert_eq!((done, late), (1, 1), "{both:?}");
    }
    assert!(audit(&stores[1]).await.unwrap().is_clean());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_answered_by_one_process() {
    let Some((_, stores)) = processes(4).await else { return };
    stores[0].commit(deposit(1, 1_000_000)).await.unwrap();
    let orders = (1..=4).map(|n| Commit { answers: Some((key(1, "5"), 5)), ..place(order(n, 1, &format!("08{n}"))) });
    let answers = futures::future::join_all(stores.iter().zip(orders).map(|(store, order)| store.commit(order))).await;
    let done = answers.iter().filter(|answer| matches!(answer, Ok(Committed::Done))).count();
    let repeated = answers.iter().filter(|answer| matches!(answer, Ok(Committed::Repeated(_)))).count();
    assert_eq!((done, repeated), (1, 3), "{answers:?}");
    assert_eq!(stores[2].open_orders().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_and_references_are_given_once_over_all_processes() {
    let Some((database, mut stores)) = processes(3).await else { return };
    let (mut numbers, mut references) = (BTreeSet::new(), BTreeSet::new());
    for round in 0..40 {
        if round == 20 {
            stores.push(database.open().await);
        }
        for (floor, store) in [1_000, 5, 2_000, 0].into_iter().zip(&stores) {
            let (number, reference) = tokio::join!(store.next(Sequence::Order), store.next_reference(floor + round));
            assert!(numbers.insert(number.unwrap()));
            assert!(references.insert(reference.unwrap()));
        }
    }
    assert_eq!(numbers.last().copied(), u64::try_from(numbers.len()).ok(), "no gaps without a reason");
}

/// Clocks of several machines agree to the microsecond, if it comes to the worst.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn references_of_the_same_microsecond_differ_and_each_process_counts_up() {
    let Some((_, stores)) = processes(3).await else { return };
    let mut given = BTreeSet::new();
    let mut last = [0; 3];
    for floor in [1_000, 1_000, 1_001, 900, 200_000_000, 200_000_000, 5, 400_000_000] {
        for (store, last) in stores.iter().zip(&mut last) {
            let reference = store.next_reference(floor).await.unwrap().0;
            assert!(reference > floor && reference > *last, "{reference} after {last} at {floor}");
            assert!(given.insert(reference), "{reference} is given twice");
            *last = reference;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_database_refuses_does_not_hurt_its_neighbours() {
    let Some(engine) = Postgres::start().await else { return };
    let store = engine.store();
    let sql = "ALTER TABLE agents ADD CONSTRAINT not_seven CHECK (name <> 'Toko 7')";
    postgres::execute(&engine.database().url, sql).await;
    let results = futures::future::join_all((1..=30).map(|n| store.commit(register(n)))).await;
    for (n, result) in (1..).zip(results) {
        match result {
            Ok(_) => assert_ne!(n, 7),
            Err(error) => {
                assert_eq!(n, 7, "{error}");
                assert!(error.to_string().contains("not_seven"), "{error}");
                assert!(!error.to_string().contains("hash"), "no row is quoted: {error}");
            }
        }
    }
    assert_eq!(store.agents(None, 99).await.unwrap().len(), 29);
}

/// Whatever is cut and whenever, a commit comes about once, and its answer says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_neither_lost_nor_doubled() {
    let Some(cluster) = Cluster::of_its_own() else { return };
    let wire = Wire::to(cluster.port()).await;
    let database = cluster.database().at_port(cluster.port(), wire.port());
    let store = database.open().await;
    for (cut, times) in [(Cut::After, 1), (Cut::Before, 1), (Cut::After, 3), (Cut::Before, 3)] {
        let before = store.account(&deposits(1)).await.unwrap().available();
        (0..times).for_each(|_| wire.cut_next_commit(cut));
        assert_eq!(store.commit(deposit(1, 7)).await.unwrap(), Committed::Done, "{cut:?}");
        let after = store.account(&deposits(1)).await.unwrap().available();
        assert_eq!(after.get() - before.get(), 7, "{cut:?}");
    }
    assert!(wire.cuts() >= 5, "{} cuts", wire.cuts());
    assert!(audit(&store).await.unwrap().is_clean());
}

/// What an order costs on the way to the database: a commit is two round trips, however many go together in it and whoever
/// else writes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_of_commits_is_two_round_trips() {
    let Some(cluster) = Cluster::of_its_own() else { return };
    let wire = Wire::to(cluster.port()).await;
    let store = cluster.database().at_port(cluster.port(), wire.port()).open().await;
    let other = cluster.database().open().await;
    store.commit(deposit(1, 10_000_000)).await.unwrap();
    let turns = async |commit: Commit| {
        let before = wire.turns();
        store.commit(commit).await.unwrap();
        wire.turns() - before
    };
    let more = |n: u64| Commit {
        outgoing: vec![say(1, Reply::TryAgain { order: true })],
        answers: Some((key(1, &n.to_string()), n)),
        ..place(order(n, 1, &format!("08{n}")))
    };
    // The first of a kind has its statements prepared.
    for n in 1..=3 {
        turns(more(n)).await;
        turns(succeed(&order(n, 1, &format!("08{n}")))).await;
    }
    assert_eq!(turns(more(8)).await, 2);
    assert_eq!(turns(succeed(&order(8, 1, "088"))).await, 2);
    other.commit(deposit(2, 1)).await.unwrap();
    assert_eq!(turns(more(9)).await, 2);
    let before = wire.turns();
    futures::future::join_all((10..40).map(|n| store.commit(more(n)))).await;
    let together = wire.turns() - before;
    assert!(together <= 4, "{together} round trips for 30 orders at once");
}

/// Whatever a process wrote last, it decides on what others have written since.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_wrote_meanwhile_is_never_overlooked() {
    let Some((_, stores)) = processes(2).await else { return };
    let [ours, theirs] = &stores[..] else { unreachable!() };
    let mut number = 0;
    let mut next = || {
        number += 1;
        order(number, 1, &format!("08{number}"))
    };
    // Nobody else has written for a while.
    let mut left_alone = async || {
        for _ in 0..4 {
            ours.commit(deposit(1, 10_500)).await.unwrap();
            ours.commit(place(next())).await.unwrap();
        }
        ours.account(&deposits(1)).await.unwrap().available()
    };
    assert_eq!(left_alone().await, rp(0));
    theirs.commit(deposit(1, 10_500)).await.unwrap();
    assert_eq!(ours.commit(place(order(1_001, 1, "0911"))).await.unwrap(), Committed::Done, "there is money again");
    left_alone().await;
    ours.commit(deposit(1, 10_500)).await.unwrap();
    theirs.commit(place(order(1_002, 1, "0912"))).await.unwrap();
    let refused = ours.commit(place(order(1_003, 1, "0913"))).await;
    assert!(matches!(refused, Err(CommitError::Refused(_))), "it is spent: {refused:?}");
    left_alone().await;
    ours.commit(deposit(1, 21_000)).await.unwrap();
    theirs.commit(place(order(1_004, 1, "0914"))).await.unwrap();
    let taken = ours.commit(place(order(1_005, 1, "0914"))).await;
    assert!(matches!(taken, Err(CommitError::Conflict(_))), "the slot is taken: {taken:?}");
    left_alone().await;
    let commit = Commit { answers: Some((key(1, "5"), 5)), ..commit() };
    theirs.commit(Commit { answers: Some((key(1, "5"), 5)), ..deposit(2, 5) }).await.unwrap();
    assert!(matches!(ours.commit(commit).await.unwrap(), Committed::Repeated(_)));
    assert!(audit(ours).await.unwrap().is_clean());
}

/// A slot that was freed has a row though nobody takes it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_that_was_freed_is_taken_again_once() {
    let Some((database, stores)) = processes(1).await else { return };
    let first = order(1, 1, "081");
    stores[0].commit(deposit(1, 100_000)).await.unwrap();
    stores[0].commit(place(first.clone())).await.unwrap();
    stores[0].commit(fail(&first)).await.unwrap();
    stores[0].close().await.unwrap();
    let store = database.open().await;
    for _ in 0..3 {
        store.commit(deposit(1, 1)).await.unwrap();
    }
    store.commit(place(order(2, 1, "081"))).await.unwrap();
    let again = store.commit(place(order(3, 1, "081"))).await;
    assert!(matches!(again, Err(CommitError::Conflict(_))), "{again:?}");
    let orders = store.orders_of(konter_core::ids::AgentId(1), Some("081"), None, 9).await.unwrap();
    assert_eq!(orders.iter().map(|order| order.id.0).collect::<Vec<_>>(), [2, 1]);
}

/// An attempt whose connection is lost while the database is still at it comes about all the same, a little later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_that_hangs_and_comes_about_later_is_not_doubled() {
    let Some(cluster) = Cluster::of_its_own() else { return };
    let wire = Wire::to(cluster.port()).await;
    let store = cluster.database().at_port(cluster.port(), wire.port()).open().await;
    for _ in 0..4 {
        store.commit(deposit(1, 1)).await.unwrap();
    }
    let (holder, connection) = tokio_postgres::connect(&cluster.database().url, NoTls).await.unwrap();
    tokio::spawn(connection);
    // It gets as far as writing: what it reads can be read, what it writes has to wait.
    holder.batch_execute("BEGIN; LOCK accounts IN EXCLUSIVE MODE").await.unwrap();
    wire.cut_next_commit(Cut::After);
    let commit = tokio::spawn(async move { (store.commit(deposit(1, 1_000)).await, store) });
    while wire.cuts() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!commit.is_finished(), "nobody knows yet whether it stands");
    holder.batch_execute("COMMIT").await.unwrap();
    let (committed, store) = commit.await.unwrap();
    assert_eq!(committed.unwrap(), Committed::Done);
    assert_eq!(store.account(&deposits(1)).await.unwrap().available(), rp(1_004));
    assert!(audit(&store).await.unwrap().is_clean());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_cut_and_a_crashed_database_lose_nothing() {
    const COMMITS: i64 = 60;
    let Some(cluster) = Cluster::of_its_own() else { return };
    let wire = Wire::to(cluster.port()).await;
    let database = cluster.database().at_port(cluster.port(), wire.port());
    let stores = [database.open().await, database.open().await];
    wire.cut_one_of(40, 20_261_121);
    let tasks: Vec<_> = stores
        .iter()
        .zip(1..)
        .map(|(store, agent)| {
            let store = store.clone();
            tokio::spawn(async move {
                for n in 0..COMMITS {
                    assert_eq!(store.commit(deposit(agent, n + 1)).await.unwrap(), Committed::Done);
                }
            })
        })
        .collect();
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        tokio::task::block_in_place(|| {
            cluster.crash();
            cluster.launch();
        });
    }
    for task in tasks {
        task.await.unwrap();
    }
    wire.cut_one_of(0, 0);
    assert!(wire.cuts() > 3, "only {} cuts", wire.cuts());
    for agent in [1, 2] {
        let balance = stores[0].account(&deposits(agent)).await.unwrap().available();
        assert_eq!(balance, rp(COMMITS * (COMMITS + 1) / 2), "after {} cuts", wire.cuts());
    }
    let report = audit(&stores[1]).await.unwrap();
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.entries, 2 * u64::try_from(COMMITS).unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_store_refuses_and_what_waited_is_answered() {
    let Some(engine) = Postgres::start().await else { return };
    let store = engine.store();
    let waiting = futures::future::join_all((1..=50).map(|n| store.commit(deposit(1, n))));
    let (results, closed) = tokio::join!(waiting, store.close());
    closed.unwrap();
    let done = results.iter().filter(|result| result.is_ok()).count();
    store.close().await.unwrap();
    assert!(store.commit(deposit(1, 500)).await.is_err());
    assert!(matches!(store.holds().await, Err(StoreError::Unavailable(_))));
    let again = engine.database().open().await;
    assert_eq!(again.journal(0, 100).await.unwrap().len(), done);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_a_newer_or_another_program_is_refused() {
    for (sql, problem) in [
        ("INSERT INTO konter_migrations (number, name, checksum) VALUES (99, 'later', 'x')", "newer konter"),
        ("UPDATE konter_migrations SET checksum = 'x' WHERE number = 1", "migration 1"),
    ] {
        let Some(database) = postgres::database().await else { return };
        postgres::execute(&database.url, sql).await;
        let error = PostgresStore::open(&database.url.clone().into()).await.err().unwrap();
        assert!(error.to_string().contains(problem), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_processes_may_start_at_once_on_an_empty_database() {
    let Some(database) = postgres::database().await else { return };
    postgres::execute(&database.url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
    let stores = futures::future::join_all((0..5).map(|_| database.open())).await;
    stores[4].commit(deposit(1, 5)).await.unwrap();
    assert_eq!(stores[0].account(&AccountId::Cash).await.unwrap().balance(), rp(-5));
}

/// Should a program ever go wrong, the database does not follow it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tables_themselves_refuse_what_the_rules_never_do() {
    let Some(engine) = Postgres::start().await else { return };
    let store = engine.store();
    store.commit(deposit(1, 20_000)).await.unwrap();
    store.commit(Commit { answers: Some((key(1, "5"), 5)), ..place(order(1, 1, "081")) }).await.unwrap();
    let line = |debit: &str, available: i64, kind: &str, reason: &str| {
        format!(
            "INSERT INTO journal SELECT 99, now(), '{kind}', '{reason}', '{debit}', 'sales', 5, {available}, 0, 1, NULL, '{{}}'"
        )
    };
    for (sql, constraint) in [
        ("UPDATE accounts SET debits = -1".to_owned(), "accounts_debits_check"),
        (line("agent:1", -1, "hold", "order"), "nobody_spends_what_is_not_there"),
        (line("agent:1", -1, "transfer", "transfer"), "nobody_spends_what_is_not_there"),
        (line("sales", 0, "transfer", "order"), "journal_check"),
        ("INSERT INTO holds SELECT * FROM holds".to_owned(), "holds_pkey"),
        ("UPDATE holds SET order_id = 77".to_owned(), "holds_order_id_fkey"),
        ("INSERT INTO answered SELECT * FROM answered".to_owned(), "answered_pkey"),
        ("INSERT INTO slots SELECT * FROM slots".to_owned(), "slots_pkey"),
        ("INSERT INTO supplier_references SELECT * FROM supplier_references".to_owned(), "supplier_references_pkey"),
        ("UPDATE orders SET status = 'gone'".to_owned(), "orders_status_check"),
        ("INSERT INTO tip (one, seq, digest, counter) VALUES (false, 1, '', 1)".to_owned(), "tip_one_check"),
    ] {
        let (client, connection) = tokio_postgres::connect(&engine.database().url, NoTls).await.unwrap();
        tokio::spawn(connection);
        let error = client.batch_execute(&sql).await.expect_err(&sql);
        assert_eq!(error.as_db_error().and_then(|error| error.constraint()), Some(constraint), "{sql}: {error:?}");
    }
    for (available, reason) in [(-1, "late_delivery"), (0, "order")] {
        postgres::execute(
            &engine.database().url,
            &format!("BEGIN; {}; ROLLBACK", line("agent:1", available, "transfer", reason)),
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accountant_reads_balances_statements_and_sales() {
    let Some(engine) = Postgres::start().await else { return };
    let store = engine.store();
    store.commit(register(1)).await.unwrap();
    store.commit(deposit(1, 50_000)).await.unwrap();
    for n in 1..=3 {
        let order = order(n, 1, &format!("08{n}"));
        store.commit(place(order.clone())).await.unwrap();
        if n < 3 {
            store.commit(succeed(&order)).await.unwrap();
        }
    }
    let database = engine.database();
    let row = &rows(database, "SELECT agent, name, balance, held, available FROM balances").await[0];
    let texts: (String, String) = (row.get(0), row.get(1));
    let amounts: (i64, i64, i64) = (row.get(2), row.get(3), row.get(4));
    assert_eq!(texts, ("KR0001".to_owned(), "Toko 1".to_owned()));
    assert_eq!(amounts, (29_000, 10_500, 18_500));
    let sql = "SELECT kind, amount, available FROM statement WHERE account = 'agent:1' ORDER BY seq";
    let lines: Vec<(String, i64, i64)> =
        rows(database, sql).await.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
    assert_eq!(lines.len(), 6);
    assert_eq!(lines[0], ("transfer".to_owned(), 50_000, 50_000));
    assert_eq!(lines[5], ("hold".to_owned(), -10_500, 18_500));
    let sql = "SELECT product, supplier, orders, revenue::bigint, cost::bigint FROM sales_by_day";
    let row = &rows(database, sql).await[0];
    let sales: (String, String, i64, i64, i64) = (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4));
    assert_eq!(sales, ("S10".to_owned(), "kios".to_owned(), 2, 21_000, 20_400));
    assert_eq!(rows(database, "SELECT * FROM open_orders").await.len(), 1);
}

/// Killed right after the first table: what a restore was to fill is not taken for an empty database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_made_for_a_shop_that_never_came_are_no_new_shop() {
    let Some(database) = postgres::database().await else { return };
    postgres::execute(&database.url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
    drop(PostgresStore::open_to_fill(&database.url.clone().into()).await.unwrap());
    let opened = database.engine().await;
    for refused in [opened.join().await, opened.has_shop().await] {
        assert!(refused.unwrap_err().to_string().contains("was broken off"));
    }
    assert!(!opened.is_new().await.unwrap());
    // The same once more goes through; and never over a shop.
    let from = Store::new(konter_store::memory::MemoryStore::new());
    from.commit(deposit(1, 1_000)).await.unwrap();
    for is_first in [true, false] {
        let into = PostgresStore::open_to_fill(&database.url.clone().into()).await.unwrap();
        assert_eq!(konter_store::moving::to_database(&from, &into).await.is_ok(), is_first);
        database.engine().await.join().await.unwrap();
    }
}
