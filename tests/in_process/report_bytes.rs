//! Suppliers' reports in the bytes that their servers send: raw blanks and other bytes in the request line, forms, a bare `#`;
//! and what becomes of a report that cannot be read.

use std::time::Duration;

use crate::callbacks::{client, usual};
use crate::support::shop::{Setup, TestShop, admin, reseller};
use chrono::TimeDelta;
use konter_core::ids::OrderId;
use konter_core::order::OrderState;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Never answered but pending, and never reported.
const TRI: &str = "089512345623";

/// A shop with one open order of `product` to `dest`, and its reference.
async fn ordered(setup: Setup, product: &str, dest: &str) -> (TestShop, String) {
    let shop = TestShop::with(setup).await;
    shop.say(&reseller(), &format!("{product}.{dest}.1234"), 1).await;
    let order = shop.store.order(OrderId(1)).await.unwrap().unwrap();
    let reference = order.current().unwrap().reference.to_string();
    (shop, reference)
}

/// Says something on a connection of its own, in pieces of so many bytes, and gives all that is answered.
async fn raw(shop: &TestShop, said: &[u8], pieces: usize) -> String {
    let mut stream = TcpStream::connect(shop.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for piece in said.chunks(pieces) {
        if stream.write_all(piece).await.is_err() {
            break;
        }
    }
    let mut heard = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(15), stream.read_to_end(&mut heard)).await.expect("never closed");
    String::from_utf8_lossy(&heard).into_owned()
}

/// The serial number of the one order, once it is delivered.
async fn serial(shop: &TestShop) -> Option<String> {
    match shop.store.order(OrderId(1)).await.unwrap().unwrap().state {
        OrderState::Final(end) if end.failure.is_none() => Some(end.sn),
        OrderState::Final(_) | OrderState::Open => None,
    }
}

/// As Windows servers send it: nothing in the address is escaped.
fn reversal(reference: &str, sn: &str) -> String {
    format!(
        "status=0&refid={reference}&product=T10&qty=1&dest={TRI}&message=Transaksi T10.{TRI} SUKSES, SN: {sn}, \
         Saldo: Rp99,999,999, Harga: 10,250, Tgl: 01/01 10:32:12"
    )
}

#[tokio::test]
async fn a_report_with_raw_blanks_in_its_line_is_read() {
    const SN: &str = "11111111111";
    for (ends, pieces) in
        [(" HTTP/1.1\r\nHost: a\r\n\r\n", 1 << 20), (" HTTP/1.0\r\n\r\n", 1), ("\r\n", 1 << 20), (" http/1.1\n\n", 7)]
    {
        let (shop, reference) = ordered(usual(), "T10", TRI).await;
        let said = format!("GET /callback/biller?{}{ends}", reversal(&reference, SN));
        assert!(raw(&shop, said.as_bytes(), pieces).await.contains(" 200 OK\r\n"), "{ends:?}");
        assert_eq!(serial(&shop).await.as_deref(), Some(SN), "{ends:?}");
        shop.hear(1).await;
        shop.close().await;
    }
}

#[tokio::test]
async fn other_raw_bytes_in_a_line_are_read_too() {
    for (sent, sn) in [
        (&b"1111\"2222"[..], "1111\"2222"),
        (b"1111<2222>|{3333}", "1111<2222>|{3333}"),
        (b"1111\xe9", "1111\u{e9}"),
        (b"1111\xc3\xa9", "1111\u{e9}"),
        (b"1111&2222", "1111&2222"),
        (b"1111;2222", "1111;2222"),
        (b"1111%2B2222", "1111+2222"),
    ] {
        let (shop, reference) = ordered(usual(), "T10", TRI).await;
        let text = reversal(&reference, "{sn}");
        let (before, after) = text.split_once("{sn}").unwrap();
        let said = [b"GET /callback/biller?", before.as_bytes(), sent, after.as_bytes(), b" HTTP/1.1\r\n\r\n"].concat();
        assert!(raw(&shop, &said, 1 << 20).await.starts_with("HTTP/1.1 200"), "{sn}");
        assert_eq!(serial(&shop).await.as_deref(), Some(sn));
        shop.hear(1).await;
        shop.close().await;
    }
}

/// The line after the first one, too, whatever the connection was used for before.
#[tokio::test]
async fn a_report_is_read_on_a_connection_that_was_used_before() {
    let (shop, reference) = ordered(usual(), "T10", TRI).await;
    let first = "GET /health HTTP/1.1\r\nHost: a\r\n\r\nPOST /callback/biller HTTP/1.1\r\nContent-Length: 3\r\n\r\nx y";
    let said = format!("{first}GET /callback/biller?{} HTTP/1.1\r\nHost: a\r\n\r\n", reversal(&reference, "1111"));
    let heard = raw(&shop, said.as_bytes(), 1 << 20).await;
    let statuses: Vec<&str> = heard.split("HTTP/1.1 ").skip(1).filter_map(|answer| answer.get(..3)).collect();
    assert_eq!(statuses, ["200", "404", "200"], "{heard}");
    assert_eq!(serial(&shop).await.as_deref(), Some("1111"));
    shop.hear(2).await;
    shop.close().await;
}

