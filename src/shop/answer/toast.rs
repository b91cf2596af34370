//! Small words about a tap: shown for a moment where its button is, so that they do not pile up as messages.

use super::{Answer, Request};
use konter_reply::Reply;

impl Request<'_> {
    /// Says it where the button is, if the channel can, and else as a message.
    pub(super) fn toast(&self, reply: Reply, answer: &mut Answer) {
        if self.message.tapped.is_some() && self.shop.chats.shows_toast(&self.message.message) {
            answer.toast = Some(reply);
        } else {
            answer.reply(reply);
        }
    }

    /// The button is of something that is over, or was somebody else's.
    pub(super) fn stale(&self, answer: &mut Answer) {
        self.toast(Reply::ButtonTooOld, answer);
    }
}
