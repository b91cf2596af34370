//! What a reply says, held against the order it should be about.

use konter_core::catalog::ProductKind;
use konter_core::outcome::{Delivery, Detail, Doubt, FailureKind, FirstSending, Outcome, Reading};

use super::Recipe;
use super::said::Said;
use super::schema::{On, Verdict};
use crate::amount::same_destination;
use crate::denial::{denies_failure, denies_success, names_serial};
use crate::protocol::Buy;
use crate::serial;

impl Recipe {
    /// Held against no order: the serial must go with a success all the same, and nothing may deny what it says.
    pub(super) fn judge_alone(&self, said: &mut Said) {
        if self.contradicts_itself(said, false) && said.doubt.is_none() {
            (said.verdict, said.doubt) = (Verdict::Unknown, Some(Doubt::Contradictory));
        }
        said.check_serial(self.serial);
    }

    /// Whether its reason or its serial is that of another end.
    fn contradicts_itself(&self, said: &Said, delivered: bool) -> bool {
        let reason = said.reason.as_deref().unwrap_or_default();
        match said.verdict {
            Verdict::Failed if self.kind_of(said) == FailureKind::Reversed => false,
            Verdict::Failed => {
                // What takes a success back may name its serial.
                denies_failure(reason) || (!delivered && (said.has_serial_of_its_own() || names_serial(reason)))
            }
            Verdict::Success => denies_success(reason),
            Verdict::Pending | Verdict::Unknown => false,
        }
    }

    /// The reading of what a reply says, for this order.
    pub(super) fn judge(&self, buy: &Buy<'_>, mut said: Said, on: On) -> Reading {
        if let Some(doubt) = said.doubt.take() {
            return Reading { supplier_balance: said.balance, ..Reading::unknown(doubt) };
        }
        if let Err(doubt) = is_ours(buy, &said) {
            return Reading::unknown(doubt);
        }
        let outcome = self.outcome(buy, &said, on).unwrap_or_else(Outcome::Unknown);
        let is_charged = matches!(outcome, Outcome::Success(_) | Outcome::Pending);
        Reading {
            outcome,
            supplier_trx: said.trx,
            charged: said.price.filter(|price| is_charged && price.is_positive()),
            supplier_balance: said.balance,
        }
    }

    /// Whether a server says that it has taken the order it was just given, in so few words that they name nothing. It moves
    /// no money; unheard it would leave a later failure in doubt.
    pub(super) fn is_taken(&self, said: &Said, text: &str) -> bool {
        let names_nothing = said.reference.is_none() && said.product.is_none() && said.destination.is_none();
        said.verdict == Verdict::Pending
            && names_nothing
            && self.taken.as_ref().is_some_and(|taken| taken.is_match(text))
    }

    fn outcome(&self, buy: &Buy<'_>, said: &Said, on: On) -> Result<Outcome, Doubt> {
        // In answer to a first sending it speaks of some other order; so it does to a repetition, where the first was
        // answered so.
        let of_another = said.earlier && (on != On::Status || buy.sent.first == FirstSending::AnotherOrders);
        if of_another {
            return Err(Doubt::EarlierOrder);
        }
        if self.contradicts_itself(said, buy.sent.delivered) {
            return Err(Doubt::Contradictory);
        }
        match said.verdict {
            Verdict::Pending => Ok(Outcome::Pending),
            Verdict::Unknown => Err(Doubt::NotUnderstood),
            Verdict::Failed => {
                let kind = self.kind_of(said);
                let reason = said.reason.as_deref().unwrap_or_default();
                if self.may_refuse_the_question(buy, said, kind, on) {
                    return Err(Doubt::Inconclusive(reason.chars().take(60).collect()));
                }
                Ok(Outcome::Failed(kind))
            }
            Verdict::Success => {
                let serial = said.serial.as_deref().unwrap_or_default();
                let mut delivery = match buy.kind {
                    ProductKind::Token => serial::delivery(buy.kind, serial)?,
                    ProductKind::Topup | ProductKind::Bill => {
                        if !super::said::is_proof(said.serial.as_deref(), self.serial) {
                            return Err(Doubt::NoSerial);
                        }
                        Delivery { sn: serial.to_owned(), ..Delivery::default() }
                    }
                };
                if let Some(name) = &said.name {
                    delivery.details.entry(Detail::CustomerName).or_insert_with(|| name.clone());
                }
                Ok(Outcome::Success(delivery))
            }
        }
    }

    /// Whether a refusal may be about the order's request sent again, and not about the order: where the question is that
    /// request, only what speaks of the first sending tells its fate.
    fn may_refuse_the_question(&self, buy: &Buy<'_>, said: &Said, kind: FailureKind, on: On) -> bool {
        let Some(status) = self.status.as_ref().filter(|status| status.repeats && self.text.is_some()) else {
            return false;
        };
        !said.earlier
            && match on {
                On::Status => true,
                On::Report => buy.sent.may_be_refused_again() && may_be_the_doors(kind, status.is_marked),
                On::Order | On::Payment | On::Inquiry | On::Balance | On::Prices => false,
            }
    }

    pub(super) fn kind_of(&self, said: &Said) -> FailureKind {
        let by_words = || {
            let reason = said.reason.as_deref()?;
            self.reasons.iter().find(|(regex, _)| regex.is_match(reason)).map(|(_, kind)| *kind)
        };
        said.kind.or_else(by_words).unwrap_or(FailureKind::Refused)
    }
}

/// Whether a failure that is reported may be what a server says to every order of the kind as it comes in, so to a repetition
/// as well, without looking at what became of the first. A question that says it is one is refused for who asks only.
const fn may_be_the_doors(kind: FailureKind, is_marked: bool) -> bool {
    match kind {
        FailureKind::AccountRefused
        | FailureKind::SupplierFunds
        | FailureKind::SupplierLimit
        | FailureKind::ProductUnknown
        // What an order looks like that has been delivered.
        | FailureKind::AlreadyActive
        | FailureKind::BillPaid => true,
        FailureKind::ProductClosed
        | FailureKind::ProductDisturbed
        | FailureKind::CutOff
        | FailureKind::SupplierDisturbed
        | FailureKind::Refused => !is_marked,
        FailureKind::WrongNumber
        | FailureKind::NumberExpired
        | FailureKind::NumberInactive
        | FailureKind::NumberBlocked
        | FailureKind::OldPackage
        | FailureKind::NotRegistered
        | FailureKind::OutsideArea
        | FailureKind::BillUnavailable
        | FailureKind::Reversed => false,
    }
}

/// Whose reply it is.
fn is_ours(buy: &Buy<'_>, said: &Said) -> Result<(), Doubt> {
    if said.reference.as_deref() != Some(buy.reference.to_string().as_str()) {
        return Err(Doubt::OtherReference);
    }
    if said.product.as_deref().is_some_and(|product| !product.eq_ignore_ascii_case(buy.sku)) {
        return Err(Doubt::OtherProduct);
    }
    let is_other = |dest: &str| !is_masked(dest) && !same_destination(dest, buy.dest);
    if said.destination.as_deref().is_some_and(is_other) {
        return Err(Doubt::OtherDestination);
    }
    Ok(())
}

/// Some servers show a part of the number only.
fn is_masked(dest: &str) -> bool {
    dest.contains(['x', 'X', '*'])
}
