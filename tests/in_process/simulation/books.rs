//! The shop's books kept a second time, from what is durable in the store after every single commit, and every rule
//! that must hold between them and what the suppliers really did.

use std::collections::{BTreeMap, BTreeSet};

use konter_core::agent::Agent;
use konter_core::catalog::Product;
use konter_core::ids::{AgentId, ChatId, OrderId, ProductCode, Reference};
use konter_core::ledger::{AccountId, Entry, EntryKind, Posting, Reason};
use konter_core::order::{Decider, FailureReason, Final, Order, OrderState};
use konter_core::outcome::Outcome;
use konter_reply::Reply;
use konter_store::{Commit, MessageKey, Outgoing, Payload};

use super::engine::at_once;
use super::judged::{Heard, serial_is_nobody_elses};
use super::meant::Shown;
use super::money::Tally;
use super::rules::Rule;
use super::sabotage::OUT_OF_THE_WAY;
use super::stage::Stage;

/// More than any chat has waiting.
const ALL: usize = 10_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FinalOutcome {
    Success,
    Failed,
    Reversed,
    DeliveredLate,
}

/// Debits, credits, pending debits, pending credits.
pub type Sums = [i128; 4];

/// What a commit has put into the outbox about orders.
#[derive(Default)]
struct Said {
    words: BTreeMap<OrderId, Vec<FinalOutcome>>,
    alerts: BTreeSet<OrderId>,
    /// Orders of which the admins are told that they cost more.
    dearer: BTreeSet<OrderId>,
}

#[derive(Default)]
pub struct Books {
    seq: u64,
    pub sums: BTreeMap<AccountId, Sums>,
    pub tally: Tally,
    /// What was heard of each attempt.
    pub heard: BTreeMap<Reference, Vec<Heard>>,
    /// How often suppliers' words have turned an order round that was final.
    pub corrections: BTreeMap<OrderId, u32>,
    /// Orders an admin has decided, asked about by an admin, told to the admins as contradicted.
    pub by_admin: BTreeSet<OrderId>,
    pub rechecked: BTreeSet<OrderId>,
    pub alerted: BTreeSet<OrderId>,
    /// Whose each serial number is.
    pub serials: BTreeMap<String, (OrderId, AgentId)>,
    /// Every version of each product, with the moment it came.
    pub shelf: BTreeMap<ProductCode, Vec<(u64, Product)>>,
    /// What stands in each message, in every version of it.
    pub texts: BTreeMap<MessageKey, Vec<String>>,
    /// Products of which the admins were told that they cost more.
    dearer: BTreeSet<ProductCode>,
    holds: BTreeMap<OrderId, (AccountId, i64)>,
    pub orders: BTreeMap<OrderId, Order>,
    /// What resellers got and gave beside their orders.
    beside: BTreeMap<AgentId, i128>,
    answered: BTreeMap<MessageKey, u32>,
    /// Orders a message may place at most.
    allowed: BTreeMap<MessageKey, usize>,
    /// The last row of the outbox seen, and rows waiting, by chat.
    seen: BTreeMap<ChatId, u64>,
    waiting: BTreeMap<ChatId, usize>,
    pub tickets: u64,
    /// The highest number of a transfer.
    pub transfers: u64,
    /// The latest question of each chat.
    pub questions: BTreeMap<ChatId, u32>,
    pub agents: BTreeMap<AgentId, Agent>,
    /// What each chat was shown last that waits for its PIN.
    pub shown: BTreeMap<ChatId, Shown>,
    /// What kinds of things have happened: a run in which nothing does proves nothing.
    pub happened: BTreeSet<String>,
}

fn is_same(one: &Order, other: &Order) -> bool {
    let what = |order: &Order| (order.agent, order.product.clone(), order.dest.clone(), order.nth % OUT_OF_THE_WAY);
    what(one) == what(other)
}

fn available(sums: Sums) -> i128 {
    sums[1] - sums[0] - sums[2]
}

impl Books {
    pub fn allow(&mut self, key: MessageKey, text: &str, orders: usize) {
        self.texts.entry(key.clone()).or_default().push(text.to_owned());
        let most = self.allowed.entry(key).or_default();
        *most = (*most).max(orders);
    }

