//! A bank's statement, pasted, forwarded or sent as a file: payments find their tickets, one yes accepts them, and nothing is
//! accepted twice or on a guess. Today is 21 November 2026; ticket 1 is to be paid with 100.618, ticket 2 with 50.236.

use std::sync::Arc;

use crate::support::shop::{Setup, TestShop, admin, reseller};
use async_trait::async_trait;
use chrono::TimeDelta;
use konter::attachment::{Attachment, FileRef};
use konter::shop::ChatService;
use konter_core::agent::Locale;
use konter_core::ids::{ChatId, TicketId};
use konter_reply::Reply;

const KLIKBCA: &str = "'21/11,TRSF E-BANKING CR 11/21 95031 BUDI,'0000,100618.00,CR,1250618.00\n\
                       '21/11,TRSF E-BANKING CR 11/21 95031 SITI,'0000,50236.00,CR,1300854.00\n\
                       '21/11,BIAYA ADM,'0000,15000.00,DB,1285854.00\n\
                       '21/11,SETORAN TUNAI,'0000,75000.00,CR,1360854.00";

fn other() -> ChatId {
    ChatId::telegram(2002)
}

/// A shop with two tickets of two resellers.
async fn with_tickets(setup: Setup) -> TestShop {
    let told = 2 + setup.more_admins.len();
    let shop = TestShop::with(Setup { balance: 0, ..setup }).await;
    shop.add_agent(other(), 0, Locale::Id).await;
    shop.say(&reseller(), "TIKET.100000", told).await;
    shop.say(&other(), "TIKET.50000", told).await;
    shop
}

async fn balances(shop: &TestShop) -> (i64, i64) {
    (shop.available(1).await, shop.available(2).await)
}

