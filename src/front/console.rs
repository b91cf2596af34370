//! The console: one terminal that speaks as a reseller and as an admin. What `konter demo` talks through.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;

use super::Wording;
use konter_core::ids::{Channel, ChatId};
use konter_store::{Commit, CommitError, InboxMessage, Outgoing, Payload, Store, StoreError};

/// Rows taken from the outbox at a time.
const ROWS_AT_ONCE: usize = 20;

/// The chat a reseller types in.
#[must_use]
pub fn reseller() -> ChatId {
    ChatId::console("reseller")
}

/// The chat of lines that start with `/`.
#[must_use]
pub fn admin() -> ChatId {
    ChatId::console("admin")
}

/// Numbers lines, so that each is a message of its own also in a later run on the same data.
pub struct Lines(AtomicU64);

impl Lines {
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        Self(AtomicU64::new(u64::try_from(now.timestamp_micros()).unwrap_or_default()))
    }

    /// A typed line as a message; `None` for an empty one.
    #[must_use]
    pub fn message(&self, line: &str, now: DateTime<Utc>) -> Option<InboxMessage> {
        let text = line.trim();
        if text.is_empty() {
            return None;
        }
        let chat = if text.starts_with('/') { admin() } else { reseller() };
        let message = self.0.fetch_add(1, Ordering::Relaxed).to_string();
        let sender = "demo".to_owned();
        Some(InboxMessage {
            chat,
            message,
            text: text.to_owned(),
            sent_at: now,
            private: true,
            sender,
            tapped: None,
            is_caption: false,
            replies_to: None,
        })
    }
}

/// Prints what waits for the console's chats, as it comes up, until the sender is gone. Files go into the folder `files`,
/// which is made for the first of them.
pub async fn print_replies(
    store: Arc<dyn Store>,
    wording: Arc<dyn Wording>,
    mut waiting: mpsc::UnboundedReceiver<ChatId>,
    files: PathBuf,
) {
    while let Some(chat) = waiting.recv().await {
        if chat.channel == Channel::Console
            && let Err(error) = print_chat(store.as_ref(), &wording, &files, &chat).await
        {
            tracing::error!(%chat, %error, "replies could not be read");
        }
    }
}

async fn print_chat(
    store: &dyn Store,
    wording: &Arc<dyn Wording>,
    files: &Path,
    chat: &ChatId,
) -> Result<(), StoreError> {
    loop {
        let rows = store.outbox(chat, ROWS_AT_ONCE).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in &rows {
            if matches!(row.payload, Payload::Reply(_)) {
                print_row(wording, files, row).await;
            }
        }
        let mut commit = Commit::new(Utc::now());
        for row in &rows {
            commit.take_out(row, true);
        }
        match store.commit(commit).await {
            Ok(_) => {}
            Err(CommitError::Store(error)) => return Err(error),
            Err(other) => return Err(StoreError::Unavailable(other.to_string())),
        }
    }
}

async fn print_row(wording: &Arc<dyn Wording>, files: &Path, row: &Outgoing) {
    let text = told(wording, files, row).await;
    let speaker = if row.chat == admin() { "konter → admin" } else { "konter" };
    let mut out = std::io::stdout().lock();
    // A closed pipe is the reader's wish to hear no more.
    let _ = writeln!(out, "{speaker}: {}", text.replace('\n', "\n    "));
    let _ = out.flush();
}

/// A row's words, and below them the place of its file where it is one.
async fn told(wording: &Arc<dyn Wording>, files: &Path, row: &Outgoing) -> String {
    let text = wording.render(row).body;
    match keep_file(wording, files, row).await {
        Some(place) => format!("{text}\n{place}"),
        None => text,
    }
}

/// Writes the file a row is, and says where, or why not.
async fn keep_file(wording: &Arc<dyn Wording>, files: &Path, row: &Outgoing) -> Option<String> {
    let (wording, files, row) = (Arc::clone(wording), files.to_owned(), row.clone());
    // Drawing and writing take their time.
    let written = tokio::task::spawn_blocking(move || {
        let file = wording.file(&row)?;
        let path = files.join(&file.name);
        let written = std::fs::create_dir_all(&files).and_then(|()| std::fs::write(&path, &file.bytes));
        Some(written.map(|()| path))
    });
    written.await.unwrap_or_else(|error| Some(Err(io::Error::other(error)))).map(|written| match written {
        Ok(path) => path.display().to_string(),
        Err(error) => format!("({error})"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{File, FileKind, Text};
    use super::*;
    use konter_core::agent::Locale;
    use konter_reply::Reply;

    /// Says that everything is this file.
    struct Receipt;

    impl Wording for Receipt {
        fn render(&self, _: &Outgoing) -> Text {
            Text { body: "Struk".to_owned(), ..Text::default() }
        }

        fn file(&self, row: &Outgoing) -> Option<File> {
            let name = "struk-7.bin".to_owned();
            (row.seq == 7).then(|| File { name, kind: FileKind::Document, bytes: b"\x1b@".to_vec() })
        }
    }

    fn row(seq: u64) -> Outgoing {
        Outgoing {
            seq,
            at: Utc::now(),
            chat: reseller(),
            locale: Locale::Id,
            payload: Payload::Reply(Box::new(Reply::NotText)),
            class: konter_store::Class::Answer,
            balance: None,
        }
    }

    #[tokio::test]
    async fn files_are_kept_in_the_folder_and_their_place_is_told() {
        let home = tempfile::tempdir().unwrap();
        let files = home.path().join("struk");
        let wording: Arc<dyn Wording> = Arc::new(Receipt);
        let path = files.join("struk-7.bin");
        assert_eq!(told(&wording, &files, &row(1)).await, "Struk");
        assert!(!files.exists());
        assert_eq!(told(&wording, &files, &row(7)).await, format!("Struk\n{}", path.display()));
        assert_eq!(std::fs::read(&path).unwrap(), b"\x1b@");

        // A folder that cannot be made is said, and nothing else is lost.
        let told = told(&wording, &path, &row(7)).await;
        assert!(told.starts_with("Struk\n("), "{told}");
    }
}
