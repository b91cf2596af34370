//! A Bot API server on loopback that a test can script: it hands out updates as Telegram does (an offset acknowledges),
//! records every call, and fails when told to.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::serve::{IncomingStream, Listener};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Looks like a real one, and is easy to find in a log.
pub const TOKEN: &str = "8123456789:AAsecretSECRETsecretSECRETsecret";

/// No wait in a test is longer, but for a test that fails.
const DEADLINE: Duration = Duration::from_secs(20);

/// What never ends well for a chat that is shut.
const TO_A_CHAT: [&str; 5] = ["sendmessage", "sendphoto", "senddocument", "editmessagetext", "copymessage"];

/// How a call ends, instead of well.
#[derive(Clone, Debug)]
pub enum Mishap {
    /// 429, with the seconds to wait.
    Flood(u64),
    /// Telegram understood and refuses: code and words.
    Refuse(u16, &'static str),
    /// An error page with this status.
    Page(u16),
    /// 200 and nothing that makes sense.
    Garbage,
    /// No answer for that long.
    Hang(Duration),
}

#[derive(Clone, Debug)]
pub struct Call {
    /// Lower case: Telegram does not mind the case.
    pub method: String,
    /// Of a form: its fields, but for the file.
    pub body: Value,
    pub file: Option<Uploaded>,
    /// Whether it ended well.
    pub fine: bool,
    /// Counts the connections; a process never uses one that was opened before it began.
    pub connection: usize,
    /// The number that the message was given, where they are numbered.
    pub number: Option<i64>,
}

/// A file of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploaded {
    pub field: String,
    pub name: String,
    pub content_type: String,
    pub bytes: Vec<u8>,
}

#[derive(Default)]
struct Inner {
    updates: Vec<Value>,
    /// Updates below this are acknowledged.
    acknowledged: i64,
    calls: Vec<Call>,
    /// Per method, used up one by one.
    mishaps: HashMap<String, VecDeque<Mishap>>,
    /// Per chat: never ends well.
    shut: HashMap<i64, Mishap>,
    /// Every call ends so.
    outage: Option<Mishap>,
    /// Whatever says this is refused.
    unwelcome: Option<String>,
    guard: Option<Guard>,
    /// The number of the last message, where they are numbered.
    numbered: Option<i64>,
}

/// Judges what is to appear in a chat: by method and chat.
type Guard = Box<dyn FnMut(&str, i64) -> Option<Mishap> + Send>;

/// Numbers connections as they come.
struct Numbering {
    listener: TcpListener,
    opened: Arc<AtomicUsize>,
}

impl Listener for Numbering {
    type Io = TcpStream;
    type Addr = usize;

    async fn accept(&mut self) -> (TcpStream, usize) {
        let (stream, _) = Listener::accept(&mut self.listener).await;
        (stream, self.opened.fetch_add(1, Ordering::SeqCst))
    }

    fn local_addr(&self) -> std::io::Result<usize> {
        Ok(0)
    }
}

#[derive(Clone, Copy)]
struct Connection(usize);

impl Connected<IncomingStream<'_, Numbering>> for Connection {
    fn connect_info(stream: IncomingStream<'_, Numbering>) -> Self {
        Self(*stream.remote_addr())
    }
}

#[derive(Clone)]
pub struct BotApi {
    pub url: String,
    opened: Arc<AtomicUsize>,
    inner: Arc<Mutex<Inner>>,
    /// Counts whatever happens.
    changes: watch::Sender<u64>,
}

