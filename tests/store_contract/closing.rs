//! A store in a folder whose days are closed all the time: after each commit, whatever is settled leaves for a file of its
//! own. Nothing that is read may tell the difference.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use konter_store::sled_store::{SledOptions, SledStore};
use konter_store::{Commit, CommitError, Committed, Found, Read, Sequence, Snapshot, Store, StoreError};

use super::engines::Engine;

/// A folder's engine that closes a day after each commit.
struct Closes {
    inner: SledStore,
    /// Days closed so far, or tried.
    days: Arc<AtomicI64>,
}

impl konter_store::Engine for Closes {
    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, CommitError>> {
        async {
            let committed = self.inner.commit(commit).await;
            let (day, ends) = next_day(&self.days);
            self.inner.close_day(day, ends, ends).await?;
            committed
        }
        .boxed()
    }

    fn read(&self, read: Read) -> BoxFuture<'_, Result<Found, StoreError>> {
        self.inner.read(read)
    }

    fn next(&self, sequence: Sequence, above: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.inner.next(sequence, above)
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        self.inner.snapshot()
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.inner.close()
    }
}

/// The next day, which ends after everything there is.
fn next_day(days: &AtomicI64) -> (NaiveDate, DateTime<Utc>) {
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    (first + TimeDelta::days(days.fetch_add(1, Ordering::SeqCst)), DateTime::<Utc>::MAX_UTC)
}

pub struct Closing {
    store: Option<Store>,
    folder: tempfile::TempDir,
    days: Arc<AtomicI64>,
}

impl Closing {
    fn open(folder: &Path, days: &Arc<AtomicI64>) -> Store {
        let inner = SledStore::open(folder, SledOptions::default()).unwrap();
        Store::new(Closes { inner, days: Arc::clone(days) })
    }
}

impl Engine for Closing {
    fn new() -> Self {
        let (folder, days) = (tempfile::tempdir().unwrap(), Arc::default());
        Self { store: Some(Self::open(folder.path(), &days)), folder, days }
    }

    fn store(&self) -> Store {
        self.store.clone().unwrap()
    }

    fn reopen(mut self) -> Self {
        drop(self.store.take());
        self.store = Some(Self::open(self.folder.path(), &self.days));
        self
    }
}

