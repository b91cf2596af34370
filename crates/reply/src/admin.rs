//! What admins are shown: resellers, orders with every attempt, suppliers; and why something was not done.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::deposit::TicketProblem;
use super::routing::SupplierTraffic;
use konter_core::agent::AgentStatus;
use konter_core::ids::{AgentId, OrderId, ProductCode, SupplierId};
use konter_core::money::Rupiah;
use konter_core::order::card::Verdict;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(const_into_str, prefix = "admin_refused.", serialize_all = "snake_case")]
pub enum AdminProblem {
    /// `name`: as it was typed.
    NoSuchAgent { name: String },
    /// One reseller alone has the name that was typed; `line`: the same with its code.
    NamedAgent { agent: AgentId, name: String, line: String },
    /// No order has this number.
    NoSuchOrder { order: OrderId },
    /// The command's words; `usage` shows how it is typed.
    Usage { usage: String },
    /// The decision would not change anything.
    AlreadyDecided { order: OrderId, verdict: Verdict },
    /// Its purchase is on its way right now.
    StillSending { order: OrderId },
    /// It waits to be sent: there is nothing to ask about.
    NeverSent { order: OrderId },
    /// No safe way of asking this supplier again.
    CannotRecheck { order: OrderId },
    /// Would take the balance below zero.
    BalanceShort { available: Rupiah },
    /// For an approval.
    NotWaiting { agent: AgentId },
    /// No whole amount of rupiah, or none.
    AmountUnfit,
    /// More than is ever booked at once.
    AmountTooLarge { most: Rupiah },
    /// Whoever works here without being an owner moves no money to an account of its own.
    OwnAccount { agent: AgentId },
    /// More than is left of what whoever asked may book in a day.
    DailyLimit { most: Rupiah, left: Rupiah },
    /// It was sent so long ago, and would do something. `wrong_clock`: by our clock, which is wrong.
    Stale { minutes: i64, wrong_clock: bool },
    /// The catalog file is not remembered any more.
    ImportGone,
    /// Another file has been sent here since.
    ImportOlder,
    /// More than one reseller has such a name.
    SeveralNamed { name: String, agents: Vec<String> },
    // Deposit tickets.
    /// The text is the ticket's problem's.
    Ticket(TicketProblem),
    // Routing.
    /// Its supplier was asked less than a minute ago.
    AskedLately { order: OrderId, seconds: i64 },
    /// The question would be the same purchase again, and may be the first one to arrive.
    AskingMayBuy { order: OrderId, supplier: String, sent_at: DateTime<Utc> },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentCard {
    pub code: AgentId,
    pub name: String,
    pub status: AgentStatus,
    pub balance: Rupiah,
    pub held: Rupiah,
    pub chats: Vec<String>,
    pub phones: Vec<String>,
    /// What a newcomer is called where it writes.
    #[serde(default)]
    pub sender: Option<String>,
    #[serde(default)]
    pub upline: Option<AgentId>,
    pub since: DateTime<Utc>,
    pub locked_until: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplierCard {
    pub id: SupplierId,
    pub protocol: String,
    pub balance: Option<Rupiah>,
    pub balance_at: Option<DateTime<Utc>>,
    pub in_cutoff: bool,
    pub open_orders: usize,
    pub last_ok: Option<DateTime<Utc>>,
    pub last_error: Option<String>,
    /// What it means: `dns`, `refused`, `tls`, `unreachable`, `timeout`, `status`, `broken`, `too_large`.
    #[serde(default)]
    pub trouble: Option<String>,
    pub last_error_at: Option<DateTime<Utc>>,
    #[serde(default)]
    pub traffic: SupplierTraffic,
}

/// The order that an admin has decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecidedOrder {
    pub agent: AgentId,
    pub name: String,
    pub product: ProductCode,
    pub dest: String,
}
