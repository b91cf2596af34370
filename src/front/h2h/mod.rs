//! Reports to resellers' programs: how orders end goes to the address its reseller has set, `?refid=&message=`, until it
//! is taken.
//!
//! A report waits in the outbox like any reply, so a stop loses none; what is taken again is the same line again. While an
//! address does not answer, it is asked less and less often, and after a day a report is given up: the program can ask.
//! Where none is set, there is nothing to say. The address is a stranger's choice, so what its name stands for is judged
//! when it is looked up, and only that is connected to (`resolver`); nothing is followed, and no answer is read.

mod resolver;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt as _;
use parking_lot::Mutex;
use reqwest::Url;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock::ShopClock;
use crate::shop::h2h::target::target;
use crate::shop::h2h::text;
use konter_core::ids::ChatId;
use konter_core::order::view;
use konter_store::{Commit, CommitError, Leases, Outgoing, Store, StoreError};
use resolver::Resolver;

/// Rows looked at together.
const WINDOW: usize = 64;
/// Reports under way to one address.
const AT_ONCE: usize = 8;
/// Given up after this long: the order is told to whoever asks all the same.
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::hours(24);
const CONNECT: Duration = Duration::from_secs(5);

/// How long things take.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// One report, from looking the name up to the head of the answer.
    pub report: Duration,
    /// Until a report is tried again; doubled up to `longest`.
    pub first: Duration,
    pub longest: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { report: seconds(10), first: seconds(3), longest: seconds(15 * 60) }
    }
}

impl Timing {
    fn pause(&self, tries: u32) -> Duration {
        (self.first * 2_u32.saturating_pow(tries.saturating_sub(1).min(20))).min(self.longest)
    }
}

/// Carries reports out.
pub struct Reporter {
    store: Store,
    clock: ShopClock,
    share: Arc<Leases>,
    http: reqwest::Client,
    private: bool,
    timing: Timing,
    /// Who is at work for a program, each woken when something new waits.
    woken: Mutex<HashMap<ChatId, Arc<Notify>>>,
}

/// One report.
struct Report {
    seq: u64,
    reference: String,
    url: Url,
}

/// What became of one.
enum Fate {
    Taken,
    Refused(String),
}

/// How often a row was tried, and when it is tried again.
#[derive(Clone, Copy)]
struct Tried {
    times: u32,
    again: Instant,
}

impl Reporter {
    /// `private`: whether reports may go into the shop's own network.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn new(store: Store, clock: ShopClock, private: bool, timing: Timing) -> Result<Arc<Self>, reqwest::Error> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(Resolver { private }))
            .connect_timeout(CONNECT)
            .timeout(timing.report)
            .http1_only()
            .retry(reqwest::retry::never())
            .user_agent(concat!("konter/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let share = store.share();
        Ok(Arc::new(Self { store, clock, share, http, private, timing, woken: Mutex::default() }))
    }

    /// Something may wait for a chat.
    pub fn notify(&self, chat: &ChatId) {
        if chat.program_of().is_some() {
            self.woken.lock().entry(chat.clone()).or_default().notify_one();
        }
    }

    /// Carries out what waits, and what comes, until it is stopped.
    pub async fn run(
        self: Arc<Self>,
        mut waiting: tokio::sync::mpsc::UnboundedReceiver<ChatId>,
        stop: CancellationToken,
    ) {
        let mut workers = JoinSet::new();
        let mut known = HashSet::new();
        let mut chats = self.store.waiting_chats().await.unwrap_or_else(|error| {
            tracing::error!(%error, "reports that wait cannot be read; they go with the next one of their program");
            Vec::new()
        });
        loop {
            for chat in chats.drain(..).filter(|chat| chat.program_of().is_some()) {
                self.notify(&chat);
                if known.insert(chat.clone()) {
                    workers.spawn(Arc::clone(&self).work(chat, stop.clone()));
                }
            }
            match stop.run_until_cancelled(waiting.recv()).await {
                Some(Some(chat)) => chats.push(chat),
                Some(None) | None => break,
            }
        }
        stop.cancelled().await;
        while workers.join_next().await.is_some() {}
    }

    /// One program's reports, for as long as the shop runs.
    async fn work(self: Arc<Self>, chat: ChatId, stop: CancellationToken) {
        let woken = Arc::clone(self.woken.lock().entry(chat.clone()).or_default());
        let mut tried = HashMap::new();
        loop {
            // A report that a stop cuts short is sent again at the next start.
            let Some(round) = stop.run_until_cancelled(self.round(&chat, &mut tried)).await else { return };
            let pause = match round {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::error!(%chat, %error, "reports cannot be read or noted; trying again");
                    Some(self.timing.longest.min(Duration::from_secs(30)))
                }
            };
            let wait = async {
                match pause {
                    Some(pause) => drop(tokio::time::timeout(pause, woken.notified()).await),
                    None => woken.notified().await,
                }
            };
            if stop.run_until_cancelled(wait).await.is_none() {
                return;
            }
        }
    }

