//! `docs/panduan.md`, typed: everything it shows to type is typed in a running shop by whom it is for, and answered as
//! something that there is. The examples are the document's own.

use crate::support::shop::{Setup, TestShop, admin, reseller};
use konter_core::agent::Locale;
use konter_core::ids::ChatId;
use regex::Regex;

const GUIDE: &str = include_str!("../../docs/panduan.md");
/// What only tells that something was not read, or is not there for whoever typed it.
const MISREAD: [&str; 8] = [
    "Format salah",
    "belum bisa dibaca",
    "belum dimengerti",
    "perintah itu tidak ada",
    "belum tersedia di sini",
    "bukan admin",
    "Perintah admin",
    "hanya untuk",
];

/// What stands between code marks in a part of the guide, but for programs, files, settings and their values.
fn typed(part: &str) -> Vec<String> {
    let mut prose = String::new();
    let mut is_code = false;
    for line in part.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            prose.extend([line, "\n"]);
        }
    }
    let mark = Regex::new("`([^`\n]+)`").unwrap();
    let is_other = Regex::new(
        r"^(?:konter |chmod |https://|\.env|catalog\.csv|[A-Z]+_[A-Z_…]+|/newbot$|(?:sku|cost|price|viewer|operator|owner)$)",
    )
    .unwrap();
    let marks = mark.captures_iter(&prose).map(|found| found[1].replace("\\|", "|"));
    marks.filter(|mark| !is_other.is_match(mark)).collect()
}

fn parts() -> (&'static str, &'static str) {
    let (shop, resellers) = GUIDE.split_once("\n# Untuk agen\n").unwrap();
    (shop.split_once("\n# Untuk pemilik toko\n").unwrap().1, resellers)
}

/// The answers to one line, to whomever.
async fn answers(shop: &TestShop, who: &ChatId, text: &str) -> Vec<String> {
    shop.shop.receive(vec![shop.message(who, text)]).await.unwrap();
    shop.pass(chrono::TimeDelta::seconds(2));
    // What is bought is told once the supplier has answered.
    for _ in 0..500 {
        let heard = shop.hear_all().await;
        let own: Vec<String> = heard.into_iter().filter(|(chat, _)| chat == who).map(|(_, said)| said).collect();
        if !own.is_empty() {
            return own;
        }
        tokio::time::sleep(std::time::Duration::from_millis(4)).await;
    }
    Vec::new()
}

fn is_understood(said: &[String]) -> bool {
    !said.is_empty() && !said.iter().any(|said| MISREAD.iter().any(|words| said.contains(words)))
}

/// In the guide's own order, in one shop with enough orders, tickets and resellers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_an_owner_reads_can_be_typed() {
    let shop = TestShop::with(Setup { balance: 1_000_000, ..Setup::default() }).await;
    let others = [ChatId::telegram(2002), ChatId::telegram(2003)];
    for chat in &others {
        shop.add_agent(chat.clone(), 500_000, Locale::Id).await;
    }
    for number in 0..12 {
        answers(&shop, &reseller(), &format!("S10.0812345678{number:02}.1234")).await;
    }
    for count in 1..=4 {
        for chat in [&reseller(), &others[0], &others[1]] {
            answers(&shop, chat, &format!("TIKET.{count}00000")).await;
        }
    }
    let (owners, _) = parts();
    let typed = typed(owners);
    assert!(typed.len() > 80, "{typed:?}");
    let mut wrong = Vec::new();
    // A reseller's own formats stand there too: what it is told to ask for.
    let is_resellers = |text: &str| ["TIKET", "DAFTAR", "MUTASI", "LIST"].iter().any(|word| text.starts_with(word));
    for text in typed {
        let who = if is_resellers(&text) { reseller() } else { admin() };
        let said = answers(&shop, &who, &text).await;
        println!("{text}\n    {}", said.join("\n").replace('\n', "\n    "));
        if !is_understood(&said) {
            wrong.push(format!("{text}: {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} are not done as the guide says:\n{}", wrong.len(), wrong.join("\n"));
    shop.close().await;
}

/// Each for itself, with the PIN that the test's reseller has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_a_reseller_reads_can_be_typed() {
    let (_, resellers) = parts();
    let typed = typed(resellers);
    assert!(typed.len() > 80, "{typed:?}");
    let mut wrong = Vec::new();
    let shop = TestShop::with(Setup { balance: 3_000_000, ..Setup::default() }).await;
    answers(&shop, &reseller(), "REG.Ani.081299990002.100.1234").await;
    for text in typed {
        // Another day's trouble, so that no wrong PIN is the third in a row.
        shop.pass(chrono::TimeDelta::hours(1));
        answers(&shop, &reseller(), "SAL").await;
        let said = answers(&shop, &reseller(), &text).await;
        println!("{text}\n    {}", said.join("\n").replace('\n', "\n    "));
        if !is_understood(&said) {
            wrong.push(format!("{text}: {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} are not done as the guide says:\n{}", wrong.len(), wrong.join("\n"));
    shop.close().await;
}
