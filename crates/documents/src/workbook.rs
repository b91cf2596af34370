//! Tables that people send: text files as spreadsheets save them, and workbooks (`.xlsx`), of which the first sheet that
//! is shown is read.
//!
//! A workbook is a ZIP archive of XML files, and of those only the cells' values are wanted here. Both libraries are in
//! the program anyway; a reader for all of Excel would bring nine more, and would unpack without a limit what strangers
//! may have packed.

mod write;

use std::collections::HashMap;
use std::io::{Cursor, Read as _};

use konter_core::catalog::{LARGEST_FILE, MOST_ROWS, RowError, RowFault, Table, TableRow};
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use zip::ZipArchive;

pub use write::write;

/// What a ZIP archive begins with.
const ZIP: &[u8] = b"PK\x03\x04";
/// What workbooks of before 2007 begin with, and those that are locked with a password.
const OLD_WORKBOOK: &[u8] = b"\xD0\xCF\x11\xE0";
/// Bytes of one part, unpacked. A sheet of a hundred thousand products stays below.
const LARGEST_PART: u64 = 64 << 20;
/// Columns looked at; what stands further right belongs to no table.
const MOST_COLUMNS: usize = 64;
/// Rows of a table, with its header and the titles above.
const ROWS_READ: usize = MOST_ROWS + 20;

/// A file's bytes as a table, whichever kind it is.
#[must_use]
pub fn table(bytes: &[u8]) -> Table {
    if bytes.len() > LARGEST_FILE {
        Table::broken(RowFault::FileTooLarge)
    } else if bytes.starts_with(ZIP) {
        workbook(bytes).unwrap_or_else(|| Table::broken(RowFault::NoWorkbook))
    } else if bytes.starts_with(OLD_WORKBOOK) {
        Table::broken(RowFault::NoWorkbook)
    } else {
        Table::of_bytes(bytes)
    }
}

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// `None` where it is none, or one that is not whole.
fn workbook(bytes: &[u8]) -> Option<Table> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let sheet = first_sheet(&mut archive)?;
    let strings = match part(&mut archive, "xl/sharedStrings.xml") {
        Some(xml) => shared_strings(&xml)?,
        None => Vec::new(),
    };
    rows(&part(&mut archive, &sheet)?, &strings)
}

/// A part as text; `None` where there is none, or too much of it.
fn part(archive: &mut Archive<'_>, name: &str) -> Option<String> {
    let file = archive.by_name(name).ok()?;
    let mut text = String::new();
    file.take(LARGEST_PART + 1).read_to_string(&mut text).ok()?;
    (text.len() as u64 <= LARGEST_PART).then_some(text)
}

/// Where the first sheet lies that is shown.
fn first_sheet(archive: &mut Archive<'_>) -> Option<String> {
    let book = part(archive, "xl/workbook.xml")?;
    let mut shown = None;
    each_element(&book, |tag| {
        if shown.is_none() && is(tag, "sheet") && attribute(tag, "state").is_none_or(|state| state == "visible") {
            shown = attribute(tag, "id");
        }
    })?;
    let shown = shown?;
    let relations = part(archive, "xl/_rels/workbook.xml.rels")?;
    let mut targets = HashMap::new();
    each_element(&relations, |tag| {
        if let (true, Some(id), Some(target)) =
            (is(tag, "Relationship"), attribute(tag, "Id"), attribute(tag, "Target"))
        {
            targets.insert(id, target);
        }
    })?;
    let target = targets.remove(&shown)?;
    Some(target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned))
}

fn each_element(xml: &str, mut look: impl FnMut(&BytesStart<'_>)) -> Option<()> {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) | Event::Empty(tag) => look(&tag),
            Event::Eof => return Some(()),
            _ => {}
        }
    }
}

fn is(tag: &BytesStart<'_>, name: &str) -> bool {
    AsRef::<str>::as_ref(&tag.local_name()) == name
}

/// An attribute by its name without a prefix.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let is_it = |key: &quick_xml::name::QName<'_>| AsRef::<str>::as_ref(&key.local_name()) == name;
    let found = tag.attributes().flatten().find(|attribute| is_it(&attribute.key))?;
    // References, sheet names and styles: nothing looked at here is ever written with an entity.
    Some(found.value.into_owned())
}

/// What an element holds, from below its start tag to its end: the text of every `t` and `v` in it, but for how a word is
/// pronounced.
fn text_within(reader: &mut Reader<&[u8]>, element: &str) -> Option<String> {
    let (mut text, mut is_value, mut is_hint) = (String::new(), false, false);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) if is(&tag, "rPh") => is_hint = true,
            Event::Start(tag) => is_value = is(&tag, "t") || is(&tag, "v"),
            Event::End(tag) => {
                let name = tag.local_name();
                match AsRef::<str>::as_ref(&name) {
                    "rPh" => is_hint = false,
                    name if name == element => return Some(text),
                    _ => is_value = false,
                }
            }
            Event::Text(part) if is_value && !is_hint => text.push_str(&part.xml10_content()),
            Event::CData(part) if is_value && !is_hint => text.push_str(&part.xml10_content()),
            Event::GeneralRef(reference) if is_value && !is_hint => text.push_str(&resolve(&reference)?),
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn resolve(reference: &BytesRef<'_>) -> Option<String> {
    if reference.is_char_ref() {
        return reference.resolve_char_ref().ok().flatten().map(String::from);
    }
    resolve_predefined_entity(&reference.xml10_content()).map(str::to_owned)
}

