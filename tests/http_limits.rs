//! What a caller at the shop's address may take, tried with real connections: slow heads, large heads, idle connections,
//! too many of them, and callers that do not read what they asked for.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::{get, post};
use konter::http::{Limits, serve, within};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// What the limits of these tests are; the shop's own are larger.
const SOON: Duration = Duration::from_millis(300);
/// No wait is longer, but for a test that fails.
const PATIENCE: Duration = Duration::from_secs(20);

const LIMITS: Limits = Limits { connections: 4, head: SOON, unread: SOON };

struct Site {
    address: SocketAddr,
    stop: CancellationToken,
    server: tokio::task::JoinHandle<()>,
}

impl Site {
    async fn open(limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let routes = Router::new()
            .route("/", get(|| async { "yes" }))
            .route("/long", get(|| async { vec![b'x'; 64 << 20] }))
            .route("/slow", get(|| async { tokio::time::sleep(SOON).await }))
            .route("/body", post(|body: axum::body::Bytes| async move { body.len().to_string() }));
        let stop = CancellationToken::new();
        let server = tokio::spawn(serve(listener, within(SOON * 3, routes), limits, stop.clone()));
        Self { address, stop, server }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
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

#[tokio::test]
async fn one_too_many_is_turned_away_and_comes_in_later() {
    let site = Site::open(Limits { head: SOON * 4, ..LIMITS }).await;
    let mut idle = Vec::new();
    for _ in 0..LIMITS.connections {
        let mut stream = site.connect().await;
        // Answered once: it surely has its place.
        stream.write_all(ASK).await.unwrap();
        assert!(stream.read(&mut [0; 512]).await.unwrap() > 0);
        idle.push(stream);
    }
    let began = Instant::now();
    assert!(site.hear(ASK).await.starts_with("HTTP/1.1 503"));
    assert!(began.elapsed() < SOON * 3, "whoever has no place hears so at once");
    for mut stream in idle {
        rest(&mut stream).await;
    }
    let close = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    assert!(site.hear(close).await.ends_with("yes"), "places that became free are given again");
}

#[tokio::test]
async fn who_does_not_read_the_answer_is_cut_off() {
    let site = Site::open(LIMITS).await;
    let mut stream = site.connect().await;
    stream.write_all(b"GET /long HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    tokio::time::sleep(SOON * 4).await;
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
    tokio::time::sleep(SOON / 4).await;
    site.stop.cancel();
    assert!(rest(&mut busy).await.starts_with("HTTP/1.1 200"));
    assert_eq!(rest(&mut idle).await, "");
    tokio::time::timeout(PATIENCE, site.server).await.expect("ends").unwrap();
    assert!(TcpStream::connect(site.address).await.is_err());
}
