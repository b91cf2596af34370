//! That a store came out of a backup, or goes on without some closed days. What happened after the backup was made is not in it,
//! so what the rows say of open orders may be out of date, and numbers given since must not be given again.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::apply::{Stage, corrupt};
use super::kv::Kv;
use super::read::Reader;
use super::rows::{decode, encode};
use super::{StoreError, keys};

pub(super) const RESTORED_NAME: &str = "restored";

/// Numbers left free for each day begun between backup and restore: more than any shop gives out. They stand in chats
/// and under buttons, where the same number must not come to mean another thing.
const ORDERS_A_DAY: u64 = 100_000;
const TICKETS_A_DAY: u64 = 10_000;
const AGENTS_A_DAY: u64 = 1_000;
const BROADCASTS_A_DAY: u64 = 100;
const TRANSFERS_A_DAY: u64 = 10_000;
/// Resellers' numbers are small, and a backup is hardly older.
const MOST_DAYS: u64 = 365;

/// The mark a restored store carries for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// When the backup was taken: what happened afterwards is lost. `None`: nothing is but the days below.
    pub made_at: Option<DateTime<Utc>>,
    /// When the furthest backup beside that one was made, where that had come further.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newer: Option<DateTime<Utc>>,
    /// When it was put back. A message sent before may have been carried out and forgotten.
    pub at: DateTime<Utc>,
    /// Open orders have not been put in doubt yet.
    pub pending: bool,
    /// By `konter rebuild --force`, and not out of a backup.
    #[serde(default)]
    pub rebuilt: bool,
    /// Closed days that were given up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost_days: Vec<NaiveDate>,
    #[serde(default)]
    last: Numbers,
}

/// The last numbers that may have been given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Numbers {
    pub order: u64,
    pub agent: u64,
    pub ticket: u64,
    #[serde(default)]
    pub broadcast: u64,
    #[serde(default)]
    pub transfer: u64,
}

impl Restored {
    pub fn new(made_at: Option<DateTime<Utc>>, at: DateTime<Utc>) -> Self {
        Self {
            made_at,
            newer: None,
            at,
            pending: true,
            rebuilt: false,
            lost_days: Vec::new(),
            last: Numbers::default(),
        }
    }

    /// Leaves free what may have been given since the backup, after the highest numbers the rows have.
    pub(super) fn after(self, highest: Numbers) -> Self {
        let days = self.made_at.map_or(0, |made_at| {
            let begun = u64::try_from((self.at - made_at).num_days()).unwrap_or(0).saturating_add(1);
            begun.min(MOST_DAYS)
        });
        let last = Numbers {
            order: highest.order + days * ORDERS_A_DAY,
            agent: highest.agent + days * AGENTS_A_DAY,
            ticket: highest.ticket + days * TICKETS_A_DAY,
            broadcast: highest.broadcast + days * BROADCASTS_A_DAY,
            transfer: highest.transfer + days * TRANSFERS_A_DAY,
        };
        Self { last, ..self }
    }
}

impl<K: Kv + ?Sized> Reader<'_, K> {
    pub(super) fn restored(&self) -> Result<Option<Restored>, StoreError> {
        self.row("mark of a restore", &keys::meta(RESTORED_NAME))
    }

    /// The last numbers given, as far as rows and a restore tell.
    pub(super) fn last_numbers(&self) -> Result<Numbers, StoreError> {
        let given = self.restored()?.map_or_else(Numbers::default, |restored| restored.last);
        Ok(Numbers {
            order: given.order.max(self.last_number(keys::all(keys::ORDER))?),
            agent: given.agent.max(self.last_agent()?),
            ticket: given.ticket.max(self.last_number(keys::tickets())?),
            broadcast: given.broadcast.max(self.last_number(keys::broadcasts())?),
            transfer: given.transfer.max(self.last_number(keys::transfers())?),
        })
    }
}

impl<K: Kv> Stage<'_, K> {
    /// Every open order has been put in doubt.
    pub(super) fn taken_over(&mut self) -> Result<(), StoreError> {
        let key = keys::meta(RESTORED_NAME);
        let Some(row) = self.get(&key)? else {
            return Err(corrupt("commit", "it takes over a store that was not restored".to_owned()));
        };
        let restored: Restored = decode("mark of a restore", &row)?;
        self.put(key, encode("mark of a restore", &Restored { pending: false, ..restored })?);
        Ok(())
    }
}
