//! A chat that is behind: what waits for it goes as one message, and nothing is lost, said twice or out of its order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use konter::front::telegram::{Settings, Telegram, Timing, Waker};
use konter::front::{Text, Wording};
use konter_core::ids::{AgentId, ChatId, OrderId};
use konter_core::money::Rupiah;
use konter_reply::{NetworkReply, Reply};
use konter_store::{Class, Outgoing};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use super::wording::{Bot, Plain, Script, document, field, keyboard, text, with_buttons};
use crate::support::bot_api::{BotApi, Mishap};
use crate::support::front::{BUDI, HURRY, SITI, Words, deliver, numbered, settings, until_empty};
use crate::support::outbox::Outbox;

/// Everybody is behind at once.
const BEHIND: Timing = Timing { behind: Duration::ZERO, ..HURRY };

async fn behind(wording: impl Wording) -> Bot {
    let api = BotApi::start().await;
    let outbox = Arc::new(Outbox::new(&api));
    let waker = Waker::default();
    let pump = deliver(&telegram(&api), &outbox, &waker, wording);
    Bot { api, outbox, waker, pump }
}

fn telegram(api: &BotApi) -> Telegram {
    Telegram::new(Settings { timing: BEHIND, ..settings(api) }).unwrap()
}

fn together(texts: &[String]) -> String {
    texts.join("\n\n")
}

/// What the shop says of an order.
fn order(said: &str, order: u64, product: &str, dest: &str, sn: &str) -> Reply {
    let kind = if product.starts_with("PLN") { "token" } else { "topup" };
    let reason = (said == "order_failed").then_some("unreachable");
    let reply = json!({
        "reply": said, "order": order, "product": product, "product_name": product, "kind": kind, "dest": dest, "nth": 1,
        "price": 10_500, "verdict": "open", "sn": sn, "details": {}, "reason": reason, "at": "2025-11-21T07:05:00Z",
        "client_reference": null,
    });
    serde_json::from_value(reply).unwrap_or_else(|error| panic!("{said}: {error}"))
}

/// A message as its reader sees it: what a tap copies in brackets, buttons below.
fn shown(body: &Value) -> String {
    let units: Vec<u16> = body["text"].as_str().unwrap().encode_utf16().collect();
    let (mut shown, mut at) = (String::new(), 0);
    for mark in body["entities"].as_array().into_iter().flatten() {
        let place = |name: &str| usize::try_from(mark[name].as_u64().unwrap()).unwrap();
        let (start, end) = (place("offset"), place("offset") + place("length"));
        let part = |range| String::from_utf16(&units[range]).unwrap();
        let _ = write!(shown, "{}[{}]", part(at..start), part(start..end));
        at = end;
    }
    shown += &String::from_utf16(&units[at..]).unwrap();
    for row in body["reply_markup"]["inline_keyboard"].as_array().into_iter().flatten() {
        let labels = row.as_array().unwrap().iter().map(|button| format!("({})", button["text"].as_str().unwrap()));
        let _ = write!(shown, "\n{}", labels.collect::<Vec<_>>().join(" "));
    }
    shown
}

#[tokio::test]
async fn a_rush_of_orders_is_one_message() {
    let bot = behind(Words::builtin()).await;
    for (said, number, product, dest, sn) in [
        ("order_pending", 12, "S10", "081234567890", ""),
        ("order_pending", 13, "GOPAY10", "081234567891", ""),
        ("order_success", 15, "PLN20", "86000000100", "1234-5678-9012-3456-7890"),
        ("order_success", 12, "S10", "081234567890", "0412345678901234"),
        ("order_failed", 14, "X5", "087812345678", ""),
        ("order_success", 11, "PLN20", "86000000200", "2222-3333-4444-5555-6666"),
    ] {
        let class = if said == "order_pending" { Class::Answer } else { Class::Final };
        bot.outbox.say_as(BUDI, class, order(said, number, product, dest, sn));
    }
    let calls = bot.carry().await.calls("sendmessage");
    assert_eq!(calls.len(), 1);
    insta::assert_snapshot!("rush", shown(&calls[0].body));
}

