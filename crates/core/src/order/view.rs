//! An order as replies show it.

use chrono::{DateTime, Utc};

use super::card::{AttemptCard, OrderCard, OrderLine, RawLine, Verdict};
use super::model::{Attempt, AttemptStep, Decider, Final, Order, OrderState, RawReply};
use crate::outcome::Outcome;

/// As its reseller may see it.
#[must_use]
pub fn line(order: &Order) -> OrderLine {
    let (verdict, sn, details, reason, at) = match &order.state {
        OrderState::Open => (Verdict::Open, String::new(), order.customer.clone(), None, order.created_at),
        OrderState::Final(Final { failure, sn, details, at, .. }) => {
            let verdict = if failure.is_none() { Verdict::Success } else { Verdict::Failed };
            (verdict, sn.clone(), details.clone(), failure.clone(), *at)
        }
    };
    OrderLine {
        order: order.id,
        product: order.product.clone(),
        product_name: order.product_name.clone(),
        kind: order.kind,
        dest: order.dest.clone(),
        nth: order.nth,
        price: order.price,
        verdict,
        sn,
        details,
        reason,
        at,
        client_reference: order.client_reference.clone(),
        withheld: order.refund_withheld(),
    }
}

/// As an admin sees it.
#[must_use]
pub fn card(order: &Order, now: DateTime<Utc>) -> OrderCard {
    OrderCard {
        line: line(order),
        agent: order.agent,
        created_at: Some(order.created_at),
        minutes_open: (now - order.created_at).num_minutes().max(0),
        attempts: order.attempts.iter().map(|attempt| attempt_card(order, attempt)).collect(),
        withheld: order.withheld.clone(),
        decided_by: match &order.state {
            OrderState::Final(Final { by: Decider::Admin(by), .. }) => Some(by.to_string()),
            _ => None,
        },
    }
}

fn attempt_card(order: &Order, attempt: &Attempt) -> AttemptCard {
    let (verdict, doubt) = match &attempt.outcome {
        None => (None, None),
        Some(Outcome::Success(_)) => (Some(Verdict::Success), None),
        Some(Outcome::Failed(_)) => (Some(Verdict::Failed), None),
        Some(Outcome::Pending) => (Some(Verdict::Open), None),
        Some(Outcome::Unknown(doubt)) => (Some(Verdict::Open), Some(doubt.clone())),
    };
    AttemptCard {
        supplier: attempt.route.supplier.clone(),
        sku: attempt.route.sku.clone(),
        reference: attempt.reference.to_string(),
        verdict,
        sent: attempt.step == AttemptStep::Sent,
        doubt,
        sent_at: attempt.sent_at,
        checks: attempt.checks,
        balance_before: attempt.balance_before,
        balance_after: attempt.balance_after,
        expected: order.expected_cost(attempt),
        charged: attempt.charged,
        replies: attempt.replies.iter().map(in_short).collect(),
    }
}

/// What a person has to know of a reply.
fn in_short(reply: &RawReply) -> String {
    let said = if reply.gist.is_empty() { on_one_line(&reply.text) } else { reply.gist.clone() };
    format!("{}: {said}", reply.to)
}

/// Characters of replies shown whole in one answer, the newest: a dozen messages.
const MOST_SHOWN: usize = 48 * 1024;

/// All that suppliers said of an order, as it was kept, newest last.
#[must_use]
pub fn raw_replies(order: &Order) -> Vec<RawLine> {
    let line = |attempt: &Attempt, reply: &RawReply| RawLine {
        supplier: attempt.route.supplier.clone(),
        reference: attempt.reference.to_string(),
        to: reply.to.clone(),
        at: reply.at,
        text: reply.text.clone(),
    };
    let all = order.attempts.iter().flat_map(|attempt| attempt.replies.iter().map(move |reply| line(attempt, reply)));
    let mut left = MOST_SHOWN;
    let mut lines: Vec<RawLine> = all.collect();
    let newest = lines.iter().rev().take_while(|line| {
        let length = line.text.chars().count();
        let fits = length <= left;
        left = left.saturating_sub(length);
        fits
    });
    lines.drain(..lines.len() - newest.count());
    lines
}

/// Without the indentation that some suppliers send, which would fill a card with blanks.
fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