impl BotApi {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let opened = Arc::new(AtomicUsize::new(0));
        let listener = Numbering { listener, opened: Arc::clone(&opened) };
        let api = Self { url, opened, inner: Arc::default(), changes: watch::Sender::new(0) };
        let app = Router::new().route("/{bot}/{method}", post(answer)).with_state(api.clone());
        let service = app.into_make_service_with_connect_info::<Connection>();
        tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        api
    }

    /// Hands out these updates, after those it has.
    pub fn push(&self, updates: impl IntoIterator<Item = Value>) {
        self.inner.lock().updates.extend(updates);
        self.changed();
    }

    /// The next calls of a method end so.
    pub fn mishaps(&self, method: &str, mishaps: impl IntoIterator<Item = Mishap>) {
        self.inner.lock().mishaps.entry(method.to_owned()).or_default().extend(mishaps);
    }

    /// Messages to this chat never arrive.
    pub fn shut(&self, chat: i64, mishap: Mishap) {
        self.inner.lock().shut.insert(chat, mishap);
    }

    /// The end of [`BotApi::shut`].
    pub fn let_in(&self, chat: i64) {
        self.inner.lock().shut.remove(&chat);
    }

    pub fn set_outage(&self, outage: Option<Mishap>) {
        self.inner.lock().outage = outage;
        self.changed();
    }

    /// From now on texts with these words are refused.
    pub fn refuse_words(&self, words: &str) {
        self.inner.lock().unwelcome = Some(words.to_owned());
    }

    /// From now on this is asked about whatever is to appear in a chat or go from it, for limits like Telegram's.
    pub fn guard(&self, guard: impl FnMut(&str, i64) -> Option<Mishap> + Send + 'static) {
        self.inner.lock().guard = Some(Box::new(guard));
    }

    /// From now on messages that are sent have numbers, from this one on.
    pub fn number_from(&self, first: i64) {
        self.inner.lock().numbered = Some(first - 1);
    }

    pub fn acknowledged(&self) -> i64 {
        self.inner.lock().acknowledged
    }

    /// Calls of a method, in order, whether they ended well or not.
    pub fn calls(&self, method: &str) -> Vec<Call> {
        self.inner.lock().calls.iter().filter(|call| call.method == method).cloned().collect()
    }

    /// The texts a chat has got, in order.
    pub fn said(&self, chat: i64) -> Vec<String> {
        let calls = self.calls("sendmessage");
        let arrived = calls.iter().filter(|call| call.fine && call.body["chat_id"] == chat);
        arrived.map(|call| call.body["text"].as_str().unwrap().to_owned()).collect()
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.opened.load(Ordering::SeqCst)
    }

    /// The connection a call came by.
    pub fn connection_of(&self, call: usize) -> usize {
        self.inner.lock().calls[call].connection
    }

    /// How many calls there have been.
    pub fn calls_made(&self) -> usize {
        self.inner.lock().calls.len()
    }

    /// What arrived in any chat from this call on: the call's place, the chat and the text.
    pub fn texts_from(&self, call: usize) -> Vec<(usize, i64, String)> {
        let inner = self.inner.lock();
        let calls = inner.calls.iter().enumerate().skip(call);
        calls
            .filter(|(_, call)| call.fine && call.method == "sendmessage")
            .filter_map(|(place, call)| {
                Some((place, call.body["chat_id"].as_i64()?, call.body["text"].as_str()?.to_owned()))
            })
            .collect()
    }

    /// Waits until it is so, or `patience` is over.
    pub async fn comes(&self, patience: Duration, mut so: impl FnMut(&Self) -> bool) -> bool {
        let mut changes = self.changes.subscribe();
        let wait = async {
            while !so(self) {
                changes.changed().await.unwrap();
            }
        };
        tokio::time::timeout(patience, wait).await.is_ok()
    }

    /// Waits until it is so.
    pub async fn until(&self, what: &str, so: impl Fn(&Self) -> bool) {
        let mut changes = self.changes.subscribe();
        let wait = async {
            while !so(self) {
                changes.changed().await.unwrap();
            }
        };
        let came = tokio::time::timeout(DEADLINE, wait).await.is_ok();
        assert!(came, "never came: {what}; calls: {:#?}", self.inner.lock().calls);
    }

    /// Tells those who wait to look again.
    pub fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    fn mishap(&self, method: &str, body: &Value) -> Option<Mishap> {
        let mut inner = self.inner.lock();
        let (chat, text) = (body["chat_id"].as_i64(), body["text"].as_str());
        if inner.unwelcome.as_ref().is_some_and(|words| text.is_some_and(|text| text.contains(words))) {
            return Some(Mishap::Refuse(400, "Bad Request: something new"));
        }
        let shut = TO_A_CHAT.contains(&method).then(|| inner.shut.get(&chat?).cloned()).flatten();
        let scripted = inner.mishaps.get_mut(method).and_then(VecDeque::pop_front);
        let inner = &mut *inner;
        let guarded = || {
            let is_asked = TO_A_CHAT.contains(&method) || method == "deletemessage";
            let guard = inner.guard.as_mut().filter(|_| is_asked)?;
            guard(method, chat?)
        };
        inner.outage.clone().or(shut).or(scripted).or_else(guarded)
    }

    /// Held open like Telegram's; an outage ends that too, with nothing.
    async fn updates(&self, question: &Value) -> Option<Value> {
        let wait = Duration::from_secs(question["timeout"].as_u64().unwrap_or(0));
        let mut changes = self.changes.subscribe();
        let find = async {
            loop {
                let batch = self.inner.lock().batch(question);
                if !batch.is_empty() {
                    break Some(batch);
                }
                if self.inner.lock().outage.is_some() {
                    break None;
                }
                changes.changed().await.unwrap();
            }
        };
        tokio::time::timeout(wait, find).await.unwrap_or(Some(Vec::new())).map(Value::from)
    }
}

impl Inner {
    fn next_number(&mut self) -> Option<i64> {
        self.numbered = self.numbered.map(|last| last + 1);
        self.numbered
    }

    fn batch(&mut self, question: &Value) -> Vec<Value> {
        if let Some(offset) = question["offset"].as_i64() {
            self.acknowledged = self.acknowledged.max(offset);
            self.updates.retain(|update| update["update_id"].as_i64().is_some_and(|id| id >= offset));
        }
        let limit = usize::try_from(question["limit"].as_u64().unwrap_or(100)).unwrap();
        self.updates.iter().take(limit).cloned().collect()
    }
}

