//! teleanjar's bills, its four products, and how it refuses.

use super::*;

#[tokio::test]
async fn teleanjar_bills_grow_and_answers_hold_strangers_rows() {
    let market = open_market().await;
    let rows = |body: &str| serde_json::from_str::<Value>(body).unwrap()["respdata"].as_array().unwrap().clone();
    let total = |body: &str| rows(body).iter().map(|row| row["total"].as_i64().unwrap()).sum::<i64>();
    for (product, dest) in [("PLNPOST", "123456792127"), ("PLNNON", "5311000928227"), ("TELKOM", "023158334627")] {
        let udata = format!("{product}|{dest}");
        let (_, first) = market.tele("inquiry", &udata).await.unwrap();
        let (_, later) = market.tele("inquiry", &udata).await.unwrap();
        assert_eq!(total(&later), total(&first) + 2500, "{product}");
        let before = market.simulators.balance(Kind::Teleanjar);
        let respid = market.respid(&udata).await;
        let (_, paid) = market.tele("payment", &format!("{udata}|{respid}")).await.unwrap();
        assert_eq!(total(&paid), total(&later), "{product}");
        assert_eq!(before - market.simulators.balance(Kind::Teleanjar), total(&later), "{product}");
    }
    for (product, dest, denom) in [("PLNPOST", "123456792029", ""), ("PLNPRE", "55000002629", "|20000")] {
        let respid = market.respid(&format!("{product}|{dest}")).await;
        let (_, body) = market.tele("payment", &format!("{product}|{dest}|{respid}{denom}")).await.unwrap();
        let field = if denom.is_empty() { "idpel" } else { "nometer" };
        let customers: Vec<_> = rows(&body).into_iter().map(|row| row[field].clone()).collect();
        assert_eq!(customers, [json!(dest), json!(text::someone_else(dest))]);
        assert_eq!(market.times_delivered(Kind::Teleanjar, dest), 1);
    }
}

#[tokio::test]
async fn teleanjar_looks_up_and_pays_the_four_products() {
    let market = open_market().await;
    for (product, dest, inquiry, payment) in [
        (
            "PLNPOST",
            "123456792090",
            r#"*"blth":"MEI18"*"info":"INFORMASI TAGIHAN LISTRIK||IDPEL      : 123456792090|NAMA *TOTAL BAYAR: Rp. *|"*"#,
            r#"*"sisatungg":0,"billreff":"RESPID"*"info_struk":"\u001b@||PT. BANK BUKOPIN, TBK|40014002\\|DEV H2H|*BL\\|TH *CA\\|tester40014002\\|*"#,
        ),
        (
            "PLNPOST",
            "123456792190",
            r#"*"blth":"FEB16"*"blth":"MAR16"*"#,
            r#"*"sisatungg":1,*"sisatungg":0,*sisatunggakan 1 bulan*"#,
        ),
        (
            "PLNPRE",
            "55000002690",
            r#"*"nometer":"55000002690","idpel":"*"available_token":[20000,50000,*"info":"INFORMASI PELANGGAN PREPAID||NO.METER   : 55000002690|*"#,
            r#"*"token":"* * * * * ","pesan"*\u001b!\u0010* \u001b!\u0001|Info Lebih*"#,
        ),
        (
            "PLNNON",
            "5311000928290",
            r#"*"nomor_registrasi":"5311000928290"*"admin":7500,*"#,
            r#"*"STRUK NON TAGIHAN LISTRIK*"#,
        ),
        (
            "TELKOM",
            "023158334690",
            r#"*"tarif":"","daya":""*"rc":"00"}"#,
            r#"*"nopel":"023158334690"*"billreff":"RESPID"*"rc":"00"}"#,
        ),
    ] {
        let (_, body) = market.tele("inquiry", &format!("{product}|{dest}")).await.unwrap();
        assert_like(&body, &format!(r#"{{"response":"SWT:0000","respid":"{}"#, &inquiry));
        let respid = market.respid(&format!("{product}|{dest}")).await;
        let denom = if product == "PLNPRE" { "|20000" } else { "" };
        let (_, body) = market.tele("payment", &format!("{product}|{dest}|{respid}{denom}")).await.unwrap();
        assert!(body.starts_with(r#"{"response":"SWT:0000","#), "{body}");
        assert_like(&body, &payment.replace("RESPID", &respid).replace(r#"*"STRUK"#, "*STRUK"));
        assert_eq!(market.times_delivered(Kind::Teleanjar, dest), 1);
        market.tele("payment", &format!("{product}|{dest}|{respid}{denom}")).await.unwrap();
        assert_eq!(market.times_delivered(Kind::Teleanjar, dest), 2, "a repeated payment pays again");
    }
}

#[tokio::test]
async fn teleanjar_refuses_without_a_success_code() {
    let market = open_market().await;
    let respid = market.respid("PLNPRE|55000002690").await;
    for (path, udata, text) in [
        ("inquiry", "PLNPRE|55000002611".to_owned(), "NOMOR PELANGGAN SALAH"),
        ("inquiry", "S10|0812".to_owned(), "PRODUK TIDAK TERSEDIA"),
        ("inquiry", "PLNPRE".to_owned(), "FORMAT SALAH"),
        ("payment", format!("PLNPRE|55000002690|{respid}"), "NOMINAL TIDAK TERSEDIA"),
        ("payment", format!("PLNPRE|55000002690|{respid}|12345"), "NOMINAL TIDAK TERSEDIA"),
        ("payment", format!("PLNPRE|55000002691|{respid}|20000"), "INQUIRY TIDAK DITEMUKAN"),
        ("payment", "PLNPRE|55000002690|nothing|20000".to_owned(), "INQUIRY TIDAK DITEMUKAN"),
    ] {
        let (_, body) = market.tele(path, &udata).await.unwrap();
        assert!(body.contains(text) && !body.contains("SWT:0000"), "{udata}: {body}");
    }
    let url = format!("{}/tele-api-v2/h2h/trx/inquiry", market.simulators.url(Kind::Teleanjar));
    let (_, body) = market.send(market.client.post(url).json(&json!({"uuid": "DEMO001"}))).await.unwrap();
    assert_like(&body, r#"{"response":"SWT:0005",*"info":"AKSES DITOLAK","saldo":0}"#);
    assert!(market.simulators.bought().is_empty());
}
