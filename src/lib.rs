//! konter: the front of an Indonesian phone-credit shop. See ARCHITECTURE.md for the map.
#![forbid(unsafe_code)]

pub mod agent;
pub mod app;
pub mod attachment;
pub mod backup;
pub mod broadcast;
pub mod catalog;
pub mod cli;
pub mod clock;
pub mod command;
pub mod config;
pub mod deposit;
pub mod front;
pub mod habits;
pub mod http;
pub mod ids;
pub mod inquiry;
pub mod ledger;
pub mod money;
pub mod network;
pub mod order;
pub mod phone;
pub mod pricing;
pub mod question;
pub mod receipt;
pub mod reply;
pub mod report;
pub mod routing;
pub mod shop;
pub mod simulator;
pub mod staff;
pub mod store;
pub mod supplier;
pub mod telemetry;
