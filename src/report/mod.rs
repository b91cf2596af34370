//! What days come to: figures from orders and from the lines of the journal, and the pictures and spreadsheets made of
//! them. Pure: no I/O and no clock. No wording lives here (labels come in), and nothing here moves money.

mod book;
mod canvas;
mod card;
pub mod chart;
pub mod csv;
mod labels;
mod sheet;
mod span;
mod statement;
mod tally;
pub mod xlsx;

pub use book::{Book, Ranking, Share, Slots};
pub use card::ShopCard;
pub use labels::Labels;
pub use span::Span;
pub use statement::{About, Movement, movement};
pub use tally::Tally;

#[cfg(test)]
mod tests;
