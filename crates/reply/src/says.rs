//! Every reply there is. Fields are what a text may need; the texts themselves are in `locales/`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use konter_core::ids::{AgentId, BroadcastId, OrderId, ProductCode};
use konter_core::money::Rupiah;
use konter_core::order::card::{OrderCard, OrderLine, RawLine, Verdict, WordEffect};
use konter_core::order::refusal::{Near, Refused};
use konter_core::report::ShopCard;
use konter_core::staff::Role;
use konter_documents::receipt::ReceiptCard;

pub use super::says_admin::{AdminProblem, AgentCard, SupplierCard};
pub use super::says_bill::{BillCard, BillStage, CustomerCard, ReceiptProblem, ShownBecause};
use super::says_booking::BookingReply;
pub use super::says_deposit::{TicketCard, TicketProblem, TicketRefusal, TicketSays, TicketStage, TicketWhy};
pub use super::says_desk::{ActLine, BelowCost, ComplaintCard, ImportCard, ImportStage, PriceChange};
pub use super::says_guide::{ChooseCard, ChooseStage};
use super::says_habit::HabitReply;
use super::says_keeping::KeepingReply;
pub use super::says_misread::{Misread, PartName};
use super::says_network::NetworkReply;
pub use super::says_receipt::ReceiptForm;
pub use super::says_register::RegisterProblem;
pub use super::says_report::{ProductSales, ReportForm, ReportProblem, SalesCard, StatementCard, StatementLine};
use super::says_routing::{OverdueCard, RoutingReply};
use super::says_staff::DeskReply;

