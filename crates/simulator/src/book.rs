//! One supplier's books: the shop's deposit, what was ordered, what was delivered.

use std::collections::HashMap;

use chrono::TimeDelta;
use parking_lot::Mutex;

use super::Kind;
use super::scenario::{Course, Refusal, Scenario, Twist, Word};
use super::text::{Moment, now, someone_else};

/// The shop's deposit at each supplier at the start, in whole rupiah.
pub const START_BALANCE: i64 = 100_000_000;

/// A simulator that is left running must not eat the machine: past so many orders or inquiries it refuses.
const MOST_REMEMBERED: usize = 2_000_000;

/// A real delivery, for comparing with the shop's own books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bought {
    pub kind: Kind,
    /// The shop's reference; for teleanjar the `respid` of the inquiry that was paid.
    pub reference: String,
    pub product: String,
    pub dest: String,
    /// More than 1: the shop paid twice.
    pub times_delivered: u32,
}

/// What the shop asks for.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub reference: String,
    pub product: String,
    pub dest: String,
    /// Whole rupiah.
    pub price: i64,
}

/// One purchase as the supplier's books have it.
#[derive(Clone, Debug)]
pub(super) struct Sale {
    /// Its place in the book.
    pub index: usize,
    /// The supplier's own number of it.
    pub number: u64,
    pub reference: String,
    pub product: String,
    pub dest: String,
    /// Whole rupiah.
    pub price: i64,
    pub at: Moment,
    pub standing: Word,
    /// The deposit before and after the last thing that happened to it.
    pub before: i64,
    pub after: i64,
    charged: bool,
    delivered: bool,
}

/// What a repeated reference means to a supplier.
#[derive(Clone, Copy, Debug)]
pub(super) enum Repeats {
    /// The reference is not looked at: everything is bought again.
    BuyAgain,
    /// Told the status of the first, for ever.
    Remembered,
    /// Told the status of the first for so long, then bought again.
    RememberedFor(TimeDelta),
}

/// What came of an order.
pub(super) enum Traded {
    /// The reference was known: the earlier purchase.
    Earlier(Sale),
    /// The purchase as the answer is to show it, and what it says and how.
    New(Sale, Course),
}

/// A customer that was looked up, waiting to be paid for.
#[derive(Clone, Debug)]
pub(super) struct Inquiry {
    pub number: u64,
    pub product: String,
    pub dest: String,
    /// By how much a bill is more than at its first inquiry, in whole rupiah.
    pub grown: i64,
    /// How often it was asked for, this time included.
    pub asked: u32,
}

/// What an inquiry of a bill comes to.
pub(super) enum LookedUp {
    Owed(Inquiry),
    /// It was paid before.
    Paid,
    /// The book is full.
    Full,
}

/// A bill that was asked for.
#[derive(Default)]
struct Bill {
    seen: bool,
    paid: bool,
}

struct Pages {
    balance: i64,
    next_number: u64,
    sales: Vec<Sale>,
    /// The last sale of each reference.
    latest: HashMap<String, usize>,
    inquiries: HashMap<String, Inquiry>,
    /// By product and customer.
    bills: HashMap<(String, String), Bill>,
}

pub(super) struct Book {
    kind: Kind,
    pages: Mutex<Pages>,
}

impl Book {
    pub fn open(kind: Kind) -> Self {
        // Like the suppliers' own numbers: they grow with the clock, so they stay unique over restarts.
        let next_number = u64::try_from(now().timestamp_millis()).unwrap_or(1);
        let pages = Pages {
            balance: START_BALANCE,
            next_number,
            sales: Vec::new(),
            latest: HashMap::new(),
            inquiries: HashMap::new(),
            bills: HashMap::new(),
        };
        Self { kind, pages: Mutex::new(pages) }
    }

    pub fn balance(&self) -> i64 {
        self.pages.lock().balance
    }

    pub fn set_balance(&self, rupiah: i64) {
        self.pages.lock().balance = rupiah;
    }

    /// Looks the reference up and buys, in one step, so that two equal requests at once cannot both buy.
    pub fn trade(&self, order: Order, repeats: Repeats, now: Moment) -> Traded {
        let mut course = Course::of(self.kind, Scenario::of(self.kind, &order.dest));
        let mut pages = self.pages.lock();
        if let Some(earlier) = pages.earlier(&order.reference, repeats, now) {
            return Traded::Earlier(earlier);
        }
        if pages.sales.len() >= MOST_REMEMBERED {
            course = Course::refused(Refusal::SupplierDisturbed);
        } else if pages.balance < order.price && !matches!(course.truth, Word::Failed(_)) {
            course = Course::refused(Refusal::DepositTooSmall);
        }
        let mut shown = pages.enter(order, course.truth, now);
        drop(pages);
        match course.twist {
            Twist::None | Twist::StrangersRows => {}
            Twist::OtherReference => shown.reference = someone_else(&shown.reference),
            Twist::OtherDestination => shown.dest = someone_else(&shown.dest),
        }
        Traded::New(shown, course)
    }

    /// The last purchase of a reference, as it stands.
    pub fn find(&self, reference: &str) -> Option<Sale> {
        let pages = self.pages.lock();
        pages.latest.get(reference).and_then(|&index| pages.sales.get(index)).cloned()
    }

