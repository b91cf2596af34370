//! Buttons, edits and copies.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use konter::front::Text;
use konter_core::ids::ChatId;
use serde_json::{Value, json};

use super::wording::{Bot, Script, field, keyboard, of_bot, range, text, with_buttons};
use crate::support::bot_api::Mishap;
use crate::support::front::{BUDI, numbered};

// Buttons.

#[tokio::test]
async fn buttons_stand_under_the_last_part() {
    let menu = [("💰 Saldo", "SAL"), ("Harga", "HARGA")];
    let long = "harga\n".repeat(1_000);
    let script =
        Script::default().with("menu", with_buttons("Menu", &menu)).with("panjang", with_buttons(&long, &menu));
    let bot = Bot::new(script).await;
    bot.outbox.say_all(BUDI, &["menu".to_owned(), "panjang".to_owned(), "biasa".to_owned()]);
    let calls = bot.carry().await.calls("sendmessage");
    let none = Value::Null;
    assert_eq!(field(&calls, "reply_markup"), [keyboard(&menu), none.clone(), keyboard(&menu), none]);
}

#[tokio::test]
async fn a_button_that_cannot_be_is_left_out() {
    let too_long = "x".repeat(65);
    let menu = with_buttons("Menu", &[("Saldo", "SAL"), ("", "HARGA"), ("Panjang", &too_long)]);
    let none = with_buttons("Tanpa", &[("Panjang", &too_long)]);
    let bot = Bot::new(Script::default().with("menu", menu).with("tanpa", none)).await;
    bot.outbox.say_all(BUDI, &["menu".to_owned(), "tanpa".to_owned()]);
    let calls = bot.carry().await.calls("sendmessage");
    assert_eq!(field(&calls, "reply_markup"), [keyboard(&[("Saldo", "SAL")]), Value::Null]);
}

#[tokio::test]
async fn refused_buttons_do_not_cost_the_reply() {
    for words in ["Bad Request: BUTTON_DATA_INVALID", "Bad Request: object expected as reply markup"] {
        let bot = Bot::new(Script::default().with("menu", with_buttons("Menu", &[("Saldo", "SAL")]))).await;
        bot.api.mishaps("sendmessage", [Mishap::Refuse(400, words)]);
        bot.outbox.say(BUDI, "menu");
        let api = bot.carry().await;
        assert_eq!(api.said(BUDI), ["Menu"]);
        let calls = api.calls("sendmessage");
        assert_eq!(field(&calls, "reply_markup"), [keyboard(&[("Saldo", "SAL")]), Value::Null]);
    }
}

#[tokio::test]
async fn columns_are_marked_as_a_block() {
    let body = "Struk 🧾\nPLN    20\nSN: 1234";
    let copy = vec![range(body, "PLN"), range(body, "1234")];
    let receipt = Text { fixed: vec![range(body, "PLN    20")], copy, ..text(body) };
    let bot = Bot::new(Script::default().with("struk", receipt)).await;
    bot.outbox.say(BUDI, "struk");
    let calls = bot.carry().await.calls("sendmessage");
    let block = json!({"type": "pre", "offset": 9, "length": 9});
    assert_eq!(calls[0].body["entities"], json!([block, {"type": "code", "offset": 23, "length": 4}]));
}

// Edits.

#[tokio::test]
async fn what_was_for_a_topic_that_is_gone_is_said_in_the_chat_with_its_buttons() {
    for gone in ["Bad Request: message thread not found", "Bad Request: TOPIC_CLOSED"] {
        let menu = [("Saldo", "SAL")];
        let bot = Bot::new(Script::default().with("menu", with_buttons("Menu", &menu))).await;
        bot.api.mishaps("sendmessage", [Mishap::Refuse(400, gone)]);
        bot.outbox.say(BUDI, "menu");
        bot.outbox.in_topic(7);
        let calls = bot.carry().await.calls("sendmessage");
        assert_eq!(field(&calls, "message_thread_id"), [json!(7), Value::Null]);
        assert_eq!(field(&calls, "reply_markup"), [keyboard(&menu), keyboard(&menu)]);
    }
}

