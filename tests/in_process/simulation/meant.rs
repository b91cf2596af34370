//! What a PIN by itself does: what was shown last in its chat, and right before, or nothing. Kept in words: what is shown, and
//! what is done, each as the line it is worth.

use argon2::{Argon2, PasswordHash, PasswordVerifier as _};
use konter::attachment::Marked;
use konter_core::agent::{Agent, AgentStatus};
use konter_core::ids::{AgentId, ChatId};
use konter_core::ledger::{AccountId, Posting, Reason};
use konter_core::money::Rupiah;
use konter_core::pricing::MarkupFor;
use konter_reply::{BillStage, ChooseStage, DroppedWhat, LineStage, Reply, TalkReply};
use konter_store::{Commit, MessageKey, Payload};

use super::books::Books;
use super::dialogs::is_a_pin;
use super::rules::Rule;
use super::stage::Stage;

const REGISTERS: &str = "DAFTAR.";

/// What waits for its PIN in a chat.
#[derive(Clone, Default)]
pub struct Shown {
    what: Vec<String>,
    /// By second thoughts about what was shown before.
    corrected: bool,
}

fn digits(dest: &str) -> String {
    dest.chars().filter(char::is_ascii_digit).collect()
}

fn buys(product: &str, dest: &str) -> String {
    format!("{product} {}", digits(dest))
}

