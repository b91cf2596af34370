//! Logs and metrics. Logs go to stderr, so that stdout stays what a command was asked for.

use std::io::IsTerminal as _;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// Starts logging. `RUST_LOG` decides what is shown; without it, `default` does.
pub fn start_logging(default: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    // Already set when several shops run in one process, as tests do; the first one's choice stands.
    let colours = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    let _ = log.try_init();
}

/// Starts keeping metrics. `None` when something else in this process already does.
#[must_use]
pub fn start_metrics() -> Option<PrometheusHandle> {
    let handle = PrometheusBuilder::new().install_recorder().ok()?;
    metrics::describe_histogram!("konter_answer_seconds", "From taking up a message to the durable answer");
    metrics::describe_histogram!("konter_supplier_seconds", "One request to a supplier, by outcome");
    metrics::describe_counter!("konter_orders_final_total", "Orders that became final, by supplier and verdict");
    metrics::describe_counter!("konter_callbacks_total", "Callbacks received, by what became of them");
    metrics::describe_gauge!("konter_orders_open", "Orders that are not final");
    metrics::describe_gauge!("konter_held_rupiah", "What open orders hold of the resellers' balances");
    metrics::describe_gauge!("konter_backup_last_timestamp_seconds", "When the last good automatic backup was made");
    metrics::describe_gauge!("konter_backup_bytes", "The size of the last good automatic backup");
    metrics::describe_counter!("konter_backup_failures_total", "Automatic backups that failed");
    Some(handle)
}
