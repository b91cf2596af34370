//! What resellers have arranged for themselves, and the codes their other chats join by.

use super::apply::{Stage, check_version};
use super::kv::Kv;
use super::rows::{decode, encode};
use super::{CommitError, Versioned, keys};
use konter_core::agent::Agent;
use konter_core::habits::Habits;

impl<K: Kv> Stage<'_, K> {
    pub(super) fn habits(&mut self, rows: &[Versioned<Habits>]) -> Result<(), CommitError> {
        for habits in rows {
            let key = keys::habits(habits.row.agent);
            let stored: Option<Habits> = self.get(&key)?.map(|bytes| decode("habits", &bytes)).transpose()?;
            let name = || format!("the habits of {}", habits.row.agent);
            check_version(stored.map(|stored| stored.version), habits.expected, habits.row.version, name)?;
            self.put(key, encode("habits", &habits.row)?);
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
