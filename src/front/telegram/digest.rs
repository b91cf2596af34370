//! Many alerts for one chat go as one message: a hundred registrations must not keep an admin's phone ringing for minutes.
//! Pure: what the words are is handed in.

use super::text::{self, Part};
use crate::front::Text;
use konter_reply::Reply;
use konter_store::{Class, Outgoing, Payload};

/// So many alerts that wait together are many; fewer go one by one, each with what belongs to it.
const MANY: usize = 5;
const BETWEEN: &str = "\n\n";

/// The first rows that go together, and what they come to; `None` when they go one by one. Only plain words are put
/// together: what has buttons, or stands where it can be found again, goes alone.
pub(super) fn gather(rows: &[Outgoing], words: impl Fn(&Outgoing) -> Option<Text>) -> Option<(Vec<&Outgoing>, Part)> {
    let plain: Vec<(&Outgoing, Text)> = rows
        .iter()
        .take_while(|row| is_plain(row))
        .map_while(|row| words(row).filter(|text| text.buttons.is_empty()).map(|text| (row, text)))
        .collect();
    if plain.len() < MANY {
        return None;
    }
    let (mut together, mut taken) = (Text::default(), Vec::new());
    for (row, text) in plain {
        let longer = joined(&together, &text);
        if text::parts(&longer, text::LONGEST).len() != 1 {
            break;
        }
        together = longer;
        taken.push(row);
    }
    let part = text::parts(&together, text::LONGEST).pop()?;
    (taken.len() > 1).then_some((taken, part))
}

/// Whether a row is nothing but words for the staff.
pub(super) fn is_plain(row: &Outgoing) -> bool {
    let is_words =
        |reply: &Reply| matches!(reply, Reply::AlertNewAgent(_) | Reply::AlertComplaint(_) | Reply::Network(_));
    row.class == Class::Alert && matches!(&row.payload, Payload::Reply(reply) if is_words(reply))
}

fn joined(text: &Text, next: &Text) -> Text {
    let mut longer = text.clone();
    if !longer.body.is_empty() {
        longer.body.push_str(BETWEEN);
    }
    let start = longer.body.len();
    longer.body.push_str(&next.body);
    let shifted = |range: &std::ops::Range<usize>| range.start + start..range.end + start;
    longer.copy.extend(next.copy.iter().map(shifted));
    longer.fixed.extend(next.fixed.iter().map(shifted));
    longer
}

#[cfg(test)]
mod tests {
    use chrono::Utc;

    use super::*;
    use crate::front::Button;
    use konter_core::agent::Locale;
    use konter_core::ids::{AgentId, ChatId, OrderId};
    use konter_core::money::Rupiah;
    use konter_reply::NetworkReply;

    fn alert(seq: u64) -> Outgoing {
        let reply =
            NetworkReply::AlertUplineOverdrawn { agent: AgentId(1), order: OrderId(seq), amount: Rupiah::new(1) };
        Outgoing {
            seq,
            at: Utc::now(),
            chat: ChatId::telegram(9),
            locale: Locale::Id,
            payload: Payload::Reply(Box::new(Reply::Network(Box::new(reply)))),
            class: Class::Alert,
            balance: None,
            topic: None,
        }
    }

    fn text(body: &str) -> Text {
        Text { body: body.to_owned(), ..Text::default() }
    }

    fn gathered(rows: &[Outgoing], words: impl Fn(&Outgoing) -> Option<Text>) -> Option<(usize, String)> {
        gather(rows, words).map(|(rows, part)| (rows.len(), part.body))
    }

    #[test]
    fn many_go_together_and_few_do_not() {
        let rows: Vec<Outgoing> = (1..=6).map(alert).collect();
        assert_eq!(gathered(&rows[..4], |_| Some(text("x"))), None);
        assert_eq!(
            gathered(&rows, |row| Some(text(&row.seq.to_string()))),
            Some((6, "1\n\n2\n\n3\n\n4\n\n5\n\n6".to_owned()))
        );
    }

    #[test]
    fn what_does_not_fit_waits_for_the_next() {
        let rows: Vec<Outgoing> = (1..=9).map(alert).collect();
        let (count, body) = gathered(&rows, |_| Some(text(&"x".repeat(1_000)))).unwrap();
        assert_eq!((count, body.len()), (4, 4_006));
        assert_eq!(gathered(&rows, |_| Some(text(&"x".repeat(4_000)))), None, "one alone is no digest");
    }

    #[test]
    fn what_has_buttons_or_no_words_goes_alone() {
        let rows: Vec<Outgoing> = (1..=9).map(alert).collect();
        let with_button = |row: &Outgoing| {
            let button = Button { label: "ya".to_owned(), tap: "!x".to_owned() };
            let buttons = if row.seq == 6 { vec![vec![button]] } else { Vec::new() };
            Some(Text { buttons, ..text("x") })
        };
        assert_eq!(gathered(&rows, with_button).map(|(count, _)| count), Some(5));
        assert_eq!(gathered(&rows, |row| if row.seq == 3 { None } else { Some(text("x")) }), None);
        let mut answer = alert(1);
        answer.class = Class::Answer;
        assert_eq!(gathered(&[vec![answer], rows].concat(), |_| Some(text("x"))), None);
    }

    #[test]
    fn what_a_tap_copies_stays_what_it_was() {
        let rows: Vec<Outgoing> = (1..=5).map(alert).collect();
        let words =
            |row: &Outgoing| Some(Text { copy: std::iter::once(0..1).collect(), ..text(&format!("{}!", row.seq)) });
        let (_, part) = gather(&rows, words).unwrap();
        let copied: Vec<&str> =
            part.entities.iter().map(|entity| &part.body[entity.offset..entity.offset + entity.length]).collect();
        assert_eq!(copied, ["1", "2", "3", "4", "5"]);
    }
}
