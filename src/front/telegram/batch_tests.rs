use chrono::Utc;
use konter_core::agent::Locale;
use konter_core::ids::{AgentId, ChatId};
use konter_core::money::Rupiah;
use konter_reply::{NetworkReply, Texts, samples};
use serde_json::json;

use super::*;

fn row(seq: u64, class: Class, reply: Reply) -> Outgoing {
    let (at, chat, payload) = (Utc::now(), ChatId::telegram(9), Payload::Reply(Box::new(reply)));
    Outgoing { seq, at, chat, locale: Locale::Id, payload, class, balance: None, topic: None }
}

fn alert(seq: u64) -> Outgoing {
    let (order, amount) = (OrderId(seq), Rupiah::new(1));
    let overdrawn = NetworkReply::AlertUplineOverdrawn { agent: AgentId(1), order, amount };
    row(seq, Class::Alert, Reply::Network(Box::new(overdrawn)))
}

fn talk(seq: u64) -> Outgoing {
    row(seq, Class::Answer, Reply::NotOffered { feature: seq.to_string() })
}

/// What the shop says of an order, by the reply's stored name.
fn about(seq: u64, order: u64, said: &str) -> Outgoing {
    let reply = json!({
        "reply": said, "order": order, "product": "PLN20", "product_name": "Token PLN 20.000", "kind": "token",
        "dest": "86000000100", "nth": 1, "price": 20_900, "verdict": "open", "sn": "", "details": {}, "reason": null,
        "at": "2025-11-21T07:05:00Z", "client_reference": null,
    });
    row(seq, Class::Final, serde_json::from_value(reply).unwrap())
}

fn text(body: &str) -> Text {
    Text { body: body.to_owned(), ..Text::default() }
}

#[expect(clippy::unnecessary_wraps, reason = "as wordings are handed in")]
fn seq_of(row: &Outgoing) -> Option<Text> {
    Some(text(&row.seq.to_string()))
}

fn button(label: &str, tap: &str) -> Button {
    Button { label: label.to_owned(), tap: tap.to_owned() }
}

/// How many rows go together, and what they say.
fn gathered(rows: &[Outgoing], behind: bool, words: impl Fn(&Outgoing) -> Option<Text>) -> Option<(usize, String)> {
    let rows: Vec<&Outgoing> = rows.iter().collect();
    gather(&rows, behind, words).map(|batch| (batch.rows.len(), batch.part.body))
}

#[test]
fn replies_go_together_for_whom_is_behind() {
    let rows: Vec<Outgoing> = (1..=3).map(talk).collect();
    assert_eq!(gathered(&rows, true, seq_of), Some((3, "1\n\n2\n\n3".to_owned())));
    assert_eq!(gathered(&rows, false, seq_of), None);
    assert_eq!(gathered(&rows[..1], true, seq_of), None, "one alone is one message");
}

#[test]
fn many_alerts_go_together_and_few_do_not() {
    let rows: Vec<Outgoing> = (1..=6).map(alert).collect();
    for behind in [true, false] {
        assert_eq!(gathered(&rows[..4], behind, seq_of), None);
        assert_eq!(gathered(&rows, behind, seq_of), Some((6, "1\n\n2\n\n3\n\n4\n\n5\n\n6".to_owned())));
    }
}

#[test]
fn urgencies_that_differ_in_kind_are_not_mixed() {
    let rows = [vec![talk(1), about(2, 7, "order_success")], (3..=9).map(alert).collect()].concat();
    assert_eq!(gathered(&rows, true, seq_of), Some((2, "1\n\n2".to_owned())));
    let mut announced = talk(2);
    announced.class = Class::Announcement;
    assert_eq!(gathered(&[talk(1), announced, talk(3)], true, seq_of), None);
}

#[test]
fn what_does_not_fit_waits_for_the_next() {
    let long = |length: usize| move |_: &Outgoing| Some(text(&"x".repeat(length)));
    for rows in [(1..=9).map(alert).collect::<Vec<_>>(), (1..=9).map(talk).collect()] {
        let (count, body) = gathered(&rows, true, long(1_000)).unwrap();
        assert_eq!((count, body.len()), (4, 4_006));
        assert_eq!(gathered(&rows, true, long(4_000)), None, "one alone is one message");
    }
    let rows: Vec<Outgoing> = (1..=9).map(talk).collect();
    // 4,096 as Telegram counts, to the last.
    assert_eq!(gathered(&rows, true, long(2_047)).unwrap().1.len(), 4_096);
    assert_eq!(gathered(&rows, true, long(2_048)), None);
    let emoji = |_: &Outgoing| Some(text(&"🎉".repeat(500)));
    assert_eq!(gathered(&rows, true, emoji).unwrap().0, 4);
    // What could not be marked any more would not be tapped.
    let marked = |_: &Outgoing| Some(Text { copy: vec![0..1; 30], ..text("12") });
    assert_eq!(gathered(&rows, true, marked).unwrap().0, 3);
}

