//! Applies commits: the rules every store enforces. A [`Group`] takes commits one after another, each seeing what the
//! accepted ones before it left, and ends as one batch of rows. A refused commit leaves no trace.

use std::collections::{BTreeSet, HashMap};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::audit::unfit_hold;
use super::class::{self, Class};
use super::days::DayRow;
use super::kv::{Batch, Direction, Kv, under};
use super::read::Reader;
use super::rows::{self, COUNTER_NAME, InboxRow, decode, encode};
use super::{
    Act, Answered, Commit, CommitError, Committed, InboxMessage, MessageKey, Outgoing, Say, StoreError, Versioned, keys,
};
use konter_core::agent::Agent;
use konter_core::ids::{AgentId, OrderId, Reference};
use konter_core::ledger::{self, Account, AccountId, Applied, Digest, Hold, HoldChange, Posting};

/// More accounts than this are not kept in memory; a shop has some thousand resellers.
const CACHED_ACCOUNTS: usize = 100_000;

/// What the next commit builds on, kept in memory between groups.
#[derive(Debug, Default)]
pub(super) struct Tip {
    digest: Digest,
    /// Number of the journal's last line.
    seq: u64,
    /// Last number given to a row of the inbox, the outbox or the acts.
    counter: u64,
    accounts: HashMap<AccountId, Account>,
    /// Highest number of an order and of a reference in the engine. What is above them need not be looked for.
    last_order: u64,
    last_reference: u64,
}

impl Tip {
    /// `closed`: the day that was closed last. Where no line came after it, it says what the last one was.
    pub(super) fn load<K: Kv>(kv: &K, closed: Option<&DayRow>) -> Result<Self, StoreError> {
        let rows = Reader(kv);
        let (last_order, last_reference) = (rows.last_number(keys::all(keys::ORDER))?, rows.last_reference()?);
        let mut tip = Self { last_order, last_reference, ..Self::default() };
        if let Some(counter) = kv.get(&keys::meta(COUNTER_NAME))? {
            tip.counter = decode("counter", &counter)?;
        }
        let mut journal = under(keys::all(keys::JOURNAL));
        if let Some((closed, end)) = closed.and_then(|closed| Some((closed, closed.journal_end?))) {
            (tip.seq, tip.digest) = end;
            journal.start = keys::journal(closed.last_line.saturating_add(1));
        }
        kv.scan(journal, Direction::Down, &mut |_, pack| {
            if let Some(last) = rows::unpack(pack).next_back().transpose()? {
                (tip.seq, tip.digest) = (last.seq, last.digest);
            }
            Ok(std::ops::ControlFlow::Break(()))
        })?;
        Ok(tip)
    }

    /// An end of the journal that others write to as well: nothing is known of what is stored but this.
    pub(super) fn shared(seq: u64, digest: Digest, counter: u64) -> Self {
        Self { digest, seq, counter, last_order: u64::MAX, last_reference: u64::MAX, ..Self::default() }
    }

    /// Number of the journal's last line, its digest, and the last number given to a row.
    pub(super) const fn position(&self) -> (u64, Digest, u64) {
        (self.seq, self.digest, self.counter)
    }
}

/// A commit with what can be worked out before it is its turn.
#[derive(Clone)]
pub(super) struct Prepared {
    commit: Commit,
    /// Its orders' rows, written out.
    orders: Vec<Vec<u8>>,
}

impl Prepared {
    pub(super) fn new(commit: Commit) -> Result<Self, StoreError> {
        let orders = commit.orders.iter().map(|order| encode("order", &order.row)).collect::<Result<_, _>>()?;
        Ok(Self { commit, orders })
    }

    pub(super) const fn commit(&self) -> &Commit {
        &self.commit
    }
}

type Rows = HashMap<Vec<u8>, Option<Vec<u8>>>;

