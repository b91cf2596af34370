//! Resellers, products, acts and numbers.

use konter_core::agent::Agent;
use konter_core::catalog::{Product, ProductKind};
use konter_core::ids::{AgentId, Reference};
use konter_store::{Act, Commit, CommitError, Committed, NewPepper, PepperMark, Sequence, Versioned};

use super::engines::Engine;
use crate::support::*;

fn change(row: Agent) -> Commit {
    Commit { agents: vec![Versioned { expected: Some(row.version - 1), row }], ..commit() }
}

fn is_conflict(result: &Result<Committed, CommitError>) -> bool {
    matches!(result, Err(CommitError::Conflict(_)))
}

pub async fn agents_are_found_by_code_chat_and_phone(engine: impl Engine) {
    let store = engine.store();
    store.commit(register(1)).await.unwrap();
    store.commit(register(2)).await.unwrap();
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(store.agent(AgentId(2)).await.unwrap(), Some(agent(2)));
    assert_eq!(store.agent_of_chat(&chat(2)).await.unwrap(), Some(agent(2)));
    assert_eq!(store.agent_of_phone("081200000002").await.unwrap(), Some(agent(2)));
    assert_eq!(store.agent(AgentId(3)).await.unwrap(), None);
    assert_eq!(store.agent_of_chat(&chat(3)).await.unwrap(), None);
    assert_eq!(store.agent_of_phone("0812").await.unwrap(), None);
}

pub async fn a_chat_or_phone_belongs_to_one_agent(engine: impl Engine) {
    let store = engine.store();
    store.commit(register(1)).await.unwrap();
    for thief in [Agent { chats: agent(1).chats, ..agent(2) }, Agent { phones: agent(1).phones, ..agent(2) }] {
        let result = store.commit(Commit { agents: vec![new(thief)], ..commit() }).await;
        assert!(is_conflict(&result), "{result:?}");
    }
    assert!(is_conflict(&store.commit(register(1)).await));
    assert_eq!(store.agent(AgentId(2)).await.unwrap(), None);
}

pub async fn a_chat_given_up_is_free_again(engine: impl Engine) {
    let store = engine.store();
    store.commit(register(1)).await.unwrap();
    let moved = Agent { version: 2, chats: vec![chat(50)], phones: Vec::new(), ..agent(1) };
    store.commit(change(moved.clone())).await.unwrap();
    assert_eq!(store.agent_of_chat(&chat(1)).await.unwrap(), None);
    assert_eq!(store.agent_of_chat(&chat(50)).await.unwrap(), Some(moved));
    let heir = Agent { chats: agent(1).chats, phones: agent(1).phones, ..agent(2) };
    store.commit(Commit { agents: vec![new(heir.clone())], ..commit() }).await.unwrap();
    assert_eq!(store.agent_of_phone("081200000001").await.unwrap(), Some(heir));
    assert!(is_conflict(&store.commit(change(Agent { version: 2, ..agent(1) })).await));
}

pub async fn agents_are_listed_in_pages(engine: impl Engine) {
    let store = engine.store();
    for n in [3, 1, 300, 2] {
        store.commit(register(n)).await.unwrap();
    }
    let page = async |after: Option<u32>, limit| {
        let page = store.agents(after.map(AgentId), limit).await.unwrap();
        page.into_iter().map(|agent| agent.id.0).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 9).await, [1, 2, 3, 300]);
    assert_eq!(page(None, 2).await, [1, 2]);
    assert_eq!(page(Some(2), 2).await, [3, 300]);
    assert_eq!(page(Some(300), 2).await, [0; 0]);
    assert_eq!(page(None, 0).await, [0; 0]);
}

pub async fn products_are_written_over(engine: impl Engine) {
    let store = engine.store();
    let product = |code: &str, price| Product {
        code: code.parse().unwrap(),
        name: format!("Produk {code}"),
        category: "Pulsa".to_owned(),
        operator: None,
        kind: ProductKind::Topup,
        dest: None,
        nominal: None,
        price: rp(price),
        routes: vec![route("kios")],
    };
    let first = vec![product("X10", 1), product("S5", 2), product("AB100", 3)];
    store.commit(Commit { products: first, ..commit() }).await.unwrap();
    store.commit(Commit { products: vec![product("S5", 9)], ..commit() }).await.unwrap();
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    let expected = [product("AB100", 3), product("S5", 9), product("X10", 1)];
    assert_eq!(store.products().await.unwrap(), expected);
}

pub async fn acts_come_newest_first(engine: impl Engine) {
    let store = engine.store();
    let act = |what: &str| Act { at: now(), by: chat(9), what: what.to_owned() };
    store.commit(Commit { acts: vec![act("a"), act("b")], ..commit() }).await.unwrap();
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    store.commit(Commit { acts: vec![act("c")], ..commit() }).await.unwrap();
    assert_eq!(store.acts(2).await.unwrap(), [act("c"), act("b")]);
    assert_eq!(store.acts(9).await.unwrap().len(), 3);
}

pub async fn numbers_and_references_never_repeat(engine: impl Engine) {
    let store = engine.store();
    assert_eq!(store.next(Sequence::Agent).await.unwrap(), 1);
    assert_eq!(store.next(Sequence::Order).await.unwrap(), 1);
    assert_eq!(store.next(Sequence::Order).await.unwrap(), 2);
    let first = store.next_reference(5_000).await.unwrap();
    assert!(first.0 > 5_000);
    let second = store.next_reference(4_000).await.unwrap();
    assert!(second > first, "the clock went back");
    store.commit(register(7)).await.unwrap();
    store.commit(deposit(7, 100_000)).await.unwrap();
    let mut order = order(41, 7, "081");
    order.attempts[0].reference = Reference(9_000);
    store.commit(place(order)).await.unwrap();
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert!(store.next(Sequence::Order).await.unwrap() > 2);
    assert!(store.next(Sequence::Agent).await.unwrap() > 1);
    assert!(store.next_reference(0).await.unwrap() > second);
}

/// Two processes of a new shop start side by side.
pub async fn one_pepper_is_the_first(engine: impl Engine) {
    let store = engine.store();
    let mark = |check: &str| PepperMark { check: check.to_owned() };
    let with = |instead_of: Option<PepperMark>, check: &str| {
        let mut commit = commit();
        commit.pepper = Some(NewPepper { mark: mark(check), instead_of });
        commit
    };
    store.commit(with(None, "first")).await.unwrap();
    assert!(matches!(store.commit(with(None, "second")).await, Err(CommitError::Conflict(_))));
    assert_eq!(store.pepper().await.unwrap(), Some(mark("first")));
    store.commit(with(Some(mark("first")), "after it was lost")).await.unwrap();
    assert_eq!(store.pepper().await.unwrap(), Some(mark("after it was lost")));
}
