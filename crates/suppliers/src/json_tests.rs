use proptest::prelude::*;

use super::*;
use crate::protocol::{Options, Response};

/// A reply with this body.
pub(crate) fn response(body: impl Into<Vec<u8>>) -> Response {
    Response { content_type: Some("application/json".to_owned()), body: body.into() }
}

/// A report whose address had this query.
pub(crate) fn callback(query: &str) -> Callback {
    let query = query.trim();
    let pairs = fields(query).map(|(name, value)| (name, value.unwrap_or_default())).collect();
    Callback { raw_query: query.to_owned(), query: pairs, ..Callback::default() }
}

/// Runs `configure` with these settings.
pub(crate) fn configured<T>(
    settings: &[(&str, &str)],
    configure: fn(&Options<'_>) -> Option<T>,
) -> Result<T, Vec<String>> {
    let lookup = |name: &str| settings.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
    let options = Options::new(&lookup);
    let made = configure(&options);
    made.ok_or_else(|| options.into_errors().into_iter().map(|error| error.name).collect())
}

/// One of `texts` with a few bytes replaced, put in or cut off.
pub(crate) fn mutated(texts: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), 0..4_u8, any::<u8>());
    (prop::sample::select(texts), prop::collection::vec(change, 1..4)).prop_map(|(text, changes)| {
        let mut bytes = text.as_bytes().to_vec();
        for (place, what, byte) in changes.into_iter().filter(|_| !text.is_empty()) {
            if bytes.is_empty() {
                break;
            }
            let at = place.index(bytes.len());
            match what {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.remove(at)),
                _ => bytes.truncate(at),
            }
        }
        bytes
    })
}

fn read(text: &str) -> Option<Object> {
    read_object(text).ok()
}

#[test]
fn mends_only_the_documents_own_faults() {
    for (text, expected) in [
        ("{\"a\": \"x\ny\r\",}", Some("x\ny")),
        ("{\"a\": \"x\\|y\", \"l\": [1, 2 , \n] , }", Some("x\\|y")),
        ("{\"a\": \"x\\\\|y\"}", Some("x\\|y")),
        ("{\"a\": \"x,]\",}", Some("x,]")),
        ("{\"a\": \"x\\\",}\",}", Some("x\",}")),
        ("{\"a\": \"\\u001b@\nz\"}", Some("\u{1b}@\nz")),
        ("{\"a\": \"x\",,}", None),
        ("{\"a\": [,]}", None),
        ("{,\"a\": \"x\"}", None),
        ("{\"a\": \"\\u00zz\"}", None),
        ("{\"a\": \"x\"", None),
        ("{\"a\": \"x\"} {}", None),
        ("{a: \"x\"}", None),
        ("{\"a\": 'x'}", None),
        ("[{\"a\": \"x\"}]", None),
        ("", None),
    ] {
        assert_eq!(read(text).and_then(|object| object.text("a")).as_deref(), expected, "{text}");
    }
}

#[test]
fn a_name_that_stands_twice_makes_the_reply_unreadable() {
    for text in ["{\"a\":1,\"a\":2}", "{\"status\":\"Failed\",\"Status\":\"Success\"}", "{\"x\":[{\"a\":1,\"a\":1}]}"] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn depth_and_size_are_bounded() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{{\"a\":{}1{}}}", open.repeat(100_000), close.repeat(100_000));
        assert_eq!(read_object(&deep), Err(Doubt::NotUnderstood));
    }
    assert_eq!(read_object(&" ".repeat(10 << 20)), Err(Doubt::TooLarge));
    assert_eq!(read_object(&"{\"a\":1,".repeat(100_000)), Err(Doubt::NotUnderstood));
    assert_eq!(read_object(&format!("[1{}", ", ".repeat(400_000))), Err(Doubt::NotUnderstood));
    assert_eq!(read_object(&format!("[1,{}1", " ".repeat(900_000))), Err(Doubt::NotUnderstood));
}

#[test]
fn amounts_are_read_by_their_shape() {
    let object =
        read("{\"a\": 5000, \"b\": 5000.0, \"c\": 0.67, \"d\": \"5.000\", \"e\": 1e300, \"f\": true}").unwrap();
    let read: Vec<_> = ["a", "b", "c", "d", "e", "f", "g"].iter().map(|name| object.amount(name)).collect();
    let five = Some(Rupiah::new(5_000));
    assert_eq!(read, [five, five, None, five, None, None, None]);
}

#[test]
fn tokens_are_exactly_twenty_digits() {
    for text in ["6722 0840 8781 8484 1314 ", "6722-0840-8781-8484-1314", "67220840878184841314"] {
        assert_eq!(token_digits(text).as_deref(), Some("67220840878184841314"), "{text}");
    }
    for bad in ["", "6722 0840 8781 8484 131", "6722 0840 8781 8484 13145", "6722 0840 8781 8484 131x", "é"] {
        assert_eq!(token_digits(bad), None, "{bad}");
    }
    assert_eq!(in_fours("67220840878184841314"), "6722 0840 8781 8484 1314");
}

#[test]
fn numbers_are_sent_as_numbers_only_where_nothing_is_lost() {
    let sent = |text| body(&[("n", Sent::number_or_text(text))]).text;
    assert_eq!(sent("6748324"), "{\"n\":6748324}");
    for (text, quoted) in [("007", "{\"n\":\"007\"}"), ("9007199254740993", "{\"n\":\"9007199254740993\"}")] {
        assert_eq!(sent(text), quoted);
    }
    assert_eq!(sent("a\"b"), "{\"n\":\"a\\\"b\"}");
}
