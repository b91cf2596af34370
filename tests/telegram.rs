//! The Telegram front against a Bot API that misbehaves: nothing received is lost, nothing said is lost, said twice or
//! out of order.

#[path = "support/bot_api.rs"]
mod bot_api;
#[path = "support/front.rs"]
mod front;
#[path = "support/outbox.rs"]
mod outbox;

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bot_api::{BotApi, Mishap, TOKEN, content, message};
use front::{
    BUDI, Notes, SITI, deliver, numbered, post, receive, sender, settings, staff, telegram, until_empty, webhook,
};
use konter::front::telegram::{Settings, Stopped, Telegram, Waker};
use konter::front::{Text, Wording};
use konter_core::ids::ChatId;
use konter_core::staff::{Role, Staff};
use konter_reply::Reply;
use konter_store::{Outgoing, Payload, Share};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Says what the reply holds; `[` and `]` stand around what a tap copies.
struct Plain;

impl Wording for Plain {
    fn render(&self, row: &Outgoing) -> Text {
        let mut text = Text::default();
        let Payload::Reply(reply) = &row.payload else { return text };
        let Reply::NotOffered { feature } = reply.as_ref() else { return text };
        for c in feature.chars() {
            match c {
                '[' => text.copy.push(text.body.len()..text.body.len()),
                ']' => text.copy.last_mut().unwrap().end = text.body.len(),
                _ => text.body.push(c),
            }
        }
        text
    }
}

// Receiving.

#[tokio::test]
async fn messages_are_stored_before_they_are_acknowledged() {
    let api = BotApi::start().await;
    let desk = Notes::new(&api);
    api.push((1..=250).map(|n| message(n, BUDI, &format!("pesan {n}"))));
    let running = receive(telegram(&api), &desk);
    desk.until_kept(250).await;
    api.until("the last acknowledgement", |api| api.acknowledged() == 251).await;
    for (n, (message, acknowledged)) in desk.kept.lock().iter().enumerate() {
        assert_eq!(message.text, format!("pesan {}", n + 1));
        assert!(*acknowledged <= i64::try_from(n).unwrap() + 1, "update {} was acknowledged too early", n + 1);
    }
    let asked = api.calls("getupdates");
    assert_eq!(asked[0].body["offset"], Value::Null, "the first question acknowledges nothing");
    assert_eq!(asked[0].body["allowed_updates"], json!(["message", "callback_query"]));
    assert_eq!(running.stop().await, Ok(()));
}

