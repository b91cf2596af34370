//! What the shop sells: products and the ways of buying them, and how `catalog.csv` reads. Pure data; nothing here
//! knows orders or accounts.

mod product;

pub use product::{Product, ProductKind, Route};
