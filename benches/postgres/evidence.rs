//! What the machine is, and what the database was busy with.

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// For the server that is measured: what it counts. All else is as the package has it.
pub const SETTINGS: [&str; 3] =
    ["shared_preload_libraries=pg_stat_statements", "track_wal_io_timing=on", "pg_stat_statements.track_planning=on"];

const TOP: &str = "SELECT calls, round(total_exec_time::numeric) AS ms, \
    round((100 * total_exec_time / sum(total_exec_time) OVER ())::numeric, 1) AS share, \
    round((1000 * mean_exec_time)::numeric) AS us_each, round((1000 * total_plan_time / nullif(calls, 0))::numeric) AS us_plan, \
    round(rows::numeric / nullif(calls, 0), 1) AS rows_each, left(regexp_replace(query, '\\s+', ' ', 'g'), 58) AS statement \
    FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) \
    ORDER BY total_exec_time DESC LIMIT 12";
const WAL: &str = "SELECT wal_records AS records, pg_size_pretty(wal_bytes) AS written, wal_sync AS syncs, \
    round(wal_sync_time) AS ms_in_sync, round((wal_sync_time / greatest(wal_sync, 1))::numeric, 2) AS ms_a_sync FROM pg_stat_wal";
const SIZES: &str = "SELECT relname AS table, pg_total_relation_size(oid) / (SELECT count(*) FROM orders) AS bytes_an_order \
    FROM pg_class WHERE relkind = 'r' AND relname IN ('orders', 'journal', 'slots', 'supplier_references', 'answered') ORDER BY 1";

pub async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
}

pub async fn begin(url: &str) {
    let sql =
        "CREATE EXTENSION pg_stat_statements; SELECT pg_stat_statements_reset(); SELECT pg_stat_reset_shared('wal')";
    connect(url).await.batch_execute(sql).await.expect("counting");
}

pub async fn print(url: &str) {
    let client = connect(url).await;
    for (what, sql) in [
        ("\nWhere the database's time went (all processes and rounds)", TOP),
        ("\nIts write-ahead log", WAL),
        ("\nOn the disk, indexes included", SIZES),
    ] {
        println!("{what}");
        for message in client.simple_query(sql).await.expect("evidence") {
            let SimpleQueryMessage::Row(row) = message else { continue };
            let cells: Vec<String> = row
                .columns()
                .iter()
                .enumerate()
                .map(|(at, column)| format!("{} {}", column.name(), row.get(at).unwrap_or("-")))
                .collect();
            println!("  {}", cells.join(", "));
        }
    }
}

/// Processors, load by others, and how long the disk takes to sync.
pub fn machine(folder: &Path) -> String {
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?").to_owned();
    format!(
        "{processors} processors, load before the start {load}, the disk syncs 8 KiB in {:?} (median)",
        sync(folder)
    )
}

fn sync(folder: &Path) -> Duration {
    let mut file = std::fs::File::create(folder.join("sync")).expect("a file");
    let mut took: Vec<Duration> = (0..101)
        .map(|_| {
            file.write_all(&[1; 8_192]).expect("written");
            let started = Instant::now();
            file.sync_data().expect("synced");
            started.elapsed()
        })
        .collect();
    took.sort_unstable();
    took[took.len() / 2]
}
