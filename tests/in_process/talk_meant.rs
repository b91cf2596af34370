//! What is typed is done only where it was meant: second thoughts, names that are none, and words that are no order. What was
//! meant as an order is refused as one.

use super::talk_asked::{all_hear, open};
use crate::support::shop::{admin, reseller};
use konter_core::ids::{AgentId, ChatId};
use konter_core::order::Order;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_that_take_a_command_back_keep_it_from_being_done() {
    const NOT_DONE: &[&str] = &["Belum dikerjakan"];
    let shop = open().await;
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    shop.say(&reseller(), "TIKET.100000", 2).await;
    shop.say(&reseller(), "TR.KR0002.20000.1234", 1).await;
    let before = (shop.store.acts(100).await.unwrap().len(), shop.available(1).await, shop.available(2).await);
    for text in [
        "/gagal 1 ga jadi",
        "/gagal 1 ga jadi, ternyata sudah masuk",
        "/gagal 1 nomor salah eh jangan dulu",
        "/gagal 1 gk jd",
        "/gagal 1 sudah masuk",
        "/gagal 1 atau sukses?",
        "/gagal 1 nomor salah\n/gagal 2 nomor mati",
        "/deposit KR0001 50000 tdk jd",
        "/deposit KR0001 50000 besok kalau masuk",
        "/deposit KR0001 50000\n/deposit KR0002 60000",
        "/deposit KR0001 50000 🛑",
        "/sukses 1 SN eh jangan",
        "/sukses 1 041002345678901 batal",
        "/tolak 1 eh salah",
        "/tolak 1 ❌",
        "/acc 1 jangan dulu",
        "/terima 1 jangan dulu",
        "/setujui KR0001 ga jadi",
        "/blokir KR0001 eh bukan",
        "/tariktransfer 1 salah kirim eh ga jadi",
        "/hargajual S10 11000 batal",
        "/tutup S10 tunggu dulu",
        "/deposit KR0001 50000 nanti dulu ya",
        "~/deposit KR0001 50000~",
    ] {
        let heard = shop.say(&admin(), text, 1).await;
        assert!(!heard[0].contains("GAGAL"), "{text}: {heard:?}");
    }
    for text in [
        "TR.KR0002.50000.1234 ga jadi",
        "transfer 50rb ke kr0002 1234 eh jangan",
        "/tr KR0002 50000 1234 batal",
        "TR.KR0002.50000.1234 ❌",
        "> TR.KR0002.50000.1234",
        "GP.1234.4321 batal",
        "ganti pin 1234 jadi 4321 ga jadi",
        "deposit 250rb nanti aja",
        "BLOKIR.KR0002.1234 jangan dulu",
        "~S10 081234567891 1234~",
        "❌ S10.081234567891.1234",
        "S10 081234567891 1234 🙅",
        "🛑 S10 081234567891 1234",
        "TR.KR0002.50000.1234 🛑",
        "» S10.081234567891.1234",
    ] {
        all_hear(&shop, &reseller(), &[(text, NOT_DONE)]).await;
    }
    all_hear(
        &shop,
        &reseller(),
        &[("TR.KR0002.50000.1234 ga jadi", &["TR.KR0002.50000.***", "\"ga jadi\"", "kirim lagi"])],
    )
    .await;
    all_hear(&shop, &admin(), &[("/gagal 1 ga jadi", &["/gagal 1", "\"ga jadi\""])]).await;
    let shown = shop.transcript();
    let said = shown.lines().filter(|line| line.contains("Belum dikerjakan"));
    assert!(said.clone().all(|line| !line.contains("1234,")), "a PIN is shown back: {:?}", said.collect::<Vec<_>>());
    let after = (shop.store.acts(100).await.unwrap().len(), shop.available(1).await, shop.available(2).await);
    assert_eq!(after, before);
    assert!(shop.store.undecided_tickets(AgentId(1)).await.unwrap().len() == 1);
    assert!(shop.store.order(konter_core::ids::OrderId(1)).await.unwrap().is_some_and(|order: Order| !order.corrected));
    shop.say(&reseller(), "S10.081234567892.1234", 1).await;
    shop.note("-- what others have said is a reason");
    assert!(shop.say(&admin(), "/tolak 1 pelanggan batal", 2).await[0].contains("batal"));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_name_registers_nobody() {
    let shop = open().await;
    for text in [
        "daftar kemarin S10.081234567890.1234",
        "daftar S10 081234567891 1234",
        "daftar transaksi 081234567892 1234",
        "REG tadi 081234567893 100 1234",
        "daftar gratis ga 1000",
        "daftar belum bisa 1999",
        "daftar gimana 4821",
        "daftar batal aja 7391",
    ] {
        shop.shop.receive(vec![shop.message(&reseller(), text)]).await.unwrap();
        shop.hear_all().await;
        shop.shop.receive(vec![shop.message(&ChatId::telegram(3_001), text)]).await.unwrap();
        shop.hear_all().await;
    }
    assert_eq!(shop.store.agents(None, 10).await.unwrap().len(), 2);
    assert!(shop.store.orders_of(AgentId(1), None, None, 10).await.unwrap().is_empty());
    let heard = shop.say(&reseller(), "daftarkan Beni 081377776666 100 1234", 2).await;
    assert!(heard.iter().any(|said| said.contains("Beni")), "{heard:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_order_did_not_fail() {
    let shop = open().await;
    for text in [
        "20/11/2026",
        "DAFTARKAN 081234567890",
        "Fwd: tr.KR0002.50000.1234",
        "menang undian 100.000.000 hubungi 081234567890 segera",
        "081234567890 081298765432",
        "~S10 081234567890 1234~",
        "rek 1234567890 an Budi",
        "jam 10.30 081234567890",
    ] {
        all_hear(&shop, &reseller(), &[(text, &[""])]).await;
    }
    all_hear(
        &shop,
        &reseller(),
        &[
            ("📱081234567890 💰10.000", &["S10 Telkomsel 10.000 ke 081234567890", "ketik PIN"]),
            ("10rb.081234567891.1234", &["S10 Telkomsel 10.000 ke 081234567891", "ketik PIN"]),
            ("Rp 50.000", &["50.000"]),
        ],
    )
    .await;
    shop.note("-- what was to be one is told with all of it");
    for (text, words) in [
        ("S10.081234567892.1234 lewat", ["S10 ke 081234567892", "lewat", "Saldo"]),
        ("S10.081234567892.1234.ke.sini", ["S10 ke 081234567892", "sini", "Saldo"]),
        ("balon.S10.081234567892.1234", ["S10 ke 081234567892", "balon", "Saldo"]),
        ("S10.1234", ["Format salah", "S10", "Saldo"]),
    ] {
        let heard = shop.say(&reseller(), text, 1).await;
        assert!(heard[0].starts_with("GAGAL") && !heard[0].contains("1234."), "{text}: {heard:?}");
        assert!(words.iter().all(|word| heard[0].contains(word)), "{text}: {heard:?}");
    }
    assert!(shop.store.orders_of(AgentId(1), None, None, 10).await.unwrap().is_empty());
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_yes_a_no_and_a_moment_please_are_answered() {
    let shop = open().await;
    for text in ["ngga", "tidak", "ga usah deh"] {
        all_hear(&shop, &reseller(), &[(text, &["Tidak ada"])]).await;
    }
    all_hear(&shop, &reseller(), &[("tunggu", &["ditunggu"]), ("bentar ya", &["ditunggu"])]).await;
    all_hear(&shop, &admin(), &[("ngga", &["Tidak ada"]), ("tunggu", &["ditunggu"])]).await;
    shop.note("-- with an order shown");
    shop.say(&reseller(), "S10 081234567890", 1).await;
    all_hear(&shop, &reseller(), &[("tunggu", &["ketik PIN"])]).await;
    all_hear(&shop, &reseller(), &[("ngga", &["tidak jadi"]), ("ngga", &["Tidak ada"])]).await;
    shop.note("-- a transfer is asked back");
    let siti = ChatId::telegram(2_009);
    let mut row = shop.store.agent(AgentId(2)).await.unwrap().unwrap();
    row.chats.push(siti.clone());
    row.version += 1;
    let mut commit = konter_store::Commit::new(shop.now());
    commit.agents.push(konter_store::Versioned { expected: Some(row.version - 1), row });
    shop.store.commit(commit).await.unwrap();
    shop.say(&reseller(), "TR.KR0002.20000.1234", 2).await;
    shop.say(&reseller(), "TARIK.1", 2).await;
    let before = shop.available(2).await;
    for text in ["ya", "iya boleh", "tidak"] {
        all_hear(&shop, &siti, &[(text, &["20.000", "KR0001"])]).await;
    }
    assert_eq!(shop.available(2).await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_wants_to_pay_what_was_shown_is_asked_for_the_pin() {
    let shop = open().await;
    for words in ["bayar aja", "oke bayar", "lanjut bayar"] {
        let shown = shop.say(&reseller(), "TAG.PDAM.12345678", 1).await;
        assert!(shown[0].contains("TAGIHAN PDAM"), "{shown:?}");
        all_hear(&shop, &reseller(), &[(words, &["TAGIHAN PDAM", "PIN"])]).await;
    }
    assert!(shop.store.orders_of(AgentId(1), None, None, 10).await.unwrap().is_empty());
    let heard = shop.say(&reseller(), "1234", 2).await;
    assert!(heard.iter().any(|said| said.contains("SUKSES")), "{heard:?}");
    all_hear(&shop, &reseller(), &[("bayar", &["Tagihan apa"])]).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_is_understood() {
    let shop = open().await;
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    let before = (shop.available(1).await, shop.available(2).await);
    all_hear(
        &shop,
        &reseller(),
        &[
            ("kirim 10rb ke kr0002", &["TR.KR0002.10000.PIN"]),
            ("transfer 20k to kr0002", &["TR.KR0002.20000.PIN"]),
            ("isi saldo 081299990009 75rb", &["TR.KR0002.75000.PIN"]),
            ("isi saldo 081299990009", &["jumlah", "TR."]),
            ("setor 2jt ke kr0002", &["TR.KR0002.2000000.PIN"]),
            ("isi saldo 081234567899 50rb", &["S50", "ketik PIN"]),
            ("cetak struk trx 1", &["SN"]),
            ("m3 10 085612345678", &["I10", "ketik PIN"]),
            ("im3 gangguan", &["INDOSAT"]),
            ("tuku pulsa 10 ewu nggo 081234567891", &["S10", "ketik PIN"]),
            ("meser token 20 rebu ka 14027480301", &["PLN20"]),
            ("saldo pinten", &["Saldo"]),
            ("Saldo 89.500", &["Saldo"]),
            ("saldo tinggal 1500", &["Saldo"]),
            ("saldo 2000", &["Saldo"]),
            ("saldo 5000", &["Saldo"]),
            ("cek saldo 7000", &["Saldo"]),
            ("sabaraha saldo abdi", &["Saldo"]),
            ("durung mlebu mas", &["SUKSES"]),
            ("can asup kang", &["SUKSES"]),
            ("piye carane isi saldo", &["TIKET"]),
            ("kumaha carana daftar downline", &["REG"]),
        ],
    )
    .await;
    assert_eq!((shop.available(1).await, shop.available(2).await), before);
    let heard = shop.say(&reseller(), "setor 2jt", 2).await;
    assert!(heard.iter().any(|said| said.contains("2.000.")), "{heard:?}");
    all_hear(&shop, &reseller(), &[("ganti pin 1234 jadi 4321", &["PIN"])]).await;
    let heard = shop.say(&reseller(), "S10.081234567892.4321", 1).await;
    assert!(heard[0].contains("SUKSES"), "{heard:?}");
    all_hear(&shop, &reseller(), &[("english", &["English"])]).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_works_here_is_shown_how_it_is_typed_here() {
    let shop = open().await;
    let before = shop.available(1).await;
    all_hear(
        &shop,
        &admin(),
        &[
            ("/order abc", &["/order 12"]),
            ("/deposit 50000 kr0001", &["/deposit kr0001 50000"]),
            ("/deposit 50000 kr0001 tunai", &["/deposit kr0001 50000 tunai"]),
            ("/gagal nomor salah 12", &["/gagal 12 nomor salah"]),
            ("/hargajual 10600 s10", &["/hargajual s10 10600"]),
            ("/deposit abc", &["/deposit KR0001 100000"]),
            ("isi saldo 081299990009 100rb", &["/deposit 081299990009 100000"]),
            ("isi saldo kr0001", &["/deposit KR0001"]),
            ("naikkan semua harga telkomsel 100", &["/hargajual kategori Telkomsel +100"]),
            ("isi saldo budi 50rb", &["Tidak ada agen"]),
            ("isi saldo siti 50rb", &["/deposit KR0002 50000"]),
            ("/tambah saldo kr0001 100rb", &["/deposit KR0001 100000"]),
            ("/cek saldo kr0001", &["KR0001 Konter 1"]),
            ("/bukablokir kr0001", &["/buka KR0001"]),
            ("/mutasi kr0001", &["KR0001 Konter 1"]),
            ("/saldo supplier berapa", &["kiosampm"]),
            ("/umumkan besok libur", &["/siaran besok libur"]),
            ("/terima 5", &["/acc 5"]),
            ("/hapus produk S5", &["/tutup S5"]),
            ("/staf", &["owner"]),
            ("/limit", &["owner"]),
            ("/backup", &["konter backup"]),
        ],
    )
    .await;
    assert_eq!(shop.available(1).await, before);
    assert!(shop.say(&reseller(), "/order abc", 1).await[0].contains("S10"));
    shop.close().await;
}

/// Whoever only talks has four answers, then is told how it goes on; registering is answered all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_is_told_when_it_goes_on() {
    let shop = open().await;
    let stranger = ChatId::telegram(3_001);
    for text in ["halo", "harga berapa", "bisa token?", "saldo"] {
        assert!(shop.say(&stranger, text, 1).await[0].contains("DAFTAR"), "{text}");
    }
    let told = shop.say(&stranger, "token 50 berapa", 1).await;
    assert!(told[0].contains("10 menit") && told[0].contains("DAFTAR.nama toko.PIN"), "{told:?}");
    shop.say(&stranger, "halo?", 0).await;
    let heard = shop.say(&stranger, "DAFTAR.Rina Cell.4821", 2).await;
    assert!(heard.iter().any(|said| said.contains("Rina")), "{heard:?}");
    shop.close().await;
}
