//! What sled and its files say when something is wrong, as the store's errors.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::StoreError;

pub(super) fn io(what: &str, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("{what} failed: {error}"))
}

pub(super) fn unavailable(error: &sled::Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

pub(super) fn closed() -> StoreError {
    StoreError::Unavailable("it is closed".to_owned())
}

pub(super) fn something_else() -> StoreError {
    StoreError::Unavailable("its folder holds something else than a konter store".to_owned())
}

/// sled panics over some damage instead of giving an error.
pub(super) fn unless_sled_panics<T>(work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    let broke_down = |_| StoreError::Corrupt { what: "store", problem: "sled broke down over its files".to_owned() };
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(broke_down(panic)))
}
