//! What comes in and what goes out.

use konter_core::agent::Locale;
use konter_core::ids::{OrderId, Reference};
use konter_reply::{KeepingReply, Reply};
use konter_store::{Commit, CommitError, Committed, MessageKey, Payload, Say};

use super::engines::Engine;
use crate::support::*;

fn answering(id: &str, fingerprint: u64, commit: Commit) -> Commit {
    Commit { answers: Some((key(1, id), fingerprint)), ..commit }
}

pub async fn the_same_message_again_changes_nothing(engine: impl Engine) {
    let store = engine.store();
    let pay =
        || answering("5", 77, Commit { outgoing: vec![say(1, Reply::TryAgain { order: true })], ..deposit(1, 500) });
    assert_eq!(store.commit(pay()).await.unwrap(), Committed::Done);
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    let again = store.commit(pay()).await.unwrap();
    let Committed::Repeated(answered) = again else { panic!("{again:?}") };
    assert_eq!((answered.fingerprint, answered.at, answered.orders.as_slice()), (77, now(), [].as_slice()));
    assert_eq!(store.answered(&key(1, "5")).await.unwrap(), Some(answered));
    assert_eq!(store.account(&deposits(1)).await.unwrap().available(), rp(500));
    assert_eq!(store.outbox(&chat(1), 9).await.unwrap().len(), 1);
}

pub async fn the_same_key_with_other_content_is_an_error(engine: impl Engine) {
    let store = engine.store();
    store.commit(answering("5", 77, deposit(1, 500))).await.unwrap();
    let other = store.commit(answering("5", 78, deposit(1, 900))).await;
    assert!(matches!(&other, Err(CommitError::OtherContent(id)) if *id == key(1, "5")), "{other:?}");
    assert_eq!(store.account(&deposits(1)).await.unwrap().available(), rp(500));
    assert_eq!(store.commit(answering("6", 78, deposit(1, 900))).await.unwrap(), Committed::Done);
}

pub async fn an_answer_names_the_orders_it_placed(engine: impl Engine) {
    let store = engine.store();
    store.commit(deposit(1, 100_000)).await.unwrap();
    let (first, second) = (order(1, 1, "081"), order(2, 1, "082"));
    let both =
        Commit { postings: vec![hold(&first), hold(&second)], orders: vec![new(first), new(second)], ..commit() };
    store.commit(answering("5", 1, both)).await.unwrap();
    let answered = store.answered(&key(1, "5")).await.unwrap().unwrap();
    assert_eq!(answered.orders, [OrderId(1), OrderId(2)]);
    assert_eq!(store.answered(&key(1, "55")).await.unwrap(), None);
}

pub async fn callbacks_are_told_apart_by_content(engine: impl Engine) {
    let store = engine.store();
    let callback = |content| {
        let (supplier, reference) = ("kios".parse().unwrap(), Reference(9));
        let key = MessageKey::Callback { supplier, reference, content };
        Commit { answers: Some((key, content)), ..deposit(1, 1) }
    };
    for (content, done) in [(1, true), (2, true), (1, false), (2, false)] {
        assert_eq!(store.commit(callback(content)).await.unwrap() == Committed::Done, done, "{content}");
    }
    assert_eq!(store.account(&deposits(1)).await.unwrap().available(), rp(2));
}

pub async fn a_redelivered_message_is_stored_once(engine: impl Engine) {
    let store = engine.store();
    let receive = |text: &str| {
        let message = konter_store::InboxMessage { text: text.to_owned(), ..message(1, "5") };
        Commit { received: vec![message.clone(), message], ..commit() }
    };
    store.commit(receive("SALDO")).await.unwrap();
    store.commit(receive("SALDO")).await.unwrap();
    assert_eq!(store.inbox().await.unwrap().len(), 1);
    store.commit(answering("5", 1, Commit { handled: Some(key(1, "5")), ..commit() })).await.unwrap();
    assert_eq!(store.inbox().await.unwrap(), []);
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    store.commit(receive("SALDO")).await.unwrap();
    assert_eq!(store.inbox().await.unwrap(), [], "it was answered already");
}

pub async fn the_inbox_keeps_the_order_of_arrival(engine: impl Engine) {
    let store = engine.store();
    store.commit(Commit { received: vec![message(9, "3"), message(1, "20")], ..commit() }).await.unwrap();
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    store.commit(Commit { received: vec![message(1, "10")], ..commit() }).await.unwrap();
    let arrived = [message(9, "3"), message(1, "20"), message(1, "10")];
    assert_eq!(store.inbox().await.unwrap(), arrived);
    store.commit(Commit { handled: Some(key(1, "20")), ..commit() }).await.unwrap();
    assert_eq!(store.inbox().await.unwrap(), [message(9, "3"), message(1, "10")]);
    let long = konter_store::InboxMessage { text: "S".repeat(20_000), ..message(2, "1") };
    store.commit(Commit { received: vec![long.clone()], ..commit() }).await.unwrap();
    assert_eq!(store.inbox().await.unwrap().last(), Some(&long));
}

