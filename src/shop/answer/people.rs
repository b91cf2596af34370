//! Finding resellers by whatever is known of them, and naming them anew.

use super::admin::AGENTS_AT_ONCE;
use super::register::LONGEST_NAME;
use super::staff::desk;
use super::{Answer, Request};
use konter_command::{AgentRef, destination_alone};
use konter_core::agent::Agent;
use konter_core::order::{Order, view};
use konter_reply::{AdminProblem, DeskReply, OrderTo};
use konter_store::StoreError;

/// Resellers shown at once.
const FOUND_SHOWN: usize = 20;
/// Digits that are worth looking for in phone numbers and chats: fewer stand in nearly all of them.
const FEWEST_DIGITS: usize = 3;
/// Digits of a number that somebody was sold something for.
const FEWEST_OF_A_CUSTOMER: usize = 9;
/// Everybody's orders to one number shown at once.
const ORDERS_SHOWN: usize = 10;
/// The newest orders, looked through for those to a number that failed: only orders that went through can be looked up by
/// where they went, whoever placed them.
const ORDERS_SEARCHED: usize = 1_000;

impl Request<'_> {
    /// Everybody whose name, code, phone number or chat has this in it.
    pub(super) async fn find(&self, text: &str, answer: &mut Answer) -> Result<(), StoreError> {
        let fitting = self.agents_like(text).await?;
        let left_out = fitting.len().saturating_sub(FOUND_SHOWN);
        let mut found = Vec::new();
        for agent in fitting.iter().take(FOUND_SHOWN) {
            found.push(self.card_of(agent).await?);
        }
        let to = destination_alone(text).filter(|dest| dest.as_str().len() >= FEWEST_OF_A_CUSTOMER);
        let orders = match &to {
            Some(dest) => self.everybodys_orders(dest.as_str()).await?,
            None => Vec::new(),
        };
        if orders.is_empty() || !found.is_empty() {
            answer.reply(desk(DeskReply::Found { text: text.to_owned(), agents: found, left_out }));
        }
        match to {
            Some(dest) if !orders.is_empty() => self.show_orders_to(dest.as_str(), &orders, answer).await,
            _ => Ok(()),
        }
    }

    pub(super) async fn agents_like(&self, text: &str) -> Result<Vec<Agent>, StoreError> {
        let wanted = Wanted::new(text);
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = self.shop.store.agents(after, AGENTS_AT_ONCE).await?;
            let Some(last) = page.last() else { return Ok(found) };
            after = Some(last.id);
            found.extend(page.into_iter().filter(|agent| wanted.fits(agent)));
        }
    }

    /// `/deposit sri 50000`: of a name that one reseller alone has, the same line with its code, to be sent by whoever has
    /// seen whose it is. A name is nobody's proof.
    pub(super) async fn meant_by_name(&self, name: &AgentRef) -> Result<Option<AdminProblem>, StoreError> {
        let AgentRef::Other(name) = name else { return Ok(None) };
        let fitting = self.agents_like(name).await?;
        if fitting.len() > 1 {
            let all = fitting.iter().take(FOUND_SHOWN).map(|agent| format!("{} {}", agent.id, agent.name));
            return Ok(Some(AdminProblem::SeveralNamed { name: name.clone(), agents: all.collect() }));
        }
        let ([agent], Some((word, rest))) =
            (fitting.as_slice(), self.message.text.trim().split_once(char::is_whitespace))
        else {
            return Ok(None);
        };
        let line = format!("{word} {}", rest.replacen(name.as_str(), &agent.id.to_string(), 1));
        Ok(Some(AdminProblem::NamedAgent { agent: agent.id, name: agent.name.clone(), line }))
    }

    /// Whoever ordered for a number, for those who work here.
    pub(super) async fn orders_to_number(&self, dest: &str, answer: &mut Answer) -> Result<(), StoreError> {
        let orders = self.everybodys_orders(dest).await?;
        self.show_orders_to(dest, &orders, answer).await
    }

    /// What reads as a phone number by itself may have been ordered for as it was typed: a game's user `62812…`.
    async fn everybodys_orders(&self, dest: &str) -> Result<Vec<Order>, StoreError> {
        let store = &self.shop.store;
        // One more says that there are more.
        let mut orders = store.orders_to(dest, ORDERS_SEARCHED, ORDERS_SHOWN + 1).await?;
        if let Some(rest) = dest.strip_prefix("08") {
            orders.extend(store.orders_to(&format!("628{rest}"), ORDERS_SEARCHED, ORDERS_SHOWN + 1).await?);
            orders.sort_by_key(|order| std::cmp::Reverse(order.id));
        }
        Ok(orders)
    }

    async fn show_orders_to(&self, dest: &str, orders: &[Order], answer: &mut Answer) -> Result<(), StoreError> {
        let mut lines = Vec::with_capacity(orders.len());
        for order in orders.iter().take(ORDERS_SHOWN) {
            let name = self.shop.store.agent(order.agent).await?.map(|agent| agent.name).unwrap_or_default();
            lines.push(OrderTo { line: view::line(order), agent: order.agent, name });
        }
        answer.reply(desk(DeskReply::OrdersTo {
            dest: dest.to_owned(),
            lines,
            searched: ORDERS_SEARCHED,
            older: orders.len() > ORDERS_SHOWN,
        }));
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
