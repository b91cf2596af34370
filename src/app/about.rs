//! Which program, with whose settings: the first line of the log, and a part of `/health`.

use std::fmt;

use crate::config::Settings;
use crate::http;

pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

#[derive(Clone, Debug)]
pub(super) struct About {
    of_http: http::About,
    suppliers: String,
}

impl About {
    pub(super) fn of(settings: &Settings) -> Self {
        let data_dir = std::path::absolute(&settings.data_dir).unwrap_or_else(|_| settings.data_dir.clone());
        let names: Vec<_> =
            settings.suppliers.iter().map(|given| format!("{} ({})", given.id, given.kind.name())).collect();
        let of_http = http::About {
            version: VERSION,
            store: if settings.database_url.is_some() { "database" } else { "folder" },
            data_dir: data_dir.display().to_string(),
            time_zone: settings.time_zone.to_string(),
            owners: settings.policy.admins.len(),
        };
        Self { of_http, suppliers: if names.is_empty() { "none".to_owned() } else { names.join(", ") } }
    }

    pub(super) fn log(&self) {
        let http::About { version, store, data_dir, time_zone, owners } = &self.of_http;
        tracing::info!(version, store, data_dir, time_zone, owners, suppliers = self.suppliers, "konter starts");
    }

    pub(super) fn of_http(&self) -> http::About {
        self.of_http.clone()
    }
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let http::About { version, store, data_dir, time_zone, owners } = &self.of_http;
        let store = if *store == "database" { "DATABASE_URL, " } else { "" };
        write!(f, "{version}: in {store}{data_dir}; {time_zone}; owners: {owners}; suppliers: {}", self.suppliers)
    }
}
