//! Reading an answer of the Bot API. Pure.
//!
//! Every field is read for itself, and only when it is asked for: teloxide reads the whole answer at once, so a `result` of
//! an unexpected shape turns a message that was sent into an error, and the code beside a refusal is lost.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::ApiError;

/// Of Telegram's own words in an error.
const LONGEST_DESCRIPTION: usize = 200;
/// When Telegram says "too many requests" and not how long to wait.
const DEFAULT_WAIT: Duration = Duration::from_secs(5);
/// Longer than this is no pause but a fault; the chat is tried again by then.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);
/// What an answer begins with when the method was carried out.
const DONE: &str = r#"{"ok":true"#;

/// The result of a method that was carried out, as it came.
#[derive(Default)]
pub struct Answer(Option<Box<RawValue>>);

/// Without the result: it can hold what people typed.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").finish_non_exhaustive()
    }
}

impl Answer {
    /// The result as one of teloxide's types; `None` when it is something else.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.0.as_deref()?.get()).ok()
    }
}

type Fields = HashMap<String, Box<RawValue>>;

#[derive(Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
}

/// Reads an answer; `wait` is what its `Retry-After` header says.
pub(super) fn judge(status: StatusCode, wait: Option<Duration>, body: &[u8]) -> Result<Answer, ApiError> {
    let text = String::from_utf8_lossy(body);
    let Ok(mut fields) = serde_json::from_str::<Fields>(&text) else { return unreadable(status, wait, &text) };
    match field(&fields, "ok") {
        Some(true) if status.is_success() => Ok(Answer(fields.remove("result"))),
        Some(false) => Err(refusal(status, wait, &fields)),
        _ => Err(ApiError::Down(status.as_u16())),
    }
}

/// What is no envelope comes from something else than Telegram, unless it begins like one.
fn unreadable(status: StatusCode, wait: Option<Duration>, text: &str) -> Result<Answer, ApiError> {
    match status {
        StatusCode::TOO_MANY_REQUESTS => Err(too_many(wait)),
        // Said by the server in front of Telegram: the same again would never pass it.
        StatusCode::PAYLOAD_TOO_LARGE => {
            Err(ApiError::Refused { code: status.as_u16(), description: "the file is too big".to_owned() })
        }
        _ if status.is_success() && text.starts_with(DONE) => Ok(Answer::default()),
        _ => Err(ApiError::Down(status.as_u16())),
    }
}

fn refusal(status: StatusCode, wait: Option<Duration>, fields: &Fields) -> ApiError {
    let code = field(fields, "error_code").unwrap_or(status.as_u16());
    let description = field(fields, "description").unwrap_or_else(|| "no reason given".to_owned());
    let description: String = description.chars().take(LONGEST_DESCRIPTION).collect();
    let told = field::<Parameters>(fields, "parameters").and_then(|parameters| parameters.retry_after);
    match (code, told.map(Duration::from_secs)) {
        (_, Some(told)) => ApiError::RetryAfter(told.min(LONGEST_WAIT)),
        (429, None) => too_many(wait),
        // Telegram answers 404 to a token that has not even the form of one.
        (401 | 404, None) => ApiError::BadToken(code),
        (409, None) => ApiError::Conflict(description),
        (500.., None) => ApiError::Down(code),
        (_, None) => ApiError::Refused { code, description },
    }
}

fn field<T: DeserializeOwned>(fields: &Fields, name: &str) -> Option<T> {
    serde_json::from_str(fields.get(name)?.get()).ok()
}

