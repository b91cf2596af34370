//! Replies as lines.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use chrono::Utc;
use tokio::sync::mpsc;

use super::{Screen, Talk, admin};
use crate::front::Wording;
use konter_core::ids::{Channel, ChatId};
use konter_reply::{Reply, is_pad};
use konter_store::{Commit, CommitError, Outbox, Outgoing, Payload, StoreError};

/// Rows taken from the outbox at a time.
const ROWS_AT_ONCE: usize = 20;

/// What replies are said with.
pub struct Printer {
    pub store: Arc<dyn Outbox>,
    pub wording: Arc<dyn Wording>,
    pub talk: Arc<Talk>,
    pub screen: Arc<Screen>,
    /// Files go into this folder, which is made for the first of them.
    pub files: PathBuf,
}

impl Printer {
    /// Prints what waits for the console's chats, as it comes up, until the sender is gone.
    pub async fn run(self, mut waiting: mpsc::UnboundedReceiver<ChatId>) {
        while let Some(chat) = waiting.recv().await {
            if chat.channel == Channel::Console
                && let Err(error) = self.print_chat(&chat).await
            {
                tracing::error!(%chat, %error, "replies could not be read");
            }
        }
    }

    async fn print_chat(&self, chat: &ChatId) -> Result<(), StoreError> {
        loop {
            let rows = self.store.outbox(chat, ROWS_AT_ONCE).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in &rows {
                self.print_row(row).await;
            }
            let mut commit = Commit::new(Utc::now());
            for row in &rows {
                commit.take_out(row, true);
            }
            match self.store.commit(commit).await {
                Ok(_) => {}
                Err(CommitError::Store(error)) => return Err(error),
                Err(other) => return Err(StoreError::Unavailable(other.to_string())),
            }
        }
    }

    async fn print_row(&self, row: &Outgoing) {
        // A terminal cannot change what it has said: the new words are said below it, with the buttons that count now.
        let (reply, under) = match &row.payload {
            Payload::Reply(reply) => (reply, row.number().to_string()),
            // A keypad that was typed beside: what became of it is said anyway.
            Payload::Edit { message, .. } if is_pad(message) => return,
            Payload::Edit { message, reply } => (reply, message.clone()),
            Payload::Forget { .. } | Payload::Copy { .. } => return,
        };
        let text = told(&self.wording, &self.files, row).await;
        let buttons = self.talk.told(&row.chat, under, self.wording.render(row).buttons);
        let is_admin = row.chat == admin();
        let speaker = if is_admin { "konter → admin:" } else { "konter:" };
        let speaker = self.screen.styled(if is_admin { TO_ADMIN } else { TO_RESELLER }, speaker);
        let (first, rest) = text.split_once('\n').map_or((text.as_str(), None), |(first, rest)| (first, Some(rest)));
        let first = colour(reply).map_or_else(|| first.to_owned(), |style| self.screen.styled(style, first));
        let rest = rest.into_iter().flat_map(str::lines).map(str::to_owned);
        let buttons = buttons.into_iter().map(|line| self.screen.styled(BUTTON, &line));
        let mut said = format!("{speaker} {first}");
        for line in rest.chain(buttons) {
            said.push('\n');
            if !line.is_empty() {
                said.push_str("    ");
                said.push_str(&line);
            }
        }
        self.screen.say(&said);
    }
}

const TO_RESELLER: Style = AnsiColor::Cyan.on_default().bold();
const TO_ADMIN: Style = AnsiColor::Yellow.on_default().bold();
const BUTTON: Style = AnsiColor::Blue.on_default();

/// How an order has ended is seen from afar.
fn colour(reply: &Reply) -> Option<Style> {
    match reply {
        Reply::OrderSuccess(_) | Reply::OrderDeliveredLate(_) => Some(AnsiColor::Green.on_default().bold()),
        Reply::OrderFailed(_) | Reply::OrderReversed(_) | Reply::OrderRefused(_) => {
            Some(AnsiColor::Red.on_default().bold())
        }
        _ => None,
    }
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
    use super::super::reseller;
    use super::*;
    use crate::front::{File, FileKind, Text};
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
            topic: None,
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
