//! Which text stands for a value inside a reply: reasons, doubts, states.

use super::fields::Fields;
use super::says::{Misread, PartName};
use konter_core::agent::AgentStatus;
use konter_core::clean::{NAME, SENTENCE, clean};
use konter_core::money::Rupiah;
use konter_core::order::FailureReason;
use konter_core::order::card::Verdict;
use konter_core::outcome::{Doubt, FailureKind};

/// Renders the text of a key; never fails.
pub(super) type Say<'a> = dyn Fn(&'static str, Fields) -> String + 'a;

fn plain(say: &Say<'_>, key: &'static str) -> String {
    say(key, Fields::new())
}

pub(super) fn verdict(verdict: Verdict, say: &Say<'_>) -> String {
    plain(
        say,
        match verdict {
            Verdict::Open => "verdict.open",
            Verdict::Success => "verdict.success",
            Verdict::Failed => "verdict.failed",
        },
    )
}

pub(super) fn agent_status(status: AgentStatus, say: &Say<'_>) -> String {
    plain(
        say,
        match status {
            AgentStatus::Waiting => "status.waiting",
            AgentStatus::Active => "status.active",
            AgentStatus::Blocked => "status.blocked",
        },
    )
}

/// Why an order failed, for its reseller. What lies between the shop and its suppliers (an empty deposit, a refused
/// account) has one neutral text, whatever the language files say.
pub(super) fn reason(reason: &FailureReason, say: &Say<'_>) -> String {
    match reason {
        FailureReason::Supplier(kind) => plain(say, reason_key(*kind)),
        FailureReason::Unreachable => plain(say, "reason.disturbed"),
        FailureReason::BillChanged => plain(say, "reason.bill_changed"),
        FailureReason::Cancelled => plain(say, "reason.cancelled"),
        FailureReason::Closed => plain(say, "reason.product_closed"),
        FailureReason::PriceChanged { now } => say("reason.price_changed", maybe_price(*now)),
        FailureReason::Admin(words) => clean(words, SENTENCE),
    }
}

pub(super) const fn reason_key(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::WrongNumber => "reason.wrong_number",
        FailureKind::NumberExpired => "reason.number_expired",
        FailureKind::NumberInactive => "reason.number_inactive",
        FailureKind::NumberBlocked => "reason.number_blocked",
        FailureKind::AlreadyActive => "reason.already_active",
        FailureKind::OldPackage => "reason.old_package",
        FailureKind::NotRegistered => "reason.not_registered",
        FailureKind::OutsideArea => "reason.outside_area",
        FailureKind::BillUnavailable => "reason.bill_unavailable",
        FailureKind::BillPaid => "reason.bill_paid",
        FailureKind::ProductClosed => "reason.product_closed",
        FailureKind::CutOff => "reason.cut_off",
        FailureKind::Refused => "reason.refused",
        FailureKind::Reversed => "reason.reversed",
        FailureKind::ProductUnknown
        | FailureKind::ProductDisturbed
        | FailureKind::SupplierFunds
        | FailureKind::SupplierLimit
        | FailureKind::SupplierDisturbed
        | FailureKind::AccountRefused => "reason.disturbed",
    }
}

/// Why an order failed, for admins: nothing is hidden.
pub(super) fn cause(reason: &FailureReason, say: &Say<'_>) -> String {
    match reason {
        FailureReason::Supplier(kind) => plain(say, cause_key(*kind)),
        FailureReason::Unreachable => plain(say, "cause.unreachable"),
        FailureReason::BillChanged => plain(say, "cause.bill_changed"),
        FailureReason::Cancelled => plain(say, "cause.cancelled"),
        FailureReason::Closed => plain(say, "cause.closed"),
        FailureReason::PriceChanged { now } => say("cause.price_changed", maybe_price(*now)),
        FailureReason::Admin(words) => say("cause.admin", Fields::new().text("words", words, SENTENCE)),
    }
}

