use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use chrono::TimeDelta;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::book::{Order, Repeats, Sale, Traded};
use super::scenario::{Course, Way, Word};
use super::text::{digits, hex, now, price};
use super::*;

/// The five simulators and a shop that writes down what it is called back with.
struct Market {
    simulators: Simulators,
    calls: Arc<Mutex<Vec<String>>>,
    client: reqwest::Client,
}

async fn note(State(calls): State<Arc<Mutex<Vec<String>>>>, request: Request) {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 100_000).await.unwrap();
    calls.lock().push(format!("{} {}\n{}", head.method, head.uri, String::from_utf8(body.to_vec()).unwrap()));
}

async fn open_market() -> Market {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let shop = Router::new().fallback(note).with_state(Arc::clone(&calls));
    tokio::spawn(async move { axum::serve(listener, shop).await });
    let config =
        SimulatorConfig { callback_secret: Some("s3cret".to_owned()), ..SimulatorConfig::loopback(Pace::Instant) };
    let simulators = start(config).await.unwrap();
    simulators.set_callback_base(base);
    Market { simulators, calls, client: reqwest::Client::builder().no_proxy().build().unwrap() }
}

type Heard = Result<(u16, String), reqwest::Error>;

impl Market {
    async fn send(&self, request: reqwest::RequestBuilder) -> Heard {
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        Ok((status, answer.text().await?))
    }

    async fn kios_query(&self, path: &str, query: &[(&str, &str)]) -> Heard {
        let url = format!("{}{path}", self.simulators.url(Kind::Kiosampm));
        self.send(self.client.get(url).query(query)).await
    }

    async fn kios(&self, product: &str, dest: &str, refid: &str) -> Heard {
        let query = [
            ("memberid", kiosampm::MEMBER_ID),
            ("dest", dest),
            ("product", product),
            ("refid", refid),
            ("pin", kiosampm::PIN),
            ("password", kiosampm::PASSWORD),
        ];
        self.kios_query("/trx", &query).await
    }

    async fn xgate(&self, method: &str, product: &str, dest: &str, id: &str) -> Heard {
        self.xgate_as(xgateway::USER_ID, method, product, dest, id).await
    }

    async fn xgate_as(&self, user: &str, method: &str, product: &str, dest: &str, id: &str) -> Heard {
        let members = [("MSISDN", user), ("REQUESTID", id), ("PIN", xgateway::PIN), ("NOHP", dest), ("NOM", product)]
            .iter()
            .map(|(name, value)| format!("<member><name>{name}</name><value><string>{value}</string></value></member>"))
            .collect::<Vec<_>>()
            .concat();
        let xml = format!(
            "<?xml version=\"1.0\"?><methodCall><methodName>{method}</methodName><params><param><value><struct>{members}</struct></value></param></params></methodCall>"
        );
        self.send(self.client.post(format!("{}/st24", self.simulators.url(Kind::Xgateway))).body(xml)).await
    }

    async fn biller(&self, product: &str, dest: &str, trxid: &str) -> Heard {
        use md5::Digest as _;
        let sign = hex(&md5::Md5::digest(format!("{}{}{trxid}", biller_json::USER, biller_json::PASSWORD)));
        let body = json!({"user": biller_json::USER, "sign": sign, "trxid": trxid, "cmd": "trx", "idpel": dest, "produk": product});
        self.send(self.client.post(format!("{}/service/in/json", self.simulators.url(Kind::BillerJson))).json(&body))
            .await
    }

    async fn ppob(&self, path: &str, body: Value) -> Heard {
        use sha2::Digest as _;
        let stamp = "2024-05-26 08:34:56";
        let signature = hex(&sha2::Sha256::digest(format!("{}{stamp}{}", ppob::USERNAME, ppob::TOKEN)));
        let url = format!("{}/trx/{path}", self.simulators.url(Kind::Ppob));
        let headers = [("GW-username", ppob::USERNAME), ("GW-datetime", stamp), ("GW-signature", &signature)];
        let request =
            headers.into_iter().fold(self.client.post(url), |request, (name, value)| request.header(name, value));
        self.send(request.json(&body)).await
    }

