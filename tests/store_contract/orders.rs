//! Orders, their slots, references and holds.

use chrono::{Days, TimeDelta};
use konter_core::ids::{AgentId, OrderId, Reference};
use konter_core::ledger::Posting;
use konter_core::order::{Decider, Order, OrderState, RawReply};
use konter_store::{Commit, CommitError, Store, StoreError, Versioned};

use super::engines::Engine;
use crate::support::*;

async fn rich(store: &Store) {
    for n in 1..=3 {
        store.commit(deposit(n, 10_000_000)).await.unwrap();
    }
}

fn ids(orders: &[Order]) -> Vec<u64> {
    orders.iter().map(|order| order.id.0).collect()
}

fn is_conflict(result: &Result<konter_store::Committed, CommitError>) -> bool {
    matches!(result, Err(CommitError::Conflict(_)))
}

fn is_corrupt(result: &Result<konter_store::Committed, CommitError>) -> bool {
    matches!(result, Err(CommitError::Store(StoreError::Corrupt { .. })))
}

pub async fn an_order_is_found_by_everything_it_is_known_by(engine: impl Engine) {
    let store = engine.store();
    rich(&store).await;
    let order = order(7, 2, "081234567890");
    store.commit(place(order.clone())).await.unwrap();
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    let (found, alone) = (Some(order.clone()), [order.clone()]);
    let kios = "kios".parse().unwrap();
    assert_eq!(store.order(OrderId(7)).await.unwrap(), found);
    assert_eq!(store.order_of_reference(&kios, Reference(1_000_007)).await.unwrap(), found);
    assert_eq!(store.order_of_reference(&"lain".parse().unwrap(), Reference(1_000_007)).await.unwrap(), None);
    assert_eq!(store.order_of_reference(&kios, Reference(1)).await.unwrap(), None);
    assert_eq!(store.order_in_slot(&order.slot(), now()).await.unwrap(), found);
    assert_eq!(store.open_orders().await.unwrap(), alone);
    assert_eq!(store.orders_of(AgentId(2), None, None, 5).await.unwrap(), alone);
    assert_eq!(store.orders_of(AgentId(2), Some("081234567890"), None, 5).await.unwrap(), alone);
    assert_eq!(store.orders_of(AgentId(2), Some("08123456789"), None, 5).await.unwrap(), []);
    assert_eq!(store.orders_of(AgentId(1), None, None, 5).await.unwrap(), []);
}

pub async fn orders_of_an_agent_come_newest_first_in_pages(engine: impl Engine) {
    let store = engine.store();
    rich(&store).await;
    for id in 1..=30 {
        let (nth, day) = (u8::try_from(id).unwrap(), id / 8);
        let base = order(id, 1, if id % 3 == 0 { "0811" } else { "0822" });
        let day = base.day + Days::new(day);
        // Two orders placed around midnight: the later number on the earlier day.
        let day = if id == 16 { day - Days::new(1) } else { day };
        store.commit(place(Order { nth, day, ..base })).await.unwrap();
        store.commit(place(order(100 + id, 2, &format!("08{id}")))).await.unwrap();
    }
    let all: Vec<u64> = (1..=30).rev().collect();
    for (dest, expected) in [
        (None, all.clone()),
        (Some("0811"), all.iter().copied().filter(|id| id % 3 == 0).collect()),
        (Some("0822"), all.iter().copied().filter(|id| id % 3 != 0).collect::<Vec<_>>()),
    ] {
        let mut paged = Vec::new();
        loop {
            let page = store.orders_of(AgentId(1), dest, paged.last().copied().map(OrderId), 4).await.unwrap();
            if page.is_empty() {
                break;
            }
            assert!(page.len() <= 4);
            paged.extend(ids(&page));
        }
        assert_eq!(paged, expected, "{dest:?}");
        assert_eq!(store.orders_of(AgentId(1), dest, None, 0).await.unwrap(), []);
    }
}

