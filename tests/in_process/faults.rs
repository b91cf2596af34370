//! The other side misbehaving below HTTP's manners: bytes that drip, answers that break off, never end or never come. A
//! supplier's fault leaves an order in doubt and its price held; Telegram's costs a try.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::support::shop::{Setup, TestShop, reseller};
use konter::front::telegram::{Api, ApiError};
use konter_core::ids::OrderId;
use konter_core::order::OrderState;
use konter_core::outcome::{Doubt, Outcome};
use konter_suppliers::Request;
use konter_suppliers::client::{Client, SendError, Transport};
use teloxide::payloads::GetMe;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What every caller here is willing to wait.
const LIMIT: Duration = Duration::from_millis(500);
/// More than the limit and the machine's own slowness together.
const PATIENCE: Duration = Duration::from_secs(15);
const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 400\r\n\r\n";

/// How a server answers whoever asks.
#[derive(Clone, Copy, Debug)]
enum Answers {
    Never,
    /// A byte at a time, head included.
    DripsAll,
    /// The head at once, then a byte at a time.
    DripsBody,
    /// Less than the head has promised.
    BreaksOff,
    NoHttp,
    /// More than anybody reads.
    Endless,
    /// The connection is gone as soon as the request is there.
    HangsUp,
}

async fn server(answers: Answers) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, answers));
        }
    });
    address
}

async fn answer(mut stream: TcpStream, answers: Answers) {
    // Errors are the caller hanging up, which is what is wanted of it.
    let _ = stream.read(&mut [0; 4096]).await;
    match answers {
        Answers::Never => tokio::time::sleep(PATIENCE).await,
        Answers::DripsAll => drip(&mut stream, HEAD.as_bytes()).await,
        Answers::DripsBody => {
            let _ = stream.write_all(HEAD.as_bytes()).await;
            drip(&mut stream, &[b'#'; 400]).await;
        }
        Answers::BreaksOff => drop(stream.write_all(format!("{HEAD}#1#S5#").as_bytes()).await),
        Answers::NoHttp => drop(stream.write_all(b"220 mail.example.com ESMTP\r\n").await),
        Answers::Endless => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
            let chunk = format!("{:x}\r\n{}\r\n", 65_536, "x".repeat(65_536));
            while stream.write_all(chunk.as_bytes()).await.is_ok() {}
        }
        Answers::HangsUp => {}
    }
}

async fn drip(stream: &mut TcpStream, bytes: &[u8]) {
    for byte in bytes {
        if stream.write_all(&[*byte]).await.is_err() {
            return;
        }
        tokio::time::sleep(LIMIT / 5).await;
    }
}

#[tokio::test]
async fn whatever_a_supplier_does_to_a_request_that_left_is_a_doubt_in_time() {
    for (answers, doubt) in [
        (Answers::Never, Doubt::Timeout),
        (Answers::DripsAll, Doubt::Timeout),
        (Answers::DripsBody, Doubt::Timeout),
        (Answers::BreaksOff, Doubt::ConnectionLost),
        (Answers::NoHttp, Doubt::ConnectionLost),
        (Answers::Endless, Doubt::TooLarge),
        (Answers::HangsUp, Doubt::ConnectionLost),
    ] {
        let limit = if doubt == Doubt::Timeout { LIMIT } else { PATIENCE };
        let client = Client::new(&format!("http://{}", server(answers).await), limit).unwrap();
        let query = vec![("pin", "rahasia".to_owned())];
        let request = Request::get("/trx", query);
        let began = Instant::now();
        let error = client.send(&request).await.unwrap_err();
        assert!(matches!(&error, SendError::MaybeSent(found, _) if *found == doubt), "{answers:?}: {error:?}");
        assert!(began.elapsed() < PATIENCE, "{answers:?} took {:?}", began.elapsed());
        assert!(!format!("{error} {error:?}").contains("rahasia"), "{error:?}");
    }
}

/// Through the whole shop: the price stays held, the order is open and in doubt, and nothing is bought elsewhere.
#[tokio::test]
async fn a_supplier_that_drips_leaves_the_order_in_doubt() {
    for answers in [Answers::DripsAll, Answers::DripsBody] {
        let url = format!("http://{}", server(answers).await);
        let setup = Setup::default().set("SUPPLIER_KIOS_URL", &url).set("SUPPLIER_KIOS_TIMEOUT_SECS", "1");
        let shop = TestShop::with(setup).await;
        let heard = shop.say(&reseller(), "S5.081312345600.1234", 1).await;
        assert!(heard[0].contains("diproses"), "{heard:?}");
        let order = shop.store.order(OrderId(1)).await.unwrap().unwrap();
        assert_eq!(order.state, OrderState::Open);
        let outcome = order.current().unwrap().outcome.clone();
        assert_eq!(outcome, Some(Outcome::Unknown(Doubt::Timeout)), "{answers:?}");
        assert_eq!(order.attempts.len(), 1);
        assert_eq!(shop.available(1).await, 100_000 - order.price.get());
        shop.close().await;
    }
}

#[tokio::test]
async fn a_call_to_telegram_ends_in_its_time_whatever_comes_back() {
    for answers in [
        Answers::Never,
        Answers::DripsAll,
        Answers::DripsBody,
        Answers::BreaksOff,
        Answers::NoHttp,
        Answers::Endless,
        Answers::HangsUp,
    ] {
        let url = format!("http://{}", server(answers).await);
        let api = Api::new("12:geheim".into(), Some(&url)).unwrap();
        let limit = if matches!(answers, Answers::Endless) { PATIENCE } else { LIMIT };
        let began = Instant::now();
        let error = api.call(&GetMe::new(), limit).await.unwrap_err();
        assert!(matches!(error, ApiError::Network(_)), "{answers:?}: {error:?}");
        assert!(began.elapsed() < PATIENCE, "{answers:?} took {:?}", began.elapsed());
        assert!(!format!("{error} {error:?}").contains("geheim"), "{error:?}");
    }
}
