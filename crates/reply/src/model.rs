//! Every reply there is. Fields are what a text may need; the texts themselves are in `locales/`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use konter_core::ids::{AgentId, BroadcastId, OrderId};
use konter_core::money::Rupiah;
use konter_core::order::card::{ContradictionEffect, OrderCard, OrderLine, RawLine, Verdict};
use konter_core::order::refusal::{Near, Refused};
use konter_core::report::ShopCard;
use konter_core::staff::Role;
use konter_documents::receipt::ReceiptCard;

use super::account::{PriceLine, PriceTab, RegisterProblem};
use super::admin::{AdminProblem, AgentCard, DecidedOrder, SupplierCard};
use super::bill::{BillCard, CustomerCard};
use super::booking::BookingReply;
use super::deposit::TicketSays;
use super::desk::{ActLine, CatalogMistake, ComplaintCard, ImportCard, PriceChange};
use super::guide::ChooseCard;
use super::keeping::KeepingReply;
use super::misread::Misread;
use super::network::NetworkReply;
use super::preference::PreferenceReply;
use super::receipt::{ReceiptForm, ReceiptProblem};
use super::report::{ReportForm, ReportProblem, SalesCard, StatementCard};
use super::routing::{OverdueCard, RoutingReply};
use super::staff::DeskReply;
use super::talk::TalkReply;

/// A reply. The row that carries it also has the reseller's balance where a text wants it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(remote = "Self", tag = "reply", rename_all = "snake_case")]
#[strum(const_into_str)]
pub enum Reply {
    // Orders.
    #[strum(serialize = "order.pending")]
    OrderPending(OrderLine),
    #[strum(serialize = "order.success")]
    OrderSuccess(OrderLine),
    #[strum(serialize = "order.failed")]
    OrderFailed(OrderLine),
    /// Success was reported, paid for, and has been taken back: the money is returned.
    #[strum(serialize = "order.reversed")]
    OrderReversed(OrderLine),
    /// Failure was reported and refunded, and then it was delivered after all: it is charged again.
    #[strum(serialize = "order.delivered_late")]
    OrderDeliveredLate(OrderLine),
    /// Not accepted; no money moved.
    OrderRefused(Refused),
    /// Something was to be looked up and cannot be. It is told as an order's refusal is, without the word for that.
    LookUpRefused(Refused),

    // Who may order.
    #[strum(serialize = "pin.wrong")]
    PinWrong { tries_left: u8 },
    #[strum(serialize = "pin.locked")]
    PinLocked { until: DateTime<Utc> },
    #[strum(serialize = "pin.missing")]
    PinMissing { example: String },
    /// Not tried, so not counted.
    #[strum(serialize = "pin.other_length")]
    PinOtherLength,
    #[strum(serialize = "account.not_registered")]
    NotRegistered,
    /// To somebody who works here and buys nothing.
    #[strum(serialize = "account.not_a_reseller")]
    NotAReseller,
    #[strum(serialize = "account.waiting")]
    AgentWaiting {
        code: AgentId,
        /// What it answers was an order.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        order: bool,
    },
    #[strum(serialize = "account.blocked")]
    AgentBlocked {
        code: AgentId,
        /// What it answers was an order.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        order: bool,
    },
    /// To a reseller that is let in again.
    #[strum(serialize = "account.unblocked")]
    AgentUnblocked { code: AgentId },

    // A reseller's own things.
    #[strum(serialize = "account.balance")]
    Balance {
        code: AgentId,
        name: String,
        /// Of a reseller that works here too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<Role>,
    },
    #[strum(serialize = "price.list")]
    Prices { lines: Vec<PriceLine>, left_out: usize },
    /// One category, with the others as buttons.
    #[strum(serialize = "price.tab")]
    PriceTab(Box<PriceTab>),
    #[strum(serialize = "price.none")]
    NoPrices { filter: String, near: Vec<Near> },
    #[strum(serialize = "order.list")]
    Orders { lines: Vec<OrderLine>, dest: Option<String> },
    /// `easy`: one of those that everybody tries first.
    #[strum(serialize = "pin.changed")]
    PinChanged { easy: bool },
    /// The new PIN is too short or too long.
    #[strum(serialize = "pin.unfit")]
    PinUnfit,
    /// All digits of the new PIN are the same.
    #[strum(serialize = "pin.equal_digits")]
    PinEqualDigits,
    #[strum(serialize = "pin.same")]
    PinSame,
    /// Said in the language just chosen.
    #[strum(serialize = "account.language")]
    LanguageSet,
    #[strum(serialize = "account.registered")]
    Registered {
        code: AgentId,
        name: String,
        waiting: bool,
        /// The PIN is one of those that everybody tries first.
        #[serde(default)]
        easy_pin: bool,
    },
    /// The text is the problem's.
    RegisterRefused { problem: RegisterProblem },
    /// To a reseller: an admin approved the account.
    #[strum(serialize = "account.approved")]
    Approved { code: AgentId, name: String },
    /// To whoever registered: an admin said no.
    #[strum(serialize = "account.turned_away")]
    TurnedAway {
        code: AgentId,
        /// To an order.
        #[serde(default)]
        order: bool,
    },
    /// To a reseller: its balance was changed by hand.
    #[strum(serialize = "account.deposit")]
    DepositReceived { amount: Rupiah, note: Option<String> },
    // Looking up and paying.
    /// What the button was about is over, or was somebody else's.
    #[strum(serialize = "bill.button_too_old")]
    ButtonTooOld,
    /// What was tapped for before is still on its way: this was not done.
    #[strum(serialize = "bill.tap_again_later")]
    TapAgainLater,
    /// Too few digits have been tapped.
    #[strum(serialize = "bill.pin_too_short")]
    PinTooShort,
    /// Some taps may have been a client's repeats, and which is not to be told.
    #[strum(serialize = "bill.pin_taps_unclear")]
    PinTapsUnclear,
    /// It takes a while to look up.
    #[strum(serialize = "bill.pending")]
    InquiryPending { product: String, customer: String },
    #[strum(serialize = "bill.customer")]
    Customer(Box<CustomerCard>),
    #[strum(serialize = "bill.shown")]
    Bill(Box<BillCard>),

