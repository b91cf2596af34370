//! The shop's books kept a second time, from what is durable in the store after every single commit, and every rule
//! that must hold between them and what the suppliers really did.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use futures::FutureExt as _;
use konter::ids::{AgentId, ChatId, OrderId, Reference};
use konter::ledger::{AccountId, Entry, EntryKind, Reason};
use konter::order::{AttemptStep, Decider, FailureReason, Final, Order, OrderState};
use konter::reply::Reply;
use konter::store::{Commit, MessageKey, Outgoing, Payload, Store};
use konter::supplier::Outcome;

use super::run::Stage;
use super::supplier::{SUPPLIERS, Truth};

/// More than any chat has waiting.
const ALL: usize = 10_000;

/// Stores in memory never wait.
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("memory never waits")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FinalWord {
    Success,
    Failed,
    Reversed,
    DeliveredLate,
}

/// Debits, credits, pending debits, pending credits.
type Sums = [i128; 4];

#[derive(Default)]
pub struct Books {
    seq: u64,
    sums: BTreeMap<AccountId, Sums>,
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
    /// The latest question of each chat.
    pub questions: BTreeMap<ChatId, u32>,
    /// What kinds of things have happened: a run in which nothing does proves nothing.
    pub happened: BTreeSet<String>,
}

fn available(sums: Sums) -> i128 {
    sums[1] - sums[0] - sums[2]
}

impl Books {
    pub fn allow(&mut self, key: MessageKey, orders: usize) {
        let most = self.allowed.entry(key).or_default();
        *most = (*most).max(orders);
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
        let touched = self.read_journal(stage);
        for id in touched {
            let stored = at_once(stage.store.account(&id)).unwrap();
            let stored = [stored.debits, stored.credits, stored.pending_debits, stored.pending_credits]
                .map(|s| i128::from(s.get()));
            if stored != self.sums[&id] {
                stage.world.violated(format!("{id} is stored as {stored:?}, its lines add up to {:?}", self.sums[&id]));
            }
        }
        let mut words = self.read_outbox(stage, commit);
        let mut placed = 0;
        for id in commit.orders.iter().map(|order| order.row.id) {
            let Some(row) = at_once(stage.store.order(id)).unwrap() else {
                stage.world.violated(format!("order {id} was committed and is not there"));
                continue;
            };
            placed += usize::from(!self.orders.contains_key(&id));
            self.changed(stage, &row, &words.remove(&id).unwrap_or_default());
            self.note(&row);
            self.orders.insert(id, row);
        }
        for (id, words) in words {
            stage.world.violated(format!("{words:?} is said of order {id}, which did not change"));
        }
        if let Some((key, _)) = &commit.answers {
            let times = self.answered.entry(key.clone()).or_default();
            *times += 1;
            if *times > 1 {
                stage.world.violated(format!("{key} was answered {times} times"));
            }
            let allowed = self.allowed.get(key).copied().unwrap_or_default();
            if placed > allowed {
                stage.world.violated(format!("{key} placed {placed} orders, it names {allowed}"));
            }
        } else if placed > 0 {
            stage.world.violated(format!("{placed} orders without a message"));
        }
        for ticket in &commit.tickets {
            let became = format!("{:?}", ticket.row.state);
            self.saw(format!("ticket {}", became.split([' ', '(']).next().unwrap_or_default()));
        }
        for question in &commit.desk.questions {
            self.questions.insert(question.row.chat.clone(), question.row.number);
        }
        self.tickets = commit.tickets.iter().map(|ticket| ticket.row.id.0).max().unwrap_or_default().max(self.tickets);
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
        if !at_once(stage.store.journal(self.seq, 1)).unwrap().is_empty() {
            stage.world.violated("a refused commit moved money".to_owned());
        }
        for id in commit.orders.iter().map(|order| order.row.id) {
            if at_once(stage.store.order(id)).unwrap().as_ref() != self.orders.get(&id) {
                stage.world.violated(format!("a refused commit changed order {id}"));
            }
        }
        for chat in commit.says.iter().map(|say| &say.chat) {
            let waiting = at_once(stage.store.outbox(chat, ALL)).unwrap().len();
            if waiting != self.waiting.get(chat).copied().unwrap_or_default() {
                stage.world.violated(format!("a refused commit said something to {chat}"));
            }
        }
    }

