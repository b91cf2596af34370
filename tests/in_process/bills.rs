//! Customers, bills and receipts, as conversations that a person can review; behind each, books that are proven sound.

use crate::support::shop::{Setup, TestShop, admin, noon, reseller};
use chrono::{DateTime, TimeDelta, Utc};
use konter_core::agent::Locale;
use konter_core::ids::{AgentId, ChatId, InquiryId};
use konter_core::inquiry::{Inquiry, InquiryState};
use konter_store::{Commit, Versioned};

/// A balance for bills.
const RICH: i64 = 20_000_000;

fn rich() -> Setup {
    Setup { balance: RICH, ..Setup::default() }
}

fn at(time: DateTime<Utc>) -> Setup {
    Setup { start: time, ..rich() }
}

/// The end of a conversation: what was said, for a snapshot.
async fn transcript(shop: TestShop) -> String {
    shop.close().await
}

async fn says(shop: &TestShop, texts: &[(&str, usize)]) {
    for (text, replies) in texts {
        shop.say(&reseller(), text, *replies).await;
    }
}

async fn taps(shop: &TestShop, labels: &[(&str, usize)]) {
    for (label, replies) in labels {
        shop.tap(&reseller(), label, *replies).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_meter_is_looked_up_and_a_token_bought_for_it() {
    let shop = TestShop::with(rich()).await;
    let lines = [
        ("CEKPLN.14027480300", 1),
        ("PLN.14027480300.1234", 1),
        ("cek.pln.54000000000.1234 R#123", 1),
        ("TAG.PLN20.14027480300", 1),
        ("CEKPLN.520010509867", 1),
        ("CEKPLN.123", 1),
        ("CEKPLN.14027480311", 1),
        ("CEKPLN.14027480300.9999", 1),
        ("TKN20.14027480300.1234.081234567890", 1),
        ("PLN20.14027480300.1234", 1),
        ("STRUK.1.25000", 1),
    ];
    says(&shop, &lines).await;
    taps(&shop, &[("Teks", 1)]).await;
    insta::assert_snapshot!("meters", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bills_are_shown_then_paid_once() {
    // The water company's supplier reports the end a moment after its answer: when, would be luck.
    let shop = TestShop::with(Setup { hold_callbacks: true, ..rich() }).await;
    let lines = [
        ("TAG.PLNPOST.520010509867", 1),
        ("BAYAR.PLNPOST.520010509867.1234", 1),
        ("BAYAR.PLNPOST.520010509867.1234", 2),
        ("TAGPLN.520010509867", 2),
        ("TAG.PLNNON.5311000928200", 1),
        ("BAYAR.PLNNON.5311000928200.1234", 1),
        ("TELKOM 0215550100 CEK 1234", 1),
        ("TELKOM 0215550100 PAY 1234", 1),
        ("TAG.PDAM.0100200300", 1),
        ("BAYAR.PDAM.0100200300.1234 R#web-9", 1),
        ("SAL", 1),
    ];
    says(&shop, &lines).await;
    insta::assert_snapshot!("bills", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_paid_that_was_not_shown() {
    let shop = TestShop::with(rich()).await;
    let lines = [
        ("BAYARPLN.520010509867.1234", 1),
        ("BAYAR.PLN.520010509867", 1),
        ("BAYAR.PLN.520010509867.9999", 1),
        ("BYRPLN.520010509867.1234", 1),
        ("BAYAR.S10.081234567890.1234", 1),
        ("BAYAR.QQQ.081234567890.1234", 1),
        ("TAG.S10.081234567890", 1),
        ("TAG.QQQ.081234567890", 1),
        ("TAG.PDAM.123", 1),
        ("inq.pdam.0100200300.1234.250000 R#1", 1),
        ("PLNPOST.520010509867.1234", 1),
    ];
    says(&shop, &lines).await;
    insta::assert_snapshot!("not_shown", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_shown_expires_after_a_quarter_of_an_hour_and_at_midnight() {
    let shop = TestShop::with(rich()).await;
    says(&shop, &[("TAG.PLNPOST.520010509867", 1)]).await;
    shop.note("-- 15 min later");
    shop.pass(TimeDelta::minutes(15));
    taps(&shop, &[("Bayar", 1)]).await;
    says(&shop, &[("BAYAR.PLNPOST.520010509867.1234", 1), ("BAYAR.PLNPOST.520010509867.1234", 1)]).await;
    let late = TestShop::with(at(noon() + TimeDelta::minutes(11 * 60 + 55))).await;
    says(&late, &[("TAG.PLNPOST.520010509867", 1)]).await;
    late.note("-- 5 min later");
    late.pass(TimeDelta::minutes(5));
    taps(&late, &[("Bayar", 1)]).await;
    insta::assert_snapshot!("expiry", format!("{}\n---\n{}", transcript(shop).await, transcript(late).await));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bill_is_paid_by_buttons_with_a_pin_nobody_sees() {
    let shop = TestShop::with(rich()).await;
    says(&shop, &[("TAG.PLNPOST.520010509867", 1)]).await;
    let keys = [("Bayar", 0), ("1", 0), ("2", 0), ("9", 0), ("⌫", 0), ("3", 0), ("OK", 1)];
    taps(&shop, &keys).await;
    shop.note("-- a digit was missing; now there are all, and one is wrong: once more");
    taps(&shop, &[("5", 0), ("OK", 1)]).await;
    taps(&shop, &[("Bayar", 0), ("1", 0), ("OK", 1), ("2", 0), ("3", 0), ("4", 0), ("OK", 1)]).await;
    insta::assert_snapshot!("buttons", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_works_once_however_often_it_is_tapped() {
    let shop = TestShop::with(rich()).await;
    says(&shop, &[("TAG.PLNPOST.520010509867", 1)]).await;
    let pay = shop.tap_on(&reseller(), "Bayar");
    taps(&shop, &[("Bayar", 0), ("1", 0), ("2", 0), ("3", 0), ("4", 0)]).await;
    let ok = shop.tap_on(&reseller(), "OK");
    let cancel = shop.tap_on(&reseller(), "Batal");
    shop.receive(ok.clone(), 1).await;
    // The very same tap again, and new taps on buttons that are still on somebody's screen.
    shop.receive(ok.clone(), 0).await;
    for (n, tap) in [&ok, &pay, &cancel].into_iter().enumerate() {
        let again = konter_store::InboxMessage { message: format!("tapx{n}"), ..tap.clone() };
        shop.receive(again, 0).await;
    }
    assert_eq!(shop.simulators.bought().len(), 1);
    assert_eq!(shop.available(1).await, RICH - 471_500);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_is_its_own_chats_and_its_own_bills() {
    let shop = TestShop::with(rich()).await;
    let other = ChatId::telegram(2002);
    shop.add_agent(other.clone(), RICH, Locale::Id).await;
    says(&shop, &[("TAG.PLNPOST.520010509867", 1)]).await;
    let pay = shop.tap_on(&reseller(), "Bayar");
    shop.receive(konter_store::InboxMessage { chat: other.clone(), ..pay.clone() }, 1).await;
    shop.note("-- typed by hand it means nothing");
    shop.receive(konter_store::InboxMessage { tapped: None, message: "9001".to_owned(), ..pay }, 1).await;
    taps(&shop, &[("Batal", 0), ("Bayar", 1)]).await;
    insta::assert_snapshot!("foreign_buttons", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_may_be_typed_while_the_keypad_is_open() {
    let shop = TestShop::with(rich()).await;
    says(&shop, &[("TAG.PLNPOST.520010509867", 1)]).await;
    taps(&shop, &[("Bayar", 0)]).await;
    says(&shop, &[("1234", 1), ("1234", 1), ("SAL", 1)]).await;
    insta::assert_snapshot!("typed_pin", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_reseller_cannot_pay_the_same_bill() {
    let shop = TestShop::with(rich()).await;
    let other = ChatId::telegram(2002);
    shop.add_agent(other.clone(), RICH, Locale::Id).await;
    shop.say(&other, "TAG.PLNPOST.520010509867", 1).await;
    says(&shop, &[("TAG.PLNPOST.520010509867", 1), ("BAYAR.PLNPOST.520010509867.1234", 1)]).await;
    shop.say(&other, "BAYAR.PLNPOST.520010509867.1234", 1).await;
    insta::assert_snapshot!("two_resellers", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_in_doubt_waits_for_a_person() {
    let shop = TestShop::with(rich()).await;
    says(&shop, &[("TAG.PLNPOST.520010509804", 1), ("BAYAR.PLNPOST.520010509804.1234", 2)]).await;
    says(&shop, &[("BAYAR.PLNPOST.520010509804.1234", 1)]).await;
    shop.say(&admin(), "/sukses 1 E9297B70", 2).await;
    says(&shop, &[("BAYAR.PLNPOST.520010509804.1234", 2), ("SAL", 1)]).await;
    insta::assert_snapshot!("in_doubt", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_payment_gives_the_money_back_and_the_bill_free() {
    let shop = TestShop::with(rich()).await;
    says(&shop, &[("TAG.PDAM.0100200302", 1), ("BAYAR.PDAM.0100200302.1234", 2)]).await;
    says(&shop, &[("BAYAR.PDAM.0100200302.1234", 1), ("SAL", 1)]).await;
    insta::assert_snapshot!("refused_payment", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_little_balance_pays_nothing() {
    let shop = TestShop::open().await;
    says(&shop, &[("TAG.PLNPOST.520010509867", 1)]).await;
    taps(&shop, &[("Bayar", 0), ("1", 0), ("2", 0), ("3", 0), ("4", 0), ("OK", 1)]).await;
    says(&shop, &[("BAYAR.PLNPOST.520010509867.1234", 1)]).await;
    shop.note("-- what is missing can be asked for by a button");
    taps(&shop, &[("Isi saldo 500.000", 2)]).await;
    insta::assert_snapshot!("too_little", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receipts_carry_the_resellers_own_name_and_price() {
    let shop = TestShop::with(rich()).await;
    let lines = [
        ("STRUK", 1),
        ("NAMASTRUK", 1),
        ("NAMASTRUK.Berkah Cell", 1),
        ("STRUK.KAKI.Terima kasih, simpan struk ini", 1),
        ("S10.081234567890.1234", 1),
        ("STRUK", 1),
        ("STRUK.1.12.000", 1),
        ("STRUK.1.1", 2),
        ("CETAK.081234567890", 1),
        ("STRUK.99", 1),
        ("STRUK.abc", 1),
        ("S10.081234567811.1234", 1),
        ("STRUK.2", 1),
        ("NAMASTRUK.-", 1),
    ];
    says(&shop, &lines).await;
    shop.note("-- its buttons give the same receipt in other shapes, with the price it was asked for");
    says(&shop, &[("STRUK.1.12.000", 1)]).await;
    taps(&shop, &[("Teks", 1), ("Printer", 1)]).await;
    insta::assert_snapshot!("receipts", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bill_that_changed_meanwhile_is_shown_anew() {
    let shop = TestShop::with(rich()).await;
    let lines = [
        ("TAG.PLNPOST.520010509827", 1),
        ("BAYAR.PLNPOST.520010509827.1234", 2),
        ("BAYAR.PLNPOST.520010509827.1234", 1),
        ("SAL", 1),
    ];
    says(&shop, &lines).await;
    insta::assert_snapshot!("changed", transcript(shop).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supplier_that_is_still_looking_is_asked_again() {
    // Its report would come beside its answer, in either order.
    let shop = TestShop::with(Setup { hold_callbacks: true, ..rich() }).await;
    shop.shop.receive(vec![shop.message(&reseller(), "TAG.PDAM.0100200328")]).await.unwrap();
    let is_shown = async || {
        let kept = shop.store.inquiry_of(&"PDAM".parse().unwrap(), "0100200328", AgentId(1)).await.unwrap();
        kept.is_some_and(|kept| matches!(kept.state, InquiryState::Shown(_)))
    };
    shop.becomes("shown", is_shown).await;
    // On a busy machine it is said first that it is being looked up.
    shop.hear_all().await;
    let said = shop.transcript();
    assert!(said.contains("TAGIHAN PDAM 0100200328") && said.contains("Total bayar 605.500"), "{said}");
    let said = shop.say(&reseller(), "BAYAR.PDAM.0100200328.1234", 1).await;
    assert!(said[0].starts_with("PDAM ke 0100200328 sedang diproses"), "{said:?}");
    shop.let_callbacks_in(1).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resellers_racing_for_one_bill_pay_it_once() {
    let shop = TestShop::with(rich()).await;
    let racers: Vec<ChatId> = (1..=6).map(|n| ChatId::telegram(2000 + n)).collect();
    for racer in racers.iter().skip(1) {
        shop.add_agent(racer.clone(), RICH, Locale::Id).await;
    }
    for racer in &racers {
        shop.say(racer, "TAG.PLNPOST.520010509867", 1).await;
    }
    let payments: Vec<_> = racers.iter().map(|racer| shop.message(racer, "BAYAR.PLNPOST.520010509867.1234")).collect();
    futures::future::join_all(payments.into_iter().map(|payment| shop.shop.receive(vec![payment]))).await;
    let answers = shop.hear(racers.len()).await;
    assert_eq!(answers.iter().filter(|answer| answer.starts_with("SUKSES")).count(), 1, "{answers:#?}");
    assert_eq!(shop.simulators.bought().len(), 1);
    shop.close().await;
}

/// What a stop leaves unanswered: the same row with its asking state, as the store has it after a crash.
async fn unanswered(shop: &TestShop, customer: &str, minutes_ago: i64) {
    let kept = shop.store.inquiry_of(&"PLNPOST".parse().unwrap(), "520010509867", AgentId(1)).await.unwrap().unwrap();
    let now = shop.now();
    let row = Inquiry {
        id: InquiryId(u64::try_from(now.timestamp_micros()).unwrap()),
        version: 1,
        customer: customer.to_owned(),
        state: InquiryState::Asking,
        created_at: now - TimeDelta::minutes(minutes_ago),
        ..kept
    };
    let mut commit = Commit::new(now);
    commit.inquiries.push(Versioned { expected: None, row });
    shop.store.commit(commit).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_stop_left_unanswered_is_answered_at_the_next_start() {
    let shop = TestShop::with(rich()).await;
    says(&shop, &[("TAG.PLNPOST.520010509867", 1)]).await;
    for (minutes_ago, expected) in [(1, "TAGIHAN PLNPOST"), (31, "Cek PLNPOST")] {
        shop.pass(TimeDelta::seconds(5));
        unanswered(&shop, "520010509867", minutes_ago).await;
        assert_eq!(shop.shop.recover_inquiries().await.unwrap(), 1);
        let said = shop.hear(1).await;
        assert!(said[0].starts_with(expected), "{said:?}");
        assert!(shop.store.asking().await.unwrap().is_empty());
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_keeps_a_supplier_busy_with_questions() {
    let shop = TestShop::with(rich()).await;
    says(&shop, &[("TAG.PLNPOST.520010509867", 1)]).await;
    for n in 1..=5 {
        let another = shop.say(&reseller(), &format!("TAG.PDAM.0100200{n}30"), 1).await;
        assert!(another[0].starts_with("TAGIHAN PDAM"), "{n}: {another:?}");
        shop.pass(TimeDelta::seconds(1));
        unanswered(&shop, &format!("52001050986{n}"), 0).await;
    }
    let sixth = shop.say(&reseller(), "TAG.PDAM.0100200300", 1).await;
    assert!(sixth[0].contains("masih dicek"), "{sixth:?}");
    // What is not answered by then is not waited for.
    shop.pass(TimeDelta::minutes(3));
    let later = shop.say(&reseller(), "TAG.PDAM.0100200300", 1).await;
    assert!(later[0].starts_with("TAGIHAN PDAM"), "{later:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_english() {
    let shop = TestShop::with(Setup { locale: Locale::En, ..rich() }).await;
    let lines = [
        ("CEKPLN.14027480300", 1),
        ("TAG.PLNPOST.520010509867", 1),
        ("BAYAR.PLNPOST.520010509867.1234", 1),
        ("BAYAR.PLNPOST.520010509867.1234", 2),
        ("STRUK.1.480000", 1),
        ("BANTUAN.TAGIHAN", 1),
        ("BANTUAN.STRUK", 1),
    ];
    says(&shop, &lines).await;
    insta::assert_snapshot!("in_english", transcript(shop).await);
}
