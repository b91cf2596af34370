//! Several processes on one database, killed, stopped and cut off while they work: nothing is bought twice, nothing paid is
//! refunded, every message is answered once, and what may have been said before says so.
//!
//! `KONTER_TEST_KILLS` makes the runs under fire longer, `KONTER_TEST_SEED` repeats their choices.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use crate::support::balancer;
use crate::support::bot_api::{self, BotApi};
use crate::support::load::{
    self, ADMIN, Books, FAILED_YET_DELIVERED, KINDS, PATIENCE, PIN, People, answered, check_order_of_answers,
    everyone_hears, is_failed, is_success, number_from, repeated, trade,
};
use crate::support::postgres::{self, Cluster, Database};
use crate::support::postgres_wire::Wire;
use crate::support::program::{Running, Settings, free_port, tail};
use chrono::Utc;
use konter_core::order::Order;
use konter_simulator::{Pace, SimulatorConfig, Simulators};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

/// Kills, stalls and crashes of the database.
const BLOWS: u32 = 5;
/// Between two order messages: while a process is being missed, its part of Telegram's pace is nobody's.
const ORDER_EVERY: Duration = Duration::from_millis(250);
/// A third of a time that is longer than a lease.
const THIRD_OF_A_STALL: Duration = Duration::from_millis(2_500);
/// Pieces on the wire of which one is cut.
const CUT_ONE_OF: u32 = 120;

struct Process {
    folder: tempfile::TempDir,
    settings: Settings,
    port: u16,
    running: Option<Running>,
}

impl Process {
    fn start(&mut self) {
        self.running = Some(self.settings.start(self.folder.path(), &["run"]));
    }

    fn running(&mut self) -> &mut Running {
        self.running.as_mut().unwrap()
    }

    fn log(&self) -> String {
        self.running.as_ref().map(|running| tail(&running.err())).unwrap_or_default()
    }
}

/// Several processes of one shop.
struct Fleet {
    processes: Vec<Process>,
    api: BotApi,
    simulators: Simulators,
    database: Database,
}

impl Fleet {
    /// Not started yet. `ways` are how each process reaches the database.
    async fn new(ways: Vec<Database>, pace: Pace, more: &[(&str, &str)]) -> Self {
        let api = BotApi::start().await;
        let simulators = konter_simulator::start(SimulatorConfig::loopback(pace)).await.unwrap();
        let process = |way: &Database| {
            let port = free_port();
            let listen = format!("127.0.0.1:{port}");
            let mut settings =
                Settings::shop(&api, &simulators).set("KONTER_LISTEN", listen).set("DATABASE_URL", &way.url);
            for (name, value) in more {
                settings = settings.set(name, value);
            }
            Process { folder: tempfile::tempdir().unwrap(), settings, port, running: None }
        };
        let processes: Vec<Process> = ways.iter().map(process).collect();
        // Reports come to whichever process is next.
        simulators.set_callback_base(balancer::before(processes.iter().map(|process| process.port).collect()).await);
        let database = ways.into_iter().next_back().unwrap();
        Self { processes, api, simulators, database }
    }

    /// All at work, each with its fair part.
    async fn start(&mut self) {
        for process in &mut self.processes {
            process.start();
        }
        let fair = format!("SELECT count(*) FROM who_works WHERE parts = {}", 64 / self.processes.len());
        self.until(&fair, self.processes.len()).await;
    }

    fn log(&self) -> String {
        self.processes.iter().map(Process::log).collect::<Vec<_>>().join("\n-----\n")
    }

