//! Who is below whom, price groups, transfers that wait for a yes, and margins.

use konter_core::agent::Agent;
use konter_core::ids::AgentId;
use konter_core::ledger::{AccountId, Posting, Reason};
use konter_core::network::{Invited, Network};
use konter_core::order::margins::{self, Before, Stand};
use konter_core::order::{FailureReason, Order, Withheld};
use konter_core::pricing::{Margin, PriceGroup};
use konter_store::{Commit, CommitError, Committed, NetworkRows, Store, StoreError, Versioned};

use super::engines::Engine;
use crate::support::*;

fn is_conflict(result: &Result<Committed, CommitError>) -> bool {
    matches!(result, Err(CommitError::Conflict(_)))
}

fn below(n: u32, upline: Option<u32>) -> Agent {
    Agent { network: Network { upline: upline.map(AgentId), ..Network::default() }, ..agent(n) }
}

async fn register_below(store: &Store, n: u32, upline: Option<u32>) {
    store.commit(Commit { agents: vec![new(below(n, upline))], ..commit() }).await.unwrap();
}

/// The row as it is now with another place.
async fn placed(store: &Store, n: u32, network: Network) -> Result<Committed, CommitError> {
    let before = store.agent(AgentId(n)).await.unwrap().unwrap();
    let row = Agent { version: before.version + 1, network, ..before.clone() };
    store.commit(Commit { agents: vec![Versioned { expected: Some(before.version), row }], ..commit() }).await
}

async fn moved(store: &Store, n: u32, upline: Option<u32>) -> Result<Committed, CommitError> {
    placed(store, n, Network { upline: upline.map(AgentId), ..Network::default() }).await
}

async fn downlines(store: &Store, of: u32, after: Option<u32>, limit: usize) -> Vec<u32> {
    let ids = store.downlines(AgentId(of), after.map(AgentId), limit).await.unwrap();
    ids.into_iter().map(|id| id.0).collect()
}

pub async fn those_below_come_in_pages_and_follow_a_move(engine: impl Engine) {
    let store = engine.store();
    register_below(&store, 1, None).await;
    register_below(&store, 2, None).await;
    for n in 3..=6 {
        register_below(&store, n, Some(1)).await;
    }
    assert_eq!(downlines(&store, 1, None, 3).await, [3, 4, 5]);
    assert_eq!(downlines(&store, 1, Some(5), 3).await, [6]);
    moved(&store, 4, Some(2)).await.unwrap();
    moved(&store, 5, None).await.unwrap();
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(downlines(&store, 1, None, 9).await, [3, 6]);
    assert_eq!(downlines(&store, 2, None, 9).await, [4]);
    assert_eq!(downlines(&store, 2, None, 0).await, [0_u32; 0]);
}

pub async fn nobody_gets_below_themselves(engine: impl Engine) {
    let store = engine.store();
    register_below(&store, 1, None).await;
    register_below(&store, 2, Some(1)).await;
    register_below(&store, 3, Some(2)).await;
    for upline in [1, 2, 3, 9] {
        assert!(is_conflict(&moved(&store, 1, Some(upline)).await), "{upline}");
    }
    // Two moves in one commit, each fine alone.
    register_below(&store, 4, None).await;
    register_below(&store, 5, None).await;
    let to = |n, upline| Versioned { expected: Some(1), row: Agent { version: 2, ..below(n, Some(upline)) } };
    let both = store.commit(Commit { agents: vec![to(4, 5), to(5, 4)], ..commit() }).await;
    assert!(is_conflict(&both), "{both:?}");
    assert_eq!(store.agent(AgentId(4)).await.unwrap().unwrap().network.upline, None);
}

pub async fn an_invitation_leads_to_one_reseller_until_it_is_renewed(engine: impl Engine) {
    let store = engine.store();
    register_below(&store, 1, None).await;
    register_below(&store, 2, None).await;
    let inviting = |code: &str| Network { invite: Some(code.parse().unwrap()), ..Network::default() };
    let owner = async |store: &Store, code: &str| {
        store.agent_of_invite(&code.parse().unwrap()).await.unwrap().map(|agent| agent.id.0)
    };
    let (first, second) = ("aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb");
    placed(&store, 1, inviting(first)).await.unwrap();
    assert!(is_conflict(&placed(&store, 2, inviting(first)).await));
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(owner(&store, first).await, Some(1));
    placed(&store, 1, inviting(second)).await.unwrap();
    assert_eq!((owner(&store, first).await, owner(&store, second).await), (None, Some(1)));
    placed(&store, 1, Network::default()).await.unwrap();
    assert_eq!(owner(&store, second).await, None);
}