    /// A receipt for the reseller's customer.
    #[strum(serialize = "receipt.caption")]
    Receipt { form: ReceiptForm, card: Box<ReceiptCard> },

    /// The text is the problem's.
    ReceiptRefused { problem: ReceiptProblem },
    /// What stands at the top and at the bottom of the reseller's receipts. `undrawn`: their picture leaves out some of it.
    #[strum(serialize = "receipt.head")]
    ReceiptHead {
        shop: String,
        footer: Option<String>,
        changed: bool,
        #[serde(default)]
        undrawn: bool,
    },
    /// The price on a receipt is below what its reseller paid.
    #[strum(serialize = "receipt.below")]
    ReceiptBelow { order: OrderId, price: Rupiah, paid: Rupiah },

    // Talk.
    #[strum(serialize = "talk.welcome")]
    Welcome {
        registered: bool,
        name: String,
        /// Of a reseller that works here too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<Role>,
    },
    /// The page of a topic, or the overview. `role`: of whoever asks, where it works here.
    Help {
        topic: Option<String>,
        #[serde(default)]
        role: Option<Role>,
    },
    /// In a group: come to the private chat.
    #[strum(serialize = "talk.group")]
    GroupPointer { bot: Option<String> },
    /// Not understood; `nearest` is the nearest valid format, `problem` says what was wrong where that is known.
    #[strum(serialize = "talk.not_understood")]
    NotUnderstood { problem: Option<Misread>, nearest: String },
    /// Perhaps meant as an order, and not read as one: nothing was ordered. `nearest`: how one is typed.
    #[strum(serialize = "talk.order_not_understood")]
    OrderNotUnderstood { problem: Option<Misread>, nearest: String },
    /// Understood, but the shop does not offer it.
    #[strum(serialize = "talk.not_offered")]
    NotOffered { feature: String },
    #[strum(serialize = "talk.too_long")]
    TooLong { limit: usize },
    /// A forwarded message: somebody else's words are not carried out.
    #[strum(serialize = "talk.forwarded")]
    Forwarded,
    /// A photo, a voice message and the like.
    #[strum(serialize = "talk.not_text")]
    NotText,
    /// Something failed inside; nothing was done of what was written, an order or something else.
    #[strum(serialize = "talk.try_again")]
    TryAgain { order: bool },
    /// More than admins can be asked to read; nothing was passed on.
    #[strum(serialize = "talk.too_often")]
    TooOften { minutes: i64 },

    // To admins.
    #[strum(serialize = "admin.not_admin")]
    NotAdmin,
    /// The text is the problem's.
    AdminRefused { problem: AdminProblem },
    #[strum(serialize = "admin.deposit")]
    AdminDeposit { agent: AgentId, name: String, amount: Rupiah, note: Option<String> },
    #[strum(serialize = "admin.agent")]
    AdminAgent(AgentCard),
    #[strum(serialize = "admin.agents")]
    AdminAgents { agents: Vec<AgentCard>, left_out: usize },
    #[strum(serialize = "admin.approved")]
    AdminApproved { agent: AgentId, name: String },
    #[strum(serialize = "admin.order")]
    AdminOrder(Box<OrderCard>),
    /// All that suppliers said of an order.
    #[strum(serialize = "admin.raw_replies")]
    AdminRawReplies { order: OrderId, replies: Vec<RawLine> },
    #[strum(serialize = "admin.pending")]
    AdminPending { orders: Vec<OrderCard>, left_out: usize },
    #[strum(serialize = "admin.decided")]
    AdminDecided {
        order: OrderId,
        verdict: Verdict,
        /// Whose order of what that is: a number is soon mistyped.
        #[serde(default)]
        of: Option<Box<DecidedOrder>>,
    },
    #[strum(serialize = "admin.rechecking")]
    AdminRechecking { order: OrderId },
    #[strum(serialize = "admin.suppliers")]
    AdminSuppliers {
        suppliers: Vec<SupplierCard>,
        /// Whoever reads it only looks.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        only_looks: bool,
    },

