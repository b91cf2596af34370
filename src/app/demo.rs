//! `konter demo`: a whole shop on one terminal.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::Failure;
use super::environment::Environment;
use super::open::{Opened, fault, open};
use super::run::{Signals, no_proxies};
use crate::config::{LogFormat, Settings};
use crate::front::console::{self, Entered, Input, Printer, Screen, Talk};
use crate::http::{Callers, Http, Limits, router, serve};
use crate::shop::{Shop, pins};
use crate::telemetry::{self, LevelFilter};
use konter_core::agent::{Agent, Locale, PinState};
use konter_core::catalog::SAMPLE;
use konter_core::ids::AgentId;
use konter_core::ledger::{AccountId, Posting, Reason};
use konter_core::money::Rupiah;
use konter_core::order::Order;
use konter_simulator::{Kind, Pace, SimulatorConfig, Simulators};
use konter_store::{Commit, Sequence, Store, StoreError, Versioned};

/// The PIN of the demo's reseller.
const PIN: &str = "1234";
/// What the demo's reseller begins with.
const OPENING_BALANCE: Rupiah = Rupiah::new(100_000);
/// After the last line of a pipe orders are waited for so long: 30 s until the first status check, which ends every order
/// that can end by itself, and a moment for its answer.
const PIPE_PATIENCE: Duration = Duration::from_secs(33);
/// Seconds. Shorter than a real shop's, so that a supplier that does not answer is asked before a listener loses patience.
const SUPPLIERS_TIMEOUT: &str = "20";
/// After each line: how long its answer is waited for, so that it stands below its question. Orders that take longer
/// go on beside the conversation.
const ANSWER: Duration = Duration::from_millis(1_200);
/// A pipe has more patience: an order is announced as pending long before that.
const ANSWER_TO_A_PIPE: Duration = Duration::from_secs(10);
/// How often it is looked whether all is done.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long the end waits for what is under way once the suppliers have hung up.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// Runs the demo until the input ends or it is interrupted.
///
/// # Errors
/// When the store or the simulators cannot be started.
pub async fn demo(environment: &Environment) -> Result<(), Failure> {
    telemetry::start_logging(LevelFilter::ERROR, LogFormat::Text);
    let (mut signals, mut terminal) = (Signals::listen(), Terminal::listen());
    let home = Home::new(environment)?;
    let simulators = konter_simulator::start(SimulatorConfig::loopback(Pace::Demo)).await.map_err(fault)?;
    let settings = settings(environment, &simulators, &home)?;
    let Opened { shop, store, waiting, wording, door } = open(settings, Some(&catalog()), None).await?;
    seed(&store, locale(environment)).await.map_err(fault)?;

    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(fault)?;
    let address = listener.local_addr().map_err(fault)?;
    simulators.set_callback_base(format!("http://{address}"));
    let callers = Callers::new(&door, &[]);
    let http = Http {
        shop: Arc::clone(&shop),
        door: Arc::new(door),
        trusted_proxies: no_proxies(),
        metrics: telemetry::start_metrics(),
        backup_token: None,
    };
    let stop = CancellationToken::new();
    shop.recover().await.map_err(fault)?;
    shop.recover_inquiries().await.map_err(fault)?;
    shop.recover_inbox().await.map_err(fault)?;
    let server = tokio::spawn(serve(listener, router(http), callers, Limits::default(), stop.clone()));
    shop.start();
    greet();
    let (input, screen) = console::open();
    let (talk, screen) = (Arc::new(Talk::new(Utc::now())), Arc::new(screen));
    let printer = Printer {
        store: Arc::new(store.clone()),
        wording,
        talk: Arc::clone(&talk),
        screen: Arc::clone(&screen),
        files: home.dir.join("struk"),
    };
    let printing = tokio::spawn(printer.run(waiting));

    let ended = tokio::select! {
        ended = converse(&shop, &store, input, &talk, &screen) => ended,
        () = signals.told_to_stop() => Ok(()),
        () = terminal.closed() => Ok(()),
    };
    stop.cancel();
    // A supplier that hangs up ends what is under way there; it is in doubt, as after any lost connection.
    tokio::join!(shop.stop(STOP_PATIENCE), simulators.stop());
    let _ = server.await;
    printing.abort();
    store.close().await.map_err(fault)?;
    ended
}

/// Whether the terminal is still there.
struct Terminal {
    #[cfg(unix)]
    hung_up: Option<tokio::signal::unix::Signal>,
}

impl Terminal {
    fn listen() -> Self {
        #[cfg(unix)]
        {
            Self { hung_up: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok() }
        }
        #[cfg(not(unix))]
        Self {}
    }

    /// Waits until it is not.
    async fn closed(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.hung_up {
            signal.recv().await;
            return;
        }
        std::future::pending::<()>().await;
    }
}

