//! What resellers arrange for themselves, as conversations that a person can review: other chats, favourites, repeating,
//! selling prices, names, guided orders.

use crate::support::shop::{Setup, TestShop, admin, reseller};
use chrono::TimeDelta;
use konter_core::agent::Locale;
use konter_core::ids::{AgentId, ChatId};
use konter_store::InboxMessage;

fn chat(n: i64) -> ChatId {
    ChatId::telegram(2000 + n)
}

/// A conversation without what is drawn at random.
async fn transcript(shop: TestShop) -> String {
    let text = shop.close().await;
    regex::Regex::new(r"(start[ =])[A-Za-z0-9]{16}").unwrap().replace_all(&text, "${1}(a code)").into_owned()
}

async fn says(shop: &TestShop, who: &ChatId, texts: &[(&str, usize)]) {
    for (text, replies) in texts {
        shop.say(who, text, *replies).await;
    }
}

async fn taps(shop: &TestShop, labels: &[(&str, usize)]) {
    for (label, replies) in labels {
        shop.tap(&reseller(), label, *replies).await;
    }
}

async fn pin_tapped(shop: &TestShop, replies: usize) {
    taps(shop, &[("1", 0), ("2", 0), ("3", 0), ("4", 0), ("OK", replies)]).await;
}

/// What a reply tells to type.
fn start_in(reply: &str) -> String {
    let link = regex::Regex::new(r"start[ =]([A-Za-z0-9]{16})").unwrap();
    format!("/start {}", &link.captures(reply).expect("a code")[1])
}

