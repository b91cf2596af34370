//! The HTTP side of one simulator: reads a request, lets the protocol answer, and carries the answer out as the
//! scenario wants it: late, cut off, not at all.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::stream;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::book::{Book, Sale};
use super::courier::Courier;
use super::scenario::{Step, Way, Word};
use super::turn::{Answer, Asked, HTML, Report, Turn};
use super::wire::{BreakableListener, Scissors};
use super::{Kind, Pace, biller_json, json_family, kiosampm, ppob, teleanjar, text, text_family, xgateway};

/// No request of any of the documents comes near this many bytes.
const LONGEST_BODY: usize = 64 * 1024;

/// Everything one simulator needs to answer.
#[derive(Clone)]
pub(super) struct Stand {
    pub kind: Kind,
    pub pace: Pace,
    pub book: Arc<Book>,
    pub courier: Courier,
    pub tasks: TaskTracker,
    pub stop: CancellationToken,
}

pub(super) async fn serve(listener: TcpListener, stand: Stand) {
    let stop = stand.stop.clone();
    let service = Router::new().fallback(answer).with_state(stand).into_make_service_with_connect_info::<Scissors>();
    // Its error type allows for one, but it only returns when told to stop.
    let _ = axum::serve(BreakableListener(listener), service).with_graceful_shutdown(stop.cancelled_owned()).await;
}

async fn answer(
    State(stand): State<Stand>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LONGEST_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let body = String::from_utf8_lossy(&body);
    let asked = Asked { method: &head.method, uri: &head.uri, headers: &head.headers, body: &body };
    let turn = stand.turn(&asked);
    stand.begin(&turn).await;
    stand
        .pause(match turn.way {
            Way::Slow => stand.pace.slow_answer_delay(),
            Way::Whole | Way::Closed | Way::BadGateway | Way::CutShort => stand.pace.answer_delay(),
        })
        .await;
    send(turn.way, turn.answer, &scissors)
}

impl Stand {
    fn turn(&self, asked: &Asked<'_>) -> Turn {
        let now = text::now();
        match self.kind {
            Kind::Kiosampm => kiosampm::turn(&self.book, asked, now),
            Kind::Xgateway => xgateway::turn(&self.book, asked, now),
            Kind::BillerJson => biller_json::turn(&self.book, asked, now),
            Kind::Ppob => ppob::turn(&self.book, asked, now),
            Kind::Teleanjar => teleanjar::turn(&self.book, asked, now),
            Kind::Digiflazz | Kind::Iak | Kind::Tokovoucher | Kind::Apigames | Kind::Tripay => {
                json_family::turn(self.kind, &self.book, asked, now)
            }
            Kind::Otomax | Kind::Irs | Kind::Okeconnect => text_family::turn(self.kind, &self.book, asked, now),
        }
    }

    /// `None`: this supplier has no callbacks.
    fn report(&self, sale: &Sale, word: Word) -> Option<Report> {
        match self.kind {
            Kind::Kiosampm => Some(kiosampm::report(sale, word)),
            Kind::Xgateway => Some(xgateway::report(sale, word)),
            Kind::BillerJson => Some(biller_json::report(sale, word)),
            Kind::Ppob => Some(ppob::report(sale, word)),
            Kind::Teleanjar => None,
            Kind::Digiflazz | Kind::Iak | Kind::Tokovoucher | Kind::Apigames | Kind::Tripay => {
                Some(json_family::report(self.kind, sale, word))
            }
            Kind::Otomax | Kind::Irs | Kind::Okeconnect => Some(text_family::report(self.kind, sale, word)),
        }
    }

    /// Runs the steps that come before the answer and sends the later ones on their way. This is done before any
    /// waiting, so that a client that gives up changes nothing.
    async fn begin(&self, turn: &Turn) {
        /// Long enough for a shop that takes it, short enough not to hang when none does.
        const FIRST_CALLBACK: Duration = Duration::from_secs(1);
        let (before, later): (Vec<Step>, Vec<Step>) = turn.steps.iter().partition(|step| step.after == 0);
        if !before.is_empty() {
            let _ = tokio::time::timeout(FIRST_CALLBACK, self.spawn_steps(turn.index, before)).await;
        }
        if !later.is_empty() {
            self.spawn_steps(turn.index, later);
        }
    }

    /// One after the other, also on a machine so busy that their moments have all passed: a correction never comes
    /// before what it corrects.
    fn spawn_steps(&self, index: usize, steps: Vec<Step>) -> JoinHandle<()> {
        let stand = self.clone();
        self.tasks.spawn(async move {
            let began = Instant::now();
            let all = async {
                for step in steps {
                    tokio::time::sleep_until(began + stand.pace.callback_delay() * step.after).await;
                    stand.carry_out(index, step).await;
                }
            };
            stand.stop.run_until_cancelled(all).await;
        })
    }

    async fn carry_out(&self, index: usize, step: Step) {
        let Some(sale) = self.book.settle(index, step.word) else { return };
        let Some(report) = self.report(&sale, step.word) else { return };
        for _ in 0..step.copies {
            self.courier.deliver(self.kind, &report).await;
        }
    }

    async fn pause(&self, delay: Duration) {
        if !delay.is_zero() {
            self.stop.run_until_cancelled(tokio::time::sleep(delay)).await;
        }
    }
}

fn send(way: Way, answer: Answer, scissors: &Scissors) -> Response {
    match way {
        Way::Whole | Way::Slow => whole(answer),
        Way::Closed => {
            scissors.cut();
            StatusCode::OK.into_response()
        }
        Way::BadGateway => whole(Answer { status: 502, media: HTML, body: BAD_GATEWAY.to_owned() }),
        Way::CutShort => cut_short(&answer),
    }
}

const BAD_GATEWAY: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
                           <center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

fn whole(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(CONTENT_TYPE, HeaderValue::from_static(answer.media))], answer.body).into_response()
}

/// Announces the whole length, sends the first half, breaks.
fn cut_short(answer: &Answer) -> Response {
    /// Lets the first half leave before the break.
    const HALF_WAY: Duration = Duration::from_millis(10);
    let length = answer.body.len();
    let half = Bytes::copy_from_slice(answer.body.as_bytes().get(..length / 2).unwrap_or_default());
    let pieces = stream::unfold(Some(half), |half| async move {
        if let Some(half) = half {
            Some((Ok(half), None))
        } else {
            tokio::time::sleep(HALF_WAY).await;
            Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), None))
        }
    });
    let headers = [(CONTENT_TYPE, HeaderValue::from_static(answer.media)), (CONTENT_LENGTH, HeaderValue::from(length))];
    (headers, Body::from_stream(pieces)).into_response()
}
