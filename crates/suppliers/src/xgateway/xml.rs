//! XML-RPC as XML-RPC: a request written, a response's one struct read. Types may be given or left out, members stand
//! in any order. No document type, no entities but the predefined, no nesting beyond what a reply needs.

use std::collections::BTreeMap;

use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::{BytesRef, Event};
use quick_xml::reader::Reader;

/// The longest reply worth reading: the document's have about 1 KB.
const LONGEST: usize = 64 * 1024;
/// The document's replies have five members; room for more, none for floods.
const MOST_MEMBERS: usize = 64;

/// One scalar as it was written. Encoders disagree on types (Perl's sends `00` as an int), so it stays text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scalar {
    pub text: String,
    /// Whether it was sent as an `int`, `i4` or `i8`.
    pub is_int: bool,
}

/// A struct's members by their names in upper case.
pub(super) type Members = BTreeMap<String, Scalar>;

/// Why a text is no XML-RPC response that can be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("longer than any reply")]
    TooLong,
    #[error("not an XML-RPC response with one struct")]
    NotAResponse,
    #[error("a member given twice with different values")]
    TwoValues,
}

/// A whole response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    Struct(Members),
    Fault(Members),
}

/// A call of `method` with one struct of strings.
pub(super) fn call(method: &str, members: &[(&str, &str)]) -> String {
    let mut text = format!(
        "<?xml version=\"1.0\"?>\n<methodCall>\n<methodName>{}</methodName>\n<params>\n<param>\n<value>\n<struct>\n",
        escape(method)
    );
    for (name, value) in members {
        text.push_str("<member><name>");
        text.push_str(&escape(*name));
        text.push_str("</name><value><string>");
        text.push_str(&escape(*value));
        text.push_str("</string></value></member>\n");
    }
    text.push_str("</struct>\n</value>\n</param>\n</params>\n</methodCall>\n");
    text
}

/// The places in a response that an element can open. There is no way round in a circle, so depth is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Response,
    Params,
    Param,
    Fault,
    /// The value that holds the struct.
    Whole,
    Struct,
    Member,
    Name,
    Value,
    Typed,
}

impl Place {
    /// Where a start tag leads from here; `None` where it must not stand.
    fn enter(from: Option<Self>, tag: &str) -> Option<Self> {
        Some(match (from, tag) {
            (None, "methodResponse") => Self::Response,
            (Some(Self::Response), "params") => Self::Params,
            (Some(Self::Response), "fault") => Self::Fault,
            (Some(Self::Params), "param") => Self::Param,
            (Some(Self::Param | Self::Fault), "value") => Self::Whole,
            (Some(Self::Whole), "struct") => Self::Struct,
            (Some(Self::Struct), "member") => Self::Member,
            (Some(Self::Member), "name") => Self::Name,
            (Some(Self::Member), "value") => Self::Value,
            (Some(Self::Value), tag) if is_scalar(tag) => Self::Typed,
            _ => return None,
        })
    }

    /// May stand once in its parent only. A `value` inside a member is checked there.
    const fn is_single(self) -> bool {
        matches!(self, Self::Response | Self::Params | Self::Param | Self::Fault | Self::Whole | Self::Struct)
    }
}

fn is_scalar(tag: &str) -> bool {
    is_int(tag) || matches!(tag, "string" | "double" | "boolean" | "dateTime.iso8601" | "base64" | "nil")
}

fn is_int(tag: &str) -> bool {
    matches!(tag, "int" | "i4" | "i8")
}

/// Reads a whole response.
pub(super) fn read(text: &str) -> Result<Message, Malformed> {
    if text.len() > LONGEST {
        return Err(Malformed::TooLong);
    }
    let text = text.trim();
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut state = State::default();
    loop {
        match reader.read_event().map_err(|_| Malformed::NotAResponse)? {
            Event::Start(tag) => state.open(tag.name().as_ref())?,
            Event::End(_) => state.close()?,
            Event::Text(text) => state.text(&text.xml10_content(), false)?,
            Event::CData(text) => state.text(&text.xml10_content(), true)?,
            Event::GeneralRef(reference) => {
                let resolved = resolve(&reference).ok_or(Malformed::NotAResponse)?;
                state.has_refs = true;
                state.text(&resolved, true)?;
            }
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            // A document type could define entities; nothing honest sends one.
            Event::DocType(_) | Event::Empty(_) => return Err(Malformed::NotAResponse),
            Event::Eof => return state.finish(),
        }
    }
}

