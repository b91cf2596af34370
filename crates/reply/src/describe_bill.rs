//! The same for customers, bills and receipts, and the buttons that bills have.

use super::describe::{Described, details, order_line, price_line};
use super::fields::Fields;
use super::rendered::Button;
use super::says::{BillCard, BillStage, CustomerCard, ReceiptProblem, Reply, ShownBecause};
use super::words::Say;
use super::{describe_desk, describe_guide};
use konter_command::{PadKey, PadTap, Tap};
use konter_core::clean::{NAME, TYPED};
use konter_core::outcome::Bill;

/// Only called for these replies.
pub(super) fn describe(reply: &Reply, say: &Say<'_>) -> Described {
    let none = Fields::new();
    match reply {
        Reply::InquiryPending { product, customer } => {
            ("bill.pending", none.text("product", product, TYPED).text("dest", customer, TYPED))
        }
        Reply::Customer(card) => ("bill.customer", customer(card)),
        Reply::Bill(card) => ("bill.shown", bill_card(card)),
        Reply::ReceiptRefused { problem } => match problem {
            ReceiptProblem::NoSuchOrder { asked } => ("receipt.no_such_order", none.text("asked", asked, TYPED)),
            ReceiptProblem::NotDelivered(line) => ("receipt.not_delivered", none.set("line", order_line(line, say))),
            ReceiptProblem::TooLong { longest } => ("receipt.too_long", none.set("longest", *longest)),
        },
        Reply::ReceiptHead { shop, footer, changed } => {
            let head = none.text("shop", shop, NAME).maybe("footer", footer.as_ref(), NAME).set("changed", *changed);
            ("receipt.head", head)
        }
        _ => ("talk.try_again", none),
    }
}

fn customer(card: &CustomerCard) -> Fields {
    Fields::new()
        .text("dest", &card.customer, TYPED)
        .set("details", details(&card.details))
        .list("products", card.products.iter().map(price_line))
        .maybe("client_reference", card.client_reference.as_ref(), NAME)
}

fn bill_card(card: &BillCard) -> Fields {
    let (stage, because, digits, order) = match card.stage {
        BillStage::Payable(because) => ("payable", Some(because), 0, None),
        BillStage::EnterPin { digits, .. } => ("pin", None, digits, None),
        BillStage::Paying { order } => ("paying", None, 0, Some(order.0)),
        BillStage::Cancelled => ("cancelled", None, 0, None),
        BillStage::Expired => ("expired", None, 0, None),
    };
    let because = because.map(|because| match because {
        ShownBecause::Asked => "asked",
        ShownBecause::PaymentAsked => "payment_asked",
        ShownBecause::Changed => "changed",
    });
    Fields::new()
        .code("product", &card.product)
        .text("product_name", &card.product_name, NAME)
        .text("dest", &card.customer, TYPED)
        .set("details", details(&card.details))
        .list("bills", card.bills.iter().map(period))
        .money("total", card.total)
        .money("fee", card.fee)
        .money("price", card.price)
        .time("until", card.expires_at)
        .set("stage", stage)
        .set("because", because)
        .set("dots", "●".repeat(digits))
        .set("order", order)
        .maybe("client_reference", card.client_reference.as_ref(), NAME)
}

fn period(bill: &Bill) -> Fields {
    Fields::new()
        .maybe("period", Some(&bill.period), NAME)
        .money("amount", bill.amount)
        .money("admin", bill.admin)
        .money("total", bill.total)
}

/// The rows of buttons below a reply.
pub(super) fn buttons(reply: &Reply, say: &Say<'_>) -> Vec<Vec<Button>> {
    let word = |key| say(key, Fields::new());
    let button = |label: String, tap: Tap| Button { label, tap: tap.to_string() };
    match reply {
        Reply::Bill(card) => match card.stage {
            BillStage::Payable(_) => {
                vec![vec![
                    button(word("button.pay"), Tap::Pay(card.inquiry)),
                    button(word("button.cancel"), Tap::Cancel(card.inquiry)),
                ]]
            }
            BillStage::EnterPin { taps, .. } => {
                let mut rows = keypad(&word("button.ok"), taps, |tap| Tap::Key(card.inquiry, tap));
                rows.push(vec![button(word("button.cancel"), Tap::Cancel(card.inquiry))]);
                rows
            }
            BillStage::Paying { .. } | BillStage::Cancelled | BillStage::Expired => Vec::new(),
        },
        Reply::Choose(card) => describe_guide::buttons(card, say),
        Reply::Welcome { registered, .. } => describe_guide::welcome(*registered, say),
        Reply::AdminImport(card) => describe_desk::buttons(card, say),
        Reply::OrderSuccess(line) if line.kind != konter_core::catalog::ProductKind::Topup => {
            vec![vec![button(word("button.receipt"), Tap::Receipt(line.order))]]
        }
        Reply::Ticket(says) => super::describe_deposit::buttons(says, say),
        Reply::Booking(reply) => super::describe_booking::buttons(reply, say),
        Reply::Network(reply) => super::describe_network::buttons(reply, say),
        Reply::AlertOverdue(card) => super::describe_routing::overdue_buttons(card, say),
        Reply::AdminSuppliers { suppliers } => super::describe_routing::supplier_buttons(suppliers, say),
        Reply::Desk(reply) => super::describe_staff::buttons(reply, say),
        Reply::Habit(reply) => super::describe_habit::buttons(reply, say),
        Reply::Orders { lines, .. } => super::describe_habit::repeats(lines, say),
        _ => super::describe_report::buttons(reply, say),
    }
}

/// Digits as on a telephone, and below them: take back, zero, done.
pub(super) fn keypad(ok: &str, taps: u16, tap: impl Fn(PadTap) -> Tap) -> Vec<Vec<Button>> {
    let tap = |key| tap(PadTap { key, drawn: Some(taps) });
    let key = |label: &str, key| Button { label: label.to_owned(), tap: tap(key).to_string() };
    let digit = |digit: u8| key(&digit.to_string(), PadKey::Digit(digit));
    let mut rows: Vec<Vec<Button>> =
        [[1, 2, 3], [4, 5, 6], [7, 8, 9]].into_iter().map(|row| row.map(&digit).to_vec()).collect();
    rows.push(vec![key("⌫", PadKey::Back), digit(0), key(ok, PadKey::Done)]);
    rows
}
