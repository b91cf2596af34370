//! Carries callbacks to the shop.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use reqwest::{Client, Url};
use tokio::sync::Semaphore;

use super::turn::Report;
use super::{Kind, Pace};

/// A shop that is restarting gets its callbacks a little later; one that is gone does not keep tasks alive for ever.
const TRIES: u32 = 5;
/// How long the shop may take to answer a callback.
const PATIENCE: Duration = Duration::from_secs(5);
/// Callbacks under way at once: a benchmark must not run out of sockets.
const AT_ONCE: usize = 128;

#[derive(Clone)]
pub(super) struct Courier {
    client: Client,
    base: Arc<RwLock<Option<String>>>,
    secret: Option<Arc<str>>,
    pace: Pace,
    hands: Arc<Semaphore>,
}

impl Courier {
    pub fn new(base: Arc<RwLock<Option<String>>>, secret: Option<String>, pace: Pace) -> io::Result<Self> {
        let client = Client::builder().no_proxy().timeout(PATIENCE).build().map_err(io::Error::other)?;
        Ok(Self { client, base, secret: secret.map(Arc::from), pace, hands: Arc::new(Semaphore::new(AT_ONCE)) })
    }

    /// Sends until the shop takes it or the tries are used up. Without a shop to call, does nothing.
    pub async fn deliver(&self, kind: Kind, report: &Report) {
        for attempt in 0..TRIES {
            if attempt > 0 {
                tokio::time::sleep(self.pace.retry_delay()).await;
            }
            // Looked up each time: the shop may come back at another address.
            let Some(address) = self.address(kind, report) else { return };
            if self.attempt(address, report).await {
                return;
            }
        }
    }

    async fn attempt(&self, address: Url, report: &Report) -> bool {
        let Ok(_hand) = self.hands.acquire().await else { return false };
        let request = match &report.body {
            Some((media, body)) => self.client.post(address).header("content-type", *media).body(body.clone()),
            None => self.client.get(address),
        };
        let request = match &report.header {
            Some((name, value)) => request.header(*name, value),
            None => request,
        };
        request.send().await.is_ok_and(|answer| answer.status().is_success())
    }

    fn address(&self, kind: Kind, report: &Report) -> Option<Url> {
        let base = self.base.read();
        let base = base.as_deref()?.trim_end_matches('/');
        let secret = self.secret.as_deref().map(|secret| format!("/{secret}")).unwrap_or_default();
        let mut address = Url::parse(&format!("{base}/callback/{}{secret}", kind.supplier_id())).ok()?;
        if !report.query.is_empty() {
            address.set_query(Some(&report.query));
        }
        Some(address)
    }
}
