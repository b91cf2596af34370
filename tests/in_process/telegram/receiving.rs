//! Long polling, the bot's name and its menus, files people send.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use konter::attachment::Marked;
use konter::front::telegram::{ApiError, Settings, Stopped, Telegram};
use konter_core::ids::ChatId;
use konter_core::staff::{Role, Staff};
use konter_store::Leases;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::support::bot_api::{BotApi, Mishap, TOKEN, content, message};
use crate::support::front::{BUDI, Notes, receive, settings, staff, telegram};

#[tokio::test]
async fn messages_are_stored_before_they_are_acknowledged() {
    let api = BotApi::start().await;
    let inbox = Notes::new(&api);
    api.push((1..=250).map(|n| message(n, BUDI, &format!("pesan {n}"))));
    let running = receive(telegram(&api), &inbox);
    inbox.until_kept(250).await;
    api.until("the last acknowledgement", |api| api.acknowledged() == 251).await;
    for (n, (message, acknowledged)) in inbox.kept.lock().iter().enumerate() {
        assert_eq!(message.text, format!("pesan {}", n + 1));
        assert!(*acknowledged <= i64::try_from(n).unwrap() + 1, "update {} was acknowledged too early", n + 1);
    }
    let asked = api.calls("getupdates");
    assert_eq!(asked[0].body["offset"], Value::Null, "the first question acknowledges nothing");
    assert_eq!(asked[0].body["allowed_updates"], json!(["message", "edited_message", "callback_query"]));
    assert_eq!(running.stop().await, Ok(()));
}