async fn sends(shop: &TestShop, who: &ChatId, text: &str, replies: usize) -> String {
    shop.say(who, text, replies).await.join("\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pasted_lines_find_their_tickets_and_one_yes_accepts_them_once() {
    let shop = with_tickets(Setup::default()).await;
    sends(&shop, &admin(), KLIKBCA, 1).await;
    assert_eq!(balances(&shop).await, (0, 0), "nothing is booked by the question");
    let yes = shop.tap_on(&admin(), "Terima semua");
    shop.receive(yes.clone(), 3).await;
    assert_eq!(balances(&shop).await, (100_618, 50_236));
    shop.note("-- the button again, the same lines again, and a yes to the question of before");
    shop.receive(konter_store::InboxMessage { message: "tap again".to_owned(), ..yes }, 0).await;
    sends(&shop, &admin(), KLIKBCA, 1).await;
    sends(&shop, &admin(), "YA.1", 1).await;
    assert_eq!(balances(&shop).await, (100_618, 50_236));
    sends(&shop, &admin(), "/log 3", 1).await;
    insta::assert_snapshot!("mutation", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_banks_message_is_forwarded_by_those_who_work_here_alone() {
    let shop = with_tickets(Setup::default()).await;
    let words = "Transfer Masuk\nHore! Kamu menerima Rp100.618 dari BUDI. Saldo Rp250.236";
    let forwarded = |who: &ChatId, words: &str| shop.message(who, &Attachment::forwarded(words, None, None).to_text());
    let said = shop.receive(forwarded(&reseller(), words), 1).await.join("\n");
    assert!(!said.contains("MUTASI") && balances(&shop).await == (0, 0), "{said}");
    let said = shop.receive(forwarded(&admin(), "besok libur ya"), 1).await.join("\n");
    assert!(!said.contains("MUTASI"), "{said}");
    let said = shop.receive(forwarded(&admin(), words), 1).await.join("\n");
    assert!(said.contains("#1 KR0001") && !said.contains("#2"), "{said}");
    sends(&shop, &admin(), "YA.1", 2).await;
    assert_eq!(balances(&shop).await, (100_618, 0));
    shop.note("-- what a reseller wrote is no bank's word, whoever passes it on");
    let bank = "Dana masuk Rp50.236 dari SITI";
    let of_a_reseller = Attachment::forwarded(bank, Some(&other().id), None).to_text();
    let said = shop.receive(shop.message(&admin(), &of_a_reseller), 1).await.join("\n");
    assert!(said.contains("tulisan agen KR0002") && !said.contains("MUTASI"), "{said}");
    let of_a_bank = Attachment::forwarded(bank, Some("777000"), None).to_text();
    let said = shop.receive(shop.message(&admin(), &of_a_bank), 1).await.join("\n");
    assert!(said.contains("#2 KR0002"), "{said}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_doubt_is_shown_and_not_accepted() {
    let shop = with_tickets(Setup::default()).await;
    for (text, told) in [
        ("20/11 TRSF BUDI 100,618.00 CR", "tanggalnya sebelum tiket dibuat"),
        ("22/11 TRSF BUDI 100,618.00 CR", "tanggalnya belum tiba"),
        ("22/11/2026 TRSF BUDI 100,618.00 CR", "tanggalnya belum tiba"),
        ("21/11 KR OTOMATIS 5,000.00 100,618.00", "tidak jelas masuk atau keluar"),
        (
            "Transfer masuk ke rekening\nTransfer ke BUDI Rp 100.618\nDana masuk Rp 1.000.000",
            "tidak ada pembayaran baru",
        ),
        ("transfer masuk Rp 99.000\ntransfer keluar\nBudi Rp 100.618", "tidak jelas masuk atau keluar"),
        ("21/11 BUDI 100,617.00 CR\n21/11 BUDI 100,000.00 CR", "Masuk tanpa tiket"),
        ("21/11 BUDI 100,618.00 DB\n21/11 X 2,000.00 CR", "tidak ada pembayaran baru"),
        ("21/11 A 5,000.00 CR\nSaldo Rp 100.618", "tidak ada pembayaran baru"),
    ] {
        let said = sends(&shop, &admin(), text, 1).await;
        assert!(said.contains(told), "{text}: {said}");
        sends(&shop, &admin(), "YA.1", 1).await;
        assert_eq!(balances(&shop).await, (0, 0), "{text}");
    }
    shop.note("-- the amount twice: one ticket's money, once");
    let said = sends(&shop, &admin(), "21/11 BUDI 100,618.00 CR\n21/11 BUDI 100,618.00 CR", 1).await;
    assert!(said.contains("tertulis lebih dari sekali"), "{said}");
    sends(&shop, &admin(), "YA.1", 2).await;
    assert_eq!(balances(&shop).await, (100_618, 0));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sum_rounded_off_offers_its_only_ticket_and_books_nothing_by_itself() {
    let shop = with_tickets(Setup::default()).await;
    let said = sends(&shop, &admin(), "Transfer masuk Rp100.000 dari BUDI", 1).await;
    assert!(said.contains("Mungkin tiket #1 KR0001 Konter 1") && said.contains("/acc 1 100000"), "{said}");
    assert_eq!(balances(&shop).await, (0, 0), "nothing is booked by itself");
    shop.tap(&admin(), "Terima #1: 100.000", 1).await;
    assert_eq!(balances(&shop).await, (100_000, 0));
    for (text, why) in
        [("Transfer masuk Rp100.000 dari BUDI", "decided"), ("Dana masuk Rp 51.000", "less is waited for")]
    {
        let said = sends(&shop, &admin(), text, 1).await;
        assert!(!said.contains("Mungkin tiket"), "{why}: {said}");
    }
    sends(&shop, &reseller(), "TIKET.50000", 2).await;
    let said = sends(&shop, &admin(), "Dana masuk Rp 50.000", 1).await;
    assert!(!said.contains("Mungkin tiket"), "of two nobody knows which: {said}");
    shop.close().await;
}

/// Between the question and the yes somebody else accepts one, and the other is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_yes_takes_only_what_is_still_plain() {
    let second = ChatId::telegram(1002);
    let shop = with_tickets(Setup { more_admins: vec![second.clone()], ..Setup::default() }).await;
    sends(&shop, &admin(), KLIKBCA, 1).await;
    sends(&shop, &second, "/acc 1", 3).await;
    let said = sends(&shop, &admin(), "YA.1", 3).await;
    assert!(said.contains("1 tiket diterima, 50.236. Belum diterima, cek sendiri: #1"), "{said}");
    assert_eq!(balances(&shop).await, (100_618, 50_236));
    shop.note("-- five minutes later a yes is worth nothing");
    sends(&shop, &reseller(), "TIKET.200000", 3).await;
    let pay = shop.store.ticket(TicketId(3)).await.unwrap().unwrap().pay.get();
    sends(&shop, &admin(), &format!("21/11 BUDI {pay}.00 CR"), 1).await;
    shop.pass(TimeDelta::minutes(6));
    sends(&shop, &admin(), "YA.2", 1).await;
    assert_eq!(balances(&shop).await, (100_618, 50_236));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_accepts_nothing_for_itself_and_a_viewer_nothing_at_all() {
    let shop = with_tickets(Setup::default()).await;
    sends(&shop, &admin(), "/peran KR0001 operator", 2).await;
    let said = sends(&shop, &reseller(), KLIKBCA, 1).await;
    assert!(said.contains("#2 KR0002") && said.contains("#1 KR0001") && said.contains("Cek sendiri"), "{said}");
    let said = sends(&shop, &reseller(), "YA.1", 3).await;
    assert!(said.contains("1 tiket diterima"), "{said}");
    assert_eq!(balances(&shop).await, (0, 50_236));
    sends(&shop, &admin(), "/peran KR0002 viewer", 2).await;
    let said = sends(&shop, &other(), KLIKBCA, 1).await;
    assert!(!said.contains("MUTASI"), "{said}");
    shop.close().await;
}

/// What an operator may book in a day holds for tickets, for `/deposit` and for all at once; an owner is told how to go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_s_limit_holds_however_it_is_booked() {
    let operator = ChatId::telegram(3001);
    let deposits = konter_core::deposit::Terms {
        operator_daily: Some(konter_core::money::Rupiah::new(120_000)),
        ..konter_core::deposit::Terms::default()
    };
    let shop = with_tickets(Setup { deposits, ..Setup::default() }).await;
    sends(&shop, &admin(), "/peran telegram:3001 operator", 1).await;
    sends(&shop, &admin(), "YA.1", 2).await;
    let said = sends(&shop, &operator, "/deposit KR0001 150000 [+1]", 2).await;
    assert!(said.contains("sisanya hari ini 120.000") && said.contains("/deposit KR0001 150000"), "{said}");
    sends(&shop, &operator, KLIKBCA, 1).await;
    let said = sends(&shop, &operator, "YA.1", 3).await;
    assert!(said.contains("1 tiket diterima, 100.618. Belum diterima, cek sendiri: #2"), "{said}");
    let said = sends(&shop, &operator, "/acc 2", 2).await;
    assert!(said.contains("sisanya hari ini 19.382") && said.contains("/acc 2"), "{said}");
    sends(&shop, &operator, "/deposit KR0002 19000 tunai", 3).await;
    let said = sends(&shop, &operator, "/deposit KR0002 400", 2).await;
    assert!(said.contains("sisanya hari ini 382"), "{said}");
    assert_eq!(balances(&shop).await, (100_618, 19_000));
    sends(&shop, &admin(), "/acc 2", 3).await;
    shop.note("-- the next day");
    shop.pass(TimeDelta::days(1));
    sends(&shop, &operator, "/deposit KR0002 1400", 3).await;
    assert_eq!(balances(&shop).await, (100_618, 70_636));
    shop.close().await;
}

/// One file, whatever is asked for.
struct OneFile(String);

#[async_trait]
impl ChatService for OneFile {
    fn bot_name(&self) -> Option<String> {
        None
    }

    async fn tell(&self, _: &ChatId, _: Locale, _: Reply) {}

    async fn fetch(&self, _: &str, _: usize) -> Option<Vec<u8>> {
        Some(self.0.as_bytes().to_vec())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_is_sent_as_a_file_like_a_catalog() {
    let statement = "Rekening;0012-01-005678-50-1;;;\nTanggal;Keterangan;Debet;Kredit;Saldo\n\
                     21/11/2026;TRF BUDI;0,00;100.618,00;1.250.618,00\n21/11/2026;ADM;50.236,00;0,00;1.200.382,00\n";
    let shop = with_tickets(Setup { chats: Arc::new(OneFile(statement.to_owned())), ..Setup::default() }).await;
    let file = Some(FileRef { id: "BQAC".to_owned(), name: "mutasi.csv".to_owned() });
    let message = shop.message(&admin(), &Attachment { kind: "document".to_owned(), file }.to_text());
    let said = shop.receive(message, 1).await.join("\n");
    assert!(said.contains("#1 KR0001") && !said.contains("#2"), "what went out is nobody's payment: {said}");
    shop.tap(&admin(), "Terima semua", 2).await;
    assert_eq!(balances(&shop).await, (100_618, 0));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_not_read_to_its_end_says_so() {
    let line = |number: u32| format!("21/11/2026;TRF ORANG {number};0,00;{}00,00;1,00\n", 1_000_000 + number);
    let lines: String = (0..2_000).map(line).collect();
    let statement = |last: &str| format!("Tanggal;Keterangan;Debet;Kredit;Saldo\n{lines}{last}");
    for (last, is_cut) in [("", false), ("21/11/2026;TRF BUDI;0,00;100.618,00;1,00\n", true)] {
        let shop = with_tickets(Setup { chats: Arc::new(OneFile(statement(last))), ..Setup::default() }).await;
        let file = Some(FileRef { id: "BQAC".to_owned(), name: "mutasi.csv".to_owned() });
        let message = shop.message(&admin(), &Attachment { kind: "document".to_owned(), file }.to_text());
        let said = shop.receive(message, 1).await.join("\n");
        assert_eq!(said.contains("baru 2.000 baris pertama"), is_cut, "{said}");
        shop.close().await;
    }
}

/// A word of doubt may be part of a name: it is named, with the command that accepts the ticket all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_word_that_leaves_a_payment_in_doubt_is_named() {
    let shop = with_tickets(Setup::default()).await;
    for (line, word) in [("TRSF E-BANKING CR 21/11 CV REV JAYA", "rev"), ("Dana masuk dari TOKO KOREKSI", "koreksi")] {
        let said = shop.say(&admin(), &format!("{line} Rp 100.618"), 1).await.remove(0);
        assert!(said.contains(&format!("ada kata \"{word}\"")) && said.contains("/acc 1"), "{said}");
    }
    assert_eq!(shop.available(1).await, 0);
    shop.close().await;
}

/// A payment that was passed on from somebody who hides, or that was written before the ticket, is nobody's for sure.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_passed_on_from_the_dark_or_from_before_is_looked_at() {
    let shop = with_tickets(Setup::default()).await;
    let bank = "BRI: Dana masuk Rp 100.618,00 dari BUDI";
    let hidden = Attachment::forwarded(bank, Some(konter::attachment::HIDDEN), None).to_text();
    let said = shop.receive(shop.message(&admin(), &hidden), 1).await.remove(0);
    assert!(said.contains("disembunyikan") && !said.contains("[Terima semua]"), "{said}");
    let before = (shop.now() - TimeDelta::hours(2)).timestamp();
    let early = Attachment::forwarded(bank, Some("777000"), Some(before)).to_text();
    let said = shop.receive(shop.message(&admin(), &early), 1).await.remove(0);
    assert!(said.contains("sebelum tiket dibuat") && !said.contains("[Terima semua]"), "{said}");
    for text in ["Pembayaran QRIS Rp100.618 ke Toko Hadi berhasil", "sudah masuk 100.618 dari BCA budi"] {
        let said = shop.say(&admin(), text, 1).await.join("\n");
        assert!(!said.contains("[Terima semua]"), "{text}: {said}");
    }
    assert_eq!(shop.available(1).await, 0);
    shop.close().await;
}
