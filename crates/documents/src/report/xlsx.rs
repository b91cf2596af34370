//! A shop's figures as a spreadsheet, for people: a sheet for each table.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::labels::Labels;
use super::sheet::{FIGURES, Sheet, columns, figures, sheets};
use konter_core::report::ShopCard;

/// Widths of columns, in letters.
const CODE_WIDTH: u16 = 16;
const NAME_WIDTH: u16 = 30;
const FIGURE_WIDTH: u16 = 13;
/// Columns before the figures: code and name.
const TEXTS: u16 = 2;

/// Writes it. The same figures give the same bytes.
pub fn xlsx(card: &ShopCard, labels: &Labels) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The writer would put the machine's time here.
    let day = card.span.to();
    let (year, month, day) = {
        use chrono::Datelike as _;
        (day.year(), day.month(), day.day())
    };
    let made = ExcelDateTime::from_ymd(
        u16::try_from(year).unwrap_or_default(),
        u8::try_from(month).unwrap_or_default(),
        u8::try_from(day).unwrap_or_default(),
    )?;
    book.set_properties(&DocProperties::new().set_title(&labels.title).set_creation_datetime(&made));
    for table in sheets(card, labels) {
        write(book.add_worksheet(), &table, labels)?;
    }
    book.save_to_buffer()
}

fn write(sheet: &mut Worksheet, table: &Sheet, labels: &Labels) -> Result<(), XlsxError> {
    let head = Format::new().set_bold().set_align(FormatAlign::Center);
    let number = Format::new().set_num_format("#,##0");
    // A language's own word may not do as a sheet's name; then it keeps the one it has.
    let _ = sheet.set_name(&table.name).is_ok();
    sheet.set_column_width(0, CODE_WIDTH)?.set_column_width(1, NAME_WIDTH)?;
    sheet.write_string_with_format(0, 0, &labels.code, &head)?;
    sheet.write_string_with_format(0, 1, &labels.name, &head)?;
    for (column, name) in (TEXTS..).zip(columns(labels)) {
        sheet.set_column_width(column, FIGURE_WIDTH)?.write_string_with_format(0, column, name, &head)?;
    }
    for (row, line) in (1..).zip(&table.lines) {
        sheet.write_string(row, 0, &line.code)?.write_string(row, 1, &line.name)?;
        let numbers: [i64; FIGURES] = figures(&line.tally);
        for (column, figure) in (TEXTS..).zip(numbers) {
            sheet.write_number_with_format(row, column, precise(figure), &number)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "whole rupiah far below 2^53, the most a spreadsheet can hold")]
const fn precise(figure: i64) -> f64 {
    figure as f64
}
