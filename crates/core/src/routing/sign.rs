//! What one outcome says of its supplier, whatever it says of the order.

use crate::outcome::{Doubt, FailureKind, Outcome};

/// One outcome as a sign of health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It works.
    Good,
    /// Neither: it says nothing of what the next order would meet.
    Neutral,
    /// This product does not work there.
    ProductBad,
    /// Nothing works there.
    Bad,
    /// Our deposit there does not cover it.
    Funds,
}

/// The sign an outcome is. Every failure and every doubt is listed: a new one must be thought about here.
#[must_use]
pub const fn sign_of(outcome: &Outcome) -> Sign {
    match outcome {
        Outcome::Success(_) | Outcome::Pending => Sign::Good,
        Outcome::Failed(kind) => of_failure(*kind),
        Outcome::Unknown(doubt) => of_doubt(doubt),
    }
}

const fn of_failure(kind: FailureKind) -> Sign {
    match kind {
        // It looked at the destination, so it works.
        FailureKind::WrongNumber
        | FailureKind::NumberExpired
        | FailureKind::NumberInactive
        | FailureKind::NumberBlocked
        | FailureKind::AlreadyActive
        | FailureKind::OldPackage
        | FailureKind::NotRegistered
        | FailureKind::OutsideArea
        | FailureKind::BillUnavailable
        | FailureKind::BillPaid => Sign::Good,
        FailureKind::ProductClosed | FailureKind::ProductUnknown | FailureKind::ProductDisturbed => Sign::ProductBad,
        FailureKind::SupplierFunds => Sign::Funds,
        FailureKind::SupplierLimit
        | FailureKind::CutOff
        | FailureKind::SupplierDisturbed
        | FailureKind::AccountRefused => Sign::Bad,
        // Some documents give no reasons at all: a number of wrong numbers must not close such a supplier.
        FailureKind::Refused | FailureKind::Reversed => Sign::Neutral,
    }
}

const fn of_doubt(doubt: &Doubt) -> Sign {
    match doubt {
        Doubt::Timeout | Doubt::ConnectionLost | Doubt::HttpStatus(_) | Doubt::TooLarge | Doubt::NotUnderstood => {
            Sign::Bad
        }
        // It answered, about something: the answer is a person's to judge.
        Doubt::OtherReference
        | Doubt::OtherProduct
        | Doubt::OtherDestination
        | Doubt::Unlisted(_)
        | Doubt::Inconclusive(_)
        | Doubt::Contradictory
        | Doubt::NoSerial
        | Doubt::EarlierOrder
        | Doubt::SerialTaken(_)
        // We stopped, not the supplier.
        | Doubt::Interrupted
        // It speaks of the time before a restore.
        | Doubt::Restored => Sign::Neutral,
    }
}
