//! Request lines as suppliers' programs really send them. Many report with raw blanks, quotes or bytes beyond ASCII in
//! the address, or without a version; hyper refuses such a line before anybody could know which report it was. So the
//! line of a request to `/callback/` is held back until it is whole, and what hyper would refuse in it is escaped.
//!
//! Whatever is well-formed passes byte for byte. So that nothing but a request line is ever touched, heads and bodies are
//! followed by their length; where that is not sure (chunks, two lengths, a folded line), the rest of the connection
//! passes untouched. A request whose line was changed is its connection's last.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use konter_core::ids::SupplierId;

/// What is mended begins so; everything else is hyper's business alone.
const CALLBACKS: &[u8] = b"/callback/";
/// Bytes of a request line after escaping, which can make three of one. The documents' own stay under 2 KiB.
pub(super) const LONGEST_LINE: usize = 12 * 1024;
/// Method, version and the blanks around the address.
const AROUND: usize = 64;
/// Of the rest of a longer line, dropped so that its sender can be answered; beyond it, the connection ends.
const MOST_DROPPED: usize = 1 << 20;
/// Of a header's line: enough for any length of a body.
const HEADER_SEEN: usize = 128;
/// What is told of the piece that a bare `#` cut off.
const FRAGMENT_TOLD: usize = 1024;
/// Says what a line lost: it was too long, or a bare `#` cut it off (which could be read in two ways). A caller that
/// writes this header itself only keeps its own report from being read.
pub(super) const CUT: &str = "konter-cut";
/// Its value for a line that was too long.
pub(super) const TOO_LONG: &str = "long";

/// The suppliers in whose name requests have begun that no handler has seen yet.
#[derive(Default)]
pub(super) struct Begun(Mutex<Beginnings>);

#[derive(Default)]
struct Beginnings {
    /// Of each request whose line has come.
    whole: VecDeque<Option<SupplierId>>,
    /// Of the line that is coming.
    part: Option<SupplierId>,
}

impl Begun {
    /// A handler has the next request.
    pub fn handed_over(&self) {
        self.0.lock().whole.pop_front();
    }

    /// Those whose request nobody will see any more.
    pub fn left(&self) -> Vec<SupplierId> {
        let Beginnings { whole, part } = std::mem::take(&mut *self.0.lock());
        whole.into_iter().flatten().chain(part).collect()
    }

    fn is_coming(&self, line: &[u8]) {
        self.0.lock().part = supplier_of(line);
    }

    fn has_come(&self, line: &[u8]) {
        let mut begun = self.0.lock();
        begun.part = None;
        begun.whole.push_back(supplier_of(line));
    }
}

/// The supplier that a request line, or its beginning, names.
fn supplier_of(line: &[u8]) -> Option<SupplierId> {
    let (_, target) = method_and_target(line)?;
    let rest = target.strip_prefix(CALLBACKS)?;
    let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric())?;
    std::str::from_utf8(rest.get(..end)?).ok()?.parse().ok()
}

/// A connection whose request lines hyper can read.
pub(super) struct Lines<S> {
    stream: S,
    mender: Mender,
    given: usize,
    ended: bool,
}

impl<S> Lines<S> {
    pub fn new(stream: S, begun: Arc<Begun>) -> Self {
        Self { stream, mender: Mender::new(begun), given: 0, ended: false }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lines<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if let Some(waiting) = this.mender.out.get(this.given..).filter(|waiting| !waiting.is_empty()) {
                let piece = waiting.get(..into.remaining()).unwrap_or(waiting);
                into.put_slice(piece);
                this.given += piece.len();
                return Poll::Ready(Ok(()));
            }
            this.mender.out.clear();
            this.given = 0;
            if this.ended {
                return Poll::Ready(Ok(()));
            }
            if this.mender.state == State::Blind {
                return Pin::new(&mut this.stream).poll_read(cx, into);
            }
            let mut space = [0; 4096];
            let mut read = ReadBuf::new(&mut space);
            ready!(Pin::new(&mut this.stream).poll_read(cx, &mut read))?;
            if read.filled().is_empty() {
                this.ended = true;
                this.mender.let_go();
            }
            this.mender.feed(read.filled())?;
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Lines<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Where in the stream the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In a request line, which is held back.
    Line,
    /// In the rest of a line that was too long.
    Dropping { left: usize },
    /// In a head; `length` is its body's, as far as it has been told, `sure` whether that can be relied on.
    Head { length: Option<u64>, sure: bool },
    /// In a body.
    Body { left: u64 },
    /// Somewhere: everything passes.
    Blind,
}

const NEW_HEAD: State = State::Head { length: None, sure: true };

struct Mender {
    state: State,
    /// The line so far: all of a request line, the beginning of a header.
    held: Vec<u8>,
    out: Vec<u8>,
    begun: Arc<Begun>,
}

impl Mender {
    fn new(begun: Arc<Begun>) -> Self {
        Self { state: State::Line, held: Vec::new(), out: Vec::new(), begun }
    }