/// Where the demo keeps its data: nowhere, unless told.
struct Home {
    dir: PathBuf,
    /// Removed with the demo.
    throw_away: bool,
}

impl Home {
    fn new(environment: &Environment) -> Result<Self, Failure> {
        if let Some(dir) = environment.get("KONTER_DATA_DIR").filter(|dir| !dir.is_empty()) {
            return Ok(Self { dir: dir.into(), throw_away: false });
        }
        let dir =
            std::env::temp_dir().join(format!("konter-demo-{}-{:08x}", std::process::id(), rand::random::<u32>()));
        std::fs::create_dir_all(&dir).map_err(|error| Failure::Fault(format!("{}: {error}", dir.display())))?;
        Ok(Self { dir, throw_away: true })
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if self.throw_away {
            // Nothing can be done about a leftover at this point but to leave it to the system's own cleaning.
            let _ = std::fs::remove_dir_all(&self.dir);
        }
    }
}

/// The sample, and a product of each supplier that is described by a recipe: without an operator, so that none of them is
/// what somebody means who orders by amount.
fn catalog() -> String {
    let product = |kind: Kind| {
        let (code, id) = (kind.name().to_uppercase(), kind.supplier_id());
        format!("{code},Pulsa 10.000 lewat {id},Lewat resep,,topup,,10400,{id},S10,,10150,1,yes,phone\n")
    };
    std::iter::once(SAMPLE.to_owned()).chain(Kind::DESCRIBED.map(product)).collect()
}

/// What the demo's suppliers are called, for `KONTER_SUPPLIERS`.
pub(super) fn supplier_ids() -> String {
    Kind::every().map(Kind::supplier_id).collect::<Vec<_>>().join(",")
}