#[tokio::test]
async fn what_is_not_only_words_goes_alone_and_keeps_its_place() {
    let menu = [("Saldo", "SAL")];
    let long = "harga\n".repeat(1_000);
    let script = Script::default().with("menu", with_buttons("Menu", &menu)).with("panjang", text(&long)).with_file(
        "berkas",
        text("Berkas"),
        document(),
    );
    let bot = behind(script).await;
    let texts = ["satu", "dua", "menu", "tiga", "empat", "panjang", "lima", "enam"].map(str::to_owned);
    bot.outbox.say_all(BUDI, &texts);
    bot.outbox.edit(BUDI, "55", "baru");
    bot.outbox.say_all(BUDI, &["tujuh", "delapan"].map(str::to_owned));
    let api = bot.carry().await;
    let said = api.said(BUDI);
    assert_eq!(said[..3], ["satu\n\ndua", "Menu", "tiga\n\nempat"]);
    assert_eq!(said[said.len() - 2..], ["lima\n\nenam", "tujuh\n\ndelapan"]);
    assert!(said.len() >= 7, "the long one took messages of its own");
    assert_eq!(field(&api.calls("sendmessage")[1..2], "reply_markup"), [keyboard(&menu)]);
    let (last, _, _) = *api.texts_from(0).last().unwrap();
    assert_eq!(last, said.len(), "the edit stands between");
}

#[tokio::test]
async fn nobody_who_is_not_behind_gets_several_in_one() {
    let bot = Bot::new(Script::default()).await;
    bot.outbox.say_all(BUDI, &numbered(3));
    assert_eq!(bot.carry().await.said(BUDI), numbered(3));
}

#[tokio::test]
async fn diproses_is_not_said_when_the_end_is_known() {
    // Nobody is behind: the two only met in the outbox.
    let bot = Bot::new(Script::default()).await;
    bot.pump.stop().await;
    for said in ["order_pending", "order_success"] {
        bot.outbox.say_as(BUDI, Class::Answer, order(said, 7, "S10", "081234567890", ""));
    }
    let pump = deliver(&telegram(&bot.api), &bot.outbox, &Waker::default(), Words::builtin());
    until_empty(&bot.api, &bot.outbox).await;
    pump.stop().await;
    let said = bot.api.said(BUDI);
    assert_eq!(said.len(), 1);
    assert!(said[0].starts_with("SUKSES. S10 ke 081234567890"), "{said:?}");
}

#[tokio::test]
async fn refusals_and_pauses_cost_no_words() {
    for mishaps in [
        vec![Mishap::Flood(0), Mishap::Flood(1)],
        vec![Mishap::Page(502), Mishap::Garbage, Mishap::Refuse(500, "Internal")],
        vec![Mishap::Refuse(401, "Unauthorized")],
    ] {
        let bot = behind(Plain).await;
        bot.api.mishaps("sendmessage", mishaps);
        bot.outbox.say_all(BUDI, &numbered(30));
        assert_eq!(bot.carry().await.said(BUDI), [together(&numbered(30))]);
    }
}

#[tokio::test]
async fn a_reply_telegram_refuses_costs_only_itself() {
    let bot = behind(Plain).await;
    bot.api.refuse_words("balasan 3");
    bot.outbox.say_all(BUDI, &numbered(6));
    bot.outbox.say(SITI, "halo");
    let api = bot.api.clone();
    bot.waker.notify(&ChatId::telegram(SITI));
    let said = bot.carry().await.said(BUDI);
    assert_eq!(said, ["balasan 1", "balasan 2", "balasan 4", "balasan 5", "balasan 6"]);
    assert_eq!(api.said(SITI), ["halo"]);
}

#[tokio::test]
async fn marks_or_buttons_refused_together_are_judged_one_by_one() {
    for words in ["Bad Request: can't parse entities", "Bad Request: BUTTON_DATA_INVALID"] {
        let bot = behind(Plain).await;
        bot.api.mishaps("sendmessage", [Mishap::Refuse(400, words)]);
        bot.outbox.say_all(BUDI, &["a [1]", "b [2]"].map(str::to_owned));
        let api = bot.carry().await;
        assert_eq!(api.said(BUDI), ["a 1", "b 2"]);
        let calls = api.calls("sendmessage");
        assert!(calls[1..].iter().all(|call| call.body["entities"][0]["type"] == "code"), "{words}");
    }
}

#[tokio::test]
async fn what_was_refused_together_keeps_nothing_else_apart() {
    let bot = behind(Words::builtin()).await;
    bot.api.mishaps("sendmessage", [Mishap::Refuse(400, "Bad Request: something new")]);
    for order in 1..=5 {
        let (agent, order, amount) = (AgentId(1), OrderId(order), Rupiah::new(1));
        let reply = NetworkReply::AlertUplineOverdrawn { agent, order, amount };
        bot.outbox.say_as(BUDI, Class::Alert, Reply::Network(Box::new(reply)));
    }
    bot.waker.notify(&ChatId::telegram(BUDI));
    until_empty(&bot.api, &bot.outbox).await;
    assert_eq!(bot.api.said(BUDI).len(), 5, "one by one");
    bot.outbox.say_all(BUDI, &numbered(2));
    assert_eq!(bot.carry().await.said(BUDI).len(), 6, "and the next together");
}

