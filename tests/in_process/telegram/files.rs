//! Pictures and documents.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use konter::front::Text;
use konter::front::telegram::{Rate, Settings, Telegram, Timing, Waker};
use serde_json::json;

use super::wording::{Bot, Script, document, keyboard, picture, range, text, uploaded, with_buttons};
use crate::support::bot_api::{BotApi, Mishap};
use crate::support::front::{BUDI, HURRY, deliver, settings};
use crate::support::outbox::Outbox;

#[tokio::test]
async fn a_picture_arrives_byte_by_byte() {
    let buttons = [("Cetak", "STRUK 12")];
    let words = Text { copy: vec![range("SN: 1234", "1234")], ..with_buttons("SN: 1234", &buttons) };
    let bot = Bot::new(Script::default().with_file("struk", words, picture())).await;
    bot.outbox.say(BUDI, "struk");
    bot.outbox.say(BUDI, "lanjut");
    let api = bot.carry().await;
    let calls = api.calls("sendphoto");
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].file, Some(uploaded("photo", "struk-12.png", "image/png", picture().bytes)));
    let entities = json!([{"type": "code", "offset": 4, "length": 4}]);
    let fields = json!({
        "chat_id": BUDI, "caption": "SN: 1234", "caption_entities": entities, "reply_markup": keyboard(&buttons),
    });
    assert_eq!(calls[0].body, fields);
    assert_eq!(api.said(BUDI), ["lanjut"], "the words are said once");
}

#[tokio::test]
async fn a_document_arrives_whatever_it_is_called() {
    let bot = Bot::new(Script::default().with_file("harga", text(""), document())).await;
    bot.outbox.say(BUDI, "harga");
    let calls = bot.carry().await.calls("senddocument");
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].file, Some(uploaded("document", "harga _agen_.csv", "text/csv", document().bytes)));
    assert_eq!(calls[0].body, json!({"chat_id": BUDI}));
}

#[tokio::test]
async fn a_file_waits_like_a_text_and_is_sent_once() {
    let bot = Bot::new(Script::default().with_file("struk", text("SN"), picture())).await;
    bot.api.mishaps("sendphoto", [Mishap::Flood(0), Mishap::Page(502), Mishap::Garbage]);
    // The store does not take note at first that Telegram has it.
    bot.outbox.broken.store(2, Ordering::SeqCst);
    bot.outbox.say(BUDI, "struk");
    bot.outbox.say(BUDI, "lanjut");
    let api = bot.carry().await;
    let calls = api.calls("sendphoto");
    assert_eq!(calls.iter().map(|call| call.fine).collect::<Vec<_>>(), [false, false, false, true]);
    assert!(calls.iter().all(|call| call.file.as_ref().is_some_and(|file| file.bytes == picture().bytes)));
    assert_eq!(api.said(BUDI), ["lanjut"]);
}

#[tokio::test]
async fn a_refused_picture_goes_as_a_document() {
    for words in [
        "Bad Request: PHOTO_INVALID_DIMENSIONS",
        "Bad Request: IMAGE_PROCESS_FAILED",
        "Bad Request: file is too big",
        "Bad Request: not enough rights to send photos to the chat",
    ] {
        let bot = Bot::new(Script::default().with_file("struk", text("SN"), picture())).await;
        bot.api.mishaps("sendphoto", [Mishap::Refuse(400, words)]);
        bot.outbox.say(BUDI, "struk");
        let api = bot.carry().await;
        assert_eq!(api.calls("sendphoto").len(), 1, "{words}");
        let calls = api.calls("senddocument");
        assert_eq!(calls[0].file, Some(uploaded("document", "struk-12.png", "image/png", picture().bytes)), "{words}");
        assert_eq!(calls[0].body["caption"], "SN");
        assert!(api.said(BUDI).is_empty());
    }
}

