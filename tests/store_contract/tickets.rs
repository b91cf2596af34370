//! Deposit tickets: whose amount is whose, and that a ticket's money comes with its acceptance.

use chrono::{DateTime, TimeDelta, Utc};
use konter_core::deposit::{Claim, Decider, Ticket, TicketState};
use konter_core::ids::{AgentId, TicketId};
use konter_store::{Commit, CommitError, Committed, Sequence, Store, Versioned};

use super::engines::Engine;
use crate::support::*;

fn ticket(id: u64, agent: u32, amount: i64, pay: i64) -> Ticket {
    Ticket {
        id: TicketId(id),
        version: 1,
        agent: AgentId(agent),
        chat: chat(i64::from(agent)),
        topic: None,
        locale: konter_core::agent::Locale::Id,
        amount: rp(amount),
        pay: rp(pay),
        state: TicketState::Open,
        created_at: now(),
        expires_at: now() + TimeDelta::hours(2),
    }
}

fn at(hours: i64) -> DateTime<Utc> {
    now() + TimeDelta::hours(hours)
}

fn open(row: Ticket) -> Commit {
    Commit { tickets: vec![new(row)], ..commit() }
}

fn open_at(hours: i64, mut row: Ticket) -> Commit {
    row.created_at = at(hours);
    row.expires_at = at(hours + 2);
    Commit { at: at(hours), ..open(row) }
}

fn by() -> Decider {
    Decider { chat: chat(9), name: "Wati".to_owned() }
}

fn decide(ticket: &Ticket, state: TicketState) -> Commit {
    let row = Ticket { version: ticket.version + 1, state, ..ticket.clone() };
    Commit { tickets: vec![Versioned { expected: Some(ticket.version), row }], ..commit() }
}

fn accept(ticket: &Ticket) -> Commit {
    let accepted = decide(ticket, TicketState::Accepted { by: by(), at: now(), credited: ticket.pay });
    Commit { postings: vec![pay_in(ticket.agent.0, ticket.pay.get())], ..accepted }
}

fn refuse(ticket: &Ticket) -> Commit {
    decide(ticket, TicketState::Refused { by: by(), at: now(), reason: None })
}

fn is_conflict(result: &Result<Committed, CommitError>) -> bool {
    matches!(result, Err(CommitError::Conflict(_)))
}

async fn undecided(store: &Store, agent: u32) -> Vec<u64> {
    store.undecided_tickets(AgentId(agent)).await.unwrap().iter().map(|ticket| ticket.id.0).collect()
}

async fn taken(store: &Store, from: i64, to: i64) -> Vec<(i64, u64)> {
    let claims: Vec<Claim> = store.pays_taken(rp(from), rp(to)).await.unwrap();
    claims.iter().filter(|claim| claim.holds(now())).map(|claim| (claim.amount.get(), claim.ticket.0)).collect()
}

pub async fn a_ticket_is_found_by_number_reseller_and_amount(engine: impl Engine) {
    let store = engine.store();
    for expected in 1..=3 {
        assert_eq!(store.next(Sequence::Ticket).await.unwrap(), expected);
    }
    let first = ticket(1, 1, 100_000, 100_412);
    store.commit(open(first.clone())).await.unwrap();
    store.commit(open(ticket(2, 1, 50_000, 50_030))).await.unwrap();
    store.commit(open(ticket(3, 2, 100_000, 100_030))).await.unwrap();
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(store.ticket(TicketId(1)).await.unwrap(), Some(first));
    assert_eq!(store.ticket(TicketId(4)).await.unwrap(), None);
    assert_eq!(undecided(&store, 1).await, [2, 1]);
    assert_eq!(undecided(&store, 3).await, [0_u64; 0]);
    assert_eq!(taken(&store, 100_001, 100_999).await, [(100_030, 3), (100_412, 1)]);
    assert_eq!(taken(&store, 100_031, 100_411).await, []);
    assert_eq!(taken(&store, 100_412, 100_412).await, [(100_412, 1)]);
    assert_eq!(store.next(Sequence::Ticket).await.unwrap(), 4, "numbers go on where they were");
}

pub async fn an_amount_belongs_to_one_open_ticket(engine: impl Engine) {
    let store = engine.store();
    store.commit(open(ticket(1, 1, 100_000, 100_412))).await.unwrap();
    // Whoever wants it, for whatever.
    for second in [ticket(2, 2, 100_000, 100_412), ticket(2, 2, 100_400, 100_412), ticket(1, 1, 50_000, 50_001)] {
        assert!(is_conflict(&store.commit(open(second)).await));
    }
    // One of an amount a reseller.
    assert!(is_conflict(&store.commit(open(ticket(2, 1, 100_000, 100_030))).await));
    assert_eq!(store.ticket(TicketId(2)).await.unwrap(), None);
    assert_eq!(taken(&store, 1, 1_000_000).await, [(100_412, 1)], "a refused commit takes nothing");
    store.commit(open(ticket(2, 2, 100_000, 100_030))).await.unwrap();
}