    pub fn allowed(&self, key: &MessageKey) -> usize {
        self.allowed.get(key).copied().unwrap_or_default()
    }

    pub fn saw(&mut self, what: String) {
        self.happened.insert(what);
    }

    /// Where journal and outbox end.
    pub fn ends(&self) -> (u64, usize) {
        (self.seq, self.waiting.values().sum())
    }

    pub fn times_answered(&self, key: &MessageKey) -> u32 {
        self.answered.get(key).copied().unwrap_or_default()
    }

    /// After a commit that changed something.
    pub fn committed(&mut self, stage: &Stage, commit: &Commit) {
        for product in &commit.products {
            self.shelf.entry(product.code.clone()).or_default().push((stage.world.elapsed(), product.clone()));
        }
        let touched = self.read_journal(stage, commit);
        for id in touched {
            let stored = at_once(stage.store().account(&id)).unwrap();
            let stored = [stored.debits, stored.credits, stored.pending_debits, stored.pending_credits]
                .map(|s| i128::from(s.get()));
            if stored != self.sums[&id] {
                stage.world.violated(format!("{id} is stored as {stored:?}, its lines add up to {:?}", self.sums[&id]));
            }
        }
        let mut said = self.read_outbox(stage, commit);
        let mut placed = 0;
        for id in commit.orders.iter().map(|order| order.row.id) {
            let Some(row) = at_once(stage.store().order(id)).unwrap() else {
                stage.world.violated(format!("order {id} was committed and is not there"));
                continue;
            };
            placed += usize::from(!self.orders.contains_key(&id));
            let words = said.words.remove(&id).unwrap_or_default();
            self.took(stage, commit, row, &words, &said);
        }
        for (id, words) in &said.words {
            stage.world.violated(format!("{words:?} is said of order {id}, which did not change"));
        }
        self.alerted.extend(said.alerts);
        self.is_covered(stage);
        self.answers(stage, commit, placed);
        self.meant(stage, commit);
        for ticket in &commit.tickets {
            let became = format!("{:?}", ticket.row.state);
            self.saw(format!("ticket {}", became.split([' ', '(']).next().unwrap_or_default()));
        }
        for question in &commit.desk.questions {
            self.questions.insert(question.row.chat.clone(), question.row.number);
        }
        self.transfers =
            commit.transfers.iter().map(|sent| sent.row.id.0).max().unwrap_or_default().max(self.transfers);
        self.tickets = commit.tickets.iter().map(|ticket| ticket.row.id.0).max().unwrap_or_default().max(self.tickets);
    }

    /// One order of a commit, as it stands now.
    fn took(&mut self, stage: &Stage, commit: &Commit, row: Order, words: &[FinalOutcome], said: &Said) {
        let old = self.orders.get(&row.id).cloned();
        let cause = self.hear(stage, old.as_ref(), &row);
        self.changed(stage, old.as_ref(), &row, words);
        self.judged(stage, old.as_ref(), &row, cause);
        serial_is_nobody_elses(self, stage, &row);
        match &old {
            None => self.nobody_has_it_open(stage, &row),
            Some(old) if !old.is_open() && old.is_success() != row.is_success() => match &row.state {
                OrderState::Final(Final { by: Decider::Admin(_), .. }) => self.asked_first(stage, commit, row.id),
                _ => *self.corrections.entry(row.id).or_default() += 1,
            },
            Some(_) => {}
        }
        if matches!(&row.state, OrderState::Final(Final { by: Decider::Admin(_), .. })) {
            self.by_admin.insert(row.id);
        } else if row.bill.is_none() {
            // Of one charge for one product the first is told by itself, and those after it together, as all are where many
            // products lose.
            const ONE_BY_ONE: usize = 5;
            // An admin who decides sees what it cost.
            let loss = |posting: &&Posting| {
                matches!(posting, Posting::Transfer { reason: Reason::Cost, order, amount, .. }
                    if *order == Some(row.id) && *amount > row.price)
            };
            if said.dearer.contains(&row.id) {
                self.dearer.insert(row.product.clone());
            }
            let told = self.dearer.contains(&row.product) || self.dearer.len() >= ONE_BY_ONE;
            if let Some(cost) = commit.postings.iter().find(loss).filter(|_| !told) {
                stage.world.breaks(Rule::Dearer, format!("nobody is told of {cost:?}: {row:?}"));
            }
        }
        self.note(&row);
        self.orders.insert(row.id, row);
    }

