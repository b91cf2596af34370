//! Finding resellers by whatever is known of them, and naming them anew.

use super::admin::AGENTS_AT_ONCE;
use super::register::LONGEST_NAME;
use super::staff::desk;
use super::{Answer, Request};
use konter_command::AgentRef;
use konter_core::agent::Agent;
use konter_reply::DeskReply;
use konter_store::StoreError;

/// Resellers shown at once.
const FOUND_SHOWN: usize = 20;
/// Digits that are worth looking for in phone numbers and chats: fewer stand in nearly all of them.
const FEWEST_DIGITS: usize = 3;

impl Request<'_> {
    /// Everybody whose name, code, phone number or chat has this in it.
    pub(super) async fn find(&self, text: &str, answer: &mut Answer) -> Result<(), StoreError> {
        let wanted = Wanted::new(text);
        let (mut found, mut left_out, mut after) = (Vec::new(), 0, None);
        loop {
            let page = self.shop.store.agents(after, AGENTS_AT_ONCE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for agent in page.iter().filter(|agent| wanted.fits(agent)) {
                if found.len() < FOUND_SHOWN {
                    found.push(self.card_of(agent).await?);
                } else {
                    left_out += 1;
                }
            }
        }
        answer.reply(desk(DeskReply::Found { text: text.to_owned(), agents: found, left_out }));
        Ok(())
    }

    pub(super) async fn rename(&self, name: &AgentRef, new: &str, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.find_agent(name, answer).await? else { return Ok(()) };
        let new = konter_core::clean::clean(new, LONGEST_NAME + 1);
        if new.is_empty() || new.chars().count() > LONGEST_NAME {
            answer.commit.acts.clear();
            answer.reply(desk(DeskReply::RenameRefused { most: LONGEST_NAME }));
            return Ok(());
        }
        answer.note(format_args!("{} {} → {new}", agent.id, agent.name));
        answer.reply(desk(DeskReply::Renamed { agent: agent.id, before: agent.name.clone(), after: new.clone() }));
        if agent.name != new {
            answer.tell(&agent, &desk(DeskReply::YourName { name: new.clone() }));
            answer.write_agent(&agent, Agent { name: new, ..agent.clone() });
        }
        Ok(())
    }
}

/// What is looked for, ready for comparing.
struct Wanted {
    text: String,
    /// As they stand in a phone number, where it is nothing but such a number's part.
    digits: Option<String>,
}

impl Wanted {
    fn new(text: &str) -> Self {
        let text = text.trim().to_lowercase();
        let written = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '.');
        let mut digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if let Some(national) = text.strip_prefix('+').and(digits.strip_prefix("62")) {
            digits = format!("0{national}");
        }
        let is_number = text.chars().all(written) && digits.len() >= FEWEST_DIGITS;
        Self { text, digits: is_number.then_some(digits) }
    }

    fn fits(&self, agent: &Agent) -> bool {
        let has = |text: &str| text.to_lowercase().contains(&self.text);
        let digits = |text: &str| self.digits.as_ref().is_some_and(|digits| text.contains(digits.as_str()));
        has(&agent.name)
            || has(&agent.id.to_string())
            || self.text.parse().is_ok_and(|id: konter_core::ids::AgentId| id == agent.id)
            || agent.phones.iter().any(|phone| digits(phone))
            || agent.chats.iter().any(|chat| chat.to_string() == self.text || digits(&chat.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use konter_core::agent::PinState;
    use konter_core::ids::{AgentId, ChatId};

    fn agent() -> Agent {
        let (pin, chats) = (PinState::new(String::new(), 4), vec![ChatId::telegram(700_123)]);
        let agent = Agent::new(AgentId(12), "Budi Cell Ñandú".to_owned(), pin, chats, chrono::DateTime::UNIX_EPOCH);
        Agent { phones: vec!["081234567890".to_owned()], ..agent }
    }

    #[test]
    fn a_reseller_is_found_by_any_part_of_what_is_known() {
        let fits = |text| Wanted::new(text).fits(&agent());
        for text in
            ["budi", "CELL ñ", "kr0012", "KR12", "1234567", "+62 812-3456", "0812 3456", "telegram:700123", "7001"]
        {
            assert!(fits(text), "{text}");
        }
        for text in ["siti", "KR0013", "12 34 99", "0855", "telegram:70012"] {
            assert!(!fits(text), "{text}");
        }
    }
}
