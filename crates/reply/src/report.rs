//! What reports hold. They are figures, never files: what a picture or a spreadsheet is made of.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use konter_command::{Page, ReportFile};
use konter_core::ids::{AgentId, OrderId, ProductCode};
use konter_core::money::Rupiah;
use konter_core::report::Span;
use konter_core::report::{About, Tally};

/// A reseller's own sales.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SalesCard {
    pub code: AgentId,
    pub name: String,
    pub span: Span,
    pub total: Tally,
    /// The day before, for one day.
    pub before: Option<Tally>,
    pub products: Vec<ProductSales>,
    /// Products that are only in the total.
    pub left_out: usize,
}

/// What one product came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductSales {
    pub product: ProductCode,
    pub name: String,
    pub tally: Tally,
    /// The day before, for one day.
    pub before: Option<Tally>,
}

/// Some lines of a reseller's statement, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementCard {
    pub code: AgentId,
    pub name: String,
    /// `None`: all there is.
    pub days: Option<Span>,
    pub lines: Vec<StatementLine>,
    /// The line older ones come before, where there are any.
    pub older: Option<u64>,
    /// The line newer ones come after, where there are any.
    pub newer: Option<u64>,
}

impl StatementCard {
    /// What the buttons below it show, older first.
    #[must_use]
    pub fn pages(&self) -> [Option<Page>; 2] {
        [self.older.map(Page::Before), self.newer.map(Page::After)]
    }
}

/// A change of a balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLine {
    /// Number of the journal's line.
    pub line: u64,
    pub at: DateTime<Utc>,
    pub amount: Rupiah,
    pub balance: Rupiah,
    pub about: About,
    /// The order it is about: number, product, destination.
    pub order: Option<(OrderId, ProductCode, String)>,
    /// Of a transfer, who is at its other end; its number stands in the note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whom: Option<TransferWhom>,
    pub note: Option<String>,
}

/// Who is at a transfer's other end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferWhom {
    pub agent: AgentId,
    pub name: String,
    /// It was taken back.
    pub back: bool,
}

/// What a shop's report is handed over as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportForm {
    Text,
    /// A text that nobody asked for, at the end of the day.
    Summary,
    /// A picture of sales and margin along time.
    Chart,
    Csv,
    Xlsx,
}

impl From<ReportFile> for ReportForm {
    fn from(file: ReportFile) -> Self {
        match file {
            ReportFile::Chart => Self::Chart,
            ReportFile::Csv => Self::Csv,
            ReportFile::Xlsx => Self::Xlsx,
        }
    }
}

/// Why there is no report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(const_into_str, prefix = "report.", serialize_all = "snake_case")]
pub enum ReportProblem {
    Future,
    TooLong { days: u64 },
    NoSuchDay,
}
