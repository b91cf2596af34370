//! Every index row must agree with its row, and every row must have its index rows. Rows come in order of their keys, and
//! there are millions: so what each row asks for is added up as a digest, what stands there is taken off again, and what is
//! right leaves nothing. Only what is left over is named, in a second walk.
//!
//! Left out: which of a slot's orders has it now, and serial numbers. Both depend on the order in which things happened.

use std::collections::{BTreeMap, HashMap, HashSet};

use sha2::{Digest as _, Sha256};

use super::opening::Opening;
use super::rows::{SlotRow, decode, has_lines, unpack};
use super::{StoreError, keys};
use konter_core::agent::Agent;
use konter_core::deposit::{Claim, Ticket};
use konter_core::ids::{AgentId, InquiryId, OrderId};
use konter_core::inquiry::Inquiry;
use konter_core::order::Order;

/// Sums that tell where something is left over: a mebibyte of them. What is wrong leaves few of them, so the second walk keeps
/// few rows.
const BUCKETS: usize = 1 << 16;
/// Rows kept to be named; a thousand differences say no more than a hundred.
const MOST_NAMED: usize = 1_000;

/// Key and number of an index row, as one number.
type Mark = u128;

/// How often more was asked for than stands, and in words.
type Seen = BTreeMap<Mark, (i64, String)>;

/// Rows that name whoever they are about: a number, or nothing.
fn mark(key: &[u8], number: u64) -> Mark {
    let digest = Sha256::new().chain_update(key).chain_update(number.to_be_bytes()).finalize();
    digest.iter().take(16).fold(0, |mark, byte| mark << 8 | Mark::from(*byte))
}

fn bucket(mark: Mark) -> usize {
    usize::try_from(mark % BUCKETS as Mark).unwrap_or_default()
}

/// What is left over of the marks of one kind, and in the second walk of each.
#[derive(Default)]
pub struct Indexes {
    /// By the first byte of the key.
    kinds: BTreeMap<u8, Mark>,
    buckets: HashMap<usize, Mark>,
    /// In the second walk: where something is left over, and what was seen there.
    naming: Option<(HashSet<usize>, Seen)>,
    /// What latest inquiries and claims of amounts may point to. Inquiries are kept for two days, tickets are few.
    known: HashSet<Mark>,
    /// Amounts that must have a claim.
    amounts: HashMap<Mark, String>,
    wrong: Vec<String>,
    /// What came before is not held against anything: rows of it are lost.
    opening: Option<Opening>,
}

