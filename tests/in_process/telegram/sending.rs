//! Texts and deletions.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use konter::front::telegram::Waker;
use konter::front::{Text, Wording};
use konter_core::ids::ChatId;
use konter_store::Outgoing;
use serde_json::{Value, json};

use super::wording::Plain;
use crate::support::bot_api::Mishap;
use crate::support::front::{BUDI, SITI, deliver, numbered, sender, telegram, until_empty};

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
