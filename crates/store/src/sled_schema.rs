//! The version of a store's rows, at its first opening and at every later one.

use std::fs::File;

use super::high_water_mark::HighWaterMark;
use super::read::Reader;
use super::rows::{SCHEMA, SCHEMA_NAME, encode};
use super::sled_faults::{io, something_else};
use super::sled_kv::SledKv;
use super::{StoreError, keys};

/// Marks a new store with the version of its rows; refuses one this program cannot read, and one that has lost them.
pub(super) fn prepare_schema(kv: &SledKv, file: &File, high_water_mark: &HighWaterMark) -> Result<(), StoreError> {
    if Reader(kv).has_schema()? {
        return Ok(());
    }
    if high_water_mark.has_seen_a_shop() {
        let problem = "a shop was kept here, and its rows are gone".to_owned();
        return Err(StoreError::Corrupt { what: "store", problem });
    }
    if !kv.is_empty()? {
        return Err(something_else());
    }
    kv.write(vec![(keys::meta(SCHEMA_NAME), Some(encode("schema version", &SCHEMA)?))])?;
    kv.flush()?;
    file.sync_data().map_err(|error| io("syncing a new store", &error))
}