/// Commits that become durable together.
pub(super) struct Group<'a, K> {
    kv: &'a K,
    tip: &'a mut Tip,
    rows: Rows,
    /// Accounts changed, with the cached copy in the tip.
    touched: BTreeSet<AccountId>,
    first_line: u64,
    lines: Vec<Vec<u8>>,
    counter_before: u64,
    /// As in the tip, this group's own included.
    last_order: u64,
    last_reference: u64,
}

impl<'a, K: Kv> Group<'a, K> {
    pub(super) fn new(kv: &'a K, tip: &'a mut Tip) -> Self {
        if tip.accounts.len() > CACHED_ACCOUNTS {
            tip.accounts.clear();
        }
        let (first_line, counter_before) = (tip.seq + 1, tip.counter);
        let (last_order, last_reference) = (tip.last_order, tip.last_reference);
        Self {
            kv,
            tip,
            rows: Rows::new(),
            touched: BTreeSet::new(),
            first_line,
            lines: Vec::new(),
            counter_before,
            last_order,
            last_reference,
        }
    }

    /// Takes one more commit, or refuses it.
    pub(super) fn apply(&mut self, prepared: Prepared) -> Result<Committed, CommitError> {
        let stage = Stage::new(self);
        match stage.run(prepared)? {
            Verdict::Repeated(answered) => Ok(Committed::Repeated(answered)),
            Verdict::Accepted(staged) => {
                self.accept(staged);
                Ok(Committed::Done)
            }
        }
    }

    fn accept(&mut self, staged: Staged) {
        self.rows.extend(staged.rows);
        self.touched.extend(staged.accounts.keys().cloned());
        self.tip.accounts.extend(staged.accounts);
        self.lines.extend(staged.lines);
        self.last_order = self.last_order.max(staged.last_order);
        self.last_reference = self.last_reference.max(staged.last_reference);
        (self.tip.digest, self.tip.seq, self.tip.counter) = (staged.digest, staged.seq, staged.counter);
    }

    /// The rows to write; empty when nothing changed.
    pub(super) fn finish(self) -> Result<Batch, StoreError> {
        let mut batch: Batch = self.rows.into_iter().collect();
        for id in self.touched {
            let missing = || corrupt("account", format!("{id} is not in memory"));
            let account = self.tip.accounts.get(&id).ok_or_else(missing)?;
            batch.push((keys::account(&id), Some(encode("account", account)?)));
        }
        for (first, pack) in rows::pack(self.first_line, &self.lines) {
            batch.push((keys::journal(first), Some(pack)));
        }
        if self.tip.counter != self.counter_before {
            batch.push((keys::meta(COUNTER_NAME), Some(encode("counter", &self.tip.counter)?)));
        }
        (self.tip.last_order, self.tip.last_reference) = (self.last_order, self.last_reference);
        Ok(batch)
    }
}

enum Verdict {
    Repeated(Answered),
    Accepted(Staged),
}

/// What one accepted commit adds to its group.
struct Staged {
    rows: Rows,
    accounts: HashMap<AccountId, Account>,
    lines: Vec<Vec<u8>>,
    digest: Digest,
    seq: u64,
    counter: u64,
    /// Highest numbers among its own rows.
    last_order: u64,
    last_reference: u64,
}

/// One commit being worked out over its group.
pub(super) struct Stage<'g, K> {
    kv: &'g K,
    group: &'g Rows,
    tip: &'g Tip,
    staged: Staged,
}

impl<'g, K: Kv> Stage<'g, K> {
    fn new(group: &'g Group<'_, K>) -> Self {
        let staged = Staged {
            rows: Rows::new(),
            accounts: HashMap::new(),
            lines: Vec::new(),
            digest: group.tip.digest,
            seq: group.tip.seq,
            counter: group.tip.counter,
            last_order: 0,
            last_reference: 0,
        };
        Self { kv: group.kv, group: &group.rows, tip: &*group.tip, staged }
    }

