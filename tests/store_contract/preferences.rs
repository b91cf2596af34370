//! What resellers arrange for themselves, and the codes their other chats join by.

use konter_core::agent::Agent;
use konter_core::ids::AgentId;
use konter_core::preferences::{Favourite, Identities, Joining, Preferences, SellRule};
use konter_store::{Commit, CommitError, Committed, Store, Versioned};

use super::engines::Engine;
use crate::support::*;

fn is_conflict(result: &Result<Committed, CommitError>) -> bool {
    matches!(result, Err(CommitError::Conflict(_)))
}

fn preferences(version: u32, dest: &str) -> Preferences {
    let mut preferences = Preferences { version, ..Preferences::none(AgentId(1)) };
    let favourite = Favourite { product: "S10".parse().unwrap(), dest: dest.to_owned() };
    assert!(preferences.favourites.put("IBU".parse().unwrap(), favourite));
    preferences.selling.set("S10".parse().unwrap(), Some(SellRule::Price(rp(12_000)))).unwrap();
    preferences
}

fn write(expected: Option<u32>, row: Preferences) -> Commit {
    Commit { preferences: vec![Versioned { expected, row }], ..commit() }
}

pub async fn preferences_are_changed_by_who_has_read_them(engine: impl Engine) {
    let store = engine.store();
    assert_eq!(store.preferences(AgentId(1)).await.unwrap(), Preferences::none(AgentId(1)));
    store.commit(write(None, preferences(1, "0812"))).await.unwrap();
    store.commit(write(Some(1), preferences(2, "0813"))).await.unwrap();
    for expected in [None, Some(1)] {
        let stale = store.commit(write(expected, preferences(3, "0814"))).await;
        assert!(is_conflict(&stale), "{stale:?}");
    }
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(store.preferences(AgentId(1)).await.unwrap(), preferences(2, "0813"));
    assert_eq!(store.preferences(AgentId(2)).await.unwrap(), Preferences::none(AgentId(2)));
}

fn joining(code: &str) -> Identities {
    let joining = Joining {
        code: code.parse().unwrap(),
        name: "081234567890".to_owned(),
        is_phone: true,
        instead_of: None,
        until: now(),
    };
    let mut identities = agent(1).identities;
    identities.joining = Some(joining);
    identities.call(chat(1), "kasir".to_owned());
    identities
}

async fn put(store: &Store, n: u32, identities: Identities) -> Result<Committed, CommitError> {
    let before = store.agent(AgentId(n)).await.unwrap();
    let expected = before.as_ref().map(|agent| agent.version);
    let row = Agent { version: expected.unwrap_or(0) + 1, identities, ..before.unwrap_or_else(|| agent(n)) };
    store.commit(Commit { agents: vec![Versioned { expected, row }], ..commit() }).await
}

pub async fn a_code_leads_to_one_reseller_until_it_is_used_or_replaced(engine: impl Engine) {
    let owner = async |store: &Store, code: &str| {
        store.agent_of_joining(&code.parse().unwrap()).await.unwrap().map(|agent| agent.id.0)
    };
    let store = engine.store();
    let (first, second) = ("aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb");
    put(&store, 1, joining(first)).await.unwrap();
    put(&store, 2, Identities::default()).await.unwrap();
    assert!(is_conflict(&put(&store, 2, joining(first)).await));
    // An invitation is another thing.
    assert_eq!(store.agent_of_invite(&first.parse().unwrap()).await.unwrap(), None);
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(owner(&store, first).await, Some(1));
    assert_eq!(store.agent(AgentId(1)).await.unwrap().unwrap().identities, joining(first));
    put(&store, 1, joining(second)).await.unwrap();
    assert_eq!((owner(&store, first).await, owner(&store, second).await), (None, Some(1)));
    put(&store, 1, Identities::default()).await.unwrap();
    assert_eq!(owner(&store, second).await, None);
}