    async fn until(&self, question: &str, wanted: usize) {
        let started = Instant::now();
        while count(&self.database, question).await != i64::try_from(wanted).unwrap() {
            assert!(started.elapsed() < PATIENCE, "{question} never is {wanted}: {}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn hears(&self, chat: i64, words: &str) {
        let came = self.api.comes(PATIENCE, |api| api.said(chat).iter().any(|said| said.contains(words))).await;
        assert!(came, "{chat} never hears {words:?}: {:#?}\n{}", self.api.said(chat), self.log());
    }

    async fn stop(&mut self) {
        for process in &mut self.processes {
            assert_eq!(process.running().stop("TERM").await, Some(0), "{}", process.log());
        }
    }

    async fn audit(&self) {
        let process = &self.processes[0];
        let audit = process.settings.run(process.folder.path(), &["audit"]).await;
        assert_eq!(audit.code, Some(0), "{audit:?}");
    }
}

/// A database's answer to a question of one number.
async fn count(database: &Database, question: &str) -> i64 {
    rows(database, question).await[0].get(0)
}

async fn rows(database: &Database, question: &str) -> Vec<tokio_postgres::Row> {
    let (client, connection) = tokio_postgres::connect(&database.url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.query(question, &[]).await.unwrap()
}

// Under fire.

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_under_fire_buy_once_refund_nothing_delivered_and_answer_everyone() {
    under_fire(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn four_processes_under_fire_do_the_same() {
    under_fire(4).await;
}

async fn under_fire(size: usize) {
    let Some(cluster) = Cluster::of_its_own() else { return };
    let blows = number_from("KONTER_TEST_KILLS").map_or(BLOWS, |kills| u32::try_from(kills).unwrap());
    let seed = number_from("KONTER_TEST_SEED").unwrap_or_else(rand::random);
    eprintln!("seed {seed}, {size} processes, {blows} blows");
    let wire = Wire::to(cluster.port()).await;
    let mut ways = vec![cluster.database(); size];
    ways[0] = ways[0].at_port(cluster.port(), wire.port());
    // Its tables are made: the fleet asks them from the start.
    cluster.database().open().await.close().await.unwrap();
    let mut fleet = Fleet::new(ways, Pace::Instant, &[]).await;
    fleet.start().await;
    let people = People::new(&fleet.api, seed);
    let enough = Arc::new(AtomicBool::new(false));
    let trading = tokio::spawn(trade(Arc::clone(&people), ORDER_EVERY, Arc::clone(&enough)));
    everyone_hears(&fleet.api, "Deposit masuk").await;

    wire.cut_one_of(CUT_ONE_OF, seed);
    let mut choices = StdRng::seed_from_u64(seed);
    let mut next = 0;
    for blow in 1..=blows {
        tokio::time::sleep(Duration::from_millis(choices.random_range(2_000..3_000))).await;
        next = (next + choices.random_range(1..size)) % size;
        match blow % 4 {
            2 => stall(&mut fleet, next, size).await,
            0 => tokio::task::block_in_place(|| {
                cluster.crash();
                cluster.launch();
            }),
            _ => kill(&mut fleet.processes[next]),
        }
    }
    wire.cut_one_of(0, 0);
    enough.store(true, Ordering::Relaxed);
    trading.await.unwrap();
    end_well(&mut fleet, &people).await;
    eprintln!("{blows} blows, {} connections cut", wire.cuts());
}

/// Ends it as it is, and starts it anew.
fn kill(process: &mut Process) {
    process.running().kill();
    process.start();
}

/// Stops a process for longer than its lease; of more than two, another one is killed meanwhile.
async fn stall(fleet: &mut Fleet, which: usize, size: usize) {
    fleet.processes[which].running().signal("STOP");
    tokio::time::sleep(THIRD_OF_A_STALL).await;
    if size > 2 {
        kill(&mut fleet.processes[(which + 1) % size]);
    }
    tokio::time::sleep(2 * THIRD_OF_A_STALL).await;
    fleet.processes[which].running().signal("CONT");
}

/// Lets everything be answered and said, then looks at what has come of it.
async fn end_well(fleet: &mut Fleet, people: &parking_lot::Mutex<People>) {
    for product in 1..5 {
        people.lock().order_these(&[product], FAILED_YET_DELIVERED);
    }
    let (written, ordered, asked) = {
        let people = people.lock();
        (people.written.clone(), people.ordered.clone(), people.asked)
    };
    let all: Vec<String> = ordered.iter().flat_map(|ordered| ordered.dests.clone()).collect();
    let late: Vec<String> = all.iter().filter(|dest| dest.ends_with(FAILED_YET_DELIVERED)).cloned().collect();
    answered(&fleet.api, people, &all, &KINDS, || fleet.log()).await;
    answered(&fleet.api, people, &late, &["SUKSES (susulan)", "SUKSES"], || fleet.log()).await;
    let unsaid = format!("SELECT count(*) FROM outbox WHERE chat <> 'telegram:{ADMIN}'");
    for nothing in ["SELECT count(*) FROM inbox", unsaid.as_str()] {
        fleet.until(nothing, 0).await;
    }
    // Those that were killed count until their leases run out.
    fleet.until("SELECT count(*) FROM members WHERE until > now()", fleet.processes.len()).await;
    fleet.stop().await;
    assert_eq!(count(&fleet.database, "SELECT count(*) FROM work WHERE until > now()").await, 0);

    let books = Books::of(fleet.database.open().await).await;
    books.check_messages(&written, &ordered).await;
    let delivered = books.check_deliveries(&fleet.simulators);
    books.check_money().await;
    books.store.close().await.unwrap();
    fleet.audit().await;
    assert_eq!(check_order_of_answers(&fleet.api), usize::try_from(asked).unwrap(), "questions that were answered");
    let (again, unmarked) = repeated(&fleet.api);
    let marked = fleet.api.texts_from(0).iter().filter(|(_, _, text)| text.contains(load::MARK)).count();
    eprintln!(
        "{} orders: {} succeeded, {} failed, {} open; {delivered} delivered, none twice; \
         {again} answers said twice, {marked} things said with the mark of doubt",
        books.orders.len(),
        books.count(is_success),
        books.count(is_failed),
        books.count(Order::is_open),
    );
    assert!(unmarked.is_empty(), "said twice, and nothing says so: {unmarked:?}");
}

// By webhook.

/// What Telegram calls, at each process.
struct Hook {
    path: String,
    header: String,
    client: reqwest::Client,
}

impl Hook {
    fn of(fleet: &Fleet) -> Self {
        let calls = fleet.api.calls("setwebhook");
        let told = &calls.last().expect("a webhook").body;
        let url = told["url"].as_str().unwrap();
        Self {
            path: url.strip_prefix("https://shop.example.com").unwrap().to_owned(),
            header: told["secret_token"].as_str().unwrap().to_owned(),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    /// Telegram posts an update to one process, and waits until that has stored it.
    async fn post(&self, process: &Process, update: &Value) {
        let address = format!("http://127.0.0.1:{}{}", process.port, self.path);
        let request = self.client.post(address).header("x-telegram-bot-api-secret-token", &self.header);
        assert_eq!(request.body(update.to_string()).send().await.unwrap().status().as_u16(), 200);
    }
}

fn number() -> i64 {
    static UPDATES: AtomicI64 = AtomicI64::new(1);
    UPDATES.fetch_add(1, Ordering::Relaxed)
}

fn message(chat: i64, text: &str) -> Value {
    let mut update = bot_api::message(number(), chat, text);
    update["message"]["date"] = Utc::now().timestamp().into();
    update
}

fn tap(chat: i64, data: &str) -> Value {
    let number = number();
    let query = json!({
        "id": number.to_string(),
        "from": {"id": chat, "first_name": "Budi"},
        "data": data,
        "message": {"message_id": 500, "date": 0, "chat": {"id": chat, "type": "private"}},
    });
    json!({"update_id": number, "callback_query": query})
}

const BUDI: i64 = 2001;
/// Where Telegram believes both processes to be.
const HOOK: (&str, &str) = ("TELEGRAM_WEBHOOK_URL", "https://shop.example.com");

/// Two processes that are called, and a reseller with balance in each of some chats.
async fn called(chats: &[i64]) -> Option<(Fleet, Hook)> {
    let database = postgres::database().await?;
    let mut fleet = Fleet::new(vec![database.clone(), database], Pace::Instant, &[HOOK]).await;
    fleet.start().await;
    assert!(fleet.api.comes(PATIENCE, |api| !api.calls("setwebhook").is_empty()).await, "{}", fleet.log());
    let hook = Hook::of(&fleet);
    for chat in chats {
        hook.post(&fleet.processes[0], &message(*chat, &format!("DAFTAR.Toko {chat}.{PIN}"))).await;
        fleet.hears(*chat, "Kode agen").await;
        hook.post(&fleet.processes[1], &message(ADMIN, &format!("/deposit telegram:{chat} 100000"))).await;
        fleet.hears(*chat, "100.000").await;
    }
    Some((fleet, hook))
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_posted_to_either_process_are_answered_in_order() {
    const EACH: usize = 8;
    let chats: Vec<i64> = (BUDI..BUDI + 6).collect();
    let Some((mut fleet, hook)) = called(&chats).await else { return };
    let asked = |chat: i64, turn: usize| format!("08559{chat}{turn:03}");
    let posts = chats.iter().map(|chat| async {
        for turn in 0..EACH {
            let question = message(*chat, &format!("CEK.{}", asked(*chat, turn)));
            hook.post(&fleet.processes[turn % 2], &question).await;
        }
    });
    futures::future::join_all(posts).await;
    for chat in &chats {
        fleet.hears(*chat, &asked(*chat, EACH - 1)).await;
        let said = fleet.api.said(*chat);
        let heard: Vec<usize> =
            said.iter().flat_map(|said| (0..EACH).filter(|turn| said.contains(&asked(*chat, *turn)))).collect();
        assert_eq!(heard, (0..EACH).collect::<Vec<_>>(), "{chat}: {said:#?}");
    }
    fleet.stop().await;
}

/// Every row of every table, as text.
async fn everything_in(database: &Database) -> Vec<String> {
    let tables = "SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = 'public'";
    let mut found = Vec::new();
    for table in rows(database, tables).await {
        let table: String = table.get(0);
        for row in rows(database, &format!("SELECT rows::text FROM {table} AS rows")).await {
            found.push(format!("{table}: {}", row.get::<_, String>(0)));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_tapped_through_both_processes_is_one_pin_and_nowhere_in_the_database() {
    const SPY: &str = "
        CREATE TABLE spied (row text);
        CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS
            $$BEGIN INSERT INTO spied VALUES (NEW::text); RETURN NEW; END$$;
        CREATE TRIGGER spy BEFORE INSERT OR UPDATE ON inbox FOR EACH ROW EXECUTE FUNCTION spy()";
    let Some((mut fleet, hook)) = called(&[BUDI]).await else { return };
    postgres::execute(&fleet.database.url, SPY).await;
    hook.post(&fleet.processes[0], &message(BUDI, "081234567800")).await;
    fleet.hears(BUDI, "Produk untuk").await;
    let offer = fleet.api.calls("sendmessage").pop().unwrap().body;
    let rows = offer["reply_markup"]["inline_keyboard"].as_array().unwrap().clone();
    let buttons: Vec<&str> =
        rows.iter().flat_map(|row| row.as_array().unwrap()).filter_map(|b| b["callback_data"].as_str()).collect();
    let choice = buttons.iter().find(|button| button.starts_with("!choose")).unwrap();
    hook.post(&fleet.processes[1], &tap(BUDI, choice)).await;
    assert!(fleet.api.comes(PATIENCE, |api| !api.calls("editmessagetext").is_empty()).await, "{}", fleet.log());
    let offer = choice.split(' ').nth(1).unwrap();
    let keys: Vec<String> = PIN.chars().map(|digit| digit.to_string()).chain(["ok".to_owned()]).collect();
    for (key, turn) in keys.iter().zip(0..) {
        hook.post(&fleet.processes[turn % 2], &tap(BUDI, &format!("!opin {offer} {key}"))).await;
    }
    let edited = |api: &BotApi| {
        let calls = api.calls("editmessagetext").into_iter().chain(api.calls("sendmessage"));
        calls.filter_map(|call| call.body["text"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let came = fleet.api.comes(PATIENCE, |api| edited(api).iter().any(|text| text.contains("SUKSES"))).await;
    assert!(came, "{:#?}\n{}", edited(&fleet.api), fleet.log());
    let stored = everything_in(&fleet.database).await;
    assert!(stored.iter().filter(|row| row.starts_with("spied")).count() > keys.len(), "{stored:#?}");
    for row in stored {
        assert!(!row.contains(PIN) && !row.contains("!opin"), "{row}");
    }
    fleet.stop().await;
}

// A stop.

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_the_slow_supplier_of_a_process_that_stops() {
    let Some(database) = postgres::database().await else { return };
    // The supplier answers after longer than that: until then its orders are under way.
    let slow = ("SUPPLIER_KIOS_TIMEOUT_SECS", "20");
    let mut fleet = Fleet::new(vec![database.clone(), database], Pace::Demo, &[slow]).await;
    fleet.start().await;
    let chats: Vec<i64> = (BUDI..BUDI + 8).collect();
    let say = |api: &BotApi, chat: i64, text: String| api.push([message(chat, &text)]);
    for chat in &chats {
        say(&fleet.api, *chat, format!("DAFTAR.Toko {chat}.{PIN}"));
        fleet.hears(*chat, "Kode agen").await;
        say(&fleet.api, ADMIN, format!("/deposit telegram:{chat} 100000"));
        fleet.hears(*chat, "100.000").await;
    }
    let dest = |chat: i64| format!("0812{chat}3310");
    for chat in &chats {
        say(&fleet.api, *chat, format!("S10.{}.{PIN}", dest(*chat)));
    }
    for chat in &chats {
        fleet.hears(*chat, "diproses").await;
    }
    assert!(fleet.processes[0].log().contains("order placed"), "{}", fleet.log());
    fleet.processes[0].running().signal("TERM");
    let told_to_stop = Instant::now();
    for chat in &chats {
        say(&fleet.api, *chat, format!("CEK.08559{chat}001"));
    }
    for chat in &chats {
        fleet.hears(*chat, &format!("08559{chat}001")).await;
    }
    let took = told_to_stop.elapsed();
    assert!(!fleet.processes[0].running().has_ended(), "it still waits for its supplier");
    assert!(took < Duration::from_secs(15), "everyone was answered after {took:?}: {}", fleet.log());
    assert_eq!(fleet.processes[0].running().end().await.code(), Some(0), "{}", fleet.log());
    assert_eq!(fleet.processes[1].running().stop("TERM").await, Some(0), "{}", fleet.log());
    let bought = fleet.simulators.bought();
    assert_eq!(bought.iter().map(|bought| bought.dest.clone()).collect::<BTreeSet<_>>().len(), chats.len());
    assert!(bought.iter().all(|bought| bought.times_delivered == 1), "{bought:#?}");
    fleet.audit().await;
}

// A reseller's program.

/// It asks whichever process it is led to, and asks again while it has no answer: twice at one moment is one order, and
/// what one process says of a reference is true of what another has just decided.
#[tokio::test(flavor = "multi_thread")]
async fn a_reference_at_two_processes_at_once_is_one_order_and_never_falsely_called_failed() {
    const ORDERS: usize = 40;
    let Some((mut fleet, hook)) = called(&[BUDI]).await else { return };
    hook.post(&fleet.processes[0], &message(ADMIN, &format!("/deposit telegram:{BUDI} 900000"))).await;
    fleet.hears(BUDI, "900.000").await;
    for (text, words) in [(format!("API.rahasia-toko.{PIN}"), "API"), (format!("APIIP.127.0.0.1.{PIN}"), "127.0.0.1")] {
        hook.post(&fleet.processes[0], &message(BUDI, &text)).await;
        fleet.hears(BUDI, words).await;
    }
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = async |process: usize, query: &str| {
        let url = format!("http://127.0.0.1:{}/h2h/trx?memberID=KR0001&{query}", fleet.processes[process].port);
        client.get(url).send().await.unwrap().text().await.unwrap()
    };
    // As programs do: a busy machine may say for a while that it does not know yet.
    let told = async |process: usize, query: &str| {
        let started = Instant::now();
        loop {
            let said = ask(process, query).await;
            if !said.contains("belum ada kepastian") {
                return said;
            }
            assert!(started.elapsed() < PATIENCE, "{said}\n{}", fleet.log());
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    };
    let one = async |n: usize| {
        // Pending for ever: however late an answer comes, it can have one word only.
        let order = format!("product=S10&dest=08123456{n:02}23&refID=r{n}");
        let proven = format!("{order}&pin={PIN}&password=rahasia-toko");
        // The same twice; and what one process must not call failed because it knows nothing of it. Where it came first, it has
        // been refused, and whatever follows under its reference is too.
        let (right, wrong) = (format!("{proven}&qty=1"), format!("refID=r{n}&pin={PIN}&password=rahasia-toko"));
        let said = futures::join!(told(n % 2, &proven), told((n + 1) % 2, &right), ask((n + 1) % 2, &wrong));
        let question = format!("{proven}&check=1");
        let check = futures::join!(told(0, &question), told(1, &question));
        let is_refused = check.0.contains("GAGAL");
        assert!(is_refused || !said.2.contains("GAGAL"), "{said:?} {check:?}");
        for words in [&said.0, &said.1, &check.0, &check.1] {
            assert!(words.contains(if is_refused { "GAGAL" } else { "akan diproses" }), "{said:?} {check:?}");
        }
        usize::from(!is_refused)
    };
    let ordered: usize = futures::future::join_all((0..ORDERS).map(one)).await.into_iter().sum();
    let stranger = ask(1, "product=S10&dest=081234567823&refID=new&pin=1&password=x").await;
    assert!(!stranger.contains("GAGAL"), "another process may be buying it: {stranger}");
    assert_eq!(count(&fleet.database, "SELECT count(*) FROM orders").await, i64::try_from(ordered).unwrap());
    fleet.stop().await;
    assert!(fleet.simulators.bought().iter().all(|bought| bought.times_delivered <= 1));
    fleet.audit().await;
}
