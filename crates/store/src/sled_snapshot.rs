//! A copy's rows as they come out of sled, the young layer and the closed days.

use std::sync::Arc;

use parking_lot::RwLock;

use super::days::{Walk, WithDays};
use super::layers::Layers;
use super::read::{BREAK, CONTINUE};
use super::sled_faults::closed;
use super::sled_kv::PIECE;
use super::snapshot::{PAGE, RawRow, RowSource};
use super::writer::Begun;
use super::{StoreError, keys};

pub(super) struct SledSnapshot {
    /// Locked only for a page at a time: closing the store does not wait for a copy.
    kv: Arc<RwLock<Option<WithDays<Layers>>>>,
    begun: Begun,
    /// The engine's own rows go on from here.
    from: Vec<u8>,
    /// What the closed days have. A day that is closed meanwhile is not among them, and its rows are still the engine's.
    closed: Walk,
}

impl SledSnapshot {
    /// # Errors
    /// When the store was closed.
    pub(super) fn new(kv: Arc<RwLock<Option<WithDays<Layers>>>>, begun: Begun) -> Result<Self, StoreError> {
        let closed = kv.read().as_ref().ok_or_else(closed)?.days().walk_all();
        Ok(Self { kv, begun, from: Vec::new(), closed })
    }
}

/// Rows until they are a page.
#[derive(Default)]
struct Page {
    rows: Vec<RawRow>,
    bytes: usize,
}

impl Page {
    fn push(&mut self, key: &[u8], row: &[u8]) {
        // Where a copy is put back its rows are the engine's again.
        if key.first() != Some(&keys::CLOSED_DAY) {
            self.rows.push((key.to_vec(), row.to_vec()));
            self.bytes += key.len() + row.len();
        }
    }

    fn is_full(&self) -> bool {
        self.bytes >= PAGE
    }
}

impl RowSource for SledSnapshot {
    fn next_page(&mut self) -> Result<Vec<RawRow>, StoreError> {
        let kv = self.kv.read();
        let layers = kv.as_ref().ok_or_else(closed)?.upper();
        let mut page = Page::default();
        let (from, is_closed) = (&mut self.from, &mut self.closed);
        layers.scan_under(&self.begun.unsettled, from.clone()..vec![PIECE], &mut |key, row| {
            let flow = is_closed.before(key, &mut |key, row| {
                page.push(key, row);
                Ok(if page.is_full() { BREAK } else { CONTINUE })
            })?;
            if flow.is_break() {
                return Ok(flow);
            }
            page.push(key, row);
            // The first key behind it.
            *from = key.iter().copied().chain([0]).collect();
            Ok(if page.is_full() { BREAK } else { CONTINUE })
        })?;
        if !page.is_full() {
            *from = vec![PIECE];
            // Broken off or at its end: the next page says so.
            let _ = is_closed.rest(&mut |key, row| {
                page.push(key, row);
                Ok(if page.is_full() { BREAK } else { CONTINUE })
            })?;
        }
        drop(kv);
        if self.begun.copying.is_spoilt() {
            return Err(StoreError::Busy("too much was written while it was copied; try again in a calmer moment"));
        }
        Ok(page.rows)
    }
}