    /// The same order under way.
    pub fn open_like(&self, new: &Order) -> Option<&Order> {
        self.orders.values().find(|other| other.is_open() && other.bill.is_none() && is_same(other, new))
    }

    /// A new order is not the same as one that its reseller still has under way, whatever day that was placed on.
    fn nobody_has_it_open(&mut self, stage: &Stage, new: &Order) {
        if let Some(earlier) = self.open_like(new) {
            stage.world.breaks(Rule::OverMidnight, format!("{new:?} although the same is open: {earlier:?}"));
        }
        if self.orders.values().any(|other| other.day != new.day && is_same(other, new)) {
            self.saw("the same again on another day".to_owned());
        }
        if new.waits_until.is_some() {
            self.saw("an order waits for the end of a break".to_owned());
        }
    }

    fn answers(&mut self, stage: &Stage, commit: &Commit, placed: usize) {
        if let Some((key, _)) = &commit.answers {
            let times = self.answered.entry(key.clone()).or_default();
            *times += 1;
            if *times > 1 {
                stage.world.violated(format!("{key} was answered {times} times"));
            }
            let allowed = self.allowed(key);
            if placed > allowed {
                stage.world.violated(format!("{key} placed {placed} orders, it names {allowed}"));
            }
        } else if placed > 0 {
            stage.world.violated(format!("{placed} orders without a message"));
        }
    }

    fn note(&mut self, order: &Order) {
        if let OrderState::Final(Final { failure, .. }) = &order.state {
            let how = match failure {
                None => "success".to_owned(),
                Some(FailureReason::Supplier(_)) => "refused".to_owned(),
                Some(FailureReason::Admin(_)) => "failed by an admin".to_owned(),
                Some(other) => format!("{other:?}"),
            };
            self.saw(format!("{:?}: {how}", order.kind));
        }
        if let Some(Outcome::Unknown(doubt)) = order.current().and_then(|attempt| attempt.outcome.as_ref()) {
            let doubt = format!("{doubt:?}");
            self.saw(format!("doubt: {}", doubt.split('(').next().unwrap_or_default()));
        }
        if order.attempts.len() > 1 {
            self.saw("another route".to_owned());
        }
    }

    /// After a commit that was refused, repeated or failed: nothing may have changed.
    pub fn refused(&mut self, stage: &Stage, commit: &Commit) {
        if !at_once(stage.store().journal(self.seq, 1)).unwrap().is_empty() {
            stage.world.violated("a refused commit moved money".to_owned());
        }
        for id in commit.orders.iter().map(|order| order.row.id) {
            if at_once(stage.store().order(id)).unwrap().as_ref() != self.orders.get(&id) {
                stage.world.violated(format!("a refused commit changed order {id}"));
            }
        }
        for chat in commit.outgoing.iter().map(|say| &say.chat) {
            let waiting = at_once(stage.store().outbox(chat, ALL)).unwrap().len();
            if waiting != self.waiting.get(chat).copied().unwrap_or_default() {
                stage.world.violated(format!("a refused commit said something to {chat}"));
            }
        }
    }

    fn read_journal(&mut self, stage: &Stage, commit: &Commit) -> BTreeSet<AccountId> {
        let mut touched = BTreeSet::new();
        for entry in at_once(stage.store().journal(self.seq, ALL)).unwrap() {
            self.line(stage, &entry, commit);
            touched.extend([entry.debit, entry.credit]);
        }
        touched
    }