pub async fn a_ticket_that_is_over_gives_its_amount_away(engine: impl Engine) {
    let store = engine.store();
    let first = ticket(1, 1, 100_000, 100_412);
    store.commit(open(first.clone())).await.unwrap();
    let still = open_at(1, ticket(2, 2, 100_000, 100_412));
    assert!(is_conflict(&store.commit(still.clone()).await));
    // Its time is over: another one takes the amount, the ticket itself stays.
    store.commit(open_at(2, ticket(2, 2, 100_000, 100_412))).await.unwrap();
    store.commit(open_at(2, ticket(3, 1, 100_000, 100_030))).await.unwrap();
    assert_eq!(taken(&store, 100_412, 100_412).await, [(100_412, 2)]);
    assert_eq!(store.ticket(TicketId(1)).await.unwrap(), Some(first.clone()));
    assert_eq!(undecided(&store, 1).await, [3]);
    // Its money may have come late, and takes nothing from the new owner.
    store.commit(accept(&first)).await.unwrap();
    assert_eq!(taken(&store, 100_412, 100_412).await, [(100_412, 2)]);
    assert_eq!(undecided(&store, 1).await, [3]);
    assert_eq!(store.account(&deposits(1)).await.unwrap().available(), rp(100_412));
}

pub async fn a_decided_ticket_frees_its_amount_and_stays_decided(engine: impl Engine) {
    let store = engine.store();
    let (first, second) = (ticket(1, 1, 100_000, 100_412), ticket(2, 1, 50_000, 50_030));
    store.commit(open(first.clone())).await.unwrap();
    store.commit(open(second.clone())).await.unwrap();
    store.commit(accept(&first)).await.unwrap();
    store.commit(refuse(&second)).await.unwrap();
    drop(store);
    let engine = engine.reopen();
    let store = engine.store();
    assert_eq!(taken(&store, 1, 1_000_000).await, []);
    assert_eq!(undecided(&store, 1).await, [0_u64; 0]);
    // A version that was read before, and one read after.
    for ticket in [&first, &second] {
        assert!(is_conflict(&store.commit(accept(ticket)).await));
        let stored = store.ticket(ticket.id).await.unwrap().unwrap();
        for again in [accept(&stored), refuse(&stored)] {
            assert!(matches!(store.commit(again).await, Err(CommitError::Store(_))));
        }
    }
    assert_eq!(store.account(&deposits(1)).await.unwrap().available(), rp(100_412));
    // The last owner of an amount is still known by it, until the next one comes.
    let last = store.pays_taken(rp(100_412), rp(100_412)).await.unwrap();
    assert_eq!(last.iter().map(|claim| claim.ticket.0).collect::<Vec<_>>(), [1]);
    store.commit(open(ticket(3, 1, 100_000, 100_412))).await.unwrap();
    assert_eq!(taken(&store, 100_412, 100_412).await, [(100_412, 3)]);
}

pub async fn an_acceptance_comes_with_its_money(engine: impl Engine) {
    let store = engine.store();
    let first = ticket(1, 1, 100_000, 100_412);
    store.commit(open(first.clone())).await.unwrap();
    let good = accept(&first);
    let other = |postings| Commit { postings, ..good.clone() };
    for wrong in [
        other(vec![]),
        other(vec![pay_in(1, 100_000)]),
        other(vec![pay_in(2, 100_412)]),
        other(vec![pay_in(1, 100_412), pay_in(1, 100_412)]),
    ] {
        assert!(matches!(store.commit(wrong).await, Err(CommitError::Store(_))));
    }
    // Nor does a ticket become another one.
    let mut moved = good.clone();
    moved.tickets[0].row.agent = AgentId(2);
    moved.postings = vec![pay_in(2, 100_412)];
    assert!(matches!(store.commit(moved).await, Err(CommitError::Store(_))));
    assert_eq!(store.ticket(TicketId(1)).await.unwrap(), Some(first));
    store.commit(good).await.unwrap();
    assert_eq!(store.account(&deposits(1)).await.unwrap().available(), rp(100_412));
}

pub async fn many_decide_about_a_ticket_and_one_does(engine: impl Engine) {
    let store = engine.store();
    let first = ticket(1, 1, 100_000, 100_412);
    store.commit(open(first.clone())).await.unwrap();
    let tasks: Vec<_> = (0..20)
        .map(|n| {
            let (store, commit) = (store.clone(), if n % 2 == 0 { accept(&first) } else { refuse(&first) });
            tokio::spawn(async move { store.commit(commit).await })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => done += 1,
            Err(error) => assert!(matches!(error, CommitError::Conflict(_)), "{error}"),
        }
    }
    assert_eq!(done, 1);
    let accepted = matches!(
        store.ticket(TicketId(1)).await.unwrap().unwrap().state,
        TicketState::Accepted { credited, .. } if credited == rp(100_412)
    );
    let expected = if accepted { rp(100_412) } else { rp(0) };
    assert_eq!(store.account(&deposits(1)).await.unwrap().available(), expected);
}

/// Claims of tickets that ran out go by themselves, so that a reseller never has many.
pub async fn old_claims_of_a_reseller_go_by_themselves(engine: impl Engine) {
    let store = engine.store();
    for (id, n) in (1..=20).zip(0_i64..) {
        let row = ticket(id, 1, 10_000 + n, 11_000 + n);
        store.commit(open_at(n * 30, row)).await.unwrap();
    }
    let left = undecided(&store, 1).await;
    assert_eq!(left.first(), Some(&20));
    assert!(left.len() <= 3, "{left:?}");
    assert!(store.ticket(TicketId(1)).await.unwrap().is_some(), "the tickets themselves stay");
}
