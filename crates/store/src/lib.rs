//! Where everything is kept. A decision becomes one [`Commit`]: all of it is durable when `commit` returns, or none of
//! it happened. Reads that answer a chat cost what their result costs. No rules of the business live here but those a
//! commit enforces: funds, versions, unique keys.
//!
//! Everybody else holds a [`Store`]. Behind it is an [`Engine`], which keeps rows under keys and knows nothing of what they
//! mean: it takes commits (the rules are `apply`), shows its rows to reads (`reads`, `read*`), gives numbers out, copies
//! all rows and closes. So a rule or a read is written once, and an engine is what differs: in memory, in sled, in
//! PostgreSQL. What only an engine of several processes has is [`Shared`]. Fronts see an [`Outbox`], nothing more.
#![forbid(unsafe_code)]

mod applier;
mod apply;
mod apply_bills;
mod apply_desk;
mod apply_network;
mod apply_orders;
mod apply_preferences;
mod apply_routing;
mod apply_tickets;
mod apply_transfers;
pub mod audit;
mod blocks;
mod books;
mod books_end;
pub mod census;
mod class;
mod commit;
mod days;
mod dead_letters;
mod depths;
mod engine;
mod fill;
mod handle;
mod hex;
mod indexes;
mod keys;
mod kv;
mod layers;
pub mod leases;
pub mod memory;
pub mod moving;
mod opening;
mod outbox;
pub mod parts;
mod pepper;
pub mod postgres;
mod read;
mod read_reports;
mod reads;
mod rebuilding;
mod restored;
mod rows;
mod salvage;
mod sequences;
mod sled_faults;
mod sled_kv;
mod sled_options;
pub mod sled_store;
mod slots;
mod snapshot;
mod writer;

pub use books::{read_anything, show as show_books};
pub use class::Class;
pub use dead_letters::{DeadLetterCount, DeadLetters, OutboxRow};
pub use depths::Depths;
pub use engine::{Engine, Found, Read, Shared};
pub use pepper::{NewPepper, PepperMark};

pub use commit::{
    Act, Answered, BroadcastResult, CardShown, Commit, CommitError, Committed, DeskRows, InboxMessage, MessageKey,
    NetworkRows, Outgoing, Payload, RoutingRows, Say, Shown, StoreError, Versioned,
};
pub use days::CLOSED_DAY;
pub use fill::fill;
pub use handle::Store;
pub use leases::{Leases, Notification, Shard, WaitGuard, Word, WorkGuard};
pub use outbox::Outbox;
pub use restored::Restored;
pub use salvage::{Salvaged, lacking_days, salvage};
pub use sled_store::{holds_store, is_in_use, may_open, rebuild};
pub use snapshot::{RawRow, Snapshot};

/// Numbers the store hands out; each is given once, gaps are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequence {
    Order,
    Agent,
    Ticket,
    Broadcast,
    Transfer,
    /// Of attempts at suppliers, see [`Store::next_reference`]. The last one: `Sequences` counts them.
    Reference,
}

#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod power_tests;
