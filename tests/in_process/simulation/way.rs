//! The way to the suppliers, which loses things. They stand behind `Transport`, where otherwise the HTTP client is.

use std::sync::Arc;

use async_trait::async_trait;
use konter_core::ids::Reference;
use konter_core::outcome::Doubt;
use konter_suppliers::client::{SendError, Transport};
use konter_suppliers::{Request, Response};

use super::judged::{arrives, asked_late, leaves};
use super::rules::Rule;
use super::sabotage::Sabotage;
use super::spoken::{self, SPOKEN};
use super::stage::Stage;
use super::supplier::{Deal, Fate, REPEATS, SUPPLIERS, Truth, decide, report_of};
use super::wire::{FORMS, Form, KINDS, Line, Says};

/// The way to one supplier.
pub struct Way {
    pub supplier: usize,
    pub stage: Arc<Stage>,
}

/// What a request names.
pub struct Asked {
    pub reference: Reference,
    pub dest: String,
    pub is_bill: bool,
    pub denom: i64,
    pub product: String,
}

#[async_trait]
impl Transport for Way {
    async fn send(&self, request: &Request) -> Result<Response, SendError> {
        if self.supplier == SPOKEN {
            return self.spoken(request).await;
        }
        let text = request.body.as_ref().map(|body| body.text.clone()).unwrap_or_default();
        let fields: Vec<&str> = text.split('|').collect();
        let asked = Asked {
            reference: fields[0].parse().unwrap(),
            dest: fields[1].to_owned(),
            is_bill: fields[2] == "1",
            denom: fields[3].parse().unwrap(),
            product: fields[4].to_owned(),
        };
        match request.path.as_ref() {
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

    /// The same in the words of one that is described by a recipe.
    async fn spoken(&self, request: &Request) -> Result<Response, SendError> {
        let (asked, is_question) = spoken::asked(request);
        self.saw(if is_question { "asked by a recipe" } else { "ordered by a recipe" });
        let response = if is_question { self.status(asked).await } else { self.purchase(asked).await }?;
        let line = Line::read(&response.text());
        Ok(line.map_or(response, |line| reply(spoken::words(&line, is_question))))
    }

    fn change<T>(&self, reference: Reference, change: impl FnOnce(&mut Deal) -> T) -> T {
        change(self.stage.book.lock().deals.entry((self.supplier, reference)).or_default())
    }

    async fn purchase(&self, asked: Asked) -> Result<Response, SendError> {
        let (world, reference) = (&self.stage.world, asked.reference);
        leaves(&self.stage, self.supplier, &asked);
        let now = world.elapsed();
        self.change(reference, |deal| {
            deal.sends += 1;
            deal.sent_at = now;
        });
        world.pause(1, 5).await;
        if world.fault(5) {
            world.log(format_args!("{} {reference} not sent", self.name()));
            self.change(reference, |deal| deal.told_not_sent = true);
            return Err(SendError::NotSent("connection refused".to_owned()));
        }
        // Where asking is buying, that is what tells.
        if world.fault(if self.supplier == REPEATS { 14 } else { 5 }) {
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
        self.answer(reference, false).await
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
        arrives(&self.stage, self.supplier, asked);
        let now = world.elapsed();
        let (is_new, paid, earlier) = {
            let book = self.stage.book.lock();
            let mut others = book.deals.iter().filter(|((_, other), deal)| {
                *other != reference && asked.is_bill && deal.is_bill && deal.dest == asked.dest
            });
            let paid = others.any(|(_, deal)| deal.truth(now) == Truth::Delivered);
            let earlier = (self.supplier == REPEATS && !asked.is_bill)
                .then(|| book.earlier(self.supplier, &asked.product, &asked.dest, now))
                .flatten();
            (book.deals[&(self.supplier, reference)].fate.is_none(), paid, earlier)
        };
        if !is_new {
            world.violated(format!("{} got a purchase of {reference} twice", self.name()));
            return;
        }
        let (fate, decided_at, second_at) = decide(world, paid, earlier);
        world.log(format_args!("{} {reference} to {} arrives: {fate:?} at {decided_at}", self.name(), asked.dest));
        let dearer = if !asked.is_bill && world.fault(8) { *world.pick(&[100, 1_500]) } else { 0 };
        if dearer > 0 && fate == Fate::Deliver {
            self.saw("it costs more");
        }
        if matches!(fate, Fate::TakenFor(_)) {
            self.saw("taken for another order");
        }
        let cost = if asked.is_bill { asked.denom + self.amount_of(&asked.dest) } else { asked.denom + dearer };
        self.change(reference, |deal| {
            *deal = Deal {
                product: asked.product.clone(),
                dest: asked.dest.clone(),
                is_bill: asked.is_bill,
                cost,
                fate: Some(fate),
                decided_at,
                second_at,
                ..deal.clone()
            };
        });
        self.plan_reports(reference, fate, decided_at, second_at);
    }

    fn saw(&self, what: &str) {
        self.stage.books.lock().saw(what.to_owned());
    }

    fn amount_of(&self, customer: &str) -> i64 {
        *self.stage.book.lock().bills.entry(customer.to_owned()).or_insert(52_500)
    }

    /// Early or late, once, twice or never, in one form or another, and not always in order.
    fn plan_reports(&self, reference: Reference, fate: Fate, decided_at: u64, second_at: u64) {
        let world = &self.stage.world;
        let mut plan = Vec::new();
        if SUPPLIERS[self.supplier].2 && decided_at != u64::MAX {
            let changes = matches!(fate, Fate::RefuseThenDeliver(_) | Fate::DeliverThenReverse);
            for at in [decided_at].into_iter().chain(changes.then_some(second_at)) {
                // Half of those that change their mind never report what they said first.
                let is_lost = changes && at == decided_at && world.fault(50);
                let times = if world.is_calm() { 1 } else { *world.pick(&[0, 1, 1, 1, 1, 1, 2, 3]) };
                let times = if is_lost { 0 } else { times };
                for _ in 0..times {
                    plan.push((at, at + world.between(1, *world.pick(&[5, 500, 60_000])), Form::Plain));
                }
                if world.fault(20) {
                    self.saw("a report in another form");
                    plan.push((at, at + world.between(1, 60_000), *world.pick(&FORMS)));
                }
            }
            if world.fault(8) {
                // Stale: what was true before anything was decided.
                plan.push((0, decided_at + world.between(1, 60_000), Form::Plain));
            }
            if world.fault(if changes { 40 } else { 8 }) {
                // Late: what was true at first, minutes after everything was said.
                self.saw("a report after a correction");
                plan.push((decided_at, second_at + world.between(1_000, 2_400_000), *world.pick(&FORMS)));
            }
        }
        let mut book = self.stage.book.lock();
        for (as_of, at, form) in plan {
            let deal = &book.deals[&(self.supplier, reference)];
            let line =
                if as_of < decided_at { Line::of(reference, Truth::Pending, 0) } else { deal.line(reference, as_of) };
            book.report(at, report_of(self.supplier, &line, form));
        }
    }

    /// The reply to a purchase or a question about it, if it gets through.
    async fn answer(&self, reference: Reference, is_repeat: bool) -> Result<Response, SendError> {
        let world = &self.stage.world;
        let deal = self.stage.book.lock().deals[&(self.supplier, reference)].clone();
        let mut line = deal.line(reference, world.elapsed());
        if is_repeat && let Says::Plain(truth) = line.says {
            line.says = Says::Before(truth);
            if world.fault(12) {
                line.says = Says::RepeatRefused(KINDS[5]);
                self.saw("a repeat is refused");
                if world.percent(30) {
                    let at = world.elapsed() + world.between(1, 60_000);
                    self.stage.book.lock().report(at, report_of(self.supplier, &line, Form::Plain));
                }
            }
        }
        let trouble = if world.is_calm() { 99 } else { world.below(100) };
        world.log(format_args!("{} {reference} replies {:?}, trouble {trouble}", self.name(), line.says));
        match trouble {
            0..=7 => self.lost(Doubt::ConnectionLost),
            8..=10 => {
                world.pause(40_000, 70_000).await;
                self.lost(Doubt::Timeout)
            }
            11..=13 => self.lost(Doubt::HttpStatus(502)),
            14..=17 => Ok(reply("<html><body>Bad Gateway: failed</body></html>".to_owned())),
            18..=19 => Ok(reply(Line { reference: Reference(reference.0 + 1), ..line }.text())),
            20 => Ok(reply(format!("sim|{reference}|whatever|SN|0"))),
            _ => {
                let changes = matches!(deal.fate, Some(Fate::RefuseThenDeliver(_) | Fate::DeliverThenReverse));
                if trouble < if changes { 60 } else { 25 } {
                    // What is said meanwhile overtakes it.
                    world.pause(500, 30_000).await;
                }
                self.stage.tell(self.supplier, &line);
                Ok(reply(line.text()))
            }
        }
    }

    async fn status(&self, asked: Asked) -> Result<Response, SendError> {
        let world = &self.stage.world;
        let now = world.elapsed();
        self.change(asked.reference, |deal| deal.asked_at = now);
        world.pause(2, 400).await;
        if world.fault(10) {
            return doubt(Doubt::ConnectionLost);
        }
        let known =
            self.stage.book.lock().deals.get(&(self.supplier, asked.reference)).is_some_and(|d| d.fate.is_some());
        let repeats = self.supplier == REPEATS;
        if !known && !repeats {
            // No document calls this a failure: the purchase may still be on its way.
            world.log(format_args!("{} {} is not known", self.name(), asked.reference));
            let line = Line { reference: asked.reference, says: Says::NotKnown, sn: String::new(), cost: 0 };
            return Ok(reply(line.text()));
        }
        if !known {
            self.saw("asking buys");
            asked_late(&self.stage, self.supplier, asked.reference);
            self.change(asked.reference, |deal| deal.sends += 1);
            self.arrive(&asked);
            return self.answer(asked.reference, false).await;
        }
        self.answer(asked.reference, repeats).await
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

impl Stage {
    /// The supplier has said so, and the shop has heard it. What only seems to speak of this purchase is noted as that.
    pub fn tell(&self, supplier: usize, line: &Line) {
        let mut book = self.book.lock();
        let deal = book.deals.entry((supplier, line.reference)).or_default();
        match line.says {
            Says::Before(_) if deal.is_taken_for_another() => deal.misled = Some(Rule::SomebodyElses),
            Says::Plain(Truth::Delivered) | Says::Before(Truth::Delivered) => deal.told_success = true,
            Says::Plain(Truth::Refused(_)) | Says::Before(Truth::Refused(_)) => deal.told_failed = true,
            Says::RepeatRefused(_) => deal.misled = Some(Rule::RefusedRepeat),
            Says::Plain(Truth::Pending) | Says::Before(Truth::Pending) | Says::NotKnown => {}
        }
    }
}
