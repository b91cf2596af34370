//! Double-entry books: accounts with four totals, immutable transfers, holds that resolve exactly once. Pure: the rules
//! live here, the stores apply them inside one atomic commit.

mod account;
pub mod audit;
mod chain;
mod digest;
mod posting;

pub use account::{Account, AccountId};
pub use chain::{seal, verify};
pub use digest::Digest;
pub use posting::{Applied, Entry, EntryKind, Hold, HoldChange, Posting, Reason, Refusal, apply};

#[cfg(test)]
mod tests;