/// Texts that cells name by their number.
fn shared_strings(xml: &str) -> Option<Vec<String>> {
    let mut reader = Reader::from_str(xml);
    let mut strings = Vec::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) if is(&tag, "si") => strings.push(text_within(&mut reader, "si")?),
            Event::Empty(tag) if is(&tag, "si") => strings.push(String::new()),
            Event::Eof => return Some(strings),
            _ => {}
        }
    }
}

/// The rows of a sheet that hold something, all of one length.
fn rows(xml: &str, strings: &[String]) -> Option<Table> {
    let mut reader = Reader::from_str(xml);
    let (mut lines, mut line): (Vec<(u64, Vec<String>)>, u64) = (Vec::new(), 0);
    let mut at = 0;
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) | Event::Empty(tag) if is(&tag, "row") => {
                line = attribute(&tag, "r").and_then(|number| number.parse().ok()).unwrap_or(line + 1);
                at = 0;
            }
            Event::Start(tag) if is(&tag, "c") => {
                at = attribute(&tag, "r").and_then(|name| column(&name)).unwrap_or(at);
                let kind = attribute(&tag, "t");
                let text = cell(kind.as_deref(), text_within(&mut reader, "c")?, strings)?;
                put(&mut lines, line, at, &text);
                at += 1;
                if lines.len() > ROWS_READ {
                    let fault = RowError { line, column: None, fault: RowFault::TooManyRows };
                    return Some(even(lines, Some(fault)));
                }
            }
            Event::Empty(tag) if is(&tag, "c") => at += 1,
            Event::Eof => return Some(even(lines, None)),
            _ => {}
        }
    }
}

/// Cells that hold nothing but white space are no cells.
fn put(lines: &mut Vec<(u64, Vec<String>)>, line: u64, at: usize, text: &str) {
    let text = text.trim();
    if text.is_empty() || at >= MOST_COLUMNS {
        return;
    }
    if lines.last().is_none_or(|(last, _)| *last != line) {
        lines.push((line, Vec::new()));
    }
    if let Some((_, cells)) = lines.last_mut() {
        cells.resize(cells.len().max(at + 1), String::new());
        if let Some(cell) = cells.get_mut(at) {
            text.clone_into(cell);
        }
    }
}

/// A sheet has no cells where nothing stands; a table has.
fn even(lines: Vec<(u64, Vec<String>)>, broken: Option<RowError>) -> Table {
    let width = lines.iter().map(|(_, cells)| cells.len()).max().unwrap_or_default();
    let row = |(line, mut cells): (u64, Vec<String>)| {
        cells.resize(width, String::new());
        TableRow { line, cells: cells.into() }
    };
    Table { rows: lines.into_iter().map(row).collect(), broken }
}

/// The place of a cell by its name: `C7` is the third.
fn column(name: &str) -> Option<usize> {
    const LETTERS: usize = 26;
    let letters = name.bytes().take_while(u8::is_ascii_uppercase).take(3);
    let number = letters.fold(0, |number, letter| number * LETTERS + usize::from(letter - b'A') + 1);
    number.checked_sub(1)
}

/// What a cell shows. `None` where it names a text that is not there.
fn cell(kind: Option<&str>, value: String, strings: &[String]) -> Option<String> {
    match kind {
        Some("s") => strings.get(value.trim().parse::<usize>().ok()?).cloned(),
        Some("inlineStr" | "str" | "e" | "d") => Some(value),
        Some("b") => Some(if value.trim() == "1" { "yes" } else { "no" }.to_owned()),
        _ => Some(number(&value)),
    }
}

/// A number as people would have typed it. A spreadsheet keeps `10600` as `10600.000000000002` where it worked it out; and
/// no fraction may look like a group of three digits.
fn number(value: &str) -> String {
    const NEARLY: f64 = 1e-6;
    /// From here on a spreadsheet itself does not tell neighbours apart.
    const EXACT: f64 = 1e15;
    let Ok(read) = value.trim().parse::<f64>() else { return value.to_owned() };
    if read.abs() < EXACT && (read - read.round()).abs() < NEARLY {
        // Not `-0`.
        return format!("{:.0}", read.round() + 0.0);
    }
    let text = format!("{read}");
    let is_group = text.split_once('.').is_some_and(|(_, fraction)| fraction.len() == 3);
    if is_group { text + "0" } else { text }
}

#[cfg(test)]
mod tests;
