//! Uplines and downlines, as conversations that a person can review; behind each, books that are proven sound.

use crate::support::shop::{Setup, TestShop, admin, reseller};
use chrono::TimeDelta;
use konter::config::Registration;
use konter_core::agent::Locale;
use konter_core::ids::{AgentId, ChatId};
use konter_store::memory::MemoryStore;
use konter_store::{InboxMessage, Store};

/// A balance for large sums.
const RICH: i64 = 20_000_000;

fn rich() -> Setup {
    Setup { balance: RICH, ..Setup::default() }
}

/// The chat of the n-th reseller.
fn chat(n: u32) -> ChatId {
    ChatId::telegram(2000 + i64::from(n))
}

/// A conversation without what is drawn at random.
async fn transcript(shop: TestShop) -> String {
    let text = shop.close().await;
    let pins = regex::Regex::new(r"PIN: \d{4} ").unwrap().replace_all(&text, "PIN: (four digits) ").into_owned();
    let pins = regex::Regex::new(r"GP\.\d{4}\.").unwrap().replace_all(&pins, "GP.(four digits).").into_owned();
    regex::Regex::new(r"(start[ =])[A-Za-z0-9]{16}").unwrap().replace_all(&pins, "${1}(a code)").into_owned()
}

async fn says(shop: &TestShop, who: &ChatId, texts: &[(&str, usize)]) {
    for (text, replies) in texts {
        shop.say(who, text, *replies).await;
    }
}

/// What a reply tells to type after `/start`.
fn code_in(reply: &str) -> String {
    let link = regex::Regex::new(r"start[ =]([A-Za-z0-9]{16})").unwrap();
    link.captures(reply).expect("an invitation")[1].to_owned()
}

/// The PIN of a new downline, as its upline was told it.
fn pin_in(reply: &str) -> String {
    regex::Regex::new(r"PIN: (\d{4})").unwrap().captures(reply).expect("a PIN")[1].to_owned()
}

/// A chain below the first reseller: each registers the next with a markup of 100 and a balance; all have the PIN 1234.
async fn chain(shop: &TestShop, length: u32) {
    for n in 1..length {
        let next = n + 1;
        let text = format!("REG.Konter {next}.08123456700{next}.100.1234");
        let told = shop.say(&chat(n), &text, 2).await;
        let code = code_in(&told[0]);
        shop.say(&chat(next), &format!("/start {code}"), 1).await;
        shop.say(&chat(next), &format!("GP.{}.1234", pin_in(&told[0])), 1).await;
        shop.say(&admin(), &format!("/deposit KR{next:04} 100000"), 2).await;
    }
}