/// What a reply shows that waits for its PIN.
fn shown(reply: &Reply) -> Vec<String> {
    match reply {
        Reply::Choose(card) if matches!(card.stage, ChooseStage::EnterPin { .. }) => {
            let chosen = card.chosen.and_then(|at| card.products.get(at.checked_sub(card.first)?));
            chosen.map(|product| buys(product.code.as_str(), &card.dest)).into_iter().collect()
        }
        Reply::Bill(card) if matches!(card.stage, BillStage::EnterPin { .. }) => {
            vec![buys(card.product.as_str(), &card.customer)]
        }
        Reply::Talk(talk) => match &**talk {
            TalkReply::PinFor { line, stage: LineStage::Pin, .. } => vec![line.clone()],
            TalkReply::AskPin { lines, .. } => {
                lines.iter().map(|line| buys(line.product.code.as_str(), &line.dest)).collect()
            }
            TalkReply::ShopPin { name } => vec![format!("{REGISTERS}{name}")],
            // What waits is named: from there on a PIN is for that.
            TalkReply::AnsweredElse { what } => what.iter().filter_map(named).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn named(waits: &DroppedWhat) -> Option<String> {
    match waits {
        DroppedWhat::Order { product, dest } => Some(buys(product, dest)),
        DroppedWhat::Transfer { to, amount } => Some(format!("TR.{to}.{}", amount.get())),
        DroppedWhat::Line { line } => Some(line.clone()),
        _ => None,
    }
}

/// What has become of a reseller's row, but for its PIN.
fn altered(before: Option<&Agent>, after: &Agent, by: Option<AgentId>, shown: &[String]) -> Vec<String> {
    let Some(before) = before else { return vec![format!("{REGISTERS}{}", after.name)] };
    let mut done = Vec::new();
    if before.status != after.status {
        let word = if after.status == AgentStatus::Blocked { "BLOKIR" } else { "UNBLOK" };
        done.push(format!("{word}.{}", after.id));
    }
    if before.name != after.name {
        done.push(format!("NAMA.{}", after.name));
    }
    if before.network.markups != after.network.markups {
        // Whose, and how much, is looked for among what was shown.
        let is_it = |line: &&String| {
            let Some((whom, amount)) = line.strip_prefix("MARKUP.").and_then(|rest| rest.split_once('.')) else {
                return false;
            };
            let (Ok(whom), Ok(amount)) = (whom.parse(), amount.parse()) else { return false };
            let mut markups = before.network.markups.clone();
            by == Some(after.id)
                && markups.set(MarkupFor::Downline(whom), Some(Rupiah::new(amount))).is_ok()
                && markups == after.network.markups
        };
        done.push(shown.iter().find(is_it).cloned().unwrap_or_else(|| "MARKUP, which was not shown".to_owned()));
    }
    done
}

impl Books {
    /// All that a commit does, in words.
    fn done(&self, commit: &Commit, chat: &ChatId, shown: &[String]) -> Vec<String> {
        let by = self.agents.values().find(|agent| agent.chats.contains(chat)).map(|agent| agent.id);
        let orders = commit.orders.iter().filter(|order| order.expected.is_none()).map(|order| &order.row);
        let mut done: Vec<String> = orders.map(|order| buys(order.product.as_str(), &order.dest)).collect();
        for posting in &commit.postings {
            if let Posting::Transfer { credit: AccountId::Agent(to), amount, reason: Reason::Transfer, .. } = posting {
                done.push(format!("TR.{to}.{}", amount.get()));
            }
        }
        for agent in commit.agents.iter().map(|agent| &agent.row) {
            done.extend(altered(self.agents.get(&agent.id), agent, by, shown));
        }
        done
    }

    /// After a commit: whether the PIN it answers was given for what it does.
    pub fn meant(&mut self, stage: &Stage, commit: &Commit) {
        if let Some((key @ MessageKey::Chat { chat, .. }, _)) = &commit.answers {
            let replies = commit.outgoing.iter().filter(|say| say.chat == *chat).filter_map(|say| match &say.payload {
                Payload::Reply(reply) | Payload::Edit { reply, .. } => Some(&**reply),
                _ => None,
            });
            let replies: Vec<&Reply> = replies.collect();
            let shows: Vec<String> = replies.iter().copied().flat_map(shown).collect();
            // It is only said again that a PIN is waited for.
            let reminds = |reply: &&Reply| matches!(reply, Reply::Talk(talk) if matches!(**talk, TalkReply::PressPin));
            let is_reminded = replies.iter().any(reminds);
            let texts = self.texts.get(key).cloned().unwrap_or_default();
            let is_lone = !texts.is_empty() && texts.iter().all(|text| is_a_pin(text));
            let Shown { what: before, corrected } = self.shown.get(chat).cloned().unwrap_or_default();
            let done = self.done(commit, chat, &before);
            self.registers(stage, commit, &texts, &before);
            if !is_lone && !done.is_empty() && texts.iter().any(|text| is_a_pin(text)) {
                self.saw("a PIN in a reply buys".to_owned());
            }
            if is_lone {
                let mut left = before.clone();
                // Who is registered is looked at by itself.
                for what in done.iter().filter(|what| !what.starts_with(REGISTERS)) {
                    let place = left.iter().position(|shown| shown == what);
                    if let Some(place) = place {
                        left.remove(place);
                        self.saw(format!("a PIN alone: {}", what.split(['.', ' ']).next().unwrap_or_default()));
                        if corrected {
                            self.saw("a PIN alone buys what was corrected".to_owned());
                        }
                    } else {
                        let rule = if what.contains('.') { Rule::LineShown } else { Rule::OrderShown };
                        stage.world.breaks(rule, format!("{texts:?} does {done:?} where {before:?} was shown"));
                    }
                }
            }
            // Whatever else is said comes between; a PIN that does nothing does not. For somebody who registers, a PIN can be
            // for nothing else, until the name is taken back.
            let is_kept =
                before.iter().any(|shown| shown.starts_with(REGISTERS)) && !texts.iter().any(|text| takes_back(text));
            // So is an edit that changes no word.
            let is_nothing = replies.is_empty() && texts.iter().any(|text| is_edit(text));
            if !(is_lone || is_kept || is_reminded || is_nothing) || !done.is_empty() || !shows.is_empty() {
                let corrected = texts.iter().any(|text| corrects(text));
                self.shown.insert(chat.clone(), Shown { what: shows, corrected });
            }
        }
        for agent in &commit.agents {
            self.agents.insert(agent.row.id, agent.row.clone());
        }
    }

    /// Whoever is registered has written that name and that PIN, and is nobody yet.
    fn registers(&mut self, stage: &Stage, commit: &Commit, texts: &[String], shown: &[String]) {
        for agent in commit.agents.iter().filter(|agent| agent.expected.is_none()).map(|agent| &agent.row) {
            let breaks = |what: &str| {
                let what =
                    format!("{texts:?}, where {shown:?} was asked, registers {} {:?}: {what}", agent.id, agent.name);
                stage.world.breaks(Rule::RegisteredAsWritten, what);
            };
            let named = format!("{REGISTERS}{}", agent.name);
            let is_its = |text: &String| {
                let pin = match text.strip_prefix(agent.name.as_str()) {
                    Some(pin) => pin.trim(),
                    None if shown.contains(&named) => text.as_str(),
                    None => return false,
                };
                let hash = PasswordHash::new(&agent.pin.hash);
                is_a_pin(pin) && hash.is_ok_and(|hash| Argon2::default().verify_password(pin.as_bytes(), &hash).is_ok())
            };
            if !texts.iter().any(is_its) {
                breaks("that is not what was written");
            }
            if self.agents.values().any(|other| other.chats.iter().any(|chat| agent.chats.contains(chat))) {
                breaks("it is somebody already");
            }
            self.saw("somebody registers by talk".to_owned());
        }
    }
}

/// Whether it takes up what was shown before.
fn corrects(text: &str) -> bool {
    ["aja", "eh ", "ganti", "ke 08", "salah"].iter().any(|word| text.contains(word))
}

fn takes_back(text: &str) -> bool {
    ["batal", "gak jadi"].contains(&text) || is_edit(text)
}

fn is_edit(text: &str) -> bool {
    matches!(Marked::from_text(text), Some(Marked::Edited { .. }))
}
