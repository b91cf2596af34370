//! Who works here, and what becomes of announcements.

use konter_core::agent::Locale;
use konter_core::broadcast::{Broadcast, BroadcastState, Sending, Tally};
use konter_core::ids::{AgentId, BroadcastId, OrderId};
use konter_core::order::AdminVerdict;
use konter_core::question::{Asks, Question, QuestionState};
use konter_core::staff::{Role, Staff};
use konter_reply::Reply;
use konter_store::{
    CardShown, Commit, CommitError, Committed, DeskRows, Outgoing, Sequence, Store, StoreError, Versioned,
};

use super::engines::Engine;
use crate::support::*;

fn is_conflict(result: &Result<Committed, CommitError>) -> bool {
    matches!(result, Err(CommitError::Conflict(_)))
}

fn staff(n: i64, version: u32, role: Option<Role>) -> Staff {
    Staff { chat: chat(n), version, role, by: chat(1), at: now() }
}

fn write_staff(expected: Option<u32>, row: Staff) -> Commit {
    Commit { desk: DeskRows { staff: vec![Versioned { expected, row }], ..DeskRows::default() }, ..commit() }
}

/// What a decision has read of a product must still be there; what the store has never had cannot have changed.
pub async fn products_are_replaced_as_they_were_read(engine: impl Engine) {
    let store = engine.store();
    let mut product =
        konter_core::catalog::parse_catalog(konter_core::catalog::SAMPLE, None, &|_| false).unwrap().remove(0);
    let dearer = |of: &konter_core::catalog::Product| konter_core::catalog::Product {
        price: of.price.checked_add(konter_core::money::Rupiah::new(100)).unwrap(),
        ..of.clone()
    };
    let change = |from: &konter_core::catalog::Product, to: &konter_core::catalog::Product| Commit {
        products: vec![to.clone()],
        replaces: vec![from.clone()],
        ..commit()
    };
    store.commit(change(&product, &product)).await.unwrap();
    for _ in 0..2 {
        let next = dearer(&product);
        store.commit(change(&product, &next)).await.unwrap();
        let other = konter_core::catalog::Product { name: "lain".to_owned(), ..product.clone() };
        assert!(is_conflict(&store.commit(change(&product, &other)).await), "it has another price by now");
        product = next;
    }
    assert_eq!(store.products().await.unwrap(), [product]);
}

fn write(expected: Option<u32>, row: Broadcast) -> Commit {
    Commit { desk: DeskRows { broadcasts: vec![Versioned { expected, row }], ..DeskRows::default() }, ..commit() }
}

fn asked() -> Broadcast {
    Broadcast::asked(BroadcastId(1), (chat(1), Locale::Id), "halo".to_owned(), now())
}

fn sending() -> Broadcast {
    asked().with(BroadcastState::Sending(Sending { chats: 2, card: Some("12".to_owned()), since: now() }))
}

fn announcement(to: i64) -> konter_store::Say {
    say(to, Reply::Announcement { text: "halo".to_owned(), broadcast: Some(BroadcastId(1)) })
}

async fn waiting(store: &Store, for_chat: i64) -> Vec<Outgoing> {
    store.outbox(&chat(for_chat), 10).await.unwrap()
}

async fn taken_out(store: &Store, row: &Outgoing, reached: bool) {
    let mut commit = commit();
    commit.take_out(row, reached);
    store.commit(commit).await.unwrap();
}

pub async fn a_role_is_changed_by_who_has_read_it_and_its_row_stays(engine: impl Engine) {
    let store = engine.store();
    store.commit(write_staff(None, staff(2, 1, Some(Role::Viewer)))).await.unwrap();
    store.commit(write_staff(None, staff(3, 1, Some(Role::Owner)))).await.unwrap();
    store.commit(write_staff(Some(1), staff(2, 2, None))).await.unwrap();
    for expected in [None, Some(1)] {
        let stale = store.commit(write_staff(expected, staff(2, 3, Some(Role::Owner)))).await;
        assert!(is_conflict(&stale), "{stale:?}");
    }
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(store.staff().await.unwrap(), [staff(2, 2, None), staff(3, 1, Some(Role::Owner))]);
}