pub async fn groups_are_changed_by_who_has_read_them(engine: impl Engine) {
    let store = engine.store();
    let group =
        |version, margin| PriceGroup { version, margin: rp(margin), ..PriceGroup::new("agent".parse().unwrap()) };
    let write = |expected, row| Commit {
        network: NetworkRows { groups: vec![Versioned { expected, row }], ..NetworkRows::default() },
        ..commit()
    };
    store.commit(write(None, group(1, -50))).await.unwrap();
    store.commit(write(Some(1), group(2, -75))).await.unwrap();
    for expected in [None, Some(1)] {
        let stale = store.commit(write(expected, group(3, 0))).await;
        assert!(is_conflict(&stale), "{stale:?}");
    }
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(store.price_groups().await.unwrap(), [group(2, -75)]);
    assert_eq!(store.price_group(&"master".parse().unwrap()).await.unwrap(), None);
}

pub async fn an_invited_chat_is_remembered_until_it_registers(engine: impl Engine) {
    let store = engine.store();
    let by = |n| Invited::new(chat(7), AgentId(n), now());
    for n in [1, 2] {
        let network = NetworkRows { invited: vec![by(n)], ..NetworkRows::default() };
        store.commit(Commit { network, ..commit() }).await.unwrap();
    }
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(store.invited(&chat(7)).await.unwrap(), Some(by(2)));
    let network = NetworkRows { uninvited: vec![chat(7)], ..NetworkRows::default() };
    store.commit(Commit { network, ..commit() }).await.unwrap();
    assert_eq!(store.invited(&chat(7)).await.unwrap(), None);
}

/// An order of the third reseller, whose uplines are the first two.
fn with_margins(id: u64) -> Order {
    let margin = |n, amount| Margin { agent: AgentId(n), amount: rp(amount) };
    Order { margins: vec![margin(1, 100), margin(2, 50)], ..order(id, 3, &format!("08{id:09}")) }
}

/// What moves when an order of which nothing was withheld gets from one stand to another.
fn between(order: &Order, before: Stand, now: Stand, withheld: &[Withheld]) -> Vec<Posting> {
    margins::postings(order, &Before { stand: before, withheld: Vec::new() }, now, withheld)
}

fn is_refused_as_wrong(result: &Result<Committed, CommitError>) -> bool {
    matches!(result, Err(CommitError::Store(StoreError::Corrupt { .. })))
}

pub async fn margins_are_paid_when_their_order_becomes_a_success_and_never_else(engine: impl Engine) {
    let store = engine.store();
    store.commit(deposit(3, 1_000_000)).await.unwrap();
    let with = |mut commit: Commit, postings: Vec<Posting>| {
        commit.postings.extend(postings);
        commit
    };
    let first = with_margins(1);
    let paid = between(&first, Stand::Open, Stand::Delivered, &[]);
    let back = between(&first, Stand::Delivered, Stand::Undelivered, &[]);
    assert!(is_refused_as_wrong(&store.commit(with(place(first.clone()), paid.clone())).await), "not yet a success");
    store.commit(place(first.clone())).await.unwrap();
    let one = paid[..1].to_vec();
    let twice = [paid.clone(), paid.clone()].concat();
    for wrong in [Vec::new(), one, twice, back.clone()] {
        assert!(is_refused_as_wrong(&store.commit(with(succeed(&first), wrong.clone())).await), "{wrong:?}");
    }
    assert!(is_refused_as_wrong(&store.commit(Commit { postings: paid.clone(), ..commit() }).await), "no order");
    store.commit(with(succeed(&first), paid.clone())).await.unwrap();
    let delivered = ended(&first, None);
    let again = Order { version: 3, announced: true, ..delivered.clone() };
    let next = |row: Order| Commit { orders: vec![Versioned { expected: Some(row.version - 1), row }], ..commit() };
    assert!(is_refused_as_wrong(&store.commit(with(next(again), paid.clone())).await), "paid already");
    let other = Order { version: 3, margins: Vec::new(), ..delivered.clone() };
    let given_back =
        Order { state: ended(&first, Some(konter_core::order::FailureReason::Unreachable)).state, ..other };
    assert!(is_refused_as_wrong(&store.commit(with(next(given_back.clone()), back.clone())).await), "no margins");
    let given_back = Order { margins: first.margins.clone(), ..given_back };
    let half = back[..1].to_vec();
    assert!(is_refused_as_wrong(&store.commit(with(next(given_back.clone()), half)).await), "only the refund");
    let half = back[1..].to_vec();
    assert!(is_refused_as_wrong(&store.commit(with(next(given_back.clone()), half)).await), "only the margins");
    store.commit(with(next(given_back), back)).await.unwrap();
    // More than its price.
    let greedy = Order { margins: vec![Margin { agent: AgentId(1), amount: rp(10_501) }], ..order(2, 3, "0812") };
    assert!(is_refused_as_wrong(&store.commit(place(greedy)).await));
    // One that fails owes nobody anything.
    let failing = with_margins(3);
    store.commit(place(failing.clone())).await.unwrap();
    store.commit(fail(&failing)).await.unwrap();
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    let report = konter_store::audit::audit(&store).await.unwrap();
    assert!(report.is_clean(), "{report}");
    for n in [1, 2] {
        assert_eq!(store.account(&deposits(n)).await.unwrap().balance(), rp(0), "{n}");
    }
}

