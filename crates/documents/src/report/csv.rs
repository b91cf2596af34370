//! A shop's figures as one CSV table, for programs: plain numbers, a line's table in its first column.

use super::labels::Labels;
use super::sheet::{columns, figures, sheets};
use konter_core::report::ShopCard;

/// The file did not come about. Cannot happen: it is written to memory.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the table cannot be written: {0}")]
pub struct CsvError(String);

/// Tells spreadsheets that the text is UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Writes it.
pub fn csv(card: &ShopCard, labels: &Labels) -> Result<Vec<u8>, CsvError> {
    let failed = |error: &dyn std::fmt::Display| CsvError(error.to_string());
    let mut table = ::csv::Writer::from_writer(BOM.to_vec());
    let head = [labels.table.as_str(), &labels.code, &labels.name].into_iter().chain(columns(labels));
    table.write_record(head).map_err(|error| failed(&error))?;
    for sheet in sheets(card, labels) {
        for line in &sheet.lines {
            let texts = [&sheet.name, &line.code, &line.name].into_iter().cloned();
            let numbers = figures(&line.tally).into_iter().map(|number| number.to_string());
            table.write_record(texts.chain(numbers)).map_err(|error| failed(&error))?;
        }
    }
    table.into_inner().map_err(|error| failed(&error))
}
