//! konter: the front of an Indonesian phone-credit shop. See ARCHITECTURE.md for the map.
#![forbid(unsafe_code)]

pub mod app;
pub mod attachment;
pub mod backup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod front;
pub mod http;
pub mod log_throttle;
pub mod shop;
pub mod telemetry;
