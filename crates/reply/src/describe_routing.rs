//! The same for suppliers, waiting orders and orders that need a person.

use minijinja::value::Value;

use super::describe::{Described, order_line};
use super::describe_admin::order_card;
use super::fields::Fields;
use super::rendered::Button;
use super::says::SupplierCard;
use super::says_routing::{
    CancelProblem, OverdueCard, OverdueStage, RouteLine, RoutingReply, SteerProblem, SupplierState, UnreadReport,
    UnreadWhy,
};
use super::words::{self, Say};
use konter_command::Tap;
use konter_core::clean::{NAME, RAW, SENTENCE, TYPED, clean};
use konter_core::ids::SupplierId;

pub(super) fn describe(reply: &RoutingReply, say: &Say<'_>) -> Described {
    let none = Fields::new();
    match reply {
        RoutingReply::Queued { line, until } => ("routing.queued", order_line(line, say).time("until", *until)),
        RoutingReply::QueueSetting { on } => ("routing.queue_setting", none.set("on", *on)),
        RoutingReply::CancelRefused { order, problem } => {
            let fields = none.set("order", order.0);
            match problem {
                CancelProblem::NoSuchOrder => ("routing.cancel_no_such", fields),
                CancelProblem::Sent => ("routing.cancel_sent", fields),
                CancelProblem::Ended { verdict } => {
                    ("routing.cancel_ended", fields.set("verdict", words::verdict(*verdict, say)))
                }
            }
        }
        RoutingReply::Routes { product, name, routes } => {
            let fields = none.code("product", product).text("name", name, NAME);
            ("routing.routes", fields.list("routes", routes.iter().map(route)))
        }
        RoutingReply::SteerRefused { problem } => match problem {
            SteerProblem::NoSuchSupplier { name } => ("routing.no_such_supplier", none.text("name", name, NAME)),
            SteerProblem::NoSuchRoute { product, supplier } => {
                ("routing.no_such_route", none.code("product", product).code("supplier", supplier))
            }
            SteerProblem::LongReason => ("routing.long_reason", none),
        },
        RoutingReply::AlertLowBalance { supplier, balance, level } => {
            let fields = none.code("supplier", supplier).money("deposit", *balance);
            ("routing.low_balance", fields.money("level", *level))
        }
        RoutingReply::AlertCostRose { supplier, line, cost } => {
            ("routing.cost_rose", order_line(line, say).code("supplier", supplier).money("cost", *cost))
        }
        RoutingReply::AlertManyOverdue { count } => ("routing.many_overdue", none.set("count", *count)),
        RoutingReply::AlertUnreadReports { supplier, count, reports } => {
            let fields = none.code("supplier", supplier).set("count", *count);
            ("routing.unread_reports", fields.list("reports", reports.iter().map(unread)))
        }
    }
}

fn unread(report: &UnreadReport) -> Fields {
    let why = match report.why {
        UnreadWhy::NoSuchSupplier => "no_such_supplier",
        UnreadWhy::NotBelieved => "not_believed",
        UnreadWhy::NoSuchOrder => "no_such_order",
        UnreadWhy::NotUnderstood => "not_understood",
        UnreadWhy::Cut => "cut",
        UnreadWhy::TooLarge => "too_large",
        UnreadWhy::Broken => "broken",
    };
    Fields::new().set("why", why).text("said", &report.said, RAW)
}

fn route(line: &RouteLine) -> Fields {
    Fields::new()
        .code("supplier", &line.supplier)
        .text("sku", &line.sku, TYPED)
        .money("cost", line.cost)
        .set("priority", line.priority)
        .set("open", line.open)
}

/// What a supplier's card says of its traffic.
pub(super) fn traffic(card: &SupplierCard, fields: Fields) -> Fields {
    let traffic = &card.traffic;
    let (state, until, reason) = match &traffic.state {
        SupplierState::Open => ("open", None, None),
        SupplierState::CutOff { until } => ("cut_off", Some(*until), None),
        SupplierState::Rests { until } => ("rests", Some(*until), None),
        SupplierState::HalfOpen => ("half_open", None, None),
        SupplierState::Paused { reason, at } => ("paused", Some(*at), reason.as_ref()),
    };
    // Tenths of a second: `1.3`.
    let median = traffic.median_ms.map(|ms| format!("{}.{}", ms / 1000, ms % 1000 / 100));
    let disturbed: Value = traffic.disturbed.iter().map(|sku| clean(sku, TYPED)).collect();
    fields
        .set("state", state)
        .time("state_at", until)
        .maybe("paused_because", reason, SENTENCE)
        .set("balance_minutes", traffic.balance_minutes)
        .set("low", traffic.low)
        .set("under_way", traffic.under_way)
        .set("ended", traffic.ended)
        .set("percent", traffic.percent)
        .set("median", median)
        .set("disturbed", disturbed)
        .set("priority", traffic.priority)
}

pub(super) fn overdue(card: &OverdueCard, say: &Say<'_>) -> Described {
    let stage = match card.stage {
        OverdueStage::Open => "open",
        OverdueStage::Asked => "asked",
        OverdueStage::WantsSerial => "wants_serial",
        OverdueStage::Sure => "sure",
        OverdueStage::Done => "done",
    };
    ("alert.overdue", Fields::new().set("card", order_card(&card.card, say)).set("stage", stage))
}

/// The buttons below an order that needs a person.
pub(super) fn overdue_buttons(card: &OverdueCard, say: &Say<'_>) -> Vec<Vec<Button>> {
    let id = card.card.line.order;
    let button = |key, tap: Tap| Button { label: say(key, Fields::new()), tap: tap.to_string() };
    let back = || button("routing.button_back", Tap::Reconsider(id));
    match card.stage {
        OverdueStage::Open | OverdueStage::Asked => vec![
            vec![button("routing.button_ask", Tap::AskAgain(id))],
            vec![
                button("routing.button_success", Tap::Delivered(id)),
                button("routing.button_failure", Tap::NotDelivered(id)),
            ],
        ],
        OverdueStage::WantsSerial => vec![vec![back()]],
        OverdueStage::Sure => vec![vec![button("routing.button_sure", Tap::SurelyNotDelivered(id)), back()]],
        OverdueStage::Done => Vec::new(),
    }
}

/// One row a supplier: stop sending to it, or go on. The buttons say commands, which only admins may.
pub(super) fn supplier_buttons(cards: &[SupplierCard], say: &Say<'_>) -> Vec<Vec<Button>> {
    let row = |card: &SupplierCard| {
        let named = |key, id: &SupplierId| say(key, Fields::new().code("supplier", id));
        let (key, verb) = match card.traffic.state {
            SupplierState::Paused { .. } => ("routing.button_resume", "lanjut"),
            _ => ("routing.button_pause", "jeda"),
        };
        vec![Button { label: named(key, &card.id), tap: format!("/supplier {} {verb}", card.id) }]
    };
    cards.iter().map(row).collect()
}
