//! The connections, what goes over one in one round trip, and what may go wrong with it.

use std::fmt::Write as _;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use secrecy::{ExposeSecret as _, SecretString};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, NoTls, Row};

use super::value::Param;
use crate::StoreError;

/// Reads of one process at the same time; more wait for each other. The writer has one connection more.
const READERS: usize = 8;
/// A server that is there answers at once.
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// A process that stops in the middle of a commit holds up all others for so long, then the database breaks it off:
/// before others take over its work, which they do by commits.
const IDLE_PATIENCE: Duration = Duration::from_secs(5);
/// No statement of ours takes near as long.
const STATEMENT_PATIENCE: Duration = Duration::from_secs(30);
/// When a peer is silent for so long, it is taken for gone.
const SILENCE: Duration = Duration::from_secs(10);

/// Why the database did not do what it was asked.
#[derive(Clone, Debug)]
pub(super) enum Trouble {
    /// The connection is of no use any more, or the server takes no work now: try again on a new one.
    Lost(String),
    /// Others were in the way: try again.
    Overtaken,
    /// The same again would fail the same way.
    Refused(String),
    /// What was read cannot be understood.
    Unreadable(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Unreadable(error)
    }
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Lost(what) => Self::Unavailable(format!("the database: {what}")),
            Trouble::Overtaken => Self::Unavailable("the database: others were in the way too often".to_owned()),
            Trouble::Refused(what) => Self::Unavailable(format!("the database refuses: {what}")),
            Trouble::Unreadable(error) => error,
        }
    }
}

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(database) = error.as_db_error() else { return Self::Lost(without_secrets(&error)) };
        // Only what names things: details quote rows.
        let mut what = format!("{} ({})", database.message(), database.code().code());
        for (name, value) in [("constraint", database.constraint()), ("table", database.table())] {
            if let Some(value) = value {
                let _ = write!(what, ", {name} {value}");
            }
        }
        match database.code() {
            &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED => Self::Overtaken,
            code if passes(code) => Self::Lost(what),
            _ => Self::Refused(what),
        }
    }
}

/// The driver's words without what the server or the address said: neither can then hold a password.
fn without_secrets(error: &tokio_postgres::Error) -> String {
    let mut words = error.to_string();
    if let Some(io) = std::error::Error::source(error).and_then(|source| source.downcast_ref::<std::io::Error>()) {
        let _ = write!(words, " ({})", io.kind());
    }
    words
}

/// Whether a server that says this will take work again by itself, or when someone has looked after it.
fn passes(code: &SqlState) -> bool {
    const CLASSES: [&str; 3] = ["08", "53", "57"]; // connection, resources, operator intervention
    let others = [
        &SqlState::LOCK_NOT_AVAILABLE,
        &SqlState::READ_ONLY_SQL_TRANSACTION,
        &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
    ];
    CLASSES.iter().any(|class| code.code().starts_with(class)) || others.contains(&code)
}

/// How a connection to the database of this address is made.
///
/// # Errors
/// [`StoreError::Unavailable`] when the address is none; it is never quoted.
pub(super) fn config(address: &SecretString) -> Result<Config, StoreError> {
    let wrong = |_| StoreError::Unavailable("DATABASE_URL is not an address of PostgreSQL".to_owned());
    let mut config: Config = address.expose_secret().parse().map_err(wrong)?;
    let mut options = config.get_options().unwrap_or_default().to_owned();
    for (name, patience) in [
        ("statement_timeout", STATEMENT_PATIENCE),
        ("lock_timeout", STATEMENT_PATIENCE),
        ("idle_in_transaction_session_timeout", IDLE_PATIENCE),
    ] {
        let _ = write!(options, " -c {name}={}", patience.as_millis());
    }
    config.options(options).connect_timeout(CONNECT_PATIENCE).tcp_user_timeout(SILENCE);
    config.keepalives_idle(SILENCE).keepalives_interval(SILENCE / 2).keepalives_retries(2);
    if config.get_application_name().is_none() {
        config.application_name("konter");
    }
    Ok(config)
}

