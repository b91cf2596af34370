//! `konter check --online`: asks what can be asked without buying anything. No secret is part of what is told.

use std::time::{Duration, Instant};

use chrono::Utc;
use futures::future::join_all;

use super::run::bot;
use crate::config::{Settings, SupplierSettings};
use crate::front::telegram::ApiError;
use konter_store::postgres::PostgresStore;
use konter_suppliers::client::{Client, Transport as _, masked};
use konter_suppliers::protocol::Now;

/// Longer than this nobody at a terminal waits.
const PATIENCE: Duration = Duration::from_secs(15);
/// Letters of a supplier's own words.
const SHOWN: usize = 160;

/// One line about each, good or bad.
pub(super) async fn ask(settings: &Settings) -> Vec<Result<String, String>> {
    let suppliers = join_all(settings.suppliers.iter().map(|supplier| balance(supplier, settings)));
    let (database, telegram, suppliers) = tokio::join!(database(settings), telegram(settings), suppliers);
    database.into_iter().chain(telegram).chain(suppliers).collect()
}

async fn database(settings: &Settings) -> Option<Result<String, String>> {
    let answer = PostgresStore::reach(settings.database_url.as_ref()?).await;
    Some(match answer {
        Ok(version) => Ok(format!("DATABASE_URL: the database answers, PostgreSQL {version}")),
        Err(error) => Err(format!("DATABASE_URL: {error}")),
    })
}

async fn telegram(settings: &Settings) -> Option<Result<String, String>> {
    let bot = match bot(settings.telegram.as_ref()?, settings) {
        Ok(bot) => bot,
        Err(failure) => return Some(Err(failure.to_string())),
    };
    Some(match bot.who_am_i(PATIENCE).await {
        Ok(Some(name)) => Ok(format!("TELOXIDE_TOKEN: Telegram knows this bot as @{name}")),
        Ok(None) => Ok("TELOXIDE_TOKEN: Telegram knows this bot".to_owned()),
        Err(ApiError::BadToken(_)) => {
            Err("TELOXIDE_TOKEN: Telegram does not know this token; take the one BotFather shows".to_owned())
        }
        Err(error @ ApiError::Conflict(_)) => {
            Err(format!("TELOXIDE_TOKEN: {error}; stop that one, or give this shop a bot of its own"))
        }
        Err(error) => Err(format!("TELOXIDE_API_URL: {error}")),
    })
}

async fn balance(supplier: &SupplierSettings, settings: &Settings) -> Result<String, String> {
    let (id, utc) = (&supplier.id, Utc::now());
    let now = Now { utc, local: utc.with_timezone(&settings.time_zone).naive_local() };
    if supplier.cutoff.as_ref().is_some_and(|cutoff| cutoff.contains(&now)) {
        return Ok(format!("{id}: is in its daily break, nothing is asked"));
    }
    let Some(question) = supplier.protocol.balance(now.local) else {
        return Ok(format!("{id}: knows no question about our balance, nothing is asked"));
    };
    let wrong = |problem: &str| format!("SUPPLIER_{}_URL: {problem}", id.as_str().to_uppercase());
    let client = Client::new(supplier.url.as_str(), supplier.timeout.min(PATIENCE));
    let client = client.map_err(|error| wrong(&error.without_url().to_string()))?;
    let began = Instant::now();
    let answer = client.send(&question).await.map_err(|error| wrong(&error.to_string()))?;
    if let Some(balance) = supplier.protocol.read_balance(&answer) {
        return Ok(format!("{id}: our balance is {balance} (asked in {} ms)", began.elapsed().as_millis()));
    }
    let text = answer.text();
    let gist = supplier.protocol.gist(&text).unwrap_or_else(|| text.into_owned());
    let said: String = masked(&gist, &supplier.protocol.secrets()).trim().chars().take(SHOWN).collect();
    Err(format!("{id}: answers, and not with a balance: {said}"))
}

/// An error with its causes, without the address.
pub(super) fn causes(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        words.push_str(": ");
        words.push_str(&inner.to_string());
        cause = inner.source();
    }
    words
}
