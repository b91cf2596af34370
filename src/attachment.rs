//! Messages without words: a photo, a voice message, a file, a forwarded message. They travel through the inbox as the
//! message's text, behind a mark that no one can type.

/// Something sent without words: a photo, a voice message, a file. It travels through the inbox as the message's text,
/// behind a mark that no one can type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// What it is, by Telegram's name for it: `photo`, `sticker`, `document`.
    pub kind: String,
    /// Only for a document.
    pub file: Option<FileRef>,
}

/// Stands in the place of a sender who does not let it be known.
pub const HIDDEN: &str = "hidden";
/// Before the time of what was forwarded.
const AT: char = '@';

/// The kind of a forwarded message: what it says was not meant for us by who sent it on.
pub const FORWARDED: &str = "forwarded";

/// A file that lies at the chat service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRef {
    /// The service's id of it.
    pub id: String,
    pub name: String,
}

impl FileRef {
    /// Whether its name is a table's, or what people take for one.
    pub fn is_table(&self) -> bool {
        const TABLES: [&str; 7] = ["csv", "tsv", "txt", "xlsx", "xlsm", "xls", "ods"];
        let ending = self.name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        ending.is_some_and(|ending| TABLES.contains(&ending.as_str()))
    }
}

/// Opens an attachment's text and stands between its parts. Fronts take it off the start of what people type.
const MARK: char = '\u{1}';

impl Attachment {
    /// A forwarded message: what it says is kept in a file's place, and whose it was, where that is known.
    pub fn forwarded(words: &str, from: Option<&str>, at: Option<i64>) -> Self {
        let at = at.map(|at| format!("{AT}{at}")).unwrap_or_default();
        let file = FileRef { id: words.to_owned(), name: format!("{}{at}", from.unwrap_or_default()) };
        Self { kind: FORWARDED.to_owned(), file: Some(file).filter(|file| !file.id.is_empty()) }
    }

    /// What a forwarded message says.
    pub fn forwarded_words(&self) -> Option<&str> {
        self.file.as_ref().filter(|_| self.kind == FORWARDED).map(|file| file.id.as_str())
    }

    /// The channel's number of whoever wrote what was forwarded; [`HIDDEN`] of who does not show it.
    pub fn forwarded_from(&self) -> Option<&str> {
        let (from, _) = self.origin()?;
        Some(from).filter(|from| !from.is_empty())
    }

    /// When it was written, in seconds, where that is known.
    pub fn forwarded_at(&self) -> Option<i64> {
        self.origin()?.1.parse().ok()
    }

    fn origin(&self) -> Option<(&str, &str)> {
        let file = self.file.as_ref().filter(|_| self.kind == FORWARDED)?;
        Some(file.name.split_once(AT).unwrap_or((&file.name, "")))
    }

    /// As the text of an inbox message.
    pub fn to_text(&self) -> String {
        let mut text = format!("{MARK}{}", self.kind);
        if let Some(file) = &self.file {
            for part in [&file.id, &file.name] {
                text.push(MARK);
                text.extend(part.chars().filter(|&c| c != MARK));
            }
        }
        text
    }

    /// The attachment an inbox message's text stands for; `None` for words.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(MARK)?.splitn(3, MARK);
        let kind = parts.next()?.to_owned();
        let file = parts.next().map(|id| FileRef { id: id.to_owned(), name: parts.next().unwrap_or("").to_owned() });
        Some(Self { kind, file })
    }
}

/// What stands in the place of a document's id for a picture of an album.
const ALBUM: &str = "album:";
const ABOUT: &str = "about";
const EDITED: &str = "edited";
const ANONYMOUS: &str = "anonymous";

impl Attachment {
    /// A picture, perhaps one of several that were sent together.
    pub fn picture(kind: &str, album: Option<&str>) -> Self {
        let file = album.map(|album| FileRef { id: format!("{ALBUM}{album}"), name: String::new() });
        Self { kind: kind.to_owned(), file }
    }

    /// The album a picture belongs to.
    pub fn album(&self) -> Option<&str> {
        self.file.as_ref()?.id.strip_prefix(ALBUM)
    }
}

