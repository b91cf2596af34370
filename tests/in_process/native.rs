//! What is done with buttons and the keyboard that stays: for resellers, newcomers and those who work in the shop.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use konter::config::Settings;
use konter::shop::ChatService;
use konter_core::agent::{AgentStatus, Locale};
use konter_core::catalog::ProductKind;
use konter_core::ids::{AgentId, ChatId};
use konter_reply::Reply;
use konter_store::{InboxMessage, Outgoing, Payload};
use parking_lot::Mutex;

use crate::support::shop::{Setup, TestShop, admin, catalog, reseller};

const PIN: [(&str, usize); 4] = [("1", 0), ("2", 0), ("3", 0), ("4", 0)];

async fn taps(shop: &TestShop, labels: &[(&str, usize)]) -> Vec<String> {
    let mut told = Vec::new();
    for (label, replies) in labels {
        told = shop.tap(&reseller(), label, *replies).await;
    }
    told
}

async fn status(shop: &TestShop, number: u32) -> AgentStatus {
    shop.store.agent(AgentId(number)).await.unwrap().unwrap().status
}

/// A chat service that shows what is said about a tap where its button is.
#[derive(Default)]
struct WithToasts(Mutex<Vec<Option<Reply>>>);

#[async_trait]
impl ChatService for WithToasts {
    fn bot_name(&self) -> Option<String> {
        Some("konter_bot".to_owned())
    }

    async fn fetch(&self, _: &str, _: usize) -> Option<Vec<u8>> {
        None
    }

    async fn tell(&self, _: &ChatId, _: Locale, _: Reply) {}

    fn shows_toast(&self, _: &str) -> bool {
        true
    }

