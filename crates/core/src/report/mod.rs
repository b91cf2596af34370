//! What days come to: figures from orders and from the lines of the journal. Pure, and nothing here
//! moves money.

mod book;
mod card;
mod span;
mod statement;
mod tally;

pub use book::{Book, Ranking, Share, Slots};
pub use card::ShopCard;
pub use span::Span;
pub use statement::{About, Movement, movement};
pub use tally::Tally;

#[cfg(test)]
mod tests;