fn resolve(reference: &BytesRef<'_>) -> Option<String> {
    if reference.is_char_ref() {
        return reference.resolve_char_ref().ok().flatten().map(String::from);
    }
    resolve_predefined_entity(&reference.xml10_content()).map(str::to_owned)
}

#[derive(Default)]
struct State {
    path: Vec<Place>,
    /// Places that may stand once and have been entered.
    seen: Vec<Place>,
    members: Members,
    name: Option<String>,
    value: Option<Scalar>,
    /// Text of the innermost `name`, `value` or typed element.
    text: String,
    /// A `value` whose content was typed: text around the type is layout.
    typed: bool,
    int: bool,
    /// The text held a character reference.
    has_refs: bool,
}

impl State {
    fn open(&mut self, tag: &str) -> Result<(), Malformed> {
        let place = Place::enter(self.path.last().copied(), tag).ok_or(Malformed::NotAResponse)?;
        if place.is_single() {
            if self.seen.contains(&place) {
                return Err(Malformed::NotAResponse);
            }
            self.seen.push(place);
        }
        match place {
            Place::Member => (self.name, self.value) = (None, None),
            Place::Name if self.name.is_some() => return Err(Malformed::NotAResponse),
            Place::Value if self.value.is_some() => return Err(Malformed::NotAResponse),
            Place::Name | Place::Value => {
                self.text.clear();
                (self.typed, self.int, self.has_refs) = (false, false, false);
            }
            Place::Typed => {
                if self.typed || !self.text.trim().is_empty() {
                    return Err(Malformed::NotAResponse);
                }
                self.text.clear();
                (self.typed, self.int) = (true, is_int(tag));
            }
            Place::Response | Place::Params | Place::Param | Place::Fault | Place::Whole | Place::Struct => {}
        }
        self.path.push(place);
        Ok(())
    }

    /// `marked` text (CDATA, references) is never layout.
    fn text(&mut self, text: &str, marked: bool) -> Result<(), Malformed> {
        let holds_text = match self.path.last() {
            Some(Place::Name | Place::Typed) => true,
            Some(Place::Value) => !self.typed,
            _ => false,
        };
        if holds_text {
            self.text.push_str(text);
            return Ok(());
        }
        if marked || !text.trim().is_empty() { Err(Malformed::NotAResponse) } else { Ok(()) }
    }

    fn close(&mut self) -> Result<(), Malformed> {
        match self.path.pop() {
            Some(Place::Name) => self.name = Some(self.text.trim().to_ascii_uppercase()),
            Some(Place::Value) => {
                let text = std::mem::take(&mut self.text);
                let text = if self.has_refs { mended(text) } else { text };
                self.value = Some(Scalar { text: text.trim().to_owned(), is_int: self.int });
            }
            Some(Place::Member) => {
                let (Some(name), Some(value)) = (self.name.take(), self.value.take()) else {
                    return Err(Malformed::NotAResponse);
                };
                if self.members.get(&name).is_some_and(|earlier| *earlier != value) {
                    return Err(Malformed::TwoValues);
                }
                self.members.insert(name, value);
                if self.members.len() > MOST_MEMBERS {
                    return Err(Malformed::NotAResponse);
                }
            }
            Some(_) => {}
            None => return Err(Malformed::NotAResponse),
        }
        Ok(())
    }

    fn finish(self) -> Result<Message, Malformed> {
        if !self.path.is_empty() || !self.seen.contains(&Place::Struct) {
            return Err(Malformed::NotAResponse);
        }
        Ok(if self.seen.contains(&Place::Fault) { Message::Fault(self.members) } else { Message::Struct(self.members) })
    }
}

/// PHP's encoder writes each byte of UTF-8 as a character reference of its own (`é` becomes `&#195;&#169;`): such text
/// is put together again.
fn mended(text: String) -> String {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or(text)
}
