//! Four suppliers with a book of their own: what each really did with every reference, whatever the shop believes. The
//! protocol between is made up for this test: the real ones have fixtures of their own.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use konter::catalog::ProductKind;
use konter::ids::Reference;
use konter::money::Rupiah;
use konter::supplier::client::{SendError, Transport};
use konter::supplier::protocol::Now;
use konter::supplier::{
    Bill, Body, Buy, Callback, Delivery, Details, Doubt, FailureKind, Inquiry, InquiryReading, Method, Outcome,
    Protocol, Reading, Request, Response,
};
use secrecy::SecretString;

use super::books::at_the_supplier;
use super::run::Stage;
use super::sabotage::Sabotage;

/// The suppliers' names, and whether each can be asked and reports.
pub const SUPPLIERS: [(&str, bool, bool); 4] =
    [("alfa", true, true), ("beta", true, false), ("gamma", false, true), ("delta", false, false)];

const KINDS: [FailureKind; 8] = [
    FailureKind::WrongNumber,
    FailureKind::NumberBlocked,
    FailureKind::ProductClosed,
    FailureKind::ProductDisturbed,
    FailureKind::SupplierFunds,
    FailureKind::Refused,
    FailureKind::BillPaid,
    FailureKind::Reversed,
];

/// What a supplier does with an order, known to it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Deliver,
    Refuse(FailureKind),
    /// It says no, and delivers after all.
    RefuseThenDeliver(FailureKind),
    /// It delivers, and takes it back.
    DeliverThenReverse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    Pending,
    Delivered,
    Refused(FailureKind),
}

/// One reference's story. `None` as fate: it never arrived.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "words that were said, each independent of the others")]
pub struct Deal {
    pub dest: String,
    pub is_bill: bool,
    pub cost: i64,
    /// How often the shop gave the purchase away.
    pub sends: u32,
    pub fate: Option<Fate>,
    /// When it is decided, and when the supplier changes its mind; `u64::MAX` for not before the world is calm.
    pub decided_at: u64,
    pub second_at: u64,
    /// What the shop has been told, on whichever way.
    pub told_not_sent: bool,
    pub told_failed: bool,
    pub told_success: bool,
    /// A report of how it ended was taken by the shop.
    pub acknowledged: bool,
}

impl Deal {
    pub fn truth(&self, now: u64) -> Truth {
        match self.fate {
            None => Truth::Refused(FailureKind::Refused),
            Some(_) if now < self.decided_at => Truth::Pending,
            Some(Fate::RefuseThenDeliver(_)) if now >= self.second_at => Truth::Delivered,
            Some(Fate::DeliverThenReverse) if now >= self.second_at => Truth::Refused(FailureKind::Reversed),
            Some(Fate::Deliver | Fate::DeliverThenReverse) => Truth::Delivered,
            Some(Fate::Refuse(kind) | Fate::RefuseThenDeliver(kind)) => Truth::Refused(kind),
        }
    }

    /// Whether the shop may know for certain that nothing comes of it: it never gave it away, it was told that it never
    /// left, or it was told no.
    pub fn may_be_given_up(&self) -> bool {
        self.sends == 0 || self.told_not_sent || self.told_failed
    }
}

/// A report on its way.
#[derive(Clone, Debug)]
pub struct Report {
    pub supplier: usize,
    pub reference: Reference,
    pub believed: bool,
    pub callback: Callback,
    pub says: Said,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Success,
    Failed,
    Nothing,
}

/// The suppliers' side of everything.
#[derive(Default)]
pub struct Book {
    pub deals: BTreeMap<(usize, Reference), Deal>,
    /// What each customer owes now.
    bills: BTreeMap<String, i64>,
    /// By the moment they arrive.
    pub reports: BTreeMap<(u64, u64), Report>,
    reports_made: u64,
}