async fn answer(
    State(api): State<BotApi>,
    ConnectInfo(Connection(connection)): ConnectInfo<Connection>,
    Path((bot, method)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let method = method.to_lowercase();
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let (body, file) = match content_type.strip_prefix("multipart/form-data; boundary=") {
        Some(boundary) => form(boundary, &body),
        None => (serde_json::from_slice(&body).unwrap_or(Value::Null), None),
    };
    let right_token = bot == format!("bot{TOKEN}");
    let mishap = if right_token { api.mishap(&method, &body) } else { Some(Mishap::Refuse(401, "Unauthorized")) };
    let is_fine = mishap.is_none();
    let number = {
        let mut inner = api.inner.lock();
        let number = if is_fine && method == "sendmessage" { inner.next_number() } else { None };
        inner.calls.push(Call { method: method.clone(), body: body.clone(), file, fine: is_fine, connection, number });
        number
    };
    api.changed();
    if let Some(mishap) = mishap {
        return fail(mishap).await;
    }
    let result = match method.as_str() {
        "getupdates" => match api.updates(&body).await {
            Some(updates) => updates,
            None => return StatusCode::BAD_GATEWAY.into_response(),
        },
        "getme" => json!({"id": 1, "is_bot": true, "first_name": "Konter", "username": "konter_bot"}),
        "copymessage" => json!({"message_id": 1}),
        "sendmessage" if number.is_some() => json!({"message_id": number}),
        // Not the message: nothing the front does may depend on its echo.
        _ => json!(true),
    };
    json!({"ok": true, "result": result}).to_string().into_response()
}

/// Reads a form as Telegram does: fields that are JSON or numbers are read as such.
fn form(boundary: &str, body: &[u8]) -> (Value, Option<Uploaded>) {
    let delimiter = format!("\r\n--{boundary}");
    // The first delimiter has no line before it.
    let mut rest = [b"\r\n", body].concat();
    let (mut fields, mut file) = (json!({}), None);
    while let Some(start) = find(&rest, delimiter.as_bytes()) {
        rest.drain(..start + delimiter.len());
        let Some(head) = find(&rest, b"\r\n\r\n") else { break };
        let head_text = String::from_utf8(rest[..head].to_vec()).unwrap();
        let content_start = head + 4;
        let content_end =
            content_start + find(&rest[content_start..], delimiter.as_bytes()).expect("a form has an end");
        let content = rest[content_start..content_end].to_vec();
        let field = quoted(&head_text, "; name=").expect("a field has a name");
        match quoted(&head_text, "; filename=") {
            Some(name) => {
                let content_type = head_text.split("Content-Type: ").nth(1).unwrap_or("");
                let content_type = content_type.lines().next().unwrap_or("").to_owned();
                file = Some(Uploaded { field, name, content_type, bytes: content });
            }
            None => fields[&field] = value(&field, String::from_utf8(content).unwrap()),
        }
        rest.drain(..content_end);
    }
    (fields, file)
}

fn value(field: &str, content: String) -> Value {
    match field {
        "chat_id" | "caption_entities" | "reply_markup" => serde_json::from_str(&content).unwrap(),
        _ => content.into(),
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn quoted(head: &str, name: &str) -> Option<String> {
    Some(head.split(name).nth(1)?.split('"').nth(1)?.to_owned())
}

async fn fail(mishap: Mishap) -> Response {
    let envelope = |code: u16, body: Value| (StatusCode::from_u16(code).unwrap(), body.to_string()).into_response();
    match mishap {
        Mishap::Flood(wait) => {
            let parameters = json!({"retry_after": wait});
            envelope(429, json!({"ok": false, "error_code": 429, "description": "Too Many", "parameters": parameters}))
        }
        Mishap::Refuse(code, words) => envelope(code, json!({"ok": false, "error_code": code, "description": words})),
        Mishap::Page(code) => envelope(code, Value::String("<html>sorry</html>".into())),
        Mishap::Garbage => "{\"ok\":tr".into_response(),
        Mishap::Hang(time) => {
            tokio::time::sleep(time).await;
            StatusCode::GATEWAY_TIMEOUT.into_response()
        }
    }
}

/// A private text message as Telegram sends it.
pub fn message(update: i64, chat: i64, text: &str) -> Value {
    json!({"update_id": update, "message": content(update, chat, text)})
}

/// The message alone; its number is the update's plus a thousand.
pub fn content(update: i64, chat: i64, text: &str) -> Value {
    json!({
        "message_id": update + 1000,
        "date": 1_760_000_000,
        "chat": {"id": chat, "type": "private", "first_name": "Budi"},
        "from": {"id": chat, "is_bot": false, "first_name": "Budi"},
        "text": text,
    })
}
