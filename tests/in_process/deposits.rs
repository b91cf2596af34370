//! Deposit tickets as conversations that a person can review; behind each, books that are proven sound.

use std::sync::Arc;

use crate::support::shop::{Setup, TestShop, admin, noon, reseller};
use chrono::TimeDelta;
use konter::attachment::{Attachment, FileRef};
use konter_core::agent::Locale;
use konter_core::deposit::{Terms, TicketState};
use konter_core::ids::{ChatId, TicketId};
use konter_core::ledger::{AccountId, Reason};
use konter_store::InboxMessage;

fn second_admin() -> ChatId {
    ChatId::telegram(1002)
}

fn banks() -> Vec<String> {
    ["BCA 1234567890 a.n. Budi Santoso", "BRI 0987-6543-21 a.n. Budi Santoso"].map(str::to_owned).to_vec()
}

fn setup() -> Setup {
    let deposits = Terms { banks: banks(), ..Terms::default() };
    Setup { deposits, more_admins: vec![second_admin()], balance: 5_000, ..Setup::default() }
}

async fn says(shop: &TestShop, texts: &[(&str, usize)]) {
    for (text, replies) in texts {
        shop.say(&reseller(), text, *replies).await;
    }
}

async fn orders(shop: &TestShop, texts: &[(&str, usize)]) {
    for (text, replies) in texts {
        shop.say(&admin(), text, *replies).await;
    }
}

/// Something sent without words; with a file's name it is that file.
fn attached(shop: &TestShop, kind: &str, file: Option<&str>) -> InboxMessage {
    let file = file.map(|name| FileRef { id: "BQAC".to_owned(), name: name.to_owned() });
    shop.message(&reseller(), &Attachment { kind: kind.to_owned(), file }.to_text())
}

fn later(shop: &TestShop, words: &str, time: TimeDelta) {
    shop.note(&format!("-- {words} later"));
    shop.pass(time);
}

