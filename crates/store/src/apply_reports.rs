//! That the owners have been told a day's figures.

use chrono::NaiveDate;

use super::apply::Stage;
use super::kv::Kv;
use super::rows::{SUMMARY_NAME, encode};
use super::{CommitError, keys};

impl<K: Kv> Stage<'_, K> {
    /// A day is told once, whoever wants to tell it, and days are told in order.
    pub(super) fn summarised(&mut self, day: NaiveDate) -> Result<(), CommitError> {
        let key = keys::meta(SUMMARY_NAME);
        let before: Option<NaiveDate> = self.row("summary", &key)?;
        if before.is_some_and(|before| before >= day) {
            return Err(CommitError::Conflict(format!("the summary of {day}")));
        }
        self.put(key, encode("summary", &day)?);
        Ok(())
    }
}
