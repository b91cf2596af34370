//! What admins type about price groups and about who is below whom.

use super::command::AdminNetwork;
use crate::admin::command::AdminCommand;
use crate::admin::desk::NONE;
use crate::meaning::Command;
use crate::read::{Cursor, Part, Problem, Words, amount};
use konter_core::money::Rupiah;
use konter_core::pricing::GroupName;

const fn network(command: AdminNetwork) -> Command {
    Command::Admin(AdminCommand::Network(command))
}

/// At the end: done although something is sold below its cost. Telephones make one long dash of two,
/// which is a short one by the time it is read.
const FORCE: [&str; 2] = ["--paksa", "-paksa"];

/// Whether a word takes something away.
fn is_none(word: &str) -> bool {
    NONE.iter().any(|none| word.eq_ignore_ascii_case(none))
}

/// `/grup`, `/grup <name>`, `/grup <name> <margin>`, `/grup <name> <product> <price>|-`, `/grup <agent> <name>|-`.
pub(super) fn groups(args: Cursor<'_>) -> Result<Command, Problem> {
    let rest = Words::of(args).0;
    let (rest, force) = match FORCE.iter().find_map(|word| rest.trim_end().strip_suffix(word)) {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let mut words = Words(rest);
    let mut first = Words(rest);
    let Some(word) = first.next() else { return Ok(network(AdminNetwork::Groups)) };
    let Ok(name) = word.parse::<GroupName>() else {
        let agent = words.agent(|rest| is_none(rest) || rest.parse::<GroupName>().is_ok())?;
        let word = words.need(Part::Name)?;
        let name = if is_none(word) { None } else { Some(name(word)?) };
        return words.finish().map(|()| network(AdminNetwork::Assign { agent, name }));
    };
    let command = match (first.next(), first.next()) {
        (None, _) => AdminNetwork::Group { name },
        (Some(margin), None) => AdminNetwork::Margin { name, margin: price(margin, true)?, force },
        (Some(product), Some(word)) => {
            let product = product.parse().map_err(|_| Problem::unfit_at_work(Part::Product, product))?;
            let price = if is_none(word) { None } else { Some(price(word, false)?) };
            AdminNetwork::Price { name, product, price, force }
        }
    };
    first.finish().map(|()| network(command))
}

fn name(word: &str) -> Result<GroupName, Problem> {
    word.parse().map_err(|_| Problem::unfit_at_work(Part::Name, word))
}

fn price(word: &str, signed: bool) -> Result<Rupiah, Problem> {
    if word == "0" { Ok(Rupiah::ZERO) } else { amount::read(word, signed) }
}

/// `/pindah <agent> <new upline|->`.
pub(super) fn moves(args: Cursor<'_>) -> Result<Command, Problem> {
    let mut words = Words::of(args);
    let is_one = |rest: &str| rest == "-" || Words(rest).only_agent().is_ok();
    let agent = words.agent(is_one)?;
    let mut upline = Words(words.0);
    let upline = match upline.next() {
        None => return Err(Problem::Missing(Part::Agent)),
        Some("-") => upline.finish().map(|()| None)?,
        Some(_) => Some(words.only_agent()?),
    };
    Ok(network(AdminNetwork::Move { agent, upline }))
}
