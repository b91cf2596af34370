//! Amounts are nobody else's, whatever is opened, decided and run out before.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;
use crate::agent::Locale;
use crate::ids::{AgentId, ChatId, TicketId};
use crate::money::Rupiah;

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
}

fn ticket(id: u64, pay: i64) -> Ticket {
    Ticket {
        id: TicketId(id),
        version: 1,
        agent: AgentId(1),
        chat: ChatId::telegram(1),
        topic: None,
        locale: Locale::Id,
        amount: Rupiah::new(100_000),
        pay: Rupiah::new(pay),
        state: TicketState::Open,
        created_at: at(0),
        expires_at: at(60),
    }
}

fn decider() -> Decider {
    Decider { chat: ChatId::telegram(9), name: "Wati".to_owned() }
}

#[test]
fn a_thousand_tickets_of_one_amount_take_every_amount_and_no_more() {
    let amount = Rupiah::new(100_000);
    let mut taken = BTreeSet::new();
    for id in 1..=999 {
        let pay = free_pay(amount, TicketId(id), &taken).unwrap();
        assert!(reach(amount).unwrap().contains(&pay), "{pay}");
        assert!(taken.insert(pay), "{pay} twice");
    }
    assert_eq!(free_pay(amount, TicketId(1_000), &taken), None);
    taken.remove(&Rupiah::new(100_500));
    assert_eq!(free_pay(amount, TicketId(1_000), &taken), Some(Rupiah::new(100_500)));
    assert_eq!(free_pay(Rupiah::new(i64::MAX), TicketId(1), &BTreeSet::new()), None);
}

#[test]
fn tickets_in_a_row_are_far_apart() {
    let pay = |id| free_pay(Rupiah::new(50_000), TicketId(id), &BTreeSet::new()).unwrap().get();
    for id in 1..2_000 {
        assert!((pay(id) - pay(id + 1)).abs() > 100, "{id}");
    }
}

#[test]
fn a_decision_stands() {
    let open = ticket(1, 100_001);
    let accepted = TicketState::Accepted { by: decider(), at: at(1), credited: open.pay };
    let decided = open.decided(accepted.clone()).unwrap();
    assert_eq!((decided.version, &decided.state), (2, &accepted));
    let refused = TicketState::Refused { by: decider(), at: at(2), reason: None };
    assert_eq!(decided.decided(refused), None);
    assert_eq!(decided.decided(accepted), None);
}

#[test]
fn time_closes_a_ticket_and_a_day_later_its_proof() {
    let open = ticket(1, 100_001);
    for (minutes, is_open, takes_proof) in [(0, true, true), (59, true, true), (60, false, true), (1_500, false, false)]
    {
        assert_eq!((open.is_open(at(minutes)), open.takes_proof(at(minutes))), (is_open, takes_proof), "{minutes}");
    }
    // Run out or not, it may still be accepted.
    assert!(open.is_undecided());
}

#[test]
fn a_ticket_is_open_so_long_or_to_the_end_of_the_day() {
    let midnight = at(500);
    let hours = Terms { valid_for: Some(TimeDelta::hours(24)), ..Terms::default() };
    assert_eq!(expires_at(at(0), &hours, midnight), at(24 * 60));
    assert_eq!(expires_at(at(0), &Terms::default(), midnight), midnight);
}

#[test]
fn an_accounts_number_is_found_in_the_operators_words() {
    for (text, before, number, after) in [
        ("BCA 1234567890 a.n. Budi Santoso", "BCA", "1234567890", "a.n. Budi Santoso"),
        ("BRI 0987-6543-2100 Budi", "BRI", "0987-6543-2100", "Budi"),
        ("Cabang 12, Mandiri: 137.00.1234567.8.", "Cabang 12, Mandiri:", "137.00.1234567.8", "."),
        ("1234567890", "", "1234567890", ""),
        ("QRIS di meja kasir", "QRIS di meja kasir", "", ""),
        ("Loket 1 é 22", "Loket 1 é 22", "", ""),
        ("", "", "", ""),
    ] {
        assert_eq!(BankAccount::read(text), BankAccount { before, number, after }, "{text}");
    }
}

#[test]
fn the_bank_that_was_named_comes_first() {
    let all = ["BCA 1".to_owned(), "BRI 2".to_owned(), "bri 3".to_owned()];
    assert_eq!(named_first(&all, Some("BRI")), ["BRI 2", "bri 3", "BCA 1"]);
    assert_eq!(named_first(&all, Some("DANA")), all);
    assert_eq!(named_first(&all, None), all);
}

#[derive(Clone, Debug)]
enum Deed {
    Open(i64),
    Accept(usize),
    Refuse(usize),
    Wait(i64),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        6 => prop_oneof![Just(100_000), Just(100_500), Just(99_999), 99_000..101_000_i64].prop_map(Deed::Open),
        1 => (0..200_usize).prop_map(Deed::Accept),
        1 => (0..200_usize).prop_map(Deed::Refuse),
        1 => (1..45_i64).prop_map(Deed::Wait),
    ];
    prop::collection::vec(deed, 0..200)
}

proptest! {
    /// No two open tickets have the same amount, and each is at most 999 more than was asked for.
    #[test]
    fn amounts_of_open_tickets_are_unique(deeds in deeds()) {
        let (mut tickets, mut claims, mut now) = (Vec::<Ticket>::new(), BTreeMap::new(), at(0));
        for deed in deeds {
            match deed {
                Deed::Open(amount) => {
                    let (id, amount) = (TicketId(tickets.len() as u64 + 1), Rupiah::new(amount));
                    let held = claims.values().filter(|claim: &&Claim| claim.holds(now));
                    let taken = held.map(|claim| claim.amount).collect();
                    let Some(pay) = free_pay(amount, id, &taken) else { continue };
                    prop_assert!((1..=MOST_ADDED).contains(&(pay.get() - amount.get())));
                    let row = Ticket {
                        id, amount, pay, created_at: now, expires_at: now + TimeDelta::minutes(60), ..ticket(1, 1)
                    };
                    claims.insert(pay, row.claim_of_pay());
                    tickets.push(row);
                }
                Deed::Accept(n) | Deed::Refuse(n) => {
                    let state = match deed {
                        Deed::Accept(_) => TicketState::Accepted { by: decider(), at: now, credited: Rupiah::new(1) },
                        _ => TicketState::Refused { by: decider(), at: now, reason: None },
                    };
                    let Some(ticket) = tickets.get_mut(n) else { continue };
                    if let Some(decided) = ticket.decided(state) {
                        if claims.get(&ticket.pay).is_some_and(|claim| claim.ticket == ticket.id) {
                            claims.remove(&ticket.pay);
                        }
                        *ticket = decided;
                    }
                }
                Deed::Wait(minutes) => now += TimeDelta::minutes(minutes),
            }
            let open: Vec<Rupiah> = tickets.iter().filter(|ticket| ticket.is_open(now)).map(|ticket| ticket.pay).collect();
            prop_assert_eq!(open.iter().collect::<BTreeSet<_>>().len(), open.len());
        }
    }
}
