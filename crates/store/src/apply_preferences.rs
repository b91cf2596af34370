//! What resellers have arranged for themselves, and the codes their other chats join by.

use super::apply::Stage;
use super::kv::Kv;
use super::{CommitError, Versioned, keys};
use konter_core::agent::Agent;
use konter_core::preferences::Preferences;

impl<K: Kv> Stage<'_, K> {
    pub(super) fn preferences(&mut self, rows: &[Versioned<Preferences>]) -> Result<(), CommitError> {
        for preferences in rows {
            let agent = preferences.row.agent;
            let (key, name) = (keys::preferences(agent), || format!("the preferences of {agent}"));
            self.versioned("preferences", key, preferences, preferences.row.version, name)?;
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
