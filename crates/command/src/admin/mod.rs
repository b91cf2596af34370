//! What those who work at the shop type, always with a slash: resellers, products, orders that need a person, and the desk
//! (roles, finding, announcements). Whether the sender works there is not known here.

pub mod command;
pub mod desk;
mod said;

use super::format::Format;
use super::meaning::Command;
use super::read::{AgentRef, Cursor, Part, Problem, Words, destination_alone, without_force};
use super::spoken::remarked;
use super::topic::Topic;
use command::{AdminCommand, AdminDesk, NewPrice};
use konter_core::ids::OrderId;
use konter_core::money::Rupiah;
use konter_core::pricing::PriceStep;
use konter_core::staff::Role::{Operator, Owner, Viewer};

pub(super) const FORMATS: &[Format] = &[
    // Resellers.
    Format::always(Topic::AdminAgents, &["/agen"], "the resellers, or one of them", "/agen KR0001", agents)
        .least(Viewer)
        .also(&[("/agen", Viewer)])
        .said(said::AGENTS),
    Format::always(Topic::AdminApprove, &["/setujui"], "approve a reseller", "/setujui KR0001", |args| {
        about(args, |agent| AdminCommand::Approve { agent })
    })
    .least(Operator)
    .said(said::APPROVE),
    Format::always(Topic::AdminBlock, &["/blokir"], "block a reseller", "/blokir KR0001", |args| {
        about(args, |agent| AdminCommand::Block { agent })
    })
    .least(Operator)
    .said(said::BLOCK),
    Format::always(
        Topic::AdminResetPin,
        &["/resetpin"],
        "let a reseller choose a new PIN",
        "/resetpin KR0001",
        |args| about(args, |agent| AdminCommand::ResetPin { agent }),
    )
    .least(Operator)
    .said(said::RESET_PIN),
    Format::always(Topic::AdminAnswer, &["/balas"], "words for one reseller", "/balas KR0001 sudah kami cek", answer)
        .least(Operator)
        .said(said::ANSWER),
    Format::when(Topic::AdminRename, &["/nama"], "rename a reseller", "/nama KR0001 Berkah Cell", |args| {
        desk::names_an_agent(args).then(|| desk::rename(args))
    })
    .least(Operator)
    .said(said::RENAME),
    Format::always(Topic::AdminFind, &["/cari"], "find resellers", "/cari budi", desk::find)
        .least(Viewer)
        .said(said::FIND),
    // Products.
    Format::always(Topic::AdminOpen, &["/buka"], "let in a reseller, open a product", "/buka KR0001", open)
        .least(Operator)
        .also(&[("/buka S10", Operator)])
        .said(said::OPEN),
    Format::always(Topic::AdminClose, &["/tutup"], "close a product", "/tutup S10", |args| {
        let mut words = Words::of(args);
        let product = words.product()?;
        remarked(AdminCommand::CloseProduct { product }, &words).map(Command::Admin)
    })
    .least(Operator)
    .said(said::CLOSE),
    Format::when(Topic::AdminOpen, &["/buka"], "open a category", "/buka kategori Telkomsel", |args| {
        desk::category(args, true)
    })
    .least(Operator),
    Format::when(Topic::AdminClose, &["/tutup"], "close a category", "/tutup kategori Telkomsel", |args| {
        desk::category(args, false)
    })
    .least(Operator),
    Format::always(Topic::AdminPrice, &["/hargajual"], "change a price", "/hargajual S10 10500", price)
        .least(Owner)
        .also(&[("/hargajual S10 +100", Owner), ("/hargajual S10 +2%", Owner)])
        .said(said::PRICE),
    Format::when(
        Topic::AdminPrice,
        &["/hargajual"],
        "raise or lower a category's prices; take that back",
        "/hargajual kategori Telkomsel +100",
        desk::reprice,
    )
    .least(Owner)
    .also(&[("/hargajual kategori Telkomsel -2%", Owner), ("/hargajual kembalikan", Owner)]),
    Format::always(Topic::AdminCatalog, &["/katalog"], "the catalog as a file", "/katalog", |args| {
        alone(args, AdminCommand::Catalog)
    })
    .least(Viewer)
    .said(said::CATALOG),
    Format::when(Topic::AdminCatalog, &["/katalog"], "the catalog for Excel", "/katalog excel", desk::workbook)
        .least(Viewer),
    // Orders.
    Format::always(Topic::AdminPending, &["/pending"], "the orders that are open", "/pending", |args| {
        alone(args, AdminCommand::Pending)
    })
    .least(Viewer)
    .said(said::PENDING),
    Format::when(
        Topic::AdminOrder,
        &["/order"],
        "one order; all that suppliers said of it; all orders to a number",
        "/order 12",
        order,
    )
    .least(Viewer)
    .also(&[("/order 12 mentah", Viewer), ("/order 081234567890", Viewer)])
    .said(said::ORDER),
    Format::always(Topic::AdminRecheck, &["/cekulang"], "ask the supplier again", "/cekulang 12", recheck)
        .least(Operator),
    Format::always(Topic::AdminSuccess, &["/sukses"], "an order was delivered", "/sukses 12 1234567890", |args| {
        decided(args, Part::SerialNumber, |id, sn| AdminCommand::Success { id, sn: without_label(&sn) })
    })
    .least(Operator),
    Format::always(Topic::AdminFailure, &["/gagal"], "an order was not delivered", "/gagal 12 nomor salah", |args| {
        decided(args, Part::Reason, |id, reason| AdminCommand::Failure { id, reason })
    })
    .least(Operator),
    // The desk.
    Format::always(Topic::AdminLog, &["/log"], "who did what", "/log 20", desk::log)
        .least(Viewer)
        .also(&[("/log", Viewer), ("/log KR0001", Viewer), ("/log kemarin", Viewer)])
        .said(said::LOG),
    Format::always(
        Topic::AdminRoles,
        &["/peran"],
        "who works here, in which role",
        "/peran KR0002 operator",
        desk::staff,
    )
    .least(Owner)
    .also(&[("/peran", Viewer), ("/peran telegram:7 hapus", Owner)])
    .said(said::ROLES),
    Format::always(
        Topic::AdminLimit,
        &["/batas"],
        "what one of them may add to balances in a day",
        "/batas KR0002 2000000",
        desk::limit,
    )
    .least(Owner)
    .also(&[("/batas", Viewer), ("/batas KR0002 -", Owner)])
    .said(said::LIMIT),
    Format::always(
        Topic::AdminTakeBack,
        &["/tariktransfer"],
        "take a transfer between resellers back, also without consent",
        "/tariktransfer 12 salah kirim",
        desk::take_back,
    )
    .least(Operator),
    Format::always(
        Topic::AdminBroadcast,
        &["/siaran"],
        "tell something to every reseller",
        "/siaran Server kembali normal",
        |args| {
            // `/siaran: besok libur`
            let words = Words::of(args).0.trim_start_matches([':', ' ']);
            Words(words).text(Part::Text).map(|text| Command::Admin(AdminCommand::Broadcast { text }))
        },
    )
    .least(Owner)
    .said(said::BROADCAST),
    Format::always(Topic::AdminBroadcast, &["/kirimsiaran"], "send an announcement", "/kirimsiaran 3", |args| {
        desk::decide(args, true)
    })
    .least(Owner),
    Format::always(Topic::AdminBroadcast, &["/batalsiaran"], "drop an announcement", "/batalsiaran 3", |args| {
        desk::decide(args, false)
    })
    .least(Owner),
];

