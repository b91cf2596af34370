//! Connections: who gets one, how long and how large the head of a request may get, and what becomes of a caller that
//! does not listen. What a request is answered with, and how long that may take, is the routes' business.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::places::{self, Admission, Callers, Place, Places, Until};
use super::request_line::{Begun, LONGEST_LINE, Lines};
use crate::log_throttle::{LOG, NOBODY, SAY_EVERY};

/// Bytes of a request's head, and what hyper buffers of its body at a time. Callbacks by GET carry all they say in the
/// address; proxies and programs add headers of a few hundred bytes.
const LARGEST_HEAD: usize = LONGEST_LINE + 4 * 1024;
/// Headers of a request. Proxies add a handful.
const MOST_HEADERS: usize = 64;
/// What somebody hears for whom there is no place.
const NO_PLACE: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 10\r\nContent-Length: 0\r\n\r\n";
/// Until a connection is looked for again when none can be taken, for want of file handles for example.
const PAUSE: Duration = Duration::from_millis(100);

/// What one caller, and all of them together, may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub places: places::Limits,
    /// From the connection, or the answer before, to the end of a request's head. Also how long one may be idle.
    pub head: Duration,
    /// How long an answer may wait for its caller to read on.
    pub unread: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let places = places::Limits { all: 512, kept: 128, of_stranger: 32, of_known: 64 };
        Self { places, head: Duration::from_secs(10), unread: Duration::from_secs(30) }
    }
}

/// Serves HTTP until `stop`; returns when requests under way are finished.
pub async fn serve(listener: TcpListener, routes: Router, callers: Callers, limits: Limits, stop: CancellationToken) {
    let places = Places::new(callers, limits.places);
    let connections = TaskTracker::new();
    connections.spawn(say_rest(stop.clone()));
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                if LOG.is_due(NOBODY, "a connection could not be taken", None) {
                    tracing::warn!(%error, "a connection could not be taken");
                }
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let place = match places.admit(peer.ip()) {
            Admission::Free(place) => place,
            Admission::Cleared(place) => {
                LOG.say(NOBODY, "too many connections: the one idle longest gave way to a new one", peer.ip());
                place
            }
            Admission::Refused => {
                metrics::counter!("konter_http_refused_total").increment(1);
                LOG.say(NOBODY, "too many connections: a new one is turned away", peer.ip());
                // A few bytes always fit into what the system buffers of a new connection.
                let _ = stream.try_write(NO_PLACE);
                continue;
            }
        };
        let (routes, places, stop) = (routes.clone(), Arc::clone(&places), stop.clone());
        connections
            .spawn(async move { talk(stream, peer, Arc::new(place), routes, limits, stop, &places.callers).await });
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// Says now and then how much was not logged line by line.
async fn say_rest(stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(SAY_EVERY)).await.is_some() {
        LOG.say_rest();
    }
    LOG.say_all();
}

/// Serves one connection. Whose report began on it and never reached a handler is logged.
async fn talk(
    stream: TcpStream,
    peer: SocketAddr,
    place: Arc<Place>,
    routes: Router,
    limits: Limits,
    stop: CancellationToken,
    callers: &Callers,
) {
    let begun = Arc::new(Begun::default());
    let (handed, seat) = (Arc::clone(&begun), Arc::clone(&place));
    let routes = TowerToHyperService::new(routes);
    let service = service_fn(move |mut request: Request<Incoming>| {
        handed.handed_over();
        request.extensions_mut().insert(ConnectInfo(peer));
        if request.body().is_end_stream() {
            seat.is_answering(true);
        }
        let seat = Arc::clone(&seat);
        let answer = routes.call(request.map(|body| axum::body::Body::new(Until::asked(body, &seat))));
        async move { Ok::<_, Infallible>(answer.await?.map(|body| Until::answered(body, &seat))) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(LARGEST_HEAD)
        .max_headers(MOST_HEADERS)
        .serve_connection(TokioIo::new(Lines::new(Impatient::new(stream, limits.unread), Arc::clone(&begun))), service);
    let ended = {
        tokio::pin!(connection);
        tokio::select! {
            ended = connection.as_mut() => ended,
            () = place.given_away() => Ok(()),
            () = stop.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        }
    };
    for supplier in begun.left() {
        let name = callers.name(&supplier);
        LOG.say(name, "a report is not read: its request ended before it could be read", peer.ip());
    }
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection ended");
    }
}

/// A connection that is given up when nothing of what is written to it is taken for a while.
struct Impatient {
    stream: TcpStream,
    patience: Duration,
    /// Since when a write waits, plus the patience.
    until: Option<Pin<Box<Sleep>>>,
}

impl Impatient {
    const fn new(stream: TcpStream, patience: Duration) -> Self {
        Self { stream, patience, until: None }
    }

    /// Passes on what a write came to; one that waits too long has failed.
    fn judge<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.until = None;
            return written;
        }
        let deadline = Instant::now() + self.patience;
        let until = self.until.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        ready!(until.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Impatient {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Impatient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.judge(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.judge(cx, written)
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
