//! What stands in columns of its own beside each row: for people and for indexes. Worked out from the row's key (behind
//! its table's prefix) and its content.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use super::value::Value;
use crate::rows::{InboxRow, InquiryHead, SlotRow, decode};
use crate::{Act, StoreError};
use konter_core::agent::Agent;
use konter_core::catalog::Product;
use konter_core::deposit::{Claim, Ticket, TicketState};
use konter_core::ids::OrderId;
use konter_core::ledger::{Account, Hold};
use konter_core::money::Rupiah;
use konter_core::order::OrderState;

type Values = Result<Vec<Value>, StoreError>;

fn rupiah(amount: Rupiah) -> Value {
    Value::Number(Some(amount.get()))
}

fn maybe_number(number: Option<u64>) -> Result<Value, StoreError> {
    number.map_or(Ok(Value::Number(None)), Value::number)
}

/// Cuts the parts of a key off, as `keys` put them together.
struct Parts<'a>(&'a [u8]);

impl Parts<'_> {
    fn number(&mut self, width: usize) -> u64 {
        let (number, rest) = self.0.split_at_checked(width).unwrap_or((self.0, &[]));
        self.0 = rest;
        number.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
    }

    /// `None` for a text that is too long to stand in a key.
    fn text(&mut self) -> Option<String> {
        /// Of the hash in place of such a text.
        const HASH: usize = 32;
        const HASHED: u8 = u8::MAX;
        let (&length, rest) = self.0.split_first()?;
        let length = if length == HASHED { HASH } else { usize::from(length) };
        let (text, rest) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }
}

#[allow(clippy::unnecessary_wraps, reason = "the shape of all of these")]
pub(super) fn nothing(_: &[u8], _: &[u8]) -> Values {
    Ok(Vec::new())
}

pub(super) fn agent(_: &[u8], row: &[u8]) -> Values {
    let agent: Agent = decode("agent", row)?;
    Ok(vec![
        Value::number(agent.version.into())?,
        Value::text(&agent.name),
        Value::text(&format!("{:?}", agent.status).to_lowercase()),
        maybe_number(agent.network.upline.map(|upline| upline.0.into()))?,
        Value::Time(agent.created_at),
    ])
}

/// A text in the key, a number in the row.
pub(super) fn text_to_number(key: &[u8], row: &[u8]) -> Values {
    Ok(vec![Value::maybe_text(Parts(key).text().as_deref()), Value::number(decode("agent's key", row)?)?])
}

pub(super) fn account(_: &[u8], row: &[u8]) -> Values {
    let account: Account = decode("account", row)?;
    Ok([account.debits, account.credits, account.pending_debits, account.pending_credits].map(rupiah).to_vec())
}

pub(super) fn entry(_: &[u8], row: &[u8]) -> Values {
    #[derive(Deserialize)]
    struct Line {
        at: DateTime<Utc>,
        kind: String,
        reason: String,
        debit: String,
        credit: String,
        amount: i64,
        debit_available: i64,
        credit_available: i64,
        order: Option<u64>,
        note: Option<String>,
    }
    let line: Line = decode("journal entry", row)?;
    Ok(vec![
        Value::Time(line.at),
        Value::text(&line.kind),
        Value::text(&line.reason),
        Value::text(&line.debit),
        Value::text(&line.credit),
        Value::Number(Some(line.amount)),
        Value::Number(Some(line.debit_available)),
        Value::Number(Some(line.credit_available)),
        maybe_number(line.order)?,
        Value::maybe_text(line.note.as_deref()),
    ])
}

pub(super) fn order(_: &[u8], row: &[u8]) -> Values {
    #[derive(Deserialize)]
    struct Order {
        version: u32,
        agent: u32,
        chat: String,
        product: String,
        kind: String,
        dest: String,
        nth: u8,
        day: NaiveDate,
        price: i64,
        attempts: Vec<Attempt>,
        state: OrderState,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
    }
    #[derive(Deserialize)]
    struct Attempt {
        reference: u64,
        route: Route,
        charged: Option<i64>,
    }
    #[derive(Deserialize)]
    struct Route {
        supplier: String,
        cost: i64,
    }
    let order: Order = decode("order", row)?;
    let attempt = order.attempts.last();
    let (status, sn) = match &order.state {
        OrderState::Open => ("open", None),
        OrderState::Final(end) if end.failure.is_none() => ("success", Some(end.sn.as_str())),
        OrderState::Final(end) => ("failed", Some(end.sn.as_str())),
    };
    Ok(vec![
        Value::number(order.version.into())?,
        Value::number(order.agent.into())?,
        Value::text(&order.chat),
        Value::text(&order.product),
        Value::text(&order.kind),
        Value::text(&order.dest),
        Value::number(order.nth.into())?,
        Value::Day(order.day),
        Value::Number(Some(order.price)),
        Value::text(status),
        Value::maybe_text(attempt.map(|attempt| attempt.route.supplier.as_str())),
        maybe_number(attempt.map(|attempt| attempt.reference))?,
        Value::Number(attempt.map(|attempt| attempt.charged.unwrap_or(attempt.route.cost))),
        Value::maybe_text(sn.filter(|sn| !sn.is_empty())),
        Value::Time(order.created_at),
        Value::Time(order.updated_at),
    ])
}