    fn answer_tap(&self, tap: &str, _: Locale, toast: Option<Reply>) {
        assert!(tap.starts_with("tap"), "{tap}");
        self.0.lock().push(toast);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn small_words_about_a_tap_are_no_messages_and_every_tap_is_answered() {
    let toasts = Arc::new(WithToasts::default());
    let shop = TestShop::with(Setup { chats: Arc::clone(&toasts) as _, ..Setup::default() }).await;
    shop.say(&reseller(), "085712345678", 1).await;
    let old = shop.tap_on(&reseller(), "I10 11.000");
    taps(&shop, &[("I10 11.000", 0), ("1", 0), ("OK", 0)]).await;
    shop.pass(TimeDelta::minutes(11));
    shop.receive(old, 0).await;
    shop.becomes("answered", async || toasts.0.lock().len() == 4).await;
    let said = toasts.0.lock().clone();
    assert_eq!(said.iter().filter(|toast| toast.is_none()).count(), 2, "the choice and the digit: {said:?}");
    assert!(said.contains(&Some(Reply::PinTooShort)) && said.contains(&Some(Reply::ButtonTooOld)), "{said:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_is_let_in_or_turned_away_by_a_button_once() {
    let shop = TestShop::open().await;
    let newcomer = ChatId::telegram(3001);
    let card = shop.say(&newcomer, "DAFTAR.Berkah Cell.4821", 2).await;
    assert!(card.iter().any(|told| told.contains("[Setujui] [Tolak]")), "{card:?}");
    let late = shop.tap_on(&admin(), "Tolak");
    shop.tap(&admin(), "Setujui", 1).await;
    assert_eq!(status(&shop, 2).await, AgentStatus::Active);
    shop.note("-- another admin's button, a moment later: nothing changes, and the card says how it stands");
    shop.receive(late, 1).await;
    assert_eq!(status(&shop, 2).await, AgentStatus::Active);
    shop.press(&newcomer, "Saldo", 1).await;
    shop.note("-- turned away: told in words, and GAGAL is not among them");
    let unlucky = ChatId::telegram(3002);
    shop.say(&unlucky, "DAFTAR.Toko Lain.4821", 2).await;
    shop.tap(&admin(), "Tolak", 1).await;
    assert_eq!(status(&shop, 3).await, AgentStatus::Blocked);
    let told = shop.say(&unlucky, "halo", 1).await;
    assert!(!told[0].contains("GAGAL"), "{told:?}");
    let told = shop.say(&unlucky, "S10.081234567890.4821", 1).await;
    assert!(told[0].starts_with("GAGAL"), "an order is refused as one: {told:?}");
    shop.note("-- a reseller who makes the button up is no admin");
    let made_up = InboxMessage { tapped: Some("1".to_owned()), ..shop.message(&reseller(), "!approve 3") };
    shop.receive(made_up, 1).await;
    assert_eq!(status(&shop, 3).await, AgentStatus::Blocked);
    insta::assert_snapshot!("newcomers", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_under_way_is_complained_about_by_one_tap() {
    let shop = TestShop::with(Setup { hold_callbacks: true, ..Setup::default() }).await;
    shop.say(&reseller(), "S10.081234567801.1234", 1).await;
    let again = shop.tap_on(&reseller(), "Komplain");
    let other = InboxMessage { chat: admin(), ..again.clone() };
    let told = taps(&shop, &[("Komplain", 2)]).await;
    assert!(told.iter().any(|told| told.contains("KOMPLAIN dari KR0001") && told.contains("trx #1")), "{told:?}");
    let told = shop.receive(again.clone(), 1).await;
    assert!(told[0].contains("sudah diteruskan"), "impatient fingers do not bury the admins: {told:?}");
    shop.note("-- somebody else's order is nobody's business");
    shop.receive(other, 1).await;
    shop.let_callbacks_in(1).await;
    insta::assert_snapshot!("complaint", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prices_are_looked_through_by_buttons_in_one_message() {
    let shop = TestShop::open().await;
    let told = shop.say(&reseller(), "HARGA", 1).await;
    assert!(told[0].contains("S10 Telkomsel 10.000 = 10.500") && told[0].contains("[• Pulsa Telkomsel]"), "{told:?}");
    taps(&shop, &[("Saldo E-Wallet", 0), ("Tagihan", 0)]).await;
    shop.tap_on(&reseller(), "• Tagihan");
    let gone = InboxMessage { tapped: Some("1".to_owned()), ..shop.message(&reseller(), "!prices 99") };
    shop.receive(gone, 1).await;
    let bills = shop.say(&reseller(), "HARGA.PLNPOST", 1).await;
    assert!(bills[0].contains("= biaya loket 3.000"), "a bill does not cost its fee: {bills:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wallets_and_data_are_offered_for_a_number_too() {
    let shop = TestShop::with(Setup { hold_callbacks: true, ..Setup::default() }).await;
    shop.say(&reseller(), "081234567890", 1).await;
    taps(&shop, &[("Paket Data »", 0), ("Saldo E-Wallet »", 0), ("GOPAY10 11.500", 0)]).await;
    taps(&shop, &PIN).await;
    let told = taps(&shop, &[("OK", 1)]).await;
    assert!(told[0].contains("GOPAY10 ke 081234567890"), "{told:?}");
    shop.note("-- a wrong PIN leads back to where the choice was");
    shop.say(&reseller(), "081234567891", 1).await;
    taps(&shop, &[("Saldo E-Wallet »", 0), ("GOPAY20 21.500", 0), ("9", 0), ("9", 0), ("9", 0), ("9", 0), ("OK", 1)])
        .await;
    taps(&shop, &[("GOPAY20 21.500", 0)]).await;
    shop.let_callbacks_in(1).await;
    insta::assert_snapshot!("shelves", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_meters_owner_is_named_before_a_token_is_bought() {
    let shop = TestShop::open().await;
    let told = shop.say(&reseller(), "14027480300", 1).await;
    let name = told[0].lines().nth(1).unwrap().to_owned();
    assert!(name.ends_with("VA") && name.contains('/'), "name, tariff and power: {told:?}");
    taps(&shop, &[("PLN20 20.900", 0)]).await;
    taps(&shop, &PIN).await;
    let told = taps(&shop, &[("OK", 1)]).await;
    assert!(told[0].contains("SUKSES. PLN20"), "{told:?}");
    shop.note("-- looked up by its format it is one tap away, too");
    shop.say(&reseller(), "CEKPLN.14027480302", 1).await;
    taps(&shop, &[("PLN20 20.900", 0)]).await;
    let told = shop.say(&reseller(), "1234", 1).await;
    assert!(told[0].contains("PLN20 ke 14027480302"), "{told:?}");
    shop.note("-- no such meter: nothing is offered");
    let told = shop.say(&reseller(), "14027480311", 1).await;
    assert!(told[0].contains("Cek PLN 14027480311") && !told[0].contains('['), "{told:?}");
    shop.note("-- the chat has gone on to a phone number meanwhile: its buttons still work");
    shop.shop
        .receive(vec![shop.message(&reseller(), "14027480300"), shop.message(&reseller(), "085712345678")])
        .await
        .unwrap();
    let told = shop.hear(2).await;
    assert!(told.iter().any(|told| told.contains("[I10 11.000]")), "{told:?}");
    shop.close().await;
}

/// Where no supplier can say whose meter it is, a token is sold all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_cannot_be_had_keeps_nobody_waiting() {
    let mut catalog = catalog();
    for product in catalog.iter_mut().filter(|product| product.kind == ProductKind::Token) {
        product.routes.iter_mut().for_each(|route| route.supplier = "biller".parse().unwrap());
    }
    let shop = TestShop::with(Setup { catalog, ..Setup::default() }).await;
    let told = shop.say(&reseller(), "14027480300", 1).await;
    assert!(told[0].contains("belum bisa dicek") && told[0].contains("[PLN20 20.900]"), "{told:?}");
    assert!(!told[0].contains("GAGAL"), "{told:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_is_greeted_as_one_and_led_through_the_first_steps() {
    let shop = TestShop::with(Setup { chats: Setup::with_bot_name().chats, balance: 0, ..Setup::default() }).await;
    let told = shop.say(&admin(), "/start", 1).await;
    assert!(told[0].contains("Anda owner") && told[0].contains("Langkah awal"), "{told:?}");
    shop.say(&admin(), "/deposit KR0001 100000", 2).await;
    let told = shop.say(&admin(), "/start", 1).await;
    assert!(!told[0].contains("Langkah awal"), "the shop is open: {told:?}");
    for key in ["Pending", "Rekap", "Deposit", "Supplier"] {
        shop.press(&admin(), key, 1).await;
    }
    shop.note("-- the same words of a reseller's are a reseller's");
    for word in ["Rekap", "Deposit"] {
        shop.say(&reseller(), word, 1).await;
    }
    let told = shop.say(&reseller(), "Pending", 1).await;
    assert!(!told[0].contains('#'), "nobody else's orders: {told:?}");
    insta::assert_snapshot!("owner", shop.close().await);
}

/// The admin's next message after `Sukses…` is a serial number, but for a key of the keyboard.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_no_serial_number() {
    let shop = TestShop::open().await;
    shop.say(&admin(), "/start", 1).await;
    // Pending for ever: the shop's own question must not be what ends it.
    shop.say(&reseller(), "S10.081234567823.1234", 1).await;
    shop.pass(TimeDelta::minutes(16));
    shop.hear(1).await;
    shop.tap(&admin(), "Sukses…", 0).await;
    let told = shop.press(&admin(), "Pending", 1).await;
    assert!(told[0].contains("081234567823") && !told[0].contains("SUKSES"), "{told:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_stands_in_the_topic_it_was_asked_in() {
    let shop = TestShop::open().await;
    let group = ChatId::telegram(-100_500);
    let message = InboxMessage { private: false, topic: Some(7), ..shop.message(&group, "/saldo") };
    shop.shop.receive(vec![message]).await.unwrap();
    shop.becomes("answered", async || !shop.store.outbox(&group, 5).await.unwrap().is_empty()).await;
    assert_eq!(shop.store.outbox(&group, 5).await.unwrap()[0].topic, Some(7));
    shop.hear(1).await;
    shop.close().await;
}

/// The topics of what is said to a chat because of a message.
async fn topics(shop: &TestShop, message: InboxMessage, to: &ChatId, replies: usize) -> Vec<Option<i32>> {
    let is_reply = |row: &Outgoing| matches!(row.payload, Payload::Reply(_));
    let said = async || shop.store.outbox(to, 9).await.unwrap().into_iter().filter(is_reply).collect::<Vec<_>>();
    shop.pass(TimeDelta::seconds(1));
    shop.shop.receive(vec![message]).await.unwrap();
    shop.answers_all().await;
    shop.becomes("said", async || said().await.len() == replies).await;
    let topics = said().await.into_iter().map(|row| row.topic).collect();
    shop.hear_all().await;
    topics
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_later_of_an_order_stands_in_the_topic_it_was_asked_in() {
    let shop = TestShop::open().await;
    let asked = |text: &str| InboxMessage { topic: Some(7), ..shop.message(&reseller(), text) };
    assert_eq!(topics(&shop, asked("S10.081234567800.1234"), &reseller(), 1).await, [Some(7)], "the supplier's word");
    let decided = async |text: &str, replies| {
        let message = InboxMessage { topic: Some(3), ..shop.message(&admin(), text) };
        topics(&shop, message, &reseller(), replies).await
    };
    assert!(decided("/gagal 1 salah catat", 0).await.is_empty(), "asked back first");
    assert_eq!(decided("YA.1", 1).await, [Some(7)], "a person's word");
    assert_eq!(topics(&shop, asked("CEKPLN.14027480301"), &reseller(), 1).await, [Some(7)], "a meter's owner");
    assert_eq!(topics(&shop, asked("TAG.PLNPOST.520010509867"), &reseller(), 1).await, [Some(7)], "a bill");
    shop.close().await;
}

/// A ticket is decided, a complaint answered, a transfer given back, a newcomer let in: each where it was asked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_answer_later_stands_in_the_topic_it_was_asked_in() {
    let shop = TestShop::open().await;
    let newcomer = ChatId::telegram(3001);
    let asked = |who: &ChatId, topic: i32, text: &str| InboxMessage { topic: Some(topic), ..shop.message(who, text) };
    let answered = async |text: &str, to: &ChatId| topics(&shop, shop.message(&admin(), text), to, 1).await;
    topics(&shop, asked(&newcomer, 4, "DAFTAR.Berkah Cell.4821"), &newcomer, 1).await;
    assert_eq!(answered("/setujui KR0002", &newcomer).await, [Some(4)], "a registration");
    topics(&shop, asked(&reseller(), 5, "TIKET.100000"), &reseller(), 1).await;
    topics(&shop, asked(&reseller(), 6, "KOMPLAIN.pulsa belum masuk"), &reseller(), 1).await;
    assert_eq!(answered("/tolak 1 belum masuk", &reseller()).await, [Some(5)], "a ticket");
    assert_eq!(answered("/balas KR0001 sudah dicek ya", &reseller()).await, [Some(6)], "a complaint");
    shop.note("-- a transfer: the receiver is asked where it wrote last, and the sender hears where it asked");
    shop.say(&admin(), "/pindah KR0002 KR0001", 1).await;
    let sent = topics(&shop, asked(&reseller(), 7, "TR.KR0002.40000.1234"), &newcomer, 1).await;
    assert_eq!(sent, [Some(4)]);
    assert_eq!(topics(&shop, asked(&reseller(), 8, "TARIK"), &newcomer, 1).await, [Some(4)], "the question");
    let keeps = InboxMessage { topic: Some(4), ..shop.tap_on(&newcomer, "Tolak") };
    assert_eq!(topics(&shop, keeps, &reseller(), 1).await, [Some(8)], "the receiver's answer");
    shop.note("-- back in the chat itself");
    shop.say(&reseller(), "SAL", 1).await;
    assert_eq!(answered("/balas KR0001 beres", &reseller()).await, [None]);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_ordered_before_is_ordered_again_by_a_tap() {
    let shop = TestShop::open().await;
    shop.say(&reseller(), "S10.081234567800.1234", 1).await;
    let told = shop.say(&reseller(), "S10.081234567800.1234", 1).await;
    assert!(told[0].starts_with("GAGAL") && told[0].contains("[Ulangi S10 081234567800]"), "{told:?}");
    let told = shop.tap(&reseller(), "Ulangi S10 081234567800", 1).await;
    assert!(told[0].contains("(ke-2)") && told[0].contains("ketik PIN"), "shown first: {told:?}");
    let told = shop.say(&reseller(), "1234", 1).await;
    assert!(told[0].starts_with("SUKSES. S10 ke 081234567800 (ke-2)"), "{told:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_hears_how_to_register_and_before_a_silence_that_it_comes() {
    let (shop, stranger) = (TestShop::open().await, ChatId::telegram(3009));
    let told = shop.say(&stranger, "BANTUAN", 1).await;
    assert!(told[0].contains("DAFTAR.nama toko.PIN") && !told[0].contains("TIKET"), "{told:?}");
    for _ in 0..4 {
        shop.say(&stranger, "halo", 1).await;
    }
    let told = shop.say(&stranger, "halo", 1).await;
    assert!(told[0].contains("tidak dijawab dulu"), "{told:?}");
    shop.say(&stranger, "halo", 0).await;
    shop.say(&stranger, "DAFTAR.Berkah Cell.4821", 2).await;
    shop.close().await;
}

#[test]
fn the_shops_contact_is_one_short_line() {
    let contact = |text: &str| {
        let settings = Settings::read(&|name| (name == "KONTER_CONTACT").then(|| text.to_owned()));
        settings.map(|settings| settings.policy.contact).map_err(|errors| errors[0].to_string())
    };
    assert_eq!(contact("@toko_berkah"), Ok(Some("@toko_berkah".to_owned())));
    assert_eq!(contact("0812-3456-7890"), Ok(Some("0812-3456-7890".to_owned())));
    assert_eq!(contact(""), Ok(None));
    for text in ["x".repeat(61), "Budi\n@budi".to_owned(), "\u{200b}".to_owned()] {
        assert!(contact(&text).unwrap_err().contains("KONTER_CONTACT"), "{text:?}");
    }
}