#[test]
fn what_has_buttons_or_no_words_goes_alone() {
    let with_buttons = |row: &Outgoing| {
        let buttons = if row.seq == 6 { vec![vec![button("ya", "!x")]] } else { Vec::new() };
        Some(Text { buttons, ..text("x") })
    };
    let rows: Vec<Outgoing> = (1..=9).map(talk).collect();
    assert_eq!(gathered(&rows, true, with_buttons).map(|(count, _)| count), Some(5));
    assert_eq!(gathered(&rows[5..], true, with_buttons), None);
    // Many alerts go together without theirs: none could tell whose a button is.
    let rows: Vec<Outgoing> = (1..=9).map(alert).collect();
    let waiting: Vec<&Outgoing> = rows.iter().collect();
    let batch = gather(&waiting, true, with_buttons).unwrap();
    assert_eq!((batch.rows.len(), batch.buttons.len()), (9, 0));
    for rows in [(1..=9).map(alert).collect::<Vec<_>>(), (1..=9).map(talk).collect()] {
        for empty in [None, Some(text(" "))] {
            let words = |row: &Outgoing| if row.seq == 2 { empty.clone() } else { seq_of(row) };
            assert_eq!(gathered(&rows, true, words), None);
        }
    }
}

#[test]
fn files_and_what_is_handed_on_go_alone() {
    let texts = Texts::builtin(chrono_tz::Asia::Jakarta);
    for sample in samples().unwrap() {
        let is_file = texts.file(Locale::Id, &sample.reply).is_some();
        let row = row(1, Class::Answer, sample.reply);
        assert!(!is_file || kind(&row).is_none(), "{row:?}");
    }
}

#[test]
fn what_a_tap_copies_stays_what_it_was() {
    let rows: Vec<Outgoing> = (1..=5).map(talk).collect();
    let words = |row: &Outgoing| {
        let body = format!("✅ é {}🎉", row.seq);
        let copy = std::iter::once(7..8).collect();
        Some(Text { copy, ..text(&body) })
    };
    let rows: Vec<&Outgoing> = rows.iter().collect();
    let part = gather(&rows, true, words).unwrap().part;
    let units: Vec<u16> = part.body.encode_utf16().collect();
    let copied = part.entities.iter().map(|mark| String::from_utf16(&units[mark.offset..mark.offset + mark.length]));
    assert_eq!(copied.collect::<Result<Vec<_>, _>>().unwrap(), ["1", "2", "3", "4", "5"]);
}

#[test]
fn orders_stand_in_the_order_they_were_sent_between_what_else_was_said() {
    let rows = [
        about(1, 9, "order_success"),
        about(2, 7, "order_failed"),
        about(3, 8, "order_success"),
        about(4, 7, "order_delivered_late"),
        talk(5),
        about(6, 3, "order_success"),
        about(7, 2, "order_pending"),
    ];
    let rows: Vec<&Outgoing> = rows.iter().collect();
    let batch = gather(&rows, true, seq_of).unwrap();
    assert_eq!(batch.part.body.replace("\n\n", " "), "2 4 3 1 5 7 6");
    assert_eq!(batch.rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [2, 4, 3, 1, 5, 7, 6]);
}

#[test]
fn all_orders_show_the_balance_after_the_last() {
    let with_balance = |mut row: Outgoing, balance: i64| {
        row.balance = Some(Rupiah::new(balance));
        row
    };
    let rows = [
        with_balance(about(1, 9, "order_success"), 100),
        with_balance(talk(2), 90),
        about(3, 8, "order_success"),
        with_balance(about(4, 7, "order_failed"), 80),
        with_balance(talk(5), 70),
    ];
    let words = |row: &Outgoing| Some(text(&format!("{:?}", row.balance.map(Rupiah::get))));
    let (_, body) = gathered(&rows, true, words).unwrap();
    assert_eq!(body.replace("\n\n", " "), "Some(80) Some(90) Some(80) None Some(70)");
}

#[test]
fn buttons_of_orders_come_along_with_their_order_s_number() {
    let rows: Vec<Outgoing> = [4, 6, 5].map(|order| about(order, order, "order_success")).to_vec();
    let words = |row: &Outgoing| {
        let buttons = vec![vec![button("Struk", &format!("!receipt {}", row.seq))]];
        Some(Text { buttons, ..text("SUKSES") })
    };
    let rows: Vec<&Outgoing> = rows.iter().collect();
    let buttons = gather(&rows, true, words).unwrap().buttons;
    let of = |order: u64| button(&format!("Struk #{order}"), &format!("!receipt {order}"));
    assert_eq!(buttons, [vec![of(4), of(5)], vec![of(6)]]);
}

#[test]
fn diproses_is_outdated_once_the_end_waits_behind_it() {
    for (rows, expected) in [
        (vec![about(1, 7, "order_pending"), about(2, 7, "order_success")], vec![1]),
        (
            vec![about(1, 7, "order_pending"), talk(2), about(3, 8, "order_pending"), about(4, 7, "order_failed")],
            vec![1],
        ),
        (vec![about(1, 7, "order_pending"), about(2, 8, "order_success")], vec![]),
        (vec![about(1, 7, "order_pending"), about(2, 7, "order_pending")], vec![]),
        (vec![about(1, 7, "order_success"), about(2, 7, "order_pending")], vec![]),
    ] {
        assert_eq!(outdated(&rows).iter().map(|row| row.seq).collect::<Vec<_>>(), expected);
    }
}
