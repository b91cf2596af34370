//! Whole conversations, as transcripts that a person can review: what resellers and admins type, what they are told,
//! and, behind each, books that are proven sound and suppliers that delivered nothing twice.

use crate::support::shop::{Setup, TestShop, admin, noon, reseller};
use chrono::TimeDelta;
use konter::config::Registration;
use konter_core::agent::Locale;
use konter_core::ids::ChatId;

/// One thing that happens in a conversation.
#[derive(Clone)]
enum Line {
    /// Somebody types it, or taps.
    Says { who: ChatId, text: String, replies: usize },
    /// Time passes, and so many replies come by themselves.
    Later { minutes: i64, seconds: i64, replies: usize },
    /// The suppliers' reports, held back so far, come in.
    Reports { replies: usize },
}

impl Line {
    /// How many replies it brings, to everybody together, where that is not one.
    fn brings(mut self, count: usize) -> Self {
        let (Self::Says { replies, .. } | Self::Later { replies, .. } | Self::Reports { replies }) = &mut self;
        *replies = count;
        self
    }
}

fn by(who: ChatId, text: &str) -> Line {
    Line::Says { who, text: text.to_owned(), replies: 1 }
}

/// The registered reseller writes.
fn r(text: &str) -> Line {
    by(reseller(), text)
}

/// The admin writes.
fn a(text: &str) -> Line {
    by(admin(), text)
}

fn newcomer() -> ChatId {
    ChatId::telegram(3001)
}

fn n(text: &str) -> Line {
    by(newcomer(), text)
}

fn later(minutes: i64, seconds: i64) -> Line {
    Line::Later { minutes, seconds, replies: 0 }
}

fn reports() -> Line {
    Line::Reports { replies: 1 }
}

/// Plays the lines and compares the transcript.
async fn conversation(name: &str, setup: Setup, lines: impl IntoIterator<Item = Line>) {
    let shop = TestShop::with(setup).await;
    for line in lines {
        play(&shop, line).await;
    }
    let transcript = shop.close().await;
    insta::assert_snapshot!(name, transcript);
}

async fn play(shop: &TestShop, line: Line) {
    match line {
        Line::Says { who, text, replies } => drop(shop.say(&who, &text, replies).await),
        Line::Later { minutes, seconds, replies } => {
            shop.note(&format!("-- {minutes} min {seconds} s later"));
            shop.pass(TimeDelta::minutes(minutes) + TimeDelta::seconds(seconds));
            drop(shop.hear(replies).await);
        }
        Line::Reports { replies } => {
            shop.note("-- the suppliers report");
            shop.let_callbacks_in(replies).await;
        }
    }
}

fn with_balance(balance: i64) -> Setup {
    Setup { balance, ..Setup::default() }
}