#[tokio::test]
async fn what_the_store_did_not_take_comes_again() {
    let api = BotApi::start().await;
    let desk = Notes::new(&api);
    desk.fail(3);
    api.push([message(7, BUDI, "SAL"), message(8, BUDI, "HARGA")]);
    let running = receive(telegram(&api), &desk);
    desk.until_kept(2).await;
    assert_eq!(desk.kept.lock()[0].1, 0, "nothing was acknowledged while the store failed");
    api.until("the acknowledgement", |api| api.acknowledged() == 9).await;
    assert_eq!(desk.texts(), ["SAL", "HARGA"]);
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
    let desk = Notes::new(&api);
    api.push([
        message(1, BUDI, "satu"),
        json!({"update_id": 2, "message": {"nothing": "known"}}),
        json!({"update_id": 3, "message": "broken"}),
        json!({"update_id": 4, "brand_new": {"message": 1}}),
        json!({"no": "number"}),
        json!(null),
        message(6, BUDI, "dua"),
    ]);
    let running = receive(telegram(&api), &desk);
    desk.until_kept(2).await;
    api.until("the acknowledgement", |api| api.acknowledged() == 7).await;
    assert_eq!(desk.texts(), ["satu", "dua"]);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn an_edit_is_no_order_and_a_group_is_told_apart() {
    let api = BotApi::start().await;
    let desk = Notes::new(&api);
    let mut group = message(3, -100_500, "S10.0812.1234");
    group["message"]["chat"]["type"] = json!("supergroup");
    api.push([
        json!({"update_id": 1, "edited_message": content(1, BUDI, "S10.0812.1234")}),
        json!({"update_id": 2, "channel_post": content(2, BUDI, "S10.0812.1234")}),
        group,
        message(4, BUDI, "SAL"),
    ]);
    let running = receive(telegram(&api), &desk);
    desk.until_kept(2).await;
    api.until("the acknowledgement", |api| api.acknowledged() == 5).await;
    let kept: Vec<_> = desk.kept.lock().iter().map(|(m, _)| (m.chat.clone(), m.private)).collect();
    assert_eq!(kept, [(ChatId::telegram(-100_500), false), (ChatId::telegram(BUDI), true)]);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_tap_is_stored_and_answered() {
    let api = BotApi::start().await;
    let desk = Notes::new(&api);
    let query = json!({"id": "777", "from": {"id": BUDI}, "data": "SAL", "message": content(1, BUDI, "menu")});
    api.push([json!({"update_id": 1, "callback_query": query})]);
    let running = receive(telegram(&api), &desk);
    api.until("the answer", |api| api.calls("answercallbackquery").len() == 1).await;
    assert_eq!(api.calls("answercallbackquery")[0].body["callback_query_id"], "777");
    assert_eq!(desk.texts(), ["SAL"]);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn receiving_survives_whatever_telegram_answers() {
    let api = BotApi::start().await;
    let desk = Notes::new(&api);
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
    let running = receive(telegram(&api), &desk);
    desk.until_kept(1).await;
    assert_eq!(api.calls("deletewebhook").len(), 2, "a conflict may be a webhook");
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_refused_token_stops_with_a_clear_word() {
    let api = BotApi::start().await;
    let desk = Notes::new(&api);
    let wrong = Settings { token: "8123456789:wrongWRONG".into(), ..settings(&api) };
    let running = receive(Telegram::new(wrong).unwrap(), &desk);
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
    let (cancel, desk) = (CancellationToken::new(), Notes::new(&api));
    let (running, token) = (Arc::clone(&bot), cancel.clone());
    let task =
        tokio::spawn(async move { running.run(&*desk, staff().subscribe(), Share::alone().leading(), &token).await });
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
    let (desk, roster) = (Notes::new(&api), staff());
    api.mishaps("setmycommands", [Mishap::Refuse(400, "Bad Request: chat not found"), Mishap::Page(502)]);
    let cancel = CancellationToken::new();
    let (token, followed) = (cancel.clone(), roster.subscribe());
    let bot = telegram(&api);
    let task = tokio::spawn(async move { bot.run(&*desk, followed, Share::alone().leading(), &token).await });
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

// The webhook.

#[tokio::test]
async fn the_webhook_lets_only_telegram_in() {
    let api = BotApi::start().await;
    let desk = Notes::new(&api);
    let (address, secret, running) = webhook(&api, &desk).await;
    assert!(!address.contains(TOKEN) && !secret.contains(TOKEN) && !address.contains(&secret));
    let update = || message(1, BUDI, "SAL").to_string();
    let elsewhere = format!("{}0", &address[..address.len() - 1]);
    assert_eq!(post(&elsewhere, &secret, update()).await, 404);
    assert_eq!(post(&address, "", update()).await, 401);
    assert_eq!(post(&address, "wrong", update()).await, 401);
    assert_eq!(post(&address, &secret, "x".repeat((1 << 20) + 1)).await, 413);
    assert_eq!(desk.texts(), Vec::<String>::new());
    assert_eq!(post(&address, &secret, update()).await, 200);
    assert_eq!(desk.texts(), ["SAL"]);
    assert!(api.calls("getupdates").is_empty());
    running.stop().await.unwrap();
}

#[tokio::test]
async fn the_webhook_says_yes_only_to_what_is_stored() {
    let api = BotApi::start().await;
    let desk = Notes::new(&api);
    let (address, secret, running) = webhook(&api, &desk).await;
    desk.fail(1);
    assert_eq!(post(&address, &secret, message(1, BUDI, "SAL").to_string()).await, 503);
    assert_eq!(post(&address, &secret, message(1, BUDI, "SAL").to_string()).await, 200);
    // What cannot be read would come for ever.
    for odd in ["{", "{}", "17", r#"{"update_id":1,"message":{}}"#] {
        assert_eq!(post(&address, &secret, odd.to_owned()).await, 200, "{odd}");
    }
    let edit = json!({"update_id": 2, "edited_message": content(2, BUDI, "S10.0812.1234")});
    assert_eq!(post(&address, &secret, edit.to_string()).await, 200);
    assert_eq!(desk.texts(), ["SAL"]);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn the_webhook_is_registered_when_telegram_is_back() {
    let api = BotApi::start().await;
    let desk = Notes::new(&api);
    api.mishaps("setwebhook", [Mishap::Page(502), Mishap::Refuse(400, "Bad Request: bad webhook"), Mishap::Flood(0)]);
    let (_, _, running) = webhook(&api, &desk).await;
    running.stop().await.unwrap();
}

// Sending.

#[tokio::test]
async fn replies_arrive_once_and_in_order_whatever_happens() {
    let (api, outbox, waker, pump) = sender(Plain).await;
    api.mishaps(
        "sendmessage",
        [
            Mishap::Page(500),
            Mishap::Flood(1),
            Mishap::Garbage,
            Mishap::Refuse(500, "Internal"),
            Mishap::Refuse(401, "Unauthorized"),
            Mishap::Page(403),
        ],
    );
    let replies = numbered(20);
    let began = Instant::now();
    for text in &replies {
        outbox.say(BUDI, text);
        waker.notify(&ChatId::telegram(BUDI));
    }
    until_empty(&api, &outbox).await;
    assert_eq!(api.said(BUDI), replies);
    assert!(began.elapsed() >= Duration::from_secs(1), "the pause was kept");
    assert!(began.elapsed() < Duration::from_secs(8), "no error costs ten seconds");
    pump.stop().await;
}

#[tokio::test]
async fn a_new_run_says_what_an_outage_left_unsaid() {
    let (api, outbox, waker, pump) = sender(Plain).await;
    api.set_outage(Some(Mishap::Page(502)));
    let replies = numbered(5);
    for (chat, text) in [BUDI, SITI].into_iter().flat_map(|chat| replies.iter().map(move |text| (chat, text))) {
        outbox.say(chat, text);
        waker.notify(&ChatId::telegram(chat));
    }
    api.until("a few tries", |api| api.calls("sendmessage").len() >= 6).await;
    pump.stop().await;
    api.set_outage(None);
    // Nobody tells it which chats wait.
    let pump = deliver(&telegram(&api), &outbox, &Waker::default(), Plain);
    until_empty(&api, &outbox).await;
    assert_eq!((api.said(BUDI), api.said(SITI)), (replies.clone(), replies));
    pump.stop().await;
}

#[tokio::test]
async fn one_chat_does_not_hold_up_another() {
    let (api, outbox, waker, pump) = sender(Plain).await;
    let (flooded, down, slow) = (2001, 2002, 2003);
    api.shut(flooded, Mishap::Flood(3600));
    api.shut(down, Mishap::Page(500));
    api.shut(slow, Mishap::Hang(Duration::from_secs(60)));
    let replies = numbered(10);
    for chat in [flooded, down, slow, BUDI] {
        outbox.say_all(chat, &replies);
        waker.notify(&ChatId::telegram(chat));
    }
    api.until("the other chat's replies", |_| !outbox.holds(BUDI)).await;
    assert_eq!(api.said(BUDI), replies);
    assert!(outbox.holds(flooded) && outbox.holds(down) && outbox.holds(slow), "what cannot be said is kept");
    pump.task.abort();
}

#[tokio::test]
async fn a_chat_that_is_gone_loses_its_replies_and_no_one_elses() {
    let (api, outbox, waker, pump) = sender(Plain).await;
    api.shut(BUDI, Mishap::Refuse(403, "Forbidden: bot was blocked by the user"));
    for text in numbered(3) {
        outbox.say(BUDI, &text);
        outbox.say(SITI, &text);
    }
    for chat in [BUDI, SITI] {
        waker.notify(&ChatId::telegram(chat));
    }
    until_empty(&api, &outbox).await;
    assert_eq!(api.said(SITI), numbered(3));
    assert_eq!(api.calls("sendmessage").len(), 6, "each was tried once");
    pump.stop().await;
}

#[tokio::test]
async fn a_reply_telegram_will_never_take_does_not_block_the_chat() {
    let (api, outbox, waker, pump) = sender(Plain).await;
    api.mishaps("sendmessage", vec![Mishap::Refuse(400, "Bad Request: something new"); 3]);
    for text in ["ditolak", "", "lanjut"] {
        outbox.say(BUDI, text);
    }
    waker.notify(&ChatId::telegram(BUDI));
    until_empty(&api, &outbox).await;
    assert_eq!(api.said(BUDI), ["lanjut"]);
    pump.stop().await;
}

/// A wording that breaks down over one reply.
struct Brittle;

impl Wording for Brittle {
    fn render(&self, row: &Outgoing) -> Text {
        let text = Plain.render(row);
        assert_ne!(text.body, "rusak", "on purpose: this reply cannot be put into words");
        text
    }
}

#[tokio::test]
async fn a_reply_that_cannot_be_put_into_words_is_set_aside() {
    let (api, outbox, waker, pump) = sender(Brittle).await;
    outbox.say_all(BUDI, &["pertama", "rusak", "lanjut"].map(str::to_owned));
    waker.notify(&ChatId::telegram(BUDI));
    until_empty(&api, &outbox).await;
    assert_eq!(api.said(BUDI), ["pertama", "lanjut"]);
    assert_eq!(*outbox.aside.lock(), [2]);
    pump.stop().await;
}

#[tokio::test]
async fn a_reply_that_was_sent_is_not_sent_again_when_the_store_stumbles() {
    let (api, outbox, waker, pump) = sender(Plain).await;
    outbox.broken.store(4, Ordering::SeqCst);
    let replies = numbered(3);
    outbox.say_all(BUDI, &replies);
    waker.notify(&ChatId::telegram(BUDI));
    until_empty(&api, &outbox).await;
    assert_eq!(api.said(BUDI), replies);
    pump.stop().await;
}

#[tokio::test]
async fn what_a_tap_copies_is_marked_in_telegrams_own_count() {
    let (api, outbox, waker, pump) = sender(Plain).await;
    outbox.say(BUDI, "✅ SUKSES 🎉 SN: [1234-5678]");
    waker.notify(&ChatId::telegram(BUDI));
    until_empty(&api, &outbox).await;
    let body = &api.calls("sendmessage")[0].body;
    assert_eq!(body["text"], "✅ SUKSES 🎉 SN: 1234-5678");
    assert_eq!(body["entities"], json!([{"type": "code", "offset": 16, "length": 9}]));
    assert_eq!(body["parse_mode"], Value::Null);
    pump.stop().await;
}

#[tokio::test]
async fn marks_telegram_refuses_do_not_cost_the_reply() {
    let (api, outbox, waker, pump) = sender(Plain).await;
    api.mishaps("sendmessage", [Mishap::Refuse(400, "Bad Request: can't parse entities")]);
    outbox.say(BUDI, "SN: [1234]");
    waker.notify(&ChatId::telegram(BUDI));
    until_empty(&api, &outbox).await;
    let calls = api.calls("sendmessage");
    assert_eq!(
        (calls.len(), &calls[1].body["text"], &calls[1].body["entities"]),
        (2, &json!("SN: 1234"), &Value::Null)
    );
    pump.stop().await;
}

#[tokio::test]
async fn a_long_reply_is_several_messages_and_none_twice() {
    let (api, outbox, waker, pump) = sender(Plain).await;
    let line = "🎉 harga 10.500 ".repeat(8);
    let long = vec![line.trim(); 70].join("\n");
    outbox.say(BUDI, &long);
    outbox.say(BUDI, "selesai");
    waker.notify(&ChatId::telegram(BUDI));
    // The second part fails once: the first is not repeated.
    api.until("the first part", |api| !api.said(BUDI).is_empty()).await;
    api.mishaps("sendmessage", [Mishap::Page(502)]);
    until_empty(&api, &outbox).await;
    let mut said = api.said(BUDI);
    assert!(said.iter().all(|text| text.encode_utf16().count() <= 4096));
    assert_eq!(said.pop().as_deref(), Some("selesai"));
    assert!(said.len() >= 2);
    assert_eq!(said.join("\n"), long);
    pump.stop().await;
}

#[tokio::test]
async fn a_deletion_never_delays_a_reply() {
    for mishap in [
        Mishap::Flood(3600),
        Mishap::Refuse(400, "Bad Request: message can't be deleted"),
        Mishap::Hang(Duration::from_secs(60)),
        Mishap::Page(502),
    ] {
        let (api, outbox, waker, pump) = sender(Plain).await;
        let began = Instant::now();
        api.mishaps("deletemessage", vec![mishap.clone(); 20]);
        outbox.forget(BUDI, "55");
        outbox.say_all(BUDI, &numbered(3));
        waker.notify(&ChatId::telegram(BUDI));
        api.until("the replies", |api| api.said(BUDI).len() == 3).await;
        assert!(began.elapsed() < Duration::from_secs(2), "{mishap:?}");
        assert_eq!(api.said(BUDI), numbered(3));
        pump.stop().await;
    }
}

#[tokio::test]
async fn a_pin_is_deleted_even_if_not_at_once() {
    let (api, outbox, waker, pump) = sender(Plain).await;
    api.mishaps("deletemessage", [Mishap::Page(502), Mishap::Flood(1), Mishap::Garbage]);
    outbox.forget(BUDI, "55");
    outbox.forget(BUDI, "tap99");
    waker.notify(&ChatId::telegram(BUDI));
    until_empty(&api, &outbox).await;
    let done = api.calls("deletemessage").pop().unwrap();
    assert!(done.fine);
    assert_eq!(done.body, json!({"chat_id": BUDI, "message_id": 55}));
    pump.stop().await;
}

// Secrets.

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock()).into_owned()
    }

    async fn until(&self, words: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.text().contains(words) {
            assert!(Instant::now() < deadline, "never logged: {words}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// On one thread: the log of a thread is caught.
#[tokio::test]
async fn neither_the_token_nor_a_message_gets_into_the_log() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _caught = tracing::subscriber::set_default(subscriber);

    let (api, outbox, waker, pump) = sender(Plain).await;
    let desk = Notes::new(&api);
    let all =
        [Mishap::Garbage, Mishap::Page(500), Mishap::Hang(Duration::from_millis(2100)), Mishap::Refuse(400, "no")];
    for method in ["getupdates", "sendmessage", "deletemessage", "setmycommands", "deletewebhook"] {
        api.mishaps(method, all.clone());
    }
    api.push([message(1, BUDI, "S10.0812.9876"), json!({"update_id": 2, "message": {"text": "S10.0812.9876"}})]);
    let running = receive(telegram(&api), &desk);
    outbox.say(BUDI, "SN: 5544");
    outbox.forget(BUDI, "7");
    waker.notify(&ChatId::telegram(BUDI));
    desk.until_kept(1).await;
    until_empty(&api, &outbox).await;
    running.stop().await.unwrap();
    pump.stop().await;

    // Nobody listens there.
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let nowhere = Settings { api_url: Some(format!("http://{closed}")), ..settings(&api) };
    let bot = Telegram::new(nowhere).unwrap();
    let error = bot.download("file", 10).await.unwrap_err();
    let running = receive(bot, &desk);
    log.until("Telegram cannot be reached").await;
    running.stop().await.unwrap();

    let log = log.text() + &format!("{error} {error:?}");
    assert!(log.contains("cannot be received") && log.contains("a reply waits"), "the failures were logged: {log}");
    for secret in [TOKEN, "secretSECRET", "0812.9876", "SN: 5544"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[tokio::test]
async fn what_time_telegram_says_it_is_is_passed_on() {
    use konter::clock::Elsewhere;
    let api = BotApi::start().await;
    let desk = Notes::new(&api);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let bot = telegram(&api);
    bot.learn_clock(Box::new({
        let heard = Arc::clone(&heard);
        move |said| heard.lock().push(said)
    }));
    let mut late = message(1, BUDI, "SAL");
    late["message"]["date"] = json!(1_000_000);
    api.push([late]);
    let running = receive(bot, &desk);
    desk.until_kept(1).await;
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
