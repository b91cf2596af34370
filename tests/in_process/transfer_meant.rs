//! Balance for somebody who is named: sent only where nothing else is said, and changed as orders are.

use super::talk_asked::all_hear;
use crate::support::shop::{Setup, TestShop, reseller};
use konter_core::ids::AgentId;

async fn open() -> TestShop {
    let shop = TestShop::with(Setup { balance: 50_000_000, ..Setup::default() }).await;
    shop.say(&reseller(), "REG.Melati Cell.081299990009.100.1234", 2).await;
    shop.say(&reseller(), "REG.Anggrek Cell.081299990008.100.1234", 2).await;
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    shop
}

/// Whatever is said, and then the PIN, moves nothing and buys nothing.
async fn does_nothing(shop: &TestShop, text: &str, told: &[&str]) {
    let before = (shop.available(2).await, shop.available(3).await, shop.simulators.bought().len());
    let heard = shop.say(&reseller(), text, 1).await;
    assert!(told.iter().all(|told| heard[0].contains(told)), "{text}, not {told:?}: {heard:?}");
    shop.shop.receive(vec![shop.message(&reseller(), "1234")]).await.unwrap();
    shop.hear_all().await;
    assert_eq!((shop.available(2).await, shop.available(3).await, shop.simulators.bought().len()), before, "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_beside_a_transfer_to_a_name_hold_it_back() {
    let shop = open().await;
    for text in [
        "kirim 20000 ke Melati Cell jangan",
        "kirim 20000 ke Melati Cell besok aja",
        "kirim 20000 ke Melati Cell nanti",
        "kirim 20rb ke Melati Cell gak jadi",
        "tf 20000 ke Anggrek Cell ga usah",
        "kirim saldo 20000 ke Anggrek Cell cancel",
        "kirim 20000 ke Melati Cell jangan dulu",
        "kirim 20100 ke Anggrek Cell tunggu",
        "kirim 20100 ke Melati Cell 1234 jangan",
        "jangan kirim 20000 ke Melati Cell",
    ] {
        does_nothing(&shop, text, &["ada tulisan"]).await;
    }
    for text in [
        "kirim 20000 ke Melati Cell kalau dia minta",
        "kirim 20100 atau 30000 ke Anggrek Cell",
        "kirim 20100 ke Melati Cell dan Anggrek Cell",
        "kirim 20100 ke Anggrek Cell setelah dia bayar",
        "kirim 20100 ke Anggrek Cell kemarin",
        "kirim 20,5rb ke Melati Cell",
        "kirim ke Melati Cell 20100 kalau saldo cukup",
        "kirim 20100 ke Anggrek Cell bukan Wati",
    ] {
        does_nothing(&shop, text, &[]).await;
    }
    shop.note("-- and nothing beside it does not");
    for (text, card) in [
        ("kirim 20000 ke Melati Cell", "Kirim saldo 20.000 ke KR0002 Melati Cell"),
        ("tolong tf saldo 21rb ke bu melati ya kak", "Kirim saldo 21.000 ke KR0002 Melati Cell"),
        ("kirim dua puluh ribu ke anggrek dong", "Kirim saldo 20.000 ke KR0003 Anggrek Cell"),
    ] {
        all_hear(&shop, &reseller(), &[(text, &[card, "ketik PIN"])]).await;
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_that_was_shown_is_changed_as_an_order_is() {
    let shop = open().await;
    for (text, card) in [
        ("25000 aja", "Kirim saldo 25.000 ke KR0002"),
        ("eh 5000 aja", "Kirim saldo 5.000 ke KR0002"),
        ("ke KR0003 aja", "Kirim saldo 10.000 ke KR0003"),
    ] {
        all_hear(
            &shop,
            &reseller(),
            &[("tr KR0002 10000", &["Kirim saldo 10.000 ke KR0002"]), (text, &[card, "ketik PIN"])],
        )
        .await;
    }
    let before = (shop.available(2).await, shop.available(3).await);
    shop.shop.receive(vec![shop.message(&reseller(), "1234")]).await.unwrap();
    shop.hear_all().await;
    assert_eq!(
        (shop.available(2).await, shop.available(3).await),
        (before.0, before.1 + 10_000),
        "{}",
        shop.transcript()
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn once_more_is_of_what_was_refused_last() {
    let shop = open().await;
    shop.say(&reseller(), "S10.081234567811.1234", 1).await;
    shop.say(&reseller(), "S10.087812345678.1234", 1).await;
    for text in ["coba lagi", "coba lagi kak"] {
        let heard = shop.say(&reseller(), text, 1).await;
        assert!(heard[0].contains("087812345678") && !heard[0].contains("081234567811"), "{text}: {heard:?}");
    }
    shop.note("-- where nothing failed, what became of the latest is told");
    shop.pass(chrono::TimeDelta::minutes(11));
    shop.say(&reseller(), "S5.081234567851.1234", 1).await;
    for text in ["coba lagi", "coba lagi kak"] {
        all_hear(&shop, &reseller(), &[(text, &["081234567851", "SUKSES"])]).await;
    }
    let heard = shop.say(&reseller(), "coba", 1).await;
    assert!(!heard[0].contains("gratis"), "{heard:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn digits_behind_a_number_that_cannot_be_one_are_no_pin() {
    let shop = open().await;
    for text in ["s5 8123456 7873", "s10 087812345678 9999"] {
        let heard = shop.say(&reseller(), text, 1).await;
        assert!(!heard[0].contains("PIN salah"), "{text}: {heard:?}");
    }
    assert!(!shop.store.agent(AgentId(1)).await.unwrap().unwrap().pin.has_failures());
    shop.note("-- and a PIN beside a proof is taken away");
    shop.say(&reseller(), "TIKET.100000", 2).await;
    for text in ["sudah tf ya min 1234", "BUKTI.sudah transfer 1234"] {
        let before = shop.transcript().matches("(the message is deleted)").count();
        shop.shop.receive(vec![shop.message(&reseller(), text)]).await.unwrap();
        shop.hear_all().await;
        assert!(shop.transcript().matches("(the message is deleted)").count() > before, "{text}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_no_in_any_tongue_withdraws_what_waits() {
    let shop = open().await;
    for no in [
        "indak jadi",
        "henteu jadi",
        "entong heula",
        "rasido",
        "wurung",
        "no wait",
        "ora sida",
        "teu kudu",
        "montong",
        "not now",
        "dont",
    ] {
        all_hear(&shop, &reseller(), &[("s10 081234567851", &["ketik PIN"]), (no, &["tidak jadi: S10"])]).await;
    }
    for (text, card) in [("make it 20", "S20"), ("change to s5", "S5"), ("bukan, s5", "S5")] {
        all_hear(&shop, &reseller(), &[("s10 081234567851", &["ketik PIN"])]).await;
        all_hear(&shop, &reseller(), &[(text, &[&format!("{card} Telkomsel"), "ke 081234567851", "ketik PIN"])]).await;
    }
    shop.note("-- to a card of long ago it does nothing");
    shop.say(&reseller(), "batal", 1).await;
    let text = konter::attachment::Marked::About { order: 1, words: "jangan" }.to_text();
    let reply = konter_store::InboxMessage { replies_to: Some("7".to_owned()), ..shop.message(&reseller(), &text) };
    let heard = shop.receive(reply, 1).await;
    assert!(heard[0].contains("tidak bisa dibatalkan") && !heard[0].contains("diteruskan"), "{heard:?}");
    shop.close().await;
}