pub async fn what_an_upline_has_spent_is_withheld_from_the_refund_until_it_is_paid_in(engine: impl Engine) {
    let store = engine.store();
    store.commit(deposit(3, 1_000_000)).await.unwrap();
    let order = with_margins(1);
    store.commit(place(order.clone())).await.unwrap();
    let mut delivered = succeed(&order);
    delivered.postings.extend(between(&order, Stand::Open, Stand::Delivered, &[]));
    store.commit(delivered).await.unwrap();
    let given_back = |withheld: Vec<Withheld>| {
        let row = Order { version: 3, withheld, ..ended(&order, Some(FailureReason::Unreachable)) };
        let postings = between(&row, Stand::Delivered, Stand::Undelivered, &row.withheld);
        Commit { orders: vec![Versioned { expected: Some(2), row }], postings, ..commit() }
    };
    let waits = |amount| Withheld { to: AgentId(3), amount: rp(amount), until: AgentId(1) };
    // Whoever decided had read that the first upline still has its margin; meanwhile it has spent some of it.
    store.commit(Commit { postings: vec![send(1, 4, 60)], ..commit() }).await.unwrap();
    for wrong in [vec![], vec![waits(59)], vec![waits(61)], vec![waits(60), waits(60)]] {
        assert!(is_conflict(&store.commit(given_back(wrong.clone())).await), "{wrong:?}");
    }
    let mut greedy = given_back(vec![waits(60)]);
    greedy.postings = between(&order, Stand::Delivered, Stand::Undelivered, &[]);
    assert!(is_refused_as_wrong(&store.commit(greedy).await), "all of it");
    store.commit(given_back(vec![waits(60)])).await.unwrap();
    let balances = async |store: &Store| {
        let mut balances = Vec::new();
        for account in [deposits(1), deposits(2), deposits(3), AccountId::Withheld(order.id)] {
            balances.push(store.account(&account).await.unwrap().available().get());
        }
        balances
    };
    assert_eq!(balances(&store).await, [-60, 0, 1_000_000 - 60, 60]);
    let settled = || {
        let before = given_back(vec![waits(60)]).orders.remove(0).row;
        let row = Order { version: 4, withheld: Vec::new(), ..before.clone() };
        let postings = margins::postings(&row, &Before::of(&before), Stand::Undelivered, &[]);
        Commit { orders: vec![Versioned { expected: Some(3), row }], postings, ..commit() }
    };
    store.commit(deposit(1, 59)).await.unwrap();
    assert!(is_conflict(&store.commit(settled()).await), "one rupiah is missing");
    store.commit(deposit(1, 1)).await.unwrap();
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    let report = konter_store::audit::audit(&store).await.unwrap();
    assert!(report.is_clean(), "{report}");
    store.commit(settled()).await.unwrap();
    assert_eq!(balances(&store).await, [0, 0, 1_000_000, 0]);
    let report = konter_store::audit::audit(&store).await.unwrap();
    assert!(report.is_clean(), "{report}");
}

fn send(from: u32, to: u32, amount: i64) -> Posting {
    Posting::transfer(deposits(from), deposits(to), rp(amount), Reason::Transfer, None)
}
