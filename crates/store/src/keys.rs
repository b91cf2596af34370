//! The keys of all rows. One byte says what a row is; numbers are big-endian so that ranges sort; texts carry their
//! length so that none is the beginning of another.

use chrono::{Datelike as _, NaiveDate};
use sha2::{Digest as _, Sha256};

use super::MessageKey;
use konter_core::ids::{
    AgentId, BroadcastId, ChatId, InquiryId, OrderId, ProductCode, Reference, SupplierId, TicketId, TransferId,
};
use konter_core::ledger::AccountId;
use konter_core::money::Rupiah;
use konter_core::network::InviteCode;
use konter_core::order::{BillKey, Period, SerialKey, SlotKey, same_dest};
use konter_core::pricing::GroupName;

// `~` and what is behind it are the engine's own, see `sled_kv`.
pub(super) const ORDER: u8 = b'o';
pub(super) const ORDER_OF_AGENT: u8 = b'a';
pub(super) const SLOT: u8 = b's';
pub(super) const REFERENCE: u8 = b'r';
pub(super) const SERIAL: u8 = b'S';
/// An open hold; as an order is open exactly as long as its hold, these rows are the set of open orders too.
pub(super) const HOLD: u8 = b'h';
pub(super) const JOURNAL: u8 = b'j';
pub(super) const LINE: u8 = b'k';
pub(super) const ACCOUNT: u8 = b'b';
pub(super) const ANSWERED: u8 = b'n';
pub(super) const INBOX: u8 = b'i';
pub(super) const OUTBOX: u8 = b'u';
pub(super) const AGENT: u8 = b'g';
pub(super) const AGENT_OF_CHAT: u8 = b'c';
pub(super) const AGENT_OF_PHONE: u8 = b'p';
pub(super) const PRODUCT: u8 = b'd';
pub(super) const ACT: u8 = b't';
pub(super) const INQUIRY: u8 = b'q';
pub(super) const INQUIRY_OF: u8 = b'v';
pub(super) const ASKING: u8 = b'y';
pub(super) const BILL: u8 = b'l';
/// Deposit tickets, and which of them an amount belongs to: a second byte says which of these a row is.
pub(super) const TICKET: u8 = b'e';
pub(super) const TICKET_ITSELF: u8 = 0;
pub(super) const TICKET_OF_PAY: u8 = 1;
const TICKET_OF_AMOUNT: u8 = 2;
/// Transfers between resellers.
const TRANSFER: u8 = b'T';
const META: u8 = b'm';
// Uplines and downlines.
pub(super) const DOWNLINE: u8 = b'X';
pub(super) const PRICE_GROUP: u8 = b'G';
/// The latest question of a chat.
const QUESTION: u8 = b'F';
pub(super) const INVITE: u8 = b'I';
const INVITED: u8 = b'V';
/// Days whose rows have left for a file of their own.
pub(super) const CLOSED_DAY: u8 = b'D';
/// Balances brought forward, see `opening`: before whatever is counted.
pub(super) const OPENING: u8 = b'B';
/// Rows taken out of the outbox because they cannot be said; their whole key follows.
const ASIDE: u8 = b'z';
/// Roles of those who work here, and announcements: a second byte says which of these a row is.
const DESK: u8 = b'R';
const DESK_STAFF: u8 = 0;
const DESK_BROADCAST: u8 = 1;
/// Only while an announcement is on its way, so these rows are the set of those too.
const DESK_TALLY: u8 = 2;
const DESK_CARDS: u8 = 3;
const DESK_ALLOWANCE: u8 = 4;
// Preferences.
const HABITS: u8 = b'Y';
pub(super) const JOINING: u8 = b'N';

/// Routing: a second byte says which of these a row is.
const ROUTING: u8 = b'P';
const STEERING: u8 = 0;
const SHOWN: u8 = 1;
const PRICE_LIST: u8 = 2;
const MARGINS: u8 = 3;

/// Longer texts stand in a key as their hash: keys stay small whatever people type.
const LONGEST_TEXT: usize = 64;
const HASHED: u8 = u8::MAX;

struct Key(Vec<u8>);

impl Key {
    fn new(kind: u8) -> Self {
        let mut key = Vec::with_capacity(40);
        key.push(kind);
        Self(key)
    }

    fn u64(mut self, number: u64) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    fn u32(mut self, number: u32) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    fn u8(mut self, number: u8) -> Self {
        self.0.push(number);
        self
    }

    fn text(mut self, text: &str) -> Self {
        match u8::try_from(text.len()) {
            Ok(length) if text.len() <= LONGEST_TEXT => {
                self.0.push(length);
                self.0.extend_from_slice(text.as_bytes());
            }
            _ => {
                self.0.push(HASHED);
                self.0.extend_from_slice(&Sha256::digest(text.as_bytes()));
            }
        }
        self
    }

    fn chat(self, chat: &ChatId) -> Self {
        self.text(&chat.to_string())
    }

