//! Markups: what a reseller adds for those below it.

use super::command::{MarkupChange, MarkupRequest, MarkupWhom, NetworkCommand};
use crate::meaning::Command;
use crate::read::{AgentRef, Atom, Cursor, Gap, MAX_AMOUNT, Part, Pin, Problem, amount, phones_in_pieces};
use konter_core::ids::ProductCode;
use konter_core::money::Rupiah;
use konter_core::phone::Phone;

/// `[<amount>|<product>.<amount>|<product>=<amount>].<pin>`: `M` and its like never name a reseller.
pub(super) fn own_markup(args: Cursor<'_>) -> Result<Command, Problem> {
    markup_of(args, MarkupWhom::All)
}

/// `[<agent>|<product>|<agent>.<product>].[<amount>|-].<pin>`.
pub(super) fn markup(mut args: Cursor<'_>) -> Result<Command, Problem> {
    // `SET` is one of its words.
    args.take_if(|atom| atom.is("MARKUP"));
    let names = |atom: &Atom<'_>| number(atom).is_none() && !atom.text.contains(['=', '%']) && atom.text != "-";
    // A phone number is no amount, in pieces or whole.
    let phone =
        args.peek().is_some_and(|atom| atom.text.parse::<Phone>().is_ok()) || !phones_in_pieces(args.atoms).is_empty();
    if !phone && !args.peek().is_some_and(names) {
        return markup_of(args, MarkupWhom::All);
    }
    let agent = AgentRef::take(&mut args, |rest| markup_of(rest, MarkupWhom::All).is_ok())?;
    markup_of(args, MarkupWhom::Agent(agent))
}

/// What is charged somebody below; amounts are not read here.
pub(super) fn show_markup(mut args: Cursor<'_>) -> Result<Command, Problem> {
    let agent = AgentRef::take(&mut args, |mut rest| rest.last_pin().is_ok())?;
    let pin = args.last_pin()?;
    Ok(request(MarkupWhom::Agent(agent), MarkupChange::Show, pin))
}

fn request(whom: MarkupWhom, change: MarkupChange, pin: Option<Pin>) -> Command {
    Command::Network(NetworkCommand::Markup(MarkupRequest { whom, change, pin }))
}

fn markup_of(mut args: Cursor<'_>, whom: MarkupWhom) -> Result<Command, Problem> {
    let for_product = |whom: MarkupWhom, product| match whom {
        MarkupWhom::Agent(agent) => MarkupWhom::Both(agent, product),
        _ => MarkupWhom::Product(product),
    };
    let product_of = |text: &str| text.parse::<ProductCode>().map_err(|_| Problem::unfit(Part::Product, text));
    let Some(first) = args.peek() else { return Ok(request(whom, MarkupChange::Show, None)) };
    if let Some((product, value)) = first.text.split_once('=') {
        args.take();
        let change = change(value)?;
        return Ok(request(for_product(whom, product_of(product)?), change, args.last_pin()?));
    }
    // `100rb` is a sum, `10%` a part of one, and neither a product's code.
    let is_sum = first.text.starts_with(|c: char| c.is_ascii_digit())
        && (first.text.ends_with('%') || amount::read(first.text, false).is_ok());
    if number(first).is_none() && is_sum {
        return Err(Problem::unfit(Part::Amount, first.text));
    }
    let whom = if number(first).is_none() && !first.text.starts_with('-') {
        args.take();
        for_product(whom, product_of(first.text)?)
    } else {
        whom
    };
    let Some(value) = grouped(args.atoms).into_iter().next() else {
        return Ok(request(whom, MarkupChange::Show, None));
    };
    args.skip(value.atoms);
    Ok(request(whom, change(&value.text)?, args.last_pin()?))
}

/// A number, or what else stands in its place, and of how many atoms.
pub(super) struct Grouped {
    pub text: String,
    pub atoms: usize,
}

/// `1.500` in one piece: no PIN has three digits, and nobody's first balance is one rupiah.
pub(super) fn grouped(atoms: &[Atom<'_>]) -> Vec<Grouped> {
    const GROUP: usize = 3;
    let mut found: Vec<Grouped> = Vec::new();
    for atom in atoms {
        let is_group = matches!(atom.gap, Gap::Dot | Gap::Comma) && atom.is_digits() && atom.text.len() == GROUP;
        let begins = |before: &&mut Grouped| {
            (1..=GROUP).contains(&before.text.len())
                && before.text.bytes().all(|b| b.is_ascii_digit())
                && !before.text.starts_with('0')
        };
        match found.last_mut().filter(|before| is_group && begins(before)) {
            Some(before) => {
                before.text.push_str(atom.text);
                before.atoms += 1;
            }
            None => found.push(Grouped { text: atom.text.to_owned(), atoms: 1 }),
        }
    }
    found
}

fn change(value: &str) -> Result<MarkupChange, Problem> {
    if value == "-" {
        return Ok(MarkupChange::Remove);
    }
    if value.starts_with('-') {
        return Err(Problem::NegativeAmount);
    }
    sum(value).map(MarkupChange::Set).ok_or_else(|| Problem::unfit(Part::Amount, value))
}

/// Whole rupiah, zero included; some servers want an `H` before a markup.
pub fn number(atom: &Atom<'_>) -> Option<Rupiah> {
    sum(atom.text)
}

pub(super) fn sum(text: &str) -> Option<Rupiah> {
    let digits = text.strip_prefix(['H', 'h']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|amount| plain && *amount <= MAX_AMOUNT).map(Rupiah::new)
}
