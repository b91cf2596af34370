//! The whole way between Telegram and the shop, by the numbers that Telegram gives messages: words that answer one, and
//! messages that change because of words.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use konter::front::Inbox;
use konter::front::telegram::{Settings, Stopped, Telegram, Timing, Waker};
use konter_store::{InboxMessage, Leases, StoreError};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::bot_api::{BotApi, Call, TOKEN, content};
use crate::support::front::{HURRY, Words, settings, staff};
use crate::support::shop::{TestShop, admin};

const RESELLER: i64 = 2001;
const ADMIN: i64 = 1001;
/// The number of the first message that the bot sends.
const FIRST: i64 = 500;

struct Counter(Arc<konter::shop::Shop>);

#[async_trait]
impl Inbox for Counter {
    async fn receive(&self, messages: Vec<InboxMessage>) -> Result<(), StoreError> {
        self.0.receive(messages).await
    }
}

struct Line {
    shop: TestShop,
    api: BotApi,
    updates: AtomicI64,
    cancel: CancellationToken,
    pump: JoinHandle<()>,
    front: JoinHandle<Result<(), Stopped>>,
}

impl Line {
    async fn open() -> Self {
        let (shop, api) = (TestShop::open().await, BotApi::start().await);
        api.number_from(FIRST);
        let timing = Timing { rescan: Duration::from_millis(20), ..HURRY };
        let telegram = Telegram::new(Settings { timing, ..settings(&api) }).unwrap();
        let cancel = CancellationToken::new();
        let words = Arc::new(Words::builtin());
        let pump = telegram.pump(Arc::new(shop.store.clone()), words, Waker::default());
        let pump = tokio::spawn(pump.run(cancel.clone()));
        let (inbox, token) = (Counter(Arc::clone(&shop.shop)), cancel.clone());
        let front =
            tokio::spawn(
                async move { telegram.run(&inbox, staff().subscribe(), Leases::alone().leading(), &token).await },
            );
        Self { shop, api, updates: AtomicI64::new(1), cancel, pump, front }
    }

    fn push(&self, what: &str, body: &Value) {
        let number = self.updates.fetch_add(1, Ordering::Relaxed);
        self.api.push([json!({"update_id": number, what: body})]);
    }

    /// Writes, perhaps as an answer to one of the bot's messages.
    fn say(&self, chat: i64, text: &str, answered: Option<i64>) {
        let mut message = content(self.updates.load(Ordering::Relaxed), chat, text);
        message["date"] = json!(self.shop.now().timestamp());
        if let Some(answered) = answered {
            message["reply_to_message"] = json!({"message_id": answered, "from": {"id": 1, "is_bot": true}});
        }
        self.push("message", &message);
    }

    fn tap(&self, chat: i64, under: i64, data: &str) {
        let from = json!({"id": chat, "is_bot": false, "first_name": "Budi"});
        let message = json!({"message_id": under, "chat": {"id": chat, "type": "private"}});
        self.push("callback_query", &json!({"id": under.to_string(), "from": from, "message": message, "data": data}));
    }

    /// Waits for a message with these words, and gives its number and itself.
    async fn told(&self, chat: i64, words: &str) -> (i64, Call) {
        let is_it = |call: &Call| {
            call.body["chat_id"] == chat && call.body["text"].as_str().is_some_and(|text| text.contains(words))
        };
        let find = |api: &BotApi| {
            api.calls("sendmessage").into_iter().filter(is_it).find_map(|call| Some((call.number?, call)))
        };
        self.api.until(words, |api| find(api).is_some()).await;
        find(&self.api).unwrap()
    }

    async fn until_edited(&self, message: i64, words: &str, times: usize) {
        let is_it = |call: &Call| {
            call.body["message_id"] == message && call.body["text"].as_str().is_some_and(|text| text.contains(words))
        };
        self.api
            .until(words, |api| api.calls("editmessagetext").iter().filter(|call| is_it(call)).count() == times)
            .await;
    }

    async fn close(self) {
        self.cancel.cancel();
        self.pump.await.unwrap();
        self.front.await.unwrap().unwrap();
        self.shop.shop.stop(Duration::from_secs(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admins_answer_to_a_card_reaches_the_reseller_whatever_it_says() {
    let line = Line::open().await;
    line.say(RESELLER, "KOMPLAIN.pulsa belum masuk", None);
    let (card, _) = line.told(ADMIN, "KOMPLAIN dari KR0001").await;
    let stored = format!("{}.{card}", TOKEN.split(':').next().unwrap());
    let is_noted = async || line.shop.store.card_shown(&admin(), &stored).await.unwrap().is_some();
    line.shop.becomes("noted", is_noted).await;
    for words in ["baik bu", "baik ditunggu", "sudah dicek bu", "ya nanti dikabari"] {
        line.say(ADMIN, words, Some(card));
        line.told(RESELLER, words).await;
    }
    line.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keypad_beside_which_a_pin_was_typed_says_what_became_of_it() {
    let line = Line::open().await;
    line.say(RESELLER, "s10 081255503153", None);
    let (keypad, shown) = line.told(RESELLER, "ketik PIN").await;
    line.say(RESELLER, "1234", None);
    line.told(RESELLER, "SUKSES").await;
    line.until_edited(keypad, "trx #1", 1).await;
    let buttons = shown.body["reply_markup"]["inline_keyboard"].as_array().unwrap().iter();
    let cancel = buttons.flat_map(|row| row.as_array().unwrap()).find(|button| button["text"] == "Batal").unwrap();
    line.tap(RESELLER, keypad, cancel["callback_data"].as_str().unwrap());
    line.until_edited(keypad, "trx #1", 2).await;
    line.until_edited(keypad, "Tidak jadi", 0).await;
    line.close().await;
}
