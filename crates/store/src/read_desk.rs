//! Reads about who works here and about announcements.

use super::kv::{Direction, Kv, under};
use super::read::{CONTINUE, Reader, until};
use super::rows::{CardsOf, decode};
use super::{StoreError, keys};
use konter_core::broadcast::Tally;
use konter_core::ids::{AgentId, BroadcastId, ChatId};

impl<K: Kv + ?Sized> Reader<'_, K> {
    pub(super) fn last_broadcast(&self) -> Result<u64, StoreError> {
        let mut last = Vec::new();
        self.0.scan(under(keys::broadcasts()), Direction::Down, &mut |key, _| {
            last.extend(keys::last_number(key));
            Ok(until(&last, 1))
        })?;
        Ok(last.first().copied().unwrap_or(0))
    }

    pub(super) fn card_shown(&self, chat: &ChatId, message: &str) -> Result<Option<AgentId>, StoreError> {
        let cards: Option<CardsOf> = self.row("cards of a chat", &keys::cards(chat))?;
        Ok(cards.and_then(|cards| cards.agent_of(message)))
    }

    pub(super) fn sending(&self) -> Result<Vec<(BroadcastId, Tally)>, StoreError> {
        let mut found = Vec::new();
        self.0.scan(under(keys::tallies()), Direction::Up, &mut |key, bytes| {
            let tally = decode("announcement's tally", bytes)?;
            found.extend(keys::last_number(key).map(|id| (BroadcastId(id), tally)));
            Ok(CONTINUE)
        })?;
        Ok(found)
    }
}
