//! What a catalog file may hold.

use crate::money::Rupiah;

/// The columns, in the order they are written; when read, any order will do.
pub const COLUMNS: [&str; 14] = [
    "code", "name", "category", "operator", "kind", "nominal", "price", "supplier", "sku", "denom", "cost", "priority",
    "open", "dest",
];
/// The operators a product can be bound to.
pub const OPERATORS: [&str; 7] = ["telkomsel", "byu", "indosat", "xl", "axis", "tri", "smartfren"];

/// Bytes. A large shop's catalog is some hundred KiB; more is not a catalog, and it may arrive by chat.
pub const LARGEST_FILE: usize = 10 * 1024 * 1024;
/// Rows after the header: far above any price list, far below what would make start-up slow.
pub const MOST_ROWS: usize = 100_000;
/// No single price or cost is larger; it also keeps every sum far from overflow.
pub const LARGEST_AMOUNT: Rupiah = Rupiah::new(1_000_000_000);
