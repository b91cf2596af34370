//! `konter audit`: the books proven from the journal alone.

use super::Failure;
use super::check::settings_or_failure;
use super::open::{Use, fault, open_store};
use crate::store::audit;

/// Audits the store and prints the figures: a data dir's only while its shop is stopped, a database's at any time.
///
/// # Errors
/// [`Failure::Fault`] when there is any difference.
pub async fn audit() -> Result<(), Failure> {
    let settings = settings_or_failure()?;
    if settings.database_url.is_none() && !settings.data_dir.exists() {
        let dir = settings.data_dir.display();
        return Err(Failure::Wrong(format!("KONTER_DATA_DIR: there is no shop in {dir}")));
    }
    let store = open_store(&settings, Use::BesideOthers).await?;
    let report = audit::audit(store.as_ref()).await.map_err(fault)?;
    println!("{report}");
    store.close().await.map_err(fault)?;
    if report.is_clean() { Ok(()) } else { Err(Failure::Fault("the books do not add up".to_owned())) }
}
