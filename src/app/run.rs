//! `konter run`: the real shop.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use ipnet::IpNet;
use secrecy::ExposeSecret as _;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::about::About;
use super::check::{unprotected, unset};
use super::environment::Environment;
use super::machine::about_address;
use super::open::{Opened, fault, open};
use super::private::backup_token;
use super::room::Stopped;
use super::{Failure, handles, service_manager};
use crate::config::{BackupSettings, Settings, TelegramSettings};
use crate::front::Inbox;
use crate::front::h2h::{self, Reporter};
use crate::front::telegram::{self, Telegram, Timing, Waker};
use crate::http::{Callers, Http, Limits, Program, REQUEST_TIMEOUT, router, serve, within};
use crate::shop::Shop;
use crate::telemetry::{self, LevelFilter};
use konter_core::ids::ChatId;
use konter_store::{CLOSED_DAY, InboxMessage, Store, StoreError, is_in_use};

/// How long a stop waits for suppliers' answers under way. Shorter than what service managers allow; what does not
/// finish is in doubt and is asked about at the next start.
const STOP_PATIENCE: Duration = Duration::from_secs(75);

/// How long a stop waits for HTTP requests under way.
const SERVER_PATIENCE: Duration = Duration::from_secs(5);

/// How long a stop waits for replies to be said, and how many of them it waits for.
const LAST_WORDS: Duration = Duration::from_secs(5);
const MANY_WORDS: usize = 100;
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How long a store has failed before the shop ends itself: the admins and whoever writes meanwhile are told first, past
/// the outbox.
const AFTER_A_FAULT: Duration = Duration::from_secs(15);

/// How long what is under way may take to let go of a store that has failed. Nothing of it can be kept any more.
const FAULT_PATIENCE: Duration = Duration::from_secs(5);

/// Exit code of a stop that was not waited for.
const ENDED_AT_ONCE: i32 = 1;

