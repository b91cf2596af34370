//! Opening a shop: everything the running commands share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use tokio::sync::mpsc;

use super::Failure;
use super::backup::ON_THE_WAY;
use super::private::{close_to_others, may_read};
use super::room;
use super::unread_catalog::{is_any_known, is_sold_as_it_says, note_known, unread_catalog};
use super::unrouted::unrouted;
use crate::backup::{BUILT_IN, BackupError, folder, set};
use crate::clock::{ShopClock, SystemClock};
use crate::config::Settings;
use crate::front::telegram::Telegram;
use crate::front::{File, FileKind, Text, Wording};
use crate::http::{CallbackAuth, Entry};
use crate::shop::pins::Pepper;
use crate::shop::seal::Seal;
use crate::shop::suppliers::{Supplier, Suppliers};
use crate::shop::{ChatService, NoChatService, Parts, Shop};

use super::on_telegram::OnTelegram;
use konter_command::is_orderable;
use konter_core::catalog::{Catalog, Product, Table, read_catalog};
use konter_core::ids::ChatId;
use konter_core::phone::PrefixTable;
use konter_core::pricing::{self, below_cost};
use konter_documents::workbook::table;
use konter_reply::{BelowCost, DeskReply, KeepingReply, Reply, Texts};
use konter_store::parts::books_in;
use konter_store::postgres::PostgresStore;
use konter_store::sled_store::{SledOptions, SledStore};
use konter_store::{
    CLOSED_DAY, Commit, CommitError, NewPepper, Outgoing, Payload, Say, Store, StoreError, holds_store,
};

/// In a data dir whose shop has moved to a database.
pub(super) const MOVED: &str = "moved-to-database";

/// Rows sold below their cost that are named at the first import.
const NAMED_BELOW_COST: usize = 10;

/// A shop put together but not started.
pub(super) struct Opened {
    pub shop: Arc<Shop>,
    pub store: Store,
    /// Chats that have something waiting, as they come up.
    pub waiting: mpsc::UnboundedReceiver<ChatId>,
    pub wording: Arc<dyn Wording>,
    pub door: CallbackAuth,
}

/// Texts as the fronts want them.
struct Words {
    texts: Texts,
    /// Where backups lie that are to be sent.
    backups: PathBuf,
    /// When the shop was put back from a backup: what was to be said before may have been said.
    restored_at: Option<DateTime<Utc>>,
}

impl Words {
    /// What may have been said before says so.
    fn mark(&self, row: &Outgoing, again: bool, body: &mut String) {
        let is_reply = matches!(row.payload, Payload::Reply(_));
        if is_reply && (again || self.restored_at.is_some_and(|restored| row.at <= restored)) {
            let said_before = Reply::Keeping(KeepingReply::SaidBefore);
            body.push_str("\n\n");
            body.push_str(&self.texts.render(row.locale, &said_before, None).body);
        }
    }

    fn put(&self, row: &Outgoing, again: bool) -> Text {
        match &row.payload {
            Payload::Reply(reply) | Payload::Edit { reply, .. } => {
                let mut rendered = self.texts.render(row.locale, reply, row.balance);
                self.mark(row, again, &mut rendered.body);
                rendered
            }
            Payload::Forget { .. } | Payload::Copy { .. } => Text::default(),
        }
    }
}

impl Wording for Words {
    fn render(&self, row: &Outgoing) -> Text {
        self.put(row, false)
    }

    fn render_again(&self, row: &Outgoing) -> Text {
        self.put(row, true)
    }

    fn file(&self, row: &Outgoing) -> Option<File> {
        let reply = match &row.payload {
            Payload::Reply(reply) | Payload::Edit { reply, .. } => reply,
            Payload::Forget { .. } | Payload::Copy { .. } => return None,
        };
        if let Reply::Keeping(KeepingReply::BackupSent(file)) = &**reply {
            // Gone since: then its words tell at least that it was made.
            let bytes = std::fs::read(self.backups.join(&file.name)).ok()?;
            // Whoever restores it asks from which moment it is, not when it was sent.
            let name = folder::sealed_name(file.made_at);
            return Some(File { name, kind: FileKind::Document, bytes });
        }
        self.texts.file(row.locale, reply)
    }
}

