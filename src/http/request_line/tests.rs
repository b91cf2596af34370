use proptest::prelude::*;

use super::*;

/// What hyper is given for what came in, however it was cut into pieces.
fn given(came: &[u8], pieces: usize) -> Vec<u8> {
    let mut mender = Mender::new(Arc::default());
    for piece in came.chunks(pieces.max(1)) {
        mender.feed(piece).unwrap();
    }
    mender.let_go();
    mender.out
}

fn line(came: &str) -> String {
    String::from_utf8(given(came.as_bytes(), usize::MAX)).unwrap()
}

#[test]
fn what_hyper_refuses_is_escaped_and_the_connection_ends_with_it() {
    for (came, read) in [
        ("GET /callback/b?m=a b HTTP/1.1\r\n", "GET /callback/b?m=a%20b HTTP/1.1"),
        ("GET /callback/b?m=a b HTTP/1.1\n", "GET /callback/b?m=a%20b HTTP/1.1"),
        ("GET   /callback/b?m=\"<a>\" \t HTTP/1.0 \r\n", "GET /callback/b?m=%22%3Ca%3E%22 HTTP/1.0"),
        ("GET /callback/b?m=caf\u{e9} http/1.1\r\n", "GET /callback/b?m=caf%C3%A9 HTTP/1.1"),
        ("GET /callback/b?m=a\tb\rc\u{0} HTTP/1.1\r\n", "GET /callback/b?m=a%09b%0Dc%00 HTTP/1.1"),
        // Escaped before, or meant by itself: left alone.
        ("GET /callback/b?m=100%+%25 a|{b}&c HTTP/1.1\r\n", "GET /callback/b?m=100%+%25%20a|{b}&c HTTP/1.1"),
        ("POST /callback/b?m=a b HTTP/1.1\r\n", "POST /callback/b?m=a%20b HTTP/1.1"),
    ] {
        assert_eq!(line(came), format!("{read}\r\nConnection: close\r\n"), "{came:?}");
    }
    let alone = "GET /callback/b?m=a b HTTP/1.0\r\nConnection: close\r\n\r\n".replace("a b", "a%20b");
    assert_eq!(line("GET /callback/b?m=a b\r\n"), alone, "a line without a version is all there is");
}

#[test]
fn what_a_bare_hash_cuts_off_is_told() {
    let read = line("GET /callback/b?m=#1#S5 x# HTTP/1.1\r\n");
    assert_eq!(read, "GET /callback/b?m= HTTP/1.1\r\nConnection: close\r\nkonter-cut: %231%23S5%20x%23\r\n");
}

