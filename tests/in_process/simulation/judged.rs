//! Whether what becomes of orders fits what their suppliers did, as far as the shop could know.

use chrono::TimeDelta;
use chrono_tz::Asia::Jakarta;
use konter::clock::Clock as _;
use konter_core::catalog::ProductKind;
use konter_core::ids::Reference;
use konter_core::order::{Attempt, AttemptStep, Decider, Final, Order, OrderState};

use super::books::{Books, serial};
use super::engine::at_once;
use super::people::{GAMES, METERS};
use super::rules::Rule;
use super::stage::Stage;
use super::supplier::{Book, Deal, SUPPLIERS, Truth, index_of};
use super::way::Asked;
use super::wire::{Line, Says};

/// A question is on its way to its supplier for so long at most.
const ON_ITS_WAY: u64 = 5_000;
/// The shop may look at its catalog, and then ask who or what would be paid for, so long before a purchase leaves.
const LOOKED_BEFORE: u64 = 90_000;
/// The shop's own limit (`Policy::stale_after`), and what a question takes on its way.
const YOUNG: TimeDelta = TimeDelta::seconds(30 * 60 + 5);

/// What the shop's rows show that it has heard of one attempt, in the order it took it in.
#[derive(Clone, Copy, Debug)]
pub struct Heard {
    says: Says,
    way: HeardBy,
    /// When the question was asked that this answers; of a report, when it was taken in.
    asked_at: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HeardBy {
    Answer,
    Check,
    Report,
}

/// The word that a commit takes in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cause {
    /// It was heard before, whichever way.
    repeated: bool,
    /// It is no report, and a report that says otherwise came after it was asked for.
    older: bool,
}

fn is_failure(says: Says) -> Option<bool> {
    match says {
        Says::Plain(Truth::Delivered) | Says::Before(Truth::Delivered) => Some(false),
        Says::Plain(Truth::Refused(_)) | Says::Before(Truth::Refused(_)) => Some(true),
        _ => None,
    }
}

fn deal_of(book: &Book, attempt: &Attempt) -> Deal {
    book.deal(attempt.route.supplier.as_str(), attempt.reference)
}

impl Books {
    /// Notes the word a commit brings, and what is to be thought of it.
    pub fn hear(&mut self, stage: &Stage, old: Option<&Order>, new: &Order) -> Option<Cause> {
        let mut cause = None;
        for attempt in &new.attempts {
            let Some(reply) = attempt.replies.last() else { continue };
            let before = old.and_then(|old| old.attempts.iter().find(|was| was.reference == attempt.reference));
            if before.and_then(|before| before.replies.last()) == Some(reply) {
                continue;
            }
            let Some(line) = Line::read(&reply.text).filter(|line| line.reference == attempt.reference) else {
                continue;
            };
            let deal = deal_of(&stage.book.lock(), attempt);
            let (way, asked_at) = match reply.to.as_str() {
                "purchase" => (HeardBy::Answer, deal.sent_at),
                "status" => (HeardBy::Check, deal.asked_at),
                _ => (HeardBy::Report, stage.world.elapsed()),
            };
            let said = is_failure(line.says).filter(|_| !deal.is_taken_for_another());
            let heard = self.heard.entry(attempt.reference).or_default();
            let repeated = said.is_some() && heard.iter().any(|earlier| is_failure(earlier.says) == said);
            let contradicts = |earlier: &Heard| {
                let other = is_failure(earlier.says);
                earlier.way == HeardBy::Report && earlier.asked_at > asked_at && other.is_some() && other != said
            };
            let older = way != HeardBy::Report && said.is_some() && heard.iter().any(contradicts);
            if older {
                self.happened.insert("an answer older than a report".to_owned());
            }
            heard.push(Heard { says: line.says, way, asked_at });
            if repeated && before.is_some_and(|before| before.replies.len() > 1) {
                self.saw("a word heard before".to_owned());
            }
            cause = Some(Cause { repeated, older });
        }
        cause
    }

