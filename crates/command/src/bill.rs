//! Meters and bills: looking them up, paying them.

use super::format::Format;
use super::meaning::Command;
use super::preference::command::{Ask, PreferenceCommand};
use super::read::{Cursor, NamedAs, Part, Problem, Target, Typed, amount, destination, is_pin, redact};
use super::topic::Topic;
use konter_core::catalog::DestKind;
use konter_core::destination::{DestinationFault, MAX_CUSTOMER_DIGITS, MIN_CUSTOMER_DIGITS, digits_of, is_masked};
use konter_core::ids::ProductCode;

pub(super) const FORMATS: &[Format] = &[
    Format::always(
        Topic::Meter,
        &["CEKPLN", "INQPLN", "CEKMETER", "CEKTOKEN"],
        "whose meter it is",
        "CEKPLN.14027480301",
        meter,
    ),
    Format::when(Topic::Meter, &["INQ"], "whose meter it is", "INQ.PLN.14027480301", |mut args| {
        args.take_if(|atom| atom.is("PLN")).map(|_| meter(args))
    }),
    Format::always(
        Topic::Meter,
        &["PLN"],
        "whose meter it is; asks for one when nothing follows",
        "PLN.14027480301",
        |args| {
            if args.is_empty() { Ok(ask(Ask::Meter)) } else { meter(args) }
        },
    )
    .hinting(None)
    .behind_cek(),
    Format::always(
        Topic::BillInquiry,
        &["TAG", "TAGIHAN", "CEKTAG", "CEKTAGIHAN"],
        "what a bill comes to; asks which one when nothing follows",
        "TAG.PLNPOST.520010509867",
        |args| if args.is_empty() { Ok(ask(Ask::Bills)) } else { inquiry(args, None) },
    )
    .behind_cek(),
    Format::always(Topic::BillInquiry, &["INQ"], "what a bill comes to", "INQ.PLNPOST.520010509867", |args| {
        inquiry(args, None)
    }),
    Format::always(
        Topic::BillInquiry,
        &["TAGPLN", "TAGIHANPLN", "CEKTAGPLN"],
        "what an electricity bill comes to",
        "TAGPLN.520010509867",
        |args| inquiry(args, "PLN".parse().ok()),
    ),
    Format::always(
        Topic::BillPayment,
        &["BAYAR", "BYR", "PAY"],
        "pay the bill that was just shown",
        "BAYAR.PLNPOST.520010509867.1234",
        |args| payment(args, None),
    ),
    Format::always(
        Topic::BillPayment,
        &["BAYARPLN", "BYRPLN", "PAYPLN"],
        "pay the electricity bill that was just shown",
        "BAYARPLN.520010509867.1234",
        |args| payment(args, "PLN".parse().ok()),
    ),
];

/// Fewest digits of a bill's customer number: no other number can stand in its place.
const MIN_BILL_DIGITS: usize = 5;

const fn ask(what: Ask) -> Command {
    Command::Preference(PreferenceCommand::Ask(what))
}

/// A customer's number as its product reads it. In pieces it is read where a PIN or nothing follows.
fn customer(args: &mut Cursor<'_>, kind: DestKind, fewest: usize) -> Result<String, Problem> {
    let first = args.peek().ok_or(Problem::Missing(Part::Customer))?;
    let mut found = destination::targets(Some(kind), args.atoms, false);
    if let [(Target::Bad(fault, typed), _)] = found.as_slice() {
        return Err(Problem::Destination(*fault, typed.clone()));
    }
    let in_one = matches!(found.as_slice(), [(Target::Good(_), 1)]);
    found.retain(|(target, count)| {
        let follows = match args.atoms.get(*count..) {
            Some([]) => !matches!(target, Target::Apart { .. }),
            Some([pin]) => is_pin(pin.text),
            _ => false,
        };
        !matches!(target, Target::Short(_) | Target::Bad(..)) && (in_one || follows)
    });
    match found.as_slice() {
        [(Target::Good(dest) | Target::Apart { dest, .. }, count)] => {
            args.skip(*count);
            return Ok(dest.to_string());
        }
        [_, _, ..] => return Err(Problem::Ambiguous),
        _ => {}
    }
    match kind {
        DestKind::IdZone => {
            return Err(Problem::Destination(DestinationFault::NeedsZone, Typed::new(&redact(first.text))));
        }
        DestKind::Text => {
            return Err(Problem::Destination(DestinationFault::NotItsForm, Typed::new(&redact(first.text))));
        }
        DestKind::Phone | DestKind::Meter | DestKind::Digits => {}
    }
    let lenient = destination::targets(Some(kind), args.atoms, true);
    if let [(Target::Bad(DestinationFault::Letters, typed), _)] = lenient.as_slice() {
        return Err(Problem::Destination(DestinationFault::Letters, typed.clone()));
    }
    let fault = match digits_of(first.text) {
        None => DestinationFault::Unreadable,
        Some(digits) if digits.len() < fewest => DestinationFault::TooShort,
        Some(digits) if digits.len() > MAX_CUSTOMER_DIGITS => DestinationFault::TooLong,
        Some(digits) => {
            args.take();
            return Ok(digits);
        }
    };
    let shown = if is_pin(first.text) { redact(first.text) } else { first.text.to_owned() };
    Err(Problem::Destination(fault, Typed::new(&shown)))
}

