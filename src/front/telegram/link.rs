//! Whether Telegram is reached, as the last calls tell: for whoever asks how the program is.

use chrono::{DateTime, SecondsFormat, Utc};
use parking_lot::Mutex;
use serde::Serialize;
use teloxide::payloads::GetUpdates;
use teloxide::requests::Payload as _;

use super::ApiError;

/// What `/health` tells of Telegram.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinkState {
    /// `connecting` (nothing is known yet), `connected`, `failing`.
    pub state: &'static str,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<LastError>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LastError {
    pub at: String,
    pub what: String,
}

impl From<LinkState> for serde_json::Value {
    fn from(state: LinkState) -> Self {
        // A struct of texts always has a form.
        serde_json::to_value(state).unwrap_or_default()
    }
}

#[derive(Debug, Default)]
pub(super) struct Link(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    now: Option<(Standing, DateTime<Utc>)>,
    last_error: Option<(DateTime<Utc>, ApiError)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// The last call ended well.
    Connected,
    /// `receiving`: it is the question for messages that fails, and only its own success ends that. Where another program
    /// takes this bot's messages, everything else goes on as if nothing were wrong.
    Failing { receiving: bool },
}

impl Link {
    pub(super) fn saw(&self, method: &str, error: Option<&ApiError>, at: DateTime<Utc>) {
        let receiving = method == GetUpdates::NAME;
        let mut seen = self.0.lock();
        // An answer, be it a refusal, is a connection.
        let failed = error.filter(|error| !matches!(error, ApiError::Refused { .. } | ApiError::RetryAfter(_)));
        let (before, since) = seen.now.map_or((None, at), |(standing, since)| (Some(standing), since));
        let now = match (failed, before) {
            (Some(_), Some(Standing::Failing { receiving: before })) => {
                (Standing::Failing { receiving: receiving || before }, since)
            }
            (Some(_), _) => (Standing::Failing { receiving }, at),
            (None, Some(Standing::Failing { receiving: true })) if !receiving => {
                (Standing::Failing { receiving: true }, since)
            }
            (None, Some(Standing::Connected)) => (Standing::Connected, since),
            (None, _) => (Standing::Connected, at),
        };
        seen.now = Some(now);
        if let Some(error) = failed {
            seen.last_error = Some((at, error.clone()));
        }
    }

    pub(super) fn state(&self) -> LinkState {
        let seen = self.0.lock();
        let shown = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let state = match seen.now {
            None => "connecting",
            Some((Standing::Connected, _)) => "connected",
            Some((Standing::Failing { .. }, _)) => "failing",
        };
        let last_error = seen.last_error.as_ref();
        LinkState {
            state,
            since: seen.now.map(|(_, since)| shown(since)),
            last_error: last_error.map(|(at, error)| LastError { at: shown(*at), what: error.to_string() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_messages_that_come_in_again_end_a_failure_to_receive() {
        let link = Link::default();
        let at = |second: i64| DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap();
        let down = ApiError::Down(502);
        let conflict = ApiError::Conflict("terminated by other getUpdates request".to_owned());
        let refused = ApiError::Refused { code: 400, description: "chat not found".to_owned() };
        assert_eq!(link.state().state, "connecting");
        for (second, method, error, state, since) in [
            (0, "GetMe", None, "connected", 0),
            (1, "SendMessage", Some(&refused), "connected", 0),
            (2, "SendMessage", Some(&down), "failing", 2),
            (3, "SendMessage", Some(&down), "failing", 2),
            (4, "SendMessage", None, "connected", 4),
            (5, "GetUpdates", Some(&conflict), "failing", 5),
            (6, "SendMessage", None, "failing", 5),
            (7, "SendMessage", Some(&down), "failing", 5),
            (8, "GetUpdates", None, "connected", 8),
            (9, "GetUpdates", None, "connected", 8),
        ] {
            link.saw(method, error, at(second));
            let told = link.state();
            let expected = at(since).to_rfc3339_opts(SecondsFormat::Secs, true);
            assert_eq!((told.state, told.since), (state, Some(expected)), "{second}: {method}");
        }
        let told = serde_json::Value::from(link.state());
        assert_eq!(told["last_error"]["what"], "Telegram is out of order (HTTP 502)");
    }
}
