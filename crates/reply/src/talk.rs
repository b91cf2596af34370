//! What answers to everyday talk hold. None of them says GAGAL: that is a word about orders.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::account::PriceLine;
use konter_command::Newcomer;
use konter_core::ids::{AgentId, BroadcastId, ProductCode, TicketId};
use konter_core::money::Rupiah;
use konter_core::order::card::OrderLine;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(tag = "talk", rename_all = "snake_case")]
#[strum(const_into_str, prefix = "everyday.", serialize_all = "snake_case")]
pub enum TalkReply {
    /// `peace`: to a greeting that is answered in kind.
    Greeting { name: String, peace: bool },
    /// In answer to thanks.
    Thanks { name: String },
    /// How somebody who has lost a PIN gets another.
    LostPin,
    /// What only one below can do, or the shop for it.
    OfDownline { code: AgentId, name: String, what: OfDownline },
    /// Nothing tells all below.
    TellDownlines,
    /// A wrong number, or an order that is not wanted any more; `lines`: those it may be about.
    Undo { lines: Vec<OrderLine>, dest: Option<String> },
    /// What was asked or offered is not done.
    Dropped {
        what: Vec<DroppedWhat>,
        /// What waits all the same.
        #[serde(default)]
        kept: Vec<DroppedWhat>,
    },
    /// What was bought has not come, or nobody knows; `lines`: the orders it may be about.
    NotArrived { lines: Vec<OrderLine>, dest: Option<String> },
    /// What was paid in is not booked, and no ticket waits.
    MoneyNotIn,
    /// A deposit that waits for the admins.
    TicketWaits { number: TicketId, pay: Rupiah, since: DateTime<Utc> },
    /// One's own code, and whom one is below; `None`: the shop itself.
    WhoAmI { code: AgentId, name: String, upline: Option<String> },
    /// An account is closed by the shop's people.
    CloseAccount,
    /// Several below are called so.
    WhichDownline { named: Vec<(AgentId, String)> },
    /// A transfer and an order in one message.
    OneByOne,
    /// Only a meter tells whose it is.
    WhoseNumber,
    /// When somebody is there.
    Hours,
    /// A person is wanted.
    WantsAdmin,
    /// The message that was answered shows no order, or several; `lines`: the latest.
    WhichOrder { lines: Vec<OrderLine> },
    /// A product was named without a number.
    NumberFor {
        product: PriceLine,
        meter: bool,
        /// A game's user and zone.
        #[serde(default)]
        zone: bool,
    },
    /// A face value was named without a number.
    NumberForSum { nominal: Rupiah },
    /// Several orders that wait for one PIN.
    AskPin {
        /// Of the message that named them; 0 where it was shown before there were any.
        #[serde(default)]
        id: u64,
        lines: Vec<AskedLine>,
        total: Rupiah,
    },
    /// A command that waits for its PIN.
    PinFor {
        id: u64,
        /// As it is typed, without the PIN.
        line: String,
        /// Whom it is about, where that is one below.
        to: Option<AgentId>,
        name: Option<String>,
        /// What is sent.
        amount: Option<Rupiah>,
        /// So many digits of the PIN have been tapped, with so many keys.
        digits: usize,
        taps: u16,
        stage: LineStage,
    },
    /// Balance was to go to a number that is nobody's below: it may have been meant as credit.
    SendOrTopUp { dest: String, amount: Rupiah },
    /// The PIN that something waits for.
    PressPin,
    /// Digits that may be the PIN or another sum.
    SumOrPin,
    /// A PIN alone that buys nothing; `waits`: what was shown before something else was written, `choose`: something is
    /// offered of which nothing has been chosen.
    LonePin {
        waits: bool,
        choose: bool,
        /// What was asked for is still looked up.
        #[serde(default)]
        checking: bool,
        /// A bill that was shown is not paid by it, and stands below.
        #[serde(default)]
        bill: bool,
        /// The number is asked for first.
        #[serde(default)]
        asked: bool,
        /// The orders under way, which need none.
        #[serde(default)]
        lines: Vec<OrderLine>,
    },
    /// Several of the same are wanted; the first is shown.
    OneAtATime {
        product: ProductCode,
        dest: String,
        times: u8,
        /// The repeat number of the one after.
        #[serde(default = "second")]
        next: u8,
    },
    /// Some lines of a message were no orders, so that the others were not ordered either.
    OthersNotSent { others: usize },
    /// A bill is not wanted that was not paid.
    BillUnpaid { product: ProductCode, customer: String },
    /// Ordered as the one after an order that was not made; `next`: what it would be, `is_shown`: with its keypad below.
    CountSkipped { product: ProductCode, dest: String, typed: u8, next: u8, is_shown: bool },
    /// To whoever works here: what of all that can be sent is read.
    TablesAndWords,
    /// A voice message is not heard.
    Voice,
    /// A picture that is no proof of anything.
    Picture,
    /// A yes; `number`: of the question that waits for one.
    YesTo {
        number: Option<u32>,
        /// What that would do.
        #[serde(default)]
        what: Option<DroppedWhat>,
        /// An announcement that waits to be sent, where no question is newer.
        #[serde(default)]
        send: Option<BroadcastId>,
        #[serde(default)]
        works_here: bool,
    },
    /// Not understood, and nothing in it was an order.
    Lost,
    /// The same to somebody who only works here.
    LostAtWork,
    /// A ticket needs not be taken back.
    TicketLapses,
    /// Digits that are too few for the number that was asked for.
    ShortNumber,
    /// To what may have been meant as an order, after many that were not understood.
    NothingBought,
    /// The last answer for a while.
    Enough,
    /// To whoever is no agent: what follows is not answered for a while.
    EnoughForNow,
    /// In place of what each of so many orders would have been refused with; `short`: all for want of balance.
    OrdersNotDone { count: usize, short: bool },
    /// An edited message is not read; `what`: what waited because of it, and is not done.
    Edited {
        #[serde(default)]
        what: Vec<DroppedWhat>,
    },
    /// The message that was answered waits for nothing; `what`: what does.
    AnsweredElse { what: Vec<DroppedWhat> },
    /// A group's anonymous admin is nobody.
    Anonymous,
    /// The account or its chat is out of reach; `registered`: of a reseller who still writes from it.
    LostAccount { registered: bool },
    /// What can be bought of what was asked for; `closed`: what cannot, `waiting`: the reader's own orders under way.
    Disturbance { name: String, closed: Vec<PriceLine>, waiting: Vec<OrderLine> },
    /// A language that the shop does not speak.
    WhichLanguage,
    /// What somebody asks who is no reseller yet; `approved`: by an admin, before one may order, `least`: of a deposit,
    /// `sold`: the headings of the price list.
    Newcomer {
        asks: Newcomer,
        approved: bool,
        least: Rupiah,
        sold: Vec<String>,
        /// To whoever is one already.
        #[serde(default)]
        registered: bool,
    },
    /// To somebody who registers: what is the shop called?
    ShopName,
    /// The same: with which PIN?
    ShopPin { name: String },
    /// Prices are each reseller's own.
    JoinForPrices,
    /// Somebody who is no reseller wants to ask the shop's people.
    AskTheOwner,
    /// What somebody who works here may have meant, as it is typed.
    SlashMeant { line: String },
    /// How a reseller sets what its own customers and downlines pay.
    OwnPrice { code: String },
    /// An answer to a card may have been meant for the shop; `answer`: as the reseller would be answered.
    CardOrCommand {
        answer: String,
        #[serde(default)]
        lines: Vec<String>,
    },
    /// Of an owner who sells as well: whose price is meant.
    WhosePrice { shops: String, own: String },
    /// Of those who work here: what is done by no command, and the lines that come near to it.
    Advice { about: String, lines: Vec<String> },
    /// Asked for and taken back in the same message; `words`: those that take it back, empty where a sign does, `order`: it
    /// would have been an order.
    TakenBack {
        what: String,
        words: String,
        #[serde(default)]
        order: bool,
    },
    /// Something is to be bought later, which nobody keeps for its writer.
    Later,
    /// A no where nothing was asked; `works_here`: of one who is shown cards with buttons to decide.
    NothingWaits {
        #[serde(default)]
        works_here: bool,
    },
    /// Whoever wrote wants to think.
    Waits,
}

/// How far a command has come that waits for its PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineStage {
    Pin,
    /// The PIN was taken.
    Done,
    Cancelled,
}

/// What was asked for one below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfDownline {
    /// Another PIN.
    Pin,
    /// Another name.
    Name,
    /// What has become of its orders.
    Orders,
}

/// What a no was said to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "dropped", rename_all = "snake_case")]
pub enum DroppedWhat {
    /// What was shown with its keypad.
    Order { product: String, dest: String },
    /// Something was to be chosen for this number.
    Offer { dest: String },
    /// Orders that waited for one PIN.
    Several { count: usize },
    /// Balance that waited for its PIN.
    Transfer { to: AgentId, amount: Rupiah },
    /// Of those who work here: a command that was asked about.
    Line { line: String },
}

/// An order that waits for its PIN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedLine {
    pub product: PriceLine,
    pub dest: String,
    pub nth: u8,
}

/// For rows of the outbox written before it was kept.
const fn second() -> u8 {
    2
}