fn maybe_price(price: Option<Rupiah>) -> Fields {
    Fields::new().money("price", price)
}

const fn cause_key(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::WrongNumber => "cause.wrong_number",
        FailureKind::NumberExpired => "cause.number_expired",
        FailureKind::NumberInactive => "cause.number_inactive",
        FailureKind::NumberBlocked => "cause.number_blocked",
        FailureKind::AlreadyActive => "cause.already_active",
        FailureKind::OldPackage => "cause.old_package",
        FailureKind::NotRegistered => "cause.not_registered",
        FailureKind::OutsideArea => "cause.outside_area",
        FailureKind::BillUnavailable => "cause.bill_unavailable",
        FailureKind::BillPaid => "cause.bill_paid",
        FailureKind::ProductClosed => "cause.product_closed",
        FailureKind::ProductUnknown => "cause.product_unknown",
        FailureKind::ProductDisturbed => "cause.product_disturbed",
        FailureKind::SupplierFunds => "cause.supplier_funds",
        FailureKind::SupplierLimit => "cause.supplier_limit",
        FailureKind::CutOff => "cause.cut_off",
        FailureKind::SupplierDisturbed => "cause.supplier_disturbed",
        FailureKind::AccountRefused => "cause.account_refused",
        FailureKind::Refused => "cause.refused",
        FailureKind::Reversed => "cause.reversed",
    }
}

/// Why nothing is known of an attempt, for admins.
pub(super) fn doubt(doubt: &Doubt, say: &Say<'_>) -> String {
    let none = Fields::new();
    match doubt {
        Doubt::Timeout => say("doubt.timeout", none),
        Doubt::ConnectionLost => say("doubt.connection_lost", none),
        Doubt::HttpStatus(status) => say("doubt.http_status", none.set("status", *status)),
        Doubt::TooLarge => say("doubt.too_large", none),
        Doubt::NotUnderstood => say("doubt.not_understood", none),
        Doubt::OtherReference => say("doubt.other_reference", none),
        Doubt::OtherProduct => say("doubt.other_product", none),
        Doubt::OtherDestination => say("doubt.other_destination", none),
        Doubt::Unlisted(code) => say("doubt.unlisted", none.text("code", code, NAME)),
        Doubt::Inconclusive(code) => say("doubt.inconclusive", none.text("code", code, NAME)),
        Doubt::Contradictory => say("doubt.contradictory", none),
        Doubt::NoSerial => say("doubt.no_serial", none),
        Doubt::EarlierOrder => say("doubt.earlier_order", none),
        Doubt::SerialTaken(order) => say("doubt.serial_taken", none.set("order", order.0)),
        Doubt::Interrupted => say("doubt.interrupted", none),
        Doubt::Restored => say("doubt.restored", none),
    }
}

/// What is wrong with a message, for who typed it; without a full stop, because the sentence goes on.
pub(super) fn misread(misread: &Misread, say: &Say<'_>) -> String {
    let none = Fields::new();
    let typed = |text: &str| Fields::new().text("text", text, SENTENCE);
    let told = match misread {
        Misread::Missing { part } => say("problem.missing", none.set("part", part_name(*part, say))),
        Misread::Unfit { part, text } => say("problem.unfit", typed(text).set("part", part_name(*part, say))),
        Misread::DestinationLetters { text } => say("problem.destination_letters", typed(text)),
        Misread::DestinationUnreadable { text } => say("problem.destination_unreadable", typed(text)),
        Misread::DestinationTooShort { text } => say("problem.destination_too_short", typed(text)),
        Misread::DestinationTooLong { text } => say("problem.destination_too_long", typed(text)),
        Misread::Leftover { text } => say("problem.leftover", typed(text)),
        Misread::Ambiguous => say("problem.ambiguous", none),
        Misread::DifferentPins => say("problem.different_pins", none),
        Misread::RepeatsDisagree => say("problem.repeats_disagree", none),
        Misread::SameOrderTwice => say("problem.same_order_twice", none),
        Misread::TooManyOrders { most } => say("problem.too_many_orders", none.set("most", *most)),
        Misread::ReferenceForSeveral => say("problem.reference_for_several", none),
        Misread::NegativeAmount => say("problem.negative_amount", none),
    };
    told.trim_end_matches(['.', ' ']).to_owned()
}

