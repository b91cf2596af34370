//! How a store in a folder is opened, and its limits.

use std::time::Duration;

/// How to open a `SledStore`.
#[derive(Clone, Copy, Debug)]
pub struct SledOptions {
    /// Memory for pages, in bytes. Small on purpose: a shop's hot rows are few.
    pub cache: u64,
    /// How long to wait for another process (or our own last one, on its way out) to let go of the folder.
    pub lock_patience: Duration,
    pub log: LogLimits,
    pub reopen: ReopenLimits,
}

impl Default for SledOptions {
    fn default() -> Self {
        Self {
            cache: 32 << 20,
            lock_patience: Duration::from_secs(1),
            log: LogLimits::default(),
            reopen: ReopenLimits::default(),
        }
    }
}

/// How much of the log may wait to settle, in bytes. In memory it takes about twice that.
#[derive(Clone, Copy, Debug)]
pub struct LogLimits {
    /// So much may wait for good: what changes or goes again meanwhile never costs sled a write.
    pub calm: usize,
    /// With more than this, groups have to settle as much as they add. It bounds memory, and the time a restart takes
    /// to read the log back; until it is reached, orders are taken at full speed.
    pub full: usize,
    /// How long a file of it gets. Each that goes costs a sync of sled.
    pub file: u64,
}

impl Default for LogLimits {
    fn default() -> Self {
        Self { calm: 16 << 20, full: 96 << 20, file: 8 << 20 }
    }
}

/// After how many bytes sled is opened again. Each reads them back once, so that a start after a kill does not have to.
#[derive(Clone, Copy, Debug)]
pub struct ReopenLimits {
    /// In a quiet moment.
    pub calm: u64,
    /// Whatever is going on.
    pub full: u64,
}

impl Default for ReopenLimits {
    fn default() -> Self {
        Self { calm: 64 << 20, full: 128 << 20 }
    }
}
