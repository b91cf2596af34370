//! What Telegram delivers, read as narrowly as possible: only the few fields that are needed, so that a new kind of
//! message, or a new field in a known one, never hides an order from the shop. Pure.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::ids::TAP;
use crate::attachment::{Attachment, FileRef, HIDDEN, Marked, edit_id, typed};
use konter_core::agent::Locale;
use konter_core::ids::ChatId;
use konter_store::InboxMessage;

/// What people can send that is no text. Anything else without words is a notice (someone joined, a title changed).
const THINGS: [&str; 14] = [
    "photo",
    "sticker",
    "voice",
    "video",
    "video_note",
    "audio",
    "animation",
    "document",
    "location",
    "venue",
    "contact",
    "poll",
    "dice",
    "story",
];
/// Who writes in the place of a group's administrator that stays unnamed.
const ANONYMOUS: i64 = 1_087_968_824;
/// Behind these words the bot's own messages name an order.
const ORDER_NAMED: [&str; 2] = ["trx #", "order #"];
/// Of a name, for greetings.
const LONGEST_SENDER: usize = 64;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Incoming {
    /// Something was written.
    Message(InboxMessage),
    /// A button; `tap` is what Telegram wants to hear back.
    Tap { message: InboxMessage, tap: String },
    /// A button, tapped by someone who does not speak for the chat: answered, so that it stops waiting, and no more.
    ForeignTap { tap: String },
    /// Nothing the shop listens to: a channel's post, a bot's, a notice.
    Ignored,
    /// It should have been a message and cannot be read.
    Broken,
}

#[derive(Deserialize)]
struct Numbered {
    update_id: i64,
}

/// One update of a batch. One that `serde_json` refuses (a lone surrogate in a text) is broken but keeps its number,
/// and hides no other.
pub(super) fn parse(raw: &RawValue) -> Value {
    serde_json::from_str(raw.get()).unwrap_or_else(|_| {
        let number = serde_json::from_str(raw.get()).ok().map(|Numbered { update_id }| update_id);
        json!({"update_id": number, "message": null})
    })
}

/// Reads one update. `now` is when a button counts as tapped: Telegram does not say.
pub(super) fn read(update: &Value, now: DateTime<Utc>) -> Incoming {
    if let Some(message) = update.get("message") {
        return read_message(message);
    }
    if let Some(edit) = update.get("edited_message") {
        return read_edit(edit);
    }
    if let Some(query) = update.get("callback_query") {
        return read_tap(query, now).unwrap_or(Incoming::Broken);
    }
    Incoming::Ignored
}

/// The number an update is acknowledged by.
pub(super) fn number(update: &Value) -> Option<i64> {
    update.get("update_id").and_then(Value::as_i64)
}

fn read_message(message: &Value) -> Incoming {
    let flag = |path| message.pointer(path).and_then(Value::as_bool).unwrap_or(false);
    let private = is_private(message);
    let is_anonymous = integer(message, "/from/id") == Some(ANONYMOUS) && !private;
    if (flag("/from/is_bot") && !is_anonymous) || flag("/is_automatic_forward") {
        return Incoming::Ignored;
    }
    let Some(Words { text, is_caption }) = words(message, private) else {
        return if is_placed(message) { Incoming::Ignored } else { Incoming::Broken };
    };
    let text = match order_answered(message).filter(|_| private) {
        Some(order) if Attachment::from_text(&text).is_none() => Marked::About { order, words: &text }.to_text(),
        _ if is_anonymous => Marked::Anonymous { words: &text }.to_text(),
        _ => text,
    };
    let Some(message) = placed(message, "/date", text) else { return Incoming::Broken };
    Incoming::Message(InboxMessage { private, is_caption, ..message })
}