fn too_many(wait: Option<Duration>) -> ApiError {
    ApiError::RetryAfter(wait.unwrap_or(DEFAULT_WAIT).min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use teloxide::types::{MessageId, User};

    use super::*;

    fn judged(status: u16, body: &[u8]) -> Result<Answer, ApiError> {
        judge(StatusCode::from_u16(status).unwrap(), None, body)
    }

    /// What was carried out, with its result as it came.
    fn check(status: u16, body: &str, expected: Result<Option<&str>, ApiError>) {
        let found = judged(status, body.as_bytes()).map(|Answer(result)| result.map(|result| result.get().to_owned()));
        assert_eq!(found, expected.map(|result| result.map(str::to_owned)), "{status} {body}");
    }

    #[test]
    fn an_answer_is_read_by_its_envelope() {
        let refused = |code, text: &str| Err(ApiError::Refused { code, description: text.to_owned() });
        let wait = |seconds| Err(ApiError::RetryAfter(Duration::from_secs(seconds)));
        check(200, r#"{"ok":true,"result":[1]}"#, Ok(Some("[1]")));
        check(200, r#"{"ok":true}"#, Ok(None));
        check(200, "<html>", Err(ApiError::Down(200)));
        check(200, "", Err(ApiError::Down(200)));
        check(200, "[]", Err(ApiError::Down(200)));
        check(502, "<html>Bad Gateway", Err(ApiError::Down(502)));
        check(500, r#"{"ok":false,"error_code":500,"description":"Internal"}"#, Err(ApiError::Down(500)));
        check(400, r#"{"ok":false,"error_code":400,"description":"x"}"#, refused(400, "x"));
        check(403, r#"{"ok":false}"#, refused(403, "no reason given"));
        check(400, r#"{"ok":false,"error_code":"x","description":7,"parameters":[]}"#, refused(400, "no reason given"));
        check(401, r#"{"ok":false,"error_code":401}"#, Err(ApiError::BadToken(401)));
        // A proxy's own 404 says nothing about the token.
        check(404, "not here", Err(ApiError::Down(404)));
        check(409, r#"{"ok":false,"description":"Conflict"}"#, Err(ApiError::Conflict("Conflict".into())));
        check(429, r#"{"ok":false,"error_code":429,"parameters":{"retry_after":7}}"#, wait(7));
        check(429, r#"{"ok":false,"error_code":429}"#, wait(5));
        check(429, "slow down", wait(5));
        let endless = r#"{"ok":false,"error_code":429,"parameters":{"retry_after":18446744073709551615}}"#;
        check(429, endless, wait(3600));
        check(413, "<html>Request Entity Too Large", refused(413, "the file is too big"));
    }

    #[test]
    fn what_was_carried_out_is_done_however_unreadable_its_echo_is() {
        for body in [
            &br#"{"ok":true,"result":{"message_id":5,"text":"\ud83d"}}"#[..],
            &br#"{"ok":true,"result":{"message_id":5,"text":""#[..],
            &b"{\"ok\":true,\"result\":{\"message_id\":5,\"text\":\"\xff\"}}"[..],
            &br#"{"ok":true,"result":true}"#[..],
        ] {
            let answer = judged(200, body).unwrap();
            assert!(!format!("{answer:?}").contains("message_id"), "what it holds is not shown");
        }
        assert_eq!(judged(200, br#"{"ok":tr"#).unwrap_err(), ApiError::Down(200), "that may be anything");
        assert_eq!(judged(502, br#"{"ok":true,"#).unwrap_err(), ApiError::Down(502));
    }

    #[test]
    fn of_a_result_only_what_is_needed_must_be_readable() {
        let answer = |result: &str| judged(200, format!(r#"{{"ok":true,"result":{result}}}"#).as_bytes()).unwrap();
        let sent = answer(r#"{"message_id":5,"entities":[{"type":"new"}],"chat":"odd"}"#);
        assert_eq!(sent.read::<MessageId>(), Some(MessageId(5)));
        assert_eq!(answer("true").read::<MessageId>(), None);
        let me = answer(r#"{"id":1,"is_bot":true,"first_name":"Konter","username":"konter_bot","new":[]}"#);
        assert_eq!(me.read::<User>().and_then(|user| user.username).as_deref(), Some("konter_bot"));
    }
}
