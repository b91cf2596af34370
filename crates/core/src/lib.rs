//! What a phone-credit shop decides: money, resellers, products and their prices, the ledger, orders and their life.
//!
//! Values in, values out: nothing here does I/O, reads a clock, knows a runtime, or words what people are told.
#![forbid(unsafe_code)]

pub mod agent;
pub mod broadcast;
pub mod catalog;
pub mod clean;
pub mod deposit;
pub mod destination;
pub mod ids;
pub mod inquiry;
pub mod ledger;
pub mod money;
pub mod network;
pub mod order;
pub mod outcome;
pub mod phone;
pub mod preferences;
pub mod price_list;
pub mod pricing;
pub mod question;
pub mod report;
pub mod routing;
pub mod staff;
pub mod written;