/// Words that came with something the shop must know of them. They travel behind the mark too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked<'a> {
    /// They answer one of the bot's own messages, which shows this order.
    About { order: u64, words: &'a str },
    /// They stand in the place of what was sent before.
    Edited { words: &'a str },
    /// A group's administrator who does not say which.
    Anonymous { words: &'a str },
}

impl<'a> Marked<'a> {
    /// As the text of an inbox message.
    pub fn to_text(self) -> String {
        match self {
            Self::About { order, words } => format!("{MARK}{ABOUT}{MARK}{order}{MARK}{words}"),
            Self::Edited { words } => format!("{MARK}{EDITED}{MARK}{MARK}{words}"),
            Self::Anonymous { words } => format!("{MARK}{ANONYMOUS}{MARK}{MARK}{words}"),
        }
    }

    /// What an inbox message's text stands for; `None` for plain words, and for what has none.
    pub fn from_text(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix(MARK)?.splitn(3, MARK);
        match (parts.next()?, parts.next()?, parts.next()?) {
            (ABOUT, order, words) => order.parse().ok().map(|order| Self::About { order, words }),
            (EDITED, _, words) => Some(Self::Edited { words }),
            (ANONYMOUS, _, words) => Some(Self::Anonymous { words }),
            _ => None,
        }
    }
}

/// Before the channel's number of an edited message: an edit is a message of its own, also the next one of the same.
const EDIT: &str = "edit";

/// The channel's id of an edit.
pub fn edit_id(message: i64, edited_at: i64) -> String {
    format!("{EDIT}{message}-{edited_at}")
}

/// The id of the message that an edit is of, as the store knows it.
#[must_use]
pub fn edited_message(edit: &str) -> Option<String> {
    let (bot, rest) = edit.split_once(EDIT)?;
    rest.split_once('-').map(|(message, _)| format!("{bot}{message}"))
}

/// What someone typed, so that it can never be taken for an attachment.
pub fn typed(text: &str) -> &str {
    text.trim_start_matches(MARK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forwarded_message_keeps_its_words() {
        let read = |words: &str| Attachment::from_text(&Attachment::forwarded(words, None, None).to_text()).unwrap();
        assert_eq!(read("Transfer masuk\nRp 100.618").forwarded_words(), Some("Transfer masuk\nRp 100.618"));
        assert_eq!(read("\u{1}a\u{1}b").forwarded_words(), Some("ab"));
        assert_eq!(read("").forwarded_words(), None);
        assert_eq!(read("dana masuk").forwarded_from(), None);
        let of_somebody =
            Attachment::from_text(&Attachment::forwarded("dana masuk", Some("2002"), Some(17)).to_text()).unwrap();
        assert_eq!((of_somebody.forwarded_from(), of_somebody.forwarded_at()), (Some("2002"), Some(17)));
        assert_eq!(read("dana masuk").forwarded_at(), None);
    }

    #[test]
    fn tables_are_known_by_their_names() {
        let is_table = |name: &str| FileRef { id: String::new(), name: name.to_owned() }.is_table();
        assert!(["harga.csv", "Harga Baru.XLSX", "a.b.txt", ".csv"].into_iter().all(is_table));
        assert!(!["bukti.pdf", "csv", "harga.csv.zip", ""].into_iter().any(is_table));
    }

    #[test]
    fn an_attachment_survives_the_inbox_and_cannot_be_typed() {
        let file = FileRef { id: "BQAC".into(), name: "harga.csv".into() };
        for attachment in
            [Attachment { kind: "photo".into(), file: None }, Attachment { kind: "document".into(), file: Some(file) }]
        {
            assert_eq!(Attachment::from_text(&attachment.to_text()), Some(attachment.clone()));
            assert_eq!(Attachment::from_text(typed(&attachment.to_text())), None);
        }
        assert_eq!(Attachment::from_text("S10.0812.1234"), None);
    }

    #[test]
    fn words_keep_what_came_with_them() {
        let about = Marked::About { order: 12, words: "belum masuk" };
        for marked in [about, Marked::Edited { words: "S10" }, Marked::Anonymous { words: "/pending" }] {
            assert_eq!(Marked::from_text(&marked.to_text()), Some(marked));
            assert_eq!(Marked::from_text(typed(&marked.to_text())), None);
        }
        assert_eq!(edited_message(&format!("42.{}", edit_id(7, 99))).as_deref(), Some("42.7"));
        assert_eq!(edited_message("42.7"), None);
        let album = Attachment::picture("photo", Some("77"));
        assert_eq!(Attachment::from_text(&album.to_text()).unwrap().album(), Some("77"));
        assert_eq!(Attachment::picture("photo", None).album(), None);
    }
}