    /// Whether the shop could know that "already bought" is about somebody else's order: it was the answer to the first
    /// sending, or came as a report, or its serial number is another order's.
    fn knows_better(&self, attempt: &Attempt, sn: &str, order: &Order) -> bool {
        let heard = self.heard.get(&attempt.reference).map(Vec::as_slice).unwrap_or_default();
        heard.iter().any(|heard| matches!(heard.says, Says::Before(_)) && heard.way != HeardBy::Check)
            || self.serials.get(&digits(sn)).is_some_and(|(first, _)| *first != order.id)
    }

    /// Whether what has become of an order fits what its suppliers said.
    pub fn judged(&self, stage: &Stage, old: Option<&Order>, new: &Order, cause: Option<Cause>) {
        let book = stage.book.lock();
        let blame = |rule: Option<Rule>, what: &str| {
            stage.world.blame(rule, format!("order {}: {what}; {new:?}", new.id));
        };
        let doubtful = |attempts: &[Attempt]| {
            let mut doubtful = attempts.iter().map(|attempt| deal_of(&book, attempt));
            doubtful.find(|deal| !deal.may_be_given_up())
        };
        let earlier = new.attempts.len().saturating_sub(1);
        if new.attempts.len() > old.map_or(1, |old| old.attempts.len())
            && let Some(deal) = doubtful(&new.attempts[..earlier])
        {
            blame(deal.misled, "it goes elsewhere although it may still be delivered");
        }
        let OrderState::Final(Final { failure, by, sn, .. }) = &new.state else { return };
        if old.is_some_and(|old| old.state == new.state) || matches!(by, Decider::Admin(_)) {
            return;
        }
        self.turned(stage, old, new, cause);
        if failure.is_some()
            && let Some(deal) = doubtful(&new.attempts)
        {
            blame(deal.misled, "it is refunded although it may have been delivered");
        }
        if failure.is_none() && !new.attempts.iter().any(|attempt| deal_of(&book, attempt).told_success) {
            let misled = new.attempts.iter().find(|attempt| deal_of(&book, attempt).misled.is_some());
            match misled {
                Some(attempt) if !self.knows_better(attempt, sn, new) => {}
                Some(_) => blame(Some(Rule::SomebodyElses), "its success is another order's"),
                None => blame(None, "it is a success that no supplier told"),
            }
        }
    }

    /// Whether a word of a supplier may have turned an order round, or ended it.
    fn turned(&self, stage: &Stage, old: Option<&Order>, new: &Order, cause: Option<Cause>) {
        let breaks = |rule, what: &str| {
            let heard: Vec<_> = new.attempts.iter().filter_map(|a| self.heard.get(&a.reference)).collect();
            stage.world.breaks(rule, format!("order {}: {what}; heard {heard:?}; {new:?}", new.id));
        };
        let Some(cause) = cause else { return };
        if cause.older {
            breaks(Rule::OlderAnswer, "an older answer overrides a report");
        }
        let Some(OrderState::Final(was)) = old.map(|old| &old.state) else { return };
        if old.map(Order::is_success) == Some(new.is_success()) {
            return;
        }
        if matches!(was.by, Decider::Admin(_)) {
            breaks(Rule::AgainstAdmin, "a supplier's word changes what an admin has decided");
        }
        if self.corrections.get(&new.id).is_some_and(|times| *times > 0) {
            breaks(Rule::SecondCorrection, "it is corrected a second time");
        }
        if cause.repeated {
            breaks(Rule::RepeatedWord, "a word that was heard before turns it round");
        }
    }

