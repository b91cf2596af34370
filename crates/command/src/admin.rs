//! What an admin types, always with a slash. Whether the sender is one is not known here.

use super::admin_desk::{self, AdminDesk};
use super::admin_network::{self, AdminNetwork};
use super::agent_ref::AgentRef;
use super::amount;
use super::atom::{Cursor, atoms};
use super::date::{self, DateArg};
use super::deposit::TicketRef;
use super::order_parts::phones_in_pieces;
use super::problem::{Part, Problem, Topic};
use super::routing::{self, AdminRouting};
use konter_core::ids::{OrderId, ProductCode};
use konter_core::money::Rupiah;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdminCommand {
    /// Never zero; negative takes back.
    Deposit {
        agent: AgentRef,
        amount: Rupiah,
        note: Option<String>,
        /// Also where it takes the balance below zero.
        forced: bool,
    },
    AcceptTicket {
        ticket: TicketRef,
        /// What has come, where it is not what the ticket says.
        amount: Option<Rupiah>,
    },
    RefuseTicket {
        ticket: TicketRef,
        reason: Option<String>,
    },
    /// All of them, or one.
    Agents {
        agent: Option<AgentRef>,
    },
    Approve {
        agent: AgentRef,
    },
    Block {
        agent: AgentRef,
    },
    Unblock {
        agent: AgentRef,
    },
    ResetPin {
        agent: AgentRef,
    },
    SellPrice {
        product: ProductCode,
        price: NewPrice,
        /// Also below cost.
        forced: bool,
    },
    CloseProduct {
        product: ProductCode,
    },
    OpenProduct {
        product: ProductCode,
    },
    Catalog,
    Pending,
    /// An order; `raw`: all that suppliers said of it.
    Order {
        id: OrderId,
        raw: bool,
    },
    Recheck {
        id: OrderId,
        /// Also where the question may be the first purchase.
        forced: bool,
    },
    Success {
        id: OrderId,
        sn: String,
    },
    Failure {
        id: OrderId,
        reason: String,
    },
    Suppliers,
    Broadcast {
        text: String,
    },
    /// Words for one reseller.
    Answer {
        agent: AgentRef,
        text: String,
    },
    /// Who did what.
    Log {
        count: Option<usize>,
    },
    /// The shop's day; `None` is today. A reseller's `/rekap` is the reseller's own.
    Recap {
        date: Option<DateArg>,
    },
    /// Price groups, and who is below whom.
    Network(AdminNetwork),
    /// Where orders are bought.
    Routing(AdminRouting),
    /// Those who work here, finding resellers, categories, announcements that wait for a yes.
    Desk(AdminDesk),
}

/// A selling price as an owner types it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewPrice {
    /// Zero or more.
    To(Rupiah),
    /// So much more; negative is less.
    By(Rupiah),
}

type Parsed = Result<AdminCommand, (Topic, Problem)>;

/// The admin command `word` with the text behind it; `None` when it is no admin's word, or is used as a reseller does
/// (`/deposit 100000`, `/order S10 0812…`).
pub(super) fn command(word: &str, rest: &str) -> Option<Parsed> {
    let mut words = Words(rest);
    let (topic, read): (Topic, Result<AdminCommand, Problem>) = match word.to_ascii_lowercase().as_str() {
        "deposit" if names_an_agent(rest) => (Topic::AdminDeposit, words.deposit()),
        "acc" => (Topic::AdminAccept, words.accept()),
        "tolak" => (Topic::AdminRefuse, words.refuse()),
        "agen" if rest.is_empty() => (Topic::AdminAgents, Ok(AdminCommand::Agents { agent: None })),
        "agen" => (Topic::AdminAgents, words.only_agent().map(|agent| AdminCommand::Agents { agent: Some(agent) })),
        "setujui" => (Topic::AdminApprove, words.only_agent().map(|agent| AdminCommand::Approve { agent })),
        "blokir" => (Topic::AdminBlock, words.only_agent().map(|agent| AdminCommand::Block { agent })),
        "buka" => {
            let route = || routing::route_open(rest, true).map_or_else(|| words.open(), Ok);
            (Topic::AdminOpen, admin_desk::category(rest, true).unwrap_or_else(route))
        }
        "resetpin" => (Topic::AdminResetPin, words.only_agent().map(|agent| AdminCommand::ResetPin { agent })),
        "hargajual" => (Topic::AdminPrice, words.price()),
        "tutup" => {
            let one = || words.only_product().map(|product| AdminCommand::CloseProduct { product });
            let route = || routing::route_open(rest, false).map_or_else(one, Ok);
            (Topic::AdminClose, admin_desk::category(rest, false).unwrap_or_else(route))
        }
        "katalog" => (Topic::AdminCatalog, words.finish().map(|()| AdminCommand::Catalog)),
        "pending" => (Topic::AdminPending, words.finish().map(|()| AdminCommand::Pending)),
        "order" if !orders(rest) || wants_raw(rest) => {
            let raw = wants_raw(rest);
            let id = words.id().and_then(|id| if raw { Ok(id) } else { words.finish().map(|()| id) });
            (Topic::AdminOrder, id.map(|id| AdminCommand::Order { id, raw }))
        }
        "cekulang" => {
            let (forced, rest) = without_force(rest);
            let mut words = Words(&rest);
            let id = words.id().and_then(|id| words.finish().map(|()| id));
            (Topic::AdminRecheck, id.map(|id| AdminCommand::Recheck { id, forced }))
        }
        "sukses" => {
            let read = words.id().and_then(|id| Ok((id, words.text(Part::SerialNumber)?)));
            (Topic::AdminSuccess, read.map(|(id, sn)| AdminCommand::Success { id, sn }))
        }
        "gagal" => {
            let read = words.id().and_then(|id| Ok((id, words.text(Part::Reason)?)));
            (Topic::AdminFailure, read.map(|(id, reason)| AdminCommand::Failure { id, reason }))
        }
        "supplier" => (Topic::AdminSuppliers, routing::supplier(rest)),
        "prioritas" => (Topic::AdminRoute, routing::route_priority(rest)),
        "siaran" => (Topic::AdminBroadcast, words.text(Part::Text).map(|text| AdminCommand::Broadcast { text })),
        "balas" => (Topic::AdminAnswer, words.answer()),
        "log" => (Topic::AdminLog, admin_desk::log(rest)),
        "rekap" => (Topic::AdminRecap, recap(rest)?),
        "grup" => (Topic::AdminGroups, admin_network::groups(rest)),
        "pindah" => (Topic::AdminMove, admin_network::moves(rest)),
        "peran" => (Topic::AdminRoles, admin_desk::staff(rest)),
        "cari" => (Topic::AdminFind, admin_desk::find(rest)),
        "nama" if admin_desk::names_an_agent(rest) => (Topic::AdminRename, admin_desk::rename(rest)),
        "kirimsiaran" => (Topic::AdminBroadcast, admin_desk::decide(rest, true)),
        "batalsiaran" => (Topic::AdminBroadcast, admin_desk::decide(rest, false)),
        _ => return None,
    };
    Some(read.map_err(|problem| (topic, problem)))
}

