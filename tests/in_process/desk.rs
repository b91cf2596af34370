//! The desk, as conversations that a person can review: prices, the catalog by chat, PINs, complaints, announcements.

use std::sync::Arc;

use crate::support::shop::{Setup, TestShop, admin, reseller};
use async_trait::async_trait;
use konter::attachment::{Attachment, FileRef};
use konter::shop::ChatService;
use konter_core::agent::Locale;
use konter_core::ids::ChatId;
use konter_reply::Reply;
use konter_store::InboxMessage;

async fn asks(shop: &TestShop, lines: &[(&str, usize)]) {
    for (text, replies) in lines {
        let who = if text.starts_with('/') { admin() } else { reseller() };
        shop.say(&who, text, *replies).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prices_are_changed_but_not_below_cost() {
    let shop = TestShop::open().await;
    let lines = [
        ("/hargajual S10 10.600", 1),
        ("HARGA.S10", 1),
        ("/hargajual S10 9000", 1),
        ("/hargajual S10 9000 --paksa", 1),
        ("S10.081234567890.1234", 1),
        ("/hargajual PLNPOST 0", 1),
        ("/hargajual QQQ 5000", 1),
        ("/log", 1),
    ];
    asks(&shop, &lines).await;
    insta::assert_snapshot!("desk_prices", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_admins_change_one_product_at_once_and_both_changes_stay() {
    let second = ChatId::telegram(1002);
    for _ in 0..10 {
        let shop = TestShop::with(Setup { more_admins: vec![second.clone()], ..Setup::default() }).await;
        shop.say(&admin(), "/hargajual S10 10600", 1).await;
        let both = vec![shop.message(&admin(), "/hargajual S10 10700"), shop.message(&second, "/tutup S10")];
        shop.shop.receive(both).await.unwrap();
        shop.hear(2).await;
        let stored = shop.store.products().await.unwrap().remove(0);
        assert_eq!((stored.price.get(), stored.is_open()), (10_700, false), "one change has undone the other");
        assert_eq!(shop.shop.catalog().get(&stored.code), Some(&stored));
        shop.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_pin_is_chosen_anew_by_its_reseller_alone() {
    let shop = TestShop::open().await;
    let lines = [
        ("/resetpin KR0001", 2),
        ("S10.081234567890.1234", 1),
        ("GP.1234.4821", 1),
        ("GP.4821.4821", 1),
        ("S10.081234567890.4821", 1),
        ("GP.9999.9999", 1),
        ("/resetpin KR0099", 1),
    ];
    asks(&shop, &lines).await;
    insta::assert_snapshot!("desk_pin", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn complaints_reach_the_desk_and_are_answered() {
    let shop = TestShop::open().await;
    let other = ChatId::telegram(2002);
    shop.add_agent(other.clone(), 0, Locale::En).await;
    let lines = [
        ("S10.081234567890.1234", 1),
        ("KOMPLAIN.S10 ke 081234567890 belum masuk", 2),
        ("/balas KR0001 Sudah masuk, cek lagi ya", 2),
        ("/balas KR0099 halo", 1),
        ("/siaran Server kembali normal, terima kasih", 1),
        ("/blokir KR0001", 2),
        ("/siaran Tinggal satu", 1),
        ("/log 3", 1),
    ];
    asks(&shop, &lines).await;
    insta::assert_snapshot!("desk_complaints", shop.close().await);
}

/// One file, whatever is asked for.
struct OneFile(&'static str);

#[async_trait]
impl ChatService for OneFile {
    fn bot_name(&self) -> Option<String> {
        None
    }

    async fn tell(&self, _: &ChatId, _: Locale, _: Reply) {}

    async fn fetch(&self, _: &str, limit: usize) -> Option<Vec<u8>> {
        Some(self.0.as_bytes().to_vec()).filter(|bytes| bytes.len() <= limit)
    }
}

const HEADER: &str = "code,name,category,operator,kind,nominal,price,supplier,sku,denom,cost,priority,open\n";

fn file(shop: &TestShop, who: &ChatId) -> InboxMessage {
    let file = Some(FileRef { id: "BQAC".to_owned(), name: "Harga Baru.CSV".to_owned() });
    shop.message(who, &Attachment { kind: "document".to_owned(), file }.to_text())
}

async fn with_file(content: &'static str) -> TestShop {
    TestShop::with(Setup { chats: Arc::new(OneFile(content)), ..Setup::default() }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_catalog_sent_by_chat_is_shown_and_taken_over_by_a_button() {
    let rows = "S10,Telkomsel 10.000,Pulsa Telkomsel,telkomsel,topup,10000,10700,kios,S10,,10150,1,yes\n\
                S11,Telkomsel 11.000,Pulsa Telkomsel,telkomsel,topup,11000,11700,kios,S11,,11150,1,yes\n";
    let shop = with_file(Box::leak(format!("{HEADER}{rows}").into_boxed_str())).await;
    shop.receive(file(&shop, &admin()), 1).await;
    let apply = shop.tap_on(&admin(), "Terapkan");
    shop.say(&reseller(), "HARGA.S11", 1).await;
    shop.note("-- somebody else cannot");
    shop.receive(InboxMessage { chat: reseller(), ..apply.clone() }, 1).await;
    shop.receive(apply, 1).await;
    asks(&shop, &[("HARGA.S10", 1), ("HARGA.S11", 1), ("/katalog", 1), ("/log", 1)]).await;
    insta::assert_snapshot!("desk_import", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_catalog_below_cost_says_so_and_a_file_is_taken_over_once() {
    let rows = "S10,Telkomsel 10.000,Pulsa Telkomsel,telkomsel,topup,10000,1000,kios,S10,,10150,1,yes\n";
    let shop = with_file(Box::leak(format!("{HEADER}{rows}").into_boxed_str())).await;
    shop.receive(file(&shop, &admin()), 1).await;
    let apply = shop.tap_on(&admin(), "Terapkan di bawah modal");
    shop.receive(apply.clone(), 1).await;
    asks(&shop, &[("HARGA.S10", 1), ("/hargajual S10 10700", 1)]).await;
    shop.note("-- the button again does not undo what came after");
    shop.receive(InboxMessage { message: "tap again".to_owned(), ..apply }, 1).await;
    asks(&shop, &[("HARGA.S10", 1)]).await;
    insta::assert_snapshot!("desk_import_below_cost", shop.close().await);
}

/// A shop may know products of suppliers that are not configured: its own file is no mistake.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_catalog_that_was_sent_out_comes_back_whoever_is_configured() {
    let with_file = async |content: &'static str| {
        let setup = Setup { chats: Arc::new(OneFile(content)), ..Setup::default().set("KONTER_SUPPLIERS", "xgate") };
        TestShop::with(setup).await
    };
    let stranger = "S11,Telkomsel 11.000,Pulsa Telkomsel,telkomsel,topup,11000,11700,lain,S11,,11150,1,yes,\n";
    let with_a_stranger = [konter_core::catalog::SAMPLE, stranger].concat();
    let shop = with_file(konter_core::catalog::SAMPLE).await;
    shop.receive(file(&shop, &admin()), 1).await;
    let said = shop.close().await;
    assert!(said.contains("Baru 0, berubah 0, sama 70"), "{said}");

    let shop = with_file(Box::leak(with_a_stranger.into_boxed_str())).await;
    shop.receive(file(&shop, &admin()), 1).await;
    let said = shop.close().await;
    assert!(said.contains("supplier \"lain\" belum dipasang"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mistake_in_a_catalog_is_named_with_its_line() {
    let rows = "S10,Telkomsel,Pulsa,telkomsel,topup,10000,abc,kios,S10,,10150,1,yes\n\
                SALDO,Telkomsel,Pulsa,telkomsel,topup,10000,10500,lain,S10,,10150,1,mungkin\n";
    let shop = with_file(Box::leak(format!("{HEADER}{rows}").into_boxed_str())).await;
    shop.receive(file(&shop, &admin()), 1).await;
    shop.note("-- a reseller's file is none of the shop's business");
    shop.receive(file(&shop, &reseller()), 1).await;
    insta::assert_snapshot!("desk_import_mistakes", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_write_to_people_keeps_its_lines() {
    let shop = TestShop::open().await;
    let lines = [
        ("/balas KR0001\nSudah masuk.\nCek lagi ya", 2),
        ("KOMPLAIN.belum masuk:\n1. 081234567890\n2. 081234567891", 2),
        ("/deposit KR0001 5000 tf BCA\njam 10", 2),
        ("/siaran Harga baru:\nS10 10.600\nS20 20.500\n\nTerima kasih", 1),
        ("/kirimsiaran 1", 2),
    ];
    asks(&shop, &lines).await;
    let said = shop.close().await;
    let said: Vec<&str> = said.lines().map(str::trim).collect();
    let said = said.join("\n");
    for kept in [
        "PENGUMUMAN\nHarga baru:\nS10 10.600\nS20 20.500\n\nTerima kasih",
        "Sudah masuk.\nCek lagi ya",
        "belum masuk:\n1. 081234567890\n2. 081234567891",
        "tf BCA\njam 10",
    ] {
        assert!(said.contains(kept), "{kept:?} in\n{said}");
    }
}
