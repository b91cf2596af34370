//! The same for uplines and downlines.

use super::describe::Described;
use super::describe_booking;
use super::fields::Fields;
use super::rendered::Button;
use super::says_network::{
    DownlineLine, DownlineProblem, GroupCard, GroupProblem, InviteLink, MarkupProblem, MoveProblem, NetworkReply,
    NewDownline, ProductMarkup, TransferCard, TransferProblem, TransferStage,
};
use super::words::{self, Say};
use konter_command::Tap;
use konter_core::clean::{NAME, TYPED, clean};

pub(super) fn describe(reply: &NetworkReply, say: &Say<'_>) -> Described {
    let none = Fields::new();
    match reply {
        NetworkReply::TransferAsk(card) => ("network.transfer_ask", transfer_card(card)),
        NetworkReply::TransferSent { to, name, amount } => {
            ("network.transfer_sent", none.code("to", to).text("name", name, NAME).money("amount", *amount))
        }
        NetworkReply::TransferReceived { from, name, amount } => {
            ("network.transfer_received", none.code("from", from).text("name", name, NAME).money("amount", *amount))
        }
        NetworkReply::TransferRefused { problem } => transfer_problem(problem),
        NetworkReply::DownlineRegistered(new) => ("network.registered", new_downline(new)),
        NetworkReply::DownlineRefused { problem } => downline_problem(problem),
        NetworkReply::DownlineJoined { code, name, waiting } => {
            ("network.joined", none.code("code", code).text("name", name, NAME).set("waiting", *waiting))
        }
        NetworkReply::Invitation { link, renewed } => ("network.invitation", invite(link).set("renewed", *renewed)),
        NetworkReply::Invited { upline } => ("network.invited", none.text("upline", upline, NAME)),
        NetworkReply::InvitationUnknown => ("network.invitation_unknown", none),
        NetworkReply::ChatJoined { code, name } => {
            ("network.chat_joined", none.code("code", code).text("name", name, NAME))
        }
        NetworkReply::Downlines { lines, page, more } => {
            let lines = lines.iter().map(|line| downline(line, say));
            ("network.downlines", none.list("lines", lines).set("page", *page).set("next", more.then_some(page + 1)))
        }
        NetworkReply::Downline { line, phones, products } => {
            let phones = phones.iter().map(|phone| clean(phone, TYPED)).collect::<minijinja::value::Value>();
            let products = products.iter().map(product);
            ("network.downline", none.set("line", downline(line, say)).set("phones", phones).list("products", products))
        }
        NetworkReply::NoSuchDownline { name } => ("network.no_such_downline", none.text("name", name, NAME)),
        NetworkReply::Markups { all, products, downlines, left_out } => {
            let downlines =
                downlines.iter().map(|one| Fields::new().code("code", &one.code).money("amount", one.amount));
            let fields = none.money("all", *all).list("products", products.iter().map(product));
            ("network.markups", fields.list("downlines", downlines).set("left_out", *left_out))
        }
        NetworkReply::MarkupSet { downline, product, amount, removed } => {
            let fields = none
                .set("downline", downline.map(|code| code.to_string()))
                .set("product", product.as_ref().map(ToString::to_string));
            ("network.markup_set", fields.money("amount", *amount).set("removed", *removed))
        }
        NetworkReply::MarkupRefused { problem } => markup_problem(problem),
        NetworkReply::Groups { groups } => ("network.groups", none.list("groups", groups.iter().map(group))),
        NetworkReply::Group(card) => ("network.group", none.set("group", group(card))),
        NetworkReply::GroupAssigned { agent, name, group } => {
            ("network.group_assigned", none.code("agent", agent).text("name", name, NAME).code("group", group))
        }
        NetworkReply::GroupRefused { problem } => group_problem(problem),
        NetworkReply::Moved { agent, name, upline } => {
            let upline = upline.map(|upline| upline.to_string());
            ("network.moved", none.code("agent", agent).text("name", name, NAME).set("upline", upline))
        }
        NetworkReply::MoveRefused { problem } => match problem {
            MoveProblem::Circle { upline } => ("network.move_circle", none.code("upline", upline)),
            MoveProblem::TooDeep { most } => ("network.move_too_deep", none.set("most", *most)),
            MoveProblem::Same => ("network.move_same", none),
        },
        NetworkReply::WithheldPaid { order, amount, left } => {
            ("network.withheld_paid", none.set("order", order.0).money("amount", *amount).money("left", *left))
        }
        NetworkReply::AlertUplineOverdrawn { agent, order, amount } => {
            ("network.upline_overdrawn", none.code("agent", agent).set("order", order.0).money("amount", *amount))
        }
    }
}

fn transfer_card(card: &TransferCard) -> Fields {
    let stage = match card.stage {
        TransferStage::Asked => "asked",
        TransferStage::Sent => "sent",
        TransferStage::Cancelled => "cancelled",
        TransferStage::Expired => "expired",
    };
    describe_booking::doubts(&card.doubts, Fields::new())
        .set("number", card.number)
        .code("to", &card.to)
        .text("name", &card.name, NAME)
        .money("amount", card.amount)
        .time("until", card.until)
        .set("stage", stage)
}

