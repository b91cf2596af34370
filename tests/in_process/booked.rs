//! Every rupiah is booked once: what may be the same money is asked back, whoever books it and however, and a yes works
//! once. Behind each story, books that are proven sound.

use std::sync::Arc;

use crate::support::shop::{Setup, TestShop, admin, reseller};
use chrono::TimeDelta;
use konter_core::agent::{Agent, Locale};
use konter_core::deposit::Terms;
use konter_core::ids::{AgentId, ChatId, TicketId};
use konter_core::money::Rupiah;
use konter_store::memory::MemoryStore;
use konter_store::{Commit, InboxMessage, Store, Versioned};

const START: i64 = 5_000;

fn second_owner() -> ChatId {
    ChatId::telegram(1002)
}

/// A reseller that works here as an operator.
fn siti() -> ChatId {
    ChatId::telegram(2002)
}

/// Somebody who only works here.
fn tono() -> ChatId {
    ChatId::telegram(3003)
}

async fn open() -> TestShop {
    TestShop::with(Setup { balance: START, ..Setup::default() }).await
}

async fn alter(shop: &TestShop, number: u32, change: impl FnOnce(&mut Agent)) {
    let before = shop.store.agent(AgentId(number)).await.unwrap().unwrap();
    let mut row = Agent { version: before.version + 1, ..before.clone() };
    change(&mut row);
    let mut commit = Commit::new(shop.now());
    commit.agents.push(Versioned { expected: Some(before.version), row });
    shop.store.commit(commit).await.unwrap();
}

/// The first reseller, with the second one below.
async fn upline() -> TestShop {
    let shop = TestShop::with(Setup { balance: 20_000_000, ..Setup::default() }).await;
    shop.add_agent(siti(), 0, Locale::Id).await;
    alter(&shop, 2, |agent| agent.network.upline = Some(AgentId(1))).await;
    shop
}

/// `YA.<number>` as the question says it.
fn yes_in(question: &str) -> String {
    let at = question.find("YA.").unwrap_or_else(|| panic!("no question: {question}"));
    question[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '.').collect()
}

