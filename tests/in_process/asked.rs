//! Questions and sentences about what was done: none of them is a failed order, none buys, moves or registers anything, and
//! none says that there is no order where there is one.

use crate::support::shop::{Setup, TestShop, reseller};
use chrono::TimeDelta;
use konter_core::ids::AgentId;

/// A shop whose reseller has a downline, and has bought once.
async fn open() -> TestShop {
    let shop = TestShop::with(Setup { balance: 50_000_000, ..Setup::default() }).await;
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    shop.say(&reseller(), "REG.Siti.081299990009.100.1234", 2).await;
    shop
}

/// What is heard after each of these, and that nothing but words came of it.
async fn all_hear(shop: &TestShop, cases: &[(&str, &[&str])]) {
    let counts = async || {
        let orders = shop.store.orders_of(AgentId(1), None, None, 1_000).await.unwrap().len();
        (orders, shop.available(1).await, shop.store.agent(AgentId(3)).await.unwrap().is_some())
    };
    let before = counts().await;
    let mut wrong = Vec::new();
    for (text, words) in cases {
        shop.pass(TimeDelta::seconds(20));
        let from = shop.transcript().len();
        shop.shop.receive(vec![shop.message(&reseller(), text)]).await.unwrap();
        shop.hear_all().await;
        let heard = shop.transcript().get(from..).unwrap_or_default().to_owned();
        if heard.contains("GAGAL") || words.iter().any(|word| !heard.contains(word)) {
            wrong.push(format!("{text:?}, not {words:?}:\n{heard}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(counts().await, before, "only talked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn about_a_number_its_order_is_told() {
    let shop = open().await;
    let told = ["cek hp", "cek tujuan", "cek pengisian", "cek sn", "status of", "cek nomor hp", "cek order ke"];
    let told = told.map(|words| format!("{words} 081234567890"));
    let asked = [
        "tadi 081234567890 gimana ya bos",
        "081234567890 gmn",
        "081234567890 sudah?",
        "yang 081234567890 udah beres?",
        "has 081234567890 arrived?",
        "is 0812-3456-7890 done?",
        "did +62 812 3456 7890 go through?",
    ];
    let all: Vec<(&str, &[&str])> = told
        .iter()
        .map(String::as_str)
        .chain(asked)
        .map(|text| (text, ["S10 081234567890", "SUKSES"].as_slice()))
        .collect();
    all_hear(&shop, &all).await;
    shop.note("-- another product's order, or another day's, is not none");
    let told = ["cek s5 081234567890", "cek 081234567890 kemarin"];
    let all: Vec<(&str, &[&str])> =
        told.into_iter().map(|text| (text, ["S10 081234567890", "SUKSES"].as_slice())).collect();
    all_hear(&shop, &all).await;
    let heard = shop.say(&reseller(), "INFO.101126.S5.081234567890", 1).await;
    assert!(!heard[0].contains("SUKSES"), "what a program asks for to the letter: {heard:?}");
    shop.note("-- of a number that nothing was ordered to there is only what could be");
    all_hear(&shop, &[("081234567899 gmn", &["Produk untuk 081234567899"])]).await;
    shop.note("-- whose it is, and what it comes to, is looked up");
    for text in [
        "siapa nama pemilik meter 14027480300",
        "berapa tagihan listrik saya 530000000001",
        "bayar listrik 530000000002",
        "bayar PLNPOST 530000000003",
        "bayar indihome 122345678901",
    ] {
        let heard = shop.say(&reseller(), text, 1).await;
        let number = text.rsplit(' ').next().unwrap();
        assert!(heard[0].contains(number) && !heard[0].contains("GAGAL"), "{text}: {heard:?}");
    }
    shop.note("-- with a PIN or a code it was to be an order");
    for text in ["apa 081234567890 1234", "zz9 081234567890 gmn"] {
        let heard = shop.say(&reseller(), text, 1).await;
        assert!(heard[0].contains("GAGAL"), "{text}: {heard:?}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_asked_for_by_its_number() {
    let shop = open().await;
    let numbered = [
        "cek trx #1",
        "cek #1",
        "trx 1",
        "order 1",
        "CEK.1",
        "transaksi 1 statusnya apa",
        "trx #1 gimana",
        "status trx 1",
        "cek trx 1 dong",
        "trx #1",
    ];
    let all: Vec<(&str, &[&str])> =
        numbered.into_iter().map(|text| (text, ["S10 081234567890", "SUKSES"].as_slice())).collect();
    all_hear(&shop, &all).await;
    shop.note("-- a face value is one, and another's order is nobody's business");
    all_hear(&shop, &[("CEK.10", &["S10", "X10"]), ("cek trx #99", &["S10 081234567890"])]).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_that_went_wrong_leads_to_asking_for_it_back() {
    let shop = open().await;
    let sent = shop.say(&reseller(), "TR.KR0002.20000.1234", 1).await;
    assert!(sent[0].contains("20.000"), "{sent:?}");
    all_hear(
        &shop,
        &[
            ("eh salah kirim yang barusan", &["KOMPLAIN.transfer #1 salah kirim"]),
            ("balikin transfer yang ke KR0002", &["KR0002"]),
            ("salah transfer 20000 ke KR0002", &["KR0002"]),
            ("tarik lagi yang tadi", &["KR0002"]),
            ("tarik yang 20000 ke KR0002", &["KR0002"]),
        ],
    )
    .await;
    shop.note("-- an order that came later is what is wrong");
    shop.say(&reseller(), "X5.087812345678.1234", 1).await;
    all_hear(&shop, &[("eh salah kirim yang barusan", &["KOMPLAIN.salah nomor"])]).await;
    shop.note("-- with words between its parts it is still a transfer");
    let heard = shop.say(&reseller(), "tf saldo kr0002 10000 1234", 1).await;
    assert!(heard[0].contains("10.000") && !heard[0].contains("GAGAL"), "{heard:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_markup_without_its_pin_is_shown_as_it_was_typed() {
    let shop = open().await;
    all_hear(
        &shop,
        &[
            ("markup KR0002 200", &["MARKUP.KR0002.200.PIN"]),
            ("markup s10 150", &["MARKUP.s10.150.PIN"]),
            ("markup KR0002 s10 -", &["MARKUP.KR0002.S10.-.PIN"]),
            ("markup 100", &["MARKUP.100.PIN"]),
        ],
    )
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_registered_makes_no_downline_by_registering_again() {
    let shop = open().await;
    all_hear(
        &shop,
        &[
            ("daftar Siti Cell 081299990001", &["KR0001", "REG.Siti Cell.081299990001.PIN"]),
            ("daftar downline baru nama Siti nomor 081299990001", &["REG.Siti.081299990001.PIN"]),
        ],
    )
    .await;
    let heard = shop.say(&reseller(), "daftar downline baru nama Siti nomor 081299990001 1234", 2).await;
    assert!(heard[0].contains("KR0003 Siti, HP 081299990001"), "{heard:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_friendly_or_angry_is_answered_so() {
    let shop = open().await;
    all_hear(
        &shop,
        &[
            ("pagi gan, buka ga hari ini?", &["otomatis"]),
            ("jam berapa tutup?", &["otomatis"]),
            ("salam kenal min", &["Halo"]),
            ("selamat tahun baru", &["Halo"]),
            ("terima kasih banyak ya min, fast respon", &["Sama-sama"]),
            ("makasih udah transfer", &["Sama-sama"]),
            ("toko penipu!", &["KOMPLAIN"]),
            ("selamat idul fitri mohon maaf lahir batin", &["Halo"]),
            ("happy new year", &["Halo"]),
            ("kecewa banget", &["KOMPLAIN"]),
            ("this is a scam", &["KOMPLAIN"]),
            ("admin mana sih ga jawab jawab", &["KOMPLAIN"]),
            ("uang saya balikin dong", &["KOMPLAIN"]),
            ("where is my money", &["KOMPLAIN"]),
            ("transaksi dobel bang!", &["S10 081234567890", "KOMPLAIN"]),
            ("udah 2 jam blm masuk!!! balikin duit gw", &["S10 081234567890", "KOMPLAIN"]),
            ("can you speak english?", &["English"]),
        ],
    )
    .await;
    shop.close().await;
}