pub async fn messages_of_an_announcement_are_counted_once(engine: impl Engine) {
    let store = engine.store();
    assert_eq!(store.next(Sequence::Broadcast).await.unwrap(), 1);
    store.commit(write(None, asked())).await.unwrap();
    assert_eq!(store.sending().await.unwrap(), []);
    let mut sent = write(Some(1), sending());
    sent.outgoing = vec![announcement(2), announcement(3), say(2, Reply::NotText)];
    store.commit(sent).await.unwrap();
    let to_two = waiting(&store, 2).await;
    taken_out(&store, &to_two[0], true).await;
    taken_out(&store, &to_two[1], true).await;
    // Whoever believes it was not taken out tries again.
    taken_out(&store, &to_two[0], true).await;
    assert_eq!(store.sending().await.unwrap(), [(BroadcastId(1), Tally { reached: 1, unreachable: 0 })]);
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    taken_out(&store, &waiting(&store, 3).await[0], false).await;
    let tally = Tally { reached: 1, unreachable: 1 };
    assert_eq!(store.sending().await.unwrap(), [(BroadcastId(1), tally)]);
    let done = sending().ended(tally, now()).unwrap();
    store.commit(write(Some(2), done.clone())).await.unwrap();
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(store.sending().await.unwrap(), []);
    assert_eq!(store.broadcast(BroadcastId(1)).await.unwrap(), Some(done));
    assert_eq!(store.broadcast(BroadcastId(2)).await.unwrap(), None);
    assert_eq!(store.next(Sequence::Broadcast).await.unwrap(), 2);
}

pub async fn an_announcement_is_sent_once(engine: impl Engine) {
    let store = engine.store();
    store.commit(write(None, asked())).await.unwrap();
    store.commit(write(Some(1), sending())).await.unwrap();
    assert!(is_conflict(&store.commit(write(Some(1), sending())).await));
    let again = Broadcast { version: 3, ..sending() };
    let refused = store.commit(write(Some(2), again)).await;
    assert!(matches!(refused, Err(CommitError::Store(StoreError::Corrupt { .. }))), "{refused:?}");
    // One that was dropped counts nothing.
    let mut dropped = write(Some(2), Broadcast { version: 3, ..asked().with(BroadcastState::Cancelled) });
    dropped.outgoing = vec![announcement(2)];
    store.commit(dropped).await.unwrap();
    taken_out(&store, &waiting(&store, 2).await[0], true).await;
    assert_eq!(store.sending().await.unwrap(), []);
    assert_eq!(waiting(&store, 2).await, []);
}

/// A question is answered by who has read it, and belongs to the chat it was asked in.
pub async fn a_question_is_answered_once(engine: impl Engine) {
    let store = engine.store();
    let asks = |amount| Asks::Deposit { agent: AgentId(1), amount: rp(amount), note: None, forced: false };
    let write = |expected, row| Commit {
        desk: DeskRows { questions: vec![Versioned { expected, row }], ..DeskRows::default() },
        ..commit()
    };
    let first = Question::asked(None, chat(1), asks(600_000), 7, now());
    store.commit(write(None, first.clone())).await.unwrap();
    let decide =
        Asks::Decide { order: OrderId(3), version: 4, verdict: AdminVerdict::Success { sn: "SN1".to_owned() } };
    store.commit(write(None, Question::asked(None, chat(2), decide.clone(), 0, now()))).await.unwrap();
    let (yes, no) = (first.with(QuestionState::Done), first.with(QuestionState::Cancelled));
    store.commit(write(Some(1), yes.clone())).await.unwrap();
    for late in [yes.clone(), no, Question::asked(Some(&first), chat(1), asks(1), 0, now())] {
        assert!(is_conflict(&store.commit(write(Some(1), late)).await));
    }
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(store.question(&chat(1)).await.unwrap(), Some(yes));
    assert_eq!(store.question(&chat(2)).await.unwrap().unwrap().asks, decide);
    assert_eq!(store.question(&chat(3)).await.unwrap(), None);
}

/// Whose card a message is, of the latest two hundred of a chat.
pub async fn cards_are_found_where_they_were_sent(engine: impl Engine) {
    let store = engine.store();
    let show = |to, message: u32, agent| Commit {
        desk: DeskRows {
            cards: vec![CardShown { chat: chat(to), message: message.to_string(), agent: AgentId(agent) }],
            ..DeskRows::default()
        },
        ..commit()
    };
    for message in 1..=210 {
        store.commit(show(8, message, message)).await.unwrap();
    }
    store.commit(show(9, 210, 77)).await.unwrap();
    store.commit(show(8, 205, 78)).await.unwrap();
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    let found = |to, message: u32| {
        let store = &store;
        async move { store.card_shown(&chat(to), &message.to_string()).await.unwrap().map(|agent| agent.0) }
    };
    assert_eq!((found(8, 210).await, found(9, 210).await, found(8, 205).await), (Some(210), Some(77), Some(78)));
    assert_eq!((found(8, 11).await, found(8, 10).await, found(7, 210).await), (Some(11), None, None));
}
