//! The mark of the pepper that PINs are hashed with: enough to tell whether the one in the settings is the same, and
//! nothing of the pepper itself.

use serde::{Deserialize, Serialize};

use super::apply::Stage;
use super::kv::Kv;
use super::read::Reader;
use super::rows::encode;
use super::{CommitError, StoreError, keys};

const NAME: &str = "pepper";

/// Made when a pepper is used for the first time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PepperMark {
    /// argon2 in PHC form, of something known, made with the pepper.
    pub check: String,
}

/// A pepper used from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPepper {
    pub mark: PepperMark,
    /// The mark of the one before, as it was read.
    pub instead_of: Option<PepperMark>,
}

impl<K: Kv + ?Sized> Reader<'_, K> {
    pub(super) fn pepper(&self) -> Result<Option<PepperMark>, StoreError> {
        self.row("pepper's mark", &keys::meta(NAME))
    }
}

impl<K: Kv> Stage<'_, K> {
    pub(super) fn pepper(&mut self, new: &NewPepper) -> Result<(), CommitError> {
        let key = keys::meta(NAME);
        let before: Option<PepperMark> = self.row("pepper's mark", &key)?;
        if before != new.instead_of {
            return Err(CommitError::Conflict("the pepper".to_owned()));
        }
        self.put(key, encode("pepper's mark", &new.mark)?);
        Ok(())
    }
}
