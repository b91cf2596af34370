//! Updates that Telegram brings.

use serde_json::{Value, json};

use super::taps::{in_group, tap};
use super::wording::of_bot;
use crate::support::bot_api::{BotApi, Mishap, TOKEN, content, message};
use crate::support::front::{BUDI, Notes, SITI, ask, post, webhook};
use konter::attachment::Marked;

#[tokio::test]
async fn the_webhook_lets_only_telegram_in() {
    let api = BotApi::start().await;
    let inbox = Notes::new(&api);
    let (address, secret, running) = webhook(&api, &inbox).await;
    assert!(!address.contains(TOKEN) && !secret.contains(TOKEN) && !address.contains(&secret));
    let update = || message(1, BUDI, "SAL").to_string();
    let elsewhere = format!("{}0", &address[..address.len() - 1]);
    assert_eq!(post(&elsewhere, &secret, update()).await, 404);
    assert_eq!(post(&address, "", update()).await, 401);
    assert_eq!(post(&address, "wrong", update()).await, 401);
    assert_eq!(post(&address, &secret, "x".repeat((1 << 20) + 1)).await, 413);
    assert_eq!(inbox.texts(), Vec::<String>::new());
    assert_eq!(post(&address, &secret, update()).await, 200);
    assert_eq!(inbox.texts(), ["SAL"]);
    assert!(api.calls("getupdates").is_empty());
    running.stop().await.unwrap();
}

#[tokio::test]
async fn the_webhook_says_yes_only_to_what_is_stored() {
    let api = BotApi::start().await;
    let inbox = Notes::new(&api);
    let (address, secret, running) = webhook(&api, &inbox).await;
    inbox.fail(1);
    assert_eq!(post(&address, &secret, message(1, BUDI, "SAL").to_string()).await, 503);
    assert_eq!(post(&address, &secret, message(1, BUDI, "SAL").to_string()).await, 200);
    // What cannot be read would come for ever.
    for odd in ["{", "{}", "17", r#"{"update_id":1,"message":{}}"#] {
        assert_eq!(post(&address, &secret, odd.to_owned()).await, 200, "{odd}");
    }
    let edit = json!({"update_id": 2, "edited_message": content(2, BUDI, "S10.0812.1234")});
    assert_eq!(post(&address, &secret, edit.to_string()).await, 200);
    let edited = Marked::Edited { words: "S10.0812.1234" }.to_text();
    assert_eq!(inbox.texts(), ["SAL".to_owned(), edited], "told that it is not read");
    running.stop().await.unwrap();
}

#[tokio::test]
async fn the_webhook_is_registered_when_telegram_is_back() {
    let api = BotApi::start().await;
    let inbox = Notes::new(&api);
    api.mishaps("setwebhook", [Mishap::Page(502), Mishap::Refuse(400, "Bad Request: bad webhook"), Mishap::Flood(0)]);
    let (_, _, running) = webhook(&api, &inbox).await;
    running.stop().await.unwrap();
}

#[tokio::test]
async fn the_webhook_answers_a_tap_once_it_is_stored() {
    let api = BotApi::start().await;
    let inbox = Notes::new(&api);
    let (address, secret, running) = webhook(&api, &inbox).await;
    let answer = |tap: &str| json!({"method": "answerCallbackQuery", "callback_query_id": tap});
    let own = tap(1, "700", BUDI, &content(1, BUDI, "menu")).to_string();
    inbox.fail(1);
    assert_eq!(ask(&address, &secret, own.clone()).await, (503, String::new()));
    let (status, said) = ask(&address, &secret, own).await;
    assert_eq!((status, serde_json::from_str::<Value>(&said).unwrap()), (200, answer("700")));
    for foreign in [tap(2, "701", SITI, &content(1, BUDI, "x")), tap(3, "701", BUDI, &in_group(content(1, BUDI, "x")))]
    {
        let (status, said) = ask(&address, &secret, foreign.to_string()).await;
        assert_eq!((status, serde_json::from_str::<Value>(&said).unwrap()), (200, answer("701")));
    }
    let kept: Vec<_> = inbox.kept.lock().iter().map(|(m, _)| (m.message.clone(), m.tapped.clone())).collect();
    assert_eq!(kept, [(of_bot("tap700"), Some(of_bot("1001")))]);
    running.stop().await.unwrap();
}
