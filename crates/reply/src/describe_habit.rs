//! The same for a reseller's own arrangements.

use super::describe::{Described, price_line};
use super::fields::Fields;
use super::rendered::Button;
use super::says_habit::{
    AskFor, ChatLine, ChatProblem, FavouriteLine, HabitReply, SellingCard, SellingLine, SellingProblem,
};
use super::words::Say;
use konter_command::Tap;
use konter_core::clean::{NAME, SENTENCE, TYPED};
use konter_core::order::card::{OrderLine, Verdict};
use konter_core::order::refusal::Near;

/// Favourites beside each other.
const IN_A_ROW: usize = 2;

pub(super) fn describe(reply: &HabitReply) -> Described {
    let none = Fields::new();
    match reply {
        HabitReply::ChatCode { link, name, until } => {
            let bot = link.bot.as_ref().map(|bot| bot.trim_start_matches('@'));
            let fields = none.maybe("bot", bot, NAME).text("code", link.code.as_str(), TYPED);
            ("chats.code", fields.maybe("name", name.as_ref(), NAME).time("until", *until))
        }
        HabitReply::Chats { lines, waiting_until, most } => {
            let fields = none.list("lines", lines.iter().map(chat)).time("waiting_until", *waiting_until);
            ("chats.list", fields.set("most", *most))
        }
        HabitReply::ChatJoined { code, name } => ("chats.joined", none.code("code", code).text("name", name, NAME)),
        HabitReply::ChatAdded { chat, name } => {
            ("chats.added", none.text("chat", chat, NAME).maybe("name", name.as_ref(), NAME))
        }
        HabitReply::ChatRemoved { name } => ("chats.removed", none.text("name", name, NAME)),
        HabitReply::ChatGone { code } => ("chats.gone", none.code("code", code)),
        HabitReply::ChatRefused { problem } => chat_problem(problem),
        HabitReply::Renamed { before, name } => {
            ("chats.renamed", none.text("before", before, NAME).text("name", name, NAME))
        }
        HabitReply::NameTooLong { most } => ("chats.name_too_long", none.set("most", *most)),
        HabitReply::Favourites { lines } => ("favourites.list", none.list("lines", lines.iter().map(favourite))),
        HabitReply::FavouriteSaved(line) => ("favourites.saved", favourite(line)),
        HabitReply::FavouriteForgotten { name } => ("favourites.forgotten", none.code("name", name)),
        HabitReply::NoSuchFavourite { name } => ("favourites.no_such", none.code("name", name)),
        HabitReply::FavouritesFull { most } => ("favourites.full", none.set("most", *most)),
        HabitReply::NothingToRepeat => ("favourites.nothing_to_repeat", none),
        HabitReply::Selling(card) => ("selling.set", selling_card(card)),
        HabitReply::SellingList { shop, lines, left_out } => {
            let fields = none.text("shop", shop, NAME).list("lines", lines.iter().map(price_line));
            ("selling.list", fields.set("left_out", *left_out))
        }
        HabitReply::SellingRefused { problem } => selling_problem(problem),
        HabitReply::Earnings { today, yesterday } => {
            ("selling.earnings", none.money("today", *today).money("yesterday", *yesterday))
        }
        HabitReply::Ask(ask) => asked(ask),
    }
}

fn chat(line: &ChatLine) -> Fields {
    Fields::new().maybe("chat", line.chat.as_ref(), NAME).maybe("name", line.name.as_ref(), NAME).set("here", line.here)
}

fn chat_problem(problem: &ChatProblem) -> Described {
    let none = Fields::new();
    match problem {
        ChatProblem::TooMany { most } => ("chats.too_many", none.set("most", *most)),
        ChatProblem::NameTaken { name } => ("chats.name_taken", none.text("name", name, NAME)),
        ChatProblem::PhoneTaken { phone } => ("chats.phone_taken", none.text("phone", phone, TYPED)),
        ChatProblem::ChatTaken { code } => ("chats.chat_taken", none.code("code", code)),
        ChatProblem::CodeOver => ("chats.code_over", none),
        ChatProblem::NoSuch { name } => ("chats.no_such", none.text("name", name, NAME)),
        ChatProblem::Last => ("chats.last", none),
        ChatProblem::Here { example } => ("chats.here", none.text("example", example, SENTENCE)),
    }
}