fn meter(mut args: Cursor<'_>) -> Result<Command, Problem> {
    let customer = customer(&mut args, DestKind::Meter, MIN_CUSTOMER_DIGITS)?;
    let pin = args.last_pin()?;
    Ok(Command::Meter { customer, pin, reference: args.context.reference() })
}

/// Customers of what nobody sells are shown as they were typed.
fn kind_of(product: &ProductCode, args: &Cursor<'_>) -> DestKind {
    (args.context.kinds)(product, NamedAs::Bill).unwrap_or(DestKind::Digits)
}

fn product(args: &mut Cursor<'_>) -> Result<ProductCode, Problem> {
    let atom = args.need(Part::Product)?;
    // Nobody calls it by a code.
    let is_electricity = atom.is("LISTRIK") || atom.is("LISTERIK");
    let text = if is_electricity { "PLN" } else { atom.text };
    text.parse().map_err(|_| Problem::unfit(Part::Product, atom.text))
}

/// `<product>.<customer>`, and what machine clients add: PIN, then amount.
fn inquiry(mut args: Cursor<'_>, known: Option<ProductCode>) -> Result<Command, Problem> {
    let product = known.map_or_else(|| product(&mut args), Ok)?;
    if args.is_empty() {
        return Ok(ask(Ask::Customer(product)));
    }
    let kind = kind_of(&product, &args);
    let customer = customer(&mut args, kind, MIN_BILL_DIGITS)?;
    let pin = args.pin();
    let amount = if args.is_empty() { None } else { Some(amount::take(&mut args)?) };
    args.finish()?;
    Ok(Command::BillInquiry { product, customer, amount, pin, reference: args.context.reference() })
}

/// What a bill comes to, where it is asked for in other words.
pub(super) fn looked_up(args: Cursor<'_>) -> Option<Command> {
    inquiry(args, None).ok()
}

fn payment(mut args: Cursor<'_>, known: Option<ProductCode>) -> Result<Command, Problem> {
    let product = known.map_or_else(|| product(&mut args), Ok)?;
    let kind = kind_of(&product, &args);
    let customer = customer(&mut args, kind, MIN_BILL_DIGITS)?;
    let pin = args.last_pin()?;
    Ok(Command::BillPayment { product, customer, pin, reference: args.context.reference() })
}

/// `<product> <customer> CEK <pin>` and `<product> <customer> PAY <pin>`: the word that says what to do comes third.
pub(super) fn verb_third(args: Cursor<'_>) -> Option<Command> {
    let [product, number, verb, rest @ ..] = args.atoms else { return None };
    let pays = match verb.text.to_ascii_uppercase().as_str() {
        "CEK" | "TAG" | "INQ" => false,
        "PAY" | "BAYAR" | "BYR" => true,
        _ => return None,
    };
    let product = product.text.parse::<ProductCode>().ok()?;
    digits_of(number.text).map(|_| ()).or_else(|| is_masked(number.text).then_some(()))?;
    let kind = kind_of(&product, &args);
    let read = || -> Result<Command, Problem> {
        let mut number = args.over(args.atoms.get(1..2).unwrap_or_default());
        let customer = customer(&mut number, kind, MIN_BILL_DIGITS)?;
        let pin = args.over(rest).last_pin()?;
        let reference = args.context.reference();
        Ok(if pays {
            Command::BillPayment { product, customer, pin, reference }
        } else {
            Command::BillInquiry { product, customer, amount: None, pin, reference }
        })
    };
    let topic = if pays { Topic::BillPayment } else { Topic::BillInquiry };
    Some(read().unwrap_or_else(|problem| Command::incomplete(topic, problem)))
}
