//! What the shop sells: products and the ways of buying them, and how `catalog.csv` reads. Pure data; nothing here
//! knows orders or accounts.

mod category;
mod changes;
mod csv;
mod decode;
mod fault;
mod limits;
mod lookup;
mod product;
mod table;

pub use category::CategoryFound;
pub use changes::{ProductChange, changes};
pub use csv::{MOST_ERRORS, SAMPLE, parse_catalog, read_catalog, write_catalog};
pub use decode::decode;
pub use fault::{RowError, RowFault};
pub use limits::{COLUMNS, LARGEST_AMOUNT, LARGEST_FILE, MOST_ROWS, OPERATORS};
pub use lookup::{Catalog, NoNominal};
pub use product::{DestKind, Product, ProductKind, Route};
pub use table::{Table, TableRow};
