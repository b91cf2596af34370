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

mod kiosampm_tests;
mod ppob_tests;
mod scenarios;
mod teleanjar_tests;
mod xgateway_tests;

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
