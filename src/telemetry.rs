//! Logs and metrics. Logs go to stderr, so that stdout stays what a command was asked for. What each metric means to an
//! operator stands in `docs/metrics.md`.

mod prometheus;

use std::io::IsTerminal as _;
use std::sync::Arc;

pub use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt, registry};

use crate::config::LogFormat;
use prometheus::Described;
pub use prometheus::Figures;

/// Seconds. Suppliers answer within seconds, or not within their minute.
const SUPPLIER_BUCKETS: [f64; 11] = [0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0];
/// Seconds. An answer is a few milliseconds; one that hashes a PIN some tens.
const ANSWER_BUCKETS: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0];
/// Seconds from an order's placing to its end.
const ORDER_BUCKETS: [f64; 10] = [0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3_600.0];

/// Starts logging. `RUST_LOG` decides what is shown; without it, or when it cannot be read, `default` does.
pub fn start_logging(default: LevelFilter, format: LogFormat) {
    let asked = std::env::var("RUST_LOG").ok().filter(|asked| !asked.trim().is_empty());
    let filter: Option<Targets> = asked.and_then(|asked| asked.parse().ok());
    let filter = filter.unwrap_or_else(|| Targets::new().with_default(default));
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).boxed(),
    };
    // Already set when several shops run in one process, as tests do; the first one's choice stands.
    let _ = registry().with(filter).with(lines).try_init();
}

/// Figures that nothing is counted in yet.
#[must_use]
pub fn figures() -> Arc<Figures> {
    Arc::new(Figures::new(described))
}

/// Starts keeping metrics. `None` when something else in this process already does.
#[must_use]
pub fn start_metrics() -> Option<Arc<Figures>> {
    let figures = figures();
    metrics::set_global_recorder(Arc::clone(&figures)).ok()?;
    // Those without labels are there from the start, as nought: an alert can tell nothing from not happening.
    for name in [
        "konter_orders_placed_total",
        "konter_pin_locks_total",
        "konter_http_refused_total",
        "konter_backup_failures_total",
        "konter_database_round_trips_total",
    ] {
        metrics::counter!(name).absolute(0);
    }
    metrics::gauge!("konter_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Some(figures)
}

fn described(name: &str) -> Option<Described> {
    let (.., help) = METRICS.iter().find(|(listed, ..)| *listed == name)?;
    // Buckets rather than quantiles: they can be added up over suppliers and over time.
    let bounds: &[f64] = match name {
        "konter_supplier_seconds" => &SUPPLIER_BUCKETS,
        "konter_answer_seconds" | "konter_h2h_seconds" => &ANSWER_BUCKETS,
        "konter_order_seconds" => &ORDER_BUCKETS,
        _ => &[],
    };
    Some(Described { help, bounds })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// Every metric, in the order of `docs/metrics.md`. A test holds sources, documents and this list to each other.
pub const METRICS: [(&str, Kind, &str); 38] = [
    ("konter_orders_placed_total", Kind::Counter, "Orders accepted"),
    ("konter_orders_final_total", Kind::Counter, "Orders that became final, by supplier and verdict"),
    ("konter_order_seconds", Kind::Histogram, "From an order's placing to its end, by supplier and verdict"),
    ("konter_supplier_seconds", Kind::Histogram, "One request to a supplier, by what it asked and how it ended"),
    ("konter_callbacks_total", Kind::Counter, "Suppliers' reports, by what became of them"),
    ("konter_orders_open", Kind::Gauge, "Orders that are not final, by how far they got"),
    ("konter_orders_open_older", Kind::Gauge, "Orders that are not final, placed so many seconds ago or more"),
    ("konter_oldest_open_order_seconds", Kind::Gauge, "Age of the oldest order that is not final; 0 without one"),
    ("konter_inbox_messages", Kind::Gauge, "Messages received and not answered yet"),
    ("konter_outbox_messages", Kind::Gauge, "Replies, edits and deletions the chat service has not taken yet"),
    ("konter_outbox_set_aside", Kind::Gauge, "Replies that cannot be said and were set aside"),
    ("konter_answer_seconds", Kind::Histogram, "From taking up a message to the durable answer"),
    ("konter_h2h_requests_total", Kind::Counter, "Requests of resellers' programs, by what became of them"),
    ("konter_h2h_seconds", Kind::Histogram, "From taking up a program's request to its line"),
    ("konter_h2h_reports_total", Kind::Counter, "Reports sent to resellers' programs, by what became of them"),
    ("konter_h2h_reports_waiting", Kind::Gauge, "Reports that resellers' programs have not taken yet"),
    ("konter_h2h_oldest_report_seconds", Kind::Gauge, "How long the oldest of these has waited; 0 without one"),
    ("konter_telegram_calls_total", Kind::Counter, "Calls to Telegram, by method and outcome"),
    ("konter_held_rupiah", Kind::Gauge, "What open orders hold of the resellers' balances"),
    ("konter_resellers_rupiah", Kind::Gauge, "What all resellers together can spend"),
    ("konter_supplier_balance_rupiah", Kind::Gauge, "Our deposit with a supplier, as it last said"),
    ("konter_supplier_low_balance_rupiah", Kind::Gauge, "Below this our deposit with a supplier is low, as set"),
    ("konter_supplier_breaker", Kind::Gauge, "1 for the state a supplier's breaker is in, 0 for the others"),
    ("konter_supplier_breaker_opened_total", Kind::Counter, "How often nothing was sent to a supplier any more"),
    ("konter_supplier_paused", Kind::Gauge, "1 while an admin has stopped a supplier"),
    ("konter_supplier_requests_under_way", Kind::Gauge, "Requests to a supplier that are not answered yet"),
    ("konter_supplier_orders_waiting", Kind::Gauge, "Orders that wait for the end of a supplier's break"),
    ("konter_backup_last_timestamp_seconds", Kind::Gauge, "When the last good automatic backup was made"),
    ("konter_backup_bytes", Kind::Gauge, "The size of the last good automatic backup, with all its parts"),
    ("konter_backup_failures_total", Kind::Counter, "Automatic backups that failed"),
    ("konter_closed_days_damaged", Kind::Gauge, "Closed days whose files are damaged, and in no backup"),
    ("konter_books_sound", Kind::Gauge, "1 when the last audit found the books sound, 0 when it did not"),
    ("konter_pin_locks_total", Kind::Counter, "Resellers locked after wrong PINs"),
    ("konter_build_info", Kind::Gauge, "1, with the program's version"),
    ("konter_processes", Kind::Gauge, "Processes that run the shop together, as this one knows"),
    ("konter_work_parts", Kind::Gauge, "Parts of the work that this process holds, of 64"),
    ("konter_http_refused_total", Kind::Counter, "Connections turned away because there were too many"),
    (
        "konter_database_round_trips_total",
        Kind::Counter,
        "Waits for an answer of PostgreSQL; what is sent together counts once",
    ),
];
