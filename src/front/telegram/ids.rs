//! Message numbers as the store knows them: with the number of the bot that saw them. Every bot counts its private chats
//! anew, so without it a shop that changes its bot would take new messages for answered ones, and would edit and delete
//! others than it means.

use secrecy::{ExposeSecret as _, SecretString};

use konter_store::InboxMessage;

/// Before the number of a tap, which is no message's.
pub(super) const TAP: &str = "tap";
/// Between the bot's number and the message's.
const DOT: char = '.';

/// The message numbers of one bot.
#[derive(Clone, Debug)]
pub(super) struct MessageIds {
    /// What a token begins with; a new token of the same bot keeps it.
    bot: String,
}

impl MessageIds {
    pub fn of(token: &SecretString) -> Self {
        let bot = token.expose_secret().split_once(':').map_or("", |(bot, _)| bot);
        Self { bot: bot.chars().filter(char::is_ascii_digit).collect() }
    }

    /// As the store knows a number of this bot's.
    pub fn stored(&self, id: impl std::fmt::Display) -> String {
        format!("{}{DOT}{id}", self.bot)
    }

    /// The same for a message that came in.
    pub fn store(&self, message: &mut InboxMessage) {
        message.message = self.stored(&message.message);
        message.tapped = message.tapped.take().map(|under| self.stored(under));
        message.replies_to = message.replies_to.take().map(|answered| self.stored(answered));
    }

    /// Telegram's number of a tap that came as this message; `None` for another bot's, or what is no tap.
    pub fn tap<'a>(&self, stored: &'a str) -> Option<&'a str> {
        let (bot, id) = stored.split_once(DOT)?;
        id.strip_prefix(TAP).filter(|_| bot == self.bot)
    }

    /// Telegram's number of a message that this bot can edit, copy or delete; `None` for another bot's.
    pub fn own(&self, stored: &str) -> Option<i32> {
        match stored.split_once(DOT) {
            Some((bot, id)) => id.parse().ok().filter(|_| bot == self.bot),
            // Stored before numbers were marked.
            None => stored.parse().ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_came_in_names_the_others_as_they_are_stored() {
        let mut message = InboxMessage {
            chat: konter_core::ids::ChatId::telegram(1),
            message: "7".to_owned(),
            text: String::new(),
            sent_at: chrono::DateTime::UNIX_EPOCH,
            private: true,
            sender: String::new(),
            tapped: Some("5".to_owned()),
            is_caption: false,
            replies_to: Some("6".to_owned()),
            topic: None,
            speaks: None,
        };
        MessageIds::of(&"123:x".into()).store(&mut message);
        assert_eq!((&*message.message, message.tapped.as_deref()), ("123.7", Some("123.5")));
        assert_eq!(message.replies_to.as_deref(), Some("123.6"));
    }

    #[test]
    fn a_bot_knows_its_own_messages_also_after_a_new_token() {
        let bot = |token: &str| MessageIds::of(&token.into());
        let stored = bot("123:AAE-old").stored(55);
        for (token, own) in [("123:AAE-old", Some(55)), ("123:AAF-new", Some(55)), ("124:AAE-old", None)] {
            assert_eq!(bot(token).own(&stored), own, "{token}");
            assert_eq!(bot(token).own("55"), Some(55), "{token}");
        }
        assert_ne!(bot("124:x").stored("tap7"), bot("123:x").stored("tap7"));
        assert_eq!(bot("123:x").own(&bot("123:x").stored("tap7")), None, "a tap is no message");
        assert_eq!(bot("123:x").tap(&bot("123:x").stored("tap7")), Some("7"));
        assert_eq!(bot("124:x").tap(&bot("123:x").stored("tap7")), None);
        assert_eq!(bot("123:x").tap("123.7"), None, "a message is no tap");
    }
}
