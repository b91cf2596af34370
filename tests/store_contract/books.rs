//! Money.

use konter_core::agent::Agent;
use konter_core::catalog::{Product, ProductKind};
use konter_core::ids::OrderId;
use konter_core::ledger::{AccountId, Digest, EntryKind, Posting, Reason, Refusal, verify};
use konter_reply::Reply;
use konter_store::audit::audit;
use konter_store::{Act, Commit, CommitError, Committed, Versioned};

use super::engines::Engine;
use crate::support::*;

pub async fn a_transfer_moves_money_and_is_journalled(engine: impl Engine) {
    let store = engine.store();
    assert_eq!(store.commit(deposit(1, 50_000)).await.unwrap(), Committed::Done);
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(store.account(&deposits(1)).await.unwrap().available(), rp(50_000));
    assert_eq!(store.account(&AccountId::Cash).await.unwrap().balance(), rp(-50_000));
    assert_eq!(store.account(&deposits(2)).await.unwrap().available(), rp(0));
    let names: Vec<_> = store.accounts().await.unwrap().into_iter().map(|(id, _)| id).collect();
    assert_eq!(names, [deposits(1), AccountId::Cash]);
    let entry = &store.journal(0, 10).await.unwrap()[0];
    assert_eq!((entry.seq, entry.kind, entry.reason), (1, EntryKind::Transfer, Reason::Deposit));
    assert_eq!((entry.debit_available, entry.credit_available), (rp(-50_000), rp(50_000)));
}

/// Everything a commit can carry, with one posting the books refuse at its end.
pub async fn a_refused_commit_changes_nothing_at_all(engine: impl Engine) {
    let store = engine.store();
    store.commit(Commit { received: vec![message(1, "7")], ..register(1) }).await.unwrap();
    store
        .commit(Commit { outgoing: vec![say(1, Reply::TryAgain { order: true })], ..deposit(1, 20_000) })
        .await
        .unwrap();
    let waiting = store.outbox(&chat(1), 10).await.unwrap();
    let (first, second) = (order(1, 1, "081"), order(2, 1, "082"));
    let renamed = Agent { version: 2, name: "Lain".to_owned(), ..agent(1) };
    let refused = Commit {
        answers: Some((key(1, "7"), 7)),
        agents: vec![Versioned { expected: Some(1), row: renamed }, new(agent(2))],
        postings: vec![hold(&first), hold(&second)],
        orders: vec![new(first.clone()), new(second.clone())],
        outgoing: vec![say(1, Reply::PinSame)],
        sent: vec![(chat(1), waiting[0].seq)],
        received: vec![message(1, "8")],
        handled: Some(key(1, "7")),
        acts: vec![Act { at: now(), by: chat(9), what: "/acc".to_owned() }],
        ..commit()
    };
    let error = store.commit(refused).await.unwrap_err();
    let (account, available, needed) = (deposits(1), rp(9_500), rp(10_500));
    let expected = Refusal::InsufficientFunds { account, available, needed };
    assert!(matches!(&error, CommitError::Refused(refusal) if *refusal == expected), "{error}");
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(store.agents(None, 9).await.unwrap(), [agent(1)]);
    assert_eq!(store.answered(&key(1, "7")).await.unwrap(), None);
    assert_eq!(store.order(OrderId(1)).await.unwrap(), None);
    assert_eq!(store.orders_of(first.agent, None, None, 9).await.unwrap(), []);
    assert_eq!(store.orders_of(first.agent, Some("081"), None, 9).await.unwrap(), []);
    assert_eq!(store.order_in_slot(&first.slot(), now()).await.unwrap(), None);
    assert_eq!(store.open_orders().await.unwrap(), []);
    assert_eq!(store.holds().await.unwrap(), []);
    assert_eq!(store.outbox(&chat(1), 10).await.unwrap(), waiting);
    assert_eq!(store.inbox().await.unwrap(), [message(1, "7")]);
    assert_eq!(store.acts(9).await.unwrap(), []);
    assert_eq!(store.journal(0, 9).await.unwrap().len(), 1);
    assert_eq!(store.account(&deposits(1)).await.unwrap().available(), rp(20_000));
    // And it all still works.
    store.commit(place(first)).await.unwrap();
    assert!(audit(&store).await.unwrap().is_clean());
}

pub async fn the_journal_is_gapless_and_chained(mut engine: impl Engine) {
    for round in 0..3 {
        let store = engine.store();
        for n in 1..=20 {
            let several = (0..n).map(|i| pay_in(1, i64::from(i) + 1)).collect();
            store.commit(Commit { postings: several, ..commit() }).await.unwrap();
        }
        let all = store.journal(0, 10_000).await.unwrap();
        assert_eq!(all.len(), (round + 1) * 210);
        let mut before = Digest::default();
        for (entry, seq) in all.iter().zip(1..) {
            assert_eq!(entry.seq, seq);
            assert!(verify(entry, before), "{seq}");
            before = entry.digest;
        }
        for (after, limit) in [(0, 1), (1, 7), (13, 40), (209, 3), (100, 0), (10_000, 5), (u64::MAX, 5)] {
            let page = store.journal(after, limit).await.unwrap();
            let skip = usize::try_from(after).unwrap_or(usize::MAX);
            assert_eq!(page, all.iter().skip(skip).take(limit).cloned().collect::<Vec<_>>(), "{after}, {limit}");
        }
        drop(store);
        engine = engine.reopen();
    }
}