/// An edit is told that it is not read. Only of words in a private chat: elsewhere nobody waits for an answer.
fn read_edit(edit: &Value) -> Incoming {
    let is_bot = edit.pointer("/from/is_bot").and_then(Value::as_bool).unwrap_or(false);
    let words = ["text", "caption"].into_iter().find_map(|name| edit.get(name).and_then(Value::as_str));
    let Some(words) = words.filter(|_| is_private(edit) && !is_bot) else { return Incoming::Ignored };
    let Some(message) = placed(edit, "/edit_date", Marked::Edited { words: typed(words) }.to_text()) else {
        return Incoming::Broken;
    };
    let id = edit_id(integer(edit, "/message_id").unwrap_or_default(), message.sent_at.timestamp());
    Incoming::Message(InboxMessage { message: id, private: true, ..message })
}

fn is_placed(message: &Value) -> bool {
    integer(message, "/chat/id").is_some() && integer(message, "/message_id").is_some()
}

/// A message of a chat that stands somewhere in it; the rest is for who knows more.
fn placed(message: &Value, date: &str, text: String) -> Option<InboxMessage> {
    Some(InboxMessage {
        chat: ChatId::telegram(integer(message, "/chat/id")?),
        message: integer(message, "/message_id")?.to_string(),
        text,
        // Without a date it counts as very old: answered, not executed.
        sent_at: integer(message, date).and_then(|date| DateTime::from_timestamp(date, 0)).unwrap_or_default(),
        private: false,
        sender: sender(message.get("from")),
        tapped: None,
        is_caption: false,
        // Whose card that is, the shop knows: what stands in it anybody can have written.
        replies_to: replied_to(message).map(|id| id.to_string()),
        topic: topic(message),
        speaks: speaks(message.get("from")),
    })
}

/// The language of the sender's app: `en`, `en-GB`.
fn speaks(from: Option<&Value>) -> Option<Locale> {
    let code = from?.get("language_code")?.as_str()?;
    Locale::from_name(code.split('-').next().unwrap_or_default())
}

/// The message that is replied to. What only stands in a topic is shown as a reply to the message that opened it.
fn replied_to(message: &Value) -> Option<i64> {
    let opened_the_topic = topic(message).map(i64::from);
    integer(message, "/reply_to_message/message_id").filter(|id| Some(*id) != opened_the_topic)
}

/// The forum topic a message stands in. In other groups the same field is a thread of replies, where nothing can be sent.
fn topic(message: &Value) -> Option<i32> {
    let is_topic = message.get("is_topic_message").and_then(Value::as_bool).unwrap_or(false);
    integer(message, "/message_thread_id").filter(|_| is_topic)?.try_into().ok()
}

/// The one order that is named in the bot's own message which this one answers. Whose it is, the shop looks up.
fn order_answered(message: &Value) -> Option<u64> {
    let answered = message.get("reply_to_message")?;
    if !answered.pointer("/from/is_bot").and_then(Value::as_bool).unwrap_or(false) {
        return None;
    }
    let text = ["text", "caption"].into_iter().find_map(|name| answered.get(name).and_then(Value::as_str))?;
    let named = ORDER_NAMED.into_iter().flat_map(|mark| text.split(mark).skip(1));
    let mut numbers = named.filter_map(|rest| {
        rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse::<u64>().ok())
    });
    let first = numbers.next()?;
    numbers.all(|other| other == first).then_some(first)
}

/// A tap is the words of the one who taps. Only in a private chat is that surely the one the chat belongs to: in a group
/// anyone can tap what was offered to another.
fn read_tap(query: &Value, now: DateTime<Utc>) -> Option<Incoming> {
    let tap = query.get("id")?.as_str()?.to_owned();
    let message = query.get("message")?;
    let chat = integer(message, "/chat/id")?;
    if !is_private(message) || integer(query, "/from/id") != Some(chat) {
        return Some(Incoming::ForeignTap { tap });
    }
    let message = InboxMessage {
        sender: sender(query.get("from")),
        speaks: speaks(query.get("from")),
        tapped: integer(message, "/message_id").map(|id| id.to_string()),
        topic: topic(message),
        ..InboxMessage::new(
            ChatId::telegram(chat),
            format!("{TAP}{tap}"),
            typed(query.get("data")?.as_str()?).to_owned(),
            now,
        )
    };
    Some(Incoming::Tap { message, tap })
}

fn is_private(message: &Value) -> bool {
    message.pointer("/chat/type").and_then(Value::as_str) == Some("private")
}

