//! What resellers have arranged for themselves, and the codes their other chats join by.

use super::apply::{Stage, check_version};
use super::kv::Kv;
use super::rows::{decode, encode};
use super::{CommitError, Versioned, keys};
use konter_core::agent::Agent;
use konter_core::preferences::Preferences;

impl<K: Kv> Stage<'_, K> {
    pub(super) fn preferences(&mut self, rows: &[Versioned<Preferences>]) -> Result<(), CommitError> {
        for preferences in rows {
            let key = keys::preferences(preferences.row.agent);
            let stored: Option<Preferences> = self.get(&key)?.map(|bytes| decode("preferences", &bytes)).transpose()?;
            let name = || format!("the preferences of {}", preferences.row.agent);
            check_version(stored.map(|stored| stored.version), preferences.expected, preferences.row.version, name)?;
            self.put(key, encode("preferences", &preferences.row)?);
        }
        Ok(())
    }

    /// A code leads to the reseller whose row holds it, and to nobody any more once the row has another or none.
    pub(super) fn agent_joining(&mut self, before: Option<&Agent>, row: &Agent) -> Result<(), CommitError> {
        let code_of = |agent: &Agent| agent.identities.joining.as_ref().map(|joining| joining.code.clone());
        let (before, after) = (before.and_then(code_of), code_of(row));
        if before == after {
            return Ok(());
        }
        if let Some(code) = &after {
            self.claim(keys::joining(code), row.id, || format!("the joining code of {}", row.id))?;
        }
        if let Some(code) = &before {
            self.delete(keys::joining(code));
        }
        Ok(())
    }
}
