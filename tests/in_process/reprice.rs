//! Raising the prices of a whole category, as an owner does on the morning a supplier has raised its own.

use crate::support::shop::{TestShop, admin, reseller};

fn price(shop: &TestShop, code: &str) -> i64 {
    shop.shop.catalog().get(&code.parse().unwrap()).unwrap().price.get()
}

fn prices(shop: &TestShop) -> Vec<i64> {
    shop.shop.catalog().iter().map(|product| product.price.get()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_category_is_shown_raised_by_a_yes_and_taken_back_as_one() {
    let shop = TestShop::open().await;
    let before = prices(&shop);
    shop.say(&admin(), "/hargajual kategori Telkomsel +100", 1).await;
    assert_eq!(prices(&shop), before, "nothing is changed by the question");
    shop.tap(&admin(), "Ya, lanjutkan", 1).await;
    assert_eq!((price(&shop, "S10"), prices(&shop).len()), (10_600, before.len()));
    shop.say(&admin(), "HARGA.S10", 1).await;
    shop.say(&admin(), "/hargajual kembalikan", 1).await;
    assert_eq!(prices(&shop), before);
    shop.say(&admin(), "/hargajual kembalikan", 1).await;
    assert_eq!(prices(&shop), before, "once");
    shop.say(&admin(), "/hargajual kategori Telkomsel -2%", 1).await;
    shop.say(&admin(), "/log 3", 1).await;
    insta::assert_snapshot!("reprice", shop.close().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_plainly_meant_changes_nothing() {
    let shop = TestShop::open().await;
    let before = prices(&shop);
    for text in [
        "/hargajual kategori Telkomsel",
        "/hargajual kategori Telkomsel 100",
        "/hargajual kategori Telkomsel +60%",
        "/hargajual kategori Telkomsel +2,x%",
        "/hargajual kategori Telkomsel -100000",
        "/hargajual kategori pulsa +100",
        "/hargajual kategori qqq +100",
        "/hargajual kategori +100",
        "/hargajual kembalikan",
    ] {
        shop.say(&admin(), text, 1).await;
        shop.say(&admin(), "YA.1", 1).await;
    }
    shop.say(&reseller(), "/hargajual kategori Telkomsel +100", 1).await;
    assert_eq!(prices(&shop), before);
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_price_that_changed_since_keeps_all_of_them_as_they_are() {
    let shop = TestShop::open().await;
    shop.say(&admin(), "/hargajual kategori Telkomsel +100", 1).await;
    let yes = shop.tap_on(&admin(), "Ya, lanjutkan");
    shop.say(&admin(), "/hargajual S5 6000", 1).await;
    shop.receive(yes, 1).await;
    assert_eq!((price(&shop, "S5"), price(&shop, "S10")), (6_000, 10_500));
    shop.say(&admin(), "/hargajual kategori Telkomsel +100", 1).await;
    shop.tap(&admin(), "Ya, lanjutkan", 1).await;
    shop.say(&admin(), "/hargajual S10 10.700", 1).await;
    let said = shop.say(&admin(), "/hargajual kembalikan", 1).await;
    assert!(said[0].contains("sudah berubah lagi"), "{said:?}");
    assert_eq!((price(&shop, "S5"), price(&shop, "S10")), (6_100, 10_700));
    shop.close().await;
}
