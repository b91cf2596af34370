//! One order's life: what it is, and how every event changes it. Pure: a step takes an order and an event and returns
//! the new order with the postings and notices that belong to the same commit.

mod model;

pub use model::{Attempt, AttemptStep, Decider, FailureReason, Final, Order, OrderState, RawReply, SlotKey};