/// Runs the shop until it is told to stop.
///
/// # Errors
/// When settings are wrong, the store cannot be used, or the address is taken.
pub async fn run(environment: &Environment) -> Result<(), Failure> {
    telemetry::start_logging(LevelFilter::INFO, environment.log_format());
    let mut signals = Signals::listen();
    let (settings, warnings) = environment.settings()?;
    let about = About::of(&settings);
    begin_log(&about, &settings, warnings);
    handles::raise_limit();
    let metrics = telemetry::start_metrics();
    let (listen, proxies) = (settings.listen, settings.trusted_proxies.clone());
    let telegram = settings.telegram.as_ref().map(|telegram| bot(telegram, &settings)).transpose()?;
    // Before anything is made or opened: without its address no shop begins.
    let listener = TcpListener::bind(listen).await.map_err(|error| without_address(&settings, &error))?;
    let backups = BackupSettings {
        // Without a chat there is nobody to send it to.
        passphrase: settings.backups.passphrase.clone().filter(|_| telegram.is_some()),
        ..settings.backups.clone()
    };
    let private_reports = settings.policy.private_reports;
    let backup_dir = settings.backups.folder.clone();
    let (data_dir, stopped) = (settings.data_dir.clone(), Stopped::in_dir(&settings.data_dir));
    let Opened { shop, store, waiting, wording, door } = open(settings, None, telegram.as_ref()).await?;
    let token = backup_token(&data_dir)?;

    let callers = Callers::new(&door, &proxies);
    let http = Http {
        shop: Arc::clone(&shop),
        door: Arc::new(door),
        trusted_proxies: Arc::new(proxies),
        metrics,
        backup_token: Some(token),
    };
    take_up(&store, &shop, listen).await?;
    shop.start();
    if stopped.is_set() {
        // Only once it is stored is it true.
        shop.tell_store_works().await.map_err(fault)?;
        stopped.clear();
    }
    shop.start_backups(backups);

    if let Some(telegram) = &telegram {
        let keeper = Arc::clone(&shop);
        telegram.learn_clock(Box::new(move |said| keeper.compare_clock(said)));
    }
    let stop = CancellationToken::new();
    let inbox: Arc<dyn Inbox> = Arc::new(Counter(Arc::clone(&shop)));
    let program = Program { about: about.of_http(), telegram: telegram_s_state(telegram.as_ref()) };
    let mut routes = router(http).layer(axum::Extension(program));
    let waker = Waker::default();
    let mut fronts = tokio::task::JoinSet::new();
    if let Some(telegram) = &telegram {
        if let Some(webhook) = telegram.webhook_router(Arc::clone(&inbox)) {
            routes = routes.merge(within(REQUEST_TIMEOUT, webhook));
        }
        fronts.spawn(telegram.pump(Arc::new(store.clone()), wording, waker.clone()).run(stop.clone()));
    }
    let reporter = Reporter::new(store.clone(), shop.clock.clone(), private_reports, h2h::Timing::default());
    let (reports, to_report) = mpsc::unbounded_channel();
    fronts.spawn(reporter.map_err(fault)?.run(to_report, stop.clone()));
    fronts.spawn(hand_on(waiting, waker, reports, stop.clone()));
    fronts.spawn(prove_beside_the_work(Arc::clone(&shop), backup_dir, stop.clone()));
    fronts.spawn(service_manager::stays_alive(Arc::clone(&shop), stop.clone()));
    let server = tokio::spawn(serve(listener, routes, callers, Limits::default(), stop.clone()));

    service_manager::is_open(&format!("konter {about}"));

    let (roster, leading) = (shop.roster(), shop.share.leading());
    let receiving = async {
        let Some(telegram) = &telegram else {
            stop.cancelled().await;
            return Ok(());
        };
        telegram.run(inbox.as_ref(), roster, leading, &stop).await.map_err(|error| Failure::Wrong(error.to_string()))
    };
    let ended = tokio::select! {
        ended = receiving => ended,
        () = signals.told_to_stop() => Ok(()),
        error = fault_of(&store, &shop, &stopped) => {
            stop.cancel();
            return Err(give_up(&store, &shop, &error).await);
        }
    };
    service_manager::stops();
    tracing::info!("stopping: finishing what is under way; a second signal ends at once");
    let impatient = tokio::spawn(end_at_once(signals));
    // Replies of the last orders still go out while they finish.
    shop.stop(STOP_PATIENCE).await;
    if telegram.is_some() {
        last_words(&store).await;
    }
    stop.cancel();
    while fronts.join_next().await.is_some() {}
    // A caller who never finishes a request must not keep the store open.
    let _ = tokio::time::timeout(SERVER_PATIENCE, server).await;
    store.close().await.map_err(fault)?;
    impatient.abort();
    tracing::info!("stopped");
    ended
}

/// Which program this is, before anything else; then what its owner should know of these settings.
fn begin_log(about: &About, settings: &Settings, warnings: Vec<String>) {
    about.log();
    let unset = unset(settings).into_iter().map(ToOwned::to_owned);
    for words in warnings.into_iter().chain(unset).chain(unprotected(settings)) {
        tracing::warn!("{words}");
    }
}

/// What has the address may go, and one that is not there may come: after a power cut a tunnel is up later than the shop. Then the
/// start is tried again.
fn without_address(settings: &Settings, error: &io::Error) -> Failure {
    let (listen, dir) = (settings.listen, &settings.data_dir);
    let told = format!("KONTER_LISTEN: {listen}: {}", about_address(error));
    match error.kind() {
        io::ErrorKind::AddrInUse if is_in_use(dir) => {
            Failure::Fault(format!("{told}: the shop that is at work in {}", dir.display()))
        }
        io::ErrorKind::AddrInUse | io::ErrorKind::AddrNotAvailable => Failure::Fault(told),
        _ => Failure::Wrong(told),
    }
}

