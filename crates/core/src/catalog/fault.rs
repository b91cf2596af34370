//! What can be wrong with a catalog file.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::limits::{COLUMNS, LARGEST_AMOUNT, LARGEST_FILE, MOST_ROWS, OPERATORS};
use super::product::DestKind;
use crate::ids::{ProductCode, SupplierId};

/// A mistake in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// Counted from 1, as an editor shows it.
    pub line: u64,
    /// The column's name, when the mistake lies in one cell.
    pub column: Option<&'static str>,
    pub fault: RowFault,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            Some(column) => write!(f, "line {}, {column}: {}", self.line, self.fault),
            None => write!(f, "line {}: {}", self.line, self.fault),
        }
    }
}

impl std::error::Error for RowError {}

/// What is wrong. In a chat each has a text of its own; these words are for the terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum RowFault {
    #[error("the file is larger than {LARGEST_FILE} bytes")]
    FileTooLarge,
    #[error("more than {MOST_ROWS} rows")]
    TooManyRows,
    #[error("there are more mistakes; mend these first")]
    TooManyErrors,
    #[error("the first line must name the columns: {}", COLUMNS.join(","))]
    NoHeader,
    /// A table, but of somebody else's columns: mostly a supplier's price list.
    #[error(
        "its columns ({0}) are not the catalog's: is it a supplier's price list? Its codes belong into the column sku, its \
         prices into cost; `/katalog` in the chat gives a catalog to fill in"
    )]
    NotOurs(String),
    #[error("columns must be separated by commas, semicolons or tabs, not by `{0}`")]
    OtherSeparator(String),
    #[error("this is neither a text file nor a workbook (.xlsx) that can be read")]
    NoWorkbook,
    #[error("`{0}` is not a column of the catalog")]
    UnknownColumn(String),
    /// Several of ours are missing, or some are and others are nobody's.
    #[error(
        "these columns are missing: {missing}{}; `/katalog` in the chat gives a catalog to fill in",
        if unknown.is_empty() { String::new() } else { format!(" (not the catalog's: {unknown})") }
    )]
    Columns { missing: String, unknown: String },
    #[error("this column is missing")]
    MissingColumn,
    #[error("this column stands twice")]
    RepeatedColumn,
    #[error("{found} cells where the header has {expected}; is there a comma or a quote too many?")]
    CellCount { found: usize, expected: usize },
    #[error("not readable as CSV")]
    Unreadable,
    #[error("must not be empty")]
    Empty,
    #[error("longer than {longest} characters")]
    TooLong { longest: usize },
    #[error("has a line break or another control character in it")]
    ControlCharacter,
    #[error("`{0}` is not a product code (letters and digits, at least one letter, at most 20)")]
    Code(String),
    #[error("`{0}` is not a supplier id ([a-z0-9]+)")]
    Supplier(String),
    #[error("`{0}` is a command word, so nobody could order it")]
    CommandWord(ProductCode),
    #[error("`{0}` is none of: {list}", list = OPERATORS.join(", "))]
    Operator(String),
    #[error("`{0}` is none of: topup, token, bill")]
    Kind(String),
    #[error("`{0}` is none of: {list}", list = DestKind::ALL.map(DestKind::name).join(", "))]
    Dest(String),
    #[error("a product of an operator goes to its phone numbers: write phone, or nothing")]
    DestOfOperator,
    #[error("`{0}` is neither yes nor no")]
    Open(String),
    #[error("`{0}` is not an amount in whole rupiah, such as 10500 or 10.500")]
    Amount(String),
    #[error("must not be below 0")]
    Negative,
    #[error("must be above 0")]
    NotPositive,
    #[error("must not be above {LARGEST_AMOUNT}")]
    AmountTooLarge,
    #[error("`{0}` is not a whole number such as 1")]
    Priority(String),
    #[error("`{0}` is not one of the suppliers in the settings")]
    SupplierNotConfigured(SupplierId),
    #[error("`{here}` here, but `{there}` on line {line}; all rows of one code must agree")]
    Disagrees { here: String, there: String, line: u64 },
    #[error("the same code, supplier and sku as line {line}")]
    Duplicate { line: u64 },
}
