//! An edit takes back what its message has led to, and a reply means what it replies to: nothing else is bought, sent or
//! taken back by either.

use crate::support::shop::{Setup, TestShop, admin, reseller};
use konter_core::ids::ChatId;
use konter_reply::{BillStage, ChooseStage, Reply};
use konter_store::InboxMessage;

const A: &str = "081234567851";
const B: &str = "081234567852";

async fn open() -> TestShop {
    let shop = TestShop::with(Setup { balance: 50_000_000, ..Setup::default() }).await;
    shop.say(&reseller(), "REG.Siti.081299990009.100.1234", 2).await;
    shop
}

async fn says(shop: &TestShop, text: &str) -> InboxMessage {
    let message = shop.message(&reseller(), text);
    shop.receive(message.clone(), 1).await;
    message
}

fn bought(shop: &TestShop) -> usize {
    shop.simulators.bought().len()
}

fn is_cancelled(edits: &[Reply]) -> bool {
    edits.iter().any(|reply| match reply {
        Reply::Choose(card) => card.stage == ChooseStage::Cancelled,
        Reply::Bill(card) => card.stage == BillStage::Cancelled,
        Reply::Talk(_) | Reply::Network(_) | Reply::Desk(_) | Reply::Booking(_) => true,
        _ => false,
    })
}