async fn available(shop: &TestShop, of: [u32; 3]) -> [i64; 3] {
    [shop.available(of[0]).await, shop.available(of[1]).await, shop.available(of[2]).await]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_downline_is_registered_and_comes_by_its_own_link() {
    let shop = TestShop::open().await;
    says(&shop, &reseller(), &[("LDL", 1)]).await;
    let told = shop.say(&reseller(), "REG.Sari Pulsa.081234567890.100.1234", 2).await;
    let lines = [
        ("REG.Sari Dua.081234567890.100.1234", 1),
        ("REG.Adi.081234567891.60000.1234", 1),
        ("REG.Adi.081234567891.100.9999", 1),
        ("REG.Adi.08123x.100.1234", 1),
        ("REG.Adi.081234567891.90000.100", 1),
        ("R.ANDI CELL.081234567892.900000.50.1234", 1),
        ("R.ANDI CELL.081234567892.500000.50.1234", 1),
        ("R.ANDI CELL.081234567892.25000.50.1234", 2),
        ("DAFTAR#SIGIT#JAKARTA#081765432100", 2),
        ("DOWNLINE", 1),
        ("SD.KR0002", 1),
        ("LIHAT.0812-3456-7892", 1),
        ("SD.KR0099", 1),
        ("SAL.KR0003.1234", 1),
    ];
    says(&shop, &reseller(), &lines).await;
    let code = code_in(&told[0]);
    shop.note("-- by the link, once");
    shop.say(&chat(2), &format!("/start {code}"), 1).await;
    shop.say(&chat(3), &format!("/start {code}"), 1).await;
    shop.say(&chat(2), &format!("GP.{}.5678", pin_in(&told[0])), 1).await;
    says(&shop, &chat(2), &[("SAL.5678", 1), ("SD.KR0001", 1), ("/start", 1)]).await;
    says(&shop, &chat(3), &[("REG.Adi.081234567891.100", 1), ("DAFTAR.Adi.081234567891.4321", 2)]).await;
    insta::assert_snapshot!("registered", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_brings_whoever_registers_by_it_below() {
    let shop = TestShop::with(Setup::with_bot_name()).await;
    let told = shop.say(&reseller(), "UNDANG", 1).await;
    says(&shop, &reseller(), &[("undang", 1)]).await;
    let code = code_in(&told[0]);
    says(&shop, &chat(2), &[(&format!("/start {code}"), 1), ("DAFTAR.Toko Baru.4821", 3)]).await;
    says(&shop, &admin(), &[("/setujui KR0002", 2)]).await;
    says(&shop, &reseller(), &[("LDL", 1), ("UNDANG.BARU", 1)]).await;
    shop.note("-- the old one is over");
    says(&shop, &chat(3), &[(&format!("/start {code}"), 1), ("DAFTAR.Toko Lain.4821", 2)]).await;
    shop.note("-- after a day it is forgotten who invited");
    let told = shop.say(&reseller(), "INVITE", 1).await;
    says(&shop, &chat(4), &[(&format!("/start {}", code_in(&told[0])), 1)]).await;
    shop.pass(TimeDelta::days(1));
    says(&shop, &chat(4), &[("DAFTAR.Toko Lama.4821", 2)]).await;
    says(&shop, &reseller(), &[("LDL", 1)]).await;
    insta::assert_snapshot!("invited", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_level_adds_its_markup_and_earns_it_when_the_order_succeeds() {
    let shop = TestShop::open().await;
    chain(&shop, 3).await;
    for who in [1, 2, 3] {
        says(&shop, &chat(who), &[("HARGA.S10", 1)]).await;
    }
    let before = available(&shop, [1, 2, 3]).await;
    shop.note("-- success");
    says(&shop, &chat(3), &[("S10.081234567890.1234", 1)]).await;
    assert_eq!(available(&shop, [1, 2, 3]).await, [before[0] + 100, before[1] + 100, before[2] - 10_700]);
    shop.note("-- failure earns nothing");
    says(&shop, &chat(3), &[("S10.081234567811.1234", 1)]).await;
    assert_eq!(available(&shop, [1, 2, 3]).await, [before[0] + 100, before[1] + 100, before[2] - 10_700]);
    shop.note("-- taken back, and paid again");
    says(&shop, &admin(), &[("/gagal 1 dibatalkan operator", 1), ("YA.1", 2)]).await;
    assert_eq!(available(&shop, [1, 2, 3]).await, before);
    says(&shop, &admin(), &[("/sukses 1 0123456789", 1), ("YA.2", 2)]).await;
    says(&shop, &admin(), &[("/gagal 1 ternyata tidak", 1), ("YA.3", 2)]).await;
    assert_eq!(available(&shop, [1, 2, 3]).await, before);
    insta::assert_snapshot!("margins", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_most_specific_markup_counts() {
    let shop = TestShop::open().await;
    chain(&shop, 2).await;
    let lines = [
        ("MARKUP", 1),
        ("M.200.1234", 1),
        ("M.S10.300.1234", 1),
        ("MARKUP.KR0002.-.1234", 1),
        ("MS.KR0002.S5.75.1234", 1),
        ("MP.KR0002.X10=25.1234", 1),
        ("MARKUP", 1),
        ("CM.KR0002.1234", 1),
        ("SET.KR0002.60000.1234", 1),
        ("SET.KR0002.100", 1),
        ("SET.KR0002.100.9999", 1),
        ("SET.KR0002.-100.1234", 1),
        ("SET.KR0099.100.1234", 1),
        ("MARKUP.ABC002.75.4321", 1),
        ("MARKUP.TN5.75.1234", 1),
        ("GH.KR0002.S10.10200.1234", 1),
    ];
    says(&shop, &reseller(), &lines).await;
    says(&shop, &chat(2), &[("HARGA.S", 1), ("HARGA.X10", 1), ("M.100.1234", 1), ("SET.KR0001.100.1234", 1)]).await;
    insta::assert_snapshot!("markups", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bill_is_paid_as_it_was_shown_though_the_markup_changed() {
    let shop = TestShop::open().await;
    chain(&shop, 2).await;
    says(&shop, &admin(), &[("/deposit KR0002 1000000", 2)]).await;
    says(&shop, &reseller(), &[("MARKUP.KR0002.500.1234", 1)]).await;
    says(&shop, &chat(2), &[("TAG.PLNPOST.520010509867", 1)]).await;
    says(&shop, &reseller(), &[("MARKUP.KR0002.900.1234", 1)]).await;
    let before = available(&shop, [1, 2, 2]).await;
    says(&shop, &chat(2), &[("BAYAR.PLNPOST.520010509867.1234", 1)]).await;
    assert_eq!(shop.available(1).await, before[0] + 500);
    insta::assert_snapshot!("bill", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn balance_goes_down_only_and_never_below_zero() {
    let shop = TestShop::open().await;
    shop.add_agent(chat(2), 50_000, Locale::Id).await;
    says(&shop, &admin(), &[("/pindah KR0002 KR0001", 1)]).await;
    shop.add_agent(chat(3), 0, Locale::En).await;
    says(&shop, &admin(), &[("/pindah KR0003 KR0002", 1)]).await;
    shop.add_agent(chat(4), 50_000, Locale::Id).await;
    let lines = [
        ("TR.KR0002.10000.1234", 2),
        ("TR.25000.KR0003.1234", 2),
        ("KIRIM.KR0002.5000", 1),
        ("TR.KR0002.5000.9999", 1),
        ("TR.KR0001.5000.1234", 1),
        ("TR.KR0004.5000.1234", 1),
        ("TR.KR0099.5000.1234", 1),
        ("ADD.MH6265.5000.1234", 1),
        ("TR.KR0002.-5000.1234", 1),
        ("TR.KR0002.65001.1234", 1),
        ("TR.KR0002.65000.1234", 2),
    ];
    says(&shop, &reseller(), &lines).await;
    shop.note("-- never up, never to strangers");
    says(&shop, &chat(2), &[("TR.KR0001.5000.1234", 1), ("TR.KR0003.5000.1234", 2)]).await;
    says(&shop, &chat(3), &[("TR.KR0002.5000.1234", 1)]).await;
    says(&shop, &admin(), &[("/blokir KR0003", 2)]).await;
    says(&shop, &chat(2), &[("TR.KR0003.5000.1234", 1)]).await;
    assert_eq!(shop.available(1).await, 0);
    insta::assert_snapshot!("transfers", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_message_sends_once() {
    let shop = TestShop::open().await;
    shop.add_agent(chat(2), 0, Locale::Id).await;
    says(&shop, &admin(), &[("/pindah KR0002 KR0001", 1)]).await;
    let message = shop.message(&reseller(), "TR.KR0002.10000.1234");
    shop.receive(message.clone(), 2).await;
    shop.receive(message, 0).await;
    let late =
        InboxMessage { sent_at: shop.now() - TimeDelta::hours(1), ..shop.message(&reseller(), "TR.KR0002.10000.1234") };
    let told = shop.receive(late, 1).await;
    assert!(told[0].contains("terlambat 60 menit"), "{told:?}");
    assert_eq!((shop.available(1).await, shop.available(2).await), (90_000, 10_000));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_sum_is_asked_back_first() {
    let shop = TestShop::with(rich()).await;
    shop.add_agent(chat(2), 0, Locale::Id).await;
    says(&shop, &admin(), &[("/pindah KR0002 KR0001", 1)]).await;
    says(&shop, &reseller(), &[("TR.KR0002.500000.1234", 2), ("TR.KR0002.500001.1234", 1)]).await;
    let yes = shop.tap_on(&reseller(), "Ya, kirim");
    shop.receive(yes.clone(), 2).await;
    shop.note("-- once");
    shop.receive(InboxMessage { message: "tap again".to_owned(), ..yes }, 0).await;
    says(&shop, &reseller(), &[("YA.1", 1), ("YA.99", 1), ("YA", 1)]).await;
    shop.note("-- by text; the same command again is no yes");
    let lines = [("TR.KR0002.600000.1234", 1), ("YA.2", 2), ("TR.KR0002.700000.1234", 1), ("TR.KR0002.700000.1234", 1)];
    says(&shop, &reseller(), &lines).await;
    says(&shop, &reseller(), &[("YA.3", 2), ("YA.3", 1)]).await;
    shop.note("-- another sum is another question");
    says(&shop, &reseller(), &[("TR.KR0002.800000.1234", 1), ("TR.KR0002.900000.1234", 1), ("YA.4", 1)]).await;
    shop.tap(&reseller(), "Batal", 0).await;
    says(&shop, &reseller(), &[("YA.5", 1)]).await;
    shop.note("-- in its own chat, in its own time");
    says(&shop, &reseller(), &[("TR.KR0002.800000.1234", 1)]).await;
    let yes = shop.tap_on(&reseller(), "Ya, kirim");
    shop.receive(InboxMessage { chat: chat(2), ..yes }, 1).await;
    shop.pass(TimeDelta::minutes(5));
    shop.tap(&reseller(), "Ya, kirim", 0).await;
    says(&shop, &reseller(), &[("YA.6", 1), ("SAL", 1)]).await;
    assert_eq!(shop.available(2).await, 500_000 + 500_001 + 600_000 + 700_000);
    insta::assert_snapshot!("large", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_sum_again_is_asked_back() {
    let shop = TestShop::with(rich()).await;
    shop.add_agent(chat(2), 0, Locale::Id).await;
    says(&shop, &admin(), &[("/pindah KR0002 KR0001", 1)]).await;
    let again = ("TR.KR0002.10000.1234", 1);
    says(&shop, &reseller(), &[("TR.KR0002.10000.1234", 2), again, again, ("TR.KR0002.11000.1234", 2)]).await;
    says(&shop, &reseller(), &[("YA.1", 2), ("YA.1", 1)]).await;
    assert_eq!(shop.available(2).await, 31_000);
    shop.pass(TimeDelta::minutes(10));
    says(&shop, &reseller(), &[("TR.KR0002.10000.1234", 2)]).await;
    insta::assert_snapshot!("same_again", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_be_read_in_two_ways_goes_to_who_there_is_or_to_nobody() {
    let shop = TestShop::with(rich()).await;
    let text = "TR 0812 345 678 900 1234";
    says(&shop, &reseller(), &[(text, 1), ("REG.Sari.0812345678.0.1234", 2), (text, 1), ("LDL", 1)]).await;
    says(&shop, &reseller(), &[("REG.Sita.0812345678900.0.1234", 2), (text, 1), ("LDL", 1)]).await;
    insta::assert_snapshot!("either", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_pays_its_own_prices_and_never_less_than_they_cost() {
    let shop = TestShop::open().await;
    shop.add_agent(chat(2), 100_000, Locale::Id).await;
    let lines = [
        ("/grup", 1),
        ("/grup agent -50", 1),
        ("/grup agent -5000", 1),
        ("/grup agent S10 100", 1),
        ("/grup agent S10 100 --paksa", 1),
        ("/grup agent S10 -", 1),
        ("/grup agent S10 10400", 1),
        ("/grup agent NGAWUR 10400", 1),
        ("/grup retail -50", 1),
        ("/grup grosir", 1),
        ("/grup KR0001 grosir", 1),
        ("/grup grosir 25", 1),
        ("/grup KR0001 agent", 1),
        ("/pindah KR0002 KR0001", 1),
        ("/grup KR0002 agent", 1),
        ("/grup", 1),
        ("/grup agent", 1),
    ];
    says(&shop, &admin(), &lines).await;
    says(&shop, &reseller(), &[("HARGA.S10", 1), ("M.100.1234", 1), ("S10.081234567890.1234", 1), ("/grup", 1)]).await;
    says(&shop, &chat(2), &[("HARGA.S10", 1), ("HARGA.S5", 1)]).await;
    insta::assert_snapshot!("groups", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_moved_below_themselves_or_too_deep() {
    let shop = TestShop::with(Setup { registration: Registration::Open, ..Setup::default() }).await;
    for n in 2..=11 {
        shop.add_agent(chat(n), 0, Locale::Id).await;
    }
    for n in 2..=10 {
        says(&shop, &admin(), &[(&format!("/pindah KR{n:04} KR{:04}", n - 1), 1)]).await;
    }
    let lines = [
        ("/pindah KR0001 KR0003", 1),
        ("/pindah KR0003 KR0003", 1),
        ("/pindah KR0011 KR0010", 1),
        ("/pindah KR0001 KR0011", 1),
        ("/pindah KR0003 KR0002", 1),
        ("/pindah KR0003 KR0099", 1),
        ("/pindah KR0003", 1),
        ("/pindah KR0003 -", 1),
        ("/pindah KR0011 KR0010", 1),
    ];
    says(&shop, &admin(), &lines).await;
    says(&shop, &chat(1), &[("LDL", 1)]).await;
    says(&shop, &chat(11), &[("REG.Dalam.081234567890.0.1234", 2)]).await;
    says(&shop, &reseller(), &[("/pindah KR0003 KR0002", 1)]).await;
    insta::assert_snapshot!("moves", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_moves_at_once_make_no_circle() {
    let shop = TestShop::open().await;
    for n in 2..=9 {
        shop.add_agent(chat(n), 0, Locale::Id).await;
    }
    let boss = ChatId::telegram(1001);
    for (a, b) in [(2, 3), (4, 5), (6, 7), (8, 9)] {
        let one = shop.message(&boss, &format!("/pindah KR{a:04} KR{b:04}"));
        let two = shop.message(&boss, &format!("/pindah KR{b:04} KR{a:04}"));
        let (one, two) = tokio::join!(shop.shop.handle(&one), shop.shop.handle(&two));
        one.unwrap();
        two.unwrap();
        let upline = async |n: u32| shop.store.agent(AgentId(n)).await.unwrap().unwrap().network.upline;
        let uplines = [upline(a).await, upline(b).await];
        assert!(uplines == [Some(AgentId(b)), None] || uplines == [None, Some(AgentId(a))], "{uplines:?}");
    }
    shop.hear(8).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admins_hear_when_a_margin_taken_back_leaves_a_hole() {
    let shop = TestShop::open().await;
    shop.add_agent(chat(2), 100_000, Locale::Id).await;
    says(&shop, &admin(), &[("/pindah KR0002 KR0001", 1)]).await;
    says(&shop, &reseller(), &[("M.100.1234", 1)]).await;
    says(&shop, &chat(2), &[("S10.081234567890.1234", 1)]).await;
    says(&shop, &reseller(), &[("TR.KR0002.100100.1234", 2)]).await;
    says(&shop, &admin(), &[("/gagal 1 dibatalkan operator", 1), ("YA.1", 3)]).await;
    assert_eq!(shop.available(1).await, -100);
    insta::assert_snapshot!("hole", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn registration_may_be_closed() {
    let shop = TestShop::with(Setup { registration: Registration::Closed, ..Setup::default() }).await;
    says(&shop, &reseller(), &[("REG.Sari.081234567890.100.1234", 1)]).await;
    insta::assert_snapshot!("closed", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_downlines_come_in_pages() {
    let shop = TestShop::open().await;
    for n in 2..=23 {
        shop.add_agent(chat(n), 0, Locale::Id).await;
        says(&shop, &admin(), &[(&format!("/pindah KR{n:04} KR0001"), 1)]).await;
    }
    let told = shop.say(&reseller(), "LDL", 1).await;
    assert_eq!((told[0].matches("KR00").count(), told[0].contains("DOWNLINE.2")), (20, true), "{told:?}");
    let told = shop.say(&reseller(), "DOWNLINE.2", 1).await;
    assert_eq!((told[0].matches("KR00").count(), told[0].contains("DOWNLINE.3")), (2, false), "{told:?}");
    let told = shop.say(&reseller(), "DOWNLINE.3", 1).await;
    assert!(told[0].contains("halaman 3"), "{told:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_english() {
    let shop = TestShop::with(Setup { locale: Locale::En, ..rich() }).await;
    let told = shop.say(&reseller(), "REG.Sari Pulsa.081234567890.100000.100.1234", 2).await;
    says(&shop, &chat(2), &[(&format!("/start {}", code_in(&told[0])), 1)]).await;
    let lines = [
        ("LDL", 1),
        ("SD.KR0002", 1),
        ("MARKUP.KR0002.S10.150.1234", 1),
        ("MARKUP.KR0002.S10.-.1234", 1),
        ("MARKUP", 1),
        ("TR.KR0002.10000.1234", 2),
        ("TR.KR0002.750000.1234", 1),
        ("TR.KR0009.10000.1234", 1),
        ("UNDANG", 1),
        ("BANTUAN.DOWNLINE", 1),
    ];
    says(&shop, &reseller(), &lines).await;
    says(&shop, &admin(), &[("/grup", 1), ("/grup agent -5000", 1), ("/pindah KR0001 KR0002", 1)]).await;
    insta::assert_snapshot!("in_english", transcript(shop).await);
}

/// A chain in which nobody has money, and everybody adds as much to everything for the one below; all have the PIN 1234.
async fn poor_chain(shop: &TestShop, length: u32, markup: i64) {
    for n in 1..length {
        let next = n + 1;
        let told = shop.say(&chat(n), &format!("REG.Konter {next}.0812345670{next:02}.0.1234"), 2).await;
        shop.say(&chat(next), &format!("/start {}", code_in(&told[0])), 1).await;
        shop.say(&chat(next), &format!("GP.{}.1234", pin_in(&told[0])), 1).await;
        shop.say(&chat(n), &format!("MARKUP.KR{next:04}.{markup}.1234"), 1).await;
    }
}

/// What everybody together can spend.
async fn spendable(shop: &TestShop, length: u32) -> i64 {
    let mut sum = 0;
    for n in 1..=length {
        sum += shop.available(n).await.max(0);
    }
    sum
}

async fn passes_everything_on(shop: &TestShop, from: u32) {
    let amount = shop.available(from).await;
    shop.say(&chat(from), &format!("TR.KR{:04}.{amount}.1234", from + 1), 2).await;
    assert_eq!(shop.available(from).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_levels_that_pass_their_margins_on_get_no_more_out_of_a_reversal_than_was_paid_in() {
    let shop = TestShop::with(Setup { balance: 0, ..Setup::default() }).await;
    poor_chain(&shop, 10, 50_000).await;
    says(&shop, &admin(), &[("/deposit KR0010 100000", 2)]).await;
    // However much nine of them would add, the price grows by half at most.
    shop.say(&chat(10), "S5.081234567890.1234", 1).await;
    assert_eq!(shop.available(10).await, 100_000 - 5_700 - 2_850);
    assert_eq!(shop.available(1).await, 2_850);
    says(&shop, &admin(), &[("/gagal 1 dibatalkan operator", 1), ("YA.1", 2)]).await;
    assert_eq!(available(&shop, [1, 9, 10]).await, [0, 0, 100_000]);
    for n in 1..10 {
        shop.say(&chat(n), &format!("MARKUP.KR{:04}.300.1234", n + 1), 1).await;
    }
    shop.say(&chat(10), "S5.081234567880.1234", 1).await;
    assert_eq!(available(&shop, [1, 9, 10]).await, [300, 300, 100_000 - 8_400]);
    for n in 1..10 {
        passes_everything_on(&shop, n).await;
    }
    assert_eq!(spendable(&shop, 10).await, 100_000 - 5_700);
    shop.note("-- taken back: all but what the nine have spent comes back");
    says(&shop, &admin(), &[("/gagal 2 dibatalkan operator", 1), ("YA.2", 11)]).await;
    assert_eq!((shop.available(1).await, spendable(&shop, 10).await), (-300, 100_000));
    says(&shop, &admin(), &[("/order 2", 1)]).await;
    says(&shop, &chat(10), &[("MUTASI", 1)]).await;
    shop.note("-- one pays in, then all");
    says(&shop, &admin(), &[("/deposit KR0003 300", 2)]).await;
    shop.pass(TimeDelta::minutes(2));
    shop.hear(1).await;
    assert_eq!(available(&shop, [1, 3, 10]).await, [-300, 0, 100_300]);
    for n in [1, 2, 4, 5, 6, 7, 8, 9] {
        says(&shop, &admin(), &[(&format!("/deposit KR{n:04} {}", 300 + n), 2)]).await;
    }
    shop.pass(TimeDelta::minutes(2));
    shop.hear(1).await;
    assert_eq!((shop.available(1).await, shop.available(10).await), (1, 102_700));
    insta::assert_snapshot!("reversed_chain", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_earns_by_a_late_delivery_that_its_buyer_cannot_pay() {
    let shop = TestShop::with(Setup { balance: 0, ..Setup::default() }).await;
    poor_chain(&shop, 4, 300).await;
    says(&shop, &admin(), &[("/deposit KR0003 20000", 2)]).await;
    shop.note("-- fails, and the refund goes on");
    says(&shop, &chat(3), &[("S10.081234567811.1234", 1)]).await;
    passes_everything_on(&shop, 3).await;
    shop.note("-- delivered after all");
    says(&shop, &admin(), &[("/sukses 1 0123456789012", 1), ("YA.1", 2), ("/order 1", 1)]).await;
    assert_eq!(available(&shop, [1, 2, 3]).await, [0, 0, -11_100]);
    assert_eq!(spendable(&shop, 4).await, 20_000);
    says(&shop, &admin(), &[("/deposit KR0003 11099", 2)]).await;
    shop.pass(TimeDelta::minutes(2));
    says(&shop, &chat(1), &[("SAL", 1)]).await;
    assert_eq!(available(&shop, [1, 2, 3]).await, [0, 0, -1]);
    says(&shop, &admin(), &[("/deposit KR0003 1", 2)]).await;
    shop.pass(TimeDelta::minutes(2));
    until(&shop, 1, 300).await;
    assert_eq!(available(&shop, [1, 2, 3]).await, [300, 300, 0]);
    shop.note("-- and not delivered, once more: exactly what was paid comes back");
    says(&shop, &admin(), &[("/gagal 1 ternyata tidak", 1), ("YA.2", 2), ("/order 1", 1)]).await;
    assert_eq!(available(&shop, [1, 2, 3]).await, [0, 0, 11_100]);
    insta::assert_snapshot!("late_chain", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_paid_out_also_after_a_restart() {
    let store = Store::new(MemoryStore::new());
    let setup = || Setup { balance: 0, ..Setup::default() };
    let shop = TestShop::on(store.clone(), setup()).await;
    poor_chain(&shop, 3, 300).await;
    says(&shop, &admin(), &[("/deposit KR0002 20000", 2)]).await;
    says(&shop, &chat(2), &[("S10.081234567890.1234", 1)]).await;
    passes_everything_on(&shop, 1).await;
    passes_everything_on(&shop, 2).await;
    says(&shop, &admin(), &[("/gagal 1 dibatalkan operator", 1), ("YA.1", 3)]).await;
    assert_eq!(available(&shop, [1, 2, 3]).await, [-300, 10_500, 9_500]);
    shop.close().await;
    let after = TestShop::on(store, setup()).await;
    assert_eq!(after.shop.recover().await.unwrap(), 0, "it is no open order");
    says(&after, &admin(), &[("/pending", 1), ("/deposit KR0001 300", 2)]).await;
    after.pass(TimeDelta::minutes(2));
    let told = after.hear(1).await;
    assert!(told[0].contains("300") && !told[0].contains("GAGAL"), "{told:?}");
    assert_eq!(available(&after, [1, 2, 3]).await, [0, 10_800, 9_500]);
    let health = after.shop.health().await.unwrap();
    assert_eq!(health.open_orders, 0);
    after.close().await;
}

/// Waits until a reseller has so much.
async fn until(shop: &TestShop, reseller: u32, amount: i64) {
    let what = format!("{amount} for KR{reseller:04}");
    shop.becomes(&what, async || shop.available(reseller).await == amount).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_markup_beyond_what_is_left_of_a_product_is_refused_with_the_most_there_is() {
    let shop = TestShop::open().await;
    chain(&shop, 3).await;
    let lines = [("M.S5.5000.1234", 1), ("M.S5.2850.1234", 1), ("MP.KR0002.S5=2851.1234", 1), ("M.50000.1234", 1)];
    says(&shop, &reseller(), &lines).await;
    says(&shop, &chat(2), &[("M.S5.2800.1234", 1), ("M.S10.5151.1234", 1), ("M.S10.5150.1234", 1)]).await;
    insta::assert_snapshot!("over_share", transcript(shop).await);
}
