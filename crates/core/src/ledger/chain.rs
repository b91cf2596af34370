//! The journal's hash chain: no line can be changed, dropped or slipped in without every later digest giving it away.

use sha2::{Digest as _, Sha256};

use super::digest::Digest;
use super::posting::Entry;

/// Gives an entry its number and its digest after `previous`.
pub fn seal(entry: &mut Entry, seq: u64, previous: Digest) {
    entry.seq = seq;
    entry.digest = digest(entry, previous);
}

/// Whether the entry is what was sealed after `previous`.
#[must_use]
pub fn verify(entry: &Entry, previous: Digest) -> bool {
    entry.digest == digest(entry, previous)
}

fn digest(entry: &Entry, previous: Digest) -> Digest {
    let mut hash = Sha256::new();
    hash.update(previous.0);
    // Fields in a fixed order with a separator that no field but the note can hold; the note goes last.
    let order = entry.order.map_or(0, |order| order.0);
    hash.update(format!(
        "{}|{}|{:?}|{:?}|{}|{}|{}|{}|{}|{order}|{}",
        entry.seq,
        entry.at.timestamp_micros(),
        entry.kind,
        entry.reason,
        entry.debit,
        entry.credit,
        entry.amount.get(),
        entry.debit_available.get(),
        entry.credit_available.get(),
        entry.note.as_deref().unwrap_or_default(),
    ));
    Digest(hash.finalize().into())
}