/// Opens the store and everything around it. An empty store begins with `catalog`, or with the file of the settings.
pub(super) async fn open(
    settings: Settings,
    catalog: Option<&str>,
    telegram: Option<&Arc<Telegram>>,
) -> Result<Opened, Failure> {
    let texts = texts(&settings)?;
    let prefixes = prefixes(&settings)?;
    if catalog.is_none() && settings.database_url.is_none() && !settings.data_dir.exists() {
        // A first start that ends at its catalog leaves no data dir behind.
        catalog_table(&settings.catalog)?;
    }
    let store = open_store(&settings, Use::Running).await?;
    let restored_at = store.restored().await.map_err(fault)?.map(|restored| restored.at);
    let wording: Arc<dyn Wording> = Arc::new(Words { texts, backups: settings.backups.folder.clone(), restored_at });
    let clock = ShopClock::new(Arc::new(SystemClock), settings.time_zone);
    let catalog = stock(&store, &settings, catalog, &clock).await?;
    if let Some(words) = unrouted(catalog.iter(), &settings.supplier_ids()) {
        tracing::warn!("catalog: {words}");
    }
    let (policy, pepper) = (settings.policy.clone(), pepper(&store, &settings, &clock).await?);
    // Only where messages come from a chat service is there a secret to seal them with.
    let seal = settings.telegram.as_ref().map(|telegram| Seal::new(&telegram.token));
    let (door, suppliers) = suppliers(settings)?;
    let chats: Arc<dyn ChatService> = match telegram {
        Some(telegram) => Arc::new(OnTelegram { telegram: Arc::clone(telegram), wording: Arc::clone(&wording) }),
        None => Arc::new(NoChatService),
    };
    let parts = Parts { store: store.clone(), clock, policy, prefixes, suppliers, catalog, chats, pepper, seal };
    let (shop, waiting) = Shop::open(parts).await.map_err(fault)?;
    Ok(Opened { shop, store, waiting, wording, door })
}

/// The pepper PINs are hashed with. A shop that has used one does not open with another, or without: every PIN would
/// be wrong, and every reseller locked out.
async fn pepper(store: &Store, settings: &Settings, clock: &ShopClock) -> Result<Option<Pepper>, Failure> {
    loop {
        // Of processes that start side by side one is the first.
        if let Some(known) = pepper_unless_overtaken(store, settings, clock).await? {
            return Ok(known);
        }
    }
}

/// `None`: another process has changed it meanwhile.
async fn pepper_unless_overtaken(
    store: &Store,
    settings: &Settings,
    clock: &ShopClock,
) -> Result<Option<Option<Pepper>>, Failure> {
    const LOST: &str = "Put the right one back; if it is gone for good, set KONTER_PIN_PEPPER_LOST=yes and give every \
                        reseller a new PIN with /resetpin";
    let (mark, is_lost) = (store.pepper().await.map_err(fault)?, settings.pin_pepper_is_lost);
    let wrong = |problem: &str| Failure::Wrong(format!("KONTER_PIN_PEPPER: {problem}. {LOST}"));
    let cannot = || Failure::Fault("the PIN pepper cannot be used: not enough memory".to_owned());
    match (&mark, &settings.pin_pepper) {
        (Some(_), None) if !is_lost => return Err(wrong("is missing, and PINs of this shop were hashed with one")),
        (_, None) => return Ok(Some(None)),
        (Some(mark), Some(secret)) => match Pepper::known(secret, mark).await {
            Some(pepper) => return Ok(Some(Some(pepper))),
            None if !is_lost => return Err(wrong("is not the one PINs of this shop were hashed with")),
            None => {}
        },
        (None, Some(_)) => {}
    }
    let secret = settings.pin_pepper.as_ref().ok_or_else(cannot)?;
    let (pepper, new) = Pepper::mark(secret).await.ok_or_else(cannot)?;
    let mut commit = Commit::new(clock.utc());
    commit.pepper = Some(NewPepper { mark: new, instead_of: mark });
    match store.commit(commit).await {
        Ok(_) => {}
        Err(CommitError::Conflict(_)) => return Ok(None),
        Err(error) => return Err(fault(error)),
    }
    tracing::info!("PINs are hashed with a pepper from now on; keep KONTER_PIN_PEPPER safe, and apart from backups");
    Ok(Some(Some(pepper)))
}

/// How a store is used. A data dir is always one process's; a database can be looked at while a shop runs on it, and any
/// number of processes can run it together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Running,
    Looking,
}

