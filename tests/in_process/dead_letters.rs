//! Rows of the outbox that cannot be read: kept and counted, told to the admins once, and in nobody's way.

use std::path::Path;
use std::time::Duration;

use crate::support::shop::{Setup, TestShop, admin, reseller};
use konter_core::ids::ChatId;
use konter_store::sled_store::{SledOptions, SledStore, write_raw};
use konter_store::{DeadLetterCount, Store};

/// What an outbox row is stored under.
fn key(chat: &ChatId, seq: u64) -> Vec<u8> {
    let name = chat.to_string();
    let length = [u8::try_from(name.len()).unwrap()];
    [b"u", &length[..], name.as_bytes(), &seq.to_be_bytes()].concat()
}

fn damage(data: &Path, rows: &[(ChatId, u64)]) {
    let torn = b"{\"seq\":1,\"payload\":{\"reply\":{\"Unheard\"";
    write_raw(data, rows.iter().map(|(chat, seq)| (key(chat, *seq), Some(torn.to_vec()))).collect()).unwrap();
}

fn open(data: &Path) -> Store {
    Store::new(SledStore::open(data, SledOptions::default()).unwrap())
}

#[tokio::test]
async fn a_damaged_reply_holds_up_nobody_and_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    open(&data).close().await.unwrap();
    // One before everything of a chat, and one of a chat that has nothing else.
    damage(&data, &[(reseller(), 0), (ChatId::telegram(9), 4)]);

    let store = open(&data);
    let test = TestShop::on(store.clone(), Setup::default()).await;
    let alert = test.hear(1).await;
    assert!(alert[0].contains("2 balasan") && test.transcript().contains("to admin"), "{alert:?}");
    assert!(test.say(&reseller(), "SAL", 1).await[0].contains("Saldo 100.000"));
    assert_eq!(store.dead_letter_count().await.unwrap(), DeadLetterCount { told: 2, untold: 0 });
    assert_eq!(store.unreadable_outbox().await.unwrap(), []);
    test.shop.stop(Duration::from_secs(5)).await;
    drop(test);
    store.close().await.unwrap();
    drop(store);

    // After a restart nobody is told again.
    let store = open(&data);
    let test = TestShop::on(store.clone(), Setup::default()).await;
    assert!(test.say(&admin(), "/pending", 1).await[0].contains("Tidak ada"), "{}", test.transcript());
    assert_eq!(store.dead_letter_count().await.unwrap(), DeadLetterCount { told: 2, untold: 0 });
    test.shop.stop(Duration::from_secs(5)).await;
}
