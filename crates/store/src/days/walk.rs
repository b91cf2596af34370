//! A walk over the rows of all closed days, in order of their keys or against it. A day is opened only when the walk comes
//! to where its rows can stand: a page of a statement reads the days it is from.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use super::super::StoreError;
use super::super::kv::{Direction, Visit, under};
use super::super::read::CONTINUE;
use super::file::{Block, DayFile};
use super::{Blocks, place};

/// One day's part of the walk.
struct Source {
    file: Arc<DayFile>,
    range: Range<Vec<u8>>,
    /// The block read, its number, and the row in it that is next; `None` before the first look.
    block: Option<(Arc<Block>, usize, usize)>,
}

/// Where a source stands: at a row, or no further than where its rows can begin.
#[derive(PartialEq, Eq)]
struct Position {
    key: Vec<u8>,
    /// Not a row's key: nothing has been read yet.
    is_bound: bool,
    source: usize,
    direction: Direction,
}

impl Ord for Position {
    fn cmp(&self, other: &Self) -> Ordering {
        let keys = self.direction.order(&self.key, &other.key);
        // Of two at the same key bounds come first, so that a day is opened before its rows are passed; then the newer day.
        keys.then(other.is_bound.cmp(&self.is_bound)).then(other.source.cmp(&self.source))
    }
}

impl Position {
    /// Nothing has been read yet, and whatever there is comes behind this key.
    fn is_only_behind(&self, key: &[u8]) -> bool {
        self.is_bound
            && match self.direction {
                Direction::Up => self.key.as_slice() > key,
                // The end of a range is not in it.
                Direction::Down => self.key.as_slice() <= key,
            }
    }
}

impl PartialOrd for Position {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A row with its key.
type Row = (Vec<u8>, Vec<u8>);

pub(in super::super) struct Walk {
    direction: Direction,
    blocks: Arc<Blocks>,
    sources: Vec<Source>,
    positions: BinaryHeap<Reverse<Position>>,
    next: Option<Row>,
    last: Option<Vec<u8>>,
}

impl Walk {
    pub(super) fn new(
        files: &[Arc<DayFile>],
        blocks: &Arc<Blocks>,
        range: &Range<Vec<u8>>,
        direction: Direction,
    ) -> Self {
        let sources: Vec<Source> = files.iter().filter_map(|file| Source::new(file, range)).collect();
        let positions = sources.iter().enumerate().map(|(source, of)| {
            Reverse(Position { key: direction.begin(&of.range).clone(), is_bound: true, source, direction })
        });
        let positions = positions.collect();
        Self { direction, blocks: Arc::clone(blocks), sources, positions, next: None, last: None }
    }

    /// Visits what comes before a key, and passes over what stands at it.
    pub(in super::super) fn before(&mut self, key: &[u8], visit: Visit<'_>) -> Result<ControlFlow<()>, StoreError> {
        let direction = self.direction;
        while let Some((next, row)) = self.peek(Some(key))? {
            match direction.order(next, key) {
                Ordering::Less => {
                    let flow = visit(next, row)?;
                    self.next = None;
                    if flow.is_break() {
                        return Ok(flow);
                    }
                }
                Ordering::Equal => self.next = None,
                Ordering::Greater => break,
            }
        }
        Ok(CONTINUE)
    }

