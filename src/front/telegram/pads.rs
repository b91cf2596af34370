//! Which messages keypads stand under, by what they are called: whoever types a PIN has tapped nothing, so an edit names the
//! keypad, and only the front knows its message. Losing one costs an edit.

use std::collections::VecDeque;

use konter_core::ids::ChatId;

/// What a bot can send (30 messages a second) in the five minutes after which the shop forgets a keypad nobody uses.
const MOST: usize = 30 * 5 * 60;

struct Shown {
    chat: ChatId,
    pad: String,
    message: String,
}

/// The last ones that were shown, the oldest first.
#[derive(Default)]
pub(super) struct Pads(VecDeque<Shown>);

impl Pads {
    pub fn shown(&mut self, chat: &ChatId, pad: String, message: String) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(Shown { chat: chat.clone(), pad, message });
    }

    /// The message of a chat that shows it.
    pub fn message(&self, chat: &ChatId, pad: &str) -> Option<String> {
        self.0.iter().rev().find(|shown| shown.chat == *chat && shown.pad == pad).map(|shown| shown.message.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_of_a_chat_counts_and_the_oldest_is_forgotten() {
        let (first, chat) = (ChatId::telegram(0), ChatId::telegram(1));
        let mut pads = Pads::default();
        pads.shown(&first, "pad:offer:1".to_owned(), "10".to_owned());
        pads.shown(&chat, "pad:offer:1".to_owned(), "11".to_owned());
        pads.shown(&chat, "pad:offer:1".to_owned(), "12".to_owned());
        assert_eq!(pads.message(&first, "pad:offer:1").as_deref(), Some("10"));
        assert_eq!(pads.message(&chat, "pad:offer:1").as_deref(), Some("12"));
        assert_eq!(pads.message(&chat, "pad:bill:1"), None);
        for n in 0..MOST - 2 {
            pads.shown(&chat, format!("pad:bill:{n}"), n.to_string());
        }
        assert_eq!((pads.0.len(), pads.message(&first, "pad:offer:1")), (MOST, None));
        assert_eq!(pads.message(&chat, "pad:offer:1").as_deref(), Some("12"));
    }
}
