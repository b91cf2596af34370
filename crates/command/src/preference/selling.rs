//! What a reseller asks of its own customers.

use super::command::{PreferenceCommand, SellingChange};
use crate::meaning::Command;
use crate::read::{Atom, Cursor, Part, Problem, amount, filters};
use konter_core::money::Rupiah;
use konter_core::preferences::SellRule;

/// `+1000`, `S10.12000`, `S10.+1500`, `S10.-`, `BULAT`, `BULAT.-`; nothing shows what is set.
pub(super) fn selling(mut args: Cursor<'_>) -> Result<Command, Problem> {
    let Some(first) = args.take() else {
        return Ok(Command::Preference(PreferenceCommand::Selling(SellingChange::Show)));
    };
    let change = if first.is("BULAT") || first.is("ROUND") {
        let off = args.take_if(|atom| atom.is("-") || atom.is("OFF") || atom.is("TIDAK")).is_some();
        SellingChange::Rounded(!off)
    } else if first.text == "-" {
        SellingChange::All(None)
    } else if first.text.starts_with('+') {
        SellingChange::All(Some(above(first, &mut args)?))
    } else {
        let product = first.text.parse().map_err(|_| Problem::unfit(Part::Product, first.text))?;
        let value = *args.peek().ok_or(Problem::Missing(Part::Price))?;
        let rule = if value.text == "-" {
            args.take();
            None
        } else if value.text.starts_with('+') {
            args.take();
            Some(SellRule::Above(above(&value, &mut args)?))
        } else {
            Some(SellRule::Price(amount::take(&mut args)?))
        };
        SellingChange::Product(product, rule)
    };
    args.finish()?;
    Ok(Command::Preference(PreferenceCommand::Selling(change)))
}

/// `+1000`, `+1.000`, `+1rb`, and `+0`.
fn above(first: &Atom<'_>, args: &mut Cursor<'_>) -> Result<Rupiah, Problem> {
    let digits = first.text.trim_start_matches('+');
    if !digits.is_empty() && digits.bytes().all(|b| b == b'0') {
        return Ok(Rupiah::ZERO);
    }
    // A group of three digits behind a dot belongs to the amount.
    let groups = args.atoms.iter().take_while(|atom| atom.is_digits() && atom.text.len() == 3).count();
    let end = args.atoms.get(..groups).and_then(<[_]>::last).unwrap_or(first).end();
    let word = args.text.get(first.start..end).unwrap_or(first.text);
    let amount = amount::read(word, false)?;
    args.skip(groups);
    Ok(amount)
}

/// `[<filter>…]`: the price list for customers.
pub(super) fn list(args: Cursor<'_>) -> Result<Command, Problem> {
    filters(args, None).map(|filters| Command::Preference(PreferenceCommand::SellingList { filters }))
}
