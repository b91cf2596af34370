//! Reads about who works here and about announcements.

use super::kv::{Direction, Kv, under};
use super::read::Reader;
use super::rows::{CardsOf, decode};
use super::{StoreError, keys};
use konter_core::broadcast::Tally;
use konter_core::ids::{AgentId, BroadcastId, ChatId};

impl<K: Kv + ?Sized> Reader<'_, K> {
    pub(super) fn card_shown(&self, chat: &ChatId, message: &str) -> Result<Option<AgentId>, StoreError> {
        let cards: Option<CardsOf> = self.row("cards of a chat", &keys::cards(chat))?;
        Ok(cards.and_then(|cards| cards.agent_of(message)))
    }

    pub(super) fn sending(&self) -> Result<Vec<(BroadcastId, Tally)>, StoreError> {
        self.gather(under(keys::tallies()), Direction::Up, usize::MAX, |key, row| {
            let tally = decode("announcement's tally", row)?;
            Ok(keys::last_number(key).map(|id| (BroadcastId(id), tally)))
        })
    }
}
