//! What is typed about where orders are bought, and about orders that wait: by resellers, and by admins with a slash.

use super::admin::{AdminCommand, Words};
use super::atom::Cursor;
use super::problem::{Part, Problem};
use super::{Command, Feature, Pin};
use konter_core::ids::{OrderId, ProductCode, SupplierId};

/// More digits are a phone number's, not an order's.
const ORDER_DIGITS: usize = 9;
/// Priorities people give; the catalog's own go further.
const MOST_PRIORITY: u32 = 999;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoutingCommand {
    /// Takes back an order that waits.
    Cancel { order: OrderId, pin: Option<Pin> },
    /// Whether orders wait for the end of a break; shows it when `on` is missing.
    Queue { on: Option<bool> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdminRouting {
    Show {
        supplier: String,
    },
    Pause {
        supplier: String,
        reason: String,
    },
    Resume {
        supplier: String,
    },
    /// `None`: the catalog's own again.
    Priority {
        supplier: String,
        priority: Option<u32>,
    },
    RoutePriority {
        product: ProductCode,
        supplier: SupplierId,
        priority: u32,
    },
    /// Opens or closes a product at one supplier only.
    RouteOpen {
        product: ProductCode,
        supplier: SupplierId,
        open: bool,
    },
}

/// `BATAL.<order>[.<pin>]`. By a phone number nothing is cancelled: it may be several orders.
pub(super) fn cancel(mut args: Cursor<'_>) -> Result<Command, Problem> {
    let atom = args.need(Part::OrderNumber)?;
    if !atom.is_digits() || atom.text.len() > ORDER_DIGITS || atom.text.starts_with('0') {
        return Ok(Command::Known(Feature::CancelOrder));
    }
    let order = atom.text.parse().map_err(|_| Problem::unfit(Part::OrderNumber, atom.text))?;
    let pin = args.last_pin()?;
    Ok(Command::Routing(RoutingCommand::Cancel { order, pin }))
}

/// `ANTRI.YA`, `ANTRI.TIDAK`, `ANTRI`.
pub(super) fn queue(mut args: Cursor<'_>) -> Result<Command, Problem> {
    const YES: [&str; 5] = ["YA", "ON", "AKTIF", "YES", "IYA"];
    const NO: [&str; 6] = ["TIDAK", "OFF", "MATI", "NO", "GAK", "TDK"];
    let on = match args.take() {
        None => None,
        Some(atom) if YES.iter().any(|word| atom.is(word)) => Some(true),
        Some(atom) if NO.iter().any(|word| atom.is(word)) => Some(false),
        Some(atom) => return Err(Problem::unfit(Part::Text, atom.text)),
    };
    args.last_pin()?;
    Ok(Command::Routing(RoutingCommand::Queue { on }))
}

/// `/supplier`, `/supplier <id>`, `/supplier <id> jeda [reason]`, `… lanjut`, `… prioritas <n>|hapus`.
pub(super) fn supplier(rest: &str) -> Result<AdminCommand, Problem> {
    let mut words = Words(rest);
    let Some(supplier) = words.next().map(str::to_lowercase) else { return Ok(AdminCommand::Suppliers) };
    let Some(verb) = words.next().map(str::to_lowercase) else {
        return Ok(AdminCommand::Routing(AdminRouting::Show { supplier }));
    };
    let command = match verb.as_str() {
        "jeda" | "pause" | "stop" => AdminRouting::Pause { supplier, reason: words.0.trim().to_owned() },
        "lanjut" | "resume" | "buka" => words.finish().map(|()| AdminRouting::Resume { supplier })?,
        "prioritas" => {
            let word = words.need(Part::Number)?;
            let priority = if matches!(word, "hapus" | "-") { None } else { Some(priority(word)?) };
            words.finish().map(|()| AdminRouting::Priority { supplier, priority })?
        }
        other => return Err(Problem::unfit(Part::Text, other)),
    };
    Ok(AdminCommand::Routing(command))
}

fn priority(word: &str) -> Result<u32, Problem> {
    word.parse().ok().filter(|n| (1..=MOST_PRIORITY).contains(n)).ok_or_else(|| Problem::unfit(Part::Number, word))
}

/// `/prioritas S10 xgate 1`.
pub(super) fn route_priority(rest: &str) -> Result<AdminCommand, Problem> {
    let mut words = Words(rest);
    let product = words.need(Part::Product)?;
    let product = product.parse().map_err(|_| Problem::unfit(Part::Product, product))?;
    let supplier = words.need(Part::Name)?;
    let supplier = supplier.to_lowercase().parse().map_err(|_| Problem::unfit(Part::Name, supplier))?;
    let priority = priority(words.need(Part::Number)?)?;
    words.finish().map(|()| AdminCommand::Routing(AdminRouting::RoutePriority { product, supplier, priority }))
}

/// A product and a supplier behind `/tutup` or `/buka`; `None` when something else stands there.
pub(super) fn route_open(rest: &str, open: bool) -> Option<AdminCommand> {
    let mut words = Words(rest);
    let product: ProductCode = words.next()?.parse().ok()?;
    let supplier: SupplierId = words.next()?.to_lowercase().parse().ok()?;
    let named = supplier.as_str().bytes().any(|b| b.is_ascii_alphabetic());
    (named && words.finish().is_ok()).then_some(AdminCommand::Routing(AdminRouting::RouteOpen {
        product,
        supplier,
        open,
    }))
}
