//! The desk, as conversations that a person can review: prices, the catalog by chat, PINs, complaints, announcements.

use std::sync::Arc;

use crate::support::shop::{Setup, TestShop, admin, reseller};
use async_trait::async_trait;
use chrono::TimeDelta;
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
    asks(&shop, &[("HARGA.S10", 1), ("/hargajual S10 10700 --paksa", 1)]).await;
    shop.note("-- the button again does not undo what came after");
    shop.receive(InboxMessage { message: "tap again".to_owned(), ..apply }, 1).await;
    asks(&shop, &[("HARGA.S10", 1)]).await;
    insta::assert_snapshot!("desk_import_below_cost", shop.close().await);
}

/// One file for each name.
struct Files(&'static [(&'static str, &'static str)]);

#[async_trait]
impl ChatService for Files {
    fn bot_name(&self) -> Option<String> {
        None
    }

    async fn tell(&self, _: &ChatId, _: Locale, _: Reply) {}

    async fn fetch(&self, id: &str, _: usize) -> Option<Vec<u8>> {
        let file = self.0.iter().find(|(name, _)| *name == id);
        file.map(|(_, row)| [HEADER, row, "\n"].concat().into_bytes())
    }
}

/// As Telegram names messages: by the bot and a number, which alone is no number.
fn named_file(shop: &TestShop, id: &str, message: &str) -> InboxMessage {
    let file = Some(FileRef { id: id.to_owned(), name: "harga.csv".to_owned() });
    let text = Attachment { kind: "document".to_owned(), file }.to_text();
    InboxMessage { message: format!("8123456789.{message}"), ..shop.message(&admin(), &text) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_under_a_file_applies_no_other_file() {
    let files = Files(&[
        ("a", "S10,Telkomsel 10.000,Pulsa Telkomsel,telkomsel,topup,10000,10450,kios,S10,,10150,1,yes"),
        ("c", "S10,Telkomsel 10.000,Pulsa Telkomsel,telkomsel,topup,10000,1050,kios,S10,,10150,1,yes"),
    ]);
    let shop = TestShop::with(Setup { chats: Arc::new(files), ..Setup::default() }).await;
    let price = || shop.shop.catalog().get(&"S10".parse().unwrap()).unwrap().price.get();
    shop.receive(named_file(&shop, "a", "1510"), 1).await;
    let (apply, drop) = (shop.tap_on(&admin(), "Terapkan"), shop.tap_on(&admin(), "Batal"));
    shop.receive(named_file(&shop, "c", "1512"), 1).await;
    for tap in [apply, drop] {
        let said = shop.receive(tap, 1).await.remove(0);
        assert!(said.contains("file katalog yang lama") && price() == 10_500, "{said}");
    }
    shop.tap(&admin(), "Terapkan di bawah modal", 1).await;
    assert_eq!(price(), 1_050);
    shop.close().await;
}

/// What a yes would do is said in words, and what was shown later is no question of before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bare_yes_is_to_the_latest_and_told_what_it_would_do() {
    let files =
        Files(&[("a", "S10,Telkomsel 10.000,Pulsa Telkomsel,telkomsel,topup,10000,10450,kios,S10,,10150,1,yes")]);
    let shop = TestShop::with(Setup { chats: Arc::new(files), ..Setup::default() }).await;
    let price = || shop.shop.catalog().get(&"S10".parse().unwrap()).unwrap().price.get();
    shop.say(&admin(), "/hargajual S10 100", 1).await;
    let old = shop.tap_on(&admin(), "Ya, lanjutkan");
    let said = shop.say(&admin(), "ya", 1).await.remove(0);
    assert!(said.contains("/hargajual S10 100") && said.contains("YA.1"), "{said}");
    shop.say(&admin(), "/siaran libur besok", 1).await;
    let said = shop.say(&admin(), "ya", 1).await.remove(0);
    assert!(said.contains("/kirimsiaran 1") && !said.contains("YA."), "{said}");
    shop.say(&admin(), "YA.1", 1).await;
    shop.receive(old, 0).await;
    assert_eq!(price(), 10_500, "it was asked before the announcement");
    shop.say(&admin(), "/hargajual S10 100", 1).await;
    shop.say(&admin(), "batal", 1).await;
    shop.say(&admin(), "/hargajual S10 100", 1).await;
    shop.receive(named_file(&shop, "a", "1514"), 1).await;
    let said = shop.say(&admin(), "ya", 1).await.remove(0);
    assert!(said.contains("tombol di bawahnya") && !said.contains("YA."), "{said}");
    assert_eq!(price(), 10_500);
    shop.close().await;
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

/// What waited for an hour, on the phone or at the bot's door, has been done otherwise since; looking is never too late.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_too_long_ago_does_nothing_at_the_desk_either() {
    let shop = TestShop::open().await;
    shop.say(&reseller(), "TIKET.50000", 2).await;
    shop.note("-- an hour later");
    shop.pass(TimeDelta::hours(1));
    let late = |text: &str| InboxMessage { sent_at: shop.now() - TimeDelta::hours(1), ..shop.message(&admin(), text) };
    for text in ["/deposit KR0001 777777", "/acc 1", "/hargajual S10 10600", "/blokir KR0001", "/resetpin KR0001"] {
        let said = shop.receive(late(text), 1).await.remove(0);
        assert!(said.starts_with("Pesan ini dikirim 60 menit lalu"), "{text}: {said}");
    }
    for text in ["/agen KR0001", "/pending", "/log"] {
        let said = shop.receive(late(text), 1).await.remove(0);
        assert!(!said.contains("menit lalu"), "{text}: {said}");
    }
    assert_eq!(shop.available(1).await, 100_000);
    shop.tap(&admin(), "Terima", 1).await;
    assert_eq!(shop.available(1).await, 150_618, "a button under an old message is tapped now");
    // A yes is as late as what it would do.
    let asked = shop.say(&admin(), "/hargajual S10 100", 1).await.remove(0);
    assert!(asked.contains("YA.1"), "{asked}");
    let said = shop.receive(late("YA.1"), 1).await.remove(0);
    assert!(said.starts_with("Pesan ini dikirim 60 menit lalu"), "{said}");
    assert!(shop.store.products().await.unwrap().is_empty(), "no product was written anew");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_price_with_a_zero_too_many_or_too_few_is_asked_back() {
    let shop = TestShop::open().await;
    let price = || shop.shop.catalog().get(&"S10".parse().unwrap()).unwrap().price.get();
    for (text, told) in [
        ("/hargajual S10 105000", "Jauh dari harga lama"),
        ("/hargajual S10 +94500", "Jauh dari harga lama"),
        ("/hargajual S10 1050", "Jauh dari harga lama"),
    ] {
        let said = shop.say(&admin(), text, 1).await.remove(0);
        assert!(said.contains(told) && price() == 10_500, "{text}: {said}");
    }
    shop.say(&admin(), "/hargajual S10 105000", 1).await;
    shop.tap(&admin(), "Ya, lanjutkan", 1).await;
    assert_eq!(price(), 105_000);
    shop.say(&admin(), "/hargajual S10 10500 --paksa", 1).await;
    assert_eq!(price(), 10_500, "whoever forces it is not asked");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_to_a_customer_are_found_by_the_number_whoever_placed_them() {
    let shop = TestShop::open().await;
    let other = ChatId::telegram(2002);
    shop.add_agent(other.clone(), 100_000, Locale::Id).await;
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    shop.say(&other, "S5.081234567890.1234", 1).await;
    shop.say(&other, "S10.081234567811.1234", 1).await;
    for text in [
        "/order 081234567890",
        "/order 0812-3456-7890",
        "/order 0812 3456 7890",
        "/cari 081234567890",
        "CEK.081234567890",
    ] {
        let said = shop.say(&admin(), text, 1).await.remove(0);
        assert!(said.starts_with("Transaksi ke 081234567890"), "{text}: {said}");
        assert!(
            said.contains("#1 S10 KR0001 Konter 1: SUKSES") && said.contains("#2 S5 KR0002 Konter 2: SUKSES"),
            "{text}: {said}"
        );
        assert!(said.find("#2") < said.find("#1"), "the newest first: {said}");
    }
    let said = shop.say(&admin(), "/order 081234567811", 1).await.remove(0);
    assert!(said.contains("#3 S10 KR0002 Konter 2: GAGAL"), "{said}");
    let said = shop.say(&admin(), "/order 081299998888", 1).await.remove(0);
    assert!(said.contains("Tidak ada transaksi ke 081299998888"), "{said}");
    for text in ["/order 1", "order 1", "trx 1"] {
        let said = shop.say(&admin(), text, 1).await.remove(0);
        assert!(said.contains("#1 S10 ke 081234567890"), "by its own number as ever: {text}: {said}");
    }
    let said = shop.say(&reseller(), "/order 081234567890", 1).await.remove(0);
    assert!(!said.contains("KR0002"), "{said}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_one_reseller_has_is_offered_as_its_code_and_nothing_is_done() {
    let shop = TestShop::open().await;
    shop.say(&admin(), "/nama KR0001 Sri Cell", 2).await;
    for (text, line) in [
        ("/deposit sri 50000", "/deposit KR0001 50000"),
        ("/agen Sri", "/agen KR0001"),
        ("/blokir sri", "/blokir KR0001"),
    ] {
        let said = shop.say(&admin(), text, 1).await.remove(0);
        assert!(said.contains("Maksudnya KR0001 Sri Cell?") && said.contains(line), "{text}: {said}");
    }
    shop.add_agent(ChatId::telegram(2002), 0, Locale::Id).await;
    shop.say(&admin(), "/nama KR0002 Sri Dua", 2).await;
    let said = shop.say(&admin(), "/deposit sri 50000", 1).await.remove(0);
    assert!(said.contains("KR0001 Sri Cell") && said.contains("KR0002 Sri Dua"), "{said}");
    let said = shop.say(&admin(), "/deposit ani 50000", 1).await.remove(0);
    assert!(said.contains("tidak ada") && said.contains("/cari"), "{said}");
    assert_eq!(shop.available(1).await, 100_000);
    for (text, shown) in
        [("/agen 450236", "450236"), ("/deposit KR0001 450x236", "450x236"), ("/acc 1 45x0236", "45x0236")]
    {
        let said = shop.say(&admin(), text, 1).await.remove(0);
        assert!(said.contains(shown), "a figure in a command that takes no PIN is no secret: {said}");
    }
    shop.close().await;
}

/// What was not clearly meant is asked back: a pause for later, a category that begins like a product's code, a sum far too
/// small.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_hardly_meant_is_asked_back() {
    let shop = TestShop::with(Setup { balance: 0, ..Setup::default() }).await;
    for when in ["nanti malam", "besok pagi", "jam 22"] {
        let said = shop.say(&admin(), &format!("/supplier kios jeda {when}"), 1).await.join("\n");
        assert!(said.contains("Belum dijeda") && said.contains("/supplier kios jeda"), "{said}");
    }
    let said = shop.say(&admin(), "/supplier kios", 1).await.join("\n");
    assert!(!said.contains("Dijeda"), "{said}");
    for until in ["sampai besok", "gangguan sampai besok", "30 menit"] {
        let said = shop.say(&admin(), &format!("/supplier kios jeda {until}"), 1).await.join("\n");
        assert!(said.contains("Belum dijeda") && said.contains("/supplier kios lanjut"), "{said}");
    }
    for (text, line) in
        [("/tutup S10 gangguan sampai besok", "/tutup S10"), ("/blokir KR0001 sampai lunas", "/blokir KR0001")]
    {
        let said = shop.say(&admin(), text, 1).await.join("\n");
        assert!(said.starts_with("Belum dikerjakan") && said.ends_with(line), "{said}");
    }
    assert!(shop.shop.catalog().get(&"S10".parse().unwrap()).unwrap().is_open());
    let said = shop.say(&admin(), "/deposit KR0001 100", 1).await.join("\n");
    assert!(said.contains("di bawah 1.000") && said.contains("Belum dikerjakan"), "{said}");
    shop.say(&reseller(), "TIKET.100000", 2).await;
    let said = shop.say(&admin(), "/acc 1 10", 1).await.join("\n");
    assert!(said.contains("Tiketnya menunggu 100.618") && said.contains("Belum dikerjakan"), "{said}");
    assert_eq!(shop.available(1).await, 0);
    shop.close().await;
}

/// What is said of a file that cannot be read, and of when an order came, is true.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_read_and_when_an_order_came_is_told_as_it_is() {
    let shop = TestShop::open().await;
    for kind in ["document", "voice", "photo"] {
        let file =
            Some(FileRef { id: "BQAC".to_owned(), name: "mutasi.pdf".to_owned() }).filter(|_| kind == "document");
        let sent = shop.message(&admin(), &Attachment { kind: kind.to_owned(), file }.to_text());
        let said = shop.receive(sent, 1).await.join("\n");
        assert!(said.contains("CSV atau Excel") && said.contains("PDF"), "{kind}: {said}");
    }
    shop.say(&reseller(), "S5.081234567823.1234", 1).await;
    shop.pass(TimeDelta::minutes(17));
    shop.hear(1).await;
    shop.say(&admin(), "/gagal 1 nomor mati", 2).await;
    let said = shop.say(&admin(), "/order 1", 1).await.join("\n");
    assert!(said.contains("masuk 21/11 12:") && said.contains(", selesai 21/11 12:"), "{said}");
    let at = |word: &str| said.split(word).nth(1).map(|rest| rest.chars().take(12).collect::<String>());
    assert_ne!(at("masuk "), at("selesai "), "{said}");
    shop.close().await;
}

/// Why something was done is kept where those who work here look, and nobody else is told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reason_stands_in_the_log() {
    let shop = TestShop::open().await;
    let said = shop.say(&admin(), "/blokir KR0001 nunggak", 3).await.join("\n");
    assert!(said.contains("tercatat di /log saja, agen tidak diberi tahu: nunggak"), "{said}");
    shop.say(&admin(), "/tutup S10 karena gangguan", 2).await;
    let said = shop.say(&admin(), "/tutup QQQ gangguan", 1).await.join("\n");
    assert!(!said.contains("tercatat"), "{said}");
    let log = shop.say(&admin(), "/log", 1).await.remove(0);
    assert!(log.contains("/blokir KR0001 nunggak") && log.contains("/tutup S10 karena gangguan"), "{log}");
    shop.close().await;
}

/// Out of a group: the catalog's prices again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_leaves_a_group_pays_the_catalogs_prices() {
    let shop = TestShop::open().await;
    let price = async || shop.say(&reseller(), "HARGA.S10", 1).await.remove(0);
    asks(&shop, &[("/grup agent -100", 1), ("/grup KR0001 agent", 1)]).await;
    assert!(price().await.contains("10.400"));
    asks(&shop, &[("/grup KR0001 -", 1)]).await;
    assert!(price().await.contains("10.500"));
    shop.close().await;
}

/// An owner who sells as well is greeted as the owner, with his own account below.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_who_sells_sees_what_waits() {
    let owner = ChatId::telegram(1002);
    let shop = TestShop::with(Setup { more_admins: vec![owner.clone()], ..Setup::default() }).await;
    shop.add_agent(owner.clone(), 70_000, Locale::Id).await;
    shop.say(&reseller(), "TIKET.50000", 3).await;
    let said = shop.say(&owner, "/start", 1).await.remove(0);
    assert!(said.contains("tiket deposit menunggu: 1") && said.contains("Anda owner"), "{said}");
    assert!(said.contains("Akun jualan Anda: KR0002") && said.contains("Saldo 70.000"), "{said}");
    for (text, page) in
        [("bantuan deposit", "/acc 12"), ("BANTUAN HARGA", "/hargajual S10"), ("bantuan katalog", "PERINTAH TOKO")]
    {
        let said = shop.say(&owner, text, 1).await.remove(0);
        assert!(said.contains(page), "{text}: {said}");
        let said = shop.say(&reseller(), text, 1).await.remove(0);
        assert!(!said.contains(page), "{text}: {said}");
    }
    shop.close().await;
}

