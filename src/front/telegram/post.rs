//! What goes to Telegram for a text, an edit or a file. Pure.

use reqwest::multipart::{self, Form};
use serde::Serialize;
use serde_json::Value;
use teloxide::payloads::{CopyMessage, EditMessageText, SendDocument, SendMessage, SendPhoto};
use teloxide::requests::Payload;
use teloxide::types::{
    ChatId as Peer, FileId, InlineKeyboardButton, InlineKeyboardButtonKind, InlineKeyboardMarkup, InputFile,
    KeyboardButton, KeyboardMarkup, LinkPreviewOptions, MessageId, ReplyMarkup, ThreadId,
};

use super::ApiError;
use super::text::Part;
use crate::front::{Button, File, FileKind};

/// Of what a button says, in bytes.
const LONGEST_TAP: usize = 64;
const PNG: &str = "image/png";
/// For a file that is only handed over.
const ANY_TYPE: &str = "application/octet-stream";
/// By the end of a file's name: with it, a phone knows what to open the file with.
const TYPES: [(&str, &str); 4] =
    [("png", PNG), ("csv", "text/csv"), ("txt", "text/plain; charset=utf-8"), ("pdf", "application/pdf")];

/// An address in a reply is no reason for a picture.
const NO_PREVIEW: LinkPreviewOptions = LinkPreviewOptions {
    is_disabled: true,
    url: None,
    prefer_small_media: false,
    prefer_large_media: false,
    show_above_text: false,
};

/// The buttons Telegram can show, and how many it cannot: one of these would cost the whole message.
pub(super) fn keyboard(rows: &[Vec<Button>]) -> (InlineKeyboardMarkup, usize) {
    let fits = |button: &&Button| !button.label.trim().is_empty() && (1..=LONGEST_TAP).contains(&button.tap.len());
    let shown = |button: &Button| {
        InlineKeyboardButton::new(&button.label, InlineKeyboardButtonKind::CallbackData(button.tap.clone()))
    };
    let kept: Vec<Vec<InlineKeyboardButton>> = rows
        .iter()
        .map(|row| row.iter().filter(fits).map(shown).collect::<Vec<_>>())
        .filter(|row| !row.is_empty())
        .collect();
    let left_out = rows.iter().flatten().count() - kept.iter().flatten().count();
    (InlineKeyboardMarkup { inline_keyboard: kept }, left_out)
}

/// What goes with a message besides its words.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Below {
    pub buttons: InlineKeyboardMarkup,
    /// Labels of the keyboard that stays; Telegram shows either it or the buttons.
    pub keyboard: Vec<Vec<String>>,
    /// The forum topic it belongs to.
    pub topic: Option<i32>,
}

impl From<InlineKeyboardMarkup> for Below {
    fn from(buttons: InlineKeyboardMarkup) -> Self {
        Self { buttons, ..Self::default() }
    }
}

impl Below {
    fn thread(&self) -> Option<ThreadId> {
        self.topic.map(|topic| ThreadId(MessageId(topic)))
    }

    fn markup(self) -> Option<ReplyMarkup> {
        if !self.buttons.inline_keyboard.is_empty() {
            return Some(ReplyMarkup::InlineKeyboard(self.buttons));
        }
        let rows = self.keyboard.into_iter().map(|row| row.into_iter().map(KeyboardButton::new).collect::<Vec<_>>());
        let rows: Vec<_> = rows.filter(|row| !row.is_empty()).collect();
        let staying = || KeyboardMarkup::new(rows.clone()).persistent().resize_keyboard();
        (!rows.is_empty()).then(|| ReplyMarkup::Keyboard(staying()))
    }
}

pub(super) fn message(peer: Peer, part: Part, below: impl Into<Below>) -> SendMessage {
    let below = below.into();
    let mut message = SendMessage::new(peer, part.body);
    message.entities = some(part.entities);
    message.message_thread_id = below.thread();
    message.reply_markup = below.markup();
    message.link_preview_options = Some(NO_PREVIEW);
    message
}

/// An edit always says which buttons there are: none, too, so that the earlier ones go.
pub(super) fn edit(peer: Peer, id: MessageId, part: Part, buttons: InlineKeyboardMarkup) -> EditMessageText {
    let mut edit = EditMessageText::new(peer, id, part.body);
    edit.entities = some(part.entities);
    edit.reply_markup = Some(buttons);
    edit.link_preview_options = Some(NO_PREVIEW);
    edit
}

/// Another chat's message, shown without saying whose it was.
pub(super) fn copy(peer: Peer, from: Peer, id: MessageId) -> CopyMessage {
    let mut copy = CopyMessage::new(peer, from, id);
    // The words below it have been said, without any PIN that stood there.
    copy.caption = Some(String::new());
    copy
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    Some(list).filter(|list| !list.is_empty())
}

/// A file on its way: the method that takes it, and what is given to it.
pub(super) struct Upload {
    pub method: &'static str,
    pub form: Form,
}

