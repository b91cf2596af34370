//! Random postings against a plain second model that shares no code with the ledger.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::audit::Recount;
use super::{
    Account, AccountId, Applied, Digest, EntryKind, Hold, HoldChange, Posting, Reason, Refusal, apply, seal, verify,
};
use crate::ids::{AgentId, OrderId};
use crate::money::Rupiah;

/// The ledger's rules with maps around them, as a store would have.
#[derive(Clone, Default, PartialEq, Debug)]
struct Books {
    accounts: HashMap<AccountId, Account>,
    holds: HashMap<OrderId, Hold>,
    journal: Vec<super::Entry>,
}

impl Books {
    fn post(&mut self, posting: &Posting) -> Result<(), Refusal> {
        let order = match posting {
            Posting::Transfer { .. } => None,
            Posting::Hold { order, .. } | Posting::Capture { order } | Posting::Release { order } => Some(order),
        };
        let open = order.and_then(|order| self.holds.get(order));
        let read = |id: &AccountId| Ok::<_, Refusal>(self.accounts.get(id).copied().unwrap_or_default());
        let Applied { debit, credit, hold, mut entry } = apply(posting, open, at(), read)?;
        match hold {
            HoldChange::None => {}
            HoldChange::Opened(hold) => drop(self.holds.insert(hold.order, hold)),
            HoldChange::Closed(order) => drop(self.holds.remove(&order)),
        }
        self.accounts.insert(entry.debit.clone(), debit);
        self.accounts.insert(entry.credit.clone(), credit);
        let before = self.journal.last().map_or(Digest::default(), |entry| entry.digest);
        seal(&mut entry, self.journal.len() as u64 + 1, before);
        self.journal.push(entry);
        Ok(())
    }
}

/// What anyone would write down on paper: what each account has, and what is set aside for which order.
#[derive(Default)]
struct Paper {
    has: HashMap<AccountId, i128>,
    aside: HashMap<u64, (AccountId, AccountId, i128)>,
}

impl Paper {
    fn free(&self, id: &AccountId) -> i128 {
        let aside: i128 = self.aside.values().filter(|(debit, ..)| debit == id).map(|(.., amount)| amount).sum();
        self.has.get(id).copied().unwrap_or(0) - aside
    }

    fn may_pay(&self, id: &AccountId, amount: i128) -> bool {
        !matches!(id, AccountId::Agent(_)) || self.free(id) >= amount
    }

    fn moves(&mut self, debit: AccountId, credit: AccountId, amount: i128) {
        *self.has.entry(debit).or_default() -= amount;
        *self.has.entry(credit).or_default() += amount;
    }

    /// Whether it was done.
    fn post(&mut self, posting: &Posting) -> bool {
        match posting {
            Posting::Transfer { debit, credit, amount, may_overdraw, .. } => {
                let amount = i128::from(amount.get());
                let fine = amount > 0 && debit != credit && (*may_overdraw || self.may_pay(debit, amount));
                if fine {
                    self.moves(debit.clone(), credit.clone(), amount);
                }
                fine
            }
            Posting::Hold { order, debit, credit, amount } => {
                let amount = i128::from(amount.get());
                let free = !self.aside.contains_key(&order.0);
                let fine = free && amount > 0 && debit != credit && self.may_pay(debit, amount);
                if fine {
                    self.aside.insert(order.0, (debit.clone(), credit.clone(), amount));
                }
                fine
            }
            Posting::Capture { order } => match self.aside.remove(&order.0) {
                Some((debit, credit, amount)) => {
                    self.moves(debit, credit, amount);
                    true
                }
                None => false,
            },
            Posting::Release { order } => self.aside.remove(&order.0).is_some(),
        }
    }
}

fn at() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

fn account() -> impl Strategy<Value = AccountId> {
    prop_oneof![
        4 => (1_u32..4).prop_map(|n| AccountId::Agent(AgentId(n))),
        2 => Just(AccountId::Cash),
        2 => Just(AccountId::Sales),
        1 => Just(AccountId::Cost),
        1 => Just(AccountId::Supplier("kios".parse().unwrap())),
    ]
}

