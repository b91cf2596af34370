//! The rows of buttons below a reply. What a button says is a tap, or what one could have typed; the labels are texts.

use super::account::{PriceLine, PriceTab};
use super::admin::SupplierCard;
use super::bill::BillStage;
use super::booking::{AskCard, AskStage, AskWhat, BookingReply};
use super::deposit::{TicketSays, TicketWhy};
use super::desk::{ImportCard, ImportStage};
use super::fields::Fields;
use super::fields::Say;
use super::guide::{ChooseCard, ChooseStage};
use super::model::Reply;
use super::network::{NetworkReply, TakeBackCard, TakeBackStage, TransferCard, TransferLine, TransferStage};
use super::preference::{AskFor, PreferenceReply};
use super::price_list::{PriceListCard, PriceListStage};
use super::receipt::ReceiptForm;
use super::rendered::Button;
use super::report::ReportForm;
use super::routing::{OverdueCard, OverdueStage, RoutingReply, SupplierState};
use super::staff::{BroadcastStage, DeskReply};
use super::talk::{LineStage, TalkReply};
use super::words;
use konter_command::{PadKey, PadTap, ReceiptAs, ReportFile, Tap};
use konter_core::agent::AgentStatus;
use konter_core::catalog::ProductKind;
use konter_core::clean::{NAME, TYPED, clean};
use konter_core::ids::TicketId;
use konter_core::money::Rupiah;
use konter_core::order::card::{OrderLine, Verdict};
use konter_core::order::refusal::{Near, Why};
use konter_core::preferences::FavouriteName;
use konter_core::staff::Role;

/// Products, favourites and the like beside each other.
const IN_A_ROW: usize = 2;
/// Amounts offered as buttons.
const OFTEN_DEPOSITED: [Rupiah; 4] =
    [Rupiah::new(50_000), Rupiah::new(100_000), Rupiah::new(200_000), Rupiah::new(500_000)];

type Rows = Vec<Vec<Button>>;

