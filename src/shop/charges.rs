//! Suppliers that take more than the catalog says: told at once, but not with every order of a busy day.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

use konter_core::ids::{ProductCode, SupplierId};
use konter_core::money::Rupiah;
use konter_core::order::{AdminNotice, Notice};

/// The same product at the same price of the same supplier is told again after this long: once in a shop's day. One that
/// is sold at a loss is told with every order.
const TOLD_AGAIN_AFTER: TimeDelta = TimeDelta::hours(20);

/// What was charged for what by whom.
type Charge = (ProductCode, SupplierId, Rupiah);

/// What the admins have been told of lately. Memory is enough: after a restart it is told once more.
#[derive(Default)]
pub(super) struct Charges(Mutex<HashMap<Charge, DateTime<Utc>>>);

impl Charges {
    /// What these notices tell, to be noted once they are on their way.
    pub fn heard_of(notices: &[Notice]) -> Vec<Charge> {
        notices.iter().filter_map(charge_of).map(|(charge, _)| charge).collect()
    }

    /// They are.
    pub fn tell(&self, charges: Vec<Charge>, at: DateTime<Utc>) {
        if !charges.is_empty() {
            let mut told = self.0.lock();
            told.retain(|_, since| at - *since < TOLD_AGAIN_AFTER);
            for charge in charges {
                told.entry(charge).or_insert(at);
            }
        }
    }

    /// Drops what the admins know.
    pub fn leave_out_told(&self, notices: &mut Vec<Notice>, at: DateTime<Utc>) {
        let told = self.0.lock();
        let is_known = |charge: &Charge| told.get(charge).is_some_and(|since| at - *since < TOLD_AGAIN_AFTER);
        notices.retain(|notice| charge_of(notice).is_none_or(|(charge, loses)| loses || !is_known(&charge)));
    }
}

/// What a notice tells of a charge, and whether the order is sold at a loss.
fn charge_of(notice: &Notice) -> Option<(Charge, bool)> {
    let Notice::Admins(AdminNotice::Dearer { card, charged, .. }) = notice else { return None };
    let supplier = card.attempts.iter().find(|attempt| attempt.charged == Some(*charged))?.supplier.clone();
    Some(((card.line.product.clone(), supplier, *charged), *charged > card.line.price))
}