    // Alerts to admins, unasked.
    #[strum(serialize = "alert.new_agent")]
    AlertNewAgent(AgentCard),
    /// An order has been open too long.
    #[strum(serialize = "alert.overdue")]
    AlertOverdue(Box<OverdueCard>),
    /// A supplier's later word contradicts what the books held when it came; the card shows what they hold now.
    /// `overdrawn` when the reseller's balance fell below zero.
    #[strum(serialize = "alert.contradiction")]
    AlertContradiction { card: Box<OrderCard>, said: Verdict, effect: ContradictionEffect, overdrawn: bool },
    /// A report about an order that is final, which cannot be read.
    #[strum(serialize = "alert.unclear_report")]
    AlertUnclearReport(Box<OrderCard>),
    /// The same order may have been delivered by two suppliers.
    #[strum(serialize = "alert.double_delivery")]
    AlertDoubleDelivery(Box<OrderCard>),
    /// A supplier took more than the catalog says, or than it had said of a bill.
    #[strum(serialize = "alert.dearer")]
    AlertDearer { card: Box<OrderCard>, expected: Rupiah, charged: Rupiah },

    /// What can be bought for a number that was sent alone.
    #[strum(serialize = "talk.choose")]
    Choose(Box<ChooseCard>),

    // The desk.
    #[strum(serialize = "desk.price")]
    AdminPrice(PriceChange),
    #[strum(serialize = "desk.pin_reset")]
    AdminPinReset { agent: AgentId, name: String },
    /// To a reseller: choose a new PIN.
    /// `over`: the time for it is over. `elsewhere`: from the main chat alone, which this is not.
    #[strum(serialize = "pin.reset")]
    PinReset {
        over: bool,
        #[serde(default)]
        elsewhere: bool,
    },
    /// To the reseller's other chats.
    #[strum(serialize = "pin.changed_elsewhere")]
    PinChangedElsewhere { chat: String, name: Option<String> },
    #[strum(serialize = "desk.complaint_taken")]
    ComplaintTaken,
    /// The admins know of this order already.
    #[strum(serialize = "desk.complaint_waits")]
    ComplaintWaits { order: OrderId },
    #[strum(serialize = "alert.complaint")]
    AlertComplaint(Box<ComplaintCard>),
    /// To a reseller: an admin's own words.
    #[strum(serialize = "desk.answer")]
    Answered { text: String },
    #[strum(serialize = "desk.answered")]
    AdminAnswered { agent: AgentId, name: String },
    /// To every reseller.
    #[strum(serialize = "desk.announcement")]
    Announcement {
        text: String,
        /// Which one it is part of, so that it is counted there.
        #[serde(default)]
        broadcast: Option<BroadcastId>,
    },
    /// The catalog as a file.
    #[strum(serialize = "desk.catalog")]
    AdminCatalog {
        products: usize,
        csv: String,
        /// As a workbook.
        #[serde(default)]
        workbook: bool,
    },
    #[strum(serialize = "desk.import")]
    AdminImport(ImportCard),
    #[strum(serialize = "desk.import_failed")]
    AdminImportFailed {
        #[serde(default)]
        mistakes: Vec<CatalogMistake>,
        left_out: usize,
    },
    #[strum(serialize = "desk.log")]
    AdminLog {
        acts: Vec<ActLine>,
        #[serde(default)]
        more: bool,
    },
    /// Everything about deposit tickets.
    Ticket(Box<TicketSays>),
    // Reports.
    /// A reseller's own sales.
    #[strum(serialize = "report.sales")]
    Sales(Box<SalesCard>),
    /// Lines of a reseller's statement.
    #[strum(serialize = "report.statement")]
    Statement(Box<StatementCard>),
    /// To admins: the whole shop's figures.
    #[strum(serialize = "report.shop")]
    ShopReport { form: ReportForm, card: Box<ShopCard> },
    /// The text is the problem's.
    ReportRefused { problem: ReportProblem },
    /// Uplines and downlines.
    Network(Box<NetworkReply>),
    /// Backups, restores, and a store that fails.
    Keeping(KeepingReply),
    // The shop's own troubles, to admins.
    /// Replies that cannot be said were taken out of the queue.
    #[strum(serialize = "trouble.set_aside")]
    AlertSetAside { replies: usize },
    /// Questions before money moves, and what is told of bookings.
    Booking(Box<BookingReply>),
    /// Suppliers, and orders that wait.
    Routing(Box<RoutingReply>),
    /// Those who work here, and what else the desk does.
    Desk(Box<DeskReply>),
    /// A reseller's own arrangements, and the beginning of a guided order.
    Preference(Box<PreferenceReply>),
    /// Everyday talk.
    Talk(Box<TalkReply>),
}

impl Reply {
    /// The announcement this is part of.
    pub const fn broadcast(&self) -> Option<BroadcastId> {
        match self {
            Self::Announcement { broadcast, .. } => *broadcast,
            _ => None,
        }
    }
}
