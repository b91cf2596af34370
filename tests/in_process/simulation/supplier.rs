//! Five suppliers with a book of their own: what each really did with every reference, whatever the shop believes.

use std::collections::BTreeMap;

use konter_core::ids::Reference;
use konter_core::outcome::FailureKind;
use konter_suppliers::Callback;

use super::rules::Rule;
use super::spoken::{self, SPOKEN};
use super::wire::{Form, Line, Says};
use super::world::World;

/// The suppliers' names, and whether each can be asked and reports.
pub const SUPPLIERS: [(&str, bool, bool); 5] = [
    ("alfa", true, true),
    ("beta", true, false),
    ("gamma", false, true),
    ("delta", false, false),
    // Described by a recipe: see `spoken`.
    ("echo", true, true),
];

/// Asking this one is sending the purchase again: it goes by product and number, buys what it does not know, and may
/// refuse the repeat for its own sake.
pub const REPEATS: usize = 0;

/// What a supplier does with an order, known to it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Deliver,
    Refuse(FailureKind),
    /// It says no, and delivers after all.
    RefuseThenDeliver(FailureKind),
    /// It delivers, and takes it back.
    DeliverThenReverse,
    /// It takes it for the other one, which it has delivered before, and does nothing.
    TakenFor(Reference),
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
    pub product: String,
    pub dest: String,
    pub is_bill: bool,
    pub cost: i64,
    /// How often the shop gave the purchase away, and when it did first; when it last asked about it.
    pub sends: u32,
    pub sent_at: u64,
    pub asked_at: u64,
    pub fate: Option<Fate>,
    /// When it is decided, and when the supplier changes its mind; `u64::MAX` for not before the world is calm.
    pub decided_at: u64,
    pub second_at: u64,
    /// What the shop has been told of this very purchase, on whichever way.
    pub told_not_sent: bool,
    pub told_failed: bool,
    pub told_success: bool,
    /// What it was told besides that may be taken for more than it is.
    pub misled: Option<Rule>,
    /// A report of how it ended was taken by the shop.
    pub acknowledged: bool,
}

impl Deal {
    pub fn truth(&self, now: u64) -> Truth {
        match self.fate {
            None | Some(Fate::TakenFor(_)) => Truth::Refused(FailureKind::Refused),
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

    pub fn is_taken_for_another(&self) -> bool {
        matches!(self.fate, Some(Fate::TakenFor(_)))
    }

    /// What the supplier says of it at a moment.
    pub fn line(&self, reference: Reference, now: u64) -> Line {
        match self.fate {
            Some(Fate::TakenFor(other)) => {
                let line = Line::of(other, Truth::Delivered, self.cost);
                Line { reference, says: Says::Before(Truth::Delivered), ..line }
            }
            _ => Line::of(reference, self.truth(now), self.cost),
        }
    }
}

/// A report on its way.
#[derive(Clone, Debug)]
pub struct Report {
    pub supplier: usize,
    pub reference: Reference,
    pub believed: bool,
    pub callback: Callback,
    pub line: Line,
}

/// The suppliers' side of everything.
#[derive(Default)]
pub struct Book {
    pub deals: BTreeMap<(usize, Reference), Deal>,
    /// What each customer owes now.
    pub bills: BTreeMap<String, i64>,
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

    /// The purchase this one could be taken for: of the same product to the same number, delivered before.
    pub fn earlier(&self, supplier: usize, product: &str, dest: &str, now: u64) -> Option<Reference> {
        let mut deals = self.deals.iter().rev();
        deals.find_map(|((at, reference), deal)| {
            let is_same = *at == supplier && deal.product == product && deal.dest == dest && !deal.is_bill;
            (is_same && deal.truth(now) == Truth::Delivered).then_some(*reference)
        })
    }

    /// Everything open is decided, and said where the supplier reports.
    pub fn settle(&mut self, now: u64) {
        let mut late = Vec::new();
        for ((supplier, reference), deal) in &mut self.deals {
            if deal.decided_at == u64::MAX {
                deal.decided_at = now;
                if SUPPLIERS[*supplier].2 && deal.fate.is_some() {
                    late.push(report_of(*supplier, &deal.line(*reference, now), Form::Plain));
                }
            }
        }
        for report in late {
            self.report(now + 500, report);
        }
    }
}

pub fn index_of(supplier: &str) -> usize {
    SUPPLIERS.iter().position(|(name, _, _)| *name == supplier).unwrap()
}

pub fn report_of(supplier: usize, line: &Line, form: Form) -> Report {
    let callback = if supplier == SPOKEN { spoken::callback(line, form) } else { line.callback(form) };
    Report { supplier, reference: line.reference, believed: true, callback, line: line.clone() }
}

/// What a supplier makes of a purchase, when, and when it changes its mind.
pub fn decide(world: &World, paid: bool, earlier: Option<Reference>) -> (Fate, u64, u64) {
    let now = world.elapsed();
    let kind = *world.pick(&super::wire::KINDS[..6]);
    let changes = if world.greedy { 28 } else { 5 };
    let fate = match (world.below(100), earlier) {
        _ if paid => Fate::Refuse(FailureKind::BillPaid),
        (0..=69, Some(other)) => Fate::TakenFor(other),
        (n, _) if n < changes => Fate::RefuseThenDeliver(kind),
        (n, _) if n < 2 * changes => Fate::DeliverThenReverse,
        (n, _) if n < 2 * changes + 18 => Fate::Refuse(kind),
        _ => Fate::Deliver,
    };
    let decided_at = match world.below(100) {
        _ if world.is_calm() || paid || earlier.is_some() => now,
        0..=69 => now,
        70..=89 => now + world.between(500, 60_000),
        90..=95 => now + world.between(60_000, 1_800_000),
        _ => u64::MAX,
    };
    let second_at = decided_at.saturating_add(world.between(100, *world.pick(&[2_000, 10_000, 600_000])));
    (fate, decided_at, second_at)
}