fn transfer_problem(problem: &TransferProblem) -> Described {
    let none = Fields::new();
    match problem {
        TransferProblem::NotDownline { name } => ("network.transfer_not_downline", none.text("name", name, NAME)),
        TransferProblem::ToSelf => ("network.transfer_to_self", none),
        TransferProblem::Blocked { code } => ("network.transfer_blocked", none.code("code", code)),
        TransferProblem::Short { amount, missing } => {
            ("network.transfer_short", none.money("amount", *amount).money("missing", *missing))
        }
        TransferProblem::Ambiguous => ("network.transfer_ambiguous", none),
        TransferProblem::Stale { minutes } => ("network.transfer_stale", none.set("minutes", *minutes)),
        TransferProblem::StaleByWrongClock => ("network.transfer_stale_by_wrong_clock", none),
        TransferProblem::NothingToConfirm => ("network.transfer_nothing", none),
    }
}

fn new_downline(new: &NewDownline) -> Fields {
    invite(&new.link)
        .code("agent", &new.code)
        .text("name", &new.name, NAME)
        .text("phone", &new.phone, TYPED)
        .text("pin", &new.pin.0, TYPED)
        .money("markup", new.markup)
        .money("deposit", new.deposit)
}

/// `bot` may be missing; `code` is what follows `/start`.
fn invite(link: &InviteLink) -> Fields {
    let bot = link.bot.as_ref().map(|bot| bot.trim_start_matches('@'));
    Fields::new().maybe("bot", bot, NAME).text("code", link.code.as_str(), TYPED)
}

fn downline_problem(problem: &DownlineProblem) -> Described {
    let none = Fields::new();
    match problem {
        DownlineProblem::Closed => ("network.register_closed", none),
        DownlineProblem::PhoneTaken { phone } => ("network.phone_taken", none.text("phone", phone, TYPED)),
        DownlineProblem::NameTooLong => ("network.name_too_long", none),
        DownlineProblem::TooDeep { most } => ("network.too_deep", none.set("most", *most)),
        DownlineProblem::Markup { highest } => ("network.markup_too_high", none.money("highest", *highest)),
        DownlineProblem::Short { amount, missing } => {
            ("network.transfer_short", none.money("amount", *amount).money("missing", *missing))
        }
        DownlineProblem::DepositTooLarge { most } => ("network.deposit_too_large", none.money("most", *most)),
    }
}

fn downline(line: &DownlineLine, say: &Say<'_>) -> Fields {
    Fields::new()
        .code("code", &line.code)
        .text("name", &line.name, NAME)
        .set("active", line.status == konter_core::agent::AgentStatus::Active)
        .set("status", words::agent_status(line.status, say))
        .money("balance", line.balance)
        .money("markup", line.markup)
}

fn product(markup: &ProductMarkup) -> Fields {
    Fields::new().code("product", &markup.product).money("amount", markup.amount)
}

fn markup_problem(problem: &MarkupProblem) -> Described {
    let none = Fields::new();
    match problem {
        MarkupProblem::TooHigh { highest } => ("network.markup_too_high", none.money("highest", *highest)),
        MarkupProblem::OverShare { product, highest, percent } => {
            let product = product.as_ref().map(ToString::to_string);
            let fields = none.set("product", product).money("highest", *highest).set("percent", *percent);
            ("network.markup_over_share", fields)
        }
        MarkupProblem::TooMany { most } => ("network.markup_too_many", none.set("most", *most)),
        MarkupProblem::NotDirect { name } => ("network.markup_not_direct", none.text("name", name, NAME)),
        MarkupProblem::NoSuchProduct { product } => ("network.markup_no_product", none.text("product", product, TYPED)),
    }
}

fn group(card: &GroupCard) -> Fields {
    Fields::new()
        .code("name", &card.name)
        .money("margin", card.margin)
        .list("prices", card.prices.iter().map(product))
        .set("left_out", card.left_out)
        .set("fixed", card.fixed)
}

fn group_problem(problem: &GroupProblem) -> Described {
    let none = Fields::new();
    match problem {
        GroupProblem::PriceBelowCost { product, lowest } => {
            ("network.price_below_cost", none.code("product", product).money("lowest", *lowest))
        }
        GroupProblem::MarginBelowCost { product, lowest } => {
            ("network.margin_below_cost", none.code("product", product).money("lowest", *lowest))
        }
        GroupProblem::NoSuch { name } => ("network.no_such_group", none.code("name", name)),
        GroupProblem::Fixed { name } => ("network.group_fixed", none.code("name", name)),
        GroupProblem::HasUpline { agent, upline } => {
            ("network.group_has_upline", none.code("agent", agent).code("upline", upline))
        }
    }
}

/// The rows of buttons below a reply.
pub(super) fn buttons(reply: &NetworkReply, say: &Say<'_>) -> Vec<Vec<Button>> {
    let button = |key, tap: Tap| Button { label: say(key, Fields::new()), tap: tap.to_string() };
    match reply {
        NetworkReply::TransferAsk(TransferCard { number, stage: TransferStage::Asked, .. }) => {
            vec![vec![button("network.yes_send", Tap::Yes(*number)), button("button.cancel", Tap::No(*number))]]
        }
        _ => Vec::new(),
    }
}
