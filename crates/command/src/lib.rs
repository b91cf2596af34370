//! Reading what people type: text in, [`Command`] out. Total: any text gives a command, and only a text with exactly
//! one meaning as orders gives orders. Arguments are read with a cursor; what is left over is an error.
//! Pure: no I/O, no clock. Of the catalog only one thing is asked, how a product reads its destinations ([`Kinds`]):
//! that decides what is a zone, a repeat number or a PIN. Whether a product exists, a PIN is right or the sender is an
//! admin is decided elsewhere.
//!
//! Each family (`order`, `account`, `network`, …) has its words, meanings, examples, least roles and readers in its
//! `FORMATS`, and its values in `command.rs`. `table` puts them together; suggestions, reserved words, roles and
//! `docs/commands.md` come of it. `read` is what families read with. Nobody below the table knows it, and families do not
//! read for each other (but for `TAMBAH SALDO`, which is a ticket). Here it is only decided whom to ask. What no format
//! reads is everyday talk: `spoken`.
//!
//! Adding a command:
//!
//! 1. A row in `FORMATS` of its family: words, meaning, example, reader; for those who work at the shop, the least role, and
//!    how it is said without a slash (`said`, with lines of `tests/data/desk.jsonl`).
//!    Its value in the family's `command.rs`, its name in `topic.rs` where its format is told by itself.
//! 2. `KONTER_WRITE_DOCS=1 cargo test --test in_process commands` writes it into `docs/commands.md`; the same tests want it
//!    named in a help text.
//! 3. What it does in `src/shop/answer/<family>.rs`: read rows, decide with core, put everything into the one commit.
//! 4. Its `Reply` variant in `crates/reply`, with its sample, and its text in both `locales/*.toml`.
//! 5. A conversation in `tests/in_process` that types it, right and wrong.
#![forbid(unsafe_code)]

mod account;
mod admin;
mod bill;
mod deposit;
mod elsewhere;
mod format;
mod key;
mod meaning;
mod network;
mod order;
pub mod powers;
mod preference;
mod read;
mod receipt;
mod report;
mod routing;
mod said;
mod spoken;
mod suggest;
mod table;
mod talk;
mod tap;
mod topic;

use konter_core::ids::{AgentId, ProductCode};
use konter_core::order::request::{OrderLine, What};
use konter_core::phone::clean;

pub use admin::command::{AdminCommand, AdminDesk, NewPrice};
pub use deposit::ticket_ref::TicketRef;
pub use deposit::{MIN_TICKET, proof_words, sounds_like_proof};
pub use elsewhere::Feature;
pub use format::Format;
pub use key::Key;
pub use meaning::{Command, Language, OrdersQuery, ReportKind};
pub use network::command::{
    AdminNetwork, DownlineRequest, MarkupChange, MarkupRequest, MarkupWhom, NetworkCommand, Transfer, TransferRef,
};
pub use order::request::{BadOrder, MAX_ORDERS_PER_MESSAGE, MAX_REFERENCE, OrderRequest};
pub use preference::api::{ApiCommand, ApiPassword};
pub use preference::command::{Ask, ChatName, PreferenceCommand, SellingChange};
pub use read::{
    AgentRef, DateArg, Kinds, MASK, MAX_AMOUNT, MAX_PIN_DIGITS, MIN_PIN_DIGITS, NEW_PIN_DIGITS, NamedAs, NotAPin, Part,
    Pin, PinFault, PriceFilter, Problem, Typed, destination_alone, destination_of, lone_pins, may_hold_pin, redact,
    spaced_pin,
};
pub use receipt::command::{ReceiptLine, ReceiptOf};
pub use report::span::{SpanProblem, span_of};
pub use routing::command::{AdminRouting, PriceListWhat, RoutingCommand};
pub use said::Advice;
pub use spoken::{
    AfterFailure, Change, Named, Newcomer, Sent, Sort, Talk, Wanted, Wish, after_failure, asked_by_newcomer,
    at_the_desk, change_said, decision_line, goods_said, is_bare_no, name_corrected, name_to_register, names_said,
    ordinal_said, pin_said, says_how_paid, says_send, says_when, says_why_it_failed, sent_to, shop_name, slash_line,
    sounds_like_a_shop, sums_said, times_said_in, verdict_said, was_to_order,
};
pub use suggest::slash_meant;
pub use table::{FAMILIES, Family, formats, is_reserved, least_role, staff_topic};
pub use tap::report::{Page, ReportFile};
pub use tap::{PadKey, PadTap, ReceiptAs, Tap};
pub use topic::Topic;

use read::{Context, Cursor, atoms};

/// Reads a message without knowing any product.
#[must_use]
pub fn parse(text: &str) -> Command {
    parse_in(text, Context::NONE)
}

/// Reads a message. An order's destination is read as its product wants it. What the formats leave over is read as
/// everyday talk.
#[must_use]
pub fn parse_with(text: &str, kinds: &Kinds<'_>) -> Command {
    parse_in(text, Context { kinds, knows_products: true, ..Context::NONE })
}

