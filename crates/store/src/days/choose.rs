//! Which rows are of a day that is over: its orders that are settled with all that leads to them, the journal's lines with
//! their index, and the record of what was answered.

use std::collections::BTreeSet;
use std::ops::Range;

use chrono::{DateTime, Utc};

use super::super::kv::{Direction, Kv, Visit, under};
use super::super::read::{BREAK, CONTINUE};
use super::super::rows::{decode, has_lines, unpack};
use super::super::{Answered, StoreError, keys};
use super::DayRow;
use konter_core::ids::OrderId;
use konter_core::order::Order;

/// When the first line of the journal was made that no day has. Every order has lines of its time. `None`: there is none.
pub(in super::super) fn first_left(rows: &dyn Kv, last: Option<&DayRow>) -> Result<Option<DateTime<Utc>>, StoreError> {
    let mut line = None;
    rows.scan(lines_after(last), Direction::Up, &mut |_, pack| {
        line = unpack(pack).next().transpose()?.map(|entry| entry.at);
        Ok(BREAK)
    })?;
    Ok(line)
}

/// The keys of all rows of days that ended at `ends`, as far as no closed day has them. Orders that are still open stay with
/// the engine.
pub(in super::super) fn choose(
    rows: &dyn Kv,
    last: Option<&DayRow>,
    ends: DateTime<Utc>,
) -> Result<BTreeSet<Vec<u8>>, StoreError> {
    let (mut chosen, mut serials) = (BTreeSet::new(), Vec::new());
    in_pages(rows, orders_after(last), &mut |key, row| {
        let order: Order = decode("order", row)?;
        if order.created_at >= ends {
            return Ok(BREAK);
        }
        if !order.is_open() {
            chosen.insert(key.to_vec());
            chosen.extend(leading_to(&order));
            serials.extend(order.serial_key().map(|key| (keys::serial(&key), order.id)));
        }
        Ok(CONTINUE)
    })?;
    for (key, order) in serials {
        // Another order may have shown the same serial number first.
        let owner: Option<OrderId> = rows.get(&key)?.map(|owner| decode("serial", &owner)).transpose()?;
        if owner == Some(order) {
            chosen.insert(key);
        }
    }
    in_pages(rows, lines_after(last), &mut |key, pack| {
        let mut lines = Vec::new();
        for entry in unpack(pack) {
            let entry = entry?;
            // A pack is as old as its first line.
            if lines.is_empty() && entry.at >= ends {
                return Ok(BREAK);
            }
            lines.push(key.to_vec());
            let accounts = [&entry.debit, &entry.credit].into_iter().filter(|account| has_lines(account));
            lines.extend(accounts.map(|account| keys::line(account, entry.seq)));
        }
        chosen.extend(lines);
        Ok(CONTINUE)
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
            // The first key behind it.
            range.start = key.iter().copied().chain([0]).collect();
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
