//! The words a chart and a spreadsheet need, in a reader's language.

use serde::Deserialize;

/// One label each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Labels {
    /// Above everything.
    pub title: String,
    // Names of the tables.
    pub total: String,
    pub hours: String,
    pub days: String,
    pub products: String,
    pub suppliers: String,
    pub resellers: String,
    /// What does not stand in a line of its own.
    pub others: String,
    // Names of the columns.
    pub table: String,
    pub code: String,
    pub name: String,
    pub orders: String,
    pub delivered: String,
    pub failed: String,
    pub reversed: String,
    pub open: String,
    pub sales: String,
    pub cost: String,
    pub uplines: String,
    pub margin: String,
    // Short for big amounts.
    pub thousand: String,
    pub million: String,
    pub billion: String,
}
