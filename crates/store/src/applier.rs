//! Applies what the books have to sled, on a thread of its own: nobody waits for it. Only when more rows are in memory than
//! there should be, a group of commits waits for a page of them.
//!
//! Rows go in order of their keys, from the oldest records to one that was the newest at some moment. Those before the last
//! page are synced first; with that page sled notes the record. So after a crash or a power cut the records behind the one
//! noted are read back, and what sled already has of them is written again.

use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::StoreError;
use super::books::Position;
use super::kv::{Batch, behind};
use super::layers::{Layers, Waiting};
use super::sled_faults::{Faults, io};
use super::sled_kv::HighWaterMark;
use super::sled_options::Limits;
use super::writer::{Synced, Syncing};

/// Bytes of rows, and rows, written to sled at once: who reads sled waits for them.
const PAGE: usize = 256 << 10;
const PAGE_ROWS: usize = 512;
/// Bytes of records applied together: rows that stand side by side are written once, so the more the better.
const SWEEP: usize = 32 << 20;
/// How long a group is held up before memory is at its very limit.
const LONGEST_WAIT: Duration = Duration::from_millis(40);
/// Bytes after which sled hands what it wrote over to the disk, so that a sync does not find all of it at once.
const FLUSH_EVERY: usize = 512 << 10;
/// How often sled notes how far the books are, should their end get lost: soon after a while without any, then ever less often, as
/// each note costs a sync. So what came last in a quiet shop is noted, and in a busy one most of it.
const FIRST_NOTE: Duration = Duration::from_secs(1);
const NOTE_EVERY: Duration = Duration::from_secs(60);

/// What writer and applier tell each other.
#[derive(Default)]
pub(super) struct Flow {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Waiting,
    is_closing: bool,
    has_ended: bool,
}

impl Flow {
    /// Rows have come or gone.
    pub(super) fn changed(&self, layers: &Layers) {
        let mut state = self.state.lock();
        // Looked at under the lock: of two that tell, the later one must not tell the older figures.
        state.waiting = layers.waiting();
        self.changed.notify_all();
    }

    /// Holds a group up when more than `full` bytes of rows are in memory: the longer the more there are, so that groups come
    /// as fast as sled takes them, and nobody waits for long when it takes none for a moment. From half as much again on none goes on.
    pub(super) fn wait_for_room(&self, full: usize) {
        let mut state = self.state.lock();
        let over = state.waiting.rows.saturating_sub(full);
        let most = full / 2;
        if over > 0 && over < most && !state.has_ended {
            let share = u32::try_from(over.saturating_mul(1_000) / most).unwrap_or(1_000);
            self.changed.wait_while_for(
                &mut state,
                |state| state.waiting.rows > full && !state.has_ended,
                LONGEST_WAIT * share / 1_000,
            );
            return;
        }
        while state.waiting.rows > full.saturating_add(most) && !state.has_ended {
            self.changed.wait(&mut state);
        }
    }

    /// All that waits is to be applied, and that is the end.
    pub(super) fn close(&self) {
        self.state.lock().is_closing = true;
        self.changed.notify_all();
    }
}

pub(super) struct Applier {
    layers: Layers,
    mark: HighWaterMark,
    limits: Limits,
    sync: Syncing,
    /// sled's file.
    file: File,
    /// When it was noted last how far the books are, and how long it is to be until the next time.
    noted: Instant,
    gap: Duration,
    flow: Arc<Flow>,
    faults: Arc<Faults>,
}

enum Chore {
    Sweep(Position),
    Note,
    End,
}

impl Applier {
    pub(super) fn new(
        layers: Layers,
        mark: HighWaterMark,
        limits: Limits,
        sync: Syncing,
        flow: &Arc<Flow>,
        faults: &Arc<Faults>,
    ) -> Result<Self, StoreError> {
        let (flow, faults) = (Arc::clone(flow), Arc::clone(faults));
        flow.changed(&layers);
        let file = layers.disk().file()?;
        Ok(Self { layers, mark, limits, sync, file, noted: Instant::now(), gap: FIRST_NOTE, flow, faults })
    }

