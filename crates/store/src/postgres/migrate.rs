//! The tables, and how they come about: numbered steps in `migrations/`, each applied once, in order, by whichever
//! process starts first. A step that was ever released is never changed; what comes later is a new step.

use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Object, Pool};
use sha2::{Digest as _, Sha256};

use super::fetch::read_over;
use super::link::{Trouble, ask, ask_once, connection, tell, together};
use super::value::Param;
use super::writer::{BARRIER, number};
use crate::Read;
use crate::hex::hex;
use crate::restored::Numbers;

struct Step {
    name: &'static str,
    sql: &'static str,
}

/// The first is number 1.
const STEPS: [Step; 5] = [
    Step { name: "rows", sql: include_str!("../../../../migrations/0001_rows.sql") },
    Step { name: "views", sql: include_str!("../../../../migrations/0002_views.sql") },
    Step { name: "work", sql: include_str!("../../../../migrations/0003_work.sql") },
    Step { name: "transfers", sql: include_str!("../../../../migrations/0004_transfers.sql") },
    Step { name: "filling", sql: include_str!("../../../../migrations/0005_filling.sql") },
];

/// A shop is to be put into it, and it has no whole one until then.
pub(super) const FILLING: &str = "UPDATE tip SET filling_since = now()";

/// Held while steps are applied: "konter" in ASCII.
const LOCK: &str = "SELECT pg_advisory_lock(118083885098354)";
const RECORD: &str = "CREATE TABLE IF NOT EXISTS konter_migrations \
    (number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, at timestamptz NOT NULL DEFAULT now())";
const APPLIED: &str = "SELECT number, checksum FROM konter_migrations ORDER BY number";

const SET_REFERENCE: &str = "UPDATE reference_numbers SET last = greatest(last, $1)";
/// Rows of processes that ended long ago.
const FORGET: &str = "DELETE FROM writers WHERE at < now() - interval '30 days'";

/// Another process may be applying steps at the same time; they take seconds.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Brings the database to this program's tables, all or nothing. `is_to_be_filled`: tables that are made now are marked, so that no shop begins
/// on them before they are filled.
///
/// # Errors
/// When a newer program has been there, or the database refuses.
pub(super) async fn migrate(pool: &Pool, is_to_be_filled: bool) -> Result<(), Trouble> {
    // Not back into the pool: the lock ends with the connection.
    let client = Object::take(connection(pool).await?);
    let encoding = client.query_one("SHOW server_encoding", &[]).await?;
    if encoding.try_get::<_, &str>(0)? != "UTF8" {
        return Err(Trouble::Refused("the database's encoding must be UTF8".to_owned()));
    }
    client.batch_execute(LOCK).await?;
    // Asked for first: making it anew would print a notice at every start.
    let known = client.query_one("SELECT to_regclass('konter_migrations') IS NOT NULL", &[]).await?;
    if !known.try_get::<_, bool>(0)? {
        client.batch_execute(RECORD).await?;
    }
    let applied = client.query(APPLIED, &[]).await?;
    if applied.len() > STEPS.len() {
        let (theirs, ours) = (applied.len(), STEPS.len());
        return Err(Trouble::Refused(format!(
            "it was written by a newer konter (schema {theirs}, this one knows {ours})"
        )));
    }
    for (row, (number, step)) in applied.iter().zip((1_i32..).zip(&STEPS)) {
        if row.try_get::<_, i32>(0)? != number || row.try_get::<_, &str>(1)? != step.checksum() {
            return Err(Trouble::Refused(format!("migration {number} ({}) is not this program's", step.name)));
        }
    }
    if applied.len() < STEPS.len() {
        make(&client, applied.len(), is_to_be_filled).await?;
    }
    set_sequences(&client).await?;
    client.execute(FORGET, &[]).await?;
    Ok(())
}

/// Applies the steps behind those that are.
async fn make(client: &ClientWrapper, applied: usize, is_to_be_filled: bool) -> Result<(), Trouble> {
    client.batch_execute("BEGIN").await?;
    for (number, step) in (1_i32..).zip(&STEPS).skip(applied) {
        let note = "INSERT INTO konter_migrations (number, name, checksum) VALUES ($1::bigint, $2, $3)";
        let columns =
            vec![Param::Number(number.into()), Param::Text(step.name.to_owned()), Param::Text(step.checksum())];
        together(vec![tell(client, step.sql), ask(client, note, columns).await?]).await?;
        tracing::info!(number, name = step.name, "database migrated");
    }
    if is_to_be_filled && applied == 0 {
        client.batch_execute(FILLING).await?;
    }
    Ok(client.batch_execute("COMMIT").await?)
}

/// Commits wait for the disk by a statement of their own; whether it can be used shows here.
///
/// # Errors
/// When the database refuses it.
pub(super) async fn check_barrier(pool: &Pool) -> Result<(), Trouble> {
    ask_once(&*connection(pool).await?, BARRIER, Vec::new()).await.map(drop)
}

/// Sequences start over behind the highest number stored, should rows have come by another way than this program's own
/// work. A sequence is never moved while it is ahead: another process may be drawing from it. Nobody else may do this at
/// the same time.
pub(super) async fn set_sequences(client: &ClientWrapper) -> Result<(), Trouble> {
    let last = Read::new("last_numbers", |rows| Ok((rows.last_numbers()?, rows.last_reference()?)));
    let found = read_over(client, &last).await?.downcast::<(Numbers, u64)>();
    let (last, reference) = *found.map_err(|_| Trouble::Refused("it gives no numbers".to_owned()))?;
    let mut asked = Vec::new();
    for (sequence, last) in [
        ("order_numbers", last.order),
        ("agent_numbers", last.agent),
        ("ticket_numbers", last.ticket),
        ("broadcast_numbers", last.broadcast),
        ("transfer_numbers", last.transfer),
    ] {
        let statement = format!("SELECT setval('{sequence}', $1) FROM {sequence} WHERE last_value < $1");
        asked.push(ask(client, &statement, vec![number(last)?]).await?);
    }
    asked.push(ask(client, SET_REFERENCE, vec![number(reference)?]).await?);
    together(asked).await?;
    Ok(())
}

impl Step {
    fn checksum(&self) -> String {
        hex(&Sha256::digest(self.sql.as_bytes()))
    }
}
