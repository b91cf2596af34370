//! Which rows are of a day that is over: its orders that are settled with all that leads to them, the journal's lines with
//! their index, and the record of what was answered.

use std::collections::BTreeSet;
use std::ops::{ControlFlow, Range};

use chrono::{DateTime, Utc};

use super::super::kv::{Direction, Kv, Visit, behind, under};
use super::super::read::{BREAK, CONTINUE};
use super::super::rows::{decode, has_lines, unpack};
use super::super::{Answered, StoreError, keys};
use super::DayRow;
use konter_core::ids::OrderId;
use konter_core::order::Order;

/// When the first line of the journal was made that no day has. Every order has lines of its time. `None`: there is none. A
/// line from after `now` was made by a clock that was wrong.
pub(in super::super) fn first_left(
    rows: &dyn Kv,
    last: Option<&DayRow>,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let mut line = None;
    in_pages(rows, lines_after(last), &mut |_, pack| {
        line = unpack(pack).next().transpose()?.map(|entry| entry.at).filter(|at| *at <= now);
        Ok(if line.is_some() { BREAK } else { CONTINUE })
    })?;
    Ok(line)
}

/// Rows in the order in which they were made, of which all up to the last one of the days that ended leave. What a wrong clock
/// made after `now` is as old as what follows it.
struct Ended {
    ends: DateTime<Utc>,
    now: DateTime<Utc>,
    /// Seen since the last row that has ended.
    unsure: Vec<Vec<u8>>,
}

impl Ended {
    const fn new(ends: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self { ends, now, unsure: Vec::new() }
    }

    /// Chooses the keys of what was made at this moment, now or with what follows. `BREAK`: nothing that follows has ended.
    fn take(&mut self, at: DateTime<Utc>, keys: Vec<Vec<u8>>, chosen: &mut BTreeSet<Vec<u8>>) -> ControlFlow<()> {
        if at >= self.ends && at <= self.now {
            return BREAK;
        }
        self.unsure.extend(keys);
        if at < self.ends {
            chosen.extend(self.unsure.drain(..));
        }
        CONTINUE
    }
}

/// The keys of all rows of days that ended at `ends`, as far as no closed day has them. Orders that are still open stay with
/// the engine.
pub(in super::super) fn choose(
    rows: &dyn Kv,
    last: Option<&DayRow>,
    ends: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<BTreeSet<Vec<u8>>, StoreError> {
    let (mut chosen, mut serials, mut ended) = (BTreeSet::new(), Vec::new(), Ended::new(ends, now));
    in_pages(rows, orders_after(last), &mut |key, row| {
        let order: Order = decode("order", row)?;
        let mut keys = Vec::new();
        if !order.is_open() {
            keys.push(key.to_vec());
            keys.extend(leading_to(&order));
            serials.extend(order.serial_key().map(|serial| (keys::serial(&serial), order.id)));
        }
        Ok(ended.take(order.created_at, keys, &mut chosen))
    })?;
    for (key, order) in serials {
        // Another order may have shown the same serial number first.
        let owner: Option<OrderId> = rows.get(&key)?.map(|owner| decode("serial", &owner)).transpose()?;
        if owner == Some(order) && chosen.contains(&keys::order(order)) {
            chosen.insert(key);
        }
    }
    let mut ended = Ended::new(ends, now);
    in_pages(rows, lines_after(last), &mut |key, pack| {
        let (mut at, mut lines) = (None, vec![key.to_vec()]);
        for entry in unpack(pack) {
            let entry = entry?;
            // A pack is as old as its first line.
            at = at.or(Some(entry.at));
            let accounts = [&entry.debit, &entry.credit].into_iter().filter(|account| has_lines(account));
            lines.extend(accounts.map(|account| keys::line(account, entry.seq)));
        }
        Ok(at.map_or(CONTINUE, |at| ended.take(at, lines, &mut chosen)))
    })?;
    in_pages(rows, under(keys::all(keys::ANSWERED)), &mut |key, row| {
        if decode::<Answered>("answered message", row)?.at < ends {
            chosen.insert(key.to_vec());
        }
        Ok(CONTINUE)
    })?;
    Ok(chosen)
}

fn orders_after(last: Option<&DayRow>) -> Range<Vec<u8>> {
    let next = last.map_or(0, |last| last.last_order.saturating_add(1));
    keys::order(OrderId(next))..under(keys::all(keys::ORDER)).end
}

fn lines_after(last: Option<&DayRow>) -> Range<Vec<u8>> {
    let next = last.map_or(0, |last| last.last_line.saturating_add(1));
    keys::journal(next)..under(keys::all(keys::JOURNAL)).end
}

/// Walks a long range without keeping the writer waiting.
fn in_pages(rows: &dyn Kv, mut range: Range<Vec<u8>>, visit: Visit<'_>) -> Result<(), StoreError> {
    /// Some milliseconds' worth.
    const PAGE: usize = 500;
    loop {
        let (mut seen, mut is_over) = (0, true);
        rows.scan(range.clone(), Direction::Up, &mut |key, row| {
            if seen == PAGE {
                is_over = false;
                return Ok(BREAK);
            }
            seen += 1;
            range.start = behind(key);
            visit(key, row)
        })?;
        if is_over {
            return Ok(());
        }
    }
}

/// The index rows by which an order is found.
fn leading_to(order: &Order) -> impl Iterator<Item = Vec<u8>> {
    let attempts = order.attempts.iter();
    let references = attempts.map(|attempt| keys::reference(&attempt.route.supplier, attempt.reference));
    [keys::order_of_agent(order.agent, order.id), keys::slot(&order.slot())].into_iter().chain(references)
}
