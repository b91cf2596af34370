//! Everyday talk with the whole shop: what is bought, what is shown first, and that nobody is told GAGAL for a greeting.

use crate::support::shop::{Setup, TestShop, admin, reseller};
use chrono::TimeDelta;
use konter::attachment::{Attachment, Marked, edit_id};
use konter_core::ids::{AgentId, ChatId, OrderId};
use konter_store::InboxMessage;
use std::cell::Cell;

async fn open() -> TestShop {
    TestShop::with(Setup { balance: 50_000_000, ..Setup::default() }).await
}

/// Says it, hears one reply and finds these words in it.
async fn told(shop: &TestShop, text: &str, words: &[&str]) {
    let heard = shop.say(&reseller(), text, 1).await;
    for word in words {
        assert!(heard[0].contains(word), "{text:?}: {word:?} is not in {heard:?}");
    }
}

async fn orders(shop: &TestShop) -> usize {
    shop.store.orders_of(AgentId(1), None, None, 1_000).await.unwrap().len()
}

#[derive(serde::Deserialize)]
struct Row {
    text: String,
    means: String,
}

/// Orders that a line places, if it is meant to.
fn meant(means: &str) -> usize {
    let buys = means.starts_with("order ") && !means.ends_with("nopin");
    if buys { means.matches(" + ").count() + 1 } else { 0 }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_all_that_people_say_only_orders_are_bought() {
    /// More orders than any line places.
    const MOST_AT_ONCE: usize = 12;
    const LOOKS_A_SECOND: u32 = 50;
    let shop = open().await;
    let mut last = OrderId(0);
    let rows = include_str!("../data/talk.jsonl").lines().map(|line| serde_json::from_str::<Row>(line).unwrap());
    let (mut expected, mut lines, mut false_orders) = (0, 0, Vec::new());
    for row in rows {
        let mut wanted = meant(&row.means);
        if wanted > 0 {
            // The same number again is a new order on another day.
            shop.pass(TimeDelta::days(1));
        }
        if row.means.ends_with(" x2") && !row.text.contains('.') {
            // A second one without its first is asked about, but where it is typed with its signs.
            wanted = 0;
        }
        shop.pass(TimeDelta::seconds(1));
        shop.shop.receive(vec![shop.message(&reseller(), &row.text)]).await.unwrap();
        shop.answers_all().await;
        // What a busy machine leaves undone is looked at again after a minute of the shop's time.
        let looks = Cell::new(0_u32);
        let is_done = async || {
            looks.set(looks.get() + 1);
            if looks.get().is_multiple_of(LOOKS_A_SECOND) {
                shop.pass(TimeDelta::seconds(1));
            }
            shop.store.open_orders().await.unwrap().is_empty()
        };
        shop.becomes(&format!("bought: {}", row.text), is_done).await;
        // The newest come first: a thousand are not read for each of thousands of messages.
        let newest = shop.store.orders_of(AgentId(1), None, None, MOST_AT_ONCE).await.unwrap();
        let placed = newest.iter().take_while(|order| order.id > last).count();
        last = newest.first().map_or(last, |order| order.id);
        if placed > wanted {
            false_orders.push(row.text.clone());
        }
        assert!(placed >= wanted, "{:?} was meant as {wanted} orders, and is {placed}", row.text);
        expected += placed;
        lines += 1;
    }
    println!("{lines} messages, {expected} orders, {} of them false", false_orders.len());
    assert!(false_orders.is_empty(), "{false_orders:?}");
    shop.shop.stop(std::time::Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_without_its_pin_is_shown_and_the_pin_alone_completes_it() {
    let shop = open().await;
    for (text, shown) in [
        ("S10 081234567890", "S10 Telkomsel 10.000 ke 081234567890"),
        ("kak isi pulsa 10rb ke 081234567891 dong", "S10 Telkomsel 10.000 ke 081234567891"),
        ("pulsa 10 081234567892 1234", "S10 Telkomsel 10.000 ke 081234567892"),
        ("token 20 14027480300 1234", "PLN20 Token PLN 20.000 ke 14027480300"),
        ("topup dana 50rb ke 081234567893", "DANA50 DANA 50.000 ke 081234567893"),
        ("08123456789 5", "S5 Telkomsel 5.000 ke 08123456789"),
        ("s10 081234567894 1234 woyyy keburu pergi", "S10 Telkomsel 10.000 ke 081234567894"),
    ] {
        let before = orders(&shop).await;
        told(&shop, text, &[shown, "Tekan atau ketik PIN"]).await;
        assert_eq!(orders(&shop).await, before, "{text}: shown, not bought");
        told(&shop, "1234", &["SUKSES"]).await;
        assert_eq!(orders(&shop).await, before + 1, "{text}");
    }
    assert!(shop.transcript().contains("(the message is deleted)"));
    shop.note("-- a wrong PIN, then the right one");
    told(&shop, "s10 081234567895", &["ke 081234567895"]).await;
    told(&shop, "9999", &["PIN salah"]).await;
    told(&shop, "1234", &["SUKSES"]).await;
    shop.note("-- something else in between: a PIN alone buys nothing");
    told(&shop, "x5 087812345678", &["X5 XL 5.000 ke 087812345678"]).await;
    told(&shop, "saldo", &["Saldo"]).await;
    let before = orders(&shop).await;
    shop.say(&reseller(), "1234", 1).await;
    assert_eq!(orders(&shop).await, before);
    insta::assert_snapshot!("talk_orders", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_missing_is_asked_for_and_goes_on() {
    let shop = open().await;
    shop.note("-- a code alone, then its number");
    told(&shop, "s10", &["S10 Telkomsel 10.000", "10.500", "Ke nomor berapa"]).await;
    told(&shop, "081234567890", &["S10 Telkomsel 10.000 ke 081234567890", "ketik PIN"]).await;
    told(&shop, "1234", &["SUKSES"]).await;
    told(&shop, "three 5", &["T5", "Ke nomor berapa"]).await;
    told(&shop, "ke 089512345678 ya", &["T5 Tri 5.000 ke 089512345678"]).await;
    told(&shop, "pulsa 10rb", &["10.000 ke nomor berapa"]).await;
    told(&shop, "087812345678", &["X10 XL 10.000 ke 087812345678"]).await;
    shop.note("-- not wanted any more");
    told(&shop, "ga jadi kak", &["tidak jadi"]).await;
    shop.note("-- a number alone, then what for");
    told(&shop, "081234567891", &["Produk untuk 081234567891"]).await;
    told(&shop, "20", &["S20 Telkomsel 20.000 ke 081234567891"]).await;
    told(&shop, "ok", &["Tekan atau ketik PIN"]).await;
    told(&shop, "1234", &["SUKSES"]).await;
    shop.note("-- several with one PIN");
    told(&shop, "1. s10 081234567892\n2. x5 087812345679", &["Jumlah 16.600", "Ketik PIN"]).await;
    told(&shop, "9999", &["PIN salah"]).await;
    shop.say(&reseller(), "1234", 2).await;
    assert_eq!(orders(&shop).await, 4);
    told(&shop, "s10 081234567890", &["sudah"]).await;
    told(&shop, "ZS10.081234567890.1234", &["S10.2.081234567890.PIN"]).await;
    told(&shop, "pdam 12345678", &["PDAM"]).await;
    insta::assert_snapshot!("talk_goes_on", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_told_of_a_failure_for_talking() {
    let shop = open().await;
    told(&shop, "S10.081234567890.1234", &["SUKSES"]).await;
    for (text, words) in [
        ("assalamualaikum", "Waalaikumsalam"),
        ("halo min", "Halo, Konter 1"),
        ("P", "Halo"),
        ("makasih kak", "Sama-sama"),
        ("saldo saya berapa min", "Saldo"),
        ("sisa saldo", "Saldo"),
        ("harga tsel", "Telkomsel 10.000"),
        ("tsel 10 berapa", "10.500"),
        ("rekap hari ini", "10.500"),
        ("rekap bulan ini", "10.500"),
        ("laporan minggu ini dong", "10.500"),
        ("rekap bulan lalu", "Tidak ada transaksi"),
        ("lupa pin", "KOMPLAIN.lupa PIN"),
        ("salah nomor min", "tidak bisa dibatalkan"),
        ("pulsa 081234567890 blm masuk", "KOMPLAIN.S10 ke 081234567890 belum masuk"),
        ("belum masuk", "SUKSES"),
        ("saldo belum masuk", "bukti transfer"),
        ("sudah tf", "tiket"),
        ("mau komplain", "KOMPLAIN"),
        ("gimana caranya", "BANTUAN"),
        ("isi saldo 100rb", "100."),
        ("beli token", "meter"),
        ("entahlah bagaimana ini mas bro sekalian", "BANTUAN"),
        ("bunga mawar merah", "belum dimengerti"),
        ("kok lama banget", "SUKSES"),
        ("batal tiket", "tidak perlu dibatalkan"),
        ("komisi saya berapa", "Markup"),
        ("cek saldo downline", "downline"),
        ("cara daftarkan downline", "REG."),
        ("free fire 70", "FF70"),
        ("s10 gangguan ga", "S10: belum ada laporan gangguan"),
        ("produk apa yang gangguan", "Belum ada laporan gangguan"),
        ("ini penipuan ya", "KOMPLAIN"),
        ("bayar pdam", "nomor pelanggannya"),
        ("how do i deposit", "TIKET.100000"),
        ("i forgot my pin", "KOMPLAIN.lupa PIN"),
        ("not received yet", "SUKSES"),
        ("how much is my balance", "Saldo"),
    ] {
        let mut message = shop.message(&reseller(), text);
        message.sent_at = shop.now();
        shop.shop.receive(vec![message]).await.unwrap();
        shop.answers_all().await;
        let heard = shop.hear(if text == "isi saldo 100rb" { 2 } else { 1 }).await.join("\n");
        assert!(heard.contains(words) && !heard.contains("GAGAL"), "{text:?}: {heard}");
    }
    shop.note("-- what needs no answer gets none");
    for text in ["ok", "👍", "🙏🙏", "siap bos"] {
        shop.say(&reseller(), text, 0).await;
    }
    shop.note("-- somebody new");
    let stranger = ChatId::telegram(3001);
    for text in ["halo", "min mau daftar jadi agen", "token 20 berapa"] {
        let heard = shop.say(&stranger, text, 1).await;
        assert!(heard[0].contains("DAFTAR.nama toko.PIN") && !heard[0].contains("GAGAL"), "{text}: {heard:?}");
    }
    shop.note("-- who works here");
    assert!(shop.say(&admin(), "/start", 1).await[0].contains("owner"));
    assert!(shop.say(&admin(), "/saldo", 1).await[0].contains("kios"));
    assert!(shop.say(&admin(), "halo", 1).await[0].contains("owner"));
    assert!(shop.say(&admin(), "/rekap bulan ini", 1).await[0].contains("10.500"));
    insta::assert_snapshot!("talk_small", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_asked_for_is_still_known_a_message_later() {
    let shop = open().await;
    shop.note("-- a game's user, which may be as short as a PIN is long");
    told(&shop, "ff70", &["FF70"]).await;
    told(&shop, "12345678", &["FF70", "ke 12345678"]).await;
    shop.note("-- the beginning of a number is asked for again, and is no PIN");
    told(&shop, "pulsa 10", &["ke nomor berapa"]).await;
    told(&shop, "0878", &["belum lengkap"]).await;
    told(&shop, "087812345678", &["X10 XL 10.000 ke 087812345678"]).await;
    told(&shop, "pin 1234", &["SUKSES"]).await;
    shop.note("-- another operator's packages are a question of its own");
    told(&shop, "081234567890", &["Produk untuk 081234567890"]).await;
    told(&shop, "paket data xl", &["XL Xtra Combo"]).await;
    told(&shop, "081234567890", &["Produk untuk 081234567890"]).await;
    told(&shop, "1234", &["Pilih dulu produknya"]).await;
    told(&shop, "cek pdam 12345678", &["TAGIHAN PDAM 12345678"]).await;
    told(&shop, "PLN.20.14027480300.1234", &["PLN20 Token PLN 20.000 ke 14027480300"]).await;
    assert_eq!(orders(&shop).await, 1);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_is_announced() {
    let shop = open().await;
    for n in 1..=20 {
        let heard = shop.say(&reseller(), &format!("bunga {}", "mawar ".repeat(n)), 1).await;
        assert_eq!(heard[0].contains("tidak dijawab dulu"), n == 20, "{n}: {heard:?}");
    }
    shop.say(&reseller(), "bunga melati", 0).await;
    told(&shop, "saldo dong", &["Saldo"]).await;
    shop.close().await;
}

fn about(shop: &TestShop, order: u64, words: &str) -> InboxMessage {
    let text = Marked::About { order, words }.to_text();
    InboxMessage { replies_to: Some("7".to_owned()), ..shop.message(&reseller(), &text) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_to_an_order_means_that_order() {
    let shop = open().await;
    let other = ChatId::telegram(2002);
    shop.add_agent(other.clone(), 100_000, konter_core::agent::Locale::Id).await;
    told(&shop, "S10.081234567890.1234", &["SUKSES"]).await;
    told(&shop, "X5.087812345678.1234", &["SUKSES"]).await;
    let heard = shop.receive(about(&shop, 1, "ULANG"), 1).await;
    assert!(heard[0].contains("S10 Telkomsel 10.000 ke 081234567890 (ke-2)"), "{heard:?}");
    told(&shop, "1234", &["SUKSES", "081234567890"]).await;
    let heard = shop.receive(about(&shop, 1, "cek"), 1).await;
    assert!(heard[0].contains("081234567890") && !heard[0].contains("087812345678"), "{heard:?}");
    let heard = shop.receive(about(&shop, 1, "belum masuk kak"), 2).await.join("\n");
    assert!(heard.contains("belum masuk kak") && !heard.contains("087812345678"), "{heard}");
    shop.receive(about(&shop, 1, "struk"), 1).await;
    shop.note("-- to a message that shows no order, or another's");
    let plain = InboxMessage { replies_to: Some("3".to_owned()), ..shop.message(&reseller(), "ulang") };
    let heard = shop.receive(plain, 1).await;
    assert!(heard[0].contains("Transaksi yang mana"), "{heard:?}");
    let foreign = InboxMessage { chat: other, ..about(&shop, 1, "ulang") };
    let heard = shop.receive(foreign, 1).await;
    assert!(!heard[0].contains("081234567890"), "{heard:?}");
    insta::assert_snapshot!("talk_replies", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_is_not_read_and_its_pin_is_taken_out() {
    let shop = open().await;
    let first = shop.message(&reseller(), "S10.081234567890.1234");
    shop.receive(first.clone(), 1).await;
    let edit = |words: &str, at: i64| InboxMessage {
        message: edit_id(first.message.parse().unwrap(), at),
        text: Marked::Edited { words }.to_text(),
        ..first.clone()
    };
    shop.receive(edit("S10.081234567890.1234", 1), 0).await;
    let heard = shop.receive(edit("S20.081234567891.1234", 2), 1).await;
    assert!(heard[0].contains("diubah tidak dibaca"), "{heard:?}");
    assert!(shop.transcript().contains("(the message is deleted)"));
    assert_eq!(orders(&shop).await, 1);
    shop.note("-- a group's anonymous admin");
    let group = ChatId::telegram(-100);
    let anonymous = |words: &str| {
        let text = Marked::Anonymous { words }.to_text();
        InboxMessage { private: false, ..shop.message(&group, &text) }
    };
    let heard = shop.receive(anonymous("/pending"), 1).await;
    assert!(heard[0].contains("anonim"), "{heard:?}");
    shop.receive(anonymous("apa kabar semua"), 0).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_album_is_one_proof() {
    let shop = open().await;
    shop.say(&reseller(), "TIKET.100000", 2).await;
    let caption = InboxMessage { is_caption: true, ..shop.message(&reseller(), "bukti tf 100rb") };
    shop.receive(caption, 2).await;
    for _ in 0..2 {
        let picture = Attachment::picture("photo", Some("77")).to_text();
        shop.receive(shop.message(&reseller(), &picture), 0).await;
    }
    assert_eq!(shop.transcript().matches("the message of").count(), 3, "{}", shop.transcript());
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_album_that_is_refused_is_not_shown_either() {
    let shop = open().await;
    shop.say(&reseller(), "TIKET.100000", 2).await;
    let shown = |shop: &TestShop| shop.transcript().matches("the message of reseller is shown").count();
    for n in 0..10 {
        let picture = Attachment::picture("photo", Some(&format!("a{n}"))).to_text();
        shop.shop.receive(vec![shop.message(&reseller(), &picture)]).await.unwrap();
        shop.hear_all().await;
    }
    let before = shown(&shop);
    assert!(before >= 10);
    let told = shop.transcript().len();
    for _ in 0..3 {
        let picture = Attachment::picture("photo", Some("refused")).to_text();
        shop.shop.receive(vec![shop.message(&reseller(), &picture)]).await.unwrap();
        shop.hear_all().await;
    }
    assert_eq!(shown(&shop), before, "{}", shop.transcript());
    assert_eq!(shop.transcript().split_off(told).matches("to reseller").count(), 1, "and told so once");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_picture_above_a_complaint_is_shown_with_it() {
    let shop = open().await;
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    let text = "komplain ini belum masuk, s10 081234567890";
    let caption = InboxMessage { is_caption: true, ..shop.message(&reseller(), text) };
    shop.receive(caption, 2).await;
    assert_eq!(shop.transcript().matches("the message of reseller is shown").count(), 1, "{}", shop.transcript());
    shop.close().await;
}