#[tokio::test]
async fn an_edit_changes_the_message_and_its_buttons() {
    let shown = [("7", "K7"), ("8", "K8")];
    let bot = Bot::new(Script::default().with("pin", with_buttons("PIN: ••", &shown))).await;
    bot.outbox.edit(BUDI, "55", "pin");
    bot.outbox.edit(BUDI, "56", "selesai");
    let api = bot.carry().await;
    let calls = api.calls("editmessagetext");
    assert!(api.calls("sendmessage").is_empty());
    assert_eq!(field(&calls, "chat_id"), [json!(BUDI), json!(BUDI)]);
    assert_eq!(field(&calls, "message_id"), [json!(55), json!(56)]);
    assert_eq!(field(&calls, "text"), [json!("PIN: ••"), json!("selesai")]);
    assert_eq!(field(&calls, "reply_markup"), [keyboard(&shown), json!({"inline_keyboard": []})]);
}

#[tokio::test]
async fn of_a_long_edit_the_first_part_is_shown() {
    let long = "harga\n".repeat(1_000);
    let marked = Text { copy: vec![range(&long, "harga")], ..with_buttons(&long, &[("Lanjut", "HARGA 2")]) };
    let bot = Bot::new(Script::default().with("harga", marked)).await;
    bot.outbox.edit(BUDI, "55", "harga");
    let calls = bot.carry().await.calls("editmessagetext");
    assert_eq!(calls.len(), 1);
    let shown = calls[0].body["text"].as_str().unwrap();
    assert!(long.starts_with(shown) && shown.len() > 4000 && shown.len() <= 4096);
    assert_eq!(calls[0].body["entities"], json!([{"type": "code", "offset": 0, "length": 5}]));
    assert_eq!(calls[0].body["reply_markup"], keyboard(&[("Lanjut", "HARGA 2")]));
}

#[tokio::test]
async fn a_refused_edit_is_dropped_and_holds_up_nothing() {
    for words in [
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same",
        "Bad Request: message to edit not found",
        "Bad Request: message can't be edited",
        "Bad Request: MESSAGE_ID_INVALID",
        "Bad Request: there is no text in the message to edit",
        "Bad Request: BUTTON_DATA_INVALID",
        "Bad Request: something new",
    ] {
        let bot = Bot::new(Script::default()).await;
        bot.api.mishaps("editmessagetext", [Mishap::Refuse(400, words)]);
        bot.outbox.edit(BUDI, "55", "selesai");
        bot.outbox.say_all(BUDI, &numbered(2));
        let began = Instant::now();
        let api = bot.carry().await;
        assert_eq!(api.calls("editmessagetext").len(), 1, "{words}");
        assert_eq!(api.said(BUDI), numbered(2), "{words}");
        assert!(began.elapsed() < Duration::from_secs(2), "{words}");
    }
}

#[tokio::test]
async fn an_edit_without_words_or_of_no_message_is_dropped() {
    let bot = Bot::new(Script::default()).await;
    bot.outbox.edit(BUDI, "55", "");
    bot.outbox.edit(BUDI, "tap77", "selesai");
    bot.outbox.say(BUDI, "lanjut");
    let api = bot.carry().await;
    assert_eq!(api.said(BUDI), ["lanjut"]);
    assert!(api.calls("editmessagetext").is_empty());
}

#[tokio::test]
async fn an_edit_waits_for_telegram_and_keeps_its_place() {
    let bot = Bot::new(Script::default()).await;
    bot.api.mishaps("editmessagetext", [Mishap::Page(502), Mishap::Garbage, Mishap::Flood(0)]);
    bot.outbox.say(BUDI, "satu");
    bot.outbox.edit(BUDI, "55", "dua");
    bot.outbox.say(BUDI, "tiga");
    let api = bot.carry().await;
    let edits = api.calls("editmessagetext");
    assert_eq!(edits.iter().map(|call| call.fine).collect::<Vec<_>>(), [false, false, false, true]);
    let places: Vec<usize> = api.texts_from(0).into_iter().map(|(place, ..)| place).collect();
    assert_eq!(places, [0, 5], "the edits stand between the replies");
}

#[tokio::test]
async fn an_edit_that_breaks_telegram_does_not_hold_up_replies_for_ever() {
    let bot = Bot::new(Script::default()).await;
    bot.api.mishaps("editmessagetext", vec![Mishap::Refuse(500, "Internal Server Error"); 200]);
    bot.outbox.edit(BUDI, "55", "dua");
    bot.outbox.say(BUDI, "tiga");
    assert_eq!(bot.carry().await.said(BUDI), ["tiga"]);
}