async fn asked(shop: &TestShop, who: &ChatId, text: &str) -> String {
    let said = shop.say(who, text, 1).await.remove(0);
    assert!(said.contains("YA."), "{text}: {said}");
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_s_own_amount_is_not_booked_once_more() {
    let shop = open().await;
    shop.say(&reseller(), "TIKET.100000", 2).await;
    let pay = shop.store.ticket(TicketId(1)).await.unwrap().unwrap().pay.get();
    shop.say(&admin(), "/acc 1", 2).await;
    shop.pass(TimeDelta::minutes(3));
    for text in [format!("/deposit KR0001 {pay} tf BCA"), format!("/deposit KR0001 {pay} tf BCA")] {
        let said = asked(&shop, &admin(), &text).await;
        assert!(said.contains("/acc tiket #1") && said.contains("3 menit lalu"), "{said}");
        assert!(said.contains("telegram:1001"), "{said}");
    }
    let round = asked(&shop, &admin(), "/deposit KR0001 100000").await;
    assert!(round.contains("/acc tiket #1"), "the round sum that was asked for is the same money: {round}");
    assert_eq!(shop.available(1).await, START + pay);
    shop.pass(TimeDelta::hours(5));
    let later = asked(&shop, &admin(), &format!("/deposit KR0001 {pay}")).await;
    assert!(later.contains("/acc tiket #1"), "{later}");
    assert_eq!(shop.available(1).await, START + pay);
    assert_eq!(shop.store.acts(100).await.unwrap().len(), 1, "what was not booked is no act");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_booking_is_asked_back_whoever_types_it_and_a_yes_works_once() {
    let shop = open().await;
    shop.say(&admin(), "/deposit KR0001 100000 tunai", 2).await;
    let question = asked(&shop, &admin(), "/deposit KR0001 100000 tunai").await;
    assert!(question.contains("dengan /deposit oleh telegram:1001"), "{question}");
    assert_eq!(yes_in(&question), yes_in(&asked(&shop, &admin(), "/deposit kr1 100rb tunai").await));
    assert_eq!(shop.available(1).await, START + 100_000, "typing it again is no yes");
    // Another amount, and money that goes the other way, are other bookings.
    shop.say(&admin(), "/deposit KR0001 60000", 2).await;
    shop.say(&admin(), "/deposit KR0001 -40000", 2).await;
    let back = asked(&shop, &admin(), "/deposit KR0001 -40000").await;
    assert!(back.contains("ditarik barusan"), "{back}");
    assert_eq!(shop.available(1).await, START + 120_000);

    let question = asked(&shop, &admin(), "/deposit KR0001 100000 tunai").await;
    let (tap, yes) = (shop.tap_on(&admin(), "Ya, lanjutkan"), yes_in(&question));
    shop.receive(tap.clone(), 2).await;
    assert_eq!(shop.available(1).await, START + 220_000);
    shop.receive(InboxMessage { message: "tap again".to_owned(), ..tap }, 0).await;
    let said = shop.say(&admin(), &yes, 1).await;
    assert!(said[0].contains("Tidak ada pertanyaan"), "{said:?}");
    assert_eq!(shop.available(1).await, START + 220_000);
    let acts = shop.store.acts(1).await.unwrap();
    assert!(acts[0].what.starts_with("/deposit KR0001 100000 tunai (YA."), "{acts:?}");

    asked(&shop, &admin(), "/deposit KR0001 60000").await;
    shop.tap(&admin(), "Batal", 0).await;
    shop.pass(TimeDelta::minutes(10));
    shop.say(&admin(), "/deposit KR0001 100000", 2).await;
    assert_eq!(shop.available(1).await, START + 320_000);
    insta::assert_snapshot!("asked_back", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_is_not_accepted_after_its_money_was_booked_without_it() {
    let shop = open().await;
    shop.say(&reseller(), "TIKET.100000", 2).await;
    let pay = shop.store.ticket(TicketId(1)).await.unwrap().unwrap().pay.get();
    let question = asked(&shop, &admin(), &format!("/deposit KR0001 {pay}")).await;
    assert!(question.contains("ditunggu tiket #1") && question.contains("/acc 1"), "{question}");
    shop.say(&admin(), &yes_in(&question), 2).await;
    // However long it waits: nobody else's sum is like that.
    for (time, text) in [(0, "/acc 1"), (3, "/acc 1"), (0, "/acc 1 100000")] {
        shop.pass(TimeDelta::hours(time));
        if text == "/acc 1" {
            let said = asked(&shop, &admin(), text).await;
            assert!(said.contains("dengan /deposit"), "{said}");
        }
    }
    let card = shop.say(&reseller(), "BUKTI.sudah", 2).await;
    assert!(card[0].contains("BUKTI") || card[1].contains("BUKTI"), "{card:?}");
    let asked_by_tap = shop.tap(&admin(), "Terima", 1).await;
    assert!(asked_by_tap[0].contains("YA."), "{asked_by_tap:?}");
    assert_eq!(shop.available(1).await, START + pay);
    shop.say(&admin(), &yes_in(&asked_by_tap[0]), 2).await;
    assert_eq!(shop.available(1).await, START + 2 * pay);

    shop.say(&reseller(), "TIKET.70000", 2).await;
    shop.say(&admin(), "/deposit KR0001 70000", 2).await;
    asked(&shop, &admin(), "/acc 2").await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transfers_and_deposits_are_the_same_money_to_who_receives_it() {
    let shop = upline().await;
    shop.say(&reseller(), "TR.KR0002.100000.1234", 2).await;
    let said = asked(&shop, &admin(), "/deposit KR0002 100000").await;
    assert!(said.contains("dengan TR dari KR0001"), "{said}");
    shop.say(&admin(), "/deposit KR0002 200000", 2).await;
    let said = asked(&shop, &reseller(), "TR.KR0002.200000.1234").await;
    assert!(said.contains("dengan /deposit") && !said.contains("telegram:"), "no business of a reseller's: {said}");
    // What it passes on itself is nothing that came.
    shop.say(&admin(), "/deposit KR0001 100000", 2).await;
    assert_eq!(shop.available(2).await, 300_000);
    shop.close().await;
}

/// That is what makes the second of two at the same moment decide anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_way_of_booking_writes_the_receiver_s_row() {
    let shop = upline().await;
    let version = async || shop.store.agent(AgentId(2)).await.unwrap().unwrap().version;
    shop.say(&siti(), "TIKET.50000", 2).await;
    for (who, text) in [(admin(), "/deposit KR0002 10000"), (admin(), "/acc 1"), (reseller(), "TR.KR0002.20000.1234")] {
        let before = version().await;
        shop.say(&who, text, 2).await;
        assert_eq!(version().await, before + 1, "{text}");
    }
    shop.close().await;
}

/// Five of a reseller's chats, each in a process of its own, all at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_five_equal_transfers_at_once_one_is_sent() {
    for round in 0..10 {
        let store = Store::new(MemoryStore::new());
        let chats: Vec<ChatId> = (0..5).map(|n| ChatId::telegram(2101 + n)).collect();
        let mut shops = Vec::new();
        for n in 0..5 {
            let setup = Setup { balance: 20_000_000, ..Setup::default() };
            let shop = TestShop::on(store.clone(), setup).await;
            if n == 0 {
                shop.add_agent(siti(), 0, Locale::Id).await;
                alter(&shop, 2, |agent| agent.network.upline = Some(AgentId(1))).await;
                alter(&shop, 1, |agent| agent.chats.extend(chats.clone())).await;
            }
            shops.push(Arc::new(shop));
        }
        let by_admins = round % 2 == 1;
        let text = if by_admins { "/deposit KR0002 100000" } else { "TR.KR0002.100000.1234" };
        let tasks: Vec<_> = chats
            .iter()
            .zip(&shops)
            .map(|(chat, shop)| {
                let from = if by_admins { admin() } else { chat.clone() };
                let message = InboxMessage { message: chat.to_string(), ..shop.message(&from, text) };
                let shop = Arc::clone(shop);
                tokio::spawn(async move { shop.shop.handle(&message).await.unwrap() })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(shops[0].available(2).await, 100_000);
        shops[0].audit().await;
    }
}

/// Both were asked about a large sum before either said yes: the second yes does not know of the first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_yes_does_not_cover_what_was_booked_after_the_question() {
    let shop = TestShop::with(Setup { balance: START, more_admins: vec![second_owner()], ..Setup::default() }).await;
    let first = asked(&shop, &admin(), "/deposit KR0001 15000000").await;
    let second = asked(&shop, &second_owner(), "/deposit KR0001 15000000").await;
    assert!(first.contains("di atas 10.000.000") && second.contains("di atas 10.000.000"));
    shop.say(&admin(), &yes_in(&first), 3).await;
    let again = asked(&shop, &second_owner(), &yes_in(&second)).await;
    assert!(again.contains("oleh telegram:1001"), "{again}");
    assert_eq!(shop.available(1).await, START + 15_000_000);
    shop.say(&second_owner(), &yes_in(&again), 3).await;
    assert_eq!(shop.available(1).await, START + 30_000_000);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sums_beyond_the_usual_are_asked_back_and_absurd_ones_refused() {
    let deposits = Terms { ask_above: Rupiah::new(2_000_000), ..Terms::default() };
    let shop = TestShop::with(Setup { balance: START, deposits, ..Setup::default() }).await;
    for text in ["/deposit KR0001 1000000000000", "/deposit KR0001 1000000001", "/deposit KR0001 -1000000001 --paksa"] {
        let said = shop.say(&admin(), text, 1).await;
        assert!(said[0].contains("Paling banyak 1.000.000.000"), "{said:?}");
    }
    shop.say(&admin(), "/deposit KR0001 2000000", 2).await;
    let question = asked(&shop, &admin(), "/deposit KR0001 2000001").await;
    assert!(question.contains("di atas 2.000.000"), "{question}");
    asked(&shop, &admin(), "/deposit KR0001 -5000000 --paksa").await;
    shop.say(&reseller(), "TIKET.100000", 2).await;
    // One zero too many is far beyond this ticket.
    let question = asked(&shop, &admin(), "/acc 1 1000000").await;
    assert!(question.contains("Tiketnya menunggu 100.618"), "{question}");
    let said = shop.say(&admin(), "/acc 1 999999999999", 1).await;
    assert!(said[0].contains("Paling banyak"), "{said:?}");
    assert_eq!(shop.available(1).await, START + 2_000_000);
    shop.say(&admin(), "/acc 1 100000", 2).await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_outlives_a_restart_as_a_question_and_only_where_it_was_asked() {
    let store = Store::new(MemoryStore::new());
    let setup = || Setup { balance: START, more_admins: vec![second_owner()], ..Setup::default() };
    let shop = TestShop::on(store.clone(), setup()).await;
    let yes = yes_in(&asked(&shop, &admin(), "/deposit KR0001 15000000").await);
    shop.close().await;
    let shop = TestShop::on(store.clone(), setup()).await;
    let later = |text: &str, who: &ChatId| InboxMessage { message: format!("later {text}"), ..shop.message(who, text) };
    assert_eq!(shop.available(1).await, START);
    shop.receive(later(&yes, &second_owner()), 1).await;
    shop.receive(later(&yes, &reseller()), 1).await;
    assert_eq!(shop.available(1).await, START);
    shop.receive(later(&yes, &admin()), 3).await;
    assert_eq!(shop.available(1).await, START + 15_000_000);
    shop.receive(later("/deposit KR0001 16000000", &admin()), 1).await;
    shop.pass(TimeDelta::minutes(6));
    let said = shop.receive(later("YA.2", &admin()), 1).await;
    assert!(said[0].contains("Tidak ada pertanyaan"), "{said:?}");
    assert_eq!(shop.available(1).await, START + 15_000_000);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_yes_needs_the_role_that_its_command_needs_by_then() {
    let shop = open().await;
    shop.say(&admin(), "/peran telegram:3003 operator", 1).await;
    shop.say(&admin(), "YA.1", 2).await;
    let yes = yes_in(&asked(&shop, &tono(), "/deposit KR0001 15000000").await);
    shop.say(&admin(), "/peran telegram:3003 viewer", 2).await;
    let said = shop.say(&tono(), &yes, 1).await;
    assert!(!said[0].contains("Saldo"), "{said:?}");
    assert_eq!(shop.available(1).await, START);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_books_nothing_to_its_own_account_and_owners_are_told_of_everything() {
    let shop = TestShop::with(Setup { balance: START, more_admins: vec![second_owner()], ..Setup::default() }).await;
    shop.add_agent(siti(), 50_000, Locale::Id).await;
    shop.say(&admin(), "/peran KR0002 operator", 2).await;
    shop.say(&siti(), "TIKET.100000", 4).await;
    for text in ["/deposit KR0002 1000000", "/deposit telegram:2002 1000000", "/acc 1"] {
        let said = shop.say(&siti(), text, 1).await;
        assert!(said[0].contains("akun Anda sendiri"), "{text}: {said:?}");
    }
    let said = shop.tap(&siti(), "Terima", 1).await;
    assert!(said[0].contains("akun Anda sendiri"), "{said:?}");
    assert_eq!(shop.available(2).await, 50_000);
    // Giving its own order back is the same.
    shop.say(&siti(), "S10.081234567890.1234", 1).await;
    let said = shop.say(&siti(), "/gagal 1 salah nomor", 1).await;
    assert!(said[0].contains("akun Anda sendiri"), "{said:?}");

    let told = shop.say(&siti(), "/deposit KR0001 100000 tunai", 4).await;
    let line = "Budi (telegram:2002) menambah 100.000 ke KR0001 Konter 1 (tunai)";
    assert_eq!(told.iter().filter(|said| said.contains(line)).count(), 2, "{told:?}");
    let told = shop.say(&admin(), "/deposit KR0001 30000", 3).await;
    assert_eq!(told.iter().filter(|said| said.contains("menambah 30.000")).count(), 1, "not who booked it: {told:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_with_an_account_may_book_to_it_and_the_others_are_told() {
    let shop = TestShop::with(Setup { balance: START, more_admins: vec![reseller()], ..Setup::default() }).await;
    let told = shop.say(&reseller(), "/deposit KR0001 100000", 3).await;
    assert!(told.iter().any(|said| said.contains("menambah 100.000 ke KR0001")), "{told:?}");
    assert_eq!(shop.available(1).await, START + 100_000);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_has_ended_is_decided_otherwise_only_after_a_question() {
    let shop = TestShop::with(Setup { more_admins: vec![second_owner()], ..Setup::default() }).await;
    let full = shop.available(1).await;
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    let paid = shop.available(1).await;
    assert!(paid < full);
    let question = asked(&shop, &admin(), "/gagal 1 ternyata tidak masuk").await;
    assert!(question.contains("Sekarang SUKSES") && question.contains("dikembalikan ke KR0001"), "{question}");
    assert_eq!(shop.available(1).await, paid);
    let other = asked(&shop, &second_owner(), "/gagal 1 salah nomor").await;
    let told = shop.say(&admin(), &yes_in(&question), 3).await;
    assert!(told.iter().any(|said| said.contains("mengubah trx #1")), "{told:?}");
    assert_eq!(shop.available(1).await, full);
    // What it was asked about is not so any more.
    shop.say(&second_owner(), &yes_in(&other), 1).await;
    assert_eq!(shop.available(1).await, full);
    let question = asked(&shop, &admin(), "/sukses 1 0041002345678901").await;
    assert!(question.contains("Sekarang GAGAL") && question.contains("dipotong lagi dari KR0001"), "{question}");
    assert_eq!(shop.available(1).await, full);
    shop.tap(&admin(), "Ya, lanjutkan", 3).await;
    assert_eq!(shop.available(1).await, paid);
    insta::assert_snapshot!("decided_otherwise", shop.close().await);
}

/// What is pasted may be what was copied before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_serial_number_that_another_order_shows_is_asked_back() {
    let shop = TestShop::open().await;
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    let sn = shop.store.order(konter_core::ids::OrderId(1)).await.unwrap().unwrap().serial_key().unwrap().serial;
    for pending in ["081234567823", "081234567923"] {
        shop.say(&reseller(), &format!("S10.{pending}.1234"), 1).await;
    }
    let question = asked(&shop, &admin(), &format!("/sukses 2 {sn}")).await;
    assert!(question.contains("AWAS, SN itu sudah dipakai trx #1"), "{question}");
    shop.say(&admin(), "/sukses 2 0041002345678909", 2).await;
    let question = asked(&shop, &admin(), "/sukses 3 0041002345678909").await;
    assert!(question.contains("AWAS, SN itu sudah dipakai trx #2"), "{question}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_price_is_changed_by_so_much_once() {
    let shop = open().await;
    let price = |shop: &TestShop| shop.shop.catalog().get(&"S10".parse().unwrap()).unwrap().price.get();
    let before = price(&shop);
    let said = shop.say(&admin(), "/hargajual S10 +100", 1).await;
    let after = Rupiah::new(before + 100);
    assert!(said[0].contains(&format!("{} menjadi {after}", Rupiah::new(before))), "{said:?}");
    let again = asked(&shop, &admin(), "/hargajual S10 +100").await;
    assert!(again.contains("Sudah berubah sebanyak itu"), "{again}");
    assert_eq!(price(&shop), before + 100);
    shop.say(&admin(), &yes_in(&again), 1).await;
    assert_eq!(price(&shop), before + 200);
    shop.say(&admin(), "/hargajual S10 -50", 1).await;
    assert_eq!(price(&shop), before + 150);
    let below = asked(&shop, &admin(), "/hargajual S10 -2rb").await;
    assert!(below.contains("Di bawah modal"), "{below}");
    let stale = yes_in(&below);
    shop.say(&admin(), "/hargajual S10 20000 --paksa", 1).await;
    shop.say(&admin(), &stale, 1).await;
    assert_eq!(price(&shop), 20_000, "the question was about another price");
    shop.say(&admin(), "/hargajual S10 -50000", 1).await;
    assert_eq!(price(&shop), 20_000);
    insta::assert_snapshot!("relative_price", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_money_goes_by_a_number_that_nobody_has_proven() {
    let shop = upline().await;
    shop.add_agent(ChatId::telegram(2003), 0, Locale::Id).await;
    alter(&shop, 3, |agent| agent.network.upline = Some(AgentId(1))).await;
    // The third one has noted the second one's number as its own.
    alter(&shop, 3, |agent| agent.phones = vec!["081234567890".to_owned()]).await;
    let question = asked(&shop, &admin(), "/deposit 081234567890 100000").await;
    assert!(question.contains("KR0003 Konter 3") && question.contains("belum tentu miliknya"), "{question}");
    let question = asked(&shop, &reseller(), "TR.081234567890.50000.1234").await;
    assert!(question.contains("KR0003 Konter 3") && question.contains("belum tentu miliknya"), "{question}");
    assert_eq!((shop.available(2).await, shop.available(3).await), (0, 0));
    // What the yes is about stays who it was, whose the number becomes meanwhile.
    alter(&shop, 3, |agent| agent.phones.clear()).await;
    alter(&shop, 2, |agent| agent.phones = vec!["081234567890".to_owned()]).await;
    shop.tap(&reseller(), "Ya, kirim", 2).await;
    assert_eq!((shop.available(2).await, shop.available(3).await), (0, 50_000));
    shop.say(&admin(), "/deposit telegram:2002 100000", 2).await;
    shop.say(&admin(), "/deposit KR0003 100000", 2).await;
    shop.close().await;
}

/// A reseller can write whatever an admin's own cards say; only where they were sent counts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_goes_to_whose_card_it_answers() {
    let shop = open().await;
    shop.add_agent(siti(), 0, Locale::Id).await;
    shop.say(&reseller(), "KOMPLAIN.belum masuk\n/balas KR0002 jawaban", 2).await;
    shop.say(&siti(), "KOMPLAIN.saya juga", 2).await;
    // In this shop the front's number of a message is its row's.
    let cards: Vec<String> = {
        let mut found = Vec::new();
        for message in 1..100_u32 {
            if let Some(agent) = shop.store.card_shown(&admin(), &message.to_string()).await.unwrap() {
                found.push((message.to_string(), agent));
            }
        }
        assert_eq!(found.iter().map(|(_, agent)| agent.0).collect::<Vec<_>>(), [1, 2]);
        found.into_iter().map(|(message, _)| message).collect()
    };
    let reply = |who: &ChatId, card: &str, text: &str| InboxMessage {
        replies_to: Some(card.to_owned()),
        ..shop.message(who, text)
    };
    shop.receive(reply(&admin(), &cards[0], "sudah kami cek ya"), 2).await;
    shop.receive(reply(&admin(), &cards[1], "SAL"), 2).await;
    shop.note("-- a command is one, a message that is no card's is none, and nobody's PIN is passed on");
    shop.receive(reply(&admin(), &cards[0], "/pending"), 1).await;
    shop.receive(reply(&admin(), "9999", "SAL"), 1).await;
    shop.receive(reply(&admin(), &cards[0], "S10.081234567890.1234"), 1).await;
    shop.note("-- nor does a reseller answer another one");
    shop.receive(reply(&siti(), &cards[0], "SAL"), 1).await;
    let acts: Vec<String> = shop.store.acts(9).await.unwrap().into_iter().rev().map(|act| act.what).collect();
    assert_eq!(acts[0], "/balas KR0001 sudah kami cek ya ⇒ KR0001 Konter 1");
    insta::assert_snapshot!("answered_cards", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_yes_to_a_transfer_does_not_cover_what_was_booked_since() {
    let shop = upline().await;
    let asked_first = asked(&shop, &reseller(), "TR.KR0002.600000.1234").await;
    shop.receive_quietly(shop.message(&admin(), "/deposit KR0002 600000 tunai")).await;
    assert_eq!(shop.available(2).await, 600_000, "{}", shop.transcript());
    let asked_anew = asked(&shop, &reseller(), &yes_in(&asked_first)).await;
    assert_eq!(shop.available(2).await, 600_000, "{asked_anew}");
    shop.receive_quietly(shop.message(&reseller(), &yes_in(&asked_anew))).await;
    assert_eq!(shop.available(2).await, 1_200_000);
    shop.close().await;
}

/// A chat may be somebody else's by the time it says yes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_yes_counts_for_the_account_that_was_asked() {
    const RICH: i64 = 20_000_000;
    let shop = upline().await;
    let counter = ChatId::telegram(2_077);
    shop.add_agent(tono(), RICH, Locale::Id).await;
    alter(&shop, 1, |agent| {
        agent.network.upline = Some(AgentId(3));
        agent.chats.push(counter.clone());
    })
    .await;
    let question = asked(&shop, &counter, "TR.KR0002.600000.1234").await;
    alter(&shop, 1, |agent| agent.chats.truncate(1)).await;
    alter(&shop, 3, |agent| agent.chats.push(counter.clone())).await;
    let said = shop.receive_quietly(shop.message(&counter, &yes_in(&question))).await;
    assert_eq!((shop.available(2).await, shop.available(3).await), (0, RICH), "{said}");
    shop.close().await;
}
