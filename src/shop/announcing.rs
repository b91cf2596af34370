//! How far announcements have come: the message of whoever sends one is kept up to date until the last chat is counted.
//! The counting itself is the store's; this only looks, so nothing is lost by a stop.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::outbox::Outbox;
use super::process::Process;
use konter_core::broadcast::{Broadcast, BroadcastState, Sending, Tally};
use konter_core::ids::BroadcastId;
use konter_reply::{BroadcastCard, BroadcastStage, DeskReply, Reply};
use konter_store::{Commit, Payload, Say, StoreError, Versioned};

/// Time between looks while one is on its way: about as often as a person looks, and far from what Telegram allows one
/// chat.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// Shows how far they are. Of the shop it knows what is stored, and whose work it is.
pub(super) struct Announcing {
    process: Process,
    outbox: Outbox,
    /// One has been sent on its way.
    started: Notify,
}

impl Announcing {
    pub fn new(process: Process, outbox: Outbox) -> Self {
        Self { process, outbox, started: Notify::new() }
    }

    /// One may have been sent on its way.
    pub fn begin(&self) {
        self.started.notify_one();
    }

    /// Shows how far announcements are, until the shop stops. Takes up those of before the start.
    pub async fn run(self: Arc<Self>) {
        let mut clock_set = self.process.clock_set();
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
                () = self.process.stop.cancelled() => return,
                () = clock_set.changed() => true,
                () = tokio::time::sleep(LOOK_EVERY), if any => true,
                () = self.started.notified() => {
                    any = true;
                    false
                }
            };
        }
    }

    /// `false` when none is on its way.
    async fn show_progress(&self, shown: &mut HashMap<BroadcastId, Tally>) -> Result<bool, StoreError> {
        if !self.process.share.leads() {
            return Ok(false);
        }
        let sending = self.process.store.sending().await?;
        shown.retain(|known, _| sending.iter().any(|(id, _)| id == known));
        for (id, tally) in &sending {
            let Some(broadcast) = self.process.store.broadcast(*id).await? else { continue };
            let ended = broadcast.ended(*tally, self.process.clock.utc());
            if ended.is_none() && shown.get(id).copied().unwrap_or_default() == *tally {
                continue;
            }
            let (row, end) = ended.map_or((&broadcast, None), |ended| (&broadcast, Some(ended)));
            let mut commit = Commit::new(self.process.clock.utc());
            commit.outgoing.extend(Self::progress(end.as_ref().unwrap_or(row), *tally));
            if let Some(end) = end {
                tracing::info!(broadcast = %id, reached = tally.reached, unreachable = tally.unreachable, "announced");
                commit.desk.broadcasts.push(Versioned { expected: Some(broadcast.version), row: end });
            }
            // Where somebody else has changed it, the next look sees how.
            if self.outbox.say_unless_changed(commit).await? {
                shown.insert(*id, *tally);
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
        Some(Say::new(broadcast.by.clone(), broadcast.locale, payload))
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
