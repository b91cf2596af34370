//! Suppliers that take more than the catalog says: told at once, but not with every order of a busy day. What is sold at a
//! loss meanwhile is added up and told together.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

use konter_core::ids::{ProductCode, SupplierId};
use konter_core::money::Rupiah;
use konter_core::order::{AdminNotice, Notice};
use konter_reply::LossLine;

/// The same product at the same price of the same supplier is told again after this long: once in a shop's day.
const TOLD_AGAIN_AFTER: TimeDelta = TimeDelta::hours(20);
/// Between two messages about losses that are told together.
const TOGETHER_EVERY: TimeDelta = TimeDelta::minutes(15);
/// Losses told one by one within that time: more of them would keep everything else from being read.
const ONE_BY_ONE: usize = 5;

/// What was charged for what by whom.
type Charge = (ProductCode, SupplierId, Rupiah);

/// What a step's notices tell of charges, to be noted once it is committed.
#[derive(Default)]
pub(super) struct Heard {
    /// Told with this step.
    told: Vec<(Charge, bool)>,
    /// Losses that are told together with others.
    left_out: Vec<(Charge, Rupiah)>,
}

/// What the admins have been told of lately. Memory is enough: after a restart it is told once more.
#[derive(Default)]
pub(super) struct Charges(Mutex<Told>);

#[derive(Default)]
struct Told {
    at: HashMap<Charge, DateTime<Utc>>,
    /// When losses were told one by one.
    losses: Vec<DateTime<Utc>>,
    /// Orders that lost, and how much, since `quiet_since`.
    quiet: HashMap<Charge, (usize, Rupiah)>,
    quiet_since: Option<DateTime<Utc>>,
}

impl Charges {
    /// Drops what the admins know, and the losses that are too many to be told one by one.
    pub fn leave_out_told(&self, notices: &mut Vec<Notice>, at: DateTime<Utc>) -> Heard {
        let told = self.0.lock();
        let mut heard = Heard::default();
        let lately = told.losses.iter().filter(|since| at - **since < TOGETHER_EVERY).count();
        notices.retain(|notice| {
            let Some((charge, lost)) = charge_of(notice) else { return true };
            let is_known = told.at.get(&charge).is_some_and(|since| at - *since < TOLD_AGAIN_AFTER);
            let loses = lost.is_positive();
            if !is_known && (!loses || lately < ONE_BY_ONE) {
                heard.told.push((charge, loses));
                return true;
            }
            if loses {
                heard.left_out.push((charge, lost));
            }
            false
        });
        heard
    }

    /// That is on its way now.
    pub fn note(&self, heard: Heard, at: DateTime<Utc>) {
        if heard.told.is_empty() && heard.left_out.is_empty() {
            return;
        }
        let mut told = self.0.lock();
        told.at.retain(|_, since| at - *since < TOLD_AGAIN_AFTER);
        told.losses.retain(|since| at - *since < TOGETHER_EVERY);
        for (charge, loses) in heard.told {
            told.at.insert(charge, at);
            if loses {
                told.losses.push(at);
            }
        }
        for (charge, lost) in heard.left_out {
            told.quiet_since.get_or_insert(at);
            let (count, sum) = told.quiet.entry(charge).or_insert((0, Rupiah::ZERO));
            *count += 1;
            *sum = sum.checked_add(lost).unwrap_or(*sum);
        }
    }

    /// Losses that were not told one by one, the greatest first, when it is time to tell them together.
    pub fn take_together(&self, at: DateTime<Utc>) -> Vec<LossLine> {
        let mut told = self.0.lock();
        // A clock that was set back must not keep them.
        if told.quiet_since.is_none_or(|since| (at - since).abs() < TOGETHER_EVERY) {
            return Vec::new();
        }
        told.quiet_since = None;
        let quiet = std::mem::take(&mut told.quiet);
        let line = |((product, supplier, charged), (count, lost))| LossLine { product, supplier, charged, count, lost };
        let mut lines: Vec<LossLine> = quiet.into_iter().map(line).collect();
        lines.sort_by(|a, b| b.lost.cmp(&a.lost).then_with(|| a.product.cmp(&b.product)));
        lines
    }
}

/// What a notice tells of a charge, and what the order loses by it.
fn charge_of(notice: &Notice) -> Option<(Charge, Rupiah)> {
    let Notice::Admins(AdminNotice::Dearer { card, charged, .. }) = notice else { return None };
    let supplier = card.attempts.iter().find(|attempt| attempt.charged == Some(*charged))?.supplier.clone();
    let lost = charged.checked_sub(card.line.price).unwrap_or(Rupiah::ZERO);
    Some(((card.line.product.clone(), supplier, *charged), lost.max(Rupiah::ZERO)))
}
