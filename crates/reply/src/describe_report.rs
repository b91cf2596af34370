//! The same for reports, and the buttons below them.

use chrono::NaiveDate;

use super::describe::Described;
use super::fields::Fields;
use super::rendered::Button;
use super::says::{ProductSales, Reply, ReportForm, ReportProblem, SalesCard, StatementCard, StatementLine};
use super::words::Say;
use konter_command::{ReportFile, Tap};
use konter_core::clean::{NAME, TYPED};
use konter_core::report::ShopCard;
use konter_core::report::Span;
use konter_core::report::{About, Ranking, Share, Tally};

/// Only called for these replies.
pub(super) fn describe(reply: &Reply, say: &Say<'_>) -> Described {
    let none = Fields::new();
    match reply {
        Reply::Sales(card) => ("report.sales", sales(card)),
        Reply::Statement(card) => ("report.statement", statement(card, say)),
        Reply::ShopReport { form: form @ (ReportForm::Text | ReportForm::Summary), card } => {
            ("report.shop", shop(card).set("unasked", *form == ReportForm::Summary))
        }
        Reply::ShopReport { form: ReportForm::Chart | ReportForm::Csv | ReportForm::Xlsx, card } => {
            ("report.caption", days(card.span))
        }
        Reply::ReportRefused { problem } => match problem {
            ReportProblem::Future => ("report.future", none),
            ReportProblem::TooLong { days } => ("report.too_long", none.set("days", *days)),
            ReportProblem::NoSuchDay => ("report.no_such_day", none),
        },
        _ => ("talk.try_again", none),
    }
}

fn date(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// `to` is only there for more than one day.
fn days(span: Span) -> Fields {
    let to = (!span.is_one_day()).then(|| date(span.to()));
    Fields::new().set("from", date(span.from())).set("to", to)
}

fn tally(tally: &Tally) -> Fields {
    Fields::new()
        .set("orders", tally.orders)
        .set("delivered", tally.delivered)
        .set("failed", tally.failed)
        .set("reversed", tally.reversed)
        .set("open", tally.open)
        .money("sales", tally.sales)
        .money("held", tally.held)
        .money("cost", tally.cost)
        .money("uplines", tally.uplines)
        .money("margin", tally.margin())
}

/// A reseller is not shown what the shop pays.
fn own_tally(tally: &Tally) -> Fields {
    Fields::new()
        .set("orders", tally.orders)
        .set("delivered", tally.delivered)
        .set("failed", tally.failed)
        .set("reversed", tally.reversed)
        .set("open", tally.open)
        .money("sales", tally.sales)
        .money("held", tally.held)
}

fn sales(card: &SalesCard) -> Fields {
    days(card.span)
        .code("code", &card.code)
        .text("name", &card.name, NAME)
        .set("total", own_tally(&card.total))
        .set("before", card.before.as_ref().map(own_tally))
        .list("products", card.products.iter().map(product))
        .set("left_out", card.left_out)
}

fn product(sold: &ProductSales) -> Fields {
    own_tally(&sold.tally)
        .code("product", &sold.product)
        .text("name", &sold.name, NAME)
        .set("before", sold.before.as_ref().map(own_tally))
}

fn statement(card: &StatementCard, say: &Say<'_>) -> Fields {
    let span = card.days.as_ref();
    Fields::new()
        .set("from", span.map(|span| date(span.from())))
        .set("to", span.filter(|span| !span.is_one_day()).map(|span| date(span.to())))
        .code("code", &card.code)
        .text("name", &card.name, NAME)
        .list("lines", card.lines.iter().map(|line| statement_line(line, say)))
}

fn statement_line(line: &StatementLine, say: &Say<'_>) -> Fields {
    let about = match line.about {
        About::Deposit => "movement.deposit",
        About::Withdrawal => "movement.withdrawal",
        About::Order => "movement.order",
        About::Refund => "movement.refund",
        About::Reversal => "movement.reversal",
        About::LateDelivery => "movement.late_delivery",
        About::Margin => "movement.margin",
        About::MarginReversal => "movement.margin_reversal",
        About::Transfer => "movement.transfer",
        About::Other => "movement.other",
    };
    let order = line.order.as_ref();
    Fields::new()
        .time("at", line.at)
        .set("about", say(about, Fields::new()))
        .money("amount", line.amount)
        .money("balance", line.balance)
        .set("order", order.map(|(id, ..)| id.0))
        .set("product", order.map(|(_, product, _)| product.to_string()))
        .maybe("dest", order.map(|(_, _, dest)| dest), TYPED)
        // Short: a page must fit into one message.
        .maybe("note", line.note.as_ref(), NAME)
}

fn shop(card: &ShopCard) -> Fields {
    days(card.span)
        .set("total", tally(&card.total))
        .set("before", card.before.as_ref().map(tally))
        .set("products", ranking(&card.products))
        .set("suppliers", ranking(&card.suppliers))
        .set("agents", ranking(&card.agents))
        .money("paid_in", card.paid_in)
        .money("paid_out", card.paid_out)
        .set("open_now", card.open_now)
        .money("held_now", card.held_now)
}

fn ranking(ranking: &Ranking) -> Fields {
    let share =
        |share: &Share| tally(&share.tally).text("code", &share.code, NAME).maybe("name", Some(&share.name), NAME);
    Fields::new()
        .list("shares", ranking.shares.iter().map(share))
        .set("left_out", ranking.left_out)
        .set("rest", tally(&ranking.rest))
}

/// The rows of buttons below a report.
pub(super) fn buttons(reply: &Reply, say: &Say<'_>) -> Vec<Vec<Button>> {
    let button = |key, tap: Tap| Button { label: say(key, Fields::new()), tap: tap.to_string() };
    let row: Vec<Button> = match reply {
        Reply::Statement(card) => ["button.older", "button.newer"]
            .into_iter()
            .zip(card.pages())
            .filter_map(|(key, page)| Some(button(key, Tap::Statement(page?, card.days))))
            .collect(),
        Reply::ShopReport { form: ReportForm::Text | ReportForm::Summary, card } => {
            let label = |file| match file {
                ReportFile::Chart => "button.chart",
                ReportFile::Csv => "button.csv",
                ReportFile::Xlsx => "button.xlsx",
            };
            ReportFile::ALL.into_iter().map(|file| button(label(file), Tap::Report(file, card.span))).collect()
        }
        _ => Vec::new(),
    };
    if row.is_empty() { Vec::new() } else { vec![row] }
}
