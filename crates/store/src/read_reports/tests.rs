//! What reading a day costs, counted in rows.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;

use chrono::TimeDelta;

use super::super::kv::Visit;
use super::*;

/// Rows, and how many of them have been looked at.
#[derive(Default)]
struct Counting {
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
    touched: Cell<usize>,
}

impl Kv for Counting {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.touched.set(self.touched.get() + 1);
        Ok(self.rows.get(key).cloned())
    }

    fn scan(&self, range: Range<Vec<u8>>, direction: Direction, visit: Visit<'_>) -> Result<(), StoreError> {
        self.rows.scan(range, direction, &mut |key, row| {
            self.touched.set(self.touched.get() + 1);
            visit(key, row)
        })
    }
}

fn at(number: u64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::try_from(number).unwrap())
}

/// An order a second; only what the search reads of it.
fn with_orders(numbers: impl IntoIterator<Item = u64>) -> Counting {
    let row = |number: u64| format!(r#"{{"created_at":"{}"}}"#, at(number).to_rfc3339()).into_bytes();
    let rows = numbers.into_iter().map(|number| (keys::order(OrderId(number)), row(number)));
    Counting { rows: rows.collect(), touched: Cell::new(0) }
}

#[test]
fn a_day_is_found_by_touching_a_handful_of_rows_however_many_there_are() {
    for (orders, most) in [(1_000, 12), (1_000_000, 22)] {
        let kv = with_orders(1..=orders);
        for wanted in [1, 2, orders / 3, orders - 500, orders] {
            kv.touched.set(0);
            assert_eq!(Reader(&kv).first_order_since(at(wanted)).unwrap(), Some(OrderId(wanted)));
            assert!(kv.touched.get() <= most, "{} rows of {orders}", kv.touched.get());
        }
        assert_eq!(Reader(&kv).first_order_since(at(orders + 1)).unwrap(), None);
        assert_eq!(Reader(&kv).first_order_since(at(0)).unwrap(), Some(OrderId(1)));
    }
}

#[test]
fn numbers_that_were_never_used_do_no_harm() {
    let numbers = [3, 4, 9, 10, 11, 500, 501, 9_000];
    let kv = with_orders(numbers);
    for moment in 0..=9_001 {
        let expected = numbers.into_iter().find(|number| *number >= moment).map(OrderId);
        assert_eq!(Reader(&kv).first_order_since(at(moment)).unwrap(), expected, "{moment}");
    }
    assert_eq!(Reader(&with_orders([])).first_order_since(at(0)).unwrap(), None);
    let last = with_orders([u64::from(u32::MAX)]);
    assert_eq!(Reader(&last).first_order_since(at(5)).unwrap(), Some(OrderId(u64::from(u32::MAX))));
}
