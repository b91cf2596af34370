//! The mark of the pepper that PINs are hashed with: enough to tell whether the one in the settings is the same, and
//! nothing of the pepper itself.

use serde::{Deserialize, Serialize};

use super::apply::Stage;
use super::kv::Kv;
use super::read::Reader;
use super::rows::encode;
use super::{StoreError, keys};

const NAME: &str = "pepper";

/// Made when a pepper is used for the first time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PepperMark {
    /// argon2 in PHC form, of something known, made with the pepper.
    pub check: String,
}

impl<K: Kv + ?Sized> Reader<'_, K> {
    pub(super) fn pepper(&self) -> Result<Option<PepperMark>, StoreError> {
        self.row("pepper's mark", &keys::meta(NAME))
    }
}

impl<K: Kv> Stage<'_, K> {
    pub(super) fn pepper(&mut self, mark: &PepperMark) -> Result<(), StoreError> {
        self.put(keys::meta(NAME), encode("pepper's mark", mark)?);
        Ok(())
    }
}
