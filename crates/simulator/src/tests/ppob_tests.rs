//! biller-json and ppob: orders, inquiries and bills.

use super::*;

#[tokio::test]
async fn biller_json_answers_as_printed_and_buys_again_on_a_repeat() {
    let market = open_market().await;
    for (dest, pattern) in [
        (
            "081234567890",
            r#"{"total":9000,"status":true,"reason":"Transaksi S10.081234567890 sedang diproses","saldo":"99991000","trxtime":"*","elapsed":0.*,"trxid":"7","user":"usertesting","kodeproduk":"S10","tujuan":"081234567890"}"#,
        ),
        (
            "081234560019",
            r#"{"total":0,"status":false,"reason":"Transaksi S10.081234560019 GAGAL silakan coba lagi (DEDUCT)","trxtime":"*","elapsed":0.*,"trxid":"7","user":"usertesting","kodeproduk":"S10","tujuan":"081234560019"}"#,
        ),
        ("081234569901", "*GAGAL Produk tidak tersedia (ROUTE)*"),
        ("081234569902", "*GAGAL silakan coba lagi (DEDUCT)*"),
        ("081234569903", "*GAGAL Produk tidak Aktif*"),
        ("081234560016", "*GAGAL Produk tidak Aktif*"),
        ("081234567890", r#"*"status":true*"#),
    ] {
        assert_like(&market.biller("S10", dest, "7").await.unwrap().1, pattern);
    }
    let calls = market.calls(2).await;
    assert_like(
        &calls[0],
        "GET /callback/biller/s3cret?status=0&refid=7&product=S10&qty=1&dest=081234567890&message=Transaksi+S10.081234567890+SUKSES,+SN:+*,+Saldo:+Rp99,*,+Harga:+9,000,+Tgl:+*/*+*:*:*\n",
    );
    assert_eq!(market.times_delivered(Kind::BillerJson, "081234567890"), 2);
    assert_eq!(market.simulators.balance(Kind::BillerJson), START_BALANCE - 2 * price("S10"));
}

#[tokio::test]
async fn ppob_takes_an_order_once_and_reports_it() {
    let market = open_market().await;
    // The document's own destination ends in 14, which is a refusal here.
    let (_, body) = market.topup("S10", "08123214214", 10327).await.unwrap();
    assert_like(
        &body,
        r#"{"code":"S10","destination":"08123214214","message":"produk sedang gangguan","ref_id":10327,"sn":"","status":"Failed","trx_id":*}"#,
    );
    let (_, body) = market.topup("S10", "08123214290", 10328).await.unwrap();
    assert_like(
        &body,
        r#"{"code":"S10","destination":"08123214290","message":"request trx diterima","ref_id":10328,"sn":"","status":"Waiting","trx_id":*}"#,
    );
    let calls = market.calls(1).await;
    assert_like(
        &calls[0],
        "GET /callback/ppob/s3cret?ref_id=10328&status=Success&Sn=*&Code=S10&destination=08123214290\n",
    );
    let (_, body) = market.topup("S10", "08123214290", 10328).await.unwrap();
    assert_like(&body, r#"*"message":"trx sebelumnya ditemukan","ref_id":10328,"sn":"*","status":"Success"*"#);
    assert_eq!(market.times_delivered(Kind::Ppob, "08123214290"), 1);
}

#[tokio::test]
async fn ppob_pays_what_an_inquiry_found() {
    let market = open_market().await;
    let (_, body) =
        market.ppob("topup", json!({"code": "CEKPLN", "dest": "530000000090", "refid": "R-1"})).await.unwrap();
    assert_like(&body, r#"{"code":"CEKPLN",*"ref_id":"R-1","sn":"*/TOTAL:*","status":"Success","trx_id":*}"#);
    let inquiry: Value = serde_json::from_str(&body).unwrap();
    for (name, refid) in [("inq_id", 21), ("ing_id", 22)] {
        let (_, body) = market.ppob("payment", json!({name: inquiry["trx_id"], "refid": refid})).await.unwrap();
        assert_like(
            &body,
            r#"{"code":"CEKPLN","destination":"530000000090","message":"request trx diterima",*"Waiting"*"#,
        );
    }
    let (_, body) = market.ppob("payment", json!({"inq_id": 5, "refid": 23})).await.unwrap();
    assert_like(&body, r#"*"message":"inquiry tidak ditemukan","ref_id":23,"sn":"","status":"Failed"*"#);
    market.calls(2).await;
    assert_eq!(market.times_delivered(Kind::Ppob, "530000000090"), 2);
}

#[tokio::test]
async fn ppob_looks_a_bill_up_in_its_own_time() {
    let market = open_market().await;
    let inquire = async |dest: &str, refid: u64| {
        let (_, body) = market.ppob("topup", json!({"code": "INQPLN", "dest": dest, "refid": refid})).await.unwrap();
        serde_json::from_str::<Value>(&body).unwrap()
    };
    let dest = "530000000028";
    for _ in 0..2 {
        let waiting = inquire(dest, 1).await;
        assert_eq!((&waiting["status"], &waiting["sn"]), (&json!("Waiting"), &json!("")));
        let (_, body) = market.ppob("payment", json!({"inq_id": waiting["trx_id"], "refid": 9})).await.unwrap();
        assert_like(&body, "*inquiry tidak ditemukan*");
    }
    for _ in 0..2 {
        assert_eq!(inquire(dest, 1).await["status"], "Success");
    }
    assert_eq!(inquire("530000000090", 2).await["status"], "Success");
    // A bill that grows: an inquiry that was answered keeps its amount.
    let total = |found: &Value| {
        let sn = found["sn"].as_str().unwrap();
        sn.rsplit_once(':').unwrap().1.parse::<i64>().unwrap()
    };
    let dest = "530000000027";
    let first = total(&inquire(dest, 3).await);
    for (refid, more) in [(4, 2500), (5, 2500), (3, 0)] {
        assert_eq!(total(&inquire(dest, refid).await), first + more, "{refid}");
    }
}

#[tokio::test]
async fn a_paid_bill_stays_paid() {
    let market = open_market().await;
    let dest = "530000000090";
    let question = json!({"code": "INQPLN", "dest": dest, "refid": 1});
    let (_, body) = market.ppob("topup", question.clone()).await.unwrap();
    let inquiry: Value = serde_json::from_str(&body).unwrap();
    let (_, body) = market.ppob("payment", json!({"inq_id": inquiry["trx_id"], "refid": 2})).await.unwrap();
    assert_like(&body, "*Waiting*");
    market.calls(1).await;
    for refid in [3, 3, 4] {
        let (_, body) = market.ppob("topup", json!({"code": "INQPLN", "dest": dest, "refid": refid})).await.unwrap();
        assert_like(&body, r#"*"message":"tagihan sudah dibayar",*"status":"Failed"*"#);
    }
    let (_, body) = market.ppob("topup", question).await.unwrap();
    assert_like(&body, r#"*"trx sebelumnya ditemukan"*"Success"*"#);
    let (_, body) = market.ppob("topup", json!({"code": "INQPAM", "dest": dest, "refid": 5})).await.unwrap();
    assert_like(&body, r#"*"Success"*"#);

    for (product, dest) in [("PLNPOST", "123456792090"), ("PLNNON", "5311000928290"), ("TELKOM", "023158334690")] {
        let udata = format!("{product}|{dest}");
        let respid = market.respid(&udata).await;
        market.tele("payment", &format!("{udata}|{respid}")).await.unwrap();
        for _ in 0..2 {
            let (_, body) = market.tele("inquiry", &udata).await.unwrap();
            assert_like(&body, r#"{"response":"SWT:0088",*"info":"TAGIHAN SUDAH LUNAS"*"#);
        }
    }
    let respid = market.respid("PLNPRE|55000002690").await;
    market.tele("payment", &format!("PLNPRE|55000002690|{respid}|20000")).await.unwrap();
    market.respid("PLNPRE|55000002690").await;
}
