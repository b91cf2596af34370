//! Processes of their own that put the load on one database: this very program, started again.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use konter_store::Store;
use konter_store::postgres::PostgresStore;

use crate::load::{self, Done, Way, fresh_numbers};

const TASK: &str = "KONTER_BENCH_WORKER";
/// What each process is started with, such as a command that gives it a share of a processor, as on a smaller machine.
const WITH: &str = "KONTER_BENCH_WITH";

pub struct Task {
    url: String,
    callers: usize,
    way: Way,
    lasts: Duration,
    first: u64,
}

/// What this process was started for, if it is one of them.
pub fn task() -> Option<Task> {
    let text = std::env::var(TASK).ok()?;
    let mut fields = text.split(' ');
    let mut next = || fields.next().expect("a field");
    Some(Task {
        url: next().to_owned(),
        callers: next().parse().expect("callers"),
        way: if next() == "whole" { Way::Whole } else { Way::Accepted },
        lasts: Duration::from_millis(next().parse().expect("milliseconds")),
        first: next().parse().expect("a number"),
    })
}

/// Says when it is ready, works when it is told to, and says what was done.
pub async fn work(task: Task) {
    let store = Store::new(PostgresStore::open(&task.url.into()).await.expect("a store"));
    // Statements are prepared once, and the first commits find out whether they are alone.
    load::run(&store, 2, task.way, Duration::from_millis(300), task.first + 500_000).await;
    println!("ready");
    std::io::stdin().lock().read_line(&mut String::new()).expect("a line");
    let done = load::run(&store, task.callers, task.way, task.lasts, task.first).await;
    println!("{} {} {}", done.orders, done.round_trips, done.worked.as_millis());
    store.close().await.expect("closed");
}

/// What so many processes did together.
pub fn run(url: &str, processes: usize, callers: usize, way: Way, lasts: Duration) -> Done {
    let mut workers: Vec<_> = (0..processes).map(|_| start(url, callers, way, lasts)).collect();
    for (_, lines) in &mut workers {
        assert_eq!(lines.next().expect("a line").expect("readable"), "ready");
    }
    for (worker, _) in &mut workers {
        worker.stdin.take().expect("a pipe").write_all(b"go\n").expect("heard");
    }
    let mut all = Done::default();
    for (mut worker, mut lines) in workers {
        let line = lines.next().expect("a line").expect("readable");
        let mut numbers = line.split(' ').map(|number| number.parse::<u32>().expect("a number"));
        let mut next = || numbers.next().expect("three numbers");
        all += Done { orders: next(), round_trips: next(), worked: Duration::from_millis(next().into()) };
        assert!(worker.wait().expect("an end").success());
    }
    all
}

type Lines = std::io::Lines<BufReader<std::process::ChildStdout>>;

fn start(url: &str, callers: usize, way: Way, lasts: Duration) -> (Child, Lines) {
    let way = if way == Way::Whole { "whole" } else { "accepted" };
    let task = format!("{url} {callers} {way} {} {}", lasts.as_millis(), fresh_numbers());
    let with = std::env::var(WITH).unwrap_or_default();
    let program = std::env::current_exe().expect("this program").into_os_string();
    let mut words = with.split_whitespace().map(OsString::from).chain([program]);
    let mut command = Command::new(words.next().expect("at least the program"));
    command.args(words).env(TASK, task).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut worker = command.spawn().expect("a process");
    let lines = BufReader::new(worker.stdout.take().expect("a pipe")).lines();
    (worker, lines)
}