    fn line(&mut self, stage: &Stage, entry: &Entry, commit: &Commit) {
        if entry.seq != self.seq + 1 || !entry.amount.is_positive() || entry.debit == entry.credit {
            stage.world.violated(format!("line {entry:?} after line {}", self.seq));
        }
        self.seq = entry.seq;
        let amount = i128::from(entry.amount.get());
        let (pending, posted) = match entry.kind {
            EntryKind::Transfer => (0, amount),
            EntryKind::Hold => (amount, 0),
            EntryKind::Capture => (-amount, amount),
            EntryKind::Release => (-amount, 0),
        };
        let debit = self.sums.entry(entry.debit.clone()).or_default();
        (debit[0], debit[2]) = (debit[0] + posted, debit[2] + pending);
        let left = available(*debit);
        let credit = self.sums.entry(entry.credit.clone()).or_default();
        (credit[1], credit[3]) = (credit[1] + posted, credit[3] + pending);
        let spends = matches!(entry.kind, EntryKind::Hold)
            || matches!(entry.reason, Reason::Transfer | Reason::TransferBack | Reason::Deposit | Reason::Order)
                && entry.kind == EntryKind::Transfer;
        if spends && left < 0 && entry.debit.is_limited() {
            stage.world.violated(format!("{} spends what it does not have: {entry:?}", entry.debit));
        }
        self.saw(format!("{:?} for {:?}", entry.kind, entry.reason));
        self.hold(stage, entry);
        self.tally(stage, entry, left, commit);
        if entry.kind == EntryKind::Transfer
            && matches!(entry.reason, Reason::Deposit | Reason::Correction | Reason::Transfer | Reason::TransferBack)
        {
            for (account, sign) in [(&entry.debit, -1), (&entry.credit, 1)] {
                if let AccountId::Agent(id) = account {
                    *self.beside.entry(*id).or_default() += sign * amount;
                }
            }
        }
    }

    fn hold(&mut self, stage: &Stage, entry: &Entry) {
        let fits = match (entry.kind, entry.order) {
            (EntryKind::Transfer, _) => true,
            (_, None) => false,
            (EntryKind::Hold, Some(order)) => {
                self.holds.insert(order, (entry.debit.clone(), entry.amount.get())).is_none()
            }
            (EntryKind::Capture | EntryKind::Release, Some(order)) => {
                self.holds.remove(&order) == Some((entry.debit.clone(), entry.amount.get()))
            }
        };
        if !fits {
            stage.world.violated(format!("no such hold: {entry:?}"));
        }
    }

    /// The final words among what this commit has put into the outbox.
    fn read_outbox(&mut self, stage: &Stage, commit: &Commit) -> Said {
        for (chat, _) in &commit.sent {
            let waiting = self.waiting.entry(chat.clone()).or_default();
            *waiting = waiting.saturating_sub(1);
        }
        let mut said = Said::default();
        let chats: BTreeSet<&ChatId> = commit.outgoing.iter().map(|say| &say.chat).collect();
        for chat in chats {
            let seen = self.seen.entry(chat.clone()).or_default();
            let rows = at_once(stage.store().outbox(chat, ALL)).unwrap();
            for row in rows.iter().filter(|row| row.number() > *seen) {
                *self.waiting.entry(chat.clone()).or_default() += 1;
                if let Some((order, word)) = final_word(row) {
                    said.words.entry(order).or_default().push(word);
                }
                alert(row, &mut said);
            }
            *seen = rows.iter().map(Outgoing::number).max().map_or(*seen, |last| last.max(*seen));
        }
        said
    }

    fn changed(&self, stage: &Stage, old: Option<&Order>, new: &Order, words: &[FinalOutcome]) {
        let violated = |what: &str| stage.world.violated(format!("order {}: {what}; {new:?}", new.id));
        let held = self.holds.get(&new.id);
        if held.is_some() != new.is_open() {
            violated("open and held are not the same");
        }
        if held.is_some_and(|(debit, amount)| *debit != AccountId::Agent(new.agent) || *amount != new.price.get()) {
            violated("what is held is not its price");
        }
        let is_success = |order: &Order| match &order.state {
            OrderState::Open => None,
            OrderState::Final(end) => Some(end.failure.is_none()),
        };
        let expected: &[FinalOutcome] = match (old.map(is_success), is_success(new)) {
            (None | Some(None), None) => &[],
            (Some(None), Some(true)) => &[FinalOutcome::Success],
            (Some(None), Some(false)) => &[FinalOutcome::Failed],
            (Some(Some(true)), Some(false)) => &[FinalOutcome::Reversed],
            (Some(Some(false)), Some(true)) => &[FinalOutcome::DeliveredLate],
            (Some(Some(true)), Some(true)) if old.is_some_and(|old| serial(old) != serial(new)) => {
                &[FinalOutcome::Success]
            }
            (Some(Some(was)), Some(is)) if was == is => &[],
            _ => return violated("an order does not come into being final, nor open again"),
        };
        if words != expected {
            violated(&format!("its reseller is told {words:?}, not {expected:?}"));
        }
    }

