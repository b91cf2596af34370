//! Suppliers' price lists: asked for, held against the catalog, and offered to the owners or taken over. The row of each
//! supplier's list carries it all: when it was asked for, so that no two processes ask, and what was offered of it, so that
//! a button means what was shown, after a restart too.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

use super::alerts::Alerts;
use super::answer::price_list_card;
use super::apply_event::TRIES;
use super::outbox::{Outbox, say};
use super::process::Process;
use super::requests::Requests;
use super::stock::Stock;
use super::suppliers::{Supplier, Suppliers};
use crate::config::PriceLists;
use konter_command::powers;
use konter_core::agent::Locale;
use konter_core::catalog::{Catalog, Product};
use konter_core::ids::{ChatId, ProductCode, SupplierId};
use konter_core::price_list::{Changes, Known, List, ListFault, Offer, OfferState, PriceListRow, compare};
use konter_reply::{Reply, RoutingReply, SteerProblem};
use konter_store::{Commit, Say, StoreError, Versioned};
use konter_suppliers::Response;

/// Time between looks at whether one is due.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Between two lists of a supplier, where it does not want more: owners who apply them are not to be told every hour.
const ASKED_EVERY: TimeDelta = TimeDelta::hours(3);
const APPLIED_EVERY: TimeDelta = TimeDelta::hours(1);
/// On top, so that not every shop asks at the same moment; seconds.
const MOST_JITTER: u64 = 600;
/// How long a list may take: meanwhile it has a place among the supplier's requests, which orders wait for.
const LIST_PATIENCE: Duration = Duration::from_secs(30);

/// What came of looking at a list: what is stored, and what the owners, or only whoever asked, are told.
struct Seen {
    row: PriceListRow,
    products: Vec<(Product, Product)>,
    told: Vec<RoutingReply>,
    asked: Option<RoutingReply>,
}

impl Seen {
    const fn quiet(row: PriceListRow, asked: Option<RoutingReply>) -> Self {
        Self { row, products: Vec::new(), told: Vec::new(), asked }
    }
}

/// What came of asking.
enum Asked {
    /// `None`: what was answered is no list.
    Answered(Option<List>),
    Unreachable,
    /// It was asked for too short a time ago.
    Rests(DateTime<Utc>),
    /// There is nothing to be told.
    Nothing,
}

/// Asks for suppliers' price lists, and sees to what they change.
pub(super) struct PriceListWatch {
    pub process: Process,
    pub suppliers: Arc<Suppliers>,
    pub requests: Arc<Requests>,
    pub stock: Arc<Stock>,
    pub alerts: Arc<Alerts>,
    pub outbox: Outbox,
    /// What is done with them.
    pub mode: PriceLists,
    pub locale: Locale,
    /// Lists that are being asked for, with the chats that wait for them.
    pub waiting: Mutex<BTreeMap<SupplierId, Vec<ChatId>>>,
}

impl PriceListWatch {
    /// Asks for each supplier's price list when it is time, until the shop stops.
    pub async fn run(self: Arc<Self>) {
        let mut clock_set = self.process.clock_set();
        let now = self.process.clock.now().local;
        let has_list = |supplier: &&Supplier| supplier.protocol.prices(now).is_some();
        let listed: Vec<SupplierId> = self.suppliers.iter().filter(has_list).map(|s| s.id.clone()).collect();
        let usually = match self.mode {
            PriceLists::Off => return,
            PriceLists::Ask => ASKED_EVERY,
            PriceLists::Auto => APPLIED_EVERY,
        };
        while !listed.is_empty() {
            for id in listed.iter().filter(|_| self.process.share.leads()) {
                if let Err(error) = self.look_at_price_list(id, usually).await {
                    tracing::error!(supplier = %id, %error, "its price list could not be looked at; trying again");
                }
            }
            if !self.process.pause(LOOK_EVERY, &mut clock_set).await {
                return;
            }
        }
    }

