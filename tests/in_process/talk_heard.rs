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
        ("/deposit kr0002 75000,- titipan Budi", 75_000),
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

const A: &str = "081234567851";
const B: &str = "081234567856";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_takes_itself_back_is_not_sent_and_has_not_failed() {
    let shop = open().await;
    for words in [
        "eh gausah deh",
        "eh salah",
        "hold dulu",
        "tdk jadi",
        "tdk",
        "batal aja kak",
        "tunggu",
        "salah nomor",
        "ulah heula",
        "ojo sik",
        "eh s20 aja",
    ] {
        let text = format!("s10 {A} 1234 {words}");
        let heard = shop.say(&reseller(), &text, 1).await;
        assert!(heard[0].contains("tidak dikirim") && !heard[0].contains("GAGAL"), "{words}: {heard:?}");
        assert!(!heard[0].contains("1234 ") && shop.transcript().ends_with(&shown_and_deleted(&heard[0])), "{words}");
    }
    shop.note("-- where the same was shown before, that is withdrawn too");
    all_hear(&shop, &reseller(), &[(&format!("s10 {A}"), &["ketik PIN"])]).await;
    all_hear(&shop, &reseller(), &[(&format!("s10 {A} 1234 eh gajadi"), &[&format!("tidak jadi: S10 ke {A}")])]).await;
    shop.say(&reseller(), "1234", 1).await;
    assert_eq!(orders(&shop).await, 0);
    shop.note("-- and where it is under way, that is told");
    shop.say(&reseller(), "S10.081234567823.1234", 1).await;
    all_hear(&shop, &reseller(), &[("s10 081234567823 1234 eh batal", &["tidak bisa dibatalkan", "081234567823"])])
        .await;
    shop.close().await;
}

