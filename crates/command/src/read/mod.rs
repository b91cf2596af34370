//! What every family reads with: cutting a message into atoms, and numbers, amounts, days, destinations, PINs and names by
//! their shape. Nothing here knows a command or a family.

mod agent_ref;
pub mod amount;
mod atom;
mod cursor;
pub mod date;
pub mod destination;
mod filter;
mod pin;
mod problem;
mod redact;
pub mod shape;
mod slash;
mod spelled;
mod text;
mod typed;

pub use agent_ref::AgentRef;
pub use amount::{MAX_AMOUNT, nominal};
pub use atom::{Atom, Gap, atoms};
pub use cursor::{Context, Cursor, Kinds, NamedAs};
pub use date::{DateArg, date_and_pin};
pub use destination::{destination_alone, destination_of, lettered_alone};
pub use filter::{MAX_FILTER_CHARS, PriceFilter, filters};
pub use pin::{MAX_PIN_DIGITS, MIN_PIN_DIGITS, NEW_PIN_DIGITS, NotAPin, Pin, PinFault, is_pin};
pub use problem::{Part, Problem};
pub use redact::{MASK, lone_pins, may_hold_pin, redact, spaced_pin, without_order_pins};
pub use shape::{Target, has_phone, phones_in_pieces};
pub use slash::{Words, starts_a_phone, without_force};
pub use spelled::SaidNumber;
pub use text::{name_and_town, words_for_admins};
pub use typed::Typed;