pub(super) fn buttons(reply: &Reply, say: &Say<'_>) -> Rows {
    let one = |key, tap: Tap| button(say, key, tap);
    match reply {
        Reply::Bill(card) => {
            let cancel = one("button.cancel", Tap::Cancel(card.inquiry));
            match card.stage {
                BillStage::Payable(_) => vec![vec![one("button.pay", Tap::Pay(card.inquiry)), cancel]],
                BillStage::EnterPin { taps, .. } => keypad(say, taps, cancel, |tap| Tap::Key(card.inquiry, tap)),
                BillStage::Paying { .. } | BillStage::Cancelled | BillStage::Expired => Vec::new(),
            }
        }
        Reply::Customer(card) => card.guide.map(|guide| offered(guide, 0, &card.products)).unwrap_or_default(),
        Reply::Choose(card) => choose(card, say),
        Reply::OrderPending(line) => vec![vec![one("button.complain", Tap::Complain(line.order))]],
        Reply::OrderRefused(refused) | Reply::LookUpRefused(refused) => match &refused.why {
            Why::BalanceShort { missing, .. } => top_ups(*missing, say),
            Why::AlreadyOrdered { earlier, again, .. } if !again.is_empty() => {
                repeats(std::slice::from_ref(&**earlier), say)
            }
            _ => Vec::new(),
        },
        Reply::PriceTab(tab) => price_tabs(tab),
        Reply::Help { topic, role } => help(words::help_key(topic.as_deref(), role.is_some()), *role, say),
        Reply::AlertNewAgent(card) if card.status == AgentStatus::Waiting => vec![vec![
            one("button.approve", Tap::Approve(card.code)),
            one("button.turn_away", Tap::TurnAway(card.code)),
        ]],
        Reply::Receipt { form: ReceiptForm::Picture, card } => vec![vec![
            one("button.as_text", Tap::ReceiptAs(ReceiptAs::Text, card.order, card.price)),
            one("button.as_printer", Tap::ReceiptAs(ReceiptAs::Printer, card.order, card.price)),
        ]],
        Reply::AdminImport(card) => import(card, say),
        Reply::OrderSuccess(line) if line.kind != ProductKind::Topup => {
            vec![vec![one("button.receipt", Tap::Receipt(line.order))]]
        }
        Reply::Orders { lines, .. } => repeats(lines, say),
        Reply::Talk(talk) => match &**talk {
            TalkReply::WhichOrder { lines } => repeats(lines, say),
            TalkReply::PinFor { id, taps, stage: LineStage::Pin, .. } => {
                keypad(say, *taps, one("button.cancel", Tap::NoLine(*id)), |tap| Tap::LineKey(*id, tap))
            }
            _ => Vec::new(),
        },
        Reply::Ticket(says) => ticket(says, say),
        Reply::Booking(booking) => of_booking(booking, say),
        Reply::Network(network) => match &**network {
            NetworkReply::TransferAsk(TransferCard { number, stage: TransferStage::Asked, .. }) => {
                yes_or_no(*number, "network.yes_send", say)
            }
            NetworkReply::TransferSent { number: Some(number), unasked: false, .. } => {
                vec![vec![one("network.button_ask_back", Tap::AskBack(*number))]]
            }
            NetworkReply::TakeBackAsk(card) if card.stage == TakeBackStage::Asked => give_back(card, say),
            NetworkReply::TakeBackWhich { lines } => lines.iter().filter_map(|line| which(line, say)).collect(),
            _ => Vec::new(),
        },
        Reply::AlertOverdue(card) => overdue(card, say),
        Reply::AdminSuppliers { suppliers, only_looks: false } => {
            beside(suppliers.iter().map(|card| supplier(card, say)))
        }
        Reply::Desk(desk) => match &**desk {
            DeskReply::Broadcast(card) if card.stage == BroadcastStage::Asked => vec![vec![
                one("staff.send", Tap::SendBroadcast(card.broadcast)),
                one("button.cancel", Tap::DropBroadcast(card.broadcast)),
            ]],
            _ => Vec::new(),
        },
        Reply::Preference(preference) => match &**preference {
            PreferenceReply::Favourites { lines } => beside(lines.iter().map(|line| favourite(&line.name))),
            PreferenceReply::Ask(AskFor::Phone { favourites }) => {
                let mut rows = vec![vec![typed(say, "button.repeat_last", "ULANG")]];
                rows.extend(beside(favourites.iter().map(favourite)));
                rows
            }
            PreferenceReply::Ask(AskFor::Bill { kinds }) => beside(kinds.iter().map(bill_kind)),
            _ => Vec::new(),
        },
        Reply::Routing(routing) => match &**routing {
            // Only while it waits: what has been sent cannot be taken back.
            RoutingReply::Queued { line, .. } => {
                vec![vec![typed(say, "button.cancel", &format!("BATAL.{}", line.order))]]
            }
            RoutingReply::PriceList(card) => price_list(card, say),
            _ => Vec::new(),
        },
        Reply::Statement(card) => {
            let pages = ["button.older", "button.newer"].into_iter().zip(card.pages());
            let row: Vec<Button> =
                pages.filter_map(|(key, page)| Some(one(key, Tap::Statement(page?, card.days)))).collect();
            if row.is_empty() { Vec::new() } else { vec![row] }
        }
        Reply::ShopReport { form: ReportForm::Text | ReportForm::Summary, card } => {
            let label = |file| match file {
                ReportFile::Chart => "button.chart",
                ReportFile::Csv => "button.csv",
                ReportFile::Xlsx => "button.xlsx",
            };
            vec![ReportFile::ALL.into_iter().map(|file| one(label(file), Tap::Report(file, card.span))).collect()]
        }
        _ => Vec::new(),
    }
}

fn button(say: &Say<'_>, key: &str, tap: Tap) -> Button {
    typed(say, key, &tap.to_string())
}

fn typed(say: &Say<'_>, key: &str, text: &str) -> Button {
    Button { label: say(key, Fields::new()), tap: text.to_owned() }
}

fn of_booking(booking: &BookingReply, say: &Say<'_>) -> Rows {
    match booking {
        BookingReply::Ask(AskCard { number, stage: AskStage::Asked, what, .. }) => {
            let is_all = matches!(what, AskWhat::AcceptAll(_));
            yes_or_no(*number, if is_all { "booking.accept_all" } else { "booking.yes" }, say)
        }
        BookingReply::NoMatch(found) => {
            found.others.iter().filter_map(|line| Some(vec![near_ticket(line.ticket?, line.amount, say)])).collect()
        }
        _ => Vec::new(),
    }
}

/// Accepts the ticket with what has come in its place.
fn near_ticket(ticket: TicketId, came: Rupiah, say: &Say<'_>) -> Button {
    let fields = Fields::new().set("ticket", ticket.0).set("amount", came.get());
    Button { label: say("booking.accept_near", fields), tap: format!("/acc {ticket} {}", came.get()) }
}

fn beside(all: impl Iterator<Item = Button>) -> Rows {
    all.collect::<Vec<_>>().chunks(IN_A_ROW).map(<[Button]>::to_vec).collect()
}

