//! xgateway's codes and tokens, and what it does with a reference a day later.

use super::*;

#[tokio::test]
async fn xgateway_answers_every_code_in_its_xml() {
    let market = open_market().await;
    for (dest, code, message) in [
        ("085700000090", "00", "ISI S10 KE 085700000090 , SUKSES. SAL=99991000,HRG=9000,ID=*,SN=*"),
        ("085700000001", "68", "ISI S10 KE 085700000001, PENDING. SAL=*, ID=*, KET="),
        ("085700000011", "07", "ISI S10 KE 085700000011, GAGAL. SAL=*, ID=*, KET=Nomor tidak ditemukan"),
        ("085700000012", "12", "*KET=Nomor pelanggan kadaluarsa (expired)"),
        ("085700000013", "13", "*KET=Nomor pelanggan sedang diblokir"),
        ("085700000014", "09", "*KET=Sistem dalam proses pemeliharaan"),
        ("085700000015", "14", "*KET=Gangguan biller"),
        ("085700000016", "05", "*KET=Kode produk tidak dikenal"),
        ("085700000017", "18", "*KET=Saldo deposit tidak cukup"),
        ("085700000018", "35", "*KET=System Cut Off Inprogress"),
        ("085700000019", "23", "*KET=Gagal Biller"),
        ("085700000020", "34", "*KET=Biller menolak perulangan transaksi"),
        ("085700000026", "77", "*DITUNDA*"),
        ("085700009900", "00", "*SUKSES*"),
        ("085700009903", "03", "*KET=Transaksi timeout"),
        ("085700009924", "24", "*KET=Tagihan tidak tersedia"),
        ("085700009968", "68", "*PENDING*"),
    ] {
        let (status, xml) = market.xgate("topUpRequest", "S10", dest, dest).await.unwrap();
        assert_eq!(status, 200);
        assert_like(
            &xml,
            &format!(
                "<?xml version=\"1.0\"?>\n<methodResponse>\n    <params>*<name>RESPONSECODE</name>\n *<value><string>{code}</string></value>*<name>REQUESTID</name>\n *<string>{dest}</string>*<name>MESSAGE</name>*<string>{message}</string>*<name>SN</name>*<name>TRANSACTIONID</name>*"
            ),
        );
    }
}

#[tokio::test]
async fn xgateway_sells_tokens_with_and_without_a_query() {
    let market = open_market().await;
    let dest = "11310000090";
    let (_, xml) = market.xgate("PLNPrepaidTopup", "PLN20", dest, "1").await.unwrap();
    assert_like(&xml, "*<string>10</string>*Ref Code tidak valid / expired*");
    let (_, xml) = market.xgate("PLNPrepaidQuery", "PLN20", dest, "2").await.unwrap();
    assert_like(
        &xml,
        "*<string>00</string>*QUERY PLN20 ke 11310000090, SUKSES. METER=11310000090, IDPEL=*, NAMA=*, DAYA=R*/* VA</string>*<name>SN</name>\n *<value><string></string>*",
    );
    let (_, xml) = market.xgate("PLNPrepaidTopup", "PLN20", dest, "2").await.unwrap();
    let token = text::token("2", '-');
    assert_eq!(token.len(), 24);
    assert_like(
        &xml,
        &format!(
            "*,SN={token},METER=11310000090,IDPEL=*,REF=APL*,RPBAYAR=20000,ADMIN=0,*TOKEN={token}</string>*<name>SN</name>\n *<string>{token}</string>*"
        ),
    );
    for (method, id) in [("PLNPrepaidDirectTopup", "3"), ("TopupRequest", "4")] {
        let (_, xml) = market.xgate(method, "PLNA20", dest, id).await.unwrap();
        assert_like(
            &xml,
            &format!(
                "*<string>00</string>*<name>SN</name>\n *<string>{}/*/kWh13,0/R*/*</string>*",
                text::token(id, '-')
            ),
        );
    }
    let (_, xml) = market.xgate("PLNPrepaidQuery", "PLN20", "11310000011", "5").await.unwrap();
    assert_like(&xml, "*<string>07</string>*");
}

#[tokio::test]
async fn xgateway_refuses_what_it_cannot_read_or_does_not_know() {
    let market = open_market().await;
    let (_, xml) = market.xgate_as("somebody", "topUpRequest", "S10", "085700000090", "1").await.unwrap();
    assert_like(&xml, "*<string>02</string>*User / Password /IP tidak terdaftar*");
    for (method, dest, id) in [
        ("getStatus", "085700000090", "1"),
        ("topUpRequest", "", "1"),
        ("topUpRequest", "085700000090", "123456789012345678901"),
        ("topUpRequest", "<value>", "1"),
    ] {
        let (_, xml) = market.xgate(method, "S10", dest, id).await.unwrap();
        assert_like(&xml, "*<string>01</string>*Format HTTP Request tidak valid*");
    }
    assert!(market.simulators.bought().is_empty());
}

#[test]
fn xgateway_buys_again_after_a_day() {
    let book = Book::open(Kind::Xgateway);
    let order = Order { reference: "1".to_owned(), product: "S10".to_owned(), dest: "0890".to_owned(), price: 9_000 };
    let (start, day) = (now(), TimeDelta::hours(24));
    for (later, bought) in
        [(TimeDelta::zero(), 1), (day - TimeDelta::seconds(1), 1), (day, 2), (day + TimeDelta::hours(23), 2)]
    {
        let traded = book.trade(order.clone(), Repeats::RememberedFor(day), start + later);
        assert!(matches!(traded, Traded::Earlier(Sale { standing: Word::Success, .. }) | Traded::New(..)));
        assert_eq!(book.bought().iter().map(|b| b.times_delivered).sum::<u32>(), bought, "{later}");
    }
}
