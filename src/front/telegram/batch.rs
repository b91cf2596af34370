//! What waits for a chat that is behind goes as one message: Telegram counts messages, not words. Pure: what the words are
//! is handed in.
//!
//! Orders stand in the order they were sent, whichever ended first, and all show the balance as it is after the last of
//! them. Buttons below an order's words come along, each with its order's number: a tap names the order, and changes
//! nothing of the message it stands under. Whatever else has buttons, is a file or is handed on (a receipt) goes alone.

use std::ops::Range;

use super::text::{self, Part};
use crate::front::{Button, Text};
use konter_core::ids::OrderId;
use konter_core::order::card::OrderLine;
use konter_reply::Reply;
use konter_store::{Class, Outgoing, Payload};

/// Alerts go together, behind or not, when so many wait: a hundred registrations must not keep a phone ringing.
const MANY_ALERTS: usize = 5;
const BETWEEN: &str = "\n\n";
const BUTTONS_IN_A_ROW: usize = 2;

/// Rows that go as one message.
pub(super) struct Batch<'a> {
    /// As they are shown.
    pub rows: Vec<&'a Outgoing>,
    pub part: Part,
    pub buttons: Vec<Vec<Button>>,
    /// The keyboard that is to stay, where no buttons stand below: a message has one of them.
    pub keyboard: Vec<Vec<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Alert,
    Talk,
}

/// What a row may go together with; `None`: it goes alone.
fn kind(row: &Outgoing) -> Option<Kind> {
    let Payload::Reply(reply) = &row.payload else { return None };
    match row.class {
        Class::Alert => {
            let is_words = matches!(**reply, Reply::AlertNewAgent(_) | Reply::AlertComplaint(_) | Reply::Network(_));
            is_words.then_some(Kind::Alert)
        }
        Class::Announcement => None,
        Class::Final | Class::Answer | Class::Stranger => {
            let is_handed_on = matches!(
                **reply,
                Reply::Receipt { .. } | Reply::ShopReport { .. } | Reply::AdminCatalog { .. } | Reply::Keeping(_)
            );
            (!is_handed_on).then_some(Kind::Talk)
        }
    }
}

/// The order a row is about.
fn order(row: &Outgoing) -> Option<&OrderLine> {
    let Payload::Reply(reply) = &row.payload else { return None };
    match &**reply {
        Reply::OrderPending(line)
        | Reply::OrderSuccess(line)
        | Reply::OrderFailed(line)
        | Reply::OrderReversed(line)
        | Reply::OrderDeliveredLate(line) => Some(line),
        _ => None,
    }
}

fn order_id(row: &Outgoing) -> Option<OrderId> {
    order(row).map(|line| line.order)
}

/// Rows that say "diproses" of an order whose end waits behind them: they are not true any more.
pub(super) fn outdated(rows: &[Outgoing]) -> Vec<&Outgoing> {
    let is_pending =
        |row: &Outgoing| matches!(&row.payload, Payload::Reply(reply) if matches!(**reply, Reply::OrderPending(_)));
    let ends = |row: &Outgoing, id| !is_pending(row) && order_id(row) == Some(id);
    let is_outdated = |(place, row): &(usize, &Outgoing)| {
        let behind = rows.iter().skip(place + 1);
        is_pending(row) && order_id(row).is_some_and(|id| behind.into_iter().any(|later| ends(later, id)))
    };
    rows.iter().enumerate().filter(is_outdated).map(|(_, row)| row).collect()
}

/// The first rows that go together, and what they come to; `None`: the first goes alone. Replies go together when the
/// chat is `behind`.
pub(super) fn gather<'a>(
    rows: &[&'a Outgoing],
    behind: bool,
    words: impl Fn(&Outgoing) -> Option<Text>,
) -> Option<Batch<'a>> {
    let first = kind(rows.first()?)?;
    let least = match first {
        Kind::Alert => MANY_ALERTS,
        Kind::Talk if behind => 2,
        Kind::Talk => return None,
    };
    let topic = rows.first()?.topic;
    let goes_along = |row: &&Outgoing| kind(row) == Some(first) && row.topic == topic;
    let run: Vec<&Outgoing> = rows.iter().copied().take_while(goes_along).collect();
    if run.len() < least {
        return None;
    }
    let balance = run.iter().rev().find(|row| order(row).is_some()).and_then(|row| row.balance);
    let up_to_date = |row: &Outgoing| match balance {
        Some(_) if order(row).is_some() && row.balance.is_some() => words(&Outgoing { balance, ..row.clone() }),
        _ => words(row),
    };
    let fits_beside = |row: &Outgoing, text: &Text| {
        let buttons_may_go = text.buttons.is_empty() || order(row).is_some() || first == Kind::Alert;
        !text.body.trim().is_empty() && buttons_may_go
    };
    let worded: Vec<(&Outgoing, Text)> = run
        .into_iter()
        .map_while(|row| up_to_date(row).filter(|text| fits_beside(row, text)).map(|text| (row, text)))
        .collect();
    if worded.len() < least {
        return None;
    }
    let mut taken = fitting(worded);
    for orders in taken.chunk_by_mut(|(one, _), (next, _)| order(one).is_some() && order(next).is_some()) {
        orders.sort_by_key(|(row, _)| order_id(row));
    }
    let mut whole = Text::default();
    for (row, text) in &taken {
        add(&mut whole, row, text);
    }
    let mut parts = text::parts(&whole, text::LONGEST);
    let part = parts.pop().filter(|_| parts.is_empty() && taken.len() > 1)?;
    let with_keyboard = taken.iter().rev().find(|(_, text)| !text.keyboard.is_empty());
    let keyboard = with_keyboard.map(|(_, text)| text.keyboard.clone()).filter(|_| whole.buttons.is_empty());
    let buttons: Vec<Button> = whole.buttons.into_iter().flatten().collect();
    let buttons = buttons.chunks(BUTTONS_IN_A_ROW).map(<[Button]>::to_vec).collect();
    let keyboard = keyboard.unwrap_or_default();
    Some(Batch { rows: taken.into_iter().map(|(row, _)| row).collect(), part, buttons, keyboard })
}

/// As many of the first as one message holds, by its length and by what can be marked in it.
fn fitting(worded: Vec<(&Outgoing, Text)>) -> Vec<(&Outgoing, Text)> {
    let (mut units, mut marks) = (0, 0);
    let fits = |(_, text): &(&Outgoing, Text)| {
        units += text::units(&text.body);
        marks += text.copy.len() + text.fixed.len();
        let fits = units <= text::LONGEST && marks <= text::MOST_ENTITIES;
        units += text::units(BETWEEN);
        fits
    };
    worded.into_iter().take_while(fits).collect()
}

fn add(whole: &mut Text, row: &Outgoing, text: &Text) {
    if !whole.body.is_empty() {
        whole.body.push_str(BETWEEN);
    }
    let start = whole.body.len();
    whole.body.push_str(&text.body);
    let shifted = |range: &Range<usize>| range.start + start..range.end + start;
    whole.copy.extend(text.copy.iter().map(shifted));
    whole.fixed.extend(text.fixed.iter().map(shifted));
    let numbered = |button: &Button| match order_id(row) {
        Some(id) => Button { label: format!("{} #{id}", button.label), tap: button.tap.clone() },
        None => button.clone(),
    };
    // Of many alerts none could tell whose button it is; the commands stand in their words.
    if row.class != Class::Alert {
        whole.buttons.extend(text.buttons.iter().map(|row| row.iter().map(numbered).collect()));
    }
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