impl Book {
    pub fn deal(&self, supplier: &str, reference: Reference) -> Deal {
        self.deals.get(&(index_of(supplier), reference)).cloned().unwrap_or_default()
    }

    pub fn report(&mut self, at: u64, report: Report) {
        self.reports_made += 1;
        self.reports.insert((at, self.reports_made), report);
    }

    /// Everything open is decided, and said where the supplier reports.
    pub fn settle(&mut self, now: u64) {
        let mut late = Vec::new();
        for ((supplier, reference), deal) in &mut self.deals {
            if deal.decided_at == u64::MAX {
                deal.decided_at = now;
                if SUPPLIERS[*supplier].2 && deal.fate.is_some() {
                    late.push((*supplier, *reference, deal.truth(now), deal.cost));
                }
            }
        }
        for (supplier, reference, truth, cost) in late {
            self.report(now + 500, report_of(supplier, reference, truth, cost));
        }
    }
}

pub fn index_of(supplier: &str) -> usize {
    SUPPLIERS.iter().position(|(name, _, _)| *name == supplier).unwrap()
}

fn words_of(truth: Truth) -> String {
    match truth {
        Truth::Pending => "pending".to_owned(),
        Truth::Delivered => "success".to_owned(),
        Truth::Refused(kind) => format!("failed:{}", KINDS.iter().position(|known| *known == kind).unwrap_or(5)),
    }
}

fn line(reference: Reference, truth: Truth, cost: i64) -> String {
    format!("sim|{reference}|{}|SN{reference}|{cost}", words_of(truth))
}

pub fn report_of(supplier: usize, reference: Reference, truth: Truth, cost: i64) -> Report {
    let says = match truth {
        Truth::Pending => Said::Nothing,
        Truth::Delivered => Said::Success,
        Truth::Refused(_) => Said::Failed,
    };
    let callback = Callback { body: line(reference, truth, cost).into_bytes(), ..Callback::default() };
    Report { supplier, reference, believed: true, callback, says }
}

/// The made-up protocol: one line of text each way.
pub struct Wire {
    pub supplier: usize,
    pub sabotage: Option<Sabotage>,
    pub secret: SecretString,
}

impl Wire {
    fn request(path: &'static str, buy: &Buy<'_>) -> Request {
        let denom = buy.denom.map_or(0, Rupiah::get);
        let bill = u8::from(buy.kind == ProductKind::Bill);
        let text = format!("{}|{}|{bill}|{denom}", buy.reference, buy.dest);
        let body = Some(Body { content_type: "text/plain", text });
        Request { method: Method::Post, path, query: Vec::new(), headers: Vec::new(), body }
    }

    fn read(&self, buy: &Buy<'_>, text: &str) -> Reading {
        let fields: Vec<&str> = text.split('|').collect();
        let ["sim", reference, status, sn, cost] = fields.as_slice() else {
            return self.doubt(Doubt::NotUnderstood);
        };
        if *reference != buy.reference.to_string() {
            return self.doubt(Doubt::OtherReference);
        }
        let outcome = match status.split_once(':') {
            None if *status == "success" => {
                Outcome::Success(Delivery { sn: (*sn).to_owned(), details: Details::new() })
            }
            None if *status == "pending" => Outcome::Pending,
            Some(("failed", kind)) => Outcome::Failed(KINDS[kind.parse::<usize>().unwrap()]),
            _ => return self.doubt(Doubt::Inconclusive((*status).to_owned())),
        };
        let charged = matches!(outcome, Outcome::Success(_)).then(|| Rupiah::new(cost.parse().unwrap()));
        Reading { charged, ..Reading::new(outcome) }
    }

    fn doubt(&self, doubt: Doubt) -> Reading {
        if self.sabotage == Some(Sabotage::CallsUnknownFailure) {
            return Reading::new(Outcome::Failed(FailureKind::Refused));
        }
        Reading::unknown(doubt)
    }
}

