//! What price lists mean for orders: nothing is bought at a loss because a supplier has become dearer, and products rest in
//! their own breaks.

use super::*;
use konter_core::ids::OrderId;

const DEST: &str = "081234567890";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_price_that_rose_at_the_supplier_fails_there_and_is_bought_elsewhere_or_not_at_all() {
    for (code, dest, ending) in [("S20", DEST, "GAGAL"), ("S10", DEST, "SUKSES")] {
        let (shop, digi) = opened(PriceLists::Ask).await;
        *digi.costs.lock() = Some(30_000);
        let said = shop.say(&reseller(), &format!("{code}.{dest}.1234"), 1).await;
        assert!(said[0].contains(ending), "{said:?}");
        let asked = digi.orders.lock().clone();
        assert_eq!((asked.len(), &asked[0]["max_price"]), (1, &json!(price(&shop, code))), "{asked:?}");
        let paid = if ending == "SUKSES" { price(&shop, code) } else { 0 };
        assert_eq!(shop.available(1).await, 100_000 - paid);
        shop.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sold_below_its_cost_on_purpose_may_cost_that_much() {
    let (shop, digi) = opened(PriceLists::Ask).await;
    shop.say(&admin(), "/hargajual S20 19000 --paksa", 1).await;
    *digi.costs.lock() = Some(19_900);
    // The owners hear of the loss.
    shop.say(&reseller(), &format!("S20.{DEST}.1234"), 2).await;
    assert_eq!(digi.orders.lock()[0]["max_price"], json!(19_900));
    assert_eq!(shop.available(1).await, 100_000 - 19_000);
    shop.close().await;
}

/// Orders wait in a product's break; meanwhile its cost rises above what was held.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_waits_for_a_products_break_is_not_bought_at_a_loss() {
    let (shop, digi) = opened(PriceLists::Ask).await;
    let pause = |rows: &mut Vec<Value>| {
        for row in rows.iter_mut().filter(|row| row["buyer_sku_code"] == "s20") {
            row["start_cut_off"] = "15:30".into();
            row["end_cut_off"] = "21:00".into();
        }
    };
    digi.says_with(&[], pause);
    // It is past four in the afternoon then.
    next_list(&shop, &digi, 1).await;
    shop.tap(&admin(), "Terapkan", 1).await;
    let said = shop.say(&reseller(), &format!("S20.{DEST}.1234"), 1).await;
    assert!(said[0].contains("cut off") && digi.orders.lock().is_empty(), "{said:?}");
    shop.say(&reseller(), &format!("S5.{DEST}.1234"), 1).await;
    assert_eq!(digi.orders.lock().len(), 1, "other products are sold");
    shop.say(&reseller(), "ANTRI.YA", 1).await;
    shop.say(&reseller(), &format!("S20.{DEST}.1234"), 1).await;
    assert_eq!(shop.available(1).await, 100_000 - 5_700 - 20_400, "held");
    digi.says_with(&[("s20", 20_600, true)], pause);
    next_list(&shop, &digi, 1).await;
    shop.tap(&admin(), "Terapkan", 1).await;
    shop.pass(TimeDelta::hours(1));
    let said = shop.hear(1).await;
    assert!(said[0].contains("GAGAL"), "{said:?}");
    assert_eq!(digi.orders.lock().len(), 1);
    assert_eq!(shop.available(1).await, 100_000 - 5_700);
    shop.close().await;
}

/// The words of a product's break survive a restart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_products_break_is_known_after_a_restart() {
    let (shop, digi) = opened(PriceLists::Auto).await;
    digi.says_with(&[], |rows| {
        rows[0]["start_cut_off"] = "15:30".into();
        rows[0]["end_cut_off"] = "21:00".into();
    });
    next_list(&shop, &digi, 1).await;
    let shop = shop.reopen(setup(&digi, PriceLists::Auto)).await;
    let said = shop.say(&reseller(), &format!("S5.{DEST}.1234"), 1).await;
    assert!(said[0].contains("cut off") && digi.orders.lock().is_empty(), "{said:?}");
    assert!(order_is_none(&shop).await);
    shop.close().await;
}

async fn order_is_none(shop: &TestShop) -> bool {
    shop.store.order(OrderId(1)).await.unwrap().is_none()
}
