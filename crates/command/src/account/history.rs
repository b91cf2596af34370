//! Looking up orders: by number, product, day.

use crate::meaning::{Command, OrdersQuery};
use crate::read::{Atom, Cursor, DateArg, Part, Problem, Typed, date, is_pin, lettered_alone, phones_in_pieces};
use crate::spoken::{follows_a_hash, numbered};
use konter_core::destination::{Destination, DestinationFault, is_masked};
use konter_core::ids::ProductCode;

/// Whether the arguments are a product's code or a small nominal, perhaps with a PIN: its price is wanted then.
pub(super) fn names_a_product(args: Cursor<'_>) -> bool {
    let [product, rest @ ..] = args.atoms else { return false };
    let code = product.text.parse::<ProductCode>().is_ok() && !is_masked(product.text);
    rest.len() <= 1
        && rest.iter().all(|atom| is_pin(atom.text))
        && (code || is_small(product))
        && lettered_alone(args.atoms, args.context.is_word).is_none()
}

/// The same where orders are named: a code is theirs, and a small number may be one's own number.
pub(super) fn names_a_nominal(args: Cursor<'_>) -> bool {
    args.peek().is_some_and(is_small) && names_a_product(args)
}

fn is_small(atom: &Atom<'_>) -> bool {
    atom.is_digits() && atom.text.len() <= 2
}

/// More digits behind `no` may be a PIN, or a customer's number.
const MOST_BARE: usize = 3;

/// `CEK #12`, `CEK TRX NO 12`: an order by its own number. Without the sign it may be a face value.
pub(super) fn by_number(args: Cursor<'_>) -> Option<OrdersQuery> {
    let is_name = |atom: &Atom<'_>| ["ID", "NO", "NOMOR", "NOMER"].iter().any(|word| atom.is(word));
    let (only, is_named) = match args.atoms {
        [only] => (only, false),
        [name, only] => (only, is_name(name) && only.text.len() <= MOST_BARE),
        _ => return None,
    };
    let number = numbered(only).filter(|_| is_named || (args.atoms.len() == 1 && follows_a_hash(args, only)))?;
    Some(OrdersQuery { number: Some(number), ..OrdersQuery::default() })
}

/// `CEK.<number>`, a product, a day or two and a PIN, in any order.
pub(super) fn orders(args: Cursor<'_>) -> Result<Command, Problem> {
    if let Some(dest) = lettered_alone(args.atoms, args.context.is_word) {
        return Ok(Command::Orders(OrdersQuery { dest: Some(dest), ..OrdersQuery::default() }));
    }
    query(args).map(Command::Orders)
}

fn query(mut args: Cursor<'_>) -> Result<OrdersQuery, Problem> {
    let mut query = OrdersQuery::default();
    while let Some(atom) = args.peek() {
        let code = atom.text.parse::<ProductCode>().ok();
        if is_masked(atom.text) {
            return Err(Problem::Destination(DestinationFault::Unreadable, Typed::new(atom.text)));
        } else if query.dest.is_none()
            && let Some(dest) = whole_number(&mut args)
        {
            query.dest = Some(dest);
        } else if query.date.is_none()
            && let Some(date) = date::take(&mut args)?
        {
            query.date = Some(date);
        } else if query.date.is_some()
            && let Some(date) = date::take(&mut args)?
        {
            let joined = query.date.take().and_then(|first| first.until(date));
            query.date = Some(joined.ok_or_else(|| Problem::unfit(Part::Date, atom.text))?);
        } else if query.pin.is_none()
            && let Some(pin) = args.pin()
        {
            query.pin = Some(pin);
        } else if query.product.is_none() && code.is_some() {
            query.product = code;
            args.take();
        } else {
            args.finish()?;
        }
    }
    Ok(query)
}

/// `INFO.100811.X10.081931001001`: the state of an order, by its day, product and number. Words are a complaint.
pub(super) fn asked_state(args: Cursor<'_>) -> Option<OrdersQuery> {
    let query = query(args).ok()?;
    let names_a_day = matches!(query.date, Some(DateArg::Day(_) | DateArg::Range(..)));
    let names_an_order = query.dest.is_some() || (names_a_day && query.product.is_some());
    // A code without a digit may be any word.
    let is_word = query.product.as_ref().is_some_and(|code| !code.as_str().bytes().any(|b| b.is_ascii_digit()));
    (names_an_order && !is_word && query.pin.is_none()).then_some(query)
}

/// A number that cannot be anything else at the cursor; the longest one where it is written in pieces.
fn whole_number(args: &mut Cursor<'_>) -> Option<String> {
    if let Ok(dest) = args.peek()?.text.parse::<Destination>() {
        args.take();
        return Some(dest.to_string());
    }
    let (phone, count) = phones_in_pieces(args.atoms).pop()?;
    args.skip(count);
    Some(phone.to_string())
}