    fn run(mut self, prepared: Prepared) -> Result<Verdict, CommitError> {
        let Prepared { commit, orders: written_out } = prepared;
        if let Some(answered) = self.repeated(&commit)? {
            return Ok(Verdict::Repeated(answered));
        }
        for agent in &commit.agents {
            self.agent(agent)?;
        }
        self.network(&commit.network)?;
        self.preferences(&commit.preferences)?;
        self.routing(&commit.routing)?;
        let befores = self.check_margins(&commit)?;
        for (order, bytes) in commit.orders.iter().zip(written_out) {
            self.order(order, bytes)?;
        }
        for inquiry in &commit.inquiries {
            self.inquiry(inquiry, commit.at)?;
        }
        for ticket in &commit.tickets {
            self.ticket(ticket, &commit)?;
        }
        self.transfers(&commit)?;
        for posting in &commit.postings {
            self.posting(posting, &commit)?;
        }
        self.check_holds(&commit)?;
        self.check_withheld(&commit, &befores)?;
        self.check_products(&commit.replaces)?;
        for product in &commit.products {
            self.put(keys::product(&product.code), encode("product", product)?);
        }
        self.answer(&commit)?;
        for message in commit.received {
            self.receive(message)?;
        }
        let answers = commit.answers.as_ref().map(|(key, _)| key);
        for say in commit.outgoing {
            let class = Class::of(&say, answers, commit.stranger.as_ref());
            let answered = commit.topic.as_ref().filter(|(chat, _)| *chat == say.chat).map(|(_, topic)| *topic);
            self.say(Say { topic: say.topic.or(answered), ..say }, class, commit.at)?;
        }
        self.desk(&commit.desk)?;
        self.take_dead_letters(&commit.dead_letters)?;
        for (chat, seq) in &commit.sent {
            self.delete(keys::outbox(chat, *seq));
        }
        for act in &commit.acts {
            self.act(act)?;
        }
        if let Some(day) = commit.summarised {
            self.summarised(day)?;
        }
        if commit.taken_over {
            self.taken_over()?;
        }
        if let Some(new) = &commit.pepper {
            self.pepper(new)?;
        }
        Ok(Verdict::Accepted(self.staged))
    }

