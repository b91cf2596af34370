//! How admins name a ticket.

use crate::read::amount;
use konter_core::ids::TicketId;
use konter_core::money::Rupiah;

/// A ticket as an admin names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketRef {
    /// `#12`.
    Id(TicketId),
    /// `100.123`: the amount that was to be transferred.
    Pay(Rupiah),
    /// `12`, `100123`: digits alone may be either.
    Digits(u64),
}

impl TicketRef {
    pub fn read(word: &str) -> Option<Self> {
        if word.starts_with('#') {
            return word.parse().ok().map(Self::Id);
        }
        if word.bytes().all(|b| b.is_ascii_digit()) {
            return word.parse().ok().map(Self::Digits);
        }
        amount::read(word, false).ok().map(Self::Pay)
    }
}
