//! What spreadsheet programs write, and what nobody should.

use std::io::{Cursor, Write as _};

use rust_xlsxwriter::{Format, Formula, Workbook};

use super::*;

fn shown(table: &Table) -> Vec<String> {
    let line = |row: &TableRow| format!("{}: {}", row.line, row.cells.iter().collect::<Vec<_>>().join("|"));
    table.rows.iter().map(line).collect()
}

fn broken(table: &Table) -> &RowFault {
    &table.broken.as_ref().unwrap().fault
}

/// A workbook made of these parts.
fn packed(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const BOOK: &str = r#"<workbook xmlns:r="r"><sheets><sheet name="Lama" state="hidden" r:id="rId1"/><sheet name="Katalog" r:id="rId2"/></sheets></workbook>"#;
const RELATIONS: &str = r#"<Relationships><Relationship Id="rId1" Target="worksheets/old.xml"/><Relationship Id="rId2" Target="/xl/worksheets/new.xml"/></Relationships>"#;

fn of_sheet(sheet: &str, strings: &str) -> Table {
    table(&packed(&[
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/sharedStrings.xml", strings),
        ("xl/worksheets/new.xml", sheet),
        ("xl/worksheets/old.xml", "<worksheet/>"),
    ]))
}

#[test]
fn a_workbook_is_read_as_its_owner_sees_it() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "code").unwrap().write_string(0, 1, "price").unwrap().write_string(0, 3, "cost").unwrap();
    sheet.write_string(2, 0, "S10 & \"<teman>\"").unwrap().write_number(2, 1, 10_600).unwrap();
    let rupiah = Format::new().set_num_format("\"Rp\" #,##0");
    sheet.write_number_with_format(3, 1, 1_250_000, &rupiah).unwrap();
    sheet.write_formula(3, 3, Formula::new("=B3*1.05").set_result("11130.000000000002")).unwrap();
    sheet.write_boolean(4, 0, true).unwrap().write_number(4, 1, 10.125).unwrap().write_number(4, 3, 10.5).unwrap();
    let table = table(&book.save_to_buffer().unwrap());
    assert!(table.broken.is_none());
    assert_eq!(
        shown(&table),
        ["1: code|price||cost", "3: S10 & \"<teman>\"|10600||", "4: |1250000||11130", "5: yes|10.1250||10.5"]
    );
}

#[test]
fn a_catalog_written_as_a_workbook_reads_back_as_it_was() {
    use konter_core::catalog::{SAMPLE, parse_catalog, read_catalog};
    let written = write(&Table::of_text(SAMPLE)).unwrap();
    assert_eq!(read_catalog(&table(&written), None, &|_| false), parse_catalog(SAMPLE, None, &|_| false));
}

#[test]
fn the_first_sheet_that_is_shown_is_read_whoever_wrote_it() {
    let strings = r#"<sst><si><t xml:space="preserve"> Telkomsel </t></si><si><r><t>10</t></r><r><t>.000</t></r><rPh><t>no</t></rPh></si><si/></sst>"#;
    let sheet = r#"<x:worksheet xmlns:x="x"><x:sheetData><x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c></x:row>
        <x:row r="9"><x:c r="A9"/><x:c r="C9" t="inlineStr"><x:is><x:t>a&amp;b &#x2013;</x:t></x:is></x:c><x:c r="BM9"><x:v>7</x:v></x:c></x:row>
        <x:row r="10"/></x:sheetData></x:worksheet>"#;
    let table = of_sheet(sheet, strings);
    assert_eq!(shown(&table), ["1: Telkomsel|10.000|", "9: ||a&b –"]);
}

#[test]
fn what_is_no_workbook_is_told_and_never_unpacked_without_a_limit() {
    let bomb = " ".repeat(usize::try_from(LARGEST_PART).unwrap() + 1);
    for table in [
        table(b"PK\x03\x04 nothing of the kind"),
        table(&packed(&[("readme.txt", "x")])),
        table(b"\xD0\xCF\x11\xE0 an old one"),
        of_sheet("<worksheet><row><c t=\"s\"><v>5</v></c></row></worksheet>", "<sst/>"),
        of_sheet("<worksheet><row><c><v>1</row></worksheet>", "<sst/>"),
        of_sheet(&bomb, "<sst/>"),
    ] {
        assert_eq!((broken(&table), table.rows.len()), (&RowFault::NoWorkbook, 0));
    }
    let many = "<row><c><v>1</v></c></row>".repeat(ROWS_READ + 5);
    assert_eq!(broken(&of_sheet(&format!("<worksheet>{many}</worksheet>"), "<sst/>")), &RowFault::TooManyRows);
    assert_eq!(broken(&table(&vec![b'x'; LARGEST_FILE + 1])), &RowFault::FileTooLarge);
    assert_eq!(shown(&table(b"a;b\n1;2")), ["1: a|b", "2: 1|2"]);
}
