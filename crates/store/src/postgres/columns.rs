//! What stands in columns of its own beside each row: for people and for indexes. Worked out from the row's key (behind
//! its table's prefix) and its content; which columns a table has stands in `tables`.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use super::value::Value;
use crate::StoreError;
use konter_core::deposit::TicketState;
use konter_core::money::Rupiah;
use konter_core::order::OrderState;

/// What can stand in a column.
pub(super) trait Field {
    fn value(self) -> Result<Value, StoreError>;
}

macro_rules! fields {
    ($($of:ty: $field:ident => $value:expr;)*) => {
        $(impl Field for $of {
            fn value(self) -> Result<Value, StoreError> {
                let $field = self;
                $value
            }
        })*
    };
}

fields! {
    u64: number => Value::number(number);
    u32: number => Value::number(number.into());
    u8: number => Value::number(number.into());
    i64: number => Ok(Value::Number(Some(number)));
    Rupiah: amount => Ok(Value::Number(Some(amount.get())));
    Option<u64>: number => number.map_or(Ok(Value::Number(None)), Value::number);
    Option<i64>: number => Ok(Value::Number(number));
    &str: text => Ok(Value::text(text));
    String: text => Ok(Value::text(&text));
    Option<&str>: text => Ok(Value::maybe_text(text));
    Option<String>: text => Ok(Value::maybe_text(text.as_deref()));
    DateTime<Utc>: time => Ok(Value::Time(time));
    NaiveDate: day => Ok(Value::Day(day));
}

/// Cuts the parts of a key off, as `keys` put them together.
pub(super) struct Parts<'a>(pub &'a [u8]);

impl Parts<'_> {
    pub(super) fn number(&mut self, width: usize) -> u64 {
        let (number, rest) = self.0.split_at_checked(width).unwrap_or((self.0, &[]));
        self.0 = rest;
        number.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
    }

    /// `None` for a text that is too long to stand in a key.
    pub(super) fn text(&mut self) -> Option<String> {
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

#[derive(Deserialize)]
pub(super) struct Line {
    pub at: DateTime<Utc>,
    pub kind: String,
    pub reason: String,
    pub debit: String,
    pub credit: String,
    pub amount: i64,
    pub debit_available: i64,
    pub credit_available: i64,
    pub order: Option<u64>,
    pub note: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Order {
    pub version: u32,
    pub agent: u32,
    pub chat: String,
    pub product: String,
    pub kind: String,
    pub dest: String,
    pub nth: u8,
    pub day: NaiveDate,
    pub price: i64,
    attempts: Vec<Attempt>,
    state: OrderState,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
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

impl Order {
    pub(super) fn status(&self) -> &'static str {
        match &self.state {
            OrderState::Open => "open",
            OrderState::Final(end) if end.failure.is_none() => "success",
            OrderState::Final(_) => "failed",
        }
    }

    pub(super) fn serial(&self) -> Option<&str> {
        let OrderState::Final(end) = &self.state else { return None };
        Some(end.sn.as_str()).filter(|sn| !sn.is_empty())
    }

    pub(super) fn supplier(&self) -> Option<&str> {
        self.attempts.last().map(|attempt| attempt.route.supplier.as_str())
    }

    pub(super) fn reference(&self) -> Option<u64> {
        self.attempts.last().map(|attempt| attempt.reference)
    }

    pub(super) fn cost(&self) -> Option<i64> {
        self.attempts.last().map(|attempt| attempt.charged.unwrap_or(attempt.route.cost))
    }
}

#[derive(Deserialize)]
pub(super) struct Outgoing {
    pub seq: u64,
    pub at: DateTime<Utc>,
    pub chat: String,
}

pub(super) const fn status_of(ticket: &TicketState) -> &'static str {
    match ticket {
        TicketState::Open => "open",
        TicketState::Accepted { .. } => "accepted",
        TicketState::Refused { .. } => "refused",
    }
}