    async fn look_at_price_list(self: &Arc<Self>, id: &SupplierId, usually: TimeDelta) -> Result<(), StoreError> {
        let Some(supplier) = self.suppliers.get(id) else { return Ok(()) };
        let row = self.process.store.price_list(id).await?.unwrap_or_else(|| PriceListRow::of(id.clone()));
        let every = usually.max(supplier.protocol.prices_every()) + jitter(&row);
        let now = self.process.clock.now();
        if row.rests_until(every, now.utc).is_some() || supplier.in_cutoff(&now) || self.process.stop.is_cancelled() {
            return Ok(());
        }
        self.pull_price_list(id, None).await
    }

    /// Asks for a list because somebody wants it; what comes of it is told there.
    pub fn spawn(self: &Arc<Self>, id: SupplierId, asker: ChatId) {
        let watch = Arc::clone(self);
        self.process.tasks.spawn(async move {
            if let Err(error) = watch.pull_price_list(&id, Some(&asker)).await {
                tracing::error!(supplier = %id, %error, "its price list could not be asked for");
            }
        });
    }

    /// Asks for a supplier's list unless that was done too short a time ago, and sees to what it changes. Whoever wants it
    /// while it is being asked for is told with the others.
    async fn pull_price_list(self: &Arc<Self>, id: &SupplierId, asker: Option<&ChatId>) -> Result<(), StoreError> {
        let is_under_way = {
            let mut waiting = self.waiting.lock();
            let is_under_way = waiting.contains_key(id);
            waiting.entry(id.clone()).or_default().extend(asker.cloned());
            is_under_way
        };
        if is_under_way {
            return Ok(());
        }
        let came = self.ask(id).await;
        let askers = self.waiting.lock().remove(id).unwrap_or_default();
        match came? {
            Asked::Nothing => Ok(()),
            Asked::Answered(list) => self.see_to_price_list(id, list.as_ref(), &askers).await,
            Asked::Unreachable => self.tell(&askers, RoutingReply::PriceListUnreachable { supplier: id.clone() }).await,
            Asked::Rests(until) => {
                let problem = SteerProblem::PriceListTooSoon { supplier: id.clone(), until };
                self.tell(&askers, RoutingReply::SteerRefused { problem }).await
            }
        }
    }

    async fn ask(self: &Arc<Self>, id: &SupplierId) -> Result<Asked, StoreError> {
        let Some(supplier) = self.suppliers.get(id) else { return Ok(Asked::Nothing) };
        let turn = self.requests.turn(supplier).await;
        let now = self.process.clock.now();
        let Some(request) = supplier.protocol.prices(now.local) else { return Ok(Asked::Nothing) };
        let stored = self.process.store.price_list(id).await?;
        let expected = stored.as_ref().map(|row| row.version);
        let row = stored.unwrap_or_else(|| PriceListRow::of(id.clone()));
        let every = supplier.protocol.prices_every();
        if let Some(until) = row.rests_until(every, now.utc) {
            return Ok(Asked::Rests(until));
        }
        // Before it leaves: of two processes only one asks.
        let asking = PriceListRow { asked_at: Some(now.utc), ..row.next() };
        let mut commit = Commit::new(now.utc);
        commit.routing.price_lists.push(Versioned { expected, row: asking });
        if !self.commit_price_list(commit).await? {
            return Ok(Asked::Rests(now.utc + every));
        }
        let sent = supplier.send(&turn, &request, "prices", now.utc);
        let answer = tokio::time::timeout(LIST_PATIENCE, self.process.stop.run_until_cancelled(sent)).await;
        drop(turn);
        Ok(match answer {
            Ok(None) => Asked::Nothing,
            Ok(Some(Ok(response))) => Asked::Answered(self.read_price_list(id, response).await),
            failed => {
                if let Ok(Some(Err(error))) = failed {
                    tracing::warn!(supplier = %id, %error, "its price list could not be had");
                }
                Asked::Unreachable
            }
        })
    }

