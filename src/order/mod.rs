//! One order's life: what it is, and how every event changes it. Pure: a step takes an order and an event and returns
//! the new order with the postings and notices that belong to the same commit. Nothing here sends, stores or waits.

pub mod accept;
mod attempt;
mod bill;
pub mod margins;
mod model;
mod period;
pub mod restored;
pub mod schedule;
mod step;
pub mod view;

pub use attempt::{new_attempt, of_customer};
pub use bill::{BillKey, OrderBill, Period, claims};
pub use model::{Attempt, AttemptStep, Decider, FailureReason, Final, Order, OrderState, RawReply, SlotKey, same_dest};
pub use step::{AdminVerdict, Event, Notice, Seen, Step, Word, step};

#[cfg(test)]
mod routing_tests;
#[cfg(test)]
mod tests;
