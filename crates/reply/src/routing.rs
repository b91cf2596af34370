//! What replies about suppliers, waiting orders and orders that need a person hold.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use konter_core::ids::{OrderId, ProductCode, SupplierId};
use konter_core::money::Rupiah;
use konter_core::order::card::{OrderCard, OrderLine, Verdict};
use konter_core::price_list::ListFault;

use super::price_list::{MarginLine, PriceListCard};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "routing", rename_all = "snake_case")]
#[strum(const_into_str, prefix = "routing.", serialize_all = "snake_case")]
pub enum RoutingReply {
    // To resellers.
    /// Accepted and held; bought when the suppliers' break ends.
    Queued { line: OrderLine, until: DateTime<Utc> },
    /// Whether orders wait for the end of a break.
    QueueSetting { on: bool },
    /// The text is the problem's.
    CancelRefused { order: OrderId, problem: CancelProblem },

    // To admins.
    /// One product's routes after a change.
    Routes { product: ProductCode, name: String, routes: Vec<RouteLine> },
    /// The text is the problem's.
    SteerRefused { problem: SteerProblem },
    /// So many orders were sold at a loss lately, without a message for each; the products that lose most, and how many more.
    #[strum(serialize = "losses")]
    AlertLosses { count: usize, lost: Rupiah, lines: Vec<LossLine>, more: usize },
    /// What a supplier's price list changes.
    PriceList(Box<PriceListCard>),
    /// It is being asked for.
    PriceListAsked { supplier: SupplierId },
    /// It says what the catalog has.
    PriceListSame { supplier: SupplierId, count: usize, unknown: usize },
    /// It was not used.
    PriceListFault { supplier: SupplierId, fault: ListFault },
    /// It could not be had.
    PriceListUnreachable { supplier: SupplierId },
    /// What prices are made of costs by; `changed`: the category that was, with what it had before.
    Margins { lines: Vec<MarginLine>, changed: Option<MarginLine> },
    /// Our deposit there has fallen below what the owner set.
    #[strum(serialize = "low_balance")]
    AlertLowBalance { supplier: SupplierId, balance: Rupiah, level: Rupiah },
    /// An order was not bought there, because that would cost more than it brings in.
    #[strum(serialize = "cost_rose")]
    AlertCostRose { supplier: SupplierId, line: OrderLine, cost: Rupiah },
    /// More orders need a person than can be told one by one.
    #[strum(serialize = "many_overdue")]
    AlertManyOverdue { count: usize },
    /// Reports of this supplier's that were not read, the first of them with what they said.
    #[strum(serialize = "unread_reports")]
    AlertUnreadReports { supplier: SupplierId, count: usize, reports: Vec<UnreadReport> },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadReport {
    pub why: UnreadWhy,
    /// As it came, secrets masked.
    pub said: String,
}

/// Why a report was not read. What strangers send is only logged, never shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnreadWhy {
    NoSuchSupplier,
    NotBelieved,
    /// It names no order of ours.
    NoSuchOrder,
    NotUnderstood,
    /// A bare `#` cut it off.
    Cut,
    TooLarge,
    /// It ended before it had come whole.
    Broken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[strum(const_into_str, prefix = "routing.cancel_", serialize_all = "snake_case")]
pub enum CancelProblem {
    #[strum(serialize = "no_such")]
    NoSuchOrder,
    /// It is with the supplier.
    Sent,
    /// There is nothing to cancel any more.
    Ended { verdict: Verdict },
}

/// Orders of one product for which one supplier takes more than the reseller pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossLine {
    pub product: ProductCode,
    pub supplier: SupplierId,
    pub charged: Rupiah,
    pub count: usize,
    pub lost: Rupiah,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "problem", rename_all = "snake_case")]
#[strum(const_into_str, prefix = "routing.", serialize_all = "snake_case")]
pub enum SteerProblem {
    /// `name`: as it was typed.
    NoSuchSupplier { name: String },
    /// The product is not bought there.
    NoSuchRoute { product: ProductCode, supplier: SupplierId },
    /// A pause's reason is longer than is kept.
    LongReason,
    /// A pause counts from now on; what was written for its reason names another time.
    NotYet { supplier: SupplierId, reason: String },
    /// Nothing says how it is asked for.
    NoPriceList { supplier: SupplierId },
    /// It was asked for a moment ago.
    PriceListTooSoon { supplier: SupplierId, until: DateTime<Utc> },
    /// What a button or a number stands for is not what is offered any more.
    PriceListGone { supplier: SupplierId },
    /// Something of it has been changed since: nothing was done.
    PriceListMoved { supplier: SupplierId },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteLine {
    pub supplier: SupplierId,
    pub sku: String,
    pub cost: Rupiah,
    pub priority: u32,
    pub open: bool,
    /// What is set for all products of the supplier; it counts before the priority.
    #[serde(default)]
    pub set: Option<u32>,
}

/// How a supplier is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplierTraffic {
    pub state: SupplierState,
    /// Age of the balance.
    pub balance_minutes: Option<i64>,
    pub low: bool,
    /// Orders on their way.
    pub under_way: usize,
    /// The last orders that ended, how many of a hundred were delivered, and how long the one in the middle took.
    pub ended: usize,
    pub percent: Option<u8>,
    pub median_ms: Option<i64>,
    /// Its codes of products that are out of order there.
    pub disturbed: Vec<String>,
    /// In place of the catalog's.
    pub priority: Option<u32>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SupplierState {
    #[default]
    Open,
    /// In its nightly break.
    CutOff { until: DateTime<Utc> },
    /// Out of order.
    Rests { until: DateTime<Utc> },
    /// One order will show, or is showing, whether it works again.
    HalfOpen,
    /// By an admin.
    Paused { reason: Option<String>, at: DateTime<Utc> },
}

/// An order that needs a person, and how far that person is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverdueCard {
    #[serde(flatten)]
    pub card: OrderCard,
    #[serde(default)]
    pub stage: OverdueStage,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(const_into_str, serialize_all = "snake_case")]
pub enum OverdueStage {
    #[default]
    Open,
    /// It is being asked about once more.
    Asked,
    /// The next message is the serial number.
    WantsSerial,
    /// Sure that it failed?
    Sure,
    /// It needs nobody any more.
    Done,
}

impl OverdueCard {
    pub const fn open(card: OrderCard) -> Self {
        Self { card, stage: OverdueStage::Open }
    }
}
