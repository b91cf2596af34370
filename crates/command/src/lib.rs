//! Reading what people type: text in, [`Command`] out. Total: any text gives a command, and only a text with exactly
//! one meaning as orders gives orders. Arguments are read with a cursor; what is left over is an error.
//! Pure: no I/O, no clock. Of the catalog only one thing is asked, how a product reads its destinations ([`Kinds`]):
//! that decides what is a zone, a repeat number or a PIN. Whether a product exists, a PIN is right or the sender is an
//! admin is decided elsewhere.
#![forbid(unsafe_code)]

mod admin;
mod admin_desk;
mod admin_network;
mod agent_ref;
mod amount;
mod atom;
mod date;
mod deposit;
mod dest_reader;
mod habit;
mod network;
mod order;
mod order_faults;
mod order_parts;
mod order_reader;
mod pin;
pub mod powers;
mod problem;
mod receipt;
mod redact;
mod routing;
mod span;
mod suggest;
mod talk;
mod tap;
mod tap_report;
mod typed;
mod words;

use konter_core::catalog::DestKind;
use konter_core::destination::{Destination, DestinationFault};
use konter_core::ids::{AgentId, ProductCode};
use konter_core::money::Rupiah;
use konter_core::order::request::{OrderLine, What};
use konter_core::phone::clean;

pub use admin::{AdminCommand, NewPrice};
pub use admin_desk::AdminDesk;
pub use admin_network::AdminNetwork;
pub use agent_ref::AgentRef;
pub use amount::MAX_AMOUNT;
pub use date::DateArg;
pub use deposit::{MIN_TICKET, TicketRef, proof_words, sounds_like_proof};
pub use habit::{Ask, ChatName, HabitCommand, SellingChange};
pub use network::{DownlineRequest, MarkupChange, MarkupRequest, MarkupWhom, NetworkCommand};
pub use order::{BadOrder, MAX_ORDERS_PER_MESSAGE, MAX_REFERENCE, OrderRequest};
pub use pin::{MAX_PIN_DIGITS, MIN_PIN_DIGITS, NEW_PIN_DIGITS, NotAPin, Pin, PinFault};
pub use problem::{Part, Problem, Topic};
pub use receipt::{ReceiptLine, ReceiptOf};
pub use redact::{MASK, redact};
pub use routing::{AdminRouting, RoutingCommand};
pub use span::{SpanProblem, span_of};
pub use tap::{PadKey, PadTap, Tap};
pub use tap_report::{Page, ReportFile};
pub use typed::Typed;
pub use words::{CONFLICTS, Conflict, is_reserved};

use atom::{Atom, Cursor, atoms};
use order_reader::{Found, Opening};
use words::Word;

/// What a message asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    Order(OrderRequest),
    /// Meant as an order, but nothing of it can be carried out as typed.
    BadOrder(BadOrder),
    Balance {
        pin: Option<Pin>,
    },
    /// Every product when there is no filter.
    Prices {
        filters: Vec<PriceFilter>,
    },
    Orders(OrdersQuery),
    /// A deposit ticket; how to deposit when there is no amount.
    Deposit {
        amount: Option<Rupiah>,
        bank: Option<String>,
        pin: Option<Pin>,
    },
    /// Old and new, in either order.
    ChangePin {
        a: Pin,
        b: Pin,
    },
    Register {
        name: String,
        town: Option<String>,
        pin: Pin,
    },
    /// Telegram's greeting; the payload comes from a link.
    Start {
        payload: Option<String>,
    },
    /// Whose meter is it?
    Meter {
        customer: String,
        pin: Option<Pin>,
        reference: Option<String>,
    },
    BillInquiry {
        product: ProductCode,
        customer: String,
        /// For bills whose amount the payer chooses.
        amount: Option<Rupiah>,
        pin: Option<Pin>,
        reference: Option<String>,
    },
    BillPayment {
        product: ProductCode,
        customer: String,
        pin: Option<Pin>,
        reference: Option<String>,
    },
    Receipt {
        of: ReceiptOf,
        /// What the reseller's customer pays.
        price: Option<Rupiah>,
    },
    ReceiptLine(ReceiptLine),
    Transfer(Transfer),
    Report {
        kind: ReportKind,
        /// `None` is today.
        date: Option<DateArg>,
        pin: Option<Pin>,
    },
    Complaint {
        /// Without the PIN, where that stood before or behind it.
        text: Typed,
        pin: Option<Pin>,
    },
    Help {
        topic: Option<String>,
    },
    /// Shows the choice when `to` is missing.
    Language {
        to: Option<Language>,
    },
    Admin(AdminCommand),
    /// That a transfer for a ticket has been made, in the reseller's own words.
    Proof {
        /// Without the PIN, where that stood before or behind it.
        text: Typed,
        pin: Option<Pin>,
    },
    /// Uplines and downlines.
    Network(NetworkCommand),
    /// A reseller's own arrangements, and the beginning of a guided order.
    Habit(HabitCommand),
    /// Orders that wait for their suppliers.
    Routing(RoutingCommand),
    /// Asks for something konter does not have.
    Known(Feature),
    /// The command is known, its arguments are not right.
    Incomplete {
        topic: Topic,
        problem: Problem,
    },
    Unknown {
        /// What may have been meant; [`Topic::example`] is a line that would be understood.
        nearest: Topic,
    },
}

