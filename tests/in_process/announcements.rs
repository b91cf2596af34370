//! Announcements: asked about, sent once, counted to the last chat, across restarts and through a Telegram that refuses
//! some of them.

use std::sync::Arc;
use std::time::Duration;

use crate::support::bot_api::{BotApi, Mishap};
use crate::support::front::{HURRY, Words, settings};
use crate::support::shop::{Setup, TestShop, admin, reseller};
use chrono::TimeDelta;
use konter::front::telegram::{Settings, Telegram, Timing, Waker};
use konter_core::agent::Locale;
use konter_core::ids::ChatId;
use konter_reply::{BroadcastStage, DeskReply, Reply};
use konter_store::memory::MemoryStore;
use konter_store::{Commit, Outgoing, Payload, Store};
use tokio_util::sync::CancellationToken;

fn other(n: i64) -> ChatId {
    ChatId::telegram(2000 + n)
}

async fn with_resellers(setup: Setup, locale: Locale) -> TestShop {
    let shop = TestShop::with(setup).await;
    shop.add_agent(other(2), 0, locale).await;
    shop.add_agent(other(3), 0, locale).await;
    shop
}

/// Until no announcement is on its way any more; what is shown of it then stands in the transcript.
async fn until_counted(shop: &TestShop) {
    shop.pass(TimeDelta::seconds(1));
    shop.becomes("counted", async || shop.store.sending().await.unwrap().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_announcement_is_asked_about_sent_and_counted() {
    let shop = with_resellers(Setup::default(), Locale::Id).await;
    shop.say(&admin(), "/siaran Server kembali normal", 1).await;
    shop.tap(&admin(), "Batal", 0).await;
    shop.say(&admin(), "/siaran Server kembali normal, terima kasih", 1).await;
    let twice = shop.tap_on(&admin(), "Kirim");
    shop.unreachable.lock().push(other(3));
    shop.tap(&admin(), "Kirim", 3).await;
    until_counted(&shop).await;
    shop.hear(0).await;
    shop.note("-- another tap");
    shop.receive(twice, 1).await;
    shop.note("-- without buttons");
    shop.say(&admin(), "/siaran Satu lagi", 1).await;
    shop.say(&reseller(), "/kirimsiaran 3", 1).await;
    shop.say(&admin(), "/kirimsiaran 3", 4).await;
    until_counted(&shop).await;
    shop.hear(1).await;
    shop.say(&admin(), "/siaran Lama sekali", 1).await;
    shop.pass(TimeDelta::minutes(31));
    shop.say(&admin(), "/kirimsiaran 4", 1).await;
    shop.say(&admin(), "/log", 1).await;
    insta::assert_snapshot!("announced", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_announcement_in_english() {
    let shop = with_resellers(Setup { locale: Locale::En, ..Setup::default() }, Locale::Id).await;
    shop.say(&admin(), "/siaran Back to normal", 1).await;
    shop.tap(&admin(), "Send", 3).await;
    until_counted(&shop).await;
    shop.hear(0).await;
    insta::assert_snapshot!("in_english", shop.close().await);
}

/// What the sender's message is told to show, in order.
async fn shown(shop: &TestShop) -> Vec<(BroadcastStage, usize, usize)> {
    let rows = shop.store.outbox(&admin(), 10).await.unwrap();
    let card = |row: &Outgoing| match &row.payload {
        Payload::Edit { reply, .. } => match reply.as_ref() {
            Reply::Desk(says) => match says.as_ref() {
                DeskReply::Broadcast(card) => Some((card.stage, card.reached, card.unreachable)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    rows.iter().filter_map(card).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_senders_message_counts_along() {
    let shop = with_resellers(Setup::default(), Locale::Id).await;
    shop.say(&admin(), "/siaran Halo", 1).await;
    shop.shop.receive(vec![shop.tap_on(&admin(), "Kirim")]).await.unwrap();
    shop.becomes("sent", async || !shop.store.sending().await.unwrap().is_empty()).await;
    let mut steps = vec![(BroadcastStage::Sending, 0, 0)];
    for (chat, reached, next) in [
        (reseller(), true, (BroadcastStage::Sending, 1, 0)),
        (other(2), false, (BroadcastStage::Sending, 1, 1)),
        (other(3), true, (BroadcastStage::Done, 2, 1)),
    ] {
        let mut commit = Commit::new(shop.now());
        commit.take_out(&shop.store.outbox(&chat, 1).await.unwrap()[0], reached);
        shop.store.commit(commit).await.unwrap();
        steps.push(next);
        shop.pass(TimeDelta::seconds(1));
        shop.becomes("the next step shown", async || shown(&shop).await.len() >= steps.len()).await;
    }
    assert_eq!(shown(&shop).await, steps);
    shop.close().await;
}

/// Stopped right after the yes: the next start goes on counting where the store stands.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counting_goes_on_after_a_restart() {
    let store = Store::new(MemoryStore::new());
    let first = TestShop::on(store.clone(), Setup::default()).await;
    first.add_agent(other(2), 0, Locale::Id).await;
    first.say(&admin(), "/siaran Halo", 1).await;
    let tap = first.tap_on(&admin(), "Kirim");
    let card = tap.tapped.clone().unwrap();
    first.shop.receive(vec![tap]).await.unwrap();
    first.becomes("sent", async || !first.store.sending().await.unwrap().is_empty()).await;
    first.shop.stop(Duration::from_secs(5)).await;
    drop(first);

    let shop = TestShop::on(store, Setup::default()).await;
    let mut commit = Commit::new(shop.now());
    for (chat, reached) in [(reseller(), true), (other(2), false)] {
        commit.take_out(&shop.store.outbox(&chat, 1).await.unwrap()[0], reached);
    }
    shop.store.commit(commit).await.unwrap();
    until_counted(&shop).await;
    let end = shop.store.outbox(&admin(), 10).await.unwrap();
    assert!(end.iter().any(|row| matches!(&row.payload, Payload::Edit { message, .. } if *message == card)), "{end:?}");
    shop.hear(0).await;
    assert!(shop.transcript().contains("Selesai: terkirim 1/2, tidak terjangkau 1"), "{}", shop.transcript());
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chats_that_block_the_bot_are_counted_apart() {
    const CHATS: i64 = 20;
    let shop = TestShop::open().await;
    for n in 2..=CHATS {
        shop.add_agent(other(n), 0, Locale::Id).await;
    }
    shop.say(&admin(), "/siaran Halo semua", 1).await;
    let tap = shop.tap_on(&admin(), "Kirim");

    let api = BotApi::start().await;
    api.shut(2003, Mishap::Refuse(403, "Forbidden: bot was blocked by the user"));
    api.shut(2005, Mishap::Refuse(400, "Bad Request: chat not found"));
    let timing = Timing { rescan: Duration::from_millis(20), ..HURRY };
    let telegram = Telegram::new(Settings { timing, ..settings(&api) }).unwrap();
    let wording = Arc::new(Words::builtin());
    let cancel = CancellationToken::new();
    let pump = telegram.pump(Arc::new(shop.store.clone()), wording, Waker::default());
    let pump = tokio::spawn(pump.run(cancel.clone()));

    shop.shop.receive(vec![tap]).await.unwrap();
    api.until("every chat's try", |api| api.calls("sendmessage").len() >= usize::try_from(CHATS).unwrap()).await;
    shop.becomes("all said", async || shop.store.waiting_chats().await.unwrap().is_empty()).await;
    until_counted(&shop).await;
    let ends = "Selesai: terkirim 18/20, tidak terjangkau 2";
    api.until("the end", |api| {
        api.calls("editmessagetext").iter().any(|call| call.body["text"].as_str().unwrap_or_default().ends_with(ends))
    })
    .await;
    cancel.cancel();
    pump.await.unwrap();
    shop.shop.stop(Duration::from_secs(5)).await;
}
