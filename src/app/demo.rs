//! `konter demo`: a whole shop on one terminal.

use std::collections::HashMap;
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::Failure;
use super::open::{Opened, fault, open};
use super::run::{Signals, no_proxies};
use crate::config::{LogFormat, Settings};
use crate::front::console::{self, Lines};
use crate::http::{Callers, Http, Limits, router, serve};
use crate::shop::{Shop, pins};
use crate::telemetry::{self, LevelFilter};
use konter_core::agent::{Agent, AgentStatus, PinState};
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
/// After the last line: how long orders are waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// After each line: how long its answer is waited for, so that it stands below its question. Orders that take longer
/// go on beside the conversation.
const ANSWER: Duration = Duration::from_millis(1_200);
/// How often it is looked whether all is done.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Runs the demo until the input ends or it is interrupted.
///
/// # Errors
/// When the store or the simulators cannot be started.
pub async fn demo() -> Result<(), Failure> {
    telemetry::start_logging(LevelFilter::ERROR, LogFormat::Text);
    let mut signals = Signals::listen();
    let home = Home::new()?;
    let simulators = konter_simulator::start(SimulatorConfig::loopback(Pace::Demo)).await.map_err(fault)?;
    let settings = settings(&simulators, &home)?;
    let Opened { shop, store, waiting, wording, door } = open(settings, Some(SAMPLE), None).await?;
    seed(store.as_ref()).await.map_err(fault)?;

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
    let printer = tokio::spawn(console::print_replies(Arc::clone(&store), wording, waiting, home.dir.join("struk")));
    greet();

    tokio::select! {
        result = converse(&shop, store.as_ref()) => {
            result?;
            wait_until(PATIENCE, || all_final(store.as_ref())).await.map_err(fault)?;
        }
        () = signals.told_to_stop() => {}
    }
    shop.stop(Duration::from_secs(1)).await;
    stop.cancel();
    let _ = server.await;
    simulators.stop().await;
    printer.abort();
    store.close().await.map_err(fault)
}

/// Where the demo keeps its data: nowhere, unless told.
struct Home {
    dir: PathBuf,
    /// Removed with the demo.
    throw_away: bool,
}

