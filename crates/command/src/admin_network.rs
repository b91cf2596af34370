//! What admins type about price groups and about who is below whom.

use super::admin::{AdminCommand, Words};
use super::agent_ref::AgentRef;
use super::amount;
use super::problem::{Part, Problem};
use konter_core::ids::ProductCode;
use konter_core::money::Rupiah;
use konter_core::pricing::GroupName;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdminNetwork {
    Groups,
    Group {
        name: GroupName,
    },
    Margin {
        name: GroupName,
        margin: Rupiah,
        force: bool,
    },
    /// Without a price, the group's margin counts for the product again.
    Price {
        name: GroupName,
        product: ProductCode,
        price: Option<Rupiah>,
        force: bool,
    },
    Assign {
        agent: AgentRef,
        name: GroupName,
    },
    /// Directly below the shop when there is no upline.
    Move {
        agent: AgentRef,
        upline: Option<AgentRef>,
    },
}

/// At the end: done although something is sold below its cost. Telephones make one long dash of two,
/// which is a short one by the time it is read.
const FORCE: [&str; 2] = ["--paksa", "-paksa"];

/// `/grup`, `/grup <name>`, `/grup <name> <margin>`, `/grup <name> <product> <price>`, `/grup <agent> <name>`.
pub(super) fn groups(rest: &str) -> Result<AdminCommand, Problem> {
    let (rest, force) = match FORCE.iter().find_map(|word| rest.trim_end().strip_suffix(word)) {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let mut words = Words(rest);
    let mut first = Words(rest);
    let Some(word) = first.next() else { return Ok(AdminCommand::Network(AdminNetwork::Groups)) };
    let Ok(name) = word.parse::<GroupName>() else {
        let agent = words.agent(|rest| rest.parse::<GroupName>().is_ok())?;
        let name = name(words.need(Part::Name)?)?;
        return words.finish().map(|()| AdminCommand::Network(AdminNetwork::Assign { agent, name }));
    };
    let command = match (first.next(), first.next()) {
        (None, _) => AdminNetwork::Group { name },
        (Some(margin), None) => AdminNetwork::Margin { name, margin: price(margin, true)?, force },
        (Some(product), Some(word)) => {
            let product = product.parse().map_err(|_| Problem::unfit(Part::Product, product))?;
            let price = if word == "-" { None } else { Some(price(word, false)?) };
            AdminNetwork::Price { name, product, price, force }
        }
    };
    first.finish().map(|()| AdminCommand::Network(command))
}

fn name(word: &str) -> Result<GroupName, Problem> {
    word.parse().map_err(|_| Problem::unfit(Part::Name, word))
}

fn price(word: &str, signed: bool) -> Result<Rupiah, Problem> {
    if word == "0" { Ok(Rupiah::ZERO) } else { amount::read(word, signed) }
}

/// `/pindah <agent> <new upline|->`.
pub(super) fn moves(rest: &str) -> Result<AdminCommand, Problem> {
    let mut words = Words(rest);
    let is_one = |rest: &str| rest == "-" || Words(rest).only_agent().is_ok();
    let agent = words.agent(is_one)?;
    let mut upline = Words(words.0);
    let upline = match upline.next() {
        None => return Err(Problem::Missing(Part::Agent)),
        Some("-") => upline.finish().map(|()| None)?,
        Some(_) => Some(words.only_agent()?),
    };
    Ok(AdminCommand::Network(AdminNetwork::Move { agent, upline }))
}
