//! A shop's figures as files: charts, CSV and spreadsheets. No wording lives here (labels come in).

mod canvas;
pub mod chart;
pub mod csv;
mod labels;
mod sheet;
pub mod xlsx;

pub use labels::Labels;

#[cfg(test)]
mod tests;