pub async fn statements_page_backwards_through_one_account(engine: impl Engine) {
    let store = engine.store();
    for n in 1..=60_u32 {
        store.commit(deposit(n % 3 + 1, i64::from(n))).await.unwrap();
    }
    let other = Posting::transfer(deposits(1), AccountId::Sales, rp(5), Reason::Order, Some("catatan".to_owned()));
    store.commit(Commit { postings: vec![other], ..commit() }).await.unwrap();
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    let all = store.journal(0, 100).await.unwrap();
    for id in [deposits(1), deposits(2), deposits(99), AccountId::Cash] {
        let mut expected: Vec<_> =
            all.iter().filter(|entry| entry.debit == id || entry.credit == id).cloned().collect();
        expected.reverse();
        assert_eq!(store.statement(&id, None, 100).await.unwrap(), expected, "{id}");
        let mut paged = Vec::new();
        while let page =
            store.statement(&id, paged.last().map(|e: &konter_core::ledger::Entry| e.seq), 7).await.unwrap()
            && !page.is_empty()
        {
            assert!(page.len() <= 7);
            paged.extend(page);
        }
        assert_eq!(paged, expected, "{id}");
    }
}

pub async fn an_audit_of_sound_books_is_clean_also_after_opening_again(engine: impl Engine) {
    let store = engine.store();
    store.commit(deposit(1, 1_000_000)).await.unwrap();
    for n in 1..=9_u64 {
        let order = order(n, 1, &format!("08{n}"));
        store.commit(place(order.clone())).await.unwrap();
        match n % 3 {
            0 => drop(store.commit(succeed(&order)).await.unwrap()),
            1 => drop(store.commit(fail(&order)).await.unwrap()),
            _ => {}
        }
    }
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    let report = audit(&store).await.unwrap();
    assert!(report.is_clean(), "{report}");
    assert_eq!((report.entries, report.accounts, report.holds, report.held), (16, 3, 3, 31_500));
    assert_eq!(report.kinds["holds"], (9, 94_500));
    assert_eq!(report.kinds["captures"], (3, 31_500));
    assert!(report.to_string().ends_with("the books are right"), "{report}");
}

/// More than is read at once, of everything.
pub async fn many_rows_are_all_read(engine: impl Engine) {
    const MANY: u32 = 150;
    let store = engine.store();
    let count = usize::try_from(MANY).unwrap();
    for n in 1..=MANY {
        let order = order(n.into(), n, "081");
        let money = vec![pay_in(n, 20_000), hold(&order)];
        let product = Product {
            code: format!("S{n}").parse().unwrap(),
            name: "Pulsa".to_owned(),
            category: "Pulsa".to_owned(),
            operator: None,
            kind: ProductKind::Topup,
            dest: None,
            nominal: None,
            price: rp(1),
            routes: vec![route("kios")],
        };
        let commit = Commit {
            agents: vec![new(agent(n))],
            postings: money,
            orders: vec![new(order)],
            products: vec![product],
            received: vec![message(1, &n.to_string())],
            outgoing: vec![say(1, Reply::TryAgain { order: true })],
            acts: vec![Act { at: now(), by: chat(9), what: n.to_string() }],
            ..commit()
        };
        store.commit(commit).await.unwrap();
    }
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(store.accounts().await.unwrap().len(), count + 2);
    assert_eq!(store.agents(None, 1_000).await.unwrap().len(), count);
    assert_eq!(store.holds().await.unwrap().len(), count);
    assert_eq!(store.open_orders().await.unwrap().len(), count);
    assert_eq!(store.orders_from(OrderId(1), 1_000).await.unwrap().len(), count);
    assert_eq!(store.products().await.unwrap().len(), count);
    assert_eq!(store.inbox().await.unwrap().len(), count);
    assert_eq!(store.outbox(&chat(1), 1_000).await.unwrap().len(), count);
    assert_eq!(store.acts(1_000).await.unwrap().len(), count);
    assert_eq!(store.journal(0, 1_000).await.unwrap().len(), 2 * count);
    assert_eq!(store.statement(&AccountId::Cash, None, 1_000).await.unwrap().len(), count);
    assert!(store.statement(&AccountId::Sales, None, 1_000).await.is_err(), "nobody asks for all lines there are");
    assert!(audit(&store).await.unwrap().is_clean());
}
