//! `STRUK`: receipts, and what stands on them.

use super::Command;
use super::amount;
use super::atom::Cursor;
use super::date::{self, DateArg};
use super::problem::{Part, Problem};
use konter_core::destination::{Destination, digits_of};
use konter_core::ids::OrderId;

/// Whose receipt is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptOf {
    Order(OrderId),
    /// The last one delivered.
    Latest,
    /// The last one delivered to a number, or to it on a day.
    Customer {
        dest: String,
        date: Option<DateArg>,
    },
}

/// A line of the reseller's own on every receipt; `None` shows what is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptLine {
    /// At the top.
    Shop(Option<String>),
    /// At the bottom.
    Footer(Option<String>),
}

/// Digits of an order's number; a longer number is a customer's.
const LONGEST_ORDER_NUMBER: usize = 8;
/// The digits of a day with its year. Fewer are a price.
const DAY_DIGITS: usize = 8;

/// `[<order>|<customer>[.<day>]][.<price>]`, or `NAMA.<text>`, `KAKI.<text>`.
pub(super) fn receipt(mut args: Cursor<'_>) -> Result<Command, Problem> {
    if args.take_if(|atom| atom.is("NAMA") || atom.is("TOKO") || atom.is("JUDUL")).is_some() {
        return Ok(shop(args));
    }
    if args.take_if(|atom| atom.is("KAKI") || atom.is("FOOTER") || atom.is("CATATAN")).is_some() {
        return Ok(footer(args));
    }
    let of = whose(&mut args)?;
    let price = if args.is_empty() { None } else { Some(amount::take(&mut args)?) };
    args.finish()?;
    Ok(Command::Receipt { of, price })
}

/// The text for the top of receipts.
pub(super) fn shop(args: Cursor<'_>) -> Command {
    Command::ReceiptLine(ReceiptLine::Shop(words(args)))
}

/// The text for the bottom of receipts.
pub(super) fn footer(args: Cursor<'_>) -> Command {
    Command::ReceiptLine(ReceiptLine::Footer(words(args)))
}

fn words(args: Cursor<'_>) -> Option<String> {
    Some(args.rest()).filter(|rest| !rest.is_empty()).map(str::to_owned)
}

fn whose(args: &mut Cursor<'_>) -> Result<ReceiptOf, Problem> {
    let Some(atom) = args.take() else { return Ok(ReceiptOf::Latest) };
    let unfit = || Problem::unfit(Part::OrderNumber, atom.text);
    if atom.is_digits() && atom.text.len() <= LONGEST_ORDER_NUMBER {
        return atom.text.parse().map(ReceiptOf::Order).map_err(|_| unfit());
    }
    let dest = match atom.text.parse::<Destination>() {
        Ok(dest) => dest.to_string(),
        Err(_) => digits_of(atom.text).filter(|digits| digits.len() > LONGEST_ORDER_NUMBER).ok_or_else(unfit)?,
    };
    let is_day = args.peek().is_some_and(|next| {
        let plain = next.is_digits() && next.text.len() == DAY_DIGITS;
        plain || next.text.contains(['/', '-']) || next.text.chars().all(char::is_alphabetic)
    });
    let date = if is_day { date::take(args)? } else { None };
    Ok(ReceiptOf::Customer { dest, date })
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn shown(text: &str) -> String {
        match parse(text) {
            Command::Receipt { of, price } => {
                let of = match of {
                    ReceiptOf::Latest => "latest".to_owned(),
                    ReceiptOf::Order(id) => format!("#{id}"),
                    ReceiptOf::Customer { dest, date: None } => dest,
                    ReceiptOf::Customer { dest, date: Some(date) } => format!("{dest} on {date:?}"),
                };
                price.map_or_else(|| of.clone(), |price| format!("{of} for {price}"))
            }
            Command::ReceiptLine(line) => format!("{line:?}"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn receipts_are_asked_for_in_many_ways() {
        for (text, expected) in [
            ("STRUK", "latest"),
            ("struk 12", "#12"),
            ("STRUK #12", "#12"),
            ("CETAK.12.25000", "#12 for 25.000"),
            ("STRUK.12.25.000", "#12 for 25.000"),
            ("STRUK.12.25rb", "#12 for 25.000"),
            ("/struk 12 25000", "#12 for 25.000"),
            ("NOTA.081234567890", "081234567890"),
            ("STRUK.0812-3456-7890.12000", "081234567890 for 12.000"),
            ("PRINT.10123456789.01012015", "10123456789 on Day(2015-01-01)"),
            ("STRUK.520010509867.KEMARIN", "520010509867 on Yesterday"),
            ("NAMASTRUK.Berkah Cell, Jl. Mawar 1", "Shop(Some(\"Berkah Cell, Jl. Mawar 1\"))"),
            ("STRUK.NAMA.Berkah Cell", "Shop(Some(\"Berkah Cell\"))"),
            ("KAKISTRUK", "Footer(None)"),
            ("STRUK KAKI Terima kasih.", "Footer(Some(\"Terima kasih.\"))"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_receipt_is_told_why() {
        for text in ["STRUK.abc", "STRUK.12.0", "STRUK.12.-5000", "STRUK.12.5000.9999.1"] {
            assert!(shown(text).starts_with("Incomplete { topic: Receipt"), "{text}: {}", shown(text));
        }
    }
}
