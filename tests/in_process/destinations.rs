//! The product decides how its destination is read: what is shown, compared, sent and printed is what was typed.

use crate::support::shop::{Setup, TestShop, reseller};
use konter_core::catalog::parse_catalog;

/// A balance for games and tokens.
const RICH: i64 = 20_000_000;

fn rich() -> Setup {
    Setup { balance: RICH, ..Setup::default() }
}

/// What the suppliers were asked to deliver, as `product destination`.
fn bought(shop: &TestShop) -> Vec<String> {
    let mut bought: Vec<String> =
        shop.simulators.bought().iter().map(|bought| format!("{} {}", bought.product, bought.dest)).collect();
    bought.sort();
    bought
}

/// Says it, and gives every reply's text joined; nothing may be bought.
async fn refused(shop: &TestShop, text: &str) -> String {
    let before = bought(shop);
    let reply = shop.say(&reseller(), text, 1).await.join("\n");
    assert_eq!(bought(shop), before, "{text}: {reply}");
    reply
}

async fn delivered(shop: &TestShop, text: &str, dest: &str, sent: &str) {
    // ppob takes an order first and reports later.
    let by_report = ["ML86", "FF70", "VAL5"].iter().any(|product| sent.starts_with(product));
    let reply = shop.say(&reseller(), text, 1 + usize::from(by_report)).await.join("\n");
    assert!(reply.contains("SUKSES") && reply.contains(dest), "{text}: {reply}");
    assert!(bought(shop).contains(&sent.to_owned()), "{text}: {:?}", bought(shop));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_bought_is_what_was_typed_in_the_suppliers_form() {
    let shop = TestShop::with(rich()).await;
    delivered(&shop, "FF70.6281234500.1234", "6281234500", "FF70 6281234500").await;
    delivered(&shop, "ML86.156378300(8400).1234", "156378300(8400)", "ML86 156378300|8400").await;
    delivered(&shop, "ML86 156378301 8400 1234", "156378301(8400)", "ML86 156378301|8400").await;
    delivered(&shop, "DANA50.81234567800.1234", "081234567800", "DANA50 081234567800").await;
    delivered(&shop, "PLN20.62812345600.1234", "62812345600", "PLNA20 62812345600").await;
    delivered(&shop, "PLN.62812345700.20.1234", "62812345700", "PLNA20 62812345700").await;
    let found = shop.say(&reseller(), "CEK.6281234500", 1).await.join("\n");
    assert!(found.contains("FF70") && found.contains("6281234500"), "{found}");
    let found = shop.say(&reseller(), "CEK.156378300(8400)", 1).await.join("\n");
    assert!(found.contains("ML86"), "{found}");
    shop.audit().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supplier_gets_the_separator_that_is_set_for_it() {
    for (set, sent) in [("none", "ML86 1563783008400"), ("-", "ML86 156378300-8400")] {
        let shop = TestShop::with(rich().set("SUPPLIER_PPOB_ZONE_SEPARATOR", set)).await;
        delivered(&shop, "ML86.156378300(8400).1234", "156378300(8400)", sent).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_destination_in_another_form_is_the_same_order() {
    let shop = TestShop::with(rich()).await;
    delivered(&shop, "ML86.156378300(8400).1234", "156378300(8400)", "ML86 156378300|8400").await;
    for text in ["ML86.156378300|8400.1234", "ML86 156378300 8400 1234", "ML86.156378300-8400.1234"] {
        let reply = refused(&shop, text).await;
        assert!(reply.contains("ML86.2.156378300(8400).PIN"), "{text}: {reply}");
    }
    delivered(&shop, "ML86.2.156378300(8400).1234", "156378300(8400)", "ML86 156378300|8400").await;
    assert_eq!(bought(&shop).len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_in_other_letters_is_the_same_order() {
    let mut setup = rich();
    let text = "code,name,category,operator,kind,nominal,price,supplier,sku,denom,cost,priority,open,dest\n\
                VAL5,Valorant,Game,,topup,,9000,ppob,VAL5,,8000,1,yes,text\n";
    setup.catalog = parse_catalog(text, None, &|_| false).unwrap();
    let shop = TestShop::with(setup).await;
    delivered(&shop, "VAL5.NamaKu#IDN00.1234", "NamaKu#IDN00", "VAL5 NamaKu#IDN00").await;
    let reply = refused(&shop, "val5 namaku#idn00 1234").await;
    assert!(reply.contains("VAL5.2."), "{reply}");
    let found = shop.say(&reseller(), "CEK.namaku#idn00", 1).await.join("\n");
    assert!(found.contains("VAL5"), "{found}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_destination_of_another_kind_is_refused_with_the_products_own_form() {
    let shop = TestShop::with(rich()).await;
    for (text, says) in [
        ("ML86.12345678.2001", "ML86.12345678(2001).PIN"),
        ("ML86.12345678.1234", "ML86.12345678(2001).PIN"),
        ("ML86.12345678.1234.1234", "ML86.12345678(2001).PIN"),
        ("FF70.156378300(8483).1234", "dua"),
        ("FF70.B1234XYZ.1234", "tanpa huruf"),
        ("PLN20.081234567890.1234", "nomor HP, bukan nomor meter"),
        ("PLN20.628123456789.1234", "nomor HP, bukan nomor meter"),
        ("CEKPLN.081234567890", "nomor HP, bukan nomor meter"),
        ("TAG.PDAM.B1234XYZ", "tanpa huruf"),
        ("S10.08123456789012.1234", "kelebihan angka"),
        ("DANA50.14027480301.1234", "nomor HP"),
        ("20.62812345678.1234", "20.0812345678.PIN"),
        ("20.62812345678.1234", "PLN.62812345678.20.PIN"),
        ("20.81234567890.1234", "20.081234567890.PIN"),
        ("S10.lewat.081281234513.1234", "lewat"),
        ("GSH10.Nama Ku Panjang.1234", "GSH10.NamaKu#IDN1.PIN"),
        ("GSH10#NamaKu#1234", "GSH10.NamaKu#IDN1.PIN"),
    ] {
        let reply = refused(&shop, text).await;
        assert!(reply.contains(says) && !reply.contains("1234.PIN"), "{text}: {reply}");
    }
    // None of them tried a PIN that was not meant as one.
    let reply = shop.say(&reseller(), "S10.081234567890.9999", 1).await.join("\n");
    assert!(reply.contains("Sisa kesempatan 2x"), "{reply}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nominal_or_a_pin_behind_a_complete_number_is_never_part_of_it() {
    let shop = TestShop::with(rich()).await;
    for text in ["08123456789 5", "0812345678 123", "08123456789 1234"] {
        let reply = refused(&shop, text).await;
        for joined in ["081234567895", "0812345678123", "081234567891234"] {
            assert!(!reply.contains(joined), "{text}: {reply}");
        }
    }
    assert!(refused(&shop, "08123456789 5").await.contains("S5 Telkomsel 5.000 ke 08123456789\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_catalog_asks_for_the_zero_and_takes_the_rest_as_typed() {
    let mut setup = rich();
    let text = "code,name,category,operator,kind,nominal,price,supplier,sku,denom,cost,priority,open\n\
                DANA50,DANA 50.000,E-Wallet,,topup,50000,51200,xgate,DANA50,,50350,1,yes\n\
                ML86,Mobile Legends,Game,,topup,,21000,ppob,ML86,,19600,1,yes\n";
    setup.catalog = parse_catalog(text, None, &|_| false).unwrap();
    let shop = TestShop::with(setup).await;
    assert!(refused(&shop, "DANA50.81234567890.1234").await.contains("DANA50.081234567890.PIN"));
    assert!(refused(&shop, "DANA50.+6281234567890.1234").await.contains("DANA50.081234567890.PIN"));
    assert!(refused(&shop, "ML86.156378300(8483).1234").await.contains("admin"));
    assert!(refused(&shop, "ML86.156378300-8483.1234").await.contains("admin"));
    delivered(&shop, "DANA50.081234567800.1234", "081234567800", "DANA50 081234567800").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_for_a_meter_with_the_buyers_phone_never_tops_the_phone_up() {
    let shop = TestShop::with(rich()).await;
    delivered(&shop, "PLN20.14027480300.081234567890.1234", "14027480300", "PLNA20 14027480300").await;
    delivered(&shop, "100.86024157900.085750007322.1234", "86024157900", "PLNA100 86024157900").await;
    assert_eq!(bought(&shop).len(), 2);
}
