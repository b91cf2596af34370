//! What never gets into the log.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use konter::front::telegram::{Settings, Telegram};
use konter_core::ids::ChatId;
use parking_lot::Mutex;
use serde_json::json;
use tokio::net::TcpListener;

use super::wording::Plain;
use crate::support::bot_api::{Mishap, TOKEN, message};
use crate::support::front::{BUDI, Notes, receive, sender, settings, telegram, until_empty};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock()).into_owned()
    }

    async fn until(&self, words: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.text().contains(words) {
            assert!(Instant::now() < deadline, "never logged: {words}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// On one thread: the log of a thread is caught.
#[tokio::test]
async fn neither_the_token_nor_a_message_gets_into_the_log() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    // With one subscriber alone, a line that a test on another thread meets first is asked of that thread, where nobody
    // listens, and is off for good; with two, each subscriber is asked.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let _caught = tracing::subscriber::set_default(subscriber);
    // What was met before this test.
    tracing::callsite::rebuild_interest_cache();

    let (api, outbox, waker, pump) = sender(Plain).await;
    let inbox = Notes::new(&api);
    let all =
        [Mishap::Garbage, Mishap::Page(500), Mishap::Hang(Duration::from_millis(2100)), Mishap::Refuse(400, "no")];
    for method in ["getupdates", "sendmessage", "deletemessage", "setmycommands", "deletewebhook"] {
        api.mishaps(method, all.clone());
    }
    api.push([message(1, BUDI, "S10.0812.9876"), json!({"update_id": 2, "message": {"text": "S10.0812.9876"}})]);
    let running = receive(telegram(&api), &inbox);
    outbox.say(BUDI, "SN: 5544");
    outbox.forget(BUDI, "7");
    waker.notify(&ChatId::telegram(BUDI));
    inbox.until_kept(1).await;
    until_empty(&api, &outbox).await;
    running.stop().await.unwrap();
    pump.stop().await;

    // Nobody listens there.
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let nowhere = Settings { api_url: Some(format!("http://{closed}")), ..settings(&api) };
    let bot = Telegram::new(nowhere).unwrap();
    let error = bot.download("file", 10).await.unwrap_err();
    let running = receive(bot, &inbox);
    log.until("Telegram cannot be reached").await;
    running.stop().await.unwrap();

    let log = log.text() + &format!("{error} {error:?}");
    assert!(log.contains("cannot be received") && log.contains("a reply waits"), "the failures were logged: {log}");
    for secret in [TOKEN, "secretSECRET", "0812.9876", "SN: 5544"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}
