//! What a reply is taken for, without an order of ours to hold it against: to try out a rule, or to look at a reply that
//! surprised.

use konter_core::catalog::ProductKind;
use konter_core::ids::Reference;
use konter_core::money::Rupiah;
use konter_core::outcome::{Outcome, Reading};

use super::protocol::{Buy, Callback, Named, Options, Protocol, Response};
use super::recipe::Verdict;
use super::{ProtocolKind, amount};

/// What a reply is taken for.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Taken {
    pub outcome: Verdict,
    pub reference: Option<String>,
    pub product: Option<String>,
    pub destination: Option<String>,
    pub serial: Option<String>,
    pub price: Option<Rupiah>,
    pub balance: Option<Rupiah>,
    /// Why it failed, in the supplier's words.
    pub reason: Option<String>,
}

/// Takes a reply for what a protocol of ours makes of it, for the order that it names itself.
#[must_use]
pub fn by_protocol(kind: ProtocolKind, reply: &[u8]) -> Option<Taken> {
    // Credentials that stand in no reply; what chooses between ways stays at its default.
    let lookup = |name: &str| {
        let is_choice = matches!(name, "SIGN") || (name == "TOKEN" && kind == ProtocolKind::Xgateway);
        (!is_choice).then(|| format!("\u{1}{name}"))
    };
    let protocol = kind.configure(&Options::new(&lookup))?;
    let response = Response { content_type: None, body: reply.to_vec() };
    let named = protocol.named(&response.text());
    let reading = reading(protocol.as_ref(), &named, &response);
    let (outcome, serial) = match reading.outcome {
        Outcome::Success(delivery) => (Verdict::Success, Some(delivery.sn).filter(|sn| !sn.is_empty())),
        Outcome::Failed(_) => (Verdict::Failed, None),
        Outcome::Pending => (Verdict::Pending, None),
        Outcome::Unknown(_) => (Verdict::Unknown, None),
    };
    Some(Taken {
        outcome,
        reference: named.reference,
        product: named.product,
        destination: named.dest,
        serial,
        price: reading.charged,
        balance: reading.supplier_balance.or_else(|| protocol.read_deposit(&response)).or_else(|| bare(&response)),
        reason: named.reason.filter(|_| outcome == Verdict::Failed),
    })
}

/// The answer to a balance request is often a figure alone.
fn bare(response: &Response) -> Option<Rupiah> {
    amount::amount(&response.text())
}

/// As the answer to an order, to a question about one, or as a report: the first that says something. What the text may
/// be is not known, so what it says on any occasion counts.
fn reading(protocol: &dyn Protocol, named: &Named, response: &Response) -> Reading {
    let reference = named.reference.as_deref().and_then(|text| text.parse().ok()).unwrap_or(Reference(0));
    let text = response.text().into_owned();
    let query = Callback::read(text.trim().trim_start_matches('?').to_owned(), b"");
    let body = Callback::read(String::new(), &response.body);
    let (sku, dest) = (named.product.as_deref().unwrap_or_default(), named.dest.as_deref().unwrap_or_default());
    let mut unknown = None;
    for kind in [ProductKind::Topup, ProductKind::Token, ProductKind::Bill] {
        let buy = Buy::first(reference, sku, dest, kind);
        let readings = [
            protocol.read_purchase(&buy, response),
            protocol.read_status(&buy, response),
            protocol.read_callback(&buy, &query),
            protocol.read_callback(&buy, &body),
        ];
        for reading in readings {
            match reading.outcome {
                Outcome::Unknown(_) => unknown = unknown.or(Some(reading)),
                _ => return reading,
            }
        }
    }
    unknown.unwrap_or_else(|| Reading::unknown(konter_core::outcome::Doubt::NotUnderstood))
}
