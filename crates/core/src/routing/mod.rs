//! Where an order is bought: which supplier may be asked now, in what order, and what each has shown of itself lately.
//! Pure: no I/O, no clock, no runtime; moments are handed in. What admins set is a row; the rest may be lost at a restart.
//! Nothing here decides what becomes of an order that has left: that is `order::step`'s alone.

mod alarm;
mod breaker;
mod choice;
mod funds;
mod rate;
mod record;
mod sign;
mod supplier_overrides;
mod traffic;

pub use alarm::{Alarm, GATHER, MOST_CARDS};
pub use breaker::{Breaker, Door, Entry, OPENS_AFTER};
pub use choice::{Availability, Plan, plan};
pub use funds::{BELIEVED_FOR, Funds};
pub use rate::{Limits, Rate, USUAL_AT_ONCE};
pub use record::Record;
pub use sign::{Sign, sign_of};
pub use supplier_overrides::{LongReason, Pause, SupplierOverrides, reason};
pub use traffic::{Pass, Traffic};

#[cfg(test)]
mod tests;
