//! A supplier's price list held against the catalog: what has changed, what of that looks wrong, and which selling prices
//! follow. Pure data and rules; nothing here asks or applies.

mod compare;
mod list;
mod margin;
mod model;
#[cfg(test)]
mod tests;

pub use compare::{Changes, Known, compare};
pub use list::{Break, Breaks, List, ListFault, Listed, MOST_ROWS};
pub use margin::{MarginRule, Margins, RoundTo};
pub use model::{Offer, OfferState, PriceListRow, RouteMove, Taken, Terms};