pub async fn open_orders_and_holds_go_together(engine: impl Engine) {
    let store = engine.store();
    rich(&store).await;
    let orders: Vec<Order> = (1..=300).map(|id| order(id, 1, &format!("08{id}"))).collect();
    for order in &orders {
        store.commit(place(order.clone())).await.unwrap();
    }
    for order in orders.iter().filter(|order| order.id.0 % 2 == 0) {
        let end = if order.id.0 % 4 == 0 { succeed(order) } else { fail(order) };
        store.commit(end).await.unwrap();
    }
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    let odd: Vec<u64> = (1..=300).step_by(2).collect();
    assert_eq!(ids(&store.open_orders().await.unwrap()), odd);
    let holds = store.holds().await.unwrap();
    assert_eq!(holds.iter().map(|hold| hold.order.0).collect::<Vec<_>>(), odd);
    assert!(holds.iter().all(|hold| hold.amount == rp(10_500) && hold.debit == deposits(1)));
    assert_eq!(store.account(&deposits(1)).await.unwrap().pending_debits, rp(150 * 10_500));
}

pub async fn a_hold_that_does_not_fit_its_order_is_never_written(engine: impl Engine) {
    let store = engine.store();
    rich(&store).await;
    let known = order(1, 1, "081");
    store.commit(place(known.clone())).await.unwrap();
    let fresh = order(2, 1, "082");
    let dearer = Order { price: rp(11_000), ..fresh.clone() };
    let others = Order { agent: AgentId(2), ..fresh.clone() };
    let ended = ended(&known, None);
    for (what, commit) in [
        ("no hold", Commit { orders: vec![new(fresh.clone())], ..commit() }),
        ("another amount", Commit { orders: vec![new(dearer)], ..place(fresh.clone()) }),
        ("another reseller's", Commit { orders: vec![new(others)], ..place(fresh.clone()) }),
        ("no order", Commit { postings: vec![hold(&fresh)], ..commit() }),
        ("final but held", Commit { orders: vec![Versioned { expected: Some(1), row: ended }], ..commit() }),
        ("released but open", Commit { postings: vec![Posting::Release { order: known.id }], ..commit() }),
    ] {
        let result = store.commit(commit).await;
        assert!(is_corrupt(&result), "{what}: {result:?}");
    }
    assert_eq!(store.order(OrderId(1)).await.unwrap(), Some(known));
    assert_eq!(store.order(OrderId(2)).await.unwrap(), None);
    assert_eq!(store.holds().await.unwrap().len(), 1);
}

pub async fn a_stale_version_is_a_conflict(engine: impl Engine) {
    let store = engine.store();
    rich(&store).await;
    let first = order(1, 1, "081");
    store.commit(place(first.clone())).await.unwrap();
    let again = store.commit(place(first.clone())).await;
    assert!(is_conflict(&again), "{again:?}");
    let update = |expected, version| Commit {
        orders: vec![Versioned { expected: Some(expected), row: Order { version, announced: true, ..first.clone() } }],
        ..commit()
    };
    store.commit(update(1, 2)).await.unwrap();
    let stale = store.commit(update(1, 2)).await;
    assert!(is_conflict(&stale), "{stale:?}");
    store.commit(update(2, 3)).await.unwrap();
    let unknown = Order { version: 2, ..order(9, 1, "089") };
    let unknown = Versioned { expected: Some(1), row: unknown };
    assert!(is_conflict(&store.commit(Commit { orders: vec![unknown], ..commit() }).await));
    assert_eq!(store.order(OrderId(1)).await.unwrap().unwrap().version, 3);
}

pub async fn a_version_that_stays_is_refused(engine: impl Engine) {
    let store = engine.store();
    rich(&store).await;
    let first = order(1, 1, "081");
    store.commit(place(first.clone())).await.unwrap();
    let same = Commit { orders: vec![Versioned { expected: Some(1), row: first }], ..commit() };
    assert!(is_corrupt(&store.commit(same).await));
}

pub async fn a_slot_is_taken_once_and_freed_by_failure(engine: impl Engine) {
    let store = engine.store();
    rich(&store).await;
    let (first, second) = (order(1, 1, "081"), order(2, 1, "081"));
    store.commit(place(first.clone())).await.unwrap();
    let taken = store.commit(place(second.clone())).await;
    assert!(is_conflict(&taken), "{taken:?}");
    for free in [
        Order { nth: 2, ..order(3, 1, "081") },
        Order { product: "X10".parse().unwrap(), ..order(4, 1, "081") },
        order(5, 1, "0811"),
        order(6, 2, "081"),
    ] {
        store.commit(place(free)).await.unwrap();
    }
    store.commit(fail(&first)).await.unwrap();
    assert_eq!(store.order_in_slot(&first.slot(), now()).await.unwrap(), None);
    store.commit(place(second.clone())).await.unwrap();
    store.commit(succeed(&second)).await.unwrap();
    assert_eq!(store.order_in_slot(&first.slot(), now()).await.unwrap().unwrap().id, second.id);
    let after_success = store.commit(place(order(8, 1, "081"))).await;
    assert!(is_conflict(&after_success), "{after_success:?}");
    assert_eq!(ids(&store.orders_of(AgentId(1), Some("081"), None, 9).await.unwrap()), [4, 3, 2, 1]);
}

