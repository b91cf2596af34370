//! The same for what only admins read. Nothing is hidden from them except secrets, which never come this far.

use super::describe::{Described, order_line};
use super::describe_routing;
use super::fields::Fields;
use super::says::{AdminProblem, AgentCard, Reply, SupplierCard};
use super::words::{self, Say};
use konter_core::clean::{NAME, RAW, SAID, SENTENCE, TYPED, clean};
use konter_core::order::Withheld;
use konter_core::order::card::{AttemptCard, OrderCard, Verdict, WordEffect};
use minijinja::value::Value;

/// Replies of an order card's attempt that are shown, the newest; the rest stays in the store.
const REPLIES_SHOWN: usize = 3;

/// Only called for the replies that go to admins.
pub(super) fn describe(reply: &Reply, say: &Say<'_>) -> Described {
    let none = Fields::new();
    match reply {
        Reply::AdminRefused { problem } => admin_problem(problem, say),
        Reply::AdminDeposit { agent, name, amount, note } => {
            let fields = none.code("agent", agent).text("name", name, NAME).money("amount", *amount);
            ("admin.deposit", fields.maybe("note", note.as_ref(), SENTENCE))
        }
        Reply::AdminAgent(card) => ("admin.agent", none.set("card", agent_card(card, say))),
        Reply::AdminAgents { agents, left_out } => {
            let cards = agents.iter().map(|card| agent_card(card, say));
            ("admin.agents", none.list("cards", cards).set("left_out", *left_out))
        }
        Reply::AdminApproved { agent, name } => ("admin.approved", none.code("agent", agent).text("name", name, NAME)),
        Reply::AdminOrder(card) => ("admin.order", none.set("card", order_card(card, say))),
        Reply::AdminRawReplies { order, replies } => {
            let lines = replies.iter().map(|line| {
                let fields = Fields::new().code("supplier", &line.supplier).text("reference", &line.reference, TYPED);
                fields.text("to", &line.to, TYPED).time("at", line.at).text("text", unparted(&line.text), RAW)
            });
            ("admin.raw_replies", none.set("order", order.0).list("replies", lines))
        }
        Reply::AdminPending { orders, left_out } => {
            let cards = orders.iter().map(|card| order_card(card, say));
            ("admin.pending", none.list("cards", cards).set("left_out", *left_out))
        }
        Reply::AdminDecided { order, verdict } => {
            ("admin.decided", none.set("order", order.0).set("verdict", words::verdict(*verdict, say)))
        }
        Reply::AdminRechecking { order } => ("admin.rechecking", none.set("order", order.0)),
        Reply::AdminSuppliers { suppliers } => {
            ("admin.suppliers", none.list("suppliers", suppliers.iter().map(supplier_card)))
        }
        Reply::AlertNewAgent(card) => ("alert.new_agent", none.set("card", agent_card(card, say))),
        Reply::AlertContradiction { card, said, effect, overdrawn } => {
            let fields = none.set("card", order_card(card, say)).set("said", words::verdict(*said, say));
            let fields = fields.set("corrected", *effect == WordEffect::Corrected);
            let fields = fields.set("repeated", *effect == WordEffect::Repeated);
            ("alert.contradiction", fields.set("overdrawn", *overdrawn))
        }
        Reply::AlertUnclearReport(card) => ("alert.unclear_report", none.set("card", order_card(card, say))),
        Reply::AlertDoubleDelivery(card) => ("alert.double_delivery", none.set("card", order_card(card, say))),
        Reply::AlertDearer { card, expected, charged } => {
            let fields = none.set("card", order_card(card, say)).money("expected", *expected);
            ("alert.dearer", fields.money("charged", *charged).set("loses", *charged > card.line.price))
        }
        _ => ("admin.not_admin", none),
    }
}

/// A long text is cut into messages at blanks; not at one inside a number, so that a token stays whole.
fn unparted(text: &str) -> String {
    const NO_BREAK: char = '\u{a0}';
    let mut last = ' ';
    let mut chars = text.chars().peekable();
    let mut unparted = String::with_capacity(text.len());
    while let Some(c) = chars.next() {
        let is_inside = c == ' ' && last.is_ascii_digit() && chars.peek().is_some_and(char::is_ascii_digit);
        unparted.push(if is_inside { NO_BREAK } else { c });
        last = c;
    }
    unparted
}

