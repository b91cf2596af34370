//! What somebody did not mean: found by reading the conversation as somebody hostile, hurried or unlucky.

use konter_core::ids::AgentId;
use konter_store::InboxMessage;

use crate::support::shop::{TestShop, reseller};

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
    orders.into_iter().map(|order| format!("{} {}", order.product, order.dest)).collect()
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