    /// Visits all that is left.
    pub(in super::super) fn rest(&mut self, visit: Visit<'_>) -> Result<ControlFlow<()>, StoreError> {
        while let Some((key, row)) = self.peek(None)? {
            let flow = visit(key, row)?;
            self.next = None;
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(CONTINUE)
    }

    /// `until`: what can only come behind this key is not looked for.
    fn peek(&mut self, until: Option<&[u8]>) -> Result<Option<&Row>, StoreError> {
        while self.next.is_none() {
            let Some((key, row)) = self.advance(until)? else { break };
            // Two days can have one row: a slot whose orders stand on both sides of midnight. The newer day is met first.
            if self.last.as_ref() != Some(&key) {
                self.last = Some(key.clone());
                self.next = Some((key, row));
            }
        }
        Ok(self.next.as_ref())
    }

    fn advance(&mut self, until: Option<&[u8]>) -> Result<Option<Row>, StoreError> {
        while let Some(Reverse(next)) = self.positions.peek() {
            // A day is not read for what nobody asks for: it may be damaged.
            if until.is_some_and(|key| next.is_only_behind(key)) {
                break;
            }
            let Some(Reverse(position)) = self.positions.pop() else { break };
            let Some(source) = self.sources.get_mut(position.source) else { continue };
            let row = if position.is_bound { None } else { source.take(self.direction) };
            if let Some(key) = source.look(&self.blocks, self.direction)? {
                self.positions.push(Reverse(Position { key, is_bound: false, ..position }));
            }
            if row.is_some() {
                return Ok(row);
            }
        }
        Ok(None)
    }
}

impl Source {
    /// `None` when the day has nothing in the range.
    fn new(file: &Arc<DayFile>, range: &Range<Vec<u8>>) -> Option<Self> {
        let mut range = range.clone();
        if let Some(kind) = range.start.first().copied().filter(|kind| range.end <= under(vec![*kind]).end)
            && !place::needs_filter(kind)
        {
            let (first, last) = file.numbers(kind)?;
            range = place::narrowed(range, first, last);
        }
        let is_there = range.start < range.end
            && file.blocks() > 0
            && file.first_key() < range.end.as_slice()
            && file.last_key() >= range.start.as_slice();
        is_there.then(|| Self { file: Arc::clone(file), range, block: None })
    }

    /// The key of the next row.
    fn look(&mut self, blocks: &Blocks, direction: Direction) -> Result<Option<Vec<u8>>, StoreError> {
        if self.block.is_none() {
            self.begin(blocks, direction)?;
        }
        loop {
            let Some((block, number, next)) = &self.block else { return Ok(None) };
            let number = *number;
            let entry = match direction {
                Direction::Up => block.entry(*next),
                Direction::Down => next.checked_sub(1).and_then(|row| block.entry(row)),
            };
            if let Some((key, _)) = entry {
                let is_inside = self.range.start.as_slice() <= key && key < self.range.end.as_slice();
                return Ok(is_inside.then(|| key.to_vec()));
            }
            let following = match direction {
                Direction::Up => number.checked_add(1).filter(|number| *number < self.file.blocks()),
                Direction::Down => number.checked_sub(1),
            };
            let Some(following) = following else { return Ok(None) };
            self.read(blocks, following, direction)?;
        }
    }

    /// The row [`Self::look`] has seen.
    fn take(&mut self, direction: Direction) -> Option<Row> {
        let (block, _, next) = self.block.as_mut()?;
        let row = match direction {
            Direction::Up => *next,
            Direction::Down => next.saturating_sub(1),
        };
        let taken = block.entry(row).map(|(key, row)| (key.to_vec(), row.to_vec()));
        *next = match direction {
            Direction::Up => row.saturating_add(1),
            Direction::Down => row,
        };
        taken
    }

    fn begin(&mut self, blocks: &Blocks, direction: Direction) -> Result<(), StoreError> {
        let edge = direction.begin(&self.range);
        let number = self.file.block_of(edge).unwrap_or_default();
        let block = blocks.get(&self.file, number)?;
        let next = block.before(edge);
        self.block = Some((block, number, next));
        Ok(())
    }

    fn read(&mut self, blocks: &Blocks, number: usize, direction: Direction) -> Result<(), StoreError> {
        let block = blocks.get(&self.file, number)?;
        let next = match direction {
            Direction::Up => 0,
            Direction::Down => block.len(),
        };
        self.block = Some((block, number, next));
        Ok(())
    }
}
