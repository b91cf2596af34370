//! What those who work here did not clearly mean is asked back first; a yes does it.

use crate::support::shop::{Setup, TestShop, admin, reseller};
use chrono::TimeDelta;
use konter_core::ids::{ChatId, OrderId};

/// A shop with an order to each of these numbers that nobody knows the end of.
async fn with_stuck(numbers: &[&str]) -> TestShop {
    let shop = TestShop::with(Setup::default()).await;
    for number in numbers {
        shop.say(&reseller(), &format!("S5.{number}.1234"), 1).await;
    }
    shop.pass(TimeDelta::minutes(17));
    shop.hear(numbers.len()).await;
    shop
}

async fn is_open(shop: &TestShop, order: u64) -> bool {
    shop.store.order(OrderId(order)).await.unwrap().unwrap().is_open()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_has_figures_is_no_serial_number() {
    let shop = with_stuck(&["081234567823"]).await;
    for sn in [
        "0041002345678901 / 0041002345678902",
        "0041002345678901/0041002345678902",
        "0041002345678901 0041002345678902",
        "0041002345678901-0041002345678902",
        "1234-5678-9012-3456-7890 2234-5678-9012-3456-7890",
        "10:10:10",
        "Rp10.000",
        "1.250.000",
        "01/12/2026",
        "01-12-2026",
        "2026-12-01",
        "081234567823",
        "6281234567823",
        "087812345678",
        "1234",
    ] {
        let said = shop.say(&admin(), &format!("/sukses 1 {sn}"), 1).await.remove(0);
        // What reads as a command shows how a serial number is typed.
        assert!(said.contains("Belum terbaca") || (said.contains("YA.") && said.contains(sn)), "{sn}: {said}");
        assert!(is_open(&shop, 1).await, "{sn}");
    }
    shop.say(&admin(), "/sukses 1 0041002345678901", 2).await;
    assert!(!is_open(&shop, 1).await);
    // Who decided stands there.
    let said = shop.say(&admin(), "/order 1", 1).await.remove(0);
    assert!(said.contains("SUKSES oleh ") && said.contains("telegram:1001"), "{said}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_price_goes_back_for_a_plain_reason_or_after_a_yes() {
    let shop = with_stuck(&["081234567823"]).await;
    for reason in ["sukses", "mungkin", "kayaknya ga masuk", "belum masuk", "trx 8", "di aplikasi masih pending"] {
        let said = shop.say(&admin(), &format!("/gagal 1 {reason}"), 1).await.remove(0);
        assert!(said.contains("Sudah pasti tidak terkirim?") && said.contains(reason), "{reason}: {said}");
        assert!(is_open(&shop, 1).await, "{reason}");
    }
    shop.tap(&admin(), "Ya, lanjutkan", 2).await;
    assert!(!is_open(&shop, 1).await);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_note_that_denies_or_redirects_is_asked_about() {
    let shop = TestShop::with(Setup::default()).await;
    let before = shop.available(1).await;
    for note in ["kurang 1000", "harusnya 20000", "buat joko", "dan KR0002 20000", "kayaknya"] {
        let said = shop.say(&admin(), &format!("/deposit KR0001 15000 {note}"), 1).await.remove(0);
        assert!(said.contains("Catatannya bisa berarti lain") && said.contains(note), "{note}: {said}");
    }
    assert_eq!(shop.available(1).await, before);
    shop.tap(&admin(), "Ya, lanjutkan", 2).await;
    assert_eq!(shop.available(1).await, before + 15_000);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_sum_for_a_ticket_and_a_large_step_of_a_price_are_asked_about() {
    let shop = TestShop::with(Setup::default()).await;
    let before = shop.available(1).await;
    shop.say(&reseller(), "TIKET.50000", 2).await;
    for came in ["70000", "45000", "5061800"] {
        let said = shop.say(&admin(), &format!("/acc 1 {came}"), 1).await.remove(0);
        assert!(said.contains("Tiketnya menunggu 50.618"), "{came}: {said}");
    }
    assert_eq!(shop.available(1).await, before);
    // Rounded off, as people do.
    shop.say(&admin(), "/acc 1 50000", 2).await;
    assert_eq!(shop.available(1).await, before + 50_000);
    let price = || shop.shop.catalog().get(&"S10".parse().unwrap()).unwrap().price.get();
    for change in ["+10000", "20500", "+6000", "3.000"] {
        let said = shop.say(&admin(), &format!("/hargajual S10 {change}"), 1).await.remove(0);
        assert!(said.contains("Jauh dari harga lama") && price() == 10_500, "{change}: {said}");
    }
    shop.say(&admin(), "/hargajual S10 +1000", 1).await;
    assert_eq!(price(), 11_500);
    shop.close().await;
}

/// A digit more or less is somebody else's chat.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_for_a_chat_nobody_knows_is_asked_about() {
    let shop = TestShop::with(Setup::default()).await;
    let somebody = ChatId::telegram(3_001);
    let role = || shop.shop.roster().borrow().role(&somebody);
    let said = shop.say(&admin(), "/peran telegram:3001 operator", 1).await.remove(0);
    assert!(said.contains("belum menulis ke bot ini") && role().is_none(), "{said}");
    shop.say(&admin(), "batal", 1).await;
    shop.say(&somebody, "halo", 1).await;
    let said = shop.say(&admin(), "/peran telegram:3001 viewer", 1).await.remove(0);
    assert!(said.contains("pastikan memang orangnya") && role().is_none(), "{said}");
    shop.tap(&admin(), "Ya, lanjutkan", 2).await;
    assert!(role().is_some());
    // Whoever only looks sees no button that acts.
    shop.say(&somebody, "/supplier", 1).await;
    assert!(!shop.transcript().contains("[Jeda kios]"), "{}", shop.transcript());
    shop.say(&admin(), "/supplier", 1).await;
    assert!(shop.transcript().contains("[Jeda kios]"), "{}", shop.transcript());
    shop.close().await;
}

/// A reply means the orders that the message shows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_to_a_card_decides_its_orders_and_goes_to_nobody() {
    let shop = with_stuck(&["081234567823", "081234567923"]).await;
    let asks = async |text: &str| {
        shop.say(&admin(), text, 1).await;
        shop.card(&admin())
    };
    let order = asks("/order 2").await;
    let said = shop.reply(&admin(), &order, "gagal nomor salah", 1).await.remove(0);
    assert!(said.contains("/gagal 2 nomor salah"), "{said}");
    let pending = asks("/pending").await;
    let said = shop.reply(&admin(), &pending, "gagal", 1).await.remove(0);
    assert!(said.contains("/gagal 1 ALASAN") && said.contains("/gagal 2 ALASAN"), "{said}");
    shop.say(&reseller(), "KOMPLAIN.belum masuk", 2).await;
    let complaint = shop.card(&admin());
    for (text, line) in [("gagal", "/gagal 2 ALASAN"), ("sukses", "/sukses 2 SN"), ("gagalkan aja", "/gagal 2 aja")] {
        let said = shop.reply(&admin(), &complaint, text, 1).await.remove(0);
        assert!(said.contains(line) && said.contains("/balas KR0001"), "{text}: {said}");
    }
    assert!(is_open(&shop, 1).await && is_open(&shop, 2).await);
    let said = shop.reply(&admin(), &complaint, "sudah kami cek ya, ditunggu", 2).await;
    assert!(said.iter().any(|said| said.contains("Jawaban admin")), "{said:?}");
    shop.close().await;
}

/// What a bank says of money that did not come is answered as that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_of_no_payment_is_no_greeting() {
    let shop = TestShop::with(Setup::default()).await;
    for text in [
        "Transfer masuk Rp80.324 dari BUDI gagal, dana dikembalikan",
        "Dana Rp80.236 dikembalikan ke rekening Anda",
        "Refund Rp80.236 telah diproses",
        "Transfer ke BUDI 1234567890 Rp 80.236 BERHASIL",
        "m-Transfer BERHASIL 02/12/2026 01:29 Ke 8765432101 JOKO Rp. 150.471",
        "Saldo OVO Cash bertambah Rp 350.706. Transfer dari ANI. 02/12/2026 01:29",
        "BCA: transfer masuk Rp 1.000.000 biaya Rp 2.500 saldo Rp 400.324 tgl 02/12/2026",
        "Yeay! Kamu dapat GoPay Rp300.941 dari Joko.",
    ] {
        let said = shop.say(&admin(), text, 1).await.remove(0);
        assert!(said.contains("tidak ada pembayaran baru"), "{text}: {said}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_say_that_there_is_more_and_a_day_has_its_log() {
    let shop = TestShop::with(Setup::default()).await;
    for number in 0..17 {
        shop.say(&admin(), &format!("/hargajual S10 {}", 10_600 + number), 1).await;
    }
    let said = shop.say(&admin(), "/log", 1).await.remove(0);
    assert!(said.contains("Ini 15 yang terakhir"), "{said}");
    let said = shop.say(&admin(), "/log kemarin", 1).await.remove(0);
    assert!(said.contains("Belum ada catatan"), "{said}");
    let said = shop.say(&admin(), "/log hari ini", 1).await.remove(0);
    assert!(said.contains("10.616") && !said.contains("yang terakhir"), "{said}");
    let said = shop.say(&admin(), "tutup s5, s10", 1).await.remove(0);
    assert!(said.contains("/tutup s5") && said.contains("/tutup s10"), "{said}");
    shop.close().await;
}

/// One notice after the other: the last question accepts all that was found.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notices_pasted_one_by_one_are_accepted_together() {
    let shop = TestShop::with(Setup::default()).await;
    let before = shop.available(1).await;
    for amount in ["50000", "75000"] {
        shop.say(&reseller(), &format!("TIKET.{amount}"), 2).await;
    }
    let pays = ["50.618", "75.236"];
    for pay in pays {
        shop.say(&admin(), &format!("Dana masuk Rp{pay} dari BUDI"), 1).await;
    }
    shop.tap(&admin(), "Terima semua", 3).await;
    assert_eq!(shop.available(1).await, before + 50_618 + 75_236);
    shop.close().await;
}

/// A serial number by itself, a command's word in reply to a card, a wish about a transfer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_nearly_a_command_is_shown_as_one() {
    let shop = with_stuck(&["081234567823"]).await;
    for (text, line) in
        [("0041002345679999", "/sukses 1 0041002345679999"), ("tarik transfer 1", "/tariktransfer 1 ALASAN")]
    {
        let said = shop.say(&admin(), text, 1).await.remove(0);
        assert!(said.contains(line), "{text}: {said}");
    }
    shop.say(&ChatId::telegram(4_004), "DAFTAR.Baru Cell.4821", 2).await;
    let card = shop.card(&admin());
    let said = shop.reply(&admin(), &card, "/setujui", 1).await.remove(0);
    assert!(said.contains("/setujui KR0002"), "{said}");
    shop.close().await;
}