    fn read_journal(&mut self, stage: &Stage) -> BTreeSet<AccountId> {
        let mut touched = BTreeSet::new();
        for entry in at_once(stage.store.journal(self.seq, ALL)).unwrap() {
            self.line(stage, &entry);
            touched.extend([entry.debit, entry.credit]);
        }
        touched
    }

    fn line(&mut self, stage: &Stage, entry: &Entry) {
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
            || matches!(entry.reason, Reason::Transfer | Reason::Deposit | Reason::Order)
                && entry.kind == EntryKind::Transfer;
        if spends && left < 0 && entry.debit.is_limited() {
            stage.world.violated(format!("{} spends what it does not have: {entry:?}", entry.debit));
        }
        self.saw(format!("{:?} for {:?}", entry.kind, entry.reason));
        self.hold(stage, entry);
        if entry.kind == EntryKind::Transfer
            && matches!(entry.reason, Reason::Deposit | Reason::Correction | Reason::Transfer)
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
    fn read_outbox(&mut self, stage: &Stage, commit: &Commit) -> BTreeMap<OrderId, Vec<FinalWord>> {
        for (chat, _) in &commit.said {
            let waiting = self.waiting.entry(chat.clone()).or_default();
            *waiting = waiting.saturating_sub(1);
        }
        let mut words: BTreeMap<OrderId, Vec<FinalWord>> = BTreeMap::new();
        let chats: BTreeSet<&ChatId> = commit.says.iter().map(|say| &say.chat).collect();
        for chat in chats {
            let seen = self.seen.entry(chat.clone()).or_default();
            let rows = at_once(stage.store.outbox(chat, ALL)).unwrap();
            for row in rows.iter().filter(|row| row.seq > *seen) {
                *self.waiting.entry(chat.clone()).or_default() += 1;
                if let Some((order, word)) = final_word(row) {
                    words.entry(order).or_default().push(word);
                }
            }
            *seen = rows.last().map_or(*seen, |row| row.seq.max(*seen));
        }
        words
    }

    fn changed(&self, stage: &Stage, new: &Order, words: &[FinalWord]) {
        let violated = |what: &str| stage.world.violated(format!("order {}: {what}; {new:?}", new.id));
        let held = self.holds.get(&new.id);
        if held.is_some() != new.is_open() {
            violated("open and held are not the same");
        }
        if held.is_some_and(|(debit, amount)| *debit != AccountId::Agent(new.agent) || *amount != new.price.get()) {
            violated("what is held is not its price");
        }
        let old = self.orders.get(&new.id);
        let is_success = |order: &Order| match &order.state {
            OrderState::Open => None,
            OrderState::Final(end) => Some(end.failure.is_none()),
        };
        let expected: &[FinalWord] = match (old.map(is_success), is_success(new)) {
            (None | Some(None), None) => &[],
            (Some(None), Some(true)) => &[FinalWord::Success],
            (Some(None), Some(false)) => &[FinalWord::Failed],
            (Some(Some(true)), Some(false)) => &[FinalWord::Reversed],
            (Some(Some(false)), Some(true)) => &[FinalWord::DeliveredLate],
            (Some(Some(true)), Some(true))
                if old.is_some_and(|old| serial(old).is_empty() != serial(new).is_empty()) =>
            {
                &[FinalWord::Success]
            }
            (Some(Some(was)), Some(is)) if was == is => &[],
            _ => return violated("an order does not come into being final, nor open again"),
        };
        if words != expected {
            violated(&format!("its reseller is told {words:?}, not {expected:?}"));
        }
        judged(stage, old, new);
    }

    /// The whole of it, from the beginning.
    pub async fn audit(stage: &Stage) {
        let report = konter::store::audit::audit(stage.store.as_ref()).await.unwrap();
        if !report.is_clean() {
            stage.world.violated(report.to_string());
        }
        let (accounts, holds) = (stage.store.accounts().await.unwrap(), stage.store.holds().await.unwrap());
        let open = stage.store.open_orders().await.unwrap();
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

fn serial(order: &Order) -> &str {
    match &order.state {
        OrderState::Final(end) => &end.sn,
        OrderState::Open => "",
    }
}

fn final_word(row: &Outgoing) -> Option<(OrderId, FinalWord)> {
    let Payload::Reply(reply) = &row.payload else { return None };
    Some(match reply.as_ref() {
        Reply::OrderSuccess(line) => (line.order, FinalWord::Success),
        Reply::OrderFailed(line) => (line.order, FinalWord::Failed),
        Reply::OrderReversed(line) => (line.order, FinalWord::Reversed),
        Reply::OrderDeliveredLate(line) => (line.order, FinalWord::DeliveredLate),
        _ => return None,
    })
}

/// Whether what has become of an order fits what its suppliers said.
fn judged(stage: &Stage, old: Option<&Order>, new: &Order) {
    let violated = |what: &str| stage.world.violated(format!("order {}: {what}; {new:?}", new.id));
    let book = stage.book.lock();
    let deal = |attempt: &konter::order::Attempt| book.deal(attempt.route.supplier.as_str(), attempt.reference);
    let given_up = |attempts: &[konter::order::Attempt]| attempts.iter().all(|a| deal(a).may_be_given_up());
    let earlier = new.attempts.len().saturating_sub(1);
    if new.attempts.len() > old.map_or(1, |old| old.attempts.len()) && !given_up(&new.attempts[..earlier]) {
        violated("it goes elsewhere although it may still be delivered");
    }
    let OrderState::Final(Final { failure, by, .. }) = &new.state else { return };
    if old.is_some_and(|old| old.state == new.state) || matches!(by, Decider::Admin(_)) {
        return;
    }
    if failure.is_some() && !given_up(&new.attempts) {
        violated("it is refunded although it may have been delivered");
    }
    if failure.is_none() && !new.attempts.iter().any(|attempt| deal(attempt).told_success) {
        violated("it is a success that no supplier told");
    }
}

/// A purchase reaches its supplier: it must be durable that it left, it must be wanted, and nothing else may be on its
/// way for the same order or bill.
pub fn at_the_supplier(stage: &Stage, supplier: usize, reference: Reference, is_bill: bool, dest: &str) {
    let name = SUPPLIERS[supplier].0;
    let violated = |what: &str| stage.world.violated(format!("{name} gets {reference} to {dest}: {what}"));
    let order = at_once(stage.store.order_of_reference(&name.parse().unwrap(), reference)).unwrap();
    let Some(order) = order else { return violated("there is no such order") };
    let now = stage.world.elapsed();
    let book = stage.book.lock();
    // A supplier that said no and then yes may say so while the next one's purchase is on its way.
    let contradicted = order.attempts.iter().any(|attempt| {
        let deal = book.deal(attempt.route.supplier.as_str(), attempt.reference);
        attempt.reference != reference && deal.told_failed && deal.told_success
    });
    if !order.is_open() && !contradicted || order.dest != dest {
        violated(&format!("nobody wants it; {order:?}"));
    }
    for attempt in &order.attempts {
        let is_this = attempt.reference == reference;
        if is_this && attempt.step != AttemptStep::Sent {
            violated("that it has left is not durable");
        }
        if !is_this && !book.deal(attempt.route.supplier.as_str(), attempt.reference).may_be_given_up() {
            violated(&format!("{} may still deliver it; {order:?}", attempt.reference));
        }
    }
    let same_bill = book.deals.iter().filter(|((_, other), deal)| {
        is_bill && *other != reference && deal.is_bill && deal.dest == dest && !deal.may_be_given_up()
    });
    for ((other, earlier), deal) in same_bill {
        let other = SUPPLIERS[*other].0.parse().unwrap();
        let order = at_once(stage.store.order_of_reference(&other, *earlier)).unwrap();
        let by_admin = order.is_some_and(|order| {
            matches!(&order.state, OrderState::Final(Final { failure: Some(_), by: Decider::Admin(_), .. }))
        });
        if !by_admin && !matches!(deal.truth(now), Truth::Refused(_)) {
            violated(&format!("the same bill is being paid by {earlier}"));
        }
    }
}
