//! Orders: with a word in front, and without one. Every way the atoms can be read as orders is tried (`reader`); only a
//! message with exactly one meaning is an order. What was meant as one and is none is told what is wrong (`faults`).

mod faults;
mod parts;
mod reader;
pub mod request;

use super::format::Format;
use super::meaning::Command;
use super::preference::command::{Ask, PreferenceCommand};
use super::read::{Cursor, Part, Problem};
use super::topic::Topic;
use faults::{begun, misformed, opens_like_an_order, short_number};
use parts::Opening;
use reader::search;
use request::{BadOrder, OrderRequest};

const ORDER: &[&str] = &["I", "BELI", "BUY", "ORDER", "ISIPULSA"];

pub(super) const FORMATS: &[Format] = &[
    // The first one needs no word.
    Format::when(Topic::Order, ORDER, "product, destination, PIN", "S10.081234567890.1234", |args| {
        opened(args, Opening::Plain)
    }),
    Format::when(
        Topic::Order,
        &["ULANG", "LAGI"],
        "the order behind it once more",
        "ULANG.S10.081234567890.1234",
        |args| opened(args, Opening::Again),
    ),
    Format::when(Topic::Order, &["M", "MULTI"], "several orders", "M.S10.081234567890.X10.087812345678.1234", |args| {
        opened(args, Opening::Multi)
    })
    .hinting(Some(Topic::Order)),
    Format::when(Topic::Order, &["PLN"], "electricity for a meter", "PLN.14027480301.20.1234", meter)
        .hinting(Some(Topic::Meter)),
    Format::always(Topic::Order, ORDER, "an order by buttons", "BELI", |args| {
        let ask = args.is_empty().then_some(Command::Preference(PreferenceCommand::Ask(Ask::Phone)));
        ask.ok_or(Problem::Missing(Part::Destination))
    }),
    // Behind a PIN it is a repeat number.
    Format::always(Topic::Order, &["RO"], "behind a PIN: the second time today", "S10.081234567890.1234.RO", lacking)
        .hinting(None),
];

/// More atoms than the longest order message needs.
const MAX_ATOMS: usize = 120;

/// What the atoms are, taken as orders.
enum Found {
    Order(OrderRequest),
    Bad(BadOrder),
    Nothing,
}

impl Found {
    fn command(self) -> Option<Command> {
        match self {
            Self::Order(request) => Some(Command::Order(request)),
            Self::Bad(fault) => Some(Command::BadOrder(fault)),
            Self::Nothing => None,
        }
    }
}

const fn lacking(_: Cursor<'_>) -> Result<Command, Problem> {
    Err(Problem::Missing(Part::Destination))
}

fn opened(args: Cursor<'_>, opening: Opening) -> Option<Result<Command, Problem>> {
    read(args, &[(0, opening)]).command().map(Ok)
}

/// A meter that cannot be read is no order yet: looking it up says what is wrong with it.
fn meter(args: Cursor<'_>) -> Option<Result<Command, Problem>> {
    const WITH_A_NOMINAL: usize = 3;
    match read(args, &[(0, Opening::Pln)]) {
        Found::Bad(_) if args.atoms.len() < WITH_A_NOMINAL => None,
        found => found.command().map(Ok),
    }
}

/// Orders without a word in front.
pub(super) fn unworded(args: Cursor<'_>) -> Option<Command> {
    let first = args.peek()?;
    let mut starts = vec![(0, Opening::Plain)];
    if let (true, Some(n)) = (args.text.starts_with('#'), first.repeat()) {
        starts = vec![(1, Opening::Nth(n))];
    } else if let Some(n) = repeat_prefix(first.text) {
        starts.push((1, Opening::NthOfCode(n)));
    }
    read(args, &starts).command()
}

/// `I2` before a product code: the second order.
const fn repeat_prefix(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [b'I' | b'i', digit @ b'2'..=b'9'] => Some(*digit - b'0'),
        _ => None,
    }
}

/// Reads orders; `starts` are the atoms they may begin at, each with what stood before.
fn read(args: Cursor<'_>, starts: &[(usize, Opening)]) -> Found {
    if args.atoms.len() > MAX_ATOMS {
        let fault = BadOrder::new(None, Problem::TooManyOrders);
        return if opens_like_an_order(args) { Found::Bad(fault) } else { Found::Nothing };
    }
    let mut strict = search(args, starts, false);
    if strict.tangled || strict.requests.len() > 1 {
        return Found::Bad(BadOrder::new(None, Problem::Ambiguous));
    }
    if let Some(request) = strict.requests.pop() {
        return short_number(args.atoms, &request).map_or(Found::Order(request), Found::Bad);
    }
    if let Some(fault) = strict.fault {
        return Found::Bad(fault);
    }
    if strict.disagreed {
        return Found::Bad(BadOrder::new(None, Problem::RepeatsDisagree));
    }
    search(args, starts, true)
        .fault
        .or_else(|| begun(args, starts))
        .or_else(|| misformed(args, starts))
        .map_or(Found::Nothing, Found::Bad)
}
