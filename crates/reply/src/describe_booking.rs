//! The same for bookings.

use super::describe::{Described, order_line};
use super::describe_deposit;
use super::fields::Fields;
use super::rendered::Button;
use super::says_booking::{AskCard, AskStage, AskWhat, BookedBefore, BookedHow, BookingReply, Doubts};
use super::words::Say;
use konter_command::Tap;
use konter_core::clean::{NAME, SENTENCE, TYPED};

pub(super) fn describe(reply: &BookingReply, say: &Say<'_>) -> Described {
    let none = Fields::new();
    match reply {
        BookingReply::Ask(card) => ask(card, say),
        BookingReply::NothingToConfirm => ("booking.nothing", none),
        BookingReply::Booked { by, agent, name, amount, note } => {
            let fields = none.text("by", by, SENTENCE).code("agent", agent).text("name", name, NAME);
            ("booking.booked", fields.money("amount", *amount).maybe("note", note.as_ref(), SENTENCE))
        }
        BookingReply::Corrected { by, line, agent } => {
            ("booking.corrected", order_line(line, say).text("by", by, SENTENCE).code("agent", agent))
        }
    }
}

fn ask(card: &AskCard, say: &Say<'_>) -> Described {
    let (key, fields) = match &card.what {
        AskWhat::Deposit { agent, name, amount, note, doubts: why } => {
            let fields = Fields::new().code("agent", agent).text("name", name, NAME).money("amount", *amount);
            ("booking.ask_deposit", doubts(why, fields.maybe("note", note.as_ref(), SENTENCE)))
        }
        AskWhat::Accept { card, credited, doubts: why } => {
            let fields = Fields::new().set("card", describe_deposit::card(card)).money("credited", *credited);
            ("booking.ask_accept", doubts(why, fields))
        }
        AskWhat::Decide { line, agent, delivered, words } => {
            let fields = order_line(line, say).code("agent", agent).set("delivered", *delivered);
            ("booking.ask_decide", fields.text("words", words, SENTENCE))
        }
        AskWhat::Price { code, name, before, after, below, changed_at } => {
            let fields = Fields::new().code("code", code).text("name", name, NAME).money("before", *before);
            let fields = fields.money("after", *after).money("below", *below);
            ("booking.ask_price", fields.time("changed_at", *changed_at))
        }
    };
    let stage = match card.stage {
        AskStage::Asked => "asked",
        AskStage::Done => "done",
        AskStage::Cancelled => "cancelled",
        AskStage::Expired => "expired",
    };
    (key, fields.set("number", card.number).time("until", card.until).set("stage", stage))
}

/// `booked`, `above`, `phone`, `open_ticket`: each may be missing.
pub(super) fn doubts(doubts: &Doubts, fields: Fields) -> Fields {
    fields
        .set("booked", doubts.booked.as_ref().map(booked))
        .money("above", doubts.above)
        .maybe("phone", doubts.phone.as_ref(), TYPED)
        .set("open_ticket", doubts.open_ticket.map(|ticket| ticket.0))
}

fn booked(before: &BookedBefore) -> Fields {
    let (how, ticket, from) = match before.how {
        BookedHow::Deposit => ("deposit", None, None),
        BookedHow::Ticket(ticket) => ("ticket", Some(ticket.0), None),
        BookedHow::Transfer(from) => ("transfer", None, Some(from.to_string())),
    };
    Fields::new()
        .time("at", before.at)
        .set("minutes", before.minutes)
        .money("amount", before.amount)
        .set("how", how)
        .set("ticket", ticket)
        .set("from", from)
        .maybe("by", before.by.as_ref(), SENTENCE)
}

/// The rows of buttons below a question.
pub(super) fn buttons(reply: &BookingReply, say: &Say<'_>) -> Vec<Vec<Button>> {
    let BookingReply::Ask(AskCard { number, stage: AskStage::Asked, .. }) = reply else { return Vec::new() };
    let button = |key, tap: Tap| Button { label: say(key, Fields::new()), tap: tap.to_string() };
    vec![vec![button("booking.yes", Tap::Yes(*number)), button("button.cancel", Tap::No(*number))]]
}