#[tokio::test]
async fn a_file_nobody_takes_does_not_cost_its_words() {
    let long = "kata ".repeat(500);
    let words = Text { body: long.trim().to_owned(), ..with_buttons("", &[("Saldo", "SAL")]) };
    for mishap in [Mishap::Page(413), Mishap::Refuse(400, "Bad Request: something new")] {
        let bot = Bot::new(Script::default().with_file("struk", words.clone(), picture())).await;
        for method in ["sendphoto", "senddocument"] {
            bot.api.mishaps(method, vec![mishap.clone(); 3]);
        }
        bot.outbox.say(BUDI, "struk");
        let api = bot.carry().await;
        assert_eq!(api.said(BUDI), [long.trim()], "{mishap:?}");
        assert_eq!(api.calls("sendmessage")[0].body["reply_markup"], keyboard(&[("Saldo", "SAL")]));
    }
}

#[tokio::test]
async fn refused_marks_and_buttons_do_not_cost_a_file() {
    let words = Text { copy: vec![range("SN", "SN")], ..with_buttons("SN", &[("Saldo", "SAL")]) };
    let bot = Bot::new(Script::default().with_file("struk", words, picture())).await;
    let refusals = ["Bad Request: can't parse entities", "Bad Request: BUTTON_DATA_INVALID"];
    bot.api.mishaps("sendphoto", refusals.map(|words| Mishap::Refuse(400, words)));
    bot.outbox.say(BUDI, "struk");
    let calls = bot.carry().await.calls("sendphoto");
    assert_eq!((calls.len(), &calls[2].body), (3, &json!({"chat_id": BUDI, "caption": "SN"})));
}

#[tokio::test]
async fn words_too_long_for_a_caption_go_on_below() {
    let long = "kata lain\n".repeat(250);
    let words = Text { body: long.clone(), ..with_buttons("", &[("Saldo", "SAL")]) };
    let bot = Bot::new(Script::default().with_file("struk", words, picture())).await;
    bot.outbox.say(BUDI, "struk");
    let api = bot.carry().await;
    let photo = &api.calls("sendphoto")[0].body;
    let caption = photo["caption"].as_str().unwrap();
    assert!(caption.len() <= 1024 && photo["reply_markup"].is_null());
    let said = api.said(BUDI);
    assert_eq!(format!("{caption}\n{}\n", said.join("\n")), long);
    assert_eq!(api.calls("sendmessage").pop().unwrap().body["reply_markup"], keyboard(&[("Saldo", "SAL")]));
}

#[tokio::test]
async fn a_file_that_cannot_be_made_leaves_its_words() {
    let bot = Bot::new(Script::default()).await;
    bot.outbox.say(BUDI, "rusak");
    assert_eq!(bot.carry().await.said(BUDI), ["rusak"]);
}

#[tokio::test]
async fn a_gone_chat_takes_no_file_and_no_edit() {
    let bot = Bot::new(Script::default().with_file("struk", text("SN"), picture())).await;
    bot.api.shut(BUDI, Mishap::Refuse(403, "Forbidden: bot was blocked by the user"));
    bot.outbox.say(BUDI, "struk");
    bot.outbox.edit(BUDI, "55", "selesai");
    let api = bot.carry().await;
    assert_eq!(api.calls_made(), 2, "each was tried once");
}

#[tokio::test]
async fn edits_and_files_keep_the_pace_of_a_chat() {
    let api = BotApi::start().await;
    let outbox = Arc::new(Outbox::new(&api));
    let waker = Waker::default();
    let interval = Duration::from_millis(60);
    let timing = Timing { chat: Rate { interval, burst: 1 }, ..HURRY };
    let bot = Telegram::new(Settings { timing, ..settings(&api) }).unwrap();
    let script = Script::default().with_file("struk", text("SN"), picture());
    let pump = deliver(&bot, &outbox, &waker, script);
    let began = Instant::now();
    outbox.edit(BUDI, "55", "satu");
    outbox.say(BUDI, "struk");
    outbox.edit(BUDI, "56", "dua");
    outbox.say(BUDI, "tiga");
    Bot { api, outbox, waker, pump }.carry().await;
    assert!(began.elapsed() >= 3 * interval, "four things go with three waits between them");
}
