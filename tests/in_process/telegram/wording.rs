//! What the replies of these tests say, and a bot that says it.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use konter::front::telegram::Waker;
use konter::front::{Button, File, FileKind, Text, Wording};
use konter_core::ids::ChatId;
use konter_reply::Reply;
use konter_store::{Outgoing, Payload};
use serde_json::{Value, json};

use crate::support::bot_api::{BotApi, Call, TOKEN, Uploaded};
use crate::support::front::{BUDI, Running, sender, until_empty};
use crate::support::outbox::Outbox;

/// Says what the reply holds; `[` and `]` stand around what a tap copies.
pub struct Plain;

impl Wording for Plain {
    fn render(&self, row: &Outgoing) -> Text {
        let mut text = Text::default();
        let Payload::Reply(reply) = &row.payload else { return text };
        let Reply::NotOffered { feature } = reply.as_ref() else { return text };
        for c in feature.chars() {
            match c {
                '[' => text.copy.push(text.body.len()..text.body.len()),
                ']' => text.copy.last_mut().unwrap().end = text.body.len(),
                _ => text.body.push(c),
            }
        }
        text
    }
}

/// The words for what a row names; what is not in the script is said as it is.
#[derive(Default)]
pub struct Script(HashMap<&'static str, (Text, Option<File>)>);

impl Script {
    pub fn with(mut self, name: &'static str, text: Text) -> Self {
        self.0.insert(name, (text, None));
        self
    }

    pub fn with_file(mut self, name: &'static str, text: Text, file: File) -> Self {
        self.0.insert(name, (text, Some(file)));
        self
    }
}

fn named(row: &Outgoing) -> &str {
    match &row.payload {
        Payload::Reply(reply) | Payload::Edit { reply, .. } => match reply.as_ref() {
            Reply::NotOffered { feature } => feature,
            other => panic!("{other:?}"),
        },
        Payload::Forget { .. } | Payload::Copy { .. } => "",
    }
}

impl Wording for Script {
    fn render(&self, row: &Outgoing) -> Text {
        let name = named(row);
        self.0.get(name).map_or_else(|| text(name), |(text, _)| text.clone())
    }

    fn file(&self, row: &Outgoing) -> Option<File> {
        assert!(named(row) != "rusak", "this file cannot be made");
        self.0.get(named(row)).and_then(|(_, file)| file.clone())
    }
}

pub fn text(body: &str) -> Text {
    Text { body: body.to_owned(), ..Text::default() }
}

/// Where some words stand first.
pub fn range(body: &str, words: &str) -> Range<usize> {
    body.find(words).map(|start| start..start + words.len()).unwrap()
}

/// A text with one row of buttons.
pub fn with_buttons(body: &str, buttons: &[(&str, &str)]) -> Text {
    let button = |(label, tap): &(&str, &str)| Button { label: (*label).to_owned(), tap: (*tap).to_owned() };
    Text { buttons: vec![buttons.iter().map(button).collect()], ..text(body) }
}

pub fn keyboard(buttons: &[(&str, &str)]) -> Value {
    let row: Vec<Value> = buttons.iter().map(|(label, tap)| json!({"text": label, "callback_data": tap})).collect();
    json!({"inline_keyboard": [row]})
}

/// All there is to see, with bytes that only a careful reader gets right.
pub fn picture() -> File {
    let bytes = (0..70_000_u32).map(|n| n.to_le_bytes()[usize::from(n % 3 == 0)]);
    let bytes = b"\x89PNG\r\n\x1a\n\r\n--".iter().copied().chain(bytes).chain(*b"\r\n").collect();
    File { name: "struk-12.png".into(), kind: FileKind::Picture, bytes }
}

pub fn document() -> File {
    File { name: "harga \"agen\".csv".into(), kind: FileKind::Document, bytes: b"kode,harga\r\n\r\nS10,10500".to_vec() }
}

pub fn uploaded(field: &str, name: &str, content_type: &str, bytes: Vec<u8>) -> Uploaded {
    Uploaded { field: field.into(), name: name.into(), content_type: content_type.into(), bytes }
}

pub struct Bot {
    pub api: BotApi,
    pub outbox: Arc<Outbox>,
    pub waker: Waker,
    pub pump: Running<()>,
}

impl Bot {
    pub async fn new(script: Script) -> Self {
        let (api, outbox, waker, pump) = sender(script).await;
        Self { api, outbox, waker, pump }
    }

    /// Carries all that is in the outbox for Budi, and ends.
    pub async fn carry(self) -> BotApi {
        self.waker.notify(&ChatId::telegram(BUDI));
        until_empty(&self.api, &self.outbox).await;
        self.pump.stop().await;
        self.api
    }
}

/// The fields of these calls.
pub fn field(calls: &[Call], name: &str) -> Vec<Value> {
    calls.iter().map(|call| call.body[name].clone()).collect()
}

/// A message's number as the store knows it.
pub fn of_bot(number: &str) -> String {
    format!("{}.{number}", TOKEN.split_once(':').unwrap().0)
}
