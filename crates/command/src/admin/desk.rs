//! What admins type about those who work at the shop, about finding and naming resellers, whole categories, and the
//! announcements that wait for a yes.

use super::command::{AdminCommand, AdminDesk};
use crate::meaning::Command;
use crate::read::amount;
use crate::read::{AgentRef, Cursor, Part, Problem, Words, date_and_pin, starts_a_phone};
use konter_core::ids::AgentId;
use konter_core::money::Rupiah;
use konter_core::pricing::PriceStep;

const fn desk(command: AdminDesk) -> Command {
    Command::Admin(AdminCommand::Desk(command))
}

/// Words that take a role away.
pub const NONE: [&str; 4] = ["hapus", "cabut", "keluar", "-"];
/// Words behind which a category's name stands.
const CATEGORY: [&str; 2] = ["kategori", "category"];

/// `/peran`, `/peran <chat|agent> owner|operator|viewer|hapus`.
pub(super) fn staff(args: Cursor<'_>) -> Result<Command, Problem> {
    let mut words = Words::of(args);
    if words.is_empty() {
        return Ok(desk(AdminDesk::Staff));
    }
    let who = words.agent(|rest| !rest.is_empty())?;
    let word = words.need(Part::Role)?;
    let role = if NONE.iter().any(|none| word.eq_ignore_ascii_case(none)) {
        None
    } else {
        Some(word.parse().map_err(|_| Problem::unfit_at_work(Part::Role, word))?)
    };
    words.finish().map(|()| desk(AdminDesk::SetRole { who, role }))
}

/// `/batas`, `/batas <chat|agent> <amount>|-`. Nothing at all is an amount here.
pub(super) fn limit(args: Cursor<'_>) -> Result<Command, Problem> {
    let mut words = Words::of(args);
    if words.is_empty() {
        return Ok(desk(AdminDesk::Staff));
    }
    let who = words.agent(|rest| !rest.is_empty())?;
    let mut first = Words(words.0);
    let limit = match first.need(Part::Amount)? {
        "0" => Some(Rupiah::ZERO),
        word if NONE.iter().any(|none| word.eq_ignore_ascii_case(none)) => None,
        _ => {
            first = words;
            Some(first.amount(false)?)
        }
    };
    let words = first;
    words.finish().map(|()| desk(AdminDesk::SetLimit { who, limit }))
}

/// `/tariktransfer <number> <reason>`.
pub(super) fn take_back(args: Cursor<'_>) -> Result<Command, Problem> {
    let mut words = Words::of(args);
    let word = words.need(Part::Number)?;
    let transfer = word.parse().map_err(|_| Problem::unfit_at_work(Part::Number, word))?;
    words.text(Part::Reason).map(|reason| desk(AdminDesk::TakeBack { transfer, reason }))
}

pub(super) fn find(args: Cursor<'_>) -> Result<Command, Problem> {
    Words::of(args).text(Part::Text).map(|text| desk(AdminDesk::Find { text }))
}

/// Whether `/nama` is about a reseller: `/nama Berkah Cell` is what a reseller calls itself.
pub(super) fn names_an_agent(args: Cursor<'_>) -> bool {
    let Some(first) = Words::of(args).next() else { return false };
    match AgentRef::read(first) {
        Some(AgentRef::Other(_)) => false,
        Some(AgentRef::Code(_) | AgentRef::Chat(_) | AgentRef::Phone(_)) => true,
        None => starts_a_phone(first),
    }
}

/// `/nama <agent> <new name>`.
pub(super) fn rename(args: Cursor<'_>) -> Result<Command, Problem> {
    let mut words = Words::of(args);
    let starts_a_name = |rest: &str| rest.chars().next().is_some_and(|c| !c.is_ascii_digit());
    let agent = words.agent(starts_a_name)?;
    words.text(Part::Name).map(|name| desk(AdminDesk::Rename { agent, name }))
}

/// `kategori <name>` or `*<name>` behind `/tutup` and `/buka`; `None` where no category is meant.
pub(super) fn category(args: Cursor<'_>, open: bool) -> Option<Result<Command, Problem>> {
    let read = Words(category_name(Words::of(args).0)?).text(Part::Name);
    Some(read.map(|name| desk(AdminDesk::SetCategory { name, open })))
}

