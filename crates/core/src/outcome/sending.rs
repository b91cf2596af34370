//! What is known of a purchase that has been sent.

use serde::{Deserialize, Serialize};

/// What is known of a purchase that was given away when a word about it is read. A supplier may refuse the repetition of
/// a request for its own sake; such a refusal says nothing of the purchase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sending {
    pub first: FirstSending,
    /// Whether the same request was, or may have been, sent again to ask what became of it.
    pub repeated: bool,
    /// Whether the supplier has said success of it: a failure that names its serial number takes that back.
    pub delivered: bool,
}

impl Sending {
    /// Nothing is known yet.
    pub const NOT_YET: Self = Self { first: FirstSending::Unanswered, repeated: false, delivered: false };

    /// Whether a refusal may be the repetition's: it was repeated, or nobody knows what became of the first sending.
    pub const fn may_be_refused_again(self) -> bool {
        self.repeated || matches!(self.first, FirstSending::Lost | FirstSending::AnotherOrders)
    }
}

/// How the first sending of a purchase was answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstSending {
    /// Not yet.
    #[default]
    Unanswered,
    /// The supplier has said that it has it.
    Accepted,
    /// Nothing that could be understood: the supplier may have it or not.
    Lost,
    /// With what became of some other order. Whatever the same request is answered with from here on may be about that
    /// one too, so that nobody is asked any more.
    AnotherOrders,
}