fn shown_and_deleted(reply: &str) -> String {
    format!("    (the message is deleted)\n    to reseller: {}\n", reply.replace('\n', "\n        "))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_no_withdraws_what_was_asked_or_shown_last() {
    let shop = open().await;
    for no in ["batal", "gausah deh", "ulah heula"] {
        all_hear(&shop, &reseller(), &[("s10", &["Ke nomor berapa"]), (no, &["tidak jadi: S10"])]).await;
        let heard = shop.say(&reseller(), A, 1).await;
        assert!(heard[0].contains("Produk untuk"), "{no}: the number is for nothing that was asked: {heard:?}");
        all_hear(&shop, &reseller(), &[("batal", &["tidak jadi"])]).await;
    }
    for no in [
        "ulah heula",
        "ojo sik",
        "sebentar jangan dulu",
        "tunggu salah",
        "eh bentar",
        "eh salah",
        "yg kedua batal",
        "jangan yg 856",
        "batal yg 081234567856",
    ] {
        all_hear(&shop, &reseller(), &[(&format!("s10 {A}"), &["ketik PIN"]), (&format!("s20 {B}"), &["ketik PIN"])])
            .await;
        all_hear(&shop, &reseller(), &[(no, &[&format!("tidak jadi: S20 ke {B}")])]).await;
        shop.say(&reseller(), "1234", 1).await;
        assert_eq!(orders(&shop).await, 0, "{no}");
    }
    all_hear(&shop, &reseller(), &[(&format!("s10 {A}\ns20 {B}"), &["Jumlah"])]).await;
    all_hear(&shop, &reseller(), &[("jangan yg 856", &["2 pesanan tadi"])]).await;
    shop.note("-- a bill that was shown last");
    for no in ["gajadi", "jangan", "jangan dulu"] {
        all_hear(&shop, &reseller(), &[(&format!("s10 {A}"), &["ketik PIN"]), ("pdam 12345678", &["TAGIHAN"])]).await;
        let kept = format!("Yang masih menunggu: S10 ke {A}");
        all_hear(&shop, &reseller(), &[(no, &["tidak jadi: PDAM ke 12345678", &kept])]).await;
        shop.say(&reseller(), "1234", 1).await;
        assert_eq!(orders(&shop).await, 0, "{no}");
    }
    shop.note("-- and an order that was shown after it");
    all_hear(&shop, &reseller(), &[("pdam 12345678", &["TAGIHAN"]), (&format!("s10 {A}"), &["ketik PIN"])]).await;
    all_hear(&shop, &reseller(), &[("gajadi", &[&format!("tidak jadi: S10 ke {A}")])]).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_shown_is_shown_anew_as_it_is_changed() {
    let shop = open().await;
    for (text, shown) in [
        ("yang 20 aja", format!("S20 Telkomsel 20.000 ke {A}")),
        ("s20", format!("S20 Telkomsel 20.000 ke {A}")),
        ("20", format!("S20 Telkomsel 20.000 ke {A}")),
        ("eh s20 aja", format!("S20 Telkomsel 20.000 ke {A}")),
        ("ganti s20", format!("S20 Telkomsel 20.000 ke {A}")),
        ("salah, maksudku s5", format!("S5 Telkomsel 5.000 ke {A}")),
        ("bukan s10 tapi s5", format!("S5 Telkomsel 5.000 ke {A}")),
        ("s5 aja deng", format!("S5 Telkomsel 5.000 ke {A}")),
        ("nomornya salah, yg bener 081234567856", format!("S10 Telkomsel 10.000 ke {B}")),
        ("ke 081234567856 aja", format!("S10 Telkomsel 10.000 ke {B}")),
        ("ganti nomor 081234567856", format!("S10 Telkomsel 10.000 ke {B}")),
        ("salah nomor harusnya 081234567856", format!("S10 Telkomsel 10.000 ke {B}")),
        ("ke 087812345678 aja", "X10 XL 10.000 ke 087812345678".to_owned()),
    ] {
        all_hear(&shop, &reseller(), &[(&format!("s10 {A}"), &["ketik PIN"])]).await;
        let before = shop.tap_on(&reseller(), "Batal");
        all_hear(&shop, &reseller(), &[(text, &[&shown, "ketik PIN"])]).await;
        shop.note("-- the card before it is no more");
        shop.shop.receive(vec![before]).await.unwrap();
        assert!(shop.hear_all().await.len() <= 1);
        assert_eq!(orders(&shop).await, 0, "{text}");
    }
    all_hear(
        &shop,
        &reseller(),
        &[("dana 10 ke 081234567856", &["DANA10"]), ("eh ovo", &["OVO10 OVO 10.000 ke 081234567856"])],
    )
    .await;
    shop.shop.receive(vec![shop.message(&reseller(), "1234")]).await.unwrap();
    let of_agent = async || shop.store.orders_of(AgentId(1), None, None, 10).await.unwrap();
    shop.becomes("bought", async || of_agent().await.first().is_some_and(|order| !order.is_open())).await;
    shop.hear_all().await;
    let bought = of_agent().await;
    assert_eq!(bought[0].product.as_str(), "OVO10", "what is shown is bought");
    shop.note("-- in reply to its card");
    shop.say(&reseller(), &format!("s10 {A}"), 1).await;
    shop.say(&reseller(), "saldo", 1).await;
    let card = shop.card(&reseller());
    let heard = shop.reply(&reseller(), &card, "ganti nomor 081234567856", 1).await;
    assert!(heard[0].contains(&format!("S10 Telkomsel 10.000 ke {B}")), "{heard:?}");
    shop.note("-- where something came between, it is for another customer");
    shop.say(&reseller(), &format!("s10 {A}"), 1).await;
    shop.say(&reseller(), "saldo", 1).await;
    all_hear(&shop, &reseller(), &[("20", &["ke nomor berapa"])]).await;
    shop.note("-- a PIN before the number");
    all_hear(&shop, &reseller(), &[("pulsa tri 10", &["Ke nomor berapa"]), ("1234", &["Nomornya dulu"])]).await;
    all_hear(&shop, &reseller(), &[("089512345678", &["T10 Tri 10.000 ke 089512345678", "ketik PIN"])]).await;
    assert_eq!(orders(&shop).await, 1);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn once_more_is_shown_one_at_a_time() {
    let shop = open().await;
    let heard = shop.say(&reseller(), &format!("s10*2 {A} 1234"), 2).await;
    assert!(heard[0].contains("Belum ada yang dibeli") && heard[1].contains("ketik PIN"), "{heard:?}");
    assert_eq!(orders(&shop).await, 0);
    shop.say(&reseller(), &format!("S10.{A}.1234"), 1).await;
    for text in ["lagi", "sekali lagi", "lagi ke nomor yg sama", "isi lagi"] {
        all_hear(&shop, &reseller(), &[(text, &[&format!("S10 Telkomsel 10.000 ke {A} (ke-2)"), "ketik PIN"])]).await;
    }
    for (text, next) in [("2 lagi", "S10.3."), ("lagi 2x", "S10.3."), ("3 lagi dong", "lalu S10.4")] {
        let heard = shop.say(&reseller(), text, 2).await;
        assert!(heard[0].contains(next) && heard[1].contains("(ke-2)"), "{text}: {heard:?}");
    }
    assert_eq!(orders(&shop).await, 1);
    shop.say(&reseller(), "1234", 1).await;
    assert_eq!(orders(&shop).await, 2);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_only_shown_or_asked_cannot_fail() {
    let shop = open().await;
    all_hear(
        &shop,
        &reseller(),
        &[
            ("tsel 10 087812345678", &["hanya untuk nomor Telkomsel", "XL"]),
            ("s10 087812345678", &["hanya untuk nomor Telkomsel", "XL"]),
            ("tagihan bpjs 0001234567890", &["BPJS"]),
            (A, &["Produk untuk"]),
            ("token 20", &["Nomor meternya berapa"]),
            (A, &["nomor HP, bukan nomor meter"]),
            ("ml86", &["ID dan zonanya"]),
        ],
    )
    .await;
    shop.note("-- of several, which one");
    let heard = shop.say(&reseller(), &format!("s10 {A}\ns20 087812345678"), 2).await;
    assert!(heard[0].starts_with("S20 ke 087812345678") && heard[1].contains(&format!("ke {A}")), "{heard:?}");
    for text in ["s10 081234567851\ns10 08123\ns20 081234567856", "s10 081234567851 1234\ns10 08123 1234"] {
        let heard = shop.say(&reseller(), text, 2).await;
        assert!(heard[0].contains("S10 ke 08123: nomornya kurang angka"), "{text}: {heard:?}");
        assert!(heard[1].contains("pesanan lain di pesan itu juga belum dikirim"), "{text}: {heard:?}");
    }
    for text in ["ml86 12345678", "ml 86 12345678", "ml86.12345678.1234"] {
        assert!(shop.say(&reseller(), text, 1).await[0].contains("perlu ID dan zona"), "{text}");
    }
    shop.note("-- a price that is asked is told, and no keypad opens");
    for text in ["s10 081234567851 harganya?", "s10 081234567851 harganya berapa", "isi s10 081234567851 berapaan kak"]
    {
        let heard = shop.say(&reseller(), text, 1).await;
        assert!(heard[0].contains("S10 Telkomsel 10.000 = 10.500") && !heard[0].contains("PIN"), "{text}: {heard:?}");
    }
    all_hear(&shop, &reseller(), &[("kuota tsel 3gb brapa", &["SD3"]), ("dana 50 081234567851 brp", &["DANA50"])])
        .await;
    let heard = shop.say(&reseller(), "10rb 081234567851, 5rb 081234567856", 1).await;
    assert!(heard[0].contains("Jumlah 16.200"), "{heard:?}");
    all_hear(&shop, &reseller(), &[("Rp10rb 081234567851", &["S10 Telkomsel 10.000 ke 081234567851"])]).await;
    shop.note("-- a slip begins nothing");
    for text in ["topp up 100rb", "tikt 100000", "toppup 100rb"] {
        all_hear(&shop, &reseller(), &[(text, &["Maksudnya TIKET.100000?", "Belum ada yang dijalankan"])]).await;
    }
    assert!(shop.store.undecided_tickets(AgentId(1)).await.unwrap().is_empty());
    assert_eq!(orders(&shop).await, 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_after_an_order_hears_of_it() {
    let shop = open().await;
    let failed = "081234567811";
    shop.say(&reseller(), &format!("S10.{failed}.1234"), 1).await;
    for text in ["kenapa", "kok gagal", "uangnya balik ga", "saldonya balik kan"] {
        let heard = shop.say(&reseller(), text, 1).await.join("\n");
        let told = ["nomor tujuan salah", "10.500 sudah kembali ke saldo", &format!("S10.{failed}.PIN")];
        assert!(told.iter().all(|told| heard.contains(told)), "{text}: {heard}");
    }
    all_hear(&shop, &reseller(), &[("coba lagi 1234", &[&format!("S10 Telkomsel 10.000 ke {failed}"), "ketik PIN"])])
        .await;
    shop.say(&reseller(), "PLN20.14027480351.1234", 1).await;
    shop.note("-- in reply to the one that failed");
    let about = |words: &str| {
        let text = konter::attachment::Marked::About { order: 1, words }.to_text();
        konter_store::InboxMessage { replies_to: Some("7".to_owned()), ..shop.message(&reseller(), &text) }
    };
    for words in ["kenapa", "uangnya balik ga"] {
        assert!(shop.receive(about(words), 1).await[0].contains("10.500 sudah kembali ke saldo"), "{words}");
    }
    assert!(shop.receive(about("coba lagi 1234"), 1).await[0].contains(&format!("ke {failed}")));
    shop.note("-- and after one that was delivered");
    for text in ["cek yg tadi", "mana tokennya", "token ga bisa dipakai", "sn nya ga valid", "trx 2"] {
        assert!(shop.say(&reseller(), text, 1).await[0].contains("PLN20"), "{text}");
    }
    let heard = shop.say(&reseller(), "struk 22000", 1).await;
    assert!(!heard[0].contains("Tidak ada"), "{heard:?}");
    assert_eq!(orders(&shop).await, 2);
    shop.note("-- a receipt is of the one that was delivered, and says so where the latest was not");
    shop.say(&reseller(), &format!("S10.{A}.1234"), 1).await;
    shop.say(&reseller(), "S10.081234568811.1234", 1).await;
    let heard = shop.say(&reseller(), "struk", 2).await;
    assert!(heard[0].contains("081234568811") && heard[0].contains("GAGAL") && heard[1].contains(A), "{heard:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn digits_that_may_be_the_pin_go_nowhere() {
    let shop = open().await;
    for text in ["ml86 12345678 1234", "ml 86 12345678 1234", "min isi ml86 12345678 1234 ya"] {
        let heard = shop.say(&reseller(), text, 1).await;
        assert!(heard[0].contains("ML86.12345678(2001).PIN") && !heard[0].contains("1234)"), "{text}: {heard:?}");
        shop.say(&reseller(), "1234", 1).await;
        assert_eq!(orders(&shop).await, 0, "{text}");
    }
    let deleted = shop.transcript().matches("(the message is deleted)").count();
    assert!(deleted >= 6, "the PINs are gone: {}", shop.transcript());
    for text in ["ml86 12345678(2001)", "ml86 id 12345678 zona 2001", "ml86 12345678 20011"] {
        all_hear(&shop, &reseller(), &[(text, &["ML86 Mobile Legends 86 Diamonds ke 12345678(2001", "ketik PIN"])])
            .await;
    }
    all_hear(&shop, &reseller(), &[("ml86", &["ID dan zonanya"]), ("12345678 1234", &["ML86.12345678(2001).PIN"])])
        .await;
    all_hear(&shop, &reseller(), &[("12345678(2001)", &["ke 12345678(2001)"])]).await;
    all_hear(&shop, &reseller(), &[("batal", &["tidak jadi: ML86"])]).await;
    shop.note("-- the zone alone, once it is asked for");
    for zone in ["(2001)", "zona 2001", "20011", "12345678 20011"] {
        all_hear(&shop, &reseller(), &[("ml86", &["ID dan zonanya"]), ("12345678", &["Zonanya berapa"])]).await;
        all_hear(&shop, &reseller(), &[(zone, &["ke 12345678(2001", "ketik PIN"]), ("batal", &["tidak jadi: ML86"])])
            .await;
    }
    for text in ["ml86 12345678", "ml86 12345678 1234 1234"] {
        all_hear(&shop, &reseller(), &[(text, &["Zonanya berapa"]), ("batal", &["tidak jadi"])]).await;
    }
    all_hear(&shop, &reseller(), &[("ml86 12345678", &["Zonanya berapa"]), ("2001", &["Zonanya berapa", "(2001)"])])
        .await;
    all_hear(&shop, &reseller(), &[("ml86", &["ID dan zonanya"]), ("12345678", &["ML86.12345678(2001).PIN"])]).await;
    all_hear(&shop, &reseller(), &[("12345678(2001)", &["ke 12345678(2001)"]), ("batal", &["tidak jadi: ML86"])]).await;
    shop.say(&reseller(), &format!("s10 {A} 1234?"), 1).await;
    assert!(shop.transcript().contains("1234?\n    (the message is deleted)"), "{}", shop.transcript());
    shop.note("-- a sum behind what is no product is no PIN, and counts as none");
    for text in ["isikan3 081234567851 5000", "xyz 081234567851 5000", "abc.081234567851.5000", "foo 081234567851 5000"]
    {
        let heard = shop.say(&reseller(), text, 1).await;
        assert!(!heard[0].contains("PIN salah"), "{text}: {heard:?}");
    }
    all_hear(&shop, &reseller(), &[("recharge 081234567851 5000", &["S5 Telkomsel 5.000", "ketik PIN"])]).await;
    assert!(shop.say(&reseller(), &format!("S10.{A}.1234"), 1).await[0].contains("SUKSES"), "the PIN is not locked");
    shop.note("-- a PIN in reply to the card of what is bought");
    let order = shop.message(&reseller(), &format!("s10 {B}"));
    shop.receive(order.clone(), 1).await;
    let card = shop.card(&reseller());
    shop.say(&reseller(), "1234", 1).await;
    let heard = shop.reply(&reseller(), &card, "1234", 1).await;
    assert!(!heard[0].contains("tagihan"), "{heard:?}");
    assert_eq!(orders(&shop).await, 2);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sum_after_the_prices_of_a_service_is_of_that_service() {
    let shop = open().await;
    for (text, shown) in [
        ("dana", "DANA20 DANA 20.000"),
        ("harga dana", "DANA20 DANA 20.000"),
        ("isi dana", "DANA20 DANA 20.000"),
        ("saya mau isi gopay", "GOPAY20 GoPay 20.000"),
        ("harga tsel", "S20 Telkomsel 20.000"),
    ] {
        shop.say(&reseller(), text, 1).await;
        all_hear(&shop, &reseller(), &[("20", &[shown, "Ke nomor berapa"])]).await;
        all_hear(&shop, &reseller(), &[(A, &[&format!("{shown} ke {A}"), "ketik PIN"])]).await;
        all_hear(&shop, &reseller(), &[("batal", &["tidak jadi"])]).await;
    }
    shop.note("-- with all that makes an order, it is shown first");
    let order = format!("20 {A} 1234");
    shop.say(&reseller(), "gopay", 1).await;
    all_hear(&shop, &reseller(), &[(&order, &["GOPAY20", "ketik PIN"]), ("batal", &["tidak jadi"])]).await;
    shop.note("-- a list of one kind");
    for (text, shown) in [(format!("gopay {A}"), "GOPAY50 GoPay 50.000"), (format!("{A} dana"), "DANA50 DANA 50.000")] {
        all_hear(&shop, &reseller(), &[(&text, &["Produk untuk"]), ("50rb", &[&format!("{shown} ke {A}")])]).await;
    }
    all_hear(
        &shop,
        &reseller(),
        &[(A, &["Produk untuk"]), ("dana", &["DANA50"]), ("50", &[&format!("DANA50 DANA 50.000 ke {A}")])],
    )
    .await;
    shop.say(&reseller(), A, 1).await;
    shop.tap(&reseller(), "Saldo E-Wallet »", 0).await;
    all_hear(&shop, &reseller(), &[("20", &["DANA20", "GOPAY20"]), ("dana", &["DANA20"])]).await;
    all_hear(&shop, &reseller(), &[("token pln", &["nomor meter"]), ("50rb", &["PLN50", "Nomor meternya"])]).await;
    for (text, sum) in [("deposit", "100rb"), ("isi saldo", "75000")] {
        all_hear(&shop, &reseller(), &[(text, &["ISI SALDO"])]).await;
        let heard = shop.say(&reseller(), sum, 2).await.join("\n");
        assert!(heard.contains("TIKET #"), "{text}: {heard}");
    }
    shop.note("-- a bill is paid with its PIN, which a yes asks for");
    for yes in ["ya", "lanjut", "setuju", "bayar 1234", "bayarin 1234"] {
        all_hear(&shop, &reseller(), &[("pdam 12345678", &["TAGIHAN"]), (yes, &["TAGIHAN", "ketik PIN"])]).await;
    }
    all_hear(&shop, &reseller(), &[("gajadi", &["tidak jadi: PDAM"])]).await;
    shop.note("-- a sign alone says no as well");
    for sign in ["❌", "👎", "✋"] {
        all_hear(
            &shop,
            &reseller(),
            &[(&format!("s10 {A}"), &["ketik PIN"]), (sign, &[&format!("tidak jadi: S10 ke {A}")])],
        )
        .await;
    }
    shop.note("-- a bill that is not wanted is withdrawn, and no PIN brings it back");
    for no in ["batal", "gajadi deh", "gajadi ah", "jangan dibayar dulu", "gajadi deh bang"] {
        all_hear(&shop, &reseller(), &[("pdam 12345678", &["TAGIHAN"]), (no, &["tidak jadi: PDAM ke 12345678"])]).await;
        for digits in ["1234", "2001"] {
            let heard = shop.say(&reseller(), digits, 1).await;
            assert!(!heard[0].contains("TAGIHAN"), "{no}: {heard:?}");
        }
    }
    all_hear(&shop, &reseller(), &[(A, &["Produk untuk"]), ("gajadi ah", &["tidak jadi"])]).await;
    assert_eq!(orders(&shop).await, 0);
    shop.close().await;
}
