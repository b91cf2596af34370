//! The same for orders by buttons, and the buttons of the greeting.

use super::describe::{Described, price_line};
use super::describe_bill::keypad;
use super::describe_habit;
use super::fields::Fields;
use super::rendered::Button;
use super::says::{ChooseCard, ChooseStage};
use super::words::Say;
use konter_command::Tap;
use konter_core::clean::TYPED;

/// Buttons of products beside each other.
const IN_A_ROW: usize = 2;

pub(super) fn describe(card: &ChooseCard) -> Described {
    let (stage, digits, order) = match card.stage {
        ChooseStage::List => ("list", 0, None),
        ChooseStage::EnterPin { digits, .. } => ("pin", digits, None),
        ChooseStage::Placed { order } => ("placed", 0, Some(order.0)),
        ChooseStage::Cancelled => ("cancelled", 0, None),
    };
    let chosen = card
        .chosen
        .and_then(|index| card.products.get(index))
        .map(|line| minijinja::value::Value::from(price_line(line)));
    let fields = Fields::new()
        .text("dest", &card.dest, TYPED)
        .list("products", card.products.iter().map(price_line))
        .set("chosen", chosen)
        .set("nth", card.nth)
        .set("stage", stage)
        .set("dots", "●".repeat(digits))
        .set("order", order);
    ("talk.choose", fields)
}

pub(super) fn buttons(card: &ChooseCard, say: &Say<'_>) -> Vec<Vec<Button>> {
    let word = |key| say(key, Fields::new());
    let cancel = || vec![Button { label: word("button.cancel"), tap: Tap::NoChoice(card.guide).to_string() }];
    match card.stage {
        ChooseStage::List => {
            let product = |(index, line): (usize, &super::says::PriceLine)| Button {
                label: format!("{} {}", line.code, line.price),
                tap: Tap::Choose(card.guide, index).to_string(),
            };
            let all: Vec<Button> = card.products.iter().enumerate().map(product).collect();
            let mut rows: Vec<Vec<Button>> = all.chunks(IN_A_ROW).map(<[Button]>::to_vec).collect();
            rows.push(cancel());
            rows
        }
        ChooseStage::EnterPin { taps, .. } => {
            let mut rows = keypad(&word("button.ok"), taps, |tap| Tap::OrderKey(card.guide, tap));
            rows.push(cancel());
            rows
        }
        ChooseStage::Placed { .. } | ChooseStage::Cancelled => Vec::new(),
    }
}

/// Of the greeting: what most people want, as if they had typed it.
pub(super) fn welcome(registered: bool, say: &Say<'_>) -> Vec<Vec<Button>> {
    let button = |key, tap: &str| Button { label: say(key, Fields::new()), tap: tap.to_owned() };
    if !registered {
        return Vec::new();
    }
    vec![
        vec![button("button.topup", "ISIPULSA"), button("button.token", "PLN")],
        vec![button("button.bills", "TAGIHAN"), button("button.balance", "SALDO")],
        vec![button("button.prices", "HARGA"), button("button.deposit", "DEPOSIT")],
        vec![describe_habit::repeat_last(say), button("button.favourites", "FAV")],
    ]
}
