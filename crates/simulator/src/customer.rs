//! The people behind the customer numbers: always the same ones for the same number.

use super::text::{digits, scramble};

/// Some of the documents' own, and some with the characters that names really have.
const NAMES: [&str; 6] =
    ["SUBSCRIBER NAME", "Person 24", "carlton nas\"ser", "calle nagesh", "Pelanggan 250", "BUDI & SONS, CV"];

const METERS: [(&str, u32); 4] = [("R1", 900), ("R1", 1300), ("R2", 3500), ("R3", 5500)];

/// An electricity (or telephone) customer.
pub(super) struct Customer {
    pub name: &'static str,
    pub meter: String,
    pub id: String,
    pub segment: &'static str,
    /// VA.
    pub power: u32,
}

/// A number of twelve digits is a customer id, any other a meter.
const ID_DIGITS: usize = 12;

impl Customer {
    pub fn of(dest: &str) -> Self {
        let (segment, power) = pick(&METERS, dest).unwrap_or(("R1", 900));
        let name = pick(&NAMES, dest).unwrap_or("SUBSCRIBER NAME");
        let (meter, id) = if dest.len() == ID_DIGITS {
            (digits(dest, 11), dest.to_owned())
        } else {
            (dest.to_owned(), digits(dest, ID_DIGITS))
        };
        Self { name, meter, id, segment, power }
    }
}

fn pick<T: Copy>(choices: &[T], dest: &str) -> Option<T> {
    let count = u64::try_from(choices.len()).ok()?;
    let index = scramble(dest).checked_rem(count)?;
    choices.get(usize::try_from(index).ok()?).copied()
}

/// One month of a bill, in whole rupiah.
#[derive(Clone, Copy)]
pub(super) struct Month<'a> {
    pub name: &'a str,
    pub amount: i64,
    pub admin: i64,
}

impl Month<'_> {
    pub const fn total(self) -> i64 {
        self.amount + self.admin
    }
}

/// What a customer owes: two months when the third digit from the end is odd, else one.
/// The last month has grown by so many rupiah.
pub(super) fn bill(dest: &str, grown: i64) -> Vec<Month<'static>> {
    const ADMIN: i64 = 2500;
    let third = dest.len().checked_sub(3).and_then(|at| dest.as_bytes().get(at));
    let months: &[&'static str] =
        if third.is_some_and(|digit| digit % 2 == 1) { &["FEB16", "MAR16"] } else { &["MEI18"] };
    let share = i64::try_from(scramble(dest) % 450).unwrap_or(0);
    let amount = 50_000 + share * 1000;
    let mut months: Vec<Month<'static>> = months.iter().map(|&name| Month { name, amount, admin: ADMIN }).collect();
    if let Some(last) = months.last_mut() {
        last.amount += grown;
    }
    months
}

pub(super) fn owed(bill: &[Month<'_>]) -> i64 {
    bill.iter().map(|month| month.total()).sum()
}
