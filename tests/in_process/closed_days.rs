//! Days that were closed, as people ask about them: nobody notices that their rows have left for a file.

use chrono::TimeDelta;
use konter_store::Store;
use konter_store::sled_store::{SledOptions, SledStore};

use crate::support::shop::{Setup, TestShop, admin, noon, reseller};

const RICH: i64 = 2_000_000;

/// Two days of orders, seven weeks without any, then what is asked and done about the old ones. With the old days closed
/// before that, or not.
async fn asked_weeks_later(close: bool) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(SledStore::open(folder.path(), SledOptions::default()).unwrap());
    let setup = Setup { balance: RICH, start: noon() - TimeDelta::days(50), ..Setup::default() };
    let shop = TestShop::on(store.clone(), setup).await;
    for text in ["S10.081234567850.1234", "X10.087812345650.1234"] {
        shop.say(&reseller(), text, 1).await;
    }
    shop.say(&reseller(), "S5.081234567806.1234", 3).await;
    shop.pass(TimeDelta::days(1));
    for text in ["S10.081234567850.1234", "S5.081234567811.1234"] {
        shop.say(&reseller(), text, 1).await;
    }
    shop.pass(TimeDelta::days(49));
    if close {
        let mut days = 0;
        while let Some(first) = store.first_unclosed(shop.now()).await.unwrap() {
            let (day, ends) = (shop.shop.clock.day_of(first), shop.shop.clock.next_midnight(first));
            assert!(store.close_day(day, ends, shop.now()).await.unwrap() > 0);
            days += 1;
        }
        assert_eq!((days, std::fs::read_dir(folder.path().join("days")).unwrap().count()), (2, 2));
    }
    let mut heard = Vec::new();
    for text in [
        "SAL",
        "CEK.081234567850",
        "STATUS",
        "LAP.02/10/26",
        "LAP.03/10/26",
        "LAP.02/10/26 s/d 03/10/26",
        "MUTASI",
        "MUTASI.03/10/26",
        "S10.081234567850.1234",
        "CEK.081234567850",
        "REKAP",
    ] {
        heard.extend(shop.say(&reseller(), text, 1).await);
    }
    heard.extend(shop.say(&reseller(), "STRUK.081234567850", 1).await);
    for text in ["/order 1", "/order 4", "/rekap 02/10/26", "/rekap"] {
        heard.extend(shop.say(&admin(), text, 1).await);
    }
    // Taken back after seven weeks: the reseller is told, and has the money.
    let question = shop.say(&admin(), "/gagal 1 nomor tidak aktif", 1).await.remove(0);
    let yes = question.split_whitespace().find(|word| word.starts_with("YA.")).unwrap().to_owned();
    heard.extend(shop.say(&admin(), &yes, 2).await);
    for text in ["SAL", "CEK.081234567850", "LAP.02/10/26", "MUTASI"] {
        heard.extend(shop.say(&reseller(), text, 1).await);
    }
    shop.audit().await;
    shop.close().await;
    heard
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_asked_about_a_closed_day_is_answered_as_before() {
    let (open, closed) = tokio::join!(asked_weeks_later(false), asked_weeks_later(true));
    assert_eq!(open, closed);
    let all = open.join("\n");
    for told in ["SN:", "REKAP 02/10/2026", "nomor tidak aktif"] {
        assert!(all.contains(told), "{told} is in none of:\n{all}");
    }
}
