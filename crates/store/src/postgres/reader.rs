//! The one task of a process that reads for all who ask by key: everything that waits goes in one round trip, as commits
//! do. Long walks go by connections of their own (`PostgresStore::read`): nobody is to wait behind them.

use std::collections::HashMap;
use std::sync::Arc;

use deadpool_postgres::{ClientWrapper, Object, Pool};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;
use tokio_postgres::Row;

use super::fetch::{Fetched, Wanted, fetch};
use super::link::{Asked, Trouble, ask, connection};
use super::value::Param;
use super::writer::barrier;
use crate::{Sequence, StoreError};

/// Requests in one round trip at most: bounds how long the first of them waits for the last.
const AT_ONCE: usize = 256;

/// Numbers of every sequence, as many as are asked for.
const NEXT: [(Sequence, &str); 4] = [
    (Sequence::Order, "SELECT nextval('order_numbers') FROM generate_series(1, $1)"),
    (Sequence::Agent, "SELECT nextval('agent_numbers') FROM generate_series(1, $1)"),
    (Sequence::Ticket, "SELECT nextval('ticket_numbers') FROM generate_series(1, $1)"),
    (Sequence::Broadcast, "SELECT nextval('broadcast_numbers') FROM generate_series(1, $1)"),
];

/// What somebody waits for, all of it together.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish {
    pub rows: Wanted,
    pub number: Option<Sequence>,
    /// That the disk has everything that can be seen.
    pub settled: bool,
}

/// What came of a wish.
#[derive(Debug, Default)]
pub(super) struct Granted {
    /// What was fetched for everybody who asked at the same time.
    pub rows: Arc<Fetched>,
    pub number: Option<u64>,
}

pub(super) struct Request {
    pub wish: Wish,
    pub answer: oneshot::Sender<Result<Granted, Trouble>>,
}

pub(super) struct Readings {
    pub pool: Pool,
    pub client: Option<ClientWrapper>,
}

impl Readings {
    /// Works until every sender is gone.
    pub(super) async fn run(mut self, mut requests: UnboundedReceiver<Request>) {
        let mut waiting = Vec::new();
        while requests.recv_many(&mut waiting, AT_ONCE).await > 0 {
            waiting.retain(|request| !request.answer.is_closed());
            let requests = std::mem::take(&mut waiting);
            match self.grant(&requests).await {
                Ok(granted) => answer(requests, granted),
                // One of them cannot be had. Which one shows when each goes by itself.
                Err(Trouble::Refused(_) | Trouble::Unreadable(_)) if requests.len() > 1 => {
                    for request in requests {
                        let granted = self.grant(std::slice::from_ref(&request)).await;
                        let granted = granted.map(|granted| granted.into_iter().next().unwrap_or_default());
                        let _ = request.answer.send(granted);
                    }
                }
                Err(trouble) => {
                    for request in requests {
                        let _ = request.answer.send(Err(trouble.clone()));
                    }
                }
            }
        }
    }

    async fn grant(&mut self, requests: &[Request]) -> Result<Vec<Granted>, Trouble> {
        let client = match self.client.take().filter(|client| !client.is_closed()) {
            Some(client) => client,
            None => Object::take(connection(&self.pool).await?),
        };
        let granted = all_of(&client, requests).await;
        // With any doubt about it, it goes.
        self.client = granted.is_ok().then_some(client);
        granted
    }
}

async fn all_of(client: &ClientWrapper, requests: &[Request]) -> Result<Vec<Granted>, Trouble> {
    let mut wanted = Wanted::default();
    for request in requests {
        wanted.add(&request.wish.rows);
    }
    let mut lead: Vec<Asked<'_>> = Vec::new();
    let mut sequences = Vec::new();
    for (sequence, statement) in NEXT {
        let count = requests.iter().filter(|request| request.wish.number == Some(sequence)).count();
        if count > 0 {
            lead.push(ask(client, statement, vec![Param::Count(i32::try_from(count).unwrap_or(i32::MAX))]).await?);
            sequences.push(sequence);
        }
    }
    if requests.iter().any(|request| request.wish.settled) {
        lead.push(barrier(client).await?);
    }
    let mut fetched = Fetched::default();
    let leading = fetch(client, lead, wanted, &mut fetched).await?;
    let mut numbers: HashMap<usize, std::vec::IntoIter<u64>> = HashMap::new();
    for (sequence, rows) in sequences.iter().zip(&leading) {
        let drawn = rows.iter().map(number_of).collect::<Result<Vec<u64>, _>>()?;
        numbers.insert(*sequence as usize, drawn.into_iter());
    }
    let fetched = Arc::new(fetched);
    let mut granted = Vec::with_capacity(requests.len());
    for request in requests {
        let number = match request.wish.number {
            None => None,
            Some(sequence) => {
                let drawn = numbers.get_mut(&(sequence as usize)).and_then(Iterator::next);
                Some(drawn.ok_or_else(|| Trouble::Refused("the database gives no number".to_owned()))?)
            }
        };
        granted.push(Granted { rows: Arc::clone(&fetched), number });
    }
    Ok(granted)
}

fn number_of(row: &Row) -> Result<u64, Trouble> {
    let bad = || StoreError::Corrupt { what: "number", problem: "it is below zero".to_owned() };
    Ok(u64::try_from(row.try_get::<_, i64>(0)?).map_err(|_| bad())?)
}

fn answer(requests: Vec<Request>, granted: Vec<Granted>) {
    for (request, granted) in requests.into_iter().zip(granted) {
        // Whoever asked may have gone.
        let _ = request.answer.send(Ok(granted));
    }
}
