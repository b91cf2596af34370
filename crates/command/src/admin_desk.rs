//! What admins type about those who work at the shop, about finding and naming resellers, whole categories, and the
//! announcements that wait for a yes.

use super::admin::{AdminCommand, Words};
use super::agent_ref::AgentRef;
use super::problem::{Part, Problem};
use konter_core::ids::{AgentId, BroadcastId};
use konter_core::staff::Role;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdminDesk {
    /// Who works here.
    Staff,
    SetRole {
        who: AgentRef,
        /// `None`: none any more.
        role: Option<Role>,
    },
    Find {
        text: String,
    },
    Rename {
        agent: AgentRef,
        name: String,
    },
    /// Opens or closes everything in a category.
    SetCategory {
        name: String,
        open: bool,
    },
    /// What was done about one reseller.
    LogOf {
        agent: AgentId,
    },
    /// The answer to the question whether to send an announcement.
    DecideBroadcast {
        id: BroadcastId,
        send: bool,
    },
}

/// Words that take a role away.
const NONE: [&str; 4] = ["hapus", "cabut", "keluar", "-"];
/// Words behind which a category's name stands.
const CATEGORY: [&str; 2] = ["kategori", "category"];

/// `/peran`, `/peran <chat|agent> owner|operator|viewer|hapus`.
pub(super) fn staff(rest: &str) -> Result<AdminCommand, Problem> {
    let mut words = Words(rest);
    if rest.is_empty() {
        return Ok(AdminCommand::Desk(AdminDesk::Staff));
    }
    let who = words.agent(|rest| !rest.is_empty())?;
    let word = words.need(Part::Role)?;
    let role = if NONE.iter().any(|none| word.eq_ignore_ascii_case(none)) {
        None
    } else {
        Some(word.parse().map_err(|_| Problem::unfit(Part::Role, word))?)
    };
    words.finish().map(|()| AdminCommand::Desk(AdminDesk::SetRole { who, role }))
}

pub(super) fn find(rest: &str) -> Result<AdminCommand, Problem> {
    Words(rest).text(Part::Text).map(|text| AdminCommand::Desk(AdminDesk::Find { text }))
}

/// Whether `/nama` is about a reseller: `/nama Berkah Cell` is what a reseller calls itself.
pub(super) fn names_an_agent(rest: &str) -> bool {
    let Some(first) = rest.split_whitespace().next() else { return false };
    match AgentRef::read(first) {
        Some(AgentRef::Other(_)) => false,
        Some(AgentRef::Code(_) | AgentRef::Chat(_) | AgentRef::Phone(_)) => true,
        None => first.starts_with('0') || first.starts_with("+62") || first == "62",
    }
}

/// `/nama <agent> <new name>`.
pub(super) fn rename(rest: &str) -> Result<AdminCommand, Problem> {
    let mut words = Words(rest);
    let starts_a_name = |rest: &str| rest.chars().next().is_some_and(|c| !c.is_ascii_digit());
    let agent = words.agent(starts_a_name)?;
    words.text(Part::Name).map(|name| AdminCommand::Desk(AdminDesk::Rename { agent, name }))
}

/// `kategori <name>` or `*<name>` behind `/tutup` and `/buka`; `None` where no category is meant.
pub(super) fn category(rest: &str, open: bool) -> Option<Result<AdminCommand, Problem>> {
    let name = if let Some(name) = rest.strip_prefix('*') {
        name
    } else {
        let mut words = Words(rest);
        words.next().filter(|word| CATEGORY.iter().any(|name| word.eq_ignore_ascii_case(name)))?;
        words.0
    };
    let read = Words(name).text(Part::Name);
    Some(read.map(|name| AdminCommand::Desk(AdminDesk::SetCategory { name, open })))
}

/// `/log`, `/log 20`, `/log KR0001`.
pub(super) fn log(rest: &str) -> Result<AdminCommand, Problem> {
    let mut words = Words(rest);
    let Some(word) = words.next() else { return Ok(AdminCommand::Log { count: None }) };
    let command = match (word.parse(), word.parse::<AgentId>()) {
        (Ok(count), _) => AdminCommand::Log { count: Some(count) },
        (_, Ok(agent)) => AdminCommand::Desk(AdminDesk::LogOf { agent }),
        _ => return Err(Problem::unfit(Part::Amount, word)),
    };
    words.finish().map(|()| command)
}

/// `/kirimsiaran 3`, `/batalsiaran 3`: the buttons below the question, for where there are none.
pub(super) fn decide(rest: &str, send: bool) -> Result<AdminCommand, Problem> {
    let mut words = Words(rest);
    let word = words.need(Part::Number)?;
    let id = word.parse().map_err(|_| Problem::unfit(Part::Number, word))?;
    words.finish().map(|()| AdminCommand::Desk(AdminDesk::DecideBroadcast { id, send }))
}
