//! Making a store out of a backup's rows.

use std::path::Path;

use super::kv::Batch;
use super::log_files::LogFiles;
use super::read::Reader;
use super::restored::RESTORED_NAME;
use super::rows::{LONGEST_ROW, encode};
use super::sled_faults::io;
use super::sled_handle::SledHandle;
use super::sled_kv::{PIECE, SledKv};
use super::sled_open::durable_files;
use super::sled_options::SledOptions;
use super::snapshot::RawRow;
use super::{Restored, StoreError, keys};

/// Makes a store in a folder that has none. `next` gives the rows a page at a time, none at the end. Nothing of it
/// counts before this returns: an error leaves a folder that no store should be opened in. Blocks on the disk.
///
/// # Errors
/// When the disk fails, when `next` does, or when the rows are no konter store's or a newer program's.
pub fn fill<E: From<StoreError>>(
    path: &Path,
    mut next: impl FnMut() -> Result<Vec<RawRow>, E>,
    mark: Restored,
) -> Result<(), E> {
    std::fs::create_dir_all(path).map_err(|error| io("making its folder", &error))?;
    let (sled, _) = SledHandle::open(path, SledOptions::default())?;
    let kv = SledKv::new(sled);
    if !kv.is_empty()? || LogFiles::are_in(path)? {
        return Err(StoreError::Unavailable("there is a store in this folder".to_owned()).into());
    }
    loop {
        let page = next()?;
        if page.is_empty() {
            break;
        }
        kv.write(page.into_iter().map(as_written).collect::<Result<Batch, _>>()?)?;
    }
    let rows = Reader(&kv);
    if !rows.has_schema()? {
        return Err(StoreError::Corrupt { what: "backup", problem: "its rows are no shop's".to_owned() }.into());
    }
    let mark = mark.after(rows.last_numbers()?);
    kv.write(vec![(keys::meta(RESTORED_NAME), Some(encode("mark of a restore", &mark)?))])?;
    kv.flush()?;
    durable_files(path)?;
    // Else the first start would read all of it again.
    kv.sled().reopen()?;
    Ok(())
}

/// Rows of the engine itself would be read as something else.
fn as_written((key, row): RawRow) -> Result<(Vec<u8>, Option<Vec<u8>>), StoreError> {
    let is_ours = key.first().is_some_and(|&first| first < PIECE);
    if is_ours && row.len() <= LONGEST_ROW {
        Ok((key, Some(row)))
    } else {
        Err(StoreError::Corrupt { what: "backup", problem: "a row in it is no shop's".to_owned() })
    }
}
