//! Which rows a closed day may have, and where in a day's file they can stand: keys carry numbers or days that grow with
//! time, so most files need not be looked into.

use std::ops::Range;

use super::super::keys;
use super::super::kv::after_prefix;

/// Kinds of rows that leave the engine when their day is closed. None of their rows is ever deleted, but for the open slots,
/// which are of no day and stay.
pub(in super::super) const fn is_closable(kind: u8) -> bool {
    matches!(
        kind,
        keys::SERIAL
            | keys::ORDER_OF_AGENT
            | keys::JOURNAL
            | keys::LINE
            | keys::ANSWERED
            | keys::ORDER
            | keys::REFERENCE
            | keys::SLOT
    )
}

/// Whether nothing in a kind's keys tells which day they are of; a filter has to.
pub(super) const fn needs_filter(kind: u8) -> bool {
    matches!(kind, keys::SERIAL | keys::ANSWERED)
}

/// Whether the number that grows comes first in a kind's keys.
pub(super) const fn begins_with_number(kind: u8) -> bool {
    matches!(kind, keys::ORDER | keys::JOURNAL | keys::REFERENCE)
}

/// How much of a key stands before the number that grows, and how many bytes that has.
fn shape(key: &[u8]) -> Option<(usize, usize)> {
    match *key.first()? {
        kind if begins_with_number(kind) => Some((1, 8)),
        keys::ORDER_OF_AGENT => Some((1 + 4, 8)),
        keys::LINE => Some((1 + keys::text_length(key, 1)?, 8)),
        keys::SLOT => Some((1 + 4 + keys::text_length(key, 1 + 4)?, 4)),
        _ => None,
    }
}

/// The number in a key that grows with time.
pub(super) fn number(key: &[u8]) -> Option<u64> {
    let (before, bytes) = shape(key)?;
    let number = key.get(before..before.checked_add(bytes)?)?;
    Some(number.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// Of a range of keys the part that can hold numbers from `first` to `last`. Only a range whose keys have all before their
/// number in common can be narrowed.
pub(super) fn narrowed(range: Range<Vec<u8>>, first: u64, last: u64) -> Range<Vec<u8>> {
    let Some((before, bytes)) = shape(&range.start) else { return range };
    let Some(prefix) = range.start.get(..before).filter(|prefix| range.end <= after_prefix(prefix)) else {
        return range;
    };
    let with = |number: u64| {
        let number = number.to_be_bytes();
        [prefix, number.get(8 - bytes..).unwrap_or_default()].concat()
    };
    let (from, to) = (with(first), after_prefix(&with(last)));
    range.start.clone().max(from)..range.end.clone().min(to)
}
