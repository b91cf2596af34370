//! The desk: prices, the catalog by chat, PINs, complaints, announcements, and who did what.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::super::outbox::say;
use super::mutation::Origin;
use super::pin_shown::speaks_of_a_pin;
use super::register::card;
use super::shared::booking;
use super::talk::talk;
use super::{Answer, NOTED, Request, digest};
use crate::attachment::FileRef;
use crate::shop::rate_limit::AdminMessage;
use konter_command::{AdminCommand, AgentRef, Command, DateArg, NewPrice, Typed, is_orderable, parse, powers};
use konter_core::agent::{Agent, PinState};
use konter_core::catalog::{
    Catalog, CategoryFound, LARGEST_FILE, Product, ProductChange, ProductKind, RowError, Table, changes, read_catalog,
    write_catalog,
};
use konter_core::deposit::mutation::{is_statement, read, read_table};
use konter_core::ids::{ChatId, OrderId, ProductCode, SupplierId};
use konter_core::ledger::AccountId;
use konter_core::money::Rupiah;
use konter_core::order::{Order, view};
use konter_core::pricing::{Than, is_far, is_large_step, lowest_lasting_price, odd_price};
use konter_core::question::{Asks, SAME_AGAIN_WITHIN};
use konter_core::staff::Role;
use konter_documents::workbook::table;
use konter_reply::{
    ActLine, AdminProblem, AskWhat, BelowCost, BookingReply, CatalogMistake, ComplaintCard, ImportCard, ImportStage,
    OddPrice, PriceChange, ProductChanges, Reply, TalkReply,
};
use konter_store::{Act, Payload, Say, StoreError};

/// Orders shown beside a complaint.
const ORDERS_WITH_COMPLAINT: usize = 3;
/// Mistakes of a file shown at once: more are not mended in one go.
const MISTAKES_SHOWN: usize = 10;
/// Products shown of which a file changes more than the price.
const CHANGES_SHOWN: usize = 10;
/// Changed prices shown of a file.
const PRICES_SHOWN: usize = 15;
/// Acts looked through for the same change of a price.
const ACTS_SEARCHED: usize = 200;
/// Acts shown where no number is given, and at most.
const ACTS_SHOWN: usize = 15;
/// Acts looked through for those of a reseller, or of a day.
pub(super) const ACTS_LOOKED_AT: usize = 5_000;
const MOST_ACTS: usize = 50;

/// A catalog sent by chat, waiting for the button.
#[derive(Clone)]
pub(in crate::shop) struct Import {
    card: ImportCard,
    products: Vec<Product>,
    /// As they stood when it was shown what would change.
    replaced: Vec<Product>,
}