    /// Takes what came in; what may go on stands in `out`.
    fn feed(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let end = bytes.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
            let taken = match self.state {
                State::Blind => bytes.len(),
                State::Body { left } => usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len()),
                State::Line | State::Dropping { .. } | State::Head { .. } => end.unwrap_or(bytes.len()),
            };
            let (piece, rest) = bytes.split_at(taken);
            bytes = rest;
            match self.state {
                State::Line => self.line(piece, end.is_some()),
                State::Dropping { left } => {
                    let left = left.checked_sub(piece.len()).ok_or(io::ErrorKind::InvalidData)?;
                    self.state = if end.is_some() { State::Blind } else { State::Dropping { left } };
                }
                State::Head { length, sure } => {
                    self.out.extend_from_slice(piece);
                    let room = HEADER_SEEN.saturating_sub(self.held.len()).min(piece.len());
                    self.held.extend_from_slice(piece.get(..room).unwrap_or_default());
                    if end.is_some() {
                        self.state = after_header(&self.held, length, sure);
                        self.held.clear();
                    }
                }
                State::Body { left } => {
                    self.out.extend_from_slice(piece);
                    let left = left.saturating_sub(piece.len() as u64);
                    self.state = if left == 0 { State::Line } else { State::Body { left } };
                }
                State::Blind => self.out.extend_from_slice(piece),
            }
        }
        Ok(())
    }

    fn line(&mut self, piece: &[u8], is_end: bool) {
        self.held.extend_from_slice(piece);
        let is_blank = self.held.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
        if is_blank {
            // Some send a line end behind a body; hyper passes over it.
            if is_end {
                self.out.append(&mut self.held);
            }
            return;
        }
        if is_end {
            self.begun.has_come(&self.held);
            let (line, state) = mended(&self.held, true);
            self.out.extend_from_slice(&line);
            self.held.clear();
            self.state = state;
        } else if method_and_target(&self.held).is_none() && self.held.len() > LONGEST_METHOD {
            // No HTTP at all.
            self.let_go();
        } else if self.held.len() > LONGEST_LINE + AROUND {
            self.begun.has_come(&self.held);
            if method_and_target(&self.held).is_some_and(|(_, target)| target.starts_with(CALLBACKS)) {
                let mut line = std::mem::take(&mut self.held);
                line.extend_from_slice(b" HTTP/1.1\r\n");
                self.out.extend_from_slice(&mended(&line, false).0);
                self.state = State::Dropping { left: MOST_DROPPED };
            } else {
                self.let_go();
            }
        } else {
            self.begun.is_coming(&self.held);
        }
    }

    /// From here on everything passes.
    fn let_go(&mut self) {
        self.out.append(&mut self.held);
        self.state = State::Blind;
    }
}

/// Letters of a method; whatever does not begin with so few and a blank is none.
const LONGEST_METHOD: usize = 16;

/// The method, and the address with everything behind it.
fn method_and_target(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = line.iter().take(LONGEST_METHOD + 1).position(|byte| !byte.is_ascii_alphabetic())?;
    let (method, rest) = line.split_at_checked(end).filter(|(method, _)| !method.is_empty())?;
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    rest.first().filter(|byte| blank(byte))?;
    let from = rest.iter().position(|byte| !blank(byte))?;
    Some((method, rest.get(from..)?))
}

