//! What somebody did not mean: found by reading the conversation as somebody hostile, hurried or unlucky.

use konter::attachment::Attachment;
use konter_core::ids::AgentId;
use konter_store::InboxMessage;

use crate::support::shop::{TestShop, admin, reseller};

/// Handles a message to its end, however many replies it has.
async fn hears(shop: &TestShop, message: InboxMessage) {
    shop.shop.receive(vec![message]).await.unwrap();
    shop.hear_all().await;
}

async fn types(shop: &TestShop, text: &str) {
    hears(shop, shop.message(&reseller(), text)).await;
}

async fn bought(shop: &TestShop) -> Vec<String> {
    let orders = shop.store.orders_of(AgentId(1), None, None, 50).await.unwrap();
    orders.into_iter().map(|order| format!("{} {} {}", order.product, order.dest, order.nth)).collect()
}

/// As Telegram numbers its messages: the bot, and a short number.
fn numbered(shop: &TestShop, number: u32, text: &str) -> InboxMessage {
    InboxMessage { message: format!("8123456789.{number}"), ..shop.message(&reseller(), text) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_of_an_older_offer_is_not_one_of_the_newer() {
    let shop = TestShop::open().await;
    hears(&shop, numbered(&shop, 1510, "081234567890")).await;
    let old = shop.tap_on(&reseller(), "S10 10.500");
    hears(&shop, numbered(&shop, 1512, "085712345678")).await;
    hears(&shop, old).await;
    types(&shop, "1234").await;
    assert!(bought(&shop).await.is_empty());
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_numbers_with_a_word_between_them_none_is_bought() {
    let shop = TestShop::open().await;
    for word in ["jangan", "bukan", "salah", "maksudnya", "eh", "atau", "koreksi", "jadi", "dan"] {
        types(&shop, &format!("s10 081234567832 {word} 081234567833 1234")).await;
        assert!(bought(&shop).await.is_empty(), "{word}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_after_a_friendly_word_does_not_pay_what_was_left() {
    for words in [
        &["081234567892", "batal", "sip", "1234"][..],
        &["081234567892", "ok", "1234"],
        &["tidak jadi", "tidak", "1234"],
        &["SAL", "siap", "1234"],
    ] {
        let shop = TestShop::open().await;
        shop.say(&reseller(), "TAG.PLNPOST.520010502267", 1).await;
        shop.tap(&reseller(), "Bayar", 0).await;
        for word in words {
            types(&shop, word).await;
        }
        assert!(bought(&shop).await.is_empty(), "{words:?}");
        shop.close().await;
    }
}

/// Whoever taps elsewhere thinks of something else by then: the PIN that is typed next is not for the order before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_typed_after_a_tap_elsewhere_pays_nothing() {
    let shop = TestShop::open().await;
    shop.note("-- the price list's tab");
    types(&shop, "HARGA").await;
    let tab = shop.tap_on(&reseller(), "Saldo E-Wallet");
    types(&shop, "S10 081234567890").await;
    hears(&shop, tab).await;
    types(&shop, "1234").await;
    assert!(bought(&shop).await.is_empty());
    shop.note("-- a key of an order that is over");
    types(&shop, "X5 087812345678").await;
    let old = shop.tap_on(&reseller(), "1");
    types(&shop, "S10 081234567891").await;
    hears(&shop, old).await;
    types(&shop, "1234").await;
    assert!(bought(&shop).await.is_empty());
    shop.note("-- a bill that is not paid after all");
    shop.say(&reseller(), "TAG.PLNPOST.520010502267", 1).await;
    let cancel = shop.tap_on(&reseller(), "Batal");
    types(&shop, "S10 081234567892").await;
    hears(&shop, cancel).await;
    types(&shop, "1234").await;
    assert!(bought(&shop).await.is_empty());
    shop.note("-- its own keys are no interruption");
    types(&shop, "S10 081234567893").await;
    shop.tap(&reseller(), "9", 0).await;
    types(&shop, "1234").await;
    assert_eq!(bought(&shop).await, ["S10 081234567893 1"]);
    assert!(shop.transcript().contains("PIN belum dipakai"), "{}", shop.transcript());
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stray_digit_does_not_pass_for_a_repeat_number() {
    let shop = TestShop::open().await;
    for stray in [
        "S10 081234567890 5 1234",
        "S10.081234567890.1234.5",
        "S10.9.081234567890.1234",
        "S10.4.081234567890",
        "#5.S10.081234567890.1234",
    ] {
        types(&shop, stray).await;
        assert!(bought(&shop).await.is_empty(), "{stray}");
    }
    assert!(shop.transcript().contains("hari ini belum ada"), "{}", shop.transcript());
    shop.note("-- what is shown instead is the first, and its PIN orders it");
    types(&shop, "1234").await;
    assert_eq!(bought(&shop).await, ["S10 081234567890 1"]);
    shop.note("-- the next is the next, wherever it stands");
    for (text, count) in [
        ("S10 081234567890 2 1234", 2),
        ("S10.081234567890.1234.5", 2),
        ("S10.3.081234567890.1234", 3),
        ("S10.4.081234567890.9999", 3),
        ("S10.4.081234567890.1234", 4),
    ] {
        types(&shop, text).await;
        assert_eq!(bought(&shop).await.len(), count, "{text}");
    }
    shop.note("-- the second says that another one is meant, also without a first");
    types(&shop, "S10.081234567891.2.1234").await;
    types(&shop, "S10.081234567891.3.1234").await;
    assert_eq!(bought(&shop).await.len(), 6);
    shop.note("-- of several, none is ordered; counted up in one message, all are");
    types(&shop, "S10.081234567892.1234\nX5.4.087812345678.1234").await;
    assert_eq!(bought(&shop).await.len(), 6);
    shop.note("-- the wrong count with the wrong PIN costs no try");
    for _ in 0..4 {
        types(&shop, "S10.7.081234567893.9999").await;
    }
    types(&shop, "S10.081234567893.1234").await;
    assert_eq!(bought(&shop).await.len(), 7);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_without_words_of_ones_own_is_told_what_to_do() {
    let shop = TestShop::open().await;
    let sent = |kind: &str| {
        let attached = Attachment { kind: kind.to_owned(), file: None };
        shop.message(&reseller(), &attached.to_text())
    };
    let forwarded = |words: &str| shop.message(&reseller(), &Attachment::forwarded(words, None, None).to_text());
    shop.note("-- a forwarded order is not carried out, and its PIN does not stay in the chat");
    for words in ["S10.081234567890.1234", "tolong isi s10 081234567890 pin 1234", "GP.1234.4821", "pin saya 4821"] {
        shop.receive(forwarded(words), 1).await;
    }
    assert_eq!(shop.transcript().matches("(the message is deleted)").count(), 4, "{}", shop.transcript());
    shop.note("-- what holds none stays");
    for words in [
        "SUKSES. S10 ke 081234567890\nSN: 5902466106256342\nHarga 10.500, trx #8\nSaldo 49.869.700",
        "halo",
        "Rp 100.618 dari BUDI",
    ] {
        shop.receive(forwarded(words), 1).await;
    }
    assert_eq!(shop.transcript().matches("(the message is deleted)").count(), 4, "{}", shop.transcript());
    assert!(shop.receive(sent("voice"), 1).await[0].contains("diketik"));
    assert!(shop.receive(sent("photo"), 1).await[0].contains("TIKET.100000"));
    shop.receive(sent("location"), 1).await;
    shop.note("-- a sticker is a thumb, but where a PIN is waited for");
    shop.receive(sent("sticker"), 0).await;
    shop.say(&reseller(), "S10 081234567890", 1).await;
    shop.receive(sent("sticker"), 1).await;
    types(&shop, "1234").await;
    assert_eq!(bought(&shop).await, ["S10 081234567890 1"]);
    shop.becomes("delivered", async || shop.store.open_orders().await.unwrap().is_empty()).await;
    shop.hear_all().await;
    shop.note("-- a PIN that nothing waits for");
    let told = shop.say(&reseller(), "1234", 1).await;
    assert!(told[0].contains("belum ada yang dibeli") && !told[0].contains("GAGAL"), "{told:?}");
    shop.note("-- who only works here");
    let voice = InboxMessage { chat: admin(), ..sent("voice") };
    shop.receive(voice, 1).await;
    insta::assert_snapshot!("wordless", shop.close().await);
}
