//! A table as a workbook, which a spreadsheet program opens in columns whatever its language.

use konter_core::catalog::Table;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

/// Columns of numbers, by their names; anything else is text, also where it is nothing but digits.
const NUMBERS: [&str; 5] = ["nominal", "price", "denom", "cost", "priority"];
/// In letters.
const WIDTH: u16 = 16;

/// Writes a table whose first row names its columns.
pub fn write(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let (head, number) = (Format::new().set_bold(), Format::new().set_num_format("#,##0"));
    let names: Vec<&str> = table.rows.first().map(|row| row.cells.iter().collect()).unwrap_or_default();
    for (column, name) in (0..).zip(&names) {
        sheet.set_column_width(column, WIDTH)?.write_string_with_format(0, column, *name, &head)?;
    }
    for (line, row) in (1..).zip(table.rows.iter().skip(1)) {
        for (column, (name, cell)) in (0..).zip(names.iter().zip(row.cells.iter())) {
            match cell.parse::<i32>() {
                Ok(figure) if NUMBERS.contains(name) => {
                    sheet.write_number_with_format(line, column, figure, &number)?;
                }
                _ if cell.is_empty() => {}
                _ => {
                    sheet.write_string(line, column, cell)?;
                }
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    book.save_to_buffer()
}