impl Indexes {
    /// Takes the next row.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn row(&mut self, key: &[u8], row: &[u8]) -> Result<(), StoreError> {
        self.opening = Opening::of(key, row)?.or(self.opening);
        let number = || decode::<u64>("index", row);
        match key.split_first() {
            Some((&keys::AGENT, _)) => self.agent(key, &decode("agent", row)?),
            Some((&keys::ORDER, _)) => self.order(key, &decode("order", row)?),
            Some((&keys::TICKET, rest)) => self.ticket(key, rest, row)?,
            Some((&keys::INQUIRY, _)) => self.inquiry(key, &decode("inquiry", row)?),
            Some((&keys::JOURNAL, _)) => {
                for entry in unpack(row) {
                    let entry = entry?;
                    for account in [&entry.debit, &entry.credit].into_iter().filter(|account| has_lines(account)) {
                        self.asked(&keys::line(account, entry.seq), 0, || format!("line {}", entry.seq));
                    }
                }
            }
            Some((&(keys::AGENT_OF_CHAT | keys::AGENT_OF_PHONE | keys::INVITE | keys::JOINING), _)) => {
                self.stands(key, decode::<AgentId>("agent's key", row)?.0.into());
            }
            Some((&keys::REFERENCE, _)) => self.stands(key, decode::<OrderId>("reference", row)?.0),
            Some((&(keys::DOWNLINE | keys::ORDER_OF_AGENT | keys::LINE | keys::ASKING), _)) => self.stands(key, 0),
            Some((&keys::SLOT, _)) => self.slot(key, &decode("slot", row)?),
            Some((&keys::BILL, _)) => {
                for order in decode::<Vec<OrderId>>("bill", row)? {
                    self.stands(key, order.0);
                }
            }
            Some((&keys::INQUIRY_OF, _)) if !self.known.contains(&mark(key, number()?)) => {
                self.differs(format!(
                    "the latest inquiry of somebody is noted as {}, which is about something else",
                    number()?
                ));
            }
            _ => {}
        }
        Ok(())
    }

    fn agent(&mut self, key: &[u8], agent: &Agent) {
        let (id, name) = (agent.id, || format!("reseller {}", agent.id));
        self.stands_under(key, &keys::agent(id), name);
        for chat in &agent.chats {
            self.asked(&keys::agent_of_chat(chat), id.0.into(), name);
        }
        for phone in &agent.phones {
            self.asked(&keys::agent_of_phone(phone), id.0.into(), name);
        }
        if let Some(upline) = agent.network.upline {
            self.asked(&keys::downline(upline, id), 0, name);
        }
        if let Some(code) = &agent.network.invite {
            self.asked(&keys::invite(code), id.0.into(), name);
        }
        if let Some(joining) = &agent.identities.joining {
            self.asked(&keys::joining(&joining.code), id.0.into(), name);
        }
    }

    fn order(&mut self, key: &[u8], order: &Order) {
        let (id, name) = (order.id, || format!("order {}", order.id));
        self.stands_under(key, &keys::order(id), name);
        self.asked(&keys::order_of_agent(order.agent, id), 0, name);
        self.asked(&keys::slot(&order.slot()), id.0, name);
        if order.is_open() {
            self.asked(&keys::open_slot(&order.slot()), id.0, name);
        }
        for attempt in &order.attempts {
            self.asked(&keys::reference(&attempt.route.supplier, attempt.reference), id.0, name);
        }
        for (bill, _) in order.bill_keys().filter(|(_, claims)| *claims) {
            self.asked(&keys::bill(&bill), id.0, name);
        }
    }

    fn slot(&mut self, key: &[u8], slot: &SlotRow) {
        let orders = slot.orders.iter().chain(slot.taken_by.iter().filter(|_| keys::is_open_slot(key)));
        for order in orders {
            self.stands(key, order.0);
        }
        if let Some(taker) = slot.taken_by.filter(|taker| !keys::is_open_slot(key) && !slot.orders.contains(taker)) {
            self.differs(format!("order {taker} has a slot that it was never placed in"));
        }
    }

    fn inquiry(&mut self, key: &[u8], inquiry: &Inquiry) {
        let (InquiryId(id), name) = (inquiry.id, || format!("inquiry {}", inquiry.id));
        self.stands_under(key, &keys::inquiry(inquiry.id), name);
        self.known.insert(mark(&keys::inquiry_of(inquiry.agent, &inquiry.customer, &inquiry.ask.product), id));
        if inquiry.is_asking() {
            self.asked(&keys::asking(inquiry.id), 0, name);
        }
    }

    /// Tickets come before the claims of their amounts. An amount may have gone on to another ticket, and is given up when
    /// its ticket is decided: but what is claimed, a ticket of that amount must claim.
    fn ticket(&mut self, key: &[u8], rest: &[u8], row: &[u8]) -> Result<(), StoreError> {
        if rest.first() == Some(&keys::TICKET_ITSELF) {
            let ticket: Ticket = decode("ticket", row)?;
            let name = || format!("ticket {}", ticket.id);
            self.stands_under(key, &keys::ticket(ticket.id), name);
            let pay = keys::ticket_of_pay(ticket.pay);
            self.known.insert(mark(&pay, ticket.id.0));
            self.known.insert(mark(&keys::ticket_of_amount(ticket.agent, ticket.amount), ticket.id.0));
            if ticket.is_undecided() {
                self.amounts.insert(mark(&pay, 0), name());
            }
            return Ok(());
        }
        let claim: Claim = decode("ticket's amount", row)?;
        self.amounts.remove(&mark(key, 0));
        if !self.known.contains(&mark(key, claim.ticket.0)) {
            self.differs(format!("an amount is claimed by ticket {}, which is not of it", claim.ticket));
        }
        Ok(())
    }

    fn stands_under(&mut self, key: &[u8], own: &[u8], name: impl Fn() -> String) {
        if key != own {
            self.differs(format!("{} stands under another's key", name()));
        }
    }

    /// Whether an index row is of what came before the opening. `number`: what it names.
    fn is_before(&self, key: &[u8], number: u64) -> bool {
        let (Some(Opening { line, order, .. }), own) = (self.opening, keys::last_number(key)) else { return false };
        match key.first() {
            Some(&(keys::SLOT | keys::REFERENCE | keys::BILL)) => number <= order,
            Some(&keys::ORDER_OF_AGENT) => own.is_some_and(|own| own <= order),
            Some(&keys::LINE) => own.is_some_and(|own| own <= line),
            _ => false,
        }
    }

    fn asked(&mut self, key: &[u8], number: u64, name: impl Fn() -> String) {
        if self.is_before(key, number) {
            return;
        }
        self.add(key, mark(key, number), 1, || format!("{} has no {} row of its own", name(), kind_name(key)));
    }

    fn stands(&mut self, key: &[u8], number: u64) {
        if self.is_before(key, number) {
            return;
        }
        let of = |number| if number == 0 { String::new() } else { format!(" (it names {number})") };
        let said = || format!("a {} row is not what any row asks for{}", kind_name(key), of(number));
        self.add(key, mark(key, number), -1, said);
    }

    fn add(&mut self, key: &[u8], mark: Mark, sign: i64, said: impl FnOnce() -> String) {
        let place = bucket(mark);
        if let Some((places, seen)) = &mut self.naming {
            if places.contains(&place) && (seen.len() < MOST_NAMED || seen.contains_key(&mark)) {
                let (count, words) = seen.entry(mark).or_default();
                *count += sign;
                // Of the two sides the one that is left over has the last word.
                if count.signum() == sign || words.is_empty() {
                    *words = said();
                }
                if *count == 0 {
                    seen.remove(&mark);
                }
            }
            return;
        }
        let sum = |sum: &mut Mark| *sum = if sign > 0 { sum.wrapping_add(mark) } else { sum.wrapping_sub(mark) };
        sum(self.kinds.entry(key.first().copied().unwrap_or_default()).or_default());
        sum(self.buckets.entry(place).or_default());
    }

    fn differs(&mut self, problem: String) {
        // The second walk sees it again.
        if self.wrong.len() < MOST_NAMED {
            self.wrong.push(problem);
        }
    }

    /// What the second walk has to look at; `None`: nothing is left over.
    #[must_use]
    pub fn second(&self) -> Option<Self> {
        let places: HashSet<usize> =
            self.buckets.iter().filter(|(_, sum)| **sum != 0).map(|(place, _)| *place).collect();
        (!places.is_empty()).then(|| Self { naming: Some((places, BTreeMap::new())), ..Self::default() })
    }

    /// Everything that does not agree.
    #[must_use]
    pub fn finish(mut self) -> Vec<String> {
        let missing = self.amounts.into_values().map(|ticket| format!("{ticket} has no claim of its amount"));
        self.wrong.extend(missing);
        if let Some((_, seen)) = self.naming {
            self.wrong.extend(seen.into_values().map(|(_, words)| words));
        } else {
            let uneven = self.kinds.into_iter().filter(|(_, sum)| *sum != 0);
            let said = |kind| format!("{} rows do not agree with what they are of", kind_name(&[kind]));
            self.wrong.extend(uneven.map(|(kind, _)| said(kind)));
        }
        self.wrong
    }
}

fn kind_name(key: &[u8]) -> &'static str {
    match key.first() {
        Some(&keys::AGENT_OF_CHAT) => "chat",
        Some(&keys::AGENT_OF_PHONE) => "phone",
        Some(&keys::DOWNLINE) => "downline",
        Some(&keys::INVITE) => "invitation",
        Some(&keys::JOINING) => "joining code",
        Some(&keys::ORDER_OF_AGENT) => "order-of-reseller",
        Some(&keys::SLOT) => "slot",
        Some(&keys::REFERENCE) => "reference",
        Some(&keys::BILL) => "bill",
        Some(&keys::LINE) => "statement",
        Some(&keys::ASKING) => "open inquiry",
        _ => "index",
    }
}
