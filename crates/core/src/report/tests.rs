//! Figures against the ledger's own.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;
use crate::ids::{AgentId, ChatId, OrderId, Reference};
use crate::ledger::{Account, AccountId, Entry, Hold, HoldChange, Posting, Refusal, apply};
use crate::money::Rupiah;
use crate::order::tests::sample::{self, route};
use crate::order::{AdminVerdict, Event, Order, Source, new_attempt, step};
use crate::outcome::{Delivery, Details, FailureKind, Outcome, Reading};
use crate::pricing::Margin;

fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, day).unwrap()
}

fn week() -> Span {
    Span::new(day(15), day(21)).unwrap()
}

/// What an order is like, and what happens to it.
#[derive(Clone, Debug)]
struct Story {
    day: u32,
    hour: u32,
    agent: u32,
    product: usize,
    price: i64,
    events: Vec<Happening>,
}

#[derive(Clone, Debug)]
enum Happening {
    Sent,
    Success { charged: Option<i64>, report: bool },
    Failure { report: bool },
    AdminSuccess,
    AdminFailure,
}

fn stories() -> impl Strategy<Value = Vec<Story>> {
    let happening = prop_oneof![
        4 => Just(Happening::Sent),
        4 => (proptest::option::of(1_000..30_000_i64), any::<bool>())
            .prop_map(|(charged, report)| Happening::Success { charged, report }),
        3 => any::<bool>().prop_map(|report| Happening::Failure { report }),
        1 => Just(Happening::AdminSuccess),
        1 => Just(Happening::AdminFailure),
    ];
    let story =
        (14..=22_u32, 0..24_u32, 1..4_u32, 0..3_usize, 1_000..30_000_i64, prop::collection::vec(happening, 0..6));
    let story =
        story.prop_map(|(day, hour, agent, product, price, events)| Story { day, hour, agent, product, price, events });
    prop::collection::vec(story, 0..30)
}

/// Books that apply every posting as a store would.
#[derive(Default)]
struct Books {
    accounts: BTreeMap<AccountId, Account>,
    holds: BTreeMap<OrderId, Hold>,
    journal: Vec<(NaiveDate, Entry)>,
}

impl Books {
    fn post(&mut self, day: NaiveDate, posting: &Posting, at: DateTime<Utc>) {
        let order = match posting {
            Posting::Transfer { order, .. } => *order,
            Posting::Hold { order, .. } | Posting::Capture { order } | Posting::Release { order } => Some(*order),
        };
        let hold = order.and_then(|order| self.holds.get(&order));
        let read = |id: &AccountId| Ok::<_, Refusal>(self.accounts.get(id).copied().unwrap_or_default());
        let applied = apply(posting, hold, at, read).unwrap();
        match applied.hold {
            HoldChange::None => {}
            HoldChange::Opened(hold) => drop(self.holds.insert(hold.order, hold)),
            HoldChange::Closed(order) => drop(self.holds.remove(&order)),
        }
        self.accounts.insert(applied.entry.debit.clone(), applied.debit);
        self.accounts.insert(applied.entry.credit.clone(), applied.credit);
        self.journal.push((day, applied.entry));
    }
}

const PRODUCTS: [&str; 3] = ["S10", "X10", "PLN20"];

/// Plays a story through the state machine; its postings go into the books.
fn play(id: u64, story: &Story, books: &mut Books) -> Order {
    let day = day(story.day);
    let at = day.and_hms_opt(story.hour, 30, 0).unwrap().and_utc();
    let price = Rupiah::new(story.price);
    let first = new_attempt(Reference(id * 100), route("kios", story.price - 300));
    let mut order = Order {
        id: OrderId(id),
        agent: AgentId(story.agent),
        chat: ChatId::telegram(story.agent.into()),
        product: PRODUCTS[story.product].parse().unwrap(),
        product_name: format!("Produk {}", story.product),
        dest: format!("0812{id:08}"),
        day,
        price,
        margins: (0..story.agent - 1)
            .map(|level| Margin { agent: AgentId(9 - level), amount: Rupiah::new(50) })
            .collect(),
        created_at: at,
        updated_at: at,
        ..sample::order(first, vec![route("xgate", story.price - 100)])
    };
    let (agent, sales) = (AccountId::Agent(order.agent), AccountId::Sales);
    books.post(day, &Posting::Hold { order: order.id, debit: agent, credit: sales, amount: price }, at);
    for (n, happening) in (1..).zip(&story.events) {
        let reference = order.current().unwrap().reference;
        let word = |report: bool, outcome, charged: Option<i64>| {
            let reading = Reading {
                outcome,
                charged: charged.map(Rupiah::new),
                ..Reading::unknown(crate::outcome::Doubt::Timeout)
            };
            let from = if report { Source::Report } else { Source::Answer };
            Event::Supplier { from, reference, reading, raw: None }
        };
        let delivery = Delivery { sn: format!("SN{n}"), details: Details::new() };
        let event = match happening {
            Happening::Sent => Event::Sending,
            Happening::Success { charged, report } => word(*report, Outcome::Success(delivery), *charged),
            Happening::Failure { report } => word(*report, Outcome::Failed(FailureKind::Refused), None),
            Happening::AdminSuccess => {
                Event::Decided { by: ChatId::telegram(1), verdict: AdminVerdict::Success { sn: "A".to_owned() } }
            }
            Happening::AdminFailure => {
                Event::Decided { by: ChatId::telegram(1), verdict: AdminVerdict::Failed { reason: "A".to_owned() } }
            }
        };
        if let Some(step) = step(&order, event, Reference(id * 100 + n), at) {
            for posting in &step.postings {
                books.post(day, posting, at);
            }
            order = step.order;
        }
    }
    order
}

