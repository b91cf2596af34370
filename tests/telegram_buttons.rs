//! Buttons, edits and files on Telegram: what Telegram refuses of them costs neither the words nor what comes behind.

#[path = "support/bot_api.rs"]
mod bot_api;
#[path = "support/front.rs"]
mod front;
#[path = "support/outbox.rs"]
mod outbox;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bot_api::{BotApi, Call, Mishap, TOKEN, Uploaded, content};
use front::{
    BUDI, HURRY, Notes, Running, SITI, ask, deliver, numbered, receive, sender, settings, telegram, until_empty,
    webhook,
};
use konter::front::telegram::{Rate, Settings, Telegram, Timing, Waker};
use konter::front::{Button, File, FileKind, Text, Wording};
use konter_core::ids::ChatId;
use konter_reply::Reply;
use konter_store::{Outgoing, Payload};
use outbox::Outbox;
use serde_json::{Value, json};

/// The words for what a row names; what is not in the script is said as it is.
#[derive(Default)]
struct Script(HashMap<&'static str, (Text, Option<File>)>);

impl Script {
    fn with(mut self, name: &'static str, text: Text) -> Self {
        self.0.insert(name, (text, None));
        self
    }

    fn with_file(mut self, name: &'static str, text: Text, file: File) -> Self {
        self.0.insert(name, (text, Some(file)));
        self
    }
}

fn named(row: &Outgoing) -> &str {
    match &row.payload {
        Payload::Reply(reply) | Payload::Edit { reply, .. } => match reply.as_ref() {
            Reply::NotOffered { feature } => feature,
            other => panic!("{other:?}"),
        },
        Payload::Forget { .. } | Payload::Copy { .. } => "",
    }
}

impl Wording for Script {
    fn render(&self, row: &Outgoing) -> Text {
        let name = named(row);
        self.0.get(name).map_or_else(|| text(name), |(text, _)| text.clone())
    }

    fn file(&self, row: &Outgoing) -> Option<File> {
        assert!(named(row) != "rusak", "this file cannot be made");
        self.0.get(named(row)).and_then(|(_, file)| file.clone())
    }
}

fn text(body: &str) -> Text {
    Text { body: body.to_owned(), ..Text::default() }
}

/// Where some words stand first.
fn range(body: &str, words: &str) -> Range<usize> {
    body.find(words).map(|start| start..start + words.len()).unwrap()
}

/// A text with one row of buttons.
fn with_buttons(body: &str, buttons: &[(&str, &str)]) -> Text {
    let button = |(label, tap): &(&str, &str)| Button { label: (*label).to_owned(), tap: (*tap).to_owned() };
    Text { buttons: vec![buttons.iter().map(button).collect()], ..text(body) }
}

fn keyboard(buttons: &[(&str, &str)]) -> Value {
    let row: Vec<Value> = buttons.iter().map(|(label, tap)| json!({"text": label, "callback_data": tap})).collect();
    json!({"inline_keyboard": [row]})
}

/// All there is to see, with bytes that only a careful reader gets right.
fn picture() -> File {
    let bytes = (0..70_000_u32).map(|n| n.to_le_bytes()[usize::from(n % 3 == 0)]);
    let bytes = b"\x89PNG\r\n\x1a\n\r\n--".iter().copied().chain(bytes).chain(*b"\r\n").collect();
    File { name: "struk-12.png".into(), kind: FileKind::Picture, bytes }
}

fn document() -> File {
    File { name: "harga \"agen\".csv".into(), kind: FileKind::Document, bytes: b"kode,harga\r\n\r\nS10,10500".to_vec() }
}

fn uploaded(field: &str, name: &str, content_type: &str, bytes: Vec<u8>) -> Uploaded {
    Uploaded { field: field.into(), name: name.into(), content_type: content_type.into(), bytes }
}

struct Bot {
    api: BotApi,
    outbox: Arc<Outbox>,
    waker: Waker,
    pump: Running<()>,
}

impl Bot {
    async fn new(script: Script) -> Self {
        let (api, outbox, waker, pump) = sender(script).await;
        Self { api, outbox, waker, pump }
    }

    /// Carries all that is in the outbox for Budi, and ends.
    async fn carry(self) -> BotApi {
        self.waker.notify(&ChatId::telegram(BUDI));
        until_empty(&self.api, &self.outbox).await;
        self.pump.stop().await;
        self.api
    }
}

/// The fields of these calls.
fn field(calls: &[Call], name: &str) -> Vec<Value> {
    calls.iter().map(|call| call.body[name].clone()).collect()
}

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

/// A message's number as the store knows it.
fn of_bot(number: &str) -> String {
    format!("{}.{number}", TOKEN.split_once(':').unwrap().0)
}

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

// Files.

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

// Taps.

fn tap(update: i64, id: &str, from: i64, message: &Value) -> Value {
    let query = json!({"id": id, "from": {"id": from, "first_name": "Budi"}, "data": "SAL", "message": message});
    json!({"update_id": update, "callback_query": query})
}

fn in_group(mut message: Value) -> Value {
    message["chat"] = json!({"id": -100_500, "type": "supergroup"});
    message
}

#[tokio::test]
async fn a_tap_says_which_message_it_stands_under() {
    let api = BotApi::start().await;
    let desk = Notes::new(&api);
    let gone = json!({"message_id": 41, "date": 0, "chat": {"id": BUDI, "type": "private"}});
    api.push([tap(1, "700", BUDI, &content(1, BUDI, "menu")), tap(2, "701", BUDI, &gone)]);
    let running = receive(telegram(&api), &desk);
    desk.until_kept(2).await;
    let kept: Vec<_> = desk.kept.lock().iter().map(|(m, _)| (m.message.clone(), m.tapped.clone())).collect();
    let expected = [("tap700", "1001"), ("tap701", "41")];
    assert_eq!(kept, expected.map(|(message, tapped)| (of_bot(message), Some(of_bot(tapped)))));
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_foreign_tap_is_answered_and_says_nothing() {
    let api = BotApi::start().await;
    let desk = Notes::new(&api);
    let menu = |chat| content(1, chat, "menu");
    api.push([
        tap(1, "700", SITI, &menu(BUDI)),
        tap(2, "701", BUDI, &in_group(menu(BUDI))),
        tap(3, "702", BUDI, &menu(BUDI)),
    ]);
    let running = receive(telegram(&api), &desk);
    api.until("the answers", |api| api.calls("answercallbackquery").len() == 3).await;
    let kept: Vec<_> = desk.kept.lock().iter().map(|(message, _)| message.message.clone()).collect();
    assert_eq!(kept, [of_bot("tap702")]);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn taps_are_not_answered_before_they_are_stored() {
    let api = BotApi::start().await;
    let desk = Notes::new(&api);
    desk.fail(3);
    api.push([tap(1, "700", BUDI, &content(1, BUDI, "menu"))]);
    let running = receive(telegram(&api), &desk);
    desk.until_kept(1).await;
    assert!(desk.broken.lock().is_empty());
    api.until("the answer", |api| !api.calls("answercallbackquery").is_empty()).await;
    assert_eq!(api.calls("answercallbackquery").len(), 1, "not for what failed");
    running.stop().await.unwrap();
}

#[tokio::test]
async fn one_slow_answer_keeps_no_other_tap_waiting() {
    let api = BotApi::start().await;
    let desk = Notes::new(&api);
    api.mishaps("answercallbackquery", [Mishap::Hang(Duration::from_secs(60))]);
    api.push((1..=3).map(|n| tap(n, &n.to_string(), BUDI, &content(n, BUDI, "menu"))));
    let began = Instant::now();
    let running = receive(telegram(&api), &desk);
    let fine = |api: &BotApi| api.calls("answercallbackquery").iter().filter(|call| call.fine).count();
    api.until("the other answers", |api| fine(api) == 2).await;
    assert!(began.elapsed() < Duration::from_secs(2));
    running.stop().await.unwrap();
}

#[tokio::test]
async fn the_webhook_answers_a_tap_once_it_is_stored() {
    let api = BotApi::start().await;
    let desk = Notes::new(&api);
    let (address, secret, running) = webhook(&api, &desk).await;
    let answer = |tap: &str| json!({"method": "answerCallbackQuery", "callback_query_id": tap});
    let own = tap(1, "700", BUDI, &content(1, BUDI, "menu")).to_string();
    desk.fail(1);
    assert_eq!(ask(&address, &secret, own.clone()).await, (503, String::new()));
    let (status, said) = ask(&address, &secret, own).await;
    assert_eq!((status, serde_json::from_str::<Value>(&said).unwrap()), (200, answer("700")));
    for foreign in [tap(2, "701", SITI, &content(1, BUDI, "x")), tap(3, "701", BUDI, &in_group(content(1, BUDI, "x")))]
    {
        let (status, said) = ask(&address, &secret, foreign.to_string()).await;
        assert_eq!((status, serde_json::from_str::<Value>(&said).unwrap()), (200, answer("701")));
    }
    let kept: Vec<_> = desk.kept.lock().iter().map(|(m, _)| (m.message.clone(), m.tapped.clone())).collect();
    assert_eq!(kept, [(of_bot("tap700"), Some(of_bot("1001")))]);
    running.stop().await.unwrap();
}