/// A pool of such connections.
///
/// # Errors
/// [`StoreError::Unavailable`] when it cannot be set up.
pub(super) fn pool(config: Config) -> Result<Pool, StoreError> {
    let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
    Pool::builder(manager)
        .max_size(READERS)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(STATEMENT_PATIENCE))
        .create_timeout(Some(CONNECT_PATIENCE))
        .recycle_timeout(Some(CONNECT_PATIENCE))
        .build()
        .map_err(|error| StoreError::Unavailable(error.to_string()))
}

pub(super) async fn connection(pool: &Pool) -> Result<deadpool_postgres::Object, Trouble> {
    use deadpool_postgres::PoolError;
    pool.get().await.map_err(|error| match error {
        PoolError::Backend(error) => error.into(),
        PoolError::Timeout(_) => Trouble::Lost("no connection in time".to_owned()),
        PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
            Trouble::Refused("it is closed".to_owned())
        }
    })
}

static ROUND_TRIPS: AtomicU64 = AtomicU64::new(0);

/// How often this process has waited for an answer of its database. What is sent together counts once.
pub fn round_trips() -> u64 {
    ROUND_TRIPS.load(Ordering::Relaxed)
}

fn note_round_trip() {
    ROUND_TRIPS.fetch_add(1, Ordering::Relaxed);
    metrics::counter!("konter_database_round_trips_total").increment(1);
}

/// Something sent to the server whose answer is waited for.
pub(super) type Asked<'a> = Pin<Box<dyn Future<Output = Result<Vec<Row>, Trouble>> + Send + 'a>>;

/// A statement with its parameters. Prepared before: preparing is a round trip, the first time.
pub(super) async fn ask<'a>(
    client: &'a ClientWrapper,
    statement: &str,
    params: Vec<Param>,
) -> Result<Asked<'a>, Trouble> {
    let statement = client.prepare_cached(statement).await?;
    Ok(Box::pin(async move {
        let params: Vec<_> = params.iter().map(Param::as_sql).collect();
        Ok(client.query(&statement, &params).await?)
    }))
}

/// A word without rows or parameters, such as `BEGIN`.
pub(super) fn tell<'a>(client: &'a ClientWrapper, word: &'static str) -> Asked<'a> {
    Box::pin(async move {
        client.batch_execute(word).await?;
        Ok(Vec::new())
    })
}

/// Sends all of these at once, in this order, and waits for every answer: one round trip. Stops at the first trouble in
/// their order.
pub(super) async fn together(mut asked: Vec<Asked<'_>>) -> Result<Vec<Vec<Row>>, Trouble> {
    note_round_trip();
    let mut answers = Vec::with_capacity(asked.len());
    // A request is on its way once it was polled first.
    for asked in &mut asked {
        answers.push(match futures::poll!(asked) {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => None,
        });
    }
    let mut all = Vec::with_capacity(answers.len());
    let mut trouble = None;
    for (asked, answer) in asked.into_iter().zip(answers) {
        let answer = match answer {
            Some(answer) => answer,
            None => asked.await,
        };
        match answer {
            Ok(rows) => all.push(rows),
            Err(error) => trouble = trouble.or(Some(error)),
        }
    }
    trouble.map_or(Ok(all), Err)
}

/// Sends one statement and waits for its answer.
pub(super) async fn ask_once(client: &ClientWrapper, statement: &str, params: Vec<Param>) -> Result<Vec<Row>, Trouble> {
    let asked = vec![ask(client, statement, params).await?];
    Ok(together(asked).await?.pop().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_error_holds_the_password() {
        for url in [
            "postgres://konter:geheim@127.0.0.1:1/konter",
            "postgres://konter:geheim@no such host/konter",
            "postgres://konter:geheim@127.0.0.1:1/konter?geheim=1",
            "postgres://konter:geheim@127.0.0.1:geheim/konter",
        ] {
            let error = match config(&url.to_owned().into()).and_then(pool) {
                Ok(pool) => connection(&pool).await.map(drop).map_err(StoreError::from).unwrap_err(),
                Err(error) => error,
            };
            assert!(!error.to_string().contains("geheim"), "{error}");
        }
    }
}