impl Request<'_> {
    pub(super) async fn sell_price(
        &self,
        code: &ProductCode,
        price: NewPrice,
        forced: bool,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let catalog = self.shop.catalog();
        let Some(product) = catalog.get(code) else {
            self.no_such_product(&catalog, code, "/hargajual", answer);
            return Ok(());
        };
        let (after, changed_at) = match price {
            NewPrice::To(price) => (Some(price), None),
            NewPrice::By(step) => {
                let more = step.after(product.price).and_then(|after| after.checked_sub(product.price));
                let changed_at = match more {
                    Some(more) => self.changed_just_now(product, more).await?,
                    None => None,
                };
                (step.after(product.price), changed_at)
            }
        };
        // A bill's price is a fee, which may be nothing; goods for nothing are a slip, and `/tutup` takes them off sale.
        let is_fit =
            |price: &Rupiah| price.is_positive() || (product.kind == ProductKind::Bill && !price.is_negative());
        let Some(price) = after.filter(is_fit) else {
            Self::admin_refused(answer, AdminProblem::AmountUnfit);
            return Ok(());
        };
        let below = Some(lowest_lasting_price(product)).filter(|lowest| price < *lowest && !forced);
        // A bill's price is a fee, and small.
        let moves = if product.kind == ProductKind::Bill { is_far } else { is_large_step };
        let odd = !forced && moves(product.price, price);
        if below.is_none() && !odd && changed_at.is_none() {
            set_price(product, price, answer);
            return Ok(());
        }
        let (code, name, before) = (product.code.clone(), product.name.clone(), product.price);
        let asks = Asks::Price { product: code.clone(), before, price };
        let what = AskWhat::Price { code, name, before, after: price, below, odd, changed_at };
        let asked = self.ask((asks, 0), what, answer).await?;
        answer.reply(booking(asked));
        Ok(())
    }

    /// A code that nothing is sold under; a category's name is shown with the word that stands before one.
    pub(super) fn no_such_product(&self, catalog: &Catalog, code: &ProductCode, word: &str, answer: &mut Answer) {
        answer.commit.acts.clear();
        let CategoryFound::One { name, .. } = catalog.category(code.as_str()) else {
            answer.reply(super::account::no_such_product(catalog, code.as_str()));
            return;
        };
        let rest = self.message.text.split_whitespace().skip(2).collect::<Vec<_>>().join(" ");
        let line = format!("{word} kategori {name} {rest}").trim_end().to_owned();
        answer.reply(talk(TalkReply::SlashMeant { line }));
    }

    /// When the price was changed by just as much a moment ago: sent twice, a relative change counts twice.
    async fn changed_just_now(&self, product: &Product, more: Rupiah) -> Result<Option<DateTime<Utc>>, StoreError> {
        let Some(before) = product.price.checked_sub(more) else { return Ok(None) };
        let did = format!("{NOTED}{}", price_note(&product.code, before, product.price));
        let acts = self.shop.store.acts(ACTS_SEARCHED).await?;
        let same = acts.iter().find(|act| act.what.ends_with(&did));
        Ok(same.map(|act| act.at).filter(|at| self.at - *at < SAME_AGAIN_WITHIN))
    }

    /// After the question; whether it was changed.
    pub(super) fn price_asked(&self, code: &ProductCode, before: Rupiah, price: Rupiah, answer: &mut Answer) -> bool {
        let catalog = self.shop.catalog();
        let Some(product) = catalog.get(code).filter(|product| product.price == before) else {
            // Nothing was done, so there is nothing to record.
            answer.commit.acts.clear();
            answer.reply(booking(BookingReply::NothingToConfirm));
            return false;
        };
        set_price(product, price, answer);
        true
    }

    /// The reseller chooses a new PIN in its own chat; until then none fits.
    pub(super) async fn reset_pin(&self, name: &AgentRef, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.find_agent(name, answer).await? else { return Ok(()) };
        let after = Agent { pin: PinState::reset(self.at), ..agent.clone() };
        answer.note(format_args!("{} {}: PIN direset", agent.id, agent.name));
        answer.reply(Reply::AdminPinReset { agent: agent.id, name: agent.name.clone() });
        for chat in &agent.chats {
            let told = Reply::PinReset { over: false, elsewhere: !agent.is_main_chat(chat) };
            answer.commit.outgoing.push(say(chat, agent.locale, told));
        }
        answer.write_agent(&agent, after);
        Ok(())
    }

    pub(super) fn export_catalog(&self, workbook: bool, answer: &mut Answer) {
        let mut products: Vec<Product> = self.shop.catalog().iter().cloned().collect();
        // By code, S100 would stand before S20.
        products.sort_by(|a, b| (&a.category, a.nominal).cmp(&(&b.category, b.nominal)));
        let csv = write_catalog(&products);
        answer.reply(Reply::AdminCatalog { products: products.len(), csv, workbook });
    }

    /// A table somebody who works here has sent: a bank's statement, or a catalog.
    pub(super) async fn took_table(&self, file: &FileRef, answer: &mut Answer) -> Result<(), StoreError> {
        let may_book = self.role() >= Some(Role::Operator);
        if !may_book && !self.may(powers::IMPORTS, answer) {
            return Ok(());
        }
        let Some(bytes) = self.shop.chats.fetch(&file.id, LARGEST_FILE).await else {
            answer.reply(Reply::TryAgain { order: false });
            return Ok(());
        };
        let table = table(&bytes);
        let is_statement = is_statement(&table);
        // Without names of columns the commas of amounts cut its lines.
        let lines = if is_statement { Vec::new() } else { read(&String::from_utf8_lossy(&bytes), self.today()) };
        let is_told = lines.iter().any(|moved| moved.flow.is_in());
        let moved = if is_told { lines } else { read_table(&table, self.today()) };
        if may_book && !table.is_catalog() && (is_statement || moved.iter().any(|moved| moved.flow.is_in())) {
            self.mutation(&moved, Origin::default(), answer).await?;
        } else if self.may(powers::IMPORTS, answer) {
            self.offer_import(&table, answer).await?;
        }
        Ok(())
    }

    /// What a catalog would change is shown, and a button applies it.
    async fn offer_import(&self, table: &Table, answer: &mut Answer) -> Result<(), StoreError> {
        // A yes that follows is no answer to what was asked before.
        self.cancel_question(answer).await?;
        let mut suppliers: Vec<SupplierId> =
            self.shop.trade.suppliers.iter().map(|supplier| supplier.id.clone()).collect();
        // The catalog as it was sent out comes back, also where it names suppliers that are not configured.
        suppliers.extend(self.shop.catalog().iter().flat_map(|p| p.routes.iter().map(|route| route.supplier.clone())));
        let reserved = |code: &str| !code.parse().is_ok_and(|code| is_orderable(&code));
        match read_catalog(table, Some(&suppliers), &reserved) {
            Ok(products) => {
                let import = self.import_of(&products);
                answer.reply(Reply::AdminImport(import.card.clone()));
                self.shop.trade.stock.imports.lock().insert(self.message.chat.clone(), import);
            }
            Err(errors) => {
                let left_out = errors.len().saturating_sub(MISTAKES_SHOWN);
                let mistakes = errors.into_iter().take(MISTAKES_SHOWN).map(mistake).collect();
                answer.reply(Reply::AdminImportFailed { mistakes, left_out });
            }
        }
        Ok(())
    }

    fn import_of(&self, products: &[Product]) -> Import {
        let catalog = self.shop.catalog();
        let before = |product: &Product| catalog.get(&product.code);
        let changed: Vec<&Product> = products.iter().filter(|product| before(product) != Some(*product)).collect();
        let added = changed.iter().filter(|product| before(product).is_none()).count();
        let prices = changed
            .iter()
            .filter(|product| before(product).is_none_or(|before| before.price != product.price))
            .take(PRICES_SHOWN)
            .map(|product| change(before(product), product))
            .collect();
        let differs = |after: &&Product| {
            let cells = before(after).map(|before| changes(before, after)).unwrap_or_default();
            (!cells.is_empty()).then(|| ProductChanges { code: after.code.clone(), cells })
        };
        let mut differ: Vec<ProductChanges> = changed.iter().filter_map(differs).collect();
        differ.sort_by_key(|product| product.cells.first().map(ProductChange::weight));
        let below: Vec<BelowCost> = changed.iter().filter_map(|product| below_cost(product)).collect();
        // What is below its cost is pointed out as that.
        let others = changed.iter().filter(|product| below_cost(product).is_none());
        let odd: Vec<OddPrice> = others.filter_map(|product| odd(product, before(product))).collect();
        let named = products.len();
        let known = products.iter().filter(|product| before(product).is_some()).count();
        let card = ImportCard {
            // Its button is this file's alone: with another one shown since, it must not apply that.
            import: digest(&self.message.message),
            added,
            changed: changed.len() - added,
            unchanged: named - changed.len(),
            not_named: catalog.len() - known,
            prices,
            more_changes: differ.len().saturating_sub(CHANGES_SHOWN),
            changes: differ.into_iter().take(CHANGES_SHOWN).collect(),
            more_below_cost: below.len().saturating_sub(PRICES_SHOWN),
            below_cost: below.into_iter().take(PRICES_SHOWN).collect(),
            more_odd: odd.len().saturating_sub(PRICES_SHOWN),
            odd: odd.into_iter().take(PRICES_SHOWN).collect(),
            stage: ImportStage::Offered,
        };
        let replaced = changed.iter().filter_map(|product| before(product)).cloned().collect();
        let products = changed.into_iter().cloned().collect();
        Import { card, products, replaced }
    }

    pub(super) fn apply_import(&self, number: u64, apply: bool, answer: &mut Answer) {
        let waiting = self.shop.trade.stock.imports.lock().get(&self.message.chat).cloned();
        let catalog = self.shop.catalog();
        // What has been changed since was not shown as something this would undo.
        let as_shown = |import: &Import| {
            let stands = |after: &Product| {
                let now = catalog.get(&after.code);
                now == Some(after) || now == import.replaced.iter().find(|before| before.code == after.code)
            };
            !apply || import.products.iter().all(stands)
        };
        let problem = match &waiting {
            Some(import) if import.card.import != number => AdminProblem::ImportOlder,
            _ => AdminProblem::ImportGone,
        };
        let waiting = waiting.filter(|import| import.card.import == number && as_shown(import));
        let Some(Import { mut card, products, .. }) = waiting else {
            answer.reply(Reply::AdminRefused { problem });
            return;
        };
        card.stage = if apply { ImportStage::Applied } else { ImportStage::Cancelled };
        if !apply {
            self.shop.trade.stock.imports.lock().remove(&self.message.chat);
        }
        if apply {
            answer.commit.replaces =
                products.iter().filter_map(|product| catalog.get(&product.code)).cloned().collect();
            answer.commit.products = products;
            let what = format!("katalog: {} baru, {} berubah", card.added, card.changed);
            answer.commit.acts.push(Act { at: self.at, by: self.message.chat.clone(), what });
            for price in &card.prices {
                let before = price.before.map_or_else(|| "baru".to_owned(), |before| before.to_string());
                answer.note(format_args!("{} {before} → {}", price.code, price.after));
            }
        }
        answer.reply(Reply::AdminImport(card.clone()));
        if let Some(message) = self.message.tapped.clone() {
            let reply = Box::new(Reply::AdminImport(card));
            let payload = Payload::Edit { message, reply };
            let (chat, locale) = (self.message.chat.clone(), self.shop.policy.locale);
            answer.commit.outgoing.push(Say::new(chat, locale, payload));
        }
    }

    pub(super) async fn complain(&self, text: &Typed, answer: &mut Answer) -> Result<(), StoreError> {
        let text = text.as_str();
        if speaks_of_a_pin(text) {
            return self.complain_of(None, &konter_command::redact(text), answer).await;
        }
        self.complain_of(None, text, answer).await
    }

    /// A complaint about one order, or beside the latest ones.
    pub(super) async fn complain_of(
        &self,
        about: Option<&Order>,
        text: &str,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        if !self.may_message_admins(&agent, AdminMessage::Complaint, answer) {
            return Ok(());
        }
        let account = self.shop.store.account(&AccountId::Agent(agent.id)).await?;
        let orders = match about {
            Some(order) => vec![order.clone()],
            None => self.orders_meant(&agent, text).await?,
        };
        let complaint = ComplaintCard {
            agent: card(&agent, account.available(), account.pending_debits, self.at),
            text: self.without_own_pin(&agent, text).await,
            orders: orders.iter().map(view::line).collect(),
        };
        answer.commit.outgoing.extend(self.shop.alerts.to_admins(&Reply::AlertComplaint(Box::new(complaint))));
        if self.message.is_caption {
            self.show_picture(answer);
        }
        answer.reply(Reply::ComplaintTaken);
        Ok(())
    }

    /// The orders that words name, by number or by where they went; else the latest.
    async fn orders_meant(&self, agent: &Agent, text: &str) -> Result<Vec<Order>, StoreError> {
        /// Digits of a destination: fewer may be a PIN, a day or a sum.
        const FEWEST: usize = 9;
        let store = &self.shop.store;
        if let Some(dest) = text.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() >= FEWEST) {
            let found = self.orders_to(agent, Some(dest), ORDERS_WITH_COMPLAINT).await?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        let first = text.split_whitespace().next().unwrap_or_default().trim_matches(|c: char| !c.is_ascii_digit());
        if let Ok(number) = first.parse()
            && let Some(order) = store.order(OrderId(number)).await?.filter(|order| order.agent == agent.id)
        {
            return Ok(vec![order]);
        }
        store.orders_of(agent.id, None, None, ORDERS_WITH_COMPLAINT).await
    }

    /// An admin's reply to a card about a reseller goes to that reseller. Whose card a message is, is noted where it was
    /// sent: what stands in it a reseller can have written. `false` when the message is something else.
    pub(super) async fn answered_card(&self, answer: &mut Answer) -> Result<bool, StoreError> {
        let Some(card) = self.message.replies_to.as_ref().filter(|_| self.message.private) else { return Ok(false) };
        let text = self.message.text.trim();
        // A command is one wherever it is typed, and nobody's PIN is passed on. Who is no reseller has none to write in a
        // sentence.
        let command = parse(text);
        let is_talk = self.agent.is_none() && matches!(command, Command::Unknown { .. } | Command::Talk(_));
        let shows_pin = !is_talk && super::pin_shown::holds_pin(&command, text);
        // `/setujui` names nobody but whom the card shows.
        let bare = text.strip_prefix('/').filter(|_| matches!(command, Command::Incomplete { .. }));
        if self.role().is_none() || shows_pin || (text.starts_with('/') && bare.is_none()) {
            return Ok(false);
        }
        if self.decides_by_reply(card, (bare.unwrap_or(text), &command), answer).await? {
            return Ok(true);
        }
        if bare.is_some() {
            return Ok(false);
        }
        let Some(agent) = self.shop.store.card_shown(&self.message.chat, card).await? else { return Ok(false) };
        if self.meant_for_the_shop((card, agent), text, answer).await? {
            return Ok(true);
        }
        let (agent, text) = (AgentRef::Code(agent), text.to_owned());
        if self.may(AdminCommand::Answer { agent: agent.clone(), text: text.clone() }.needs(), answer) {
            self.act(format!("/balas {} {text}", super::transfer::typed(&agent)), answer);
            self.answer_agent(&agent, text, answer).await?;
        }
        Ok(true)
    }

    /// An admin's words to a reseller.
    pub(super) async fn answer_agent(
        &self,
        name: &AgentRef,
        text: String,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.find_agent(name, answer).await? else { return Ok(()) };
        answer.note(format_args!("{} {}", agent.id, agent.name));
        answer.reply(Reply::AdminAnswered { agent: agent.id, name: agent.name.clone() });
        answer.tell(&agent, &Reply::Answered { text });
        Ok(())
    }

    /// The latest acts, or those of some days.
    pub(super) async fn log(
        &self,
        count: Option<usize>,
        date: Option<DateArg>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let span = match date {
            Some(_) => match self.span(date, answer) {
                Some(span) => Some(span),
                None => return Ok(()),
            },
            None => None,
        };
        let is_of_it = |act: &Act| span.is_none_or(|span| span.contains(self.shop.clock.day_of(act.at)));
        let most = count.unwrap_or(if span.is_some() { MOST_ACTS } else { ACTS_SHOWN }).clamp(1, MOST_ACTS);
        let looked_at = if span.is_some() { ACTS_LOOKED_AT } else { most + 1 };
        self.show_acts(is_of_it, (looked_at, most), answer).await
    }

    /// The latest acts of a kind, and whether there are more.
    pub(super) async fn show_acts(
        &self,
        is_meant: impl Fn(&Act) -> bool,
        (looked_at, most): (usize, usize),
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        // Looking at the log is nothing to note in it.
        answer.commit.acts.clear();
        let acts = self.shop.store.acts(looked_at).await?;
        let mut acts: Vec<Act> = acts.into_iter().filter(is_meant).take(most + 1).collect();
        let more = acts.len() > most;
        acts.truncate(most);
        answer.reply(Reply::AdminLog { acts: self.act_lines(acts).await?, more });
        Ok(())
    }

    /// Acts with the names of those who are resellers too.
    pub(super) async fn act_lines(&self, acts: Vec<Act>) -> Result<Vec<ActLine>, StoreError> {
        let mut names: HashMap<ChatId, String> = HashMap::new();
        let mut lines = Vec::with_capacity(acts.len());
        for Act { at, by, what } in acts {
            let shown = if let Some(known) = names.get(&by) {
                known.clone()
            } else {
                let shown = self.shown_name(&by).await?;
                names.insert(by, shown.clone());
                shown
            };
            lines.push(ActLine { at, by: shown, what });
        }
        Ok(lines)
    }

    /// Who somebody is that works here, as far as a name is known.
    pub(super) async fn shown_name(&self, by: &ChatId) -> Result<String, StoreError> {
        let agent = self.shop.store.agent_of_chat(by).await?;
        let name = agent.map(|agent| agent.name).or_else(|| self.shop.staff.name_of(by));
        Ok(name.map_or_else(|| by.to_string(), |name| format!("{name} ({by})")))
    }
}

