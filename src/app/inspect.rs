//! `konter audit`: the books proven from the journal alone.

use super::Failure;
use super::check::settings_or_failure;
use super::open::{NO_DATABASE, fault, open_store};
use crate::store::audit;

/// Audits the store of a stopped shop and prints the figures.
///
/// # Errors
/// [`Failure::Fault`] when there is any difference.
pub async fn audit() -> Result<(), Failure> {
    let settings = settings_or_failure()?;
    if settings.database_url.is_some() {
        return Err(Failure::Wrong(NO_DATABASE.to_owned()));
    }
    if !settings.data_dir.exists() {
        let dir = settings.data_dir.display();
        return Err(Failure::Wrong(format!("KONTER_DATA_DIR: there is no shop in {dir}")));
    }
    let store = open_store(&settings).await?;
    let report = audit::audit(store.as_ref()).await.map_err(fault)?;
    println!("{report}");
    store.close().await.map_err(fault)?;
    if report.is_clean() { Ok(()) } else { Err(Failure::Fault("the books do not add up".to_owned())) }
}
