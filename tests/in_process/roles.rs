//! Those who work here, as conversations that a person can review: what each role may do, at which moment it is looked at,
//! and who is told what unasked.

use crate::support::shop::{Setup, TestShop, admin, reseller};
use chrono::{NaiveTime, TimeDelta};
use konter_core::agent::Locale;
use konter_core::ids::ChatId;
use konter_core::staff::Role;
use konter_store::memory::MemoryStore;
use konter_store::{InboxMessage, Store};

/// Somebody who is a reseller too.
fn siti() -> ChatId {
    ChatId::telegram(2002)
}

/// Somebody who only works here.
fn tono() -> ChatId {
    ChatId::telegram(3003)
}

async fn lines(shop: &TestShop, lines: &[(ChatId, &str, usize)]) {
    for (who, text, replies) in lines {
        shop.say(who, text, *replies).await;
    }
}

async fn with_siti(setup: Setup) -> TestShop {
    let shop = TestShop::with(setup).await;
    shop.add_agent(siti(), 50_000, Locale::Id).await;
    shop
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn owners_give_roles_and_each_role_has_its_limits() {
    let shop = with_siti(Setup::default()).await;
    lines(
        &shop,
        &[
            (siti(), "/agen", 1),
            (admin(), "/peran KR0002 operator", 2),
            (admin(), "/peran telegram:3003 viewer", 1),
            (admin(), "YA.1", 2),
            (admin(), "/peran", 1),
            (tono(), "/agen KR0001", 1),
            (tono(), "HARGA.S10", 1),
            (tono(), "/blokir KR0001", 1),
            (tono(), "/hargajual S10 10600", 1),
            (siti(), "/deposit KR0001 5000", 3),
            (siti(), "/deposit KR0001 -5000", 1),
            (siti(), "/tutup S10", 1),
            (siti(), "/hargajual S10 10600", 1),
            (siti(), "/siaran halo", 1),
            (siti(), "/peran KR0002 owner", 1),
            (admin(), "/peran KR0002 owner", 2),
            (siti(), "/hargajual S10 10600", 1),
            (siti(), "/peran telegram:1001 hapus", 1),
            (admin(), "/peran KR0002 owner", 1),
            (siti(), "/peran KR0002 hapus", 1),
            (siti(), "/agen", 1),
            (admin(), "/peran KR0002 hapus", 1),
            (admin(), "/peran KR0099 viewer", 1),
            (admin(), "/peran KR0002 boss", 1),
            (admin(), "/log 12", 1),
        ],
    )
    .await;
    insta::assert_snapshot!("roles", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn roles_in_english() {
    let shop = with_siti(Setup { locale: Locale::En, ..Setup::default() }).await;
    lines(
        &shop,
        &[
            (admin(), "/peran telegram:3003 operator", 1),
            (admin(), "YA.1", 2),
            (admin(), "/peran", 1),
            (tono(), "/siaran hello", 1),
            (tono(), "/nama KR0002 Berkah Cell", 2),
            (tono(), "/cari berkah", 1),
            (tono(), "/tutup kategori telkomsel", 1),
            (tono(), "/tutup kategori pulsa", 1),
            (admin(), "/peran telegram:3003 hapus", 2),
            (tono(), "/cari berkah", 1),
        ],
    )
    .await;
    insta::assert_snapshot!("roles_in_english", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn help_shows_each_role_what_it_may_do() {
    let shop = with_siti(Setup::default()).await;
    lines(&shop, &[(admin(), "/peran KR0002 operator", 2), (admin(), "/peran telegram:3003 viewer", 1)]).await;
    lines(&shop, &[(admin(), "YA.1", 2)]).await;
    let pages = |text: String| ["PERINTAH TOKO\n", "\nOPERATOR\n", "\nOWNER\n"].map(|title| text.contains(title));
    for (who, expected) in [
        (reseller(), [false, false, false]),
        (tono(), [true, false, false]),
        (siti(), [true, true, false]),
        (admin(), [true, true, true]),
    ] {
        let said = shop.say(&who, "BANTUAN", 1).await.remove(0);
        assert_eq!(said.contains("BANTUAN TOKO"), expected[0], "{who}: {said}");
        let said = shop.say(&who, "BANTUAN.TOKO", 1).await.remove(0);
        assert_eq!(pages(said), expected, "{who}");
    }
    shop.close().await;
}

/// A button shows what was so when it was shown; whoever taps must have the role now.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tap_needs_the_role_of_that_moment() {
    let shop = with_siti(Setup::default()).await;
    lines(
        &shop,
        &[
            (admin(), "/peran telegram:3003 operator", 1),
            (admin(), "YA.1", 2),
            // A card with buttons for each of them.
            (reseller(), "TIKET.50000", 3),
        ],
    )
    .await;
    let accept = shop.tap_on(&tono(), "Terima");
    lines(&shop, &[(admin(), "/peran telegram:3003 viewer", 2)]).await;
    shop.receive(accept.clone(), 1).await;
    assert_eq!(shop.available(1).await, 100_000);
    lines(&shop, &[(admin(), "/peran telegram:3003 operator", 2)]).await;
    // Another tap: the first one has been answered.
    shop.receive(InboxMessage { message: "again".to_owned(), ..accept }, 2).await;
    assert!(shop.available(1).await > 150_000);
    insta::assert_snapshot!("roles_taps", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_needs_somebody_goes_to_those_who_may_act_and_figures_to_owners() {
    let summary_at = NaiveTime::from_hms_opt(23, 55, 0);
    let shop = with_siti(Setup { summary_at, ..Setup::default() }).await;
    lines(
        &shop,
        &[
            (admin(), "/peran KR0002 operator", 2),
            (admin(), "/peran telegram:3003 viewer", 1),
            (admin(), "YA.1", 2),
            // To both who may act, and the reseller.
            (reseller(), "KOMPLAIN.belum masuk", 3),
            (ChatId::telegram(4004), "DAFTAR.Baru Cell.4821", 3),
        ],
    )
    .await;
    shop.note("-- the day's figures");
    shop.pass(TimeDelta::minutes(11 * 60 + 56));
    shop.hear(1).await;
    insta::assert_snapshot!("roles_alerts", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn roles_outlive_a_restart() {
    let store = Store::new(MemoryStore::new());
    let shop = TestShop::on(store.clone(), Setup::default()).await;
    lines(&shop, &[(admin(), "/peran telegram:3003 operator", 1), (admin(), "YA.1", 2)]).await;
    lines(&shop, &[(admin(), "/peran telegram:3004 viewer", 1), (admin(), "YA.2", 2)]).await;
    lines(&shop, &[(admin(), "/peran telegram:3004 hapus", 2)]).await;
    shop.close().await;
    let shop = TestShop::on(store, Setup::default()).await;
    let roster = shop.shop.roster().borrow().clone();
    assert_eq!([tono(), ChatId::telegram(3004)].map(|chat| roster.role(&chat)), [Some(Role::Operator), None]);
    let said = shop.say(&ChatId::telegram(3004), "/agen", 1).await;
    assert_eq!(said, ["Perintah ini hanya untuk admin."]);
    shop.close().await;
}

/// Two owners change the same role at once: both are done, one after the other, and memory ends as the store does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn owners_at_once_do_not_lose_a_change() {
    let owners: Vec<ChatId> = (0..6).map(|n| ChatId::telegram(5_000 + n)).collect();
    let shop = TestShop::with(Setup { more_admins: owners.clone(), ..Setup::default() }).await;
    lines(&shop, &[(owners[0].clone(), "/peran telegram:3003 viewer", 1), (owners[0].clone(), "YA.1", 2)]).await;
    let words = ["viewer", "operator", "owner", "viewer", "operator", "owner"];
    let messages = owners.iter().zip(words).map(|(owner, word)| {
        let text = format!("/peran telegram:3003 {word}");
        shop.shop.receive(vec![shop.message(owner, &text)])
    });
    for received in futures::future::join_all(messages).await {
        received.unwrap();
    }
    shop.answers_all().await;
    let stored = shop.store.staff().await.unwrap();
    assert_eq!(stored.len(), 1);
    assert!(stored[0].version >= 2, "{stored:?}");
    assert_eq!(shop.shop.roster().borrow().row(&tono()), Some(&stored[0]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resellers_are_found_and_named_anew() {
    let shop = with_siti(Setup::default()).await;
    lines(
        &shop,
        &[
            (admin(), "/cari konter", 1),
            (admin(), "/cari 2002", 1),
            (admin(), "/nama KR0002 Siti Pulsa Jaya", 2),
            (admin(), "/cari SITI", 1),
            (admin(), "/cari qqq", 1),
            (admin(), "/nama KR0002 Nama yang jauh terlalu panjang untuk struk mana pun", 1),
            (admin(), "/nama KR0002", 1),
            (admin(), "/nama KR0099 Siapa", 1),
            (admin(), "/blokir telegram:2002", 2),
            (admin(), "/cari KR2", 1),
            (admin(), "/log KR0002", 1),
            (admin(), "/log KR0099", 1),
        ],
    )
    .await;
    insta::assert_snapshot!("people", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_category_is_closed_and_opened_whole() {
    let shop = TestShop::open().await;
    lines(
        &shop,
        &[
            (admin(), "/tutup S5", 1),
            (admin(), "/tutup kategori Pulsa Telkomsel", 1),
            (reseller(), "S10.081234567890.1234", 1),
            (admin(), "/tutup *telkomsel", 1),
            // A product's code, too: it is asked which is meant.
            (admin(), "/buka kategori telkom", 1),
            (admin(), "/buka kategori telkoms", 1),
            (reseller(), "S5.081234567890.1234", 1),
            (admin(), "/tutup kategori pulsa", 1),
            (admin(), "/tutup kategori tokn", 1),
            (admin(), "/tutup kategori", 1),
            (admin(), "/log", 1),
        ],
    )
    .await;
    insta::assert_snapshot!("categories", shop.close().await);
}

/// Whatever is changed by hand can be read in the log, from what to what.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_change_is_noted_with_what_it_changed() {
    let shop = with_siti(Setup::default()).await;
    // Nobody knows what becomes of it: a person decides.
    shop.say(&reseller(), "S10.081234567823.1234", 1).await;
    shop.say(&reseller(), "TIKET.50000", 2).await;
    shop.say(&ChatId::telegram(4004), "DAFTAR.Baru Cell.4821", 2).await;
    let changes = [
        ("/sukses 1 SN1234567890", 2, "KR0001 trx #1 diproses → SUKSES"),
        ("/tolak 1 belum masuk", 2, "KR0001 tiket #1 50.618: terbuka → ditolak"),
        ("/deposit KR0001 5000", 2, "KR0001 Konter 1: 5.000"),
        ("/setujui KR0003", 2, "KR0003 Baru Cell menunggu → aktif"),
        ("/blokir telegram:4004", 2, "KR0003 Baru Cell aktif → diblokir"),
        ("/buka KR0003", 2, "KR0003 Baru Cell diblokir → aktif"),
        ("/nama KR0003 Berkah", 2, "KR0003 Baru Cell → Berkah"),
        ("/resetpin KR0003", 2, "KR0003 Berkah: PIN direset"),
        ("/balas KR0003 halo", 2, "KR0003 Berkah"),
        ("/tutup S10", 1, "S10 buka → tutup"),
        ("/buka S10", 1, "S10 tutup → buka"),
        ("/tutup *axis", 1, "Pulsa Axis, 5 produk: buka → tutup"),
        ("/hargajual S10 10600", 1, "S10 10.500 → 10.600"),
        ("/grup agent -100", 1, "agent 0 → -100"),
        ("/grup agent S10 10400", 1, "agent S10 - → 10.400"),
        ("/grup agent S10 -", 1, "agent S10 10.400 → -"),
        ("/grup KR0001 agent", 1, "KR0001 Konter 1 retail → agent"),
        ("/pindah KR0003 KR0002", 1, "KR0003 Berkah toko → KR0002"),
        ("/pindah KR0003 -", 1, "KR0003 Berkah KR0002 → toko"),
        ("/peran KR0003 viewer", 2, "telegram:4004 (KR0003) tanpa peran → viewer"),
    ];
    for (typed, replies, noted) in changes {
        shop.say(&admin(), typed, replies).await;
        let acts = shop.store.acts(1).await.unwrap();
        assert_eq!(acts[0].what, format!("{typed} ⇒ {noted}"));
        assert_eq!(acts[0].by, admin());
    }
    // A yes is noted as what it did.
    shop.say(&admin(), "/gagal 1 salah", 1).await;
    shop.say(&admin(), "YA.1", 2).await;
    assert_eq!(shop.store.acts(1).await.unwrap()[0].what, "/gagal 1 salah (YA.1) ⇒ KR0001 trx #1 SUKSES → GAGAL");
    shop.close().await;
}

/// Anybody could act in its name.
#[tokio::test]
async fn a_group_or_an_anonymous_admin_gets_no_role() {
    let shop = TestShop::open().await;
    for number in [-1_001_234_567_890_i64, 1_087_968_824, 777_000] {
        let told = shop.say(&admin(), &format!("/peran telegram:{number} viewer"), 1).await;
        assert!(told[0].contains("bukan orang"), "{told:?}");
    }
    shop.close().await;
}