fn admin_problem(problem: &AdminProblem, say: &Say<'_>) -> Described {
    let none = Fields::new();
    match problem {
        AdminProblem::NoSuchAgent { name } => ("admin_refused.no_such_agent", none.text("name", name, NAME)),
        AdminProblem::NoSuchOrder { order } => ("admin_refused.no_such_order", none.set("order", order.0)),
        AdminProblem::Usage { usage } => ("admin_refused.usage", none.text("usage", usage, SENTENCE)),
        AdminProblem::AlreadyDecided { order, verdict } => {
            ("admin_refused.already_decided", none.set("order", order.0).set("verdict", words::verdict(*verdict, say)))
        }
        AdminProblem::StillSending { order } => ("admin_refused.still_sending", none.set("order", order.0)),
        AdminProblem::CannotRecheck { order } => ("admin_refused.cannot_recheck", none.set("order", order.0)),
        AdminProblem::BalanceShort { available } => {
            ("admin_refused.balance_short", none.money("available", *available))
        }
        AdminProblem::NotWaiting { agent } => ("admin_refused.not_waiting", none.code("agent", agent)),
        AdminProblem::AmountUnfit => ("admin_refused.amount_unfit", none),
        AdminProblem::AmountTooLarge { most } => ("admin_refused.amount_too_large", none.money("most", *most)),
        AdminProblem::OwnAccount { agent } => ("admin_refused.own_account", none.code("agent", agent)),
        AdminProblem::ImportGone => ("admin_refused.import_gone", none),
        AdminProblem::Ticket(problem) => super::describe_deposit::problem(problem),
        AdminProblem::AskedLately { order, seconds } => {
            ("admin_refused.asked_lately", none.set("order", order.0).set("seconds", *seconds))
        }
        AdminProblem::AskingMayBuy { order, supplier, sent_at } => {
            let fields = none.set("order", order.0).text("supplier", supplier, NAME).time("sent_at", *sent_at);
            ("admin_refused.asking_may_buy", fields.text("again", format!("/cekulang {order} --paksa"), SENTENCE))
        }
    }
}

pub(super) fn agent_card(card: &AgentCard, say: &Say<'_>) -> Fields {
    Fields::new()
        .code("code", &card.code)
        .text("name", &card.name, NAME)
        .set("waiting", card.status == konter_core::agent::AgentStatus::Waiting)
        .set("status", words::agent_status(card.status, say))
        .money("balance", card.balance)
        .money("held", card.held)
        .set("chats", cleaned(&card.chats, NAME))
        .set("phones", cleaned(&card.phones, TYPED))
        .time("since", card.since)
        .time("locked_until", card.locked_until)
}

fn cleaned(texts: &[String], longest: usize) -> Value {
    texts.iter().map(|text| clean(text, longest)).collect()
}

pub(super) fn order_card(card: &OrderCard, say: &Say<'_>) -> Fields {
    let cause = card.line.reason.as_ref().map(|reason| words::cause(reason, say));
    order_line(&card.line, say)
        .set("cause", cause)
        .code("agent", &card.agent)
        .set("minutes_open", card.minutes_open)
        .list("attempts", card.attempts.iter().map(|attempt| attempt_card(attempt, say)))
        .list("withheld_parts", card.withheld.iter().map(withheld))
}

fn withheld(part: &Withheld) -> Fields {
    Fields::new().code("to", &part.to).money("amount", part.amount).code("until", &part.until)
}

fn attempt_card(attempt: &AttemptCard, say: &Say<'_>) -> Fields {
    let state = match attempt.verdict {
        Some(verdict @ (Verdict::Success | Verdict::Failed)) => words::verdict(verdict, say),
        Some(Verdict::Open) | None if attempt.sent => say("attempt.waiting", Fields::new()),
        Some(Verdict::Open) | None => say("attempt.not_sent", Fields::new()),
    };
    let newest = attempt.replies.len().saturating_sub(REPLIES_SHOWN);
    Fields::new()
        .code("supplier", &attempt.supplier)
        .text("sku", &attempt.sku, TYPED)
        .text("reference", &attempt.reference, TYPED)
        .set("state", state)
        .set("sent", attempt.sent)
        .set("doubt", attempt.doubt.as_ref().map(|doubt| words::doubt(doubt, say)))
        .time("sent_at", attempt.sent_at)
        .set("checks", attempt.checks)
        .money("balance_before", attempt.balance_before)
        .money("balance_after", attempt.balance_after)
        .money("expected", attempt.expected)
        .money("charged", attempt.charged)
        .set("replies", cleaned(attempt.replies.get(newest..).unwrap_or_default(), SAID))
}

fn supplier_card(card: &SupplierCard) -> Fields {
    let fields = Fields::new()
        .code("id", &card.id)
        .text("protocol", &card.protocol, NAME)
        .money("balance", card.balance)
        .time("balance_at", card.balance_at)
        .set("in_cutoff", card.in_cutoff)
        .set("open_orders", card.open_orders)
        .time("last_ok", card.last_ok)
        .maybe("last_error", card.last_error.as_ref(), SENTENCE)
        .time("last_error_at", card.last_error_at);
    describe_routing::traffic(card, fields)
}
