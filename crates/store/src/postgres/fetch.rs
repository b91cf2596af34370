//! Reading for rules and reads that know nothing of a network: they run over what has been fetched so far, note what
//! is missing, and run again when that is there too. What they ask for on the way to a missing row means nothing; only a
//! run that missed nothing counts. A run costs next to nothing, a round trip much more, so it takes as many of them as
//! what is read depends on what was read before.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use deadpool_postgres::ClientWrapper;
use tokio_postgres::Row;

use super::link::{Asked, Trouble, ask, together};
use super::queries;
use super::tables::{Index, Statements, Table};
use super::value::{Column, Json, Param};
use crate::kv::{Direction, Kv, Query, Visit};
use crate::{Found, Read, StoreError};

/// Rows of a walk that are fetched first; each time it goes on further, four times as many as there are.
const FIRST_PAGE: usize = 64;
const GROWTH: usize = 4;

/// Round trips of one read at most: as many as what is read depends on what was read before.
const MOST_ROUNDS: usize = 1_000;

type Walk = (Range<Vec<u8>>, Direction);
type Pair = (Vec<u8>, Vec<u8>);

#[derive(Debug)]
struct Walked {
    range: Range<Vec<u8>>,
    direction: Direction,
    rows: Vec<Pair>,
    /// There is nothing behind `rows`.
    is_whole: bool,
}

/// What is known of the database: rows by key (`None`: there is none), walks as far as they were fetched, and what
/// queries gave.
#[derive(Debug, Default)]
pub(super) struct Fetched {
    rows: HashMap<Vec<u8>, Option<Vec<u8>>>,
    walks: Vec<Walked>,
    answers: Vec<(Query, Vec<Vec<u8>>)>,
}

/// What a run missed.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    keys: BTreeSet<Vec<u8>>,
    walks: Vec<Walk>,
    queries: Vec<Query>,
}

impl Wanted {
    pub(super) fn of_keys(keys: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self { keys: keys.into_iter().collect(), ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.walks.is_empty() && self.queries.is_empty()
    }
}

/// What was fetched, as an engine.
pub(super) struct View<'a> {
    fetched: &'a Fetched,
    missed: RefCell<Wanted>,
}

impl<'a> View<'a> {
    pub(super) fn new(fetched: &'a Fetched) -> Self {
        Self { fetched, missed: RefCell::default() }
    }

    pub(super) fn missed(self) -> Wanted {
        self.missed.into_inner()
    }
}

impl Kv for View<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(row) = self.fetched.rows.get(key) {
            return Ok(row.clone());
        }
        self.missed.borrow_mut().keys.insert(key.to_vec());
        Ok(None)
    }

    fn scan(&self, range: Range<Vec<u8>>, direction: Direction, visit: Visit<'_>) -> Result<(), StoreError> {
        if range.is_empty() {
            return Ok(());
        }
        let walked = self.fetched.walked(&range, direction);
        for (key, row) in walked.iter().flat_map(|walk| &walk.rows) {
            if visit(key, row)?.is_break() {
                return Ok(());
            }
        }
        if walked.is_none_or(|walk| !walk.is_whole) {
            let mut missed = self.missed.borrow_mut();
            if !missed.walks.contains(&(range.clone(), direction)) {
                missed.walks.push((range, direction));
            }
        }
        Ok(())
    }

    fn query(&self, query: &Query) -> Result<Option<Vec<Vec<u8>>>, StoreError> {
        let answer = self.fetched.answers.iter().find(|(asked, _)| asked == query);
        if answer.is_none() {
            self.missed.borrow_mut().queries.push(query.clone());
        }
        // Nothing of a run that missed something counts.
        Ok(Some(answer.map(|(_, rows)| rows.clone()).unwrap_or_default()))
    }
}

/// Runs a read over what it needs.
pub(super) async fn read_over(client: &ClientWrapper, read: &Read) -> Result<Found, Trouble> {
    let mut fetched = Fetched::default();
    for _ in 0..MOST_ROUNDS {
        let view = View::new(&fetched);
        let found = read.run(&view);
        let missed = view.missed();
        if missed.is_empty() {
            return Ok(found?);
        }
        fetch(client, Vec::new(), missed, &mut fetched).await?;
    }
    Err(Trouble::Refused(format!("{} read on and on, {MOST_ROUNDS} times", read.name())))
}

/// A question under way, and what its answer means.
enum Meaning {
    Keys(Index, Vec<Vec<u8>>),
    Walk(Index, Walk, usize),
    Query(Query),
}

