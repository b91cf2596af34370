//! The same for those who work here, found resellers, categories and announcements on their way.

use minijinja::value::Value;

use super::describe::Described;
use super::describe_admin::agent_card;
use super::describe_desk::below_cost;
use super::fields::Fields;
use super::rendered::Button;
use super::says_staff::{BroadcastCard, BroadcastStage, CategoryCard, DeskReply, RoleProblem, StaffLine};
use super::words::Say;
use konter_command::Tap;
use konter_core::clean::{NAME, TYPED, clean};
use konter_core::staff::Role;

/// Of an announcement that is asked about.
const LONG_TEXT: usize = 1_500;

pub(super) fn describe(reply: &DeskReply, say: &Say<'_>) -> Described {
    let none = Fields::new();
    match reply {
        DeskReply::RoleNeeded { needs, has } => {
            ("staff.role_needed", none.set("needs", needs.name()).set("has", has.name()))
        }
        DeskReply::Staff { lines } => ("staff.list", none.list("lines", lines.iter().map(line))),
        DeskReply::RoleSet { lines, role } => {
            ("staff.set", none.list("lines", lines.iter().map(line)).set("role", role.map(Role::name)))
        }
        DeskReply::RoleRefused { problem } => role_problem(problem),
        DeskReply::YourRole { role } => ("staff.yours", none.set("role", role.map(Role::name))),
        DeskReply::Found { text, agents, left_out } => {
            let cards = agents.iter().map(|card| agent_card(card, say));
            ("staff.found", none.text("text", text, TYPED).list("cards", cards).set("left_out", *left_out))
        }
        DeskReply::Renamed { agent, before, after } => {
            ("staff.renamed", none.code("agent", agent).text("before", before, NAME).text("after", after, NAME))
        }
        DeskReply::RenameRefused { most } => ("staff.rename_refused", none.set("most", *most)),
        DeskReply::YourName { name } => ("staff.your_name", none.text("name", name, NAME)),
        DeskReply::Category(card) => ("staff.category", category(card)),
        DeskReply::NoSuchCategory { name, near } => {
            let near: Value = near.iter().map(|name| clean(name, NAME)).collect();
            ("staff.no_such_category", none.text("name", name, TYPED).set("near", near))
        }
        DeskReply::Broadcast(card) => ("staff.broadcast", broadcast(card)),
        DeskReply::BelowCost { rows, more } => {
            ("staff.below_cost", none.list("below", rows.iter().map(below_cost)).set("more_below", *more))
        }
        DeskReply::BroadcastGone => ("staff.broadcast_gone", none),
    }
}

fn line(line: &StaffLine) -> Fields {
    Fields::new()
        .code("chat", &line.chat)
        .set("role", line.role.map(Role::name))
        .set("configured", line.configured)
        .set("agent", line.agent.map(|agent| agent.to_string()))
        .maybe("name", line.name.as_ref(), NAME)
}

fn role_problem(problem: &RoleProblem) -> Described {
    let none = Fields::new();
    match problem {
        RoleProblem::Configured { chat } => ("staff.configured", none.code("chat", chat)),
        RoleProblem::LastOwner => ("staff.last_owner", none),
        RoleProblem::NoChat { agent } => ("staff.no_chat", none.code("agent", agent)),
        RoleProblem::NoPerson { chat } => ("staff.no_person", none.code("chat", chat)),
        RoleProblem::Same { role } => ("staff.same", none.set("role", role.map(Role::name))),
    }
}

fn category(card: &CategoryCard) -> Fields {
    let codes: Value = card.already_codes.iter().map(|code| clean(code, TYPED)).collect();
    Fields::new()
        .text("name", &card.name, NAME)
        .set("open", card.open)
        .set("changed", card.changed)
        .set("already", card.already)
        .set("codes", codes)
}

fn broadcast(card: &BroadcastCard) -> Fields {
    let stage = match card.stage {
        BroadcastStage::Asked => "asked",
        BroadcastStage::Cancelled => "cancelled",
        BroadcastStage::Sending => "sending",
        BroadcastStage::Done => "done",
    };
    Fields::new()
        .set("number", card.broadcast.0)
        .text("text", &card.text, LONG_TEXT)
        .set("chats", card.chats)
        .set("reached", card.reached)
        .set("unreachable", card.unreachable)
        .set("left", card.chats.saturating_sub(card.reached.saturating_add(card.unreachable)))
        .set("stage", stage)
}

/// The buttons below the question whether to send.
pub(super) fn buttons(reply: &DeskReply, say: &Say<'_>) -> Vec<Vec<Button>> {
    let button = |key, tap: Tap| Button { label: say(key, Fields::new()), tap: tap.to_string() };
    match reply {
        DeskReply::Broadcast(card) if card.stage == BroadcastStage::Asked => vec![vec![
            button("staff.send", Tap::SendBroadcast(card.broadcast)),
            button("button.cancel", Tap::DropBroadcast(card.broadcast)),
        ]],
        _ => Vec::new(),
    }
}
