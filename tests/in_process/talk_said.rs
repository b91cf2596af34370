//! What agents say about those below them, what newcomers ask, and messages that come near to what they mean.

use crate::support::shop::{Setup, TestShop, admin, reseller};
use crate::talk_asked::all_hear;
use konter_core::ids::{AgentId, ChatId};

async fn open() -> TestShop {
    let shop = TestShop::with(Setup { balance: 50_000_000, ..Setup::default() }).await;
    shop.say(&reseller(), "REG.Wati Cell.081299990009.100.1234", 2).await;
    shop.say(&reseller(), "REG.Ani Jaya.081299990008.100.1234", 2).await;
    shop
}

async fn orders(shop: &TestShop) -> usize {
    shop.store.orders_of(AgentId(1), None, None, 1_000).await.unwrap().len()
}

async fn name_of(shop: &TestShop, number: u32) -> String {
    shop.store.agent(AgentId(number)).await.unwrap().unwrap().name
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_for_somebody_else_is_never_the_senders_own() {
    let shop = open().await;
    for (text, words) in [
        ("ganti nama kr0002 jadi Budi 1234", "Nama KR0002 Wati Cell digantinya sendiri"),
        ("nama kr0002 jadi Budi 1234", "digantinya sendiri"),
        ("NAMA.KR0002.Budi Jaya.1234", "digantinya sendiri"),
        ("ubah nama wati jadi Wati Jaya 1234", "Nama KR0002"),
        ("ganti nama kr0009 jadi Budi 1234", "bukan downline"),
        ("ganti nama joko jadi Joko Jaya 1234", "NAMA.Joko Jaya.PIN"),
        ("NAMA.KR0002.1234", "KR0002 itu kode agen"),
        ("GN.Toko KR0002.1234", "KR0002 itu kode agen"),
    ] {
        let heard = shop.say(&reseller(), text, 1).await;
        assert!(heard[0].contains(words), "{text}: {heard:?}");
        assert_eq!((name_of(&shop, 1).await.as_str(), name_of(&shop, 2).await.as_str()), ("Konter 1", "Wati Cell"));
    }
    shop.say(&reseller(), "ganti nama toko saya jadi Sri Cell 1234", 1).await;
    assert_eq!(name_of(&shop, 1).await, "Sri Cell");
    shop.say(&reseller(), "NAMA.Maju Jadi.1234", 1).await;
    assert_eq!(name_of(&shop, 1).await, "Maju Jadi");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_speaks_of_a_downline_is_told_what_can_be_done_for_it() {
    let shop = open().await;
    all_hear(
        &shop,
        &reseller(),
        &[
            ("ani lupa pin", &["PIN KR0003 Ani Jaya hanya bisa direset admin", "KOMPLAIN.tolong reset PIN KR0003"]),
            ("reset pin ani", &["KR0003"]),
            ("reset pin kr0003", &["KR0003", "GP.pinbaru.pinbaru"]),
            ("kr0003 salah pin terus", &["KR0003"]),
            ("saya lupa pin", &["KOMPLAIN.lupa PIN", "GP.pinlama.pinbaru"]),
            ("komisi wati", &["KR0002 Wati Cell: hari ini 0"]),
            ("komisi dari wati bulan ini", &["KR0002 Wati Cell"]),
            ("komisi kr0002 berapa", &["KR0002 Wati Cell"]),
            ("set markup wati 100", &["MARKUP.KR0002.100.PIN"]),
            ("set markup wati 100 1234", &["MARKUP.KR0002.100.PIN", "Belum dijalankan"]),
            ("naikin markup ani jadi 200", &["MARKUP.KR0003.200.PIN"]),
            ("kasih tau semua downline besok libur", &["belum bisa dikirim dari sini", "DOWNLINE"]),
            ("umumkan ke downline harga naik", &["belum bisa dikirim dari sini"]),
            ("berapa saldo ani", &["KR0003 Ani Jaya"]),
        ],
    )
    .await;
    // The admins can read whose PIN it is.
    let heard = shop.say(&reseller(), "KOMPLAIN.tolong reset PIN KR0003", 2).await.join("\n");
    assert!(heard.contains("tolong reset PIN KR0003"), "{heard}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_newcomers_ask_is_answered_with_the_next_step() {
    let shop = TestShop::open().await;
    for (at, (text, words)) in [
        ("gratis?", "Daftarnya gratis"),
        ("syaratnya apa", "disetujui admin dulu"),
        ("modal berapa", "paling sedikit 1.000"),
        ("ini bot apa orang?", "Ini bot"),
        ("diundang teman", "link undangannya"),
        ("untungnya berapa", "selisihnya untung Anda"),
        ("aman ga", "PIN hanya Anda yang tahu"),
        ("daftar dimana", "lewat chat ini saja"),
        ("harus punya toko?", "Tidak harus punya toko"),
        ("bisa jual apa aja", "Token PLN"),
    ]
    .into_iter()
    .enumerate()
    {
        let chat = ChatId::telegram(7_000 + i64::try_from(at).unwrap());
        all_hear(&shop, &chat, &[(text, &[words, "DAFTAR.nama toko.PIN"])]).await;
    }
    shop.note("-- one after the other: more than four answers");
    let chat = ChatId::telegram(7_100);
    for text in ["gratis?", "syaratnya apa", "modal berapa", "aman ga", "ini bot apa orang?", "untungnya berapa"] {
        all_hear(&shop, &chat, &[(text, &["DAFTAR.nama toko.PIN"])]).await;
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_several_are_wanted_one_is_shown_and_how_the_next_is_sent() {
    let shop = open().await;
    for (at, text) in [
        "s10 {} x2 1234",
        "2x s10 {} 1234",
        "beli 2 s10 {} 1234",
        "s10 {} 2 kali 1234",
        "s10 {} 1234 2x",
        "s10 {} dua kali pin 1234",
        "s10 dua {} 1234",
        "isi s10 ke {} sebanyak 2 pin 1234",
        "s10.{}.1234 x2",
        "2 pulsa 10rb ke {}",
    ]
    .into_iter()
    .enumerate()
    {
        let number = format!("0812345678{at:02}");
        let heard = shop.say(&reseller(), &text.replace("{}", &number), 2).await;
        assert!(heard[0].contains(&format!("S10.2.{number}.PIN")), "{text}: {heard:?}");
        assert!(heard[1].contains(&format!("S10 Telkomsel 10.000 ke {number}")), "{text}: {heard:?}");
        assert_eq!(orders(&shop).await, 0, "{text}: nothing is bought at once");
    }
    shop.say(&reseller(), "s10 081234567890 3x", 2).await;
    assert!(shop.say(&reseller(), "1234", 1).await[0].contains("SUKSES"));
    assert_eq!(orders(&shop).await, 1);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_before_its_time_pays_nothing_and_says_why() {
    let shop = open().await;
    assert!(shop.say(&reseller(), "pdam 12345678", 1).await[0].contains("Total bayar"));
    let heard = shop.say(&reseller(), "1234", 2).await;
    assert!(heard[0].contains("tagihannya belum dibayar") && heard[1].contains("Tekan atau ketik PIN"), "{heard:?}");
    assert_eq!(orders(&shop).await, 0);
    // Its supplier reports the end by itself, before or after its answer: `diproses` is said between or not.
    let said = shop.receive_quietly(shop.message(&reseller(), "1234")).await;
    assert!(said.contains("SUKSES. PDAM ke 12345678"), "the PIN under the bill pays it: {said}");
    assert_eq!(orders(&shop).await, 1);
    shop.note("-- not wanted after all");
    shop.say(&reseller(), "pdam 12345679", 1).await;
    assert!(shop.say(&reseller(), "refund dong", 1).await[0].contains("12345679 belum dibayar"));
    assert!(shop.say(&reseller(), "gajadi", 1).await[0].contains("tidak jadi: PDAM ke 12345679"));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_up_that_fails_is_no_failed_order() {
    let shop = open().await;
    let heard = shop.say(&reseller(), "TAG.PDAM.12345611", 1).await;
    assert!(heard[0].contains("Cek PDAM 12345611") && !heard[0].contains("GAGAL"), "{heard:?}");
    let heard = shop.say(&reseller(), "BAYAR.PDAM.12345611.1234", 1).await;
    assert!(heard[0].contains("GAGAL"), "to pay it is an order: {heard:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slips_and_half_said_things_are_understood() {
    let shop = open().await;
    all_hear(
        &shop,
        &reseller(),
        &[
            ("sladi berap", &["Saldo"]),
            ("cek salo", &["Saldo 50.000.000"]),
            ("top ap", &["ISI SALDO"]),
            ("harg telkomsel", &["S10 Telkomsel"]),
            ("daftr harga", &["S10 Telkomsel"]),
            ("rekp", &["REKAP"]),
            ("mutsi", &["MUTASI"]),
            ("bantan", &["BANTUAN"]),
            ("pulsasepuluhribu", &["10.000 ke nomor berapa"]),
            ("stok dana ada?", &["DANA10"]),
            ("dana 100 admin berapa", &["DANA50"]),
            ("token 20 nomornya berapa", &["CEK.nomor"]),
            ("tambah hp saya 081298765432", &["TAMBAH.081298765432.PIN"]),
        ],
    )
    .await;
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    all_hear(&shop, &reseller(), &[("refund dong", &["S10 081234567890 SUKSES", "KOMPLAIN.salah nomor, S10"])]).await;
    shop.say(&admin(), "/resetpin KR0001", 2).await;
    for text in ["gp", "gp 4821", "ganti pin"] {
        assert!(shop.say(&reseller(), text, 1).await[0].contains("GP.pinbaru.pinbaru"), "{text}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_thought_about_what_is_shown_withdraws_it() {
    let shop = open().await;
    for (at, text) in ["nomornya salah", "jangan 1234", "1234 jangan"].into_iter().enumerate() {
        let number = format!("0812345678{at:02}");
        shop.say(&reseller(), &format!("s5 {number}"), 1).await;
        let heard = shop.say(&reseller(), text, 1).await;
        assert!(heard[0].contains(&format!("tidak jadi: S5 ke {number}")), "{text}: {heard:?}");
        shop.say(&reseller(), "1234", 1).await;
        assert_eq!(orders(&shop).await, 0, "{text}");
    }
    shop.say(&reseller(), "s5 081234567853", 1).await;
    shop.say(&reseller(), "tunggu salah", 1).await;
    shop.say(&reseller(), "1234", 1).await;
    assert_eq!(orders(&shop).await, 0, "a mistake is no moment's wait");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_is_used_up_by_its_order_and_by_a_no() {
    let shop = open().await;
    shop.say(&reseller(), "081234567852", 1).await;
    shop.tap(&reseller(), "S5 5.700", 0).await;
    assert!(shop.say(&reseller(), "1234", 1).await[0].contains("SUKSES"));
    assert!(shop.say(&reseller(), "20", 1).await[0].contains("ke nomor berapa"));
    shop.say(&reseller(), "081234567853", 1).await;
    shop.tap(&reseller(), "Batal", 0).await;
    assert!(shop.say(&reseller(), "s10", 1).await[0].contains("Ke nomor berapa"));
    shop.note("-- what is left over beside a number may belong to it");
    let heard = shop.say(&reseller(), "s10 0812345678 54 1234", 1).await;
    assert!(!heard[0].contains("S10.0812345678.PIN"), "{heard:?}");
    shop.close().await;
}