fn held() -> Setup {
    Setup { hold_callbacks: true, ..Setup::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_succeeds() {
    let lines = [
        r("SAL"),
        r("S10.081234567890.1234"),
        r("s10 0812-3456-7891 1234"),
        r("X5#+62 878 1234 5678#1234"),
        r("i10*085712345678*1234 R#web-77"),
        r("GOPAY10.081234567892.1234"),
        reports(),
        r("S.1234"),
        r("CEK"),
    ];
    conversation("order_succeeds", held(), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_ordered_is_refused_before_money_moves() {
    let lines = [
        r("S11.081234567890.1234"),
        r("QQQQ.081234567890.1234"),
        r("X10.081234567890.1234"),
        r("S10.085712345678.1234"),
        r("S10.080012345678.1234"),
        r("S10.08123.1234"),
        r("S10.0812345.1234"),
        r("S10.081234567890123.1234"),
        r("PLN20.1401234.1234"),
        r("S7.081234567890.1234"),
        r("7.081234567890.1234"),
        r("20.080012345678.1234"),
        r("PLNPOST.520010509867.1234"),
        r("S100.081234567890.1234"),
        r("S10.081234567890"),
        r("S10"),
        r("S10.081234567890.12.1234"),
        r("S10.O8I234567890.1234"),
        r("SAL"),
        r("CEK"),
    ];
    conversation("refused", with_balance(20_000), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_product_is_refused() {
    let csv = konter_core::catalog::SAMPLE.replace(",5350,1,yes", ",5350,1,no");
    let catalog = konter_core::catalog::parse_catalog(&csv, None, &|_| false).unwrap();
    let lines = [r("S5.081234567890.1234"), r("5.081234567890.1234"), r("H.S5")];
    conversation("closed", Setup { catalog, ..Setup::default() }, lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_pins_lock_for_a_while() {
    let lines = [
        r("S10.081234567890.1111"),
        r("S10.081234567890.2222"),
        r("S10.081234567890.3333"),
        r("S10.081234567890.1234"),
        r("S.1234"),
        r("SAL"),
        r("GP.1234.5678"),
        a("/agen KR0001"),
        later(15, 0),
        r("S10.081234567890.1234"),
        r("S10.081234567891.9999"),
        r("S10.081234567891.1234"),
        r("S10.081234567892.9999"),
    ];
    conversation("wrong_pin", Setup::default(), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_order_again_has_to_be_said_so() {
    let lines = [
        r("S5.081234567890.1234"),
        r("S5.081234567890.1234"),
        r("S5.0812-3456-7890.1234"),
        r("5.081234567890.1234"),
        r("S5.2.081234567890.1234"),
        r("S5.2.081234567890.1234"),
        r("S5.081234567890.3.1234"),
        r("S5.081234567890.1234.4"),
        r("#5.S5.081234567890.1234"),
        r("S5.081234567890.1234.5"),
        r("S5.10.081234567890.1234"),
        r("CEK.081234567890"),
        later(13 * 60, 0),
        r("S5.081234567890.1234"),
    ];
    conversation("same_again", Setup::default(), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_order_again_while_the_first_is_open() {
    let lines = [r("S5.081234567823.1234"), r("S5.081234567823.1234"), r("S5.2.081234567823.1234"), r("CEK")];
    conversation("same_again_open", held(), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_orders_in_one_message() {
    let lines = [
        r("S5.081234567890.X5.087812345678.1234").brings(2),
        r("S5.081234567891.X5.081234567892.S99.081234567893.1234").brings(3),
        r("S5.081234567894\nI5.085712345678\n1234").brings(2),
        r("S20.081234567895.S20.081234567896.S20.081234567897.S20.081234567898.1234").brings(4),
        r("S5.081234567899.S5.081234567899.1234"),
        r("SAL"),
    ];
    conversation("several", with_balance(100_000), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_nominal() {
    let lines = [
        r("10.081234567890.1234"),
        r("5.087812345678.1234"),
        r("5000.085712345678.1234"),
        r("20.14012345678.1234"),
        r("15.087812345678.1234"),
        r("5.081234567891.10.087812345678.1234").brings(2),
    ];
    conversation("by_nominal", Setup::default(), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn electricity_tokens() {
    let lines = [
        r("PLN20.14012345678.1234"),
        r("PLN20.14012345670.1234.081234567890"),
        r("PLN20.14012345672.081234567890.1234"),
        r("TKN20.14012345671.1234"),
        r("TKN20.14012345611.1234"),
        r("CEK.14012345678"),
    ];
    conversation("tokens", Setup { balance: 200_000, ..held() }, lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pending_until_the_report() {
    let lines = [
        r("S5.081234567801.1234"),
        r("SAL"),
        r("CEK"),
        reports(),
        r("S5.081234567802.1234"),
        reports(),
        r("T5.089612345678.1234"),
        reports(),
        r("CEK"),
    ];
    conversation("pending_then_final", held(), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_give_the_money_back() {
    let lines = [
        r("S5.081234567811.1234"),
        r("S5.081234567812.1234"),
        r("S5.081234567813.1234"),
        r("S5.081234567814.1234"),
        r("S5.081234567817.1234"),
        r("S5.081234567818.1234"),
        r("S10.081234567819.1234"),
        r("S5.081234567811.1234"),
        r("SAL"),
        r("CEK"),
        a("/order 7"),
    ];
    conversation("failures", held(), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supplier_that_cannot_be_reached_is_passed_over() {
    let setup = held().set("SUPPLIER_KIOS_URL", "http://127.0.0.1:9");
    let lines = [r("S10.081234567890.1234"), r("S5.081234567890.1234"), a("/order 1"), a("/order 2")];
    conversation("unreachable", setup, lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doubt_is_announced_asked_again_and_cleared() {
    let lines = [r("S5.081234567805.1234"), a("/order 1"), later(0, 35).brings(1), a("/order 1")];
    conversation("doubt_cleared", held(), lines).await;
}

#[tokio::test]
async fn admins_contain_trouble() {
    let lines = [
        a("/tutup S10"),
        r("S10.081234567890.1234"),
        r("HARGA.S10"),
        a("/buka S10"),
        r("S10.081234567890.1234"),
        a("/tutup S11"),
        a("/blokir KR0001").brings(2),
        r("S10.081234567891.1234"),
        r("SAL"),
        a("/blokir KR0001"),
        a("/buka KR0001").brings(2),
        r("SAL"),
        a("/buka KR0099"),
    ];
    conversation("admins_contain_trouble", held(), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admins_decide_what_stays_open() {
    let lines = [
        r("S5.081234567823.1234"),
        a("/pending"),
        later(16, 0).brings(1),
        a("/cekulang 1"),
        a("/gagal 1 nomor tidak aktif").brings(2),
        a("/gagal 1 sekali lagi"),
        a("/sukses 1 0041002345678901"),
        a("YA.1").brings(2),
        a("/gagal 1 ternyata tidak masuk"),
        a("YA.2").brings(2),
        r("TKN20.14012345603.1234").brings(2),
        a("/cekulang 2"),
        a("/sukses 2 1111-2222-3333-4444-5555").brings(2),
        a("/pending"),
        a("/order 2"),
        a("/order 99"),
        a("/sukses 99 123"),
        a("/sukses 2"),
        a("/gagal"),
        r("SAL"),
    ];
    conversation("admins_decide", held(), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_success_is_reversed() {
    let lines = [r("S5.081234567806.1234"), reports().brings(2), r("CEK"), a("/order 1")];
    conversation("reversal", held(), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_delivery_may_overdraw() {
    let lines = [
        r("S5.081234567807.1234"),
        r("S5.081234567890.1234"),
        reports().brings(2),
        r("SAL"),
        r("S5.081234567891.1234"),
        a("/agen KR0001"),
        a("/deposit KR0001 10000").brings(2),
    ];
    conversation("late_delivery", Setup { balance: 6_000, ..held() }, lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn registration_that_an_admin_approves() {
    let lines = [
        n("/start"),
        n("SAL"),
        n("S10.081234567890.1234"),
        n("DAFTAR"),
        n("DAFTAR.Berkah Cell"),
        n("DAFTAR.Berkah Cell.12"),
        n("DAFTAR.Berkah Cell.4821").brings(2),
        n("DAFTAR.Berkah Cell.4821"),
        n("S10.081234567890.4821"),
        n("SAL"),
        a("/agen"),
        a("/setujui KR0002").brings(2),
        a("/setujui KR0002"),
        a("/setujui KR0099"),
        a("/deposit telegram:3001 20.000 modal awal").brings(2),
        n("S10.081234567890.4821"),
        n("/start"),
    ];
    conversation("registration_approve", Setup::default(), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn registration_open_and_closed() {
    let open = Setup { registration: Registration::Open, ..Setup::default() };
    let lines =
        [n("DAFTAR.KR0001.4821"), n("DAFTAR.Berkah Cell.Bandung.4821").brings(2), n("SAL"), n("S10.081234567890.4821")];
    conversation("registration_open", open, lines).await;
    let closed = Setup { registration: Registration::Closed, ..Setup::default() };
    conversation(
        "registration_closed",
        closed,
        [n("DAFTAR.Berkah Cell.4821"), n("/start"), n("HARGA"), n("DAFTAR.KR0001.4821")],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deposits_and_resellers() {
    let lines = [
        a("/deposit KR0001 50000 transfer BCA").brings(2),
        a("/deposit KR0001 -25.000 salah ketik").brings(2),
        a("/deposit KR0001 -1000000"),
        a("/deposit KR0001 0"),
        a("/deposit KR0009 50000"),
        a("/deposit toko 50000"),
        a("/deposit KR0001"),
        a("/deposit KR0001 banyak"),
        a("/deposit"),
        a("/agen"),
        a("/agen KR0001"),
        a("/agen 081234567890"),
        a("/siaran halo"),
        a("/help"),
    ];
    conversation("deposits", Setup::default(), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suppliers_at_a_glance() {
    let setup = held().set("SUPPLIER_PPOB_URL", "http://127.0.0.1:9").set("SUPPLIER_KIOS_CUTOFF", "11:00-13:00");
    let lines = [r("SM5.088112345678.1234"), r("T5.089612345678.1234"), a("/supplier")];
    conversation("suppliers", setup, lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn during_the_nightly_break() {
    let setup = held().set("SUPPLIER_KIOS_CUTOFF", "11:30-12:30");
    let lines = [r("S5.081234567890.1234"), r("S10.081234567890.1234"), later(31, 0), r("S5.081234567890.1234")];
    conversation("cut_off", setup, lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_admins_are_admins() {
    let lines = [
        r("/deposit KR0001 1000000"),
        r("/pending"),
        r("/sukses 1 123"),
        r("/setujui KR0001"),
        n("/supplier"),
        r("/saldo"),
        r("/harga S5"),
        r("/cek"),
        r("/help"),
        r("/bogus"),
        a("SAL"),
        a("S10.081234567890.1234"),
    ];
    conversation("not_admin", Setup::default(), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prices() {
    let lines = [
        r("H.S10"),
        r("HARGA.S"),
        r("CH.TELKOMSEL"),
        r("/harga BY"),
        r("HARGA.10"),
        r("H.S5.X5.T5"),
        r("HARGA.TOKEN"),
        r("HARGA.S11"),
        r("H.ZZZZZZ"),
        r("HARGA"),
    ];
    conversation("prices", Setup::default(), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn looking_up_orders() {
    let lines = [
        r("CEK"),
        r("CEK.081234567890"),
        r("S5.081234567890.1234"),
        r("S5.081234567811.1234"),
        r("X5.087812345678.1234"),
        r("STATUS"),
        r("CEK.0812-3456-7890"),
        r("CEK.S5"),
        r("CEK.1234"),
        r("CEK.9999"),
        r("CEK.081299999999"),
    ];
    conversation("looking_up", Setup::default(), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changing_the_pin() {
    let lines = [
        r("GP.1234.482199"),
        r("S5.081234567890.1234"),
        r("GP.5678.482199"),
        r("GP.5678.5678"),
        r("GP.5678.12"),
        r("GP.5678"),
        r("GP"),
        r("GP.1111.2222"),
        r("S5.081234567890.5678"),
    ];
    conversation("changing_pin", Setup::default(), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_english() {
    let lines = [
        r("BAHASA.EN"),
        r("SAL"),
        r("S10.081234567890.1234"),
        r("S10.081234567890.1234"),
        r("S5.081234567811.1234"),
        r("S5.081234567823.1234"),
        r("S11.081234567890.1234"),
        r("X5.081234567890.1234"),
        r("S100.081234567891.1234"),
        r("S5.081234567890.9999"),
        r("S5.081234567890"),
        r("H.S5.X5"),
        r("CEK"),
        r("BANTUAN"),
        r("qwerty"),
        a("/deposit KR0001 5000").brings(2),
        r("TIKET.100000").brings(2),
        r("BAHASA.ID"),
        r("BAHASA"),
        r("BAHASA.FR"),
    ];
    conversation("in_english", held(), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn help_and_what_is_not_offered() {
    let lines = [
        r("BANTUAN"),
        r("FORMAT"),
        r("BANTUAN.TRX"),
        r("/help"),
        r("BANTUAN.PIN"),
        r("BANTUAN.APASAJA"),
        r("TIKET.100000").brings(2),
        r("TR.KR0002.50000.1234"),
        r("KOMPLAIN.S10 ke 081234567890 belum masuk").brings(2),
        r("REKAP"),
        r("MUTASI"),
        r("CEKPLN.14012345678"),
        r("TAG.PLNPOST.520010509867"),
        r("BAYAR.PLNPOST.520010509867.1234"),
        r("TRANSFER"),
    ];
    conversation("help", Setup::default(), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense() {
    let lines = [
        r("halo"),
        r("pagi gan, s10 ready?"),
        r("👍👍👍").brings(0),
        r("\u{202e}S10.081234567890.1234"),
        r("S10.٠٨١٢٣٤٥٦٧٨٩٠.1234"),
        r("S10.081234567891.1234\u{0}"),
        r("\u{200b}SAL\u{200b}"),
        r("."),
        r("1234"),
        r("081234567890"),
        r("S10.081234567890.1234 tolong cepat ya"),
        r("{{ balance }} {% if %}"),
        r("<b>SAL</b>"),
        r(&"S".repeat(100_000)),
        r(&"S10.081234567890.".repeat(5_000)),
        r("SAL"),
    ];
    conversation("nonsense", Setup::default(), lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_that_come_late_twice_or_in_a_group() {
    let shop = TestShop::with(Setup::with_bot_name()).await;

    shop.note("-- sent 31 minutes before it arrived");
    let mut old = shop.message(&reseller(), "S10.081234567890.1234");
    old.sent_at = noon() - TimeDelta::minutes(31);
    shop.receive(old, 1).await;

    shop.note("-- the same message delivered three times");
    let twice = shop.message(&reseller(), "S10.081234567891.1234");
    shop.receive(twice.clone(), 1).await;
    shop.receive(twice.clone(), 0).await;
    shop.receive(twice, 0).await;

    shop.note("-- the same message with another text: edited");
    let first = shop.message(&reseller(), "SAL");
    shop.receive(first.clone(), 1).await;
    shop.receive(konter_store::InboxMessage { text: "S10.081234567892.1234".to_owned(), ..first }, 0).await;

    shop.note("-- in a group");
    let group = ChatId::telegram(-100_200);
    for (text, replies) in [("S10.081234567893.1234", 1), ("halo semua", 0), ("SAL", 0), ("/saldo", 0)] {
        let mut message = shop.message(&group, text);
        message.private = false;
        shop.receive(message, replies).await;
    }
    assert_eq!(shop.available(1).await, 89_500, "one order and no more");
    insta::assert_snapshot!("late_twice_group", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replies_name_the_language_of_the_shop() {
    let setup = Setup { locale: Locale::En, ..Setup::default() };
    conversation("shop_in_english", setup, [n("/start"), n("SAL"), r("SAL"), r("BAHASA.ID"), a("/pending")]).await;
}