    /// Whatever an order that has ended is called, it is what its supplier did, or the admins know that it may not be.
    pub fn told_or_true(&self, stage: &Stage) {
        let (book, now) = (stage.book.lock(), stage.world.elapsed());
        for order in self.orders.values().filter(|order| !order.is_open()) {
            let is_delivered = |attempt: &Attempt| deal_of(&book, attempt).truth(now) == Truth::Delivered;
            let delivered = order.attempts.iter().any(is_delivered);
            if order.is_success() == delivered {
                continue;
            }
            let heard = |attempt: &Attempt, failure: bool| {
                let heard = self.heard.get(&attempt.reference).map(Vec::as_slice).unwrap_or_default();
                heard.iter().any(|heard| is_failure(heard.says) == Some(failure))
            };
            let is_wrong = order.attempts.iter().any(|attempt| {
                if delivered {
                    is_delivered(attempt) && heard(attempt, false)
                } else {
                    heard(attempt, false) && heard(attempt, true)
                }
            });
            if is_wrong && !self.by_admin.contains(&order.id) && !self.alerted.contains(&order.id) {
                let what = format!("order {}: nobody is told that it is not so; {order:?}", order.id);
                stage.world.breaks(Rule::Untold, what);
            }
        }
    }
}

fn order_of(stage: &Stage, supplier: usize, reference: Reference) -> Option<Order> {
    at_once(stage.store().order_of_reference(&SUPPLIERS[supplier].0.parse().unwrap(), reference)).unwrap()
}

/// A purchase leaves the shop: what is bought may have been closed, or have become dearer, but not for long.
pub fn leaves(stage: &Stage, supplier: usize, asked: &Asked) {
    let Some(order) = order_of(stage, supplier, asked.reference) else { return };
    let name = SUPPLIERS[supplier].0;
    let since = stage.world.elapsed().saturating_sub(LOOKED_BEFORE);
    let books = stage.books.lock();
    let Some(versions) = books.shelf.get(&order.product) else { return };
    let first = versions.iter().rposition(|(at, _)| *at <= since).unwrap_or(0);
    let routes =
        || versions[first..].iter().map(|(_, p)| p.routes.iter().find(|route| route.supplier.as_str() == name));
    let breaks = |rule, what: &str| {
        stage.world.breaks(rule, format!("{name} is to get {}: {what}; {order:?}", asked.reference));
    };
    if routes().all(|route| route.is_none_or(|route| !route.open)) {
        breaks(Rule::Closed, "it is closed");
    }
    if order.kind == ProductKind::Bill {
        return;
    }
    // What was sold below its cost when it was accepted was meant so.
    let accepted = order.attempts.iter().find(|attempt| attempt.reference == asked.reference);
    let accepted = accepted.map_or(order.price, |attempt| attempt.route.cost.max(order.price));
    if routes().all(|route| route.is_some_and(|route| route.cost > accepted)) {
        breaks(Rule::AbovePrice, "it has come to cost more than its price");
    }
    let margins: i64 = order.margins.iter().map(|margin| margin.amount.get()).sum();
    let has_waited = order.attempts.len() > 1 || order.waits_until.is_some();
    if has_waited && versions[first..].iter().all(|(_, product)| product.price.get() > order.price.get() - margins) {
        breaks(Rule::RaisedMeanwhile, "its price has been raised");
    }
}

/// A question reaches a supplier that takes it for the purchase, of which it knows nothing.
pub fn asked_late(stage: &Stage, supplier: usize, reference: Reference) {
    let Some(order) = order_of(stage, supplier, reference) else { return };
    if stage.books.lock().rechecked.contains(&order.id) {
        // An admin wanted it.
        return;
    }
    let now = stage.world.now_as_decided(ON_ITS_WAY);
    let sent = order.attempts.iter().find(|attempt| attempt.reference == reference).and_then(|attempt| attempt.sent_at);
    let day = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&Jakarta).date_naive();
    let is_old = now - order.ripe_since() > YOUNG;
    if is_old || sent.is_some_and(|sent| day(sent) < day(now - TimeDelta::seconds(5))) {
        stage.world.breaks(Rule::LateFirst, format!("asking buys {reference} at {now}; {order:?}"));
    }
}

