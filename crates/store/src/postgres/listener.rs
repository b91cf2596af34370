//! Word between processes: a commit that concerns what another process holds says so (`NOTIFY`, sent by the database when
//! the commit stands), so that nobody has to look all the time. A word that gets lost costs time, nothing else: rows say
//! what is to be done, and whoever could have missed a word looks at them.

use std::collections::BTreeSet;
use std::time::Duration;

use deadpool_postgres::ClientWrapper;
use futures::{StreamExt as _, stream};
use tokio::sync::mpsc::UnboundedSender;
use tokio_postgres::{AsyncMessage, Config, NoTls};

use super::link::{Asked, Trouble, ask};
use super::value::Param;
use crate::hex::hex;
use crate::leases::{Leases, Notification, Word};
use crate::{Commit, CommitError, Committed};
use konter_core::ids::{InquiryId, OrderId};

/// The database takes less than 8000 bytes in one word.
const LONGEST: usize = 7_000;
const RECONNECT_AFTER: Duration = Duration::from_millis(500);
const LISTEN: &str = "LISTEN konter";
const NOTIFY: &str = "SELECT pg_notify('konter', $1)";

/// Hears the words of the other processes until aborted.
pub(super) async fn listen(config: Config, id: [u8; 16], words: UnboundedSender<Word>) {
    loop {
        hear(&config, id, &words).await;
        tokio::time::sleep(RECONNECT_AFTER).await;
    }
}

/// Hears until the connection is lost.
async fn hear(config: &Config, id: [u8; 16], words: &UnboundedSender<Word>) {
    let Ok((client, mut connection)) = config.connect(NoTls).await else { return };
    let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
    let hearing = async {
        while let Some(Ok(message)) = messages.next().await {
            if let AsyncMessage::Notification(word) = message {
                for notification in read(word.payload(), id) {
                    let word = if notification == Notification::Everything {
                        Word::Missed
                    } else {
                        Word::Notified(notification)
                    };
                    let _ = words.send(word);
                }
            }
        }
    };
    let asking = async {
        if client.batch_execute(LISTEN).await.is_ok() {
            let _ = words.send(Word::Missed);
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = hearing => {}
        () = asking => {}
    }
}

/// Says one word to every other process.
pub(super) async fn notify_others(
    client: &ClientWrapper,
    id: [u8; 16],
    notification: &Notification,
) -> Result<(), Trouble> {
    for word in written(id, &BTreeSet::from([line(notification)])) {
        ask(client, NOTIFY, vec![Param::Text(word)]).await?.await?;
    }
    Ok(())
}

/// What others are to hear of a group of commits: what concerns chats that are not this process's now.
pub(super) fn lines_of<'c>(
    share: &Leases,
    commits: impl Iterator<Item = (&'c Commit, &'c Result<Committed, CommitError>)>,
) -> BTreeSet<String> {
    if share.members() < 2 {
        return BTreeSet::new();
    }
    let done = commits.filter(|(_, answer)| matches!(answer, Ok(Committed::Done)));
    done.flat_map(|(commit, _)| notifications_of(commit, share)).map(|notification| line(&notification)).collect()
}

/// Says them.
pub(super) async fn words_of<'c>(
    client: &'c ClientWrapper,
    id: [u8; 16],
    lines: &BTreeSet<String>,
) -> Result<Vec<Asked<'c>>, Trouble> {
    let mut asked = Vec::new();
    for word in written(id, lines) {
        asked.push(ask(client, NOTIFY, vec![Param::Text(word)]).await?);
    }
    Ok(asked)
}