/// Takes up what an earlier run left, or joins the processes that are at work.
async fn take_up(store: &Store, shop: &Arc<Shop>, listen: SocketAddr) -> Result<(), Failure> {
    if let Some(words) = store.words() {
        shop.begin_together(words).await.map_err(fault)?;
        tracing::info!(%listen, "konter is open, together with any others on this database");
    } else {
        // Orders first: what the inbox orders now must not be taken for something interrupted.
        let orders = shop.recover().await.map_err(fault)?;
        shop.recover_inquiries().await.map_err(fault)?;
        let messages = shop.recover_inbox().await.map_err(fault)?;
        // Those that came while it was closed, and those that were open when it last stopped.
        tracing::info!(%listen, messages, orders, "konter is open");
    }
    Ok(())
}

/// Tells each front of the chats that have something waiting and are its own.
async fn hand_on(
    mut waiting: mpsc::UnboundedReceiver<ChatId>,
    waker: Waker,
    reports: mpsc::UnboundedSender<ChatId>,
    stop: CancellationToken,
) {
    while let Some(Some(chat)) = stop.run_until_cancelled(waiting.recv()).await {
        if chat.program_of().is_some() {
            let _ = reports.send(chat);
        } else {
            waker.notify(&chat);
        }
    }
}

/// Waits until the store has failed and everybody who can be told has been.
async fn fault_of(store: &Store, shop: &Arc<Shop>, stopped: &Stopped) -> StoreError {
    let error = store.failed().await;
    // Who was told before waits for the good news.
    if !stopped.is_set() {
        shop.tell_store_failed(&error);
        stopped.set();
    }
    tracing::error!(%error, "the store failed: the shop ends itself in {AFTER_A_FAULT:?}, to be started again");
    tokio::time::sleep(AFTER_A_FAULT).await;
    error
}

/// Ends a shop whose store has failed. Everything that was acknowledged is on the disk; the rest is taken up by the next start.
async fn give_up(store: &Store, shop: &Shop, error: &StoreError) -> Failure {
    shop.stop(FAULT_PATIENCE).await;
    let _ = tokio::time::timeout(FAULT_PATIENCE, store.close()).await;
    Failure::Broken(format!("the store failed, the shop must be started again: {error}"))
}

/// Waits a moment until the replies of the last orders are said. Those that are not are said at the next start.
async fn last_words(store: &Store) {
    let until = Instant::now() + LAST_WORDS;
    while Instant::now() < until {
        if store.share().shards().is_empty() {
            // What waits is others' to say.
            return;
        }
        match store.depths().await {
            // So many wait because Telegram is away.
            Ok(waiting) if waiting.outbox == 0 || waiting.outbox > MANY_WORDS => return,
            Ok(_) => tokio::time::sleep(LOOK_EVERY).await,
            Err(_) => return,
        }
    }
}

/// Ends the program at the next signal, as a kill would: everything that was acknowledged is on the disk, and what is
/// under way is taken up at the next start.
async fn end_at_once(mut signals: Signals) {
    signals.told_to_stop().await;
    tracing::warn!("told to stop again: ending at once; requests under way are taken up at the next start");
    std::process::exit(ENDED_AT_ONCE);
}

/// How Telegram is reached, whenever somebody asks.
fn telegram_s_state(telegram: Option<&Arc<Telegram>>) -> Arc<dyn Fn() -> serde_json::Value + Send + Sync> {
    let telegram = telegram.map(Arc::clone);
    Arc::new(move || telegram.as_ref().map_or_else(|| serde_json::json!({ "state": "off" }), |bot| bot.link().into()))
}

pub(super) fn bot(telegram: &TelegramSettings, settings: &Settings) -> Result<Arc<Telegram>, Failure> {
    let settings = telegram::Settings {
        token: telegram.token.expose_secret().into(),
        api_url: telegram.api_url.as_ref().map(ToString::to_string),
        webhook_url: telegram.webhook_url.as_ref().map(ToString::to_string),
        locale: settings.policy.locale,
        timing: Timing::default(),
    };
    Telegram::new(settings).map(Arc::new).map_err(|error| Failure::Wrong(error.to_string()))
}

