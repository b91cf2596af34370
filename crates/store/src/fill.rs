//! Making a store out of a backup's rows.

use std::path::Path;

use super::restored::RESTORED_NAME;
use super::rows::encode;
use super::sled_store::{begin_with, write_into};
use super::snapshot::RawRow;
use super::{Restored, StoreError, keys};

/// Makes a store in a folder that has none. `next` gives the rows a page at a time, in order of their keys, none at the end.
/// Nothing of it counts before this returns: an error leaves a folder that no store should be opened in. Blocks on the disk.
///
/// # Errors
/// When the disk fails, when `next` does, or when the rows are no konter store's or a newer program's.
pub fn fill<E: From<StoreError>>(
    path: &Path,
    next: impl FnMut() -> Result<Vec<RawRow>, E>,
    mark: Restored,
) -> Result<(), E> {
    begin_with(path, next)?;
    write_into(path, |rows| {
        let mark = mark.after(rows.last_numbers()?);
        Ok(vec![(keys::meta(RESTORED_NAME), Some(encode("mark of a restore", &mark)?))])
    })?;
    Ok(())
}