    async fn topup(&self, product: &str, dest: &str, refid: u64) -> Heard {
        self.ppob("topup", json!({"code": product, "dest": dest, "refid": refid})).await
    }

    async fn tele(&self, path: &str, udata: &str) -> Heard {
        use base64::Engine as _;
        use md5::Digest as _;
        let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        let (uuid, key, dtime) = (teleanjar::PARTNER_ID, teleanjar::API_KEY, "2018-05-30 15:02:26");
        let ppid = format!("{}|{}", teleanjar::USERNAME, teleanjar::PASSWORD);
        let signature = hex(&md5::Md5::digest(format!("tele-android-{uuid}{dtime}{ppid}{udata}{key}-indonesia")));
        let body = json!({"uuid": uuid, "ppid": encode(&ppid), "udata": encode(udata), "dtime": dtime, "ket": "",
            "X-API-KEY": key, "signature": signature});
        let url = format!("{}/tele-api-v2/h2h/trx/{path}", self.simulators.url(Kind::Teleanjar));
        self.send(self.client.post(url).json(&body)).await
    }

    /// The respid of an inquiry.
    async fn respid(&self, udata: &str) -> String {
        let (_, body) = self.tele("inquiry", udata).await.unwrap();
        let answer: Value = serde_json::from_str(&body).unwrap();
        answer["respid"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
    }

    /// Orders from any supplier, the plain way.
    async fn buy(&self, kind: Kind, dest: &str, reference: u64) -> Heard {
        let id = reference.to_string();
        match kind {
            Kind::Kiosampm => self.kios("S10", dest, &id).await,
            Kind::Xgateway => self.xgate("topUpRequest", "S10", dest, &id).await,
            Kind::BillerJson => self.biller("S10", dest, &id).await,
            Kind::Ppob => self.topup("S10", dest, reference).await,
            Kind::Teleanjar => {
                let respid = self.respid(&format!("PLNPRE|{dest}")).await;
                self.tele("payment", &format!("PLNPRE|{dest}|{respid}|20000")).await
            }
            described => panic!("{described:?} has tests of its own"),
        }
    }

    /// Waits until the shop was called back so many times; the callbacks so far.
    async fn calls(&self, count: usize) -> Vec<String> {
        for _ in 0..500 {
            if self.calls.lock().len() >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.calls.lock().clone()
    }

    fn times_delivered(&self, kind: Kind, dest: &str) -> u32 {
        self.simulators.bought().iter().filter(|b| b.kind == kind && b.dest == dest).map(|b| b.times_delivered).sum()
    }
}

/// Compares with a pattern in which `*` stands for anything (a time, a number of the supplier's own).
fn assert_like(text: &str, pattern: &str) {
    let expression = regex::escape(pattern).replace(r"\*", ".*");
    assert!(
        regex::Regex::new(&format!("(?s)^{expression}$")).unwrap().is_match(text),
        "{text}\nis not like\n{pattern}"
    );
}

#[tokio::test]
async fn kiosampm_answers_in_the_sixteen_formats() {
    let market = open_market().await;
    for (dest, pattern) in [
        ("081234567890", "#*#S10#ke:081234567890#SUKSES#SN:*# Sisa saldo Rp.*-Rp. 9,000=Rp. *#Reffid:R0#"),
        ("081234560001", "#*#S10#ke:081234560001#akan diproses *:*:*.#Saldo Rp.*#Reffid:R1 #"),
        (
            "081234569903",
            "#*#S10#ke:081234569903#masih dalam proses *. Mohon ditunggu, lebih dari 15mnt Silahkan hubungi CS.#Saldo Rp.*#Reffid:R2 #",
        ),
        ("081234560019", "#*#S10#ke:*#GAGAL; Transaksi tidak dapat diproses.#Saldo Rp.*#Reffid:R3 #"),
        ("081234569905", "#*#S10#ke:*#GAGAL; Dibatalkan provider.#Saldo Rp.*#Reffid:R4 #"),
        (
            "081234560020",
            "#*#GAGAL; Nomor tujuan tdk dpt di proses krn trx gagal berturut-turut (max 5x), Silahkan Hubungi CS.#Saldo Rp.*#Reffid:R5 #",
        ),
        ("081234560014", "#*#GAGAL; Produk Sedang Gangguan.#*"),
        ("081234560015", "#*#GAGAL; Produk Sedang Gangguan Pada Operator.#*"),
        ("081234560016", "#*#GAGAL; Kode Produk Salah. Silahkan Hubungi CS, ketik PRODUK.#*"),
        ("081234560011", "#*#GAGAL; Nomor tujuan salah, periksa kembali nomor anda.#*"),
        ("081234560017", "#*#GAGAL; Saldo Tidak Cukup.#*"),
        ("081234569912", "#*#GAGAL; sudah pernah jam * SN/Ref: .#*"),
        ("081234569913", "#*#GAGAL; Paket Data Sudah terisi.#*"),
        ("081234560012", "#*#GAGAL; Nomor Kadaluarsa.#*"),
        ("081234560013", "#*#GAGAL; Nomor belum/ tidak aktif/ sudah tidak aktif.#*"),
        ("081234560018", "#*#GAGAL; CutOff/ Timeout, silahkan ulangi beberapa saat kemudian.#*"),
    ]
    .into_iter()
    .enumerate()
    .map(|(i, (dest, pattern))| ((i, dest), pattern))
    {
        let (i, dest) = dest;
        let (status, text) = market.kios("S10", dest, &format!("R{i}")).await.unwrap();
        assert_eq!(status, 200);
        assert_like(&text, pattern);
    }
}

#[tokio::test]
async fn kiosampm_tells_a_repeated_reference_the_status_of_the_first() {
    let market = open_market().await;
    for (dest, pattern) in [
        (
            "081200000090",
            "#*#S10#ke:081200000090#SUKSES; sudah pernah jam *:*:* SN/Ref: *.#Saldo Rp.*#Reffid:081200000090 #",
        ),
        ("081200000003", "*#SUKSES; sudah pernah jam*"),
        ("081200000023", "*#PENDING; sudah pernah jam * SN/Ref: .#*"),
        ("081200000019", "*#GAGAL; sudah pernah jam * SN/Ref: .#*"),
    ] {
        market.kios("S10", dest, dest).await.unwrap();
        assert_like(&market.kios("S10", dest, dest).await.unwrap().1, pattern);
    }
    let (_, text) = market.kios("S20", "081299999990", "081200000090").await.unwrap();
    assert_like(&text, "#*#S10#ke:081200000090#SUKSES; sudah pernah*");
    assert_eq!(market.times_delivered(Kind::Kiosampm, "081200000090"), 1);
    assert_eq!(market.times_delivered(Kind::Kiosampm, "081299999990"), 0);
}

/// The same page prints two values for these fields: this one as its example of a sign, and
/// `vlrN9Yuu4xHAT8_bXIUHKw2NjHo` as what its formula "should be". The formula gives only this one, in any sha1.
#[test]
fn the_otomax_sign_is_what_the_published_formula_gives() {
    assert_eq!(kiosampm::otomax_sign("YUSUF|X10|08123456789|2140669|1144|abcd"), "Cp9NLVuKWBt5Sey_uMlYsvnKvJI");
}

#[tokio::test]
async fn kiosampm_takes_a_sign_in_place_of_pin_and_password() {
    let market = open_market().await;
    let (member, pin, password) = (kiosampm::MEMBER_ID, kiosampm::PIN, kiosampm::PASSWORD);
    let sign = kiosampm::otomax_sign(&format!("{member}|S10|0812|R1|{pin}|{password}"));
    let order = [("memberid", member), ("product", "S10"), ("dest", "0812"), ("refid", "R1")];
    for (more, pattern) in [
        (vec![("sign", sign.as_str())], "*#GAGAL; Nomor Kadaluarsa.#*"),
        (vec![("sign", "vlrN9Yuu4xHAT8_bXIUHKw2NjHo")], "*GAGAL; MemberID/PIN/Password Salah.*"),
        (vec![("pin", pin)], "*GAGAL; MemberID/PIN/Password Salah.*"),
        (vec![], "*GAGAL; MemberID/PIN/Password Salah.*"),
    ] {
        let query = [order.as_slice(), more.as_slice()].concat();
        assert_like(&market.kios_query("/trx", &query).await.unwrap().1, pattern);
    }
    let sign = kiosampm::otomax_sign(&format!("CheckBalance|{member}|{pin}|{password}"));
    for credentials in [vec![("sign", sign.as_str())], vec![("pin", pin), ("password", password)]] {
        let query = [&[("memberid", member)], credentials.as_slice()].concat();
        assert_eq!(market.kios_query("/balance", &query).await.unwrap().1, "Saldo Rp.100,000,000");
    }
}

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

#[tokio::test]
async fn callbacks_are_written_in_the_suppliers_own_forms() {
    let market = open_market().await;
    market.kios("S10", "081234560001", "11").await.unwrap();
    let text = market.calls(1).await.remove(0);
    assert!(text.contains(" /callback/kios/s3cret") && text.contains("SUKSES"), "{text}");
    market.xgate("topUpRequest", "XLA25", "083120625602", "12").await.unwrap();
    assert_like(
        &market.calls(2).await[1],
        "POST /callback/xgate/s3cret\n<?xml*<methodResponse>*<string>23</string>*<string>12</string>*GAGAL*",
    );
}

#[tokio::test]
async fn kiosampm_reports_take_turns_between_the_three_forms() {
    let market = open_market().await;
    for i in 0..3 {
        market.kios("S10", "081234560001", &i.to_string()).await.unwrap();
    }
    let calls = market.calls(3).await;
    for form in
        ["GET /callback/kios/s3cret?message=%23", "GET /callback/kios/s3cret?%23", "POST /callback/kios/s3cret\n#"]
    {
        assert_eq!(calls.iter().filter(|call| call.starts_with(form)).count(), 1, "{form} in {calls:?}");
    }
}

/// Deliveries and callbacks at the direct, the reporting and the answering suppliers.
type Outcomes = [(u32, usize); 3];

/// What the client sees of the answer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Seen {
    Whole,
    Nothing,
    Gateway,
}

#[tokio::test]
async fn every_scenario_delivers_and_calls_back_as_the_table_says() {
    use Seen::{Gateway, Nothing, Whole};
    let cases: [(_, _, Outcomes); 17] = [
        ("90", Whole, [(1, 0), (1, 1), (1, 0)]),
        ("01", Whole, [(1, 1), (1, 1), (1, 0)]),
        ("02", Whole, [(0, 1), (0, 1), (0, 0)]),
        ("03", Whole, [(1, 0), (1, 0), (1, 0)]),
        ("04", Nothing, [(1, 1), (1, 1), (1, 0)]),
        ("05", Nothing, [(1, 0), (1, 0), (1, 0)]),
        ("06", Whole, [(0, 1), (0, 2), (1, 0)]),
        ("07", Whole, [(1, 1), (1, 1), (1, 0)]),
        ("08", Gateway, [(1, 1), (1, 1), (1, 0)]),
        ("09", Nothing, [(1, 1), (1, 1), (1, 0)]),
        ("19", Whole, [(0, 0), (0, 0), (0, 0)]),
        ("21", Whole, [(1, 1), (1, 1), (1, 0)]),
        ("22", Whole, [(1, 2), (1, 2), (1, 0)]),
        ("23", Whole, [(0, 0), (0, 0), (0, 0)]),
        ("24", Whole, [(1, 0), (1, 1), (1, 0)]),
        ("25", Whole, [(1, 0), (1, 1), (1, 0)]),
        ("26", Whole, [(1, 0), (1, 0), (1, 0)]),
    ];
    let market = open_market().await;
    let style = |kind| match kind {
        Kind::Kiosampm | Kind::Xgateway => 0,
        Kind::BillerJson | Kind::Ppob => 1,
        Kind::Teleanjar => 2,
        described => panic!("{described:?} has tests of its own"),
    };
    let mut callbacks = 0;
    for (i, (ending, seen, outcomes)) in (100_u64..).zip(&cases) {
        for kind in Kind::ALL {
            let dest = format!("08123456{ending}");
            let heard = market.buy(kind, &dest, i).await;
            let saw = match &heard {
                Ok((200, _)) => Whole,
                Ok(_) => Gateway,
                Err(_) => Nothing,
            };
            assert_eq!(saw, *seen, "{kind:?} {dest} {heard:?}");
            callbacks += outcomes[style(kind)].1;
        }
    }
    let calls = market.calls(callbacks).await;
    for (ending, _, outcomes) in &cases {
        let dest = format!("08123456{ending}");
        for kind in Kind::ALL {
            let (deliveries, callbacks) = outcomes[style(kind)];
            assert_eq!(market.times_delivered(kind, &dest), deliveries, "{kind:?} {dest}");
            let address = format!("/callback/{}/", kind.supplier_id());
            let count = calls.iter().filter(|call| call.contains(&address) && call.contains(&dest)).count();
            assert_eq!(count, callbacks, "{kind:?} {dest}");
        }
    }
    for kind in Kind::ALL {
        let delivered: u32 =
            market.simulators.bought().iter().filter(|b| b.kind == kind).map(|b| b.times_delivered).sum();
        let each = if kind == Kind::Teleanjar { 20_350 } else { price("S10") };
        let pending = if kind == Kind::Teleanjar { 0 } else { each };
        let spent = START_BALANCE - market.simulators.balance(kind);
        assert_eq!(spent, i64::from(delivered) * each + pending, "{kind:?}: 23 stays pending and holds its price");
    }
}

#[tokio::test]
async fn answers_can_carry_other_names_and_the_repeat_is_right() {
    let market = open_market().await;
    let (_, text) = market.kios("S10", "081234560024", "7").await.unwrap();
    assert_like(&text, "*SUKSES*#Reffid:8#");
    assert_like(&market.kios("S10", "081234560024", "7").await.unwrap().1, "*SUKSES; sudah pernah*#Reffid:7 #");
    let (_, text) = market.kios("S10", "081234560025", "9").await.unwrap();
    assert_like(&text, "*#ke:081234560026#SUKSES*");
    let (_, text) = market.biller("S10", "081234560024", "9").await.unwrap();
    assert_like(&text, r#"*"trxid":"0"*"#);
}

#[tokio::test]
async fn a_callback_can_come_before_the_answer() {
    let market = open_market().await;
    for kind in [Kind::Kiosampm, Kind::Xgateway, Kind::BillerJson, Kind::Ppob] {
        let before = market.calls.lock().len();
        market.buy(kind, "081234560021", 5).await.unwrap();
        assert_eq!(market.calls.lock().len(), before + 1, "{kind:?}");
    }
}

#[tokio::test]
async fn a_slow_answer_is_bought_at_once_even_when_the_client_gives_up() {
    let market = open_market().await;
    let url = format!("{}/trx", market.simulators.url(Kind::Kiosampm));
    let query = [
        ("memberid", kiosampm::MEMBER_ID),
        ("dest", "081234560010"),
        ("product", "S10"),
        ("refid", "1"),
        ("pin", kiosampm::PIN),
        ("password", kiosampm::PASSWORD),
    ];
    let impatient = market.client.get(url).query(&query).timeout(Duration::from_millis(200));
    assert!(market.send(impatient).await.unwrap_err().is_timeout());
    assert_eq!(market.times_delivered(Kind::Kiosampm, "081234560010"), 1);
    assert_like(&market.kios("S10", "081234560010", "1").await.unwrap().1, "*SUKSES; sudah pernah*");
}

#[tokio::test]
async fn a_callback_nobody_takes_is_tried_again() {
    let market = open_market().await;
    let busy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = busy.local_addr().unwrap();
    drop(busy); // nobody listens there now
    market.simulators.set_callback_base(format!("http://{address}"));
    market.kios("S10", "081234560001", "1").await.unwrap();
    let calls = Arc::clone(&market.calls);
    let listener = loop {
        if market.times_delivered(Kind::Kiosampm, "081234560001") == 1 {
            break TcpListener::bind(address).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(note).with_state(calls)).await });
    assert_eq!(market.calls(1).await.len(), 1);
}

#[tokio::test]
async fn hostile_requests_get_an_answer_and_buy_nothing() {
    let market = open_market().await;
    let deep = "<a>".repeat(10_000);
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><methodCall><methodName>&a;</methodName></methodCall>";
    let json_deep = "[".repeat(60_000);
    let long = "x".repeat(200_000);
    let bodies = [
        "",
        "{",
        "null",
        "[]",
        "{\"refid\":{}}",
        "<methodCall/>",
        "</x>",
        "&#xFFFFFFFF;",
        "\u{0}é",
        bomb,
        &deep,
        &json_deep,
        &long,
    ];
    for kind in Kind::every() {
        for path in [
            "/",
            "/trx",
            "/balance",
            "/st24",
            "/service/in/json",
            "/trx/topup",
            "/trx/payment",
            "/tele-api-v2/h2h/trx/inquiry",
            "/tele-api-v2/h2h/trx/payment?%ff%00=%",
            "/transaction",
            "/api/top-up",
            "/v1/transaksi",
            "/v2/transaksi/status",
            "/transaksi/pembelian",
            "/api",
            "//",
        ] {
            for body in bodies {
                let url = format!("{}{path}", market.simulators.url(kind));
                // A body that is too long may break the connection instead; it must only not hang or bring anything down.
                let _ = market.send(market.client.post(url).body(body.to_owned())).await;
            }
            let url =
                format!("{}{path}?dest=%F0%9F%92%A9&product=%23&refid=..&memberid=DEMO", market.simulators.url(kind));
            assert!(market.send(market.client.get(url)).await.is_ok());
        }
    }
    assert!(market.simulators.bought().is_empty());
    for kind in Kind::every() {
        assert_eq!(market.simulators.balance(kind), START_BALANCE);
    }
}

#[tokio::test]
async fn stopped_simulators_answer_no_more() {
    let market = open_market().await;
    let url = market.simulators.url(Kind::Kiosampm);
    market.simulators.stop().await;
    assert!(reqwest::Client::builder().no_proxy().build().unwrap().get(url).send().await.is_err());
}

#[test]
fn every_scenario_is_in_the_table_once() {
    for row in TABLE.iter().skip(1) {
        assert_eq!(TABLE.iter().filter(|other| other.ending == row.ending).count(), 1, "{}", row.ending);
        assert_eq!(Scenario::of(Kind::Ppob, &format!("0812345678{}", row.ending)), row.scenario);
    }
    assert_eq!(TABLE.len(), 30);
    for (kind, dest, scenario) in [
        (Kind::Kiosampm, "", Scenario::Success),
        (Kind::Kiosampm, "1", Scenario::Success),
        (Kind::Kiosampm, "9911", Scenario::Listed(11)),
        (Kind::Kiosampm, "9917", Scenario::DepositTooSmall),
        (Kind::Xgateway, "9977", Scenario::Listed(77)),
        (Kind::BillerJson, "9904", Scenario::ClosedThenReported),
        (Kind::Ppob, "99é4", Scenario::Success),
    ] {
        assert_eq!(Scenario::of(kind, dest), scenario, "{kind:?} {dest}");
    }
}

#[test]
fn a_deposit_that_does_not_suffice_is_refused() {
    let book = Book::open(Kind::Kiosampm);
    let order = |reference: &str| Order {
        reference: reference.to_owned(),
        product: "S10".to_owned(),
        dest: "0890".to_owned(),
        price: START_BALANCE - 1,
    };
    assert!(matches!(
        book.trade(order("1"), Repeats::Remembered, now()),
        Traded::New(_, Course { way: Way::Whole, says: Word::Success, .. })
    ));
    assert!(matches!(
        book.trade(order("2"), Repeats::Remembered, now()),
        Traded::New(_, Course { says: Word::Failed(scenario::Refusal::DepositTooSmall), .. })
    ));
    assert_eq!(book.balance(), 1);
}

#[test]
fn prices_are_read_from_the_code() {
    for (product, rupiah) in
        [("S10", 9_000), ("PLN20", 20_200), ("PLNA100", 100_200), ("X1500", 1_350), ("OVO", 9_000), ("ML86", 10_320)]
    {
        assert_eq!(price(product), rupiah, "{product}");
    }
    assert_ne!(digits("1001", 16), digits("1002", 16));
}
