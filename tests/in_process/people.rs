//! Newcomers who register by talk, those who wait for the shop's yes, commands whose PIN comes after, and PINs left in the chat.

use crate::support::shop::{Setup, TestShop, admin, reseller};
use crate::talk_asked::all_hear;
use chrono::TimeDelta;
use konter::config::Registration;
use konter_core::agent::Locale;
use konter_core::ids::{AgentId, ChatId};
use konter_store::InboxMessage;

async fn open() -> TestShop {
    let shop = TestShop::with(Setup { balance: 50_000_000, ..Setup::default() }).await;
    shop.say(&reseller(), "REG.Wati Cell.081299990009.100.1234", 2).await;
    shop.say(&reseller(), "REG.Andi Cell.081299990008.100.1234", 2).await;
    shop
}

fn newcomer() -> ChatId {
    ChatId::telegram(7_201)
}

async fn hears(shop: &TestShop, chat: &ChatId, text: &str) -> String {
    shop.receive_quietly(shop.message(chat, text)).await
}

async fn registered(shop: &TestShop, chat: &ChatId) -> Option<String> {
    shop.store.agent_of_chat(chat).await.unwrap().map(|agent| agent.name)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_is_asked_for_the_name_and_then_for_the_pin() {
    let shop = TestShop::with(Setup { registration: Registration::Open, ..Setup::default() }).await;
    for (at, (lines, name)) in [
        (&["daftar Warung Rudi", "8264"][..], "Warung Rudi"),
        (&["daftar", "Warung Rudi", "pin 8264"], "Warung Rudi"),
        (&["mau daftar kak", "Warung Rudi 8264"], "Warung Rudi"),
        (&["daftar nama: Rudi Cell pin: 8264"], "Rudi Cell"),
        (&["saya mau daftar jadi agen nama toko Rudi Cell pin 8264"], "Rudi Cell"),
        (&["daftar Warung Rudi", "gratis gak?", "8264"], "Warung Rudi"),
        (&["daftar Warung Rudi", "1111", "8264"], "Warung Rudi"),
        (&["daftar Warung Rudi", "daftar Warung Rudy", "8 2 6 4"], "Warung Rudy"),
        // Something asked meanwhile ends nothing, and a shop may be called anything.
        (&["daftar", "apa bedanya agen sama downline?", "Toko Maju", "8264"], "Toko Maju"),
        (&["register", "how much does it cost?", "Sunny Shop", "8264"], "Sunny Shop"),
        (&["daftar", "gratis gak?", "min", "Toko 88", "8264"], "Toko 88"),
        (&["daftar", "Saldo Mart", "8264"], "Saldo Mart"),
        (&["daftar", "Batal Cell", "8264"], "Batal Cell"),
        (&["daftar", "nama saya Rudi", "8264"], "Rudi"),
        (&["daftar", "Apa Kabar Cell 8264"], "Apa Kabar Cell"),
    ]
    .into_iter()
    .enumerate()
    {
        let chat = ChatId::telegram(7_300 + i64::try_from(at).unwrap());
        for (at, line) in lines.iter().enumerate() {
            assert_eq!(registered(&shop, &chat).await, None, "{lines:?} {at}");
            hears(&shop, &chat, line).await;
        }
        assert_eq!(registered(&shop, &chat).await.as_deref(), Some(name), "{lines:?}: {}", shop.transcript());
    }
    shop.note("-- what is no answer registers nobody");
    for (at, lines) in [
        &["daftar", "gratis gak?", "8264"][..],
        &["daftar", "s10 081234567890", "8264"],
        &["daftar", "081234567890", "8264"],
        &["daftar", "batal", "8264"],
        &["daftar Warung Rudi", "batal", "8264"],
        &["daftar Warung Rudi", "ga jadi", "8264"],
        &["8264"],
        &["daftar gimana caranya", "8264"],
    ]
    .into_iter()
    .enumerate()
    {
        let chat = ChatId::telegram(7_400 + i64::try_from(at).unwrap());
        for line in lines {
            hears(&shop, &chat, line).await;
        }
        assert_eq!(registered(&shop, &chat).await, None, "{lines:?}: {}", shop.transcript());
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_questions_say_what_was_understood_and_the_pin_is_taken_away() {
    let shop = TestShop::with(Setup { registration: Registration::Open, ..Setup::default() }).await;
    assert!(hears(&shop, &newcomer(), "daftar").await.contains("Nama tokonya apa"));
    let asked = hears(&shop, &newcomer(), "Warung Rudi").await;
    assert!(asked.contains("Nama toko: Warung Rudi") && asked.contains("4 sampai 6 angka"), "{asked}");
    let told = hears(&shop, &newcomer(), "8264").await;
    assert!(told.contains("Kode agen") && told.contains("NAMA.nama baru.PIN"), "{told}");
    let transcript = shop.transcript();
    assert_eq!(transcript.matches("(the message is deleted)").count(), 1, "{transcript}");
    shop.note("-- an edit of the name takes it back");
    let chat = ChatId::telegram(7_202);
    let named = shop.message(&chat, "daftar Warung Rudi");
    shop.receive_quietly(named.clone()).await;
    shop.edit(&named, "daftar Warung Rudy").await;
    hears(&shop, &chat, "8264").await;
    assert_eq!(registered(&shop, &chat).await, None);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_the_shop_is_told_so_and_never_that_there_is_no_account() {
    let shop = TestShop::open().await;
    hears(&shop, &newcomer(), "DAFTAR.Warung Rudi.8264").await;
    for text in ["halo", "kapan disetujui", "min", "kok lama", "halo lagi", "tolong", "gimana", "p", "halo", "min"] {
        let said = hears(&shop, &newcomer(), text).await;
        assert!(said.is_empty() || said.contains("masih menunggu disetujui"), "{text}: {said}");
    }
    for text in ["KOMPLAIN.kapan disetujui", "saldo", "s10 081234567890 8264"] {
        let said = hears(&shop, &newcomer(), text).await;
        assert!(said.contains("masih menunggu disetujui"), "{text}: {said}");
    }
    shop.tap(&admin(), "Tolak", 1).await;
    for text in ["halo", "DAFTAR.Warung Rudi.8264", "min"] {
        let said = hears(&shop, &newcomer(), text).await;
        assert!(
            !said.contains("diblokir")
                && !said.contains("sudah terdaftar")
                && (said.is_empty() || said.contains("belum bisa diterima")),
            "{said}"
        );
    }
    shop.pass(chrono::TimeDelta::minutes(20));
    let said = hears(&shop, &newcomer(), "halo").await;
    assert!(
        said.contains("belum bisa diterima") && said.contains("tanya langsung ke tokonya") && !said.contains("GAGAL"),
        "{said}"
    );
    let said = hears(&shop, &newcomer(), "s10 081234567890 8264").await;
    assert!(said.starts_with("GAGAL") && said.contains("belum bisa diterima"), "{said}");
    shop.note("-- let in after all, and blocked later: that is another thing");
    hears(&shop, &admin(), "/buka KR0002").await;
    hears(&shop, &admin(), "/blokir KR0002").await;
    shop.pass(chrono::TimeDelta::minutes(20));
    assert!(hears(&shop, &newcomer(), "halo").await.contains("diblokir"));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_reads_english_where_the_app_does_or_it_was_asked_for() {
    let shop = TestShop::open().await;
    let speaks = InboxMessage { speaks: Some(Locale::En), ..shop.message(&newcomer(), "/start") };
    assert!(shop.receive_quietly(speaks).await.contains("Welcome"));
    for (at, asked) in ["/lang en", "english please", "BAHASA.EN"].into_iter().enumerate() {
        let chat = ChatId::telegram(7_210 + i64::try_from(at).unwrap());
        assert!(hears(&shop, &chat, asked).await.contains("not registered"), "{asked}");
        assert!(hears(&shop, &chat, "register Rudi Shop").await.contains("Shop name: Rudi Shop"), "{asked}");
        hears(&shop, &chat, "8264").await;
        assert_eq!(shop.store.agent_of_chat(&chat).await.unwrap().unwrap().locale, Locale::En);
        let said = hears(&shop, &chat, "hello").await;
        assert!(!said.contains("menunggu"), "{said}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_helpers_chat_registers_nobody_without_the_pin() {
    let shop = open().await;
    let cashier = ChatId::telegram(2_002);
    let code = hears(&shop, &reseller(), "TAMBAH.kasir.1234").await;
    let code = code.split("/start ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    hears(&shop, &cashier, &format!("/start {code}")).await;
    let before = shop.store.agents(None, 100).await.unwrap().len();
    for text in ["REG.Cici.081299990007.100", "REG Cici 081299990007"] {
        let said = hears(&shop, &cashier, text).await;
        assert!(said.contains("PIN") && shop.store.agents(None, 100).await.unwrap().len() == before, "{text}: {said}");
    }
    hears(&shop, &cashier, "REG.Cici.081299990007.100").await;
    hears(&shop, &cashier, "1234").await;
    assert_eq!(shop.store.agents(None, 100).await.unwrap().len(), before + 1);
    hears(&shop, &reseller(), "REG.Dedi.081299990006").await;
    assert_eq!(shop.store.agents(None, 100).await.unwrap().len(), before + 2, "the main chat needs none");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_without_its_pin_is_shown_and_the_pin_alone_sends_it() {
    let shop = open().await;
    let mut sent = 0;
    for (text, shown) in [
        ("TR.KR0002.50000", "Kirim saldo 50.000 ke KR0002 Wati Cell"),
        ("tr KR0002 50000", "Kirim saldo 50.000 ke KR0002 Wati Cell"),
        ("kirim 51000 ke wati cell", "Kirim saldo 51.000 ke KR0002 Wati Cell"),
        ("kirim 52000 ke 081299990009 1234", "Kirim saldo 52.000 ke KR0002 Wati Cell"),
        ("transfer 53000 ke 081299990009", "Kirim saldo 53.000 ke KR0002 Wati Cell"),
        ("KR0002 54000", "Kirim saldo 54.000 ke KR0002 Wati Cell"),
        ("KR0002 55000 1234", "Kirim saldo 55.000 ke KR0002 Wati Cell"),
    ] {
        shop.pass(chrono::TimeDelta::minutes(11));
        let before = shop.available(2).await;
        let said = hears(&shop, &reseller(), text).await;
        assert!(said.contains(shown) && !said.contains("GAGAL"), "{text}: {said}");
        assert_eq!(shop.available(2).await, before, "{text}");
        let said = hears(&shop, &reseller(), "1234").await;
        assert!(shop.available(2).await > before, "{text}: {said}");
        sent += 1;
    }
    assert_eq!(sent, 7);
    shop.note("-- on the keypad");
    shop.pass(chrono::TimeDelta::minutes(11));
    let before = shop.available(2).await;
    hears(&shop, &reseller(), "TR.KR0002.60000").await;
    for key in ["1", "2", "3", "4"] {
        shop.tap(&reseller(), key, 0).await;
    }
    let tap = shop.tap_on(&reseller(), "OK");
    shop.receive_quietly(tap).await;
    assert_eq!(shop.available(2).await, before + 60_000);
    shop.note("-- a wrong PIN, then the right one");
    shop.pass(chrono::TimeDelta::minutes(11));
    hears(&shop, &reseller(), "TR.KR0002.61000").await;
    assert!(hears(&shop, &reseller(), "9999").await.contains("PIN salah"));
    hears(&shop, &reseller(), "1234").await;
    assert_eq!(shop.available(2).await, before + 121_000);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_whose_pin_is_awaited_is_dropped_like_an_order() {
    let shop = open().await;
    let before = shop.available(2).await;
    for no in ["batal", "ga jadi", "jangan"] {
        hears(&shop, &reseller(), "TR.KR0002.50000").await;
        assert!(hears(&shop, &reseller(), no).await.contains("tidak jadi"), "{no}");
        hears(&shop, &reseller(), "1234").await;
    }
    shop.note("-- something else in between");
    hears(&shop, &reseller(), "TR.KR0002.50000").await;
    hears(&shop, &reseller(), "saldo").await;
    hears(&shop, &reseller(), "1234").await;
    shop.note("-- an edit");
    let message = shop.message(&reseller(), "TR.KR0002.50000");
    shop.receive_quietly(message.clone()).await;
    let (said, _) = shop.edit(&message, "TR.KR0002.5000").await;
    assert!(said.contains("kirim 50.000 ke KR0002"), "{said}");
    hears(&shop, &reseller(), "1234").await;
    shop.note("-- an order shown after it: the PIN is for that");
    hears(&shop, &reseller(), "TR.KR0002.50000").await;
    hears(&shop, &reseller(), "s10 081234567890").await;
    assert!(hears(&shop, &reseller(), "1234").await.contains("SUKSES"));
    hears(&shop, &reseller(), "1234").await;
    shop.note("-- where the sum may be the PIN itself, nothing waits");
    hears(&shop, &reseller(), "TR.KR0002.1234").await;
    hears(&shop, &reseller(), "1234").await;
    assert_eq!(shop.available(2).await, before);
    shop.note("-- what cannot be sent is told at once");
    assert!(hears(&shop, &reseller(), "TR.KR0009.50000").await.contains("bukan downline"));
    assert!(hears(&shop, &reseller(), "transfer 11000 ke 081234567890").await.contains("Maksudnya yang mana"));
    assert!(hears(&shop, &reseller(), "tr KR0002 -5000 1234").await.contains("Format salah"));
    let said = hears(&shop, &reseller(), "tr KR0002 10000 dan s10 081234567890 1234").await;
    assert!(said.contains("satu per satu"), "{said}");
    hears(&shop, &reseller(), "1234").await;
    assert_eq!(shop.available(2).await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pin_alone_completes_blocks_markups_names_and_chats() {
    let shop = open().await;
    for (text, shown, done) in [
        ("markup andi 200", "MARKUP.KR0003.200", "200"),
        ("markup semua 50", "MARKUP.50", "50"),
        ("hapus markup KR0003 1234", "MARKUP.KR0003.-", "KR0003"),
        ("bekukan KR0002 1234", "BLOKIR.KR0002", "KR0002 Wati Cell"),
        ("buka KR0002 1234", "UNBLOK.KR0002", "KR0002 Wati Cell"),
        ("nama Wati Jaya 1234", "NAMA.Wati Jaya", "Wati Jaya"),
        ("tambah kasir 1234", "TAMBAH.kasir", "kasir"),
    ] {
        let said = hears(&shop, &reseller(), text).await;
        assert!(said.contains(shown) && said.contains("Belum dijalankan"), "{text}: {said}");
        let said = hears(&shop, &reseller(), "1234").await;
        assert!(said.contains(done) && !said.contains("Tidak ada pesanan"), "{text}: {said}");
    }
    assert_eq!(registered(&shop, &reseller()).await.as_deref(), Some("Wati Jaya"));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_forbidden_in_front_is_not_done_and_said_so() {
    let shop = open().await;
    let before = shop.available(2).await;
    for text in [
        "jangan blokir KR0002 1234",
        "jangan markup KR0002 200 1234",
        "jangan kirim 10000 ke KR0002 1234",
        "jgn tr kr0002 50000 1234",
    ] {
        let at = shop.transcript().matches("(the message is deleted)").count();
        let said = hears(&shop, &reseller(), text).await;
        assert!(said.contains("Belum dikerjakan") && !said.contains("1234"), "{text}: {said}");
        assert_eq!(shop.transcript().matches("(the message is deleted)").count(), at + 1, "{text}");
        hears(&shop, &reseller(), "1234").await;
    }
    assert_eq!(shop.available(2).await, before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_about_a_downline_or_the_own_account_is_told_what_there_is() {
    let shop = open().await;
    all_hear(
        &shop,
        &reseller(),
        &[
            ("andi tadi isi ke 081234567890 masuk ga", &["KR0003 Andi Cell", "Dari akun Anda belum ada"]),
            ("cek trx andi", &["KR0003 Andi Cell", "Dari akun Anda belum ada"]),
            ("cek KR0002", &["KR0002 Wati Cell"]),
            ("komisi saya masuk kemana", &["Langsung masuk saldo"]),
            ("kode saya", &["KR0001"]),
            ("upline saya siapa", &["langsung di bawah toko"]),
            ("mau nambah agen baru dibawahku", &["REG."]),
            ("hapus akun saya", &["KOMPLAIN.tolong tutup akun saya"]),
            ("gratis gak?", &["gratis"]),
            ("min deposit berapa", &["1.000"]),
            ("cara deposit 100rb gimana", &["TIKET.100000"]),
        ],
    )
    .await;
    assert!(shop.store.undecided_tickets(AgentId(1)).await.unwrap().is_empty(), "a question opens no ticket");
    shop.say(&reseller(), "TIKET.100000", 2).await;
    shop.say(&reseller(), "sudah transfer", 2).await;
    all_hear(
        &shop,
        &reseller(),
        &[
            ("blm masuk juga", &["Tiket deposit #1", "100.618"]),
            ("lama amat", &["Tiket deposit #1"]),
            ("saya transfernya kurang 1000 gimana", &["Tiket deposit #1", "KOMPLAIN.tiket 1"]),
            ("pulsa belum masuk", &["Yang ke nomor mana"]),
        ],
    )
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fits_a_pins_place_is_taken_out_of_the_chat_understood_or_not() {
    let shop = open().await;
    let deleted = || shop.transcript().matches("(the message is deleted)").count();
    for text in [
        "s5 081234567890 dan 081234567891 1234",
        "s10 081234567890 081234567891 1234",
        "s10 081234567890 1234?",
        "harga s10 081234567890 1234",
        "1234 081234567890",
        "1234 x2",
        "tr KR0002 10000 1234?",
        "s10 1234 ke 081234567890 ya kak",
        "jangan s10 081234567890 4821",
        "4 8 2 1",
    ] {
        let before = deleted();
        let said = hears(&shop, &reseller(), text).await;
        assert_eq!(deleted(), before + 1, "{text}: {said}");
        assert!(!said.contains(" 1234") && !said.contains("4821"), "{text}: {said}");
    }
    shop.note("-- what cannot be one stays");
    for text in ["s10 0812 3456 7890", "tiket 50000", "tr KR0002 10000", "cek #1234", "harga s10", "saldo"] {
        let before = deleted();
        hears(&shop, &reseller(), text).await;
        assert_eq!(deleted(), before, "{text}");
    }
    shop.note("-- apart, behind the question for it");
    hears(&shop, &reseller(), "s10 081234567899").await;
    assert!(hears(&shop, &reseller(), "1 2 3 4").await.contains("SUKSES"));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_the_pin_sent_twice_changes_it_once() {
    let shop = open().await;
    for _ in 0..2 {
        assert!(hears(&shop, &reseller(), "GP.1234.7391").await.contains("PIN sudah diganti"));
    }
    assert!(hears(&shop, &reseller(), "s10.081234567890.7391").await.contains("SUKSES"));
    assert!(hears(&shop, &reseller(), "GP.1234.7391").await.contains("PIN sudah diganti"));
    assert!(hears(&shop, &reseller(), "GP.1234.5566").await.contains("PIN salah"));
    assert!(
        hears(&shop, &reseller(), "GP.7391.1234").await.contains("PIN sudah diganti"),
        "the other way round is meant"
    );
    assert!(hears(&shop, &reseller(), "s10.081234567891.1234").await.contains("SUKSES"));
    shop.note("-- one that was refused has changed nothing");
    for _ in 0..2 {
        assert!(!hears(&shop, &reseller(), "ganti pin 1234 5555").await.contains("sudah diganti"));
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nor_does_it_change_back_after_a_restart() {
    const CHANGED: &str = "PIN sudah diganti";
    let mut shop = open().await;
    for (words, kept, later) in [("GP.1234.7391", "7391", false), ("GP.4826.7391", "4826", true)] {
        assert!(hears(&shop, &reseller(), words).await.contains(CHANGED));
        shop = shop.reopen(Setup::default()).await;
        assert!(hears(&shop, &reseller(), words).await.contains(CHANGED), "{words}");
        assert!(hears(&shop, &reseller(), &format!("s5.081234567890.{kept}")).await.contains("SUKSES"), "{words}");
        shop.pass(TimeDelta::days(2));
        // Where the new one stood first, the same words are the way back, once they are no repeat any more.
        assert!(hears(&shop, &reseller(), words).await.contains(CHANGED), "{words}");
        let pin = if later { "7391" } else { kept };
        assert!(hears(&shop, &reseller(), &format!("s10.081234567890.{pin}")).await.contains("SUKSES"), "{words}");
    }
    shop.note("-- while it is locked, the same words tell nothing");
    for _ in 0..3 {
        hears(&shop, &reseller(), "s5.081234567890.9999").await;
    }
    let said = hears(&shop, &reseller(), "GP.4826.7391").await;
    assert!(!said.contains(CHANGED), "{said}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_sum_withdraws_what_was_shown() {
    let shop = open().await;
    for (text, sum) in [
        ("tr KR0002 12000", "15000 aja"),
        ("tr KR0002 13000", "15000"),
        ("s10 081234567890", "20000 aja"),
        ("s10 081234567890", "20000"),
    ] {
        shop.pass(chrono::TimeDelta::minutes(11));
        let before = (shop.available(1).await, shop.available(2).await);
        hears(&shop, &reseller(), text).await;
        let said = hears(&shop, &reseller(), sum).await;
        assert!(!said.contains("GAGAL") && !said.contains("angka PIN"), "{text}, {sum}: {said}");
        if said.contains("tidak jadi") {
            hears(&shop, &reseller(), "1234").await;
            assert_eq!((shop.available(1).await, shop.available(2).await), before, "{text}, {sum}");
        } else {
            assert!(said.contains("20.000") || said.contains("15.000"), "{text}, {sum}: {said}");
        }
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sum_as_long_as_the_pin_is_no_wrong_pin() {
    let shop = open().await;
    hears(&shop, &reseller(), "GP.1234.73512").await;
    shop.note("-- a word says that it is a sum");
    for (text, sum) in [("tr KR0002 12000", "15000 aja"), ("s10 081234567890", "20000 aja ya")] {
        hears(&shop, &reseller(), text).await;
        let said = hears(&shop, &reseller(), sum).await;
        assert!(said.contains("15.000") || said.contains("S20 Telkomsel 20.000"), "{text}, {sum}: {said}");
        hears(&shop, &reseller(), "batal").await;
    }
    shop.note("-- what may be both is asked about once");
    for (text, sum) in [("markup KR0002 150", "15000"), ("s10 081234567890", "50000")] {
        hears(&shop, &reseller(), text).await;
        assert!(hears(&shop, &reseller(), sum).await.contains("tidak dihitung salah PIN"), "{text}, {sum}");
        hears(&shop, &reseller(), "batal").await;
    }
    assert!(!shop.store.agent(konter_core::ids::AgentId(1)).await.unwrap().unwrap().pin.has_failures());
    hears(&shop, &reseller(), "s10 081234567890").await;
    hears(&shop, &reseller(), "50000").await;
    assert!(hears(&shop, &reseller(), "73512").await.contains("SUKSES"), "the PIN itself is taken");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_writers_own_pin_is_passed_on_to_nobody() {
    let shop = open().await;
    shop.say(&reseller(), "GP.1234.7351", 1).await;
    shop.say(&reseller(), "TIKET.100000", 2).await;
    for text in [
        "komplain tr KR0002 11300 7351 ga masuk",
        "tr KR0002 10800 7351 kalo dia udah bayar",
        "KOMPLAIN.sudah 7351 kali dicoba",
        "komplain pin 7.3.5.1 salah terus",
        "komplain pin 7-3-5-1 ga bisa",
        "komplain S10 081234567890 73.51 belum masuk",
        "komplain S10 081234567891 735 1 belum masuk",
        "sudah transfer 100618 7351",
    ] {
        let message = shop.message(&reseller(), text);
        shop.shop.receive(vec![message]).await.unwrap();
        for (chat, said) in shop.hear_all().await {
            assert!(!said.contains("7351"), "{text}: to {chat}: {said}");
        }
    }
    let transcript = shop.transcript();
    assert!(transcript.contains("KR0002 11300 *** ga masuk"), "{transcript}");
    assert_eq!(
        transcript.matches("BUKTI TRANSFER").count(),
        1,
        "a transfer to a downline proves nothing: {transcript}"
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_several_have_is_asked_back_and_one_alone_is_found() {
    let shop = open().await;
    shop.say(&reseller(), "REG.Ani Jaya.081299990005.100.1234", 2).await;
    shop.say(&reseller(), "REG.Ani Berkah.081299990004.100.1234", 2).await;
    all_hear(
        &shop,
        &reseller(),
        &[
            ("tr ani 5000", &["KR0004 Ani Jaya", "KR0005 Ani Berkah", "belum ada yang dijalankan"]),
            ("yang kedua", &["Kirim saldo 5.000 ke KR0005 Ani Berkah", "ketik PIN"]),
            ("kirim 7500 ke ani", &["KR0004 Ani Jaya", "KR0005 Ani Berkah", "yang kedua"]),
            ("KR0004 aja", &["Kirim saldo 7.500 ke KR0004 Ani Jaya"]),
            ("tr ani 6000", &["KR0004 Ani Jaya"]),
            ("ani berkah", &["Kirim saldo 6.000 ke KR0005 Ani Berkah"]),
            ("tr ani 6000", &["KR0004 Ani Jaya"]),
            ("saldo", &["Saldo"]),
            ("yang pertama", &["belum dimengerti"]),
            ("tr ani jaya 5000", &["Kirim saldo 5.000 ke KR0004 Ani Jaya"]),
            ("tf wati 7500", &["Kirim saldo 7.500 ke KR0002 Wati Cell"]),
            ("kirim 7500 ke wati", &["Kirim saldo 7.500 ke KR0002 Wati Cell"]),
            ("transfer 25rb ke andi", &["Kirim saldo 25.000 ke KR0003 Andi Cell"]),
        ],
    )
    .await;
    for text in ["nama di struk bisa diganti?", "tambah chat gimana?"] {
        let said = hears(&shop, &reseller(), text).await;
        assert!(!said.contains(".PIN\n\nTekan") && !said.contains("Belum dijalankan"), "{text}: {said}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_who_is_not_understood_is_still_shown_how_to_register() {
    let shop = TestShop::open().await;
    for text in ["bla", "blu", "bli", "blo", "ble", "bla bla"] {
        hears(&shop, &newcomer(), text).await;
    }
    for text in ["bantuan", "/help"] {
        assert!(hears(&shop, &newcomer(), text).await.contains("DAFTAR"), "{text}");
    }
    shop.note("-- no name is taken in silence");
    hears(&shop, &newcomer(), "daftar").await;
    assert!(hears(&shop, &newcomer(), "Gita Cell").await.contains("Gita Cell"));
    shop.note("-- a question is no name, a name may be corrected, and an ok is answered");
    let chat = ChatId::telegram(7_600);
    for (text, told) in [
        ("daftar", "Nama tokonya apa"),
        ("mau tanya dulu boleh", "DAFTAR.nama toko.PIN"),
        ("Gito Jaya", "Nama toko: Gito Jaya"),
        ("ok", "PIN pilihan"),
        ("bukan, Gita Jaya", "Nama toko: Gita Jaya"),
    ] {
        assert!(hears(&shop, &chat, text).await.contains(told), "{text}");
    }
    hears(&shop, &chat, "8264").await;
    assert_eq!(registered(&shop, &chat).await.as_deref(), Some("Gita Jaya"));
    assert!(hears(&shop, &ChatId::telegram(7_601), "DAFTAR.Ga Cell").await.contains("Nama toko: Ga Cell"));
    for (at, text) in ["Nama: Rudi Berkah\nPIN: 8264", "rudi berkah 8264"].into_iter().enumerate() {
        let chat = ChatId::telegram(7_500 + i64::try_from(at).unwrap());
        let said = hears(&shop, &chat, text).await.to_lowercase();
        assert!(said.contains("nama toko: rudi berkah"), "{text}: {said}");
        hears(&shop, &chat, "8264").await;
        assert!(registered(&shop, &chat).await.is_some(), "{text}");
    }
    shop.close().await;
}
