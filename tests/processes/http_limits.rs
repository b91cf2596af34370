//! What a caller at the shop's address may take, tried with real connections: slow heads, large heads, idle connections,
//! too many of them, and callers that do not read what they asked for.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::bot_api::{BotApi, TOKEN};
use crate::support::program::{Running, Settings, free_port};
use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use konter::http::{CallbackAuth, Callers, Entry, Limits, PlaceLimits, serve, within};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// What the limits of these tests are; the shop's own are larger.
const SOON: Duration = Duration::from_millis(300);
/// No wait is longer, but for a test that fails.
const PATIENCE: Duration = Duration::from_secs(20);

const PLACES: PlaceLimits = PlaceLimits { all: 4, kept: 0, of_stranger: 2, of_known: 2 };
const LIMITS: Limits = Limits { places: PLACES, head: SOON, unread: SOON };
/// Who calls: one of which nothing is known, and a supplier.
const STRANGER: &str = "127.0.0.2";
const SUPPLIER: &str = "127.0.0.9";

struct Site {
    address: SocketAddr,
    stop: CancellationToken,
    server: tokio::task::JoinHandle<()>,
    /// A permit for each request that its slow handlers have got.
    asked: Arc<Semaphore>,
    /// Cancelled when a long answer is kept no more.
    let_go: CancellationToken,
}

struct Long(Vec<u8>, CancellationToken);

impl AsRef<[u8]> for Long {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Long {
    fn drop(&mut self) {
        self.1.cancel();
    }
}

impl Site {
    async fn open(limits: Limits) -> Self {
        // Not on loopback's first address alone: who calls can then be anybody.
        let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], listener.local_addr().unwrap().port()));
        let mut door = CallbackAuth::default();
        let entry = Entry { addresses: vec![SUPPLIER.parse::<IpAddr>().unwrap().into()], secret: None };
        door.0.insert("kios".parse().unwrap(), entry);
        let callers = Callers::new(&door, &[]);
        let asked = Arc::new(Semaphore::new(0));
        let taking = |time| {
            let asked = Arc::clone(&asked);
            get(move || {
                asked.add_permits(1);
                tokio::time::sleep(time)
            })
        };
        let let_go = CancellationToken::new();
        let gone = let_go.clone();
        let routes = Router::new()
            .route("/", get(|| async { "yes" }))
            .route("/long", get(move || async move { Bytes::from_owner(Long(vec![b'x'; 64 << 20], gone)) }))
            .route("/slow", taking(SOON))
            .route("/wait", taking(PATIENCE))
            .route("/body", post(|body: Bytes| async move { body.len().to_string() }));
        let stop = CancellationToken::new();
        let server = tokio::spawn(serve(listener, within(SOON * 3, routes), callers, limits, stop.clone()));
        Self { address, stop, server, asked, let_go }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn connect_from(&self, from: &str) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::new(from.parse().unwrap(), 0)).unwrap();
        socket.connect(self.address).await.unwrap()
    }

    async fn until_asked(&self, times: usize) {
        let all = self.asked.acquire_many(times.try_into().unwrap());
        tokio::time::timeout(PATIENCE, all).await.expect("they ask").unwrap().forget();
    }

    /// Says something and gives what is heard until the other side closes.
    async fn hear(&self, said: &[u8]) -> String {
        let mut stream = self.connect().await;
        let _ = stream.write_all(said).await;
        rest(&mut stream).await
    }
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    // A connection cut off in the middle is heard as an error; what came before it counts.
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut heard)).await.expect("never closed");
    String::from_utf8_lossy(&heard).into_owned()
}

const ASK: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

