//! What an error of Telegram's means for what was to be sent. Pure.

use std::time::Duration;

use super::ApiError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Wait(Duration),
    Again,
    /// This chat will not take anything, ever.
    Never,
    /// Telegram does not like what is marked in the text.
    Marks,
    /// Telegram does not like the buttons.
    Buttons,
    /// The topic it was to stand in is closed or gone: what was to be said there is said in the chat itself.
    Topic,
    /// Telegram does not like the file, or not as what it was sent.
    File,
    /// Refused for a reason we do not know.
    Odd,
}

/// Telegram's words (in lower case) for a chat that cannot be written to, beside a 403.
const GONE: [&str; 7] = [
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "upgraded to a supergroup",
    "chat_write_forbidden",
    "not enough rights to send",
    "have no rights to send",
];
const BUTTONS: [&str; 3] = ["button", "markup", "keyboard"];
const TOPIC: [&str; 2] = ["thread not found", "topic_"];
/// A refusal that names one of these is about the file; a text could still be sent, where files are not allowed too.
const FILE: [&str; 8] = ["photo", "image", "picture", "document", "docs", "media", "file", "too big"];

/// What becomes of a message, with a file or without.
pub(super) fn verdict(error: &ApiError) -> Verdict {
    match error {
        ApiError::RetryAfter(wait) => Verdict::Wait(*wait),
        // A wrong token is the operator's to mend; no reply is lost meanwhile.
        ApiError::BadToken(_) | ApiError::Conflict(_) | ApiError::Down(_) | ApiError::Network(_) => Verdict::Again,
        ApiError::Refused { code: 403, .. } => Verdict::Never,
        ApiError::Refused { description, .. } => by_words(&description.to_lowercase()),
    }
}

fn by_words(words: &str) -> Verdict {
    let named = |list: &[&str]| list.iter().any(|word| words.contains(word));
    if named(&FILE) {
        Verdict::File
    } else if named(&GONE) {
        Verdict::Never
    } else if named(&BUTTONS) {
        Verdict::Buttons
    } else if named(&TOPIC) {
        Verdict::Topic
    } else if words.contains("entit") {
        Verdict::Marks
    } else {
        Verdict::Odd
    }
}

/// Whether a refused edit changes nothing because the message already reads so.
pub(super) fn reads_so_already(error: &ApiError) -> bool {
    matches!(error, ApiError::Refused { description, .. } if description.to_lowercase().contains("not modified"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: u16, description: &str) -> ApiError {
        ApiError::Refused { code, description: description.to_owned() }
    }

    #[test]
    fn only_a_hopeless_chat_loses_its_replies_at_once() {
        for (error, expected) in [
            (refused(403, "Forbidden: bot was blocked by the user"), Verdict::Never),
            (refused(400, "Bad Request: chat not found"), Verdict::Never),
            (refused(400, "Bad Request: group chat was upgraded to a supergroup chat"), Verdict::Never),
            (refused(400, "Bad Request: not enough rights to send text messages to the chat"), Verdict::Never),
            (refused(400, "Bad Request: not enough rights to send photos to the chat"), Verdict::File),
            (refused(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"), Verdict::File),
            (refused(400, "Bad Request: IMAGE_PROCESS_FAILED"), Verdict::File),
            (refused(400, "Bad Request: file must be non-empty"), Verdict::File),
            (refused(413, "the file is too big"), Verdict::File),
            (refused(400, "Bad Request: can't parse entities: unsupported"), Verdict::Marks),
            (refused(400, "Bad Request: BUTTON_DATA_INVALID"), Verdict::Buttons),
            (refused(400, "Bad Request: object expected as reply markup"), Verdict::Buttons),
            (refused(400, "Bad Request: can't parse inline keyboard button"), Verdict::Buttons),
            (refused(400, "Bad Request: message thread not found"), Verdict::Topic),
            (refused(400, "Bad Request: TOPIC_CLOSED"), Verdict::Topic),
            (refused(400, "Bad Request: message text is empty"), Verdict::Odd),
            (ApiError::Down(502), Verdict::Again),
            (ApiError::BadToken(401), Verdict::Again),
            (ApiError::Network(String::new()), Verdict::Again),
            (ApiError::RetryAfter(Duration::from_secs(3)), Verdict::Wait(Duration::from_secs(3))),
        ] {
            assert_eq!(verdict(&error), expected, "{error}");
        }
    }

    #[test]
    fn an_edit_that_changes_nothing_is_told_apart() {
        let same = "Bad Request: message is not modified: specified new message content and reply markup are the same";
        assert!(reads_so_already(&refused(400, same)));
        assert!(!reads_so_already(&refused(400, "Bad Request: message to edit not found")));
        assert!(!reads_so_already(&ApiError::Down(502)));
    }
}
