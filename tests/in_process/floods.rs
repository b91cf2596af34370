//! Floods: however many strangers write, resellers and admins hear what is theirs before them. Who is served before whom
//! is what is tested here, never how long it took.

use std::sync::Arc;
use std::time::Duration;

use crate::support::bot_api::{self, BotApi};
use crate::support::front::{HURRY, settings};
use crate::support::shop::{Setup, TestShop, admin, reseller};
use konter::front::telegram::{Rate, Settings, Telegram, Timing, Waker};
use konter::front::{Text, Wording};
use konter_core::ids::ChatId;
use konter_reply::{Reply, TalkReply, Texts};
use konter_store::{InboxMessage, Outgoing, Payload};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Telegram's pace, ten times as fast: 250 messages a second, of them 50 to strangers.
const TEN_TIMES: Timing = Timing {
    chat: Rate { interval: Duration::from_millis(100), burst: 5 },
    overall: Rate { interval: Duration::from_millis(4), burst: 5 },
    strangers: Rate { interval: Duration::from_millis(20), burst: 3 },
    rescan: Duration::from_millis(20),
    ..HURRY
};

struct Words(Texts);

impl Wording for Words {
    fn render(&self, row: &Outgoing) -> Text {
        let Payload::Reply(reply) = &row.payload else { return Text::default() };
        Text { body: self.0.render(row.locale, reply, row.balance).body, ..Text::default() }
    }
}

struct Flood {
    shop: TestShop,
    api: BotApi,
    cancel: CancellationToken,
    pump: JoinHandle<()>,
}

impl Flood {
    async fn open(setup: Setup) -> Self {
        let shop = TestShop::with(setup).await;
        let api = BotApi::start().await;
        let telegram = Telegram::new(Settings { timing: TEN_TIMES, ..settings(&api) }).unwrap();
        let wording = Arc::new(Words(Texts::builtin(chrono_tz::Asia::Jakarta)));
        let cancel = CancellationToken::new();
        let pump = telegram.pump(Arc::new(shop.store.clone()), wording, Waker::default());
        let pump = tokio::spawn(pump.run(cancel.clone()));
        Self { shop, api, cancel, pump }
    }

    async fn receive(&self, messages: Vec<InboxMessage>) {
        for batch in messages.chunks(100) {
            self.shop.shop.receive(batch.to_vec()).await.unwrap();
        }
    }

    /// Until everything that was received has been answered.
    async fn until_answered(&self) {
        self.shop.answers_all().await;
    }

    fn said(&self) -> usize {
        self.api.calls("sendmessage").len()
    }

    /// How many messages others got until this chat got one with these words.
    async fn others_before(&self, chat: &ChatId, words: &str, since: usize) -> usize {
        let id: i64 = chat.id.parse().unwrap();
        let has = |api: &BotApi| {
            let calls = api.calls("sendmessage");
            let body = |call: &bot_api::Call| call.body["text"].as_str().unwrap_or_default().to_owned();
            calls.iter().skip(since).position(|call| call.body["chat_id"] == id && body(call).contains(words))
        };
        self.api.until(words, |api| has(api).is_some()).await;
        let place = has(&self.api).unwrap();
        let calls = self.api.calls("sendmessage");
        calls[since..since + place].iter().filter(|call| call.body["chat_id"] != id).count()
    }

    async fn close(self) {
        self.cancel.cancel();
        self.pump.await.unwrap();
        self.shop.shop.stop(Duration::from_secs(5)).await;
    }
}