/// The store that the settings name: the database, or else the data dir.
pub(super) async fn open_store(settings: &Settings, r#use: Use) -> Result<Store, Failure> {
    match &settings.database_url {
        Some(address) => open_database(settings, address, r#use).await,
        None => open_data_dir(settings, r#use).await,
    }
}

async fn open_database(settings: &Settings, address: &SecretString, r#use: Use) -> Result<Store, Failure> {
    let fault = |error: StoreError| Failure::Fault(format!("DATABASE_URL: {error}"));
    let store = PostgresStore::open(address).await.map_err(fault)?;
    match r#use {
        Use::Running => {
            if store.is_new().await.map_err(fault)? {
                if settings.data_dir.join(ON_THE_WAY).exists() {
                    let words = "a restore into this database was broken off before it began; do that again";
                    return Err(Failure::Fault(format!("DATABASE_URL: {words}")));
                }
                nothing_was_lost(settings, "DATABASE_URL: there is no shop in this database")?;
            }
            store.join().await.map_err(fault)?;
        }
        Use::Looking => store.has_shop().await.map_err(fault)?,
    }
    Ok(Store::new(store))
}

/// Opens the shop's data dir.
async fn open_data_dir(settings: &Settings, r#use: Use) -> Result<Store, Failure> {
    let dir = &settings.data_dir;
    let came_to = if r#use == Use::Running { may_start(settings).await? } else { may_be_opened(dir).map(|()| 0)? };
    let mut opened = open_sled(dir, came_to).await;
    if r#use == Use::Running && matches!(opened, Err(StoreError::Corrupt { what: CLOSED_DAY, .. })) {
        put_days_back(settings).await?;
        opened = open_sled(dir, came_to).await;
    }
    let store = opened.map_err(|error| unopened(settings, &error))?;
    close_to_others(dir);
    Ok(Store::new(store))
}

/// Puts closed days' files that are missing or damaged back, where the backups have them.
pub(super) async fn put_days_back(settings: &Settings) -> Result<(), Failure> {
    let (dir, backups) = (settings.data_dir.clone(), settings.backups.folder.clone());
    let back = tokio::task::spawn_blocking(move || set::put_days_back(&dir, &backups)).await.map_err(fault)?;
    back.map(drop).map_err(fault)
}

/// For whoever looks at a shop: opening a folder that has none would make one.
///
/// # Errors
/// [`Failure::Wrong`] when there is none in the data dir, or none that this user may read.
pub(super) fn has_shop(settings: &Settings) -> Result<(), Failure> {
    let dir = &settings.data_dir;
    if settings.database_url.is_some() {
        return Ok(());
    }
    may_read(dir)?;
    // What was left by a move or a restore is told by whoever opens it.
    if holds_store(dir) || [MOVED, BUILT_IN].iter().any(|name| dir.join(name).exists()) {
        return Ok(());
    }
    Err(Failure::Wrong(format!("KONTER_DATA_DIR: there is no shop in {}", dir.display())))
}

/// Whether nothing was left in a data dir that forbids opening it.
///
/// # Errors
/// What was.
pub(super) fn may_be_opened(dir: &Path) -> Result<(), Failure> {
    may_read(dir)?;
    let marker = dir.join(MOVED);
    if marker.exists() {
        let words = "this shop has moved to a database: set DATABASE_URL";
        return Err(Failure::Wrong(format!("KONTER_DATA_DIR: {words} (see {})", marker.display())));
    }
    if dir.join(BUILT_IN).exists() {
        let words =
            "a restore or `rebuild --force` was broken off here; run the same command again, a restore with --force";
        return Err(Failure::Fault(format!("{}: {words}", dir.display())));
    }
    Ok(())
}

/// Whether a shop may start on its data dir, before its books are looked at; how far they had come, as the backups know it.
///
/// # Errors
/// What forbids it, and the way back.
pub(super) async fn may_start(settings: &Settings) -> Result<u64, Failure> {
    let dir = &settings.data_dir;
    may_be_opened(dir)?;
    if !holds_store(dir) {
        let words = "if it is kept in a database, DATABASE_URL is missing";
        nothing_was_lost(settings, &format!("KONTER_DATA_DIR: there is no shop in {} ({words})", dir.display()))?;
    }
    room::to_start(dir)?;
    known_from_backups(settings).await
}

/// Whether a new shop may begin. Where there are backups it would begin over the head of the one they are of: its balances would be
/// gone, and what is repeated of its orders bought again.
///
/// # Errors
/// With the way back, and how to begin all the same.
fn nothing_was_lost(settings: &Settings, problem: &str) -> Result<(), Failure> {
    let backups = &settings.backups.folder;
    if !set::are_in(backups) {
        return Ok(());
    }
    let lost =
        way_back(settings, &Failure::Fault(format!("{problem}, but backups of one are in {}", backups.display())));
    let words = "To begin a new shop all the same, move these backups to another place first, or let KONTER_BACKUP_DIR name another.";
    Err(Failure::Fault(format!("{lost}\n{words}")))
}