/// Reads a message by the formats alone: what none of them reads is unknown.
#[must_use]
pub fn parse_formats(text: &str) -> Command {
    formats_in(clean(text).trim(), Context::NONE)
}

fn parse_in(text: &str, context: Context<'_>) -> Command {
    let text = clean(text);
    let text = text.trim();
    let command = parse_cleaned(text, context);
    spoken::taken_back(text, &command, |meant| parse_cleaned(meant, context)).unwrap_or(command)
}

fn parse_cleaned(text: &str, context: Context<'_>) -> Command {
    match formats_in(text, context) {
        Command::Order(request) if request.reference.is_some() => Command::Order(request),
        command => {
            let context = Context { is_word: is_reserved, ..context };
            spoken::read(Cursor::new(text, &atoms(text, false), context), command)
        }
    }
}

/// Reads a cleaned message with its reference.
fn formats_in(text: &str, context: Context<'_>) -> Command {
    let context = |reference| Context { is_word: is_reserved, reference, ..context };
    let (body, reference) = split_reference(text);
    match (read(body, context(reference)), reference) {
        (command, None) => command,
        (command, Some(_)) if takes_reference(&command) => command,
        // Only what machine clients use takes a reference; anywhere else it is part of the text.
        (_, Some(_)) => read(text, context(None)),
    }
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
    let context = Context { is_word: is_reserved, ..Context::NONE };
    match read(&format!("{code}.081234567890.1234"), context) {
        Command::Order(request) => {
            matches!(request.lines.as_slice(), [OrderLine { what: What::Code(read), nth: 1, .. }] if read == code)
        }
        _ => false,
    }
}

/// Reads a cleaned message without its reference.
fn read(text: &str, context: Context<'_>) -> Command {
    if let Some(rest) = text.strip_prefix('/') {
        return slash(rest, context);
    }
    let dashed = text.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("M-"));
    let pieces = atoms(text, dashed);
    chat(Cursor::new(text, &pieces, context))
        .unwrap_or_else(|| Command::Unknown { nearest: suggest::nearest(text, &pieces) })
}

/// `/word rest`, as Telegram sends it; `@bot` behind the word is dropped.
fn slash(text: &str, context: Context<'_>) -> Command {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '@' && c != '_').unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let word = word.split('@').next().unwrap_or_default();
    let read = |rest: &str| {
        let pieces = atoms(rest, false);
        let args = Cursor::new(rest, &pieces, context);
        let found = table::opened_by(&format!("/{word}")).find_map(|format| format.read(args));
        found.or_else(|| worded(word, args))
    };
    match read(rest) {
        Some(faulty @ Command::Incomplete { .. }) => {
            // `/acc 4 ok`
            let polite = Some(spoken::before_courtesies(rest)).filter(|kept| *kept != rest);
            let meant = polite.and_then(read).filter(|command| matches!(command, Command::Admin(_)));
            meant.unwrap_or(faulty)
        }
        read => read.unwrap_or_else(|| Command::Unknown { nearest: suggest::nearest(text, &atoms(text, false)) }),
    }
}

/// A message without a slash. `None` when it means nothing.
fn chat(args: Cursor<'_>) -> Option<Command> {
    if let Some(command) = bill::verb_third(args) {
        return Some(command);
    }
    let mut behind = args;
    let first = behind.take()?;
    if is_reserved(first.text) {
        return worded(first.text, behind);
    }
    if let Ok(agent) = first.text.parse::<AgentId>() {
        return network::code_first(agent, behind);
    }
    order::unworded(args).or_else(|| talk::glued_complaint(args))
}

/// A message that opens with a word; `None` when that is none.
fn worded(word: &str, args: Cursor<'_>) -> Option<Command> {
    if !is_reserved(word) {
        return None;
    }
    let (word, args) = match looked_up(word, args) {
        LookUp::Format(format, args) => return format.read(args),
        LookUp::Word(word, args) => (word, args),
    };
    let read = table::opened_by(word).find_map(|format| format.read(args));
    read.or_else(|| elsewhere::feature(word).map(Command::Known))
}

/// What is looked up behind a word.
enum LookUp<'a> {
    Format(&'static Format, Cursor<'a>),
    Word(&'a str, Cursor<'a>),
}

/// `CEK SALDO`: behind the word for looking up orders another one may say what is looked up.
fn looked_up<'a>(mut word: &'a str, mut args: Cursor<'a>) -> LookUp<'a> {
    let looks_up = |word: &str| table::owner(word).is_some_and(|format| format.topic == Topic::Orders);
    while looks_up(word) {
        let mut behind = args;
        let Some(next) = behind.take() else { break };
        if looks_up(next.text) {
            (word, args) = (next.text, behind);
            continue;
        }
        // `CEK.S` is the price list of `S`: a single letter does not change what `CEK` means.
        match table::owner(next.text).filter(|format| format.behind_cek && next.text.len() > 1) {
            Some(format) => return LookUp::Format(format, behind),
            None => break,
        }
    }
    LookUp::Word(word, args)
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
mod tests;