/// Whether a deposit is meant for somebody: `/deposit 100000` and `/deposit BCA 100000` are a reseller's.
fn names_an_agent(rest: &str) -> bool {
    let Some(first) = rest.split_whitespace().next() else { return false };
    let amount = amount::read(first, true).is_ok();
    match AgentRef::read(first) {
        Some(AgentRef::Other(name)) => !amount && !super::deposit::is_bank(&name),
        Some(AgentRef::Code(_) | AgentRef::Chat(_) | AgentRef::Phone(_)) => true,
        None => first.starts_with('0') || first.starts_with("+62") || first == "62",
    }
}

/// Whether `/order 12` is followed by the word for all that was said.
fn wants_raw(rest: &str) -> bool {
    let mut words = rest.split_whitespace();
    let (id, word) = (words.next(), words.next());
    let is_word = word.is_some_and(|word| ["mentah", "raw"].iter().any(|known| word.eq_ignore_ascii_case(known)));
    is_word && words.next().is_none() && id.is_some_and(|id| id.parse::<OrderId>().is_ok())
}

/// Whether `/order` is followed by an order rather than by an order's number.
fn orders(rest: &str) -> bool {
    rest.split_whitespace().nth(1).is_some() || rest.chars().any(char::is_alphabetic)
}

/// `None` with a PIN: that is how a reseller asks for its own day.
fn recap(rest: &str) -> Option<Result<AdminCommand, Problem>> {
    let atoms = atoms(rest, false);
    let mut cursor = Cursor::new(rest, &atoms);
    match date::date_and_pin(&mut cursor) {
        Ok((date, None)) => Some(Ok(AdminCommand::Recap { date })),
        Ok((_, Some(_))) => None,
        Err(problem) => Some(Err(problem)),
    }
}

/// Behind dashes it stands in a command that would otherwise be refused.
const FORCE: &str = "paksa";

/// A note without the word of force, and whether that stood in it. Phones make one dash of two.
fn without_force(note: &str) -> (bool, String) {
    let is_force = |word: &&str| word.starts_with('-') && word.trim_start_matches('-').eq_ignore_ascii_case(FORCE);
    let forced = note.split_whitespace().any(|word| is_force(&word));
    let kept: Vec<&str> = note.split_whitespace().filter(|word| !is_force(word)).collect();
    (forced, if forced { kept.join(" ") } else { note.trim().to_owned() })
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// Words cut at white space only: names, notes and serial numbers may hold any other sign.
pub(super) struct Words<'a>(pub(super) &'a str);