    pub(super) const fn kv(&self) -> &'g K {
        self.kv
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.staged.rows.get(key).or_else(|| self.group.get(key)) {
            Some(row) => Ok(row.clone()),
            None => self.kv.get(key),
        }
    }

    /// A row, decoded.
    pub(super) fn row<T: DeserializeOwned>(&self, what: &'static str, key: &[u8]) -> Result<Option<T>, StoreError> {
        self.get(key)?.map(|bytes| decode(what, &bytes)).transpose()
    }

    /// Writes a row, if what stands there has the version that was expected.
    pub(super) fn versioned<T: Serialize>(
        &mut self,
        what: &'static str,
        key: Vec<u8>,
        new: &Versioned<T>,
        version: u32,
        name: impl Fn() -> String,
    ) -> Result<(), CommitError> {
        #[derive(Deserialize)]
        struct Stored {
            version: u32,
        }
        let stored: Option<Stored> = self.row(what, &key)?;
        check_version(stored.map(|stored| stored.version), new.expected, version, name)?;
        self.put(key, encode(what, &new.row)?);
        Ok(())
    }

    /// An order's row, before it is written anew. The engine is not asked for a number higher than any it has.
    pub(super) fn get_order(&mut self, id: OrderId) -> Result<Option<Vec<u8>>, StoreError> {
        self.staged.last_order = self.staged.last_order.max(id.0);
        self.get_unless(id.0 > self.tip.last_order, &keys::order(id))
    }

    /// The same for a reference.
    pub(super) fn get_reference(&mut self, reference: Reference, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.staged.last_reference = self.staged.last_reference.max(reference.0);
        self.get_unless(reference.0 > self.tip.last_reference, key)
    }

    fn get_unless(&self, is_new: bool, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if is_new {
            let waiting = self.staged.rows.get(key).or_else(|| self.group.get(key));
            return Ok(waiting.cloned().flatten());
        }
        self.get(key)
    }

    pub(super) fn put(&mut self, key: Vec<u8>, row: Vec<u8>) {
        self.staged.rows.insert(key, Some(row));
    }

    pub(super) fn delete(&mut self, key: Vec<u8>) {
        self.staged.rows.insert(key, None);
    }

    fn next_number(&mut self) -> u64 {
        self.staged.counter += 1;
        self.staged.counter
    }

    /// How the commit's message was answered before, if it was.
    fn repeated(&self, commit: &Commit) -> Result<Option<Answered>, CommitError> {
        let Some((key, fingerprint)) = &commit.answers else { return Ok(None) };
        let Some(answered) = self.row::<Answered>("answered message", &keys::answered(key))? else { return Ok(None) };
        if answered.fingerprint != *fingerprint {
            return Err(CommitError::OtherContent(key.clone()));
        }
        Ok(Some(answered))
    }

    fn answer(&mut self, commit: &Commit) -> Result<(), StoreError> {
        if let Some((key, fingerprint)) = &commit.answers {
            let placed = commit.orders.iter().filter(|order| order.expected.is_none()).map(|order| order.row.id);
            let (orders, refused) = (placed.collect(), commit.refused.clone());
            let answered = Answered { fingerprint: *fingerprint, at: commit.at, orders, refused };
            self.put(keys::answered(key), encode("answered message", &answered)?);
        }
        if let Some(key) = &commit.handled {
            self.delete(keys::inbox(key));
        }
        Ok(())
    }

    fn agent(&mut self, agent: &Versioned<Agent>) -> Result<(), CommitError> {
        let Versioned { expected, row } = agent;
        let name = || format!("agent {}", row.id);
        let stored: Option<Agent> = self.row("agent", &keys::agent(row.id))?;
        check_version(stored.as_ref().map(|agent| agent.version), *expected, row.version, name)?;
        if let Some(old) = &stored {
            old.chats.iter().for_each(|chat| self.delete(keys::agent_of_chat(chat)));
            old.phones.iter().for_each(|phone| self.delete(keys::agent_of_phone(phone)));
        }
        self.agent_network(stored.as_ref(), row)?;
        self.agent_joining(stored.as_ref(), row)?;
        for chat in &row.chats {
            self.claim(keys::agent_of_chat(chat), row.id, || format!("chat {chat}"))?;
        }
        for phone in &row.phones {
            self.claim(keys::agent_of_phone(phone), row.id, || format!("the phone of {}", row.id))?;
        }
        self.put(keys::agent(row.id), encode("agent", row)?);
        Ok(())
    }

    /// Makes a unique key point at an agent.
    pub(super) fn claim(
        &mut self,
        key: Vec<u8>,
        agent: AgentId,
        name: impl FnOnce() -> String,
    ) -> Result<(), CommitError> {
        let owner: Option<AgentId> = self.row("agent's key", &key)?;
        if owner.is_some_and(|owner| owner != agent) {
            return Err(CommitError::Conflict(name()));
        }
        self.put(key, encode("agent's key", &agent)?);
        Ok(())
    }

    pub(super) fn account(&self, id: &AccountId) -> Result<Account, StoreError> {
        if let Some(account) = self.staged.accounts.get(id).or_else(|| self.tip.accounts.get(id)) {
            return Ok(*account);
        }
        self.kv.get(&keys::account(id))?.map_or(Ok(Account::default()), |bytes| decode("account", &bytes))
    }

    fn hold(&self, order: OrderId) -> Result<Option<Hold>, StoreError> {
        self.get_unless(order.0 > self.tip.last_order, &keys::hold(order))?
            .map(|bytes| decode("hold", &bytes))
            .transpose()
    }

    fn posting(&mut self, posting: &Posting, commit: &Commit) -> Result<(), CommitError> {
        let open = match posting {
            Posting::Transfer { .. } => None,
            Posting::Hold { order, .. } | Posting::Capture { order } | Posting::Release { order } => {
                if !commit.orders.iter().any(|row| row.row.id == *order) {
                    return Err(
                        corrupt("commit", format!("it changes the hold of order {order} but not the order")).into()
                    );
                }
                self.hold(*order)?
            }
        };
        let applied =
            ledger::apply(posting, open.as_ref(), commit.at, |id| self.account(id).map_err(CommitError::from))?;
        self.book(applied).map_err(CommitError::from)
    }

    fn book(&mut self, applied: Applied) -> Result<(), StoreError> {
        let Applied { debit, credit, hold, mut entry } = applied;
        self.staged.seq += 1;
        ledger::seal(&mut entry, self.staged.seq, self.staged.digest);
        self.staged.digest = entry.digest;
        match hold {
            HoldChange::None => {}
            HoldChange::Opened(hold) => self.put(keys::hold(hold.order), encode("hold", &hold)?),
            HoldChange::Closed(order) => self.delete(keys::hold(order)),
        }
        self.staged.lines.push(encode("journal entry", &entry)?);
        for (id, account) in [(entry.debit, debit), (entry.credit, credit)] {
            if rows::has_lines(&id) {
                self.put(keys::line(&id, entry.seq), Vec::new());
            }
            self.staged.accounts.insert(id, account);
        }
        Ok(())
    }

    /// An order is open exactly as long as its price is held.
    fn check_holds(&self, commit: &Commit) -> Result<(), StoreError> {
        for Versioned { row, .. } in &commit.orders {
            let hold = self.hold(row.id)?;
            if let Some(problem) = unfit_hold(row.id, row.agent, row.price, row.is_open(), hold.as_ref()) {
                return Err(corrupt("commit", problem));
            }
        }
        Ok(())
    }

    /// A message answered before, or waiting already, was delivered twice: nothing to store.
    fn receive(&mut self, message: InboxMessage) -> Result<(), StoreError> {
        let id: MessageKey = message.key();
        let key = keys::inbox(&id);
        if self.get(&keys::answered(&id))?.is_none() && self.get(&key)?.is_none() {
            let row = InboxRow { seq: self.next_number(), message };
            self.put(key, encode("inbox message", &row)?);
        }
        Ok(())
    }

    fn say(&mut self, say: Say, class: Class, at: chrono::DateTime<chrono::Utc>) -> Result<(), StoreError> {
        let Say { chat, locale, payload, balance_of, topic } = say;
        let balance = balance_of.map(|id| self.account(&id)).transpose()?.map(|account| account.available());
        let seq = class::place(class, &payload, self.next_number());
        let row = Outgoing { seq, at, chat, locale, payload, class, balance, topic };
        self.put(keys::outbox(&row.chat, row.seq), encode("outgoing message", &row)?);
        Ok(())
    }

    fn act(&mut self, act: &Act) -> Result<(), StoreError> {
        let number = self.next_number();
        self.put(keys::act(number), encode("act", act)?);
        Ok(())
    }
}

pub(super) fn check_version(
    stored: Option<u32>,
    expected: Option<u32>,
    new: u32,
    name: impl Fn() -> String,
) -> Result<(), CommitError> {
    if stored != expected {
        return Err(CommitError::Conflict(name()));
    }
    // A version that stays would let two writers both believe they were first.
    if expected.is_some_and(|expected| new <= expected) {
        return Err(corrupt("commit", format!("{} keeps version {new}", name())).into());
    }
    Ok(())
}

pub(super) fn corrupt(what: &'static str, problem: String) -> StoreError {
    StoreError::Corrupt { what, problem }
}
