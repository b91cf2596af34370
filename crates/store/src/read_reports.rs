//! What reports read: orders and lines of the journal from a moment on. Both are numbered in the order they were made,
//! so the first of a day is found by halving the numbers: a few rows are touched however many there are.

use chrono::{DateTime, NaiveDate, Utc};

use super::kv::{Direction, Kv, Query, after_prefix, under};
use super::read::{BREAK, Reader};
use super::rows::{self, Moment, SUMMARY_NAME, decode};
use super::{StoreError, keys};
use konter_core::ids::OrderId;
use konter_core::ledger::{AccountId, Entry};
use konter_core::order::Order;

/// Rows of one kind, in order of the number that is their whole key.
#[derive(Clone, Copy)]
struct Numbered {
    what: &'static str,
    kind: u8,
    key: fn(u64) -> Vec<u8>,
    /// The part of a row that tells when it was made.
    head: fn(&[u8]) -> &[u8],
}

const ORDERS: Numbered =
    Numbered { what: "order", kind: keys::ORDER, key: |number| keys::order(OrderId(number)), head: |row| row };
/// A pack is as old as its first line.
const PACKS: Numbered = Numbered {
    what: "journal entry",
    kind: keys::JOURNAL,
    key: keys::journal,
    head: |pack| pack.split(|&byte| byte == b'\n').next().unwrap_or_default(),
};

impl<K: Kv + ?Sized> Reader<'_, K> {
    /// The number of the first row made at `at` or later. Gaps between numbers do no harm.
    fn first_since(&self, rows: Numbered, at: DateTime<Utc>) -> Result<Option<u64>, StoreError> {
        let last = self.last_key(keys::all(rows.kind))?.and_then(|key| keys::last_number(&key));
        let Some(last) = last else { return Ok(None) };
        // What is sought lies in `low..high`, or is `found`, which stands at `high` or behind it.
        let (mut low, mut high, mut found) = (0, last.saturating_add(1), None);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.next_numbered(rows, middle, high)? {
                Some((number, moment)) if moment < at => low = number + 1,
                Some((number, _)) => (high, found) = (middle, Some(number)),
                None => high = middle,
            }
        }
        Ok(found)
    }

    /// The first row with a number in a range, and when it was made.
    fn next_numbered(&self, rows: Numbered, from: u64, to: u64) -> Result<Option<(u64, DateTime<Utc>)>, StoreError> {
        let mut next = None;
        self.0.scan((rows.key)(from)..(rows.key)(to), Direction::Up, &mut |key, row| {
            let moment: Moment = decode(rows.what, (rows.head)(row))?;
            next = keys::last_number(key).map(|number| (number, moment.at));
            Ok(BREAK)
        })?;
        Ok(next)
    }

    pub(super) fn first_order_since(&self, at: DateTime<Utc>) -> Result<Option<OrderId>, StoreError> {
        if let Some(numbers) = self.query("order's number", &Query::FirstOrder(at))? {
            return Ok(numbers.first().copied());
        }
        Ok(self.first_since(ORDERS, at)?.map(OrderId))
    }

    pub(super) fn orders_from(&self, first: OrderId, limit: usize) -> Result<Vec<Order>, StoreError> {
        let range = keys::order(first)..under(keys::all(keys::ORDER)).end;
        self.gather(range, Direction::Up, limit, |_, row| decode("order", row).map(Some))
    }

    pub(super) fn first_entry_since(&self, at: DateTime<Utc>) -> Result<Option<u64>, StoreError> {
        if let Some(numbers) = self.query("line's number", &Query::FirstLine(at))? {
            return Ok(numbers.first().copied());
        }
        let pack = self.first_since(PACKS, at)?;
        // The pack before it begins earlier, and may end later.
        let before = match pack {
            Some(0) => None,
            Some(first) => self.pack_with(first - 1)?,
            None => self.pack_with(u64::MAX)?,
        };
        if let Some((_, lines)) = before {
            for entry in rows::unpack(&lines) {
                let entry = entry?;
                if entry.at >= at {
                    return Ok(Some(entry.seq));
                }
            }
        }
        Ok(pack)
    }

    pub(super) fn statement_after(&self, id: &AccountId, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        rows::must_have_lines(id)?;
        if let Some(lines) = self.query("journal entry", &Query::LinesAfter { account: id.clone(), after, limit })? {
            return Ok(lines);
        }
        let range = after_prefix(&keys::line(id, after))..after_prefix(&keys::line(id, u64::MAX));
        let seqs = self.gather(range, Direction::Up, limit, |key, _| Ok(keys::last_number(key)))?;
        seqs.into_iter().map(|seq| self.entry(seq)).collect()
    }

    pub(super) fn last_summary(&self) -> Result<Option<NaiveDate>, StoreError> {
        self.row("summary", &keys::meta(SUMMARY_NAME))
    }
}

#[cfg(test)]
mod tests;
