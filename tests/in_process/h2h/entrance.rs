//! Orders, questions, and whoever is turned away.

use super::*;
use std::time::Duration;

use chrono::TimeDelta;
use konter_core::ids::{AgentId, ChatId};
use konter_store::sled_store::{SledOptions, SledStore};
use konter_store::{MessageKey, Store};

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_answered_at_once_and_its_end_when_asked() {
    let shop = shop().await;
    let told = trade(&shop, &order(DEST, "abc")).await;
    let known = [
        format!("R#abc S10.{DEST} akan diproses. Saldo 89.500"),
        // It may have ended by the time the line was written.
        format!("R#abc S10.{DEST} SUKSES. SN: "),
    ];
    assert!(known.iter().any(|known| told.starts_with(known)), "{told}");
    shop.becomes("delivered", async || trade(&shop, &order(DEST, "abc")).await.contains("SUKSES")).await;
    let again = trade(&shop, &order(DEST, "abc")).await;
    let check = trade(&shop, &format!("{}&check=1", order(DEST, "abc"))).await;
    assert_eq!(again, check);
    assert!(
        again.starts_with(&format!("R#abc S10.{DEST} SUKSES. SN: ")) && again.ends_with(". Saldo 89.500"),
        "{again}"
    );
    assert_eq!(get(shop.address, "balance", &proven("x=1")).await, "Saldo 89.500");
    assert_eq!(delivered(&shop), [DEST]);
    assert_eq!(shop.available(1).await, BALANCE - PRICE);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_is_one_order_for_ever() {
    let shop = shop().await;
    trade(&shop, &order(PENDING, "abc")).await;
    for (query, told) in [
        // The same, in other spellings.
        ("product=s10&dest=6281234567823&refID=abc", "R#abc S10.081234567823 akan diproses. Saldo 89.500"),
        ("product=S10&dest=0812-3456-7823&refID=abc&counter=1", "R#abc S10.081234567823 akan diproses. Saldo 89.500"),
        ("refID=abc&check=1", "R#abc S10.081234567823 akan diproses. Saldo 89.500"),
        // Another order: of the first nothing is said that could be taken for this one's fate, and the other way round.
        (
            "product=X10&dest=087812345678&refID=abc",
            "R#abc X10.087812345678 belum ada kepastian: refID sudah dipakai untuk S10.081234567823, pakai refID baru. Saldo 89.500",
        ),
        (
            "product=S10&dest=081234567800&refID=abc",
            "R#abc S10.081234567800 belum ada kepastian: refID sudah dipakai untuk S10.081234567823, pakai refID baru. Saldo 89.500",
        ),
        (
            "product=S10&dest=081234567823&refID=abc&counter=2",
            "R#abc S10.081234567823 belum ada kepastian: refID sudah dipakai untuk S10.081234567823, pakai refID baru. Saldo 89.500",
        ),
        // Another reference for the same product and number today.
        (
            "product=S10&dest=081234567823&refID=abd",
            "R#abd S10.081234567823 GAGAL. Sudah pernah ke nomor ini dengan refID lain, untuk isi lagi pakai counter=2 dan refID baru. Saldo 89.500",
        ),
        ("product=S10&dest=081234567823&refID=abe&counter=2", "R#abe S10.081234567823 akan diproses. Saldo 79.000"),
        (
            "product=S10&dest=081234567823&refID=abf&check=1",
            "R#abf S10.081234567823 TIDAK ADA transaksi. Tidak ada data. Saldo 79.000",
        ),
        ("refID=abf&check=1", "R#abf TIDAK ADA transaksi. Tidak ada data. Saldo 79.000"),
    ] {
        assert_eq!(trade(&shop, query).await, told, "{query}");
    }
    assert_eq!(shop.available(1).await, BALANCE - 2 * PRICE);
    shop.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_twenty_times_at_one_moment_is_one_order() {
    let shop = shop().await;
    let query = order(PENDING, "abc");
    let told = futures::future::join_all((0..20).map(|_| trade(&shop, &query))).await;
    assert!(told.iter().all(|told| *told == format!("R#abc S10.{PENDING} akan diproses. Saldo 89.500")), "{told:#?}");
    // Side by side, nobody spends more than there is.
    let others = (0..20).map(|n| {
        let query = order(&format!("0812345670{n:02}"), &format!("b{n}"));
        let shop = &shop;
        async move { trade(shop, &query).await }
    });
    let told = futures::future::join_all(others).await;
    let refused = told.iter().filter(|told| told.contains("GAGAL. Saldo tidak cukup, harga 10.500")).count();
    let failed = told.iter().filter(|told| told.contains("GAGAL. ")).count();
    // Money of orders that fail meanwhile is there again for others.
    assert!(failed >= refused && refused >= 3, "{told:#?}");
    assert!(shop.available(1).await >= 0);
    shop.audit().await;
}

/// What a program was told of a reference stays true, so that it can pay its own customer back.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_stays_refused() {
    let shop = open(Setup { balance: 5_000, ..Setup::default() }).await;
    let short = trade(&shop, &order(DEST, "abc")).await;
    assert_eq!(short, format!("R#abc S10.{DEST} GAGAL. Saldo tidak cukup, harga 10.500, kurang 5.500. Saldo 5.000"));
    shop.say(&crate::support::shop::admin(), "/deposit KR0001 50000", 2).await;
    let again = trade(&shop, &order(DEST, "abc")).await;
    assert!(again.contains("GAGAL. Saldo tidak cukup"), "{again}");
    let other = trade(&shop, "product=S10&dest=081234567866&refID=abc").await;
    assert!(other.contains("GAGAL. refID sudah dipakai"), "{other}");
    for (query, why) in [
        ("product=XX1&dest=081234567800&refID=r1", "Kode produk tidak ada"),
        ("product=10&dest=081234567800&refID=r2", "Kode produk tidak ada"),
        ("product=S10&dest=087812345678&refID=r3", "Nomor tujuan bukan dari operator produk ini"),
        ("product=S10&dest=0812&refID=r4", "Nomor tujuan tidak terbaca"),
        ("product=S10&dest=halo&refID=r5", "Nomor tujuan tidak terbaca"),
        ("product=S10&dest=0812345678%0A12&refID=r6", "Nomor tujuan tidak terbaca"),
        ("product=PLNPOST&dest=520010509867&refID=r7", "Produk tagihan belum bisa lewat API"),
        ("product=S10&dest=081234567800&refID=r8&counter=12", "counter harus 1 sampai 9"),
        ("product=S10&dest=081234567800&refID=r9&qty=5", "qty tidak didukung"),
        ("dest=081234567800&refID=r10", "Format salah"),
        ("product=S10&refID=r11", "Format salah"),
        ("product=S10&dest=081234567800", "Format salah: refID wajib diisi"),
        ("product=S10&dest=081234567800&refID=a%20b", "Format salah: refID wajib diisi"),
    ] {
        for _ in 0..2 {
            let told = trade(&shop, query).await;
            assert!(told.contains("GAGAL. ") && told.contains(why), "{query}: {told}");
        }
    }
    // What was told to be no order becomes none by being asked for in another way.
    for reference in ["r8", "r9", "r10", "r11"] {
        for query in [order("081234567800", reference), format!("{}&counter=2", order(DEST, reference))] {
            let told = trade(&shop, &query).await;
            assert!(told.contains("GAGAL. "), "{query}: {told}");
        }
    }
    let torn = trade(&shop, "product=S10&dest=081234567800&refID=r12&dest=081234567811").await;
    assert!(torn.contains("belum ada kepastian: satu parameter"), "{torn}");
    shop.say(&crate::support::shop::admin(), "/tutup S10", 1).await;
    let closed = trade(&shop, "product=S10&dest=081234567800&refID=r13").await;
    assert!(closed.contains("GAGAL. Produk sedang ditutup"), "{closed}");
    assert!(delivered(&shop).is_empty());
    assert_eq!(shop.available(1).await, 55_000);
    shop.close().await;
}

/// As in a chat: a digit that strayed in would pass the guard against ordering twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_counter_that_skips_one_is_refused_and_the_next_is_named() {
    let shop = shop().await;
    let third = |counter, reference: &str| format!("{}&counter={counter}", order(DEST, reference));
    for (query, told) in [
        (third(2, "z"), "GAGAL. counter=2 melompat, yang pertama belum ada, pakai counter=1 dan refID baru. Saldo"),
        (order(DEST, "a"), "akan diproses"),
        (third(9, "b"), "GAGAL. counter=9 melompat, untuk isi lagi pakai counter=2 dan refID baru. Saldo"),
        (third(2, "c"), "akan diproses"),
        (third(9, "b"), "GAGAL. counter=9 melompat"),
        (third(3, "d"), "akan diproses"),
    ] {
        shop.becomes("settled", async || shop.store.open_orders().await.unwrap().is_empty()).await;
        let answer = trade(&shop, &query).await;
        let is_taken = answer.contains("akan diproses") || answer.contains("SUKSES");
        assert!(answer.contains(told) || (told == "akan diproses" && is_taken), "{query}: {answer}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_or_a_form_does_as_well() {
    let shop = shop().await;
    let signed = format!("memberID=KR0001&{}&sign={}", order(PENDING, "s1"), sign(&format!("KR0001|S10|{PENDING}|s1")));
    let told = get(shop.address, "trx", &signed).await;
    assert_eq!(told, format!("R#s1 S10.{PENDING} akan diproses. Saldo 89.500"));
    let balance = format!("memberid=kr0001&sign={}", sign("CheckBalance|KR0001"));
    assert_eq!(get(shop.address, "balance", &balance).await, "Saldo 89.500");
    // It was made for one order, and proves nothing of another.
    let replayed = signed.replace("s1&sign", "s2&sign");
    let told = get(shop.address, "trx", &replayed).await;
    assert_eq!(told, format!("R#s2 S10.{PENDING} belum ada kepastian: PIN, password atau sign salah"));
    let form = proven(&order("081234567822", "f1"));
    let posted = client().post(format!("http://{}/h2h/trx", shop.address)).body(form.clone()).send().await.unwrap();
    assert_eq!(posted.status().as_u16(), 200);
    assert!(posted.text().await.unwrap().starts_with("R#f1 S10.081234567822 "));
    let split = client().post(format!("http://{}/h2h/trx?check=1", shop.address)).body(form).send().await.unwrap();
    assert!(split.text().await.unwrap().starts_with("R#f1 S10.081234567822 "));
    // What only looks whether an address is there, as programs that show previews do, buys nothing.
    let url = format!("http://{}/h2h/trx?{}", shop.address, proven(&order(DEST, "h1")));
    assert_eq!(client().head(&url).send().await.unwrap().status().as_u16(), 405);
    assert!(trade(&shop, "refID=h1&check=1").await.contains("TIDAK ADA"));
    assert_eq!(shop.available(1).await, BALANCE - 2 * PRICE);
}

/// Each buys nothing, and says nothing about the order that is there.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_the_reseller_s_program_is_turned_away() {
    let shop = shop().await;
    trade(&shop, &order(PENDING, "abc")).await;
    for (credentials, why) in [
        ("memberID=KR0002&pin=1234&password=rahasia-toko", "memberID tidak dikenal atau API belum aktif"),
        ("memberID=budi&pin=1234&password=rahasia-toko", "memberID tidak dikenal atau API belum aktif"),
        ("memberID=KR0001&pin=1234&password=", "PIN, password atau sign salah"),
        ("memberID=KR0001&pin=4321&password=rahasia-toko", "PIN, password atau sign salah"),
        ("memberID=KR0001&pin=1234&password=rahasia-toka", "PIN, password atau sign salah"),
        // Right by now, but too late.
        ("memberID=KR0001&pin=1234&password=rahasia-toko", "Terlalu banyak percobaan salah"),
    ] {
        let told = get(shop.address, "trx", &format!("{credentials}&{}", order(DEST, "new"))).await;
        let expected = format!("R#new S10.{DEST} belum ada kepastian: {why}");
        assert!(told.starts_with(&expected), "{credentials}: {told}");
    }
    for _ in 0..2 {
        let told = trade(&shop, &order(PENDING, "abc")).await;
        assert_eq!(
            told,
            format!("R#abc S10.{PENDING} belum ada kepastian: Terlalu banyak percobaan salah, tunggu 15 menit")
        );
        let told = get(shop.address, "balance", &proven("")).await;
        assert_eq!(told, "Ditolak. Terlalu banyak percobaan salah, tunggu 15 menit.");
    }
    // The chat is another door.
    shop.say(&reseller(), "S10.081234567866.1234", 1).await;
    shop.pass(TimeDelta::hours(25));
    let told = trade(&shop, &order(DEST, "later")).await;
    assert!(told.contains("akan diproses") || told.contains("SUKSES"), "{told}");
    shop.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_calls_from_where_it_was_let_in() {
    let proxy = vec!["127.0.0.1/32".parse().unwrap()];
    let trusting = Setup { trusted_proxies: proxy, ..Setup::default() };
    for (setup, forwarded, allowed, told) in [
        (
            Setup::default(),
            None,
            "203.0.113.7",
            "Alamat IP 127.0.0.1 belum didaftarkan, ketik di chat: APIIP.127.0.0.1.PIN",
        ),
        (Setup::default(), Some("203.0.113.7"), "203.0.113.7", "Alamat IP tidak diketahui"),
        // Anybody could be behind a proxy that nobody named.
        (Setup::default(), Some("203.0.113.7"), "127.0.0.1", "Alamat IP tidak diketahui"),
        (Setup::default(), Some("203.0.113.7"), "*", "akan diproses"),
        (trusting, Some("203.0.113.7"), "203.0.113.0/24", "akan diproses"),
    ] {
        let shop = TestShop::with(setup).await;
        shop.say(&reseller(), &format!("API.{PASSWORD}.{PIN}"), 1).await;
        shop.say(&reseller(), &format!("APIIP.{allowed}.{PIN}"), 1).await;
        let mut request = client().get(format!("http://{}/h2h/trx?{}", shop.address, proven(&order(PENDING, "abc"))));
        if let Some(forwarded) = forwarded {
            request = request.header("x-forwarded-for", forwarded);
        }
        let text = request.send().await.unwrap().text().await.unwrap();
        assert!(text.contains(told), "{allowed} {forwarded:?}: {text}");
    }
    // Wrong tries from elsewhere are none.
    let shop = TestShop::open().await;
    shop.say(&reseller(), &format!("API.{PASSWORD}.{PIN}"), 1).await;
    for _ in 0..10 {
        get(shop.address, "trx", &format!("memberID=KR0001&{}&pin=1&password=x", order(DEST, "a"))).await;
    }
    shop.say(&reseller(), &format!("APIIP.127.0.0.1.{PIN}"), 1).await;
    assert!(trade(&shop, &order(PENDING, "abc")).await.contains("akan diproses"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_program_is_told_whom_to_write_to() {
    let shop = open(Setup { contact: Some("@toko_berkah".to_owned()), ..Setup::default() }).await;
    shop.say(&crate::support::shop::admin(), "/blokir KR0001", 2).await;
    let told = trade(&shop, &order(DEST, "new")).await;
    assert_eq!(told, format!("R#new S10.{DEST} GAGAL. Akun diblokir, hubungi @toko_berkah. Saldo 100.000"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_do_business_orders_nothing_but_may_ask() {
    let shop = shop().await;
    trade(&shop, &order(PENDING, "abc")).await;
    shop.say(&crate::support::shop::admin(), "/blokir KR0001", 2).await;
    let told = trade(&shop, &order(DEST, "new")).await;
    let blocked = format!("R#new S10.{DEST} GAGAL. Akun diblokir, hubungi admin. Saldo 89.500");
    assert_eq!(told, blocked);
    let told = trade(&shop, &order(PENDING, "abc")).await;
    assert_eq!(told, format!("R#abc S10.{PENDING} akan diproses. Saldo 89.500"));
    shop.say(&crate::support::shop::admin(), "/buka KR0001", 2).await;
    assert_eq!(trade(&shop, &order(DEST, "new")).await, blocked, "it has been told so, and paid its customer back");
    assert!(trade(&shop, &order("081234567866", "newer")).await.contains("akan diproses"));
}

fn on_disk(folder: &std::path::Path) -> Store {
    Store::new(SledStore::open(folder, SledOptions::default()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_forgets_no_reference() {
    let store = Store::new(konter_store::memory::MemoryStore::new());
    let pepper = konter::shop::pins::Pepper::mark(&"a pepper of some length".into()).await.unwrap().0;
    let setup = || Setup { pepper: Some(pepper.clone()), ..Setup::default() };
    let before = TestShop::on(store.clone(), setup()).await;
    before.say(&reseller(), &format!("API.{PASSWORD}.{PIN}"), 1).await;
    before.say(&reseller(), &format!("APIIP.127.0.0.1.{PIN}"), 1).await;
    trade(&before, &order(PENDING, "abc")).await;
    let refused = trade(&before, &order("0812", "bad")).await;
    before.shop.stop(Duration::from_secs(5)).await;

    let after = TestShop::on(store, Setup { start: before.now() + TimeDelta::days(40), ..setup() }).await;
    after.shop.recover().await.unwrap();
    assert_eq!(trade(&after, &order(PENDING, "abc")).await, format!("R#abc S10.{PENDING} akan diproses. Saldo 89.500"));
    assert_eq!(trade(&after, &order("0812", "bad")).await, refused);
    assert_eq!(after.available(1).await, BALANCE - PRICE);
    after.audit().await;
}

/// What was ordered between the backup and the restore is not known any more. A program that asks for it again, as
/// programs do that had no answer, must not buy it a second time.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_restore_nothing_is_bought_that_may_have_been() {
    let folder = tempfile::tempdir().unwrap();
    let pepper = konter::shop::pins::Pepper::mark(&"a pepper of some length".into()).await.unwrap().0;
    let setup = || Setup { pepper: Some(pepper.clone()), ..Setup::default() };
    let before = TestShop::on(on_disk(&folder.path().join("before")), setup()).await;
    before.say(&reseller(), &format!("API.{PASSWORD}.{PIN}"), 1).await;
    before.say(&reseller(), &format!("APIIP.127.0.0.1.{PIN}"), 1).await;
    trade(&before, &order("081234567811", "old")).await;
    before.becomes("failed", async || trade(&before, &order("081234567811", "old")).await.contains("GAGAL")).await;
    let (file, data) = (folder.path().join("shop.backup"), folder.path().join("data"));
    let (snapshot, now) = (before.store.snapshot().await.unwrap(), before.now());
    trade(&before, &order(DEST, "lost")).await;
    let restoring = tokio::task::spawn_blocking(move || {
        konter::backup::make(snapshot, now, &file, false).unwrap();
        konter::backup::restore(&file, &data, false, None, now + TimeDelta::minutes(1)).unwrap().take_place().unwrap();
        on_disk(&data)
    });
    let store = restoring.await.unwrap();
    before.shop.stop(Duration::from_secs(5)).await;

    let start = before.now() + TimeDelta::minutes(2);
    let after = TestShop::on(store, Setup { start, ..setup() }).await;
    after.shop.recover().await.unwrap();
    (0..10).for_each(|_| drop(after.message(&reseller(), "")));
    let known = trade(&after, &order("081234567811", "old")).await;
    assert!(known.contains("GAGAL. nomor tujuan salah"), "{known}");
    let lost = trade(&after, &order(DEST, "lost")).await;
    assert!(lost.starts_with(&format!("R#lost S10.{DEST} belum ada kepastian")), "{lost}");
    let new = trade(&after, &order("081234567866", "new")).await;
    assert!(new.contains("belum ada kepastian"), "{new}");
    let shown = after.shop.receive(vec![after.message(&reseller(), "API")]).await;
    shown.unwrap();
    after.answers_all().await;
    after.shop.receive(vec![after.message(&reseller(), &format!("API.{PASSWORD}.{PIN}"))]).await.unwrap();
    after.answers_all().await;
    // What came meanwhile stays unbought; what is new is an order.
    assert_eq!(trade(&after, &order(DEST, "lost")).await, lost);
    let next = trade(&after, &order("081234567866", "next")).await;
    assert!(next.contains("akan diproses") || next.contains("SUKSES"), "{next}");
    after.becomes("bought", async || !delivered(&after).is_empty()).await;
    assert_eq!(delivered(&after), ["081234567866"]);
    after.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_takes_no_order_and_calls_none_failed() {
    use crate::support::watched::Watched;
    let failing = Watched::over(konter_store::memory::MemoryStore::new());
    let shop = TestShop::on(failing.store(), Setup::default()).await;
    shop.say(&reseller(), &format!("API.{PASSWORD}.{PIN}"), 1).await;
    shop.say(&reseller(), &format!("APIIP.127.0.0.1.{PIN}"), 1).await;
    failing.fail(true);
    let told = trade(&shop, &order(DEST, "abc")).await;
    assert_eq!(
        told,
        format!("R#abc S10.{DEST} belum ada kepastian: sistem sedang gangguan, coba lagi dengan refID yang sama")
    );
    failing.fail(false);
    let key = MessageKey::Chat { chat: ChatId::h2h(AgentId(1)), message: "abc".to_owned() };
    assert_eq!(shop.store.answered(&key).await.unwrap(), None);
    let told = trade(&shop, &order(DEST, "abc")).await;
    assert!(told.contains("akan diproses") || told.contains("SUKSES"), "{told}");
    shop.becomes("bought", async || !delivered(&shop).is_empty()).await;
    assert_eq!(delivered(&shop), [DEST]);
}
