//! `API`, `APIIP`, `APIREPORT` in the chat.

use std::fmt::Write as _;

use super::*;
use crate::support::shop::admin;
use konter_store::Payload;

#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_switched_on_let_in_shown_and_switched_off() {
    let shop = TestShop::open().await;
    let mut said = String::new();
    for text in [
        "API",
        "API.rahasia-toko.9999",
        "API.rahasia-toko.1234",
        "APIIP.203.0.113.7.1234",
        "APIIP.198.51.100.9/24, 203.0.113.7 1234",
        "APIIP.203.0.113.0/33.1234",
        "APIREPORT.ftp://toko.example.1234",
        "APIREPORT.https://toko.example/lapor?k=1.1234",
        "API",
        "APIIP.*.1234",
        "API.abcd.1234",
        "APIIP.HAPUS.1234",
        "APIREPORT.HAPUS.1234",
        "API.MATI",
    ] {
        let told = shop.say(&reseller(), text, 1).await.remove(0);
        let _ = write!(said, "> {text}\n{told}\n\n");
    }
    insta::assert_snapshot!(said);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_with_a_password_is_deleted_and_kept_nowhere() {
    let shop = TestShop::open().await;
    shop.shop.receive(vec![shop.message(&reseller(), "API.rahasia-toko.1234")]).await.unwrap();
    shop.answers_all().await;
    let rows = shop.store.outbox(&reseller(), 10).await.unwrap();
    assert!(rows.iter().any(|row| matches!(row.payload, Payload::Forget { .. })), "{rows:?}");
    for (_, row) in shop.store.snapshot().await.unwrap().all().unwrap() {
        assert!(!String::from_utf8_lossy(&row).contains("rahasia"), "{}", String::from_utf8_lossy(&row));
    }
}

/// Whoever is given another PIN, or takes one, has to give the program both anew.
#[tokio::test(flavor = "multi_thread")]
async fn another_pin_switches_the_program_off() {
    for (who, text, replies) in [(reseller(), "GP.1234.4821", 1), (admin(), "/resetpin KR0001", 2)] {
        let shop = shop().await;
        trade(&shop, &order(DEST, "a1")).await;
        shop.becomes("delivered", async || trade(&shop, &order(DEST, "a1")).await.contains("SUKSES")).await;
        shop.say(&who, text, replies).await;
        for pin in ["1234", "4821"] {
            let query = format!("memberID=KR0001&{}&pin={pin}&password={PASSWORD}", order("081234567801", "a2"));
            let told = get(shop.address, "trx", &query).await;
            assert!(
                told.contains("belum ada kepastian: memberID tidak dikenal atau API belum aktif"),
                "{text}: {told}"
            );
        }
        // Of what was delivered nothing else is said.
        let told = trade(&shop, &order(DEST, "a1")).await;
        assert_eq!(told, format!("R#a1 S10.{DEST} belum ada kepastian: memberID tidak dikenal atau API belum aktif"));
        assert_eq!(delivered(&shop), [DEST]);
    }
}