#[tokio::test]
async fn a_chat_that_blocked_the_bot_is_tried_once() {
    let bot = behind(Plain).await;
    bot.api.shut(BUDI, Mishap::Refuse(403, "Forbidden: bot was blocked by the user"));
    bot.outbox.say_all(BUDI, &numbered(9));
    bot.outbox.say_all(SITI, &numbered(2));
    bot.waker.notify(&ChatId::telegram(SITI));
    let api = bot.carry().await;
    assert_eq!(api.calls("sendmessage").iter().filter(|call| call.body["chat_id"] == BUDI).count(), 1);
    assert_eq!(api.said(SITI), [together(&numbered(2))]);
}

#[tokio::test]
async fn what_was_said_together_is_not_said_again_when_the_store_stumbles() {
    let bot = behind(Plain).await;
    bot.outbox.broken.store(4, Ordering::SeqCst);
    bot.outbox.say_all(BUDI, &numbered(5));
    assert_eq!(bot.carry().await.said(BUDI), [together(&numbered(5))]);
}

/// The process ends after Telegram took the message and before the store knows.
#[tokio::test]
async fn a_crash_repeats_the_whole_message_at_most() {
    let bot = behind(Plain).await;
    bot.outbox.broken.store(usize::MAX, Ordering::SeqCst);
    bot.outbox.say_all(BUDI, &numbered(5));
    bot.waker.notify(&ChatId::telegram(BUDI));
    bot.api.until("the message", |api| !api.said(BUDI).is_empty()).await;
    bot.pump.task.abort();
    bot.outbox.broken.store(0, Ordering::SeqCst);
    let pump = deliver(&telegram(&bot.api), &bot.outbox, &Waker::default(), Plain);
    until_empty(&bot.api, &bot.outbox).await;
    pump.stop().await;
    assert_eq!(bot.api.said(BUDI), [together(&numbered(5)), together(&numbered(5))]);
}

/// A wording that breaks down over one reply.
struct Brittle;

impl Wording for Brittle {
    fn render(&self, row: &Outgoing) -> Text {
        let text = Plain.render(row);
        assert_ne!(text.body, "balasan 3", "on purpose: this reply cannot be put into words");
        text
    }
}

#[tokio::test]
async fn a_reply_that_cannot_be_put_into_words_is_set_aside_alone() {
    let bot = behind(Brittle).await;
    bot.outbox.say_all(BUDI, &numbered(5));
    let outbox = Arc::clone(&bot.outbox);
    assert_eq!(bot.carry().await.said(BUDI), ["balasan 1\n\nbalasan 2", "balasan 4\n\nbalasan 5"]);
    assert_eq!(*outbox.aside.lock(), [3]);
}

#[tokio::test]
async fn a_pin_is_deleted_while_telegram_takes_no_replies() {
    let bot = behind(Plain).await;
    bot.api.shut(BUDI, Mishap::Flood(3_600));
    bot.outbox.say(BUDI, "lama");
    bot.waker.notify(&ChatId::telegram(BUDI));
    bot.api.until("a refusal", |api| !api.calls("sendmessage").is_empty()).await;
    bot.outbox.forget(BUDI, "55");
    bot.waker.notify(&ChatId::telegram(BUDI));
    bot.api.until("the deletion", |api| !api.calls("deletemessage").is_empty()).await;
    bot.pump.task.abort();
}

/// Hostile Telegram, many chats: whatever it does, each reply arrives once, in its order.
#[tokio::test]
async fn nothing_is_lost_said_twice_or_out_of_order_whatever_telegram_does() {
    for seed in 0..8 {
        let mut choices = StdRng::seed_from_u64(seed);
        let bot = behind(Plain).await;
        let mut judge = StdRng::seed_from_u64(seed + 1_000);
        // The same is not refused again and again: that would be the reply's fault, and its end.
        let mut refused = BTreeSet::new();
        bot.api.guard(move |_, chat| match judge.random_range(0..10) {
            0 => Some(Mishap::Flood(0)),
            1 => Some(Mishap::Page(502)),
            2 => Some(Mishap::Garbage),
            3 if refused.insert(chat) => Some(Mishap::Refuse(400, "Bad Request: can't parse entities")),
            _ => {
                refused.remove(&chat);
                None
            }
        });
        let mut expected: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        for number in 0..200 {
            let (chat, words) = (BUDI + choices.random_range(0..5), format!("kata {number} selesai"));
            bot.outbox.say(chat, &words);
            bot.waker.notify(&ChatId::telegram(chat));
            expected.entry(chat).or_default().push(words);
            if choices.random_bool(0.1) {
                bot.outbox.broken.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
            }
        }
        let api = bot.carry().await;
        for (chat, words) in expected {
            let said: Vec<String> =
                api.said(chat).iter().flat_map(|text| text.split("\n\n")).map(str::to_owned).collect();
            assert_eq!(said, words, "seed {seed}");
        }
    }
}
