//! A copy's rows as they come out of sled and the young layer.

use std::sync::Arc;

use parking_lot::RwLock;

use super::StoreError;
use super::layers::Layers;
use super::read::{BREAK, CONTINUE};
use super::sled_faults::closed;
use super::sled_kv::PIECE;
use super::snapshot::{PAGE, RawRow, RowSource};
use super::writer::Begun;

pub(super) struct SledSnapshot {
    /// Locked only for a page at a time: closing the store does not wait for a copy.
    kv: Arc<RwLock<Option<Layers>>>,
    begun: Begun,
    from: Vec<u8>,
}

impl SledSnapshot {
    pub(super) fn new(kv: Arc<RwLock<Option<Layers>>>, begun: Begun) -> Self {
        Self { kv, begun, from: Vec::new() }
    }
}

impl RowSource for SledSnapshot {
    fn next_page(&mut self) -> Result<Vec<RawRow>, StoreError> {
        let kv = self.kv.read();
        let layers = kv.as_ref().ok_or_else(closed)?;
        let (mut page, mut bytes): (Vec<RawRow>, usize) = (Vec::new(), 0);
        layers.scan_under(&self.begun.unsettled, self.from.clone()..vec![PIECE], &mut |key, row| {
            page.push((key.to_vec(), row.to_vec()));
            bytes += key.len() + row.len();
            Ok(if bytes < PAGE { CONTINUE } else { BREAK })
        })?;
        drop(kv);
        if self.begun.copying.is_spoilt() {
            return Err(StoreError::Busy("too much was written while it was copied; try again in a calmer moment"));
        }
        self.from = match page.last() {
            // The first key behind it.
            Some((last, _)) => last.iter().copied().chain([0]).collect(),
            None => vec![PIECE],
        };
        Ok(page)
    }
}