/// What a price list is narrowed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PriceFilter {
    /// A code, the beginning of one, a category or an operator; upper case.
    Word(String),
    Nominal(Rupiah),
}

/// Which orders to show: the last ones, when nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrdersQuery {
    pub dest: Option<String>,
    pub product: Option<ProductCode>,
    pub date: Option<DateArg>,
    pub pin: Option<Pin>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    pub agent: AgentRef,
    /// Above zero.
    pub amount: Rupiah,
    pub pin: Option<Pin>,
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

/// What other servers offer and konter does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    DownlineRegistration,
    DownlineStatus,
    Markup,
    SenderNumbers,
    Commission,
    Points,
    TakeBack,
    CancelOrder,
    CentreNumbers,
    ResetPin,
    StaffUsers,
    FeeScheme,
}

/// How the product of a code reads its destinations; `None` where there is no such product.
pub type Kinds<'a> = dyn Fn(&ProductCode, NamedAs) -> Option<DestKind> + 'a;

/// What a word names a product for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedAs {
    /// By its code, to order it or to keep it.
    Code,
    /// To look up or pay a bill: also by a part of its name.
    Bill,
}

/// Nothing is known of any product: destinations are read by their shape.
const NO_KINDS: &Kinds<'static> = &|_, _| None;

/// Reads a message without knowing any product.
#[must_use]
pub fn parse(text: &str) -> Command {
    parse_with(text, NO_KINDS)
}

/// Reads a message. An order's destination is read as its product wants it.
#[must_use]
pub fn parse_with(text: &str, kinds: &Kinds<'_>) -> Command {
    let text = clean(text);
    let text = text.trim();
    let (body, reference) = split_reference(text);
    match (read(body, reference, kinds), reference) {
        (command, None) => command,
        (command, Some(_)) if takes_reference(&command) => command,
        // Only what machine clients use takes a reference; anywhere else it is part of the text.
        (_, Some(_)) => read(text, None, kinds),
    }
}

/// A text that is one destination and nothing else, read by its shape. What stands behind a complete number never
/// belongs to it: `08123456789 5` is none.
#[must_use]
pub fn destination_alone(text: &str) -> Option<Destination> {
    let text = clean(text);
    let pieces = atoms(text.trim(), false);
    let [first, rest @ ..] = pieces.as_slice() else { return None };
    if let Ok(dest) = first.text.parse::<Destination>() {
        return rest.is_empty().then_some(dest);
    }
    let phone = order_parts::phones_in_pieces(&pieces).into_iter().find(|(_, count)| *count == pieces.len());
    let meter = || destination_of(DestKind::Meter, &text).ok();
    phone.map(|(phone, _)| Destination::Phone(phone)).or_else(meter)
}

/// A text that is one destination and nothing else, read as a product of this kind does.
///
/// # Errors
/// What keeps it from being one.
pub fn destination_of(kind: DestKind, text: &str) -> Result<Destination, DestinationFault> {
    let text = clean(text);
    dest_reader::whole(kind, &atoms(text.trim(), false))
}

/// Reads a cleaned message without its reference.
fn read(text: &str, reference: Option<&str>, kinds: &Kinds<'_>) -> Command {
    if let Some(rest) = text.strip_prefix('/') {
        return slash(rest, reference, kinds);
    }
    let dashed = text.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("M-"));
    let pieces = atoms(text, dashed);
    chat(Cursor::new(text, &pieces).knowing(kinds), reference)
        .unwrap_or_else(|| Command::Unknown { nearest: suggest::nearest(text, &pieces) })
}

const fn takes_reference(command: &Command) -> bool {
    matches!(
        command,
        Command::Order(_)
            | Command::BadOrder(_)
            | Command::Meter { .. }
            | Command::BillInquiry { .. }
            | Command::BillPayment { .. }
    )
}

