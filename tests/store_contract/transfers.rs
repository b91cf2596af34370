//! Transfers: each moves its money once, and back at most once.

use chrono::TimeDelta;
use konter_core::deposit::Decider;
use konter_core::ids::{AgentId, TransferId};
use konter_core::ledger::{Posting, Reason};
use konter_core::network::{Transfer, TransferState};
use konter_store::{Commit, CommitError, Sequence, Store, Versioned};

use super::engines::Engine;
use crate::support::*;

fn sent(id: u64) -> Transfer {
    Transfer::new(TransferId(id), AgentId(1), AgentId(2), rp(40_000), now())
}

fn send(row: Transfer) -> Commit {
    Commit { postings: vec![row.posting()], transfers: vec![new(row)], ..commit() }
}

fn becomes(before: &Transfer, state: TransferState) -> Commit {
    let row = before.with(state);
    Commit { transfers: vec![Versioned { expected: Some(before.version), row }], ..commit() }
}

fn asked() -> TransferState {
    TransferState::Asked { until: now() + TimeDelta::hours(1) }
}

fn back(by_shop: bool) -> TransferState {
    let by = by_shop.then(|| Decider { chat: chat(9), name: "Wati".to_owned() });
    TransferState::TakenBack { at: now(), by }
}

fn take_back(before: &Transfer, state: TransferState) -> Commit {
    Commit { postings: vec![before.posting_back()], ..becomes(before, state) }
}

async fn has(store: &Store) -> (i64, i64) {
    let of = async |n| store.account(&deposits(n)).await.unwrap().available().get();
    (of(1).await, of(2).await)
}

async fn with_a_transfer(engine: &impl Engine) -> (Store, Transfer) {
    let store = engine.store();
    assert_eq!(store.next(Sequence::Transfer).await.unwrap(), 1);
    store.commit(Commit { agents: vec![new(agent(1)), new(agent(2))], ..commit() }).await.unwrap();
    store.commit(Commit { postings: vec![pay_in(1, 100_000)], ..commit() }).await.unwrap();
    store.commit(send(sent(1))).await.unwrap();
    (store, sent(1))
}

pub async fn a_transfer_comes_with_its_money_and_is_found_by_its_number(engine: impl Engine) {
    let (store, row) = with_a_transfer(&engine).await;
    assert_eq!(has(&store).await, (60_000, 40_000));
    let alone = Commit { transfers: vec![new(sent(2))], ..commit() };
    let less = Commit { postings: vec![Transfer { amount: rp(30_000), ..sent(2) }.posting()], ..alone.clone() };
    let other = Commit { postings: vec![sent(3).posting()], ..alone.clone() };
    let twice = Commit { postings: vec![sent(2).posting(), sent(2).posting()], ..alone.clone() };
    let begun = send(sent(2).asked(now()).unwrap());
    for wrong in [alone, less, other, twice, begun] {
        assert!(store.commit(wrong).await.is_err());
    }
    assert!(matches!(store.commit(send(sent(1))).await, Err(CommitError::Conflict(_))), "its number is taken");
    assert_eq!(has(&store).await, (60_000, 40_000));
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(store.transfer(TransferId(1)).await.unwrap(), Some(row));
    assert_eq!(store.transfer(TransferId(2)).await.unwrap(), None);
    assert_eq!(store.next(Sequence::Transfer).await.unwrap(), 2, "numbers go on where they were");
}

pub async fn a_transfer_goes_back_once_and_all_of_it(engine: impl Engine) {
    let (store, row) = with_a_transfer(&engine).await;
    // Without its row, without its money, with another sum, with that of somebody else.
    let postings = vec![row.posting_back()];
    let less = vec![Transfer { amount: rp(10_000), ..row.clone() }.posting_back()];
    let whose = vec![Transfer { from: AgentId(3), ..row.clone() }.posting_back()];
    let twice = vec![row.posting_back(), row.posting_back()];
    for wrong in [
        Commit { postings, ..commit() },
        becomes(&row, back(false)),
        Commit { postings: less, ..becomes(&row, back(false)) },
        Commit { postings: whose, ..becomes(&row, back(true)) },
        Commit { postings: twice, ..becomes(&row, back(true)) },
        take_back(&row, asked()),
        becomes(&Transfer { amount: rp(1), ..row.clone() }, asked()),
        becomes(&row, TransferState::Kept),
    ] {
        assert!(store.commit(wrong).await.is_err());
        assert_eq!(has(&store).await, (60_000, 40_000));
    }
    store.commit(becomes(&row, asked())).await.unwrap();
    let asked_for = row.with(asked());
    assert!(store.commit(becomes(&asked_for, asked())).await.is_err(), "it is asked for once");
    store.commit(becomes(&asked_for, TransferState::Kept)).await.unwrap();
    let kept = asked_for.with(TransferState::Kept);
    let (one, two) =
        tokio::join!(store.commit(take_back(&kept, back(true))), store.commit(take_back(&kept, back(false))));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    assert_eq!(has(&store).await, (100_000, 0));
    let done = store.transfer(TransferId(1)).await.unwrap().unwrap();
    for state in [back(true), asked(), TransferState::Kept, TransferState::Sent] {
        assert!(store.commit(becomes(&done, state)).await.is_err());
    }
    assert!(store.commit(take_back(&done, back(true))).await.is_err());
    assert_eq!(has(&store).await, (100_000, 0));
    assert!(konter_store::audit::audit(&store).await.unwrap().is_clean());
}

pub async fn what_is_held_or_spent_does_not_go_back(engine: impl Engine) {
    let (store, row) = with_a_transfer(&engine).await;
    store.commit(place(order(1, 2, "081234567890"))).await.unwrap();
    for by_shop in [true, false] {
        assert!(matches!(store.commit(take_back(&row, back(by_shop))).await, Err(CommitError::Refused(_))));
    }
    assert_eq!(has(&store).await, (60_000, 29_500));
    assert!(!store.transfer(TransferId(1)).await.unwrap().unwrap().is_back());
    let journal = store.journal(0, 100).await.unwrap();
    assert!(journal.iter().all(|line| line.reason != Reason::TransferBack));
    assert!(matches!(row.posting(), Posting::Transfer { may_overdraw: false, .. }));
}
