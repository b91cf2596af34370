//! `/margin`: what selling prices are made of costs by.

use super::routing;
use crate::admin::desk::step;
use crate::meaning::Command;
use crate::read::{Cursor, Part, Problem, Words};
use crate::routing::command::AdminRouting;
use konter_core::price_list::{MarginRule, RoundTo};

/// Words that take a rule away.
const NONE: [&str; 4] = ["hapus", "tetap", "batal", "-"];
/// Words before what prices are rounded up to.
const ROUND: [&str; 3] = ["bulat", "bulatkan", "round"];

/// `/margin`, `/margin [kategori] <name> +300|+2,5% [bulat 100]`, `/margin <name> hapus`.
pub(super) fn read(args: Cursor<'_>) -> Result<Command, Problem> {
    let rest = Words::of(args).0.trim();
    if rest.is_empty() {
        return Ok(routing(AdminRouting::Margins));
    }
    let rest = without_first(rest, "kategori").unwrap_or(rest);
    let (name, last) = last_word(rest)?;
    if NONE.iter().any(|none| last.eq_ignore_ascii_case(none)) {
        return Ok(routing(AdminRouting::SetMargin { category: name.to_owned(), rule: None }));
    }
    let (name, above, round) = if last.starts_with(['+', '-']) { (name, last, None) } else { rounded(name, last)? };
    let rule = MarginRule { above: step(above)?, round };
    // Below cost on purpose is a price, not a rule.
    if rule.price(COST).is_none() {
        return Err(Problem::unfit_at_work(Part::Price, above));
    }
    Ok(routing(AdminRouting::SetMargin { category: name.to_owned(), rule: Some(rule) }))
}

/// By which a rule is tried out.
const COST: konter_core::money::Rupiah = konter_core::money::Rupiah::new(10_000);

/// What stands before `bulat 100`, and the rounding.
fn rounded<'t>(rest: &'t str, last: &str) -> Result<(&'t str, &'t str, Option<RoundTo>), Problem> {
    let unfit = || Problem::unfit_at_work(Part::Price, last);
    let digits = last.replace('.', "");
    let round = RoundTo::ALL.into_iter().find(|round| round.rupiah().to_string() == digits).ok_or_else(unfit)?;
    let (before, word) = last_word(rest)?;
    let is_round = ROUND.iter().any(|round| word.eq_ignore_ascii_case(round));
    let (name, above) = if is_round { last_word(before)? } else { (before, word) };
    if above.starts_with(['+', '-']) { Ok((name, above, Some(round))) } else { Err(unfit()) }
}

/// The last of several words, and those before it.
fn last_word(text: &str) -> Result<(&str, &str), Problem> {
    let (before, last) = text.trim().rsplit_once(char::is_whitespace).ok_or(Problem::Missing(Part::Price))?;
    Ok((before.trim(), last))
}

fn without_first<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let (first, rest) = text.split_once(char::is_whitespace)?;
    first.eq_ignore_ascii_case(word).then(|| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::command::AdminCommand;

    fn set(text: &str) -> Option<(String, Option<String>)> {
        match crate::parse(text) {
            Command::Admin(AdminCommand::Routing(AdminRouting::SetMargin { category, rule })) => {
                Some((category, rule.map(|rule| rule.to_string())))
            }
            _ => None,
        }
    }

    #[test]
    fn a_margin_is_an_amount_or_a_share_and_may_be_rounded() {
        for (typed, category, rule) in [
            ("/margin Telkomsel +300", "Telkomsel", Some("+300")),
            ("/margin kategori Pulsa Telkomsel +1.500", "Pulsa Telkomsel", Some("+1.500")),
            ("/margin Pulsa Telkomsel +2,5% bulat 100", "Pulsa Telkomsel", Some("+2,5% bulat 100")),
            ("/MARGIN token +2% 1.000", "token", Some("+2% bulat 1000")),
            ("/margin Token PLN HAPUS", "Token PLN", None),
        ] {
            assert_eq!(set(typed), Some((category.to_owned(), rule.map(str::to_owned))), "{typed}");
        }
        assert_eq!(crate::parse("/margin"), routing(AdminRouting::Margins));
    }

    #[test]
    fn what_is_no_margin_changes_nothing() {
        for typed in [
            "/margin Telkomsel",
            "/margin Telkomsel 300",
            "/margin Telkomsel -300",
            "/margin Telkomsel -2%",
            "/margin Telkomsel +60%",
            "/margin Telkomsel +300 bulat 75",
            "/margin Telkomsel bulat 100",
            "/margin +300",
            "/margin hapus",
        ] {
            assert_eq!(set(typed), None, "{typed}");
        }
    }
}
