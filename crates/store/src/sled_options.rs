//! How a store in a folder is opened, and its limits.

use std::time::Duration;

/// How to open a `SledStore`.
#[derive(Clone, Copy, Debug)]
pub struct SledOptions {
    /// Memory for sled's pages, in bytes as they are on the disk: they take more. Small on purpose: a shop's hot rows are few.
    pub cache: u64,
    /// How long to wait for another process (or our own last one, on its way out) to let go of the folder.
    pub lock_patience: Duration,
    pub limits: Limits,
    /// The record that these books are known to have come to, from elsewhere; 0: nothing is known of them.
    pub came_to: u64,
}

impl Default for SledOptions {
    fn default() -> Self {
        Self { cache: 16 << 20, lock_patience: Duration::from_secs(1), limits: Limits::default(), came_to: 0 }
    }
}

/// All in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Records of so many bytes stay in memory and out of sled; with more, all but the newest quarter is applied. What changes or goes again
    /// meanwhile costs sled nothing.
    pub calm: usize,
    /// With more rows than this in memory, each group is held up a little; with half as much again none goes on before sled
    /// has taken some. It bounds memory, and what a start after a kill reads back.
    pub full: usize,
    /// How long a file of records gets.
    pub segment: u64,
    /// With more than this in files of records, and more than twice the last base, a new base takes their place.
    pub base: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { calm: 8 << 20, full: 64 << 20, segment: 16 << 20, base: 64 << 20 }
    }
}
