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

/// Everything of one kind.
pub(super) fn all(kind: u8) -> Vec<u8> {
    vec![kind]
}

pub(super) fn order(id: OrderId) -> Vec<u8> {
    Key::new(ORDER).u64(id.0).0
}

pub(super) fn order_of_agent(agent: AgentId, id: OrderId) -> Vec<u8> {
    Key::new(ORDER_OF_AGENT).u32(agent.0).u64(id.0).0
}

/// One row per slot. Slots to one destination stand together, by day, so they are the index by destination too.
pub(super) fn slot(slot: &SlotKey) -> Vec<u8> {
    // Days count from year 1; the years before it are not ours.
    let day = u32::try_from(slot.day.num_days_from_ce()).unwrap_or(0);
    Key(slots_to(slot.agent, &slot.dest)).u32(day).text(slot.product.as_str()).u8(slot.nth).0
}

/// Which order of a slot is open, whatever its day. It stands beside the slots of its destination, on a day that no order
/// has.
pub(super) fn open_slot(slot: &SlotKey) -> Vec<u8> {
    Key(slots_to(slot.agent, &slot.dest)).u32(0).text(slot.product.as_str()).u8(slot.nth).0
}

/// Whether a slot's key is one of [`open_slot`].
pub(super) fn is_open_slot(key: &[u8]) -> bool {
    let day = key.get(5).and_then(|length| {
        let text = if *length == HASHED { 32 } else { usize::from(*length) };
        day_of_slot(key, 6 + text)
    });
    day == Some(0)
}

/// Prefix of every slot of a reseller to one destination.
pub(super) fn slots_to(agent: AgentId, dest: &str) -> Vec<u8> {
    Key::new(SLOT).u32(agent.0).text(&same_dest(dest)).0
}

/// The number before the supplier: references grow, so new rows go side by side.
pub(super) fn reference(supplier: &SupplierId, reference: Reference) -> Vec<u8> {
    Key::new(REFERENCE).u64(reference.0).text(supplier.as_str()).0
}

/// Which order shows a serial number. Those of one destination stand together.
pub(super) fn serial(key: &SerialKey) -> Vec<u8> {
    Key(serials_to(&key.dest)).text(&key.serial).0
}

/// Prefix of every serial number of one destination, whoever ordered.
pub(super) fn serials_to(dest: &str) -> Vec<u8> {
    Key::new(SERIAL).text(dest).0
}

pub(super) fn hold(order: OrderId) -> Vec<u8> {
    Key::new(HOLD).u64(order.0).0
}

pub(super) fn journal(seq: u64) -> Vec<u8> {
    Key::new(JOURNAL).u64(seq).0
}

/// Index: the journal's lines of one account.
pub(super) fn line(account: &AccountId, seq: u64) -> Vec<u8> {
    Key::new(LINE).text(&account.to_string()).u64(seq).0
}

pub(super) fn account(id: &AccountId) -> Vec<u8> {
    let mut key = all(ACCOUNT);
    key.extend_from_slice(id.to_string().as_bytes());
    key
}

pub(super) fn answered(key: &MessageKey) -> Vec<u8> {
    Key::new(ANSWERED).message(key).0
}

pub(super) fn inbox(key: &MessageKey) -> Vec<u8> {
    Key::new(INBOX).message(key).0
}

pub(super) fn outbox(chat: &ChatId, seq: u64) -> Vec<u8> {
    Key(outbox_of(chat)).u64(seq).0
}

pub(super) fn outbox_of(chat: &ChatId) -> Vec<u8> {
    Key::new(OUTBOX).chat(chat).0
}

pub(super) fn agent(id: AgentId) -> Vec<u8> {
    Key::new(AGENT).u32(id.0).0
}

pub(super) fn agent_of_chat(chat: &ChatId) -> Vec<u8> {
    Key::new(AGENT_OF_CHAT).chat(chat).0
}

pub(super) fn agent_of_phone(phone: &str) -> Vec<u8> {
    Key::new(AGENT_OF_PHONE).text(phone).0
}

pub(super) fn inquiry(id: InquiryId) -> Vec<u8> {
    Key::new(INQUIRY).u64(id.0).0
}

/// Index: the latest inquiry of a reseller about a product and a customer.
pub(super) fn inquiry_of(agent: AgentId, customer: &str, product: &ProductCode) -> Vec<u8> {
    Key::new(INQUIRY_OF).u32(agent.0).text(customer).text(product.as_str()).0
}

/// Index: inquiries without an answer.
pub(super) fn asking(id: InquiryId) -> Vec<u8> {
    Key::new(ASKING).u64(id.0).0
}

/// Which order pays a bill, or has paid it.
pub(super) fn bill(key: &BillKey) -> Vec<u8> {
    let bill = Key::new(BILL).text(key.product.as_str()).text(&key.customer);
    match &key.period {
        Period::Any => bill.u8(0).0,
        Period::Claim(claim) => bill.u8(1).text(claim).0,
    }
}

pub(super) fn ticket(id: TicketId) -> Vec<u8> {
    Key(tickets()).u64(id.0).0
}

/// Prefix of every ticket.
pub(super) fn tickets() -> Vec<u8> {
    Key::new(TICKET).u8(TICKET_ITSELF).0
}

/// Which ticket an amount to pay belongs to.
pub(super) fn ticket_of_pay(pay: Rupiah) -> Vec<u8> {
    Key::new(TICKET).u8(TICKET_OF_PAY).u64(unsigned(pay)).0
}

