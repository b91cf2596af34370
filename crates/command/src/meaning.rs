//! What a message means: one variant for everything that can be asked.

use super::admin::command::AdminCommand;
use super::elsewhere::Feature;
use super::network::command::{NetworkCommand, Transfer};
use super::order::request::{BadOrder, OrderRequest};
use super::preference::command::PreferenceCommand;
use super::read::{DateArg, Pin, PriceFilter, Problem, Typed};
use super::receipt::command::{ReceiptLine, ReceiptOf};
use super::routing::command::RoutingCommand;
use super::spoken::{Talk, Wish};
use super::topic::Topic;
use konter_core::ids::{OrderId, ProductCode};
use konter_core::money::Rupiah;

/// What a message asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// One order, or several with one PIN.
    Order(OrderRequest),
    /// Meant as an order, but nothing of it can be carried out as typed.
    BadOrder(BadOrder),
    /// What the reseller may spend.
    Balance { pin: Option<Pin> },
    /// Every product when there is no filter.
    Prices { filters: Vec<PriceFilter> },
    /// The last orders, or those to a number.
    Orders(OrdersQuery),
    /// A deposit ticket; how to deposit when there is no amount.
    Deposit { amount: Option<Rupiah>, bank: Option<String>, pin: Option<Pin> },
    /// Old and new, in either order.
    ChangePin { a: Pin, b: Pin },
    /// A newcomer wants to be a reseller.
    Register { name: String, town: Option<String>, pin: Pin },
    /// Telegram's greeting; the payload comes from a link.
    Start { payload: Option<String> },
    /// Whose meter is it?
    Meter { customer: String, pin: Option<Pin>, reference: Option<String> },
    /// Looks a bill up; `amount`: for bills whose amount the payer chooses.
    BillInquiry {
        product: ProductCode,
        customer: String,
        amount: Option<Rupiah>,
        pin: Option<Pin>,
        reference: Option<String>,
    },
    /// Pays a bill that was looked up.
    BillPayment { product: ProductCode, customer: String, pin: Option<Pin>, reference: Option<String> },
    /// `price`: what the reseller's customer pays.
    Receipt { of: ReceiptOf, price: Option<Rupiah> },
    /// What stands on all receipts.
    ReceiptLine(ReceiptLine),
    /// Balance for another reseller.
    Transfer(Transfer),
    /// The day's sales, or the statement; no date is today.
    Report { kind: ReportKind, date: Option<DateArg>, pin: Option<Pin> },
    /// `text`: without the PIN, where that stood before or behind it.
    Complaint { text: Typed, pin: Option<Pin> },
    /// All of it, or about one thing.
    Help { topic: Option<String> },
    /// Shows the choice when `to` is missing.
    Language { to: Option<Language> },
    /// Of those who work here.
    Admin(AdminCommand),
    /// That a transfer for a ticket has been made, in the reseller's own words without the PIN.
    Proof { text: Typed, pin: Option<Pin> },
    /// Uplines and downlines.
    Network(NetworkCommand),
    /// A reseller's own arrangements, and the beginning of a guided order.
    Preference(PreferenceCommand),
    /// Orders that wait for their suppliers.
    Routing(RoutingCommand),
    /// What is wanted in everyday words: shown, never bought at once.
    Wish(Wish),
    /// Everyday talk that is no command.
    Talk(Talk),
    /// Asks for something konter does not have.
    Known(Feature),
    /// The command is known, its arguments are not right.
    Incomplete { topic: Topic, problem: Problem },
    /// `nearest`: what may have been meant; [`Topic::example`] is a line that would be understood.
    Unknown { nearest: Topic },
}

/// Which orders to show: the last ones, when nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrdersQuery {
    pub dest: Option<String>,
    pub product: Option<ProductCode>,
    pub date: Option<DateArg>,
    pub pin: Option<Pin>,
    /// One order, by the number that its replies show.
    pub number: Option<OrderId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportKind {
    /// The day's sales.
    Sales,
    /// Every movement of the balance.
    Statement,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Indonesian,
    English,
}

impl Command {
    /// The arguments of a known command are not right.
    pub const fn incomplete(topic: Topic, problem: Problem) -> Self {
        Self::Incomplete { topic, problem }
    }
}