    /// The whole of it, from the beginning.
    pub fn audit(stage: &Stage) {
        let store = stage.store();
        let report = at_once(konter_store::audit::audit(&store)).unwrap();
        if !report.is_clean() {
            stage.world.violated(report.to_string());
        }
        let (accounts, holds) = (at_once(store.accounts()).unwrap(), at_once(store.holds()).unwrap());
        let open = at_once(store.open_orders()).unwrap();
        let books = stage.books.lock();
        let total: i128 = books.sums.values().map(|sums| sums[1] - sums[0]).sum();
        if total != 0 {
            stage.world.violated(format!("{total} has come from nowhere"));
        }
        let stored: BTreeMap<AccountId, Sums> = accounts
            .into_iter()
            .map(|(id, a)| {
                (id, [a.debits, a.credits, a.pending_debits, a.pending_credits].map(|s| i128::from(s.get())))
            })
            .collect();
        if stored != books.sums {
            stage.world.violated(format!("accounts are stored as {stored:?}, counted {:?}", books.sums));
        }
        let held: BTreeSet<OrderId> = holds.iter().map(|hold| hold.order).collect();
        let open: BTreeSet<OrderId> = open.iter().map(|order| order.id).collect();
        if held != open || !held.iter().eq(books.holds.keys()) {
            stage.world.violated(format!("held {held:?}, open {open:?}"));
        }
        books.balances(stage);
    }

    /// What every reseller has, worked out from its orders as they are now.
    fn balances(&self, stage: &Stage) {
        let mut due = self.beside.clone();
        for order in self.orders.values().filter(|order| order.is_success()) {
            *due.entry(order.agent).or_default() -= i128::from(order.price.get());
            for margin in &order.margins {
                *due.entry(margin.agent).or_default() += i128::from(margin.amount.get());
            }
        }
        for part in self.orders.values().flat_map(|order| &order.withheld) {
            *due.entry(part.to).or_default() -= i128::from(part.amount.get());
        }
        for (id, due) in due {
            let has = self.sums.get(&AccountId::Agent(id)).copied().unwrap_or_default();
            if has[1] - has[0] != due {
                stage.world.violated(format!("{id} has {}, by its orders it should have {due}", has[1] - has[0]));
            }
        }
    }
}

pub fn serial(order: &Order) -> &str {
    match &order.state {
        OrderState::Final(end) => &end.sn,
        OrderState::Open => "",
    }
}

fn final_word(row: &Outgoing) -> Option<(OrderId, FinalOutcome)> {
    let Payload::Reply(reply) = &row.payload else { return None };
    Some(match reply.as_ref() {
        Reply::OrderSuccess(line) => (line.order, FinalOutcome::Success),
        Reply::OrderFailed(line) => (line.order, FinalOutcome::Failed),
        Reply::OrderReversed(line) => (line.order, FinalOutcome::Reversed),
        Reply::OrderDeliveredLate(line) => (line.order, FinalOutcome::DeliveredLate),
        _ => return None,
    })
}

/// What the admins are told of an order.
fn alert(row: &Outgoing, said: &mut Said) {
    let Payload::Reply(reply) = &row.payload else { return };
    match reply.as_ref() {
        Reply::AlertContradiction { card, .. } | Reply::AlertUnclearReport(card) | Reply::AlertDoubleDelivery(card) => {
            said.alerts.insert(card.line.order)
        }
        Reply::AlertDearer { card, .. } => said.dearer.insert(card.line.order),
        _ => false,
    };
}