    fn message(self, key: &MessageKey) -> Self {
        match key {
            MessageKey::Chat { chat, message } => self.u8(0).chat(chat).text(message),
            MessageKey::Callback { supplier, reference, content } => {
                self.u8(1).text(supplier.as_str()).u64(reference.0).u64(*content)
            }
        }
    }
}

/// Whether rows of this kind are put only where none is: they come and go, most of them within seconds.
pub(super) fn is_never_written_over(key: &[u8]) -> bool {
    matches!(key.first(), Some(&(INBOX | OUTBOX | HOLD)))
}

/// Keys, one a line: what it is called, what it is made of.
macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $of:ty),*) = $key:expr;)*) => {
        $($(#[$doc])* pub(super) fn $name($($arg: $of),*) -> Vec<u8> {
            $key.0
        })*
    };
}

keys! {
    order(id: OrderId) = Key::new(ORDER).u64(id.0);
    order_of_agent(agent: AgentId, id: OrderId) = Key::new(ORDER_OF_AGENT).u32(agent.0).u64(id.0);
    /// Which order of a slot is open, whatever its day. It stands beside the slots of its destination, on a day that no order
    /// has.
    open_slot(slot: &SlotKey) = Key(slots_to(slot.agent, &slot.dest)).u32(0).text(slot.product.as_str()).u8(slot.nth);
    /// Prefix of every slot of a reseller to one destination.
    slots_to(agent: AgentId, dest: &str) = Key::new(SLOT).u32(agent.0).text(&same_dest(dest));
    /// The number before the supplier: references grow, so new rows go side by side.
    reference(supplier: &SupplierId, number: Reference) = Key::new(REFERENCE).u64(number.0).text(supplier.as_str());
    /// Which order shows a serial number. Those of one destination stand together.
    serial(key: &SerialKey) = Key(serials_to(&key.dest)).text(&key.serial);
    /// Prefix of every serial number of one destination, whoever ordered.
    serials_to(dest: &str) = Key::new(SERIAL).text(dest);
    hold(order: OrderId) = Key::new(HOLD).u64(order.0);
    journal(seq: u64) = Key::new(JOURNAL).u64(seq);
    /// Index: the journal's lines of one account.
    line(account: &AccountId, seq: u64) = Key::new(LINE).text(&account.to_string()).u64(seq);
    answered(key: &MessageKey) = Key::new(ANSWERED).message(key);
    inbox(key: &MessageKey) = Key::new(INBOX).message(key);
    outbox(chat: &ChatId, seq: u64) = Key(outbox_of(chat)).u64(seq);
    outbox_of(chat: &ChatId) = Key::new(OUTBOX).chat(chat);
    agent(id: AgentId) = Key::new(AGENT).u32(id.0);
    agent_of_chat(chat: &ChatId) = Key::new(AGENT_OF_CHAT).chat(chat);
    agent_of_phone(phone: &str) = Key::new(AGENT_OF_PHONE).text(phone);
    inquiry(id: InquiryId) = Key::new(INQUIRY).u64(id.0);
    /// Index: the latest inquiry of a reseller about a product and a customer.
    inquiry_of(agent: AgentId, customer: &str, product: &ProductCode) =
        Key::new(INQUIRY_OF).u32(agent.0).text(customer).text(product.as_str());
    /// Index: inquiries without an answer.
    asking(id: InquiryId) = Key::new(ASKING).u64(id.0);
    ticket(id: TicketId) = Key(tickets()).u64(id.0);
    /// Prefix of every ticket.
    tickets() = Key::new(TICKET).u8(TICKET_ITSELF);
    /// Which ticket an amount to pay belongs to.
    ticket_of_pay(pay: Rupiah) = Key::new(TICKET).u8(TICKET_OF_PAY).u64(unsigned(pay));
    /// A reseller's ticket of an amount it asked for.
    ticket_of_amount(agent: AgentId, amount: Rupiah) = Key(tickets_of(agent)).u64(unsigned(amount));
    /// Prefix of a reseller's amounts.
    tickets_of(agent: AgentId) = Key::new(TICKET).u8(TICKET_OF_AMOUNT).u32(agent.0);
    transfer(id: TransferId) = Key::new(TRANSFER).u64(id.0);
    product(code: &ProductCode) = Key::new(PRODUCT).text(code.as_str());
    act(seq: u64) = Key::new(ACT).u64(seq);
    /// Index: those directly below a reseller.
    downline(upline: AgentId, id: AgentId) = Key(downlines_of(upline)).u32(id.0);
    downlines_of(upline: AgentId) = Key::new(DOWNLINE).u32(upline.0);
    price_group(name: &GroupName) = Key::new(PRICE_GROUP).text(name.as_str());
    question(chat: &ChatId) = Key::new(QUESTION).chat(chat);
    /// Whose invitation a code is.
    invite(code: &InviteCode) = Key::new(INVITE).text(code.as_str());
    /// A chat that came by an invitation.
    invited(chat: &ChatId) = Key::new(INVITED).chat(chat);
    /// Prefix of the rows set aside, those the admins know of and the others.
    dead_letter(told: bool) = Key::new(ASIDE).u8(u8::from(told));
    /// Prefix of what is set for all suppliers.
    all_supplier_overrides() = Key::new(ROUTING).u8(STEERING);
    supplier_overrides(supplier: &SupplierId) = Key(all_supplier_overrides()).text(supplier.as_str());
    /// Prefix of what is known of all suppliers' price lists.
    price_lists() = Key::new(ROUTING).u8(PRICE_LIST);
    price_list(supplier: &SupplierId) = Key(price_lists()).text(supplier.as_str());
    /// What selling prices are made of costs by.
    margins() = Key::new(ROUTING).u8(MARGINS);
    /// Prefix of an order's alerts.
    shown_of(order: OrderId) = Key::new(ROUTING).u8(SHOWN).u64(order.0);
    shown(order: OrderId, chat: &ChatId) = Key(shown_of(order)).chat(chat);
    staff(chat: &ChatId) = Key(all_staff()).chat(chat);
    /// Prefix of every role.
    all_staff() = Key::new(DESK).u8(DESK_STAFF);
    broadcast(id: BroadcastId) = Key(broadcasts()).u64(id.0);
    /// Prefix of every announcement.
    broadcasts() = Key::new(DESK).u8(DESK_BROADCAST);
    /// What has become of an announcement that is on its way.
    tally(id: BroadcastId) = Key(tallies()).u64(id.0);
    /// Prefix of every announcement that is on its way.
    tallies() = Key::new(DESK).u8(DESK_TALLY);
    /// What a chat that works here may add to accounts in a day.
    allowance(chat: &ChatId) = Key::new(DESK).u8(DESK_ALLOWANCE).chat(chat);
    /// Whose cards a chat's latest messages are.
    cards(chat: &ChatId) = Key::new(DESK).u8(DESK_CARDS).chat(chat);
    preferences(agent: AgentId) = Key::new(HABITS).u32(agent.0);
    /// Whose chat may join by a code.
    joining(code: &InviteCode) = Key::new(JOINING).text(code.as_str());
    meta(name: &str) = Key::new(META).text(name);
}

