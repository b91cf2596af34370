//! What became of a program's request, as `/metrics` counts it. A fixed set of words: nothing that a caller writes can get
//! into a figure.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use super::Turned;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::shop) enum Fate {
    Placed,
    /// The shop would not sell it, and never will under this reference.
    Refused,
    /// How an order stands, or why it was refused: it was known.
    Known,
    NoSuchOrder,
    Balance,
    /// Its reference cannot be read.
    Malformed,
    /// Nothing certain could be said.
    Unclear,
    Turned(Turned),
    /// Too many at once.
    Busy,
    /// The store failed.
    Failed,
}

/// An answer.
pub(super) struct Told {
    fate: Fate,
    text: String,
}

impl Fate {
    /// One of each.
    pub const ALL: [Self; 15] = [
        Self::Placed,
        Self::Refused,
        Self::Known,
        Self::NoSuchOrder,
        Self::Balance,
        Self::Malformed,
        Self::Unclear,
        Self::Turned(Turned::NotSetUp),
        Self::Turned(Turned::NotAllowedFrom(IpAddr::V4(Ipv4Addr::UNSPECIFIED))),
        Self::Turned(Turned::UnknownAddress),
        Self::Turned(Turned::Wrong),
        Self::Turned(Turned::Locked),
        Self::Turned(Turned::OtherPin),
        Self::Busy,
        Self::Failed,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Refused => "refused",
            Self::Known => "known",
            Self::NoSuchOrder => "no_such_order",
            Self::Balance => "balance",
            Self::Malformed => "malformed",
            Self::Unclear => "unclear",
            Self::Turned(Turned::NotSetUp) => "not_set_up",
            Self::Turned(Turned::NotAllowedFrom(_)) => "not_allowed_from",
            Self::Turned(Turned::UnknownAddress) => "unknown_address",
            Self::Turned(Turned::Wrong) => "wrong_secret",
            Self::Turned(Turned::Locked) => "locked",
            Self::Turned(Turned::OtherPin) => "other_pin",
            Self::Busy => "busy",
            Self::Failed => "failed",
        }
    }

    pub(super) const fn with(self, text: String) -> Told {
        Told { fate: self, text }
    }
}

impl Told {
    /// The line, counted as what it is.
    pub fn counted(self, began: Instant) -> String {
        metrics::counter!("konter_h2h_requests_total", "outcome" => self.fate.name()).increment(1);
        metrics::histogram!("konter_h2h_seconds").record(began.elapsed().as_secs_f64());
        self.text
    }
}
