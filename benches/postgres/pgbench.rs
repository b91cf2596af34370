//! The same rows without konter: what `pgbench` gets out of the same server with the same tables and rows of the same
//! size, in as many transactions as a whole order has commits. Nothing holds them up but the database itself: no journal
//! that is one chain, no rules, no reading.

use std::process::Command;
use std::time::Duration;

use crate::evidence::connect;
use crate::postgres::Cluster;

const CLIENTS: usize = 64;

/// One order in five transactions.
const SINGLE: &str = r"
\set id random(1, 9000000000000000)
\set agent random(1, 500)
INSERT INTO inbox (key, seq, chat, sent_at, row) VALUES (int8send(:id), :id, 'telegram:1', now(), :inbox);
BEGIN;
INSERT INTO answered (key, at, row) VALUES (int8send(:id), now(), :small);
DELETE FROM inbox WHERE key = int8send(:id);
INSERT INTO orders (id, version, agent_id, chat, product, kind, dest, nth, day, price, status, created_at, updated_at, row)
  VALUES (:id, 1, :agent, 'telegram:1', 'S10', 'topup', :id::text, 1, '2026-02-02', 10500, 'open', now(), now(), :order);
INSERT INTO holds (order_id, debit, credit, amount, row) VALUES (:id, 'agent:1', 'sales', 10500, :small);
INSERT INTO slots (key, agent_id, nth, row) VALUES (int8send(:id), :agent, 1, :small);
INSERT INTO supplier_references (key, reference, order_id, row) VALUES (int8send(:id), :id, :id, :small);
UPDATE accounts SET pending_debits = pending_debits + 10500, row = :account WHERE account = 'agent:' || :agent;
INSERT INTO journal (seq, at, kind, reason, debit, credit, amount, debit_available, credit_available, order_id, row)
  VALUES (:id, now(), 'hold', 'order', 'agent:' || :agent, 'sales', 10500, 5, 0, :id, :line);
COMMIT;
UPDATE orders SET version = 2, updated_at = now(), row = :order WHERE id = :id;
BEGIN;
UPDATE orders SET version = 3, status = 'success', updated_at = now(), row = :order WHERE id = :id;
DELETE FROM holds WHERE order_id = :id;
UPDATE accounts SET pending_debits = pending_debits - 10500, debits = debits + 10500, row = :account
  WHERE account = 'agent:' || :agent;
INSERT INTO journal (seq, at, kind, reason, debit, credit, amount, debit_available, credit_available, order_id, row)
  VALUES (:id + 9000000000000000, now(), 'capture', 'order', 'agent:' || :agent, 'sales', 10500, 5, 0, :id, :line);
INSERT INTO outbox (key, seq, chat, at, row) VALUES (int8send(:id), :id, 'telegram:1', now(), :reply);
COMMIT;
DELETE FROM outbox WHERE key = int8send(:id);
";

/// The rows of 64 orders accepted at once, in one transaction.
const BATCHED: &str = r"
\set id random(1, 90000000000000)
BEGIN;
INSERT INTO orders (id, version, agent_id, chat, product, kind, dest, nth, day, price, status, created_at, updated_at, row)
  SELECT :id::bigint * 100 + n, 1, n, 'telegram:1', 'S10', 'topup', n::text, 1, '2026-02-02', 10500, 'open', now(), now(), :order
  FROM generate_series(1, 64) AS n;
INSERT INTO holds (order_id, debit, credit, amount, row)
  SELECT :id::bigint * 100 + n, 'agent:1', 'sales', 10500, :small FROM generate_series(1, 64) AS n;
INSERT INTO slots (key, agent_id, nth, row)
  SELECT int8send(:id::bigint * 100 + n), n, 1, :small FROM generate_series(1, 64) AS n;
INSERT INTO supplier_references (key, reference, order_id, row)
  SELECT int8send(:id::bigint * 100 + n), n, :id::bigint * 100 + n, :small FROM generate_series(1, 64) AS n;
UPDATE accounts SET pending_debits = pending_debits + 10500, row = :account
  FROM generate_series(1, 64) AS n WHERE account = 'agent:' || n;
INSERT INTO journal (seq, at, kind, reason, debit, credit, amount, debit_available, credit_available, order_id, row)
  SELECT :id::bigint * 100 + n, now(), 'hold', 'order', 'agent:' || n, 'sales', 10500, 5, 0, :id::bigint * 100 + n, :line
  FROM generate_series(1, 64) AS n;
COMMIT;
";

/// A row of about so many bytes.
fn row(bytes: usize) -> String {
    format!("'{{\"x\":\"{}\"}}'", "x".repeat(bytes))
}

pub async fn compare(cluster: &Cluster, lasts: Duration) {
    let client = connect(&cluster.database().url).await;
    let average = async |table: &str, and: &str| {
        let sql = format!(
            "SELECT coalesce(avg(length(row::text)), 200)::bigint FROM (SELECT row FROM {table} {and} LIMIT 1000) AS sample"
        );
        let bytes: i64 = client.query_one(&sql, &[]).await.expect("a size").get(0);
        row(usize::try_from(bytes).unwrap_or(200))
    };
    let sizes = [
        (":order", average("orders", "").await),
        (":line", average("journal", "").await),
        (":account", average("accounts", "").await),
        (":small", average("slots", "").await),
        (":inbox", row(250)),
        (":reply", row(200)),
    ];
    println!("\npgbench with the same tables and rows on the same server ({CLIENTS} clients, prepared)");
    for (what, script, clients, orders) in [
        ("whole orders, one at a time, five transactions each", SINGLE, CLIENTS, 1.0),
        ("accepted orders, 64 in a transaction, one client", BATCHED, 1, 64.0),
        ("accepted orders, 64 in a transaction, four clients", BATCHED, 4, 64.0),
    ] {
        let script = sizes.iter().fold(script.to_owned(), |script, (name, row)| script.replace(name, row));
        match rate(cluster, &script, clients, lasts) {
            Some(rate) => println!("  {:>8.0} a second: {what}", rate * orders),
            None => println!("  pgbench cannot be run: {what}"),
        }
    }
}

fn rate(cluster: &Cluster, script: &str, clients: usize, lasts: Duration) -> Option<f64> {
    let file = tempfile::NamedTempFile::new().ok()?;
    std::fs::write(file.path(), script).ok()?;
    let mut command = Command::new(cluster.program("pgbench"));
    command.args([
        "-n",
        "-M",
        "prepared",
        "-j",
        "2",
        "-c",
        &clients.to_string(),
        "-T",
        &lasts.as_secs().max(1).to_string(),
    ]);
    let output = command.arg("-f").arg(file.path()).arg(cluster.database().url).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find(|line| line.starts_with("tps"));
    if line.is_none() {
        eprintln!("{}", String::from_utf8_lossy(&output.stderr).lines().take(4).collect::<Vec<_>>().join("\n"));
    }
    line?.split('=').nth(1)?.split_whitespace().next()?.parse().ok()
}