/// A reply. The row that carries it also has the reseller's balance where a text wants it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum Reply {
    // Orders.
    OrderPending(OrderLine),
    OrderSuccess(OrderLine),
    OrderFailed(OrderLine),
    /// Success was reported, paid for, and has been taken back: the money is returned.
    OrderReversed(OrderLine),
    /// Failure was reported and refunded, and then it was delivered after all: it is charged again.
    OrderDeliveredLate(OrderLine),
    /// Not accepted; no money moved.
    OrderRefused(Refused),

    // Who may order.
    PinWrong {
        tries_left: u8,
    },
    PinLocked {
        until: DateTime<Utc>,
    },
    PinMissing {
        example: String,
    },
    /// Not tried, so not counted.
    PinOtherLength,
    NotRegistered,
    AgentWaiting {
        code: AgentId,
    },
    AgentBlocked {
        code: AgentId,
    },

    // A reseller's own things.
    Balance {
        code: AgentId,
        name: String,
    },
    Prices {
        lines: Vec<PriceLine>,
        left_out: usize,
    },
    NoPrices {
        filter: String,
        near: Vec<Near>,
    },
    Orders {
        lines: Vec<OrderLine>,
        dest: Option<String>,
    },
    PinChanged {
        /// One of those that everybody tries first.
        easy: bool,
    },
    /// The new PIN is too short or too long.
    PinUnfit,
    /// All digits of the new PIN are the same.
    PinEqualDigits,
    PinSame,
    /// Said in the language just chosen.
    LanguageSet,
    Registered {
        code: AgentId,
        name: String,
        waiting: bool,
        /// The PIN is one of those that everybody tries first.
        #[serde(default)]
        easy_pin: bool,
    },
    RegisterRefused {
        problem: RegisterProblem,
    },
    /// To a reseller: an admin approved the account.
    Approved {
        code: AgentId,
        name: String,
    },
    /// To a reseller: its balance was changed by hand.
    DepositReceived {
        amount: Rupiah,
        note: Option<String>,
    },
    // Looking up and paying.
    /// What the button was about is over, or was somebody else's.
    ButtonTooOld,
    /// Too few digits have been tapped.
    PinTooShort,
    /// Some taps may have been a client's repeats, and which is not to be told.
    PinTapsUnclear,
    /// It takes a while to look up.
    InquiryPending {
        product: String,
        customer: String,
    },
    Customer(Box<CustomerCard>),
    Bill(Box<BillCard>),

    /// A receipt for the reseller's customer.
    Receipt {
        form: ReceiptForm,
        card: Box<ReceiptCard>,
    },

    ReceiptRefused {
        problem: ReceiptProblem,
    },
    /// What stands at the top and at the bottom of the reseller's receipts.
    ReceiptHead {
        shop: String,
        footer: Option<String>,
        changed: bool,
    },

    // Talk.
    Welcome {
        registered: bool,
        name: String,
    },
    Help {
        topic: Option<String>,
        /// Of whoever asks, where it works here.
        #[serde(default)]
        role: Option<Role>,
    },
    /// In a group: come to the private chat.
    GroupPointer {
        bot: Option<String>,
    },
    /// Not understood; `nearest` is the nearest valid format, `problem` says what was wrong where that is known.
    NotUnderstood {
        problem: Option<Misread>,
        nearest: String,
    },
    /// Understood, but the shop does not offer it.
    NotOffered {
        feature: String,
    },
    TooLong {
        limit: usize,
    },
    /// A forwarded message: somebody else's words are not carried out.
    Forwarded,
    /// A photo, a voice message and the like.
    NotText,
    /// Something failed inside; nothing was done.
    TryAgain,
    /// More than admins can be asked to read; nothing was passed on.
    TooOften {
        minutes: i64,
    },

    // To admins.
    NotAdmin,
    AdminRefused {
        problem: AdminProblem,
    },
    AdminDeposit {
        agent: AgentId,
        name: String,
        amount: Rupiah,
        note: Option<String>,
    },
    AdminAgent(AgentCard),
    AdminAgents {
        agents: Vec<AgentCard>,
        left_out: usize,
    },
    AdminApproved {
        agent: AgentId,
        name: String,
    },
    AdminOrder(Box<OrderCard>),
    /// All that suppliers said of an order.
    AdminRawReplies {
        order: OrderId,
        replies: Vec<RawLine>,
    },
    AdminPending {
        orders: Vec<OrderCard>,
        left_out: usize,
    },
    AdminDecided {
        order: OrderId,
        verdict: Verdict,
    },
    AdminRechecking {
        order: OrderId,
    },
    AdminSuppliers {
        suppliers: Vec<SupplierCard>,
    },

    // Alerts to admins, unasked.
    AlertNewAgent(AgentCard),
    /// An order has been open too long.
    AlertOverdue(Box<OverdueCard>),
    /// A supplier's later word contradicts what the books held when it came; the card shows what they hold now.
    /// `overdrawn` when the reseller's balance fell below zero.
    AlertContradiction {
        card: Box<OrderCard>,
        said: Verdict,
        effect: WordEffect,
        overdrawn: bool,
    },
    /// A report about an order that is final, which cannot be read.
    AlertUnclearReport(Box<OrderCard>),
    /// The same order may have been delivered by two suppliers.
    AlertDoubleDelivery(Box<OrderCard>),
    /// A supplier took more than the catalog says, or than it had said of a bill.
    AlertDearer {
        card: Box<OrderCard>,
        expected: Rupiah,
        charged: Rupiah,
    },

    /// What can be bought for a number that was sent alone.
    Choose(Box<ChooseCard>),

    // The desk.
    AdminPrice(PriceChange),
    AdminPinReset {
        agent: AgentId,
        name: String,
    },
    /// To a reseller: choose a new PIN.
    PinReset {
        /// The time for it is over.
        over: bool,
    },
    ComplaintTaken,
    AlertComplaint(Box<ComplaintCard>),
    /// To a reseller: an admin's own words.
    Answered {
        text: String,
    },
    AdminAnswered {
        agent: AgentId,
        name: String,
    },
    /// To every reseller.
    Announcement {
        text: String,
        /// Which one it is part of, so that it is counted there.
        #[serde(default)]
        broadcast: Option<BroadcastId>,
    },
    /// The catalog as a file.
    AdminCatalog {
        products: usize,
        csv: String,
    },
    AdminImport(ImportCard),
    AdminImportFailed {
        errors: Vec<String>,
        left_out: usize,
    },
    AdminLog {
        acts: Vec<ActLine>,
    },
    /// Everything about deposit tickets.
    Ticket(Box<TicketSays>),
    // Reports.
    /// A reseller's own sales.
    Sales(Box<SalesCard>),
    /// Lines of a reseller's statement.
    Statement(Box<StatementCard>),
    /// To admins: the whole shop's figures.
    ShopReport {
        form: ReportForm,
        card: Box<ShopCard>,
    },
    ReportRefused {
        problem: ReportProblem,
    },
    /// Uplines and downlines.
    Network(Box<NetworkReply>),
    /// Backups, restores, and a store that fails.
    Keeping(KeepingReply),
    // The shop's own troubles, to admins.
    /// Replies that cannot be said were taken out of the queue.
    AlertSetAside {
        replies: usize,
    },
    /// Questions before money moves, and what is told of bookings.
    Booking(Box<BookingReply>),
    /// Suppliers, and orders that wait.
    Routing(Box<RoutingReply>),
    /// Those who work here, and what else the desk does.
    Desk(Box<DeskReply>),
    /// A reseller's own arrangements, and the beginning of a guided order.
    Habit(Box<HabitReply>),
}

impl Reply {
    /// The announcement this is part of.
    #[must_use]
    pub const fn broadcast(&self) -> Option<BroadcastId> {
        match self {
            Self::Announcement { broadcast, .. } => *broadcast,
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceLine {
    pub category: String,
    pub code: ProductCode,
    pub name: String,
    pub price: Rupiah,
    pub open: bool,
}