impl Home {
    fn new() -> Result<Self, Failure> {
        if let Some(dir) = std::env::var_os("KONTER_DATA_DIR").filter(|dir| !dir.is_empty()) {
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

/// The very settings a real shop would have, so that the demo goes the same way through everything.
fn settings(simulators: &Simulators, home: &Home) -> Result<Settings, Failure> {
    let mut variables: HashMap<String, String> = HashMap::new();
    let mut set = |name: String, value: &str| drop(variables.insert(name, value.to_owned()));
    set("KONTER_DATA_DIR".to_owned(), &home.dir.to_string_lossy());
    set("KONTER_ADMINS".to_owned(), &console::admin().to_string());
    set("KONTER_REGISTRATION".to_owned(), "open");
    // A session of minutes needs no evening; `/rekap` shows the same.
    set("KONTER_SUMMARY_AT".to_owned(), "off");
    set("KONTER_BANKS".to_owned(), "BCA 1234567890 a.n. Demo Cell");
    let locale = std::env::var("KONTER_LOCALE").unwrap_or_default();
    set("KONTER_LOCALE".to_owned(), &locale);
    set("KONTER_SUPPLIERS".to_owned(), &Kind::ALL.map(Kind::supplier_id).join(","));
    for kind in Kind::ALL {
        let id = kind.supplier_id().to_uppercase();
        set(format!("SUPPLIER_{id}_PROTOCOL"), kind.name());
        set(format!("SUPPLIER_{id}_URL"), &simulators.url(kind));
        set(format!("SUPPLIER_{id}_CALLBACK_IPS"), "127.0.0.1");
        // A demo at midnight should still sell.
        set(format!("SUPPLIER_{id}_CUTOFF"), "none");
        for (suffix, value) in kind.credentials() {
            set(format!("SUPPLIER_{id}_{suffix}"), value);
        }
    }
    Settings::read(&|name| variables.get(name).cloned())
        .map_err(|errors| Failure::Fault(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}

/// The demo's reseller with its opening balance, once.
async fn seed(store: &dyn Store) -> Result<(), StoreError> {
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
            id,
            version: 1,
            name: "Demo Cell".to_owned(),
            status: AgentStatus::Active,
            pin: PinState::new(hash, PIN.len()),
            chats: vec![console::reseller()],
            phones: Vec::new(),
            locale: konter_core::agent::Locale::from_name(&std::env::var("KONTER_LOCALE").unwrap_or_default())
                .unwrap_or_default(),
            receipt_shop: None,
            receipt_footer: None,
            waits_for_break: false,
            network: konter_core::network::Network::default(),
            identities: konter_core::habits::Identities::default(),
            created_at: now,
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
    eprintln!(
        "konter demo: five simulated suppliers, one reseller (KR0001, PIN {PIN}, balance {OPENING_BALANCE}), one admin.\n\
         Type as the reseller:   S10.081234567890.{PIN}     CEKPLN.14027480390     TKN20.14027480390.{PIN}     SAL     BANTUAN\n\
         Bills and receipts:     TAG.PLNPOST.520010502267     BAYAR.PLNPOST.520010502267.{PIN}     STRUK.1.75000\n\
         Type as the admin:      /pending     /supplier     /deposit KR0001 50000     /help     (and what it is asked: /YA.1)\n\
         The destination's last digits choose what the supplier does: ...01 pending, ...11 wrong number, ...04 no answer\n\
         (all of them: README). Ctrl-D ends."
    );
}

/// Hands every line of the input on, until it ends.
async fn converse(shop: &Arc<Shop>, store: &dyn Store) -> Result<(), Failure> {
    let interactive = std::io::stdin().is_terminal();
    let lines = Lines::new(Utc::now());
    let mut input = BufReader::new(tokio::io::stdin());
    let mut line = Vec::new();
    loop {
        if interactive {
            prompt();
        }
        line.clear();
        // Bytes, not text: a line in another charset must not end the conversation.
        if input.read_until(b'\n', &mut line).await.map_err(fault)? == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&line);
        let Some(message) = lines.message(&text, Utc::now()) else { continue };
        if !interactive {
            echo(&message.text);
        }
        shop.receive(vec![message]).await.map_err(fault)?;
        wait_until(ANSWER, || all_announced(store)).await.map_err(fault)?;
    }
}

fn prompt() {
    let mut out = std::io::stdout().lock();
    let _ = write!(out, "> ").and_then(|()| out.flush());
}

/// A piped conversation reads like a typed one.
fn echo(text: &str) {
    /// What is shown of a line; the shop itself gets all of it.
    const SHOWN: usize = 200;
    let shown: String = text.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "> {shown}").and_then(|()| out.flush());
}

/// Waits until something holds, at most so long.
async fn wait_until<F>(patience: Duration, mut holds: impl FnMut() -> F) -> Result<(), StoreError>
where
    F: Future<Output = Result<bool, StoreError>>,
{
    let started = Instant::now();
    while !holds().await? && started.elapsed() < patience {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// Every message is answered and every reply said.
async fn all_said(store: &dyn Store) -> Result<bool, StoreError> {
    Ok(store.inbox().await?.is_empty() && store.waiting_chats().await?.is_empty())
}

/// No supplier is being asked about a customer or a bill.
async fn nothing_asked(store: &dyn Store) -> Result<bool, StoreError> {
    Ok(store.asking().await?.is_empty())
}

/// All is said, and no order is waiting without a word.
async fn all_announced(store: &dyn Store) -> Result<bool, StoreError> {
    settled(store, |order| order.announced).await
}

/// All is said, and every order is final.
async fn all_final(store: &dyn Store) -> Result<bool, StoreError> {
    settled(store, |_| false).await
}

/// Looks at what is said before and after the rest: what becomes settled in between has something to say.
async fn settled(store: &dyn Store, may_stay: impl Fn(&Order) -> bool) -> Result<bool, StoreError> {
    Ok(all_said(store).await?
        && nothing_asked(store).await?
        && store.open_orders().await?.iter().all(may_stay)
        && all_said(store).await?)
}
