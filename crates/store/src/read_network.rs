//! Reads about uplines and downlines.

use super::kv::{Direction, Kv, after_prefix, under};
use super::read::Reader;
use super::{StoreError, keys};
use konter_core::ids::AgentId;
use konter_core::pricing::PriceGroup;

impl<K: Kv + ?Sized> Reader<'_, K> {
    pub(super) fn downlines(
        &self,
        of: AgentId,
        after: Option<AgentId>,
        limit: usize,
    ) -> Result<Vec<AgentId>, StoreError> {
        let prefix = keys::downlines_of(of);
        let skip = prefix.len();
        let mut range = under(prefix);
        if let Some(after) = after {
            range.start = after_prefix(&keys::downline(of, after));
        }
        self.gather(range, Direction::Up, limit, |key, _| Ok(keys::agent_at(key, skip)))
    }

    pub(super) fn price_groups(&self) -> Result<Vec<PriceGroup>, StoreError> {
        let mut groups: Vec<PriceGroup> = self.rows("price group", keys::PRICE_GROUP)?;
        groups.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(groups)
    }
}
