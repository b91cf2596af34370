//! Final words on their way to a program's address.

use super::*;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use konter::front::h2h::{Reporter, Timing};
use konter_core::ids::{AgentId, ChatId, OrderId};
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const HURRY: Timing =
    Timing { report: Duration::from_millis(500), first: Duration::from_millis(20), longest: Duration::from_millis(80) };

/// A program's own server: notes what it is told, and answers what it was told to, then 200.
#[derive(Clone)]
pub struct Program {
    pub address: SocketAddr,
    told: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
}

pub const TAKEN: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK";
const BROKEN: &str = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const ELSEWHERE: &str = "HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const SILENT: &str = "";

impl Program {
    pub async fn open(answers: &[&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let program = Self {
            address: listener.local_addr().unwrap(),
            told: Arc::default(),
            answers: Arc::new(Mutex::new(answers.iter().copied().collect())),
        };
        let serving = program.clone();
        tokio::spawn(async move {
            // One after the other: what was given up on a busy machine must not be noted behind what came later.
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let mut piece = [0; 4096];
                    match stream.read(&mut piece).await {
                        Ok(0) | Err(_) => break,
                        Ok(read) => head.extend_from_slice(&piece[..read]),
                    }
                }
                if !head.ends_with(b"\r\n\r\n") {
                    continue;
                }
                let line = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
                let answer = serving.answers.lock().pop_front().unwrap_or(TAKEN);
                serving.told.lock().push(line);
                if answer == SILENT {
                    tokio::spawn(async move {
                        tokio::time::sleep(Duration::from_secs(20)).await;
                        drop(stream);
                    });
                    continue;
                }
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        program
    }

    pub fn url(&self) -> String {
        format!("http://{}/lapor?k=1", self.address)
    }

    /// What it was told: reference and message, decoded.
    pub fn told(&self) -> Vec<(String, String)> {
        let decoded = |line: &String| {
            let path = line.strip_prefix("GET ")?.strip_suffix(" HTTP/1.1")?;
            let url = reqwest::Url::parse(&format!("http://x{path}")).ok()?;
            let value =
                |name: &str| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
            assert_eq!(value("k").as_deref(), Some("1"), "its own query stays");
            Some((value("refid")?, value("message")?))
        };
        self.told.lock().iter().map(|line| decoded(line).unwrap()).collect()
    }
}

/// Carries reports until it is dropped.
pub struct Carrying {
    stop: CancellationToken,
    pub waiting: mpsc::UnboundedSender<ChatId>,
}

impl Drop for Carrying {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub fn carry(of: &TestShop, private: bool) -> Carrying {
    let (waiting, woken) = mpsc::unbounded_channel();
    let stop = CancellationToken::new();
    let reporter = Reporter::new(of.store.clone(), of.shop.clock.clone(), private, HURRY).unwrap();
    tokio::spawn(reporter.run(woken, stop.clone()));
    Carrying { stop, waiting }
}

fn program_chat() -> ChatId {
    ChatId::h2h(AgentId(1))
}

async fn is_drained(shop: &TestShop) -> bool {
    shop.store.outbox(&program_chat(), 10).await.unwrap().is_empty()
}

async fn with_report(program: &Program) -> TestShop {
    telling(program, Setup::default()).await
}

async fn telling(program: &Program, setup: Setup) -> TestShop {
    let shop = open(setup).await;
    shop.say(&reseller(), &format!("APIREPORT.{}.{PIN}", program.url()), 1).await;
    shop
}

async fn ends(shop: &TestShop, order: u64) {
    shop.becomes("final", async || {
        shop.store.order(OrderId(order)).await.unwrap().is_some_and(|order| !order.is_open())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_is_told_until_it_is_taken_also_over_a_restart() {
    let program = Program::open(&[BROKEN, ELSEWHERE, SILENT]).await;
    let shop = with_report(&program).await;
    trade(&shop, &order(DEST, "a-1")).await;
    trade(&shop, &order("081234567811", "a-2")).await;
    ends(&shop, 1).await;
    ends(&shop, 2).await;
    // Nobody carries them yet: they wait as replies do.
    assert!(!is_drained(&shop).await);
    let carrying = carry(&shop, true);
    shop.becomes("tried", async || !program.told().is_empty()).await;
    drop(carrying);
    let _again = carry(&shop, true);
    shop.becomes("taken", async || is_drained(&shop).await).await;
    let told = program.told();
    let of = |reference: &str| {
        told.iter().filter(|(of, _)| of == reference).map(|(_, text)| text.clone()).collect::<Vec<_>>()
    };
    for text in of("a-1") {
        assert!(text.starts_with(&format!("R#a-1 S10.{DEST} SUKSES. SN: ")) && text.contains(". Saldo "), "{text}");
    }
    for text in of("a-2") {
        assert!(text.starts_with("R#a-2 S10.081234567811 GAGAL. nomor tujuan salah. Saldo "), "{text}");
    }
    assert!(of("a-1").len() + of("a-2").len() >= 5, "three were not taken: {told:?}");
    shop.becomes("quiet", async || program.told().len() == told.len()).await;
}

/// First delivered, then taken back: the program hears both, in this order; so does the reseller of what was taken back.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_corrected_is_told_to_the_program_and_to_a_person() {
    for (dest, before, after) in [("081234567806", "SUKSES", "GAGAL"), ("081234567807", "GAGAL", "SUKSES")] {
        let program = Program::open(&[BROKEN, BROKEN, BROKEN]).await;
        // What takes the answer back may not overtake it: then it would be the first word.
        let shop = telling(&program, Setup { hold_callbacks: true, ..Setup::default() }).await;
        trade(&shop, &order(dest, "abc")).await;
        ends(&shop, 1).await;
        shop.open_door();
        shop.becomes("corrected", async || {
            shop.store.order(OrderId(1)).await.unwrap().is_some_and(|order| order.corrected)
        })
        .await;
        let chats: Vec<ChatId> = shop.store.waiting_chats().await.unwrap();
        assert!(chats.contains(&reseller()) && chats.contains(&program_chat()), "{chats:?}");
        let _carrying = carry(&shop, true);
        shop.becomes("told", async || is_drained(&shop).await).await;
        let told: Vec<String> = program.told().into_iter().map(|(_, text)| text).collect();
        let first_after = told.iter().position(|text| text.contains(after)).unwrap();
        assert!(told[..first_after].iter().all(|text| text.contains(before)), "{told:?}");
        assert!(told[first_after..].iter().all(|text| text.contains(after)), "{told:?}");
        let now = trade(&shop, &order(dest, "abc")).await;
        assert_eq!(Some(&now), told.last(), "a report says what a question is answered with");
        shop.audit().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_address_or_into_the_shop_s_own_network_nothing_is_told() {
    let program = Program::open(&[]).await;
    let shop = with_report(&program).await;
    trade(&shop, &order(DEST, "abc")).await;
    ends(&shop, 1).await;
    {
        // The setting has been taken back since the address was given.
        let _carrying = carry(&shop, false);
        shop.becomes("let go", async || is_drained(&shop).await).await;
    }
    let carrying = carry(&shop, true);
    shop.shop.receive(vec![shop.message(&reseller(), &format!("APIREPORT.HAPUS.{PIN}"))]).await.unwrap();
    shop.answers_all().await;
    trade(&shop, &order("081234567866", "abd")).await;
    ends(&shop, 2).await;
    carrying.waiting.send(program_chat()).unwrap();
    shop.becomes("let go", async || is_drained(&shop).await).await;
    assert!(program.told().is_empty(), "{:?}", program.told());
}

/// One program that is down holds up no other.
#[tokio::test(flavor = "multi_thread")]
async fn a_deaf_program_holds_up_no_other() {
    let deaf = Program::open(&[SILENT; 100]).await;
    let program = Program::open(&[]).await;
    let shop = with_report(&deaf).await;
    let other = ChatId::telegram(2002);
    shop.add_agent(other.clone(), 100_000, konter_core::agent::Locale::Id).await;
    for text in [
        format!("API.{PASSWORD}.{PIN}"),
        format!("APIIP.127.0.0.1.{PIN}"),
        format!("APIREPORT.{}.{PIN}", program.url()),
    ] {
        shop.say(&other, &text, 1).await;
    }
    trade(&shop, &order(DEST, "deaf")).await;
    let query = format!("memberID=KR0002&{}&pin={PIN}&password={PASSWORD}", order("081234567866", "fine"));
    get(shop.address, "trx", &query).await;
    ends(&shop, 1).await;
    ends(&shop, 2).await;
    let _carrying = carry(&shop, true);
    shop.becomes("told", async || program.told().len() == 1).await;
    assert!(!is_drained(&shop).await);
    shop.pass(TimeDelta::seconds(1));
}