    /// Tries what is due; how long to wait for what is not, `None` when nothing waits.
    async fn round(&self, chat: &ChatId, tried: &mut HashMap<u64, Tried>) -> Result<Option<Duration>, StoreError> {
        if !self.share.holds(chat) {
            tried.clear();
            return Ok(None);
        }
        let rows = self.store.outbox(chat, WINDOW).await?;
        tried.retain(|seq, _| rows.iter().any(|row| row.seq == *seq));
        if rows.is_empty() {
            return Ok(None);
        }
        let address = self.address(chat).await?;
        let now = Instant::now();
        let mut done: Vec<(&Outgoing, bool)> = Vec::new();
        let mut due: Vec<Report> = Vec::new();
        // Of one order the words go in their order.
        let mut taken: HashSet<String> = HashSet::new();
        for row in &rows {
            let Some((reference, url)) = report_of(row, address.as_ref()) else {
                done.push((row, false));
                continue;
            };
            if self.is_overtaken(row).await? {
                done.push((row, false));
                continue;
            }
            if is_too_old(row.at, self.clock.utc()) {
                tracing::warn!(%chat, reference, "a report was never taken and is given up");
                count("given_up");
                done.push((row, false));
            } else if taken.insert(reference.clone()) && tried.get(&row.seq).is_none_or(|tried| tried.again <= now) {
                due.push(Report { seq: row.seq, reference, url });
            }
        }
        for (seq, fate) in self.send(chat, due).await {
            match fate {
                Fate::Taken => done.extend(rows.iter().find(|row| row.seq == seq).map(|row| (row, true))),
                Fate::Refused(_) => {
                    let times = tried.get(&seq).map_or(0, |tried| tried.times).saturating_add(1);
                    tried.insert(seq, Tried { times, again: Instant::now() + self.timing.pause(times) });
                }
            }
        }
        let went_on = !done.is_empty();
        self.take_out(&done).await?;
        if went_on {
            // More may wait behind.
            return Ok(Some(Duration::ZERO));
        }
        let next = tried.values().map(|tried| tried.again).min();
        Ok(Some(next.map_or(self.timing.first, |next| next.saturating_duration_since(Instant::now()))))
    }

    /// Whether an order stands otherwise by now. The program may have asked since; an older word that comes after a newer
    /// one would be believed, and the newer one that follows would be no news to it.
    async fn is_overtaken(&self, row: &Outgoing) -> Result<bool, StoreError> {
        let Some(told) = text::line_of(row) else { return Ok(false) };
        let now = self.store.order(told.order).await?;
        Ok(now.is_some_and(|order| view::line(&order).verdict != told.verdict))
    }

    /// Where a program is told, if anywhere it may be.
    async fn address(&self, chat: &ChatId) -> Result<Option<Url>, StoreError> {
        let Some(agent) = chat.program_of() else { return Ok(None) };
        let report = self.store.preferences(agent).await?.api.report;
        // What is allowed may have changed since it was set.
        Ok(report.and_then(|text| target(&text, self.private).ok()))
    }

    /// Sends reports, a few at a time. An address that takes none of the first ones is left in peace with the others.
    async fn send(&self, chat: &ChatId, due: Vec<Report>) -> Vec<(u64, Fate)> {
        let mut fates = Vec::with_capacity(due.len());
        let mut due = due.into_iter().peekable();
        while due.peek().is_some() {
            let some: Vec<Report> = due.by_ref().take(AT_ONCE).collect();
            let sent = futures::stream::iter(some).map(|report| self.tell(chat, report)).buffer_unordered(AT_ONCE);
            let sent: Vec<_> = sent.collect().await;
            let is_deaf = sent.iter().all(|(_, fate)| matches!(fate, Fate::Refused(_)));
            fates.extend(sent);
            if is_deaf {
                fates.extend(due.by_ref().map(|report| (report.seq, Fate::Refused(String::new()))));
            }
        }
        fates
    }

    async fn tell(&self, chat: &ChatId, report: Report) -> (u64, Fate) {
        // The answer's body is nobody's business: dropping it ends the connection.
        let fate = match self.http.get(report.url).send().await {
            Ok(answer) if answer.status().is_success() => {
                count("taken");
                Fate::Taken
            }
            Ok(answer) => Fate::Refused(answer.status().to_string()),
            Err(error) => Fate::Refused(error.without_url().to_string()),
        };
        if let Fate::Refused(why) = &fate {
            count("not_taken");
            tracing::info!(%chat, reference = report.reference, why, "a report was not taken; it is tried again");
        }
        (report.seq, fate)
    }

    async fn take_out(&self, done: &[(&Outgoing, bool)]) -> Result<(), StoreError> {
        if done.is_empty() {
            return Ok(());
        }
        let mut commit = Commit::new(self.clock.utc());
        for (row, reached) in done {
            commit.take_out(row, *reached);
        }
        match self.store.commit(commit).await {
            Ok(_) => Ok(()),
            Err(CommitError::Store(error)) => Err(error),
            Err(other) => Err(StoreError::Unavailable(other.to_string())),
        }
    }
}

fn count(fate: &'static str) {
    metrics::counter!("konter_h2h_reports_total", "fate" => fate).increment(1);
}

fn is_too_old(at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - at > GIVEN_UP_AFTER
}

/// A row as it is sent; `None` for what is no report, or has nowhere to go.
fn report_of(row: &Outgoing, address: Option<&Url>) -> Option<(String, Url)> {
    let (reference, message) = text::report(row)?;
    let mut url = address?.clone();
    let before = url.query().map(|query| format!("{query}&")).unwrap_or_default();
    url.set_query(Some(&format!("{before}refid={}&message={}", encoded(&reference), encoded(&message))));
    url.set_fragment(None);
    Some((reference, url))
}

/// Blanks as `%20`: not every receiver takes a `+` for one.
fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_into_an_address_stays_what_it_was() {
        assert_eq!(
            encoded("R#a S10.0812 SUKSES. SN: 1/2&x=1+é"),
            "R%23a%20S10.0812%20SUKSES.%20SN%3A%201%2F2%26x%3D1%2B%C3%A9"
        );
    }

    #[test]
    fn pauses_grow_and_end() {
        let timing = Timing::default();
        let seconds: Vec<u64> = (1..=10).map(|tries| timing.pause(tries).as_secs()).collect();
        assert_eq!(seconds, [3, 6, 12, 24, 48, 96, 192, 384, 768, 900]);
        assert_eq!(timing.pause(u32::MAX), timing.longest);
    }
}