#[tokio::test]
async fn a_year_of_days_is_closed_one_by_one_and_the_books_stay_right() {
    use crate::store_contract::random::{everything, trade};
    use konter_store::audit::audit;

    let mut engine = Closing::new();
    trade(&engine.store(), 300).await;
    let before = everything(&engine.store()).await;
    let files = std::fs::read_dir(engine.folder.path().join("days")).unwrap().count();
    assert!(files > 50, "{files} days");
    engine = engine.reopen();
    let store = engine.store();
    assert_eq!(everything(&store).await, before);
    let report = audit(&store).await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    // A full copy has every row once, in order.
    let mut snapshot = store.snapshot().await.unwrap();
    let (mut rows, mut last) = (0, Vec::new());
    loop {
        let page = snapshot.next_page().unwrap();
        let Some((key, _)) = page.last().cloned() else { break };
        assert!(page.iter().all(|(key, _)| *key > last) && page.is_sorted_by(|(a, _), (b, _)| a < b));
        (rows, last) = (rows + page.len(), key);
    }
    assert!(rows > 300, "{rows} rows");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_in_the_middle_of_closing_loses_nothing_and_the_next_time_goes_on() {
    use crate::store_contract::random::{everything, trade};
    use std::time::Duration;

    let folder = tempfile::tempdir().unwrap();
    let open = || Store::new(SledStore::open(folder.path(), SledOptions::default()).unwrap());
    let days = AtomicI64::default();
    trade(&open(), 200).await;
    let before = everything(&open()).await;
    for cut in 0..12 {
        let store = open();
        let (day, ends) = next_day(&days);
        // Whatever has been done by then stays done.
        let _ = tokio::time::timeout(Duration::from_micros(cut * cut * 400), store.close_day(day, ends, ends)).await;
        assert_eq!(everything(&store).await, before, "cut {cut}");
        drop(store);
        assert_eq!(everything(&open()).await, before, "cut {cut}, opened again");
    }
    let store = open();
    let (day, ends) = next_day(&days);
    store.close_day(day, ends, ends).await.unwrap();
    assert_eq!(store.first_unclosed(ends).await.unwrap(), None);
    assert_eq!(everything(&store).await, before);
}

/// An order nobody could settle for weeks, the last one of its day.
#[tokio::test]
async fn an_order_that_stays_open_keeps_no_later_day_from_closing_and_is_found_wherever_it_is() {
    use crate::support::*;

    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(SledStore::open(folder.path(), SledOptions::default()).unwrap());
    let at = |days: i64| now() + TimeDelta::days(days);
    let close_first = async || {
        let first = store.first_unclosed(at(9)).await.unwrap()?;
        let ends = first + TimeDelta::hours(12);
        Some((first.date_naive(), store.close_day(first.date_naive(), ends, at(9)).await.unwrap()))
    };
    store.commit(deposit(1, 500_000)).await.unwrap();
    let stuck = order(1, 1, "081");
    store.commit(place(stuck.clone())).await.unwrap();
    for (id, days) in [(2, 1), (3, 2)] {
        let mut next = order(id, 1, "082");
        (next.created_at, next.day) = (at(days), next.day + TimeDelta::days(days));
        store.commit(Commit { at: at(days), ..place(next.clone()) }).await.unwrap();
        store.commit(Commit { at: at(days), ..succeed(&next) }).await.unwrap();
    }
    let (first, second) = (close_first().await.unwrap(), close_first().await.unwrap());
    assert!(first.0 < second.0 && second.1 > 0, "{first:?} {second:?}");
    store.commit(Commit { at: at(2), ..succeed(&stuck) }).await.unwrap();
    assert!(close_first().await.unwrap().1 > 0);
    assert_eq!(close_first().await, None);
    for id in 1..=3 {
        assert!(!store.order(konter_core::ids::OrderId(id)).await.unwrap().unwrap().is_open());
    }
    assert!(konter_store::audit::audit(&store).await.unwrap().is_clean());
}

/// For a moment the clock was years ahead, as after a dead battery.
#[tokio::test]
async fn what_a_wrong_clock_stamped_years_ahead_keeps_no_day_from_closing() {
    use crate::support::*;

    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(SledStore::open(folder.path(), SledOptions::default()).unwrap());
    let at = |days: i64| now() + TimeDelta::days(days);
    store.commit(deposit(1, 500_000)).await.unwrap();
    for (id, days) in [(1, 0), (2, 9_000), (3, 0), (4, 1), (5, 9_001), (6, 50)] {
        let mut next = order(id, 1, &format!("08{id}"));
        (next.created_at, next.day) = (at(days), next.day + TimeDelta::days(days));
        store.commit(Commit { at: at(days), ..place(next.clone()) }).await.unwrap();
        store.commit(Commit { at: at(days), ..succeed(&next) }).await.unwrap();
    }
    let mut closed = Vec::new();
    while let Some(first) = store.first_unclosed(at(50)).await.unwrap().filter(|first| *first < at(50)) {
        let rows = store.close_day(first.date_naive(), first + TimeDelta::hours(12), at(50)).await.unwrap();
        assert!(rows > 0, "{first}: it would be tried for ever");
        closed.push(first);
    }
    assert_eq!(closed, [at(0), at(1)]);
    // What follows the last day that is over stays, whatever its clock said.
    assert_eq!(store.first_unclosed(at(50)).await.unwrap(), Some(at(50)));
    for id in 1..=6 {
        assert!(store.order(konter_core::ids::OrderId(id)).await.unwrap().unwrap().is_success());
    }
    assert!(konter_store::audit::audit(&store).await.unwrap().is_clean());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closed_days_stay_what_they_are_when_sled_or_books_are_made_anew() {
    use crate::store_contract::random::{everything, trade};
    use crate::support::*;

    let engine = Closing::new();
    trade(&engine.store(), 200).await;
    let before = everything(&engine.store()).await;
    engine.store().close().await.unwrap();
    let data = engine.folder.path();
    konter_store::rebuild(data).unwrap();
    let open = |path: &Path| Store::new(SledStore::open(path, SledOptions::default()).unwrap());
    assert_eq!(everything(&open(data)).await, before);
    let into = tempfile::tempdir().unwrap();
    assert_eq!(konter_store::salvage(data, into.path(), now()).unwrap(), konter_store::Salvaged::Whole);
    let store = open(into.path());
    assert_eq!(everything(&store).await, before);
    assert!(konter_store::audit::audit(&store).await.unwrap().is_clean());
    drop(store);
    // Without one of its days it is no shop.
    let day = std::fs::read_dir(into.path().join("days")).unwrap().next().unwrap().unwrap().path();
    std::fs::remove_file(&day).unwrap();
    let error = SledStore::open(into.path(), SledOptions::default()).err().unwrap().to_string();
    assert!(error.contains("is missing") && error.contains("backup"), "{error}");
}
