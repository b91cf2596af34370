//! What a product costs whom: the price of the chain's root in its price group, and what each upline adds on the way
//! down. Pure. Who stands above whom, and when a margin is paid, is not decided here.

mod below_cost;
mod group;
mod markups;
mod odd_price;
mod step;
mod tariff;

pub use below_cost::{BelowCost, below_cost};
pub use group::{
    BadGroupName, GroupName, KNOWN_GROUPS, PriceGroup, RETAIL, lowest_lasting_price, lowest_margin, lowest_price,
};
pub use markups::{HIGHEST_MARKUP, MOST_MARKUPS, MarkupFault, MarkupFor, Markups};
pub use odd_price::{OddPrice, Than, is_far, is_large_step, odd_price, odd_prices};
pub use step::PriceStep;
pub use tariff::{Margin, MarginCap, Priced, Tariff};

#[cfg(test)]
mod tests;