/// A request line as hyper reads it, and what follows it. `is_all`: nothing of it was left out.
fn mended(line: &[u8], is_all: bool) -> (Vec<u8>, State) {
    let untouched = |state| (line.to_vec(), state);
    let Some((method, rest)) = method_and_target(line) else { return untouched(State::Blind) };
    if method.eq_ignore_ascii_case(b"CONNECT") {
        return untouched(State::Blind);
    }
    if !rest.starts_with(CALLBACKS) {
        return untouched(NEW_HEAD);
    }
    let (target, version) = target_and_version(rest.trim_ascii_end());
    let hash = target.iter().position(|byte| *byte == b'#');
    let (kept, lost) = target.split_at(hash.unwrap_or(target.len()));
    let (address, fits) = escaped(kept, LONGEST_LINE);
    let is_whole = fits && is_all;
    let plain = [method, b" ", &address, b" ", version.unwrap_or_default().as_bytes()].concat();
    let is_ended = |end: &[u8]| line.strip_suffix(end) == Some(plain.as_slice());
    if is_whole && hash.is_none() && version.is_some() && (is_ended(b"\r\n") || is_ended(b"\n")) {
        return untouched(NEW_HEAD);
    }
    // HTTP before it had versions: a request was one line, and nothing is coming to end a head.
    let is_line_alone = version.is_none() && method == b"GET";
    let version = version.unwrap_or(if is_line_alone { "HTTP/1.0" } else { "HTTP/1.1" });
    let mut head = [method, b" ", &address, b" ", version.as_bytes(), b"\r\nConnection: close\r\n"].concat();
    let cut = if !is_whole {
        Some(TOO_LONG.as_bytes().to_vec())
    } else if hash.is_some() {
        Some(escaped(lost, FRAGMENT_TOLD).0)
    } else {
        None
    };
    if let Some(value) = cut {
        head.extend([CUT.as_bytes(), b": ", &value, b"\r\n"].concat());
    }
    if is_line_alone {
        head.extend(b"\r\n");
    }
    (head, State::Blind)
}

/// What stands behind the last blank is the version, when it is one that hyper speaks.
fn target_and_version(rest: &[u8]) -> (&[u8], Option<&'static str>) {
    let last = rest.iter().rposition(|byte| matches!(byte, b' ' | b'\t'));
    let (target, word) = last.map_or((rest, &b""[..]), |at| rest.split_at(at));
    let word = word.trim_ascii();
    let version = ["HTTP/1.1", "HTTP/1.0"].into_iter().find(|known| word.eq_ignore_ascii_case(known.as_bytes()));
    match version {
        Some(version) => (target.trim_ascii_end(), Some(version)),
        None => (rest, None),
    }
}

/// The bytes with what hyper refuses percent-encoded, at most `longest` of them, and whether these are all.
fn escaped(bytes: &[u8], longest: usize) -> (Vec<u8>, bool) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = Vec::with_capacity(bytes.len());
    for &byte in bytes {
        let is_plain = matches!(byte, 0x21..=0x7e) && !matches!(byte, b'"' | b'<' | b'>' | b'#');
        if out.len() + if is_plain { 1 } else { 3 } > longest {
            return (out, false);
        }
        if is_plain {
            out.push(byte);
        } else {
            out.extend([b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
    (out, true)
}

/// What follows a line of a head.
fn after_header(line: &[u8], length: Option<u64>, sure: bool) -> State {
    let unsure = State::Head { length, sure: false };
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.is_empty() {
        return match length {
            _ if !sure => State::Blind,
            None | Some(0) => State::Line,
            Some(left) => State::Body { left },
        };
    }
    let Some(colon) = line.iter().position(|byte| *byte == b':') else { return unsure };
    let (name, value) = (line.get(..colon).unwrap_or_default(), line.get(colon + 1..).unwrap_or_default());
    if name.trim_ascii().len() != name.len() || name.eq_ignore_ascii_case(b"transfer-encoding") {
        return unsure;
    }
    if !name.eq_ignore_ascii_case(b"content-length") {
        return State::Head { length, sure };
    }
    let value = value.trim_ascii();
    let digits = std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    match digits.and_then(|digits| digits.parse().ok()) {
        Some(told) if length.is_none() && line.len() < HEADER_SEEN - 2 => State::Head { length: Some(told), sure },
        _ => unsure,
    }
}

#[cfg(test)]
mod tests;
