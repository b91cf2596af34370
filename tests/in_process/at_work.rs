//! What those who work here type without a slash, in the whole shop: `tests/data/desk.jsonl`. What only looks is answered, all
//! else is shown, nothing is changed; and a reseller who types the same hears nothing of the desk.

use crate::support::shop::{Setup, TestShop, admin, reseller};
use konter_core::agent::Locale;
use konter_core::ids::ChatId;

#[derive(serde::Deserialize)]
struct Row {
    text: String,
    means: String,
}

fn rows() -> Vec<Row> {
    include_str!("../data/desk.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn open() -> TestShop {
    let shop = TestShop::with(Setup::default()).await;
    shop.say(&reseller(), "REG.Siti.081299990009.100.1234", 2).await;
    shop
}

async fn hears(shop: &TestShop, who: &ChatId, text: &str) -> String {
    shop.shop.receive(vec![shop.message(who, text)]).await.unwrap();
    shop.answers_all().await;
    let heard = shop.hear_all().await.into_iter().filter(|(chat, _)| chat == who);
    heard.map(|(_, said)| said).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_looks_is_done_and_all_else_is_shown() {
    let shop = open().await;
    let state = async || {
        let agents = shop.store.agents(None, 10).await.unwrap();
        let agents: Vec<_> = agents.into_iter().map(|agent| (agent.status, agent.name, agent.version)).collect();
        let staff = shop.store.staff().await.unwrap().len();
        let set = shop.store.all_supplier_overrides().await.unwrap().len();
        (agents, shop.store.products().await.unwrap(), shop.available(1).await, staff, set)
    };
    let before = state().await;
    let mut wrong = Vec::new();
    for row in rows() {
        let said = hears(&shop, &admin(), &row.text).await;
        let (kind, rest) = row.means.split_once(' ').unwrap_or((&row.means, ""));
        let is_shown = said.contains("salin, periksa, lalu kirim");
        let is_right = match kind {
            "do" => !is_shown && !said.is_empty() && !said.contains("tidak ada di sini") && !said.contains("Format"),
            "show" => is_shown && said.contains(rest),
            "each" => is_shown && rest.split(", ").all(|line| said.contains(line)),
            "name" => said.contains("Tidak ada agen") || said.contains("Maksudnya KR000"),
            "advice" => !is_shown && (said.contains('/') || said.contains("server")),
            _ => !is_shown,
        };
        if !is_right {
            wrong.push(format!("{:?} ({}): {said}", row.text, row.means));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(state().await == before, "something has changed");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_is_found_and_the_line_shown_with_its_code() {
    let shop = open().await;
    for (text, told) in [
        ("reset pin siti", "/resetpin KR0002"),
        ("blokir siti", "/blokir KR0002"),
        ("isi saldo siti 50rb", "/deposit KR0002 50000"),
        ("saldo siti berapa", "KR0002 Siti"),
        ("cari konter", "KR0001 Konter 1"),
        ("jeda kios", "/supplier kios jeda"),
        ("naikkan semua 150", "/hargajual kategori Pulsa Telkomsel +150"),
        ("tutup toko", "/supplier kios jeda libur"),
    ] {
        let said = hears(&shop, &admin(), text).await;
        assert!(said.contains(told), "{text}: {said}");
    }
    shop.close().await;
}

/// A viewer looks; what it may not do is not shown to it as its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_only_look_is_told_so() {
    let shop = open().await;
    let viewer = ChatId::telegram(3_001);
    hears(&shop, &admin(), "/peran telegram:3001 viewer").await;
    hears(&shop, &admin(), "YA.1").await;
    for (text, told) in [("agen", "KR0001 Konter 1"), ("blokir kr0001", "operator"), ("naikkan s10 100", "owner")] {
        let said = hears(&shop, &viewer, text).await;
        assert!(said.contains(told) && !said.contains("salin, periksa"), "{text}: {said}");
    }
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reseller_who_types_the_same_hears_nothing_of_the_desk() {
    let shop = open().await;
    let stranger = ChatId::telegram(4_001);
    shop.add_agent(ChatId::telegram(2_002), 0, Locale::Id).await;
    let lines: Vec<&str> = konter_command::formats()
        .filter(|format| format.least.is_some())
        .flat_map(|format| format.words)
        .copied()
        .collect();
    for row in rows().iter().filter(|row| !row.text.starts_with('/')) {
        for who in [&reseller(), &stranger] {
            let said = hears(&shop, who, &row.text).await;
            let told = lines.iter().find(|line| said.split_whitespace().any(|word| word == **line));
            let others = said.contains("Konter 2") || said.contains("Konter 3") || said.contains("kiosampm");
            assert!(told.is_none() && !others, "{who} {:?}: {told:?} in {said}", row.text);
        }
    }
    shop.close().await;
}

/// Whoever sells and works here loses neither: what its own account has no use for is the shop's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_who_sells_is_asked_whose_and_loses_no_command() {
    let shop = open().await;
    hears(&shop, &admin(), "/peran KR0001 owner").await;
    let before = shop.available(1).await;
    for (text, told) in [
        ("acc 1", "/acc 1"),
        ("tolak 1", "/tolak 1"),
        ("setujui kr0002", "/setujui kr0002"),
        ("deposit kr0002 100000", "/deposit kr0002 100000"),
        ("gagal 2 nomor salah", "/gagal 2 nomor salah"),
        ("hargajual s10 10700", "Harga yang mana"),
        ("katalog", "Katalog: 70 produk"),
    ] {
        let said = hears(&shop, &reseller(), text).await;
        assert!(said.contains(told), "{text}: {said}");
    }
    assert_eq!(shop.available(1).await, before);
    let said = hears(&shop, &reseller(), "JUAL").await;
    assert!(!said.contains("10.700"), "nothing was set: {said}");
    shop.close().await;
}

/// A command that answers a reseller's card by mistake is not sent to the reseller.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_under_a_card_is_asked_about_first() {
    let shop = open().await;
    hears(&shop, &reseller(), "TIKET.100000").await;
    hears(&shop, &reseller(), "KOMPLAIN.saldo belum masuk").await;
    let mut cards = Vec::new();
    for message in 1..60_u32 {
        if shop.store.card_shown(&admin(), &message.to_string()).await.unwrap().is_some() {
            cards.push(message.to_string());
        }
    }
    let card = cards.last().unwrap().clone();
    for (text, told) in [
        ("gagal 2", "/gagal 2 ALASAN"),
        ("isi saldo kr0002 100rb", "/deposit KR0002 100000"),
        ("acc", "/acc 1"),
        ("Dana masuk Rp100.618 dari BUDI", "tanpa membalas"),
    ] {
        let message = konter_store::InboxMessage { replies_to: Some(card.clone()), ..shop.message(&admin(), text) };
        shop.shop.receive(vec![message]).await.unwrap();
        let heard = shop.hear_all().await;
        assert!(heard.iter().all(|(chat, _)| *chat == admin()), "{text}: {heard:?}");
        assert!(
            heard.iter().any(|(_, said)| said.contains(told) && said.contains("/balas KR0001")),
            "{text}: {heard:?}"
        );
    }
    let answer = "sudah kami cek, ditunggu ya";
    let message = konter_store::InboxMessage { replies_to: Some(card), ..shop.message(&admin(), answer) };
    shop.shop.receive(vec![message]).await.unwrap();
    let heard = shop.hear_all().await;
    assert!(heard.iter().any(|(chat, said)| *chat == reseller() && said.contains(answer)), "{heard:?}");
    shop.close().await;
}

/// What replies to a ticket's card, or to that of somebody who has registered, is about that very one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_to_a_ticket_or_a_newcomer_names_that_one() {
    let shop = TestShop::open().await;
    shop.say(&reseller(), "TIKET.100000", 2).await;
    let first = shop.card(&admin());
    shop.say(&reseller(), "TIKET.50000", 2).await;
    for (text, line) in [
        ("acc", "/acc 1"),
        ("terima", "/acc 1"),
        ("ok", "/acc 1"),
        ("sudah masuk", "/acc 1"),
        ("95rb yang masuk", "/acc 1 95000"),
        ("tolak", "/tolak 1"),
        ("belum masuk", "/tolak 1"),
    ] {
        let said = shop.reply(&admin(), &first, text, 1).await.remove(0);
        assert!(said.contains(&format!("Maksudnya {line}?")), "{text}: {said}");
    }
    shop.say(&ChatId::telegram(2009), "DAFTAR.Joko Cell.4821", 2).await;
    let newcomer = shop.card(&admin());
    for (text, line) in [("acc", "/setujui KR0002"), ("setuju", "/setujui KR0002"), ("tolak", "/blokir KR0002")] {
        let said = shop.reply(&admin(), &newcomer, text, 1).await.remove(0);
        assert!(said.contains(&format!("Maksudnya {line}?")), "{text}: {said}");
    }
    // The amount alone is the ticket's, and nobody's PIN.
    let said = shop.say(&admin(), "50.236", 1).await.remove(0);
    assert!(said.contains("/acc 2"), "{said}");
    assert_eq!(shop.available(1).await, 100_000);
    assert_eq!(shop.transcript().matches("deleted").count(), 1, "only the newcomer's PIN: {}", shop.transcript());
    shop.close().await;
}

/// Whoever is blocked as a reseller and works here is named as one who still does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blocked_reseller_who_works_here_is_pointed_out() {
    let shop = TestShop::open().await;
    shop.say(&admin(), "/peran KR0001 operator", 2).await;
    let said = shop.say(&admin(), "/blokir KR0001", 3).await.join("\n");
    assert!(said.contains("masih operator") && said.contains("/peran KR0001 hapus"), "{said}");
    shop.close().await;
}

/// An owner who sells as well means the shop where his own account has no use for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_who_sells_is_shown_the_shops_commands() {
    let owner = ChatId::telegram(1002);
    let shop = TestShop::with(Setup { more_admins: vec![owner.clone()], ..Setup::default() }).await;
    shop.add_agent(owner.clone(), 50_000, Locale::Id).await;
    for (text, line) in [
        ("blokir kr0001", "/blokir kr0001"),
        ("reset pin kr0001", "/resetpin KR0001"),
        ("tutup s10", "/tutup s10"),
        ("harga jual s10 10700", "/hargajual S10 10700"),
        ("harga s10 naik jadi 10800", "/hargajual S10 10800"),
    ] {
        let said = shop.say(&owner, text, 1).await.remove(0);
        assert!(said.contains(&format!("Maksudnya {line}?")), "{text}: {said}");
    }
    let said = shop.say(&owner, "rekap toko", 1).await.remove(0);
    assert!(said.starts_with("REKAP TOKO"), "{said}");
    shop.say(&reseller(), "S10.081234567890.1234", 1).await;
    let said = shop.say(&owner, "order 1", 1).await.remove(0);
    assert!(said.starts_with("#1 S10 ke 081234567890"), "{said}");
    let said = shop.say(&owner, "harga s10", 1).await.remove(0);
    assert!(said.contains("10.500"), "his own question about a price stays one: {said}");
    shop.close().await;
}

