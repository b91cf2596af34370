//! What every family reads with: cutting a message into atoms, and numbers, amounts, days, destinations, PINs and names by
//! their shape. Nothing here knows a command or a family.

pub mod agent_ref;
pub mod amount;
pub mod atom;
pub mod cursor;
pub mod date;
pub mod destination;
pub mod filter;
pub mod pin;
pub mod problem;
pub mod redact;
pub mod shape;
pub mod slash;
pub mod text;
pub mod typed;
