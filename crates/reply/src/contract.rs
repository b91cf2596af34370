//! What a reply must say in every language and in an operator's own wording, because resellers' programs read it.

use super::model::Reply;
use super::routing::RoutingReply;
use super::shown;
use konter_core::clean::{SENTENCE, TYPED, clean};
use konter_core::money::Rupiah;
use konter_core::order::FailureReason;
use konter_core::order::card::OrderLine;
use konter_core::outcome::Detail;

/// The words of the three answers to an order.
const MARKERS: [&str; 3] = ["diproses", "SUKSES", "GAGAL"];

/// Which of them this reply carries, if it answers an order.
fn marker(reply: &Reply) -> Option<&'static str> {
    match reply {
        Reply::OrderPending(_) => Some("diproses"),
        Reply::Routing(reply) if matches!(**reply, RoutingReply::Queued { .. }) => Some("diproses"),
        Reply::OrderSuccess(_) | Reply::OrderDeliveredLate(_) => Some("SUKSES"),
        Reply::OrderFailed(_)
        | Reply::OrderReversed(_)
        | Reply::OrderRefused(_)
        | Reply::OrderNotUnderstood { .. }
        | Reply::AgentWaiting { order: true, .. }
        | Reply::AgentBlocked { order: true, .. }
        | Reply::TurnedAway { order: true, .. }
        | Reply::TryAgain { order: true } => Some("GAGAL"),
        _ => None,
    }
}

/// Parts that must stand in the text as they are.
fn must_say(reply: &Reply, balance: Option<Rupiah>) -> Vec<String> {
    let mut parts: Vec<String> = marker(reply).into_iter().map(str::to_owned).collect();
    match reply {
        Reply::OrderPending(line) | Reply::OrderReversed(line) => parts.extend(whom(line)),
        Reply::OrderFailed(line) => {
            parts.extend(whom(line));
            // The other reasons have a text of their own in each language; this one shows whether it is told at all.
            if let Some(FailureReason::Admin(words)) = &line.reason {
                parts.push(clean(words, SENTENCE));
            }
        }
        Reply::OrderSuccess(line) | Reply::OrderDeliveredLate(line) => {
            parts.extend(whom(line));
            let sn = shown::serial(line.details.get(&Detail::Token).map(String::as_str), &line.sn);
            parts.extend(Some(sn).filter(|sn| !sn.is_empty()).map(|sn| format!("SN: {sn}")));
        }
        Reply::OrderRefused(refused) | Reply::LookUpRefused(refused) => {
            parts.extend([clean(&refused.product, TYPED), clean(&refused.dest, TYPED)]);
        }
        Reply::Routing(reply) => match &**reply {
            RoutingReply::Queued { line, .. } => parts.extend(whom(line)),
            _ => return parts,
        },
        Reply::Balance { .. } => {}
        _ => return parts,
    }
    parts.extend(balance.map(|balance| format!("Saldo {balance}")));
    parts.retain(|part| !part.is_empty());
    parts
}

fn whom(line: &OrderLine) -> [String; 2] {
    [line.product.to_string(), clean(&line.dest, TYPED)]
}

/// Words that must not stand in it: a program that looks for them would read the opposite.
fn must_not_say(reply: &Reply) -> Vec<&'static str> {
    let Some(own) = marker(reply) else { return Vec::new() };
    MARKERS.into_iter().filter(|word| *word != own).collect()
}

/// What a wording of the reply lacks, or says and must not.
pub(super) fn broken(reply: &Reply, balance: Option<Rupiah>, body: &str) -> Vec<String> {
    if body.is_empty() {
        return vec!["is empty".to_owned()];
    }
    let missing = must_say(reply, balance).into_iter().filter(|part| !body.contains(part.as_str()));
    let wrong = must_not_say(reply).into_iter().filter(|word| body.contains(word));
    missing
        .map(|part| format!("must say `{part}`, which resellers' programs look for"))
        .chain(wrong.map(|word| format!("must not say `{word}`: resellers' programs would read the opposite")))
        .collect()
}

/// The reply without any language file: what it must say, and nothing else. For the day a text cannot be rendered.
pub(super) fn plain(reply: &Reply, balance: Option<Rupiah>, key: &str) -> String {
    match must_say(reply, balance) {
        parts if parts.is_empty() => format!("({key})"),
        parts => parts.join(" "),
    }
}