/// How far the books had come, as the backups know it: should the data dir have lost all that tells it, or be an older copy of itself.
pub(super) async fn known_from_backups(settings: &Settings) -> Result<u64, Failure> {
    let (dir, backups) = (settings.data_dir.clone(), settings.backups.folder.clone());
    tokio::task::spawn_blocking(move || set::came_to(&dir, &backups)).await.map_err(fault)
}

/// The same without a question asked.
pub(super) async fn open_dir(dir: &Path) -> Result<Store, Failure> {
    open_sled(dir, 0).await.map(Store::new).map_err(|error| of_dir(dir, &error))
}

async fn open_sled(dir: &Path, came_to: u64) -> Result<SledStore, StoreError> {
    let (dir, options) = (dir.to_owned(), SledOptions { came_to, ..SledOptions::default() });
    let opening = tokio::task::spawn_blocking(move || SledStore::open(&dir, options));
    opening.await.unwrap_or_else(|_| Err(StoreError::Unavailable("opening it was broken off".to_owned())))
}

fn of_dir(dir: &Path, error: &StoreError) -> Failure {
    Failure::Fault(format!("{}: {error}", dir.display()))
}

/// Why the shop's data dir does not open, and what to do about it.
pub(super) fn unopened(settings: &Settings, error: &StoreError) -> Failure {
    let failure = of_dir(&settings.data_dir, error);
    // A closed day says itself what helps; for its sake nobody gives up what happened since the newest backup.
    let is_books = matches!(error, StoreError::Corrupt { what, .. } if *what != CLOSED_DAY);
    if is_books { way_back(settings, &failure) } else { failure }
}

/// What to do about a data dir that cannot be used.
fn way_back(settings: &Settings, failure: &Failure) -> Failure {
    let folder = &settings.backups.folder;
    // A folder may have the backups of other shops.
    let newest = match books_in(&settings.data_dir) {
        Some(books) => set::newest_of(&books, folder),
        None => set::newest(folder),
    };
    let advice = match newest {
        Ok(path) => format!(
            "The newest backup in {}: {}. To put it back: konter restore --force {}\n\
             What is in the data dir now is kept aside by that. Read docs/backup.md first.",
            folder.display(),
            path.file_name().unwrap_or_default().display(),
            path.display()
        ),
        Err(BackupError::NoneIn(folder)) => format!(
            "There is no backup in {folder}. Keep the data dir as it is, look for a backup elsewhere (also in the admins'\n\
             chats), and put it back: konter restore --force FILE"
        ),
        Err(problem) => {
            format!("{problem}\nThen: konter restore --force FILE. Read docs/backup.md first.")
        }
    };
    Failure::Fault(format!("{failure}\n{advice}"))
}

pub(super) fn texts(settings: &Settings) -> Result<Texts, Failure> {
    let contact = settings.policy.contact.as_deref();
    let Some(dir) = &settings.locales_dir else {
        return Ok(Texts::builtin(settings.time_zone).with_contact(contact));
    };
    let mut files = Vec::new();
    let entries = std::fs::read_dir(dir).map_err(|e| wrong_file("KONTER_LOCALES_DIR", dir, &e))?;
    for entry in entries {
        let path = entry.map_err(|e| wrong_file("KONTER_LOCALES_DIR", dir, &e))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = text_of("KONTER_LOCALES_DIR", &path)?;
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            files.push((name, text));
        }
    }
    let texts = Texts::with_overrides(settings.time_zone, &files).map(|texts| texts.with_contact(contact));
    texts.map_err(|errors| {
        let lines: Vec<_> = errors.iter().map(|error| format!("KONTER_LOCALES_DIR: {error}")).collect();
        Failure::Wrong(lines.join("\n"))
    })
}

pub(super) fn prefixes(settings: &Settings) -> Result<PrefixTable, Failure> {
    let Some(path) = &settings.prefixes else { return Ok(PrefixTable::default()) };
    let text = text_of("KONTER_PREFIXES", path)?;
    PrefixTable::parse(&text).map_err(|errors| {
        let lines: Vec<_> = errors.iter().map(|error| format!("KONTER_PREFIXES {}: {error}", path.display())).collect();
        Failure::Wrong(lines.join("\n"))
    })
}

/// Whether a product of this code could not be ordered by it: it is a command's word, or begins like a repeat number.
pub(super) fn cannot_be_ordered(code: &str) -> bool {
    !code.parse().is_ok_and(|code| is_orderable(&code))
}

/// The catalog file as a table.
pub(super) fn catalog_table(path: &Path) -> Result<Table, Failure> {
    bytes_of("KONTER_CATALOG", path).map(|bytes| table(&bytes))
}