    /// Reading some megabytes takes a while: orders are not to wait for it.
    async fn read_price_list(self: &Arc<Self>, id: &SupplierId, response: Response) -> Option<List> {
        let (suppliers, id) = (Arc::clone(&self.suppliers), id.clone());
        let read = move || suppliers.get(&id)?.protocol.read_prices(&response).map(List::new);
        tokio::task::spawn_blocking(read).await.ok().flatten()
    }

    async fn see_to_price_list(
        &self,
        id: &SupplierId,
        list: Option<&List>,
        askers: &[ChatId],
    ) -> Result<(), StoreError> {
        for _ in 0..TRIES {
            let stored = self.process.store.price_list(id).await?.unwrap_or_else(|| PriceListRow::of(id.clone()));
            let margins = self.process.store.margins().await?;
            let catalog = self.stock.catalog();
            let mut known = stored.clone();
            known.forget_opened(&catalog);
            let changes = match list {
                Some(list) => compare(list, &Known { catalog: &catalog, row: &known, margins: &margins }),
                None => Err(ListFault::Unreadable),
            };
            let seen = match changes {
                Ok(changes) => self.offer_of(&known, changes, list.map_or(0, List::count), &catalog),
                Err(fault) => refused(&known, fault),
            };
            if self.store_seen(stored.version, seen, askers).await? {
                return Ok(());
            }
        }
        Err(StoreError::Unavailable(format!("the price list of {id} kept being overtaken")))
    }

    /// What is made of a list that can be believed: where that is allowed, what is sound of it is taken over at once.
    fn offer_of(&self, row: &PriceListRow, changes: Changes, count: usize, catalog: &Catalog) -> Seen {
        let (number, at) = (row.version.saturating_mul(2), self.process.clock.utc());
        let Changes { moves, prices, lost, unknown, closes_most } = changes;
        let offer = Offer { number, at, moves, prices, lost, unknown, state: OfferState::Waiting };
        let next = PriceListRow { count, fault: None, ..row.next() };
        let is_auto = self.mode == PriceLists::Auto;
        if is_auto && !closes_most {
            let left: BTreeSet<&ProductCode> = row.undecided().into_iter().chain(offer.odd()).collect();
            let sound = Offer { number: number.saturating_add(1), ..offer.part(|product| !left.contains(product)) };
            let taken = next.take(&sound, catalog, OfferState::Applied { by: None, at });
            if let Some(taken) = taken.filter(|_| !sound.changes_nothing()) {
                let told = taken.row.applied.as_ref().map(|applied| offered(row, applied, catalog, false));
                // One write is one version.
                let next = PriceListRow { version: next.version, ..taken.row };
                let rest = Offer { lost: offer.lost.clone(), unknown, ..offer.part(|product| left.contains(product)) };
                let mut seen = leave(row, next, rest, catalog, is_auto);
                seen.products = taken.products;
                seen.told.splice(0..0, told);
                return seen;
            }
        }
        leave(row, next, offer, catalog, is_auto)
    }

    /// `false`: something has changed meanwhile.
    async fn store_seen(&self, version: u32, seen: Seen, askers: &[ChatId]) -> Result<bool, StoreError> {
        let mut commit = Commit::new(self.process.clock.utc());
        commit.routing.price_lists.push(Versioned { expected: Some(version).filter(|v| *v > 0), row: seen.row });
        (commit.replaces, commit.products) = seen.products.into_iter().unzip();
        let is_told = !seen.told.is_empty();
        for reply in seen.told {
            commit.outgoing.extend(self.alerts.to_staff(powers::PRICE_LISTS, &Reply::Routing(Box::new(reply))));
        }
        if let Some(reply) = seen.asked.filter(|_| !is_told) {
            commit.outgoing.extend(self.says_to(askers, reply));
        }
        self.commit_price_list(commit).await
    }

