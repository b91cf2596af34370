//! Samples of what admins are told of suppliers unasked.

use super::says::Reply;
use konter_core::money::Rupiah;
use konter_core::order::card::{OrderCard, OrderLine, Verdict, WordEffect};

pub(super) fn contradictions(card: &OrderCard) -> Vec<Reply> {
    let now = |verdict| OrderCard { line: OrderLine { verdict, ..card.line.clone() }, ..card.clone() };
    let told = |holds, said, effect, overdrawn| Reply::AlertContradiction {
        card: Box::new(now(holds)),
        said,
        effect,
        overdrawn,
    };
    vec![
        told(Verdict::Success, Verdict::Success, WordEffect::Corrected, true),
        told(Verdict::Failed, Verdict::Failed, WordEffect::Corrected, false),
        told(Verdict::Failed, Verdict::Success, WordEffect::Nothing, false),
        told(Verdict::Success, Verdict::Failed, WordEffect::Repeated, false),
        told(Verdict::Open, Verdict::Success, WordEffect::Nothing, false),
    ]
}

/// Dearer than the catalog says, and dearer than what the reseller pays.
pub(super) fn dearer(card: &OrderCard) -> Vec<Reply> {
    let told = |charged| Reply::AlertDearer {
        card: Box::new(card.clone()),
        expected: Rupiah::new(10_200),
        charged: Rupiah::new(charged),
    };
    vec![told(10_400), told(12_000)]
}
