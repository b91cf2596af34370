//! A front's outbox, in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::Utc;
use futures::future::{self, BoxFuture, FutureExt as _};
use konter_core::agent::Locale;
use konter_core::ids::ChatId;
use konter_core::money::Rupiah;
use konter_reply::Reply;
use konter_store::{Class, Commit, CommitError, Committed, OutboxRow, Outgoing, Payload, StoreError};
use parking_lot::Mutex;

use super::bot_api::BotApi;

pub struct Outbox {
    rows: Mutex<BTreeMap<u64, Outgoing>>,
    /// Rows that were set aside.
    pub aside: Mutex<Vec<u64>>,
    /// Commits that fail, from now on.
    pub broken: AtomicUsize,
    /// Told of every change.
    api: BotApi,
}

impl Outbox {
    pub fn new(api: &BotApi) -> Self {
        Self { rows: Mutex::default(), aside: Mutex::default(), broken: AtomicUsize::new(0), api: api.clone() }
    }

    /// Puts a text for a chat into the outbox.
    pub fn say(&self, chat: i64, text: &str) {
        self.say_as(chat, Class::Answer, Reply::NotOffered { feature: text.to_owned() });
    }

    /// Puts a reply of this urgency into the outbox.
    pub fn say_as(&self, chat: i64, class: Class, reply: Reply) {
        self.put_as(chat, class, Payload::Reply(Box::new(reply)));
    }

    pub fn say_all(&self, chat: i64, texts: &[String]) {
        for text in texts {
            self.say(chat, text);
        }
    }

    /// Puts a text for an earlier message into the outbox.
    pub fn edit(&self, chat: i64, message: &str, text: &str) {
        let reply = Box::new(Reply::NotOffered { feature: text.to_owned() });
        self.put(chat, Payload::Edit { message: message.to_owned(), reply });
    }

    pub fn copy(&self, chat: i64, from: &ChatId, message: &str) {
        self.put(chat, Payload::Copy { from: from.clone(), message: message.to_owned() });
    }

    pub fn forget(&self, chat: i64, message: &str) {
        self.put(chat, Payload::Forget { message: message.to_owned() });
    }

    /// Whatever waits stands in this topic.
    pub fn in_topic(&self, topic: i32) {
        self.rows.lock().values_mut().for_each(|row| row.topic = Some(topic));
    }

    fn put(&self, chat: i64, payload: Payload) {
        self.put_as(chat, Class::Answer, payload);
    }

    fn put_as(&self, chat: i64, class: Class, payload: Payload) {
        let mut rows = self.rows.lock();
        let seq = rows.last_key_value().map_or(1, |(seq, _)| seq + 1);
        let chat = ChatId::telegram(chat);
        rows.insert(
            seq,
            Outgoing {
                seq,
                at: Utc::now(),
                chat,
                locale: Locale::Id,
                payload,
                class,
                balance: Some(Rupiah::new(89_500 - i64::try_from(seq).unwrap())),
                topic: None,
            },
        );
    }

    pub fn is_empty(&self) -> bool {
        self.rows.lock().is_empty()
    }

    pub fn holds(&self, chat: i64) -> bool {
        self.rows.lock().values().any(|row| row.chat == ChatId::telegram(chat))
    }
}

impl konter_store::Outbox for Outbox {
    fn waiting_chats(&self) -> BoxFuture<'_, Result<Vec<ChatId>, StoreError>> {
        let chats: BTreeSet<ChatId> = self.rows.lock().values().map(|row| row.chat.clone()).collect();
        future::ready(Ok(chats.into_iter().collect())).boxed()
    }

    fn outbox<'a>(&'a self, chat: &'a ChatId, limit: usize) -> BoxFuture<'a, Result<Vec<Outgoing>, StoreError>> {
        let rows = self.rows.lock().values().filter(|row| row.chat == *chat).take(limit).cloned().collect();
        future::ready(Ok(rows)).boxed()
    }

    fn commit(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, CommitError>> {
        future::ready(self.take_out(commit)).boxed()
    }
}

impl Outbox {
    fn take_out(&self, commit: Commit) -> Result<Committed, CommitError> {
        let take_one = |left: usize| left.checked_sub(1);
        if self.broken.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take_one).is_ok() {
            return Err(StoreError::Unavailable("disk full".into()).into());
        }
        let is_aside = |row: &Outgoing| commit.dead_letters.rows.contains(&OutboxRow::of(&row.chat, row.seq));
        let mut aside = self.aside.lock();
        self.rows.lock().retain(|seq, row| {
            if is_aside(row) {
                aside.push(*seq);
            }
            !is_aside(row)
        });
        for (_, seq) in commit.sent.into_iter().filter(|(_, seq)| !aside.contains(seq)) {
            self.rows.lock().remove(&seq).expect("a row is taken out once");
        }
        drop(aside);
        self.api.changed();
        Ok(Committed::Done)
    }
}