impl Protocol for Wire {
    fn inquiry_first(&self, kind: ProductKind) -> bool {
        kind == ProductKind::Bill || (kind == ProductKind::Token && SUPPLIERS[self.supplier].0 == "delta")
    }

    fn inquiry(&self, buy: &Buy<'_>, _: NaiveDateTime) -> Option<Request> {
        (buy.kind != ProductKind::Topup).then(|| Self::request("/inquiry", buy))
    }

    fn read_inquiry(&self, _: &Buy<'_>, response: &Response) -> InquiryReading {
        let text = response.text();
        let fields: Vec<&str> = text.split('|').collect();
        match fields.as_slice() {
            ["bill", quote, amount] => {
                let total = Rupiah::new(amount.parse().unwrap());
                let bill = Bill { period: "202611".to_owned(), amount: total, admin: Rupiah::ZERO, total };
                let is_bill = total.is_positive();
                InquiryReading::Found(Inquiry {
                    quote: (*quote).to_owned(),
                    bills: is_bill.then_some(bill).into_iter().collect(),
                    total: is_bill.then_some(total),
                    ..Inquiry::default()
                })
            }
            ["paid"] => InquiryReading::Failed(FailureKind::BillPaid),
            ["wait"] => InquiryReading::Pending,
            _ => InquiryReading::Unknown(Doubt::NotUnderstood),
        }
    }

    fn purchase(&self, buy: &Buy<'_>, _: NaiveDateTime) -> Request {
        Self::request("/purchase", buy)
    }

    fn read_purchase(&self, buy: &Buy<'_>, response: &Response) -> Reading {
        self.read(buy, &response.text())
    }

    fn can_check(&self) -> bool {
        SUPPLIERS[self.supplier].1
    }

    fn reports(&self) -> bool {
        SUPPLIERS[self.supplier].2
    }

    fn status(&self, buy: &Buy<'_>, _: DateTime<Utc>, _: &Now) -> Option<Request> {
        self.can_check().then(|| Self::request("/status", buy))
    }

    fn callback_reference(&self, callback: &Callback) -> Option<Reference> {
        callback.text().split('|').nth(1)?.parse().ok()
    }

    fn read_callback(&self, buy: &Buy<'_>, callback: &Callback) -> Reading {
        self.read(buy, &callback.text())
    }

    fn secrets(&self) -> Vec<&SecretString> {
        vec![&self.secret]
    }
}

/// The way to one supplier, which loses things.
pub struct Way {
    pub supplier: usize,
    pub stage: Arc<Stage>,
}

/// What a request names.
struct Asked {
    reference: Reference,
    dest: String,
    is_bill: bool,
    denom: i64,
}

#[async_trait]
impl Transport for Way {
    async fn send(&self, request: &Request) -> Result<Response, SendError> {
        let text = request.body.as_ref().map(|body| body.text.clone()).unwrap_or_default();
        let fields: Vec<&str> = text.split('|').collect();
        let asked = Asked {
            reference: fields[0].parse().unwrap(),
            dest: fields[1].to_owned(),
            is_bill: fields[2] == "1",
            denom: fields[3].parse().unwrap(),
        };
        match request.path {
            "/purchase" => self.purchase(asked).await,
            "/status" => self.status(asked).await,
            _ => self.inquiry(asked).await,
        }
    }
}

fn reply(text: String) -> Response {
    Response { content_type: None, body: text.into_bytes() }
}

fn doubt(doubt: Doubt) -> Result<Response, SendError> {
    Err(SendError::MaybeSent(doubt, "the way to the supplier".to_owned()))
}