fn favourite(line: &FavouriteLine) -> Fields {
    Fields::new()
        .code("name", &line.name)
        .code("product", &line.product)
        .text("product_name", &line.product_name, NAME)
        .text("dest", &line.dest, TYPED)
}

fn selling_card(card: &SellingCard) -> Fields {
    Fields::new()
        .money("all", card.all)
        .set("rounded", card.rounded)
        .set("about", card.about.as_ref().map(|line| minijinja::value::Value::from(selling_line(line))))
        .list("lines", card.lines.iter().map(selling_line))
        .set("left_out", card.left_out)
}

fn selling_line(line: &SellingLine) -> Fields {
    Fields::new()
        .code("code", &line.code)
        .text("name", &line.name, NAME)
        .money("price", line.price)
        .money("bought", line.bought)
}

fn selling_problem(problem: &SellingProblem) -> Described {
    let none = Fields::new();
    match problem {
        SellingProblem::NothingSet => ("selling.nothing_set", none),
        SellingProblem::OutOfRange { highest } => ("selling.out_of_range", none.money("highest", *highest)),
        SellingProblem::TooMany { most } => ("selling.too_many", none.set("most", *most)),
        SellingProblem::Bill { product } => ("selling.bill", none.code("product", product)),
    }
}

fn asked(ask: &AskFor) -> Described {
    let none = Fields::new();
    match ask {
        AskFor::Phone { .. } => ("guide.phone", none),
        AskFor::Meter => ("guide.meter", none),
        AskFor::Bill { kinds } => ("guide.bills", none.set("kinds", kinds.len())),
        AskFor::Customer { product, name } => {
            ("guide.customer", none.code("product", product).text("name", name, NAME))
        }
    }
}

/// The rows of buttons below a reply. What they say is what one could have typed.
pub(super) fn buttons(reply: &HabitReply, say: &Say<'_>) -> Vec<Vec<Button>> {
    let favourite =
        |name: &konter_core::habits::FavouriteName| Button { label: name.to_string(), tap: format!("FAV.{name}") };
    let beside = |all: Vec<Button>| all.chunks(IN_A_ROW).map(<[Button]>::to_vec).collect::<Vec<_>>();
    match reply {
        HabitReply::Favourites { lines } => beside(lines.iter().map(|line| favourite(&line.name)).collect()),
        HabitReply::Ask(AskFor::Phone { favourites }) => {
            let mut rows = vec![vec![repeat_last(say)]];
            rows.extend(beside(favourites.iter().map(favourite).collect()));
            rows
        }
        HabitReply::Ask(AskFor::Bill { kinds }) => {
            let kind = |near: &Near| Button {
                label: konter_core::clean::clean(&near.name, NAME),
                tap: format!("TAG.{}", near.code),
            };
            beside(kinds.iter().map(kind).collect())
        }
        _ => Vec::new(),
    }
}

pub(super) fn repeat_last(say: &Say<'_>) -> Button {
    Button { label: say("button.repeat_last", Fields::new()), tap: "ULANG".to_owned() }
}

/// Beside the orders in a list: those that were delivered, once more.
pub(super) fn repeats(lines: &[OrderLine], say: &Say<'_>) -> Vec<Vec<Button>> {
    let word = |line: &OrderLine| {
        say("button.repeat", Fields::new().code("product", &line.product).text("dest", &line.dest, TYPED))
    };
    // The same thing ordered twice is repeated in the same way.
    let is_first = |at: usize, line: &OrderLine| {
        let mut before = lines.iter().take(at).filter(|earlier| earlier.verdict == Verdict::Success);
        !before.any(|earlier| earlier.product == line.product && earlier.dest == line.dest)
    };
    let delivered =
        lines.iter().enumerate().filter(|(at, line)| line.verdict == Verdict::Success && is_first(*at, line));
    delivered.map(|(_, line)| vec![Button { label: word(line), tap: Tap::Repeat(line.order).to_string() }]).collect()
}
