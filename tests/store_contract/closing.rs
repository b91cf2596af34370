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
    let rows = store.snapshot().await.unwrap().all().unwrap();
    assert!(rows.len() > 300 && rows.is_sorted_by(|(a, _), (b, _)| a < b), "{} rows", rows.len());
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
    konter_store::rebuild(data, 0).unwrap();
    let open = |path: &Path| Store::new(SledStore::open(path, SledOptions::default()).unwrap());
    assert_eq!(everything(&open(data)).await, before);
    let into = tempfile::tempdir().unwrap();
    assert_eq!(konter_store::salvage(data, into.path(), now(), 0).unwrap(), konter_store::Salvaged::default());
    let store = open(into.path());
    assert_eq!(everything(&store).await, before);
    assert!(konter_store::audit::audit(&store).await.unwrap().is_clean());
    drop(store);
    // Without one of its days it is no shop.
    let day = std::fs::read_dir(into.path().join("days")).unwrap().next().unwrap().unwrap().path();
    std::fs::remove_file(&day).unwrap();
    let error = SledStore::open(into.path(), SledOptions::default()).err().unwrap().to_string();
    assert!(error.contains("is missing") && error.contains("backup") && error.contains("rebuild --force"), "{error}");
}

/// Rows of one day are in many ways what others speak of: numbers in a row, slots, corrections of the days after.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_days_that_are_lost_for_good_a_shop_goes_on_with_every_balance_and_right_books() {
    use crate::store_contract::random::trade;
    use crate::support::*;
    use konter_store::audit::audit;
    use konter_store::census::Census;

    let copied_right = async |store: &Store| {
        let mut census = Census::default();
        for (key, row) in store.snapshot().await.unwrap().all().unwrap() {
            census.row(&key, &row).unwrap();
        }
        let (report, audited) = (census.finish(), audit(store).await.unwrap());
        assert!(report.is_clean() && audited.is_clean(), "{report}\n{audited}");
        audited.begins_behind
    };
    let engine = Closing::new();
    trade(&engine.store(), 300).await;
    engine.store().close().await.unwrap();
    let mut data = engine.folder.path().to_owned();
    let (mut id, elsewhere) = (10_000, tempfile::tempdir().unwrap());
    // The first, some in between, the last; what was lost once has nothing left to lose.
    for nth in [0, 20, 5, usize::MAX] {
        let mut days: Vec<_> = std::fs::read_dir(data.join("days")).unwrap().map(|day| day.unwrap().path()).collect();
        days.sort();
        let lost = days.get(nth).or_else(|| days.last()).unwrap();
        let mut bytes = std::fs::read(lost).unwrap();
        // In its first block: the file still opens.
        bytes[20] ^= 1;
        std::fs::write(lost, bytes).unwrap();
        let into = elsewhere.path().join(nth.to_string());
        let salvaged = konter_store::salvage(&data, &into, now(), 0).unwrap();
        let named: Vec<String> = salvaged.lost_days.iter().map(ToString::to_string).collect();
        assert_eq!((salvaged.up_to, named), (None, vec![lost.file_stem().unwrap().to_str().unwrap().to_owned()]));
        let store = Store::new(SledStore::open(&into, SledOptions::default()).unwrap());
        let mark = store.restored().await.unwrap().unwrap();
        assert!(mark.pending && mark.lost_days == salvaged.lost_days);
        let behind = copied_right(&store).await;
        assert!(behind > 0);
        for agent in 1..=3 {
            store.statement(&deposits(agent), None, 10_000).await.unwrap();
            store.orders_of(konter_core::ids::AgentId(agent), None, None, 10_000).await.unwrap();
            store.commit(deposit(agent, 50_000)).await.unwrap();
        }
        for _ in 0..10 {
            id += 1;
            let order = order(id, 1 + u32::try_from(id % 3).unwrap(), &format!("08{id}"));
            store.commit(place(order.clone())).await.unwrap();
            store.commit(succeed(&order)).await.unwrap();
        }
        assert_eq!(copied_right(&store).await, behind, "it goes on being counted from there");
        store.close().await.unwrap();
        data = into;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bill_that_was_paid_on_a_lost_day_is_not_paid_again() {
    use super::bills::{bill, key_of};
    use crate::support::*;
    use konter_core::order::Period;

    let folder = tempfile::tempdir().unwrap();
    let (data, into) = (folder.path().join("data"), folder.path().join("into"));
    let open = |data: &Path| Store::new(SledStore::open(data, SledOptions::default()).unwrap());
    let store = open(&data);
    store.commit(deposit(1, 500_000)).await.unwrap();
    let paid = bill(1, 1, &["FEB26"]);
    store.commit(place(paid.clone())).await.unwrap();
    store.commit(succeed(&paid)).await.unwrap();
    let end = DateTime::<Utc>::MAX_UTC;
    assert!(store.close_day(now().date_naive(), end, end).await.unwrap() > 0);
    store.close().await.unwrap();
    std::fs::remove_dir_all(data.join("days")).unwrap();
    assert_eq!(konter_store::salvage(&data, &into, now(), 0).unwrap().lost_days.len(), 1);
    let store = open(&into);
    let again = store.commit(place(bill(2, 1, &["FEB26"]))).await;
    assert!(matches!(again, Err(CommitError::Conflict(_))), "{again:?}");
    let known = store.order_of_bill(&key_of(Period::Claim("FEB26".to_owned()))).await;
    assert!(matches!(known, Err(StoreError::Corrupt { .. })), "it is not said that nobody has paid it: {known:?}");
    store.commit(place(bill(3, 1, &["MAR26"]))).await.unwrap();
    assert!(konter_store::audit::audit(&store).await.unwrap().is_clean());
}

/// The day closed last is what a start looks at, if at any.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_starts_whatever_its_closed_days_hold() {
    use crate::support::*;

    for since in [vec![place(order(9, 1, "0819"))], vec![deposit(1, 1_000)]] {
        let folder = tempfile::tempdir().unwrap();
        let open = || Store::new(SledStore::open(folder.path(), SledOptions::default()).unwrap());
        let store = open();
        store.commit(deposit(1, 500_000)).await.unwrap();
        for id in 1..=8 {
            let order = order(id, 1, &format!("081{id}"));
            store.commit(place(order.clone())).await.unwrap();
            store.commit(succeed(&order)).await.unwrap();
        }
        let end = DateTime::<Utc>::MAX_UTC;
        assert!(store.close_day(now().date_naive(), end, end).await.unwrap() > 0);
        for commit in since {
            store.commit(commit).await.unwrap();
        }
        store.close().await.unwrap();
        drop(store);
        let day = std::fs::read_dir(folder.path().join("days")).unwrap().next().unwrap().unwrap().path();
        let mut bytes = std::fs::read(&day).unwrap();
        bytes[20] ^= 1;
        std::fs::write(&day, bytes).unwrap();
        let store = open();
        assert!(matches!(store.order(konter_core::ids::OrderId(3)).await, Err(StoreError::Corrupt { .. })));
        assert!(store.next(Sequence::Order).await.unwrap() > 8, "no number is given twice");
        store.commit(deposit(1, 1_000)).await.unwrap();
        store.close().await.unwrap();
    }
}
