//! `konter audit`, `konter log`: what a stopped shop has kept.

use std::io::Write as _;

use super::Failure;
use super::copied::Copied;
use super::environment::Environment;
use super::open::{Use, fault, has_shop, open_store};
use crate::config::Settings;
use konter_core::clean::clean;
use konter_store::{Act, Store, audit, is_in_use};

/// Letters of an act that are shown: an announcement's text can be long.
const SHOWN: usize = 300;

/// Audits the store and prints the figures: a data dir's only while its shop is stopped, a database's at any time.
///
/// # Errors
/// [`Failure::Fault`] when there is any difference.
pub async fn audit(environment: &Environment) -> Result<(), Failure> {
    let mut settings = environment.settings_alone()?;
    let _copied = copied(&mut settings)?;
    let advice = "A shop that runs has audited itself at its start (`the books are sound` in its log); to do it by hand, stop it first.";
    let store = kept(&settings, advice).await?;
    let report = audit::audit(&store).await.map_err(fault)?;
    println!("{report}");
    store.close().await.map_err(fault)?;
    if report.is_clean() { Ok(()) } else { Err(Failure::Fault("the books do not add up".to_owned())) }
}

/// Prints what was done by those who work at a stopped shop, newest first, in the shop's time.
///
/// # Errors
/// When the store cannot be opened: while the shop runs, the same is in its chat.
pub async fn log(environment: &Environment, count: usize) -> Result<(), Failure> {
    let mut settings = environment.settings_alone()?;
    let _copied = copied(&mut settings)?;
    let advice = format!("While the shop runs, type /log {count} in its chat, or stop it first.");
    let store = kept(&settings, &advice).await?;
    let acts = store.acts(count).await.map_err(fault)?;
    let line = |act: &Act| {
        let at = act.at.with_timezone(&settings.time_zone).format("%Y-%m-%d %H:%M:%S");
        format!("{at}  {}  {}\n", act.by, clean(&act.what, SHOWN))
    };
    let lines: String = acts.iter().map(line).collect();
    let told = if lines.is_empty() { "nothing has been done yet\n" } else { &lines };
    // A closed pipe is the reader's wish to see no more.
    let _ = std::io::stdout().lock().write_all(told.as_bytes());
    store.close().await.map_err(fault)
}

/// Where the data dir cannot be written, a copy of it is looked at as long as this lives.
fn copied(settings: &mut Settings) -> Result<Option<Copied>, Failure> {
    has_shop(settings)?;
    if settings.database_url.is_some() {
        return Ok(None);
    }
    let copied = Copied::where_needed(&settings.data_dir)?;
    if let Some(copied) = &copied {
        copied.path().clone_into(&mut settings.data_dir);
    }
    Ok(copied)
}

/// The store of a shop that is not running, or a database's. `advice`: what to do where a running shop is in the way.
async fn kept(settings: &Settings, advice: &str) -> Result<Store, Failure> {
    open_store(settings, Use::Looking).await.map_err(|failure| {
        if is_in_use(&settings.data_dir) { Failure::Fault(format!("{failure}\n{advice}")) } else { failure }
    })
}
