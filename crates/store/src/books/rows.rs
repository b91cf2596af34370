//! What a record holds: the rows of one group of commits, written out one after another, in order of their keys.

use crate::StoreError;
use crate::kv::Batch;

/// Key, row (`None` when deleted).
pub type Row<'a> = (&'a [u8], Option<&'a [u8]>);

/// Length of a deleted row; no row is as long.
const DELETED: u32 = u32::MAX;

pub(super) fn write(rows: &Batch) -> Vec<u8> {
    let bytes = rows.iter().map(|(key, row)| 8 + key.len() + row.as_ref().map_or(0, Vec::len)).sum();
    let mut record = Vec::with_capacity(bytes);
    for (key, row) in rows {
        write_row(&mut record, key, row.as_deref());
    }
    record
}

/// Neither is near 4 GiB: keys are hashed when they are long, rows have a limit.
pub fn write_row(to: &mut Vec<u8>, key: &[u8], row: Option<&[u8]>) {
    to.extend_from_slice(&u32::try_from(key.len()).unwrap_or(DELETED).to_be_bytes());
    let length = row.map_or(DELETED, |row| u32::try_from(row.len()).unwrap_or(DELETED));
    to.extend_from_slice(&length.to_be_bytes());
    to.extend_from_slice(key);
    to.extend_from_slice(row.unwrap_or_default());
}

/// Gives every row of a record in order.
pub fn read<'a>(mut record: &'a [u8], mut give: impl FnMut(&'a [u8], Option<&'a [u8]>)) -> Result<(), StoreError> {
    while !record.is_empty() {
        let torn =
            || StoreError::Corrupt { what: "record", problem: format!("it ends {} bytes too early", record.len()) };
        let ((key, row), rest) = split(record).ok_or_else(torn)?;
        give(key, row);
        record = rest;
    }
    Ok(())
}

fn split(record: &[u8]) -> Option<(Row<'_>, &[u8])> {
    let (key, record) = record.split_first_chunk::<4>()?;
    let (row, record) = record.split_first_chunk::<4>()?;
    let (key, record) = record.split_at_checked(usize::try_from(u32::from_be_bytes(*key)).ok()?)?;
    match u32::from_be_bytes(*row) {
        DELETED => Some(((key, None), record)),
        length => {
            let (row, record) = record.split_at_checked(usize::try_from(length).ok()?)?;
            Some(((key, Some(row)), record))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(record: &[u8]) -> Result<Batch, StoreError> {
        let mut rows = Batch::new();
        super::read(record, |key, row| rows.push((key.to_vec(), row.map(<[u8]>::to_vec))))?;
        Ok(rows)
    }

    #[test]
    fn records_read_back_and_a_torn_one_is_noticed() {
        let rows: Batch =
            vec![(b"a".to_vec(), Some(b"row".to_vec())), (b"bc".to_vec(), None), (Vec::new(), Some(Vec::new()))];
        let record = write(&rows);
        assert_eq!(read(&record).unwrap(), rows);
        for end in (1..record.len()).filter(|end| ![12, 22].contains(end)) {
            assert!(read(&record[..end]).is_err(), "{end}");
        }
    }
}
