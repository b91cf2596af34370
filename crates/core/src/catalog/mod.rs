//! What the shop sells: products and the ways of buying them, and how `catalog.csv` reads. Pure data; nothing here
//! knows orders or accounts.

mod category;
mod csv;
mod fault;
mod lookup;
mod product;

pub use category::CategoryFound;
pub use csv::{
    COLUMNS, LARGEST_AMOUNT, LARGEST_FILE, MOST_ERRORS, MOST_ROWS, OPERATORS, SAMPLE, parse_catalog, write_catalog,
};
pub use fault::{RowError, RowFault};
pub use lookup::{Catalog, NoNominal};
pub use product::{DestKind, Product, ProductKind, Route};
