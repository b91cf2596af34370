//! What somebody did not mean is not done, a PIN is taken away wherever it is written, and nobody is left without a word.

use crate::support::shop::{Setup, TestShop, admin, reseller};
use konter_core::ids::ChatId;
use konter_store::Payload;

async fn open() -> TestShop {
    let shop = TestShop::with(Setup { balance: 50_000_000, ..Setup::default() }).await;
    shop.say(&reseller(), "REG.Siti.081299990009.100.1234", 2).await;
    shop
}

/// Whether a message is taken out of its chat, and all that is said because of it.
async fn wrote(shop: &TestShop, chat: &ChatId, text: &str) -> (bool, String) {
    shop.shop.receive(vec![shop.message(chat, text)]).await.unwrap();
    shop.answers_all().await;
    let rows = shop.store.outbox(chat, 100).await.unwrap();
    let before = shop.transcript().len();
    shop.hear_all().await;
    let is_gone = rows.iter().any(|row| matches!(row.payload, Payload::Forget { .. }));
    (is_gone, shop.transcript().split_off(before))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_think_to_have_bought_is_answered_after_any_nonsense() {
    let shop = open().await;
    for n in 0..25 {
        wrote(&shop, &reseller(), &format!("zzz {n}")).await;
    }
    assert_eq!(wrote(&shop, &reseller(), "zzz 25").await.1, "", "other nonsense is not");
    for n in 0..6 {
        let (is_gone, said) = wrote(&shop, &reseller(), &format!("482{n}")).await;
        assert!(is_gone && said.contains("to "), "{n}: {said}");
        let (_, said) = wrote(&shop, &reseller(), &format!("zzz s10 kok zzz zzz zzz zzz {n}")).await;
        assert!(said.contains("tidak ada yang dibeli"), "{n}: {said}");
    }
    for n in 0..25 {
        assert!(wrote(&shop, &admin(), &format!("zzz {n}")).await.1.contains("to "), "those who work here always are");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pin_is_taken_away_wherever_it_stands_and_passed_on_to_nobody() {
    let shop = open().await;
    let is_hidden = async |chat: &ChatId, text: &str, pin: &str| {
        let (is_gone, said) = wrote(&shop, chat, text).await;
        assert!(is_gone && !said.contains(pin), "{text}: {is_gone} {said}");
    };
    for text in [
        "komplain s10 081255508140 4821 belum masuk",
        "tr kr0002 0 4821",
        "tr kr0002 -5000 4821",
        "markup hapus 4821",
        "pinku 4821 ya bu",
        "balas min: 4821",
        "s10 0812555o1053 4821",
        "kasih budi 20rb 4821",
    ] {
        is_hidden(&reseller(), text, "4821").await;
    }
    is_hidden(&ChatId::telegram(7_001), "daftar.budi.8264.081299900009", "8264").await;
    is_hidden(&ChatId::telegram(7_002), "dftar.warung mbok nah.6148", "6148").await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_no_says_what_it_is_to_and_other_words_drop_nothing() {
    let shop = open().await;
    let before = shop.available(2).await;
    shop.say(&reseller(), "TR.KR0002.600000.1234", 1).await;
    let said = wrote(&shop, &reseller(), "salah kirim 25000 ke siti harusnya dewi").await.1;
    assert!(!said.contains("tidak jadi"), "{said}");
    assert!(shop.say(&reseller(), "batal", 1).await[0].contains("tidak jadi: kirim 600.000 ke KR0002"));
    assert_eq!(shop.available(2).await, before);
    shop.say(&reseller(), "s10 081234567890", 1).await;
    let said = wrote(&shop, &reseller(), "refund dong").await.1;
    assert!(!said.contains("tidak jadi"), "{said}");
    assert!(shop.say(&reseller(), "ga jadi", 1).await[0].contains("tidak jadi: S10 ke 081234567890"));
    shop.note("-- an announcement is one of the things that wait");
    shop.say(&admin(), "/siaran tes batal", 1).await;
    assert!(shop.say(&admin(), "batal", 1).await[0].contains("tidak jadi: /siaran tes batal"));
    let said = shop.tap(&admin(), "Kirim", 1).await;
    assert!(said[0].contains("tidak menunggu"), "{said:?}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_receipt_of_a_token_is_a_tokens() {
    let shop = open().await;
    shop.say(&reseller(), "PLN20.14027480300.1234", 1).await;
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    assert!(shop.say(&reseller(), "struk yg token tadi", 1).await[0].contains("14027480300"));
    assert!(shop.say(&reseller(), "struk", 1).await[0].contains("081234567890"));
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_order_without_a_first_is_asked_about_where_a_digit_strayed_in() {
    let shop = open().await;
    for text in ["s10 081234567890 1234 2", "s10 2 081234567890 1234"] {
        let said = shop.say(&reseller(), text, 2).await.join("\n");
        assert!(said.contains("PIN") && !said.contains("SUKSES"), "{text}: {said}");
    }
    assert!(shop.say(&reseller(), "S10.2.081234567890.1234", 1).await[0].contains("SUKSES"), "as it is documented");
    shop.close().await;
}
