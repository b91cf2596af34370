//! Telegram as the shop's chat service: its name, its files, and a way of speaking past the outbox.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::front::telegram::Telegram;
use crate::front::{Text, Wording};
use crate::shop::ChatService;
use konter_core::agent::Locale;
use konter_core::ids::ChatId;
use konter_reply::Reply;
use konter_store::{Class, Outgoing, Payload};

pub(super) struct OnTelegram {
    pub telegram: Arc<Telegram>,
    pub wording: Arc<dyn Wording>,
}

#[async_trait]
impl ChatService for OnTelegram {
    fn bot_name(&self) -> Option<String> {
        self.telegram.bot_name().map(ToOwned::to_owned)
    }

    async fn fetch(&self, id: &str, limit: usize) -> Option<Vec<u8>> {
        match self.telegram.download(id, limit).await {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                tracing::warn!(%error, "a file sent by chat cannot be fetched");
                None
            }
        }
    }

    async fn tell(&self, chat: &ChatId, locale: Locale, reply: Reply) {
        if let Err(error) = self.telegram.tell(chat, &self.words(chat, locale, reply)).await {
            tracing::warn!(%chat, %error, "a chat cannot be told that the store fails");
        }
    }

    fn shown(&self, chat: &ChatId, message: &str) -> Option<(Option<String>, DateTime<Utc>)> {
        self.telegram.shown(chat, message)
    }

    fn shows_toast(&self, tap: &str) -> bool {
        self.telegram.holds_tap(tap)
    }

    fn answer_tap(&self, tap: &str, locale: Locale, toast: Option<Reply>) {
        let words = toast.map(|reply| self.words(&ChatId::telegram(0), locale, reply));
        self.telegram.answer_tap(tap, words.as_ref());
    }
}

impl OnTelegram {
    fn words(&self, chat: &ChatId, locale: Locale, reply: Reply) -> Text {
        let payload = Payload::Reply(Box::new(reply));
        let row = Outgoing {
            seq: 0,
            at: Utc::now(),
            chat: chat.clone(),
            locale,
            payload,
            class: Class::Alert,
            balance: None,
            topic: None,
        };
        self.wording.render(&row)
    }
}
