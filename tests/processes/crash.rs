//! The real program, killed again and again in the middle of its work: whatever the moment, nothing is bought twice,
//! nothing paid is refunded, no message is lost and none is carried out twice.
//!
//! `KONTER_TEST_KILLS` makes the run longer, `KONTER_TEST_SEED` repeats its choices.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::support::load::{
    Answers, Books, FAILED_YET_DELIVERED, FINAL_KINDS, KINDS, PATIENCE, People, answered, answers, everyone_hears,
    is_failed, is_success, number_from, trade,
};
use crate::support::postgres::{self, Database};
use crate::support::program::{Running, tail};
use crate::support::site::Site;
use konter_core::order::Order;
use konter_store::Store;
use konter_store::sled_store::{SledOptions, SledStore};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

const KILLS: u32 = 40;
/// Fewer: the program between store and shop is the same, what differs is the store.
const KILLS_ON_POSTGRES: u32 = 15;
/// Every so many kills the books are audited as the kill left them.
const AUDIT_EVERY: u32 = 5;
/// Between two order messages. Telegram lets the program say some 25 things per second, and an order takes three.
const ORDER_EVERY: Duration = Duration::from_millis(110);

/// What the Bot API had seen when a process began.
struct Life {
    calls: usize,
    connections: usize,
}

/// The shop under fire.
struct Target {
    site: Site,
    /// Where the books are, when not in the folder.
    database: Option<Database>,
    /// One per process, in the order they began.
    lives: Vec<Life>,
}

impl Target {
    async fn new(database: Option<Database>) -> Self {
        let mut site = Site::new().await;
        if let Some(database) = &database {
            site = site.set("DATABASE_URL", &database.url);
        }
        Self { site, database, lives: Vec::new() }
    }

    /// The store of the stopped shop.
    async fn store(&self) -> Store {
        match &self.database {
            Some(database) => database.open().await,
            None => Store::new(SledStore::open(&self.site.folder.path().join("data"), SledOptions::default()).unwrap()),
        }
    }

    fn start(&mut self) -> Running {
        self.lives.push(Life { calls: self.site.api.calls_made(), connections: self.site.api.connections() });
        self.site.start()
    }

    /// Waits until the process talks to Telegram.
    async fn at_work(&self, running: &Running) {
        let since = self.lives.last().unwrap().calls;
        let came = self.site.api.comes(PATIENCE, |api| api.calls_made() > since).await;
        assert!(came, "the program does not begin to work; it said: {}", tail(&running.err()));
    }

    /// Waits for the moment to kill a process: while it starts, at any time at work, right after it has said something
    /// that it cannot have noted yet, or right after it has bought something it cannot have noted yet.
    async fn moment(&self, running: &Running, choices: &mut StdRng) {
        /// Nothing may happen any more for the process to be killed after.
        const LONGEST: Duration = Duration::from_secs(1);
        let wait = Duration::from_millis(choices.random_range(0..1_000));
        match choices.random_range(0..10) {
            0 | 1 => tokio::time::sleep(wait / 6).await,
            2..=4 => {
                self.at_work(running).await;
                tokio::time::sleep(wait).await;
            }
            5..=7 => {
                self.at_work(running).await;
                let said = self.site.api.calls("sendmessage").len() + choices.random_range(1..8);
                self.site.api.comes(LONGEST, |api| api.calls("sendmessage").len() >= said).await;
            }
            _ => {
                self.at_work(running).await;
                let bought = self.site.simulators.bought().len() + choices.random_range(1..4);
                let buys = async {
                    while self.site.simulators.bought().len() < bought {
                        tokio::time::sleep(Duration::from_micros(500)).await;
                    }
                };
                let _ = tokio::time::timeout(LONGEST, buys).await;
            }
        }
    }

    /// Whether a process was killed and another started between two calls. By their connections: a call of a killed process
    /// can still lie unread when the next one begins.
    fn restarted_between(&self, earlier: usize, later: usize) -> bool {
        let [earlier, later] = [earlier, later].map(|call| self.site.api.connection_of(call));
        self.lives.iter().any(|life| earlier < life.connections && life.connections <= later)
    }
}