fn alone(args: Cursor<'_>, command: AdminCommand) -> Result<Command, Problem> {
    Words::of(args).finish().map(|()| Command::Admin(command))
}

fn about(args: Cursor<'_>, of: fn(AgentRef) -> AdminCommand) -> Result<Command, Problem> {
    let mut words = Words::of(args);
    let agent = words.agent(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))?;
    remarked(of(agent), &words).map(Command::Admin)
}

fn agents(args: Cursor<'_>) -> Result<Command, Problem> {
    let mut words = Words::of(args);
    let agent = if words.is_empty() { None } else { Some(words.only_agent()?) };
    Ok(Command::Admin(AdminCommand::Agents { agent }))
}

fn answer(args: Cursor<'_>) -> Result<Command, Problem> {
    let mut words = Words::of(args);
    let agent = words.agent(|rest| !rest.is_empty())?;
    words.text(Part::Text).map(|text| Command::Admin(AdminCommand::Answer { agent, text }))
}

/// A reseller or a product: a code such as `KR0001` is always a reseller's.
fn open(args: Cursor<'_>) -> Result<Command, Problem> {
    let mut words = Words::of(args);
    let command = match words.agent(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))? {
        AgentRef::Other(_) => {
            words = Words::of(args);
            AdminCommand::OpenProduct { product: words.product()? }
        }
        agent => AdminCommand::Unblock { agent },
    };
    remarked(command, &words).map(Command::Admin)
}

