//! What strangers typed and no rule was made for: an order or a decision only where it was clearly meant, and an answer to
//! what was asked.

use super::talk_asked::{all_hear, open};
use crate::support::shop::{TestShop, admin, reseller};
use konter_core::ids::{AgentId, ChatId};

async fn orders(shop: &TestShop) -> usize {
    shop.store.orders_of(AgentId(1), None, None, 1_000).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_that_was_asked_for_may_be_typed_with_a_courtesy() {
    let shop = open().await;
    for (at, text) in ["1234 ya", "1234 kak", "ok 1234", "iya, 1234 makasih", "1234 lanjut"].into_iter().enumerate() {
        let number = format!("08123456789{at}");
        all_hear(&shop, &reseller(), &[(&format!("S10 {number}"), &["ketik PIN"])]).await;
        let heard = shop.say(&reseller(), text, 1).await;
        assert!(heard[0].contains("SUKSES") && heard[0].contains(&number), "{text}: {heard:?}");
    }
    let before = orders(&shop).await;
    shop.note("-- with a doubt beside it, or where nothing waits, it buys nothing");
    for text in ["1234 ya?", "1234 jangan", "1234 besok"] {
        all_hear(&shop, &reseller(), &[("X5 087812345678", &["ketik PIN"])]).await;
        shop.shop.receive(vec![shop.message(&reseller(), text)]).await.unwrap();
        shop.hear_all().await;
    }
    for text in ["1234 ya", "5000 ya", "1234 kak"] {
        shop.shop.receive(vec![shop.message(&reseller(), text)]).await.unwrap();
        shop.hear_all().await;
    }
    assert_eq!(orders(&shop).await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_that_urge_take_nothing_back() {
    let shop = open().await;
    for (at, urged) in ["jangan lama2 ya", "jgn lama lama", "ga pake lama", "tolong cepat", "jangan sampe telat kak"]
        .into_iter()
        .enumerate()
    {
        let heard = shop.say(&reseller(), &format!("S10.08123456789{at}.1234 {urged}"), 1).await;
        assert!(heard[0].contains("SUKSES"), "{urged}: {heard:?}");
    }
    let before = orders(&shop).await;
    for taken_back in ["jangan", "jangan dulu", "jangan, lama", "jangan lama2 jangan", "ga lama", "jangan dulu lama"] {
        shop.shop
            .receive(vec![shop.message(&reseller(), &format!("S10.081234567897.1234 {taken_back}"))])
            .await
            .unwrap();
        shop.hear_all().await;
        assert_eq!(orders(&shop).await, before, "{taken_back}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_works_here_may_leave_the_slash_out_and_is_shown_it() {
    let shop = open().await;
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    let before = (shop.store.acts(100).await.unwrap().len(), shop.available(1).await);
    all_hear(
        &shop,
        &admin(),
        &[
            ("gagal 1 nomor salah", &["/gagal 1 nomor salah"]),
            ("gagalin trx 1 nomornya mati", &["/gagal 1 nomornya mati"]),
            ("refund trx 1", &["/gagal 1 ALASAN"]),
            ("sukses 1 0041002345678901", &["/sukses 1 0041002345678901"]),
            ("acc 4", &["/acc 4"]),
            ("acc tiket 4 dong", &["/acc 4"]),
            ("setujui 4", &["/acc 4"]),
            ("tolak 4 uang tidak masuk", &["/tolak 4 uang tidak masuk"]),
            ("cek ulang 1", &["/cekulang 1"]),
            ("trx 1", &["/order 1"]),
            ("/pendng", &["/pending"]),
            ("/depsit KR0001 50000", &["/deposit KR0001 50000"]),
            ("/supplir", &["/supplier"]),
        ],
    )
    .await;
    assert_eq!((shop.store.acts(100).await.unwrap().len(), shop.available(1).await), before);
    shop.note("-- to a reseller such words are none of the shop's");
    for text in ["acc 4", "gagal 1 nomor salah", "/pendng"] {
        let heard = shop.say(&reseller(), text, 1).await;
        assert!(!["/acc", "/gagal", "/pending"].iter().any(|line| heard[0].contains(line)), "{text}: {heard:?}");
    }
    all_hear(&shop, &reseller(), &[("/saldoo", &["SAL"]), ("/hrga", &["HARGA"])]).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amounts_are_read_as_people_write_them_and_one_line_is_one_deposit() {
    let shop = open().await;
    for (text, credited) in [
        ("/deposit kr0002 50 ribu", 50_000),
        ("/deposit kr0002 Rp 65.000,-", 65_000),
        ("/deposit kr0002 Rp70.000,- tunai", 70_000),
        ("/deposit kr0002 75000,- titipan KR0001", 75_000),
    ] {
        let before = shop.available(2).await;
        shop.shop.receive(vec![shop.message(&admin(), text)]).await.unwrap();
        shop.hear_all().await;
        assert_eq!(shop.available(2).await - before, credited, "{text}: {}", shop.transcript());
    }
    let before = (shop.available(1).await, shop.available(2).await);
    all_hear(
        &shop,
        &admin(),
        &[
            ("/deposit KR0001 57000 kr0002 58000", &["dua deposit dalam satu baris", "belum ada"]),
            ("/deposit kr0002 50000 rb", &["50.000 atau 50.000.000"]),
            ("/deposit kr0002 65.0000", &["65.0000"]),
        ],
    )
    .await;
    assert_eq!((shop.available(1).await, shop.available(2).await), before);
    shop.note("-- a courtesy behind a command, a comma behind a number");
    shop.say(&reseller(), "TIKET.100000", 2).await;
    assert!(shop.say(&admin(), "/acc 1 ok", 2).await.iter().any(|said| said.contains("100.")));
    assert!(shop.available(1).await >= before.0 + 100_000);
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    let asked = shop.say(&admin(), "/gagal 1, nomor salah", 1).await;
    assert!(asked[0].contains("nomor salah") && !asked[0].contains(", nomor"), "{asked:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_is_answered_and_nothing_bought() {
    let shop = open().await;
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    shop.say(&reseller(), "PLN20.14027480301.1234", 1).await;
    shop.hear(1).await;
    let before = (orders(&shop).await, shop.available(1).await, shop.available(2).await);
    shop.note("-- balance for somebody who is only named");
    for text in ["kirim saldo ke cici 25000", "tf ke budi 50rb", "kirimin siti saldo 50rb", "tf budi,,"] {
        all_hear(&shop, &reseller(), &[(text, &["TR.KR0002"])]).await;
    }
    shop.note("-- the shop's own replies");
    for text in [
        "SUKSES. S10 ke 081234567890\nSN: 0041002345678901\nHarga 10.500, trx #1\nSaldo 89.500",
        "S10 ke 081234567890 sedang diproses, mohon ditunggu ya.\nSaldo 89.500",
        "GAGAL. S10 ke 081234567890: nomor salah.",
    ] {
        all_hear(&shop, &reseller(), &[(text, &["081234567890", "SUKSES"])]).await;
    }
    shop.note("-- not now");
    for text in ["nanti s5 081234567890 1234", "besok isi s10 ke 081234567891", "s10 081234567891 nanti sore aja ya"] {
        all_hear(&shop, &reseller(), &[(text, &["Belum ada yang dibeli", "waktunya"])]).await;
    }
    shop.note("-- a downline, and one's own account");
    for text in ["hapus downline kr0002", "keluarkan kr0002"] {
        all_hear(&shop, &reseller(), &[(text, &["KR0002", "PIN"])]).await;
    }
    for text in ["blokir saldo saya", "hp saya hilang", "akun saya dibajak", "akun saya di hack"] {
        all_hear(&shop, &reseller(), &[(text, &["Ganti PIN sekarang", "GP.pinlama.pinbaru", "blokir akun saya"])])
            .await;
    }
    assert_eq!((orders(&shop).await, shop.available(1).await, shop.available(2).await), before);
    shop.note("-- a token that does not work is a complaint of its order");
    let order = shop.store.order(konter_core::ids::OrderId(2)).await.unwrap().unwrap();
    let token = konter_core::order::view::line(&order).sn.split('/').next().unwrap().to_owned();
    let heard = shop.say(&reseller(), &format!("SN {token} kok ga bisa dipakai"), 2).await.join("\n");
    assert!(heard.contains("kok ga bisa dipakai") && heard.contains("PLN20"), "{heard}");
    shop.note("-- an amount, a number and a PIN: shown first");
    all_hear(&shop, &reseller(), &[("5rb 081234567892 1234", &["S5", "081234567892", "ketik PIN"])]).await;
    for text in ["top up 50000", "topup saldo 60rb"] {
        let heard = shop.say(&reseller(), text, 2).await.join("\n");
        assert!(heard.contains("BCA") || heard.contains("transfer"), "{text}: {heard}");
    }
    assert_eq!(orders(&shop).await, before.0);
    shop.note("-- whoever has no account here");
    all_hear(&shop, &ChatId::telegram(3_001), &[("hp saya hilang", &["diblokir dulu"])]).await;
    shop.close().await;
}