fn notifications_of(commit: &Commit, share: &Leases) -> Vec<Notification> {
    let mut notifications = Vec::new();
    let is_theirs = |chat: &konter_core::ids::ChatId| !share.holds(chat);
    notifications
        .extend(commit.received.iter().map(|m| &m.chat).filter(|c| is_theirs(c)).cloned().map(Notification::Inbox));
    notifications.extend(
        commit.outgoing.iter().map(|say| &say.chat).filter(|c| is_theirs(c)).cloned().map(Notification::Outbox),
    );
    let orders = commit.orders.iter().map(|order| &order.row);
    notifications.extend(orders.filter(|order| is_theirs(&order.chat)).map(|order| Notification::Order(order.id)));
    let inquiries = commit.inquiries.iter().map(|inquiry| &inquiry.row);
    let inquiries = inquiries.filter(|inquiry| is_theirs(&inquiry.chat) && inquiry.is_asking());
    notifications.extend(inquiries.map(|inquiry| Notification::Inquiry(inquiry.id)));
    let desk = &commit.desk;
    let sets = !commit.products.is_empty()
        || !desk.staff.is_empty()
        || !desk.broadcasts.is_empty()
        || !commit.routing.supplier_overrides.is_empty()
        || !commit.routing.price_lists.is_empty();
    notifications.extend(sets.then_some(Notification::Settings));
    notifications
}

fn line(notification: &Notification) -> String {
    match notification {
        Notification::Inbox(chat) => format!("i {chat}"),
        Notification::Outbox(chat) => format!("o {chat}"),
        Notification::Order(order) => format!("r {order}"),
        Notification::Check { order, by_person: false } => format!("c {order}"),
        Notification::Check { order, by_person: true } => format!("p {order}"),
        Notification::Inquiry(inquiry) => format!("q {}", inquiry.0),
        Notification::Settings => "s".to_owned(),
        Notification::Everything => "e".to_owned(),
    }
}

/// The lines as the database takes them: whose they are, then one a line.
fn written(id: [u8; 16], lines: &BTreeSet<String>) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for line in lines {
        match words.last_mut() {
            Some(word) if word.len() + line.len() < LONGEST => {
                word.push('\n');
                word.push_str(line);
            }
            _ => words.push(format!("{}\n{line}", hex(&id))),
        }
    }
    words
}

/// What another process said; nothing of one's own. A line that a newer program wrote is passed over.
fn read(word: &str, id: [u8; 16]) -> Vec<Notification> {
    let mut lines = word.lines();
    if lines.next() == Some(hex(&id).as_str()) {
        return Vec::new();
    }
    lines.filter_map(nudge_in).collect()
}

fn nudge_in(line: &str) -> Option<Notification> {
    let (kind, about) = line.split_once(' ').unwrap_or((line, ""));
    Some(match kind {
        "i" => Notification::Inbox(about.parse().ok()?),
        "o" => Notification::Outbox(about.parse().ok()?),
        "r" => Notification::Order(about.parse::<OrderId>().ok()?),
        "c" => Notification::Check { order: about.parse().ok()?, by_person: false },
        "p" => Notification::Check { order: about.parse().ok()?, by_person: true },
        "q" => Notification::Inquiry(InquiryId(about.parse().ok()?)),
        "s" => Notification::Settings,
        "e" => Notification::Everything,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use konter_core::ids::ChatId;

    const ME: [u8; 16] = [1; 16];
    const YOU: [u8; 16] = [2; 16];

    #[test]
    fn every_nudge_is_heard_as_it_was_said_and_only_by_others() {
        let notifications = [
            Notification::Inbox(ChatId::telegram(-100_123)),
            Notification::Outbox(ChatId::telegram(7)),
            Notification::Order(OrderId(12)),
            Notification::Check { order: OrderId(13), by_person: false },
            Notification::Check { order: OrderId(13), by_person: true },
            Notification::Inquiry(InquiryId(14)),
            Notification::Settings,
            Notification::Everything,
        ];
        let lines = notifications.iter().map(line).collect();
        let words = written(ME, &lines);
        assert_eq!(words.len(), 1);
        let mut heard: Vec<String> = read(&words[0], YOU).iter().map(line).collect();
        heard.sort();
        assert_eq!(heard, lines.into_iter().collect::<Vec<_>>());
        assert_eq!(read(&words[0], ME), []);
        assert_eq!(read("aa\nz 1\ni nobody\nr x", YOU), [], "what is not understood is passed over");
    }

    #[test]
    fn no_word_is_longer_than_the_database_takes() {
        let lines = (0..5_000_u64).map(|id| line(&Notification::Order(OrderId(id)))).collect();
        let words = written(ME, &lines);
        assert!(words.len() > 1 && words.iter().all(|word| word.len() < 8_000));
        assert_eq!(words.iter().flat_map(|word| read(word, YOU)).count(), 5_000);
    }
}