#[test]
fn a_line_that_is_too_long_is_cut_and_says_so() {
    for length in [LONGEST_LINE - 40, LONGEST_LINE - 12, LONGEST_LINE, LONGEST_LINE + 1, 100_000] {
        let came = format!("GET /callback/b?m={} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(length));
        for pieces in [1, 1_000, usize::MAX] {
            let read = String::from_utf8(given(came.as_bytes(), pieces)).unwrap();
            let is_cut = read.contains("\r\nkonter-cut: long\r\nHost: a\r\n\r\n");
            assert!(is_cut || read == came, "{length} {pieces}");
            assert_eq!(is_cut, length > LONGEST_LINE - 40, "{length} {pieces}");
            assert!(read.len() < LONGEST_LINE + 200);
        }
    }
    let mut mender = Mender::new(Arc::default());
    let endless = std::iter::repeat_n([b'x'; 4096], 2 * MOST_DROPPED / 4096);
    let first = mender.feed(b"GET /callback/b?");
    assert!(endless.map(|piece| mender.feed(&piece)).chain([first]).any(|fed| fed.is_err()), "not dropped for ever");
}

/// Every one of these stays as it is, also what looks like a request line inside.
#[test]
fn whatever_is_well_formed_or_not_followed_for_sure_is_untouched() {
    let inside = "GET /callback/b?m=a b HTTP/1.1\r\n";
    let post = |headers: &str, body: &str| format!("POST /callback/b HTTP/1.1\r\n{headers}\r\n\r\n{body}");
    let long = format!("X-Long: {}", "y".repeat(10 * HEADER_SEEN));
    for came in [
        "GET /callback/b?m=a%20b&n=%23 HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "GET /callback/b HTTP/1.0\n\n".to_owned(),
        "GET / HTTP/1.1\r\n\r\nGET /callback/b?m=1 HTTP/1.1\r\n\r\n".to_owned(),
        "GET /health?a b HTTP/1.1\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}GET /callback/b?a b HTTP/1.1\r\n".to_owned(),
        "SSH-2.0-client\r\n".to_owned(),
        post(&format!("Content-Length: {}", inside.len()), inside),
        post(&format!("content-length:{}\r\n{long}", inside.len()), inside),
        post("Transfer-Encoding: chunked", &format!("{:x}\r\n{inside}\r\n0\r\n\r\n", inside.len())),
        post("Transfer-Encoding: chunked\r\nContent-Length: 0", inside),
        post("Content-Length: 0\r\nContent-Length: 32", inside),
        post("Content-Length: 0\r\nContent-Length: 0", inside),
        post("Content-Length: +0", inside),
        post("Content-Length: 0x0", inside),
        post("Content-Length : 0", inside),
        post("Content-Length:", inside),
        post("X-A: b\r\n folded: Content-Length", inside),
        post("Content-Length: 0\r\n 32", inside),
        format!("CONNECT /callback/b HTTP/1.1\r\n\r\n{inside}"),
    ] {
        for pieces in [1, 7, usize::MAX] {
            assert_eq!(String::from_utf8(given(came.as_bytes(), pieces)).unwrap(), came, "{came:?}");
        }
    }
}

#[test]
fn the_next_line_on_a_connection_is_read_behind_the_bodys_end() {
    let first = "POST /callback/b HTTP/1.1\r\nContent-Length: 5\r\n\r\na b c";
    for between in ["", "\r\n"] {
        let came = format!("{first}{between}GET /callback/b?m=a b HTTP/1.1\r\nHost: a\r\n\r\n");
        let read = format!("{first}{between}GET /callback/b?m=a%20b HTTP/1.1\r\nConnection: close\r\nHost: a\r\n\r\n");
        for pieces in [1, 3, usize::MAX] {
            assert_eq!(String::from_utf8(given(came.as_bytes(), pieces)).unwrap(), read);
        }
    }
}

#[test]
fn whose_reports_have_begun_is_known() {
    let begun = Arc::<Begun>::default();
    let mut mender = Mender::new(Arc::clone(&begun));
    mender.feed(b"GET /callback/kios?a=1 HTTP/1.1\r\n\r\nGET /health HTTP/1.1\r\n\r\nGET /callback/biller/s").unwrap();
    begun.handed_over();
    let names = |left: Vec<SupplierId>| left.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(begun.left()), ["biller"]);
    assert_eq!(names(begun.left()), [""; 0]);
}

proptest! {
    /// However it is cut, the same comes out; and never less than came in, but for lines that are too long.
    #[test]
    fn pieces_make_no_difference(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("GET /callback/b?m=a b HTTP/1.1\r\n".to_owned()),
                Just("GET /callback/b?m=a HTTP/1.1\r\n".to_owned()),
                Just("POST /x HTTP/1.1\r\n".to_owned()),
                Just("Content-Length: 3\r\n".to_owned()),
                Just("Transfer-Encoding: chunked\r\n".to_owned()),
                Just("\r\n".to_owned()),
                Just("\n".to_owned()),
                "[ -~\r\n]{0,20}",
            ],
            0..12,
        ),
        pieces in 1_usize..40,
    ) {
        let came = parts.concat();
        let whole = given(came.as_bytes(), usize::MAX);
        prop_assert!(whole.len() >= came.len().saturating_sub(40 * parts.len()));
        prop_assert_eq!(given(came.as_bytes(), pieces), whole);
    }
}