/// Digits as on a telephone, and below them: take back, zero, done; and a way out.
fn keypad(say: &Say<'_>, taps: u16, cancel: Button, tap: impl Fn(PadTap) -> Tap) -> Rows {
    let key = |label: &str, key| {
        let tap = tap(PadTap { key, drawn: Some(taps) });
        Button { label: label.to_owned(), tap: tap.to_string() }
    };
    let digit = |digit: u8| key(&digit.to_string(), PadKey::Digit(digit));
    let mut rows: Rows = [[1, 2, 3], [4, 5, 6], [7, 8, 9]].into_iter().map(|row| row.map(&digit).to_vec()).collect();
    rows.push(vec![key("⌫", PadKey::Back), digit(0), key(&say("button.ok", Fields::new()), PadKey::Done)]);
    rows.push(vec![cancel]);
    rows
}

/// Products of an offer, from this place in it on.
fn offered(guide: u64, first: usize, products: &[PriceLine]) -> Rows {
    beside(products.iter().enumerate().map(|(index, line)| Button {
        label: format!("{} {}", line.code, line.price),
        tap: Tap::Choose(guide, first + index).to_string(),
    }))
}

fn choose(card: &ChooseCard, say: &Say<'_>) -> Rows {
    let cancel = button(say, "button.cancel", Tap::NoChoice(card.guide));
    match card.stage {
        ChooseStage::List => {
            let mut rows = offered(card.guide, card.first, &card.products);
            let others = card.shelves.iter().enumerate().filter(|(at, _)| *at != card.shelf);
            rows.extend(beside(others.map(|(at, name)| Button {
                label: format!("{} »", clean(name, NAME)),
                tap: Tap::Shelf(card.guide, at).to_string(),
            })));
            rows.push(vec![cancel]);
            rows
        }
        ChooseStage::EnterPin { taps, .. } => keypad(say, taps, cancel, |tap| Tap::OrderKey(card.guide, tap)),
        ChooseStage::Placed { .. } | ChooseStage::Cancelled => Vec::new(),
    }
}

/// Deposits that cover what is missing: as little as does, and more.
fn top_ups(missing: Rupiah, say: &Say<'_>) -> Rows {
    let enough = OFTEN_DEPOSITED.into_iter().filter(|amount| *amount >= missing).take(IN_A_ROW);
    let top_up = |amount: Rupiah| Button {
        label: say("button.top_up", Fields::new().set("amount", amount.get())),
        tap: format!("TIKET.{}", amount.get()),
    };
    beside(enough.map(top_up))
}

/// All categories; the one that is shown is marked.
fn price_tabs(tab: &PriceTab) -> Rows {
    beside(tab.tabs.iter().enumerate().map(|(at, name)| {
        let mark = if at == tab.at { "• " } else { "" };
        Button { label: format!("{mark}{}", clean(name, NAME)), tap: Tap::Prices(at).to_string() }
    }))
}

/// The pages of help, as far as they are for whoever asks.
fn help(page: &str, role: Option<Role>, say: &Say<'_>) -> Rows {
    let reseller = || {
        vec![
            [("help_button.order", "BANTUAN.TRX"), ("help_button.bill", "BANTUAN.TAGIHAN")],
            [("help_button.deposit", "BANTUAN.DEPOSIT"), ("help_button.receipt", "BANTUAN.STRUK")],
            [("help_button.report", "BANTUAN.REKAP"), ("help_button.selling", "BANTUAN.JUAL")],
            [("help_button.downline", "BANTUAN.DOWNLINE"), ("help_button.all", "BANTUAN.SEMUA")],
        ]
    };
    let rows = match (page, role) {
        ("help.main", None) | ("help.reseller", _) => reseller(),
        ("help.main", Some(_)) => {
            vec![[("help_button.staff", "BANTUAN.TOKO"), ("help_button.reseller", "BANTUAN.AGEN")]]
        }
        _ => Vec::new(),
    };
    rows.into_iter().map(|row| row.map(|(key, text)| typed(say, key, text)).to_vec()).collect()
}

fn import(card: &ImportCard, say: &Say<'_>) -> Rows {
    if card.stage != ImportStage::Offered {
        return Vec::new();
    }
    let apply = match (card.below_cost.is_empty(), card.odd.is_empty()) {
        (false, _) => "button.apply_below",
        (true, false) => "button.apply_odd",
        (true, true) => "button.apply",
    };
    let apply = button(say, apply, Tap::Import(card.import));
    vec![vec![apply, button(say, "button.cancel", Tap::CancelImport(card.import))]]
}

/// Beside the orders in a list: those that were delivered, once more.
fn repeats(lines: &[OrderLine], say: &Say<'_>) -> Rows {
    let label = |line: &OrderLine| {
        let fields = Fields::new().set("product", line.product.to_string());
        say("button.repeat", fields.text("dest", &line.dest, TYPED))
    };
    // The same thing ordered twice is repeated in the same way.
    let is_first = |at: usize, line: &OrderLine| {
        let mut before = lines.iter().take(at).filter(|earlier| earlier.verdict == Verdict::Success);
        !before.any(|earlier| earlier.product == line.product && earlier.dest == line.dest)
    };
    let delivered =
        lines.iter().enumerate().filter(|(at, line)| line.verdict == Verdict::Success && is_first(*at, line));
    delivered.map(|(_, line)| vec![Button { label: label(line), tap: Tap::Repeat(line.order).to_string() }]).collect()
}