/// The same answer twice is excused only by a kill between the two. Returns how many there were.
fn check_repetitions(target: &Target, answers: &Answers) -> usize {
    let mut repeated = 0;
    for ((dest, kind), calls) in answers {
        for pair in calls.windows(2) {
            assert!(target.restarted_between(pair[0], pair[1]), "{kind} about {dest} was said twice by one process");
            repeated += 1;
        }
    }
    repeated
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_buys_once_refunds_nothing_delivered_and_answers_everyone() {
    survive(KILLS, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_with_its_books_in_postgresql() {
    if let Some(database) = postgres::database().await {
        survive(KILLS_ON_POSTGRES, Some(database)).await;
    }
}

async fn survive(kills: u32, database: Option<Database>) {
    let kills = number_from("KONTER_TEST_KILLS").map_or(kills, |kills| u32::try_from(kills).unwrap());
    let seed = number_from("KONTER_TEST_SEED").unwrap_or_else(rand::random);
    eprintln!("seed {seed}, {kills} kills");
    let mut moments = StdRng::seed_from_u64(seed);
    let mut target = Target::new(database).await;
    let people = People::new(&target.site.api, seed);
    let enough = Arc::new(AtomicBool::new(false));
    let trading = tokio::spawn(trade(Arc::clone(&people), ORDER_EVERY, Arc::clone(&enough)));

    for kill in 1..=kills {
        let mut running = target.start();
        target.moment(&running, &mut moments).await;
        running.kill();
        if let Some(database) = &target.database {
            // The next one comes when the lease of this one is over; it is not waited for so many times.
            let over = "UPDATE work SET until = '-infinity'; UPDATE members SET until = '-infinity'";
            postgres::execute(&database.url, over).await;
        }
        if kill % AUDIT_EVERY == 0 {
            target.site.audit().await;
        }
    }

    let mut running = target.start();
    everyone_hears(&target.site.api, "Deposit masuk").await;
    enough.store(true, Ordering::Relaxed);
    trading.await.unwrap();
    for product in 1..5 {
        people.lock().order_these(&[product], FAILED_YET_DELIVERED);
    }
    let (written, ordered) = {
        let people = people.lock();
        (people.written.clone(), people.ordered.clone())
    };
    let all: Vec<String> = ordered.iter().flat_map(|ordered| ordered.dests.clone()).collect();
    let late: Vec<String> = all.iter().filter(|dest| dest.ends_with(FAILED_YET_DELIVERED)).cloned().collect();
    answered(&target.site.api, &people, &all, &KINDS, || tail(&running.err())).await;
    answered(&target.site.api, &people, &late, &["SUKSES (susulan)", "SUKSES"], || tail(&running.err())).await;

    // Whatever was not yet said at a stop is said by the next start.
    let books = loop {
        assert_eq!(running.stop("TERM").await, Some(0), "{}", tail(&running.err()));
        let books = Books::of(target.store().await).await;
        let unsaid = books.unsaid(&answers(&target.site.api)).await;
        if unsaid.is_empty() {
            break books;
        }
        books.store.close().await.unwrap();
        running = target.start();
        answered(&target.site.api, &people, &unsaid, &FINAL_KINDS, || tail(&running.err())).await;
    };
    books.check_messages(&written, &ordered).await;
    let delivered = books.check_deliveries(&target.site.simulators);
    books.check_money().await;
    let repeated = check_repetitions(&target, &answers(&target.site.api));
    books.store.close().await.unwrap();
    target.site.audit().await;
    eprintln!(
        "{kills} kills, {} orders: {} succeeded, {} failed, {} open; {delivered} delivered, none twice; \
         {repeated} answers said twice, all across a kill",
        books.orders.len(),
        books.count(is_success),
        books.count(is_failed),
        books.count(Order::is_open),
    );
}