/// Whether the keypad that was shown last still takes a PIN by taps.
async fn taps_buy(shop: &TestShop) -> bool {
    let before = bought(shop);
    let ok = shop.tap_on(&reseller(), "OK");
    let (data, drawn) = ok.text.rsplit_once(' ').unwrap();
    let (pad, _) = data.rsplit_once(' ').unwrap();
    let key = |key: &str| InboxMessage { text: format!("{pad} {key} {drawn}"), ..shop.tap_on(&reseller(), "OK") };
    shop.shop.receive(["1", "2", "3", "4", "ok"].map(key).to_vec()).await.unwrap();
    shop.hear_all().await;
    bought(shop) > before
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_withdraws_the_order_that_came_of_it() {
    let shop = open().await;
    let order = says(&shop, &format!("s10 {A}")).await;
    let (said, edits) = shop.edit(&order, &format!("s10 {B}")).await;
    assert!(said.contains(&format!("tidak jadi: S10 ke {A}")) && is_cancelled(&edits), "{said} {edits:?}");
    assert!(!taps_buy(&shop).await);
    shop.say(&reseller(), "1234", 1).await;
    shop.note("-- a repetition");
    shop.say(&reseller(), &format!("S10.{A}.1234"), 1).await;
    let repeats = says(&shop, "ulang").await;
    let (said, edits) = shop.edit(&repeats, "gajadi").await;
    assert!(said.contains("tidak jadi: S10") && is_cancelled(&edits), "{said}");
    shop.say(&reseller(), "1234", 1).await;
    shop.note("-- several at once");
    let several = says(&shop, &format!("s10 {B}\ns5 {A}")).await;
    let (said, edits) = shop.edit(&several, &format!("s10 {B}\ns5 {B}")).await;
    assert!(said.contains("tidak jadi: 2 pesanan") && is_cancelled(&edits), "{said}");
    shop.say(&reseller(), "1234", 1).await;
    assert_eq!(bought(&shop), 1);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_withdraws_what_was_asked_and_what_answered_it() {
    let shop = open().await;
    let product = says(&shop, "s10").await;
    let (said, _) = shop.edit(&product, "s20").await;
    assert!(said.contains("tidak jadi: S10"), "{said}");
    let said = shop.say(&reseller(), A, 1).await;
    assert!(!said[0].contains("S10 Telkomsel 10.000 ke"), "the number alone is offered for: {said:?}");
    shop.say(&reseller(), "1234", 1).await;
    shop.note("-- the product, after its number was given");
    let product = says(&shop, "s10").await;
    says(&shop, A).await;
    let (said, edits) = shop.edit(&product, "s20").await;
    assert!(said.contains(&format!("S10 ke {A}")) && is_cancelled(&edits), "{said}");
    shop.say(&reseller(), "1234", 1).await;
    shop.note("-- the number, after a product was chosen for it");
    let number = says(&shop, A).await;
    says(&shop, "s5").await;
    let (said, edits) = shop.edit(&number, B).await;
    assert!(said.contains(&format!("S5 ke {A}")) && is_cancelled(&edits), "{said}");
    shop.say(&reseller(), "1234", 1).await;
    assert_eq!(bought(&shop), 0);
    shop.note("-- an older message that nothing waits for");
    let other = says(&shop, "saldo").await;
    says(&shop, &format!("s10 {A}")).await;
    let (said, edits) = shop.edit(&other, "saldo dong").await;
    assert!(!said.contains("tidak jadi") && edits.is_empty(), "{said}");
    // A PIN may be meant for what was edited.
    let said = shop.say(&reseller(), "1234", 1).await;
    assert!(said[0].contains("belum dipakai") && bought(&shop) == 0, "{said:?}");
    shop.note("-- an edit that changes no word comes between nothing");
    says(&shop, &format!("s10 {A}")).await;
    let (said, _) = shop.edit(&other, "saldo").await;
    assert_eq!(said, "");
    assert!(shop.say(&reseller(), "1234", 1).await[0].contains("SUKSES"));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_withdraws_a_bill_a_transfer_and_an_announcement() {
    let shop = open().await;
    let bill = says(&shop, "TAG.PLNPOST.520010509867").await;
    shop.tap(&reseller(), "Bayar", 0).await;
    let (said, edits) = shop.edit(&bill, "TAG.PLNPOST.520010509868").await;
    assert!(said.contains("PLNPOST ke 520010509867") && is_cancelled(&edits), "{said}");
    shop.say(&reseller(), "1234", 1).await;
    assert_eq!(bought(&shop), 0);
    let before = shop.available(2).await;
    let transfer = says(&shop, "TR.KR0002.600000.1234").await;
    let (said, edits) = shop.edit(&transfer, "TR.KR0002.60000.1234").await;
    assert!(said.contains("kirim 600.000 ke KR0002") && is_cancelled(&edits), "{said}");
    shop.say(&reseller(), "YA.1", 1).await;
    assert_eq!(shop.available(2).await, before);
    let announcement = shop.message(&admin(), "/siaran besok tutup");
    shop.receive(announcement.clone(), 1).await;
    let (said, edits) = shop.edit(&announcement, "/siaran besok buka").await;
    assert!(said.contains("/siaran besok tutup") && is_cancelled(&edits), "{said}");
    assert!(shop.tap(&admin(), "Kirim", 1).await[0].contains("tidak menunggu"));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_in_reply_is_for_what_it_replies_to() {
    let shop = open().await;
    says(&shop, &format!("s10 {A}")).await;
    let a = shop.card(&reseller());
    let order = says(&shop, &format!("s20 {B}")).await;
    let b = shop.card(&reseller());
    let said = shop.reply(&reseller(), &a, "1234", 1).await;
    assert!(said[0].contains(&format!("menunggu: S20 ke {B}")), "{said:?}");
    assert!(shop.transcript().contains("(the message is deleted)"));
    assert_eq!(bought(&shop), 0);
    let said = shop.reply(&reseller(), &a, "ya", 1).await;
    assert!(said[0].contains(&format!("menunggu: S20 ke {B}")), "{said:?}");
    shop.note("-- to its own card, whatever was written since");
    says(&shop, "saldo").await;
    let said = shop.reply(&reseller(), &b, "1234", 1).await;
    assert!(said[0].contains("SUKSES") && said[0].contains(B), "{said:?}");
    shop.note("-- to the message that it came of");
    let order_again = says(&shop, &format!("s5 {A}")).await;
    let said = shop.reply(&reseller(), &order.message, "1234", 1).await;
    assert!(said[0].contains(&format!("menunggu: S5 ke {A}")), "{said:?}");
    let said = shop.reply(&reseller(), &order_again.message, "1234", 1).await;
    assert!(said[0].contains("SUKSES") && said[0].contains(A), "{said:?}");
    shop.note("-- to the result of another order");
    let result = shop.latest(&reseller());
    says(&shop, &format!("s10 {A}")).await;
    let said = shop.reply(&reseller(), &result, "1234", 1).await;
    assert!(said[0].contains(&format!("menunggu: S10 ke {A}")), "{said:?}");
    assert_eq!(bought(&shop), 2);
    assert!(shop.say(&reseller(), "1234", 1).await[0].contains("SUKSES"), "it was just named");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_no_and_a_choice_in_reply_are_for_what_they_reply_to() {
    let shop = open().await;
    says(&shop, &format!("s10 {A}")).await;
    let a = shop.card(&reseller());
    says(&shop, &format!("s20 {B}")).await;
    let said = shop.reply(&reseller(), &a, "jangan", 1).await;
    assert!(said[0].contains(&format!("menunggu: S20 ke {B}")) && !said[0].contains("tidak jadi"), "{said:?}");
    let said = shop.reply(&reseller(), &shop.card(&reseller()), "jangan", 1).await;
    assert!(said[0].contains(&format!("tidak jadi: S20 ke {B}")), "{said:?}");
    shop.note("-- two lists");
    says(&shop, A).await;
    let a = shop.card(&reseller());
    says(&shop, B).await;
    let b = shop.card(&reseller());
    let said = shop.reply(&reseller(), &a, "s5", 1).await;
    assert!(!said[0].contains("S5 Telkomsel"), "{said:?}");
    let said = shop.reply(&reseller(), &b, "s5", 1).await;
    assert!(said[0].contains(&format!("S5 Telkomsel 5.000 ke {B}")), "{said:?}");
    shop.note("-- a question beside an order");
    says(&shop, "TR.KR0002.600000.1234").await;
    let asked = shop.card(&reseller());
    says(&shop, &format!("s10 {A}")).await;
    let said = shop.reply(&reseller(), &asked, "batal", 1).await;
    assert!(said[0].contains("kirim 600.000") && !said[0].contains("S10"), "{said:?}");
    let said = shop.reply(&reseller(), &asked, "batal", 1).await;
    assert!(said[0].contains(&format!("menunggu: S10 ke {A}")), "{said:?}");
    shop.note("-- the number in reply to the question for it, and to an older one");
    says(&shop, "s5").await;
    let older = shop.latest(&reseller());
    says(&shop, "s10").await;
    let newer = shop.latest(&reseller());
    let said = shop.reply(&reseller(), &older, B, 1).await;
    assert!(!said[0].contains("S10 Telkomsel 10.000 ke"), "{said:?}");
    says(&shop, "saldo").await;
    says(&shop, "s10").await;
    let newest = shop.latest(&reseller());
    assert_ne!(newer, newest);
    let said = shop.reply(&reseller(), &newest, B, 1).await;
    assert!(said[0].contains(&format!("S10 Telkomsel 10.000 ke {B}")), "{said:?}");
    assert_eq!(bought(&shop), 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bills_are_told_apart_by_replies() {
    let shop = open().await;
    says(&shop, "TAG.PLNPOST.520010509867").await;
    let first = shop.card(&reseller());
    says(&shop, "TAG.PLNPOST.520010509868").await;
    let said = shop.reply(&reseller(), &first, "bayar aja", 1).await;
    assert!(said[0].contains("520010509867"), "{said:?}");
    let said = shop.reply(&reseller(), &first, "jangan", 1).await;
    assert!(said[0].contains("tidak jadi: PLNPOST ke 520010509867"), "{said:?}");
    let said = shop.say(&reseller(), "bayar aja", 1).await;
    assert!(said[0].contains("520010509868"), "{said:?}");
    let said = shop.reply(&reseller(), &first, "1234", 1).await;
    assert!(said[0].contains("menunggu: PLNPOST ke 520010509868"), "{said:?}");
    assert_eq!(bought(&shop), 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_is_carried_on_only_to_what_reads_it_so() {
    let shop = open().await;
    for (number, product) in [("14027480351", "ff70"), (A, "ff70"), (A, "free fire 70"), ("14027480351", "s10")] {
        shop.say(&reseller(), number, 1).await;
        let said = shop.say(&reseller(), product, 1).await;
        assert!(!said[0].contains(number), "{number} {product}: {said:?}");
        shop.say(&reseller(), "1234", 1).await;
    }
    assert_eq!(bought(&shop), 0);
    shop.say(&reseller(), "14027480351", 1).await;
    let said = shop.say(&reseller(), "token 20", 1).await;
    assert!(said[0].contains("14027480351"), "{said:?}");
    shop.say(&reseller(), A, 1).await;
    let said = shop.say(&reseller(), "dana 20", 1).await;
    assert!(said[0].contains(A), "{said:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_chats_cards_are_nobody_elses() {
    let shop = open().await;
    let other = ChatId::telegram(2002);
    shop.add_agent(other.clone(), 100_000, konter_core::agent::Locale::Id).await;
    says(&shop, &format!("s10 {A}")).await;
    let card = shop.card(&reseller());
    shop.say(&other, &format!("s20 {B}"), 1).await;
    shop.reply(&other, &card, "1234", 1).await;
    assert_eq!(bought(&shop), 0);
    shop.close().await;
}

async fn shows(shop: &TestShop, text: &str, replies: usize, expected: &str, not: &[&str]) {
    let said = shop.say(&reseller(), text, replies).await.join("\n");
    assert!(said.contains(expected) && not.iter().all(|not| !said.contains(not)), "{text}: {said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_companys_name_never_becomes_another_companys_bill() {
    let shop = open().await;
    for (text, product) in [
        ("indihome 122334455667", "TELKOM"),
        ("wifi 122334455668", "TELKOM"),
        ("speedy 122334455669", "TELKOM"),
        ("air 122334455661", "PDAM"),
    ] {
        shows(&shop, text, 1, product, &["PLN"]).await;
    }
    for text in ["bpjs 122334455668", "gas pgn 122334455668", "cicilan fif 122334455668", "pajak pbb 122334455668"] {
        shows(&shop, text, 2, "Tidak ada", &["TAGIHAN PLNPOST", "Bayar]"]).await;
    }
    shows(&shop, "nontaglis 122334455668", 1, "PLNNON", &["PLNPOST"]).await;
    shop.note("-- words for tokens never become a bill, which a number alone may");
    for text in ["token 20 520010502269", "token 520010502268 20", "pln20 520010502267"] {
        let said = shop.say(&reseller(), text, 1).await.join("\n");
        assert!(!said.contains("TAGIHAN") && !said.contains("PLNPOST"), "{text}: {said}");
    }
    shows(&shop, "520010502266", 1, "TAGIHAN PLNPOST", &[]).await;
    assert_eq!(bought(&shop), 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sum_is_of_the_list_that_was_shown_last() {
    let shop = open().await;
    let order = format!("20 {A} 1234");
    shop.note("-- typed, with something else in between");
    for (list, shown) in [("dana", "DANA20 DANA 20.000"), ("harga gopay", "GOPAY20 GoPay 20.000")] {
        for between in ["saldo", "s10 087812345678", "jam berapa"] {
            says(&shop, list).await;
            shop.shop.receive(vec![shop.message(&reseller(), between)]).await.unwrap();
            shop.hear_all().await;
            shows(&shop, &order, 1, &format!("{shown} ke {A}"), &["SUKSES"]).await;
            shows(&shop, "batal", 1, "tidak jadi", &[]).await;
        }
    }
    shop.note("-- tapped");
    says(&shop, A).await;
    shop.tap(&reseller(), "Saldo E-Wallet »", 0).await;
    says(&shop, "saldo").await;
    shows(&shop, &order, 1, "DANA20", &["SUKSES"]).await;
    shop.note("-- what nobody sells, and lists without such a face value");
    for list in ["linkaja", "data", "indosat", "token"] {
        shop.shop.receive(vec![shop.message(&reseller(), list), shop.message(&reseller(), "saldo")]).await.unwrap();
        shop.hear_all().await;
        shop.shop.receive(vec![shop.message(&reseller(), &order)]).await.unwrap();
        shop.hear_all().await;
        assert_eq!(bought(&shop), 0, "{list}: {}", shop.transcript());
    }
    shop.note("-- several lines");
    says(&shop, "dana").await;
    shows(&shop, &format!("20 {A} 1234\n10 {B} 1234"), 1, "Jumlah", &["SUKSES"]).await;
    assert_eq!(bought(&shop), 0);
    shop.note("-- a change is one of what is shown, whatever was listed before");
    for change in ["yang 20 aja", "eh 20", "20"] {
        says(&shop, "dana").await;
        says(&shop, &format!("s10 {A}")).await;
        shows(&shop, change, 1, &format!("S20 Telkomsel 20.000 ke {A}"), &["DANA"]).await;
        shows(&shop, "batal", 1, "tidak jadi", &[]).await;
    }
    shop.note("-- what stands in the list is bought, and after a list of everything, or some time, credit");
    says(&shop, "harga tsel").await;
    shows(&shop, &order, 1, "SUKSES. S20", &[]).await;
    says(&shop, "dana").await;
    says(&shop, "harga").await;
    shows(&shop, &format!("10 {A} 1234"), 1, "SUKSES. S10", &[]).await;
    says(&shop, "dana").await;
    shop.pass(chrono::TimeDelta::minutes(11));
    shows(&shop, &format!("5 {A} 1234"), 1, "SUKSES. S5", &[]).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_in_reply_to_an_older_card_is_for_that_card() {
    let shop = open().await;
    says(&shop, &format!("s10 {A}")).await;
    let order = shop.card(&reseller());
    let before = shop.available(2).await;
    says(&shop, "TR.KR0002.12000").await;
    let line = shop.card(&reseller());
    let said = shop.reply(&reseller(), &order, "1234", 1).await;
    assert!(said[0].contains("SUKSES") && said[0].contains(A), "{said:?}");
    assert_eq!((bought(&shop), shop.available(2).await), (1, before));
    shop.note("-- and the other one still waits, as its keypad does");
    let message = konter_store::InboxMessage { replies_to: Some(line), ..shop.message(&reseller(), "1234") };
    shop.shop.receive(vec![message]).await.unwrap();
    shop.hear_all().await;
    assert_eq!((bought(&shop), shop.available(2).await), (1, before + 12_000));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_nothing_waits_and_that_is_said() {
    let shop = open().await;
    says(&shop, &format!("s10 {A}")).await;
    let shop = shop.reopen(Setup::default()).await;
    for (number, text) in [("901", "ya"), ("902", "1234")] {
        // A shop that is opened again counts its own messages anew.
        let message = InboxMessage { message: number.to_owned(), ..shop.message(&reseller(), text) };
        let said = shop.receive(message, 1).await;
        assert!(said[0].contains("Tidak ada") && said[0].contains("pesanannya sekali lagi"), "{text}: {said:?}");
    }
    assert_eq!(bought(&shop), 0);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_is_pointed_to_the_private_chat_once_in_a_while() {
    let shop = open().await;
    let group = ChatId::telegram(-100_200);
    let says = |text: &str| InboxMessage { private: false, ..shop.message(&group, text) };
    for replies in [1, 0, 0] {
        shop.receive(says(&format!("S10.{A}.1234")), replies).await;
    }
    shop.pass(chrono::TimeDelta::minutes(11));
    shop.receive(says(&format!("S10.{A}.1234")), 1).await;
    assert_eq!(bought(&shop), 0);
    shop.close().await;
}
