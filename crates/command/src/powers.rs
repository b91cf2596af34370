//! The least role for what is no command: a file, being told something, registering at once. Of commands it stands in the
//! table (`Format::least`) and with each (`AdminCommand::needs`), of buttons with them (`Tap::needs`).

use konter_core::staff::Role::{self, Operator, Owner};

/// For a file with a catalog.
pub const IMPORTS: Role = Owner;
/// Told unasked what needs somebody to act.
pub const ALERTED: Role = Operator;
/// Told what suppliers' price lists change; applies it.
pub const PRICE_LISTS: Role = Owner;
/// Told the day's figures.
pub const SUMMARISED: Role = Owner;
/// Registers without waiting for anybody.
pub const APPROVED: Role = Operator;
