//! The books for a person's eyes: a line of JSON for each row that a record wrote. Only reads, also beside a running shop, and up
//! to the damage in damaged books.

use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::Value;

use super::files::{self, Kind, Segment};
use super::record::{End, Position, Record};
use super::rows;
use crate::StoreError;

#[derive(serde::Serialize)]
struct Line {
    record: u64,
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<Value>,
    /// More than one stand in a row, or it is no JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    deleted: bool,
}

/// Prints the records of a data dir's books from one on.
///
/// # Errors
/// [`StoreError::Corrupt`] behind the last record that can be read, when that is not the end; whatever writing says.
pub fn show(data: &Path, from: u64, out: &mut dyn Write) -> Result<(), StoreError> {
    let folder = data.join(files::FOLDER);
    let mut last: Option<Position> = None;
    let segments = files::list(&folder, Kind::Book)?;
    for (place, segment) in segments.iter().enumerate() {
        if segments.get(place + 1).is_some_and(|next| next.number <= from) {
            continue;
        }
        if let Some(last) = last.filter(|last| last.number + 1 != segment.number) {
            return Err(files::missing(last.number + 1, segment.number.saturating_sub(1)));
        }
        let bytes = match fs::read(&segment.path) {
            // A base has taken its place meanwhile.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            read => read.map_err(|error| crate::sled_faults::io("reading the books", &error))?,
        };
        let reading = Segment { bytes: &bytes, file: &segment.path, first: segment.number };
        let read =
            reading.read(None, last, &mut |record| if record.number < from { Ok(()) } else { print(&record, out) })?;
        if let End::Damaged(record) = read.end {
            return Err(files::damaged(&segment.path, &format!("is damaged at record {record}")));
        }
        last = read.last.or(last);
    }
    Ok(())
}

/// Reads any bytes as a file of records, and as a base in this file: what fuzzing does. Gives how many records and rows were read.
///
/// # Errors
/// What is said of them.
#[doc(hidden)]
pub fn read_anything(bytes: &[u8], file: &Path) -> Result<(usize, usize), StoreError> {
    let (mut records, mut rows_read) = (0, 0);
    let segment = Segment { bytes, file, first: 1 };
    let read = segment.read(None, None, &mut |record| {
        records += 1;
        // Rows that do not read are damage too, and said.
        let _ = rows::read(record.payload, |_, _| {});
        Ok(())
    })?;
    if read.bytes > bytes.len() as u64 {
        return Err(files::damaged(file, "was read behind its end"));
    }
    let mut base = super::base::Reader::open(file)?;
    while base.next_row()?.is_some() {
        rows_read += 1;
    }
    Ok((records, rows_read))
}

fn print(record: &Record<'_>, out: &mut dyn Write) -> Result<(), StoreError> {
    let mut lines = Vec::new();
    rows::read(record.payload, |key, row| lines.push((key, row)))?;
    for (key, row) in lines {
        let json: Option<Value> = row.and_then(|row| serde_json::from_slice(row).ok());
        let text = row.filter(|_| json.is_none()).map(|row| String::from_utf8_lossy(row).into_owned());
        let line = Line { record: record.number, key: readable(key), row: json, text, deleted: row.is_none() };
        let written = serde_json::to_string(&line).map_err(std::io::Error::other);
        let written = written.and_then(|line| writeln!(out, "{line}"));
        written.map_err(|error| crate::sled_faults::io("printing the books", &error))?;
    }
    Ok(())
}

/// A key's texts as they are, its other bytes as hexadecimal digits.
fn readable(key: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut shown = String::new();
    for &byte in key {
        if byte.is_ascii_graphic() && byte != b'\\' {
            shown.push(char::from(byte));
        } else {
            let _ = write!(shown, "\\{byte:02x}");
        }
    }
    shown
}