/// A stuck order's card that is replied to names that order; and nothing but a plain serial number ends it at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stuck_order_is_decided_by_plain_words_alone() {
    let shop = TestShop::open().await;
    shop.say(&reseller(), "S5.081234567823.1234", 1).await;
    shop.pass(chrono::TimeDelta::minutes(17));
    shop.hear(1).await;
    let card = shop.card(&admin());
    for (text, line) in [
        ("gagal", "/gagal 1 ALASAN"),
        ("gagal nomor salah", "/gagal 1 nomor salah"),
        ("refund", "/gagal 1 ALASAN"),
        ("sukses 0041002345678901", "/sukses 1 0041002345678901"),
        ("cek ulang", "/cekulang 1"),
    ] {
        let said = shop.reply(&admin(), &card, text, 1).await.remove(0);
        assert!(said.contains(&format!("Maksudnya {line}?")), "{text}: {said}");
    }
    for text in [
        "/gagal 1 sukses",
        "/gagal 1 mungkin",
        "/sukses 1 kayaknya",
        "/sukses 1 ?12345678",
        "/sukses 1 12345678901 atau 12345678902",
        "/sukses 1 sebentar1",
    ] {
        let said = shop.say(&admin(), text, 1).await.remove(0);
        assert!(!said.contains("SUKSES. ") && !said.contains("GAGAL. "), "{text}: {said}");
        let order = shop.store.order(konter_core::ids::OrderId(1)).await.unwrap().unwrap();
        assert!(order.is_open(), "{text}: {said}");
    }
    shop.close().await;
}
