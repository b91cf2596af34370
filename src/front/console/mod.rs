//! The console: one terminal that speaks as a reseller and as an admin. What `konter demo` talks through: typed lines
//! become messages (`talk`), replies become lines (`print`), their buttons have numbers (`offers`), and where a person
//! types, the line can be edited (`terminal`). No rule of the shop and no wording of a reply lives here.

mod offers;
mod print;
mod talk;
mod terminal;

pub use print::Printer;
pub use talk::{Entered, Talk};
pub use terminal::{Input, Screen, open};

use konter_core::ids::ChatId;

/// The chat a reseller types in.
#[must_use]
pub fn reseller() -> ChatId {
    ChatId::console("reseller")
}

/// The chat of lines that start with `/`.
#[must_use]
pub fn admin() -> ChatId {
    ChatId::console("admin")
}
