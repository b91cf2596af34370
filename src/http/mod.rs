//! The shop's HTTP side: suppliers' callbacks, health, metrics. It decides who is believed; what a callback means is
//! the shop's business.

pub mod address;
mod backup;
mod callback;
mod h2h;
mod health;
mod places;
mod request_line;
mod serve;
mod server;

pub use address::{allowed, believed_address};
pub use callback::{CallbackAuth, Entry};
pub use health::{About, Program};
pub use places::{Callers, Limits as PlaceLimits};
pub use serve::{Limits, serve};
pub use server::{Http, REQUEST_TIMEOUT, router, router_within, within};