#[tokio::test]
async fn of_many_edits_of_a_message_the_last_is_made() {
    let bot = Bot::new(Script::default()).await;
    for (message, text) in [("55", "•"), ("55", "••"), ("56", "lain"), ("55", "•••"), ("55", "••••")]
    {
        bot.outbox.edit(BUDI, message, text);
    }
    bot.outbox.say(BUDI, "selesai");
    let api = bot.carry().await;
    let edits = api.calls("editmessagetext");
    assert_eq!(field(&edits, "text"), [json!("lain"), json!("••••")]);
    assert_eq!(api.said(BUDI), ["selesai"]);
}

#[tokio::test]
async fn an_edit_that_was_made_is_done_even_if_the_store_stumbles() {
    let bot = Bot::new(Script::default()).await;
    bot.outbox.broken.store(3, Ordering::SeqCst);
    for text in ["•", "••"] {
        bot.outbox.edit(BUDI, "55", text);
    }
    bot.outbox.say(BUDI, "selesai");
    let api = bot.carry().await;
    let edits = api.calls("editmessagetext");
    assert!(edits.iter().all(|call| call.body["text"] == "••"));
    assert_eq!(api.said(BUDI), ["selesai"]);
}

// Copies.

const SARI: i64 = 2002;

/// Another bot's numbers stand for other messages: those of the bot the shop had before are left alone.
#[tokio::test]
async fn only_this_bot_s_messages_are_edited_copied_and_deleted() {
    let bot = Bot::new(Script::default()).await;
    for number in [of_bot("55"), "999.56".to_owned()] {
        bot.outbox.edit(BUDI, &number, "baru");
        bot.outbox.copy(BUDI, &ChatId::telegram(SARI), &number);
        bot.outbox.forget(BUDI, &number);
    }
    bot.outbox.say(BUDI, "lanjut");
    let api = bot.carry().await;
    for method in ["editmessagetext", "copymessage", "deletemessage"] {
        let numbers: Vec<_> = api.calls(method).iter().map(|call| call.body["message_id"].clone()).collect();
        assert_eq!(numbers, [json!(55)], "{method}");
    }
    assert_eq!(api.said(BUDI), ["lanjut"]);
}

#[tokio::test]
async fn a_message_of_another_chat_is_shown_without_its_words() {
    let bot = Bot::new(Script::default()).await;
    bot.outbox.say(BUDI, "bukti");
    bot.outbox.copy(BUDI, &ChatId::telegram(SARI), "77");
    bot.outbox.say(BUDI, "lanjut");
    let api = bot.carry().await;
    let calls = api.calls("copymessage");
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].body, json!({"chat_id": BUDI, "from_chat_id": SARI, "message_id": 77, "caption": ""}));
    assert_eq!(api.said(BUDI), ["bukti", "lanjut"]);
}

#[tokio::test]
async fn a_copy_that_cannot_be_holds_up_nothing() {
    for words in
        ["Bad Request: message to copy not found", "Bad Request: MESSAGE_ID_INVALID", "Bad Request: something new"]
    {
        let bot = Bot::new(Script::default()).await;
        bot.api.mishaps("copymessage", [Mishap::Refuse(400, words)]);
        bot.outbox.copy(BUDI, &ChatId::telegram(SARI), "77");
        bot.outbox.copy(BUDI, &ChatId::console("reseller"), "77");
        bot.outbox.copy(BUDI, &ChatId::telegram(SARI), "tap77");
        bot.outbox.say_all(BUDI, &numbered(2));
        let api = bot.carry().await;
        assert_eq!(api.calls("copymessage").len(), 1, "{words}");
        assert_eq!(api.said(BUDI), numbered(2), "{words}");
    }
}

#[tokio::test]
async fn a_copy_waits_for_telegram_but_not_for_ever() {
    let bot = Bot::new(Script::default()).await;
    bot.api.mishaps("copymessage", [Mishap::Page(502), Mishap::Flood(0)]);
    bot.outbox.copy(BUDI, &ChatId::telegram(SARI), "77");
    bot.outbox.say(BUDI, "lanjut");
    let api = bot.carry().await;
    assert_eq!(api.calls("copymessage").iter().map(|call| call.fine).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(api.said(BUDI), ["lanjut"]);

    let bot = Bot::new(Script::default()).await;
    bot.api.mishaps("copymessage", vec![Mishap::Refuse(500, "Internal Server Error"); 200]);
    bot.outbox.copy(BUDI, &ChatId::telegram(SARI), "77");
    bot.outbox.say(BUDI, "lanjut");
    assert_eq!(bot.carry().await.said(BUDI), ["lanjut"]);
}
