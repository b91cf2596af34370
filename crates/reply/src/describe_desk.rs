//! The same for the desk: prices, the catalog, complaints, the log.

use super::describe::{Described, order_line};
use super::describe_admin::agent_card;
use super::fields::Fields;
use super::rendered::Button;
use super::says::{ActLine, BelowCost, ComplaintCard, ImportCard, ImportStage, PriceChange, Reply};
use super::words::Say;
use konter_command::Tap;
use konter_core::clean::{NAME, SENTENCE, clean};
use minijinja::value::Value;

/// Of a complaint or an announcement.
const LONG_TEXT: usize = 1_500;

/// Only called for these replies.
pub(super) fn describe(reply: &Reply, say: &Say<'_>) -> Described {
    let none = Fields::new();
    match reply {
        Reply::AdminPrice(change) => ("desk.price", price(change)),
        Reply::AdminPinReset { agent, name } => ("desk.pin_reset", none.code("agent", agent).text("name", name, NAME)),
        Reply::PinReset { over } => ("pin.reset", none.set("over", *over)),
        Reply::ComplaintTaken => ("desk.complaint_taken", none),
        Reply::AlertComplaint(card) => ("alert.complaint", complaint(card, say)),
        Reply::Answered { text } => ("desk.answer", none.text("text", text, LONG_TEXT)),
        Reply::AdminAnswered { agent, name } => ("desk.answered", none.code("agent", agent).text("name", name, NAME)),
        Reply::Announcement { text, .. } => ("desk.announcement", none.text("text", text, LONG_TEXT)),
        Reply::AdminCatalog { products, .. } => ("desk.catalog", none.set("products", *products)),
        Reply::AdminImport(card) => ("desk.import", import(card)),
        Reply::AdminImportFailed { errors, left_out } => {
            let errors: Value = errors.iter().map(|error| clean(error, SENTENCE)).collect();
            ("desk.import_failed", none.set("errors", errors).set("left_out", *left_out))
        }
        Reply::AdminLog { acts } => ("desk.log", none.list("acts", acts.iter().map(act))),
        _ => ("talk.try_again", none),
    }
}

fn price(change: &PriceChange) -> Fields {
    Fields::new()
        .code("code", &change.code)
        .text("name", &change.name, NAME)
        .money("before", change.before)
        .money("after", change.after)
}

fn complaint(card: &ComplaintCard, say: &Say<'_>) -> Fields {
    Fields::new()
        .set("card", agent_card(&card.agent, say))
        .text("text", &card.text, LONG_TEXT)
        .list("lines", card.orders.iter().map(|line| order_line(line, say)))
}

fn import(card: &ImportCard) -> Fields {
    let stage = match card.stage {
        ImportStage::Offered => "offered",
        ImportStage::Applied => "applied",
        ImportStage::Cancelled => "cancelled",
    };
    Fields::new()
        .set("added", card.added)
        .set("changed", card.changed)
        .set("unchanged", card.unchanged)
        .set("not_named", card.not_named)
        .list("prices", card.prices.iter().map(price))
        .list("below", card.below_cost.iter().map(below_cost))
        .set("more_below", card.more_below_cost)
        .set("stage", stage)
}

pub(super) fn below_cost(below: &BelowCost) -> Fields {
    Fields::new().code("code", &below.code).money("price", below.price).money("cost", below.cost)
}

fn act(act: &ActLine) -> Fields {
    Fields::new().time("at", act.at).text("by", &act.by, NAME).text("what", &act.what, SENTENCE)
}

/// The buttons below a catalog that could be taken over.
pub(super) fn buttons(card: &ImportCard, say: &Say<'_>) -> Vec<Vec<Button>> {
    if card.stage != ImportStage::Offered {
        return Vec::new();
    }
    let button = |key, tap: Tap| Button { label: say(key, Fields::new()), tap: tap.to_string() };
    let apply = if card.below_cost.is_empty() { "button.apply" } else { "button.apply_below" };
    vec![vec![button(apply, Tap::Import(card.import)), button("button.cancel", Tap::CancelImport(card.import))]]
}