fn stranger(n: i64) -> ChatId {
    ChatId::telegram(50_000 + n)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reseller_and_an_admin_do_not_wait_behind_strangers() {
    const STRANGERS: i64 = 300;
    let flood = Flood::open(Setup::default()).await;
    let lines = ["halo", "min", "SALDO", "S10.081234567890.1234", "harga", "P"];
    let talk = |line: &str| (0..STRANGERS).map(|n| flood.shop.message(&stranger(n), line)).collect::<Vec<_>>();
    for line in lines {
        flood.receive(talk(line)).await;
    }
    flood.until_answered().await;
    let since = flood.said();
    let order = flood.shop.message(&reseller(), "S10.081234567890.1234");
    let deposit = flood.shop.message(&admin(), "/deposit KR0001 5000");
    flood.receive(vec![order, deposit]).await;
    let before = flood.others_before(&reseller(), "SUKSES", since).await;
    // Those on their way, and what the share of strangers lets through while the supplier works.
    assert!(before < 60, "{before} strangers were told something first");
    let before = flood.others_before(&admin(), "5.000", since).await;
    assert!(before < 60, "{before} strangers were told something first");
    let mut waiting = 0;
    for n in 0..STRANGERS {
        let rows = flood.shop.store.outbox(&stranger(n), 9).await.unwrap();
        waiting += rows.iter().filter(|row| matches!(row.payload, Payload::Reply(_))).count();
    }
    assert!(waiting <= 3 * usize::try_from(STRANGERS).unwrap(), "{waiting} replies wait for 300 strangers");
    flood.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_in_hundreds_of_groups_is_answered_once_in_each_and_late() {
    const GROUPS: i64 = 200;
    let flood = Flood::open(Setup::default()).await;
    let group = |n: i64, text: &str| InboxMessage {
        private: false,
        ..flood.shop.message(&ChatId::telegram(-1_000_000 - n), text)
    };
    for _ in 0..3 {
        flood.receive((0..GROUPS).map(|n| group(n, "/saldo")).collect()).await;
    }
    flood.receive(vec![group(0, "/saldo@bot_lain_bot"), group(1, "harga s10")]).await;
    flood.until_answered().await;
    let since = flood.said();
    flood.receive(vec![flood.shop.message(&reseller(), "S10.081234567890.1234")]).await;
    let before = flood.others_before(&reseller(), "SUKSES", since).await;
    assert!(before < 60, "{before} groups were told something first");
    flood
        .api
        .until("every group's answer", |api| {
            let groups = api.calls("sendmessage").iter().filter(|call| call.body["chat_id"].as_i64() < Some(0)).count();
            groups >= usize::try_from(GROUPS).unwrap()
        })
        .await;
    let all = flood.api.calls("sendmessage");
    assert_eq!(all.iter().filter(|call| call.body["chat_id"].as_i64() < Some(0)).count(), 200, "one answer a group");
    flood.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admins_own_answer_goes_before_a_hundred_registrations_which_come_together() {
    const NEW: usize = 60;
    let flood = Flood::open(Setup::default()).await;
    let register = |n: usize| {
        let chat = stranger(i64::try_from(n).unwrap());
        flood.shop.message(&chat, &format!("DAFTAR.Baru{n}.7391"))
    };
    flood.api.shut(1001, bot_api::Mishap::Page(502));
    flood.receive((0..NEW).map(register).collect()).await;
    flood.until_answered().await;
    flood.receive(vec![flood.shop.message(&admin(), "/deposit KR0001 5000")]).await;
    flood.until_answered().await;
    let id: i64 = admin().id.parse().unwrap();
    let tries = |api: &BotApi| api.calls("sendmessage").iter().filter(|call| call.body["chat_id"] == id).count();
    // One may be on its way that was chosen before there was an answer; the next was not.
    let before = tries(&flood.api);
    flood.api.until("two more tries", |api| tries(api) >= before + 2).await;
    let since = flood.said();
    flood.api.let_in(1001);
    let to_admin = |api: &BotApi| -> Vec<String> {
        let calls = api.calls("sendmessage");
        let fine = calls.iter().skip(since).filter(|call| call.fine && call.body["chat_id"] == id);
        fine.map(|call| call.body["text"].as_str().unwrap().to_owned()).collect()
    };
    let all = |texts: &[String]| (0..NEW).all(|n| texts.iter().any(|text| text.contains(&format!("Baru{n}"))));
    flood.api.until("every registration", |api| all(&to_admin(api))).await;
    let texts = to_admin(&flood.api);
    assert!(texts[0].contains("5.000"), "the admin's own answer comes first: {}", texts[0]);
    assert!(texts.len() < 12, "{} messages for {NEW} registrations", texts.len());
    flood.close().await;
}

/// Whoever taps one button thousands of times hears of the next order soon all the same. Each receipt is a message of its
/// own, of which Telegram takes one a second: so many seconds would its SUKSES wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chat_that_taps_thousands_of_times_waits_for_few_of_them() {
    const TAPS: usize = 3_000;
    let flood = Flood::open(Setup::default()).await;
    flood.receive(vec![flood.shop.message(&reseller(), "S10.081234567890.1234")]).await;
    flood.others_before(&reseller(), "SUKSES", 0).await;
    let tap = |n: usize| InboxMessage {
        message: format!("tap{n}"),
        tapped: Some("1".to_owned()),
        ..flood.shop.message(&reseller(), if n.is_multiple_of(2) { "!receipt 1" } else { "!old 1" })
    };
    flood.receive((0..TAPS).map(tap).collect()).await;
    let since = flood.said();
    flood.receive(vec![flood.shop.message(&reseller(), "S10.081234567891.1234")]).await;
    flood.api.until("the order's end", |api| api.said(2001).iter().any(|text| text.contains("081234567891"))).await;
    let said = flood.api.said(2001);
    let before = said.iter().skip(since).take_while(|text| !text.contains("081234567891")).count();
    assert!(before < 20, "{before} messages came before it");
    assert!(said.iter().any(|text| text.contains("Struk S10")), "some of them are answered: {said:?}");
    flood.close().await;
}

/// What nobody is told may be on its way, for all its reseller knows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_refused_faster_than_anybody_is_answered_are_told_by_their_number() {
    const ORDERS: usize = 150;
    let shop = TestShop::with(Setup { balance: 6_000, ..Setup::default() }).await;
    let mut messages: Vec<InboxMessage> =
        (0..ORDERS).map(|n| shop.message(&reseller(), &format!("S10.0812345{n:05}.1234"))).collect();
    messages.push(shop.message(&reseller(), "S5.081234567890.1234"));
    for batch in messages.chunks(30) {
        shop.shop.receive(batch.to_vec()).await.unwrap();
    }
    shop.answers_all().await;
    let replies = async || {
        let rows = shop.store.outbox(&reseller(), 9 * ORDERS).await.unwrap();
        let reply = |row: Outgoing| match row.payload {
            Payload::Reply(reply) => Some(*reply),
            _ => None,
        };
        rows.into_iter().filter_map(reply).collect::<Vec<Reply>>()
    };
    let is_bought = |reply: &Reply| matches!(reply, Reply::OrderSuccess(_));
    shop.becomes("told", async || replies().await.iter().any(is_bought)).await;
    let replies = replies().await;
    let refused = replies.iter().filter(|reply| matches!(reply, Reply::OrderRefused(_))).count();
    let sums: Vec<(usize, bool)> = replies
        .iter()
        .filter_map(|reply| match reply {
            Reply::Talk(talk) => match **talk {
                TalkReply::OrdersNotDone { count, short } => Some((count, short)),
                _ => None,
            },
            _ => None,
        })
        .collect();
    assert_eq!((sums.as_slice(), refused), (&[(ORDERS - refused, true)][..], 60));
    shop.close().await;
}