/// What the fronts hand their messages to.
struct Counter(Arc<Shop>);

#[async_trait]
impl Inbox for Counter {
    async fn receive(&self, messages: Vec<InboxMessage>) -> Result<(), StoreError> {
        self.0.receive(messages).await
    }
}

/// The books are proven beside the work: a shop with a long history opens at once all the same. Days first: what the audit reads
/// of them is whole again then.
async fn prove_beside_the_work(shop: Arc<Shop>, backups: PathBuf, ended: CancellationToken) {
    let proving = async {
        let are_days_whole = shop.prove_days(&backups).await;
        let is_sound = match konter_store::audit::audit_beside_work(&shop.store).await {
            Ok(report) if !report.is_clean() => {
                tracing::error!(%report, "THE BOOKS DO NOT ADD UP: run `konter audit`");
                Some(false)
            }
            Ok(_) if !are_days_whole => {
                tracing::error!("every balance adds up, BUT CLOSED DAYS CANNOT BE READ: see /health");
                Some(true)
            }
            Ok(_) => {
                tracing::info!("the books are sound: every balance adds up, every closed day is whole");
                Some(true)
            }
            // Lines of the journal are in there. Nothing says that the balances are wrong: the shop goes on selling.
            Err(error @ StoreError::Corrupt { what: CLOSED_DAY, .. }) if !are_days_whole => {
                tracing::error!(%error, "the books cannot be counted, AS CLOSED DAYS CANNOT BE READ: see /health");
                None
            }
            Err(error) => {
                tracing::error!(%error, "THE BOOKS CANNOT BE READ: run `konter audit`");
                Some(false)
            }
        };
        if let Some(is_sound) = is_sound {
            metrics::gauge!("konter_books_sound").set(if is_sound { 1.0 } else { 0.0 });
        }
        shop.watch_days(&backups).await;
    };
    ended.run_until_cancelled(proving).await;
}

/// SIGINT, SIGTERM, and SIGHUP, which comes when the terminal goes, heard from the moment this is made: a signal during a
/// start is a stop, not a kill.
pub(super) struct Signals {
    #[cfg(unix)]
    terminate: Option<tokio::signal::unix::Signal>,
    #[cfg(unix)]
    interrupt: Option<tokio::signal::unix::Signal>,
    #[cfg(unix)]
    hang_up: Option<tokio::signal::unix::Signal>,
}

impl Signals {
    pub(super) fn listen() -> Self {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            let heard = |kind: SignalKind| {
                signal(kind).inspect_err(|error| tracing::error!(%error, "a signal cannot be heard")).ok()
            };
            let hang_up = if hanging_up_ends_it() { heard(SignalKind::hangup()) } else { None };
            Self { terminate: heard(SignalKind::terminate()), interrupt: heard(SignalKind::interrupt()), hang_up }
        }
        #[cfg(not(unix))]
        Self {}
    }

    pub(super) async fn told_to_stop(&mut self) {
        #[cfg(unix)]
        {
            async fn hear(signal: &mut Option<tokio::signal::unix::Signal>) {
                match signal {
                    Some(signal) => drop(signal.recv().await),
                    None => std::future::pending().await,
                }
            }
            tokio::select! {
                () = hear(&mut self.terminate) => {}
                () = hear(&mut self.interrupt) => {}
                () = hear(&mut self.hang_up) => {}
            }
        }
        #[cfg(not(unix))]
        drop(tokio::signal::ctrl_c().await);
    }
}

/// Whether SIGHUP would end this process. Under `nohup` it is ignored, and hearing it would undo that.
#[cfg(unix)]
fn hanging_up_ends_it() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 0)
}

/// Whose forwarded address is believed in the demo: nobody's.
pub(super) fn no_proxies() -> Arc<Vec<IpNet>> {
    Arc::new(Vec::new())
}
