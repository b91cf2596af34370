//! The shop's HTTP side: suppliers' callbacks, health, metrics. It decides who is believed; what a callback means is
//! the shop's business.

pub mod address;
mod backup;
mod callback;
mod server;

pub use address::{allowed, believed_address};
pub use callback::{Doorkeeper, Entry};
pub use server::{Http, router, router_within};