async fn acts(shop: &TestShop) -> Vec<String> {
    shop.store.acts(100).await.unwrap().into_iter().rev().map(|act| act.what).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_is_asked_for_paid_and_accepted_by_a_button() {
    let shop = TestShop::with(setup()).await;
    says(
        &shop,
        &[("DEPOSIT", 1), ("TIKET.100000.1234", 3), ("DEP.BRI.50000", 3), ("tiket 100.000", 1), ("REKENING", 1)],
    )
    .await;
    shop.note("-- the button under the second ticket");
    shop.tap(&admin(), "Terima", 2).await;
    says(&shop, &[("SAL", 1)]).await;
    orders(&shop, &[("/acc 1", 3), ("/acc 1", 1), ("/tolak 1 salah", 1), ("/agen KR0001", 1)]).await;
    says(&shop, &[("BANK", 1)]).await;
    assert_eq!(
        acts(&shop).await,
        [
            "/acc 2 ⇒ KR0001 tiket #2 50.236: terbuka → diterima 50.236",
            "/acc 1 ⇒ KR0001 tiket #1 100.618: terbuka → diterima 100.618",
            "/agen KR0001"
        ]
    );
    let account = AccountId::Agent(konter_core::ids::AgentId(1));
    let lines = shop.store.statement(&account, None, 10).await.unwrap();
    let notes: Vec<_> = lines.iter().filter_map(|line| line.note.clone()).collect();
    assert_eq!(notes, ["tiket #1", "tiket #2"]);
    insta::assert_snapshot!("accepted", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_told_with_its_reason() {
    let shop = TestShop::with(setup()).await;
    says(&shop, &[("TIKET.100000", 3), ("TIKET.50000", 3)]).await;
    orders(&shop, &[("/tolak 1 uang belum masuk", 3)]).await;
    shop.tap(&second_admin(), "Tolak", 2).await;
    orders(
        &shop,
        &[("/acc 1", 1), ("/tolak 2", 1), ("/acc 99", 1), ("/tolak #99", 1), ("/acc 50.999", 1), ("/acc x", 1)],
    )
    .await;
    says(&shop, &[("SAL", 1), ("TIKET.100000", 3)]).await;
    assert_eq!(shop.available(1).await, 5_000);
    assert_eq!(
        acts(&shop).await,
        [
            "/tolak 1 uang belum masuk ⇒ KR0001 tiket #1 100.618: terbuka → ditolak",
            "/tolak 2 ⇒ KR0001 tiket #2 50.236: terbuka → ditolak"
        ]
    );
    insta::assert_snapshot!("refused", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_pressed_late_shows_what_was_decided() {
    let shop = TestShop::with(setup()).await;
    says(&shop, &[("TIKET.100000", 3)]).await;
    let late = shop.tap_on(&second_admin(), "Terima");
    shop.tap(&admin(), "Terima", 2).await;
    shop.receive(late, 1).await;
    let foreign = InboxMessage { message: "tapx".to_owned(), ..shop.tap_on(&admin(), "Terima") };
    shop.note("-- a reseller presses an admin's button");
    shop.receive(InboxMessage { chat: reseller(), ..foreign.clone() }, 1).await;
    shop.note("-- typed by hand it means nothing");
    shop.receive(InboxMessage { tapped: None, message: "9001".to_owned(), ..foreign }, 1).await;
    orders(&shop, &[("acc 1", 1)]).await;
    says(&shop, &[("/acc 1", 1)]).await;
    insta::assert_snapshot!("pressed_late", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_came_may_be_another_amount_and_a_ticket_is_named_by_its_amount() {
    let shop = TestShop::with(setup()).await;
    says(&shop, &[("TIKET.100000", 3), ("TIKET.50000", 3)]).await;
    let pay = shop.store.ticket(TicketId(2)).await.unwrap().unwrap().pay;
    orders(&shop, &[("/acc 1 100.000", 3), (&format!("/acc {}", pay.get()), 3), (&format!("/acc {pay}"), 1)]).await;
    orders(&shop, &[("/acc 1 200.000", 1), ("/acc 2 0", 1)]).await;
    says(&shop, &[("TIKET.75000", 3)]).await;
    orders(&shop, &[("/acc 3 999999999999", 1), ("/acc 3 -75000", 1)]).await;
    assert_eq!(shop.available(1).await, 5_000 + 100_000 + pay.get());
    insta::assert_snapshot!("other_amount", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_runs_out_at_midnight_and_may_be_accepted_after_all() {
    let shop = TestShop::with(setup()).await;
    says(&shop, &[("TIKET.100000", 3), ("TIKET.50000", 3)]).await;
    later(&shop, "13 hours", TimeDelta::hours(13));
    says(&shop, &[("BANK", 1), ("TIKET.100000", 3), ("BUKTI.50 rb sudah masuk", 3)]).await;
    orders(&shop, &[("/acc 1", 3)]).await;
    shop.tap(&admin(), "Tolak", 2).await;
    insta::assert_snapshot!("midnight", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hours_may_be_set_and_limits_are_told() {
    let deposits = Terms { banks: Vec::new(), valid_for: Some(TimeDelta::hours(3)), ..Terms::default() };
    let shop = TestShop::with(Setup { deposits, ..setup() }).await;
    let asked = [
        ("TIKET", 1),
        ("TIKET.100000000", 3),
        ("TIKET.100000001", 1),
        ("TIKET.999", 1),
        ("TIKET.-5000", 1),
        ("TIKET.100000.9999", 1),
        ("TIKET.10rb", 3),
        ("TIKET.20rb", 3),
        ("TIKET.30rb", 3),
        ("TIKET.40rb", 3),
        ("TIKET.50rb", 1),
        ("TIKET.40rb", 1),
    ];
    says(&shop, &asked).await;
    later(&shop, "3 hours", TimeDelta::hours(3));
    says(&shop, &[("TIKET.50rb", 3)]).await;
    shop.say(&ChatId::telegram(3003), "TIKET.100000", 1).await;
    insta::assert_snapshot!("limits", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proofs_go_to_the_admins_with_their_ticket() {
    let shop = TestShop::with(setup()).await;
    shop.note("-- without a ticket");
    shop.receive(attached(&shop, "photo", None), 1).await;
    says(&shop, &[("BUKTI.sudah tf", 1), ("sudah transfer bos", 1)]).await;
    says(&shop, &[("TIKET.100000", 3), ("TIKET.50000", 3)]).await;
    let first = shop.store.ticket(TicketId(1)).await.unwrap().unwrap().pay;
    shop.receive(attached(&shop, "photo", None), 3).await;
    shop.receive(attached(&shop, "document", Some("bukti.pdf")), 3).await;
    let caption = |text: &str| InboxMessage { is_caption: true, ..shop.message(&reseller(), text) };
    shop.receive(caption(&format!("ini bos {first}")), 3).await;
    shop.receive(caption(&format!("deposit {first}")), 3).await;
    shop.receive(caption("BUKTI.dari BRI.1234"), 3).await;
    says(&shop, &[("BUKTI.dari BCA Siti.1234", 3), (&format!("sdh tf {} ya min", first.get()), 3)]).await;
    says(&shop, &[("sdh tf, pin saya 1234", 3)]).await;
    shop.note("-- no proof");
    shop.receive(attached(&shop, "sticker", None), 0).await;
    shop.receive(attached(&shop, "document", Some("harga.csv")), 1).await;
    shop.receive(attached(&shop, "forwarded", None), 1).await;
    says(&shop, &[("KOMPLAIN.sudah transfer saldo belum masuk", 3), ("halo", 1), ("BUKTI.tf.9999", 3)]).await;
    shop.tap(&admin(), "Terima", 2).await;
    insta::assert_snapshot!("proofs", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_english() {
    let shop = TestShop::with(Setup { locale: Locale::En, ..setup() }).await;
    says(&shop, &[("DEPOSIT", 1), ("TIKET.100000", 3), ("TIKET.50000", 3), ("TIKET.100000", 1), ("BUKTI.done", 3)])
        .await;
    shop.tap(&admin(), "Accept", 2).await;
    orders(&shop, &[("/tolak 1 no money yet", 3), ("/acc 1", 1), ("/acc 9", 1), ("/deposit KR0001 -9999999", 1)]).await;
    says(&shop, &[("TIKET.200000000", 1), ("BUKTI.x", 1), ("BANTUAN.DEPOSIT", 1)]).await;
    insta::assert_snapshot!("in_english", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_goes_below_zero_only_when_it_is_forced() {
    let shop = TestShop::with(setup()).await;
    let tried = [
        ("/deposit KR0001 -6000 salah input", 1),
        ("/deposit KR0001 -1000 salah input --paksa", 3),
        ("/deposit KR0001 -6000 salah input --paksa", 3),
        ("/deposit KR0001 -1", 1),
        ("/deposit KR0001 10000 tunai", 3),
    ];
    orders(&shop, &tried).await;
    assert_eq!(shop.available(1).await, 5_000 - 1_000 - 6_000 + 10_000);
    let lines = shop.store.journal(0, 100).await.unwrap();
    let reasons: Vec<Reason> = lines.iter().map(|line| line.reason).collect();
    assert_eq!(reasons, [Reason::Deposit, Reason::Deposit, Reason::Correction, Reason::Deposit]);
    let noted = [(1, "-1.000"), (2, "-6.000"), (4, "10.000")];
    let noted = noted.map(|(n, amount): (usize, _)| format!("{} ⇒ KR0001 Konter 1: {amount}", tried[n].0));
    assert_eq!(acts(&shop).await, noted);
    insta::assert_snapshot!("corrections", shop.close().await);
}

/// Late money for a ticket whose amount somebody else is to pay by now goes to nobody by accident.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_amount_that_is_anothers_by_now_is_not_credited_by_accident() {
    let deposits = Terms { banks: banks(), valid_for: Some(TimeDelta::hours(1)), ..Terms::default() };
    let shop = TestShop::with(Setup { deposits, ..setup() }).await;
    let other = ChatId::telegram(2002);
    shop.add_agent(other.clone(), 0, Locale::Id).await;
    says(&shop, &[("TIKET.100000", 3)]).await;
    let first = shop.store.ticket(TicketId(1)).await.unwrap().unwrap();
    shop.pass(TimeDelta::hours(30));
    // The same amount comes up again after a thousand tickets; here at once.
    let mut second = first.clone();
    (second.id, second.agent) = (TicketId(2), konter_core::ids::AgentId(2));
    (second.created_at, second.expires_at) = (shop.now(), shop.now() + TimeDelta::hours(1));
    let mut commit = konter_store::Commit::new(shop.now());
    commit.tickets.push(konter_store::Versioned { expected: None, row: second });
    shop.store.commit(commit).await.unwrap();
    orders(&shop, &[("/acc 1", 1)]).await;
    assert_eq!((shop.available(1).await, shop.available(2).await), (5_000, 0));
    orders(&shop, &[(&format!("/acc #1 {}", first.pay.get()), 3), ("/acc 2", 3)]).await;
    insta::assert_snapshot!("anothers", shop.close().await);
}

/// However many admins press whatever at once, the money comes once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_admins_at_once_credit_once() {
    let admins: Vec<ChatId> = (0..8).map(|n| ChatId::telegram(5_000 + n)).collect();
    let shop = Arc::new(TestShop::with(Setup { more_admins: admins.clone(), ..setup() }).await);
    for round in 1..=5_u64 {
        let amount = 10_000 * round;
        shop.say(&reseller(), &format!("TIKET.{amount}"), 2 + admins.len()).await;
        let before = shop.available(1).await;
        let tasks: Vec<_> = admins
            .iter()
            .enumerate()
            .map(|(n, admin)| {
                let text = match n % 3 {
                    0 => format!("/acc {round}"),
                    1 => format!("/acc {round} 12345"),
                    _ => format!("/tolak {round}"),
                };
                let (shop, message) = (Arc::clone(&shop), shop.message(admin, &text));
                tokio::spawn(async move { shop.shop.receive(vec![message]).await.unwrap() })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        // One decides, and everybody hears of it: the reseller, the other admins, and each of the late ones.
        shop.hear(1 + admins.len() + 1 + admins.len() - 1).await;
        let credited = match shop.store.ticket(TicketId(round)).await.unwrap().unwrap().state {
            TicketState::Accepted { credited, .. } => credited.get(),
            TicketState::Refused { .. } => 0,
            TicketState::Open => panic!("nobody decided"),
        };
        assert_eq!(shop.available(1).await - before, credited);
        // The same sum once more within minutes would be asked back.
        shop.pass(TimeDelta::minutes(11));
    }
    shop.audit().await;
}

/// Many resellers ask for the same amount at once: each is to pay another one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_resellers_at_once_get_amounts_of_their_own() {
    let shop = Arc::new(TestShop::with(Setup { start: noon(), ..setup() }).await);
    let chats: Vec<ChatId> = (0..30).map(|n| ChatId::telegram(7_000 + n)).collect();
    for chat in &chats {
        shop.add_agent(chat.clone(), 0, Locale::Id).await;
    }
    let messages: Vec<_> =
        chats.iter().flat_map(|chat| ["TIKET.100000", "TIKET.100500"].map(|t| shop.message(chat, t))).collect();
    shop.shop.receive(messages).await.unwrap();
    shop.hear(chats.len() * 2 * 3).await;
    let mut pays = std::collections::BTreeSet::new();
    // Who was overtaken has decided again, with another number.
    for number in 1..=1_000 {
        if let Some(ticket) = shop.store.ticket(TicketId(number)).await.unwrap() {
            assert!(pays.insert(ticket.pay), "{} twice", ticket.pay);
        }
    }
    assert_eq!(pays.len(), 2 * chats.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admins_list_the_tickets_that_wait() {
    let shop = TestShop::with(setup()).await;
    let stranger = ChatId::telegram(4001);
    assert!(shop.say(&stranger, "/tiket", 1).await[0].contains("belum terdaftar"));
    assert!(shop.say(&admin(), "/tiket", 1).await[0].contains("Tidak ada tiket"));
    says(&shop, &[("TIKET.100000", 3), ("TIKET.50000", 3), ("TIKET.20000", 3)]).await;
    orders(&shop, &[("/tolak 2", 3), ("/tiket", 1), ("TIKET", 1)]).await;
    later(&shop, "a day", TimeDelta::hours(20));
    orders(&shop, &[("/tiket", 1)]).await;
    later(&shop, "two days", TimeDelta::hours(24));
    assert!(shop.say(&admin(), "/tiket", 1).await[0].contains("Tidak ada tiket"));
    insta::assert_snapshot!("listed", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_book_the_same_at_once_one_is_asked_back() {
    for _ in 0..10 {
        let shop = TestShop::with(setup()).await;
        let before = shop.available(1).await;
        let both = [admin(), second_admin()].map(|chat| shop.message(&chat, "/deposit KR0001 50000"));
        shop.shop.receive(both.to_vec()).await.unwrap();
        // Both hear of one booking, its reseller does, and one is asked.
        shop.hear(4).await;
        assert_eq!(shop.available(1).await, before + 50_000);
        shop.close().await;
    }
}