/// One line that is typed right and comes nearest to the text.
#[must_use]
pub fn suggest(text: &str) -> &'static str {
    let text = clean(text);
    suggest::nearest(&text, &atoms(&text, false)).example()
}

/// Whether a product of this code can be ordered by it: no command's word, no repeat number in front (`2S10`), no
/// reseller's code.
#[must_use]
pub fn is_orderable(code: &ProductCode) -> bool {
    if code.as_str().parse::<AgentId>().is_ok() {
        return false;
    }
    match parse(&format!("{code}.081234567890.1234")) {
        Command::Order(request) => {
            matches!(request.lines.as_slice(), [OrderLine { what: What::Code(read), nth: 1, .. }] if read == code)
        }
        _ => false,
    }
}

/// `/word rest`, as Telegram sends it; `@bot` behind the word is dropped.
fn slash(text: &str, reference: Option<&str>, kinds: &Kinds<'_>) -> Command {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '@' && c != '_').unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let word = word.split('@').next().unwrap_or_default();
    if let Some(read) = admin::command(word, rest.trim()) {
        return read.map_or_else(|(topic, problem)| Command::Incomplete { topic, problem }, Command::Admin);
    }
    let pieces = atoms(rest, false);
    let known =
        words::lookup(word).map(|meaning| worded(meaning, Cursor::new(rest, &pieces).knowing(kinds), reference));
    known.unwrap_or_else(|| {
        let whole = atoms(text, false);
        Command::Unknown { nearest: suggest::nearest(text, &whole) }
    })
}

/// A message without a slash. `None` when it means nothing.
fn chat(cursor: Cursor<'_>, reference: Option<&str>) -> Option<Command> {
    if let Some(bill) = talk::bill_verb_third(cursor, reference) {
        return Some(or_incomplete(bill));
    }
    let mut args = cursor;
    let first = args.take()?;
    if let Some(word) = words::lookup(first.text) {
        return Some(worded(word, args, reference));
    }
    let mut starts = vec![(0, Opening::Plain)];
    if let (true, Some(n)) = (cursor.text.starts_with('#'), order_parts::nth(first)) {
        starts = vec![(1, Opening::Nth(n))];
    } else if let Some(n) = repeat_prefix(first) {
        starts.push((1, Opening::NthOfCode(n)));
    }
    match order_reader::read(cursor.atoms, &starts, reference, cursor.kinds) {
        Found::Order(request) => Some(Command::Order(request)),
        Found::Bad(fault) => Some(Command::BadOrder(fault)),
        Found::Nothing => talk::glued_complaint(cursor),
    }
}

/// `I2` before a product code: the second order.
fn repeat_prefix(atom: &Atom<'_>) -> Option<u8> {
    match atom.text.as_bytes() {
        [b'I' | b'i', digit @ b'2'..=b'9'] => Some(digit - b'0'),
        _ => None,
    }
}

/// A message that opens with a known word.
fn worded(word: Word, args: Cursor<'_>, reference: Option<&str>) -> Command {
    let opening = match word {
        Word::Order => Some(Opening::Plain),
        Word::OrdersOrMarkup => Some(Opening::Multi),
        Word::Again => Some(Opening::Again),
        Word::Pln => Some(Opening::Pln),
        _ => None,
    };
    if let Some(opening) = opening {
        match order_reader::read(args.atoms, &[(0, opening)], reference, args.kinds) {
            Found::Order(request) => return Command::Order(request),
            // A meter that cannot be read is no order yet: what is wrong with it is said below.
            Found::Bad(fault) if word != Word::Pln || args.atoms.len() > 2 => return Command::BadOrder(fault),
            Found::Bad(_) | Found::Nothing => {}
        }
    }
    or_incomplete(talk::command(word, args, reference))
}

fn or_incomplete(read: Result<Command, (Topic, Problem)>) -> Command {
    read.unwrap_or_else(|(topic, problem)| Command::Incomplete { topic, problem })
}

/// Takes a machine client's ` R#reference` off the end.
fn split_reference(text: &str) -> (&str, Option<&str>) {
    let found = text.as_bytes().windows(2).rposition(|pair| pair.eq_ignore_ascii_case(b"R#"));
    let Some((body, reference)) = found.and_then(|at| Some((text.get(..at)?, text.get(at + 2..)?.trim()))) else {
        return (text, None);
    };
    let stands_alone = body.ends_with([' ', '\n', '.', '*', ',', ';', '#']);
    let fit = (1..=MAX_REFERENCE).contains(&reference.len())
        && reference.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if stands_alone && fit { (body, Some(reference)) } else { (text, None) }
}

#[cfg(test)]
mod destination_tests;
#[cfg(test)]
mod tests;
