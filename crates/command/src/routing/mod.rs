//! What is typed about where orders are bought, and about orders that wait: by resellers, and by admins with a slash.

pub mod command;
mod margins;
mod said;

use super::admin::command::AdminCommand;
use super::elsewhere::Feature;
use super::format::Format;
use super::meaning::Command;
use super::read::{Cursor, Part, Problem, Words};
use super::spoken::{gives_a_reason, remarked};
use super::topic::Topic;
use command::{AdminRouting, PriceListWhat, RoutingCommand};
use konter_core::ids::{ProductCode, SupplierId};
use konter_core::staff::Role::{Operator, Owner, Viewer};

pub(super) const FORMATS: &[Format] = &[
    Format::always(
        Topic::CancelOrder,
        &["BTL", "BATAL", "CANCEL"],
        "take back an order that waits",
        "BATAL.12",
        cancel,
    )
    .hinting(None),
    Format::always(
        Topic::Queue,
        &["ANTRI", "ANTRIAN", "QUEUE"],
        "whether orders wait for the end of a cut-off",
        "ANTRI.YA",
        queue,
    ),
    Format::always(Topic::AdminSuppliers, &["/supplier"], "the suppliers, or one of them", "/supplier", supplier)
        .least(Viewer)
        .also(&[
            ("/supplier xgate", Viewer),
            ("/supplier xgate jeda deposit habis", Operator),
            ("/supplier xgate lanjut", Operator),
            ("/supplier xgate prioritas 1", Owner),
            ("/supplier xgate harga", Owner),
        ])
        .said(said::SUPPLIERS),
    Format::always(
        Topic::AdminRoute,
        &["/prioritas"],
        "which supplier of a product is tried first",
        "/prioritas S10 xgate 1",
        route_priority,
    )
    .least(Owner)
    .said(said::PRIORITY),
    Format::always(
        Topic::AdminMargin,
        &["/margin"],
        "what selling prices are made of costs by, for each category",
        "/margin Telkomsel +300 bulat 100",
        margins::read,
    )
    .least(Owner)
    .also(&[("/margin", Owner), ("/margin Telkomsel +2,5%", Owner), ("/margin Telkomsel hapus", Owner)])
    .said(said::MARGIN),
    Format::when(Topic::AdminClose, &["/tutup"], "close a product at one supplier", "/tutup S10 xgate", |args| {
        route_open(args, false)
    })
    .least(Operator)
    .said(said::CLOSE),
    Format::when(Topic::AdminOpen, &["/buka"], "open a product at one supplier", "/buka S10 xgate", |args| {
        route_open(args, true)
    })
    .least(Operator)
    .said(said::OPEN),
];

/// More digits are a phone number's, not an order's.
const ORDER_DIGITS: usize = 9;
/// Priorities people give; the catalog's own go further.
const MOST_PRIORITY: u32 = 999;

/// `BATAL.<order>[.<pin>]`. By a phone number nothing is cancelled: it may be several orders.
fn cancel(mut args: Cursor<'_>) -> Result<Command, Problem> {
    let atom = args.need(Part::OrderNumber)?;
    if !atom.is_digits() || atom.text.len() > ORDER_DIGITS || atom.text.starts_with('0') {
        return Ok(Command::Known(Feature::CancelOrder));
    }
    let order = atom.text.parse().map_err(|_| Problem::unfit(Part::OrderNumber, atom.text))?;
    let pin = args.last_pin()?;
    Ok(Command::Routing(RoutingCommand::Cancel { order, pin }))
}

/// `ANTRI.YA`, `ANTRI.TIDAK`, `ANTRI`.
fn queue(mut args: Cursor<'_>) -> Result<Command, Problem> {
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

/// `/supplier`, `/supplier <id>`, `/supplier <id> jeda [reason]`, `… lanjut`, `… prioritas <n>|hapus`, `… harga`.
fn supplier(args: Cursor<'_>) -> Result<Command, Problem> {
    let mut words = Words::of(args);
    let Some(supplier) = words.next().map(str::to_lowercase) else {
        return Ok(Command::Admin(AdminCommand::Suppliers));
    };
    let Some(verb) = words.next().map(str::to_lowercase) else {
        return Ok(routing(AdminRouting::Show { supplier }));
    };
    let command = match verb.as_str() {
        "jeda" | "pause" | "stop" => AdminRouting::Pause { supplier, reason: words.0.trim().to_owned() },
        "lanjut" | "resume" | "buka" => words.finish().map(|()| AdminRouting::Resume { supplier })?,
        "prioritas" => {
            let word = words.need(Part::Number)?;
            let priority = if matches!(word, "hapus" | "-") { None } else { Some(priority(word)?) };
            words.finish().map(|()| AdminRouting::Priority { supplier, priority })?
        }
        "harga" | "prices" => AdminRouting::PriceList { supplier, what: price_list(words)? },
        other => return Err(Problem::unfit_at_work(Part::Text, other)),
    };
    Ok(routing(command))
}

/// Behind `harga`: nothing, or what a button below an offer says: a verb and the offer's number.
fn price_list(mut words: Words<'_>) -> Result<PriceListWhat, Problem> {
    let Some(verb) = words.next() else { return Ok(PriceListWhat::Ask) };
    let what = match verb.to_lowercase().as_str() {
        "semua" => PriceListWhat::ShowAll,
        "terapkan" => PriceListWhat::Apply,
        "abaikan" => PriceListWhat::Drop,
        "kembalikan" => PriceListWhat::TakeBack,
        _ => return Err(Problem::unfit_at_work(Part::Text, verb)),
    };
    let number = words.need(Part::Number)?;
    let read = number.parse().map_err(|_| Problem::unfit_at_work(Part::Number, number))?;
    words.finish().map(|()| what(read))
}

fn priority(word: &str) -> Result<u32, Problem> {
    word.parse()
        .ok()
        .filter(|n| (1..=MOST_PRIORITY).contains(n))
        .ok_or_else(|| Problem::unfit_at_work(Part::Number, word))
}

/// `/prioritas S10 xgate 1`.
fn route_priority(args: Cursor<'_>) -> Result<Command, Problem> {
    let mut words = Words::of(args);
    let product = words.need(Part::Product)?;
    let product = product.parse().map_err(|_| Problem::unfit_at_work(Part::Product, product))?;
    let supplier = words.need(Part::Name)?;
    let supplier = supplier.to_lowercase().parse().map_err(|_| Problem::unfit_at_work(Part::Name, supplier))?;
    // Whoever writes 0 wants it before the first.
    let priority = match words.need(Part::Number)? {
        "0" => 1,
        word => priority(word)?,
    };
    words.finish().map(|()| routing(AdminRouting::RoutePriority { product, supplier, priority }))
}

/// A product and a supplier; `None` when something else stands there.
fn route_open(args: Cursor<'_>, open: bool) -> Option<Result<Command, Problem>> {
    let mut words = Words::of(args);
    let product: ProductCode = words.next()?.parse().ok()?;
    let supplier: SupplierId = words.next()?.to_lowercase().parse().ok()?;
    let is_named = supplier.as_str().bytes().any(|b| b.is_ascii_alphabetic()) && !gives_a_reason(supplier.as_str());
    let route = AdminCommand::Routing(AdminRouting::RouteOpen { product, supplier, open });
    // Other words may be the reason why the product is closed everywhere.
    let is_alone = words.is_empty() || words.0.split_whitespace().next().is_some_and(gives_a_reason);
    (is_named && is_alone).then(|| remarked(route, &words).map(Command::Admin))
}

const fn routing(command: AdminRouting) -> Command {
    Command::Admin(AdminCommand::Routing(command))
}