/// A header in Indonesian is read; one that lacks columns is told so once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_catalog_headed_in_indonesian_is_read() {
    let with_file = async |content: &'static str| {
        let shop = TestShop::with(Setup { chats: Arc::new(OneFile(content)), ..Setup::default() }).await;
        shop.receive(file(&shop, &admin()), 1).await.remove(0)
    };
    let head = "Kode;Nama Produk;Kategori;Operator;Jenis;Nominal;Harga Jual;Pemasok;Kode Supplier;Denom;Harga Modal;Urutan;Aktif\n";
    let row = "S10;Telkomsel 10.000;Pulsa Telkomsel;telkomsel;topup;10000;10.600;kios;S10;;10.200;1;tidak\n";
    let said = with_file(Box::leak(format!("{head}{row}").into_boxed_str())).await;
    assert!(said.contains("berubah 1") && said.contains("10.500 menjadi 10.600"), "{said}");
    assert!(said.contains("modal kios") && said.contains("ditutup di kios") && !said.contains("cost"), "{said}");
    let said = with_file(
        "kode,nama,kategori,operator,harga,modal,supplier,aktif\nS10,Tsel,Pulsa,telkomsel,10600,10200,kios,ya\n",
    )
    .await;
    assert!(
        said.contains("kolom yang belum ada: kind, nominal, sku, denom, priority") && said.contains("/katalog excel"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 2, "{said}");
    let said = with_file("Kode,Nama,Kategori,Operator,Harga,Status\nS10,Tsel,Pulsa,telkomsel,10200,normal\n").await;
    assert!(said.contains("daftar harga supplier"), "{said}");
}