/// The very settings a real shop would have, so that the demo goes the same way through everything.
fn settings(environment: &Environment, simulators: &Simulators, home: &Home) -> Result<Settings, Failure> {
    let mut variables: HashMap<String, String> = HashMap::new();
    let mut set = |name: String, value: &str| drop(variables.insert(name, value.to_owned()));
    set("KONTER_DATA_DIR".to_owned(), &home.dir.to_string_lossy());
    set("KONTER_ADMINS".to_owned(), &console::admin().to_string());
    set("KONTER_REGISTRATION".to_owned(), "open");
    // A session of minutes needs no evening; `/rekap` shows the same.
    set("KONTER_SUMMARY_AT".to_owned(), "off");
    // Only where one is asked for: `/supplier digi harga`.
    set("KONTER_PRICE_LISTS".to_owned(), "off");
    set("KONTER_BANKS".to_owned(), "BCA 1234567890 a.n. Demo Cell");
    let locale = environment.get("KONTER_LOCALE").unwrap_or_default();
    set("KONTER_LOCALE".to_owned(), &locale);
    set("KONTER_SUPPLIERS".to_owned(), &supplier_ids());
    for kind in Kind::every() {
        let id = kind.supplier_id().to_uppercase();
        for (suffix, value) in kind.protocol() {
            set(format!("SUPPLIER_{id}_{suffix}"), value);
        }
        set(format!("SUPPLIER_{id}_URL"), &simulators.url(kind));
        set(format!("SUPPLIER_{id}_CALLBACK_IPS"), "127.0.0.1");
        // A demo at midnight should still sell.
        set(format!("SUPPLIER_{id}_CUTOFF"), "none");
        set(format!("SUPPLIER_{id}_TIMEOUT_SECS"), SUPPLIERS_TIMEOUT);
        for (suffix, value) in kind.credentials() {
            set(format!("SUPPLIER_{id}_{suffix}"), value);
        }
    }
    Settings::read(&|name| variables.get(name).cloned())
        .map_err(|errors| Failure::Fault(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}

fn locale(environment: &Environment) -> Locale {
    Locale::from_name(&environment.get("KONTER_LOCALE").unwrap_or_default()).unwrap_or_default()
}

/// The demo's reseller with its opening balance, once.
async fn seed(store: &Store, locale: Locale) -> Result<(), StoreError> {
    if store.agent_of_chat(&console::reseller()).await?.is_some() {
        return Ok(());
    }
    let hash = pins::hash(PIN).await.ok_or_else(|| StoreError::Unavailable("a PIN cannot be hashed".to_owned()))?;
    let number = store.next(Sequence::Agent).await?;
    let id = AgentId(u32::try_from(number).unwrap_or(u32::MAX));
    let now = Utc::now();
    // Not of this moment: a deposit of the same sum would be asked back as the same money.
    let mut commit = Commit::new(now - chrono::TimeDelta::hours(1));
    commit.agents.push(Versioned {
        expected: None,
        row: Agent {
            locale,
            ..Agent::new(id, "Demo Cell".to_owned(), PinState::new(hash, PIN.len()), vec![console::reseller()], now)
        },
    });
    commit.postings.push(Posting::Transfer {
        debit: AccountId::Cash,
        credit: AccountId::Agent(id),
        amount: OPENING_BALANCE,
        reason: Reason::Deposit,
        order: None,
        note: Some("saldo awal demo".to_owned()),
        may_overdraw: false,
    });
    store.commit(commit).await.map(drop).map_err(|error| StoreError::Unavailable(error.to_string()))
}

fn greet() {
    tell(&format!(
        "konter demo: simulated suppliers, one reseller (KR0001, PIN {PIN}, balance {OPENING_BALANCE}), one admin.\n\
         Type as the reseller:   S10.081234567890.{PIN}     CEKPLN.14027480390     TKN20.14027480390.{PIN}     SAL     BANTUAN\n\
         Suppliers of a recipe:  DIGIFLAZZ.081234567890.{PIN}     OTOMAX.081234567890.{PIN}\n\
         Bills and receipts:     TAG.PLNPOST.520010502267     BAYAR.PLNPOST.520010502267.{PIN}     STRUK.1.75000\n\
         Type as the admin:      /pending     /supplier     /deposit KR0001 50000     /help\n\
         A reply's buttons have numbers: 1 presses [1]. The destination's last digits choose what the supplier does:\n\
         ...01 pending, ...11 wrong number, ...04 no answer (all of them: docs/demo.md). `exit` or Ctrl-D ends."
    ));
}

/// Words about the demo itself. Nobody may be there to read them any more.
fn tell(words: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{words}");
}

/// Hands every line of the input on, until it ends. What a pipe has ordered is waited for.
async fn converse(
    shop: &Arc<Shop>,
    store: &Store,
    mut input: Input,
    talk: &Talk,
    screen: &Screen,
) -> Result<(), Failure> {
    while let Some(line) = input.line().await.map_err(fault)? {
        let message = match talk.typed(&line, Utc::now()) {
            Entered::Nothing => continue,
            Entered::End => break,
            Entered::Message(message) => message,
        };
        if !input.is_person() {
            echo(&line, screen);
        }
        shop.receive(vec![message]).await.map_err(fault)?;
        let (started, patience) = (Instant::now(), if input.is_person() { ANSWER } else { ANSWER_TO_A_PIPE });
        wait_until(|| started.elapsed() >= patience, || all_announced(store)).await.map_err(fault)?;
    }
    if !input.is_person() {
        let ended = Instant::now();
        wait_until(|| ended.elapsed() >= PIPE_PATIENCE, || all_final(store)).await.map_err(fault)?;
        tell_open(store).await.map_err(fault)?;
    }
    Ok(())
}

/// What a pipe has ordered and did not see the end of.
async fn tell_open(store: &Store) -> Result<(), StoreError> {
    let open = store.open_orders().await?;
    if open.is_empty() {
        return Ok(());
    }
    let orders: Vec<_> = open.iter().map(|order| format!("#{} {} {}", order.id, order.product, order.dest)).collect();
    let seconds = PIPE_PATIENCE.as_secs();
    tell(&format!("still open {seconds} s after the last line: {}. Here the demo ends.", orders.join(", ")));
    Ok(())
}

/// A piped conversation reads like a typed one.
fn echo(line: &str, screen: &Screen) {
    /// What is shown of a line; the shop itself gets all of it.
    const SHOWN: usize = 200;
    let shown: String = line.trim().chars().filter(|c| !c.is_control()).take(SHOWN).collect();
    screen.say(&format!("> {shown}"));
}

/// Waits until something holds, or there is no patience left.
async fn wait_until<F>(is_enough: impl Fn() -> bool, mut holds: impl FnMut() -> F) -> Result<(), StoreError>
where
    F: Future<Output = Result<bool, StoreError>>,
{
    while !holds().await? && !is_enough() {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// Every message is answered and every reply said.
async fn all_said(store: &Store) -> Result<bool, StoreError> {
    Ok(store.inbox().await?.is_empty() && store.waiting_chats().await?.is_empty())
}

/// No supplier is being asked about a customer or a bill.
async fn nothing_asked(store: &Store) -> Result<bool, StoreError> {
    Ok(store.asking().await?.is_empty())
}

/// All is said, and no order is waiting without a word.
async fn all_announced(store: &Store) -> Result<bool, StoreError> {
    settled(store, |order| order.announced).await
}

/// All is said, and every order is final.
async fn all_final(store: &Store) -> Result<bool, StoreError> {
    settled(store, |_| false).await
}

/// Looks at what is said before and after the rest: what becomes settled in between has something to say.
async fn settled(store: &Store, may_stay: impl Fn(&Order) -> bool) -> Result<bool, StoreError> {
    Ok(all_said(store).await?
        && nothing_asked(store).await?
        && store.open_orders().await?.iter().all(may_stay)
        && all_said(store).await?)
}