#[tokio::test]
async fn a_head_that_comes_slowly_is_not_waited_for() {
    let site = Site::open(LIMITS).await;
    for said in [&b""[..], b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: 1\r\n"] {
        let began = Instant::now();
        let heard = site.hear(said).await;
        assert!(heard.is_empty() || heard.starts_with("HTTP/1.1 408"), "{heard}");
        assert!(began.elapsed() < PATIENCE / 2);
    }
    // A byte now and then does not buy more time.
    let mut stream = site.connect().await;
    let began = Instant::now();
    for byte in ASK.iter().chain(ASK) {
        if stream.write_all(&[*byte]).await.is_err() {
            break;
        }
        tokio::time::sleep(SOON / 8).await;
        if began.elapsed() > SOON * 4 {
            break;
        }
    }
    assert!(!rest(&mut stream).await.contains("yes"), "a dribbled request was answered");
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_a_busy_one_is_kept() {
    let site = Site::open(LIMITS).await;
    let mut stream = site.connect().await;
    for _ in 0..3 {
        stream.write_all(ASK).await.unwrap();
        let mut heard = vec![0; 4096];
        let count = stream.read(&mut heard).await.unwrap();
        assert!(String::from_utf8_lossy(&heard[..count]).ends_with("yes"));
        tokio::time::sleep(SOON / 3).await;
    }
    assert_eq!(rest(&mut stream).await, "", "closed when idle");
}

#[tokio::test]
async fn a_body_that_comes_slowly_or_is_too_large_is_refused() {
    let site = Site::open(LIMITS).await;
    let slow = site.hear(b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc").await;
    assert!(slow.starts_with("HTTP/1.1 408"), "{slow}");
    let chunked = site.hear(b"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n").await;
    assert!(chunked.starts_with("HTTP/1.1 408"), "{chunked}");
    let head = "POST /body HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3000000\r\n\r\n";
    let large = site.hear(&[head.as_bytes(), &vec![b'x'; 3_000_000]].concat()).await;
    assert!(large.is_empty() || large.starts_with("HTTP/1.1 413"), "{large}");
}

#[tokio::test]
async fn heads_have_a_size_and_a_number_of_lines() {
    let site = Site::open(LIMITS).await;
    let long = format!("GET /?q={} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(40_000));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X-Many: 1\r\n".repeat(200));
    let wide = format!("GET / HTTP/1.1\r\nHost: a\r\nX-Wide: {}\r\n\r\n", "x".repeat(40_000));
    for said in [long, many, wide] {
        let heard = site.hear(said.as_bytes()).await;
        assert!(heard.is_empty() || heard.starts_with("HTTP/1.1 4"), "{heard}");
        assert!(!heard.contains("yes"));
    }
    let fits = format!("GET /?q={} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "x".repeat(8_000));
    assert!(site.hear(fits.as_bytes()).await.ends_with("yes"), "a callback by GET carries all it says in its address");
}

const CLOSE: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn one_too_many_is_turned_away_and_comes_in_later() {
    let site = Site::open(LIMITS).await;
    let mut busy = Vec::new();
    for _ in 0..PLACES.all {
        let mut stream = site.connect().await;
        stream.write_all(b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        busy.push(stream);
    }
    site.until_asked(PLACES.all).await;
    assert!(site.hear(ASK).await.starts_with("HTTP/1.1 503"), "all are being answered");
    for mut stream in busy {
        rest(&mut stream).await;
    }
    assert!(site.hear(CLOSE).await.ends_with("yes"), "places that became free are given again");
}

/// Sockets that ask for nothing, never get on with it, or never come to an end.
async fn take_places(site: &Site, count: usize, from: &[&str]) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for (at, from) in from.iter().cycle().take(count).enumerate() {
        let mut stream = site.connect_from(from).await;
        let said = [
            &b""[..],
            b"GET /callback/kios?mess",
            b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx",
            b"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        ];
        let _ = stream.write_all(said[at % said.len()]).await;
        held.push(stream);
    }
    held
}

/// Those that the shop has not closed.
fn open(held: &[TcpStream]) -> usize {
    let is_open = |stream: &&TcpStream| matches!(stream.try_read(&mut [0; 64]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock);
    held.iter().filter(is_open).count()
}

#[tokio::test]
async fn slow_sockets_of_any_caller_keep_out_no_supplier_no_webhook_and_no_proxy() {
    let slow = Duration::from_secs(60);
    let many = ["127.0.1.1", "127.0.1.2", "127.0.1.3"];
    let crowd: Vec<String> = (1..=20).map(|n| format!("127.0.2.{n}")).collect();
    let crowd: Vec<&str> = crowd.iter().map(String::as_str).collect();
    for (who, from) in [
        ("one stranger", &[STRANGER][..]),
        ("some strangers", &many),
        ("a crowd", &crowd),
        ("a supplier gone astray", &[SUPPLIER]),
        ("this machine, which may be a proxy", &["127.0.0.1"]),
    ] {
        // Nothing but the places is in the way of the slow ones.
        let site = Site::open(Limits { head: slow, unread: slow, ..Limits::default() }).await;
        let held = take_places(&site, 600, from).await;
        for caller in ["127.0.0.1", SUPPLIER, STRANGER, "127.0.3.3"] {
            for _ in 0..20 {
                let mut stream = site.connect_from(caller).await;
                stream.write_all(CLOSE).await.unwrap();
                assert!(rest(&mut stream).await.ends_with("yes"), "{caller}, against {who}");
            }
        }
        let most = match from {
            [STRANGER] => Limits::default().places.of_stranger,
            [SUPPLIER] => Limits::default().places.of_known,
            _ => Limits::default().places.all,
        };
        assert!(open(&held) <= most, "{who}: {}", open(&held));
    }
}

#[tokio::test]
async fn an_answer_under_way_is_not_cut_off_for_a_newcomer() {
    let site = Site::open(LIMITS).await;
    let mut busy = site.connect_from(STRANGER).await;
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
    site.until_asked(1).await;
    let held = take_places(&site, 20, &[STRANGER]).await;
    assert!(rest(&mut busy).await.starts_with("HTTP/1.1 200"));
    drop(held);
}

#[tokio::test]
async fn answers_say_how_long_they_are() {
    let site = Site::open(LIMITS).await;
    assert!(site.hear(CLOSE).await.to_lowercase().contains("content-length: 3"));
}

#[tokio::test]
async fn who_does_not_read_the_answer_is_cut_off() {
    let site = Site::open(LIMITS).await;
    let mut stream = site.connect().await;
    stream.write_all(b"GET /long HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    tokio::time::timeout(PATIENCE, site.let_go.cancelled()).await.expect("never cut off");
    let mut heard = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut heard)).await.expect("never closed");
    assert!(read.is_err() || heard.len() < 64 << 20, "the whole answer was kept ready: {}", heard.len());
}

#[tokio::test]
async fn a_stop_lets_requests_under_way_finish_and_takes_no_more() {
    let site = Site::open(LIMITS).await;
    let mut idle = site.connect().await;
    let mut busy = site.connect().await;
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    site.until_asked(1).await;
    site.stop.cancel();
    assert!(rest(&mut busy).await.starts_with("HTTP/1.1 200"));
    assert_eq!(rest(&mut idle).await, "");
    tokio::time::timeout(PATIENCE, site.server).await.expect("ends").unwrap();
    assert!(TcpStream::connect(site.address).await.is_err());
}

/// The program with a webhook and one supplier, as strangers meet it.
struct Shop {
    running: Running,
    api: BotApi,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Shop {
    async fn open() -> Self {
        let (folder, api) = (tempfile::tempdir().unwrap(), BotApi::start().await);
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let catalog = folder.path().join("catalog.csv");
        let columns = "code,name,category,operator,kind,nominal,price,supplier,sku,denom,cost,priority,open\n";
        std::fs::write(&catalog, columns).unwrap();
        let mut settings = Settings::new()
            .set("KONTER_CATALOG", catalog.display())
            .set("TELOXIDE_TOKEN", TOKEN)
            .set("TELOXIDE_API_URL", &api.url)
            .set("KONTER_ADMINS", "telegram:1001")
            .set("TELEGRAM_WEBHOOK_URL", "https://shop.example.com")
            .set("KONTER_DATA_DIR", folder.path().join("data").display())
            .set("KONTER_LISTEN", address)
            .set("KONTER_SUPPLIERS", "kios")
            .set("SUPPLIER_KIOS_PROTOCOL", "kiosampm")
            .set("SUPPLIER_KIOS_URL", "http://127.0.0.1:9")
            .set("SUPPLIER_KIOS_CALLBACK_IPS", SUPPLIER);
        for name in ["MEMBER_ID", "PIN", "PASSWORD"] {
            settings = settings.set(&format!("SUPPLIER_KIOS_{name}"), "geheim");
        }
        let mut running = settings.start(folder.path(), &["run"]);
        running.says("Telegram will call the webhook").await;
        api.until("the webhook", |api| !api.calls("setwebhook").is_empty()).await;
        Self { running, api, address, _folder: folder }
    }

    fn client(from: &str) -> reqwest::Client {
        let from: IpAddr = from.parse().unwrap();
        reqwest::Client::builder().no_proxy().local_address(from).timeout(PATIENCE).build().unwrap()
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What an update from Telegram is answered with.
    async fn update(&self, body: String) -> u16 {
        let told = self.api.calls("setwebhook").pop().unwrap().body;
        let path = told["url"].as_str().unwrap().strip_prefix("https://shop.example.com").unwrap().to_owned();
        let secret = told["secret_token"].as_str().unwrap().to_owned();
        let request = Self::client("127.0.0.1").post(self.url(&path)).body(body);
        request.header("X-Telegram-Bot-Api-Secret-Token", secret).send().await.unwrap().status().as_u16()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_shop_under_slow_sockets_takes_every_update_and_report() {
    let mut shop = Shop::open().await;
    let address = shop.address;
    // They come again as soon as they are cut off.
    let (enough, come) = (CancellationToken::new(), Arc::new(Semaphore::new(0)));
    let slow = (0..600).map(|at| {
        let (enough, come) = (enough.clone(), Arc::clone(&come));
        tokio::spawn(enough.run_until_cancelled_owned(async move {
            let from = [STRANGER, "127.0.0.1", "127.0.1.1"][at % 3];
            loop {
                let socket = TcpSocket::new_v4().unwrap();
                socket.bind(SocketAddr::new(from.parse().unwrap(), 0)).unwrap();
                if let Ok(mut stream) = socket.connect(address).await {
                    come.add_permits(1);
                    let _ = stream.write_all(b"POST /callback/kios HTTP/1.1\r\nHost: a\r\nContent-").await;
                    let _ = stream.read(&mut [0; 16]).await;
                }
                tokio::time::sleep(SOON).await;
            }
        }))
    });
    let slow: Vec<_> = slow.collect();
    let _all = tokio::time::timeout(PATIENCE, come.acquire_many(600)).await.expect("they come").unwrap();
    for number in 1..=60 {
        let message = json!({"message_id": number, "date": 1, "text": "SAL", "chat": {"id": 2001, "type": "private"},
            "from": {"id": 2001, "is_bot": false, "first_name": "Budi"}});
        assert_eq!(shop.update(json!({"update_id": number, "message": message}).to_string()).await, 200);
        let report = Shop::client(SUPPLIER).get(shop.url("/callback/kios?message=x")).send().await.unwrap();
        assert_eq!(report.status(), 404, "believed, and of no order");
    }
    enough.cancel();
    for task in slow {
        task.await.unwrap();
    }
    assert_eq!(shop.running.stop("TERM").await, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_fill_no_log() {
    const EACH: usize = 100;
    /// A start, a stop, and a line or two of each kind.
    const LINES: usize = 60;
    let mut shop = Shop::open().await;
    let stranger = Shop::client(STRANGER);
    let ask = async |request: reqwest::RequestBuilder| request.send().await.unwrap().status().as_u16();
    for number in 0..EACH {
        assert_eq!(ask(stranger.get(shop.url("/callback/kios?message=x"))).await, 403);
        assert_eq!(ask(stranger.post(shop.url("/callback/kios")).body("x".repeat(70_000))).await, 413);
        assert_eq!(ask(stranger.get(shop.url(&format!("/callback/s{number}")))).await, 404);
        assert_eq!(ask(stranger.get(shop.url("/callback/Not/a/supplier"))).await, 404);
        assert_eq!(ask(stranger.post(shop.url("/backup")).header("via", "x")).await, 403);
        assert_eq!(ask(Shop::client("127.0.0.1").post(shop.url("/backup"))).await, 401);
        for update in ["{", "{}", r#"{"update_id":1,"message":{}}"#] {
            assert_eq!(shop.update(update.to_owned()).await, 200);
        }
        // Requests that nobody handles: broken off, and no HTTP.
        let broken = [format!("GET /callback/n{number}/x"), format!("GET /callback/n{number}/x \u{1} HTTP/9\r\n\r\n")];
        for said in broken {
            let mut stream = TcpStream::connect(shop.address).await.unwrap();
            stream.write_all(said.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
            rest(&mut stream).await;
        }
    }
    assert_eq!(shop.running.stop("TERM").await, Some(0));
    let log = shop.running.err();
    assert!(log.lines().count() < LINES, "{log}");
    assert!(log.contains(&format!("more={}", EACH - 1)) && log.contains(&format!("last={STRANGER}")), "{log}");
    assert!(!log.contains("supplier=\"s1\"") && !log.contains("supplier=\"n1\""), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_figures_nor_backups_go_through_a_proxy() {
    let mut shop = Shop::open().await;
    let client = Shop::client("127.0.0.1");
    for (name, value) in [
        ("X-Forwarded-For", "127.0.0.1"),
        ("x-forwarded-for", ""),
        ("Forwarded", "for=127.0.0.1"),
        ("Via", "1.1 a"),
        ("X-Real-IP", "127.0.0.1"),
        ("X-Forwarded-Proto", "https"),
    ] {
        for (request, what) in
            [(client.get(shop.url("/metrics")), "metrics"), (client.post(shop.url("/backup")), "backup")]
        {
            assert_eq!(request.header(name, value).send().await.unwrap().status(), 403, "{what}, {name}");
        }
        let health = client.get(shop.url("/health")).header(name, value);
        assert_ne!(health.send().await.unwrap().status(), 403, "{name}");
    }
    assert_eq!(client.get(shop.url("/metrics")).send().await.unwrap().status(), 200);
    assert_eq!(shop.running.stop("TERM").await, Some(0));
}