/// The same order once more, so many minutes after [`now`] and on the day so many days later.
fn later(id: u64, days: u64, minutes: i64) -> Order {
    let base = order(id, 1, "081");
    let created_at = base.created_at + TimeDelta::minutes(minutes);
    Order { day: base.day + Days::new(days), created_at, ..base }
}

pub async fn an_open_order_keeps_its_slot_whatever_the_day(engine: impl Engine) {
    let store = engine.store();
    rich(&store).await;
    let first = order(1, 1, "081");
    store.commit(place(first.clone())).await.unwrap();
    for (id, days, minutes) in [(2, 1, 1), (3, 1, 600), (4, 5, 5 * 24 * 60), (5, 400, 400 * 24 * 60)] {
        let again = later(id, days, minutes);
        assert!(is_conflict(&store.commit(place(again.clone())).await), "{days} days later");
        let found = store.order_in_slot(&again.slot(), again.created_at).await.unwrap();
        assert_eq!(found.as_ref(), Some(&first), "{days} days later");
    }
    // What is another order may be placed meanwhile, and does not take its place.
    store.commit(place(Order { nth: 2, ..later(6, 5, 5 * 24 * 60) })).await.unwrap();
    store.commit(place(Order { agent: AgentId(2), ..order(7, 2, "081") })).await.unwrap();
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert!(is_conflict(&store.commit(place(later(8, 5, 5 * 24 * 60))).await), "after a restart");
    store.commit(succeed(&first)).await.unwrap();
    let again = later(9, 5, 5 * 24 * 60);
    store.commit(place(again.clone())).await.unwrap();
    let found = store.order_in_slot(&again.slot(), again.created_at).await.unwrap();
    assert_eq!(found, Some(again));
}

pub async fn the_same_order_within_minutes_over_midnight_is_refused(engine: impl Engine) {
    let store = engine.store();
    rich(&store).await;
    let first = order(1, 1, "081");
    store.commit(place(first.clone())).await.unwrap();
    store.commit(succeed(&first)).await.unwrap();
    for (minutes, is_taken) in [(0, true), (9, true), (10, false), (24 * 60, false)] {
        let again = later(2, 1, minutes);
        let found = store.order_in_slot(&again.slot(), again.created_at).await.unwrap();
        assert_eq!(found.map(|found| found.id), is_taken.then_some(first.id), "{minutes} minutes");
    }
    assert!(is_conflict(&store.commit(place(later(2, 1, 9))).await));
    store.commit(place(Order { nth: 2, ..later(3, 1, 9) })).await.unwrap();
    store.commit(place(later(4, 1, 10))).await.unwrap();
    // What failed is no reason to refuse anything.
    let failed = order(5, 1, "082");
    store.commit(place(failed.clone())).await.unwrap();
    store.commit(fail(&failed)).await.unwrap();
    store.commit(place(Order { dest: "082".to_owned(), ..later(6, 1, 1) })).await.unwrap();
}

pub async fn a_late_delivery_is_recorded_though_its_slot_is_gone(engine: impl Engine) {
    let store = engine.store();
    rich(&store).await;
    let (first, second) = (order(1, 1, "081"), order(2, 1, "081"));
    store.commit(place(first.clone())).await.unwrap();
    store.commit(fail(&first)).await.unwrap();
    store.commit(place(second.clone())).await.unwrap();
    let delivered = Order { version: 3, ..ended(&first, None) };
    let late = Commit { orders: vec![Versioned { expected: Some(2), row: delivered.clone() }], ..commit() };
    store.commit(late).await.unwrap();
    assert_eq!(store.order(first.id).await.unwrap(), Some(delivered));
    assert_eq!(store.order_in_slot(&first.slot(), now()).await.unwrap().unwrap().id, second.id);
    store.commit(fail(&second)).await.unwrap();
    assert_eq!(store.order_in_slot(&first.slot(), now()).await.unwrap(), None);
}

