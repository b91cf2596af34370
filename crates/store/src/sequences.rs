//! The numbers that an engine of one process hands out. They are in no row until a commit uses them, so they start over
//! behind the highest one stored.

use std::sync::atomic::{AtomicU64, Ordering};

use super::kv::Kv;
use super::read::Reader;
use super::{Sequence, StoreError};

#[derive(Debug, Default)]
pub(super) struct Sequences([AtomicU64; Sequence::Reference as usize + 1]);

impl Sequences {
    pub(super) fn load<K: Kv>(rows: &Reader<'_, K>) -> Result<Self, StoreError> {
        let (last, reference) = (rows.last_numbers()?, rows.last_reference()?);
        let sequences = Self::default();
        for (sequence, number) in [
            (Sequence::Order, last.order),
            (Sequence::Agent, last.agent),
            (Sequence::Ticket, last.ticket),
            (Sequence::Broadcast, last.broadcast),
            (Sequence::Transfer, last.transfer),
            (Sequence::Reference, reference),
        ] {
            sequences.0[sequence as usize].store(number, Ordering::Relaxed);
        }
        Ok(sequences)
    }

    pub(super) fn next(&self, sequence: Sequence, above: u64) -> u64 {
        let next = |last: u64| last.max(above).saturating_add(1);
        let last =
            self.0[sequence as usize].fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last)));
        next(last.unwrap_or_else(|last| last))
    }
}
