//! Logs and metrics. Logs go to stderr, so that stdout stays what a command was asked for. What each metric means to an
//! operator stands in `docs/metrics.md`.

use std::io::IsTerminal as _;

use metrics::{describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

/// Seconds. Suppliers answer within seconds, or not within their minute.
const SUPPLIER_BUCKETS: [f64; 11] = [0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0];
/// Seconds. An answer is a few milliseconds; one that hashes a PIN some tens.
const ANSWER_BUCKETS: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0];
/// Seconds from an order's placing to its end.
const ORDER_BUCKETS: [f64; 10] = [0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3_600.0];

/// Starts logging. `RUST_LOG` decides what is shown; without it, `default` does.
pub fn start_logging(default: &str, format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Already set when several shops run in one process, as tests do; the first one's choice stands.
    let _ = match format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => log.json().flatten_event(true).with_current_span(false).try_init(),
    };
}

/// Starts keeping metrics. `None` when something else in this process already does.
#[must_use]
pub fn start_metrics() -> Option<PrometheusHandle> {
    let handle = with_buckets(PrometheusBuilder::new())?.install_recorder().ok()?;
    describe();
    Some(handle)
}

/// Buckets rather than quantiles: they can be added up over suppliers and over time.
fn with_buckets(builder: PrometheusBuilder) -> Option<PrometheusBuilder> {
    let named = |name: &str| Matcher::Full(name.to_owned());
    let builder = builder.set_buckets_for_metric(named("konter_supplier_seconds"), &SUPPLIER_BUCKETS).ok()?;
    let builder = builder.set_buckets_for_metric(named("konter_answer_seconds"), &ANSWER_BUCKETS).ok()?;
    builder.set_buckets_for_metric(named("konter_order_seconds"), &ORDER_BUCKETS).ok()
}

fn describe() {
    describe_histogram!("konter_answer_seconds", "From taking up a message to the durable answer");
    describe_histogram!("konter_supplier_seconds", "One request to a supplier, by outcome");
    describe_histogram!("konter_order_seconds", "From an order's placing to its end, by supplier and verdict");
    describe_counter!("konter_orders_placed_total", "Orders accepted");
    describe_counter!("konter_orders_final_total", "Orders that became final, by supplier and verdict");
    describe_counter!("konter_callbacks_total", "Callbacks received, by what became of them");
    describe_counter!("konter_telegram_calls_total", "Calls to Telegram, by method and outcome");
    describe_counter!("konter_pin_locks_total", "Resellers locked after wrong PINs");
    describe_counter!("konter_http_refused_total", "Connections turned away because there were too many");
    describe_gauge!("konter_orders_open", "Orders that are not final, by how far they got");
    describe_gauge!(
        "konter_orders_open_older",
        "Orders that are not final and were placed so many seconds ago or more"
    );
    describe_gauge!("konter_oldest_open_order_seconds", "Age of the oldest order that is not final; 0 without one");
    describe_gauge!("konter_held_rupiah", "What open orders hold of the resellers' balances");
    describe_gauge!("konter_resellers_rupiah", "What all resellers together can spend");
    describe_gauge!("konter_supplier_balance_rupiah", "Our deposit with a supplier, as it last said");
    describe_gauge!("konter_inbox_messages", "Messages received and not answered yet");
    describe_gauge!("konter_outbox_messages", "Replies, edits and deletions the chat service has not taken yet");
    describe_gauge!("konter_outbox_set_aside", "Replies that cannot be said and were set aside");
    describe_gauge!("konter_books_sound", "1 when the last audit found the books sound, 0 when it did not");
}
