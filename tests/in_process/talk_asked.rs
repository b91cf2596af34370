//! What people ask that is no order: about troubles, accounts that are gone, balance for those below, and what owners want.

use crate::support::shop::{Setup, TestShop, admin, reseller};
use konter_core::agent::Locale;
use konter_core::ids::{AgentId, ChatId};

pub async fn open() -> TestShop {
    let shop = TestShop::with(Setup { balance: 50_000_000, ..Setup::default() }).await;
    shop.say(&reseller(), "REG.Siti.081299990009.100.1234", 2).await;
    shop
}

/// Each is answered with all of these words, and never with a failure of an order.
pub async fn all_hear(shop: &TestShop, chat: &ChatId, cases: &[(&str, &[&str])]) {
    for (text, words) in cases {
        let heard = shop.say(chat, text, 1).await;
        for word in *words {
            assert!(heard[0].contains(word) && !heard[0].contains("GAGAL"), "{text:?}, not {word:?}: {heard:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_about_a_trouble_hears_what_can_be_bought() {
    let shop = open().await;
    all_hear(
        &shop,
        &reseller(),
        &[
            ("telkomsel gangguan ya?", &["TELKOMSEL: belum ada laporan gangguan"]),
            ("xl lagi error?", &["XL: belum ada"]),
            ("ada gangguan apa hari ini", &["Belum ada laporan gangguan"]),
            ("is telkomsel down?", &["TELKOMSEL"]),
        ],
    )
    .await;
    shop.say(&admin(), "/tutup S10", 1).await;
    let heard = shop.say(&reseller(), "tsel ngadat kah", 1).await;
    assert!(heard[0].contains("S10 Telkomsel 10.000") && !heard[0].contains("S20"), "{heard:?}");
    assert!(shop.say(&admin(), "telkomsel gangguan ya?", 1).await[0].contains("kios"));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_account_is_gone_is_told_the_way_back() {
    let shop = open().await;
    for (at, text) in [
        "akun lama saya hilang",
        "saya ganti hp, akun saya gimana",
        "nomor saya dulu kr0004 kok disuruh daftar",
        "hp saya hilang kak",
        "i lost my phone",
        "kok saya disuruh daftar lagi padahal sudah punya akun",
    ]
    .into_iter()
    .enumerate()
    {
        let stranger = ChatId::telegram(4_000 + i64::try_from(at).unwrap());
        all_hear(&shop, &stranger, &[(text, &["Akun lama tidak hilang", "tanya langsung ke tokonya"])]).await;
    }
    shop.note("-- other questions of strangers");
    for (at, text, words) in [
        (4_100, "berapa harga telkomsel 10?", "DAFTAR.nama toko.PIN"),
        (4_101, "jual pulsa?", "DAFTAR.nama toko.PIN"),
        (4_102, "kak siapa nama adminnya", "Mau tanya"),
    ] {
        all_hear(&shop, &ChatId::telegram(at), &[(text, &[words])]).await;
    }
    all_hear(&shop, &reseller(), &[("hp saya hilang kak", &["GP.pinlama.pinbaru"])]).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_language_that_is_not_named_is_asked_for() {
    let shop = open().await;
    all_hear(
        &shop,
        &reseller(),
        &[("bahasa", &["BAHASA.ID", "BAHASA.EN"]), ("ganti bahasa dong", &["BAHASA.ID", "BAHASA.EN"])],
    )
    .await;
    let locale = async || shop.store.agent(AgentId(1)).await.unwrap().unwrap().locale;
    assert_eq!(locale().await, Locale::Id);
    all_hear(&shop, &reseller(), &[("switch to english please", &["English"])]).await;
    assert_eq!(locale().await, Locale::En);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn balance_for_those_below_is_shown_as_a_transfer() {
    let shop = open().await;
    let before = (shop.available(1).await, shop.available(2).await);
    all_hear(
        &shop,
        &reseller(),
        &[
            ("isi saldo kr0002 100rb", &["TR.KR0002.100000.PIN"]),
            ("tambah saldo kr0002 seratus ribu ya", &["TR.KR0002.100000.PIN"]),
            ("deposit kr0002 100000", &["TR.KR0002.100000.PIN"]),
            ("send 50000 to KR0002", &["TR.KR0002.50000.PIN"]),
            ("saldo kr0002 brp", &["KR0002 Siti"]),
            ("blokir kr0002 dulu", &["PIN"]),
            ("naikin markup kr0002 jadi 200", &["MARKUP.KR0002.200.PIN"]),
            ("jangan isi saldo kr0002 100000 dulu", &["Belum dikerjakan"]),
            // By name it is shown with the code, whatever PIN stands there; nothing is moved.
            ("saldo siti", &["KR0002 Siti"]),
            ("sisa saldo siti berapa", &["KR0002 Siti"]),
            ("trf siti 25rb 1234", &["TR.KR0002.25000.PIN"]),
            ("blokir siti 1234", &["BLOKIR.KR0002.PIN"]),
            ("saldo budi", &["bukan downline"]),
            ("saldo saya berapa", &["KR0001"]),
            ("kr0002 salah pin terus", &["KR0002 Siti"]),
            ("ganti nama kr0002 jadi Budi Jaya", &["KR0002 Siti"]),
            ("nama toko saya ganti jadi Sri Cell 2", &["NAMA.Sri Cell 2.PIN"]),
        ],
    )
    .await;
    assert_eq!((shop.available(1).await, shop.available(2).await), before);
    shop.say(&reseller(), "isi saldo kr0002 50000 1234", 1).await;
    assert_eq!(shop.available(2).await, before.1 + 50_000);
    all_hear(&shop, &reseller(), &[("balikin 50000 dari kr0002", &["KR0002"])]).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_owner_says_is_shown_as_the_command_and_not_done() {
    let shop = open().await;
    let before = shop.available(1).await;
    all_hear(
        &shop,
        &admin(),
        &[
            ("isi saldo kr0001 100rb", &["/deposit KR0001 100000"]),
            ("balikin saldo kr0001 20000", &["/deposit KR0001 -20000"]),
            ("cek kr0001", &["KR0001 Konter 1"]),
            ("blokir kr0001", &["/blokir kr0001"]),
            ("naikkan harga s10 jadi 10600", &["/hargajual S10 10600"]),
            ("naikkan harga s10 100", &["/hargajual S10 +100"]),
            ("turunkan harga s20 100", &["/hargajual S20 -100"]),
            ("harga s5 naikin 250 ya", &["/hargajual S5 +250"]),
            ("turunin harga s10 jadi 10400", &["/hargajual S10 10400"]),
            ("s10 gangguan, tutup dulu", &["/tutup S10"]),
            ("saldo supplier", &["kiosampm"]),
            ("trx yang gantung", &["Tidak ada transaksi"]),
        ],
    )
    .await;
    assert_eq!(shop.available(1).await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_bought_of_what_is_struck_out_or_copied() {
    let shop = open().await;
    for text in [
        "~S10 081234567890 1234~",
        "~S10 081234567890 1234~ S20",
        "[29/11 10.12] Bu Ani: s10 081234567890 1234",
        "[29/11/26, 10:12] Budi: S10.081234567890.1234 ya",
        "✅ 081234567891 10rb\n✅ 081234567892 20rb",
        "nol delapan satu dua tiga empat lima enam tujuh delapan sembilan nol isi sepuluh ribu",
        "pin saya 1234 tolong isi 081234567893 10rb",
        "s10 1234 081234567894",
        "❌ S10.081234567890.1234",
        "S10.081234567890.1234 🚫",
        "> S10.081234567890.1234",
        "Tadi:\n| S10.081234567890.1234",
        "ff 70 123456789",
    ] {
        shop.shop.receive(vec![shop.message(&reseller(), text)]).await.unwrap();
        shop.hear_all().await;
        let orders = shop.store.orders_of(AgentId(1), None, None, 10).await.unwrap();
        assert!(orders.is_empty(), "{text:?}: {orders:?}");
    }
    let transcript = shop.transcript();
    for shown in
        ["Jumlah 30.900", "S10 Telkomsel 10.000 ke 081234567893", "S10 Telkomsel 10.000 ke 081234567894", "FF70"]
    {
        assert!(transcript.contains(shown), "{shown}: {transcript}");
    }
    shop.close().await;
}

/// A second booking of the same amount is asked about; a no in words closes that question, in each chat its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_no_in_words_closes_what_was_asked() {
    let shop = open().await;
    let before = (shop.available(1).await, shop.available(2).await);
    shop.say(&admin(), "/deposit KR0001 50000", 2).await;
    assert!(shop.say(&admin(), "/deposit KR0001 50000", 1).await[0].contains("YA.1"));
    all_hear(&shop, &admin(), &[("ga jadi", &["tidak jadi"]), ("YA.1", &["Tidak ada"])]).await;
    shop.say(&reseller(), "TR.KR0002.20000.1234", 1).await;
    let asked = shop.say(&reseller(), "TR.KR0002.20000.1234", 1).await;
    let at = asked[0].find("YA.").unwrap_or_else(|| panic!("no question: {asked:?}"));
    let yes: String = asked[0][at..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
    all_hear(&shop, &reseller(), &[("batal", &["tidak jadi"]), (yes.as_str(), &["Tidak ada"])]).await;
    let after = (shop.available(1).await, shop.available(2).await);
    assert_eq!(after, (before.0 + 50_000 - 20_000, before.1 + 20_000), "each was done once");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn second_thoughts_behind_a_deposit_are_no_note() {
    let shop = open().await;
    let before = shop.available(1).await;
    for thought in ["jangan dulu", "eh salah", "ga jadi", "batal", "bukan 6000", "❌"] {
        shop.say(&admin(), &format!("/deposit KR0001 58000 {thought}"), 1).await;
    }
    assert_eq!(shop.available(1).await, before);
    shop.say(&admin(), "/deposit KR0001 58000 batal trx nomor 12", 1).await;
    shop.tap(&admin(), "Ya, lanjutkan", 2).await;
    assert_eq!(shop.available(1).await, before + 58_000);
    shop.close().await;
}

/// People say the amount they asked for, not the one with the ticket's own digits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_is_of_the_ticket_whose_amount_is_named() {
    let shop = open().await;
    for (amount, words) in [(50_000, 2), (100_000, 2), (200_000, 2)] {
        shop.say(&reseller(), &format!("TIKET.{amount}"), words).await;
    }
    let heard = shop.say(&reseller(), "sudah tf 100rb ya min", 2).await;
    let card = heard.iter().find(|said| said.contains("BUKTI TRANSFER")).unwrap_or_else(|| panic!("{heard:?}"));
    assert!(card.lines().next().is_some_and(|first| first.contains("#2")), "{card}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_sold_is_said_and_an_apart_or_glued_code_only_shown() {
    let shop = open().await;
    let before = shop.available(1).await;
    all_hear(
        &shop,
        &reseller(),
        &[
            ("kuota 1 giga ke 081255501760", &["SD1"]),
            ("s 10 081255501743 1234", &["S10 Telkomsel 10.000 ke 081255501743"]),
            ("s.10.081255508169.1234", &["S10 Telkomsel 10.000 ke 081255508169"]),
            ("S-10 081255508170 1234", &["S10 Telkomsel 10.000 ke 081255508170"]),
            ("s10081277700029 1234", &["S10 Telkomsel 10.000 ke 081277700029"]),
            ("isi 10 ke 081255508155 dan 20 ke 081255508156", &["Jumlah"]),
            ("s10: 081255508175, 081255508176 pin 1234", &["Jumlah"]),
            ("isi lagi aja yg 081255502023 1234", &["081255502023"]),
        ],
    )
    .await;
    // That there is none stands before what there is.
    let heard = shop.say(&reseller(), "pulsa 12rb 081255502064", 2).await;
    assert!(heard[0].contains("pulsa 12.000") && heard[1].contains("081255502064"), "{heard:?}");
    assert_eq!(shop.available(1).await, before, "nothing was bought");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_an_account_elsewhere_is_told_how_it_comes_here() {
    let shop = open().await;
    for (chat, text) in [(3_101, "lupa pin"), (3_102, "kr0001")] {
        let heard = shop.say(&ChatId::telegram(chat), text, 1).await;
        assert!(heard[0].contains("HP"), "{text}: {heard:?}");
    }
    let heard = shop.say(&ChatId::telegram(3_103), "daftar atas nama Slamet Riyadi pin 4728", 2).await;
    assert!(heard.iter().any(|said| said.contains("Slamet Riyadi") && !said.contains("atas nama")), "{heard:?}");
    shop.close().await;
}
