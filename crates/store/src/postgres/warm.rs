//! What the writer knows of the rows since its last group, so that the next one need not ask again. All of it is as of
//! the tip's `moves`: every group of every process moves that number on, so as long as it is where this process left it,
//! nobody has written anything else. Whether it still is, the database says when the next group comes (see
//! `writer::move_tip_from`); until then what is kept here is a guess, and nothing is answered on it.

use std::collections::HashMap;

use super::fetch::Fetched;
use crate::keys;
use crate::kv::Batch;
use konter_core::ledger::Digest;

/// Where the journal's tip is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    /// The journal's last line and its digest.
    pub seq: u64,
    pub digest: Digest,
    /// Last number given to a row of the inbox, the outbox or the acts.
    pub counter: u64,
    /// Groups of commits so far: by it each is known.
    pub moves: u64,
}

/// About how many bytes of rows one generation holds. There are two, and the older one goes when the younger is full:
/// some thousand orders, the busiest minute of a large shop.
const GENERATION: usize = 16 << 20;
/// What a row takes beside its bytes.
const OVERHEAD: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Warm {
    /// Where this process left the tip; `None` when nothing is known.
    tip: Option<Position>,
    /// Nobody else wrote between this process's last two groups, so most likely nobody will before the next.
    alone: bool,
    rows: Fetched,
    older: HashMap<Vec<u8>, Option<Vec<u8>>>,
    bytes: usize,
}

impl Warm {
    /// Where the tip most likely still is.
    pub(super) fn expected(&self) -> Option<Position> {
        self.tip.filter(|_| self.alone)
    }

    /// The tip was found here, and is locked now.
    pub(super) fn found(&mut self, tip: Position) {
        if self.tip == Some(tip) {
            self.alone = true;
        } else {
            *self = Self { tip: Some(tip), ..Self::default() };
        }
    }

    /// Those of the keys of which nothing is known.
    pub(super) fn unknown(&mut self, keys: impl IntoIterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
        let mut unknown: Vec<Vec<u8>> = keys.into_iter().filter(|key| !self.knows(key)).collect();
        unknown.sort_unstable();
        unknown.dedup();
        unknown
    }

    /// Takes these rows for missing. Gives those of them that the database has to confirm.
    pub(super) fn take_for_missing(&mut self, keys: impl IntoIterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
        let unknown = self.unknown(keys);
        for key in &unknown {
            self.put(key.clone(), None);
        }
        unknown
    }

    /// What was taken for missing has not been confirmed.
    pub(super) fn forget(&mut self, keys: &[Vec<u8>]) {
        for key in keys {
            self.rows.forget(key);
        }
    }

    pub(super) fn rows(&mut self) -> &mut Fetched {
        &mut self.rows
    }

    /// Takes in what was fetched, as of the tip as it is.
    pub(super) fn take_in(&mut self, fetched: Fetched) {
        let (rows, walks) = fetched.into_parts();
        for (key, row) in rows {
            self.put(key, row);
        }
        self.rows.set_walks(walks);
    }

    /// A group stands: its rows and where it moved the tip.
    pub(super) fn moved(&mut self, batch: Batch, tip: Position) {
        self.tip = Some(tip);
        self.rows.set_walks(Vec::new());
        for (key, row) in batch {
            if is_kept(&key) {
                self.put(key, row);
            } else {
                self.rows.forget(&key);
                self.older.remove(&key);
            }
        }
        if self.bytes > GENERATION {
            self.older = std::mem::take(&mut self.rows).into_parts().0;
            self.bytes = 0;
        }
    }

    fn knows(&mut self, key: &[u8]) -> bool {
        if self.rows.knows(key) {
            return true;
        }
        let Some(row) = self.older.remove(key) else { return false };
        self.put(key.to_vec(), row);
        true
    }

    fn put(&mut self, key: Vec<u8>, row: Option<Vec<u8>>) {
        self.bytes += OVERHEAD + key.len() + row.as_ref().map_or(0, Vec::len);
        self.rows.put(key, row);
    }
}

/// Whether a row that was written is likely to be asked for again. A row that is not kept is asked for: nothing rests on
/// this list.
fn is_kept(key: &[u8]) -> bool {
    let gone = [keys::JOURNAL, keys::LINE, keys::ORDER_OF_AGENT, keys::ACT, keys::INBOX, keys::OUTBOX, keys::ANSWERED];
    !key.first().is_some_and(|kind| gone.contains(kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use konter_core::ids::{AgentId, OrderId};

    fn at(moves: u64) -> Position {
        Position { seq: 0, digest: Digest::default(), counter: 0, moves }
    }

    fn warm() -> Warm {
        let mut warm = Warm::default();
        warm.found(at(7));
        warm
    }

    #[test]
    fn it_is_trusted_once_the_tip_was_found_where_it_was_left() {
        let mut warm = warm();
        assert_eq!(warm.expected(), None, "others may be at work");
        warm.moved(vec![(keys::order(OrderId(1)), Some(b"1".to_vec()))], at(8));
        warm.found(at(8));
        assert_eq!(warm.expected(), Some(at(8)));
        assert!(warm.knows(&keys::order(OrderId(1))));
        warm.found(at(9));
        assert_eq!(warm.expected(), None);
        assert!(!warm.knows(&keys::order(OrderId(1))), "somebody else wrote");
    }

    #[test]
    fn what_is_taken_for_missing_is_confirmed_once() {
        let mut warm = warm();
        let key = || vec![keys::order(OrderId(1))];
        assert_eq!(warm.take_for_missing(key()), key());
        assert!(warm.take_for_missing(key()).is_empty());
        assert!(warm.unknown(key()).is_empty());
        assert_eq!(warm.unknown(vec![keys::agent(AgentId(1))]).len(), 1);
    }

    #[test]
    fn the_oldest_rows_go_and_a_newer_one_is_never_hidden_by_an_older() {
        let mut warm = warm();
        let row = |n: u8| Some(vec![n; GENERATION / 2]);
        let key = |id| keys::order(OrderId(id));
        warm.moved(vec![(key(1), row(1)), (key(2), row(1)), (key(3), row(1))], at(7));
        warm.moved(vec![(key(1), Some(vec![2]))], at(7));
        warm.moved(vec![(key(4), row(1)), (key(5), row(1)), (key(6), row(1))], at(7));
        assert!(warm.knows(&key(1)) && !warm.knows(&key(2)));
        assert_eq!(warm.rows.row(&key(1)), Some(&Some(vec![2])));
    }
}