    /// Works until it is told to end, or until sled fails.
    pub(super) fn run(mut self) {
        if let Err(error) = self.work() {
            self.faults.fail(&error);
        }
        self.flow.state.lock().has_ended = true;
        self.flow.changed.notify_all();
    }

    fn work(&mut self) -> Result<(), StoreError> {
        loop {
            match self.next_chore() {
                Chore::Sweep(last) => self.sweep(last)?,
                Chore::Note => self.note()?,
                Chore::End => {
                    self.note()?;
                    return self.sync();
                }
            }
        }
    }

    fn next_chore(&self) -> Chore {
        let mut state = self.flow.state.lock();
        loop {
            let calm = if state.is_closing { 0 } else { self.limits.calm.min(self.limits.full / 2) };
            if state.waiting.records > calm {
                // Most of them at once, for the same reason. The lock is the flow's alone: publishing goes on.
                let excess = state.waiting.records - calm / 4;
                if let Some(last) = self.layers.oldest(excess.min(SWEEP)) {
                    return Chore::Sweep(last);
                }
            }
            if state.is_closing {
                return Chore::End;
            }
            let (has_news, due) = (self.layers.end() != self.mark.seen, self.noted + self.gap);
            if !has_news {
                self.flow.changed.wait(&mut state);
            } else if Instant::now() >= due {
                return Chore::Note;
            } else {
                self.flow.changed.wait_until(&mut state, due);
            }
        }
    }

    /// Applies the oldest records up to this one.
    fn sweep(&mut self, last: Position) -> Result<(), StoreError> {
        self.layers.wait_for_walks();
        let (mut page, mut unflushed) = (self.page(last, &[]), 0);
        loop {
            let next = page.last().map(|(key, _)| behind(key)).unwrap_or_default();
            let following = if page.is_empty() { Batch::new() } else { self.page(last, &next) };
            if following.is_empty() {
                self.sync()?;
                let mark = HighWaterMark { applied: last, seen: self.layers.end(), ..self.mark.clone() };
                self.layers.disk().write(&page, Some(&mark))?;
                self.mark = mark;
                self.layers.applied(last.number);
                self.evict(&page, last);
                return Ok(());
            }
            self.layers.disk().write(&page, None)?;
            self.evict(&page, last);
            unflushed += page.iter().map(|(key, row)| key.len() + row.as_ref().map_or(0, Vec::len)).sum::<usize>();
            if unflushed > FLUSH_EVERY {
                self.layers.disk().flush()?;
                unflushed = 0;
            }
            page = following;
        }
    }

    fn page(&self, last: Position, from: &[u8]) -> Batch {
        self.layers.rows_up_to(last.number, from, PAGE_ROWS, PAGE)
    }

    fn evict(&self, page: &Batch, last: Position) {
        self.layers.evict(page, last.number);
        self.flow.changed(&self.layers);
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.layers.disk().flush()?;
        (self.sync)(Synced::State, &self.file).map_err(|error| io("syncing the state", &error))
    }

    /// Notes how far the books are.
    fn note(&mut self) -> Result<(), StoreError> {
        let seen = self.layers.end();
        if seen == self.mark.seen {
            return Ok(());
        }
        let since = self.noted.elapsed();
        self.gap = if since > NOTE_EVERY * 2 { FIRST_NOTE } else { (self.gap * 2).min(NOTE_EVERY) };
        (self.mark.seen, self.noted) = (seen, Instant::now());
        self.layers.disk().write(&Batch::new(), Some(&self.mark))?;
        self.sync()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_held_up_for_a_while_and_at_the_limit_until_there_is_room() {
        let flow = Arc::new(Flow::default());
        flow.state.lock().waiting.rows = 1_100;
        for enough in [usize::MAX, 1_100, 1_000] {
            flow.wait_for_room(enough);
        }
        let waiting = std::thread::spawn({
            let flow = Arc::clone(&flow);
            move || flow.wait_for_room(500)
        });
        flow.state.lock().waiting.rows = 750;
        flow.changed.notify_all();
        waiting.join().unwrap();
        // sled has failed: whoever waits is told, and does not wait for ever.
        flow.state.lock().has_ended = true;
        flow.wait_for_room(0);
    }
}