fn topic(n: u64) -> Reply {
    Reply::Help { topic: Some(n.to_string()), role: None }
}

pub async fn the_outbox_is_in_order_per_chat(engine: impl Engine) {
    let store = engine.store();
    for n in 0..300 {
        let to = i64::try_from(n % 3).unwrap();
        store
            .commit(Commit { outgoing: vec![say(to, topic(n)), say(to, topic(n + 1_000))], ..commit() })
            .await
            .unwrap();
    }
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    let mut chats = store.waiting_chats().await.unwrap();
    chats.sort();
    assert_eq!(chats, [chat(0), chat(1), chat(2)]);
    let waiting = store.outbox(&chat(1), 1_000).await.unwrap();
    let expected: Vec<_> = (0..300).filter(|n| n % 3 == 1).flat_map(|n| [n, n + 1_000]).collect();
    let payloads: Vec<_> = expected.into_iter().map(|n| Payload::Reply(Box::new(topic(n)))).collect();
    assert_eq!(waiting.iter().map(|row| row.payload.clone()).collect::<Vec<_>>(), payloads);
    assert!(waiting.is_sorted_by(|a, b| a.seq < b.seq));
    assert_eq!(store.outbox(&chat(1), 7).await.unwrap(), waiting[..7]);
    assert_eq!(store.outbox(&chat(11), 7).await.unwrap(), []);
    assert_eq!(store.outbox(&chat(1), 0).await.unwrap(), []);
}

pub async fn what_was_said_is_gone(engine: impl Engine) {
    let store = engine.store();
    let forget =
        Say { payload: Payload::Forget { message: "5".to_owned() }, ..say(1, Reply::TryAgain { order: true }) };
    let long = say(1, Reply::NotUnderstood { problem: None, nearest: "x".repeat(30_000) });
    store.commit(Commit { outgoing: vec![forget, long, say(2, Reply::PinSame)], ..commit() }).await.unwrap();
    let waiting = store.outbox(&chat(1), 9).await.unwrap();
    assert_eq!(waiting.len(), 2);
    let said = waiting.iter().map(|row| (chat(1), row.seq)).collect();
    store.commit(Commit { sent: said, ..commit() }).await.unwrap();
    assert_eq!(store.outbox(&chat(1), 9).await.unwrap(), []);
    assert_eq!(store.waiting_chats().await.unwrap(), [chat(2)]);
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    store.commit(Commit { outgoing: vec![say(1, Reply::PinSame)], ..commit() }).await.unwrap();
    let later = store.outbox(&chat(1), 9).await.unwrap();
    assert!(later[0].seq > waiting[1].seq, "numbers go on after everything was said");
}

pub async fn that_a_shop_was_restored_is_said_before_what_waited(engine: impl Engine) {
    let store = engine.store();
    let restored = KeepingReply::Restored {
        made_at: Some(now()),
        newer: None,
        at: now(),
        rebuilt: false,
        in_doubt: 1,
        waiting: 0,
        lost: None,
    };
    for reply in [KeepingReply::ClockRight, KeepingReply::StoreWorks { at: now() }, restored] {
        store.commit(Commit { outgoing: vec![say(1, Reply::Keeping(reply))], ..commit() }).await.unwrap();
    }
    store.commit(Commit { outgoing: vec![say(1, topic(1))], ..commit() }).await.unwrap();
    let first = store.outbox(&chat(1), 9).await.unwrap().remove(0);
    let is_it = |reply: &Reply| matches!(reply, Reply::Keeping(KeepingReply::Restored { .. }));
    assert!(matches!(&first.payload, Payload::Reply(reply) if is_it(reply)), "{first:?}");
}

pub async fn a_reply_carries_the_balance_its_commit_left(engine: impl Engine) {
    let store = engine.store();
    let told = Say { balance_of: Some(deposits(1)), locale: Locale::En, ..say(1, Reply::PinSame) };
    let order = order(1, 1, "081");
    let both = Commit {
        postings: vec![pay_in(1, 50_000), hold(&order)],
        outgoing: vec![told, say(1, Reply::TryAgain { order: true })],
        orders: vec![new(order)],
        ..commit()
    };
    store.commit(both).await.unwrap();
    let waiting = store.outbox(&chat(1), 9).await.unwrap();
    assert_eq!((waiting[0].balance, waiting[0].locale, waiting[0].at), (Some(rp(39_500)), Locale::En, now()));
    assert_eq!(waiting[1].balance, None);
}