/// Everything of one kind.
pub(super) fn all(kind: u8) -> Vec<u8> {
    vec![kind]
}

/// Days count from year 1; the years before it are not ours.
fn number_of(day: NaiveDate) -> u32 {
    u32::try_from(day.num_days_from_ce()).unwrap_or(0)
}

/// One row per slot. Slots to one destination stand together, by day, so they are the index by destination too.
pub(super) fn slot(slot: &SlotKey) -> Vec<u8> {
    let day = number_of(slot.day);
    Key(slots_to(slot.agent, &slot.dest)).u32(day).text(slot.product.as_str()).u8(slot.nth).0
}

/// Whether a slot's key is one of [`open_slot`].
pub(super) fn is_open_slot(key: &[u8]) -> bool {
    text_length(key, 5).and_then(|dest| day_of_slot(key, 5 + dest)) == Some(0)
}

pub(super) fn account(id: &AccountId) -> Vec<u8> {
    let mut key = all(ACCOUNT);
    key.extend_from_slice(id.to_string().as_bytes());
    key
}

/// Which order pays a bill, or has paid it.
pub(super) fn bill(key: &BillKey) -> Vec<u8> {
    let bill = Key::new(BILL).text(key.product.as_str()).text(&key.customer);
    match &key.period {
        Period::Any => bill.u8(0).0,
        Period::Claim(claim) => bill.u8(1).text(claim).0,
    }
}

/// No ticket is for less than nothing; keys of such an amount would not sort.
fn unsigned(amount: Rupiah) -> u64 {
    u64::try_from(amount.get()).unwrap_or(0)
}

/// Prefix of every transfer.
pub(super) fn transfers() -> Vec<u8> {
    all(TRANSFER)
}

pub(super) fn closed_day(day: NaiveDate) -> Vec<u8> {
    Key::new(CLOSED_DAY).u32(number_of(day)).0
}

/// How many bytes the text takes that starts `skip` bytes into a key, its length included.
pub(super) fn text_length(key: &[u8], skip: usize) -> Option<usize> {
    let length = *key.get(skip)?;
    Some(1 + if length == HASHED { 32 } else { usize::from(length) })
}

/// The number that starts `skip` bytes into a key.
pub(super) fn number_at(key: &[u8], skip: usize) -> Option<u64> {
    let bytes = key.get(skip..skip.checked_add(8)?)?;
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}

/// The reseller's number that starts `skip` bytes into a key.
pub(super) fn agent_at(key: &[u8], skip: usize) -> Option<AgentId> {
    let bytes = key.get(skip..skip.checked_add(4)?)?;
    Some(AgentId(u32::from_be_bytes(bytes.try_into().ok()?)))
}

/// The number a key ends with.
pub(super) fn last_number(key: &[u8]) -> Option<u64> {
    number_at(key, key.len().checked_sub(8)?)
}

/// The day of a slot's key, given the length of its [`slots_to`] prefix.
pub(super) fn day_of_slot(key: &[u8], prefix: usize) -> Option<u32> {
    let bytes = key.get(prefix..prefix.checked_add(4)?)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}
