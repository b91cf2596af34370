//! The order that this folder's tests begin with.

use chrono::{DateTime, NaiveDate, Utc};

use crate::agent::Locale;
use crate::catalog::{ProductKind, Route};
use crate::ids::{AgentId, ChatId, OrderId};
use crate::money::Rupiah;
use crate::order::{Attempt, Order, OrderState};
use crate::outcome::Details;

pub(crate) fn at() -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH
}

pub(crate) fn route(supplier: &str, cost: i64) -> Route {
    let supplier = supplier.parse().unwrap();
    Route { supplier, sku: "S10".to_owned(), denom: None, cost: Rupiah::new(cost), priority: 1, open: true }
}

/// Ordered and nothing more: its first attempt, and where else it could be bought.
pub(crate) fn order(first: Attempt, untried: Vec<Route>) -> Order {
    Order {
        id: OrderId(7),
        version: 1,
        agent: AgentId(1),
        chat: ChatId::telegram(1),
        topic: None,
        locale: Locale::Id,
        product: "S10".parse().unwrap(),
        product_name: "Simpati 10".to_owned(),
        kind: ProductKind::Topup,
        dest: "081234567890".to_owned(),
        nth: 1,
        day: NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(),
        buyer_phone: None,
        client_reference: None,
        price: Rupiah::new(10_500),
        margins: Vec::new(),
        withheld: Vec::new(),
        bill: None,
        customer: Details::new(),
        untried,
        attempts: vec![first],
        state: OrderState::Open,
        waits_until: None,
        announced: false,
        escalated: false,
        corrected: false,
        created_at: at(),
        updated_at: at(),
    }
}