fn part_name(part: PartName, say: &Say<'_>) -> String {
    plain(
        say,
        match part {
            PartName::Product => "part_name.product",
            PartName::Destination => "part_name.destination",
            PartName::Customer => "part_name.customer",
            PartName::Pin => "part_name.pin",
            PartName::NewPin => "part_name.new_pin",
            PartName::Amount => "part_name.amount",
            PartName::Price => "part_name.price",
            PartName::Agent => "part_name.agent",
            PartName::Name => "part_name.name",
            PartName::Text => "part_name.text",
            PartName::Date => "part_name.date",
            PartName::OrderNumber => "part_name.order_number",
            PartName::Ticket => "part_name.ticket",
            PartName::SerialNumber => "part_name.serial_number",
            PartName::Reason => "part_name.reason",
            PartName::Language => "part_name.language",
            PartName::Number => "part_name.number",
            PartName::Role => "part_name.role",
        },
    )
}

/// Features a shop may lack, as `Reply::NotOffered` can name them, each with the key of its text; any other name is
/// shown as it is.
pub const FEATURES: [(&str, &str); 12] = [
    ("transfer", "feature.transfer"),
    ("downline", "feature.downline"),
    ("markup", "feature.markup"),
    ("sender", "feature.sender"),
    ("points", "feature.points"),
    ("schedule", "feature.schedule"),
    ("take_back", "feature.take_back"),
    ("cancel_order", "feature.cancel_order"),
    ("centre", "feature.centre"),
    ("reset_pin", "feature.reset_pin"),
    ("staff", "feature.staff"),
    ("fee_scheme", "feature.fee_scheme"),
];

pub(super) fn feature(name: &str, say: &Say<'_>) -> String {
    match FEATURES.iter().find(|(known, _)| *known == name) {
        Some((_, key)) => plain(say, key),
        None => clean(name, NAME),
    }
}

/// The help page a word asks for; the overview for a word that names none.
pub(super) fn help_key(topic: Option<&str>) -> &'static str {
    let topic = topic.unwrap_or_default().trim().to_lowercase();
    match topic.as_str() {
        "order" | "beli" | "isi" | "trx" | "transaksi" | "pulsa" | "token" | "pln" => "help.order",
        "harga" | "h" | "ch" | "price" | "prices" => "help.price",
        "saldo" | "sal" | "balance" => "help.balance",
        "cek" | "status" | "sn" => "help.status",
        "deposit" | "tiket" | "depo" | "dep" | "ticket" | "tickets" => "help.deposit",
        "pin" | "gp" => "help.pin",
        "tagihan" | "tag" | "bayar" | "bill" | "bills" => "help.bill",
        "struk" | "nota" | "cetak" | "receipt" => "help.receipt",
        "daftar" | "reg" | "register" => "help.register",
        "rekap" | "lap" | "laporan" | "mutasi" | "mut" | "report" | "statement" => "help.report",
        "kata" | "istilah" | "words" => "help.words",
        "nomor" | "tambah" | "hapus" | "paralel" | "par" | "chat" | "chats" | "nama" => "chats.help",
        "favorit" | "fav" | "ulang" | "simpan" | "lagi" | "favourites" | "favorites" => "favourites.help",
        "jual" | "daftarharga" | "pricelist" | "selling" => "selling.help",
        "downline" | "markup" | "tr" | "transfer" | "undang" => "network.help",
        _ => "help.main",
    }
}