pub(super) fn hold(_: &[u8], row: &[u8]) -> Values {
    let hold: Hold = decode("hold", row)?;
    Ok(vec![Value::text(&hold.debit.to_string()), Value::text(&hold.credit.to_string()), rupiah(hold.amount)])
}

pub(super) fn slot(key: &[u8], row: &[u8]) -> Values {
    let slot: SlotRow = decode("slot", row)?;
    let mut parts = Parts(key);
    let (agent, dest, _day) = (parts.number(4), parts.text(), parts.number(4));
    let (product, nth) = (parts.text(), parts.number(1));
    Ok(vec![
        Value::number(agent)?,
        Value::maybe_text(dest.as_deref()),
        Value::maybe_text(product.as_deref()),
        Value::number(nth)?,
        maybe_number(slot.taken_by.map(|order| order.0))?,
    ])
}

pub(super) fn reference(key: &[u8], row: &[u8]) -> Values {
    let mut parts = Parts(key);
    let (reference, supplier) = (parts.number(8), parts.text());
    let order: OrderId = decode("reference", row)?;
    Ok(vec![Value::number(reference)?, Value::maybe_text(supplier.as_deref()), Value::number(order.0)?])
}

pub(super) fn bill(key: &[u8], row: &[u8]) -> Values {
    let payers: Vec<OrderId> = decode("bill", row)?;
    let mut parts = Parts(key);
    let (product, customer) = (parts.text(), parts.text());
    let order = maybe_number(payers.first().map(|order| order.0))?;
    Ok(vec![Value::maybe_text(product.as_deref()), Value::maybe_text(customer.as_deref()), order])
}

pub(super) fn inquiry(_: &[u8], row: &[u8]) -> Values {
    let inquiry: InquiryHead = decode("inquiry", row)?;
    Ok(vec![
        Value::number(inquiry.version.into())?,
        Value::number(inquiry.agent.0.into())?,
        Value::text(inquiry.ask.product.as_str()),
        Value::text(&inquiry.customer),
    ])
}

pub(super) fn ticket(_: &[u8], row: &[u8]) -> Values {
    let ticket: Ticket = decode("ticket", row)?;
    let status = match ticket.state {
        TicketState::Open => "open",
        TicketState::Accepted { .. } => "accepted",
        TicketState::Refused { .. } => "refused",
    };
    Ok(vec![
        Value::number(ticket.version.into())?,
        Value::number(ticket.agent.0.into())?,
        rupiah(ticket.amount),
        rupiah(ticket.pay),
        Value::text(status),
        Value::Time(ticket.created_at),
        Value::Time(ticket.expires_at),
    ])
}

pub(super) fn claim(_: &[u8], row: &[u8]) -> Values {
    let claim: Claim = decode("ticket's amount", row)?;
    Ok(vec![Value::number(claim.ticket.0)?, Value::Time(claim.until)])
}

pub(super) fn product(_: &[u8], row: &[u8]) -> Values {
    let product: Product = decode("product", row)?;
    Ok(vec![
        Value::text(product.code.as_str()),
        Value::text(&product.name),
        Value::text(&product.category),
        rupiah(product.price),
    ])
}

pub(super) fn answered(_: &[u8], row: &[u8]) -> Values {
    #[derive(Deserialize)]
    struct Answered {
        at: DateTime<Utc>,
    }
    let answered: Answered = decode("answered message", row)?;
    Ok(vec![Value::Time(answered.at)])
}

pub(super) fn inbox(_: &[u8], row: &[u8]) -> Values {
    let InboxRow { seq, message } = decode("inbox message", row)?;
    Ok(vec![Value::number(seq)?, Value::text(&message.chat.to_string()), Value::Time(message.sent_at)])
}

pub(super) fn outbox(_: &[u8], row: &[u8]) -> Values {
    #[derive(Deserialize)]
    struct Outgoing {
        seq: u64,
        at: DateTime<Utc>,
        chat: String,
    }
    let Outgoing { seq, at, chat } = decode("outgoing message", row)?;
    Ok(vec![Value::number(seq)?, Value::text(&chat), Value::Time(at)])
}

pub(super) fn act(_: &[u8], row: &[u8]) -> Values {
    let act: Act = decode("act", row)?;
    Ok(vec![Value::Time(act.at), Value::text(&act.by.to_string()), Value::text(&act.what)])
}
