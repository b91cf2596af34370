//! Orders by buttons, as conversations that a person can review.

use crate::support::shop::{Setup, TestShop, reseller};
use chrono::TimeDelta;
use konter_core::agent::Locale;
use konter_core::ids::ChatId;
use konter_store::InboxMessage;

async fn taps(shop: &TestShop, labels: &[(&str, usize)]) {
    for (label, replies) in labels {
        shop.tap(&reseller(), label, *replies).await;
    }
}

const PIN: [(&str, usize); 4] = [("1", 0), ("2", 0), ("3", 0), ("4", 0)];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_alone_is_offered_its_products_and_bought_by_buttons() {
    let shop = TestShop::open().await;
    shop.say(&reseller(), "0857-1234-5678", 1).await;
    taps(&shop, &[("I10 11.000", 0)]).await;
    taps(&shop, &PIN).await;
    taps(&shop, &[("OK", 1)]).await;
    shop.note("-- a meter, with a slip of the finger and a PIN that is typed");
    shop.say(&reseller(), "14027480300", 1).await;
    taps(&shop, &[("PLN20 20.900", 0), ("9", 0), ("⌫", 0)]).await;
    shop.say(&reseller(), "1234", 1).await;
    insta::assert_snapshot!("guided", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_choice_can_be_wrong_late_cancelled_or_somebody_elses() {
    let shop = TestShop::open().await;
    let other = ChatId::telegram(2002);
    shop.add_agent(other.clone(), 0, Locale::Id).await;
    shop.say(&reseller(), "085712345678", 1).await;
    let choice = shop.tap_on(&reseller(), "I10 11.000");
    shop.receive(InboxMessage { chat: other.clone(), ..choice.clone() }, 1).await;
    shop.receive(choice, 0).await;
    shop.note("-- a wrong PIN: the list again");
    taps(&shop, &[("9", 0), ("9", 0), ("9", 0), ("9", 0), ("OK", 1)]).await;
    taps(&shop, &[("I10 11.000", 0)]).await;
    taps(&shop, &PIN).await;
    let ok = shop.tap_on(&reseller(), "OK");
    shop.receive(ok.clone(), 1).await;
    shop.note("-- the same tap again");
    shop.receive(ok, 0).await;
    shop.say(&reseller(), "085712345679", 1).await;
    let late = shop.tap_on(&reseller(), "I10 11.000");
    taps(&shop, &[("Batal", 0)]).await;
    shop.receive(late, 1).await;
    shop.say(&reseller(), "085712345670", 1).await;
    shop.pass(TimeDelta::minutes(11));
    taps(&shop, &[("I10 11.000", 1)]).await;
    assert_eq!(shop.simulators.bought().len(), 1);
    insta::assert_snapshot!("guided_wrong", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_number_of_ours_and_nobody_unknown_is_offered_anything() {
    let shop = TestShop::with(Setup { locale: Locale::En, ..Setup::default() }).await;
    for text in ["080012345678", "12345678901234567", "081234567890", "/start"] {
        shop.say(&reseller(), text, 1).await;
    }
    shop.say(&ChatId::telegram(3001), "081234567890", 1).await;
    insta::assert_snapshot!("guided_not", shop.close().await);
}

/// The chat's keypad, tapped key by key as it stands drawn now, each tap an own update as the client sends it. With
/// `says_where`, each says which keypad it was made on.
async fn tap_fast(shop: &TestShop, keys: &[&str], says_where: bool) {
    let keypad = shop.tap_on(&reseller(), "OK");
    let (data, drawn) = keypad.text.rsplit_once(' ').unwrap();
    let (pad, _) = data.rsplit_once(' ').unwrap();
    let taps = keys.iter().map(|key| {
        let text = if says_where { format!("{pad} {key} {drawn}") } else { format!("{pad} {key}") };
        InboxMessage { text, ..shop.tap_on(&reseller(), "OK") }
    });
    shop.shop.receive(taps.collect()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tap_that_the_client_repeats_is_one_digit() {
    let shop = TestShop::open().await;
    for (number, says_where) in [("085712345678", true), ("085712345679", false)] {
        shop.say(&reseller(), number, 1).await;
        taps(&shop, &[("I10 11.000", 0)]).await;
        tap_fast(&shop, &["1", "1", "2", "3", "4", "ok", "ok"], says_where).await;
        let heard = shop.hear(1).await;
        assert!(heard[0].contains("SUKSES"), "{heard:?}");
    }
    assert_eq!(shop.simulators.bought().len(), 2);
    let agent = shop.store.agent(konter_core::ids::AgentId(1)).await.unwrap().unwrap();
    assert!(!agent.pin.has_failures());
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_with_the_same_digit_twice_is_tapped_as_fast_as_anybody_can() {
    let shop = TestShop::open().await;
    shop.say(&reseller(), "GP.1234.1123", 1).await;
    for (number, says_where) in [("085712345678", true), ("085712345679", false)] {
        shop.say(&reseller(), number, 1).await;
        taps(&shop, &[("I10 11.000", 0)]).await;
        tap_fast(&shop, &["1", "1", "2", "3", "ok"], says_where).await;
        let heard = shop.hear(1).await;
        assert!(heard[0].contains("SUKSES"), "{heard:?}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn taps_that_can_be_two_pins_are_not_tried_and_not_counted() {
    let shop = TestShop::open().await;
    shop.say(&reseller(), "085712345678", 1).await;
    taps(&shop, &[("I10 11.000", 0)]).await;
    tap_fast(&shop, &["1", "1", "2", "2", "3", "ok"], true).await;
    assert!(shop.hear(1).await[0].contains("diterima dua kali"));
    tap_fast(&shop, &["1", "2", "3", "4", "5", "ok"], true).await;
    assert!(shop.hear(1).await[0].contains("tidak dihitung sebagai salah PIN"));
    let agent = shop.store.agent(konter_core::ids::AgentId(1)).await.unwrap().unwrap();
    assert!(!agent.pin.has_failures());
    shop.close().await;
}

/// Found by trying: the PIN of an order that had none bought what waited on an earlier keypad.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_typed_after_something_else_buys_nothing() {
    for between in ["SAL", "HARGA.S10", "bunga mawar"] {
        let shop = TestShop::open().await;
        shop.say(&reseller(), "0857-1234-5678", 1).await;
        taps(&shop, &[("I10 11.000", 0)]).await;
        shop.say(&reseller(), between, 1).await;
        shop.say(&reseller(), "1234", 1).await;
        assert_eq!(shop.simulators.bought().len(), 0, "{between}");
        taps(&shop, &PIN).await;
        taps(&shop, &[("OK", 1)]).await;
        assert_eq!(shop.simulators.bought().len(), 1, "tapped below what is shown it still buys");
        shop.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_alone_is_for_what_was_shown_last_or_for_nothing() {
    for (between, bought) in [("S10 081234567893", Some("081234567893")), ("BATAL", None), ("TIDAK", None)] {
        let shop = TestShop::open().await;
        shop.say(&reseller(), "0857-1234-5678", 1).await;
        taps(&shop, &[("I10 11.000", 0)]).await;
        shop.say(&reseller(), between, 1).await;
        shop.say(&reseller(), "1234", 1).await;
        let orders = shop.store.orders_of(konter_core::ids::AgentId(1), None, None, 9).await.unwrap();
        let dests: Vec<&str> = orders.iter().map(|order| order.dest.as_str()).collect();
        assert_eq!(dests, bought.into_iter().collect::<Vec<_>>(), "{between}");
        shop.close().await;
    }
}