/// A reseller's ticket of an amount it asked for.
pub(super) fn ticket_of_amount(agent: AgentId, amount: Rupiah) -> Vec<u8> {
    Key(tickets_of(agent)).u64(unsigned(amount)).0
}

/// Prefix of a reseller's amounts.
pub(super) fn tickets_of(agent: AgentId) -> Vec<u8> {
    Key::new(TICKET).u8(TICKET_OF_AMOUNT).u32(agent.0).0
}

/// No ticket is for less than nothing; keys of such an amount would not sort.
fn unsigned(amount: Rupiah) -> u64 {
    u64::try_from(amount.get()).unwrap_or(0)
}

pub(super) fn transfer(id: TransferId) -> Vec<u8> {
    Key::new(TRANSFER).u64(id.0).0
}

/// Prefix of every transfer.
pub(super) fn transfers() -> Vec<u8> {
    all(TRANSFER)
}

pub(super) fn product(code: &ProductCode) -> Vec<u8> {
    Key::new(PRODUCT).text(code.as_str()).0
}

pub(super) fn act(seq: u64) -> Vec<u8> {
    Key::new(ACT).u64(seq).0
}

/// Index: those directly below a reseller.
pub(super) fn downline(upline: AgentId, id: AgentId) -> Vec<u8> {
    Key(downlines_of(upline)).u32(id.0).0
}

pub(super) fn downlines_of(upline: AgentId) -> Vec<u8> {
    Key::new(DOWNLINE).u32(upline.0).0
}

pub(super) fn price_group(name: &GroupName) -> Vec<u8> {
    Key::new(PRICE_GROUP).text(name.as_str()).0
}

pub(super) fn question(chat: &ChatId) -> Vec<u8> {
    Key::new(QUESTION).chat(chat).0
}

/// Whose invitation a code is.
pub(super) fn invite(code: &InviteCode) -> Vec<u8> {
    Key::new(INVITE).text(code.as_str()).0
}

/// A chat that came by an invitation.
pub(super) fn invited(chat: &ChatId) -> Vec<u8> {
    Key::new(INVITED).chat(chat).0
}

/// Prefix of the rows set aside, those the admins know of and the others.
pub(super) fn dead_letter(told: bool) -> Vec<u8> {
    Key::new(ASIDE).u8(u8::from(told)).0
}

/// Prefix of what is set for all suppliers.
pub(super) fn all_supplier_overrides() -> Vec<u8> {
    Key::new(ROUTING).u8(STEERING).0
}

pub(super) fn supplier_overrides(supplier: &SupplierId) -> Vec<u8> {
    Key(all_supplier_overrides()).text(supplier.as_str()).0
}

/// Prefix of what is known of all suppliers' price lists.
pub(super) fn price_lists() -> Vec<u8> {
    Key::new(ROUTING).u8(PRICE_LIST).0
}

pub(super) fn price_list(supplier: &SupplierId) -> Vec<u8> {
    Key(price_lists()).text(supplier.as_str()).0
}

/// What selling prices are made of costs by.
pub(super) fn margins() -> Vec<u8> {
    Key::new(ROUTING).u8(MARGINS).0
}

/// Prefix of an order's alerts.
pub(super) fn shown_of(order: OrderId) -> Vec<u8> {
    Key::new(ROUTING).u8(SHOWN).u64(order.0).0
}

pub(super) fn shown(order: OrderId, chat: &ChatId) -> Vec<u8> {
    Key(shown_of(order)).chat(chat).0
}

pub(super) fn staff(chat: &ChatId) -> Vec<u8> {
    Key(all_staff()).chat(chat).0
}

/// Prefix of every role.
pub(super) fn all_staff() -> Vec<u8> {
    Key::new(DESK).u8(DESK_STAFF).0
}

pub(super) fn broadcast(id: BroadcastId) -> Vec<u8> {
    Key(broadcasts()).u64(id.0).0
}

/// Prefix of every announcement.
pub(super) fn broadcasts() -> Vec<u8> {
    Key::new(DESK).u8(DESK_BROADCAST).0
}

/// What has become of an announcement that is on its way.
pub(super) fn tally(id: BroadcastId) -> Vec<u8> {
    Key(tallies()).u64(id.0).0
}

/// Prefix of every announcement that is on its way.
pub(super) fn tallies() -> Vec<u8> {
    Key::new(DESK).u8(DESK_TALLY).0
}

/// What a chat that works here may add to accounts in a day.
pub(super) fn allowance(chat: &ChatId) -> Vec<u8> {
    Key::new(DESK).u8(DESK_ALLOWANCE).chat(chat).0
}

/// Whose cards a chat's latest messages are.
pub(super) fn cards(chat: &ChatId) -> Vec<u8> {
    Key::new(DESK).u8(DESK_CARDS).chat(chat).0
}

pub(super) fn preferences(agent: AgentId) -> Vec<u8> {
    Key::new(HABITS).u32(agent.0).0
}

/// Whose chat may join by a code.
pub(super) fn joining(code: &InviteCode) -> Vec<u8> {
    Key::new(JOINING).text(code.as_str()).0
}

pub(super) fn meta(name: &str) -> Vec<u8> {
    Key::new(META).text(name).0
}

pub(super) fn closed_day(day: NaiveDate) -> Vec<u8> {
    // Days before year 1 are not ours.
    Key::new(CLOSED_DAY).u32(u32::try_from(day.num_days_from_ce()).unwrap_or(0)).0
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
