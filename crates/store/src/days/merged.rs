//! A copy of all rows: the engine's own, and between them those of the closed days.

use super::super::read::{BREAK, CONTINUE};
use super::super::snapshot::{PAGE, RawRow, RowSource};
use super::super::{StoreError, keys};
use super::Walk;

pub(in super::super) struct Merged<S> {
    own: S,
    /// Own rows read and not given yet, the next one last.
    waiting: Vec<RawRow>,
    own_is_over: bool,
    closed: Walk,
}

impl<S: RowSource> Merged<S> {
    pub(in super::super) const fn new(own: S, closed: Walk) -> Self {
        Self { own, waiting: Vec::new(), own_is_over: false, closed }
    }

    fn next_own(&mut self) -> Result<Option<RawRow>, StoreError> {
        if self.waiting.is_empty() && !self.own_is_over {
            self.waiting = self.own.next_page()?;
            self.own_is_over = self.waiting.is_empty();
            self.waiting.reverse();
        }
        Ok(self.waiting.pop())
    }
}

/// Rows until they are a page.
#[derive(Default)]
struct Page {
    rows: Vec<RawRow>,
    bytes: usize,
}

impl Page {
    fn push(&mut self, key: Vec<u8>, row: Vec<u8>) {
        // Where a copy is put back its rows are the engine's again.
        if key.first() != Some(&keys::CLOSED_DAY) {
            self.bytes += key.len() + row.len();
            self.rows.push((key, row));
        }
    }

    const fn is_full(&self) -> bool {
        self.bytes >= PAGE
    }
}

impl<S: RowSource> RowSource for Merged<S> {
    fn next_page(&mut self) -> Result<Vec<RawRow>, StoreError> {
        let mut page = Page::default();
        while !page.is_full() {
            let own = self.next_own()?;
            let mut visit = |key: &[u8], row: &[u8]| {
                page.push(key.to_vec(), row.to_vec());
                Ok(if page.is_full() { BREAK } else { CONTINUE })
            };
            let Some((key, row)) = own else {
                // Broken off or at its end: the next page says so.
                let _ = self.closed.rest(&mut visit)?;
                break;
            };
            if self.closed.before(&key, &mut visit)?.is_break() {
                self.waiting.push((key, row));
            } else {
                page.push(key, row);
            }
        }
        Ok(page.rows)
    }
}