/// What moved on an account over these days, as the journal has it.
fn moved(books: &Books, account: &AccountId, span: Span) -> i64 {
    let entries = books.journal.iter().filter(|(day, _)| span.contains(*day)).map(|(_, entry)| entry);
    let posts =
        |entry: &&Entry| matches!(entry.kind, crate::ledger::EntryKind::Transfer | crate::ledger::EntryKind::Capture);
    let moved = entries.filter(posts).map(|entry| match (entry.debit == *account, entry.credit == *account) {
        (true, _) => -entry.amount.get(),
        (_, true) => entry.amount.get(),
        _ => 0,
    });
    moved.sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn totals_are_the_sum_of_their_parts_and_what_the_ledger_moved(stories in stories()) {
        let mut books = Books::default();
        for agent in 1..4 {
            let deposit = Posting::paid_in(AgentId(agent), Rupiah::new(10_000_000), None);
            books.post(day(1), &deposit, DateTime::UNIX_EPOCH);
        }
        let mut book = Book::new(week());
        for (id, story) in (1..).zip(&stories) {
            let order = play(id, story, &mut books);
            book.take(&order, order.created_at.naive_utc());
        }
        let total = *book.total();
        let days: Tally = match book.slots() {
            Slots::Days(days) => {
                prop_assert_eq!(days.len(), 7);
                days.iter().map(|(_, tally)| tally).sum()
            }
            Slots::Hours(_) => unreachable!(),
        };
        prop_assert_eq!(days, total);
        for most in [0, 1, 2, 100] {
            for ranking in [book.products(most), book.suppliers(most), book.agents(most)] {
                prop_assert!(ranking.shares.len() <= most);
                prop_assert_eq!(ranking.total(), total);
            }
        }
        prop_assert_eq!(total.orders, total.delivered + total.failed + total.open);
        prop_assert!(total.reversed <= total.failed);
        let placed = stories.iter().filter(|story| week().contains(day(story.day))).count();
        prop_assert_eq!(total.orders, u64::try_from(placed).unwrap());
        prop_assert_eq!(total.sales.get() - total.uplines.get(), moved(&books, &AccountId::Sales, week()));
        prop_assert_eq!(-total.cost.get(), moved(&books, &AccountId::Cost, week()));
        let held: i64 = books.holds.values().map(|hold| hold.amount.get()).sum();
        let outside: i64 = stories.iter().zip(1..).filter(|(story, id)| {
            !week().contains(day(story.day)) && books.holds.contains_key(&OrderId(*id))
        }).map(|(story, _)| story.price).sum();
        prop_assert_eq!(total.held.get(), held - outside);
    }

    #[test]
    fn a_statement_runs_from_line_to_line(stories in stories()) {
        let mut books = Books::default();
        let account = AccountId::Agent(AgentId(1));
        let deposit = |amount, day| (Posting::paid_in(AgentId(1), Rupiah::new(amount), None), day);
        let (posting, first) = deposit(10_000_000, day(1));
        books.post(first, &posting, DateTime::UNIX_EPOCH);
        for (id, story) in (1..).zip(&stories) {
            play(id, &Story { agent: 1, ..story.clone() }, &mut books);
        }
        let mut balance = 0;
        for (_, entry) in &books.journal {
            if let Some(movement) = movement(entry, &account) {
                prop_assert!(movement.amount != Rupiah::ZERO);
                balance += movement.amount.get();
                prop_assert_eq!(movement.balance.get(), balance);
            }
        }
        prop_assert_eq!(books.accounts[&account].available().get(), balance);
    }
}

#[test]
fn a_reversal_and_time_of_day_are_seen() {
    let sent = Happening::Sent;
    let success = Happening::Success { charged: Some(9_000), report: false };
    let story = |day, hour, events: &[&Happening]| Story {
        day,
        hour,
        agent: 1,
        product: 0,
        price: 10_000,
        events: events.iter().map(|event| (*event).clone()).collect(),
    };
    let reported = Happening::Failure { report: true };
    let mut books = Books::default();
    let deposit = Posting::paid_in(AgentId(1), Rupiah::new(1_000_000), None);
    books.post(day(1), &deposit, DateTime::UNIX_EPOCH);
    let mut book = Book::new(Span::day(day(21)));
    let told = [
        story(21, 0, &[&sent, &success]),
        story(21, 23, &[&sent, &success, &reported]),
        story(21, 23, &[&sent, &success, &Happening::AdminFailure]),
        story(20, 12, &[&sent, &success]),
        story(21, 9, &[]),
    ];
    for (id, story) in (1..).zip(&told) {
        let order = play(id, story, &mut books);
        // Placed at midnight by the wall it is still the day that counts.
        book.take(&order, order.created_at.naive_utc() + TimeDelta::zero());
    }
    let total = book.total();
    assert_eq!((total.orders, total.delivered, total.failed, total.reversed, total.open), (4, 1, 2, 2, 1));
    // What the supplier did not take back is the shop's loss.
    assert_eq!((total.sales.get(), total.cost.get(), total.margin().get()), (10_000, 18_000, -8_000));
    let Slots::Hours(hours) = book.slots() else { panic!("one day goes by hours") };
    assert_eq!([hours[0].delivered, hours[23].failed, hours[9].open, hours[12].orders], [1, 2, 1, 0]);
}