async fn chats_of(shop: &TestShop, n: u32) -> Vec<String> {
    let agent = shop.store.agent(AgentId(n)).await.unwrap().unwrap();
    agent.chats.iter().map(ToString::to_string).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_chat_joins_by_a_code_and_is_the_same_reseller() {
    let shop = TestShop::with(Setup::with_bot_name()).await;
    says(&shop, &reseller(), &[("LIST", 1), ("PAR.081298765432", 1), ("PAR.081298765432.9999", 1)]).await;
    let told = shop.say(&reseller(), "PAR.081298765432.1234", 1).await;
    let start = start_in(&told[0]);
    says(&shop, &chat(2), &[("SAL", 1), (&start, 2), (&start, 1), ("SAL", 1)]).await;
    shop.note("-- an order from either chat; the answer goes where it was asked");
    says(&shop, &chat(2), &[("S10.081234567890.1234", 1), ("S10.081234567890.1234", 1)]).await;
    says(&shop, &reseller(), &[("S10.081234567890.1234", 1), ("LIST", 1)]).await;
    shop.note("-- the code was good for one chat");
    says(&shop, &chat(3), &[(&start, 1)]).await;
    shop.note("-- by the number it is also found");
    says(&shop, &admin(), &[("/agen 081298765432", 1)]).await;
    assert_eq!(chats_of(&shop, 1).await, ["telegram:2001", "telegram:2002"]);
    shop.note("-- and removed");
    says(&shop, &reseller(), &[("HAPUSHP.081298765432.1234", 2), ("LIST", 1)]).await;
    says(&shop, &chat(2), &[("SAL", 1)]).await;
    insta::assert_snapshot!("chats", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chat_of_another_reseller_or_an_old_code_does_not_join() {
    let shop = TestShop::open().await;
    shop.add_agent(chat(2), 0, Locale::Id).await;
    let told = shop.say(&reseller(), "TAMBAH.HP.081298765432.1234", 1).await;
    let start = start_in(&told[0]);
    says(&shop, &chat(2), &[(&start, 1), ("TAMBAH.081298765432.1234", 1)]).await;
    shop.note("-- asking anew takes the place of the code before");
    let told = shop.say(&reseller(), "TYM*kasir*1234", 1).await;
    says(&shop, &chat(3), &[(&start, 1)]).await;
    let start = start_in(&told[0]);
    says(&shop, &reseller(), &[(&start, 1)]).await;
    shop.note("-- a day later");
    shop.pass(TimeDelta::days(1));
    says(&shop, &chat(3), &[(&start, 1)]).await;
    shop.note("-- taken back before it was used");
    let told = shop.say(&reseller(), "TAMBAH.kasir.1234", 1).await;
    says(&shop, &reseller(), &[("HAPUS.kasir.1234", 1)]).await;
    says(&shop, &chat(3), &[(&start_in(&told[0]), 1)]).await;
    shop.note("-- blocked meanwhile");
    let told = shop.say(&reseller(), "TAMBAH.kasir.1234", 1).await;
    says(&shop, &admin(), &[("/blokir KR0001", 2)]).await;
    says(&shop, &chat(3), &[(&start_in(&told[0]), 1)]).await;
    assert_eq!(chats_of(&shop, 1).await, ["telegram:2001"]);
    insta::assert_snapshot!("chats_refused", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_chat_stays_and_ones_own_goes_only_on_a_second_word() {
    let shop = TestShop::open().await;
    says(&shop, &reseller(), &[("HAPUS.1.1234", 1), ("HAPUS.1.YA.1234", 1), ("HAPUS.7.1234", 1), ("HAPUS.1", 1)]).await;
    for n in 2..=5 {
        let told = shop.say(&reseller(), &format!("TAMBAH.kasir{n}.1234"), 1).await;
        // Everybody who is there already is told, and the new one.
        shop.say(&chat(n), &start_in(&told[0]), usize::try_from(n).unwrap()).await;
    }
    says(&shop, &reseller(), &[("TAMBAH.kasir6.1234", 1), ("TAMBAH.kasir2.1234", 1)]).await;
    says(&shop, &chat(2), &[("HAPUS.2.1234", 1), ("HAPUS.kasir2.9999", 1), ("HAPUS.2.YA.1234", 5), ("SAL", 1)]).await;
    says(&shop, &reseller(), &[("HAPUS.telegram:2005.1234", 4), ("LIST", 1)]).await;
    shop.note("-- one in the place of another");
    says(&shop, &reseller(), &[("GANTI.081298765432.081298765433.1234", 1)]).await;
    let told = shop.say(&reseller(), "TAMBAH.081298765432.1234", 1).await;
    shop.say(&chat(6), &start_in(&told[0]), 4).await;
    let told = shop.say(&reseller(), "GANTI.081298765432.081298765433.1234", 1).await;
    shop.say(&chat(7), &start_in(&told[0]), 5).await;
    says(&shop, &chat(7), &[("LIST", 1)]).await;
    let expected = [1, 3, 4, 7].map(|n| chat(n).to_string());
    assert_eq!(chats_of(&shop, 1).await, expected);
    insta::assert_snapshot!("chats_removed", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_removed_chat_ordered_is_answered_to_the_others() {
    let shop = TestShop::with(Setup { hold_callbacks: true, ..Setup::default() }).await;
    let told = shop.say(&reseller(), "TAMBAH.kasir.1234", 1).await;
    shop.say(&chat(2), &start_in(&told[0]), 2).await;
    shop.say(&chat(2), "S10.081234567801.1234", 1).await;
    shop.say(&reseller(), "HAPUS.kasir.1234", 2).await;
    shop.note("-- the report comes now");
    shop.let_callbacks_in(1).await;
    insta::assert_snapshot!("chats_open_order", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_order_is_repeated_with_the_next_free_number() {
    let shop = TestShop::open().await;
    says(&shop, &reseller(), &[("ULANG", 1), ("S10.081234567890.1234", 1), ("S10.081234567811.1234", 1)]).await;
    says(&shop, &reseller(), &[("lagi", 1)]).await;
    pin_tapped(&shop, 1).await;
    shop.note("-- a PIN behind it changes nothing: it is shown first");
    says(&shop, &reseller(), &[("ULANG.1234", 1), ("1234", 1)]).await;
    shop.note("-- from the list, and from the keyboard");
    says(&shop, &reseller(), &[("CEK.081234567890", 1)]).await;
    let twice = shop.tap_on(&reseller(), "Ulangi S10 081234567890");
    shop.receive(twice, 1).await;
    taps(&shop, &[("Batal", 0)]).await;
    says(&shop, &reseller(), &[("Isi pulsa", 1)]).await;
    taps(&shop, &[("Ulangi terakhir", 1)]).await;
    shop.note("-- the next day it is the first again");
    shop.pass(TimeDelta::days(1));
    says(&shop, &reseller(), &[("ULANG", 1)]).await;
    pin_tapped(&shop, 1).await;
    assert_eq!(shop.simulators.bought().iter().filter(|order| order.times_delivered > 0).count(), 4);
    insta::assert_snapshot!("repeat", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_same_is_under_way_nothing_is_repeated() {
    let shop = TestShop::with(Setup { hold_callbacks: true, ..Setup::default() }).await;
    says(&shop, &reseller(), &[("S10.081234567801.1234", 1)]).await;
    shop.let_callbacks_in(1).await;
    says(&shop, &reseller(), &[("ULANG", 1)]).await;
    pin_tapped(&shop, 1).await;
    says(&shop, &reseller(), &[("ULANG", 1)]).await;
    shop.let_callbacks_in(1).await;
    says(&shop, &reseller(), &[("ULANG", 1)]).await;
    shop.note("-- a bill is looked up anew");
    says(&shop, &reseller(), &[("TAG.PLNPOST.520010502267", 1), ("BAYAR.PLNPOST.520010502267.1234", 1), ("ULANG", 2)])
        .await;
    shop.note("-- somebody else's order, and a button that never was");
    shop.add_agent(chat(2), 0, Locale::En).await;
    for tap in ["!again 1", "!again 99", "!gone 1"] {
        let tapped = Some("1".to_owned());
        shop.receive(InboxMessage { tapped, ..shop.message(&chat(2), tap) }, 1).await;
    }
    insta::assert_snapshot!("repeat_not", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_favourite_is_an_order_like_any_other() {
    let shop = TestShop::open().await;
    let texts = [
        ("FAV", 1),
        ("SIMPAN.ibu.S10.0812-3456-7890", 1),
        ("SIMPAN.rumah.PLN20.14027480300", 1),
        ("SIMPAN.rumah.PLN50.14027480300", 1),
        ("SIMPAN.S.S10.085712345678", 1),
        ("SIMPAN.x.NOSUCH.081234567890", 1),
        ("SIMPAN.123.S10.081234567890", 1),
        ("SIMPAN.ibu.S10", 1),
        ("FAV.IBU.9999", 1),
        ("FAV.IBU.1234", 1),
        ("FAV.IBU.1234", 1),
        ("FAV.IBU.2.1234", 1),
        ("FAV.TANTE.1234", 1),
        ("IBU.1234", 1),
    ];
    says(&shop, &reseller(), &texts).await;
    shop.note("-- by button: what was ordered today is not offered again by itself");
    says(&shop, &reseller(), &[("FAV", 1)]).await;
    taps(&shop, &[("IBU", 1)]).await;
    says(&shop, &reseller(), &[("FAV", 1)]).await;
    taps(&shop, &[("RUMAH", 1)]).await;
    pin_tapped(&shop, 1).await;
    says(&shop, &reseller(), &[("HAPUS.FAV.IBU", 1), ("FAV.RUMAH.-", 1), ("HAPUS.FAV.IBU", 1), ("FAVORIT", 1)]).await;
    let late = InboxMessage { sent_at: shop.now() - TimeDelta::hours(1), ..shop.message(&reseller(), "FAV.X.1234") };
    says(&shop, &reseller(), &[("SIMPAN.X.S10.081234567877", 1)]).await;
    shop.receive(late, 1).await;
    insta::assert_snapshot!("favourites", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_see_selling_prices_and_never_what_they_cost() {
    let shop = TestShop::open().await;
    let texts = [
        ("DAFTARHARGA", 1),
        ("JUAL", 1),
        ("JUAL.S10.12000", 1),
        ("JUAL.+1.250", 1),
        ("JUAL.BULAT", 1),
        ("JUAL.S5.+3rb", 1),
        ("JUAL.S20.10000", 1),
        ("JUAL.PLNPOST.3000", 1),
        ("JUAL.NOSUCH.3000", 1),
        ("JUAL.S10", 1),
        ("JUAL.S10.-500", 1),
        ("JUAL.+99000000", 1),
        ("NAMASTRUK.Berkah Cell", 1),
        ("DAFTARHARGA.TELKOMSEL", 1),
        ("LIST.S10,X10", 1),
        ("LISTHARGA.NOSUCH", 1),
        ("PRICELIST.PLNPOST", 1),
    ];
    says(&shop, &reseller(), &texts).await;
    shop.note("-- on a receipt without a price it is this one");
    says(&shop, &reseller(), &[("S10.081234567890.1234", 1), ("STRUK", 1), ("STRUK.1.15000", 1)]).await;
    says(
        &shop,
        &reseller(),
        &[("JUAL.S10.-", 1), ("JUAL.S5.-", 1), ("JUAL.S20.-", 1), ("JUAL.-", 1), ("DAFTARHARGA", 1)],
    )
    .await;
    let bought = shop.say(&reseller(), "HARGA.S10", 1).await;
    assert!(bought[0].contains("10.500"), "{bought:?}");
    insta::assert_snapshot!("selling", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_key_of_the_keyboard_leads_somewhere() {
    let shop = TestShop::open().await;
    let greeted = async |shop: &TestShop, label: &str| {
        shop.say(&reseller(), "/start", 1).await;
        shop.press(&reseller(), label, 1).await;
    };
    greeted(&shop, "Isi pulsa").await;
    shop.say(&reseller(), "085712345678", 1).await;
    taps(&shop, &[("I10 11.000", 0)]).await;
    pin_tapped(&shop, 1).await;
    greeted(&shop, "Token PLN").await;
    shop.say(&reseller(), "14027480300", 1).await;
    greeted(&shop, "Tagihan").await;
    taps(&shop, &[("Tagihan listrik PLN", 1)]).await;
    shop.say(&reseller(), "520010502267", 1).await;
    shop.note("-- only the next message is the answer");
    greeted(&shop, "Tagihan").await;
    taps(&shop, &[("Tagihan listrik PLN", 1)]).await;
    says(&shop, &reseller(), &[("SAL", 1), ("081234567890", 1)]).await;
    for label in ["Saldo", "Harga", "Deposit"] {
        greeted(&shop, label).await;
    }
    taps(&shop, &[("100.000", 2)]).await;
    insta::assert_snapshot!("greeting", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn buttons_show_ones_own_price_and_an_old_one_says_so_after_a_restart() {
    let shop = TestShop::open().await;
    let told = shop.say(&reseller(), "REG.Sari.081234567002.100.1234", 2).await;
    shop.say(&chat(2), &start_in(&told[0]), 1).await;
    shop.say(&chat(2), "081234567890", 1).await;
    let old = shop.tap_on(&chat(2), "S10 10.600");
    let store = shop.store.clone();
    shop.audit().await;
    let again = TestShop::on(store, Setup::default()).await;
    again.receive(InboxMessage { chat: chat(2), ..old }, 1).await;
    let text = transcript(shop).await + "-- after a restart\n" + &transcript(again).await;
    let text = regex::Regex::new(r"PIN: \d{4} ").unwrap().replace_all(&text, "PIN: (four digits) ").into_owned();
    insta::assert_snapshot!("own_price", text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_renames_itself() {
    let shop = TestShop::open().await;
    let long = format!("NAMA.{}.1234", "Berkah ".repeat(7));
    let texts = [
        ("GN.MITRA CELL.1234", 1),
        ("UN.X-Cell, Palu.9999", 1),
        ("NAMA.X-Cell", 1),
        ("GANTI NAMA.Budi Cell.1234", 1),
        ("NAMA.1234", 1),
        (&long, 1),
        ("NAMA.Budi Cell.1234", 1),
        ("SAL", 1),
    ];
    says(&shop, &reseller(), &texts).await;
    says(&shop, &chat(2), &[("NAMA.Budi.1234", 1), ("FAV", 1), ("ULANG", 1), ("DAFTARHARGA", 1), ("LIST", 1)]).await;
    insta::assert_snapshot!("names", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_downlines_brought_in_is_told_by_day() {
    let shop = TestShop::open().await;
    says(&shop, &reseller(), &[("KOMISI", 1)]).await;
    let told = shop.say(&reseller(), "REG.Sari.081234567002.150.1234", 2).await;
    shop.say(&chat(2), &start_in(&told[0]), 1).await;
    let pin = regex::Regex::new(r"PIN: (\d{4})").unwrap().captures(&told[0]).unwrap()[1].to_owned();
    says(&shop, &chat(2), &[(&format!("GP.{pin}.1234"), 1)]).await;
    says(&shop, &admin(), &[("/deposit KR0002 100000", 2)]).await;
    says(&shop, &chat(2), &[("S10.081234567890.1234", 1), ("S10.081234567877.1234", 1)]).await;
    says(&shop, &reseller(), &[("TUKAR.1234", 1)]).await;
    shop.pass(TimeDelta::days(1));
    says(&shop, &chat(2), &[("S10.081234567890.1234", 1)]).await;
    says(&shop, &admin(), &[("/gagal 2 dibatalkan", 1), ("YA.1", 2)]).await;
    says(&shop, &reseller(), &[("CB.1234", 1), ("CRBT.KR0002.1234", 1)]).await;
    let text = transcript(shop).await;
    let text = regex::Regex::new(r"PIN: \d{4} ").unwrap().replace_all(&text, "PIN: (four digits) ").into_owned();
    let text = regex::Regex::new(r"GP\.\d{4}\.").unwrap().replace_all(&text, "GP.(four digits).").into_owned();
    insta::assert_snapshot!("earnings", text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_in_english() {
    let shop = TestShop::with(Setup { locale: Locale::En, ..Setup::default() }).await;
    let told = shop.say(&reseller(), "TAMBAH.081298765432.1234", 1).await;
    says(&shop, &chat(2), &[(&start_in(&told[0]), 2)]).await;
    let texts = [
        ("LIST", 1),
        ("HAPUS.1.1234", 1),
        ("HAPUS.2.1234", 2),
        ("SIMPAN.MUM.S10.081234567890", 1),
        ("FAV", 1),
        ("FAV.MUM.1234", 1),
        ("ULANG", 1),
        ("JUAL.+1500", 1),
        ("JUAL.S10.9000", 1),
        ("DAFTARHARGA.S", 1),
        ("NAMA.Blessing.1234", 1),
        ("KOMISI", 1),
        ("ISIPULSA", 1),
        ("PLN", 1),
        ("TAGIHAN", 1),
        ("TAG.PLNPOST", 1),
        ("/help favourites", 1),
        ("/help selling", 1),
        ("/help chats", 1),
    ];
    says(&shop, &reseller(), &texts).await;
    insta::assert_snapshot!("in_english", transcript(shop).await);
}

/// Its limit and which account is its own go by its reseller: a chat that has none any more must not have a role either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chat_that_leaves_its_reseller_keeps_no_role() {
    let shop = TestShop::open().await;
    shop.add_agent(chat(9), 0, Locale::Id).await;
    let told = shop.say(&reseller(), "TAMBAH.kasir.1234", 1).await;
    shop.say(&chat(2), &start_in(&told[0]), 2).await;
    shop.say(&admin(), "/peran KR0001 operator", 3).await;
    shop.say(&reseller(), "HAPUS.kasir.1234", 3).await;
    let before = shop.available(1).await;
    shop.say(&chat(2), "/deposit KR0001 50000", 1).await;
    shop.say(&chat(2), "/deposit KR0002 50000", 1).await;
    assert_eq!((shop.available(1).await, shop.available(2).await), (before, 0));
    // The other one works on.
    shop.say(&reseller(), "/deposit KR0002 50000", 3).await;
    assert_eq!(shop.available(2).await, 50_000);
    insta::assert_snapshot!("chats_role", transcript(shop).await);
}

/// A cashier's chat orders with the PIN and sees the balance; whose PIN it is stays with the chat that was there first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_pin_is_chosen_from_the_main_chat_and_a_change_is_told_to_the_others() {
    let shop = TestShop::open().await;
    let cashier = chat(2);
    let told = shop.say(&reseller(), "TAMBAH.kasir.1234", 1).await;
    shop.say(&cashier, &start_in(&told[0]), 2).await;
    shop.say(&admin(), "/resetpin KR0001", 3).await;
    for text in ["GP.9173.9173", "GP.1234.9173", "S10.081234567890.1234"] {
        let told = shop.say(&cashier, text, 1).await;
        assert!(told[0].contains("chat utama"), "{text}: {told:?}");
    }
    let told = shop.say(&reseller(), "GP.4821.4821", 2).await;
    assert!(told.iter().any(|told| told.contains("baru saja diganti dari chat telegram:2001")), "{told:?}");
    let told = shop.say(&cashier, "GP.4821.9173", 2).await;
    assert!(told.iter().any(|told| told.contains("baru saja diganti dari chat kasir")), "{told:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chat_that_replaces_another_takes_its_place() {
    let shop = TestShop::open().await;
    for (asked, chat, replies) in [
        ("TAMBAH.081298765432.1234", chat(2), 2),
        ("TAMBAH.kasir.1234", chat(3), 3),
        ("GANTI.081298765432.081298765433.1234", chat(4), 4),
    ] {
        let told = shop.say(&reseller(), asked, 1).await;
        shop.say(&chat, &start_in(&told[0]), replies).await;
    }
    let expected = [reseller(), chat(4), chat(3)].map(|chat| chat.to_string());
    assert_eq!(chats_of(&shop, 1).await, expected);
    shop.close().await;
}
