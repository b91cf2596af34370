//! Who works here, questions, whose card a message is, that the owners were told a day's figures, and announcements: each
//! message of one is counted once, in the commit that takes it out of the outbox.

use chrono::NaiveDate;

use super::apply::{Stage, check_version, corrupt};
use super::kv::Kv;
use super::rows::{CardsOf, SUMMARY_NAME, decode, encode};
use super::{BroadcastResult, CommitError, DeskRows, StoreError, Versioned, keys};
use konter_core::broadcast::{Broadcast, BroadcastState, Tally};
use konter_core::catalog::Product;

impl<K: Kv> Stage<'_, K> {
    /// Before the outbox is changed: a row that is not there any more has been counted.
    pub(super) fn desk(&mut self, rows: &DeskRows) -> Result<(), CommitError> {
        for staff in &rows.staff {
            let (key, name) = (keys::staff(&staff.row.chat), || format!("the role of {}", staff.row.chat));
            self.versioned("role", key, staff, staff.row.version, name)?;
        }
        for broadcast in &rows.broadcasts {
            self.broadcast(broadcast)?;
        }
        for question in &rows.questions {
            let (key, name) = (keys::question(&question.row.chat), || format!("the question of {}", question.row.chat));
            self.versioned("question", key, question, question.row.version, name)?;
        }
        for allowance in &rows.allowances {
            let (key, name) =
                (keys::allowance(&allowance.row.chat), || format!("the allowance of {}", allowance.row.chat));
            self.versioned("allowance", key, allowance, allowance.row.version, name)?;
        }
        for card in &rows.cards {
            let key = keys::cards(&card.chat);
            let cards: Option<CardsOf> = self.row("cards of a chat", &key)?;
            self.put(key, encode("cards of a chat", &cards.unwrap_or_default().with(&card.message, card.agent))?);
        }
        for told in &rows.broadcast_results {
            self.told(told)?;
        }
        Ok(())
    }

    /// What was decided about products was decided on what the store has. One it has never had cannot have changed.
    pub(super) fn check_products(&self, replaces: &[Product]) -> Result<(), CommitError> {
        for known in replaces {
            let stored: Option<Product> = self.row("product", &keys::product(&known.code))?;
            if stored.is_some_and(|stored| stored != *known) {
                return Err(CommitError::Conflict(format!("product {}", known.code)));
            }
        }
        Ok(())
    }

    /// A day is told once, whoever wants to tell it, and days are told in order.
    pub(super) fn summarised(&mut self, day: NaiveDate) -> Result<(), CommitError> {
        let key = keys::meta(SUMMARY_NAME);
        let before: Option<NaiveDate> = self.row("summary", &key)?;
        if before.is_some_and(|before| before >= day) {
            return Err(CommitError::Conflict(format!("the summary of {day}")));
        }
        self.put(key, encode("summary", &day)?);
        Ok(())
    }

    fn broadcast(&mut self, broadcast: &Versioned<Broadcast>) -> Result<(), CommitError> {
        let Versioned { expected, row } = broadcast;
        let (key, tally) = (keys::broadcast(row.id), keys::tally(row.id));
        let stored: Option<Broadcast> = self.row("announcement", &key)?;
        let version = stored.as_ref().map(|stored| stored.version);
        check_version(version, *expected, row.version, || format!("announcement {}", row.id))?;
        match (stored.map(|stored| stored.state), &row.state) {
            (None | Some(BroadcastState::Asked), BroadcastState::Sending(_)) => {
                self.put(tally, encode("announcement's tally", &Tally::default())?);
            }
            (_, BroadcastState::Sending(_)) => {
                return Err(corrupt("commit", format!("it sends announcement {} again", row.id)).into());
            }
            (_, BroadcastState::Asked | BroadcastState::Cancelled | BroadcastState::Done { .. }) => self.delete(tally),
        }
        self.put(key, encode("announcement", row)?);
        Ok(())
    }

    /// Counts a message of an announcement that is still being counted.
    fn told(&mut self, told: &BroadcastResult) -> Result<(), StoreError> {
        let key = keys::tally(told.broadcast);
        let Some(tally) = self.get(&key)? else { return Ok(()) };
        if self.get(&keys::outbox(&told.chat, told.seq))?.is_some() {
            let tally: Tally = decode("announcement's tally", &tally)?;
            self.put(key, encode("announcement's tally", &tally.with(told.reached))?);
        }
        Ok(())
    }
}
