//! What was sent without words, or in somebody else's: what to do instead is said kindly.

use super::pin_shown::{holds_pin, speaks_of_a_pin};
use super::talk::talk;
use super::{Answer, Request, can_forget, forget};
use crate::attachment::{Attachment, FORWARDED};
use konter_command::{Command, may_hold_pin};
use konter_reply::{Reply, TalkReply};
use konter_store::StoreError;

impl Request<'_> {
    pub(super) async fn wordless(&self, sent: &Attachment, answer: &mut Answer) -> Result<(), StoreError> {
        if sent.forwarded_words().is_some_and(shows_pin) && can_forget(self.message.chat.channel) {
            forget(answer, self.message);
        }
        let says = match sent.kind.as_str() {
            FORWARDED => Reply::Forwarded,
            // As a thumb that was typed.
            "sticker" | "animation" | "dice" => {
                self.remind_of_the_pin(answer);
                return Ok(());
            }
            _ if self.agent.is_none() && self.role().is_some() => {
                answer.reply(talk(TalkReply::TablesAndWords));
                return Ok(());
            }
            "voice" | "audio" | "video_note" => talk(TalkReply::Voice),
            "photo" | "video" | "document" => talk(TalkReply::Picture),
            _ => Reply::NotText,
        };
        if matches!(says, Reply::Talk(_)) && self.customer(answer).await?.is_none() {
            return Ok(());
        }
        answer.reply(says);
        Ok(())
    }
}

/// Whether words that were passed on show a PIN. Digits in what nobody understands may be a balance or a serial number.
fn shows_pin(words: &str) -> bool {
    let command = konter_command::parse(words);
    let is_read = !matches!(command, Command::Unknown { .. } | Command::Talk(_) | Command::Incomplete { .. });
    (is_read && holds_pin(&command, words)) || (speaks_of_a_pin(words) && may_hold_pin(words))
}
