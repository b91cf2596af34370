//! `STRUK`: receipts, and what stands on them.

pub mod command;

use super::format::Format;
use super::meaning::Command;
use super::read::{Cursor, Part, Problem, amount, date};
use super::topic::Topic;
use command::{ReceiptLine, ReceiptOf};
use konter_core::destination::{Destination, digits_of};

pub(super) const FORMATS: &[Format] = &[
    Format::always(
        Topic::Receipt,
        &["STRUK", "CETAK", "PRINT", "RESI", "NOTA"],
        "a receipt: of the last order, one by number, or the last to a customer; with a price of one's own",
        "STRUK.12.25000",
        receipt,
    ),
    Format::always(
        Topic::Receipt,
        &["NAMASTRUK", "JUDULSTRUK"],
        "what stands at the top of receipts",
        "NAMASTRUK.Berkah Cell",
        |args| Ok(shop(args)),
    ),
    Format::always(
        Topic::Receipt,
        &["KAKISTRUK", "FOOTERSTRUK"],
        "what stands at the bottom of receipts",
        "KAKISTRUK.Terima kasih",
        |args| Ok(footer(args)),
    ),
];

/// Digits of an order's number; a longer number is a customer's.
const LONGEST_ORDER_NUMBER: usize = 8;
/// The digits of a day with its year. Fewer are a price.
const DAY_DIGITS: usize = 8;

/// `[<order>|<customer>[.<day>]][.<price>]`, or `NAMA.<text>`, `KAKI.<text>`.
fn receipt(mut args: Cursor<'_>) -> Result<Command, Problem> {
    /// `cetak struk trx 1`
    const NAMES: [&str; 8] = ["STRUK", "STROK", "NOTA", "RESI", "TRX", "TRANSAKSI", "NOMOR", "NO"];
    if args.take_if(|atom| atom.is("NAMA") || atom.is("TOKO") || atom.is("JUDUL")).is_some() {
        return Ok(shop(args));
    }
    if args.take_if(|atom| atom.is("KAKI") || atom.is("FOOTER") || atom.is("CATATAN")).is_some() {
        return Ok(footer(args));
    }
    while args.take_if(|atom| NAMES.iter().any(|word| atom.is(word))).is_some() {}
    let of = whose(&mut args)?;
    let price = if args.is_empty() { None } else { Some(amount::take(&mut args)?) };
    args.finish()?;
    Ok(Command::Receipt { of, price })
}

/// The text for the top of receipts.
fn shop(args: Cursor<'_>) -> Command {
    Command::ReceiptLine(ReceiptLine::Shop(words(args)))
}

/// The text for the bottom of receipts.
fn footer(args: Cursor<'_>) -> Command {
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
