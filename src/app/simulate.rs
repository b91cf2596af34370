//! `konter simulate`: the suppliers alone.

use super::Failure;
use super::demo::supplier_ids;
use super::open::fault;
use super::run::Signals;
use crate::config::LogFormat;
use crate::telemetry::{self, LevelFilter};
use konter_simulator::{Kind, LISTED_ENDING, Pace, SimulatorConfig, TABLE};

/// Runs the simulators until interrupted. What they print is a `.env` for `konter run`.
///
/// # Errors
/// When no port can be had.
pub async fn simulate(callbacks: &str) -> Result<(), Failure> {
    telemetry::start_logging(LevelFilter::WARN, LogFormat::Text);
    let mut signals = Signals::listen();
    let mut config = SimulatorConfig::loopback(Pace::Demo);
    config.callback_base = Some(callbacks.trim_end_matches('/').to_owned());
    let simulators = konter_simulator::start(config).await.map_err(fault)?;
    println!("# Settings for `konter run` against these simulators; callbacks go to {callbacks}");
    println!("KONTER_SUPPLIERS={}", supplier_ids());
    for kind in Kind::every() {
        let id = kind.supplier_id().to_uppercase();
        for (suffix, value) in kind.protocol() {
            println!("SUPPLIER_{id}_{suffix}={value}");
        }
        println!("SUPPLIER_{id}_URL={}", simulators.url(kind));
        println!("SUPPLIER_{id}_CALLBACK_IPS=127.0.0.1");
        println!("SUPPLIER_{id}_CUTOFF=none");
        for (suffix, value) in kind.credentials() {
            println!("SUPPLIER_{id}_{suffix}={value}");
        }
    }
    eprintln!("\nThe destination's last digits choose what happens:");
    for row in TABLE {
        let ending = if row.ending.is_empty() { "any other" } else { row.ending };
        eprintln!("  {ending:>9}  {}{}", row.happens, instead(row.instead));
    }
    eprintln!("  {LISTED_ENDING}\nCtrl-C ends.");
    signals.told_to_stop().await;
    simulators.stop().await;
    Ok(())
}

fn instead(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" ({text})") }
}