struct Words {
    text: String,
    /// They stand under a picture or a file.
    is_caption: bool,
}

impl Words {
    const fn plain(text: String) -> Self {
        Self { text, is_caption: false }
    }
}

/// What the message says: its text, its caption, or what was attached. `None` when it says nothing to the shop.
fn words(message: &Value, private: bool) -> Option<Words> {
    let written = |name| message.get(name).and_then(Value::as_str).map(typed);
    // Somebody else's words, or old ones: whoever passes them on did not type them as a command.
    if ["forward_origin", "forward_date"].into_iter().any(|mark| message.get(mark).is_some()) {
        let words = written("text").or_else(|| written("caption")).unwrap_or_default();
        let from =
            ["/forward_origin/sender_user/id", "/forward_from/id"].into_iter().find_map(|at| message.pointer(at));
        let is_hidden = message.get("forward_sender_name").is_some()
            || message.pointer("/forward_origin/type").and_then(Value::as_str) == Some("hidden_user");
        let from =
            from.and_then(Value::as_i64).map(|id| id.to_string()).or_else(|| is_hidden.then(|| HIDDEN.to_owned()));
        let at = ["/forward_origin/date", "/forward_date"].into_iter().find_map(|at| message.pointer(at)?.as_i64());
        return private.then(|| Words::plain(Attachment::forwarded(words, from.as_deref(), at).to_text()));
    }
    if let Some(text) = written("text") {
        if is_set_apart(message) {
            return private.then(|| Words::plain(Attachment::forwarded(text, None, None).to_text()));
        }
        return Some(Words::plain(text.to_owned()));
    }
    // A contact is its number typed. Nobody is known by it.
    if let Some(number) = message.pointer("/contact/phone_number").and_then(Value::as_str) {
        return private.then(|| Words::plain(typed(number).to_owned()));
    }
    // A sticker says what its emoji would.
    if let Some(emoji) = message.pointer("/sticker/emoji").and_then(Value::as_str) {
        return private.then(|| Words::plain(typed(emoji).to_owned()));
    }
    let file = message.get("document").and_then(file);
    // A price list is sent as a file; words under it are a remark.
    let table = file.as_ref().is_some_and(FileRef::is_table);
    if let Some(caption) = written("caption").filter(|caption| !table && !caption.trim().is_empty()) {
        return Some(Words { text: caption.to_owned(), is_caption: true });
    }
    // In a group, pictures are people talking to each other.
    let kind = THINGS.into_iter().find(|&thing| private && message.get(thing).is_some())?;
    let album = message.get("media_group_id").and_then(Value::as_str);
    let attachment = match file {
        None => Attachment::picture(kind, album),
        file => Attachment { kind: kind.to_owned(), file },
    };
    Some(Words::plain(attachment.to_text()))
}

/// Whether something in it is struck out, or quoted: it is not what its sender wants now.
fn is_set_apart(message: &Value) -> bool {
    const APART: [&str; 3] = ["strikethrough", "blockquote", "expandable_blockquote"];
    let mut marks = message.get("entities").and_then(Value::as_array).into_iter().flatten();
    marks.any(|mark| mark.get("type").and_then(Value::as_str).is_some_and(|kind| APART.contains(&kind)))
}

fn file(document: &Value) -> Option<FileRef> {
    let name = document.get("file_name").and_then(Value::as_str).unwrap_or("");
    Some(FileRef { id: document.get("file_id")?.as_str()?.to_owned(), name: name.to_owned() })
}

fn integer(value: &Value, path: &str) -> Option<i64> {
    value.pointer(path).and_then(Value::as_i64)
}

fn sender(from: Option<&Value>) -> String {
    let part = |name| from.and_then(|from| from.get(name)).and_then(Value::as_str).unwrap_or("");
    let full = format!("{} {}", part("first_name"), part("last_name"));
    let name = if full.trim().is_empty() { part("username") } else { full.trim() };
    name.chars().filter(|c| !c.is_control()).take(LONGEST_SENDER).collect()
}

#[cfg(test)]
mod tests;