fn posting() -> impl Strategy<Value = Posting> {
    let order = || (1_u64..6).prop_map(OrderId);
    let amount = || (-2_i64..60).prop_map(Rupiah::new);
    let transfer = (account(), account(), amount(), proptest::bool::weighted(0.1));
    prop_oneof![
        4 => transfer.prop_map(|(debit, credit, amount, may_overdraw)| Posting::Transfer {
            debit,
            credit,
            amount,
            reason: if may_overdraw { Reason::Correction } else { Reason::Deposit },
            order: None,
            note: None,
            may_overdraw,
        }),
        3 => (order(), account(), account(), amount())
            .prop_map(|(order, debit, credit, amount)| Posting::Hold { order, debit, credit, amount }),
        2 => order().prop_map(|order| Posting::Capture { order }),
        2 => order().prop_map(|order| Posting::Release { order }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn books_and_paper_never_disagree(postings in prop::collection::vec(posting(), 1..80)) {
        let (mut books, mut paper) = (Books::default(), Paper::default());
        for posting in &postings {
            let before = books.clone();
            let refused = books.post(posting).err();
            prop_assert_eq!(refused.is_none(), paper.post(posting), "{:?}: {:?}", posting, refused);
            if refused.is_some() {
                prop_assert_eq!(&books, &before, "a refused posting changes nothing");
            }
            for (id, account) in &books.accounts {
                prop_assert_eq!(i128::from(account.available().get()), paper.free(id), "{} after {:?}", id, posting);
                let totals = [account.debits, account.credits, account.pending_debits, account.pending_credits];
                prop_assert!(totals.iter().all(|total| !total.is_negative()), "{}: {:?}", id, account);
            }
            prop_assert_eq!(books.holds.len(), paper.aside.len());
        }
        let sum: i128 = books.accounts.values().map(|account| i128::from(account.balance().get())).sum();
        prop_assert_eq!(sum, 0, "money is moved, never made");
    }

    #[test]
    fn the_recount_agrees_with_the_books(postings in prop::collection::vec(posting(), 1..80)) {
        let mut books = Books::default();
        for posting in &postings {
            let _ = books.post(posting);
        }
        let report = recount(&books);
        prop_assert!(report.is_clean(), "{}", report);
        prop_assert_eq!(report.entries, books.journal.len() as u64);
    }
}

fn recount(books: &Books) -> super::audit::AuditReport {
    let mut count = Recount::default();
    for entry in &books.journal {
        count.entry(entry);
    }
    let accounts: Vec<_> = books.accounts.iter().map(|(id, account)| (id.clone(), *account)).collect();
    let holds: Vec<_> = books.holds.values().cloned().collect();
    count.compare(&accounts, &holds)
}

fn agent() -> AccountId {
    AccountId::Agent(AgentId(1))
}

fn transfer(debit: AccountId, credit: AccountId, amount: i64, reason: Reason) -> Posting {
    let may_overdraw = reason != Reason::Deposit;
    Posting::Transfer { debit, credit, amount: Rupiah::new(amount), reason, order: None, note: None, may_overdraw }
}

fn hold(order: u64, amount: i64) -> Posting {
    Posting::Hold { order: OrderId(order), debit: agent(), credit: AccountId::Sales, amount: Rupiah::new(amount) }
}

/// A deposit of 100, a hold of 40 captured, a hold of 30 still open.
fn small_books() -> Books {
    let mut books = Books::default();
    for posting in [
        transfer(AccountId::Cash, agent(), 100, Reason::Deposit),
        hold(1, 40),
        Posting::Capture { order: OrderId(1) },
        hold(2, 30),
    ] {
        books.post(&posting).unwrap();
    }
    books
}

/// Where lines are lost, what comes behind them is counted from the balances of that moment.
#[test]
fn a_count_goes_on_from_balances_that_were_brought_forward() {
    let counted = |change: fn(&mut Account)| {
        let mut books = small_books();
        let mut count = Recount::default();
        let last = books.journal.last().unwrap();
        count.begin_behind(last.seq, last.digest);
        for (id, account) in &books.accounts {
            let mut account = *account;
            change(&mut account);
            count.bring_account(id.clone(), &account);
        }
        books.holds.values().for_each(|hold| count.bring_hold(hold.clone()));
        let behind = books.journal.len();
        for posting in [Posting::Capture { order: OrderId(2) }, hold(3, 20), Posting::Release { order: OrderId(3) }] {
            books.post(&posting).unwrap();
        }
        books.journal.iter().skip(behind).for_each(|entry| count.entry(entry));
        let accounts: Vec<_> = books.accounts.iter().map(|(id, account)| (id.clone(), *account)).collect();
        count.compare(&accounts, &books.holds.values().cloned().collect::<Vec<_>>())
    };
    let report = counted(|_| {});
    assert!(report.is_clean() && report.begins_behind > 0, "{report}");
    assert!(report.to_string().contains("counted from behind line 4"), "{report}");
    assert!(!counted(|account| account.credits = Rupiah::new(account.credits.get() + 1)).is_clean());
}

#[test]
fn a_hold_reserves_at_once_and_resolves_once() {
    let mut books = small_books();
    assert_eq!(books.accounts[&agent()].available(), Rupiah::new(30));
    assert_eq!(books.accounts[&agent()].balance(), Rupiah::new(60));
    let too_much = books.post(&hold(3, 31));
    let (available, needed) = (Rupiah::new(30), Rupiah::new(31));
    assert_eq!(too_much, Err(Refusal::InsufficientFunds { account: agent(), available, needed }));
    assert_eq!(books.post(&hold(2, 1)), Err(Refusal::HoldOpen(OrderId(2))));
    assert_eq!(books.post(&Posting::Release { order: OrderId(2) }), Ok(()));
    for posting in [Posting::Release { order: OrderId(2) }, Posting::Capture { order: OrderId(2) }] {
        assert_eq!(books.post(&posting), Err(Refusal::NoHold(OrderId(2))));
    }
    assert_eq!(books.accounts[&agent()].available(), Rupiah::new(60));
}

#[test]
fn no_total_wraps_around() {
    let mut books = Books::default();
    books.post(&transfer(AccountId::Cash, agent(), i64::MAX, Reason::Deposit)).unwrap();
    let more = books.post(&transfer(AccountId::Cash, agent(), 1, Reason::Deposit));
    assert_eq!(more, Err(Refusal::Overflow(AccountId::Cash)));
}

#[test]
fn a_journal_that_was_tampered_with_gives_itself_away() {
    type Tampering = fn(&mut Vec<super::Entry>);
    let tamperings: [(&str, Tampering); 5] = [
        ("amount", |journal| journal[0].amount = Rupiah::new(1_000)),
        ("account", |journal| journal[0].credit = AccountId::Agent(AgentId(9))),
        ("dropped", |journal| drop(journal.remove(1))),
        ("swapped", |journal| journal.swap(1, 2)),
        ("note", |journal| journal[3].note = Some("nothing to see".to_owned())),
    ];
    for (what, tamper) in tamperings {
        let mut books = small_books();
        tamper(&mut books.journal);
        assert!(!recount(&books).is_clean(), "{what}");
    }
}

#[test]
fn the_recount_names_stored_rows_that_the_journal_does_not_bear_out() {
    let mut account = small_books();
    account.accounts.get_mut(&agent()).unwrap().credits = Rupiah::new(101);
    let mut lost_hold = small_books();
    lost_hold.holds.clear();
    let mut lost_account = small_books();
    lost_account.accounts.remove(&AccountId::Cash);
    for (books, said) in [
        (account, "agent:1 is stored as"),
        (lost_hold, "hold of order 2 is not stored"),
        (lost_account, "cash is not stored"),
    ] {
        let report = recount(&books);
        assert!(report.to_string().contains(said), "{report}");
        assert!(report.to_string().ends_with("the books are WRONG"), "{report}");
    }
}

#[test]
fn only_corrections_overdraw_and_they_are_pointed_out() {
    let mut books = small_books();
    books.post(&transfer(agent(), AccountId::Sales, 50, Reason::Correction)).unwrap();
    let report = recount(&books);
    assert!(report.is_clean(), "{report}");
    assert_eq!((report.overdrawn, report.negative), (1, vec![(agent(), Rupiah::new(-20))]));

    let mut wrong = small_books();
    wrong.post(&transfer(agent(), AccountId::Sales, 50, Reason::Cost)).unwrap();
    assert!(recount(&wrong).to_string().contains("overdraws agent:1 for Cost"));
}

#[test]
fn a_seal_covers_its_place() {
    let journal = small_books().journal;
    assert!(verify(&journal[0], Digest::default()));
    assert!(verify(&journal[1], journal[0].digest));
    assert!(!verify(&journal[1], Digest::default()));
    assert_eq!(journal[1].kind, EntryKind::Hold);
    assert_eq!(journal[1].digest.to_string().parse(), Ok(journal[1].digest));
}