impl<'a> Words<'a> {
    pub(super) fn next(&mut self) -> Option<&'a str> {
        let text = self.0.trim_start();
        let (word, rest) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
        self.0 = rest.trim();
        if word.is_empty() { None } else { Some(word) }
    }

    pub(super) fn need(&mut self, part: Part) -> Result<&'a str, Problem> {
        self.next().ok_or(Problem::Missing(part))
    }

    pub(super) fn finish(&self) -> Result<(), Problem> {
        if self.0.trim().is_empty() { Ok(()) } else { Err(Problem::leftover(self.0)) }
    }

    /// All that is left.
    pub(super) fn text(&mut self, part: Part) -> Result<String, Problem> {
        match self.0.trim() {
            "" => Err(Problem::Missing(part)),
            text => Ok(text.to_owned()),
        }
    }

    /// One word, or a phone number in pieces whose end is plain because `fits` what follows.
    pub(super) fn agent(&mut self, fits: impl Fn(&str) -> bool) -> Result<AgentRef, Problem> {
        let before = self.0;
        let word = self.need(Part::Agent)?;
        if let Some(agent) = AgentRef::read(word) {
            return Ok(agent);
        }
        let atoms = atoms(before, false);
        let ends: Vec<_> = phones_in_pieces(&atoms)
            .into_iter()
            .map(|(phone, count)| {
                (phone, atoms.get(count).map_or("", |next| before.get(next.start..).unwrap_or_default()))
            })
            .filter(|(_, rest)| fits(rest))
            .collect();
        match ends.as_slice() {
            [(phone, rest)] => {
                self.0 = rest;
                Ok(AgentRef::Phone(phone.clone()))
            }
            [] => Err(Problem::unfit(Part::Agent, word)),
            _ => Err(Problem::Ambiguous),
        }
    }

    pub(super) fn only_agent(&mut self) -> Result<AgentRef, Problem> {
        let agent = self.agent(str::is_empty)?;
        self.finish().map(|()| agent)
    }

    fn deposit(&mut self) -> Result<AdminCommand, Problem> {
        let agent =
            self.agent(|rest| amount::read(rest.split_whitespace().next().unwrap_or_default(), true).is_ok())?;
        let word = self.need(Part::Amount)?;
        let amount = amount::read(word, true)?;
        let (forced, note) = without_force(self.0);
        // `1 500 000`, `50 rb`: the rest of an amount, not a note.
        let next = note.split_whitespace().next().unwrap_or_default();
        let unit = ["rb", "ribu", "k", "jt", "juta"].iter().any(|unit| next.eq_ignore_ascii_case(unit));
        if unit || (!next.is_empty() && next.bytes().all(|b| b.is_ascii_digit())) {
            return Err(Problem::unfit(Part::Amount, next));
        }
        Ok(AdminCommand::Deposit { agent, amount, note: some(note), forced })
    }

    /// A reseller or a product: a code such as `KR0001` is always a reseller's.
    fn open(&mut self) -> Result<AdminCommand, Problem> {
        let mut again = Words(self.0);
        match self.only_agent() {
            Ok(AgentRef::Other(_)) => again.only_product().map(|product| AdminCommand::OpenProduct { product }),
            read => read.map(|agent| AdminCommand::Unblock { agent }),
        }
    }

    fn product(&mut self) -> Result<ProductCode, Problem> {
        let word = self.need(Part::Product)?;
        word.parse().map_err(|_| Problem::unfit(Part::Product, word))
    }

    fn only_product(&mut self) -> Result<ProductCode, Problem> {
        let product = self.product()?;
        self.finish().map(|()| product)
    }

    fn price(&mut self) -> Result<AdminCommand, Problem> {
        let product = self.product()?;
        let word = self.need(Part::Price)?;
        // A bill's fee may be nothing.
        let price = match word {
            "0" => Ok(NewPrice::To(Rupiah::ZERO)),
            _ if word.starts_with(['+', '-']) => amount::read(word, true).map(NewPrice::By),
            _ => amount::read(word, false).map(NewPrice::To),
        };
        let (forced, rest) = without_force(self.0);
        if !rest.is_empty() {
            self.finish()?;
        }
        price.map(|price| AdminCommand::SellPrice { product, price, forced })
    }

    fn answer(&mut self) -> Result<AdminCommand, Problem> {
        let agent = self.agent(|rest| !rest.is_empty())?;
        self.text(Part::Text).map(|text| AdminCommand::Answer { agent, text })
    }

    fn ticket(&mut self) -> Result<TicketRef, Problem> {
        let word = self.need(Part::Ticket)?;
        TicketRef::read(word).ok_or_else(|| Problem::unfit(Part::Ticket, word))
    }

    fn accept(&mut self) -> Result<AdminCommand, Problem> {
        let ticket = self.ticket()?;
        let amount = self.next().map(|word| amount::read(word, false)).transpose()?;
        self.finish().map(|()| AdminCommand::AcceptTicket { ticket, amount })
    }

    fn refuse(&mut self) -> Result<AdminCommand, Problem> {
        let ticket = self.ticket()?;
        Ok(AdminCommand::RefuseTicket { ticket, reason: some(self.0.trim().to_owned()) })
    }

    fn id(&mut self) -> Result<OrderId, Problem> {
        let word = self.need(Part::OrderNumber)?;
        word.parse().map_err(|_| Problem::unfit(Part::OrderNumber, word))
    }
}
