//! The amount that only one open ticket has.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use crate::ids::TicketId;
use crate::money::Rupiah;

/// Most rupiah added to what was asked for: three digits, which everybody can read and type.
pub const MOST_ADDED: i64 = 999;
/// How far apart two tickets in a row are. It has no divisor in common with [`MOST_ADDED`], so that going on by it
/// comes to every amount; and it is odd and large, so that a slip of a digit does not end at the neighbour's.
const STRIDE: u64 = 617;

/// The amounts a ticket may be given; `None` for an amount so high that there are none.
#[must_use]
pub fn reach(amount: Rupiah) -> Option<RangeInclusive<Rupiah>> {
    let least = amount.checked_add(Rupiah::new(1))?;
    let most = amount.checked_add(Rupiah::new(MOST_ADDED))?;
    Some(least..=most)
}

/// An amount no one else has. The ticket's number says where the search begins. `None`: all of them are taken.
#[must_use]
pub fn free_pay(amount: Rupiah, ticket: TicketId, taken: &BTreeSet<Rupiah>) -> Option<Rupiah> {
    let all = MOST_ADDED.unsigned_abs();
    let start = ticket.0 % all;
    (0..all)
        .filter_map(|tried| {
            let added = ((start + tried) % all * STRIDE) % all + 1;
            amount.checked_add(Rupiah::new(i64::try_from(added).ok()?))
        })
        .find(|pay| !taken.contains(pay))
}