impl Way {
    fn name(&self) -> &'static str {
        SUPPLIERS[self.supplier].0
    }

    fn change<T>(&self, reference: Reference, change: impl FnOnce(&mut Deal) -> T) -> T {
        change(self.stage.book.lock().deals.entry((self.supplier, reference)).or_default())
    }

    async fn purchase(&self, asked: Asked) -> Result<Response, SendError> {
        let (world, reference) = (&self.stage.world, asked.reference);
        self.change(reference, |deal| deal.sends += 1);
        world.pause(1, 5).await;
        if world.fault(5) {
            world.log(format_args!("{} {reference} not sent", self.name()));
            self.change(reference, |deal| deal.told_not_sent = true);
            return Err(SendError::NotSent("connection refused".to_owned()));
        }
        if world.fault(4) {
            world.log(format_args!("{} {reference} vanishes on its way", self.name()));
            world.pause(10, 3_000).await;
            return self.lost(Doubt::ConnectionLost);
        }
        self.arrive(&asked);
        if world.does(Sabotage::BuysTwice) && world.percent(5) {
            self.arrive(&asked);
        }
        let slow = if world.fault(10) { 20_000 } else { 800 };
        world.pause(5, slow).await;
        self.answer(reference).await
    }

    /// What a sabotaged client makes of a broken connection.
    fn lost(&self, of: Doubt) -> Result<Response, SendError> {
        if self.stage.world.does(Sabotage::CallsMaybeSentNotSent) {
            return Err(SendError::NotSent("connection lost".to_owned()));
        }
        doubt(of)
    }

    /// The purchase reaches its supplier, which does with it what it will.
    fn arrive(&self, asked: &Asked) {
        let (world, reference) = (&self.stage.world, asked.reference);
        at_the_supplier(&self.stage, self.supplier, reference, asked.is_bill, &asked.dest);
        let now = world.elapsed();
        let (is_new, paid) = {
            let book = self.stage.book.lock();
            let mut others = book.deals.iter().filter(|((_, other), deal)| {
                *other != reference && asked.is_bill && deal.is_bill && deal.dest == asked.dest
            });
            let paid = others.any(|(_, deal)| deal.truth(now) == Truth::Delivered);
            (book.deals[&(self.supplier, reference)].fate.is_none(), paid)
        };
        if !is_new {
            world.violated(format!("{} got a purchase of {reference} twice", self.name()));
            return;
        }
        let kind = *world.pick(&KINDS[..6]);
        let fate = match world.below(100) {
            _ if paid => Fate::Refuse(FailureKind::BillPaid),
            0..=70 => Fate::Deliver,
            71..=90 => Fate::Refuse(kind),
            91..=95 => Fate::RefuseThenDeliver(kind),
            _ => Fate::DeliverThenReverse,
        };
        let decided_at = match world.below(100) {
            _ if world.is_calm() || paid => now,
            0..=69 => now,
            70..=89 => now + world.between(500, 60_000),
            90..=95 => now + world.between(60_000, 1_800_000),
            _ => u64::MAX,
        };
        let second_at = decided_at.saturating_add(world.between(100, 600_000));
        world.log(format_args!("{} {reference} to {} arrives: {fate:?} at {decided_at}", self.name(), asked.dest));
        let cost = if asked.is_bill { asked.denom + self.amount_of(&asked.dest) } else { asked.denom };
        self.change(reference, |deal| {
            *deal = Deal {
                dest: asked.dest.clone(),
                is_bill: asked.is_bill,
                cost,
                fate: Some(fate),
                decided_at,
                second_at,
                ..deal.clone()
            };
        });
        self.plan_reports(reference, fate, decided_at, second_at, cost);
    }

    fn amount_of(&self, customer: &str) -> i64 {
        *self.stage.book.lock().bills.entry(customer.to_owned()).or_insert(52_500)
    }

    /// Early or late, once, twice or never, and not always in order.
    fn plan_reports(&self, reference: Reference, fate: Fate, decided_at: u64, second_at: u64, cost: i64) {
        let world = &self.stage.world;
        let mut plan = Vec::new();
        if SUPPLIERS[self.supplier].2 && decided_at != u64::MAX {
            let changes = matches!(fate, Fate::RefuseThenDeliver(_) | Fate::DeliverThenReverse);
            for at in [decided_at].into_iter().chain(changes.then_some(second_at)) {
                let times = if world.is_calm() { 1 } else { *world.pick(&[0, 1, 1, 1, 1, 1, 2, 3]) };
                for _ in 0..times {
                    plan.push((at, at + world.between(1, *world.pick(&[5, 500, 60_000]))));
                }
            }
            if world.fault(8) {
                // Stale: what was true before anything was decided.
                plan.push((0, decided_at + world.between(1, 60_000)));
            }
        }
        let mut book = self.stage.book.lock();
        for (as_of, at) in plan {
            let deal = &book.deals[&(self.supplier, reference)];
            let truth = if as_of < decided_at { Truth::Pending } else { deal.truth(as_of) };
            book.report(at, report_of(self.supplier, reference, truth, cost));
        }
    }

    /// The reply to a purchase or a question about it, if it gets through.
    async fn answer(&self, reference: Reference) -> Result<Response, SendError> {
        let world = &self.stage.world;
        let deal = self.stage.book.lock().deals[&(self.supplier, reference)].clone();
        let truth = deal.truth(world.elapsed());
        let trouble = if world.is_calm() { 99 } else { world.below(100) };
        world.log(format_args!("{} {reference} replies {truth:?}, trouble {trouble}", self.name()));
        match trouble {
            0..=7 => self.lost(Doubt::ConnectionLost),
            8..=10 => {
                world.pause(40_000, 70_000).await;
                self.lost(Doubt::Timeout)
            }
            11..=13 => self.lost(Doubt::HttpStatus(502)),
            14..=17 => Ok(reply("<html><body>Bad Gateway: failed</body></html>".to_owned())),
            18..=19 => Ok(reply(line(Reference(reference.0 + 1), truth, deal.cost))),
            20 => Ok(reply(format!("sim|{reference}|whatever|SN|0"))),
            _ => {
                self.stage.tell(self.supplier, reference, truth);
                Ok(reply(line(reference, truth, deal.cost)))
            }
        }
    }

    async fn status(&self, asked: Asked) -> Result<Response, SendError> {
        let world = &self.stage.world;
        world.pause(2, 400).await;
        if world.fault(10) {
            return doubt(Doubt::ConnectionLost);
        }
        let known =
            self.stage.book.lock().deals.get(&(self.supplier, asked.reference)).is_some_and(|d| d.fate.is_some());
        if !known {
            // No document calls this a failure: the purchase may still be on its way.
            world.log(format_args!("{} {} is not known", self.name(), asked.reference));
            return Ok(reply(format!("sim|{}|unknown||0", asked.reference)));
        }
        self.answer(asked.reference).await
    }

    async fn inquiry(&self, asked: Asked) -> Result<Response, SendError> {
        let world = &self.stage.world;
        world.pause(2, 300).await;
        if world.fault(6) {
            return Err(SendError::NotSent("connection refused".to_owned()));
        }
        if world.fault(6) {
            return doubt(Doubt::Timeout);
        }
        if world.fault(10) {
            return Ok(reply("wait".to_owned()));
        }
        if !asked.is_bill {
            return Ok(reply(format!("bill|Q{}|0", asked.reference)));
        }
        let now = world.elapsed();
        let paid = {
            let book = self.stage.book.lock();
            book.deals.values().any(|d| d.is_bill && d.dest == asked.dest && d.truth(now) == Truth::Delivered)
        };
        if paid {
            return Ok(reply("paid".to_owned()));
        }
        if world.fault(10) {
            // A late fee has come on top since it was last shown.
            let amount = self.amount_of(&asked.dest) + 5_000;
            self.stage.book.lock().bills.insert(asked.dest.clone(), amount);
        }
        Ok(reply(format!("bill|Q{}|{}", asked.reference, self.amount_of(&asked.dest))))
    }
}