    /// Writes the end of a purchase (or its correction) and returns it as it now is.
    pub fn settle(&self, index: usize, word: Word) -> Option<Sale> {
        let mut pages = self.pages.lock();
        let Pages { balance, sales, bills, .. } = &mut *pages;
        let sale = sales.get_mut(index)?;
        sale.apply(word, balance);
        sale.note_bill(bills);
        Some(sale.clone())
    }

    /// Remembers a looked-up customer under a key of the protocol's choosing. `None` when the book is full.
    pub fn inquire(&self, product: &str, dest: &str, key: impl FnOnce(u64) -> String) -> Option<Inquiry> {
        self.pages.lock().look_up(product, dest, 0, key)
    }

    /// The same for a bill, which is owed until it has been paid.
    pub fn inquire_bill(&self, product: &str, dest: &str, key: impl FnOnce(u64) -> String) -> LookedUp {
        /// What scenario 27 adds, in whole rupiah.
        const GROWTH: i64 = 2500;
        let mut pages = self.pages.lock();
        let bill = pages.bills.entry((product.to_owned(), dest.to_owned())).or_default();
        if bill.paid {
            return LookedUp::Paid;
        }
        let grows = bill.seen && Scenario::of(self.kind, dest) == Scenario::BillGrows;
        bill.seen = true;
        let inquiry = pages.look_up(product, dest, if grows { GROWTH } else { 0 }, key);
        inquiry.map_or(LookedUp::Full, LookedUp::Owed)
    }

    /// The inquiry remembered under a key, asked for once more.
    pub fn ask_again(&self, key: &str) -> Option<Inquiry> {
        let mut pages = self.pages.lock();
        let inquiry = pages.inquiries.get_mut(key)?;
        inquiry.asked += 1;
        Some(inquiry.clone())
    }

    /// Remembers a customer that was looked up under a further key.
    pub fn remember(&self, key: String, inquiry: Inquiry) {
        self.pages.lock().inquiries.insert(key, inquiry);
    }

    pub fn inquiry(&self, key: &str) -> Option<Inquiry> {
        self.pages.lock().inquiries.get(key).cloned()
    }

    pub fn bought(&self) -> Vec<Bought> {
        let pages = self.pages.lock();
        let mut all: Vec<Bought> = Vec::new();
        let mut place: HashMap<(&str, &str, &str), usize> = HashMap::new();
        for sale in pages.sales.iter().filter(|sale| sale.delivered) {
            let index = *place.entry((&sale.reference, &sale.product, &sale.dest)).or_insert_with(|| {
                all.push(Bought {
                    kind: self.kind,
                    reference: sale.reference.clone(),
                    product: sale.product.clone(),
                    dest: sale.dest.clone(),
                    times_delivered: 0,
                });
                all.len() - 1
            });
            if let Some(bought) = all.get_mut(index) {
                bought.times_delivered += 1;
            }
        }
        all
    }
}

impl Pages {
    fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }

    fn look_up(&mut self, product: &str, dest: &str, grown: i64, key: impl FnOnce(u64) -> String) -> Option<Inquiry> {
        if self.inquiries.len() >= MOST_REMEMBERED {
            return None;
        }
        let number = self.number();
        let inquiry = Inquiry { number, product: product.to_owned(), dest: dest.to_owned(), grown, asked: 1 };
        self.inquiries.insert(key(number), inquiry.clone());
        Some(inquiry)
    }

    fn earlier(&self, reference: &str, repeats: Repeats, now: Moment) -> Option<Sale> {
        let sale = self.latest.get(reference).and_then(|&index| self.sales.get(index))?;
        let remembered = match repeats {
            Repeats::BuyAgain => false,
            Repeats::Remembered => true,
            Repeats::RememberedFor(time) => now - sale.at < time,
        };
        remembered.then(|| sale.clone())
    }

    fn enter(&mut self, order: Order, truth: Word, now: Moment) -> Sale {
        let mut sale = Sale {
            index: self.sales.len(),
            number: self.number(),
            reference: order.reference,
            product: order.product,
            dest: order.dest,
            price: order.price,
            at: now,
            standing: truth,
            before: self.balance,
            after: self.balance,
            charged: false,
            delivered: false,
        };
        sale.apply(truth, &mut self.balance);
        sale.note_bill(&mut self.bills);
        if self.sales.len() < MOST_REMEMBERED {
            self.latest.insert(sale.reference.clone(), sale.index);
            self.sales.push(sale.clone());
        }
        sale
    }
}

impl Sale {
    /// A bill that was asked for is paid as long as its payment stands.
    fn note_bill(&self, bills: &mut HashMap<(String, String), Bill>) {
        if !bills.is_empty()
            && let Some(bill) = bills.get_mut(&(self.product.clone(), self.dest.clone()))
        {
            bill.paid = self.delivered;
        }
    }

    /// Money follows the standing: held while pending, kept on success, given back on failure.
    fn apply(&mut self, word: Word, balance: &mut i64) {
        self.standing = word;
        let charge = match word {
            Word::Success | Word::Pending => true,
            Word::Failed(_) => false,
            Word::Unlisted => self.charged,
        };
        self.delivered = word == Word::Success;
        if charge != self.charged {
            self.before = *balance;
            *balance += if charge { -self.price } else { self.price };
            self.charged = charge;
            self.after = *balance;
        } else if !charge {
            self.before = *balance;
            self.after = *balance;
        }
    }
}