/// `<product> <price>|+<more>|-<less> [--paksa]`.
fn price(args: Cursor<'_>) -> Result<Command, Problem> {
    let mut words = Words::of(args);
    let product = words.product()?;
    let mut first = Words(words.0);
    let word = first.need(Part::Price)?;
    let price = match word {
        // A bill's fee may be nothing.
        "0" => Ok(NewPrice::To(Rupiah::ZERO)),
        _ if word.ends_with('%') => desk::step(word).map(NewPrice::By),
        _ if word.starts_with(['+', '-']) => words.amount(true).map(PriceStep::By).map(NewPrice::By),
        _ => words.amount(false).map(NewPrice::To),
    };
    if word == "0" || word.ends_with('%') {
        words = first;
    }
    let (forced, rest) = without_force(words.0);
    if !rest.is_empty() {
        words.finish()?;
    }
    price.map(|price| Command::Admin(AdminCommand::SellPrice { product, price, forced }))
}

/// `<order> [mentah]`, or the number that orders went to. With a product's code it is a reseller's `/order S10 0812…`.
fn order(args: Cursor<'_>) -> Option<Result<Command, Problem>> {
    let mut words = Words::of(args);
    // No order has a number so long.
    if let Some(dest) = destination_alone(words.0).filter(|dest| dest.to_string().len() >= 9) {
        return Some(Ok(Command::Admin(AdminCommand::Desk(AdminDesk::OrdersTo { dest }))));
    }
    let raw = wants_raw(words.0);
    let orders = words.0.split_whitespace().nth(1).is_some() || words.0.chars().any(char::is_alphabetic);
    if orders && !raw {
        return None;
    }
    let mut read = || {
        let id = words.id()?;
        if !raw {
            words.finish()?;
        }
        Ok(Command::Admin(AdminCommand::Order { id, raw }))
    };
    Some(read())
}

/// Whether an order's number is followed by the word for all that was said.
fn wants_raw(rest: &str) -> bool {
    let mut words = rest.split_whitespace();
    let (id, word) = (words.next(), words.next());
    let is_word = word.is_some_and(|word| ["mentah", "raw"].iter().any(|known| word.eq_ignore_ascii_case(known)));
    is_word && words.next().is_none() && id.is_some_and(|id| id.parse::<OrderId>().is_ok())
}

/// `<order> [--paksa]`.
fn recheck(args: Cursor<'_>) -> Result<Command, Problem> {
    let (forced, rest) = without_force(args.text);
    let mut words = Words(&rest);
    let id = words.id()?;
    words.finish().map(|()| Command::Admin(AdminCommand::Recheck { id, forced }))
}

/// `<order> <serial number or reason>`.
/// `SN: 0041…`: the reply writes its own.
fn without_label(sn: &str) -> String {
    let label = sn.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("sn"));
    let rest = sn.get(2..).filter(|rest| label && rest.starts_with([':', ' ', '.', '=']));
    let rest = rest.map(|rest| rest.trim_start_matches([':', ' ', '.', '=']));
    rest.filter(|rest| !rest.is_empty()).unwrap_or(sn).to_owned()
}

fn decided(args: Cursor<'_>, what: Part, of: fn(OrderId, String) -> AdminCommand) -> Result<Command, Problem> {
    let mut words = Words::of(args);
    let id = words.id()?;
    words.text(what).map(|text| Command::Admin(of(id, text)))
}