/// A purchase reaches its supplier: it must be durable that it left, it must be wanted, and nothing else may be on its
/// way for the same order or bill.
pub fn arrives(stage: &Stage, supplier: usize, asked: &Asked) {
    let (name, reference, dest) = (SUPPLIERS[supplier].0, asked.reference, asked.dest.as_str());
    let blame = |rule: Option<Rule>, what: &str| {
        stage.world.blame(rule, format!("{name} gets {reference} to {dest}: {what}"));
    };
    let Some(order) = order_of(stage, supplier, reference) else { return blame(None, "there is no such order") };
    let now = stage.world.elapsed();
    let book = stage.book.lock();
    // A supplier that said no and then yes may say so while the next one's purchase is on its way.
    let contradicted = order.attempts.iter().any(|attempt| {
        let deal = deal_of(&book, attempt);
        attempt.reference != reference && deal.told_failed && deal.told_success
    });
    // An admin may decide while a question is on its way.
    let decided = matches!(&order.state, OrderState::Final(Final { by: Decider::Admin(_), .. }));
    if !order.is_open() && !contradicted && !decided || order.dest != dest {
        blame(None, &format!("nobody wants it; {order:?}"));
    }
    let known: Option<&[&str]> = match order.product.as_str() {
        "FF70" => Some(&GAMES),
        "T20" => Some(&METERS),
        _ => None,
    };
    if known.is_some_and(|known| !known.contains(&dest)) {
        blame(Some(Rule::Destination), &format!("nobody typed that; {order:?}"));
    }
    for attempt in &order.attempts {
        let (is_this, deal) = (attempt.reference == reference, deal_of(&book, attempt));
        if is_this && attempt.step != AttemptStep::Sent {
            blame(None, "that it has left is not durable");
        }
        if !is_this && !deal.may_be_given_up() {
            blame(deal.misled, &format!("{} may still deliver it; {order:?}", attempt.reference));
        }
    }
    let same_bill = book.deals.iter().filter(|((_, other), deal)| {
        asked.is_bill && *other != reference && deal.is_bill && deal.dest == dest && !deal.may_be_given_up()
    });
    for ((other, earlier), deal) in same_bill {
        let order = order_of(stage, *other, *earlier);
        let by_admin = order.is_some_and(|order| {
            matches!(&order.state, OrderState::Final(Final { failure: Some(_), by: Decider::Admin(_), .. }))
        });
        if !by_admin && !matches!(deal.truth(now), Truth::Refused(_)) {
            blame(deal.misled, &format!("the same bill is being paid by {earlier}"));
        }
    }
}

/// Whether a word is to be expected that ends an open order by itself.
pub fn must_be_final(stage: &Stage, order: &Order) -> bool {
    let OrderState::Open = order.state else { return false };
    let Some(attempt) = order.current() else { return false };
    let deal = deal_of(&stage.book.lock(), attempt);
    // What is kept back waits for a person.
    let Some(sent) = attempt.sent_at else { return attempt.step == AttemptStep::Ready };
    if deal.misled.is_some() || deal.is_taken_for_another() {
        return false;
    }
    if stage.books.lock().serials.contains_key(&super::wire::serial(attempt.reference)) {
        // Another order bears its number: no word that brings it is believed any more.
        return false;
    }
    let (now, sent_day) = (stage.world.now(), sent.with_timezone(&Jakarta).date_naive());
    let checks = SUPPLIERS[index_of(attempt.route.supplier.as_str())].1;
    // Stop well before the shop itself stops asking.
    let may_ask = now - sent < TimeDelta::minutes(20) && now.with_timezone(&Jakarta).date_naive() == sent_day;
    let can_ask = checks && deal.fate.is_some() && may_ask;
    can_ask || deal.acknowledged
}

/// However else it is spelt.
fn digits(sn: &str) -> String {
    sn.chars().filter(char::is_ascii_digit).collect()
}

/// A serial number that is new belongs to its reseller alone.
pub fn serial_is_nobody_elses(books: &mut Books, stage: &Stage, order: &Order) {
    let sn = serial(order);
    if sn.is_empty() {
        return;
    }
    let (first, agent) = *books.serials.entry(digits(sn)).or_insert((order.id, order.agent));
    if agent != order.agent {
        stage.world.breaks(Rule::SharedSerial, format!("{sn} of order {first} is shown to {}: {order:?}", order.agent));
    }
}