/// More than any file that people write: a catalog of 100,000 products has some ten million letters.
const LARGEST_FILE: u64 = 16 << 20;

fn text_of(setting: &str, path: &Path) -> Result<String, Failure> {
    let bytes = bytes_of(setting, path)?;
    String::from_utf8(bytes).map_err(|_| Failure::Wrong(format!("{setting}: {} is not UTF-8", path.display())))
}

/// What is no file (a device has no end), or too long for one, is refused before it is read.
fn bytes_of(setting: &str, path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |error: std::io::Error| wrong_file(setting, path, &error);
    let refused = |problem: String| Failure::Wrong(format!("{setting}: {} {problem}", path.display()));
    let about = std::fs::metadata(path).map_err(unreadable)?;
    if !about.is_file() {
        return Err(refused("is no file".to_owned()));
    }
    if about.len() > LARGEST_FILE {
        let most = LARGEST_FILE >> 20;
        return Err(refused(format!("has {} MiB; at most {most} are read", about.len() >> 20)));
    }
    std::fs::read(path).map_err(unreadable)
}

fn wrong_file(setting: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::Wrong(format!("{setting}: {} cannot be read: {error}", path.display()))
}

/// What the store sells; an empty store takes the catalog first.
async fn stock(store: &Store, settings: &Settings, given: Option<&str>, clock: &ShopClock) -> Result<Catalog, Failure> {
    let products = store.products().await.map_err(fault)?;
    let (dir, file) = (&settings.data_dir, &settings.catalog);
    if !products.is_empty() {
        let catalog = Catalog::new(products);
        if let Some(words) = unread_catalog(dir, file).filter(|_| given.is_none()) {
            let is_taken_over = is_sold_as_it_says(file, &catalog);
            if !is_taken_over {
                tracing::info!(products = catalog.len(), "{words}");
            }
            // Of a shop that began before this was remembered, the file is told of once.
            if is_taken_over || !is_any_known(dir) {
                note_known(dir, file);
            }
        }
        return Ok(catalog);
    }
    let table = match given {
        Some(text) => Table::of_text(text),
        None => catalog_table(&settings.catalog)?,
    };
    let products = read_catalog(&table, None, &cannot_be_ordered).map_err(|errors| {
        let lines: Vec<_> = errors.iter().map(|error| format!("KONTER_CATALOG: {error}")).collect();
        Failure::Wrong(lines.join("\n"))
    })?;
    let mut commit = Commit::new(clock.utc());
    commit.products.clone_from(&products);
    commit.outgoing = tell_below_cost(&products, settings);
    store.commit(commit).await.map_err(fault)?;
    if given.is_none() {
        note_known(dir, file);
    }
    tracing::info!(products = products.len(), "catalog imported");
    Ok(Catalog::new(products))
}

/// Prices below cost are named once, in the log and to the owners, when they come into the shop.
fn tell_below_cost(products: &[Product], settings: &Settings) -> Vec<Say> {
    let all: Vec<_> = below_cost(products).collect();
    let more = all.len().saturating_sub(NAMED_BELOW_COST);
    let named = || all.iter().take(NAMED_BELOW_COST);
    for row in named() {
        tracing::warn!("catalog: {row}");
    }
    if more > 0 {
        tracing::warn!(more, "catalog: there are more prices below cost; `konter check` names all of them");
    }
    if all.is_empty() {
        return Vec::new();
    }
    let row = |row: &pricing::BelowCost<'_>| BelowCost {
        code: row.product.code.clone(),
        price: row.product.price,
        cost: row.route.cost,
    };
    let reply = Reply::Desk(Box::new(DeskReply::BelowCost { rows: named().map(row).collect(), more }));
    let payload = Payload::Reply(Box::new(reply));
    let say = |chat: &ChatId| Say::new(chat.clone(), settings.policy.locale, payload.clone());
    settings.policy.admins.iter().map(say).collect()
}

pub(super) fn fault(error: impl std::fmt::Display) -> Failure {
    Failure::Fault(error.to_string())
}

fn suppliers(settings: Settings) -> Result<(CallbackAuth, Suppliers), Failure> {
    let mut door = CallbackAuth::default();
    let mut suppliers = Vec::new();
    for given in settings.suppliers {
        let entry = Entry { addresses: given.callback_ips, secret: given.callback_secret };
        door.0.insert(given.id.clone(), entry);
        let supplier =
            Supplier::new(given.id, given.kind, given.protocol, given.url.as_str(), given.timeout, given.cutoff);
        suppliers.push(supplier.map_err(fault)?.within(given.limits).parting_zones_by(given.zone_separator));
    }
    Ok((door, Suppliers::new(suppliers)))
}