fn set_price(product: &Product, price: Rupiah, answer: &mut Answer) {
    let after = Product { price, ..product.clone() };
    answer.note(format_args!("{}", price_note(&product.code, product.price, price)));
    answer.reply(Reply::AdminPrice(change(Some(product), &after)));
    answer.commit.products.push(after);
    answer.commit.replaces.push(product.clone());
}

fn price_note(code: &ProductCode, before: Rupiah, after: Rupiah) -> String {
    format!("{code} {before} → {after}")
}

fn change(before: Option<&Product>, after: &Product) -> PriceChange {
    PriceChange {
        code: after.code.clone(),
        name: after.name.clone(),
        before: before.map(|before| before.price),
        after: after.price,
    }
}

fn mistake(RowError { line, column, fault }: RowError) -> CatalogMistake {
    CatalogMistake { line, column: column.map(str::to_owned), fault }
}

fn odd(product: &Product, before: Option<&Product>) -> Option<OddPrice> {
    let (before, cost) = match odd_price(product, before)?.than {
        Than::Before(before) => (Some(before), None),
        Than::Cost(cost) => (None, Some(cost)),
    };
    Some(OddPrice { code: product.code.clone(), price: product.price, before, cost })
}

fn below_cost(product: &Product) -> Option<BelowCost> {
    let cost = lowest_lasting_price(product);
    (product.price < cost).then(|| BelowCost { code: product.code.clone(), price: product.price, cost })
}