    async fn tell(&self, askers: &[ChatId], reply: RoutingReply) -> Result<(), StoreError> {
        if askers.is_empty() {
            return Ok(());
        }
        let mut commit = Commit::new(self.process.clock.utc());
        commit.outgoing = self.says_to(askers, reply).collect();
        self.commit_price_list(commit).await.map(drop)
    }

    fn says_to(&self, askers: &[ChatId], reply: RoutingReply) -> impl Iterator<Item = Say> {
        let (reply, locale) = (Reply::Routing(Box::new(reply)), self.locale);
        askers.iter().map(move |chat| say(chat, locale, reply.clone()))
    }

    /// `false`: somebody else was faster.
    async fn commit_price_list(&self, commit: Commit) -> Result<bool, StoreError> {
        let products = commit.products.clone();
        let rows: Vec<PriceListRow> = commit.routing.price_lists.iter().map(|row| row.row.clone()).collect();
        // One change of products after the other, so that the catalog in memory is never an older one.
        let change = if products.is_empty() { None } else { Some((self.stock.change().await, products)) };
        let is_done = self.outbox.say_unless_changed(commit).await?;
        match change {
            Some((change, products)) if is_done => change.take(products),
            Some((change, _)) => change.reload().await?,
            None => {}
        }
        if is_done {
            self.suppliers.learn_breaks(&rows);
        }
        Ok(is_done)
    }
}
/// Leaves an offer to the owners, who are told of it once. `next` is the row as it is stored otherwise.
fn leave(row: &PriceListRow, mut next: PriceListRow, offer: Offer, catalog: &Catalog, held: bool) -> Seen {
    let number = offer.number;
    if offer.changes_nothing() && offer.lost.iter().all(|code| row.is_known_to_lack(code)) {
        let (supplier, count, unknown) = (row.supplier.clone(), next.count, offer.unknown);
        // What was waiting has come to nothing, and its buttons with it.
        next.offer = Some(offer).filter(|offer| !offer.lost.is_empty());
        return Seen::quiet(next, Some(RoutingReply::PriceListSame { supplier, count, unknown }));
    }
    if row.has_told(&offer) {
        let number = row.offer.as_ref().filter(|last| last.says_as(&offer)).map_or(number, |last| last.number);
        let again = Offer { number, ..offer };
        let asked = offered(row, &again, catalog, held);
        next.offer = Some(again);
        return Seen::quiet(next, Some(asked));
    }
    let told = vec![offered(row, &offer, catalog, held)];
    next.offer = Some(offer);
    Seen { row: next, products: Vec::new(), told, asked: None }
}

fn offered(row: &PriceListRow, offer: &Offer, catalog: &Catalog, held: bool) -> RoutingReply {
    RoutingReply::PriceList(Box::new(price_list_card(&row.supplier, offer, catalog, held, None)))
}

/// A list that is not used. The owners are told once of each kind; a list that has shrunk is believed the next time.
fn refused(row: &PriceListRow, fault: ListFault) -> Seen {
    let is_same = |known: ListFault| std::mem::discriminant(&known) == std::mem::discriminant(&fault);
    let told = RoutingReply::PriceListFault { supplier: row.supplier.clone(), fault };
    let mut next = PriceListRow { fault: Some(fault), ..row.next() };
    if let ListFault::Shrunk { now, .. } = fault {
        next.count = now;
    }
    if row.fault.is_some_and(is_same) {
        Seen::quiet(next, Some(told))
    } else {
        Seen { row: next, products: Vec::new(), told: vec![told], asked: None }
    }
}

/// The same for one list, another for the next.
fn jitter(row: &PriceListRow) -> TimeDelta {
    let mut hasher = DefaultHasher::new();
    (row.supplier.as_str(), row.asked_at).hash(&mut hasher);
    TimeDelta::seconds(i64::try_from(hasher.finish() % MOST_JITTER).unwrap_or_default())
}
