//! Buttons that people tap.

use std::sync::Arc;
use std::time::{Duration, Instant};

use konter::clock::Elsewhere;
use konter::front::Text;
use konter_store::Leases;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::wording::of_bot;
use crate::support::bot_api::{BotApi, Mishap, content, message};
use crate::support::front::{BUDI, Notes, SITI, receive, staff, telegram};

pub fn tap(update: i64, id: &str, from: i64, message: &Value) -> Value {
    let query = json!({"id": id, "from": {"id": from, "first_name": "Budi"}, "data": "SAL", "message": message});
    json!({"update_id": update, "callback_query": query})
}

pub fn in_group(mut message: Value) -> Value {
    message["chat"] = json!({"id": -100_500, "type": "supergroup"});
    message
}

#[tokio::test]
async fn a_tap_says_which_message_it_stands_under() {
    let api = BotApi::start().await;
    let inbox = Notes::new(&api);
    let gone = json!({"message_id": 41, "date": 0, "chat": {"id": BUDI, "type": "private"}});
    api.push([tap(1, "700", BUDI, &content(1, BUDI, "menu")), tap(2, "701", BUDI, &gone)]);
    let running = receive(telegram(&api), &inbox);
    inbox.until_kept(2).await;
    let kept: Vec<_> = inbox.kept.lock().iter().map(|(m, _)| (m.message.clone(), m.tapped.clone())).collect();
    let expected = [("tap700", "1001"), ("tap701", "41")];
    assert_eq!(kept, expected.map(|(message, tapped)| (of_bot(message), Some(of_bot(tapped)))));
    running.stop().await.unwrap();
}

/// Otherwise a shop whose clock is wrong would believe it again with every tap.
#[tokio::test]
async fn a_tap_tells_no_time() {
    let api = BotApi::start().await;
    let inbox = Notes::new(&api);
    api.push([tap(1, "700", BUDI, &content(1, BUDI, "menu")), message(2, BUDI, "saldo")]);
    let (telegram, heard) = (telegram(&api), Arc::new(Mutex::new(Vec::new())));
    let notes = Arc::clone(&heard);
    telegram.learn_clock(Box::new(move |said| {
        if let Elsewhere::NotBefore(at) = said {
            notes.lock().push(at);
        }
    }));
    let running = receive(telegram, &inbox);
    inbox.until_kept(2).await;
    let written = inbox.kept.lock().iter().find(|(kept, _)| kept.tapped.is_none()).map(|(kept, _)| kept.sent_at);
    assert_eq!(*heard.lock(), [written.unwrap()]);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_foreign_tap_is_answered_and_says_nothing() {
    let api = BotApi::start().await;
    let inbox = Notes::new(&api);
    let menu = |chat| content(1, chat, "menu");
    api.push([
        tap(1, "700", SITI, &menu(BUDI)),
        tap(2, "701", BUDI, &in_group(menu(BUDI))),
        tap(3, "702", BUDI, &menu(BUDI)),
    ]);
    let running = receive(telegram(&api), &inbox);
    api.until("the answers", |api| api.calls("answercallbackquery").len() == 3).await;
    let kept: Vec<_> = inbox.kept.lock().iter().map(|(message, _)| message.message.clone()).collect();
    assert_eq!(kept, [of_bot("tap702")]);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn taps_are_not_answered_before_they_are_stored() {
    let api = BotApi::start().await;
    let inbox = Notes::new(&api);
    inbox.fail(3);
    api.push([tap(1, "700", BUDI, &content(1, BUDI, "menu"))]);
    let running = receive(telegram(&api), &inbox);
    inbox.until_kept(1).await;
    assert!(inbox.broken.lock().is_empty());
    api.until("the answer", |api| !api.calls("answercallbackquery").is_empty()).await;
    assert_eq!(api.calls("answercallbackquery").len(), 1, "not for what failed");
    running.stop().await.unwrap();
}

#[tokio::test]
async fn one_slow_answer_keeps_no_other_tap_waiting() {
    let api = BotApi::start().await;
    let inbox = Notes::new(&api);
    api.mishaps("answercallbackquery", [Mishap::Hang(Duration::from_secs(60))]);
    api.push((1..=3).map(|n| tap(n, &n.to_string(), BUDI, &content(n, BUDI, "menu"))));
    let began = Instant::now();
    let running = receive(telegram(&api), &inbox);
    let fine = |api: &BotApi| api.calls("answercallbackquery").iter().filter(|call| call.fine).count();
    api.until("the other answers", |api| fine(api) == 2).await;
    assert!(began.elapsed() < Duration::from_secs(2));
    running.stop().await.unwrap();
}

#[tokio::test]
async fn the_shop_answers_a_tap_with_a_word_and_else_it_is_answered_without() {
    let api = BotApi::start().await;
    let inbox = Notes::new(&api);
    let telegram = Arc::new(telegram(&api));
    api.push((1..=2).map(|n| tap(n, &n.to_string(), BUDI, &content(n, BUDI, "menu"))));
    let (running, token) = (Arc::clone(&telegram), CancellationToken::new());
    let (cancel, notes) = (token.clone(), Arc::clone(&inbox));
    let receiving =
        tokio::spawn(
            async move { running.run(&*notes, staff().subscribe(), Leases::alone().leading(), &cancel).await },
        );
    inbox.until_kept(2).await;
    let words = Text { body: "Tombol ini sudah tidak berlaku. ".repeat(20), ..Text::default() };
    assert!(telegram.answer_tap(&of_bot("tap1"), Some(&words)));
    assert!(!telegram.answer_tap(&of_bot("tap1"), Some(&words)), "Telegram minds the first answer only");
    assert!(!telegram.answer_tap(&of_bot("77"), Some(&words)), "a message is no tap");
    api.until("both answers", |api| api.calls("answercallbackquery").len() == 2).await;
    let answers = api.calls("answercallbackquery");
    let text = |n: usize| answers[n].body["text"].as_str().map(|text| text.chars().count());
    assert_eq!((text(0), text(1)), (Some(200), None), "{answers:?}");
    assert!(!telegram.answer_tap(&of_bot("tap2"), Some(&words)), "its hourglass has run out");
    token.cancel();
    receiving.await.unwrap().unwrap();
}