/// A file, with the words under it. `kind` is what it goes as: a picture can also go as a document.
pub(super) fn upload(peer: Peer, file: File, kind: FileKind, words: Part, below: Below) -> Result<Upload, ApiError> {
    let content_type = match file.kind {
        FileKind::Picture => PNG,
        FileKind::Document => content_type(&file.name),
    };
    let content = multipart::Part::bytes(file.bytes).file_name(file_name(&file.name));
    let content = content.mime_str(content_type).map_err(|_| unsendable())?;
    let (caption, caption_entities) = (Some(words.body).filter(|body| !body.is_empty()), some(words.entities));
    let (message_thread_id, reply_markup) = (below.thread(), below.markup());
    match kind {
        FileKind::Picture => {
            let method = SendPhoto {
                caption,
                caption_entities,
                message_thread_id,
                reply_markup,
                ..SendPhoto::new(peer, elsewhere())
            };
            form(&method, "photo", content)
        }
        FileKind::Document => {
            let method = SendDocument {
                caption,
                caption_entities,
                message_thread_id,
                reply_markup,
                ..SendDocument::new(peer, elsewhere())
            };
            form(&method, "document", content)
        }
    }
}

/// The file's place in a method whose form carries it in a part of its own: teloxide's own forms do not say of what type
/// a file is, and a phone would not know what to open it with.
fn elsewhere() -> InputFile {
    InputFile::file_id(FileId(String::new()))
}

/// A method as a form, with `content` in place of its field `file`.
fn form<P>(method: &P, file: &'static str, content: multipart::Part) -> Result<Upload, ApiError>
where
    P: Payload + Serialize,
{
    let Ok(Value::Object(mut fields)) = serde_json::to_value(method) else { return Err(unsendable()) };
    fields.remove(file);
    let mut form = Form::new();
    for (name, value) in fields {
        let text = if let Value::String(text) = value { text } else { value.to_string() };
        form = form.text(name, text);
    }
    Ok(Upload { method: P::NAME, form: form.part(file, content) })
}

/// As if Telegram had refused it: the words go alone.
fn unsendable() -> ApiError {
    ApiError::Refused { code: 0, description: "not sent, the file cannot be put into a form".to_owned() }
}

fn content_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    TYPES.into_iter().find(|(known, _)| ending.eq_ignore_ascii_case(known)).map_or(ANY_TYPE, |(_, known)| known)
}

/// A name that cannot break out of the quotes it stands in, nor name a folder.
fn file_name(name: &str) -> String {
    let safe = |c: char| if c.is_control() || matches!(c, '"' | '\\' | '/') { '_' } else { c };
    name.chars().map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn button(label: &str, tap: &str) -> Button {
        Button { label: label.to_owned(), tap: tap.to_owned() }
    }

    #[test]
    fn a_button_telegram_would_refuse_is_left_out_alone() {
        let longest = "x".repeat(LONGEST_TAP);
        let rows = [
            vec![button("Saldo", "SAL"), button(" ", "HARGA")],
            vec![button("Panjang", &longest), button("Kepanjangan", &(longest.clone() + "x"))],
            vec![button("Kosong", "")],
            vec![],
        ];
        let (keyboard, left_out) = keyboard(&rows);
        let taps: Vec<Vec<&str>> = keyboard
            .inline_keyboard
            .iter()
            .map(|row| {
                row.iter()
                    .map(|button| match &button.kind {
                        InlineKeyboardButtonKind::CallbackData(tap) => tap.as_str(),
                        other => panic!("{other:?}"),
                    })
                    .collect()
            })
            .collect();
        assert_eq!((taps, left_out), (vec![vec!["SAL"], vec![&longest]], 3));
        assert_eq!(super::keyboard(&[]), (InlineKeyboardMarkup::default(), 0));
    }

    #[test]
    fn a_keyboard_stays_and_gives_way_to_buttons() {
        let keyboard = vec![vec!["Saldo".to_owned(), "Harga".to_owned()], vec![]];
        let shown = |below: Below| serde_json::to_value(message(Peer(1), Part::default(), below)).unwrap();
        let stays = shown(Below { keyboard: keyboard.clone(), topic: Some(7), ..Below::default() });
        let expected = serde_json::json!({
            "keyboard": [[{"text": "Saldo"}, {"text": "Harga"}]], "is_persistent": true, "resize_keyboard": true
        });
        assert_eq!((&stays["reply_markup"], &stays["message_thread_id"]), (&expected, &serde_json::json!(7)));
        let (buttons, _) = super::keyboard(&[vec![button("Saldo", "SAL")]]);
        let both = shown(Below { keyboard, buttons, topic: None });
        assert!(
            both["reply_markup"]["inline_keyboard"].is_array() && both.get("message_thread_id").is_none(),
            "{both}"
        );
        assert!(shown(Below::default()).get("reply_markup").is_none());
    }

    #[test]
    fn a_file_says_what_it_is() {
        for (name, expected) in
            [("harga.csv", "text/csv"), ("STRUK.PNG", PNG), ("struk.bin", ANY_TYPE), ("struk", ANY_TYPE)]
        {
            assert_eq!(content_type(name), expected, "{name}");
        }
        assert_eq!(file_name("struk 12.png"), "struk 12.png");
        assert_eq!(file_name("../a\"b\r\n.csv"), ".._a_b__.csv");
        // Both ways a type is written are read by the part that carries it.
        for known in TYPES.map(|(_, known)| known).into_iter().chain([ANY_TYPE]) {
            assert!(multipart::Part::text("").mime_str(known).is_ok(), "{known}");
        }
    }
}