pub async fn a_reference_belongs_to_one_order(engine: impl Engine) {
    let store = engine.store();
    rich(&store).await;
    store.commit(place(order(1, 1, "081"))).await.unwrap();
    let thief = Order { attempts: vec![attempt(1_000_001)], ..order(2, 1, "082") };
    let taken = store.commit(place(thief.clone())).await;
    assert!(is_conflict(&taken), "{taken:?}");
    let mut elsewhere = thief;
    elsewhere.attempts[0].route = route("lain");
    store.commit(place(elsewhere)).await.unwrap();
}

pub async fn every_attempt_is_found_by_its_reference(engine: impl Engine) {
    let store = engine.store();
    rich(&store).await;
    let first = order(1, 1, "081");
    store.commit(place(first.clone())).await.unwrap();
    let mut second = attempt(5);
    second.route = route("lain");
    let next = Order { version: 2, attempts: vec![first.attempts[0].clone(), second], ..first };
    let retry = Commit { orders: vec![Versioned { expected: Some(1), row: next.clone() }], ..commit() };
    store.commit(retry).await.unwrap();
    for (supplier, reference) in [("kios", 1_000_001), ("lain", 5)] {
        let found = store.order_of_reference(&supplier.parse().unwrap(), Reference(reference)).await.unwrap();
        assert_eq!(found.as_ref(), Some(&next), "{supplier}");
    }
}

/// Longer than the engine's own limits, then shorter, then long again.
pub async fn a_very_long_order_is_kept_whole(engine: impl Engine) {
    let store = engine.store();
    rich(&store).await;
    let mut known = order(1, 1, "081");
    store.commit(place(known.clone())).await.unwrap();
    for length in [200_000, 4_000, 3_000, 10, 9_000, 0] {
        let mut next = Order { version: known.version + 1, ..known.clone() };
        let text: String = (0..length).map(|n| char::from(b'a' + u8::try_from(n % 26).unwrap())).collect();
        next.attempts[0].replies = vec![RawReply { at: now(), to: "status".to_owned(), text, gist: String::new() }];
        let update = Versioned { expected: Some(known.version), row: next.clone() };
        store.commit(Commit { orders: vec![update], ..commit() }).await.unwrap();
        assert_eq!(store.order(OrderId(1)).await.unwrap().as_ref(), Some(&next), "{length}");
        assert_eq!(store.open_orders().await.unwrap(), [next.clone()], "{length}");
        known = next;
    }
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(store.order(OrderId(1)).await.unwrap(), Some(known));
}

pub async fn a_serial_number_belongs_to_one_order_to_a_destination(engine: impl Engine) {
    let store = engine.store();
    rich(&store).await;
    let delivered = |order: &Order, sn: &str, by: Decider| {
        let mut after = ended(order, None);
        if let OrderState::Final(end) = &mut after.state {
            (end.sn, end.by) = (sn.to_owned(), by);
        }
        let postings = vec![Posting::Capture { order: order.id }];
        Commit { orders: vec![Versioned { expected: Some(order.version), row: after }], postings, ..commit() }
    };
    // Of three resellers, the first two to one number.
    let orders = [order(1, 1, "0811"), order(2, 2, "0811"), order(3, 3, "0822"), order(4, 3, "0811")];
    for order in &orders {
        store.commit(place(order.clone())).await.unwrap();
    }
    let [first, second, elsewhere, last] = &orders;
    store.commit(delivered(first, "0041-0023-4567", Decider::Supplier)).await.unwrap();
    let again = delivered(second, "0041 0023 4567", Decider::Supplier);
    assert!(is_conflict(&store.commit(again.clone()).await));
    let key = second.serial_key_of("004100234567").unwrap();
    assert_eq!(store.order_of_serial(&key).await.unwrap(), Some(first.id));
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert!(is_conflict(&store.commit(again).await), "whoever opened it since");
    assert_eq!(store.order_of_serial(&key).await.unwrap(), Some(first.id));
    // Another destination, a number too short to tell anything, and an admin's own word are no concern of it.
    store.commit(delivered(elsewhere, "0041-0023-4567", Decider::Supplier)).await.unwrap();
    store.commit(delivered(second, "12345", Decider::Supplier)).await.unwrap();
    store.commit(delivered(last, "004100234567", Decider::Admin(chat(9)))).await.unwrap();
    assert_eq!(store.order_of_serial(&key).await.unwrap(), Some(first.id), "it stays the first one's");
}