#[tokio::test]
async fn a_posted_form_is_the_same_report() {
    for content_type in ["application/x-www-form-urlencoded", "application/json", "text/plain; charset=x", ""] {
        let (shop, reference) = ordered(usual(), "T10", TRI).await;
        let form = reversal(&reference, "11111111112").replace(' ', "+");
        let request = client().post(format!("http://{}/callback/biller", shop.address)).body(form);
        let request = if content_type.is_empty() { request } else { request.header("content-type", content_type) };
        assert_eq!(request.send().await.unwrap().status().as_u16(), 200, "{content_type}");
        assert_eq!(serial(&shop).await.as_deref(), Some("11111111112"), "{content_type}");
        shop.hear(1).await;
        shop.close().await;
    }
}

/// A part of a serial number is worth nothing, and the rest of what was sent could say something else.
#[tokio::test]
async fn what_a_bare_hash_cuts_off_is_not_believed_but_told() {
    let (shop, reference) = ordered(usual(), "T10", TRI).await;
    for text in [reversal(&reference, "1111#2222"), reversal(&reference, "1111#2222").replace(' ', "%20")] {
        let said = format!("GET /callback/biller?{text} HTTP/1.1\r\nConnection: close\r\n\r\n");
        assert!(raw(&shop, said.as_bytes(), 1 << 20).await.starts_with("HTTP/1.1 404"));
    }
    assert_eq!(serial(&shop).await, None);
    let told = shop.hear(1).await;
    assert!(told[0].contains("biller") && told[0].contains(&reference) && told[0].contains("2222"), "{told:?}");
    shop.close().await;
}

/// Each way a report can end unread is told to the admins with what it held, if its sender is the supplier.
#[tokio::test]
async fn no_report_of_a_supplier_ends_unread_and_untold() {
    type Said<'a> = &'a dyn Fn(&str) -> String;
    let wrong = |reference: &str| reversal(reference, "1111").replace("status=0", "status=1");
    let elsewhere = |reference: &str| reversal(reference, "1111").replace(TRI, "089500000000");
    let line = |query: String| format!("GET /callback/biller?{query} HTTP/1.1\r\nConnection: close\r\n\r\n");
    let post = |length: usize, body: &str| {
        format!("POST /callback/biller?marked HTTP/1.1\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}")
    };
    let cases: [(&str, Said<'_>, &str, &str); 7] = [
        ("no order", &|_| line("refid=17&message=marked SUKSES".to_owned()), "404", "marked SUKSES"),
        ("contradicts itself", &|reference| line(wrong(reference)), "200", "SUKSES"),
        ("another number", &|reference| line(elsewhere(reference)), "200", "089500000000"),
        ("too long", &|_| line("marked".repeat(20_000)), "414", "marked"),
        ("too large", &|_| post(99_000, &"x".repeat(99_000)), "413", "marked"),
        ("cut short", &|_| post(99, "x"), "408", "marked"),
        ("no form", &|_| post(17, "[{\"refid\":\"marked"), "404", "refid"),
    ];
    for (why, said, status, shown) in cases {
        let setup = Setup { request_limit: Duration::from_millis(300), ..usual() };
        let (shop, reference) = ordered(setup, "T10", TRI).await;
        let heard = raw(&shop, said(&reference).as_bytes(), 1 << 20).await;
        // A sender of too much may be cut off before it has heard why.
        assert!(
            heard.starts_with(&format!("HTTP/1.1 {status}")) || status == "413" && heard.is_empty(),
            "{why}: {heard}"
        );
        let told = shop.hear(1).await;
        assert!(told[0].contains("biller") && told[0].contains(shown), "{why}: {told:?}");
        assert_eq!(serial(&shop).await, None, "{why}");
        shop.close().await;
    }
}

#[tokio::test]
async fn a_strangers_unread_report_is_told_to_nobody_and_a_flood_once() {
    let stranger = usual().set("SUPPLIER_BILLER_CALLBACK_IPS", "203.0.113.9");
    for (setup, told) in [(stranger, 0), (usual(), 1)] {
        let (shop, _) = ordered(setup, "T10", TRI).await;
        for number in 0..30 {
            let url = format!("http://{}/callback/biller?refid={number}&message=x", shop.address);
            let status = client().get(url).send().await.unwrap().status().as_u16();
            assert_eq!(status, if told == 0 { 403 } else { 404 });
        }
        shop.hear(told).await;
        shop.pass(TimeDelta::minutes(16));
        let later = shop.hear(told).await;
        assert!(later.iter().all(|text| text.contains("29 laporan")), "{later:?}");
        shop.close().await;
    }
}

/// An admin decides by what the supplier said: in short on the order's card, and as it came when asked for.
#[tokio::test]
async fn an_admin_sees_what_the_supplier_said_in_short_and_whole() {
    let (shop, reference) = ordered(usual(), "T10", TRI).await;
    let long = "x".repeat(9_000);
    let said = format!("status=2&refid={reference}&message=T10+BERES+6722+0840+8781+8484+1314&more={long}");
    let status = client().post(format!("http://{}/callback/biller", shop.address)).body(said).send().await.unwrap();
    assert_eq!(status.status().as_u16(), 200);
    shop.hear(1).await;
    let card = shop.say(&admin(), "/order 1", 1).await.remove(0);
    assert!(card.contains("> waktu beli: true | Transaksi T10") && card.contains("sedang diproses"), "{card}");
    assert!(card.contains("> laporan: 2 | T10 BERES 6722 0840 8781 8484 1314"), "{card}");
    assert!(card.contains("/order 1 mentah") && !card.contains("xxx"), "{card}");
    let whole = shop.say(&admin(), "/order 1 mentah", 1).await.remove(0);
    assert!(whole.contains("\"reason\"") && whole.contains(&long), "{}", &whole[..600]);
    assert!(!whole.contains("rahasia"), "secrets are masked");
    shop.close().await;
}
