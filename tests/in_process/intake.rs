//! When a message is ours: what answers it at once says so too; what takes longer, fails or stands behind another is stored
//! first. Nothing is acknowledged before that, and the same message again changes nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::{self, BoxFuture, FutureExt as _};
use konter_core::ids::OrderId;
use konter_store::memory::MemoryStore;
use konter_store::{Commit, CommitError, Committed, Engine, Found, Read, Sequence, Snapshot, Store, StoreError};
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::support::shop::*;

/// What a commit did with messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Noted {
    received: Vec<String>,
    answered: bool,
    /// New ones.
    orders: usize,
    /// Rows of orders, and how many of them say that a request is under way.
    written: usize,
    leaving: usize,
}

/// A store that says what was committed, and whose readers can be made to wait.
#[derive(Clone)]
struct Watched {
    engine: Arc<dyn Engine>,
    commits: Arc<Mutex<Vec<Noted>>>,
    fails: Arc<AtomicBool>,
    reads: Arc<watch::Sender<bool>>,
}

impl Watched {
    fn new() -> Self {
        let engine = Arc::new(MemoryStore::new());
        let reads = Arc::new(watch::Sender::new(true));
        Self { engine, commits: Arc::default(), fails: Arc::default(), reads }
    }

    async fn shop(&self) -> TestShop {
        let shop = TestShop::on(Store::new(self.clone()), Setup::default()).await;
        self.commits.lock().clear();
        shop
    }

    /// What messages came to, in order; other commits left out.
    fn of_messages(&self) -> Vec<Noted> {
        let commits = self.commits.lock();
        commits.iter().filter(|noted| noted.answered || !noted.received.is_empty()).cloned().collect()
    }
}

impl Engine for Watched {
    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, CommitError>> {
        if self.fails.load(Ordering::SeqCst) {
            return future::ready(Err(StoreError::Unavailable("the disk is full".to_owned()).into())).boxed();
        }
        self.commits.lock().push(Noted {
            received: commit.received.iter().map(|message| message.text.clone()).collect(),
            answered: commit.handled.is_some(),
            orders: commit.orders.iter().filter(|order| order.expected.is_none()).count(),
            written: commit.orders.len(),
            leaving: commit.orders.iter().filter(|order| order.row.is_in_flight()).count(),
        });
        self.engine.commit(commit)
    }

    fn read(&self, read: Read) -> BoxFuture<'_, Result<Found, StoreError>> {
        let mut may_read = self.reads.subscribe();
        async move {
            let _ = may_read.wait_for(|open| *open).await;
            self.engine.read(read).await
        }
        .boxed()
    }

    fn next(&self, sequence: Sequence, above: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        self.engine.next(sequence, above)
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        self.engine.snapshot()
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.engine.close()
    }
}

const ORDER: &str = "S10.081234567800.1234";

#[tokio::test(flavor = "multi_thread")]
async fn what_answers_a_message_at_once_is_all_that_is_written_of_it() {
    let store = Watched::new();
    let shop = store.shop().await;
    let accepted = Noted { answered: true, orders: 1, written: 1, leaving: 1, ..Noted::default() };
    // On a busy machine an answer may take longer than is waited for; not each of many does.
    for number in 800..815 {
        store.commits.lock().clear();
        let message = shop.message(&reseller(), &format!("S5.081234567{number}.1234"));
        shop.receive(message.clone(), 1).await;
        shop.receive(message, 0).await;
        let commits = store.of_messages();
        assert_eq!(commits.iter().map(|noted| noted.orders).sum::<usize>(), 1, "the same again is no order");
        if commits == [accepted.clone()] {
            let rows = store.commits.lock().iter().map(|noted| noted.written).sum::<usize>();
            assert_eq!(rows, 2, "accepted, and how it ended");
            shop.close().await;
            return;
        }
    }
    panic!("never answered at once: {:#?}", store.commits.lock());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_takes_long_is_stored_before_it_is_acknowledged_and_answered_once() {
    let store = Watched::new();
    let shop = store.shop().await;
    store.reads.send_replace(false);
    let message = shop.message(&reseller(), ORDER);
    shop.shop.receive(vec![message.clone()]).await.unwrap();
    assert_eq!(store.of_messages(), [Noted { received: vec![ORDER.to_owned()], ..Noted::default() }]);
    // Hurried: another one, and the first once more, while nothing is answered yet.
    let balance = shop.message(&reseller(), "SAL");
    shop.shop.receive(vec![balance]).await.unwrap();
    shop.shop.receive(vec![message]).await.unwrap();
    store.reads.send_replace(true);
    let heard = shop.hear(2).await;
    assert!(heard.iter().any(|text| text.contains("SUKSES")), "{heard:?}");
    let answered: Vec<_> =
        store.of_messages().into_iter().filter(|noted| noted.answered).map(|noted| noted.orders).collect();
    assert_eq!(answered, [1, 0], "in the order they came, each once");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_of_one_chat_that_come_together_are_stored_and_keep_their_order() {
    let store = Watched::new();
    let shop = store.shop().await;
    let texts = [ORDER, "S10.081234567890.1234"];
    shop.shop.receive(texts.map(|text| shop.message(&reseller(), text)).to_vec()).await.unwrap();
    shop.hear(2).await;
    assert_eq!(
        store.of_messages().first().map(|noted| noted.received.clone()),
        Some(texts.map(str::to_owned).to_vec())
    );
    let first = shop.store.order(OrderId(1)).await.unwrap().unwrap();
    assert_eq!(first.dest, "081234567800");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_kept_is_not_acknowledged_and_ordered_once_when_it_comes_again() {
    let store = Watched::new();
    let shop = store.shop().await;
    let message = shop.message(&reseller(), ORDER);
    store.fails.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        assert!(shop.shop.receive(vec![message.clone()]).await.is_err(), "it must come again");
    }
    store.fails.store(false, Ordering::SeqCst);
    shop.receive(message.clone(), 1).await;
    shop.receive(message, 0).await;
    assert_eq!(store.of_messages().iter().map(|noted| noted.orders).sum::<usize>(), 1);
    shop.close().await;
}

/// Pause, a break and a full supplier are looked at before anything says that it leaves.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_cannot_leave_at_once_is_accepted_first() {
    let store = Watched::new();
    let shop = store.shop().await;
    shop.say(&admin(), "/supplier kios jeda tutup", 1).await;
    shop.say(&admin(), "/supplier xgate jeda tutup", 1).await;
    store.commits.lock().clear();
    let heard = shop.say(&reseller(), ORDER, 1).await;
    assert!(heard[0].contains("GAGAL"), "{heard:?}");
    assert_eq!(store.commits.lock().iter().map(|noted| noted.leaving).sum::<usize>(), 0);
    assert!(shop.simulators.bought().is_empty());
    shop.close().await;
}

/// Two in one message: each has its own way, and the books hold both before anything is sent.
#[tokio::test(flavor = "multi_thread")]
async fn several_of_one_message_are_accepted_first() {
    let store = Watched::new();
    let shop = store.shop().await;
    shop.say(&reseller(), "S10.081234567800.S5.081234567890.1234", 2).await;
    let accepted: Vec<_> = store.of_messages().into_iter().map(|noted| (noted.orders, noted.leaving)).collect();
    assert_eq!(accepted, [(2, 0)]);
    assert_eq!(shop.simulators.bought().len(), 2);
    shop.close().await;
}