#[tokio::test]
async fn what_the_store_did_not_take_comes_again() {
    let api = BotApi::start().await;
    let inbox = Notes::new(&api);
    inbox.fail(3);
    api.push([message(7, BUDI, "SAL"), message(8, BUDI, "HARGA")]);
    let running = receive(telegram(&api), &inbox);
    inbox.until_kept(2).await;
    assert_eq!(inbox.kept.lock()[0].1, 0, "nothing was acknowledged while the store failed");
    api.until("the acknowledgement", |api| api.acknowledged() == 9).await;
    assert_eq!(inbox.texts(), ["SAL", "HARGA"]);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_restart_asks_for_everything_that_was_not_acknowledged() {
    let api = BotApi::start().await;
    let first = Notes::new(&api);
    first.fail(usize::from(u16::MAX));
    api.push([message(900, BUDI, "SAL")]);
    let running = receive(telegram(&api), &first);
    api.until("a failed try", |_| first.broken.lock().len() < usize::from(u16::MAX)).await;
    running.stop().await.unwrap();
    // Telegram counts anew, below what was seen before.
    api.push([message(5, BUDI, "HARGA")]);
    let second = Notes::new(&api);
    let running = receive(telegram(&api), &second);
    second.until_kept(2).await;
    assert_eq!(second.texts(), ["SAL", "HARGA"]);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn one_unreadable_update_hides_no_other() {
    let api = BotApi::start().await;
    let inbox = Notes::new(&api);
    api.push([
        message(1, BUDI, "satu"),
        json!({"update_id": 2, "message": {"nothing": "known"}}),
        json!({"update_id": 3, "message": "broken"}),
        json!({"update_id": 4, "brand_new": {"message": 1}}),
        json!({"no": "number"}),
        json!(null),
        message(6, BUDI, "dua"),
    ]);
    let running = receive(telegram(&api), &inbox);
    inbox.until_kept(2).await;
    api.until("the acknowledgement", |api| api.acknowledged() == 7).await;
    assert_eq!(inbox.texts(), ["satu", "dua"]);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn an_edit_is_no_order_and_a_group_is_told_apart() {
    let api = BotApi::start().await;
    let inbox = Notes::new(&api);
    let mut group = message(3, -100_500, "S10.0812.1234");
    group["message"]["chat"]["type"] = json!("supergroup");
    api.push([
        json!({"update_id": 1, "edited_message": content(1, BUDI, "S10.0812.1234")}),
        json!({"update_id": 2, "channel_post": content(2, BUDI, "S10.0812.1234")}),
        group,
        message(4, BUDI, "SAL"),
    ]);
    let running = receive(telegram(&api), &inbox);
    inbox.until_kept(3).await;
    api.until("the acknowledgement", |api| api.acknowledged() == 5).await;
    let kept: Vec<_> = inbox.kept.lock().iter().map(|(m, _)| (m.chat.clone(), m.private)).collect();
    let budi = || ChatId::telegram(BUDI);
    assert_eq!(kept, [(budi(), true), (ChatId::telegram(-100_500), false), (budi(), true)]);
    let texts = inbox.texts();
    assert_eq!(Marked::from_text(&texts[0]), Some(Marked::Edited { words: "S10.0812.1234" }));
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_tap_is_stored_and_answered() {
    let api = BotApi::start().await;
    let inbox = Notes::new(&api);
    let query = json!({"id": "777", "from": {"id": BUDI}, "data": "SAL", "message": content(1, BUDI, "menu")});
    api.push([json!({"update_id": 1, "callback_query": query})]);
    let running = receive(telegram(&api), &inbox);
    api.until("the answer", |api| api.calls("answercallbackquery").len() == 1).await;
    assert_eq!(api.calls("answercallbackquery")[0].body["callback_query_id"], "777");
    assert_eq!(inbox.texts(), ["SAL"]);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn receiving_survives_whatever_telegram_answers() {
    let api = BotApi::start().await;
    let inbox = Notes::new(&api);
    api.mishaps(
        "getupdates",
        [
            Mishap::Page(502),
            Mishap::Garbage,
            Mishap::Refuse(409, "Conflict: terminated by other getUpdates request"),
            Mishap::Flood(0),
            Mishap::Refuse(400, "Bad Request: odd"),
            Mishap::Page(404),
        ],
    );
    api.push([message(1, BUDI, "SAL")]);
    let running = receive(telegram(&api), &inbox);
    inbox.until_kept(1).await;
    assert_eq!(api.calls("deletewebhook").len(), 2, "a conflict may be a webhook");
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_refused_token_stops_with_a_clear_word() {
    let api = BotApi::start().await;
    let inbox = Notes::new(&api);
    let wrong = Settings { token: "8123456789:wrongWRONG".into(), ..settings(&api) };
    let running = receive(Telegram::new(wrong).unwrap(), &inbox);
    let stopped = tokio::time::timeout(Duration::from_secs(5), running.task).await.unwrap().unwrap();
    assert_eq!(stopped, Err(Stopped::BadToken));
    assert!(Stopped::BadToken.to_string().contains("TELOXIDE_TOKEN"));
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_long_question() {
    let api = BotApi::start().await;
    let running = receive(telegram(&api), &Notes::new(&api));
    api.until("the question", |api| api.calls("getupdates").len() == 1).await;
    let began = Instant::now();
    running.stop().await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn the_bot_learns_its_name_and_publishes_its_menu() {
    let api = BotApi::start().await;
    let bot = Arc::new(telegram(&api));
    let (cancel, inbox) = (CancellationToken::new(), Notes::new(&api));
    let (running, token) = (Arc::clone(&bot), cancel.clone());
    let task =
        tokio::spawn(async move { running.run(&*inbox, staff().subscribe(), Leases::alone().leading(), &token).await });
    api.until("the menus", |api| api.calls("setmycommands").len() == 6).await;
    assert_eq!(bot.bot_name(), Some("konter_bot"));
    let scoped: Vec<Value> = api.calls("setmycommands").iter().map(|call| call.body["scope"].clone()).collect();
    assert!(scoped.contains(&json!({"type": "chat", "chat_id": 9})), "{scoped:?}");
    cancel.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test]
async fn menus_follow_the_roles_and_refused_ones_are_offered_again() {
    let api = BotApi::start().await;
    let (inbox, roster) = (Notes::new(&api), staff());
    api.mishaps("setmycommands", [Mishap::Refuse(400, "Bad Request: chat not found"), Mishap::Page(502)]);
    let cancel = CancellationToken::new();
    let (token, followed) = (cancel.clone(), roster.subscribe());
    let bot = telegram(&api);
    let task = tokio::spawn(async move { bot.run(&*inbox, followed, Leases::alone().leading(), &token).await });
    let of = |method: &str, chat: i64| {
        let scope = json!({"type": "chat", "chat_id": chat});
        let calls = api.calls(method).into_iter().filter(|call| call.fine && call.body["scope"] == scope);
        calls.collect::<Vec<_>>()
    };
    let everybody = |api: &BotApi| {
        let calls = api.calls("setmycommands");
        calls.iter().filter(|call| call.fine && call.body["scope"] == json!({"type": "default"})).count()
    };
    api.until("the menus", |api| everybody(api) == 3 && of("setmycommands", 9).len() == 3).await;

    let tono = |version, role| Staff {
        chat: ChatId::telegram(3003),
        version,
        role,
        by: ChatId::telegram(9),
        at: chrono::DateTime::UNIX_EPOCH,
    };
    roster.send_modify(|roster| roster.learn(tono(1, Some(Role::Operator))));
    api.until("the operator's menu", |_| of("setmycommands", 3003).len() == 3).await;
    let menu = of("setmycommands", 3003).pop().unwrap().body["commands"].to_string();
    assert!(menu.contains("\"acc\"") && !menu.contains("\"siaran\""), "{menu}");
    roster.send_modify(|roster| roster.learn(tono(2, None)));
    api.until("no menu", |_| of("deletemycommands", 3003).len() == 3).await;
    assert_eq!(of("setmycommands", 9).len(), 3, "nothing changed for the owner");
    cancel.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_time_telegram_says_it_is_is_passed_on() {
    use konter::clock::Elsewhere;
    let api = BotApi::start().await;
    let inbox = Notes::new(&api);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let bot = telegram(&api);
    bot.learn_clock(Box::new({
        let heard = Arc::clone(&heard);
        move |said| heard.lock().push(said)
    }));
    let mut late = message(1, BUDI, "SAL");
    late["message"]["date"] = json!(1_000_000);
    api.push([late]);
    let running = receive(bot, &inbox);
    inbox.until_kept(1).await;
    running.stop().await.unwrap();
    let heard = heard.lock();
    let near = |at: &chrono::DateTime<chrono::Utc>| (chrono::Utc::now() - *at).abs() < chrono::TimeDelta::minutes(5);
    assert!(
        heard.iter().any(|said| matches!(said, Elsewhere::Now(at) if near(at))),
        "by the answers' dates: {heard:?}"
    );
    let old = chrono::DateTime::from_timestamp(1_000_000, 0).unwrap();
    assert!(heard.contains(&Elsewhere::NotBefore(old)), "by the messages' dates: {heard:?}");
}

#[tokio::test]
async fn a_file_somebody_sent_is_fetched_as_far_as_the_limit_goes() {
    let found = |Path((bot, path)): Path<(String, String)>| async move {
        let right = bot == format!("bot{TOKEN}") && path == "documents/harga.csv";
        if right { Ok("kode,harga") } else { Err(axum::http::StatusCode::NOT_FOUND) }
    };
    let file = |body: String| async move {
        let asked: Value = serde_json::from_str(&body).unwrap();
        let path = if asked["file_id"] == "F1" { "documents/harga.csv" } else { "gone" };
        json!({"ok": true, "result": {"file_id": "F1", "file_unique_id": "U1", "file_path": path}}).to_string()
    };
    let app = Router::new().route("/{bot}/GetFile", post(file)).route("/file/{bot}/{*path}", get(found));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });

    let api = BotApi::start().await;
    let bot = Telegram::new(Settings { api_url: Some(url), ..settings(&api) }).unwrap();
    assert_eq!(bot.download("F1", 10).await, Ok(b"kode,harga".to_vec()));
    assert!(matches!(bot.download("F1", 9).await, Err(ApiError::Network(_))), "a byte too long");
    assert_eq!(bot.download("F2", 10).await, Err(ApiError::Down(404)));
}
