//! Just enough XML-RPC for a server: reads a method call with one struct of scalars, writes a response of strings.

use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::{BytesRef, Event};

/// `methodCall/params/param/value/struct/member/value/string` is 8 deep; nothing asked for is deeper than twice that.
const DEEPEST: usize = 16;

/// A method call: its name and the members of its struct, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Call {
    pub method: String,
    members: Vec<(String, String)>,
}

impl Call {
    /// Empty when missing.
    pub fn member(&self, name: &str) -> &str {
        self.members.iter().find(|(member, _)| member == name).map_or("", |(_, value)| value)
    }

    /// `None`: not a method call.
    pub fn read(xml: &str) -> Option<Self> {
        let mut reader = Reader::from_str(xml);
        let mut call = Self::default();
        let mut path: Vec<String> = Vec::new();
        let mut name = String::new();
        let mut text = String::new();
        loop {
            match reader.read_event().ok()? {
                Event::Start(tag) => {
                    path.push(tag.local_name().as_ref().to_owned());
                    text.clear();
                    if path.len() > DEEPEST || path.first().is_none_or(|root| root != "methodCall") {
                        return None;
                    }
                }
                Event::End(_) => {
                    match path.pop()?.as_str() {
                        "methodName" => text.trim().clone_into(&mut call.method),
                        "name" => text.trim().clone_into(&mut name),
                        "value" if path.last().is_some_and(|parent| parent == "member") => {
                            call.members.push((std::mem::take(&mut name), text.trim().to_owned()));
                        }
                        _ => {}
                    }
                    if path.is_empty() {
                        return (!call.method.is_empty()).then_some(call);
                    }
                }
                Event::Text(piece) => text.push_str(&piece.xml10_content()),
                Event::CData(piece) => text.push_str(&piece.xml10_content()),
                Event::GeneralRef(entity) => text.push(character(&entity)?),
                // No document type: nothing to expand, nothing to fetch.
                Event::DocType(_) | Event::Eof => return None,
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }
}

fn character(entity: &BytesRef<'_>) -> Option<char> {
    if entity.is_char_ref() {
        return entity.resolve_char_ref().ok()?;
    }
    match entity.xml10_content().as_ref() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// A response of one struct, laid out as the xgateway document prints it.
pub(super) fn response(members: &[(&str, &str)]) -> String {
    const HEAD: &str = "<?xml version=\"1.0\"?>\n<methodResponse>\n    <params>\n        <param>\n            <value>\n                <struct>\n";
    const TAIL: &str =
        "                </struct>\n            </value>\n        </param>\n    </params>\n</methodResponse>\n";
    let mut xml = String::with_capacity(1024);
    xml.push_str(HEAD);
    for (name, value) in members {
        xml.push_str("                    <member>\n                        <name>");
        xml.push_str(name);
        xml.push_str("</name>\n                        <value><string>");
        xml.push_str(&escape(*value));
        xml.push_str("</string></value>\n                    </member>\n");
    }
    xml.push_str(TAIL);
    xml
}