fn ticket(says: &TicketSays, say: &Say<'_>) -> Rows {
    match says {
        TicketSays::HowTo { .. } => {
            let amount = |amount: Rupiah| Button { label: amount.to_string(), tap: format!("TIKET.{}", amount.get()) };
            beside(OFTEN_DEPOSITED.into_iter().map(amount))
        }
        TicketSays::Card { card, why: TicketWhy::New | TicketWhy::Proof { .. } } => vec![vec![
            button(say, "deposit.accept", Tap::AcceptTicket(card.ticket)),
            button(say, "deposit.refuse", Tap::RefuseTicket(card.ticket)),
        ]],
        _ => Vec::new(),
    }
}

fn yes_or_no(number: u32, yes: &str, say: &Say<'_>) -> Rows {
    vec![vec![button(say, yes, Tap::Yes(number)), button(say, "button.cancel", Tap::No(number))]]
}

/// What a yes does stands on the button: whoever taps without reading has read that.
fn give_back(card: &TakeBackCard, say: &Say<'_>) -> Rows {
    let give = say("network.button_give_back", Fields::new().set("amount", card.amount.get()));
    vec![
        vec![Button { label: give, tap: Tap::GiveBack(card.number).to_string() }],
        vec![button(say, "network.button_keep", Tap::KeepTransfer(card.number))],
    ]
}

/// `None` where its receiver cannot be asked.
fn which(line: &TransferLine, say: &Say<'_>) -> Option<Vec<Button>> {
    let fields = Fields::new()
        .set("number", line.number.0)
        .set("to", line.to.to_string())
        .text("name", &line.name, NAME)
        .set("amount", line.amount.get());
    let button = Button { label: say("network.button_which", fields), tap: Tap::AskBack(line.number).to_string() };
    (!line.unasked).then(|| vec![button])
}

fn overdue(card: &OverdueCard, say: &Say<'_>) -> Rows {
    let id = card.card.line.order;
    let one = |key, tap: Tap| button(say, key, tap);
    let back = || one("routing.button_back", Tap::Reconsider(id));
    match card.stage {
        OverdueStage::Open | OverdueStage::Asked => vec![
            vec![one("routing.button_ask", Tap::AskAgain(id))],
            vec![
                one("routing.button_success", Tap::Delivered(id)),
                one("routing.button_failure", Tap::NotDelivered(id)),
            ],
        ],
        OverdueStage::WantsSerial => vec![vec![back()]],
        OverdueStage::Sure => {
            let sure = Tap::SurelyNotDelivered(id, card.card.attempts.len());
            vec![vec![one("routing.button_sure", sure), back()]]
        }
        OverdueStage::Done => Vec::new(),
    }
}

/// Commands, which only owners may.
fn price_list(card: &PriceListCard, say: &Say<'_>) -> Rows {
    let one =
        |key: &str, verb: &str| typed(say, key, &format!("/supplier {} harga {verb} {}", card.supplier, card.number));
    let all = || vec![one("routing.button_list_all", "semua")];
    let mut rows = match card.stage {
        PriceListStage::Offered if card.lines.is_empty() => Vec::new(),
        PriceListStage::Offered => {
            vec![vec![one("routing.button_list_apply", "terapkan"), one("routing.button_list_drop", "abaikan")]]
        }
        PriceListStage::Applied => vec![vec![one("routing.button_list_back", "kembalikan")]],
        PriceListStage::Dropped | PriceListStage::TakenBack => Vec::new(),
    };
    rows.extend((!rows.is_empty() && card.left_out > 0).then(all));
    rows
}

/// Stop sending to it, or go on: a command, which only admins may.
fn supplier(card: &SupplierCard, say: &Say<'_>) -> Button {
    let (key, verb) = match card.traffic.state {
        SupplierState::Paused { .. } => ("routing.button_resume", "lanjut"),
        _ => ("routing.button_pause", "jeda"),
    };
    let label = say(key, Fields::new().set("supplier", card.id.to_string()));
    Button { label, tap: format!("/supplier {} {verb}", card.id) }
}

fn favourite(name: &FavouriteName) -> Button {
    Button { label: name.to_string(), tap: format!("FAV.{name}") }
}

fn bill_kind(near: &Near) -> Button {
    Button { label: clean(&near.name, NAME), tap: format!("TAG.{}", near.code) }
}
