//! One order's life: what it is, and how every event changes it. Pure: a step takes an order and an event and returns
//! the new order with the postings and notices that belong to the same commit. Nothing here sends, stores or waits.

pub mod accept;
pub mod asking;
mod attempt;
mod bill;
pub mod card;
mod dest;
mod heard;
pub mod margins;
mod model;
mod notice;
mod period;
pub mod refusal;
pub mod request;
pub mod restored;
pub mod schedule;
mod step;
pub mod view;
mod withdrawn;
mod withheld;

pub use attempt::{new_attempt, of_customer};
pub use bill::{BillKey, OrderBill, Period, claims};
pub use dest::same_dest;
pub use heard::{FinalOutcome, Heard, Source};
pub use margins::Funds;
pub use model::{Attempt, AttemptStep, Decider, FailureReason, Final, Order, OrderState, RawReply, SerialKey, SlotKey};
pub use notice::{AdminNotice, Notice, ResellerNotice};
pub use step::{AdminVerdict, Event, Seen, Step, Withdrawn, step, step_with};
pub use withdrawn::withdrawn_route;
pub use withheld::Withheld;

#[cfg(test)]
mod routing_tests;
#[cfg(test)]
mod supplier_event_tests;
#[cfg(test)]
pub(crate) mod tests;