/// What stands behind the word for a category.
fn category_name(rest: &str) -> Option<&str> {
    if let Some(name) = rest.strip_prefix('*') {
        return Some(name);
    }
    let mut words = Words(rest);
    words.next().filter(|word| CATEGORY.iter().any(|name| word.eq_ignore_ascii_case(name)))?;
    Some(words.0)
}

/// `/katalog excel`.
pub(super) fn workbook(args: Cursor<'_>) -> Option<Result<Command, Problem>> {
    let word = Words::of(args).0;
    let is_meant = ["excel", "xlsx", "xls"].iter().any(|name| word.eq_ignore_ascii_case(name));
    is_meant.then_some(Ok(desk(AdminDesk::CatalogWorkbook)))
}

/// Words that take the last change of a category's prices back.
const RESTORE: [&str; 4] = ["kembalikan", "kembali", "batal", "undo"];

/// `kategori <name> +100|-100|+2%`, `kembalikan`; `None` where a product is meant.
pub(super) fn reprice(args: Cursor<'_>) -> Option<Result<Command, Problem>> {
    let rest = Words::of(args).0;
    if RESTORE.iter().any(|word| rest.eq_ignore_ascii_case(word)) {
        return Some(Ok(desk(AdminDesk::RestorePrices)));
    }
    let name = category_name(rest)?;
    let read = || {
        let (name, word) = name.trim().rsplit_once(char::is_whitespace).ok_or(Problem::Missing(Part::Price))?;
        // A price for all of them would be a slip.
        let is_step = word.starts_with(['+', '-']);
        let step = if is_step { step(word)? } else { return Err(Problem::unfit_at_work(Part::Price, word)) };
        Words(name).text(Part::Name).map(|name| desk(AdminDesk::Reprice { name, step }))
    };
    Some(read())
}

/// `+100`, `-1.000`, `+2%`, `-2,5%`.
pub fn step(word: &str) -> Result<PriceStep, Problem> {
    /// Who halves or doubles all prices has mistyped.
    const MOST: i32 = 50 * 100;
    let Some(share) = word.strip_suffix('%') else { return amount::read(word, true).map(PriceStep::By) };
    let unfit = || Problem::unfit_at_work(Part::Price, word);
    let (sign, digits) = share.split_at_checked(1).ok_or_else(unfit)?;
    let (whole, fraction) = digits.split_once([',', '.']).unwrap_or((digits, "0"));
    let is_number = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return Err(unfit());
    }
    let hundredths: i32 = format!("{whole}{fraction:0<2}").parse().map_err(|_| unfit())?;
    let share = if sign == "-" { -hundredths } else { hundredths };
    if share != 0 && share.abs() <= MOST { Ok(PriceStep::Percent(share)) } else { Err(unfit()) }
}

/// `/log`, `/log 20`, `/log KR0001`, `/log kemarin`.
pub(super) fn log(args: Cursor<'_>) -> Result<Command, Problem> {
    let mut words = Words::of(args);
    let log = |count, date| Command::Admin(AdminCommand::Log { count, date });
    let Some(word) = words.next() else { return Ok(log(None, None)) };
    let command = match (word.parse(), word.parse::<AgentId>()) {
        (Ok(count), _) => log(Some(count), None),
        (_, Ok(agent)) => desk(AdminDesk::LogOf { agent }),
        _ => {
            let (date, pin) = date_and_pin(&mut args.clone())?;
            let is_day = date.is_some() && pin.is_none();
            return if is_day { Ok(log(None, date)) } else { Err(Problem::unfit_at_work(Part::Amount, word)) };
        }
    };
    words.finish().map(|()| command)
}

/// `/kirimsiaran 3`, `/batalsiaran 3`: the buttons below the question, for where there are none.
pub(super) fn decide(args: Cursor<'_>, send: bool) -> Result<Command, Problem> {
    let mut words = Words::of(args);
    let word = words.need(Part::Number)?;
    let id = word.parse().map_err(|_| Problem::unfit_at_work(Part::Number, word))?;
    words.finish().map(|()| desk(AdminDesk::DecideBroadcast { id, send }))
}
