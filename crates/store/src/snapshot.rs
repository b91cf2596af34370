//! All rows as they stood between two commits, read while the shop goes on. The engine's own rows (its log, its pieces)
//! are not among them: what comes out could be put into any other engine.

use super::StoreError;

/// A key and what stands under it.
pub type RawRow = (Vec<u8>, Vec<u8>);

/// About how many bytes are read at once: enough to be quick, little enough to hold nothing up.
pub(super) const PAGE: usize = 256 << 10;

pub(super) trait RowSource: Send {
    /// The next rows in order of their keys; none when that was all.
    fn next_page(&mut self) -> Result<Vec<RawRow>, StoreError>;
}

/// A copy being taken. While it lives the store keeps what it needs in memory, so it should not live long.
pub struct Snapshot {
    source: Box<dyn RowSource>,
}

impl Snapshot {
    pub(super) fn new(source: impl RowSource + 'static) -> Self {
        Self { source: Box::new(source) }
    }

    /// The next rows in order of their keys; none when that was all. Blocks on the disk.
    ///
    /// # Errors
    /// When the store failed or was closed, or when so much was written meanwhile that it could wait no longer; what was
    /// read before is worth nothing then.
    pub fn next_page(&mut self) -> Result<Vec<RawRow>, StoreError> {
        self.source.next_page()
    }

    /// All of them at once: for what is small.
    ///
    /// # Errors
    /// As [`Self::next_page`].
    pub fn all(mut self) -> Result<Vec<RawRow>, StoreError> {
        let mut rows = Vec::new();
        loop {
            let page = self.next_page()?;
            if page.is_empty() {
                return Ok(rows);
            }
            rows.extend(page);
        }
    }
}
