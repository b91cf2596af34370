//! How far announcements have come: the message of whoever sends one is kept up to date until the last chat is counted.
//! The counting itself is the store's; this only looks, so nothing is lost by a stop.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::Shop;
use konter_core::broadcast::{Broadcast, BroadcastState, Sending, Tally};
use konter_core::ids::BroadcastId;
use konter_reply::{BroadcastCard, BroadcastStage, DeskReply, Reply};
use konter_store::{Commit, CommitError, Payload, Say, StoreError, Versioned};

/// Time between looks while one is on its way: about as often as a person looks, and far from what Telegram allows one
/// chat.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// What the watcher is told.
#[derive(Default)]
pub(super) struct Announcing {
    /// One has been sent on its way.
    pub started: Notify,
    /// Look now: the clock was set.
    pub look: Notify,
}

impl Shop {
    /// Shows how far announcements are, until the shop stops. Takes up those of before the start.
    pub(super) async fn watch_announcements(self: Arc<Self>) {
        let mut shown = HashMap::new();
        let mut any = true;
        let mut look = true;
        loop {
            if look {
                any = match self.show_progress(&mut shown).await {
                    Ok(any) => any,
                    Err(error) => {
                        tracing::error!(%error, "an announcement's progress cannot be shown; trying again");
                        true
                    }
                };
            }
            look = tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.announcing.look.notified() => true,
                () = tokio::time::sleep(LOOK_EVERY), if any => true,
                () = self.announcing.started.notified() => {
                    any = true;
                    false
                }
            };
        }
    }

    /// `false` when none is on its way.
    async fn show_progress(&self, shown: &mut HashMap<BroadcastId, Tally>) -> Result<bool, StoreError> {
        if !self.share.leads() {
            return Ok(false);
        }
        let sending = self.store.sending().await?;
        shown.retain(|known, _| sending.iter().any(|(id, _)| id == known));
        for (id, tally) in &sending {
            let Some(broadcast) = self.store.broadcast(*id).await? else { continue };
            let ended = broadcast.ended(*tally, self.clock.utc());
            if ended.is_none() && shown.get(id).copied().unwrap_or_default() == *tally {
                continue;
            }
            let (row, end) = ended.map_or((&broadcast, None), |ended| (&broadcast, Some(ended)));
            let mut commit = Commit::new(self.clock.utc());
            commit.outgoing.extend(Self::progress(end.as_ref().unwrap_or(row), *tally));
            if let Some(end) = end {
                tracing::info!(broadcast = %id, reached = tally.reached, unreachable = tally.unreachable, "announced");
                commit.desk.broadcasts.push(Versioned { expected: Some(broadcast.version), row: end });
            }
            match self.store.commit(commit).await {
                Ok(_) => {
                    shown.insert(*id, *tally);
                    self.alerts.notify(std::slice::from_ref(&broadcast.by));
                }
                // Somebody else has changed it; the next look sees how.
                Err(CommitError::Conflict(_)) => {}
                Err(CommitError::Store(error)) => return Err(error),
                Err(other) => return Err(StoreError::Unavailable(other.to_string())),
            }
        }
        Ok(!sending.is_empty())
    }

    /// Under the message that shows it; without one only the end is told.
    fn progress(broadcast: &Broadcast, tally: Tally) -> Option<Say> {
        let reply = Box::new(Reply::Desk(Box::new(DeskReply::Broadcast(card(broadcast, tally)))));
        let payload = match &broadcast.state {
            BroadcastState::Sending(Sending { card: Some(message), .. })
            | BroadcastState::Done { sending: Sending { card: Some(message), .. }, .. } => {
                Payload::Edit { message: message.clone(), reply }
            }
            BroadcastState::Done { .. } => Payload::Reply(reply),
            BroadcastState::Asked | BroadcastState::Cancelled | BroadcastState::Sending(_) => return None,
        };
        Some(Say { chat: broadcast.by.clone(), locale: broadcast.locale, payload, balance_of: None })
    }
}

/// An announcement as whoever sends it sees it.
pub(super) fn card(broadcast: &Broadcast, tally: Tally) -> BroadcastCard {
    let (stage, chats) = match &broadcast.state {
        BroadcastState::Asked => (BroadcastStage::Asked, 0),
        BroadcastState::Cancelled => (BroadcastStage::Cancelled, 0),
        BroadcastState::Sending(sending) => (BroadcastStage::Sending, sending.chats),
        BroadcastState::Done { sending, .. } => (BroadcastStage::Done, sending.chats),
    };
    BroadcastCard {
        broadcast: broadcast.id,
        text: broadcast.text.clone(),
        chats,
        reached: tally.reached,
        unreachable: tally.unreachable,
        stage,
    }
}