/// Fetches what is wanted in one round trip, after `lead`; gives what the lead was answered.
pub(super) async fn fetch<'c>(
    client: &'c ClientWrapper,
    lead: Vec<Asked<'c>>,
    wanted: Wanted,
    into: &mut Fetched,
) -> Result<Vec<Vec<Row>>, Trouble> {
    let leading = lead.len();
    let (mut asked, mut meanings) = (lead, Vec::new());
    let mut by_table: BTreeMap<Index, Vec<Vec<u8>>> = BTreeMap::new();
    for key in wanted.keys {
        match Table::of(&key) {
            Some((index, _)) => by_table.entry(index).or_default().push(key),
            None => drop(into.rows.insert(key, None)),
        }
    }
    for (index, keys) in by_table {
        let (table, statements) = known(index)?;
        let mut ids = Column::new(table.id().1);
        for key in &keys {
            ids.push(table.id_of(key)?)?;
        }
        asked.push(ask(client, &statements.get, vec![Param::Column(ids)]).await?);
        meanings.push(Meaning::Keys(index, keys));
    }
    for (range, direction) in wanted.walks {
        let no_table = || StoreError::Corrupt { what: "walk", problem: "its rows have no table".to_owned() };
        let (index, table) = Table::of(&range.start).ok_or_else(no_table)?;
        let (_, statements) = known(index)?;
        let (rest, limit) = into.rest_of(&range, direction);
        let (from, to) = table.bounds(&rest)?;
        let count = Param::Number(i64::try_from(limit).unwrap_or(i64::MAX));
        asked.push(ask(client, statements.walk(direction), vec![from, to, count]).await?);
        meanings.push(Meaning::Walk(index, (range, direction), limit));
    }
    for query in wanted.queries {
        let (statement, params) = queries::statement(&query);
        asked.push(ask(client, statement, params).await?);
        meanings.push(Meaning::Query(query));
    }
    let mut answers = together(asked).await?;
    let fetched = answers.split_off(leading.min(answers.len()));
    for (meaning, rows) in meanings.into_iter().zip(fetched) {
        into.take_in(meaning, &rows)?;
    }
    Ok(answers)
}

fn known(index: Index) -> Result<(&'static Table, &'static Statements), StoreError> {
    let unknown = || StoreError::Corrupt { what: "table", problem: format!("there is no table {index}") };
    Ok((Table::all().get(index).ok_or_else(unknown)?, Statements::of(index).ok_or_else(unknown)?))
}

impl Fetched {
    fn walked(&self, range: &Range<Vec<u8>>, direction: Direction) -> Option<&Walked> {
        self.walks.iter().find(|walk| walk.direction == direction && walk.range == *range)
    }

    /// What of a walk has not been fetched, and how much of it to fetch.
    fn rest_of(&self, range: &Range<Vec<u8>>, direction: Direction) -> (Range<Vec<u8>>, usize) {
        let mut rest = range.clone();
        let Some(walked) = self.walked(range, direction) else { return (rest, FIRST_PAGE) };
        if let Some((last, _)) = walked.rows.last() {
            direction.pass(&mut rest, last);
        }
        (rest, walked.rows.len().max(FIRST_PAGE) * GROWTH)
    }

    fn take_in(&mut self, meaning: Meaning, rows: &[Row]) -> Result<(), StoreError> {
        match meaning {
            Meaning::Keys(index, keys) => {
                let pairs = pairs(index, rows)?;
                self.rows.extend(keys.into_iter().map(|key| (key, None)));
                self.rows.extend(pairs.into_iter().map(|(key, row)| (key, Some(row))));
            }
            Meaning::Query(query) => {
                let rows = rows.iter().map(|row| content(row, 0)).collect::<Result<_, _>>()?;
                self.answers.push((query, rows));
            }
            Meaning::Walk(index, (range, direction), limit) => {
                let (pairs, is_whole) = (pairs(index, rows)?, rows.len() < limit);
                match self.walks.iter_mut().find(|walk| walk.direction == direction && walk.range == range) {
                    Some(walk) => {
                        walk.rows.extend(pairs);
                        walk.is_whole = is_whole;
                    }
                    None => self.walks.push(Walked { range, direction, rows: pairs, is_whole }),
                }
            }
        }
        Ok(())
    }
}

fn pairs(index: Index, rows: &[Row]) -> Result<Vec<Pair>, StoreError> {
    let (table, _) = known(index)?;
    rows.iter().map(|row| Ok((table.key_of(row)?, content(row, 1)?))).collect()
}

/// The row as the program wrote it.
pub(super) fn content(row: &Row, column: usize) -> Result<Vec<u8>, StoreError> {
    let unreadable = |_| StoreError::Corrupt { what: "row", problem: "it is not where it should be".to_owned() };
    let json: Option<Json> = row.try_get(column).map_err(unreadable)?;
    Ok(json.map(|json| json.0).unwrap_or_default())
}
